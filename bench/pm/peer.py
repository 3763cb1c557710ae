# SPDX-License-Identifier: MIT
"""The search of bench/pm_search.c with pandas and numpy, one candidate after the other as a research
script writes it: choose rows by boolean columns, build the trade list, measure it. Give it the file
that program wrote; a second argument limits the number of candidates (the time is scaled)."""

import itertools
import sys
import time

import numpy as np
import pandas as pd

df = pd.read_csv(sys.argv[1])
grid = list(itertools.product([.54, .56, .58, .6], [.54, .56, .58, .6], [.5, .52, .55, .58], [.35, .45, .55],
                              [1., 2., 3., 5.], [.02, .03, .05]))
count = int(sys.argv[2]) if len(sys.argv) > 2 else len(grid)


def trades(lo, so, en, risk, edge, margin):
    gap = df.long_prob - df.short_prob
    calm = df.market_risk <= risk
    long_ok = (df.long_prob >= lo) & (gap >= margin) & (df.long_entry >= en) & calm & (df.pred_long >= edge)
    short_ok = (df.short_prob >= so) & (-gap >= margin) & (df.short_entry >= en) & calm & (df.pred_short >= edge)
    is_long = long_ok & (~short_ok | (df.pred_long + 10 * gap >= df.pred_short - 10 * gap))
    is_short = short_ok & ~is_long
    rows = df[is_long | is_short]
    side = is_long[rows.index]
    t = pd.DataFrame({"pred": np.where(side, rows.pred_long, rows.pred_short),
                      "actual": np.where(side, rows.actual_long, rows.actual_short)})
    t["ratio"] = np.clip(np.clip((t.pred - edge) / 20, 0, 1.5) * np.clip(1 - rows.market_risk.to_numpy(), 0, 1), .05, 1)
    t["weighted"] = t.actual * t.ratio
    return t


def score(t):
    n = len(t)
    if n == 0:
        return -1e6
    equity = t.weighted.cumsum()
    drawdown = (equity.cummax() - equity).max()
    win, avg, ratio = (t.actual > 0).mean(), t.actual.mean(), t.ratio.mean()
    gain, loss = t.weighted[t.weighted > 0].sum(), -t.weighted[t.weighted < 0].sum()
    factor = gain / loss if loss > 0 else np.inf
    worst = run = 0
    for w in t.weighted.to_numpy() < 0:
        run = run + 1 if w else 0
        worst = max(worst, run)
    assert win <= 1 and worst <= n and (avg, ratio, factor)
    return t.weighted.mean() * np.sqrt(n) + .05 * equity.iloc[-1] - .25 * drawdown - 5 * max(0, 20 - n)


t0 = time.perf_counter()
scores = [score(trades(*c)) for c in grid[:count]]
seconds = (time.perf_counter() - t0) * len(grid) / count
print(f"pandas {pd.__version__}, numpy {np.__version__}: {len(df)} samples x {len(grid)} candidates: "
      f"{seconds * 1e3:9.2f} ms, best score {max(scores):.17g} at {int(np.argmax(scores))}"
      + (f" (of the first {count}, time scaled)" if count < len(grid) else ""))
