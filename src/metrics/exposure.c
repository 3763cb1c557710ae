/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "metrics/kernels.h"
#include "metrics/metrics_int.h"

void wk_facts_exposure(wick_facts *f, const wick_equity *e)
{
    f->exposed_rows = f->gross_max = f->gross_mean = WICK_NA;
    if (e->n == 0 || wk_column_missing(e, e->long_value) || e->short_value == NULL) return;
    const int64_t blocks = e->n / WK_BLOCK;
    wk_exposure_lanes o;
    memset(&o, 0, sizeof o);
    wk_kernels_best()->exposure(e->equity, e->long_value, e->short_value, blocks, &o);
    for (int64_t i = blocks * WK_BLOCK; i < e->n; i++) {
        const double held = fabs(e->long_value[i]) + fabs(e->short_value[i]);
        const double gross = e->equity[i] > 0.0 ? held / e->equity[i] : 0.0;
        wk_lane_add(&o.rows, i, held > 0.0 ? 1.0 : 0.0);
        wk_lane_add(&o.gross, i, gross);
        o.most[0] = gross > o.most[0] ? gross : o.most[0];
    }
    f->exposed_rows = wk_lane_total(&o.rows);
    f->gross_mean = wk_lane_total(&o.gross) / (double)e->n;
    f->gross_max = o.most[0];
    for (int k = 1; k < WK_LANES; k++) f->gross_max = fmax(f->gross_max, o.most[k]);
}
