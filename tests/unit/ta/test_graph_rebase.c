/* SPDX-License-Identifier: MIT */
/* An expression over other bars is what it would have been, declared there; and bars of two
 * calendars stand where the rule against look-ahead puts them. */
#include "alloc_walk.h"
#include "graph_help.h"

static const char *const texts[] = {
    "ema(close, 5)[2] + high - low * 2",
    "crossover(sma(close, 3), sma(close, 8)) and close > open",
    "bb(close, 10, 2).upper - atr(7)",
    "supertrend(2, 5).direction",
    "na(close[3]) ? hlc3 : max(open, close, 50)",
    "highest(20)[1]",
    "vwma(close, 9)",
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

static void test_twins_are_what_is_declared_there(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *day = synth_bars(ctx, 400), *week = NULL;
    check_ok(ctx, wick_bars_resample(ctx, day, 7 * WICK_MS_DAY, false, &week));
    const int64_t n = wick_bars_count(week);
    wick_graph *from = new_graph(ctx, day, NULL, NULL), *to = new_graph(ctx, week, NULL, NULL);
    for (int k = 0; k < TEXTS; k++) {
        const wick_node x = wick_graph_expr(ctx, from, texts[k], NULL, NULL);
        const wick_node direct = wick_graph_expr(ctx, to, texts[k], NULL, NULL);
        const wick_node twin = wick_graph_rebase(ctx, from, x, to);
        check_ok(ctx, x);
        check_ok(ctx, direct);
        check_ok(ctx, twin);
        check_ok(ctx, wick_graph_eval(ctx, to, &twin, 1));
        check_ok(ctx, wick_graph_eval(ctx, to, &direct, 1));
        check_columns(wick_graph_values(to, twin), wick_graph_values(to, direct), n, texts[k]);
        assert_int_equal(wick_graph_rebase(ctx, from, x, from), x);
    }
    wick_graph_free(from);
    wick_graph_free(to);
    wick_bars_unref(week);
    wick_bars_unref(day);
    wick_ctx_free(ctx);
}

static void test_what_has_no_meaning_elsewhere(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 60);
    wick_graph *from = new_graph(ctx, b, NULL, NULL), *to = new_graph(ctx, b, NULL, NULL);
    const double *v = wick_bars_field(b, WICK_CLOSE);
    const wick_node column = wick_graph_column(ctx, from, v, 60, 0);
    const wick_node above = op2(ctx, from, WICK_OP_ADD, column, column);
    const wick_node higher = wick_graph_higher(ctx, from, 7 * WICK_MS_DAY, "close");
    check_ok(ctx, above);
    check_ok(ctx, higher);
    assert_true(wick_graph_rebase(ctx, from, above, to) < 0);
    assert_non_null(strstr(wick_ctx_error(ctx), "has no meaning on other bars"));
    assert_true(wick_graph_rebase(ctx, from, higher, to) < 0);
    assert_true(wick_graph_rebase(ctx, from, 999, to) < 0);
    wick_graph_free(from);
    wick_graph_free(to);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* Weeks seen from days, and days from weeks, against the rule read out loud. */
static void test_places_of_other_bars(void **state)
{
    (void)state;
    enum { N = 200 };
    static int32_t seen[N], within[N];
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *day = synth_bars(ctx, N), *week = NULL;
    check_ok(ctx, wick_bars_resample(ctx, day, 7 * WICK_MS_DAY, false, &week));
    check_ok(ctx, wick_align(ctx, day, day, week, seen, within));
    const int64_t *t = wick_bars_time(day), *w = wick_bars_time(week);
    for (int64_t i = 0; i < N; i++) {
        int32_t closed = -1, open = -1;
        for (int32_t k = 0; k < (int32_t)wick_bars_count(week); k++) {
            if (w[k] + 7 * WICK_MS_DAY <= t[i] + WICK_MS_DAY) closed = k;
            if (w[k] <= t[i]) open = k;
        }
        assert_int_equal(seen[i], closed);
        assert_int_equal(within[i], open);
    }
    check_ok(ctx, wick_align(ctx, day, day, day, seen, within));
    for (int32_t i = 0; i < N; i++) assert_true(seen[i] == i && within[i] == i);
    check_ok(ctx, wick_align(ctx, week, day, day, seen, NULL)); /* finer bars: the last inside */
    for (int64_t i = 0; i < wick_bars_count(week); i++) {
        assert_true(t[seen[i]] + WICK_MS_DAY <= w[i] + 7 * WICK_MS_DAY);
        assert_true(seen[i] + 1 == N || t[seen[i] + 1] + WICK_MS_DAY > w[i] + 7 * WICK_MS_DAY);
    }
    wick_bars_unref(week);
    wick_bars_unref(day);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    wick_bars *b = arg;
    wick_graph *from = NULL, *to = NULL;
    int32_t seen[60];
    wick_status st = wick_graph_new(ctx, b, NULL, NULL, &from);
    if (st >= 0) st = wick_graph_new(ctx, b, NULL, NULL, &to);
    const wick_node x = st < 0 ? st : wick_graph_expr(ctx, from, texts[1], NULL, NULL);
    const wick_node y = x < 0 ? x : wick_graph_rebase(ctx, from, x, to);
    st = y < 0 ? y : wick_align(ctx, b, b, b, seen, NULL);
    wick_graph_free(from);
    wick_graph_free(to);
    return st;
}

static void test_survives_want_of_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 60);
    assert_true(alloc_walk(walk, b) >= 4);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twins_are_what_is_declared_there),
        cmocka_unit_test(test_what_has_no_meaning_elsewhere),
        cmocka_unit_test(test_places_of_other_bars),
        cmocka_unit_test(test_survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
