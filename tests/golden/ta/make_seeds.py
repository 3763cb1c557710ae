#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Adds to ema.csv, rma.csv, rsi.csv and macd.csv the columns of their other seeds, to zscore.csv
    those of the sample deviation.

    /tmp/venv-ta/bin/pip install TA-Lib==0.8.2 pandas==3.1.1
    /tmp/venv-ta/bin/python tests/golden/ta/make_seeds.py

Run after make.py, which writes these files; columns that are there are replaced. pandas' averages
are hidden before their n-th value. SOURCE.seeds says the same.
"""
import csv
from pathlib import Path

import numpy as np
import pandas as pd
import talib

HERE = Path(__file__).resolve().parent
bars = pd.read_csv(HERE / "bars.csv")
close, opening = bars["close"], bars["open"]
SEEDS = {1: False, 2: True}  # first, weighted: pandas' adjust


def ewm(x, adjust, **how):
    return x.ewm(adjust=adjust, **how).mean()


def shown(x, first):
    x = np.array(x, dtype=float)
    x[:first] = np.nan
    return x


def columns(name):
    for seed, adjust in SEEDS.items():
        for n in (1, 2, 14, 50):
            if name == "ema":
                yield f"close {n} {seed}:0:1e-11", shown(ewm(close, adjust, span=n), n - 1)
            if name == "rma":
                yield f"open {n} {seed}:0:1e-11", shown(ewm(opening, adjust, alpha=1 / n), n - 1)
            if name == "rsi":
                move = close.diff().iloc[1:]
                up = ewm(move.clip(lower=0), adjust, alpha=1 / n)
                down = ewm((-move).clip(lower=0), adjust, alpha=1 / n)
                with np.errstate(divide="ignore", invalid="ignore"):
                    r = 100 - 100 / (1 + up / down)
                r[down <= 1e-10] = 100  # the rule of a side that has died away is ta.rsi's
                r[(up <= 1e-10) & (down > 1e-10)] = 0
                yield f"close {n} {seed}:0:1e-9", shown(r.reindex(close.index), n)
        if name == "macd":
            for fast, slow, signal in ((12, 26, 9), (5, 3, 4)):
                line = ewm(close, adjust, span=fast) - ewm(close, adjust, span=slow)
                sig = ewm(line, adjust, span=signal)
                first, both = max(fast, slow) - 1, max(fast, slow) + signal - 2
                for k, v in enumerate((shown(line, first), shown(sig, both), shown(line - sig, both))):
                    yield f"close {fast} {slow} {signal} {seed}:{k}:1e-10", v
    if name == "zscore":
        for n in (2, 14, 50):
            w = close.rolling(n)
            dev = w.apply(lambda x: np.std(x, ddof=1), raw=True)  # rolling().std() is not 0 for equal values
            yield f"close {n} 0:0:1e-6", ((close - w.mean()) / dev.where(dev > 0)).to_numpy()
    if name == "macd":
        for fast, slow, signal in ((12, 26, 9), (3, 10, 5)):
            out = talib.MACD(close.to_numpy(), fast, slow, signal)
            # TA-Lib hides the line until its signal is there; the bars before are not compared.
            line = talib.EMA(close.to_numpy()[slow - fast:], fast)
            line = np.concatenate([np.full(slow - fast, np.nan), line]) - talib.EMA(close.to_numpy(), slow)
            late = ~np.isnan(out[0])
            assert np.allclose(line[late], out[0][late], rtol=0, atol=1e-12)
            for k, v in enumerate((line, out[1], out[2])):
                yield f"close {fast} {slow} {signal} 3:{k}:1e-10", v


# Parameters in front of the switch, and its default, which is put behind those that make.py wrote.
PLAIN = {"ema": 1, "rma": 1, "rsi": 1, "macd": 3, "zscore": 1}
DEFAULT = {"zscore": "1"}


def old(head):
    words, rest = head.split(":", 1)
    words = words.split(" ")
    usual = DEFAULT.get(NAME, "0")
    seed = words[1 + PLAIN[NAME]] if len(words) > 1 + PLAIN[NAME] else usual
    return None if seed != usual else " ".join(words[: 1 + PLAIN[NAME]] + [usual]) + ":" + rest


for NAME in PLAIN:
    path = HERE / f"{NAME}.csv"
    rows = list(csv.reader(open(path)))
    keep = [k for k, head in enumerate(rows[0]) if old(head)]
    table = [[old(rows[0][k]) for k in keep]] + [[r[k] for k in keep] for r in rows[1:]]
    for head, values in columns(NAME):
        table[0].append(head)
        for row, v in zip(table[1:], values):
            row.append("" if np.isnan(v) else repr(float(v)))
    with open(path, "w") as f:
        f.writelines(",".join(r) + "\n" for r in table)

with open(HERE / "SOURCE.seeds", "w") as f:
    f.write("Columns of a seed or divisor that is not the default, written by make_seeds.py; headings as in SOURCE.\n\n")
    f.write("ema.csv, rma.csv, rsi.csv: pandas 3.1.1 (ewm)\n")
    f.write("zscore.csv: pandas 3.1.1 (rolling)\n")
    f.write("macd.csv: pandas 3.1.1 (seeds 1, 2); TA-Lib 0.8.2 (seed 3)\n")
