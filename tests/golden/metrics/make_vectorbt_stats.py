#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Statistics of vectorbt's Portfolio over random runs of ../engine/make_vectorbt.py.

    V/bin/pip install vectorbt==1.2.0
    V/bin/python make_vectorbt_stats.py WICK > vectorbt_stats.json

WICK is a program that knows `data synth`. Held to by tests/unit/metrics/test_sheet_vectorbt.c.
"""
import json
import os
import random
import sys

import numpy as np
import pandas as pd

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "engine"))
import make_vectorbt as mv  # noqa: E402

ROWS = ["Start Value", "End Value", "Total Return [%]", "Benchmark Return [%]", "Total Fees Paid",
        "Max Drawdown [%]", "Max Drawdown Duration", "Total Closed Trades", "Win Rate [%]",
        "Best Trade [%]", "Worst Trade [%]", "Avg Winning Trade [%]", "Avg Losing Trade [%]",
        "Avg Winning Trade Duration", "Avg Losing Trade Duration", "Profit Factor", "Expectancy",
        "Sharpe Ratio", "Calmar Ratio", "Omega Ratio", "Sortino Ratio", "Annualized Return [%]",
        "Annualized Volatility [%]", "Tail Ratio", "Value at Risk"]


def short(x):
    if isinstance(x, pd.Timedelta):
        x = x / pd.Timedelta(days=1)
    x = float(x)
    return float(f"{x:.14g}") if np.isfinite(x) else str(x)


def main():
    out = []
    for k in (0, 4, 6, 8, 12, 16, 20):
        g = random.Random(700 + k)
        bars = mv.synth(sys.argv[1], 700 + k, 1, False)
        p = mv.Panel(bars)
        a = {"init_cash": 10000.0, "freq": ["1D", "1h"][k // 4 % 2]}
        pf, _, _ = mv.from_signals(g, k, p, a)
        stats = pf.stats().to_dict() | pf.returns_stats().to_dict()
        trades = [[(1 if t["direction"] == 0 else -1) * short(t["size"]), int(t["entry_idx"]),
                   int(t["exit_idx"]), short(t["entry_price"]), short(t["exit_price"]),
                   short(t["entry_fees"] + t["exit_fees"])]
                  for t in pf.trades.values if t["status"] == 1]
        out.append({"bars_per_year": 365 if a["freq"] == "1D" else 8760,
                    "close": [short(c) for c in bars["SYN01"].close],
                    "equity": [short(v) for v in np.asarray(pf.value()).reshape(-1)],
                    "trades": trades,
                    "stats": {r: short(stats[r]) for r in ROWS}})
    json.dump(out, sys.stdout, separators=(",", ":"))
    print()


main()
