/* SPDX-License-Identifier: MIT */
/* Scripted runs of the real PyBroker against profiles pybroker2 and pybroker1: every order, every
 * trade, equity at every bar. The recorded results lie outside the repository; twins made on
 * generated bars are replayed by test_twins.c. */
#include "unit/engine/sim.h"

enum { N = 600, LISTS = 4 };

typedef struct script {
    const char *name, *settings;
    double cash;
    int32_t symbols;
    sim_decide decide;
    int32_t kind;
} script;

/* ---- the scripts of golden/README_metrics_engine.md ---------------------------------------- */

static void send(wick_run *r, wick_order o)
{
    o.size = sizeof o;
    assert_true(wick_run_submit(r, &o) >= 0);
}

static void fills(wick_run *r, const wick_cursor *at, void *arg)
{
    (void)arg;
    const int64_t n = at->bar + 1;
    const double held = at->position;
    wick_order o = {
        .symbol = at->symbol, .side = 1, .intent = WICK_NET, .size_kind = WICK_SIZE_UNITS};
    if (n == 10 || n == 200 || n == 400) {
        o.amount = 10.0;
        o.fill = WICK_FILL_OPEN + 1;
    } else if (n == 60 || n == 300) {
        o.side = -1;
        o.intent = WICK_REDUCE;
        o.amount = held;
        o.fill = WICK_FILL_CLOSE + 1;
    } else if (n == 100) {
        o.side = -1;
        o.amount = 4.0;
    } else if (n == 150) {
        o.intent = WICK_REDUCE;
        o.amount = -held;
    } else {
        return;
    }
    send(r, o);
}

enum { PCT, POINTS, TRAIL, HOLD, EXIT_PRICE, LIMIT };

static void stops(wick_run *r, const wick_cursor *at, void *arg)
{
    const script *s = arg;
    const int64_t n = at->bar + 1;
    if (n % 40 != 5 || at->position != 0.0) return;
    const bool is_long = n / 40 % 2 == 0;
    const double c = wick_bars_field(wick_panel_bars(wick_run_panel(r), 0), WICK_CLOSE)[at->bar];
    wick_order o = {.symbol = 0,
                    .side = is_long ? 1 : -1,
                    .intent = WICK_NET,
                    .amount = 5.0,
                    .size_kind = WICK_SIZE_UNITS,
                    .fill = WICK_FILL_OPEN + 1};
    switch (s->kind) {
    case PCT: o.stop_pct = 0.6, o.target_pct = 0.9; break;
    case POINTS: o.stop_points = 8.0, o.target_points = 12.0; break;
    case TRAIL: o.trail_pct = 0.8; break;
    case HOLD: o.hold_bars = 7, o.stop_pct = 1.5; break;
    case EXIT_PRICE:
        o.stop_pct = 0.6, o.target_pct = 0.9;
        o.exit_fill = WICK_FILL_CLOSE + 1, o.target_fill = WICK_FILL_OPEN + 1;
        break;
    default:
        o.stop_pct = 0.6, o.target_pct = 2.0, o.stop_limit = c * (is_long ? 0.996 : 1.004);
        break;
    }
    send(r, o);
}

static void rank_max2(wick_run *r, const wick_cursor *at, void *arg)
{
    (void)arg;
    if (at->bar + 1 < 25) return;
    const double *c = wick_bars_field(wick_panel_bars(wick_run_panel(r), at->symbol), WICK_CLOSE);
    const double m = c[at->bar] / c[at->bar - 20] - 1.0;
    wick_order o = {.symbol = at->symbol, .size_kind = WICK_SIZE_UNITS};
    if (at->position > 0.0) {
        if (m >= 0.0) return;
        o.side = -1, o.intent = WICK_REDUCE, o.amount = at->position;
    } else {
        if (m <= 0.004) return;
        o.side = 1, o.intent = WICK_NET, o.amount = at->equity * 0.6 / c[at->bar], o.score = m;
    }
    send(r, o);
}

