/* SPDX-License-Identifier: MIT */
/* Accounts in another currency (section 7.4): what is booked at which day's rate, and that the
 * account's identities hold on every bar. */
#include <stdlib.h>

#include "unit/engine/pine_case.h"

enum { BARS = 6 };

typedef struct seen {
    double equity[BARS], open[BARS], net[BARS], size[BARS];
} seen;

static wick_ledger *play(wick_ctx *ctx, const char *settings, const char *calls, const double *rate,
                         seen *out)
{
    const pine_case k = {.bars =
                             "100 101 99 100; 100 101 99 100; 105 106 104 105; 105 106 104 105; "
                             "110 111 109 110; 110 111 109 110"};
    char text[256];
    snprintf(text, sizeof text, "profile=pine %s", settings);
    wick_settings *s = sim_settings(ctx, text);
    wick_panel *panel = pine_panel(ctx, &k);
    const wick_run_opts opts = {
        .size = sizeof opts, .settings = s, .cash = 10000.0, .ask_bar = true, .pine = true};
    wick_run *run = NULL;
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_new(ctx, panel, &opts, &run));
    check_ok(ctx, wick_run_set_rate(ctx, run, 0, rate));
    const wick_cursor *c = wick_run_cursor(run);
    int32_t step;
    while ((step = wick_run_step(run)) > 0) {
        out->equity[c->bar] = wick_pine_value(run, 0, WICK_PINE_EQUITY);
        out->open[c->bar] = wick_pine_value(run, 0, WICK_PINE_OPENPROFIT);
        out->net[c->bar] = wick_pine_value(run, 0, WICK_PINE_NETPROFIT);
        out->size[c->bar] = wick_pine_value(run, 0, WICK_PINE_POSITION);
        pine_calls(run, k.calls != NULL ? k.calls : calls, c->bar, 0);
    }
    if (step < 0) check_ok(ctx, wick_run_error(ctx, run));
    check_ok(ctx, wick_run_finish(ctx, run, &l));
    wick_run_free(run);
    wick_settings_free(s);
    wick_panel_unref(panel);
    return l;
}

#define NEAR(a, b) check_close(a, b, 1e-9)

/* Two of the account's for one, three from bar 3 on. */
static const double RATE[BARS] = {2, 2, 2, 3, 3, 3};

static void sides(const char *side, double d)
{
    wick_ctx *ctx = wick_ctx_new();
    char calls[64];
    seen x;
    snprintf(calls, sizeof calls, "0 entry A %s 10; 3 close A", side);
    wick_ledger *l = play(ctx, "fee_pct=0.1", calls, RATE, &x);
    const double in = 10 * 100 * 2 * 0.001, out = 10 * 110 * 3 * 0.001;
    NEAR(x.equity[1], 10000 - in);
    NEAR(x.open[2], d * 50 * 2);
    NEAR(x.open[3], d * 50 * 3); /* the price has not moved, its worth has */
    NEAR(x.equity[3], 10000 - in + d * 50 * 3);
    NEAR(x.net[4], d * 100 * 3 - in - out); /* profit at the rate of the exit, fees at their own */
    NEAR(x.equity[5], 10000 + d * 100 * 3 - in - out);
    const wick_equity e = wick_ledger_equity(l);
    for (int i = 0; i < BARS; i++) NEAR(e.equity[i], x.equity[i]);
    NEAR(wick_ledger_trade(l, 0)->pnl, d * 100 * 3 - in - out);
    assert_true(wick_ledger_rate(l, 0, 1) == 2.0 && wick_ledger_rate(l, 0, 4) == 3.0);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void test_sides(void **state)
{
    (void)state;
    sides("long", 1.0);
    sides("short", -1.0);
}

/* Sizes of money and margin go by the rate; fees a unit and an order are money of the account. */
static void test_sizes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    seen x;
    wick_ledger_unref(play(ctx, "size=pct_equity size_amount=50",
                           "0 entry A long; 2 close A; 3 entry B short", RATE, &x));
    NEAR(x.size[1], 25.0);         /* 5000 / (100 * 2) */
    assert_true(x.size[3] == 0.0); /* on the bar whose rate is another */
    NEAR(x.size[4], -16.4682);     /* 125 points at 3 were made: half of 10375 by 105 * 3 */
    wick_ledger_unref(play(ctx, "", "0 entry A long 60", RATE, &x));
    assert_true(x.size[1] == 0.0); /* 60 * 100 * 2 is more than there is */
    wick_ledger_unref(play(ctx, "fee_unit=1 fee_order=7", "0 entry A long 10", RATE, &x));
    NEAR(x.equity[1], 10000 - 17);
    wick_ctx_free(ctx);
}

static void test_refused(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.bars = "100 101 99 100; 100 101 99 100"};
    wick_panel *panel = pine_panel(ctx, &k);
    const wick_run_opts opts = {.size = sizeof opts, .ask_bar = true};
    wick_run *run = NULL;
    const double bad[2] = {1.0, 0.0}, good[2] = {1.0, 1.0};
    check_ok(ctx, wick_run_new(ctx, panel, &opts, &run));
    assert_int_equal(wick_run_set_rate(ctx, run, 0, bad), WICK_E_ARG);
    assert_int_equal(wick_run_set_rate(ctx, run, 1, good), WICK_E_ARG);
    assert_true(wick_run_step(run) > 0);
    assert_int_equal(wick_run_set_rate(ctx, run, 0, good), WICK_E_STATE);
    wick_run_free(run);
    wick_panel_unref(panel);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sides),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
