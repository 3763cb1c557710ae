/* SPDX-License-Identifier: MIT */
/* Positions: lots, what they lock, what they are worth, and the trades they become. Every closed
 * lot or part of one is a slice; trade_unit decides how slices become trades. */
#include "engine/hedge.h"
#include "engine/margin.h"

#include <string.h>

double wk_basis(const wick_run *r, int32_t s, int32_t side, double price, bool *full)
{
    const double notional = price * r->feed[s].point_value;
    *full = false;
    if (side < 0) {
        if (r->set.short_proceeds == WK_PROCEEDS_NONE) return 0.0;
        if (r->set.short_proceeds == WK_PROCEEDS_FREE) return -notional;
    } else if (r->set.leverage == 1.0) {
        *full = true;
        return notional;
    }
    return notional / r->set.leverage;
}

int32_t wk_tick_at(const wick_run *r, int32_t s, const wk_at *at)
{
    if (!at->back) return r->tick;
    const int32_t *of = r->feed[s].tick_of;
    return of != NULL ? of[at->bar] : at->bar;
}

/* ---- excursions --------------------------------------------------------------------------- */

static void range(const wk_feed *f, int32_t from, int32_t to, double *lo, double *hi)
{
    const double *l = f->f[WICK_LOW], *h = f->f[WICK_HIGH];
    double lo4[4] = {*lo, *lo, *lo, *lo}, hi4[4] = {*hi, *hi, *hi, *hi};
    int32_t i = from;
    for (; i + 3 <= to; i += 4) {
        for (int k = 0; k < 4; k++) {
            lo4[k] = l[i + k] < lo4[k] ? l[i + k] : lo4[k];
            hi4[k] = h[i + k] > hi4[k] ? h[i + k] : hi4[k];
        }
    }
    for (; i <= to; i++) {
        lo4[0] = l[i] < lo4[0] ? l[i] : lo4[0];
        hi4[0] = h[i] > hi4[0] ? h[i] : hi4[0];
    }
    for (int k = 0; k < 4; k++) {
        *lo = lo4[k] < *lo ? lo4[k] : *lo;
        *hi = hi4[k] > *hi ? hi4[k] : *hi;
    }
}

static void see(double p, double *lo, double *hi)
{
    if (p < *lo) *lo = p;
    if (p > *hi) *hi = p;
}

static void path_of(const wk_feed *f, int32_t bar, int32_t sub, bool up_first, double pts[4])
{
    if (sub > 0)
        wk_finer_path(f, sub, wk_finer_up_first(f, sub), pts);
    else
        wk_path(f, bar, up_first, pts);
}

/* A resumed run may have been given fewer finer bars than the one that opened the lot. */
static int32_t known_sub(const wk_feed *f, const wk_lot *l)
{
    if (l->sub == 0 || !wk_has_finer(f, l->bar)) return 0;
    return l->sub > f->fine_of[2 * l->bar] && l->sub <= f->fine_of[2 * l->bar + 1] ? l->sub : 0;
}

/* Extremes from the entry to the exit. Computed once, when the slice is closed: bars that pass in
 * between cost nothing. */
static void excursion(const wick_run *r, const wk_lot *l, const wk_at *at, double price, double *lo,
                      double *hi)
{
    const wk_feed *f = &r->feed[l->symbol];
    const bool folded = l->seen_bar >= l->bar;
    *lo = *hi = l->price;
    see(price, lo, hi);
    if (folded) {
        see(l->seen_lo, lo, hi);
        see(l->seen_hi, lo, hi);
    }
    if (r->set.excursions == WK_EXCURSIONS_CAPTURE) {
        const int32_t own = l->seg >= 4 ? l->bar + 1 : l->bar;
        range(f, folded ? l->seen_bar + 1 : own, at->held ? at->bar : at->bar - 1, lo, hi);
        return;
    }
    double pts[4];
    const int32_t last = at->seg > 4 ? 4 : at->seg;
    const int32_t sub = known_sub(f, l);
    const bool same = l->bar == at->bar && sub == at->sub;
    if (!folded) {
        path_of(f, l->bar, sub, l->up_first != 0, pts);
        for (int32_t k = l->seg; k < (same ? last : 4); k++) see(pts[k], lo, hi);
        if (same) return;
        if (sub > 0)
            wk_finer_range(f, l->bar, sub, l->bar == at->bar && at->sub > 0 ? at->sub : WK_NEVER,
                           lo, hi);
    }
    range(f, (folded ? l->seen_bar : l->bar) + 1, at->bar - 1, lo, hi);
    if (folded ? at->bar <= l->seen_bar : l->bar == at->bar && at->sub == 0)
        return; /* at the close, after all of its finer bars */
    if (at->sub > 0 && l->bar < at->bar) wk_finer_range(f, at->bar, 0, at->sub, lo, hi);
    path_of(f, at->bar, at->sub, r->sym[l->symbol].up_first != 0, pts);
    for (int32_t k = 0; k < last; k++) see(pts[k], lo, hi);
}

