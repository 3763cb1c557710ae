/* SPDX-License-Identifier: MIT */
#include "cli/audit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/audit_history.h"
#include "cli/trace.h"

/* ---- series ------------------------------------------------------------------------------- */

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static const char *symbol_of(const run_trace *t, int32_t i)
{
    return wick_bars_symbol(wick_panel_bars(t->panel, i));
}

/* The next column of `t` after *at with this symbol and text; NULL when there is none. */
static const trace_column *matching(const run_trace *t, const char *symbol, const char *text,
                                    int64_t *at)
{
    for (int64_t i = *at; i < t->n; i++) {
        if (strcmp(t->at[i].text, text) != 0 || strcmp(symbol_of(t, t->at[i].symbol), symbol) != 0)
            continue;
        *at = i + 1;
        return &t->at[i];
    }
    return NULL;
}

/* The first series in the order of declaration that differs at or before the cut: later ones are
 * mostly made from it. */
static bool series_differ(const run_trace *whole, const run_trace *part, audit_finding *f)
{
    int64_t at = 0;
    for (int64_t k = 0; k < part->n; k++) {
        const trace_column *b = &part->at[k];
        const char *symbol = symbol_of(part, b->symbol);
        const trace_column *a = matching(whole, symbol, b->text, &at);
        if (!a) { /* declared only when the history looks like this: its orders tell */
            at = 0;
            continue;
        }
        const wick_bars *bars = wick_panel_bars(part->panel, b->symbol);
        const int64_t *time = wick_bars_time(bars);
        const int64_t n = wick_bars_find(bars, f->cut + 1);
        for (int64_t i = 0; i < n && i < a->n; i++) {
            if (same(a->v[i], b->v[i])) continue;
            f->time = time[i];
            f->kind = AUDIT_SERIES;
            f->was = a->v[i];
            f->is = b->v[i];
            snprintf(f->symbol, sizeof f->symbol, "%s", symbol);
            snprintf(f->what, sizeof f->what, "%s", b->text);
            return true;
        }
    }
    return false;
}

/* ---- orders ------------------------------------------------------------------------------- */

static const wick_order_rec *next_order(const wick_ledger *l, int64_t *i, int64_t cut)
{
    while (*i < wick_ledger_orders(l)) {
        const wick_order_rec *o = wick_ledger_order(l, (*i)++);
        if (o->reason != WICK_BY_END && o->placed <= cut) return o;
    }
    return NULL;
}

/* What the record of an order says of the past alone. The account is compared besides, row by row,
 * so that nothing is lost by leaving out what later bars may write there. */
typedef struct order_rules {
    bool late;  /* quantities are known at the fill: size_at=fill, splits while an order rests */
    bool parts; /* volume_pct: price and fills of an order go on while it works on */
    bool
        moved; /* Pine: what waits may be moved, turned round and made another type, in its place */
} order_rules;

static bool same_order(const run_trace *a, const wick_order_rec *x, const run_trace *b,
                       const wick_order_rec *y, int64_t cut, order_rules rules)
{
    const bool past = x->filled != WICK_NO_TIME && x->filled <= cut;
    const bool other = y->filled != WICK_NO_TIME && y->filled <= cut;
    if (past != other || x->intent != y->intent || x->placed != y->placed ||
        strcmp(symbol_of(a, x->symbol), symbol_of(b, y->symbol)) != 0)
        return false;
    if (!past && rules.moved) return true;
    if (x->side != y->side || x->type != y->type) return false;
    if (past)
        return x->filled == y->filled && same(x->limit, y->limit) && same(x->stop, y->stop) &&
               (rules.parts || (same(x->price, y->price) && same(x->qty, y->qty)));
    /* What closes all is as large as what is held when it fills, and some runs size at the fill. */
    return rules.late || x->intent == WICK_REDUCE || same(x->qty, y->qty);
}

static void order_text(char *out, size_t size, const wick_order_rec *o)
{
    static const char *const types[] = {"market", "limit", "stop", "stop limit"};
    char at[WICK_TIME_TEXT], qty[WICK_DOUBLE_TEXT], price[WICK_DOUBLE_TEXT];
    if (!o) {
        snprintf(out, size, "no order");
        return;
    }
    wick_time_format(at, o->placed, o->placed % WICK_MS_DAY == 0);
    wick_format_double(qty, o->qty);
    const int n = snprintf(out, size, "%s %s %s at %s", types[o->type & 3],
                           o->side > 0 ? "buy" : "sell", qty, at);
    if (n > 0 && (size_t)n < size && o->filled != WICK_NO_TIME) {
        wick_format_double(price, o->price);
        snprintf(out + n, size - (size_t)n, ", filled at %s", price);
    }
}

static bool setting_is(const wick_settings *s, const char *key, const char *value)
{
    char text[WICK_SETTING_TEXT];
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        if (strcmp(wick_settings_doc(i)->key, key) != 0) continue;
        wick_settings_get(s, i, text);
        return strcmp(text, value) == 0;
    }
    return false;
}

