/* SPDX-License-Identifier: MIT */
/* phases=rows, the order of vectorbt (portfolio_engine.md C): each bar of a symbol is one row.
 * First every stop is looked at, which takes the place of whatever was ordered for the row; then
 * the orders of all symbols run one after another, and each sees the cash the ones before it left.
 * With delay=0 that is at the end of the tick, after the decisions; else before them. */
#include "engine/path.h"
#include "engine/rows.h"

/* ---- prices of a row ----------------------------------------------------------------------- */

/* A price of the script's stays inside the bar, unless prices may leave it. */
static double inside(const wick_run *r, int32_t s, double p)
{
    const wk_feed *f = &r->feed[s];
    const double lo = f->f[WICK_LOW][r->bar_of[s]], hi = f->f[WICK_HIGH][r->bar_of[s]];
    if (r->set.slip_outside != 0) return p;
    return p < lo ? lo : p > hi ? hi : p;
}

/* What a symbol is worth to the orders of a row: the price at which they fill. */
static double row_price(const wick_run *r, int32_t s, bool closing)
{
    const int32_t bar = r->bar_of[s], asked = closing ? bar : bar - r->set.delay;
    if (bar < 0) return WICK_NA;
    const wick_signals *g = r->feed[s].signals;
    if (g != NULL && g->price != NULL && asked >= 0 && wk_given_price(g->price[asked]))
        return inside(r, s, g->price[asked]);
    return wk_bar_price(&r->feed[s], bar, closing ? WICK_FILL_CLOSE : r->set.fill);
}

static double order_price(const wick_run *r, const wk_ord *o, bool closing)
{
    const int32_t s = o->symbol;
    if (o->fill == WK_FILL_FIXED) return inside(r, s, o->fill_price);
    return wk_bar_price(&r->feed[s], r->bar_of[s], closing ? WICK_FILL_CLOSE : o->fill);
}

static double value_of(const wick_run *r, bool closing)
{
    wick_sum k = {r->cash, 0.0};
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i];
        if (r->sym[s].lots > 0)
            wick_sum_add(&k, r->sym[s].pos * row_price(r, s, closing) * r->feed[s].point_value);
    }
    return wick_sum_get(&k);
}

/* ---- stops -------------------------------------------------------------------------------- */

static void move_trail(wk_lot *l, double p)
{
    const double d = l->side;
    wk_trail *t = &l->trail;
    if (!(l->trail_points > 0.0 || l->trail_pct > 0.0)) return;
    if (d * (p - t->extreme) > 0.0) t->extreme = p;
    if (l->trail_start > 0.0 && d * (t->extreme - l->price) < l->trail_start) return;
    t->level = l->trail_points > 0.0 ? t->extreme - d * l->trail_points
                                     : t->extreme * (1.0 - d * (l->trail_pct / 100.0));
}

/* Price of a level on this bar, NA when it is not met: the open beyond it, else itself. */
static double met(const wick_run *r, int32_t s, double level, bool down)
{
    const wk_feed *f = &r->feed[s];
    const int32_t bar = r->bar_of[s];
    const bool closes = r->set.intrabar == WK_INTRABAR_CLOSE;
    const double c = f->f[WICK_CLOSE][bar], open = closes ? c : f->f[WICK_OPEN][bar];
    const double lo = closes ? c : f->f[WICK_LOW][bar], hi = closes ? c : f->f[WICK_HIGH][bar];
    if (down ? open <= level : open >= level)
        return r->set.gap_fill == WK_GAP_OPEN ? open : level < lo ? lo : level > hi ? hi : level;
    return level >= lo && level <= hi ? level : WICK_NA;
}

typedef struct stop {
    double price;
    int32_t reason;
} stop;

