/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_best_month_pct wick_metric_worst_month_pct wick_metric_month_win_rate */
/* registry: wick_metric_best_year_pct wick_metric_worst_year_pct wick_metric_year_win_rate */
/* Calendar months and years, UTC. */
#include "metrics/metrics_int.h"
#include "wick/stats.h"

static double best_month_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return 100.0 * f->months.best;
}

const wick_metric_spec wick_metric_best_month_pct = {
    .name = "best_month_pct",
    .title = "best calendar month",
    .formula = "100 * largest change of equity from the last row of a month to that of the "
               "next",
    .source = "QuantStats 0.0.81, best",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_PERIODS,
    .row = -1,
    .eval = best_month_pct,
};

static double worst_month_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return 100.0 * f->months.worst;
}

const wick_metric_spec wick_metric_worst_month_pct = {
    .name = "worst_month_pct",
    .title = "worst calendar month",
    .formula = "100 * smallest change of equity from the last row of a month to that of the "
               "next",
    .source = "QuantStats 0.0.81, worst",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_PERIODS,
    .row = -1,
    .eval = worst_month_pct,
};

static double month_win_rate(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->months.n == 0 ? WICK_NA : 100.0 * (double)f->months.up / (double)f->months.n;
}

const wick_metric_spec wick_metric_month_win_rate = {
    .name = "month_win_rate",
    .title = "share of rising calendar months",
    .formula = "100 * months with a gain / months",
    .source = "QuantStats 0.0.81, win_rate (there without unchanged months)",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_PERIODS,
    .row = -1,
    .eval = month_win_rate,
};

static double best_year_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return 100.0 * f->calendar_years.best;
}

const wick_metric_spec wick_metric_best_year_pct = {
    .name = "best_year_pct",
    .title = "best calendar year",
    .formula = "100 * largest change of equity from the last row of a year to that of the "
               "next",
    .source = "QuantStats 0.0.81, best",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_PERIODS,
    .row = -1,
    .eval = best_year_pct,
};

static double worst_year_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return 100.0 * f->calendar_years.worst;
}

const wick_metric_spec wick_metric_worst_year_pct = {
    .name = "worst_year_pct",
    .title = "worst calendar year",
    .formula = "100 * smallest change of equity from the last row of a year to that of the "
               "next",
    .source = "QuantStats 0.0.81, worst",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_PERIODS,
    .row = -1,
    .eval = worst_year_pct,
};

static double year_win_rate(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->calendar_years.n == 0
               ? WICK_NA
               : 100.0 * (double)f->calendar_years.up / (double)f->calendar_years.n;
}

const wick_metric_spec wick_metric_year_win_rate = {
    .name = "year_win_rate",
    .title = "share of rising calendar years",
    .formula = "100 * years with a gain / years",
    .source = "QuantStats 0.0.81, win_rate (there without unchanged years)",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_PERIODS,
    .row = -1,
    .eval = year_win_rate,
};
