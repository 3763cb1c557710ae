/* SPDX-License-Identifier: MIT */
/* The walk over a bar (portfolio_engine.md G2, G3): at the open what the open decides, then three
 * segments on which levels are met in the order of the path, then the close. Symbols are merged by
 * segment: within one, closing events of any symbol come first, then entries by score. */
#include "engine/margin.h"
#include "engine/path.h"

/* ---- the open and the close ---------------------------------------------------------------- */

static wk_item *add_lot_item(wick_run *r, int32_t slot, int32_t kind, double px, double price)
{
    wk_item *it = wk_item_add(r);
    if (it == NULL) return NULL;
    const wk_lot *l = wk_lot_at(r, slot);
    *it = (wk_item){.kind = (int8_t)kind,
                    .cls = 0,
                    .seq = l->order,
                    .symbol = l->symbol,
                    .slot = slot,
                    .serial = l->serial,
                    .px = px,
                    .price = price};
    return it;
}

static void add_order_item(wick_run *r, int32_t slot, double px, double price)
{
    wk_item *it = wk_item_add(r);
    if (it == NULL) return;
    const wk_ord *o = wk_ord_at(r, slot);
    *it = (wk_item){.kind = WK_ITEM_ORDER,
                    .cls = wk_ord_class(r, o),
                    .seq = o->id,
                    .symbol = o->symbol,
                    .slot = slot,
                    .serial = o->id,
                    .score = o->score,
                    .px = px,
                    .price = price};
}

/* Fill of a stop whose level the price px has passed. */
static double gap_price(const wick_run *r, int32_t s, double level, double px)
{
    if (r->set.gap_fill == WK_GAP_OPEN) return px;
    const double a = r->sym[s].pts[1], b = r->sym[s].pts[2]; /* the extremes */
    const double lo = a < b ? a : b, hi = a < b ? b : a;
    return level < lo ? lo : level > hi ? hi : level;
}

/* Something that a fill of this bar's brings along, and that begins on a later finer bar. */
static bool still_to_come(const wick_run *r, int32_t s, int32_t bar, int32_t live_bar,
                          int32_t live_sub)
{
    return live_bar == bar && live_sub > r->sym[s].sub;
}

static void gapped_lot(wick_run *r, int32_t slot, int32_t bar, double px)
{
    const wk_lot *l = wk_lot_at(r, slot);
    const double d = l->side;
    if (l->live_bar > bar || l->going >= 0 ||
        still_to_come(r, l->symbol, bar, l->live_bar, l->live_sub))
        return;
    if (l->exit_fill == 0 && l->blocked_bar != bar) {
        const bool stop = d * (px - l->stop) <= 0.0, trail = d * (px - l->trail.level) <= 0.0;
        if (stop || trail) {
            /* Of two levels passed the one nearer to the last price acted first. */
            const bool first = stop && !(trail && d * (l->trail.level - l->stop) > 0.0);
            const double level = first ? l->stop : l->trail.level;
            add_lot_item(r, slot, first ? WK_ITEM_STOP : WK_ITEM_TRAIL, px,
                         gap_price(r, l->symbol, level, px));
            return;
        }
    }
    if (l->target_fill != 0) return;
    const double through = r->set.through_ticks * r->feed[l->symbol].tick;
    if (d * (px - (l->target + d * through)) >= 0.0) add_lot_item(r, slot, WK_ITEM_TARGET, px, px);
}

static void gapped_order(wick_run *r, int32_t slot, int32_t bar, double px)
{
    wk_ord *o = wk_ord_at(r, slot);
    const double d = o->side;
    if (o->waiting || o->on_close || o->due > bar || o->type == WICK_MARKET) return;
    if (still_to_come(r, o->symbol, bar, o->live_bar, o->live_sub)) return;
    if (o->type != WICK_LIMIT && !o->armed) {
        if (d * (px - o->stop) < 0.0) return;
        if (o->type == WICK_STOP) {
            add_order_item(r, slot, px, gap_price(r, o->symbol, o->stop, px));
            return;
        }
        o->armed = 1;
        r->sym[o->symbol].stale = 1;
    }
    const double through = r->set.through_ticks * r->feed[o->symbol].tick;
    if (d * (px - (o->limit - d * through)) <= 0.0) add_order_item(r, slot, px, px);
}

