/* SPDX-License-Identifier: MIT */
/* CSV by RFC 4180, in two passes over the text: the first finds rows, types and the room texts
 * need, the second fills the columns. No list of cells is kept, so a file costs its own size and
 * its columns. */
#include <stdlib.h>
#include <string.h>

#include "table/table_int.h"

enum { CAN_INT = 1, CAN_FLOAT = 2, CAN_BOOL = 4, CAN_TIME = 8, CAN_ALL = 15, MOST_COLUMNS = 65536 };

typedef struct field {
    const char *s; /**< inside the quotes */
    int64_t n;
    bool quoted, escaped;
} field;

typedef struct plan {
    char *name;
    int32_t to; /**< place in the table, -1: not wanted */
    bool declared;
    wick_column_type type;
    int32_t can;
    bool seen;
    int64_t bytes;
    wk_tab_column *column;
    char *at; /**< next free byte of the texts */
} plan;

typedef struct csv {
    wick_ctx *ctx;
    const char *name, *p, *end, *body;
    int64_t line, body_line, rows;
    plan *plan;
    int32_t n, wanted;
    char comma;
} csv;

static wick_status bad(const csv *c, const char *what)
{
    return wick_fail(c->ctx, WICK_E_DATA, "%s:%lld: %s", c->name, (long long)c->line, what);
}

/* One field; *last tells whether its row ends with it. */
static wick_status next_field(csv *c, field *f, bool *last)
{
    const char *p = c->p, *const end = c->end;
    *f = (field){.s = p};
    if (p < end && *p == '"') {
        f->quoted = true;
        f->s = ++p;
        for (;; p++) {
            if (p >= end) return bad(c, "a quoted field without an end");
            if (*p == '\n') c->line++;
            if (*p != '"') continue;
            if (p + 1 < end && p[1] == '"') {
                f->escaped = true;
                p++;
                continue;
            }
            break;
        }
        f->n = p++ - f->s;
        if (p < end && *p != c->comma && *p != '\n' && *p != '\r')
            return bad(c, "text behind a closing quote");
    } else {
        while (p < end && *p != c->comma && *p != '\n') p++;
        f->n = p - f->s;
        if (f->n > 0 && f->s[f->n - 1] == '\r' && (p >= end || *p == '\n')) f->n--;
    }
    while (p < end && *p == '\r') p++;
    *last = p >= end || *p == '\n';
    c->p = p < end ? p + 1 : p;
    return WICK_OK;
}

static void unescape(const field *f, char *to)
{
    if (!f->escaped) {
        memcpy(to, f->s, (size_t)f->n);
        to[f->n] = '\0';
        return;
    }
    for (int64_t i = 0; i < f->n; i++) {
        *to++ = f->s[i];
        if (f->s[i] == '"') i++;
    }
    *to = '\0';
}

static wick_status read_header(csv *c)
{
    int32_t cap = 0;
    bool last = false;
    if (c->p >= c->end) return bad(c, "the file is empty; a header line is expected");
    while (!last) {
        field f;
        const wick_status st = next_field(c, &f, &last);
        if (st < 0) return st;
        if (c->n >= MOST_COLUMNS) return bad(c, "more than 65536 columns");
        if (c->n == cap) {
            cap = cap ? 2 * cap : 32;
            plan *grown = realloc(c->plan, (size_t)cap * sizeof *grown);
            if (!grown) return wick_fail_mem(c->ctx);
            c->plan = grown;
        }
        plan *k = &c->plan[c->n];
        *k = (plan){.to = -1, .can = CAN_ALL};
        k->name = malloc((size_t)f.n + 1);
        if (!k->name) return wick_fail_mem(c->ctx);
        c->n++;
        unescape(&f, k->name);
        if (!*k->name) return bad(c, "a column without a name in the header");
    }
    c->line++;
    c->body = c->p;
    c->body_line = c->line;
    return WICK_OK;
}

static int32_t find_plan(const csv *c, const char *name)
{
    for (int32_t i = 0; i < c->n; i++)
        if (strcmp(c->plan[i].name, name) == 0) return i;
    return -1;
}

