# SPDX-License-Identifier: MIT
"""Goldens of room alloc: covariances by numpy, scikit-learn and PyPortfolioOpt, weights by CVXPY,
PyPortfolioOpt and Riskfolio-Lib, on generated returns. Writes weights.json beside this file.

    python make_weights.py          (numpy scikit-learn cvxpy PyPortfolioOpt riskfolio-lib)
"""
import json
import os
import warnings

import cvxpy as cp
import numpy as np
import pandas as pd
import riskfolio as rp
from pypfopt import EfficientFrontier, HRPOpt, risk_models
from sklearn.covariance import LedoitWolf, OAS

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
TIGHT = dict(solver=cp.CLARABEL, tol_gap_abs=1e-15, tol_gap_rel=1e-15, tol_feas=1e-15, max_iter=2000)


def returns(seed, t, n):
    """Two factors, unequal volatilities, a little skew; rounded so that the file is the input."""
    g = np.random.default_rng(seed)
    beta = g.normal(1.0, 0.4, (2, n)) * np.array([[1.0], [0.5]])
    vol = 0.004 + 0.012 * g.random(n)
    x = g.normal(0, 0.008, (t, 2)) @ beta + g.normal(0, 1, (t, n)) * vol + 0.0005 + 0.001 * g.random(n)
    return np.round(x, 6)


def covariances(x):
    t, n = x.shape
    d = pd.DataFrame(x)
    cs = risk_models.CovarianceShrinkage(d, returns_data=True, frequency=1)
    cs.S = d.cov(ddof=0).values
    w = 0.94 ** np.arange(t - 1, -1, -1)
    return {
        "sample": np.cov(x.T).reshape(n, n),
        "diagonal": np.diag(np.var(x, axis=0, ddof=1)),
        "ledoit_wolf": LedoitWolf().fit(x).covariance_,
        "oas": OAS().fit(x).covariance_,
        "ewma": (x * w[:, None]).T @ x / w.sum(),
        "constant_correlation": cs._ledoit_wolf_constant_correlation()[0] if n > 1 else cs.S,
    }


def programme(cov, mu=None, aversion=1.0, lo=0.0, hi=1.0, budget=1.0, group=None, caps=None, gross=None):
    """min aversion/2 w'Cw - mu'w by an interior point method, scaled so that its tolerances bite."""
    n = len(cov)
    scale = 1.0 / np.mean(np.diag(cov))
    root = np.linalg.cholesky(cov * scale).T
    w = cp.Variable(n)
    goal = 0.5 * cp.sum_squares(root @ w)
    if mu is not None:
        goal = goal - (scale / aversion) * mu @ w
    rules = [cp.sum(w) == budget, w >= lo, w <= hi]
    for g, c in enumerate(caps or []):
        member = np.array([1.0 if k == g else 0.0 for k in group])
        rules.append(cp.norm1(cp.multiply(member, w)) <= c if lo < 0 else member @ w <= c)
    if gross:
        rules.append(cp.norm1(w) <= gross)
    cp.Problem(cp.Minimize(goal), rules).solve(**TIGHT)
    c = np.zeros(n) if mu is None else mu / aversion
    rows = [(np.ones(n), budget)]
    for g, cap in enumerate(caps or []):
        member = np.array([1.0 if k == g else 0.0 for k in group]) * (np.sign(w.value) if lo < 0 else 1.0)
        if cap - member @ w.value < 1e-5:
            rows.append((member, cap))
    if gross and gross - np.abs(w.value).sum() < 1e-5:
        s = np.where(np.abs(w.value) > 1e-5, np.sign(w.value), 0.0)
        rows.append((s, gross))
        rows += [(np.eye(n)[i], 0.0) for i in range(n) if s[i] == 0]
    return polish(cov, c, w.value, lo, hi, rows)


def polish(cov, c, w, lo, hi, rows):
    """The interior point's answer to all digits: the limits it holds tight become equations, and the
    optimality conditions are solved. The objective must not get worse, nor the point move far."""
    n = len(w)
    value = lambda x: 0.5 * x @ cov @ x - c @ x
    best = None
    for eps in (1e-7, 1e-6, 1e-5, 1e-4):
        eqs = list(rows)
        for i in range(n):
            if w[i] - lo < eps:
                eqs.append((np.eye(n)[i], lo))
            elif hi - w[i] < eps:
                eqs.append((np.eye(n)[i], hi))
        a = np.array([r for r, _ in eqs])
        b = np.array([v for _, v in eqs])
        k = np.block([[cov, a.T], [a, np.zeros((len(a), len(a)))]])
        x = np.linalg.lstsq(k, np.concatenate([c, b]), rcond=1e-16)[0][:n]
        if np.all(x >= lo - 1e-12) and np.all(x <= hi + 1e-12) and np.abs(x.sum() - w.sum()) < 1e-6:
            if best is None or value(x) < value(best):
                best = x
    assert best is not None and np.abs(best - w).max() < 1e-4, (w, best)
    assert value(best) <= value(w) + 1e-12 * abs(value(w))
    return best


