/* SPDX-License-Identifier: MIT */
/* Parquet through DuckDB. Rows keep the order of the file; one thread, so that the same table gives
 * the same bytes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table/duck.h"
#include "table/table_int.h"

typedef struct session {
    wick_ctx *ctx;
    const wk_duck *d;
    const char *path;
    void *db, *connection;
} session;

static wick_status run(session *s, const char *sql, wk_duck_result *out)
{
    wk_duck_result own;
    memset(&own, 0, sizeof own);
    const int bad = s->d->query(s->connection, sql, &own);
    if (bad) {
        const char *text = s->d->result_error(&own);
        wick_fail(s->ctx, WICK_E_DATA, "%s: %s", s->path, text ? text : "DuckDB refused a query");
        s->d->destroy_result(&own);
        return WICK_E_DATA;
    }
    if (out)
        *out = own;
    else
        s->d->destroy_result(&own);
    return WICK_OK;
}

static void leave(session *s)
{
    if (s->connection) s->d->disconnect(&s->connection);
    if (s->db) s->d->close(&s->db);
}

static wick_status enter(wick_ctx *ctx, const char *path, session *s)
{
    *s = (session){.ctx = ctx, .path = path};
    wick_status st = wk_duck_open(ctx, &s->d);
    if (st < 0) return st;
    if (s->d->open(NULL, &s->db) || s->d->connect(s->db, &s->connection)) {
        leave(s);
        return wick_fail(ctx, WICK_E_INTERNAL, "%s: DuckDB cannot be started", path);
    }
    st = run(s, "SET threads=1", NULL);
    if (st >= 0) st = run(s, "SET autoinstall_known_extensions=false", NULL);
    if (st >= 0) st = run(s, "SET autoload_known_extensions=false", NULL);
    if (st < 0) leave(s);
    return st;
}

static void add_quoted(wick_buf *b, const char *text, char mark)
{
    wick_buf_add(b, &mark, 1);
    for (; *text; text++) {
        if (*text == mark) wick_buf_add(b, &mark, 1);
        wick_buf_add(b, text, 1);
    }
    wick_buf_add(b, &mark, 1);
}

static const char *text_of(const wk_duck_text *t)
{
    return t->length <= 12 ? t->prefix : t->v.pointer;
}

static bool valid(const uint64_t *mask, uint64_t row)
{
    return !mask || (mask[row / 64] >> (row % 64) & 1) != 0;
}

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct column {
    char *name, *type_text;
    wick_column_type type;
    wk_tab_column *values;
} column;

typedef struct reader {
    session s;
    column *columns;
    int32_t n;
    int64_t rows;
} reader;

static bool starts(const char *s, const char *word)
{
    return strncmp(s, word, strlen(word)) == 0;
}

/* The expression that brings a column to one of our types. */
static wick_status add_expression(const reader *r, column *c, wick_buf *b)
{
    static const char *const ints[] = {"TINYINT",  "SMALLINT",  "INTEGER",  "BIGINT",  "HUGEINT",
                                       "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"};
    const char *t = c->type_text;
    c->type = WICK_COL_TYPES;
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++)
        if (strcmp(t, ints[i]) == 0) c->type = WICK_COL_INT;
    if (strcmp(t, "FLOAT") == 0 || strcmp(t, "DOUBLE") == 0 ||
        (starts(t, "DECIMAL(") && !strchr(t, '[')))
        c->type = WICK_COL_FLOAT;
    if (strcmp(t, "VARCHAR") == 0 || strcmp(t, "UUID") == 0 ||
        (starts(t, "ENUM(") && t[strlen(t) - 1] == ')'))
        c->type = WICK_COL_TEXT;
    if (strcmp(t, "BOOLEAN") == 0) c->type = WICK_COL_BOOL;
    const bool stamp = starts(t, "TIMESTAMP") && !strchr(t, '[');
    if (strcmp(t, "DATE") == 0 || stamp) c->type = WICK_COL_TIME;
    if (c->type == WICK_COL_TYPES)
        return wick_fail(r->s.ctx, WICK_E_DATA,
                         "%s: column '%s' is %s, which no table column holds", r->s.path, c->name,
                         t);
    const bool zoned = strcmp(t, "TIMESTAMP WITH TIME ZONE") == 0;
    static const char *const open[] = {"CAST(", "CAST(", "CAST(", "", "epoch_ms(CAST("};
    static const char *const close[] = {" AS DOUBLE)", " AS BIGINT)", " AS VARCHAR)", "",
                                        " AS TIMESTAMP))"};
    wick_buf_add(b, zoned ? "epoch_ms(" : open[c->type], -1);
    add_quoted(b, c->name, '"');
    wick_buf_add(b, zoned ? ")" : close[c->type], -1);
    return WICK_OK;
}

