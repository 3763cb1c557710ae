/* SPDX-License-Identifier: MIT */
/* Signal columns and triggers, executed without asking anyone. Masks are searched, not polled: the
 * next bar that matters depends on what is held, so that a mask that stays true while its side is
 * held costs one pass of counting. */
#include "engine/pine.h"

#include <string.h>

static inline uint64_t bits(const double *v)
{
    uint64_t w;
    memcpy(&w, v, sizeof w);
    return w;
}

/* First bar in [from, to) on which a mask is set; `to` when none. Blocks of zeros are skipped as
 * integers: a mask is 0, 1 or NA. */
static int32_t find_set(const double *m, int32_t from, int32_t to)
{
    int32_t i = from;
    while (i + 16 <= to) {
        uint64_t any = 0;
        for (int k = 0; k < 16; k++) any |= bits(m + i + k);
        if (any != 0) {
            /* Backwards without a branch: where in its block a mask is set cannot be guessed. */
            int32_t at = 16;
            for (int k = 15; k >= 0; k--) at = m[i + k] > 0.0 ? k : at;
            if (at < 16) return i + at;
        }
        i += 16;
    }
    for (; i < to; i++) {
        if (m[i] > 0.0) return i;
    }
    return to;
}

static bool is_set(const uint64_t *m, int32_t bar)
{
    return m != NULL && wick_mask_at(m, bar);
}

bool wk_signal_set(const uint64_t *m, int32_t bar)
{
    return is_set(m, bar);
}

static int32_t next_set(const uint64_t *m, int32_t from, int32_t to)
{
    return (int32_t)wick_mask_next(m, from, to);
}

/* Entry signals that went by while their side was held full are refusals too. */
static void count_held(wick_run *r, int32_t s, int32_t to)
{
    wk_sym *y = &r->sym[s];
    const wick_signals *g = r->feed[s].signals;
    if (y->sig_state == 0 || y->sig_from >= to) return;
    const uint64_t *m = y->sig_state > 0 ? g->long_entry_bits : g->short_entry_bits;
    if (m == NULL) return;
    /* Exit bars are events, so that none lies inside the range. */
    r->fates[WICK_FATE_HELD] += wick_mask_count(m, y->sig_from, to);
}

/* What is decided on bar `at` fills on the next one: its prices are on their way while the bars in
 * between are marked and the script is asked. */
static void expect(const wk_feed *f, int32_t at)
{
#if defined(__GNUC__)
    if (at + 1 >= f->n) return;
    __builtin_prefetch(f->time + at);
    __builtin_prefetch(f->f[WICK_OPEN] + at + 1);
    __builtin_prefetch(f->f[WICK_HIGH] + at + 1);
    __builtin_prefetch(f->f[WICK_LOW] + at + 1);
#else
    (void)f;
    (void)at;
#endif
}

/* Masks are searched once from end to end, as those of triggers are. */
static void look(int32_t *at, const double *mask, int32_t from, int32_t n, int32_t *to)
{
    if (mask == NULL) return;
    if (*at < from) *at = find_set(mask, from, n);
    if (*at < *to) *to = *at;
}

/* Next bar on which the present state wakes the script. */
static int32_t find_wake(const wick_run *r, int32_t s, int32_t from)
{
    const wick_wake *k = r->feed[s].wake;
    wk_sym *y = &r->sym[s];
    const int32_t n = r->feed[s].n;
    const double pos = y->pos;
    const bool every = pos == 0.0 ? k->every_flat : pos > 0.0 ? k->every_long : k->every_short;
    if (every || (k->on_fill && r->pine != NULL && r->pine[s].filled == from)) return from;
    int32_t to = n;
    look(&y->wake_at[0], k->always, from, n, &to);
    if (pos == 0.0)
        look(&y->wake_at[1], k->flat, from, n, &to);
    else if (pos > 0.0)
        look(&y->wake_at[2], k->in_long, from, n, &to);
    else
        look(&y->wake_at[3], k->in_short, from, n, &to);
    return to;
}

bool wk_wakes(const wick_run *r, int32_t s)
{
    const wick_wake *k = r->feed[s].wake;
    const int32_t bar = r->bar_of[s];
    const double pos = r->sym[s].pos;
    if (bar < r->warmup || r->dead) return false;
    if (k == NULL) return r->ask_bar;
    if (k->on_fill || (k->always != NULL && k->always[bar] > 0.0)) return true;
    const double *m = pos == 0.0 ? k->flat : pos > 0.0 ? k->in_long : k->in_short;
    const bool every = pos == 0.0 ? k->every_flat : pos > 0.0 ? k->every_long : k->every_short;
    return every || (m != NULL && m[bar] > 0.0);
}

