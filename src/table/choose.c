/* SPDX-License-Identifier: MIT */
/* Choosing columns and rows. */
#include <stdlib.h>
#include <string.h>

#include "table/table_int.h"

/* A table of p references that are given away with it. */
static wick_status finish(wick_ctx *ctx, int64_t n, const char **names, wk_tab_column **columns,
                          int32_t p, wick_table **out)
{
    const wick_status st = wk_table_of(ctx, n, names, columns, p, out);
    free(names);
    free(columns);
    return st;
}

static bool lists_new(int32_t p, const char ***names, wk_tab_column ***columns)
{
    *names = calloc((size_t)p + 1, sizeof **names);
    *columns = calloc((size_t)p + 1, sizeof(wk_tab_column *));
    if (*names && *columns) return true;
    free(*names);
    free(*columns);
    return false;
}

static void lists_drop(const char **names, wk_tab_column **columns, int32_t made)
{
    for (int32_t i = 0; i < made; i++) wk_tab_column_unref(columns[i]);
    free(names);
    free(columns);
}

wick_status wick_table_select(wick_ctx *ctx, const wick_table *t, const char *const *names,
                              int32_t n, wick_table **out)
{
    const char **list = NULL;
    wk_tab_column **columns = NULL;
    if (!lists_new(n, &list, &columns)) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < n; i++) {
        int32_t k = -1;
        const wick_status st = wick_table_need(ctx, t, NULL, names[i], &k);
        if (st < 0) {
            lists_drop(list, columns, i);
            return st;
        }
        list[i] = names[i];
        columns[i] = wk_tab_column_ref(t->columns[k]);
    }
    return finish(ctx, t->n, list, columns, n, out);
}

static wick_status same_columns(wick_ctx *ctx, const wick_table *t, const char ***list,
                                wk_tab_column ***columns)
{
    if (!lists_new(t->p + 1, list, columns)) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < t->p; i++) {
        (*list)[i] = t->names[i];
        (*columns)[i] = wk_tab_column_ref(t->columns[i]);
    }
    return WICK_OK;
}

wick_status wick_table_rename(wick_ctx *ctx, const wick_table *t, const char *from, const char *to,
                              wick_table **out)
{
    const char **list = NULL;
    wk_tab_column **columns = NULL;
    int32_t k = -1;
    wick_status st = wick_table_need(ctx, t, NULL, from, &k);
    if (st < 0) return st;
    st = same_columns(ctx, t, &list, &columns);
    if (st < 0) return st;
    list[k] = to;
    return finish(ctx, t->n, list, columns, t->p, out);
}

/* Takes the reference of `c`. */
static wick_status put_column(wick_ctx *ctx, const wick_table *t, const char *name,
                              wk_tab_column *c, wick_table **out)
{
    const char **list = NULL;
    wk_tab_column **columns = NULL;
    const wick_status st = same_columns(ctx, t, &list, &columns);
    if (st < 0) {
        wk_tab_column_unref(c);
        return st;
    }
    const int32_t k = wick_table_find(t, name);
    if (k >= 0) {
        wk_tab_column_unref(columns[k]);
        columns[k] = c;
        return finish(ctx, t->n, list, columns, t->p, out);
    }
    list[t->p] = name;
    columns[t->p] = c;
    return finish(ctx, t->p == 0 ? c->n : t->n, list, columns, t->p + 1, out);
}

wick_status wick_table_with(wick_ctx *ctx, const wick_table *t, const wick_column_in *in,
                            wick_table **out)
{
    if (!in->name || !*in->name || in->type < 0 || in->type >= WICK_COL_TYPES ||
        (t->n > 0 && !in->values))
        return wick_fail(ctx, WICK_E_ARG, "a column needs a name, a type and values");
    wk_tab_column *c = NULL;
    const wick_status st =
        wk_tab_column_copy(ctx, (wick_column_type)in->type, t->n, in->values, &c);
    return st < 0 ? st : put_column(ctx, t, in->name, c, out);
}

/* ---- casts -------------------------------------------------------------------------------- */

static bool whole(double v)
{
    return v == floor(v) && fabs(v) < 9.2e18;
}

static bool cast_text(const char *s, wk_tab_column *to, int64_t i)
{
    bool clock = false;
    switch (to->type) {
    case WICK_COL_FLOAT: return wick_parse_double(s, -1, &to->v.f[i]);
    case WICK_COL_INT: return wick_parse_int(s, -1, &to->v.i[i]);
    case WICK_COL_TIME: return wick_time_parse(s, -1, &to->v.i[i], &clock);
    default: to->v.b[i] = strcmp(s, "true") == 0; return to->v.b[i] || strcmp(s, "false") == 0;
    }
}

