# SPDX-License-Identifier: MIT
# wick score and the statistics of wick run: formats, equal bytes, messages.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
S=$SRC/strategies/donchian_breakout.lua
run synth "$first" data synth --out "$TMP/bars" --symbols 3 --bars 500 --seed 5
expect 0 "making bars"

# A run, scored from its own files, has the numbers of the run.
run run "$first" run "$S" --data "$TMP/bars" -q --benchmark none --trades "$TMP/t.csv" \
  --equity "$TMP/e.csv" --metrics "$TMP/run.json"
expect 0 "a run"
for host in $HOSTS; do
  run s "$host" score "$TMP/t.csv" "$TMP/e.csv" --metrics "$TMP/score.json"
  expect 0 "trades and equity"
  sed -n '/"metrics"/,/^  }/p' "$TMP/run.json" | grep -v 'ambiguous\|total_pnl_' >"$TMP/m1"
  sed -n '/"metrics"/,/^  }/p' "$TMP/score.json" | grep -v 'ambiguous\|total_pnl_' >"$TMP/m2"
  same "$TMP/m1" "$TMP/m2" "metrics of the run's own files"
  run w "$host" score "$TMP/t.csv" --trades "$TMP/again.csv" --format json
  expect 0 "trades alone"
  says w "one row a weekday" "no equity"
  cut -d, -f1-11 "$TMP/t.csv" >"$TMP/t1"
  cut -d, -f1-11 "$TMP/again.csv" >"$TMP/t2"
  sed 's/,[^,]*$//; s/\(long,\)[^,]*/\1/' "$TMP/t1" >"$TMP/t1s"
  sed 's/,[^,]*$//; s/\(long,\)[^,]*/\1/' "$TMP/t2" >"$TMP/t2s"
  same "$TMP/t1s" "$TMP/t2s" "trades read and written"

  # Intervals, Monte-Carlo and sheets: the same bytes for any number of threads, and both hosts.
  for jobs in 1 3; do
    run "ci$jobs" "$host" run "$S" --data "$TMP/bars" -q --ci 200 --monte-carlo 300 --jobs $jobs \
      --breakdown year,month,weekday,symbol,side,holding,drawdowns,monthly_returns,backtesting.py,quantstats,pybroker_bootstrap
    expect 0 "statistics of a run"
  done
  same "$TMP/ci1.out" "$TMP/ci3.out" "threads"
  cp "$TMP/ci1.out" "$TMP/ci.$host"
  same "$TMP/ci.$first" "$TMP/ci.$host" "hosts"
  has "$TMP/ci1.out" "bca-stationary,level:0.95"
  has "$TMP/ci1.out" "Sharpe Ratio"
  has "$TMP/ci1.out" "smart_sortino"
  run j "$host" run "$S" --data "$TMP/bars" -q --ci 100 --ci-resample iid --ci-method basic \
    --monte-carlo 50 --monte-carlo-mode resample,compound --breakdown side --format json
  expect 0 "statistics as JSON"
  has "$TMP/j.out" '"method": "basic"'
  has "$TMP/j.out" '"mode": "resample"'
  has "$TMP/j.out" '"sheets"'

  # A metric of the script has an interval too.
  cat >"$TMP/own.lua" <<'LUA'
local S = wick.strategy "own"
metrics.define { name = "mean_pnl", eval = function(m, ledger)
  local s = 0
  for _, t in ipairs(ledger.trades) do s = s + t.pnl end
  return #ledger.trades > 0 and s / #ledger.trades or nil
end }
function S.signals(b, p)
  return { long = ta.crossover(b.close, ta.sma(b.close, 10)), flat = ta.crossunder(b.close, ta.sma(b.close, 10)) }
end
return S
LUA
  run own "$host" run "$TMP/own.lua" --data "$TMP/bars" -q --ci 50 --format json
  expect 0 "interval of a metric in Lua"
  sed -n '/"intervals"/,$p' "$TMP/own.out" | grep -A1 '"mean_pnl"\|"avg_pnl"' | grep '"low"' |
    awk '{ printf "%.9g\n", $2 }' | sort -u >"$TMP/lows"
  [ "$(wc -l <"$TMP/lows")" -eq 1 ] && good || bad "mean_pnl and avg_pnl have other intervals"
done

