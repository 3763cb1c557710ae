# SPDX-License-Identifier: MIT
# Files of rates and corporate actions: what is wrong with them is said, and configs name them too.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
bars="--data $SRC/examples/bars"
script="$SRC/examples/scripts/first_steps.lua"

wrong() { # name text option file-content
  printf '%b' "$4" >"$TMP/$1.csv"
  run "$1" "$first" run "$script" $bars --$3 "$TMP/$1.csv"
  expect 2 "$1"
  says "$1" "$2" "$1"
}
wrong header 'header.csv:1: a header with time and rate is needed' funding 'when,rate\n2018-01-09,1\n'
wrong action 'action.csv:1: a header with time, dividend or split' actions 'date,symbol,what\n2018-01-09,SYN01,1\n'
wrong time 'time.csv:2: bad_time' borrow 'time,symbol,rate\nsoon,SYN01,1\n'
wrong rate 'rate.csv:3: not_a_number: "much"' borrow 'time,symbol,rate\n2018-01-09,SYN01,1\n2018-01-10,SYN01,much\n'
wrong twice 'twice.csv:3: duplicate_time' funding 'time,symbol,rate\n2018-01-09,SYN01,1\n2018-01-09,SYN01,2\n'
wrong symbol 'none of its symbols is among the bars' funding 'time,symbol,rate\n2018-01-09,NOPE,1\n'
wrong column 'column symbol is needed' funding 'time,rate\n2018-01-09,1\n'
wrong minus 'not_a_number: "-1"' actions 'date,symbol,dividend\n2018-01-09,SYN01,-1\n'
run missing "$first" run "$script" $bars --funding "$TMP/none.csv"
expect 2 "a file that is not there"
run novolume "$first" run "$script" $bars --engine slip_volumes=1
expect 2 "a misspelt setting"
says novolume "did you mean 'slip_volume'" "a misspelt setting of a cost model"
run tiers "$first" run "$script" $bars --engine fee_tiers=5:1,2:1
expect 2 "a schedule that falls"
says tiers 'fee_tiers' "a schedule that falls"

# A folder with a file a symbol, and the same as one file, by option and by config.
mkdir -p "$TMP/rates"
printf 'time,rate\n2018-03-05,0.001\n2018-04-05,-0.002\n' >"$TMP/rates/SYN01.csv"
printf 'time,rate\n2018-03-06,0.003\n' >"$TMP/rates/SYN02.csv"
printf 'time,symbol,rate\n2018-03-06,SYN02,0.003\n2018-03-05,SYN01,0.001\n2018-04-05,SYN01,-0.002\n' >"$TMP/rates.csv"
printf '{"funding": "rates.csv", "data": "%s/examples/bars"}' "$SRC" >"$TMP/config.json"
for host in $HOSTS; do
  run folder "$host" run "$script" $bars --funding "$TMP/rates" --equity "$TMP/$host.folder"
  expect 0 "$host with a folder"
  run file "$host" run "$script" $bars --funding "$TMP/rates.csv" --equity "$TMP/$host.file"
  expect 0 "$host with a file"
  run config "$host" run "$script" --config "$TMP/config.json" --equity "$TMP/$host.config"
  expect 0 "$host with a config"
  for what in folder file config; do
    same "$TMP/$first.folder" "$TMP/$host.$what" "funding from a $what"
  done
done
run costs "$first" list costs
expect 0 "list costs"
for model in atr maker_taker random volume; do
  has "$TMP/costs.out" "$model "
  run doc "$first" doc "$model"
  expect 0 "doc $model"
done
run over "$first" run "$script" $bars --funding "$TMP/rates.csv" --equity "$TMP/rates.csv"
expect 2 "an output over an input"
finish
