/* SPDX-License-Identifier: MIT */
/* Pine orders: what a fill does to the position (sections 6.7 to 6.10). Signed arithmetic covers
 * entries, reversals and nets; the engine's lots and trades do the books. */
#include "engine/cost.h"
#include "engine/pine.h"

void wk_pwalk_at(const wk_pwalk *w, wk_at *at)
{
    *at =
        (wk_at){.bar = w->bar, .seg = w->seg, .held = w->closing, .next = w->closing, .px = w->px};
}

/* ---- the binding book ----------------------------------------------------------------------- */

static void drop_legs(wk_pwalk *w)
{
    for (int32_t i = 0; i < w->p->legs.n; i++) {
        wk_leg *l = wk_leg_at(w->p, i);
        if (l->state >= WK_LEG_LIVE) wk_leg_drop(w->r, w->p, l, WICK_FATE_CANCELLED);
    }
}

/* Whether a long order of the entry's own id still waits, so that its exits pass on to it when
 * something else than an exit of its own ends the entry (measured on TradingView; shorts do not).
 */
static bool taken_over(const wk_pwalk *w, const wk_bind *b, const wk_deal *d)
{
    for (int32_t i = 0; d->bind == 0 && i < w->p->ords.n; i++) {
        const wk_pord *o = wk_pord_at(w->p, i);
        const bool enters = o->kind == WK_PQ_ENTRY || o->kind == WK_PQ_RAW;
        if (enters && o->tag == b->tag && o->side > 0 && o->id != d->id) return true;
    }
    return false;
}

/* An entry is spent: its exits, and those that wait for another of its id, go with it or pass on.
 */
static void retire(wk_pwalk *w, const wk_bind *b, const wk_deal *d)
{
    const bool over = taken_over(w, b, d), last = !(wk_pine_bound(w->p, b->tag) > 0.0);
    for (int32_t i = 0; i < w->p->legs.n; i++) {
        wk_leg *l = wk_leg_at(w->p, i);
        const bool own = l->state >= WK_LEG_LIVE && l->bind == b->serial;
        const bool waits = l->state == WK_LEG_WAITING && l->entry == b->tag;
        if (own && over && l->state == WK_LEG_LIVE)
            wk_leg_wait(w->r, w->p, l);
        else if (own || (waits && last && !over))
            wk_leg_drop(w->r, w->p, l, WICK_FATE_CANCELLED);
    }
}

static double take_bound(wk_pwalk *w, wk_bind *b, const wk_deal *d, double qty)
{
    const double q = qty < b->bound ? qty : b->bound;
    b->bound = wk_pine_qty(w->f, b->bound - q);
    if (!(b->bound > 0.0)) retire(w, b, d);
    return q;
}

static void reduce_bound(wk_pwalk *w, const wk_deal *d)
{
    double left = d->close;
    for (int32_t i = 0; i < w->p->binds.n && left > 0.0; i++) {
        wk_bind *b = wk_bind_at(w->p, i);
        const bool chosen = d->bind > 0 ? b->serial == d->bind : d->tag == 0 || b->tag == d->tag;
        if (!chosen || !(b->bound > 0.0)) continue;
        left = wk_pine_qty(w->f, left - take_bound(w, b, d, left));
    }
}

/* ---- closing -------------------------------------------------------------------------------- */

static int32_t lot_of_id(const wk_pwalk *w, const wk_deal *d)
{
    const wk_pinfo *info = w->r->pinfo.p;
    for (int32_t k = w->r->sym[w->s].lot; k != WK_NONE; k = wk_lot_at(w->r, k)->next) {
        const wk_lot *l = wk_lot_at(w->r, k);
        if (d->bind > 0 ? l->order == d->bind : info[l->order - 1].tag == d->tag) return k;
    }
    return WK_NONE;
}

