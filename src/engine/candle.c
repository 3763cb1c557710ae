/* SPDX-License-Identifier: MIT */
/* phases=candle, the order of freqtrade's backtester (portfolio_engine.md E;
 * optimize/backtesting.py): candle by candle, symbols with a position first, in the order in which
 * they were opened: what the bar before decided enters at the open, then the exits of that candle
 * are tested, the candle of the entry included. With intrabar=lower_tf symbols that have something
 * to do walk their finer candles, all symbols together. */
#include "engine/candle.h"
#include "engine/hedge.h"

#include <string.h>

/* ---- opening a run ------------------------------------------------------------------------- */

wick_status wk_candle_open(wick_ctx *ctx, wick_run *r)
{
    const wick_settings *k = &r->set;
    const bool candle = k->phases == WK_PHASES_CANDLE;
    if (k->size == WK_SIZE_SLOTS && !(candle && k->slots > 0))
        return wick_fail(ctx, WICK_E_ARG,
                         "engine setting size=slots needs phases=candle and a number of slots");
    if (k->close_at_end == WK_END_RUN && !candle)
        return wick_fail(ctx, WICK_E_ARG,
                         "engine setting close_at_end=run_end needs phases=candle");
    if (!candle) return WICK_OK;
    if (wk_hedges(r) || k->margin_call != 0 || r->cost.caps)
        return wick_fail(ctx, WICK_E_ARG, "phases=candle has no %s",
                         wk_hedges(r)          ? "tickets (lots=hedge)"
                         : k->margin_call != 0 ? "margin_call: it has isolated_maintenance"
                                               : "share of the volume (volume_pct)");
    if (k->trailing_stop != 0 && k->stoploss == 0.0)
        return wick_fail(ctx, WICK_E_ARG, "engine setting trailing_stop=on needs a stoploss");
    if (k->minimal_roi[0] != '\0') r->roi.n = wk_tiers_parse(k->minimal_roi, r->roi.at);
    return WICK_OK;
}

const char *wk_candle_refuses(const wick_order *o)
{
    if (o->type == WICK_STOP || o->type == WICK_STOP_LIMIT || o->stop > 0.0)
        return "phases=candle has no stop entries";
    if (o->size_kind == WICK_SIZE_ASK)
        return "phases=candle sizes at the fill and has no sizes that ask";
    if (o->delay == -1) return "phases=candle fills nothing at the deciding close";
    return NULL;
}

/* ---- what there is ------------------------------------------------------------------------ */

int32_t wk_candle_pending(const wick_run *r, int32_t s, bool entry)
{
    for (int32_t slot = r->sym[s].ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) {
        const wk_ord *o = wk_ord_at(r, slot);
        if (o->armed && (o->intent != WICK_REDUCE) == entry) return slot;
    }
    return WK_NONE;
}

/* A position, or an entry that was placed and has not filled: freqtrade's open trade. */
static bool has_trade(const wick_run *r, int32_t s)
{
    return r->sym[s].lots > 0 || wk_candle_pending(r, s, true) != WK_NONE;
}

/* Which trade was opened first. */
static int32_t trade_key(const wick_run *r, int32_t s)
{
    const wk_sym *y = &r->sym[s];
    if (y->lots > 0) return wk_lot_at(r, y->lot)->serial;
    const int32_t slot = wk_candle_pending(r, s, true);
    return slot != WK_NONE ? wk_ord_at(r, slot)->key : 0;
}

typedef struct wallet {
    double tied, free; /**< stakes of open trades; what is left of the balance */
    int32_t trades;
} wallet;

