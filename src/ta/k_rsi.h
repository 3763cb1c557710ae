/* SPDX-License-Identifier: MIT */
/** Relative strength as a part of other kernels: averages of rises and falls with Pine's seed, and
 * what is made of them (pine_semantics.md 5.2). */
#ifndef WICK_TA_K_RSI_H
#define WICK_TA_K_RSI_H

#include "k_avg.h"

/** Followed by the averages of rises and of falls. */
typedef struct wk_rsi {
    double prev;
} wk_rsi;

static inline int64_t wk_rsi_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_rsi) + 2 * wk_avg_bytes(w);
}

static inline void *wk_rsi_init(void *at, int64_t w)
{
    wk_rsi *k = at;
    k->prev = WICK_NA;
    return wk_avg_init(wk_avg_init(k + 1, w), w);
}

static inline double wk_rsi_gain(double a, double b)
{
    return a - b > 0.0 ? a - b : 0.0;
}

/** A side that has died away counts as zero, and the falling side rules: a window without any
 * movement is 100. Chosen by comparison and not by branch, so that the compiler can do two at once;
 * NA passes through the quotient. */
static inline double wk_rsi_of(double up, double down)
{
    const double ratio = 100.0 - 100.0 / (1.0 + up / down);
    const double low = up <= WK_EPS ? 0.0 : ratio;
    return down <= WK_EPS ? 100.0 : low;
}

/** Averages of both sides; false while there are none, and on a missing value. */
static inline bool wk_rsi_sides(wk_rsi *k, int64_t w, double x, double *up, double *down)
{
    wk_avg *rises = (wk_avg *)(void *)(k + 1);
    wk_avg *falls = (wk_avg *)(void *)((char *)rises + wk_avg_bytes(w));
    const double prev = k->prev;
    if (isnan(x)) return false;
    k->prev = x;
    if (isnan(prev)) return false;
    *up = wk_rma_step(rises, wk_rsi_gain(x, prev));
    *down = wk_rma_step(falls, wk_rsi_gain(prev, x));
    return !isnan(*up);
}

static inline double wk_rsi_step(wk_rsi *k, int64_t w, double x)
{
    double up, down;
    return wk_rsi_sides(k, w, x, &up, &down) ? wk_rsi_of(up, down) : WICK_NA;
}

/** Rises and falls against the last value that exists; NA on bars without one. */
void wk_rsi_moves(int64_t n, const double *x, double *up, double *down);

/** The column form of wk_rsi_step; `out` is not `x`. */
wick_status wk_rsi_column(int64_t n, const double *x, int64_t w, double *out);

#endif
