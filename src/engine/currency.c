/* SPDX-License-Identifier: MIT */
/* Accounts in another currency than their symbols (section 7.4): a price point is worth what the
 * day's rate makes of it. What is closed or paid is booked at the rate of its day; what is held is
 * converted anew when the rate moves, so that open profit is always the price's course at the
 * present rate and the currency's own course moves nothing else. */
#include "engine/carry.h"

wick_status wick_run_set_rate(wick_ctx *ctx, wick_run *r, int32_t symbol, const double *rate)
{
    if (r->phase != WK_PH_START)
        return wick_fail(ctx, WICK_E_STATE, "rates must be given before the first step");
    if (symbol < 0 || symbol >= r->n_sym)
        return wick_fail(ctx, WICK_E_ARG, "rates: there is no symbol %d in a panel of %d",
                         (int)symbol, (int)r->n_sym);
    wk_feed *f = &r->feed[symbol];
    if (f->dated[WICK_SPLIT].n + f->dated[WICK_DIVIDEND].n + f->dated[WICK_FUNDING].n +
            f->dated[WICK_BORROW].n >
        0)
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "%s: funding, borrow fees and actions are not converted into the currency "
                         "of the account",
                         wick_bars_symbol(wick_panel_bars(r->panel, symbol)));
    double *own = wick_arena_alloc(r->arena, ((int64_t)f->all + 1) * (int64_t)sizeof *own);
    if (own == NULL) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < f->all; i++) {
        if (!(rate[i] > 0.0 && rate[i] < 1e12))
            return wick_fail(ctx, WICK_E_ARG, "rates: the rate of bar %d is not above zero",
                             (int)i);
        own[i] = rate[i];
    }
    f->rate = own;
    r->begins = r->every_tick = true;
    r->quick = false;
    return WICK_OK;
}

void wk_convert(wick_run *r, int32_t s)
{
    wk_feed *f = &r->feed[s];
    const double now = f->own_point * f->rate[r->bar_of[s]];
    if (now == f->point_value) return;
    const double by = now / f->point_value;
    f->point_value = now;
    wk_sym *y = &r->sym[s];
    for (int32_t k = y->lot; k != WK_NONE; k = wk_lot_at(r, k)->next) {
        wk_lot *l = wk_lot_at(r, k);
        if (!l->full) continue; /* what it locks is money of the account already */
        const double more = l->basis * (by - 1.0) * l->qty;
        l->basis *= by;
        r->cash -= more;
        r->turnover += fabs(more);
    }
    if (y->lots > 0) {
        const double pos = y->pos, cost = y->cost; /* whole steps */
        wk_lots_sum(r, s);
        y->pos = pos;
        y->cost = cost;
    }
    if (!y->watched) return;
    wk_sym_refresh(r, s);
    y->due = r->bar_of[s]; /* what is due on this bar still has it before it */
}

double wk_point_at(const wick_run *r, int32_t s, int32_t bar)
{
    const wk_feed *f = &r->feed[s];
    return f->rate != NULL ? f->own_point * f->rate[bar] : f->point_value;
}

void wk_rates_resume(wick_run *r)
{
    for (int32_t s = 0; s < r->n_sym; s++)
        if (r->feed[s].rate != NULL && r->bar_of[s] >= 0)
            r->feed[s].point_value = wk_point_at(r, s, r->bar_of[s]);
}

const double *const *wk_rates_list(const wick_run *r)
{
    const double **list = NULL;
    for (int32_t s = 0; s < r->n_sym; s++) {
        if (r->feed[s].rate == NULL) continue;
        if (list == NULL)
            list = wick_arena_zalloc(r->arena, (int64_t)r->n_sym * (int64_t)sizeof(double *));
        if (list == NULL) return NULL;
        list[s] = r->feed[s].rate;
    }
    return list;
}
