/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    (void)ctx;
    (void)scratch;
    for (int32_t i = 0; i < in->n; i++) {
        const double v = wk_crow(in->cov, in->n, i)[i];
        /* What never moved has no risk to be weighed by: it gets nothing. */
        w[i] = v > 0.0 ? 1.0 / sqrt(v) : 0.0;
    }
    return WICK_OK;
}

extern const wick_weigh_spec wick_weigh_inverse_vol;
const wick_weigh_spec wick_weigh_inverse_vol = {
    .name = "inverse_vol",
    .title = "in proportion to 1 / standard deviation",
    .formula = "w = (1 / standard deviation) / sum",
    .source = "definition",
    .needs_cov = true,
    .run = run,
};
