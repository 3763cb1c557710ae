/* SPDX-License-Identifier: MIT */
/* The process itself: kernel, posterior, marginal likelihood and its gradient. All
 * inner loops run along rows without carrying a sum, so that wider registers give the same bits. */
#include "opt/gp_int.h"

#include <stdlib.h>
#include <string.h>

#include "opt/gp_matrix.h"
#include "opt/vexp.h"

/* Work: the points by coordinate, a row of covariances and one of slopes, four n by n matrices, and
 * what the minimiser wants. */
static int64_t work_size(int32_t d, int64_t n)
{
    return n * d + 4 * n + 4 * n * n + 2 * d + 8 + wk_minimize_work(d + 2);
}

static double *by_coordinate(const wk_gp *g)
{
    return g->work;
}

static double *rows_of(const wk_gp *g) /* four rows of scratch */
{
    return g->work + g->cap * g->d;
}

static double *matrices(const wk_gp *g)
{
    return rows_of(g) + 4 * g->cap;
}

wick_status wk_gp_reserve(wick_ctx *ctx, wk_gp *g, int64_t n, int64_t sides)
{
    free(g->u);
    free(g->alpha);
    free(g->work);
    g->u = malloc((size_t)(n * n + 8) * sizeof *g->u);
    g->alpha = malloc((size_t)(n * sides + 8) * sizeof *g->alpha);
    g->work = malloc((size_t)work_size(g->d, n) * sizeof *g->work);
    g->cap = n;
    return g->u == NULL || g->alpha == NULL || g->work == NULL ? wick_fail_mem(ctx) : WICK_OK;
}

void wk_gp_free(wk_gp *g)
{
    free(g->u);
    free(g->alpha);
    free(g->work);
    g->u = g->alpha = g->work = NULL;
}

/* ---- kernel --------------------------------------------------------------------------------- */

WICK_WIDE static void add_squares(double *restrict r2, const double *restrict column, double at,
                                  double w, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const double e = at - column[i];
        r2[i] += w * (e * e);
    }
}

WICK_WIDE static void add_mismatches(double *restrict r2, const double *restrict column, double at,
                                     double w, int64_t n)
{
    for (int64_t i = 0; i < n; i++) r2[i] += column[i] != at ? w : 0.0;
}

WICK_WIDE static void matern_row(double *restrict k, double scale, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const double r2 = k[i], q = sqrt(5.0 * r2);
        k[i] = scale * (wk_exp_below(-q) * (5.0 / 3.0 * r2 + q + 1.0));
    }
}

WICK_WIDE static void matern_rows(double *restrict k, double *restrict slope, double scale,
                                  int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const double r2 = k[i], q = sqrt(5.0 * r2), e = wk_exp_below(-q);
        k[i] = scale * (e * (5.0 / 3.0 * r2 + q + 1.0));
        slope[i] = scale * (-5.0 / 6.0 * (1.0 + q) * e);
    }
}

/* Covariances of x with points [from, n), and s * dM52/d(r2) when asked for. `columns` has one row
 * of `stride` per coordinate. */
static void kernel_row(const wk_gp *g, const double *columns, int64_t stride, const double *x,
                       int64_t from, double *k, double *slope)
{
    const int64_t n = g->n - from;
    for (int64_t i = 0; i < n; i++) k[i] = 0.0;
    for (int32_t j = 0; j < g->d; j++) {
        const double *column = columns + j * stride + from;
        if (g->categorical[j])
            add_mismatches(k, column, x[j], g->w[j], n);
        else
            add_squares(k, column, x[j], g->w[j], n);
    }
    if (slope != NULL)
        matern_rows(k, slope, g->scale, n);
    else
        matern_row(k, g->scale, n);
}

static void turn(const wk_gp *g)
{
    double *to = by_coordinate(g);
    for (int32_t j = 0; j < g->d; j++)
        for (int64_t i = 0; i < g->n; i++) to[j * g->n + i] = g->x[i * g->d + j];
}

void wk_gp_cross(const wk_gp *g, const double *x, double *k, double *slope)
{
    kernel_row(g, by_coordinate(g), g->n, x, 0, k, slope);
}

double wk_gp_covariance(const wk_gp *g, const double *a, const double *b)
{
    double k = 0.0;
    for (int32_t j = 0; j < g->d; j++) {
        const double e = a[j] - b[j];
        k += g->w[j] * (g->categorical[j] ? (e != 0.0 ? 1.0 : 0.0) : e * e);
    }
    matern_row(&k, g->scale, 1);
    return k;
}

/* ---- right-hand sides ----------------------------------------------------------------------- */

