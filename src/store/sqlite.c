/* SPDX-License-Identifier: MIT */
/* SQLite: write-ahead log, prepared statements, and a wait for the lock that is short at first:
 * with several writers the lock is free again within tens of microseconds, where SQLite's own wait
 * of one millisecond and more leaves it idle. */
#include "store/sql.h"

#if WICK_HAVE_SQLITE
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEPT = 64, COLUMNS = 16 };

typedef struct lite {
    wk_sql sql;
    sqlite3 *db;
    struct {
        const char *text; /* constant: told apart by address */
        sqlite3_stmt *stmt;
    } kept[KEPT];
    int32_t n_kept;
    double patience;
    int64_t version;
    bool open; /* a transaction is */
    int code;
    char path[];
} lite;

static wick_status fail(lite *q, wick_ctx *ctx, int code)
{
    q->code = code;
    const int kind = code & 0xFF;
    if (kind == SQLITE_NOMEM) return wick_fail_mem(ctx);
    if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED)
        return wick_fail(ctx, WICK_E_IO, "%s: locked by another process for more than %g s",
                         q->path, q->patience);
    const wick_status st = kind == SQLITE_NOTADB || kind == SQLITE_CORRUPT || kind == SQLITE_ERROR
                               ? WICK_E_DATA
                               : WICK_E_IO;
    return wick_fail(ctx, st, "%s: %s", q->path, sqlite3_errmsg(q->db));
}

static int wait_for_lock(void *self, int times)
{
    const lite *q = self;
    /* 20 us, 40 us ... 5 ms; the sum so far is about twice the last wait, then 5 ms each. */
    const int step = times < 8 ? times : 8;
    const double waited = times < 8 ? 0.0 : 0.005 * (double)(times - 6);
    if (waited > q->patience || wick_interrupted()) return 0;
    const struct timespec t = {.tv_nsec = 20000L << step};
    nanosleep(&t, NULL);
    return 1;
}

static wick_status prepare(lite *q, wick_ctx *ctx, bool keep, const char *text, sqlite3_stmt **out)
{
    for (int32_t i = 0; keep && i < q->n_kept; i++) {
        if (q->kept[i].text != text) continue;
        *out = q->kept[i].stmt;
        return WICK_OK;
    }
    const bool room = keep && q->n_kept < KEPT;
    const int code =
        sqlite3_prepare_v3(q->db, text, -1, room ? SQLITE_PREPARE_PERSISTENT : 0, out, NULL);
    if (code != SQLITE_OK) return fail(q, ctx, code);
    if (room) {
        q->kept[q->n_kept].text = text;
        q->kept[q->n_kept++].stmt = *out;
    }
    return WICK_OK;
}

static bool is_kept(const lite *q, const sqlite3_stmt *s)
{
    for (int32_t i = 0; i < q->n_kept; i++)
        if (q->kept[i].stmt == s) return true;
    return false;
}

static void bind(sqlite3_stmt *s, const wk_cell *arg, int n)
{
    for (int i = 0; i < n; i++) {
        const wk_cell *a = &arg[i];
        /* A failure to bind leaves NULL, which the schema or the caller's check refuses. */
        switch (a->kind) {
        case WK_INT: sqlite3_bind_int64(s, i + 1, a->i); break;
        case WK_DOUBLE: sqlite3_bind_double(s, i + 1, a->d); break;
        case WK_TEXT: sqlite3_bind_text(s, i + 1, a->s, -1, SQLITE_STATIC); break;
        default: sqlite3_bind_null(s, i + 1); break;
        }
    }
}

static void read_row(sqlite3_stmt *s, wk_cell *row)
{
    const int n = sqlite3_column_count(s);
    for (int i = 0; i < n && i < COLUMNS; i++) {
        switch (sqlite3_column_type(s, i)) {
        case SQLITE_INTEGER: row[i] = wk_int(sqlite3_column_int64(s, i)); break;
        case SQLITE_FLOAT: row[i] = wk_double(sqlite3_column_double(s, i)); break;
        case SQLITE_NULL: row[i] = (wk_cell){.kind = WK_NULL}; break;
        default: row[i] = wk_text((const char *)sqlite3_column_text(s, i)); break;
        }
    }
}

static wick_status exec(wk_sql *sql, wick_ctx *ctx, bool keep, const char *text, const wk_cell *arg,
                        int n, wk_row_fn fn, void *user)
{
    lite *q = (lite *)sql;
    sqlite3_stmt *s = NULL;
    q->code = SQLITE_OK;
    wick_status st = prepare(q, ctx, keep, text, &s);
    if (st < 0 || s == NULL) return st;
    bind(s, arg, n);
    int code;
    while (st >= 0 && (code = sqlite3_step(s)) != SQLITE_DONE) {
        if (code != SQLITE_ROW) {
            st = fail(q, ctx, code);
        } else if (fn != NULL) {
            wk_cell row[COLUMNS];
            read_row(s, row);
            st = fn(user, ctx, row);
        }
    }
    if (is_kept(q, s)) {
        sqlite3_reset(s);
    } else {
        sqlite3_finalize(s);
    }
    return st;
}

