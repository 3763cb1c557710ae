#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times wick and other backtesting libraries on the same bars in the same run.

    bench/compare.py BUILD [--venv DIR] [--seconds N]

BUILD holds wick and wick-jit. The others come from PyPI into a virtual environment that is deleted
afterwards (--venv keeps one for the next time). Bars: the shared 15-minute feed and 49 daily
symbols when ../shared (or $WICK_SHARED) is there, else synthetic ones from `wick data synth`.
Every figure is the fastest of several runs in one process; start-up, imports and loading of bars
are not counted. Trade counts stand beside the figures: rules and fills are the same wherever the
library can express them, and where a count differs the library sizes or rejects orders its own way.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = ["backtesting", "vectorbt", "pynesys-pynecore", "lib-pybroker>=2,<3"]


def shared_folder():
    place = Path(os.environ.get("WICK_SHARED", ROOT.parent / "shared"))
    return place if place.is_dir() else None


def write_book(shared, path):
    symbols = json.loads((ROOT / "configs/portfolios/tickers3.json").read_text())["symbols"]
    with open(path, "w") as out:
        out.write("date,symbol,open,high,low,close,volume\n")
        for symbol in symbols:
            for line in (shared / f"data/daily/{symbol}.csv").read_text().splitlines()[1:]:
                date, rest = line.split(",", 1)
                if "2021-01-01" <= date <= "2025-12-31":
                    out.write(f"{date},{symbol},{rest}\n")


def make_bars(build, tmp):
    feed, book = tmp / "FEED.csv", tmp / "book.csv"
    shared = shared_folder()
    if shared:
        feed.write_bytes((shared / "pine/data/ohlcv_ETH-USDT-USDT_15m_warmup6m.csv").read_bytes())
        write_book(shared, book)
        return feed, book, "shared bars"
    wick = str(build / "wick")
    subprocess.run([wick, "data", "synth", "--quiet", "--symbols", "1", "--bars", "53929", "--timeframe",
                    "15m", "--seed", "1", "--out", str(feed)], check=True)
    subprocess.run([wick, "data", "synth", "--quiet", "--symbols", "49", "--bars", "1248", "--seed", "2",
                    "--out", str(book)], check=True)
    return feed, book, "synthetic bars"


def make_venv(folder):
    python = folder / "bin/python"
    if not python.exists():
        print(f"installing {', '.join(PEERS)} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PEERS], check=True)
    return python


def time_wick(build, feed, book, seconds):
    out = {}
    for host in ("wick", "wick-jit"):
        if not (build / host).exists():
            continue
        text = subprocess.run([str(build / host), "bench", "--quiet", "--format", "json", "--feed", str(feed),
                               "--book", str(book), "--seconds", str(seconds), "--pairs", "10000"],
                              check=True, capture_output=True, text=True).stdout
        for f in json.loads(text)["figures"]:
            out[host, f["id"]] = (f["value"], f.get("trades"))
    return out


def time_peers(python, feed, book, seconds):
    lines = subprocess.run([str(python), str(ROOT / "bench/compare/peers.py"), str(feed), str(book),
                            str(seconds)], check=True, capture_output=True, text=True).stdout
    return [line.split("\t") for line in lines.splitlines()]


# case of peers.py: wick's figures to set beside it, and what one unit of wick's figure is in seconds
BESIDE = {
    "cross": (["cross_signals", "cross_triggers", "cross_events"], 1e-3, 1),
    "book": (["book_signals", "book_events"], 1e-3, 1),
    "grid100": (["grid_1", "grid_n"], 1e-6, 100),
}
NAMES = {
    "cross_signals": "average cross, signals", "cross_triggers": "average cross, triggers",
    "cross_events": "average cross, every bar", "book_signals": "donchian book, signals",
    "book_events": "donchian book, every bar", "grid_1": "grid, per cell, 1 thread",
    "grid_n": "grid, per cell, all cores",
}


def table(wick, peers):
    print("| work | host | wick | peer | peer's time | trades wick / peer | times faster |")
    print("| --- | --- | ---: | --- | ---: | ---: | ---: |")
    for case, package, seconds, note in peers:
        ids, unit, per = BESIDE[case]
        for (host, ident), (value, trades) in wick.items():
            if ident not in ids:
                continue
            mine = value * unit
            if seconds == "-":
                print(f"| {NAMES[ident]} | {host} | {mine * 1e3:.3f} ms | {package} | failed: {note} | | |")
                continue
            theirs = float(seconds) / per
            counts = f"{trades} / {note}" if trades is not None else ""
            print(f"| {NAMES[ident]} | {host} | {mine * 1e3:.3f} ms | {package} | {theirs * 1e3:.1f} ms | "
                  f"{counts} | {theirs / mine:,.0f} |")


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("build", type=Path)
    args.add_argument("--venv", type=Path)
    args.add_argument("--seconds", type=float, default=3.0)
    a = args.parse_args()
    with tempfile.TemporaryDirectory(prefix="wick-compare-") as tmp:
        tmp = Path(tmp)
        python = make_venv((a.venv or tmp / "venv").absolute())
        feed, book, what = make_bars(a.build, tmp)
        print(f"{what}: feed {sum(1 for _ in open(feed)) - 1} bars, "
              f"book {sum(1 for _ in open(book)) - 1} bars; {os.cpu_count()} cores\n")
        peers = time_peers(python, feed, book, a.seconds)
        table(time_wick(a.build, feed, book, min(a.seconds, 1.0)), peers)


main()
