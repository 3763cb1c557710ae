/* SPDX-License-Identifier: MIT */
/* Logistic regression: C sum w logloss + |b|^2 / 2 (or |b|_1, or a mixture). Smooth penalties by
 * Newton's method, the others by coordinate descent on the same quadratic model. Several classes
 * one against the rest. */
#include "ml/ml_int.h"

enum { C, PENALTY, L1_RATIO, BALANCED };
enum { L2, L1, ELASTIC, NO_PENALTY };

typedef struct problem {
    int64_t n, p; /* p features; the intercept is coordinate p */
    const double *x;
    double *y, *w; /* w holds C and the sample weight */
    double l1, l2;
    double *b, *trial, *step, *grad, *hess, *margin;
} problem;

static double objective(const problem *q, const double *b, double *margin)
{
    wick_sum s = {0};
    for (int64_t i = 0; i < q->n; i++) {
        double m = b[q->p];
        for (int64_t j = 0; j < q->p; j++) m += b[j] * q->x[i * q->p + j];
        margin[i] = m;
        wick_sum_add(&s, q->w[i] * (wk_log1p_exp(m) - q->y[i] * m));
    }
    for (int64_t j = 0; j < q->p; j++) {
        wick_sum_add(&s, 0.5 * q->l2 * b[j] * b[j] + q->l1 * fabs(b[j]));
    }
    return wick_sum_get(&s);
}

/* Gradient and Hessian of the smooth part at the margins of `b`. */
static void derivatives(problem *q)
{
    const int64_t k = q->p + 1;
    memset(q->grad, 0, (size_t)k * sizeof *q->grad);
    memset(q->hess, 0, (size_t)(k * k) * sizeof *q->hess);
    for (int64_t i = 0; i < q->n; i++) {
        const double *x = q->x + i * q->p, z = wk_sigmoid(q->margin[i]);
        const double g = q->w[i] * (z - q->y[i]), h = q->w[i] * z * (1.0 - z);
        for (int64_t a = 0; a < q->p; a++) {
            q->grad[a] += g * x[a];
            const double hx = h * x[a];
            for (int64_t c = 0; c <= a; c++) q->hess[a * k + c] += hx * x[c];
            q->hess[q->p * k + a] += hx;
        }
        q->grad[q->p] += g;
        q->hess[q->p * k + q->p] += h;
    }
    for (int64_t a = 0; a < q->p; a++) {
        q->grad[a] += q->l2 * q->b[a];
        q->hess[a * k + a] += q->l2;
    }
    for (int64_t a = 0; a < k; a++) {
        for (int64_t c = 0; c < a; c++) q->hess[c * k + a] = q->hess[a * k + c];
    }
}

/* How far the present point is from an optimum. */
static double violation(const problem *q)
{
    double most = fabs(q->grad[q->p]);
    for (int64_t j = 0; j < q->p; j++) {
        const double g = q->grad[j], b = q->b[j];
        const double v = q->l1 == 0.0 ? fabs(g)
                         : b != 0.0   ? fabs(g + (b > 0.0 ? q->l1 : -q->l1))
                                      : fmax(fabs(g) - q->l1, 0.0);
        most = fmax(most, v);
    }
    return most;
}

/* Minimises the quadratic model plus the L1 term; `trial` is scratch for Hessian times step. */
static void descend(problem *q)
{
    const int64_t k = q->p + 1;
    double *hs = q->trial;
    memset(q->step, 0, (size_t)k * sizeof *q->step);
    memset(hs, 0, (size_t)k * sizeof *hs);
    for (int sweep = 0; sweep < 2000; sweep++) {
        double moved = 0.0;
        for (int64_t j = 0; j < k; j++) {
            const double d = q->hess[j * k + j];
            if (!(d > 0.0)) continue;
            const double l1 = j < q->p ? q->l1 : 0.0, at = q->b[j] + q->step[j];
            const double free_at = at - (q->grad[j] + hs[j]) / d;
            const double to = free_at > l1 / d    ? free_at - l1 / d
                              : free_at < -l1 / d ? free_at + l1 / d
                                                  : 0.0;
            const double by = to - at;
            if (by == 0.0) continue;
            q->step[j] += by;
            for (int64_t c = 0; c < k; c++) hs[c] += q->hess[c * k + j] * by;
            moved = fmax(moved, fabs(by) * sqrt(d));
        }
        if (moved < 1e-14) break;
    }
}

