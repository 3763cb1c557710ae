/* SPDX-License-Identifier: MIT */
/** Room metrics, private: what the statistics of stats.h share. */
#ifndef WK_STATS_INT_H
#define WK_STATS_INT_H

#include "wick/stats.h"

/** Ascending; no NaN inside. */
void wk_sort_doubles(int64_t n, double *x);
/** The k-th smallest, k from 0; reorders x. No NaN inside. */
double wk_select(int64_t n, double *x, int64_t k);

wick_status wk_trials_check(wick_ctx *ctx, const wick_trials *t, int64_t least_rows,
                            int64_t least_trials) WICK_NODISCARD;

/** A stream of indices: two 32-bit draws to a word. */
typedef struct wk_draws {
    wick_pcg g;
    uint64_t word;
    int32_t left;
} wk_draws;
uint32_t wk_draw_bits(wk_draws *d);
/** 0..n-1 without bias (Lemire, Fast Random Integer Generation in an Interval, 2019). */
int32_t wk_draw_below(wk_draws *d, uint32_t n);

/** Options with every default filled in; n is the number of rows, x (may be NULL) what the
 * automatic block length looks at. */
wick_status wk_boot_options(wick_ctx *ctx, const wick_boot_opts *in, int64_t n, const double *x,
                            wick_boot_opts *o) WICK_NODISCARD;
/** Acceleration of BCa from jackknife values of groups of rows: each group about its own mean. */
double wk_acceleration(int32_t groups, const int64_t *n, const double *const *jack);
/** Interval from the replicates, which are reordered. */
wick_interval wk_interval_of(double estimate, int64_t b, double *values, double acceleration,
                             int32_t kind, double level, bool pybroker_normal);

#endif
