# SPDX-License-Identifier: MIT
"""The job of bench/tune.sh with PyBroker and Optuna: a Donchian breakout with ATR stops over the same
bars, TPE, SQLite storage. Usage: tune_pybroker.py BARS TRIALS"""
import os
import sys
import tempfile
import time

import optuna
import pybroker

from pybroker_donchian import backtest, read_bars

optuna.logging.set_verbosity(optuna.logging.ERROR)
folder, trials = sys.argv[1], int(sys.argv[2])
bars = read_bars(folder)


def objective(t):
    result = backtest(bars, t.suggest_int("donchian_period", 15, 50), t.suggest_int("atr_period", 10, 30),
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
