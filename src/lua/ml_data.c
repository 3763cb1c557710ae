/* SPDX-License-Identifier: MIT */
#include "lua/jobs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Matrices, labels and weights in Lua. Rows are counted from 1. */

wick_matrix *wk_ml_matrix_of(lua_State *L, int t, const char *what)
{
    (void)wk_ml_field(L, t, "x");
    wick_matrix *m = wk_check_box(L, -1, &wk_matrix_type, what);
    lua_pop(L, 1);
    return m;
}

wick_labels *wk_ml_labels_of(lua_State *L, int t, const char *what)
{
    (void)wk_ml_field(L, t, "labels");
    wick_labels *l = wk_check_box(L, -1, &wk_labels_type, what);
    lua_pop(L, 1);
    return l;
}

/* ---- matrices ----------------------------------------------------------------------------- */

static void matrix_unref(void *p)
{
    wick_matrix_unref(p);
}

/* Rows count with their symbols and moments. */
static wick_status matrix_digest(wick_ctx *ctx, const void *p, char hex[65])
{
    const wick_matrix *m = p;
    const int64_t n = wick_matrix_rows(m);
    char content[65];
    wick_sha256 s;
    const wick_status st = wick_matrix_digest(ctx, m, NULL, NULL, content);
    if (st < 0) return st;
    wick_sha256_init(&s);
    wick_sha256_add(&s, content, 64);
    if (n > 0) {
        wick_sha256_add(&s, wick_matrix_time(m), n * (int64_t)sizeof(int64_t));
        wick_sha256_add(&s, wick_matrix_symbol(m), n * (int64_t)sizeof(int32_t));
    }
    for (int32_t i = 0; i < wick_matrix_symbols(m); i++) {
        const char *name = wick_matrix_symbol_name(m, i);
        wick_sha256_add(&s, name, (int64_t)strlen(name) + 1);
    }
    wick_sha256_end(&s, hex);
    return WICK_OK;
}

static int64_t matrix_length(const void *p)
{
    return wick_matrix_rows(p);
}

void wk_push_matrix(lua_State *L, wk_host *h, wick_matrix *m)
{
    wk_box *b = wk_new_box(L, h, &wk_matrix_type,
                           8 * wick_matrix_rows(m) * (int64_t)wick_matrix_columns(m));
    b->p = m;
}

