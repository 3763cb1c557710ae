/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    (void)ctx;
    (void)scratch;
    for (int32_t i = 0; i < in->n; i++) w[i] = 1.0 / in->n;
    return WICK_OK;
}

extern const wick_weigh_spec wick_weigh_equal;
const wick_weigh_spec wick_weigh_equal = {
    .name = "equal",
    .title = "the same share of each",
    .formula = "w = 1 / n",
    .source = "QSTrader EqualWeightPortfolioOptimiser",
    .run = run,
};