static wick_status sync_now(wk_sql *sql, wick_ctx *ctx)
{
    (void)sql;
    (void)ctx;
    return WICK_OK;
}

static wick_status begin(wk_sql *sql, wick_ctx *ctx)
{
    const wick_status st = exec(sql, ctx, true, "BEGIN IMMEDIATE", NULL, 0, NULL, NULL);
    ((lite *)sql)->open = st >= 0;
    return st;
}

static wick_status commit(wk_sql *sql, wick_ctx *ctx)
{
    const wick_status st = exec(sql, ctx, true, "COMMIT", NULL, 0, NULL, NULL);
    if (st >= 0) ((lite *)sql)->open = false;
    return st;
}

static void rollback(wk_sql *sql)
{
    lite *q = (lite *)sql;
    const int code = q->code;
    if (q->open) sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
    q->open = false;
    q->code = code;
}

/* The wait for the lock was long already. */
static wk_trouble trouble(const wk_sql *sql)
{
    const lite *q = (const lite *)sql;
    return q->code == SQLITE_BUSY_SNAPSHOT ? WK_AGAIN : WK_FINE;
}

static wick_status revive(wk_sql *sql, wick_ctx *ctx)
{
    (void)sql;
    (void)ctx;
    return WICK_OK;
}

static wick_status read_version(void *user, wick_ctx *ctx, const wk_cell *row)
{
    (void)ctx;
    *(int64_t *)user = wk_cell_int(&row[0]);
    return WICK_OK;
}

static bool changed(wk_sql *sql, wick_ctx *ctx)
{
    lite *q = (lite *)sql;
    int64_t now = -1;
    if (exec(sql, ctx, true, "PRAGMA data_version", NULL, 0, read_version, &now) < 0) {
        wick_ctx_clear(ctx);
        return true;
    }
    const bool news = now != q->version;
    q->version = now;
    return news;
}

static void close_db(wk_sql *sql)
{
    lite *q = (lite *)sql;
    if (q == NULL) return;
    rollback(sql);
    for (int32_t i = 0; i < q->n_kept; i++) sqlite3_finalize(q->kept[i].stmt);
    sqlite3_close(q->db);
    free(q);
}

/* A change of the journal's mode does not wait for the lock as other statements do: of several
 * workers that open a new file, all but one are told at once that it is busy. */
static wick_status set_mode(lite *q, wick_ctx *ctx, bool read_only)
{
    const char *text = read_only ? "PRAGMA query_only = 1" : "PRAGMA journal_mode = WAL";
    const double until = wick_now() + q->patience;
    for (;;) {
        const wick_status st = exec(&q->sql, ctx, false, text, NULL, 0, NULL, NULL);
        const bool busy = st < 0 && (q->code & 0xFF) == SQLITE_BUSY;
        if (!busy || wick_now() > until || wick_interrupted()) return st;
        wick_ctx_clear(ctx);
        const struct timespec t = {.tv_nsec = 2000000};
        nanosleep(&t, NULL);
    }
}

wick_status wk_sqlite_open(wick_ctx *ctx, const char *path, bool read_only, double patience,
                           wk_sql **out)
{
    const size_t len = strlen(path) + 1;
    lite *q = calloc(1, sizeof *q + len);
    if (q == NULL) return wick_fail_mem(ctx);
    memcpy(q->path, path, len);
    q->patience = patience;
    q->version = -1;
    q->sql = (wk_sql){.what = "SQLite",
                      .exec = exec,
                      .sync = sync_now,
                      .begin = begin,
                      .commit = commit,
                      .rollback = rollback,
                      .trouble = trouble,
                      .revive = revive,
                      .changed = changed,
                      .close = close_db};
    /* Reading a database with a write-ahead log needs the log's index file, hence write access to
     * the folder: a connection that only reads is opened for writing and told not to. */
    const int flags = SQLITE_OPEN_READWRITE | (read_only ? 0 : SQLITE_OPEN_CREATE);
    int code = sqlite3_open_v2(path, &q->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK && read_only && q->db != NULL) {
        sqlite3_close(q->db);
        code = sqlite3_open_v2(path, &q->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    }
    wick_status st = WICK_OK;
    if (code != SQLITE_OK)
        st = q->db == NULL ? wick_fail_mem(ctx)
                           : wick_fail(ctx, WICK_E_IO, "%s: %s", path, sqlite3_errmsg(q->db));
    if (st >= 0) sqlite3_busy_handler(q->db, wait_for_lock, q);
    if (st >= 0) st = set_mode(q, ctx, read_only);
    if (st >= 0) st = exec(&q->sql, ctx, false, "PRAGMA synchronous = NORMAL", NULL, 0, NULL, NULL);
    if (st < 0) {
        close_db(&q->sql);
        return st;
    }
    *out = &q->sql;
    return WICK_OK;
}

#else

wick_status wk_sqlite_open(wick_ctx *ctx, const char *path, bool read_only, double patience,
                           wk_sql **out)
{
    (void)path;
    (void)read_only;
    (void)patience;
    (void)out;
    return wick_fail(ctx, WICK_E_UNSUPPORTED,
                     "not built with SQLite: install the Debian package libsqlite3-dev and build "
                     "again (or use journal:FILE)");
}

#endif