def sharpe(cov, mu, rate, hi):
    n = len(cov)
    f = EfficientFrontier(mu, cov, weight_bounds=(0, hi), solver=cp.CLARABEL,
                          solver_options={k: v for k, v in TIGHT.items() if k != "solver"})
    f.max_sharpe(risk_free_rate=rate)
    return np.array(f.weights)


def parity(cov, budget=None):
    """Riskfolio's answer, then Newton on the same equations to all digits."""
    n = len(cov)
    b = np.ones(n) / n if budget is None else np.array(budget) / np.sum(budget)
    scale = np.mean(np.diag(cov))
    port = rp.Portfolio(returns=pd.DataFrame(np.zeros((3, n))))
    port.cov = pd.DataFrame(cov / scale)
    port.mu = pd.DataFrame(np.zeros((1, n)))
    start = port.rp_optimization(model="Classic", rm="MV", b=b.reshape(-1, 1), hist=False)
    w = start.values.flatten()
    y = w / np.sqrt(w @ cov @ w)
    for _ in range(100):
        grad = cov @ y - b / y
        y = y - np.linalg.solve(cov + np.diag(b / y**2), grad)
    out = y / y.sum()
    assert np.allclose(out, w, atol=2e-4), np.abs(out - w).max()
    return out


def capped(w, hi):
    w = np.array(w, float)
    for _ in range(len(w)):
        over = w > hi
        if not over.any():
            break
        w[over] = hi
        free = w < hi
        w[free] *= (1 - w[~free].sum()) / w[free].sum()
    return w


def cases(x):
    t, n = x.shape
    cov = np.cov(x.T).reshape(n, n)
    mu = x.mean(axis=0)
    sd = np.sqrt(np.diag(cov))
    group = [i % 3 for i in range(n)]
    hi = max(0.15, 1.6 / n)
    caps = [0.5, 0.4, 0.45]
    out = []

    def case(name, w, **limits):
        out.append({"weights": name, **limits, "w": list(map(float, w))})

    case("equal", np.ones(n) / n)
    case("inverse_vol", (1 / sd) / (1 / sd).sum())
    case("inverse_vol", capped((1 / sd) / (1 / sd).sum(), hi), hi=hi)
    case("inverse_variance", (1 / sd**2) / (1 / sd**2).sum())
    case("min_variance", programme(cov))
    case("min_variance", programme(cov, hi=hi), hi=hi)
    case("min_variance", programme(cov, hi=0.5, group=group, caps=caps), hi=0.5, group=group, caps=caps)
    case("min_variance", programme(cov, lo=-0.3, hi=0.6), lo=-0.3, hi=0.6)
    case("min_variance", programme(cov, lo=-0.3, hi=0.6, gross=1.4), lo=-0.3, hi=0.6, gross=1.4)
    case("mean_variance", programme(cov, mu, 3.0), aversion=3.0)
    case("mean_variance", programme(cov, mu, 8.0, hi=hi), aversion=8.0, hi=hi)
    case("mean_variance", programme(cov, mu, 20.0, lo=-0.5, hi=1.0, gross=1.6), aversion=20.0, lo=-0.5, hi=1.0,
         gross=1.6)
    case("max_sharpe", sharpe(cov, mu, 0.0, 1.0))
    case("max_sharpe", sharpe(cov, mu, 0.0001, hi), hi=hi, rate=0.0001)
    case("risk_parity", parity(cov))
    budget = [float(1 + i % 4) for i in range(n)]
    case("risk_parity", parity(cov, budget), score=budget)
    h = HRPOpt(cov_matrix=pd.DataFrame(cov))
    hrp = h.optimize(linkage_method="single")
    case("hrp", [hrp[i] for i in range(n)])
    corr = cov / np.outer(sd, sd)
    y = programme(corr, hi=np.inf)
    d = np.maximum(y, 0) / sd
    case("max_diversification", d / d.sum())
    return out


def main():
    sets = []
    for seed, t, n in ((1, 250, 3), (2, 120, 8), (3, 300, 20), (4, 60, 12)):
        x = returns(seed, t, n)
        sets.append({
            "t": t, "n": n, "returns": [float(v) for v in x.flatten()],
            "cov": {k: [float(a) for a in np.asarray(v).flatten()] for k, v in covariances(x).items()},
            "cases": cases(x),
        })
    with open(os.path.join(HERE, "weights.json"), "w") as f:
        json.dump({"sets": sets}, f, separators=(",", ":"))
        f.write("\n")


main()
