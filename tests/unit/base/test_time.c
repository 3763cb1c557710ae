/* SPDX-License-Identifier: MIT */
#include "check.h"

/* Every day from year 1 to 9999 by counting, the plain way. */
static void every_day(void **state)
{
    (void)state;
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t t = wick_time_from_civil(1, 1, 1, 0, 0, 0, 0);
    assert_int_equal(t, -719162 * WICK_MS_DAY);
    int weekday = 2; /* 0001-01-01 was a Monday */
    for (int y = 1; y <= 9999; y++) {
        const bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
        int yearday = 1;
        for (int m = 1; m <= 12; m++) {
            const int days = length[m - 1] + (m == 2 && leap);
            for (int d = 1; d <= days; d++) {
                const wick_civil c = wick_time_to_civil(t + 12345678);
                if (c.year != y || c.month != m || c.day != d || c.weekday != weekday ||
                    c.yearday != yearday || c.hour != 3 || c.minute != 25 || c.second != 45 ||
                    c.ms != 678 || wick_time_from_civil(y, m, d, 0, 0, 0, 0) != t)
                    fail_msg("%d-%d-%d came out as %d-%d-%d, weekday %d, day %d", y, m, d, c.year,
                             c.month, c.day, c.weekday, c.yearday);
                t += WICK_MS_DAY;
                weekday = weekday % 7 + 1;
                yearday++;
            }
        }
    }
}

static void known_days(void **state)
{
    (void)state;
    assert_int_equal(wick_time_from_civil(1970, 1, 1, 0, 0, 0, 0), 0);
    assert_int_equal(wick_time_from_civil(2024, 3, 1, 14, 30, 0, 0), INT64_C(1709303400000));
    const wick_civil c = wick_time_to_civil(-1);
    assert_int_equal(c.year, 1969);
    assert_int_equal(c.month, 12);
    assert_int_equal(c.day, 31);
    assert_int_equal(c.hour, 23);
    assert_int_equal(c.ms, 999);
    assert_int_equal(c.weekday, 4); /* a Wednesday */
    assert_int_equal(c.yearday, 365);
}

static void rolls_over(void **state)
{
    (void)state;
    const int64_t t = wick_time_from_civil(2024, 3, 1, 0, 0, 0, 0);
    assert_int_equal(wick_time_from_civil(2024, 2, 30, 0, 0, 0, 0), t);
    assert_int_equal(wick_time_from_civil(2023, 15, 1, 0, 0, 0, 0), t);
    assert_int_equal(wick_time_from_civil(2025, -9, 1, 0, 0, 0, 0), t);
    assert_int_equal(wick_time_from_civil(2024, 4, 0, -30 * 24, 0, 0, 0), t);
    assert_int_equal(wick_time_from_civil(2024, 2, 29, 23, 59, 59, 1000), t);
    assert_int_equal(wick_time_from_civil(2024, 3, 1, 0, 60, -3600, 0), t);
}

static void far_away(void **state)
{
    (void)state;
    assert_int_equal(wick_time_from_civil(INT32_MAX, 1, 1, 0, 0, 0, 0), WICK_NO_TIME);
    assert_int_equal(wick_time_from_civil(INT32_MIN, INT32_MIN, INT32_MIN, 0, 0, 0, 0), WICK_NO_TIME);
    const int64_t t = wick_time_from_civil(290000000, 6, 15, INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX);
    assert_true(t > INT64_C(9151000000000000000));
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_C(-9200000000000000000)};
    for (size_t i = 0; i < 4; i++) {
        const wick_civil c = wick_time_to_civil(ends[i]);
        assert_in_range(c.month, 1, 12);
        assert_in_range(c.weekday, 1, 7);
        assert_in_range(c.ms, 0, 999);
    }
}

static void formats(void **state)
{
    (void)state;
    char s[WICK_TIME_TEXT];
    const int64_t day = wick_time_from_civil(2024, 3, 1, 0, 0, 0, 0);
    assert_int_equal(wick_time_format(s, day, true), 10);
    assert_string_equal(s, "2024-03-01");
    wick_time_format(s, day, false);
    assert_string_equal(s, "2024-03-01T00:00:00Z");
    wick_time_format(s, day + 52200000, true);
    assert_string_equal(s, "2024-03-01T14:30:00Z");
    wick_time_format(s, day + 7, true);
    assert_string_equal(s, "2024-03-01T00:00:00.007Z");
    assert_int_equal(wick_time_format(s, WICK_NO_TIME, true), 0);
    assert_string_equal(s, "");
    int length = wick_time_format(s, INT64_MAX, false);
    assert_int_equal(length, strlen(s));
    assert_string_equal(s, "292278994-08-17T07:12:55.807Z");
    length = wick_time_format(s, INT64_MIN + 1, false);
    assert_int_equal(length, strlen(s));
    assert_string_equal(s, "-292275055-05-16T16:47:04.193Z");
    wick_time_format(s, wick_time_from_civil(12, 1, 2, 0, 0, 0, 0), true);
    assert_string_equal(s, "0012-01-02");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day),
        cmocka_unit_test(known_days),
        cmocka_unit_test(rolls_over),
        cmocka_unit_test(far_away),
        cmocka_unit_test(formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
