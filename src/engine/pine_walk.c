/* SPDX-License-Identifier: MIT */
/* Pine orders: one bar. Everything at its open, then the path through its extremes, level by level
 * in the order the price meets them (section 6.4), with trailing stops and margin calls on the way.
 * A finer feed, where there is one, is walked bar by bar in the same manner (section 13.1). */
#include "engine/pine.h"

/* Something the price has met. */
typedef struct hit {
    int32_t at; /**< index of the order or leg */
    int8_t leg, how, side, cls;
    double level;
} hit;

/* ---- trailing stops (section 6.9.7) ---------------------------------------------------------- */

static bool trails(const wk_leg *l)
{
    return wk_has(l->act);
}

static bool live(const wk_pwalk *w, const wk_leg *l)
{
    return l->state == WK_LEG_LIVE && !l->dormant && l->live_bar <= w->bar;
}

static bool better(const wk_leg *l, double a, double b)
{
    return l->side < 0 ? a > b : a < b;
}

static void raise_trail(wk_leg *l, double p)
{
    const double to = l->side < 0 ? p - l->offset : p + l->offset;
    if (!wk_has(l->trail) || better(l, to, l->trail)) l->trail = to;
}

/* The first tick a leg sees on a bar, or after its entry filled; true: it fills here. */
static bool first_tick(wk_leg *l, double p)
{
    if (!trails(l)) return false;
    if (l->carried) {
        l->carried = 0;
        if (wk_has(l->peak) && !better(l, l->act, l->peak)) {
            l->armed = 1;
            raise_trail(l, l->peak);
        }
    }
    if (!wk_has(l->peak) || better(l, p, l->peak)) l->peak = p;
    if (l->armed) {
        if (!better(l, p, l->trail)) return true;
        raise_trail(l, p);
        return l->offset == 0.0;
    }
    if (better(l, l->act, p)) return false;
    l->armed = 1;
    l->trail = WICK_NA;
    raise_trail(l, p);
    return l->offset == 0.0;
}

/* After a stretch of path toward x. */
static void follow(wk_leg *l, double x)
{
    if (!trails(l)) return;
    if (!wk_has(l->peak) || better(l, x, l->peak)) l->peak = x;
    if (l->armed) {
        raise_trail(l, x);
    } else if (!better(l, l->act, x)) {
        l->armed = 1;
        l->trail = WICK_NA;
        raise_trail(l, x);
    }
}

/* ---- executing what was met ------------------------------------------------------------------ */

static void run_order(wk_pwalk *w, int32_t i, double price)
{
    switch (wk_pord_at(w->p, i)->kind) {
    case WK_PQ_ENTRY: wk_pine_enter(w, i, price); break;
    case WK_PQ_RAW: wk_pine_raw(w, i, price); break;
    case WK_PQ_CLOSE:
    case WK_PQ_CLOSE_ALL: wk_pine_close_order(w, i, price); break;
    default: break;
    }
}

/* Of two opposite entries armed while flat with different sizes only one fills on a bar, as long as
 * what it opened is held; equal ones net to flat (section 6.7). */
static bool due(const wk_pwalk *w, const wk_pord *o)
{
    if (o->from_flat && w->flat_side == -o->side && w->flat_qty != o->qty &&
        w->r->sym[w->s].pos != 0.0)
        return false;
    return o->kind != WK_PQ_DEAD && o->due <= w->bar;
}

static double through(const wk_pwalk *w)
{
    return w->r->set.through_ticks * w->f->tick;
}

/* ---- the open -------------------------------------------------------------------------------- */

static hit *add_hit(wk_pwalk *w)
{
    return wk_vec_push(w->r, &w->r->hits, sizeof(hit));
}

static void gap_orders(wk_pwalk *w)
{
    const double o = w->open;
    for (int32_t i = 0; i < w->p->ords.n; i++) {
        wk_pord *q = wk_pord_at(w->p, i);
        if (!due(w, q) || q->type == WICK_MARKET) continue;
        double level = q->stop;
        if (q->type == WICK_STOP_LIMIT && !q->armed && q->side * (o - q->stop) >= 0.0) q->armed = 1;
        if (q->type == WICK_STOP) {
            if (q->side * (o - q->stop) < 0.0) continue;
        } else {
            if (q->type == WICK_STOP_LIMIT && !q->armed) continue;
            level = q->limit;
            if (q->side * (q->limit - o) < through(w)) continue;
        }
        hit *h = add_hit(w);
        if (h != NULL) *h = (hit){.at = i, .side = q->side, .level = level};
    }
}

