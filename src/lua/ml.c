/* SPDX-License-Identifier: MIT */
#include "lua/ml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Vectors, and how tables become arguments of room ml. */


void wk_ml_phase(lua_State *L, const wk_host *h, const char *what)
{
    if (h->sh.phase != WK_JOB && h->sh.phase != WK_IDLE)
        (void)wk_raise(L,
                       "%s belongs into a pipeline; a strategy declares S.features and is "
                       "filtered by --model",
                       what);
}

/* ---- vectors ------------------------------------------------------------------------------ */

static void vector_unref(void *p)
{
    wk_vector *v = p;
    if (atomic_fetch_sub(&v->refs, 1) == 1) free(v);
}

static wick_status vector_digest(wick_ctx *ctx, const void *p, char hex[65])
{
    const wk_vector *v = p;
    wick_sha256 s;
    (void)ctx;
    wick_sha256_init(&s);
    for (int64_t i = 0; i < v->n; i++) {
        /* One NaN for all. */
        const double x = isnan(v->v[i]) ? WICK_NA : v->v[i];
        wick_sha256_add(&s, &x, sizeof x);
    }
    wick_sha256_end(&s, hex);
    return WICK_OK;
}

static int64_t vector_length(const void *p)
{
    return ((const wk_vector *)p)->n;
}

static int vector_index(lua_State *L, wk_host *h, void *p)
{
    const wk_vector *v = p;
    (void)h;
    if (lua_type(L, 2) != LUA_TNUMBER) return 0;
    const double k = lua_tonumber(L, 2);
    if (!(k >= 1 && k <= (double)v->n) || k != floor(k)) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushnumber(L, v->v[(int64_t)k - 1]);
    return 1;
}

/* v:list() */
static int vector_list(lua_State *L)
{
    const wk_vector *v = wk_check_box(L, 1, &wk_vector_type, "list");
    lua_createtable(L, (int)v->n, 0);
    for (int64_t i = 0; i < v->n; i++) {
        lua_pushnumber(L, v->v[i]);
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

/* v:sum() v:mean() v:count(): values that are not NA. */
static int summary(lua_State *L, int what)
{
    const wk_vector *v = wk_check_box(L, 1, &wk_vector_type, "vector");
    wick_sum s = {0};
    int64_t n = 0;
    for (int64_t i = 0; i < v->n; i++) {
        if (isnan(v->v[i])) continue;
        wick_sum_add(&s, v->v[i]);
        n++;
    }
    if (what == 2)
        lua_pushinteger(L, (lua_Integer)n);
    else
        lua_pushnumber(L, what == 0 ? wick_sum_get(&s)
                          : n       ? wick_sum_get(&s) / (double)n
                                    : WICK_NA);
    return 1;
}

static int vector_sum(lua_State *L)
{
    return summary(L, 0);
}

static int vector_mean(lua_State *L)
{
    return summary(L, 1);
}

static int vector_count(lua_State *L)
{
    return summary(L, 2);
}

static const luaL_Reg vector_methods[] = {{"list", vector_list},
                                          {"sum", vector_sum},
                                          {"mean", vector_mean},
                                          {"count", vector_count},
                                          {NULL, NULL}};
const wk_box_type wk_vector_type = {.name = "vector",
                                    .unref = vector_unref,
                                    .digest = vector_digest,
                                    .methods = vector_methods,
                                    .index = vector_index,
                                    .length = vector_length};

wk_vector *wk_push_vector(lua_State *L, wk_host *h, int64_t n)
{
    wk_box *b = wk_new_box(L, h, &wk_vector_type, 8 * n);
    wk_vector *v = malloc(sizeof *v + ((size_t)n + 1) * sizeof v->v[0]);
    if (!v) (void)luaL_error(L, "out of memory");
    atomic_init(&v->refs, 1);
    v->n = n;
    b->p = v;
    return v;
}

void wk_push_numbers(lua_State *L, wk_host *h, int64_t n, const double *x)
{
    wk_vector *v = wk_push_vector(L, h, n);
    if (n > 0) memcpy(v->v, x, (size_t)n * sizeof *x);
}

/* ---- arguments ---------------------------------------------------------------------------- */

bool wk_ml_field(lua_State *L, int t, const char *key)
{
    lua_pushstring(L, key);
    lua_rawget(L, t);
    return !lua_isnil(L, -1);
}

void wk_ml_known(lua_State *L, int t, const char *what, const char *const *known)
{
    if (lua_type(L, t) != LUA_TTABLE)
        (void)wk_raise(L, "%s takes a table, got %s", what, luaL_typename(L, t));
    int64_t n = 0;
    while (known[n]) n++;
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
        int64_t k = 0;
        while (key && k < n && strcmp(known[k], key) != 0) k++;
        if (key && k < n) continue;
        const char *near = key ? wick_nearest(key, known, n) : NULL;
        if (near) (void)wk_raise(L, "%s: unknown field '%s'; did you mean '%s'?", what, key, near);
        (void)wk_raise(L, "%s: unknown field '%s'", what, key ? key : "(a number)");
    }
}

const double *wk_ml_doubles(lua_State *L, int i, const char *what, int64_t *n)
{
    const wk_vector *v = wk_test_box(L, i, &wk_vector_type);
    if (v) {
        *n = v->n;
        return v->v;
    }
    if (lua_type(L, i) != LUA_TTABLE)
        (void)wk_raise(L, "%s: a vector or a list of numbers is expected, got %s", what,
                       luaL_typename(L, i));
    const int t = lua_absindex(L, i);
    *n = (int64_t)lua_rawlen(L, t);
    double *out = lua_newuserdata(L, ((size_t)*n + 1) * sizeof *out);
    for (int64_t k = 0; k < *n; k++) {
        lua_rawgeti(L, t, (int)(k + 1));
        if (lua_isboolean(L, -1))
            out[k] = lua_toboolean(L, -1) ? 1.0 : 0.0;
        else if (lua_type(L, -1) == LUA_TNUMBER)
            out[k] = lua_tonumber(L, -1);
        else
            (void)wk_raise(L, "%s: element %lld is no number", what, (long long)k + 1);
        lua_pop(L, 1);
    }
    /* In the place of the list, so that it lives as long. */
    lua_replace(L, t);
    return out;
}

const int32_t *wk_ml_rows(lua_State *L, int i, const char *what, int64_t *n)
{
    *n = 0;
    if (lua_isnoneornil(L, i)) {
        lua_pushnil(L);
        return NULL;
    }
    i = lua_absindex(L, i);
    lua_pushvalue(L, i);
    const double *v = wk_ml_doubles(L, -1, what, n);
    int32_t *rows = lua_newuserdata(L, ((size_t)*n + 1) * sizeof *rows);
    for (int64_t k = 0; k < *n; k++) {
        if (!(v[k] >= 1 && v[k] <= 2147483647.0) || v[k] != floor(v[k]))
            (void)wk_raise(L, "%s: rows are whole numbers from 1", what);
        rows[k] = (int32_t)v[k] - 1;
    }
    lua_remove(L, -2);
    return rows;
}

void wk_ml_push_rows(lua_State *L, wk_host *h, const int32_t *rows, int64_t n)
{
    wk_vector *v = wk_push_vector(L, h, n);
    for (int64_t i = 0; i < n; i++) v->v[i] = (double)rows[i] + 1.0;
}

static int by_arg(const void *a, const void *b)
{
    return strcmp(((const wick_ml_arg *)a)->name, ((const wick_ml_arg *)b)->name);
}

const wick_ml_arg *wk_ml_args(lua_State *L, int i, const char *what, int32_t *n)
{
    *n = 0;
    if (lua_isnoneornil(L, i)) {
        lua_pushnil(L);
        return NULL;
    }
    const int t = lua_absindex(L, i);
    if (lua_type(L, t) != LUA_TTABLE)
        (void)wk_raise(L, "%s: parameters come in a table, got %s", what, luaL_typename(L, i));
    int32_t count = 0;
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) count++;
    wick_ml_arg *a = lua_newuserdata(L, ((size_t)count + 1) * sizeof *a);
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
        wick_ml_arg *x = &a[*n];
        *x = (wick_ml_arg){0};
        if (lua_type(L, -2) != LUA_TSTRING)
            (void)wk_raise(L, "%s: parameters have names: { rounds = 100 }", what);
        x->name = lua_tostring(L, -2); /* kept alive by the table */
        if (lua_type(L, -1) == LUA_TNUMBER)
            x->number = lua_tonumber(L, -1);
        else if (lua_isboolean(L, -1))
            x->number = lua_toboolean(L, -1) ? 1.0 : 0.0;
        else if (lua_type(L, -1) == LUA_TSTRING)
            x->text = lua_tostring(L, -1);
        else
            (void)wk_raise(L, "%s: parameter '%s' is a %s", what, x->name, luaL_typename(L, -1));
        (*n)++;
    }
    if (count > 1) qsort(a, (size_t)count, sizeof *a, by_arg);
    return a;
}

