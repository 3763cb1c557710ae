#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs examples/scripts/roi_pullback.lua as a freqtrade strategy.

    V/bin/python make_freqtrade_port.py WICK > freqtrade_port.csv

Prints the trades as `wick run` would: symbol, entry and exit time, shares, prices, pnl.
"""
import runpy
import sys
from pathlib import Path

import numpy as np

here = Path(__file__).parent
make = runpy.run_path(str(here / "make_freqtrade.py"))
SPEC = {"symbols": 12, "count": 1500, "seed": 3, "timeframe": "1h"}


def rsi(close, n):
    """Wilder's, seeded with the mean of the first n changes, as ta.rsi."""
    d = np.diff(close)
    out = np.full(len(close), np.nan)
    up, down = np.maximum(d, 0), np.maximum(-d, 0)
    u, v = up[:n].mean(), down[:n].mean()
    for i in range(n, len(close)):
        if i > n:
            u, v = (u * (n - 1) + up[i - 1]) / n, (v * (n - 1) + down[i - 1]) / n
        out[i] = 100.0 if v == 0 else 0.0 if u == 0 else 100 - 100 / (1 + u / v)
    return out


def signals_of(frame):
    c = frame["close"]
    r, trend = rsi(c.to_numpy(), 14), c.rolling(50).mean().to_numpy()
    n = len(c)
    enter = [int(i > 0 and r[i] > 40 and r[i - 1] <= 40 and c.iloc[i] > trend[i]) for i in range(n)]
    return {"enter_long": enter, "exit_long": [int(x > 75) for x in r], "enter_short": [0] * n,
            "exit_short": [0] * n, "entry_limit": [None] * n, "exit_limit": [None] * n}


def main():
    frames = make["synth"](sys.argv[1], SPEC)
    a = {"minimal_roi": {0: 0.06, 1440: 0.03, 4320: 0.01}, "stoploss": -0.06,
         "trailing_stop": True, "trailing_stop_positive": 0.01,
         "trailing_stop_positive_offset": 0.02, "trailing_only_offset_is_reached": True}
    c = {"stake_amount": "unlimited", "max_open_trades": 3, "tradable_balance_ratio": 0.99,
         "dry_run_wallet": 100000.0, "fee": 0.001, "leverage": 1.0, "maintenance": 0.0,
         "tick": 0.01}
    signals = {p: signals_of(f) for p, f in frames.items()}
    trades, final = make["run"](frames, "1h", a, c, signals, False, None, 60)
    print("symbol,entry_ms,exit_ms,shares,entry_price,exit_price,pnl,reason")
    for t in sorted(trades, key=lambda t: (t[2], t[0])):
        print(",".join([t[0], str(t[2]), str(t[3])] + [f"{v:.10g}" for v in t[4:8]] + [t[9]]))
    print(f"final,,,,,,{final:.10g},")


main()