void wk_gapped_items(wick_run *r, int32_t s, int32_t bar, double px)
{
    const wk_sym *y = &r->sym[s];
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        gapped_lot(r, slot, bar, px);
    }
    for (int32_t slot = y->ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) {
        if (wk_ord_at(r, slot)->type == WICK_LIMIT && r->set.limit_rule != WK_LIMIT_RESTING)
            continue;
        gapped_order(r, slot, bar, px);
    }
}

/* Fill price of a market order on this bar before slippage. A price of the caller's is kept inside
 * the bar: no fill may use one that the path does not visit. */
static double market_price(const wick_run *r, const wk_ord *o, int32_t bar)
{
    const wk_feed *f = &r->feed[o->symbol];
    if (o->fill != WK_FILL_FIXED) return wk_bar_price(f, bar, o->fill);
    const double lo = f->f[WICK_LOW][bar], hi = f->f[WICK_HIGH][bar];
    return o->fill_price < lo ? lo : o->fill_price > hi ? hi : o->fill_price;
}

static int32_t hold_kind(const wick_run *r, const wk_lot *l)
{
    return l->hold_fill > 0 ? l->hold_fill - 1 : r->set.hold_fill;
}

/* Levels tested with one price of the bar instead of its path. */
static void priced_exit(wick_run *r, int32_t slot, int32_t bar, int32_t fill, bool stops,
                        bool at_close)
{
    if (fill == 0 || (fill - 1 == WICK_FILL_CLOSE) != at_close) return;
    const wk_lot *l = wk_lot_at(r, slot);
    const double p = wk_bar_price(&r->feed[l->symbol], bar, fill - 1), d = l->side;
    if (!stops) {
        if (d * (p - l->target) >= 0.0) add_lot_item(r, slot, WK_ITEM_TARGET, p, p);
    } else if (d * (p - l->stop) <= 0.0) {
        add_lot_item(r, slot, WK_ITEM_STOP, p, p);
    } else if (d * (p - l->trail.level) <= 0.0) {
        add_lot_item(r, slot, WK_ITEM_TRAIL, p, p);
    }
}

/* Orders and exits that belong to the open (or to a price of the bar other than its close), or to
 * its close. */
static void timed_items(wick_run *r, int32_t s, int32_t bar, bool at_close)
{
    const wk_sym *y = &r->sym[s];
    const wk_feed *f = &r->feed[s];
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        const wk_lot *l = wk_lot_at(r, slot);
        if (wk_lot_live(r, l, bar) && l->going < 0) {
            priced_exit(r, slot, bar, l->exit_fill, true, at_close);
            priced_exit(r, slot, bar, l->target_fill, false, at_close);
        }
        if (l->going >= 0 && !at_close) {
            const int32_t kind = l->going == WICK_BY_STOP_TRAILING ? WK_ITEM_TRAIL : WK_ITEM_STOP;
            add_lot_item(r, slot, kind, f->f[WICK_OPEN][bar], f->f[WICK_OPEN][bar]);
        }
        const int32_t hold = hold_kind(r, l);
        if (l->hold_bar <= bar && (hold == WICK_FILL_CLOSE) == at_close) {
            const double p = wk_bar_price(f, bar, hold);
            add_lot_item(r, slot, WK_ITEM_HOLD, p, p);
        }
    }
    for (int32_t slot = y->ord; slot != WK_NONE;) {
        const wk_ord *o = wk_ord_at(r, slot);
        const int32_t this = slot, id = o->id;
        slot = o->next;
        const bool filter = o->type == WICK_LIMIT && r->set.limit_rule != WK_LIMIT_RESTING;
        if (o->waiting || o->on_close || o->due > bar || (o->type != WICK_MARKET && !filter))
            continue;
        if ((o->fill == WICK_FILL_CLOSE) != at_close) continue;
        const double p = market_price(r, o, bar);
        if (!filter || o->side * (p - o->limit) <= 0.0)
            add_order_item(r, this, p, p);
        else if (r->set.limit_rule == WK_LIMIT_FILTER) {
            wk_ord_kill(r, this, WICK_FATE_LIMIT);
            slot = wk_ord_after(r, s, id, slot);
        }
    }
}

