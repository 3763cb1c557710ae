/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

/* Divisions by t, not t - 1, as in the paper and in scikit-learn. */
static void run(int64_t t, int32_t n, const double *x, const double *xc, double param, double *out)
{
    (void)x;
    (void)param;
    const double rows = (double)t, p = (double)n;
    wk_cov_products(t, n, xc, rows, out);
    double mu = 0.0, delta = 0.0, beta = 0.0;
    for (int32_t i = 0; i < n; i++) mu += wk_crow(out, n, i)[i] / p;
    for (int32_t i = 0; i < n; i++) delta += wk_dot(n, wk_crow(out, n, i), wk_crow(out, n, i));
    /* Sum over all pairs of the mean of x_i^2 x_j^2 is the mean of the rows' squared lengths
     * squared. */
    for (int64_t i = 0; i < t; i++) {
        const double d = wk_dot(n, xc + i * n, xc + i * n);
        beta += d * d / rows;
    }
    beta = (beta - delta) / (p * rows);
    delta = (delta - p * mu * mu) / p;
    if (beta > delta) beta = delta;
    const double shrink = delta > 0.0 && beta > 0.0 ? beta / delta : 0.0;
    wk_shrink(n, shrink, out);
}

extern const wick_cov_spec wick_cov_ledoit_wolf;
const wick_cov_spec wick_cov_ledoit_wolf = {
    .name = "ledoit_wolf",
    .title = "covariance shrunk to the scaled identity by the optimal amount",
    .formula = "(1 - d) S + d mean(diag S) I, d of Ledoit and Wolf, S divided by t",
    .source = "sklearn.covariance.LedoitWolf",
    .run = run,
};