/* freqtrade books fees with the end of a trade. */
static wallet wallet_of(const wick_run *r)
{
    wallet w = {.free = r->cash};
    wick_sum tied = {0, 0}, fees = {0, 0};
    for (int32_t s = 0; s < r->n_sym; s++) {
        for (int32_t l = r->sym[s].lot; l != WK_NONE; l = wk_lot_at(r, l)->next) {
            wick_sum_add(&tied, wk_lot_at(r, l)->basis * wk_lot_at(r, l)->qty);
            wick_sum_add(&fees, wk_lot_at(r, l)->fee);
        }
        w.trades += has_trade(r, s);
        const int32_t slot = wk_candle_pending(r, s, true);
        if (slot == WK_NONE) continue;
        const wk_ord *o = wk_ord_at(r, slot);
        const double stake = o->qty * o->limit * r->feed[s].point_value / r->set.leverage;
        wick_sum_add(&tied, stake);
        w.free -= stake;
    }
    w.tied = wick_sum_get(&tied);
    w.free += wick_sum_get(&fees);
    return w;
}

/* ---- signals and orders of the bar before -------------------------------------------------- */

static bool is_set(const uint64_t *m, int32_t bar)
{
    return m != NULL && wick_mask_at(m, bar);
}

static void read_signals(wick_run *r, wk_candle *c)
{
    const wk_feed *f = &r->feed[c->s];
    const wick_signals *g = f->signals;
    const int32_t bar = c->bar - 1;
    if (g == NULL || bar < 0 || bar < r->warmup || r->dead) return;
    if ((f->tick_of != NULL ? f->tick_of[bar] : bar) < r->first_tick) return;
    c->enter_long = is_set(g->long_entry_bits, bar);
    c->exit_long = is_set(g->long_exit_bits, bar);
    c->enter_short = is_set(g->short_entry_bits, bar);
    c->exit_short = is_set(g->short_exit_bits, bar);
    if (f->gate != NULL && !(f->gate[bar] > f->gate_threshold)) {
        r->fates[WICK_FATE_MODEL] += c->sub <= 1 && (c->enter_long || c->enter_short);
        c->enter_long = c->enter_short = false;
    }
}

static void read_orders(const wick_run *r, wk_candle *c)
{
    const double pos = r->sym[c->s].pos;
    for (int32_t slot = r->sym[c->s].ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) {
        const wk_ord *o = wk_ord_at(r, slot);
        if (o->waiting || o->armed || o->due > c->bar) continue;
        const bool against = pos * o->side < 0.0;
        if (against) {
            if (pos > 0.0)
                c->exit_long = true;
            else
                c->exit_short = true;
            if (c->exit == WK_NONE && o->intent != WICK_ENTER) c->exit = slot;
        }
        if (o->intent == WICK_REDUCE || (o->intent == WICK_NET && pos != 0.0)) continue;
        if (o->side > 0)
            c->enter_long = true;
        else
            c->enter_short = true;
        if (c->entry == WK_NONE) c->entry = slot;
    }
}

static wk_candle candle_of(wick_run *r, int32_t s, int32_t sub)
{
    const wk_feed *f = &r->feed[s];
    const int32_t bar = r->bar_of[s];
    wk_candle c = {.s = s, .bar = bar, .sub = sub, .entry = WK_NONE, .exit = WK_NONE};
    if (sub > 0) {
        c.time = wick_bars_time(f->fine)[sub - 1];
        c.open = wick_bars_field(f->fine, WICK_OPEN)[sub - 1];
        c.high = wick_bars_field(f->fine, WICK_HIGH)[sub - 1];
        c.low = wick_bars_field(f->fine, WICK_LOW)[sub - 1];
        c.close = wick_bars_field(f->fine, WICK_CLOSE)[sub - 1];
    } else {
        c.time = f->time[bar];
        c.open = f->f[WICK_OPEN][bar];
        c.high = f->f[WICK_HIGH][bar];
        c.low = f->f[WICK_LOW][bar];
        c.close = f->f[WICK_CLOSE][bar];
    }
    read_signals(r, &c);
    read_orders(r, &c);
    return c;
}

/* check_for_trade_entry */
static int32_t wanted(const wick_run *r, const wk_candle *c)
{
    const bool can_short = r->set.position_mode != WK_MODE_LONG;
    const bool es = can_short && c->enter_short, xs = can_short && c->exit_short;
    int32_t side = 0;
    if (c->enter_long && !c->exit_long && !es) side = 1;
    if (es && !xs && !c->enter_long) side = -1;
    return side > 0 && r->set.position_mode == WK_MODE_SHORT ? 0 : side;
}

