/* SPDX-License-Identifier: MIT */
/* Rows found by the values of their key columns. */
#include <stdlib.h>
#include <string.h>

#include "table/table_int.h"

wick_status wk_tab_find_all(wick_ctx *ctx, const wick_table *t, const char *what,
                            const char *const *names, int32_t n, const wk_tab_column ***out)
{
    const wk_tab_column **list = calloc((size_t)n + 1, sizeof(wk_tab_column *));
    if (!list) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < n; i++) {
        int32_t k = -1;
        const wick_status st = wick_table_need(ctx, t, what, names[i], &k);
        if (st < 0) {
            free(list);
            return st;
        }
        list[i] = t->columns[k];
    }
    *out = list;
    return WICK_OK;
}

static uint64_t hash_row(const wk_tab_column *const *keys, int32_t n_keys, int64_t row)
{
    uint64_t h = 0;
    for (int32_t k = 0; k < n_keys; k++) {
        const wk_tab_column *c = keys[k];
        if (wk_tab_column_missing(c, row)) {
            h = wick_hash64("", 0, h + 1);
        } else if (c->type == WICK_COL_TEXT) {
            h = wick_hash64(c->v.s[row], (int64_t)strlen(c->v.s[row]), h);
        } else if (c->type == WICK_COL_BOOL) {
            h = wick_hash64(&c->v.b[row], 1, h);
        } else if (c->type == WICK_COL_FLOAT) {
            const double v = c->v.f[row] + 0.0; /* -0 is 0 */
            h = wick_hash64(&v, sizeof v, h);
        } else {
            h = wick_hash64(&c->v.i[row], sizeof c->v.i[row], h);
        }
    }
    return h;
}

static bool same_value(const wk_tab_column *a, int64_t i, const wk_tab_column *b, int64_t k)
{
    const bool no_a = wk_tab_column_missing(a, i), no_b = wk_tab_column_missing(b, k);
    if (no_a || no_b) return no_a && no_b;
    switch (a->type) {
    case WICK_COL_FLOAT: return a->v.f[i] == b->v.f[k];
    case WICK_COL_TEXT: return strcmp(a->v.s[i], b->v.s[k]) == 0;
    case WICK_COL_BOOL: return a->v.b[i] == b->v.b[k];
    default: return a->v.i[i] == b->v.i[k];
    }
}

static bool same_key(const wk_tab_index *x, int64_t row, const wk_tab_column *const *keys,
                     int64_t other)
{
    for (int32_t k = 0; k < x->n_keys; k++)
        if (!same_value(x->keys[k], row, keys[k], other)) return false;
    return true;
}

static bool any_missing(const wk_tab_column *const *keys, int32_t n_keys, int64_t row)
{
    for (int32_t k = 0; k < n_keys; k++)
        if (wk_tab_column_missing(keys[k], row)) return true;
    return false;
}

wick_status wk_tab_index_new(wick_ctx *ctx, const wk_tab_column *const *keys, int32_t n_keys,
                             int64_t n, bool missing, wk_tab_index *out)
{
    int64_t size = 16;
    while (size < 2 * n) size *= 2;
    wk_tab_index x = {.keys = keys, .n_keys = n_keys, .n = n, .mask = size - 1};
    x.slot = malloc((size_t)size * sizeof *x.slot);
    x.last = malloc(((size_t)n + 1) * sizeof *x.last);
    x.next = malloc(((size_t)n + 1) * sizeof *x.next);
    if (!x.slot || !x.last || !x.next) {
        wk_tab_index_free(&x);
        return wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < size; i++) x.slot[i] = -1;
    for (int64_t i = 0; i < n; i++) {
        x.next[i] = -1;
        x.last[i] = i;
        if (!missing && any_missing(keys, n_keys, i)) continue;
        int64_t at = (int64_t)(hash_row(keys, n_keys, i) & (uint64_t)x.mask);
        while (x.slot[at] >= 0 && !same_key(&x, x.slot[at], keys, i)) at = (at + 1) & x.mask;
        if (x.slot[at] < 0) {
            x.slot[at] = i;
        } else {
            const int64_t first = x.slot[at];
            x.next[x.last[first]] = i;
            x.last[first] = i;
        }
    }
    *out = x;
    return WICK_OK;
}

void wk_tab_index_free(wk_tab_index *x)
{
    free(x->slot);
    free(x->last);
    free(x->next);
    *x = (wk_tab_index){0};
}

int64_t wk_tab_index_find(const wk_tab_index *x, const wk_tab_column *const *keys, int64_t row)
{
    int64_t at = (int64_t)(hash_row(keys, x->n_keys, row) & (uint64_t)x->mask);
    while (x->slot[at] >= 0 && !same_key(x, x->slot[at], keys, row)) at = (at + 1) & x->mask;
    return x->slot[at];
}

void wk_tab_key_text(const wk_tab_column *const *keys, int32_t n_keys, int64_t row, char *out,
                     size_t size)
{
    wick_buf b = {0};
    for (int32_t k = 0; k < n_keys; k++) {
        if (k > 0) wick_buf_add(&b, ", ", 2);
        wk_tab_cell(keys[k], row, &b);
    }
    snprintf(out, size, "%s", b.data ? b.data : "");
    wick_buf_free(&b);
}

wick_status wick_table_unique(wick_ctx *ctx, const wick_table *t, const char *what,
                              const char *const *keys, int32_t n_keys)
{
    const wk_tab_column **list = NULL;
    wk_tab_index x = {0};
    wick_status st = wk_tab_find_all(ctx, t, what, keys, n_keys, &list);
    if (st < 0) return st;
    WICK_TRY(wk_tab_index_new(ctx, list, n_keys, t->n, true, &x));
    int64_t first = -1, second = -1;
    for (int64_t i = 0; i < t->n; i++) {
        if (x.next[i] < 0 || (second >= 0 && x.next[i] >= second)) continue;
        first = i;
        second = x.next[i];
    }
    if (second >= 0) {
        char text[160];
        wk_tab_key_text(list, n_keys, first, text, sizeof text);
        st = wick_fail(ctx, WICK_E_DATA, "%s%s%s '%s' is there twice, in rows %lld and %lld",
                       what ? what : "", what ? ": " : "", n_keys == 1 ? keys[0] : "the key", text,
                       (long long)first + 1, (long long)second + 1);
    }
out:
    wk_tab_index_free(&x);
    free(list);
    return st;
}
