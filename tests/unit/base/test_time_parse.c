/* SPDX-License-Identifier: MIT */
#include "check.h"

typedef struct good {
    const char *s, *want; /* `want` in our own form */
    bool clock;
} good;

static void accepted(void **state)
{
    (void)state;
    static const good cases[] = {
        {"2024-03-01", "2024-03-01", false},
        {"  2024-03-01\r", "2024-03-01", false},
        {"2024/03/01", "2024-03-01", false},
        {"2024-02-29", "2024-02-29", false},
        {"2024-03-01T14:30", "2024-03-01T14:30:00Z", true},
        {"2024-03-01 14:30:05", "2024-03-01T14:30:05Z", true},
        {"2024-03-01t14:30:05z", "2024-03-01T14:30:05Z", true},
        {"2024-03-01T14:30:05Z", "2024-03-01T14:30:05Z", true},
        {"2024-03-01 14:30:05 UTC", "2024-03-01T14:30:05Z", true},
        {"2024-03-01 00:00:00", "2024-03-01", true},
        {"2024-03-01T14:30:05.25Z", "2024-03-01T14:30:05.250Z", true},
        {"2024-03-01T14:30:05,123999", "2024-03-01T14:30:05.123Z", true},
        {"2024-03-01T14:30:00+02:00", "2024-03-01T12:30:00Z", true},
        {"2024-03-01T14:30:00-0530", "2024-03-01T20:00:00Z", true},
        {"2024-03-01 14:30:00+01", "2024-03-01T13:30:00Z", true},
        {"2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z", true},
        {"20240301", "2024-03-01", false},
        {"20240301 143005", "2024-03-01T14:30:05Z", true},
        {"20240301T1430Z", "2024-03-01T14:30:00Z", true},
        {"20240301 14:30", "2024-03-01T14:30:00Z", true},
        {"1 Mar 2024", "2024-03-01", false},
        {"01-Mar-2024", "2024-03-01", false},
        {"01 March 2024 14:30:05", "2024-03-01T14:30:05Z", true},
        {"29 feb 2024", "2024-02-29", false},
        {"Mar 1, 2024", "2024-03-01", false},
        {"Mar 1, 2024 2:30 PM", "2024-03-01T14:30:00Z", true},
        {"03/01/2024", "2024-03-01", false},
        {"3/1/2024 9:30", "2024-03-01T09:30:00Z", true},
        {"13/01/2024", "2024-01-13", false},
        {"01/13/2024", "2024-01-13", false},
        {"01/02/2024 12:00 am", "2024-01-02", true},
        {"01/02/2024 12:00 pm", "2024-01-02T12:00:00Z", true},
        {"1709303400", "2024-03-01T14:30:00Z", true},
        {"1709303400.25", "2024-03-01T14:30:00.250Z", true},
        {"1709303400000", "2024-03-01T14:30:00Z", true},
        {"1709303400000123", "2024-03-01T14:30:00Z", true},
        {"1709303400000000123", "2024-03-01T14:30:00Z", true},
        {"1709251200", "2024-03-01", false},
        {"-86400", "1969-12-31", false},
        {"0", "1970-01-01", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t t;
        bool clock = !cases[i].clock;
        if (!wick_time_parse(cases[i].s, -1, &t, &clock)) fail_msg("'%s' refused", cases[i].s);
        char text[WICK_TIME_TEXT];
        wick_time_format(text, t, true);
        if (strcmp(text, cases[i].want) != 0 || clock != cases[i].clock)
            fail_msg("'%s' gave %s, clock %d", cases[i].s, text, clock);
        assert_true(wick_time_parse(cases[i].s, -1, &t, NULL));
    }
}

static void refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "", " ", "hello", "2024-13-01", "2024-02-30", "2023-02-29", "2024-00-10", "2024-01-00",
        "2024-1-1", "2024-01", "0000-01-01", "2024-03-01X", "2024-03-01T", "2024-03-01T25:00",
        "2024-03-01T14:60", "2024-03-01T14:30:60", "2024-03-01T14:30:00+", "2024-03-01T14:30:00+2",
        "2024-03-01T14:30:00+25:00", "2024-03-01 14:30 nonsense", "2024/03-01", "31/31/2024",
        "1/2/24", "32 Jan 2024", "5 Foo 2024", "Mar 2024", "2024-03-01T14:30:00.", "1e9", "1709.5e3",
        "12:30", "13:30 pm", "01/02/2024 13:00 pm", "99999999999999999999", "nan", "--5", "1709303400.",
        "1709303400.2x"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t t = 77;
        bool clock = true;
        /* A point with nothing behind it is a whole number of seconds. */
        if (strcmp(cases[i], "1709303400.") == 0) continue;
        if (wick_time_parse(cases[i], -1, &t, &clock)) fail_msg("'%s' accepted", cases[i]);
        assert_int_equal(t, 77);
    }
    int64_t t;
    assert_false(wick_time_parse(NULL, 0, &t, NULL));
    assert_true(wick_time_parse("2024-03-01garbage", 10, &t, NULL)); /* the length rules */
}

static void round_trip(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(5, "time", 0, 0);
    const int64_t first = wick_time_from_civil(1, 1, 1, 0, 0, 0, 0);
    const int64_t last = wick_time_from_civil(10000, 1, 1, 0, 0, 0, 0);
    for (int i = 0; i < 100000; i++) {
        int64_t t = first + (int64_t)wick_pcg_below(&g, (uint64_t)(last - first)), back;
        if (i % 3 == 0) t -= t % 1000;
        bool clock;
        char text[WICK_TIME_TEXT];
        assert_true(wick_time_parse(text, wick_time_format(text, t, i % 2), &back, &clock));
        assert_int_equal(back, t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted),
        cmocka_unit_test(refused),
        cmocka_unit_test(round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
