/* SPDX-License-Identifier: MIT */
/* Features of the training rows against those of other rows, column by column. */
#include "ml/ml_int.h"

static int64_t present(const double *v, const int32_t *rows, int64_t n, double *out, double *tmp)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!isnan(v[rows[i]])) out[k++] = v[rows[i]];
    }
    wk_sort(out, tmp, k);
    return k;
}

/* Values at or below x. */
static int64_t below(const double *v, int64_t n, double x)
{
    int64_t lo = 0, hi = n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (v[mid] <= x) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

/* Over training deciles; a cell without rows counts as half a row, so that the sum is finite. */
static double psi(const double *a, int64_t na, const double *b, int64_t nb)
{
    enum { CELLS = 10 };
    double s = 0.0, last_a = 0.0, last_b = 0.0;
    for (int c = 1; c <= CELLS; c++) {
        const double edge = wk_quantile(a, na, (double)c / CELLS);
        if (c < CELLS && edge == wk_quantile(a, na, (double)(c + 1) / CELLS)) continue; /* ties */
        const double up_a = c == CELLS ? (double)na : (double)below(a, na, edge);
        const double up_b = c == CELLS ? (double)nb : (double)below(b, nb, edge);
        const double share_a = fmax(up_a - last_a, 0.5) / (double)na;
        const double share_b = fmax(up_b - last_b, 0.5) / (double)nb;
        s += (share_b - share_a) * log(share_b / share_a);
        last_a = up_a;
        last_b = up_b;
    }
    return s;
}

static double ks(const double *a, int64_t na, const double *b, int64_t nb)
{
    double most = 0.0;
    int64_t i = 0, j = 0;
    while (i < na && j < nb) {
        const double x = a[i] < b[j] ? a[i] : b[j];
        while (i < na && a[i] <= x) i++;
        while (j < nb && b[j] <= x) j++;
        most = fmax(most, fabs((double)i / (double)na - (double)j / (double)nb));
    }
    return most;
}

static wick_drift compare(const double *a, int64_t na, int64_t all_a, const double *b, int64_t nb,
                          int64_t all_b)
{
    wick_drift d = {.psi = WICK_NA,
                    .ks = WICK_NA,
                    .seen = WICK_NA,
                    .outside = WICK_NA,
                    .na_train = all_a > 0 ? 1.0 - (double)na / (double)all_a : WICK_NA,
                    .na_test = all_b > 0 ? 1.0 - (double)nb / (double)all_b : WICK_NA,
                    .constant = na > 0 && a[0] == a[na - 1]};
    if (na == 0 || nb == 0) return d;
    const double lo = fmax(a[0], b[0]), hi = fmin(a[na - 1], b[nb - 1]);
    const double range = b[nb - 1] - b[0];
    if (range > 0.0) {
        d.seen = hi > lo ? (hi - lo) / range : 0.0;
    } else {
        d.seen = b[0] >= a[0] && b[0] <= a[na - 1] ? 1.0 : 0.0;
    }
    int64_t inside = below(b, nb, a[na - 1]);
    for (int64_t i = 0; i < nb && b[i] < a[0]; i++) inside--;
    d.outside = 1.0 - (double)inside / (double)nb;
    d.psi = psi(a, na, b, nb);
    d.ks = ks(a, na, b, nb);
    d.level = d.seen < 0.5;
    return d;
}

wick_status wick_feature_drift(wick_ctx *ctx, const wick_matrix *m, const int32_t *train,
                               int64_t n_train, const int32_t *test, int64_t n_test,
                               wick_drift *out)
{
    if (m == NULL || train == NULL || test == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "drift needs a matrix, training rows and test rows");
    }
    wick_status st = wk_rows_check(ctx, m, train, n_train);
    if (st == WICK_OK) st = wk_rows_check(ctx, m, test, n_test);
    if (st < 0) return st;
    double *a = wk_items(n_train, sizeof *a), *b = wk_items(n_test, sizeof *b);
    double *tmp = wk_items(n_train > n_test ? n_train : n_test, sizeof *tmp);
    if (a == NULL || b == NULL || tmp == NULL) {
        free(a);
        free(b);
        free(tmp);
        return wick_fail_mem(ctx);
    }
    for (int32_t j = 0; j < m->p; j++) {
        const double *v = m->columns[j]->v;
        const int64_t na = present(v, train, n_train, a, tmp);
        const int64_t nb = present(v, test, n_test, b, tmp);
        out[j] = compare(a, na, n_train, b, nb, n_test);
    }
    free(a);
    free(b);
    free(tmp);
    return WICK_OK;
}
