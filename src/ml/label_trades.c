/* SPDX-License-Identifier: MIT */
/* Labels from the trades a strategy made. */
#include "ml/ml_int.h"

typedef struct entry {
    int64_t symbol, stamp; /* panel symbol, signal bar */
    double pnl, paid;
    int64_t exit_bar;
    int32_t trade;
    bool cut; /* the last slice was closed because the data ended */
} entry;

static int by_entry(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->symbol != y->symbol) return x->symbol < y->symbol ? -1 : 1;
    if (x->stamp != y->stamp) return x->stamp < y->stamp ? -1 : 1;
    return x->trade < y->trade ? -1 : x->trade > y->trade;
}

/* One record a trade, then slices of one entry joined. */
static wick_status collect(wick_ctx *ctx, const wick_panel *panel, const wick_ledger *l, bool net,
                           entry **out, int64_t *out_n)
{
    const int64_t trades = wick_ledger_trades(l);
    entry *e = wk_items(trades, sizeof *e);
    if (e == NULL) return wick_fail_mem(ctx);
    int64_t n = 0;
    for (int64_t i = 0; i < trades; i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        const int64_t s = wick_panel_find(panel, wick_ledger_symbol(l, t->symbol));
        if (s < 0) {
            free(e);
            return wick_fail(ctx, WICK_E_ARG, "a trade in %s, which the panel does not have",
                             wick_ledger_symbol(l, t->symbol));
        }
        e[n++] = (entry){.symbol = s,
                         .stamp = t->signal_time,
                         .pnl = t->pnl - (net ? 0.0 : t->fees),
                         .paid = t->qty * fabs(t->entry_price),
                         .exit_bar = t->exit_bar,
                         .trade = (int32_t)i,
                         .cut = t->reason == WICK_BY_END || t->reason == WICK_BY_OPEN};
    }
    qsort(e, (size_t)n, sizeof *e, by_entry);
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        entry *last = kept > 0 ? &e[kept - 1] : NULL;
        if (last == NULL || last->symbol != e[i].symbol || last->stamp != e[i].stamp) {
            e[kept++] = e[i];
            continue;
        }
        last->pnl += e[i].pnl;
        last->paid += e[i].paid;
        last->cut = last->cut || e[i].cut;
        if (e[i].exit_bar > last->exit_bar) last->exit_bar = e[i].exit_bar;
    }
    *out = e;
    *out_n = kept;
    return WICK_OK;
}

wick_status wick_labels_from_trades(wick_ctx *ctx, const wick_panel *panel, const wick_matrix *m,
                                    const wick_ledger *ledger, bool pnl_net, wick_labels **out)
{
    if (panel == NULL || m == NULL || ledger == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "labels need a panel, a matrix and a ledger");
    }
    wick_status st = WICK_OK;
    int64_t *map = NULL, n = 0;
    entry *e = NULL;
    wick_labels *l = wk_labels_alloc(m->index->n);
    if (l == NULL) return wick_fail_mem(ctx);
    WICK_TRY(wk_panel_map(ctx, panel, m, &map));
    WICK_TRY(collect(ctx, panel, ledger, pnl_net, &e, &n));
    for (int64_t i = 0; i < l->n; i++) {
        const int64_t s = map[m->index->symbol[i]];
        l->tick1[i] = m->index->tick[i];
        int64_t lo = 0, hi = n;
        while (lo < hi) {
            const int64_t mid = lo + (hi - lo) / 2;
            const bool before =
                e[mid].symbol < s || (e[mid].symbol == s && e[mid].stamp < m->index->stamp[i]);
            if (before) {
                lo = mid + 1;
            } else {
                hi = mid;
            }
        }
        if (lo == n || e[lo].symbol != s || e[lo].stamp != m->index->stamp[i] || e[lo].cut)
            continue;
        const int32_t *tick = wick_panel_tick_of(panel, s);
        const int64_t bar = e[lo].exit_bar;
        l->y[i] = e[lo].pnl > 0.0 ? 1.0 : 0.0;
        l->ret[i] = e[lo].paid > 0.0 ? e[lo].pnl / e[lo].paid : WICK_NA;
        l->barrier[i] = WICK_BARRIER_TRADE;
        l->bar1[i] = (int32_t)bar;
        l->tick1[i] = tick != NULL ? tick[bar] : (int32_t)bar;
    }
    *out = l;
    l = NULL;
out:
    wick_labels_unref(l);
    free(e);
    free(map);
    return st;
}
