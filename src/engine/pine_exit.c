/* SPDX-License-Identifier: MIT */
/* Pine orders: strategy.exit (section 6.9). A call makes or changes one leg per entry: per live
 * binding, and per pending entry it will belong to. */
#include "engine/pine.h"

static double nearer(double a, double b, int32_t dir)
{
    if (!wk_has(a)) return b;
    if (!wk_has(b)) return a;
    return (a < b) == (dir > 0) ? a : b;
}

static double absolute(const wk_feed *f, double price, int32_t up)
{
    return fabs(price) <= 1e15 ? wk_pine_level(f, price, up) : WICK_NA;
}

/* Distances count ticks from the entry's own fill; of two forms the one met first holds. */
void wk_leg_resolve(const wk_feed *f, wk_leg *l, double entry)
{
    const wk_exit_ask *a = &l->ask;
    const int32_t dir = -l->side; /* of the position */
    const double t = f->tick;
    l->limit =
        nearer(absolute(f, a->limit, dir), absolute(f, entry + dir * a->profit * t, dir), dir);
    l->stop =
        nearer(absolute(f, a->stop, -dir), absolute(f, entry - dir * a->loss * t, -dir), -dir);
    /* A price that was given is met a tick early rather than late, a distance the other way round.
     */
    l->act = nearer(absolute(f, a->trail_price, -dir),
                    absolute(f, entry + dir * a->trail_points * t, dir), dir);
    l->offset = a->trail_offset > 0.0 ? wk_floor(a->trail_offset + 1e-9) * t : 0.0;
}

/* ---- quantities --------------------------------------------------------------------------- */

/* First come, first served; what fired counts for the life of its entry. */
static double unreserved(const wk_pine *p, const wk_bind *b, const wk_leg *own)
{
    double left = b->orig;
    for (int32_t i = 0; i < p->legs.n; i++) {
        const wk_leg *l = wk_leg_at(p, i);
        const bool holds = l->state == WK_LEG_LIVE || l->state == WK_LEG_SPENT;
        if (holds && l != own && l->bind == b->serial) left -= l->qty;
    }
    return left;
}

static double reserve(const wk_pine *p, const wk_feed *f, const wk_bind *b, const wk_leg *own,
                      const wk_exit_ask *a)
{
    const double left = wk_pine_qty(f, unreserved(p, b, own));
    double want = left;
    if (a->qty_kind == WK_QTY_UNITS) want = wk_pine_floor(f, a->qty);
    if (a->qty_kind == WK_QTY_PCT) want = wk_pine_share(f, b->orig, a->qty);
    want = want < left ? want : left;
    return want > 0.0 ? want : 0.0;
}

/* ---- a leg and its call --------------------------------------------------------------------- */

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_trail(const wk_exit_ask *a, const wk_exit_ask *b)
{
    return same(a->trail_price, b->trail_price) && same(a->trail_points, b->trail_points) &&
           same(a->trail_offset, b->trail_offset);
}

static bool same_ask(const wk_exit_ask *a, const wk_exit_ask *b)
{
    return same(a->limit, b->limit) && same(a->stop, b->stop) && same(a->profit, b->profit) &&
           same(a->loss, b->loss) && same_trail(a, b) && same(a->qty, b->qty) &&
           a->qty_kind == b->qty_kind && a->comment == b->comment &&
           a->comment_profit == b->comment_profit && a->comment_loss == b->comment_loss &&
           a->comment_trailing == b->comment_trailing && a->oca == b->oca;
}

static wk_leg *find_bound(const wk_pine *p, int32_t tag, int32_t bind)
{
    for (int32_t i = 0; i < p->legs.n; i++) {
        wk_leg *l = wk_leg_at(p, i);
        if (l->tag == tag && l->bind == bind && l->state >= WK_LEG_LIVE) return l;
    }
    return NULL;
}

static wk_leg *find_waiting(const wk_pine *p, int32_t tag, int32_t entry)
{
    for (int32_t i = 0; i < p->legs.n; i++) {
        wk_leg *l = wk_leg_at(p, i);
        if (l->tag == tag && l->entry == entry && l->state == WK_LEG_WAITING) return l;
    }
    return NULL;
}

static wk_leg *new_leg(wick_run *r, wk_pine *p, int32_t s, int32_t tag, const wk_exit_ask *a,
                       int32_t side)
{
    const wick_order_rec rec = {.side = (int8_t)side,
                                .type =
                                    wk_has(a->limit) || wk_has(a->profit) ? WICK_LIMIT : WICK_STOP,
                                .intent = WICK_REDUCE,
                                .qty = a->qty_kind == WK_QTY_UNITS ? a->qty : 0.0,
                                .limit = a->limit,
                                .stop = a->stop};
    const int32_t id = wk_pine_number(r, s, &rec, tag, a->comment);
    wk_leg *l = id > 0 ? wk_vec_push(r, &p->legs, sizeof *l) : NULL;
    if (l == NULL) return NULL;
    *l = (wk_leg){.id = id,
                  .tag = tag,
                  .side = (int8_t)side,
                  .issued = r->bar_of[s],
                  .live_bar = wk_pine_due(r, s),
                  .limit = WICK_NA,
                  .stop = WICK_NA,
                  .act = WICK_NA,
                  .trail = WICK_NA,
                  .peak = WICK_NA,
                  .ask = *a};
    p->n_legs++;
    return l;
}

