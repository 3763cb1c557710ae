/* SPDX-License-Identifier: MIT */
/**
 * Highest and lowest over whole columns by blocks of the window's length (van Herk 1992; Gil and
 * Werman 1993): running extremes from each block's start and from its end; any window is the
 * meeting of one of each. Three comparisons a bar without branches, whatever the window or the
 * data.
 */
#include "k_tops.h"

/* Keeps the older of equals, like the queue of the streaming form. */
WK_INLINE double pick(double older, double newer, bool highest)
{
    return highest ? (newer > older ? newer : older) : (newer < older ? newer : older);
}

/* x has no NA. Windows are cut off at the start of x. */
WK_INLINE void blocks(int64_t n, const double *x, int64_t w, double *tail, double *out,
                      bool highest)
{
    for (int64_t b = 0; b < n; b += w) {
        const int64_t len = n - b < w ? n - b : w;
        double front = x[b];
        if (b == 0) {
            for (int64_t i = 0; i < len; i++) out[i] = front = pick(front, x[i], highest);
        } else {
            /* tail[j]: extreme of the previous block from its j-th value on */
            for (int64_t i = 0; i < len; i++) {
                front = pick(front, x[b + i], highest);
                out[b + i] = i + 1 < w ? pick(tail[i + 1], front, highest) : front;
            }
        }
        if (len < w) return;
        double back = x[b + w - 1];
        for (int64_t i = w - 1; i >= 0; i--) tail[i] = back = pick(x[b + i], back, highest);
    }
}

/* The same with the bars of the extremes carried along; writes offsets. */
WK_INLINE void block_offsets(int64_t n, const double *x, int64_t w, double *tail, int64_t *tail_at,
                             double *out, bool highest)
{
    for (int64_t b = 0; b < n; b += w) {
        const int64_t len = n - b < w ? n - b : w;
        double front = x[b];
        int64_t at = b;
        for (int64_t i = b; i < b + len; i++) {
            const bool newer = highest ? x[i] > front : x[i] < front;
            at = newer ? i : at;
            front = newer ? x[i] : front;
            int64_t best = at;
            if (b > 0 && i - b + 1 < w) {
                const double older = tail[i - b + 1];
                best = (highest ? front > older : front < older) ? at : tail_at[i - b + 1];
            }
            out[i] = (double)(best - i);
        }
        if (len < w) return;
        double back = x[b + w - 1];
        at = b + w - 1;
        for (int64_t i = w - 1; i >= 0; i--) {
            const bool keeps = highest ? back > x[b + i] : back < x[b + i];
            at = keeps ? at : b + i;
            back = keeps ? back : x[b + i];
            tail[i] = back;
            tail_at[i] = at;
        }
    }
}

static wick_status by_steps(int64_t n, const double *src, int64_t w, double *out, bool highest,
                            bool offsets)
{
    wk_ext *k = malloc((size_t)wk_ext_bytes(w));
    if (k == NULL) return WICK_E_MEM;
    wk_ext_init(k, w);
    for (int64_t i = 0; i < n; i++) {
        double offset;
        const double value = highest ? wk_ext_step(k, src[i], true, &offset)
                                     : wk_ext_step(k, src[i], false, &offset);
        out[i] = offsets ? offset : value;
    }
    free(k);
    return WICK_OK;
}

WK_INLINE wick_status column(int64_t n, const double *src, int64_t w, double *out, bool highest,
                             bool offsets)
{
    const int64_t first = wk_first(n, src);
    if (!offsets && first == 0 && wk_tops_column(n, src, w, highest, out)) return WICK_OK;
    if (!wk_clean(n, src, first)) return by_steps(n, src, w, out, highest, offsets);
    double *tail = malloc((size_t)w * (offsets ? 2 : 1) * sizeof(double));
    if (tail == NULL) return WICK_E_MEM;
    if (offsets)
        block_offsets(n - first, src + first, w, tail, (int64_t *)(void *)(tail + w), out + first,
                      highest);
    else
        blocks(n - first, src + first, w, tail, out + first, highest);
    free(tail);
    wk_fill_na(first, out);
    wk_fill_na(w - 1 < n ? w - 1 : n, out);
    return WICK_OK;
}

wick_status wk_highest_column(int64_t n, const double *src, int64_t w, double *out)
{
    return column(n, src, w, out, true, false);
}

wick_status wk_lowest_column(int64_t n, const double *src, int64_t w, double *out)
{
    return column(n, src, w, out, false, false);
}

wick_status wk_highest_offsets(int64_t n, const double *src, int64_t w, double *out)
{
    return column(n, src, w, out, true, true);
}

wick_status wk_lowest_offsets(int64_t n, const double *src, int64_t w, double *out)
{
    return column(n, src, w, out, false, true);
}
