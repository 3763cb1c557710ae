/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_avg_trade_bars wick_metric_avg_winning_trade_bars */
/* registry: wick_metric_avg_losing_trade_bars */
/* Length of closed trades, in bars by the run's bars_in_trade convention. */
#include "metrics/metrics_int.h"

static double mean_of(const wick_facts *f, double sum, int64_t n)
{
    return n > 0 ? sum / (double)n : wk_undefined(f);
}

static double avg_trade_bars(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return mean_of(f, f->bars, f->trades);
}

const wick_metric_spec wick_metric_avg_trade_bars = {
    .name = "avg_trade_bars",
    .title = "average trade length",
    .formula = "mean bars of all trades. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 18",
    .unit = WICK_M_BARS,
    .better = 0,
    .needs = WICK_NEED_TRADES,
    .row = 18,
    .eval = avg_trade_bars,
};

static double avg_winning_trade_bars(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return mean_of(f, f->win.bars, f->win.n);
}

const wick_metric_spec wick_metric_avg_winning_trade_bars = {
    .name = "avg_winning_trade_bars",
    .title = "average length of wins",
    .formula = "mean bars of winning trades. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 21",
    .unit = WICK_M_BARS,
    .better = 0,
    .needs = WICK_NEED_TRADES,
    .row = 21,
    .eval = avg_winning_trade_bars,
};

static double avg_losing_trade_bars(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return mean_of(f, f->lose.bars, f->lose.n);
}

const wick_metric_spec wick_metric_avg_losing_trade_bars = {
    .name = "avg_losing_trade_bars",
    .title = "average length of losses",
    .formula = "mean bars of losing trades. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 24",
    .unit = WICK_M_BARS,
    .better = 0,
    .needs = WICK_NEED_TRADES,
    .row = 24,
    .eval = avg_losing_trade_bars,
};
