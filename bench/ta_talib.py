#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kernels beside TA-Lib's C code on 1,000,000 bars, one thread, processor time,
the best of thirty runs of each: twice fifteen, ours and TA-Lib's in turn.

    pip install TA-Lib numpy        (its wheel carries the C library, which is called directly here)
    python bench/ta_talib.py build/bench/bench_ta_kernels [NAME ...]

Every row runs the kernel and TA-Lib's function one after the other on the same bars with the same
window, into arrays that are there already. ns a bar; ratio is ours over TA-Lib's, growth ours at
window 500 over 14.
"""
import ctypes
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import talib

BARS = 1000000
ROUNDS = 15
PASSES = 2

# kernel: TA-Lib functions that together give its outputs; series, options ("n": the window)
PAIRS = {
    "accbands": [("ACCBANDS", "hlc", ("n",))],
    "accdist": [("AD", "hlcv", ())],
    "adosc": [("ADOSC", "hlcv", ("n", 10))],
    "adx": [("ADX", "hlc", ("n",))],
    "adxr": [("ADXR", "hlc", ("n",))],
    "apo": [("APO", "c", ("n", 26, 0))],
    "aroon": [("AROON", "hl", ("n",)), ("AROONOSC", "hl", ("n",))],
    "atr": [("ATR", "hlc", ("n",))],
    "atr_talib": [("ATR", "hlc", ("n",))],
    "bb": [("BBANDS", "c", ("n", 2.0, 2.0, 0))],
    "beta": [("BETA", "oc", ("n",))],
    "bop": [("BOP", "ohlc", ())],
    "cci": [("CCI", "hlc", ("n",))],
    "cmo": [("CMO", "c", ("n",))],
    "cmo_talib": [("CMO", "c", ("n",))],
    "correlation": [("CORREL", "co", ("n",))],
    "dema": [("DEMA", "c", ("n",))],
    "di": [("PLUS_DI", "hlc", ("n",)), ("MINUS_DI", "hlc", ("n",))],
    "dm": [("PLUS_DM", "hl", ("n",)), ("MINUS_DM", "hl", ("n",))],
    "dmi": [("PLUS_DI", "hlc", ("n",)), ("MINUS_DI", "hlc", ("n",)), ("ADX", "hlc", ("n",))],
    "dx": [("DX", "hlc", ("n",))],
    "ema": [("EMA", "c", ("n",))],
    "er": [("ER", "c", ("n",))],
    "fosc": [("FOSC", "c", ("n",))],
    "highest": [("MAX", "c", ("n",))],
    "ht_dcperiod": [("HT_DCPERIOD", "c", ())],
    "ht_dcphase": [("HT_DCPHASE", "c", ())],
    "ht_phasor": [("HT_PHASOR", "c", ())],
    "ht_sine": [("HT_SINE", "c", ())],
    "ht_trendline": [("HT_TRENDLINE", "c", ())],
    "ht_trendmode": [("HT_TRENDMODE", "c", ())],
    "imi": [("IMI", "oc", ("n",))],
    "kama": [("KAMA", "c", ("n",))],
    "linreg": [("LINEARREG", "c", ("n",))],
    "linreg_forecast": [("TSF", "c", ("n",))],
    "linreg_intercept": [("LINEARREG_INTERCEPT", "c", ("n",))],
    "lowest": [("MIN", "c", ("n",))],
    "macd": [("MACD", "c", ("n", 26, 9))],
    "mama": [("MAMA", "c", (0.5, 0.05))],
    "mfi": [("MFI", "hlcv", ("n",))],
    "midpoint": [("MIDPOINT", "c", ("n",))],
    "midprice": [("MIDPRICE", "hl", ("n",))],
    "mom": [("MOM", "c", ("n",))],
    "natr": [("NATR", "hlc", ("n",))],
    "obv": [("OBV", "cv", ())],
    "ppo": [("PPO", "c", ("n", 26, 0))],
    "qstick": [("QSTICK", "oc", ("n",))],
    "rma": [("EMA", "c", ("n",))],
    "roc": [("ROC", "c", ("n",))],
    "rsi": [("RSI", "c", ("n",))],
    "rvi": [("RVI", "c", ("n", 10))],
    "sar": [("SAR", "hl", (0.02, 0.2))],
    "slope": [("LINEARREG_SLOPE", "c", ("n",))],
    "smi": [("SMI", "hlc", ("n", 2, 25, 9))],
    "sma": [("SMA", "c", ("n",))],
    "stdev": [("STDDEV", "c", ("n", 1.0))],
    "stochrsi": [("STOCHRSI", "c", ("n", 14, 3, 0))],
    "sum": [("SUM", "c", ("n",))],
    "t3": [("T3", "c", ("n", 0.7))],
    "tema": [("TEMA", "c", ("n",))],
    "tr": [("TRANGE", "hlc", ())],
    "trima": [("TRIMA", "c", ("n",))],
    "trix": [("TRIX", "c", ("n",)), ("EMA", "c", (9,))],  # ours has its signal too
    "ultosc": [("ULTOSC", "hlc", ("n", 14, 28))],
    "variance": [("VAR", "c", ("n", 1.0))],
    "vhf": [("VHF", "c", ("n",))],
    "wma": [("WMA", "c", ("n",))],
    "wpr": [("WILLR", "hlc", ("n",))],
}
# Candlestick patterns by their names; these have a penetration.
PENETRATION = {"ABANDONEDBABY": 0.3, "DARKCLOUDCOVER": 0.5, "EVENINGDOJISTAR": 0.3, "EVENINGSTAR": 0.3,
               "MATHOLD": 0.5, "MORNINGDOJISTAR": 0.3, "MORNINGSTAR": 0.3}
for candle in talib.get_function_groups()["Pattern Recognition"]:
    PAIRS["cdl_" + candle[3:].lower()] = [
        (candle, "ohlc", (PENETRATION[candle[3:]],) if candle[3:] in PENETRATION else ())]
OUTPUTS = {"ACCBANDS": 3, "AROON": 2, "SMI": 2, "BBANDS": 3, "MACD": 3, "STOCHRSI": 2, "HT_PHASOR": 2, "HT_SINE": 2, "MAMA": 2}


def library():
    places = Path(talib.__file__).resolve().parent.parent.glob("ta_lib.libs/libta*.so*")
    lib = ctypes.CDLL(str(next(places)))
    lib.TA_Initialize()
    return lib


def bars_of(program):
    raw = subprocess.run([program, "--bars"], capture_output=True, check=True).stdout
    return dict(zip("ohlcv", np.frombuffer(raw).reshape(5, BARS).copy()))


def peer(lib, bars, out, calls, n):
    def pointer(x):
        return ctypes.c_void_p(x.ctypes.data)

    made = []
    begin, count = ctypes.c_int(), ctypes.c_int()
    for name, series, options in calls:
        args = [ctypes.c_int(0), ctypes.c_int(BARS - 1)] + [pointer(bars[s]) for s in series]
        args += [ctypes.c_int(n) if x == "n" else ctypes.c_double(x) if isinstance(x, float)
                 else ctypes.c_int(x) for x in options]
        args += [ctypes.byref(begin), ctypes.byref(count)]
        args += [pointer(out[k]) for k in range(OUTPUTS.get(name, 1))]
        made.append((getattr(lib, "TA_" + name), args))
    best = 1e9
    for _ in range(ROUNDS):
        start = time.process_time()
        for f, args in made:
            if f(*args) != 0:
                sys.exit(f"ta_talib.py: {calls} fails")
        best = min(best, time.process_time() - start)
    return best / BARS * 1e9


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    lib, bars = library(), bars_of(sys.argv[1])
    out = [np.zeros(BARS) for _ in range(3)]
    print(f"{'ns a bar':24} {'14':>8} {'TA-Lib':>8} {'ratio':>7} {'500':>8} {'TA-Lib':>8} {'growth':>7}")
    slow, grows, rows = [], [], 0
    for name in sys.argv[2:] or PAIRS:
        ours, theirs = [1e9, 1e9], [1e9, 1e9]
        for _ in range(PASSES):
            row = subprocess.run([sys.argv[1], "--csv", name], capture_output=True, text=True, check=True)
            if not row.stdout:
                sys.exit(f"ta_talib.py: {name} is not a kernel")
            ours = [min(a, float(b)) for a, b in zip(ours, row.stdout.strip().split(",")[1:])]
            if name in PAIRS:
                theirs = [min(a, peer(lib, bars, out, PAIRS[name], n)) for a, n in zip(theirs, (14, 500))]
        line = f"{name:24} {ours[0]:8.2f}"
        if name in PAIRS:
            line += f" {theirs[0]:8.2f} {ours[0] / theirs[0]:7.2f} {ours[1]:8.2f} {theirs[1]:8.2f}"
            rows += 1
            if ours[0] > 1.3 * theirs[0]:
                slow.append(name)
        else:
            line += f" {'':8} {'':7} {ours[1]:8.2f} {'':8}"
        print(line + f" {ours[1] / ours[0]:7.2f}", flush=True)
        if ours[1] > 2.0 * ours[0]:
            grows.append(name)
    print(f"\n{rows - len(slow)} of {rows} within 1.3 times TA-Lib; beyond: {' '.join(slow) or 'none'}")
    print(f"more than twice its own time at window 500: {' '.join(grows) or 'none'}")


main()
