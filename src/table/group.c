/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "table/table_int.h"

static const char *const agg_names[WICK_AGG_FNS] = {"count", "sum", "mean",  "std",
                                                    "min",   "max", "first", "last"};

const char *wick_agg_name(int32_t fn)
{
    return fn >= 0 && fn < WICK_AGG_FNS ? agg_names[fn] : "?";
}

bool wick_agg_find(const char *name, wick_agg_fn *out)
{
    for (int i = 0; i < WICK_AGG_FNS; i++) {
        if (strcmp(agg_names[i], name) != 0) continue;
        *out = (wick_agg_fn)i;
        return true;
    }
    return false;
}

/* numpy/_core/src/umath/loops_utils.h.src gives the order; written from its description. */
double wick_sum_pairwise(int64_t n, const double *x)
{
    enum { LANES = 8, LEAF = 128 };
    if (n > LEAF) {
        int64_t half = n / 2;
        half -= half % LANES;
        return wick_sum_pairwise(half, x) + wick_sum_pairwise(n - half, x + half);
    }
    double total = 0.0;
    int64_t i = 0;
    if (n >= LANES) {
        double r[LANES];
        for (int k = 0; k < LANES; k++) r[k] = x[k];
        for (i = LANES; i < n - n % LANES; i += LANES)
            for (int k = 0; k < LANES; k++) r[k] += x[i + k];
        total = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    }
    for (; i < n; i++) total += x[i];
    return total;
}

/* Groups in order of first appearance, their rows one behind the other. */
typedef struct groups {
    int64_t n;      /**< groups */
    int64_t *first; /**< first row of each */
    int64_t *rows;  /**< all rows, group by group */
    int64_t *start; /**< n + 1 */
} groups;

static void groups_free(groups *g)
{
    free(g->first);
    free(g->rows);
    free(g->start);
}

static wick_status groups_make(wick_ctx *ctx, const wk_tab_index *x,
                               const wk_tab_column *const *keys, int64_t n, groups *g)
{
    g->first = malloc(((size_t)n + 1) * sizeof *g->first);
    g->rows = malloc(((size_t)n + 1) * sizeof *g->rows);
    g->start = malloc(((size_t)n + 2) * sizeof *g->start);
    if (!g->first || !g->rows || !g->start) return wick_fail_mem(ctx);
    int64_t at = 0;
    g->n = 0;
    for (int64_t i = 0; i < n; i++) {
        if (wk_tab_index_find(x, keys, i) != i) continue;
        g->first[g->n] = i;
        g->start[g->n++] = at;
        for (int64_t r = i; r >= 0; r = x->next[r]) g->rows[at++] = r;
    }
    g->start[g->n] = at;
    return WICK_OK;
}

static int64_t gather(const wk_tab_column *c, const int64_t *rows, int64_t n, double *out)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        if (wk_tab_column_missing(c, rows[i])) continue;
        out[k++] = c->type == WICK_COL_FLOAT  ? c->v.f[rows[i]]
                   : c->type == WICK_COL_BOOL ? (double)c->v.b[rows[i]]
                                              : (double)c->v.i[rows[i]];
    }
    return k;
}

static double deviation(int64_t n, double *x)
{
    if (n < 2) return WICK_NA;
    const double mean = wick_sum_pairwise(n, x) / (double)n;
    for (int64_t i = 0; i < n; i++) x[i] = (x[i] - mean) * (x[i] - mean);
    return sqrt(wick_sum_pairwise(n, x) / (double)(n - 1));
}

static bool less(const wk_tab_column *c, int64_t a, int64_t b)
{
    switch (c->type) {
    case WICK_COL_FLOAT: return c->v.f[a] < c->v.f[b];
    case WICK_COL_TEXT: return strcmp(c->v.s[a], c->v.s[b]) < 0;
    case WICK_COL_BOOL: return c->v.b[a] < c->v.b[b];
    default: return c->v.i[a] < c->v.i[b];
    }
}

/* Row that holds a group's least, greatest, first or last present value, or -1. */
static int64_t chosen(const wk_tab_column *c, const int64_t *rows, int64_t n, int32_t fn)
{
    int64_t best = -1;
    for (int64_t i = 0; i < n; i++) {
        if (wk_tab_column_missing(c, rows[i])) continue;
        const bool take = best < 0 || fn == WICK_AGG_LAST ||
                          (fn == WICK_AGG_MIN && less(c, rows[i], best)) ||
                          (fn == WICK_AGG_MAX && less(c, best, rows[i]));
        if (take) best = rows[i];
    }
    return best;
}

