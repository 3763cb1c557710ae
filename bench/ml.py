#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Machine learning beside its peers, each measured in this run, in CPU seconds of all threads.

    bench/ml.py --build build [--data DIR] [--features-only]

1. Thirty features and triple-barrier labels of 503 symbols x 1969 daily bars on one core:
   bench_ml_pool (build it with `ninja benches`) beside pandas and numpy doing the same.
2. The share of the seed job that scikit-learn and xgboost do in the pipelines it replaces, beside
   ours on the same number of rows: 32 trials x 3 folds, then one fit.
3. With --data (daily CSV files of configs/portfolios): the whole seed job beside what PyBroker,
   scikit-learn and xgboost take for their share of it; run it in the top folder of the source.

Needs numpy, pandas, scikit-learn, xgboost and lib-pybroker for the peers.
"""
import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

SYMBOLS, BARS = 503, 1969


def say(name, ours, peer=None):
    print(f"{name:44s} {ours:10.3f} s" + (f" {peer:10.3f} s {peer / ours:8.1f}x" if peer else ""))
    sys.stdout.flush()


def cpu_of(command, codes=(0,), **more):
    """CPU seconds of a program: other work on the machine does not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = subprocess.run(command, stdout=subprocess.DEVNULL, **more).returncode
    if code not in codes:
        raise SystemExit(f"{command[0]} ended with {code}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def pool(build):
    """bench_ml_pool without its model: its own sum, making the bars left out, as beside."""
    text = subprocess.run([os.path.join(build, "bench", "bench_ml_pool"), "features"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    return float(re.search(r"together.*?([\d.]+) ms", text).group(1)) / 1e3


def features_pandas():
    """The same kinds of columns per symbol as pandas users write them; labels in numpy."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(1)
    total = 0.0
    frames = []
    for _ in range(SYMBOLS):
        c = pd.Series(100 * np.exp(np.cumsum(rng.normal(0, 0.015, BARS))))
        o = c.shift(1).fillna(c[0])
        h, l = np.maximum(o, c) * 1.005, np.minimum(o, c) * 0.995
        v = pd.Series(rng.integers(1_000_000, 9_000_000, BARS).astype(float))
        begin = time.process_time()
        d = c.diff()
        f = {}
        for n in (2, 14, 50):
            up = d.clip(lower=0).ewm(alpha=1 / n, adjust=False).mean()
            down = (-d.clip(upper=0)).ewm(alpha=1 / n, adjust=False).mean()
            f[f"rsi{n}"] = 100 - 100 / (1 + up / down)
        tr = pd.concat([h - l, (h - c.shift()).abs(), (l - c.shift()).abs()], axis=1).max(axis=1)
        for n in (14, 50):
            f[f"atr{n}"] = tr.ewm(alpha=1 / n, adjust=False).mean() / c
        for n in (5, 10, 20, 50, 100, 200):
            f[f"sma{n}"] = c / c.rolling(n).mean() - 1
        for n in (12, 26):
            f[f"ema{n}"] = c / c.ewm(span=n, adjust=False).mean() - 1
        for n in (20, 55):
            lo, hi = l.rolling(n).min(), h.rolling(n).max()
            f[f"place{n}"] = (c - lo) / (hi - lo + 1e-6)
        for n in (1, 5, 21, 63, 126):
            f[f"ret{n}"] = c / c.shift(n) - 1
        for n in (20, 60):
            f[f"dev{n}"] = c.rolling(n).std() / c
        f["volume"] = v / (v.rolling(20).mean() + 1)
        f["range"], f["body"] = (h - l) / c, (c - o) / c
        t = (h + l + c) / 3
        m = t.rolling(20).mean()
        f["cci"] = (t - m) / (0.015 * t.rolling(20).apply(lambda x: np.abs(x - x.mean()).mean(), raw=True))
        flow = t * v
        pos = flow.where(t.diff() > 0, 0).rolling(14).sum()
        neg = flow.where(t.diff() < 0, 0).rolling(14).sum()
        f["mfi"] = 100 - 100 / (1 + pos / neg)
        f["wpr"] = -100 * (h.rolling(14).max() - c) / (h.rolling(14).max() - l.rolling(14).min())
        f["roc"] = c.pct_change(10)
        s = d.clip(lower=0).rolling(14).sum(), (-d.clip(upper=0)).rolling(14).sum()
        f["cmo"] = 100 * (s[0] - s[1]) / (s[0] + s[1])
        frames.append(pd.DataFrame(f))
        vol, cc, hh, ll = f["atr14"].to_numpy(), c.to_numpy(), h.to_numpy(), l.to_numpy()
        y = np.full(BARS, np.nan)
        for i in range(BARS - 21):
            if not vol[i] > 0:
                continue
            up, down = cc[i] * (1 + 2 * vol[i]), cc[i] * (1 - 2 * vol[i])
            a = np.argmax(hh[i + 1:i + 21] >= up) if (hh[i + 1:i + 21] >= up).any() else 99
            b = np.argmax(ll[i + 1:i + 21] <= down) if (ll[i + 1:i + 21] <= down).any() else 99
            y[i] = cc[i + 20] > cc[i] if a == b == 99 else a < b
        total += time.process_time() - begin
    begin = time.process_time()
    x = pd.concat(frames, keys=range(SYMBOLS), names=["symbol", "bar"]).swaplevel().sort_index()
    for name in ("rsi14", "ret5", "ret21", "ret63", "volume"):
        x["rank_" + name] = x.groupby(level="bar")[name].rank(pct=True)
    return total + time.process_time() - begin


SEARCH = """
local P = wick.pipeline "bench_search"
function P.run(cfg, run)
  local n, columns, y, t = %d, {}, {}, {}
  for k = 1, 20 do columns["f" .. k] = {} end
  for i = 1, n do
    local s = 0
    for k = 1, 20 do
      local v = math.random() * 2 - 1
      columns["f" .. k][i] = v
      if k < 4 then s = s + v end
    end
    y[i] = math.random() < 1 / (1 + math.exp(-s)) and 1 or 0
    t[i] = i
  end
  local x = ml.matrix { columns = columns, time = t }
  local labels = ml.labels { x = x, y = y }
  local folds = ml.folds { x = x, labels = labels, k = 3 }
  local s = ml.search { x = x, labels = labels, folds = folds, model = "xgboost", trials = 32,
    fixed = { rounds = 200, early_stopping = 0 }, metric = "auc" }
  ml.fit { x = x, labels = labels, model = "xgboost", params = s.best.parts.params }
end
return P
"""


def search_wick(build, rows):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "bench_search.lua")
        with open(path, "w") as f:
            f.write(SEARCH % rows)
        return cpu_of([os.path.join(os.path.abspath(build), "wick"), "pipeline", path, "--quiet"], cwd=d)


def search_sklearn(rows):
    """The tuner of the pipelines this replaces: scikit-learn's randomised search over xgboost."""
    import numpy as np
    import xgboost
    from scipy.stats import loguniform, randint, uniform
    from sklearn.model_selection import RandomizedSearchCV

    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, (rows, 20))
    y = (rng.uniform(size=rows) < 1 / (1 + np.exp(-x[:, :3].sum(axis=1)))).astype(int)
    space = {"learning_rate": loguniform(0.01, 0.3), "max_depth": randint(2, 9), "min_child_weight": loguniform(1, 50),
             "subsample": uniform(0.5, 0.5), "colsample_bytree": uniform(0.4, 0.6), "reg_lambda": loguniform(1e-3, 100),
             "reg_alpha": loguniform(1e-3, 10), "gamma": uniform(0, 5)}
    begin = time.process_time()
    RandomizedSearchCV(xgboost.XGBClassifier(n_estimators=200, n_jobs=1, tree_method="hist"), space, n_iter=32, cv=3,
                       scoring="roc_auc", random_state=1, n_jobs=1).fit(x, y)
    return time.process_time() - begin


PORTFOLIOS, STRATEGY_TRIALS, RANDOM_FILTERS = ("tickers1", "tickers2", "tickers3"), 100, 200


def seed_job(build, data, random):
    with tempfile.TemporaryDirectory() as d:
        begin = time.perf_counter()
        cpu = cpu_of(
            [os.path.join(build, "wick"), "pipeline", "tune_train_backtest", "--strategy",
             "donchian_breakout,structure_liquidity", "--data", data, "--config", "configs/seed_replica.json",
             "--portfolio", "tickers2", "--from", "2018-01-01", "--to", "2020-12-31", "--test-portfolio",
             ",".join(PORTFOLIOS), "--test-from", "2021-01-01", "--test-to", "2025-12-31", "--trade-from",
             "2023-07-03", "--warmup", "0", "--random", str(random), "--run-root", d, "--quiet"], codes=(0, 3))
        return cpu, time.perf_counter() - begin


def seed_peers(data):
    """Seconds of the same job's parts in PyBroker, scikit-learn and xgboost: a backtest is timed a few
    times and counted as often as the job asks for one. The second strategy counts as the first, whose
    signals are the cheaper ones; features, labels and predictions are left out."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from pybroker_donchian import backtest, read_bars

    def timed(name, begin, end, repeat):
        with open(os.path.join("configs", "portfolios", name + ".json")) as f:
            bars = read_bars(data, json.load(f)["symbols"])
        bars = bars[(bars.date >= begin) & (bars.date <= end)]
        backtest(bars, 20, 14, 2.0, 3.0, 0.02)  # compiles
        start = time.process_time()
        for k in range(repeat):
            backtest(bars, 18 + k, 14, 2.0, 3.0, 0.02)
        return (time.process_time() - start) / repeat

    tune = 2 * STRATEGY_TRIALS * timed("tickers2", "2018-01-01", "2020-12-31", 5)
    search = search_sklearn(800) + search_sklearn(150)
    test = 2 * sum(timed(p, "2021-01-01", "2025-12-31", 2) for p in PORTFOLIOS)
    return tune, search, 2 * test, RANDOM_FILTERS * test


def seed(build, data):
    full, full_wall = seed_job(build, data, RANDOM_FILTERS)
    bare, bare_wall = seed_job(build, data, 0)
    tune, search, test, random = seed_peers(data)
    print(f"peers: {tune:.1f} s tuning, {search:.1f} s model search, {test:.1f} s tests, {random:.1f} s random filters")
    say("the seed job, no random filters", bare, tune + search + test)
    say("the seed job", full, tune + search + test + random)
    print(f"wick's time by the clock: {bare_wall:.2f} s and {full_wall:.2f} s")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default="build")
    p.add_argument("--data")
    p.add_argument("--features-only", action="store_true")
    a = p.parse_args()
    print(f"{'':44s} {'wick':>10s}   {'peer':>10s}   {'ratio':>8s}")
    say("30 features, 5 ranks, labels: 990 407 rows", pool(a.build), features_pandas())
    if a.features_only:
        return
    for rows in (1000, 5000):
        say(f"32 trials x 3 folds, one fit: {rows} rows", search_wick(a.build, rows), search_sklearn(rows))
    if a.data:
        seed(a.build, a.data)


main()
