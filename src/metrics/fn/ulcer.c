/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_ulcer_index wick_metric_upi wick_metric_upi_annual */
/* Drawdown weighed by depth and time: P. Martin, B. McCann, The Investor's Guide to Fidelity
 * Funds, 1989. */
#include "metrics/metrics_int.h"

static double annual(const wick_facts *f, const wick_metric_opts *o)
{
    if (f->first == 0.0) return wk_undefined(f);
    return wk_annual_pct(f->last / f->first, o->bars_per_year / (double)(f->n - 1)) / f->ulcer;
}

/* Rows that are NA or drawdown-free; PyBroker 2.0 ranks a flawless gain best. */
static double without_ulcer(const wick_facts *f)
{
    if (f->profile == WICK_METRICS_PYBROKER2 && f->last > f->first) return HUGE_VAL;
    return wk_undefined(f);
}

static double ulcer_index(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->n > 0 ? f->ulcer : WICK_NA;
}

const wick_metric_spec wick_metric_ulcer_index = {
    .name = "ulcer_index",
    .title = "ulcer index",
    .formula = "root of the mean of squared percentages below the running peak; "
               "pybroker1: below the highest of the last 14 rows, from row 14 on, "
               "0 for 14 rows or fewer",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 36",
    .unit = WICK_M_PERCENT,
    .better = -1,
    .needs = WICK_NEED_ULCER,
    .row = 36,
    .eval = ulcer_index,
};

static double upi(const wick_facts *f, const wick_metric_opts *o)
{
    if (!(f->ulcer > 0.0)) return without_ulcer(f);
    if (f->profile == WICK_METRICS_PYBROKER2 && o->bars_per_year > 0.0) return annual(f, o);
    return 100.0 * f->mean / f->ulcer;
}

const wick_metric_spec wick_metric_upi = {
    .name = "upi",
    .title = "ulcer performance index",
    .formula = "mean bar return in percent / ulcer_index; undefined for an ulcer "
               "of 0 (pybroker1: 0; pybroker2: inf for a gain, else 0). pybroker2 "
               "with bars_per_year: upi_annual",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 37",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_EQUITY | WICK_NEED_RETURNS | WICK_NEED_ULCER,
    .row = 37,
    .eval = upi,
};

static double upi_annual(const wick_facts *f, const wick_metric_opts *o)
{
    return f->ulcer > 0.0 ? annual(f, o) : WICK_NA;
}

const wick_metric_spec wick_metric_upi_annual = {
    .name = "upi_annual",
    .title = "annual ulcer performance index",
    .formula = "annual growth in percent / ulcer_index, growth = (end / "
               "initial)^(A / (rows - 1)) - 1",
    .source = "PyBroker 2.0.0, row 37 with bars_per_year",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_EQUITY | WICK_NEED_ULCER | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = upi_annual,
};
