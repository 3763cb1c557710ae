/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

const char *wick_reason_name(int32_t reason)
{
    static const char *const names[] = {"signal",    "stop_loss", "stop_trailing", "take_profit",
                                        "hold_bars", "end",       "margin_call",   "bankruptcy",
                                        "risk_rule", "open",      "split"};
    if (reason < 0 || reason > WICK_BY_SPLIT) return "unknown";
    return names[reason];
}

const char *wick_flow_name(int32_t flow)
{
    static const char *const names[WICK_FLOWS] = {"borrow", "interest", "funding", "dividends"};
    return flow >= 0 && flow < WICK_FLOWS ? names[flow] : "unknown";
}

const char *wick_fate_name(int32_t fate)
{
    static const char *const names[WICK_FATES] = {
        "pending", "filled", "partial", "cancelled", "expired", "no_cash", "no_slot",
        "no_bar",  "held",   "limit",   "zero",      "model",   "risk"};
    if (fate < 0 || fate >= WICK_FATES) return "unknown";
    return names[fate];
}

/* Zeros that nobody writes: pages of it that are only read cost no memory. */
enum { SHARED_ZEROS = 1 << 16 };
static double shared_zeros[SHARED_ZEROS];

/* Readers never meet a missing column: what was not given is one shared column of zeros. */
static bool fill_columns(wick_arena *arena, wick_ledger_in *in)
{
    const double **cols[4] = {&in->cash, &in->fees, &in->long_value, &in->short_value};
    const double *zero = in->n <= SHARED_ZEROS ? shared_zeros : NULL;
    for (int k = 0; k < 4; k++) {
        if (*cols[k] != NULL) continue;
        if (zero == NULL) {
            zero = wick_arena_zalloc(arena, (in->n > 0 ? in->n : 1) * (int64_t)sizeof *zero);
            if (zero == NULL) return false;
        }
        *cols[k] = zero;
    }
    return true;
}

static wick_ledger *build(wick_arena *arena, const wick_ledger_in *in)
{
    wick_ledger *l = wick_arena_zalloc(arena, (int64_t)sizeof *l);
    if (l == NULL) return NULL;
    atomic_init(&l->refs, 1);
    l->arena = arena;
    /* A caller built against an older header hands over a shorter struct. */
    memcpy(&l->in, in, in->size < sizeof l->in ? in->size : sizeof l->in);
    if (!fill_columns(arena, &l->in)) return NULL;
    if (l->in.panel != NULL) (void)wick_panel_ref(l->in.panel);
    if (l->in.fates != NULL) {
        memcpy(l->fates, l->in.fates, sizeof l->fates);
        return l;
    }
    for (int64_t i = 0; i < l->in.n_orders; i++) {
        const int fate = l->in.orders[i].fate;
        if (fate >= 0 && fate < WICK_FATES) l->fates[fate]++;
    }
    return l;
}

static wick_status check(wick_ctx *ctx, const wick_ledger_in *in)
{
    if (in == NULL || in->size < offsetof(wick_ledger_in, n_trades)) {
        return wick_fail(ctx, WICK_E_ARG, "a ledger needs its size field set");
    }
    if (in->n < 0 || (in->n > 0 && (in->time == NULL || in->equity == NULL))) {
        return wick_fail(ctx, WICK_E_ARG, "a ledger needs the columns time and equity");
    }
    return WICK_OK;
}

wick_status wick_ledger_take(wick_ctx *ctx, const wick_ledger_in *in, wick_arena *arena,
                             wick_ledger **out)
{
    wick_status st = check(ctx, in);
    wick_ledger *l = NULL;
    if (st == WICK_OK) {
        l = build(arena, in);
        if (l == NULL) st = wick_fail_mem(ctx);
    }
    if (st < 0) {
        const bool keeps = in != NULL && in->size >= sizeof *in && in->borrowed;
        if (!keeps) wick_arena_free(arena);
        return st;
    }
    *out = l;
    return WICK_OK;
}

/* ---- copies of foreign results ------------------------------------------------------------ */

static bool copy(wick_arena *a, const void *from, int64_t bytes, const void **to)
{
    if (bytes == 0) {
        *to = NULL;
        return true;
    }
    void *p = wick_arena_alloc(a, bytes);
    if (p == NULL) return false;
    memcpy(p, from, (size_t)bytes);
    *to = p;
    return true;
}

static bool copy_column(wick_arena *a, int64_t n, const double **col)
{
    if (*col == NULL) return true;
    const void *p = NULL;
    if (!copy(a, *col, n * (int64_t)sizeof(double), &p)) return false;
    *col = p;
    return true;
}

static bool copy_names(wick_arena *a, int64_t n, const char *const **names)
{
    if (n <= 0) {
        *names = NULL;
        return true;
    }
    char **to = wick_arena_alloc(a, n * (int64_t)sizeof *to);
    if (to == NULL) return false;
    for (int64_t i = 0; i < n; i++) {
        to[i] = wick_arena_strdup(a, (*names)[i] != NULL ? (*names)[i] : "");
        if (to[i] == NULL) return false;
    }
    *names = (const char *const *)to;
    return true;
}

