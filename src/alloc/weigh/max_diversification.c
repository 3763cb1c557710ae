/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

/* Least variance of the assets made equally volatile, then divided by the volatilities. Caps on the
 * result are kept by redistribution. */
static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    const int32_t n = in->n;
    double *corr = wick_arena_alloc(scratch, (int64_t)n * n * (int64_t)sizeof *corr);
    double *lo = wick_arena_zalloc(scratch, (int64_t)n * (int64_t)sizeof *lo);
    const double *ones = wk_ones(scratch, n);
    if (corr == NULL || lo == NULL || ones == NULL) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = 0; k < n; k++) {
            const double v = wk_crow(in->cov, n, i)[i] * wk_crow(in->cov, n, k)[k];
            wk_row(corr, n, i)[k] = v > 0.0 ? wk_crow(in->cov, n, i)[k] / sqrt(v) : i == k;
        }
    }
    const wk_qp p = {.n = n, .q = corr, .eq = ones, .eq_rhs = 1.0, .lo = lo};
    const wick_status st = wk_qp_solve(ctx, scratch, &p, w);
    for (int32_t i = 0; i < n; i++) {
        const double v = wk_crow(in->cov, n, i)[i];
        w[i] = v > 0.0 && w[i] > 0.0 ? w[i] / sqrt(v) : 0.0;
    }
    return st;
}

extern const wick_weigh_spec wick_weigh_max_diversification;
const wick_weigh_spec wick_weigh_max_diversification = {
    .name = "max_diversification",
    .title = "most diversification: weighted volatilities against that of the whole",
    .formula = "max w' sd / sqrt(w' C w), w >= 0",
    .source = "Choueifaty and Coignard, 2008",
    .needs_cov = true,
    .run = run,
};
