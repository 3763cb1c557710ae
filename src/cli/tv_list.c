/* SPDX-License-Identifier: MIT */
#include "cli/tv_list.h"

#include <stdlib.h>
#include <string.h>

/* ---- columns -------------------------------------------------------------------------------- */

/* Columns carry the currency in their names ("Price USDT"), and TradingView has renamed some. */
typedef struct columns {
    int32_t number, type, time, price, qty, pnl, signal, ident;
} columns;

static bool is_named(const char *name, const char *prefix)
{
    const size_t n = strlen(prefix);
    return strncmp(name, prefix, n) == 0 && (name[n] == '\0' || name[n] == ' ') &&
           name[strlen(name) - 1] != '%';
}

static int32_t find_column(const wick_table *t, const char *const *exact, const char *const *prefix)
{
    for (int i = 0; exact[i] != NULL; i++) {
        const int32_t c = wick_table_find(t, exact[i]);
        if (c >= 0) return c;
    }
    for (int i = 0; prefix[i] != NULL; i++) {
        for (int32_t c = 0; c < wick_table_columns(t); c++)
            if (is_named(wick_table_name(t, c), prefix[i])) return c;
    }
    return -1;
}

static wick_status find_columns(wick_ctx *ctx, const wick_table *t, const char *path, columns *c)
{
    static const char *const none[] = {NULL};
    static const char *const
        number[] = {"Trade #", "Trade number", NULL},
        *const type[] = {"Type", NULL}, *const time[] = {"Date and time", "Date/Time", NULL},
        *const price[] = {"Price", NULL}, *const qty[] = {"Size (qty)", "Position size (qty)",
                                                          "Qty",        "Quantity",
                                                          "Contracts",  NULL},
        *const pnl[] = {"Net P&L", "Net PnL", "Profit", NULL}, *const signal[] = {"Signal", NULL},
        *const ident[] = {"Entry order #", NULL};
    *c = (columns){find_column(t, number, none), find_column(t, type, none),
                   find_column(t, time, none),   find_column(t, none, price),
                   find_column(t, qty, none),    find_column(t, none, pnl),
                   find_column(t, signal, none), find_column(t, ident, none)};
    const struct {
        int32_t at;
        const char *name;
    } needed[] = {
        {c->number, "Trade #"}, {c->type, "Type"}, {c->time, "Date and time"}, {c->price, "Price"}};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (needed[i].at < 0)
            return wick_fail(
                ctx, WICK_E_DATA,
                "%s: no column '%s': this is no list of trades exported from TradingView", path,
                needed[i].name);
    }
    return WICK_OK;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static wick_status bad_cell(wick_ctx *ctx, const char *path, int64_t row, const char *what,
                            const char *found)
{
    return wick_fail(ctx, WICK_E_DATA, "%s:%lld: '%s' is no %s", path, (long long)row + 2, found,
                     what);
}

/* TradingView writes a typographic minus in some locales and groups thousands. */
static bool number_of(const char *text, double *out)
{
    char plain[64];
    size_t n = 0;
    for (const char *p = text; *p != '\0' && n < sizeof plain - 1; p++) {
        if (strncmp(p, "\xe2\x88\x92", 3) == 0) {
            plain[n++] = '-';
            p += 2;
        } else if (*p != ',' && *p != ' ') {
            plain[n++] = *p;
        }
    }
    return wick_parse_double(plain, (int64_t)n, out);
}

static bool time_of(const char *text, int64_t east, int64_t *out)
{
    char iso[24];
    if (strlen(text) < 10) return false;
    snprintf(iso, sizeof iso, "%.16s%s", text, strlen(text) >= 16 ? ":00" : "");
    if (iso[10] == ' ') iso[10] = 'T';
    int64_t t;
    bool clock;
    if (!wick_time_parse(iso, (int64_t)strlen(iso), &t, &clock)) return false;
    *out = t - east;
    return true;
}

static const char *cell(const wick_table *t, int32_t column, int64_t row)
{
    const char *text = column >= 0 ? wick_table_texts(t, column)[row] : NULL;
    return text != NULL ? text : "";
}

static tv_trade *trade_of(tv_list *l, int32_t number)
{
    /* The two rows of a trade stand together. */
    for (int64_t i = l->n; i-- > 0 && i > l->n - 4;)
        if (l->at[i].number == number) return &l->at[i];
    for (int64_t i = 0; i < l->n; i++)
        if (l->at[i].number == number) return &l->at[i];
    tv_trade *made = &l->at[l->n++];
    *made =
        (tv_trade){.number = number, .p0 = WICK_NA, .p1 = WICK_NA, .signal = "", .exit_signal = ""};
    return made;
}

