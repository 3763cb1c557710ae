/* SPDX-License-Identifier: MIT */
/* All a prediction needs, fitted together. The file form is in bundle_file.c. */
#include "ml/bundle.h"

wick_bundle *wk_bundle_new(const char *const *names, int32_t n, const char *info)
{
    wick_bundle *b = calloc(1, sizeof *b);
    if (b == NULL) return NULL;
    atomic_init(&b->refs, 1);
    b->n_features = n;
    b->names = wk_names_copy(names, n);
    b->info = strdup(info);
    if (b->names == NULL || b->info == NULL) {
        wick_bundle_unref(b);
        return NULL;
    }
    return b;
}

wick_bundle *wick_bundle_ref(wick_bundle *b)
{
    if (b != NULL) atomic_fetch_add(&b->refs, 1);
    return b;
}

void wick_bundle_unref(wick_bundle *b)
{
    if (b == NULL || atomic_fetch_sub(&b->refs, 1) > 1) return;
    wick_imputer_unref(b->imputer);
    wick_scaler_unref(b->scaler);
    wick_model_unref(b->model);
    wick_calibration_unref(b->calibration);
    free(b->names);
    free(b->info);
    free(b->check_x);
    free(b->check_p);
    free(b);
}

/* ---- asking ------------------------------------------------------------------------------- */

const wick_model *wick_bundle_model(const wick_bundle *b)
{
    return b->model;
}

const wick_imputer *wick_bundle_imputer(const wick_bundle *b)
{
    return b->imputer;
}

const wick_scaler *wick_bundle_scaler(const wick_bundle *b)
{
    return b->scaler;
}

const wick_calibration *wick_bundle_calibration(const wick_bundle *b)
{
    return b->calibration;
}

double wick_bundle_threshold(const wick_bundle *b)
{
    return b->threshold;
}

int32_t wick_bundle_features(const wick_bundle *b)
{
    return b->n_features;
}

const char *wick_bundle_feature(const wick_bundle *b, int32_t i)
{
    return i >= 0 && i < b->n_features ? b->names[i] : NULL;
}

const char *wick_bundle_info(const wick_bundle *b)
{
    return b->info;
}

const wick_class_scores *wick_bundle_scores(const wick_bundle *b)
{
    return &b->scores;
}

/* ---- one fit ------------------------------------------------------------------------------ */

static bool complete(const wick_matrix *x, int64_t r)
{
    for (int32_t j = 0; j < x->p; j++) {
        if (isnan(x->columns[j]->v[r])) return false;
    }
    return true;
}

static wick_status transform(wick_ctx *ctx, const wick_imputer *im, const wick_scaler *s,
                             const wick_matrix *x, wick_matrix **out)
{
    wick_matrix *filled = NULL;
    wick_status st = wick_imputer_apply(ctx, im, x, &filled);
    if (st == WICK_OK) st = wick_scaler_apply(ctx, s, filled, out);
    wick_matrix_unref(filled);
    return st;
}

/* Imputer, scaler and model from the given rows and nothing else. */
static wick_status fit_parts(wick_ctx *ctx, const wick_bundle_in *in, const wick_fit_in *fit,
                             wick_bundle *b)
{
    const wick_matrix *x = fit->x;
    const int64_t n = fit->rows != NULL ? fit->n_rows : x->index->n;
    const bool drop = in->imputer != NULL && strcmp(in->imputer, "drop") == 0;
    wick_matrix *filled = NULL, *ready = NULL;
    int32_t *rows = wk_items(n, sizeof *rows);
    int64_t k = 0;
    wick_status st = WICK_OK;
    if (rows == NULL) return wick_fail_mem(ctx);
    WICK_TRY(wk_rows_check(ctx, x, fit->rows, n));
    for (int64_t i = 0; i < n; i++) {
        const int64_t r = wk_row(fit->rows, i);
        if (fit->y != NULL && isnan(fit->y[r])) continue;
        if (!drop || complete(x, r)) rows[k++] = (int32_t)r;
    }
    if (k == 0 && fit->y != NULL) {
        st = wick_fail(ctx, WICK_E_DATA, "no labelled training row%s",
                       drop ? " without a missing feature" : "");
        goto out;
    }
    WICK_TRY(wick_imputer_fit(ctx, in->imputer, x, rows, k, &b->imputer));
    WICK_TRY(wick_imputer_apply(ctx, b->imputer, x, &filled));
    WICK_TRY(wick_scaler_fit(ctx, in->scaler, in->scaler_args, in->n_scaler_args, filled, rows, k,
                             &b->scaler));
    WICK_TRY(wick_scaler_apply(ctx, b->scaler, filled, &ready));
    wick_fit_in one = *fit;
    one.x = ready;
    one.rows = rows;
    one.n_rows = k;
    WICK_TRY(wick_model_fit(ctx, in->model, in->args, in->n_args, &one, &b->model));
out:
    wick_matrix_unref(filled);
    wick_matrix_unref(ready);
    free(rows);
    return st;
}

