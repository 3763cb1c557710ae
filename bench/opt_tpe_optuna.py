# SPDX-License-Identifier: MIT
"""The same as bench/opt_tpe.c with Optuna: ask, ten suggestions and tell at 100, 1,000 and 20,000
finished trials, in memory. Needs optuna (a throw-away environment will do)."""

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


for n, repeat in ((100, 41), (1000, 21), (20000, 5)):
    if len(sys.argv) > 1 and n > int(sys.argv[1]):
        break
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1, multivariate=True))
    for _ in range(n):
        x = rng.uniform(-5, 5, D)
        study.add_trial(optuna.trial.create_trial(
            params=dict(zip(DISTS, map(float, x))), distributions=DISTS, value=value_of(x)))
    one(study)
    ms = []
    for _ in range(repeat):
        t0 = time.perf_counter()
        one(study)
        ms.append((time.perf_counter() - t0) * 1e3)
    print(f"optuna {optuna.__version__} multivariate   {n:6d} trials: median "
          f"{statistics.median(ms):8.2f} ms", flush=True)
