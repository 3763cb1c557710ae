/* SPDX-License-Identifier: MIT */
/* The book of pending orders: slots, lists per symbol in order of submission, OCO groups, children
 * of a parent, and per symbol the two price levels and the bar before which nothing can happen. */
#include "engine/hedge.h"
#include "engine/pine.h"

#include <string.h>

static wick_order_rec *record(wick_run *r, int32_t id)
{
    return r->lean ? NULL : wk_rec_at(r, id);
}

/* What slot_of says of an order that is over. */
int32_t wk_ord_over(int32_t fate)
{
    return -2 - fate;
}

int32_t wk_ord_slot(const wick_run *r, int32_t id)
{
    if (id < 1 || id > r->last_id) return WK_NONE;
    const int32_t slot = ((const int32_t *)r->slot_of.p)[id - 1];
    return slot >= 0 ? slot : WK_NONE;
}

int32_t wk_ord_fate(const wick_run *r, int32_t id)
{
    if (id < 1 || id > r->last_id) return WK_NONE;
    const int32_t slot = ((const int32_t *)r->slot_of.p)[id - 1];
    return slot <= -2 ? -2 - slot : WK_NONE;
}

int32_t wk_ord_new(wick_run *r, int32_t symbol)
{
    int32_t slot = r->free_ord;
    if (slot != WK_NONE) {
        r->free_ord = wk_ord_at(r, slot)->next;
    } else {
        if (wk_vec_push(r, &r->ords, sizeof(wk_ord)) == NULL) return WK_NONE;
        slot = r->ords.n - 1;
    }
    int32_t *of = wk_vec_push(r, &r->slot_of, sizeof *of);
    if (of == NULL) return WK_NONE;
    *of = slot;
    wk_ord *o = wk_ord_at(r, slot);
    memset(o, 0, offsetof(wk_ord, b));
    o->id = ++r->last_id;
    o->symbol = symbol;
    o->next = o->prev = WK_NONE;
    o->last = o->live_bar = WK_NEVER;
    o->limit = o->stop = WICK_NA;
    o->tag = WK_NONE;
    return slot;
}

void wk_ord_schedule(const wick_run *r, wk_ord *o, int32_t delay)
{
    const wick_settings *k = &r->set;
    const int32_t bar = r->bar_of[o->symbol];
    o->placed_bar = bar;
    if (o->fill_price == 0.0) o->fill = (int8_t)(o->fill > 0 ? o->fill - 1 : k->fill);
    if (delay == 0) {
        const int32_t own = o->side > 0 ? k->buy_delay : k->sell_delay;
        delay = own > 0 ? own : k->delay;
        if (delay == 0) delay = -1;
    }
    if (delay < 0 && k->phases == WK_PHASES_QUEUE) {
        o->late = 1;
        o->due = bar + 1;
        return;
    }
    if (delay < 0) {
        o->on_close = 1;
        o->due = bar;
        return;
    }
    o->due = delay < WK_NEVER - 1 - bar ? bar + delay : WK_NEVER - 1;
}

void wk_ord_expires(wk_ord *o, int32_t bars)
{
    const int32_t due = o->on_close ? o->due + 1 : o->due;
    o->last = bars < WK_NEVER - due ? due + bars - 1 : WK_NEVER;
}

int32_t wk_default_kind(const wick_run *r)
{
    static const int8_t kinds[] = {WICK_SIZE_UNITS, WICK_SIZE_CASH, WICK_SIZE_PCT_EQUITY,
                                   WICK_SIZE_PCT_CASH, WICK_SIZE_RISK_PCT, WICK_SIZE_PCT_EQUITY};
    return kinds[r->set.size];
}

bool wk_ord_sized_later(const wick_run *r, wk_ord *o, int32_t *kind, double *amount)
{
    if (*kind == WICK_SIZE_UNITS && *amount < 1.0 && r->set.small_units == WK_SMALL_SHARE) {
        *kind = WICK_SIZE_PCT_CASH;
        *amount *= 100.0;
    }
    const bool money = *kind >= WICK_SIZE_CASH && *kind <= WICK_SIZE_PCT_CASH;
    const bool later = r->set.size_at == WK_SIZE_AT_FILL && r->set.phases >= WK_PHASES_QUEUE;
    if (!later || !money || !(*amount > 0.0)) return false;
    o->size_kind = *kind;
    o->amount = *amount;
    o->qty = 1.0; /* until it fills */
    return true;
}

