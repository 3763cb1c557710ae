# SPDX-License-Identifier: MIT
# Saved state from the command line: one run is two runs joined (random cut points, every shipped
# strategy, several profiles, both hosts and from one host to the other); files that are damaged,
# what-ifs, a full disk and a killed process.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 3 --bars 700 --seed 23 --ragged
expect 0 "making bars"
run synth "$first" data synth --out "$TMP/hours" --symbols 1 --bars 1500 --seed 3 --timeframe 1h
expect 0 "making hours"

# go NAME HOST FILE OPTIONS...: a run with everything it can write.
go() {
  go_name=$1 go_host=$2 go_file=$3
  shift 3
  run "$go_name" "$go_host" run "$go_file" "$@" --trades "$TMP/$go_name.trades" \
    --orders "$TMP/$go_name.orders" --equity "$TMP/$go_name.equity" \
    --metrics "$TMP/$go_name.metrics" --quiet
}
alike() { # NAME NAME WHAT: all four files are the same bytes
  for part in trades orders equity metrics; do
    if cmp -s "$TMP/$1.$part" "$TMP/$2.$part"; then good; else bad "$3: $part differ"; return; fi
  done
}
# A day between the first and the last, drawn from the two numbers given: the same in every test.
day() { # SEED DAYS FROM
  awk -v s="$1" -v n="$2" -v f="$3" 'BEGIN { srand(s); print strftime("%Y-%m-%d", f + int(rand() * n) * 86400, 1) }' 2>/dev/null ||
    echo 2019-06-05
}

seed=0
joined() { # FILE DATA FROM_SECONDS DAYS OPTIONS...
  file=$1 data=$2 from=$3 days=$4
  shift 4
  name=$(basename "$file")
  seed=$((seed + 1))
  cut=$(day "$seed" "$days" "$from")
  go whole "$first" "$file" --data "$data" "$@"
  expect 0 "$name runs"
  for host in $HOSTS; do
    go saved "$host" "$file" --data "$data" "$@" --save-state "$TMP/at.state" --save-state-at "$cut"
    expect 0 "$host $name $cut: saving"
    alike whole saved "$host $name $cut $*: saving changes the run"
    for other in $HOSTS; do
      go joined "$other" "$file" --data "$data" "$@" --from-state "$TMP/at.state"
      expect 0 "$host to $other $name $cut: going on"
      alike whole joined "$host to $other $name $cut $*: one run is two runs joined"
    done
    # Bars that end at the cut, as yesterday's file does.
    go past "$host" "$file" --data "$data" "$@" --to "$cut" --save-state "$TMP/end.state"
    expect 0 "$host $name $cut: saving at the end of the bars"
    go joined "$host" "$file" --data "$data" "$@" --from-state "$TMP/end.state"
    alike whole joined "$host $name $cut $*: going on with new bars"
  done
}

