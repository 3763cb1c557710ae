/* SPDX-License-Identifier: MIT */
/**
 * The compensated rolling sum under sma, variance, correlation, cmo, mfi and their relatives.
 *
 * Bits matter here, because strategies compare averages that tie: Pine's own machine is reproduced
 * operation for operation (pine_semantics.md 4.1). It carries an accumulator s and a compensation c
 * and stores with every value what was really added, so that the same amount leaves later. On bars
 * where shifting the value by |c| rounds down it starts over from a plain newest-first sum. While
 * the window fills nothing leaves and a bar is one compensated add, as PyneCore 6.11 measured.
 * Missing values take no slot; on such a bar the last full sum is shown again.
 */
#ifndef WICK_TA_ROLL_H
#define WICK_TA_ROLL_H

#include "ta_int.h"

/** Streaming form. Followed in memory by w entries and w raw values. */
typedef struct wk_sum {
    double s, c;
    int64_t w, n, at;
} wk_sum;

static inline int64_t wk_sum_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_sum) + 2 * w * (int64_t)sizeof(double);
}

static inline double *wk_sum_entries(wk_sum *k)
{
    return (double *)(void *)(k + 1);
}

static inline void *wk_sum_init(void *at, int64_t w)
{
    wk_sum *k = at;
    memset(at, 0, (size_t)wk_sum_bytes(w));
    k->w = w;
    return (char *)at + wk_sum_bytes(w);
}

/** The re-baseline test. Zero, infinite and NA operands never fire in this form either. */
static inline bool wk_sum_fires(double c, double x)
{
    const double b = fabs(c);
    return b - ((x + b) - x) > 0.0;
}

static inline double wk_sum_rebase(const wk_sum *k, const double *raw, double x)
{
    double s = x;
    const int64_t left = k->n < k->w ? k->n : k->w - 1;
    int64_t j = k->at;
    for (int64_t i = 0; i < left; i++) {
        j = j == 0 ? k->w - 1 : j - 1;
        s += raw[j];
    }
    return s;
}

/** One value; returns the sum of the last w, NA while there are fewer. */
static inline double wk_sum_step(wk_sum *k, double x)
{
    if (isnan(x)) return k->n >= k->w ? k->s : WICK_NA;
    double *ent = wk_sum_entries(k), *raw = ent + k->w;
    double entry;
    if (wk_sum_fires(k->c, x)) {
        k->s = wk_sum_rebase(k, raw, x);
        k->c = 0.0;
        entry = x;
    } else if (k->n < k->w) {
        entry = x - k->c;
        const double s = k->s + entry;
        k->c = (s - k->s) - entry;
        k->s = s;
    } else {
        const double y1 = -ent[k->at] - k->c;
        const double t = k->s + y1;
        const double e1 = (t - k->s) - y1;
        entry = x - e1;
        const double s = t + entry;
        k->c = (s - t) - entry;
        k->s = s;
    }
    ent[k->at] = entry;
    raw[k->at] = x;
    k->at = k->at + 1 == k->w ? 0 : k->at + 1;
    k->n++;
    return k->n >= k->w ? k->s : WICK_NA;
}

/**
 * Column form: up to WK_LANES sums at once over the bars [from, n) with the bits of stepping each.
 * The columns are gone through once, a chunk of bars at a time. An NA ends it all: then there are
 * holes, and the kernel steps instead.
 */
typedef struct wk_rolls {
    int64_t n, from;
    int lanes;
    const double *src[WK_LANES]; /**< whole columns; NULL: `fill` makes the values */
    int64_t w[WK_LANES];
    const void *what; /**< for the two functions */
    /** Values of the bars [from, from + n) for the lanes without a column; NULL: there are none. */
    void (*fill)(const void *what, int64_t from, int64_t n, double *const *x);
    /** Takes the sums of those bars, NA while a window is not full. `whole`: all are above zero and
     * of a size that k_over.h is for. */
    void (*take)(const void *what, int64_t from, int64_t n, const double *const *sum, bool whole);
} wk_rolls;

wick_status wk_rolls_run(const wk_rolls *r, bool *holes);

/** One lane of columns that may have holes: out[i] = (sum of the last w of src) / div. */
typedef struct wk_lane {
    const double *src;
    double *out;
    int64_t w;
    double div;
} wk_lane;

/** Any number of those, the same bits as stepping each. */
wick_status wk_roll(int64_t n, const wk_lane *lanes, int32_t count);

/** Sum machine over the first w values from `from` on (no NA among them), divided by w: the seed of
 * recursive averages. `from + w <= n`. */
double wk_seed(const double *x, int64_t from, int64_t w);

#endif
