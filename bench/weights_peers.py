#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same 500 assets as bench_weights, by the libraries people use.

    bench_weights returns.csv && python3 weights_peers.py returns.csv
    (numpy scikit-learn cvxpy PyPortfolioOpt riskfolio-lib)
"""
import sys
import time
import warnings

import cvxpy as cp
import numpy as np
import pandas as pd
import riskfolio as rp
from pypfopt import EfficientFrontier
from sklearn.covariance import LedoitWolf

warnings.filterwarnings("ignore")
x = np.loadtxt(sys.argv[1], delimiter=",")
n = x.shape[1]
mu = x.mean(axis=0)


def timed(name, f):
    best = 1e9
    for _ in range(3):
        start = time.perf_counter()
        try:
            f()
        except Exception as e:  # a solver that gives up is part of the comparison
            print(f"{n:4d}  {name:<46} gives up after {1e3 * (time.perf_counter() - start):.2f} ms: {e}")
            return
        best = min(best, time.perf_counter() - start)
    print(f"{n:4d}  {name:<46} {1e3 * best:10.2f} ms")


timed("ledoit_wolf, scikit-learn", lambda: LedoitWolf().fit(x))
cov = LedoitWolf().fit(x).covariance_


def long_short():
    w = cp.Variable(n)
    rules = [cp.sum(w) == 1, w >= -0.1, w <= 0.1, cp.norm1(w) <= 1.5]
    cp.Problem(cp.Maximize(mu @ w - 5 * cp.quad_form(w, cp.psd_wrap(cov))), rules).solve(solver=cp.CLARABEL)


def parity():
    p = rp.Portfolio(returns=pd.DataFrame(x))
    p.cov, p.mu = pd.DataFrame(cov), pd.DataFrame(mu.reshape(1, -1))
    p.rp_optimization(model="Classic", rm="MV", hist=False)


timed("min_variance, PyPortfolioOpt", lambda: EfficientFrontier(mu, cov).min_volatility())
timed("min_variance at most 2 %, PyPortfolioOpt",
      lambda: EfficientFrontier(mu, cov, weight_bounds=(0, 0.02)).min_volatility())
timed("mean_variance, long-short, gross 1.5, CVXPY", long_short)
timed("max_sharpe, PyPortfolioOpt", lambda: EfficientFrontier(mu, cov).max_sharpe(risk_free_rate=0))
timed("risk_parity, Riskfolio-Lib", parity)
