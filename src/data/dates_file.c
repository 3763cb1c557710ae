/* SPDX-License-Identifier: MIT */
/* Rates and corporate actions from CSV: one file with a symbol column, or a file a symbol in a
 * folder. */
#include <stdlib.h>
#include <string.h>

#include "data/source/csv_int.h"

enum { FIELDS = 64, PARTS = 2 };

/** What a file of this kind may hold: up to two columns of numbers. */
typedef struct form {
    const char *what;
    int32_t kind[PARTS];
    const char *const *names[PARTS];
    bool days; /**< stamps are dates */
} form;

static const char *const rates[] = {"rate",        "funding", "funding rate",
                                    "fundingrate", "borrow",  "borrow rate",
                                    "fee",         "value",   NULL};
static const char *const dividends[] = {"dividend", "dividends",   "amount",
                                        "cash",     "cash amount", NULL};
static const char *const splits[] = {"split", "splits",      "stock splits",
                                     "ratio", "split ratio", NULL};
static const form forms[] = {
    {"funding", {WICK_FUNDING, -1}, {rates, NULL}, false},
    {"borrow", {WICK_BORROW, -1}, {rates, NULL}, false},
    {"actions", {WICK_DIVIDEND, WICK_SPLIT}, {dividends, splits}, true},
};

typedef struct row {
    int64_t time, line;
    double v[PARTS]; /**< NA: none */
    int32_t symbol;
} row;

typedef struct reading {
    wick_ctx *ctx;
    const wick_panel *panel;
    const form *form;
    row *row;
    int64_t n, cap, seen; /**< seen: rows of other symbols too */
} reading;

static int32_t find_symbol(const reading *r, const char *s, int64_t n)
{
    char name[128];
    if (n <= 0 || n >= (int64_t)sizeof name) return -1;
    memcpy(name, s, (size_t)n);
    name[n] = '\0';
    return (int32_t)wick_panel_find(r->panel, name);
}

static bool push(reading *r, const row *x)
{
    if (r->n == r->cap) {
        const int64_t cap = r->cap > 0 ? 2 * r->cap : 256;
        row *grown = realloc(r->row, (size_t)cap * sizeof *grown);
        if (grown == NULL) return false;
        r->row = grown;
        r->cap = cap;
    }
    r->row[r->n++] = *x;
    return true;
}

typedef struct plan {
    int32_t time, symbol, value[PARTS];
} plan;

static bool make_plan(const form *m, const csv_field *f, int32_t n, plan *p)
{
    static const char *const times[] = {"date",    "time", "timestamp", "ex date",     "exdate",
                                        "ex-date", "day",  "datetime",  "fundingtime", NULL};
    static const char *const symbols[] = {"symbol", "ticker", NULL};
    *p = (plan){-1, -1, {-1, -1}};
    for (int32_t i = n - 1; i >= 0; i--) {
        if (csv_is_one_of(&f[i], times)) p->time = i;
        if (csv_is_one_of(&f[i], symbols)) p->symbol = i;
        for (int k = 0; k < PARTS; k++)
            if (m->names[k] != NULL && csv_is_one_of(&f[i], m->names[k])) p->value[k] = i;
    }
    return p->time >= 0 && (p->value[0] >= 0 || p->value[1] >= 0);
}

