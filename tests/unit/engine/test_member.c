/* SPDX-License-Identifier: MIT */
/* Several runs on one account: cash that is shared, sizes of one equity, books that are not. */
#include "sim.h"

typedef struct plan {
    int32_t symbol, bar, side;
    double pct, units;
} plan;

static wick_run *member(wick_ctx *ctx, wick_panel *p, double cash, double share)
{
    wick_settings *s = sim_settings(ctx, "");
    const wick_run_opts o = {.size = sizeof o, .settings = s, .cash = cash * share, .ask_bar = true};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    check_ok(ctx, wick_run_join(ctx, r, share));
    wick_settings_free(s);
    return r;
}

static int32_t to_halt(wick_run *r, const plan *p)
{
    int32_t step;
    const wick_cursor *c = wick_run_cursor(r);
    while ((step = wick_run_step(r)) == WICK_STEP_BAR) {
        if (p == NULL || c->symbol != p->symbol || c->bar != p->bar) continue;
        const wick_order o = {.size = sizeof o,
                              .symbol = p->symbol,
                              .side = p->side,
                              .size_kind = p->units > 0.0 ? WICK_SIZE_UNITS : WICK_SIZE_PCT_EQUITY,
                              .amount = p->units > 0.0 ? p->units : p->pct};
        assert_true(wick_run_submit(r, &o) >= 0);
    }
    return step;
}

/* Steps both to the end; returns the account's equity at the last tick. */
static double run_two(wick_run *r[2], const plan *plans, double idle, bool close_out)
{
    double equity = 0.0;
    for (;;) {
        int32_t step = 0;
        for (int k = 0; k < 2; k++) {
            (void)wick_runs_sync(r, 2, idle, false);
            step = to_halt(r[k], NULL);
        }
        if (step == WICK_STEP_DONE) return equity;
        assert_int_equal(step, WICK_STEP_SYNC);
        equity = wick_runs_sync(r, 2, idle, true);
        for (int k = 0; k < 2 && close_out && equity <= 0.0; k++) wick_run_close_out(r[k]);
        for (int k = 0; k < 2; k++) {
            (void)wick_runs_sync(r, 2, idle, false);
            assert_int_equal(to_halt(r[k], &plans[k]), WICK_STEP_SYNC);
        }
    }
}

static wick_panel *panel_of(wick_ctx *ctx, double rise)
{
    static bar4 a[10], b[10];
    for (int i = 0; i < 10; i++) {
        const double p = i < 5 ? 100.0 : rise;
        a[i] = (bar4){100, 100, 100, 100};
        b[i] = (bar4){p, p, p, p};
    }
    const bar4 *const bars[2] = {a, b};
    const int64_t n[2] = {10, 10};
    return sim_panel(ctx, bars, n, NULL, 2, 1.0);
}

static wick_ledger *join(wick_ctx *ctx, wick_run *r[2], double idle)
{
    static const char *const names[2] = {"first", "second"};
    wick_ledger *parts[2] = {0}, *l = NULL;
    for (int k = 0; k < 2; k++) {
        check_ok(ctx, wick_run_finish(ctx, r[k], &parts[k]));
        wick_run_free(r[k]);
    }
    check_ok(ctx, wick_ledger_join(ctx, parts, names, 2, idle, &l));
    for (int k = 0; k < 2; k++) wick_ledger_unref(parts[k]); /* the joined one keeps them */
    return l;
}