static wick_status need_plan(const csv *c, const char *name, int32_t *k)
{
    *k = find_plan(c, name);
    if (*k >= 0) return WICK_OK;
    const char *near = NULL;
    const char **names = malloc(((size_t)c->n + 1) * sizeof *names);
    if (!names) return wick_fail_mem(c->ctx);
    for (int32_t i = 0; i < c->n; i++) names[i] = c->plan[i].name;
    near = wick_nearest(name, names, c->n);
    free(names);
    return wick_fail(c->ctx, WICK_E_DATA, "%s: no column '%s'%s%s%s", c->name, name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static wick_status apply_opts(csv *c, const wick_table_opts *o)
{
    for (int32_t i = 0; i < c->n; i++)
        for (int32_t k = 0; k < i; k++)
            if (strcmp(c->plan[i].name, c->plan[k].name) == 0)
                return wick_fail(c->ctx, WICK_E_DATA, "%s:1: column '%s' is there twice", c->name,
                                 c->plan[i].name);
    c->wanted = o && o->columns ? o->n_columns : c->n;
    for (int32_t i = 0; i < c->wanted; i++) {
        int32_t k = i;
        if (o && o->columns) {
            const wick_status st = need_plan(c, o->columns[i], &k);
            if (st < 0) return st;
        }
        c->plan[k].to = i;
    }
    for (int32_t i = 0; o && i < o->n_typed; i++) {
        const int32_t k = find_plan(c, o->typed[i]);
        if (k < 0) continue; /* its absence is told where it is asked for */
        c->plan[k].declared = true;
        c->plan[k].type = (wick_column_type)o->types[i];
    }
    return WICK_OK;
}

/* ---- types -------------------------------------------------------------------------------- */

static bool word_is(const field *f, const char *lower)
{
    for (int64_t i = 0; i < f->n; i++)
        if (!lower[i] || (f->s[i] | 0x20) != lower[i]) return false;
    return lower[f->n] == '\0';
}

static bool leading_zero(const field *f)
{
    const int64_t at = f->n > 0 && (f->s[0] == '-' || f->s[0] == '+');
    return f->n > at + 1 && f->s[at] == '0' && f->s[at + 1] >= '0' && f->s[at + 1] <= '9';
}

static bool as_time(const field *f, int64_t *out)
{
    bool clock = false;
    return f->n >= 8 && f->s[4] == '-' && wick_time_parse(f->s, f->n, out, &clock);
}

static bool as_bool(const field *f, uint8_t *out)
{
    *out = word_is(f, "true");
    return *out || word_is(f, "false");
}

static void narrow(plan *k, const field *f)
{
    int64_t i;
    double v;
    uint8_t b;
    if (f->quoted) {
        k->can = 0;
        k->seen = true;
    }
    if (f->n == 0) return;
    k->seen = true;
    if ((k->can & (CAN_INT | CAN_FLOAT)) && leading_zero(f)) k->can &= ~(CAN_INT | CAN_FLOAT);
    if ((k->can & CAN_INT) && (!wick_parse_int(f->s, f->n, &i) || i == WICK_NO_INT))
        k->can &= ~CAN_INT;
    if ((k->can & (CAN_INT | CAN_FLOAT)) == CAN_FLOAT && !wick_parse_double(f->s, f->n, &v))
        k->can &= ~CAN_FLOAT;
    if ((k->can & CAN_BOOL) && !as_bool(f, &b)) k->can &= ~CAN_BOOL;
    if ((k->can & CAN_TIME) && !as_time(f, &i)) k->can &= ~CAN_TIME;
}

static bool empty_line(const csv *c)
{
    return c->n > 1 && (*c->p == '\n' || (*c->p == '\r' && c->p + 1 < c->end && c->p[1] == '\n'));
}

static wick_status row_end(csv *c, int32_t k)
{
    if (k == c->n) return WICK_OK;
    return wick_fail(c->ctx, WICK_E_DATA, "%s:%lld: %d fields where the header has %d", c->name,
                     (long long)c->line, (int)k, (int)c->n);
}

static wick_status scan(csv *c)
{
    while (c->p < c->end) {
        if (empty_line(c)) {
            c->p = (const char *)memchr(c->p, '\n', (size_t)(c->end - c->p)) + 1;
            c->line++;
            continue;
        }
        bool last = false;
        int32_t k = 0;
        while (!last) {
            field f;
            wick_status st = next_field(c, &f, &last);
            if (st < 0) return st;
            if (k >= c->n) return row_end(c, k + 1);
            plan *col = &c->plan[k++];
            if (col->to < 0) continue;
            if (!col->declared) narrow(col, &f);
            col->bytes += f.n + 1;
        }
        const wick_status st = row_end(c, k);
        if (st < 0) return st;
        c->rows++;
        c->line++;
    }
    return WICK_OK;
}

static wick_column_type inferred(const plan *k)
{
    if (!k->seen) return WICK_COL_FLOAT;
    if (k->can & CAN_INT) return WICK_COL_INT;
    if (k->can & CAN_FLOAT) return WICK_COL_FLOAT;
    if (k->can & CAN_BOOL) return WICK_COL_BOOL;
    return k->can & CAN_TIME ? WICK_COL_TIME : WICK_COL_TEXT;
}

static wick_status make_columns(csv *c)
{
    for (int32_t i = 0; i < c->n; i++) {
        plan *k = &c->plan[i];
        if (k->to < 0) continue;
        if (!k->declared) k->type = inferred(k);
        k->column = wk_tab_column_new(k->type, c->rows);
        if (!k->column) return wick_fail_mem(c->ctx);
        if (k->type != WICK_COL_TEXT) continue;
        k->column->blob = wk_tab_blob_new(k->bytes);
        if (!k->column->blob) return wick_fail_mem(c->ctx);
        k->at = k->column->blob->data;
    }
    return WICK_OK;
}

/* ---- values ------------------------------------------------------------------------------- */

static wick_status put(csv *c, plan *k, const field *f, int64_t row)
{
    wk_tab_column *d = k->column;
    bool good = true, clock = false;
    if (f->n == 0 && !(f->quoted && k->type == WICK_COL_TEXT)) {
        wk_tab_column_set_missing(d, row);
        return WICK_OK;
    }
    switch (k->type) {
    case WICK_COL_FLOAT: good = wick_parse_double(f->s, f->n, &d->v.f[row]); break;
    case WICK_COL_INT: good = wick_parse_int(f->s, f->n, &d->v.i[row]); break;
    case WICK_COL_BOOL: good = as_bool(f, &d->v.b[row]); break;
    case WICK_COL_TIME: good = wick_time_parse(f->s, f->n, &d->v.i[row], &clock); break;
    default:
        unescape(f, k->at);
        d->v.s[row] = k->at;
        if (strlen(k->at) < (size_t)f->n && !f->escaped) good = false;
        k->at += f->n + 1;
        if (!good) return bad(c, "a NUL byte in a text");
    }
    if (good) return WICK_OK;
    return wick_fail(c->ctx, WICK_E_DATA, "%s:%lld: column '%s': '%.*s' is no %s", c->name,
                     (long long)c->line, k->name, (int)(f->n < 60 ? f->n : 60), f->s,
                     k->type == WICK_COL_FLOAT ? "number"
                                               : wick_column_type_name((int32_t)k->type));
}

static wick_status fill(csv *c)
{
    c->p = c->body;
    c->line = c->body_line;
    for (int64_t row = 0; row < c->rows;) {
        if (empty_line(c)) {
            c->p = (const char *)memchr(c->p, '\n', (size_t)(c->end - c->p)) + 1;
            c->line++;
            continue;
        }
        bool last = false;
        for (int32_t k = 0; !last; k++) {
            field f;
            wick_status st = next_field(c, &f, &last);
            if (st >= 0 && c->plan[k].to >= 0) st = put(c, &c->plan[k], &f, row);
            if (st < 0) return st;
        }
        c->line++;
        row++;
    }
    return WICK_OK;
}

static wick_status assemble(csv *c, wick_table **out)
{
    const char **names = calloc((size_t)c->wanted + 1, sizeof *names);
    wk_tab_column **columns = calloc((size_t)c->wanted + 1, sizeof(wk_tab_column *));
    if (!names || !columns) {
        free(names);
        free(columns);
        return wick_fail_mem(c->ctx);
    }
    for (int32_t i = 0; i < c->n; i++) {
        plan *k = &c->plan[i];
        if (k->to < 0) continue;
        names[k->to] = k->name;
        columns[k->to] = k->column;
        k->column = NULL;
    }
    const wick_status st = wk_table_of(c->ctx, c->rows, names, columns, c->wanted, out);
    free(names);
    free(columns);
    return st;
}

static char guess_comma(const char *p, const char *end)
{
    static const char marks[] = {',', ';', '\t', '|'};
    int64_t most = 0;
    char best = ',';
    for (size_t k = 0; k < sizeof marks; k++) {
        int64_t n = 0;
        for (const char *s = p; s < end && *s != '\n'; s++) n += *s == marks[k];
        if (n <= most) continue;
        most = n;
        best = marks[k];
    }
    return best;
}

wick_status wick_table_parse_csv(wick_ctx *ctx, const char *name, const char *text, int64_t n,
                                 const wick_table_opts *opts, wick_table **out)
{
    if (n < 0) n = (int64_t)strlen(text);
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        n -= 3;
    }
    csv c = {.ctx = ctx, .name = name, .p = text, .end = text + n, .line = 1};
    c.comma = guess_comma(text, c.end);
    wick_status st;
    WICK_TRY(read_header(&c));
    WICK_TRY(apply_opts(&c, opts));
    WICK_TRY(scan(&c));
    WICK_TRY(make_columns(&c));
    WICK_TRY(fill(&c));
    st = assemble(&c, out);
out:
    for (int32_t i = 0; i < c.n; i++) {
        free(c.plan[i].name);
        wk_tab_column_unref(c.plan[i].column);
    }
    free(c.plan);
    return st;
}