wk_at wk_candle_place(const wick_run *r, const wk_candle *c, double px)
{
    return (wk_at){
        .bar = c->bar, .sub = c->sub, .seg = (int8_t)wk_path_meets(r->sym[c->s].pts, px), .px = px};
}

double wk_candle_rate(wick_run *r, const wk_candle *c, double rate, int32_t side, int32_t type)
{
    const wk_feed *f = &r->feed[c->s];
    const bool slips = type == WICK_MARKET || type == WICK_STOP;
    if (slips && wk_candle_inside(c, rate))
        return wk_fill_price(r, c->s, c->bar, rate, side, type, true, 0.0);
    if (r->set.price_rounding != WK_ROUND_TICK || !(f->tick > 0.0)) return rate;
    const double n = wk_floor((f->per_tick > 0.0 ? rate * f->per_tick : rate / f->tick) + 0.5);
    return f->per_tick > 0.0 ? n / f->per_tick : n * f->tick;
}

/* ---- entries ------------------------------------------------------------------------------ */

/* Stake of an entry at this rate; 0: none. */
static double stake_of(const wick_run *r, const wk_candle *c, const wk_bracket *b, double rate,
                       double *units)
{
    const wick_settings *k = &r->set;
    const wk_feed *f = &r->feed[c->s];
    const wallet w = wallet_of(r);
    double free = (w.tied + w.free) * k->tradable_balance_ratio - w.tied;
    if (w.free < free) free = w.free;
    int32_t kind = wk_default_kind(r);
    double amount = k->size == WK_SIZE_SLOTS ? WK_INF : k->size_amount;
    const wick_signals *g = f->signals;
    if (c->entry != WK_NONE) {
        const wk_ord *o = wk_ord_at(r, c->entry);
        kind = o->size_kind != 0 ? o->size_kind : WICK_SIZE_UNITS;
        amount = o->size_kind != 0 ? o->amount : o->qty;
    } else if (g != NULL && g->size_kind != WICK_SIZE_DEFAULT) {
        kind = g->size_kind;
        amount = g->amounts != NULL ? g->amounts[c->bar - 1] : g->amount;
    }
    if (c->entry == WK_NONE && f->gate_size != NULL) amount *= f->gate_size[c->bar - 1];
    double stake;
    switch (kind) {
    case WICK_SIZE_UNITS:
        *units = amount;
        stake = amount * rate * f->point_value / k->leverage;
        break;
    case WICK_SIZE_PCT_EQUITY:
        if (isinf(amount)) {
            stake = (free + w.tied) / (double)k->slots;
            if (free < stake) stake = free;
            break;
        }
        stake = (free + w.tied) * amount / 100.0;
        break;
    case WICK_SIZE_PCT_CASH: stake = free * amount / 100.0; break;
    case WICK_SIZE_RISK_PCT: {
        double stop = wk_stop_distance(b, rate);
        if (!(stop > 0.0)) stop = rate * fabs(k->stoploss) / k->leverage;
        *units = wk_units(r, c->s, kind, amount, stop, rate);
        stake = *units * rate * f->point_value / k->leverage;
        break;
    }
    default: stake = amount; break;
    }
    if (!(stake > 0.0)) return 0.0;
    if (stake <= free) return stake;
    *units = 0.0;
    return kind == WICK_SIZE_UNITS || kind == WICK_SIZE_RISK_PCT || k->shortage == WK_SHORTAGE_CLAMP
               ? (free > 0.0 ? free : 0.0)
               : 0.0;
}