void wk_signal_next(wick_run *r, int32_t s, int32_t from)
{
    const wk_feed *f = &r->feed[s];
    wk_sym *y = &r->sym[s];
    if (f->signals == NULL && f->n_triggers == 0 && f->wake == NULL) return;
    if (from < r->warmup) from = (int32_t)(r->warmup < f->n ? r->warmup : f->n);
    int32_t to = f->n;
    if (f->wake != NULL) to = find_wake(r, s, from);
    const wick_signals *g = f->signals;
    if (g != NULL) {
        count_held(r, s, from);
        y->sig_state = 0;
        y->sig_from = from;
        if (y->ords > 0) {
            r->event[s] = from < to ? from : WK_NEVER;
            return;
        }
        const int32_t side = y->pos > 0.0 ? 1 : y->pos < 0.0 ? -1 : 0;
        const bool full = side != 0 && r->set.max_entries > 0 && y->lots >= r->set.max_entries;
        if (full) y->sig_state = (int8_t)side;
        const uint64_t *exit = side > 0 ? g->long_exit_bits : g->short_exit_bits;
        const uint64_t *in = g->long_entry_bits, *on = g->short_entry_bits;
        if (side != 0 && exit != NULL) to = next_set(exit, from, to);
        if (in != NULL && !(full && side > 0)) to = next_set(in, from, to);
        if (on != NULL && !(full && side < 0)) to = next_set(on, from, to);
    }
    /* Bars only move on, so that a mask is searched once from end to end however often its symbol
     * is looked at. */
    for (int32_t k = 0; k < f->n_triggers; k++) {
        int32_t *at = &r->mask_at[f->first_mask + k];
        if (*at < from) *at = next_set(f->triggers[k], from, f->n);
        if (*at < to) to = *at;
    }
    r->event[s] = to < f->n ? to : WK_NEVER;
    expect(f, to);
}

void wk_signal_end(wick_run *r, int32_t s)
{
    if (r->feed[s].signals != NULL && !r->dead) count_held(r, s, r->feed[s].n);
}

/* ---- taking -------------------------------------------------------------------------------- */

static double column(const double *c, int32_t bar)
{
    return c != NULL ? c[bar] : WICK_NA;
}

static bool has_bracket(const wick_signals *g)
{
    return g->stop_price != NULL || g->stop_points != NULL || g->stop_pct != NULL ||
           g->target_price != NULL || g->target_points != NULL || g->target_pct != NULL ||
           g->trail_points != NULL || g->trail_pct != NULL || g->hold_bars > 0;
}

bool wk_signal_bracket(const wick_signals *g, int32_t bar, wk_bracket *b)
{
    if (!has_bracket(g)) return false;
    *b = (wk_bracket){.stop_price = column(g->stop_price, bar),
                      .stop_points = column(g->stop_points, bar),
                      .stop_pct = column(g->stop_pct, bar),
                      .target_price = column(g->target_price, bar),
                      .target_points = column(g->target_points, bar),
                      .target_pct = column(g->target_pct, bar),
                      .trail_points = column(g->trail_points, bar),
                      .trail_pct = column(g->trail_pct, bar),
                      .hold_bars = g->hold_bars};
    return true;
}

static int32_t pending_entries(const wick_run *r, int32_t s, int32_t side)
{
    int32_t n = 0;
    for (int32_t slot = r->sym[s].ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) {
        const wk_ord *o = wk_ord_at(r, slot);
        /* Decisions come after the bar's fills: what was good up to this bar is over. */
        const bool over = o->last <= r->bar_of[s] && !o->waiting && !o->on_close;
        if (o->side == side && o->intent != WICK_REDUCE && !over) n++;
    }
    return n;
}

/* An exit signal withdraws what still wants to enter and closes what is held. */
static void exit_side(wick_run *r, int32_t s, int32_t side)
{
    const wk_sym *y = &r->sym[s];
    bool closing = false;
    for (int32_t slot = y->ord; slot != WK_NONE;) {
        const wk_ord *o = wk_ord_at(r, slot);
        const int32_t this = slot, id = o->id;
        slot = o->next;
        if (o->side == -side && o->intent == WICK_REDUCE && o->close_all) closing = true;
        if (o->side != side || o->intent == WICK_REDUCE || !o->from_signal) continue;
        wk_ord_kill(r, this, WICK_FATE_CANCELLED);
        slot = wk_ord_after(r, s, id, slot);
    }
    if (closing || y->pos * side <= 0.0) return;
    const int32_t slot = wk_ord_new(r, s);
    if (slot == WK_NONE) return;
    wk_ord *o = wk_ord_at(r, slot);
    o->side = (int8_t)-side;
    o->intent = WICK_REDUCE;
    o->close_all = 1;
    o->from_signal = 1;
    o->qty = fabs(y->pos);
    wk_ord_schedule(r, o, 0);
    wk_ord_link(r, slot);
}

