#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Goldens of TA-Lib 0.8's later functions, the ulcer index, zigzag, Renko bricks and volume profiles,
on the bars make.py wrote.

    pip install TA-Lib==0.8.2 numpy
    python tests/golden/ta/make_more.py

TA-Lib's own output where it has the function; the rest by a plain reading of the definition, window
by window, and not as the kernels do it. Files and headings are those of make.py; SOURCE.more says
which file comes from where and is written here too.
"""
import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import talib

HERE = Path(__file__).resolve().parent
NA = math.nan
TOLERANCE = 1e-9
NEAR = 1 - Fraction(1, 10 ** 9)


def from_talib(o, h, l, c):
    o, h, l, c = (np.array(x) for x in (o, h, l, c))
    for n in (2, 10, 40):
        yield "er", "close", (n,), [talib.ER(c, n)]
        yield "vhf", "close", (n,), [talib.VHF(c, n)]
        yield "imi", "-", (n,), [talib.IMI(o, c, n)]
        yield "qstick", "-", (n,), [talib.QSTICK(o, c, n)]
        yield "accbands", "-", (n,), list(talib.ACCBANDS(h, l, c, n))
        yield "fosc", "close", (n,), [talib.FOSC(c, n)]
        yield "dx", "-", (n,), [talib.DX(h, l, c, n)]
        yield "rvi", "close", (n, 10), [talib.RVI(c, n, 10)]
        yield "rvi", "close", (n, 3), [talib.RVI(c, n, 3)]


def ema(x, n):
    """Begins with the mean of the first n."""
    got, out = [], []
    for v in x:
        if math.isnan(v):
            out.append(NA)
            continue
        got.append(v)
        if len(got) < n:
            out.append(NA)
        elif len(got) == n:
            out.append(math.fsum(got) / n)
        else:
            out.append(out[-1] + 2 / (n + 1) * (v - out[-1]))
    return out


def extremes(x, n, f):
    return [NA if i < n - 1 else f(x[i - n + 1:i + 1]) for i in range(len(x))]


def smi(h, l, c):
    """TA-Lib shows nothing before the signal exists; from there on it has to agree."""
    for n, fast, slow, signal in ((13, 2, 25, 9), (5, 3, 8, 4)):
        top, bottom = extremes(h, n, max), extremes(l, n, min)
        far = [x - (a + b) / 2 for x, a, b in zip(c, top, bottom)]
        a = ema(ema(far, slow), fast)
        b = ema(ema([x - y for x, y in zip(top, bottom)], slow), fast)
        line = [100 * (x / (y / 2)) for x, y in zip(a, b)]
        theirs = talib.SMI(np.array(h), np.array(l), np.array(c), n, fast, slow, signal)
        for i, v in enumerate(theirs[0]):
            assert math.isnan(v) or abs(v - line[i]) < 1e-9
        yield "smi", "-", (n, fast, slow, signal), [line, theirs[1]]


def ulcer(c):
    for n in (2, 14, 50):
        top = extremes(c, n, max)
        drop = [100 * (x - t) / t for x, t in zip(c, top)]
        yield "ulcer_index", "close", (n,), [
            [NA if i < 2 * (n - 1) else math.sqrt(math.fsum(d * d for d in drop[i - n + 1:i + 1]) / n)
             for i in range(len(c))]]


def zigzag(h, l):
    """At every bar the whole story afresh: legs from extreme to extreme."""
    for percent in (1, 3, 8):
        share = percent / 100
        rows = []
        top, bottom, pivot, way = (-math.inf, 0), (math.inf, 0), None, 0
        for i, (a, b) in enumerate(zip(h, l)):
            new_top, new_bottom = a > top[0], b < bottom[0]
            if new_top:
                top = (a, i)
            if new_bottom:
                bottom = (b, i)
            if way >= 0 and not new_top and b <= top[0] * (1 - share):
                pivot, way, top, bottom = top, -1, (a, i), (b, i)
            elif way <= 0 and not new_bottom and a >= bottom[0] * (1 + share):
                pivot, way, top, bottom = bottom, 1, (a, i), (b, i)
            rows.append([NA] * 4 if pivot is None else
                        [pivot[0], way, i - pivot[1], top[0] if way > 0 else bottom[0]])
        yield "zigzag", "-", (percent,), list(zip(*rows))


def renko(h, l, c):
    """Brick by brick."""
    tr = [NA] + [max(h[i] - l[i], abs(h[i] - c[i - 1]), abs(l[i] - c[i - 1])) for i in range(1, len(c))]
    for size, n in ((0.5, 14), (2.0, 14), (0, 14), (0, 3)):
        atr, rows, low, high, last = NA, [], NA, NA, None
        for i, x in enumerate(c):
            if i == n:
                atr = math.fsum(tr[1:n + 1]) / n
            elif i > n:
                atr = (atr * (n - 1) + tr[i]) / n
            height, made = size or atr, 0
            if math.isnan(low) and not math.isnan(height):
                low = high = x
            while not math.isnan(height) and x >= high + height * (1 - 1e-9):
                last, low, high, made = 1, high, high + height, made + 1
            while not math.isnan(height) and made == 0 and x <= low - height * (1 - 1e-9):
                while x <= low - height * (1 - 1e-9):
                    last, low, high, made = -1, low - height, low, made - 1
            rows.append([NA] * 3 + [NA if math.isnan(low) else made] if last is None else
                        [low if last > 0 else high, high if last > 0 else low, last, made])
        yield "renko", "close", (size, n), list(zip(*rows))


def edge(k, row, rows):
    """Lower end of row k."""
    if row:
        return Fraction(k) * Fraction(row)
    return Fraction(2) ** (k // rows) * (1 + Fraction(k % rows, rows))


def row_of(x, row, rows):
    if row:
        return math.floor(x / row)
    e = math.floor(math.log2(x))
    e += (2.0 ** (e + 1) <= x) - (2.0 ** e > x)
    return e * rows + math.floor((Fraction(x) / Fraction(2) ** e - 1) * rows)


def profile(bars, row, rows, area, pairs):
    """In exact fractions."""
    got = {}
    for high, low, volume in bars:
        first, last = row_of(low, row, rows), row_of(high, row, rows)
        for k in range(first, last + 1):
            if first == last:
                part = Fraction(1)
            else:
                a, b = max(Fraction(low), edge(k, row, rows)), min(Fraction(high), edge(k + 1, row, rows))
                part = max(b - a, 0) / (Fraction(high) - Fraction(low))
            got[k] = got.get(k, 0) + Fraction(volume) * part
    first, last = min(got), max(got)
    value = [got.get(k, 0) for k in range(first, last + 1)]
    most = max(value)
    poc = min((abs(2 * k - len(value) + 1), k) for k, x in enumerate(value) if x >= most * NEAR)[1]
    up = down = poc
    step = 2 if pairs else 1
    while sum(value[down:up + 1]) * 100 < sum(value) * area * NEAR and (up < len(value) - 1 or down > 0):
        above = sum(value[up + 1:up + 1 + step]) if up < len(value) - 1 else -1
        below = sum(value[max(down - step, 0):down]) if down > 0 else -1
        if above >= below * NEAR and up < len(value) - 1:
            up = min(up + step, len(value) - 1)
        else:
            down = max(down - step, 0)
    ends = [edge(first + k, row, rows) for k in (poc, poc + 1, up + 1, down)]
    return [float((ends[0] + ends[1]) / 2), float(ends[2]), float(ends[3])]


def profiles(t, h, l, v):
    bars = list(zip(h, l, v))
    for n, row, rows, area, rule in ((20, 0, 512, 70, 0), (60, 0.25, 512, 68, 1), (5, 0, 100, 90, 1)):
        out = [[NA] * 3 if i < n - 1 else profile(bars[i - n + 1:i + 1], row, rows, area, rule == 0)
               for i in range(len(bars))]
        yield "volume_profile", "-", (n, row, rows, area, rule), list(zip(*out))
    for row, rows, area, rule in ((0, 512, 70, 0), (0.25, 512, 50, 1)):
        out, begun, now, before = [], None, [NA] * 3, [NA] * 3
        for i, time in enumerate(t):
            if time % 86400000 == 0:
                begun, before = i, now
            if begun is not None:
                now = profile(bars[begun:i + 1], row, rows, area, rule == 0)
            out.append(now + before)
        yield "session_profile", "-", (row, rows, area, rule), list(zip(*out))


def text(x):
    return "" if math.isnan(x) else repr(float(x))


def main():
    with open(HERE / "bars.csv") as f:
        rows = [[float(x) for x in r] for r in list(csv.reader(f))[1:]]
    t, o, h, l, c, v = (list(x) for x in zip(*rows))
    files, origin = {}, {}

    def add(entries, where):
        for name, source, params, outs in entries:
            got = files.setdefault(name, {})
            key = " ".join([source] + [repr(p) for p in params])
            for k, col in enumerate(outs):
                got[f"{key}:{k}:{TOLERANCE:g}"] = [text(x) for x in col]
            origin.setdefault(name, set()).add(where)

    formula = "plain reading in make_more.py"
    add(from_talib(o, h, l, c), f"TA-Lib {talib.__version__}")
    add(smi(h, l, c), f"TA-Lib {talib.__version__}; " + formula)
    add(ulcer(c), formula)
    add(zigzag(h, l), formula)
    add(renko(h, l, c), formula)
    add(profiles(t, h, l, v), formula)
    for name, cols in files.items():
        with open(HERE / f"{name}.csv", "w") as f:
            for row in [tuple(cols)] + list(zip(*cols.values())):
                f.write(",".join(row) + "\n")
    with open(HERE / "SOURCE.more", "w") as f:
        f.write("Written by make_more.py on the generated bars of bars.csv; headings as in SOURCE.\n\n")
        for name in sorted(origin):
            f.write(f"{name}.csv: {'; '.join(sorted(origin[name]))}\n")


main()
