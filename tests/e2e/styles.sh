# SPDX-License-Identifier: MIT
# One rule in three styles, on both hosts, with one and two threads: the same bytes everywhere.
# The Pine style fills by TradingView's rules, which sort and round otherwise: it has its own reference.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 6 --bars 900 --seed 7
expect 0 "making bars"

reference=
pine=
for host in $HOSTS; do
  for style in ma_crossover ma_crossover_events ma_crossover_pine; do
    for jobs in 1 2; do
      id=$host.$style.$jobs
      run "$id" "$host" run "$SRC/strategies/$style.lua" --data "$TMP/bars" --param fast=7 slow=21 \
        --engine fee_pct=0.05 --jobs $jobs --trades "$TMP/$id.trades" --equity "$TMP/$id.equity" \
        --metrics "$TMP/$id.metrics"
      expect 0 "$id"
      if [ "$style" = ma_crossover_pine ]; then
        pine=${pine:-$id}
        for what in trades equity metrics; do
          same "$TMP/$pine.$what" "$TMP/$id.$what" "$what of $pine and $id"
        done
        continue
      fi
      reference=${reference:-$id}
      for what in trades equity metrics; do
        same "$TMP/$reference.$what" "$TMP/$id.$what" "$what of $reference and $id"
      done
    done
  done
done
rows=$(wc -l <"$TMP/$reference.trades")
if [ "$rows" -gt 20 ]; then good; else bad "only $rows lines of trades: nothing was compared"; fi

# One symbol asked about every bar: wick-jit walks idle bars in the script's trace. What a script reads on
# the way (account, stamps, levels that act, orders) is what Lua 5.4 reads after a step.
cat >"$TMP/reads.lua" <<'LUA'
local S = wick.strategy "reads"
local seen, sum = 0, 0
function S.each_bar(sym)
  seen = seen + 1
  if sym.bar % 7 == 0 then sum = sum + sym.open_pnl + sym.time % 1000 + sym.bars_held end
  if sym.bar % 50 == 0 and sym.position == 0 then sym:buy { pct_equity = 50, stop_pct = 1.5, target_pct = 3 } end
  if sym.bar % 120 == 60 then sym:close() end
  if sym.bar % 333 == 0 then print(sym.bar, seen, wick.fmt(sum), wick.fmt(sym.position)) end
end
return S
LUA
run synth "$first" data synth --out "$TMP/one.csv" --symbols 1 --bars 5000 --timeframe 15m --seed 9
expect 0 "making one symbol"
for host in $HOSTS; do
  run "reads.$host" "$host" run "$TMP/reads.lua" --data "$TMP/one.csv" --trades "$TMP/$host.reads.trades" \
    --orders "$TMP/$host.reads.orders" --equity "$TMP/$host.reads.equity"
  expect 0 "$host: a script that reads the account"
  for what in trades orders equity; do
    same "$TMP/$first.reads.$what" "$TMP/$host.reads.$what" "$what of reads on $first and $host"
  done
  same "$TMP/reads.$first.out" "$TMP/reads.$host.out" "what reads printed on $first and $host"
done
rows=$(wc -l <"$TMP/$first.reads.trades")
if [ "$rows" -gt 20 ]; then good; else bad "only $rows lines of trades from reads"; fi
finish
