/* SPDX-License-Identifier: MIT */
/** Column forms of the windows that are read whole on every bar. */
#include "k_win.h"

WK_WIDE static void dot_column(int64_t n, const double *x, int64_t w, const double *weight,
                               double *out)
{
    int64_t i = w - 1;
    for (; i + WK_BLOCK <= n; i += WK_BLOCK) {
        double s[WK_BLOCK] = {0.0};
        const double *from = x + i - w + 1;
        for (int64_t k = 0; k < w; k++)
            for (int b = 0; b < WK_BLOCK; b++) s[b] += from[k + b] * weight[k];
        memcpy(out + i, s, sizeof s);
    }
    for (; i < n; i++) {
        double s = 0.0;
        for (int64_t k = 0; k < w; k++) s += x[i - w + 1 + k] * weight[k];
        out[i] = s;
    }
}

WK_WIDE static void deviation_column(int64_t n, const double *x, int64_t w, const double *mean,
                                     double *out)
{
    int64_t i = w - 1;
    for (; i + WK_BLOCK <= n; i += WK_BLOCK) {
        double s[WK_BLOCK] = {0.0}, m[WK_BLOCK];
        memcpy(m, mean + i, sizeof m);
        for (int64_t k = 0; k < w; k++)
            for (int b = 0; b < WK_BLOCK; b++) s[b] += fabs(x[i + b - k] - m[b]);
        memcpy(out + i, s, sizeof s);
    }
    for (; i < n; i++) {
        double s = 0.0;
        for (int64_t k = 0; k < w; k++) s += fabs(x[i - k] - mean[i]);
        out[i] = s;
    }
}

/* Clones are static: a linker exports the choosers of others, hidden or not. */
void wk_dot_column(int64_t n, const double *x, int64_t w, const double *weight, double *out)
{
    dot_column(n, x, w, weight, out);
}

void wk_deviation_column(int64_t n, const double *x, int64_t w, const double *mean, double *out)
{
    deviation_column(n, x, w, mean, out);
}

static wick_status wma_by_steps(int64_t n, const double *src, int64_t w, double *out)
{
    wk_wma *k = malloc((size_t)wk_wma_bytes(w));
    if (k == NULL) return WICK_E_MEM;
    wk_wma_init(k, w);
    for (int64_t i = 0; i < n; i++) out[i] = wk_wma_step(k, src[i]);
    free(k);
    return WICK_OK;
}

/* Bars [w - 1, n) from weights 1..w; false when one of them is NA. */
WK_WIDE static bool wma_column(int64_t n, const double *x, int64_t w, double norm, double *out)
{
    int64_t i = w - 1;
    bool na = false;
    for (; i + WK_BLOCK <= n; i += WK_BLOCK) {
        const double *from = x + i - w + 1;
        double s[WK_BLOCK] = {0.0}, weight = 0.0;
        int bad = 0;
        for (int64_t k = 0; k < w; k++) {
            weight += 1.0;
            for (int b = 0; b < WK_BLOCK; b++) s[b] += from[k + b] * weight;
        }
        for (int b = 0; b < WK_BLOCK; b++) {
            bad |= x[i + b] != x[i + b];
            out[i + b] = s[b] / norm;
        }
        na = na || bad != 0;
    }
    for (; i < n; i++) {
        na = na || isnan(x[i]);
        out[i] = wk_weighted(x + i - w + 1, w) / norm;
    }
    return !na;
}

wick_status wk_wma_column(int64_t n, const double *src, int64_t w, double *out)
{
    const int64_t first = wk_first(n, src), m = n - first;
    const double norm = wk_weight_sum(w), share = 1.0 / norm;
    wk_fill_na(m < w ? n : first + w - 1, out);
    if (m < w) return WICK_OK;
    if (!wk_clean(first + w, src, first)) return wma_by_steps(n, src, w, out);
    if (w > WK_ORDER_MAX)
        return wk_clean(n, src, first)
                   ? wk_ramp_column(m, src + first, w, wk_wma_of, &share, out + first)
                   : wma_by_steps(n, src, w, out);
    return wma_column(m, src + first, w, norm, out + first) ? WICK_OK
                                                            : wma_by_steps(n, src, w, out);
}
