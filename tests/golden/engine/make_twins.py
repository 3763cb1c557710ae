#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the real PyBroker over generated bars and generated order tables.

    python3 -m venv V2 && V2/bin/pip install lib-pybroker==2.0.2
    python3 -m venv V1 && V1/bin/pip install lib-pybroker==1.2.14
    V2/bin/python make_twins.py > twins_pybroker2.json
    V1/bin/python make_twins.py > twins_pybroker1.json

Bars, tables and settings are made here from a linear congruential generator, so that the files can
be made again byte for byte. tests/unit/engine/test_twins.c replays them.
"""
import datetime as dt
import json
import math
import sys

import pandas as pd
import pybroker
from pybroker import FeeMode, PriceType, Strategy, StrategyConfig

V2 = pybroker.__version__.startswith("2")
NAMES = ["AAA", "BBB", "CCC", "DDD"]
FIRST = dt.date(2020, 1, 1)


class Lcg:
    """Knuth's MMIX constants; the high half of the state is used."""

    def __init__(self, seed):
        self.s = seed

    def next(self):
        self.s = (self.s * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.s >> 33

    def unit(self):
        return self.next() / 2**31

    def below(self, n):
        return self.next() % n


def make_bars(seed, days, ragged):
    out = {}
    for k, name in enumerate(NAMES):
        g = Lcg(seed * 1000 + k)
        p, rows = 30.0 + 40.0 * g.unit(), []
        for day in range(days):
            o = p * (1 + 0.02 * (g.unit() - 0.5))
            c = o * (1 + 0.05 * (g.unit() - 0.495))
            hi = max(o, c) * (1 + 0.015 * g.unit())
            lo = min(o, c) * (1 - 0.015 * g.unit())
            p = c
            if ragged and g.below(7) == 0:
                continue
            o, hi, lo, c = (math.floor(x * 100 + 0.5) / 100 for x in (o, hi, lo, c))
            rows.append([day, o, max(hi, o, c), min(lo, o, c), c])
        out[name] = rows
    return out


FILLS = ["open", "close", "middle", "average", "low", "high"]


def make_table(seed, bars, what):
    """One request per (symbol, own bar) at most."""
    table = []
    for k, name in enumerate(NAMES):
        g = Lcg(seed * 77 + k)
        for bar in range(len(bars[name])):
            act = g.below(what.get("every", 6))
            r = {"symbol": name, "bar": bar}
            close = bars[name][bar][4]
            if act == 0 or (act == 1 and what.get("shorts")):
                r["do"] = "buy" if act == 0 else "sell"
                r["shares"] = (1 + g.below(400)) / (7.0 if what.get("fractional") else 1.0)
                if not what.get("fractional"):
                    r["shares"] = float(int(r["shares"]))
                r["fill"] = FILLS[g.below(what.get("fills", 1) if what.get("fills") else 1)]
                if what.get("score"):
                    r["score"] = round(g.unit(), 6)
                side = 1 if act == 0 else -1
                if what.get("limits") and g.below(2):
                    r["limit"] = math.floor(close * (1 - side * 0.01 * (g.unit() - 0.4)) * 100) / 100
                    r["fill"] = "low" if side > 0 else "high"
                    if what.get("timeouts"):
                        r["timeout"] = g.below(4)
                stops = what.get("stops", [])
                for s in stops:
                    if g.below(2) == 0:
                        continue
                    if s == "loss_pct":
                        r["loss_pct"] = round(0.5 + 4 * g.unit(), 3)
                    elif s == "profit_pct":
                        r["profit_pct"] = round(0.5 + 5 * g.unit(), 3)
                    elif s == "loss":
                        r["loss"] = round(0.2 + 2 * g.unit(), 3)
                    elif s == "profit":
                        r["profit"] = round(0.2 + 2 * g.unit(), 3)
                    elif s == "trail_pct":
                        r["trail_pct"] = round(1 + 4 * g.unit(), 3)
                    elif s == "trail":
                        r["trail"] = round(0.3 + 2 * g.unit(), 3)
                    elif s == "hold":
                        r["hold"] = 1 + g.below(9)
                    elif s == "exit_price":
                        r["exit_price"] = FILLS[g.below(3)]
                table.append(r)
            elif act == 2 and what.get("exits", True):
                r["do"] = "exit"
                r["fill"] = FILLS[g.below(what["fills"])] if what.get("fills") else "middle"
                table.append(r)
    return table


SCENARIOS = [
    dict(name="market_fills", seed=11, ragged=False, what=dict(fills=6, fractional=True, every=9),
         config=dict(enable_fractional_shares=True), settings="fractional=on"),
    dict(name="percent_stops", seed=12, ragged=True,
         what=dict(stops=["loss_pct", "profit_pct"], shorts=True, every=7, fills=1),
         config=dict(), settings="", two_only=True),
    dict(name="loss_only", seed=13, ragged=V2, what=dict(stops=["loss"], shorts=True, every=8, exits=False),
         config=dict(), settings=""),
    dict(name="point_stops", seed=14, ragged=True, two_only=True,
         what=dict(stops=["loss", "profit", "trail"], shorts=True, every=7, fills=3), config=dict(), settings=""),
    dict(name="trailing", seed=15, ragged=V2, what=dict(stops=["trail_pct"], every=8, exits=False),
         config=dict(), settings=""),
    dict(name="hold_bars", seed=16, ragged=V2, what=dict(stops=["hold"], every=8, exits=False, fills=3),
         config=dict(), settings=""),
    dict(name="everything", seed=17, ragged=True, two_only=True,
         what=dict(stops=["loss_pct", "profit_pct", "trail_pct", "hold", "exit_price"], shorts=True, every=6,
                   fills=6, fractional=True),
         config=dict(enable_fractional_shares=True, fee_mode=FeeMode.ORDER_PERCENT, fee_amount=0.1),
         settings="fractional=on fee_pct=0.1"),
    dict(name="limits", seed=18, ragged=True, what=dict(limits=True, every=6, fills=1),
         config=dict(fee_mode=FeeMode.PER_SHARE, fee_amount=0.01), settings="fee_unit=0.01"),
    dict(name="limit_timeouts", seed=19, ragged=True, two_only=True, what=dict(limits=True, timeouts=True, every=6),
         config=dict(), settings=""),
    dict(name="ranked", seed=20, ragged=True, what=dict(score=True, every=5, fills=1),
         config=dict(max_long_positions=2, fee_mode=FeeMode.PER_ORDER, fee_amount=1.5),
         settings="max_long=2 fee_order=1.5"),
    dict(name="ranked_both", seed=21, ragged=True, two_only=True, what=dict(score=True, shorts=True, every=6),
         config=dict(max_long_positions=2, max_short_positions=1), settings="max_long=2 max_short=1"),
    dict(name="poor", seed=22, ragged=True, what=dict(every=4, fills=2), cash=3000,
         config=dict(fee_mode=FeeMode.ORDER_PERCENT, fee_amount=0.2), settings="fee_pct=0.2"),
    dict(name="delays_and_end", seed=23, ragged=True, what=dict(every=7, fills=3),
         config=dict(buy_delay=3, sell_delay=2, exit_on_last_bar=True),
         settings="buy_delay=3 sell_delay=2 close_at_end=after_capture"),
]


def run(sc):
    bars = make_bars(sc["seed"], sc.get("days", 110), sc["ragged"])
    table = make_table(sc["seed"], bars, sc["what"])
    at = {(r["symbol"], r["bar"]): r for r in table}
    df = pd.DataFrame([dict(symbol=s, date=pd.Timestamp(FIRST + dt.timedelta(days=d)), open=o, high=h, low=l, close=c,
                            volume=1000) for s, rows in bars.items() for d, o, h, l, c in rows])
    price = {n: getattr(PriceType, n.upper()) for n in FILLS}

    def decide(ctx):
        r = at.get((ctx.symbol, ctx.bars - 1))
        if r is None:
            return
        fill = price[r["fill"]]
        if r["do"] == "exit":
            if ctx.long_pos():
                ctx.sell_fill_price = fill
                ctx.sell_all_shares()
            elif ctx.short_pos():
                ctx.buy_fill_price = fill
                ctx.cover_all_shares()
            return
        if r["do"] == "buy":
            ctx.buy_shares, ctx.buy_fill_price = r["shares"], fill
            if "limit" in r:
                ctx.buy_limit_price = r["limit"]
                if "timeout" in r:
                    ctx.buy_timeout_bars = r["timeout"]
        else:
            ctx.sell_shares, ctx.sell_fill_price = r["shares"], fill
            if "limit" in r:
                ctx.sell_limit_price = r["limit"]
                if "timeout" in r:
                    ctx.sell_timeout_bars = r["timeout"]
        if "score" in r:
            ctx.score = r["score"]
        for key, attr in (("loss_pct", "stop_loss_pct"), ("profit_pct", "stop_profit_pct"), ("loss", "stop_loss"),
                          ("profit", "stop_profit"), ("trail_pct", "stop_trailing_pct"), ("trail", "stop_trailing"),
                          ("hold", "hold_bars")):
            if key in r:
                setattr(ctx, attr, r[key])
        if "exit_price" in r:
            for kind in ("loss", "profit", "trailing"):
                if getattr(ctx, f"stop_{kind}_pct") is not None:
                    setattr(ctx, f"stop_{kind}_exit_price", price[r["exit_price"]])

    cash = sc.get("cash", 100000)
    strategy = Strategy(df, str(FIRST), str(FIRST + dt.timedelta(days=400)),
                        StrategyConfig(initial_cash=cash, **sc["config"]))
    strategy.add_execution(decide, NAMES)
    res = strategy.backtest(calc_bootstrap=False)
    day = lambda t: (pd.Timestamp(t).date() - FIRST).days
    num = lambda x: None if x is None or (isinstance(x, float) and math.isnan(x)) else float(x)
    orders = [] if res.orders is None or res.orders.empty else [
        [o.symbol, o.type, day(o.date), num(o.shares), num(o.fill_price), num(o.fees)] for o in res.orders.itertuples()]
    trades = [] if res.trades is None or res.trades.empty else [
        [t.symbol, t.type, day(t.entry_date), day(t.exit_date), num(t.entry), num(t.exit), num(t.shares), num(t.pnl),
         num(t.return_pct), int(t.bars), t.stop if isinstance(t.stop, str) else None, num(t.mae), num(t.mfe)] for t in res.trades.itertuples()]
    return dict(name=sc["name"], settings=sc["settings"], cash=cash, bars=bars, table=table, orders=orders,
                trades=trades, equity=[num(x) for x in res.portfolio["market_value"]],
                cash_rows=[num(x) for x in res.portfolio["cash"]])


def main():
    pybroker.disable_logging() if hasattr(pybroker, "disable_logging") else None
    pybroker.disable_progress_bar() if hasattr(pybroker, "disable_progress_bar") else None
    runs = [run(sc) for sc in SCENARIOS if V2 or not sc.get("two_only")]
    out = dict(library="lib-pybroker " + pybroker.__version__, profile="pybroker2" if V2 else "pybroker1", runs=runs)
    json.dump(out, sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")


main()
