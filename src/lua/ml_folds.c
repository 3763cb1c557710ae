/* SPDX-License-Identifier: MIT */
#include "lua/jobs.h"

#include <math.h>
#include <string.h>

/* Folds and scalers in Lua. */

/* ---- folds -------------------------------------------------------------------------------- */

static void folds_unref(void *p)
{
    wick_folds_unref(p);
}

static int64_t folds_length(const void *p)
{
    return wick_folds_count(p);
}

static int64_t fold_arg(lua_State *L, const wick_folds *f)
{
    const double k = luaL_checknumber(L, 2);
    if (!(k >= 1 && k <= (double)wick_folds_count(f)) || k != floor(k))
        return wk_raise(L, "there are folds 1 to %lld", (long long)wick_folds_count(f));
    return (int64_t)k - 1;
}

static int fold_rows(lua_State *L, bool train)
{
    const wick_folds *f = wk_check_box(L, 1, &wk_folds_type, "folds");
    const int64_t i = fold_arg(L, f);
    int64_t n = 0;
    const int32_t *rows = train ? wick_folds_train(f, i, &n) : wick_folds_test(f, i, &n);
    wk_ml_push_rows(L, wk_self(L), rows, n);
    return 1;
}

static int folds_train(lua_State *L)
{
    return fold_rows(L, true);
}

static int folds_test(lua_State *L)
{
    return fold_rows(L, false);
}

/* f:purged(i) -> purged, embargoed */
static int folds_purged(lua_State *L)
{
    const wick_folds *f = wk_check_box(L, 1, &wk_folds_type, "folds");
    const int64_t i = fold_arg(L, f);
    lua_pushinteger(L, (lua_Integer)wick_folds_purged(f, i));
    lua_pushinteger(L, (lua_Integer)wick_folds_embargoed(f, i));
    return 2;
}

static const luaL_Reg folds_methods[] = {
    {"train", folds_train}, {"test", folds_test}, {"purged", folds_purged}, {NULL, NULL}};
const wk_box_type wk_folds_type = {
    .name = "folds", .unref = folds_unref, .methods = folds_methods, .length = folds_length};

/* ml.folds { x =, labels =, kind = "purged"|"time_series"|"cpcv", k =, ... } */
static int ml_folds(lua_State *L)
{
    static const char *const known[] = {"x",           "labels",  "kind", "k",
                                        "test_groups", "embargo", "gap",  "test_size",
                                        "max_train",   NULL};
    static const char *const kinds[] = {"time_series", "purged", "cpcv"};
    wk_host *h = wk_self(L);
    wk_ml_phase(L, h, "ml.folds");
    lua_settop(L, 1);
    wk_ml_known(L, 1, "ml.folds", known);
    const wick_matrix *m = wk_ml_matrix_of(L, 1, "ml.folds: x");
    const wick_labels *l = wk_ml_labels_of(L, 1, "ml.folds: labels");
    const char *kind = wk_ml_text(L, 1, "kind", "purged");
    int k = 0;
    while (k < 3 && strcmp(kinds[k], kind) != 0) k++;
    if (k == 3) return wk_raise(L, "ml.folds: kind is purged, time_series or cpcv, got '%s'", kind);
    const wick_fold_opts o = {.size = sizeof o,
                              .kind = k,
                              .k = (int32_t)wk_number_of(L, 1, "k", 0),
                              .test_groups = (int32_t)wk_number_of(L, 1, "test_groups", 0),
                              .embargo = (int64_t)wk_number_of(L, 1, "embargo", 0),
                              .gap = (int64_t)wk_number_of(L, 1, "gap", 0),
                              .test_size = (int64_t)wk_number_of(L, 1, "test_size", 0),
                              .max_train = (int64_t)wk_number_of(L, 1, "max_train", 0)};
    wick_folds *f = NULL;
    wk_good(L, h, wick_folds_of(h->ctx, m, l, &o, &f));
    wk_new_box(L, h, &wk_folds_type, 0)->p = f;
    return 1;
}

/* ---- scalers ------------------------------------------------------------------------------ */

static void scaler_unref(void *p)
{
    wick_scaler_unref(p);
}

static int scale(lua_State *L, bool back)
{
    wk_host *h = wk_self(L);
    const wick_scaler *s = wk_check_box(L, 1, &wk_scaler_type, "scaler");
    const wick_matrix *m = wk_check_box(L, 2, &wk_matrix_type, "scaler");
    wick_matrix *out = NULL;
    wk_good(L, h,
            back ? wick_scaler_inverse(h->ctx, s, m, &out) : wick_scaler_apply(h->ctx, s, m, &out));
    wk_push_matrix(L, h, out);
    return 1;
}

static int scaler_apply(lua_State *L)
{
    return scale(L, false);
}

static int scaler_inverse(lua_State *L)
{
    return scale(L, true);
}

static const luaL_Reg scaler_methods[] = {
    {"apply", scaler_apply}, {"inverse", scaler_inverse}, {NULL, NULL}};
const wk_box_type wk_scaler_type = {
    .name = "scaler", .unref = scaler_unref, .methods = scaler_methods};

/* ml.scaler { name =, params =, x =, rows = } */
static int ml_scaler(lua_State *L)
{
    static const char *const known[] = {"name", "params", "x", "rows", NULL};
    wk_host *h = wk_self(L);
    wk_ml_phase(L, h, "ml.scaler");
    lua_settop(L, 1);
    wk_ml_known(L, 1, "ml.scaler", known);
    const wick_matrix *m = wk_ml_matrix_of(L, 1, "ml.scaler: x");
    const char *name = wk_ml_text(L, 1, "name", "standard");
    int32_t n_args = 0;
    int64_t n = 0;
    (void)wk_ml_field(L, 1, "params");
    const wick_ml_arg *args = wk_ml_args(L, -1, "ml.scaler", &n_args);
    (void)wk_ml_field(L, 1, "rows");
    const int32_t *rows = wk_ml_rows(L, -1, "ml.scaler: rows", &n);
    wick_scaler *s = NULL;
    wk_good(L, h, wick_scaler_fit(h->ctx, name, args, n_args, m, rows, n, &s));
    wk_new_box(L, h, &wk_scaler_type, 0)->p = s;
    return 1;
}

/* Adds to the table on top of the stack. */
void wk_ml_folds_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"folds", ml_folds}, {"scaler", ml_scaler}, {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