void wk_lot_excursion(const wick_run *r, const wk_lot *l, int32_t bar, double *mae, double *mfe)
{
    const wk_at at = {.bar = bar, .seg = 4, .held = 1};
    double lo, hi;
    excursion(r, l, &at, l->price, &lo, &hi);
    *mae = l->side > 0 ? lo - l->price : l->price - hi;
    *mfe = l->side > 0 ? hi - l->price : l->price - lo;
}

void wk_lot_fold(const wick_run *r, wk_lot *l, int32_t bar)
{
    const wk_at at = {.bar = bar, .seg = 4, .held = 1};
    double lo, hi;
    excursion(r, l, &at, l->price, &lo, &hi);
    l->seen_lo = lo;
    l->seen_hi = hi;
    l->seen_bar = bar;
}

/* ---- trades ------------------------------------------------------------------------------- */

/* What a finished trade says of its result. */
static void settle(const wick_run *r, wick_trade_rec *t)
{
    if (r->set.trade_pnl == WK_PNL_NET) t->pnl += t->carry - t->fees;
    if (r->set.trade_return == WK_RETURN_COST) {
        const double cost = t->qty * t->entry_price * r->feed[t->symbol].point_value;
        t->return_pct = t->pnl / fabs(cost) * 100.0;
    }
}

static void push_trade(wick_run *r, const wick_trade_rec *t)
{
    wick_trade_rec *to = wk_vec_push(r, &r->trades, sizeof *to);
    if (to == NULL) return;
    *to = *t;
    settle(r, to);
}

static double return_pct(int32_t side, double entry, double exit)
{
    return side > 0 ? (exit / entry - 1.0) * 100.0 : (entry / exit - 1.0) * 100.0;
}

static void pile_add(wick_run *r, const wick_trade_rec *t)
{
    wk_pile *p = &r->piles[t->symbol];
    if (p->count == 0) {
        memset(p, 0, sizeof *p);
        p->first = *t;
    } else if (t->entry_bar < p->first.entry_bar) {
        p->first.entry_bar = t->entry_bar;
        p->first.entry_tick = t->entry_tick;
        p->first.entry_time = t->entry_time;
        p->first.signal_time = t->signal_time;
        p->first.entry_order = t->entry_order;
        p->first.entry_tag = t->entry_tag;
    }
    if (p->count > 0) p->first.entry_fees += t->entry_fees;
    p->count++;
    p->qty += t->qty;
    p->entry_cash += t->qty * t->entry_price;
    p->exit_cash += t->qty * t->exit_price;
    p->fees += t->fees;
    p->pnl += t->pnl;
    p->carry += t->carry;
    if (t->mae < p->mae) p->mae = t->mae;
    if (t->mfe > p->mfe) p->mfe = t->mfe;
    wick_trade_rec *f = &p->first; /* the last exit names the trade */
    f->exit_bar = t->exit_bar;
    f->exit_tick = t->exit_tick;
    f->exit_time = t->exit_time;
    f->exit_order = t->exit_order;
    f->exit_tag = t->exit_tag;
    f->reason = t->reason;
}

void wk_pile_flush(wick_run *r, int32_t s)
{
    if (r->piles == NULL || r->piles[s].count == 0) return;
    wk_pile *p = &r->piles[s];
    wick_trade_rec t = p->first;
    t.qty = p->qty;
    t.entry_price = p->entry_cash / p->qty;
    t.exit_price = p->exit_cash / p->qty;
    t.pnl = p->pnl;
    t.fees = p->fees;
    t.carry = p->carry;
    t.mae = p->mae;
    t.mfe = p->mfe;
    t.return_pct = return_pct(t.side, t.entry_price, t.exit_price);
    t.bars = t.exit_tick - t.entry_tick + (r->set.bars_in_trade == WK_BARS_INCLUSIVE ? 1 : 0);
    p->count = 0;
    push_trade(r, &t);
}

