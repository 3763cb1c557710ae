/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_avg_return_pct wick_metric_avg_profit_pct wick_metric_avg_loss_pct */
/* registry: wick_metric_avg_trade_geo_pct wick_metric_best_trade_pct */
/* registry: wick_metric_worst_trade_pct */
/* Returns of closed trades in percent of the entry price, unweighted by size. */
#include "metrics/metrics_int.h"

static double mean_of(const wick_facts *f, double sum, int64_t n)
{
    return n > 0 ? sum / (double)n : wk_undefined(f);
}

static double avg_return_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return mean_of(f, f->pct, f->trades);
}

const wick_metric_spec wick_metric_avg_return_pct = {
    .name = "avg_return_pct",
    .title = "average trade return",
    .formula = "mean return_pct of all trades. Without any: undefined (PyBroker: "
               "0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 17",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 17,
    .eval = avg_return_pct,
};

static double avg_profit_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    if (f->profile == WICK_METRICS_PYBROKER1) {
        return mean_of(f, f->win.pct_by_own, f->win.n_by_own);
    }
    return mean_of(f, f->win.pct, f->win.n);
}

const wick_metric_spec wick_metric_avg_profit_pct = {
    .name = "avg_profit_pct",
    .title = "average winning return",
    .formula = "mean return_pct of trades with pnl > 0; pybroker1 selects by the "
               "sign of return_pct itself. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 20",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 20,
    .eval = avg_profit_pct,
};

static double avg_loss_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    if (f->profile == WICK_METRICS_PYBROKER1) {
        return mean_of(f, f->lose.pct_by_own, f->lose.n_by_own);
    }
    return mean_of(f, f->lose.pct, f->lose.n);
}

const wick_metric_spec wick_metric_avg_loss_pct = {
    .name = "avg_loss_pct",
    .title = "average losing return",
    .formula = "mean return_pct of trades with pnl < 0; pybroker1 selects by the "
               "sign of return_pct itself. Without any: undefined (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 23",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = 23,
    .eval = avg_loss_pct,
};

static double avg_trade_geo_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->pct_geo;
}

const wick_metric_spec wick_metric_avg_trade_geo_pct = {
    .name = "avg_trade_geo_pct",
    .title = "geometric average trade return",
    .formula = "100 * (exp(mean(log(1 + return_pct / 100))) - 1); undefined when a "
               "trade lost everything",
    .source = "backtesting.py 0.6.6, Avg. Trade [%]",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = -1,
    .eval = avg_trade_geo_pct,
};

static double best_trade_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->trades > 0 ? f->pct_best : WICK_NA;
}

const wick_metric_spec wick_metric_best_trade_pct = {
    .name = "best_trade_pct",
    .title = "best trade return",
    .formula = "largest return_pct of all trades",
    .source = "backtesting.py 0.6.6, Best Trade [%]",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = -1,
    .eval = best_trade_pct,
};

static double worst_trade_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->trades > 0 ? f->pct_worst : WICK_NA;
}

const wick_metric_spec wick_metric_worst_trade_pct = {
    .name = "worst_trade_pct",
    .title = "worst trade return",
    .formula = "smallest return_pct of all trades",
    .source = "backtesting.py 0.6.6, Worst Trade [%]",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = -1,
    .eval = worst_trade_pct,
};