/* The kernel matrix, upper triangle. `k` and `slope` (both or none) keep what the gradient wants of
 * it, right of the diagonal. */
static void fill_kernel(wk_gp *g, double *k, double *slope)
{
    const int64_t n = g->n;
    turn(g);
    for (int64_t i = 0; i < n; i++) {
        double *row = g->u + i * n;
        const int64_t at = i * n + i + 1, right = n - i - 1;
        kernel_row(g, by_coordinate(g), n, g->x + i * g->d, i + 1, row + i + 1,
                   slope != NULL ? slope + at : NULL);
        if (k != NULL) memcpy(k + at, row + i + 1, (size_t)right * sizeof *k);
        row[i] = g->scale + g->noise;
    }
}

void wk_gp_solve_one(const wk_gp *g, double *k)
{
    const int64_t n = g->n;
    for (int64_t i = 0; i < n; i++) {
        const double *row = g->u + i * n;
        k[i] /= row[i];
        wk_minus_row(k + i + 1, row + i + 1, k[i], n - i - 1);
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        const double *row = g->u + i * n;
        k[i] = (k[i] - wk_lane_dot(row + i + 1, k + i + 1, n - i - 1)) / row[i];
    }
}

static bool solve(wk_gp *g, const double *y, int64_t sides, double *k, double *slope)
{
    fill_kernel(g, k, slope);
    if (!wk_factorise(g->u, g->n)) return false;
    g->sides = sides;
    memcpy(g->alpha, y, (size_t)(g->n * sides) * sizeof *y);
    for (int64_t s = 0; s < sides; s++) wk_gp_solve_one(g, g->alpha + s * g->n);
    return true;
}

bool wk_gp_solve(wk_gp *g, const double *y, int64_t sides)
{
    return solve(g, y, sides, NULL, NULL);
}

/* ---- posterior ------------------------------------------------------------------------------ */

enum { BLOCK = 64 }; /* points side by side: one row of n of them stays in the first cache */

int64_t wk_gp_many_work(const wk_gp *g, int64_t m)
{
    (void)m;
    return (g->n + g->d) * BLOCK;
}

WICK_WIDE static void plus_row(double *restrict to, const double *restrict x, double a, int64_t n)
{
    for (int64_t i = 0; i < n; i++) to[i] += a * x[i];
}

WICK_WIDE static void scale_and_square(double *restrict v, double *restrict var, double by,
                                       int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        v[i] /= by;
        var[i] -= v[i] * v[i];
    }
}

/* v: n rows of BLOCK covariances, column c belongs to point c. */
static void block_posterior(const wk_gp *g, double *v, int64_t m, int64_t stride, double *mean,
                            double *var)
{
    const int64_t n = g->n;
    for (int64_t s = 0; s < g->sides; s++) {
        double *to = mean + s * stride;
        for (int64_t c = 0; c < m; c++) to[c] = 0.0;
        for (int64_t i = 0; i < n; i++) plus_row(to, v + i * BLOCK, g->alpha[s * n + i], m);
    }
    for (int64_t c = 0; c < m; c++) var[c] = g->scale;
    for (int64_t i = 0; i < n; i += 4) {
        const int64_t last = i + 4 < n ? i + 4 : n;
        wk_minus_product(v + i * BLOCK, BLOCK, g->u + i, n, v, BLOCK, i, last - i, m);
        for (int64_t p = i; p < last; p++) {
            const double *row = g->u + p * n;
            scale_and_square(v + p * BLOCK, var, row[p], m);
            for (int64_t k = p + 1; k < last; k++)
                wk_minus_row(v + k * BLOCK, v + p * BLOCK, row[k], m);
        }
    }
    for (int64_t c = 0; c < m; c++)
        if (var[c] < 0.0) var[c] = 0.0;
}

void wk_gp_many(const wk_gp *g, const double *x, int64_t m, double *mean, double *var,
                double *scratch)
{
    double *v = scratch, *columns = scratch + g->n * BLOCK;
    wk_gp block = *g; /* the points of a block in the place of the data */
    for (int64_t from = 0; from < m; from += BLOCK) {
        const int64_t count = m - from < BLOCK ? m - from : BLOCK;
        for (int32_t j = 0; j < g->d; j++)
            for (int64_t c = 0; c < count; c++) columns[j * BLOCK + c] = x[(from + c) * g->d + j];
        block.n = count;
        for (int64_t i = 0; i < g->n; i++)
            kernel_row(&block, columns, BLOCK, g->x + i * g->d, 0, v + i * BLOCK, NULL);
        block_posterior(g, v, count, m, mean + from, var + from);
    }
}

