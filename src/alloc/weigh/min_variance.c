/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    wk_bounds b;
    const wick_status st = wk_bounds_of(ctx, scratch, in->limits, in->n, &b);
    const double *ones = wk_ones(scratch, in->n);
    if (st < 0) return st;
    if (ones == NULL) return wick_fail_mem(ctx);
    wk_qp p = {.n = in->n, .q = in->cov};
    wk_qp_limits(&b, ones, &p);
    return wk_qp_solve(ctx, scratch, &p, w);
}

extern const wick_weigh_spec wick_weigh_min_variance;
const wick_weigh_spec wick_weigh_min_variance = {
    .name = "min_variance",
    .title = "least variance under the limits",
    .formula = "min w' C w, sum w = budget",
    .source = "Markowitz; PyPortfolioOpt EfficientFrontier.min_volatility",
    .needs_cov = true,
    .limited = true,
    .run = run,
};
