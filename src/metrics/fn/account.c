/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_initial_market_value wick_metric_end_market_value */
/* registry: wick_metric_unrealized_pnl wick_metric_total_return_pct wick_metric_return_pct */
/* registry: wick_metric_cagr_pct */
/* Values of the account at the ends of the run, and growth between them. */
#include "metrics/metrics_int.h"

static double initial_market_value(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->first;
}

const wick_metric_spec wick_metric_initial_market_value = {
    .name = "initial_market_value",
    .title = "initial market value",
    .formula = "equity of the first row, after its fills",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 1",
    .unit = WICK_M_CASH,
    .better = 0,
    .needs = WICK_NEED_EQUITY,
    .row = 1,
    .eval = initial_market_value,
};

static double end_market_value(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->last;
}

const wick_metric_spec wick_metric_end_market_value = {
    .name = "end_market_value",
    .title = "end market value",
    .formula = "equity of the last row; wick records it after the last-bar "
               "liquidation, PyBroker before",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 2",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_EQUITY,
    .row = 2,
    .eval = end_market_value,
};

static double unrealized_pnl(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    const double carry = o->pnl_net ? f->carry - f->trade_carry : f->carry;
    const double gain = f->last - f->first - f->pnl - carry;
    if (f->profile == WICK_METRICS_PYBROKER1) return gain;
    const double paid = f->fees - f->fees_before;
    return gain + (o->pnl_net ? paid - f->trade_fees : paid);
}

const wick_metric_spec wick_metric_unrealized_pnl = {
    .name = "unrealized_pnl",
    .title = "unrealised profit",
    .formula = "end_market_value - initial_market_value - total_pnl + fees since "
               "the first row - flows since then, so that it is the open positions' profit; pybroker1 "
               "does not add the fees back",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 4",
    .unit = WICK_M_CASH,
    .better = 0,
    .needs = WICK_NEED_EQUITY | WICK_NEED_TRADES,
    .row = 4,
    .eval = unrealized_pnl,
};

static double total_return_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    if (f->first == 0.0) return wk_undefined(f);
    return ((f->pnl + f->first) / f->first - 1.0) * 100.0;
}

const wick_metric_spec wick_metric_total_return_pct = {
    .name = "total_return_pct",
    .title = "realised return",
    .formula = "((total_pnl + initial) / initial - 1) * 100: ignores open "
               "positions and, with gross trades, fees. Undefined for an initial "
               "value of 0 (PyBroker: 0).",
    .source = "PyBroker 1.2.14 and 2.0.0, evaluation table, row 5",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_EQUITY | WICK_NEED_TRADES,
    .row = 5,
    .eval = total_return_pct,
};

static double return_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->first > 0.0 ? (f->last / f->first - 1.0) * 100.0 : WICK_NA;
}

const wick_metric_spec wick_metric_return_pct = {
    .name = "return_pct",
    .title = "return",
    .formula = "(end_market_value / initial_market_value - 1) * 100: open "
               "positions and fees included",
    .source = "backtesting.py 0.6.6, Return [%]",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_EQUITY,
    .row = -1,
    .eval = return_pct,
};

static double cagr_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    if (!(f->first > 0.0) || !(f->years > 0.0)) return WICK_NA;
    return wk_annual_pct(f->last / f->first, 1.0 / f->years);
}

const wick_metric_spec wick_metric_cagr_pct = {
    .name = "cagr_pct",
    .title = "compound annual growth",
    .formula = "((end / initial)^(1 / years) - 1) * 100 with years of 365.25 days "
               "between the first and the last stamp; -100 for an end value of 0 "
               "or below",
    .source = "backtesting.py 0.6.6, CAGR [%]",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_EQUITY,
    .row = -1,
    .eval = cagr_pct,
};
