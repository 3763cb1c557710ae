/* SPDX-License-Identifier: MIT */
/* The step machine: advances to the next point at which somebody has to decide. All state is in the
 * run, so that a step can stop anywhere and go on later. Between questions whole spans of bars on
 * which nothing can happen are marked in one loop. */
#include "engine/carry.h"
#include "engine/pine.h"

/* ---- clock -------------------------------------------------------------------------------- */

static int32_t tick_of(const wk_feed *f, int32_t bar)
{
    if (bar >= f->n) return WK_NEVER;
    return f->tick_of != NULL ? f->tick_of[bar] : bar;
}

/* Up to which tick, exclusive, the symbols that had a bar on the last tick have one on each, and
 * the others none: nearly always far ahead, since the symbols of a market share its calendar. It
 * looks twice as far as the last stretch went, so that calendars full of holes cost little. */
static int32_t dense_from(wick_run *r, int32_t t)
{
    enum { LEAST = 8, FAR = 256 };
    const int32_t reach = r->dense_far < LEAST ? LEAST : r->dense_far;
    int32_t to = t + reach < r->ticks ? t + reach : r->ticks;
    for (int32_t s = 0; s < r->n_sym && to > t; s++) {
        const wk_feed *f = &r->feed[s];
        if (!r->active[s]) {
            if (to > r->next_tick[s]) to = r->next_tick[s];
            continue;
        }
        const int32_t ahead = f->n - r->bar_of[s] - 1; /* bars left */
        if (to > t + ahead) to = t + ahead;
        if (f->tick_of == NULL) continue;
        const int32_t *k = f->tick_of + r->bar_of[s] + 1;
        int32_t n = 0;
        while (n < to - t && k[n] == t + n) n++;
        to = t + n;
    }
    const int32_t twice = to > t ? 2 * (to - t) : 0;
    r->dense_far = twice < FAR ? twice : FAR;
    return to > t ? to : t;
}

/* Moves every symbol to tick t, the one after the present. */
static void begin_tick(wick_run *r, int32_t t)
{
    r->tick = t;
    if (t >= r->dense_look) {
        r->dense_to = dense_from(r, t);
        r->dense_look = r->dense_to > t ? r->dense_to : t + 2;
    }
    if (t + 1 < r->dense_to) { /* the last bar of a stretch asks where the next one is */
        const int32_t n = r->n_sym;
        const uint8_t *restrict active = r->active;
        int32_t *restrict bar_of = r->bar_of, *restrict next = r->next_tick;
        for (int32_t s = 0; s < n; s++) {
            bar_of[s] += active[s];
            next[s] = active[s] ? t + 1 : next[s];
        }
        wk_begin(r);
        return;
    }
    for (int32_t s = 0; s < r->n_sym; s++) {
        const bool has = r->next_tick[s] == t;
        r->active[s] = has;
        if (!has) continue;
        r->bar_of[s]++;
        r->next_tick[s] = tick_of(&r->feed[s], r->bar_of[s] + 1);
    }
    wk_begin(r);
}

static bool place_masks(wick_run *r)
{
    int32_t n = 0;
    for (int32_t s = 0; s < r->n_sym; s++) {
        r->feed[s].first_mask = n;
        n += r->feed[s].n_triggers;
    }
    r->mask_at = wick_arena_alloc(r->arena, (int64_t)n * (int64_t)sizeof *r->mask_at);
    if (r->mask_at == NULL) {
        wk_run_fail(r, WICK_E_MEM);
        return false;
    }
    for (int32_t i = 0; i < n; i++) r->mask_at[i] = WK_NONE;
    return true;
}

/* Every event makes an order at most, and every second order a trade: room for them from the start
 * saves copying what has been recorded so far. More than FEW may be masks that are never off. */
