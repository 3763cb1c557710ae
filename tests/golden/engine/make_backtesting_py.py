#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the real backtesting.py over random requests.

    python3 -m venv V && V/bin/pip install backtesting==0.6.6
    V/bin/python make_backtesting_py.py WICK 64 > backtesting_py.json
    V/bin/python make_backtesting_py.py WICK 40 A.csv B.csv ... > elsewhere.json

WICK is a program that knows `data synth`: bars are named by their seed there, or stand in the
output when CSV files are given. tests/lua/peer_replays.lua replays the file.
"""
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import warnings

import pandas as pd
from backtesting import Backtest, Strategy
from backtesting.lib import FractionalBacktest
from backtesting.lib import FractionalBacktest

warnings.simplefilter("ignore")
COUNT = 160


def read(path, count=None, skip=0):
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f))[skip:]
    rows = rows[:count] if count else rows
    day = "date" if "date" in rows[0] else "time"
    frame = pd.DataFrame({k.capitalize(): [float(r[k]) for r in rows]
                          for k in ("open", "high", "low", "close", "volume")})
    frame.index = pd.to_datetime([r[day] for r in rows])
    return frame


def synth(wick, seed):
    with tempfile.TemporaryDirectory() as d:
        out = os.path.join(d, "b.csv")
        subprocess.run([wick, "data", "synth", "--quiet", "--out", out, "--symbols", "1",
                        "--bars", str(COUNT), "--seed", str(seed)], check=True)
        return read(out)


def make_settings(g, k):
    """Arguments of Backtest and the engine settings that say the same."""
    a, e = {"cash": g.choice([10000, 25000, 100000])}, {}
    if k % 2:
        a["commission"], e["fee_pct"] = g.choice([(0.001, 0.1), (0.0025, 0.25)])
    if k % 8 == 2:
        a["commission"], e["fee_order"], e["fee_pct"] = (7.5, 0.0005), 7.5, 0.05
    if k % 8 == 4:
        a["commission"] = lambda size, price: max(2.0, abs(size) * price * 0.001)
        e["fee_pct"], e["fee_min"] = 0.1, 2
    if k % 8 == 6:
        a["commission"], e["fee_unit"] = (lambda size, price: abs(size) * 0.02), 0.02
    if k % 3 == 1:
        a["spread"], e["spread"] = 0.0004, 0.04
    if k % 4 == 3:
        a["margin"] = g.choice([0.5, 0.2])
        e["leverage"] = 1 / a["margin"]
    if k % 5 == 2:
        a["trade_on_close"], e["fill"], e["delay"] = True, "close", 0
    if k % 7 in (3, 5):
        a["exclusive_orders"], e["exclusive"] = True, "on"
    if k % 9 == 8:
        a["hedging"], e["lots"] = True, "hedge"
    if k % 16 == 15:
        e["qty_step"] = 1 / 64
    if k % 6 == 4 and "delay" not in e:  # beside it trades end at the close of the bar before
        a["finalize_trades"], e["close_at_end"] = True, "close"
    return a, e


def size_of(g, step):
    """backtesting.py's size and the field that says the same."""
    kind = g.randrange(4)
    if kind == 0:
        return {}, {}
    if kind == 1:
        n = g.randrange(1, 60) if step == 1 else g.randrange(64, 4000)
        return {"size": n}, {"units": n * step}
    share = round(g.uniform(0.03, 0.97), 3)
    return {"size": share}, ({"units": share} if kind == 2 else {"pct_cash": share * 100})


def cents(x):
    return round(x, 2)


def make_ops(g, df, every, brackets, rests, e):
    """Requests by bar. Those the library refuses as malformed are dropped when it says so. With
    exclusive_orders one request a bar, because it overlooks every second order it should cancel;
    with finalize_trades none on the last bar, which it goes through twice."""
    ops, lone = {}, "exclusive" in e
    for bar in range(1, len(df) - ("close_at_end" in e)):
        c = df.Close.iloc[bar]
        while g.random() < every:
            do = g.choice(["buy", "sell", "buy", "sell", "close", "part", "cancel", "protect"])
            if do == "protect" and "lots" in e:
                do = "close"  # levels of both sides are no request of wick's
            if do in ("buy", "sell"):
                d = 1 if do == "buy" else -1
                peer, here = size_of(g, e.get("qty_step", 1))
                ref = c
                if g.random() < rests:
                    kind = g.choice(["limit", "stop", "both"])
                    if kind == "limit":
                        ref = here["limit"] = cents(c * (1 - d * g.uniform(-0.003, 0.02)))
                    elif kind == "stop":
                        ref = here["stop"] = cents(c * (1 + d * g.uniform(-0.003, 0.02)))
                    else:
                        here["stop"] = cents(c * (1 + d * g.uniform(0.001, 0.015)))
                        ref = here["limit"] = cents(here["stop"] * (1 + d * g.uniform(-0.01, 0.01)))
                if g.random() < brackets:
                    here["stop_loss"] = cents(ref * (1 - d * g.uniform(0.004, 0.05)))
                if g.random() < brackets:
                    here["target"] = cents(ref * (1 + d * g.uniform(0.004, 0.05)))
                op = {"do": do, "peer": peer, "here": here}
            elif do == "part":
                op = {"do": "close", "share": round(g.uniform(0.1, 0.9), 2)}
            elif do == "protect":
                op = {"do": "protect"}
                if g.random() < 0.7:
                    op["stop"] = g.uniform(0.005, 0.04)
                if g.random() < 0.5:
                    op["target"] = g.uniform(0.005, 0.04)
            else:
                op = {"do": do}
            ops.setdefault(bar, []).append(op)
            if lone:
                break
    return ops