/* ---- execution ---------------------------------------------------------------------------- */

void wk_exec_item(wick_run *r, const wk_item *it, const wk_at *at)
{
    if (it->kind == WK_ITEM_MARGIN) {
        wk_margin_whole(r, at->seg);
        return;
    }
    if (!wk_item_alive(r, it)) return;
    const int32_t s = it->symbol;
    if (it->kind == WK_ITEM_ARM || it->kind == WK_ITEM_ORDER) {
        wk_ord *o = wk_ord_at(r, it->slot);
        if (it->kind == WK_ITEM_ARM) {
            o->armed = 1;
            o->live_bar = at->bar;
            o->live_sub = at->sub;
            o->live_seg = at->seg;
            o->live_px = at->px;
            r->sym[s].stale = 1;
            return;
        }
        const int32_t type = o->type == WICK_STOP_LIMIT ? WICK_LIMIT : o->type;
        const bool filter = type == WICK_LIMIT && r->set.limit_rule != WK_LIMIT_RESTING;
        const double p =
            wk_fill_price(r, s, at->bar, it->price, o->side, filter ? WICK_MARKET : type,
                          type == WICK_MARKET || filter, wk_asked(r, o));
        wk_fill_order(r, it->slot, p, at);
        return;
    }
    wk_lot *l = wk_lot_at(r, it->slot);
    const int32_t side = -l->side;
    const int32_t type = it->kind == WK_ITEM_TARGET ? WICK_LIMIT
                         : it->kind == WK_ITEM_HOLD ? WICK_MARKET
                                                    : WICK_STOP;
    const double p =
        wk_fill_price(r, s, at->bar, it->price, side, type, it->kind == WK_ITEM_HOLD, l->qty);
    static const int8_t reasons[] = {[WK_ITEM_STOP] = WICK_BY_STOP_LOSS,
                                     [WK_ITEM_TARGET] = WICK_BY_STOP_PROFIT,
                                     [WK_ITEM_TRAIL] = WICK_BY_STOP_TRAILING,
                                     [WK_ITEM_HOLD] = WICK_BY_BARS};
    if (wk_exit_waits(r, it->slot, reasons[it->kind], type, at->bar)) return;
    if (type == WICK_STOP && l->stop_limit > 0.0 && side * (p - l->stop_limit) > 0.0) {
        l->blocked_bar = at->bar;
        return;
    }
    if (r->set.intrabar != WK_INTRABAR_CLOSE && at->seg >= 1 && at->seg <= 3 &&
        (it->kind == WK_ITEM_TARGET ? l->target_fill : l->exit_fill) == 0 &&
        it->kind != WK_ITEM_HOLD && !(at->seg == 1 && it->px == r->sym[s].pts[0])) {
        wk_ambiguous_exit(r, l, at, it->px);
    }
    wk_exit_lot(r, it->slot, reasons[it->kind], type, p, at);
}

/* Closing items first, then entries by score. An order that was to close may find that something
 * before it did, and open instead: it then takes its place among the entries. */
