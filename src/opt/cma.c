/* SPDX-License-Identifier: MIT */
/* CMA-ES: sampling and the update of mean, step size and covariance. */
#include <stdlib.h>
#include <string.h>

#include "opt/cma_int.h"

static const double EPS = 1e-8;

int64_t wk_cma_lambda(int32_t d)
{
    return 4 + (int64_t)floor(3.0 * log((double)d));
}

void wk_cma_free(wk_cma *c)
{
    if (c == NULL) return;
    free(c->weights);
    free(c->work);
    free(c->hist);
    free(c->step);
    free(c);
}

/* ---- constants ----------------------------------------------------------------------------- */

static void full_rates(wk_cma *c, double minus)
{
    const double d = c->d, m = c->mu_eff;
    c->c1 = 2.0 / ((d + 1.3) * (d + 1.3) + m);
    const double rank_mu = 2.0 * (m - 2.0 + 1.0 / m) / ((d + 2.0) * (d + 2.0) + m);
    c->cmu = 1.0 - c->c1 - EPS < rank_mu ? 1.0 - c->c1 - EPS : rank_mu;
    c->cc = (4.0 + m / d) / (d + 4.0 + 2.0 * m / d);
    c->c_sigma = (m + 2.0) / (d + m + 5.0);
    /* Weights below zero are scaled so that the covariance stays positive definite. */
    double least = 1.0 + c->c1 / c->cmu;
    const double b = 1.0 + 2.0 * minus / (m + 2.0), e = (1.0 - c->c1 - c->cmu) / (d * c->cmu);
    least = b < least ? b : least;
    least = e < least ? e : least;
    double pos = 0.0, neg = 0.0;
    for (int64_t i = 0; i < c->lambda; i++) {
        if (c->weights[i] > 0.0) pos += c->weights[i];
        if (c->weights[i] < 0.0) neg -= c->weights[i];
    }
    for (int64_t i = 0; i < c->lambda; i++)
        c->weights[i] *= c->weights[i] >= 0.0 ? 1.0 / pos : least / neg;
}

static void separable_rates(wk_cma *c)
{
    const double d = c->d, m = c->mu_eff, r = d + sqrt(2.0);
    double pos = 0.0;
    for (int64_t i = 0; i < c->mu; i++) pos += c->weights[i];
    for (int64_t i = 0; i < c->lambda; i++) c->weights[i] = i < c->mu ? c->weights[i] / pos : 0.0;
    c->c1 = 2.0 / ((d + 1.3) * (d + 1.3) + m);
    const double share = (2.0 * m - 1.0) / ((d + 2.0) * (d + 2.0) + m);
    const double full = 2.0 / (m * r * r) + (1.0 - 1.0 / m) * (share < 1.0 ? share : 1.0);
    c->cmu = full * (d + 2.0) / 3.0;
    if (c->cmu > 1.0 - c->c1) c->cmu = 1.0 - c->c1;
    c->cc = 4.0 / (d + 4.0);
    c->c_sigma = (m + 2.0) / (d + m + 3.0);
}

static void constants(wk_cma *c)
{
    const double d = c->d;
    double s1 = 0.0, s2 = 0.0, n1 = 0.0, n2 = 0.0;
    c->mu = c->lambda / 2;
    for (int64_t i = 0; i < c->lambda; i++) {
        const double w = log(((double)c->lambda + 1.0) / 2.0) - log((double)i + 1.0);
        c->weights[i] = w;
        if (i < c->mu) {
            s1 += w;
            s2 += w * w;
        } else {
            n1 += w;
            n2 += w * w;
        }
    }
    c->mu_eff = s1 * s1 / s2;
    if (c->kind == WK_CMA_SEPARABLE) {
        separable_rates(c);
    } else {
        full_rates(c, n1 * n1 / n2);
    }
    const double x = sqrt((c->mu_eff - 1.0) / (d + 1.0)) - 1.0;
    c->d_sigma = 1.0 + 2.0 * (x > 0.0 ? x : 0.0) + c->c_sigma;
    c->chi_n = sqrt(d) * (1.0 - 1.0 / (4.0 * d) + 1.0 / (21.0 * d * d));
}

