"""Makes pybroker.json: generated equity curves and trade lists, scored by the real PyBroker.

    python3 -m venv v1 && v1/bin/pip install lib-pybroker==1.2.14
    python3 -m venv v2 && v2/bin/pip install lib-pybroker==2.0.0
    v1/bin/python make.py score > out1.json
    v2/bin/python make.py score > out2.json
    python3 make.py merge out1.json out2.json > pybroker.json

Row i is stamped 2020-01-01 plus i days. Inputs are unrounded; both versions score what their own quantize() (half-up to cents on the exact
decimal) makes of them, as PyBroker does by default (round_test_result).
"""

import json
import math
import random
import sys
from datetime import datetime, timedelta
from decimal import Decimal

START = datetime(2020, 1, 1)


def walk(seed, n, start, drift, vol, jumps=0.0, flat=0.0):
    """Equity with idle stretches (flat) and shocks (jumps)."""
    rng = random.Random(seed)
    equity, idle = [start], 0
    while len(equity) < n:
        if idle == 0 and rng.random() < flat:
            idle = rng.randint(3, 40)
        if idle > 0:
            idle -= 1
            equity.append(equity[-1])
            continue
        r = rng.gauss(drift, vol)
        if rng.random() < jumps:
            r -= rng.uniform(0.02, 0.08)
        equity.append(equity[-1] * (1.0 + r))
    return [round(x, 4) for x in equity]


