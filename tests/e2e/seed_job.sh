# SPDX-License-Identifier: MIT
# The shipped pipelines on made-up bars: the whole job on both hosts with any number of threads, its
# resume after kill -9, what a global model depends on, every pipeline by itself, and mistakes.
. "$(dirname "$0")/support/lib.sh"
cd "$TMP" || exit 1
H=$(echo $HOSTS | cut -d' ' -f1)
ln -s "$SRC/pipelines" pipelines
ln -s "$SRC/strategies" strategies
run s "$H" data synth --out bars --symbols 24 --bars 2000 --planted 1 --seed 5 -q
expect 0 "bars"
ALL=$(ls bars | sed 's/\.csv$//' | tr '\n' ',' | sed 's/,$//')
BACK=$(ls bars | sed 's/\.csv$//' | sort -r | tr '\n' ',' | sed 's/,$//')
SPAN="--from 2018-01-01 --to 2022-06-30"
TEST="--test-from 2022-08-01 --test-to 2024-12-31"
FAST="--trials 4 --batch 2 --split none --min-trades 5 --hyper-trials 3 --model-params rounds=60 early_stopping=0 --random 40 --replicates 200 --quiet"
job() { # name host args...
  job_name=$1 job_host=$2
  shift 2
  # shellcheck disable=SC2086
  run "$job_name" "$job_host" pipeline tune_train_backtest --strategy donchian_breakout --data bars --run-id x \
    $SPAN $TEST $FAST "$@"
}
same_folder() { # a b what
  if diff -r -x environment.json -x .lock "$1" "$2" >"$TMP/diff.txt" 2>&1; then good; else
    bad "$3"
    head -n 4 "$TMP/diff.txt"
  fi
}
N=0
for host in $HOSTS; do
  for threads in 1 2; do
    N=$((N + 1))
    job "j$N" "$host" --portfolio "$ALL" --run-root "r$N" --jobs $threads
    expect 0 "$host, $threads threads"
    [ $N -gt 1 ] && same_folder r1/x "r$N/x" "$host with $threads threads gives other bytes"
  done
done
MODEL=r1/x/custom_donchian_breakout.model

# The planted structure is learnt: TRAINED beats PASSTHROUGH with intervals clear of zero, and nearly all
# random filters that accept as often.
value() { awk -F, -v m="$2" -v c="$3" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } $3 == m { print $at[c] }' "$1/x/compare.csv"; }
above() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && a + 0 > b + 0) }'; }
for m in win_rate avg_return_pct; do
  above "$(value r1 $m low)" 0 && good || bad "$m: interval from $(value r1 $m low) to $(value r1 $m high)"
  above "$(value r1 $m trained)" "$(value r1 $m random_high)" && good || bad "$m does not beat RANDOM"
done
[ "$(awk -F, '$2 == "custom"' r1/x/compare.csv | wc -l)" -eq 46 ] && good || bad "rows of the table"

# kill -9 at several moments; the same command goes on and ends with the same bytes.
for k in 1 2 3; do
  # shellcheck disable=SC2086
  "$BUILD/$H" pipeline tune_train_backtest --strategy donchian_breakout --data bars --run-id x $SPAN $TEST $FAST \
    --portfolio "$ALL" --run-root killed >/dev/null 2>&1 &
  pid=$!
  sleep 0.$((k * 3))
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  [ -e killed/x/manifest.json ] && [ $k -eq 1 ] && echo "note: the first kill came too late"
done
job k "$H" --portfolio "$ALL" --run-root killed
expect 0 "resume after kill -9"
same_folder r1/x killed/x "a resumed job gives other bytes"