/* How a leg stands to the first tick of its bar; -1: it does not fire. */
static int32_t leg_at_tick(wk_pwalk *w, wk_leg *l, double o)
{
    const bool ticked = first_tick(l, o);
    const int32_t skip = w->mid && l->live_bar == w->bar ? l->skip : 0;
    if (!(skip & 1) && l->side * (o - l->stop) >= 0.0) return WK_HOW_STOP;
    if (ticked) return WK_HOW_TRAIL;
    if (!(skip & 2) && wk_has(l->limit) && l->side * (l->limit - o) >= through(w))
        return WK_HOW_LIMIT;
    return -1;
}

/* At one open buys come before sells: a stop that covers a short has fired before the next short of
 * its id is looked at, and leaves room for it. The other way round the add comes first anyway. */
static void cover_first(wk_pwalk *w, int32_t entry)
{
    for (int32_t i = 0; i < w->p->legs.n; i++) {
        wk_leg *l = wk_leg_at(w->p, i);
        if (!live(w, l) || l->fresh || l->side < 0 || l->entry != entry) continue;
        const int32_t how = leg_at_tick(w, l, w->open);
        if (how == WK_HOW_STOP || how == WK_HOW_TRAIL) wk_pine_exit_leg(w, i, how, w->open, false);
    }
}

static void run_market(wk_pwalk *w)
{
    for (int32_t i = 0; i < w->p->ords.n; i++) {
        const wk_pord *o = wk_pord_at(w->p, i);
        if (!due(w, o) || o->type != WICK_MARKET) continue;
        if (o->kind == WK_PQ_ENTRY && o->side < 0 && w->r->sym[w->s].pos < 0.0)
            cover_first(w, o->tag);
        run_order(w, i, w->open);
    }
}

static void gap_legs(wk_pwalk *w)
{
    for (int32_t i = 0; i < w->p->legs.n; i++) {
        wk_leg *l = wk_leg_at(w->p, i);
        if (!live(w, l) || l->fresh) continue;
        const int32_t how = leg_at_tick(w, l, w->open);
        if (how < 0) continue;
        hit *h = add_hit(w);
        if (h == NULL) return;
        *h = (hit){.at = i,
                   .leg = 1,
                   .how = (int8_t)how,
                   .side = l->side,
                   .level = how == WK_HOW_STOP    ? l->stop
                            : how == WK_HOW_LIMIT ? l->limit
                                                  : l->trail};
    }
}

/* Entries before exits, by price, buys before sells at one price. */
static bool gap_before(const hit *a, const hit *b)
{
    if (a->leg != b->leg) return a->leg < b->leg;
    if (a->level != b->level) return a->level < b->level;
    return a->side > b->side;
}

static void sort_hits(hit *v, int32_t n)
{
    for (int32_t i = 1; i < n; i++) {
        const hit x = v[i];
        int32_t k = i;
        for (; k > 0 && gap_before(&x, &v[k - 1]); k--) v[k] = v[k - 1];
        v[k] = x;
    }
}

static void run_gaps(wk_pwalk *w)
{
    wick_run *r = w->r;
    r->hits.n = 0;
    gap_orders(w);
    gap_legs(w);
    const int32_t n = r->hits.n;
    if (r->status < 0 || n == 0) return;
    sort_hits(r->hits.p, n);
    bool reversed = false;
    for (int32_t k = 0; k < n && r->status >= 0; k++) {
        const hit h = ((const hit *)r->hits.p)[k];
        const double pos = r->sym[w->s].pos;
        if (!h.leg) {
            const bool stop = wk_pord_at(w->p, h.at)->type == WICK_STOP;
            run_order(w, h.at, w->open);
            const double now = r->sym[w->s].pos;
            if (stop && pos * now < 0.0) reversed = true;
            continue;
        }
        const wk_leg *l = wk_leg_at(w->p, h.at);
        if (l->state == WK_LEG_LIVE)
            wk_pine_exit_leg(w, h.at, h.how, w->open, false);
        else if (reversed && h.how == WK_HOW_STOP && l->state == WK_LEG_DEAD && pos != 0.0)
            wk_pine_exit_leg(w, h.at, h.how, w->open, true);
    }
}

