/* SPDX-License-Identifier: MIT */
#include "lua/ml.h"

#include <math.h>
#include <string.h>

/* Model metrics, drift and calibration in Lua. */

static void set_number(lua_State *L, const char *key, double v)
{
    if (isnan(v)) return;
    wk_push_double(L, v);
    lua_setfield(L, -2, key);
}

/* Argument i as n doubles; nil gives NULL when `may_miss`. */
static const double *column(lua_State *L, int i, const char *what, int64_t n, bool may_miss)
{
    int64_t k = 0;
    if (may_miss && lua_isnoneornil(L, i)) return NULL;
    const double *v = wk_ml_doubles(L, i, what, &k);
    if (k != n) (void)wk_raise(L, "%s: %lld values beside %lld", what, (long long)k, (long long)n);
    return v;
}

static const double *first(lua_State *L, wk_host *h, const char *what, int64_t *n)
{
    wk_ml_phase(L, h, what);
    lua_settop(L, 4);
    return wk_ml_doubles(L, 1, what, n);
}

/* ml.score_classes(y, p [, threshold [, weights]]) */
static int ml_score_classes(lua_State *L)
{
    wk_host *h = wk_self(L);
    int64_t n = 0;
    wick_class_scores s;
    const double *y = first(L, h, "ml.score_classes", &n);
    const double *p = column(L, 2, "ml.score_classes: p", n, false);
    const double threshold = luaL_optnumber(L, 3, 0.5);
    const double *w = column(L, 4, "ml.score_classes: weights", n, true);
    wk_good(L, h, wick_score_classes(h->ctx, n, y, p, w, threshold, &s));
    wk_ml_push_class_scores(L, &s);
    return 1;
}

/* ml.score_reals(y, p [, weights]) */
static int ml_score_reals(lua_State *L)
{
    wk_host *h = wk_self(L);
    int64_t n = 0;
    wick_real_scores s;
    const double *y = first(L, h, "ml.score_reals", &n);
    const double *p = column(L, 2, "ml.score_reals: p", n, false);
    const double *w = column(L, 3, "ml.score_reals: weights", n, true);
    wk_good(L, h, wick_score_reals(h->ctx, n, y, p, w, &s));
    wk_ml_push_real_scores(L, &s);
    return 1;
}

/* ml.score_ranks(times, p, ret) */
static int ml_score_ranks(lua_State *L)
{
    wk_host *h = wk_self(L);
    int64_t n = 0;
    wick_rank_scores s;
    const double *t = first(L, h, "ml.score_ranks", &n);
    const double *p = column(L, 2, "ml.score_ranks: p", n, false);
    const double *ret = column(L, 3, "ml.score_ranks: ret", n, false);
    int64_t *time = lua_newuserdata(L, ((size_t)n + 1) * sizeof *time);
    for (int64_t i = 0; i < n; i++) time[i] = (int64_t)t[i];
    wk_good(L, h, wick_score_ranks(h->ctx, n, time, p, ret, &s));
    lua_createtable(L, 0, 10);
    set_number(L, "moments", (double)s.moments);
    set_number(L, "ic", s.ic);
    set_number(L, "ic_sd", s.ic_sd);
    set_number(L, "ic_ir", s.ic_ir);
    set_number(L, "ic_t", s.ic_t);
    set_number(L, "rank_ic", s.rank_ic);
    set_number(L, "rank_ic_sd", s.rank_ic_sd);
    set_number(L, "rank_ic_ir", s.rank_ic_ir);
    set_number(L, "rank_ic_t", s.rank_ic_t);
    set_number(L, "spread", s.spread);
    return 1;
}

