/* SPDX-License-Identifier: MIT */
#include "data_test.h"

static const int64_t T[] = {0, DAY, 2 * DAY, 3 * DAY};
static const double O[] = {10, 11, 12, 13}, H[] = {12, 13, 14, 15}, L[] = {9, 10, 11, 12};
static const double C[] = {11, 12, 13, 14}, V[] = {100, 200, 300, 400};

static wick_bars *make(wick_ctx *ctx)
{
    wick_bars *b = NULL;
    check_ok(ctx, wick_bars_new(ctx, "AAA", 4, T, O, H, L, C, V, NULL, &b));
    return b;
}

static void columns_are_copied_and_aligned(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = make(ctx);
    assert_int_equal(wick_bars_count(b), 4);
    assert_string_equal(wick_bars_symbol(b), "AAA");
    const double *want[] = {O, H, L, C, V};
    for (int f = 0; f < WICK_FIELDS; f++) {
        const double *col = wick_bars_field(b, (wick_field)f);
        assert_int_equal((uintptr_t)col % 64, 0);
        assert_ptr_not_equal(col, want[f]);
        for (int i = 0; i < 4; i++) check_same(col[i], want[f][i]);
        for (int i = 4; i < 8; i++) assert_true(isnan(col[i])); /* padding, whole cache lines */
    }
    for (int i = 0; i < 4; i++) assert_int_equal(wick_bars_time(b)[i], T[i]);
    assert_null(wick_bars_field(b, WICK_FIELDS));
    wick_bars *again = wick_bars_ref(b);
    wick_bars_unref(b);
    assert_int_equal(wick_bars_count(again), 4);
    wick_bars_unref(again);
    wick_bars_unref(NULL);
    wick_ctx_free(ctx);
}

/* Every rule of wick_bars_new, by breaking one value of good bars. */
static void broken_rows_are_refused(void **state)
{
    (void)state;
    static const struct {
        int field, row;
        double value;
        const char *message;
    } cases[] = {
        {WICK_OPEN, 1, 20.0, "AAA: row 2: ohlc_order: 1970-01-02: open is above high"},
        {WICK_HIGH, 2, 11.5, "row 3: ohlc_order"},
        {WICK_LOW, 2, 12.5, "low is above open"},
        {WICK_LOW, 2, 15.0, "low is above high"},
        {WICK_CLOSE, 3, 15.5, "close is above high"},
        {WICK_CLOSE, 3, 11.5, "low is above close"},
        {WICK_LOW, 0, 0.0, "row 1: non_positive"},
        {WICK_LOW, 0, -1.0, "row 1: non_positive"},
        {WICK_OPEN, 0, (double)NAN, "row 1: empty_row"},
        {WICK_HIGH, 0, HUGE_VAL, "row 1: empty_row"},
        {WICK_VOLUME, 3, -1.0, "row 4: bad_volume"},
        {WICK_VOLUME, 3, HUGE_VAL, "row 4: bad_volume"},
    };
    wick_ctx *ctx = wick_ctx_new();
    for (int64_t k = 0; k < COUNT(cases); k++) {
        double f[WICK_FIELDS][4];
        const double *good[] = {O, H, L, C, V};
        for (int i = 0; i < WICK_FIELDS; i++) memcpy(f[i], good[i], sizeof f[i]);
        f[cases[k].field][cases[k].row] = cases[k].value;
        wick_bars *b = NULL;
        check_fails(ctx, wick_bars_new(ctx, "AAA", 4, T, f[0], f[1], f[2], f[3], f[4], NULL, &b),
                    WICK_E_DATA, cases[k].message);
        assert_null(b);
    }
    int64_t t[] = {0, DAY, DAY, 3 * DAY};
    wick_bars *b = NULL;
    check_fails(ctx, wick_bars_new(ctx, "AAA", 4, t, O, H, L, C, V, NULL, &b), WICK_E_DATA,
                "row 3: duplicate_time");
    t[2] = DAY - 1;
    check_fails(ctx, wick_bars_new(ctx, "AAA", 4, t, O, H, L, C, V, NULL, &b), WICK_E_DATA,
                "row 3: time_backwards");
    check_fails(ctx, wick_bars_new(ctx, "", 4, T, O, H, L, C, V, NULL, &b), WICK_E_ARG, "symbol");
    check_fails(ctx, wick_bars_new(ctx, "AAA", 4, T, O, NULL, L, C, V, NULL, &b), WICK_E_ARG, NULL);
    check_fails(ctx, wick_bars_new(ctx, "AAA", -1, T, O, H, L, C, V, NULL, &b), WICK_E_ARG, NULL);
    wick_ctx_free(ctx);
}