/* ---- opening ------------------------------------------------------------------------------ */

void wk_lot_hold(const wick_run *r, wk_lot *l)
{
    const wk_feed *f = &r->feed[l->symbol];
    int32_t k = l->hold_bar;
    while (k < f->n && (f->tick_of != NULL ? f->tick_of[k] : k) < l->hold_tick) k++;
    l->hold_bar = k;
}

static void set_bracket(const wick_run *r, wk_lot *l, const wk_ord *o, const wk_at *at)
{
    const double p = l->price, d = l->side;
    const wk_bracket *b = &o->b;
    l->stop = l->target = l->trail.level = WICK_NA;
    l->stop_key = l->target_key = 0;
    l->trail_points = l->trail_pct = l->trail_start = l->stop_limit = 0.0;
    l->trail.extreme = p;
    l->hold_bar = l->blocked_bar = WK_NEVER;
    l->hold_tick = 0;
    l->exit_fill = l->target_fill = l->hold_fill = 0;
    l->live_bar = at->bar + (at->next ? 1 : 0);
    l->live_sub = at->next ? 0 : at->sub;
    l->live_seg = at->next ? 0 : at->seg;
    l->live_px = at->px;
    if (r->set.stop_from == WK_STOP_FROM_NEXT_BAR ||
        (r->set.stop_from == WK_STOP_FROM_MARKET_ONLY && o->type != WICK_MARKET)) {
        l->live_bar = at->bar + 1;
        l->live_sub = 0;
        l->live_seg = 0;
    }
    if (!o->has_bracket) return;
    if (wk_given_price(b->stop_price))
        l->stop = b->stop_price;
    else if (wk_given(b->stop_points))
        l->stop = p - d * b->stop_points;
    else if (wk_given(b->stop_pct))
        l->stop = p - d * (p * b->stop_pct / 100.0);
    if (wk_given_price(b->target_price))
        l->target = b->target_price;
    else if (wk_given(b->target_points))
        l->target = p + d * b->target_points;
    else if (wk_given(b->target_pct))
        l->target = p + d * (p * b->target_pct / 100.0);
    if (wk_given(b->trail_points))
        l->trail_points = b->trail_points;
    else if (wk_given(b->trail_pct))
        l->trail_pct = b->trail_pct;
    if (wk_given(b->trail_start)) l->trail_start = b->trail_start;
    if (wk_given(b->stop_limit)) l->stop_limit = b->stop_limit;
    l->exit_fill = b->exit_fill;
    l->target_fill = b->target_fill != 0 ? b->target_fill : b->exit_fill;
    l->hold_fill = b->hold_fill;
    wk_trail_move(l, &l->trail, p);
    if (b->hold_bars <= 0) return;
    const int64_t bar = (int64_t)at->bar + b->hold_bars;
    l->hold_bar = bar < WK_NEVER ? (int32_t)bar : WK_NEVER - 1;
    if (r->set.hold_clock != WK_CLOCK_PORTFOLIO) return;
    /* The first own bar that lies so many portfolio ticks after the fill. */
    const int64_t tick = (int64_t)r->tick + b->hold_bars;
    l->hold_tick = tick < WK_NEVER ? (int32_t)tick : WK_NEVER;
    l->hold_bar = at->bar;
    wk_lot_hold(r, l);
}

void wk_lot_queue(wick_run *r, wk_lot *l)
{
    l->target_key = ++r->queued;
    l->stop_key = -++r->queued;
}

static int32_t new_slot(wick_run *r)
{
    if (r->free_lot != WK_NONE) {
        const int32_t slot = r->free_lot;
        r->free_lot = wk_lot_at(r, slot)->next;
        return slot;
    }
    return wk_vec_push(r, &r->lots, sizeof(wk_lot)) != NULL ? r->lots.n - 1 : WK_NONE;
}

/* Books a quantity at a price into the symbol's sums and takes its cash. */
static void take(wick_run *r, int32_t s, int32_t side, double q, double price, double basis,
                 bool full)
{
    wk_sym *y = &r->sym[s];
    const double pv = r->feed[s].point_value;
    if (y->lots == 0 || (wk_hedges(r) && wk_side_lots(r, s, side) == 0)) {
        if (side > 0)
            r->n_long++;
        else
            r->n_short++;
    }
    y->pos += side * q;
    y->cost += q * price;
    y->b += side * q * pv;
    if (!full) y->a += (basis - side * pv * price) * q;
    r->cash -= basis * q;
    r->turnover += fabs(price) * q * pv;
}

