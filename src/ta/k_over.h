/* SPDX-License-Identifier: MIT */
/**
 * Quotients by the length of a window without a division, with the bits of one: many bars at once,
 * divisions are what takes the time.
 *
 * q = x * (1/n) is next to the quotient. What is missing, x - q*n, comes out exactly when q is
 * multiplied in two halves, and q plus its n-th part is rounded once from a number that is off by
 * less than 2^-50 of a last place. A quotient by n < 2^13 is never half-way between two numbers and
 * never nearer to half-way than 2^-14 of a last place, so this is the rounding of the quotient.
 */
#ifndef WICK_TA_K_OVER_H
#define WICK_TA_K_OVER_H

#include "ta_int.h"

/** x / n for whole n <= WK_WINDOW_MAX; `per` is 1.0 / n and 2^-700 < |x| < 2^700, so that every
 * step in between has its full precision. */
WK_INLINE double wk_over(double x, double n, double per)
{
    const double q = x * per;
    double high;
    uint64_t bits;
    memcpy(&bits, &q, sizeof bits);
    bits &= ~UINT64_C(0x7ffffff);
    memcpy(&high, &bits, sizeof high);
    return q + ((x - high * n) - (q - high) * n) * per;
}

/** `quick` is a constant at every call. */
WK_INLINE double wk_divide(double x, double n, double per, bool quick)
{
    return quick ? wk_over(x, n, per) : x / n;
}

#endif
