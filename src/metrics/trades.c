/* SPDX-License-Identifier: MIT */
#include "metrics/metrics_int.h"

typedef struct side_sums {
    wick_sum pnl, bars, pct, by_own;
} side_sums;

static void take(wk_trade_sums *t, side_sums *s, double pnl, double pct, int32_t bars, double sign)
{
    t->n++;
    wick_sum_add(&s->pnl, pnl);
    wick_sum_add(&s->bars, (double)bars);
    wick_sum_add(&s->pct, pct);
    if (t->n == 1 || sign * pnl > sign * t->extreme) {
        t->extreme = pnl;
        t->extreme_pct = pct;
        t->extreme_bars = bars;
    }
}

static void finish(wk_trade_sums *t, const side_sums *s)
{
    t->pnl = wick_sum_get(&s->pnl);
    t->bars = wick_sum_get(&s->bars);
    t->pct = wick_sum_get(&s->pct);
    t->pct_by_own = wick_sum_get(&s->by_own);
}

/* Sample deviation of pnl about the mean found by the first pass. */
static double pnl_dev(const wick_ledger *l, int64_t count, double mean, int32_t places)
{
    if (count < 2) return WICK_NA;
    wick_sum s = {0};
    const int64_t n = wick_ledger_trades(l);
    for (int64_t i = 0; i < n; i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        if (t->reason == WICK_BY_OPEN) continue;
        const double d = (places > 0 ? wk_round(t->pnl, places) : t->pnl) - mean;
        wick_sum_add(&s, d * d);
    }
    return sqrt(wick_sum_get(&s) / (double)(count - 1));
}

void wk_facts_trades(wick_facts *f, const wick_ledger *l, int32_t places)
{
    const int64_t n = wick_ledger_trades(l);
    side_sums win = {0}, lose = {0};
    wick_sum pnl_sum = {0}, pct_sum = {0}, bars_sum = {0}, fee_sum = {0}, log_sum = {0};
    int64_t wins = 0, losses = 0;
    bool lost_all = false;
    for (int64_t i = 0; i < n; i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        if (t->reason == WICK_BY_OPEN) continue; /* listed, but not closed */
        const double pnl = places > 0 ? wk_round(t->pnl, places) : t->pnl;
        const double pct = places > 0 ? wk_round(t->return_pct, places) : t->return_pct;
        f->pct_best = f->trades == 0 || pct > f->pct_best ? pct : f->pct_best;
        f->pct_worst = f->trades == 0 || pct < f->pct_worst ? pct : f->pct_worst;
        f->trades++;
        wick_sum_add(&pnl_sum, pnl);
        wick_sum_add(&pct_sum, pct);
        wick_sum_add(&bars_sum, (double)t->bars);
        wick_sum_add(&fee_sum, t->fees);
        f->trade_carry += t->carry;
        if (pct > -100.0) {
            wick_sum_add(&log_sum, log1p(pct / 100.0));
        } else {
            lost_all = true;
        }
        if (pct > 0.0) {
            f->win.n_by_own++;
            wick_sum_add(&win.by_own, pct);
        } else if (pct < 0.0) {
            f->lose.n_by_own++;
            wick_sum_add(&lose.by_own, pct);
        }
        wins = pnl > 0.0 ? wins + 1 : 0;
        losses = pnl < 0.0 ? losses + 1 : 0;
        f->max_wins = wins > f->max_wins ? wins : f->max_wins;
        f->max_losses = losses > f->max_losses ? losses : f->max_losses;
        if (pnl > 0.0) take(&f->win, &win, pnl, pct, t->bars, 1.0);
        if (pnl < 0.0) take(&f->lose, &lose, pnl, pct, t->bars, -1.0);
    }
    finish(&f->win, &win);
    finish(&f->lose, &lose);
    f->pnl = wick_sum_get(&pnl_sum);
    f->pct = wick_sum_get(&pct_sum);
    f->bars = wick_sum_get(&bars_sum);
    f->trade_fees = wick_sum_get(&fee_sum);
    f->pct_geo = f->trades == 0 || lost_all
                     ? WICK_NA
                     : 100.0 * expm1(wick_sum_get(&log_sum) / (double)f->trades);
    f->pnl_dev =
        f->trades > 0 ? pnl_dev(l, f->trades, f->pnl / (double)f->trades, places) : WICK_NA;
}