static void expect_orders(wick_run *r)
{
    enum { FEW = 4096 };
    int64_t n = 0;
    for (int32_t s = 0; s < r->n_sym && n < FEW; s++) {
        const wk_feed *f = &r->feed[s];
        const wick_signals *g = f->signals;
        for (int32_t k = 0; k < f->n_triggers; k++) n += wick_mask_count(f->triggers[k], 0, f->n);
        if (g == NULL) continue;
        const uint64_t *const masks[] = {g->long_entry_bits, g->long_exit_bits, g->short_entry_bits,
                                         g->short_exit_bits};
        for (int k = 0; k < 4; k++)
            if (masks[k] != NULL) n += wick_mask_count(masks[k], 0, f->n);
    }
    if (n <= 64 || n >= FEW) return;
    if (!r->lean) wk_vec_reserve(r, &r->recs, (int32_t)n, sizeof(wick_order_rec));
    wk_vec_reserve(r, &r->slot_of, (int32_t)n, sizeof(int32_t));
    wk_vec_reserve(r, &r->trades, (int32_t)n / 2 + 1, sizeof(wick_trade_rec));
}

void wk_start(wick_run *r)
{
    r->tick = r->first_tick - 1;
    if (!place_masks(r)) return;
    for (int32_t s = 0; s < r->n_sym; s++) {
        const wk_feed *f = &r->feed[s];
        int32_t lo = 0, hi = f->n; /* first bar at or after the first tick */
        while (lo < hi) {
            const int32_t mid = lo + (hi - lo) / 2;
            if (tick_of(f, mid) < r->first_tick)
                lo = mid + 1;
            else
                hi = mid;
        }
        r->bar_of[s] = lo - 1;
        r->next_tick[s] = tick_of(f, lo);
        r->active[s] = 0;
        r->event[s] = WK_NEVER;
        wk_signal_next(r, s, lo);
    }
    expect_orders(r);
    r->lane = wk_lane_fits(r);
    r->direct = wk_solo_fits(r);
    r->walks = r->direct && r->ahead && r->ask_bar && !r->metered;
    r->reach = 8;
    r->dense_to = r->dense_look = r->dense_far = 0;
}

/* ---- spans -------------------------------------------------------------------------------- */

/* First bar in [from, to) whose range touches the levels. */
static int32_t find_touch(const wk_feed *f, int32_t from, int32_t to, double lo, double hi)
{
    const double *l = f->f[WICK_LOW], *h = f->f[WICK_HIGH];
    int32_t i = from;
    while (i < to && l[i] > lo && h[i] < hi) i++;
    return i;
}

/* First bar in [from, to) at whose close the account is at or below zero, where that ends it. Only
 * what is not paid in full can lose more than the account holds. */
int32_t wk_find_broke(const wick_run *r, int32_t from, int32_t to)
{
    const wk_sym *y = &r->sym[0];
    const bool risky = y->lots > 0 && (y->b < 0.0 || y->a != 0.0 || r->cash < 0.0);
    if (!risky || r->set.bankruptcy == WK_BANKRUPT_CONTINUE || r->dead) return to;
    const double *c = r->feed[0].f[WICK_CLOSE], cash = r->cash, a = y->a, b = y->b;
    int32_t i = from;
    while (i < to && cash + (a + b * c[i]) > 0.0) i++;
    return i;
}

static void fill_const(double *to, int32_t n, double v)
{
    for (int32_t i = 0; i < n; i++) to[i] = v;
}

/* Equity rows of bars [from, to) of the only symbol, on which nothing happens. */
void wk_mark_span(wick_run *r, int32_t from, int32_t to)
{
    const int32_t n = to - from, row = from - r->first_tick;
    const wk_sym *y = &r->sym[0];
    const double *c = r->feed[0].f[WICK_CLOSE] + from;
    double *restrict e = r->col_equity + row;
    if (y->lots == 0) {
        fill_const(e, n, r->cash);
    } else {
        const double cash = r->cash, a = y->a, b = y->b;
        for (int32_t i = 0; i < n; i++) e[i] = cash + (a + b * c[i]);
    }
    r->equity = e[n - 1];
    if (r->col_fees != NULL) fill_const(r->col_fees + row, n, r->fees);
    if (r->lean) return;
    fill_const(r->col_cash + row, n, r->cash);
    if (y->lots == 0) return;
    double *side = wk_side_column(r, y->pos < 0.0 ? &r->col_short : &r->col_long);
    if (side == NULL) return;
    const double b = fabs(y->b);
    double *restrict held = side + row;
    for (int32_t i = 0; i < n; i++) held[i] = b * c[i];
}