static bool copy_all(wick_arena *a, wick_ledger_in *in)
{
    const void *p = NULL;
    if (!copy(a, in->time, in->n * (int64_t)sizeof *in->time, &p)) return false;
    in->time = p;
    if (!copy_column(a, in->n, &in->equity) || !copy_column(a, in->n, &in->cash) ||
        !copy_column(a, in->n, &in->fees) || !copy_column(a, in->n, &in->long_value) ||
        !copy_column(a, in->n, &in->short_value)) {
        return false;
    }
    for (int k = 0; k < WICK_FLOWS; k++)
        if (!copy_column(a, in->n, &in->flow[k])) return false;
    if (!copy(a, in->trades, in->n_trades * (int64_t)sizeof *in->trades, &p)) return false;
    in->trades = p;
    if (!copy(a, in->orders, in->n_orders * (int64_t)sizeof *in->orders, &p)) return false;
    in->orders = p;
    return copy_names(a, in->n_symbols, &in->symbols) && copy_names(a, in->n_tags, &in->tags);
}

wick_status wick_ledger_new(wick_ctx *ctx, const wick_ledger_in *in, wick_ledger **out)
{
    const wick_status st = check(ctx, in);
    if (st < 0) return st;
    wick_ledger_in own = {.size = sizeof own};
    memcpy(&own, in, in->size < sizeof own ? in->size : sizeof own);
    own.size = sizeof own;
    own.borrowed = false;
    own.panel = NULL; /* everything is copied */
    own.rate = NULL;
    if (own.n_trades < 0 || own.n_orders < 0 || own.n_symbols < 0 || own.n_tags < 0 ||
        (own.n_trades > 0 && own.trades == NULL) || (own.n_orders > 0 && own.orders == NULL) ||
        (own.n_symbols > 0 && own.symbols == NULL) || (own.n_tags > 0 && own.tags == NULL)) {
        return wick_fail(ctx, WICK_E_ARG, "a ledger list has a length but no elements");
    }
    wick_arena *a = wick_arena_new(0);
    if (a == NULL) return wick_fail_mem(ctx);
    if (!copy_all(a, &own)) {
        wick_arena_free(a);
        return wick_fail_mem(ctx);
    }
    return wick_ledger_take(ctx, &own, a, out);
}

/* ---- access ------------------------------------------------------------------------------- */

wick_ledger *wick_ledger_ref(wick_ledger *l)
{
    if (l != NULL) atomic_fetch_add(&l->refs, 1);
    return l;
}

void wick_ledger_unref(wick_ledger *l)
{
    if (l == NULL || atomic_fetch_sub(&l->refs, 1) != 1) return;
    wick_panel *panel = l->in.panel;
    for (int64_t k = 0; k < l->n_parts; k++) wick_ledger_unref(l->parts[k]);
    if (!l->in.borrowed) wick_arena_free(l->arena); /* `l` itself lies in it */
    wick_panel_unref(panel);
}

double wick_ledger_rate(const wick_ledger *l, int32_t symbol, int32_t bar)
{
    double rate = 1.0;
    for (int64_t k = 0; k < l->n_parts && rate == 1.0; k++)
        rate = wick_ledger_rate(l->parts[k], symbol, bar);
    const bool known = l->in.rate != NULL && symbol >= 0 && symbol < l->in.n_symbols && bar >= 0;
    if (!known || l->in.rate[symbol] == NULL) return rate;
    return l->in.rate[symbol][bar];
}

int64_t wick_ledger_trades(const wick_ledger *l)
{
    return l->in.n_trades;
}

const wick_trade_rec *wick_ledger_trade(const wick_ledger *l, int64_t i)
{
    return i >= 0 && i < l->in.n_trades ? &l->in.trades[i] : NULL;
}

int64_t wick_ledger_orders(const wick_ledger *l)
{
    return l->in.n_orders;
}

const wick_order_rec *wick_ledger_order(const wick_ledger *l, int64_t i)
{
    return i >= 0 && i < l->in.n_orders ? &l->in.orders[i] : NULL;
}

wick_equity wick_ledger_equity(const wick_ledger *l)
{
    wick_equity e = {.n = l->in.n,
                           .time = l->in.time,
                           .equity = l->in.equity,
                           .cash = l->in.cash,
                           .fees = l->in.fees,
                           .long_value = l->in.long_value,
                     .short_value = l->in.short_value};
    memcpy(e.flow, l->in.flow, sizeof e.flow);
    return e;
}

const char *wick_ledger_tag(const wick_ledger *l, int32_t tag)
{
    return tag >= 0 && tag < l->in.n_tags ? l->in.tags[tag] : "";
}

const char *wick_ledger_symbol(const wick_ledger *l, int32_t symbol)
{
    return symbol >= 0 && symbol < l->in.n_symbols ? l->in.symbols[symbol] : "";
}

double wick_ledger_cash0(const wick_ledger *l)
{
    return l->in.cash0;
}

const int64_t *wick_ledger_fates(const wick_ledger *l)
{
    return l->fates;
}

wick_ambiguity wick_ledger_ambiguity(const wick_ledger *l)
{
    return l->in.ambiguity;
}
