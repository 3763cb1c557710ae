/* SPDX-License-Identifier: MIT */
/**
 * Sum of the last w bars where no bits are pinned, made for columns: a short window is added up
 * afresh on every bar, oldest first, which many bars do side by side; a long one is a sum of blocks
 * (k_parts.h). Both leave no trace of what has left the window; NA in it gives NA.
 */
#ifndef WICK_TA_K_FRESH_H
#define WICK_TA_K_FRESH_H

#include "k_parts.h"

enum { WK_FRESH_MAX = 32 };

/** Followed by a window or by a sum of blocks. */
typedef struct wk_fresh {
    int64_t w;
} wk_fresh;

static inline int64_t wk_fresh_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_fresh) + (w <= WK_FRESH_MAX ? wk_win_bytes(w) : wk_bsum_bytes(w));
}

static inline void *wk_fresh_init(void *at, int64_t w)
{
    wk_fresh *k = at;
    k->w = w;
    return w <= WK_FRESH_MAX ? wk_win_init(k + 1, w) : wk_bsum_init(k + 1, w);
}

static inline void *wk_fresh_end(wk_fresh *k)
{
    return (char *)k + wk_fresh_bytes(k->w);
}

static inline wk_bsum *wk_fresh_blocks(wk_fresh *k)
{
    return (wk_bsum *)(void *)(k + 1);
}

static inline double wk_fresh_step(wk_fresh *k, double x)
{
    if (k->w > WK_FRESH_MAX) return wk_bsum_step(wk_fresh_blocks(k), x);
    const double *v = wk_win_push((wk_win *)(void *)(k + 1), x);
    double s = 0.0;
    for (int64_t i = 0; i < k->w; i++) s += v[i];
    return s;
}

/** Sums of short windows that end on x[0 .. n), the bars before x being there. */
void wk_fresh_sums(int64_t n, const double *x, int64_t w, double *out);

#endif
