/* SPDX-License-Identifier: MIT */
/* phases=queue, the order of backtesting.py (portfolio_engine.md B): one list per symbol of orders
 * and brackets in order of submission, stop losses and closes in front of it, gone through once a
 * bar against the bar's open, high and low; and once more when an entry brought a bracket that may
 * act at once. Every lot that is closed or opened is priced and charged on its own. */
#include "engine/cost.h"
#include "engine/hedge.h"
#include "engine/path.h"

typedef struct bar {
    double open, high, low, close;
    double before; /**< close of the bar before; NA on the first */
} bar;

static bar bar_at(const wick_run *r, int32_t s, int32_t k)
{
    const wk_feed *f = &r->feed[s];
    return (bar){f->f[WICK_OPEN][k], f->f[WICK_HIGH][k], f->f[WICK_LOW][k], f->f[WICK_CLOSE][k],
                 k > 0 ? f->f[WICK_CLOSE][k - 1] : WICK_NA};
}

static wk_at place(const wick_run *r, int32_t s, int32_t k, double px)
{
    return (wk_at){.bar = k, .seg = (int8_t)wk_path_meets(r->sym[s].pts, px), .px = px};
}

/* ---- what is free ------------------------------------------------------------------------- */

/* Notional that may be opened: what is free times leverage. */
static double power(const wick_run *r)
{
    double free = wk_free(r);
    if (r->set.buying_power == WK_POWER_MARKED) {
        free = wk_equity_now(r) + r->pool;
        for (int32_t i = 0; i < r->n_watch; i++) {
            const int32_t s = r->watch[i];
            const double held = wk_hedges(r) ? wk_side_units(r, s, 1) + wk_side_units(r, s, -1)
                                             : fabs(r->sym[s].pos);
            if (held > 0.0) free -= held * wk_mark(r, s) * r->feed[s].point_value / r->set.leverage;
        }
    }
    return free > 0.0 ? free * r->set.leverage : 0.0;
}

/* Cash one unit takes: its price and its part of the fee of an order of `qty`. */
static double unit_cost(wick_run *r, const wk_ord *o, double qty, double price, double adjusted)
{
    const wk_bill b = {.s = o->symbol,
                       .side = o->side,
                       .type = o->type,
                       .bar = r->bar_of[o->symbol],
                       .qty = qty,
                       .price = price};
    return adjusted * r->feed[o->symbol].point_value + wk_fee_of(r, &b) / qty;
}

/* Units of an order that its fill sizes. The fee of a share of what is free is reckoned as
 * backtesting.py does: that of an order of so many units, one share being a part of one. */
static double size_now(wick_run *r, const wk_ord *o, double price, double adjusted, double *cost)
{
    const int32_t s = o->symbol;
    const double step = r->feed[s].step, share = o->amount / 100.0;
    double cash = o->amount;
    if (o->size_kind == WICK_SIZE_PCT_CASH) {
        *cost = unit_cost(r, o, share, price, adjusted);
        cash = power(r) * share;
    } else {
        if (o->size_kind == WICK_SIZE_PCT_EQUITY) cash = wk_equity_now(r) * share;
        *cost = unit_cost(r, o, cash / fabs(adjusted), price, adjusted);
    }
    if (!(cash > 0.0 && *cost > 0.0)) return 0.0;
    return step > 0.0 ? wk_whole(cash, *cost * step) * step : cash / *cost;
}

/* ---- closing ------------------------------------------------------------------------------ */

/* Closes lots against the order, oldest first (lots=lifo: newest); WK_INF: all of them. */
static void close_against(wick_run *r, const wk_ord *o, double qty, double price, const wk_at *at,
                          double *fees)
{
    const wk_sym *y = &r->sym[o->symbol];
    while (qty > 0.0 && y->lots > 0 && y->pos * o->side < 0.0 && r->status >= 0) {
        const int32_t slot = r->set.lots == WK_LOTS_LIFO ? y->lot_end : y->lot;
        const double held = wk_lot_at(r, slot)->qty;
        const double q = qty < held * (1.0 - 1e-12) ? qty : held;
        qty -= q;
        *fees += wk_close_one(r, slot, q, price, at, o);
    }
}

