/* SPDX-License-Identifier: MIT */
/* Models over folds: one task per trial and fold, each with a result slot of its own. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wick/work.h"

typedef struct job {
    const wick_cv_in *in;
    int64_t folds, n; /* folds per trial that are asked for, rows */
    wick_cv_fold *out;
} job;

/* Weights of the training rows of one fold: what was given, times what balances their classes. */
static wick_status train_weights(wick_ctx *ctx, const wick_cv_in *in, const int32_t *rows,
                                 int64_t k, double **out)
{
    const int64_t n = wick_matrix_rows(in->x);
    const double *y = wick_labels_y(in->labels);
    double *part = malloc(((size_t)k * 3 + 1) * sizeof *part), *w = NULL;
    *out = NULL;
    if (!part) return wick_fail_mem(ctx);
    double *py = part, *pw = part + k, *pb = part + 2 * k;
    for (int64_t i = 0; i < k; i++) {
        py[i] = y[rows[i]];
        pw[i] = in->w ? in->w[rows[i]] : 1.0;
    }
    wick_status st = wick_weights_balance(ctx, k, py, pw, pb);
    if (st >= 0) {
        w = calloc((size_t)n + 1, sizeof *w);
        if (!w) st = wick_fail_mem(ctx);
    }
    for (int64_t i = 0; st >= 0 && i < k; i++) w[rows[i]] = pw[i] * pb[i];
    free(part);
    *out = w;
    return st;
}

static wick_status score(wick_ctx *ctx, const wick_cv_in *in, const wick_bundle_in *trial,
                         const int32_t *rows, int64_t k, const double *p, bool classes,
                         wick_cv_fold *o)
{
    double *y = malloc(((size_t)k + 1) * sizeof *y);
    if (!y) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < k; i++) y[i] = wick_labels_y(in->labels)[rows[i]];
    const double threshold = trial->threshold > 0.0 ? trial->threshold : 0.5;
    const wick_status st = classes
                               ? wick_score_classes(ctx, k, y, p, NULL, threshold, &o->class_scores)
                               : wick_score_reals(ctx, k, y, p, NULL, &o->real_scores);
    free(y);
    return st;
}

static wick_status one_fold(wick_ctx *ctx, const job *j, int64_t trial, int64_t fold,
                            wick_cv_fold *o)
{
    const wick_cv_in *in = j->in;
    wick_bundle_in b = in->trial[trial];
    wick_bundle *made = NULL;
    double *w = NULL, *p = NULL;
    const int32_t *test = wick_folds_test(in->folds, fold, &o->n_test);
    wick_fit_in fit = {.size = sizeof fit,
                       .x = in->x,
                       .y = wick_labels_y(in->labels),
                       .w = in->w,
                       .labels = in->labels,
                       .seed = in->seed};
    fit.rows = wick_folds_train(in->folds, fold, &fit.n_rows);
    o->n_train = fit.n_rows;
    b.size = sizeof b;
    b.calibration = NULL;
    b.folds = 0;
    b.info = NULL;
    wick_status st = WICK_OK;
    if (in->balanced) {
        WICK_TRY(train_weights(ctx, in, fit.rows, fit.n_rows, &w));
        fit.w = w;
    }
    WICK_TRY(wick_bundle_fit(ctx, &b, &fit, &made));
    if (wick_model_outputs(wick_bundle_model(made)) != 1) {
        st = wick_fail(ctx, WICK_E_UNSUPPORTED, "folds of a model with more than two classes");
        goto out;
    }
    p = malloc(((size_t)o->n_test + 1) * sizeof *p);
    if (!p) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    if (o->n_test > 0) WICK_TRY(wick_bundle_predict(ctx, made, in->x, test, o->n_test, p));
    for (int64_t i = 0; in->oof && i < o->n_test; i++) in->oof[trial * j->n + test[i]] = p[i];
    const wick_model *m = wick_bundle_model(made);
    o->classes = (wick_model_spec_of(m)->flags & WICK_MODEL_CLASSES) != 0;
    o->rounds = wick_model_fact(m, "best_iteration", 0);
    WICK_TRY(score(ctx, in, &b, test, o->n_test, p, o->classes, o));
    o->good = true;
out:
    wick_bundle_unref(made);
    free(w);
    free(p);
    return st;
}

static wick_status task(void *arg, int64_t k, int32_t worker, wick_ctx *ctx)
{
    job *j = arg;
    wick_cv_fold *o = &j->out[k];
    const int64_t trial = k / j->folds;
    const int64_t fold = j->in->fold >= 0 ? j->in->fold : k % j->folds;
    (void)worker;
    memset(o, 0, sizeof *o);
    o->rounds = WICK_NA;
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    const wick_status st = one_fold(ctx, j, trial, fold, o);
    if (st >= 0) return WICK_OK;
    /* What data or parameters refuse is a result; memory, interruption and a missing library are
     * not. */
    if (st != WICK_E_DATA && st != WICK_E_ARG)
        return wick_note(ctx, "in fold %lld of trial %lld", (long long)fold + 1,
                         (long long)trial + 1);
    snprintf(o->reason, sizeof o->reason, "%s", wick_ctx_error(ctx));
    const size_t line = strcspn(o->reason, "\n");
    o->reason[line] = '\0';
    wick_ctx_clear(ctx);
    return WICK_OK;
}

wick_status wick_cv_run(wick_ctx *ctx, const wick_cv_in *given, wick_cv_fold *out)
{
    wick_cv_in in = {.fold = -1};
    if (!given || !given->x || !given->labels || !given->folds || !given->trial || !out)
        return wick_fail(ctx, WICK_E_ARG, "folds need a matrix, labels, folds and trials");
    memcpy(&in, given, given->size < sizeof in ? given->size : sizeof in);
    const int64_t count = wick_folds_count(in.folds);
    if (in.fold >= count)
        return wick_fail(ctx, WICK_E_ARG, "there are %lld folds", (long long)count);
    job j = {.in = &in, .folds = in.fold >= 0 ? 1 : count, .n = wick_matrix_rows(in.x), .out = out};
    for (int64_t t = 0; t < in.n_trials; t++) {
        const wick_bundle_in *b = &in.trial[t];
        const wick_status st = wick_model_check(ctx, b->model, b->args, b->n_args);
        if (st < 0) return wick_note(ctx, "in trial %lld", (long long)t + 1);
    }
    for (int64_t i = 0; in.oof && i < in.n_trials * j.n; i++) in.oof[i] = WICK_NA;
    return wick_pool_run(ctx, in.n_trials * j.folds, in.threads, task, &j);
}
