#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the real vectorbt over random signals and order tables.

    python3 -m venv V && V/bin/pip install vectorbt==1.2.0
    V/bin/python make_vectorbt.py WICK 80 > vectorbt.json
    V/bin/python make_vectorbt.py WICK 40 A.csv B.csv ... > elsewhere.json

WICK is a program that knows `data synth`: bars are named by their seed there, or stand in the
output when CSV files are given. tests/lua/peer_replays.lua replays the file. Signals are residues of
the volume, so that both sides can make them: `long = {11, 3}` is volume mod 11 = 3.
"""
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import pandas as pd
import vectorbt as vbt

warnings.simplefilter("ignore")
COUNT = 160
SEED = int(os.environ.get("SEED", 2000))


def read(path, count=None, skip=0):
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f))[skip:]
    rows = rows[:count] if count else rows
    day = "date" if "date" in rows[0] else "time"
    frame = pd.DataFrame({k: [float(r[k]) for r in rows]
                          for k in ("open", "high", "low", "close", "volume")})
    frame.index = pd.to_datetime([r[day] for r in rows])
    return frame


def synth(wick, seed, symbols, ragged):
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([wick, "data", "synth", "--quiet", "--out", d, "--symbols", str(symbols),
                        "--bars", str(COUNT), "--seed", str(seed)]
                       + (["--ragged"] if ragged else []), check=True)
        return {n[:-4]: read(os.path.join(d, n)) for n in sorted(os.listdir(d))}


def residues(g, often):
    m = g.randrange(*often)
    return [m, g.randrange(m)]


def costs(g, k, a, e):
    if k % 2:
        a["fees"] = g.choice([0.001, 0.0025])
        e["fee_pct"] = a["fees"] * 100
    if k % 5 == 1:
        a["fixed_fees"] = e["fee_order"] = 1.5
    if k % 3 == 1:
        a["slippage"] = 0.0007
        e["slip_pct"] = 0.07
    if k % 7 == 3:
        a["size_granularity"] = e["qty_step"] = g.choice([1.0, 0.25])
    if k % 11 == 4:
        a["allow_partial"], e["shortage"] = False, "reject"
    if k % 6 == 5:
        a["lock_cash"], e["lock_cash"] = True, "on"
    if k % 13 == 7:
        a["max_size"] = e["max_size"] = 20.0
    if k % 17 == 9:
        a["min_size"] = e["min_size"] = 3.0
    seq = g.choice(["default", "reversed", "auto"])
    if k % 4 == 2:
        a["call_seq"] = seq
        if seq != "default":
            e["call_seq"] = seq


MODES = {"ignore": "ignore", "close": "close", "closereduce": "close_reduce",
         "reverse": "reverse", "reversereduce": "reverse_reduce"}
ACCUMULATE = {False: None, True: "both", "addonly": "add", "removeonly": "remove"}


def pick(g, a, e, key, values, default):
    v = g.choice(values)
    a[key] = v
    v = MODES.get(v, v)
    if v != default:
        e[key] = v


def signal_options(g, k, a, e, what):
    acc = g.choice([False, False, True, "addonly", "removeonly"])
    a["accumulate"] = acc
    if ACCUMULATE[acc]:
        e["accumulate"] = ACCUMULATE[acc]
    if k % 3 == 0:
        modes = ["ignore", "entry", "exit", "adjacent", "opposite"]
        pick(g, a, e, "upon_long_conflict", modes, "ignore")
        pick(g, a, e, "upon_short_conflict", modes, "ignore")
        pick(g, a, e, "upon_dir_conflict", ["ignore", "long", "short", "adjacent", "opposite"],
             "ignore")
    if k % 3 != 1:
        pick(g, a, e, "upon_opposite_entry", list(MODES), "reverse_reduce")
    size = g.choice(["all", "units", "cash", "percent"])
    turns = a.get("upon_opposite_entry", "reversereduce") in ("reverse", "reversereduce")
    if size == "percent" and turns and "short" in what:
        size = "cash"  # the library refuses to turn a position by percent
    if size == "units":
        a["size"] = what["amount"] = round(g.uniform(2, 60), 2)
        what["size"] = "units"
    elif size == "cash":
        a["size"] = what["amount"] = round(g.uniform(500, 9000), 2)
        a["size_type"], what["size"] = "value", "cash"
    elif size == "percent":
        share = round(g.uniform(0.1, 0.9), 3)
        a["size"], a["size_type"] = share, "percent"
        what["size"], what["amount"] = "pct_cash", share * 100
    if k % 2 == 0:
        if g.random() < 0.8:
            stop = round(g.uniform(0.005, 0.05), 4)
            a["sl_stop"], a["sl_trail"] = stop, g.random() < 0.5
            what["trail_pct" if a["sl_trail"] else "stop_pct"] = stop * 100
        if g.random() < 0.7:
            a["tp_stop"] = round(g.uniform(0.005, 0.05), 4)
            what["target_pct"] = a["tp_stop"] * 100
        pick(g, a, e, "upon_stop_exit", ["close", "close", "closereduce", "reverse",
                                         "reversereduce"], "close")
        if size == "percent" and "reverse" in a["upon_stop_exit"]:
            a["upon_stop_exit"] = "close"
            e.pop("upon_stop_exit", None)
        exits = {"stoplimit": "stop_limit", "stopmarket": "stop_market", "price": "price",
                 "close": "close"}
        a["stop_exit_price"] = g.choice(list(exits))
        if a["stop_exit_price"] != "stoplimit":
            e["stop_exit_price"] = exits[a["stop_exit_price"]]
        a["stop_entry_price"] = g.choice(["close", "price", "fillprice"])
        if a["stop_entry_price"] != "close":
            e["stop_entry_price"] = {"price": "price", "fillprice": "fill"}[a["stop_entry_price"]]
        a["upon_stop_update"] = g.choice(["keep", "override", "overridenan"])
        if a["upon_stop_update"] != "override":
            e["upon_stop_update"] = a["upon_stop_update"].replace("overridenan", "override_nan")


class Panel:
    def __init__(self, bars):
        self.bars = bars
        self.names = sorted(bars)
        self.index = sorted(set().union(*(b.index for b in bars.values())))

    def table(self, make, fill):
        """One column per symbol of make(bars), on the union of all days."""
        cols = {n: make(self.bars[n]).reindex(self.index, fill_value=fill) for n in self.names}
        return pd.DataFrame(cols, index=self.index)

    def field(self, name):
        return self.table(lambda b: b[name], np.nan)


def mask(b, r):
    return pd.Series(np.mod(b.volume, r[0]) == r[1], index=b.index)


def from_signals(g, k, p, common):
    a, e, what = dict(common), {}, {"kind": "signals"}
    costs(g, k, a, e)
    what["long"] = residues(g, (3, 12))
    what["exit_long"] = residues(g, (3, 12))
    both = k % 3 != 2
    if both:
        what["short"] = residues(g, (3, 12))
        what["exit_short"] = residues(g, (3, 12))
    signal_options(g, k, a, e, what)
    late = k % 5 == 3  # on the next open
    names = {"long": "entries", "exit_long": "exits", "short": "short_entries",
             "exit_short": "short_exits"}
    for mine, theirs in names.items():
        if mine not in what:
            continue

        def column(b, r=what[mine]):
            m = mask(b, r)
            return m.shift(1, fill_value=False) if late else m
        a[theirs] = p.table(column, False)
    if late:
        a["price"], e["fill"], e["delay"] = p.field("open"), "open", 1
    elif k % 7 == 5:
        a["price"] = p.table(lambda b: (b.high + b.low) / 2, np.nan)
        what["price"] = "hl2"
    ohlc = {n: p.field(n) for n in ("open", "high", "low")}
    if k % 8 == 6:
        ohlc, e["intrabar"] = {}, "close"
    return vbt.Portfolio.from_signals(p.field("close"), **ohlc, **a), e, what


def from_orders(g, k, p, common):
    a, e, what = dict(common), {}, {"kind": "orders"}
    costs(g, k, a, e)
    kind = g.choice(["target_pct", "target_pct", "target_units", "target_cash", "units", "cash",
                     "pct_cash"])
    what["size"] = kind
    r = what["when"] = residues(g, (3, 12))
    scale = {"target_pct": 0.8 / len(p.names), "target_units": 40, "target_cash": 4000,
             "units": 20, "cash": 2000, "pct_cash": 0.9}[kind]
    low = 0.0
    if k % 2:
        low = -scale
    elif kind in ("units", "cash", "pct_cash"):
        low = -scale
        a["direction"], e["position_mode"] = "longonly", "long"
    # The size is another residue: low + (high - low) * (volume mod 13) / 12, in percent where it
    # is one.
    unit = 100 if kind in ("target_pct", "pct_cash") else 1
    low, high = what["low"], what["high"] = low * unit, scale * unit
    types = {"target_pct": "targetpercent", "target_units": "targetamount",
             "target_cash": "targetvalue", "units": "amount", "cash": "value",
             "pct_cash": "percent"}
    a["size_type"] = types[kind]

    def column(b):
        v = (low + (high - low) * np.mod(b.volume, 13) / 12) / unit
        sizes = pd.Series(np.where(mask(b, r), v, np.nan), index=b.index)
        return sizes.shift(1) if late else sizes
    late = k % 4 == 1  # on the next open
    a["size"] = p.table(column, np.nan)
    if late:
        a["price"], e["fill"], e["delay"] = p.field("open"), "open", 1
    return vbt.Portfolio.from_orders(p.field("close"), **a), e, what


def record(pf, p):
    out = []
    names = list(pf.wrapper.columns)
    at = {n: {t: i for i, t in enumerate(p.bars[n].index)} for n in p.names}
    for t in pf.trades.values:
        if t["status"] != 1:
            continue
        n = names[t["col"]]
        sign = 1 if t["direction"] == 0 else -1
        out.append([sign * t["size"], at[n][p.index[t["entry_idx"]]],
                    at[n][p.index[t["exit_idx"]]], t["entry_price"], t["exit_price"], t["pnl"],
                    t["return"] * 100, t["entry_fees"] + t["exit_fees"], n])
    return out


def plain(x):
    if isinstance(x, (np.floating, np.integer)):
        return x.item()
    raise TypeError(type(x))


def short(x):
    """Numbers to twelve digits: the replay asks for nine."""
    if isinstance(x, list):
        return [short(v) for v in x]
    return float(f"{x:.12g}") if isinstance(x, float) else x


def main():
    wick, runs, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    out = {"library": "vectorbt " + vbt.__version__, "profile": "vectorbt", "runs": []}
    for k in ([int(os.environ["ONLY"])] if "ONLY" in os.environ else range(runs)):
        g = random.Random(SEED + k)
        symbols = [1, 3, 1, 4][k // 2 % 4]
        r = {"name": f"run {k}"}
        if files:
            some = g.sample(files, symbols)
            skip = g.randrange(200)
            bars = {os.path.basename(f)[:-4]: read(f, 300, skip + 7 * i)
                    for i, f in enumerate(some)}
            r["bars"] = {n: dict({c: list(b[c]) for c in b.columns},
                                 time=[int(t.timestamp()) * 1000 for t in b.index])
                         for n, b in bars.items()}
        else:
            ragged = k % 3 == 0
            bars = synth(wick, 300 + k, symbols, ragged)
            r["synth"] = {"symbols": symbols, "count": COUNT, "seed": 300 + k,
                          "ragged": int(ragged)}
        p = Panel(bars)
        cash = g.choice([10000.0, 50000.0])
        common = {"init_cash": cash, "freq": "1D"}
        if symbols > 1:
            common.update(cash_sharing=True, group_by=True)
        make = from_orders if k % 3 == 2 or k % 10 == 4 else from_signals
        try:
            pf, e, what = make(g, k, p, common)
        except ValueError as x:
            print(f"run {k}: {x}", file=sys.stderr)
            continue
        trades = record(pf, p)
        eq = [float(x) for x in np.asarray(pf.value()).reshape(-1)]
        r.update(cash=cash, engine=e, what=what, trades=short(trades), every=8, equity=short(eq[::8] + [eq[-1]]))
        out["runs"].append(r)
    json.dump(out, sys.stdout, separators=(",", ":"), default=plain)
    print()


if __name__ == "__main__":
    main()