double wk_part_of(const wick_run *r, const wk_lot *l, double share)
{
    if (!(share > 0.0 && share < 1.0)) return l->qty;
    const double step = r->feed[l->symbol].step;
    if (!(step > 0.0)) return l->qty * share;
    const double n = nearbyint(l->qty / step * share); /* halves to even */
    const double q = (n > 1.0 ? n : 1.0) * step;
    return q < l->qty ? q : l->qty;
}

static void close_order(wick_run *r, int32_t slot, double price, const wk_at *at)
{
    const wk_ord o = *wk_ord_at(r, slot);
    double done = 0.0, fees = 0.0, left = o.close_all ? WK_INF : o.qty;
    for (int32_t k = r->sym[o.symbol].lot; k != WK_NONE && left > 0.0 && r->status >= 0;) {
        const wk_lot *l = wk_lot_at(r, k);
        const int32_t this = k;
        k = l->next;
        if (l->side == o.side || (o.lot != 0 && o.lot != l->serial) || !wk_is_ticket(l, o.ticket))
            continue;
        const double q = l->qty < left * (1.0 + 1e-12) ? l->qty : left;
        left -= q;
        done += q;
        fees += wk_close_one(r, this, q, price, at, &o);
    }
    if (r->status < 0) return;
    if (done > 0.0)
        wk_ord_filled(r, slot, done, price, fees, at, true);
    else
        wk_ord_kill(r, slot, WICK_FATE_CANCELLED);
}

/* ---- entries ------------------------------------------------------------------------------ */

/* What of `need` may be opened at `cost` a unit. */
static double allowed(const wick_run *r, int32_t s, double need, double cost)
{
    if (r->set.shortage == WK_SHORTAGE_ALLOW) return need;
    const double free = power(r);
    if (need * cost <= free) return need;
    if (r->set.shortage != WK_SHORTAGE_CLAMP && r->set.shortage != WK_SHORTAGE_CLAMP_NO_FEES)
        return 0.0;
    return free > 0.0 ? wk_round_qty(r, s, free / cost) : 0.0;
}

/* Fills an entry; true when a lot was opened. */
static bool enter(wick_run *r, int32_t slot, double price, const wk_at *at)
{
    const wk_ord o = *wk_ord_at(r, slot);
    const int32_t s = o.symbol;
    const bool wide = r->set.spread_on == WK_SPREAD_ENTRY;
    const double adjusted = wide ? price * (1.0 + o.side * (r->set.spread / 100.0)) : price;
    double qty = o.qty, cost = 0.0, fees = 0.0;
    if (o.size_kind != 0) {
        qty = size_now(r, &o, price, adjusted, &cost);
        if (!(qty > 0.0)) {
            wk_ord_kill(r, slot, WICK_FATE_NO_CASH);
            return false;
        }
    } else {
        cost = unit_cost(r, &o, qty, price, adjusted);
    }
    const bool turns = o.intent == WICK_ENTER && r->set.entry_against == WK_AGAINST_TURN;
    const bool against = r->sym[s].pos * o.side < 0.0 && !wk_hedges(r);
    const double held = against ? fabs(r->sym[s].pos) : 0.0;
    if (r->set.shortage == WK_SHORTAGE_REJECT && !turns && qty > held &&
        (qty - held) * cost > power(r) + held * price) {
        wk_ord_kill(r, slot, WICK_FATE_NO_CASH);
        return false;
    }
    const bool all = turns || qty >= held * (1.0 - 1e-12);
    const double shut = all ? held : qty, need = turns ? qty : qty - shut;
    if (held > 0.0) close_against(r, &o, all ? WK_INF : qty, price, at, &fees);
    int32_t fate = WICK_OK;
    double opened = 0.0;
    if (need > 1e-12 * qty && r->status >= 0) {
        fate = wk_refuse_opening(r, &o, false);
        if (fate == WICK_OK) opened = allowed(r, s, need, cost);
        if (fate == WICK_OK && !(opened > 0.0)) fate = WICK_FATE_NO_CASH;
    }
    if (opened > 0.0) {
        fees += wk_open_one(r, &o, opened, adjusted, at);
    }
    if (r->status < 0) return false;
    if (opened + shut > 0.0)
        wk_ord_filled(r, slot, opened + shut, opened > 0.0 ? adjusted : price, fees, at,
                      fate == WICK_OK && opened >= need * (1.0 - 1e-12));
    else
        wk_ord_kill(r, slot, fate == WICK_OK ? WICK_FATE_CANCELLED : fate);
    return opened > 0.0;
}

