# SPDX-License-Identifier: MIT
# Options, help, messages, exit codes, precedence, clean stdout.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
S=$SRC/strategies/ma_crossover.lua
run synth "$first" data synth --out "$TMP/bars" --symbols 3 --bars 400 --seed 5
expect 0 "making bars"

for host in $HOSTS; do
  run v "$host" --version
  expect 0 "$host --version"
  grep -q "^$host [0-9]" "$TMP/v.out" && good || bad "$host --version prints no version"

  for command in run check list doc test bench "data check" "data synth"; do
    # shellcheck disable=SC2086
    run h "$host" help $command
    expect 0 "$host help $command"
    grep -q '^example:' "$TMP/h.out" && good || bad "help $command has no example"
    cp "$TMP/h.out" "$TMP/h2"
    # shellcheck disable=SC2086
    run h "$host" $command --help
    expect 0 "$host $command --help"
    same "$TMP/h2" "$TMP/h.out" "two ways to ask for help of $command"
  done

  run x "$host"
  expect 2 "no command"
  run x "$host" rum
  expect 2 "unknown command"
  says x "did you mean 'run'" "unknown command"
  run x "$host" run "$S" --data "$TMP/bars" --trade x.csv
  expect 2 "unknown option"
  says x "did you mean --trades" "unknown option"
  run x "$host" run "$S" --data
  expect 2 "value missing"
  says x 'data needs a value' "value missing"
  run x "$host" run
  expect 2 "operand missing"
  says x 'FILE.lua.* is missing' "operand missing"
  run x "$host" run "$S"
  expect 2 "no data"
  says x 'hint: ' "no data"
  run x "$host" run "$S" --data "$TMP/bars" --from yesterday
  expect 2 "bad date"
  says x "'yesterday' is not a date" "bad date"
  run x "$host" run "$S" --data "$TMP/bars" --from 2020-02-01 --to 2020-01-01
  expect 2 "span backwards"
  run x "$host" run "$S" --data "$TMP/bars" --model xgboost
  expect 2 "unknown model"
  says x 'passthrough' "unknown model"
  run x "$host" run "$S" --data "$TMP/bars" --engine gap_fil=open
  expect 2 "unknown setting"
  says x 'gap_fill' "unknown setting"
  run x "$host" run "$S" --data "$TMP/bars" --engine gap_fill=sometimes
  expect 2 "bad value of a setting"
  says x 'open' "bad value of a setting"
  run x "$host" run "$S" --data "$TMP/bars" --profile pybroker3
  expect 2 "unknown profile"
  run x "$host" run "$S" --data "$TMP/bars" --param fats=7
  expect 2 "unknown parameter"
  says x 'fast' "unknown parameter"
  run x "$host" run "$S" --data "$TMP/bars" --param fast=1000
  expect 2 "parameter out of range"
  says x '100' "parameter out of range"
  run x "$host" run "$S" --data "$TMP/bars" --symbols SYN01,SYN0
  expect 2 "unknown symbol"
  run x "$host" run "$S" --data "$TMP/bars" --trades - --equity -
  expect 2 "two outputs on stdout"
  run x "$host" run "$S" --data "$TMP/bars" --trades "$TMP/no/such/place.csv"
  expect 2 "no such folder"
  for n in 0 -1 nan inf weekly; do
    run x "$host" run "$S" --data "$TMP/bars" --bars-per-year "$n"
    expect 2 "bars a year: $n"
    says x "'$n' is not a number above zero, auto or none" "bars a year: $n"
  done
  for n in 0 true '[252]' '"weekly"'; do
    echo "{\"bars_per_year\": $n}" >"$TMP/year.json"
    run x "$host" run "$S" --data "$TMP/bars" --config "$TMP/year.json"
    expect 2 "bars a year in a config: $n"
    says x 'year.json: "bars_per_year" has to be' "bars a year in a config: $n"
  done
  # One file by two names, a file the run reads, no name.
  mkdir -p "$TMP/out"
  ln -sf ../out "$TMP/out/again"
  run x "$host" run "$S" --data "$TMP/bars" --trades "$TMP/out/a.csv" --equity "$TMP/out/./a.csv"
  expect 2 "one file by two names"
  says x 'trades and --equity both write to' "one file by two names"
  run x "$host" run "$S" --data "$TMP/bars" --trades "$TMP/out/a.csv" --equity "$TMP/out/again/a.csv"
  expect 2 "one file by a link"
  cp "$TMP/bars/SYN01.csv" "$TMP/out/in.csv"
  run x "$host" run "$S" --data "$TMP/bars/SYN02.csv" "$TMP/out/in.csv" --trades "$TMP/out/../out/in.csv"
  expect 2 "output over data"
  says x 'the run reads this file' "output over data"
  same "$TMP/bars/SYN01.csv" "$TMP/out/in.csv" "output over data"
  cp "$S" "$TMP/out/s.lua"
  run x "$host" run "$TMP/out/s.lua" --data "$TMP/bars" --metrics "$TMP/out/again/s.lua"
  expect 2 "output over the script"
  same "$S" "$TMP/out/s.lua" "output over the script"
  run x "$host" run "$S" --data "$TMP/bars" --trades ""
  expect 2 "output without a name"
  says x '^wick(-jit)?: error: --trades: the name of a file is missing' "output without a name"
  [ ! -e "$TMP/out/a.csv" ] && good || bad "a refused run has written"
  for day in 2018 0 -1 201806; do
    run x "$host" run "$S" --data "$TMP/bars" --from "$day"
    expect 2 "--from $day"
    says x "'$day' is not a date" "--from $day"
  done
  run x "$host" run "$S" --data "$TMP/bars" --trade-from 2090-01-01 --equity -
  expect 2 "nothing left to trade"
  says x 'no bar is left to trade: --trade-from 2090-01-01' "nothing left to trade"
  [ ! -s "$TMP/x.out" ] && good || bad "nothing left to trade, yet an output"
  run x "$host" run "$TMP/none.lua" --data "$TMP/bars"
  expect 2 "no such script"
  run x "$host" doc ta.smaa
  expect 2 "unknown name"
  says x "did you mean" "unknown name"
  run x "$host" list setings
  expect 2 "unknown list"
  says x "did you mean 'settings'" "unknown list"
  for what in ta metrics settings writers features; do
    run x "$host" list $what
    expect 0 "list $what"
    [ "$(wc -l <"$TMP/x.out")" -gt 2 ] && good || bad "list $what is empty"
  done
  for name in ta.sma atr gap_fill max_drawdown_pct wick.int sym:buy; do
    run x "$host" doc $name
    expect 0 "doc $name"
    [ -s "$TMP/x.out" ] && good || bad "doc $name is empty"
  done

  run b "$host" bench cross_signals book_events output grid --seconds 0.01 --pairs 4 --format json
  expect 0 "bench"
  for id in cross_signals book_events book_events_rate output grid_1 memory; do
    grep -q "\"id\": *\"$id\"" "$TMP/b.out" && good || bad "bench has no figure $id"
  done
  run b "$host" bench cros_signals
  expect 2 "unknown case"
  says b "did you mean 'cross_signals'" "unknown case"
  run x "$host" run "$S" --data "$TMP/bars" --timings --format json
  expect 0 "timings"
  says x '^strategy and engine +[0-9.]+ ms' "timings"

  # stdout is clean for machines: a CSV starts with its header, JSON parses as one object.
  run t "$host" run "$S" --data "$TMP/bars" --trades -
  expect 0 "trades on stdout"
  [ "$(head -n 1 "$TMP/t.out")" = "symbol,side,signal_time,entry_time,exit_time,shares,entry_price,exit_price,bars,pnl,return_pct,fees,mae,mfe,exit_reason" ] &&
    good || bad "header of the trades: $(head -n 1 "$TMP/t.out")"
  run m "$host" run "$S" --data "$TMP/bars" --format json
  expect 0 "metrics on stdout"
  case $(head -c 1 "$TMP/m.out") in '{') good ;; *) bad "metrics do not start with {" ;; esac
  for key in profile conventions metrics trade_count ambiguous; do
    grep -q "\"$key\"" "$TMP/m.out" && good || bad "metrics have no $key"
  done
  run m2 "$host" run "$S" --data "$TMP/bars" --metrics -
  same "$TMP/m.out" "$TMP/m2.out" "--format json and --metrics -"
  run q "$host" run "$S" --data "$TMP/bars" --quiet
  expect 0 "quiet"
  [ ! -s "$TMP/q.err" ] && good || bad "--quiet is not quiet"