/* The ledger shows what an exit is worth: its quantity and its levels on the grid. */
static void record_levels(wick_run *r, const wk_leg *l)
{
    if (r->lean) return;
    wick_order_rec *e = wk_rec_at(r, l->id);
    e->qty = l->qty;
    e->limit = l->limit;
    e->stop = l->stop;
}

/* Returns whether anything changed. */
static bool ask_bound(wick_run *r, int32_t s, int32_t tag, const wk_bind *b, const wk_exit_ask *a)
{
    wk_pine *p = &r->pine[s];
    const wk_feed *f = &r->feed[s];
    wk_leg *l = find_bound(p, tag, b->serial);
    if (l != NULL && l->state == WK_LEG_SPENT) return false;
    if (l != NULL && l->dormant == 0 && same_ask(&l->ask, a)) return false;
    const double qty = reserve(p, f, b, l, a);
    if (!(qty > 0.0)) return false;
    bool trail_changed = true;
    if (l == NULL) {
        l = new_leg(r, p, s, tag, a, r->sym[s].pos > 0.0 ? -1 : 1);
        if (l == NULL) return true;
        l->state = WK_LEG_LIVE;
        l->bind = b->serial;
        l->entry = b->tag;
    } else {
        trail_changed = !same_trail(&l->ask, a);
        /* A trail without an offset looks back at the peak it has seen (section 6.9.7). */
        if (trail_changed) l->carried = !wk_has(a->trail_offset) && wk_has(l->peak);
        l->ask = *a;
    }
    l->dormant = 0;
    if (wk_refilling(r, s)) l->skip = 0; /* asked anew where the path stands */
    l->qty = qty;
    wk_leg_resolve(f, l, b->price);
    if (trail_changed) {
        l->armed = 0;
        l->trail = WICK_NA;
    }
    record_levels(r, l);
    return true;
}

static bool ask_waiting(wick_run *r, int32_t s, int32_t tag, const wk_pord *o, const wk_exit_ask *a)
{
    wk_pine *p = &r->pine[s];
    wk_leg *l = find_waiting(p, tag, o->tag);
    if (l != NULL) {
        const bool changed = !same_ask(&l->ask, a);
        l->ask = *a;
        return changed;
    }
    const int32_t entry = o->tag;
    l = new_leg(r, p, s, tag, a, -o->side);
    if (l == NULL) return true;
    l->state = WK_LEG_WAITING;
    l->entry = entry;
    return true;
}

/* Whether a pending order will get this exit (section 6.9.2). */
static bool waits_for(const wick_run *r, const wk_pine *p, int32_t s, const wk_pord *o,
                      int32_t from)
{
    if (o->kind != WK_PQ_ENTRY && o->kind != WK_PQ_RAW) return false;
    if (from > 0 && o->tag != from) return false;
    const double pos = r->sym[s].pos;
    const bool adds = pos * o->side > 0.0;
    const int32_t cap = r->set.max_entries;
    if (o->kind == WK_PQ_ENTRY && o->type == WICK_MARKET && adds && cap > 0 &&
        wk_pine_count(p) >= cap)
        return false;
    return from > 0 || pos == 0.0 || adds;
}

static int32_t place_exit(wick_run *r, const wick_pine_order *q)
{
    r->refusal[0] = '\0';
    const int32_t st = wk_pine_check(r, q, true);
    if (st != WICK_OK) return st;
    const int32_t s = q->symbol;
    wk_pine *p = &r->pine[s];
    if (p->binds.n == 0 && p->n_ords == 0) return 0;
    const bool any = wk_has(q->limit) || wk_has(q->stop) || wk_has(q->profit) || wk_has(q->loss) ||
                     wk_has(q->trail_price) || wk_has(q->trail_points);
    if (!any || wk_pine_blocked(r, s)) return 0; /* all prices na: nothing is done */
    wk_exit_ask a = {.qty = WICK_NA,
                     .limit = q->limit,
                     .stop = q->stop,
                     .profit = q->profit,
                     .loss = q->loss,
                     .trail_price = q->trail_price,
                     .trail_points = q->trail_points,
                     .trail_offset = q->trail_offset,
                     .comment = q->comment,
                     .comment_profit = q->comment_profit,
                     .comment_loss = q->comment_loss,
                     .comment_trailing = q->comment_trailing,
                     .oca = q->oca,
                     .qty_kind = WK_QTY_REST};
    if (wk_has(q->qty)) {
        a.qty_kind = WK_QTY_UNITS;
        a.qty = q->qty;
    } else if (wk_has(q->qty_percent)) {
        a.qty_kind = WK_QTY_PCT;
        a.qty = q->qty_percent;
    }
    bool changed = false;
    for (int32_t i = 0; i < p->binds.n; i++) {
        const wk_bind *b = wk_bind_at(p, i);
        if (b->bound > 0.0 && (q->from == 0 || b->tag == q->from))
            changed |= ask_bound(r, s, q->id, b, &a);
    }
    for (int32_t i = 0; i < p->ords.n; i++) {
        const wk_pord *o = wk_pord_at(p, i);
        if (waits_for(r, p, s, o, q->from)) changed |= ask_waiting(r, s, q->id, o, &a);
    }
    if (r->status < 0) return r->status;
    if (changed) {
        if (r->set.delay == 0) p->at_close = r->pine_close = true;
        wk_pine_touch(r, s);
    }
    return 1;
}