void wk_items_exec(wick_run *r, wk_place place)
{
    wk_items_sort(r);
    int32_t i = 0;
    for (int32_t pass = 0; pass <= 1; pass++) {
        if (pass == 1) i = wk_items_requeue(r);
        for (; i < r->items.n && r->status >= 0; i++) {
            wk_item *it = (wk_item *)r->items.p + i;
            if (it->cls != pass) break;
            if (!wk_item_alive(r, it)) continue;
            if (pass == 0 && it->kind == WK_ITEM_ORDER &&
                wk_ord_class(r, wk_ord_at(r, it->slot)) == 1) {
                it->cls = 1;
                it->score = wk_ord_at(r, it->slot)->score;
                continue;
            }
            const wk_item x = *it;
            wk_at at = {.bar = r->bar_of[x.symbol],
                        .seg = 4,
                        .held = place == WK_AFTER_CAPTURE,
                        .next = place != WK_AT_OPEN,
                        .px = x.px};
            if (place == WK_AT_OPEN) {
                if (r->sym[x.symbol].sub > 0)
                    wk_finer_meets(r, x.symbol, x.px, &at);
                else
                    at.seg = (int8_t)wk_path_meets(r->sym[x.symbol].pts, x.px);
            }
            wk_exec_item(r, &x, &at);
        }
    }
    r->items.n = 0;
}

/* ---- one tick ----------------------------------------------------------------------------- */

/* Side from which "adverse" is seen on a flat symbol: that of its first order that may open; a
 * priced entry turns it round, because its worst path comes back after filling it. */
static int32_t expected_side(const wick_run *r, int32_t s, int32_t bar)
{
    const wk_sym *y = &r->sym[s];
    if (y->pos != 0.0) return y->pos > 0.0 ? 1 : -1;
    int32_t side = 0;
    for (int32_t slot = y->ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) {
        const wk_ord *o = wk_ord_at(r, slot);
        if (o->waiting || o->due > bar || o->intent == WICK_REDUCE) continue;
        if (o->type == WICK_MARKET) return o->side;
        if (side == 0) side = -o->side;
    }
    return side;
}

static void begin_bar(wick_run *r, int32_t s)
{
    wk_sym *y = &r->sym[s];
    const int32_t bar = r->bar_of[s];
    bool up = wk_ohlc_up_first(&r->feed[s], bar);
    if (r->set.intrabar == WK_INTRABAR_WORST || r->set.intrabar == WK_INTRABAR_BEST) {
        const int32_t side = expected_side(r, s, bar);
        if (side != 0) up = (side > 0) == (r->set.intrabar == WK_INTRABAR_BEST);
    }
    y->up_first = up;
    y->walks = 0;
    y->seg = 0;
    if (wk_has_finer(&r->feed[s], bar)) {
        wk_finer_stand(r, s, wk_first_sub(&r->feed[s], bar));
    } else {
        y->sub = 0;
        wk_path(&r->feed[s], bar, up, y->pts);
        y->px = y->pts[0];
    }
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        wk_lot_at(r, slot)->trail0 = wk_lot_at(r, slot)->trail;
    }
    for (int32_t slot = y->ord; slot != WK_NONE;) {
        const wk_ord *o = wk_ord_at(r, slot);
        const int32_t this = slot, id = o->id;
        slot = o->next;
        if (o->last < bar && !o->waiting) {
            wk_ord_kill(r, this, WICK_FATE_EXPIRED);
            slot = wk_ord_after(r, s, id, slot);
        } else {
            wk_sym_tighten_order(r, o); /* its level counts from the bar on which it is due */
        }
    }
}

/* Moves a symbol along its segment; trailing stops follow the path. */
static void advance(wick_run *r, int32_t s, double to)
{
    wk_sym *y = &r->sym[s];
    const int32_t bar = r->bar_of[s];
    if (r->set.trail_update == WK_TRAIL_PATH) {
        for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
            wk_lot *l = wk_lot_at(r, slot);
            double from;
            const wk_live live = wk_lot_from(l);
            if (l->live_bar > bar || !wk_starts_on(&live, bar, y, to, &from)) continue;
            wk_trail_move(l, &l->trail, to);
        }
    }
    y->px = to;
}