static void limit_orders(wick_run *r, const wick_cursor *at, void *arg)
{
    (void)arg;
    if (at->bar + 1 < 25 || (at->bar + 1) % 15 != 0 || at->position != 0.0) return;
    const double c =
        wick_bars_field(wick_panel_bars(wick_run_panel(r), at->symbol), WICK_CLOSE)[at->bar];
    const wick_order o = {.symbol = at->symbol,
                          .side = 1,
                          .intent = WICK_NET,
                          .type = WICK_LIMIT,
                          .size_kind = WICK_SIZE_UNITS,
                          .amount = at->equity * 0.25 / c,
                          .limit = wick_round_printf(c * 0.999, 2),
                          .fill = WICK_FILL_LOW + 1,
                          .hold_bars = 5,
                          .hold_fill = WICK_FILL_MIDDLE + 1,
                          .expire = 1};
    send(r, o);
}

static const script scripts[] = {
    {"fills_basic", "", 100000, 1, fills, 0},
    {"fills_delay2", "buy_delay=2 sell_delay=3", 100000, 1, fills, 0},
    {"fills_exit_last", "close_at_end=after_capture", 100000, 1, fills, 0},
    {"stops_pct", "", 100000, 1, stops, PCT},
    {"stops_points", "", 100000, 1, stops, POINTS},
    {"stops_trail", "", 100000, 1, stops, TRAIL},
    {"stops_hold", "", 100000, 1, stops, HOLD},
    {"stops_exitprice", "", 100000, 1, stops, EXIT_PRICE},
    {"stops_limit", "", 100000, 1, stops, LIMIT},
    {"rank_max2", "max_long=2 fractional=on fee_order=1", 20000, 4, rank_max2, 0},
    {"limit_orders", "fractional=on fee_pct=0.1", 20000, 4, limit_orders, 0},
};

/* ---- bars --------------------------------------------------------------------------------- */

/* Segments of 600 bars, all dated as the first; C lacks bars i % 5 == 2. */
static wick_panel *panel(wick_ctx *ctx, int32_t symbols)
{
    const char *path = test_shared_or_skip("spec/golden/bars_ethusdt_15m_3000.csv");
    wick_panel *all = NULL;
    const wick_load_opts lo = {.size = sizeof lo};
    check_ok(ctx, wick_load(ctx, &path, 1, &lo, &all, NULL, NULL));
    const wick_bars *b = wick_panel_bars(all, 0);
    wick_bars *list[LISTS];
    for (int32_t k = 0; k < symbols; k++) {
        static bar4 v[N];
        static int64_t t[N];
        int64_t n = 0;
        for (int64_t i = 0; i < N; i++) {
            if (k == 2 && i % 5 == 2) continue;
            const int64_t j = k * N + i;
            t[n] = wick_bars_time(b)[i];
            v[n++] = (bar4){wick_bars_field(b, WICK_OPEN)[j], wick_bars_field(b, WICK_HIGH)[j],
                            wick_bars_field(b, WICK_LOW)[j], wick_bars_field(b, WICK_CLOSE)[j]};
        }
        const char name[2] = {(char)('A' + k), '\0'};
        const char *symbol = symbols == 1 ? "ETH" : name;
        const wick_symbol_info info = {.symbol = symbol,
                                       .tick = 0.01,
                                       .point_value = 1.0,
                                       .qty_step = 1e-8,
                                       .timeframe_ms = 900000};
        list[k] = sim_bars(ctx, symbol, v, n, t, &info);
    }
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, list, symbols, &p));
    for (int32_t k = 0; k < symbols; k++) wick_bars_unref(list[k]);
    wick_panel_unref(all);
    return p;
}

/* ---- comparison ---------------------------------------------------------------------------- */

static double number(const wick_json *j, const char *key)
{
    const wick_json *v = wick_json_get(j, key);
    assert_non_null(v);
    return wick_json_number(v);
}

