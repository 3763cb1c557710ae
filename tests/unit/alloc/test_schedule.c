/* SPDX-License-Identifier: MIT */
/* Rebalance schedules: dates by hand, texts, and that no later tick is ever looked at. */
#include <stdlib.h>

#include "support/check.h"
#include "wick/alloc.h"

/* Bars on the given stamps. */
static wick_panel *panel_at(wick_ctx *ctx, const int64_t *t, int64_t n, int64_t tf,
                            const char *zone, const char *session)
{
    double *v = malloc((size_t)(n + 1) * sizeof *v);
    for (int64_t i = 0; i < n; i++) v[i] = 10.0;
    const wick_symbol_info info = {.symbol = "A",
                                   .timezone = zone,
                                   .session = session,
                                   .tick = 0.01,
                                   .point_value = 1,
                                   .qty_step = 1,
                                   .timeframe_ms = tf};
    wick_bars *b = NULL;
    wick_panel *p = NULL;
    check_ok(ctx, wick_bars_new(ctx, "A", n, t, v, v, v, v, NULL, &info, &b));
    check_ok(ctx, wick_panel_new(ctx, &b, 1, &p));
    wick_bars_unref(b);
    free(v);
    return p;
}

static int64_t date(int y, int m, int d)
{
    return wick_time_from_civil(y, m, d, 0, 0, 0, 0);
}

/* Monday to Friday of 2024 less the listed holidays. */
static int64_t weekdays(int64_t *t, const int64_t *off, int n_off)
{
    int64_t n = 0;
    for (int64_t d = date(2024, 1, 1); d < date(2025, 1, 1); d += WICK_MS_DAY) {
        const int64_t w = (d / WICK_MS_DAY + 3) % 7; /* 0 Monday */
        bool skip = w > 4;
        for (int k = 0; k < n_off; k++) skip = skip || off[k] == d;
        if (!skip) t[n++] = d;
    }
    return n;
}

static void due_dates(wick_ctx *ctx, wick_panel *p, const char *text, char *out, size_t cap)
{
    wick_schedule s;
    const int64_t n = wick_panel_ticks(p);
    uint8_t *due = malloc((size_t)n + 1);
    check_ok(ctx, wick_schedule_parse(ctx, text, &s));
    check_ok(ctx, wick_schedule_ticks(ctx, &s, p, 0, due));
    size_t len = 0;
    out[0] = '\0';
    for (int64_t i = 0; i < n; i++) {
        if (!due[i]) continue;
        const wick_civil c = wick_time_to_civil(wick_panel_clock(p)[i]);
        len += (size_t)snprintf(out + len, cap > len ? cap - len : 0, "%s%02d%02d",
                                len > 0 ? " " : "", c.month, c.day);
    }
    free(due);
}

