"""Makes statistics.json: runs of the real backtesting.py over generated bars, its own Stats, and
QuantStats' numbers of the same equity.

    python3 -m venv v && v/bin/pip install backtesting==0.6.6 quantstats==0.0.81 arch scipy
    wick data synth --out bars --symbols 3 --bars 700 --seed 5
    v/bin/python make_statistics.py bars > statistics.json

Strings "nan", "inf", "-inf" stand for numbers JSON lacks.
"""

import json
import math
import random
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
import quantstats.stats as qs  # noqa: E402
from arch.bootstrap import optimal_block_length  # noqa: E402
from backtesting import Backtest, Strategy  # noqa: E402
from scipy import stats as ss  # noqa: E402


def plain(v):
    if isinstance(v, pd.Timedelta):
        return {"days": v / pd.Timedelta(days=1)}
    if isinstance(v, pd.Timestamp):
        return str(v)
    if v is None or v is pd.NaT:
        return "nan"
    v = float(v)
    return v if math.isfinite(v) else repr(v)


def load(path):
    d = pd.read_csv(path)
    d.columns = [c.lower() for c in d.columns]
    when = next(c for c in d.columns if c in ("date", "time", "datetime", "timestamp"))
    d.index = pd.DatetimeIndex(pd.to_datetime(d[when], utc=True).dt.tz_localize(None))
    d = d[["open", "high", "low", "close", "volume"]]
    d.columns = ["Open", "High", "Low", "Close", "Volume"]
    return d


def strategy(seed, chance, both):
    class Random(Strategy):
        def init(self):
            self.rng = random.Random(seed)

        def next(self):
            if self.rng.random() > chance:
                return
            price = self.data.Close[-1]
            k = self.rng.random()
            if k < 0.45:
                self.buy(size=self.rng.uniform(0.2, 0.9), sl=price * 0.93, tp=price * 1.12)
            elif both and k < 0.7:
                self.sell(size=self.rng.uniform(0.2, 0.9), sl=price * 1.06, tp=price * 0.9)
            else:
                self.position.close()

    return Random


def quantstats_of(r, b):
    out = {"rf_free": {}, "worst_drawdowns": [], "monthly_returns": {}}
    for rf in (0.0, 0.02):
        out["rf=%g" % rf] = {
            k: plain(v) for k, v in {
                "comp": qs.comp(r), "cagr": qs.cagr(r, rf), "sharpe": qs.sharpe(r, rf),
                "smart_sharpe": qs.smart_sharpe(r, rf), "sortino": qs.sortino(r, rf),
                "smart_sortino": qs.smart_sortino(r, rf),
                "adjusted_sortino": qs.adjusted_sortino(r, rf),
                "psr_library": qs.probabilistic_sharpe_ratio(r, rf=rf),
                "omega": qs.omega(r, rf), "gain_to_pain": qs.gain_to_pain_ratio(r, rf),
                "gain_to_pain_monthly": qs.gain_to_pain_ratio(r, rf, "ME"),
                "ulcer_performance_index": qs.ulcer_performance_index(r, rf),
                "serenity_index": qs.serenity_index(r, rf),
                "recovery_factor": qs.recovery_factor(r, rf),
                "treynor": qs.treynor_ratio(r, b, rf=rf)}.items()}
    g = qs.greeks(r, b)
    f = {
        "autocorr_penalty": qs.autocorr_penalty(r), "volatility": qs.volatility(r),
        "skew": qs.skew(r), "kurtosis_excess": qs.kurtosis(r), "calmar": qs.calmar(r),
        "max_drawdown": qs.max_drawdown(r), "ulcer_index": qs.ulcer_index(r),
        "exposure": qs.exposure(r), "rar": qs.rar(r),
        "expected_quarterly": qs.expected_return(r, "QE"), "win_rate": qs.win_rate(r), "avg_return": qs.avg_return(r),
        "avg_win": qs.avg_win(r), "avg_loss": qs.avg_loss(r), "payoff_ratio": qs.payoff_ratio(r),
        "profit_ratio": qs.profit_ratio(r), "profit_factor": qs.profit_factor(r),
        "cpc_index": qs.cpc_index(r), "tail_ratio": qs.tail_ratio(r),
        "common_sense_ratio": qs.common_sense_ratio(r),
        "outlier_win_ratio": qs.outlier_win_ratio(r),
        "outlier_loss_ratio": qs.outlier_loss_ratio(r),
        "risk_return_ratio": qs.risk_return_ratio(r), "risk_of_ruin": qs.risk_of_ruin(r),
        "kelly": qs.kelly_criterion(r), "var_95": qs.value_at_risk(r),
        "cvar_95": qs.conditional_value_at_risk(r), "best": qs.best(r), "worst": qs.worst(r),
        "consecutive_wins": qs.consecutive_wins(r), "consecutive_losses": qs.consecutive_losses(r),
        "expected_daily": qs.expected_return(r), "expected_monthly": qs.expected_return(r, "ME"),
        "expected_yearly": qs.expected_return(r, "YE"), "best_month": qs.best(r, "ME"),
        "worst_month": qs.worst(r, "ME"), "best_year": qs.best(r, "YE"),
        "worst_year": qs.worst(r, "YE"), "win_month": qs.win_rate(r, "ME"),
        "win_quarter": qs.win_rate(r, "QE"), "win_year": qs.win_rate(r, "YE"),
        "information_ratio": qs.information_ratio(r, b), "beta": g["beta"], "alpha": g["alpha"],
        "correlation": r.corr(b), "r_squared": qs.r_squared(r, b)}
    out["rf_free"] = {k: plain(v) for k, v in f.items()}
    m = qs.monthly_returns(r)
    for y, row in m.iterrows():
        out["monthly_returns"][str(y)] = [plain(v) for v in row.values]
    dd = qs.drawdown_details(qs.to_drawdown_series(r))
    dd = dd.sort_values("max drawdown").head(5)
    for _, row in dd.iterrows():
        out["worst_drawdowns"].append({
            "start": str(row["start"])[:10], "valley": str(row["valley"])[:10],
            "end": str(row["end"])[:10], "days": int(row["days"]),
            "max_drawdown_pct": plain(row["max drawdown"])})
    return out


