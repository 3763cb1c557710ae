/* SPDX-License-Identifier: MIT */
/* Finer bars inside a bar (portfolio_engine.md G3, lower_tf; pine_semantics.md 13.1): fitting them
 * to the bars of the run, and the walk along them. Each finer bar is walked as a bar of its own
 * would be: what its open gaps through, then three segments. Symbols are merged by the stamps of
 * their finer bars, within one by segment; a bar without any takes part with the earliest. */
#include "engine/path.h"
#include "engine/pine.h"

/* ---- fitting ------------------------------------------------------------------------------ */

wick_status wk_finer_spans(wick_ctx *ctx, wick_run *r, int32_t s, const wick_bars *bars, bool whole,
                           const int32_t **out)
{
    const wk_feed *f = &r->feed[s];
    const int64_t frame = wick_bars_info(wick_panel_bars(r->panel, s))->timeframe_ms;
    const int64_t own = wick_bars_info(bars)->timeframe_ms;
    if (!(own > 0 && frame > own && frame % own == 0))
        return wick_fail(ctx, WICK_E_ARG,
                         "%s: bars of %lld ms are no finer division of chart bars of %lld ms",
                         wick_bars_symbol(bars), (long long)own, (long long)frame);
    int32_t *spans = wick_arena_alloc(r->arena, ((int64_t)f->all + 1) * 2 * (int64_t)sizeof *spans);
    if (spans == NULL) return wick_fail_mem(ctx);
    const int64_t *t = wick_bars_time(bars), n = wick_bars_count(bars);
    const double *hi = wick_bars_field(bars, WICK_HIGH), *lo = wick_bars_field(bars, WICK_LOW);
    const double *op = wick_bars_field(bars, WICK_OPEN), *cl = wick_bars_field(bars, WICK_CLOSE);
    int64_t k = 0;
    for (int32_t i = 0; i < f->all; i++) {
        while (k < n && t[k] < f->time[i]) k++;
        const int64_t from = k;
        double top = -WK_INF, bottom = WK_INF;
        for (; k < n && t[k] < f->time[i] + frame; k++) {
            if (hi[k] > top) top = hi[k];
            if (lo[k] < bottom) bottom = lo[k];
        }
        /* Finer bars that do not make up their chart bar would fill at prices it never had. */
        bool fits = top == f->f[WICK_HIGH][i] && bottom == f->f[WICK_LOW][i];
        if (whole && fits)
            fits = op[from] == f->f[WICK_OPEN][i] && cl[k - 1] == f->f[WICK_CLOSE][i];
        spans[2 * i] = (int32_t)from;
        spans[2 * i + 1] = (int32_t)(fits ? k : from);
    }
    *out = spans;
    return WICK_OK;
}

wick_status wick_run_set_magnifier(wick_ctx *ctx, wick_run *r, int32_t symbol,
                                   const wick_bars *bars)
{
    if (r->phase != WK_PH_START || symbol < 0 || symbol >= r->n_sym)
        return wick_fail(ctx, WICK_E_STATE,
                         "finer bars are given for a symbol of the run before its first step");
    if (r->pine != NULL ? r->set.magnifier == 0 : r->set.intrabar != WK_INTRABAR_FINER)
        return WICK_OK;
    const int32_t *spans = NULL;
    const wick_status st = wk_finer_spans(ctx, r, symbol, bars, r->pine == NULL, &spans);
    if (st < 0) return st;
    if (r->pine != NULL) {
        r->pine[symbol].sub = bars;
        r->pine[symbol].spans = spans;
        return WICK_OK;
    }
    r->feed[symbol].fine = bars;
    r->feed[symbol].fine_of = spans;
    return WICK_OK;
}

/* Whether a bar has finer bars at all. */
static bool has_any(const wick_run *r, int32_t s, int32_t bar)
{
    const wk_feed *f = &r->feed[s];
    if (f->fine == NULL) return false;
    const int32_t k = f->fine_of[2 * bar];
    return k < wick_bars_count(f->fine) &&
           wick_bars_time(f->fine)[k] <
               f->time[bar] + wick_bars_info(wick_panel_bars(r->panel, s))->timeframe_ms;
}

void wk_finer_count(const wick_run *r, wick_ambiguity *to)
{
    if (r->pine != NULL || r->set.intrabar != WK_INTRABAR_FINER) return;
    for (int32_t s = 0; s < r->n_sym; s++) {
        const wk_feed *f = &r->feed[s];
        for (int32_t i = 0; i < f->all; i++) {
            if ((f->tick_of != NULL ? f->tick_of[i] : i) < r->first_tick) continue;
            if (wk_has_finer(f, i)) {
                to->finer++;
            } else {
                to->coarse++;
                to->misfit += has_any(r, s, i);
            }
        }
    }
}

/* ---- paths -------------------------------------------------------------------------------- */

bool wk_finer_up_first(const wk_feed *f, int32_t sub)
{
    const double o = wick_bars_field(f->fine, WICK_OPEN)[sub - 1];
    return wick_bars_field(f->fine, WICK_HIGH)[sub - 1] - o <
           o - wick_bars_field(f->fine, WICK_LOW)[sub - 1];
}