static int64_t hist_length(const wk_cma *c)
{
    return 10 + (int64_t)ceil(30.0 * c->d / (double)c->lambda);
}

wick_status wk_cma_new(wick_ctx *ctx, int32_t d, int32_t kind, int64_t lambda, const double *step,
                       bool lr_adapt, double sigma0, wk_cma **out)
{
    wk_cma *c = calloc(1, sizeof *c);
    if (c == NULL) return wick_fail_mem(ctx);
    const size_t n = (size_t)d, nn = n * n;
    c->d = d;
    c->kind = kind;
    c->lambda = lambda;
    c->lr_adapt = lr_adapt;
    c->sigma0 = sigma0;
    c->weights = malloc((size_t)lambda * sizeof *c->weights);
    c->hist = malloc((size_t)(2 * hist_length(c)) * sizeof *c->hist);
    /* mean pc ps A E_mean D, four more vectors; C B E_sigma and five matrices of scratch. */
    c->work = calloc(10 * n + 8 * nn, sizeof *c->work);
    if (step != NULL) c->step = malloc(n * sizeof *c->step);
    if (c->weights == NULL || c->hist == NULL || c->work == NULL ||
        (step != NULL && c->step == NULL)) {
        wk_cma_free(c);
        return wick_fail_mem(ctx);
    }
    if (step != NULL) memcpy(c->step, step, n * sizeof *step);
    double *p = c->work;
    c->mean = p;
    c->pc = p + n;
    c->ps = p + 2 * n;
    c->A = p + 3 * n;
    c->E_mean = p + 4 * n;
    c->D = p + 5 * n;
    c->C = p + 10 * n;
    c->B = c->C + nn;
    c->E_sigma = c->B + nn;
    c->margin = 1.0 / ((double)d * (double)lambda);
    constants(c);
    wk_cma_start(c, NULL);
    *out = c;
    return WICK_OK;
}

void wk_cma_start(wk_cma *c, const double *mean)
{
    const int32_t d = c->d;
    for (int32_t i = 0; i < d; i++) {
        c->mean[i] = mean != NULL ? mean[i] : 0.5;
        c->pc[i] = c->ps[i] = c->E_mean[i] = 0.0;
        c->A[i] = 1.0;
    }
    memset(c->C, 0, (size_t)(d * d) * sizeof *c->C);
    memset(c->E_sigma, 0, (size_t)(d * d) * sizeof *c->E_sigma);
    for (int32_t i = 0; i < d; i++) c->C[c->kind == WK_CMA_FULL ? i * d + i : i] = 1.0;
    c->sigma = c->sigma0;
    c->V_mean = c->V_sigma = 0.0;
    c->eta_mean = c->eta_sigma = 1.0;
    c->g = 0;
    c->hist_n = 0;
    c->fresh = false;
}

/* ---- eigenvalues --------------------------------------------------------------------------- */

