# SPDX-License-Identifier: MIT
# `wick pipeline position_manager`: every golden file byte for byte, random data against
# tests/golden/pm/reference.py, defects named with nothing left behind, resume after a kill.
. "$(dirname "$0")/support/lib.sh"
cd "$TMP" || exit 1
PM=$SRC/pipelines/position_manager.lua
GOLD=$SRC/tests/golden/pm
REF=$GOLD/reference.py

# copy FROM TO: a writable run root.
copy() { rm -rf "$2" && cp -r "$1" "$2" && chmod -R u+w "$2"; }
# where NAME: the place in a run root of a file of a golden's out/.
where() {
  case $1 in
  ./canonical_config.json) echo pm-search/canonical_config.json ;;
  ./frame_counts.json) echo backtest/frame_counts.json ;;
  *) echo "$1" ;;
  esac
}
# golden HOST DIR ID EXIT
golden() {
  copy "$2/in" root
  run g "$1" pipeline "$PM" --run-root root --run-id "$3" --jobs $((1 + $4 % 2))
  expect "$4" "$1 $3"
  for file in $(cd "$2/out" && find . -type f); do
    same "$2/out/$file" "root/$(where "$file")" "$1 $3 $file"
  done
  cmp -s root/pm-search/position_manager_config.json root/pm-search/pm_threshold_config.json &&
    good || bad "$1 $3: the two config files differ"
  has root/pm-search/pm_threshold_report.md '# PM Threshold Report'
  has root/backtest/backtest_report.md '# Integrated Backtest Report'
  has root/backtest/failure_cases.md '# Backtest Failure Cases'
  has root/backtest/direction_ablation_backtest_report.md NO_BASELINE
}
# path HOST DIR NAME
path() {
  rm -rf root && mkdir root
  run p "$1" pipeline "$PM" --run-root root --stage path --path-rows "$2/input.csv" \
    --config "$2/$3_metrics.json"
  expect 0 "$1 path $3"
  for file in trades.csv events.csv equity.csv metrics.json; do
    same "$2/$3_$file" "root/path-simulation/path_$file" "$1 path $3 $file"
  done
}
for host in $HOSTS; do
  golden "$host" "$GOLD/b" golden-b 3
  golden "$host" "$GOLD/c" golden-c 3
  path "$host" "$GOLD/path" default
  path "$host" "$GOLD/path" tight
  if [ -d "$SHARED/spec/golden/pm_a" ]; then
    golden "$host" "$SHARED/spec/golden/pm_a" golden-a 0
  fi
done