void wk_finer_path(const wk_feed *f, int32_t sub, bool up_first, double pts[4])
{
    pts[0] = wick_bars_field(f->fine, WICK_OPEN)[sub - 1];
    pts[1] = wick_bars_field(f->fine, up_first ? WICK_HIGH : WICK_LOW)[sub - 1];
    pts[2] = wick_bars_field(f->fine, up_first ? WICK_LOW : WICK_HIGH)[sub - 1];
    pts[3] = wick_bars_field(f->fine, WICK_CLOSE)[sub - 1];
}

void wk_finer_stand(wick_run *r, int32_t s, int32_t sub)
{
    wk_sym *y = &r->sym[s];
    y->sub = sub;
    y->seg = 0;
    y->up_first = wk_finer_up_first(&r->feed[s], sub);
    wk_finer_path(&r->feed[s], sub, y->up_first != 0, y->pts);
    y->px = y->pts[0];
}

void wk_finer_meets(const wick_run *r, int32_t s, double p, wk_at *at)
{
    const wk_feed *f = &r->feed[s];
    const int32_t end = f->fine_of[2 * r->bar_of[s] + 1];
    for (int32_t sub = r->sym[s].sub; sub <= end; sub++) {
        double pts[4];
        wk_finer_path(f, sub, wk_finer_up_first(f, sub), pts);
        at->sub = sub;
        at->seg = (int8_t)wk_path_meets(pts, p);
        if (at->seg < 4) return;
    }
}

void wk_finer_range(const wk_feed *f, int32_t bar, int32_t after, int32_t before, double *lo,
                    double *hi)
{
    const double *h = wick_bars_field(f->fine, WICK_HIGH), *l = wick_bars_field(f->fine, WICK_LOW);
    const int32_t from = after > 0 ? after : f->fine_of[2 * bar];
    const int32_t to = before == WK_NEVER ? f->fine_of[2 * bar + 1] : before - 1;
    for (int32_t k = from; k < to; k++) {
        if (l[k] < *lo) *lo = l[k];
        if (h[k] > *hi) *hi = h[k];
    }
}

/* ---- the walk ----------------------------------------------------------------------------- */

/* Stamp of the finer bar on which a symbol stands or would go on. */
static int64_t stamp_of(const wick_run *r, int32_t s, int32_t sub)
{
    return wick_bars_time(r->feed[s].fine)[sub - 1];
}

/* The next finer bar begins: what its open has passed fills there. */
static void open_of(wick_run *r, int32_t s)
{
    for (int32_t slot = r->sym[s].lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        wk_lot_at(r, slot)->trail0 = wk_lot_at(r, slot)->trail;
    }
    wk_gapped_items(r, s, r->bar_of[s], r->sym[s].px);
}

static void end_of(wick_run *r, int32_t s)
{
    const wk_sym *y = &r->sym[s];
    const int32_t bar = r->bar_of[s];
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        const wk_lot *l = wk_lot_at(r, slot);
        if (l->live_bar > bar || (l->live_bar == bar && l->live_sub > y->sub)) continue;
        if (l->blocked_bar != bar && l->going < 0) wk_ambiguous_held(r, l, bar);
    }
}

/* Sets `walks` of the symbols whose next finer bar has the earliest stamp, and stands them on it;
 * false: all are through. In the first round they stand on their first already, and bars that are
 * walked by themselves come along. */
static bool next_round(wick_run *r, bool first)
{
    int64_t when = INT64_MAX;
    for (int32_t i = 0; i < r->n_hot; i++) {
        const int32_t s = r->hot[i];
        const wk_sym *y = &r->sym[s];
        if (!y->must || y->sub == 0) continue;
        const int32_t next = y->begun ? y->sub + 1 : y->sub;
        if (next <= r->feed[s].fine_of[2 * r->bar_of[s] + 1] && stamp_of(r, s, next) < when)
            when = stamp_of(r, s, next);
    }
    bool any = false;
    for (int32_t i = 0; i < r->n_hot; i++) {
        const int32_t s = r->hot[i];
        wk_sym *y = &r->sym[s];
        y->walks = 0;
        if (!y->must) continue;
        if (y->sub == 0) {
            y->walks = first;
        } else {
            const int32_t next = y->begun ? y->sub + 1 : y->sub;
            if (next > r->feed[s].fine_of[2 * r->bar_of[s] + 1] || stamp_of(r, s, next) != when)
                continue;
            if (y->begun) {
                wk_finer_stand(r, s, next);
                open_of(r, s);
            }
            y->begun = 1;
            y->walks = 1;
        }
        any = any || y->walks;
    }
    return any;
}

void wk_finer_walk(wick_run *r)
{
    for (int32_t i = 0; i < r->n_hot; i++) {
        r->sym[r->hot[i]].must = r->sym[r->hot[i]].walks;
        r->sym[r->hot[i]].begun = 0;
    }
    for (bool first = true; r->status >= 0 && next_round(r, first); first = false) {
        if (r->items.n > 0) wk_items_exec(r, WK_AT_OPEN);
        for (int32_t seg = 1; seg <= 3 && r->status >= 0; seg++) wk_walk_segment(r, seg);
        for (int32_t i = 0; i < r->n_hot; i++) {
            const wk_sym *y = &r->sym[r->hot[i]];
            if (y->walks && y->sub > 0) end_of(r, r->hot[i]);
        }
    }
    for (int32_t i = 0; i < r->n_hot; i++) r->sym[r->hot[i]].walks = r->sym[r->hot[i]].must;
}
