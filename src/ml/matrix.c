/* SPDX-License-Identifier: MIT */
#include "ml/ml_int.h"

char **wk_names_copy(const char *const *names, int64_t n)
{
    size_t bytes = ((size_t)n + 1) * sizeof(char *);
    for (int64_t i = 0; i < n; i++) bytes += strlen(names[i]) + 1;
    char **out = malloc(bytes);
    if (out == NULL) return NULL;
    char *at = (char *)(out + n + 1);
    for (int64_t i = 0; i < n; i++) {
        const size_t k = strlen(names[i]) + 1;
        memcpy(at, names[i], k);
        out[i] = at;
        at += k;
    }
    out[n] = NULL;
    return out;
}

typedef struct named {
    const char *name;
    int64_t at;
} named;

static int by_name(const void *a, const void *b)
{
    const named *x = a, *y = b;
    const int c = strcmp(x->name, y->name);
    return c != 0 ? c : x->at < y->at ? -1 : x->at > y->at;
}

wick_status wk_names_check(wick_ctx *ctx, const char *const *names, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (names[i] == NULL || names[i][0] == '\0') {
            return wick_fail(ctx, WICK_E_ARG, "column %lld has no name", (long long)i + 1);
        }
        for (const char *c = names[i]; *c != '\0'; c++) {
            if ((unsigned char)*c < 32) {
                return wick_fail(ctx, WICK_E_ARG, "the name of column %lld has a control character",
                                 (long long)i + 1);
            }
        }
    }
    named *sorted = wk_items(n, sizeof *sorted);
    if (sorted == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) sorted[i] = (named){names[i], i};
    qsort(sorted, (size_t)n, sizeof *sorted, by_name);
    wick_status st = WICK_OK;
    for (int64_t i = 1; i < n && st == WICK_OK; i++) {
        if (strcmp(sorted[i].name, sorted[i - 1].name) == 0) {
            st = wick_fail(ctx, WICK_E_ARG, "columns %lld and %lld have the same name '%s'",
                           (long long)sorted[i - 1].at + 1, (long long)sorted[i].at + 1,
                           sorted[i].name);
        }
    }
    free(sorted);
    return st;
}

wick_status wk_names_match(wick_ctx *ctx, const char *what, const wick_matrix *m,
                           char *const *names, int32_t n)
{
    for (int32_t i = 0; i < n && i < m->p; i++) {
        if (strcmp(m->names[i], names[i]) != 0) {
            return wick_fail(ctx, WICK_E_ARG, "feature %d is '%s' here and '%s' in %s", i + 1,
                             m->names[i], names[i], what);
        }
    }
    if (m->p != n) {
        return wick_fail(ctx, WICK_E_ARG, "there are %d features here and %d in %s", m->p, n, what);
    }
    return WICK_OK;
}

wick_status wk_rows_check(wick_ctx *ctx, const wick_matrix *m, const int32_t *rows, int64_t n_rows)
{
    const int64_t n = m->index->n;
    if (n_rows < 0 || (rows == NULL && n_rows > n)) {
        return wick_fail(ctx, WICK_E_ARG, "%lld rows of a matrix of %lld", (long long)n_rows,
                         (long long)n);
    }
    for (int64_t i = 0; rows != NULL && i < n_rows; i++) {
        if (rows[i] < 0 || rows[i] >= n || (i > 0 && rows[i] <= rows[i - 1])) {
            return wick_fail(ctx, WICK_E_ARG,
                             "row %d at place %lld: rows must ascend and lie within 0..%lld",
                             (int)rows[i], (long long)i, (long long)n - 1);
        }
    }
    return WICK_OK;
}

/* ---- making ------------------------------------------------------------------------------- */