/* close_entries_rule ANY: lots of the named entry only. */
static void close_any(wk_pwalk *w, const wk_deal *d, double per_unit, const wk_at *at)
{
    double left = d->close;
    while (left > 0.0 && w->r->status >= 0) {
        const int32_t k = lot_of_id(w, d);
        if (k == WK_NONE) break;
        const double had = wk_lot_at(w->r, k)->qty, q = left < had ? left : had;
        wk_close_qty(w->r, w->s, q, d->price, per_unit, at, k, d->id, d->signal, d->reason);
        left = wk_pine_qty(w->f, left - q);
    }
    if (left > 0.0 && w->r->sym[w->s].lots > 0)
        wk_close_qty(w->r, w->s, left, d->price, per_unit, at, WK_NONE, d->id, d->signal,
                     d->reason);
}

/* Sums of decimals leave dust; whole lots do not. */
static void snap(wk_pwalk *w, int32_t first_trade)
{
    wick_run *r = w->r;
    wk_sym *y = &r->sym[w->s];
    if (!(w->f->step > 0.0)) return;
    wick_trade_rec *t = r->trades.p;
    for (int32_t i = first_trade; i < r->trades.n; i++) t[i].qty = wk_pine_qty(w->f, t[i].qty);
    for (int32_t k = y->lot; k != WK_NONE; k = wk_lot_at(r, k)->next)
        wk_lot_at(r, k)->qty = wk_pine_qty(w->f, wk_lot_at(r, k)->qty);
    y->pos = wk_pine_qty(w->f, y->pos);
}

/* Lots that stood before what was opened at this very moment. */
static int32_t older_lots(const wk_pwalk *w, const wk_deal *d)
{
    int32_t n = 0;
    for (int32_t k = w->r->sym[w->s].lot; k != WK_NONE; k = wk_lot_at(w->r, k)->next, n++) {
        const wk_lot *l = wk_lot_at(w->r, k);
        if (l->bar == w->bar && l->seg == w->seg && l->price == d->price) break;
    }
    return n;
}

/* Of two opposite orders that fill at the same moment the long one is listed as the entry,
 * whichever came first (measured on TradingView). */
static void long_first(wick_run *r, int32_t from)
{
    for (int32_t i = from; i < r->trades.n; i++) {
        wick_trade_rec *t = (wick_trade_rec *)r->trades.p + i;
        if (t->side > 0) continue;
        const int32_t order = t->entry_order, tag = t->entry_tag;
        t->side = 1;
        t->entry_order = t->exit_order;
        t->entry_tag = t->exit_tag;
        t->exit_order = order;
        t->exit_tag = tag;
        t->entry_fees = t->fees - t->entry_fees;
    }
}

static void close_part(wk_pwalk *w, const wk_deal *d, double per_unit, const wk_at *at)
{
    wick_run *r = w->r;
    const int32_t first = r->trades.n, older = d->nets ? older_lots(w, d) : 0;
    const bool any = r->set.close_entries_rule == WK_CLOSE_ANY && (d->bind > 0 || d->tag > 0);
    reduce_bound(w, d);
    if (any) {
        close_any(w, d, per_unit, at);
    } else {
        const bool all = d->close >= fabs(r->sym[w->s].pos);
        wk_close_qty(r, w->s, all ? WK_INF : d->close, d->price, per_unit, at, WK_NONE, d->id,
                     d->signal, d->reason);
    }
    if (r->status < 0) return;
    snap(w, first);
    if (d->nets) long_first(r, first + older);
    if (wk_has(d->shown)) {
        wick_trade_rec *t = r->trades.p;
        for (int32_t i = first; i < r->trades.n; i++) t[i].exit_price = d->shown;
    }
    if (r->sym[w->s].lots > 0) return;
    for (int32_t i = 0; i < w->p->binds.n; i++) wk_bind_at(w->p, i)->bound = 0.0;
    drop_legs(w);
}