static wick_status read_row(reading *r, const char *path, int64_t line, const plan *p,
                            const csv_field *f, int32_t n, int32_t symbol)
{
    row x = {.line = line, .v = {WICK_NA, WICK_NA}, .symbol = symbol};
    wk_stamp st;
    r->seen++;
    if (p->symbol >= 0) {
        x.symbol = p->symbol < n ? find_symbol(r, f[p->symbol].s, f[p->symbol].n) : -1;
        if (x.symbol < 0) return WICK_OK; /* of a symbol that is not in this run */
    }
    if (n <= p->time || !wk_stamp_parse(f[p->time].s, f[p->time].n, false, &st))
        return wick_fail(r->ctx, WICK_E_DATA, "%s:%lld: bad_time: no date in this row", path,
                         (long long)line);
    x.time = st.time;
    if (r->form->days)
        x.time = wk_floor_div(st.time + st.offset * INT64_C(60000), WICK_MS_DAY) * WICK_MS_DAY;
    for (int k = 0; k < PARTS; k++) {
        const int32_t at = p->value[k];
        if (at < 0 || at >= n || csv_is_missing(&f[at])) continue;
        const bool action = r->form->days;
        if (!csv_amount(&f[at], &x.v[k]) || (action && x.v[k] < 0.0))
            return wick_fail(r->ctx, WICK_E_DATA, "%s:%lld: not_a_number: \"%.*s\"", path,
                             (long long)line, f[at].n < 40 ? (int)f[at].n : 40, f[at].s);
        if (action && x.v[k] == 0.0) x.v[k] = WICK_NA;
    }
    return push(r, &x) ? WICK_OK : wick_fail_mem(r->ctx);
}

/* `symbol` -1: a column names it, or the panel has one only. */
static wick_status read_file(reading *r, const char *path, int32_t symbol)
{
    char *text = NULL;
    int64_t size = 0, line = 0;
    wick_status st = wick_file_read(r->ctx, path, 256 << 20, &text, &size);
    if (st < 0) return st;
    csv_field f[FIELDS];
    plan p = {-1, -1, {-1, -1}};
    const char *s = text, *end = text + size;
    if (size >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) s += 3;
    for (const char *e; s < end && st >= 0; s = e + 1) {
        e = memchr(s, '\n', (size_t)(end - s));
        if (e == NULL) e = end;
        const char *stop = e > s && e[-1] == '\r' ? e - 1 : e;
        line++;
        if (stop == s || *s == '#') continue;
        int32_t n = csv_split(s, stop, ',', f, FIELDS);
        if (n > FIELDS) n = FIELDS;
        if (p.time >= 0) {
            st = read_row(r, path, line, &p, f, n, symbol);
        } else if (!make_plan(r->form, f, n, &p)) {
            st = wick_fail(r->ctx, WICK_E_DATA, "%s:%lld: a header with time%s is needed", path,
                           (long long)line, r->form->days ? ", dividend or split" : " and rate");
        } else if (p.symbol < 0 && symbol < 0 && wick_panel_count(r->panel) != 1) {
            st = wick_fail(r->ctx, WICK_E_DATA,
                           "%s:%lld: a column symbol is needed, there is more than one symbol",
                           path, (long long)line);
        } else if (p.symbol < 0 && symbol < 0) {
            symbol = 0;
        }
    }
    free(text);
    return st;
}

static wick_status read_folder(reading *r, const char *path)
{
    char **names = NULL;
    int64_t n = 0;
    wick_status st = wick_dir_list(r->ctx, path, &names, &n);
    if (st < 0) return st;
    for (int64_t i = 0; i < n && st >= 0; i++) {
        char symbol[128], full[1024];
        int64_t frame = 0;
        if (!wk_is_data_file(names[i])) continue;
        r->seen++;
        wk_name_of_file(names[i], symbol, sizeof symbol, &frame);
        const int32_t at = (int32_t)wick_panel_find(r->panel, symbol);
        if (at < 0) continue;
        if (snprintf(full, sizeof full, "%s/%s", path, names[i]) >= (int)sizeof full)
            st = wick_fail(r->ctx, WICK_E_IO, "%s/%s: the path is too long", path, names[i]);
        else
            st = read_file(r, full, at);
    }
    wick_dir_list_free(names, n);
    return st;
}

