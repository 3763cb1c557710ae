/* SPDX-License-Identifier: MIT */
/** A smooth function of a few variables, made small inside a box. */
#ifndef WK_OPT_MINIMIZE_H
#define WK_OPT_MINIMIZE_H

#include "opt/opt_int.h"

enum { WK_MIN_VARS = 512, WK_MIN_PAIRS = 10 };

/** Value at x, and its gradient; a value that is not finite marks a point that is no good. */
typedef double (*wk_smooth_fn)(void *user, const double *x, double *grad);

/** Limited-memory BFGS with projection onto the box [low, high] (NULL: none) after Nocedal and
 * Wright 2006, chapter 7, and Bertsekas 1982: variables held at a bound by the gradient leave the
 * quasi-Newton step. Stops when the largest entry of the projected gradient is at most `tolerance`,
 * or after `rounds`. `x` is the start and the result, `work` has wk_minimize_work(n) numbers.
 * Returns the value at x, WICK_NA when the start itself is no good. */
double wk_minimize(int32_t n, double *x, const double *low, const double *high, wk_smooth_fn fn,
                   void *user, int32_t rounds, double tolerance, double *work);
int64_t wk_minimize_work(int32_t n);

#endif
