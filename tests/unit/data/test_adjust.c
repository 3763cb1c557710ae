/* SPDX-License-Identifier: MIT */
#include "data_test.h"

static void dividends_scale_what_came_before(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t t[] = {DAY, 2 * DAY, 3 * DAY, 4 * DAY};
    const double p[] = {100, 50, 80, 90}, v[] = {1, 2, 3, 4};
    wick_bars *b = NULL, *r = NULL;
    check_ok(ctx, wick_bars_new(ctx, "A", 4, t, p, p, p, p, v, NULL, &b));
    /* Not in order; one before the first bar, one after the last, both without effect. */
    const int64_t ex[] = {4 * DAY, 3 * DAY, 9 * DAY, 0};
    const double paid[] = {8.0, 5.0, 70.0, 9.0};
    check_ok(ctx, wick_bars_adjust_dividends(ctx, b, 4, ex, paid, &r));
    const double *c = wick_bars_field(r, WICK_CLOSE);
    check_same(c[3], 90.0);
    check_same(c[2], 80.0 * (1.0 - 8.0 / 80.0));
    check_same(c[1], 50.0 * ((1.0 - 8.0 / 80.0) * (1.0 - 5.0 / 50.0)));
    check_same(c[0], 100.0 * ((1.0 - 8.0 / 80.0) * (1.0 - 5.0 / 50.0)));
    check_same(wick_bars_field(r, WICK_VOLUME)[0], 1.0);
    wick_bars_unref(r);
    /* An ex-date between sessions works on the next one. */
    const int64_t weekend[] = {2 * DAY + 1000};
    const double five[] = {5.0};
    check_ok(ctx, wick_bars_adjust_dividends(ctx, b, 1, weekend, five, &r));
    check_same(wick_bars_field(r, WICK_CLOSE)[1], 45.0);
    check_same(wick_bars_field(r, WICK_CLOSE)[2], 80.0);
    wick_bars_unref(r);
    const double huge[] = {60.0}, none[] = {0.0};
    check_fails(ctx, wick_bars_adjust_dividends(ctx, b, 1, weekend, huge, &r), WICK_E_DATA,
                "not below the close before it");
    check_fails(ctx, wick_bars_adjust_dividends(ctx, b, 1, weekend, none, &r), WICK_E_DATA,
                "above 0");
    check_ok(ctx, wick_bars_adjust_dividends(ctx, b, 0, NULL, NULL, &r));
    assert_true(wick_bars_id(r) == wick_bars_id(b));
    wick_bars_unref(r);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

static void splits_scale_prices_and_volumes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t t[] = {DAY, 2 * DAY, 3 * DAY};
    const double p[] = {400, 100, 25}, v[] = {1, 4, 16};
    wick_bars *b = NULL, *r = NULL;
    check_ok(ctx, wick_bars_new(ctx, "A", 3, t, p, p, p, p, v, NULL, &b));
    const int64_t when[] = {2 * DAY, 3 * DAY, 8 * DAY};
    const double ratio[] = {4.0, 4.0, 7.0};
    check_ok(ctx, wick_bars_adjust_splits(ctx, b, 3, when, ratio, &r));
    for (int i = 0; i < 3; i++) {
        check_same(wick_bars_field(r, WICK_CLOSE)[i], 25.0);
        check_same(wick_bars_field(r, WICK_VOLUME)[i], 16.0);
    }
    wick_bars_unref(r);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

static void events_are_read(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    int64_t *date = NULL, n = 0;
    double *value = NULL;
    test_write(test_path(dir, "d.csv"),
               "\xef\xbb\xbf"
               "Date,Dividends,Stock Splits\r\n"
               "2024-02-09 00:00:00-05:00,0.1575,0\r\n2024-05-11,0,0\r\n2024-08-12,0.2,0",
               -1);
    check_ok(ctx, wick_events_load(ctx, test_path(dir, "d.csv"), &date, &value, &n));
    assert_int_equal(n, 2);
    assert_int_equal(date[0], at("2024-02-09"));
    check_same(value[1], 0.2);
    free(date);
    free(value);
    test_write(test_path(dir, "s.csv"),
               "date,ratio\n2020-08-31,4:1\n2021-01-04,3/2\n2022-01-04,0.1\n", -1);
    check_ok(ctx, wick_events_load(ctx, test_path(dir, "s.csv"), &date, &value, &n));
    assert_int_equal(n, 3);
    check_same(value[0], 4.0);
    check_same(value[1], 1.5);
    free(date);
    free(value);
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"2024-01-01,1\n", "s.csv:1: a header with date and amount"},
        {"date,amount\nxx,1\n", "s.csv:2: bad_time"},
        {"date,amount\n2024-01-01\n", "s.csv:2: bad_time"},
        {"date,amount\n2024-01-01,abc\n", "s.csv:2: not_a_number"},
        {"date,amount\n2024-01-01,-1\n", "s.csv:2: not_a_number"},
    };
    for (int64_t k = 0; k < COUNT(wrong); k++) {
        test_write(test_path(dir, "s.csv"), wrong[k].text, -1);
        check_fails(ctx, wick_events_load(ctx, test_path(dir, "s.csv"), &date, &value, &n),
                    WICK_E_DATA, wrong[k].message);
    }
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static wick_panel *load_file(wick_ctx *ctx, const char *path)
{
    wick_panel *p = NULL;
    check_ok(ctx, wick_load(ctx, &path, 1, NULL, &p, NULL, NULL));
    return p;
}

