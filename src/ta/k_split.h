/* SPDX-License-Identifier: MIT */
/**
 * One long recursive average done in pieces side by side, with the bits of doing it bar by bar.
 *
 * A step of ema or rma waits for the one before: its time is a chain of a multiplication, an
 * addition and (rma) a division. The chain forgets: started anywhere, it comes to the very same
 * bits after some forty windows. So a column is cut into pieces; each begins a while before its
 * first bar with a start of its own, and all run together. Whether a piece really began with the
 * bits of the end of the piece before is not argued but compared; a piece that did not is done
 * again from there.
 */
#ifndef WICK_TA_K_SPLIT_H
#define WICK_TA_K_SPLIT_H

#include "k_avg.h"

enum { WK_TILE = 1024, WK_CHAINS = 2 };

/** Averages of the bars [from, n), up to two side by side with the same window. */
typedef struct wk_split {
    int64_t from, n, w;
    bool rma;
    int chains;
    double e[WK_CHAINS]; /**< state before `from` */
    const void *what;    /**< for the two functions */
    /** Values of the bars [from, from + n) for each chain, n <= WK_TILE. Any bar from the first the
     * split was given on may be asked for, and more than once. */
    void (*fill)(const void *what, int64_t from, int64_t n, double *x, double *y);
    /** Takes the averages of those bars. A later call for the same bar counts. */
    void (*take)(const void *what, int64_t from, int64_t n, const double *x, const double *y);
} wk_split;

/** False when NA came in somewhere: it stays in the averages, and all was for nothing. */
bool wk_split_run(const wk_split *s);
/** Two averages over two columns that are there from bar `first` on, seeded as k_avg.h says; `take`
 * gets them from the bar of the seed on, the columns must stay. w > 1. False as above, or when
 * there is no seed. */
bool wk_split_two(int64_t n, int64_t first, int64_t w, bool rma, const double *const src[2],
                  void (*take)(const void *what, int64_t from, int64_t n, const double *x,
                               const double *y),
                  const void *what);
/** Whether a column of n bars is long enough for pieces. */
bool wk_split_pays(int64_t n, int64_t w, bool rma);

#endif
