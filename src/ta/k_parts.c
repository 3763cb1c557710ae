/* SPDX-License-Identifier: MIT */
#include "k_parts.h"

wick_status wk_bsum_column(int64_t n, const double *x, int64_t w, double *out)
{
    double *tail = malloc((size_t)w * sizeof(double));
    if (tail == NULL) return WICK_E_MEM;
    wk_fill_na(n < w ? n : w - 1, out);
    for (int64_t b = 0; b < n; b += w) {
        const int64_t len = n - b < w ? n - b : w;
        const int64_t most = len < w ? len : w - 1;
        double sum = 0.0;
        for (int64_t i = 0; b > 0 && i < most; i++) {
            sum += x[b + i];
            out[b + i] = tail[i + 1] + sum;
        }
        if (len < w) break;
        sum = 0.0;
        for (int64_t j = w - 1; j >= 0; j--) tail[j] = sum += x[b + j];
        out[b + w - 1] = sum;
    }
    free(tail);
    return WICK_OK;
}
