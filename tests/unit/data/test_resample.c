/* SPDX-License-Identifier: MIT */
#include "data_test.h"

static void windows_are_folded(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    enum { N = 8 };
    const int64_t m = 60000, z = at("2024-03-04T10:00:00");
    /* 10:00 .. 10:04, then 10:11, 10:12, 10:15: the window 10:05 does not exist. */
    const int64_t t[N] = {z,         z + m,      z + 2 * m,  z + 3 * m,
                          z + 4 * m, z + 11 * m, z + 12 * m, z + 15 * m};
    const double o[N] = {5, 6, 7, 8, 7, 3, 4, 9}, h[N] = {6, 8, 9, 9.5, 8, 5, 4.5, 9};
    const double l[N] = {4, 5, 6.5, 7, 2, 3, 3.5, 9}, c[N] = {6, 7, 8, 7, 3, 4, 4.25, 9};
    const double v[N] = {1, 2, 3, 4, 5, 6, 7, 8};
    wick_bars *b = NULL, *r = NULL;
    check_ok(ctx, wick_bars_new(ctx, "A", N, t, o, h, l, c, v, NULL, &b));
    check_ok(ctx, wick_bars_resample(ctx, b, 5 * m, false, &r));
    const int64_t wt[] = {z, z + 10 * m, z + 15 * m};
    const double want[WICK_FIELDS][3] = {
        {5, 3, 9}, {9.5, 5, 9}, {2, 3, 9}, {3, 4.25, 9}, {15, 13, 8}};
    assert_int_equal(wick_bars_count(r), 3);
    assert_int_equal(wick_bars_info(r)->timeframe_ms, 5 * m);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(wick_bars_time(r)[i], wt[i]);
        for (int f = 0; f < WICK_FIELDS; f++) {
            check_same(wick_bars_field(r, (wick_field)f)[i], want[f][i]);
        }
    }
    wick_bars_unref(r);
    check_ok(ctx, wick_bars_resample(ctx, b, 5 * m, true, &r));
    assert_int_equal(wick_bars_count(r), 2); /* 10:15 has one of its five minutes */
    wick_bars_unref(r);
    check_fails(ctx, wick_bars_resample(ctx, b, m / 2, false, &r), WICK_E_DATA, "cannot be made");
    check_fails(ctx, wick_bars_resample(ctx, b, 90000, false, &r), WICK_E_DATA, "whole number");
    check_fails(ctx, wick_bars_resample(ctx, b, 0, false, &r), WICK_E_ARG, "timeframe");
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

