/* SPDX-License-Identifier: MIT */
#include "lua/allocate.h"

#include <math.h>
#include <string.h>

/* Options of weights as tables of Lua, and the functions of plain numbers: wick.weights,
 * wick.covariance. */

/* ---- options from a table ----------------------------------------------------------------- */

double wk_opt_number(lua_State *L, int t, const char *key, double otherwise)
{
    lua_getfield(L, t, key);
    if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TNUMBER)
        (void)wk_raise(L, "'%s' must be a number, got %s", key, luaL_typename(L, -1));
    const double v = lua_isnil(L, -1) ? otherwise : lua_tonumber(L, -1);
    lua_pop(L, 1);
    return v;
}

const char *wk_opt_text(lua_State *L, int t, const char *key, const char *otherwise)
{
    lua_getfield(L, t, key);
    if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TSTRING)
        (void)wk_raise(L, "'%s' must be a text, got %s", key, luaL_typename(L, -1));
    const char *v = lua_isnil(L, -1) ? otherwise : lua_tostring(L, -1);
    lua_pop(L, 1); /* the table keeps it */
    return v;
}

/* Numbers of a list of n under `key`, anchored on the stack; NULL when there is none. */
double *wk_opt_list(lua_State *L, int t, const char *key, int n)
{
    lua_getfield(L, t, key);
    if (lua_isnil(L, -1)) return NULL;
    if (lua_type(L, -1) != LUA_TTABLE || (int)lua_rawlen(L, -1) != n)
        (void)wk_raise(L, "'%s' must be a list of %d numbers", key, n);
    double *v = lua_newuserdata(L, ((size_t)n + 1) * sizeof *v);
    for (int k = 0; k < n; k++) {
        lua_rawgeti(L, -2, k + 1);
        if (lua_type(L, -1) != LUA_TNUMBER)
            (void)wk_raise(L, "'%s': number %d is missing", key, k + 1);
        v[k] = lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
    lua_remove(L, -2);
    return v;
}

const wick_cov_spec *wk_opt_covariance(lua_State *L, wk_host *h, int t)
{
    const wick_cov_spec *spec =
        wick_cov_find(h->ctx, wk_opt_text(L, t, "covariance", "ledoit_wolf"));
    if (!spec) (void)wk_raise_ctx(L, h);
    return spec;
}

void wk_opt_limits(lua_State *L, int t, int n, wick_limits *l)
{
    *l = (wick_limits){.size = sizeof *l,
                       .budget = wk_opt_number(L, t, "budget", 0.0),
                       .lo = wk_opt_number(L, t, "lo", 0.0),
                       .hi = wk_opt_number(L, t, "hi", 0.0),
                       .gross = wk_opt_number(L, t, "gross", 0.0)};
    if (!(l->budget >= 0.0 && l->budget <= 1e3))
        (void)wk_raise(L, "'budget' is the sum of the weights, above 0");
    if (l->hi < 0.0 || l->gross < 0.0) (void)wk_raise(L, "'hi' and 'gross' are caps above 0");
    const double *group = wk_opt_list(L, t, "group", n);
    if (!group) return;
    lua_getfield(L, t, "group_cap");
    l->groups = (int32_t)lua_rawlen(L, -1);
    lua_pop(L, 1);
    l->group_cap = wk_opt_list(L, t, "group_cap", l->groups);
    int32_t *of = lua_newuserdata(L, ((size_t)n + 1) * sizeof *of);
    for (int k = 0; k < n; k++) of[k] = (int32_t)group[k];
    l->group = of;
}

void wk_opt_weigh(lua_State *L, wk_host *h, int t, wick_weigh_in *in, double *w)
{
    const wick_weigh_spec *spec = wick_weigh_find(h->ctx, wk_opt_text(L, t, "optimiser", "equal"));
    if (!spec) (void)wk_raise_ctx(L, h);
    for (int k = 0; k < 4; k++)
        in->param[k] =
            spec->param[k].name ? wk_opt_number(L, t, spec->param[k].name, WICK_NA) : WICK_NA;
    if (wick_weigh(h->ctx, spec, in, w) < 0) (void)wk_raise_ctx(L, h);
}

void wk_opt_push(lua_State *L, const double *v, int n)
{
    lua_createtable(L, n, 0);
    for (int k = 0; k < n; k++) {
        lua_pushnumber(L, v[k]);
        lua_rawseti(L, -2, k + 1);
    }
}

double *wk_means(lua_State *L, int64_t rows, int32_t n, const double *x)
{
    double *mean = lua_newuserdata(L, ((size_t)n + 1) * sizeof *mean);
    for (int32_t k = 0; k < n; k++) {
        wick_sum s = {0.0, 0.0};
        for (int64_t i = 0; i < rows; i++) wick_sum_add(&s, x[i * n + k]);
        mean[k] = wick_sum_get(&s) / (double)rows;
    }
    return mean;
}

/* ---- functions of plain numbers ----------------------------------------------------------- */

/* A list of rows of n numbers at `i` as t x n values, anchored on the stack. */
static double *rows_at(lua_State *L, int i, const char *what, int64_t *t, int32_t *n)
{
    i = lua_absindex(L, i);
    if (lua_type(L, i) != LUA_TTABLE) (void)wk_raise(L, "%s must be a list of rows", what);
    *t = (int64_t)lua_rawlen(L, i);
    lua_rawgeti(L, i, 1);
    *n = lua_type(L, -1) == LUA_TTABLE ? (int32_t)lua_rawlen(L, -1) : 0;
    lua_pop(L, 1);
    if (*t < 1 || *n < 1) (void)wk_raise(L, "%s must be a list of rows of numbers", what);
    double *x = lua_newuserdata(L, (size_t)(*t * *n) * sizeof *x);
    for (int64_t r = 0; r < *t; r++) {
        lua_rawgeti(L, i, (int)(r + 1));
        if (lua_type(L, -1) != LUA_TTABLE || (int32_t)lua_rawlen(L, -1) != *n)
            (void)wk_raise(L, "%s: row %d has not %d numbers", what, (int)(r + 1), (int)*n);
        for (int32_t k = 0; k < *n; k++) {
            lua_rawgeti(L, -1, k + 1);
            x[r * *n + k] = lua_isnumber(L, -1) ? lua_tonumber(L, -1) : WICK_NA;
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    return x;
}

static void push_matrix(lua_State *L, const double *m, int32_t n)
{
    lua_createtable(L, n, 0);
    for (int32_t i = 0; i < n; i++) {
        wk_opt_push(L, m + (ptrdiff_t)i * n, n);
        lua_rawseti(L, -2, i + 1);
    }
}

/* wick.covariance(rows [, name [, parameter]]) */
int wk_core_covariance(lua_State *L)
{
    wk_host *h = wk_self(L);
    int64_t t;
    int32_t n;
    const double param = luaL_optnumber(L, 3, WICK_NA);
    const wick_cov_spec *spec = wick_cov_find(h->ctx, luaL_optstring(L, 2, "ledoit_wolf"));
    if (!spec) return wk_raise_ctx(L, h);
    const double *x = rows_at(L, 1, "wick.covariance: returns", &t, &n);
    double *out = lua_newuserdata(L, (size_t)n * (size_t)n * sizeof *out);
    if (wick_cov_eval(h->ctx, spec, t, n, x, param, out) < 0) return wk_raise_ctx(L, h);
    push_matrix(L, out, n);
    return 1;
}

/* wick.weights(name, { returns= | cov=, mean=, score=, limits ..., parameters ... }) */
int wk_core_weights(lua_State *L)
{
    wk_host *h = wk_self(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushvalue(L, 1);
    lua_setfield(L, 2, "optimiser");
    int64_t t = 0;
    int32_t n = 0;
    double *cov = NULL, *mean = NULL;
    lua_getfield(L, 2, "returns");
    const bool has_returns = !lua_isnil(L, -1);
    if (!has_returns) lua_getfield(L, 2, "cov");
    const double *x =
        rows_at(L, -1, has_returns ? "wick.weights: returns" : "wick.weights: cov", &t, &n);
    if (has_returns) {
        cov = lua_newuserdata(L, (size_t)n * (size_t)n * sizeof *cov);
        const wick_cov_spec *spec = wk_opt_covariance(L, h, 2);
        const double param = spec->param ? wk_opt_number(L, 2, spec->param, WICK_NA) : WICK_NA;
        if (wick_cov_eval(h->ctx, spec, t, n, x, param, cov) < 0) return wk_raise_ctx(L, h);
        mean = wk_means(L, t, n, x);
    } else if (t != n) {
        return wk_raise(L, "wick.weights: cov must be a square");
    }
    double *given = wk_opt_list(L, 2, "mean", n), *score = wk_opt_list(L, 2, "score", n);
    wick_limits limits;
    wk_opt_limits(L, 2, n, &limits);
    wick_weigh_in in = {.size = sizeof in,
                        .n = n,
                        .cov = has_returns ? cov : x,
                        .mean = given ? given : mean,
                        .score = score,
                        .limits = &limits};
    double *w = lua_newuserdata(L, ((size_t)n + 1) * sizeof *w);
    wk_opt_weigh(L, h, 2, &in, w);
    wk_opt_push(L, w, n);
    return 1;
}
