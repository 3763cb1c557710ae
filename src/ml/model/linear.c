/* SPDX-License-Identifier: MIT */
/* registry: wick_model_ols wick_model_ridge wick_model_lasso wick_model_elastic_net */
/* Linear regressions on weighted centred columns; the intercept is never penalised. */
#include "ml/ml_int.h"

/* State: p coefficients, then the intercept. */
typedef struct normal {
    int64_t p;
    double *g, *c, *mean; /* X'WX, X'Wy about the means; means of the columns, then of y */
    double weight, yy;
} normal;

static void normal_free(normal *q)
{
    free(q->g);
    free(q->c);
    free(q->mean);
}

/* One pass for the means, one for the products: sums of centred values keep their digits. */
static wick_status normal_make(wick_ctx *ctx, const wick_fit_in *in, normal *q)
{
    const int64_t p = in->x->p, n = in->n_rows;
    *q = (normal){.p = p};
    double *x = wk_dense(in), *row = wk_items(p + 1, sizeof *row);
    wick_sum *sum = wk_zero_items(p + 1, sizeof *sum);
    q->g = wk_zero_items(p * p, sizeof *q->g);
    q->c = wk_zero_items(p, sizeof *q->c);
    q->mean = wk_zero_items(p + 1, sizeof *q->mean);
    const bool good =
        x != NULL && row != NULL && sum != NULL && q->g != NULL && q->c != NULL && q->mean != NULL;
    wick_sum total = {0};
    for (int64_t i = 0; good && i < n; i++) {
        const double w = in->w != NULL ? in->w[in->rows[i]] : 1.0;
        wick_sum_add(&total, w);
        for (int64_t j = 0; j < p; j++) wick_sum_add(&sum[j], w * x[i * p + j]);
        wick_sum_add(&sum[p], w * in->y[in->rows[i]]);
    }
    q->weight = wick_sum_get(&total);
    for (int64_t j = 0; good && j <= p; j++) q->mean[j] = wick_sum_get(&sum[j]) / q->weight;
    for (int64_t i = 0; good && i < n; i++) {
        const double w = in->w != NULL ? in->w[in->rows[i]] : 1.0;
        for (int64_t j = 0; j < p; j++) row[j] = x[i * p + j] - q->mean[j];
        const double y = in->y[in->rows[i]] - q->mean[p];
        for (int64_t j = 0; j < p; j++) {
            const double wx = w * row[j];
            for (int64_t k = 0; k <= j; k++) q->g[j * p + k] += wx * row[k];
            q->c[j] += wx * y;
        }
        q->yy += w * y * y;
    }
    for (int64_t j = 0; good && j < p; j++) {
        for (int64_t k = 0; k < j; k++) q->g[k * p + j] = q->g[j * p + k];
    }
    free(x);
    free(row);
    free(sum);
    if (good) return WICK_OK;
    normal_free(q);
    return wick_fail_mem(ctx);
}

static wick_status keep(wick_ctx *ctx, wick_model *m, const normal *q, const double *b)
{
    double *state = wk_items(q->p + 1, sizeof *state);
    if (state == NULL) return wick_fail_mem(ctx);
    wick_sum s = {0};
    wick_sum_add(&s, q->mean[q->p]);
    for (int64_t j = 0; j < q->p; j++) {
        state[j] = b[j];
        wick_sum_add(&s, -b[j] * q->mean[j]);
    }
    state[q->p] = wick_sum_get(&s);
    m->state = state;
    return WICK_OK;
}

static wick_status fit_squares(wick_ctx *ctx, wick_model *m, const wick_fit_in *in, double alpha)
{
    normal q;
    wick_status st = normal_make(ctx, in, &q);
    if (st < 0) return st;
    const int64_t p = q.p;
    double *a = wk_items(p * p, sizeof *a), *v = wk_items(p * p, sizeof *v);
    double *b = wk_items(p, sizeof *b);
    if (a == NULL || v == NULL || b == NULL) {
        st = wick_fail_mem(ctx);
    } else {
        for (int64_t j = 0; j < p; j++) q.g[j * p + j] += alpha;
        memcpy(a, q.g, (size_t)(p * p) * sizeof *a);
        memcpy(b, q.c, (size_t)p * sizeof *b);
        if (!wk_cholesky_solve(a, b, p)) {
            /* Collinear columns: of all solutions the shortest. */
            memcpy(b, q.c, (size_t)p * sizeof *b);
            wk_symmetric_solve(q.g, b, p, v);
        }
        st = keep(ctx, m, &q, b);
    }
    free(a);
    free(v);
    free(b);
    normal_free(&q);
    return st;
}

static wick_status fit_ols(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    return fit_squares(ctx, m, in, 0.0);
}

static wick_status fit_ridge(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    return fit_squares(ctx, m, in, wk_p(m, 0));
}

static double shrink(double x, double by)
{
    return x > by ? x - by : x < -by ? x + by : 0.0;
}

/* Largest distance from the conditions of the optimum, in the unit of c. */
static double violation(const normal *q, const double *b, const double *r, double l1)
{
    double most = 0.0;
    for (int64_t j = 0; j < q->p; j++) {
        const double g = r[j]; /* c - (G + l2) b */
        const double v = b[j] != 0.0 ? fabs(g - (b[j] > 0.0 ? l1 : -l1)) : fmax(fabs(g) - l1, 0.0);
        most = fmax(most, v);
    }
    return most;
}