/* Cyclic Jacobi rotations: C = B diag(v) B^T. `a` is destroyed. */
static void jacobi(double *a, int32_t d, double *b, double *v)
{
    memset(b, 0, (size_t)(d * d) * sizeof *b);
    for (int32_t i = 0; i < d; i++) b[i * d + i] = 1.0;
    for (int sweep = 0; sweep < 60; sweep++) {
        double off = 0.0, diag = 0.0;
        for (int32_t i = 0; i < d; i++) {
            diag += a[i * d + i] * a[i * d + i];
            for (int32_t j = i + 1; j < d; j++) off += a[i * d + j] * a[i * d + j];
        }
        if (off <= 1e-34 * diag) break;
        for (int32_t p = 0; p < d; p++)
            for (int32_t q = p + 1; q < d; q++) {
                const double apq = a[p * d + q];
                if (apq == 0.0) continue;
                const double theta = (a[q * d + q] - a[p * d + p]) / (2.0 * apq);
                const double t =
                    (theta >= 0.0 ? 1.0 : -1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
                const double cs = 1.0 / sqrt(t * t + 1.0), sn = t * cs;
                for (int32_t k = 0; k < d; k++) {
                    const double x = a[k * d + p], y = a[k * d + q];
                    a[k * d + p] = cs * x - sn * y;
                    a[k * d + q] = sn * x + cs * y;
                }
                for (int32_t k = 0; k < d; k++) {
                    const double x = a[p * d + k], y = a[q * d + k];
                    a[p * d + k] = cs * x - sn * y;
                    a[q * d + k] = sn * x + cs * y;
                }
                for (int32_t k = 0; k < d; k++) {
                    const double x = b[k * d + p], y = b[k * d + q];
                    b[k * d + p] = cs * x - sn * y;
                    b[k * d + q] = sn * x + cs * y;
                }
            }
    }
    for (int32_t i = 0; i < d; i++) v[i] = a[i * d + i];
}

/* out = B diag(f) B^T */
static void rebuild(const double *b, const double *f, int32_t d, double *out)
{
    for (int32_t i = 0; i < d; i++)
        for (int32_t j = 0; j < d; j++) {
            double v = 0.0;
            for (int32_t k = 0; k < d; k++) v += b[i * d + k] * f[k] * b[j * d + k];
            out[i * d + j] = v;
        }
}

/* Brings B and D up to date; negative eigenvalues become a small one and C is made of them again.
 */
static void decompose(wk_cma *c)
{
    const int32_t d = c->d;
    if (c->fresh) return;
    double *a = c->C + 3 * d * d, *v = c->D + d;
    for (int32_t i = 0; i < d; i++)
        for (int32_t j = 0; j < d; j++) a[i * d + j] = 0.5 * (c->C[i * d + j] + c->C[j * d + i]);
    jacobi(a, d, c->B, v);
    for (int32_t i = 0; i < d; i++) {
        c->D[i] = sqrt(v[i] < 0.0 ? EPS : v[i]);
        v[i] = c->D[i] * c->D[i];
    }
    rebuild(c->B, v, d, c->C);
    c->fresh = true;
}

void wk_cma_warm(wk_cma *c, const double *rows, int64_t n, double alpha)
{
    const int32_t d = c->d;
    double *m = c->D + d, *s = c->C + 3 * d * d, *a = s + d * d, *v = m + d;
    memset(m, 0, (size_t)d * sizeof *m);
    for (int64_t r = 0; r < n; r++)
        for (int32_t i = 0; i < d; i++) m[i] += rows[r * d + i] / (double)n;
    for (int32_t i = 0; i < d; i++)
        for (int32_t j = 0; j < d; j++) {
            double x = i == j ? alpha * alpha : 0.0;
            for (int64_t r = 0; r < n; r++)
                x += (rows[r * d + i] - m[i]) * (rows[r * d + j] - m[j]) / (double)n;
            s[i * d + j] = a[i * d + j] = x;
        }
    wk_cma_start(c, m);
    jacobi(a, d, c->B, v);
    double det = 1.0;
    for (int32_t i = 0; i < d; i++) det *= v[i];
    const double scale = pow(det, 1.0 / d);
    c->sigma = sqrt(scale);
    for (int32_t i = 0; i < d; i++)
        for (int32_t j = 0; j < d; j++) {
            if (c->kind == WK_CMA_FULL) {
                c->C[i * d + j] = s[i * d + j] / scale;
            } else if (i == j) {
                c->C[i] = s[i * d + j] / scale;
            }
        }
}

/* ---- sampling ------------------------------------------------------------------------------ */

static void sample(wk_cma *c, wk_rng *g, double *x)
{
    const int32_t d = c->d;
    if (c->kind == WK_CMA_SEPARABLE) {
        for (int32_t i = 0; i < d; i++)
            x[i] = c->mean[i] + c->sigma * sqrt(c->C[i] < 0.0 ? EPS : c->C[i]) * wk_normal(g);
        return;
    }
    decompose(c);
    double *z = c->D + d;
    for (int32_t i = 0; i < d; i++) z[i] = c->D[i] * wk_normal(g);
    for (int32_t i = 0; i < d; i++) {
        double y = 0.0;
        for (int32_t k = 0; k < d; k++) y += c->B[i * d + k] * z[k];
        x[i] = c->mean[i] + c->sigma * y;
    }
}

static bool inside(const double *x, int32_t d)
{
    for (int32_t i = 0; i < d; i++)
        if (!(x[i] >= 0.0 && x[i] <= 1.0)) return false;
    return true;
}

void wk_cma_ask(wk_cma *c, wk_rng *g, double *x, double *eval)
{
    const int32_t d = c->d;
    for (int32_t k = 0; k <= 10 * d; k++) {
        sample(c, g, x);
        if (inside(x, d)) break;
    }
    for (int32_t i = 0; i < d; i++) {
        x[i] = x[i] < 0.0 ? 0.0 : x[i] > 1.0 ? 1.0 : x[i];
        eval[i] = x[i];
        if (c->step == NULL || c->step[i] <= 0.0) continue;
        /* Nearest grid point of the stretched sample; a midpoint belongs to the lower cell. */
        const double s = c->step[i], last = rint(1.0 / s);
        double k = ceil((c->mean[i] + c->A[i] * (x[i] - c->mean[i])) / s - 0.5);
        k = k < 0.0 ? 0.0 : k > last ? last : k;
        eval[i] = k * s > 1.0 ? 1.0 : k * s;
    }
}

/* ---- update -------------------------------------------------------------------------------- */

static void sort_values(const double *y, int64_t n, int64_t *order)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t k = i;
        for (; k > 0 && y[order[k - 1]] > y[i]; k--) order[k] = order[k - 1];
        order[k] = i;
    }
}

