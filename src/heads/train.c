/* SPDX-License-Identifier: MIT */
/* The three heads: fitted on split train, calibrated on its purged folds, asked for every sample.
 */
#include <stdlib.h>
#include <string.h>

#include "heads/heads_int.h"

typedef struct trainer {
    wick_ctx *ctx;
    wick_heads_opts o;
    const wick_table *t;
    wick_matrix *x;      /**< all samples; scaled for models that want it */
    wick_labels *labels; /**< for purging: what a sample saw last */
    int64_t n, n_train;
    int32_t *train;    /**< rows */
    wick_folds *folds; /**< over training rows */
    bool trees;
    wick_table *scores; /**< rows so far, NULL before the first */
} trainer;

/* ---- the samples -------------------------------------------------------------------------- */

static wick_status ints(const trainer *r, const char *name, const int64_t **out)
{
    int32_t k = -1;
    const wick_status st = wick_table_need(r->ctx, r->t, "samples", name, &k);
    if (st < 0) return st;
    *out = wick_table_ints(r->t, k);
    return *out ? WICK_OK : wick_fail(r->ctx, WICK_E_DATA, "samples: '%s' must be int", name);
}

static wick_status floats(const trainer *r, const char *name, const double **out)
{
    int32_t k = -1;
    const wick_status st = wick_table_need(r->ctx, r->t, "samples", name, &k);
    if (st < 0) return st;
    *out = wick_table_floats(r->t, k);
    return *out ? WICK_OK : wick_fail(r->ctx, WICK_E_DATA, "samples: '%s' must be float", name);
}

static wick_status make_matrix(trainer *r)
{
    const int32_t p = wick_table_columns(r->t);
    const int64_t *time = NULL, *tick = NULL, *end = NULL;
    wick_status st;
    int32_t *ticks = malloc(((size_t)r->n + 1) * sizeof *ticks);
    int32_t *ends = malloc(((size_t)r->n + 1) * sizeof *ends);
    double *zero = calloc((size_t)r->n + 1, sizeof *zero);
    const char **names = calloc((size_t)p + 1, sizeof *names);
    const double **columns = calloc((size_t)p + 1, sizeof *columns);
    if (!ticks || !ends || !zero || !names || !columns) {
        st = wick_fail_mem(r->ctx);
        goto out;
    }
    WICK_TRY(ints(r, "event_time", &time));
    WICK_TRY(ints(r, "tick", &tick));
    WICK_TRY(ints(r, "end_tick", &end));
    wick_matrix_in in = {.size = sizeof in,
                         .n = r->n,
                         .names = names,
                         .columns = columns,
                         .time = time,
                         .tick = ticks};
    for (int32_t k = 0; k < p; k++) {
        if (strncmp(wick_table_name(r->t, k), "f_", 2) != 0) continue;
        names[in.p] = wick_table_name(r->t, k) + 2;
        columns[in.p++] = wick_table_floats(r->t, k);
        if (columns[in.p - 1]) continue;
        st = wick_fail(r->ctx, WICK_E_DATA, "samples: feature '%s' must be float", names[in.p - 1]);
        goto out;
    }
    for (int64_t i = 0; i < r->n; i++) {
        ticks[i] = (int32_t)tick[i];
        ends[i] = (int32_t)end[i];
    }
    WICK_TRY(wick_matrix_new(r->ctx, &in, &r->x));
    st = wick_labels_new(r->ctx, r->x, zero, NULL, ends, &r->labels);
out:
    free(ticks);
    free(ends);
    free(zero);
    free(names);
    free(columns);
    return st;
}