/* Writes the record of an order that is now complete in its slot. */
static bool write_record(wick_run *r, const wk_ord *o, double qty, int32_t fate)
{
    if (r->lean) return true;
    wick_order_rec *e = wk_vec_push(r, &r->recs, sizeof *e);
    if (e == NULL) return false;
    const wk_feed *f = &r->feed[o->symbol];
    *e = (wick_order_rec){.id = o->id,
                          .symbol = o->symbol,
                          .side = o->side,
                          .type = o->type,
                          .intent = o->intent,
                          .fate = (int8_t)fate,
                          .tag = o->tag,
                          .reason = o->reason,
                          .placed = o->placed_bar >= 0 ? f->time[o->placed_bar] : WICK_NO_TIME,
                          .filled = WICK_NO_TIME,
                          .qty = qty,
                          .limit = o->limit,
                          .stop = o->stop,
                          .price = WICK_NA,
                          .score = o->score};
    return true;
}

void wk_ord_link(wick_run *r, int32_t slot)
{
    wk_ord *o = wk_ord_at(r, slot);
    wk_sym *y = &r->sym[o->symbol];
    o->prev = y->ord_end;
    if (y->ord_end != WK_NONE)
        wk_ord_at(r, y->ord_end)->next = slot;
    else
        y->ord = slot;
    y->ord_end = slot;
    y->ords++;
    r->live_ords++;
    o->key = ++r->queued;
    if (o->intent == WICK_REDUCE) o->key = -o->key;
    const double qty = o->close_all && wk_hedges(r) ? o->qty : o->close_all ? fabs(y->pos) : o->size_kind != 0 ? WICK_NA : o->qty;
    if (!write_record(r, o, qty, WICK_FATE_PENDING)) return;
    if (o->on_close) r->on_close_pending = true;
    wk_sym_watch(r, o->symbol);
    wk_sym_tighten_order(r, o);
}

static void unlink_ord(wick_run *r, int32_t slot, int32_t fate)
{
    wk_ord *o = wk_ord_at(r, slot);
    wk_sym *y = &r->sym[o->symbol];
    if (o->prev != WK_NONE)
        wk_ord_at(r, o->prev)->next = o->next;
    else
        y->ord = o->next;
    if (o->next != WK_NONE)
        wk_ord_at(r, o->next)->prev = o->prev;
    else
        y->ord_end = o->prev;
    y->ords--;
    y->stale = 1;
    r->live_ords--;
    ((int32_t *)r->slot_of.p)[o->id - 1] = wk_ord_over(fate);
    r->fates[fate]++;
    o->id = 0;
    o->next = r->free_ord;
    r->free_ord = slot;
}

int32_t wk_ord_after(const wick_run *r, int32_t s, int32_t id, int32_t next)
{
    if (next == WK_NONE || wk_ord_at(r, next)->id > id) return next;
    next = r->sym[s].ord;
    while (next != WK_NONE && wk_ord_at(r, next)->id <= id) next = wk_ord_at(r, next)->next;
    return next;
}

/* Visits every pending order, in order of submission per symbol. `fn` may take out any of them; no
 * order is added meanwhile, so that ids tell where to go on. */
static void each_order(wick_run *r, void (*fn)(wick_run *, int32_t, const void *), const void *arg)
{
    for (int32_t i = 0; i < r->n_watch; i++) {
        int32_t slot = r->sym[r->watch[i]].ord;
        while (slot != WK_NONE) {
            const int32_t id = wk_ord_at(r, slot)->id;
            const int32_t next = wk_ord_at(r, slot)->next;
            fn(r, slot, arg);
            slot = wk_ord_after(r, r->watch[i], id, next);
        }
    }
}

static void drop_child(wick_run *r, int32_t slot, const void *parent)
{
    const wk_ord *o = wk_ord_at(r, slot);
    if (o->waiting && o->parent == *(const int32_t *)parent)
        wk_ord_kill(r, slot, WICK_FATE_CANCELLED);
}