/* x:names() */
static int matrix_names(lua_State *L)
{
    const wick_matrix *m = wk_check_box(L, 1, &wk_matrix_type, "names");
    const int32_t p = wick_matrix_columns(m);
    lua_createtable(L, p, 0);
    for (int32_t i = 0; i < p; i++) {
        lua_pushstring(L, wick_matrix_name(m, i));
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static int32_t column_arg(lua_State *L, const wick_matrix *m, int i, const char *what)
{
    const char *name = luaL_checkstring(L, i);
    const int32_t k = wick_matrix_find(m, name), p = wick_matrix_columns(m);
    if (k >= 0) return k;
    const char **names = lua_newuserdata(L, ((size_t)p + 1) * sizeof *names);
    for (int32_t j = 0; j < p; j++) names[j] = wick_matrix_name(m, j);
    const char *near = wick_nearest(name, names, p);
    if (near) return wk_raise(L, "%s: no column '%s'; did you mean '%s'?", what, name, near);
    return wk_raise(L, "%s: no column '%s'", what, name);
}

/* x:column(name) */
static int matrix_column(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_matrix *m = wk_check_box(L, 1, &wk_matrix_type, "column");
    const int32_t k = column_arg(L, m, 2, "column");
    wk_push_numbers(L, h, wick_matrix_rows(m), wick_matrix_column(m, k));
    return 1;
}

/* x:times(): when a row is known, ms. */
static int matrix_times(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_matrix *m = wk_check_box(L, 1, &wk_matrix_type, "times");
    const int64_t n = wick_matrix_rows(m), *t = wick_matrix_time(m);
    wk_vector *v = wk_push_vector(L, h, n);
    for (int64_t i = 0; i < n; i++) v->v[i] = (double)t[i];
    return 1;
}

/* x:symbols(): one name per row. */
static int matrix_symbols(lua_State *L)
{
    const wick_matrix *m = wk_check_box(L, 1, &wk_matrix_type, "symbols");
    const int64_t n = wick_matrix_rows(m);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        lua_pushstring(L, wick_matrix_symbol_name(m, wick_matrix_symbol(m)[i]));
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

static int matrix_na_rows(lua_State *L)
{
    lua_pushinteger(
        L, (lua_Integer)wick_matrix_na_rows(wk_check_box(L, 1, &wk_matrix_type, "na_rows")));
    return 1;
}

/* x:pick(rows) */
static int matrix_pick(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_matrix *m = wk_check_box(L, 1, &wk_matrix_type, "pick"), *out = NULL;
    int64_t n = 0;
    const int32_t *rows = wk_ml_rows(L, 2, "pick", &n);
    if (!rows) return wk_raise(L, "pick: rows are missing");
    wk_good(L, h, wick_matrix_pick(h->ctx, m, rows, n, &out));
    wk_push_matrix(L, h, out);
    return 1;
}

/* x:select { names } */
static int matrix_select(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_matrix *m = wk_check_box(L, 1, &wk_matrix_type, "select"), *out = NULL;
    luaL_checktype(L, 2, LUA_TTABLE);
    const int n = (int)lua_rawlen(L, 2);
    const char **names = lua_newuserdata(L, ((size_t)n + 1) * sizeof *names);
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, 2, i + 1);
        if (lua_type(L, -1) != LUA_TSTRING) return wk_raise(L, "select: names are texts");
        names[i] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    wk_good(L, h, wick_matrix_select(h->ctx, m, names, n, &out));
    wk_push_matrix(L, h, out);
    return 1;
}

/* x:with(name, values) */
static int matrix_with(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_matrix *m = wk_check_box(L, 1, &wk_matrix_type, "with"), *out = NULL;
    const char *name = luaL_checkstring(L, 2);
    int64_t n = 0;
    const double *v = wk_ml_doubles(L, 3, "with", &n);
    if (n != wick_matrix_rows(m))
        return wk_raise(L, "with: %lld values for %lld rows", (long long)n,
                        (long long)wick_matrix_rows(m));
    wk_good(L, h, wick_matrix_with(h->ctx, m, name, v, &out));
    wk_push_matrix(L, h, out);
    return 1;
}

/* x:cross(name, "rank"|"zscore"|"demean"|"mean") */
static int matrix_cross(lua_State *L)
{
    wk_host *h = wk_self(L);
    static const char *const kinds[] = {"rank", "zscore", "demean", "mean"};
    const wick_matrix *m = wk_check_box(L, 1, &wk_matrix_type, "cross");
    const int32_t k = column_arg(L, m, 2, "cross");
    const char *kind = luaL_optstring(L, 3, "rank");
    int which = 0;
    while (which < 4 && strcmp(kinds[which], kind) != 0) which++;
    if (which == 4) return wk_raise(L, "cross: '%s' is none of rank, zscore, demean, mean", kind);
    wk_vector *v = wk_push_vector(L, h, wick_matrix_rows(m));
    wk_good(L, h, wick_matrix_cross(h->ctx, m, k, (wick_cross_kind)which, v->v));
    return 1;
}

static const luaL_Reg matrix_methods[] = {{"names", matrix_names},     {"column", matrix_column},
                                          {"times", matrix_times},     {"symbols", matrix_symbols},
                                          {"na_rows", matrix_na_rows}, {"pick", matrix_pick},
                                          {"select", matrix_select},   {"with", matrix_with},
                                          {"cross", matrix_cross},     {NULL, NULL}};
const wk_box_type wk_matrix_type = {.name = "matrix",
                                    .unref = matrix_unref,
                                    .digest = matrix_digest,
                                    .methods = matrix_methods,
                                    .length = matrix_length};

/* Column names of the table at t, sorted, their values after them on the stack. */
static int32_t read_columns(lua_State *L, int t, const char ***names, const double ***columns,
                            int64_t *rows)
{
    if (lua_type(L, t) != LUA_TTABLE)
        (void)wk_raise(L, "ml.matrix: columns come in a table { name = values }");
    const char **sorted = NULL;
    int32_t n = 0;
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) n++;
    luaL_checkstack(L, n + 20, "too many columns");
    sorted = lua_newuserdata(L, ((size_t)n + 1) * sizeof *sorted);
    *columns = lua_newuserdata(L, ((size_t)n + 1) * sizeof **columns);
    int32_t k = 0;
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) (void)wk_raise(L, "ml.matrix: columns have names");
        const char *name = lua_tostring(L, -2);
        int32_t at = k++;
        for (; at > 0 && strcmp(sorted[at - 1], name) > 0; at--) sorted[at] = sorted[at - 1];
        sorted[at] = name;
    }
    for (k = 0; k < n; k++) {
        int64_t count = 0;
        lua_pushstring(L, sorted[k]);
        lua_rawget(L, t);
        (*columns)[k] = wk_ml_doubles(L, -1, sorted[k], &count);
        if (k > 0 && count != *rows)
            (void)wk_raise(L, "ml.matrix: '%s' has %lld values, '%s' has %lld", sorted[k],
                           (long long)count, sorted[0], (long long)*rows);
        *rows = count;
    }
    *names = sorted;
    return n;
}