const char *wk_ml_text(lua_State *L, int t, const char *key, const char *otherwise)
{
    const char *text = otherwise;
    if (wk_ml_field(L, t, key)) {
        if (lua_type(L, -1) != LUA_TSTRING)
            (void)wk_raise(L, "'%s' must be a text, got %s", key, luaL_typename(L, -1));
        text = lua_tostring(L, -1); /* kept alive by the table */
    }
    lua_pop(L, 1);
    return text;
}

/* ---- opening ------------------------------------------------------------------------------ */

static int ml_vector(lua_State *L)
{
    wk_host *h = wk_self(L);
    int64_t n = 0;
    wk_ml_phase(L, h, "ml.vector");
    lua_settop(L, 1);
    const double *v = wk_ml_doubles(L, 1, "ml.vector", &n);
    wk_push_numbers(L, h, n, v);
    return 1;
}

static void push_names(lua_State *L, int64_t n, const char *(*name)(int64_t))
{
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        lua_pushstring(L, name(i));
        lua_rawseti(L, -2, (int)(i + 1));
    }
}

static const char *model_name(int64_t i)
{
    return wick_model_at(i)->name;
}

static const char *scaler_name(int64_t i)
{
    return wick_scaler_at(i)->name;
}

static int ml_models(lua_State *L)
{
    push_names(L, wick_model_count(), model_name);
    return 1;
}

static int ml_scalers(lua_State *L)
{
    push_names(L, wick_scaler_count(), scaler_name);
    return 1;
}

/* core.ml, filled by the files that bind the room. The core table is on top of the stack. */
void wk_ml_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"vector", ml_vector}, {"models", ml_models}, {"scalers", ml_scalers}, {NULL, NULL}};
    lua_newtable(L);
    wk_set_funcs(L, h, list);
    wk_ml_data_open(L, h);
    wk_ml_folds_open(L, h);
    wk_ml_fit_open(L, h);
    wk_ml_score_open(L, h);
    lua_setfield(L, -2, "ml_functions");
}
