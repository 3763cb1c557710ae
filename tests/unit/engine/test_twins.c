/* SPDX-License-Identifier: MIT */
/* What the real PyBroker did with generated bars and order tables (tests/golden/engine, SOURCE
 * there) against the same tables under its profile: every trade, fill, fee, and the account on
 * every day. */
#include "unit/engine/sim.h"

enum { MOST_BARS = 200, SYMBOLS = 4 };

typedef struct request {
    wick_order o;
    bool exit, set;
    int32_t fill;
} request;

typedef struct script {
    request r[SYMBOLS][MOST_BARS];
    bool first; /* 1.2.14: an exit is a plain order for what was held when it was placed */
} script;

static double at(const wick_json *list, int64_t i)
{
    return wick_json_number(wick_json_at(list, i));
}

static double field(const wick_json *r, const char *key)
{
    const wick_json *v = wick_json_get(r, key);
    return v != NULL ? wick_json_number(v) : 0.0;
}

static int32_t fill_of(const char *name)
{
    static const char *const names[] = {"open", "middle", "average", "close", "high", "low"};
    for (int32_t i = 0; i < 6; i++) {
        if (strcmp(names[i], name) == 0) return i + 1;
    }
    fail_msg("fill %s", name);
    return 0;
}

static void read_table(const wick_json *table, const wick_panel *p, script *s)
{
    memset(s->r, 0, sizeof s->r);
    for (int64_t i = 0; i < wick_json_count(table); i++) {
        const wick_json *j = wick_json_at(table, i);
        const int64_t symbol = wick_panel_find(p, wick_json_string(wick_json_get(j, "symbol")));
        assert_true(symbol >= 0);
        request *r = &s->r[symbol][(int64_t)field(j, "bar")];
        const char *what = wick_json_string(wick_json_get(j, "do"));
        r->set = true;
        r->exit = strcmp(what, "exit") == 0;
        r->fill = fill_of(wick_json_string(wick_json_get(j, "fill")));
        wick_order *o = &r->o;
        *o = (wick_order){.size = sizeof *o,
                          .symbol = (int32_t)symbol,
                          .side = strcmp(what, "sell") == 0 ? -1 : 1,
                          .intent = WICK_NET,
                          .size_kind = WICK_SIZE_UNITS,
                          .amount = field(j, "shares"),
                          .limit = field(j, "limit"),
                          .score = field(j, "score"),
                          .stop_pct = field(j, "loss_pct"),
                          .target_pct = field(j, "profit_pct"),
                          .stop_points = field(j, "loss"),
                          .target_points = field(j, "profit"),
                          .trail_pct = field(j, "trail_pct"),
                          .trail_points = field(j, "trail"),
                          .hold_bars = (int32_t)field(j, "hold")};
        if (o->limit > 0.0) {
            o->type = WICK_LIMIT;
            o->expire =
                1 + (int32_t)field(j, "timeout"); /* PyBroker counts the tries after the first */
        }
        if (wick_json_get(j, "exit_price") != NULL) {
            o->exit_fill = fill_of(wick_json_string(wick_json_get(j, "exit_price")));
        }
    }
}

static void decide(wick_run *r, const wick_cursor *c, void *arg)
{
    const script *s = arg;
    const request *q = &s->r[c->symbol][c->bar];
    if (!q->set) return;
    wick_order o = q->o;
    o.fill = q->fill;
    if (q->exit) {
        if (c->position == 0.0) return;
        o.side = c->position > 0.0 ? -1 : 1;
        o.amount = fabs(c->position);
        o.intent = s->first ? WICK_NET : WICK_REDUCE;
    }
    assert_true(wick_run_submit(r, &o) >= 0);
}

static wick_panel *read_panel(wick_ctx *ctx, const wick_json *bars)
{
    wick_bars *list[SYMBOLS] = {0};
    const int64_t n = wick_json_count(bars);
    assert_int_equal(n, SYMBOLS);
    for (int64_t s = 0; s < n; s++) {
        const wick_json *rows = wick_json_at(bars, s);
        static bar4 b[MOST_BARS];
        static int64_t t[MOST_BARS];
        for (int64_t i = 0; i < wick_json_count(rows); i++) {
            const wick_json *x = wick_json_at(rows, i);
            t[i] = (int64_t)at(x, 0) * WICK_MS_DAY;
            b[i] = (bar4){at(x, 1), at(x, 2), at(x, 3), at(x, 4)};
        }
        const wick_symbol_info info = {.symbol = wick_json_key(rows),
                                       .tick = 0.01,
                                       .point_value = 1.0,
                                       .qty_step = 1.0,
                                       .timeframe_ms = WICK_MS_DAY};
        list[s] = sim_bars(ctx, wick_json_key(rows), b, wick_json_count(rows), t, &info);
    }
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, list, n, &p));
    for (int64_t s = 0; s < n; s++) wick_bars_unref(list[s]);
    return p;
}

/* ---- comparison ---------------------------------------------------------------------------- */

static bool money(double got, double want)
{
    return fabs(got - want) <= 0.0051 + 1e-9 * fabs(want);
}

static const char *stop_name(int32_t reason)
{
    switch (reason) {
    case WICK_BY_STOP_LOSS: return "loss";
    case WICK_BY_STOP_PROFIT: return "profit";
    case WICK_BY_STOP_TRAILING: return "trailing";
    case WICK_BY_BARS: return "bar";
    default: return "";
    }
}

