/* SPDX-License-Identifier: MIT */
#include "metrics/kernels.h"
#include "metrics/metrics_int.h"

/* Share of rows with a position, and gross exposure over equity. Blocks without a position, most
 * of them in a sparse strategy, cost one comparison a row. */
void wk_facts_exposure(wick_facts *f, const wick_equity *e)
{
    f->exposed_rows = f->gross_max = f->gross_mean = WICK_NA;
    if (e->n == 0 || wk_column_missing(e, e->long_value) || e->short_value == NULL) return;
    double rows = 0.0, most = 0.0;
    wick_sum total = {0};
    for (int64_t at = 0; at < e->n; at += WK_BLOCK) {
        const int64_t len = e->n - at < WK_BLOCK ? e->n - at : WK_BLOCK;
        double g[WK_BLOCK];
        double held = 0.0, sum = 0.0;
        for (int64_t i = 0; i < len; i++) {
            g[i] = fabs(e->long_value[at + i]) + fabs(e->short_value[at + i]);
            held += g[i] > 0.0 ? 1.0 : 0.0;
        }
        if (held == 0.0) continue;
        rows += held;
        for (int64_t i = 0; i < len; i++) {
            g[i] = e->equity[at + i] > 0.0 ? g[i] / e->equity[at + i] : 0.0;
        }
        for (int64_t i = 0; i < len; i++) {
            sum += g[i];
            most = g[i] > most ? g[i] : most;
        }
        wick_sum_add(&total, sum);
    }
    f->exposed_rows = rows;
    f->gross_max = most;
    f->gross_mean = wick_sum_get(&total) / (double)e->n;
}