static const wk_item *pick(const wick_run *r)
{
    const wk_item *best = NULL;
    for (int32_t i = 0; i < r->n_hot; i++) {
        const wk_item *e = &r->evs[i];
        if (e->kind == WK_ITEM_NONE) continue;
        if (best == NULL || e->cls < best->cls ||
            (e->cls == best->cls && e->cls == 1 &&
             (e->score > best->score || (e->score == best->score && e->seq < best->seq)))) {
            best = e;
        }
    }
    return best;
}

void wk_walk_segment(wick_run *r, int32_t seg)
{
    for (int32_t i = 0; i < r->n_hot; i++) {
        wk_sym *y = &r->sym[r->hot[i]];
        y->seg = (int8_t)seg;
        if (y->walks)
            wk_next_event(r, r->hot[i], y->pts[seg], &r->evs[i]);
        else
            r->evs[i].kind = WK_ITEM_NONE;
    }
    const wk_item *e;
    while ((e = pick(r)) != NULL && r->status >= 0) {
        const wk_item it = *e;
        const wk_at at = {.bar = r->bar_of[it.symbol],
                          .sub = r->sym[it.symbol].sub,
                          .seg = (int8_t)seg,
                          .px = it.px};
        advance(r, it.symbol, it.px);
        wk_exec_item(r, &it, &at);
        /* A fill may cancel, shrink or wake orders of any symbol. */
        for (int32_t i = 0; i < r->n_hot; i++) {
            const wk_sym *y = &r->sym[r->hot[i]];
            if (y->walks) wk_next_event(r, r->hot[i], y->pts[seg], &r->evs[i]);
        }
    }
    for (int32_t i = 0; i < r->n_hot; i++) {
        const int32_t s = r->hot[i];
        if (r->sym[s].walks) advance(r, s, r->sym[s].pts[seg]);
    }
    if (r->calls) wk_margin_point(r, seg);
}

static void end_bar(wick_run *r, int32_t s)
{
    wk_sym *y = &r->sym[s];
    const int32_t bar = r->bar_of[s];
    const wk_feed *f = &r->feed[s];
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        wk_lot *l = wk_lot_at(r, slot);
        if (l->live_bar > bar) continue;
        if (y->walks && y->sub == 0 && l->blocked_bar != bar && l->going < 0)
            wk_ambiguous_held(r, l, bar);
        const bool from_open = l->live_bar < bar || l->live_px == f->f[WICK_OPEN][bar];
        if (r->set.trail_update == WK_TRAIL_AFTER_TEST && from_open) {
            wk_trail_move(l, &l->trail, f->f[l->side > 0 ? WICK_HIGH : WICK_LOW][bar]);
        } else if (r->set.trail_update == WK_TRAIL_CLOSE || r->set.intrabar == WK_INTRABAR_CLOSE) {
            wk_trail_move(l, &l->trail, f->f[WICK_CLOSE][bar]);
        }
    }
    y->stale = 1;
    y->sub = 0;
}

/* Whether levels can be met on this bar in whatever order its extremes come. Most bars of a trend
 * only carry a trailing stop along: when the level it ends with is out of reach, moving it is all
 * there is to do, and is done here. */
bool wk_must_walk(wick_run *r, int32_t s, int32_t bar)
{
    wk_sym *y = &r->sym[s];
    const double low = r->feed[s].f[WICK_LOW][bar], high = r->feed[s].f[WICK_HIGH][bar];
    if (r->thorough || r->calls) return true;
    if (low > y->lo && high < y->hi) return false;
    if (y->ords > 0 || r->set.trail_update != WK_TRAIL_PATH) return true;
    wk_trail moved = {WICK_NA, WICK_NA};
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        const wk_lot *l = wk_lot_at(r, slot);
        if (l->live_bar > bar) return true;
        if (l->live_bar == bar && (l->live_seg > 1 || l->live_px != r->feed[s].f[WICK_OPEN][bar] ||
                                   l->live_sub > wk_first_sub(&r->feed[s], bar)))
            return true;
        const double good = l->side > 0 ? high : low, bad = l->side > 0 ? low : high;
        wk_trail t = l->trail;
        wk_trail_move(l, &t, good);
        if (l->side * (bad - l->stop) <= 0.0 || l->side * (bad - t.level) <= 0.0 ||
            l->side * (good - l->target) >= 0.0) {
            return true;
        }
        moved = t;
    }
    y->lo = -WK_INF;
    y->hi = WK_INF;
    if (y->lots == 1) { /* has just been moved */
        wk_lot *l = wk_lot_at(r, y->lot);
        l->trail = moved;
        wk_sym_tighten_lot(r, l);
        return false;
    }
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        wk_lot *l = wk_lot_at(r, slot);
        wk_trail_move(l, &l->trail, l->side > 0 ? high : low);
        wk_sym_tighten_lot(r, l);
    }
    return false;
}

