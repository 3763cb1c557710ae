#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes bars.csv and one <indicator>.csv for Pine's indicators; make_classic.py makes those of the others.

    python3 -m venv /tmp/venv-ta
    /tmp/venv-ta/bin/pip install TA-Lib==0.8.2 pynesys-pynecore==6.11.0 numpy
    /tmp/venv-ta/bin/python tests/golden/ta/make.py

Where a real library has the same convention its own output is stored: PyneCore for Pine's functions
(bit for bit) and TA-Lib. The rest is computed here, plainly, from the definition, with exact sums
(math.fsum). SOURCE says which file comes from where. It is written by this script too.

A column is headed "<input> <parameters>:<output>"; the input is the series taken for the first
explicit input ("-": the indicator has none). Others take their defaults; a second series without a
default is `open`, a mask without a default is close > open. An empty field is NA.
"""
import math
import os
import pickle
import subprocess
import sys
import tempfile
from datetime import time as clock
from pathlib import Path

HERE = Path(__file__).resolve().parent
BARS = 400
HOUR = 3600000
NA = math.nan


# ---- bars ------------------------------------------------------------------------------------

class Lcg:
    """Knuth's MMIX generator; the upper 53 bits as a fraction."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2.0**53


def make_bars():
    g, bars, price = Lcg(20240229), [], 100.0
    for i in range(BARS):
        quiet = 150 <= i < 170
        size = 0.02 if quiet else 1.2
        o = round(price + (g.next() - 0.5) * size * 0.2, 2)
        c = round(o + (g.next() - 0.5) * size * 2 + 0.4 * math.sin(i / 23.0) * (not quiet), 2)
        h = round(max(o, c) + g.next() * size * 0.6, 2)
        l = round(min(o, c) - g.next() * size * 0.6, 2)
        v = round(1000.0 * g.next() ** 2 + 1.0, 3)
        if i in (30, 31, 200):  # a bar without range
            o = h = l = c
        if i in (90, 260):  # equal closes
            c = bars[-1][4]
            h, l = max(h, c), min(l, c)
        if i == 120:
            v = bars[-1][5]
        price = c
        bars.append((1704067200000 + i * HOUR, o, h, l, c, v))
    with open(HERE / "bars.csv", "w") as f:
        f.write("time,open,high,low,close,volume\n")
        for b in bars:
            f.write(",".join(repr(x) for x in b) + "\n")
    return bars


def gappy(i):
    return i % 7 == 3 or 40 <= i < 44 or i < 2


# ---- what Pine's functions give ----------------------------------------------------------------

# indicator, input, parameters, expression(s): one for each output
PINE = []


def pine(name, source, params, *exprs):
    PINE.append((name, source, params, exprs))


