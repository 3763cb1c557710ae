/* SPDX-License-Identifier: MIT */
/** Room table, private: layouts and helpers shared by its files. */
#ifndef WK_TABLE_INT_H
#define WK_TABLE_INT_H

#include <stdatomic.h>

#include "wick/table.h"

/** Bytes of texts, shared by every column whose pointers lead into it. */
typedef struct wk_tab_blob {
    atomic_int refs;
    char data[];
} wk_tab_blob;

typedef struct wk_tab_column {
    atomic_int refs;
    wick_column_type type;
    int64_t n;
    wk_tab_blob *blob; /**< texts only; NULL while all are missing */
    union {
        double *f;
        int64_t *i;
        const char **s;
        uint8_t *b;
        void *any;
    } v;
} wk_tab_column;

struct wick_table {
    atomic_int refs;
    int64_t n;
    int32_t p;
    char **names;
    wk_tab_column **columns;
};

size_t wk_tab_type_bytes(wick_column_type type);
/** Uninitialised values, one reference. NULL: no memory. */
wk_tab_column *wk_tab_column_new(wick_column_type type, int64_t n);
wk_tab_column *wk_tab_column_ref(wk_tab_column *c);
void wk_tab_column_unref(wk_tab_column *c);
void wk_tab_column_set_missing(wk_tab_column *c, int64_t row);
bool wk_tab_column_missing(const wk_tab_column *c, int64_t row);
wk_tab_blob *wk_tab_blob_new(int64_t bytes);
/** A copy of n values, texts included. */
wick_status wk_tab_column_copy(wick_ctx *ctx, wick_column_type type, int64_t n, const void *values,
                               wk_tab_column **out) WICK_NODISCARD;
/** Rows of a column; -1 is missing. */
wick_status wk_tab_column_take(wick_ctx *ctx, const wk_tab_column *c, const int64_t *rows,
                               int64_t n, wk_tab_column **out) WICK_NODISCARD;
/** Takes the references of `columns` (also on failure); names are copied and checked. */
wick_status wk_table_of(wick_ctx *ctx, int64_t n, const char *const *names, wk_tab_column **columns,
                        int32_t p, wick_table **out) WICK_NODISCARD;

/** Columns found by name. `what` names the table in messages. */
wick_status wk_tab_find_all(wick_ctx *ctx, const wick_table *t, const char *what,
                            const char *const *names, int32_t n,
                            const wk_tab_column ***out) WICK_NODISCARD;
/** Rows by the values of key columns: an open-addressing table of the first row of each key, and a
 * chain through the rows of one key in their order. */
typedef struct wk_tab_index {
    const wk_tab_column *const *keys;
    int32_t n_keys;
    int64_t n, mask;
    int64_t *slot; /**< first row of a key, -1 free */
    int64_t *last; /**< by first row: last of the chain */
    int64_t *next; /**< -1 ends a chain */
} wk_tab_index;
/** `missing`: rows with a missing key are kept as a key of their own; else they are left out. */
wick_status wk_tab_index_new(wick_ctx *ctx, const wk_tab_column *const *keys, int32_t n_keys,
                             int64_t n, bool missing, wk_tab_index *out) WICK_NODISCARD;
void wk_tab_index_free(wk_tab_index *x);
/** First row with the key that `row` of `keys` has, or -1. */
int64_t wk_tab_index_find(const wk_tab_index *x, const wk_tab_column *const *keys, int64_t row);
/** The key of a row for messages: `s000017` or `AAA, 17`. */
void wk_tab_key_text(const wk_tab_column *const *keys, int32_t n_keys, int64_t row, char *out,
                     size_t size);
void wk_tab_cell(const wk_tab_column *c, int64_t row, wick_buf *out);

wick_status wk_native_table_read(wick_ctx *ctx, const char *path, const wick_table_opts *opts,
                                 wick_table **out) WICK_NODISCARD;
wick_status wk_native_table_write(wick_ctx *ctx, const wick_table *t,
                                  const char *path) WICK_NODISCARD;
wick_status wk_parquet_read(wick_ctx *ctx, const char *path, const wick_table_opts *opts,
                            wick_table **out) WICK_NODISCARD;
wick_status wk_parquet_write(wick_ctx *ctx, const wick_table *t, const char *path) WICK_NODISCARD;
/** Applies `columns` and declared types of the options to what a typed file held. */
wick_status wk_table_shape(wick_ctx *ctx, const char *path, wick_table *t,
                           const wick_table_opts *opts, wick_table **out) WICK_NODISCARD;

#endif