/* Brackets whose entry has filled at this point of the path. */
static void run_fresh(wk_pwalk *w)
{
    for (bool again = true; again && w->r->status >= 0;) {
        again = false;
        for (int32_t i = 0; i < w->p->legs.n; i++) {
            wk_leg *l = wk_leg_at(w->p, i);
            if (!live(w, l) || !l->fresh) continue;
            l->fresh = 0;
            int32_t how = -1;
            if (w->at_open)
                how = leg_at_tick(w, l, w->px);
            else if (first_tick(l, w->px))
                how = WK_HOW_TRAIL;
            if (how < 0 && l->standing) wk_leg_drop(w->r, w->p, l, WICK_FATE_CANCELLED);
            if (how < 0) continue;
            wk_pine_exit_leg(w, i, how, w->px, false);
            again = true;
        }
    }
}

void wk_pwalk_batch(wk_pwalk *w, bool first)
{
    if (w->p->halted) wk_pine_halted(w);
    w->at_open = true;
    w->closed = w->opened = 0;
    w->opened_qty = 0.0;
    w->px = w->open;
    if (first) run_market(w);
    run_gaps(w);
    run_fresh(w);
    wk_pine_call(w, w->open);
    w->at_open = false;
}

/* ---- along the path -------------------------------------------------------------------------- */

static bool between(double level, double a, double b)
{
    return a <= b ? level >= a && level <= b : level <= a && level >= b;
}

typedef struct nearest {
    hit h;
    double gap;
    bool any;
} nearest;

/* At one level stops before trails before limits, and entries before exits. */
static void offer(nearest *n, const wk_pwalk *w, hit h)
{
    const double gap = fabs(h.level - w->px);
    if (n->any && (gap > n->gap || (gap == n->gap && (h.cls > n->h.cls ||
                                                      (h.cls == n->h.cls && h.leg >= n->h.leg)))))
        return;
    *n = (nearest){h, gap, true};
}

static void offer_orders(nearest *n, wk_pwalk *w, double to, int32_t dir)
{
    for (int32_t i = 0; i < w->p->ords.n; i++) {
        const wk_pord *o = wk_pord_at(w->p, i);
        if (!due(w, o) || o->type == WICK_MARKET) continue;
        const bool stop = o->type == WICK_STOP || (o->type == WICK_STOP_LIMIT && !o->armed);
        const double level = stop ? o->stop : o->limit - o->side * through(w);
        if ((o->side == dir) != stop) continue;
        if (between(level, w->px, to))
            offer(n, w, (hit){.at = i, .side = o->side, .cls = stop ? 0 : 2, .level = level});
    }
}

static void offer_legs(nearest *n, wk_pwalk *w, double to, int32_t dir)
{
    for (int32_t i = 0; i < w->p->legs.n; i++) {
        const wk_leg *l = wk_leg_at(w->p, i);
        if (!live(w, l)) continue;
        const int32_t skip = l->live_bar == w->bar ? l->skip : 0;
        if (l->side == dir) {
            if (!(skip & 1) && between(l->stop, w->px, to))
                offer(n, w, (hit){.at = i, .leg = 1, .how = WK_HOW_STOP, .level = l->stop});
            if (l->armed && between(l->trail, w->px, to))
                offer(n, w,
                      (hit){.at = i, .leg = 1, .how = WK_HOW_TRAIL, .cls = 1, .level = l->trail});
            continue;
        }
        if (trails(l) && !l->armed && l->offset == 0.0 && between(l->act, w->px, to))
            offer(n, w, (hit){.at = i, .leg = 1, .how = WK_HOW_TRAIL, .cls = 1, .level = l->act});
        const double level = l->limit - l->side * through(w);
        if (!(skip & 2) && between(level, w->px, to))
            offer(n, w, (hit){.at = i, .leg = 1, .how = WK_HOW_LIMIT, .cls = 2, .level = level});
    }
}

