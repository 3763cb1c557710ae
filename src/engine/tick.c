/* SPDX-License-Identifier: MIT */
/* One tick up to its equity row (portfolio_engine.md G2, phases begin to close), and what follows
 * the decisions: orders that asked for this close, liquidation after the capture. */
#include "engine/hedge.h"
#include "engine/margin.h"
#include "engine/path.h"
#include "engine/pine.h"

wk_item *wk_item_add(wick_run *r)
{
    return wk_vec_push(r, &r->items, sizeof(wk_item));
}

bool wk_item_alive(const wick_run *r, const wk_item *it)
{
    if (it->kind == WK_ITEM_ORDER || it->kind == WK_ITEM_ARM) {
        return wk_ord_at(r, it->slot)->id == it->serial;
    }
    return wk_lot_at(r, it->slot)->serial == it->serial;
}

static bool before(const wk_item *a, const wk_item *b)
{
    if (a->cls != b->cls) return a->cls < b->cls;
    if (a->score != b->score) return a->score > b->score;
    return a->seq < b->seq;
}

/* Insertion sort: lists are short, and nearly in order because orders are collected by symbol. Long
 * ones (a wide universe rebalanced at once) go through a merge. */
static void merge_sort(wk_item *v, wk_item *tmp, int32_t n)
{
    if (n <= 16) {
        for (int32_t i = 1; i < n; i++) {
            const wk_item x = v[i];
            int32_t k = i;
            while (k > 0 && before(&x, &v[k - 1])) {
                v[k] = v[k - 1];
                k--;
            }
            v[k] = x;
        }
        return;
    }
    const int32_t half = n / 2;
    merge_sort(v, tmp, half);
    merge_sort(v + half, tmp, n - half);
    for (int32_t i = 0; i < half; i++) tmp[i] = v[i];
    int32_t i = 0, k = half, to = 0;
    while (i < half) v[to++] = k < n && before(&v[k], &tmp[i]) ? v[k++] : tmp[i++];
}

void wk_items_sort(wick_run *r)
{
    const int32_t n = r->items.n;
    if (n < 2) return;
    wk_item *v = r->items.p, *tmp = NULL;
    for (int32_t i = 0; i < n; i++) {
        /* Closing orders are served as they came; a missing score counts as zero. */
        if (isnan(v[i].score) || (v[i].cls == 0 && r->set.phases == WK_PHASES_PATH))
            v[i].score = 0.0;
    }
    if (n > 16) {
        if (!wk_vec_reserve(r, &r->scratch, n / 2, sizeof *tmp)) return;
        tmp = r->scratch.p;
    }
    merge_sort(v, tmp, n);
}

int32_t wk_items_requeue(wick_run *r)
{
    wk_item *v = r->items.p;
    int32_t n = 0;
    for (int32_t i = 0; i < r->items.n; i++) {
        if (v[i].cls == 1) v[n++] = v[i];
    }
    r->items.n = n;
    wk_items_sort(r);
    return 0;
}

double wk_equity_now(const wick_run *r)
{
    if (r->n_watch == 0) return r->cash;
    if (r->n_watch == 1) {
        const wk_sym *y = &r->sym[r->watch[0]];
        return r->cash + (y->lots > 0 ? y->a + y->b * wk_mark(r, r->watch[0]) : 0.0);
    }
    wick_sum k = {r->cash, 0.0};
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i];
        const wk_sym *y = &r->sym[s];
        if (y->lots > 0) wick_sum_add(&k, y->a + y->b * wk_mark(r, s));
    }
    return wick_sum_get(&k);
}

static void show(wick_run *r, double **col, int32_t row, double v)
{
    if (v == 0.0 && *col == NULL) return;
    double *to = wk_side_column(r, col);
    if (to != NULL) to[row] = v;
}

/* Equity as wk_equity_now adds it up, and the values of longs and shorts on the way. */
static double value_sides(const wick_run *r, double *longs, double *shorts)
{
    *longs = *shorts = 0.0;
    if (r->n_watch == 0) return r->cash;
    if (r->n_watch == 1 && !wk_hedges(r)) {
        const wk_sym *y = &r->sym[r->watch[0]];
        if (y->lots == 0) return r->cash;
        const double v = y->b * wk_mark(r, r->watch[0]);
        *longs = y->pos > 0.0 ? 0.0 + v : 0.0;
        *shorts = y->pos < 0.0 ? 0.0 - v : 0.0;
        return r->cash + (y->a + v);
    }
    wick_sum all = {r->cash, 0.0}, lv = {0.0, 0.0}, sv = {0.0, 0.0};
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i];
        const wk_sym *y = &r->sym[s];
        if (y->lots == 0 && y->pos == 0.0) continue;
        const double v = y->b * wk_mark(r, s);
        if (y->lots > 0) wick_sum_add(&all, y->a + v);
        if (wk_hedges(r)) {
            const double unit = wk_mark(r, s) * r->feed[s].point_value;
            wick_sum_add(&lv, wk_side_units(r, s, 1) * unit);
            wick_sum_add(&sv, wk_side_units(r, s, -1) * unit);
        } else if (y->pos > 0.0) {
            wick_sum_add(&lv, v);
        } else if (y->pos < 0.0) {
            wick_sum_add(&sv, -v);
        }
    }
    *longs = wick_sum_get(&lv);
    *shorts = wick_sum_get(&sv);
    return r->n_watch > 1 ? wick_sum_get(&all) : wk_equity_now(r);
}

