# SPDX-License-Identifier: MIT
"""What bench/stats.c costs elsewhere: PyBroker's bootstrap (two ratios and the drawdowns only, its compiled
kernels) and a numpy PBO. Needs lib-pybroker and numpy; prints one line each."""

import itertools
import time

import numpy as np

ROWS, TRIALS, BLOCKS = 1255, 500, 16
rng = np.random.default_rng(1)


def show(what, seconds):
    print("%-64s %9.2f ms" % (what, 1e3 * seconds))


def best_of(n, f):
    best = 1e9
    for _ in range(n):
        start = time.perf_counter()
        f()
        best = min(best, time.perf_counter() - start)
    return best


def forty_rows(r, equity0=100000.0):
    """The equity rows among the forty, per resample."""
    e = equity0 * np.cumprod(1.0 + r)
    c = np.diff(e)
    peak = np.maximum.accumulate(e)
    dd = e / peak - 1.0
    x = np.arange(len(e)) - (len(e) - 1) / 2.0
    y = e - e.mean()
    return (dd.min(), (e - peak).min(), r.mean() / r.std(),
            r.mean() / np.sqrt(np.mean(np.minimum(r, 0.0) ** 2)), c[c > 0].sum() / -c[c < 0].sum(),
            np.sqrt(np.mean(dd * dd)), (x @ y) ** 2 / ((x @ x) * (y @ y)), e.std())


def numpy_bootstrap():
    r = 0.0004 + 0.01 * rng.standard_normal(ROWS)
    for _ in range(1000):
        forty_rows(r[rng.integers(0, ROWS, ROWS)])


def numpy_pbo():
    m = 0.01 * rng.standard_normal((ROWS, TRIALS))[ROWS % BLOCKS:]
    b = len(m) // BLOCKS
    s = m.reshape(BLOCKS, b, TRIALS).sum(axis=1)
    q = (m * m).reshape(BLOCKS, b, TRIALS).sum(axis=1)
    n = b * BLOCKS // 2
    low, count = 0, 0
    for inside in itertools.combinations(range(BLOCKS), BLOCKS // 2):
        pick = np.zeros(BLOCKS, bool)
        pick[list(inside)] = True
        score = []
        for half in (pick, ~pick):
            total, square = s[half].sum(axis=0), q[half].sum(axis=0)
            score.append(total / n / np.sqrt((square - total * total / n) / (n - 1)))
        chosen = score[0].argmax()
        rank = (score[1] < score[1][chosen]).sum() + 1.0
        low += rank / (TRIALS + 1) <= 0.5
        count += 1
    return low / count


show("numpy: 1000 resamples of the 8 equity rows among the forty", best_of(2, numpy_bootstrap))
start = time.perf_counter()
numpy_pbo()
show("numpy: PBO of 12870 combinations, block sums", time.perf_counter() - start)
try:
    from pybroker import eval as pb
except ImportError:
    print("PyBroker: not installed")
else:
    r = 0.0004 + 0.01 * rng.standard_normal(ROWS)
    c = np.diff(100000.0 * np.cumprod(1.0 + np.append(0.0, r)))
    pb.bootstrap_eval_all(c, r, 10, 252)  # compiles
    show("PyBroker: 1000 resamples, BCa of 2 ratios and the drawdowns",
         best_of(5, lambda: pb.bootstrap_eval_all(c, r, 1000, 252)))