bool wk_carries(const wick_run *r)
{
    return r->set.phases == WK_PHASES_PATH && r->set.intrabar != WK_INTRABAR_CLOSE &&
           r->set.trail_update == WK_TRAIL_PATH && !r->thorough && r->pine == NULL;
}

/* The commonest busy bar: one symbol, nothing but a market order for its open. True when that was
 * all the open had to decide. */
static bool lone_market_order(wick_run *r)
{
    const int32_t s = r->hot[0], bar = r->bar_of[s];
    const wk_sym *y = &r->sym[s];
    if (r->cost.caps || r->calls || r->n_hot != 1 || y->ords != 1 || y->lots > 1 ||
        y->lo > -WK_INF || y->hi < WK_INF)
        return false;
    const wk_ord *o = wk_ord_at(r, y->ord);
    if (o->type != WICK_MARKET || o->fill != WICK_FILL_OPEN || o->due > bar || o->waiting ||
        o->on_close)
        return false;
    if (y->lots == 1) {
        const wk_lot *l = wk_lot_at(r, y->lot);
        if (l->hold_bar <= bar || l->exit_fill != 0 || l->target_fill != 0) return false;
    }
    const wk_at at = {.bar = bar, .sub = y->sub, .seg = 1, .px = y->pts[0]};
    const double p =
        wk_fill_price(r, s, bar, y->pts[0], o->side, WICK_MARKET, true, wk_asked(r, o));
    wk_fill_order(r, y->ord, p, &at);
    return true;
}

void wk_tick_walk(wick_run *r)
{
    const bool closes = r->set.intrabar == WK_INTRABAR_CLOSE;
    for (int32_t i = 0; i < r->n_hot; i++) begin_bar(r, r->hot[i]);
    r->walking = true;
    const bool done = lone_market_order(r);
    for (int32_t i = 0; i < r->n_hot && !done; i++) {
        const int32_t s = r->hot[i];
        timed_items(r, s, r->bar_of[s], false);
        if (!closes) wk_gapped_items(r, s, r->bar_of[s], r->sym[s].px);
    }
    if (!done) wk_items_exec(r, WK_AT_OPEN);
    if (r->calls && !closes) wk_margin_point(r, 1);
    bool walks = false;
    for (int32_t i = 0; i < r->n_hot && !closes; i++) {
        wk_sym *y = &r->sym[r->hot[i]];
        y->walks = wk_must_walk(r, r->hot[i], r->bar_of[r->hot[i]]);
        walks = walks || y->walks;
    }
    if (walks && r->set.intrabar == WK_INTRABAR_FINER)
        wk_finer_walk(r);
    else
        for (int32_t seg = 1; seg <= 3 && walks && r->status >= 0; seg++) wk_walk_segment(r, seg);
    for (int32_t i = 0; i < r->n_hot; i++) {
        const int32_t s = r->hot[i];
        if (closes) wk_gapped_items(r, s, r->bar_of[s], r->feed[s].f[WICK_CLOSE][r->bar_of[s]]);
        timed_items(r, s, r->bar_of[s], true);
    }
    wk_items_exec(r, WK_AT_CLOSE);
    r->walking = false;
    for (int32_t i = 0; i < r->n_hot; i++) end_bar(r, r->hot[i]);
}