/* The script's order behind an entry, or one made for a signal; WK_NONE: out of memory. */
static int32_t entry_order(wick_run *r, const wk_candle *c, int32_t side)
{
    if (c->entry != WK_NONE) return c->entry;
    const int32_t slot = wk_ord_new(r, c->s);
    if (slot == WK_NONE) return WK_NONE;
    wk_ord *o = wk_ord_at(r, slot);
    const wick_signals *g = r->feed[c->s].signals;
    const int32_t bar = c->bar - 1;
    o->side = (int8_t)side;
    o->intent = WICK_ENTER;
    o->from_signal = 1;
    o->placed_bar = o->due = c->bar; /* its size needs this bar's open */
    o->limit = g->limit != NULL ? g->limit[bar] : WICK_NA;
    o->type = (int8_t)(isnan(o->limit) ? WICK_MARKET : WICK_LIMIT);
    o->has_bracket = wk_signal_bracket(g, bar, &o->b);
    if (o->type == WICK_LIMIT && g->expire > 0) wk_ord_expires(o, g->expire);
    return slot;
}

static void fill_entry(wick_run *r, int32_t slot, const wk_candle *c, double rate)
{
    wk_ord o = *wk_ord_at(r, slot);
    const wk_at at = wk_candle_place(r, c, rate);
    if (o.from_signal) o.placed_bar = o.live_bar - 1; /* the trade's signal */
    const double fees = wk_open_one(r, &o, o.qty, rate, &at);
    if (r->status < 0) return;
    wk_lot *l = wk_lot_at(r, r->sym[c->s].lot_end);
    l->serial = o.key;        /* its place among the trades is that of its placement, */
    l->live_bar = o.live_bar; /* and so is the moment its minutes are counted from */
    l->live_sub = o.live_sub;
    wk_candle_stop(r, l);
    wk_ord_filled(r, slot, o.qty, rate, fees, &at, true);
}

/* _enter_trade. True when there is a trade now. */
static bool enter(wick_run *r, const wk_candle *c, int32_t side)
{
    const wk_feed *f = &r->feed[c->s];
    const wick_signals *g = f->signals;
    double rate = c->open, units = 0.0, limit = WICK_NA;
    if (c->entry != WK_NONE)
        limit = wk_ord_at(r, c->entry)->limit;
    else if (g->limit != NULL)
        limit = g->limit[c->bar - 1];
    if (wk_given_price(limit))
        rate = side > 0 ? (limit < c->high ? limit : c->high) : limit > c->low ? limit : c->low;
    rate = wk_candle_rate(r, c, rate, side, wk_given_price(limit) ? WICK_LIMIT : WICK_MARKET);
    wk_bracket b = {.stop_pct = 0.0};
    if (c->entry != WK_NONE)
        b = wk_ord_at(r, c->entry)->b;
    else
        (void)wk_signal_bracket(g, c->bar - 1, &b);
    const double stake = stake_of(r, c, &b, rate, &units);
    const double step = f->step;
    double qty = units > 0.0 ? units : stake / (rate * f->point_value) * r->set.leverage;
    if (step > 0.0) qty = wk_floor_step(qty, step, f->per_step);
    if (!(stake > 0.0 && qty > 0.0)) return false;
    const bool made = c->entry == WK_NONE;
    const int32_t slot = entry_order(r, c, side);
    if (slot == WK_NONE) return false;
    wk_ord *o = wk_ord_at(r, slot);
    o->qty = qty;
    if (made) wk_ord_link(r, slot);
    o = wk_ord_at(r, slot);
    o->key = ++r->lot_serial;
    o->armed = 1;
    o->live_bar = c->bar;
    o->live_sub = c->sub;
    o->limit = rate;
    if (wk_candle_inside(c, rate)) fill_entry(r, slot, c, rate);
    return r->status >= 0;
}

/* ---- one candle of one symbol -------------------------------------------------------------- */

