/* SPDX-License-Identifier: MIT */
/**
 * The rolling sum of roll.h in whole numbers, with the same bits, for stretches whose values all
 * lie between one power of two and the next: prices do, but for the odd crossing.
 *
 * Then every value is a whole number of units (the last place of such a value), and so are what is
 * stored for it, the compensation and their exact sum V. Of the operations of the law only two can
 * round, t (the sum without what leaves) and s (the sum), because everything else is a sum of whole
 * numbers of units small enough to be exact. That is,
 *     R = V - gone,  t = R rounded,  stored = x - (t - R),  V' = R + x,  s = V' rounded,
 * and the rounding of t looks at the lowest bits of R alone, while R stays between two powers of
 * two. So the chain from bar to bar is one of whole numbers; sums become floating point numbers
 * afterwards, many at a time. The start over of the law cannot happen here: it is for values that
 * change when the compensation is added.
 */
#ifndef WICK_TA_ROLL_UNITS_H
#define WICK_TA_ROLL_UNITS_H

#include "ta_int.h"

enum { WK_ROLL_CHUNK = 1024, WK_ROLL_BACK = 24 };

typedef struct wk_units {
    uint64_t exponent;             /**< of all that is stored, 0: not known to be one */
    int32_t rounds;                /**< what `step` is for, 0: nothing yet */
    int16_t step[1024];            /**< t - R by the lowest bits of R */
    uint64_t total[WK_ROLL_CHUNK]; /**< V of each bar */
} wk_units;

/** A column whose window is full: `stored` has what was stored for the bars before right before it,
 * as many as the window and at least WK_ROLL_BACK numbers. */
typedef struct wk_units_lane {
    wk_units *units;
    int64_t w;
    const double *x;
    double *stored, *sum, *s, *c;
    bool done; /**< false: these bars are not of this kind; only `stored` and `sum` have changed */
} wk_units_lane;

/** n <= WK_ROLL_CHUNK bars of each, up to WK_LANES. */
void wk_units_roll(wk_units_lane *l, int lanes, int64_t n);

/** Somebody else has stored values since. */
static inline void wk_units_forget(wk_units *k)
{
    k->exponent = 0;
}

#endif