static wick_status pick_rows(wick_ctx *ctx, const wk_tab_column *c, const groups *g, int32_t fn,
                             wk_tab_column **out)
{
    int64_t *rows = malloc(((size_t)g->n + 1) * sizeof *rows);
    if (!rows) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < g->n; i++)
        rows[i] = chosen(c, g->rows + g->start[i], g->start[i + 1] - g->start[i], fn);
    const wick_status st = wk_tab_column_take(ctx, c, rows, g->n, out);
    free(rows);
    return st;
}

static wick_status compute(wick_ctx *ctx, const wk_tab_column *c, const groups *g, int32_t fn,
                           wk_tab_column **out)
{
    if (fn >= WICK_AGG_MIN) return pick_rows(ctx, c, g, fn, out);
    wk_tab_column *d =
        wk_tab_column_new(fn == WICK_AGG_COUNT ? WICK_COL_INT : WICK_COL_FLOAT, g->n);
    double *x = malloc(((size_t)g->start[g->n] + 1) * sizeof *x);
    if (!d || !x) {
        wk_tab_column_unref(d);
        free(x);
        return wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < g->n; i++) {
        const int64_t *rows = g->rows + g->start[i];
        int64_t n = g->start[i + 1] - g->start[i];
        if (fn == WICK_AGG_COUNT) {
            int64_t present = 0;
            for (int64_t k = 0; c && k < n; k++) present += !wk_tab_column_missing(c, rows[k]);
            d->v.i[i] = c ? present : n;
            continue;
        }
        n = gather(c, rows, n, x);
        d->v.f[i] = fn == WICK_AGG_SUM   ? wick_sum_pairwise(n, x)
                    : fn == WICK_AGG_STD ? deviation(n, x)
                    : n == 0             ? WICK_NA
                                         : wick_sum_pairwise(n, x) / (double)n;
    }
    free(x);
    *out = d;
    return WICK_OK;
}

static wick_status one_agg(wick_ctx *ctx, const wick_table *t, const wick_agg *a, const groups *g,
                           wk_tab_column **out)
{
    const wk_tab_column *c = NULL;
    if (a->fn < 0 || a->fn >= WICK_AGG_FNS)
        return wick_fail(ctx, WICK_E_ARG, "'%s': no such aggregate", a->name ? a->name : "");
    if (a->column) {
        int32_t k = -1;
        const wick_status st = wick_table_need(ctx, t, NULL, a->column, &k);
        if (st < 0) return st;
        c = t->columns[k];
    } else if (a->fn != WICK_AGG_COUNT) {
        return wick_fail(ctx, WICK_E_ARG, "'%s': %s needs a column", a->name, agg_names[a->fn]);
    }
    if (c && c->type == WICK_COL_TEXT && a->fn >= WICK_AGG_SUM && a->fn <= WICK_AGG_STD)
        return wick_fail(ctx, WICK_E_ARG, "'%s': column '%s' is text and has no %s", a->name,
                         a->column, agg_names[a->fn]);
    return compute(ctx, c, g, a->fn, out);
}

wick_status wick_table_group(wick_ctx *ctx, const wick_table *t, const char *const *keys,
                             int32_t n_keys, const wick_agg *aggs, int32_t n_aggs, wick_table **out)
{
    wick_status st;
    const wk_tab_column **list = NULL;
    wk_tab_index x = {0};
    groups g = {0};
    int32_t p = 0;
    const char **names = calloc((size_t)(n_keys + n_aggs) + 1, sizeof *names);
    wk_tab_column **columns = calloc((size_t)(n_keys + n_aggs) + 1, sizeof(wk_tab_column *));
    if (!names || !columns) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(wk_tab_find_all(ctx, t, NULL, keys, n_keys, &list));
    WICK_TRY(wk_tab_index_new(ctx, list, n_keys, t->n, true, &x));
    WICK_TRY(groups_make(ctx, &x, list, t->n, &g));
    for (; p < n_keys; p++) {
        names[p] = keys[p];
        WICK_TRY(wk_tab_column_take(ctx, list[p], g.first, g.n, &columns[p]));
    }
    for (int32_t k = 0; k < n_aggs; k++, p++) {
        names[p] = aggs[k].name;
        WICK_TRY(one_agg(ctx, t, &aggs[k], &g, &columns[p]));
    }
    st = wk_table_of(ctx, g.n, names, columns, p, out);
    p = 0; /* taken */
out:
    for (int32_t k = 0; k < p; k++) wk_tab_column_unref(columns[k]);
    groups_free(&g);
    wk_tab_index_free(&x);
    free(list);
    free(names);
    free(columns);
    return st;
}
