/* SPDX-License-Identifier: MIT */
#include "cli/diff.h"

#include <stdlib.h>
#include <string.h>

/* Trades in the order of their entries; `number` is the line of the trades CSV. */
typedef struct list {
    diff_trade *at;
    int64_t n;
} list;

/* One mixture. */
typedef struct point {
    uint64_t mask;
    double value[DIFF_VALUES];
} point;

typedef struct game {
    const diff_opts *o;
    diff_result *r;
    uint64_t all;
    point *at; /* sorted by mask */
    int64_t n;
    list base[2];    /* trades under none and all */
    int64_t differs; /* the first of them that differs; -1 none */
    int64_t *moved;  /* per group: first trade of base[0] that is another; -1 none */
} game;

/* ---- lists of trades ---------------------------------------------------------------------- */

static int by_entry(const void *x, const void *y)
{
    const diff_trade *a = x, *b = y;
    if (a->t.entry_time != b->t.entry_time) return a->t.entry_time < b->t.entry_time ? -1 : 1;
    if (a->t.symbol != b->t.symbol) return a->t.symbol < b->t.symbol ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static wick_status list_of(wick_ctx *ctx, const wick_ledger *l, list *out)
{
    const int64_t n = wick_ledger_trades(l);
    out->at = malloc(((size_t)n + 1) * sizeof *out->at);
    if (!out->at) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) out->at[i] = (diff_trade){i + 1, *wick_ledger_trade(l, i)};
    out->n = n;
    qsort(out->at, (size_t)n, sizeof *out->at, by_entry);
    return WICK_OK;
}

static bool same(const wick_trade_rec *a, const wick_trade_rec *b)
{
    return a->symbol == b->symbol && a->side == b->side && a->reason == b->reason &&
           a->signal_time == b->signal_time && a->entry_time == b->entry_time &&
           a->exit_time == b->exit_time && a->qty == b->qty && a->entry_price == b->entry_price &&
           a->exit_price == b->exit_price && a->fees == b->fees;
}

/* Place of the first trade that is not the same; -1: the lists are. */
static int64_t first_change(const list *a, const list *b)
{
    const int64_t n = a->n < b->n ? a->n : b->n;
    for (int64_t i = 0; i < n; i++)
        if (!same(&a->at[i].t, &b->at[i].t)) return i;
    return a->n == b->n ? -1 : n;
}

static bool same_at(const list *a, const list *b, int64_t i)
{
    if (i >= a->n || i >= b->n) return i >= a->n && i >= b->n;
    return same(&a->at[i].t, &b->at[i].t);
}

/* ---- runs --------------------------------------------------------------------------------- */

/* Which group a mask changes alone (or leaves out alone); -1: it is another mixture. */
static int only(const game *g, uint64_t mask)
{
    for (int i = 0; i < g->r->n; i++)
        if (mask == UINT64_C(1) << i) return i;
    return -1;
}

static void note_mix(wick_ctx *ctx, const game *g, uint64_t mask)
{
    char text[400] = "";
    size_t n = 0;
    for (int i = 0; i < g->r->n; i++)
        for (int k = 0; (mask >> i & 1) != 0 && k < g->r->group[i].n && n < 360; k++) {
            const diff_setting *d = &g->r->settings[g->r->group[i].first + k];
            const int w = snprintf(text + n, sizeof text - n, " %.24s=%.16s", d->key, d->to);
            n += w > 0 ? (size_t)w : 0;
            if (n >= sizeof text) n = sizeof text - 1;
        }
    (void)wick_note(ctx, "while running the first profile with%s", *text ? text : " no change");
}

static wick_status run_mix(wick_ctx *ctx, const game *g, int32_t worker, point *p, wk_eval_out *out)
{
    const diff_opts *o = g->o;
    wick_settings *s = NULL;
    wick_status st = diff_mix(ctx, o, g->r, p->mask, &s);
    if (st >= 0) {
        const wk_eval_job job = {.params = o->params,
                                 .panel = o->panel,
                                 .has_trade_from = o->has_trade_from,
                                 .trade_from = o->trade_from,
                                 .bars_per_year = o->bars_per_year,
                                 .cash = o->cash,
                                 .settings = s};
        st = wk_eval_run(ctx, o->eval, worker, &job, out);
        if (st < 0) note_mix(ctx, g, p->mask);
    }
    if (st >= 0) {
        const wick_equity e = wick_ledger_equity(out->ledger);
        p->value[DIFF_EQUITY] = e.n > 0 ? e.equity[e.n - 1] : o->cash;
        p->value[DIFF_METRIC] = out->metrics[0];
        p->value[DIFF_TRADES] = (double)wick_ledger_trades(out->ledger);
    }
    wick_settings_free(s);
    return st;
}

