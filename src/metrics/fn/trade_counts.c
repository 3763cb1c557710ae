/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_trade_count wick_metric_winning_trades wick_metric_losing_trades */
/* registry: wick_metric_win_rate wick_metric_loss_rate wick_metric_max_wins */
/* registry: wick_metric_max_losses */
/* How many trades, and how they ended. A trade with pnl 0 is neither won nor lost. */
#include "metrics/metrics_int.h"

static double trade_count(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->trades;
}

const wick_metric_spec wick_metric_trade_count = {
    .name = "trade_count",
    .title = "closed trades",
    .formula = "number of closed entry lots or parts of one",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 0",
    .unit = WICK_M_COUNT,
    .better = 0,
    .needs = WICK_NEED_TRADES,
    .row = 0,
    .eval = trade_count,
};

static double winning_trades(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->win.n;
}

const wick_metric_spec wick_metric_winning_trades = {
    .name = "winning_trades",
    .title = "winning trades",
    .formula = "trades with pnl > 0",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 14",
    .unit = WICK_M_COUNT,
    .better = 0,
    .needs = WICK_NEED_TRADES,
    .row = 14,
    .eval = winning_trades,
};

static double losing_trades(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->lose.n;
}

const wick_metric_spec wick_metric_losing_trades = {
    .name = "losing_trades",
    .title = "losing trades",
    .formula = "trades with pnl < 0",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 15",
    .unit = WICK_M_COUNT,
    .better = 0,
    .needs = WICK_NEED_TRADES,
    .row = 15,
    .eval = losing_trades,
};

static double win_rate(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    const int64_t n = f->win.n + f->lose.n;
    return n == 0 ? wk_undefined(f) : (double)f->win.n / (double)n * 100.0;
}

const wick_metric_spec wick_metric_win_rate = {
    .name = "win_rate",
    .title = "win rate",
    .formula = "100 * winning / (winning + losing); trades with pnl 0 are outside. "
               "Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 12",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 12,
    .eval = win_rate,
};

static double loss_rate(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    const int64_t n = f->win.n + f->lose.n;
    return n == 0 ? wk_undefined(f) : (double)f->lose.n / (double)n * 100.0;
}

const wick_metric_spec wick_metric_loss_rate = {
    .name = "loss_rate",
    .title = "loss rate",
    .formula = "100 * losing / (winning + losing); win_rate + loss_rate = 100. "
               "Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 13",
    .unit = WICK_M_PERCENT,
    .better = -1,
    .needs = WICK_NEED_TRADES,
    .row = 13,
    .eval = loss_rate,
};

static double max_wins(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->max_wins;
}

const wick_metric_spec wick_metric_max_wins = {
    .name = "max_wins",
    .title = "longest winning streak",
    .formula = "most consecutive winning trades in exit order; pnl 0 ends a streak",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 31",
    .unit = WICK_M_COUNT,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 31,
    .eval = max_wins,
};

static double max_losses(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->max_losses;
}

const wick_metric_spec wick_metric_max_losses = {
    .name = "max_losses",
    .title = "longest losing streak",
    .formula = "most consecutive losing trades in exit order; pnl 0 ends a streak",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 32",
    .unit = WICK_M_COUNT,
    .better = -1,
    .needs = WICK_NEED_TRADES,
    .row = 32,
    .eval = max_losses,
};
