/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static double cube_sum(int64_t t, int32_t n, const double *xc, int32_t i, int32_t k)
{
    double s = 0.0;
    for (int64_t m = 0; m < t; m++) {
        const double *r = xc + m * n;
        s += r[i] * r[i] * r[i] * r[k];
    }
    return s / (double)t;
}

static double square_sum(int64_t t, int32_t n, const double *xc, int32_t i, int32_t k)
{
    double s = 0.0;
    for (int64_t m = 0; m < t; m++) {
        const double *r = xc + m * n;
        s += r[i] * r[i] * r[k] * r[k];
    }
    return s / (double)t;
}

static double mean_correlation(int32_t n, const double *s)
{
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = 0; k < i; k++) {
            const double v = wk_crow(s, n, i)[i] * wk_crow(s, n, k)[k];
            sum += v > 0.0 ? wk_crow(s, n, i)[k] / sqrt(v) : 0.0;
        }
    }
    return n > 1 ? 2.0 * sum / ((double)n * (n - 1)) : 0.0;
}

/* The names are those of the paper: pi, rho, gamma. */
static void run(int64_t t, int32_t n, const double *x, const double *xc, double param, double *out)
{
    (void)x;
    (void)param;
    wk_cov_products(t, n, xc, (double)t, out);
    const double bar = mean_correlation(n, out);
    double pi = 0.0, rho = 0.0, gamma = 0.0;
    for (int32_t i = 0; i < n; i++) {
        const double *row = wk_crow(out, n, i), vi = row[i];
        for (int32_t k = 0; k < n; k++) {
            const double vk = wk_crow(out, n, k)[k];
            const double p = square_sum(t, n, xc, i, k) - row[k] * row[k];
            pi += p;
            if (i == k) {
                rho += p;
                continue;
            }
            if (vi > 0.0) rho += bar * sqrt(vk / vi) * (cube_sum(t, n, xc, i, k) - vi * row[k]);
            const double off = row[k] - bar * sqrt(vi * vk);
            gamma += off * off;
        }
    }
    double shrink = gamma > 0.0 ? (pi - rho) / gamma / (double)t : 1.0;
    shrink = shrink < 0.0 ? 0.0 : shrink > 1.0 ? 1.0 : shrink;
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = 0; k < n; k++) {
            if (i == k) continue;
            const double v = wk_crow(out, n, i)[i] * wk_crow(out, n, k)[k];
            double *cell = wk_row(out, n, i) + k;
            *cell = shrink * bar * sqrt(v) + (1.0 - shrink) * *cell;
        }
    }
}

extern const wick_cov_spec wick_cov_constant_correlation;
const wick_cov_spec wick_cov_constant_correlation = {
    .name = "constant_correlation",
    .title = "covariance shrunk to one correlation for all pairs by the optimal amount",
    .formula = "(1 - d) S + d F, F of the mean correlation, d of Ledoit and Wolf, S divided by t",
    .source = "Ledoit and Wolf, Honey, I shrunk the sample covariance matrix, 2004; PyPortfolioOpt "
              "CovarianceShrinkage (given the same S)",
    .run = run,
};
