/* SPDX-License-Identifier: MIT */
/* Small dense systems and the functions models share. */
#include "ml/ml_int.h"

bool wk_cholesky_solve(double *a, double *b, int64_t n)
{
    for (int64_t j = 0; j < n; j++) {
        double d = a[j * n + j];
        const double full = d;
        for (int64_t k = 0; k < j; k++) d -= a[j * n + k] * a[j * n + k];
        /* What is left of a column after the ones before it: rounding only means it is one of them.
         */
        if (!(d > full * 1e-13) || !(d > 0.0)) return false;
        const double root = sqrt(d);
        a[j * n + j] = root;
        for (int64_t i = j + 1; i < n; i++) {
            double s = a[i * n + j];
            for (int64_t k = 0; k < j; k++) s -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = s / root;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < i; k++) b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        for (int64_t k = i + 1; k < n; k++) b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
    return true;
}

static void rotate(double *a, double *v, int64_t n, int64_t p, int64_t q)
{
    const double apq = a[p * n + q];
    if (apq == 0.0) return;
    const double theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    const double t = (theta >= 0.0 ? 1.0 : -1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
    const double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
    for (int64_t k = 0; k < n; k++) {
        const double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for (int64_t k = 0; k < n; k++) {
        const double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
    }
    for (int64_t k = 0; k < n; k++) {
        const double x = v[k * n + p], y = v[k * n + q];
        v[k * n + p] = c * x - s * y;
        v[k * n + q] = s * x + c * y;
    }
}

/* Jacobi's rotations: slow and exact, and only collinear columns come here. */
void wk_symmetric_solve(double *a, double *b, int64_t n, double *v)
{
    for (int64_t i = 0; i < n * n; i++) v[i] = i % (n + 1) == 0 ? 1.0 : 0.0;
    for (int sweep = 0; sweep < 60; sweep++) {
        double off = 0.0, on = 0.0;
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = 0; j < n; j++) {
                *(i == j ? &on : &off) += a[i * n + j] * a[i * n + j];
            }
        }
        if (off <= 1e-30 * on) break;
        for (int64_t p = 0; p < n; p++) {
            for (int64_t q = p + 1; q < n; q++) rotate(a, v, n, p, q);
        }
    }
    double top = 0.0;
    for (int64_t i = 0; i < n; i++) top = fmax(top, a[i * n + i]);
    /* The diagonal of `a` holds the spectrum; it is overwritten by the coordinates there. */
    for (int64_t k = 0; k < n; k++) {
        const double e = a[k * n + k];
        double s = 0.0;
        for (int64_t i = 0; i < n; i++) s += v[i * n + k] * b[i];
        a[k * n + k] = e > 1e-12 * top ? s / e : 0.0;
    }
    for (int64_t i = 0; i < n; i++) {
        double s = 0.0;
        for (int64_t k = 0; k < n; k++) s += v[i * n + k] * a[k * n + k];
        b[i] = s;
    }
}

double wk_log1p_exp(double x)
{
    return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

double wk_sigmoid(double x)
{
    if (x >= 0.0) return 1.0 / (1.0 + exp(-x));
    const double e = exp(x);
    return e / (1.0 + e);
}

double *wk_dense(const wick_fit_in *in)
{
    const int64_t p = in->x->p;
    double *x = wk_items(in->n_rows * p, sizeof *x);
    for (int64_t j = 0; x != NULL && j < p; j++) {
        const double *v = in->x->columns[j]->v;
        for (int64_t i = 0; i < in->n_rows; i++) x[i * p + j] = v[in->rows[i]];
    }
    return x;
}
