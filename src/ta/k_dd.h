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

/** k + x, x a doubled number itself (or an exact pair). */
static inline wk_dd wk_dd_plus(wk_dd k, wk_dd x)
{
    const double s = k.hi + x.hi, b = s - k.hi;
    const double err = (k.hi - (s - b)) + (x.hi - b) + (k.lo + x.lo);
    const double hi = s + err;
    return (wk_dd){hi, err - (hi - s)};
}

/** a * b as an exact pair, a an integer below 2^26. */
static inline wk_dd wk_dd_product(double a, double b)
{
    const double c = 134217729.0 * b; /* 2^27 + 1 cuts b into halves */
    const double high = c - (c - b), low = b - high, p = a * b;
    return (wk_dd){p, (a * high - p) + a * low};
}

/** a - b as an exact pair. */
static inline wk_dd wk_dd_difference(double a, double b)
{
    const double d = a - b, v = d - a;
    return (wk_dd){d, (a - (d - v)) - (b + v)};
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

/** True when the window is full and without holes. What is added to the two sums is put together
 * first, so that each waits for one addition a bar and no more. */
static inline bool wk_ramp_step(wk_ramp *k, double x)
{
    double *ring = (double *)(void *)(k + 1);
    const bool hole = !(fabs(x) < 1e280);
    const double v = hole ? 0.0 : x;
    double old = 0.0;
    wk_dd more;
    if (k->n < k->w) {
        k->n++;
        more = wk_dd_product((double)k->n, v);
    } else {
        /* every weight falls by one, which takes the oldest out */
        more = wk_dd_plus(wk_dd_product((double)k->w, v), (wk_dd){-k->sum.hi, -k->sum.lo});
        old = ring[k->at];
        if (isnan(old)) {
            k->holes--;
            old = 0.0;
        }
    }
    k->ramp = wk_dd_plus(k->ramp, more);
    k->sum = wk_dd_plus(k->sum, wk_dd_difference(v, old));
    k->holes += hole;
    ring[k->at] = hole ? WICK_NA : x;
    k->at = k->at + 1 == k->w ? 0 : k->at + 1;
    return k->n == k->w && k->holes == 0;
}

/** a*x + b*y of doubled sums, rounded once. */
static inline double wk_dd_combine(double a, wk_dd x, double b, wk_dd y)
{
    wk_dd s = wk_dd_plus(wk_dd_product(a, x.hi), wk_dd_product(b, y.hi));
    s = wk_dd_plus(s, (wk_dd){a * x.lo + b * y.lo, 0.0});
    return s.hi;
}

#endif
