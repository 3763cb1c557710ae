/* SPDX-License-Identifier: MIT */
/** Private to the room ta: the registry table and the frame every kernel is written in. */
#ifndef WICK_TA_INT_H
#define WICK_TA_INT_H

#include "wick/ta.h"

#include <stdlib.h>
#include <string.h>

/** Sorted by symbol, made by cmake/WickRegistry.cmake from src/ta/fn. */
extern const wick_ta_spec *const wk_ta_table[];
extern const int64_t wk_ta_table_n;

/** Kernels are written once as a step and once as a loop over columns; a helper that is handed the
 * step as a constant has to be inlined for the loop to be worth anything. */
#if defined(__GNUC__)
#define WK_INLINE      static inline __attribute__((always_inline))
#define WK_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define WK_NOINLINE    __attribute__((noinline))
#else
#define WK_INLINE      static inline
#define WK_UNLIKELY(x) (x)
#define WK_NOINLINE
#endif

#define WK_WIDE WICK_WIDE

/** Pine compares floats with this absolute tolerance (pine_semantics.md 2.2). */
#define WK_EPS 1e-10

/** Most lanes one pass carries; more are done in several passes. */
enum { WK_LANES = 8 };

/** Longest window a parameter may ask for: Pine's own limit on history. */
#define WK_WINDOW_MAX 5000

/** Whole columns by stepping: the form for kernels that gain nothing from seeing a column, and
 * the fallback of the others on inputs with holes. Streaming and columns agree by construction. */
WK_INLINE wick_status wk_run_steps(int64_t n, const double *const *in, const double *p,
                                   double *const *out, int n_in, int n_out,
                                   int64_t (*size)(const double *),
                                   void (*init)(void *, const double *),
                                   void (*step)(void *, const double *, const double *, double *))
{
    void *state = malloc((size_t)size(p));
    if (state == NULL) return WICK_E_MEM;
    init(state, p);
    for (int64_t i = 0; i < n; i++) {
        double x[WICK_TA_MAX_IN], y[WICK_TA_MAX_OUT];
        for (int k = 0; k < n_in; k++) x[k] = in[k][i];
        step(state, p, x, y);
        for (int k = 0; k < n_out; k++) out[k][i] = y[k];
    }
    free(state);
    return WICK_OK;
}

/** First index that is not NA (n when there is none). */
static inline int64_t wk_first(int64_t n, const double *x)
{
    int64_t i = 0;
    while (i < n && isnan(x[i])) i++;
    return i;
}

/** True when x[from..n) has no NA. One pass the compiler vectorises: the price of a kernel's fast
 * path is paid here and not per bar. */
static inline bool wk_clean(int64_t n, const double *x, int64_t from)
{
    int64_t i = from;
    for (; i + 256 <= n; i += 256) {
        int bad = 0;
        for (int64_t k = 0; k < 256; k++) bad |= x[i + k] != x[i + k];
        if (bad) return false;
    }
    for (; i < n; i++)
        if (isnan(x[i])) return false;
    return true;
}

static inline void wk_fill_na(int64_t n, double *out)
{
    for (int64_t i = 0; i < n; i++) out[i] = WICK_NA;
}

/** True on a mask value that counts as true: not NA and not zero within Pine's tolerance. */
static inline bool wk_true(double x)
{
    return fabs(x) > WK_EPS;
}

/** Division by zero and other non-finite results are NA (pine_semantics.md 2.1). */
static inline double wk_finite(double x)
{
    return isfinite(x) ? x : WICK_NA;
}

/** Parameter k as a whole number; it has been checked and truncated. */
static inline int64_t wk_window(const double *p, int k)
{
    return (int64_t)p[k];
}

#endif