# One global model: the order of symbols is nothing to it, every symbol is something.
TRAIN="--strategy donchian_breakout --data bars $SPAN --model-params rounds=60 early_stopping=0 --quiet"
# shellcheck disable=SC2086
{
  run a "$H" pipeline train_model $TRAIN --portfolio "$ALL" --run-id a
  run b "$H" pipeline train_model $TRAIN --portfolio "$BACK" --run-id b
  expect 0 "training"
  run c "$H" pipeline train_model $TRAIN --portfolio "${ALL#*,}" --run-id c
  expect 0 "training without one symbol"
}
same runs/a/custom_donchian_breakout.model runs/b/custom_donchian_breakout.model "symbols in another order"
cmp -s runs/a/custom_donchian_breakout.model runs/c/custom_donchian_breakout.model && bad "a symbol left out changes nothing" || good

# Features know nothing of later bars: on the first bars alone they are the same, rows and all. Labels that
# are there stay.
cat >prefix.lua <<'LUA'
local P = wick.pipeline "prefix"
P.options = { symbols = { type = "list", required = true } }
local function same(a, b) return a == b or (a ~= a and b ~= b) end
function P.run(cfg, run)
  local bars, checked = run:bars { data = "bars", symbols = cfg.symbols }, 0
  for _, name in ipairs { "donchian_breakout", "structure_liquidity" } do
    local s = run:strategy("strategies/" .. name .. ".lua")
    for _, features in ipairs(name == "donchian_breakout" and { "v1", "v2" } or { false }) do
      local params = features and { features = features } or {}
      local x, labels = s:dataset { bars = bars, params = params }
      local y = labels:y()
      for _, cut in ipairs { 260, 611, 1203, 1777 } do
        local part = bars:upto(bars:clock()[cut])
        local x2, l2 = s:dataset { bars = part, params = params }
        local y2 = l2:y()
        for _, f in ipairs(x2:names()) do
          local a, b = x:column(f), x2:column(f)
          for i = 1, #x2 do
            if not same(a[i], b[i]) then error(name .. ": feature " .. f .. " looks ahead at row " .. i) end
            checked = checked + 1
          end
        end
        for i = 1, #x2 do
          if y2[i] == y2[i] and y2[i] ~= y[i] then error(name .. ": a label changed at row " .. i) end
        end
      end
    end
  end
  run:show(wick.fmt(checked) .. "\n")
end
return P
LUA
run x "$H" pipeline prefix.lua --symbols SYN01,SYN02,SYN03,SYN04,SYN05,SYN06 --quiet
expect 0 "features do not look ahead"
[ "$(cat x.out)" -gt 10000 ] && good || bad "only $(cat x.out) values were compared"