/* ---- orders against the bar ---------------------------------------------------------------- */

static double worse(double a, double b, int32_t side)
{
    return side > 0 ? (a > b ? a : b) : a < b ? a : b;
}

/* Fill of a stop of this side that the bar reaches. */
static double stop_fill(const wick_run *r, const bar *b, double level, double from, int32_t side)
{
    if (r->set.gap_fill == WK_GAP_OPEN) return worse(from, level, side);
    return level < b->low ? b->low : level > b->high ? b->high : level;
}

typedef struct hit {
    double price;
    bool market; /**< neither limit nor stop */
    bool stop;   /**< its stop was met on this bar */
} hit;

/* Whether an order acts on the bar, and at what price; a stop-limit is armed on the way. */
static bool order_hit(const wick_run *r, wk_ord *o, const bar *b, hit *h)
{
    const int32_t d = o->side;
    const bool waits = (o->type == WICK_STOP || o->type == WICK_STOP_LIMIT) && !o->armed;
    if (waits && !(d > 0 ? b->high >= o->stop : b->low <= o->stop)) return false;
    if (waits) o->armed = 1;
    const double open = o->fill == WK_FILL_FIXED ? o->fill_price
                        : o->late
                            ? b->open
                            : wk_bar_price(&r->feed[o->symbol], r->bar_of[o->symbol], o->fill);
    *h = (hit){.market = o->type == WICK_MARKET, .stop = waits};
    if (o->type == WICK_LIMIT || o->type == WICK_STOP_LIMIT) {
        const double level = o->limit - d * (r->set.through_ticks * r->feed[o->symbol].tick);
        if (d > 0 ? b->low > level : b->high < level) return false;
        /* Stop and limit in one bar: the limit is taken to have been there before the stop. */
        if (waits && d * (o->limit - o->stop) <= 0.0) return false;
        h->price = worse(waits ? o->stop : open, o->limit, -d);
        return true;
    }
    h->price = o->late ? b->before : open;
    if (waits) h->price = stop_fill(r, b, o->stop, h->price, d);
    return true;
}

/* Whether the bracket of an entry that has just filled is gone through on this bar as well. */
static bool acts_at_once(const wick_run *r, const wk_ord *o, const hit *h, const bar *b)
{
    const wk_bracket *k = &o->b;
    if (!o->has_bracket || r->set.stop_from == WK_STOP_FROM_NEXT_BAR) return false;
    if (h->market || r->set.stop_from == WK_STOP_FROM_FILL) return true;
    /* Stop and target lie in one direction: not ambiguous, unless the stop loss is inside too. */
    if (!h->stop || o->type != WICK_STOP || !wk_given_price(k->target_price)) return false;
    const double loss = wk_given_price(k->stop_price) ? k->stop_price : o->side * -WK_INF;
    return o->side > 0 ? k->target_price <= b->high && loss < b->low
                       : k->target_price >= b->low && loss > b->high;
}