done

# Lists of symbols in every form, files as separate words, the script in any place.
printf '# two of three\nSYN01\n\n  SYN03  # the last\n' >"$TMP/names.txt"
echo '{ "symbols": ["SYN03", "SYN01"] }' >"$TMP/names.json"
run l0 "$first" run "$S" --data "$TMP/bars" --symbols SYN01,SYN03 --trades -
expect 0 "symbols by name"
cut -d, -f1 "$TMP/l0.out" | sort -u | tr '\n' ' ' >"$TMP/l0.names"
[ "$(cat "$TMP/l0.names")" = "SYN01 SYN03 symbol " ] && good || bad "symbols: $(cat "$TMP/l0.names")"
run l1 "$first" run "$S" --data "$TMP/bars" --symbols "@$TMP/names.txt" --trades -
run l2 "$first" run "$S" --data "$TMP/bars" --symbols "@$TMP/names.json" --trades -
run l3 "$first" run --trades=- --data "$TMP/bars/SYN01.csv" "$TMP/bars/SYN03.csv" "$S"
for list in l1 l2 l3; do same "$TMP/l0.out" "$TMP/$list.out" "forms of a list of symbols"; done
: >"$TMP/none.txt"
run x "$first" run "$S" --data "$TMP/bars" --symbols "@$TMP/none.txt"
expect 2 "empty list of symbols"
says x 'none.txt: no symbol' "empty list of symbols"
# --from, --to and --trade-from are inclusive.
run d "$first" run "$S" --data "$TMP/bars" --from 2018-03-01 --to 2018-10-31 --trade-from 2018-05-02 \
  --equity -
