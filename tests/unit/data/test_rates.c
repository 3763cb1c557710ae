/* SPDX-License-Identifier: MIT */
/* Rates of exchange: which pair tells, which day's close it is, and what is said when none does. */
#include <string.h>

#include "data_test.h"

static const int64_t FIRST = INT64_C(1704067200000); /* 2024-01-01 */

static wick_bars *series(wick_ctx *ctx, const char *name, int64_t from, int64_t frame, int64_t n,
                         const double *close)
{
    int64_t t[16];
    wick_bars *b = NULL;
    const wick_symbol_info info = {.symbol = name, .timeframe_ms = frame};
    for (int64_t i = 0; i < n; i++) t[i] = from + i * frame;
    check_ok(ctx, wick_bars_new(ctx, name, n, t, close, close, close, close, NULL, &info, &b));
    return b;
}

/* Four bars of six hours from noon of the second day on. */
static wick_panel *dressed(wick_ctx *ctx, wick_bars **pairs, int64_t n)
{
    const double flat[4] = {1, 1, 1, 1};
    wick_bars *b = series(ctx, "X", FIRST + 36 * 3600000, 6 * 3600000, 4, flat);
    wick_panel *p = NULL, *rates = NULL, *out = NULL;
    check_ok(ctx, wick_panel_new(ctx, &b, 1, &p));
    check_ok(ctx, wick_panel_new(ctx, pairs, n, &rates));
    check_ok(ctx, wick_panel_with_rates(ctx, p, rates, &out));
    wick_bars_unref(b);
    for (int64_t i = 0; i < n; i++) wick_bars_unref(pairs[i]);
    wick_panel_unref(p);
    wick_panel_unref(rates);
    return out;
}

static void expect(wick_ctx *ctx, wick_panel *p, const char *from, const char *to, double a,
                   double b)
{
    double v[4];
    assert_int_equal(wick_bars_rate(ctx, wick_panel_bars(p, 0), from, to, v), 1);
    if (v[0] != a || v[1] != a || v[2] != b || v[3] != b)
        fail_msg("%s%s is %g %g %g %g", from, to, v[0], v[1], v[2], v[3]);
}

/* The first day's close holds on the second, the second's on the third. */
static void test_days(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double c[3] = {1.25, 2.0, 4.0};
    wick_bars *pairs[] = {series(ctx, "EURUSD", FIRST, WICK_MS_DAY, 3, c)};
    wick_panel *p = dressed(ctx, pairs, 1);
    expect(ctx, p, "EUR", "USD", 1.25, 2.0);
    expect(ctx, p, "USD", "EUR", 0.8, 0.5);
    expect(ctx, p, "EUR", "EUR", 1.0, 1.0);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* Of bars within a day the last close counts; a name may have its exchange and a stroke. */
static void test_hours(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double c[6] = {5, 6, 7, 8, 9, 10};
    wick_bars *pairs[] = {series(ctx, "FX_IDC:EUR/USD", FIRST, 12 * 3600000, 6, c)};
    wick_panel *p = dressed(ctx, pairs, 1);
    expect(ctx, p, "EUR", "USD", 6.0, 8.0);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void test_cross(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double e[3] = {2, 4, 8}, j[3] = {100, 50, 1}, u[3] = {0.5, 0.25, 1};
    wick_bars *pairs[] = {series(ctx, "EURUSD", FIRST, WICK_MS_DAY, 3, e),
                          series(ctx, "USDJPY", FIRST, WICK_MS_DAY, 3, j),
                          series(ctx, "USDTUSD", FIRST, WICK_MS_DAY, 3, u)};
    wick_panel *p = dressed(ctx, pairs, 3);
    expect(ctx, p, "EUR", "JPY", 200.0, 200.0);
    expect(ctx, p, "USDT", "USD", 0.5, 0.25);
    expect(ctx, p, "USDC", "USD", 1.0, 1.0); /* a dollar nobody gave a rate of */
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void test_missing(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double c[3] = {2, 4, 8};
    double v[4];
    wick_bars *pairs[] = {series(ctx, "EURUSD", FIRST + 2 * WICK_MS_DAY, WICK_MS_DAY, 3, c)};
    wick_panel *p = dressed(ctx, pairs, 1);
    assert_int_equal(wick_bars_rate(ctx, wick_panel_bars(p, 0), "GBP", "CHF", v), 0);
    assert_int_equal(wick_bars_rate(ctx, wick_panel_bars(p, 0), "EUR", "USD", v), WICK_E_DATA);
    assert_non_null(strstr(wick_ctx_error(ctx), "the rate of EURUSD is known from 2024-01-04"));
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* Bars made from bars keep them, and their digest tells them apart. */
static void test_kept(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double c[3] = {2, 4, 8};
    char a[65], b[65];
    wick_bars *one[] = {series(ctx, "EURUSD", FIRST, WICK_MS_DAY, 3, c)};
    wick_bars *other[] = {series(ctx, "EURUSD", FIRST, WICK_MS_DAY, 2, c)};
    wick_panel *p = dressed(ctx, one, 1), *q = dressed(ctx, other, 1);
    wick_bars *day = NULL;
    double v[4];
    check_ok(ctx, wick_bars_resample(ctx, wick_panel_bars(p, 0), WICK_MS_DAY, false, &day));
    assert_int_equal(wick_bars_rate(ctx, day, "EUR", "USD", v), 1);
    wick_bars_digest(wick_panel_bars(p, 0), a);
    wick_bars_digest(wick_panel_bars(q, 0), b);
    assert_string_not_equal(a, b);
    wick_bars_unref(day);
    wick_panel_unref(p);
    wick_panel_unref(q);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days),    cmocka_unit_test(test_hours), cmocka_unit_test(test_cross),
        cmocka_unit_test(test_missing), cmocka_unit_test(test_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