/* The stop that acts on the symbol's bar; trailing levels move after they have been looked at. */
static stop find_stop(wick_run *r, int32_t s)
{
    const int32_t bar = r->bar_of[s];
    stop found = {WICK_NA, 0};
    for (int32_t slot = r->sym[s].lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        wk_lot *l = wk_lot_at(r, slot);
        if (l->live_bar > bar) continue;
        const bool down = l->side > 0, none = isnan(found.price);
        const double loss = met(r, s, l->stop, down), trail = met(r, s, l->trail.level, down);
        const double gain = met(r, s, l->target, !down);
        if (none && !isnan(loss)) found = (stop){loss, WICK_BY_STOP_LOSS};
        if (isnan(found.price) && !isnan(trail)) found = (stop){trail, WICK_BY_STOP_TRAILING};
        if (isnan(found.price) && !isnan(gain)) found = (stop){gain, WICK_BY_STOP_PROFIT};
        const wk_feed *f = &r->feed[s];
        const bool closes =
            r->set.trail_update == WK_TRAIL_CLOSE || r->set.intrabar == WK_INTRABAR_CLOSE;
        move_trail(l, closes ? f->f[WICK_CLOSE][bar] : f->f[down ? WICK_HIGH : WICK_LOW][bar]);
        if (isnan(found.price) && l->hold_bar <= bar) {
            const int32_t kind = l->hold_fill > 0 ? l->hold_fill - 1 : r->set.hold_fill;
            found = (stop){wk_bar_price(f, bar, kind), WICK_BY_BARS};
        }
    }
    return found;
}

/* What was ordered for this row. */
static bool is_due(const wick_run *r, const wk_ord *o, bool closing)
{
    if (o->waiting) return false;
    return closing ? o->on_close != 0 : !o->on_close && o->due <= r->bar_of[o->symbol];
}

static void withdraw(wick_run *r, int32_t s, bool closing)
{
    for (int32_t slot = r->sym[s].ord; slot != WK_NONE;) {
        const wk_ord *o = wk_ord_at(r, slot);
        const int32_t this = slot, id = o->id;
        slot = o->next;
        if (!is_due(r, o, closing)) continue;
        wk_ord_kill(r, this, WICK_FATE_CANCELLED);
        slot = wk_ord_after(r, s, id, slot);
    }
}

/* The order a stop gives, in place of what was ordered. */
static void order_stop(wick_run *r, int32_t s, stop at, bool closing)
{
    const double pos = r->sym[s].pos;
    wk_row_signal g = wk_row_stopped(&r->set, pos);
    if (at.reason == WICK_BY_BARS) {
        g = (wk_row_signal){.long_exit = pos > 0.0, .short_exit = pos < 0.0};
    }
    const wk_row_want want = wk_row_wanted(pos, &g);
    withdraw(r, s, closing);
    const int32_t slot = wk_ord_new(r, s);
    if (slot == WK_NONE) return;
    wk_ord *o = wk_ord_at(r, slot);
    const int32_t how = r->set.stop_exit_price;
    o->placed_bar = r->bar_of[s];
    o->due = r->bar_of[s];
    o->on_close = closing;
    o->reason = at.reason;
    o->fill = WK_FILL_FIXED;
    o->fill_price = at.price;
    o->keeps = how == WK_EXIT_STOP_LIMIT && at.reason != WICK_BY_BARS;
    if (how == WK_EXIT_CLOSE && at.reason != WICK_BY_BARS)
        o->fill_price = r->feed[s].f[WICK_CLOSE][r->bar_of[s]];
    if (how == WK_EXIT_PRICE && at.reason != WICK_BY_BARS) o->fill_price = row_price(r, s, closing);
    wk_row_order(r, o, want);
    wk_ord_link(r, slot);
}

/* ---- filling ------------------------------------------------------------------------------ */

