#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the strategies that examples/scripts/*_pybroker.lua are ports of.

    V/bin/pip install lib-pybroker==2.0.2
    V/bin/python make_pybroker_ports.py ../../../examples/bars > pybroker_ports.json

docs/coming-from-pybroker.md quotes them; tests/lua/ported_examples.lua holds the ports to the file.
"""
import json
import os
import sys

import pandas as pd
import pybroker
from pybroker import Strategy, StrategyConfig, highest, indicator

pybroker.disable_logging()
pybroker.disable_progress_bar()

SYMBOLS = ["SYN01", "SYN02"]


def read(folder):
    frames = []
    for name in SYMBOLS:
        df = pd.read_csv(os.path.join(folder, name + ".csv"), parse_dates=["date"])
        frames.append(df.assign(symbol=name))
    return pd.concat(frames, ignore_index=True)


def breakout(bars):
    def exec_fn(ctx):
        high_10d = ctx.indicator("high_10d")
        if not ctx.long_pos() and high_10d[-1] > high_10d[-2]:
            ctx.buy_shares = 100
            ctx.hold_bars = 5
            ctx.stop_loss_pct = 2

    config = StrategyConfig(initial_cash=100_000)
    strategy = Strategy(bars, bars.date.min(), bars.date.max(), config)
    strategy.add_execution(exec_fn, SYMBOLS, indicators=highest("high_10d", "close", period=10))
    return strategy.backtest(warmup=10, calc_bootstrap=False)


def momentum(bars):
    change = indicator("change", lambda data, n: pd.Series(data.close).pct_change(n).values, n=20)
    mean = indicator("mean", lambda data, n: pd.Series(data.close).rolling(n).mean().values, n=50)

    def exec_fn(ctx):
        change, mean = ctx.indicator("change")[-1], ctx.indicator("mean")[-1]
        if not ctx.long_pos() and change > 0 and ctx.close[-1] > mean:
            ctx.buy_shares = ctx.calc_target_shares(0.9)
            ctx.long_score = change
            ctx.stop_trailing_pct = 10
        elif ctx.long_pos() and ctx.close[-1] < mean:
            ctx.sell_all_shares()

    config = StrategyConfig(
        initial_cash=100_000, max_long_positions=1, fee_mode=pybroker.FeeMode.ORDER_PERCENT,
        fee_amount=0.1)
    strategy = Strategy(bars, bars.date.min(), bars.date.max(), config)
    strategy.add_execution(exec_fn, SYMBOLS, indicators=[change, mean])
    return strategy.backtest(calc_bootstrap=False)


def main():
    bars = read(sys.argv[1])
    dates = sorted(bars.date.unique())
    row = {d: i for i, d in enumerate(dates)}
    out = []
    for name, run in (("breakout_pybroker", breakout), ("momentum_pybroker", momentum)):
        result = run(bars)
        trades = [[float(t.shares), row[t.entry_date.to_datetime64()],
                   row[t.exit_date.to_datetime64()], float(t.entry), float(t.exit), float(t.pnl)]
                  for t in result.trades.itertuples()]
        equity = [float(x) for x in result.portfolio["equity"]]
        m = result.metrics
        out.append({"name": name, "symbols": SYMBOLS, "cash": 100000, "cents": True,
                    "trades": trades, "equity": equity[::20] + [equity[-1]]})
        print(name, len(trades), m.total_pnl, m.sharpe, m.max_drawdown_pct, m.win_rate,
              m.profit_factor, m.total_fees, file=sys.stderr)
    json.dump(out, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
