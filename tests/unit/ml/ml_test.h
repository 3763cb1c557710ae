/* SPDX-License-Identifier: MIT */
/** What the tests of room ml share: golden files, matrices from JSON, generated data. */
#ifndef WICK_TESTS_ML_TEST_H
#define WICK_TESTS_ML_TEST_H

#include <stdlib.h>

#include "support/check.h"
#include "wick/ml.h"

/** A golden file of tests/golden/ml; free with wick_json_free. */
static inline wick_json_doc *golden(wick_ctx *ctx, const char *name)
{
    char path[256];
    wick_json_doc *doc = NULL;
    snprintf(path, sizeof path, "tests/golden/ml/%s", name);
    check_ok(ctx, wick_json_load(ctx, test_source(path), &doc));
    return doc;
}

/** null is NA, "inf" an infinity. */
static inline double number(const wick_json *j)
{
    return wick_json_number(j);
}

/** Array of numbers; free with free(). */
static inline double *numbers(const wick_json *j, int64_t *n)
{
    const int64_t k = wick_json_count(j);
    double *v = malloc((size_t)(k + 1) * sizeof *v);
    assert_non_null(v);
    for (int64_t i = 0; i < k; i++) v[i] = number(wick_json_at(j, i));
    if (n != NULL) *n = k;
    return v;
}

/** A matrix from rows; names f0, f1 ... */
static inline wick_matrix *matrix_of(wick_ctx *ctx, const wick_json *rows)
{
    enum { MOST = 16 };
    static const char *const names[MOST] = {"f0", "f1", "f2",  "f3",  "f4",  "f5",  "f6",  "f7",
                                            "f8", "f9", "f10", "f11", "f12", "f13", "f14", "f15"};
    const int64_t n = wick_json_count(rows), p = wick_json_count(wick_json_at(rows, 0));
    const double *columns[MOST];
    double *v = malloc((size_t)(n * p + 1) * sizeof *v);
    assert_non_null(v);
    assert_true(p <= MOST);
    for (int64_t j = 0; j < p; j++) {
        columns[j] = v + j * n;
        for (int64_t i = 0; i < n; i++) {
            v[j * n + i] = number(wick_json_at(wick_json_at(rows, i), j));
        }
    }
    const wick_matrix_in in = {
        .size = sizeof in, .n = n, .p = (int32_t)p, .names = names, .columns = columns};
    wick_matrix *m = NULL;
    check_ok(ctx, wick_matrix_new(ctx, &in, &m));
    free(v);
    return m;
}

/** n rows of p standard normals. */
static inline wick_matrix *noise(wick_ctx *ctx, int64_t n, int32_t p, uint64_t seed)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    const double *columns[8];
    double *v = malloc((size_t)(n * p + 1) * sizeof *v);
    assert_non_null(v);
    assert_true(p <= 8);
    wick_pcg g = wick_pcg_key(seed, "test noise", 0, 0);
    for (int64_t i = 0; i < n * p; i++) v[i] = wick_pcg_normal(&g);
    for (int32_t j = 0; j < p; j++) columns[j] = v + j * n;
    const wick_matrix_in in = {
        .size = sizeof in, .n = n, .p = p, .names = names, .columns = columns};
    wick_matrix *m = NULL;
    check_ok(ctx, wick_matrix_new(ctx, &in, &m));
    free(v);
    return m;
}

/** Classes by the sign of `slope` times the first column less the second, plus noise. */
static inline double *planted(const wick_matrix *m, double slope, uint64_t seed)
{
    const int64_t n = wick_matrix_rows(m);
    double *y = malloc((size_t)(n + 1) * sizeof *y);
    assert_non_null(y);
    wick_pcg g = wick_pcg_key(seed, "test labels", 0, 0);
    const double *a = wick_matrix_column(m, 0), *b = wick_matrix_column(m, 1);
    for (int64_t i = 0; i < n; i++) {
        y[i] = slope * (a[i] - b[i]) + wick_pcg_normal(&g) > 0.0 ? 1.0 : 0.0;
    }
    return y;
}

/** Rows [from, to). */
static inline int32_t *range(int64_t from, int64_t to)
{
    int32_t *rows = malloc((size_t)(to - from + 1) * sizeof *rows);
    assert_non_null(rows);
    for (int64_t i = from; i < to; i++) rows[i - from] = (int32_t)i;
    return rows;
}

static inline bool feature(const char *name)
{
    int64_t n = 0;
    const wick_feature *f = wick_features(&n);
    for (int64_t i = 0; i < n; i++) {
        if (strcmp(f[i].name, name) == 0) return f[i].present;
    }
    return false;
}

#endif