/* Correction after the update: every neighbouring cell of a discrete coordinate keeps a
 * probability of at least margin / 2. */
static double chi2_root(double q) /* sqrt of the quantile of chi-square, one degree of freedom */
{
    return wk_norm_quantile(0.5 + 0.5 * q);
}

static void keep_margin(wk_cma *c, int32_t i)
{
    const double s = c->step[i], last = rint(1.0 / s), m = c->mean[i];
    const double root = c->sigma * sqrt(c->C[i * c->d + i]), z = root * c->A[i];
    double k = ceil(m / s - 0.5), lo, hi;
    k = k < 0.0 ? 0.0 : k > last ? last : k;
    lo = k - 1.0 < 0.0 ? 0.0 : k - 1.0 > last - 1.0 ? last - 1.0 : k - 1.0;
    hi = k > last - 1.0 ? last - 1.0 : k;
    const double L = (lo + 0.5) * s, U = (hi + 0.5) * s, a = c->margin;
    const double low = wk_norm_cdf((L - m) / z), up = 1.0 - wk_norm_cdf((U - m) / z);
    const double mid = 1.0 - low - up;
    if (low > 0.5 || up > 0.5) {
        if ((low < up ? low : up) < a)
            c->mean[i] = U + (m > U ? 1.0 : m < U ? -1.0 : 0.0) * z * chi2_root(1.0 - 2.0 * a);
        return;
    }
    const double l1 = low > 0.5 * a ? low : 0.5 * a, u1 = up > 0.5 * a ? up : 0.5 * a;
    const double rest = 1.0 - l1 - u1 - mid, den = l1 + mid + u1 - 1.5 * a;
    double l2 = l1 + rest * (l1 - 0.5 * a) / den, u2 = u1 + rest * (u1 - 0.5 * a) / den;
    l2 = l2 < 1e-10 ? 1e-10 : l2 > 0.5 - 1e-10 ? 0.5 - 1e-10 : l2;
    u2 = u2 < 1e-10 ? 1e-10 : u2 > 0.5 - 1e-10 ? 0.5 - 1e-10 : u2;
    const double p = chi2_root(1.0 - 2.0 * l2), q = chi2_root(1.0 - 2.0 * u2);
    c->A[i] = (U - L) / ((p + q) * root);
    c->mean[i] = (L * q + U * p) / (p + q);
}

