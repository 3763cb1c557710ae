/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    return wk_least_variance(ctx, scratch, in, NULL, w);
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