wk_index *wk_index_new(int64_t n, const char *const *symbols, int32_t n_symbols)
{
    static const char *const unnamed[] = {""};
    wk_index *x = calloc(1, sizeof *x);
    if (x == NULL) return NULL;
    atomic_init(&x->refs, 1);
    x->n = n;
    x->n_symbols = symbols != NULL ? n_symbols : 1;
    x->time = wk_items(n, sizeof *x->time);
    x->stamp = wk_items(n, sizeof *x->stamp);
    x->tick = wk_items(n, sizeof *x->tick);
    x->symbol = wk_items(n, sizeof *x->symbol);
    x->bar = wk_items(n, sizeof *x->bar);
    x->symbols = wk_names_copy(symbols != NULL ? symbols : unnamed, x->n_symbols);
    if (x->time == NULL || x->stamp == NULL || x->tick == NULL || x->symbol == NULL ||
        x->bar == NULL || x->symbols == NULL) {
        wk_index_unref(x);
        return NULL;
    }
    return x;
}

void wk_index_unref(wk_index *x)
{
    if (x == NULL || atomic_fetch_sub(&x->refs, 1) > 1) return;
    free(x->time);
    free(x->stamp);
    free(x->tick);
    free(x->symbol);
    free(x->bar);
    free(x->symbols);
    free(x);
}

static void column_unref(wk_column *c)
{
    if (c == NULL || atomic_fetch_sub(&c->refs, 1) > 1) return;
    wick_free_aligned(c->v);
    free(c);
}

static wk_column *column_new(int64_t n)
{
    wk_column *c = calloc(1, sizeof *c);
    if (c == NULL) return NULL;
    atomic_init(&c->refs, 1);
    c->v = wick_alloc_column(n > 0 ? n : 1);
    if (c->v == NULL) {
        free(c);
        return NULL;
    }
    return c;
}

/* Columns are NULL until given. */
static wick_matrix *bare(wk_index *index, const char *const *names, int32_t p)
{
    wick_matrix *m = calloc(1, sizeof *m);
    if (m == NULL || index == NULL) {
        free(m);
        wk_index_unref(index);
        return NULL;
    }
    atomic_init(&m->refs, 1);
    m->index = index;
    m->p = p;
    m->columns = wk_zero_items(p, sizeof *m->columns);
    m->names = wk_names_copy(names, p);
    if (m->columns == NULL || m->names == NULL) {
        wick_matrix_unref(m);
        return NULL;
    }
    return m;
}

wick_matrix *wk_matrix_over(wk_index *index, const char *const *names, int32_t p)
{
    wick_matrix *m = bare(index, names, p);
    for (int32_t j = 0; m != NULL && j < p; j++) {
        m->columns[j] = column_new(index->n);
        if (m->columns[j] == NULL) {
            wick_matrix_unref(m);
            return NULL;
        }
    }
    return m;
}

static wk_index *index_ref(wk_index *x)
{
    atomic_fetch_add(&x->refs, 1);
    return x;
}

wick_matrix *wk_matrix_like(const wick_matrix *m)
{
    return wk_matrix_over(index_ref(m->index), (const char *const *)m->names, m->p);
}

static wick_status check_finite(wick_ctx *ctx, const wick_matrix *m)
{
    for (int32_t j = 0; j < m->p; j++) {
        const double *v = m->columns[j]->v;
        for (int64_t i = 0; i < m->index->n; i++) {
            if (isinf(v[i])) {
                return wick_fail(ctx, WICK_E_DATA,
                                 "feature '%s' is infinite at row %lld; divide by something that "
                                 "is never 0, or make it NA there",
                                 m->names[j], (long long)i);
            }
        }
    }
    return WICK_OK;
}

static wick_status fill_index(wick_ctx *ctx, const wick_matrix_in *in, wk_index *x)
{
    int32_t tick = 0;
    for (int64_t i = 0; i < in->n; i++) {
        x->time[i] = in->time != NULL ? in->time[i] : i;
        x->stamp[i] = in->stamp != NULL ? in->stamp[i] : x->time[i];
        x->symbol[i] = in->symbol != NULL ? in->symbol[i] : 0;
        x->bar[i] = in->bar != NULL ? in->bar[i] : (int32_t)i;
        if (i > 0 && x->time[i] < x->time[i - 1]) {
            return wick_fail(ctx, WICK_E_ARG, "row %lld is earlier than the row before it",
                             (long long)i);
        }
        if (i > 0 && x->time[i] != x->time[i - 1]) tick++;
        x->tick[i] = in->tick != NULL ? in->tick[i] : tick;
        if (i > 0 && x->tick[i] < x->tick[i - 1]) {
            return wick_fail(ctx, WICK_E_ARG, "the tick of row %lld runs back", (long long)i);
        }
        if (x->symbol[i] < 0 || x->symbol[i] >= x->n_symbols) {
            return wick_fail(ctx, WICK_E_ARG, "row %lld has symbol %d of %d", (long long)i,
                             (int)x->symbol[i], (int)x->n_symbols);
        }
    }
    return WICK_OK;
}

