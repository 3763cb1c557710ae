/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_ambiguous_bars wick_metric_total_pnl_worst wick_metric_total_pnl_best */
/* Bars whose inner order decides a result, and what they could change. */
#include "metrics/metrics_int.h"

static double ambiguous_bars(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->ambiguity.bars;
}

const wick_metric_spec wick_metric_ambiguous_bars = {
    .name = "ambiguous_bars",
    .title = "ambiguous bars",
    .formula = "bars that touched both a protective and a profit level, or an "
               "entry and an exit level, so that their order inside the bar is a "
               "guess",
    .source = "docs/engine.md, ambiguous bars",
    .unit = WICK_M_COUNT,
    .better = -1,
    .needs = 0,
    .row = -1,
    .eval = ambiguous_bars,
};

static double total_pnl_worst(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->ambiguity.bounded ? f->ambiguity.pnl_worst : WICK_NA;
}

const wick_metric_spec wick_metric_total_pnl_worst = {
    .name = "total_pnl_worst",
    .title = "profit, worst order",
    .formula = "last equity - starting cash with every ambiguous bar resolved against the "
               "strategy; open positions and fees are in it, unlike total_pnl; undefined "
               "when the run did not compute bounds",
    .source = "docs/engine.md, ambiguous bars",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = 0,
    .row = -1,
    .eval = total_pnl_worst,
};

static double total_pnl_best(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->ambiguity.bounded ? f->ambiguity.pnl_best : WICK_NA;
}

const wick_metric_spec wick_metric_total_pnl_best = {
    .name = "total_pnl_best",
    .title = "profit, best order",
    .formula = "last equity - starting cash with every ambiguous bar resolved for the "
               "strategy; open positions and fees are in it, unlike total_pnl; undefined "
               "when the run did not compute bounds",
    .source = "docs/engine.md, ambiguous bars",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = 0,
    .row = -1,
    .eval = total_pnl_best,
};
