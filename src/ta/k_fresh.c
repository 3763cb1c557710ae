/* SPDX-License-Identifier: MIT */
#include "k_fresh.h"

WK_WIDE static void halves(int64_t n, const double *restrict x, int64_t run, double *restrict out)
{
    for (int64_t i = 0; i < n; i++) out[i] = x[i] + x[i + run];
}

WK_WIDE static void add(int64_t n, const double *restrict x, double *restrict out)
{
    for (int64_t i = 0; i < n; i++) out[i] += x[i];
}

void wk_fresh_sums(int64_t n, const double *x, int64_t w, double *out)
{
    double room[2][WK_FRESH_CHUNK + WK_FRESH_MAX];
    const double *runs = x - (w - 1); /* sums of `run` bars, from each bar on */
    int64_t have = n + w - 1, at = 0;
    for (int64_t run = 1, side = 0; run <= w; run *= 2, side = 1 - side) {
        if ((w & run) != 0) {
            if (at == 0)
                memcpy(out, runs, (size_t)n * sizeof(double));
            else
                add(n, runs + at, out);
            at += run;
        }
        if (2 * run > w) break;
        have -= run;
        halves(have, runs, run, room[side]);
        runs = room[side];
    }
}

/* From sums to variances; the windows end on x. */
WK_WIDE static void variances(int64_t n, const double *restrict x, int64_t w, double *restrict out)
{
    const double size = (double)w;
    int64_t i = 0;
    for (; i + WK_BLOCK <= n; i += WK_BLOCK) {
        const double *from = x + i - (w - 1);
        double mean[WK_BLOCK], squares[WK_BLOCK] = {0.0};
        for (int b = 0; b < WK_BLOCK; b++) mean[b] = out[i + b] / size;
        for (int64_t k = 0; k < w; k++)
            for (int b = 0; b < WK_BLOCK; b++)
                squares[b] += (from[k + b] - mean[b]) * (from[k + b] - mean[b]);
        for (int b = 0; b < WK_BLOCK; b++) out[i + b] = squares[b] / size;
    }
    for (; i < n; i++) out[i] = wk_fresh_variance(x + i - (w - 1), w);
}

void wk_fresh_variances(int64_t n, const double *x, int64_t w, double *out)
{
    wk_fresh_sums(n, x, w, out);
    variances(n, x, w, out);
}