typedef struct old_state { /* what the learning rate looks back on */
    double sigma;
    const double *mean, *C;
} old_state;

/* One of the two rates: how much of the last steps was signal. */
static double rate(const double *x, int32_t n, double beta, double *E, double *V, double eta)
{
    double norm = 0.0, e2 = 0.0;
    for (int32_t i = 0; i < n; i++) {
        E[i] = (1.0 - beta) * E[i] + beta * x[i];
        norm += x[i] * x[i];
        e2 += E[i] * E[i];
    }
    *V = (1.0 - beta) * *V + beta * norm;
    const double snr = (e2 - beta * *V / (2.0 - beta)) / (*V - e2);
    double step = snr / (1.4 * eta) - 1.0;
    step = step < -1.0 ? -1.0 : step > 1.0 ? 1.0 : step;
    eta *= exp((0.1 * eta < beta ? 0.1 * eta : beta) * step);
    return eta < 1.0 ? eta : 1.0;
}

static void multiply(const double *a, const double *b, int32_t d, double *out)
{
    for (int32_t i = 0; i < d; i++)
        for (int32_t j = 0; j < d; j++) {
            double v = 0.0;
            for (int32_t k = 0; k < d; k++) v += a[i * d + k] * b[k * d + j];
            out[i * d + j] = v;
        }
}

/* `root` is C_old^(-1/2). Uses two matrices and two vectors of scratch. */
static void adapt_rates(wk_cma *c, const old_state *o, const double *root, double *dS, double *t,
                        double *dm, double *xm)
{
    const int32_t d = c->d;
    for (int32_t i = 0; i < d; i++) dm[i] = c->mean[i] - o->mean[i];
    for (int32_t i = 0; i < d; i++) {
        xm[i] = 0.0;
        for (int32_t j = 0; j < d; j++) xm[i] += root[i * d + j] * dm[j] / o->sigma;
    }
    for (int32_t i = 0; i < d * d; i++)
        dS[i] = c->sigma * c->sigma * c->C[i] - o->sigma * o->sigma * o->C[i];
    double *x = c->B; /* free until the next decomposition */
    multiply(root, dS, d, t);
    multiply(t, root, d, x);
    for (int32_t i = 0; i < d * d; i++) x[i] /= o->sigma * o->sigma * sqrt(2.0);
    const double before = c->eta_mean;
    c->eta_mean = rate(xm, d, 0.1, c->E_mean, &c->V_mean, c->eta_mean);
    c->eta_sigma = rate(x, d * d, 0.03, c->E_sigma, &c->V_sigma, c->eta_sigma);
    for (int32_t i = 0; i < d; i++) c->mean[i] = o->mean[i] + c->eta_mean * dm[i];
    for (int32_t i = 0; i < d * d; i++)
        dS[i] = t[i] = o->sigma * o->sigma * o->C[i] + c->eta_sigma * dS[i];
    jacobi(t, d, c->B, xm);
    double det = 1.0;
    for (int32_t i = 0; i < d; i++) det *= xm[i];
    c->sigma = pow(det, 1.0 / (2.0 * d));
    for (int32_t i = 0; i < d * d; i++) c->C[i] = dS[i] / (c->sigma * c->sigma);
    c->sigma *= before / c->eta_mean;
}

/* Mean, step size and paths. `root_y` is C^(-1/2) y_w. Returns 1 when the path is short enough for
 * the rank-one update. */