static wick_status find_train(trainer *r)
{
    const int64_t *tick = NULL, *end = NULL;
    int32_t k = -1;
    wick_status st = wick_table_need(r->ctx, r->t, "samples", "split_id", &k);
    if (st < 0) return st;
    const char *const *split = wick_table_texts(r->t, k);
    if (!split) return wick_fail(r->ctx, WICK_E_DATA, "samples: 'split_id' must be text");
    WICK_TRY(ints(r, "tick", &tick));
    WICK_TRY(ints(r, "end_tick", &end));
    int64_t *t0 = malloc(((size_t)r->n + 1) * sizeof *t0);
    int64_t *t1 = malloc(((size_t)r->n + 1) * sizeof *t1);
    r->train = malloc(((size_t)r->n + 1) * sizeof *r->train);
    if (!t0 || !t1 || !r->train) {
        st = wick_fail_mem(r->ctx);
    } else {
        for (int64_t i = 0; i < r->n; i++) {
            if (!split[i] || strcmp(split[i], wick_heads_splits()[0]) != 0) continue;
            t0[r->n_train] = tick[i];
            t1[r->n_train] = end[i];
            r->train[r->n_train++] = (int32_t)i;
        }
        const wick_fold_opts f = {
            .size = sizeof f, .kind = WICK_FOLDS_PURGED, .k = r->o.folds, .embargo = r->o.horizon};
        st = wick_folds_new(r->ctx, r->n_train, t0, t1, NULL, &f, &r->folds);
    }
    free(t0);
    free(t1);
out:
    return st;
}

static wick_status scale(trainer *r)
{
    wick_scaler *s = NULL;
    wick_matrix *scaled = NULL;
    if (r->trees) return WICK_OK;
    wick_status st = wick_scaler_fit(r->ctx, "standard", NULL, 0, r->x, r->train, r->n_train, &s);
    if (st >= 0) st = wick_scaler_apply(r->ctx, s, r->x, &scaled);
    wick_scaler_unref(s);
    if (st < 0) return st;
    wick_matrix_unref(r->x);
    r->x = scaled;
    return WICK_OK;
}

/* ---- one head ----------------------------------------------------------------------------- */

typedef enum head_kind { TWO_CLASSES, THREE_CLASSES, REAL } head_kind;

static wick_status fit_one(const trainer *r, head_kind kind, const double *y, const int32_t *rows,
                           int64_t n, wick_model **out)
{
    static const char *const objectives[] = {"binary:logistic", "multi:softprob",
                                             "reg:pseudohubererror"};
    const wick_ml_arg args[] = {{.name = "objective", .text = objectives[kind]},
                                {.name = "rounds", .number = r->o.rounds},
                                {.name = "early_stopping", .number = 30}};
    const wick_fit_in in = {.size = sizeof in,
                            .x = r->x,
                            .y = y,
                            .labels = r->labels,
                            .rows = rows,
                            .n_rows = n,
                            .seed = r->o.seed};
    /* Linear models have no Huber loss here; ridge is what they have. */
    if (!r->trees && kind == REAL) return wick_model_fit(r->ctx, "ridge", NULL, 0, &in, out);
    return wick_model_fit(r->ctx, r->o.model, args, r->trees ? 3 : 0, &in, out);
}

/* Chances of `k` classes for the given rows, row by row, uncalibrated. */
static wick_status ask(const trainer *r, const wick_model *m, const int32_t *rows, int64_t n, int k,
                       double *out)
{
    if (wick_model_outputs(m) != (k > 2 ? k : 1))
        return wick_fail(r->ctx, WICK_E_DATA, "heads: the training rows lack a class");
    return wick_model_predict(r->ctx, m, r->x, rows, n, out);
}

/* Out-of-fold chances of the training rows: each fold is asked by a model that saw neither it nor
 * what overlaps it. */
static wick_status out_of_fold(const trainer *r, head_kind kind, const double *y, int k,
                               double *oof)
{
    const int width = k > 2 ? k : 1;
    wick_status st = WICK_OK;
    int32_t *rows = malloc(((size_t)r->n_train + 1) * sizeof *rows);
    double *p = malloc(((size_t)r->n_train * (size_t)width + 1) * sizeof *p);
    if (!rows || !p) {
        st = wick_fail_mem(r->ctx);
        goto out;
    }
    for (int64_t i = 0; i < r->n_train * width; i++) oof[i] = WICK_NA;
    for (int64_t f = 0; f < wick_folds_count(r->folds); f++) {
        int64_t n = 0, m = 0;
        wick_model *model = NULL;
        const int32_t *in = wick_folds_train(r->folds, f, &n);
        const int32_t *test = wick_folds_test(r->folds, f, &m);
        for (int64_t i = 0; i < n; i++) rows[i] = r->train[in[i]];
        WICK_TRY(fit_one(r, kind, y, rows, n, &model));
        for (int64_t i = 0; i < m; i++) rows[i] = r->train[test[i]];
        st = ask(r, model, rows, m, k, p);
        wick_model_unref(model);
        if (st < 0) goto out;
        for (int64_t i = 0; i < m; i++)
            memcpy(oof + (int64_t)test[i] * width, p + i * width, (size_t)width * sizeof *p);
    }
out:
    free(rows);
    free(p);
    return st;
}

