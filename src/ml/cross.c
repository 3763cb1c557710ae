/* SPDX-License-Identifier: MIT */
/* Columns across the symbols of one moment, and the sorting and ranking they need. */
#include "ml/ml_int.h"

/* ---- sorting, ranks, quantiles ------------------------------------------------------------ */

typedef struct keyed {
    double v;
    int64_t at;
} keyed;

/* Merge sort from runs of 16 sorted by insertion. Library sorts call back for every comparison,
 * which costs more than the comparison; and this one keeps ties in order. Written once per element
 * type. */
#define MERGE_SORT(name, type, LESS)                                                               \
    static void name##_run(type *v, int64_t n)                                                     \
    {                                                                                              \
        for (int64_t i = 1; i < n; i++) {                                                          \
            const type x = v[i];                                                                   \
            int64_t j = i;                                                                         \
            for (; j > 0 && LESS(x, v[j - 1]); j--) v[j] = v[j - 1];                               \
            v[j] = x;                                                                              \
        }                                                                                          \
    }                                                                                              \
    static void name(type *v, type *tmp, int64_t n)                                                \
    {                                                                                              \
        for (int64_t i = 0; i < n; i += RUN) name##_run(v + i, n - i < RUN ? n - i : RUN);         \
        for (int64_t width = RUN; width < n; width *= 2) {                                         \
            for (int64_t from = 0; from + width < n; from += 2 * width) {                          \
                const int64_t end = from + 2 * width < n ? from + 2 * width : n;                   \
                int64_t i = 0, j = from + width, k = from;                                         \
                memcpy(tmp, v + from, (size_t)width * sizeof *v);                                  \
                while (i < width && j < end) { /* no branch on what is a coin toss */              \
                    const bool right = LESS(v[j], tmp[i]);                                         \
                    v[k++] = *(right ? &v[j] : &tmp[i]);                                           \
                    j += right, i += !right;                                                       \
                }                                                                                  \
                while (i < width) v[k++] = tmp[i++];                                               \
            }                                                                                      \
        }                                                                                          \
    }

enum { RUN = 16 };
#define LESS_DOUBLE(a, b) ((a) < (b))
#define LESS_KEYED(a, b)  ((a).v < (b).v)
MERGE_SORT(sort_keyed, keyed, LESS_KEYED)
MERGE_SORT(sort_doubles, double, LESS_DOUBLE)

void wk_sort(double *v, double *tmp, int64_t n)
{
    sort_doubles(v, tmp, n);
}

bool wk_order(const double *v, int64_t n, int64_t *order)
{
    keyed *k = wk_items(2 * n, sizeof *k);
    if (k == NULL) return false;
    for (int64_t i = 0; i < n; i++) k[i] = (keyed){v[i], i};
    sort_keyed(k, k + n, n);
    for (int64_t i = 0; i < n; i++) order[i] = k[i].at;
    free(k);
    return true;
}

bool wk_ranks(const double *v, int64_t n, double *out)
{
    int64_t *order = wk_items(n, sizeof *order);
    if (order == NULL) return false;
    const bool good = wk_order(v, n, order);
    for (int64_t i = 0; good && i < n;) {
        int64_t j = i + 1;
        while (j < n && v[order[j]] == v[order[i]]) j++;
        const double rank = 0.5 * (double)(i + 1 + j);
        for (; i < j; i++) out[order[i]] = rank;
    }
    free(order);
    return good;
}

double wk_quantile(const double *sorted, int64_t n, double q)
{
    const double at = q * (double)(n - 1);
    const int64_t lo = (int64_t)at;
    if (lo >= n - 1) return sorted[n - 1];
    const double t = at - (double)lo, a = sorted[lo], b = sorted[lo + 1];
    /* From the nearer end, as numpy does: exact at both ends. */
    return t >= 0.5 ? b - (b - a) * (1.0 - t) : a + (b - a) * t;
}

/* ---- one moment --------------------------------------------------------------------------- */

static void demean(double *v, int64_t n, wick_cross_kind kind)
{
    wick_sum s = {0};
    for (int64_t i = 0; i < n; i++) wick_sum_add(&s, v[i]);
    const double mean = wick_sum_get(&s) / (double)n;
    wick_sum q = {0};
    for (int64_t i = 0; i < n; i++) {
        v[i] = kind == WICK_CROSS_MEAN ? mean : v[i] - mean;
        wick_sum_add(&q, v[i] * v[i]);
    }
    if (kind != WICK_CROSS_ZSCORE) return;
    const double sd = sqrt(wick_sum_get(&q) / (double)n);
    for (int64_t i = 0; i < n; i++) v[i] = sd > 0.0 ? v[i] / sd : WICK_NA;
}

static bool one_moment(double *v, int64_t n, wick_cross_kind kind, double *ranks)
{
    if (n == 0) return true;
    if (kind != WICK_CROSS_RANK) {
        demean(v, n, kind);
        return true;
    }
    if (!wk_ranks(v, n, ranks)) return false;
    for (int64_t i = 0; i < n; i++) v[i] = n > 1 ? (ranks[i] - 1.0) / (double)(n - 1) : 0.5;
    return true;
}

wick_status wick_matrix_cross(wick_ctx *ctx, const wick_matrix *m, int32_t column,
                              wick_cross_kind kind, double *out)
{
    if (column < 0 || column >= m->p || kind < WICK_CROSS_RANK || kind > WICK_CROSS_MEAN) {
        return wick_fail(ctx, WICK_E_ARG, "column %d or kind %d does not exist", (int)column,
                         (int)kind);
    }
    const int64_t n = m->index->n, *time = m->index->time;
    const double *x = m->columns[column]->v;
    double *v = wk_items(n, sizeof *v), *ranks = wk_items(n, sizeof *ranks);
    bool good = v != NULL && ranks != NULL;
    for (int64_t i = 0, j; good && i < n; i = j) {
        int64_t k = 0;
        for (j = i; j < n && time[j] == time[i]; j++) {
            if (!isnan(x[j])) v[k++] = x[j];
        }
        good = one_moment(v, k, kind, ranks);
        k = 0;
        for (int64_t r = i; r < j; r++) out[r] = isnan(x[r]) ? WICK_NA : v[k++];
    }
    free(v);
    free(ranks);
    return good ? WICK_OK : wick_fail_mem(ctx);
}
