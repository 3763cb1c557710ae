/* SPDX-License-Identifier: MIT */
/** Moments from rolling sums (pine_semantics.md 4.6), shared by variance, stdev, bands, zscore. */
#ifndef WICK_TA_K_SUMS_H
#define WICK_TA_K_SUMS_H

#include "k_over.h"
#include "roll.h"

/** Sums of x and of x*x over the same window, streaming: two machines side by side. */
static inline int64_t wk_moments_bytes(int64_t w)
{
    return 2 * wk_sum_bytes(w);
}

static inline void wk_moments_init(void *state, int64_t w)
{
    wk_sum_init(wk_sum_init(state, w), w);
}

/** One value; *p and *q are the two sums, NA until they are there. */
static inline void wk_moments_step(void *state, int64_t w, double x, double *p, double *q)
{
    *p = wk_sum_step(state, x);
    *q = wk_sum_step((wk_sum *)(void *)((char *)state + wk_sum_bytes(w)), x * x);
}

/** Variance from sums p of x and q of x*x; cancellation below zero is zero. `per` and `quick` as
 * for wk_divide. */
WK_INLINE double wk_variance_of(double p, double q, double n, bool biased, double per, bool quick)
{
    const double m = wk_divide(p, n, per, quick);
    double v;
    if (biased)
        v = wk_divide(q, n, per, quick) - m * m;
    else if (n == 1.0)
        return WICK_NA;
    else
        v = q / (n - 1.0) - p * m / (n - 1.0);
    return v < 0.0 ? 0.0 : v;
}

static inline double wk_variance(double p, double q, double n, bool biased)
{
    return wk_variance_of(p, q, n, biased, 0.0, false);
}

#endif