/* Bar of the only symbol that needs a tick of its own, from `from` on (n when none). Trailing stops
 * are carried along on the way. */
static int32_t next_stop(wick_run *r, int32_t from)
{
    const wk_feed *f = &r->feed[0];
    const wk_sym *y = &r->sym[0];
    int32_t to = r->event[0] < f->n ? r->event[0] : f->n;
    if (!y->watched) return to;
    if (y->due < to) to = y->due;
    if (to <= from) return from;
    to = wk_find_broke(r, from, to);
    const bool carries = wk_carries(r) && y->ords == 0;
    while (y->lo > -WK_INF || y->hi < WK_INF) {
        const int32_t touch = find_touch(f, from, to, y->lo, y->hi);
        if (touch >= to) break;
        if (!carries || wk_must_walk(r, 0, touch)) return touch;
        from = touch + 1;
    }
    return to;
}

static bool next_solo(wick_run *r)
{
    if (r->lane && !r->thorough && !r->dead) wk_lane(r);
    const int32_t from = r->tick + 1, n = r->feed[0].n;
    int32_t to = from;
    if ((!r->ask_any || r->dead) && !r->thorough && !r->every_tick) {
        to = next_stop(r, from);
        if (to > from) wk_mark_span(r, from, to);
    }
    r->tick = to < n ? to : n - 1;
    r->bar_of[0] = r->tick;
    r->active[0] = 1;
    r->next_tick[0] = r->tick + 1 < n ? r->tick + 1 : WK_NEVER;
    if (to < n) wk_begin(r);
    return to < n;
}

static bool has_event(const wick_run *r)
{
    int any = 0;
    for (int32_t s = 0; s < r->n_sym; s++) any |= r->event[s] == r->bar_of[s];
    return any != 0;
}

static bool next_of_many(wick_run *r)
{
    while (r->tick + 1 < r->ticks) {
        begin_tick(r, r->tick + 1);
        const bool hot = wk_tick_hot(r) > 0, asked = r->ask_any && !r->dead;
        const bool late = r->set.absent_fill == WK_ABSENT_LAST && r->live_ords > 0;
        if (hot || asked || late || has_event(r)) return true;
        wk_record_row(r);
        if (r->equity <= 0.0 && r->set.bankruptcy != WK_BANKRUPT_CONTINUE && !r->dead) return true;
    }
    return false;
}

/* ---- questions ---------------------------------------------------------------------------- */

static void point_at(wick_run *r, int32_t step, int32_t s)
{
    wick_cursor *c = &r->cur;
    c->step = step;
    c->symbol = s;
    c->trigger = -1;
    c->order = 0;
    c->tick = r->tick;
    r->meter.asked += step == WICK_STEP_BAR;
    c->cash = wk_free(r);
    c->equity = wk_base(r);
    if (s < 0) {
        c->bar = -1;
        c->time = r->clock[r->tick];
        c->position = 0.0;
        c->avg_price = WICK_NA;
        return;
    }
    const wk_sym *y = &r->sym[s];
    c->bar = r->bar_of[s];
    c->time = r->feed[s].time[r->bar_of[s]];
    c->position = y->pos;
    c->avg_price = r->every_tick ? wick_run_avg_price(r, s)
                   : y->lots > 0 ? y->cost / fabs(y->pos)
                                 : WICK_NA;
}

enum { PART_SIGNALS, PART_TRIGGERS, PART_BAR };

static bool ask_trigger(wick_run *r, int32_t s)
{
    const wk_feed *f = &r->feed[s];
    while (r->at_trigger < f->n_triggers) {
        const int32_t k = r->at_trigger++;
        if (!wick_mask_at(f->triggers[k], r->bar_of[s])) continue;
        point_at(r, WICK_STEP_TRIGGER, s);
        r->cur.trigger = k;
        return true;
    }
    return false;
}

