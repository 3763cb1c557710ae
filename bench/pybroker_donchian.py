# SPDX-License-Identifier: MIT
"""The Donchian breakout with ATR stops in PyBroker, for the programs beside: what a user of it
writes, with numpy for everything that is not an order."""
import os
import warnings

import numpy as np
import pandas as pd
import pybroker
from pybroker import Strategy, StrategyConfig

warnings.filterwarnings("ignore")
pybroker.disable_logging()
pybroker.disable_progress_bar()


def read_bars(folder, symbols=None):
    frames = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".csv") and (symbols is None or name[:-4] in symbols):
            f = pd.read_csv(os.path.join(folder, name), parse_dates=["date"])
            f.insert(0, "symbol", name[:-4])
            frames.append(f)
    return pd.concat(frames, ignore_index=True)


def rolling(x, n, how):
    out = np.full(len(x), np.nan)
    if len(x) >= n:
        out[n - 1:] = how(np.lib.stride_tricks.sliding_window_view(x, n), axis=1)
    return out


def shifted(x):
    return np.concatenate(([np.nan], x[:-1]))


def backtest(bars, period, atr_n, stop_k, trail_k, risk):
    """One run over all symbols of the long frame `bars`, with PyBroker's own metrics."""
    def setup(d):
        high, low, close = d.high, d.low, d.close
        tr = np.maximum(high - low, np.maximum(abs(high - shifted(close)), abs(low - shifted(close))))
        atr = rolling(np.nan_to_num(tr), atr_n, np.mean)
        top = shifted(rolling(high, period, np.max))
        s50, s200 = rolling(close, 50, np.mean), rolling(close, 200, np.mean)
        up = (high > top) & (close > s200) & (s50 > s200)
        first = up & ~np.concatenate(([False], up[:-1]))
        return np.where(first, atr, np.nan)

    signal = pybroker.indicator("signal", setup)

    def decide(ctx):
        atr = ctx.indicator("signal")[-1]
        if ctx.long_pos() or not np.isfinite(atr):
            return
        stop = stop_k * atr
        ctx.buy_shares = int(min(float(ctx.total_equity) * risk / stop, float(ctx.cash) / ctx.close[-1]))
        ctx.stop_loss = stop
        ctx.stop_trailing = trail_k * atr

    strategy = Strategy(bars, bars.date.min(), bars.date.max(), StrategyConfig(initial_cash=100000))
    strategy.add_execution(decide, sorted(bars.symbol.unique()), indicators=[signal])
    return strategy.backtest(calc_bootstrap=False)