void wk_record_row(wick_run *r)
{
    const int32_t row = r->tick - r->first_tick;
    double longs = 0.0, shorts = 0.0;
    r->equity = r->lean ? wk_equity_now(r) : value_sides(r, &longs, &shorts);
    r->col_equity[row] = r->equity;
    if (r->set.last_mark == WK_MARK_NAN) {
        for (int32_t i = 0; i < r->n_watch; i++) {
            const int32_t s = r->watch[i];
            if (r->sym[s].lots > 0 && !r->active[s]) r->col_equity[row] = WICK_NA;
        }
    }
    if (r->col_fees != NULL) r->col_fees[row] = r->fees;
    for (int k = 0; k < WICK_FLOWS && r->begins; k++)
        if (r->col_flow[k] != NULL) r->col_flow[k][row] = r->flow[k];
    if (r->lean) return;
    r->col_cash[row] = r->cash;
    show(r, &r->col_long, row, longs);
    show(r, &r->col_short, row, shorts);
}

void wk_kill_all(wick_run *r, int32_t s, int32_t fate)
{
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t w = r->watch[i];
        if (s >= 0 && w != s) continue;
        while (r->sym[w].ord != WK_NONE) wk_ord_kill(r, r->sym[w].ord, fate);
    }
}

/* Equity at or below zero: the account is closed at the marks and stays flat. */
static void liquidate_all(wick_run *r)
{
    wk_kill_all(r, -1, WICK_FATE_CANCELLED);
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i];
        const wk_at at = {.bar = r->bar_of[s], .seg = 4, .held = 1, .next = 1, .px = wk_mark(r, s)};
        wk_liquidate(r, s, WICK_BY_BANKRUPT, at.px, &at);
    }
    if (r->set.bankruptcy == WK_BANKRUPT_ZERO) {
        r->forgiven -= r->cash;
        r->cash = 0.0;
    }
    r->dead = true;
}

static void end_of_symbol(wick_run *r, int32_t s, bool held)
{
    const int32_t bar = r->bar_of[s];
    if (r->sym[s].lots == 0) return;
    const double p = wk_bar_price(&r->feed[s], bar, r->set.end_fill);
    const int32_t side = r->sym[s].pos > 0.0 ? -1 : 1;
    const wk_at at = {.bar = bar, .seg = 4, .held = held, .next = 1, .px = p};
    for (int32_t d = 1; d >= -1 && wk_hedges(r); d -= 2) {
        const double q = wk_side_units(r, s, d);
        if (q > 0.0)
            wk_close_side(r, s, d, q, WICK_BY_END,
                          wk_fill_price(r, s, bar, p, -d, WICK_MARKET, true, q), &at);
    }
    if (wk_hedges(r)) return;
    const double qty = fabs(r->sym[s].pos);
    wk_liquidate(r, s, WICK_BY_END, wk_fill_price(r, s, bar, p, side, WICK_MARKET, true, qty), &at);
}

static void refresh(wick_run *r)
{
    for (int32_t i = r->n_watch - 1; i >= 0; i--) {
        const int32_t s = r->watch[i];
        if (!r->sym[s].stale) continue;
        wk_sym_refresh(r, s);
        /* Fills come before the decision of their bar, on-close fills after it. */
        const bool decided = r->phase == WK_PH_END || !r->active[s];
        wk_signal_next(r, s, r->bar_of[s] + (decided ? 1 : 0));
    }
}

int32_t wk_tick_hot(wick_run *r)
{
    const bool carries = wk_carries(r);
    r->n_hot = 0;
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i], bar = r->bar_of[s];
        const wk_sym *y = &r->sym[s];
        const wk_feed *f = &r->feed[s];
        if (!r->active[s]) continue;
        if (!r->thorough && bar < y->due && !(r->calls && y->lots > 0)) {
            if (f->f[WICK_LOW][bar] > y->lo && f->f[WICK_HIGH][bar] < y->hi) continue;
            if (carries && y->ords == 0 && !wk_must_walk(r, s, bar)) continue;
        }
        r->hot[r->n_hot++] = s;
    }
    return r->n_hot;
}