# Formats of other programs.
cat >"$TMP/tv.csv" <<'CSV'
Trade #,Type,Signal,Date/Time,Price USD,Contracts,Profit USD,Profit %,Cum. Profit USD
1,Entry Long,Long,2024-01-02 10:00,100,10,"1,000.00",100.00,1000
1,Exit Long,Close,2024-01-05 10:00,200,10,"1,000.00",100.00,1000
2,Exit Short,Close,2024-02-05,50,10,500,100,1500
2,Entry Short,Short,2024-02-01,100,10,500,100,1500
3,Entry Long,Long,2024-03-01,100,10,5,1,1505
3,Exit Long,Open,,101,10,5,1,1505
CSV
cat >"$TMP/bt.csv" <<'CSV'
,Size,EntryBar,ExitBar,EntryPrice,ExitPrice,SL,TP,PnL,Commission,ReturnPct,EntryTime,ExitTime,Duration,Tag
0,10,1,4,100.0,200.0,,,998.0,2.0,0.998,2024-01-02,2024-01-05,3 days,
1,-10,20,24,100.0,50.0,,,498.0,2.0,0.498,2024-02-01,2024-02-05,4 days,
CSV
cat >"$TMP/vbt.csv" <<'CSV'
Exit Trade Id,Column,Size,Entry Timestamp,Avg Entry Price,Entry Fees,Exit Timestamp,Avg Exit Price,Exit Fees,PnL,Return,Direction,Status,Position Id
0,A,10,2024-01-02,100,1,2024-01-05,200,1,998,0.998,Long,Closed,0
1,A,10,2024-02-01,100,1,2024-02-05,50,1,498,0.498,Short,Closed,1
2,A,10,2024-03-01,100,1,2024-03-05,50,0,-501,-0.5,Long,Open,2
CSV
cat >"$TMP/pb.csv" <<'CSV'
id,type,symbol,entry_date,exit_date,entry,exit,shares,pnl,return_pct,agg_pnl,bars,pnl_per_bar,stop,mae,mfe
1,long,A,2024-01-02,2024-01-05,100,200,10,1000,100,1000,3,333.33,,-1,101
2,short,A,2024-02-01,2024-02-05,100,50,10,500,100,1500,2,250,,-1,51
CSV
printf 'Date,Strategy\n2024-01-02,0.01\n2024-01-03,-0.02\n2024-01-04,0.005\n' >"$TMP/r.csv"
printf 'date;value\n2024-01-02;100,5\n2024-01-03;101,25\n2024-01-04;99\n' >"$TMP/eq.csv"
check() { # FILE FORMAT METRIC VALUE
  run f "$first" score "$TMP/$1" -q --format json
  expect 0 "$1"
  has "$TMP/f.out" "\"input\": \"$2\""
  has "$TMP/f.out" "\"$3\": $4"
}
check tv.csv "TradingView list of trades" total_pnl 1500
for names in "Net P&L USDT,Net P&L %" "Net PnL USDT,Net PnL %" "P&L USDT,P&L %"; do # what it has been called
  printf 'Trade #,Type,Date and time,Signal,Price USDT,Size (qty),Size (value),%s,Favorable excursion USDT\n%s\n%s\n' "$names" \
    '1,Exit long,2024-01-05 10:00,Close,200,10,1000,"1,000.50",100.00,5' \
    '1,Entry long,2024-01-02 10:00,Long,100,10,1000,"1,000.50",100.00,5' >"$TMP/tvn.csv"
  check tvn.csv "TradingView list of trades" total_pnl 1000.5
done
check tv.csv "TradingView list of trades" short_trades 1
check bt.csv "backtesting.py trades" total_pnl 1496
check bt.csv "backtesting.py trades" avg_return_pct 100
check vbt.csv "vectorbt trades" total_fees 4
check vbt.csv "vectorbt trades" trade_count 2
check pb.csv "PyBroker trades" avg_trade_bars 2.5
check r.csv "returns" end_market_value 99474.9
check eq.csv "equity" end_market_value 99

# Of returns or an equity alone the table is about the account; nobody has counted ambiguous bars.
run a "$first" score "$TMP/r.csv" -q
has "$TMP/a.out" "sharpe_annual"
grep -Eq '^return_pct +-0.53 %' "$TMP/a.out" && good || bad "the return of returns"
for word in trade_count win_rate total_return_pct beta Ambiguous; do
  grep -q "^$word" "$TMP/a.out" && bad "$word of returns" || good
done
run a "$first" score "$TMP/r.csv" -q --benchmark "$TMP/eq.csv"
has "$TMP/a.out" "correlation"
run a "$first" score "$TMP/pb.csv" -q
grep -Eq '^trade_count +2$' "$TMP/a.out" && good || bad "the trades of trades"

