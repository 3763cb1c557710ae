/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "table/table_int.h"

typedef struct pairs {
    int64_t *left, *right, n;
} pairs;

/* Counts first, so that the lists are made once. */
static wick_status match(wick_ctx *ctx, const wk_tab_index *x, const wk_tab_column *const *keys,
                         int64_t n, int32_t kind, pairs *out)
{
    wick_status st = WICK_OK;
    int64_t *first = malloc(((size_t)n + 1) * sizeof *first);
    if (!first) return wick_fail_mem(ctx);
    out->n = 0;
    for (int64_t i = 0; i < n; i++) {
        bool missing = false;
        for (int32_t k = 0; k < x->n_keys; k++) missing |= wk_tab_column_missing(keys[k], i);
        first[i] = missing ? -1 : wk_tab_index_find(x, keys, i);
        for (int64_t r = first[i]; r >= 0; r = x->next[r]) out->n++;
        out->n += first[i] < 0 && kind == WICK_JOIN_LEFT;
    }
    out->left = malloc(((size_t)out->n + 1) * sizeof *out->left);
    out->right = malloc(((size_t)out->n + 1) * sizeof *out->right);
    if (!out->left || !out->right) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        if (first[i] < 0 && kind == WICK_JOIN_LEFT) {
            out->left[at] = i;
            out->right[at++] = -1;
        }
        for (int64_t r = first[i]; r >= 0; r = x->next[r]) {
            out->left[at] = i;
            out->right[at++] = r;
        }
    }
out:
    free(first);
    return st;
}

static wick_status check_keys(wick_ctx *ctx, const char *const *names, int32_t n,
                              const wk_tab_column *const *a, const wk_tab_column *const *b)
{
    if (n < 1) return wick_fail(ctx, WICK_E_ARG, "a join needs a key column");
    for (int32_t k = 0; k < n; k++)
        if (a[k]->type != b[k]->type)
            return wick_fail(ctx, WICK_E_DATA, "key '%s' is %s on the left and %s on the right",
                             names[k], wick_column_type_name((int32_t)a[k]->type),
                             wick_column_type_name((int32_t)b[k]->type));
    return WICK_OK;
}

static bool is_key(const char *name, const char *const *keys, int32_t n)
{
    for (int32_t k = 0; k < n; k++)
        if (strcmp(keys[k], name) == 0) return true;
    return false;
}

static wick_status assemble(wick_ctx *ctx, const wick_table *left, const wick_table *right,
                            const char *const *keys, int32_t n_keys, const pairs *m,
                            wick_table **out)
{
    wick_status st = WICK_OK;
    const int32_t most = left->p + right->p;
    int32_t p = 0;
    const char **names = calloc((size_t)most + 1, sizeof *names);
    wk_tab_column **columns = calloc((size_t)most + 1, sizeof(wk_tab_column *));
    if (!names || !columns) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int32_t k = 0; k < left->p; k++, p++) {
        names[p] = left->names[k];
        WICK_TRY(wk_tab_column_take(ctx, left->columns[k], m->left, m->n, &columns[p]));
    }
    for (int32_t k = 0; k < right->p; k++) {
        if (is_key(right->names[k], keys, n_keys)) continue;
        if (wick_table_find(left, right->names[k]) >= 0) {
            st = wick_fail(ctx, WICK_E_DATA, "column '%s' is on both sides of the join; rename one",
                           right->names[k]);
            goto out;
        }
        names[p] = right->names[k];
        WICK_TRY(wk_tab_column_take(ctx, right->columns[k], m->right, m->n, &columns[p]));
        p++;
    }
    st = wk_table_of(ctx, m->n, names, columns, p, out);
    p = 0; /* taken */
out:
    for (int32_t k = 0; k < p; k++) wk_tab_column_unref(columns[k]);
    free(names);
    free(columns);
    return st;
}

wick_status wick_table_join(wick_ctx *ctx, const wick_table *left, const wick_table *right,
                            const char *const *keys, int32_t n_keys, const wick_join_opts *opts,
                            wick_table **out)
{
    const wick_join_opts none = {.size = sizeof none};
    const wick_join_opts *o = opts ? opts : &none;
    const wk_tab_column **a = NULL, **b = NULL;
    wk_tab_index x = {0};
    pairs m = {0};
    wick_status st;
    WICK_TRY(wk_tab_find_all(ctx, left, o->left_name, keys, n_keys, &a));
    WICK_TRY(wk_tab_find_all(ctx, right, o->right_name, keys, n_keys, &b));
    WICK_TRY(check_keys(ctx, keys, n_keys, a, b));
    if (o->unique_left) WICK_TRY(wick_table_unique(ctx, left, o->left_name, keys, n_keys));
    if (o->unique_right) WICK_TRY(wick_table_unique(ctx, right, o->right_name, keys, n_keys));
    WICK_TRY(wk_tab_index_new(ctx, b, n_keys, right->n, false, &x));
    WICK_TRY(match(ctx, &x, a, left->n, o->kind, &m));
    st = assemble(ctx, left, right, keys, n_keys, &m, out);
out:
    wk_tab_index_free(&x);
    free(m.left);
    free(m.right);
    free(a);
    free(b);
    return st;
}