wick_status wick_matrix_new(wick_ctx *ctx, const wick_matrix_in *given, wick_matrix **out)
{
    wick_matrix_in in = {0};
    if (given == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "a matrix needs its columns and a place to go");
    }
    memcpy(&in, given, given->size < sizeof in ? given->size : sizeof in);
    if (in.n < 0 || in.n > INT32_MAX || in.p < 0 || (in.p > 0 && in.names == NULL) ||
        (in.p > 0 && in.n > 0 && in.columns == NULL) || in.n_symbols < 0) {
        return wick_fail(ctx, WICK_E_ARG, "a matrix of %lld rows and %d columns cannot be made",
                         (long long)in.n, (int)in.p);
    }
    wick_status st = wk_names_check(ctx, in.names, in.p);
    if (st < 0) return st;
    wick_matrix *m = wk_matrix_over(wk_index_new(in.n, in.symbols, in.n_symbols), in.names, in.p);
    if (m == NULL) return wick_fail_mem(ctx);
    for (int32_t j = 0; j < in.p; j++) {
        if (in.n > 0) memcpy(m->columns[j]->v, in.columns[j], (size_t)in.n * sizeof(double));
    }
    WICK_TRY(fill_index(ctx, &in, m->index));
    WICK_TRY(check_finite(ctx, m));
    *out = m;
    return WICK_OK;
out:
    wick_matrix_unref(m);
    return st;
}

wick_matrix *wick_matrix_ref(wick_matrix *m)
{
    if (m != NULL) atomic_fetch_add(&m->refs, 1);
    return m;
}

void wick_matrix_unref(wick_matrix *m)
{
    if (m == NULL || atomic_fetch_sub(&m->refs, 1) > 1) return;
    for (int32_t j = 0; m->columns != NULL && j < m->p; j++) column_unref(m->columns[j]);
    free(m->columns);
    free(m->names);
    wk_index_unref(m->index);
    free(m);
}

/* ---- asking ------------------------------------------------------------------------------- */

int64_t wick_matrix_rows(const wick_matrix *m)
{
    return m->index->n;
}

int32_t wick_matrix_columns(const wick_matrix *m)
{
    return m->p;
}

const char *wick_matrix_name(const wick_matrix *m, int32_t column)
{
    return column >= 0 && column < m->p ? m->names[column] : NULL;
}

int32_t wick_matrix_find(const wick_matrix *m, const char *name)
{
    for (int32_t j = 0; name != NULL && j < m->p; j++) {
        if (strcmp(m->names[j], name) == 0) return j;
    }
    return -1;
}

const double *wick_matrix_column(const wick_matrix *m, int32_t column)
{
    return column >= 0 && column < m->p ? m->columns[column]->v : NULL;
}

const int64_t *wick_matrix_time(const wick_matrix *m)
{
    return m->index->time;
}

const int64_t *wick_matrix_stamp(const wick_matrix *m)
{
    return m->index->stamp;
}

const int32_t *wick_matrix_tick(const wick_matrix *m)
{
    return m->index->tick;
}

const int32_t *wick_matrix_symbol(const wick_matrix *m)
{
    return m->index->symbol;
}

const int32_t *wick_matrix_bar(const wick_matrix *m)
{
    return m->index->bar;
}

int32_t wick_matrix_symbols(const wick_matrix *m)
{
    return m->index->n_symbols;
}

const char *wick_matrix_symbol_name(const wick_matrix *m, int32_t symbol)
{
    return symbol >= 0 && symbol < m->index->n_symbols ? m->index->symbols[symbol] : NULL;
}

