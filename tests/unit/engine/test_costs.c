/* SPDX-License-Identifier: MIT */
/* Fees beyond the plain settings: who waited, schedules by traded volume, limits of an order's fee,
 * functions of the caller. Every number here is worked out by hand. */
#include "unit/engine/sim.h"

/* Flat bars at 100 with a range of 90 to 110. */
enum { BARS = 12 };
static const bar4 flat[BARS] = {{100, 110, 90, 100}, {100, 110, 90, 100}, {100, 110, 90, 100},
                                {100, 110, 90, 100}, {100, 110, 90, 100}, {100, 110, 90, 100},
                                {100, 110, 90, 100}, {100, 110, 90, 100}, {100, 110, 90, 100},
                                {100, 110, 90, 100}, {100, 110, 90, 100}, {100, 110, 90, 100}};

static wick_ledger *run_plan(wick_ctx *ctx, const char *settings, double cash, const sim_ask *a,
                             int n, const wick_cost_user *user)
{
    const bar4 *bars[] = {flat};
    const int64_t count[] = {BARS};
    wick_panel *p = sim_panel(ctx, bars, count, NULL, 1, 1e-8);
    wick_settings *s = sim_settings(ctx, settings);
    const wick_run_opts o = {
        .size = sizeof o, .settings = s, .cash = cash, .ask_bar = true, .cost = user};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    int32_t step;
    while ((step = wick_run_step(r)) > 0) sim_place(r, wick_run_cursor(r), a, n);
    assert_int_equal(step, WICK_STEP_DONE);
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    wick_settings_free(s);
    wick_panel_unref(p);
    return l;
}

static double fee(const wick_ledger *l, int64_t i)
{
    const wick_order_rec *o = wick_ledger_order(l, i);
    assert_non_null(o);
    assert_true(o->fate == WICK_FATE_FILLED || o->fate == WICK_FATE_PARTIAL);
    return o->fees;
}