void wk_signal_entry(wick_run *r, int32_t s, int32_t side, bool answered, wk_ord *o)
{
    const wick_signals *g = r->feed[s].signals;
    const int32_t bar = r->bar_of[s];
    o->side = (int8_t)side;
    o->intent = WICK_ENTER;
    o->from_signal = 1;
    o->limit = column(g->limit, bar);
    o->stop = column(g->stop, bar);
    const bool limit = !isnan(o->limit), stop = !isnan(o->stop);
    o->type = (int8_t)(limit  ? (stop ? WICK_STOP_LIMIT : WICK_LIMIT)
                       : stop ? WICK_STOP
                              : WICK_MARKET);
    o->score = g->score != NULL          ? g->score[bar]
               : r->feed[s].gate != NULL ? r->feed[s].gate[bar]
                                         : 0.0;
    o->has_bracket = wk_signal_bracket(g, bar, &o->b);
    const double ref = limit ? o->limit : stop ? o->stop : wk_mark(r, s);
    const double factor = r->feed[s].gate_size != NULL ? r->feed[s].gate_size[bar] : 1.0;
    if (answered) {
        const double units = r->answer * factor;
        o->qty = units > 0.0 && units <= 1e300 ? wk_round_qty(r, s, units) : 0.0;
    } else {
        const bool own = g->size_kind != WICK_SIZE_DEFAULT;
        int32_t kind = own ? g->size_kind : wk_default_kind(r);
        double amount = !own                 ? r->set.size_amount
                        : g->amounts != NULL ? g->amounts[bar]
                                             : g->amount;
        amount *= factor;
        if (!wk_ord_sized_later(r, o, &kind, &amount)) {
            const double stop_at = o->has_bracket ? wk_stop_distance(&o->b, ref) : 0.0;
            o->qty = wk_units(r, s, kind, amount, stop_at, ref);
        }
    }
    if (g->price != NULL && wk_given_price(g->price[bar])) {
        o->fill = WK_FILL_FIXED;
        o->fill_price = g->price[bar];
    }
    wk_ord_schedule(r, o, 0);
    if (o->type != WICK_MARKET && g->expire > 0) wk_ord_expires(o, g->expire);
}

static void enter(wick_run *r, int32_t s, int32_t side, bool answered)
{
    if (r->set.exclusive) wk_make_way(r, s);
    /* Where entries are signed arithmetic a signal still turns the position. */
    const bool net = r->set.entry_against == WK_AGAINST_NET && r->set.phases == WK_PHASES_QUEUE;
    if (net && r->sym[s].pos * side < 0.0) exit_side(r, s, -side);
    const int32_t slot = wk_ord_new(r, s);
    if (slot == WK_NONE) return;
    wk_ord *o = wk_ord_at(r, slot);
    wk_signal_entry(r, s, side, answered, o);
    if (!(o->qty > 0.0))
        wk_ord_refused(r, slot, WICK_FATE_ZERO);
    else
        wk_ord_link(r, slot);
}

int32_t wk_signal_wanted(wick_run *r, int32_t s, int32_t bar)
{
    const wick_signals *g = r->feed[s].signals;
    const wk_sym *y = &r->sym[s];
    const bool le = is_set(g->long_entry_bits, bar) && !is_set(g->long_exit_bits, bar);
    const bool se = is_set(g->short_entry_bits, bar) && !is_set(g->short_exit_bits, bar);
    if (le == se) return 0; /* none, or two that contradict each other */
    const int32_t side = le ? 1 : -1;
    const bool forbidden = r->set.position_mode == (le ? WK_MODE_SHORT : WK_MODE_LONG);
    if (forbidden && y->pos * side >= 0.0) return 0;
    const int32_t held = y->pos * side > 0.0 ? y->lots : 0;
    if (r->set.max_entries > 0 && held + pending_entries(r, s, side) >= r->set.max_entries) {
        r->fates[WICK_FATE_HELD]++;
        return 0;
    }
    if (r->feed[s].gate != NULL && !(r->feed[s].gate[bar] > r->feed[s].gate_threshold)) {
        r->fates[WICK_FATE_MODEL]++;
        return 0;
    }
    return side;
}

void wk_signal_look(wick_run *r, int32_t s)
{
    count_held(r, s, r->bar_of[s]);
    r->sym[s].sig_state = 0;
}

bool wk_signal_take(wick_run *r, int32_t s)
{
    const wick_signals *g = r->feed[s].signals;
    const int32_t bar = r->bar_of[s];
    if (g == NULL || r->set.phases == WK_PHASES_CANDLE) return false; /* read on the next bar */
    if (r->set.phases == WK_PHASES_ROWS) return wk_row_take(r, s);
    if (r->at_size != 0) {
        const int32_t side = r->at_size;
        r->at_size = 0;
        enter(r, s, side, true);
        return false;
    }
    wk_signal_look(r, s);
    if (is_set(g->long_exit_bits, bar)) exit_side(r, s, 1);
    if (is_set(g->short_exit_bits, bar)) exit_side(r, s, -1);
    const int32_t side = wk_signal_wanted(r, s, bar);
    if (side == 0) return false;
    if (g->size_kind == WICK_SIZE_ASK) {
        r->at_size = side;
        r->answer = WICK_NA;
        return true;
    }
    enter(r, s, side, false);
    return false;
}
