/* SPDX-License-Identifier: MIT */
#include "lua/ml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Fitting in Lua: bundles (imputer, scaler, model, calibration), and many models over folds. */

#define PART_FIELDS "model", "params", "imputer", "scaler", "scaler_params", "threshold"

/* Fields of the table at t; what they need stays on the stack. */
void wk_ml_parts(lua_State *L, wk_host *h, int t, const char *what, wick_bundle_in *in)
{
    (void)h;
    luaL_checkstack(L, 8, NULL);
    *in = (wick_bundle_in){.size = sizeof *in};
    in->model = wk_ml_text(L, t, "model", NULL);
    if (!in->model) (void)wk_raise(L, "%s: 'model' is missing (`wick list models`)", what);
    in->imputer = wk_ml_text(L, t, "imputer", NULL);
    in->scaler = wk_ml_text(L, t, "scaler", NULL);
    in->threshold = wk_number_of(L, t, "threshold", 0);
    if (!(in->threshold >= 0 && in->threshold < 1))
        (void)wk_raise(L, "%s: threshold is 0 or more and below 1", what);
    (void)wk_ml_field(L, t, "params");
    in->args = wk_ml_args(L, -1, what, &in->n_args);
    lua_remove(L, -2);
    (void)wk_ml_field(L, t, "scaler_params");
    in->scaler_args = wk_ml_args(L, -1, what, &in->n_scaler_args);
    lua_remove(L, -2);
}

static const double *weights_of(lua_State *L, wk_host *h, int t, const char *what,
                                const wick_labels *l, bool *balanced)
{
    const int64_t rows = wick_labels_count(l);
    int64_t n = 0;
    if (balanced) *balanced = false;
    if (!wk_ml_field(L, t, "weights")) return NULL;
    if (lua_type(L, -1) == LUA_TSTRING) {
        if (strcmp(lua_tostring(L, -1), "balanced") != 0)
            (void)wk_raise(L, "%s: weights are values or \"balanced\", got '%s'", what,
                           lua_tostring(L, -1));
        if (balanced) {
            *balanced = true;
            return NULL;
        }
        double *w = lua_newuserdata(L, ((size_t)rows + 1) * sizeof *w);
        wk_good(L, h, wick_weights_balance(h->ctx, rows, wick_labels_y(l), NULL, w));
        for (int64_t i = 0; i < rows; i++)
            if (isnan(w[i])) w[i] = 0.0;
        return w;
    }
    const double *w = wk_ml_doubles(L, -1, what, &n);
    if (n != rows)
        (void)wk_raise(L, "%s: %lld weights for %lld rows", what, (long long)n, (long long)rows);
    return w;
}

static void *object_of(lua_State *L, int t, const char *key, const wk_box_type *type,
                       const char *what)
{
    char name[96];
    snprintf(name, sizeof name, "%s: %s", what, key);
    (void)wk_ml_field(L, t, key);
    return wk_check_box(L, -1, type, name);
}

/* ---- one fit ------------------------------------------------------------------------------ */

static wick_labels *plain_labels(lua_State *L, wk_host *h, int t, const char *what, wick_matrix *x)
{
    wick_labels *l = NULL;
    if (wk_ml_field(L, t, "labels")) return wk_check_box(L, -1, &wk_labels_type, what);
    int64_t n = 0;
    if (!wk_ml_field(L, t, "y")) (void)wk_raise(L, "%s: 'labels' (or 'y') are missing", what);
    const double *y = wk_ml_doubles(L, -1, what, &n);
    if (n != wick_matrix_rows(x))
        (void)wk_raise(L, "%s: y has %lld values for %lld rows", what, (long long)n,
                       (long long)wick_matrix_rows(x));
    wk_good(L, h, wick_labels_new(h->ctx, x, y, NULL, NULL, &l));
    wk_push_labels(L, h, l);
    return l;
}