static double move(wk_cma *c, const double *yw, const double *root_y)
{
    const int32_t d = c->d;
    double norm = 0.0;
    for (int32_t i = 0; i < d; i++) {
        c->mean[i] += c->sigma * yw[i];
        c->ps[i] = (1.0 - c->c_sigma) * c->ps[i] +
                   sqrt(c->c_sigma * (2.0 - c->c_sigma) * c->mu_eff) * root_y[i];
        norm += c->ps[i] * c->ps[i];
    }
    norm = sqrt(norm);
    c->sigma *= exp(c->c_sigma / c->d_sigma * (norm / c->chi_n - 1.0));
    if (c->sigma > 1e32) c->sigma = 1e32;
    const double left = norm / sqrt(1.0 - pow(1.0 - c->c_sigma, 2.0 * ((double)c->g + 1.0)));
    const double h = left < (1.4 + 2.0 / (d + 1.0)) * c->chi_n ? 1.0 : 0.0;
    for (int32_t i = 0; i < d; i++)
        c->pc[i] = (1.0 - c->cc) * c->pc[i] + h * sqrt(c->cc * (2.0 - c->cc) * c->mu_eff) * yw[i];
    return h;
}

static void remember(wk_cma *c, double best, double worst)
{
    const int64_t i = c->g % hist_length(c);
    c->hist[2 * i] = best;
    c->hist[2 * i + 1] = worst;
    if (c->hist_n < hist_length(c)) c->hist_n++;
}

static void tell_separable(wk_cma *c, const double *x, const int64_t *order)
{
    const int32_t d = c->d;
    double *yw = c->D + d, *root_y = yw + d, *old = root_y + d;
    const double sigma = c->sigma;
    memcpy(old, c->mean, (size_t)d * sizeof *old);
    for (int32_t i = 0; i < d; i++) {
        yw[i] = 0.0;
        for (int64_t r = 0; r < c->mu; r++)
            yw[i] += c->weights[r] * (x[order[r] * d + i] - old[i]) / sigma;
        root_y[i] = yw[i] / sqrt(c->C[i] < 0.0 ? EPS : c->C[i]);
    }
    const double h = move(c, yw, root_y);
    const double keep = 1.0 + c->c1 * (1.0 - h) * c->cc * (2.0 - c->cc) - c->c1 - c->cmu;
    for (int32_t i = 0; i < d; i++) {
        double rank_mu = 0.0;
        for (int64_t r = 0; r < c->mu; r++) {
            const double y = (x[order[r] * d + i] - old[i]) / sigma;
            rank_mu += c->weights[r] * y * y;
        }
        c->C[i] = keep * c->C[i] + c->c1 * c->pc[i] * c->pc[i] + c->cmu * rank_mu;
    }
}

/* Weight of a row in the rank-mu update: negative ones are scaled by their length. */
static double row_weight(const wk_cma *c, const double *root, const double *y, int64_t r)
{
    const int32_t d = c->d;
    if (c->weights[r] >= 0.0) return c->weights[r];
    double norm = 0.0;
    for (int32_t i = 0; i < d; i++) {
        double v = 0.0;
        for (int32_t k = 0; k < d; k++) v += root[i * d + k] * y[k];
        norm += v * v;
    }
    return c->weights[r] * d / (norm + EPS);
}