def pine_table():
    for n in (1, 2, 14, 50):
        for s in ("close", "gappy"):
            for f in ("sma", "ema", "rma", "wma", "median", "mode"):
                if (f, n, s) == ("median", 1, "gappy"):
                    continue  # PyneCore answers NA on the gap for this one window only
                pine(f, s, (n,), f"ta.{f}({s}, {n})")
            pine("sum", s, (n,), f"math.sum({s}, {n})")
            for f in ("variance", "stdev"):
                pine(f, s, (n, 1), f"ta.{f}({s}, {n})")
                if n > 1:
                    pine(f, s, (n, 0), f"ta.{f}({s}, {n}, False)")
        for f in ("change", "mom", "roc"):
            pine(f, "close", (n,), f"ta.{f}(close, {n})")
        pine("rsi", "close", (n,), f"ta.rsi(close, {n})")
        pine("cmo", "close", (n,), f"ta.cmo(close, {n})")
        pine("dev", "close", (n,), f"ta.dev(close, {n})")
        pine("linreg", "close", (n, 0), f"ta.linreg(close, {n}, 0)")
        pine("linreg", "close", (n, 2), f"ta.linreg(close, {n}, 2)")
        pine("highest", "high", (n,), f"ta.highest(high, {n})")
        pine("lowest", "low", (n,), f"ta.lowest(low, {n})")
        pine("range", "close", (n,), f"ta.range(close, {n})")
        pine("atr", "-", (n,), f"ta.atr({n})")
        pine("vwma", "close", (n,), f"ta.vwma(close, {n})")
        pine("percentrank", "close", (n,), f"ta.percentrank(close, {n})")
        pine("rising", "close", (n,), f"1.0 if ta.rising(close, {n}) else 0.0")
        pine("falling", "close", (n,), f"1.0 if ta.falling(close, {n}) else 0.0")
        for q in (0, 37.5, 50, 100) if n == 14 else (30,):
            for f in ("percentile_nearest_rank", "percentile_linear_interpolation"):
                pine(f, "close", (n, q), f"ta.{f}(close, {n}, {q})")
        if n > 1:
            pine("hma", "close", (n,), f"ta.hma(close, {n})")
            pine("stoch", "close", (n,), f"ta.stoch(close, high, low, {n})")
            pine("wpr", "-", (n,), f"ta.wpr({n})")
            if n > 2:  # no deviation at all is 0 by TA-Lib and PineForge, NA by PyneCore
                pine("cci", "hlc3", (n,), f"ta.cci(hlc3, {n})")
            pine("mfi", "hlc3", (n,), f"ta.mfi(hlc3, {n})")
            pine("rci", "close", (n,), f"ta.rci(close, {n})")
            pine("correlation", "close", (n,), f"ta.correlation(close, open, {n})")
            pine("bbw", "close", (n, 2), f"ta.bbw(close, {n}, 2)")
            pine("zscore", "close", (n,), f"(close - ta.sma(close, {n})) / ta.stdev(close, {n})")
            pine("kcw", "close", (n, 1.5, 1), f"ta.kcw(close, {n}, 1.5)")
            pine("bb", "close", (n, 2.5), *(f"ta.bb(close, {n}, 2.5)[{k}]" for k in range(3)))
            pine("kc", "close", (n, 1.5, 1), *(f"ta.kc(close, {n}, 1.5)[{k}]" for k in range(3)))
            pine("kc", "close", (n, 2, 0), *(f"ta.kc(close, {n}, 2, False)[{k}]" for k in range(3)))
            pine("dmi", "-", (n, 9), *(f"ta.dmi({n}, 9)[{k}]" for k in range(3)))
            pine("supertrend", "-", (2.5, n), *(f"ta.supertrend(2.5, {n})[{k}]" for k in range(2)))
    for n, offset, sigma in ((9, 0.85, 6), (21, 0.5, 4)):
        pine("alma", "close", (n, offset, sigma, 0), f"ta.alma(close, {n}, {offset}, {sigma})")
        pine("alma", "close", (n, offset, sigma, 1), f"ta.alma(close, {n}, {offset}, {sigma}, True)")
    pine("swma", "close", (), "ta.swma(close)")
    for p in ((12, 26, 9), (5, 3, 4)):
        pine("macd", "close", p, *(f"ta.macd(close, {p[0]}, {p[1]}, {p[2]})[{k}]" for k in range(3)))
    pine("tsi", "close", (13, 25), "ta.tsi(close, 13, 25)")
    pine("tsi", "gappy", (3, 5), "ta.tsi(gappy, 3, 5)")
    pine("tr", "-", (0,), "ta.tr(False)")
    pine("tr", "-", (1,), "ta.tr(True)")
    for p in ((0.02, 0.02, 0.2), (0.25, 0.25, 0.13)):
        pine("sar", "-", p, f"ta.sar({p[0]}, {p[1]}, {p[2]})")
    for l, r in ((5, 5), (2, 7), (0, 3), (3, 0)):
        pine("pivothigh", "high", (l, r), f"ta.pivothigh(high, {l}, {r})")
        pine("pivotlow", "low", (l, r), f"ta.pivotlow(low, {l}, {r})")
    for s in ("close", "gappy"):
        for f in ("max", "min", "cum"):
            pine(f, s, (), f"ta.{f}({s})")
        pine("fixnan", s, (), f"fixnan({s})")
        for f in ("cross", "crossover", "crossunder"):
            pine(f, s, (), f"1.0 if ta.{f}({s}, open) else 0.0")
    for k in (0, 3):
        pine("valuewhen", "up", (k,), f"ta.valuewhen(close > open, open, {k})")
    pine("barssince", "up", (), "ta.barssince(close > open)")
    for f in ("obv", "pvt", "accdist", "wad", "nvi", "pvi"):
        pine(f, "-", (), f"ta.{f}")
    pine("vwap", "hlc3", (1,), "ta.vwap")


