/* SPDX-License-Identifier: MIT */
#include "k_fresh.h"

WK_WIDE static void sums(int64_t n, const double *x, int64_t w, double *restrict out)
{
    const double *from = x - (w - 1);
    int64_t i = 0;
    for (; i + WK_BLOCK <= n; i += WK_BLOCK) {
        double s[WK_BLOCK] = {0.0};
        for (int64_t k = 0; k < w; k++)
            for (int b = 0; b < WK_BLOCK; b++) s[b] += from[i + k + b];
        memcpy(out + i, s, sizeof s);
    }
    for (; i < n; i++) {
        double s = 0.0;
        for (int64_t k = 0; k < w; k++) s += from[i + k];
        out[i] = s;
    }
}

void wk_fresh_sums(int64_t n, const double *x, int64_t w, double *out)
{
    sums(n, x, w, out);
}
