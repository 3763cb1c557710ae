/* SPDX-License-Identifier: MIT */
/**
 * Exponential averages that begin otherwise than with the mean of the first n values: from the
 * first value on, or with weights that sum to 1 from the first value on. Both are shown from the
 * n-th value on. pandas' ewm(adjust=False) and ewm(adjust=True) with min_periods=n; but a missing
 * value leaves the state alone here, as in every other average, and does not age it.
 */
#ifndef WICK_TA_K_SEED_H
#define WICK_TA_K_SEED_H

#include "k_avg.h"

/** The choice `seed` of a parameter. */
enum { WK_SEED_SMA, WK_SEED_FIRST, WK_SEED_WEIGHTED, WK_SEED_TALIB };
#define WK_SEED_DOC                                                                                \
    "sma: averages begin with the mean of their first values; first: with the first value "        \
    "(pandas' adjust=False); weighted: weights sum to 1 from there on (adjust=True)"

typedef struct wk_seeded {
    double e, sum, weight;
    int64_t n;
} wk_seeded;

static inline double wk_seeded_step(wk_seeded *k, int64_t w, double alpha, int seed, double x)
{
    if (isnan(x)) return WICK_NA;
    if (seed == WK_SEED_WEIGHTED) {
        k->sum = (1.0 - alpha) * k->sum + x;
        k->weight = (1.0 - alpha) * k->weight + 1.0;
        k->e = k->sum / k->weight;
    } else {
        k->e = k->n == 0 ? x : k->e + alpha * (x - k->e);
    }
    return ++k->n >= w ? k->e : WICK_NA;
}

static inline void wk_seeded_column(int64_t n, const double *src, int64_t w, double alpha, int seed,
                                    double *out)
{
    wk_seeded k = {0.0, 0.0, 0.0, 0};
    for (int64_t i = 0; i < n; i++) out[i] = wk_seeded_step(&k, w, alpha, seed, src[i]);
}

#endif
