/* SPDX-License-Identifier: MIT */
/* registry: wick_objective_freq_sharpe wick_objective_freq_sharpe_daily */
/* registry: wick_objective_freq_sortino wick_objective_freq_sortino_daily */
/* registry: wick_objective_freq_calmar */
/* Ratios of the trades of a run, annualised with 365 days. */
#include "flow/objective/freq.h"

#define YEAR 365.0
#define SLIP 0.0005

/* Population deviation of profit as a share of the starting cash; of the losing trades alone when
 * `losing`. */
static double deviation(const wick_objective_in *in, bool losing)
{
    const double cash = wick_ledger_cash0(in->ledger);
    wick_sum sum = {0}, square = {0};
    double n = 0.0;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < wick_ledger_trades(in->ledger); i++) {
            const double p = wk_freq_profit(in, wick_ledger_trade(in->ledger, i)) / cash;
            if (losing && !(p < 0.0)) continue;
            if (pass == 0) {
                wick_sum_add(&sum, p);
                n++;
            } else {
                const double d = p - wick_sum_get(&sum) / n;
                wick_sum_add(&square, d * d);
            }
        }
    return n > 0.0 ? sqrt(wick_sum_get(&square) / n) : WICK_NA;
}

static double trade_ratio(const wick_objective_in *in, bool losing)
{
    const wk_freq f = wk_freq_of(in, -1);
    const double dev = deviation(in, losing);
    if (f.n == 0) return 0.0;
    if (!(dev > 0.0)) return 100.0;
    return -(f.profit / f.cash / (double)f.days) / dev * sqrt(YEAR);
}

static double sharpe(const wick_objective_in *in)
{
    return trade_ratio(in, false);
}

static double sortino(const wick_objective_in *in)
{
    return trade_ratio(in, true);
}

static double sharpe_daily(const wick_objective_in *in)
{
    double mean, dev, down;
    if (wk_freq_daily(in, SLIP, &mean, &dev, &down) == 0) return WICK_NA;
    return dev > 0.0 ? -(mean / dev) * sqrt(YEAR) : 20.0;
}

static double sortino_daily(const wick_objective_in *in)
{
    double mean, dev, down;
    if (wk_freq_daily(in, SLIP, &mean, &dev, &down) == 0) return WICK_NA;
    return down > 0.0 ? -(mean / down) * sqrt(YEAR) : 20.0;
}

static double calmar(const wick_objective_in *in)
{
    const wk_freq f = wk_freq_of(in, -1);
    if (f.n == 0) return 0.0;
    if (!(f.drawdown_share > 0.0)) return 100.0;
    return -(100.0 * f.profit / f.cash / (double)f.days) / f.drawdown_share * sqrt(YEAR);
}

const wick_objective_spec wick_objective_freq_sharpe = {
    .name = "freq_sharpe",
    .title = "Sharpe ratio of trades",
    .formula = "-(sum of p / days) / deviation of p * sqrt(365), p = profit / starting cash, "
               "population deviation; 100 without deviation",
    .source = "Freqtrade SharpeHyperOptLoss",
    .better = -1,
    .eval = sharpe,
};

const wick_objective_spec wick_objective_freq_sharpe_daily = {
    .name = "freq_sharpe_daily",
    .title = "Sharpe ratio of days",
    .formula = "-mean / deviation * sqrt(365) of the daily sums of profit ratios, 0.0005 off each "
               "trade, by day of exit, sample deviation; 20 without deviation",
    .source = "Freqtrade SharpeHyperOptLossDaily",
    .better = -1,
    .eval = sharpe_daily,
};

const wick_objective_spec wick_objective_freq_sortino = {
    .name = "freq_sortino",
    .title = "Sortino ratio of trades",
    .formula = "-(sum of p / days) / deviation of the losing p * sqrt(365), p = profit / starting "
               "cash; 100 without deviation",
    .source = "Freqtrade SortinoHyperOptLoss",
    .better = -1,
    .eval = sortino,
};

const wick_objective_spec wick_objective_freq_sortino_daily = {
    .name = "freq_sortino_daily",
    .title = "Sortino ratio of days",
    .formula =
        "-mean / sqrt(mean of min(0, d)^2) * sqrt(365) of the daily sums d of profit ratios, "
        "0.0005 off each trade, by day of exit; 20 without losing days",
    .source = "Freqtrade SortinoHyperOptLossDaily",
    .better = -1,
    .eval = sortino_daily,
};

const wick_objective_spec wick_objective_freq_calmar = {
    .name = "freq_calmar",
    .title = "Calmar ratio of trades",
    .formula = "-(100 * profit / starting cash / days) / drawdown * sqrt(365); drawdown of the "
               "closed profits as a share of starting cash plus peak, where it is deepest in cash; "
               "100 without drawdown",
    .source = "Freqtrade CalmarHyperOptLoss",
    .better = -1,
    .eval = calmar,
};
