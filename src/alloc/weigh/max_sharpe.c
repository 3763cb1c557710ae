/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

#include <string.h>

/* The ratio does not change with scale, so the programme is solved for y with (mean - rate)' y = 1
 * and y made to sum to the budget afterwards (Schaible); caps become shares of sum y. */
static wick_status solve(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in,
                         const wk_bounds *b, const double *excess, double *w)
{
    const int32_t n = in->n;
    double *lo = wick_arena_zalloc(scratch, (int64_t)n * (int64_t)sizeof *lo);
    double *share = wick_arena_zalloc(scratch, (int64_t)n * (int64_t)sizeof *share);
    double *group = wick_arena_zalloc(scratch, ((int64_t)b->groups + 1) * (int64_t)sizeof *group);
    if (lo == NULL || share == NULL || group == NULL) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < n; i++) share[i] = b->hi[i] / b->budget;
    for (int32_t g = 0; g < b->groups && b->group_cap != NULL; g++)
        group[g] = b->group_cap[g] / b->budget;
    const wk_qp p = {.n = n,
                     .q = in->cov,
                     .eq = excess,
                     .eq_rhs = 1.0,
                     .lo = lo,
                     .hi_share = share,
                     .group = b->group,
                     .groups = b->groups,
                     .group_share = group};
    const wick_status st = wk_qp_solve(ctx, scratch, &p, w);
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++) {
        if (w[i] < 0.0) w[i] = 0.0; /* rounding */
        sum += w[i];
    }
    for (int32_t i = 0; i < n; i++) w[i] = sum > 0.0 ? w[i] * b->budget / sum : 0.0;
    return st;
}

/* The most excess return the caps allow, per unit held: the best assets first, each as far as its
 * own cap and its group's go. */
static double most_excess(const wk_bounds *b, int32_t n, const double *excess, double *room,
                          double *left)
{
    double total = 0.0, budget = b->budget;
    for (int32_t i = 0; i < n; i++) room[i] = b->hi[i];
    for (int32_t g = 0; g < b->groups; g++)
        left[g] =
            b->group_cap != NULL && b->group_cap[g] > 0.0 ? b->group_cap[g] : (double)INFINITY;
    while (budget > 1e-15) {
        int32_t best = -1;
        for (int32_t i = 0; i < n; i++)
            if (room[i] > 0.0 && (best < 0 || excess[i] > excess[best])) best = i;
        if (best < 0) break;
        const int32_t g = b->group != NULL ? b->group[best] : -1;
        double take = room[best] < budget ? room[best] : budget;
        if (g >= 0 && take > left[g]) take = left[g];
        if (g >= 0) left[g] -= take;
        room[best] = 0.0;
        budget -= take;
        total += take * excess[best];
    }
    return total / b->budget;
}

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    extern const wick_weigh_spec wick_weigh_max_sharpe;
    wk_bounds b;
    const wick_status st = wk_bounds_of(ctx, scratch, in->limits, in->n, &b);
    if (st < 0) return st;
    double *v =
        wick_arena_zalloc(scratch, (2 * (int64_t)in->n + b.groups + 1) * (int64_t)sizeof *v);
    if (v == NULL) return wick_fail_mem(ctx);
    double *excess = v, *room = v + in->n;
    for (int32_t i = 0; i < in->n; i++) {
        excess[i] = in->mean[i] - wk_param(&wick_weigh_max_sharpe, in, 0);
        if (b.lo[i] != 0.0)
            return wick_fail(ctx, WICK_E_ARG, "max_sharpe is long only: least weights must be 0");
    }
    const double best = most_excess(&b, in->n, excess, room, room + in->n);
    memset(w, 0, (size_t)in->n * sizeof *w);
    if (!(best > 0.0)) return WICK_OK; /* nothing that may be held is worth holding */
    for (int32_t i = 0; i < in->n; i++) excess[i] /= best; /* so that sum y is about 1 */
    return solve(ctx, scratch, in, &b, excess, w);
}

extern const wick_weigh_spec wick_weigh_max_sharpe;
const wick_weigh_spec wick_weigh_max_sharpe = {
    .name = "max_sharpe",
    .title = "most expected return per deviation; cash where the limits allow none above the rate",
    .formula = "max (mean - rate)' w / sqrt(w' C w), w >= 0, sum w = budget",
    .source = "Sharpe; PyPortfolioOpt EfficientFrontier.max_sharpe",
    .needs_cov = true,
    .needs_mean = true,
    .limited = true,
    .param = {{.name = "rate",
               .doc = "return per bar of what carries no risk",
               .def = 0.0,
               .lo = -1.0,
               .hi = 1.0}},
    .run = run,
};
