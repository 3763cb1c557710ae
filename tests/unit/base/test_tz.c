/* SPDX-License-Identifier: MIT */
#include "alloc_walk.h"

static int64_t at(const char *text)
{
    int64_t t = 0;
    if (!wick_time_parse(text, -1, &t, NULL)) fail_msg("bad stamp %s", text);
    return t;
}

static wick_tz *load(const char *name)
{
    wick_ctx *ctx = wick_ctx_new();
    wick_tz *tz = NULL;
    check_ok(ctx, wick_tz_load(ctx, name, &tz));
    wick_ctx_free(ctx);
    return tz;
}

typedef struct shift {
    const char *zone, *utc;
    int before, after; /* minutes east one millisecond before and at `utc` */
} shift;

/* Published changes, and years after the last listed one, where the rule of the footer holds. */
static void known_changes(void **state)
{
    (void)state;
    static const shift cases[] = {
        {"America/New_York", "2024-03-10T07:00:00Z", -300, -240},
        {"America/New_York", "2024-11-03T06:00:00Z", -240, -300},
        {"America/New_York", "2007-03-11T07:00:00Z", -300, -240},
        {"America/New_York", "2006-04-02T07:00:00Z", -300, -240},
        {"America/New_York", "2040-03-11T07:00:00Z", -300, -240},
        {"America/New_York", "2099-11-01T06:00:00Z", -240, -300},
        {"Europe/London", "2024-03-31T01:00:00Z", 0, 60},
        {"Europe/London", "2050-10-30T01:00:00Z", 60, 0},
        {"Europe/London", "1971-10-31T02:00:00Z", 60, 0},
        {"Europe/Berlin", "2024-10-27T01:00:00Z", 120, 60},
        {"Europe/Dublin", "2024-10-27T01:00:00Z", 60, 0},
        {"Europe/Dublin", "2060-03-28T01:00:00Z", 0, 60},
        {"Australia/Sydney", "2024-04-06T16:00:00Z", 660, 600},
        {"Australia/Sydney", "2045-09-30T16:00:00Z", 600, 660},
        {"Australia/Lord_Howe", "2024-04-06T15:00:00Z", 660, 630},
        {"Pacific/Apia", "2011-12-30T10:00:00Z", -600, 840},
        {"Asia/Kolkata", "2024-06-01T00:00:00Z", 330, 330},
        {"Asia/Tokyo", "2080-06-01T00:00:00Z", 540, 540},
        {"Asia/Kathmandu", "2024-06-01T00:00:00Z", 345, 345},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wick_tz *tz = load(cases[i].zone);
        const int64_t t = at(cases[i].utc);
        const int before = (int)(wick_tz_offset(tz, t - 1) / 60000);
        const int after = (int)(wick_tz_offset(tz, t) / 60000);
        if (before != cases[i].before || after != cases[i].after)
            fail_msg("%s %s: %d -> %d", cases[i].zone, cases[i].utc, before, after);
        wick_tz_unref(tz);
    }
}

static void wall_clock(void **state)
{
    (void)state;
    wick_tz *ny = load("America/New_York");
    assert_int_equal(wick_tz_to_utc(ny, at("2024-01-02T09:30")), at("2024-01-02T14:30"));
    assert_int_equal(wick_tz_to_utc(ny, at("2024-07-02T09:30")), at("2024-07-02T13:30"));
    /* 02:30 does not exist: forward by the gap to 03:30 EDT. */
    assert_int_equal(wick_tz_to_utc(ny, at("2024-03-10T02:30")), at("2024-03-10T07:30"));
    assert_int_equal(wick_tz_to_utc(ny, at("2024-03-10T01:59:59")), at("2024-03-10T06:59:59"));
    assert_int_equal(wick_tz_to_utc(ny, at("2024-03-10T03:00")), at("2024-03-10T07:00"));
    /* 01:30 happens twice: the first. */
    assert_int_equal(wick_tz_to_utc(ny, at("2024-11-03T01:30")), at("2024-11-03T05:30"));
    assert_int_equal(wick_tz_to_utc(ny, at("2024-11-03T00:59")), at("2024-11-03T04:59"));
    assert_int_equal(wick_tz_to_utc(ny, at("2024-11-03T02:00")), at("2024-11-03T07:00"));
    wick_tz_unref(ny);
    wick_tz *apia = load("Pacific/Apia"); /* 30 December 2011 was left out */
    assert_int_equal(wick_tz_to_utc(apia, at("2011-12-30T12:00")), at("2011-12-30T22:00"));
    assert_int_equal(wick_tz_to_utc(apia, at("2011-12-29T12:00")), at("2011-12-29T22:00"));
    assert_int_equal(wick_tz_to_utc(apia, at("2011-12-31T12:00")), at("2011-12-30T22:00"));
    wick_tz_unref(apia);
}