int64_t wick_matrix_na_rows(const wick_matrix *m)
{
    int64_t rows = 0;
    for (int64_t i = 0; i < m->index->n; i++) {
        bool missing = false;
        for (int32_t j = 0; j < m->p && !missing; j++) missing = isnan(m->columns[j]->v[i]);
        rows += missing;
    }
    return rows;
}

/* ---- parts -------------------------------------------------------------------------------- */

wick_status wick_matrix_pick(wick_ctx *ctx, const wick_matrix *m, const int32_t *rows, int64_t n,
                             wick_matrix **out)
{
    const wick_status st = wk_rows_check(ctx, m, rows, n);
    if (st < 0) return st;
    const wk_index *from = m->index;
    wk_index *x = wk_index_new(n, (const char *const *)from->symbols, from->n_symbols);
    wick_matrix *part = wk_matrix_over(x, (const char *const *)m->names, m->p);
    if (part == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        const int64_t r = wk_row(rows, i);
        x->time[i] = from->time[r];
        x->stamp[i] = from->stamp[r];
        x->tick[i] = from->tick[r];
        x->symbol[i] = from->symbol[r];
        x->bar[i] = from->bar[r];
    }
    for (int32_t j = 0; j < m->p; j++) {
        const double *v = m->columns[j]->v;
        double *to = part->columns[j]->v;
        for (int64_t i = 0; i < n; i++) to[i] = v[wk_row(rows, i)];
    }
    *out = part;
    return WICK_OK;
}

wick_status wick_matrix_select(wick_ctx *ctx, const wick_matrix *m, const char *const *names,
                               int32_t n, wick_matrix **out)
{
    if (n < 0 || (n > 0 && names == NULL)) {
        return wick_fail(ctx, WICK_E_ARG, "no columns were named");
    }
    wick_status st = wk_names_check(ctx, names, n);
    if (st < 0) return st;
    for (int32_t j = 0; j < n; j++) {
        if (wick_matrix_find(m, names[j]) >= 0) continue;
        const char *near = wick_nearest(names[j], (const char *const *)m->names, m->p);
        if (near != NULL) {
            return wick_fail(ctx, WICK_E_ARG, "no feature '%s'; did you mean '%s'?", names[j],
                             near);
        }
        return wick_fail(ctx, WICK_E_ARG, "no feature '%s'", names[j]);
    }
    wick_matrix *part = bare(index_ref(m->index), names, n);
    if (part == NULL) return wick_fail_mem(ctx);
    for (int32_t j = 0; j < n; j++) {
        part->columns[j] = m->columns[wick_matrix_find(m, names[j])];
        atomic_fetch_add(&part->columns[j]->refs, 1);
    }
    *out = part;
    return WICK_OK;
}

/* The columns of `m` and `extra` fresh ones behind them. */
static wick_matrix *widened(wick_ctx *ctx, const wick_matrix *m, const char *const *names,
                            int32_t extra)
{
    const char **all = wk_items(m->p + extra, sizeof *all);
    if (all == NULL) {
        wick_fail_mem(ctx);
        return NULL;
    }
    for (int32_t j = 0; j < m->p; j++) all[j] = m->names[j];
    for (int32_t j = 0; j < extra; j++) all[m->p + j] = names[j];
    wick_matrix *w = NULL;
    if (wk_names_check(ctx, all, m->p + extra) == WICK_OK) {
        w = bare(index_ref(m->index), all, m->p + extra);
        if (w == NULL) wick_fail_mem(ctx);
    }
    free(all);
    for (int32_t j = 0; w != NULL && j < w->p; j++) {
        if (j < m->p) {
            w->columns[j] = m->columns[j];
            atomic_fetch_add(&w->columns[j]->refs, 1);
        } else if ((w->columns[j] = column_new(m->index->n)) == NULL) {
            wick_matrix_unref(w);
            w = NULL;
            wick_fail_mem(ctx);
        }
    }
    return w;
}

wick_status wick_matrix_with(wick_ctx *ctx, const wick_matrix *m, const char *name,
                             const double *values, wick_matrix **out)
{
    wick_matrix *w = widened(ctx, m, &name, 1);
    if (w == NULL) return wick_ctx_code(ctx);
    memcpy(w->columns[m->p]->v, values, (size_t)m->index->n * sizeof(double));
    const wick_status st = check_finite(ctx, w);
    if (st < 0) {
        wick_matrix_unref(w);
        return st;
    }
    *out = w;
    return WICK_OK;
}