static bool newton(problem *q)
{
    const int64_t k = q->p + 1;
    for (int64_t j = 0; j < k; j++) q->step[j] = -q->grad[j];
    return wk_cholesky_solve(q->hess, q->step, k);
}

static wick_status separable(wick_ctx *ctx)
{
    return wick_fail(ctx, WICK_E_DATA,
                     "the classes are separable (or features collinear), so without a penalty the "
                     "coefficients have no limit; use penalty l2");
}

static wick_status minimise(wick_ctx *ctx, problem *q)
{
    const int64_t k = q->p + 1;
    double total = 0.0;
    for (int64_t i = 0; i < q->n; i++) total += q->w[i];
    const double goal = 1e-10 * (1.0 + total / (double)q->n);
    double f = objective(q, q->b, q->margin);
    for (int it = 0; it < 200; it++) {
        derivatives(q);
        const double far = violation(q);
        if (q->l1 == 0.0 && q->l2 == 0.0 && f < 1e-6 * total) return separable(ctx);
        if (far <= goal) return WICK_OK;
        if (q->l1 > 0.0) {
            descend(q);
        } else if (!newton(q)) {
            return separable(ctx);
        }
        double t = 1.0, g = (double)INFINITY;
        for (int half = 0; half < 50; half++, t *= 0.5) {
            for (int64_t j = 0; j < k; j++) q->trial[j] = q->b[j] + t * q->step[j];
            g = objective(q, q->trial, q->margin);
            if (g <= f) break;
        }
        if (!(g <= f)) {
            /* No point on the way is better: as near as doubles come. */
            objective(q, q->b, q->margin);
            if (far <= 1e-6 * (1.0 + total)) return WICK_OK;
            break;
        }
        const bool still = g == f && t == 1.0;
        memcpy(q->b, q->trial, (size_t)k * sizeof *q->b);
        f = g;
        if (still && far <= 1e-7 * (1.0 + total)) return WICK_OK;
    }
    return q->l1 == 0.0 && q->l2 == 0.0
               ? separable(ctx)
               : wick_fail(ctx, WICK_E_DATA,
                           "logistic regression found no end after 200 steps; "
                           "scale the features or use a smaller C");
}

static bool problem_room(problem *q)
{
    const int64_t k = q->p + 1;
    q->y = wk_items(q->n, sizeof(double));
    q->w = wk_items(q->n, sizeof(double));
    q->margin = wk_items(q->n, sizeof(double));
    q->b = wk_zero_items(k, sizeof(double));
    q->trial = wk_items(k, sizeof(double));
    q->step = wk_items(k, sizeof(double));
    q->grad = wk_items(k, sizeof(double));
    q->hess = wk_items(k * k, sizeof(double));
    return q->y != NULL && q->w != NULL && q->margin != NULL && q->b != NULL && q->trial != NULL &&
           q->step != NULL && q->grad != NULL && q->hess != NULL;
}

static void problem_free(problem *q)
{
    free(q->y);
    free(q->w);
    free(q->margin);
    free(q->b);
    free(q->trial);
    free(q->step);
    free(q->grad);
    free(q->hess);
}

static wick_status weigh(wick_ctx *ctx, const wick_model *m, const wick_fit_in *in, problem *q)
{
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < q->n; i++) {
        q->y[i] = in->y[in->rows[i]];
        q->w[i] = in->w != NULL ? in->w[in->rows[i]] : 1.0;
    }
    if (wk_p(m, BALANCED) == 1.0) {
        st = wick_weights_balance(ctx, q->n, q->y, q->w, q->margin);
        for (int64_t i = 0; i < q->n; i++) q->w[i] *= q->margin[i];
    }
    for (int64_t i = 0; i < q->n; i++) q->w[i] *= wk_p(m, C);
    return st;
}

