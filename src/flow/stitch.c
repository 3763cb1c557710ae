/* SPDX-License-Identifier: MIT */
/* Runs over parts of a history, put together: what each part earned is earned by the equity the
 * part before ended with. Trades are scaled in the same way; order tags are dropped, they are
 * numbers of one run. */
#include <stdlib.h>
#include <string.h>

#include "flow/course_int.h"

enum { FEES = 2, FLOW = 5, COLUMNS = FLOW + WICK_FLOWS }; /* equity, cash, fees, long, short, flows */

typedef struct piece {
    int64_t n, n_trades;
    int64_t *time;
    double *column[COLUMNS]; /* times 1 / base; fees and flows since the piece began */
    bool has[WICK_FLOWS];
    wick_trade_rec *trade;
    double base; /* equity before the first row */
} piece;

struct wk_stitch {
    piece *piece;
    int64_t n, cap;
    char **symbol;
    int64_t n_symbols;
};

wk_stitch *wk_stitch_new(void)
{
    return calloc(1, sizeof(wk_stitch));
}

static void free_piece(piece *p)
{
    free(p->time);
    for (int k = 0; k < COLUMNS; k++) free(p->column[k]);
    free(p->trade);
}

void wk_stitch_free(wk_stitch *s)
{
    if (s == NULL) return;
    for (int64_t i = 0; i < s->n; i++) free_piece(&s->piece[i]);
    for (int64_t i = 0; i < s->n_symbols; i++) free(s->symbol[i]);
    free(s->symbol);
    free(s->piece);
    free(s);
}

static wick_status keep_symbols(wick_ctx *ctx, wk_stitch *s, const wick_ledger *l, int64_t n)
{
    if (n <= s->n_symbols) return WICK_OK;
    char **grown = realloc(s->symbol, (size_t)n * sizeof *grown);
    if (grown == NULL) return wick_fail_mem(ctx);
    s->symbol = grown;
    for (; s->n_symbols < n; s->n_symbols++) {
        grown[s->n_symbols] = strdup(wick_ledger_symbol(l, (int32_t)s->n_symbols));
        if (grown[s->n_symbols] == NULL) return wick_fail_mem(ctx);
    }
    return WICK_OK;
}

static bool alloc_piece(piece *p, int64_t rows, int64_t trades)
{
    bool good = true;
    p->time = malloc((size_t)(rows + 1) * sizeof *p->time);
    p->trade = malloc((size_t)(trades + 1) * sizeof *p->trade);
    for (int k = 0; k < COLUMNS; k++) {
        p->column[k] = malloc((size_t)(rows + 1) * sizeof(double));
        good = good && p->column[k] != NULL;
    }
    return good && p->time != NULL && p->trade != NULL;
}

/* Columns that add up over a run. */
static bool sums(int k)
{
    return k == FEES || k >= FLOW;
}

static void copy_rows(piece *p, const wick_equity *e, int64_t first, int64_t last, double base)
{
    const double *from[COLUMNS] = {e->equity, e->cash, e->fees, e->long_value, e->short_value};
    memcpy(from + FLOW, e->flow, sizeof e->flow);
    p->n = last - first;
    memcpy(p->time, e->time + first, (size_t)p->n * sizeof *p->time);
    for (int k = 0; k < COLUMNS; k++) {
        const double before = sums(k) && from[k] != NULL && first > 0 ? from[k][first - 1] : 0.0;
        if (k >= FLOW) p->has[k - FLOW] = from[k] != NULL;
        for (int64_t i = 0; i < p->n; i++)
            p->column[k][i] = from[k] != NULL ? (from[k][first + i] - before) / base : 0.0;
    }
}