static wick_status base_task(void *arg, int64_t i, int32_t worker, wick_ctx *ctx)
{
    game *g = arg;
    wk_eval_out out;
    point p = {.mask = i == 0 ? 0 : g->all};
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    const wick_status st = run_mix(ctx, g, worker, &p, &out);
    if (st < 0) return st;
    memcpy(i == 0 ? g->r->from : g->r->to, p.value, sizeof p.value);
    return list_of(ctx, out.ledger, &g->base[i]);
}

static wick_status point_task(void *arg, int64_t i, int32_t worker, wick_ctx *ctx)
{
    game *g = arg;
    wk_eval_out out;
    point *p = &g->at[i];
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    wick_status st = run_mix(ctx, g, worker, p, &out);
    const int alone = only(g, p->mask), left = only(g, g->all & ~p->mask);
    if (st < 0 || (alone < 0 && left < 0)) return st;
    list l = {0};
    st = list_of(ctx, out.ledger, &l);
    /* With two groups a mixture is both. */
    if (st >= 0 && alone >= 0) {
        diff_group *k = &g->r->group[alone];
        g->moved[alone] = first_change(&g->base[0], &l);
        k->decides = g->differs >= 0 && !same_at(&g->base[0], &l, g->differs);
        k->has_trade = k->decides && g->differs < l.n;
        if (k->has_trade) k->trade = l.at[g->differs].t;
    }
    if (st >= 0 && left >= 0 && g->differs >= 0)
        g->r->group[left].restores = same_at(&g->base[0], &l, g->differs);
    free(l.at);
    return st;
}

static int by_mask(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = ((const point *)b)->mask;
    return x < y ? -1 : x > y;
}

static const double *value_of(const void *user, uint64_t mask)
{
    const game *g = user;
    if (mask == 0) return g->r->from;
    if (mask == g->all) return g->r->to;
    const point *p = bsearch(&mask, g->at, (size_t)g->n, sizeof *g->at, by_mask);
    return p->value;
}

/* ---- all of it ---------------------------------------------------------------------------- */

static wick_status run_points(wick_ctx *ctx, game *g)
{
    uint64_t *masks = NULL;
    wick_status st = diff_masks(ctx, g->r, g->o->seed, &masks, &g->n);
    if (st >= 0) {
        g->at = calloc((size_t)g->n + 1, sizeof *g->at);
        if (!g->at) st = wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < g->n && st >= 0; i++) g->at[i].mask = masks[i];
    free(masks);
    if (st >= 0) st = wick_pool_run(ctx, g->n, g->o->jobs, point_task, g);
    g->r->runs = g->n + 2;
    return st;
}

static void first_trades(game *g)
{
    diff_result *r = g->r;
    for (int i = 0; i < 2 && g->differs >= 0; i++)
        if (g->differs < g->base[i].n) r->first[i] = g->base[i].at[g->differs];
    for (int i = 0; i < r->n; i++) {
        const int64_t k = g->moved[i];
        /* A trade more than there were is numbered behind the last. */
        if (k >= 0) r->group[i].changes = k < g->base[0].n ? g->base[0].at[k].number : k + 1;
    }
}

wick_status diff_run(wick_ctx *ctx, const diff_opts *o, diff_result *r)
{
    wick_status st;
    game g = {.o = o, .r = r, .differs = -1};
    *r = (diff_result){0};
    WICK_TRY(diff_plan(ctx, o, r));
    r->exact = r->n <= DIFF_EXACT;
    r->orders = r->exact ? 0 : o->orders;
    g.all = (UINT64_C(1) << r->n) - 1;
    g.moved = malloc(((size_t)r->n + 1) * sizeof *g.moved);
    if (!g.moved) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int i = 0; i < r->n; i++) g.moved[i] = -1;
    WICK_TRY(wick_pool_run(ctx, 2, o->jobs, base_task, &g));
    g.differs = first_change(&g.base[0], &g.base[1]);
    if (r->n == 1) {
        g.moved[0] = g.differs; /* the only change is all of it */
        r->group[0].decides = r->group[0].restores = g.differs >= 0;
        r->group[0].has_trade = g.differs >= 0 && g.differs < g.base[1].n;
        if (r->group[0].has_trade) r->group[0].trade = g.base[1].at[g.differs].t;
    }
    WICK_TRY(run_points(ctx, &g));
    diff_shares(r, o->seed, value_of, &g);
    first_trades(&g);
out:
    free(g.base[0].at);
    free(g.base[1].at);
    free(g.at);
    free(g.moved);
    if (st < 0) diff_free(r);
    return st;
}

void diff_free(diff_result *r)
{
    free(r->settings);
    *r = (diff_result){0};
}