/* State: outputs x (p coefficients, intercept). */
static wick_status fit(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    const int kind = (int)wk_p(m, PENALTY);
    const double ratio = kind == L1 ? 1.0 : kind == ELASTIC ? wk_p(m, L1_RATIO) : 0.0;
    problem q = {.n = in->n_rows, .p = in->x->p};
    if (kind != NO_PENALTY) {
        q.l1 = ratio;
        q.l2 = 1.0 - ratio;
    }
    double *x = wk_dense(in), *state = wk_items(m->outputs * (q.p + 1), sizeof *state);
    wick_status st = WICK_OK;
    q.x = x;
    if (!problem_room(&q) || x == NULL || state == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(weigh(ctx, m, in, &q));
    for (int32_t c = 0; c < m->outputs; c++) {
        for (int64_t i = 0; i < q.n; i++) {
            const double y = in->y[in->rows[i]];
            q.y[i] = m->outputs == 1 ? y : y == (double)c ? 1.0 : 0.0;
        }
        memset(q.b, 0, (size_t)(q.p + 1) * sizeof *q.b);
        WICK_TRY(minimise(ctx, &q));
        memcpy(state + c * (q.p + 1), q.b, (size_t)(q.p + 1) * sizeof *q.b);
    }
    m->state = state;
    state = NULL;
out:
    problem_free(&q);
    free(x);
    free(state);
    return st;
}

static wick_status predict(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                           const int32_t *rows, int64_t n, bool margin, double *out)
{
    (void)ctx;
    const int64_t p = x->p, k = m->outputs;
    for (int64_t c = 0; c < k; c++) {
        const double *b = (const double *)m->state + c * (p + 1);
        for (int64_t i = 0; i < n; i++) out[i * k + c] = b[p];
        for (int64_t j = 0; j < p; j++) {
            const double *v = x->columns[j]->v;
            for (int64_t i = 0; i < n; i++) out[i * k + c] += b[j] * v[wk_row(rows, i)];
        }
    }
    if (margin) return WICK_OK;
    for (int64_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int64_t c = 0; c < k; c++) sum += out[i * k + c] = wk_sigmoid(out[i * k + c]);
        for (int64_t c = 0; c < k && k > 1; c++) out[i * k + c] /= sum;
    }
    return WICK_OK;
}

static void save(const wick_model *m, wick_json_writer *w)
{
    wk_json_write_doubles(w, NULL, m->state, (int64_t)m->outputs * (m->n_features + 1));
}

static wick_status load(wick_ctx *ctx, wick_model *m, const wick_json *j)
{
    double *v = NULL;
    const wick_status st =
        wk_json_read_doubles(ctx, j, NULL, (int64_t)m->outputs * (m->n_features + 1), &v, NULL);
    m->state = v;
    return st;
}

static const char *const penalties[] = {"l2", "l1", "elastic_net", "none", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};

const wick_model_spec wick_model_logistic = {
    .name = "logistic",
    .title = "logistic regression",
    .formula =
        "min C sum w log loss + penalty; intercept free; several classes one against the rest",
    .source = "scikit-learn 1.2 LogisticRegression",
    .flags = WICK_MODEL_CLASSES | WICK_MODEL_MANY,
    .param =
        {{.name = "C", .def = 1, .lo = 1e-9, .hi = 1e9, .doc = "inverse strength of the penalty"},
         {.name = "penalty", .kind = WICK_ML_CHOICE, .choice = penalties},
         {.name = "l1_ratio", .def = 0.5, .lo = 0, .hi = 1, .doc = "elastic_net only"},
         {.name = "balanced", .kind = WICK_ML_CHOICE, .choice = no_yes}},
    .fit = fit,
    .predict = predict,
    .save = save,
    .load = load,
    .free = free,
};