/* lots=average: the new quantity melts into the one lot there is. */
static void melt(wick_run *r, wk_lot *l, const wk_ord *o, double q, double price, double basis,
                 double fee, const wk_at *at)
{
    const double sum = l->qty + q;
    wk_lot made = *l;
    made.price = (l->price * l->qty + price * q) / sum;
    made.basis = (l->basis * l->qty + basis * q) / sum;
    made.qty = sum;
    made.fee = l->fee + fee;
    if (o->has_bracket) {
        set_bracket(r, &made, o, at);
        wk_lot_queue(r, &made);
    }
    /* A lower average may arm a trailing stop at the extreme already seen. */
    wk_trail_move(&made, &made.trail, made.trail.extreme);
    made.trail0 = made.trail;
    *l = made;
}

int32_t wk_lot_open(wick_run *r, const wk_ord *o, double qty, double price, double fee,
                    const wk_at *at)
{
    const int32_t s = o->symbol;
    wk_sym *y = &r->sym[s];
    bool full;
    const double basis = wk_basis(r, s, o->side, price, &full);
    if (r->set.lots == WK_LOTS_AVERAGE && y->lots > 0) {
        take(r, s, o->side, qty, price, basis, full);
        melt(r, wk_lot_at(r, y->lot), o, qty, price, basis, fee, at);
        if (r->calls) wk_lot_at(r, y->lot)->liquidation = wk_liquidation_price(r, s);
        wk_sym_tighten_lot(r, wk_lot_at(r, y->lot));
        return y->lot;
    }
    const int32_t slot = new_slot(r);
    if (slot == WK_NONE) return WK_NONE;
    take(r, s, o->side, qty, price, basis, full);
    wk_lot *l = wk_lot_at(r, slot);
    l->symbol = s;
    l->next = WK_NONE;
    l->serial = ++r->lot_serial;
    l->order = o->id;
    l->tag = o->tag;
    l->signal_bar = o->placed_bar;
    l->bar = at->bar;
    l->tick = wk_tick_at(r, s, at);
    l->side = o->side;
    l->seg = at->seg;
    l->sub = at->sub;
    l->up_first = y->up_first;
    l->entry_type = o->type;
    l->full = full;
    l->qty = qty;
    l->price = price;
    l->basis = basis;
    l->fee = fee;
    l->going = -1;
    l->exit = (wk_part){0};
    l->carry = 0.0;
    l->liquidation = 0.0;
    l->seen_bar = WK_NONE;
    l->seen_lo = l->seen_hi = 0.0;
    set_bracket(r, l, o, at);
    wk_lot_queue(r, l);
    l->trail0 = l->trail;
    if (y->lots == 0)
        y->lot = slot;
    else
        wk_lot_at(r, y->lot_end)->next = slot;
    y->lot_end = slot;
    y->lots++;
    wk_sym_watch(r, s);
    wk_sym_tighten_lot(r, l);
    if (r->calls) l->liquidation = wk_liquidation_price(r, s);
    return slot;
}

/* ---- closing ------------------------------------------------------------------------------ */

static void unlink_lot(wick_run *r, wk_sym *y, int32_t slot)
{
    wk_lot *l = wk_lot_at(r, slot);
    if (y->lot == slot) {
        y->lot = l->next;
        if (y->lot_end == slot) y->lot_end = WK_NONE;
    } else {
        int32_t before = y->lot;
        while (wk_lot_at(r, before)->next != slot) before = wk_lot_at(r, before)->next;
        wk_lot_at(r, before)->next = l->next;
        if (y->lot_end == slot) y->lot_end = before;
    }
    l->serial = 0;
    l->next = r->free_lot;
    r->free_lot = slot;
    y->lots--;
    y->stale = 1;
}