def trades(seed, count, n, size):
    rng = random.Random(seed)
    out = []
    for _ in range(count):
        kind = rng.random()
        pct = 0.0 if kind < 0.05 else round(rng.gauss(0.4, 3.0), 4)
        if kind > 0.97:
            pct = rng.choice([0.001, -0.001, 0.005, -0.005])  # rounds to nothing, or just to a cent
        out.append({"pnl": pct * size / 100.0, "return_pct": pct, "bars": rng.randint(0, n // 4 + 1)})
    return out


def fees(seed, n, step):
    rng = random.Random(seed)
    out = [0.0]
    while len(out) < n:
        out.append(round(out[-1] + (step * rng.random() if rng.random() < 0.1 else 0.0), 4))
    return out


def cases():
    def case(name, equity, trade_list=(), fee=None, bpy=252):
        return {"name": name, "bars_per_year": bpy, "equity": equity,
                "fees": fee or [0.0] * len(equity), "trades": list(trade_list)}

    yield case("long_run", walk(1, 1500, 100000.0, 0.0003, 0.01), trades(1, 180, 1500, 9000.0),
               fees(1, 1500, 3.0))
    yield case("idle_and_shocks", walk(2, 1300, 50000.0, 0.0005, 0.004, 0.01, 0.05),
               trades(2, 60, 1300, 4000.0), fees(2, 1300, 1.0))
    yield case("small_account", walk(3, 400, 20.0, 0.0005, 0.01), trades(3, 40, 400, 3.0))
    yield case("hourly", walk(4, 1000, 10000.0, 0.00005, 0.002, 0.001), trades(4, 300, 1000, 500.0),
               fees(4, 1000, 0.5), 6048)
    yield case("losing", walk(5, 700, 10000.0, -0.001, 0.01), trades(5, 70, 700, 800.0))
    for n in (2, 3, 13, 14, 15, 16, 27, 63, 64, 65, 66, 127, 128, 129):
        yield case("rows_%d" % n, walk(100 + n, n, 1000.0, 0.002, 0.02), trades(n, n // 3, n, 100.0))
    yield case("flat", [1000.0] * 100)
    yield case("one_row", [1000.0], trades(6, 3, 10, 100.0))
    yield case("always_up", [1000.0 + 3.0 * i for i in range(90)], trades(7, 9, 90, 100.0))
    yield case("always_down", [1000.0 - 3.0 * i for i in range(90)])
    yield case("one_losing_bar", [1000.0, 1010.0, 1000.0] + [1000.0 + i for i in range(60)])
    yield case("first_return_is_the_worst", [1000.0, 900.0] + [905.0 + i for i in range(30)])
    yield case("peak_never_regained", [1000.0, 1500.0] + [900.0 - 2.0 * i for i in range(200)])
    yield case("ties", [1000.0, 1100.0, 990.0, 1100.0, 990.0, 1100.0, 990.0] * 12)
    yield case("to_zero", [100.0, 90.0, 40.0, 0.0, 0.0, 0.0, 0.0] + [0.0] * 20)
    yield case("zero_and_back", [100.0, 50.0, 0.0, 0.0, 10.0, 12.0, 11.0] + [11.0 + i for i in range(20)])
    yield case("starts_at_zero", [0.0, 0.0, 100.0, 110.0, 105.0] + [105.0 + i % 3 for i in range(20)])
    yield case("all_zero", [0.0] * 30)
    yield case("below_zero", [100.0, 60.0, -20.0, -30.0, 5.0, 8.0] + [8.0 + i % 4 for i in range(20)])
    yield case("half_cents", [1000.005 + 0.01 * i + 0.005 * (i % 2) for i in range(80)],
               [{"pnl": 1.005, "return_pct": 2.675, "bars": 1},
                {"pnl": -1.005, "return_pct": -2.675, "bars": 2},
                {"pnl": 0.004999999, "return_pct": 0.015, "bars": 3},
                {"pnl": 1.115, "return_pct": 0.125, "bars": 4}])
    yield case("only_wins", walk(8, 50, 1000.0, 0.001, 0.01),
               [{"pnl": 5.0, "return_pct": 1.0, "bars": 3}, {"pnl": 5.0, "return_pct": 2.0, "bars": 9}])
    yield case("only_losses", walk(9, 50, 1000.0, 0.0, 0.01),
               [{"pnl": -5.0, "return_pct": -1.0, "bars": 3}, {"pnl": -5.0, "return_pct": -2.0, "bars": 9}])
    yield case("only_zero_trades", walk(10, 50, 1000.0, 0.0, 0.01),
               [{"pnl": 0.0, "return_pct": 0.0, "bars": 3}, {"pnl": 0.001, "return_pct": 0.4, "bars": 1}])


def number(v):
    """JSON has no NaN; a missing value is null, infinities are strings."""
    if v is None or isinstance(v, datetime):
        return v.strftime("%Y-%m-%d") if v else None
    v = v.item() if hasattr(v, "item") else v
    if isinstance(v, float) and not math.isfinite(v):
        return str(v)
    return v


def score():
    import dataclasses
    import inspect
    import warnings

    import pandas as pd
    from pybroker.common import quantize
    from pybroker.eval import EvaluateMixin

    warnings.simplefilter("ignore")

    def column(values):
        frame = pd.DataFrame({"v": [Decimal(repr(x)) for x in values]}, dtype=object)
        return quantize(frame, "v", True).astype(float).to_numpy()

    out = {}
    mixin = EvaluateMixin()
    has_size = "bootstrap_sample_size" in inspect.signature(mixin.evaluate).parameters
    for c in cases():
        n = len(c["equity"])
        dates = [START + timedelta(days=i) for i in range(n)]
        portfolio = pd.DataFrame({"market_value": column(c["equity"]), "fees": column(c["fees"])},
                                 index=pd.DatetimeIndex(dates, name="date"))
        t = c["trades"]
        deals = pd.DataFrame({"pnl": column([x["pnl"] for x in t]) if t else [],
                              "return_pct": column([x["return_pct"] for x in t]) if t else [],
                              "bars": pd.Series([x["bars"] for x in t], dtype=int)})
        res = {}
        for mode, bpy in (("per_bar", None), ("annualised", c["bars_per_year"])):
            kw = {"bootstrap_sample_size": 10} if has_size else {}
            try:
                m = mixin.evaluate(portfolio_df=portfolio, trades_df=deals, calc_bootstrap=False,
                                   bootstrap_samples=10, bars_per_year=bpy, **kw).metrics
            except ZeroDivisionError as e:
                res[mode] = {"error": str(e)}
                continue
            res[mode] = {f.name: number(getattr(m, f.name)) for f in dataclasses.fields(m)}
        out[c["name"]] = res
    json.dump(out, sys.stdout)


def merge(one, two):
    a, b = (json.load(open(p)) for p in (one, two))
    docs = []
    for c in cases():
        name = c.pop("name")
        docs.append({"name": name, "inputs": c,
                     "outputs": {"pybroker_1_2_14": a[name], "pybroker_2_0_0": b[name]}})
    print("[")
    print(",\n".join(json.dumps(d, separators=(",", ":")) for d in docs))
    print("]")


if __name__ == "__main__":
    score() if sys.argv[1] == "score" else merge(sys.argv[2], sys.argv[3])