# Every pipeline by itself; backtests agree with wick run.
BT="--strategy donchian_breakout --data bars --test-portfolio $ALL $TEST --params-file r1/x/custom_donchian_breakout_best_strategy_params.json"
# shellcheck disable=SC2086
{
  run p "$H" pipeline tune_strategy --strategy structure_liquidity --data bars --portfolio "$ALL" $SPAN --trials 3 --split none --quiet --run-id ts
  expect 0 tune_strategy
  [ -s runs/ts/custom_structure_liquidity_best_strategy_params.json ] && good || bad "tune_strategy wrote nothing"
  run p "$H" pipeline tune_hyper --strategy donchian_breakout --data bars --portfolio "$ALL" $SPAN --model logistic --scaler standard --imputer median --hyper-trials 3 --quiet --run-id th
  expect 0 tune_hyper
  run p "$H" pipeline train_model $TRAIN --portfolio "$ALL" --min-auc 0 --hyper-file runs/th/custom_donchian_breakout_best_params.json --run-id lg
  expect 0 "train_model of a logistic regression"
  run p "$H" pipeline backtest $BT --model "$MODEL" --run-id bt --quiet
  expect 0 backtest
  run p "$H" pipeline backtest_passthrough $BT --run-id bp --quiet
  expect 0 backtest_passthrough
  run p "$H" pipeline compare $BT --models "$MODEL" --random 10 --replicates 100 --run-id cp --quiet
  expect 0 compare
  run p "$H" pipeline walk_forward --strategy donchian_breakout --data bars --portfolio "$ALL" --from 2018-01-01 --to 2024-12-31 --train 1200 --test 400 --random 5 --replicates 100 --run-id wf --quiet
  expect 0 walk_forward
}
same r1/x/custom_donchian_breakout_trained_trades.csv runs/bt/custom_donchian_breakout_trained_trades.csv "backtest of the model"
same r1/x/custom_donchian_breakout_passthrough_trades.csv runs/bp/custom_donchian_breakout_passthrough_trades.csv "backtest without"
[ "$(wc -l <runs/wf/custom_donchian_breakout_windows.csv)" -ge 3 ] && good || bad "windows of walk_forward"
RUN="strategies/donchian_breakout.lua --data bars --from 2021-06-27 --to 2024-12-31 --trade-from 2022-08-01 --params r1/x/custom_donchian_breakout_best_strategy_params.json"
for host in $HOSTS; do
  # shellcheck disable=SC2086
  {
    run w "$host" run $RUN --model "$MODEL" --trades t.csv -q --format json
    expect 0 "$host run --model"
    same t.csv r1/x/custom_donchian_breakout_trained_trades.csv "$host run --model"
    # Beside another strategy the bundle finds its own by the name it was trained for.
    run w "$host" run strategies/vol_target.lua ${RUN%%--params*} --params r1/x/custom_donchian_breakout_best_strategy_params.json \
      --weights 1,1 --model "$MODEL" -q
    expect 0 "$host: a model in an account of two"
    has w.out "model=donchian_breakout="
    run w "$host" run strategies/vol_target.lua strategies/rotation.lua --data bars --model "$MODEL"
    expect 2 "$host: a model of no strategy there"
    has w.err "of no strategy here"
    run w "$host" run $RUN --model passthrough --trades t.csv --metrics m1.json -q
    run w "$host" run $RUN --metrics m2.json -q
    same m1.json m2.json "$host: passthrough is no filter"
    same t.csv r1/x/custom_donchian_breakout_passthrough_trades.csv "$host: passthrough"
    run w "$host" run $RUN --model "$MODEL" --model-size 0.5:0.9:0.2 --trades t2.csv -q
    expect 0 "$host: sized by score"
    cmp -s t2.csv r1/x/custom_donchian_breakout_trained_trades.csv && bad "$host: sizes do not follow the score" || good
  }
done

