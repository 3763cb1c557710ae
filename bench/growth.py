#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How time and memory of a whole `wick run` grow with symbols and with bars.

    bench/growth.py BUILD [--host wick|wick-jit] [--most-bars 10000000] [--repeat 3]

Makes synthetic bars in the native format in a temporary folder, runs the same strategy on each
and prints Markdown tables: wall and processor time of the process, its stages, peak memory, bytes per
bar. The run with the least processor time is shown: other work on the machine changes it least.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STRATEGY = str(ROOT / "strategies/ma_crossover.lua")


def measure(command):
    read, write = os.pipe()
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(write, 2)
        os.close(read)
        os.execv(command[0], command)
    os.close(write)
    with os.fdopen(read) as f:
        text = f.read()
    _, status, use = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{' '.join(command)}\n{text}")
    stages = {}
    for line in text.splitlines():
        if line.endswith(" ms") and not line.startswith("wick"):
            name, value = line[:-3].rsplit(None, 1)
            stages[name.strip()] = float(value)
    return wall, use.ru_utime + use.ru_stime, use.ru_maxrss / 1024, stages


def rows(wick, tmp, shapes, repeat):
    print("| symbols | bars each | bars | wall ms | cpu ms | bars ms | engine ms | metrics ms | output ms "
          "| peak MiB | bytes/bar |")
    print("| ---: " * 11 + "|")
    for symbols, bars in shapes:
        file = tmp / "bars.wick"
        subprocess.run([wick, "data", "synth", "--quiet", "--symbols", str(symbols), "--bars", str(bars),
                        "--timeframe", "15m", "--out", str(file)], check=True)
        best = min((measure([wick, "run", STRATEGY, "--data", str(file), "--timings", "--quiet", "--jobs", "1",
                             "--param", "pct_equity=1"]) for _ in range(repeat)),
                   key=lambda m: m[1])
        wall, cpu, memory, s = best
        n = symbols * bars
        print(f"| {symbols} | {bars:,} | {n:,} | {wall * 1e3:.1f} | {cpu * 1e3:.1f} | {s.get('bars', 0):.1f} | "
              f"{s.get('strategy and engine', 0):.1f} | {s.get('metrics', 0):.1f} | "
              f"{s.get('output', 0):.1f} | {memory:.1f} | {memory * 1048576 / n:.0f} |", flush=True)
        file.unlink()


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("build", type=Path)
    args.add_argument("--host", default="wick")
    args.add_argument("--most-bars", type=int, default=10_000_000)
    args.add_argument("--repeat", type=int, default=3)
    a = args.parse_args()
    wick = str((a.build / a.host).absolute())
    with tempfile.TemporaryDirectory(prefix="wick-growth-") as tmp:
        print(f"Bars of one symbol, {a.host}:\n")
        rows(wick, Path(tmp), [(1, 10**k) for k in range(3, 8) if 10**k <= a.most_bars], a.repeat)
        print(f"\nSymbols of 2,000 bars, {a.host}:\n")
        rows(wick, Path(tmp), [(k, 2000) for k in (1, 2, 5, 10, 20, 50, 100, 200, 500)], a.repeat)


main()
