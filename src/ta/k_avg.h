/* SPDX-License-Identifier: MIT */
/**
 * Recursive averages as parts of other kernels: ema and rma with Pine's seed (the mean of the first
 * n values, summed by the machine of roll.h), pine_semantics.md 4.3 and 4.4. A missing value gives
 * a missing result and leaves the state alone.
 */
#ifndef WICK_TA_K_AVG_H
#define WICK_TA_K_AVG_H

#include "roll.h"

/** Streaming ema or rma. Followed in memory by w raw values, needed until the seed is there because
 * the sum machine may start over from them. */
typedef struct wk_avg {
    double e, s, c;
    int64_t w, n;
} wk_avg;

static inline int64_t wk_avg_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_avg) + w * (int64_t)sizeof(double);
}

static inline void *wk_avg_init(void *at, int64_t w)
{
    wk_avg *k = at;
    memset(at, 0, sizeof *k);
    k->w = w;
    return (char *)at + wk_avg_bytes(w);
}

/** Seeding half of a step: true while the value was used up by the seed. */
static inline bool wk_avg_seeds(wk_avg *k, double x)
{
    if (k->n >= k->w) return false;
    double *raw = (double *)(void *)(k + 1);
    if (wk_sum_fires(k->c, x)) {
        double s = x;
        for (int64_t i = k->n - 1; i >= 0; i--) s += raw[i];
        k->s = s;
        k->c = 0.0;
    } else {
        const double y = x - k->c, t = k->s + y;
        k->c = (t - k->s) - y;
        k->s = t;
    }
    raw[k->n++] = x;
    k->e = k->n == k->w ? k->s / (double)k->w : WICK_NA;
    return true;
}

static inline double wk_ema_alpha(int64_t w)
{
    return 2.0 / ((double)w + 1.0);
}

/** This operand order is the one whose bits match; alpha*x + (1-alpha)*e drifts. */
static inline double wk_ema_next(double e, double x, double alpha)
{
    return e + alpha * (x - e);
}

/** Not an ema of alpha 1/n: the order of operations differs. `less` is n - 1. */
static inline double wk_rma_next(double r, double x, double less, double n)
{
    return (r * less + x) / n;
}

static inline double wk_ema_step(wk_avg *k, double x)
{
    if (isnan(x)) return WICK_NA;
    if (k->w == 1) return x;
    if (!wk_avg_seeds(k, x)) k->e = wk_ema_next(k->e, x, wk_ema_alpha(k->w));
    return k->e;
}

static inline double wk_rma_step(wk_avg *k, double x)
{
    if (isnan(x)) return WICK_NA;
    if (k->w == 1) return x;
    if (!wk_avg_seeds(k, x)) k->e = wk_rma_next(k->e, x, (double)(k->w - 1), (double)k->w);
    return k->e;
}

/** One lane of the column form. */
typedef struct wk_avg_lane {
    const double *src;
    double *out; /* not src */
    int64_t w;
} wk_avg_lane;

/** Whole columns of any number of averages, interleaved; the bits of stepping each. */
wick_status wk_ema_columns(int64_t n, const wk_avg_lane *lanes, int32_t count);
wick_status wk_rma_columns(int64_t n, const wk_avg_lane *lanes, int32_t count);

/** One average. */
static inline wick_status wk_ema_column(int64_t n, const double *src, int64_t w, double *out)
{
    const wk_avg_lane l = {src, out, w};
    return wk_ema_columns(n, &l, 1);
}

static inline wick_status wk_rma_column(int64_t n, const double *src, int64_t w, double *out)
{
    const wk_avg_lane l = {src, out, w};
    return wk_rma_columns(n, &l, 1);
}

#endif
