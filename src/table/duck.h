/* SPDX-License-Identifier: MIT */
/** DuckDB's C interface, as far as Parquet needs it: opened at run time, never linked. The types
 * are those of duckdb.h (stable since 1.0). */
#ifndef WK_TABLE_DUCK_H
#define WK_TABLE_DUCK_H

#include "wick/base.h"

typedef struct wk_duck_result {
    uint64_t unused[3];
    void *columns;
    char *message;
    void *data;
} wk_duck_result;

/** Up to twelve bytes stand in the value itself. */
typedef struct wk_duck_text {
    uint32_t length;
    char prefix[4];
    union {
        const char *pointer;
        char rest[8];
    } v;
} wk_duck_text;

typedef struct wk_duck {
    int (*open)(const char *path, void **db);
    void (*close)(void **db);
    int (*connect)(void *db, void **connection);
    void (*disconnect)(void **connection);
    int (*query)(void *connection, const char *sql, wk_duck_result *out);
    const char *(*result_error)(wk_duck_result *r);
    void (*destroy_result)(wk_duck_result *r);
    void *(*fetch_chunk)(wk_duck_result r);
    uint64_t (*chunk_size)(void *chunk);
    void *(*chunk_vector)(void *chunk, uint64_t column);
    void (*destroy_chunk)(void **chunk);
    void *(*vector_data)(void *vector);
    uint64_t *(*vector_validity)(void *vector);
    int (*appender_create)(void *connection, const char *schema, const char *table, void **out);
    const char *(*appender_error)(void *appender);
    int (*appender_destroy)(void **appender);
    int (*end_row)(void *appender);
    int (*append_null)(void *appender);
    int (*append_bool)(void *appender, bool v);
    int (*append_int64)(void *appender, int64_t v);
    int (*append_double)(void *appender, double v);
    int (*append_text)(void *appender, const char *s, uint64_t n);
} wk_duck;

/** The library, opened once for the process: WICK_DUCKDB names the file, else libduckdb.so where
 * the loader looks. */
wick_status wk_duck_open(wick_ctx *ctx, const wk_duck **out) WICK_NODISCARD;

#endif
