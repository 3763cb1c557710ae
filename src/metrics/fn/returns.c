/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_sharpe wick_metric_sharpe_bar wick_metric_sharpe_annual */
/* registry: wick_metric_sortino wick_metric_sortino_bar wick_metric_sortino_annual */
/* registry: wick_metric_profit_factor wick_metric_profit_factor_bar */
/* Bar returns: reward over risk. Deviations divide by the number of returns (population). */
#include "metrics/metrics_int.h"

/* Returns carry the rounding of the equity they come from; a deviation inside it is none. */
static double spread(const wick_facts *f)
{
    const double noise = wk_is_pybroker(f) ? 0.0 : 4.4e-16 * (1.0 + fabs(f->mean));
    return f->dev > noise ? f->dev : 0.0;
}

static double sharpe_of(const wick_facts *f, double undefined)
{
    const double dev = f->m > 0 ? spread(f) : 0.0;
    return dev > 0.0 ? (f->mean - f->target) / dev : undefined;
}

static double sortino_of(const wick_facts *f, double undefined)
{
    if (f->m == 0) return undefined;
    const bool v1 = f->profile == WICK_METRICS_PYBROKER1;
    const double dev = v1 ? f->neg_dev : f->down_dev;
    if (dev > 0.0) return (f->mean - f->target) / dev;
    if (f->profile == WICK_METRICS_PYBROKER2 && f->mean > 0.0) return HUGE_VAL;
    return undefined;
}

/* PyBroker's rows change their meaning with bars_per_year; wick's never do. */
static double per_setting(const wick_facts *f, const wick_metric_opts *o, double x)
{
    return wk_is_pybroker(f) && o->bars_per_year > 0.0 ? wk_root_year(o, x) : x;
}

static double sharpe(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return per_setting(f, o, sharpe_of(f, wk_undefined(f)));
}

const wick_metric_spec wick_metric_sharpe = {
    .name = "sharpe",
    .title = "Sharpe ratio per bar",
    .formula = "(mean(r) - f) / population deviation of r, f the risk-free return "
               "per bar. The PyBroker profiles have no f and multiply by sqrt(A) "
               "when bars_per_year is set. Undefined without spread (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 33",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_RETURNS,
    .row = 33,
    .eval = sharpe,
};

static double sharpe_bar(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return sharpe_of(f, WICK_NA);
}

const wick_metric_spec wick_metric_sharpe_bar = {
    .name = "sharpe_bar",
    .title = "Sharpe ratio per bar",
    .formula = "as sharpe, never annualised, in every profile",
    .source = "W. Sharpe, The Sharpe Ratio, J. of Portfolio Management 21(1), 1994",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_RETURNS,
    .row = -1,
    .eval = sharpe_bar,
};

static double sharpe_annual(const wick_facts *f, const wick_metric_opts *o)
{
    return wk_root_year(o, sharpe_of(f, WICK_NA));
}

const wick_metric_spec wick_metric_sharpe_annual = {
    .name = "sharpe_annual",
    .title = "annual Sharpe ratio",
    .formula = "sharpe_bar * sqrt(A)",
    .source = "W. Sharpe, The Sharpe Ratio, J. of Portfolio Management 21(1), 1994",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_RETURNS | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = sharpe_annual,
};

static double sortino(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return per_setting(f, o, sortino_of(f, wk_undefined(f)));
}

const wick_metric_spec wick_metric_sortino = {
    .name = "sortino",
    .title = "Sortino ratio per bar",
    .formula = "(mean(r) - f) / root of mean(min(r - f, 0)^2) over all bars; "
               "pybroker1 divides by the deviation of the negative returns about "
               "their own mean. The PyBroker profiles multiply by sqrt(A) when "
               "bars_per_year is set. Undefined without a loss (pybroker1: 0; "
               "pybroker2: inf for a gain, else 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 34",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_RETURNS,
    .row = 34,
    .eval = sortino,
};

static double sortino_bar(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return sortino_of(f, WICK_NA);
}

const wick_metric_spec wick_metric_sortino_bar = {
    .name = "sortino_bar",
    .title = "Sortino ratio per bar",
    .formula = "as sortino, never annualised, in every profile",
    .source = "F. Sortino, L. Price, Performance Measurement in a Downside Risk "
              "Framework, J. of Investing 3(3), 1994",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_RETURNS,
    .row = -1,
    .eval = sortino_bar,
};

static double sortino_annual(const wick_facts *f, const wick_metric_opts *o)
{
    return wk_root_year(o, sortino_of(f, WICK_NA));
}

const wick_metric_spec wick_metric_sortino_annual = {
    .name = "sortino_annual",
    .title = "annual Sortino ratio",
    .formula = "sortino_bar * sqrt(A)",
    .source = "F. Sortino, L. Price, Performance Measurement in a Downside Risk "
              "Framework, J. of Investing 3(3), 1994",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_RETURNS | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = sortino_annual,
};

static double profit_factor(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    if (!wk_is_pybroker(f)) return f->loss < 0.0 ? f->gain / -f->loss : WICK_NA;
    if (f->gain == 0.0 && f->loss == 0.0) return 0.0;
    return (f->gain + 1e-10) / (1e-10 - f->loss);
}

const wick_metric_spec wick_metric_profit_factor = {
    .name = "profit_factor",
    .title = "profit factor of bars",
    .formula = "sum of positive / -sum of negative bar changes of equity; "
               "undefined without a losing bar. PyBroker adds 1e-10 to both sums, "
               "and prints 0 when nothing changes.",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 35",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_RETURNS,
    .row = 35,
    .eval = profit_factor,
};

static double profit_factor_bar(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->loss < 0.0 ? f->gain / -f->loss : WICK_NA;
}

const wick_metric_spec wick_metric_profit_factor_bar = {
    .name = "profit_factor_bar",
    .title = "profit factor of bars",
    .formula = "as profit_factor, without PyBroker's 1e-10, in every profile",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 35",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_RETURNS,
    .row = -1,
    .eval = profit_factor_bar,
};