static void open_part(wk_pwalk *w, const wk_deal *d, double fee, const wk_at *at)
{
    wick_run *r = w->r;
    const wk_ord o = {.id = d->id,
                      .symbol = w->s,
                      .side = (int8_t)d->side,
                      .type = (int8_t)d->type,
                      .intent = WICK_ENTER,
                      .tag = d->signal,
                      .placed_bar = d->placed_bar};
    if (wk_lot_open(r, &o, d->open, d->price, fee, at) == WK_NONE) return;
    if (w->f->step > 0.0) r->sym[w->s].pos = wk_pine_qty(w->f, r->sym[w->s].pos);
    wk_bind *b = wk_vec_push(r, &w->p->binds, sizeof *b);
    if (b == NULL) return;
    *b = (wk_bind){d->id, d->entry, d->open, d->open, d->price};
    wk_legs_attach(w, b, d->side);
}

static void record_fill(wk_pwalk *w, const wk_deal *d, double fee)
{
    wick_run *r = w->r;
    wk_pine_over(r, d->id, WICK_FATE_FILLED);
    if (!r->lean) {
        wick_order_rec *e = wk_rec_at(r, d->id);
        e->filled = w->f->time[w->bar];
        e->filled_qty = wk_pine_qty(w->f, d->close + d->open);
        e->qty = e->filled_qty;
        e->price = d->price;
        e->fees = fee;
        e->reason = d->reason;
    }
    if (!r->ask_fill) return;
    int32_t *f = wk_vec_push(r, &r->fills, 2 * sizeof *f);
    if (f == NULL) return;
    f[0] = d->id;
    f[1] = w->s;
}

/* One order, one fee; its shares go by quantity. */
void wk_pine_deal(wk_pwalk *w, const wk_deal *d)
{
    wick_run *r = w->r;
    const double total = d->close + d->open;
    const wk_bill b = {.s = w->s,
                       .side = d->side,
                       .type = d->type,
                       .bar = w->bar,
                       .maker = d->type == WICK_LIMIT || d->type == WICK_STOP_LIMIT,
                       .pine = true,
                       .qty = total,
                       .closing = d->close,
                       .price = d->price};
    wk_at at;
    wk_pwalk_at(w, &at);
    wk_pine_ranges(r, w->s, w->bar - (w->closing ? 0 : 1));
    const double fee = wk_pay(r, &b, NULL);
    /* What fills at a close is news on the next bar. */
    w->p->filled = w->bar + (w->closing ? 1 : 0);
    r->deals++;
    r->sym[w->s].stale = 1;
    w->reversed = d->close > 0.0 && d->open > 0.0;
    double closing = fee, opening = fee;
    if (w->reversed) { /* shares are amounts of money of their own */
        closing = wk_pine_round10(fee * (d->close / total));
        opening = wk_pine_round10(fee * (d->open / total));
    }
    if (d->close > 0.0) close_part(w, d, closing / d->close, &at);
    const wk_sym *y = &r->sym[w->s];
    const double before = y->pos * d->price - (y->pos > 0.0 ? y->cost : -y->cost);
    if (d->open > 0.0 && r->status >= 0) open_part(w, d, opening, &at);
    if (r->status < 0) return;
    wk_pine_settle(r, w->s);
    if (d->open > 0.0) wk_pine_anchor(r, w->s, before * w->f->point_value);
    record_fill(w, d, fee);
    if (d->counts) wk_pine_counted(w, d);
}

/* ---- OCA ------------------------------------------------------------------------------------ */

static void shrink_leg(wk_pwalk *w, wk_leg *l, int32_t type, double qty)
{
    l->qty = wk_pine_qty(w->f, l->qty - qty);
    if (type == WK_OCA_CANCEL || !(l->qty > 0.0)) wk_leg_drop(w->r, w->p, l, WICK_FATE_CANCELLED);
}

