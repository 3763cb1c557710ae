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

# auto knows how many trials there will be, and says what it chose.
run auto "$first" tune "$S" --data bars --trials 201 --sampler auto --out auto
says_out() { grep -q -- "$2" "$TMP/$1.out" && good || bad "$3"; }
says_out auto 'auto(budget=201) -> tpe: more than 200 trials' "auto with 201 trials"
grep -q '"sampler": "auto(budget=201) -> tpe' auto/report.json && good || bad "auto in report.json"
run auto "$first" tune "$S" --data bars --trials 24 --sampler auto --out auto
says_out auto 'auto(budget=24) -> gp' "auto with 24 trials"
run auto "$first" tune "$S" --data bars --trials 501 --sampler auto --objective sharpe --objective calmar --out auto
says_out auto 'auto(budget=501) -> nsga2' "auto with two objectives"

# Why trials do not count is said.
cat >strict.lua <<'LUA'
return wick.objective { name = "strict", better = "higher",
  score = function(m) return wick.reject("never good enough", 1) end }
LUA
run strict "$first" tune "$S" --data bars --trials 8 --objective strict.lua --out strict
expect 0 "an objective that rejects everything"
says_out strict '8  rejected: never good enough' "reasons are counted"
grep -q '"reason": "never good enough"' strict/report.json && good || bad "no reasons in report.json"
for word in terminators splits objectives; do run "l-$word" "$first" list $word; expect 0 "wick list $word"; done
says_out l-objectives six_goals "six_goals are listed"
says_out l-splits cpcv "splits are listed"
says_out l-terminators stagnation "terminators are listed"
run d "$first" doc stagnation
expect 0 "wick doc stagnation"

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
  # Repeats stay repeats, and pruned trials keep their parameters and trades.
  twice() { # NAME OPTIONS...
    what=$1
    shift
    for n in 16 48; do
      run "$what" "$first" tune "$S" --data bars --trials $n --study "sqlite:///$what.db" --out "$what-2" "$@"
      expect 0 "$what, $n trials"
    done
    run "$what" "$first" tune "$S" --data bars --trials 48 --out "$what-1" "$@"
    for f in trials.csv report.txt returns.bin.zst returns.bin.gz; do
      [ ! -e "$what-1/$f" ] || same "$what-2/$f" "$what-1/$f" "$what in two sittings: $f"
    done
  }
  few=
  for p in atr_period donchian_period initial_stop_atr_multiplier trailing_stop_atr_multiplier \
    risk_per_trade_pct is_long_only trigger; do
    case $p in
    atr_period) few="$few --fix $p=14" ;;
    donchian_period) few="$few --fix $p=20" ;;
    *stop*) few="$few --fix $p=3" ;;
    risk*) few="$few --fix $p=0.02" ;;
    is_long_only) few="$few --fix $p=true" ;;
    trigger) few="$few --fix $p=close" ;;
    esac
  done
  # shellcheck disable=SC2086
  twice repeats $few
  cut -d, -f6 repeats-1/trials.csv | grep -q '[0-9]' && good || bad "no repeats in a small space"
  twice pruned --split kfold:k=4 --pruner median:startup=3 --objective return_pct
  grep -q ',PRUNED,' pruned-2/trials.csv || grep -q PRUNED pruned-2/trials.csv && good || bad "nothing was pruned"
  grep PRUNED pruned-2/trials.csv | grep -q ',,,$' && bad "pruned trials lost their parameters" || good
  twice cma --sampler cmaes
  run cells "$first" tune "$SRC/strategies/ma_crossover.lua" --data bars --trials 100 --out cells \
    --sampler 'grid({"fast": [5, 10, 20], "slow": [30, 50, 80, 100]})' --fix pct_equity=20 --study sqlite:///g.db
  run cells "$first" tune "$SRC/strategies/ma_crossover.lua" --data bars --trials 100 --out cells \
    --sampler 'grid({"fast": [5, 10, 20], "slow": [30, 50, 80, 100]})' --fix pct_equity=20 --study sqlite:///g.db
  [ "$(grep -c COMPLETE cells/trials.csv)" -eq 12 ] && [ "$(wc -l <cells/trials.csv)" -eq 13 ] && good ||
    bad "a finished grid began again"
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
  for method in ped_anova fanova mdi; do
    run imp "$first" study importance sqlite:///s.db --method $method --format csv
    expect 0 "wick study importance --method $method"
    [ "$(wc -l <"$TMP/imp.out")" -eq 10 ] && good || bad "importance has not 9 parameters ($method)"
  done
  run imp "$first" study importance sqlite:///s.db --method anova
  expect 2 "an unknown method"
  run copied "$first" study copy sqlite:///s.db donchian_breakout journal:copied.log --name again
  expect 0 "wick study copy"
  run copied "$first" study copy sqlite:///s.db donchian_breakout journal:copied.log --name again
  expect 2 "a copy over another study"
  run a "$first" study trials sqlite:///s.db --format csv
  run b "$first" study trials journal:copied.log again --format csv
  same "$TMP/a.out" "$TMP/b.out" "a copied study"
  run again "$first" tune "$S" --data bars --trials 48 --study journal:copied.log --study-name again --out again
  expect 0 "going on with a copy"
  run longer "$first" tune "$S" --data bars --trials 48 --out longer
  same again/trials.csv longer/trials.csv "a copy goes on as the original would"
  # Without a storage what is finished is saved, and goes on as if nothing had been.
  env --default-signal=INT "$BUILD/$first" tune "$S" --data bars --trials 4000 --sampler tpe \
    --out saved >"$TMP/x.out" 2>"$TMP/x.err" &
  pid=$!
  sleep 1
  kill -INT $pid
  wait $pid
  CODE=$?
  if [ $CODE -eq 130 ]; then
    says x "trials are saved" "Ctrl-C without a study"
    n=$("$BUILD/$first" study list sqlite:///saved/study.db | sed -n '$s/.*maximize *\([0-9]*\).*/\1/p')
    n=$(((${n:-0} / 8 + 1) * 8))
    run saved "$first" tune "$S" --data bars --trials $n --sampler tpe --study sqlite:///saved/study.db --out saved
    expect 0 "going on with what was saved"
    run whole "$first" tune "$S" --data bars --trials $n --sampler tpe --out unbroken
    same saved/trials.csv unbroken/trials.csv "a search that was saved"
    same saved/report.txt unbroken/report.txt "a search that was saved"
  else
    expect 0 "a search that was quicker than Ctrl-C"
  fi
  # Results that were there stay until there are new ones, and then none of them is left.
  cp -r plain-$first-1 there
  env --default-signal=INT timeout -s INT 1 "$BUILD/$first" tune "$S" --data bars --trials 1000000 \
    --sampler random --quiet --out there >"$TMP/x.out" 2>"$TMP/x.err"
  same plain-$first-1/manifest.json there/manifest.json "an interrupted run over earlier results"
  # On a busy machine a second may not be enough for a batch.
  for seconds in 1 4 16; do
    env --default-signal=INT timeout -s INT $seconds "$BUILD/$first" tune "$S" --data bars --trials 1000000 \
      --sampler random --quiet --out there >"$TMP/x.out" 2>"$TMP/x.err"
    [ -e there/study-2.db ] && break
  done
  [ -e there/study.db ] && [ -e there/study-2.db ] && good || bad "the second interruption saved nothing"
  run there "$first" tune "$S" --data bars --trials 8 --out there --heat atr_period,exit_channel:count
  [ "$(ls there/heat-*.csv)" = there/heat-atr_period-exit_channel-count.csv ] && good || bad "old heat maps are left"
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
mistake "did you mean 'donchian_period'" tune "$S" --heat donchian_perod,atr_period
mistake "did you mean 'median'" tune "$S" --heat donchian_period,atr_period:medain
mistake "8 maps at most" tune "$S" $(for i in 1 2 3 4 5 6 7 8 9; do echo --heat atr_period,exit_channel; done)
mistake "did you mean 'six_goals'" tune "$S" --objective six_gaols
mistake "cannot make the folder" tune "$S" --trials 10000000 --out goal.lua/x
mistake "cannot make the folder" walk "$S" --trials 10000000 --out goal.lua/x
echo '[{"donchian_period": 33, "trigger": "close"}, {"atr_period": 11, "is_long_only": false}]' >first.json
run first "$first" tune "$S" --data bars --trials 8 --sampler random --enqueue first.json --out first
expect 0 "--enqueue"
sed -n 3p first/trials.csv | grep -q ',33,.*,close,' && good || bad "the first entry is not trial 1"
sed -n 4p first/trials.csv | grep -q ',11,' && good || bad "the second entry is not trial 2"
echo '{"donchian_perod": 33}' >bad.json
mistake "entry 1: .*did you mean 'donchian_period'" tune "$S" --enqueue bad.json
echo '[{"donchian_period": 3300}]' >bad.json
mistake "entry 1: 'donchian_period' cannot have that value" tune "$S" --enqueue bad.json
mistake "points of its own" tune "$S" --enqueue first.json --sampler brute_force
run four "$first" tune "$S" --data bars --trials 24 --optuna 4 --out four
expect 0 "--optuna 4"
cmp -s four/trials.csv plain-$first-1/trials.csv && bad "--optuna 4 changes nothing" || good
mistake "4" tune "$S" --optuna 3
mistake "is not A,B" tune "$S" --heat donchian_period
mistake "is not a time" tune "$S" --timeout soon
mistake "has no train part" walk "$S" --split none
mistake "there is no symbol 'SPY'" tune "$S" --split 'regime("close > open", symbol=SPY)'
cat >broken.lua <<'LUA'
return wick.objective { name = "broken", better = "higher", score = function(m) return m.sharp end }
LUA
mistake "no metric 'sharp'; did you mean 'sharpe'" tune "$S" --objective broken.lua
finish
