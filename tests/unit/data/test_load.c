/* SPDX-License-Identifier: MIT */
#include "data_test.h"

#define ONE                                                                                        \
    "date,open,high,low,close,volume\n2024-03-04,10,12,9,11,100\n2024-03-05,11,13,10,12,5\n"       \
    "2024-03-06,12,14,11,13,300\n"
#define BAD "date,open,high,low,close,volume\n2024-03-04,10,9,9,11,100\n"

static void only_needed_files_are_opened(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *p = NULL;
    test_write(test_path(dir, "AAA.csv"), ONE, -1);
    test_write(test_path(dir, "BRK.B.csv"), ONE, -1);
    test_write(test_path(dir, "BAD.csv"), BAD, -1);
    test_write(test_path(dir, "notes.md"), "not data", -1);
    const char *const some[] = {"BRK.B", "AAA"};
    wick_load_opts o = {.size = sizeof o, .symbols = some, .n_symbols = 2};
    const char *paths[] = {dir};
    check_ok(ctx, wick_load(ctx, paths, 1, &o, &p, NULL, NULL));
    assert_int_equal(wick_panel_count(p), 2);
    assert_string_equal(wick_bars_symbol(wick_panel_bars(p, 1)), "BRK.B");
    wick_panel_unref(p);
    p = NULL;
    check_fails(ctx, wick_load(ctx, paths, 1, NULL, &p, NULL, NULL), WICK_E_DATA, "BAD.csv:2:");
    /* A misspelt symbol is named with the nearest one; BAD.csv is nobody's business. */
    const char *const wrong[] = {"AAA", "BRK,B"};
    o.symbols = wrong;
    check_fails(ctx, wick_load(ctx, paths, 1, &o, &p, NULL, NULL), WICK_E_DATA,
                "no data for the symbol BRK,B; did you mean BRK.B?");
    /* A symbol inside a long file beside the others. */
    test_write(test_path(dir, "more.csv"),
               "date,symbol,open,high,low,close\n2024-03-04,ZZZ,1,1,1,1\n", -1);
    const char *const both[] = {"AAA", "ZZZ"};
    o.symbols = both;
    check_ok(ctx, wick_load(ctx, paths, 1, &o, &p, NULL, NULL));
    assert_int_equal(wick_panel_count(p), 2);
    wick_panel_unref(p);
    const char *none[] = {test_path(dir, "nothing.csv")};
    p = NULL;
    check_fails(ctx, wick_load(ctx, none, 1, NULL, &p, NULL, NULL), WICK_E_IO, "no such file");
    check_fails(ctx, wick_load(ctx, NULL, 0, NULL, &p, NULL, NULL), WICK_E_ARG, "no data path");
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void write_minutes(const char *path, int64_t n, int64_t step)
{
    wick_buf b = {0};
    wick_buf_add(&b, "timestamp,open,high,low,close,volume\n", -1);
    for (int64_t i = 0; i < n; i++) {
        wick_buf_addf(&b, "%lld,10,11,9,10,1\n", 1700006400000 + (long long)(i * step));
    }
    test_write(path, b.data, b.len);
    wick_buf_free(&b);
}

static void timeframes_in_names(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *p = NULL;
    write_minutes(test_path(dir, "ETH-P_1m.csv"), 120, 60000);
    write_minutes(test_path(dir, "ETH-P_15m.csv"), 8, 900000);
    write_minutes(test_path(dir, "ohlcv_BTC-P_15m_warmup6m.csv"), 8, 900000);
    const char *paths[] = {dir};
    check_fails(ctx, wick_load(ctx, paths, 1, NULL, &p, NULL, NULL), WICK_E_DATA,
                "are both ETH-P; choose one with --timeframe");
    static const struct {
        const char *tf;
        int64_t rows;
    } cases[] = {{"15m", 8}, {"1h", 2}, {"30m", 4}};
    for (int k = 0; k < 3; k++) {
        const wick_load_opts o = {.size = sizeof o, .timeframe = cases[k].tf};
        check_ok(ctx, wick_load(ctx, paths, 1, &o, &p, NULL, NULL));
        assert_int_equal(wick_panel_count(p), 2);
        assert_int_equal(wick_panel_find(p, "BTC-P"), 0);
        assert_int_equal(wick_bars_count(wick_panel_bars(p, 1)), cases[k].rows);
        wick_panel_unref(p);
        p = NULL;
    }
    const char *const eth[] = {"ETH-P"};
    wick_load_opts o = {.size = sizeof o, .timeframe = "5m", .symbols = eth, .n_symbols = 1};
    check_ok(ctx, wick_load(ctx, paths, 1, &o, &p, NULL, NULL));
    assert_int_equal(wick_bars_count(wick_panel_bars(p, 0)), 24); /* from the minutes */
    wick_panel_unref(p);
    p = NULL;
    o.timeframe = "7x";
    check_fails(ctx, wick_load(ctx, paths, 1, &o, &p, NULL, NULL), WICK_E_ARG, "\"7x\"");
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void ranges_are_inclusive(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *p = NULL;
    wick_load_opts o = {.size = sizeof o,
                        .has_from = true,
                        .from = at("2024-03-05"),
                        .has_to = true,
                        .to = at("2024-03-05")};
    check_ok(ctx, load_text(ctx, dir, "A.csv", ONE, &o, &p));
    assert_int_equal(wick_bars_count(wick_panel_bars(p, 0)), 1);
    wick_panel_unref(p);
    p = NULL;
    o.from = o.to = at("2025-01-01");
    check_fails(ctx, load_text(ctx, dir, "A.csv", ONE, &o, &p), WICK_E_DATA, "in the range");
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void findings_are_handed_over(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *p = NULL;
    wick_defects **d = NULL;
    int64_t n = 0;
    test_write(test_path(dir, "A.csv"), ONE, -1);
    test_write(test_path(dir, "B.csv"), ONE "2024-03-06,12,14,11,13,300\n", -1);
    const char *paths[] = {dir};
    wick_load_opts o = {.size = sizeof o, .drop_bad = true};
    check_ok(ctx, wick_load(ctx, paths, 1, &o, &p, &d, &n));
    assert_int_equal(n, 1);
    assert_int_equal(wick_defects_dropped(d[0]), 1);
    assert_non_null(strstr(wick_defects_file(d[0]), "B.csv"));
    wick_defects_free(d[0]);
    free(d);
    wick_panel_unref(p);
    o.keep_defects = true;
    check_ok(ctx, wick_load(ctx, paths, 1, &o, &p, &d, &n));
    assert_int_equal(n, 2);
    for (int64_t i = 0; i < n; i++) wick_defects_free(d[i]);
    free(d);
    wick_panel_unref(p);
    p = NULL;
    o.drop_bad = false;
    check_fails(ctx, wick_load(ctx, paths, 1, &o, &p, &d, &n), WICK_E_DATA, "B.csv:5: duplicate");
    assert_int_equal(n, 2); /* also when the load fails */
    for (int64_t i = 0; i < n; i++) wick_defects_free(d[i]);
    free(d);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void threads_change_nothing(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *made = NULL;
    const wick_synth_opts s = {.size = sizeof s, .symbols = 12, .bars = 300, .ragged = true};
    check_ok(ctx, wick_synth(ctx, &s, &made));
    const char *path = test_path(dir, "bars");
    char keep[512];
    snprintf(keep, sizeof keep, "%s", path);
    check_ok(ctx, wick_panel_write_csv(ctx, made, keep));
    const char *paths[] = {keep};
    for (int t = 1; t <= 8; t *= 2) {
        wick_panel *p = NULL;
        const wick_load_opts o = {.size = sizeof o, .threads = t};
        check_ok(ctx, wick_load(ctx, paths, 1, &o, &p, NULL, NULL));
        assert_int_equal(wick_panel_count(p), 12);
        for (int64_t i = 0; i < 12; i++) {
            assert_true(wick_bars_id(wick_panel_bars(p, i)) ==
                        wick_bars_id(wick_panel_bars(made, i)));
        }
        wick_panel_unref(p);
    }
    wick_panel_unref(made);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

/* ---- symbol facts ------------------------------------------------------------------------- */

static void facts_come_from_the_file_beside(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *p = NULL;
    write_minutes(test_path(dir, "ohlcv_ETH-USDT-USDT_15m_warmup6m.csv"), 50, 900000);
    test_write(
        test_path(dir, "symbol_info.json"),
        "{\"ETH-USDT-USDT\": {\"ticker\": \"ETHUSDT.P\", \"type\": \"crypto\", \"currency\": "
        "\"USDT\", \"mintick\": 0.01, \"pointvalue\": 1, \"lot_step\": 0.0001, "
        "\"timezone\": \"Etc/UTC\", \"session\": \"24x7\", \"timeframe\": \"15\"}}",
        -1);
    const char *paths[] = {dir};
    check_ok(ctx, wick_load(ctx, paths, 1, NULL, &p, NULL, NULL));
    const wick_symbol_info *s = wick_bars_info(wick_panel_bars(p, 0));
    assert_string_equal(s->symbol, "ETH-USDT-USDT");
    assert_string_equal(s->ticker, "ETHUSDT.P");
    assert_string_equal(s->currency, "USDT");
    check_same(s->qty_step, 0.0001);
    assert_int_equal(s->timeframe_ms, 900000);
    assert_int_equal(s->inferred, 0);
    wick_panel_unref(p);
    /* A key that the file name begins with serves the symbols of that family. */
    write_minutes(test_path(dir, "ABC-2023_5m.csv"), 50, 300000);
    test_write(test_path(dir, "info.json"),
               "{\"AB\": {\"mintick\": 5}, \"ABC\": {\"mintick\": 0.25, \"type\": \"futures\"}}",
               -1);
    const char *const sym[] = {"ABC-2023"};
    wick_load_opts o = {.size = sizeof o,
                        .symbols = sym,
                        .n_symbols = 1,
                        .symbol_info = test_path(dir, "info.json")};
    check_ok(ctx, wick_load(ctx, paths, 1, &o, &p, NULL, NULL));
    s = wick_bars_info(wick_panel_bars(p, 0));
    check_same(s->tick, 0.25);
    assert_string_equal(s->kind, "futures");
    assert_int_equal(s->inferred & WICK_INFO_TICK, 0);
    assert_int_equal(s->inferred & WICK_INFO_TIMEFRAME, WICK_INFO_TIMEFRAME);
    wick_panel_unref(p);
    p = NULL;
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"{\"ABC-2023\": {\"mintik\": 1}}", "unknown key \"mintik\"; did you mean \"mintick\"?"},
        {"{\"ABC-2023\": {\"mintick\": -1}}", "\"mintick\" must be a number above 0"},
        {"{\"ABC-2023\": {\"type\": 3}}", "\"type\" must be text"},
        {"{\"ABC-2023\": {\"timeframe\": \"x\"}}", "no timeframe"},
        {"{\"ABC-2023\": 7}", "must be an object"},
        {"[]", "an object of symbols"},
        {"{", NULL},
    };
    for (int64_t k = 0; k < COUNT(wrong); k++) {
        test_write(test_path(dir, "info.json"), wrong[k].text, -1);
        o.symbol_info = test_path(dir, "info.json");
        check_fails(ctx, wick_load(ctx, paths, 1, &o, &p, NULL, NULL), WICK_E_PARSE,
                    wrong[k].message);
    }
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void facts_are_guessed_from_bars(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    static const struct {
        const char *format;
        int64_t step;
        double scale;
        double tick;
        const char *kind;
    } cases[] = {
        {"%.2f", 60000, 0.01, 0.01, "crypto"}, {"%.1f", 60000, 0.1, 0.1, "crypto"},
        {"%.2f", 60000, 0.05, 0.05, "crypto"}, {"%.5f", 60000, 1e-5, 1e-5, "crypto"},
        {"%.0f", 3600000, 1.0, 1.0, "crypto"}, {"%.6f", DAY, 0.013717, 1e-6, "crypto"},
    };
    for (int64_t k = 0; k < COUNT(cases); k++) {
        wick_buf b = {0};
        wick_buf_add(&b, "timestamp,open,high,low,close\n", -1);
        for (int i = 0; i < 6000; i++) {
            char x[32];
            snprintf(x, sizeof x, cases[k].format, (5000 + i * 7 % 113) * cases[k].scale);
            wick_buf_addf(&b, "%lld,%s,%s,%s,%s\n", 1700006400000 + (long long)(i * cases[k].step),
                          x, x, x, x);
        }
        wick_panel *p = NULL;
        check_ok(ctx, load_text(ctx, dir, "A.csv", b.data, NULL, &p));
        const wick_symbol_info *s = wick_bars_info(wick_panel_bars(p, 0));
        check_same(s->tick, cases[k].tick);
        assert_string_equal(s->kind, cases[k].kind);
        check_same(s->qty_step, 1e-8);
        assert_int_equal(s->timeframe_ms, cases[k].step);
        assert_int_equal(s->inferred, 127); /* every WICK_INFO bit */
        wick_panel_unref(p);
        wick_buf_free(&b);
    }
    wick_panel *p = NULL;
    check_ok(ctx, load_text(ctx, dir, "S.csv", ONE, NULL, &p));
    const wick_symbol_info *s = wick_bars_info(wick_panel_bars(p, 0));
    assert_string_equal(s->kind, "stock");
    check_same(s->tick, 0.01);
    check_same(s->qty_step, 1.0);
    wick_panel_unref(p);
    /* One bar: the name tells the timeframe. */
    check_ok(ctx, load_text(ctx, dir, "X_5m.csv",
                            "timestamp,open,high,low,close\n1700006400000,1,1,1,1\n", NULL, &p));
    assert_int_equal(wick_bars_info(wick_panel_bars(p, 0))->timeframe_ms, 300000);
    wick_panel_unref(p);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

/* ---- writing ------------------------------------------------------------------------------ */

static void written_csv_reads_back(void **state)
{
    (void)state;
    static const char *const outs[] = {"all.csv", "all.csv.gz", "folder"};
    static const char *const tfs[] = {"1d", "15m"};
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    for (int k = 0; k < 6; k++) {
        wick_panel *p = NULL, *q = NULL;
        const wick_synth_opts o = {
            .size = sizeof o, .symbols = 3, .bars = 90, .timeframe = tfs[k % 2]};
        check_ok(ctx, wick_synth(ctx, &o, &p));
        char path[512];
        snprintf(path, sizeof path, "%s_%d%s", test_path(dir, "out"), k,
                 outs[k / 2] + (k < 4 ? 3 : 0));
        const wick_status wrote = wick_panel_write_csv(ctx, p, path);
        if (wrote != WICK_E_UNSUPPORTED) {
            const char *paths[] = {path};
            check_ok(ctx, wrote);
            check_ok(ctx, wick_load(ctx, paths, 1, NULL, &q, NULL, NULL));
            assert_int_equal(wick_panel_count(q), 3);
            for (int64_t i = 0; i < 3; i++) {
                assert_true(wick_bars_id(wick_panel_bars(p, i)) ==
                            wick_bars_id(wick_panel_bars(q, i)));
            }
            wick_panel_unref(q);
        }
        wick_panel_unref(p);
    }
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_needed_files_are_opened),
        cmocka_unit_test(timeframes_in_names),
        cmocka_unit_test(ranges_are_inclusive),
        cmocka_unit_test(findings_are_handed_over),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(facts_come_from_the_file_beside),
        cmocka_unit_test(facts_are_guessed_from_bars),
        cmocka_unit_test(written_csv_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