/* A model that learns nothing takes nothing either. */
static wick_status fit_nothing(wick_ctx *ctx, const wick_bundle_in *in, const wick_fit_in *fit,
                               wick_bundle *b)
{
    const char *const parts[] = {in->imputer, in->scaler, in->calibration};
    wick_status st = WICK_OK;
    for (int i = 0; i < 3; i++) {
        if (parts[i] == NULL || strcmp(parts[i], "none") == 0) continue;
        return wick_fail(ctx, WICK_E_ARG, "model %s reads no features: '%s' has nothing to do",
                         in->model, parts[i]);
    }
    const int32_t none = 0;
    wick_fit_in one = *fit;
    one.rows = &none;
    one.n_rows = 0;
    WICK_TRY(wick_imputer_fit(ctx, NULL, fit->x, &none, 0, &b->imputer));
    WICK_TRY(wick_model_fit(ctx, in->model, in->args, in->n_args, &one, &b->model));
    st = wk_scaler_none(ctx, fit->x, &b->scaler);
out:
    return st;
}

/* ---- predicting --------------------------------------------------------------------------- */

/* Before calibration. */
static wick_status raw(wick_ctx *ctx, const wick_bundle *b, const wick_matrix *x,
                       const int32_t *rows, int64_t n, double *out)
{
    wick_matrix *part = NULL, *ready = NULL;
    const int32_t k = b->model->outputs;
    wick_status st = WICK_OK;
    if (rows != NULL || n < x->index->n) {
        WICK_TRY(wick_matrix_pick(ctx, x, rows, n, &part));
        x = part;
    }
    WICK_TRY(transform(ctx, b->imputer, b->scaler, x, &ready));
    WICK_TRY(wick_model_predict(ctx, b->model, ready, NULL, n, out));
    if (strcmp(wick_imputer_kind(b->imputer), "drop") == 0) {
        for (int64_t i = 0; i < n; i++) {
            for (int32_t c = 0; c < k && !complete(x, i); c++) out[i * k + c] = WICK_NA;
        }
    }
out:
    wick_matrix_unref(part);
    wick_matrix_unref(ready);
    return st;
}

wick_status wick_bundle_predict(wick_ctx *ctx, const wick_bundle *b, const wick_matrix *x,
                                const int32_t *rows, int64_t n, double *out)
{
    if (b == NULL || x == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "a prediction needs a bundle, a matrix and room");
    }
    if ((b->model->spec->flags & WICK_MODEL_NO_FIT) != 0) {
        return wick_model_predict(ctx, b->model, x, rows, n, out);
    }
    wick_status st = wk_names_match(ctx, "the bundle", x, b->names, b->n_features);
    if (st == WICK_OK) st = wk_rows_check(ctx, x, rows, n);
    if (st == WICK_OK) st = raw(ctx, b, x, rows, n, out);
    if (st == WICK_OK && b->model->outputs == 1) {
        wick_calibration_apply(b->calibration, n, out, out);
    }
    return st;
}

/* ---- out of fold -------------------------------------------------------------------------- */

