/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "table/table_int.h"

static void add_text(wick_buf *b, const char *s)
{
    /* A byte-order mark at the start of a file would be taken off. */
    if (*s && !strpbrk(s, ",;\t|\"\r\n") && strncmp(s, "\xef\xbb\xbf", 3) != 0) {
        wick_buf_add(b, s, -1);
        return;
    }
    wick_buf_add(b, "\"", 1);
    for (const char *q = strchr(s, '"'); q; s = q + 1, q = strchr(s, '"')) {
        wick_buf_add(b, s, q + 1 - s);
        wick_buf_add(b, "\"", 1);
    }
    wick_buf_add(b, s, -1);
    wick_buf_add(b, "\"", 1);
}

wick_status wick_table_csv(wick_ctx *ctx, const wick_table *t, wick_buf *out)
{
    for (int32_t k = 0; k < t->p; k++) {
        if (k > 0) wick_buf_add(out, ",", 1);
        add_text(out, t->names[k]);
    }
    wick_buf_add(out, "\n", 1);
    for (int64_t i = 0; i < t->n; i++) {
        for (int32_t k = 0; k < t->p; k++) {
            const wk_tab_column *c = t->columns[k];
            if (k > 0) wick_buf_add(out, ",", 1);
            if (c->type == WICK_COL_TEXT) {
                if (c->v.s[i]) add_text(out, c->v.s[i]);
            } else {
                wk_tab_cell(c, i, out);
            }
        }
        wick_buf_add(out, "\n", 1);
    }
    return out->failed ? wick_fail_mem(ctx) : WICK_OK;
}

static void markdown_cell(const wk_tab_column *c, int64_t row, wick_buf *out)
{
    if (c->type != WICK_COL_TEXT || !c->v.s[row]) {
        wk_tab_cell(c, row, out);
        return;
    }
    for (const char *s = c->v.s[row]; *s; s++) {
        if (*s == '|' || *s == '\\') wick_buf_add(out, "\\", 1);
        wick_buf_add(out, *s == '\n' || *s == '\r' ? " " : s, 1);
    }
}

wick_status wick_table_markdown(wick_ctx *ctx, const wick_table *t, int64_t max_rows, wick_buf *out)
{
    for (int32_t k = 0; k < t->p; k++) wick_buf_addf(out, "| %s ", t->names[k]);
    wick_buf_add(out, "|\n", 2);
    for (int32_t k = 0; k < t->p; k++) {
        const wick_column_type type = t->columns[k]->type;
        wick_buf_add(out, type == WICK_COL_FLOAT || type == WICK_COL_INT ? "|---:" : "|---", -1);
    }
    wick_buf_add(out, "|\n", 2);
    for (int64_t i = 0; i < t->n && (max_rows < 0 || i < max_rows); i++) {
        for (int32_t k = 0; k < t->p; k++) {
            wick_buf_add(out, "| ", 2);
            markdown_cell(t->columns[k], i, out);
            wick_buf_add(out, " ", 1);
        }
        wick_buf_add(out, "|\n", 2);
    }
    return out->failed ? wick_fail_mem(ctx) : WICK_OK;
}

/* ---- by ending ---------------------------------------------------------------------------- */

static bool ends(const char *path, const char *ending)
{
    const size_t n = strlen(path), m = strlen(ending);
    return n > m && strcmp(path + n - m, ending) == 0;
}

typedef enum kind { CSV, NATIVE, PARQUET, UNKNOWN } kind;

static kind kind_of(const char *path)
{
    if (ends(path, ".wkt")) return NATIVE;
    if (ends(path, ".parquet")) return PARQUET;
    if (ends(path, ".csv") || ends(path, ".csv.gz") || ends(path, ".csv.zst")) return CSV;
    return UNKNOWN;
}

static wick_status unknown_kind(wick_ctx *ctx, const char *path)
{
    return wick_fail(ctx, WICK_E_ARG,
                     "%s: the ending of a table must be .csv, .csv.gz, .csv.zst, .wkt or .parquet",
                     path);
}

wick_status wick_table_read(wick_ctx *ctx, const char *path, const wick_table_opts *opts,
                            wick_table **out)
{
    const kind k = kind_of(path);
    if (k == UNKNOWN) return unknown_kind(ctx, path);
    if (k == NATIVE) return wk_native_table_read(ctx, path, opts, out);
    if (k == PARQUET) return wk_parquet_read(ctx, path, opts, out);
    char *text = NULL;
    int64_t n = 0;
    wick_status st = wick_file_read(ctx, path, 0, &text, &n);
    if (st < 0) return st;
    st = wick_table_parse_csv(ctx, path, text, n, opts, out);
    free(text);
    return st;
}

wick_status wick_table_write(wick_ctx *ctx, const wick_table *t, const char *path)
{
    const kind k = kind_of(path);
    if (k == UNKNOWN) return unknown_kind(ctx, path);
    if (k == NATIVE) return wk_native_table_write(ctx, t, path);
    if (k == PARQUET) return wk_parquet_write(ctx, t, path);
    wick_buf b = {0};
    wick_status st = wick_table_csv(ctx, t, &b);
    if (st >= 0) st = wick_file_write(ctx, path, b.data, b.len);
    wick_buf_free(&b);
    return st;
}

wick_status wk_table_shape(wick_ctx *ctx, const char *path, wick_table *t, const wick_table_opts *o,
                           wick_table **out)
{
    wick_status st = WICK_OK;
    wick_table *now = wick_table_ref(t), *next = NULL;
    for (int32_t i = 0; o && o->columns && i < o->n_columns; i++) {
        int32_t k = -1;
        WICK_TRY(wick_table_need(ctx, now, path, o->columns[i], &k));
    }
    if (o && o->columns) {
        WICK_TRY(wick_table_select(ctx, now, o->columns, o->n_columns, &next));
        wick_table_unref(now);
        now = next;
        next = NULL;
    }
    for (int32_t i = 0; o && i < o->n_typed; i++) {
        if (wick_table_find(now, o->typed[i]) < 0) continue;
        st = wick_table_cast(ctx, now, o->typed[i], (wick_column_type)o->types[i], &next);
        if (st < 0) {
            wick_note(ctx, "while reading %s", path);
            goto out;
        }
        wick_table_unref(now);
        now = next;
        next = NULL;
    }
    *out = now;
    return WICK_OK;
out:
    wick_table_unref(now);
    return st;
}
