/* SPDX-License-Identifier: MIT */
/* lots=hedge: both directions at once, tickets closed by name, brackets of their own. */
#include "unit/engine/sim.h"

enum { BARS = 10 };
static const bar4 bars[BARS] = {{100, 101, 99, 100},  {100, 101, 99, 100},  {102, 103, 101, 102},
                                {104, 105, 103, 104}, {106, 107, 105, 106}, {104, 105, 103, 104},
                                {102, 103, 101, 102}, {100, 101, 99, 100},  {98, 99, 97, 98},
                                {96, 97, 95, 96}};

typedef void (*act)(wick_run *r, int64_t bar, int32_t *id);

static int32_t place(wick_run *r, int32_t side, double units, const char *tag, double stop)
{
    const wick_order o = {.size = sizeof o,
                          .side = side,
                          .size_kind = WICK_SIZE_UNITS,
                          .amount = units,
                          .tag = tag != NULL ? wick_run_tag(r, tag) : 0,
                          .stop_points = stop};
    const int32_t id = wick_run_submit(r, &o);
    assert_true(id > 0);
    return id;
}

static wick_ledger *play(wick_ctx *ctx, const char *settings, act fn)
{
    const bar4 *list[] = {bars};
    const int64_t n[] = {BARS};
    wick_panel *p = sim_panel(ctx, list, n, NULL, 1, 1.0);
    wick_settings *s = sim_settings(ctx, settings);
    const wick_run_opts o = {.size = sizeof o, .settings = s, .cash = 10000, .ask_bar = true};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    int32_t id[4] = {0};
    while (wick_run_step(r) > 0) fn(r, wick_run_cursor(r)->bar, id);
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    wick_settings_free(s);
    wick_panel_unref(p);
    return l;
}

static void two_ways(wick_run *r, int64_t bar, int32_t *id)
{
    wick_ticket t;
    if (bar == 0) id[0] = place(r, 1, 20, "up", 0);
    if (bar == 1) id[1] = place(r, -1, 12, "down", 0);
    if (bar == 2) {
        assert_true(wick_run_position(r, 0) == 8.0 && wick_run_lots(r, 0) == 2);
        assert_true(wick_run_side_units(r, 0, 1) == 20.0 && wick_run_side_units(r, 0, -1) == 12.0);
        check_same(wick_run_avg_price(r, 0), WICK_NA);
        check_close(wick_run_open_pnl(r, 0), 20 * 2.0, 1e-12);
        assert_true(wick_run_ticket(r, 0, 1, &t) && t.order == id[1] && t.side == -1);
        assert_string_equal(wick_run_text(r, t.tag), "down");
        assert_false(wick_run_ticket(r, 0, 2, &t));
        /* A second entry of a side is one too many; the other side does not matter. */
        place(r, 1, 5, "more", 0);
    }
    if (bar == 3) assert_true(wick_run_close_ticket(r, 0, id[1], 0.5, 0) > 0);
    if (bar == 5) {
        check_close(wick_run_side_units(r, 0, -1), 6.0, 0.0);
        assert_true(wick_run_close_ticket(r, 0, -wick_run_tag(r, "up"), 1.0, 0) > 0);
        assert_int_equal(wick_run_close_ticket(r, 0, 99, 1.0, 0), 0);
        assert_string_equal(wick_run_refusal(r), "nothing of that ticket is held");
    }
    if (bar == 6) assert_true(wick_run_position(r, 0) == -6.0);
}

