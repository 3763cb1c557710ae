# SPDX-License-Identifier: MIT
"""Runs the real QSTrader over bars made by `wick data synth`, or over given CSV files.

    python3 -m venv V && V/bin/pip install qstrader==0.3.0 pytz
    V/bin/python make_qstrader.py PATH/TO/wick > qstrader.csv
    V/bin/python make_qstrader.py --bars FOLDER FROM TO SYMBOL... < cases > out.csv     (other bars)

qstrader_cases.txt: name, symbols, bars, seed, plain or ragged, rebalance (daily, a weekday, month,
hold), long (cash buffer) or short (gross leverage), fee in percent. Rows of the output: case, "fill",
symbol, day, signed quantity, price, or case, "equity", "", day, equity, "".

Alphas are drawn from the day and the place of the symbol by whole numbers only, so that any program
makes the same: h = (day * 7919 + place * 104729 + seed * 31) mod 1009, day counted from 1970; a third of
them is 0, long ones h / 1009, long-short ones h / 1009 - 0.5. A symbol belongs to the universe from its
first close on: before, QSTrader looks up the LAST price of its file (get_indexer pads to -1).
"""
import datetime as dt
import glob
import os
import subprocess
import sys
import tempfile

import pandas as pd
import pytz
from qstrader import settings
from qstrader.alpha_model.alpha_model import AlphaModel
from qstrader.asset.equity import Equity
from qstrader.asset.universe.dynamic import DynamicUniverse
from qstrader.broker.fee_model.percent_fee_model import PercentFeeModel
from qstrader.data.backtest_data_handler import BacktestDataHandler
from qstrader.data.daily_bar_csv import CSVDailyBarDataSource
from qstrader.system.rebalance import daily, end_of_month, weekly
from qstrader.trading.backtest import BacktestTradingSession

HERE = os.path.dirname(os.path.abspath(__file__))
settings.PRINT_EVENTS = False


def at_close(dates):
    """What QSTrader means: 21:00 UTC of each date. Its own "%s %s" of a stamp and a clock is a text no
    pandas of today reads."""
    return [pd.Timestamp(d.year, d.month, d.day, 21, tz=pytz.utc) for d in dates]


daily.DailyRebalance._generate_rebalances = lambda s: at_close(pd.bdate_range(s.start_date, s.end_date))
weekly.WeeklyRebalance._generate_rebalances = lambda s: at_close(
    pd.date_range(s.start_date, s.end_date, freq="W-%s" % s.weekday))
end_of_month.EndOfMonthRebalance._generate_rebalances = lambda s: at_close(
    pd.date_range(s.start_dt, s.end_dt, freq="BME"))


class Alpha(AlphaModel):
    def __init__(self, universe, names, seed, longs):
        self.universe, self.names, self.seed, self.longs = universe, names, seed, longs

    def __call__(self, when):
        day = (when.date() - dt.date(1970, 1, 1)).days
        out = {}
        for asset in self.universe.get_assets(when):
            h = (day * 7919 + self.names.index(asset) * 104729 + self.seed * 31) % 1009
            out[asset] = 0.0 if h % 3 == 0 else h / 1009.0 if self.longs else h / 1009.0 - 0.5
        return out


def run(name, frames, seed, rebalance, side, amount, fee, out):
    names = sorted("EQ:" + s for s in frames)
    first = {"EQ:" + s: f.date.iloc[0] for s, f in frames.items()}
    start = min(first.values()) + pd.Timedelta(hours=21)
    end = max(f.date.iloc[-1] for f in frames.values()) + pd.Timedelta(hours=23)
    start, end = start.tz_localize(pytz.utc), end.tz_localize(pytz.utc)
    universe = DynamicUniverse({a: (d + pd.Timedelta(hours=21)).tz_localize(pytz.utc) for a, d in first.items()})
    with tempfile.TemporaryDirectory() as folder:
        for s, f in frames.items():
            g = f.rename(columns={"date": "Date", "open": "Open", "high": "High", "low": "Low", "close": "Close"})
            g[["Date", "Open", "High", "Low", "Close"]].to_csv(os.path.join(folder, s + ".csv"), index=False)
        source = CSVDailyBarDataSource(folder, Equity, adjust_prices=False)
        more = {"long_only": True, "cash_buffer_percentage": amount} if side == "long" else {"gross_leverage": amount}
        kind = {"daily": "daily", "month": "end_of_month", "hold": "buy_and_hold"}.get(rebalance, "weekly")
        session = BacktestTradingSession(
            start, end, universe, Alpha(universe, names, seed, side == "long"), initial_cash=1e6, rebalance=kind,
            rebalance_weekday=rebalance, fee_model=PercentFeeModel(commission_pct=fee / 100.0),
            data_handler=BacktestDataHandler(universe, data_sources=[source]), **more)
        fills = []
        portfolio = session.broker.portfolios["000001"]
        book = portfolio.transact_asset
        portfolio.transact_asset = lambda t: (fills.append((t.dt, t.asset, t.quantity, t.price)), book(t))
        session.run()
    for when, asset, quantity, price in fills:
        out.write(f"{name},fill,{asset[3:]},{when:%Y-%m-%d},{int(quantity)},{float(price)!r}\n")
    for when, equity in session.equity_curve[::-5][::-1]:  # every fifth, the last included
        out.write(f"{name},equity,,{when:%Y-%m-%d},{float(equity)!r},\n")
    print(name, len(fills), "fills", file=sys.stderr)


def read(path):
    f = pd.read_csv(path)
    f.columns = [c.lower() for c in f.columns]
    f["date"] = pd.to_datetime(f["date"])
    return f[["date", "open", "high", "low", "close"]]


def synth(wick, symbols, n, seed, ragged):
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([wick, "data", "synth", "--out", d, "--symbols", symbols, "--bars", n, "--seed", seed,
                        "-q"] + (["--ragged"] if ragged == "ragged" else []), check=True)
        return {os.path.basename(f)[:-4]: read(f) for f in sorted(glob.glob(d + "/*.csv"))}


def main():
    sys.stdout.write("case,what,symbol,day,amount,price\n")
    if sys.argv[1] == "--bars":
        folder, symbols = sys.argv[2], sys.argv[3:]
        frames = {s: read(os.path.join(folder, s + ".csv")) for s in symbols}
        for line in sys.stdin:
            name, seed, rebalance, side, amount, fee = line.split()
            run(name, frames, int(seed), rebalance, side, float(amount), float(fee), sys.stdout)
        return
    for line in open(os.path.join(HERE, "qstrader_cases.txt")):
        name, symbols, n, seed, ragged, rebalance, side, amount, fee = line.split()
        frames = synth(sys.argv[1], symbols, n, seed, ragged)
        run(name, frames, int(seed), rebalance, side, float(amount), float(fee), sys.stdout)


main()
