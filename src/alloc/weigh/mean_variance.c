/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    const int32_t n = in->n;
    wk_bounds b;
    const wick_status st = wk_bounds_of(ctx, scratch, in->limits, n, &b);
    const double *ones = wk_ones(scratch, n);
    double *c = wick_arena_alloc(scratch, (int64_t)n * (int64_t)sizeof *c);
    if (st < 0) return st;
    if (ones == NULL || c == NULL) return wick_fail_mem(ctx);
    extern const wick_weigh_spec wick_weigh_mean_variance;
    const double aversion = wk_param(&wick_weigh_mean_variance, in, 0);
    for (int32_t i = 0; i < n; i++) c[i] = in->mean[i] / aversion;
    wk_qp p = {.n = n, .q = in->cov, .c = c};
    wk_qp_limits(&b, ones, &p);
    return wk_qp_solve(ctx, scratch, &p, w);
}

extern const wick_weigh_spec wick_weigh_mean_variance;
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