int32_t wick_pine_exit(wick_run *r, const wick_pine_order *q)
{
    const double from = wk_meter_on(r);
    return wk_meter_off(r, from, place_exit(r, q));
}

/* One exit waits once for one entry. */
void wk_leg_wait(wick_run *r, wk_pine *p, wk_leg *l)
{
    if (find_waiting(p, l->tag, l->entry) != NULL) {
        wk_leg_drop(r, p, l, WICK_FATE_CANCELLED);
        return;
    }
    l->state = WK_LEG_WAITING;
    l->bind = 0;
    l->armed = l->carried = l->skip = l->dormant = 0;
    l->limit = l->stop = l->act = l->trail = l->peak = WICK_NA;
}

/* A bracket that stood since an earlier bar under the id of an entry that now reverses acts against
 * the new position if that open is past its level, and is gone otherwise (section 6.9.5). */
static void stand_in(wk_pwalk *w, const wk_bind *b, int32_t side)
{
    const int32_t n = w->p->legs.n;
    for (int32_t i = 0; i < n; i++) {
        const wk_leg old = *wk_leg_at(w->p, i);
        if (old.state != WK_LEG_DEAD || old.entry != b->tag || old.bind == 0 || old.side == -side)
            continue;
        if (find_bound(w->p, old.tag, b->serial) != NULL) continue; /* asked for anew */
        wk_leg *l = new_leg(w->r, w->p, w->s, old.tag, &old.ask, -side);
        if (l == NULL) return;
        l->state = WK_LEG_LIVE;
        l->bind = b->serial;
        l->entry = b->tag;
        l->issued = old.issued;
        l->live_bar = w->bar;
        l->fresh = l->standing = 1;
        l->qty = b->orig;
        wk_leg_resolve(w->f, l, b->price);
    }
}

/* An entry has filled: what waited for it is bound to it, in the order of the calls. */
/* The leg is live from here on, for the entry that fills. */
static void attach(wk_pwalk *w, wk_leg *l, const wk_bind *b, int32_t side, double qty)
{
    l->state = WK_LEG_LIVE;
    l->bind = b->serial;
    l->qty = qty;
    l->live_bar = w->closing ? w->bar + 1 : w->bar;
    l->fresh = !w->closing;
    wk_leg_resolve(w->f, l, b->price);
    record_levels(w->r, l);
    if (w->at_open || w->closing) return;
    /* Levels an intrabar entry has on its wrong side sleep until the next bar. */
    if (side * (l->stop - w->px) > 0.0) l->skip |= 1;
    if (side * (w->px - l->limit) > 0.0) l->skip |= 2;
}

/* An exit stands for every entry of its id: one that adds to the position gets a leg of its own,
 * priced from its own fill, without a further call (measured on TradingView). */
static void inherit(wk_pwalk *w, const wk_bind *b, int32_t side)
{
    wk_pine *p = w->p;
    const int32_t n = p->legs.n;
    for (int32_t i = 0; i < n; i++) {
        const wk_leg from = *wk_leg_at(p, i);
        if (from.state != WK_LEG_LIVE || from.dormant || from.entry != b->tag ||
            from.bind == b->serial || find_bound(p, from.tag, b->serial) != NULL)
            continue;
        const double qty = reserve(p, w->f, b, NULL, &from.ask);
        if (!(qty > 0.0)) continue;
        wk_leg *l = new_leg(w->r, p, w->s, from.tag, &from.ask, -side);
        if (l == NULL) return;
        l->entry = b->tag;
        attach(w, l, b, side, qty);
    }
}

void wk_legs_attach(wk_pwalk *w, wk_bind *b, int32_t side)
{
    wk_pine *p = w->p;
    const int32_t n = p->legs.n;
    for (int32_t i = 0; i < p->legs.n; i++) {
        wk_leg *l = wk_leg_at(p, i);
        if (l->state != WK_LEG_WAITING || l->entry != b->tag) continue;
        l->side = (int8_t)-side;
        const double qty = reserve(p, w->f, b, l, &l->ask);
        if (!(qty > 0.0)) {
            wk_leg_drop(w->r, p, l, WICK_FATE_ZERO);
            continue;
        }
        attach(w, l, b, side, qty);
    }
    if (n > 0 && !w->reversed) inherit(w, b, side);
    if (w->at_open && w->reversed) stand_in(w, b, side);
}
