/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_profit_factor_trade wick_metric_payoff_ratio */
/* registry: wick_metric_expectancy_ratio wick_metric_kelly wick_metric_sqn */
/* Ratios over closed trades. */
#include "metrics/metrics_int.h"

/* Average win over average loss; NA without either. */
static double payoff(const wick_facts *f)
{
    if (f->win.n == 0 || f->lose.n == 0) return WICK_NA;
    return (f->win.pnl / (double)f->win.n) / -(f->lose.pnl / (double)f->lose.n);
}

static double profit_factor_trade(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->lose.pnl < 0.0 ? f->win.pnl / -f->lose.pnl : WICK_NA;
}

const wick_metric_spec wick_metric_profit_factor_trade = {
    .name = "profit_factor_trade",
    .title = "profit factor of trades",
    .formula = "total_profit / -total_loss; undefined without a losing trade",
    .source = "vectorbt and TradingView, profit factor",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = -1,
    .eval = profit_factor_trade,
};

static double payoff_ratio(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return payoff(f);
}

const wick_metric_spec wick_metric_payoff_ratio = {
    .name = "payoff_ratio",
    .title = "payoff ratio",
    .formula = "avg_profit / -avg_loss; undefined without a win and a loss",
    .source = "QuantStats 0.0.81, payoff ratio",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = -1,
    .eval = payoff_ratio,
};

static double expectancy_ratio(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (1.0 + payoff(f)) * ((double)f->win.n / (double)f->trades) - 1.0;
}

const wick_metric_spec wick_metric_expectancy_ratio = {
    .name = "expectancy_ratio",
    .title = "expectancy per unit of risk",
    .formula = "(1 + payoff_ratio) * p - 1 with p = winning / all trades; "
               "undefined without a win and a loss",
    .source = "Freqtrade, expectancy ratio",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = -1,
    .eval = expectancy_ratio,
};

static double kelly(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    const double p = (double)f->win.n / (double)f->trades;
    return p - (1.0 - p) / payoff(f);
}

const wick_metric_spec wick_metric_kelly = {
    .name = "kelly",
    .title = "Kelly fraction",
    .formula = "p - (1 - p) / payoff_ratio with p = winning / all trades; "
               "undefined without a win and a loss",
    .source = "backtesting.py 0.6.6, Kelly Criterion",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = -1,
    .eval = kelly,
};

static double sqn(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    if (!(f->pnl_dev > 0.0)) return WICK_NA;
    return sqrt((double)f->trades) * (f->pnl / (double)f->trades) / f->pnl_dev;
}

const wick_metric_spec wick_metric_sqn = {
    .name = "sqn",
    .title = "system quality number",
    .formula = "sqrt(trades) * mean(pnl) / sample deviation of pnl; undefined "
               "below two trades or without spread",
    .source = "backtesting.py 0.6.6, SQN (Van Tharp)",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_TRADES,
    .row = -1,
    .eval = sqn,
};