expect 0 "span"
[ "$(sed -n 2p "$TMP/d.out" | cut -c1-10)" = 2018-05-02 ] && good || bad "--trade-from: $(sed -n 2p "$TMP/d.out")"
[ "$(tail -n 1 "$TMP/d.out" | cut -c1-10)" = 2018-10-31 ] && good || bad "--to: $(tail -n 1 "$TMP/d.out")"

# Precedence: defaults < profile < config < options; paths in a config are relative to it.
mkdir "$TMP/project"
mv "$TMP/bars" "$TMP/project/bars"
echo '["SYN01", "SYN02"]' >"$TMP/project/names.json"
cat >"$TMP/project/c.json" <<'JSON'
{ "profile": "pybroker1", "engine": { "fill": "close", "slots": 2 }, "cash": 50000, "data": "bars",
  "symbols": "@names.json", "params": { "fast": 5, "slow": 12 }, "from": "2018-02-01" }
JSON
show() { # key of the metrics JSON
  sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",]*\)\"\{0,1\},*\$/\1/p" "$TMP/p.out" | head -n 1
}
run p "$first" run "$S" --config "$TMP/project/c.json" --format json
expect 0 "config file"
[ "$(show profile)" = pybroker1 ] && good || bad "profile of the config: $(show profile)"
[ "$(show fill)" = close ] && good || bad "engine key of the config: $(show fill)"
[ "$(show cash)" = 50000 ] && good || bad "cash of the config: $(show cash)"
[ "$(show price_rounding)" = cents ] && good || bad "profile below the config: $(show price_rounding)"
run p "$first" run "$S" --config "$TMP/project/c.json" --engine fill=high --cash 7000 \
  --profile wick --format json
