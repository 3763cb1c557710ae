/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

#include <string.h>

/* Newest row last. The mean counts as zero, as in RiskMetrics. */
static void run(int64_t t, int32_t n, const double *x, const double *xc, double decay, double *out)
{
    (void)xc;
    double f = 1.0, total = 0.0;
    memset(out, 0, (size_t)n * (size_t)n * sizeof *out);
    for (int64_t i = t - 1; i >= 0; i--, f *= decay) {
        const double *r = x + i * n;
        total += f;
        for (int32_t a = 0; a < n; a++)
            for (int32_t b = 0; b <= a; b++) wk_row(out, n, a)[b] += f * r[a] * r[b];
    }
    for (int32_t a = 0; a < n; a++) {
        for (int32_t b = 0; b <= a; b++) {
            wk_row(out, n, a)[b] /= total;
            wk_row(out, n, b)[a] = wk_crow(out, n, a)[b];
        }
    }
}

extern const wick_cov_spec wick_cov_ewma;
const wick_cov_spec wick_cov_ewma = {
    .name = "ewma",
    .title = "exponentially weighted covariance",
    .formula = "sum of decay^k r r' / sum of decay^k, k bars ago, means taken as zero",
    .source = "RiskMetrics technical document, 1996",
    .param = "decay",
    .def = 0.94,
    .lo = 0.01,
    .hi = 1.0,
    .doc = "weight of a bar against the next one",
    .run = run,
};
