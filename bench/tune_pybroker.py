# SPDX-License-Identifier: MIT
"""The job of bench/tune.sh with PyBroker and Optuna: a Donchian breakout with ATR stops over the same
bars, TPE, SQLite storage. Usage: tune_pybroker.py BARS TRIALS"""
import os
import sys
import tempfile
import time
import warnings

import numpy as np
import optuna
import pandas as pd
import pybroker
from pybroker import Strategy, StrategyConfig

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
pybroker.disable_logging()
pybroker.disable_progress_bar()

folder, trials = sys.argv[1], int(sys.argv[2])
frames = []
for name in sorted(os.listdir(folder)):
    if name.endswith(".csv"):
        f = pd.read_csv(os.path.join(folder, name), parse_dates=["date"])
        f.insert(0, "symbol", name[:-4])
        frames.append(f)
bars = pd.concat(frames, ignore_index=True)


def rolling(x, n, how):
    out = np.full(len(x), np.nan)
    if len(x) >= n:
        out[n - 1:] = how(np.lib.stride_tricks.sliding_window_view(x, n), axis=1)
    return out


def shifted(x):
    return np.concatenate(([np.nan], x[:-1]))


def backtest(period, atr_n, stop_k, trail_k, risk):
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


def objective(t):
    result = backtest(t.suggest_int("donchian_period", 15, 50), t.suggest_int("atr_period", 10, 30),
                      t.suggest_float("initial_stop_atr_multiplier", 1.5, 4),
                      t.suggest_float("trailing_stop_atr_multiplier", 2.5, 6),
                      t.suggest_float("risk_per_trade_pct", 0.01, 0.05))
    return result.metrics.sharpe


with tempfile.TemporaryDirectory() as d:
    study = optuna.create_study(direction="maximize", storage="sqlite:///" + os.path.join(d, "s.db"))
    study.optimize(objective, n_trials=1)  # compiles
    began, cpu = time.perf_counter(), time.process_time()
    study.optimize(objective, n_trials=trials)
    took, used = time.perf_counter() - began, time.process_time() - cpu
print("%-34s %8.2f s %8.1f trials/s   CPU %8.2f s %8.1f ms/trial" % (
    "PyBroker %s, Optuna %s, %d" % (pybroker.__version__, optuna.__version__, trials), took,
    trials / took, used, 1e3 * used / trials))