/* Levels of a position that an order has opened, turned (`was` NULL) or added to. */
static void set_levels(const wick_run *r, wk_lot *l, const wk_ord *o, const wk_lot *was,
                       double base)
{
    const wk_bracket none = {0}, *b = o->has_bracket ? &o->b : &none;
    const double d = l->side;
    const bool stops = wk_given_price(b->stop_price) || wk_given(b->stop_points) ||
                       wk_given(b->stop_pct) || wk_given(b->trail_points) || wk_given(b->trail_pct);
    const bool gains =
        wk_given_price(b->target_price) || wk_given(b->target_points) || wk_given(b->target_pct);
    const int32_t mode = r->set.upon_stop_update;
    const bool all = was == NULL || mode == WK_UPDATE_OVERRIDE_NAN;
    const bool some = mode == WK_UPDATE_OVERRIDE;
    if (was != NULL) {
        const wk_lot made = *l;
        *l = *was;
        l->qty = made.qty;
        l->price = made.price;
        l->basis = made.basis;
        l->fee = made.fee;
    }
    if (all || (some && stops)) {
        l->stop = wk_given_price(b->stop_price) ? b->stop_price
                  : wk_given(b->stop_points)    ? base - d * b->stop_points
                  : wk_given(b->stop_pct)       ? base * (1.0 - d * (b->stop_pct / 100.0))
                                                : WICK_NA;
        l->trail_points = wk_given(b->trail_points) ? b->trail_points : 0.0;
        l->trail_pct = l->trail_points == 0.0 && wk_given(b->trail_pct) ? b->trail_pct : 0.0;
        l->trail = (wk_trail){WICK_NA, base};
        move_trail(l, base);
    }
    if (all || (some && gains)) {
        l->target = wk_given_price(b->target_price) ? b->target_price
                    : wk_given(b->target_points)    ? base + d * b->target_points
                    : wk_given(b->target_pct)       ? base * (1.0 + d * (b->target_pct / 100.0))
                                                    : WICK_NA;
    }
}

static void open_part(wick_run *r, const wk_ord *o, double qty, const wk_row_fill *f, double price,
                      const wk_at *at)
{
    const int32_t s = o->symbol, had = r->sym[s].lot;
    const bool adds = had != WK_NONE;
    wk_lot was = {0};
    if (adds) was = *wk_lot_at(r, had);
    const int32_t slot = wk_lot_open(r, o, qty, f->price, f->fee / f->qty * qty, at);
    if (slot == WK_NONE) return;
    const double close = r->feed[s].f[WICK_CLOSE][r->bar_of[s]];
    const int32_t from = r->set.stop_entry_price;
    const double base = from == WK_BASE_FILL ? f->price : from == WK_BASE_PRICE ? price : close;
    wk_lot *l = wk_lot_at(r, slot);
    set_levels(r, l, o, adds && slot == had ? &was : NULL, base);
    wk_sym_tighten_lot(r, l);
}

static void book(wick_run *r, int32_t slot, const wk_row_fill *f, double price, const wk_at *at)
{
    const wk_ord o = *wk_ord_at(r, slot);
    const double pos = r->sym[o.symbol].pos, held = pos * o.side < 0.0 ? fabs(pos) : 0.0;
    const bool all = held > 0.0 && f->qty >= held * (1.0 - 1e-9);
    const double closing = all ? held : held > 0.0 ? f->qty : 0.0;
    double opening = f->qty - closing;
    if (opening <= 1e-9 * f->qty) opening = 0.0;
    const int32_t fate = opening > 0.0 ? wk_refuse_opening(r, &o, closing > 0.0) : (int32_t)WICK_OK;
    if (fate != WICK_OK) opening = 0.0;
    wk_row_fill done = *f;
    if (fate != WICK_OK) done.qty = closing;
    if (!(done.qty > 0.0)) {
        wk_ord_kill(r, slot, fate);
        return;
    }
    const wk_bill b = {.s = o.symbol,
                       .side = o.side,
                       .type = WICK_MARKET,
                       .bar = at->bar,
                       .qty = done.qty,
                       .closing = closing,
                       .price = f->price};
    done.fee = wk_pay(r, &b, NULL);
    if (closing > 0.0)
        wk_close_qty(r, o.symbol, all ? WK_INF : closing, f->price, done.fee / done.qty, at,
                     WK_NONE, o.id, o.tag, o.reason);
    if (opening > 0.0 && r->status >= 0) open_part(r, &o, opening, &done, price, at);
    if (r->status >= 0)
        wk_ord_filled(r, slot, done.qty, f->price, done.fee, at, f->whole && fate == WICK_OK);
}