static void same_money(double got, double want, const char *what, const char *where, int64_t i)
{
    if (fabs(got - want) <= 0.0101 || (isnan(got) && isnan(want))) return;
    fail_msg("%s %s %lld: %.10g, recorded %.10g", where, what, (long long)i, got, want);
}

static void same_text(const char *got, const wick_json *j, const char *key, const char *where,
                      int64_t i)
{
    const char *want = wick_json_string(wick_json_get(j, key));
    if (want != NULL && strcmp(got, want) == 0) return;
    fail_msg("%s %lld %s: %s, recorded %s", where, (long long)i, key, got, want);
}

static void same_time(int64_t got, const wick_json *j, const char *key, const char *where,
                      int64_t i)
{
    char text[WICK_TIME_TEXT];
    wick_time_format(text, got, false);
    text[10] = ' ';
    text[19] = '\0';
    same_text(text, j, key, where, i);
}

static void same_orders(const wick_ledger *l, const wick_json *list, const char *where)
{
    int64_t k = 0;
    for (int64_t i = 0; i < wick_ledger_orders(l); i++) {
        const wick_order_rec *o = wick_ledger_order(l, i);
        if (o->filled == WICK_NO_TIME) continue;
        assert_true(k < wick_json_count(list));
        k++;
    }
    assert_int_equal(k, wick_json_count(list));
    /* Recorded in order of execution; ours is in order of placement: match one by one. */
    bool *used = calloc((size_t)wick_ledger_orders(l) + 1, sizeof *used);
    for (int64_t g = 0; g < wick_json_count(list); g++) {
        const wick_json *j = wick_json_at(list, g);
        int64_t best = -1;
        for (int64_t i = 0; i < wick_ledger_orders(l) && best < 0; i++) {
            const wick_order_rec *o = wick_ledger_order(l, i);
            if (used[i] || o->filled == WICK_NO_TIME) continue;
            char text[WICK_TIME_TEXT];
            wick_time_format(text, o->filled, false);
            text[10] = ' ';
            text[19] = '\0';
            if (strcmp(text, wick_json_string(wick_json_get(j, "date"))) == 0 &&
                strcmp(wick_ledger_symbol(l, o->symbol),
                       wick_json_string(wick_json_get(j, "symbol"))) == 0 &&
                (o->side > 0) == (strcmp(wick_json_string(wick_json_get(j, "type")), "buy") == 0) &&
                fabs(o->filled_qty - number(j, "shares")) < 1e-6) {
                best = i;
            }
        }
        if (best < 0) fail_msg("%s: recorded order %lld is missing", where, (long long)g);
        used[best] = true;
        const wick_order_rec *o = wick_ledger_order(l, best);
        same_money(o->price, number(j, "fill_price"), "fill price of order", where, g);
        same_money(o->fees, number(j, "fees"), "fees of order", where, g);
        if (o->type == WICK_LIMIT && o->reason == WICK_BY_SIGNAL) {
            same_money(o->limit, number(j, "limit_price"), "limit of order", where, g);
        }
    }
    free(used);
}

static const char *stop_name(int32_t reason)
{
    switch (reason) {
    case WICK_BY_STOP_LOSS: return "loss";
    case WICK_BY_STOP_PROFIT: return "profit";
    case WICK_BY_STOP_TRAILING: return "trailing";
    case WICK_BY_BARS: return "bar";
    default: return NULL;
    }
}