SCRIPT = '''"""
@pyne
"""
from pynecore import Series
from pynecore.lib import (script, ta, plot, math, close, high, low, open, volume, hl2, hlc3, bar_index,
                          fixnan, na)
from pynecore.types import NA

@script.indicator("golden")
def main():
    i = int(bar_index)
    hole = i % 7 == 3 or 40 <= i < 44 or i < 2
    gappy: Series[float] = NA(float) if hole else close
'''


def run_pine(bars):
    """Child process: PyneCore's runner keeps module state."""
    from pynecore.core.script_runner import ScriptRunner
    from pynecore.core.syminfo import SymInfo, SymInfoInterval, SymInfoSession
    from pynecore.types.ohlcv import OHLCV

    week = range(7)
    info = SymInfo(
        prefix="X", description="generated", ticker="GEN", currency="USD", period="60", type="crypto",
        mintick=0.01, pricescale=100, pointvalue=1.0, mincontract=0.0001, timezone="UTC",
        opening_hours=[SymInfoInterval(day=d, start=clock(0), end=clock(23, 59, 59)) for d in week],
        session_starts=[SymInfoSession(day=d, time=clock(0)) for d in week],
        session_ends=[SymInfoSession(day=d, time=clock(23, 59, 59)) for d in week])
    with tempfile.TemporaryDirectory() as d:
        path = Path(d) / "golden.py"
        lines = []
        for k, (_, _, _, exprs) in enumerate(PINE):
            for j, e in enumerate(exprs):
                if e.endswith("]") and len(exprs) > 1:
                    call, index = e.rsplit("[", 1)
                    if j == 0:
                        lines.append(f"    t{k} = {call}\n")
                    lines.append(f'    plot(t{k}[{index}, "{k}.{j}")\n')
                else:
                    lines.append(f'    plot({e}, "{k}.{j}")\n')
        path.write_text(SCRIPT + "".join(lines))
        runner = ScriptRunner(path, [OHLCV(b[0], *b[1:]) for b in bars], info, lossless_volume=True,
                              lossless_prices=True)
        out = {}
        for n, item in enumerate(runner.run_iter()):
            for key, value in item[1].items():
                try:
                    value = float(value)
                except (TypeError, ValueError):
                    value = NA
                out.setdefault(key, [NA] * n).append(value if math.isfinite(value) else NA)
    return out


# ---- plain definitions --------------------------------------------------------------------------

def window(x, i, n):
    return x[i - n + 1:i + 1] if i >= n - 1 else None