static void tickets(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = play(ctx, "lots=hedge fee_unit=0.1", two_ways);
    assert_int_equal(wick_ledger_trades(l), 2);
    const wick_trade_rec *t = wick_ledger_trade(l, 0);
    assert_true(t->side == -1 && t->qty == 6.0 && t->entry_price == 102.0 &&
                t->exit_price == 106.0);
    check_close(t->pnl, -24.0, 1e-12);
    check_close(t->fees, 1.2, 1e-12);
    t = wick_ledger_trade(l, 1);
    assert_true(t->side == 1 && t->qty == 20.0 && t->entry_price == 100.0 &&
                t->exit_price == 102.0);
    const wick_equity e = wick_ledger_equity(l);
    check_close(e.long_value[3], 20 * 104.0, 1e-9);
    check_close(e.short_value[3], 12 * 104.0, 1e-9);
    check_close(e.equity[3], 10000 + 80 - 24 - 3.2, 1e-9);
    check_close(e.equity[9], 10000 - 24 + 40 + 6 * 6.0 - 3.2 - 0.6 - 2.0, 1e-9);
    assert_int_equal(wick_ledger_order(l, 2)->fate, WICK_FATE_HELD);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void guarded(wick_run *r, int64_t bar, int32_t *id)
{
    if (bar == 0) {
        id[0] = place(r, 1, 10, NULL, 0);
        id[1] = place(r, -1, 10, NULL, 5);
    }
    if (bar == 1) {
        assert_true(wick_run_protect(r, 0, 97, WICK_NA, WICK_NA) < 0);
        assert_int_equal(wick_run_protect_ticket(r, 0, id[0], 97.5, WICK_NA, WICK_NA), 1);
        const wick_order target = {
            .size = sizeof target, .size_kind = WICK_SIZE_TARGET_PCT, .amount = 10};
        assert_true(wick_run_submit(r, &target) < 0);
        const wick_order named = {.size = sizeof named, .side = 1, .ticket = id[1], .amount = 1};
        assert_true(wick_run_submit(r, &named) < 0);
    }
}

static void sells_and_ends(wick_run *r, int64_t bar, int32_t *id)
{
    if (bar == 0) {
        id[0] = place(r, 1, 10, NULL, 0);
        id[1] = place(r, -1, 10, NULL, 0);
    }
    /* A resting order that closes one ticket at its price. */
    if (bar == 2) {
        const wick_order o = {.size = sizeof o,
                              .side = -1,
                              .type = WICK_LIMIT,
                              .intent = WICK_REDUCE,
                              .size_kind = WICK_SIZE_UNITS,
                              .amount = 4,
                              .limit = 106.5,
                              .ticket = id[0]};
        assert_true(wick_run_submit(r, &o) > 0);
    }
}

static void brackets(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = play(ctx, "lots=hedge", guarded);
    assert_int_equal(wick_ledger_trades(l), 2);
    const wick_trade_rec *t = wick_ledger_trade(l, 0);
    assert_true(t->side == -1 && t->exit_price == 105.0 && t->reason == WICK_BY_STOP_LOSS);
    t = wick_ledger_trade(l, 1);
    assert_true(t->side == 1 && t->exit_price == 97.5 && t->reason == WICK_BY_STOP_LOSS);
    wick_ledger_unref(l);
    l = play(ctx, "lots=hedge close_at_end=close", sells_and_ends);
    assert_int_equal(wick_ledger_trades(l), 3);
    t = wick_ledger_trade(l, 0);
    assert_true(t->side == 1 && t->qty == 4.0 && t->exit_price == 106.5);
    t = wick_ledger_trade(l, 1);
    assert_true(t->side == 1 && t->qty == 6.0 && t->exit_price == 96.0 && t->reason == WICK_BY_END);
    t = wick_ledger_trade(l, 2);
    assert_true(t->side == -1 && t->qty == 10.0 && t->exit_price == 96.0);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void refusals(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const char *const bad[] = {"phases=rows", "trade_unit=position", "exclusive=on",
                                      "fee_per=lot"};
    const bar4 *list[] = {bars};
    const int64_t n[] = {BARS};
    wick_panel *p = sim_panel(ctx, list, n, NULL, 1, 1.0);
    wick_run *r = NULL;
    for (int i = 0; i < 4; i++) {
        char text[80];
        snprintf(text, sizeof text, "lots=hedge %s", bad[i]);
        wick_settings *s = sim_settings(ctx, text);
        const wick_run_opts o = {.size = sizeof o, .settings = s};
        check_fails(ctx, wick_run_new(ctx, p, &o, &r), WICK_E_ARG, "lots=hedge needs");
        wick_settings_free(s);
    }
    wick_settings *s = sim_settings(ctx, "lots=hedge");
    const wick_run_opts o = {.size = sizeof o, .settings = s};
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    const wick_signals g = {.size = sizeof g};
    check_fails(ctx, wick_run_set_signals(ctx, r, 0, &g), WICK_E_ARG, "signals net");
    wick_run_free(r);
    wick_settings_free(s);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tickets), cmocka_unit_test(brackets),
                                       cmocka_unit_test(refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