static bool cast_number(const wk_tab_column *from, wk_tab_column *to, int64_t i)
{
    const bool is_float = from->type == WICK_COL_FLOAT;
    const double v = is_float ? from->v.f[i] : 0.0;
    const int64_t k = is_float                      ? 0
                      : from->type == WICK_COL_BOOL ? (int64_t)from->v.b[i]
                                                    : from->v.i[i];
    if (to->type == WICK_COL_FLOAT) {
        to->v.f[i] = is_float ? v : (double)k;
        return is_float || (int64_t)to->v.f[i] == k;
    }
    if (is_float && !whole(v)) return false;
    const int64_t n = is_float ? (int64_t)v : k;
    if (to->type == WICK_COL_BOOL) {
        to->v.b[i] = n == 1;
        return n == 0 || n == 1;
    }
    to->v.i[i] = n;
    return true;
}

static wick_status to_text(wick_ctx *ctx, const wk_tab_column *from, wk_tab_column *to)
{
    wick_buf b = {0};
    for (int64_t i = 0; i < from->n; i++) {
        wk_tab_cell(from, i, &b);
        wick_buf_add(&b, "\0", 1);
    }
    to->blob = b.failed ? NULL : wk_tab_blob_new(b.len);
    if (!to->blob) {
        wick_buf_free(&b);
        return wick_fail_mem(ctx);
    }
    if (b.len > 0) memcpy(to->blob->data, b.data, (size_t)b.len);
    wick_buf_free(&b);
    const char *at = to->blob->data;
    for (int64_t i = 0; i < from->n; i++) {
        to->v.s[i] = wk_tab_column_missing(from, i) ? NULL : at;
        at += strlen(at) + 1;
    }
    return WICK_OK;
}

wick_status wick_table_cast(wick_ctx *ctx, const wick_table *t, const char *name,
                            wick_column_type type, wick_table **out)
{
    int32_t k = -1;
    wick_status st = wick_table_need(ctx, t, NULL, name, &k);
    if (st < 0) return st;
    const wk_tab_column *from = t->columns[k];
    if (from->type == type) return put_column(ctx, t, name, wk_tab_column_ref(t->columns[k]), out);
    wk_tab_column *to = wk_tab_column_new(type, t->n);
    if (!to) return wick_fail_mem(ctx);
    if (type == WICK_COL_TEXT) st = to_text(ctx, from, to);
    for (int64_t i = 0; type != WICK_COL_TEXT && st >= 0 && i < t->n; i++) {
        if (wk_tab_column_missing(from, i)) {
            wk_tab_column_set_missing(to, i);
            continue;
        }
        if (from->type == WICK_COL_TEXT ? cast_text(from->v.s[i], to, i) : cast_number(from, to, i))
            continue;
        wick_buf b = {0};
        wk_tab_cell(from, i, &b);
        st =
            wick_fail(ctx, WICK_E_DATA, "row %lld: column '%s': '%.60s' is no %s", (long long)i + 1,
                      name, b.data ? b.data : "", wick_column_type_name((int32_t)type));
        wick_buf_free(&b);
    }
    if (st < 0) {
        wk_tab_column_unref(to);
        return st;
    }
    return put_column(ctx, t, name, to, out);
}

/* ---- rows --------------------------------------------------------------------------------- */

wick_status wick_table_take(wick_ctx *ctx, const wick_table *t, const int64_t *rows, int64_t n,
                            wick_table **out)
{
    const char **list = NULL;
    wk_tab_column **columns = NULL;
    for (int64_t i = 0; i < n; i++)
        if (rows[i] < -1 || rows[i] >= t->n)
            return wick_fail(ctx, WICK_E_ARG, "row %lld of a table of %lld", (long long)rows[i] + 1,
                             (long long)t->n);
    if (!lists_new(t->p, &list, &columns)) return wick_fail_mem(ctx);
    for (int32_t k = 0; k < t->p; k++) {
        list[k] = t->names[k];
        const wick_status st = wk_tab_column_take(ctx, t->columns[k], rows, n, &columns[k]);
        if (st < 0) {
            lists_drop(list, columns, k);
            return st;
        }
    }
    return finish(ctx, n, list, columns, t->p, out);
}

static wick_status check_same_shape(wick_ctx *ctx, const wick_table *a, const wick_table *b)
{
    for (int32_t k = 0; k < a->p || k < b->p; k++) {
        if (k >= a->p || k >= b->p || strcmp(a->names[k], b->names[k]) != 0)
            return wick_fail(
                ctx, WICK_E_DATA, "tables to be put together differ in column %d: '%s' and '%s'",
                (int)k + 1, k < a->p ? a->names[k] : "none", k < b->p ? b->names[k] : "none");
        if (a->columns[k]->type != b->columns[k]->type)
            return wick_fail(ctx, WICK_E_DATA,
                             "tables to be put together differ in column '%s': %s and %s",
                             a->names[k], wick_column_type_name((int32_t)a->columns[k]->type),
                             wick_column_type_name((int32_t)b->columns[k]->type));
    }
    return WICK_OK;
}

