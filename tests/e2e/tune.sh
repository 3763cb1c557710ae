# SPDX-License-Identifier: MIT
# wick tune and wick walk: the same bytes for any number of threads and on both VMs, studies that go
# on, records that replay, mistakes that are named.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
S=$SRC/strategies/donchian_breakout.lua
cd "$TMP" || exit 1
run synth "$first" data synth --out bars --symbols 4 --bars 700 --seed 5
expect 0 "making bars"

cat >goal.lua <<'LUA'
return wick.objective { name = "goal", better = "higher",
  constraints = { losses = function(m) return m.max_losses - 12 end },
  score = function(m, ledger, p)
    if m.trade_count < 5 then return wick.reject("fewer than 5 trades", 5 - m.trade_count) end
    return (m.sharpe or 0) * 100 + #ledger.trades / 1000 - p.risk_per_trade_pct
  end }
LUA

# The same files but for where they are and on which VM.
same_dir() {
  for f in "$1"/*; do
    case $f in */manifest.json | */environment.json | */stages) continue ;; esac
    same "$f" "$2/$(basename "$f")" "$3"
  done
}
variant() { # NAME COMMAND OPTIONS...
  v=$1 command=$2
  shift 2
  for jobs in 1 2; do
    for host in $HOSTS; do
      run "$v" "$host" "$command" "$S" --data bars --out "$v-$host-$jobs" --jobs "$jobs" "$@"
      expect 0 "$host $command $*"
      mv "$TMP/$v.out" "$TMP/$v-$host-$jobs.out"
      same "$TMP/$v-$first-1.out" "$TMP/$v-$host-$jobs.out" "$v: stdout"
      same_dir "$v-$first-1" "$v-$host-$jobs" "$v on $host with $jobs threads"
    done
  done
}
variant plain tune --trials 40 --objective goal.lua
variant folds tune --trials 30 --split kfold:k=3 --pruner median:startup=4 --objective freq_sharpe
variant stitched tune --trials 20 --split rolling:train=200d,test=60d,step=60d --over stitched
variant noise tune --trials 12 --robust noise:n=2 --sampler random
variant multi tune --trials 20 --objective six_goals --sampler nsga2
variant frames tune --trials 12 --timeframes 1d,1w --fix trigger=close
variant walked walk --trials 12 --split calendar:unit=year,train=1
variant paths walk --trials 8 --split cpcv:groups=4,test=2

# Every shipped objective scores, alike on both hosts.
for file in "$SRC"/pipelines/objectives/*.lua; do
  name=$(basename "$file" .lua)
  for host in $HOSTS; do
    run "$name" "$host" check "$file"
    expect 0 "$host check $name"
    run "$name" "$host" tune "$S" --data bars --trials 6 --objective "$file" --out "o-$name-$host"
    expect 0 "$host with objective $name"
    same "o-$name-$first/trials.csv" "o-$name-$host/trials.csv" "objective $name"
  done
done

# What is found is what a plain run gives.
run best "$first" run "$S" --data bars --params plain-$first-1/best.json --format json
expect 0 "running the winner"
trades=$(sed -n 's/.*"trade_count": *\([0-9]*\).*/\1/p' "$TMP/best.out")
grep -q ", $trades trades" plain-$first-1/report.txt && good || bad "the winner trades otherwise in a plain run"
grep -q '"finding"' plain-$first-1/report.json && good || bad "no finding in the report"
[ "$(wc -l <plain-$first-1/trials.csv)" -eq 41 ] && good || bad "trials.csv has not 41 lines"
[ -s walked-$first-1/equity.csv ] && good || bad "no stitched equity"
[ "$(wc -l <paths-$first-1/paths.csv)" -eq 4 ] && good || bad "cpcv(4, 2) has three paths"

# Bars behind a part do not exist: the train part of a holdout is the same as data that ends there.
run part "$first" tune "$S" --data bars --trials 15 --split 'holdout(from=2020-01-01)' --out part
expect 0 "a holdout"
run short "$first" tune "$S" --data bars --trials 15 --to 2019-12-31 --out short
expect 0 "bars that end"
same part/trials.csv short/trials.csv "a train part knows nothing of what follows"
grep -q '"test": [-0-9]' part/report.json && good || bad "the winner was not shown the test part"

# Without batches: any order, but the one that was taken can be taken again.
run async "$first" tune "$S" --data bars --trials 40 --split kfold:k=3 --pruner median:startup=4 \
  --async --jobs 2 --out async
expect 0 "--async"
run replay "$first" tune "$S" --data bars --trials 40 --split kfold:k=3 --pruner median:startup=4 \
  --replay async/order.txt --out replay
expect 0 "--replay"
same async/trials.csv replay/trials.csv "an async run replays"

# A grid ends by itself and holds every cell once.
run grid "$first" tune "$SRC/strategies/ma_crossover.lua" --data bars --trials 100 --out grid \
  --sampler 'grid({"fast": [5, 10, 20], "slow": [30, 50, 80, 100]})' --fix pct_equity=20 \
  --heat fast,slow:mean
