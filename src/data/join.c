/* SPDX-License-Identifier: MIT */
/* One account of several ledgers. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

enum { PLAIN = 5, COLUMNS = PLAIN + WICK_FLOWS };

/* What is copied together before the ledger is made. */
typedef struct joined {
    int64_t rows, n_trades, n_orders, n_tags;
    double *col[COLUMNS];
    wick_trade_rec *trades;
    wick_order_rec *orders;
    const char **tags;
    int32_t *first; /* order id before the first of each part */
    int64_t *at;    /* next trade of each part */
} joined;

static int32_t last_id(const wick_ledger *l)
{
    int32_t id = 0;
    for (int64_t i = 0; i < l->in.n_orders; i++)
        if (l->in.orders[i].id > id) id = l->in.orders[i].id;
    for (int64_t i = 0; i < l->in.n_trades; i++) {
        const wick_trade_rec *t = &l->in.trades[i];
        if (t->entry_order > id) id = t->entry_order;
        if (t->exit_order > id) id = t->exit_order;
    }
    return id;
}

static wick_status measure(wick_ctx *ctx, wick_ledger *const *parts, int64_t n, joined *j)
{
    j->rows = parts[0]->in.n;
    for (int64_t k = 0; k < n; k++) {
        const wick_ledger_in *in = &parts[k]->in;
        if (in->n != j->rows ||
            memcmp(in->time, parts[0]->in.time, (size_t)j->rows * sizeof *in->time) != 0)
            return wick_fail(ctx, WICK_E_ARG, "ledgers of different clocks cannot be joined");
        j->n_trades += in->n_trades;
        j->n_orders += in->n_orders;
        j->n_tags += in->n_tags;
    }
    return WICK_OK;
}

static bool room(joined *j, int64_t n)
{
    const size_t rows = (size_t)j->rows + 1;
    bool good = true;
    for (int c = 0; c < COLUMNS; c++) {
        j->col[c] = calloc(rows, sizeof(double));
        good = good && j->col[c] != NULL;
    }
    j->trades = calloc((size_t)j->n_trades + 1, sizeof *j->trades);
    j->orders = calloc((size_t)j->n_orders + 1, sizeof *j->orders);
    j->tags = calloc((size_t)j->n_tags + 1, sizeof *j->tags);
    j->first = calloc((size_t)n + 1, sizeof *j->first);
    j->at = calloc((size_t)n + 1, sizeof *j->at);
    return good && j->trades != NULL && j->orders != NULL && j->tags != NULL && j->first != NULL &&
           j->at != NULL;
}

static void release(joined *j)
{
    for (int c = 0; c < COLUMNS; c++) free(j->col[c]);
    free(j->trades);
    free(j->orders);
    free(j->tags);
    free(j->first);
    free(j->at);
}

static const double *column_of(const wick_ledger_in *in, int c)
{
    const double *const plain[PLAIN] = {in->equity, in->cash, in->fees, in->long_value,
                                        in->short_value};
    return c < PLAIN ? plain[c] : in->flow[c - PLAIN];
}

static void add_columns(joined *j, wick_ledger *const *parts, int64_t n, double idle)
{
    for (int64_t i = 0; i < j->rows; i++) {
        for (int c = 0; c < COLUMNS; c++) {
            wick_sum s = {c < 2 ? idle : 0.0, 0.0};
            for (int64_t k = 0; k < n; k++) {
                const double *from = column_of(&parts[k]->in, c);
                if (from != NULL) wick_sum_add(&s, from[i]);
            }
            j->col[c][i] = wick_sum_get(&s);
        }
    }
}

static int32_t shifted(int32_t v, int32_t by)
{
    return v >= 0 ? v + by : v;
}

/* Orders part by part; tags of each behind those of the one before. */
static void add_orders(joined *j, wick_ledger *const *parts, int64_t n, int32_t *tag_from)
{
    int64_t to = 0, tags = 0;
    for (int64_t k = 0; k < n; k++) {
        const wick_ledger_in *in = &parts[k]->in;
        tag_from[k] = (int32_t)tags;
        for (int64_t i = 0; i < in->n_tags; i++) j->tags[tags++] = in->tags[i];
        for (int64_t i = 0; i < in->n_orders; i++, to++) {
            j->orders[to] = in->orders[i];
            j->orders[to].id += j->first[k];
            j->orders[to].tag = shifted(in->orders[i].tag, tag_from[k]);
        }
    }
}

/* Each part is in the order of its exits already: the earliest of the heads comes next. */
static void add_trades(joined *j, wick_ledger *const *parts, int64_t n, const int32_t *tag_from)
{
    for (int64_t to = 0; to < j->n_trades; to++) {
        int64_t best = -1;
        for (int64_t k = 0; k < n; k++) {
            const wick_ledger_in *in = &parts[k]->in;
            if (j->at[k] >= in->n_trades) continue;
            if (best < 0 ||
                in->trades[j->at[k]].exit_tick < parts[best]->in.trades[j->at[best]].exit_tick)
                best = k;
        }
        wick_trade_rec *t = &j->trades[to];
        *t = parts[best]->in.trades[j->at[best]++];
        t->entry_order = t->entry_order > 0 ? t->entry_order + j->first[best] : t->entry_order;
        t->exit_order = t->exit_order > 0 ? t->exit_order + j->first[best] : t->exit_order;
        t->entry_tag = shifted(t->entry_tag, tag_from[best]);
        t->exit_tag = shifted(t->exit_tag, tag_from[best]);
    }
}

