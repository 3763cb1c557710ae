# SPDX-License-Identifier: MIT
# The port of docs/coming-from-freqtrade.md makes the trades of the Python it came from (made by the
# real freqtrade, tests/golden/engine/SOURCE); what phases=candle does not have is refused.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
G=$SRC/tests/golden/engine/freqtrade_port.csv
run synth "$first" data synth --out "$TMP/bars" --symbols 12 --bars 1500 --seed 3 --timeframe 1h
expect 0 "making bars"
P=$SRC/examples/scripts/roi_pullback.lua
for host in $HOSTS; do
  run port "$host" run "$P" --data "$TMP/bars" --engine qty_step=1e-8 --trades "$TMP/t.csv" \
    --equity "$TMP/e.csv"
  expect 0 "$host the port"
  tail -n +2 "$TMP/t.csv" | sort -t, -k4,4 -k1,1 >"$TMP/mine"
  grep -v "^final\|^symbol" "$G" >"$TMP/theirs"
  [ "$(wc -l <"$TMP/mine")" -eq "$(wc -l <"$TMP/theirs")" ] && good || bad "$host: other trades"
  paste -d, "$TMP/mine" "$TMP/theirs" | awk -F, '
    function off(a, b) { d = a - b; m = b < 0 ? -b : b; return d > 1e-8 * (1 + m) || d < -1e-8 * (1 + m) }
    BEGIN { r["exit_signal"] = "signal"; r["stop_loss"] = "stop_loss"; r["roi"] = "take_profit"
            r["trailing_stop_loss"] = "stop_trailing"; r["force_exit"] = "end" }
    $1 != $16 || off($6, $19) || off($7, $20) || off($8, $21) || off($10, $22) || $15 != r[$23] {
      print "trade " NR " differs: " $0; bad = 1 }
    END { exit bad }' >"$TMP/said" && good || bad "$host: $(head -n 1 "$TMP/said")"
  awk -F, -v want="$(sed -n 's/^final,*\([0-9.]*\),$/\1/p' "$G")" '
    { got = $2 } END { d = got - want; exit !(d < 1e-3 && d > -1e-3) }' "$TMP/e.csv" && good ||
    bad "$host: another balance"
done

# What a candle knows, and what it does not.
refused() { # PATTERN, the table of signals
  cat >"$TMP/r.lua" <<LUA
local S = wick.strategy "r"
function S.signals(b) return { long = b.close:gt(b.open), $2 } end
return S
LUA
  run refused "$first" run "$TMP/r.lua" --data "$TMP/bars" --profile freqtrade
  expect 2 "$2"
  says refused "$1" "$2"
}
refused "no stop entries" "entry_stop = b.high"
refused "sizes that ask" "size = function() return 1 end"
run slots "$first" run "$P" --data "$TMP/bars" --engine profile=wick size=slots
expect 2 "slots without candles"
says slots "size=slots needs phases=candle" "slots without candles"
run roi "$first" run "$P" --data "$TMP/bars" --engine minimal_roi=60:0.1,0:0.2
expect 2 "a table out of order"
says roi "minimal_roi" "a table out of order"

# Brackets that strategies for other profiles bring act too.
for script in donchian_breakout structure_liquidity rsi_mean_reversion ma_crossover rotate_top3; do
  for host in $HOSTS; do
    run "s.$host" "$host" run "$SRC/strategies/$script.lua" --data "$TMP/bars" --profile freqtrade \
      --trades - --cash 100000
    expect 0 "$host $script"
    same "$TMP/s.$first.out" "$TMP/s.$host.out" "$script"
  done
  [ "$(wc -l <"$TMP/s.$first.out")" -gt 20 ] && good || bad "$script: few trades"
done
cat >"$TMP/b.lua" <<'LUA'
local S = wick.strategy "b"
function S.signals(b)
  return { long = ta.cross_over(ta.rsi(b.close, 7), 30), stop_pct = 1.5, target_pct = 1, trail_pct = 1.2, hold = 9 }