enum { NAME = 80 };

wick_status wick_matrix_onehot(wick_ctx *ctx, const wick_matrix *m, uint32_t what,
                               wick_matrix **out)
{
    const wk_index *x = m->index;
    if (what == 0 || what > (WICK_ONEHOT_SYMBOL | WICK_ONEHOT_MONTH | WICK_ONEHOT_WEEKDAY)) {
        return wick_fail(ctx, WICK_E_ARG, "one-hot columns of what? (symbol, month, weekday)");
    }
    const int32_t symbols = (what & WICK_ONEHOT_SYMBOL) != 0 ? x->n_symbols : 0;
    const int32_t months = (what & WICK_ONEHOT_MONTH) != 0 ? 12 : 0;
    const int32_t days = (what & WICK_ONEHOT_WEEKDAY) != 0 ? 7 : 0;
    const int32_t extra = symbols + months + days;
    char *text = wk_zero_items((int64_t)extra * NAME, 1);
    const char **names = wk_zero_items(extra, sizeof *names);
    wick_matrix *w = NULL;
    wick_status st = WICK_E_MEM;
    if (text == NULL || names == NULL) {
        wick_fail_mem(ctx);
    } else {
        for (int32_t j = 0; j < extra; j++) {
            char *name = text + (int64_t)j * NAME;
            if (j < symbols) {
                snprintf(name, NAME, "symbol_%s", x->symbols[j]);
            } else if (j < symbols + months) {
                snprintf(name, NAME, "month_%d", (int)(j - symbols + 1));
            } else {
                snprintf(name, NAME, "weekday_%d", (int)(j - symbols - months + 1));
            }
            names[j] = name;
        }
        w = widened(ctx, m, names, extra);
        if (w == NULL) st = wick_ctx_code(ctx);
    }
    free(text);
    free(names);
    if (w == NULL) return st;
    for (int32_t j = 0; j < extra; j++) {
        memset(w->columns[m->p + j]->v, 0, (size_t)x->n * sizeof(double));
    }
    for (int64_t i = 0; i < x->n; i++) {
        const wick_civil c = wick_time_to_civil(x->stamp[i]);
        if (symbols > 0) w->columns[m->p + x->symbol[i]]->v[i] = 1.0;
        if (months > 0) w->columns[m->p + symbols + c.month - 1]->v[i] = 1.0;
        if (days > 0) w->columns[m->p + symbols + months + c.weekday - 1]->v[i] = 1.0;
    }
    *out = w;
    return WICK_OK;
}

/* ---- digest ------------------------------------------------------------------------------- */

static void add_doubles(wick_sha256 *s, const double *v, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits = UINT64_C(0x7ff8000000000000);
        if (!isnan(v[i])) memcpy(&bits, &v[i], sizeof bits);
        uint8_t b[8];
        for (int k = 0; k < 8; k++) b[k] = (uint8_t)(bits >> (8 * k));
        wick_sha256_add(s, b, 8);
    }
}

wick_status wick_matrix_digest(wick_ctx *ctx, const wick_matrix *m, const double *y,
                               const double *w, char hex[65])
{
    wick_sha256 s;
    wick_sha256_init(&s);
    for (int32_t j = 0; j < m->p; j++) {
        if (j > 0) wick_sha256_add(&s, "\n", 1);
        wick_sha256_add(&s, m->names[j], (int64_t)strlen(m->names[j]));
    }
    wick_sha256_add(&s, "", 1);
    double *row = wk_items(m->p, sizeof *row);
    if (row == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < m->index->n; i++) {
        for (int32_t j = 0; j < m->p; j++) row[j] = m->columns[j]->v[i];
        add_doubles(&s, row, m->p);
    }
    free(row);
    if (y != NULL) add_doubles(&s, y, m->index->n);
    if (w != NULL) add_doubles(&s, w, m->index->n);
    wick_sha256_end(&s, hex);
    return WICK_OK;
}