/* The questions of one tick, symbol by symbol; false when all are done. */
static bool ask_symbols(wick_run *r)
{
    for (; r->at_sym < r->n_sym; r->at_sym++, r->at_part = PART_SIGNALS, r->at_trigger = 0) {
        const int32_t s = r->at_sym;
        const bool event = r->event[s] == r->bar_of[s];
        if (!event && !r->ask_bar) continue; /* what wakes a script is an event too */
        if (!r->active[s] || r->bar_of[s] < r->warmup) continue;
        if (r->at_part == PART_SIGNALS) {
            if (event && wk_signal_take(r, s)) {
                point_at(r, WICK_STEP_SIZE, s);
                return true;
            }
            r->at_part = PART_TRIGGERS;
        }
        if (r->at_part == PART_TRIGGERS) {
            if (event && ask_trigger(r, s)) return true;
            if (event) wk_signal_next(r, s, r->bar_of[s] + 1);
            r->at_part = PART_BAR;
            if (r->feed[s].wake != NULL ? event : r->ask_bar) {
                point_at(r, WICK_STEP_BAR, s);
                return true;
            }
        }
    }
    return false;
}

static bool ask_fill(wick_run *r)
{
    if (r->fill_seen >= r->fills.n) {
        r->fills.n = r->fill_seen = 0;
        return false;
    }
    const int32_t *f = (const int32_t *)r->fills.p + (ptrdiff_t)2 * r->fill_seen++;
    point_at(r, WICK_STEP_FILL, f[1]);
    r->cur.order = f[0];
    return true;
}

static bool ask_rebalance(wick_run *r)
{
    int32_t why = 0;
    if (!wk_rebalance_due(r, &why)) return false;
    point_at(r, WICK_STEP_REBALANCE, -1);
    r->cur.trigger = why;
    return true;
}

/* Debug builds prove the books after every tick; a broken one ends the run with its name. */
static void prove(wick_run *r)
{
#ifndef NDEBUG
    const char *bad = r->status < 0 ? NULL : wk_check(r);
    if (bad == NULL) return;
    snprintf(r->refusal, sizeof r->refusal, "defect in the engine at tick %d: %s", (int)r->tick,
             bad);
    wk_run_fail(r, WICK_E_INTERNAL);
#else
    (void)r;
#endif
}

static bool next_tick(wick_run *r)
{
    if (r->ticks == 0 || r->tick + 1 >= r->ticks) return false;
    const bool candle = r->set.phases == WK_PHASES_CANDLE; /* looks at every bar */
    if (candle)
        begin_tick(r, r->tick + 1);
    else if (!(r->solo ? next_solo(r) : next_of_many(r)))
        return false;
    if (candle || !r->solo || !wk_lone_fill(r)) {
        if (r->solo) wk_tick_hot(r);
        wk_tick_process(r);
    }
    if (r->paused == 0) prove(r);
    return true;
}

/* Everything after the decisions of a tick. */
static void end_tick(wick_run *r)
{
    if (r->on_close_pending) wk_on_close(r);
    if (r->pine_close) wk_pine_on_close(r);
    if (r->set.close_at_end == WK_END_AFTER_CAPTURE && r->n_watch > 0) wk_after_capture(r);
    prove(r);
}

/* The next bar of the only symbol when it is asked about every bar and nothing else can happen on
 * it: the whole of most steps. The cursor's other fields stand as they are, since only fills change
 * them. */