wick_status wk_stitch_add(wick_ctx *ctx, wk_stitch *s, const wick_ledger *l, int64_t from,
                          int64_t until)
{
    const wick_equity e = wick_ledger_equity(l);
    const int64_t trades = wick_ledger_trades(l);
    int64_t first = 0, last = e.n, symbols = 0;
    while (first < last && e.time[first] < from) first++;
    while (last > first && e.time[last - 1] >= until) last--;
    if (first == last) return WICK_OK;
    if (s->n == s->cap) {
        const int64_t cap = s->cap > 0 ? 2 * s->cap : 8;
        piece *grown = realloc(s->piece, (size_t)cap * sizeof *grown);
        if (grown == NULL) return wick_fail_mem(ctx);
        s->piece = grown;
        s->cap = cap;
    }
    piece *p = &s->piece[s->n];
    memset(p, 0, sizeof *p);
    if (!alloc_piece(p, last - first, trades)) {
        free_piece(p);
        return wick_fail_mem(ctx);
    }
    s->n++;
    p->base = first > 0 ? e.equity[first - 1] : wick_ledger_cash0(l);
    /* A bankrupt account earns nothing more. */
    if (!(p->base > 0.0)) p->base = HUGE_VAL;
    copy_rows(p, &e, first, last, p->base);
    for (int64_t i = 0; i < trades; i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        if (t->entry_time < from || t->entry_time >= until) continue;
        p->trade[p->n_trades] = *t;
        p->trade[p->n_trades].entry_tag = p->trade[p->n_trades].exit_tag = -1;
        p->n_trades++;
        if (t->symbol >= symbols) symbols = t->symbol + 1;
    }
    return keep_symbols(ctx, s, l, symbols);
}

static int by_time(const void *a, const void *b)
{
    const piece *const *x = a, *const *y = b;
    const int64_t t = (*x)->time[0], u = (*y)->time[0];
    return t < u ? -1 : t > u;
}

/* Columns and trades at scale, into the arena. */
static void put(const piece *p, double level, int64_t at, double *const *column, int64_t *time,
                wick_trade_rec *trade, int64_t *n_trades)
{
    memcpy(time + at, p->time, (size_t)p->n * sizeof *time);
    for (int k = 0; k < COLUMNS; k++)
        for (int64_t i = 0; i < p->n; i++)
            column[k][at + i] =
                p->column[k][i] * level + (sums(k) && at > 0 ? column[k][at - 1] : 0.0);
    const double scale = isinf(p->base) ? 0.0 : level / p->base;
    for (int64_t i = 0; i < p->n_trades; i++) {
        wick_trade_rec *t = &trade[(*n_trades)++];
        *t = p->trade[i];
        t->qty *= scale;
        t->pnl *= scale;
        t->fees *= scale;
        t->carry *= scale;
    }
}

wick_status wk_stitch_ledger(wick_ctx *ctx, const wk_stitch *s, double cash, wick_ledger **out)
{
    int64_t rows = 0, trades = 0, at = 0;
    wick_ledger_in in = {.size = sizeof in, .cash0 = cash};
    double *column[COLUMNS];
    wick_arena *arena = wick_arena_new(0);
    const piece **order = malloc((size_t)(s->n + 1) * sizeof *order);
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < s->n; i++) {
        rows += s->piece[i].n;
        trades += s->piece[i].n_trades;
    }
    int64_t *time = arena ? wick_arena_alloc(arena, (rows + 1) * (int64_t)sizeof *time) : NULL;
    wick_trade_rec *trade =
        arena ? wick_arena_alloc(arena, (trades + 1) * (int64_t)sizeof *trade) : NULL;
    bool good = arena != NULL && order != NULL && time != NULL && trade != NULL;
    for (int k = 0; k < COLUMNS; k++) {
        column[k] = good ? wick_arena_alloc(arena, (rows + 1) * (int64_t)sizeof(double)) : NULL;
        good = good && column[k] != NULL;
    }
    if (!good) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t i = 0; i < s->n; i++) order[i] = &s->piece[i];
    qsort(order, (size_t)s->n, sizeof *order, by_time);
    double level = cash;
    for (int64_t i = 0; i < s->n; i++) {
        put(order[i], level, at, column, time, trade, &in.n_trades);
        at += order[i]->n;
        level = column[0][at - 1];
        for (int k = 0; k < WICK_FLOWS; k++)
            if (order[i]->has[k]) in.flow[k] = column[FLOW + k];
    }
    in.n = rows;
    in.time = time;
    in.equity = column[0];
    in.cash = column[1];
    in.fees = column[FEES];
    in.long_value = column[3];
    in.short_value = column[4];
    in.trades = trade;
    in.symbols = (const char *const *)s->symbol;
    in.n_symbols = s->n_symbols;
    st = wick_ledger_new(ctx, &in, out);
out:
    free(order);
    wick_arena_free(arena);
    return st;
}