/* ml.fit { x =, labels =, model =, params =, ... } -> bundle */
static int ml_fit(lua_State *L)
{
    static const char *const known[] = {"x",       "labels", "y",         "weights",
                                        "rows",    "seed",   "folds",     "calibration",
                                        "embargo", "info",   PART_FIELDS, NULL};
    wk_host *h = wk_self(L);
    wick_bundle_in in;
    wk_ml_phase(L, h, "ml.fit");
    lua_settop(L, 1);
    luaL_checkstack(L, 30, NULL);
    wk_ml_known(L, 1, "ml.fit", known);
    wick_matrix *x = object_of(L, 1, "x", &wk_matrix_type, "ml.fit");
    wick_labels *l = plain_labels(L, h, 1, "ml.fit", x);
    wk_ml_parts(L, h, 1, "ml.fit", &in);
    in.calibration = wk_ml_text(L, 1, "calibration", NULL);
    in.folds = (int32_t)wk_number_of(L, 1, "folds", 0);
    in.embargo = (int64_t)wk_number_of(L, 1, "embargo", 0);
    if (wk_ml_field(L, 1, "info")) {
        wk_push_json(L, h, lua_gettop(L), 0, false, "info");
        in.info = lua_tostring(L, -1);
    }
    wick_fit_in fit = {.size = sizeof fit,
                       .x = x,
                       .y = wick_labels_y(l),
                       .labels = l,
                       .seed = (uint64_t)wk_number_of(L, 1, "seed", (double)h->seed)};
    fit.w = weights_of(L, h, 1, "ml.fit", l, NULL);
    (void)wk_ml_field(L, 1, "rows");
    fit.rows = wk_ml_rows(L, -1, "ml.fit: rows", &fit.n_rows);
    wick_bundle *b = NULL;
    wk_good(L, h, wick_bundle_fit(h->ctx, &in, &fit, &b));
    wk_push_bundle(L, h, b);
    return 1;
}

/* ---- folds -------------------------------------------------------------------------------- */

static void set_number(lua_State *L, const char *key, double v)
{
    if (isnan(v)) return; /* NA is nil */
    wk_push_double(L, v);
    lua_setfield(L, -2, key);
}

void wk_ml_push_class_scores(lua_State *L, const wick_class_scores *s)
{
    lua_createtable(L, 0, 20);
    set_number(L, "n", (double)s->n);
    set_number(L, "positives", (double)s->positives);
    set_number(L, "auc", s->auc);
    set_number(L, "average_precision", s->average_precision);
    set_number(L, "log_loss", s->log_loss);
    set_number(L, "base_log_loss", s->base_log_loss);
    set_number(L, "brier", s->brier);
    set_number(L, "ece", s->ece);
    set_number(L, "accuracy", s->accuracy);
    set_number(L, "balanced_accuracy", s->balanced_accuracy);
    set_number(L, "precision", s->precision);
    set_number(L, "recall", s->recall);
    set_number(L, "f1", s->f1);
    set_number(L, "mcc", s->mcc);
    set_number(L, "tn", s->tn);
    set_number(L, "fp", s->fp);
    set_number(L, "fn", s->fn);
    set_number(L, "tp", s->tp);
}

void wk_ml_push_real_scores(lua_State *L, const wick_real_scores *s)
{
    lua_createtable(L, 0, 5);
    set_number(L, "n", (double)s->n);
    set_number(L, "rmse", s->rmse);
    set_number(L, "mae", s->mae);
    set_number(L, "r2", s->r2);
    set_number(L, "explained_variance", s->explained_variance);
}

static void push_fold(lua_State *L, const wick_cv_fold *f)
{
    if (!f->good) {
        lua_createtable(L, 0, 1);
        lua_pushstring(L, f->reason);
        lua_setfield(L, -2, "failed");
    } else if (f->classes) {
        wk_ml_push_class_scores(L, &f->class_scores);
    } else {
        wk_ml_push_real_scores(L, &f->real_scores);
    }
    set_number(L, "n_train", (double)f->n_train);
    set_number(L, "n_test", (double)f->n_test);
    set_number(L, "rounds", f->rounds);
}

/* ml.cross_validate { x =, labels =, folds =, trials = { {model =, params = ...}, ... } }: per
 * trial a list of folds; with `oof`, second the out-of-fold scores per trial. */
