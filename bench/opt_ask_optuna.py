# SPDX-License-Identifier: MIT
"""The same as bench/opt_ask.c with Optuna: ask, ten suggestions and tell with so many finished
trials, in memory.

    opt_ask_optuna.py [tpe|gp [TRIALS...]]

Needs optuna, and torch for gp (a throw-away environment will do)."""

import statistics
import sys
import time
import warnings

import numpy as np
import optuna

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
D = 10
DISTS = {f"x{i}": optuna.distributions.FloatDistribution(-5, 5) for i in range(D)}
rng = np.random.default_rng(1)


def value_of(x):
    return sum((v - 0.1 * i) ** 2 for i, v in enumerate(x))


def one(study):
    t = study.ask()
    x = [t.suggest_float(k, -5, 5) for k in DISTS]
    study.tell(t, value_of(x))


NAME = sys.argv[1] if len(sys.argv) > 1 else "tpe"
SIZES = [int(a) for a in sys.argv[2:]] or ([50, 100, 200] if NAME == "gp" else [100, 1000, 20000])


def sampler():
    if NAME == "gp":
        return optuna.samplers.GPSampler(seed=1)
    return optuna.samplers.TPESampler(seed=1, multivariate=True)


for n in SIZES:
    study = optuna.create_study(sampler=sampler())
    for _ in range(n):
        x = rng.uniform(-5, 5, D)
        study.add_trial(optuna.trial.create_trial(
            params=dict(zip(DISTS, map(float, x))), distributions=DISTS, value=value_of(x)))
    one(study)
    ms, cpu = [], []
    for _ in range(5 if n >= 10000 or NAME == "gp" else 21):
        t0, c0 = time.perf_counter(), time.process_time()
        one(study)
        ms.append((time.perf_counter() - t0) * 1e3)
        cpu.append((time.process_time() - c0) * 1e3)
    print(f"optuna {optuna.__version__} {NAME:20s} {n:6d} trials: median "
          f"{statistics.median(ms):8.2f} ms (CPU {statistics.median(cpu):8.2f})", flush=True)
