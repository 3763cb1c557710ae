#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the strategies that examples/scripts/*_backtesting_py.lua and *_vectorbt.lua are ports of.

    V/bin/pip install backtesting==0.6.6 vectorbt==1.2.0
    V/bin/python make_ports.py ../../../examples/bars > ports.json

docs/coming-from-backtesting-py.md and docs/coming-from-vectorbt.md quote them;
tests/lua/ported_examples.lua holds the ports to the file.
"""
import json
import os
import sys
import warnings

import numpy as np
import pandas as pd
import vectorbt as vbt
from backtesting import Backtest, Strategy
from backtesting.lib import crossover

warnings.simplefilter("ignore")


def SMA(x, n):
    return pd.Series(x).rolling(n).mean()


def RSI(x, n):
    """Wilder's: the first average is a mean, later ones forget 1/n."""
    d = np.diff(np.asarray(x, float))
    up, down = np.maximum(d, 0), np.maximum(-d, 0)
    out = np.full(len(x), np.nan)
    u, w = up[:n].mean(), down[:n].mean()
    for i in range(n, len(x)):
        if i > n:
            u, w = (u * (n - 1) + up[i - 1]) / n, (w * (n - 1) + down[i - 1]) / n
        out[i] = 100 if w == 0 else 100 - 100 / (1 + u / w)
    return out


class SmaCross(Strategy):
    n1, n2 = 10, 20

    def init(self):
        self.fast = self.I(SMA, self.data.Close, self.n1)
        self.slow = self.I(SMA, self.data.Close, self.n2)

    def next(self):
        if crossover(self.fast, self.slow):
            self.buy()
        elif crossover(self.slow, self.fast):
            self.sell()


class ConnorsRsi2(Strategy):
    trend, exit, low, stop = 100, 5, 15, 8

    def init(self):
        self.rsi = self.I(RSI, self.data.Close, 2)
        self.long = self.I(SMA, self.data.Close, self.trend)
        self.short = self.I(SMA, self.data.Close, self.exit)

    def next(self):
        close = self.data.Close[-1]
        if not self.position and self.rsi[-1] < self.low and close > self.long[-1]:
            self.buy(size=.95, sl=close * (1 - self.stop / 100))
        if self.position and close > self.short[-1]:
            self.position.close()


def read(path):
    df = pd.read_csv(path, index_col="date", parse_dates=True)
    return df.rename(columns=str.capitalize)


def of_backtesting(stats):
    t = stats["_trades"]
    trades = [[r.Size, int(r.EntryBar), int(r.ExitBar), r.EntryPrice, r.ExitPrice, r.PnL]
              for r in t.itertuples()]
    return trades, list(stats["_equity_curve"]["Equity"])


def of_vectorbt(pf):
    trades = [[(1 if t["direction"] == 0 else -1) * t["size"], int(t["entry_idx"]),
               int(t["exit_idx"]), t["entry_price"], t["exit_price"], t["pnl"]]
              for t in pf.trades.values if t["status"] == 1]
    return trades, list(np.asarray(pf.value()).reshape(-1))


def bollinger(df):
    c = df.Close
    mid = c.rolling(20).mean()
    dev = c.rolling(20).std(ddof=0)
    return vbt.Portfolio.from_signals(
        c, open=df.Open, high=df.High, low=df.Low, entries=c < mid - 2 * dev, exits=c > mid,
        short_entries=c > mid + 2 * dev, short_exits=c < mid, sl_stop=.04, sl_trail=True,
        tp_stop=.06, fees=.001, slippage=.0005, init_cash=10_000, freq="1D")


def equal_weight(dfs):
    close = pd.DataFrame({n: d.Close for n, d in dfs.items()})
    first = ~close.index.to_period("M").duplicated()
    size = pd.DataFrame(np.where(first[:, None], .95 / len(dfs), np.nan) * np.ones(close.shape),
                        index=close.index, columns=close.columns)
    return vbt.Portfolio.from_orders(
        close, size, size_type="targetpercent", group_by=True, cash_sharing=True, call_seq="auto",
        fees=.001, init_cash=10_000, freq="1D")


def main():
    bars = sys.argv[1]
    dfs = {n: read(os.path.join(bars, n + ".csv")) for n in ("SYN01", "SYN02")}
    one = dfs["SYN01"]
    runs = {
        "sma_cross_backtesting_py": (["SYN01"], of_backtesting(
            Backtest(one, SmaCross, cash=10_000, commission=.002, exclusive_orders=True).run())),
        "connors_rsi2_backtesting_py": (["SYN01"], of_backtesting(
            Backtest(one, ConnorsRsi2, cash=10_000, commission=.001, spread=.0002).run())),
        "bollinger_vectorbt": (["SYN01"], of_vectorbt(bollinger(one))),
        "equal_weight_vectorbt": (["SYN01", "SYN02"], of_vectorbt(equal_weight(dfs))),
    }
    out = []
    for name, (symbols, (trades, equity)) in runs.items():
        short = [[float(f"{float(x):.12g}") for x in t] for t in trades]
        out.append({"name": name, "symbols": symbols, "trades": short,
                    "equity": [float(f"{x:.12g}") for x in equity[::20] + [equity[-1]]]})
    json.dump(out, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
