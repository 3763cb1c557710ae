/* SPDX-License-Identifier: MIT */
#include "ml/ml_int.h"

wick_status wick_model_gain(wick_ctx *ctx, const wick_model *m, double *out)
{
    if (m->spec->gain == NULL) {
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "model %s has no gains; permutation importance works for every model",
                         m->spec->name);
    }
    return m->spec->gain(ctx, m, out);
}

wick_status wick_model_explain(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                               const int32_t *rows, int64_t n, double *out)
{
    if (m->spec->explain == NULL) {
        return wick_fail(ctx, WICK_E_UNSUPPORTED, "model %s has no contributions", m->spec->name);
    }
    wick_status st = wk_names_match(ctx, "the model", x, m->names, m->n_features);
    if (st == WICK_OK) st = wk_rows_check(ctx, x, rows, n);
    return st < 0 ? st : m->spec->explain(ctx, m, x, rows, n, out);
}

/* Coefficients of linear models stand first in their state, the intercept behind them. */
static double coefficient(const wick_model *m, int32_t column)
{
    static const char *const linear[] = {"ols", "ridge", "lasso", "elastic_net", "logistic"};
    for (size_t i = 0; i < sizeof linear / sizeof linear[0]; i++) {
        if (strcmp(m->spec->name, linear[i]) == 0 && m->outputs == 1 && column >= 0 &&
            column <= m->n_features) {
            return ((const double *)m->state)[column];
        }
    }
    return WICK_NA;
}

double wick_model_fact(const wick_model *m, const char *name, int32_t column)
{
    const struct {
        const char *name;
        double v;
    } facts[] = {{"rows", (double)m->rows},
                 {"dropped", (double)m->dropped},
                 {"positives", (double)m->positives},
                 {"best_iteration", m->best_iteration},
                 {"best_score", m->best_score},
                 {"rounds_built", m->rounds_built},
                 {"intercept", coefficient(m, m->n_features)}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (strcmp(facts[i].name, name) == 0) return facts[i].v;
    }
    if (strcmp(name, "coef") == 0 && column < m->n_features) return coefficient(m, column);
    return WICK_NA;
}

/* ---- clusters ----------------------------------------------------------------------------- */

wick_status wick_feature_clusters(wick_ctx *ctx, const wick_matrix *m, const int32_t *rows,
                                  int64_t n_rows, double limit, int32_t *cluster)
{
    if (rows == NULL) n_rows = m->index->n;
    wick_status st = wk_rows_check(ctx, m, rows, n_rows);
    if (st < 0) return st;
    double *a = wk_items(2 * n_rows, sizeof *a), *b = a + n_rows;
    if (a == NULL) return wick_fail_mem(ctx);
    for (int32_t j = 0; j < m->p; j++) cluster[j] = j;
    for (int32_t j = 0; j < m->p && st == WICK_OK; j++) {
        for (int64_t i = 0; i < n_rows; i++) a[i] = m->columns[j]->v[wk_row(rows, i)];
        for (int32_t k = j + 1; k < m->p && st == WICK_OK; k++) {
            double r = WICK_NA;
            for (int64_t i = 0; i < n_rows; i++) b[i] = m->columns[k]->v[wk_row(rows, i)];
            st = wick_correlate(ctx, n_rows, a, b, true, &r);
            if (!(fabs(r) >= limit)) continue;
            const int32_t from = cluster[k] > cluster[j] ? cluster[k] : cluster[j];
            const int32_t to = cluster[k] < cluster[j] ? cluster[k] : cluster[j];
            for (int32_t i = 0; i < m->p; i++) cluster[i] = cluster[i] == from ? to : cluster[i];
        }
    }
    free(a);
    /* A cluster is called after its first column; give them numbers without gaps. */
    int32_t next = 0;
    for (int32_t j = 0; j < m->p && st == WICK_OK; j++) {
        if (cluster[j] == j) {
            cluster[j] = -1 - next++;
            for (int32_t k = j + 1; k < m->p; k++) {
                if (cluster[k] == j) cluster[k] = cluster[j];
            }
        }
    }
    for (int32_t j = 0; j < m->p && st == WICK_OK; j++) cluster[j] = -1 - cluster[j];
    return st;
}

/* ---- permutation -------------------------------------------------------------------------- */

typedef struct permuting {
    const wick_model *model;
    const wick_permute_in *in;
    wick_matrix *x; /* the rows alone, columns to be shuffled in place */
    double *y, *w, *p;
    int64_t n;
} permuting;

/* Higher is worse. */
static wick_status badness(wick_ctx *ctx, const permuting *q, double *out)
{
    wick_status st = wick_model_predict(ctx, q->model, q->x, NULL, q->n, q->p);
    if (st < 0) return st;
    if (q->in->metric == WICK_DROP_RMSE) {
        wick_real_scores s;
        st = wick_score_reals(ctx, q->n, q->y, q->p, q->w, &s);
        *out = st < 0 ? WICK_NA : s.rmse;
        return st;
    }
    wick_class_scores s;
    st = wick_score_classes(ctx, q->n, q->y, q->p, q->w, 0.5, &s);
    if (st == WICK_OK) *out = q->in->metric == WICK_DROP_AUC ? -s.auc : s.log_loss;
    return st;
}