/* A stop-limit turns into a limit, which fills here when the price is already good enough. */
static void arm(wk_pwalk *w, int32_t i)
{
    wk_pord *o = wk_pord_at(w->p, i);
    o->armed = 1;
    w->r->sym[w->s].stale = 1;
    if (o->side * (o->limit - w->px) >= through(w)) run_order(w, i, w->px);
}

static void execute(wk_pwalk *w, const hit *h)
{
    w->px = h->level;
    if (h->leg) {
        const wk_leg *l = wk_leg_at(w->p, h->at);
        const double price = h->how == WK_HOW_LIMIT ? l->limit : h->level;
        wk_pine_exit_leg(w, h->at, h->how, price, false);
        return;
    }
    const wk_pord *o = wk_pord_at(w->p, h->at);
    if (o->type == WICK_STOP_LIMIT && !o->armed)
        arm(w, h->at);
    else
        run_order(w, h->at, o->type == WICK_STOP ? o->stop : o->limit);
}

/* `dir`: where the price comes from decides what it meets, also after a fill at the very end of the
 * stretch: of several stops at a bar's extreme all fill. */
static void leg_of_path(wk_pwalk *w, double to, int32_t seg, int32_t dir)
{
    wk_pine *p = w->p;
    w->seg = (int8_t)seg;
    while ((p->n_ords > 0 || p->n_legs > 0) && w->r->status >= 0) {
        nearest n = {.any = false};
        offer_orders(&n, w, to, dir);
        offer_legs(&n, w, to, dir);
        if (!n.any) break;
        execute(w, &n.h);
        run_fresh(w);
    }
    w->px = to;
    for (int32_t i = 0; i < p->legs.n; i++) {
        wk_leg *l = wk_leg_at(p, i);
        if (live(w, l)) follow(l, to);
    }
}

static void extreme(wk_pwalk *w, double price)
{
    const double pos = w->r->sym[w->s].pos;
    const bool hurts = price == w->low ? pos > 0.0 : pos < 0.0;
    if (!hurts) return;
    wk_pine_call(w, price);
    if (wk_has(w->p->risk.day_loss)) wk_pine_day_loss(w, price);
}

void wk_pwalk_leg(wk_pwalk *w, double to, int32_t seg, int32_t dir)
{
    leg_of_path(w, to, seg, dir);
    if (seg < 3) extreme(w, w->px);
}

/* Open, nearer extreme, other extreme, close; ties go low first. */
void wk_pwalk_bar(wk_pwalk *w, const double ohlc[4], double path[4])
{
    const wk_feed *f = w->f;
    w->open = wk_pine_grid(f, ohlc[0]);
    w->high = wk_pine_grid(f, ohlc[1]);
    w->low = wk_pine_grid(f, ohlc[2]);
    w->close = wk_pine_grid(f, ohlc[3]);
    const bool up = w->high - w->open < w->open - w->low;
    path[0] = w->open;
    path[1] = up ? w->high : w->low;
    path[2] = up ? w->low : w->high;
    path[3] = w->close;
    w->seg = 1;
}

static void pass(wk_pwalk *w, const double ohlc[4], bool first)
{
    double path[4];
    wk_pwalk_bar(w, ohlc, path);
    if (first) w->r->sym[w->s].up_first = path[1] == w->high;
    wk_pwalk_batch(w, first);
    if (w->p->n_ords == 0 && w->p->n_legs == 0 && !wk_has(w->p->risk.day_loss) &&
        wk_pine_safe(w, w->low, w->high)) {
        w->px = w->close; /* nothing is left that the path could meet */
        w->seg = 3;
        return;
    }
    const int32_t dir = path[1] == w->high ? 1 : -1;
    for (int32_t seg = 1; seg <= 3; seg++) wk_pwalk_leg(w, path[seg], seg, seg == 2 ? -dir : dir);
}

/* ---- bounds ---------------------------------------------------------------------------------- */

static void level_bound(wk_sym *y, double level, bool above)
{
    if (above) {
        if (level < y->hi) y->hi = level;
    } else if (level > y->lo) {
        y->lo = level;
    }
}

