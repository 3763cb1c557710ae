/* SPDX-License-Identifier: MIT */
/* Path simulation: its records add up, nothing looks ahead, defects are named. The golden files are
 * compared by tests/e2e/position_manager.sh. */
#include <stdlib.h>

#include "alloc_walk.h"
#include "wick/pm.h"

static const wick_pm_account account = {0.5, 0.3, 2.0, 50.0};

static wick_table *rows(wick_ctx *ctx)
{
    wick_table *t = NULL;
    check_ok(ctx, wick_table_read(ctx, test_source("tests/golden/pm/path/input.csv"), NULL, &t));
    return t;
}

static wick_pm_path *ready(wick_ctx *ctx, const wick_table *t)
{
    wick_pm_path *p = NULL;
    check_ok(ctx, wick_pm_path_new(ctx, t, &p));
    return p;
}

static double sum_of(const wick_table *t, const char *name)
{
    const double *v = wick_table_floats(t, wick_table_find(t, name));
    wick_sum s = {0, 0};
    for (int64_t i = 0; i < wick_table_rows(t); i++) wick_sum_add(&s, v[i]);
    return wick_sum_get(&s);
}

static void it_adds_up(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *t = rows(ctx);
    wick_pm_path *p = ready(ctx, t);
    wick_pm_config c;
    wick_pm_result r, quick;
    wick_pm_defaults(&c);
    check_ok(ctx, wick_pm_path_run(ctx, p, &c, &account, true, &r));
    check_ok(ctx, wick_pm_path_run(ctx, p, &c, &account, false, &quick));
    assert_null(quick.trades);
    check_same(quick.metrics.total_weighted_edge_bps, r.metrics.total_weighted_edge_bps);
    assert_int_equal(r.metrics.trade_count, 68);
    check_close(sum_of(r.trades, "weighted_edge_bps"), r.metrics.total_weighted_edge_bps, 1e-12);
    check_close(sum_of(r.events, "delta_ratio"), 0.0, 1e-12);
    const wick_equity e = wick_ledger_equity(r.ledger);
    check_close(e.equity[e.n - 1], 1e4 + r.metrics.total_weighted_edge_bps, 1e-9);
    assert_int_equal(wick_ledger_trades(r.ledger), 68);
    wick_pm_result_clear(&r);
    wick_pm_result_clear(&quick);
    wick_pm_path_free(p);
    wick_table_unref(t);
    wick_ctx_free(ctx);
}

/* The event engine fills where the simulation says; without costs and adds the money is the same
 * too. */
static void engine_agrees(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *t = rows(ctx);
    wick_pm_path *p = ready(ctx, t);
    const wick_pm_account free_of_cost = {0.0, 0.0, 2.0, 50.0};
    wick_pm_config c;
    for (int adds = 0; adds < 2; adds++) {
        wick_pm_result r;
        wick_pm_defaults(&c);
        if (!adds) c.add.max_add_count = 0.0;
        check_ok(ctx, wick_pm_path_run(ctx, p, &c, &free_of_cost, true, &r));
        const double *price = wick_table_floats(r.events, wick_table_find(r.events, "price"));
        const double *delta = wick_table_floats(r.events, wick_table_find(r.events, "delta_ratio"));
        int64_t order = 0;
        for (int64_t i = 0; i < wick_table_rows(r.events); i++) {
            if (delta[i] == 0.0) continue; /* skipped */
            assert_true(order < wick_ledger_orders(r.engine));
            check_close(wick_ledger_order(r.engine, order++)->price / price[i], 1.0, 1e-10);
        }
        assert_int_equal(order, wick_ledger_orders(r.engine));
        const wick_equity e = wick_ledger_equity(r.engine);
        check_close(e.equity[e.n - 1] - 1e4, r.metrics.total_weighted_edge_bps, adds ? 1e-3 : 1e-9);
        wick_pm_result_clear(&r);
    }
    wick_pm_path_free(p);
    wick_table_unref(t);
    wick_ctx_free(ctx);
}

