/* SPDX-License-Identifier: MIT */
/* Corporate actions on raw bars, booked before anything fills on their ex-date (the first own bar
 * at or after it). A dividend is cash: longs receive, shorts pay. A split turns one unit into k:
 * what is held and what rests is restated, and no cash moves but for parts of a unit that no step
 * has. */
#include "engine/carry.h"

static void scale(double *v, double k)
{
    *v = *v * k; /* NA stays NA, zero stays "not given" */
}

static void split_lot(const wick_run *r, wk_lot *l, double k, int32_t bar)
{
    const double old = l->qty;
    wk_lot_fold(r, l, bar - 1);
    double *const prices[] = {
        &l->price,      &l->stop,        &l->target,        &l->trail_points, &l->trail_start,
        &l->stop_limit, &l->trail.level, &l->trail.extreme, &l->trail0.level, &l->trail0.extreme,
        &l->live_px,    &l->seen_lo,     &l->seen_hi,       &l->liquidation};
    for (size_t i = 0; i < sizeof prices / sizeof prices[0]; i++) scale(prices[i], 1.0 / k);
    l->basis /= k;
    l->qty = old * k;
}

/* What no step has is settled at the bar's open, without a fee. */
static void settle_rest(wick_run *r, int32_t slot, int32_t bar)
{
    const wk_lot *l = wk_lot_at(r, slot);
    const double rest = l->qty - wk_round_qty(r, l->symbol, l->qty);
    if (rest <= 1e-9 * l->qty) return;
    const double open = r->feed[l->symbol].f[WICK_OPEN][bar];
    const wk_at at = {.bar = bar, .px = open};
    wk_close_part(r, slot, rest, WICK_BY_SPLIT, open, &at);
}

static void split_order(wick_run *r, wk_ord *o, double k)
{
    scale(&o->limit, 1.0 / k);
    scale(&o->stop, 1.0 / k);
    scale(&o->fill_price, 1.0 / k);
    scale(&o->live_px, 1.0 / k);
    wk_bracket *b = &o->b;
    double *const prices[] = {&b->stop_price,    &b->stop_points,  &b->target_price,
                              &b->target_points, &b->trail_points, &b->trail_start,
                              &b->stop_limit};
    for (size_t i = 0; o->has_bracket && i < sizeof prices / sizeof prices[0]; i++)
        scale(prices[i], 1.0 / k);
    o->part.qty *= k;
    const double want = o->qty * k, steps = wk_round_qty(r, o->symbol, want);
    o->qty = want - steps <= 1e-9 * want ? want : steps;
}

static void split(wick_run *r, int32_t s, double k)
{
    wk_sym *y = &r->sym[s];
    const int32_t bar = r->bar_of[s];
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next)
        split_lot(r, wk_lot_at(r, slot), k, bar);
    wk_lots_sum(r, s);
    for (int32_t slot = y->lot; slot != WK_NONE && r->status >= 0;) {
        const int32_t this = slot;
        slot = wk_lot_at(r, slot)->next;
        settle_rest(r, this, bar);
    }
    for (int32_t slot = y->ord; slot != WK_NONE;) {
        wk_ord *o = wk_ord_at(r, slot);
        const int32_t this = slot, id = o->id;
        slot = o->next;
        split_order(r, o, k);
        if (o->qty > 0.0) continue;
        wk_ord_kill(r, this, WICK_FATE_ZERO);
        slot = wk_ord_after(r, s, id, slot);
    }
    if (r->piles != NULL) {
        r->piles[s].qty *= k;
        r->piles[s].mae /= k;
        r->piles[s].mfe /= k;
        r->piles[s].first.liquidation /= k;
    }
    wk_sym_refresh(r, s);
    y->due = bar; /* what is due on this bar still has it before it */
}

void wk_actions(wick_run *r, int32_t s)
{
    const wk_feed *f = &r->feed[s];
    const int32_t bar = r->bar_of[s];
    const int64_t now = f->time[bar];
    const wk_dated *div = &f->dated[WICK_DIVIDEND], *spl = &f->dated[WICK_SPLIT];
    int32_t *d = &r->sym[s].dated_at[WICK_DIVIDEND], *k = &r->sym[s].dated_at[WICK_SPLIT];
    const int64_t before = bar > 0 ? f->time[bar - 1] : INT64_MIN;
    while (*d < div->n || *k < spl->n) {
        /* In the order of their dates; a dividend of a split's day is a new unit's. */
        const bool splits = *k < spl->n && (*d >= div->n || spl->time[*k] <= div->time[*d]);
        const int64_t at = splits ? spl->time[*k] : div->time[*d];
        if (at > now) return;
        const double v = splits ? spl->value[(*k)++] : div->value[(*d)++];
        if (at <= before || bar == 0) continue; /* before there was anything to hold */
        if (splits)
            split(r, s, v);
        else if (r->sym[s].lots > 0)
            wk_book_flow(r, s, WICK_FLOW_DIVIDENDS, v * f->point_value);
    }
}