def plain(bars):
    """Yields (indicator, input, parameters, outputs)."""
    t, o, h, l, c, v = (list(x) for x in zip(*bars))
    gap = [NA if gappy(i) else c[i] for i in range(BARS)]
    every = range(BARS)

    def extreme(x, n, pick):
        out, bars_ = [], []
        for i in every:
            w = window(x, i, n)
            have = [] if w is None else [y for y in w if y == y]
            if not have:
                out.append(NA), bars_.append(NA)
                continue
            best = pick(have)
            out.append(best)
            bars_.append(float(w.index(best) - n + 1))
        return out, bars_

    for n in (1, 5, 20):
        up, up_at = extreme(h, n, max)
        lo, lo_at = extreme(l, n, min)
        yield "highestbars", "high", (n,), [up_at]
        yield "lowestbars", "low", (n,), [lo_at]
        yield "highest", "gappy", (n,), [extreme(gap, n, max)[0]]
        yield "lowest", "gappy", (n,), [extreme(gap, n, min)[0]]
        yield "donchian", "-", (n,), [up, [(a + b) / 2 for a, b in zip(up, lo)], lo]
        yield "count", "up", (n,), [[float(sum(c[k] > o[k] for k in range(i - n + 1, i + 1)))
                                     if i >= n - 1 else NA for i in every]]
    for n in (2, 10, 30):
        g = []
        for i in every:
            w = window(c, i, n)
            g.append(NA if w is None else
                     -math.fsum((n - k) * x for k, x in enumerate(w)) / math.fsum(w))
        yield "cog", "close", (n,), [g]

    top, dd = NA, []
    for x in c:
        top = x if not top >= x else top
        dd.append(x / top - 1)
    yield "drawdown", "close", (), [dd]

    for n, mult, atr_n in ((20, 2, 10), (5, 1.5, 14)):
        mid, atr, e, a = [], [], NA, NA
        tr = [h[0] - l[0]] + [max(h[i] - l[i], abs(h[i] - c[i - 1]), abs(l[i] - c[i - 1]))
                              for i in range(1, BARS)]
        for i in every:
            e = math.fsum(c[:n]) / n if i == n - 1 else e + (c[i] - e) * 2 / (n + 1)
            a = math.fsum(tr[:atr_n]) / atr_n if i == atr_n - 1 else a + (tr[i] - a) / atr_n
            mid.append(e if i >= n - 1 else NA)
            atr.append(a if i >= atr_n - 1 else NA)
        yield ("keltner", "close", (n, mult, atr_n),
               [mid, [m + mult * x for m, x in zip(mid, atr)], [m - mult * x for m, x in zip(mid, atr)]])

    yield "iii", "-", (), [[(2 * c[i] - h[i] - l[i]) / ((h[i] - l[i]) * v[i]) if h[i] > l[i] else NA
                           for i in every]]
    yield "wvad", "-", (), [[(c[i] - o[i]) / (h[i] - l[i]) * v[i] if h[i] > l[i] else NA
                            for i in every]]

    # The definition is a difference of running sums; its dust on the first bar of a day is part of it.
    mean, up, lo, sums = [], [], [], (0.0, 0.0, 0.0)
    for i in every:
        if t[i] % (24 * HOUR) == 0:
            sums = (0.0, 0.0, 0.0)
        s = (h[i] + l[i] + c[i]) / 3
        sums = (sums[0] + v[i], sums[1] + s * v[i], sums[2] + s * s * v[i])
        m = sums[1] / sums[0]
        reach = 2 * math.sqrt(max(0.0, sums[2] / sums[0] - m * m))
        mean.append(m), up.append(m + reach), lo.append(m - reach)
    yield "vwap", "hlc3", (2,), [mean, up, lo]

    lag3 = [NA] * 3 + c[:-3]
    yield "sweep", "lag3", (), [[float(l[i] < lag3[i] < c[i]) for i in every],
                               [float(h[i] > lag3[i] > c[i]) for i in every]]
    yield from swings(h, l, c)
    yield from levels(t, o, h, l, c)


def swings(h, l, c):
    for n in (1, 2, 5):
        rows, state = [], 0
        last_high = prev_high = last_low = prev_low = NA
        gone_high = gone_low = NA
        for i in range(BARS):
            j = i - n
            if j >= n:
                if h[j] == max(h[j - n:i + 1]) and h[j] != last_high:
                    prev_high, last_high = last_high, h[j]
                if l[j] == min(l[j - n:i + 1]) and l[j] != last_low:
                    prev_low, last_low = last_low, l[j]
            bos = choch = 0
            side = 0
            if c[i] > last_high and last_high != gone_high:
                side, gone_high = 1, last_high
            elif c[i] < last_low and last_low != gone_low:
                side, gone_low = -1, last_low
            if side:
                if state == -side:
                    choch = side
                else:
                    bos = side
                state = side
            rows.append([float(state), float(bos), float(choch), float(last_low > prev_low),
                         float(last_high < prev_high), last_high, prev_high, last_low, prev_low])
        cols = [list(x) for x in zip(*rows)]
        yield "structure", "-", (n,), cols
        yield "swing", "-", (n,), cols[5:]


def levels(t, o, h, l, c):
    def formulas(kind, H, L, C, O, now):
        P, r = (H + L + C) / 3, H - L
        out = [NA] * 11
        if kind == 0:
            out = [P, 2 * P - L, 2 * P - H, P + r, P - r, H + 2 * (P - L), L - 2 * (H - P), P + 3 * r,
                   P - 3 * r, P + 4 * r, P - 4 * r]
        elif kind == 1:
            out[:7] = [P] + [P + s * k * r for k in (0.382, 0.618, 1.0) for s in (1, -1)]
        elif kind == 2:
            P = (H + L + 2 * now) / 4
            r3, s3 = H + 2 * (P - L), L - 2 * (H - P)
            out[:9] = [P, 2 * P - L, 2 * P - H, P + r, P - r, r3, s3, r3 + r, s3 - r]
        elif kind == 3:
            out[:9] = [P, 2 * P - L, 2 * P - H] + [P + s * k * r for k in (1, 2, 3) for s in (1, -1)]
        elif kind == 4:
            X = H + 2 * L + C if C < O else 2 * H + L + C if C > O else H + L + 2 * C
            out[:3] = [X / 4, X / 2 - L, X / 2 - H]
        else:
            r5 = H / L * C
            out = [P] + [C + s * r * 1.1 / k for k in (12, 6, 4, 2) for s in (1, -1)] + [r5, 2 * C - r5]
        return out

    for kind in range(6):
        for developing in (0, 1):
            rows, starts = [], []
            for i in range(BARS):
                if t[i] % (24 * HOUR) == 0:
                    starts.append(i)
                a, b = (starts[-1], i + 1) if developing else (
                    (starts[-2], starts[-1]) if len(starts) > 1 else (0, 0))
                if a == b:
                    rows.append([NA] * 11)
                    continue
                rows.append(formulas(kind, max(h[a:b]), min(l[a:b]), c[b - 1], o[a],
                                     c[i] if developing else o[starts[-1]]))
            yield "pivot_point_levels", "-", (kind, developing), [list(x) for x in zip(*rows)]