/* Platt's sigmoid per class on the out-of-fold chances, applied to `p` (n rows of `width`). A
 * sigmoid that falls would turn the head around because its out-of-fold order was worse than
 * chance: then the class is answered by its share of the training rows. */
static wick_status calibrate(const trainer *r, const double *y, int k, const double *oof, double *p)
{
    const int width = k > 2 ? k : 1;
    wick_status st = WICK_OK;
    const size_t most = (size_t)(r->n > r->n_train ? r->n : r->n_train) + 1;
    double *score = malloc(most * sizeof *score), *is = malloc(most * sizeof *is);
    if (!score || !is) {
        st = wick_fail_mem(r->ctx);
        goto out;
    }
    for (int c = 0; c < width; c++) {
        wick_calibration *cal = NULL;
        const double class_of = width == 1 ? 1.0 : (double)c;
        for (int64_t i = 0; i < r->n_train; i++) {
            score[i] = oof[i * width + c];
            is[i] = y[r->train[i]] == class_of ? 1.0 : 0.0;
        }
        WICK_TRY(wick_calibration_fit(r->ctx, "platt", r->n_train, score, is, NULL, 0, &cal));
        double low = 0.0, high = 1.0, share = 0.0;
        wick_calibration_apply(cal, 1, &low, &low);
        wick_calibration_apply(cal, 1, &high, &high);
        for (int64_t i = 0; i < r->n_train; i++) share += is[i] / (double)r->n_train;
        for (int64_t i = 0; i < r->n; i++) score[i] = p[i * width + c];
        wick_calibration_apply(cal, r->n, score, score);
        for (int64_t i = 0; i < r->n; i++) p[i * width + c] = low < high ? score[i] : share;
        wick_calibration_unref(cal);
    }
    for (int64_t i = 0; width > 1 && i < r->n; i++) {
        double total = 0.0;
        for (int c = 0; c < width; c++) total += p[i * width + c];
        for (int c = 0; c < width; c++) p[i * width + c] /= total;
    }
out:
    free(score);
    free(is);
    return st;
}

/* `out`: n values, or n x 3 row by row. A class that all or no training rows have is answered by
 * its share: there is nothing to learn. */
static wick_status classes(const trainer *r, const double *y, int k, double *out)
{
    const int width = k > 2 ? k : 1;
    const head_kind kind = k > 2 ? THREE_CLASSES : TWO_CLASSES;
    wick_model *model = NULL;
    wick_status st = WICK_OK;
    int64_t positives = 0;
    for (int64_t i = 0; i < r->n_train; i++) positives += y[r->train[i]] == 1.0;
    if (k == 2 && (positives == 0 || positives == r->n_train)) {
        for (int64_t i = 0; i < r->n; i++) out[i] = positives > 0 ? 1.0 : 0.0;
        return WICK_OK;
    }
    double *oof = malloc(((size_t)(r->n_train * width) + 1) * sizeof *oof);
    if (!oof) return wick_fail_mem(r->ctx);
    WICK_TRY(out_of_fold(r, kind, y, k, oof));
    WICK_TRY(fit_one(r, kind, y, r->train, r->n_train, &model));
    WICK_TRY(ask(r, model, NULL, r->n, k, out));
    st = calibrate(r, y, k, oof, out);
out:
    wick_model_unref(model);
    free(oof);
    return st;
}

static double train_quantile(const trainer *r, const double *x, double q, double *scratch)
{
    for (int64_t i = 0; i < r->n_train; i++) scratch[i] = x[r->train[i]];
    return wk_heads_quantile(scratch, r->n_train, q);
}

