/* SPDX-License-Identifier: MIT */
/**
 * Room table: columnar tables of typed, named columns: reading and writing (CSV, the native column
 * file, Parquet), choosing rows and columns, joining, grouping, sorting, and Markdown.
 *
 * Tables are immutable and refcounted; what is made from one shares the columns it keeps. Missing
 * is a value of every type and equals nothing: comparisons with it are false, joins never match it,
 * sorting puts it last, aggregates leave it out. The order of rows is part of a table: every
 * operation says what order its result has, and none depends on the number of threads.
 */
#ifndef WICK_TABLE_H
#define WICK_TABLE_H

#include "wick/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum wick_column_type {
    WICK_COL_FLOAT, /**< double; missing is WICK_NA */
    WICK_COL_INT,   /**< int64_t; missing is WICK_NO_INT */
    WICK_COL_TEXT,  /**< const char *, UTF-8; missing is NULL, "" is a text */
    WICK_COL_BOOL,  /**< uint8_t; missing is WICK_NO_BOOL */
    WICK_COL_TIME,  /**< int64_t, ms UTC; missing is WICK_NO_TIME */
    WICK_COL_TYPES
} wick_column_type;
#define WICK_NO_INT  INT64_MIN
#define WICK_NO_BOOL 2
WICK_API const char *wick_column_type_name(int32_t type); /**< "float" "int" "text" "bool" "time" */
/** By name; false for an unknown one. */
WICK_API bool wick_column_type_find(const char *name, wick_column_type *out);

typedef struct wick_table wick_table;

typedef struct wick_column_in {
    const char *name;
    int32_t type;       /**< wick_column_type */
    const void *values; /**< n values of the type's C form; copied, texts too */
} wick_column_in;
/** Duplicate and empty names are errors. */
WICK_API wick_status wick_table_new(wick_ctx *ctx, int64_t n, const wick_column_in *columns,
                                    int32_t n_columns, wick_table **out) WICK_NODISCARD;
WICK_API wick_table *wick_table_ref(wick_table *t);
WICK_API void wick_table_unref(wick_table *t);
WICK_API int64_t wick_table_rows(const wick_table *t);
WICK_API int32_t wick_table_columns(const wick_table *t);
WICK_API const char *wick_table_name(const wick_table *t, int32_t column);
WICK_API wick_column_type wick_table_type(const wick_table *t, int32_t column);
WICK_API int32_t wick_table_find(const wick_table *t, const char *name); /**< -1: none */
/** As wick_table_find; a missing one is an error with the nearest name. `what` names the table in
 * the message ("model/entry/tune_predictions.csv"). */
WICK_API wick_status wick_table_need(wick_ctx *ctx, const wick_table *t, const char *what,
                                     const char *name, int32_t *column) WICK_NODISCARD;
/** Values of a column of that type, 64-byte aligned; NULL when the type is another. Times are read
 * with _ints. */
WICK_API const double *wick_table_floats(const wick_table *t, int32_t column);
WICK_API const int64_t *wick_table_ints(const wick_table *t, int32_t column);
WICK_API const char *const *wick_table_texts(const wick_table *t, int32_t column);
WICK_API const uint8_t *wick_table_bools(const wick_table *t, int32_t column);
/** One number or truth as a double (ints and times rounded beyond 2^53); WICK_NA when missing or a
 * text. */
WICK_API double wick_table_number(const wick_table *t, int32_t column, int64_t row);
/** Adds a cell as CSV writes it, without quotes. */
WICK_API void wick_table_cell(const wick_table *t, int32_t column, int64_t row, wick_buf *out);
/** SHA-256 over names, types and values; equal tables have equal digests. */
WICK_API wick_status wick_table_digest(wick_ctx *ctx, const wick_table *t,
                                       char hex[65]) WICK_NODISCARD;

/* ---- choosing ----------------------------------------------------------------------------- */

/** The named columns in that order. */
WICK_API wick_status wick_table_select(wick_ctx *ctx, const wick_table *t, const char *const *names,
                                       int32_t n, wick_table **out) WICK_NODISCARD;
WICK_API wick_status wick_table_rename(wick_ctx *ctx, const wick_table *t, const char *from,
                                       const char *to, wick_table **out) WICK_NODISCARD;
/** With a column replaced, or added at the end. */
WICK_API wick_status wick_table_with(wick_ctx *ctx, const wick_table *t, const wick_column_in *c,
                                     wick_table **out) WICK_NODISCARD;
/** With a column of another type: float, int, bool and time among each other where no value is
 * lost, everything to and from text. The error names the first row that cannot be. */
WICK_API wick_status wick_table_cast(wick_ctx *ctx, const wick_table *t, const char *name,
                                     wick_column_type type, wick_table **out) WICK_NODISCARD;
/** The given rows in that order; -1 gives a row of missing values. */
WICK_API wick_status wick_table_take(wick_ctx *ctx, const wick_table *t, const int64_t *rows,
                                     int64_t n, wick_table **out) WICK_NODISCARD;
/** One below the other: same names and types in the same order. */
WICK_API wick_status wick_table_concat(wick_ctx *ctx, const wick_table *const *t, int32_t n,
                                       wick_table **out) WICK_NODISCARD;