static wick_status make_folds(wick_ctx *ctx, const wick_bundle_in *in, const wick_fit_in *fit,
                              int32_t k, wick_folds **out)
{
    const int64_t n = fit->x->index->n, chosen = fit->rows != NULL ? fit->n_rows : n;
    const wick_fold_opts o = {
        .size = sizeof o, .kind = WICK_FOLDS_PURGED, .k = k, .embargo = in->embargo};
    double *y = wk_items(n, sizeof *y);
    int64_t *t0 = wk_items(2 * n, sizeof *t0);
    wick_status st = y != NULL && t0 != NULL ? WICK_OK : wick_fail_mem(ctx);
    for (int64_t i = 0; st == WICK_OK && i < n; i++) {
        y[i] = WICK_NA;
        t0[i] = fit->x->index->tick[i];
        t0[n + i] = fit->labels != NULL ? fit->labels->tick1[i] : t0[i];
    }
    for (int64_t i = 0; st == WICK_OK && i < chosen; i++) {
        const int64_t r = wk_row(fit->rows, i);
        y[r] = fit->y[r];
    }
    if (st == WICK_OK) st = wick_folds_new(ctx, n, t0, t0 + n, y, &o, out);
    free(y);
    free(t0);
    return st;
}

static wick_status one_fold(wick_ctx *ctx, const wick_bundle_in *in, const wick_fit_in *fit,
                            const wick_folds *f, int64_t k, double *score)
{
    wick_fit_in part = *fit;
    int64_t n_test = 0;
    const int32_t *test = wick_folds_test(f, k, &n_test);
    part.rows = wick_folds_train(f, k, &part.n_rows);
    part.valid = NULL;
    wick_bundle *b = wk_bundle_new((const char *const *)fit->x->names, fit->x->p, "{}");
    double *p = wk_items(n_test, sizeof *p);
    wick_status st = b != NULL && p != NULL ? WICK_OK : wick_fail_mem(ctx);
    if (st == WICK_OK) st = fit_parts(ctx, in, &part, b);
    if (st == WICK_OK && b->model->outputs > 1) {
        st = wick_fail(ctx, WICK_E_UNSUPPORTED, "out-of-fold scores of more than two classes");
    }
    if (st == WICK_OK) st = raw(ctx, b, fit->x, test, n_test, p);
    for (int64_t i = 0; st == WICK_OK && i < n_test; i++) score[test[i]] = p[i];
    wick_bundle_unref(b);
    free(p);
    return st < 0 ? wick_note(ctx, "in fold %lld of %lld", (long long)k + 1,
                              (long long)wick_folds_count(f))
                  : st;
}

static wick_status calibrate(wick_ctx *ctx, const wick_bundle_in *in, const wick_fit_in *fit,
                             int32_t folds, wick_bundle *b)
{
    const int64_t n = fit->x->index->n;
    wick_folds *f = NULL;
    double *score = wk_items(n, sizeof *score);
    wick_status st = score != NULL ? WICK_OK : wick_fail_mem(ctx);
    for (int64_t i = 0; score != NULL && i < n; i++) score[i] = WICK_NA;
    if (st == WICK_OK) st = make_folds(ctx, in, fit, folds, &f);
    for (int64_t k = 0; st == WICK_OK && k < wick_folds_count(f); k++) {
        st = one_fold(ctx, in, fit, f, k, score);
    }
    if (st == WICK_OK && (b->model->spec->flags & WICK_MODEL_CLASSES) != 0) {
        st = wick_score_classes(ctx, n, fit->y, score, fit->w, b->threshold, &b->scores);
    }
    if (st == WICK_OK) {
        st = wick_calibration_fit(ctx, in->calibration, n, score, fit->y, fit->w, 0,
                                  &b->calibration);
    }
    wick_folds_unref(f);
    free(score);
    return st;
}

/* ---- the whole ---------------------------------------------------------------------------- */