static char *copy_duck_text(const wk_duck_text *t)
{
    char *p = malloc((size_t)t->length + 1);
    if (!p) return NULL;
    memcpy(p, text_of(t), t->length);
    p[t->length] = '\0';
    return p;
}

static wick_status add_columns(reader *r, void *chunk)
{
    const wk_duck *d = r->s.d;
    const int64_t n = (int64_t)d->chunk_size(chunk);
    const wk_duck_text *names = d->vector_data(d->chunk_vector(chunk, 0));
    const wk_duck_text *types = d->vector_data(d->chunk_vector(chunk, 1));
    column *grown = realloc(r->columns, (size_t)(r->n + n + 1) * sizeof *grown);
    if (!grown) return wick_fail_mem(r->s.ctx);
    r->columns = grown;
    for (int64_t i = 0; i < n; i++) {
        column *c = &r->columns[r->n];
        *c = (column){.name = copy_duck_text(&names[i]), .type_text = copy_duck_text(&types[i])};
        r->n++;
        if (!c->name || !c->type_text) return wick_fail_mem(r->s.ctx);
    }
    return WICK_OK;
}

static wick_status describe(reader *r, const char *source)
{
    wick_buf b = {0};
    wk_duck_result res;
    wick_buf_add(&b, "DESCRIBE SELECT * FROM ", -1);
    wick_buf_add(&b, source, -1);
    if (b.failed) {
        wick_buf_free(&b);
        return wick_fail_mem(r->s.ctx);
    }
    wick_status st = run(&r->s, b.data, &res);
    wick_buf_free(&b);
    if (st < 0) return st;
    void *chunk;
    while (st >= 0 && (chunk = r->s.d->fetch_chunk(res)) != NULL) {
        st = add_columns(r, chunk);
        r->s.d->destroy_chunk(&chunk);
    }
    r->s.d->destroy_result(&res);
    return st;
}

static wick_status count_rows(reader *r, const char *source)
{
    wick_buf b = {0};
    wk_duck_result res;
    wick_buf_add(&b, "SELECT count(*) FROM ", -1);
    wick_buf_add(&b, source, -1);
    if (b.failed) {
        wick_buf_free(&b);
        return wick_fail_mem(r->s.ctx);
    }
    const wick_status st = run(&r->s, b.data, &res);
    wick_buf_free(&b);
    if (st < 0) return st;
    void *chunk = r->s.d->fetch_chunk(res);
    if (chunk) {
        r->rows = *(const int64_t *)r->s.d->vector_data(r->s.d->chunk_vector(chunk, 0));
        r->s.d->destroy_chunk(&chunk);
    }
    r->s.d->destroy_result(&res);
    return WICK_OK;
}

static void fill_fixed(wk_tab_column *to, int64_t at, uint64_t n, const void *data,
                       const uint64_t *mask)
{
    for (uint64_t i = 0; i < n; i++) {
        const int64_t row = at + (int64_t)i;
        if (!valid(mask, i))
            wk_tab_column_set_missing(to, row);
        else if (to->type == WICK_COL_BOOL)
            to->v.b[row] = ((const uint8_t *)data)[i] != 0;
        else
            to->v.i[row] = ((const int64_t *)data)[i];
    }
}

/* Texts are gathered with their places; the pointers are set when all are there. */
static void fill_texts(wk_tab_column *to, int64_t at, uint64_t n, const wk_duck_text *data,
                       const uint64_t *mask, wick_buf *bytes)
{
    for (uint64_t i = 0; i < n; i++) {
        const int64_t row = at + (int64_t)i;
        to->v.s[row] = NULL;
        if (!valid(mask, i)) continue;
        wick_buf_add(bytes, text_of(&data[i]), data[i].length);
        wick_buf_add(bytes, "\0", 1);
        to->v.s[row] = "";
    }
}

static wick_status set_texts(wick_ctx *ctx, wk_tab_column *c, const wick_buf *bytes)
{
    c->blob = bytes->failed ? NULL : wk_tab_blob_new(bytes->len);
    if (!c->blob) return wick_fail_mem(ctx);
    if (bytes->len > 0) memcpy(c->blob->data, bytes->data, (size_t)bytes->len);
    c->blob->data[bytes->len] = '\0';
    const char *at = c->blob->data, *const end = at + bytes->len;
    for (int64_t i = 0; i < c->n; i++) {
        if (!c->v.s[i]) continue;
        c->v.s[i] = at;
        at += strlen(at) + 1;
        if (at > end) at = end; /* a text with a NUL inside ends there */
    }
    return WICK_OK;
}