static void slice(wick_run *r, wk_lot *l, double q, double price, double fee_per_unit,
                  const wk_at *at, int32_t order, int32_t tag, int32_t reason)
{
    const int32_t s = l->symbol;
    const wk_feed *f = &r->feed[s];
    wk_sym *y = &r->sym[s];
    const double d = l->side;
    const double pnl = d * (price - l->price) * q * f->point_value;
    const double entry_fee = q >= l->qty ? l->fee : l->fee * (q / l->qty);
    const double carry = q >= l->qty ? l->carry : l->carry * (q / l->qty);
    r->cash += l->full ? price * f->point_value * q : l->basis * q + pnl;
    r->realized += pnl;
    r->turnover += fabs(price) * q * f->point_value;
    y->pos -= d * q;
    y->cost -= q * l->price;
    y->b -= d * q * f->point_value;
    if (!l->full) y->a -= (l->basis - d * f->point_value * l->price) * q;
    double lo, hi;
    excursion(r, l, at, price, &lo, &hi);
    const int32_t tick = wk_tick_at(r, s, at);
    wick_trade_rec made, *t = &made;
    const bool own = r->set.trade_unit == WK_UNIT_LOT;
    if (own && (t = wk_vec_push(r, &r->trades, sizeof *t)) == NULL) return;
    *t = (wick_trade_rec){
        .symbol = s,
        .side = l->side,
        .reason = (int8_t)reason,
        .entry_order = l->order,
        .exit_order = order,
        .entry_tag = l->tag,
        .exit_tag = tag,
        .entry_bar = l->bar,
        .exit_bar = at->bar,
        .entry_tick = l->tick,
        .exit_tick = tick,
        .bars = tick - l->tick + (r->set.bars_in_trade == WK_BARS_INCLUSIVE ? 1 : 0),
        .signal_time = f->time[l->signal_bar],
        .entry_time = f->time[l->bar],
        .exit_time = f->time[at->bar],
        .qty = q,
        .entry_price = l->price,
        .exit_price = price,
        .pnl = pnl,
        .return_pct = return_pct(l->side, l->price, price),
        .fees = entry_fee + fee_per_unit * q,
        .mae = d > 0.0 ? lo - l->price : l->price - hi,
        .mfe = d > 0.0 ? hi - l->price : l->price - lo,
        .carry = carry,
        .liquidation = l->liquidation,
        .entry_fees = entry_fee,
    };
    l->qty -= q;
    l->fee -= entry_fee;
    l->carry -= carry;
    if (!own)
        pile_add(r, t);
    else
        settle(r, t);
}

/* Sums afresh: what is left after closing most of a position is small beside the rounding errors of
 * what was there before. With many lots the position is not small, and a sum would cost. */
static void sum_all(wick_run *r, wk_sym *y)
{
    y->pos = y->cost = y->a = y->b = 0.0;
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        const wk_lot *l = wk_lot_at(r, slot);
        const double d = l->side, pv = r->feed[l->symbol].point_value;
        y->pos += d * l->qty;
        y->cost += l->qty * l->price;
        y->b += d * l->qty * pv;
        if (!l->full) y->a += (l->basis - d * pv * l->price) * l->qty;
    }
}

static void sum_lots(wick_run *r, wk_sym *y)
{
    enum { FEW = 8 };
    if (y->lots <= FEW) sum_all(r, y);
}

void wk_lots_sum(wick_run *r, int32_t s)
{
    sum_all(r, &r->sym[s]);
}

double wk_close_qty(wick_run *r, int32_t s, double qty, double price, double fee_per_unit,
                    const wk_at *at, int32_t only, int32_t order, int32_t tag, int32_t reason)
{
    wk_sym *y = &r->sym[s];
    const bool lifo = r->set.lots == WK_LOTS_LIFO;
    const bool hedged = wk_hedges(r) && only != WK_NONE;
    const int32_t side = hedged ? wk_lot_at(r, only)->side : y->pos > 0.0 ? 1 : -1;
    double left = qty;
    while (left > 0.0 && y->lots > 0 && r->status >= 0) {
        const int32_t slot = only != WK_NONE ? only : lifo ? y->lot_end : y->lot;
        wk_lot *l = wk_lot_at(r, slot);
        /* What would remain of a lot after subtracting decimals may be dust no step can express. */
        const double q = left < l->qty * (1.0 - 1e-12) ? left : l->qty;
        left -= q;
        slice(r, l, q, price, fee_per_unit, at, order, tag, reason);
        l = wk_lot_at(r, slot);
        if (!(l->qty > 0.0)) unlink_lot(r, y, slot);
        if (only != WK_NONE) break;
    }
    sum_lots(r, y);
    if (y->lots == 0 || (hedged && wk_side_lots(r, s, side) == 0)) {
        if (side > 0)
            r->n_long--;
        else
            r->n_short--;
    }
    if (r->set.trade_unit == WK_UNIT_EXIT ||
        (r->set.trade_unit == WK_UNIT_POSITION && y->lots == 0)) {
        wk_pile_flush(r, s);
    }
    return qty - (left > 0.0 ? left : 0.0);
}