/* Units the order asks for, infinite for all there is; `share` of what it may use, NA all. */
static double asked(const wick_run *r, wk_ord *o, double value, double price, double *share)
{
    const double pos = r->sym[o->symbol].pos, unit = price * r->feed[o->symbol].point_value;
    double n = o->amount;
    *share = WICK_NA;
    switch (o->size_kind) {
    case WICK_SIZE_CASH: n = o->amount / unit; break;
    case WICK_SIZE_PCT_CASH:
        n = WK_INF;
        *share = o->amount / 100.0;
        break;
    case WICK_SIZE_TARGET_UNITS: n = o->amount - pos; break;
    case WICK_SIZE_TARGET_CASH: n = o->amount / unit - pos; break;
    case WICK_SIZE_TARGET_PCT: n = o->amount / 100.0 * value / unit - pos; break;
    default: break;
    }
    if (o->size_kind >= WICK_SIZE_TARGET_UNITS) {
        o->side = n < 0.0 ? -1 : 1;
        n = fabs(n);
    }
    if (o->what == WK_ROW_CLOSE) {
        *share = WICK_NA;
        return fabs(pos);
    }
    return o->what == WK_ROW_TURN ? n + fabs(pos) : n;
}

/* Signed worth of an order, by which call_seq=auto serves sales first. */
static double worth(const wick_run *r, const wk_ord *o, double value, double price)
{
    wk_ord copy = *o;
    double share;
    const double n = asked(r, &copy, value, price, &share);
    const double unit = price * r->feed[o->symbol].point_value, held = r->sym[o->symbol].pos * unit;
    if (isnan(share) || o->amount == 100.0) return copy.side * n * unit;
    if (copy.side > 0) return share * r->cash;
    if (o->dir == WK_DIR_LONG_ONLY) return -share * held;
    double free = r->cash;
    for (int32_t i = 0; i < r->n_watch; i++) {
        const wk_sym *y = &r->sym[r->watch[i]];
        if (y->pos < 0.0) free -= 2.0 * y->cost * r->feed[r->watch[i]].point_value;
    }
    return -share * (2.0 * (held > 0.0 ? held : 0.0) + (free > 0.0 ? free : 0.0));
}

static void run_order(wick_run *r, int32_t slot, double value, bool closing)
{
    wk_ord *o = wk_ord_at(r, slot);
    const int32_t s = o->symbol;
    if (o->intent == WICK_ENTER && r->sym[s].pos * o->side < 0.0 &&
        r->set.entry_against == WK_AGAINST_TURN && !o->from_signal && o->reason == 0)
        o->what = WK_ROW_TURN;
    const double price = order_price(r, o, closing);
    double share;
    if (o->size_kind == WICK_SIZE_TARGET_PCT && !(value > 0.0)) {
        wk_ord_kill(r, slot, WICK_FATE_NO_CASH);
        return;
    }
    const bool given = o->fill == WK_FILL_FIXED && o->reason == 0;
    const double size = asked(r, o, value, given ? price : row_price(r, s, closing), &share);
    const wk_row_fill f = wk_row_size(r, o, size, share, price, !o->keeps);
    r->sym[s].stale = 1;
    if (!(f.qty > 0.0)) {
        wk_ord_kill(r, slot, f.fate);
        return;
    }
    wk_at at = {.bar = r->bar_of[s], .seg = 4, .held = 1, .next = 1, .px = price};
    if (!closing) {
        at.seg = (int8_t)wk_path_meets(r->sym[s].pts, price);
        at.held = at.next = 0;
    }
    book(r, slot, &f, price, &at);
}

