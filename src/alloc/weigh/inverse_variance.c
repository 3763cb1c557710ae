/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    (void)ctx;
    (void)scratch;
    for (int32_t i = 0; i < in->n; i++) {
        const double v = wk_crow(in->cov, in->n, i)[i];
        /* What never moved has no risk to be weighed by: it gets nothing. */
        w[i] = v > 0.0 ? 1.0 / (v) : 0.0;
    }
    return WICK_OK;
}

extern const wick_weigh_spec wick_weigh_inverse_variance;
const wick_weigh_spec wick_weigh_inverse_variance = {
    .name = "inverse_variance",
    .title = "in proportion to 1 / variance",
    .formula = "w = (1 / variance) / sum",
    .source = "definition",
    .needs_cov = true,
    .run = run,
};
