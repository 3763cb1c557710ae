/* SPDX-License-Identifier: MIT */
#include "data_test.h"

/* Three bars, however they are written. */
static void is_the_table(const wick_panel *p, const char *symbol, int64_t first, int64_t step,
                         bool volume)
{
    static const double want[WICK_FIELDS][3] = {
        {10, 11, 12.5}, {12, 13, 14.25}, {9, 10, 11}, {11, 12, 13.5}, {100, 0, 300}};
    assert_int_equal(wick_panel_count(p), 1);
    const wick_bars *b = wick_panel_bars(p, 0);
    assert_string_equal(wick_bars_symbol(b), symbol);
    assert_int_equal(wick_bars_count(b), 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(wick_bars_time(b)[i], first + i * step);
        for (int f = 0; f < WICK_VOLUME; f++) {
            check_same(wick_bars_field(b, (wick_field)f)[i], want[f][i]);
        }
        check_same(wick_bars_field(b, WICK_VOLUME)[i], volume ? want[WICK_VOLUME][i] : WICK_NA);
    }
}

static void dialects_are_recognised(void **state)
{
    (void)state;
    const int64_t day = at("2024-03-04"), minute = at("2024-03-04T09:30:00");
    static const struct {
        const char *what, *text;
        bool intraday, no_volume;
    } cases[] = {
        {"plain",
         "date,open,high,low,close,volume\n2024-03-04,10,12,9,11,100\n"
         "2024-03-05,11,13,10,12,0\n2024-03-06,12.5,14.25,11,13.5,300\n",
         0, 0},
        {"no final newline",
         "date,open,high,low,close,volume\n2024-03-04,10,12,9,11,100\n"
         "2024-03-05,11,13,10,12,0\n2024-03-06,12.5,14.25,11,13.5,300",
         0, 0},
        {"order, case, CRLF, BOM",
         "\xef\xbb\xbfVOLUME,Close,HIGH,Low,Open,Date\r\n"
         "100,11,12,9,10,2024-03-04\r\n0,12,13,10,11,2024-03-05\r\n"
         "300,13.5,14.25,11,12.5,2024-03-06\r\n",
         0, 0},
        {"old Mac line ends",
         "date,open,high,low,close,volume\r2024-03-04,10,12,9,11,100\r"
         "2024-03-05,11,13,10,12,0\r2024-03-06,12.5,14.25,11,13.5,300\r",
         0, 0},
        {"semicolons, blanks, quotes",
         "\"Date\"; \"Open\";High ; Low;Close;Volume\n"
         "2024-03-04; 10 ;12;\"9\";11;100\n2024-03-05;11;13;10;12;0\n"
         "\"2024-03-06\";12.5;14.25;11;13.5;300\n",
         0, 0},
        {"tabs",
         "time\to\th\tl\tc\tv\n2024-03-04\t10\t12\t9\t11\t100\n"
         "2024-03-05\t11\t13\t10\t12\t0\n2024-03-06\t12.5\t14.25\t11\t13.5\t300\n",
         0, 0},
        {"bars",
         "Day|Open|High|Low|Close|Vol.\n20240304|10|12|9|11|100\n"
         "20240305|11|13|10|12|0\n20240306|12.5|14.25|11|13.5|300\n",
         0, 0},
        {"no volume",
         "date,open,high,low,close\n2024-03-04,10,12,9,11\n2024-03-05,11,13,10,12\n"
         "2024-03-06,12.5,14.25,11,13.5\n",
         0, 1},
        {"no header",
         "2024-03-04,10,12,9,11,100\n2024-03-05,11,13,10,12,0\n"
         "2024-03-06,12.5,14.25,11,13.5,300\n",
         0, 0},
        {"klines without header",
         "1709544600000,10,12,9,11,100,1709544659999,5\n"
         "1709544660000,11,13,10,12,0,1709544719999,5\n"
         "1709544720000,12.5,14.25,11,13.5,300,1709544779999,5\n",
         1, 0},
        {"index column",
         ",Unnamed: 0,Date,Open,High,Low,Close,Volume\n0,5,2024-03-04,10,12,9,11,"
         "100\n1,6,2024-03-05,11,13,10,12,0\n2,7,2024-03-06,12.5,14.25,11,13.5,300\n",
         0, 0},
        {"index without a name",
         "Date,Open,High,Low,Close,Volume\n1,2024-03-04,10,12,9,11,100\n"
         "2,2024-03-05,11,13,10,12,0\n3,2024-03-06,12.5,14.25,11,13.5,300\n",
         0, 0},
        {"adjusted close beside",
         "Date,Open,High,Low,Close,Adj Close,Volume\n"
         "2024-03-04,10,12,9,11,5,100\n2024-03-05,11,13,10,12,6,0\n"
         "2024-03-06,12.5,14.25,11,13.5,7,300\n",
         0, 0},
        {"month first",
         "Date,Open,High,Low,Close,Volume\n03/04/2024,10,12,9,11,100\n"
         "03/05/2024,11,13,10,12,0\n3/6/2024,12.5,14.25,11,13.5,300\n",
         0, 0},
        {"web page",
         "Date,Close/Last,Volume,Open,High,Low\n03/06/2024,$13.5,300,$12.5,$14.25,$11\n"
         "03/05/2024,$12,0,$11,$13,$10\n03/04/2024,$11,\"0.1K\",$10,$12,$9\n",
         0, 0},
        {"thousands",
         "date,open,high,low,close,volume\n2024-03-04,1.0e1,12.00,9,11,\"100\"\n"
         "2024-03-05,11,13,10,12,0\n2024-03-06,12.5,14.25,11,13.5,3e2\n",
         0, 0},
        {"seconds",
         "c,h,l,o,s,t,v\n11,12,9,10,ok,1709544600,100\n12,13,10,11,ok,1709544660,0\n"
         "13.5,14.25,11,12.5,ok,1709544720,300\n",
         1, 0},
        {"milliseconds",
         "timestamp,open,high,low,close,volume\n1709544600000,10,12,9,11,100\n"
         "1709544660000.0,11,13,10,12,0\n1709544720000,12.5,14.25,11,13.5,300\n",
         1, 0},
        {"microseconds",
         "open_time,open,high,low,close,volume\n1709544600000000,10,12,9,11,100\n"
         "1709544660000000,11,13,10,12,0\n1709544720000000,12.5,14.25,11,13.5,300\n",
         1, 0},
        {"nanoseconds",
         "ts_event,open,high,low,close,volume\n1709544600000000000,10,12,9,11,100\n"
         "1709544660000000000,11,13,10,12,0\n"
         "1709544720000000000,12.5,14.25,11,13.5,300\n",
         1, 0},
        {"ISO with zone",
         "Datetime,Open,High,Low,Close,Volume\n2024-03-04T09:30:00Z,10,12,9,11,100"
         "\n2024-03-04 04:31:00-05:00,11,13,10,12,0\n"
         "2024-03-04T15:02:00+0530,12.5,14.25,11,13.5,300\n",
         1, 0},
        {"date and clock",
         "<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<TICKVOL>\n"
         "2024.03.04,09:30,10,12,9,11,100\n2024.03.04,09:31:00,11,13,10,12,0\n"
         "2024.03.04,09:32,12.5,14.25,11,13.5,300\n",
         1, 0},
        {"clock of six digits",
         "Date,Time,Open,High,Low,Close,Volume\n"
         "2024-03-04,093000,10,12,9,11,100\n2024-03-04,093100,11,13,10,12,0\n"
         "2024-03-04,093200,12.5,14.25,11,13.5,300\n",
         1, 0},
        {"stamp wins over epoch",
         "unix,date,open,high,low,close,Volume USDT\n"
         "1,2024-03-04 09:30:00,10,12,9,11,100\n2,2024-03-04 09:31:00,11,13,10,12,0\n"
         "3,2024-03-04 09:32:00,12.5,14.25,11,13.5,300\n",
         1, 0},
        {"comments and blank lines",
         "# made by hand\n\ndate,open,high,low,close,volume\n\n"
         "2024-03-04,10,12,9,11,100\n\n2024-03-05,11,13,10,12,0\n"
         "2024-03-06,12.5,14.25,11,13.5,300\n\n",
         0, 0},
    };
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    for (int64_t k = 0; k < COUNT(cases); k++) {
        wick_panel *p = NULL;
        const wick_status st = load_text(ctx, dir, "AAA.csv", cases[k].text, NULL, &p);
        if (st < 0) print_error("%s\n", cases[k].what);
        check_ok(ctx, st);
        is_the_table(p, "AAA", cases[k].intraday ? minute : day, cases[k].intraday ? 60000 : DAY,
                     !cases[k].no_volume);
        wick_panel_unref(p);
    }
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void stamp_is(wick_ctx *ctx, const char *dir, const char *rows, int i, const char *want)
{
    char text[1024];
    wick_panel *p = NULL;
    snprintf(text, sizeof text, "date,open,high,low,close\n%s", rows);
    check_ok(ctx, load_text(ctx, dir, "A.csv", text, NULL, &p));
    assert_int_equal(wick_bars_time(wick_panel_bars(p, 0))[i], at(want));
    wick_panel_unref(p);
}

static void dates_are_read_one_way_per_file(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    /* The 13 in the third row makes the whole file day first. */
    stamp_is(ctx, dir, "11/03/2024,1,1,1,1\n12/03/2024,1,1,1,1\n13/03/2024,1,1,1,1\n", 0,
             "2024-03-11");
    stamp_is(ctx, dir, "03/11/2024,1,1,1,1\n03/12/2024,1,1,1,1\n03/13/2024,1,1,1,1\n", 0,
             "2024-03-11");
    stamp_is(ctx, dir, "04.03.2024,1,1,1,1\n05.03.2024,1,1,1,1\n", 0, "2024-03-04");
    stamp_is(ctx, dir, "04 Mar 2024,1,1,1,1\n05 Mar 2024,1,1,1,1\n", 0, "2024-03-04");
    /* Day first is found late: everything before is read again. */
    wick_buf b = {0};
    wick_buf_add(&b, "date,open,high,low,close\n", -1);
    for (int i = 0; i < 60; i++) {
        const wick_civil c = wick_time_to_civil(at("2024-01-01") + i * 31 * DAY);
        wick_buf_addf(&b, "%02d/%02d/%04d,1,1,1,1\n", c.day, c.month, c.year);
    }
    wick_panel *p = NULL;
    check_ok(ctx, load_text(ctx, dir, "L.csv", b.data, NULL, &p));
    const wick_bars *bars = wick_panel_bars(p, 0);
    for (int i = 0; i < 60; i++) {
        assert_int_equal(wick_bars_time(bars)[i], at("2024-01-01") + i * 31 * DAY);
    }
    wick_panel_unref(p);
    wick_buf_free(&b);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

/* Daily bars carry their session date, whatever time of day a vendor writes. */
static void daily_stamps_become_dates(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    stamp_is(ctx, dir,
             "2024-03-07 14:30:00,1,1,1,1\n2024-03-08 14:30:00,1,1,1,1\n"
             "2024-03-11 13:30:00,1,1,1,1\n2024-03-12 13:30:00,1,1,1,1\n",
             2, "2024-03-11");
    stamp_is(ctx, dir,
             "2024-03-07 00:00:00-05:00,1,1,1,1\n2024-03-08 00:00:00-05:00,1,1,1,1\n"
             "2024-03-11 00:00:00-04:00,1,1,1,1\n",
             2, "2024-03-11");
    stamp_is(ctx, dir,
             "2024-03-07T00:00:00+09:00,1,1,1,1\n2024-03-08T00:00:00+09:00,1,1,1,1\n"
             "2024-03-11T00:00:00+09:00,1,1,1,1\n",
             0, "2024-03-07");
    /* Currency days open on the evening before: Sunday 22:00 is Monday's bar. */
    stamp_is(ctx, dir,
             "2024-03-03 22:00,1,1,1,1\n2024-03-04 22:00,1,1,1,1\n"
             "2024-03-05 22:00,1,1,1,1\n2024-03-06 22:00,1,1,1,1\n2024-03-07 22:00,1,1,1,1\n",
             0, "2024-03-04");
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void long_format_is_split(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *p = NULL;
    const char *text = "date,symbol,open,high,low,close,volume\n2024-03-04,BBB,2,2,2,2,20\n"
                       "2024-03-04,AAA,1,1,1,1,10\n2024-03-05,BBB,2,2,2,2,21\n"
                       "2024-03-06,AAA,1,1,1,1,12\n2024-03-06,BBB,2,2,2,2,22\n"
                       "2024-03-05,CCC,3,3,3,3,31\n";
    check_ok(ctx, load_text(ctx, dir, "all.csv", text, NULL, &p));
    assert_int_equal(wick_panel_count(p), 3);
    assert_int_equal(wick_panel_ticks(p), 3);
    assert_int_equal(wick_bars_count(wick_panel_bars(p, 0)), 2);
    assert_int_equal(wick_bars_count(wick_panel_bars(p, 1)), 3);
    check_same(wick_bars_field(wick_panel_bars(p, 1), WICK_VOLUME)[2], 22.0);
    wick_panel_unref(p);
    const char *const some[] = {"CCC", "AAA"};
    const wick_load_opts o = {.size = sizeof o, .symbols = some, .n_symbols = 2};
    check_ok(ctx, load_text(ctx, dir, "all.csv", text, &o, &p));
    assert_int_equal(wick_panel_count(p), 2);
    assert_int_equal(wick_panel_find(p, "BBB"), -1);
    wick_panel_unref(p);
    /* One symbol in the column: its name, not the file's. */
    check_ok(ctx,
             load_text(ctx, dir, "x.csv",
                       "Ticker,Open,High,Low,Close,Timestamp\nQQ,1,1,1,1,2024-03-04\n", NULL, &p));
    assert_string_equal(wick_bars_symbol(wick_panel_bars(p, 0)), "QQ");
    wick_panel_unref(p);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void numbers_are_exact(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_pcg g = wick_pcg_key(5, "test.csv", 0, 0);
    wick_buf b = {0};
    enum { N = 3000 };
    static double want[N];
    wick_buf_add(&b, "timestamp,open,high,low,close\n", -1);
    for (int i = 0; i < N; i++) {
        char text[64];
        want[i] = (1.0 + wick_pcg_uniform(&g)) * (i < 1000 ? 1e3 : i < 2000 ? 1e-3 : 1e8);
        const int digits = 1 + (int)wick_pcg_below(&g, 17);
        snprintf(text, sizeof text, "%.*g", digits, want[i]);
        want[i] = strtod(text, NULL);
        wick_buf_addf(&b, "%lld,%s,%s,%s,%s\n", 1700000000000 + i * 60000LL, text, text, text,
                      text);
    }
    wick_panel *p = NULL;
    check_ok(ctx, load_text(ctx, dir, "N.csv", b.data, NULL, &p));
    for (int i = 0; i < N; i++) {
        check_same(wick_bars_field(wick_panel_bars(p, 0), WICK_CLOSE)[i], want[i]);
    }
    wick_panel_unref(p);
    wick_buf_free(&b);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void hopeless_files_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *rule, *part;
    } cases[] = {
        {"A.csv", "", "empty_file", "the file is empty"},
        {"A.csv", "\n\n\n", "empty_file", "no line with text"},
        {"A.csv", "date,open,high,low,close,volume\n", "no_rows", "no row after it"},
        {"A.csv", "date,open,high,low,close,volume", "no_rows", "no row after it"},
        {"A.csv", "open,high,low,close\n1,1,1,1\n", "no_time_column", "found: open, high"},
        {"A.csv", "date,open,high,close\n2024-01-01,1,1,1\n", "no_price_column", "named low"},
        {"A.csv", "hello world\nthis is prose\n", "no_header", "neither a header"},
        {"A.csv", "1,2,3,4,5\n1,2,3,4,5\n", "no_time_column", "none of the 5 columns"},
        {"A.csv", "2024-01-01,10,12,11,9\n2024-01-02,10,12,11,9\n", "no_header", "order fits in 0"},
        {"A.csv", "[[1546300800000,1,2,3,0.5,7]]", "unsupported_format", "Bitfinex"},
        {"A.csv", "{\"a\": 1}", "unsupported_format", "JSON"},
        {"A.csv", "PAR1....", "unsupported_format", "Parquet"},
        {"A.csv", "PK\x03\x04....", "unsupported_format", "zip"},
        {"A.csv", "<!DOCTYPE html><html>", "unsupported_format", "HTML"},
        {"A.csv", "\x01\x02\x7f garbage \x03\n,,,\n", "binary", "not a text file"},
    };
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    for (int64_t k = 0; k < COUNT(cases); k++) {
        wick_panel *p = NULL;
        check_fails(ctx, load_text(ctx, dir, cases[k].name, cases[k].text, NULL, &p), WICK_E_DATA,
                    cases[k].rule);
        assert_null(p);
        assert_non_null(strstr(wick_ctx_error(ctx), "A.csv"));
        assert_non_null(strstr(wick_ctx_error(ctx), cases[k].part));
        /* Leaving rows out cannot cure them, and the message does not say so. */
        assert_null(strstr(wick_ctx_error(ctx), "drop-bad"));
        const wick_load_opts o = {.size = sizeof o, .drop_bad = true};
        check_fails(ctx, load_text(ctx, dir, cases[k].name, cases[k].text, &o, &p), WICK_E_DATA,
                    cases[k].rule);
    }
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

/* Colons are put between the digits of a clock: the longest one that still fits, and the next. */
static void clocks_of_any_length_are_refused(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    for (int digits = 7; digits < 80; digits++) {
        char text[256], clock[96];
        memset(clock, '7', (size_t)digits);
        clock[digits] = '\0';
        snprintf(text, sizeof text,
                 "<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<TICKVOL>\n"
                 "2024.03.04,09:30,1,1,1,1,1\n2024.03.04,%s,1,1,1,1,1\n",
                 clock);
        wick_panel *p = NULL;
        check_fails(ctx, load_text(ctx, dir, "A.csv", text, NULL, &p), WICK_E_DATA, "A.csv:3");
        assert_null(p);
    }
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void endless_lines_and_many_columns(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *p = NULL;
    const int64_t n = 3 << 20;
    char *big = malloc((size_t)n + 1);
    assert_non_null(big);
    memset(big, 'x', (size_t)n);
    test_write(test_path(dir, "B.csv"), big, n);
    const char *path[] = {test_path(dir, "B.csv")};
    check_fails(ctx, wick_load(ctx, path, 1, NULL, &p, NULL, NULL), WICK_E_DATA, "B.csv:");
    /* A good start, then a line without end. */
    memcpy(big, "date,open,high,low,close\n2024-01-01,1,1,1,1\n", 44);
    test_write(test_path(dir, "B.csv"), big, n);
    check_fails(ctx, wick_load(ctx, path, 1, NULL, &p, NULL, NULL), WICK_E_DATA, "line_too_long");
    assert_non_null(strstr(wick_ctx_error(ctx), "B.csv:3:"));
    memset(big, ',', (size_t)n);
    test_write(test_path(dir, "B.csv"), big, n);
    check_fails(ctx, wick_load(ctx, path, 1, NULL, &p, NULL, NULL), WICK_E_DATA, "B.csv:");
    free(big);
    /* A thousand columns, the last ones ours: past what is looked at, but no crash. */
    wick_buf b = {0};
    for (int i = 0; i < 1000; i++) wick_buf_addf(&b, "c%d,", i);
    wick_buf_add(&b, "date,open,high,low,close\n", -1);
    for (int i = 0; i < 1000; i++) wick_buf_add(&b, "1,", -1);
    wick_buf_add(&b, "2024-01-01,1,1,1,1\n", -1);
    check_fails(ctx, load_text(ctx, dir, "W.csv", b.data, NULL, &p), WICK_E_DATA, "no_time_column");
    wick_buf_free(&b);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void packed_files_are_read(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    static const char text[] = "date,open,high,low,close,volume\n2024-03-04,10,12,9,11,100\n"
                               "2024-03-05,11,13,10,12,0\n2024-03-06,12.5,14.25,11,13.5,300\n";
    static const char *const names[] = {"AAA.csv.gz", "AAA.csv.zst", "AAA_1d.txt", "AAA.tsv"};
    for (int k = 0; k < 4; k++) {
        const char *path = test_path(dir, names[k]);
        wick_panel *p = NULL;
        const wick_status wrote = wick_file_write(ctx, path, text, (int64_t)sizeof text - 1);
        if (wrote == WICK_E_UNSUPPORTED) continue;
        check_ok(ctx, wrote);
        check_ok(ctx, wick_load(ctx, &path, 1, NULL, &p, NULL, NULL));
        is_the_table(p, "AAA", at("2024-03-04"), DAY, true);
        wick_panel_unref(p);
    }
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    const char *path = arg;
    wick_panel *p = NULL;
    const wick_load_opts o = {.size = sizeof o, .drop_bad = true, .threads = 1};
    const wick_status st = wick_load(ctx, &path, 1, &o, &p, NULL, NULL);
    wick_panel_unref(p);
    return st;
}

static void survives_want_of_memory(void **state)
{
    (void)state;
    char *dir = test_dir_new();
    test_write(test_path(dir, "m.csv"),
               "date,symbol,open,high,low,close,volume\n2024-03-04,BBB,2,2,2,2,20\n"
               "2024-03-04,AAA,1,1,1,1,10\n2024-03-05 00:00:00+01:00,BBB,2,1,2,2,21\n"
               "2024-03-06,AAA,1,1,1,1,12\n",
               -1);
    char *path = malloc(512);
    assert_non_null(path);
    snprintf(path, 512, "%s", test_path(dir, "m.csv"));
    assert_true(alloc_walk(walk, path) > 20);
    free(path);
    test_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialects_are_recognised),
        cmocka_unit_test(dates_are_read_one_way_per_file),
        cmocka_unit_test(daily_stamps_become_dates),
        cmocka_unit_test(long_format_is_split),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(hopeless_files_are_named),
        cmocka_unit_test(clocks_of_any_length_are_refused),
        cmocka_unit_test(endless_lines_and_many_columns),
        cmocka_unit_test(packed_files_are_read),
        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
