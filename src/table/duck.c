/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "table/duck.h"

/* name in the table, name in the library */
#define DUCK_FUNCTIONS(X)                                                                          \
    X(open, duckdb_open)                                                                           \
    X(close, duckdb_close)                                                                         \
    X(connect, duckdb_connect)                                                                     \
    X(disconnect, duckdb_disconnect)                                                               \
    X(query, duckdb_query)                                                                         \
    X(result_error, duckdb_result_error)                                                           \
    X(destroy_result, duckdb_destroy_result)                                                       \
    X(fetch_chunk, duckdb_fetch_chunk)                                                             \
    X(chunk_size, duckdb_data_chunk_get_size)                                                      \
    X(chunk_vector, duckdb_data_chunk_get_vector)                                                  \
    X(destroy_chunk, duckdb_destroy_data_chunk)                                                    \
    X(vector_data, duckdb_vector_get_data)                                                         \
    X(vector_validity, duckdb_vector_get_validity)                                                 \
    X(appender_create, duckdb_appender_create)                                                     \
    X(appender_error, duckdb_appender_error)                                                       \
    X(appender_destroy, duckdb_appender_destroy)                                                   \
    X(end_row, duckdb_appender_end_row)                                                            \
    X(append_null, duckdb_append_null)                                                             \
    X(append_bool, duckdb_append_bool)                                                             \
    X(append_int64, duckdb_append_int64)                                                           \
    X(append_double, duckdb_append_double)                                                         \
    X(append_text, duckdb_append_varchar_length)

/* The one thing of this room that outlives its calls: a loaded library, written once. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static wk_duck api;
static bool loaded;
static char why[512];

static bool find(void *library, const char *name, void *member)
{
    void *f = dlsym(library, name);
    memcpy(member, &f, sizeof f);
    if (!f) snprintf(why, sizeof why, "it has no function %s", name);
    return f != NULL;
}

static void open_library(void)
{
    const char *named = getenv("WICK_DUCKDB");
    const char *const names[] = {named && *named ? named : "libduckdb.so",
                                 "/usr/local/lib/libduckdb.so", "/usr/lib/libduckdb.so"};
    const size_t n = named && *named ? 1 : sizeof names / sizeof *names;
    void *library = NULL;
    for (size_t i = 0; i < n && !library; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (library || i > 0) continue;
        const char *text = dlerror();
        snprintf(why, sizeof why, "%s", text ? text : names[i]);
    }
    if (!library) return;
    bool good = true;
#define FIND(member, function) good = good && find(library, #function, &api.member);
    DUCK_FUNCTIONS(FIND)
#undef FIND
    loaded = good;
}

wick_status wk_duck_open(wick_ctx *ctx, const wk_duck **out)
{
    pthread_once(&once, open_library);
    if (!loaded)
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "Parquet needs DuckDB's library and it cannot be used (%s): the npm "
                         "package @duckdb/node-bindings-linux-x64 or a release of DuckDB brings "
                         "libduckdb.so; name it in WICK_DUCKDB, or use .csv or .wkt",
                         why);
    *out = &api;
    return WICK_OK;
}