static void maker_and_taker(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const sim_ask a[] = {
        {0, 1, WICK_MARKET, WICK_NET, 10, 0, 0, 0}, /* taker at 100 */
        {1, 1, WICK_LIMIT, WICK_NET, 10, 95, 0, 0}, /* rests, maker at 95 */
        {2, 1, WICK_LIMIT, WICK_NET, 10, 105, 0,
         0}, /* crosses the open it meets first: taker at 100 */
        {3, -1, WICK_STOP, WICK_NET, 10, 92, 0, 0}, /* taker at 92 */
    };
    wick_ledger *l = run_plan(ctx, "fee_maker=-0.01 fee_taker=0.05 fee_pct=0.02 max_entries=none",
                              1e6, a, 4, NULL);
    check_close(fee(l, 0), 1000.0 * 0.0007, 1e-12);
    check_close(fee(l, 1), 950.0 * 0.0001, 1e-12);
    check_close(fee(l, 2), 1000.0 * 0.0007, 1e-12);
    check_close(fee(l, 3), 920.0 * 0.0007, 1e-12);
    wick_ledger_unref(l);
    /* A rebate is income. */
    l = run_plan(ctx, "fee_maker=-0.5", 1e6, &a[1], 1, NULL);
    check_close(fee(l, 0), -4.75, 1e-12);
    const wick_equity e = wick_ledger_equity(l);
    check_close(e.fees[e.n - 1], -4.75, 1e-12);
    check_close(e.equity[e.n - 1], 1e6 + 50.0 + 4.75, 1e-9);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* What was traded on a fill's own bar does not count for it. */
static void schedule(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const sim_ask a[] = {
        {0, 1, WICK_MARKET, WICK_NET, 10, 0, 0, 0}, {0, -1, WICK_MARKET, WICK_NET, 5, 0, 0, 0},
        {1, 1, WICK_MARKET, WICK_NET, 5, 0, 0, 0},  {2, -1, WICK_MARKET, WICK_NET, 1, 0, 0, 0},
        {9, -1, WICK_MARKET, WICK_NET, 1, 0, 0, 0},
    };
    /* 1,500 by bar 1, 2,000 by bar 2; of these only bar 3's 100 are left in four days at bar 10...
     */
    wick_ledger *l =
        run_plan(ctx, "fee_tiers=0:0.1,1500:0.05/0.08,2000:0/0.01 fee_window=4", 1e6, a, 5, NULL);
    check_close(fee(l, 0), 1.0, 1e-12);
    check_close(fee(l, 1), 0.5, 1e-12);
    check_close(fee(l, 2), 500.0 * 0.0008, 1e-12);
    check_close(fee(l, 3), 100.0 * 0.0001, 1e-12);
    check_close(fee(l, 4), 0.1, 1e-12);
    wick_ledger_unref(l);
    /* Fills of one tick pay by what was traded before it, whoever comes first. */
    l = run_plan(ctx, "fee_tiers=0:0.1,1000:0.05", 1e6, a, 5, NULL);
    check_close(fee(l, 0), 1.0, 1e-12);
    check_close(fee(l, 1), 0.5, 1e-12);
    check_close(fee(l, 2), 500.0 * 0.0005, 1e-12);
    wick_ledger_unref(l);
    /* Four days ago is in a window of four days, five are not. */
    const sim_ask late[] = {{0, 1, WICK_MARKET, WICK_NET, 10, 0, 0, 0},
                            {4, -1, WICK_MARKET, WICK_NET, 1, 0, 0, 0}};
    const sim_ask later[] = {{0, 1, WICK_MARKET, WICK_NET, 10, 0, 0, 0},
                             {5, -1, WICK_MARKET, WICK_NET, 1, 0, 0, 0}};
    l = run_plan(ctx, "fee_tiers=0:0.1,1000:0.05 fee_window=4", 1e6, late, 2, NULL);
    check_close(fee(l, 1), 0.05, 1e-12);
    wick_ledger_unref(l);
    l = run_plan(ctx, "fee_tiers=0:0.1,1000:0.05 fee_window=4", 1e6, later, 2, NULL);
    check_close(fee(l, 1), 0.1, 1e-12);
    wick_ledger_unref(l);
    l = run_plan(ctx, "fee_tiers=0:0.01,15:0.005 fee_tier_by=units fee_unit=0.001", 1e6, a, 5,
                 NULL);
    check_close(fee(l, 0), 10 * 0.011, 1e-12);
    check_close(fee(l, 2), 5 * 0.006, 1e-12);
    wick_ledger_unref(l);
    wick_settings *s = wick_settings_new();
    const char *const bad[] = {"",        "1:",        ":1",   "5:1,5:2", "5:1,4:2", "-1:2",
                               "0:1/2/3", "0:1;5:0.5", "0:1,", "x",       "0:nan",   "0:1/"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_fails(ctx, wick_settings_set(ctx, s, "fee_tiers", bad[i]), WICK_E_ARG, "fee_tiers");
    check_ok(ctx, wick_settings_set(ctx, s, "fee_tiers", "0:0.1/0.2"));
    char text[WICK_SETTING_TEXT];
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        if (strcmp(wick_settings_doc(i)->key, "fee_tiers") != 0) continue;
        wick_settings_get(s, i, text);
        assert_string_equal(text, "0:0.1/0.2");
    }
    check_ok(ctx, wick_settings_set(ctx, s, "fee_tiers", "none"));
    wick_settings_free(s);
    wick_ctx_free(ctx);
}

static void least_and_most(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const sim_ask a[] = {{0, 1, WICK_MARKET, WICK_NET, 1, 0, 0, 0},
                         {1, 1, WICK_MARKET, WICK_NET, 100, 0, 0, 0},
                         {2, 1, WICK_MARKET, WICK_NET, 5000, 0, 0, 0}};
    /* 0.005 a share, at least 1, at most one percent: a broker's fixed schedule. */
    wick_ledger *l =
        run_plan(ctx, "fee_unit=0.02 fee_min=1.5 fee_max=40 fee_max_pct=1", 1e6, a, 3, NULL);
    check_close(fee(l, 0), 1.0, 1e-12);
    check_close(fee(l, 1), 2.0, 1e-12);
    check_close(fee(l, 2), 40.0, 1e-12);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static double own_fee(void *self, const wick_cost_in *in)
{
    int *calls = self;
    ++*calls;
    assert_true(in->size == sizeof *in && in->qty > 0.0 && in->close[in->bar] == 100.0);
    check_close(in->value, in->qty * in->price, 1e-9);
    return in->before + 3.0 + (in->value > 50000.0 ? 100.0 : 0.0);
}

static double own_slip(void *self, const wick_cost_in *in)
{
    (void)self;
    return in->before + 0.25;
}

static double no_number(void *self, const wick_cost_in *in)
{
    (void)self;
    (void)in;
    return WICK_NA;
}

static void functions(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int calls = 0;
    const wick_cost_user user = {
        .size = sizeof user, .self = &calls, .fee = own_fee, .slip = own_slip};
    const sim_ask a[] = {{0, 1, WICK_MARKET, WICK_NET, 10, 0, 0, 0},
                         {1, -1, WICK_LIMIT, WICK_NET, 10, 105, 0, 0}};
    wick_ledger *l = run_plan(ctx, "fee_pct=0.1 slip_ticks=5 spread=0.2", 1e5, a, 2, &user);
    check_close(wick_ledger_order(l, 0)->price, 100.0 + 0.05 + 0.1 + 0.25, 1e-9);
    check_close(fee(l, 0), 1004.0 * 0.001 + 3.0, 1e-9);
    check_close(wick_ledger_order(l, 1)->price, 105.0, 0.0); /* limits do not slip */
    check_close(fee(l, 1), 1050.0 * 0.001 + 3.0, 1e-9);
    assert_true(calls >= 2);
    wick_ledger_unref(l);
    /* Cash that the quantity and its fee must fit into: the step of the fee is found, and what is
     * bought costs no more than there is. */
    const sim_ask all[] = {{0, 1, WICK_MARKET, WICK_NET, 1e6, 0, 0, 0}};
    const wick_cost_user step = {.size = sizeof step, .self = &calls, .fee = own_fee};
    const double cash[] = {1000.0, 50003.0, 50050.0, 50103.5, 60000.0};
    const double units[] = {9.97, 500.0, 500.0, 500.005, 598.97};
    for (int i = 0; i < 5; i++) {
        l = run_plan(ctx, "fractional=on", cash[i], all, 1, &step);
        check_close(wick_ledger_order(l, 0)->filled_qty, units[i], 1e-9);
        const wick_equity e = wick_ledger_equity(l);
        assert_true(e.cash[e.n - 1] >= 0.0);
        wick_ledger_unref(l);
    }
    const wick_cost_user none = {.size = sizeof none, .fee = no_number};
    const bar4 *bars[] = {flat};
    const int64_t count[] = {BARS};
    wick_panel *p = sim_panel(ctx, bars, count, NULL, 1, 1.0);
    const wick_run_opts o = {.size = sizeof o, .ask_bar = true, .cost = &none};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    int32_t st;
    while ((st = wick_run_step(r)) > 0) sim_place(r, wick_run_cursor(r), a, 1);
    assert_int_equal(st, WICK_E_SCRIPT);
    check_fails(ctx, wick_run_error(ctx, r), WICK_E_SCRIPT, "for A at 1972-09-28");
    wick_run_free(r);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* Every model of the registry says what it is, and its settings are there. */
static void registry(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    assert_true(wick_cost_count() >= 1);
    assert_null(wick_cost_at(-1));
    assert_null(wick_cost_at(wick_cost_count()));
    wick_settings *s = wick_settings_new();
    for (int64_t i = 0; i < wick_cost_count(); i++) {
        const wick_cost_spec *m = wick_cost_at(i);
        assert_true(m->title[0] != '\0' && m->formula[0] != '\0' && m->source[0] != '\0');
        assert_true(m->fee != NULL || m->slip != NULL);
        assert_non_null(m->param[0].doc.key);
        for (int k = 0; k < 4 && m->param[k].doc.key != NULL; k++) {
            char hi[WICK_DOUBLE_TEXT], over[WICK_DOUBLE_TEXT];
            wick_format_double(hi, m->param[k].hi);
            wick_format_double(over, m->param[k].hi * 2.0 + 1.0);
            check_ok(ctx, wick_settings_set(ctx, s, m->param[k].doc.key, hi));
            check_same(wick_settings_number(s, m->param[k].doc.key), m->param[k].hi);
            check_fails(ctx, wick_settings_set(ctx, s, m->param[k].doc.key, over), WICK_E_ARG,
                        m->param[k].doc.key);
        }
    }
    wick_settings_free(s);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maker_and_taker), cmocka_unit_test(schedule),
        cmocka_unit_test(least_and_most),  cmocka_unit_test(functions),
        cmocka_unit_test(registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
