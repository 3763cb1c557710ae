/* SPDX-License-Identifier: MIT */
#include "lua/columns.h"

#include <stdlib.h>
#include <string.h>

/* S.features: named columns per symbol, the same names for all of them. */

enum { MAX_COLUMNS = 1000 };

void wk_columns_free(wk_columns *c)
{
    if (!c) return;
    for (int32_t i = 0; c->names && i < c->p; i++) free(c->names[i]);
    for (int64_t i = 0; c->owned && i < (int64_t)c->p * c->n_syms; i++) free(c->owned[i]);
    free(c->names);
    free(c->cross);
    free(c->node);
    free(c->v);
    free(c->owned);
    free(c);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first symbol says what the columns are called. */
static void take_names(lua_State *L, wk_host *h, int t)
{
    int32_t n = 0;
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            (void)wk_raise(
                L, "features: every feature has a name: return { rsi = ta.rsi(b.close, 14) }");
        n++;
    }
    if (n == 0) (void)wk_raise(L, "features: the table is empty");
    if (n > MAX_COLUMNS) (void)wk_raise(L, "features: %d at most, got %d", MAX_COLUMNS, (int)n);
    wk_columns *c = calloc(1, sizeof *c);
    if (!c) (void)luaL_error(L, "out of memory");
    wk_columns_free(h->columns);
    h->columns = c;
    c->n_syms = h->n_syms;
    const size_t cells = (size_t)n * (size_t)(h->n_syms > 0 ? h->n_syms : 1);
    c->names = calloc((size_t)n, sizeof *c->names);
    c->cross = malloc((size_t)n);
    c->node = calloc(cells, sizeof *c->node);
    c->v = calloc(cells, sizeof *c->v);
    c->owned = calloc(cells, sizeof *c->owned);
    if (!c->names || !c->cross || !c->node || !c->v || !c->owned)
        (void)luaL_error(L, "out of memory");
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
        c->names[c->p] = strdup(lua_tostring(L, -2));
        if (!c->names[c->p]) (void)luaL_error(L, "out of memory");
        c->p++;
    }
    if (n > 1) qsort(c->names, (size_t)n, sizeof *c->names, by_text);
    memset(c->cross, -1, (size_t)n);
}

static void check_count(lua_State *L, const wk_host *h, int t, int32_t sym)
{
    const wk_columns *c = h->columns;
    int32_t n = 0;
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        if (!bsearch(&name, c->names, (size_t)c->p, sizeof *c->names, by_text))
            (void)wk_raise(L, "features: %s has '%s', which %s has not; all symbols need the same",
                           wick_bars_symbol(h->syms[sym].bars), name,
                           wick_bars_symbol(h->syms[0].bars));
        n++;
    }
    if (n == c->p) return;
    for (int32_t j = 0; j < c->p; j++) {
        lua_pushstring(L, c->names[j]);
        lua_rawget(L, t);
        if (lua_isnil(L, -1))
            (void)wk_raise(L, "features: %s has no '%s'; all symbols need the same",
                           wick_bars_symbol(h->syms[sym].bars), c->names[j]);
        lua_pop(L, 1);
    }
}

/* { cross = "rank", of = series } as wick.cross_rank makes it; leaves the series on top. */
static int8_t unwrap(lua_State *L, wk_host *h)
{
    static const char *const kinds[] = {"rank", "zscore", "demean", "mean"};
    if (lua_type(L, -1) != LUA_TTABLE || wk_series_slot(L, h, -1) >= 0) return -1;
    lua_getfield(L, -1, "cross");
    const char *kind = lua_tostring(L, -1);
    int8_t found = -1;
    for (int8_t k = 0; kind && k <= WICK_CROSS_MEAN; k++)
        if (strcmp(kinds[k], kind) == 0) found = k;
    lua_pop(L, 1);
    if (found < 0) return -1;
    lua_getfield(L, -1, "of");
    lua_remove(L, -2);
    return found;
}

static void take_columns(lua_State *L, wk_host *h, int t, int32_t sym)
{
    wk_columns *c = h->columns;
    wick_graph *g = h->syms[sym].graph;
    for (int32_t j = 0; j < c->p; j++) {
        lua_pushstring(L, c->names[j]);
        lua_rawget(L, t);
        const int8_t cross = unwrap(L, h);
        const int64_t slot = wk_series_slot(L, h, -1);
        if (sym > 0 && cross != c->cross[j])
            (void)wk_raise(L, "features: '%s' is cross-sectional for some symbols only",
                           c->names[j]);
        c->cross[j] = cross;
        if (slot >= 0) {
            if (h->slots[slot].sym != sym)
                (void)wk_raise(L, "features: '%s' is a series of another symbol", c->names[j]);
            h->extra[slot].used = true;
            c->node[sym * c->p + j] = h->slots[slot].node;
        } else if (lua_type(L, -1) == LUA_TNUMBER && cross < 0) {
            c->node[sym * c->p + j] =
                wk_node(L, h, wick_graph_const(h->ctx, g, lua_tonumber(L, -1)));
        } else {
            (void)wk_raise(L, "features: '%s' must be a series or a number, got %s", c->names[j],
                           luaL_typename(L, -1));
        }
        lua_pop(L, 1);
    }
}

