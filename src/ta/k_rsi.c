/* SPDX-License-Identifier: MIT */
#include "k_rsi.h"

#include "k_scratch.h"

void wk_rsi_moves(int64_t n, const double *x, double *up, double *down)
{
    const int64_t first = wk_first(n, x);
    for (int64_t i = 0; i <= first && i < n; i++) up[i] = down[i] = WICK_NA;
    if (wk_clean(n, x, first)) {
        for (int64_t i = first + 1; i < n; i++) {
            const double d = x[i] - x[i - 1]; /* b - a is exactly -(a - b) */
            up[i] = d > 0.0 ? d : 0.0;
            down[i] = -d > 0.0 ? -d : 0.0;
        }
        return;
    }
    double prev = x[first];
    for (int64_t i = first + 1; i < n; i++) {
        const bool na = isnan(x[i]);
        up[i] = na ? WICK_NA : wk_rsi_gain(x[i], prev);
        down[i] = na ? WICK_NA : wk_rsi_gain(prev, x[i]);
        prev = na ? prev : x[i];
    }
}

wick_status wk_rsi_column(int64_t n, const double *x, int64_t w, double *out)
{
    wk_scratch s;
    if (wk_scratch_new(&s, n, 3) < 0) return WICK_E_MEM;
    wk_rsi_moves(n, x, s.col[0], s.col[1]);
    const wk_avg_lane l[2] = {{s.col[0], out, w}, {s.col[1], s.col[2], w}};
    const wick_status st = wk_rma_columns(n, l, 2);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[i] = wk_rsi_of(out[i], s.col[2][i]);
    wk_scratch_free(&s);
    return st;
}