/* Fills what acts; true when the list is to be gone through again. */
static bool run_order(wick_run *r, int32_t slot, const bar *b)
{
    wk_ord *o = wk_ord_at(r, slot);
    const int32_t s = o->symbol, k = r->bar_of[s];
    hit h;
    if (!order_hit(r, o, b, &h)) return false;
    r->sym[s].stale = 1;
    const bool back = h.market && o->late;
    if (back && k == 0) return false;
    if (!back && r->set.slip_outside == 0)
        h.price = h.price < b->low ? b->low : h.price > b->high ? b->high : h.price;
    const int32_t type = h.market ? WICK_MARKET : o->type == WICK_STOP ? WICK_STOP : WICK_LIMIT;
    const double price =
        wk_fill_price(r, s, back ? k - 1 : k, h.price, o->side, type, h.market, wk_asked(r, o));
    wk_at at = place(r, s, k, h.price);
    if (back) at = (wk_at){.bar = k - 1, .seg = 4, .next = 1, .back = 1, .px = h.price};
    if (o->intent == WICK_REDUCE) {
        close_order(r, slot, price, &at);
        return false;
    }
    const wk_ord was = *o;
    return enter(r, slot, price, &at) && acts_at_once(r, &was, &h, b);
}

/* ---- brackets ----------------------------------------------------------------------------- */

/* Price at which a level of the lot acts, NA when the bar does not reach it. */
static double level_hit(const wick_run *r, const wk_lot *l, const bar *b, int32_t kind)
{
    const int32_t side = -l->side, k = r->bar_of[l->symbol];
    const bool target = kind == WK_ITEM_TARGET;
    const int32_t fill = target ? l->target_fill : l->exit_fill;
    double level = kind == WK_ITEM_STOP ? l->stop : target ? l->target : l->trail.level;
    if (fill != 0) {
        const double p = wk_bar_price(&r->feed[l->symbol], k, fill - 1);
        return (target ? l->side : side) * (p - level) >= 0.0 ? p : WICK_NA;
    }
    if (!target) {
        const bool met = side > 0 ? b->high >= level : b->low <= level;
        return met ? stop_fill(r, b, level, b->open, side) : WICK_NA;
    }
    const double through = r->set.through_ticks * r->feed[l->symbol].tick;
    const bool met = side > 0 ? b->low <= level - through : b->high >= level + through;
    return met ? worse(b->open, level, -side) : WICK_NA;
}

static void run_level(wick_run *r, const wk_item *it, const bar *b)
{
    static const int8_t reasons[] = {[WK_ITEM_STOP] = WICK_BY_STOP_LOSS,
                                     [WK_ITEM_TARGET] = WICK_BY_STOP_PROFIT,
                                     [WK_ITEM_TRAIL] = WICK_BY_STOP_TRAILING};
    wk_lot *l = wk_lot_at(r, it->slot);
    const double p = level_hit(r, l, b, it->kind);
    if (isnan(p)) return;
    const int32_t s = l->symbol, k = r->bar_of[s], side = -l->side;
    const int32_t type = it->kind == WK_ITEM_TARGET ? WICK_LIMIT : WICK_STOP;
    const double price = wk_fill_price(r, s, k, p, side, type, false, l->qty);
    if (type == WICK_STOP && l->stop_limit > 0.0 && side * (price - l->stop_limit) > 0.0) return;
    const wk_at at = place(r, s, k, p);
    wk_exit_lot(r, it->slot, reasons[it->kind], type, price, &at);
}

/* After the list: trailing levels move, time exits act. */
static void end_of_bar(wick_run *r, int32_t s, const bar *b)
{
    const int32_t k = r->bar_of[s];
    for (int32_t slot = r->sym[s].lot; slot != WK_NONE && r->status >= 0;) {
        wk_lot *l = wk_lot_at(r, slot);
        const int32_t this = slot;
        slot = l->next;
        const bool closes = r->set.trail_update == WK_TRAIL_CLOSE;
        wk_trail_move(l, &l->trail, closes ? b->close : l->side > 0 ? b->high : b->low);
        if (l->hold_bar > k) continue;
        const int32_t kind = l->hold_fill > 0 ? l->hold_fill - 1 : r->set.hold_fill;
        const double raw = wk_bar_price(&r->feed[s], k, kind);
        const double p = wk_fill_price(r, s, k, raw, -l->side, WICK_MARKET, true, l->qty);
        const wk_at at = place(r, s, k, raw);
        wk_exit_lot(r, this, WICK_BY_BARS, WICK_MARKET, p, &at);
    }
}