expect 0 "options over the config"
[ "$(show fill)" = high ] && good || bad "option over config: $(show fill)"
[ "$(show slots)" = 2 ] && good || bad "config over --profile: $(show slots)"
[ "$(show cash)" = 7000 ] && good || bad "cash option: $(show cash)"
[ "$(show price_rounding)" = tick ] && good || bad "--profile: $(show price_rounding)"
echo '{ "fast": 5, "slow": 12 }' >"$TMP/P.json"
run a "$first" run "$S" --data "$TMP/project/bars" --params "$TMP/P.json" --param slow=40 --trades -
run b "$first" run "$S" --data "$TMP/project/bars" --param fast=5 slow=40 --trades -
same "$TMP/a.out" "$TMP/b.out" "--param over --params"
for text in '{ "proffile": "wick" }' '{ "fill": "open" }' '[]' '{ "cash": "much" }' '{ "cash": 1' \
  '{ "engine": { "slots": [] } }' '{ "from": "soon" }' '{ "from": "2018" }' '{ "seed": 1.5 }'; do
  echo "$text" >"$TMP/bad.json"
  run x "$first" run "$S" --data "$TMP/project/bars" --config "$TMP/bad.json"
  expect 2 "config $text"
  says x 'bad.json' "config $text"
  says x '^hint: |did you mean|has to be|bad.json:' "config $text"
done

# Ratios are per bar in the profiles of PyBroker unless a number of bars a year is asked for.
year() { # OPTION... : bars a year, sharpe and sharpe_annual of a run
  run p "$first" run "$S" --data "$TMP/project/bars" --format json "$@"
  expect 0 "run with $*"
  echo "$(show bars_per_year) $(show sharpe) $(show sharpe_annual)"
}
per_bar=$(year --profile pybroker1)
case $per_bar in
none\ -[0-9]*\ null | none\ [0-9]*\ null) good ;;
*) bad "pybroker1 is not per bar: $per_bar" ;;
esac
[ "$(year --profile pybroker1 --bars-per-year none)" = "$per_bar" ] && good || bad "none in pybroker1"
case $(year --profile pybroker2) in none\ *\ null) good ;; *) bad "pybroker2 is not per bar" ;; esac
of_four=$(year --profile pybroker1 --bars-per-year 4)
echo "$per_bar $of_four" | awk '{ d = $5 / $2 - 2; exit !($4 == 4 && $5 == $6 && d < 1e-12 && d > -1e-12) }' &&
  good || bad "pybroker1 with 4 bars a year: $of_four, per bar $per_bar"
case $(year) in none\ * | *\ null) bad "wick is not annualised" ;; *) good ;; esac
case $(year --bars-per-year none) in none\ *\ null) good ;; *) bad "wick with none" ;; esac
echo '{ "profile": "pybroker1", "bars_per_year": 4 }' >"$TMP/year.json"
[ "$(year --config "$TMP/year.json")" = "$of_four" ] && good || bad "bars_per_year of a config"
[ "$(year --config "$TMP/year.json" --bars-per-year none)" = "$per_bar" ] && good ||
  bad "option over bars_per_year of a config"
echo '{ "profile": "pybroker1", "bars_per_year": "auto" }' >"$TMP/year.json"
case $(year --config "$TMP/year.json") in none\ * | *\ null) bad "auto of a config" ;; *) good ;; esac

# With trade_pnl=net the fees are already in total_pnl and are not taken off again.
run p "$first" run "$S" --data "$TMP/project/bars" --engine fee_pct=0.1 trade_pnl=net --format json
expect 0 "net trades"
[ "$(show total_pnl)" = "$(show net_pnl)" ] && good || bad "net_pnl of net trades: $(show net_pnl)"
run p "$first" run "$S" --data "$TMP/project/bars" --engine fee_pct=0.1 --format json
[ "$(show total_pnl)" != "$(show net_pnl)" ] && good || bad "net_pnl of gross trades: $(show net_pnl)"
finish
