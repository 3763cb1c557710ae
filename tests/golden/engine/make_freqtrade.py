#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the real freqtrade backtester over random signals and settings.

    python3 -m venv V && V/bin/pip install freqtrade==2026.9
    V/bin/python make_freqtrade.py WICK 56 > freqtrade.json
    V/bin/python make_freqtrade.py WICK 30 A.csv B.csv ... > elsewhere.json

WICK is a program that knows `data synth`: bars are named by their seed there, or stand in the
output when CSV files are given. tests/lua/freqtrade_replays.lua replays the file.

Only what needs a network is replaced: the exchange's list of markets, its fee, its margin
requirement and its (empty) funding history. Strategy loading, wallets, trades and the backtesting
loop are the library's.
"""
import csv
import gzip
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import types
from pathlib import Path
from unittest.mock import MagicMock, PropertyMock, patch

import pandas as pd

logging.disable(logging.CRITICAL)
from freqtrade.data import history  # noqa: E402
from freqtrade.enums import CandleType, MarginMode, RunMode, TradingMode  # noqa: E402
from freqtrade.exchange import Exchange  # noqa: E402
from freqtrade.optimize.backtesting import Backtesting  # noqa: E402
from freqtrade.persistence import LocalTrade  # noqa: E402

TICK_SIZE = 4
MINUTES = {"5m": 5, "15m": 15, "1h": 60, "4h": 240}
STRATEGY = '''
import pandas as pd
from freqtrade.strategy import IStrategy
import make_freqtrade_state as state

class Twin(IStrategy):
    INTERFACE_VERSION = 3
    startup_candle_count = 0
    process_only_new_candles = False

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        s = state.signals[metadata["pair"]]
        for col in ("enter_long", "enter_short"):
            if col == "enter_long" or self.can_short:
                dataframe[col] = s[col]
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        s = state.signals[metadata["pair"]]
        for col in ("exit_long", "exit_short"):
            if col == "exit_long" or self.can_short:
                dataframe[col] = s[col]
        return dataframe

    def leverage(self, **kwargs):
        return state.leverage

    def _limit(self, what, pair, current_time, proposed):
        at = state.at[pair].get(pd.Timestamp(current_time).floor(state.frame).to_pydatetime())
        price = None if at is None else state.signals[pair][what][at - 1]
        return proposed if price is None else price

    def custom_entry_price(self, pair, trade, current_time, proposed_rate, entry_tag, side, **kw):
        return self._limit("entry_limit", pair, current_time, proposed_rate)

    def custom_exit_price(self, pair, trade, current_time, proposed_rate, current_profit,
                          exit_tag, **kw):
        return self._limit("exit_limit", pair, current_time, proposed_rate)
'''
state = types.ModuleType("make_freqtrade_state")
sys.modules["make_freqtrade_state"] = state


# ---- bars ------------------------------------------------------------------------------------

def read(path, count=None, skip=0):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as f:
        rows = list(csv.DictReader(f))
    rows = rows[skip:skip + count] if count else rows
    stamp = [k for k in rows[0] if k in ("time", "timestamp", "date", "datetime")][0]
    raw = [r[stamp] for r in rows]
    when = pd.to_datetime([int(t) for t in raw], unit="ms", utc=True) if raw[0].isdigit() \
        else pd.to_datetime(raw, utc=True)
    frame = pd.DataFrame({k: [float(r[k]) for r in rows]
                          for k in ("open", "high", "low", "close", "volume")})
    frame.insert(0, "date", when)
    frame["date"] = frame["date"].astype("datetime64[ms, UTC]")
    return frame


def synth(wick, spec):
    with tempfile.TemporaryDirectory() as d:
        args = [wick, "data", "synth", "--quiet", "--out", d, "--symbols", str(spec["symbols"]),
                "--bars", str(spec["count"]), "--seed", str(spec["seed"]), "--timeframe",
                spec["timeframe"]] + (["--ragged"] if spec.get("ragged") else [])
        subprocess.run(args, check=True)
        return {Path(p).stem: read(os.path.join(d, p)) for p in sorted(os.listdir(d))
                if p.endswith(".csv")}


def coarse(frames, minutes):
    """What `--timeframe` of wick makes of finer bars."""
    out = {}
    for name, f in frames.items():
        g = f.groupby(f["date"].dt.floor(f"{minutes}min"))
        b = g.agg({"open": "first", "high": "max", "low": "min", "close": "last",
                   "volume": "sum"}).reset_index()
        b["date"] = b["date"].astype("datetime64[ms, UTC]")
        out[name] = b[["date", "open", "high", "low", "close", "volume"]]
    return out


# ---- what is asked ---------------------------------------------------------------------------

def make_case(g, k, futures):
    """Attributes of a strategy, configuration, and the engine settings that say the same."""
    a, e = {}, {}
    fee = g.choice([0.0005, 0.001] if futures else [0.0, 0.001, 0.0005, 0.002])
    e["fee_pct"] = round(fee * 100, 6)
    a["stoploss"] = g.choice([-0.02, -0.035, -0.05, -0.1, -0.99])
    if k % 3 == 1:
        a["trailing_stop"] = True
        if k % 6 == 1:
            a["trailing_stop_positive"] = g.choice([0.008, 0.012, 0.02])
            more = g.choice([0.0, 0.003, 0.01])
            a["trailing_stop_positive_offset"] = round(a["trailing_stop_positive"] + more, 6) if more else 0.0
            if more:
                a["trailing_only_offset_is_reached"] = g.random() < 0.7
    roi = g.randrange(4)
    if roi == 0:
        table = {}
    elif roi == 1:
        table = {0: g.choice([0.01, 0.03, 0.06])}
    elif roi == 2:
        table = {0: 0.05, 60: 0.02, 240: 0.01, 700: 0.0}
    else:
        table = {0: 0.04, 90: 0.015, 600: -0.005, g.choice([960, 1440]): -1}
    a["minimal_roi"] = table
    a["use_exit_signal"] = g.random() < 0.85
    a["exit_profit_only"] = g.random() < 0.25
    a["exit_profit_offset"] = g.choice([0.0, 0.005]) if a["exit_profit_only"] else 0.0
    a["ignore_roi_if_entry_signal"] = g.random() < 0.25
    lev = g.choice([1.0, 3.0, 10.0]) if futures else 1.0
    slots = g.choice([1, 2, 3, 4])
    ratio = g.choice([0.99, 1.0, 0.5])
    cash = g.choice([1000.0, 10000.0])
    stake = "unlimited" if g.random() < 0.6 else g.choice([cash * 0.1, cash * 0.35, cash * 0.6])
    c = {"stake_amount": stake, "max_open_trades": slots, "tradable_balance_ratio": ratio,
         "dry_run_wallet": cash, "fee": fee, "leverage": lev, "maintenance": 0.0}
    if futures:
        c["maintenance"] = g.choice([0.005, 0.01])
        c["liquidation_buffer"] = g.choice([0.05, 0.0])
        e.update(position_mode="both", leverage=lev, isolated_maintenance=c["maintenance"],
                 liquidation_buffer=c["liquidation_buffer"])
    for key in ("stoploss", "trailing_stop_positive", "trailing_stop_positive_offset",
                "exit_profit_offset"):
        if a.get(key):
            e[key] = a[key]
    for key in ("trailing_stop", "trailing_only_offset_is_reached", "exit_profit_only",
                "ignore_roi_if_entry_signal"):
        if a.get(key):
            e[key] = "on"
    if not a["use_exit_signal"]:
        e["use_exit_signal"] = "off"
    if table:
        e["minimal_roi"] = ",".join(f"{m}:{v:.12g}" for m, v in sorted(table.items()))
    e["slots"] = slots
    e["tradable_balance_ratio"] = ratio
    if stake != "unlimited":
        e["size"], e["size_amount"] = "cash", stake
    return a, c, e


def make_signals(g, frames, often, limits):
    out = {}
    for pair, f in frames.items():
        n = len(f)
        s = {col: [1 if g.random() < p else 0 for _ in range(n)]
             for col, p in (("enter_long", often), ("exit_long", often * 0.6),
                            ("enter_short", often), ("exit_short", often * 0.6))}
        s["entry_limit"], s["exit_limit"] = [None] * n, [None] * n
        for i in range(n):
            c = f["close"].iloc[i]
            if g.random() < limits:
                s["entry_limit"][i] = round(c * (1 + g.uniform(-0.012, 0.008)), 2)
            if g.random() < limits:
                s["exit_limit"][i] = round(c * (1 + g.uniform(-0.008, 0.012)), 2)
        out[pair] = s
    return out


# ---- the library -----------------------------------------------------------------------------

def run(frames, timeframe, a, c, signals, futures, detail, timeout):
    suffix = "/USDT:USDT" if futures else "/USDT"
    names = {pair: pair + suffix for pair in frames}
    frames = {names[p]: f for p, f in frames.items()}
    state.signals = {names[p]: s for p, s in signals.items()}
    state.leverage = c["leverage"]
    state.frame = f"{MINUTES[timeframe]}min"
    state.at = {p: {t.to_pydatetime(): i for i, t in enumerate(f["date"])}
                for p, f in frames.items()}
    markets = {p: {"symbol": p, "base": p.split("/")[0], "quote": "USDT", "settle": "USDT",
                   "active": True, "spot": not futures, "swap": futures, "linear": futures,
                   "inverse": False, "future": False, "type": "swap" if futures else "spot",
                   "margin": False, "contractSize": 1 if futures else None, "taker": c["fee"],
                   "maker": c["fee"], "precision": {"amount": 1e-8, "price": c.get("tick")}, "info": {},
                   "limits": {"cost": {"min": None, "max": None},
                              "amount": {"min": None, "max": None},
                              "leverage": {"min": 1, "max": 100}}} for p in frames}
    with tempfile.TemporaryDirectory() as d:
        Path(d, "twin.py").write_text(STRATEGY)
        config = {
            "strategy": "Twin", "strategy_path": d, "user_data_dir": Path(d), "datadir": Path(d),
            "exchange": {"name": "binance", "key": "", "secret": "", "pair_whitelist": list(frames),
                         "pair_blacklist": []},
            "pairs": list(frames), "pairlists": [{"method": "StaticPairList"}],
            "stake_currency": "USDT", "stake_amount": c["stake_amount"],
            "max_open_trades": c["max_open_trades"], "dry_run": True,
            "dry_run_wallet": c["dry_run_wallet"], "timeframe": timeframe,
            "tradable_balance_ratio": c["tradable_balance_ratio"], "runmode": RunMode.BACKTEST,
            "trading_mode": TradingMode.FUTURES if futures else TradingMode.SPOT,
            "margin_mode": MarginMode.ISOLATED if futures else MarginMode.NONE,
            "candle_type_def": CandleType.FUTURES if futures else CandleType.SPOT,
            "entry_pricing": {"price_side": "same", "use_order_book": False},
            "exit_pricing": {"price_side": "same", "use_order_book": False},
            "unfilledtimeout": {"entry": timeout, "exit": timeout, "unit": "minutes"},
            "amend_last_stake_amount": False, "last_stake_amount_min_ratio": 0.5, "export": "none",
            "dataformat_ohlcv": "feather", "liquidation_buffer": c.get("liquidation_buffer", 0.05),
            "bot_name": "", "internals": {}, "original_config": {}, "fee": c["fee"], **a}
        config["minimal_roi"] = {str(m): v for m, v in a["minimal_roi"].items()}
        with patch.object(Exchange, "_init_ccxt", return_value=MagicMock()), \
                patch.object(Exchange, "markets", PropertyMock(return_value=markets)), \
                patch.object(Exchange, "timeframes", PropertyMock(return_value=list(MINUTES) + ["1m"])), \
                patch.object(Exchange, "precisionMode", PropertyMock(return_value=TICK_SIZE)), \
                patch.object(Exchange, "precision_mode_price", PropertyMock(return_value=TICK_SIZE)), \
                patch.object(Exchange, "reload_markets"), \
                patch.object(Exchange, "validate_config"), \
                patch.object(Exchange, "validate_required_startup_candles", return_value=1), \
                patch.object(Exchange, "get_fee", return_value=c["fee"]), \
                patch.object(Exchange, "get_max_leverage", return_value=100.0), \
                patch.object(Exchange, "_get_max_notional_from_tiers", return_value=None), \
                patch.object(Exchange, "calculate_funding_fees", return_value=0.0), \
                patch.object(Exchange, "get_maintenance_ratio_and_amt",
                             return_value=(c["maintenance"], 0.0)), \
                patch("freqtrade.optimize.backtesting.migrate_data"), \
                patch("freqtrade.optimize.backtesting.Backtesting.init_backtest_detail"):
            exchange = Exchange(config, validate=False, load_leverage_tiers=False)
            exchange.liquidation_buffer = config["liquidation_buffer"]
            bt = Backtesting(config, exchange=exchange)
            strat = bt.strategylist[0]
            strat.can_short = futures
            if a.get("use_exit_signal") is False:
                strat.use_exit_signal = False
            bt.futures_data = {p: pd.DataFrame() for p in frames}
            bt.funding_fee_timeframe_secs = 8 * 3600
            bt.timeframe_detail_td = None
            bt.detail_data = {}
            if detail:
                tf, finer = detail
                bt.timeframe_detail_td = pd.Timedelta(minutes=tf).to_pytimedelta()
                bt.detail_data = {names[p]: f for p, f in finer.items()}
            bt._set_strategy(strat)
            processed = strat.advise_all_indicators(frames)
            start, end = history.get_timerange(processed)
            out = bt.backtest(processed=processed, start_date=start, end_date=end)
    trades = []
    for t in LocalTrade.bt_trades:
        trades.append([t.pair.split("/")[0], -1 if t.is_short else 1,
                       int(t.orders[0].order_filled_date.timestamp() * 1000), int(t.close_date.timestamp() * 1000),
                       t.amount_requested, t.open_rate, t.close_rate, t.close_profit_abs,
                       t.close_profit, t.exit_reason])
    return trades, out["final_balance"]


# ---- all of it -------------------------------------------------------------------------------

def main():
    wick, runs, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    out = {"library": "freqtrade 2026.9", "profile": "freqtrade", "runs": []}
    for k in range(runs):
        g = random.Random(int(os.environ.get("SEED", 7000)) + k)
        futures, fine = k % 4 == 3, k % 5 == 4
        limits = 0.5 if k % 7 in (2, 6) else 0.0
        r = {"name": f"run {k}", "profile": {}}
        if files:
            use = [files[(k + i) % len(files)] for i in range(min(len(files), 1 + k % 3))]
            frames = {}
            skip = g.randrange(2000)
            for path in use:
                frames[os.path.basename(path).split("_")[0]] = read(path, 900, skip)
            frames = dict(sorted(frames.items()))  # wick's order of symbols, here the whitelist's
            minutes = int((frames[list(frames)[0]]["date"].diff().min()).total_seconds() // 60)
            finer = None
            if fine:
                finer, minutes = frames, minutes * 4
                frames = coarse(finer, minutes)
            r["bars"] = {p: bars_of(f) for p, f in frames.items()}
            if finer:
                r["finer"] = {p: bars_of(f) for p, f in finer.items()}
        else:
            timeframe = "15m" if fine else g.choice(["15m", "1h"])
            spec = {"symbols": g.choice([1, 2, 4]), "count": 240, "seed": 300 + k,
                    "timeframe": timeframe}
            if k % 3 == 2 and not fine:
                spec["ragged"] = 1
            if fine:
                spec["count"] = 640
            frames, finer, minutes = synth(wick, spec), None, MINUTES[timeframe]
            r["synth"] = spec
            if fine:
                finer, minutes = frames, 60
                frames = coarse(finer, 60)
                r["coarse"] = "1h"
                r["bars"] = {p: bars_of(f) for p, f in frames.items()}
        timeframe = {v: t for t, v in MINUTES.items()}[minutes]
        a, c, e = make_case(g, k, futures)
        c["tick"] = None if files else 0.01
        if files:
            e["price_rounding"] = "off"
        signals = make_signals(g, frames, [0.05, 0.15, 0.4][k % 3], limits)
        bars = g.choice([1, 1, 3]) if limits else 1
        step = int((finer or frames)[list(frames)[0]]["date"].diff().min().total_seconds() // 60)
        trades, final = run(frames, timeframe, a, c, signals, futures,
                            (step, finer) if finer else None, bars * minutes)
        ops = {p: {col: [i for i, v in enumerate(s[col]) if v]
                   for col in ("enter_long", "exit_long", "enter_short", "exit_short")}
               for p, s in signals.items()}
        if limits:
            r["expire"] = bars
            for p, s in signals.items():
                for col in ("entry_limit", "exit_limit"):
                    ops[p][col] = [[i, v] for i, v in enumerate(s[col]) if v is not None]
        r.update(cash=c["dry_run_wallet"], engine=e, minutes=minutes, ops=ops, trades=trades,
                 final=final)
        del r["profile"]
        out["runs"].append(r)
        print(r["name"], len(trades), final, file=sys.stderr)
    json.dump(out, sys.stdout, separators=(",", ":"))
    print()


def bars_of(f):
    b = {k: list(f[k]) for k in ("open", "high", "low", "close", "volume")}
    b["time"] = [int(t.timestamp() * 1000) for t in f["date"]]
    return b


if __name__ == "__main__":
    main()