# ---- TA-Lib -------------------------------------------------------------------------------------

def talib_part(bars):
    import numpy as np
    import talib

    _, o, h, l, c, v = (np.array(x, dtype=float) for x in zip(*bars))
    for n in (2, 5, 14, 30):
        yield "atr_talib", "-", (n,), [talib.ATR(h, l, c, n)]
        yield "di", "-", (n,), [talib.PLUS_DI(h, l, c, n), talib.MINUS_DI(h, l, c, n)]
        yield "adx", "-", (n,), [talib.ADX(h, l, c, n)]
        yield "slope", "close", (n,), [talib.LINEARREG_SLOPE(c, n)]
        yield "sma", "open", (n,), [talib.SMA(o, n)]
        yield "rsi", "open", (n,), [talib.RSI(o, n)]
        yield "cci", "hlc3", (n + 8,), [talib.CCI(h, l, c, n + 8)]
        yield "mom", "open", (n,), [talib.MOM(o, n)]
        yield "roc", "open", (n,), [talib.ROC(o, n)]
        yield "bb", "open", (n, 2), [talib.BBANDS(o, n, 2, 2)[k] for k in (1, 0, 2)]
    for f, s in ((12, 26), (3, 10)):
        yield "ppo", "close", (f, s, 0), [talib.PPO(c, f, s, 0)]


# ---- files --------------------------------------------------------------------------------------

PLAIN_TOLERANCE = 1e-9


def text(x):
    return "" if x != x else repr(float(x))


def number(x):
    return repr(int(x)) if x == int(x) else repr(x)


def main():
    if len(sys.argv) > 1:  # the child
        pine_table()
        with open(sys.argv[1], "wb") as f:
            pickle.dump(run_pine(make_bars()), f)
        return
    bars = make_bars()
    pine_table()
    with tempfile.TemporaryDirectory() as d:
        out = os.path.join(d, "pine.pickle")
        subprocess.run([sys.executable, __file__, out], check=True)
        with open(out, "rb") as f:
            ran = pickle.load(f)
    files, origin = {}, {}

    def add(name, source, params, outs, from_, tolerance):
        got = files.setdefault(name, {})
        key = " ".join([source] + [number(p) for p in params])
        for k, col in enumerate(outs):
            got[f"{key}:{k}:{tolerance:g}"] = [text(x) for x in col]
        origin.setdefault(name, set()).add(from_)

    for k, (name, source, params, exprs) in enumerate(PINE):
        add(name, source, params, [ran[f"{k}.{j}"] for j in range(len(exprs))],
            "PyneCore 6.11.0, same bits", 0)
    for row in talib_part(bars):
        add(*row, "TA-Lib 0.8.2", PLAIN_TOLERANCE)
    for row in plain(bars):
        add(*row, "plain reading in make.py", PLAIN_TOLERANCE)
    for name, cols in files.items():
        with open(HERE / f"{name}.csv", "w") as f:
            for row in [tuple(cols)] + list(zip(*cols.values())):
                f.write(",".join(row) + "\n")
    with open(HERE / "SOURCE", "w") as f:
        f.write("Written by make.py, which says how. bars.csv is generated by a fixed linear congruence;\n"
                "nothing here is market data. A column is headed\n"
                "    input parameters:number of the output:relative tolerance\n\n")
        for name in sorted(origin):
            f.write(f"{name}.csv: {'; '.join(sorted(origin[name]))}\n")


main()
