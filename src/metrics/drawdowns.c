/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "metrics/kernels.h"
#include "metrics/metrics_int.h"

typedef struct walk {
    double peak, low;
    int64_t peak_row, low_row;
    bool under;
} walk;

static wick_drawdown episode(const walk *w, int64_t n, int64_t recovered)
{
    const double depth = w->low - w->peak;
    const wick_drawdown d = {.peak = w->peak_row,
                             .valley = w->low_row,
                             .recovered = recovered,
                             .depth = depth,
                             .depth_pct = w->peak > 0.0 ? depth / w->peak * 100.0 : WICK_NA,
                             .bars = (recovered >= 0 ? recovered : n - 1) - w->peak_row};
    return d;
}

void wk_episodes(int64_t n, const double *e, const double *lo, const double *hi, wk_episode_fn fn,
                 void *user)
{
    walk w = {.peak = n > 0 ? e[0] : 0.0};
    for (int64_t b = 0; b * WK_BLOCK < n; b++) {
        const int64_t from = b * WK_BLOCK, to = from + WK_BLOCK < n ? from + WK_BLOCK : n;
        if (w.under && hi[b] < w.peak) { /* under water throughout */
            if (lo[b] < w.low) {
                w.low = lo[b];
                w.low_row = from;
                while (e[w.low_row] != w.low) w.low_row++;
            }
            continue;
        }
        if (!w.under && lo[b] == w.peak && hi[b] == w.peak) { /* flat at the peak */
            w.peak_row = to - 1;
            continue;
        }
        for (int64_t i = from; i < to; i++) {
            if (e[i] >= w.peak) {
                if (w.under) {
                    const wick_drawdown d = episode(&w, n, i);
                    fn(user, &d);
                }
                w = (walk){.peak = e[i], .peak_row = i};
            } else if (!w.under || e[i] < w.low) {
                w.under = true;
                w.low = e[i];
                w.low_row = i;
            }
        }
    }
    if (w.under) {
        const wick_drawdown d = episode(&w, n, -1);
        fn(user, &d);
    }
}

/* ---- the deepest few ---------------------------------------------------------------------- */

typedef struct deepest {
    wick_drawdown *out;
    int64_t cap, kept, seen;
} deepest;

/* Insertion by depth in percent, earlier first on ties; `cap` is small. */
static void keep(void *user, const wick_drawdown *d)
{
    deepest *k = user;
    k->seen++;
    int64_t at = k->kept;
    while (at > 0 && d->depth_pct < k->out[at - 1].depth_pct) at--;
    if (at >= k->cap) return;
    if (k->kept < k->cap) k->kept++;
    for (int64_t i = k->kept - 1; i > at; i--) k->out[i] = k->out[i - 1];
    k->out[at] = *d;
}

wick_status wick_drawdowns(wick_ctx *ctx, const wick_ledger *l, int64_t cap, wick_drawdown *out,
                           int64_t *n)
{
    if (l == NULL || n == NULL || cap < 0 || (cap > 0 && out == NULL)) {
        return wick_fail(ctx, WICK_E_ARG, "drawdowns need a ledger and room for %lld episodes",
                         (long long)cap);
    }
    const wick_equity e = wick_ledger_equity(l);
    const int64_t blocks = e.n / WK_BLOCK + 1;
    double *lo = malloc((size_t)blocks * 2 * sizeof *lo);
    if (lo == NULL) return wick_fail_mem(ctx);
    deepest k = {.out = out, .cap = cap};
    double bad = 0.0;
    wk_extents(e.n, e.equity, lo, lo + blocks, &bad);
    if (bad != 0.0) {
        free(lo);
        return wick_fail(ctx, WICK_E_DATA, "the equity column has a value that is not a number");
    }
    wk_episodes(e.n, e.equity, lo, lo + blocks, keep, &k);
    free(lo);
    *n = k.seen;
    return WICK_OK;
}