static bool quick_step(wick_run *r)
{
    const int32_t t = r->tick + 1;
    const wk_feed *f = &r->feed[0];
    const wk_sym *y = &r->sym[0];
    if (r->thorough || r->phase != WK_PH_SYMBOLS || r->at_part != PART_BAR || t >= f->n ||
        r->event[0] == t)
        return false;
    double equity = r->cash, value = 0.0;
    if (y->watched) {
        if (t >= y->due || f->f[WICK_LOW][t] <= y->lo || f->f[WICK_HIGH][t] >= y->hi) return false;
        if (r->on_close_pending || r->pine_close) return false;
        if (y->lots > 0) {
            value = y->b * f->f[WICK_CLOSE][t];
            equity = r->cash + (y->a + value);
        }
    }
    if (equity <= 0.0) return false;
    const int32_t row = t - r->first_tick;
    if (!r->lean) {
        /* The side's column is there since the row of the fill. */
        double *side = value == 0.0 ? NULL : y->pos < 0.0 ? r->col_short : r->col_long;
        if (side != NULL)
            side[row] = fabs(value);
        else if (value != 0.0)
            return false;
        r->col_cash[row] = r->cash;
    }
    r->col_equity[row] = equity;
    if (r->col_fees != NULL) r->col_fees[row] = r->fees;
    r->tick = r->bar_of[0] = t;
    r->equity = r->cur.equity = equity;
    r->cur.tick = r->cur.bar = t;
    r->cur.time = f->time[t];
    r->meter.asked++;
    return true;
}

/* The question of the present bar of the only symbol that comes next, 0 when there is none left. */
static int32_t solo_question(wick_run *r)
{
    if (r->at_part == PART_TRIGGERS) {
        const bool event = r->event[0] == r->tick;
        if (event && ask_trigger(r, 0)) return WICK_STEP_TRIGGER;
        if (event) wk_signal_next(r, 0, r->tick + 1);
        r->at_part = PART_BAR;
        if (r->ask_bar) {
            point_at(r, WICK_STEP_BAR, 0);
            return WICK_STEP_BAR;
        }
    }
    return 0;
}

/* Moves the only symbol to the next bar that somebody wants to hear about, over bars on which
 * nothing happens and the fill of a plain market order. False: this bar's end or the next one is
 * not of that kind, and nothing has been touched. */
static bool solo_move(wick_run *r)
{
    const wk_feed *f = &r->feed[0];
    const wk_sym *y = &r->sym[0];
    const int32_t t = r->tick + 1;
    /* The last bar may have an end to make. */
    if (t >= f->n - 1 || r->on_close_pending || r->dead || r->status < 0) return false;
    if (y->ords > 0) {
        r->tick = r->bar_of[0] = t;
        if (wk_lone_fill(r)) return true;
        r->tick = r->bar_of[0] = t - 1;
        return false;
    }
    const int32_t to = r->ask_bar ? t : r->event[0];
    if (to >= f->n - 1 || y->lo > -WK_INF || y->hi < WK_INF || y->due <= to ||
        wk_find_broke(r, t, to + 1) <= to)
        return false;
    wk_mark_span(r, t, to + 1);
    r->tick = r->bar_of[0] = to;
    return true;
}

/* Runs of one symbol that only ask about bars and triggers: from question to question without going
 * through the phases. 0: the phases go on from where this stopped. */
static int32_t solo_step(wick_run *r)
{
    if (r->phase != WK_PH_SYMBOLS || r->at_sym != 0 || r->thorough) return 0;
    for (;;) {
        const int32_t step = solo_question(r);
        if (step != 0) return step;
        if (!solo_move(r)) return 0;
        prove(r);
        r->next_tick[0] = r->tick + 1;
        r->at_trigger = 0;
        if (r->tick >= r->warmup) r->at_part = PART_TRIGGERS;
    }
}

void wick_run_catch_up(wick_run *r)
{
    const int32_t n = r->cur.ahead, t = r->tick + n;
    r->cur.free = r->cur.ahead = 0;
    if (n == 0) return;
    wk_mark_span(r, r->tick + 1, t + 1);
    r->tick = r->bar_of[0] = t;
    r->next_tick[0] = t + 1;
    r->meter.asked += n;
    r->cur.tick = r->cur.bar = t;
    r->cur.time = r->feed[0].time[t];
    r->cur.equity = r->equity;
}

/* How many of the bars after the present question bring nothing but the same one. Where levels have
 * to be compared bar by bar it looks as far as the caller got last time, and then twice as far: a
 * script that places an order on every bar does not pay for bars it never walks. */