/* ---- marginal likelihood -------------------------------------------------------------------- */

typedef struct fitting {
    wk_gp *g;
    const double *y;
    double *inverse, *factor; /* n by n */
    double *k, *slope;        /* n by n: covariances and their derivative by the squared distance */
    bool deterministic;
} fitting;

static double log_prior(const wk_gp *g, double *by_w, double *by_scale, double *by_noise)
{
    double p = 0.0;
    for (int32_t j = 0; j < g->d; j++) {
        p -= 0.1 / g->w[j] + 0.1 * g->w[j];
        if (by_w != NULL) by_w[j] = 0.1 / g->w[j] - 0.1 * g->w[j];
    }
    p += log(g->scale) - g->scale;
    p += 0.1 * log(g->noise) - 30.0 * g->noise;
    if (by_scale != NULL) *by_scale = 1.0 - g->scale;
    if (by_noise != NULL) *by_noise = 0.1 / g->noise - 30.0;
    return p;
}

static double log_likelihood(wk_gp *g, const double *y, double *k, double *slope)
{
    if (!solve(g, y, 1, k, slope)) return WICK_NA;
    double fit = 0.0, det = 0.0;
    for (int64_t i = 0; i < g->n; i++) {
        fit += y[i] * g->alpha[i];
        det += log(g->u[i * g->n + i]);
    }
    return -0.5 * fit - det;
}

double wk_gp_objective(wk_gp *g, const double *y, double *likelihood, double *prior)
{
    *likelihood = log_likelihood(g, y, NULL, NULL);
    *prior = log_prior(g, NULL, NULL, NULL);
    return *likelihood + *prior;
}

/* part[k] = (alpha_i alpha_k - inverse_ik) of a row, in place of the inverse's. */
WICK_WIDE static void trace_row(double *restrict part, const double *restrict inverse,
                                const double *restrict alpha, double own, int64_t n)
{
    for (int64_t k = 0; k < n; k++) part[k] = own * alpha[k] - inverse[k];
}

WICK_WIDE static void times_row(double *restrict to, const double *restrict by, int64_t n)
{
    for (int64_t k = 0; k < n; k++) to[k] *= by[k];
}

WICK_WIDE static double squares_dot(const double *restrict part, const double *restrict column,
                                    double at, int64_t n)
{
    double lane[8] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}, rest = 0.0;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++) {
            const double e = at - column[i + k];
            lane[k] += part[i + k] * (e * e);
        }
    for (; i < n; i++) rest += part[i] * ((at - column[i]) * (at - column[i]));
    return (((lane[0] + lane[4]) + (lane[1] + lane[5])) +
            ((lane[2] + lane[6]) + (lane[3] + lane[7]))) +
           rest;
}

static double mismatch_sum(const double *part, const double *column, double at, int64_t n)
{
    double s = 0.0;
    for (int64_t i = 0; i < n; i++) s += column[i] != at ? part[i] : 0.0;
    return s;
}

/* Half the trace of (alpha alpha^T - K^-1) dK for every hyper-parameter. */
static void likelihood_gradient(const fitting *f, double *by_w, double *by_scale, double *by_noise)
{
    const wk_gp *g = f->g;
    const int64_t n = g->n;
    const double *a = g->alpha, *columns = by_coordinate(g);
    double *part = rows_of(g);
    wk_invert(g->u, n, f->factor, f->inverse);
    *by_scale = *by_noise = 0.0;
    for (int32_t j = 0; j < g->d; j++) by_w[j] = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double own = a[i] * a[i] - f->inverse[i * n + i];
        *by_noise += 0.5 * own;
        *by_scale += 0.5 * own; /* M52(0) = 1 */
        const int64_t from = i + 1, m = n - from;
        if (m == 0) break;
        /* The row right of the diagonal stands for both triangles: twice the half. */
        const double *k = f->k + i * n + from, *slope = f->slope + i * n + from;
        trace_row(part, f->inverse + i * n + from, a + from, a[i], m);
        *by_scale += wk_lane_dot(part, k, m) / g->scale;
        times_row(part, slope, m);
        for (int32_t j = 0; j < g->d; j++) {
            const double *column = columns + j * n + from, at = g->x[i * g->d + j];
            by_w[j] += g->categorical[j] ? mismatch_sum(part, column, at, m)
                                         : squares_dot(part, column, at, m);
        }
    }
}

/* Hyper-parameters as free numbers: logarithms, of the noise above its floor. */
static void set_free(wk_gp *g, const double *t, bool deterministic)
{
    for (int32_t j = 0; j < g->d; j++) g->w[j] = exp(t[j]);
    g->scale = exp(t[g->d]);
    g->noise = deterministic ? WK_GP_NOISE_FLOOR : exp(t[g->d + 1]) + WK_GP_NOISE_FLOOR;
}

