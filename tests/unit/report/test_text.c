/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "support/check.h"
#include "report/report_int.h"

static void readable(void **state)
{
    (void)state;
    static const struct {
        wick_metric_unit unit;
        double v;
        const char *want;
    } cases[] = {{WICK_M_CASH, 0.0, "0.00"},
                 {WICK_M_CASH, -0.0, "0.00"},
                 {WICK_M_CASH, 999.995, "1,000.00"},
                 {WICK_M_CASH, -1234567.5, "-1,234,567.50"},
                 {WICK_M_CASH, 123456.0, "123,456.00"},
                 {WICK_M_CASH, 0.0012, "0.0012"},
                 {WICK_M_CASH, -1e-9, "-1e-09"},
                 {WICK_M_CASH, 1e18, "1e+18"},
                 {WICK_M_PERCENT, -12.345, "-12.35 %"},
                 {WICK_M_PERCENT, 0.0, "0.00 %"},
                 {WICK_M_RATIO, 1.23456789, "1.2346"},
                 {WICK_M_RATIO, HUGE_VAL, "inf"},
                 {WICK_M_RATIO, -HUGE_VAL, "-inf"},
                 {WICK_M_RATIO, WICK_NA, "-"},
                 {WICK_M_COUNT, 1234.0, "1,234"},
                 {WICK_M_BARS, 12.0, "12"},
                 {WICK_M_BARS, 12.5, "12.50"},
                 {WICK_M_DAYS, 1000.25, "1,000.25"},
                 {WICK_M_TIME, 86400000.0, "1970-01-02"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        wk_pretty(text, cases[i].unit, cases[i].v, true);
        assert_string_equal(text, cases[i].want);
    }
}

static void tables(void **state)
{
    (void)state;
    static const char *const header[] = {"name", "n", "note"};
    static const bool right[] = {false, true, false};
    /* u-umlaut is one column wide though two bytes long; blanks never end a line. */
    static const char *const cells[] = {"a", "12",         "x", "l\xc3\xbcng", "3",
                                        "",  "longer one", "",  NULL};
    wick_buf b = {0};
    wick_text_table(&b, 3, header, right, cells, 3);
    assert_string_equal(b.data, "name         n  note\n"
                                "----------  --  ----\n"
                                "a           12  x\n"
                                "l\xc3\xbcng         3\n"
                                "longer one\n");
    wick_buf_free(&b);
    wick_text_table(&b, 3, NULL, NULL, cells, 1);
    assert_string_equal(b.data, "a  12  x\n");
    wick_buf_free(&b);
    wick_text_table(&b, 0, header, right, cells, 3);
    assert_int_equal(b.len, 0);
}

/* A field longer than the line's own storage, and more fields than it holds at once. */
static void long_lines(void **state)
{
    (void)state;
    char name[2000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    wick_buf b = {0};
    wk_line l = {.out = &b};
    wk_memo memo = {.len = 0};
    wk_line_text(&l, name);
    for (int i = 0; i < 100; i++) wk_line_number(&l, 1234567.890123);
    wk_line_memo(&l, &memo, WICK_NA);
    wk_line_memo(&l, &memo, 0.5);
    wk_line_memo(&l, &memo, 0.5);
    wk_line_memo(&l, &memo, -0.0);
    wk_line_end(&l);
    assert_int_equal(b.len, 1999 + 100 * 15 + 1 + 4 + 4 + 2 + 1);
    assert_string_equal(b.data + b.len - 12, ",,0.5,0.5,0\n");
    wick_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(readable), cmocka_unit_test(tables),
                                       cmocka_unit_test(long_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
