/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_long_trades wick_metric_long_pnl wick_metric_long_win_rate */
/* registry: wick_metric_long_avg_return_pct wick_metric_short_trades wick_metric_short_pnl */
/* registry: wick_metric_short_win_rate wick_metric_short_avg_return_pct */
/* registry: wick_metric_avg_trade_days wick_metric_max_trade_days wick_metric_max_trade_bars */
/* registry: wick_metric_turnover_pct */
/* Long and short, the time trades took, and how much was traded. */
#include "metrics/metrics_int.h"
#include "wick/stats.h"

static double long_trades(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->side[0].n;
}

const wick_metric_spec wick_metric_long_trades = {
    .name = "long_trades",
    .title = "long trades",
    .formula = "closed long trades",
    .source = "TradingView, strategy report",
    .unit = WICK_M_COUNT,
    .better = 0,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = long_trades,
};

static double long_pnl(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->side[0].pnl;
}

const wick_metric_spec wick_metric_long_pnl = {
    .name = "long_pnl",
    .title = "profit of long trades",
    .formula = "sum of pnl of closed long trades, in the convention of total_pnl",
    .source = "TradingView, strategy report",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = long_pnl,
};

static double long_win_rate(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->side[0].wins + f->side[0].losses == 0
               ? WICK_NA
               : 100.0 * (double)f->side[0].wins / (double)(f->side[0].wins + f->side[0].losses);
}

const wick_metric_spec wick_metric_long_win_rate = {
    .name = "long_win_rate",
    .title = "win rate of long trades",
    .formula = "100 * winning / (winning + losing) long trades",
    .source = "TradingView, strategy report (there with trades of pnl 0)",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = long_win_rate,
};

static double long_avg_return_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->side[0].n == 0 ? WICK_NA : f->side[0].pct / (double)f->side[0].n;
}

const wick_metric_spec wick_metric_long_avg_return_pct = {
    .name = "long_avg_return_pct",
    .title = "average return of long trades",
    .formula = "mean return_pct of closed long trades",
    .source = "TradingView, strategy report",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = long_avg_return_pct,
};

static double short_trades(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->side[1].n;
}

const wick_metric_spec wick_metric_short_trades = {
    .name = "short_trades",
    .title = "short trades",
    .formula = "closed short trades",
    .source = "TradingView, strategy report",
    .unit = WICK_M_COUNT,
    .better = 0,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = short_trades,
};

static double short_pnl(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->side[1].pnl;
}

const wick_metric_spec wick_metric_short_pnl = {
    .name = "short_pnl",
    .title = "profit of short trades",
    .formula = "sum of pnl of closed short trades, in the convention of total_pnl",
    .source = "TradingView, strategy report",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = short_pnl,
};

static double short_win_rate(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->side[1].wins + f->side[1].losses == 0
               ? WICK_NA
               : 100.0 * (double)f->side[1].wins / (double)(f->side[1].wins + f->side[1].losses);
}

const wick_metric_spec wick_metric_short_win_rate = {
    .name = "short_win_rate",
    .title = "win rate of short trades",
    .formula = "100 * winning / (winning + losing) short trades",
    .source = "TradingView, strategy report (there with trades of pnl 0)",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = short_win_rate,
};

static double short_avg_return_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->side[1].n == 0 ? WICK_NA : f->side[1].pct / (double)f->side[1].n;
}

const wick_metric_spec wick_metric_short_avg_return_pct = {
    .name = "short_avg_return_pct",
    .title = "average return of short trades",
    .formula = "mean return_pct of closed short trades",
    .source = "TradingView, strategy report",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = short_avg_return_pct,
};

static double avg_trade_days(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->side[0].n + f->side[1].n == 0 ? WICK_NA
                                            : f->days_sum / (double)(f->side[0].n + f->side[1].n);
}

const wick_metric_spec wick_metric_avg_trade_days = {
    .name = "avg_trade_days",
    .title = "average time in a trade",
    .formula = "mean days from the entry to the exit stamp of closed trades",
    .source = "backtesting.py 0.6.6, Avg. Trade Duration (there rounded up)",
    .unit = WICK_M_DAYS,
    .better = 0,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = avg_trade_days,
};

static double max_trade_days(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->side[0].n + f->side[1].n == 0 ? WICK_NA : f->longest_days;
}

const wick_metric_spec wick_metric_max_trade_days = {
    .name = "max_trade_days",
    .title = "longest time in a trade",
    .formula = "most days from the entry to the exit stamp of a closed trade",
    .source = "backtesting.py 0.6.6, Max. Trade Duration (there rounded up)",
    .unit = WICK_M_DAYS,
    .better = 0,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = max_trade_days,
};

static double max_trade_bars(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->longest_bars;
}

const wick_metric_spec wick_metric_max_trade_bars = {
    .name = "max_trade_bars",
    .title = "most bars in a trade",
    .formula = "largest bars of a closed trade",
    .source = "TradingView, strategy report",
    .unit = WICK_M_BARS,
    .better = 0,
    .needs = WICK_NEED_SIDES,
    .row = -1,
    .eval = max_trade_bars,
};

static double turnover_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->years > 0.0 && f->equity_mean > 0.0 ? 50.0 * f->traded / f->equity_mean / f->years
                                                  : WICK_NA;
}

const wick_metric_spec wick_metric_turnover_pct = {
    .name = "turnover_pct",
    .title = "annual turnover",
    .formula = "100 * half the value of entries and exits of closed trades / mean equity / "
               "years of 365.25 days",
    .source = "W. Sharpe, G. Alexander, J. Bailey, Investments: portfolio turnover",
    .unit = WICK_M_PERCENT,
    .better = 0,
    .needs = WICK_NEED_SIDES | WICK_NEED_EQUITY,
    .row = -1,
    .eval = turnover_pct,
};