/* data/README.md: daily/ from daily_split/ and dividends/, to about 2e-4 by the four decimals. */
static void real_dividends_rebuild_the_adjusted_files(void **state)
{
    (void)state;
    (void)test_shared_or_skip("data/daily_split");
    wick_ctx *ctx = wick_ctx_new();
    char **names = NULL;
    int64_t n = 0, payers = 0;
    double worst = 0.0;
    check_ok(ctx, wick_dir_list(ctx, test_shared_or_skip("data/daily_split"), &names, &n));
    for (int64_t i = 0; i < n; i++) {
        char symbol[32], below[128];
        snprintf(symbol, sizeof symbol, "%.*s", (int)strcspn(names[i], "."), names[i]);
        snprintf(below, sizeof below, "data/daily_split/%s", names[i]);
        wick_panel *raw = load_file(ctx, test_shared_or_skip(below));
        snprintf(below, sizeof below, "data/daily/%s.csv", symbol);
        wick_panel *want = load_file(ctx, test_shared_or_skip(below));
        snprintf(below, sizeof below, "%s/data/dividends/%s.csv", test_shared(), symbol);
        wick_bars *got = wick_bars_ref(wick_panel_bars(raw, 0));
        if (wick_path_exists(below)) {
            int64_t *date = NULL, count = 0;
            double *value = NULL;
            wick_bars *made = NULL;
            check_ok(ctx, wick_events_load(ctx, below, &date, &value, &count));
            check_ok(ctx, wick_bars_adjust_dividends(ctx, got, count, date, value, &made));
            free(date);
            free(value);
            wick_bars_unref(got);
            got = made;
            payers++;
        }
        const wick_bars *w = wick_panel_bars(want, 0);
        assert_int_equal(wick_bars_count(got), wick_bars_count(w));
        for (int f = WICK_OPEN; f <= WICK_CLOSE; f++) {
            for (int64_t k = 0; k < wick_bars_count(w); k++) {
                const double x = wick_bars_field(w, (wick_field)f)[k];
                const double d = fabs(wick_bars_field(got, (wick_field)f)[k] - x) / x;
                if (d > worst) worst = d;
                assert_int_equal(wick_bars_time(got)[k], wick_bars_time(w)[k]);
            }
        }
        wick_bars_unref(got);
        wick_panel_unref(raw);
        wick_panel_unref(want);
    }
    print_message("%lld symbols, %lld with dividends, largest difference %.2g\n", (long long)n,
                  (long long)payers, worst);
    assert_true(n >= 53 && payers >= 30);
    assert_true(worst < 2e-4);
    wick_dir_list_free(names, n);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    const int64_t when[] = {2 * DAY};
    const double value[] = {2.0};
    wick_bars *a = NULL, *b = NULL;
    wick_status st = wick_bars_adjust_dividends(ctx, arg, 1, when, value, &a);
    if (st == WICK_OK) st = wick_bars_adjust_splits(ctx, a, 1, when, value, &b);
    wick_bars_unref(a);
    wick_bars_unref(b);
    return st;
}

static void survives_want_of_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = flat_bars(ctx, "A", 0, DAY, 10);
    assert_true(alloc_walk(walk, b) >= 6);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dividends_scale_what_came_before),
        cmocka_unit_test(splits_scale_prices_and_volumes),
        cmocka_unit_test(events_are_read),
        cmocka_unit_test(real_dividends_rebuild_the_adjusted_files),
        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
