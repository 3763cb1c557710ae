/* SPDX-License-Identifier: MIT */
/**
 * Sum and position-weighted sum of a window of bars at O(1) a bar and without drift: for results
 * whose bits are pinned nowhere. Time is cut into blocks of the window's length. At the end of a
 * block the sums from each of its bars to its end are made; a later window is one of those plus the
 * sums from the start of its own block. So every value is added at most w times, always afresh, and
 * what came before the window leaves no trace, NA and infinities included.
 *
 * Values are taken relative to one near them (the last of the block before), which is exact for
 * prices that lie within a factor of two and keeps the digits a regression would otherwise cancel.
 */
#ifndef WICK_TA_K_RAMP_H
#define WICK_TA_K_RAMP_H

#include "ta_int.h"

/** Followed by w values of the block under way and w sums of each kind of the block before. */
typedef struct wk_ramp {
    int64_t w, at, n; /* place in the block; bars so far */
    double base;      /* what values are relative to */
    double sum, ramp; /* of the block under way, weights 1, 2 ... */
} wk_ramp;

static inline int64_t wk_ramp_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_ramp) + 3 * w * (int64_t)sizeof(double);
}

static inline void wk_ramp_init(wk_ramp *k, int64_t w)
{
    memset(k, 0, (size_t)wk_ramp_bytes(w));
    k->w = w;
}

/* The block is complete: from each of its bars to the end, relative to its last value. A bar
 * earlier raises every weight by one: ramp[j] = ramp[j+1] + sum[j]. */
static inline void wk_ramp_turn(wk_ramp *k)
{
    double *value = (double *)(void *)(k + 1), *sums = value + k->w, *ramps = sums + k->w;
    const double last = value[k->w - 1];
    double sum = 0.0, ramp = 0.0;
    k->base = isfinite(last) ? last : 0.0;
    for (int64_t j = k->w - 1; j >= 0; j--) {
        sums[j] = sum += value[j] - k->base;
        ramps[j] = ramp += sum;
    }
    k->at = 0;
    k->sum = k->ramp = 0.0;
}

/** True when the window is full. Then *sum and *ramp are the sums over it of value - *base, with
 * weights 1 (oldest) to w; they are not finite where a value of the window is not. */
static inline bool wk_ramp_step(wk_ramp *k, double x, double *sum, double *ramp, double *base)
{
    double *value = (double *)(void *)(k + 1), *sums = value + k->w, *ramps = sums + k->w;
    if (k->n == 0 && isfinite(x)) k->base = x;
    k->n++;
    value[k->at++] = x;
    k->sum += x - k->base;
    k->ramp += (double)k->at * (x - k->base);
    *sum = k->sum;
    *ramp = k->ramp;
    *base = k->base;
    if (k->at == k->w) {
        wk_ramp_turn(k);
        return true;
    }
    if (k->n <= k->w) return false;
    const double older = (double)(k->w - k->at);
    *ramp = ramps[k->at] + (k->ramp + older * k->sum);
    *sum += sums[k->at];
    return true;
}

/** The least squares line through the window, `ahead` bars after its middle. Factors of the window
 * alone are taken first, so that no bar divides. */
WK_INLINE double wk_ramp_line(double w, double ahead, double sum, double ramp, double base)
{
    const double mean = 1.0 / w, slope = ahead * (6.0 / (w * (w * w - 1.0)));
    return base + (sum * mean + (2.0 * ramp - (w + 1.0) * sum) * slope);
}

/** What a kernel makes of a full window. */
typedef double (*wk_ramp_fn)(const double *p, double sum, double ramp, double base);

/** Column form: the bits of stepping, for any values. A whole block is gone through from both ends
 * at once, so that the two chains of additions run side by side. */
WK_INLINE wick_status wk_ramp_column(int64_t n, const double *x, int64_t w, wk_ramp_fn f,
                                     const double *p, double *out)
{
    double *sums = malloc((size_t)(4 * w) * sizeof(double)), *ramps = sums + w, *own = sums;
    double *next_sums = ramps + w, *next_ramps = next_sums + w;
    if (sums == NULL) return WICK_E_MEM;
    double base = n > 0 && isfinite(x[0]) ? x[0] : 0.0;
    wk_fill_na(n < w ? n : w - 1, out);
    for (int64_t b = 0; b < n; b += w) {
        const int64_t len = n - b < w ? n - b : w, most = len < w ? len : w - 1;
        const double last = x[b + len - 1], next = isfinite(last) ? last : 0.0;
        double sum = 0.0, ramp = 0.0, back = 0.0, back_ramp = 0.0;
        for (int64_t i = 1; i <= most; i++) {
            const double d = x[b + i - 1] - base;
            sum += d;
            ramp += (double)i * d;
            if (b > 0)
                out[b + i - 1] =
                    f(p, sum + sums[i], ramps[i] + (ramp + (double)(w - i) * sum), base);
            if (len == w) {
                next_sums[w - i] = back += x[b + w - i] - next;
                next_ramps[w - i] = back_ramp += back;
            }
        }
        if (len < w) break;
        const double d = x[b + w - 1] - base;
        sum += d;
        ramp += (double)w * d;
        out[b + w - 1] = f(p, sum, ramp, base);
        next_sums[0] = back += x[b] - next;
        next_ramps[0] = back_ramp + back;
        double *was = sums;
        sums = next_sums, next_sums = was;
        was = ramps, ramps = next_ramps, next_ramps = was;
        base = next;
    }
    free(own);
    return WICK_OK;
}

#endif
