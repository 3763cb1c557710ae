/* SPDX-License-Identifier: MIT */
/* A course: markets and folds become legs, each with the bars it may see. */
#include <stdlib.h>
#include <string.h>

#include "flow/course_int.h"

static wick_status copy_markets(wick_ctx *ctx, wick_course *c, const wick_course_opts *o)
{
    c->market = calloc((size_t)o->n_markets, sizeof *c->market);
    if (c->market == NULL) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < o->n_markets; i++) {
        wick_market *m = &c->market[c->n_markets++];
        *m = o->markets[i];
        m->panel = wick_panel_ref(o->markets[i].panel);
        m->name = strdup(o->markets[i].name != NULL ? o->markets[i].name : "");
        if (m->name == NULL) return wick_fail_mem(ctx);
    }
    return WICK_OK;
}

/* First tick of a clock stamped at or after t. */
static int64_t tick_at(const wick_panel *p, int64_t t)
{
    const int64_t *clock = wick_panel_clock(p);
    int64_t lo = 0, hi = wick_panel_ticks(p);
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (clock[mid] < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Where the segment lies on a market's own clock. */
static void place(const wick_course *c, int32_t market, const wick_segment *s, wk_leg *leg)
{
    const wick_panel *p = c->market[market].panel;
    leg->from = s->from;
    leg->to = s->to;
    if (market == 0) return;
    const int64_t *clock = wick_panel_clock(c->market[0].panel);
    leg->from = tick_at(p, clock[s->from]);
    leg->to = s->to < wick_panel_ticks(c->market[0].panel) ? tick_at(p, clock[s->to])
                                                           : wick_panel_ticks(p);
}

/* Legs that end at the same tick share one cut. */
static wick_status cut(wick_ctx *ctx, wick_course *c, wick_panel *const *noisy, wk_leg *leg)
{
    for (int64_t i = 0; i < c->n_legs; i++) {
        const wk_leg *x = &c->leg[i];
        if (x == leg || x->panel == NULL || x->market != leg->market || x->to != leg->to) continue;
        leg->panel = wick_panel_ref(x->panel);
        for (int64_t k = 0; leg->noisy != NULL && k < c->robust.n; k++)
            leg->noisy[k] = wick_panel_ref(x->noisy[k]);
        return WICK_OK;
    }
    wick_status st = wick_panel_cut(ctx, c->market[leg->market].panel, leg->to, &leg->panel);
    for (int64_t k = 0; st >= 0 && leg->noisy != NULL && k < c->robust.n; k++)
        st = wick_panel_cut(ctx, noisy[leg->market * c->robust.n + k], leg->to, &leg->noisy[k]);
    return st;
}

static wick_status make_leg(wick_ctx *ctx, wick_course *c, wick_panel *const *noisy, int64_t fold,
                            int32_t market, const wick_segment *s)
{
    const wick_panel *p = c->market[market].panel;
    const int64_t *clock = wick_panel_clock(p), ticks = wick_panel_ticks(p);
    wk_leg *leg = &c->leg[c->n_legs++];
    *leg = (wk_leg){.fold = fold, .market = market, .same = -1};
    place(c, market, s, leg);
    if (leg->from >= leg->to)
        return wick_fail(ctx, WICK_E_DATA, "fold %s: %s has no bars there", c->fold_name[fold],
                         c->market[market].name[0] ? c->market[market].name : "the market");
    if (c->robust.kind == WK_ROBUST_NOISE) {
        leg->noisy = calloc((size_t)c->robust.n, sizeof(wick_panel *));
        if (leg->noisy == NULL) return wick_fail_mem(ctx);
    }
    leg->has_trade_from = leg->from > 0;
    leg->trade_from = leg->from_time = clock[leg->from];
    leg->until_time = leg->to < ticks ? clock[leg->to] : INT64_MAX;
    return cut(ctx, c, noisy, leg);
}

static wick_status make_noise(wick_ctx *ctx, const wick_course *c, wick_panel ***out)
{
    wick_status st = WICK_OK;
    *out = NULL;
    if (c->robust.kind != WK_ROBUST_NOISE) return WICK_OK;
    wick_panel **list = calloc((size_t)(c->n_markets * c->robust.n), sizeof(wick_panel *));
    if (list == NULL) return wick_fail_mem(ctx);
    *out = list;
    for (int32_t m = 0; m < c->n_markets; m++)
        for (int64_t k = 0; k < c->robust.n && st >= 0; k++)
            st = wk_noisy_panel(ctx, c->market[m].panel, &c->robust, c->seed, k,
                                &list[m * c->robust.n + k]);
    return st;
}

static wick_status make_legs(wick_ctx *ctx, wick_course *c, const wick_course_opts *o)
{
    int64_t n = 0;
    wick_panel **noisy = NULL;
    wick_status st;
    for (int64_t i = 0; i < o->n_folds; i++) n += o->folds[i].n * c->n_markets;
    c->fold_name = calloc((size_t)o->n_folds, sizeof *c->fold_name);
    c->leg = calloc((size_t)(n > 0 ? n : 1), sizeof *c->leg);
    if (c->fold_name == NULL || c->leg == NULL) return wick_fail_mem(ctx);
    st = make_noise(ctx, c, &noisy);
    for (int64_t i = 0; i < o->n_folds && st >= 0; i++) {
        const wick_course_fold *f = &o->folds[i];
        c->fold_name[c->n_folds] = strdup(f->name != NULL ? f->name : "");
        if (c->fold_name[c->n_folds++] == NULL) st = wick_fail_mem(ctx);
        if (st >= 0 && f->n == 0)
            st = wick_fail(ctx, WICK_E_DATA, "fold %s has nothing to run on", f->name);
        for (int32_t m = 0; m < c->n_markets && st >= 0; m++)
            for (int64_t k = 0; k < f->n && st >= 0; k++)
                st = make_leg(ctx, c, noisy, i, m, &f->segment[k]);
    }
    for (int64_t i = 0; noisy != NULL && i < c->n_markets * c->robust.n; i++)
        wick_panel_unref(noisy[i]);
    free(noisy);
    return st;
}

/* A leg that is run already is not run again, and where legs overlap the later one is shown. */
static void link_legs(wick_course *c)
{
    for (int64_t i = 0; i < c->n_legs; i++) {
        wk_leg *a = &c->leg[i];
        for (int64_t k = 0; k < i && a->same < 0; k++) {
            const wk_leg *b = &c->leg[k];
            if (b->market == a->market && b->from == a->from && b->to == a->to)
                a->same = b->same >= 0 ? b->same : k;
        }
        for (int64_t k = 0; k < c->n_legs; k++) {
            const wk_leg *b = &c->leg[k];
            if (b->market == a->market && b->from > a->from && b->from < a->to &&
                b->from_time < a->until_time)
                a->until_time = b->from_time;
        }
    }
}

static wick_status make_rows(wick_ctx *ctx, wick_course *c)
{
    const wick_panel *p = c->market[0].panel;
    const int64_t ticks = wick_panel_ticks(p), *clock = wick_panel_clock(p);
    c->row_of = malloc((size_t)(ticks + 1) * sizeof *c->row_of);
    c->row_time = malloc((size_t)(ticks + 1) * sizeof *c->row_time);
    if (c->row_of == NULL || c->row_time == NULL) return wick_fail_mem(ctx);
    for (int64_t t = 0; t < ticks; t++) c->row_of[t] = -1;
    for (int64_t i = 0; i < c->n_legs; i++)
        if (c->leg[i].market == 0)
            for (int64_t t = c->leg[i].from; t < c->leg[i].to; t++) c->row_of[t] = 0;
    for (int64_t t = 0; t < ticks; t++) {
        if (c->row_of[t] < 0) continue;
        c->row_of[t] = (int32_t)c->n_rows;
        c->row_time[c->n_rows++] = clock[t];
    }
    return WICK_OK;
}

wick_status wick_course_new(wick_ctx *ctx, const wick_course_opts *opts, wick_course **out)
{
    wick_course_opts o = {0};
    memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    wick_status st;
    if (o.n_markets < 1 || o.n_folds < 1 || o.aggregate < WICK_OVER_MEAN ||
        o.aggregate > WICK_OVER_STITCHED)
        return wick_fail(ctx, WICK_E_ARG, "a course needs markets, folds and a known aggregate");
    wick_course *c = calloc(1, sizeof *c);
    if (c == NULL) return wick_fail_mem(ctx);
    c->aggregate = o.aggregate;
    c->seed = o.seed;
    c->cash = o.cash > 0.0 ? o.cash : 100000.0;
    WICK_TRY(wk_robust_read(ctx, o.robust, &c->robust));
    WICK_TRY(copy_markets(ctx, c, &o));
    WICK_TRY(make_legs(ctx, c, &o));
    link_legs(c);
    WICK_TRY(make_rows(ctx, c));
out:
    if (st < 0)
        wick_course_free(c);
    else
        *out = c;
    return st;
}

void wick_course_free(wick_course *c)
{
    if (c == NULL) return;
    for (int64_t i = 0; i < c->n_legs; i++) {
        wick_panel_unref(c->leg[i].panel);
        for (int64_t k = 0; c->leg[i].noisy != NULL && k < c->robust.n; k++)
            wick_panel_unref(c->leg[i].noisy[k]);
        free(c->leg[i].noisy);
    }
    for (int64_t i = 0; i < c->n_folds; i++) free(c->fold_name[i]);
    for (int32_t i = 0; i < c->n_markets; i++) {
        wick_panel_unref(c->market[i].panel);
        free((char *)(uintptr_t)c->market[i].name);
    }
    free(c->market);
    free(c->fold_name);
    free(c->leg);
    free(c->row_time);
    free(c->row_of);
    free(c);
}

int64_t wick_course_folds(const wick_course *c)
{
    return c->n_folds;
}

const char *wick_course_fold_name(const wick_course *c, int64_t i)
{
    return i >= 0 && i < c->n_folds ? c->fold_name[i] : NULL;
}

int64_t wick_course_rows(const wick_course *c)
{
    return c->n_rows;
}

const int64_t *wick_course_times(const wick_course *c)
{
    return c->row_time;
}
