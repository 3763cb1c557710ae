/* SPDX-License-Identifier: MIT */
/* phases=batch, the order of PyBroker (portfolio_engine.md A1, A5): every stop is tested against
 * the whole bar, symbol by symbol; then all due orders at their fill price whatever moment of the
 * bar it belongs to: covers, sells, buys; then limit orders that try again. */
#include "engine/path.h"

typedef struct bar_prices {
    double o, h, l, c;
} bar_prices;

static bar_prices prices(const wick_run *r, int32_t s, int32_t bar)
{
    const wk_feed *f = &r->feed[s];
    bar_prices p = {f->f[WICK_OPEN][bar], f->f[WICK_HIGH][bar], f->f[WICK_LOW][bar],
                    f->f[WICK_CLOSE][bar]};
    if (r->set.intrabar == WK_INTRABAR_CLOSE) p.o = p.h = p.l = p.c;
    if (r->set.stop_rounding == WK_STOP_ROUND_CENTS) {
        p.o = wk_cents(p.o);
        p.h = wk_cents(p.h);
        p.l = wk_cents(p.l);
        p.c = wk_cents(p.c);
    }
    return p;
}

/* Price at which a level that acts at or below it (down) fills on the bar, NA when not reached. */
static double reached(const wick_run *r, const bar_prices *p, bool down, double level)
{
    const bool open = r->set.gap_fill == WK_GAP_OPEN;
    if (down) {
        if (!(p->l <= level)) return WICK_NA;
        return open ? (level < p->o ? level : p->o) : level < p->h ? level : p->h;
    }
    if (!(p->h >= level)) return WICK_NA;
    return open ? (level > p->o ? level : p->o) : level > p->l ? level : p->l;
}

static double tested(const wick_run *r, const wk_lot *l, int32_t bar, const bar_prices *p,
                     bool down, double level, int32_t fill)
{
    if (fill == 0) return reached(r, p, down, level);
    double exit_price = wk_bar_price(&r->feed[l->symbol], bar, fill - 1);
    if (r->set.stop_rounding == WK_STOP_ROUND_CENTS) exit_price = wk_cents(exit_price);
    return (down ? exit_price <= level : exit_price >= level) ? exit_price : WICK_NA;
}

static void exit_at(wick_run *r, int32_t slot, int32_t reason, int32_t type, double price,
                    int32_t bar)
{
    const wk_at at = {.bar = bar, .seg = 1, .px = price};
    wk_exit_lot(r, slot, reason, type, price, &at);
}

/* Loss, profit, trailing in that order (profit first under intrabar=best); the first level that is
 * reached and not worse than the stop's limit closes the lot. */
static void lot_stops(wick_run *r, int32_t slot, int32_t bar)
{
    wk_lot *l = wk_lot_at(r, slot);
    const int32_t s = l->symbol, side = -l->side;
    const bool is_long = l->side > 0;
    const bar_prices p = prices(r, s, bar);
    if (l->going >= 0) {
        exit_at(r, slot, l->going, WICK_STOP,
                wk_fill_price(r, s, bar, p.o, side, WICK_STOP, false, l->qty), bar);
        return;
    }
    const double raw[3] = {tested(r, l, bar, &p, is_long, l->stop, l->exit_fill),
                           tested(r, l, bar, &p, !is_long, l->target, l->target_fill),
                           tested(r, l, bar, &p, is_long, l->trail.level, l->exit_fill)};
    static const int8_t order[2][3] = {{0, 1, 2}, {1, 0, 2}};
    static const int8_t reasons[3] = {WICK_BY_STOP_LOSS, WICK_BY_STOP_PROFIT,
                                      WICK_BY_STOP_TRAILING};
    for (int k = 0; k < 3; k++) {
        const int w = order[r->set.intrabar == WK_INTRABAR_BEST][k];
        if (isnan(raw[w])) continue;
        const int32_t type = w == 1 ? WICK_LIMIT : WICK_STOP;
        const double fill = wk_fill_price(r, s, bar, raw[w], side, type, false, l->qty);
        if (w != 1 && l->stop_limit > 0.0 && side * (fill - l->stop_limit) > 0.0) continue;
        const double other = w == 1 ? (isnan(raw[0]) ? raw[2] : raw[0]) : raw[1];
        if (!isnan(other)) wk_ambiguous_pair(r, l, bar, raw[w], other);
        exit_at(r, slot, reasons[w], type, fill, bar);
        return;
    }
    if (r->set.trail_update == WK_TRAIL_CLOSE)
        wk_trail_move(l, &l->trail, p.c);
    else
        wk_trail_move(l, &l->trail, is_long ? p.h : p.l);
}

static void stops(wick_run *r)
{
    for (int32_t i = 0; i < r->n_hot; i++) {
        const int32_t bar = r->bar_of[r->hot[i]];
        for (int32_t slot = r->sym[r->hot[i]].lot; slot != WK_NONE && r->status >= 0;) {
            const int32_t this = slot;
            slot = wk_lot_at(r, slot)->next;
            if (wk_lot_at(r, this)->live_bar <= bar) lot_stops(r, this, bar);
        }
    }
    for (int32_t i = 0; i < r->n_hot; i++) {
        const int32_t s = r->hot[i], bar = r->bar_of[s];
        for (int32_t slot = r->sym[s].lot; slot != WK_NONE && r->status >= 0;) {
            const int32_t this = slot;
            const wk_lot *l = wk_lot_at(r, slot);
            slot = l->next;
            if (l->hold_bar > bar) continue;
            const int32_t kind = l->hold_fill > 0 ? l->hold_fill - 1 : r->set.hold_fill;
            const double p = wk_fill_price(r, s, bar, wk_bar_price(&r->feed[s], bar, kind),
                                           -l->side, WICK_MARKET, true, l->qty);
            exit_at(r, this, WICK_BY_BARS, WICK_MARKET, p, bar);
        }
    }
}

