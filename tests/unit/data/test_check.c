/* SPDX-License-Identifier: MIT */
/* Every rule on a small table made for it, and the real defects where they are at hand. */
#include "data_test.h"

#define HEAD         "date,open,high,low,close,volume\n"
#define D(day, rest) "2024-01-" day "," rest "\n"
#define GOOD         "10,11,9,10.5,100"

typedef struct expect {
    const char *what, *text;
    const char *rule;
    int64_t line, count;
    bool is_error;
    int64_t rows_left; /**< with drop_bad; -1: the file stays an error */
} expect;

static const expect rules[] = {
    {"backwards", HEAD D("02", GOOD) D("03", GOOD) D("04", GOOD) D("02", GOOD) D("05", GOOD),
     "time_backwards", 5, 1, true, 4},
    {"twin", HEAD D("02", GOOD) D("03", GOOD) D("03", GOOD) D("04", GOOD), "duplicate_time", 4, 1,
     true, 3},
    {"block",
     HEAD D("02", GOOD) D("03", GOOD) D("04", GOOD) D("02", GOOD) D("03", GOOD) D("04", GOOD)
         D("05", GOOD),
     "duplicate_time", 6, 2, true, 4},
    {"ahead",
     HEAD D("02", GOOD) D("03", GOOD) "2124-01-04," GOOD "\n" D("04", GOOD) D("05", GOOD)
         D("08", GOOD),
     "time_ahead", 4, 1, true, 5},
    {"order", HEAD D("02", "10,9.5,9,9.2,1") D("03", GOOD) D("04", "10,11,10.2,10.5,1"),
     "ohlc_order", 2, 2, true, 1},
    {"rounding", HEAD D("02", "6.8,7.1653203964233400,6.8,7.1653203964233407,1") D("03", GOOD),
     NULL, 0, 0, false, 2},
    {"zero price", HEAD D("02", GOOD) D("03", "0,11,0,10,1") D("04", GOOD), "non_positive", 3, 1,
     true, 2},
    {"negative volume", HEAD D("02", GOOD) D("03", "10,11,9,10,-5") D("04", GOOD), "bad_volume", 3,
     1, true, 2},
    {"empty row", HEAD D("02", GOOD) D("03", ",,,,") D("04", GOOD), "empty_row", 3, 1, true, 2},
    {"null row",
     HEAD D("02", "null,null,null,null,null") D("03", "NaN,NaN,NaN,NaN,5") D("04", GOOD),
     "empty_row", 2, 2, true, 1},
    {"one price missing", HEAD D("02", GOOD) D("03", "10,,9,10,5"), "missing_price", 3, 1, true, 1},
    {"text", HEAD D("02", GOOD) D("03", "10,eleven,9,10,5"), "not_a_number", 3, 1, true, 1},
    {"text volume", HEAD D("02", GOOD) D("03", "10,11,9,10,many"), "not_a_number", 3, 1, true, 1},
    {"infinite", HEAD D("02", GOOD) D("03", "10,inf,9,10,5"), "not_a_number", 3, 1, true, 1},
    {"bad date", HEAD D("02", GOOD) D("33", GOOD) D("04", GOOD), "bad_time", 3, 1, true, 2},
    {"no time", HEAD D("02", GOOD) "," GOOD "\n", "no_time", 3, 1, true, 1},
    {"second header", HEAD D("02", GOOD) HEAD D("03", GOOD), "second_header", 3, 1, true, 2},
    {"two headers", HEAD ",GEHC,GEHC,GEHC,GEHC,GEHC\n" D("03", GOOD), "second_header", 2, 1, true,
     1},
    {"cut off", HEAD D("02", GOOD) D("03", GOOD) "2024-01-04,10,1", "truncated_line", 4, 1, true,
     2},
    {"short", HEAD D("02", GOOD) "2024-01-03,10\n" D("04", GOOD), "short_row", 3, 1, true, 2},
    {"long", HEAD D("02", GOOD) "2024-01-03," GOOD ",7\n" D("04", GOOD), "extra_fields", 3, 1, true,
     2},
    {"trailing comma", HEAD D("02", GOOD ",") D("03", GOOD ","), NULL, 0, 0, false, 2},
    {"clock of its own",
     HEAD "2024-01-02 14:30:00," GOOD "\n2024-01-03 14:30:00," GOOD "\n2024-01-04 14:30:00," GOOD
          "\n2024-01-05 14:30:00," GOOD "\n2024-01-08 14:30:00," GOOD "\n2024-01-09 17:56:12," GOOD
          "\n",
     "mixed_stamps", 7, 1, true, 5},
    {"adjusted alone",
     HEAD D("02", "100.1,101.25,99.5,100.75,1") D("03", "100.1,101.25,99.5,100.75,1") D(
         "04", "100.1,101.25,99.5,100.75,1") D("05", "99.826547,100.973412,99.228461,100.475113,1")
         D("08", "100.1,101.25,99.5,100.75,1"),
     "mixed_adjustment", 5, 1, true, 4},
    {"adjusted before",
     HEAD D("02", "99.826547,100.973412,99.228461,100.475113,1")
         D("03", "99.826547,100.973412,99.228461,100.475113,1")
             D("04", "100.1,101.25,99.5,100.75,1") D("05", "100.1,101.25,99.5,100.75,1"),
     NULL, 0, 0, false, 4},
    {"jump", HEAD D("02", "10,10.5,9,10,1") D("03", "31,32,30,31,1"), "price_jump", 3, 1, false, 2},
    {"fall", HEAD D("02", "31,32,30,31,1") D("03", "10,10.5,9,10,1"), "price_jump", 3, 1, false, 2},
    {"gap", HEAD D("02", GOOD) D("03", GOOD) D("12", GOOD), "gap", 4, 1, false, 3},
    {"holiday", HEAD D("02", GOOD) D("03", GOOD) D("08", GOOD), NULL, 0, 0, false, 3},
    {"no trade", HEAD D("02", GOOD) D("03", "10,11,9,10,0"), "zero_volume", 3, 1, false, 2},
    {"flat", HEAD D("02", GOOD) D("03", "10,10,10,10,5"), "flat_bar", 3, 1, false, 2},
};

