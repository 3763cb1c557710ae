/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    (void)ctx;
    (void)scratch;
    for (int32_t i = 0; i < in->n; i++) {
        const double s = in->score != NULL ? in->score[i] : 1.0;
        w[i] = s > 0.0 ? s : 0.0;
    }
    return WICK_OK;
}

extern const wick_weigh_spec wick_weigh_score;
const wick_weigh_spec wick_weigh_score = {
    .name = "score",
    .title = "in proportion to the alpha",
    .formula = "w = max(alpha, 0) / sum",
    .source = "definition",
    .run = run,
};
