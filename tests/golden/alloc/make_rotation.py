# SPDX-License-Identifier: MIT
"""Runs PyBroker's own rotation (Strategy.enable_rotation) over bars made by `wick data synth`.

    python3 -m venv V && V/bin/pip install lib-pybroker==2.0.2
    V/bin/python make_rotation.py PATH/TO/wick > rotation_pybroker2.csv

rotation_cases.txt: name, symbols, bars, seed, plain or ragged, bars of the momentum, places long,
places short, worst rank held. The momentum ranks the long side, its negative the short side.
"""
import glob
import os
import subprocess
import sys
import tempfile

import pandas as pd
import pybroker
from pybroker import Strategy, StrategyConfig

HERE = os.path.dirname(os.path.abspath(__file__))
assert pybroker.__version__ == "2.0.2"
pybroker.disable_logging()
pybroker.disable_progress_bar()


def bars(wick, symbols, n, seed, ragged):
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([wick, "data", "synth", "--out", d, "--symbols", symbols, "--bars", n, "--seed", seed,
                        "-q"] + (["--ragged"] if ragged == "ragged" else []), check=True)
        frames = []
        for f in sorted(glob.glob(d + "/*.csv")):
            b = pd.read_csv(f, parse_dates=["date"])
            b["symbol"] = os.path.basename(f)[:-4]
            frames.append(b)
    return pd.concat(frames)


def run(wick, name, symbols, n, seed, ragged, look, top, bottom, worst):
    data = bars(wick, symbols, n, seed, ragged)
    look, top, bottom = int(look), int(top), int(bottom)

    def decide(ctx):
        if ctx.bars > look:
            m = ctx.close[-1] / ctx.close[-1 - look] - 1
            if top:
                ctx.long_score = m
            if bottom:
                ctx.short_score = -m

    s = Strategy(data, data.date.min(), data.date.max(), StrategyConfig(initial_cash=100000))
    s.add_execution(decide, sorted(data.symbol.unique()))
    if top:
        s.set_max_long_positions(top)
    if bottom:
        s.set_max_short_positions(bottom)
    s.enable_rotation(int(worst))
    orders = s.backtest(calc_bootstrap=False).orders
    for o in orders.itertuples():
        print(f"{name},{o.symbol},{o.type},{o.date:%Y-%m-%d},{o.shares:g},{o.fill_price:g}")
    print(name, len(orders), file=sys.stderr)


print("case,symbol,side,date,shares,price")
for line in open(os.path.join(HERE, "rotation_cases.txt")):
    run(sys.argv[1], *line.split())
