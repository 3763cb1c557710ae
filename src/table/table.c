/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "table/table_int.h"

static const char *const type_names[WICK_COL_TYPES] = {"float", "int", "text", "bool", "time"};

const char *wick_column_type_name(int32_t type)
{
    return type >= 0 && type < WICK_COL_TYPES ? type_names[type] : "?";
}

bool wick_column_type_find(const char *name, wick_column_type *out)
{
    for (int i = 0; i < WICK_COL_TYPES; i++) {
        if (strcmp(type_names[i], name) != 0) continue;
        *out = (wick_column_type)i;
        return true;
    }
    return false;
}

/* ---- columns ------------------------------------------------------------------------------ */

size_t wk_tab_type_bytes(wick_column_type type)
{
    return type == WICK_COL_BOOL ? 1 : type == WICK_COL_TEXT ? sizeof(char *) : 8;
}

wk_tab_column *wk_tab_column_new(wick_column_type type, int64_t n)
{
    wk_tab_column *c = calloc(1, sizeof *c);
    const size_t bytes = wk_tab_type_bytes(type) * (size_t)n;
    void *data = wick_alloc_column((int64_t)(bytes / 8) + 1);
    if (c == NULL || data == NULL) {
        free(c);
        wick_free_aligned(data);
        return NULL;
    }
    atomic_init(&c->refs, 1);
    c->type = type;
    c->n = n;
    c->v.any = data;
    return c;
}

