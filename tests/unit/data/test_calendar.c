/* SPDX-License-Identifier: MIT */
/* Timeframes and sessions. */
#include "data_test.h"

static void timeframes_read_and_write(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
        const char *canonical;
    } cases[] = {
        {"1m", 60000, "1m"},     {"15", 900000, "15m"},   {"60", 3600000, "1h"},
        {"240", 14400000, "4h"}, {"1h", 3600000, "1h"},   {"4H", 14400000, "4h"},
        {"D", DAY, "1d"},        {"1D", DAY, "1d"},       {"1d", DAY, "1d"},
        {"W", 7 * DAY, "1w"},    {"2w", 14 * DAY, "2w"},  {"M", -1, "1mo"},
        {"3M", -3, "3mo"},       {"1mo", -1, "1mo"},      {"12M", -12, "12mo"},
        {"30S", 30000, "30s"},   {"90m", 5400000, "90m"}, {"1440", DAY, "1d"},
        {"250ms", 250, "250ms"},
    };
    for (int64_t k = 0; k < COUNT(cases); k++) {
        int64_t ms = 0;
        char text[16];
        assert_true(wick_timeframe_parse(cases[k].text, &ms));
        assert_int_equal(ms, cases[k].ms);
        assert_int_equal(wick_timeframe_format(text, ms), (int)strlen(cases[k].canonical));
        assert_string_equal(text, cases[k].canonical);
        assert_true(wick_timeframe_parse(text, &ms));
        assert_int_equal(ms, cases[k].ms);
    }
    static const char *const wrong[] = {"",    "0", "x", "1x", "-5", "1 m", "m1", "99999999999m",
                                        "1.5h"};
    for (int64_t k = 0; k < COUNT(wrong); k++) {
        int64_t ms = 77;
        assert_false(wick_timeframe_parse(wrong[k], &ms));
        assert_int_equal(ms, 77);
    }
    int64_t ms;
    assert_false(wick_timeframe_parse(NULL, &ms));
}

static bool has(wick_ctx *ctx, const char *session, const char *zone, const char *when)
{
    wick_session *s = NULL;
    check_ok(ctx, wick_session_parse(ctx, session, zone, &s));
    const bool in = wick_session_has(s, at(when));
    wick_session_free(s);
    return in;
}

/* pine_semantics.md 12: start included, end not, bar opens count, wall clock of the zone. */
static void sessions_follow_pine(void **state)
{
    (void)state;
    static const struct {
        const char *session, *zone, *when;
        bool in;
    } cases[] = {
        {"24x7", NULL, "2024-03-09T03:00Z", true},
        {"", "America/New_York", "2024-03-09T03:00Z", true},
        {"0930-1600", NULL, "2024-03-04T09:30Z", true},
        {"0930-1600", NULL, "2024-03-04T09:29Z", false},
        {"0930-1600", NULL, "2024-03-04T15:59:59Z", true},
        {"0930-1600", NULL, "2024-03-04T16:00Z", false},
        {"0930-1600", NULL, "2024-03-09T10:00Z", true}, /* all days by default */
        {"0930-1600:23456", NULL, "2024-03-09T10:00Z", false},
        {"0930-1600:7", NULL, "2024-03-09T10:00Z", true}, /* 1 is Sunday */
        {"0930-1130,1300-1500", NULL, "2024-03-04T12:00Z", false},
        {"0930-1130,1300-1500", NULL, "2024-03-04T13:00Z", true},
        {"0000-2400", NULL, "2024-03-04T23:59Z", true},
        {"0900-0900", NULL, "2024-03-04T08:59Z", true},   /* equal ends: a whole day */
        {"0900-0900:2", NULL, "2024-03-04T08:59Z", true}, /* Sunday's run ends on Monday (2) */
        {"0900-0900:2", NULL, "2024-03-04T09:00Z", false},
        {"2200-0200", NULL, "2024-03-04T23:00Z", true},
        {"2200-0200", NULL, "2024-03-05T01:59Z", true},
        {"2200-0200", NULL, "2024-03-05T02:00Z", false},
        {"2200-2600", NULL, "2024-03-05T01:59Z", true}, /* an end past 24 hours wraps */
        {"2500-0200", NULL, "2024-03-05T01:30Z", true}, /* a start loses its day */
        /* The mask names the weekday of the run's last minute: Sunday evening to Friday night. */
        {"1700-0200:23456", NULL, "2024-03-03T17:00Z", true},
        {"1700-0200:23456", NULL, "2024-03-08T01:00Z", true},
        {"1700-0200:23456", NULL, "2024-03-08T17:00Z", false},
        {"1700-0200:23456", NULL, "2024-03-03T01:00Z", false},
        /* New York, before and after clocks change on 2024-03-10. */
        {"0930-1600:23456", "America/New_York", "2024-03-08T14:30Z", true},
        {"0930-1600:23456", "America/New_York", "2024-03-08T13:30Z", false},
        {"0930-1600:23456", "America/New_York", "2024-03-11T13:30Z", true},
        {"0930-1600:23456", "America/New_York", "2024-03-11T20:00Z", false},
        {"0930-1600:23456", "America/New_York", "2024-03-08T20:59Z", true},
    };
    wick_ctx *ctx = wick_ctx_new();
    for (int64_t k = 0; k < COUNT(cases); k++) {
        const bool in = has(ctx, cases[k].session, cases[k].zone, cases[k].when);
        if (in != cases[k].in) print_error("%s at %s\n", cases[k].session, cases[k].when);
        assert_true(in == cases[k].in);
    }
    static const char *const wrong[] = {"0930",         "0930-16",    "9:30-16:00",
                                        "0930-1660",    "0930-1600:", "0930-1600:8",
                                        "0930-1600;23", "0930-1600,", "9999-0000"};
    wick_session *s = NULL;
    for (int64_t k = 0; k < COUNT(wrong); k++) {
        check_fails(ctx, wick_session_parse(ctx, wrong[k], NULL, &s), WICK_E_ARG, "is no session");
        assert_null(s);
    }
    assert_true(wick_session_parse(ctx, "0930-1600", "Amerika/New_York", &s) < 0);
    wick_session_free(NULL);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    (void)arg;
    wick_session *s = NULL;
    const wick_status st = wick_session_parse(ctx, "0930-1600:23456", "UTC", &s);
    wick_session_free(s);
    return st;
}

static void survives_want_of_memory(void **state)
{
    (void)state;
    assert_true(alloc_walk(walk, NULL) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timeframes_read_and_write),
        cmocka_unit_test(sessions_follow_pine),
        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
