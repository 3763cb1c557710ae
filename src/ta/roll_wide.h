/* SPDX-License-Identifier: MIT */
/** The chain of roll_units.h up to eight bars at a time, for machines with AVX-512. */
#ifndef WICK_TA_ROLL_WIDE_H
#define WICK_TA_ROLL_WIDE_H

#include "ta_int.h"

enum {
    WK_UNITS_MANTISSA = 52,
    WK_UNITS_GUARD = 15, /**< values keep 2^15 units from the ends of their binade */
    WK_WIDE_LANES = 3    /**< side by side: one alone waits for its own chain */
};

/** How the sums of a column are made: see roll_units.c. */
typedef struct wk_range {
    int64_t w;
    uint64_t exponent; /**< of all values */
    uint64_t zero;     /**< bits of the middle value */
    uint64_t low;      /**< R of the first number of its binade, relative as R is */
    uint64_t total;    /**< of the bar before, plus `zero` */
    int rounds;        /**< bits of R that t has no room for */
    double unit, per_unit;
    double all; /**< w times the middle value in units */
} wk_range;

typedef struct wk_wide_lane {
    const double *x;
    double *stored, *sum;
    wk_range range;
    bool done; /**< false: some value or R was out of range, and nothing but `stored` is meant */
} wk_wide_lane;

/** True where it may be used. */
bool wk_wide_can(const wk_range *r);

/** n > 0 bars of up to WK_WIDE_LANES columns with one window; `total` moves on with those done. */
void wk_wide_roll(wk_wide_lane *l, int lanes, int64_t n);

#endif