void wk_go_bankrupt(wick_run *r)
{
    liquidate_all(r);
    refresh(r);
    wk_record_row(r);
}

void wk_tick_close(wick_run *r)
{
    wk_record_row(r);
    /* Of several runs on one account the account is judged: wick_run_close_out. */
    if (r->equity <= 0.0 && r->set.bankruptcy != WK_BANKRUPT_CONTINUE && !r->dead && !r->member)
        wk_go_bankrupt(r);
}

void wk_tick_filled(wick_run *r)
{
    if (r->n_hot > 0) {
        if (r->calls) wk_margin_point(r, 4);
        if (r->set.close_at_end == WK_END_CLOSE) {
            for (int32_t i = 0; i < r->n_hot; i++) {
                const int32_t s = r->hot[i];
                if (r->bar_of[s] == r->feed[s].end) end_of_symbol(r, s, false);
            }
        }
        refresh(r);
    }
    wk_tick_close(r);
}

void wk_tick_process(wick_run *r)
{
    if (r->set.phases == WK_PHASES_CANDLE) {
        wk_tick_candle(r);
        refresh(r);
        wk_tick_close(r);
        return;
    }
    if (r->set.absent_fill == WK_ABSENT_LAST && r->live_ords > 0) {
        wk_absent_fills(r);
        refresh(r);
    }
    if (r->n_hot > 0) {
        if (r->pine != NULL)
            for (int32_t i = 0; i < r->n_hot && r->status >= 0; i++) wk_pine_tick(r, r->hot[i]);
        else if (r->set.phases == WK_PHASES_BATCH)
            wk_tick_batch(r);
        else if (r->set.phases == WK_PHASES_QUEUE)
            wk_tick_queue(r);
        else if (r->set.phases == WK_PHASES_ROWS)
            wk_tick_rows(r);
        else
            wk_tick_walk(r);
        if (r->paused > 0) return; /* the rest once the paths have come to their ends */
    }
    wk_tick_filled(r);
}

void wk_on_close(wick_run *r)
{
    r->on_close_pending = false;
    if (r->set.phases == WK_PHASES_ROWS) {
        wk_run_rows(r, true);
        refresh(r);
        wk_record_row(r);
        return;
    }
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i], bar = r->bar_of[s];
        const double c = r->feed[s].f[WICK_CLOSE][bar];
        for (int32_t slot = r->sym[s].ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) {
            wk_ord *o = wk_ord_at(r, slot);
            if (!o->on_close) continue;
            o->on_close = 0;
            r->sym[s].stale = 1;
            const bool stop =
                o->type == WICK_MARKET || o->type == WICK_LIMIT || o->side * (c - o->stop) >= 0.0;
            if (stop && o->type == WICK_STOP_LIMIT) o->armed = 1;
            const bool limited = o->type == WICK_LIMIT || o->type == WICK_STOP_LIMIT;
            if (!stop || (limited && o->side * (c - o->limit) > 0.0)) {
                o->due = bar + 1; /* rests like any other from the next bar on */
                continue;
            }
            wk_item *it = wk_item_add(r);
            if (it == NULL) return;
            *it = (wk_item){.kind = WK_ITEM_ORDER,
                            .cls = wk_ord_class(r, o),
                            .seq = o->id,
                            .symbol = s,
                            .slot = slot,
                            .serial = o->id,
                            .score = o->score,
                            .px = c,
                            .price = c};
        }
    }
    wk_items_exec(r, WK_AFTER_CAPTURE);
    refresh(r);
    wk_record_row(r);
}

void wk_pine_on_close(wick_run *r)
{
    wk_pine_after_script(r);
    refresh(r);
    wk_record_row(r);
}

void wk_after_capture(wick_run *r)
{
    bool any = false;
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i];
        if (!r->active[s] || r->bar_of[s] != r->feed[s].end) continue;
        end_of_symbol(r, s, r->set.close_at_end == WK_END_AFTER_CAPTURE);
        any = true;
    }
    if (any) refresh(r);
}

void wk_end_now(wick_run *r)
{
    if (r->tick < r->first_tick || r->dead || r->set.close_at_end == WK_END_OFF) return;
    if (r->set.close_at_end == WK_END_RUN) {
        if (r->tick + 1 < r->all_ticks) return; /* more bars have come */
        wk_candle_end(r);
        refresh(r);
    } else {
        wk_after_capture(r);
    }
    if (r->set.close_at_end != WK_END_AFTER_CAPTURE) wk_record_row(r);
}
