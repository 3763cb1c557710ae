/* SPDX-License-Identifier: MIT */
/** Private to the room store: what the two databases have in common. Statements number their
 * arguments ?1, ?2 ... in both. */
#ifndef WICK_STORE_SQL_H
#define WICK_STORE_SQL_H

#include "wick/base.h"

/** One argument or one field of a row. */
typedef struct wk_cell {
    enum { WK_NULL, WK_INT, WK_DOUBLE, WK_TEXT } kind;
    int64_t i;
    double d;
    const char *s; /**< of a row: until the callback returns */
} wk_cell;

static inline wk_cell wk_int(int64_t v)
{
    return (wk_cell){.kind = WK_INT, .i = v};
}
static inline wk_cell wk_double(double v)
{
    return (wk_cell){.kind = WK_DOUBLE, .d = v};
}
/** NULL text is SQL's NULL. */
static inline wk_cell wk_text(const char *s)
{
    return (wk_cell){.kind = s != NULL ? WK_TEXT : WK_NULL, .s = s};
}

/* Fields as the type the schema gives them; PostgreSQL hands over text. */
int64_t wk_cell_int(const wk_cell *c);      /**< 0 unless a number */
double wk_cell_double(const wk_cell *c);    /**< WICK_NA unless a number */
const char *wk_cell_text(const wk_cell *c); /**< NULL unless text */

typedef wick_status (*wk_row_fn)(void *user, wick_ctx *ctx, const wk_cell *row);

typedef enum wk_trouble {
    WK_FINE,  /**< the last error was about the statement, or there was none */
    WK_AGAIN, /**< locked, or in a deadlock: the transaction may be tried again */
    WK_LOST   /**< the connection is gone; whether a commit arrived is not known */
} wk_trouble;

typedef struct wk_sql wk_sql;
struct wk_sql {
    bool pg;
    const char *what; /**< "SQLite", "PostgreSQL" */
    /** Runs a statement, now or at the next sync or commit; `fn` (may be NULL) gets its rows then.
     * `keep`: the text is a constant, and worth preparing. */
    wick_status (*exec)(wk_sql *q, wick_ctx *ctx, bool keep, const char *text, const wk_cell *arg,
                        int n, wk_row_fn fn, void *user);
    wick_status (*sync)(wk_sql *q, wick_ctx *ctx);
    wick_status (*begin)(wk_sql *q, wick_ctx *ctx); /**< takes SQLite's write lock */
    wick_status (*commit)(wk_sql *q, wick_ctx *ctx);
    void (*rollback)(wk_sql *q);
    wk_trouble (*trouble)(const wk_sql *q);
    wick_status (*revive)(wk_sql *q, wick_ctx *ctx); /**< one attempt to connect again */
    /** Whether other connections committed since the last call; always true when not known. */
    bool (*changed)(wk_sql *q, wick_ctx *ctx);
    void (*close)(wk_sql *q);
};

wick_status wk_sqlite_open(wick_ctx *ctx, const char *path, bool read_only, double patience,
                           wk_sql **out);
wick_status wk_pg_open(wick_ctx *ctx, const char *url, double patience, wk_sql **out);

/** A body of statements as one transaction, tried again after a deadlock or a lost connection, for
 * at most `patience` seconds. `again` tells the body that an earlier attempt may have been
 * committed. */
typedef wick_status (*wk_txn_fn)(void *user, wick_ctx *ctx, bool again);
wick_status wk_sql_transact(wick_ctx *ctx, wk_sql *q, double patience, wk_txn_fn body, void *user);
/** The same for reading: no transaction, only the trying again. */
wick_status wk_sql_read(wick_ctx *ctx, wk_sql *q, double patience, wk_txn_fn body, void *user);

/** Tables and version rows: made when `make`, checked always. */
wick_status wk_schema(wick_ctx *ctx, wk_sql *q, bool make, double patience);

#endif
