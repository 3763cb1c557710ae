/* SPDX-License-Identifier: MIT */
#include "ml/ml_int.h"

enum { NONE, ZERO, MEAN, MEDIAN, DROP, KINDS };
static const char *const kinds[] = {"none", "zero", "mean", "median", "drop"};

struct wick_imputer {
    atomic_int refs;
    int kind;
    int32_t p;
    char **names;
    double *value; /* NA: left as it is */
};

static wick_status find_kind(wick_ctx *ctx, const char *kind, int *out)
{
    for (int i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i], kind) == 0) {
            *out = i;
            return WICK_OK;
        }
    }
    const char *near = wick_nearest(kind, kinds, KINDS);
    return wick_fail(ctx, WICK_E_ARG, "unknown imputer '%s'; %s", kind,
                     near != NULL ? near : "there are none, zero, mean, median, drop");
}

static wick_imputer *imputer_new(int kind, const char *const *names, int32_t p)
{
    wick_imputer *im = calloc(1, sizeof *im);
    if (im == NULL) return NULL;
    atomic_init(&im->refs, 1);
    im->kind = kind;
    im->p = p;
    im->names = wk_names_copy(names, p);
    im->value = wk_items(p, sizeof *im->value);
    if (im->names == NULL || im->value == NULL) {
        wick_imputer_unref(im);
        return NULL;
    }
    for (int32_t j = 0; j < p; j++) im->value[j] = kind == ZERO ? 0.0 : WICK_NA;
    return im;
}

static double centre(int kind, double *v, double *tmp, int64_t k)
{
    if (kind == MEDIAN) {
        wk_sort(v, tmp, k);
        return wk_quantile(v, k, 0.5);
    }
    wick_sum s = {0};
    for (int64_t i = 0; i < k; i++) wick_sum_add(&s, v[i]);
    return wick_sum_get(&s) / (double)k;
}

wick_status wick_imputer_fit(wick_ctx *ctx, const char *name, const wick_matrix *m,
                             const int32_t *rows, int64_t n_rows, wick_imputer **out)
{
    int kind = NONE;
    if (m == NULL || out == NULL) return wick_fail(ctx, WICK_E_ARG, "an imputer needs a matrix");
    if (rows == NULL) n_rows = m->index->n;
    wick_status st = find_kind(ctx, name != NULL ? name : "none", &kind);
    if (st == WICK_OK) st = wk_rows_check(ctx, m, rows, n_rows);
    if (st < 0) return st;
    wick_imputer *im = imputer_new(kind, (const char *const *)m->names, m->p);
    double *v = wk_items(2 * n_rows, sizeof *v); /* values, and scratch to sort them */
    if (im == NULL || v == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int32_t j = 0; j < m->p && (kind == MEAN || kind == MEDIAN); j++) {
        int64_t k = 0;
        for (int64_t i = 0; i < n_rows; i++) {
            const double x = m->columns[j]->v[wk_row(rows, i)];
            if (!isnan(x)) v[k++] = x;
        }
        if (k == 0) {
            st = wick_fail(ctx, WICK_E_DATA,
                           "feature '%s' has no value in the training rows, so no %s to fill with",
                           m->names[j], kinds[kind]);
            goto out;
        }
        im->value[j] = centre(kind, v, v + n_rows, k);
    }
    *out = im;
    im = NULL;
out:
    wick_imputer_unref(im);
    free(v);
    return st;
}

wick_status wick_imputer_apply(wick_ctx *ctx, const wick_imputer *im, const wick_matrix *m,
                               wick_matrix **out)
{
    wick_status st = wk_names_match(ctx, "the imputer", m, im->names, im->p);
    if (st < 0) return st;
    if (im->kind == NONE) {
        /* Nothing changes: the same matrix. */
        *out = wick_matrix_ref((wick_matrix *)(uintptr_t)m);
        return WICK_OK;
    }
    const int64_t n = m->index->n;
    bool *missing = wk_zero_items(im->kind == DROP ? n : 0, sizeof *missing);
    wick_matrix *x = missing != NULL ? wk_matrix_like(m) : NULL;
    if (x == NULL) {
        free(missing);
        return wick_fail_mem(ctx);
    }
    for (int32_t j = 0; j < m->p && im->kind == DROP; j++) {
        for (int64_t i = 0; i < n; i++) missing[i] = missing[i] || isnan(m->columns[j]->v[i]);
    }
    for (int32_t j = 0; j < m->p; j++) {
        const double *from = m->columns[j]->v;
        double *to = x->columns[j]->v;
        for (int64_t i = 0; i < n; i++) {
            to[i] = isnan(from[i]) ? im->value[j] : from[i];
            if (im->kind == DROP && missing[i]) to[i] = WICK_NA;
        }
    }
    free(missing);
    *out = x;
    return WICK_OK;
}

const char *wick_imputer_kind(const wick_imputer *im)
{
    return kinds[im->kind];
}

double wick_imputer_value(const wick_imputer *im, int32_t column)
{
    return column >= 0 && column < im->p ? im->value[column] : WICK_NA;
}

wick_imputer *wick_imputer_ref(wick_imputer *im)
{
    if (im != NULL) atomic_fetch_add(&im->refs, 1);
    return im;
}

void wick_imputer_unref(wick_imputer *im)
{
    if (im == NULL || atomic_fetch_sub(&im->refs, 1) > 1) return;
    free(im->names);
    free(im->value);
    free(im);
}

void wk_imputer_save(const wick_imputer *im, wick_json_writer *w)
{
    wick_jw_object(w);
    wick_jw_key(w, "kind");
    wick_jw_string(w, kinds[im->kind]);
    wk_json_write_doubles(w, "value", im->value, im->p);
    wick_jw_end(w);
}

wick_status wk_imputer_load(wick_ctx *ctx, const wick_json *j, const char *const *names, int32_t p,
                            wick_imputer **out)
{
    const char *name = wick_json_string(wick_json_get(j, "kind"));
    int kind = NONE;
    double *value = NULL;
    wick_status st = find_kind(ctx, name != NULL ? name : "", &kind);
    if (st == WICK_OK) st = wk_json_read_doubles(ctx, j, "value", p, &value, NULL);
    if (st < 0) return st;
    wick_imputer *im = imputer_new(kind, names, p);
    if (im != NULL) memcpy(im->value, value, (size_t)p * sizeof *value);
    free(value);
    if (im == NULL) return wick_fail_mem(ctx);
    *out = im;
    return WICK_OK;
}
