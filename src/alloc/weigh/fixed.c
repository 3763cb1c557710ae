/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    (void)ctx;
    (void)scratch;
    const wick_limits *l = in->limits;
    double gross = 0.0;
    for (int32_t i = 0; i < in->n; i++) {
        w[i] = in->score != NULL ? in->score[i] : 1.0 / in->n;
        if (l != NULL && l->hi > 0.0 && w[i] > l->hi) w[i] = l->hi;
        if (l != NULL && l->lo < 0.0 && w[i] < l->lo) w[i] = l->lo;
        gross += fabs(w[i]);
    }
    for (int32_t i = 0; l != NULL && l->gross > 0.0 && gross > l->gross && i < in->n; i++)
        w[i] *= l->gross / gross;
    return WICK_OK;
}

extern const wick_weigh_spec wick_weigh_fixed;
const wick_weigh_spec wick_weigh_fixed = {
    .name = "fixed",
    .title = "the alpha itself is the weight, signed",
    .formula = "w = alpha, cut to lo and hi and scaled to gross where these are given; no groups",
    .source = "QSTrader FixedWeightPortfolioOptimiser",
    .limited = true,
    .run = run,
};
