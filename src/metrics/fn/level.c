/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_equity_r2 wick_metric_std_error wick_metric_annual_std_error */
/* The equity level over the run. */
#include "metrics/metrics_int.h"

static double equity_r2(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return isnan(f->r2) ? wk_undefined(f) : f->r2;
}

const wick_metric_spec wick_metric_equity_r2 = {
    .name = "equity_r2",
    .title = "straightness of the equity",
    .formula = "1 - SSres / SStot of the least-squares line of equity on the row "
               "index, whatever its slope. Undefined when equity never changes "
               "(PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 38",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_LEVEL,
    .row = 38,
    .eval = equity_r2,
};

static double std_error(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->n > 0 ? f->level_dev : WICK_NA;
}

const wick_metric_spec wick_metric_std_error = {
    .name = "std_error",
    .title = "deviation of the equity level",
    .formula = "population standard deviation of equity; PyBroker's name, not a "
               "regression standard error",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 39",
    .unit = WICK_M_CASH,
    .better = -1,
    .needs = WICK_NEED_LEVEL,
    .row = 39,
    .eval = std_error,
};

static double annual_std_error(const wick_facts *f, const wick_metric_opts *o)
{
    return f->n > 0 ? wk_root_year(o, f->level_dev) : WICK_NA;
}

const wick_metric_spec wick_metric_annual_std_error = {
    .name = "annual_std_error",
    .title = "annual deviation of the equity level",
    .formula = "std_error * sqrt(A)",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, annual rows",
    .unit = WICK_M_CASH,
    .better = -1,
    .needs = WICK_NEED_LEVEL | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = annual_std_error,
};
