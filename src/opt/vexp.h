/* SPDX-License-Identifier: MIT */
/** An exponential the compiler can put into wide registers: plain operations, no table, no branch,
 * so that every instruction set gives the same bits. */
#ifndef WK_OPT_VEXP_H
#define WK_OPT_VEXP_H

#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define WK_VEXP_INLINE static inline __attribute__((always_inline))
#else
#define WK_VEXP_INLINE static inline
#endif

/** exp for x <= 0, within two units in the last place; 0 below -708. Cody and Waite's reduction,
 * then the Taylor polynomial on |r| <= ln 2 / 2. */
WK_VEXP_INLINE double wk_exp_below(double x)
{
    const double v = x > -708.0 ? x : -708.0;
    const double t = v * 1.4426950408889634074 + 6755399441055744.0;
    const double k = t - 6755399441055744.0;
    const double r = (v - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    double p = 1.6059043836821614599e-10;
    p = p * r + 2.0876756987868098979e-9;
    p = p * r + 2.5052108385441718775e-8;
    p = p * r + 2.7557319223985890653e-7;
    p = p * r + 2.7557319223985890653e-6;
    p = p * r + 2.4801587301587301587e-5;
    p = p * r + 1.9841269841269841270e-4;
    p = p * r + 1.3888888888888888889e-3;
    p = p * r + 8.3333333333333333333e-3;
    p = p * r + 4.1666666666666666667e-2;
    p = p * r + 1.6666666666666666667e-1;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    uint64_t bits, scale;
    memcpy(&bits, &t, sizeof bits);
    scale = (bits + 1023u) << 52;
    double f;
    memcpy(&f, &scale, sizeof f);
    return x > -708.0 ? p * f : 0.0;
}

#endif
