/* SPDX-License-Identifier: MIT */
/** True range and highest/lowest windows as parts of other kernels. */
#ifndef WICK_TA_K_RANGE_H
#define WICK_TA_K_RANGE_H

#include "ta_int.h"

/** True range of one bar; high - low where the previous close is NA. */
static inline double wk_tr(double high, double low, double prev_close)
{
    const double a = fabs(high - prev_close), b = fabs(low - prev_close);
    double t = high - low;
    t = a > t ? a : t;
    return b > t ? b : t;
}

/** As wk_tr, but NA where the previous close is. */
static inline double wk_tr_strict(double high, double low, double prev_close)
{
    return isnan(prev_close) ? WICK_NA : wk_tr(high, low, prev_close);
}

static inline void wk_tr_column(int64_t n, const double *high, const double *low,
                                const double *close, bool first_bar, double *out)
{
    if (n > 0) out[0] = first_bar ? high[0] - low[0] : WICK_NA;
    if (first_bar)
        for (int64_t i = 1; i < n; i++) out[i] = wk_tr(high[i], low[i], close[i - 1]);
    else
        for (int64_t i = 1; i < n; i++) out[i] = wk_tr_strict(high[i], low[i], close[i - 1]);
}

/** Extreme of the last w bars, streaming: a queue of candidates, each older and more extreme than
 * the next, so the front is the answer and every value enters and leaves once. Windows count bars;
 * NA takes its place in time and is ignored; of equal extremes the oldest is kept
 * (pine_semantics.md 4.7 and 16.4). Followed by w values and w bar numbers. */
typedef struct wk_ext {
    int64_t w, bar, head, count;
} wk_ext;

static inline int64_t wk_ext_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_ext) + 2 * w * (int64_t)sizeof(double);
}

static inline void *wk_ext_init(void *at, int64_t w)
{
    wk_ext *k = at;
    k->w = w, k->bar = -1, k->head = 0, k->count = 0;
    return (char *)at + wk_ext_bytes(w);
}

/** True when x takes the place of an older y; `newest` lets equals do so too. */
WK_INLINE bool wk_ext_beats(double x, double y, bool highest, bool newest)
{
    if (newest) return highest ? x >= y : x <= y;
    return highest ? x > y : x < y;
}

WK_INLINE double wk_ext_step_of(wk_ext *k, double x, bool highest, bool newest, double *offset)
{
    double *value = (double *)(void *)(k + 1);
    int64_t *bar = (int64_t *)(void *)(value + k->w);
    k->bar++;
    if (k->count > 0 && bar[k->head] <= k->bar - k->w) {
        k->head = k->head + 1 == k->w ? 0 : k->head + 1;
        k->count--;
    }
    if (!isnan(x)) {
        while (k->count > 0) {
            int64_t back = k->head + k->count - 1;
            if (back >= k->w) back -= k->w;
            if (!wk_ext_beats(x, value[back], highest, newest)) break;
            k->count--;
        }
        int64_t at = k->head + k->count;
        if (at >= k->w) at -= k->w;
        value[at] = x;
        bar[at] = k->bar;
        k->count++;
    }
    if (k->bar < k->w - 1 || k->count == 0) {
        *offset = WICK_NA;
        return WICK_NA;
    }
    *offset = (double)(bar[k->head] - k->bar);
    return value[k->head];
}

WK_INLINE double wk_ext_step(wk_ext *k, double x, bool highest, double *offset)
{
    return wk_ext_step_of(k, x, highest, false, offset);
}

/** Column forms; the bits of stepping. */
wick_status wk_highest_column(int64_t n, const double *src, int64_t w, double *out);
wick_status wk_lowest_column(int64_t n, const double *src, int64_t w, double *out);

/** Offsets to the extremes, 0 or below. */
wick_status wk_highest_offsets(int64_t n, const double *src, int64_t w, double *out);
wick_status wk_lowest_offsets(int64_t n, const double *src, int64_t w, double *out);

#endif