/* Orders that have rested long enough, before anything else: so many bars' time. */
static void time_out(wick_run *r, const wk_candle *c)
{
    const int64_t frame = wick_bars_info(wick_panel_bars(r->panel, c->s))->timeframe_ms;
    for (int32_t slot = r->sym[c->s].ord; slot != WK_NONE;) {
        const wk_ord *o = wk_ord_at(r, slot);
        const int32_t this = slot, id = o->id;
        slot = o->next;
        if (!o->armed || o->last == WK_NEVER) continue;
        const int64_t rests = (int64_t)(o->last - o->due + 1) * frame;
        if (c->time < wk_candle_time(&r->feed[c->s], o->live_bar, o->live_sub) + rests) continue;
        wk_ord_kill(r, this, WICK_FATE_EXPIRED);
        slot = wk_ord_after(r, c->s, id, slot);
    }
}

static void fill_exit(wick_run *r, int32_t order, const wk_candle *c)
{
    const wk_ord o = *wk_ord_at(r, order);
    const wk_at at = wk_candle_place(r, c, o.limit);
    const int32_t slot = r->sym[c->s].lot;
    const double held = wk_lot_at(r, slot)->qty;
    const double qty = o.close_all || o.qty > held ? held : o.qty;
    const double fees = wk_close_one(r, slot, qty, o.limit, &at, &o);
    if (r->status >= 0) wk_ord_filled(r, order, qty, o.limit, fees, &at, true);
}

/* backtest_loop. The side of a trade that ended here, if only as an entry that never filled; 0. */
static int32_t once(wick_run *r, const wk_candle *c, bool may_enter)
{
    wk_sym *y = &r->sym[c->s];
    const int32_t waits = wk_candle_pending(r, c->s, true);
    int32_t had = waits != WK_NONE ? wk_ord_at(r, waits)->side : 0;
    if (y->lots > 0) had = y->pos > 0.0 ? 1 : -1;
    time_out(r, c);
    if (may_enter && y->wants != 0 && !has_trade(r, c->s) &&
        (r->set.slots == 0 || wallet_of(r).trades < r->set.slots))
        (void)enter(r, c, y->wants);
    const int32_t entry = wk_candle_pending(r, c->s, true);
    if (entry != WK_NONE && y->lots == 0 && wk_candle_inside(c, wk_ord_at(r, entry)->limit))
        fill_entry(r, entry, c, wk_ord_at(r, entry)->limit);
    if (y->lots > 0 && r->status >= 0) (void)wk_candle_exit(r, y->lot, c);
    const int32_t exit = y->lots > 0 ? wk_candle_pending(r, c->s, false) : WK_NONE;
    if (exit != WK_NONE && r->status >= 0 && wk_candle_inside(c, wk_ord_at(r, exit)->limit))
        fill_exit(r, exit, c);
    y->stale = 1;
    return had != 0 && !has_trade(r, c->s) ? had : 0;
}

static void stand(wick_run *r, int32_t s, int32_t sub)
{
    wk_sym *y = &r->sym[s];
    if (sub > 0) {
        wk_finer_stand(r, s, sub);
        return;
    }
    y->sub = 0;
    y->up_first = wk_ohlc_up_first(&r->feed[s], r->bar_of[s]);
    wk_path(&r->feed[s], r->bar_of[s], y->up_first != 0, y->pts);
}

static void visit(wick_run *r, int32_t s, int32_t sub, bool may_enter)
{
    wk_sym *y = &r->sym[s];
    const bool has = has_trade(r, s);
    if (y->had && !has) return; /* one trade that ends is enough for a candle */
    if (has) y->had = 1;
    stand(r, s, sub);
    for (int pass = 0; pass < 2 && r->status >= 0; pass++) {
        const wk_candle c = candle_of(r, s, sub);
        const int32_t ended = once(r, &c, may_enter);
        const bool turns = r->set.position_mode != WK_MODE_LONG && y->wants != 0;
        if (!turns || ended == 0 || ended == y->wants) break;
    }
}

/* ---- one tick ----------------------------------------------------------------------------- */