static void bound_leg(const wick_run *r, wk_sym *y, const wk_leg *l)
{
    const int32_t bar = r->bar_of[(int32_t)(y - r->sym)];
    const bool closes_long = l->side < 0;
    if (l->state != WK_LEG_LIVE || l->dormant) return;
    if (wk_has(l->limit)) level_bound(y, l->limit, closes_long);
    if (wk_has(l->stop)) level_bound(y, l->stop, !closes_long);
    if (!trails(l)) return;
    if (l->carried) {
        if (bar + 1 < y->due) y->due = bar + 1;
    } else if (l->armed) {
        level_bound(y, l->trail, !closes_long);
        level_bound(y, l->trail - l->side * l->offset, closes_long);
    } else {
        level_bound(y, l->act, closes_long);
        if (wk_has(l->ask.trail_offset)) return;
        /* Trails without an offset remember the peak. */
        if (wk_has(l->peak))
            level_bound(y, l->peak, closes_long);
        else if (bar + 1 < y->due)
            y->due = bar + 1;
    }
}

void wk_pine_tighten(wick_run *r, int32_t s)
{
    wk_pine *p = &r->pine[s];
    wk_sym *y = &r->sym[s];
    const int32_t next = r->bar_of[s] + 1;
    bool now = p->risk.any || p->at_close;
    for (int32_t i = 0; i < p->ords.n; i++) {
        const wk_pord *o = wk_pord_at(p, i);
        if (o->kind == WK_PQ_DEAD) continue;
        if (o->type == WICK_MARKET || o->at_close) {
            now = true;
            continue;
        }
        const bool stop = o->type == WICK_STOP || (o->type == WICK_STOP_LIMIT && !o->armed);
        level_bound(y, stop ? o->stop : o->limit, stop == (o->side > 0));
    }
    if (now) { /* the next bar is looked at whatever its range */
        if (next < y->due) y->due = next;
        return;
    }
    for (int32_t i = 0; i < p->legs.n; i++) bound_leg(r, y, wk_leg_at(p, i));
    if (y->lots > 0 || p->n_ords > 0) wk_pine_margin_bounds(r, s, &y->lo, &y->hi, &now);
    if (now && next < y->due) y->due = next;
}

/* ---- entry points ---------------------------------------------------------------------------- */

/* Section 8.4: what could not be paid any more at this close is withdrawn. */
static void sweep_unaffordable(wk_pwalk *w)
{
    wick_run *r = w->r;
    const double pos = r->sym[w->s].pos;
    for (int32_t i = 0; i < w->p->ords.n; i++) {
        wk_pord *o = wk_pord_at(w->p, i);
        const double rate = wk_pine_rate(r, o->side);
        if (o->kind != WK_PQ_ENTRY || o->type == WICK_MARKET || rate == 0.0) continue;
        const double size = fabs(pos + o->side * (o->qty + o->rev));
        const double need = size * w->close * w->f->point_value * rate + wk_pine_others(r, w->s);
        const double have = wk_pine_equity(r, w->s, w->close);
        if (need > have + 1e-11 * fabs(have)) wk_pord_drop(r, w->p, o, WICK_FATE_NO_CASH);
    }
}

void wk_pine_sub_bar(const wk_pine *p, int32_t k, double ohlc[4])
{
    ohlc[0] = wick_bars_field(p->sub, WICK_OPEN)[k];
    ohlc[1] = wick_bars_field(p->sub, WICK_HIGH)[k];
    ohlc[2] = wick_bars_field(p->sub, WICK_LOW)[k];
    ohlc[3] = wick_bars_field(p->sub, WICK_CLOSE)[k];
}

static void sub_bars(wk_pwalk *w)
{
    const wk_pine *p = w->p;
    const int32_t from = p->spans[2 * w->bar], to = p->spans[2 * w->bar + 1];
    for (int32_t k = from; k < to; k++) {
        double ohlc[4];
        wk_pine_sub_bar(p, k, ohlc);
        pass(w, ohlc, k == from);
    }
}