typedef enum wick_where_op {
    WICK_WHERE_EQ,
    WICK_WHERE_NE,
    WICK_WHERE_LT,
    WICK_WHERE_LE,
    WICK_WHERE_GT,
    WICK_WHERE_GE,
    WICK_WHERE_MISSING,
    WICK_WHERE_PRESENT
} wick_where_op;
typedef struct wick_where {
    const char *column;
    int32_t op;
    double number;    /**< for numbers, truths (1, 0) and times */
    const char *text; /**< for texts, compared by byte */
} wick_where;
/** Rows that meet all conditions, in their order. */
WICK_API wick_status wick_table_where(wick_ctx *ctx, const wick_table *t, const wick_where *w,
                                      int32_t n, wick_table **out) WICK_NODISCARD;

typedef struct wick_sort_key {
    const char *column;
    bool descending;
} wick_sort_key;
/** Stable; missing last in both directions. `rows` gets the order. */
WICK_API wick_status wick_table_order(wick_ctx *ctx, const wick_table *t, const wick_sort_key *keys,
                                      int32_t n_keys, int64_t *rows) WICK_NODISCARD;
WICK_API wick_status wick_table_sort(wick_ctx *ctx, const wick_table *t, const wick_sort_key *keys,
                                     int32_t n_keys, wick_table **out) WICK_NODISCARD;

/* ---- joining and grouping ----------------------------------------------------------------- */

typedef enum wick_join_kind { WICK_JOIN_INNER, WICK_JOIN_LEFT } wick_join_kind;
typedef struct wick_join_opts {
    uint32_t size;
    int32_t kind;
    bool unique_left, unique_right; /**< a key that is there twice is an error */
    const char *left_name, *right_name; /**< for messages */
} wick_join_opts;
/** Columns of the left, then those of the right that are no keys; a name on both sides is an error.
 * Rows in the order of the left, matches of one row in the order of the right. */
WICK_API wick_status wick_table_join(wick_ctx *ctx, const wick_table *left, const wick_table *right,
                                     const char *const *keys, int32_t n_keys,
                                     const wick_join_opts *opts, wick_table **out) WICK_NODISCARD;
/** Error that names the first repeated key. */
WICK_API wick_status wick_table_unique(wick_ctx *ctx, const wick_table *t, const char *what,
                                       const char *const *keys, int32_t n_keys) WICK_NODISCARD;

typedef enum wick_agg_fn {
    WICK_AGG_COUNT, /**< rows; with a column: its present values */
    WICK_AGG_SUM,
    WICK_AGG_MEAN,
    WICK_AGG_STD, /**< sample deviation; missing below two values */
    WICK_AGG_MIN,
    WICK_AGG_MAX,
    WICK_AGG_FIRST,
    WICK_AGG_LAST,
    WICK_AGG_FNS
} wick_agg_fn;
WICK_API const char *wick_agg_name(int32_t fn);
WICK_API bool wick_agg_find(const char *name, wick_agg_fn *out);
typedef struct wick_agg {
    const char *name;   /**< of the result */
    int32_t fn;
    const char *column; /**< NULL for plain counts */
} wick_agg;
/** One row per distinct key, in the order of first appearance; missing keys are one group. Sums and
 * means are floats, added pairwise (wick_sum_pairwise). */
WICK_API wick_status wick_table_group(wick_ctx *ctx, const wick_table *t, const char *const *keys,
                                      int32_t n_keys, const wick_agg *aggs, int32_t n_aggs,
                                      wick_table **out) WICK_NODISCARD;
/** Sum in the order numpy adds: eight running sums up to 128 values, halves above. Chosen where
 * results are compared with data frames to the last digit. */
WICK_API double wick_sum_pairwise(int64_t n, const double *x);

/* ---- files -------------------------------------------------------------------------------- */

typedef struct wick_table_opts {
    uint32_t size;
    const char *const *columns; /**< read only these, in this order; NULL: all */
    int32_t n_columns;
    const char *const *typed;   /**< columns with a declared type; the others are inferred (CSV) */
    const int32_t *types;
    int32_t n_typed;
} wick_table_opts;
/** By ending: .csv (.gz, .zst), .wkt (native), .parquet. Errors name file, line and column.
 * CSV is RFC 4180 with a header line. A column is int, float, bool (true, false), time (ISO text)
 * or text, the first that all its cells are; an empty cell is missing, "" an empty text, and
 * numbers with a leading zero are text. */
WICK_API wick_status wick_table_read(wick_ctx *ctx, const char *path, const wick_table_opts *opts,
                                     wick_table **out) WICK_NODISCARD;
WICK_API wick_status wick_table_parse_csv(wick_ctx *ctx, const char *name, const char *text,
                                          int64_t n, const wick_table_opts *opts,
                                          wick_table **out) WICK_NODISCARD;
/** By ending, as one file or none. CSV floats are the shortest text that reads back and keep a
 * point (3.0), so that reading infers the same type. */
WICK_API wick_status wick_table_write(wick_ctx *ctx, const wick_table *t,
                                      const char *path) WICK_NODISCARD;
WICK_API wick_status wick_table_csv(wick_ctx *ctx, const wick_table *t,
                                    wick_buf *out) WICK_NODISCARD;
/** Markdown table of the first rows; numbers right-aligned, texts escaped. max_rows < 0: all. */
WICK_API wick_status wick_table_markdown(wick_ctx *ctx, const wick_table *t, int64_t max_rows,
                                         wick_buf *out) WICK_NODISCARD;
/** Whether Parquet works here: DuckDB's library can be opened (WICK_DUCKDB names it, else
 * libduckdb.so where the loader looks). The error says where it was looked for and what brings it. */
WICK_API wick_status wick_table_parquet(wick_ctx *ctx) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