static void tell_full(wk_cma *c, const double *x, const int64_t *order)
{
    const int32_t d = c->d;
    const size_t nn = (size_t)(d * d);
    decompose(c);
    double *yw = c->D + d, *ry = yw + d, *old = ry + d, *y = old + d;
    double *root = c->C + 3 * nn, *rank_mu = root + nn, *oldC = rank_mu + nn, *t = oldC + nn;
    const double sigma = c->sigma;
    memcpy(old, c->mean, (size_t)d * sizeof *old);
    memcpy(oldC, c->C, nn * sizeof *oldC);
    for (int32_t i = 0; i < d; i++) y[i] = 1.0 / c->D[i];
    rebuild(c->B, y, d, root);
    for (int32_t i = 0; i < d; i++) {
        yw[i] = 0.0;
        for (int64_t r = 0; r < c->mu; r++)
            yw[i] += c->weights[r] * (x[order[r] * d + i] - old[i]) / sigma;
    }
    for (int32_t i = 0; i < d; i++) {
        ry[i] = 0.0;
        for (int32_t k = 0; k < d; k++) ry[i] += root[i * d + k] * yw[k];
    }
    const double h = move(c, yw, ry);
    double sum_w = 0.0;
    memset(rank_mu, 0, nn * sizeof *rank_mu);
    for (int64_t r = 0; r < c->lambda; r++) {
        for (int32_t i = 0; i < d; i++) y[i] = (x[order[r] * d + i] - old[i]) / sigma;
        const double w = row_weight(c, root, y, r);
        sum_w += c->weights[r];
        for (int32_t i = 0; i < d; i++)
            for (int32_t j = 0; j < d; j++) rank_mu[i * d + j] += w * y[i] * y[j];
    }
    const double keep = 1.0 + c->c1 * (1.0 - h) * c->cc * (2.0 - c->cc) - c->c1 - c->cmu * sum_w;
    for (int32_t i = 0; i < d; i++)
        for (int32_t j = 0; j < d; j++)
            c->C[i * d + j] =
                keep * c->C[i * d + j] + c->c1 * c->pc[i] * c->pc[j] + c->cmu * rank_mu[i * d + j];
    c->fresh = false;
    if (c->lr_adapt) {
        const old_state o = {sigma, old, oldC};
        adapt_rates(c, &o, root, rank_mu, t, yw, ry);
    }
}

void wk_cma_tell(wk_cma *c, const double *x, const double *y, int64_t *order)
{
    sort_values(y, c->lambda, order);
    remember(c, y[order[0]], y[order[c->lambda - 1]]);
    c->g++;
    if (c->kind == WK_CMA_SEPARABLE) {
        tell_separable(c, x, order);
    } else {
        tell_full(c, x, order);
    }
    for (int32_t i = 0; c->step != NULL && i < c->d; i++)
        if (c->step[i] > 0.0) keep_margin(c, i);
}

/* ---- nothing more to gain ------------------------------------------------------------------ */

static double variance(const wk_cma *c, int32_t i)
{
    return c->C[c->kind == WK_CMA_FULL ? i * c->d + i : i];
}

bool wk_cma_stuck(const wk_cma *c)
{
    const int32_t d = c->d;
    if (c->hist_n == hist_length(c)) {
        double low = WK_INF, high = -WK_INF;
        for (int64_t i = 0; i < 2 * c->hist_n; i++) {
            low = c->hist[i] < low ? c->hist[i] : low;
            high = c->hist[i] > high ? c->hist[i] : high;
        }
        if (high - low < 1e-12) return true;
    }
    bool small = true, still = false;
    double least = WK_INF, most = 0.0;
    for (int32_t i = 0; i < d; i++) {
        const double v = variance(c, i), limit = 1e-12 * c->sigma0;
        small = small && c->sigma * v < limit && c->sigma * fabs(c->pc[i]) < limit;
        still = still || c->mean[i] == c->mean[i] + 0.2 * c->sigma * sqrt(v > 0.0 ? v : 0.0);
        const double e = c->kind == WK_CMA_FULL && c->fresh ? c->D[i] * c->D[i] : v;
        least = e < least ? e : least;
        most = e > most ? e : most;
    }
    if (small || still || c->sigma * sqrt(most) > 1e4 || most > 1e14 * least) return true;
    if (c->kind != WK_CMA_FULL || !c->fresh) return false;
    const int32_t axis = (int32_t)(c->g % d);
    for (int32_t i = 0; i < d; i++) {
        const double s = 0.1 * c->sigma * c->D[axis] * c->B[i * d + axis];
        if (c->mean[i] != c->mean[i] + s) return false;
    }
    return true;
}