static wick_status fetch(reader *r, wk_duck_result res)
{
    const wk_duck *d = r->s.d;
    wick_status st = WICK_OK;
    wick_buf *texts = calloc((size_t)r->n + 1, sizeof *texts);
    int64_t at = 0;
    void *chunk;
    if (!texts) return wick_fail_mem(r->s.ctx);
    for (int32_t k = 0; k < r->n; k++) {
        r->columns[k].values = wk_tab_column_new(r->columns[k].type, r->rows);
        if (!r->columns[k].values) {
            st = wick_fail_mem(r->s.ctx);
            goto out;
        }
    }
    while ((chunk = d->fetch_chunk(res)) != NULL) {
        const uint64_t n = d->chunk_size(chunk);
        for (int32_t k = 0; k < r->n && at + (int64_t)n <= r->rows; k++) {
            void *v = d->chunk_vector(chunk, (uint64_t)k);
            wk_tab_column *c = r->columns[k].values;
            if (c->type == WICK_COL_TEXT)
                fill_texts(c, at, n, d->vector_data(v), d->vector_validity(v), &texts[k]);
            else
                fill_fixed(c, at, n, d->vector_data(v), d->vector_validity(v));
        }
        at += (int64_t)n;
        d->destroy_chunk(&chunk);
    }
    if (at != r->rows) {
        st = wick_fail(r->s.ctx, WICK_E_DATA, "%s: %lld rows where %lld were counted", r->s.path,
                       (long long)at, (long long)r->rows);
        goto out;
    }
    for (int32_t k = 0; k < r->n; k++)
        if (r->columns[k].type == WICK_COL_TEXT)
            WICK_TRY(set_texts(r->s.ctx, r->columns[k].values, &texts[k]));
out:
    for (int32_t k = 0; k < r->n; k++) wick_buf_free(&texts[k]);
    free(texts);
    return st;
}

static wick_status query_all(reader *r, const char *source)
{
    wick_buf b = {0};
    wk_duck_result res;
    wick_status st = WICK_OK;
    wick_buf_add(&b, "SELECT ", -1);
    for (int32_t k = 0; k < r->n && st >= 0; k++) {
        if (k > 0) wick_buf_add(&b, ", ", 2);
        st = add_expression(r, &r->columns[k], &b);
    }
    wick_buf_add(&b, " FROM ", -1);
    wick_buf_add(&b, source, -1);
    if (st >= 0 && b.failed) st = wick_fail_mem(r->s.ctx);
    if (st >= 0) st = run(&r->s, b.data, &res);
    wick_buf_free(&b);
    if (st < 0) return st;
    st = fetch(r, res);
    r->s.d->destroy_result(&res);
    return st;
}

static wick_status table_of(reader *r, wick_table **out)
{
    const char **names = calloc((size_t)r->n + 1, sizeof *names);
    wk_tab_column **columns = calloc((size_t)r->n + 1, sizeof(wk_tab_column *));
    wick_status st = WICK_E_MEM;
    if (names && columns) {
        for (int32_t k = 0; k < r->n; k++) {
            names[k] = r->columns[k].name;
            columns[k] = r->columns[k].values;
            r->columns[k].values = NULL;
        }
        st = wk_table_of(r->s.ctx, r->rows, names, columns, r->n, out);
    } else {
        st = wick_fail_mem(r->s.ctx);
    }
    free(names);
    free(columns);
    return st;
}

wick_status wk_parquet_read(wick_ctx *ctx, const char *path, const wick_table_opts *opts,
                            wick_table **out)
{
    reader r = {0};
    wick_buf source = {0};
    wick_table *t = NULL;
    if (!wick_path_exists(path)) return wick_fail(ctx, WICK_E_IO, "%s: no such file", path);
    wick_status st = enter(ctx, path, &r.s);
    if (st < 0) return st;
    wick_buf_add(&source, "read_parquet(", -1);
    add_quoted(&source, path, '\'');
    wick_buf_add(&source, ")", 1);
    if (source.failed) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(describe(&r, source.data));
    WICK_TRY(count_rows(&r, source.data));
    WICK_TRY(query_all(&r, source.data));
    WICK_TRY(table_of(&r, &t));
    st = wk_table_shape(ctx, path, t, opts, out);
out:
    for (int32_t k = 0; k < r.n; k++) {
        free(r.columns[k].name);
        free(r.columns[k].type_text);
        wk_tab_column_unref(r.columns[k].values);
    }
    free(r.columns);
    wick_table_unref(t);
    wick_buf_free(&source);
    leave(&r.s);
    return st;
}

/* ---- writing ------------------------------------------------------------------------------ */