/* Symbols with a trade in the order of their opening, then the others. */
static void line_up(wick_run *r)
{
    r->n_hot = 0;
    for (int32_t s = 0; s < r->n_sym; s++) {
        if (!has_trade(r, s)) continue;
        int32_t k = r->n_hot++;
        while (k > 0 && trade_key(r, r->hot[k - 1]) > trade_key(r, s)) {
            r->hot[k] = r->hot[k - 1];
            k--;
        }
        r->hot[k] = s;
    }
    for (int32_t s = 0; s < r->n_sym; s++)
        if (!has_trade(r, s)) r->hot[r->n_hot++] = s;
}

/* Orders that were good for this candle and have come to nothing. */
static void sweep(wick_run *r, int32_t s)
{
    for (int32_t slot = r->sym[s].ord; slot != WK_NONE;) {
        const wk_ord *o = wk_ord_at(r, slot);
        const int32_t this = slot, id = o->id;
        slot = o->next;
        if (o->armed || o->waiting || o->due > r->bar_of[s]) continue;
        const wallet w = wallet_of(r);
        wk_ord_kill(r, this,
                    o->intent == WICK_REDUCE                       ? WICK_FATE_CANCELLED
                    : has_trade(r, s)                              ? WICK_FATE_HELD
                    : r->set.slots > 0 && w.trades >= r->set.slots ? WICK_FATE_NO_SLOT
                                                                   : WICK_FATE_NO_CASH);
        r->sym[s].stale = 1;
        slot = wk_ord_after(r, s, id, slot);
    }
}

void wk_tick_candle(wick_run *r)
{
    /* What would be entered on the last bar would be closed at the same price. */
    const bool last =
        r->tick == r->all_ticks - 1 && r->set.close_at_end == WK_END_RUN && !r->open_end;
    int32_t rounds = 1;
    line_up(r);
    for (int32_t i = 0; i < r->n_hot; i++) {
        const int32_t s = r->hot[i];
        wk_sym *y = &r->sym[s];
        const wk_feed *f = &r->feed[s];
        y->begun = y->wants = y->had = 0;
        if (!r->active[s]) continue;
        const wk_candle c = candle_of(r, s, 0);
        y->had = (int8_t)has_trade(r, s);
        y->wants = (int8_t)wanted(r, &c);
        y->begun = (y->wants != 0 || y->had) && wk_has_finer(f, c.bar);
        if (!y->begun) continue;
        const int32_t n = f->fine_of[2 * c.bar + 1] - f->fine_of[2 * c.bar];
        if (n > rounds) rounds = n;
    }
    for (int32_t k = 0; k < rounds && r->status >= 0; k++) {
        if (k > 0) line_up(r);
        for (int32_t i = 0; i < r->n_hot && r->status >= 0; i++) {
            const int32_t s = r->hot[i], bar = r->bar_of[s];
            const wk_feed *f = &r->feed[s];
            if (!r->active[s] || (k > 0 && !r->sym[s].begun)) continue;
            const int32_t sub = r->sym[s].begun ? f->fine_of[2 * bar] + k + 1 : 0;
            if (sub > 0 && sub > f->fine_of[2 * bar + 1]) continue;
            visit(r, s, sub, !(last && k == 0));
        }
    }
    for (int32_t s = 0; s < r->n_sym && r->status >= 0; s++) {
        if (r->active[s]) sweep(r, s);
        r->sym[s].sub = 0;
    }
    if (last) wk_candle_end(r);
}

void wk_candle_end(wick_run *r)
{
    line_up(r);
    for (int32_t i = 0; i < r->n_hot && r->status >= 0; i++) {
        const int32_t s = r->hot[i], bar = r->bar_of[s];
        if (r->sym[s].lots == 0) continue;
        const double p = wk_bar_price(&r->feed[s], bar, r->set.end_fill);
        const int32_t side = r->sym[s].pos > 0.0 ? -1 : 1;
        const wk_at at = {.bar = bar, .seg = 4, .next = 1, .px = p};
        wk_liquidate(r, s, WICK_BY_END,
                     wk_fill_price(r, s, bar, p, side, WICK_MARKET, true, fabs(r->sym[s].pos)),
                     &at);
        r->sym[s].stale = 1;
    }
}
