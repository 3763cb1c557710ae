# SPDX-License-Identifier: MIT
"""The equity rows of the forty in numpy, on a curve like the one of bench/metrics.c: what a Python
user pays for the same numbers. Prints one line; needs numpy."""

import time

import numpy as np

ROWS = 53929
rng = np.random.default_rng(1)
equity = 100000.0 * np.cumprod(1.0 + 0.00001 + 0.002 * rng.standard_normal(ROWS))


def rows(e):
    c = np.diff(e)
    r = c / e[:-1]
    peak = np.maximum.accumulate(e)
    dd = e / peak - 1.0
    x = np.arange(len(e)) - (len(e) - 1) / 2.0
    y = e - e.mean()
    ulcer = 100.0 * np.sqrt(np.mean(dd * dd))
    return (
        (e - peak).min(), 100.0 * dd.min(), int(dd.argmin()), r.mean() / r.std(),
        r.mean() / np.sqrt(np.mean(np.minimum(r, 0.0) ** 2)),
        c[c > 0].sum() / -c[c < 0].sum(), ulcer, 100.0 * r.mean() / ulcer,
        (x @ y) ** 2 / ((x @ x) * (y @ y)), e.std(),
    )


best = 1e9
for _ in range(100):
    start = time.perf_counter()
    rows(equity)
    best = min(best, time.perf_counter() - start)
print("%-52s %9.1f us" % ("equity rows in numpy " + np.__version__, best * 1e6))