NAMES = {"limit": "limit", "stop": "stop", "stop_loss": "sl", "target": "tp"}


class Scripted(Strategy):
    ops = None
    done = None
    unit = 1  # FractionalBacktest shows prices of so much of one unit

    def init(self):
        pass

    def next(self):
        bar = len(self.data) - 1
        for op in self.ops.get(bar, []):
            if self.act(op):
                self.done.setdefault(bar, []).append(self.shown(op))

    def shown(self, op):
        if op["do"] in ("buy", "sell"):
            return [op["do"], op["here"]]
        if op["do"] == "close":
            return ["close", op.get("share", 1)]
        if op["do"] == "protect":
            return ["protect", {k: op[k] for k in ("stop", "target") if k in op}]
        return [op["do"]]

    def act(self, op):
        do = op["do"]
        if do in ("buy", "sell"):
            fields = {NAMES[k]: v * self.unit for k, v in op["here"].items() if k in NAMES}
            try:
                getattr(self, do)(**op["peer"], **fields)
            except ValueError:
                return False
        elif do == "close":
            self.position.close(op.get("share", 1))
        elif do == "cancel":
            for o in list(self.orders):
                t = o.parent_trade
                if not (t and (o is t._sl_order or o is t._tp_order)):
                    o.cancel()
        else:
            if not self.trades:
                return False
            c, d = self.data.Close[-1] / self.unit, 1 if self.position.size > 0 else -1
            for k in ("stop", "target"):
                if k in op:
                    away = -d if k == "stop" else d
                    op[k] = cents(c * (1 + away * op[k]))
            for t in self.trades:
                if "stop" in op:
                    t.sl = op["stop"] * self.unit
                if "target" in op:
                    t.tp = op["target"] * self.unit
        return True


def run(df, a, ops, unit):
    Scripted.ops, Scripted.done, Scripted.unit = ops, {}, unit
    if unit == 1:
        test = Backtest(df, Scripted, **a)
    else:
        test = FractionalBacktest(df, Scripted, fractional_unit=unit, **a)
    stats = test.run()
    if stats["Equity Final [$]"] == 0 and stats["_strategy"].trades:
        return None  # ruined: it closes and lists every second open trade only
    trades = []
    for _, t in stats["_trades"].iterrows():
        trades.append([t["Size"], int(t["EntryBar"]), int(t["ExitBar"]), t["EntryPrice"],
                       t["ExitPrice"], t["PnL"], t["ReturnPct"] * 100, t["Commission"]])
    return stats, trades, Scripted.done


def short(x):
    """Numbers to twelve digits: the replay asks for nine."""
    if isinstance(x, list):
        return [short(v) for v in x]
    return float(f"{x:.12g}") if isinstance(x, float) else x


def main():
    wick, runs, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    out = {"library": "backtesting.py 0.6.6", "profile": "backtesting.py", "runs": []}
    for k in range(runs):
        g = random.Random(int(os.environ.get("SEED", 1000)) + k)
        r = {"name": f"run {k}"}
        if files:
            path = files[k % len(files)]
            df = read(path, 400, g.randrange(200))
            r["name"] += " " + os.path.basename(path)
            r["bars"] = {c.lower(): list(df[c]) for c in ("Open", "High", "Low", "Close", "Volume")}
            r["bars"]["time"] = [int(t.timestamp()) * 1000 for t in df.index]
        else:
            df = synth(wick, 100 + k)
            r["synth"] = {"symbols": 1, "count": COUNT, "seed": 100 + k}
        a, e = make_settings(g, k)
        ops = make_ops(g, df, [0.1, 0.25, 0.45][k % 3], [0, 0.4, 0.9][k // 2 % 3],
                       [0, 0.5, 0.9][k // 3 % 3],
                       e)
        result = run(df, a, ops, e.get("qty_step", 1))
        if result is None:
            continue
        stats, trades, done = result
        eq = list(stats["_equity_curve"]["Equity"])
        r.update(cash=a["cash"], engine=e, ops=[[b, *done[b]] for b in sorted(done)],
                 trades=short(trades), every=8, equity=short(eq[::8] + [eq[-1]]))
        out["runs"].append(r)
    json.dump(out, sys.stdout, separators=(",", ":"))
    print()


main()