static void oca_fire(wk_pwalk *w, int32_t oca, int32_t type, int32_t id, double qty)
{
    if (oca <= 0 || type == WK_OCA_NONE) return;
    for (int32_t i = 0; i < w->p->ords.n; i++) {
        wk_pord *o = wk_pord_at(w->p, i);
        if (o->kind == WK_PQ_DEAD || o->oca != oca || o->id == id) continue;
        o->qty = wk_pine_qty(w->f, o->qty - qty);
        if (type == WK_OCA_CANCEL || !(o->qty > 0.0))
            wk_pord_drop(w->r, w->p, o, WICK_FATE_CANCELLED);
    }
    for (int32_t i = 0; i < w->p->legs.n; i++) {
        wk_leg *l = wk_leg_at(w->p, i);
        const bool live = l->state == WK_LEG_LIVE || l->state == WK_LEG_WAITING;
        if (live && l->ask.oca == oca && l->id != id) shrink_leg(w, l, type, qty);
    }
}

/* ---- orders --------------------------------------------------------------------------------- */

static void done(wk_pwalk *w, int32_t i)
{
    wk_pord *o = wk_pord_at(w->p, i);
    if (o->kind == WK_PQ_DEAD) return; /* a risk rule cleared the book */
    o->kind = WK_PQ_DEAD;
    w->p->n_ords--;
}

/* From an opposite position only the last market entry of a direction carries the reversal. */
static bool is_last(const wk_pwalk *w, int32_t i)
{
    const int32_t side = wk_pord_at(w->p, i)->side;
    for (int32_t k = i + 1; k < w->p->ords.n; k++) {
        const wk_pord *o = wk_pord_at(w->p, k);
        if (o->kind == WK_PQ_ENTRY && o->type == WICK_MARKET && o->due <= w->bar && o->side == side)
            return false;
    }
    return true;
}

static double fill_price(const wk_pwalk *w, const wk_pord *o, double price)
{
    const bool limit = o->type == WICK_LIMIT || o->type == WICK_STOP_LIMIT;
    return limit ? wk_pine_grid(w->f, price) : wk_pine_slip(w->r, w->s, price, o->side);
}

/* Quantity the position's rules leave of an opening. */
static double capped(const wk_pwalk *w, double opening, double kept)
{
    const double cap = w->p->risk.max_size;
    if (!wk_has(cap) || kept + opening <= cap) return opening;
    return wk_pine_room(w->f, cap - kept);
}

/* A reversal declined for margin takes the closes of its own script run with it, and the brackets
 * sleep until they are issued again or margin is called. */
static void declined(wk_pwalk *w, const wk_pord *o, bool reverses)
{
    for (int32_t i = 0; reverses && i < w->p->ords.n; i++) {
        wk_pord *c = wk_pord_at(w->p, i);
        if ((c->kind == WK_PQ_CLOSE || c->kind == WK_PQ_CLOSE_ALL) &&
            c->placed_bar == o->placed_bar)
            wk_pord_drop(w->r, w->p, c, WICK_FATE_CANCELLED);
    }
    for (int32_t i = 0; reverses && i < w->p->legs.n; i++) {
        wk_leg *l = wk_leg_at(w->p, i);
        if (l->state == WK_LEG_LIVE) l->dormant = 1;
    }
}

