/* SPDX-License-Identifier: MIT */
/* registry: none */
#include "flow/objective/freq.h"

#include <stdlib.h>

double wk_freq_profit(const wick_objective_in *in, const wick_trade_rec *t)
{
    return in->pnl_net ? t->pnl : t->pnl - t->fees;
}

double wk_freq_ratio(const wick_objective_in *in, const wick_trade_rec *t)
{
    const double cost = t->qty * t->entry_price;
    return cost > 0.0 ? wk_freq_profit(in, t) / cost : 0.0;
}

static void add_drawdown(wk_freq *f, double profit, double peak)
{
    const double down = peak - profit, share = down / (f->cash + peak);
    if (down > f->drawdown) {
        f->drawdown = down;
        f->drawdown_share = share;
    }
    if (share > f->deepest_share) f->deepest_share = share;
}

wk_freq wk_freq_of(const wick_objective_in *in, int32_t symbol)
{
    const wick_equity e = wick_ledger_equity(in->ledger);
    wk_freq f = {.cash = wick_ledger_cash0(in->ledger), .days = 1};
    wick_sum sum = {0}, wins = {0}, losses = {0};
    double peak = 0.0;
    if (e.n > 1) f.days = (e.time[e.n - 1] - e.time[0]) / WICK_MS_DAY;
    if (f.days < 1) f.days = 1;
    for (int64_t i = 0; i < wick_ledger_trades(in->ledger); i++) {
        const wick_trade_rec *t = wick_ledger_trade(in->ledger, i);
        if (symbol >= 0 && t->symbol != symbol) continue;
        const double p = wk_freq_profit(in, t);
        f.n++;
        wick_sum_add(&sum, p);
        if (p > 0.0) {
            f.n_wins++;
            wick_sum_add(&wins, p);
        } else if (p < 0.0) {
            f.n_losses++;
            wick_sum_add(&losses, -p);
        }
        f.profit = wick_sum_get(&sum);
        if (f.profit > peak) peak = f.profit;
        add_drawdown(&f, f.profit, peak);
    }
    f.wins = wick_sum_get(&wins);
    f.losses = wick_sum_get(&losses);
    return f;
}

static int64_t day_of(int64_t t)
{
    const int64_t d = t / WICK_MS_DAY;
    return t % WICK_MS_DAY < 0 ? d - 1 : d;
}

/* Trades come in the order of their exits, so that one pass fills the days; those without a trade
 * count as zero. */
int64_t wk_freq_daily(const wick_objective_in *in, double slip, double *mean, double *deviation,
                      double *downside)
{
    const wick_equity e = wick_ledger_equity(in->ledger);
    *mean = *deviation = *downside = WICK_NA;
    if (e.n == 0) return 0;
    const int64_t first = day_of(e.time[0]), days = day_of(e.time[e.n - 1]) - first + 1;
    double *day = calloc((size_t)days, sizeof *day);
    if (day == NULL) return 0;
    for (int64_t i = 0; i < wick_ledger_trades(in->ledger); i++) {
        const wick_trade_rec *t = wick_ledger_trade(in->ledger, i);
        const int64_t d = day_of(t->exit_time) - first;
        if (d >= 0 && d < days) day[d] += wk_freq_ratio(in, t) - slip;
    }
    wick_sum sum = {0}, square = {0}, down = {0};
    for (int64_t d = 0; d < days; d++) wick_sum_add(&sum, day[d]);
    *mean = wick_sum_get(&sum) / (double)days;
    for (int64_t d = 0; d < days; d++) {
        wick_sum_add(&square, (day[d] - *mean) * (day[d] - *mean));
        if (day[d] < 0.0) wick_sum_add(&down, day[d] * day[d]);
    }
    *deviation = days > 1 ? sqrt(wick_sum_get(&square) / (double)(days - 1)) : WICK_NA;
    *downside = sqrt(wick_sum_get(&down) / (double)days);
    free(day);
    return days;
}
