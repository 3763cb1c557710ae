/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static void run(int64_t t, int32_t n, const double *x, const double *xc, double param, double *out)
{
    (void)x;
    (void)param;
    wk_cov_products(t, n, xc, (double)(t - 1), out);
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < n; k++) wk_row(out, n, i)[k] *= i == k ? 1.0 : 0.0;
}

extern const wick_cov_spec wick_cov_diagonal;
const wick_cov_spec wick_cov_diagonal = {
    .name = "diagonal",
    .title = "sample variances, no correlation",
    .formula = "diagonal of the sample covariance",
    .source = "numpy.var, ddof 1",
    .run = run,
};