static void let_walk(wick_run *r)
{
    enum { LEAST = 8, MOST = 1024 };
    const wk_feed *f = &r->feed[0];
    const wk_sym *y = &r->sym[0];
    const int32_t t = r->tick + 1;
    if (r->thorough || r->dead || r->on_close_pending || y->stale) return;
    int32_t to = f->n - 1; /* the last bar may have an end to make */
    if (r->event[0] < to) to = r->event[0];
    if (y->watched && y->due < to) to = y->due;
    const bool levels = y->watched && (y->lo > -WK_INF || y->hi < WK_INF);
    if (levels || r->sym[0].b < 0.0 || r->sym[0].a != 0.0 || r->cash < 0.0) {
        if (to > t + r->reach) to = t + r->reach;
        if (levels) to = find_touch(f, t, to, y->lo, y->hi);
        to = wk_find_broke(r, t, to);
        r->reach = to < t + r->reach ? LEAST : r->reach < MOST ? 2 * r->reach : MOST;
    }
    r->cur.free = to > t ? to - t : 0;
}

static int32_t advance(wick_run *r)
{
    for (;;) {
        if (r->status < 0) return r->status;
        switch (r->phase) {
        case WK_PH_START:
            wk_start(r);
            r->phase = WK_PH_NEXT;
            break;
        case WK_PH_NEXT:
            if (!next_tick(r)) {
                if (r->status < 0) break;
                r->phase = WK_PH_DONE;
                r->cur.step = WICK_STEP_DONE;
                break;
            }
            if (r->paused > 0) {
                r->phase = WK_PH_REFILL;
                break;
            }
            r->phase = WK_PH_FILLS;
            if (r->member) return WICK_STEP_SYNC;
            break;
        case WK_PH_REFILL:
            if (wk_refill_ask(r)) {
                point_at(r, WICK_STEP_REFILL, r->cur.symbol);
                return WICK_STEP_REFILL;
            }
            if (r->status < 0) break;
            wk_tick_filled(r);
            prove(r);
            r->phase = WK_PH_FILLS;
            if (r->member) return WICK_STEP_SYNC;
            break;
        case WK_PH_FILLS:
            if (r->ask_fill && ask_fill(r)) return WICK_STEP_FILL;
            r->phase = r->dead ? WK_PH_END : WK_PH_BEFORE;
            break;
        case WK_PH_BEFORE:
            r->phase = WK_PH_SYMBOLS;
            r->at_sym = r->at_trigger = 0;
            r->at_part = PART_SIGNALS;
            if (!r->ask_before) break;
            point_at(r, WICK_STEP_BEFORE, -1);
            return WICK_STEP_BEFORE;
        case WK_PH_SYMBOLS:
            if (ask_symbols(r)) return r->cur.step;
            r->phase = WK_PH_AFTER;
            break;
        case WK_PH_AFTER:
            r->phase = r->rebalances ? WK_PH_REBALANCE : WK_PH_END;
            if (!r->ask_after) break;
            point_at(r, WICK_STEP_AFTER, -1);
            return WICK_STEP_AFTER;
        case WK_PH_REBALANCE:
            r->phase = WK_PH_END;
            if (ask_rebalance(r)) return WICK_STEP_REBALANCE;
            break;
        case WK_PH_END:
            end_tick(r);
            r->phase = WK_PH_NEXT;
            if (r->member) return WICK_STEP_SYNC;
            break;
        case WK_PH_DONE:
        default: return WICK_STEP_DONE;
        }
    }
}

static int32_t next_question(wick_run *r)
{
    const int32_t step = r->direct ? solo_step(r) : 0;
    return step != 0 ? step : advance(r);
}

int32_t wick_run_step(wick_run *r)
{
    if (r->walks) {
        wick_run_catch_up(r);
        const int32_t step = r->quick && quick_step(r) ? WICK_STEP_BAR : next_question(r);
        if (step == WICK_STEP_BAR) let_walk(r);
        return step;
    }
    if (r->quick && quick_step(r)) return WICK_STEP_BAR;
    if (!r->metered) return next_question(r);
    const double from = wick_now();
    const int32_t step = next_question(r);
    r->meter.seconds += wick_now() - from;
    r->meter.timed++;
    return step;
}
