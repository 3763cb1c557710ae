/* SPDX-License-Identifier: MIT */
/**
 * Room metrics, private: the passes over a whole equity column.
 *
 * A sum is kept in eight lanes (element i belongs to lane i mod 8). A block of 64 elements adds
 * eight plain terms to each lane, and the block's lane sums enter the totals by an error-free
 * addition; the eight totals are combined in lane order at the end. The bits therefore depend on
 * the data alone: the same from any vector width and any compiler, with an error of a few units
 * in the last place of the sum of magnitudes. Eight independent chains instead of one are what
 * makes it fast; a sequential Neumaier sum waits for itself.
 */
#ifndef WK_METRICS_KERNELS_H
#define WK_METRICS_KERNELS_H

#include <stdint.h>

enum { WK_LANES = 8, WK_BLOCK = 64 };

typedef struct wk_lanes {
    double s[WK_LANES], c[WK_LANES]; /**< totals and their rounding errors */
} wk_lanes;

/** Sums over bar changes c and bar returns r = c / previous value. */
typedef struct wk_return_lanes {
    wk_lanes r, r2;       /**< r and its square */
    wk_lanes neg, neg_n;  /**< negative r, and how many */
    wk_lanes neg2, down2; /**< squares of negative r; of min(r - target, 0) */
    wk_lanes gain, loss;  /**< positive and negative c */
} wk_return_lanes;

/** Sums over x = value - base and the centred index t. */
typedef struct wk_level_lanes {
    wk_lanes x, x2, tx;
} wk_level_lanes;

/** Rows with a position, and gross exposure over equity. */
typedef struct wk_exposure_lanes {
    wk_lanes rows, gross;
    double most[WK_LANES];
} wk_exposure_lanes;

/** One instruction set's kernels. All take whole blocks only; the caller does the tail. */
typedef struct wk_kernels {
    const char *name;
    /** lo[b] and hi[b] of each block; `bad` becomes NaN when a value is not finite. */
    void (*extent)(const double *e, int64_t blocks, double *lo, double *hi, double *bad);
    /** Returns e[i] -> e[i+1]; every e[i] > 0. Flat blocks add exact zeros and are skipped. */
    void (*returns)(const double *e, int64_t blocks, const double *lo, const double *hi,
                    double target, wk_return_lanes *out);
    void (*level)(const double *e, int64_t blocks, double base, double t0, wk_level_lanes *out);
    /** Squares of relative distance to the running peak; top[b] is the peak before block b. */
    void (*ulcer)(const double *e, int64_t blocks, const double *lo, const double *hi,
                  const double *top, wk_lanes *out);
    /** Blocks without a position are skipped; a row with equity at or below zero counts 0. */
    void (*exposure)(const double *e, const double *longs, const double *shorts, int64_t blocks,
                     wk_exposure_lanes *out);
} wk_kernels;

/** One more term in the lane of element i, as the kernels add a block's sum; for tails. */
void wk_lane_add(wk_lanes *to, int64_t i, double x);
/** Lanes and errors summed in lane order. */
double wk_lane_total(const wk_lanes *a);

/** The widest this processor runs. */
const wk_kernels *wk_kernels_best(void);
/** All that this processor runs, widest first, NULL-ended; for the test that they agree. */
void wk_kernels_all(const wk_kernels *out[4]);

extern const wk_kernels wk_kernels_base;
#if defined(__x86_64__) && defined(__GNUC__)
#define WK_HAVE_X86 1
extern const wk_kernels wk_kernels_avx2;
extern const wk_kernels wk_kernels_avx512;
#else
#define WK_HAVE_X86 0
#endif

#endif