/* The Huber loss bends at one unit, so edges are put into units of their own middle half before. */
static wick_status regression(const trainer *r, const double *y, double *out)
{
    wick_model *model = NULL;
    wick_status st;
    double *scaled = malloc(((size_t)r->n + 1) * sizeof *scaled);
    if (!scaled) return wick_fail_mem(r->ctx);
    double unit = train_quantile(r, y, 0.75, scaled);
    unit = (unit - wk_heads_quantile(scaled, r->n_train, 0.25)) / 1.349;
    if (!(unit > 0.0)) unit = 1.0;
    for (int64_t i = 0; i < r->n; i++) scaled[i] = y[i] / unit;
    WICK_TRY(fit_one(r, REAL, scaled, r->train, r->n_train, &model));
    WICK_TRY(wick_model_predict(r->ctx, model, r->x, NULL, r->n, out));
    for (int64_t i = 0; i < r->n; i++) out[i] *= unit;
out:
    wick_model_unref(model);
    free(scaled);
    return st;
}

/* ---- scores ------------------------------------------------------------------------------- */

static wick_status add_score(trainer *r, const char *head, int split, const wick_class_scores *s)
{
    const char *name = wick_heads_splits()[split];
    const int64_t n = s->n;
    const double base = n > 0 ? (double)s->positives / (double)n : WICK_NA;
    const wick_column_in in[] = {{"head", WICK_COL_TEXT, &head},
                                 {"split_id", WICK_COL_TEXT, &name},
                                 {"rows", WICK_COL_INT, &n},
                                 {"base_rate", WICK_COL_FLOAT, &base},
                                 {"auc", WICK_COL_FLOAT, &s->auc},
                                 {"brier", WICK_COL_FLOAT, &s->brier},
                                 {"log_loss", WICK_COL_FLOAT, &s->log_loss}};
    wick_table *row = NULL, *all = NULL;
    wick_status st = wick_table_new(r->ctx, 1, in, 7, &row);
    if (st < 0) return st;
    if (!r->scores) {
        r->scores = row;
        return WICK_OK;
    }
    const wick_table *both[] = {r->scores, row};
    st = wick_table_concat(r->ctx, both, 2, &all);
    wick_table_unref(row);
    if (st < 0) return st;
    wick_table_unref(r->scores);
    r->scores = all;
    return WICK_OK;
}

static wick_status score_head(trainer *r, const char *head, const double *y, const double *p)
{
    const char *const *split = wick_table_texts(r->t, wick_table_find(r->t, "split_id"));
    wick_status st = WICK_OK;
    double *a = malloc(((size_t)r->n + 1) * sizeof *a), *b = malloc(((size_t)r->n + 1) * sizeof *b);
    if (!a || !b) st = wick_fail_mem(r->ctx);
    for (int k = 0; st >= 0 && k < WICK_HEADS_SPLITS; k++) {
        wick_class_scores s;
        int64_t n = 0;
        for (int64_t i = 0; i < r->n; i++) {
            if (!split[i] || strcmp(split[i], wick_heads_splits()[k]) != 0) continue;
            a[n] = y[i];
            b[n++] = p[i];
        }
        st = wick_score_classes(r->ctx, n, a, b, NULL, 0.5, &s);
        if (st >= 0) st = add_score(r, head, k, &s);
    }
    free(a);
    free(b);
    return st;
}

/* ---- everything --------------------------------------------------------------------------- */

enum {
    P_LONG,
    P_SHORT,
    P_NEUTRAL,
    P_LONG_ENTRY,
    P_SHORT_ENTRY,
    P_LONG_EDGE,
    P_SHORT_EDGE,
    P_RISK,
    P_LONG_RISK,
    P_SHORT_RISK,
    P_OOD,
    P_PATH,
    P_COUNT
};
static const char *const p_names[P_COUNT] = {"long_prob",
                                             "short_prob",
                                             "neutral_prob",
                                             "long_entry_prob",
                                             "short_entry_prob",
                                             "long_expected_net_edge_bps",
                                             "short_expected_net_edge_bps",
                                             "market_risk_prob",
                                             "long_position_risk_prob",
                                             "short_position_risk_prob",
                                             "ood_score",
                                             "path_risk_bps"};