static bool same_group(const wick_permute_in *in, int32_t a, int32_t b)
{
    return in->cluster != NULL ? in->cluster[a] == in->cluster[b] : a == b;
}

/* One order for all columns of the group: they keep what they know about each other. */
static void shuffle(const permuting *q, const wick_matrix *from, int32_t column, int32_t repeat,
                    int64_t *order)
{
    const uint64_t group = (uint64_t)(q->in->cluster != NULL ? q->in->cluster[column] : column);
    wick_pcg g = wick_pcg_key(q->in->seed, "permute", group, (uint64_t)repeat);
    for (int64_t i = 0; i < q->n; i++) order[i] = i;
    for (int64_t i = q->n - 1; i > 0; i--) {
        const int64_t k = (int64_t)wick_pcg_below(&g, (uint64_t)i + 1), t = order[i];
        order[i] = order[k];
        order[k] = t;
    }
    for (int32_t j = 0; j < from->p; j++) {
        if (!same_group(q->in, j, column)) continue;
        const double *v = from->columns[j]->v;
        for (int64_t i = 0; i < q->n; i++) q->x->columns[j]->v[i] = v[order[i]];
    }
}

static void restore(const permuting *q, const wick_matrix *from, int32_t column)
{
    for (int32_t j = 0; j < from->p; j++) {
        if (!same_group(q->in, j, column)) continue;
        memcpy(q->x->columns[j]->v, from->columns[j]->v, (size_t)q->n * sizeof(double));
    }
}

static wick_status one_group(wick_ctx *ctx, const permuting *q, const wick_matrix *from,
                             int32_t column, double base, int64_t *order, double *mean, double *sd)
{
    const int32_t repeats = q->in->repeats;
    wick_sum s = {0}, square = {0};
    for (int32_t r = 0; r < repeats; r++) {
        double v = WICK_NA;
        shuffle(q, from, column, r, order);
        const wick_status st = badness(ctx, q, &v);
        if (st < 0) return st;
        wick_sum_add(&s, v - base);
        wick_sum_add(&square, (v - base) * (v - base));
    }
    restore(q, from, column);
    const double m = wick_sum_get(&s) / repeats;
    const double rest = wick_sum_get(&square) - (double)repeats * m * m;
    *mean = m;
    *sd = repeats > 1 ? sqrt(fmax(rest, 0.0) / (repeats - 1)) : WICK_NA;
    return WICK_OK;
}

wick_status wick_model_permute(wick_ctx *ctx, const wick_model *m, const wick_permute_in *given,
                               double *mean, double *sd)
{
    wick_permute_in in = {0};
    if (m == NULL || given == NULL || mean == NULL || sd == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "permutation importance needs a model and data");
    }
    memcpy(&in, given, given->size < sizeof in ? given->size : sizeof in);
    if (in.repeats == 0) in.repeats = 5;
    if (in.x == NULL || in.y == NULL || in.repeats < 1 || in.metric < WICK_DROP_LOG_LOSS ||
        in.metric > WICK_DROP_RMSE || m->outputs != 1) {
        return wick_fail(ctx, WICK_E_ARG,
                         "permutation importance needs features, labels, a metric "
                         "and a model with one output");
    }
    const int64_t n = in.rows != NULL ? in.n_rows : in.x->index->n;
    permuting q = {.model = m, .in = &in, .n = n};
    wick_matrix *from = NULL;
    int64_t *order = wk_items(n, sizeof *order);
    double base = WICK_NA;
    wick_status st = WICK_OK;
    q.y = wk_items(3 * n, sizeof *q.y);
    if (order == NULL || q.y == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    q.w = q.y + n;
    q.p = q.y + 2 * n;
    WICK_TRY(wick_matrix_pick(ctx, in.x, in.rows, n, &from));
    WICK_TRY(wick_matrix_pick(ctx, in.x, in.rows, n, &q.x));
    for (int64_t i = 0; i < n; i++) {
        q.y[i] = in.y[wk_row(in.rows, i)];
        q.w[i] = in.w != NULL ? in.w[wk_row(in.rows, i)] : 1.0;
    }
    WICK_TRY(badness(ctx, &q, &base));
    for (int32_t j = 0; j < from->p; j++) {
        int32_t first = 0;
        while (!same_group(&in, first, j)) first++;
        if (first < j) {
            mean[j] = mean[first];
            sd[j] = sd[first];
        } else {
            WICK_TRY(one_group(ctx, &q, from, j, base, order, &mean[j], &sd[j]));
        }
    }
out:
    wick_matrix_unref(from);
    wick_matrix_unref(q.x);
    free(order);
    free(q.y);
    return st;
}
