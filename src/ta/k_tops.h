/* SPDX-License-Identifier: MIT */
/**
 * Highest and lowest of the last w bars, for windows that are not long, by growing runs: the extremes
 * of four bars make those of sixteen, those of sixteen make those of 64 ..., and two overlapping runs
 * make the window. Every pass is elementwise over a stretch of bars that stays in the first cache,
 * and the number of passes is the logarithm of the window. Of equal values the older is kept, as by
 * the queue of k_range.h.
 */
#ifndef WICK_TA_K_TOPS_H
#define WICK_TA_K_TOPS_H

#include "k_range.h"

enum { WK_TOPS_TILE = 2048, WK_TOPS_MAX = 1024 };

/** The column from bar w - 1 on, NA before. False, and the column in no particular state, when the
 * window is too long for this or x has NA. */
bool wk_tops_column(int64_t n, const double *x, int64_t w, bool highest, double *out);

/** Both extremes for kernels made of them: `take` gets the bars [from, from + n) of both. False as
 * above; `take` may have been called by then. */
typedef void (*wk_tops_take)(const void *what, int64_t from, int64_t n, const double *top,
                             const double *bottom);
bool wk_tops_pair(int64_t n, const double *high, const double *low, int64_t w, wk_tops_take take,
                  const void *what);

#endif