/* Price of an order on this bar before slippage; NA: not now. */
static double order_price(wick_run *r, wk_ord *o, int32_t bar)
{
    const wk_feed *f = &r->feed[o->symbol];
    const bool buy = o->side > 0;
    if (o->type == WICK_MARKET ||
        (o->type == WICK_LIMIT && r->set.limit_rule != WK_LIMIT_RESTING)) {
        const double p = o->fill == WK_FILL_FIXED ? o->fill_price : wk_bar_price(f, bar, o->fill);
        if (o->type == WICK_MARKET) return p;
        /* The limit is compared with the price that would be paid. */
        const double paid =
            wk_fill_price(r, o->symbol, bar, p, o->side, WICK_MARKET, true, wk_asked(r, o));
        return o->side * (paid - o->limit) <= 0.0 ? p : WICK_NA;
    }
    const bar_prices p = prices(r, o->symbol, bar);
    if (o->type != WICK_LIMIT && !o->armed) {
        const double at = reached(r, &p, !buy, o->stop);
        if (o->type == WICK_STOP || isnan(at)) return at;
        o->armed = 1;
    }
    const double level = o->limit - o->side * (r->set.through_ticks * f->tick);
    if (buy ? !(p.l <= level) : !(p.h >= level)) return WICK_NA;
    return buy ? (p.o < level ? p.o : o->limit) : p.o > level ? p.o : o->limit;
}

static bool ranked(const wick_run *r, int32_t cls, bool covers)
{
    const wick_settings *k = &r->set;
    if (k->rank == WK_RANK_SCORE) return true;
    if (cls == 1) return k->max_short > 0 || k->slots > 0;
    if (cls == 2 && covers && k->rank == WK_RANK_CAPPED_NO_COVER) return false;
    return k->max_long > 0 || k->slots > 0;
}

static void collect(wick_run *r, int32_t s)
{
    const int32_t bar = r->bar_of[s];
    for (int32_t slot = r->sym[s].ord; slot != WK_NONE;) {
        wk_ord *o = wk_ord_at(r, slot);
        const int32_t this = slot, id = o->id;
        slot = o->next;
        if (o->waiting || o->on_close || o->due > bar) continue;
        if (o->last < bar) {
            wk_ord_kill(r, this, WICK_FATE_EXPIRED);
            slot = wk_ord_after(r, s, id, slot);
            continue;
        }
        wk_item *it = wk_item_add(r);
        if (it == NULL) return;
        const int32_t cls = o->side < 0 ? 1 : o->intent == WICK_REDUCE ? 0 : 2;
        *it = (wk_item){.kind = WK_ITEM_ORDER,
                        .cls = cls + (o->due < bar ? 3 : 0),
                        .seq = o->id,
                        .symbol = s,
                        .slot = this,
                        .serial = o->id,
                        .score = o->score};
    }
}

static void due_orders(wick_run *r)
{
    for (int32_t i = 0; i < r->n_hot; i++) collect(r, r->hot[i]);
    wk_item *items = r->items.p;
    bool covers = false;
    for (int32_t i = 0; i < r->items.n; i++) covers = covers || items[i].cls == 0;
    for (int32_t i = 0; i < r->items.n; i++) {
        if (items[i].cls > 2 || !ranked(r, items[i].cls, covers)) items[i].score = 0.0;
    }
    wk_items_sort(r);
    for (int32_t i = 0; i < r->items.n && r->status >= 0; i++) {
        const wk_item it = ((const wk_item *)r->items.p)[i];
        if (!wk_item_alive(r, &it)) continue;
        wk_ord *o = wk_ord_at(r, it.slot);
        const int32_t bar = r->bar_of[it.symbol];
        const double p = order_price(r, o, bar);
        if (isnan(p)) {
            if (o->type == WICK_LIMIT && r->set.limit_rule == WK_LIMIT_FILTER) {
                wk_ord_kill(r, it.slot, WICK_FATE_LIMIT);
            }
            continue;
        }
        const bool filter = o->type == WICK_LIMIT && r->set.limit_rule != WK_LIMIT_RESTING;
        const int32_t type = filter                       ? WICK_MARKET
                             : o->type == WICK_STOP_LIMIT ? WICK_LIMIT
                                                          : o->type;
        const double fill = wk_fill_price(r, it.symbol, bar, p, o->side, type, type == WICK_MARKET,
                                          wk_asked(r, o));
        const wk_at at = {.bar = bar, .seg = 1, .px = p};
        wk_fill_order(r, it.slot, fill, &at);
    }
    r->items.n = 0;
}

void wk_tick_batch(wick_run *r)
{
    for (int32_t i = 0; i < r->n_hot; i++) {
        r->sym[r->hot[i]].up_first = wk_ohlc_up_first(&r->feed[r->hot[i]], r->bar_of[r->hot[i]]);
        r->sym[r->hot[i]].stale = 1;
    }
    stops(r);
    due_orders(r);
}
