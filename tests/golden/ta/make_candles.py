#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Goldens of the candlestick patterns: TA-Lib's own output on generated bars on which every pattern
occurs with every value it has.

    pip install TA-Lib==0.8.2 numpy
    python tests/golden/ta/make_candles.py

Bars are drawn from a small grammar of gaps, bodies and shadows in whole ticks, so that bodies often
meet their limits exactly. TA-Lib searches a long stretch for occurrences; the stretches of WIDTH bars
that lead up to the rarest ones are put behind one another, moved to where the one before closed,
until every (pattern, value) occurs at least WANTED times in what TA-Lib says about the result.
cdl_bars.csv holds those bars and cdl_NAME.csv what TA-Lib gives for them, with its own settings and
with others set by TA_SetCandleSettings. NA are the bars of its lookback.

TA-Lib's wheels contain a second form of some patterns for processors with fused multiply-add, which
decides a close exactly at its penetration limit otherwise than the written formula. Bars with such a
close are not used.
"""
import ctypes
import sys
from pathlib import Path

import numpy as np
import talib
from talib import abstract

HERE = Path(__file__).resolve().parent
SEARCHED, WIDTH, WANTED = 4000000, 18, 3
TICK = 100.0

# TA-Lib's number of a setting, what it measures there, its length and factor; another length, factor
SETTINGS = {
    "body_long": (0, 0, 10, 1.0, 7, 0.75),
    "body_short": (2, 0, 10, 1.0, 12, 1.25),
    "body_doji": (3, 1, 10, 0.1, 14, 0.0625),
    "shadow_long": (4, 0, 0, 1.0, 3, 0.5),
    "shadow_very_long": (5, 0, 0, 2.0, 4, 1.5),
    "shadow_short": (6, 2, 10, 1.0, 6, 0.75),
    "shadow_very_short": (7, 1, 10, 0.1, 5, 0.125),
    "near": (8, 1, 5, 0.2, 8, 0.25),
    "far": (9, 1, 5, 0.6, 3, 0.5),
    "equal": (10, 1, 5, 0.05, 9, 0.0625),
}
PENETRATION = {"darkcloudcover": (0.5, 0.25), "mathold": (0.5, 0.75), "abandonedbaby": (0.3, 0.125),
               "eveningstar": (0.3, 0.125), "eveningdojistar": (0.3, 0.125),
               "morningstar": (0.3, 0.125), "morningdojistar": (0.3, 0.125)}
USES = {
    "2crows": "body_long",
    "3blackcrows": "shadow_very_short",
    "3inside": "body_long body_short",
    "3linestrike": "near",
    "3outside": "",
    "3starsinsouth": "body_long body_short shadow_long shadow_very_short",
    "3whitesoldiers": "body_short shadow_very_short near far",
    "abandonedbaby": "body_long body_doji body_short",
    "advanceblock": "body_long shadow_long shadow_short near far",
    "belthold": "body_long shadow_very_short",
    "breakaway": "body_long",
    "closingmarubozu": "body_long shadow_very_short",
    "concealbabyswall": "shadow_very_short",
    "counterattack": "body_long equal",
    "darkcloudcover": "body_long",
    "doji": "body_doji",
    "dojistar": "body_long body_doji",
    "dragonflydoji": "body_doji shadow_very_short",
    "engulfing": "",
    "eveningdojistar": "body_long body_doji body_short",
    "eveningstar": "body_long body_short",
    "gapsidesidewhite": "near equal",
    "gravestonedoji": "body_doji shadow_very_short",
    "hammer": "body_short shadow_long shadow_very_short near",
    "hangingman": "body_short shadow_long shadow_very_short near",
    "harami": "body_long body_short",
    "haramicross": "body_long body_doji",
    "highwave": "body_short shadow_very_long",
    "hikkake": "",
    "hikkakemod": "near",
    "homingpigeon": "body_long body_short",
    "identical3crows": "shadow_very_short equal",
    "inneck": "body_long equal",
    "invertedhammer": "body_short shadow_long shadow_very_short",
    "kicking": "body_long shadow_very_short",
    "kickingbylength": "body_long shadow_very_short",
    "ladderbottom": "shadow_very_short",
    "longleggeddoji": "body_doji shadow_long",
    "longline": "body_long shadow_short",
    "marubozu": "body_long shadow_very_short",
    "matchinglow": "equal",
    "mathold": "body_long body_short",
    "morningdojistar": "body_long body_doji body_short",
    "morningstar": "body_long body_short",
    "onneck": "body_long equal",
    "piercing": "body_long",
    "rickshawman": "body_doji shadow_long near",
    "risefall3methods": "body_long body_short",
    "separatinglines": "body_long shadow_very_short equal",
    "shootingstar": "body_short shadow_long shadow_very_short",
    "shortline": "body_short shadow_short",
    "spinningtop": "body_short",
    "stalledpattern": "body_long body_short shadow_very_short near",
    "sticksandwich": "equal",
    "takuri": "body_doji shadow_very_short shadow_very_long",
    "tasukigap": "near",
    "thrusting": "body_long equal",
    "tristar": "body_doji",
    "unique3river": "body_long body_short",
    "upsidegap2crows": "body_long body_short",
    "xsidegap3methods": "",
}


def bars_of(rng, n):
    """open, high, low, close in ticks"""
    gap = rng.choice([-30, -14, -6, -2, -1, 0, 0, 0, 0, 1, 2, 6, 14, 30], n)
    body = rng.choice([0, 0, 1, 2, 4, 8, 12, 16, 20, 26, 34, 60], n) * rng.choice([-1, 1], n)
    up = rng.choice([0, 0, 0, 1, 2, 5, 10, 20, 40], n)
    down = rng.choice([0, 0, 0, 1, 2, 5, 10, 20, 40], n)
    b = np.zeros((4, n), int)
    at = 100000
    for i in range(n):
        b[0, i] = at + gap[i]
        b[3, i] = at = b[0, i] + body[i]
        if not 50000 < at < 150000:
            at = 100000
    b[1] = np.maximum(b[0], b[3]) + up
    b[2] = np.minimum(b[0], b[3]) - down
    return b


def ask(name, b, other=False):
    o, h, l, c = (np.ascontiguousarray(x / TICK) for x in b)
    more = {"penetration": PENETRATION[name][other]} if name in PENETRATION else {}
    return getattr(talib, "CDL" + name.upper())(o, h, l, c, **more)


def on_a_limit(b):
    """Whether a close lies so near its limit that the last bit decides."""
    o, h, l, c = (np.ascontiguousarray(x / TICK) for x in b)
    for name, shares in PENETRATION.items():
        f = getattr(talib, "CDL" + name.upper())
        for share in shares:
            if (f(o, h, l, c, penetration=share - 1e-9) != f(o, h, l, c, penetration=share + 1e-9)).any():
                return True
    return bool((2 * b[3, 1:] == b[0, :-1] + b[3, :-1])[b[0, 1:] < b[2, :-1]].any())  # half a body


def counts(b):
    got = {}
    for name in USES:
        for v, n in zip(*np.unique(ask(name, b), return_counts=True)):
            if v != 0:
                got[name, int(v)] = int(n)
    return got


def collect():
    b = bars_of(np.random.default_rng(1), SEARCHED)
    found = {}
    for name in USES:
        r = ask(name, b)
        for v in np.unique(r[r != 0]):
            found[name, int(v)] = list(np.nonzero(r == v)[0])
    made = next(b[:, k:k + WIDTH] for k in range(0, SEARCHED, WIDTH) if not on_a_limit(b[:, k:k + WIDTH]))
    for key in sorted(found, key=lambda k: (len(found[k]), k)):
        for i in found[key]:
            if counts(made).get(key, 0) >= WANTED:
                break
            if i < 2 * WIDTH:
                continue
            piece = b[:, i - WIDTH + 1:i + 1] - b[0, i - WIDTH + 1] + made[3, -1]
            longer = np.concatenate([made, piece], axis=1)
            if not on_a_limit(longer):
                made = longer
        if counts(made).get(key, 0) < WANTED:
            sys.exit(f"make_candles.py: {key} is too rare: {len(found[key])} found")
    return made


def settings(other):
    lib = ctypes.CDLL(str(next(Path(talib.__file__).resolve().parent.parent.glob("ta_lib.libs/libta*.so*"))))
    for number, of, n, factor, n2, factor2 in SETTINGS.values():
        if lib.TA_SetCandleSettings(number, of, n2 if other else n, ctypes.c_double(factor2 if other else factor)):
            sys.exit("make_candles.py: TA_SetCandleSettings fails")


def text(x):
    return repr(float(x)).removesuffix(".0")


def main():
    settings(False)
    b = collect()
    rows = {name: [] for name in USES}
    for other in (False, True):
        settings(other)
        for name, uses in USES.items():
            p = [PENETRATION[name][other]] if name in PENETRATION else []
            for s in uses.split():
                p += [SETTINGS[s][5 if other else 3], SETTINGS[s][4 if other else 2]]
            values = [str(v) for v in ask(name, b, other)]
            lookback = abstract.Function("CDL" + name.upper()).lookback
            if other:
                lookback = max([SETTINGS[s][4] for s in uses.split()] or [0])
                lookback += len_back(name)
            values[:lookback] = [""] * lookback
            if not other or p:
                rows[name].append(["- " + " ".join(text(x) for x in p) + ":0:0" if p else "-:0:0"] + values)
    settings(False)
    with open(HERE / "cdl_bars.csv", "w") as f:
        f.write("time,open,high,low,close,volume\n")
        for i in range(b.shape[1]):
            f.write(f"{1704067200000 + 3600000 * i}," + ",".join(text(x / TICK) for x in b[:, i]) + ",1\n")
    for name, columns in rows.items():
        with open(HERE / f"cdl_{name}.csv", "w") as f:
            for line in zip(*columns):
                f.write(",".join(line) + "\n")
    with open(HERE / "SOURCE.candles", "w") as f:
        f.write(f"Written by make_candles.py with TA-Lib {talib.__version__} on bars generated there; headings as in\n"
                "SOURCE. Occurrences among the bars of cdl_bars.csv, with TA-Lib's own settings:\n\n")
        got = counts(b)
        for name in sorted(USES):
            f.write(f"cdl_{name}.csv: " + ", ".join(f"{v} x {n}" for (m, v), n in sorted(got.items()) if m == name) + "\n")
    print(b.shape[1], "bars")


def len_back(name):
    """Bars of the pattern's lookback beyond its averages, from the lookback with TA-Lib's settings."""
    settings(False)
    back = abstract.Function("CDL" + name.upper()).lookback
    settings(True)
    return back - max([SETTINGS[s][2] for s in USES[name].split()] or [0])


main()