void wk_ord_kill(wick_run *r, int32_t slot, int32_t fate)
{
    wk_ord *o = wk_ord_at(r, slot);
    if (o->part.qty > 0.0) fate = WICK_FATE_PARTIAL;
    const int32_t id = o->id;
    wick_order_rec *e = record(r, id);
    if (e != NULL) e->fate = (int8_t)fate;
    const bool parent = o->waiting || r->has_children;
    unlink_ord(r, slot, fate);
    if (parent) each_order(r, drop_child, &id);
}

typedef struct event {
    int32_t id, group, group_type;
    double qty;
    const wk_at *at;
    int32_t symbol;
} event;

static void wake_child(wick_run *r, int32_t slot, const void *arg)
{
    const event *e = arg;
    wk_ord *o = wk_ord_at(r, slot);
    if (!o->waiting || o->parent != e->id) return;
    o->waiting = 0;
    const int32_t bar = r->bar_of[o->symbol];
    const bool here = o->symbol == e->symbol && o->type != WICK_MARKET && !e->at->next &&
                      r->set.phases == WK_PHASES_PATH;
    const int32_t lasts = o->last;
    o->due = here ? bar : bar + 1;
    o->live_bar = here ? bar : WK_NEVER;
    o->live_sub = e->at->sub;
    o->live_seg = e->at->seg;
    o->live_px = e->at->px;
    if (lasts != WK_NEVER) o->last = o->due + lasts - 1;
    wk_sym_tighten_order(r, o);
}

static void shrink_member(wick_run *r, int32_t slot, const void *arg)
{
    const event *e = arg;
    wk_ord *o = wk_ord_at(r, slot);
    if (o->group != e->group || o->id == e->id) return;
    if (o->group_type == WICK_GROUP_CANCEL) {
        wk_ord_kill(r, slot, WICK_FATE_CANCELLED);
        return;
    }
    o->qty -= e->qty;
    if (!(o->qty > 0.0)) wk_ord_kill(r, slot, WICK_FATE_CANCELLED);
}

void wk_ord_filled(wick_run *r, int32_t slot, double qty, double price, double fees,
                   const wk_at *at, bool whole)
{
    wk_ord *o = wk_ord_at(r, slot);
    const event ev = {o->id, o->group, o->group_type, qty, at, o->symbol};
    wick_order_rec *e = record(r, o->id);
    if (e != NULL) {
        e->fate = whole ? WICK_FATE_FILLED : WICK_FATE_PARTIAL;
        e->filled = r->feed[o->symbol].time[at->bar];
        e->filled_qty = qty;
        e->price = price;
        e->fees = fees;
        if (o->part.qty > 0.0) {
            const wk_part *p = &o->part;
            e->filled_qty = p->qty + qty;
            e->price = (p->cash + qty * price) / e->filled_qty;
            e->fees = p->paid + fees;
        }
        if (o->close_all || o->size_kind != 0) e->qty = e->filled_qty;
    }
    unlink_ord(r, slot, whole ? WICK_FATE_FILLED : WICK_FATE_PARTIAL);
    if (r->has_children) each_order(r, wake_child, &ev);
    if (ev.group != 0) each_order(r, shrink_member, &ev);
    if (r->ask_fill) {
        int32_t *f = wk_vec_push(r, &r->fills, 2 * sizeof *f);
        if (f != NULL) {
            f[0] = ev.id;
            f[1] = ev.symbol;
        }
    }
}

void wk_ord_part(wick_run *r, int32_t slot, const wk_filled *f, double price, const wk_at *at)
{
    wk_ord *o = wk_ord_at(r, slot);
    r->sym[o->symbol].stale = 1;
    if (o->type == WICK_STOP) o->type = WICK_MARKET; /* it was met */
    if (f->full) return;
    const event ev = {o->id, o->group, o->group_type, f->qty, at, o->symbol};
    o->part = r->cost.part;
    o->qty -= o->intent == WICK_ENTER ? f->opened : f->qty;
    wick_order_rec *e = record(r, o->id);
    if (e != NULL) {
        e->filled = r->feed[o->symbol].time[at->bar];
        e->filled_qty = o->part.qty;
        e->price = f->qty == o->part.qty ? price : o->part.cash / o->part.qty;
        e->fees = o->part.paid;
    }
    if (r->has_children) each_order(r, wake_child, &ev);
    if (ev.group != 0) each_order(r, shrink_member, &ev);
    if (!r->ask_fill) return;
    int32_t *to = wk_vec_push(r, &r->fills, 2 * sizeof *to);
    if (to == NULL) return;
    to[0] = ev.id;
    to[1] = ev.symbol;
}

