/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "flow/flow_int.h"

wick_status wick_panel_cut(wick_ctx *ctx, wick_panel *p, int64_t to, wick_panel **out)
{
    const int64_t n = wick_panel_count(p);
    if (to >= wick_panel_ticks(p)) {
        *out = wick_panel_ref(p);
        return WICK_OK;
    }
    wick_bars **list = calloc((size_t)n + 1, sizeof(wick_bars *));
    wick_status st = list != NULL ? WICK_OK : wick_fail_mem(ctx);
    for (int64_t i = 0; i < n && st >= 0; i++) {
        wick_bars *b = wick_panel_bars(p, i);
        const int32_t *tick = wick_panel_tick_of(p, i);
        int64_t lo = 0, hi = wick_bars_count(b);
        if (tick == NULL) {
            lo = to < hi ? to : hi;
        } else {
            while (lo < hi) {
                const int64_t mid = lo + (hi - lo) / 2;
                if (tick[mid] < to)
                    lo = mid + 1;
                else
                    hi = mid;
            }
        }
        st = wick_bars_slice(ctx, b, 0, lo, &list[i]);
    }
    if (st >= 0) st = wick_panel_new(ctx, list, n, out);
    for (int64_t i = 0; list != NULL && i < n; i++) wick_bars_unref(list[i]);
    free(list);
    return st;
}
