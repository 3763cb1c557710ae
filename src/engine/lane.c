/* SPDX-License-Identifier: MIT */
/* The short ways for the plainest work there is, and the one a sweep repeats most: one symbol and
 * market orders for the next open. They book through the same functions as the general walk, and
 * the property tests hold the two to the same bytes.
 *
 * wk_lane: signal columns, no brackets, nobody asked. Between two fills there is one marking loop,
 * and a fill needs no book of orders. wk_lone_fill: the bar of a script's order, when nothing else
 * can happen on it. */
#include "engine/engine_int.h"

bool wk_lane_fits(const wick_run *r)
{
    const wick_settings *k = &r->set;
    if (!r->solo || r->cost.caps || r->every_tick || r->ask_any || r->ask_fill ||
        r->feed[0].signals == NULL || r->feed[0].n_triggers > 0)
        return false;
    const wick_signals *g = r->feed[0].signals;
    const int32_t buy = k->buy_delay > 0 ? k->buy_delay : k->delay;
    const int32_t sell = k->sell_delay > 0 ? k->sell_delay : k->delay;
    return k->phases == WK_PHASES_PATH && k->intrabar == WK_INTRABAR_OHLC &&
           k->fill == WICK_FILL_OPEN && buy == 1 && sell == 1 && k->max_entries == 1 &&
           k->trade_unit == WK_UNIT_LOT && k->exclusive == 0 && g->size_kind != WICK_SIZE_ASK &&
           g->limit == NULL && g->stop == NULL && g->price == NULL && g->stop_price == NULL &&
           g->stop_points == NULL && g->stop_pct == NULL && g->target_price == NULL &&
           g->target_points == NULL && g->target_pct == NULL && g->trail_points == NULL &&
           g->trail_pct == NULL && g->hold_bars == 0;
}

bool wk_solo_fits(const wick_run *r)
{
    const wk_feed *f = &r->feed[0];
    return r->solo && !r->ask_before && !r->ask_after && !r->ask_fill && !r->rebalances &&
           !r->every_tick && !r->member && r->pine == NULL && f->signals == NULL &&
           f->wake == NULL && r->set.phases == WK_PHASES_PATH &&
           r->set.intrabar == WK_INTRABAR_OHLC;
}

/* An order's number and its record, written once it is over. */
static void conclude(wick_run *r, const wk_ord *o, const wk_filled *f, double price, int32_t bar)
{
    const int32_t fate = f->qty > 0.0 ? (f->whole ? WICK_FATE_FILLED : WICK_FATE_PARTIAL) : f->fate;
    int32_t *of = wk_vec_push(r, &r->slot_of, sizeof *of);
    if (of == NULL) return;
    *of = wk_ord_over(fate);
    r->fates[fate]++;
    if (r->lean) return;
    wick_order_rec *e = wk_vec_push(r, &r->recs, sizeof *e);
    if (e == NULL) return;
    const bool filled = f->qty > 0.0;
    const int64_t *time = r->feed[0].time;
    *e = (wick_order_rec){.id = o->id,
                          .symbol = 0,
                          .side = o->side,
                          .type = WICK_MARKET,
                          .intent = o->intent,
                          .fate = (int8_t)fate,
                          .tag = WK_NONE,
                          .placed = time[o->placed_bar],
                          .filled = filled ? time[bar] : WICK_NO_TIME,
                          .qty = o->close_all && filled ? f->qty : o->qty,
                          .filled_qty = f->qty,
                          .limit = WICK_NA,
                          .stop = WICK_NA,
                          .price = filled ? price : WICK_NA,
                          .fees = f->fee,
                          .score = o->score};
}

static void fill(wick_run *r, const wk_ord *o, const wk_at *at)
{
    const double price =
        wk_fill_price(r, 0, at->bar, at->px, o->side, WICK_MARKET, true, wk_asked(r, o));
    const wk_filled f = wk_fill_core(r, o, price, at);
    if (r->status >= 0) conclude(r, o, &f, price, at->bar);
}

static bool is_set(const uint64_t *m, int32_t bar)
{
    return m != NULL && wick_mask_at(m, bar);
}

/* Decides on the present bar: at most one exit and one entry. Returns how many orders came of it.
 */
