/* SPDX-License-Identifier: MIT */
#include "lua/columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * The gate of a run: a score per symbol and bar that the engine compares with the threshold. Scores
 * are made for candidates only. Signals have theirs before the run; orders are scored when they are
 * placed, which gives the same number: a prediction looks at its own row alone.
 */

struct wk_gate {
    const wk_filter *filter;
    double threshold;
    double **score, **factor; /* per symbol; factor NULL unless sized */
    int32_t n_syms;
};

void wk_gate_free(wk_gate *g)
{
    if (!g) return;
    for (int32_t i = 0; i < g->n_syms; i++) {
        if (g->score) free(g->score[i]);
        if (g->factor) free(g->factor[i]);
    }
    free(g->score);
    free(g->factor);
    free(g);
}

static double size_of(const wk_filter_opts *o, double score)
{
    const double x = (score - o->floor) / (o->cap - o->floor);
    return x > 1.0 ? 1.0 : x > o->least ? x : o->least;
}

static void put(wk_gate *g, int32_t s, int64_t bar, double score)
{
    g->score[s][bar] = score;
    if (g->factor) g->factor[s][bar] = size_of(wk_filter_options(g->filter), score);
}

/* Accepts with the rate's chance; symbols by name, so that others beside them change nothing. */
static double draw(const wk_host *h, const wk_filter *f, int32_t s, int64_t bar)
{
    const char *name = wick_bars_symbol(h->syms[s].bars);
    const uint64_t key = wick_hash64(name, (int64_t)strlen(name), 0);
    wick_pcg g =
        wick_pcg_key(wk_filter_options(f)->seed, "filter", key, (uint64_t)h->syms[s].time[bar]);
    return wick_pcg_uniform(&g) < wk_filter_rate(f) ? 1.0 : 0.0;
}

static bool candidate(const wk_host *h, int32_t s, int64_t bar)
{
    const wk_entries *e = &h->entries[s];
    return wk_entry_at(e->long_entry, bar) || wk_entry_at(e->short_entry, bar);
}

/* Rows ascend with time, so a part scores one run of them. */
static wick_status predict_parts(wick_ctx *ctx, const wk_filter *f, const wick_matrix *m, int64_t n,
                                 double *p)
{
    const int64_t *stamp = wick_matrix_stamp(m);
    int32_t *rows = malloc(((size_t)n + 1) * sizeof *rows);
    double *own = malloc(((size_t)n + 1) * sizeof *own);
    wick_status st = rows && own ? WICK_OK : wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) p[i] = WICK_NA;
    for (int64_t part = 0; st >= 0 && part < wk_filter_parts(f); part++) {
        int64_t k = 0, from = 0;
        const wick_bundle *b = wk_filter_part(f, part, &from);
        for (int64_t i = 0; i < n; i++)
            if (wk_filter_part_at(f, stamp[i]) == part) rows[k++] = (int32_t)i;
        if (k > 0) st = wick_bundle_predict(ctx, b, m, rows, k, own);
        for (int64_t i = 0; st >= 0 && i < k; i++) p[rows[i]] = own[i];
    }
    free(rows);
    free(own);
    return st;
}

/* All candidates of the signals in one prediction. */
static wick_status score_candidates(wick_ctx *ctx, wk_host *h, wk_gate *g)
{
    const wk_columns *c = h->columns;
    double **mask = calloc((size_t)g->n_syms + 1, sizeof *mask), *p = NULL;
    wick_matrix *m = NULL;
    wick_status st = mask ? WICK_OK : wick_fail_mem(ctx);
    for (int32_t s = 0; st >= 0 && s < g->n_syms; s++) {
        const int64_t n = h->syms[s].n;
        mask[s] = malloc(((size_t)n + 1) * sizeof **mask);
        if (!mask[s]) st = wick_fail_mem(ctx);
        for (int64_t i = 0; st >= 0 && i < n; i++) mask[s][i] = candidate(h, s, i) ? 1.0 : 0.0;
    }
    if (st < 0) goto out;
    const wick_stack_in in = {.size = sizeof in,
                              .p = c->p,
                              .names = (const char *const *)c->names,
                              .columns = c->v,
                              .mask = (const double *const *)mask};
    WICK_TRY(wick_matrix_stack(ctx, h->panel, &in, &m));
    const int64_t n = wick_matrix_rows(m);
    p = malloc(((size_t)n + 1) * sizeof *p);
    if (!p) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(predict_parts(ctx, g->filter, m, n, p));
    for (int64_t i = 0; i < n; i++) put(g, wick_matrix_symbol(m)[i], wick_matrix_bar(m)[i], p[i]);
out:
    for (int32_t s = 0; mask && s < g->n_syms; s++) free(mask[s]);
    free(mask);
    free(p);
    wick_matrix_unref(m);
    return st;
}