wk_tab_column *wk_tab_column_ref(wk_tab_column *c)
{
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

static void blob_unref(wk_tab_blob *b)
{
    if (b && atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1) free(b);
}

static wk_tab_blob *blob_ref(wk_tab_blob *b)
{
    if (b) atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

wk_tab_blob *wk_tab_blob_new(int64_t bytes)
{
    wk_tab_blob *b = malloc(sizeof *b + (size_t)bytes + 1);
    if (b) atomic_init(&b->refs, 1);
    return b;
}

void wk_tab_column_unref(wk_tab_column *c)
{
    if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1) return;
    blob_unref(c->blob);
    wick_free_aligned(c->v.any);
    free(c);
}

void wk_tab_column_set_missing(wk_tab_column *c, int64_t row)
{
    switch (c->type) {
    case WICK_COL_FLOAT: c->v.f[row] = WICK_NA; return;
    case WICK_COL_TEXT: c->v.s[row] = NULL; return;
    case WICK_COL_BOOL: c->v.b[row] = WICK_NO_BOOL; return;
    default: c->v.i[row] = WICK_NO_INT; return;
    }
}

bool wk_tab_column_missing(const wk_tab_column *c, int64_t row)
{
    switch (c->type) {
    case WICK_COL_FLOAT: return isnan(c->v.f[row]);
    case WICK_COL_TEXT: return c->v.s[row] == NULL;
    case WICK_COL_BOOL: return c->v.b[row] == WICK_NO_BOOL;
    default: return c->v.i[row] == WICK_NO_INT;
    }
}

static wick_status copy_texts(wick_ctx *ctx, wk_tab_column *c, const char *const *from)
{
    int64_t bytes = 0;
    for (int64_t i = 0; i < c->n; i++) bytes += from[i] ? (int64_t)strlen(from[i]) + 1 : 0;
    c->blob = wk_tab_blob_new(bytes);
    if (!c->blob) return wick_fail_mem(ctx);
    char *at = c->blob->data;
    for (int64_t i = 0; i < c->n; i++) {
        c->v.s[i] = NULL;
        if (!from[i]) continue;
        const size_t len = strlen(from[i]) + 1;
        memcpy(at, from[i], len);
        c->v.s[i] = at;
        at += len;
    }
    return WICK_OK;
}

wick_status wk_tab_column_copy(wick_ctx *ctx, wick_column_type type, int64_t n, const void *values,
                               wk_tab_column **out)
{
    wk_tab_column *c = wk_tab_column_new(type, n);
    if (!c) return wick_fail_mem(ctx);
    wick_status st = WICK_OK;
    if (type == WICK_COL_TEXT)
        st = copy_texts(ctx, c, values);
    else if (n > 0)
        memcpy(c->v.any, values, wk_tab_type_bytes(type) * (size_t)n);
    if (st < 0) {
        wk_tab_column_unref(c);
        return st;
    }
    if (type == WICK_COL_BOOL)
        for (int64_t i = 0; i < n; i++)
            if (c->v.b[i] > WICK_NO_BOOL) c->v.b[i] = 1;
    *out = c;
    return WICK_OK;
}

wick_status wk_tab_column_take(wick_ctx *ctx, const wk_tab_column *c, const int64_t *rows,
                               int64_t n, wk_tab_column **out)
{
    wk_tab_column *d = wk_tab_column_new(c->type, n);
    if (!d) return wick_fail_mem(ctx);
    d->blob = blob_ref(c->blob);
    for (int64_t k = 0; k < n; k++) {
        const int64_t i = rows[k];
        if (i < 0)
            wk_tab_column_set_missing(d, k);
        else if (c->type == WICK_COL_BOOL)
            d->v.b[k] = c->v.b[i];
        else if (c->type == WICK_COL_TEXT)
            d->v.s[k] = c->v.s[i];
        else
            d->v.i[k] = c->v.i[i]; /* eight bytes, whatever they mean */
    }
    *out = d;
    return WICK_OK;
}

/* ---- tables ------------------------------------------------------------------------------- */

static void table_free(wick_table *t)
{
    for (int32_t i = 0; i < t->p; i++) {
        if (t->names) free(t->names[i]);
        if (t->columns) wk_tab_column_unref(t->columns[i]);
    }
    free(t->names);
    free(t->columns);
    free(t);
}

static wick_status check_names(wick_ctx *ctx, const char *const *names, int32_t p)
{
    for (int32_t i = 0; i < p; i++) {
        if (!names[i] || !*names[i])
            return wick_fail(ctx, WICK_E_ARG, "column %d has no name", (int)i + 1);
        for (int32_t k = 0; k < i; k++)
            if (strcmp(names[i], names[k]) == 0)
                return wick_fail(ctx, WICK_E_ARG, "column '%s' is there twice", names[i]);
    }
    return WICK_OK;
}

wick_status wk_table_of(wick_ctx *ctx, int64_t n, const char *const *names, wk_tab_column **columns,
                        int32_t p, wick_table **out)
{
    wick_table *t = NULL;
    int32_t taken = 0;
    wick_status st = check_names(ctx, names, p);
    if (st < 0) goto out;
    t = calloc(1, sizeof *t);
    if (t) {
        t->names = calloc((size_t)p + 1, sizeof *t->names);
        t->columns = calloc((size_t)p + 1, sizeof(wk_tab_column *));
    }
    if (!t || !t->names || !t->columns) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    atomic_init(&t->refs, 1);
    t->n = n;
    for (; taken < p; taken++) {
        t->names[taken] = strdup(names[taken]);
        if (!t->names[taken]) {
            st = wick_fail_mem(ctx);
            goto out;
        }
        t->columns[taken] = columns[taken];
        t->p = taken + 1;
    }
    *out = t;
    return WICK_OK;
out:
    for (int32_t i = taken; i < p; i++) wk_tab_column_unref(columns[i]);
    if (t) table_free(t);
    return st;
}

wick_status wick_table_new(wick_ctx *ctx, int64_t n, const wick_column_in *in, int32_t p,
                           wick_table **out)
{
    if (n < 0 || p < 0 || (p > 0 && !in))
        return wick_fail(ctx, WICK_E_ARG, "wick_table_new: no columns, or fewer than 0 rows");
    wick_status st = WICK_OK;
    wk_tab_column **columns = calloc((size_t)p + 1, sizeof(wk_tab_column *));
    const char **names = calloc((size_t)p + 1, sizeof *names);
    int32_t made = 0;
    if (!columns || !names) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (; made < p; made++) {
        if (in[made].type < 0 || in[made].type >= WICK_COL_TYPES || (n > 0 && !in[made].values)) {
            st = wick_fail(ctx, WICK_E_ARG, "column '%s' has no values or an unknown type",
                           in[made].name ? in[made].name : "");
            goto out;
        }
        names[made] = in[made].name;
        WICK_TRY(wk_tab_column_copy(ctx, (wick_column_type)in[made].type, n, in[made].values,
                                    &columns[made]));
    }
    st = wk_table_of(ctx, n, names, columns, p, out);
    made = 0; /* taken */
out:
    for (int32_t i = 0; i < made; i++) wk_tab_column_unref(columns[i]);
    free(columns);
    free(names);
    return st;
}

wick_table *wick_table_ref(wick_table *t)
{
    atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
    return t;
}

void wick_table_unref(wick_table *t)
{
    if (t && atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) == 1) table_free(t);
}

int64_t wick_table_rows(const wick_table *t)
{
    return t->n;
}

int32_t wick_table_columns(const wick_table *t)
{
    return t->p;
}

const char *wick_table_name(const wick_table *t, int32_t column)
{
    return t->names[column];
}

wick_column_type wick_table_type(const wick_table *t, int32_t column)
{
    return t->columns[column]->type;
}

int32_t wick_table_find(const wick_table *t, const char *name)
{
    for (int32_t i = 0; i < t->p; i++)
        if (strcmp(t->names[i], name) == 0) return i;
    return -1;
}

