/* SPDX-License-Identifier: MIT */
/* Laws of Pine orders under random streams of calls: the books add up after every step, bars on
 * which nothing can happen may be skipped without changing a trade, and no trade lies outside its
 * bar. Every case draws bars, settings and calls from a PCG stream whose number is printed when it
 * fails. */
#include "engine/pine.h"
#include "unit/engine/sim.h"

enum { BARS = 200, CASES = 400 };

typedef struct market {
    int64_t n;
    bar4 bars[BARS];
    int64_t time[BARS];
} market;

static double cent(double v)
{
    return floor(v * 100.0 + 0.5) / 100.0;
}

static void draw_market(wick_pcg *g, market *m)
{
    double p = 60.0 + 40.0 * wick_pcg_uniform(g);
    m->n = 60 + (int64_t)wick_pcg_below(g, BARS - 60);
    for (int64_t i = 0; i < m->n; i++) {
        const double o = cent(p + wick_pcg_normal(g) * 0.3), c = cent(o + wick_pcg_normal(g));
        m->bars[i] = (bar4){o, cent((o > c ? o : c) + fabs(wick_pcg_normal(g)) * 0.5),
                            cent((o < c ? o : c) - fabs(wick_pcg_normal(g)) * 0.5), c};
        m->time[i] = (INT64_C(1000000) + i) * 3600000;
        p = c < 30.0 ? c + 2.0 : c > 150.0 ? c - 2.0 : c;
    }
}

static bool chance(wick_pcg *g, uint64_t one_in)
{
    return wick_pcg_below(g, one_in) == 0;
}

static wick_settings *draw_settings(wick_ctx *ctx, wick_pcg *g)
{
    static const char *const sets[][2] = {
        {"max_entries", "3"},   {"close_entries_rule", "any"}, {"slip_ticks", "2"},
        {"fee_pct", "0.1"},     {"fee_order", "1.5"},          {"fee_unit", "0.05"},
        {"margin_long", "20"},  {"margin_short", "30"},        {"through_ticks", "3"},
        {"size", "pct_equity"}, {"size_amount", "90"},         {"margin_long", "0"}};
    wick_settings *s = wick_settings_new();
    check_ok(ctx, wick_settings_profile(ctx, s, "pine"));
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if (chance(g, 3)) check_ok(ctx, wick_settings_set(ctx, s, sets[i][0], sets[i][1]));
    if (chance(g, 4)) check_ok(ctx, wick_settings_set(ctx, s, "calc_on_order_fills", "on"));
    if (chance(g, 6)) {
        check_ok(ctx, wick_settings_set(ctx, s, "delay", "0"));
        check_ok(ctx, wick_settings_set(ctx, s, "fill", "close"));
    }
    return s;
}

static double price_near(wick_pcg *g, double c)
{
    return chance(g, 4) ? cent(c + wick_pcg_normal(g) * 2.0) : c + wick_pcg_normal(g) * 1.5;
}

static int32_t draw_id(wick_pcg *g, wick_run *run)
{
    static const char *const ids[] = {"A", "B", "C"};
    return wick_run_tag(run, ids[wick_pcg_below(g, 3)]);
}

static void draw_exit(wick_pcg *g, wick_run *run, double c)
{
    wick_pine_order o = wick_pine_blank(0);
    o.id = wick_run_tag(run, chance(g, 2) ? "X" : "Y");
    o.from = chance(g, 3) ? 0 : draw_id(g, run);
    if (chance(g, 2)) o.stop = price_near(g, c);
    if (chance(g, 2)) o.limit = price_near(g, c);
    if (chance(g, 4)) o.profit = 40.0 * wick_pcg_uniform(g) + 1.0;
    if (chance(g, 4)) o.loss = 40.0 * wick_pcg_uniform(g) + 1.0;
    if (chance(g, 4)) o.trail_points = 60.0 * wick_pcg_uniform(g);
    if (chance(g, 4)) o.trail_offset = 40.0 * wick_pcg_uniform(g);
    if (chance(g, 8)) o.trail_price = price_near(g, c);
    if (chance(g, 4)) o.qty_percent = 50.0;
    if (chance(g, 6)) o.qty = 1.25;
    if (chance(g, 8)) o.oca = wick_run_tag(run, "G");
    (void)wick_pine_exit(run, &o);
}