/* Symbols of the rows at field `symbol`: a list of names; interned in sorted order. */
static int32_t *read_symbols(lua_State *L, int t, int64_t rows, const char ***names, int32_t *n)
{
    *n = 0;
    if (!wk_ml_field(L, t, "symbol")) return NULL;
    const int list = lua_gettop(L);
    if (lua_type(L, list) != LUA_TTABLE || (int64_t)lua_rawlen(L, list) != rows)
        (void)wk_raise(L, "ml.matrix: symbol is a list with one name per row");
    int32_t *id = lua_newuserdata(L, ((size_t)rows + 1) * sizeof *id);
    *names = lua_newuserdata(L, ((size_t)rows + 1) * sizeof **names);
    for (int64_t i = 0; i < rows; i++) {
        lua_rawgeti(L, list, (int)(i + 1));
        if (lua_type(L, -1) != LUA_TSTRING) (void)wk_raise(L, "ml.matrix: symbols are texts");
        const char *s = lua_tostring(L, -1);
        int32_t lo = 0, hi = *n;
        while (lo < hi) {
            const int32_t mid = lo + (hi - lo) / 2;
            if (strcmp((*names)[mid], s) < 0)
                lo = mid + 1;
            else
                hi = mid;
        }
        if (lo == *n || strcmp((*names)[lo], s) != 0) {
            for (int32_t k = *n; k > lo; k--) (*names)[k] = (*names)[k - 1];
            (*names)[lo] = s;
            (*n)++;
        }
        lua_pop(L, 1);
    }
    for (int64_t i = 0; i < rows; i++) {
        lua_rawgeti(L, list, (int)(i + 1));
        const char *s = lua_tostring(L, -1);
        int32_t k = 0;
        for (int32_t hi = *n; k < hi;) {
            const int32_t mid = k + (hi - k) / 2;
            if (strcmp((*names)[mid], s) < 0)
                k = mid + 1;
            else
                hi = mid;
        }
        id[i] = k;
        lua_pop(L, 1);
    }
    return id;
}