static bool has_splits(const wick_panel *p)
{
    for (int32_t i = 0; i < wick_panel_count(p); i++) {
        const wick_dates *d = wick_bars_info(wick_panel_bars(p, i))->dates;
        const int64_t *time;
        const double *ratio;
        if (d && wick_dates_get(d, WICK_SPLIT, &time, &ratio) > 0) return true;
    }
    return false;
}

static order_rules rules_of(const audit_opts *o)
{
    return (order_rules){.late = setting_is(o->settings, "size_at", "fill") || has_splits(o->panel),
                         .parts = !setting_is(o->settings, "volume_pct", "0"),
                         .moved = wk_script_style(o->script) == WK_STYLE_PINE};
}

static bool orders_differ(const run_trace *whole, const run_trace *part, order_rules rules,
                          audit_finding *f)
{
    int64_t i = 0, k = 0;
    for (;;) {
        const wick_order_rec *x = next_order(whole->ledger, &i, f->cut);
        const wick_order_rec *y = next_order(part->ledger, &k, f->cut);
        if (!x && !y) return false;
        if (x && y && same_order(whole, x, part, y, f->cut, rules)) continue;
        const bool first = x && (!y || x->placed <= y->placed);
        f->kind = AUDIT_ORDER;
        f->time = first ? x->placed : y->placed;
        snprintf(f->symbol, sizeof f->symbol, "%s",
                 first ? symbol_of(whole, x->symbol) : symbol_of(part, y->symbol));
        snprintf(f->what, sizeof f->what, "order");
        order_text(f->was_order, sizeof f->was_order, x);
        order_text(f->is_order_text, sizeof f->is_order_text, y);
        return true;
    }
}

/* ---- account ------------------------------------------------------------------------------ */

/* The first row at or before the cut that differs. */
static bool accounts_differ(const run_trace *whole, const run_trace *part, audit_finding *f)
{
    const wick_equity a = wick_ledger_equity(whole->ledger), b = wick_ledger_equity(part->ledger);
    for (int64_t i = 0; i < a.n && i < b.n && a.time[i] <= f->cut && b.time[i] <= f->cut; i++) {
        const bool cash = !same(a.cash[i], b.cash[i]);
        if (!cash && same(a.equity[i], b.equity[i])) continue;
        f->kind = AUDIT_ACCOUNT;
        f->time = a.time[i];
        f->was = cash ? a.cash[i] : a.equity[i];
        f->is = cash ? b.cash[i] : b.equity[i];
        snprintf(f->what, sizeof f->what, "%s", cash ? "cash" : "equity");
        return true;
    }
    return false;
}

static wick_status trace_of(wick_ctx *ctx, const audit_opts *o, wick_panel *panel, run_trace *t)
{
    const wick_run_opts run = {.size = sizeof run,
                               .settings = o->settings,
                               .cash = o->cash,
                               .has_trade_from = o->has_trade_from,
                               .trade_from = o->trade_from};
    return run_trace_run(ctx, o->host, o->script, &run, panel, t);
}

/* ---- cuts --------------------------------------------------------------------------------- */

