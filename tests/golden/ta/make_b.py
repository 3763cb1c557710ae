#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Goldens of volatilities, rolling statistics, Heikin-Ashi bars, mean reversion and the Kalman level,
on the bars make.py wrote.

    /tmp/venv-ta/bin/pip install pandas==3.1.1                    (beside the environment of make.py)
    /tmp/venv-ta/bin/python tests/golden/ta/make_b.py

TA-Lib's and pandas' own output where they have it; the rest window by window with numpy from the
published formula, and not as the kernels do it. Files and headings are those of make.py; SOURCE.b
says which file comes from where and is written here too.
"""
import csv
import math
from pathlib import Path

import numpy as np
import pandas as pd
import talib

HERE = Path(__file__).resolve().parent
NA = math.nan
TOLERANCE = 1e-9


def windows(n, *series):
    """The last n values of every series at every bar; None before n bars and where one is missing."""
    for i in range(len(series[0])):
        w = [np.array(s[i - n + 1:i + 1]) for s in series] if i >= n - 1 else []
        yield w if w and not any(np.isnan(x).any() for x in w) else None


def over(f, n, *series):
    return [NA if w is None else f(*w) for w in windows(n, *series)]


def diff(x, k=1):
    return [NA] * k + [b - a for a, b in zip(x, x[k:])]


# ---- from libraries -----------------------------------------------------------------------------

def from_talib(o, h, l, c):
    c_, o_, h_, l_ = (np.array(x) for x in (c, o, h, l))
    for n in (2, 14, 50):
        yield "beta", "open", (n,), [talib.BETA(o_, o_, n)]
        yield "beta", "close", (n,), [talib.BETA(o_, c_, n)]
        yield "linreg_intercept", "close", (n,), [talib.LINEARREG_INTERCEPT(c_, n)]
        yield "linreg_forecast", "close", (n,), [talib.TSF(c_, n)]
        yield "midpoint", "close", (n,), [talib.MIDPOINT(c_, n)]
        yield "midprice", "-", (n,), [talib.MIDPRICE(h_, l_, n)]


def from_pandas(o, c, gap):
    for n in (10, 60):
        for name, x in (("close", c), ("gappy", gap)):
            # one window at a time: pandas' rolling sums drift in quiet windows
            yield "skew", name, (n, 0), [over(lambda w: pd.Series(w).skew(), n, x)]
            yield "kurtosis", name, (n, 0), [over(lambda w: pd.Series(w).kurt(), n, x)]
        yield "covariance", "close", (n, 0), [pd.Series(c).rolling(n).cov(pd.Series(o))]


# ---- from formulas ------------------------------------------------------------------------------

def volatilities(o, h, l, c, gap):
    O, H, L, C = (np.log(x) for x in (o, h, l, c))
    r = diff(list(C))
    night = [NA] + [O[i] - C[i - 1] for i in range(1, len(c))]
    gk = 0.5 * (H - L) ** 2 - (2 * math.log(2) - 1) * (C - O) ** 2
    rs = (H - C) * (H - O) + (L - C) * (L - O)
    for n, year in ((2, 1), (20, 252), (50, 8760)):
        y = math.sqrt(year)
        yield "realised_vol", "close", (n, year, 1), [over(lambda w: y * np.std(w, ddof=1), n, r)]
        yield "realised_vol", "close", (n, year, 0), [
            over(lambda w: y * math.sqrt(math.fsum(w * w) / n), n, r)]
        yield "realised_vol", "gappy", (n, year, 1), [
            over(lambda w: y * np.std(w, ddof=1), n, diff(list(np.log(gap))))]
        yield "parkinson", "-", (n, year), [
            over(lambda a, b: y * math.sqrt(math.fsum((a - b) ** 2) / n / (4 * math.log(2))), n, H, L)]
        yield "garman_klass", "-", (n, year), [over(lambda w: y * math.sqrt(math.fsum(w) / n), n, gk)]
        yield "rogers_satchell", "-", (n, year), [over(lambda w: y * math.sqrt(math.fsum(w) / n), n, rs)]
        k = 0.34 / (1.34 + (n + 1) / (n - 1))
        yield "yang_zhang", "-", (n, year), [over(
            lambda a, b, s: y * math.sqrt(np.var(a, ddof=1) + k * np.var(b, ddof=1)
                                          + (1 - k) * math.fsum(s) / n), n, night, C - O, rs)]


def statistics(o, c, gap):
    def moment(w, k):
        return math.fsum((w - math.fsum(w) / len(w)) ** k) / len(w)

    def line(w):
        t = np.arange(len(w))
        return np.polyval(np.polyfit(t - t.mean(), w - w.mean(), 1), t - t.mean()) + w.mean()

    for n in (5, 30):
        for name, x in (("close", c), ("gappy", gap)):
            yield "skew", name, (n, 1), [
                over(lambda w: NA if np.ptp(w) == 0 else moment(w, 3) / moment(w, 2) ** 1.5, n, x)]
            yield "kurtosis", name, (n, 1), [
                over(lambda w: NA if np.ptp(w) == 0 else moment(w, 4) / moment(w, 2) ** 2 - 3, n, x)]
            yield "linreg_r2", name, (n,), [
                over(lambda w: NA if np.ptp(w) == 0 else np.corrcoef(np.arange(n), w)[0, 1] ** 2, n, x)]
            yield "linreg_stderr", name, (n,), [
                over(lambda w: math.sqrt(math.fsum((w - line(w)) ** 2) / (n - 2)), n, x)]
        yield "covariance", "close", (n, 1), [over(lambda a, b: np.cov(a, b, bias=True)[0, 1], n, c, o)]


def heikin_ashi(o, h, l, c):
    rows = []
    for i in range(len(c)):
        close = (o[i] + h[i] + l[i] + c[i]) / 4
        start = (rows[-1][0] + rows[-1][3]) / 2 if rows else (o[i] + c[i]) / 2
        rows.append((start, max(h[i], start, close), min(l[i], start, close), close))
    yield "heikin_ashi", "-", (), [list(x) for x in zip(*rows)]


def reversion(c, gap):
    def half_life(before, change):
        b = np.linalg.lstsq(np.column_stack([before - before.mean(), np.ones(len(before))]), change)[0][0]
        return math.log(2) / -b if b < 0 else NA

    for name, x in (("close", c), ("gappy", gap)):
        for n in (5, 60):
            yield "half_life", name, (n,), [over(half_life, n, [NA] + list(x[:-1]), diff(x))]
        for n, k in ((20, 2), (100, 10)):
            yield "hurst", name, (n, k), [over(
                lambda a, b: math.log(np.var(b) / np.var(a)) / math.log(k) / 2, n, diff(x), diff(x, k))]


def kalman(c, gap):
    """The last level of the least squares path through all observations so far: squares of what they
    miss it by, and squares of its steps over `ratio`. Its weight of the last one is the gain."""
    for name, x in (("close", c), ("gappy", gap)):
        first = next(i for i, y in enumerate(x) if y == y)
        for ratio in (0.01, 0.5):
            level, gain = [NA] * first, [NA] * first
            for i in range(first, len(x)):
                y = np.array(x[first:i + 1])
                n, seen = len(y), ~np.isnan(y)
                a = np.diag(seen.astype(float))
                for j in range(n - 1):
                    a[j:j + 2, j:j + 2] += np.array([[1, -1], [-1, 1]]) / ratio
                weight = np.linalg.solve(a, np.eye(n)[-1])
                # weights of observations add up to one: taken about the last, digits are kept
                level.append(x[first] + float(weight[seen] @ (y[seen] - x[first])))
                gain.append(float(weight[-1]) if seen[-1] else 0.0)
            yield "kalman", name, (ratio,), [level, gain]


# ---- files --------------------------------------------------------------------------------------

def text(x):
    return "" if x != x else repr(float(x))


def main():
    with open(HERE / "bars.csv") as f:
        rows = [[float(x) for x in r] for r in list(csv.reader(f))[1:]]
    _, o, h, l, c, _ = (list(x) for x in zip(*rows))
    gap = [NA if i % 7 == 3 or 40 <= i < 44 or i < 2 else x for i, x in enumerate(c)]
    files, origin = {}, {}

    def add(entries, where):
        for name, source, params, outs in entries:
            got = files.setdefault(name, {})
            key = " ".join([source] + [repr(p) for p in params])
            for k, col in enumerate(outs):
                got[f"{key}:{k}:{TOLERANCE:g}"] = [text(x) for x in col]
            origin.setdefault(name, set()).add(where)

    formula = "the formula in make_b.py"
    add(from_talib(o, h, l, c), f"TA-Lib {talib.__version__}")
    add(from_pandas(o, c, gap), f"pandas {pd.__version__}")
    add(volatilities(o, h, l, c, gap), formula)
    add(statistics(o, c, gap), formula)
    add(heikin_ashi(o, h, l, c), formula)
    add(reversion(c, gap), formula)
    add(kalman(c, gap), formula)
    for name, cols in files.items():
        with open(HERE / f"{name}.csv", "w") as f:
            for row in [tuple(cols)] + list(zip(*cols.values())):
                f.write(",".join(row) + "\n")
    with open(HERE / "SOURCE.b", "w") as f:
        f.write("Written by make_b.py on the generated bars of bars.csv; headings as in SOURCE.\n\n")
        for name in sorted(origin):
            f.write(f"{name}.csv: {'; '.join(sorted(origin[name]))}\n")


main()
