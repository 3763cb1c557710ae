/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static void run(int64_t t, int32_t n, const double *x, const double *xc, double param, double *out)
{
    (void)x;
    (void)param;
    wk_cov_products(t, n, xc, (double)(t - 1), out);
}

extern const wick_cov_spec wick_cov_sample;
const wick_cov_spec wick_cov_sample = {
    .name = "sample",
    .title = "sample covariance",
    .formula = "sum of (r - mean)(r - mean)' / (t - 1)",
    .source = "numpy.cov",
    .run = run,
};
