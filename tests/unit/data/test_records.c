/* SPDX-License-Identifier: MIT */
#include "data_test.h"

static const int64_t T[] = {0, DAY, 2 * DAY};
static const double E[] = {100, 101, 99}, CASH[] = {50, 51, 49};
static const char *const NAMES[] = {"AAA", "BBB"}, *const TAGS[] = {"long", "exit"};

static wick_ledger_in input(const wick_trade_rec *trades, const wick_order_rec *orders)
{
    const wick_ledger_in in = {.size = sizeof in,
                               .n = 3,
                               .time = T,
                               .equity = E,
                               .cash = CASH,
                               .n_trades = 1,
                               .trades = trades,
                               .n_orders = 3,
                               .orders = orders,
                               .n_symbols = 2,
                               .symbols = NAMES,
                               .n_tags = 2,
                               .tags = TAGS,
                               .cash0 = 100.0,
                               .ambiguity = {.bars = 2, .bounded = true}};
    return in;
}

static wick_status build(wick_ctx *ctx, void *arg)
{
    (void)arg;
    const wick_trade_rec trade = {.symbol = 1, .side = 1, .pnl = 3.5, .reason = WICK_BY_END};
    const wick_order_rec orders[] = {{.fate = WICK_FATE_FILLED, .id = 7},
                                     {.fate = WICK_FATE_NO_CASH, .id = 8},
                                     {.fate = WICK_FATE_FILLED, .id = 9}};
    const wick_ledger_in in = input(&trade, orders);
    wick_ledger *l = NULL;
    const wick_status st = wick_ledger_new(ctx, &in, &l);
    if (st < 0) return st;
    assert_int_equal(wick_ledger_trades(l), 1);
    check_same(wick_ledger_trade(l, 0)->pnl, 3.5);
    assert_ptr_not_equal(wick_ledger_trade(l, 0), &trade);
    assert_null(wick_ledger_trade(l, 1));
    assert_int_equal(wick_ledger_orders(l), 3);
    assert_int_equal(wick_ledger_order(l, 2)->id, 9);
    assert_int_equal(wick_ledger_fates(l)[WICK_FATE_FILLED], 2);
    assert_int_equal(wick_ledger_fates(l)[WICK_FATE_NO_CASH], 1);
    assert_int_equal(wick_ledger_fates(l)[WICK_FATE_HELD], 0);
    const wick_equity q = wick_ledger_equity(l);
    assert_int_equal(q.n, 3);
    check_same(q.equity[2], 99.0);
    check_same(q.cash[1], 51.0);
    check_same(q.fees[2], 0.0); /* not given: zeros */
    check_same(q.short_value[0], 0.0);
    assert_string_equal(wick_ledger_symbol(l, 1), "BBB");
    assert_string_equal(wick_ledger_symbol(l, 2), "");
    assert_string_equal(wick_ledger_tag(l, 0), "long");
    assert_string_equal(wick_ledger_tag(l, -1), "");
    check_same(wick_ledger_cash0(l), 100.0);
    assert_int_equal(wick_ledger_ambiguity(l).bars, 2);
    wick_ledger *again = wick_ledger_ref(l);
    wick_ledger_unref(l);
    wick_ledger_unref(again);
    return WICK_OK;
}

static void ledgers_copy_what_they_are_given(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    check_ok(ctx, build(ctx, NULL));
    assert_true(alloc_walk(build, NULL) >= 2);
    wick_ctx_free(ctx);
}

static void ledgers_take_an_arena(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_arena *a = wick_arena_new(0);
    int64_t *t = wick_arena_zalloc(a, sizeof *t);
    double *e = wick_arena_zalloc(a, sizeof *e);
    *e = 42.0;
    const wick_ledger_in in = {.size = sizeof in, .n = 1, .time = t, .equity = e, .cash0 = 42.0};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_take(ctx, &in, a, &l));
    assert_ptr_equal(wick_ledger_equity(l).equity, e); /* no copy */
    check_same(wick_ledger_equity(l).long_value[0], 0.0);
    wick_ledger_unref(l);
    /* A borrowed arena stays the caller's, and counts may be handed over. */
    wick_arena *mine = wick_arena_new(0);
    int64_t fates[WICK_FATES] = {0}, stamp = 5;
    const double worth = 7.0;
    fates[WICK_FATE_ZERO] = 3;
    const wick_ledger_in lent = {.size = sizeof lent,
                                 .n = 1,
                                 .time = &stamp,
                                 .equity = &worth,
                                 .fates = fates,
                                 .borrowed = true};
    check_ok(ctx, wick_ledger_take(ctx, &lent, mine, &l));
    assert_int_equal(wick_ledger_fates(l)[WICK_FATE_ZERO], 3);
    wick_ledger_unref(l);
    assert_non_null(wick_arena_alloc(mine, 8));
    wick_arena_free(mine);
    /* The arena is gone on failure too. */
    const wick_ledger_in bad = {.size = sizeof bad, .n = 1};
    check_fails(ctx, wick_ledger_take(ctx, &bad, wick_arena_new(0), &l), WICK_E_ARG, "equity");
    wick_ctx_free(ctx);
}

static void wrong_input_is_refused(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = NULL;
    wick_ledger_in in = {.size = sizeof in, .n = 3, .time = T};
    check_fails(ctx, wick_ledger_new(ctx, &in, &l), WICK_E_ARG, "equity");
    in.equity = E;
    in.n_trades = 2;
    check_fails(ctx, wick_ledger_new(ctx, &in, &l), WICK_E_ARG, NULL);
    in.size = 0;
    check_fails(ctx, wick_ledger_new(ctx, &in, &l), WICK_E_ARG, "size");
    wick_ctx_free(ctx);
}

static void every_name_is_known_and_different(void **state)
{
    (void)state;
    for (int i = 0; i <= WICK_BY_OPEN; i++) {
        assert_string_not_equal(wick_reason_name(i), "unknown");
        for (int k = 0; k < i; k++)
            assert_string_not_equal(wick_reason_name(i), wick_reason_name(k));
    }
    for (int i = 0; i < WICK_FATES; i++) {
        assert_string_not_equal(wick_fate_name(i), "unknown");
        for (int k = 0; k < i; k++) assert_string_not_equal(wick_fate_name(i), wick_fate_name(k));
    }
    assert_string_equal(wick_reason_name(WICK_BY_STOP_PROFIT), "take_profit");
    assert_string_equal(wick_fate_name(WICK_FATE_RISK), "risk");
    assert_string_equal(wick_reason_name(-1), "unknown");
    assert_string_equal(wick_fate_name(WICK_FATES), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ledgers_copy_what_they_are_given),
        cmocka_unit_test(ledgers_take_an_arena),
        cmocka_unit_test(wrong_input_is_refused),
        cmocka_unit_test(every_name_is_known_and_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