/* to_utc undoes offset at every hour of eighty years, except for the second of two equal walls. */
static void inverse(void **state)
{
    (void)state;
    static const char *const zones[] = {"America/New_York", "Europe/London", "Australia/Lord_Howe",
                                        "Asia/Kolkata", "America/St_Johns", "UTC+5"};
    for (size_t z = 0; z < 6; z++) {
        wick_tz *tz = load(zones[z]);
        int twice = 0;
        for (int64_t t = at("1975-01-01"); t < at("2055-01-01"); t += 3600000) {
            const int64_t back = wick_tz_to_utc(tz, t + wick_tz_offset(tz, t));
            if (back == t) continue;
            twice++;
            assert_true(back < t);
            assert_int_equal(back + wick_tz_offset(tz, back), t + wick_tz_offset(tz, t));
        }
        assert_true(twice <= 200); /* two hours a year at most */
        wick_tz_unref(tz);
    }
}

static void fixed(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int minutes;
    } cases[] = {{"UTC", 0},         {"Etc/UTC", 0},     {"GMT", 0},    {"Z", 0}, {"UTC+2", 120},
                 {"UTC-03:30", -210}, {"GMT+05:45", 345}, {"GMT-10", -600}, {"UTC+14", 840}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wick_tz *tz = load(cases[i].name);
        assert_int_equal(wick_tz_offset(tz, 0), cases[i].minutes * 60000);
        assert_int_equal(wick_tz_offset(tz, at("2090-07-01")), cases[i].minutes * 60000);
        assert_int_equal(wick_tz_to_utc(tz, 0), -cases[i].minutes * 60000);
        assert_string_equal(wick_tz_name(tz), cases[i].name);
        wick_tz_unref(tz);
    }
    assert_string_equal(wick_tz_name(NULL), "UTC");
    assert_int_equal(wick_tz_offset(NULL, 0), 0);
}

static void errors(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_tz *tz = NULL;
    check_fails(ctx, wick_tz_load(ctx, "America/New_Yrok", &tz), WICK_E_ARG,
                "did you mean 'America/New_York'");
    check_fails(ctx, wick_tz_load(ctx, "europe/london", &tz), WICK_E_ARG, "Europe/London");
    static const char *const bad[] = {"../../../etc/passwd", "/etc/passwd", "America", "zone.tab",
                                      "UTC+99", "UTC+", "UTC+1:99", "UTCX", "tzdata.zi", "a b",
                                      "Nowhere/Atall/Really", "leapseconds"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_fails(ctx, wick_tz_load(ctx, bad[i], &tz), WICK_E_ARG, bad[i]);
    check_fails(ctx, wick_tz_load(ctx, "", &tz), WICK_E_ARG, "empty");
    check_fails(ctx, wick_tz_load(ctx, NULL, &tz), WICK_E_ARG, "empty");
    char endless[300];
    memset(endless, 'A', 299);
    endless[299] = '\0';
    check_fails(ctx, wick_tz_load(ctx, endless, &tz), WICK_E_ARG, "letters");
    assert_null(tz);
    wick_ctx_free(ctx);
}

static void far_away(void **state)
{
    (void)state;
    wick_tz *tz = load("America/New_York");
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_C(9100000000000000000)};
    for (size_t i = 0; i < 4; i++) {
        assert_in_range(wick_tz_offset(tz, ends[i]) + 86400000, 0, 2 * 86400000);
        assert_true(wick_tz_to_utc(tz, ends[i]) == ends[i]);
    }
    wick_tz_unref(tz);
}

static void references(void **state)
{
    (void)state;
    wick_tz *tz = load("America/New_York");
    wick_tz *second = wick_tz_ref(tz);
    assert_ptr_equal(tz, second);
    wick_tz_unref(tz);
    assert_int_equal(wick_tz_offset(second, 0), -300 * 60000);
    wick_tz_unref(second);
    wick_tz_unref(NULL);
}

static wick_status make(wick_ctx *ctx, void *arg)
{
    wick_tz *tz = NULL;
    const wick_status st = wick_tz_load(ctx, arg, &tz);
    wick_tz_unref(tz);
    return st;
}

static void refused(void **state)
{
    (void)state;
    assert_true(alloc_walk(make, "America/New_York") >= 4);
    assert_true(alloc_walk(make, "UTC+1") >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_changes), cmocka_unit_test(wall_clock), cmocka_unit_test(inverse),
        cmocka_unit_test(fixed),         cmocka_unit_test(errors),     cmocka_unit_test(references),
        cmocka_unit_test(refused),       cmocka_unit_test(far_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