static wick_status read_row(wick_ctx *ctx, wick_arena *a, const wick_table *t, const columns *c,
                            int64_t row, int64_t east, const char *path, tv_list *l)
{
    double number, price, v;
    int64_t time;
    const char *text = cell(t, c->number, row);
    if (*text == '\0') return WICK_OK;
    if (!number_of(text, &number)) return bad_cell(ctx, path, row, "trade number", text);
    const char *type = cell(t, c->type, row);
    const bool entry = strncmp(type, "Entry", 5) == 0;
    if (!entry && strncmp(type, "Exit", 4) != 0)
        return bad_cell(ctx, path, row, "type of a trade's row (Entry long, Exit short ...)", type);
    if (!time_of(cell(t, c->time, row), east, &time))
        return bad_cell(ctx, path, row, "date and time", cell(t, c->time, row));
    if (!number_of(cell(t, c->price, row), &price))
        return bad_cell(ctx, path, row, "price", cell(t, c->price, row));
    char *signal = wick_arena_strdup(a, cell(t, c->signal, row));
    if (signal == NULL) return wick_fail_mem(ctx);
    tv_trade *x = trade_of(l, (int32_t)number);
    x->side = strstr(type, "short") != NULL ? -1 : 1;
    if (number_of(cell(t, c->qty, row), &v)) x->qty = v;
    if (number_of(cell(t, c->pnl, row), &v)) x->pnl = v;
    if (entry) {
        x->t0 = time;
        x->p0 = price;
        x->signal = signal;
        if (number_of(cell(t, c->ident, row), &v)) x->ident = (int64_t)v;
    } else {
        x->t1 = time;
        x->p1 = price;
        x->exit_signal = signal;
        x->open = strcmp(signal, "Open") == 0;
    }
    return WICK_OK;
}

static int by_entry(const void *a, const void *b)
{
    const tv_trade *x = a, *y = b;
    if (x->t0 != y->t0) return x->t0 < y->t0 ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Trades with one row only are left out. */
static void settle(tv_list *l)
{
    int64_t n = 0;
    for (int64_t i = 0; i < l->n; i++)
        if (!isnan(l->at[i].p0) && !isnan(l->at[i].p1)) l->at[n++] = l->at[i];
    l->n = n;
    if (n > 1) qsort(l->at, (size_t)n, sizeof *l->at, by_entry);
}

wick_status tv_list_read(wick_ctx *ctx, wick_arena *a, const char *path, int64_t east, tv_list *out)
{
    char *text = NULL;
    int64_t n = 0;
    wick_table *raw = NULL, *t = NULL;
    const char **names = NULL;
    int32_t *types = NULL;
    wick_status st = wick_file_read(ctx, path, 256 << 20, &text, &n);
    if (st < 0) return st;
    const char *from = text;
    if (n >= 3 && memcmp(from, "\xef\xbb\xbf", 3) == 0) {
        from += 3;
        n -= 3;
    }
    WICK_TRY(wick_table_parse_csv(ctx, path, from, n, NULL, &raw));
    /* Once more with every column as text: numbers have signs and commas of their own. */
    const int32_t m = wick_table_columns(raw);
    names = malloc(((size_t)m + 1) * sizeof *names);
    types = malloc(((size_t)m + 1) * sizeof *types);
    if (names == NULL || types == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int32_t i = 0; i < m; i++) {
        names[i] = wick_table_name(raw, i);
        types[i] = WICK_COL_TEXT;
    }
    const wick_table_opts opts = {
        .size = sizeof opts, .typed = names, .types = types, .n_typed = m};
    WICK_TRY(wick_table_parse_csv(ctx, path, from, n, &opts, &t));
    columns c;
    WICK_TRY(find_columns(ctx, t, path, &c));
    const int64_t rows = wick_table_rows(t);
    *out = (tv_list){wick_arena_zalloc(a, (rows + 1) * (int64_t)sizeof *out->at), 0};
    if (out->at == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t i = 0; i < rows && st >= 0; i++) st = read_row(ctx, a, t, &c, i, east, path, out);
    if (st >= 0) settle(out);
out:
    wick_table_unref(t);
    wick_table_unref(raw);
    free(names);
    free(types);
    free(text);
    return st;
}

wick_status tv_list_of(wick_ctx *ctx, wick_arena *a, const wick_ledger *l, bool net, tv_list *out)
{
    const int64_t n = wick_ledger_trades(l);
    *out = (tv_list){wick_arena_zalloc(a, (n + 1) * (int64_t)sizeof *out->at), n};
    if (out->at == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        const double pnl = net ? t->pnl : t->pnl - t->fees;
        out->at[i] = (tv_trade){
            .t0 = t->entry_time,
            .t1 = t->exit_time,
            .p0 = t->entry_price,
            .p1 = t->exit_price,
            .qty = t->qty,
            .pnl = (pnl < 0.0 ? -1.0 : 1.0) * floor(fabs(pnl) * 100.0 + 0.5) / 100.0,
            .signal = wick_ledger_tag(l, t->entry_tag),
            .exit_signal = t->reason == WICK_BY_OPEN ? "Open" : wick_ledger_tag(l, t->exit_tag),
            .ident = t->entry_order,
            .number = (int32_t)(i + 1),
            .side = t->side,
            .open = t->reason == WICK_BY_OPEN};
    }
    settle(out);
    return WICK_OK;
}