/* Rows that come later change nothing before them, but for positions that are closed at the end. */
static void no_look_ahead(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *t = rows(ctx);
    wick_pm_path *p = ready(ctx, t);
    wick_pm_config c;
    wick_pm_result whole;
    wick_pm_defaults(&c);
    check_ok(ctx, wick_pm_path_run(ctx, p, &c, &account, true, &whole));
    wick_buf all = {0};
    check_ok(ctx, wick_table_csv(ctx, whole.events, &all));
    for (int64_t n = 100; n < 1400; n += 130) {
        int64_t *list = malloc((size_t)n * sizeof *list);
        for (int64_t i = 0; i < n; i++) list[i] = i;
        wick_table *head = NULL;
        check_ok(ctx, wick_table_take(ctx, t, list, n, &head));
        const int64_t *time = wick_table_ints(t, wick_table_find(t, "event_time"));
        const wick_where before = {"event_time", WICK_WHERE_LT, (double)time[n - 2], NULL};
        wick_pm_path *q = ready(ctx, head);
        wick_pm_result part;
        wick_table *cut = NULL, *same = NULL;
        wick_buf a = {0}, b = {0};
        check_ok(ctx, wick_pm_path_run(ctx, q, &c, &account, true, &part));
        check_ok(ctx, wick_table_where(ctx, part.events, &before, 1, &cut));
        check_ok(ctx, wick_table_where(ctx, whole.events, &before, 1, &same));
        check_ok(ctx, wick_table_csv(ctx, cut, &a));
        check_ok(ctx, wick_table_csv(ctx, same, &b));
        assert_string_equal(a.data, b.data);
        wick_buf_free(&a);
        wick_buf_free(&b);
        wick_table_unref(cut);
        wick_table_unref(same);
        wick_table_unref(head);
        wick_pm_result_clear(&part);
        wick_pm_path_free(q);
        free(list);
    }
    wick_buf_free(&all);
    wick_pm_result_clear(&whole);
    wick_pm_path_free(p);
    wick_table_unref(t);
    wick_ctx_free(ctx);
}

#define HEAD                                                                                       \
    "event_time,symbol,close,fill_price,long_prob,short_prob,neutral_prob,long_entry_prob,"        \
    "short_entry_prob,pred_long_expected_net_edge_bps,pred_short_expected_net_edge_bps,"           \
    "market_risk_prob,long_position_risk_prob,short_position_risk_prob\n"
#define HEADS ",0.7,0.1,0.2,0.7,0.1,20,-20,0.1,0.1,0.1\n"

static void defects(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const char *const bad[][2] = {
        {"event_time,close\n1,2\n", "no column 'symbol'"},
        {"event_time,symbol,close\n1,A,2\n", "no column 'fill_price'"},
        {HEAD "1,A,100,100" HEADS "1,A,100,100" HEADS, "A at 1 is there twice"},
        {HEAD "1,A,0,100" HEADS, "A at 1: close is no price"},
        {HEAD "1,A,100," HEADS, "A at 1: fill_price is no price"},
        {HEAD ",A,100,100" HEADS "5,A,100,100" HEADS, "row 2 has no symbol or no event_time"},
        {HEAD, "there are none"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        wick_table *t = NULL;
        wick_pm_path *p = NULL;
        check_ok(ctx, wick_table_parse_csv(ctx, "rows", bad[i][0], -1, NULL, &t));
        check_fails(ctx, wick_pm_path_new(ctx, t, &p), WICK_E_DATA, bad[i][1]);
        wick_table_unref(t);
    }
    wick_table *t = NULL;
    check_ok(ctx, wick_table_parse_csv(ctx, "rows", HEAD "1,A,100,100" HEADS "2,A,100,100" HEADS,
                                       -1, NULL, &t));
    wick_pm_path *p = ready(ctx, t);
    wick_pm_config c;
    wick_pm_result r;
    wick_pm_defaults(&c);
    check_ok(ctx, wick_pm_path_run(ctx, p, &c, &account, true, &r));
    assert_int_equal(wick_table_rows(r.events), 2); /* opened, and closed on its last row */
    wick_pm_result_clear(&r);
    const wick_pm_account none = {0.5, 0.3, 0.0, 50.0}, minus = {-1.0, 0.3, 1.0, 50.0};
    check_fails(ctx, wick_pm_path_run(ctx, p, &c, &none, false, &r), WICK_E_ARG, "leverage");
    check_fails(ctx, wick_pm_path_run(ctx, p, &c, &minus, false, &r), WICK_E_ARG, "fee_bps");
    wick_pm_path_free(p);
    wick_table_unref(t);
    wick_ctx_free(ctx);
}

static wick_status run_once(wick_ctx *ctx, void *arg)
{
    const wick_table *t = arg;
    wick_pm_path *p = NULL;
    wick_pm_config c;
    wick_pm_result r;
    wick_pm_defaults(&c);
    wick_status st = wick_pm_path_new(ctx, t, &p);
    if (st >= 0) st = wick_pm_path_run(ctx, p, &c, &account, true, &r);
    if (st >= 0) wick_pm_result_clear(&r);
    wick_pm_path_free(p);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *t = NULL;
    check_ok(ctx, wick_table_parse_csv(ctx, "rows",
                                       HEAD "1,A,100,100" HEADS "1,B,100,100" HEADS
                                            "2,A,101,100" HEADS "3,A,99,100" HEADS,
                                       -1, NULL, &t));
    assert_true(alloc_walk(run_once, t) > 30);
    wick_table_unref(t);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_adds_up), cmocka_unit_test(engine_agrees),
        cmocka_unit_test(no_look_ahead), cmocka_unit_test(defects), cmocka_unit_test(no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
