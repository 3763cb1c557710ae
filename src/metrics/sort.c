/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "metrics/stats_int.h"

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void wk_sort_doubles(int64_t n, double *x)
{
    qsort(x, (size_t)n, sizeof *x, compare);
}

/* Hoare's selection with the middle of three as pivot. */
double wk_select(int64_t n, double *x, int64_t k)
{
    int64_t lo = 0, hi = n - 1;
    while (lo < hi) {
        const double a = x[lo], b = x[lo + (hi - lo) / 2], c = x[hi];
        const double pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        int64_t i = lo, j = hi;
        while (i <= j) {
            while (x[i] < pivot) i++;
            while (x[j] > pivot) j--;
            if (i > j) break;
            const double t = x[i];
            x[i++] = x[j];
            x[j--] = t;
        }
        if (k <= j) {
            hi = j;
        } else if (k >= i) {
            lo = i;
        } else {
            break;
        }
    }
    return x[k];
}
