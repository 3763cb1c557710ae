/* SPDX-License-Identifier: MIT */
#include "k_candle.h"

/* Zero when all four prices are finite: infinities and NA less themselves are NA. */
static inline double not_finite(const double *const *in, int64_t i)
{
    return (in[0][i] - in[0][i]) + (in[1][i] - in[1][i]) + (in[2][i] - in[2][i]) +
           (in[3][i] - in[3][i]);
}

int64_t wk_cdl_whole(int64_t from, int64_t n, const double *const *in)
{
    int64_t i = from;
    for (; i + 64 <= n; i += 64) {
        int bad = 0;
        for (int64_t k = i; k < i + 64; k++) bad |= not_finite(in, k) != 0.0;
        if (bad) break;
    }
    while (i < n && not_finite(in, i) == 0.0) i++;
    return i;
}

/* An average reaches its length beyond the oldest bar of the pattern; the bar itself is one more.
 */
static int64_t slots(const wk_cdl_form *f, const double *p)
{
    return wk_cdl_warmup(f, p) + WK_CDL_AGES + 1;
}

int64_t wk_cdl_state_size(const wk_cdl_form *f, const double *p)
{
    return (int64_t)sizeof(wk_cdl_state) + 8 * slots(f, p) * (int64_t)sizeof(double);
}

void wk_cdl_state_init(void *state, const wk_cdl_form *f, const double *p)
{
    wk_cdl_state *k = state;
    memset(k, 0, sizeof *k);
    k->slots = slots(f, p);
    wk_fill_na(8 * k->slots, (double *)(void *)(k + 1));
}

int64_t wk_cdl_push(wk_cdl_state *k, const double *in, const double *at[4])
{
    double *ring = (double *)(void *)(k + 1);
    const double *const bar[4] = {in, in + 1, in + 2, in + 3};
    if (not_finite(bar, 0) != 0.0) {
        k->bars = 0;
        return -1;
    }
    for (int j = 0; j < 4; j++) {
        double *column = ring + 2 * j * k->slots;
        column[k->at] = column[k->at + k->slots] = in[j];
        at[j] = column + k->at + k->slots;
    }
    k->at = k->at + 1 == k->slots ? 0 : k->at + 1;
    return k->bars++;
}