static wick_status create(session *s, const wick_table *t)
{
    static const char *const types[] = {"DOUBLE", "BIGINT", "VARCHAR", "BOOLEAN", "BIGINT"};
    wick_buf b = {0};
    wick_buf_add(&b, "CREATE TABLE t (", -1);
    for (int32_t k = 0; k < t->p; k++) {
        if (k > 0) wick_buf_add(&b, ", ", 2);
        add_quoted(&b, t->names[k], '"');
        wick_buf_addf(&b, " %s", types[t->columns[k]->type]);
    }
    wick_buf_add(&b, ")", 1);
    const wick_status st = b.failed ? wick_fail_mem(s->ctx) : run(s, b.data, NULL);
    wick_buf_free(&b);
    return st;
}

static int append_cell(const wk_duck *d, void *a, const wk_tab_column *c, int64_t i)
{
    if (wk_tab_column_missing(c, i)) return d->append_null(a);
    switch (c->type) {
    case WICK_COL_FLOAT: return d->append_double(a, c->v.f[i]);
    case WICK_COL_TEXT: return d->append_text(a, c->v.s[i], strlen(c->v.s[i]));
    case WICK_COL_BOOL: return d->append_bool(a, c->v.b[i] != 0);
    default: return d->append_int64(a, c->v.i[i]);
    }
}

static wick_status append_all(session *s, const wick_table *t)
{
    void *a = NULL;
    int bad = s->d->appender_create(s->connection, NULL, "t", &a);
    for (int64_t i = 0; !bad && i < t->n; i++) {
        for (int32_t k = 0; !bad && k < t->p; k++) bad = append_cell(s->d, a, t->columns[k], i);
        bad = bad || s->d->end_row(a);
    }
    if (bad) {
        const char *text = a ? s->d->appender_error(a) : NULL;
        wick_fail(s->ctx, WICK_E_DATA, "%s: %s", s->path, text ? text : "DuckDB took no rows");
    }
    /* The last rows are written here. */
    if (a && s->d->appender_destroy(&a) && !bad)
        return wick_fail(s->ctx, WICK_E_DATA, "%s: DuckDB did not take the rows", s->path);
    return bad ? WICK_E_DATA : WICK_OK;
}

/* Times are stored as integers of the table and become timestamps on their way out. */
static wick_status copy_out(session *s, const wick_table *t, const char *to)
{
    wick_buf b = {0};
    wick_buf_add(&b, "COPY (SELECT ", -1);
    for (int32_t k = 0; k < t->p; k++) {
        const bool time = t->columns[k]->type == WICK_COL_TIME;
        if (k > 0) wick_buf_add(&b, ", ", 2);
        if (time) wick_buf_add(&b, "CAST(make_timestamp_ms(", -1);
        add_quoted(&b, t->names[k], '"');
        if (time) wick_buf_add(&b, ") AS TIMESTAMP_MS) AS ", -1);
        if (time) add_quoted(&b, t->names[k], '"');
    }
    wick_buf_add(&b, " FROM t) TO ", -1);
    add_quoted(&b, to, '\'');
    wick_buf_add(&b, " (FORMAT parquet)", -1);
    const wick_status st = b.failed ? wick_fail_mem(s->ctx) : run(s, b.data, NULL);
    wick_buf_free(&b);
    return st;
}

/* DuckDB writes beside the target; what it wrote is then put in place as every other file. */
static char *beside(const char *path)
{
    const char *slash = strrchr(path, '/');
    const int dir = slash ? (int)(slash + 1 - path) : 0;
    const size_t room = strlen(path) + 48;
    char *p = malloc(room);
    if (p) snprintf(p, room, "%.*s.%s.%ld.parquet.tmp", dir, path, path + dir, (long)getpid());
    return p;
}

wick_status wk_parquet_write(wick_ctx *ctx, const wick_table *t, const char *path)
{
    session s;
    char *data = NULL, *temporary = NULL;
    int64_t n = 0;
    if (t->p == 0) return wick_fail(ctx, WICK_E_ARG, "%s: a table without columns", path);
    wick_status st = enter(ctx, path, &s);
    if (st < 0) return st;
    temporary = beside(path);
    if (!temporary) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(create(&s, t));
    WICK_TRY(append_all(&s, t));
    WICK_TRY(copy_out(&s, t, temporary));
    WICK_TRY(wick_file_read(ctx, temporary, 0, &data, &n));
    st = wick_file_write(ctx, path, data, n);
out:
    if (temporary) unlink(temporary);
    free(temporary);
    free(data);
    leave(&s);
    return st;
}

wick_status wick_table_parquet(wick_ctx *ctx)
{
    const wk_duck *d = NULL;
    return wk_duck_open(ctx, &d);
}
