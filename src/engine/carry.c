/* SPDX-License-Identifier: MIT */
/* Cash for holding (portfolio_engine.md G2 phase begin, G6): each kind has a total of its own, and
 * what belongs to a position is noted with its lots. */
#include "engine/carry.h"

static const double YEAR_MS = 365.0 * (double)WICK_MS_DAY;

double wk_flows(const wick_run *r)
{
    double sum = 0.0;
    for (int k = 0; k < WICK_FLOWS; k++) sum += r->flow[k];
    return sum;
}

static wick_status want(wick_ctx *ctx, wick_run *r, wick_flow flow)
{
    if (r->col_flow[flow] != NULL) return WICK_OK;
    r->col_flow[flow] = wick_arena_zalloc(r->arena, (r->rows > 0 ? r->rows : 1) *
                                                        (int64_t)sizeof *r->col_flow[flow]);
    if (r->col_flow[flow] == NULL) return wick_fail_mem(ctx);
    r->begins = r->every_tick = true;
    return WICK_OK;
}

wick_status wk_carry_open(wick_ctx *ctx, wick_run *r)
{
    static const wick_flow flows[WICK_DATED] = {WICK_FLOW_FUNDING, WICK_FLOW_BORROW,
                                                WICK_FLOW_DIVIDENDS, WICK_FLOW_DIVIDENDS};
    const wick_settings *k = &r->set;
    wick_status st = WICK_OK;
    if (k->borrow_rate > 0.0) st = want(ctx, r, WICK_FLOW_BORROW);
    if (st >= 0 && (k->cash_rate != 0.0 || k->loan_rate > 0.0))
        st = want(ctx, r, WICK_FLOW_INTEREST);
    for (int32_t s = 0; s < r->n_sym && st >= 0; s++) {
        const wick_dates *d = wick_bars_info(wick_panel_bars(r->panel, s))->dates;
        for (int kind = 0; kind < WICK_DATED && st >= 0; kind++) {
            wk_dated *x = &r->feed[s].dated[kind];
            x->n = (int32_t)wick_dates_get(d, kind, &x->time, &x->value);
            if (x->n > 0) st = want(ctx, r, flows[kind]);
        }
    }
    return st;
}

/* Books a flow of what is held of s: so much a unit, received by longs and paid by shorts. */
static void book(wick_run *r, int32_t s, wick_flow flow, double per_unit, bool shorts_only)
{
    for (int32_t slot = r->sym[s].lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        wk_lot *l = wk_lot_at(r, slot);
        if (shorts_only && l->side > 0) continue;
        const double amount = l->side * per_unit * l->qty;
        l->carry += amount;
        r->flow[flow] += amount;
        r->cash += amount;
        r->turnover += fabs(amount);
    }
}

void wk_book_flow(wick_run *r, int32_t s, int32_t flow, double per_unit)
{
    book(r, s, (wick_flow)flow, per_unit, false);
}

/* What was agreed between two bars is settled at the first one that opens at or after it, on what
 * was held until then, at its open. */
static void fund(wick_run *r, int32_t s)
{
    const wk_feed *f = &r->feed[s];
    const wk_dated *x = &f->dated[WICK_FUNDING];
    int32_t *at = &r->sym[s].dated_at[WICK_FUNDING];
    const int32_t bar = r->bar_of[s];
    double rate = 0.0;
    for (; *at < x->n && x->time[*at] <= f->time[bar]; ++*at)
        if (bar > 0 && x->time[*at] > f->time[bar - 1]) rate += x->value[*at];
    if (rate == 0.0 || r->sym[s].lots == 0) return;
    book(r, s, WICK_FLOW_FUNDING, -rate * f->f[WICK_OPEN][bar] * f->point_value, false);
}

/* Last mark before the present tick. */
static double mark_before(const wick_run *r, int32_t s)
{
    const int32_t bar = r->bar_of[s] - (r->active[s] ? 1 : 0);
    return bar >= 0 ? r->feed[s].f[WICK_CLOSE][bar] : WICK_NA;
}

/* Borrow fees accrue from the last tick's stamp to this one's, on the value at the last mark. */
static void borrow(wick_run *r, int32_t s, int64_t from, int64_t to)
{
    const wk_feed *f = &r->feed[s];
    const wk_dated *x = &f->dated[WICK_BORROW];
    int32_t *at = &r->sym[s].dated_at[WICK_BORROW];
    while (*at < x->n && x->time[*at] <= from) ++*at;
    const double rate = *at > 0 ? x->value[*at - 1] : r->set.borrow_rate;
    const double mark = mark_before(r, s);
    if (!(rate > 0.0) || r->sym[s].lots == 0 || !(fabs(mark) > 0.0)) return;
    const double years = (double)(to - from) / YEAR_MS;
    book(r, s, WICK_FLOW_BORROW, fabs(mark) * f->point_value * (rate / 100.0) * years, true);
}

/* Own money that is not in positions: free cash and collateral, less what leverage lends. Proceeds
 * of shorts earn nothing unless they are free cash. */
static double balance(const wick_run *r)
{
    wick_sum k = {r->cash, 0.0};
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i];
        for (int32_t slot = r->sym[s].lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
            const wk_lot *l = wk_lot_at(r, slot);
            const double lent = l->side > 0 ? l->price * r->feed[s].point_value : 0.0;
            if (!l->full && l->basis >= 0.0) wick_sum_add(&k, (l->basis - lent) * l->qty);
        }
    }
    return wick_sum_get(&k);
}

static void interest(wick_run *r, int64_t from, int64_t to)
{
    const double have = balance(r);
    /* Of several strategies on one account one may stand on the cash of the others. */
    const bool owns = have + (r->member ? r->pool : 0.0) >= 0.0;
    const double rate = owns ? r->set.cash_rate : r->set.loan_rate;
    const double amount = have * (rate / 100.0) * ((double)(to - from) / YEAR_MS);
    r->flow[WICK_FLOW_INTEREST] += amount;
    r->cash += amount;
    r->turnover += fabs(amount);
}

void wk_begin(wick_run *r)
{
    if (!r->begins) return;
    const int64_t to = r->clock[r->tick];
    const int64_t from = r->tick > r->first_tick ? r->clock[r->tick - 1] : to;
    const bool borrows = r->col_flow[WICK_FLOW_BORROW] != NULL;
    for (int32_t i = 0; i < r->n_watch && borrows && to > from && !r->dead; i++)
        borrow(r, r->watch[i], from, to);
    for (int32_t s = 0; s < r->n_sym; s++) {
        if (!r->active[s]) continue;
        if (r->feed[s].rate != NULL) wk_convert(r, s);
        if (r->feed[s].dated[WICK_DIVIDEND].n + r->feed[s].dated[WICK_SPLIT].n > 0)
            wk_actions(r, s);
        if (r->feed[s].dated[WICK_FUNDING].n > 0) fund(r, s);
    }
    if (r->col_flow[WICK_FLOW_INTEREST] != NULL && to > from && !r->dead) interest(r, from, to);
}
