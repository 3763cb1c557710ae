/* SPDX-License-Identifier: MIT */
/**
 * Running sums in doubled precision for windowed results whose bits are pinned nowhere: O(n) for any
 * window, and still what adding each window up afresh and rounding once would give. Two-sum by
 * Knuth, product by Dekker 1971.
 */
#ifndef WICK_TA_K_DD_H
#define WICK_TA_K_DD_H

#include "ta_int.h"

typedef struct wk_dd {
    double hi, lo;
} wk_dd;

static inline void wk_dd_add(wk_dd *k, double x)
{
    const double s = k->hi + x, b = s - k->hi;
    const double err = (k->hi - (s - b)) + (x - b) + k->lo;
    k->hi = s + err;
    k->lo = err - (k->hi - s);
}

/** Adds a * b, a an integer below 2^26. */
static inline void wk_dd_add_product(wk_dd *k, double a, double b)
{
    const double c = 134217729.0 * b; /* 2^27 + 1 cuts b into halves */
    const double high = c - (c - b), low = b - high;
    wk_dd_add(k, a * high);
    wk_dd_add(k, a * low);
}

/** Sum and position-weighted sum (1 oldest .. w newest) of a window, streaming, by bars: a bar that
 * is not a finite number of sensible size counts as a hole. Followed by w values. */
typedef struct wk_ramp {
    wk_dd sum, ramp;
    int64_t w, at, n, holes;
} wk_ramp;

static inline int64_t wk_ramp_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_ramp) + w * (int64_t)sizeof(double);
}

static inline void wk_ramp_init(wk_ramp *k, int64_t w)
{
    memset(k, 0, (size_t)wk_ramp_bytes(w));
    k->w = w;
}

/** True when the window is full and without holes. */
static inline bool wk_ramp_step(wk_ramp *k, double x)
{
    double *ring = (double *)(void *)(k + 1);
    const bool hole = !(fabs(x) < 1e280);
    const double v = hole ? 0.0 : x;
    if (k->n < k->w) {
        k->n++;
        wk_dd_add_product(&k->ramp, (double)k->n, v);
    } else {
        /* every weight falls by one, which takes the oldest out */
        wk_dd_add(&k->ramp, -k->sum.lo);
        wk_dd_add(&k->ramp, -k->sum.hi);
        wk_dd_add_product(&k->ramp, (double)k->w, v);
        const double old = ring[k->at];
        if (isnan(old)) k->holes--;
        else wk_dd_add(&k->sum, -old);
    }
    wk_dd_add(&k->sum, v);
    k->holes += hole;
    ring[k->at] = hole ? WICK_NA : x;
    k->at = k->at + 1 == k->w ? 0 : k->at + 1;
    return k->n == k->w && k->holes == 0;
}

/** a*x + b*y of doubled sums, rounded once. */
static inline double wk_dd_combine(double a, wk_dd x, double b, wk_dd y)
{
    wk_dd s = {0.0, 0.0};
    wk_dd_add_product(&s, a, x.hi);
    wk_dd_add_product(&s, b, y.hi);
    wk_dd_add(&s, a * x.lo + b * y.lo);
    return s.hi;
}

#endif