/* ---- a row -------------------------------------------------------------------------------- */

static void collect(wick_run *r, int32_t s, double value, bool closing)
{
    const double price = row_price(r, s, closing);
    for (int32_t slot = r->sym[s].ord; slot != WK_NONE;) {
        wk_ord *o = wk_ord_at(r, slot);
        const int32_t this = slot, id = o->id;
        slot = o->next;
        if (!is_due(r, o, closing)) continue;
        if (!r->active[s] || o->last < r->bar_of[s]) {
            wk_ord_kill(r, this, r->active[s] ? WICK_FATE_EXPIRED : WICK_FATE_NO_BAR);
            slot = wk_ord_after(r, s, id, slot);
            continue;
        }
        wk_item *it = wk_item_add(r);
        if (it == NULL) return;
        const bool sorts = r->set.call_seq == WK_SEQ_AUTO;
        *it = (wk_item){.kind = WK_ITEM_ORDER,
                        .seq = r->items.n,
                        .symbol = s,
                        .slot = this,
                        .serial = id,
                        .score = sorts ? -worth(r, o, value, price) : 0.0};
    }
}

void wk_run_rows(wick_run *r, bool closing)
{
    if (closing == (r->set.delay == 0)) {
        for (int32_t i = 0; i < r->n_watch && r->status >= 0; i++) {
            const int32_t s = r->watch[i];
            if (!r->active[s] || r->sym[s].lots == 0) continue;
            const stop at = find_stop(r, s);
            r->sym[s].stale = 1;
            if (!isnan(at.price)) order_stop(r, s, at, closing);
        }
    }
    const double value = value_of(r, closing);
    r->items.n = 0;
    for (int32_t i = 0; i < r->n_watch; i++) {
        const bool back = r->set.call_seq == WK_SEQ_REVERSED;
        collect(r, r->watch[back ? r->n_watch - 1 - i : i], value, closing);
    }
    wk_items_sort(r);
    for (int32_t i = 0; i < r->items.n && r->status >= 0; i++) {
        const wk_item it = ((const wk_item *)r->items.p)[i];
        if (wk_item_alive(r, &it)) run_order(r, it.slot, value, closing);
    }
    r->items.n = 0;
}

void wk_tick_rows(wick_run *r)
{
    for (int32_t i = 0; i < r->n_hot; i++) {
        const int32_t s = r->hot[i];
        wk_sym *y = &r->sym[s];
        y->up_first = wk_ohlc_up_first(&r->feed[s], r->bar_of[s]);
        wk_path(&r->feed[s], r->bar_of[s], y->up_first, y->pts);
        y->stale = 1;
        if (y->lots > 0 && r->set.delay == 0) r->on_close_pending = true;
    }
    if (r->set.delay != 0) wk_run_rows(r, false);
}

/* ---- signals ------------------------------------------------------------------------------ */

void wk_row_order(wick_run *r, wk_ord *o, wk_row_want want)
{
    const wick_signals *g = r->feed[o->symbol].signals;
    const int32_t bar = r->bar_of[o->symbol];
    o->side = want.side;
    o->dir = want.dir;
    o->what = want.what;
    o->intent = WICK_NET;
    o->qty = want.what == WK_ROW_CLOSE ? fabs(r->sym[o->symbol].pos) : 1.0;
    o->size_kind = WICK_SIZE_UNITS;
    if (want.what == WK_ROW_CLOSE) return;
    const bool own =
        g != NULL && g->size_kind != WICK_SIZE_DEFAULT && g->size_kind != WICK_SIZE_ASK;
    o->size_kind = own ? g->size_kind : wk_default_kind(r);
    o->amount = !own ? r->set.size_amount : g->amounts != NULL ? g->amounts[bar] : g->amount;
    if (g != NULL && !o->has_bracket) o->has_bracket = wk_signal_bracket(g, bar, &o->b);
    wk_row_amount(r, o);
    if (want.what != WK_ROW_TURN || o->size_kind != WICK_SIZE_PCT_CASH || o->amount == 100.0)
        return;
    snprintf(r->refusal, sizeof r->refusal,
             "size: %g percent of cash cannot turn a position; give units or cash, or set "
             "upon_opposite_entry=close",
             o->amount);
    wk_run_fail(r, WICK_E_ARG);
}