static wick_status direction_head(trainer *r, double *const *p)
{
    static const char *const names[] = {"direction_long", "direction_short", "direction_neutral"};
    const int64_t *direction = NULL;
    wick_status st = ints(r, "direction", &direction);
    if (st < 0) return st;
    double *y = malloc(((size_t)r->n + 1) * sizeof *y);
    double *three = malloc(((size_t)r->n * 3 + 1) * sizeof *three);
    if (!y || !three) {
        st = wick_fail_mem(r->ctx);
        goto out;
    }
    for (int64_t i = 0; i < r->n; i++) y[i] = (double)direction[i];
    WICK_TRY(classes(r, y, 3, three));
    for (int c = 0; c < 3; c++) {
        for (int64_t i = 0; i < r->n; i++) {
            p[P_LONG + c][i] = three[i * 3 + c];
            y[i] = direction[i] == c ? 1.0 : 0.0;
        }
        WICK_TRY(score_head(r, names[c], y, p[P_LONG + c]));
    }
out:
    free(y);
    free(three);
    return st;
}

static wick_status entry_head(trainer *r, int side, double *const *p)
{
    const double *edge = NULL;
    wick_status st = floats(r, side ? "short_edge_bps" : "long_edge_bps", &edge);
    if (st < 0) return st;
    double *y = malloc(((size_t)r->n + 1) * sizeof *y);
    if (!y) return wick_fail_mem(r->ctx);
    for (int64_t i = 0; i < r->n; i++) y[i] = edge[i] >= r->o.min_edge_bps ? 1.0 : 0.0;
    WICK_TRY(classes(r, y, 2, p[P_LONG_ENTRY + side]));
    WICK_TRY(score_head(r, side ? "entry_short" : "entry_long", y, p[P_LONG_ENTRY + side]));
    st = regression(r, edge, p[P_LONG_EDGE + side]);
out:
    free(y);
    return st;
}

static wick_status risk_head(trainer *r, double *const *p)
{
    static const char *const names[] = {"risk_long", "risk_short"};
    const double *move = NULL, *adverse[2] = {NULL, NULL};
    const int64_t *stopped[2] = {NULL, NULL};
    wick_status st;
    double *y = malloc(((size_t)r->n + 1) * sizeof *y);
    if (!y) return wick_fail_mem(r->ctx);
    WICK_TRY(floats(r, "move_ratio", &move));
    WICK_TRY(floats(r, "long_adverse_bps", &adverse[0]));
    WICK_TRY(floats(r, "short_adverse_bps", &adverse[1]));
    WICK_TRY(ints(r, "long_stopped", &stopped[0]));
    WICK_TRY(ints(r, "short_stopped", &stopped[1]));
    const double limit = train_quantile(r, move, 0.85, y);
    for (int64_t i = 0; i < r->n; i++) y[i] = move[i] > limit ? 1.0 : 0.0;
    WICK_TRY(classes(r, y, 2, p[P_RISK]));
    WICK_TRY(score_head(r, "risk_market", y, p[P_RISK]));
    for (int k = 0; k < 2; k++) {
        for (int64_t i = 0; i < r->n; i++)
            y[i] = adverse[k][i] >= r->o.max_loss_bps || stopped[k][i] ? 1.0 : 0.0;
        WICK_TRY(classes(r, y, 2, p[P_LONG_RISK + k]));
        WICK_TRY(score_head(r, names[k], y, p[P_LONG_RISK + k]));
    }
out:
    free(y);
    return st;
}

/* Robust distance from the training samples, 0 at their median and 1 at their 99.9 %. */
static wick_status ood_score(const trainer *r, double *out)
{
    double *z = malloc(((size_t)r->n + 1) * sizeof *z);
    if (!z) return wick_fail_mem(r->ctx);
    int32_t used = 0;
    for (int64_t i = 0; i < r->n; i++) out[i] = 0.0;
    for (int32_t k = 0; k < wick_matrix_columns(r->x); k++) {
        const double *x = wick_matrix_column(r->x, k);
        const double mid = train_quantile(r, x, 0.5, z);
        const double s =
            (wk_heads_quantile(z, r->n_train, 0.75) - wk_heads_quantile(z, r->n_train, 0.25)) /
            1.349;
        if (!(s > 0.0)) continue;
        used++;
        for (int64_t i = 0; i < r->n; i++) out[i] += (x[i] - mid) / s * ((x[i] - mid) / s);
    }
    for (int64_t i = 0; i < r->n; i++) out[i] = used > 0 ? sqrt(out[i] / (double)used) : 0.0;
    const double low = train_quantile(r, out, 0.5, z), high = train_quantile(r, out, 0.999, z);
    for (int64_t i = 0; i < r->n; i++) {
        const double d = high > low ? (out[i] - low) / (high - low) : 0.0;
        out[i] = d < 0.0 ? 0.0 : d > 1.0 ? 1.0 : d;
    }
    free(z);
    return WICK_OK;
}