static int ml_cross_validate(lua_State *L)
{
    static const char *const known[] = {"x",    "labels", "folds",   "trials", "weights",
                                        "fold", "seed",   "threads", "oof",    NULL};
    static const char *const parts[] = {PART_FIELDS, NULL};
    wk_host *h = wk_self(L);
    wk_ml_phase(L, h, "ml.cross_validate");
    lua_settop(L, 1);
    wk_ml_known(L, 1, "ml.cross_validate", known);
    wick_cv_in in = {.size = sizeof in, .fold = -1};
    in.x = object_of(L, 1, "x", &wk_matrix_type, "ml.cross_validate");
    in.labels = object_of(L, 1, "labels", &wk_labels_type, "ml.cross_validate");
    in.folds = object_of(L, 1, "folds", &wk_folds_type, "ml.cross_validate");
    in.w = weights_of(L, h, 1, "ml.cross_validate", in.labels, &in.balanced);
    in.seed = (uint64_t)wk_number_of(L, 1, "seed", (double)h->seed);
    in.threads = (int32_t)wk_number_of(L, 1, "threads", h->jobs);
    in.fold = (int32_t)wk_number_of(L, 1, "fold", 0) - 1;
    if (!wk_ml_field(L, 1, "trials") || lua_type(L, -1) != LUA_TTABLE)
        return wk_raise(L, "ml.cross_validate: trials are a list of { model = ... }");
    const int list = lua_gettop(L);
    in.n_trials = (int64_t)lua_rawlen(L, list);
    luaL_checkstack(L, (int)in.n_trials * 3 + 30, "too many trials");
    wick_bundle_in *trial = lua_newuserdata(L, ((size_t)in.n_trials + 1) * sizeof *trial);
    for (int64_t i = 0; i < in.n_trials; i++) {
        lua_rawgeti(L, list, (int)(i + 1));
        const int t = lua_gettop(L);
        wk_ml_known(L, t, "a trial", parts);
        wk_ml_parts(L, h, t, "a trial", &trial[i]);
    }
    in.trial = trial;
    const int64_t rows = wick_matrix_rows(in.x), count = wick_folds_count(in.folds);
    const int64_t folds = in.fold >= 0 ? 1 : count;
    const bool oof = wk_number_of(L, 1, "oof", 0) != 0;
    if (oof) in.oof = lua_newuserdata(L, ((size_t)(in.n_trials * rows) + 1) * sizeof *in.oof);
    wick_cv_fold *out = lua_newuserdata(L, ((size_t)(in.n_trials * folds) + 1) * sizeof *out);
    wk_good(L, h, wick_cv_run(h->ctx, &in, out));
    lua_createtable(L, (int)in.n_trials, 0);
    for (int64_t i = 0; i < in.n_trials; i++) {
        lua_createtable(L, (int)folds, 0);
        for (int64_t k = 0; k < folds; k++) {
            push_fold(L, &out[i * folds + k]);
            lua_rawseti(L, -2, (int)(k + 1));
        }
        lua_rawseti(L, -2, (int)(i + 1));
    }
    if (!oof) return 1;
    lua_createtable(L, (int)in.n_trials, 0);
    for (int64_t i = 0; i < in.n_trials; i++) {
        wk_push_numbers(L, h, rows, in.oof + i * rows);
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 2;
}

/* ---- bundles ------------------------------------------------------------------------------ */

static void bundle_unref(void *p)
{
    wick_bundle_unref(p);
}

static wick_status bundle_digest(wick_ctx *ctx, const void *p, char hex[65])
{
    return wick_bundle_digest(ctx, p, hex);
}

void wk_push_bundle(lua_State *L, wk_host *h, wick_bundle *b)
{
    wk_new_box(L, h, &wk_bundle_type, 1 << 20)->p = b;
}

/* b:predict(x [, rows]) */
static int bundle_predict(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_bundle *b = wk_check_box(L, 1, &wk_bundle_type, "predict");
    const wick_matrix *x = wk_check_box(L, 2, &wk_matrix_type, "predict");
    int64_t n = 0;
    const int32_t *rows = wk_ml_rows(L, 3, "predict: rows", &n);
    if (!rows) n = wick_matrix_rows(x);
    const int32_t k = wick_model_outputs(wick_bundle_model(b));
    wk_vector *v = wk_push_vector(L, h, n * k);
    if (n > 0) wk_good(L, h, wick_bundle_predict(h->ctx, b, x, rows, n, v->v));
    return 1;
}

static int bundle_info(lua_State *L)
{
    const wick_bundle *b = wk_check_box(L, 1, &wk_bundle_type, "info");
    const char *text = wick_bundle_info(b);
    wk_push_json_text(L, wk_self(L), "info", text, (int64_t)strlen(text));
    return 1;
}

static int bundle_features(lua_State *L)
{
    const wick_bundle *b = wk_check_box(L, 1, &wk_bundle_type, "features");
    lua_createtable(L, wick_bundle_features(b), 0);
    for (int32_t i = 0; i < wick_bundle_features(b); i++) {
        lua_pushstring(L, wick_bundle_feature(b, i));
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* b:scores(): out of fold; nil when no folds were made. */
static int bundle_scores(lua_State *L)
{
    const wick_bundle *b = wk_check_box(L, 1, &wk_bundle_type, "scores");
    const wick_class_scores *s = wick_bundle_scores(b);
    if (s->n == 0)
        lua_pushnil(L);
    else
        wk_ml_push_class_scores(L, s);
    return 1;
}

static int bundle_threshold(lua_State *L)
{
    lua_pushnumber(L, wick_bundle_threshold(wk_check_box(L, 1, &wk_bundle_type, "threshold")));
    return 1;
}

/* b:fact(name [, feature]): NA is nil. */
static int bundle_fact(lua_State *L)
{
    const wick_bundle *b = wk_check_box(L, 1, &wk_bundle_type, "fact");
    int32_t column = 0;
    if (!lua_isnoneornil(L, 3)) {
        const char *name = luaL_checkstring(L, 3);
        while (column < wick_bundle_features(b) &&
               strcmp(wick_bundle_feature(b, column), name) != 0)
            column++;
        if (column == wick_bundle_features(b)) return wk_raise(L, "fact: no feature '%s'", name);
    }
    const double v = wick_model_fact(wick_bundle_model(b), luaL_checkstring(L, 2), column);
    if (isnan(v))
        lua_pushnil(L);
    else
        wk_push_double(L, v);
    return 1;
}

/* b:digest() */
static int bundle_sha256(lua_State *L)
{
    wk_host *h = wk_self(L);
    char hex[65];
    wk_good(L, h, wick_bundle_digest(h->ctx, wk_check_box(L, 1, &wk_bundle_type, "digest"), hex));
    lua_pushstring(L, hex);
    return 1;
}

/* b:gain(): { feature = value } */
static int bundle_gain(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_bundle *b = wk_check_box(L, 1, &wk_bundle_type, "gain");
    const int32_t p = wick_bundle_features(b);
    double *v = lua_newuserdata(L, ((size_t)p + 1) * sizeof *v);
    if (!wick_model_spec_of(wick_bundle_model(b))->gain) {
        lua_pushnil(L);
        return 1;
    }
    wk_good(L, h, wick_model_gain(h->ctx, wick_bundle_model(b), v));
    lua_createtable(L, 0, p);
    for (int32_t i = 0; i < p; i++) set_number(L, wick_bundle_feature(b, i), v[i]);
    return 1;
}

/* What the model sees: the matrix after imputer and scaler. */
static wick_matrix *seen(lua_State *L, wk_host *h, const wick_bundle *b, const wick_matrix *x)
{
    wick_matrix *filled = NULL, *ready = NULL;
    wick_status st = wick_imputer_apply(h->ctx, wick_bundle_imputer(b), x, &filled);
    if (st >= 0) st = wick_scaler_apply(h->ctx, wick_bundle_scaler(b), filled, &ready);
    wick_matrix_unref(filled);
    wk_good(L, h, st);
    wk_push_matrix(L, h, ready);
    return ready;
}

/* b:explain(x): mean absolute contribution per feature. */
static int bundle_explain(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_bundle *b = wk_check_box(L, 1, &wk_bundle_type, "explain");
    const wick_matrix *x = wk_check_box(L, 2, &wk_matrix_type, "explain");
    const int32_t p = wick_bundle_features(b);
    const int64_t n = wick_matrix_rows(x);
    if (!wick_model_spec_of(wick_bundle_model(b))->explain) {
        lua_pushnil(L);
        return 1;
    }
    x = seen(L, h, b, x);
    double *v = lua_newuserdata(L, ((size_t)(n * (p + 1)) + 1) * sizeof *v);
    wk_good(L, h, wick_model_explain(h->ctx, wick_bundle_model(b), x, NULL, n, v));
    lua_createtable(L, 0, p);
    for (int32_t j = 0; j < p; j++) {
        wick_sum s = {0};
        for (int64_t i = 0; i < n; i++) wick_sum_add(&s, fabs(v[i * (p + 1) + j]));
        set_number(L, wick_bundle_feature(b, j), n ? wick_sum_get(&s) / (double)n : WICK_NA);
    }
    return 1;
}

/* b:permute { x =, labels =, rows =, repeats =, metric =, clusters = limit }: per feature
 * { mean =, sd = }. */
static int bundle_permute(lua_State *L)
{
    static const char *const known[] = {"x",      "labels",   "rows", "repeats",
                                        "metric", "clusters", "seed", NULL};
    static const char *const metrics[] = {"log_loss", "auc", "rmse"};
    wk_host *h = wk_self(L);
    const wick_bundle *b = wk_check_box(L, 1, &wk_bundle_type, "permute");
    lua_settop(L, 2);
    wk_ml_known(L, 2, "permute", known);
    const wick_matrix *x = object_of(L, 2, "x", &wk_matrix_type, "permute");
    const wick_labels *l = object_of(L, 2, "labels", &wk_labels_type, "permute");
    const char *metric = wk_ml_text(L, 2, "metric", "log_loss");
    int k = 0;
    while (k < 3 && strcmp(metrics[k], metric) != 0) k++;
    if (k == 3) return wk_raise(L, "permute: metric is log_loss, auc or rmse, got '%s'", metric);
    const int32_t p = wick_matrix_columns(x);
    wick_permute_in in = {.size = sizeof in,
                          .x = seen(L, h, b, x),
                          .y = wick_labels_y(l),
                          .repeats = (int32_t)wk_number_of(L, 2, "repeats", 0),
                          .metric = k,
                          .seed = (uint64_t)wk_number_of(L, 2, "seed", (double)h->seed)};
    (void)wk_ml_field(L, 2, "rows");
    in.rows = wk_ml_rows(L, -1, "permute: rows", &in.n_rows);
    int32_t *cluster = lua_newuserdata(L, ((size_t)p + 1) * sizeof *cluster);
    const double limit = wk_number_of(L, 2, "clusters", 0);
    if (limit > 0) {
        wk_good(L, h, wick_feature_clusters(h->ctx, x, in.rows, in.n_rows, limit, cluster));
        in.cluster = cluster;
    }
    double *mean = lua_newuserdata(L, (2 * (size_t)p + 1) * sizeof *mean);
    wk_good(L, h, wick_model_permute(h->ctx, wick_bundle_model(b), &in, mean, mean + p));
    lua_createtable(L, 0, p);
    for (int32_t j = 0; j < p; j++) {
        lua_createtable(L, 0, 2);
        set_number(L, "mean", mean[j]);
        set_number(L, "sd", mean[p + j]);
        lua_setfield(L, -2, wick_matrix_name(x, j));
    }
    return 1;
}

static const luaL_Reg bundle_methods[] = {{"predict", bundle_predict},
                                          {"info", bundle_info},
                                          {"features", bundle_features},
                                          {"scores", bundle_scores},
                                          {"threshold", bundle_threshold},
                                          {"fact", bundle_fact},
                                          {"gain", bundle_gain},
                                          {"explain", bundle_explain},
                                          {"permute", bundle_permute},
                                          {"digest", bundle_sha256},
                                          {NULL, NULL}};
const wk_box_type wk_bundle_type = {
    .name = "bundle", .unref = bundle_unref, .digest = bundle_digest, .methods = bundle_methods};

/* ml.check(model, params): an error when a name or a value is wrong. */
static int ml_check(lua_State *L)
{
    wk_host *h = wk_self(L);
    int32_t n = 0;
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 2);
    const wick_ml_arg *args = wk_ml_args(L, 2, "ml.check", &n);
    wk_good(L, h, wick_model_check(h->ctx, name, args, n));
    return 0;
}

/* core.bundle_save(artefact, bundle), core.bundle_load(path) */
static int core_bundle_save(lua_State *L)
{
    wk_host *h = wk_self(L);
    char path[1024];
    const char *name = luaL_checkstring(L, 1);
    const wick_bundle *b = wk_check_box(L, 2, &wk_bundle_type, "run:write_bundle");
    if (!h->work) return wk_raise(L, "run:write_bundle belongs into P.run of a pipeline");
    wk_good(L, h, wick_workdir_prepare(h->ctx, h->work, name, path, sizeof path));
    wk_good(L, h, wick_bundle_save(h->ctx, b, path));
    wk_good(L, h, wick_workdir_adopt(h->ctx, h->work, name));
    return 0;
}

static int core_bundle_load(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_bundle *b = NULL;
    wk_good(L, h, wick_bundle_load(h->ctx, luaL_checkstring(L, 1), &b));
    wk_push_bundle(L, h, b);
    return 1;
}

/* Adds to the table on top of the stack. */
void wk_ml_fit_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"fit", ml_fit},
                                    {"cross_validate", ml_cross_validate},
                                    {"check", ml_check},
                                    {"bundle_save", core_bundle_save},
                                    {"bundle_load", core_bundle_load},
                                    {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