static int by_symbol_and_time(const void *a, const void *b)
{
    const row *x = a, *y = b;
    if (x->symbol != y->symbol) return x->symbol < y->symbol ? -1 : 1;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Two dividends of one day are paid both; a second rate of one moment is a mistake. */
static wick_status collect(reading *r, const char *path, const row *from, int64_t n, int k,
                           int64_t *time, double *value, int64_t *count)
{
    *count = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(from[i].v[k])) continue;
        if (*count > 0 && time[*count - 1] == from[i].time) {
            if (r->form->kind[k] != WICK_DIVIDEND)
                return wick_fail(r->ctx, WICK_E_DATA,
                                 "%s:%lld: duplicate_time: a second %s of this moment", path,
                                 (long long)from[i].line, wick_dated_name(r->form->kind[k]));
            value[*count - 1] += from[i].v[k];
            continue;
        }
        time[*count] = from[i].time;
        value[(*count)++] = from[i].v[k];
    }
    return WICK_OK;
}

static wick_status dress(reading *r, const char *path, wick_bars *b, const row *from, int64_t n,
                         wick_bars **out)
{
    wick_dates *d = wick_dates_ref(b->info.dates);
    int64_t *time = malloc((size_t)(n + 1) * sizeof *time);
    double *value = malloc((size_t)(n + 1) * sizeof *value);
    wick_status st = time != NULL && value != NULL ? WICK_OK : wick_fail_mem(r->ctx);
    for (int k = 0; k < PARTS && st >= 0; k++) {
        int64_t count = 0;
        wick_dates *made = NULL;
        if (r->form->kind[k] < 0) continue;
        WICK_TRY(collect(r, path, from, n, k, time, value, &count));
        if (count == 0) continue;
        st = wick_dates_new(r->ctx, d, r->form->kind[k], count, time, value, &made);
        if (st < 0) {
            wick_note(r->ctx, "while reading %s for %s", path, b->info.symbol);
            goto out;
        }
        wick_dates_unref(d);
        d = made;
    }
    if (st >= 0) st = wick_bars_with_dates(r->ctx, b, d, out);
out:
    wick_dates_unref(d);
    free(time);
    free(value);
    return st;
}

static wick_status rebuild(reading *r, const char *path, wick_panel **out)
{
    const int64_t symbols = wick_panel_count(r->panel);
    wick_bars **list = calloc((size_t)symbols + 1, sizeof(wick_bars *));
    wick_status st = list != NULL ? WICK_OK : wick_fail_mem(r->ctx);
    int64_t at = 0;
    for (int64_t s = 0; s < symbols && st >= 0; s++) {
        wick_bars *b = wick_panel_bars(r->panel, s);
        const int64_t from = at;
        while (at < r->n && r->row[at].symbol == s) at++;
        if (at == from)
            list[s] = wick_bars_ref(b);
        else
            st = dress(r, path, b, r->row + from, at - from, &list[s]);
    }
    if (st >= 0) st = wick_panel_new(r->ctx, list, symbols, out);
    for (int64_t s = 0; s < symbols && list != NULL; s++) wick_bars_unref(list[s]);
    free(list);
    return st;
}

wick_status wick_panel_with_dates(wick_ctx *ctx, wick_panel *p, const char *what, const char *path,
                                  wick_panel **out)
{
    reading r = {.ctx = ctx, .panel = p};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i].what, what) == 0) r.form = &forms[i];
    if (r.form == NULL)
        return wick_fail(ctx, WICK_E_ARG, "dated numbers are funding, borrow or actions, not '%s'",
                         what);
    wick_status st = wick_path_is_dir(path) ? read_folder(&r, path) : read_file(&r, path, -1);
    if (st >= 0 && r.seen > 0 && r.n == 0 && wick_panel_count(p) > 0)
        st = wick_fail(ctx, WICK_E_DATA, "%s: none of its symbols is among the bars (%s%s)", path,
                       wick_bars_symbol(wick_panel_bars(p, 0)),
                       wick_panel_count(p) > 1 ? ", ..." : "");
    if (st >= 0) {
        if (r.n > 1) qsort(r.row, (size_t)r.n, sizeof *r.row, by_symbol_and_time);
        st = rebuild(&r, path, out);
    }
    free(r.row);
    return st;
}
