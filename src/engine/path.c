/* SPDX-License-Identifier: MIT */
/* What a move along the path meets (portfolio_engine.md G3): the nearest level of a symbol's lots
 * and resting orders; at one price the arming of a stop-limit, then stops, then limits. */
#include "engine/cost.h"
#include "engine/hedge.h"
#include "engine/margin.h"
#include "engine/path.h"

void wk_trail_move(const wk_lot *l, wk_trail *t, double p)
{
    if (!(l->trail_points > 0.0 || l->trail_pct > 0.0)) return;
    const double d = l->side;
    if (d * (p - t->extreme) > 0.0) t->extreme = p;
    if (d * (t->extreme - l->price) < l->trail_start) return;
    const double by = l->trail_points > 0.0 ? l->trail_points : t->extreme * l->trail_pct / 100.0;
    const double level = t->extreme - d * by;
    if (isnan(t->level) || d * (level - t->level) > 0.0) t->level = level;
}

/* A level that acts when the price is at or below it. */
static bool meets_down(double level, double from, double to, double *at)
{
    if (from <= level)
        *at = from;
    else if (to <= level)
        *at = level;
    else
        return false;
    return true;
}

static bool meets_up(double level, double from, double to, double *at)
{
    if (from >= level)
        *at = from;
    else if (to >= level)
        *at = level;
    else
        return false;
    return true;
}

static bool meets(bool down, double level, double from, double to, double *at)
{
    return down ? meets_down(level, from, to, at) : meets_up(level, from, to, at);
}

int32_t wk_lot_meets(const wick_run *r, const wk_lot *l, const wk_trail *t, double from, double to,
                     double *px)
{
    const bool is_long = l->side > 0;
    int32_t kind = WK_ITEM_NONE;
    double best = WK_INF, at;
    if (l->exit_fill == 0 && l->blocked_bar != r->bar_of[l->symbol]) {
        if (meets(is_long, l->stop, from, to, &at)) {
            best = fabs(at - from);
            *px = at;
            kind = WK_ITEM_STOP;
        }
        if (meets(is_long, t->level, from, to, &at) && fabs(at - from) < best) {
            best = fabs(at - from);
            *px = at;
            kind = WK_ITEM_TRAIL;
        }
    }
    if (l->target_fill != 0) return kind;
    const double through = r->set.through_ticks * r->feed[l->symbol].tick;
    if (meets(!is_long, l->target + l->side * through, from, to, &at) && fabs(at - from) < best) {
        *px = at;
        kind = WK_ITEM_TARGET;
    }
    return kind;
}

int32_t wk_ord_class(const wick_run *r, const wk_ord *o)
{
    if (o->intent == WICK_REDUCE) return 0;
    if (o->intent == WICK_ENTER || wk_hedges(r)) return 1;
    const double pos = r->sym[o->symbol].pos;
    return pos * o->side < 0.0 && o->qty <= fabs(pos) ? 0 : 1;
}

bool wk_lot_live(const wick_run *r, const wk_lot *l, int32_t bar)
{
    return l->live_bar < bar || (l->live_bar == bar && l->live_seg <= 1 &&
                                 l->live_sub <= wk_first_sub(&r->feed[l->symbol], bar));
}

/* Where on this segment something begins to count; false when not on it yet. */
bool wk_starts_on(const wk_live *live, int32_t bar, const wk_sym *y, double to, double *from)
{
    *from = y->px;
    if (live->bar == WK_NEVER || live->bar < bar) return true;
    if (live->bar > bar || live->sub > y->sub) return false;
    if (live->sub < y->sub) return true;
    if (live->seg > y->seg) return false;
    if (live->seg < y->seg) return true;
    if (to >= y->px ? live->px > y->px : live->px < y->px) *from = live->px;
    return true;
}

void wk_present_path(const wick_run *r, int32_t s, int32_t bar, bool up_first, double pts[4])
{
    const int32_t sub = r->sym[s].sub;
    if (sub > 0)
        wk_finer_path(&r->feed[s], sub, up_first, pts);
    else
        wk_path(&r->feed[s], bar, up_first, pts);
}