# What cannot be read says where and why.
wrong() { # WHAT PATTERN ARGS...
  wrong_what=$1 wrong_pattern=$2
  shift 2
  run x "$first" score "$@"
  expect 2 "$wrong_what"
  says x "$wrong_pattern" "$wrong_what"
}
printf 'a,b,c\n1,2,3\n' >"$TMP/odd.csv"
wrong "unknown header" "odd.csv:1: not recognised: a, b, c" "$TMP/odd.csv"
printf 'date,returns\n2024-01-02,0.01\n2024-01-03,x1\n' >"$TMP/bad.csv"
wrong "bad number" "bad.csv:3: column 'returns': 'x1' is not a number" "$TMP/bad.csv"
printf 'date,returns\n2024-01-02,0.01\n2024-01-01,0.1\n' >"$TMP/back.csv"
wrong "dates" "back.csv:3: the dates do not ascend" "$TMP/back.csv"
printf 'date,returns\n2024-01-02,1.5\n2024-01-03,-2.5\n' >"$TMP/pct.csv"
wrong "percents" "loses more than everything" "$TMP/pct.csv"
printf 'date,returns\n2024-01-02,inf\n2024-01-03,0.1\n' >"$TMP/inf.csv"
wrong "an infinite return" "inf.csv:2: column 'returns': 'inf' is not a number" "$TMP/inf.csv"
says x "docs/statistics.md has the columns" "the hint"
printf 'date,Close\n2024-01-02,0.0\n2024-01-03,0.1\n' >"$TMP/vr.csv"
wrong "returns called Close" "vr.csv:2: column 'Close': 0 is no price; are these returns (--as returns)?" "$TMP/vr.csv"
run vr "$first" score "$TMP/vr.csv" -q --as returns
expect 0 "returns called Close, said to be returns"
printf 'date,Close\n2024-01-02,0.5\n2024-01-03,-0.1\n' >"$TMP/vr.csv"
wrong "a price below 0" "vr.csv:3: column 'Close': -0.1 is no price" "$TMP/vr.csv"
printf 'date,equity\n2024-01-02,0\n2024-01-03,5\n' >"$TMP/eq0.csv"
wrong "an account of nothing" "0 is no start of an account" "$TMP/eq0.csv"
printf 'date,equity\n2024-01-02,10\n2024-01-03,-5\n' >"$TMP/eq0.csv"
printf 'date,Equity\n2024-01-02,\n2024-01-03,0.01\n' >"$TMP/pc.csv"
wrong "changes of an equity" "pc.csv:2: column 'Equity': nothing is no start of an account; are these returns" "$TMP/pc.csv"
run eq0 "$first" score "$TMP/eq0.csv" -q
expect 0 "an account that is lost"
printf ',Order Id,Column,Timestamp,Size,Price,Fees,Side\n0,0,Close,2018-02-22,2.4,40.5,0.1,Buy\n' >"$TMP/orders.csv"
wrong "orders" "a list of orders; a list of trades has an exit time" "$TMP/orders.csv"
printf ',id,col,size,entry_idx,entry_price,entry_fees,exit_idx,exit_price,exit_fees,pnl,return\n0,0,0,2.4,35,40.5,0.1,55,39.7,0.1,-2.3,-0.02\n' >"$TMP/rec.csv"
wrong "raw records" "export trades.records_readable" "$TMP/rec.csv"
printf 'Trade #,Type,Date/Time,Price\n1,Entry long,2024-01-02,5\n' >"$TMP/tv2.csv"
wrong "no profit" "without the column 'Profit'" "$TMP/tv2.csv"
: >"$TMP/empty.csv"
wrong "empty" "the file is empty" "$TMP/empty.csv"
wrong "missing" "none.csv" "$TMP/none.csv"
wrong "sheet" "did you mean 'weekday'" "$TMP/r.csv" --breakdown weekdey
wrong "ci options" "there is no --ci" "$TMP/r.csv" --ci-level 0.9
wrong "monte carlo" "at least 2 are needed" "$TMP/r.csv" --monte-carlo 10
wrong "benchmark" "not trades" "$TMP/r.csv" --benchmark "$TMP/pb.csv"
wrong "two curves" "a second equity curve" "$TMP/r.csv" "$TMP/eq.csv"
run b "$first" score "$TMP/r.csv" -q --benchmark "$TMP/eq.csv" --format json
expect 0 "a benchmark"
grep -q '"beta": null' "$TMP/b.out" && bad "no beta" || good
finish
