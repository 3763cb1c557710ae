# SPDX-License-Identifier: MIT
# Every shipped strategy and example script trades on synthetic bars, alike on both hosts.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 12 --bars 1500 --seed 3
expect 0 "making bars"
for script in "$SRC"/strategies/*.lua "$SRC"/examples/scripts/*.lua; do
  name=$(basename "$script" .lua)
  for host in $HOSTS; do
    run "$name" "$host" check "$script"
    expect 0 "$host check $name"
    run "$name" "$host" run "$script" --data "$TMP/bars" --trades "$TMP/$host.$name.trades" \
      --orders "$TMP/$host.$name.orders" --equity "$TMP/$host.$name.equity" \
      --metrics "$TMP/$host.$name.metrics"
    expect 0 "$host run $name"
    for what in trades orders equity metrics; do
      same "$TMP/$first.$name.$what" "$TMP/$host.$name.$what" "$name on $first and $host"
    done
  done
  rows=$(wc -l <"$TMP/$first.$name.trades")
  if [ "$rows" -gt 5 ]; then good; else bad "$name: only $rows lines of trades"; fi
done
# The examples about holding costs, with the files that belong to them.
for host in $HOSTS; do
  run perpetual "$host" run "$SRC/examples/scripts/perpetual.lua" --data "$SRC/examples/bars" --symbols SYN01 \
    --funding "$SRC/examples/rates/funding.csv" --equity "$TMP/$host.perpetual" --trades "$TMP/$host.perp.trades"
  expect 0 "$host with funding"
  run dividends "$host" run "$SRC/examples/scripts/dividends.lua" --data "$SRC/examples/bars" \
    --actions "$SRC/examples/rates/actions.csv" --equity "$TMP/$host.dividends"
  expect 0 "$host with dividends"
  grep -q '^total_dividends *[1-9]' "$TMP/dividends.out" && good || bad "no dividends are received"
  for what in perpetual perp.trades dividends; do
    same "$TMP/$first.$what" "$TMP/$host.$what" "$what on $first and $host"
  done
done
grep -q '^time,equity,cash,fees,long_value,short_value,funding$' "$TMP/$first.perpetual" && good ||
  bad "no column of funding"
grep -q ',exit_reason,carry,liquidation$' "$TMP/$first.perp.trades" && good || bad "no carry in the trades"
# The strategy of the README is a strategy.
awk '/^```lua/ { on = 1; next } /^```/ { if (on) exit } on' "$SRC/README.md" >"$TMP/breakout.lua"
for host in $HOSTS; do
  run readme "$host" run "$TMP/breakout.lua" --data "$TMP/bars" --param n=30 --trades -
  expect 0 "$host with the strategy of the README"
  [ "$(wc -l <"$TMP/readme.out")" -gt 20 ] && good || bad "the strategy of the README does not trade"
done
# The embedder of examples/embed makes the same figures every time.
if [ -x "$BUILD/wick-embed" ]; then
  "$BUILD/wick-embed" >"$TMP/embed.1" 2>&1 && good || bad "wick-embed failed"
  "$BUILD/wick-embed" >"$TMP/embed.2" 2>&1
  same "$TMP/embed.1" "$TMP/embed.2" "two runs of wick-embed"
  grep -q '^trade_count *[1-9]' "$TMP/embed.1" && good || bad "wick-embed made no trade"
fi
# So does the cost model in C, and it costs something.
if [ -x "$BUILD/wick-embed-costs" ]; then
  "$BUILD/wick-embed-costs" >"$TMP/costs.1" 2>&1 && good || bad "wick-embed-costs failed"
  "$BUILD/wick-embed-costs" >"$TMP/costs.2" 2>&1
  same "$TMP/costs.1" "$TMP/costs.2" "two runs of wick-embed-costs"
  grep -q '^without .*fees 0.00 ' "$TMP/costs.1" && good || bad "costs where none were asked for"
  grep -q '^with costs .*fees [1-9]' "$TMP/costs.1" && good || bad "wick-embed-costs costs nothing"
fi
# And the indicator in C, which keeps the prefix law.
if [ -x "$BUILD/wick-embed-indicator" ]; then
  "$BUILD/wick-embed-indicator" >"$TMP/indicator.1" 2>&1 && good || bad "wick-embed-indicator failed"
  "$BUILD/wick-embed-indicator" >"$TMP/indicator.2" 2>&1
  same "$TMP/indicator.1" "$TMP/indicator.2" "two runs of wick-embed-indicator"
  grep -q '^[1-9][0-9]* trades, looks ahead: no$' "$TMP/indicator.1" && good || bad "$(cat "$TMP/indicator.1")"
fi
finish