static void draw_entry(wick_pcg *g, wick_run *run, double c)
{
    wick_pine_order o = wick_pine_blank(0);
    o.id = draw_id(g, run);
    o.side = chance(g, 2) ? 1 : -1;
    if (chance(g, 2)) o.stop = price_near(g, c);
    if (chance(g, 3)) o.limit = price_near(g, c);
    if (!chance(g, 3)) o.qty = 0.25 * (1.0 + (double)wick_pcg_below(g, 40));
    if (chance(g, 6)) {
        o.oca = wick_run_tag(run, "G");
        o.oca_type = 1 + (int32_t)wick_pcg_below(g, 2);
    }
    (void)(chance(g, 4) ? wick_pine_raw(run, &o) : wick_pine_entry(run, &o));
}

static void draw_calls(wick_pcg *g, wick_run *run, double c)
{
    const int32_t n = chance(g, 3) ? (int32_t)wick_pcg_below(g, 4) : 0;
    for (int32_t i = 0; i < n; i++) {
        const uint64_t what = wick_pcg_below(g, 12);
        wick_pine_order o = wick_pine_blank(0);
        if (what < 5) {
            draw_entry(g, run, c);
        } else if (what < 9) {
            draw_exit(g, run, c);
        } else if (what < 11) {
            o.id = chance(g, 4) ? 0 : draw_id(g, run);
            o.immediately = chance(g, 4);
            if (chance(g, 4)) o.qty_percent = 30.0;
            (void)wick_pine_close(run, &o);
        } else if (chance(g, 4)) {
            (void)wick_pine_cancel_all(run, 0);
        } else {
            (void)wick_pine_cancel(run, 0, draw_id(g, run));
        }
    }
}

static void draw_rules(wick_pcg *g, wick_run *run)
{
    if (chance(g, 8)) (void)wick_pine_risk(run, 0, 1, chance(g, 2) ? 1.0 : -1.0, 0);
    if (chance(g, 8)) (void)wick_pine_risk(run, 0, 2, 4.0, 0);
    if (chance(g, 12)) (void)wick_pine_risk(run, 0, 3, 5.0, 1);
    if (chance(g, 8)) (void)wick_pine_risk(run, 0, 4, 3.0, 0);
    if (chance(g, 12)) (void)wick_pine_risk(run, 0, 5, 2.0, 1);
    if (chance(g, 12)) (void)wick_pine_risk(run, 0, 6, 2.0, 0);
}

typedef struct market_case {
    market m;
    wick_panel *panel;
    wick_settings *set;
} market_case;

/* An account in another currency, whose rate moves every so many bars. */
static void draw_rates(wick_ctx *ctx, wick_run *run, const market *m, uint64_t seed)
{
    wick_pcg g = wick_pcg_key(seed, "rates", 0, 0);
    double rate[BARS], now = 0.5 + wick_pcg_uniform(&g);
    if (!chance(&g, 4)) return;
    for (int64_t i = 0; i < m->n; i++) {
        if (chance(&g, 7)) now *= 1.0 + 0.02 * wick_pcg_normal(&g);
        rate[i] = now;
    }
    check_ok(ctx, wick_run_set_rate(ctx, run, 0, rate));
}

/* Calls on a bar depend on its number only (and on how often the script has run inside it), so that
 * both ways of stepping make the same ones. */
static wick_ledger *play(wick_ctx *ctx, const market_case *k, uint64_t seed, bool thorough)
{
    const wick_run_opts opts = {
        .size = sizeof opts, .settings = k->set, .cash = 1000.0, .ask_bar = true, .pine = true};
    wick_run *run = NULL;
    wick_ledger *l = NULL;
    wick_pcg rules;
    check_ok(ctx, wick_run_new(ctx, k->panel, &opts, &run));
    run->thorough = thorough;
    draw_rates(ctx, run, &k->m, seed);
    uint64_t again = 0;
    const wick_cursor *c = wick_run_cursor(run);
    for (;;) {
        const int32_t step = wick_run_step(run);
        const char *bad = wk_check(run);
        if (bad != NULL)
            fail_msg("case %llu bar %d: %s", (unsigned long long)seed, (int)c->bar, bad);
        if (step <= 0) {
            if (step < 0) check_ok(ctx, wick_run_error(ctx, run));
            break;
        }
        if (c->bar == 0) {
            rules = wick_pcg_key(seed, "rules", 0, 0);
            draw_rules(&rules, run);
        }
        again = step == WICK_STEP_REFILL ? again + 1 : 0;
        if (again > 3)
            fail_msg("case %llu bar %d: run %d", (unsigned long long)seed, (int)c->bar, (int)again);
        wick_pcg g = wick_pcg_key(seed, "calls", (uint64_t)c->bar, again);
        draw_calls(&g, run, k->m.bars[c->bar].c);
        bad = wk_check(run);
        if (bad != NULL)
            fail_msg("case %llu after the calls of bar %d: %s", (unsigned long long)seed,
                     (int)c->bar, bad);
    }
    check_ok(ctx, wick_run_finish(ctx, run, &l));
    wick_run_free(run);
    return l;
}

