/* SPDX-License-Identifier: MIT */
/* PostgreSQL through libpq in pipeline mode: statements are sent as they come and answered
 * together, so that a transaction of twenty rows is one round trip and one flush. */
#include "store/sql.h"

#if WICK_HAVE_PG
#include <dlfcn.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The library brings TLS, Kerberos and LDAP along: it is opened with the first postgresql:// URL.
 */
#define PQ_FUNCTIONS(X)                                                                            \
    X(PQconnectdb)                                                                                 \
    X(PQfinish)                                                                                    \
    X(PQreset)                                                                                     \
    X(PQstatus)                                                                                    \
    X(PQerrorMessage)                                                                              \
    X(PQping)                                                                                      \
    X(PQenterPipelineMode)                                                                         \
    X(PQpipelineSync)                                                                              \
    X(PQsendPrepare)                                                                               \
    X(PQsendQueryPrepared)                                                                         \
    X(PQsendQueryParams)                                                                           \
    X(PQgetResult)                                                                                 \
    X(PQresultStatus)                                                                              \
    X(PQresultErrorField)                                                                          \
    X(PQclear)                                                                                     \
    X(PQntuples)                                                                                   \
    X(PQnfields)                                                                                   \
    X(PQgetisnull)                                                                                 \
    X(PQgetvalue)                                                                                  \
    X(PQsetNoticeReceiver)

typedef struct library {
#define MEMBER(f) __typeof__(f) *f;
    PQ_FUNCTIONS(MEMBER)
#undef MEMBER
} library;

/* The one thing of this file that outlives its calls: a loaded library, written once. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static library pq;
static bool loaded;

static bool find(void *lib, const char *name, void *member)
{
    void *f = dlsym(lib, name);
    memcpy(member, &f, sizeof f);
    return f != NULL;
}

static void open_library(void)
{
    void *lib = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (lib == NULL) return;
    bool good = true;
#define FIND(f) good = find(lib, #f, &pq.f) && good;
    PQ_FUNCTIONS(FIND)
#undef FIND
    loaded = good;
}

enum { KEPT = 64, COLUMNS = 16, ARGS = 8, DEEP = 128 };

typedef struct pg {
    wk_sql sql;
    PGconn *db;
    const char *kept[KEPT]; /* prepared on this connection; constants, told apart by address */
    int32_t n_kept;
    struct {
        wk_row_fn fn;
        void *user;
    } sent[DEEP + 2]; /* statements under way, in order */
    int32_t n_sent;
    bool open, lost;
    bool doubtful; /* after an error: whether a statement was prepared behind it is not known */
    char state[6]; /* SQLSTATE of the first error since the last begin */
} pg;

static wick_status no_connection(pg *q, wick_ctx *ctx)
{
    q->lost = true;
    char text[512];
    snprintf(text, sizeof text, "%s", pq.PQerrorMessage(q->db));
    text[strcspn(text, "\n")] = '\0';
    return wick_fail(ctx, WICK_E_IO, "PostgreSQL: %s", text[0] != '\0' ? text : "no connection");
}

static wick_status statement_failed(pg *q, wick_ctx *ctx, const PGresult *r)
{
    const char *state = pq.PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *text = pq.PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    snprintf(q->state, sizeof q->state, "%s", state != NULL ? state : "");
    if (pq.PQstatus(q->db) == CONNECTION_BAD || state == NULL) return no_connection(q, ctx);
    /* The server goes down, or comes up: 57P01..57P03; broken connections: class 08. */
    if (strncmp(state, "57P0", 4) == 0 || strncmp(state, "08", 2) == 0) q->lost = true;
    return wick_fail(ctx, WICK_E_IO, "PostgreSQL: %s (%s)", text != NULL ? text : "failed", state);
}

static wick_status hand_out(wick_ctx *ctx, const PGresult *r, wk_row_fn fn, void *user)
{
    const int rows = pq.PQntuples(r), columns = pq.PQnfields(r);
    wick_status st = WICK_OK;
    for (int i = 0; fn != NULL && i < rows && st >= 0; i++) {
        wk_cell row[COLUMNS] = {{WK_NULL, 0, 0.0, NULL}};
        for (int k = 0; k < columns && k < COLUMNS; k++)
            row[k] = wk_text(pq.PQgetisnull(r, i, k) ? NULL : pq.PQgetvalue(r, i, k));
        st = fn(user, ctx, row);
    }
    return st;
}

/* Reads the answers to everything sent. The first failure is kept; those that follow from it are
 * not. */
