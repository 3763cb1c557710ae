# SPDX-License-Identifier: MIT
# The shipped strategies reproduce the golden trade lists, on both hosts and for any thread count.
. "$(dirname "$0")/support/lib.sh"
need_shared spec/golden
need_shared data/daily
GOLDEN=$SHARED/spec/golden

params() { # SUMMARY: its parameters under the names of the strategies
  sed -n '/"params"/,/}/p' "$1" | tr -d '\n' | sed -e 's/.*"params"[^{]*//' -e 's/}.*/}/' \
    -e 's/"atr"/"atr_period"/' -e 's/"don"/"donchian_period"/' -e 's/"look"/"swing_lookback"/' \
    -e 's/"k"/"initial_stop_atr_multiplier"/' -e 's/"trail"/"trailing_stop_atr_multiplier"/' \
    -e 's/"risk"/"risk_per_trade_pct"/'
}

one() { # HOST SET PORTFOLIO JOBS
  set_name=$2
  summary=$GOLDEN/strategy_${set_name}_summary.json
  case $set_name in
  donchian*) script=donchian_breakout ;;
  *) script=structure_liquidity ;;
  esac
  grep -q '"stop_fill": *"open_gap"' "$summary" && gap=open || gap=level
  params "$summary" >"$TMP/P.json"
  run trades "$1" run "$SRC/strategies/$script.lua" --config "$SRC/configs/seed_replica.json" \
    --data "$SHARED/data/daily" --symbols "@$SRC/configs/portfolios/$3.json" \
    --from 2021-01-01 --to 2025-12-30 --trade-from 2023-07-03 --params "$TMP/P.json" \
    --engine gap_fill=$gap --jobs "$4" --trades - --equity "$TMP/equity.csv" --orders "$TMP/orders.csv"
  expect 0 "$1 $set_name $3"
  if awk -f "$SRC/tests/e2e/support/compare_trades.awk" \
    "$GOLDEN/strategy_${set_name}_$3_trades.csv" "$TMP/trades.out" >"$TMP/report"; then
    good
  else
    bad "$1 $set_name $3 (jobs $4)"
    cat "$TMP/report"
  fi
  if awk -v portfolio="$3" -f "$SRC/tests/e2e/support/compare_account.awk" "$summary" \
    "$TMP/equity.csv" "$TMP/orders.csv" >"$TMP/report"; then
    good
  else
    bad "account of $1 $set_name $3"
    cat "$TMP/report"
  fi
  cp "$TMP/trades.out" "$TMP/$1.$set_name.$3.$4.csv"
}

for set_name in donchian_default donchian_fit donchian_fit_gap structure_default structure_fit; do
  for portfolio in tickers1 tickers2 tickers3; do
    for host in $HOSTS; do
      one "$host" $set_name $portfolio 2
      same "$TMP/wick.$set_name.$portfolio.2.csv" "$TMP/$host.$set_name.$portfolio.2.csv" \
        "$set_name $portfolio on both hosts"
    done
  done
done
for host in $HOSTS; do
  one "$host" donchian_fit tickers3 1
  same "$TMP/$host.donchian_fit.tickers3.1.csv" "$TMP/$host.donchian_fit.tickers3.2.csv" \
    "$host with one and two threads"
done
finish