def scipy_of(r):
    x = r.values
    q = optimal_block_length(x)
    q05 = np.quantile(x, 0.05)
    return {k: plain(v) for k, v in {
        "skew": ss.skew(x), "kurtosis": ss.kurtosis(x), "var_pct": 100 * q05,
        "cvar_pct": 100 * x[x <= q05].mean(), "block_stationary": q["stationary"].iloc[0],
        "block_circular": q["circular"].iloc[0],
        "autocorrelation": pd.Series(x).autocorr(1)}.items()}


def case(name, bars, seed, chance, both, **config):
    test = Backtest(bars, strategy(seed, chance, both), finalize_trades=True, **config)
    s = test.run()
    t = s["_trades"]
    e = s["_equity_curve"]["Equity"]
    trades = [{"size": float(x.Size), "entry_bar": int(x.EntryBar), "exit_bar": int(x.ExitBar),
               "entry_price": float(x.EntryPrice), "exit_price": float(x.ExitPrice),
               "pnl": float(x.PnL), "commission": float(x.Commission),
               "return_frac": float(x.ReturnPct), "entry_time": str(x.EntryTime),
               "exit_time": str(x.ExitTime)} for x in t.itertuples()]
    out = {k: plain(v) for k, v in s.items() if not k.startswith("_")}
    r, b = e.pct_change().dropna(), bars["Close"].pct_change().dropna()
    r.name, b.name = "strategy", "benchmark"
    daily = len(set(r.index.date)) == len(r)
    return {"name": name, "inputs": {
        "dates": [str(x) for x in bars.index], "close": [float(x) for x in bars["Close"]],
        "equity": [float(x) for x in e], "trades": trades, "first_trading_bar": 0},
        "backtestingpy": out, "quantstats": quantstats_of(r, b) if daily else None,
        "scipy": scipy_of(r)}


files = sorted(Path(sys.argv[1]).glob("*.csv"))
frames = [load(f) for f in files]
hourly = frames[2].iloc[:600].copy()
hourly.index = pd.date_range("2024-03-01", periods=600, freq="5h")
print(json.dumps([
    case("long_short_commission", frames[0], 1, 0.15, True, cash=100000, commission=0.002),
    case("long_spread", frames[1], 2, 0.1, False, cash=50000, spread=0.0005),
    case("round_the_clock", hourly, 3, 0.2, True, cash=100000, commission=0.0005, margin=0.5),
], indent=0))