static void negative_prices_only_when_allowed(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t t[] = {0, DAY};
    const double o[] = {-2, -1}, h[] = {1, 0}, l[] = {-3, -2}, c[] = {0, -2};
    const wick_symbol_info info = {.symbol = "X", .allow_negative = true};
    wick_bars *b = NULL;
    check_fails(ctx, wick_bars_new(ctx, "X", 2, t, o, h, l, c, NULL, NULL, &b), WICK_E_DATA,
                "non_positive");
    check_ok(ctx, wick_bars_new(ctx, "X", 2, t, o, h, l, c, NULL, &info, &b));
    assert_true(isnan(wick_bars_field(b, WICK_VOLUME)[0]));
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

static void finding_and_slicing(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = make(ctx), *part = NULL;
    assert_int_equal(wick_bars_find(b, INT64_MIN), 0);
    assert_int_equal(wick_bars_find(b, DAY), 1);
    assert_int_equal(wick_bars_find(b, DAY + 1), 2);
    assert_int_equal(wick_bars_find(b, INT64_MAX), 4);
    check_ok(ctx, wick_bars_slice(ctx, b, 1, 3, &part));
    assert_int_equal(wick_bars_count(part), 2);
    check_same(wick_bars_field(part, WICK_CLOSE)[1], 13.0);
    assert_int_equal(wick_bars_time(part)[0], DAY);
    assert_int_equal(wick_bars_info(part)->timeframe_ms, DAY);
    wick_bars_unref(part);
    check_ok(ctx, wick_bars_slice(ctx, b, 2, 2, &part));
    assert_int_equal(wick_bars_count(part), 0);
    wick_bars_unref(part);
    check_fails(ctx, wick_bars_slice(ctx, b, 3, 2, &part), WICK_E_ARG, "AAA");
    check_fails(ctx, wick_bars_slice(ctx, b, 0, 5, &part), WICK_E_ARG, "AAA");
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

static void identity_follows_the_content(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *a = make(ctx), *b = make(ctx), *c = NULL;
    double v[] = {100, 200, 300, 401};
    char x[65], y[65];
    assert_true(wick_bars_id(a) == wick_bars_id(b));
    wick_bars_digest(a, x);
    wick_bars_digest(b, y);
    assert_string_equal(x, y);
    check_ok(ctx, wick_bars_new(ctx, "AAA", 4, T, O, H, L, C, v, NULL, &c));
    assert_true(wick_bars_id(a) != wick_bars_id(c));
    wick_bars_digest(c, y);
    assert_string_not_equal(x, y);
    wick_bars_unref(a);
    wick_bars_unref(b);
    wick_bars_unref(c);
    wick_ctx_free(ctx);
}

static void gaps_are_counted(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t missing = -1;
    /* Monday to Friday: a weekend is no gap. 1970-01-05 was a Monday. */
    const int64_t week[] = {4 * DAY, 5 * DAY, 6 * DAY, 7 * DAY, 8 * DAY, 11 * DAY, 18 * DAY};
    const double p[] = {1, 1, 1, 1, 1, 1, 1};
    wick_bars *b = NULL;
    check_ok(ctx, wick_bars_new(ctx, "A", 6, week, p, p, p, p, NULL, NULL, &b));
    assert_int_equal(wick_bars_gaps(b, &missing), 0);
    assert_int_equal(missing, 0);
    wick_bars_unref(b);
    check_ok(ctx, wick_bars_new(ctx, "A", 7, week, p, p, p, p, NULL, NULL, &b));
    assert_int_equal(wick_bars_gaps(b, &missing), 1);
    assert_int_equal(missing, 4); /* Tuesday to Friday */
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

static void named_columns_lie_beside_the_prices(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double mom[] = {1, 2, 3, 4}, other[] = {9, 8, 7, 6};
    wick_bars *b = make(ctx), *one = NULL, *two = NULL, *again = NULL, *part = NULL;
    check_ok(ctx, wick_bars_with_column(ctx, b, "mom", mom, &one));
    check_ok(ctx, wick_bars_with_column(ctx, one, "rank", other, &two));
    check_ok(ctx, wick_bars_with_column(ctx, two, "mom", other, &again));
    assert_null(wick_bars_column(b, "mom"));
    wick_bars_unref(b); /* what is built on it keeps it */
    wick_bars_unref(one);
    check_same(wick_bars_column(two, "mom")[2], 3.0);
    check_same(wick_bars_column(again, "mom")[2], 7.0); /* hides the older one */
    check_same(wick_bars_column(again, "rank")[0], 9.0);
    assert_ptr_not_equal(wick_bars_column(two, "mom"), mom);
    assert_null(wick_bars_column(two, "nothing"));
    assert_true(wick_bars_id(two) != wick_bars_id(again));
    assert_string_equal(wick_bars_symbol(again), "AAA");
    check_ok(ctx, wick_bars_slice(ctx, again, 1, 3, &part));
    wick_bars_unref(two);
    wick_bars_unref(again);
    check_same(wick_bars_field(part, WICK_CLOSE)[0], 12.0);
    check_fails(ctx, wick_bars_with_column(ctx, part, "", mom, &b), WICK_E_ARG, "name");
    check_fails(ctx, wick_bars_with_column(ctx, part, "x", NULL, &b), WICK_E_ARG, "no values");
    wick_bars_unref(part);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    (void)arg;
    wick_bars *b = NULL, *part = NULL, *with = NULL;
    wick_status st = wick_bars_new(ctx, "AAA", 4, T, O, H, L, C, V, NULL, &b);
    if (st == WICK_OK) st = wick_bars_slice(ctx, b, 1, 3, &part);
    if (st == WICK_OK) st = wick_bars_with_column(ctx, part, "x", C, &with);
    wick_bars_unref(with);
    wick_bars_unref(part);
    wick_bars_unref(b);
    return st;
}

static void survives_want_of_memory(void **state)
{
    (void)state;
    assert_true(alloc_walk(walk, NULL) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_copied_and_aligned),
        cmocka_unit_test(broken_rows_are_refused),
        cmocka_unit_test(negative_prices_only_when_allowed),
        cmocka_unit_test(finding_and_slicing),
        cmocka_unit_test(identity_follows_the_content),
        cmocka_unit_test(gaps_are_counted),
        cmocka_unit_test(named_columns_lie_beside_the_prices),
        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