static bool same_trade(const wick_ledger *l, const wick_trade_rec *t, const wick_json *g)
{
    const char *stop = wick_json_string(wick_json_at(g, 10));
    return strcmp(wick_ledger_symbol(l, t->symbol), wick_json_string(wick_json_at(g, 0))) == 0 &&
           (t->side > 0) == (strcmp(wick_json_string(wick_json_at(g, 1)), "long") == 0) &&
           t->entry_time / WICK_MS_DAY == (int64_t)at(g, 2) &&
           t->exit_time / WICK_MS_DAY == (int64_t)at(g, 3) && money(t->entry_price, at(g, 4)) &&
           money(t->exit_price, at(g, 5)) && fabs(t->qty - at(g, 6)) < 1e-6 &&
           money(t->pnl, at(g, 7)) && money(t->return_pct, at(g, 8)) &&
           t->bars == (int32_t)at(g, 9) &&
           strcmp(stop_name(t->reason), stop != NULL ? stop : "") == 0 &&
           money(t->mae, at(g, 11)) && money(t->mfe, at(g, 12));
}

/* The library lists same-day trades in order of its dictionaries: each of ours must be one of
 * its. 1.2.14 also lists trades of no shares at all when an order's quantity ends with a lot. */
static void same_trades(const wick_ledger *l, const wick_json *list, const char *name)
{
    const int64_t n = wick_json_count(list);
    int64_t real = 0;
    for (int64_t k = 0; k < n; k++) real += at(wick_json_at(list, k), 6) > 0.0;
    assert_int_equal(wick_ledger_trades(l), real);
    bool *used = calloc((size_t)n + 1, sizeof *used);
    for (int64_t i = 0; i < real; i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        int64_t k = 0;
        while (k < n && (used[k] || !same_trade(l, t, wick_json_at(list, k)))) k++;
        if (k == n) {
            fail_msg(
                "%s: trade %lld of %s, day %lld to %lld, %g at %g > %g, %s, is not the library's",
                name, (long long)i, wick_ledger_symbol(l, t->symbol),
                (long long)(t->entry_time / WICK_MS_DAY), (long long)(t->exit_time / WICK_MS_DAY),
                t->qty, t->entry_price, t->exit_price, wick_reason_name(t->reason));
        }
        used[k] = true;
    }
    free(used);
}

static void same_orders(const wick_ledger *l, const wick_json *list, const char *name)
{
    const int64_t n = wick_json_count(list);
    bool *used = calloc((size_t)n + 1, sizeof *used);
    int64_t filled = 0;
    for (int64_t i = 0; i < wick_ledger_orders(l); i++) {
        const wick_order_rec *o = wick_ledger_order(l, i);
        if (o->filled == WICK_NO_TIME) continue;
        filled++;
        int64_t k = 0;
        for (; k < n; k++) {
            const wick_json *g = wick_json_at(list, k);
            if (!used[k] &&
                strcmp(wick_ledger_symbol(l, o->symbol), wick_json_string(wick_json_at(g, 0))) ==
                    0 &&
                (o->side > 0) == (strcmp(wick_json_string(wick_json_at(g, 1)), "buy") == 0) &&
                o->filled / WICK_MS_DAY == (int64_t)at(g, 2) &&
                fabs(o->filled_qty - at(g, 3)) < 1e-6 && money(o->price, at(g, 4)) &&
                money(o->fees, at(g, 5))) {
                break;
            }
        }
        if (k == n) fail_msg("%s: order %d is not the library's", name, o->id);
        used[k] = true;
    }
    assert_int_equal(filled, n);
    free(used);
}

static void same_account(const wick_ledger *l, const wick_json *run, bool with_cash,
                         const char *name)
{
    const wick_json *equity = wick_json_get(run, "equity"), *cash = wick_json_get(run, "cash_rows");
    const wick_equity e = wick_ledger_equity(l);
    assert_int_equal(e.n, wick_json_count(equity));
    for (int64_t i = 0; i < e.n; i++) {
        if (!money(e.equity[i], at(equity, i)) || (with_cash && !money(e.cash[i], at(cash, i)))) {
            fail_msg("%s day %lld: equity %.6f cash %.6f, the library's %.2f and %.2f", name,
                     (long long)i, e.equity[i], e.cash[i], at(equity, i), at(cash, i));
        }
    }
}

static void twins(const char *file)
{
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, test_source(file), &doc));
    const char *profile = wick_json_string(wick_json_get(wick_json_root(doc), "profile"));
    const wick_json *runs = wick_json_get(wick_json_root(doc), "runs");
    assert_true(wick_json_count(runs) >= 8);
    for (int64_t i = 0; i < wick_json_count(runs); i++) {
        const wick_json *run = wick_json_at(runs, i);
        const char *name = wick_json_string(wick_json_get(run, "name"));
        static script s;
        wick_panel *p = read_panel(ctx, wick_json_get(run, "bars"));
        read_table(wick_json_get(run, "table"), p, &s);
        s.first = strcmp(profile, "pybroker1") == 0;
        char settings[256];
        snprintf(settings, sizeof settings, "profile=%s %s", profile,
                 wick_json_string(wick_json_get(run, "settings")));
        wick_ledger *l =
            sim_run(ctx, p, settings, wick_json_number(wick_json_get(run, "cash")), decide, &s);
        print_message("%s %s: %lld trades\n", profile, name, (long long)wick_ledger_trades(l));
        same_trades(l, wick_json_get(run, "trades"), name);
        same_orders(l, wick_json_get(run, "orders"), name);
        same_account(l, run, true, name);
        wick_ledger_unref(l);
        wick_panel_unref(p);
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void second_generation(void **state)
{
    (void)state;
    twins("tests/golden/engine/twins_pybroker2.json");
}

static void first_generation(void **state)
{
    (void)state;
    twins("tests/golden/engine/twins_pybroker1.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(second_generation),
                                       cmocka_unit_test(first_generation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