static wick_status score_one(wick_ctx *ctx, wk_host *h, wk_gate *g, int32_t s, int64_t bar)
{
    const wk_columns *c = h->columns;
    const int64_t part = wk_filter_part_at(g->filter, h->syms[s].time[bar]);
    if (part < 0) return WICK_OK;
    int64_t from = 0;
    const wick_bundle *b = wk_filter_part(g->filter, part, &from);
    double *x = malloc((size_t)c->p * sizeof *x), p = WICK_NA;
    const double **at = malloc((size_t)c->p * sizeof *at);
    wick_matrix *m = NULL;
    wick_status st = x && at ? WICK_OK : wick_fail_mem(ctx);
    if (st < 0) goto out;
    for (int32_t j = 0; j < c->p; j++) {
        x[j] = c->v[s * c->p + j][bar];
        at[j] = &x[j];
    }
    const wick_matrix_in in = {.size = sizeof in,
                               .n = 1,
                               .p = c->p,
                               .names = (const char *const *)c->names,
                               .columns = at,
                               .time = &h->syms[s].time[bar]};
    WICK_TRY(wick_matrix_new(ctx, &in, &m));
    WICK_TRY(wick_bundle_predict(ctx, b, m, NULL, 1, &p));
    put(g, s, bar, p);
out:
    wick_matrix_unref(m);
    free(at);
    free(x);
    return st;
}

wick_status wk_gate_ask(wk_host *h, int32_t s)
{
    wk_gate *g = h->gate;
    const int64_t bar = h->sh.cur->bar_of[s];
    if (bar < 0 || !isnan(g->score[s][bar])) return WICK_OK;
    if (wk_filter_kind_of(g->filter) == WK_FILTER_RANDOM) {
        put(g, s, bar, draw(h, g->filter, s, bar));
        return WICK_OK;
    }
    return score_one(h->ctx, h, g, s, bar);
}

static void make_scores(lua_State *L, wk_host *h, wk_gate *g)
{
    const bool sized = wk_filter_options(g->filter)->sized;
    g->score = calloc((size_t)h->n_syms + 1, sizeof *g->score);
    if (sized) g->factor = calloc((size_t)h->n_syms + 1, sizeof *g->factor);
    bool good = g->score && (!sized || g->factor);
    g->n_syms = good ? h->n_syms : 0;
    for (int32_t s = 0; good && s < g->n_syms; s++) {
        const int64_t n = h->syms[s].n;
        g->score[s] = malloc(((size_t)n + 1) * sizeof **g->score);
        if (sized) g->factor[s] = malloc(((size_t)n + 1) * sizeof **g->factor);
        good = g->score[s] && (!sized || g->factor[s]);
        for (int64_t i = 0; good && i < n; i++) {
            g->score[s][i] = WICK_NA;
            if (sized) g->factor[s][i] = 1.0;
        }
    }
    if (!good) (void)luaL_error(L, "out of memory");
}

/* Filter options, then the strategy's parameter where it was set, then what the bundle was saved
 * with. */
double wk_script_threshold(const wk_script *s, const wk_filter *f)
{
    const wk_filter_opts *o = wk_filter_options(f);
    if (wk_filter_kind_of(f) == WK_FILTER_RANDOM) return 0.5;
    if (o->has_threshold) return o->threshold;
    for (int64_t i = 0; i < s->n_params; i++)
        if (strcmp(s->params[i].name, "probability_threshold") == 0 &&
            s->params[i].value != s->params[i].def)
            return s->params[i].value;
    return wick_bundle_threshold(wk_filter_bundle(f));
}

