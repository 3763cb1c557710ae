/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_total_pnl wick_metric_total_profit wick_metric_total_loss */
/* registry: wick_metric_total_fees wick_metric_net_pnl wick_metric_avg_pnl */
/* registry: wick_metric_avg_profit wick_metric_avg_loss wick_metric_largest_win */
/* registry: wick_metric_largest_win_pct wick_metric_largest_win_bars wick_metric_largest_loss */
/* registry: wick_metric_largest_loss_pct wick_metric_largest_loss_bars */
/* Profit and loss of closed trades in account currency. */
#include "metrics/metrics_int.h"

static double mean_of(const wick_facts *f, double sum, int64_t n)
{
    return n > 0 ? sum / (double)n : wk_undefined(f);
}

static double of_extreme(const wick_facts *f, const wk_trade_sums *t, double value)
{
    return t->n > 0 ? value : wk_undefined(f);
}

static double total_pnl(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->pnl;
}

const wick_metric_spec wick_metric_total_pnl = {
    .name = "total_pnl",
    .title = "realised profit",
    .formula = "sum of trade pnl, gross of fees unless trade_pnl=net",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 3",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 3,
    .eval = total_pnl,
};

static double total_profit(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->win.pnl;
}

const wick_metric_spec wick_metric_total_profit = {
    .name = "total_profit",
    .title = "sum of wins",
    .formula = "sum of pnl > 0",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 6",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 6,
    .eval = total_profit,
};

static double total_loss(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->lose.pnl;
}

const wick_metric_spec wick_metric_total_loss = {
    .name = "total_loss",
    .title = "sum of losses",
    .formula = "sum of pnl < 0, a negative number",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 7",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 7,
    .eval = total_loss,
};

static double total_fees(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->fees;
}

const wick_metric_spec wick_metric_total_fees = {
    .name = "total_fees",
    .title = "fees paid",
    .formula = "last value of the cumulative fee column; without the column, the "
               "fees of the closed trades",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 8",
    .unit = WICK_M_CASH,
    .better = -1,
    .needs = WICK_NEED_EQUITY | WICK_NEED_TRADES,
    .row = 8,
    .eval = total_fees,
};

static double net_pnl(const wick_facts *f, const wick_metric_opts *o)
{
    return o->pnl_net ? f->pnl : f->pnl - f->fees;
}

const wick_metric_spec wick_metric_net_pnl = {
    .name = "net_pnl",
    .title = "realised profit after fees",
    .formula = "total_pnl - total_fees; total_pnl itself with trade_pnl=net",
    .source = "TradingView, net profit",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_EQUITY | WICK_NEED_TRADES,
    .row = -1,
    .eval = net_pnl,
};

static double avg_pnl(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return mean_of(f, f->pnl, f->trades);
}

const wick_metric_spec wick_metric_avg_pnl = {
    .name = "avg_pnl",
    .title = "average trade",
    .formula = "mean pnl of all trades. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 16",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 16,
    .eval = avg_pnl,
};

static double avg_profit(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return mean_of(f, f->win.pnl, f->win.n);
}

const wick_metric_spec wick_metric_avg_profit = {
    .name = "avg_profit",
    .title = "average win",
    .formula = "mean pnl of winning trades. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 19",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 19,
    .eval = avg_profit,
};

static double avg_loss(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return mean_of(f, f->lose.pnl, f->lose.n);
}

const wick_metric_spec wick_metric_avg_loss = {
    .name = "avg_loss",
    .title = "average loss",
    .formula = "mean pnl of losing trades. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 22",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 22,
    .eval = avg_loss,
};

static double largest_win(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return of_extreme(f, &f->win, f->win.extreme);
}

const wick_metric_spec wick_metric_largest_win = {
    .name = "largest_win",
    .title = "largest win",
    .formula = "largest pnl > 0. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 25",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 25,
    .eval = largest_win,
};

static double largest_win_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return of_extreme(f, &f->win, f->win.extreme_pct);
}

const wick_metric_spec wick_metric_largest_win_pct = {
    .name = "largest_win_pct",
    .title = "return of the largest win",
    .formula = "return_pct of the trade of largest_win (the first on ties), not "
               "the largest percentage. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 26",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 26,
    .eval = largest_win_pct,
};

static double largest_win_bars(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return of_extreme(f, &f->win, (double)f->win.extreme_bars);
}

const wick_metric_spec wick_metric_largest_win_bars = {
    .name = "largest_win_bars",
    .title = "length of the largest win",
    .formula = "bars of the trade of largest_win. Without any: undefined "
               "(PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 27",
    .unit = WICK_M_BARS,
    .better = 0,
    .needs = WICK_NEED_TRADES,
    .row = 27,
    .eval = largest_win_bars,
};

static double largest_loss(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return of_extreme(f, &f->lose, f->lose.extreme);
}

const wick_metric_spec wick_metric_largest_loss = {
    .name = "largest_loss",
    .title = "largest loss",
    .formula = "smallest pnl < 0. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 28",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 28,
    .eval = largest_loss,
};

static double largest_loss_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return of_extreme(f, &f->lose, f->lose.extreme_pct);
}

const wick_metric_spec wick_metric_largest_loss_pct = {
    .name = "largest_loss_pct",
    .title = "return of the largest loss",
    .formula = "return_pct of the trade of largest_loss (the first on ties). "
               "Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 29",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 29,
    .eval = largest_loss_pct,
};

static double largest_loss_bars(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return of_extreme(f, &f->lose, (double)f->lose.extreme_bars);
}

const wick_metric_spec wick_metric_largest_loss_bars = {
    .name = "largest_loss_bars",
    .title = "length of the largest loss",
    .formula = "bars of the trade of largest_loss. Without any: undefined "
               "(PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 30",
    .unit = WICK_M_BARS,
    .better = 0,
    .needs = WICK_NEED_TRADES,
    .row = 30,
    .eval = largest_loss_bars,
};