void wk_pine_enter(wk_pwalk *w, int32_t i, double price)
{
    const wk_pord o = *wk_pord_at(w->p, i);
    wick_run *r = w->r;
    const double pos = r->sym[w->s].pos, held = fabs(pos);
    const bool opposite = pos * o.side<0.0, same = pos * o.side> 0.0;
    const bool market = o.type == WICK_MARKET;
    const int32_t cap = r->set.max_entries;
    const double at = fill_price(w, &o, price);
    if (market && same && cap > 0 && wk_pine_count(w->p) >= cap) {
        wk_pord_drop(r, w->p, wk_pord_at(w->p, i), WICK_FATE_HELD);
        return;
    }
    double q = o.qty;
    if (wk_has(o.money)) q = wk_pine_money_qty(r, w->s, o.size_kind, o.money, at);
    double x = market ? (opposite && !o.plain && is_last(w, i) ? held : 0.0) : o.rev;
    const int32_t allow = w->p->risk.allow;
    if (allow != 0 && allow != o.side) {
        q = 0.0;
        x = opposite ? held : 0.0;
    }
    const double total = wk_pine_qty(w->f, q + x);
    const double closing = opposite ? (held < total ? held : total) : 0.0;
    double opening = wk_pine_qty(w->f, total - closing);
    if (opening > 0.0) opening = capped(w, opening, same ? held : 0.0);
    if (!(closing + opening > 0.0)) {
        wk_pord_drop(r, w->p, wk_pord_at(w->p, i), WICK_FATE_RISK);
        return;
    }
    if (opening > 0.0 && !wk_pine_fits(w, &o, closing, opening, at)) {
        wk_pord_drop(r, w->p, wk_pord_at(w->p, i), WICK_FATE_NO_CASH);
        declined(w, &o, closing > 0.0);
        return;
    }
    done(w, i);
    const wk_deal d = {.side = o.side,
                       .id = o.id,
                       .signal = o.signal,
                       .reason = WICK_BY_SIGNAL,
                       .type = o.type,
                       .close = closing,
                       .open = opening,
                       .price = at,
                       .shown = WICK_NA,
                       .entry = o.tag,
                       .placed_bar = o.placed_bar,
                       .counts = true,
                       .nets = true,
                       .intrabar_stop = !w->at_open && o.type == WICK_STOP};
    wk_pine_deal(w, &d);
    if (o.from_flat && pos == 0.0) {
        w->flat_side = o.side;
        w->flat_qty = o.qty;
    }
    if (opening > 0.0 && market && w->at_open) {
        w->opened = o.side;
        w->opened_qty = opening;
    }
    /* A fill that the largest position cut short leaves the others of its group. */
    if (o.oca_type == WK_OCA_CANCEL && closing + opening < total) return;
    oca_fire(w, o.oca, o.oca_type, o.id, closing + opening);
}

void wk_pine_raw(wk_pwalk *w, int32_t i, double price)
{
    const wk_pord o = *wk_pord_at(w->p, i);
    const double pos = w->r->sym[w->s].pos, held = fabs(pos);
    const double at = fill_price(w, &o, price);
    double q = o.qty;
    if (wk_has(o.money)) q = wk_pine_money_qty(w->r, w->s, o.size_kind, o.money, at);
    const double closing = pos * o.side < 0.0 ? (held < q ? held : q) : 0.0;
    const double opening = wk_pine_qty(w->f, q - closing);
    if (!(closing + opening > 0.0)) {
        wk_pord_drop(w->r, w->p, wk_pord_at(w->p, i), WICK_FATE_ZERO);
        return;
    }
    done(w, i);
    const wk_deal d = {.side = o.side,
                       .id = o.id,
                       .signal = o.signal,
                       .reason = WICK_BY_SIGNAL,
                       .type = o.type,
                       .close = closing,
                       .open = opening,
                       .price = at,
                       .shown = WICK_NA,
                       .entry = o.tag,
                       .placed_bar = o.placed_bar,
                       .counts = true,
                       .nets = true,
                       .intrabar_stop = !w->at_open && o.type == WICK_STOP};
    wk_pine_deal(w, &d);
    oca_fire(w, o.oca, o.oca_type, o.id, closing + opening);
}

/* An entry that was one too many when the script called it is not let in by an immediate close that
 * came after it (measured on TradingView). */
static void turn_away(wk_pwalk *w, int32_t close)
{
    const int32_t held = wk_pord_at(w->p, close)->held, cap = w->r->set.max_entries;
    if (cap <= 0 || wk_pine_count(w->p) < cap) return;
    for (int32_t i = 0; i < close; i++) {
        wk_pord *o = wk_pord_at(w->p, i);
        if (o->kind == WK_PQ_ENTRY && o->type == WICK_MARKET && o->side == held)
            wk_pord_drop(w->r, w->p, o, WICK_FATE_HELD);
    }
}