static void shared_cash(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, 100.0);
    /* Half each of 10,000. The first wants 80 units: more than its half, and all cash allows it. The
     * second then gets the 20 that are left of its 50. */
    wick_run *r[2] = {member(ctx, p, 10000.0, 0.5), member(ctx, p, 10000.0, 0.5)};
    const plan plans[2] = {{.symbol = 0, .bar = 1, .side = 1, .units = 80},
                           {.symbol = 1, .bar = 1, .side = 1, .pct = 100}};
    check_close(run_two(r, plans, 0.0, true), 10000.0, 0.0);
    check_close(wick_run_position(r[0], 0), 80.0, 0.0);
    check_close(wick_run_position(r[1], 1), 20.0, 0.0);
    check_close(wick_run_position(r[1], 0), 0.0, 0.0);
    wick_ledger *l = join(ctx, r, 0.0);
    const wick_equity e = wick_ledger_equity(l);
    assert_int_equal(wick_ledger_parts(l), 2);
    assert_string_equal(wick_ledger_part_name(l, 1), "second");
    check_close(e.cash[9], 0.0, 0.0);
    check_close(e.long_value[9], 10000.0, 0.0);
    check_close(wick_ledger_cash0(l), 10000.0, 0.0);
    assert_int_equal(wick_ledger_orders(l), 2);
    assert_int_equal(wick_ledger_order(l, 1)->id, 2);
    assert_int_equal(wick_ledger_part_of(l, 1), 0);
    assert_int_equal(wick_ledger_part_of(l, 2), 1);
    assert_int_equal(wick_ledger_part_of(l, 0), -1);
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void one_equity(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, 200.0);
    /* The second gains 2,000 of 10,000; the first sizes its quarter of 12,000 after that. 2,500 of
     * the account are in nobody's share. */
    wick_run *r[2] = {member(ctx, p, 10000.0, 0.25), member(ctx, p, 10000.0, 0.5)};
    const plan plans[2] = {{.symbol = 0, .bar = 6, .side = 1, .pct = 100},
                           {.symbol = 1, .bar = 1, .side = 1, .units = 20}};
    check_close(run_two(r, plans, 2500.0, true), 12000.0, 0.0);
    check_close(wick_run_position(r[0], 0), 30.0, 0.0);
    wick_ledger *l = join(ctx, r, 2500.0);
    const wick_equity e = wick_ledger_equity(l), own = wick_ledger_equity(wick_ledger_part(l, 1));
    check_close(e.equity[9], 12000.0, 0.0);
    check_close(own.equity[9], 7000.0, 0.0);
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* No netting: one is long, the other short, of the same symbol. */
static void opposite(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, 150.0);
    wick_run *r[2] = {member(ctx, p, 10000.0, 0.5), member(ctx, p, 10000.0, 0.5)};
    const plan plans[2] = {{.symbol = 1, .bar = 1, .side = 1, .units = 10},
                           {.symbol = 1, .bar = 1, .side = -1, .units = 10}};
    check_close(run_two(r, plans, 0.0, true), 10000.0, 0.0);
    check_close(wick_run_position(r[0], 1), 10.0, 0.0);
    check_close(wick_run_position(r[1], 1), -10.0, 0.0);
    wick_ledger *l = join(ctx, r, 0.0);
    check_close(wick_ledger_equity(l).long_value[9], 1500.0, 0.0);
    check_close(wick_ledger_equity(l).short_value[9], 1500.0, 0.0);
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* The book of one may go below zero; the account ends only when all of it does. */
static void bankrupt(void **state)
{
    (void)state;
    for (int deep = 0; deep < 2; deep++) {
        wick_ctx *ctx = wick_ctx_new();
        wick_panel *p = panel_of(ctx, deep ? 400.0 : 200.0);
        wick_run *r[2] = {member(ctx, p, 10000.0, 0.5), member(ctx, p, 10000.0, 0.5)};
        const plan plans[2] = {{.symbol = 0, .bar = 7, .side = 1, .units = 1},
                               {.symbol = 1, .bar = 1, .side = -1, .units = 60}};
        const double end = run_two(r, plans, 0.0, true);
        check_close(end, deep ? -8000.0 : 4000.0, 0.0);
        check_close(wick_run_position(r[1], 1), deep ? 0.0 : -60.0, 0.0);
        check_close(wick_run_position(r[0], 0), deep ? 0.0 : 1.0, 0.0);
        wick_ledger *l = join(ctx, r, 0.0);
        assert_int_equal(wick_ledger_trades(l), deep ? 1 : 0);
        if (deep) assert_int_equal(wick_ledger_trade(l, 0)->reason, WICK_BY_BANKRUPT);
        wick_ledger_unref(l);
        wick_panel_unref(p);
        wick_ctx_free(ctx);
    }
}

static void refusals(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, 100.0);
    wick_run *r = member(ctx, p, 1000.0, 1.0);
    check_fails(ctx, wick_run_join(ctx, r, 0.0), WICK_E_ARG, "above 0");
    assert_int_equal(wick_run_step(r), WICK_STEP_SYNC);
    check_fails(ctx, wick_run_join(ctx, r, 1.0), WICK_E_STATE, "first step");
    wick_run_free(r);
    wick_ledger *none = NULL;
    check_fails(ctx, wick_ledger_join(ctx, NULL, NULL, 0, 0.0, &none), WICK_E_ARG, "no ledgers");
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shared_cash), cmocka_unit_test(one_equity),
                                       cmocka_unit_test(opposite), cmocka_unit_test(bankrupt),
                                       cmocka_unit_test(refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