static void by_hand(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t t[400];
    char got[4096];
    /* 29 March (Good Friday) is the last weekday of its month, 1 May a Wednesday. */
    const int64_t off[] = {date(2024, 3, 29), date(2024, 5, 1), date(2024, 1, 1)};
    const int64_t n = weekdays(t, off, 3);
    wick_panel *p = panel_at(ctx, t, n, WICK_MS_DAY, "America/New_York", "0930-1600:23456");
    due_dates(ctx, p, "month last", got, sizeof got);
    assert_string_equal(got, "0131 0229 0401 0430 0531 0628 0731 0830 0930 1031 1129 1231");
    due_dates(ctx, p, "month", got, sizeof got);
    assert_string_equal(got, "0201 0301 0401 0502 0603 0701 0801 0902 1001 1101 1202");
    due_dates(ctx, p, "quarterly", got, sizeof got);
    assert_string_equal(got, "0401 0701 1001");
    due_dates(ctx, p, "quarter last", got, sizeof got);
    assert_string_equal(got, "0401 0628 0930 1231");
    due_dates(ctx, p, "2 months last", got, sizeof got);
    assert_string_equal(got, "0131 0401 0531 0731 0930 1129");
    due_dates(ctx, p, "year last", got, sizeof got);
    assert_string_equal(got, "1231");
    due_dates(ctx, p, "month day 15", got, sizeof got);
    assert_string_equal(got, "0115 0215 0315 0415 0515 0617 0715 0815 0916 1015 1115 1216");
    due_dates(ctx, p, "once", got, sizeof got);
    assert_string_equal(got, "0102");
    due_dates(ctx, p, "never", got, sizeof got);
    assert_string_equal(got, "");
    due_dates(ctx, p, "100 bars", got, sizeof got);
    assert_string_equal(got, "0102 0523 1010");
    due_dates(ctx, p, "week wed", got, sizeof got);
    got[24] = '\0';
    assert_string_equal(got, "0103 0110 0117 0124 0131");
    assert_non_null(
        strstr(got + 25, "0424 0502 0508")); /* the holiday's is made up for on Thursday */
    due_dates(ctx, p, "week last", got, sizeof got);
    assert_non_null(strstr(got, "0315 0322 0401 0405")); /* Good Friday's on Monday */
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void round_the_clock(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t t[800];
    char got[4096];
    for (int i = 0; i < 100; i++) t[i] = date(2024, 2, 20) + i * WICK_MS_DAY;
    wick_panel *p = panel_at(ctx, t, 100, WICK_MS_DAY, "Etc/UTC", "24x7");
    due_dates(ctx, p, "month last", got, sizeof got);
    assert_string_equal(got, "0229 0331 0430"); /* 31 March is a Sunday */
    wick_panel_unref(p);
    /* Hours of a session: the last one of the day is known by the session, not by what follows. */
    int n = 0;
    for (int d = 0; d < 10; d++)
        for (int h = 10; h < 16; h++)
            t[n++] = date(2024, 2, 26) + (d < 5 ? d : d + 2) * WICK_MS_DAY + h * 3600000LL;
    p = panel_at(ctx, t, n, 3600000, "Etc/UTC", "1000-1600:23456");
    wick_schedule s;
    uint8_t due[800];
    check_ok(ctx, wick_schedule_parse(ctx, "day last", &s));
    check_ok(ctx, wick_schedule_ticks(ctx, &s, p, 0, due));
    for (int i = 0; i < n; i++) assert_int_equal(due[i], i % 6 == 5);
    check_ok(ctx, wick_schedule_parse(ctx, "daily", &s));
    check_ok(ctx, wick_schedule_ticks(ctx, &s, p, 0, due));
    for (int i = 0; i < n; i++) assert_int_equal(due[i], i % 6 == 0);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* Prefix law: the schedule of the first k ticks is the first k of the schedule. */
static void prefix_law(void **state)
{
    (void)state;
    static const char *const texts[] = {"daily",    "week",      "week wed",     "week last",
                                        "2 weeks",  "month",     "month last",   "3 months last",
                                        "quarter",  "year last", "month day 10", "17 bars",
                                        "day last", "once",      "quarter last", "year day 20"};
    wick_ctx *ctx = wick_ctx_new();
    wick_pcg g = wick_pcg_key(7, "schedule", 0, 0);
    for (int round = 0; round < 12; round++) {
        int64_t t[700], n = 0;
        const bool hours = round % 3 == 2, weekends = round % 4 == 3;
        int64_t at = date(2023, 11, 3) + (int64_t)wick_pcg_below(&g, 40) * WICK_MS_DAY;
        for (; n < 600; at += hours ? 3600000 : WICK_MS_DAY) {
            const int64_t w = (at / WICK_MS_DAY + 3) % 7;
            if ((w > 4 && !weekends) || wick_pcg_below(&g, 12) == 0) continue;
            t[n++] = at;
        }
        const int64_t tf = hours ? 3600000 : WICK_MS_DAY;
        wick_panel *whole =
            panel_at(ctx, t, n, tf, "Europe/Berlin", hours ? "0900-1730:23456" : "");
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            uint8_t a[700], b[700];
            wick_schedule s;
            check_ok(ctx, wick_schedule_parse(ctx, texts[k], &s));
            check_ok(ctx, wick_schedule_ticks(ctx, &s, whole, 0, a));
            for (int cut = 0; cut < 8; cut++) {
                const int64_t m = 1 + (int64_t)wick_pcg_below(&g, (uint64_t)n);
                wick_panel *part =
                    panel_at(ctx, t, m, tf, "Europe/Berlin", hours ? "0900-1730:23456" : "");
                check_ok(ctx, wick_schedule_ticks(ctx, &s, part, 0, b));
                assert_memory_equal(a, b, (size_t)m);
                wick_panel_unref(part);
            }
        }
        wick_panel_unref(whole);
    }
    wick_ctx_free(ctx);
}

static void refusals(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_schedule s;
    check_fails(ctx, wick_schedule_parse(ctx, "montly", &s), WICK_E_ARG, "did you mean 'monthly'");
    check_fails(ctx, wick_schedule_parse(ctx, "month lst", &s), WICK_E_ARG, "did you mean 'last'");
    check_fails(ctx, wick_schedule_parse(ctx, "", &s), WICK_E_ARG, "schedule");
    check_fails(ctx, wick_schedule_parse(ctx, "0 bars", &s), WICK_E_ARG, "at least 1");
    check_fails(ctx, wick_schedule_parse(ctx, "month wed", &s), WICK_E_ARG, "weekday");
    check_fails(ctx, wick_schedule_parse(ctx, "5 bars last", &s), WICK_E_ARG, "calendar");
    check_fails(ctx, wick_schedule_parse(ctx, "month day 31", &s), WICK_E_ARG, "1 to 28");
    wick_ctx_free(ctx);
}

/* "once" is the first traded tick, bars count from it. */
static void from_the_first(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t t[400];
    const int64_t n = weekdays(t, NULL, 0);
    wick_panel *p = panel_at(ctx, t, n, WICK_MS_DAY, "Etc/UTC", "");
    uint8_t due[400];
    wick_schedule s;
    check_ok(ctx, wick_schedule_parse(ctx, "once", &s));
    check_ok(ctx, wick_schedule_ticks(ctx, &s, p, 7, due));
    for (int64_t i = 0; i < n; i++) assert_int_equal(due[i], i == 7);
    check_ok(ctx, wick_schedule_ticks(ctx, &s, p, n, due));
    for (int64_t i = 0; i < n; i++) assert_int_equal(due[i], 0);
    check_ok(ctx, wick_schedule_parse(ctx, "5 bars", &s));
    check_ok(ctx, wick_schedule_ticks(ctx, &s, p, 7, due));
    for (int64_t i = 0; i < n; i++) assert_int_equal(due[i], i >= 7 && (i - 7) % 5 == 0);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* Hold the best two, leave below the third: by hand. */
static void rotation(void **state)
{
    (void)state;
    const wick_rotation r = {.size = sizeof r, .top = 2, .bottom = 1, .worst = 3};
    const double score[6] = {5, 4, 3, 2, 1, WICK_NA}, against[6] = {-5, -4, -3, -2, -1, WICK_NA};
    const int8_t held[6] = {0, 0, 1, 1, 0, -1}, pending[6] = {0};
    uint8_t present[6] = {1, 1, 1, 1, 1, 1};
    int8_t side[6], act[6];
    int32_t scratch[18];
    wick_rotate(&r, 6, score, against, held, pending, present, side, act, scratch);
    const int8_t want[6] = {WICK_ROTATE_ENTER, WICK_ROTATE_NONE,  WICK_ROTATE_KEEP,
                            WICK_ROTATE_EXIT,  WICK_ROTATE_ENTER, WICK_ROTATE_EXIT};
    assert_memory_equal(act, want, 6);
    assert_int_equal(side[0], 1);
    assert_int_equal(side[4], -1);
    /* Without a bar what is held keeps its place, and nothing enters. */
    present[0] = present[3] = 0;
    wick_rotate(&r, 6, score, against, held, pending, present, side, act, scratch);
    assert_int_equal(act[0], WICK_ROTATE_NONE);
    assert_int_equal(act[3], WICK_ROTATE_KEEP);
    assert_int_equal(act[1], WICK_ROTATE_NONE); /* both places are taken */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),  cmocka_unit_test(round_the_clock), cmocka_unit_test(prefix_law),
        cmocka_unit_test(refusals), cmocka_unit_test(from_the_first),  cmocka_unit_test(rotation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