/* What loading will compare with: the first training rows and what they got. */
static wick_status keep_check(wick_ctx *ctx, const wick_fit_in *fit, wick_bundle *b)
{
    const int64_t n = fit->rows != NULL ? fit->n_rows : fit->x->index->n;
    const int64_t k = n < WK_CHECK_ROWS ? n : WK_CHECK_ROWS, p = fit->x->p;
    b->check_n = k;
    b->check_x = wk_items(k * p, sizeof *b->check_x);
    b->check_p = wk_items(k * b->model->outputs, sizeof *b->check_p);
    if (b->check_x == NULL || b->check_p == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < k; i++) {
        const int64_t r = wk_row(fit->rows, i);
        for (int64_t j = 0; j < p; j++) b->check_x[i * p + j] = fit->x->columns[j]->v[r];
    }
    return wick_bundle_predict(ctx, b, fit->x, fit->rows, k, b->check_p);
}

static wick_status check_info(wick_ctx *ctx, const char *info, wick_buf *out)
{
    wick_json_doc *doc = NULL;
    wick_json_writer w;
    wick_status st = wick_json_parse(ctx, "info", info, (int64_t)strlen(info), &doc);
    if (st < 0) return st;
    if (wick_json_kind(wick_json_root(doc)) != WICK_JSON_OBJECT) {
        st = wick_fail(ctx, WICK_E_ARG, "the info of a bundle must be a JSON object");
    } else {
        wick_jw_begin(&w, out, 0);
        wick_jw_node(&w, wick_json_root(doc));
        if (out->failed) st = wick_fail_mem(ctx);
    }
    wick_json_free(doc);
    return st;
}

wick_status wick_bundle_fit(wick_ctx *ctx, const wick_bundle_in *given,
                            const wick_fit_in *fit_given, wick_bundle **out)
{
    wick_bundle_in in = {0};
    wick_fit_in fit = {0};
    wick_buf info = {0};
    wick_bundle *b = NULL;
    if (given == NULL || fit_given == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "a bundle needs its parts and training data");
    }
    memcpy(&in, given, given->size < sizeof in ? given->size : sizeof in);
    memcpy(&fit, fit_given, fit_given->size < sizeof fit ? fit_given->size : sizeof fit);
    fit.size = sizeof fit;
    if (fit.x == NULL || in.folds < 0 || in.embargo < 0 || !(in.threshold >= 0.0)) {
        return wick_fail(ctx, WICK_E_ARG,
                         "a bundle needs a matrix; folds, embargo and threshold may "
                         "not be negative");
    }
    wick_status st = WICK_OK;
    WICK_TRY(wick_model_check(ctx, in.model, in.args, in.n_args));
    WICK_TRY(check_info(ctx, in.info != NULL ? in.info : "{}", &info));
    b = wk_bundle_new((const char *const *)fit.x->names, fit.x->p, info.data);
    if (b == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    b->threshold = in.threshold > 0.0 ? in.threshold : 0.5;
    if ((wick_model_find(in.model)->flags & WICK_MODEL_NO_FIT) != 0) {
        WICK_TRY(fit_nothing(ctx, &in, &fit, b));
        WICK_TRY(wick_calibration_fit(ctx, NULL, 0, NULL, NULL, NULL, 0, &b->calibration));
    } else {
        const bool calibrated = in.calibration != NULL && strcmp(in.calibration, "none") != 0;
        const int32_t folds = in.folds > 0 ? in.folds : calibrated ? 5 : 0;
        if (fit.y == NULL) {
            st = wick_fail(ctx, WICK_E_ARG, "a fit needs labels");
            goto out;
        }
        WICK_TRY(fit_parts(ctx, &in, &fit, b));
        if (folds > 0) {
            WICK_TRY(calibrate(ctx, &in, &fit, folds, b));
        } else {
            WICK_TRY(wick_calibration_fit(ctx, NULL, 0, NULL, NULL, NULL, 0, &b->calibration));
        }
        WICK_TRY(keep_check(ctx, &fit, b));
    }
    *out = b;
    b = NULL;
out:
    wick_bundle_unref(b);
    wick_buf_free(&info);
    return st;
}
