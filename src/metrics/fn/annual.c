/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_annual_return_pct wick_metric_annual_volatility_pct wick_metric_calmar */
/* Rows that exist only with bars_per_year, A. */
#include "metrics/metrics_int.h"

static double annual_return_pct(const wick_facts *f, const wick_metric_opts *o)
{
    if (f->first == 0.0 || f->m == 0) return wk_undefined(f);
    const double growth = (f->pnl + f->first) / f->first;
    if (growth < 0.0) return WICK_NA;
    const int64_t rows = f->profile == WICK_METRICS_PYBROKER1 ? f->n : f->n - 1;
    return wk_annual_pct(growth, o->bars_per_year / (double)rows);
}

const wick_metric_spec wick_metric_annual_return_pct = {
    .name = "annual_return_pct",
    .title = "realised annual return",
    .formula = "(((total_pnl + initial) / initial)^(A / (rows - 1)) - 1) * 100; "
               "pybroker1: exponent A / rows",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, annual rows",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_EQUITY | WICK_NEED_TRADES | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = annual_return_pct,
};

static double annual_volatility_pct(const wick_facts *f, const wick_metric_opts *o)
{
    return f->m > 0 ? wk_root_year(o, 100.0 * f->dev) : WICK_NA;
}

const wick_metric_spec wick_metric_annual_volatility_pct = {
    .name = "annual_volatility_pct",
    .title = "annual volatility",
    .formula = "100 * population deviation of r * sqrt(A)",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, annual rows",
    .unit = WICK_M_PERCENT,
    .better = -1,
    .needs = WICK_NEED_RETURNS | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = annual_volatility_pct,
};

static double calmar(const wick_facts *f, const wick_metric_opts *o)
{
    if (f->m == 0) return wk_undefined(f);
    if (f->profile == WICK_METRICS_PYBROKER1) {
        return f->max_dd_sum > 0.0 ? f->mean * o->bars_per_year / f->max_dd_sum : 0.0;
    }
    if (!(f->max_dd_pct < 0.0)) {
        const bool gain = f->profile == WICK_METRICS_PYBROKER2 && f->growth > 1.0;
        return gain ? HUGE_VAL : wk_undefined(f);
    }
    return wk_annual_pct(f->growth, o->bars_per_year / (double)f->m) / -f->max_dd_pct;
}

const wick_metric_spec wick_metric_calmar = {
    .name = "calmar",
    .title = "Calmar ratio",
    .formula = "annual growth of the compounded bar returns (exponent A / returns; "
               "-1 after a total loss) / -max_drawdown_pct as a fraction. "
               "Undefined without a drawdown (pybroker2: inf for a gain, else 0). "
               "pybroker1: mean(r) * A / drawdown of the summed returns, 0 without "
               "one.",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, annual rows",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_EQUITY | WICK_NEED_RETURNS | WICK_NEED_PEAKS | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = calmar,
};