static wick_status concat_column(wick_ctx *ctx, const wick_table *const *t, int32_t n, int32_t k,
                                 int64_t rows, wk_tab_column **out)
{
    const wick_column_type type = t[0]->columns[k]->type;
    const size_t size = wk_tab_type_bytes(type);
    char *all = malloc(size * (size_t)rows + 1);
    if (!all) return wick_fail_mem(ctx);
    size_t at = 0;
    for (int32_t i = 0; i < n; i++) {
        const size_t bytes = size * (size_t)t[i]->n;
        memcpy(all + at, t[i]->columns[k]->v.any, bytes);
        at += bytes;
    }
    const wick_status st = wk_tab_column_copy(ctx, type, rows, all, out);
    free(all);
    return st;
}

wick_status wick_table_concat(wick_ctx *ctx, const wick_table *const *t, int32_t n,
                              wick_table **out)
{
    if (n < 1) return wick_fail(ctx, WICK_E_ARG, "no tables to be put together");
    int64_t rows = 0;
    for (int32_t i = 0; i < n; i++) {
        const wick_status st = check_same_shape(ctx, t[0], t[i]);
        if (st < 0) return st;
        rows += t[i]->n;
    }
    const char **list = NULL;
    wk_tab_column **columns = NULL;
    if (!lists_new(t[0]->p, &list, &columns)) return wick_fail_mem(ctx);
    for (int32_t k = 0; k < t[0]->p; k++) {
        list[k] = t[0]->names[k];
        const wick_status st = concat_column(ctx, t, n, k, rows, &columns[k]);
        if (st < 0) {
            lists_drop(list, columns, k);
            return st;
        }
    }
    return finish(ctx, rows, list, columns, t[0]->p, out);
}

/* ---- conditions --------------------------------------------------------------------------- */

static bool meets(int order, int32_t op)
{
    switch (op) {
    case WICK_WHERE_EQ: return order == 0;
    case WICK_WHERE_NE: return order != 0;
    case WICK_WHERE_LT: return order < 0;
    case WICK_WHERE_LE: return order <= 0;
    case WICK_WHERE_GT: return order > 0;
    default: return order >= 0;
    }
}

static int order_of(const wk_tab_column *c, int64_t i, const wick_where *w)
{
    if (c->type == WICK_COL_TEXT) return strcmp(c->v.s[i], w->text);
    if (c->type == WICK_COL_FLOAT || c->type == WICK_COL_BOOL || !whole(w->number)) {
        const double v = c->type == WICK_COL_FLOAT  ? c->v.f[i]
                         : c->type == WICK_COL_BOOL ? (double)c->v.b[i]
                                                    : (double)c->v.i[i];
        return v < w->number ? -1 : v > w->number;
    }
    const int64_t k = (int64_t)w->number;
    return c->v.i[i] < k ? -1 : c->v.i[i] > k;
}

static wick_status apply(wick_ctx *ctx, const wick_table *t, const wick_where *w, uint8_t *keep)
{
    int32_t k = -1;
    const wick_status st = wick_table_need(ctx, t, NULL, w->column, &k);
    if (st < 0) return st;
    const wk_tab_column *c = t->columns[k];
    const bool presence = w->op == WICK_WHERE_MISSING || w->op == WICK_WHERE_PRESENT;
    if (!presence && (c->type == WICK_COL_TEXT) != (w->text != NULL))
        return wick_fail(ctx, WICK_E_ARG, "column '%s' is %s and is compared with a %s", w->column,
                         wick_column_type_name((int32_t)c->type), w->text ? "text" : "number");
    for (int64_t i = 0; i < t->n; i++) {
        if (!keep[i]) continue;
        const bool missing = wk_tab_column_missing(c, i);
        if (presence)
            keep[i] = missing == (w->op == WICK_WHERE_MISSING);
        else
            keep[i] = !missing && (w->text || !isnan(w->number)) && meets(order_of(c, i, w), w->op);
    }
    return WICK_OK;
}

wick_status wick_table_where(wick_ctx *ctx, const wick_table *t, const wick_where *w, int32_t n,
                             wick_table **out)
{
    wick_status st = WICK_OK;
    uint8_t *keep = malloc((size_t)t->n + 1);
    int64_t *rows = malloc(((size_t)t->n + 1) * sizeof *rows), count = 0;
    if (!keep || !rows) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    memset(keep, 1, (size_t)t->n);
    for (int32_t i = 0; i < n; i++) WICK_TRY(apply(ctx, t, &w[i], keep));
    for (int64_t i = 0; i < t->n; i++)
        if (keep[i]) rows[count++] = i;
    st = wick_table_take(ctx, t, rows, count, out);
out:
    free(keep);
    free(rows);
    return st;
}