/* ml.matrix { columns = { name = values }, time = values, symbol = names } */
static int ml_matrix(lua_State *L)
{
    static const char *const known[] = {"columns", "time", "symbol", NULL};
    wk_host *h = wk_self(L);
    wk_ml_phase(L, h, "ml.matrix");
    lua_settop(L, 1);
    wk_ml_known(L, 1, "ml.matrix", known);
    (void)wk_ml_field(L, 1, "columns");
    const char **names = NULL, **symbols = NULL;
    const double **columns = NULL;
    int64_t rows = 0, n_time = 0;
    int32_t n_symbols = 0;
    const int32_t p = read_columns(L, 2, &names, &columns, &rows);
    int64_t *time = NULL;
    if (wk_ml_field(L, 1, "time")) {
        const double *v = wk_ml_doubles(L, -1, "time", &n_time);
        if (n_time != rows)
            return wk_raise(L, "ml.matrix: time has %lld values for %lld rows", (long long)n_time,
                            (long long)rows);
        time = lua_newuserdata(L, ((size_t)rows + 1) * sizeof *time);
        for (int64_t i = 0; i < rows; i++) {
            if (!(fabs(v[i]) < 9e15))
                return wk_raise(L, "ml.matrix: time %lld is no moment", (long long)i + 1);
            time[i] = (int64_t)v[i];
        }
    }
    int32_t *symbol = read_symbols(L, 1, rows, &symbols, &n_symbols);
    const wick_matrix_in in = {.size = sizeof in,
                               .n = rows,
                               .p = p,
                               .names = names,
                               .columns = columns,
                               .time = time,
                               .symbol = symbol,
                               .symbols = symbol ? symbols : NULL,
                               .n_symbols = n_symbols};
    wick_matrix *m = NULL;
    wk_good(L, h, wick_matrix_new(h->ctx, &in, &m));
    wk_push_matrix(L, h, m);
    return 1;
}

/* ---- labels ------------------------------------------------------------------------------- */

static void labels_unref(void *p)
{
    wick_labels_unref(p);
}

static wick_status labels_digest(wick_ctx *ctx, const void *p, char hex[65])
{
    const wick_labels *l = p;
    const int64_t n = wick_labels_count(l);
    wick_sha256 s;
    (void)ctx;
    wick_sha256_init(&s);
    for (int64_t i = 0; i < n; i++) {
        const double y = isnan(wick_labels_y(l)[i]) ? WICK_NA : wick_labels_y(l)[i];
        wick_sha256_add(&s, &y, sizeof y);
    }
    if (n > 0) wick_sha256_add(&s, wick_labels_tick1(l), n * (int64_t)sizeof(int32_t));
    wick_sha256_end(&s, hex);
    return WICK_OK;
}

static int64_t labels_length(const void *p)
{
    return wick_labels_count(p);
}

void wk_push_labels(lua_State *L, wk_host *h, wick_labels *l)
{
    wk_box *b = wk_new_box(L, h, &wk_labels_type, 32 * wick_labels_count(l));
    b->p = l;
}

static int labels_y(lua_State *L)
{
    const wick_labels *l = wk_check_box(L, 1, &wk_labels_type, "y");
    wk_push_numbers(L, wk_self(L), wick_labels_count(l), wick_labels_y(l));
    return 1;
}

static int labels_ret(lua_State *L)
{
    const wick_labels *l = wk_check_box(L, 1, &wk_labels_type, "ret");
    wk_push_numbers(L, wk_self(L), wick_labels_count(l), wick_labels_ret(l));
    return 1;
}

/* l:ends(): last tick each label looked at. */
static int labels_ends(lua_State *L)
{
    const wick_labels *l = wk_check_box(L, 1, &wk_labels_type, "ends");
    const int64_t n = wick_labels_count(l);
    wk_vector *v = wk_push_vector(L, wk_self(L), n);
    for (int64_t i = 0; i < n; i++) v->v[i] = wick_labels_tick1(l)[i];
    return 1;
}

static int labels_pick(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_labels *l = wk_check_box(L, 1, &wk_labels_type, "pick"), *out = NULL;
    int64_t n = 0;
    const int32_t *rows = wk_ml_rows(L, 2, "pick", &n);
    if (!rows) return wk_raise(L, "pick: rows are missing");
    wk_good(L, h, wick_labels_pick(h->ctx, l, rows, n, &out));
    wk_push_labels(L, h, out);
    return 1;
}

static const luaL_Reg labels_methods[] = {{"y", labels_y},
                                          {"ret", labels_ret},
                                          {"ends", labels_ends},
                                          {"pick", labels_pick},
                                          {NULL, NULL}};