static void same_trades(const wick_ledger *l, const wick_json *list, const char *where)
{
    assert_int_equal(wick_ledger_trades(l), wick_json_count(list));
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        const wick_json *j = wick_json_at(list, i);
        same_text(wick_ledger_symbol(l, t->symbol), j, "symbol", where, i);
        same_text(t->side > 0 ? "long" : "short", j, "type", where, i);
        same_time(t->entry_time, j, "entry_date", where, i);
        same_time(t->exit_time, j, "exit_date", where, i);
        same_money(t->entry_price, number(j, "entry"), "entry of trade", where, i);
        same_money(t->exit_price, number(j, "exit"), "exit of trade", where, i);
        check_close(t->qty, number(j, "shares"), 1e-8);
        same_money(t->pnl, number(j, "pnl"), "pnl of trade", where, i);
        same_money(t->return_pct, number(j, "return_pct"), "return of trade", where, i);
        assert_int_equal(t->bars, (int)number(j, "bars"));
        same_money(t->mae, number(j, "mae"), "mae of trade", where, i);
        same_money(t->mfe, number(j, "mfe"), "mfe of trade", where, i);
        const wick_json *stop = wick_json_get(j, "stop");
        if (wick_json_kind(stop) == WICK_JSON_NULL)
            assert_null(stop_name(t->reason));
        else
            same_text(stop_name(t->reason) != NULL ? stop_name(t->reason) : "none", j, "stop",
                      where, i);
    }
}

/* 1.2.14 moves no cash when a short is opened: its cash column is another one. */
static void same_equity(const wick_ledger *l, const wick_json *run, bool with_cash,
                        const char *where)
{
    const wick_equity e = wick_ledger_equity(l);
    const wick_json *equity = wick_json_get(run, "equity"), *cash = wick_json_get(run, "cash");
    assert_int_equal(e.n, wick_json_count(equity));
    for (int64_t i = 0; i < e.n; i++) {
        same_money(e.equity[i], wick_json_number(wick_json_at(equity, i)), "equity at", where, i);
        if (with_cash)
            same_money(e.cash[i], wick_json_number(wick_json_at(cash, i)), "cash at", where, i);
    }
    same_money(e.fees[e.n - 1], number(run, "fees_final"), "fees at", where, e.n - 1);
}

static const wick_json *find_run(const wick_json *root, const char *name)
{
    for (int64_t i = 0; i < wick_json_count(root); i++) {
        const wick_json *j = wick_json_at(root, i);
        if (strcmp(wick_json_string(wick_json_get(j, "name")), name) == 0) return j;
    }
    fail_msg("no recorded run %s", name);
    return NULL;
}

static void replay(const char *profile)
{
    const bool first = strcmp(profile, "pybroker1") == 0;
    const char *path = test_shared_or_skip("spec/golden/engine_pybroker_replays.json");
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, path, &doc));
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        const script *s = &scripts[i];
        const wick_json *run = find_run(wick_json_root(doc), s->name);
        const bool same = wick_json_bool(wick_json_get(run, "identical_in_1_2_14"));
        /* 1.2.14 picks between a loss and a profit inside one bar in the order of a set: one trade
         * of this run cannot be reproduced. */
        if (first && s->kind == PCT && s->decide == stops) continue;
        char settings[256], where[64];
        snprintf(settings, sizeof settings, "profile=%s %s", profile, s->settings);
        snprintf(where, sizeof where, "%s %s", profile, s->name);
        wick_panel *p = panel(ctx, s->symbols);
        union {
            const script *in;
            void *out;
        } arg = {s};
        wick_ledger *l = sim_run(ctx, p, settings, s->cash, s->decide, arg.out);
        const wick_json *want = first && !same ? wick_json_get(run, "pybroker_1_2_14") : run;
        same_orders(l, wick_json_get(want, "orders"), where);
        same_trades(l, wick_json_get(want, "trades"), where);
        if (!first || same) {
            same_equity(l, run, !first, where);
        } else {
            const wick_equity e = wick_ledger_equity(l);
            same_money(e.equity[e.n - 1], number(want, "end"), "equity at the end", where, e.n - 1);
        }
        wick_ledger_unref(l);
        wick_panel_unref(p);
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void pybroker2(void **state)
{
    (void)state;
    replay("pybroker2");
}

static void pybroker1(void **state)
{
    (void)state;
    replay("pybroker1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pybroker2), cmocka_unit_test(pybroker1)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