static void every_rule_names_its_line(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    for (int64_t k = 0; k < COUNT(rules); k++) {
        const expect *x = &rules[k];
        print_message("%s\n", x->what);
        wick_defects *d = check_text(ctx, dir, "A.csv", x->text, NULL);
        int64_t line = -1;
        if (x->rule == NULL) {
            assert_int_equal(wick_defects_count(d), 0);
        } else {
            assert_int_equal(found(d, x->rule, &line), x->count);
            assert_int_equal(line, x->line);
            assert_true((wick_defects_errors(d) > 0) == x->is_error);
        }
        wick_defects_free(d);
        /* The same file loaded: an error stops it at file:line: rule, or its rows are left out. */
        wick_panel *p = NULL;
        char where[64];
        const wick_status st = load_text(ctx, dir, "A.csv", x->text, NULL, &p);
        if (x->is_error) {
            snprintf(where, sizeof where, "A.csv:%lld: ", (long long)x->line);
            check_fails(ctx, st, WICK_E_DATA, NULL);
            assert_non_null(strstr(wick_ctx_error(ctx), "A.csv:"));
            assert_non_null(strstr(wick_ctx_error(ctx), "--drop-bad"));
            if (x->count == 1) assert_non_null(strstr(wick_ctx_error(ctx), where));
        } else {
            check_ok(ctx, st);
            wick_panel_unref(p);
        }
        const wick_load_opts o = {.size = sizeof o, .drop_bad = true};
        check_ok(ctx, load_text(ctx, dir, "A.csv", x->text, &o, &p));
        assert_int_equal(wick_bars_count(wick_panel_bars(p, 0)), x->rows_left);
        wick_panel_unref(p);
    }
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void a_row_can_be_wrong_twice(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_defects *d =
        check_text(ctx, dir, "A.csv", HEAD D("02", "-5,-6,-4,-5,1") D("03", GOOD), NULL);
    assert_int_equal(found(d, "non_positive", NULL), 1);
    assert_int_equal(found(d, "ohlc_order", NULL), 1);
    assert_int_equal(wick_defects_dropped(d), 1);
    wick_defects_free(d);
    const wick_load_opts o = {.size = sizeof o, .allow_negative = true};
    d = check_text(ctx, dir, "A.csv", HEAD D("02", "-5,-4,-6,-5,1") D("03", GOOD), &o);
    assert_int_equal(wick_defects_errors(d), 0);
    wick_defects_free(d);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void findings_are_counted_and_limited(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_buf b = {0};
    wick_buf_add(&b, "timestamp,open,high,low,close,volume\n", -1);
    for (int i = 0; i < 100; i++) {
        wick_buf_addf(&b, "%lld,10,11,9,10,%d\n", 1700000000000 + i * 60000LL, i % 2);
    }
    wick_defects *d = check_text(ctx, dir, "A.csv", b.data, NULL);
    assert_int_equal(wick_defects_count(d), 20);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(wick_defects_at(d, i)->count, 50 - i);
        assert_int_equal(wick_defects_at(d, i)->line, 2 + 2 * i);
    }
    wick_defects_free(d);
    const wick_load_opts all = {.size = sizeof all, .max_findings = -1};
    d = check_text(ctx, dir, "A.csv", b.data, &all);
    assert_int_equal(wick_defects_count(d), 50);
    wick_defects_free(d);
    wick_buf_free(&b);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

/* Two instruments in one file: threefold moves up and down all the time. */
static void mixed_series_are_an_error(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_buf b = {0};
    int64_t line = 0;
    wick_buf_add(&b, "timestamp,open,high,low,close,volume\n", -1);
    for (int i = 0; i < 60; i++) {
        const int p = i % 3 == 0 ? 40 : 10;
        wick_buf_addf(&b, "%lld,%d,%d,%d,%d,1\n", 1700000000000 + i * 60000LL, p, p + 1, p - 1, p);
    }
    wick_defects *d = check_text(ctx, dir, "A.csv", b.data, NULL);
    assert_int_equal(found(d, "mixed_series", &line), 1);
    assert_int_equal(line, 3);
    assert_int_equal(found(d, "price_jump", NULL), 39);
    wick_defects_free(d);
    wick_buf_free(&b);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void lacking_sessions_are_seen_beside_others(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_buf b = {0};
    wick_buf_add(&b, "date,symbol,open,high,low,close\n", -1);
    for (char s = 'A'; s <= 'F'; s++) {
        for (int day = 8; day <= 12; day++) {
            if (s == 'C' && day == 10) continue;
            wick_buf_addf(&b, "2024-01-%02d,%c,10,11,9,10\n", day, s);
        }
    }
    wick_defects *d = check_text(ctx, dir, "all.csv", b.data, NULL);
    assert_int_equal(found(d, "missing_session", NULL), 1);
    assert_non_null(strstr(wick_defects_at(d, 0)->text, "C: no bar at 2024-01-10"));
    wick_defects_free(d);
    wick_buf_free(&b);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

/* ---- against a second file ---------------------------------------------------------------- */

static void minutes(wick_buf *b, int n, int step, int wrong)
{
    wick_buf_add(b, "timestamp,open,high,low,close,volume\n", -1);
    for (int i = 0; i < n; i += step) {
        double high = 0.0, volume = 0.0;
        for (int k = i; k < i + step && k < n; k++) {
            high = fmax(high, 101.0 + k % 7);
            volume += 2.0;
        }
        wick_buf_addf(b, "%lld,100,%g,99,100,%g\n", 1700006400000 + i * 60000LL,
                      i == wrong ? high - 0.5 : high, volume);
    }
}

static void unfinished_bars_show_against_a_coarser_file(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_buf fine = {0}, coarse = {0};
    wick_defects *d = NULL;
    int64_t line = 0;
    minutes(&fine, 97, 1, 51); /* minute 51 has the top of its window: 101 + 51 % 7 = 103 ... */
    minutes(&coarse, 97, 15, -1);
    test_write(test_path(dir, "A_1m.csv"), fine.data, fine.len);
    test_write(test_path(dir, "A_15m.csv"), coarse.data, coarse.len);
    check_ok(ctx, wick_check_against(ctx, test_path(dir, "A_1m.csv"), test_path(dir, "A_15m.csv"),
                                     NULL, &d));
    assert_int_equal(found(d, "disagrees", NULL), 0); /* another minute reaches the same top */
    wick_defects_free(d);
    wick_buf_free(&coarse);
    minutes(&coarse, 97, 15, 45);
    test_write(test_path(dir, "A_15m.csv"), coarse.data, coarse.len);
    check_ok(ctx, wick_check_against(ctx, test_path(dir, "A_1m.csv"), test_path(dir, "A_15m.csv"),
                                     NULL, &d));
    assert_int_equal(found(d, "disagrees", &line), 1);
    assert_int_equal(line, 47); /* first minute of the window, behind the header */
    wick_defects_free(d);
    /* The other way round the line is the coarse file's; the torn last window never counts. */
    check_ok(ctx, wick_check_against(ctx, test_path(dir, "A_15m.csv"), test_path(dir, "A_1m.csv"),
                                     NULL, &d));
    assert_int_equal(found(d, "disagrees", &line), 1);
    assert_int_equal(line, 5);
    wick_defects_free(d);
    wick_buf_free(&fine);
    wick_buf_free(&coarse);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void steps_of_adjustment_show_against_another_vendor(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_buf a = {0}, b = {0};
    wick_defects *d = NULL;
    int64_t line = 0;
    wick_buf_add(&a, "date,open,high,low,close\n", -1);
    wick_buf_add(&b, "date,open,high,low,close\n", -1);
    for (int i = 0; i < 20; i++) {
        char day[WICK_TIME_TEXT];
        const double p = 100.0 + i, f = 0.97 * (i < 12 ? 0.99 : 1.0);
        wick_time_format(day, at("2024-01-01") + i * DAY, true);
        wick_buf_addf(&a, "%s,%.6f,%.6f,%.6f,%.6f\n", day, p * f, p * f, p * f, p * f);
        wick_buf_addf(&b, "%s,%.2f,%.2f,%.2f,%.2f\n", day, p, p, p, p);
    }
    test_write(test_path(dir, "a.csv"), a.data, a.len);
    test_write(test_path(dir, "b.csv"), b.data, b.len);
    check_ok(ctx,
             wick_check_against(ctx, test_path(dir, "a.csv"), test_path(dir, "b.csv"), NULL, &d));
    assert_int_equal(found(d, "adjustment_break", &line), 1);
    assert_int_equal(line, 14);
    wick_defects_free(d);
    wick_buf_free(&a);
    wick_buf_free(&b);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

/* ---- real defects ------------------------------------------------------------------------- */

static const struct {
    const char *file, *against, *rule;
    int64_t line, count; /**< count -1: any */
} real[] = {
    {"repeated_blocks_HUBS.csv", NULL, "time_backwards", 252, 12},
    {"repeated_blocks_HUBS.csv", NULL, "mixed_stamps", 251, 13},
    {"repeated_blocks_HUBS.csv", NULL, "ohlc_order", 251, 13},
    {"two_headers_GEHC.csv", NULL, "second_header", 2, 1},
    {"null_text_GSHD.csv", NULL, "empty_row", 2, 285},
    {"all_empty_WBA.csv", NULL, "empty_row", 2, 789},
    {"epoch_seconds_EMP.csv", NULL, "price_jump", 14, 123},
    {"epoch_seconds_EMP.csv", NULL, "mixed_series", 14, 1},
    {"negative_prices_HCHC.csv", NULL, "non_positive", 2, 1350},
    {"negative_adjusted_YEC.F.csv", NULL, "non_positive", 56, 129},
    {"negative_adjusted_YEC.F.csv", NULL, "ohlc_order", 56, 127},
    {"negative_adjusted_YEC.F.csv", NULL, "zero_volume", 2, 229},
    {"negative_adjusted_YEC.F.csv", NULL, "empty_row", 431, 1},
    {"mixed_adjustment_TSM.csv", NULL, "mixed_adjustment", 254, 3},
    {"mixed_adjustment_TSM.csv", "daily/TSM.csv", "adjustment_break", -1, 1},
    {"duplicate_last_day_BCAC.csv", NULL, "duplicate_time", 260, 1},
    {"ohlc_violations_FTSM.csv", NULL, "ohlc_order", 2, 363},
    {"ohlc_violations_FTSM.csv", NULL, "zero_volume", 172, 446},
    {"truncated_last_line_ZTS.csv", NULL, "truncated_line", 247, 1},
    {"duplicate_minutes_BNAI.csv", NULL, "duplicate_time", 36, 18},
    {"duplicate_minutes_BNAI.csv", NULL, "gap", -1, -1},
    {"no_header_no_date_CBNK.csv", NULL, "no_time_column", 1, 1},
    {"index_columns_BNBUSDT_1m.csv", NULL, "no_time", 502, 1},
    {"index_columns_BNBUSDT_1m.csv", NULL, "zero_volume", 46, 5},
    {"bitfinex_ochl_20190101T00.json", NULL, "unsupported_format", 1, 1},
    {"ETHUSDT-PERP-2412_1m.csv.gz", NULL, "unfinished_bar", -1, 2},
    {"ETHUSDT-PERP-2501_1m.csv.gz", NULL, "unfinished_bar", -1, 2},
    {"ETHUSDT-PERP-2023_15m.csv.gz", NULL, "unfinished_bar", -1, 1},
    {"ETHUSDT-PERP-2412_1m.csv.gz", "intraday/ETHUSDT-PERP_15m.csv.gz", "disagrees", -1, 2},
    {"ETHUSDT-PERP-2501_1m.csv.gz", "intraday/ETHUSDT-PERP_15m.csv.gz", "disagrees", -1, 3},
    {"ETHUSDT-PERP-2023_15m.csv.gz", "intraday/ETHUSDT-PERP-2023_5m.csv.gz", "disagrees", -1, 2},
};

static void real_defects_are_found(void **state)
{
    (void)state;
    (void)test_shared_or_skip("data/defects");
    wick_ctx *ctx = wick_ctx_new();
    for (int64_t k = 0; k < COUNT(real); k++) {
        char path[512], below[256];
        wick_defects *d = NULL;
        int64_t line = 0;
        snprintf(below, sizeof below, "data/defects/%s", real[k].file);
        snprintf(path, sizeof path, "%s", test_shared_or_skip(below));
        if (real[k].against != NULL) {
            snprintf(below, sizeof below, "data/%s", real[k].against);
            check_ok(ctx, wick_check_against(ctx, path, test_shared_or_skip(below), NULL, &d));
        } else {
            check_ok(ctx, wick_check_file(ctx, path, NULL, &d));
        }
        const int64_t n = found(d, real[k].rule, &line);
        print_message("%s: %s %lld at line %lld\n", real[k].file, real[k].rule, (long long)n,
                      (long long)line);
        assert_true(real[k].count < 0 ? n > 0 : n == real[k].count);
        assert_true(real[k].line < 0 || line == real[k].line);
        wick_defects_free(d);
    }
    wick_ctx_free(ctx);
}

static void clean_files_are_clean(void **state)
{
    (void)state;
    static const char *const folders[] = {"data/daily", "data/daily_split", "data/intraday"};
    wick_ctx *ctx = wick_ctx_new();
    for (int k = 0; k < 3; k++) {
        char **names = NULL;
        int64_t n = 0;
        check_ok(ctx, wick_dir_list(ctx, test_shared_or_skip(folders[k]), &names, &n));
        assert_true(n > 15);
        for (int64_t i = 0; i < n; i++) {
            char below[256];
            wick_defects *d = NULL;
            snprintf(below, sizeof below, "%s/%s", folders[k], names[i]);
            check_ok(ctx, wick_check_file(ctx, test_shared_or_skip(below), NULL, &d));
            if (wick_defects_errors(d) > 0) print_error("%s\n", below);
            assert_int_equal(wick_defects_errors(d), 0);
            wick_defects_free(d);
        }
        wick_dir_list_free(names, n);
    }
    wick_defects *d = NULL;
    int64_t line = 0;
    check_ok(ctx, wick_check_file(ctx, test_shared_or_skip("data/universe/sp500_2018-2025.csv.gz"),
                                  NULL, &d));
    assert_int_equal(wick_defects_errors(d), 1);
    assert_int_equal(found(d, "ohlc_order", &line), 1); /* HUBB 2021-05-05 */
    assert_int_equal(line, 462178);
    assert_int_equal(found(d, "zero_volume", NULL), 1050);
    assert_int_equal(found(d, "flat_bar", NULL), 1714);
    assert_int_equal(found(d, "missing_session", NULL), 2); /* FISV, and HUBB's dropped row */
    wick_defects_free(d);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_names_its_line),
        cmocka_unit_test(a_row_can_be_wrong_twice),
        cmocka_unit_test(findings_are_counted_and_limited),
        cmocka_unit_test(mixed_series_are_an_error),
        cmocka_unit_test(lacking_sessions_are_seen_beside_others),
        cmocka_unit_test(unfinished_bars_show_against_a_coarser_file),
        cmocka_unit_test(steps_of_adjustment_show_against_another_vendor),
        cmocka_unit_test(real_defects_are_found),
        cmocka_unit_test(clean_files_are_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
