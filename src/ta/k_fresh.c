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
