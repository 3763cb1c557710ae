/* SPDX-License-Identifier: MIT */
/** A smooth function of a few variables, made small inside a box. */
#ifndef WK_OPT_MINIMIZE_H
#define WK_OPT_MINIMIZE_H

#include "opt/opt_int.h"

enum { WK_MIN_PAIRS = 10 };

/** `grad` NULL: the value at x; one that is not finite marks a point that is no good. Else: the
 * gradient at the x of the call before, whose value was finite, so that steps that are refused do
 * not pay for one. */
typedef double (*wk_smooth_fn)(void *user, const double *x, double *grad);

typedef struct wk_min_problem {
    int32_t n;
    const double *low, *high; /**< NULL: none */
    wk_smooth_fn fn;
    void *user;
    int32_t rounds;
    double tolerance; /**< for the largest entry of the projected gradient */
} wk_min_problem;

/** What the steps have told about the curvature. */
typedef struct wk_min_memory {
    int32_t n, count, first;
    double *pairs; /**< 2 * WK_MIN_PAIRS rows of n: steps, then what the gradient changed by */
    double rho[WK_MIN_PAIRS];
} wk_min_memory;

/** Limited-memory BFGS with projection onto the box [low, high] after Nocedal and Wright 2006,
 * chapter 7, and Bertsekas 1982: variables held at a bound by the gradient leave the quasi-Newton
 * step. `x` is the start and the result. `kept` (NULL: begin without) is the memory of an earlier
 * minimisation of nearly the same function, and becomes that of this one. `work` has
 * wk_minimize_work(n) numbers. Returns the value at x, WICK_NA when the start itself is no good. */
double wk_minimize(const wk_min_problem *p, double *x, wk_min_memory *kept, double *work);
int64_t wk_minimize_work(int32_t n);

#endif
