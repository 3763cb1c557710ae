#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Goldens of metrics by a plain reading of their formulas, on a made-up account, its trades and a
benchmark. Needs Python alone:

    python3 tests/golden/metrics/make_plain.py

Writes plain_trades.csv, plain_equity.csv and plain_benchmark.csv, which `wick score` reads
(tests/e2e/plain_metrics.sh), and plain.txt: a metric and its value on a line.
"""
import math
import random
from datetime import date, timedelta
from pathlib import Path
from statistics import NormalDist

HERE = Path(__file__).resolve().parent
YEAR = 252


def days(n):
    d, out = date(2019, 11, 4), []
    while len(out) < n:
        if d.weekday() < 5:
            out.append(d)
        d += timedelta(days=1)
    return out


def make(rng):
    t = days(620)
    equity, bench = [100000.0], [250.0]
    for _ in t[1:]:
        common = rng.gauss(0, 0.006)
        equity.append(round(equity[-1] * (1 + 0.0003 + 0.6 * common + rng.gauss(0, 0.005)), 2))
        bench.append(round(bench[-1] * (1 + 0.0002 + common), 2))
    equity[100] = equity[99]
    trades = []
    for k in range(60):
        a = 5 + 10 * k + rng.randrange(4)
        n = 1 + rng.randrange(20)
        b = min(a + n, len(t) - 1)
        side = rng.choice(["long", "short"])
        shares = rng.randrange(1, 200)
        entry = round(50 + 100 * rng.random(), 2)
        exit_price = round(entry * (1 + rng.gauss(0, 0.04)), 2)
        move = (exit_price - entry) * (1 if side == "long" else -1)
        trades.append(dict(side=side, entry=t[a], exit=t[b], shares=shares, ep=entry, xp=exit_price,
                           bars=b - a, pnl=shares * move,
                           ret=100 * (exit_price / entry - 1 if side == "long" else entry / exit_price - 1)))
    trades.sort(key=lambda x: x["exit"])
    return t, equity, bench, trades


def mean(x):
    return math.fsum(x) / len(x)


def deviation(x, less=0):
    m = mean(x)
    return math.sqrt(math.fsum((v - m) ** 2 for v in x) / (len(x) - less))


def growth(x):
    return math.prod(1 + v for v in x) ** (YEAR / len(x)) - 1


def longest(x, f):
    best = run = 0
    for v in x:
        run = run + 1 if f(v) else 0
        best = max(best, run)
    return best


def spans(t, e, key):
    """Changes of equity over calendar spans, the first from the first row on."""
    ends = [i for i in range(len(t)) if i == len(t) - 1 or key(t[i]) != key(t[i + 1])]
    begin, out = e[0], []
    for i in ends:
        out.append(100 * (e[i] / begin - 1))
        begin = e[i]
    return out


def wins(x):
    return 100 * sum(v["pnl"] > 0 for v in x) / sum(v["pnl"] != 0 for v in x)


def metrics(t, e, b, trades):
    r = [y / x - 1 for x, y in zip(e, e[1:])]
    q = [y / x - 1 for x, y in zip(b, b[1:])]
    mr, mq = mean(r), mean(q)
    beta = math.fsum((x - mr) * (y - mq) for x, y in zip(r, q)) / math.fsum((y - mq) ** 2 for y in q)
    over = [x - y for x, y in zip(r, q)]
    long = [x for x in trades if x["side"] == "long"]
    short = [x for x in trades if x["side"] == "short"]
    held = [(x["exit"] - x["entry"]).days for x in trades]
    rows = [i for i in range(len(q)) if q[i] > 0], [i for i in range(len(q)) if q[i] < 0]
    m, months, years = len(r), spans(t, e, lambda d: (d.year, d.month)), spans(t, e, lambda d: d.year)
    early, late = r[:-1], r[1:]
    rho = abs(math.fsum((x - mean(early)) * (y - mean(late)) for x, y in zip(early, late))
              / (m - 1) / deviation(early) / deviation(late))
    yield "alpha_pct", 100 * (mr - beta * mq) * YEAR
    yield "avg_down_bar_pct", 100 * mean([x for x in r if x < 0])
    yield "avg_up_bar_pct", 100 * mean([x for x in r if x > 0])
    yield "avg_trade_days", mean(held)
    yield "max_trade_days", max(held)
    yield "max_trade_bars", max(x["bars"] for x in trades)
    yield "bar_win_rate", 100 * sum(x > 0 for x in r) / sum(x != 0 for x in r)
    yield "best_bar_pct", 100 * max(r)
    yield "worst_bar_pct", 100 * min(r)
    yield "max_up_bars", longest(r, lambda x: x > 0)
    yield "max_down_bars", longest(r, lambda x: x < 0)
    yield "best_month_pct", max(months)
    yield "worst_month_pct", min(months)
    yield "month_win_rate", 100 * sum(x > 0 for x in months) / len(months)
    yield "best_year_pct", max(years)
    yield "worst_year_pct", min(years)
    yield "year_win_rate", 100 * sum(x > 0 for x in years) / len(years)
    yield "benchmark_return_pct", 100 * (b[-1] / b[0] - 1)
    yield "excess_return_pct", 100 * (e[-1] / e[0] - b[-1] / b[0])
    for name, at in (("up_capture_pct", rows[0]), ("down_capture_pct", rows[1])):
        yield name, 100 * growth([r[i] for i in at]) / growth([q[i] for i in at])
    yield "information_ratio_annual", mean(over) / deviation(over, 1) * math.sqrt(YEAR)
    yield "tracking_error_pct", 100 * deviation(over, 1) * math.sqrt(YEAR)
    for name, some in (("long", long), ("short", short)):
        yield name + "_pnl", math.fsum(x["pnl"] for x in some)
        yield name + "_win_rate", wins(some)
        yield name + "_avg_return_pct", mean([x["ret"] for x in some])
    yield "long_trades", len(long)
    yield "worst_trade_pct", min(x["ret"] for x in trades)
    change = [y - x for x, y in zip(e, e[1:])]
    yield "profit_factor_bar", sum(x for x in change if x > 0) / -sum(x for x in change if x < 0)
    yield "sortino_bar", sortino(r)
    series = math.fsum((m - k) / m * rho ** k for k in range(1, m))
    yield "smart_sharpe_annual", mr / deviation(r) * math.sqrt(YEAR) / math.sqrt(1 + 2 * series)
    yield "var_normal_pct", 100 * (mr + deviation(r) * NormalDist().inv_cdf(0.05))
    value = math.fsum(x["shares"] * (x["ep"] + x["xp"]) for x in trades) / 2
    yield "turnover_pct", 100 * value / mean(e) / ((t[-1] - t[0]).days / 365.25)


def sortino(r):
    return mean(r) / math.sqrt(math.fsum(min(x, 0) ** 2 for x in r) / len(r))


def main():
    t, e, b, trades = make(random.Random(5))
    with open(HERE / "plain_trades.csv", "w") as f:
        f.write("symbol,side,signal_time,entry_time,exit_time,shares,entry_price,exit_price,bars,pnl,return_pct,"
                "fees,mae,mfe,exit_reason\n")
        for x in trades:
            f.write(f"A,{x['side']},{x['entry']},{x['entry']},{x['exit']},{x['shares']},{x['ep']!r},{x['xp']!r},"
                    f"{x['bars']},{x['pnl']!r},{x['ret']!r},0,0,0,signal\n")
    for name, head, col in (("equity", "equity", e), ("benchmark", "close", b)):
        with open(HERE / f"plain_{name}.csv", "w") as f:
            f.write(f"time,{head}\n" + "".join(f"{d},{x!r}\n" for d, x in zip(t, col)))
    with open(HERE / "plain.txt", "w") as f:
        for name, value in metrics(t, e, b, trades):
            f.write(f"{name} {float(value)!r}\n")


main()