end
return S
LUA
run brackets "$first" run "$TMP/b.lua" --data "$TMP/bars" --profile freqtrade --trades -
expect 0 "brackets"
for reason in stop_loss stop_trailing take_profit hold_bars; do has "$TMP/brackets.out" ",$reason"; done
run cut "$first" audit "$TMP/b.lua" --data "$TMP/bars" --profile freqtrade --cuts 4
expect 0 "audit of brackets"

# Orders of a script are the same as signals.
cat >"$TMP/signals.lua" <<'LUA'
local S = wick.strategy "same"
S.engine = { profile = "freqtrade", position_mode = "both", stoploss = -0.03, minimal_roi = "0:0.04,240:0.01" }
function S.signals(b)
  local r = ta.rsi(b.close, 7)
  return { long = ta.cross_over(r, 30), exit_long = r:gt(60), short = ta.cross_under(r, 70),
           exit_short = r:lt(40) }
end
return S
LUA
cat >"$TMP/orders.lua" <<'LUA'
local S = wick.strategy "same"
S.engine = { profile = "freqtrade", position_mode = "both", stoploss = -0.03, minimal_roi = "0:0.04,240:0.01" }
function S.init(ctx) ctx:series("r", function(b) return ta.rsi(b.close, 7) end) end
function S.each_bar(sym)
  local r, q = sym.r[0], sym.r[1]
  if wick.isna(q) then return end
  local pos = sym.position
  if r > 60 and pos > 0 or r < 40 and pos < 0 then sym:close() end
  -- An order against a position closes it; a signal of the other side does not.
  if r > 30 and r <= 60 and q <= 30 and (pos >= 0 or r < 40) then sym:buy() end
  if r < 70 and r >= 40 and q >= 70 and (pos <= 0 or r > 60) then sym:sell() end
end
return S
LUA
for host in $HOSTS; do
  for style in signals orders; do
    run "$style.$host" "$host" run "$TMP/$style.lua" --data "$TMP/bars" --trades -
    expect 0 "$host $style"
  done
  cut -d, -f1-12 "$TMP/signals.$host.out" | sort >"$TMP/a"
  cut -d, -f1-12 "$TMP/orders.$host.out" | sort >"$TMP/b"
  same "$TMP/a" "$TMP/b" "$host: orders and signals"
  [ "$(wc -l <"$TMP/a")" -gt 40 ] && good || bad "few trades"
  for style in signals orders; do
    run audit "$host" audit "$TMP/$style.lua" --data "$TMP/bars" --cuts 4
    expect 0 "$host audit of $style"
  done
done
# One run is two joined, with finer candles too; without them a state made with them does not go on.
J="--data $TMP/bars"
run whole "$first" run "$TMP/signals.lua" $J --trades -
run half "$first" run "$TMP/signals.lua" $J --save-state "$TMP/s" --save-state-at 2018-02-07
expect 0 "first half"
run joined "$first" run "$TMP/signals.lua" $J --from-state "$TMP/s" --trades -
same "$TMP/whole.out" "$TMP/joined.out" "two runs joined"
run m1 "$first" data synth --out "$TMP/m1" --symbols 2 --bars 9000 --timeframe 1m --seed 4
F="--data $TMP/m1 --timeframe 30m --engine intrabar=lower_tf"
run fwhole "$first" run "$TMP/signals.lua" $F --finer "$TMP/m1" --trades -
run fhalf "$first" run "$TMP/signals.lua" $F --finer "$TMP/m1" --save-state "$TMP/s" \
  --save-state-at 2018-01-05
run fjoined "$first" run "$TMP/signals.lua" $F --finer "$TMP/m1" --from-state "$TMP/s" --trades -
expect 0 "second half with finer candles"
same "$TMP/fwhole.out" "$TMP/fjoined.out" "two runs with finer candles joined"
[ "$(wc -l <"$TMP/fwhole.out")" -gt 10 ] && good || bad "few trades with finer candles"
run fless "$first" run "$TMP/signals.lua" $F --from-state "$TMP/s" --trades -
expect 2 "second half without finer candles"
says fless "the finer bars are not those the state was made with" "second half without finer candles"

run diff "$first" diff-profiles "$P" --data "$TMP/bars" --to-profile wick --orders 4 --format json
expect 0 "diff-profiles"
has "$TMP/diff.out" '"key": "phases"'
finish
