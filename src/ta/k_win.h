/* SPDX-License-Identifier: MIT */
/**
 * Windows that are read whole on every bar, because the order of summation is part of the result
 * (pine_semantics.md 4.5, 5.1, 5.2). Streaming keeps each value twice, a window apart, so that the
 * window is always contiguous. The column forms do many bars side by side: each bar's own order
 * is kept and the compiler gets independent lanes.
 */
#ifndef WICK_TA_K_WIN_H
#define WICK_TA_K_WIN_H

#include "k_ramp.h"

/** Followed by 2 * w values. */
typedef struct wk_win {
    int64_t w, at, n;
} wk_win;

enum { WK_BLOCK = 32 };

static inline int64_t wk_win_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_win) + 2 * w * (int64_t)sizeof(double);
}

static inline void *wk_win_init(void *at, int64_t w)
{
    wk_win *k = at;
    k->w = w, k->at = 0, k->n = 0;
    wk_fill_na(2 * w, (double *)(void *)(k + 1));
    return (char *)at + wk_win_bytes(w);
}

/** Takes x in; returns the window, oldest first (NA where nothing has been yet). */
static inline const double *wk_win_push(wk_win *k, double x)
{
    double *v = (double *)(void *)(k + 1);
    v[k->at] = v[k->at + k->w] = x;
    k->at = k->at + 1 == k->w ? 0 : k->at + 1;
    k->n++;
    return v + k->at;
}

/** Sum of weights 1..w, added up one by one. */
static inline double wk_weight_sum(int64_t w)
{
    double s = 0.0;
    for (int64_t i = 1; i <= w; i++) s += (double)i;
    return s;
}

/** Oldest to newest, weights 1..w, without the division. */
static inline double wk_weighted(const double *x, int64_t w)
{
    double s = 0.0, weight = 0.0;
    for (int64_t k = 0; k < w; k++) {
        weight += 1.0;
        s += x[k] * weight;
    }
    return s;
}

/** Longest window that is added up in Pine's order. Beyond it the time would grow and grow, and
 * what the order decides is less than the sum's own rounding: the sums of k_ramp.h, which are taken
 * relative to a value nearby and so are the more exact ones, need the same time for any length. */
#define WK_ORDER_MAX 200

/** wma, streaming: the window is forward filled, the result on an NA bar is NA. Followed by a
 * window or, when that is too long, by a ramp. */
typedef struct wk_wma {
    double last, norm;
    int64_t count, w;
} wk_wma;

static inline int64_t wk_wma_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_wma) + (w <= WK_ORDER_MAX ? wk_win_bytes(w) : wk_ramp_bytes(w));
}

static inline void *wk_wma_init(void *at, int64_t w)
{
    wk_wma *k = at;
    k->last = WICK_NA, k->norm = wk_weight_sum(w), k->count = 0, k->w = w;
    if (w <= WK_ORDER_MAX)
        wk_win_init(k + 1, w);
    else
        wk_ramp_init((wk_ramp *)(void *)(k + 1), w);
    return (char *)at + wk_wma_bytes(w);
}

/** wma from the sums of a ramp; p[0] is one over the sum of the weights. */
static inline double wk_wma_of(const double *p, double sum, double ramp, double base)
{
    (void)sum;
    return base + ramp * p[0];
}

static inline double wk_wma_step(wk_wma *k, double x)
{
    const bool na = isnan(x);
    if (!na) {
        k->count++;
        k->last = x;
    }
    if (k->w > WK_ORDER_MAX) {
        double sum, ramp, base;
        const double share = 1.0 / k->norm;
        if (k->count == 0) return WICK_NA;
        (void)wk_ramp_step((wk_ramp *)(void *)(k + 1), k->last, &sum, &ramp, &base);
        return na || k->count < k->w ? WICK_NA : wk_wma_of(&share, sum, ramp, base);
    }
    const double *win = wk_win_push((wk_win *)(void *)(k + 1), k->last);
    if (na || k->count < k->w) return WICK_NA;
    return wk_weighted(win, k->w) / k->norm;
}

wick_status wk_wma_column(int64_t n, const double *src, int64_t w, double *out);

/** Sum of value * weight, oldest first, for every window of x that fits; out[i] for i >= w - 1.
 * NA inside a window makes its result NA. */
void wk_dot_column(int64_t n, const double *x, int64_t w, const double *weight, double *out);

/** Sum of |x[i-k] - mean[i]| over k = 0 .. w-1, newest first, for i >= w - 1. */
void wk_deviation_column(int64_t n, const double *x, int64_t w, const double *mean, double *out);

#endif