const wk_box_type wk_labels_type = {.name = "labels",
                                    .unref = labels_unref,
                                    .digest = labels_digest,
                                    .methods = labels_methods,
                                    .length = labels_length};

/* ml.labels { x =, y =, ret =, last = } */
static int ml_labels(lua_State *L)
{
    static const char *const known[] = {"x", "y", "ret", "last", NULL};
    wk_host *h = wk_self(L);
    wk_ml_phase(L, h, "ml.labels");
    lua_settop(L, 1);
    wk_ml_known(L, 1, "ml.labels", known);
    const wick_matrix *m = wk_ml_matrix_of(L, 1, "ml.labels: x");
    const int64_t rows = wick_matrix_rows(m);
    int64_t n = 0;
    const double *y = NULL, *ret = NULL, *last = NULL;
    int32_t *t1 = NULL;
    (void)wk_ml_field(L, 1, "y");
    y = wk_ml_doubles(L, -1, "ml.labels: y", &n);
    if (n != rows)
        return wk_raise(L, "ml.labels: %lld labels for %lld rows", (long long)n, (long long)rows);
    if (wk_ml_field(L, 1, "ret")) {
        ret = wk_ml_doubles(L, -1, "ml.labels: ret", &n);
        if (n != rows) return wk_raise(L, "ml.labels: ret has %lld values", (long long)n);
    }
    if (wk_ml_field(L, 1, "last")) {
        last = wk_ml_doubles(L, -1, "ml.labels: last", &n);
        if (n != rows) return wk_raise(L, "ml.labels: last has %lld values", (long long)n);
        t1 = lua_newuserdata(L, ((size_t)rows + 1) * sizeof *t1);
        for (int64_t i = 0; i < rows; i++) {
            if (!(last[i] >= 0 && last[i] < 2147483647.0))
                return wk_raise(L, "ml.labels: last is a place on the clock");
            t1[i] = (int32_t)last[i];
        }
    }
    wick_labels *l = NULL;
    wk_good(L, h, wick_labels_new(h->ctx, m, y, ret, t1, &l));
    wk_push_labels(L, h, l);
    return 1;
}

/* ---- weights ------------------------------------------------------------------------------ */

/* ml.weights { x =, labels =, bars =, kind = "uniqueness"|"abs_return"|"balanced" } */
static int ml_weights(lua_State *L)
{
    static const char *const known[] = {"x", "labels", "bars", "kind", NULL};
    wk_host *h = wk_self(L);
    wk_ml_phase(L, h, "ml.weights");
    lua_settop(L, 1);
    wk_ml_known(L, 1, "ml.weights", known);
    const wick_matrix *m = wk_ml_matrix_of(L, 1, "ml.weights: x");
    const wick_labels *l = wk_ml_labels_of(L, 1, "ml.weights: labels");
    const char *kind = wk_ml_text(L, 1, "kind", "uniqueness");
    const int64_t n = wick_matrix_rows(m);
    if (strcmp(kind, "balanced") == 0) {
        wk_vector *v = wk_push_vector(L, h, n);
        wk_good(L, h, wick_weights_balance(h->ctx, n, wick_labels_y(l), NULL, v->v));
        return 1;
    }
    const bool ret = strcmp(kind, "abs_return") == 0;
    if (!ret && strcmp(kind, "uniqueness") != 0)
        return wk_raise(L, "ml.weights: kind is uniqueness, abs_return or balanced, got '%s'",
                        kind);
    (void)wk_ml_field(L, 1, "bars");
    const wk_bars *bars = wk_check_box(L, -1, &wk_bars_type, "ml.weights: bars");
    wk_vector *v = wk_push_vector(L, h, n);
    wk_good(L, h,
            wick_weights_make(h->ctx, bars->panel, m, l,
                              ret ? WICK_WEIGHT_ABS_RETURN : WICK_WEIGHT_UNIQUENESS, NULL, v->v));
    return 1;
}

/* Adds to the table on top of the stack. */
void wk_ml_data_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"matrix", ml_matrix}, {"labels", ml_labels}, {"weights", ml_weights}, {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
