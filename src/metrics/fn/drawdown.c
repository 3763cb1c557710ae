/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_max_drawdown wick_metric_max_drawdown_pct */
/* registry: wick_metric_max_drawdown_date wick_metric_max_drawdown_bars */
/* registry: wick_metric_max_drawdown_days wick_metric_avg_drawdown_pct */
/* registry: wick_metric_avg_drawdown_days wick_metric_recovery_factor */
/* Distance of the equity to its running peak. */
#include "metrics/metrics_int.h"

static double max_drawdown(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->n > 0 ? f->max_dd : WICK_NA;
}

const wick_metric_spec wick_metric_max_drawdown = {
    .name = "max_drawdown",
    .title = "maximum drawdown",
    .formula = "smallest equity - running peak; PyBroker sums bar changes instead, "
               "the same up to rounding",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 9",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_PEAKS,
    .row = 9,
    .eval = max_drawdown,
};

static double max_drawdown_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->n > 0 ? f->max_dd_pct : WICK_NA;
}

const wick_metric_spec wick_metric_max_drawdown_pct = {
    .name = "max_drawdown_pct",
    .title = "maximum drawdown in percent",
    .formula = "smallest (equity / running peak - 1) * 100, not always the episode "
               "of max_drawdown; PyBroker compounds bar returns instead, the same "
               "up to rounding",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 10",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_PEAKS,
    .row = 10,
    .eval = max_drawdown_pct,
};

static double max_drawdown_date(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->max_dd_row >= 0 ? (double)f->time[f->max_dd_row] : WICK_NA;
}

const wick_metric_spec wick_metric_max_drawdown_date = {
    .name = "max_drawdown_date",
    .title = "date of the maximum drawdown",
    .formula = "stamp of the row where max_drawdown_pct is reached, the first on "
               "ties; none without a drawdown; pybroker1 has none either when it "
               "is the second row",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 11",
    .unit = WICK_M_TIME,
    .better = 0,
    .needs = WICK_NEED_PEAKS,
    .row = 11,
    .eval = max_drawdown_date,
};

static double max_drawdown_bars(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->n > 0 ? (double)f->episode_bars : WICK_NA;
}

const wick_metric_spec wick_metric_max_drawdown_bars = {
    .name = "max_drawdown_bars",
    .title = "longest drawdown in bars",
    .formula = "most rows from a peak to its recovery, or to the last row",
    .source = "backtesting.py 0.6.6, Max. Drawdown Duration",
    .unit = WICK_M_BARS,
    .better = -1,
    .needs = WICK_NEED_EPISODES,
    .row = -1,
    .eval = max_drawdown_bars,
};

static double max_drawdown_days(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->n > 0 ? f->episode_days : WICK_NA;
}

const wick_metric_spec wick_metric_max_drawdown_days = {
    .name = "max_drawdown_days",
    .title = "longest drawdown in days",
    .formula = "as max_drawdown_bars, in days between the stamps",
    .source = "backtesting.py 0.6.6, Max. Drawdown Duration",
    .unit = WICK_M_DAYS,
    .better = -1,
    .needs = WICK_NEED_EPISODES,
    .row = -1,
    .eval = max_drawdown_days,
};

static double avg_drawdown_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->episodes > 0 ? f->episode_pct_sum / (double)f->episodes : WICK_NA;
}

const wick_metric_spec wick_metric_avg_drawdown_pct = {
    .name = "avg_drawdown_pct",
    .title = "average drawdown",
    .formula = "mean over drawdown episodes of their deepest point in percent; "
               "undefined without one",
    .source = "backtesting.py 0.6.6, Avg. Drawdown [%]",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_EPISODES,
    .row = -1,
    .eval = avg_drawdown_pct,
};

static double avg_drawdown_days(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->episodes > 0 ? f->episode_days_sum / (double)f->episodes : WICK_NA;
}

const wick_metric_spec wick_metric_avg_drawdown_days = {
    .name = "avg_drawdown_days",
    .title = "average drawdown length",
    .formula = "mean days from peak to recovery over drawdown episodes; undefined "
               "without one",
    .source = "backtesting.py 0.6.6, Avg. Drawdown Duration",
    .unit = WICK_M_DAYS,
    .better = -1,
    .needs = WICK_NEED_EPISODES,
    .row = -1,
    .eval = avg_drawdown_days,
};

static double recovery_factor(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->max_dd < 0.0 ? (f->last - f->first) / -f->max_dd : WICK_NA;
}

const wick_metric_spec wick_metric_recovery_factor = {
    .name = "recovery_factor",
    .title = "recovery factor",
    .formula = "(end - initial market value) / -max_drawdown; undefined without a "
               "drawdown",
    .source = "TradingView, recovery factor",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_EQUITY | WICK_NEED_PEAKS,
    .row = -1,
    .eval = recovery_factor,
};
