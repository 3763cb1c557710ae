# SPDX-License-Identifier: MIT
# Several strategies on one account: a strategy beside one that does nothing is what it is alone; the
# account is the sum of its parts; both hosts write the same bytes; mistakes are named.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 6 --bars 600 --seed 5 --ragged
expect 0 "making bars"
cat >"$TMP/idle.lua" <<'L'
local S = wick.strategy "idle"
function S.on_bar() end
return S
L
# With shares of 1 and 1 the idle one's cash is cash the account does not have twice: nothing is
# left over, and the other runs as if it were alone.
for host in $HOSTS; do
  for s in rotation risk_parity donchian_breakout ma_crossover_events ma_crossover solo.ma_crossover_events; do
    data=$TMP/bars
    case $s in solo.*) s=${s#solo.} data=$TMP/bars/SYN01.csv ;; esac
    run alone "$host" run "$SRC/strategies/$s.lua" --data "$data" --engine fee_pct=0.1 \
      --trades "$TMP/alone.csv" --equity "$TMP/alone.eq"
    expect 0 "$s alone"
    for order in "$SRC/strategies/$s.lua $TMP/idle.lua" "$TMP/idle.lua $SRC/strategies/$s.lua"; do
      # shellcheck disable=SC2086
      run both "$host" run $order --data "$data" --engine fee_pct=0.1 --weights 1,1 \
        --trades "$TMP/both.csv" --equity "$TMP/both.eq"
      expect 0 "$s beside an idle one"
      sed 's/,[^,]*$//' "$TMP/both.csv" >"$TMP/both.cut"
      same "$TMP/alone.csv" "$TMP/both.cut" "trades of $s alone and beside an idle one"
      same "$TMP/alone.eq" "$TMP/both.eq" "equity of $s alone and beside an idle one"
    done
  done
  run "$host.sum" "$host" run "$SRC/strategies/rotation.lua" "$SRC/strategies/vol_target.lua" \
    "$SRC/strategies/donchian_breakout.lua" --data "$TMP/bars" --weights 0.5,0.3,0.2 \
    --param rotation.look=30 window=40 --trades "$TMP/$host.t" --orders "$TMP/$host.o" \
    --equity "$TMP/$host.e" --metrics "$TMP/$host.m"
  expect 0 "three strategies"
  for what in t o e m; do same "$TMP/${first}.$what" "$TMP/$host.$what" "$what of $host"; done
done
for s in rotation vol_target donchian_breakout; do
  n=$(grep -c ",$s\$" "$TMP/$first.t")
  if [ "$n" -gt 3 ]; then good; else bad "only $n trades of $s"; fi
done
# Each order is in the list once, and ids go on.
ids=$(awk -F, 'NR > 1 && $1 != NR - 1 { n++ } END { print n + 0 }' "$TMP/$first.o")
if [ "$ids" -eq 0 ]; then good; else bad "$ids orders are out of line"; fi
grep -q 'By strategy' "$TMP/$first.sum.out" && good || bad "no table by strategy"

# A book below zero that stands on the cash of the others is no loan: 80 of 100 are spent by one with a
# share of 50, so that 20 earn interest, and nobody pays any.
cat >"$TMP/greedy.lua" <<'L'
local S = wick.strategy "greedy"
function S.each_bar(sym) if sym.bar == 5 then sym:buy { cash = 80000 } end end
return S
L
run x "$first" run "$TMP/greedy.lua" "$TMP/idle.lua" --data "$TMP/bars/SYN01.csv" --engine cash_rate=5 loan_rate=50 \
  --equity "$TMP/x.eq" --metrics "$TMP/x.m"
expect 0 "interest of an account"
grep '"total_interest"' "$TMP/x.m" | grep -vq ': -' && good || bad "interest: $(grep total_interest "$TMP/x.m")"

# A model of one of them is what it is alone; of all where it knows none.
for host in $HOSTS; do
  M=$SRC/strategies/ma_crossover_events.lua
  run alone "$host" run "$M" --data "$TMP/bars" --model random:0.5 --trades "$TMP/alone.csv"
  run plain "$host" run "$M" --data "$TMP/bars" --trades "$TMP/plain.csv"
  cmp -s "$TMP/alone.csv" "$TMP/plain.csv" && bad "the filter does nothing" || good
  for model in random:0.5 ma_crossover=random:0.5 "ma_crossover=random:0.5 idle=passthrough"; do
    # shellcheck disable=SC2086
    run both "$host" run "$M" "$TMP/idle.lua" --data "$TMP/bars" --weights 1,1 --model $model --trades "$TMP/both.csv"
    expect 0 "$host: $model"
    sed 's/,[^,]*$//' "$TMP/both.csv" >"$TMP/both.cut"
    same "$TMP/alone.csv" "$TMP/both.cut" "$host: trades filtered by $model"
    has "$TMP/both.out" "model=ma_crossover=random:0.5"
  done
  run both "$host" run "$M" "$M" --data "$TMP/bars" --weights 1,1 --model 'ma_crossover#2=random:0.5' --trades "$TMP/both.csv"
  expect 0 "$host: the second of two"
  one=$(grep -c ',ma_crossover$' "$TMP/both.csv") two=$(grep -c ',ma_crossover#2$' "$TMP/both.csv")
  [ "$two" -gt 0 ] && [ "$two" -lt "$one" ] && good || bad "$host: $one trades of the first, $two of the second"
done
run x "$first" run "$TMP/idle.lua" "$SRC/strategies/rotation.lua" --data "$TMP/bars" --model idle=random:0.5 random:0.2
expect 2 "two models"
says x "two models for strategy idle" "two models"
run x "$first" run "$TMP/idle.lua" "$SRC/strategies/rotation.lua" --data "$TMP/bars" --model rotatoin=random:0.5
expect 2 "a misspelt strategy"
run x "$first" run "$SRC/strategies/rotation.lua" --data "$TMP/bars" --model random:0.5 random:0.2
expect 2 "two models of one strategy"

run x "$first" run "$TMP/idle.lua" "$SRC/strategies/rotation.lua" --data "$TMP/bars" --weights 0.5
expect 2 "too few shares"
says x "is not 2 shares" "too few shares"
run x "$first" run "$TMP/idle.lua" --data "$TMP/bars" --weights 1
expect 2 "one strategy"
run x "$first" run "$TMP/idle.lua" "$SRC/strategies/rotation.lua" --data "$TMP/bars" --param lok=3
expect 2 "an unknown parameter"
says x "no strategy has a parameter 'lok'" "an unknown parameter"
run x "$first" run "$TMP/idle.lua" "$SRC/strategies/ma_crossover_pine.lua" --data "$TMP/bars"
expect 2 "two meanings of pnl"
says x "trade_pnl is gross in idle and net in" "two meanings of pnl"
cat >"$TMP/broken.lua" <<'L'
local S = wick.strategy "broken"
function S.on_bar(ctx) if ctx.bar == 50 then error "gone" end end
return S
L
run x "$first" run "$SRC/strategies/rotation.lua" "$TMP/broken.lua" --data "$TMP/bars"
expect 2 "an error in one of them"
says x "while running strategy broken" "an error in one of them"
finish
