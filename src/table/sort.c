/* SPDX-License-Identifier: MIT */
/* Stable merge sort of row numbers by key columns. */
#include <stdlib.h>
#include <string.h>

#include "table/table_int.h"

typedef struct sorter {
    const wk_tab_column **keys;
    const wick_sort_key *spec;
    int32_t n_keys;
} sorter;

static int compare_values(const wk_tab_column *c, int64_t a, int64_t b)
{
    switch (c->type) {
    case WICK_COL_FLOAT: return c->v.f[a] < c->v.f[b] ? -1 : c->v.f[a] > c->v.f[b];
    case WICK_COL_TEXT: return strcmp(c->v.s[a], c->v.s[b]);
    case WICK_COL_BOOL: return (int)c->v.b[a] - (int)c->v.b[b];
    default: return c->v.i[a] < c->v.i[b] ? -1 : c->v.i[a] > c->v.i[b];
    }
}

static int compare(const sorter *s, int64_t a, int64_t b)
{
    for (int32_t k = 0; k < s->n_keys; k++) {
        const wk_tab_column *c = s->keys[k];
        const bool no_a = wk_tab_column_missing(c, a), no_b = wk_tab_column_missing(c, b);
        if (no_a != no_b) return no_a ? 1 : -1;
        if (no_a) continue;
        const int order = compare_values(c, a, b);
        if (order != 0) return s->spec[k].descending ? -order : order;
    }
    return 0;
}

static void merge(const sorter *s, const int64_t *from, int64_t *to, int64_t lo, int64_t mid,
                  int64_t hi)
{
    int64_t a = lo, b = mid;
    /* Runs that are in order already, as times mostly are, cost one comparison. */
    if (b >= hi || compare(s, from[b - 1], from[b]) <= 0) {
        memcpy(to + lo, from + lo, (size_t)(hi - lo) * sizeof *to);
        return;
    }
    for (int64_t k = lo; k < hi; k++)
        to[k] = b >= hi || (a < mid && compare(s, from[a], from[b]) <= 0) ? from[a++] : from[b++];
}

static void sort_rows(const sorter *s, int64_t *rows, int64_t *spare, int64_t n)
{
    int64_t *from = rows, *to = spare;
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t lo = 0; lo < n; lo += 2 * width) {
            const int64_t mid = lo + width < n ? lo + width : n;
            const int64_t hi = lo + 2 * width < n ? lo + 2 * width : n;
            merge(s, from, to, lo, mid, hi);
        }
        int64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != rows) memcpy(rows, from, (size_t)n * sizeof *rows);
}

wick_status wick_table_order(wick_ctx *ctx, const wick_table *t, const wick_sort_key *keys,
                             int32_t n_keys, int64_t *rows)
{
    wick_status st = WICK_OK;
    sorter s = {.spec = keys, .n_keys = n_keys};
    int64_t *spare = malloc(((size_t)t->n + 1) * sizeof *spare);
    s.keys = calloc((size_t)n_keys + 1, sizeof(wk_tab_column *));
    if (!spare || !s.keys) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int32_t k = 0; k < n_keys; k++) {
        int32_t at = -1;
        WICK_TRY(wick_table_need(ctx, t, NULL, keys[k].column, &at));
        s.keys[k] = t->columns[at];
    }
    for (int64_t i = 0; i < t->n; i++) rows[i] = i;
    sort_rows(&s, rows, spare, t->n);
out:
    free(spare);
    free(s.keys);
    return st;
}

wick_status wick_table_sort(wick_ctx *ctx, const wick_table *t, const wick_sort_key *keys,
                            int32_t n_keys, wick_table **out)
{
    int64_t *rows = malloc(((size_t)t->n + 1) * sizeof *rows);
    if (!rows) return wick_fail_mem(ctx);
    wick_status st = wick_table_order(ctx, t, keys, n_keys, rows);
    if (st >= 0) st = wick_table_take(ctx, t, rows, t->n, out);
    free(rows);
    return st;
}