static wick_status drain(pg *q, wick_ctx *ctx)
{
    wick_status st = WICK_OK;
    for (int32_t i = 0; i < q->n_sent; i++) {
        PGresult *r = pq.PQgetResult(q->db);
        if (r == NULL) {
            q->n_sent = 0;
            return st < 0 ? st : no_connection(q, ctx);
        }
        const ExecStatusType s = pq.PQresultStatus(r);
        if (st >= 0 && s == PGRES_TUPLES_OK)
            st = hand_out(ctx, r, q->sent[i].fn, q->sent[i].user);
        else if (st >= 0 && s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
            st = statement_failed(q, ctx, r), q->doubtful = true;
        pq.PQclear(r);
        /* Each statement's answers end with a NULL. */
        while ((r = pq.PQgetResult(q->db)) != NULL) pq.PQclear(r);
        if (pq.PQstatus(q->db) == CONNECTION_BAD) {
            q->n_sent = 0;
            return st < 0 && q->lost ? st : no_connection(q, ctx);
        }
    }
    q->n_sent = 0;
    PGresult *end = pq.PQgetResult(q->db);
    const bool good = end != NULL && pq.PQresultStatus(end) == PGRES_PIPELINE_SYNC;
    pq.PQclear(end);
    return good || st < 0 ? st : no_connection(q, ctx);
}

static wick_status sync_all(wk_sql *sql, wick_ctx *ctx)
{
    pg *q = (pg *)sql;
    if (q->n_sent == 0) return WICK_OK;
    if (pq.PQpipelineSync(q->db) != 1) {
        q->n_sent = 0;
        return no_connection(q, ctx);
    }
    return drain(q, ctx);
}

/* ?1 is $1 here. */
static bool translate(const char *text, wick_buf *b)
{
    for (const char *p = text; *p != '\0'; p++) {
        const bool mark = *p == '?' && p[1] >= '1' && p[1] <= '9';
        wick_buf_add(b, mark ? "$" : p, 1);
    }
    return !b->failed;
}

static void note_sent(pg *q, wk_row_fn fn, void *user)
{
    q->sent[q->n_sent].fn = fn;
    q->sent[q->n_sent++].user = user;
}

/* Index of the prepared statement, made when new; -1 when there is no room; -2 on failure. */
static int32_t prepared(pg *q, const char *text, char name[16])
{
    int32_t i = 0;
    while (i < q->n_kept && q->kept[i] != text) i++;
    if (i == KEPT) return -1;
    snprintf(name, 16, "wick%d", (int)i);
    if (i < q->n_kept) return i;
    wick_buf b = {0};
    const bool good = translate(text, &b) && pq.PQsendPrepare(q->db, name, b.data, 0, NULL) == 1;
    wick_buf_free(&b);
    if (!good) return -2;
    note_sent(q, NULL, NULL);
    q->kept[q->n_kept++] = text;
    return i;
}

/* Outside a transaction, which the error would have spoilt for this too. */
static void forget(pg *q)
{
    q->n_kept = 0;
    q->doubtful = false;
    if (pq.PQsendQueryParams(q->db, "DEALLOCATE ALL", 0, NULL, NULL, NULL, NULL, 0) == 1)
        note_sent(q, NULL, NULL);
}

static wick_status exec(wk_sql *sql, wick_ctx *ctx, bool keep, const char *text, const wk_cell *arg,
                        int n, wk_row_fn fn, void *user)
{
    pg *q = (pg *)sql;
    if (q->n_sent >= DEEP) {
        const wick_status st = sync_all(sql, ctx);
        if (st < 0) return st;
    }
    if (q->doubtful && !q->open) forget(q);
    const char *value[ARGS];
    char number[ARGS][WICK_DOUBLE_TEXT];
    for (int i = 0; i < n; i++) {
        value[i] = number[i];
        if (arg[i].kind == WK_INT) {
            snprintf(number[i], sizeof number[i], "%lld", (long long)arg[i].i);
        } else if (arg[i].kind == WK_DOUBLE) {
            wick_format_double(number[i], arg[i].d);
        } else {
            value[i] = arg[i].kind == WK_TEXT ? arg[i].s : NULL;
        }
    }
    char name[16];
    const int32_t at = keep ? prepared(q, text, name) : -1;
    int sent = 0;
    if (at >= 0) {
        sent = pq.PQsendQueryPrepared(q->db, name, n, value, NULL, NULL, 0);
    } else if (at == -1) {
        wick_buf b = {0};
        if (translate(text, &b))
            sent = pq.PQsendQueryParams(q->db, b.data, n, NULL, value, NULL, NULL, 0);
        wick_buf_free(&b);
    }
    if (sent != 1) return no_connection(q, ctx);
    note_sent(q, fn, user);
    return WICK_OK;
}

static wick_status begin(wk_sql *sql, wick_ctx *ctx)
{
    pg *q = (pg *)sql;
    q->state[0] = '\0';
    if (q->doubtful) forget(q);
    q->open = true;
    return exec(sql, ctx, true, "BEGIN", NULL, 0, NULL, NULL);
}

static wick_status commit(wk_sql *sql, wick_ctx *ctx)
{
    wick_status st = exec(sql, ctx, true, "COMMIT", NULL, 0, NULL, NULL);
    if (st >= 0) st = sync_all(sql, ctx);
    if (st >= 0) ((pg *)sql)->open = false;
    return st;
}

static void rollback(wk_sql *sql)
{
    pg *q = (pg *)sql;
    if (!q->open) return;
    const bool lost = q->lost;
    char state[6];
    memcpy(state, q->state, sizeof state);
    wick_ctx *spare = wick_ctx_new();
    wick_status st = sync_all(sql, spare); /* answers of what failed before */
    if (q->lost == lost) st = exec(sql, spare, false, "ROLLBACK", NULL, 0, NULL, NULL);
    if (st >= 0) st = sync_all(sql, spare);
    wick_ctx_free(spare);
    q->open = false;
    memcpy(q->state, state, sizeof state);
}

static wk_trouble trouble(const wk_sql *sql)
{
    const pg *q = (const pg *)sql;
    if (q->lost || pq.PQstatus(q->db) == CONNECTION_BAD) return WK_LOST;
    /* serialization failure, deadlock */
    return strcmp(q->state, "40001") == 0 || strcmp(q->state, "40P01") == 0 ? WK_AGAIN : WK_FINE;
}

static wick_status ready(pg *q, wick_ctx *ctx)
{
    q->n_kept = 0;
    q->n_sent = 0;
    q->open = false;
    q->state[0] = '\0';
    if (pq.PQstatus(q->db) != CONNECTION_OK) return no_connection(q, ctx);
    if (pq.PQenterPipelineMode(q->db) != 1)
        return wick_fail(ctx, WICK_E_UNSUPPORTED, "PostgreSQL: no pipeline mode");
    q->lost = false;
    q->doubtful = false;
    return WICK_OK;
}

static wick_status revive(wk_sql *sql, wick_ctx *ctx)
{
    pg *q = (pg *)sql;
    pq.PQreset(q->db);
    return ready(q, ctx);
}

static bool changed(wk_sql *sql, wick_ctx *ctx)
{
    (void)sql;
    (void)ctx;
    return true;
}

static void close_db(wk_sql *sql)
{
    pg *q = (pg *)sql;
    if (q == NULL) return;
    pq.PQfinish(q->db);
    free(q);
}

static void no_notice(void *user, const PGresult *r)
{
    (void)user;
    (void)r;
}

/* A server that goes down or comes up is worth waiting for, one that does not answer may be on its
 * way between the two, or a wrong address. */
static PGconn *connect_patiently(const char *url, double patience)
{
    const double start = wick_now(), silence = patience < 5.0 ? patience : 5.0;
    int answered = 0;
    for (;;) {
        PGconn *db = pq.PQconnectdb(url);
        if (db == NULL || pq.PQstatus(db) == CONNECTION_OK || wick_interrupted()) return db;
        const PGPing ping = pq.PQping(url);
        const double waited = wick_now() - start;
        /* It answers now: the connection was refused while it was coming up, or for good (a wrong
         * password, a missing database), which one more attempt tells. */
        const bool hope = (ping == PQPING_REJECT && waited < patience) ||
                          (ping != PQPING_NO_ATTEMPT && ping != PQPING_OK && waited < silence) ||
                          (ping == PQPING_OK && answered++ == 0);
        if (!hope) return db;
        pq.PQfinish(db);
        const struct timespec t = {.tv_nsec = 100000000};
        nanosleep(&t, NULL);
    }
}

wick_status wk_pg_open(wick_ctx *ctx, const char *url, double patience, wk_sql **out)
{
    pthread_once(&once, open_library);
    if (!loaded)
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "libpq.so.5 (14 or newer) cannot be opened: install the Debian package "
                         "libpq5");
    pg *q = calloc(1, sizeof *q);
    if (q == NULL) return wick_fail_mem(ctx);
    q->sql = (wk_sql){.pg = true,
                      .what = "PostgreSQL",
                      .exec = exec,
                      .sync = sync_all,
                      .begin = begin,
                      .commit = commit,
                      .rollback = rollback,
                      .trouble = trouble,
                      .revive = revive,
                      .changed = changed,
                      .close = close_db};
    q->db = connect_patiently(url, patience);
    wick_status st = q->db == NULL ? wick_fail_mem(ctx) : WICK_OK;
    if (st >= 0) pq.PQsetNoticeReceiver(q->db, no_notice, NULL);
    if (st >= 0) st = ready(q, ctx);
    if (st < 0) {
        close_db(&q->sql);
        return st;
    }
    *out = &q->sql;
    return WICK_OK;
}

#else

wick_status wk_pg_open(wick_ctx *ctx, const char *url, double patience, wk_sql **out)
{
    (void)url;
    (void)patience;
    (void)out;
    return wick_fail(ctx, WICK_E_UNSUPPORTED,
                     "not built with PostgreSQL: install the Debian package libpq-dev and build "
                     "again (or use sqlite:///FILE)");
}

#endif
