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

/* Sums of a block from each of its bars to its end. */
typedef struct wk_tails {
    double *sums, *ramps;
} wk_tails;

/* The first `most` bars of a block. Their results, unless `out` is NULL, with the tails of the
 * block before; `total` has their own sums. On the way, unless `next` is NULL, the block's tails:
 * the chains of additions from both ends run side by side. */
WK_INLINE void wk_ramp_block(int64_t w, int64_t most, const double *x, double base, double after,
                             wk_tails was, const wk_tails *next, wk_ramp_fn f, const double *p,
                             double *out, double total[2])
{
    double sum = 0.0, ramp = 0.0, back = 0.0, back_ramp = 0.0, weight = 0.0, older = (double)w;
    for (int64_t i = 1; i <= most; i++) {
        const double d = x[i - 1] - base;
        weight += 1.0;
        older -= 1.0;
        sum += d;
        ramp += weight * d;
        if (out != NULL)
            out[i - 1] = f(p, sum + was.sums[i], was.ramps[i] + (ramp + older * sum), base);
        if (next != NULL) {
            next->sums[w - i] = back += x[w - i] - after;
            next->ramps[w - i] = back_ramp += back;
        }
    }
    total[0] = sum;
    total[1] = ramp;
    if (next == NULL) return;
    next->sums[0] = back += x[0] - after;
    next->ramps[0] = back_ramp + back;
}

/** Column form: the bits of stepping, for any values. */
WK_INLINE wick_status wk_ramp_column(int64_t n, const double *x, int64_t w, wk_ramp_fn f,
                                     const double *p, double *out)
{
    double *room = malloc((size_t)(4 * w) * sizeof(double)), total[2];
    wk_tails was = {room, room + w}, next = {room + 2 * w, room + 3 * w};
    if (room == NULL) return WICK_E_MEM;
    double base = n > 0 && isfinite(x[0]) ? x[0] : 0.0;
    int64_t b = 0;
    wk_fill_na(n < w ? n : w - 1, out);
    for (; b + w <= n; b += w) {
        const double last = x[b + w - 1], after = isfinite(last) ? last : 0.0;
        if (b == 0)
            wk_ramp_block(w, w - 1, x, base, after, was, &next, f, p, NULL, total);
        else
            wk_ramp_block(w, w - 1, x + b, base, after, was, &next, f, p, out + b, total);
        const double d = last - base;
        out[b + w - 1] = f(p, total[0] + d, total[1] + (double)w * d, base);
        const wk_tails old = was;
        was = next, next = old;
        base = after;
    }
    if (b > 0 && b < n) wk_ramp_block(w, n - b, x + b, base, 0.0, was, NULL, f, p, out + b, total);
    free(room);
    return WICK_OK;
}

#endif
