#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Nanoseconds per bar of the ports in tests/pine on both hosts, and PyneCore beside them.

    bench/pine.py --feed ETHUSDT_15m.csv [--build build] [--seconds 0.5] [--python VENV/bin/python]

Each port is run whole and in process (`wick bench --scripts`): file body, columns, bars; single
thread, no output. Printed: trades, ns/bar, on how many bars the script was asked, and the shares
of Lua, columns and engine. Five of the strategies are also run by PyneCore (PyPI pynesys-pynecore), in
this run on this feed, when the Python named by --python (default: this one) has it.
"""
import argparse
import csv
import glob
import json
import os
import subprocess
import sys
import tempfile

HEAD = '"""\n@pyne\n"""\nfrom pynecore.lib import close, hour, minute, script, strategy, ta\n\n\n'
PYNE = {
    "ta-sma-dual-cross-01": """@script.strategy("cross", initial_capital=1000000)
def main():
    fast = ta.sma(close, 9)
    slow = ta.sma(close, 21)
    if ta.crossover(fast, slow):
        strategy.entry("L", strategy.long)
    if ta.crossunder(fast, slow):
        strategy.entry("S", strategy.short)
""",
    "ta-rsi14-cross-50-01": """@script.strategy("rsi", initial_capital=1000000)
def main():
    r = ta.rsi(close, 14)
    if ta.crossover(r, 50):
        strategy.entry("L", strategy.long)
    if ta.crossunder(r, 50):
        strategy.entry("S", strategy.short)
""",
    "ta-macd-12-26-9-line-signal-cross-01": """@script.strategy("macd", initial_capital=1000000)
def main():
    line, signal, hist = ta.macd(close, 12, 26, 9)
    if ta.crossover(line, signal):
        strategy.entry("L", strategy.long)
    if ta.crossunder(line, signal):
        strategy.entry("S", strategy.short)
""",
    "order-market-close-fill-basis-01": """@script.strategy("clock", initial_capital=1000000)
def main():
    if hour == 3 and minute == 15 and strategy.position_size == 0:
        strategy.entry("L", strategy.long, qty=1)
    if hour == 5 and minute == 15 and strategy.position_size > 0:
        strategy.close("L")
    if hour == 15 and minute == 15 and strategy.position_size == 0:
        strategy.entry("S", strategy.short, qty=1)
    if hour == 17 and minute == 15 and strategy.position_size < 0:
        strategy.close("S")
""",
    "bracket-exit-tp-sl-fixed-01": """@script.strategy("bracket", initial_capital=1000000)
def main():
    if hour == 0 and minute == 15 and strategy.position_size == 0:
        strategy.entry("L", strategy.long, qty=1)
    if strategy.position_size > 0:
        average = strategy.position_avg_price
        strategy.exit("LX", from_entry="L", limit=1.004 * average, stop=0.996 * average)
    if hour == 6 and minute == 15 and strategy.position_size > 0:
        strategy.close("L")
""",
}

RUNNER = """
import csv, sys, time
from datetime import time as clock
from pathlib import Path
from pynecore.core.script_runner import ScriptRunner
from pynecore.core.syminfo import SymInfo, SymInfoInterval, SymInfoSession
from pynecore.types.ohlcv import OHLCV
rows = list(csv.DictReader(open(sys.argv[2])))
bars = [OHLCV(int(r["timestamp"]), float(r["open"]), float(r["high"]), float(r["low"]),
              float(r["close"]), float(r["volume"])) for r in rows]
day = [SymInfoSession(day=d, time=clock(0, 0)) for d in range(7)]
info = SymInfo(prefix="X", description="feed", ticker="FEED", currency="USDT", basecurrency="ETH", period="15",
               type="crypto", mintick=0.01, pricescale=100, pointvalue=1.0, mincontract=0.0001,
               opening_hours=[SymInfoInterval(day=d, start=clock(0, 0), end=clock(0, 0)) for d in range(7)],
               session_starts=day, session_ends=day, timezone="UTC")
runner = ScriptRunner(Path(sys.argv[1]), bars, info, last_bar_index=len(bars) - 1)
begin, trades = time.perf_counter(), 0
for step in runner.run_iter():
    trades += len(step[2])
print(trades, (time.perf_counter() - begin) * 1e9 / len(bars))
"""


def wick(host, feed, files, seconds):
    args = [host, "bench", "--feed", feed, "--seconds", str(seconds), "--format", "json"]
    for f in files:
        args += ["--scripts", f]
    return json.loads(subprocess.run(args, check=True, capture_output=True, text=True).stdout)


def quantile(values, q):
    v = sorted(values)
    return v[round(q * (len(v) - 1))]


def show(host, rows, bars):
    print("%s, %d bars" % (os.path.basename(host), bars))
    print("%-50s %7s %8s %7s %5s %8s %7s" % ("script", "trades", "ns/bar", "asked", "lua", "columns", "engine"))
    for r in rows:
        print("%-50s %7d %8.1f %6.1f%% %4.0f%% %7.0f%% %6.0f%%" % (
            r["script"].removesuffix(".lua"), r["trades"], r["ns_per_bar"], 100 * r["asked"] / bars,
            100 * r["lua"], 100 * r["columns"], 100 * r["engine"]))
    ns = [r["ns_per_bar"] for r in rows]
    print("median %.1f, p90 %.1f, fastest %.1f, slowest %.1f ns/bar over %d scripts\n" % (
        quantile(ns, 0.5), quantile(ns, 0.9), min(ns), max(ns), len(ns)))


def pynecore(python, feed, rows):
    with tempfile.TemporaryDirectory() as folder:
        runner = os.path.join(folder, "runner.py")
        open(runner, "w").write(RUNNER)
        for name, body in PYNE.items():
            path = os.path.join(folder, name.replace("-", "_") + ".py")
            open(path, "w").write(HEAD + body)
            got = subprocess.run([python, runner, path, feed], capture_output=True, text=True)
            if got.returncode:
                print("PyneCore: %s" % (got.stderr.strip().splitlines() or ["failed"])[-1])
                return
            trades, ns = got.stdout.split()[-2:]
            line = "%-40s PyneCore %8.0f ns/bar (%s trades)" % (name, float(ns), trades)
            for host, by_name in rows.items():
                own = by_name.get(name + ".lua")
                if own:
                    line += "  %s %.1f (%d trades), %.0f times" % (
                        host, own["ns_per_bar"], own["trades"], float(ns) / own["ns_per_bar"])
            print(line)


def main():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("--feed", required=True, help="bars of one symbol: timestamp(ms),open,high,low,close,volume")
    p.add_argument("--build", default=os.path.join(here, "build"))
    p.add_argument("--seconds", type=float, default=0.5)
    p.add_argument("--python", default=sys.executable, help="a Python that has PyneCore")
    p.add_argument("--scripts", nargs="*", default=sorted(glob.glob(os.path.join(here, "tests/pine/*.lua"))))
    a = p.parse_args()
    bars = sum(1 for _ in csv.reader(open(a.feed))) - 1
    rows = {}
    for name in ("wick-jit", "wick"):
        host = os.path.join(a.build, name)
        if not os.path.exists(host):
            continue
        got = wick(host, a.feed, a.scripts, a.seconds)
        show(host, got, bars)
        rows[name] = {r["script"]: r for r in got}
    pynecore(a.python, a.feed, rows)


if __name__ == "__main__":
    main()
