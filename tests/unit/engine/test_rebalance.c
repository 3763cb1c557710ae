/* SPDX-License-Identifier: MIT */
/* Rebalancing of the engine: which ticks are asked, drift, targets in weights and units, bands. */
#include "sim.h"

typedef struct ask {
    int n, drift;
    int64_t ticks[64];
    double weight;
    double band;
    int wait; /* questions left unanswered */
} ask;

/* Two symbols; B doubles from bar 6 on. */
static wick_panel *two(wick_ctx *ctx)
{
    static bar4 a[20], b[20];
    for (int i = 0; i < 20; i++) {
        const double p = i < 6 ? 50.0 : 100.0;
        a[i] = (bar4){100, 100, 100, 100};
        b[i] = (bar4){p, p, p, p};
    }
    const bar4 *const bars[2] = {a, b};
    const int64_t n[2] = {20, 20};
    return sim_panel(ctx, bars, n, NULL, 2, 1.0);
}

static wick_run *start(wick_ctx *ctx, wick_panel *p, const wick_rebalance *rb)
{
    wick_settings *s = sim_settings(ctx, "");
    const wick_run_opts o = {.size = sizeof o, .settings = s, .cash = 10000.0};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    check_ok(ctx, wick_run_set_rebalance(ctx, r, rb));
    wick_settings_free(s);
    return r;
}

static wick_ledger *finish(wick_ctx *ctx, wick_run *r, ask *a)
{
    int32_t step;
    const int32_t ids[2] = {0, 1};
    while ((step = wick_run_step(r)) > 0) {
        assert_int_equal(step, WICK_STEP_REBALANCE);
        const wick_cursor *c = wick_run_cursor(r);
        a->drift += c->trigger == WICK_REBALANCE_DRIFT;
        a->ticks[a->n++] = c->tick;
        if (a->wait-- > 0) continue;
        const double w[2] = {a->weight, a->weight};
        const wick_targets t = {
            .size = sizeof t, .n = 2, .symbol = ids, .weight = w, .band = a->band};
        assert_true(wick_run_set_targets(r, &t) >= 0);
        check_close(wick_run_target(r, 1), a->weight, 0.0);
    }
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    return l;
}

static void scheduled(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = two(ctx);
    uint8_t due[20] = {0};
    due[2] = due[10] = 1;
    const wick_rebalance rb = {.size = sizeof rb, .ticks = due};
    ask a = {.weight = 0.5};
    wick_ledger *l = finish(ctx, start(ctx, p, &rb), &a);
    assert_int_equal(a.n, 2);
    assert_int_equal(a.ticks[1], 10);
    assert_int_equal(a.drift, 0);
    /* 50 of A and 100 of B; B doubles: 5,000 + 10,000, so 75 of each at the second one. */
    assert_int_equal(wick_ledger_orders(l), 4);
    check_close(wick_ledger_order(l, 2)->qty, 25.0, 0.0);
    check_close(wick_ledger_order(l, 3)->qty, 25.0, 0.0);
    assert_int_equal(wick_ledger_order(l, 3)->side, -1);
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void drifts(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = two(ctx);
    uint8_t due[20] = {1};
    const wick_rebalance rb = {.size = sizeof rb, .ticks = due, .drift = 0.1};
    ask a = {.weight = 0.5};
    wick_ledger *l = finish(ctx, start(ctx, p, &rb), &a);
    assert_int_equal(a.n, 2); /* the first bar, and the close on which B has doubled */
    assert_int_equal(a.ticks[1], 6);
    assert_int_equal(a.drift, 1);
    wick_ledger_unref(l);
    /* A third of the account against a half is a drift of a sixth: 0.2 is not reached. */
    const wick_rebalance wide = {.size = sizeof wide, .ticks = due, .drift = 0.2};
    ask b = {.weight = 0.5};
    l = finish(ctx, start(ctx, p, &wide), &b);
    assert_int_equal(b.n, 1);
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void bands_and_again(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = two(ctx);
    uint8_t due[20] = {0};
    due[1] = due[10] = 1;
    const wick_rebalance rb = {.size = sizeof rb, .ticks = due};
    ask a = {.weight = 0.5, .band = 0.2};
    wick_ledger *l = finish(ctx, start(ctx, p, &rb), &a);
    assert_int_equal(wick_ledger_orders(l), 2); /* a sixth off lies inside the band */
    wick_ledger_unref(l);
    const wick_rebalance again = {.size = sizeof again, .ticks = due, .again = true};
    ask b = {.weight = 0.5, .wait = 3};
    l = finish(ctx, start(ctx, p, &again), &b);
    assert_int_equal(b.n, 5); /* 1, 2, 3 in vain, 4, 10 */
    assert_int_equal(b.ticks[3], 4);
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void refusals(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = two(ctx);
    uint8_t due[20] = {1};
    const wick_rebalance rb = {.size = sizeof rb, .ticks = due};
    wick_run *r = start(ctx, p, &rb);
    assert_int_equal(wick_run_step(r), WICK_STEP_REBALANCE);
    const int32_t twice[2] = {0, 0}, wrong[1] = {7};
    const double w[2] = {0.5, 0.5}, inf[1] = {(double)INFINITY};
    wick_targets t = {.size = sizeof t, .n = 2, .symbol = twice, .weight = w};
    assert_int_equal(wick_run_set_targets(r, &t), WICK_E_ARG);
    assert_non_null(strstr(wick_run_refusal(r), "twice"));
    t = (wick_targets){.size = sizeof t, .n = 1, .symbol = wrong, .weight = w};
    assert_int_equal(wick_run_set_targets(r, &t), WICK_E_ARG);
    t = (wick_targets){.size = sizeof t, .n = 1, .symbol = twice, .weight = inf};
    assert_int_equal(wick_run_set_targets(r, &t), WICK_E_ARG);
    const wick_rebalance late = {.size = sizeof late, .ticks = due};
    check_fails(ctx, wick_run_set_rebalance(ctx, r, &late), WICK_E_STATE, "before the first step");
    wick_run_free(r);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* Units, closing what is not listed, and the same through the callbacks of a C strategy. */
static wick_status on_rebalance(void *self, wick_tick *t)
{
    int *calls = self;
    const int32_t ids[1] = {*calls % 2};
    const double units[1] = {*calls % 2 ? -7.0 : 12.0};
    const wick_targets q = {.size = sizeof q, .n = 1, .symbol = ids, .units = units};
    ++*calls;
    return wick_run_set_targets(wick_tick_run(t), &q) < 0 ? WICK_E_ARG : WICK_OK;
}

static void from_c(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = two(ctx);
    uint8_t due[20] = {0};
    due[2] = due[8] = due[12] = 1;
    const wick_rebalance rb = {.size = sizeof rb, .ticks = due};
    int calls = 0;
    const wick_strategy s = {.size = sizeof s,
                             .name = "turns",
                             .self = &calls,
                             .on_rebalance = on_rebalance,
                             .rebalance = &rb};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_engine_run(ctx, p, &s, NULL, &l));
    assert_int_equal(calls, 3);
    assert_int_equal(wick_ledger_orders(l), 5);
    assert_int_equal(wick_ledger_trades(l), 2);
    check_close(wick_ledger_trade(l, 0)->qty, 12.0, 0.0);
    check_close(wick_ledger_trade(l, 1)->qty, 7.0, 0.0);
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(scheduled), cmocka_unit_test(drifts),
                                       cmocka_unit_test(bands_and_again),
                                       cmocka_unit_test(refusals), cmocka_unit_test(from_c)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
