# SPDX-License-Identifier: MIT
# A Pine file is a strategy like any other: it is tuned, walked, audited and explained as it stands,
# and both hosts say the same.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 1 --bars 2500 --seed 4 --timeframe 1h
expect 0 "making bars"
cat >"$TMP/trend.pine" <<'PINE'
//@version=6
strategy("Trend", pyramiding = 0)
fast = input.int(8, "Fast", minval = 2, maxval = 30)
slow = input.int(21, "Slow", minval = 5, maxval = 90)
f = ta.ema(close, fast)
g = ta.ema(close, slow)
if ta.crossover(f, g)
    strategy.entry("L", strategy.long)
if strategy.position_size > 0
    strategy.exit("X", "L", stop = strategy.position_avg_price - 3 * ta.atr(14))
if ta.crossunder(f, g)
    strategy.close("L")
PINE
for host in $HOSTS; do
  run tune "$host" tune "$TMP/trend.pine" --data "$TMP/bars" --trials 12 --out "$TMP/$host.tune" --quiet
  expect 0 "$host tune"
  has "$TMP/tune.out" "Trend: 12 trials"
  has "$TMP/tune.out" "fast"
  run walk "$host" walk "$TMP/trend.pine" --data "$TMP/bars" --trials 6 --split rolling:train=800b,test=400b \
    --out "$TMP/$host.walk" --quiet
  expect 0 "$host walk"
  has "$TMP/walk.out" "walk-forward"
  run audit "$host" audit "$TMP/trend.pine" --data "$TMP/bars" --cuts 6
  expect 0 "$host audit"
  has "$TMP/audit.out" "no look-ahead found"
  run explain "$host" explain "$TMP/trend.pine" --data "$TMP/bars" --trade 2
  expect 0 "$host explain"
  has "$TMP/explain.out" "ema(close, 8)"
  for what in tune walk audit explain; do
    cp "$TMP/$what.out" "$TMP/$host.$what.out"
    same "$TMP/$first.$what.out" "$TMP/$host.$what.out" "$what on both hosts"
  done
done
printf '//@version=6\nstrategy("x")\nfoo = ta.smaa(close, 3)\n' >"$TMP/bad.pine"
run bad "$first" tune "$TMP/bad.pine" --data "$TMP/bars" --trials 3 --quiet
expect 2 "a Pine file with a mistake"
says bad "bad.pine:3:" "a Pine file with a mistake"
finish