/* Acts only while the position has the side it had, and for at most what is bound now. */
void wk_pine_close_order(wk_pwalk *w, int32_t i, double price)
{
    const wk_pord o = *wk_pord_at(w->p, i);
    const double pos = w->r->sym[w->s].pos;
    double most = pos * o.held > 0.0 ? fabs(pos) : 0.0;
    if (o.kind == WK_PQ_CLOSE && most > 0.0) {
        const double bound = wk_pine_bound(w->p, o.tag);
        most = bound < most ? bound : most;
    }
    const double q = o.qty < most ? o.qty : most;
    if (!(q > 0.0)) {
        wk_pord_drop(w->r, w->p, wk_pord_at(w->p, i), WICK_FATE_CANCELLED);
        return;
    }
    if (o.at_close) turn_away(w, i);
    done(w, i);
    const wk_deal d = {.side = o.side,
                       .id = o.id,
                       .signal = o.signal,
                       .reason = WICK_BY_SIGNAL,
                       .type = WICK_MARKET,
                       .close = q,
                       .price = wk_pine_slip(w->r, w->s, price, o.side),
                       .shown = o.at_close ? price : WICK_NA,
                       .tag = o.kind == WK_PQ_CLOSE ? o.tag : 0,
                       .placed_bar = o.placed_bar,
                       .counts = true};
    if (w->at_open) w->closed = o.held;
    wk_pine_deal(w, &d);
}

static int32_t exit_signal(const wk_leg *l, int32_t how)
{
    const wk_exit_ask *a = &l->ask;
    const int32_t own = how == WK_HOW_LIMIT  ? a->comment_profit
                        : how == WK_HOW_STOP ? a->comment_loss
                                             : a->comment_trailing;
    return own > 0 ? own : a->comment > 0 ? a->comment : l->tag;
}

/* `orphan`: its entry was reversed away at the very open that triggered it; it sells its quantity
 * all the same (section 6.9.6). */
void wk_pine_exit_leg(wk_pwalk *w, int32_t i, int32_t how, double price, bool orphan)
{
    wk_leg *l = wk_leg_at(w->p, i);
    const wk_leg c = *l;
    const double pos = w->r->sym[w->s].pos, held = fabs(pos);
    double q = c.qty;
    if (!orphan) {
        for (int32_t k = 0; k < w->p->binds.n; k++) {
            const wk_bind *b = wk_bind_at(w->p, k);
            if (b->serial == c.bind && b->bound < q) q = b->bound;
        }
        q = q < held ? q : held;
        l->state = WK_LEG_SPENT;
        w->p->n_legs--;
    }
    const double closing = pos * c.side < 0.0 ? (held < q ? held : q) : 0.0;
    int32_t id = c.id;
    if (orphan) { /* the leg itself went with its entry */
        const wick_order_rec rec = {.side = c.side,
                                    .type = WICK_STOP,
                                    .intent = WICK_NET,
                                    .limit = WICK_NA,
                                    .stop = c.stop};
        id = wk_pine_number(w->r, w->s, &rec, c.tag, c.ask.comment);
        if (id == 0) return;
    }
    const wk_deal d = {.side = c.side,
                       .id = id,
                       .signal = exit_signal(&c, how),
                       .reason = how == WK_HOW_LIMIT  ? WICK_BY_STOP_PROFIT
                                 : how == WK_HOW_STOP ? WICK_BY_STOP_LOSS
                                                      : WICK_BY_STOP_TRAILING,
                       .type = how == WK_HOW_LIMIT ? WICK_LIMIT : WICK_STOP,
                       .close = closing,
                       .open = orphan ? wk_pine_qty(w->f, q - closing) : 0.0,
                       .price = how == WK_HOW_LIMIT ? wk_pine_grid(w->f, price)
                                                    : wk_pine_slip(w->r, w->s, price, c.side),
                       .shown = WICK_NA,
                       .bind = orphan ? 0 : c.bind,
                       .entry = c.tag,
                       .placed_bar = c.issued,
                       .counts = true};
    wk_pine_deal(w, &d);
    oca_fire(w, c.ask.oca, WK_OCA_REDUCE, c.id, d.close + d.open);
}
