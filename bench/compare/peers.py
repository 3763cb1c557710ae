# SPDX-License-Identifier: MIT
"""Times the same work in other libraries. Run by ../compare.sh inside its throw-away environment.

    peers.py FEED.csv BOOK.csv [SECONDS]

FEED: one symbol (timestamp,open,high,low,close,volume). BOOK: long format with a symbol column.
Prints lines of `case<TAB>library<TAB>seconds<TAB>trades`. A library that is not installed or fails
prints `case<TAB>library<TAB>-<TAB>reason`. Every figure is the fastest of several runs after one
warm-up run (compilation, caches), within one process, imports and loading of bars not counted.
"""
import contextlib
import importlib.metadata
import io
import logging
import sys
import tempfile
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
FEED, BOOK = sys.argv[1], sys.argv[2]
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 3.0
FAST, SLOW = 10, 30


def fastest(work):
    count = work()
    best, until, runs = float("inf"), time.perf_counter() + SECONDS, 0
    while runs < 3 or time.perf_counter() < until:
        start = time.perf_counter()
        count = work()
        best = min(best, time.perf_counter() - start)
        runs += 1
    return best, count


def report(case, package, work):
    try:
        name = f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        print(f"{case}\t{package}\t-\tnot installed", flush=True)
        return
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            best, count = fastest(work())
        print(f"{case}\t{name}\t{best:.6f}\t{count}", flush=True)
    except Exception as e:  # a peer that breaks must not hide the others
        print(f"{case}\t{name}\t-\t{type(e).__name__}: {str(e)[:80]}", flush=True)


def feed_frame():
    import pandas as pd

    d = pd.read_csv(FEED)
    first = d.columns[0]
    if pd.api.types.is_numeric_dtype(d[first]):
        d.index = pd.to_datetime(d[first], unit="ms")
    else:
        d.index = pd.to_datetime(d[first]).dt.tz_localize(None)
    return d


def with_backtesting():
    import pandas as pd
    from backtesting import Backtest, Strategy
    from backtesting.lib import FractionalBacktest, crossover

    d = feed_frame().rename(columns=str.capitalize)[["Open", "High", "Low", "Close", "Volume"]]

    def sma(values, n):
        return pd.Series(values).rolling(n).mean()

    class Cross(Strategy):
        def init(self):
            self.f = self.I(sma, self.data.Close, FAST)
            self.s = self.I(sma, self.data.Close, SLOW)

        def next(self):
            if crossover(self.f, self.s):
                self.buy()
            elif crossover(self.s, self.f):
                self.position.close()

    def work():
        return int(Backtest(d, Cross, cash=100000).run()["# Trades"])

    return work


def vectorbt_cross(fast, slow, close, opening, vbt):
    f, s = vbt.MA.run(close, fast), vbt.MA.run(close, slow)
    into = f.ma_crossed_above(s).shift(1, fill_value=False)
    out = f.ma_crossed_below(s).shift(1, fill_value=False)
    p = vbt.Portfolio.from_signals(close, into, out, price=opening, init_cash=100000, freq="15min")
    return p


def with_vectorbt():
    import vectorbt as vbt

    d = feed_frame()

    def work():
        p = vectorbt_cross(FAST, SLOW, d["close"], d["open"], vbt)
        p.total_return(), p.max_drawdown(), p.sharpe_ratio(), p.trades.win_rate()
        return int(p.trades.count())

    return work