static void check_names(lua_State *L, const wk_host *h, const wick_bundle *b, const char *name)
{
    const wk_columns *c = h->columns;
    for (int32_t j = 0; j < c->p || j < wick_bundle_features(b); j++) {
        const char *have = j < c->p ? c->names[j] : NULL, *want = wick_bundle_feature(b, j);
        if (have && want && strcmp(have, want) == 0) continue;
        (void)wk_raise(L,
                       "%s was trained with other features: number %d is '%s' there and '%s' here",
                       name, (int)j + 1, want ? want : "(none)", have ? have : "(none)");
    }
}

void wk_features_declare(lua_State *L, wk_host *h, int strategy, int params, const char *who)
{
    if (h->columns) return; /* Pine: with the body of every symbol */
    bool there = false;
    if (h->script->style != WK_STYLE_PINE) {
        lua_pushliteral(L, "features");
        lua_rawget(L, strategy);
        there = lua_isfunction(L, -1);
    }
    if (!there)
        (void)wk_raise(
            L, "%s: %s needs the columns of a model: %s", h->script->path, who,
            h->script->style == WK_STYLE_PINE
                ? "s:features { rsi = ta.rsi(close, 14), ... }"
                : "function S.features(b, p) return { rsi = ta.rsi(b.close, 14), ... } end");
    wk_columns_declare(L, h, lua_gettop(L), params);
    lua_pop(L, 1);
}

void wk_features_watch(lua_State *L, wk_host *h, int strategy, int params)
{
    if (!h->watch) return;
    const int top = lua_gettop(L);
    if (!h->columns && h->script->style != WK_STYLE_PINE) {
        strategy = lua_absindex(L, strategy);
        lua_pushliteral(L, "features");
        lua_rawget(L, strategy);
        if (lua_isfunction(L, -1)) wk_columns_declare(L, h, lua_gettop(L), params);
        lua_settop(L, top);
    }
    if (h->columns && !h->columns->v[0] && wk_columns_eval(h->ctx, h) < 0) (void)wk_raise_ctx(L, h);
}

void wk_gate_open(lua_State *L, wk_host *h, int strategy, int params)
{
    const wk_filter *f = h->script->filter;
    const wk_filter_kind kind = wk_filter_kind_of(f);
    if (kind == WK_FILTER_PASSTHROUGH) return;
    strategy = lua_absindex(L, strategy);
    params = lua_absindex(L, params);
    const int top = lua_gettop(L);
    wk_gate *g = calloc(1, sizeof *g);
    if (!g) (void)luaL_error(L, "out of memory");
    wk_gate_free(h->gate);
    h->gate = g;
    g->filter = f;
    g->threshold = wk_script_threshold(h->script, f);
    make_scores(L, h, g);
    if (kind == WK_FILTER_BUNDLE) {
        wk_features_declare(L, h, strategy, params, "a model filter");
        for (int64_t i = 0, from = 0; i < wk_filter_parts(f); i++)
            check_names(L, h, wk_filter_part(f, i, &from), wk_filter_name(f));
        if (wk_columns_eval(h->ctx, h) < 0) (void)wk_raise_ctx(L, h);
    }
    if (h->script->style == WK_STYLE_SIGNALS) {
        if (kind == WK_FILTER_BUNDLE && score_candidates(h->ctx, h, g) < 0)
            (void)wk_raise_ctx(L, h);
        for (int32_t s = 0; kind == WK_FILTER_RANDOM && s < g->n_syms; s++)
            for (int64_t i = 0; i < h->syms[s].n; i++)
                if (candidate(h, s, i)) put(g, s, i, draw(h, f, s, i));
    }
    for (int32_t s = 0; s < g->n_syms; s++)
        if (wick_run_set_gate(h->ctx, h->run, s, g->score[s], g->threshold) < 0 ||
            (g->factor && wick_run_set_gate_size(h->ctx, h->run, s, g->factor[s]) < 0))
            (void)wk_raise_ctx(L, h);
    h->sh.gated = h->script->style != WK_STYLE_SIGNALS;
    lua_settop(L, top);
}
