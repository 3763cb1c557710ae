/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

extern const wick_weigh_spec wick_weigh_mean_variance;

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    double *c = wick_arena_alloc(scratch, (int64_t)in->n * (int64_t)sizeof *c);
    if (c == NULL) return wick_fail_mem(ctx);
    const double aversion = wk_param(&wick_weigh_mean_variance, in, 0);
    for (int32_t i = 0; i < in->n; i++) c[i] = in->mean[i] / aversion;
    return wk_least_variance(ctx, scratch, in, c, w);
}

const wick_weigh_spec wick_weigh_mean_variance = {
    .name = "mean_variance",
    .title = "most expected return less a charge for variance",
    .formula = "max mean' w - aversion / 2 w' C w, sum w = budget",
    .source = "Markowitz; PyPortfolioOpt EfficientFrontier.max_quadratic_utility",
    .needs_cov = true,
    .needs_mean = true,
    .limited = true,
    .param = {{.name = "aversion",
               .doc = "charge for variance against return, both per bar",
               .def = 1.0,
               .lo = 1e-6,
               .hi = 1e9}},
    .run = run,
};
