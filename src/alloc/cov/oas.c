/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static void run(int64_t t, int32_t n, const double *x, const double *xc, double param, double *out)
{
    (void)x;
    (void)param;
    const double rows = (double)t, p = (double)n;
    wk_cov_products(t, n, xc, rows, out);
    double mu = 0.0, alpha = 0.0;
    for (int32_t i = 0; i < n; i++) {
        mu += wk_crow(out, n, i)[i] / p;
        alpha += wk_dot(n, wk_crow(out, n, i), wk_crow(out, n, i)) / (p * p);
    }
    const double num = alpha + mu * mu, den = (rows + 1.0) * (alpha - mu * mu / p);
    const double shrink = den > 0.0 && num < den ? num / den : 1.0;
    wk_shrink(n, shrink, out);
}

extern const wick_cov_spec wick_cov_oas;
const wick_cov_spec wick_cov_oas = {
    .name = "oas",
    .title = "covariance shrunk to the scaled identity, oracle approximating",
    .formula = "(1 - d) S + d mean(diag S) I, d of Chen, Wiesel, Eldar and Hero, S divided by t",
    .source = "sklearn.covariance.OAS",
    .run = run,
};