static double minus_objective(void *user, const double *t, double *grad)
{
    fitting *f = user;
    wk_gp *g = f->g;
    const int32_t d = g->d;
    if (grad == NULL) {
        for (int32_t j = 0; j < d + 2; j++)
            if (!(fabs(t[j]) < 100.0)) return WICK_NA;
        set_free(g, t, f->deterministic);
        const double likelihood = log_likelihood(g, f->y, f->k, f->slope);
        return isfinite(likelihood) ? -(likelihood + log_prior(g, NULL, NULL, NULL)) : WICK_NA;
    }
    double prior_w[WK_GP_DIMS], scale_prior, noise_prior, by_scale, by_noise;
    (void)log_prior(g, prior_w, &scale_prior, &noise_prior);
    likelihood_gradient(f, grad, &by_scale, &by_noise);
    for (int32_t j = 0; j < d; j++) grad[j] = -(grad[j] * g->w[j] + prior_w[j]);
    grad[d] = -(by_scale * g->scale + scale_prior);
    grad[d + 1] =
        f->deterministic ? 0.0 : -(by_noise + noise_prior) * (g->noise - WK_GP_NOISE_FLOOR);
    return 0.0;
}

static bool fit_from(fitting *f, double *t, wk_min_memory *kept, double *work)
{
    wk_gp *g = f->g;
    const wk_min_problem p = {.n = g->d + 2,
                              .fn = minus_objective,
                              .user = f,
                              .rounds = 200,
                              .tolerance = 1e-2}; /* Optuna's */
    for (int32_t j = 0; j < g->d; j++) t[j] = log(g->w[j]);
    t[g->d] = log(g->scale);
    /* A noise at the floor has no logarithm above it. */
    t[g->d + 1] = log(g->noise - 0.99 * WK_GP_NOISE_FLOOR);
    if (!isfinite(wk_minimize(&p, t, kept, work))) return false;
    set_free(g, t, f->deterministic);
    return true;
}

bool wk_gp_fit(wk_gp *g, const double *y, bool deterministic, wk_min_memory *kept)
{
    const int64_t n = g->n;
    double *m = matrices(g);
    fitting f = {.g = g, .y = y, .inverse = m, .factor = m + n * n, .k = m + 2 * n * n};
    f.slope = f.k + n * n;
    f.deterministic = deterministic;
    double *t = m + 4 * n * n, *work = t + g->d + 2;
    if (fit_from(&f, t, kept, work)) return true;
    if (kept != NULL) kept->count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t j = 0; j < g->d; j++) g->w[j] = 1.0;
        g->scale = 1.0;
        g->noise = deterministic ? WK_GP_NOISE_FLOOR : 1.0;
        if (pass == 0 && fit_from(&f, t, kept, work)) return true;
    }
    return false;
}

/* ---- expected improvement ------------------------------------------------------------------- */

static const double LOG_SQRT_2PI = 0.91893853320467274178;

/* log(phi(z) + z Phi(z)); far below, by the continued fraction of Mills' ratio. */
static double log_h(double z)
{
    if (z > -25.0) {
        const double phi = exp(-0.5 * z * z - LOG_SQRT_2PI);
        return log(phi + z * wk_norm_cdf(z));
    }
    /* 1 + z R(-z) with R(x) = Phi(-x)/phi(x) = 1/(x + 1/(x + 2/(x + ...))) */
    const double x = -z;
    double tail = x;
    for (int k = 30; k >= 2; k--) tail = x + (double)k / tail;
    return -0.5 * z * z - LOG_SQRT_2PI + log(1.0 / (x * tail + 1.0));
}

double wk_log_ei(double mean, double var, double best)
{
    const double sigma = sqrt(var + 1e-12);
    return log_h((mean - best) / sigma) + log(sigma);
}

double wk_log_ei_grad(double mean, double var, double best, double *by_mean, double *by_var)
{
    const double sigma = sqrt(var + 1e-12), z = (mean - best) / sigma, h = log_h(z);
    const double cdf_ratio = exp(wk_norm_log_cdf(z) - h);          /* Phi(z) / h(z) */
    const double pdf_ratio = exp(-0.5 * z * z - LOG_SQRT_2PI - h); /* phi(z) / h(z) */
    *by_mean = cdf_ratio / sigma;
    *by_var = pdf_ratio / sigma / (2.0 * sigma);
    return h + log(sigma);
}