for file in "$SRC"/strategies/*.lua "$SRC"/examples/scripts/*.lua; do
  skipped && continue
  joined "$file" "$TMP/bars" 1517443200 700
done
for profile in pybroker1 pybroker2 backtesting.py vectorbt qstrader freqtrade; do
  for name in donchian_breakout ma_crossover_events rotate_top3 rsi_mean_reversion; do
    skipped && continue
    joined "$SRC/strategies/$name.lua" "$TMP/bars" 1517443200 700 --profile $profile
  done
done
for name in bracket-trailing-activation-offset-path-01 composite-trendmaster-pivot-anchored-bracket-01 \
  matrix-covariance-eigen-pca-01 mtf-htf-60-sma20-inside-security-01 udt-method-var-instance-streak-01 \
  na-nz-fixnan-history-chain-01 pyramid-close-id-grouping-01 ta-supertrend-direction-flip-01; do
  skipped && continue
  joined "$SRC/tests/pine/$name.lua" "$TMP/hours" 1515024000 40
done
joined "$SRC/strategies/ma_crossover_pine.lua" "$TMP/bars" 1517443200 700 --profile pine

# A cut before the first traded bar: nothing has been decided yet.
go whole "$first" "$SRC/strategies/ma_crossover_events.lua" --data "$TMP/bars" --trade-from 2019-06-03
go saved "$first" "$SRC/strategies/ma_crossover_events.lua" --data "$TMP/bars" --trade-from 2019-06-03 \
  --save-state "$TMP/at.state" --save-state-at 2018-09-03
alike whole saved "saving before the first traded bar changes the run"
go joined "$first" "$SRC/strategies/ma_crossover_events.lua" --data "$TMP/bars" --trade-from 2019-06-03 \
  --from-state "$TMP/at.state"
alike whole joined "going on from before the first traded bar"
# Plots, also when the run that was saved did not write them.
for name in drawings kelly_stats macd_rsi_combo; do
  file=$SRC/tests/pine/community/$name.pine
  [ -f "$file" ] || file=$SRC/tests/pine/semantics/$name.pine
  [ -f "$file" ] || continue
  run plots "$first" run "$file" --data "$TMP/hours" --plots "$TMP/plots.whole" --quiet
  run plots "$first" run "$file" --data "$TMP/hours" --save-state "$TMP/at.state" --save-state-at 2018-01-29 --quiet
  run plots "$first" run "$file" --data "$TMP/hours" --from-state "$TMP/at.state" --plots "$TMP/plots.joined" --quiet
  expect 0 "$name with plots"
  cmp -s "$TMP/plots.whole" "$TMP/plots.joined" && good || bad "$name: plots differ"
done
# From a pipeline: a checkpoint, a fork that goes on as it is and one that does not.
cat >"$TMP/fork.lua" <<'LUA'
local P = wick.pipeline "fork"
P.options = { strategy = { type = "text", required = true, doc = "a strategy" },
  data = { type = "text", required = true, doc = "bars" } }
function P.run(cfg, run)
  local bars = run:bars { data = { cfg.data } }
  local strategy = run:strategy { file = cfg.strategy }
  local p = strategy:values {}
  run:stage("first", { strategy = strategy, bars = bars }, function()
    local r = strategy:backtest { bars = bars, runs = { { params = p, checkpoint = "2019-03-04" } } }[1]
    run:write_state("cut.state", r.state)
    run:write_text("whole.csv", r:text "equity_csv")
    return {}
  end)
  local st = run:read_state(run.dir .. "/cut.state")
  run:stage("forks", { state = st, strategy = strategy, bars = bars }, function()
    local list = strategy:backtest { bars = bars, runs = { { params = p, from_state = st },
      { params = strategy:values { fast = 5 }, from_state = st, what_if = true } } }
    run:write_text("same.csv", list[1]:text "equity_csv")
    run:write_text("other.csv", list[2]:text "equity_csv")
    return {}
  end)
end
return P
LUA
for host in $HOSTS; do
  run fork "$host" pipeline "$TMP/fork.lua" --strategy "$SRC/strategies/ma_crossover_events.lua" \
    --data "$TMP/bars" --run-root "$TMP/runs" --run-id "$host" --quiet
  expect 0 "$host: forks in a pipeline"
  cmp -s "$TMP/runs/$host/whole.csv" "$TMP/runs/$host/same.csv" && good || bad "$host: a fork differs from its run"
  cmp -s "$TMP/runs/$host/whole.csv" "$TMP/runs/$host/other.csv" && bad "$host: a what-if changes nothing" || good
done
# Finer bars inside the bars.
run synth "$first" data synth --out "$TMP/fine" --symbols 1 --bars 3000 --seed 4 --timeframe 15m
for how in "$SRC/tests/pine/bracket-trailing-activation-offset-path-01.lua magnifier=on" \
  "$SRC/examples/scripts/bands_bracket.lua intrabar=lower_tf"; do
  file=${how% *}
  set -- --data "$TMP/fine" --timeframe 1h --finer "$TMP/fine" --engine "${how#* }"
  go whole "$first" "$file" "$@"
  go saved "$first" "$file" "$@" --save-state "$TMP/at.state" --save-state-at 2018-01-19
  go joined "$first" "$file" "$@" --from-state "$TMP/at.state"
  alike whole joined "${how#* }: one run is two runs joined"
  # The finer bars up to the cut belong to the history; those behind it may come later.
  mkdir -p "$TMP/fine2" "$TMP/fine3" "$TMP/fine4"
  grep -v '^2018-01-2\|^2018-01-3\|^2018-0[2-9]' "$TMP/fine/SYN01.csv" >"$TMP/fine2/SYN01.csv"
  sed '2,5d' "$TMP/fine/SYN01.csv" >"$TMP/fine3/SYN01.csv"
  awk -F, -v OFS=, 'NR == 9 { $6 = $6 + 1 } { print }' "$TMP/fine/SYN01.csv" >"$TMP/fine4/SYN01.csv"
  set -- --data "$TMP/fine" --timeframe 1h --engine "${how#* }"
  go early "$first" "$file" "$@" --finer "$TMP/fine2" --save-state "$TMP/early.state" --save-state-at 2018-01-19
  go late "$first" "$file" "$@" --finer "$TMP/fine" --from-state "$TMP/early.state"
  alike whole late "${how#* }: finer bars that came later"
  for other in fine3 fine4; do
    run no "$first" run "$file" "$@" --finer "$TMP/$other" --from-state "$TMP/at.state"
    expect 2 "${how#* }: other finer bars"
    has "$TMP/no.err" "SYN01: the finer bars are not those the state was made with"
  done
  run no "$first" run "$file" "$@" --from-state "$TMP/at.state"
  expect 2 "${how#* }: no finer bars"
  has "$TMP/no.err" "SYN01: the finer bars are not those the state was made with"
done
cat >"$TMP/inside.lua" <<'LUA'
local s = pine.strategy { title = "inside" }
local ups = pine.request.security_lower_tf("", "15", function(d) return d.close end)
return s:each_bar(function() if ups[0]:size() > 3 and ups[0]:get(0) < ups[0]:get(3) then s:entry("L", s.long) else s:close("L") end end)
LUA
set -- --data "$TMP/fine" --timeframe 1h
go whole "$first" "$TMP/inside.lua" "$@" --finer "$TMP/fine"
go saved "$first" "$TMP/inside.lua" "$@" --finer "$TMP/fine" --save-state "$TMP/at.state" --save-state-at 2018-01-19
go joined "$first" "$TMP/inside.lua" "$@" --finer "$TMP/fine" --from-state "$TMP/at.state"
alike whole joined "requests of finer bars"
run no "$first" run "$TMP/inside.lua" "$@" --finer "$TMP/fine4" --from-state "$TMP/at.state"
expect 2 "requests of other finer bars"
has "$TMP/no.err" "the finer bars are not those"
# Rates and corporate actions up to the cut, too: a state remembers how many of them were read.
printf 'date,symbol,dividend\n2018-03-01,SYN01,0.5\n2018-09-03,SYN01,0.4\n2019-06-03,SYN01,0.3\n' >"$TMP/div.csv"
grep -v 2019 "$TMP/div.csv" >"$TMP/div_then.csv"
sed '1a 2018-02-01,SYN01,0.6' "$TMP/div.csv" >"$TMP/div_more.csv"
sed 's/0.5$/0.6/' "$TMP/div.csv" >"$TMP/div_other.csv"
D=$SRC/strategies/ma_crossover_events.lua
set -- --data "$TMP/bars"
go whole "$first" "$D" "$@" --actions "$TMP/div.csv"
go saved "$first" "$D" "$@" --actions "$TMP/div_then.csv" --save-state "$TMP/div.state" --save-state-at 2019-03-04
go joined "$first" "$D" "$@" --actions "$TMP/div.csv" --from-state "$TMP/div.state"
alike whole joined "dividends that came later"
for other in div_more div_other; do
  run no "$first" run "$D" "$@" --actions "$TMP/$other.csv" --from-state "$TMP/div.state"
  expect 2 "other dividends before the cut"
  has "$TMP/no.err" "SYN01: dividend up to the cut is not what the state was made with"
done
run no "$first" run "$D" "$@" --from-state "$TMP/div.state"
expect 2 "no dividends"
go saved "$first" "$D" "$@" --save-state "$TMP/none.state" --save-state-at 2019-03-04
run no "$first" run "$D" "$@" --actions "$TMP/div.csv" --from-state "$TMP/none.state"
expect 2 "dividends where there were none"
has "$TMP/no.err" "(0 numbers, and here 2)"
run two "$first" run "$SRC/strategies/rotation.lua" "$SRC/strategies/vol_target.lua" --data "$TMP/bars" \
  --weights 0.6,0.4 --save-state "$TMP/two.state"
expect 2 "an account of several strategies"
has "$TMP/two.err" "is for a run of one strategy"

# ---- what a state refuses ----------------------------------------------------------------------
S=$SRC/strategies/ma_crossover_events.lua
go saved "$first" "$S" --data "$TMP/bars" --save-state "$TMP/good.state" --save-state-at 2019-03-04
expect 0 "a state to damage"
refuses() { # WHAT TEXT OPTIONS...
  what=$1 text=$2
  shift 2
  run no "$first" run "$S" --data "$TMP/bars" "$@"
  expect 2 "$what"
  if grep -q -- "$text" "$TMP/no.err"; then good; else bad "$what: $(cat "$TMP/no.err")"; fi
}
head -c 100 "$TMP/good.state" >"$TMP/short.state"
head -c 3000 "$TMP/good.state" >"$TMP/half.state"
{ head -c 2000 "$TMP/good.state"; printf 'X'; tail -c +2002 "$TMP/good.state"; } >"$TMP/bad.state"
printf 'symbol,close\n' >"$TMP/csv.state"
: >"$TMP/empty.state"
refuses "a state cut short" "cut short" --from-state "$TMP/short.state"
refuses "half a state" "checksum" --from-state "$TMP/half.state"
refuses "a damaged state" "checksum" --from-state "$TMP/bad.state"
refuses "a table" "no saved state" --from-state "$TMP/csv.state"
refuses "an empty file" "no saved state" --from-state "$TMP/empty.state"
refuses "a missing file" "missing.state" --from-state "$TMP/missing.state"
refuses "another parameter" "parameter fast is 7 here and was" --from-state "$TMP/good.state" --param fast=7
refuses "another setting" "engine setting slots is 2 here and was none" --from-state "$TMP/good.state" --engine slots=2
refuses "another profile" "engine setting" --from-state "$TMP/good.state" --profile pybroker2
refuses "other money" "cash is 5 here and was 100000" --from-state "$TMP/good.state" --cash 5
refuses "another seed" "the seed is 9 here and was 1" --from-state "$TMP/good.state" --seed 9
refuses "fewer symbols" "symbols is 2 here and was 3" --from-state "$TMP/good.state" --symbols SYN01,SYN02
refuses "a model" "the model is random" --from-state "$TMP/good.state" --model random:0.5
refuses "a later start" "load the history" --from-state "$TMP/good.state" --from 2018-06-01
refuses "too few bars" "load the history" --from-state "$TMP/good.state" --to 2018-12-31
refuses "a date without a file" "no file" --save-state-at 2019-01-01
refuses "a change without a date" "no date" --then fast=5
refuses "a date without a change" "nothing changes" --what-if 2019-01-01
refuses "stdout" "goes to a file" --save-state -
mkdir "$TMP/restated"
awk -F, 'NR == 301 { $5 = $5 + 0.01 } 1' OFS=, "$TMP/bars/SYN02.csv" >"$TMP/restated/SYN02.csv"
cp "$TMP/bars/SYN01.csv" "$TMP/bars/SYN03.csv" "$TMP/restated/"
S2=$S
run no "$first" run "$S2" --data "$TMP/restated" --from-state "$TMP/good.state"
expect 2 "a restated price"
grep -q "SYN02: the bars from" "$TMP/no.err" && good || bad "a restated price: $(cat "$TMP/no.err")"
sed 's/p.slow/(p.slow + 0)/' "$S" >"$TMP/edited.lua"
S=$TMP/edited.lua
refuses "an edited script" "text of the strategy" --from-state "$TMP/good.state"
S=$SRC/strategies/rotate_top3.lua
refuses "another script" "the strategy is rotate_top3 here and was" --from-state "$TMP/good.state"

# ---- what-if ----------------------------------------------------------------------------------
S=$SRC/strategies/ma_crossover_events.lua
go plain "$first" "$S" --data "$TMP/bars"
for host in $HOSTS; do
  go changed "$host" "$S" --data "$TMP/bars" --what-if 2019-03-04 --then fast=4 --then fee_pct=0.3 --format json
  expect 0 "$host: what-if"
  cp "$TMP/changed.out" "$TMP/what_if_$host.json"
  cmp -s "$TMP/what_if_$host.json" "$TMP/what_if_$first.json" && good || bad "what-if: hosts differ"
  # Before the date nothing differs, after it something does.
  awk -F, '$1 <= "2019-03-04"' "$TMP/plain.equity" >"$TMP/a"
  awk -F, '$1 <= "2019-03-04"' "$TMP/changed.equity" >"$TMP/b"
  cmp -s "$TMP/a" "$TMP/b" && good || bad "$host: what-if changes the past"
  cmp -s "$TMP/plain.equity" "$TMP/changed.equity" && bad "$host: what-if changes nothing" || good
  # What is called unchanged is the plain run.
  run table "$host" run "$S" --data "$TMP/bars" --what-if 2019-03-04 --then fast=4 --quiet
  expect 0 "$host: the table of a what-if"
  grep -q "^trade_count .* $(awk 'END { print NR - 1 }' "$TMP/plain.trades") " "$TMP/table.out" &&
    good || bad "$host: what-if does not show the unchanged run: $(sed -n 1,8p "$TMP/table.out")"
done
refuses "a misspelt change" "did you mean 'fast'" --what-if 2019-03-04 --then fst=4

# ---- paper trading: day by day equals one run ---------------------------------------------------
S=$SRC/strategies/ma_crossover_events.lua
go plain "$first" "$S" --data "$TMP/bars" --to 2018-03-30
run a "$first" run "$S" --data "$TMP/bars" --to 2018-03-01 --save-state "$TMP/daily.state" --quiet
expect 0 "the first day"
for to in 2018-03-02 2018-03-05 2018-03-06 2018-03-12 2018-03-13 2018-03-28 2018-03-30; do
  for host in $HOSTS; do last=$host; done
  go daily "$last" "$S" --data "$TMP/bars" --to $to --from-state "$TMP/daily.state" --save-state "$TMP/daily.state"
  expect 0 "the day $to"
done
alike plain daily "day by day"

# ---- a full disk, a killed process --------------------------------------------------------------
cp "$TMP/good.state" "$TMP/kept.state"
(
  ulimit -f 1 # 512 bytes or a KiB, by the shell: less than a state
  trap '' XFSZ
  exec "$BUILD/$first" run "$S" --data "$TMP/bars" --save-state "$TMP/kept.state" --quiet
) >"$TMP/full.out" 2>"$TMP/full.err"
code=$?
[ $code -eq 2 ] && good || bad "no room for the state: exit $code"
cmp -s "$TMP/good.state" "$TMP/kept.state" && good || bad "no room for the state: the old one is gone"
[ "$(find "$TMP" -maxdepth 1 -name 'kept.state?*' | wc -l)" -eq 0 ] && good || bad "no room for the state: remains"
"$BUILD/$first" run "$S" --data "$TMP/bars" --save-state "$TMP/kept.state" --quiet >"$TMP/k.out" 2>&1 &
victim=$!
kill -9 $victim 2>/dev/null
wait $victim 2>/dev/null
run read "$first" run "$S" --data "$TMP/bars" --from-state "$TMP/kept.state" --quiet
expect 0 "after a kill there is a whole state"
finish