wick_status wick_table_need(wick_ctx *ctx, const wick_table *t, const char *what, const char *name,
                            int32_t *column)
{
    *column = wick_table_find(t, name);
    if (*column >= 0) return WICK_OK;
    const char *near = wick_nearest(name, (const char *const *)t->names, t->p);
    return wick_fail(ctx, WICK_E_DATA, "%s%sno column '%s'%s%s%s", what ? what : "",
                     what ? ": " : "", name, near ? "; did you mean '" : "", near ? near : "",
                     near ? "'?" : "");
}

static const wk_tab_column *typed(const wick_table *t, int32_t column, wick_column_type a,
                                  wick_column_type b)
{
    if (column < 0 || column >= t->p) return NULL;
    const wk_tab_column *c = t->columns[column];
    return c->type == a || c->type == b ? c : NULL;
}

const double *wick_table_floats(const wick_table *t, int32_t column)
{
    const wk_tab_column *c = typed(t, column, WICK_COL_FLOAT, WICK_COL_FLOAT);
    return c ? c->v.f : NULL;
}

const int64_t *wick_table_ints(const wick_table *t, int32_t column)
{
    const wk_tab_column *c = typed(t, column, WICK_COL_INT, WICK_COL_TIME);
    return c ? c->v.i : NULL;
}

const char *const *wick_table_texts(const wick_table *t, int32_t column)
{
    const wk_tab_column *c = typed(t, column, WICK_COL_TEXT, WICK_COL_TEXT);
    return c ? c->v.s : NULL;
}

const uint8_t *wick_table_bools(const wick_table *t, int32_t column)
{
    const wk_tab_column *c = typed(t, column, WICK_COL_BOOL, WICK_COL_BOOL);
    return c ? c->v.b : NULL;
}

double wick_table_number(const wick_table *t, int32_t column, int64_t row)
{
    const wk_tab_column *c = t->columns[column];
    if (c->type == WICK_COL_FLOAT) return c->v.f[row];
    if (c->type == WICK_COL_TEXT || wk_tab_column_missing(c, row)) return WICK_NA;
    return c->type == WICK_COL_BOOL ? (double)c->v.b[row] : (double)c->v.i[row];
}

/* ---- cells -------------------------------------------------------------------------------- */

void wk_tab_cell(const wk_tab_column *c, int64_t row, wick_buf *out)
{
    if (wk_tab_column_missing(c, row)) return;
    char text[WICK_DOUBLE_TEXT + 4];
    switch (c->type) {
    case WICK_COL_FLOAT: {
        int n = wick_format_double(text, c->v.f[row]);
        /* A whole float keeps its point. */
        if (strcspn(text, ".einf") == (size_t)n) {
            memcpy(text + n, ".0", 3);
            n += 2;
        }
        wick_buf_add(out, text, n);
        return;
    }
    case WICK_COL_INT: wick_buf_add_int(out, c->v.i[row]); return;
    case WICK_COL_TEXT: wick_buf_add(out, c->v.s[row], -1); return;
    case WICK_COL_BOOL: wick_buf_add(out, c->v.b[row] ? "true" : "false", -1); return;
    default: {
        char stamp[WICK_TIME_TEXT];
        wick_buf_add(out, stamp, wick_time_format(stamp, c->v.i[row], false));
        return;
    }
    }
}

void wick_table_cell(const wick_table *t, int32_t column, int64_t row, wick_buf *out)
{
    wk_tab_cell(t->columns[column], row, out);
}

wick_status wick_table_digest(wick_ctx *ctx, const wick_table *t, char hex[65])
{
    (void)ctx;
    wick_sha256 s;
    wick_sha256_init(&s);
    const int64_t shape[2] = {t->n, t->p};
    wick_sha256_add(&s, shape, sizeof shape);
    for (int32_t k = 0; k < t->p; k++) {
        const wk_tab_column *c = t->columns[k];
        const char type = (char)c->type;
        wick_sha256_add(&s, t->names[k], (int64_t)strlen(t->names[k]) + 1);
        wick_sha256_add(&s, &type, 1);
        for (int64_t i = 0; i < t->n; i++) {
            if (c->type == WICK_COL_TEXT) {
                const char *text = c->v.s[i];
                wick_sha256_add(&s, text ? text : "\xff", (text ? (int64_t)strlen(text) : 1) + 1);
            } else if (c->type == WICK_COL_BOOL) {
                wick_sha256_add(&s, &c->v.b[i], 1);
            } else if (c->type == WICK_COL_FLOAT) {
                const double v = isnan(c->v.f[i]) ? WICK_NA : c->v.f[i] + 0.0;
                wick_sha256_add(&s, &v, sizeof v);
            } else {
                wick_sha256_add(&s, &c->v.i[i], sizeof c->v.i[i]);
            }
        }
    }
    wick_sha256_end(&s, hex);
    return WICK_OK;
}