# Stages one by one, a repeated run, and an older direction model.
HOST=${HOSTS# }
HOST=${HOST%% *}
copy "$GOLD/b/in" root
run s "$HOST" pipeline "$PM" --run-root root --run-id x --stage backtest
expect 2 'a backtest without a search'
says s 'position_manager_config.json is missing' 'a backtest without a search'
[ ! -e root/backtest ] && [ ! -e root/stages ] && [ ! -e root/.lock ] && good || bad 'a refused run left something'
run s "$HOST" pipeline "$PM" --run-root root --run-id x --stage search
expect 0 'the search alone'
grep -E 'validation_locked|latest_stress' root/run.log | grep -q reads && bad 'the search read a locked split' || good
run s "$HOST" pipeline "$PM" --run-root root --run-id x --stage backtest
expect 3 'the backtest alone'
run s "$HOST" pipeline "$PM" --run-root root --run-id x
expect 3 'all again'
says s 'stage search: unchanged' 'all again'
mkdir root/model/direction_baseline && cp root/model/direction/* root/model/direction_baseline/
run s "$HOST" pipeline "$PM" --run-root root --run-id x
expect 3 'with a baseline'
has root/backtest/direction_ablation_backtest_report.md '"total_weighted_edge_difference_bps": 0'
has root/backtest/direction_ablation_backtest_report.md COMPARED

# A config that was changed by hand.
sed -i.bak 's/"closeExitProb": 0.7/"closeExitProb": 0.8/' root/pm-search/position_manager_config.json
rm root/pm-search/*.bak
run t "$HOST" pipeline "$PM" --run-root root --run-id x --stage backtest
expect 2 'a changed config'
says t 'does not match its config_hash_sha256' 'a changed config'
run t "$HOST" pipeline "$PM" --run-root root --run-id x --stage backtest --force
expect 3 'a changed config, forced'
sed -i.bak 's/closeExitProb/closeExitPrbo/' root/pm-search/position_manager_config.json
run t "$HOST" pipeline "$PM" --run-root root --run-id x --stage backtest --force
expect 2 'an unknown key'
says t "'exit.closeExitPrbo' is unknown; did you mean 'exit.closeExitProb'" 'an unknown key'

# defect NAME PATTERN [ARGS...]: the run root in `root` is refused and nothing appears in it.
defect() {
  what=$1 pattern=$2
  shift 2
  (cd root && find . | sort) >before
  run d "$HOST" pipeline "$PM" --run-root root --run-id x "$@"
  expect 2 "$what"
  says d "$pattern" "$what"
  (cd root && find . | sort) >after
  same before after "$what left something behind"
}
fresh() { copy "$GOLD/c/in" root; }
fresh && sed -n 2p root/model/risk/tune_predictions.csv >>root/model/risk/tune_predictions.csv
defect 'a duplicate id' "model/risk/tune_predictions: sample_id 't01' is there twice, in rows 1 and 14"
fresh && sed -n 2p root/model/direction/tune_predictions.csv >>root/model/direction/tune_predictions.csv
defect 'a duplicate direction id' 'model/direction/tune_predictions: sample_id .t01. is there twice'
fresh && sed -i.bak 's/long_entry_prob/long_entry_prbo/' root/model/entry/tune_predictions.csv
defect 'a missing column' "no column 'long_entry_prob'; did you mean 'long_entry_prbo'"
fresh && rm root/model/risk/tune_predictions.csv
defect 'a missing file' 'model/risk/tune_predictions: there is no such table'
fresh && head -n 1 "$GOLD/c/in/model/risk/tune_predictions.csv" >root/model/risk/tune_predictions.csv
defect 'an empty join' 'PM frame is empty for tune_inner'
fresh && sed -i.bak 's/^t03,-1.6,-2.0/t03,inf,-2.0/' root/dataset/entry_train.csv
defect 'an infinite edge' "sample_id 't03': 'actual_long_expected_net_edge_bps' is not finite"
fresh && sed -i.bak 's/^t03,-1.6,/t03,,/' root/dataset/entry_train.csv
defect 'a missing edge' "sample_id 't03': 'actual_long_expected_net_edge_bps' is missing"
fresh && sed -i.bak '2,$s/,[0-9.]*,\([0-9.]*\),\([0-9.]*\)$/,nan,\1,\2/' root/model/risk/tune_predictions.csv
defect 'a head without probabilities' "'market_risk_prob' is missing \(NaN\) in every row"
fresh && sed -i.bak 's/^t02,0.2/t02,x/' root/model/risk/tune_predictions.csv
defect 'a cell that is no number' "risk/tune_predictions.csv:3: column 'market_risk_prob': 'x' is no number"
fresh && echo '{"long_open_prbo": [0.5]}' >grid.json
defect 'an unknown grid key' "grid: 'long_open_prbo' is unknown; did you mean 'long_open_prob'" --grid grid.json
fresh && defect 'an unknown option' 'unknown option --stge; did you mean --stage' --stge all
run d "$HOST" pipeline "$PM" --stage all
expect 2 'no run root'
says d '--run-root is missing' 'no run root'
run d "$HOST" pipeline "$PM" --run-root nowhere
expect 2 'a run root that is not there'
[ ! -e nowhere ] && good || bad 'a run root was made'

fresh && run d "$HOST" pipeline "$PM" --run-root root --quiet
run d "$HOST" pipeline rerun root
expect 2 'a rerun in place'
says d 'it has no rerun' 'a rerun in place'

# Order of rows does not matter; a grid of one's own does.
fresh && run o "$HOST" pipeline "$PM" --run-root root --run-id golden-c --quiet
copy "$GOLD/c/in" turned
(head -n 1 "$GOLD/c/in/model/risk/tune_predictions.csv" && tail -n +2 "$GOLD/c/in/model/risk/tune_predictions.csv" | sort -r) \
  >turned/model/risk/tune_predictions.csv
run o "$HOST" pipeline "$PM" --run-root turned --run-id golden-c --quiet
same root/backtest/backtest_trades.csv turned/backtest/backtest_trades.csv 'a shuffled table'
echo '{"long_open_prob": [0.6, 0.5], "min_entry_prob": [0.5], "min_direction_margin": [-0.1]}' >grid.json
run o "$HOST" pipeline "$PM" --run-root turned --run-id golden-c --quiet --stage search --grid grid.json
expect 0 'a grid of its own'
[ "$(wc -l <turned/pm-search/pm_search_candidates.csv)" -eq 97 ] && good || bad 'a grid of its own: candidates'

fresh && for file in root/model/direction/*.csv; do
  awk -F, 'NR == 1 { print $0 ",regime"; next } { print $0 "," (NR % 2 ? "calm" : "") }' "$file" >with && mv with "$file"
done
run g "$HOST" pipeline "$PM" --run-root root --run-id golden-c --quiet
expect 3 'with regimes'
same "$GOLD/c/out/backtest/backtest_trades.csv" root/backtest/backtest_trades.csv 'trades with regimes'
has root/backtest/regime_metrics.csv 'split_id,side,regime,trade_count'
has root/backtest/regime_metrics.csv 'validation_locked,LONG,calm,7'

# The same tables as native files, and with native trades.
run w "$HOST" pipeline "$PM" --run-root turned --run-id golden-c --quiet --format wkt
[ -f turned/backtest/backtest_trades.wkt ] && good || bad 'no .wkt trades'

# Killed anywhere, the next run ends with the same bytes.
fresh && run k "$HOST" pipeline "$PM" --run-root root --run-id golden-c --quiet
copy "$GOLD/c/in" killed
for pause in 0.01 0.03 0.06 0.1; do
  rm -rf killed/pm-search killed/backtest killed/stages
  "$BUILD/$HOST" pipeline "$PM" --run-root killed --run-id golden-c --quiet >/dev/null 2>&1 &
  pid=$!
  sleep "$pause"
  kill -9 "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
  run k "$HOST" pipeline "$PM" --run-root killed --run-id golden-c --quiet
  expect 3 "after a kill at $pause s"
  diff -r root killed >diff.out && good || { bad "after a kill at $pause s"; head -n 5 diff.out; }
  [ -z "$(find killed -name '.*.part' -o -name '.*.old' -o -name '.*.tmp')" ] && good || bad 'left-overs of a kill'
done
mkdir killed/.backtest.part && mv killed/pm-search killed/.pm-search.old
run k "$HOST" pipeline "$PM" --run-root killed --run-id golden-c --quiet
diff -r root killed >diff.out && good || { bad 'between two renames'; head -n 5 diff.out; }

# Random data against the independent reading.
if command -v python3 >/dev/null 2>&1; then
  for seed in 11 12; do
    rm -rf root made expected && mkdir made
    python3 "$REF" random-a "$seed" made && cp -r made root && python3 "$REF" part-a made expected r >/dev/null
    run r "$HOST" pipeline "$PM" --run-root root --run-id r --quiet
    for file in $(cd expected && find . -type f); do
      same "expected/$file" "root/$(where "$file")" "random $seed $file"
    done
    python3 "$REF" random-path "$seed" rows && python3 "$REF" path rows.csv rows.json want
    # shellcheck disable=SC2046
    set -- $(sed -n 's/^    "\(fee_bps\|slippage_bps\|leverage\|maintenance_bps\)": \([0-9.]*\).*/--\1 \2/p' rows.json |
      tr _ -)
    rm -rf root && mkdir root
    run r "$HOST" pipeline "$PM" --run-root root --stage path --path-rows rows.csv --config rows.json "$@"
    for file in trades.csv events.csv equity.csv metrics.json; do
      same "want_$file" "root/path-simulation/path_$file" "random path $seed $file"
    done
  done