/* All fields; nobody says what stands in the room between `bars` and `signal_time`. */
static bool same_trade(const wick_trade_rec *x, const wick_trade_rec *y)
{
    const size_t times = offsetof(wick_trade_rec, signal_time);
    return memcmp(x, y, offsetof(wick_trade_rec, bars)) == 0 && x->bars == y->bars &&
           memcmp((const char *)x + times, (const char *)y + times, sizeof *x - times) == 0;
}

static void compare(const wick_ledger *a, const wick_ledger *b, uint64_t seed)
{
    const int64_t n = wick_ledger_trades(a);
    if (wick_ledger_trades(b) != n)
        fail_msg("case %llu: %lld trades, %lld when every bar is walked", (unsigned long long)seed,
                 (long long)n, (long long)wick_ledger_trades(b));
    for (int64_t i = 0; i < n; i++) {
        const wick_trade_rec *x = wick_ledger_trade(a, i), *y = wick_ledger_trade(b, i);
        if (!same_trade(x, y))
            fail_msg("case %llu trade %lld: entry bar %d %g and %d %g, exit bar %d %g and %d %g",
                     (unsigned long long)seed, (long long)i, x->entry_bar, x->entry_price,
                     y->entry_bar, y->entry_price, x->exit_bar, x->exit_price, y->exit_bar,
                     y->exit_price);
    }
    const wick_equity e = wick_ledger_equity(a), f = wick_ledger_equity(b);
    for (int64_t i = 0; i < e.n; i++)
        if (e.equity[i] != f.equity[i])
            fail_msg("case %llu: equity of bar %lld is %.17g and %.17g", (unsigned long long)seed,
                     (long long)i, e.equity[i], f.equity[i]);
}

static void check_trades(const wick_ledger *l, const market *m, double slip, uint64_t seed)
{
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        const bar4 *in = &m->bars[t->entry_bar], *out = &m->bars[t->exit_bar];
        const bool good = t->qty > 0.0 && t->exit_bar >= t->entry_bar &&
                          t->entry_price >= in->l - slip && t->entry_price <= in->h + slip &&
                          t->exit_price >= out->l - slip && t->exit_price <= out->h + slip;
        if (!good)
            fail_msg("case %llu trade %lld: %g at %g on bar %d, %g on bar %d",
                     (unsigned long long)seed, (long long)i, t->qty, t->entry_price, t->entry_bar,
                     t->exit_price, t->exit_bar);
    }
}

static void random_streams(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t trades = 0;
    static market_case k;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        wick_pcg g = wick_pcg_key(seed, "market", 0, 0);
        draw_market(&g, &k.m);
        const wick_symbol_info info = {.symbol = "A",
                                       .tick = 0.01,
                                       .point_value = chance(&g, 4) ? 5.0 : 1.0,
                                       .qty_step = chance(&g, 3) ? 1e-4 : 0.01,
                                       .timeframe_ms = 3600000};
        wick_bars *bars = sim_bars(ctx, "A", k.m.bars, k.m.n, k.m.time, &info);
        check_ok(ctx, wick_panel_new(ctx, &bars, 1, &k.panel));
        wick_bars_unref(bars);
        k.set = draw_settings(ctx, &g);
        wick_ledger *a = play(ctx, &k, seed, false), *b = play(ctx, &k, seed, true);
        compare(a, b, seed);
        const double slip = wick_settings_number(k.set, "slip_ticks") * 0.01 + 1e-9;
        check_trades(a, &k.m, slip, seed);
        trades += wick_ledger_trades(a);
        wick_ledger_unref(a);
        wick_ledger_unref(b);
        wick_settings_free(k.set);
        wick_panel_unref(k.panel);
    }
    if (trades < 10 * CASES) fail_msg("only %lld trades", (long long)trades);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_streams)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
