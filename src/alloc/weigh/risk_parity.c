/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

/* min y' C y / 2 - sum b log y has the risk contributions b at its only minimum (Spinu, 2013); each
 * coordinate has a closed form (Griveau-Billion, Richard and Roncalli, 2013). Sweeps until no
 * coordinate moves. */
static void descend(int32_t n, const double *c, const double *b, double *y, double *cy)
{
    wk_times(n, c, y, cy);
    for (int32_t sweep = 0; sweep < 10000; sweep++) {
        double moved = 0.0;
        for (int32_t i = 0; i < n; i++) {
            const double *row = wk_crow(c, n, i);
            if (!(y[i] > 0.0)) continue;
            const double a = cy[i] - row[i] * y[i];
            const double root = sqrt(a * a + 4.0 * row[i] * b[i]);
            /* The form without cancellation for either sign of a. */
            const double next = a > 0.0 ? 2.0 * b[i] / (a + root) : (root - a) / (2.0 * row[i]);
            const double step = next - y[i];
            if (fabs(step) > moved * next) moved = fabs(step) / next;
            for (int32_t k = 0; k < n; k++) cy[k] += step * row[k];
            y[i] = next;
        }
        if (sweep % 16 == 15) wk_times(n, c, y, cy); /* rounding of the updates */
        if (moved < 1e-13) return;
    }
}

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    const int32_t n = in->n;
    double *b = wick_arena_alloc(scratch, (int64_t)n * (int64_t)sizeof *b);
    double *cy = wick_arena_alloc(scratch, (int64_t)n * (int64_t)sizeof *cy);
    double total = 0.0;
    if (b == NULL || cy == NULL) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < n; i++) {
        const double s = in->score != NULL ? in->score[i] : 1.0;
        b[i] = s > 0.0 && wk_crow(in->cov, n, i)[i] > 0.0 ? s : 0.0;
        total += b[i];
    }
    for (int32_t i = 0; i < n; i++) {
        b[i] = total > 0.0 ? b[i] / total : 0.0;
        w[i] = b[i] > 0.0 ? sqrt(b[i] / wk_crow(in->cov, n, i)[i]) : 0.0;
    }
    descend(n, in->cov, b, w, cy);
    return WICK_OK;
}

extern const wick_weigh_spec wick_weigh_risk_parity;
const wick_weigh_spec wick_weigh_risk_parity = {
    .name = "risk_parity",
    .title = "risk contributions in proportion to the alpha (equal without one)",
    .formula = "w_i (C w)_i / w' C w = budget_i, w > 0",
    .source = "Maillard, Roncalli and Teiletche, 2010; Riskfolio-Lib rp_optimization",
    .needs_cov = true,
    .run = run,
};