static int32_t decide(wick_run *r, wk_ord o[2])
{
    const wick_signals *g = r->feed[0].signals;
    const wk_sym *y = &r->sym[0];
    const int32_t bar = r->bar_of[0];
    int32_t n = 0;
    wk_signal_look(r, 0);
    if (is_set(y->pos > 0.0 ? g->long_exit_bits : g->short_exit_bits, bar) && y->lots > 0) {
        o[n] = (wk_ord){.id = ++r->last_id,
                        .side = y->pos > 0.0 ? -1 : 1,
                        .intent = WICK_REDUCE,
                        .tag = WK_NONE,
                        .from_signal = 1,
                        .close_all = 1,
                        .qty = fabs(y->pos),
                        .placed_bar = bar};
        n++;
    }
    const int32_t side = wk_signal_wanted(r, 0, bar);
    if (side == 0) return n;
    o[n] = (wk_ord){.id = ++r->last_id, .tag = WK_NONE};
    wk_signal_entry(r, 0, side, false, &o[n]);
    if (o[n].qty > 0.0) return n + 1;
    /* An exit of the same bar has the smaller number: its record comes first. */
    o[n].qty = 0.0;
    return n + 1;
}

void wk_lane(wick_run *r)
{
    const wk_feed *f = &r->feed[0];
    wk_sym *y = &r->sym[0];
    int32_t done = r->tick; /* rows are written and decisions made up to here */
    wk_ord o[2];
    while (r->status >= 0 && y->ords == 0) {
        /* The last two bars are left to the general way, which knows about ends. */
        const int32_t e = r->event[0];
        if (e <= done || e >= f->n - 2 || wk_find_broke(r, done + 1, e + 1) <= e) break;
        wk_mark_span(r, done + 1, e + 1);
        r->tick = r->bar_of[0] = done = e;
        const int32_t n = decide(r, o);
        const int32_t bar = e + 1;
        r->tick = r->bar_of[0] = bar;
        y->up_first = wk_ohlc_up_first(f, bar);
        const wk_at at = {.bar = bar, .seg = 1, .px = f->f[WICK_OPEN][bar]};
        for (int32_t i = 0; i < n && r->status >= 0; i++) {
            if (o[i].qty > 0.0) {
                fill(r, &o[i], &at);
            } else {
                const wk_filled none = {.fate = WICK_FATE_ZERO};
                conclude(r, &o[i], &none, WICK_NA, bar);
            }
        }
        wk_signal_next(r, 0, bar);
    }
    r->tick = r->bar_of[0] = done;
    r->active[0] = done >= 0;
    if (y->watched) wk_sym_refresh(r, 0);
}

static bool is_plain(const wk_ord *o, int32_t bar)
{
    return o->type == WICK_MARKET && o->fill == WICK_FILL_OPEN && o->due <= bar && o->last >= bar &&
           !o->waiting && !o->on_close && !o->has_bracket && o->group == 0;
}

bool wk_lone_fill(wick_run *r)
{
    const wk_feed *f = &r->feed[0];
    wk_sym *y = &r->sym[0];
    const int32_t bar = r->bar_of[0];
    if (y->ords != 1 || y->lots > 1 || y->lo > -WK_INF || y->hi < WK_INF || y->stale ||
        r->cost.caps || r->calls || r->thorough || r->set.phases != WK_PHASES_PATH ||
        r->set.intrabar != WK_INTRABAR_OHLC ||
        bar >= f->n - 1) /* the last bar may have an end to make */
        return false;
    const wk_ord *o = wk_ord_at(r, y->ord);
    if (!is_plain(o, bar)) return false;
    if (y->lots == 1) {
        const wk_lot *l = wk_lot_at(r, y->lot);
        if (l->hold_bar <= bar || l->exit_fill != 0 || l->target_fill != 0) return false;
    }
    const double open = f->f[WICK_OPEN][bar];
    y->up_first = wk_ohlc_up_first(f, bar);
    const wk_at at = {.bar = bar, .seg = 1, .px = open};
    const double p = wk_fill_price(r, 0, bar, open, o->side, WICK_MARKET, true, wk_asked(r, o));
    wk_fill_order(r, y->ord, p, &at);
    wk_sym_refresh(r, 0);
    /* What is held does not move the bars of triggers. */
    if (f->signals != NULL || f->wake != NULL) wk_signal_next(r, 0, bar);
    wk_tick_close(r);
    return true;
}
