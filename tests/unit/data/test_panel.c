/* SPDX-License-Identifier: MIT */
#include "data_test.h"

static void one_calendar_needs_no_maps(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b[3] = {flat_bars(ctx, "C", 0, DAY, 5), flat_bars(ctx, "A", 0, DAY, 5),
                       flat_bars(ctx, "B", 0, DAY, 3)};
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, b, 3, &p));
    for (int i = 0; i < 3; i++) wick_bars_unref(b[i]);
    assert_int_equal(wick_panel_count(p), 3);
    assert_string_equal(wick_bars_symbol(wick_panel_bars(p, 0)), "A");
    assert_string_equal(wick_bars_symbol(wick_panel_bars(p, 2)), "C");
    assert_int_equal(wick_panel_ticks(p), 5);
    for (int i = 0; i < 3; i++) assert_null(wick_panel_tick_of(p, i)); /* B ends early: a prefix */
    for (int i = 0; i < 5; i++) assert_int_equal(wick_panel_clock(p)[i], i * DAY);
    assert_int_equal(wick_panel_find(p, "B"), 1);
    assert_int_equal(wick_panel_find(p, "D"), -1);
    assert_null(wick_panel_bars(p, 3));
    wick_panel *q = wick_panel_ref(p);
    wick_panel_unref(p);
    assert_int_equal(wick_panel_ticks(q), 5);
    wick_panel_unref(q);
    wick_ctx_free(ctx);
}

/* Ragged calendars: absent is absent, and each bar finds its own tick. */
static void ragged_calendars_are_united(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t ta[] = {0, DAY, 3 * DAY}, tb[] = {DAY, 2 * DAY, 3 * DAY, 4 * DAY};
    const double p[] = {1, 1, 1, 1};
    wick_bars *b[2] = {NULL, NULL};
    wick_panel *panel = NULL;
    check_ok(ctx, wick_bars_new(ctx, "A", 3, ta, p, p, p, p, NULL, NULL, &b[0]));
    check_ok(ctx, wick_bars_new(ctx, "B", 4, tb, p, p, p, p, NULL, NULL, &b[1]));
    check_ok(ctx, wick_panel_new(ctx, b, 2, &panel));
    assert_int_equal(wick_panel_ticks(panel), 5);
    const int32_t wa[] = {0, 1, 3}, wb[] = {1, 2, 3, 4};
    for (int i = 0; i < 3; i++) assert_int_equal(wick_panel_tick_of(panel, 0)[i], wa[i]);
    for (int i = 0; i < 4; i++) assert_int_equal(wick_panel_tick_of(panel, 1)[i], wb[i]);
    wick_panel_unref(panel);
    wick_bars_unref(b[0]);
    wick_bars_unref(b[1]);
    wick_ctx_free(ctx);
}

/* What closes together shares a tick: the 23:00 hour and the day. */
static void the_clock_is_close_time(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b[2] = {flat_bars(ctx, "D", 0, DAY, 3), flat_bars(ctx, "H", 0, 3600000, 72)};
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, b, 2, &p));
    assert_int_equal(wick_panel_ticks(p), 72);
    assert_null(wick_panel_tick_of(p, 1));
    for (int i = 0; i < 3; i++) assert_int_equal(wick_panel_tick_of(p, 0)[i], 24 * i + 23);
    /* Shown is the stamp of the bar that opened last. */
    assert_int_equal(wick_panel_clock(p)[23], 23 * INT64_C(3600000));
    wick_panel_unref(p);
    wick_bars_unref(b[0]);
    wick_bars_unref(b[1]);
    wick_ctx_free(ctx);
}

static void months_close_with_the_calendar(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t t[] = {at("2023-12-01"), at("2024-01-01"), at("2024-02-01"), at("2024-03-01")};
    const double p[] = {1, 1, 1, 1};
    wick_bars *b[2] = {NULL, flat_bars(ctx, "D", at("2024-02-27"), DAY, 4)};
    wick_panel *panel = NULL;
    check_ok(ctx, wick_bars_new(ctx, "M", 4, t, p, p, p, p, NULL, NULL, &b[0]));
    assert_int_equal(wick_bars_info(b[0])->timeframe_ms, -1);
    check_ok(ctx, wick_panel_new(ctx, b, 2, &panel));
    /* February 2024 closes with its 29th day, the third bar of D. */
    const int64_t m = wick_panel_find(panel, "M"), d = wick_panel_find(panel, "D");
    assert_int_equal(wick_panel_tick_of(panel, m)[2], wick_panel_tick_of(panel, d)[2]);
    wick_panel_unref(panel);
    wick_bars_unref(b[0]);
    wick_bars_unref(b[1]);
    wick_ctx_free(ctx);
}

static void wrong_panels_are_refused(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b[2] = {flat_bars(ctx, "A", 0, DAY, 2), flat_bars(ctx, "A", 0, DAY, 2)};
    wick_panel *p = NULL;
    check_fails(ctx, wick_panel_new(ctx, b, 2, &p), WICK_E_DATA, "symbol A is there twice");
    check_fails(ctx, wick_panel_new(ctx, NULL, 1, &p), WICK_E_ARG, NULL);
    check_ok(ctx, wick_panel_new(ctx, NULL, 0, &p));
    assert_int_equal(wick_panel_ticks(p), 0);
    wick_panel_unref(p);
    wick_bars_unref(b[0]);
    wick_bars_unref(b[1]);
    wick_ctx_free(ctx);
}

static double per_year(wick_ctx *ctx, int64_t step, int64_t n)
{
    wick_bars *b = flat_bars(ctx, "A", 0, step, n);
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, &b, 1, &p));
    const double y = wick_panel_bars_per_year(p);
    wick_panel_unref(p);
    wick_bars_unref(b);
    return y;
}

static void years_are_told_by_the_calendar(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    check_same(per_year(ctx, DAY, 800), 365.0);
    check_same(per_year(ctx, 7 * DAY, 100), 52.0);
    check_same(per_year(ctx, 900000, 90000), 35040.0);
    check_same(per_year(ctx, 60000, 100000), 525600.0);
    wick_synth_opts o = {.size = sizeof o, .symbols = 2, .bars = 600};
    wick_panel *p = NULL;
    check_ok(ctx, wick_synth(ctx, &o, &p));
    /* Every weekday without holidays: 261, which is not within 3 % of 252. */
    check_close(wick_panel_bars_per_year(p), 260.9, 0.01);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    wick_bars **b = arg;
    wick_panel *p = NULL;
    const wick_status st = wick_panel_new(ctx, b, 2, &p);
    wick_panel_unref(p);
    return st;
}

static void survives_want_of_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b[2] = {flat_bars(ctx, "A", 0, DAY, 9), flat_bars(ctx, "B", DAY, 2 * DAY, 9)};
    assert_true(alloc_walk(walk, b) >= 5);
    wick_bars_unref(b[0]);
    wick_bars_unref(b[1]);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_calendar_needs_no_maps),
        cmocka_unit_test(ragged_calendars_are_united),
        cmocka_unit_test(the_clock_is_close_time),
        cmocka_unit_test(months_close_with_the_calendar),
        cmocka_unit_test(wrong_panels_are_refused),
        cmocka_unit_test(years_are_told_by_the_calendar),
        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
