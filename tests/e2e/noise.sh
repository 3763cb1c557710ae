# SPDX-License-Identifier: MIT
# On bars with nothing to learn, the interval of TRAINED less PASSTHROUGH lies above zero no more often
# than its level says: with eight seeds and 2.5 % on that side, two would be one in a hundred.
. "$(dirname "$0")/support/lib.sh"
cd "$TMP" || exit 1
ln -s "$SRC/pipelines" pipelines
ln -s "$SRC/strategies" strategies
H=$(echo $HOSTS | cut -d' ' -f1)
BEATS=0
FILTERS=0
FIXED="rounds=40 early_stopping=0 gamma=0 max_depth=3 min_child_weight=5 eta=0.1 subsample=0.8 colsample_bytree=0.8 reg_lambda=1 reg_alpha=0.001"
for seed in 11 12 13 14 15 16 17 18; do
  rm -rf bars
  run s "$H" data synth --out bars --symbols 16 --bars 1500 --seed $seed -q
  ALL=$(ls bars | sed 's/\.csv$//' | tr '\n' ',' | sed 's/,$//')
  # shellcheck disable=SC2086
  run n "$H" pipeline tune_train_backtest --strategy donchian_breakout --data bars --portfolio "$ALL" \
    --from 2018-01-01 --to 2021-06-30 --test-from 2021-09-01 --test-to 2023-12-31 --run-id s$seed --trials 1 \
    --split none --min-trades 0 --hyper-trials 1 --model-params $FIXED --min-auc 0 --random 5 --replicates 300 --quiet
  expect 0 "seed $seed"
  awk -F, '$3 == "sharpe" { exit !($8 > 0) }' runs/s$seed/compare.csv && BEATS=$((BEATS + 1))
  awk -F, '$3 == "rejected_model" { exit !($5 > 0) }' runs/s$seed/compare.csv && FILTERS=$((FILTERS + 1))
done
[ $FILTERS -ge 4 ] && good || bad "only $FILTERS of 8 models filter anything"
[ $BEATS -le 1 ] && good || bad "TRAINED beats PASSTHROUGH on noise with $BEATS of 8 seeds"
finish
