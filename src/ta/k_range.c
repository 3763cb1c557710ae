/* SPDX-License-Identifier: MIT */
/**
 * Highest and lowest over whole columns by blocks of the window's length (van Herk 1992; Gil and
 * Werman 1993): running extremes from each block's start and from its end; any window is the meeting
 * of one of each. Three comparisons a bar without branches, whatever the window or the data.
 */
#include "k_range.h"

/* Keeps the older of equals, like the queue of the streaming form. */
WK_INLINE double pick(double older, double newer, bool highest)
{
    return highest ? (newer > older ? newer : older) : (newer < older ? newer : older);
}

/* x has no NA. Windows are cut off at the start of x. */
WK_INLINE void blocks(int64_t n, const double *x, int64_t w, double *tail, double *out, bool highest)
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

WK_INLINE wick_status column(int64_t n, const double *src, int64_t w, double *out, bool highest)
{
    const int64_t first = wk_first(n, src);
    if (!wk_clean(n, src, first)) {
        wk_ext *k = malloc((size_t)wk_ext_bytes(w));
        double ignored;
        if (k == NULL) return WICK_E_MEM;
        wk_ext_init(k, w);
        for (int64_t i = 0; i < n; i++) out[i] = wk_ext_step(k, src[i], highest, &ignored);
        free(k);
        return WICK_OK;
    }
    double *tail = malloc((size_t)w * sizeof(double));
    if (tail == NULL) return WICK_E_MEM;
    blocks(n - first, src + first, w, tail, out + first, highest);
    free(tail);
    wk_fill_na(first, out);
    wk_fill_na(w - 1 < n ? w - 1 : n, out);
    return WICK_OK;
}

wick_status wk_highest_column(int64_t n, const double *src, int64_t w, double *out)
{
    return column(n, src, w, out, true);
}

wick_status wk_lowest_column(int64_t n, const double *src, int64_t w, double *out)
{
    return column(n, src, w, out, false);
}
