/* SPDX-License-Identifier: MIT */
/**
 * Rises and falls averaged as Wilder does, as a part of kernels whose bits are pinned nowhere: the
 * mean of the first n, then products where ta.rsi, which follows Pine to the bit, has quotients. A
 * missing value gives a missing result and leaves the state alone.
 */
#ifndef WICK_TA_K_RSI_H
#define WICK_TA_K_RSI_H

#include "k_parts.h"

typedef struct wk_rsi {
    double prev, sum_up, sum_down, size;
    wk_quick up, down;
    double seen;
} wk_rsi;

static inline wk_rsi *wk_rsi_init(void *at, int64_t w)
{
    wk_rsi *k = at;
    memset(k, 0, sizeof *k);
    k->prev = WICK_NA;
    k->size = (double)w;
    return k;
}

/** Averages of both sides; false while there are none, and on a missing value. */
WK_INLINE bool wk_rsi_sides(wk_rsi *k, double x, double *up, double *down)
{
    const double move = x - k->prev, rise = move > 0.0 ? move : 0.0,
                 fall = move < 0.0 ? -move : 0.0;
    if (isnan(x)) return false;
    k->prev = x;
    if (isnan(move)) return false;
    if (k->seen >= k->size) {
        const double take = 1.0 / k->size;
        *up = wk_quick_step(&k->up, rise, take);
        *down = wk_quick_step(&k->down, fall, take);
        return true;
    }
    k->sum_up += rise;
    k->sum_down += fall;
    k->seen += 1.0;
    if (k->seen < k->size) return false;
    *up = k->up.e = k->sum_up / k->size;
    *down = k->down.e = k->sum_down / k->size;
    return true;
}

/** The index, with ta.rsi's rule for sides that have died away. */
WK_INLINE double wk_rsi_step(wk_rsi *k, double x)
{
    double up, down;
    if (!wk_rsi_sides(k, x, &up, &down)) return WICK_NA;
    if (down <= WK_EPS) return 100.0;
    return up <= WK_EPS ? 0.0 : 100.0 * up / (up + down);
}

#endif