/* 90 % of the training samples' adverse excursions in units of ATR, times the ATR of the sample. */
static wick_status path_risk(const trainer *r, double *out)
{
    const double *atr = NULL, *adverse[2] = {NULL, NULL};
    double *x = malloc(((size_t)r->n_train * 2 + 1) * sizeof *x);
    wick_status st;
    int64_t n = 0;
    if (!x) return wick_fail_mem(r->ctx);
    WICK_TRY(floats(r, "atr_bps", &atr));
    WICK_TRY(floats(r, "long_adverse_bps", &adverse[0]));
    WICK_TRY(floats(r, "short_adverse_bps", &adverse[1]));
    for (int64_t i = 0; i < r->n_train; i++)
        for (int k = 0; k < 2; k++)
            if (atr[r->train[i]] > 0.0) x[n++] = adverse[k][r->train[i]] / atr[r->train[i]];
    const double q = wk_heads_quantile(x, n, 0.9);
    for (int64_t i = 0; i < r->n; i++) out[i] = q * atr[i];
out:
    free(x);
    return st;
}

static wick_status assemble(const trainer *r, double *const *p, wick_table **out)
{
    static const char *const kept[] = {"sample_id",
                                       "symbol",
                                       "event_time",
                                       "split_id",
                                       "close",
                                       "fill_price",
                                       "liquidity_capacity_ratio"};
    wick_table *now = NULL;
    wick_status st = wick_table_select(r->ctx, r->t, kept, 7, &now);
    for (int k = 0; st >= 0 && k < P_COUNT; k++) {
        const wick_column_in in = {p_names[k], WICK_COL_FLOAT, p[k]};
        wick_table *next = NULL;
        st = wick_table_with(r->ctx, now, &in, &next);
        if (st < 0) break;
        wick_table_unref(now);
        now = next;
    }
    if (st < 0)
        wick_table_unref(now);
    else
        *out = now;
    return st;
}

wick_status wick_heads_train(wick_ctx *ctx, const wick_table *samples, const wick_heads_opts *opts,
                             wick_table **out, wick_table **scores)
{
    trainer r = {.ctx = ctx, .t = samples, .n = wick_table_rows(samples)};
    double *p[P_COUNT] = {NULL};
    wick_status st;
    WICK_TRY(wk_heads_settle(ctx, opts, &r.o));
    r.trees = strcmp(r.o.model, "xgboost") == 0;
    for (int k = 0; k < P_COUNT; k++) {
        p[k] = malloc(((size_t)r.n + 1) * sizeof *p[k]);
        if (!p[k]) {
            st = wick_fail_mem(ctx);
            goto out;
        }
    }
    WICK_TRY(make_matrix(&r));
    WICK_TRY(find_train(&r));
    WICK_TRY(ood_score(&r, p[P_OOD]));
    WICK_TRY(scale(&r));
    WICK_TRY(direction_head(&r, p));
    WICK_TRY(entry_head(&r, 0, p));
    WICK_TRY(entry_head(&r, 1, p));
    WICK_TRY(risk_head(&r, p));
    WICK_TRY(path_risk(&r, p[P_PATH]));
    WICK_TRY(assemble(&r, p, out));
    *scores = r.scores;
    r.scores = NULL;
out:
    for (int k = 0; k < P_COUNT; k++) free(p[k]);
    wick_table_unref(r.scores);
    wick_folds_unref(r.folds);
    wick_labels_unref(r.labels);
    wick_matrix_unref(r.x);
    free(r.train);
    return st;
}
