/* SPDX-License-Identifier: MIT */
#include "k_parts.h"

/* A whole block is gone through from both ends at once: two chains of additions side by side. */
wick_status wk_bsum_column(int64_t n, const double *x, int64_t w, double *out)
{
    double *tail = malloc((size_t)(2 * w) * sizeof(double)), *next = tail + w, *own = tail;
    if (tail == NULL) return WICK_E_MEM;
    wk_fill_na(n < w ? n : w - 1, out);
    for (int64_t b = 0; b < n; b += w) {
        const int64_t len = n - b < w ? n - b : w;
        double sum = 0.0, back = 0.0;
        if (len < w) {
            for (int64_t i = 0; b > 0 && i < len; i++) {
                sum += x[b + i];
                out[b + i] = tail[i + 1] + sum;
            }
            break;
        }
        for (int64_t i = 0; i < w - 1; i++) {
            sum += x[b + i];
            if (b > 0) out[b + i] = tail[i + 1] + sum;
            next[w - 1 - i] = back += x[b + w - 1 - i];
        }
        next[0] = back += x[b];
        out[b + w - 1] = back;
        double *was = tail;
        tail = next, next = was;
    }
    free(own);
    return WICK_OK;
}

/* The block under way is complete in both. */
static void turn_two(wk_bsum *k, wk_bsum *l, double *a, double *b)
{
    double *x = (double *)(void *)(k + 1), *y = (double *)(void *)(l + 1), s = 0.0, t = 0.0;
    for (int64_t j = k->w - 1; j >= 0; j--) {
        x[k->w + j] = s += x[j];
        y[k->w + j] = t += y[j];
    }
    k->at = l->at = 0;
    k->full = l->full = 1;
    k->sum = l->sum = 0.0;
    *a = s;
    *b = t;
}

void wk_bsum_feed_two(wk_bsum *k, wk_bsum *l, int64_t n, const double *x, const double *y,
                      double *restrict a, double *restrict b)
{
    const int64_t w = k->w;
    double *u = (double *)(void *)(k + 1), *v = (double *)(void *)(l + 1);
    while (n > 0) {
        const int64_t left = w - 1 - k->at, len = n < left ? n : left, at = k->at;
        double s = k->sum, t = l->sum;
        memcpy(u + at, x, (size_t)len * sizeof(double));
        memcpy(v + at, y, (size_t)len * sizeof(double));
        for (int64_t i = 0; i < len; i++) {
            s += x[i], t += y[i];
            a[i] = k->full ? u[w + at + i + 1] + s : WICK_NA;
            b[i] = k->full ? v[w + at + i + 1] + t : WICK_NA;
        }
        k->sum = s, l->sum = t;
        k->at = l->at = at + len;
        x += len, y += len, a += len, b += len, n -= len;
        if (n == 0) return;
        u[w - 1] = *x++, v[w - 1] = *y++;
        turn_two(k, l, a++, b++);
        n--;
    }
}