typedef struct choice {
    double distance;
    int32_t rank, seq;
} choice;

/* Takes an event when it is nearer, or at one price when its kind goes first. */
static bool nearer(choice *c, double distance, int32_t rank, int32_t seq)
{
    if (distance > c->distance) return false;
    if (distance == c->distance && (rank > c->rank || (rank == c->rank && seq > c->seq)))
        return false;
    *c = (choice){distance, rank, seq};
    return true;
}

static void next_of_lots(const wick_run *r, int32_t s, double to, wk_item *ev, choice *c)
{
    const wk_sym *y = &r->sym[s];
    const int32_t bar = r->bar_of[s];
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        const wk_lot *l = wk_lot_at(r, slot);
        double from, px;
        const wk_live live = wk_lot_from(l);
        if (l->live_bar > bar || l->going >= 0 || !wk_starts_on(&live, bar, y, to, &from)) continue;
        const int32_t kind = wk_lot_meets(r, l, &l->trail, from, to, &px);
        if (kind == WK_ITEM_NONE) continue;
        if (!nearer(c, fabs(px - y->px), kind == WK_ITEM_TARGET ? 3 : 1, l->order)) continue;
        const bool touch = kind == WK_ITEM_TARGET && px != from;
        *ev = (wk_item){.kind = (int8_t)kind,
                        .cls = 0,
                        .seq = l->order,
                        .symbol = s,
                        .slot = slot,
                        .serial = l->serial,
                        .px = px,
                        .price = touch ? l->target : px};
    }
}

static void next_of_orders(const wick_run *r, int32_t s, double to, wk_item *ev, choice *c)
{
    const wk_sym *y = &r->sym[s];
    const int32_t bar = r->bar_of[s];
    const double through = r->set.through_ticks * r->feed[s].tick;
    for (int32_t slot = y->ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) {
        const wk_ord *o = wk_ord_at(r, slot);
        double from, px;
        if (o->waiting || o->on_close || o->due > bar || o->type == WICK_MARKET) continue;
        if (o->type == WICK_LIMIT && r->set.limit_rule != WK_LIMIT_RESTING) continue;
        const wk_live live = wk_ord_from(o);
        if (!wk_starts_on(&live, bar, y, to, &from)) continue;
        const bool limit = o->type == WICK_LIMIT || o->armed;
        const double level = limit ? o->limit - o->side * through : o->stop;
        if (!meets((o->side > 0) == limit, level, from, to, &px)) continue;
        const bool arm = o->type == WICK_STOP_LIMIT && !o->armed;
        if (!nearer(c, fabs(px - y->px), arm ? 0 : limit ? 3 : 2, o->id)) continue;
        *ev = (wk_item){.kind = arm ? WK_ITEM_ARM : WK_ITEM_ORDER,
                        .cls = arm ? 0 : wk_ord_class(r, o),
                        .seq = o->id,
                        .symbol = s,
                        .slot = slot,
                        .serial = o->id,
                        .score = o->score,
                        .px = px,
                        .price = limit && px != from ? o->limit : px};
    }
}

/* A liquidation price comes before levels at the same place: the broker is faster. */
static void next_call(const wick_run *r, int32_t s, double to, wk_item *ev, choice *c)
{
    double px;
    if (!wk_margin_meets(r, s, to, &px)) return;
    if (!nearer(c, fabs(px - r->sym[s].px), -1, 0)) return;
    *ev = (wk_item){.kind = WK_ITEM_MARGIN, .symbol = s, .px = px, .price = px};
}

void wk_next_event(wick_run *r, int32_t s, double to, wk_item *ev)
{
    choice c = {WK_INF, 9, 0};
    ev->kind = WK_ITEM_NONE;
    if (r->calls) next_call(r, s, to, ev, &c);
    if (r->cost.caps && !(wk_room(r, s, r->bar_of[s]) > 0.0)) return;
    next_of_lots(r, s, to, ev, &c);
    next_of_orders(r, s, to, ev, &c);
}
