#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Goldens of the indicators that Pine does not have, on the bars make.py wrote.

    /tmp/venv-ta/bin/python tests/golden/ta/make_classic.py      (the environment of make.py)

TA-Lib's own output where it has the indicator; the rest is computed here from the published formula,
window by window and with exact sums, and not as the kernels do it. Files and headings are those of
make.py; SOURCE.classic says which file comes from where and is written here too.
"""
import csv
import math
from pathlib import Path

import numpy as np
import talib

HERE = Path(__file__).resolve().parent
NA = math.nan
TOLERANCE = 1e-9


# ---- parts --------------------------------------------------------------------------------------

def na(x):
    return x != x


def over(f, n, *series):
    """f of the last n values of every series; NA before n bars and where one is missing."""
    out = []
    for i in range(len(series[0])):
        w = [s[i - n + 1:i + 1] for s in series] if i >= n - 1 else []
        bad = not w or any(na(y) for x in w for y in x)
        out.append(NA if bad else f(*w))
    return out


def sma(x, n):
    return over(lambda w: math.fsum(w) / n, n, x)


def total(x, n):
    return over(math.fsum, n, x)


def highest(x, n):
    return over(max, n, x)


def lowest(x, n):
    return over(min, n, x)


def recursive(x, n, alpha):
    """The mean of the first n values, then a share alpha of every new one; values begin anywhere."""
    out, seed, e = [], [], None
    for y in x:
        if na(y):
            out.append(NA)
            continue
        if e is None:
            seed.append(y)
            if len(seed) == n:
                e = math.fsum(seed) / n
        else:
            e = (1 - alpha) * e + alpha * y
        out.append(NA if e is None else e)
    return out


def ema(x, n):
    return recursive(x, n, 2 / (n + 1))


def rma(x, n):
    return recursive(x, n, 1 / n)


def lag(x, k):
    return [NA] * min(k, len(x)) + list(x[:len(x) - k])


def each(f, *series):
    return [NA if any(na(v) for v in t) else f(*t) for t in zip(*series)]


def minus(a, b):
    return each(lambda x, y: x - y, a, b)


def roc(x, n):
    return each(lambda a, b: (a / b - 1) * 100, x, lag(x, n))


def true_range(h, l, c, first=True):
    return [(h[0] - l[0]) if first else NA] + [
        max(h[i] - l[i], abs(h[i] - c[i - 1]), abs(l[i] - c[i - 1])) for i in range(1, len(c))]


def rsi(x, n):
    d = minus(x, lag(x, 1))
    up, down = rma([max(y, 0) if not na(y) else NA for y in d], n), rma(
        [max(-y, 0) if not na(y) else NA for y in d], n)
    return each(lambda u, v: 100.0 if v <= 1e-10 else 0.0 if u <= 1e-10 else 100 * u / (u + v), up, down)


def middle(h, l, n):
    return each(lambda a, b: (a + b) / 2, highest(h, n), lowest(l, n))


# ---- TA-Lib -------------------------------------------------------------------------------------

def from_talib(o, h, l, c, v):
    o, h, l, c, v = (np.array(x) for x in (o, h, l, c, v))
    for n in (2, 3, 5, 14, 30):
        yield "dema", "close", (n,), [talib.DEMA(c, n)]
        yield "tema", "close", (n,), [talib.TEMA(c, n)]
        yield "t3", "close", (n, 0.7), [talib.T3(c, n, 0.7)]
        yield "t3", "open", (n, 0.3), [talib.T3(o, n, 0.3)]
        yield "trima", "close", (n,), [talib.TRIMA(c, n)]
        yield "kama", "close", (n, 2, 30), [talib.KAMA(c, n)]
        yield "aroon", "-", (n,), [*reversed(talib.AROON(h, l, n)), talib.AROONOSC(h, l, n)]
        yield "cmo_talib", "close", (n,), [talib.CMO(c, n)]
        yield "adxr", "-", (n,), [talib.ADXR(h, l, c, n)]
        yield "natr", "-", (n,), [talib.NATR(h, l, c, n)]
        yield "dm", "-", (n,), [talib.PLUS_DM(h, l, n), talib.MINUS_DM(h, l, n)]
        yield "stochrsi", "close", (n, 5, 1, 3), [talib.STOCHRSI(c, n, 5, 1)[0],
                                                      talib.STOCHRSI(c, n, 5, 3)[1]]
        trix = talib.TRIX(c, n)
        yield "trix", "close", (n, 9), [trix, ema(list(trix), 9)]
    for a, b, d in ((7, 14, 28), (10, 4, 6), (3, 3, 20)):
        yield "ultosc", "-", (a, b, d), [talib.ULTOSC(h, l, c, a, b, d)]
    for fast, slow in ((3, 10), (12, 26), (10, 3)):
        yield "adosc", "-", (fast, slow, 0), [talib.ADOSC(h, l, c, v, fast, slow)]
    for fast, slow in ((12, 26), (3, 10)):
        yield "apo", "close", (fast, slow, 0), [talib.APO(c, fast, slow, 0)]
    yield "bop", "-", (), [talib.BOP(o, h, l, c)]
    for name, x in (("close", c), ("open", o)):
        yield "ht_dcperiod", name, (), [talib.HT_DCPERIOD(x)]
        yield "ht_phasor", name, (), talib.HT_PHASOR(x)
        yield "ht_dcphase", name, (), [talib.HT_DCPHASE(x)]
        yield "ht_sine", name, (), talib.HT_SINE(x)
        yield "ht_trendline", name, (), [talib.HT_TRENDLINE(x)]
        mode = talib.HT_TRENDMODE(x)
        yield "ht_trendmode", name, (), [[NA] * 63 + [float(y) for y in mode[63:]]]
        for fast, slow in ((0.5, 0.05), (0.8, 0.2)):
            yield "mama", name, (fast, slow), talib.MAMA(x, fast, slow)


# ---- from the formula -----------------------------------------------------------------------------

def averages(o, h, l, c):
    for n in (1, 2, 9, 20):
        k = (n - 1) // 2
        yield "zlema", "close", (n,), [ema(each(lambda a, b: 2 * a - b, c, lag(c, k)), n)]
    for n, fast, slow in ((10, 3, 20),):  # other limits than TA-Lib's
        out, value = [NA] * n, c[n - 1]
        for i in range(n, len(c)):
            path = math.fsum(abs(c[j] - c[j - 1]) for j in range(i - n + 1, i + 1))
            er = abs(c[i] - c[i - n]) / path
            value += (er * (2 / (fast + 1) - 2 / (slow + 1)) + 2 / (slow + 1)) ** 2 * (c[i] - value)
            out.append(value)
        yield "kama", "close", (n, fast, slow), [out]
    for n, m in ((14, 9), (5, 20)):
        out, value = [], None
        for i in range(len(c)):
            if i < m:
                out.append(NA)
                continue
            d = [c[j] - c[j - 1] for j in range(i - m + 1, i + 1)]
            cmo = abs(math.fsum(d)) / math.fsum(abs(x) for x in d)
            value = c[i] if value is None else (1 - 2 / (n + 1) * cmo) * value + 2 / (n + 1) * cmo * c[i]
            out.append(value)
        yield "vidya", "close", (n, m), [out]
    for n, k, first in ((14, 1, 0), (10, 0.6, 1), (10, 0.6, 0)):
        out = [c[0]] if first else [NA] * (n - 1) + [math.fsum(c[:n]) / n]
        for i in range(len(out), len(c)):
            out.append(out[-1] + (c[i] - out[-1]) / (k * n * (c[i] / out[-1]) ** 4))
        yield "mcginley", "close", (n, k, first), [out]
    for n, slow in ((16, 199), (7, 30)):
        half, out = (n + 1) // 2, []
        for i in range(len(c)):
            if i < 2 * half:
                out.append(c[i] if i == 2 * half - 1 else NA)
                continue
            new, old = slice(i - half + 1, i + 1), slice(i - 2 * half + 1, i - half + 1)
            n1, n2 = (max(h[s]) - min(l[s]) for s in (new, old))
            n3 = max(*h[new], *h[old]) - min(*l[new], *l[old])
            d = math.log2((n1 + n2) / half / (n3 / (2 * half)))
            a = min(1.0, max(2 / (slow + 1), math.exp(-4.6 * (d - 1))))
            out.append(a * c[i] + (1 - a) * out[-1])
        yield "frama", "close", (n, slow), [out]


def smoother(x, n):
    a = math.exp(-math.pi * math.sqrt(2) / n)
    b = 2 * a * math.cos(math.pi * math.sqrt(2) / n)
    out = list(x[:2])
    for i in range(2, len(x)):
        out.append((1 - b + a * a) * (x[i] + x[i - 1]) / 2 + b * out[-1] - a * a * out[-2])
    return out


def ehlers(c):
    for n in (2, 10, 40):
        yield "supersmoother", "close", (n,), [smoother(c, n)]
    for period, n in ((48, 10), (20, 4)):
        w = math.sqrt(2) * math.pi / period
        a = (math.cos(w) + math.sin(w) - 1) / math.cos(w)
        y = [0.0, 0.0]
        for i in range(2, len(c)):
            y.append((1 - a / 2) ** 2 * (c[i] - 2 * c[i - 1] + c[i - 2]) + 2 * (1 - a) * y[-1]
                     - (1 - a) ** 2 * y[-2])
        yield "roofing", "close", (period, n), [smoother(y, n)]
    for n in (10, 125):
        w = 2 * math.pi / n
        a = (math.cos(w) + math.sin(w) - 1) / math.cos(w)
        y = [c[0]]
        for i in range(1, len(c)):
            y.append(a / 2 * (c[i] + c[i - 1]) + (1 - a) * y[-1])
        yield "decycler", "close", (n,), [y]
    for n in (2, 9, 20):
        top, bottom, v, f, out = highest(c, n), lowest(c, n), 0.0, 0.0, []
        for i, x in enumerate(c):
            if na(top[i]):
                out.append(NA)
                continue
            place = (x - bottom[i]) / (top[i] - bottom[i]) - 0.5 if top[i] > bottom[i] else 0.0
            v = 0.66 * place + 0.67 * v
            v = 0.999 if v > 0.99 else -0.999 if v < -0.99 else v
            f = math.atanh(v) + 0.5 * f
            out.append(f)
        yield "fisher", "close", (n,), [out, lag(out, 1)]


def trends(o, h, l, c):
    size = range(len(c))
    tr = true_range(h, l, c)
    for n in (1, 5, 14):
        r = total([NA] + tr[1:], n)
        up = total([NA] + [abs(h[i] - l[i - 1]) for i in size[1:]], n)
        down = total([NA] + [abs(l[i] - h[i - 1]) for i in size[1:]], n)
        yield "vortex", "-", (n,), [each(lambda a, b: a / b if b else NA, x, r) for x in (up, down)]
    for n in (2, 14, 30):
        path, top, bottom = total(tr, n), highest(h, n), lowest(l, n)
        yield "chop", "-", (n,), [each(
            lambda a, b, d: 100 * math.log10(a / (b - d)) / math.log10(n) if b > d else NA,
            path, top, bottom)]
    for a, b, d, s in ((9, 26, 52, 26), (3, 5, 8, 0)):
        conv, base, slow = middle(h, l, a), middle(h, l, b), middle(h, l, d)
        lead = each(lambda x, y: (x + y) / 2, conv, base)
        yield ("ichimoku", "-", (a, b, d, s),
               [conv, base, lag(lead, s), lag(slow, s), lag(c, s), lead, slow])
    for n, mult in ((22, 3), (5, 1.5)):
        a = rma(tr, n)
        yield "chandelier", "-", (n, mult), [
            each(lambda x, y: x - mult * y, highest(h, n), a),
            each(lambda x, y: x + mult * y, lowest(l, n), a)]
    for lines in ((13, 8, 8, 5, 5, 3), (4, 0, 3, 2, 2, 9)):
        jaw, teeth, lips = (lag(rma(c, lines[k]), lines[k + 1]) for k in (0, 2, 4))
        yield "alligator", "close", lines, [jaw, teeth, lips]
        yield "gator", "close", lines, [each(lambda a, b: abs(a - b), jaw, teeth),
                                        each(lambda a, b: -abs(a - b), teeth, lips)]


def volumes(o, h, l, c, v, times):
    size = range(len(c))
    flow = [((c[i] - l[i]) - (h[i] - c[i])) / (h[i] - l[i]) * v[i] if h[i] > l[i] else 0.0 for i in size]
    line = [math.fsum(flow[:i + 1]) for i in size]
    for fast, slow in ((3, 10), (5, 2)):
        yield "adosc", "-", (fast, slow, 1), [minus(ema(line, fast), ema(line, slow))]
    for n in (1, 5, 20):
        yield "cmf", "-", (n,), [each(lambda a, b: a / b, total(flow, n), total(v, n))]
        force = [NA] + [(c[i] - c[i - 1]) * v[i] for i in size[1:]]
        yield "force_index", "close", (n,), [ema(force, n)]
        for divisor in (10000, 2.5):
            ease = [NA] + [divisor * ((h[i] + l[i]) / 2 - (h[i - 1] + l[i - 1]) / 2) * (h[i] - l[i]) / v[i]
                           for i in size[1:]]
            yield "eom", "-", (n, divisor), [sma(ease, n)]
    hlc = [h[i] + l[i] + c[i] for i in size]
    for fast, slow, signal in ((34, 55, 13), (5, 3, 4)):
        signed = [NA] + [v[i] * ((hlc[i] > hlc[i - 1]) - (hlc[i] < hlc[i - 1])) for i in size[1:]]
        force, trend = [NA], 0
        for i in size[1:]:
            was, trend = trend, 1 if hlc[i] > hlc[i - 1] else -1
            cm = (cm if trend == was else h[i - 1] - l[i - 1]) + h[i] - l[i]
            force.append(v[i] * abs(2 * ((h[i] - l[i]) / cm - 1)) * trend * 100 if cm else 0.0)
        for form, x in enumerate((force, signed)):
            k = minus(ema(x, fast), ema(x, slow))
            yield "klinger", "-", (fast, slow, signal, form), [k, ema(k, signal)]
    for n, m in ((25, 9), (5, 3)):
        e1 = ema([h[i] - l[i] for i in size], m)
        yield "mass", "-", (n, m), [total(each(lambda a, b: a / b, e1, ema(e1, m)), n)]
    for since in (0, times[37] - 1000, times[200]):
        out = []
        for i in size:
            w = [j for j in range(i + 1) if times[j] >= since]
            out.append(math.fsum(c[j] * v[j] for j in w) / math.fsum(v[j] for j in w) if w else NA)
        yield "anchored_vwap", "close", (since,), [out]


def oscillators(o, h, l, c):
    size = range(len(c))
    for n in (1, 13):
        e = ema(c, n)
        yield "elder_ray", "-", (n,), [minus(h, e), minus(l, e)]
    for n, slow, fast in ((10, 14, 11), (4, 3, 8)):
        s = each(lambda a, b: a + b, roc(c, slow), roc(c, fast))
        yield "coppock", "close", (n, slow, fast), [
            over(lambda w: math.fsum((k + 1) * x for k, x in enumerate(w)) / (n * (n + 1) / 2), n, s)]
    for p in ((10, 15, 20, 30, 10, 10, 10, 15), (3, 2, 5, 1, 4, 1, 2, 6)):
        parts = [sma(roc(c, p[k]), p[k + 4]) for k in range(4)]
        k = each(lambda a, b, d, e: a + 2 * b + 3 * d + 4 * e, *parts)
        yield "kst", "close", p, [k, sma(k, 9)]
    for n in (1, 8, 21):
        yield "dpo", "close", (n,), [minus(c, lag(sma(c, n), n // 2 + 1))]
    for rsi_n, n, k, d in ((14, 14, 3, 3), (5, 8, 2, 4)):
        r = rsi(c, rsi_n)
        raw = each(lambda x, a, b: 100 * (x - b) / (a - b) if a > b else 0.0, r, highest(r, n), lowest(r, n))
        yield "stochrsi", "close", (rsi_n, n, k, d), [sma(raw, k), sma(sma(raw, k), d)]
    for n, m, rank in ((3, 2, 100), (5, 4, 20)):
        run = [0]
        for i in size[1:]:
            way = (c[i] > c[i - 1]) - (c[i] < c[i - 1])
            run.append(run[-1] + way if way and run[-1] * way > 0 else way)
        r = roc(c, 1)
        ranks = [NA if i <= rank else 100 * sum(y <= r[i] + 1e-10 for y in r[i - rank:i]) / rank
                 for i in size]
        yield "crsi", "close", (n, m, rank), [
            each(lambda a, b, d: (a + b + d) / 3, rsi(c, n), rsi(run, m), ranks)]
    for n, m, factor in ((14, 5, 4.236), (6, 3, 2)):
        r = ema(rsi(c, n), m)
        change = each(lambda a, b: abs(a - b), r, lag(r, 1))
        reach = [factor * x for x in ema(ema(change, 2 * n - 1), 2 * n - 1)]
        line, trend, way, up, down = [], [], 1.0, None, None
        for i in size:
            if na(reach[i]):
                line.append(NA), trend.append(NA)
                continue
            new_up, new_down = r[i] - reach[i], r[i] + reach[i]
            if up is not None:
                way = 1.0 if r[i] > down else -1.0 if r[i] < up else way
                new_up = max(up, new_up) if r[i - 1] > up and r[i] > up else new_up
                new_down = min(down, new_down) if r[i - 1] < down and r[i] < down else new_down
            up, down = new_up, new_down
            line.append(up if way > 0 else down), trend.append(way)
        yield "qqe", "close", (n, m, factor), [r, line, trend]
    for n, fast, slow, factor in ((10, 23, 50, 0.5), (5, 8, 3, 0.3)):
        y = minus(ema(c, fast), ema(c, slow))
        for _ in range(2):
            top, bottom, out, raw, s = highest(y, n), lowest(y, n), [], 0.0, None
            for i in size:
                if na(top[i]):
                    out.append(NA)
                    continue
                raw = 100 * (y[i] - bottom[i]) / (top[i] - bottom[i]) if top[i] > bottom[i] else raw
                s = raw if s is None else (1 - factor) * s + factor * raw
                out.append(s)
            y = out
        yield "stc", "close", (n, fast, slow, factor), [y]
    for fast, slow, n in ((5, 34, 5), (8, 3, 2)):
        ao = minus(sma(c, fast), sma(c, slow))
        yield "ao", "close", (fast, slow), [ao]
        yield "ac", "close", (fast, slow, n), [minus(ao, sma(ao, n))]
    for n in (1, 10):
        def swma(x):
            return over(lambda w: (w[0] + 2 * w[1] + 2 * w[2] + w[3]) / 6, 4, x)
        a, b = total(swma(minus(c, o)), n), total(swma(minus(h, l)), n)
        r = each(lambda x, y: x / y if y else NA, a, b)
        yield "rvgi", "-", (n,), [r, swma(r)]


def squeezes(h, l, c):
    for n, bb, kc in ((20, 2, 1.5), (6, 1.2, 1)):
        mean, reach = sma(c, n), sma(true_range(h, l, c), n)
        dev = over(lambda w: math.sqrt(math.fsum((x - math.fsum(w) / n) ** 2 for x in w) / n), n, c)
        x = each(lambda a, m, s: a - (m + s) / 2, c, middle(h, l, n), mean)
        t = np.arange(n)
        line = over(lambda w: float(np.polyval(np.polyfit(t - t.mean(), w, 1), t[-1] - t.mean())), n, x)
        yield "squeeze", "close", (n, bb, kc), [
            line, each(lambda d, r: float(bb * d < kc * r), dev, reach),
            each(lambda d, r: float(bb * d > kc * r), dev, reach)]


# ---- files --------------------------------------------------------------------------------------

def text(x):
    return "" if na(x) else repr(float(x))


def number(x):
    return repr(int(x)) if x == int(x) else repr(x)


def main():
    with open(HERE / "bars.csv") as f:
        rows = [[float(x) for x in r] for r in list(csv.reader(f))[1:]]
    t, o, h, l, c, v = (list(x) for x in zip(*rows))
    files, origin = {}, {}

    def add(entries, where):
        for name, source, params, outs in entries:
            got = files.setdefault(name, {})
            key = " ".join([source] + [number(p) for p in params])
            for k, col in enumerate(outs):
                got[f"{key}:{k}:{TOLERANCE:g}"] = [text(x) for x in col]
            origin.setdefault(name, set()).add(where)

    formula = "the formula in make_classic.py"
    add(from_talib(o, h, l, c, v), f"TA-Lib {talib.__version__}")
    add(averages(o, h, l, c), formula)
    add(ehlers(c), formula)
    add(trends(o, h, l, c), formula)
    add(volumes(o, h, l, c, v, t), formula)
    add(oscillators(o, h, l, c), formula)
    add(squeezes(h, l, c), formula)
    for name, cols in files.items():
        with open(HERE / f"{name}.csv", "w") as f:
            for row in [tuple(cols)] + list(zip(*cols.values())):
                f.write(",".join(row) + "\n")
    with open(HERE / "SOURCE.classic", "w") as f:
        f.write("Written by make_classic.py on the generated bars of bars.csv; headings as in SOURCE.\n\n")
        for name in sorted(origin):
            f.write(f"{name}.csv: {'; '.join(sorted(origin[name]))}\n")


main()