# Mistakes: what is wrong is said, and nothing is written.
nothing() { [ -z "$(ls runs/bad 2>/dev/null | grep -v stages)" ] && good || bad "$1: $(ls runs/bad)"; rm -rf runs/bad; }
train_bad() { # strategy, span, pattern, what [, more]
  # shellcheck disable=SC2086
  run e "$H" pipeline train_model --strategy "$1" --data bars --portfolio "$ALL" $2 --quiet --run-id bad ${5:-}
  expect 2 "$4"
  says e "$3" "$4"
  nothing "$4"
}
strategy() { # name, features, label
  cat >"$1.lua" <<LUA
local S = wick.strategy "$1"
function S.signals(b) return { long = ta.crossover(b.close, ta.sma(b.close, 20)), flat = ta.crossunder(b.close, ta.sma(b.close, 20)) } end
function S.features(b) return { $2 } end
$3
return S
LUA
}
train_bad donchian_breakout "--from 2018-01-01 --to 2018-11-30" '0 labelled rows, 0 of them positive; training needs at least 30' "too few rows"
strategy never 'a = ta.rsi(b.close, 14)' 'function S.label(b) local r = ta.atr(b, 14) return { kind = "trailing", horizon = 5, atr = r, initial = b.close * 2, trail = 1 } end'
train_bad never.lua "$SPAN" '0 of them positive; training needs 10 of each class' "no positive labels"
strategy empty 'a = ta.rsi(b.close, 14), b = b.close / 0 * 0' ''
train_bad empty.lua "$SPAN" "feature 'b' has no value in any training row" "a feature without values"
strategy flat 'a = b.close * 0 + 3, c = b.close * 0' ''
train_bad flat.lua "$SPAN" "feature 'a' has one value in all training rows; leave it out" "a constant feature"
train_bad flat.lua "$SPAN --allow-constant" "every feature has one value in all training rows" "constant features"
# What the strategy names may be constant, and nothing else.
strategy named 'a = b.close * 0 + 3, c = b.close * 0, d = ta.rsi(b.close, 14)' 'S.constant_features = { "c" }'
train_bad named.lua "$SPAN" "feature 'a' has one value in all training rows; leave it out" "a constant feature that is not the one named"
strategy named 'c = b.close * 0, d = ta.rsi(b.close, 14)' 'S.constant_features = { "c" }'
# shellcheck disable=SC2086
run e "$H" pipeline train_model --strategy named.lua --data bars --portfolio "$ALL" $SPAN --run-id named --min-auc 0
expect 0 "a constant feature that is named"
says e "feature 'c' is constant in training" "a constant feature that is named"
strategy named 'c = b.close * 0, d = ta.rsi(b.close, 14)' 'S.constant_features = { "cc" }'
train_bad named.lua "$SPAN" "S.constant_features names 'cc', which is no feature; did you mean 'c'" "a misspelt constant feature"
strategy nan 'a = wick.iff(b.close:gt(50), ta.rsi(b.close, 14), wick.na)' ''
train_bad nan.lua "$SPAN" "missing|imputer" "NaN in front of a model that refuses it" "--model logistic"
strategy none 'a = 1' ''
sed -i '/S.features/d' none.lua
train_bad none.lua "$SPAN" 'S.features' "a strategy without features"
train_bad donchian_breakout "$SPAN" "did you mean 'xgboost'" "a misspelt model" "--model xgbost"
train_bad donchian_breakout "$SPAN" "did you mean 'max_depth'" "a misspelt parameter" "--model-params max_dept=3"
train_bad donchian_breakout "--from 2018-01-01 --to 2019-03-31" '90 groups|training needs' "fewer rows than folds" "--folds 90"
# shellcheck disable=SC2086
{
  run e "$H" run strategies/structure_liquidity.lua --data bars --model "$MODEL" --trade-from 2022-08-01
  expect 2 "a bundle of another strategy"
  says e "is a model of strategy 'donchian_breakout' and cannot filter entries of 'structure_liquidity'" "a bundle of another strategy"
  run e "$H" run strategies/donchian_breakout.lua --data bars --model "$MODEL" --trade-from 2022-01-01
  expect 2 "overlap"
  says e 'learnt from 2018-01-01 to 2022-' "overlap"
  run e "$H" run strategies/donchian_breakout.lua --data bars --model "$MODEL" --trade-from 2022-01-01 --allow-overlap --metrics m.json -q
  expect 0 "overlap that was asked for"
  grep -q '"model_overlap": *"IN-SAMPLE"' m.json && good || bad "an in-sample result does not say so"
  sed 's/0\.5/0.6/' "$MODEL" >broken.model
  run e "$H" run strategies/donchian_breakout.lua --data bars --model broken.model --trade-from 2022-08-01
  expect 2 "a corrupted bundle"
  says e 'broken.model' "a corrupted bundle"
  run e "$H" run strategies/donchian_breakout.lua --data bars --model pasthrough
  says e "did you mean 'passthrough'" "a misspelt filter"
  run e "$H" run strategies/donchian_breakout.lua --data bars --model random:2
  says e 'a number from 0 to 1' "a rate of 2"
  run e "$H" run strategies/ma_crossover.lua --data bars --model "$MODEL" --trade-from 2022-08-01
  expect 2 "a strategy without features"
}
finish