expect 0 "a grid"
[ "$(wc -l <grid/trials.csv)" -eq 13 ] && good || bad "the grid has not 12 cells"
[ "$(grep -c COMPLETE grid/trials.csv)" -eq 12 ] && good || bad "not all cells are complete"
[ "$(wc -l <grid/heat-fast-slow-mean.csv)" -eq 13 ] && good || bad "heat map"

run early "$first" tune "$S" --data bars --trials 500 --sampler random --terminator max_trials:40 --out early
expect 0 "--terminator"
[ "$(wc -l <early/trials.csv)" -lt 100 ] && good || bad "the terminator did not end the search"

# Studies that go on.
if "$BUILD/$first" --version | grep -q 'sqlite *yes'; then
  run half "$first" tune "$S" --data bars --trials 16 --study sqlite:///s.db --out s1
  expect 0 "first half"
  run rest "$first" tune "$S" --data bars --trials 40 --study sqlite:///s.db --out s2
  expect 0 "second half"
  says rest "has 16 trials already" "second half"
  run whole "$first" tune "$S" --data bars --trials 40 --out s3
  same s2/trials.csv s3/trials.csv "a study in two sittings"
  run other "$first" tune "$S" --data bars --trials 60 --study sqlite:///s.db --objective calmar
  expect 2 "another objective"
  says other "was made with" "another objective"
  run synth2 "$first" data synth --out other --symbols 4 --bars 700 --seed 6
  run other "$first" tune "$S" --data other --trials 60 --study sqlite:///s.db
  expect 2 "other bars"
  says other "the study was made with something else" "other bars"
  env --default-signal=INT "$BUILD/$first" tune "$S" --data bars --trials 1000000 --sampler random \
    --study sqlite:///i.db --out i1 --quiet >"$TMP/x.out" 2>"$TMP/x.err" &
  pid=$!
  sleep 2
  kill -INT $pid
  wait $pid
  CODE=$? run_name=x
  expect 130 "Ctrl-C"
  [ ! -e i1/report.txt ] && good || bad "Ctrl-C left a report"
  n=$("$BUILD/$first" tune "$S" --data bars --trials 1 --sampler random --study sqlite:///i.db \
    --out i2 --format json 2>/dev/null | sed -n 's/.*"complete": *\([0-9]*\).*/\1/p')
  [ "${n:-0}" -gt 1 ] && good || bad "nothing is left of an interrupted study"
  # Killed in the middle: no finished trial is lost, none is there twice.
  "$BUILD/$first" tune "$S" --data bars --trials 1000000 --sampler random --study sqlite:///k.db \
    --out k1 --quiet >"$TMP/x.out" 2>"$TMP/x.err" &
  pid=$!
  sleep 2
  kill -9 $pid
  wait $pid 2>/dev/null
  n=$("$BUILD/$first" tune "$S" --data bars --trials 1 --sampler random --study sqlite:///k.db \
    --out k2 --format json 2>/dev/null | sed -n 's/.*"complete": *\([0-9]*\).*/\1/p')
  run killed "$first" tune "$S" --data bars --trials $((n + 20)) --sampler random --study sqlite:///k.db --out k3
  expect 0 "going on after kill -9"
  [ "$(grep -c COMPLETE k3/trials.csv)" -eq $((n + 20)) ] && good || bad "trials are missing after kill -9"
  [ -z "$(cut -d, -f1 k3/trials.csv | sort | uniq -d)" ] && good || bad "a trial is there twice"
fi
run promoted "$first" pipeline promote plain-$first-1 --configs conf
expect 0 "promoting a winner"
same plain-$first-1/best.json conf/tuned/donchian_breakout.json "the promoted winner"
# On a terminal the search says how it goes.
if command -v script >/dev/null; then
  script -qec "timeout -s INT 4 '$BUILD/$first' tune '$S' --data bars --trials 1000000 --sampler random" \
    /dev/null </dev/null >"$TMP/x.tty" 2>&1
  grep -q 'of 1000000 trials, best' "$TMP/x.tty" && good || bad "no progress on a terminal"
  grep -q 's left' "$TMP/x.tty" && good || bad "no time left on a terminal"
fi

mistake() { # PATTERN OPTIONS...
  pattern=$1
  shift
  run bad "$first" "$@" --data bars
  expect 2 "$*"
  says bad "$pattern" "$*"
}
mistake "did you mean 'sharpe'" tune "$S" --objective sharp
mistake "neither better high nor low" tune "$S" --objective initial_market_value
mistake "the file is a strategy" tune "$S" --objective "$S"
mistake "the file is an objective" tune goal.lua
mistake "did you mean 'kfold'" tune "$S" --split kfolds
mistake "did you mean 'tpe'" tune "$S" --sampler tpf
mistake "did you mean 'noise'" tune "$S" --robust noize
mistake "did you mean 'donchian_period'" tune "$S" --fix donchian_perod=3
mistake "is not A,B" tune "$S" --heat donchian_period
mistake "is not a time" tune "$S" --timeout soon
mistake "has no train part" walk "$S" --split none
mistake "there is no symbol 'SPY'" tune "$S" --split 'regime("close > open", symbol=SPY)'
cat >broken.lua <<'LUA'
return wick.objective { name = "broken", better = "higher", score = function(m) return m.sharp end }
LUA
mistake "no metric 'sharp'; did you mean 'sharpe'" tune "$S" --objective broken.lua
finish