/* Sizes by equity and by risk have no rule of their own in a row: they are cash or units now. */
void wk_row_amount(const wick_run *r, wk_ord *o)
{
    const int32_t s = o->symbol;
    const bool now = r->set.size_at == WK_SIZE_AT_DECISION;
    if (o->size_kind == WICK_SIZE_PCT_EQUITY && !now) {
        o->size_kind = WICK_SIZE_CASH;
        o->amount *= r->equity / 100.0;
    } else if (o->size_kind == WICK_SIZE_RISK_PCT || (now && o->size_kind != WICK_SIZE_UNITS)) {
        const bool target = o->size_kind >= WICK_SIZE_TARGET_UNITS;
        const double mark = wk_mark(r, s);
        o->amount = wk_units(r, s, o->size_kind, o->amount,
                             o->has_bracket ? wk_stop_distance(&o->b, mark) : 0.0, mark);
        o->size_kind = target ? WICK_SIZE_TARGET_UNITS : WICK_SIZE_UNITS;
    }
}

static bool wants_size(wk_row_want w)
{
    return w.side != 0 && w.what != WK_ROW_CLOSE;
}

bool wk_row_take(wick_run *r, int32_t s)
{
    const wick_signals *m = r->feed[s].signals;
    const wk_feed *f = &r->feed[s];
    const int32_t bar = r->bar_of[s];
    const double pos = r->sym[s].pos;
    wk_row_signal g = {wk_signal_set(m->long_entry_bits, bar),
                       wk_signal_set(m->long_exit_bits, bar),
                       wk_signal_set(m->short_entry_bits, bar),
                       wk_signal_set(m->short_exit_bits, bar), r->set.accumulate};
    /* Where only one direction may be opened, entries of the other leave it. */
    if (r->set.position_mode == WK_MODE_LONG) {
        g.long_exit = g.long_exit || g.short_entry;
        g.short_entry = false;
    } else if (r->set.position_mode == WK_MODE_SHORT) {
        g.short_exit = g.short_exit || g.long_entry;
        g.long_entry = false;
    }
    wk_row_resolve(&r->set, pos, &g);
    const wk_row_want want = wk_row_wanted(pos, &g);
    if (want.side == 0) return false;
    const bool opens = pos * want.side >= 0.0 || want.what == WK_ROW_TURN;
    if (opens && f->gate != NULL && !(f->gate[bar] > f->gate_threshold)) {
        r->fates[WICK_FATE_MODEL]++;
        return false;
    }
    const bool answered = r->at_size != 0;
    if (m->size_kind == WICK_SIZE_ASK && wants_size(want) && !answered) {
        r->at_size = want.side;
        r->answer = WICK_NA;
        return true;
    }
    r->at_size = 0;
    const int32_t slot = wk_ord_new(r, s);
    if (slot == WK_NONE) return false;
    wk_ord *o = wk_ord_at(r, slot);
    o->from_signal = 1;
    wk_row_order(r, o, want);
    if (answered) {
        o->size_kind = WICK_SIZE_UNITS;
        o->amount = r->answer;
    }
    if (opens && f->gate_size != NULL) o->amount *= f->gate_size[bar];
    if (m->price != NULL && wk_given_price(m->price[bar])) {
        o->fill = WK_FILL_FIXED;
        o->fill_price = m->price[bar];
    }
    wk_ord_schedule(r, o, 0);
    if (wants_size(want) && !(o->amount > 0.0))
        wk_ord_refused(r, slot, WICK_FATE_ZERO);
    else
        wk_ord_link(r, slot);
    return false;
}