void wk_columns_take(lua_State *L, wk_host *h, int32_t sym)
{
    if (lua_type(L, -1) != LUA_TTABLE || wk_series_slot(L, h, -1) >= 0)
        (void)wk_raise(L, "features: a table is expected, { rsi = series, ... }, got %s",
                       lua_isnil(L, -1) ? "nothing" : luaL_typename(L, -1));
    const int t = lua_gettop(L);
    if (sym == 0)
        take_names(L, h, t);
    else if (!h->columns)
        (void)wk_raise(L, "features: %s has some and %s has none",
                       wick_bars_symbol(h->syms[sym].bars), wick_bars_symbol(h->syms[0].bars));
    else
        check_count(L, h, t, sym);
    take_columns(L, h, t, sym);
    lua_settop(L, t - 1);
}

void wk_columns_declare(lua_State *L, wk_host *h, int func, int params)
{
    const char *hook = h->hook;
    func = lua_absindex(L, func);
    params = lua_absindex(L, params);
    const int top = lua_gettop(L);
    h->hook = "features";
    wk_place_at(L, h, func);
    for (int32_t i = 0; i < h->n_syms; i++) {
        h->decl = i;
        lua_pushvalue(L, func);
        wk_push_bars(L, h, i);
        lua_pushvalue(L, params);
        lua_call(L, 2, 1);
        wk_columns_take(L, h, i);
        lua_settop(L, top);
        if (h->sh.stop) wk_budget_check(L, h);
    }
    h->decl = -1;
    h->place_line = 0;
    h->hook = hook;
}

/* ---- values ------------------------------------------------------------------------------- */

/* One column against the other symbols of its moment: stacked, ranked, and put back. */
static wick_status eval_cross(wick_ctx *ctx, wk_host *h, int32_t j)
{
    wk_columns *c = h->columns;
    const char *name = c->names[j];
    wick_matrix *m = NULL;
    double *out = NULL;
    wick_status st = WICK_OK;
    const double **one = calloc((size_t)c->n_syms + 1, sizeof *one);
    if (!one) return wick_fail_mem(ctx);
    for (int32_t s = 0; s < c->n_syms; s++) one[s] = c->v[s * c->p + j];
    const wick_stack_in in = {.size = sizeof in, .p = 1, .names = &name, .columns = one};
    WICK_TRY(wick_matrix_stack(ctx, h->panel, &in, &m));
    const int64_t n = wick_matrix_rows(m);
    const int32_t *symbol = wick_matrix_symbol(m), *bar = wick_matrix_bar(m);
    out = malloc(((size_t)n + 1) * sizeof *out);
    if (!out) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(wick_matrix_cross(ctx, m, 0, (wick_cross_kind)c->cross[j], out));
    for (int32_t s = 0; s < c->n_syms; s++) {
        double *to = malloc(((size_t)h->syms[s].n + 1) * sizeof *to);
        if (!to) {
            st = wick_fail_mem(ctx);
            goto out;
        }
        c->owned[s * c->p + j] = to;
        c->v[s * c->p + j] = to;
    }
    for (int64_t i = 0; i < n; i++) c->owned[symbol[i] * c->p + j][bar[i]] = out[i];
out:
    wick_matrix_unref(m);
    free(out);
    free(one);
    return st;
}

wick_status wk_columns_eval(wick_ctx *ctx, wk_host *h)
{
    wk_columns *c = h->columns;
    wick_status st = WICK_OK;
    for (int32_t s = 0; s < c->n_syms; s++) {
        const wick_node *nodes = c->node + (int64_t)s * c->p;
        st = wick_graph_eval(ctx, h->syms[s].graph, nodes, c->p);
        if (st < 0) return st;
        for (int32_t j = 0; j < c->p; j++)
            c->v[s * c->p + j] = wick_graph_values(h->syms[s].graph, nodes[j]);
    }
    for (int32_t j = 0; j < c->p && st >= 0; j++)
        if (c->cross[j] >= 0) st = eval_cross(ctx, h, j);
    return st;
}