def with_vectorbt_grid():
    """100 pairs in one call, as vectorbt likes it; two metrics per pair."""
    import numpy as np
    import vectorbt as vbt

    d = feed_frame()
    fast = [5 + cell % 100 for cell in range(100)]
    slow = [110 + cell // 100 for cell in range(100)]

    def work():
        a = vbt.MA.run(d["close"], fast).ma.to_numpy()
        b = vbt.MA.run(d["close"], slow).ma.to_numpy()
        up, down = np.zeros(a.shape, bool), np.zeros(a.shape, bool)
        # decided at one close, filled at the next open
        up[2:] = (a[1:-1] > b[1:-1]) & (a[:-2] <= b[:-2])
        down[2:] = (a[1:-1] < b[1:-1]) & (a[:-2] >= b[:-2])
        p = vbt.Portfolio.from_signals(d["close"], up, down, price=d["open"], init_cash=100000,
                                       freq="15min")
        p.total_return(), p.sharpe_ratio()
        return int(p.trades.count().sum())

    return work


PYNE = '''"""@pyne"""
from pynecore.lib import close, script, strategy, ta


@script.strategy("cross", overlay=True, default_qty_type=strategy.percent_of_equity,
                 default_qty_value=100, initial_capital=100000)
def main():
    f = ta.sma(close, {fast})
    s = ta.sma(close, {slow})
    if ta.crossover(f, s):
        strategy.entry("L", strategy.long)
    if ta.crossunder(f, s):
        strategy.close("L")
'''


def with_pynecore():
    import shutil

    from pynecore.core.data_converter import DataConverter
    from pynecore.core.ohlcv import ChartBarWindow, OHLCVReader
    from pynecore.core.script_runner import ScriptRunner
    from pynecore.core.syminfo import SymInfo

    logging.disable(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="wick-pyne-"))
    bars = folder / "FEED.csv"
    shutil.copy2(FEED, bars)
    DataConverter().convert_to_ohlcv(bars, provider="custom", symbol="FEED", force=True)
    source = bars.with_suffix(".ohlcv")
    info = SymInfo.load_toml(source.with_suffix(".toml"))
    file = folder / "cross.py"
    file.write_text(PYNE.format(fast=FAST, slow=SLOW))
    trades = folder / "trades.csv"

    def work():
        with OHLCVReader(source) as reader:
            first, last = reader.start_timestamp, reader.end_timestamp
            window = ChartBarWindow(reader.path, first, last)
            runner = ScriptRunner(file, window.bars(), info,
                                  last_bar_index=reader.get_size(first, last) - 1,
                                  last_bar_time=reader.get_last_bar_time(first, last),
                                  trade_path=trades, chart_bar_window=window)
            runner.run()
        return max(0, (len(trades.read_text().splitlines()) - 1) // 2)

    return work


def with_pybroker():
    import numpy as np
    import pandas as pd
    import pybroker
    from pybroker import Strategy, StrategyConfig

    d = pd.read_csv(BOOK)
    d["date"] = pd.to_datetime(d[d.columns[0]])
    pybroker.disable_progress_bar()
    pybroker.disable_logging()

    def atr(data, n=14):
        h, l, c = data.high, data.low, data.close
        before = np.concatenate(([np.nan], c[:-1]))
        tr = np.fmax(h - l, np.fmax(np.abs(h - before), np.abs(l - before)))
        out = np.full(len(c), np.nan)
        if len(c) >= n:
            out[n - 1] = tr[:n].mean()
            for i in range(n, len(c)):
                out[i] = (out[i - 1] * (n - 1) + tr[i]) / n
        return out

    top = pybroker.highest("top", "high", 20)
    bottom = pybroker.lowest("bottom", "low", 20)
    rng = pybroker.indicator("rng", atr)

    def decide(ctx):
        if ctx.bars < 22:
            return
        if ctx.long_pos() is None:
            if ctx.close[-1] > ctx.indicator("top")[-2]:
                ctx.buy_shares = ctx.calc_target_shares(0.05)
                ctx.stop_trailing = 3 * ctx.indicator("rng")[-1]
        elif ctx.close[-1] < ctx.indicator("bottom")[-2]:
            ctx.sell_all_shares()

    first, last = d["date"].min(), d["date"].max()
    symbols = sorted(d["symbol"].unique())
    frame = d[["date", "symbol", "open", "high", "low", "close", "volume"]]

    def work():
        config = StrategyConfig(initial_cash=100000, max_long_positions=20)
        s = Strategy(frame, first, last, config)
        s.add_execution(decide, symbols, indicators=[top, bottom, rng])
        r = s.backtest(calc_bootstrap=False)
        return len(r.trades)

    return work


report("cross", "backtesting", with_backtesting)
report("cross", "vectorbt", with_vectorbt)
report("cross", "pynesys-pynecore", with_pynecore)
report("grid100", "vectorbt", with_vectorbt_grid)
report("book", "lib-pybroker", with_pybroker)