static void calendar_windows(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = flat_bars(ctx, "A", at("2024-01-01"), DAY, 366), *r = NULL;
    check_ok(ctx, wick_bars_resample(ctx, b, 7 * DAY, false, &r));
    for (int64_t i = 0; i < wick_bars_count(r); i++) {
        assert_int_equal(wick_time_to_civil(wick_bars_time(r)[i]).weekday, 2);
    }
    assert_int_equal(wick_bars_time(r)[0], at("2024-01-01")); /* a Monday */
    wick_bars_unref(r);
    check_ok(ctx, wick_bars_resample(ctx, b, -1, false, &r));
    assert_int_equal(wick_bars_count(r), 12);
    assert_int_equal(wick_bars_time(r)[2], at("2024-03-01"));
    assert_int_equal(wick_bars_info(r)->timeframe_ms, -1);
    wick_bars *q = NULL;
    check_ok(ctx, wick_bars_resample(ctx, r, -3, true, &q));
    assert_int_equal(wick_bars_count(q), 4);
    assert_int_equal(wick_bars_time(q)[3], at("2024-10-01"));
    wick_bars_unref(q);
    check_fails(ctx, wick_bars_resample(ctx, r, DAY, false, &q), WICK_E_DATA, "cannot be made");
    wick_bars_unref(r);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* Hours of a New York session count from 09:30, and days are its dates, also over the night clocks
 * change (2024-03-10). */
static void sessions_anchor_windows(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    enum { PER = 13, N = 2 * PER };
    int64_t t[N];
    double p[N];
    for (int i = 0; i < N; i++) {
        t[i] = (i < PER ? at("2024-03-08T14:30:00") : at("2024-03-11T13:30:00")) +
               i % PER * INT64_C(1800000);
        p[i] = 1.0 + i;
    }
    const wick_symbol_info info = {.symbol = "S",
                                   .timezone = "America/New_York",
                                   .session = "0930-1600:23456",
                                   .timeframe_ms = 1800000};
    wick_bars *b = NULL, *r = NULL;
    check_ok(ctx, wick_bars_new(ctx, "S", N, t, p, p, p, p, p, &info, &b));
    check_ok(ctx, wick_bars_resample(ctx, b, 4 * 3600000, false, &r));
    assert_int_equal(wick_bars_count(r), 4);
    assert_int_equal(wick_bars_time(r)[0], at("2024-03-08T14:30:00"));
    assert_int_equal(wick_bars_time(r)[1], at("2024-03-08T18:30:00"));
    assert_int_equal(wick_bars_time(r)[2], at("2024-03-11T13:30:00"));
    check_same(wick_bars_field(r, WICK_CLOSE)[0], 8.0);
    wick_bars_unref(r);
    check_ok(ctx, wick_bars_resample(ctx, b, DAY, false, &r));
    assert_int_equal(wick_bars_count(r), 2);
    assert_int_equal(wick_bars_time(r)[1], at("2024-03-11"));
    check_same(wick_bars_field(r, WICK_CLOSE)[0], 13.0);
    wick_bars_unref(r);
    wick_bars_unref(b);
    /* Currency days open at 17:00 New York: Sunday evening belongs to Monday. */
    const wick_symbol_info fx = {.symbol = "F",
                                 .timezone = "America/New_York",
                                 .session = "1700-1700:23456",
                                 .timeframe_ms = 3600000};
    for (int i = 0; i < N; i++) t[i] = at("2024-03-03T22:00:00") + i * INT64_C(3600000);
    check_ok(ctx, wick_bars_new(ctx, "F", N, t, p, p, p, p, p, &fx, &b));
    check_ok(ctx, wick_bars_resample(ctx, b, DAY, false, &r));
    assert_int_equal(wick_bars_count(r), 2);
    assert_int_equal(wick_bars_time(r)[0], at("2024-03-04"));
    check_same(wick_bars_field(r, WICK_CLOSE)[0], 24.0);
    wick_bars_unref(r);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* Going in two steps gives what one step gives. */
static void steps_compose(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = NULL;
    const wick_synth_opts o = {
        .size = sizeof o, .symbols = 2, .bars = 5000, .timeframe = "1m", .ragged = true};
    check_ok(ctx, wick_synth(ctx, &o, &p));
    for (int64_t s = 0; s < 2; s++) {
        wick_bars *b = wick_panel_bars(p, s), *five = NULL, *hour = NULL, *direct = NULL;
        check_ok(ctx, wick_bars_resample(ctx, b, 300000, false, &five));
        check_ok(ctx, wick_bars_resample(ctx, five, 3600000, false, &hour));
        check_ok(ctx, wick_bars_resample(ctx, b, 3600000, false, &direct));
        assert_int_equal(wick_bars_count(hour), wick_bars_count(direct));
        assert_true(wick_bars_id(hour) == wick_bars_id(direct)); /* volumes are whole: exact */
        wick_bars_unref(five);
        wick_bars_unref(hour);
        wick_bars_unref(direct);
    }
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static wick_bars *load_shared(wick_ctx *ctx, const char *name)
{
    char below[256];
    wick_panel *p = NULL;
    snprintf(below, sizeof below, "data/intraday/%s.csv.gz", name);
    const char *path = test_shared_or_skip(below);
    check_ok(ctx, wick_load(ctx, &path, 1, NULL, &p, NULL, NULL));
    wick_bars *b = wick_bars_ref(wick_panel_bars(p, 0));
    wick_panel_unref(p);
    return b;
}

/* Pairs that agree exactly by their README; only windows with all their bars are compared. */
static void real_pairs_agree(void **state)
{
    (void)state;
    static const struct {
        const char *fine, *coarse;
        int64_t at_least;
    } pairs[] = {
        {"ETHUSDT-PERP_1m", "ETHUSDT-PERP_15m", 4875},
        {"ETHUSDT-PERP-2507_1m", "ETHUSDT-PERP_15m", 708},
        {"BTCUSDT_1m", "BTCUSDT_5m", 26000},
        {"BTCUSDT_1m", "BTCUSDT_15m", 8700},
        {"BTCUSDT_15m", "BTCUSDT-MTF_15m", 8700},
        {"ETHUSDT_1m", "ETHUSDT_15m", 8700},
        {"ETHUSDT_5m", "ETHUSDT_15m", 8700},
        {"ETHUSDT-MTF_15m", "ETHUSDT-MTF_1h", 11600},
        {"ETHUSDT-MTF_1h", "ETHUSDT-MTF_1d", 1570},
        {"BTCUSDT-LONG_5m", "BTCUSDT-MTF_15m", 17600},
        {"BTCUSDT-MTF_15m", "BTCUSDT-MTF_30m", 23000},
        {"BTCUSDT-MTF_30m", "BTCUSDT-MTF_1h", 20000},
        {"BTCUSDT-MTF_1h", "BTCUSDT-MTF_4h", 9400},
        {"BTCUSDT-MTF_4h", "BTCUSDT-MTF_1d", 3100},
    };
    (void)test_shared_or_skip("data/intraday");
    wick_ctx *ctx = wick_ctx_new();
    for (int64_t k = 0; k < COUNT(pairs); k++) {
        wick_bars *fine = load_shared(ctx, pairs[k].fine),
                  *want = load_shared(ctx, pairs[k].coarse);
        const int64_t tf = wick_bars_info(want)->timeframe_ms;
        const int64_t need = tf / wick_bars_info(fine)->timeframe_ms;
        wick_bars *got = NULL;
        int64_t compared = 0;
        check_ok(ctx, wick_bars_resample(ctx, fine, tf, false, &got));
        for (int64_t i = 0; i < wick_bars_count(got); i++) {
            const int64_t t = wick_bars_time(got)[i], j = wick_bars_find(want, t);
            const int64_t members = wick_bars_find(fine, t + tf) - wick_bars_find(fine, t);
            if (members != need || j == wick_bars_count(want) || wick_bars_time(want)[j] != t)
                continue;
            if (j == wick_bars_count(want) - 1) continue; /* may be unfinished */
            for (int f = WICK_OPEN; f <= WICK_CLOSE; f++) {
                check_same(wick_bars_field(got, (wick_field)f)[i],
                           wick_bars_field(want, (wick_field)f)[j]);
            }
            check_close(wick_bars_field(got, WICK_VOLUME)[i], wick_bars_field(want, WICK_VOLUME)[j],
                        1e-9);
            compared++;
        }
        print_message("%s -> %s: %lld windows\n", pairs[k].fine, pairs[k].coarse,
                      (long long)compared);
        assert_true(compared >= pairs[k].at_least);
        wick_bars_unref(got);
        wick_bars_unref(fine);
        wick_bars_unref(want);
    }
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    wick_bars *r = NULL;
    const wick_status st = wick_bars_resample(ctx, arg, 7 * DAY, true, &r);
    wick_bars_unref(r);
    return st;
}

static void survives_want_of_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = flat_bars(ctx, "A", 0, DAY, 30);
    assert_true(alloc_walk(walk, b) >= 2);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_folded),      cmocka_unit_test(calendar_windows),
        cmocka_unit_test(sessions_anchor_windows), cmocka_unit_test(steps_compose),
        cmocka_unit_test(real_pairs_agree),        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