void wk_ord_refused(wick_run *r, int32_t slot, int32_t fate)
{
    const wk_ord *o = wk_ord_at(r, slot);
    const int32_t id = o->id;
    if (!write_record(r, o, o->qty, fate)) return;
    r->fates[fate]++;
    ((int32_t *)r->slot_of.p)[id - 1] = wk_ord_over(fate);
    wk_ord *free_me = wk_ord_at(r, slot);
    free_me->id = 0;
    free_me->next = r->free_ord;
    r->free_ord = slot;
}

/* ---- what can happen to a symbol ------------------------------------------------------------ */

void wk_sym_watch(wick_run *r, int32_t s)
{
    if (r->sym[s].watched) return;
    r->sym[s].watched = 1;
    /* Kept in symbol order: sums over positions are then the same however they came about. */
    int32_t i = r->n_watch++;
    while (i > 0 && r->watch[i - 1] > s) {
        r->watch[i] = r->watch[i - 1];
        i--;
    }
    r->watch[i] = s;
}

void wk_sym_tighten_lot(wick_run *r, const wk_lot *l)
{
    wk_sym *y = &r->sym[l->symbol];
    double lo = -WK_INF, hi = WK_INF;
    if (l->side > 0) {
        if (l->stop > lo) lo = l->stop;
        if (l->trail.level > lo) lo = l->trail.level;
        if (l->target < hi) hi = l->target;
        if ((l->trail_points > 0.0 || l->trail_pct > 0.0) && l->trail.extreme < hi)
            hi = l->trail.extreme;
    } else {
        if (l->stop < hi) hi = l->stop;
        if (l->trail.level < hi) hi = l->trail.level;
        if (l->target > lo) lo = l->target;
        if ((l->trail_points > 0.0 || l->trail_pct > 0.0) && l->trail.extreme > lo)
            lo = l->trail.extreme;
    }
    if (lo > y->lo) y->lo = lo;
    if (hi < y->hi) y->hi = hi;
    if (l->hold_bar < y->due) y->due = l->hold_bar;
    if (l->going >= 0) y->due = r->bar_of[l->symbol] + 1;
    if (r->set.close_at_end != WK_END_OFF && r->feed[l->symbol].end < y->due) {
        y->due = r->feed[l->symbol].end;
    }
}

void wk_sym_tighten_order(wick_run *r, const wk_ord *o)
{
    wk_sym *y = &r->sym[o->symbol];
    if (o->waiting || o->on_close) return;
    const int32_t bar = r->bar_of[o->symbol];
    int32_t due = o->due;
    const bool filter = o->type == WICK_LIMIT && r->set.limit_rule != WK_LIMIT_RESTING;
    if (due <= bar && !filter && o->type != WICK_MARKET) {
        const bool limit = o->type == WICK_LIMIT || o->armed;
        const double level = limit ? o->limit : o->stop;
        if ((o->side > 0) == limit) {
            if (level > y->lo) y->lo = level;
        } else if (level < y->hi) {
            y->hi = level;
        }
        due = o->last < WK_NEVER ? o->last + 1 : WK_NEVER;
    } else if (due <= bar) {
        due = bar + 1;
    }
    if (due < y->due) y->due = due;
}

void wk_sym_refresh(wick_run *r, int32_t s)
{
    wk_sym *y = &r->sym[s];
    y->lo = -WK_INF;
    y->hi = WK_INF;
    y->due = WK_NEVER;
    y->stale = 0;
    for (int32_t l = y->lot; l != WK_NONE; l = wk_lot_at(r, l)->next) {
        wk_sym_tighten_lot(r, wk_lot_at(r, l));
    }
    for (int32_t o = y->ord; o != WK_NONE; o = wk_ord_at(r, o)->next) {
        wk_sym_tighten_order(r, wk_ord_at(r, o));
    }
    if (r->pine != NULL) wk_pine_tighten(r, s);
    if (y->lots > 0 || y->ords > 0 || !y->watched) return;
    if (r->pine != NULL && wk_pine_busy(r, s)) return;
    y->watched = 0;
    int32_t i = 0;
    while (r->watch[i] != s) i++;
    for (r->n_watch--; i < r->n_watch; i++) r->watch[i] = r->watch[i + 1];
}
