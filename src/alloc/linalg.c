/* SPDX-License-Identifier: MIT */
/* Dense linear algebra for a few hundred assets: inner loops run along rows. */
#include "alloc/alloc_int.h"

#include <string.h>

/* Four partial sums: the order is fixed, so the bits are the same everywhere. */
double wk_dot(int32_t n, const double *a, const double *b)
{
    double s[4] = {0.0, 0.0, 0.0, 0.0};
    int32_t i = 0;
    for (; i + 3 < n; i += 4) {
        for (int k = 0; k < 4; k++) s[k] += a[i + k] * b[i + k];
    }
    for (; i < n; i++) s[0] += a[i] * b[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

void wk_times(int32_t n, const double *m, const double *x, double *out)
{
    for (int32_t i = 0; i < n; i++) out[i] = wk_dot(n, wk_crow(m, n, i), x);
}

bool wk_chol(int32_t n, const double *a, double *l)
{
    for (int32_t i = 0; i < n; i++) {
        double *li = wk_row(l, n, i);
        for (int32_t j = 0; j <= i; j++) {
            const double *lj = wk_crow(l, n, j);
            const double v = wk_crow(a, n, i)[j] - wk_dot(j, li, lj);
            if (j < i) {
                li[j] = v / lj[j];
                continue;
            }
            /* A pivot that is little but rounding is none. */
            if (!(v > 1e-9 * wk_crow(a, n, i)[i])) return false;
            li[i] = sqrt(v);
        }
        for (int32_t j = i + 1; j < n; j++) li[j] = 0.0;
    }
    return true;
}

double *wk_chol_of(wick_arena *scratch, int32_t n, const double *a, double *ridge)
{
    const int64_t bytes = (int64_t)n * n * (int64_t)sizeof(double);
    double *l = wick_arena_alloc(scratch, bytes), *shifted = NULL, mean = 0.0;
    if (l == NULL) return NULL;
    if (*ridge == 0.0 && wk_chol(n, a, l)) return l;
    for (int32_t i = 0; i < n; i++) mean += wk_crow(a, n, i)[i] / n;
    shifted = wick_arena_alloc(scratch, bytes);
    if (!(mean > 0.0) || shifted == NULL) return NULL;
    for (double e = *ridge > 0.0 ? *ridge : 1e-6; e <= 1.0; e *= 10.0) {
        memcpy(shifted, a, (size_t)bytes);
        for (int32_t i = 0; i < n; i++) wk_row(shifted, n, i)[i] += e * mean;
        *ridge = e;
        if (wk_chol(n, shifted, l)) return l;
    }
    return NULL;
}
