/* SPDX-License-Identifier: MIT */
/**
 * Sum of the last w bars where no bits are pinned, made for columns. A short window is cut into
 * runs of 1, 2, 4 ... bars, the shortest first, and runs are sums of two halves: a column makes
 * each run once for all bars, many side by side. A long window is a sum of blocks (k_parts.h). Both
 * leave no trace of what has left the window; NA in it gives NA.
 */
#ifndef WICK_TA_K_FRESH_H
#define WICK_TA_K_FRESH_H

#include "k_parts.h"

enum { WK_FRESH_MAX = 32, WK_FRESH_CHUNK = 512 };

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

/* Halves of halves. */
static inline double wk_fresh_run(const double *x, int64_t n)
{
    double half[WK_FRESH_MAX];
    memcpy(half, x, (size_t)n * sizeof(double));
    for (; n > 1; n /= 2)
        for (int64_t i = 0; 2 * i < n; i++) half[i] = half[2 * i] + half[2 * i + 1];
    return half[0];
}

/* Of a short window at v, oldest first. */
static inline double wk_fresh_sum(const double *v, int64_t w)
{
    double s = 0.0;
    for (int64_t run = 1, at = 0; run <= w; run *= 2) {
        if ((w & run) == 0) continue;
        s = at == 0 ? wk_fresh_run(v, run) : s + wk_fresh_run(v + at, run);
        at += run;
    }
    return s;
}

static inline double wk_fresh_step(wk_fresh *k, double x)
{
    if (k->w > WK_FRESH_MAX) return wk_bsum_step(wk_fresh_blocks(k), x);
    return wk_fresh_sum(wk_win_push((wk_win *)(void *)(k + 1), x), k->w);
}

/** Mean of squares about the mean of a short window at v. */
static inline double wk_fresh_variance(const double *v, int64_t w)
{
    double squares = 0.0;
    const double mean = wk_fresh_sum(v, w) / (double)w;
    for (int64_t i = 0; i < w; i++) squares += (v[i] - mean) * (v[i] - mean);
    return squares / (double)w;
}

/** Those of the windows that end on x[0 .. n), n <= WK_FRESH_CHUNK. */
void wk_fresh_variances(int64_t n, const double *x, int64_t w, double *out);

/** Sums of short windows that end on x[0 .. n), n <= WK_FRESH_CHUNK, the bars before x being there.
 */
void wk_fresh_sums(int64_t n, const double *x, int64_t w, double *out);

#endif
