/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_exposure_pct wick_metric_max_gross_exposure_pct */
/* registry: wick_metric_avg_gross_exposure_pct */
/* Use of capital. Undefined when the run kept no position values. */
#include "metrics/metrics_int.h"

static double exposure_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->n > 0 ? 100.0 * f->exposed_rows / (double)f->n : WICK_NA;
}

const wick_metric_spec wick_metric_exposure_pct = {
    .name = "exposure_pct",
    .title = "time in the market",
    .formula = "100 * rows with a position at their close / rows",
    .source = "backtesting.py 0.6.6, Exposure Time [%], which counts bars instead of "
              "closes",
    .unit = WICK_M_PERCENT,
    .better = 0,
    .needs = WICK_NEED_EXPOSURE,
    .row = -1,
    .eval = exposure_pct,
};

static double max_gross_exposure_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return 100.0 * f->gross_max;
}

const wick_metric_spec wick_metric_max_gross_exposure_pct = {
    .name = "max_gross_exposure_pct",
    .title = "highest gross exposure",
    .formula = "100 * largest (value of longs + value of shorts) / equity; rows "
               "with equity <= 0 count 0",
    .source = "vectorbt, Max Gross Exposure [%]",
    .unit = WICK_M_PERCENT,
    .better = 0,
    .needs = WICK_NEED_EXPOSURE,
    .row = -1,
    .eval = max_gross_exposure_pct,
};

static double avg_gross_exposure_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return 100.0 * f->gross_mean;
}

const wick_metric_spec wick_metric_avg_gross_exposure_pct = {
    .name = "avg_gross_exposure_pct",
    .title = "average gross exposure",
    .formula = "100 * mean (value of longs + value of shorts) / equity over all "
               "rows",
    .source = "vectorbt, mean of the gross exposure series",
    .unit = WICK_M_PERCENT,
    .better = 0,
    .needs = WICK_NEED_EXPOSURE,
    .row = -1,
    .eval = avg_gross_exposure_pct,
};