/* ---- the list ----------------------------------------------------------------------------- */

static void add(wick_run *r, int32_t s, int32_t kind, int32_t slot, int32_t serial, int32_t key)
{
    wk_item *it = wk_item_add(r);
    if (it == NULL) return;
    *it = (wk_item){.kind = (int8_t)kind, .seq = key, .symbol = s, .slot = slot, .serial = serial};
}

/* Everything of the symbol that may act now; on a second pass the brackets of this bar's entries
 * too, whatever kind of entry they belong to. */
static void list(wick_run *r, int32_t s, bool again)
{
    const int32_t k = r->bar_of[s];
    r->items.n = 0;
    for (int32_t slot = r->sym[s].lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        const wk_lot *l = wk_lot_at(r, slot);
        if (l->live_bar > k && !(again && r->set.stop_from != WK_STOP_FROM_NEXT_BAR)) continue;
        if (!isnan(l->stop)) add(r, s, WK_ITEM_STOP, slot, l->serial, l->stop_key);
        if (!isnan(l->trail.level)) add(r, s, WK_ITEM_TRAIL, slot, l->serial, l->stop_key);
        if (!isnan(l->target)) add(r, s, WK_ITEM_TARGET, slot, l->serial, l->target_key);
    }
    for (int32_t slot = r->sym[s].ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) {
        const wk_ord *o = wk_ord_at(r, slot);
        if (o->waiting || o->due > k) continue;
        /* A single order for the last close comes before what happens on this bar; where all ask
         * for it, the list is in the order of backtesting.py. */
        const bool first = o->late && o->type == WICK_MARKET && r->set.delay != 0;
        add(r, s, WK_ITEM_ORDER, slot, o->id, first ? o->key - WK_NEVER / 2 : o->key);
    }
    wk_items_sort(r);
}

static void expire(wick_run *r, int32_t s)
{
    const int32_t k = r->bar_of[s];
    for (int32_t slot = r->sym[s].ord; slot != WK_NONE;) {
        const wk_ord *o = wk_ord_at(r, slot);
        const int32_t this = slot, id = o->id;
        slot = o->next;
        if (o->waiting || o->last >= k) continue;
        wk_ord_kill(r, this, WICK_FATE_EXPIRED);
        slot = wk_ord_after(r, s, id, slot);
    }
}

static void go_through(wick_run *r, int32_t s)
{
    const bar b = bar_at(r, s, r->bar_of[s]);
    bool again = false;
    for (int32_t pass = 0; pass == 0 || again; pass++) {
        again = false;
        list(r, s, pass > 0);
        for (int32_t i = 0; i < r->items.n && r->status >= 0; i++) {
            const wk_item it = ((const wk_item *)r->items.p)[i];
            if (!wk_item_alive(r, &it)) continue;
            if (it.kind == WK_ITEM_ORDER)
                again = run_order(r, it.slot, &b) || again;
            else
                run_level(r, &it, &b);
        }
    }
    r->items.n = 0;
    end_of_bar(r, s, &b);
}

void wk_tick_queue(wick_run *r)
{
    for (int32_t i = 0; i < r->n_hot && r->status >= 0; i++) {
        const int32_t s = r->hot[i];
        wk_sym *y = &r->sym[s];
        y->up_first = wk_ohlc_up_first(&r->feed[s], r->bar_of[s]);
        wk_path(&r->feed[s], r->bar_of[s], y->up_first, y->pts);
        y->stale = 1;
        expire(r, s);
        go_through(r, s);
    }
}