/* Coordinate descent on the normal equations: r is kept up to date, p steps of p a sweep. */
static wick_status descend(wick_ctx *ctx, const wick_model *m, const normal *q, double l1,
                           double l2, double *b, double *r)
{
    const int64_t p = q->p;
    double size = 0.0;
    for (int64_t j = 0; j < p; j++) size = fmax(size, fabs(q->c[j]));
    for (int64_t sweep = 0; sweep < 100000; sweep++) {
        for (int64_t j = 0; j < p; j++) {
            const double d = q->g[j * p + j] + l2;
            if (!(d > 0.0)) continue;
            const double now = shrink(r[j] + d * b[j], l1) / d, step = now - b[j];
            if (step == 0.0) continue;
            b[j] = now;
            for (int64_t k = 0; k < p; k++) r[k] -= q->g[k * p + j] * step;
            r[j] -= l2 * step;
        }
        if (violation(q, b, r, l1) <= 1e-12 * size) return WICK_OK;
    }
    return wick_fail(
        ctx, WICK_E_DATA,
        "model %s found no end after 100000 sweeps; a larger alpha, or fewer collinear "
        "features, would help",
        m->spec->name);
}

static wick_status fit_net(wick_ctx *ctx, wick_model *m, const wick_fit_in *in, double ratio)
{
    normal q;
    wick_status st = normal_make(ctx, in, &q);
    if (st < 0) return st;
    double *b = wk_zero_items(q.p, sizeof *b), *r = wk_items(q.p, sizeof *r);
    if (b == NULL || r == NULL) {
        st = wick_fail_mem(ctx);
    } else {
        for (int64_t j = 0; j < q.p; j++) {
            q.c[j] /= q.weight;
            r[j] = q.c[j];
        }
        for (int64_t j = 0; j < q.p * q.p; j++) q.g[j] /= q.weight;
        const double alpha = wk_p(m, 0);
        st = descend(ctx, m, &q, alpha * ratio, alpha * (1.0 - ratio), b, r);
        if (st == WICK_OK) st = keep(ctx, m, &q, b);
    }
    free(b);
    free(r);
    normal_free(&q);
    return st;
}

static wick_status fit_lasso(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    return fit_net(ctx, m, in, 1.0);
}

static wick_status fit_elastic(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    return fit_net(ctx, m, in, wk_p(m, 1));
}

/* ---- the same for all --------------------------------------------------------------------- */

static wick_status predict(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                           const int32_t *rows, int64_t n, bool margin, double *out)
{
    (void)ctx;
    (void)margin; /* the identity link */
    const double *b = m->state;
    for (int64_t i = 0; i < n; i++) out[i] = b[x->p];
    for (int32_t j = 0; j < x->p; j++) {
        const double *v = x->columns[j]->v;
        for (int64_t i = 0; i < n; i++) out[i] += b[j] * v[wk_row(rows, i)];
    }
    return WICK_OK;
}

static void save(const wick_model *m, wick_json_writer *w)
{
    wk_json_write_doubles(w, NULL, m->state, m->n_features + 1);
}

static wick_status load(wick_ctx *ctx, wick_model *m, const wick_json *j)
{
    double *v = NULL;
    const wick_status st = wk_json_read_doubles(ctx, j, NULL, m->n_features + 1, &v, NULL);
    m->state = v;
    return st;
}

#define LINEAR(n, t, f, s, fitter, ...)                                                            \
    {                                                                                              \
        .name = n, .title = t, .formula = f, .source = s, .flags = WICK_MODEL_REGRESSION,          \
        .param = {__VA_ARGS__}, .fit = fitter, .predict = predict, .save = save, .load = load,     \
        .free = free                                                                               \
    }
#define ALPHA(d)                                                                                   \
    {                                                                                              \
        .name = "alpha", .def = d, .lo = 0, .hi = 1e9, .doc = "strength of the penalty"            \
    }

const wick_model_spec wick_model_ols =
    LINEAR("ols", "least squares", "min sum w (y - a - x b)^2; of many solutions the shortest b",
           "statsmodels 0.13 OLS and WLS", fit_ols, {.name = NULL});
const wick_model_spec wick_model_ridge =
    LINEAR("ridge", "ridge regression", "min sum w (y - a - x b)^2 + alpha |b|^2",
           "scikit-learn 1.2 Ridge", fit_ridge, ALPHA(1));
const wick_model_spec wick_model_lasso =
    LINEAR("lasso", "lasso regression", "min sum w (y - a - x b)^2 / (2 sum w) + alpha |b|_1",
           "scikit-learn 1.2 Lasso", fit_lasso, ALPHA(0.1));
const wick_model_spec wick_model_elastic_net = LINEAR(
    "elastic_net", "elastic net regression",
    "min sum w (y - a - x b)^2 / (2 sum w) + alpha l1_ratio |b|_1 + alpha (1 - l1_ratio) |b|^2 / 2",
    "scikit-learn 1.2 ElasticNet", fit_elastic, ALPHA(0.1),
    {.name = "l1_ratio", .def = 0.5, .lo = 0, .hi = 1});