else
  echo 'note: no python3, random data were not compared'
fi

# From bars to a verdict: a wave in the drift is found, plain noise is rejected; the same bytes on both
# hosts and after a kill.
bars() { # AMPLITUDE FILE
  awk -v a="$1" 'BEGIN {
    srand(7); p = 100; print "timestamp,open,high,low,close,volume"
    for (i = 0; i < 3000; i++) {
      o = p; p = p * exp(a * sin(i / 9.55) + 0.0008 * (rand() + rand() + rand() - 1.5) * 2)
      h = o > p ? o : p; l = o < p ? o : p
      printf "%.0f,%.5f,%.5f,%.5f,%.5f,%d\n", 1700000100000 + i * 300000, o, h * 1.0003, l * 0.9997, p, 1000 + i % 7
    } }' >"$2"
}
bars 0.0022 wave.csv
bars 0 noise.csv
for host in $HOSTS; do
  run h "$host" pipeline "$PM" --run-root "heads-$host" --run-id h --data wave.csv --model logistic \
    --leg-notional 5000 --path-trials 12
  expect 0 "$host: a planted wave"
  [ "$(wc -l <"heads-$host/path-simulation/path_trades.csv")" -gt 5 ] && good || bad "$host: no path trades"
  run n "$host" pipeline "$PM" --run-root "noise-$host" --run-id n --data noise.csv --model gaussian_nb
  expect 3 "$host: noise"
done
if [ -d heads-wick ] && [ -d heads-wick-jit ]; then
  diff -r heads-wick heads-wick-jit | grep -v environment.json | grep -q '^diff' &&
    bad 'heads differ between the hosts' || good
fi
"$BUILD/$HOST" pipeline "$PM" --run-root heads-killed --run-id h --data wave.csv --model logistic \
  --leg-notional 5000 --path-trials 12 --quiet >/dev/null 2>&1 &
pid=$!
sleep 0.15
kill -9 "$pid" 2>/dev/null
wait "$pid" 2>/dev/null
run k "$HOST" pipeline "$PM" --run-root heads-killed --run-id h --data wave.csv --model logistic \
  --leg-notional 5000 --path-trials 12 --quiet
expect 0 'heads after a kill'
diff -r "heads-$HOST" heads-killed >diff.out && good || { bad 'heads after a kill'; head -n 5 diff.out; }
echo '{"long_open_prob": [0.7]}' >grid.json
run k "$HOST" pipeline "$PM" --run-root heads-killed --run-id h --data wave.csv --model logistic \
  --leg-notional 5000 --grid grid.json
says k 'labels of validation_locked have been opened for 2 configs' 'a second look'
has heads-killed/sealed.json '"number": 2'
copy "$GOLD/c/in" root
run d "$HOST" pipeline "$PM" --run-root root --data wave.csv --model logistic
expect 2 'heads over foreign predictions'
says d 'holds predictions that were not made here' 'heads over foreign predictions'
finish