static wick_status one_cut(wick_ctx *ctx, const audit_opts *o, const run_trace *whole,
                           audit_way way, int64_t cut, audit_result *out)
{
    run_trace part = {0};
    wick_panel *panel = NULL;
    audit_finding f = {.way = way, .cut = cut, .was = WICK_NA, .is = WICK_NA};
    wick_status st = way == AUDIT_TRUNCATED ? audit_truncated(ctx, o->panel, cut, &panel)
                                            : audit_noise(ctx, o->panel, cut, o->seed, &panel);
    if (st < 0) return st;
    st = trace_of(ctx, o, panel, &part);
    if (st >= 0 &&
        (series_differ(whole, &part, &f) || orders_differ(whole, &part, rules_of(o), &f) ||
         accounts_differ(whole, &part, &f)))
        out->findings[out->n_findings++] = f;
    if (st < 0) {
        char at[WICK_TIME_TEXT];
        wick_time_format(at, cut, cut % WICK_MS_DAY == 0);
        (void)wick_note(ctx, "while the bars after %s were %s", at,
                        way == AUDIT_TRUNCATED ? "left out" : "noise");
    }
    run_trace_free(&part);
    return st;
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Ticks of the middle nine tenths, in ascending order. */
static wick_status choose_cuts(wick_ctx *ctx, const audit_opts *o, int64_t *cuts)
{
    const int64_t ticks = wick_panel_ticks(o->panel);
    const int64_t *clock = wick_panel_clock(o->panel);
    const int64_t from = ticks / 20 + 1, room = ticks - 1 - from;
    wick_pcg g = wick_pcg_key(o->seed, "audit cuts", 0, 0);
    if (room < 2)
        return wick_fail(ctx, WICK_E_ARG, "%lld bars are too few to cut", (long long)ticks);
    for (int64_t i = 0; i < o->cuts; i++)
        cuts[i] = clock[from + (int64_t)wick_pcg_below(&g, (uint64_t)room)];
    qsort(cuts, (size_t)o->cuts, sizeof *cuts, by_value);
    return WICK_OK;
}

/* ---- warm-up ------------------------------------------------------------------------------ */

static double relative(double a, double b)
{
    const double size = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    return a == b ? 0.0 : fabs(a - b) / size;
}

static int worst_first(const void *a, const void *b)
{
    const audit_warmup *x = a, *y = b;
    if (x->worst != y->worst) return x->worst > y->worst ? -1 : 1;
    return strcmp(x->what, y->what);
}

/* Every different series of the symbol with most bars, at its last bar. */
static wick_status warm_up(wick_ctx *ctx, const audit_opts *o, const run_trace *whole,
                           audit_result *out)
{
    static const int64_t lengths[] = {50, 100, 200, 400, 800, 1600};
    int32_t most = 0;
    for (int32_t i = 1; i < wick_panel_count(o->panel); i++)
        if (wick_bars_count(wick_panel_bars(o->panel, i)) >
            wick_bars_count(wick_panel_bars(o->panel, most)))
            most = i;
    const int64_t n = wick_bars_count(wick_panel_bars(o->panel, most));
    audit_warmup *w = wick_arena_zalloc(out->arena, (whole->n + 1) * (int64_t)sizeof *w);
    if (!w) return wick_fail_mem(ctx);
    const char *name = symbol_of(whole, most);
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths && lengths[k] < n; k++) {
        run_trace part = {0};
        wick_panel *panel = NULL;
        wick_status st = audit_recent(ctx, o->panel, lengths[k], &panel);
        if (st >= 0) st = trace_of(ctx, o, panel, &part);
        int64_t at = 0;
        for (int64_t i = 0; st >= 0 && i < whole->n; i++) {
            const trace_column *a = &whole->at[i];
            w[i].off[k] = WICK_NA;
            if (a->symbol != most || isnan(a->v[n - 1])) continue;
            const trace_column *b = matching(&part, name, a->text, &at);
            if (!b || b->n == 0 || isnan(b->v[b->n - 1])) continue;
            w[i].off[k] = relative(a->v[n - 1], b->v[b->n - 1]);
            if (w[i].off[k] > w[i].worst) w[i].worst = w[i].off[k];
        }
        run_trace_free(&part);
        if (st < 0) return st;
        out->lengths[out->n_lengths++] = lengths[k];
    }
    for (int64_t i = 0; i < whole->n; i++) {
        if (!(w[i].worst > 1e-12)) continue;
        snprintf(w[i].what, sizeof w[i].what, "%s", whole->at[i].text);
        bool again = false;
        for (int64_t j = 0; j < out->n_warmups; j++) again |= strcmp(w[j].what, w[i].what) == 0;
        if (!again) w[out->n_warmups++] = w[i];
    }
    qsort(w, (size_t)out->n_warmups, sizeof *w, worst_first);
    out->warmups = w;
    return WICK_OK;
}

/* ---- the audit ---------------------------------------------------------------------------- */

wick_status audit_run(wick_ctx *ctx, const audit_opts *o, audit_result *out)
{
    run_trace whole = {0};
    wick_status st = WICK_OK;
    *out = (audit_result){.arena = wick_arena_new(0), .cuts = o->cuts};
    if (!out->arena) return wick_fail_mem(ctx);
    int64_t *cuts = wick_arena_alloc(out->arena, o->cuts * (int64_t)sizeof *cuts);
    out->findings = wick_arena_alloc(out->arena, 2 * o->cuts * (int64_t)sizeof *out->findings);
    if (!cuts || !out->findings) return wick_fail_mem(ctx);
    WICK_TRY(choose_cuts(ctx, o, cuts));
    WICK_TRY(trace_of(ctx, o, wick_panel_ref(o->panel), &whole));
    out->symbols = wick_panel_count(o->panel);
    for (int64_t i = 0; i < out->symbols; i++)
        out->bars += wick_bars_count(wick_panel_bars(o->panel, i));
    out->series = whole.n;
    out->orders = wick_ledger_orders(whole.ledger);
    for (int64_t i = 0; i < o->cuts; i++) {
        if (wick_interrupted()) {
            st = wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
            goto out;
        }
        WICK_TRY(one_cut(ctx, o, &whole, AUDIT_TRUNCATED, cuts[i], out));
        WICK_TRY(one_cut(ctx, o, &whole, AUDIT_NOISE, cuts[i], out));
    }
    if (!o->has_trade_from) WICK_TRY(warm_up(ctx, o, &whole, out));
out:
    run_trace_free(&whole);
    return st;
}

void audit_free(audit_result *r)
{
    wick_arena_free(r->arena);
    *r = (audit_result){0};
}