/* ml.score_filter(p, ret, threshold) */
static int ml_score_filter(lua_State *L)
{
    wk_host *h = wk_self(L);
    int64_t n = 0;
    wick_filter_scores s;
    const double *p = first(L, h, "ml.score_filter", &n);
    const double *ret = column(L, 2, "ml.score_filter: ret", n, false);
    wk_good(L, h, wick_score_filter(h->ctx, n, p, ret, luaL_optnumber(L, 3, 0.5), &s));
    lua_createtable(L, 0, 9);
    set_number(L, "n", (double)s.n);
    set_number(L, "accepted", (double)s.accepted);
    set_number(L, "acceptance", s.acceptance);
    set_number(L, "mean_accepted", s.mean_accepted);
    set_number(L, "mean_rejected", s.mean_rejected);
    set_number(L, "win_accepted", s.win_accepted);
    set_number(L, "win_rejected", s.win_rejected);
    lua_createtable(L, 10, 0);
    for (int i = 0; i < 10; i++) {
        lua_pushnumber(L, s.decile[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "decile");
    return 1;
}

/* ml.reliability(y, p [, bins [, "width"|"count"]]) */
static int ml_reliability(lua_State *L)
{
    wk_host *h = wk_self(L);
    int64_t n = 0;
    const double *y = first(L, h, "ml.reliability", &n);
    const double *p = column(L, 2, "ml.reliability: p", n, false);
    const double bins = luaL_optnumber(L, 3, 10);
    const bool count = strcmp(luaL_optstring(L, 4, "width"), "count") == 0;
    if (!(bins >= 1 && bins <= 1000)) return wk_raise(L, "ml.reliability: 1 to 1000 bins");
    wick_reliability *r = lua_newuserdata(L, (size_t)bins * sizeof *r);
    wk_good(L, h, wick_score_reliability(h->ctx, n, y, p, NULL, (int32_t)bins, count, r));
    lua_createtable(L, (int)bins, 0);
    for (int i = 0; i < (int)bins; i++) {
        lua_createtable(L, 0, 5);
        set_number(L, "lo", r[i].lo);
        set_number(L, "hi", r[i].hi);
        set_number(L, "mean_p", r[i].mean_p);
        set_number(L, "mean_y", r[i].mean_y);
        set_number(L, "weight", r[i].weight);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* ml.correlate(a, b [, "ranks"]) */
static int ml_correlate(lua_State *L)
{
    wk_host *h = wk_self(L);
    int64_t n = 0;
    double r = WICK_NA;
    const double *a = first(L, h, "ml.correlate", &n);
    const double *b = column(L, 2, "ml.correlate", n, false);
    const bool ranks = strcmp(luaL_optstring(L, 3, ""), "ranks") == 0;
    wk_good(L, h, wick_correlate(h->ctx, n, a, b, ranks, &r));
    lua_pushnumber(L, r);
    return 1;
}

/* ml.drift(x, train_rows, test_rows): per feature. */
static int ml_drift(lua_State *L)
{
    wk_host *h = wk_self(L);
    wk_ml_phase(L, h, "ml.drift");
    const wick_matrix *x = wk_check_box(L, 1, &wk_matrix_type, "ml.drift");
    int64_t n_train = 0, n_test = 0;
    lua_settop(L, 3);
    const int32_t *train = wk_ml_rows(L, 2, "ml.drift: training rows", &n_train);
    const int32_t *test = wk_ml_rows(L, 3, "ml.drift: test rows", &n_test);
    if (!train || !test) return wk_raise(L, "ml.drift: training and test rows are expected");
    const int32_t p = wick_matrix_columns(x);
    wick_drift *d = lua_newuserdata(L, ((size_t)p + 1) * sizeof *d);
    wk_good(L, h, wick_feature_drift(h->ctx, x, train, n_train, test, n_test, d));
    lua_createtable(L, 0, p);
    for (int32_t i = 0; i < p; i++) {
        lua_createtable(L, 0, 8);
        set_number(L, "psi", d[i].psi);
        set_number(L, "ks", d[i].ks);
        set_number(L, "seen", d[i].seen);
        set_number(L, "outside", d[i].outside);
        set_number(L, "na_train", d[i].na_train);
        set_number(L, "na_test", d[i].na_test);
        lua_pushboolean(L, d[i].constant);
        lua_setfield(L, -2, "constant");
        lua_pushboolean(L, d[i].level);
        lua_setfield(L, -2, "level");
        lua_setfield(L, -2, wick_matrix_name(x, i));
    }
    return 1;
}

/* ml.calibrate(kind, score, y [, new]): new (default: score) calibrated by what score and y teach.
 */
static int ml_calibrate(lua_State *L)
{
    wk_host *h = wk_self(L);
    int64_t n = 0, m = 0;
    wk_ml_phase(L, h, "ml.calibrate");
    const char *kind = luaL_checkstring(L, 1);
    lua_settop(L, 4);
    const double *score = wk_ml_doubles(L, 2, "ml.calibrate: score", &n);
    const double *y = column(L, 3, "ml.calibrate: y", n, false), *to = score;
    m = n;
    if (!lua_isnil(L, 4)) to = wk_ml_doubles(L, 4, "ml.calibrate: new", &m);
    wick_calibration *c = NULL;
    wk_vector *v = wk_push_vector(L, h, m);
    wk_good(L, h, wick_calibration_fit(h->ctx, kind, n, score, y, NULL, 0, &c));
    wick_calibration_apply(c, m, to, v->v);
    wick_calibration_unref(c);
    return 1;
}

/* Adds to the table on top of the stack. */
void wk_ml_score_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"score_classes", ml_score_classes},
                                    {"score_reals", ml_score_reals},
                                    {"score_ranks", ml_score_ranks},
                                    {"score_filter", ml_score_filter},
                                    {"reliability", ml_reliability},
                                    {"correlate", ml_correlate},
                                    {"drift", ml_drift},
                                    {"calibrate", ml_calibrate},
                                    {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