void wk_pwalk_end(wk_pwalk *w)
{
    wk_pine *p = w->p;
    wick_run *r = w->r;
    if (r->status < 0) return;
    w->close = wk_pine_grid(w->f, w->f->f[WICK_CLOSE][w->bar]);
    w->px = w->close;
    w->seg = 4;
    wk_pine_rules(w);
    sweep_unaffordable(w);
    wk_pine_sweep(p);
    /* The script cannot change what is held before the check after it. */
    p->call_at_close = !wk_pine_safe(w, w->close, w->close);
    r->pine_close |= p->call_at_close;
}

void wk_pine_tick(wick_run *r, int32_t s)
{
    wk_pine *p = &r->pine[s];
    const wk_feed *f = &r->feed[s];
    const int32_t bar = r->bar_of[s];
    wk_pwalk w = {.r = r, .p = p, .f = f, .s = s, .bar = bar};
    r->sym[s].stale = 1;
    wk_pine_day(r, s);
    if (p->day_full) wk_pine_cancel_everything(r, s);
    if (r->refill != NULL) {
        wk_refill_begin(&w);
        return;
    }
    if (p->spans != NULL && p->spans[2 * bar + 1] > p->spans[2 * bar]) {
        sub_bars(&w);
    } else {
        const double ohlc[4] = {f->f[WICK_OPEN][bar], f->f[WICK_HIGH][bar], f->f[WICK_LOW][bar],
                                f->f[WICK_CLOSE][bar]};
        pass(&w, ohlc, true);
    }
    wk_pwalk_end(&w);
}

/* Exits of what was held before this pass: those the close is past fill at it. */
static void legs_at_close(wk_pwalk *w, int32_t binds)
{
    const double c = w->close;
    for (int32_t i = 0; i < w->p->legs.n && w->r->status >= 0; i++) {
        const wk_leg *l = wk_leg_at(w->p, i);
        if (l->state != WK_LEG_LIVE || l->dormant) continue;
        bool before = false;
        for (int32_t k = 0; k < binds; k++) before |= wk_bind_at(w->p, k)->serial == l->bind;
        if (!before) continue;
        if (l->side * (c - l->stop) >= 0.0)
            wk_pine_exit_leg(w, i, WK_HOW_STOP, c, false);
        else if (l->side * (l->limit - c) >= through(w))
            wk_pine_exit_leg(w, i, WK_HOW_LIMIT, c, false);
    }
}

/* Orders that fill at the close they were decided on (sections 6.8, 6.11). */
static void at_close(wk_pwalk *w)
{
    wk_pine *p = w->p;
    const bool all = w->r->set.delay == 0;
    const int32_t binds = p->binds.n;
    for (int32_t i = 0; i < p->ords.n && w->r->status >= 0; i++) {
        wk_pord *o = wk_pord_at(p, i);
        if (o->kind == WK_PQ_DEAD || o->placed_bar != w->bar || !(o->at_close || all)) continue;
        bool meets = o->type == WICK_MARKET;
        if (o->type == WICK_STOP || o->type == WICK_STOP_LIMIT)
            meets = o->side * (w->close - o->stop) >= 0.0;
        if (meets && o->type == WICK_STOP_LIMIT) o->armed = 1;
        if (o->type == WICK_LIMIT || (meets && o->type == WICK_STOP_LIMIT))
            meets = o->side * (o->limit - w->close) >= through(w);
        if (meets) run_order(w, i, w->close);
    }
    if (all) legs_at_close(w, binds);
}

void wk_pine_after_script(wick_run *r)
{
    r->pine_close = false;
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i], bar = r->bar_of[s];
        wk_pine *p = &r->pine[s];
        if (!p->at_close && !p->call_at_close) continue;
        const double c = wk_pine_grid(&r->feed[s], r->feed[s].f[WICK_CLOSE][bar]);
        wk_pwalk w = {.r = r,
                      .p = p,
                      .f = &r->feed[s],
                      .s = s,
                      .bar = bar,
                      .open = c,
                      .high = c,
                      .low = c,
                      .close = c,
                      .px = c,
                      .seg = 4,
                      .closing = true};
        if (p->at_close && r->active[s]) at_close(&w);
        if (r->active[s]) wk_pine_call(&w, c);
        p->at_close = p->call_at_close = 0;
        wk_pine_sweep(p);
        r->sym[s].stale = 1;
    }
}
