/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <stdlib.h>

#include "check.h"

static double from_bits(const char *hex)
{
    const uint64_t u = strtoull(hex, NULL, 16);
    double v;
    memcpy(&v, &u, sizeof v);
    return v;
}

/* bits,text,places,decimal,binary; see tests/golden/base/SOURCE. */
static void golden(void **state)
{
    (void)state;
    int64_t n = 0;
    char *text = test_read(test_source("tests/golden/base/numbers.csv"), &n);
    assert_non_null(text);
    int rows = 0;
    char *line = strchr(text, '\n') + 1;
    for (char *next; *line; line = next, rows++) {
        next = strchr(line, '\n');
        *next++ = '\0';
        char *cell[5] = {line};
        for (int i = 1; i < 5; i++) {
            cell[i] = strchr(cell[i - 1], ',');
            *cell[i]++ = '\0';
        }
        const double v = from_bits(cell[0]);
        const int places = atoi(cell[2]);
        char got[WICK_DOUBLE_TEXT];
        const int length = wick_format_double(got, v);
        assert_int_equal(length, strlen(cell[1]));
        assert_string_equal(got, cell[1]);
        double back;
        assert_true(wick_parse_double(cell[1], -1, &back));
        check_same(back, v);
        check_same(wick_round_decimal(v, places), from_bits(cell[3]));
        check_same(wick_round_printf(v, places), from_bits(cell[4]));
    }
    assert_true(rows > 300);
    free(text);
}