static wick_status keep_parts(wick_ctx *ctx, wick_ledger *l, wick_ledger *const *parts,
                              const char *const *names, int64_t n, const int32_t *first)
{
    l->parts = wick_arena_alloc(l->arena, n * (int64_t)sizeof *l->parts);
    l->part_names = wick_arena_alloc(l->arena, n * (int64_t)sizeof *l->part_names);
    l->part_first = wick_arena_alloc(l->arena, n * (int64_t)sizeof *l->part_first);
    if (l->parts == NULL || l->part_names == NULL || l->part_first == NULL)
        return wick_fail_mem(ctx);
    for (int64_t k = 0; k < n; k++) {
        l->part_names[k] = wick_arena_strdup(l->arena, names[k]);
        if (l->part_names[k] == NULL) return wick_fail_mem(ctx);
        l->part_first[k] = first[k] + 1;
    }
    for (int64_t k = 0; k < n; k++) l->parts[k] = wick_ledger_ref(parts[k]);
    l->n_parts = n;
    return WICK_OK;
}

wick_status wick_ledger_join(wick_ctx *ctx, wick_ledger *const *parts, const char *const *names,
                             int64_t n, double idle, wick_ledger **out)
{
    joined j = {0};
    wick_ledger *l = NULL;
    int32_t *tag_from = NULL;
    double cash0 = idle;
    if (n < 1) return wick_fail(ctx, WICK_E_ARG, "no ledgers to join");
    wick_status st = measure(ctx, parts, n, &j);
    if (st < 0) return st;
    tag_from = calloc((size_t)n, sizeof *tag_from);
    if (tag_from == NULL || !room(&j, n)) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    wick_ambiguity amb = {.pnl_worst = 0.0, .bounded = true};
    for (int64_t k = 0; k < n; k++) {
        const wick_ambiguity a = parts[k]->in.ambiguity;
        j.first[k + 1] = j.first[k] + last_id(parts[k]);
        cash0 += parts[k]->in.cash0;
        amb.bars += a.bars;
        amb.pnl_worst += a.pnl_worst;
        amb.pnl_best += a.pnl_best;
        amb.bounded = amb.bounded && a.bounded;
        amb.finer += a.finer;
        amb.coarse += a.coarse;
        amb.misfit += a.misfit;
    }
    add_columns(&j, parts, n, idle);
    add_orders(&j, parts, n, tag_from);
    add_trades(&j, parts, n, tag_from);
    wick_ledger_in in = {.size = sizeof in,
                         .n = j.rows,
                         .time = parts[0]->in.time,
                         .equity = j.col[0],
                         .cash = j.col[1],
                         .fees = j.col[2],
                         .long_value = j.col[3],
                         .short_value = j.col[4],
                         .n_trades = j.n_trades,
                         .trades = j.trades,
                         .n_orders = j.n_orders,
                         .orders = j.orders,
                         .n_symbols = parts[0]->in.n_symbols,
                         .symbols = parts[0]->in.symbols,
                         .n_tags = j.n_tags,
                         .tags = j.tags,
                         .cash0 = cash0,
                         .ambiguity = amb};
    for (int f = 0; f < WICK_FLOWS; f++) {
        for (int64_t k = 0; k < n; k++)
            if (parts[k]->in.flow[f] != NULL) in.flow[f] = j.col[PLAIN + f];
    }
    WICK_TRY(wick_ledger_new(ctx, &in, &l));
    WICK_TRY(keep_parts(ctx, l, parts, names, n, j.first));
    for (int f = 0; f < WICK_FATES; f++) {
        l->fates[f] = 0;
        for (int64_t k = 0; k < n; k++) l->fates[f] += parts[k]->fates[f];
    }
    *out = l;
    l = NULL;
out:
    wick_ledger_unref(l);
    release(&j);
    free(tag_from);
    return st;
}

int64_t wick_ledger_parts(const wick_ledger *l)
{
    return l->n_parts;
}

const wick_ledger *wick_ledger_part(const wick_ledger *l, int64_t i)
{
    return i >= 0 && i < l->n_parts ? l->parts[i] : NULL;
}

const char *wick_ledger_part_name(const wick_ledger *l, int64_t i)
{
    return i >= 0 && i < l->n_parts ? l->part_names[i] : "";
}

int64_t wick_ledger_part_of(const wick_ledger *l, int32_t order)
{
    int64_t k = l->n_parts - 1;
    while (k >= 0 && order < l->part_first[k]) k--;
    return order > 0 ? k : -1;
}