static void format_edges(void **state)
{
    (void)state;
    const struct {
        double v;
        const char *want;
    } cases[] = {{0.0, "0"},
                 {-0.0, "-0"},
                 {1.0, "1"},
                 {-1.0, "-1"},
                 {100000.0, "100000"},
                 {0.1, "0.1"},
                 {1e-7, "1e-07"},
                 {1.5e20, "1.5e+20"},
                 {1e100, "1e+100"},
                 {123.456, "123.456"},
                 {0.0001, "0.0001"},
                 {9999999999999998.0, "9999999999999998"},
                 {1e16, "1e+16"},
                 {-1.7976931348623157e308, "-1.7976931348623157e+308"},
                 {5e-324, "5e-324"},
                 {(double)INFINITY, "inf"},
                 {-(double)INFINITY, "-inf"},
                 {WICK_NA, "nan"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char got[WICK_DOUBLE_TEXT];
        const int n = wick_format_double(got, cases[i].v);
        assert_string_equal(got, cases[i].want);
        assert_int_equal(n, strlen(got));
    }
}

/* Any double reads back to the same bits, from its own text and from printf's. */
static void round_trip(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(7, "num", 0, 0);
    for (int i = 0; i < 200000; i++) {
        const uint64_t u = wick_pcg_u64(&g);
        double v, back;
        memcpy(&v, &u, sizeof v);
        if (i % 3 == 0) v = (double)(int64_t)(u >> 24) / 1e4;
        if (i % 3 == 1) v = wick_pcg_normal(&g) * 100.0;
        if (!isfinite(v)) continue;
        char text[400];
        int n = wick_format_double(text, v);
        assert_true(n < WICK_DOUBLE_TEXT);
        assert_true(wick_parse_double(text, n, &back));
        check_same(back, v);
        /* No shorter text of printf's reads back. */
        for (int places = 0; places < 17; places++) {
            char other[40];
            snprintf(other, sizeof other, "%.*e", places, v);
            if (!(strtod(other, NULL) == v)) continue;
            int mine = 0, theirs = places + 1;
            for (const char *p = text; *p && *p != 'e'; p++) mine += *p >= '0' && *p <= '9';
            /* zeros that only place the point do not count */
            if (fabs(v) >= 1.0 && !strchr(text, 'e') && !strchr(text, '.'))
                for (int k = n - 1; k > 0 && text[k] == '0'; k--) mine--;
            if (fabs(v) < 1.0 && !strchr(text, 'e'))
                for (const char *p = text + (v < 0.0); *p == '0' || *p == '.'; p++)
                    mine -= *p == '0';
            assert_true(mine <= theirs);
            break;
        }
        n = snprintf(text, sizeof text, "%.*f", (int)(u % 40), v);
        assert_true(wick_parse_double(text, n, &back));
        check_same(back, strtod(text, NULL));
    }
}

static void parse_forms(void **state)
{
    (void)state;
    const struct {
        const char *s;
        double want;
    } good[] = {{"1", 1.0},
                {"+1.5", 1.5},
                {" 2.5 ", 2.5},
                {"\t3\r", 3.0},
                {".5", 0.5},
                {"5.", 5.0},
                {"1e3", 1000.0},
                {"1E-3", 0.001},
                {"1e+3", 1000.0},
                {"0", 0.0},
                {"-0", -0.0},
                {"00012.50", 12.5},
                {"9007199254740993", 9007199254740992.0},
                {"9007199254740993.0000000001", 9007199254740994.0},
                {"179769313486231570000000000000000000000e270", 1.7976931348623157e308},
                {"1e400", (double)INFINITY},
                {"1e-400", 0.0},
                {"1e99999999999999999999", (double)INFINITY},
                {"inf", (double)INFINITY},
                {"-Infinity", -(double)INFINITY},
                {"NaN", WICK_NA},
                {"127.40503692626953", 127.40503692626953},
                {"0.00000000000000000000000000000000000000000000000000000000000000001", 1e-65},
                /* halfway between two doubles, and a digit beyond */
                {"1.00000000000000011102230246251565404236316680908203125", 1.0},
                {"1.00000000000000011102230246251565404236316680908203126", 1.0000000000000002}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double v;
        assert_true(wick_parse_double(good[i].s, -1, &v));
        check_same(v, good[i].want);
    }
    static const char *const bad[] = {"",   " ",    "-",   "+",   ".",    "e5",   "1e",     "1e+",
                                      "1x", "1 2",  "1,5", "0x10", "1..2", "--1", "nanx", "infinit",
                                      "n/a", "null", "1e5.0", "1_000"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double v = 42.0;
        assert_false(wick_parse_double(bad[i], -1, &v));
        check_same(v, 42.0);
    }
    double v;
    assert_true(wick_parse_double("12345", 3, &v)); /* the length rules, not a NUL */
    check_same(v, 123.0);
    assert_false(wick_parse_double(NULL, 0, &v));
    char nul[3] = {'1', '\0', '2'};
    assert_false(wick_parse_double(nul, 3, &v));
}

static void long_digits(void **state)
{
    (void)state;
    char text[3000];
    memset(text, '3', sizeof text);
    memcpy(text, "0.", 2);
    double v;
    assert_true(wick_parse_double(text, sizeof text, &v));
    check_same(v, 0.3333333333333333);
    memset(text, '0', sizeof text);
    text[2999] = '7';
    assert_true(wick_parse_double(text, sizeof text, &v));
    check_same(v, 7.0);
}

static void integers(void **state)
{
    (void)state;
    int64_t v = 5;
    assert_true(wick_parse_int("9223372036854775807", -1, &v) && v == INT64_MAX);
    assert_true(wick_parse_int("-9223372036854775808", -1, &v) && v == INT64_MIN);
    assert_true(wick_parse_int(" +12 ", -1, &v) && v == 12);
    v = 5;
    static const char *const bad[] = {"", "-", "9223372036854775808", "-9223372036854775809", "1.0",
                                      "1e3", "abc", "1 2", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(wick_parse_int(bad[i], -1, &v));
    assert_int_equal(v, 5);
}

/* A program that switched its locale to a comma changes nothing here. */
static void locale_free(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    int switched = 0;
    for (int i = 0; i < 4 && !switched; i++) switched = setlocale(LC_NUMERIC, names[i]) != NULL;
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, 127.40503692626953);
    assert_string_equal(text, "127.40503692626953");
    double v;
    assert_true(wick_parse_double("127.4050369262695312345678", -1, &v));
    check_same(v, 127.40503692626953);
    setlocale(LC_NUMERIC, "C");
    if (!switched) print_message("skip: no locale with a decimal comma is installed\n");
}

static void neumaier(void **state)
{
    (void)state;
    wick_sum k = {0};
    wick_sum_add(&k, 1.0);
    wick_sum_add(&k, 1e100);
    wick_sum_add(&k, 1.0);
    wick_sum_add(&k, -1e100);
    check_same(wick_sum_get(&k), 2.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden),      cmocka_unit_test(format_edges),
        cmocka_unit_test(round_trip),  cmocka_unit_test(parse_forms),
        cmocka_unit_test(long_digits), cmocka_unit_test(integers),
        cmocka_unit_test(locale_free), cmocka_unit_test(neumaier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
