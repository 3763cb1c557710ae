/* SPDX-License-Identifier: MIT */
/* Periods as Pine's time() has them: by instants, and whole columns against single answers. */
#include <math.h>

#include "data_test.h"

#define NY "America/New_York"

static const wick_symbol_info round_the_clock = {.timezone = "Etc/UTC", .session = "24x7"};
static const wick_symbol_info stock = {.timezone = NY, .session = "0930-1600:23456"};
static const wick_symbol_info forex = {.timezone = NY, .session = "1700-1700:23456"};

static void periods_hold_their_bars(void **state)
{
    (void)state;
    static const struct {
        const wick_symbol_info *info;
        const char *tf, *session, *zone, *when, *open, *close; /* open NULL: outside */
    } cases[] = {
        {&round_the_clock, "60", NULL, NULL, "2025-01-05T10:45Z", "2025-01-05T10:00Z",
         "2025-01-05T11:00Z"},
        {&round_the_clock, "D", NULL, NULL, "2025-01-05T23:45Z", "2025-01-05", "2025-01-06"},
        {&round_the_clock, "W", NULL, NULL, "2025-01-05T10:00Z", "2024-12-30", "2025-01-06"},
        {&round_the_clock, "M", NULL, NULL, "2025-02-28T10:00Z", "2025-02-01", "2025-03-01"},
        {&round_the_clock, "3M", NULL, NULL, "2025-02-28T10:00Z", "2025-01-01", "2025-04-01"},
        {&round_the_clock, "7", NULL, NULL, "2025-01-05T23:58Z", "2025-01-05T23:55Z",
         "2025-01-06"}, /* the last one ends with the day */
        {&stock, "60", NULL, NULL, "2025-06-02T14:15Z", "2025-06-02T13:30Z", "2025-06-02T14:30Z"},
        {&stock, "D", NULL, NULL, "2025-06-02T14:15Z", "2025-06-02T13:30Z", "2025-06-02T20:00Z"},
        {&stock, "D", NULL, NULL, "2025-01-06T15:00Z", "2025-01-06T14:30Z", "2025-01-06T21:00Z"},
        {&forex, "D", NULL, NULL, "2025-06-02T22:00Z", "2025-06-02T21:00Z", "2025-06-03T21:00Z"},
        {&round_the_clock, "15", "0930-1600", NY, "2025-06-02T13:30Z", "2025-06-02T13:30Z",
         "2025-06-02T13:45Z"},
        {&round_the_clock, "15", "0930-1600", NY, "2025-06-02T20:00Z", NULL, NULL},
        {&round_the_clock, "15", "0930-1600", NY, "2025-01-06T13:30Z", NULL, NULL}, /* winter */
        {&round_the_clock, "D", "0930-1600", NY, "2025-06-02T15:00Z", "2025-06-02T13:30Z",
         "2025-06-02T20:00Z"},
        {&round_the_clock, "240", "0930-1600", NULL, "2025-06-02T15:00Z", "2025-06-02T13:30Z",
         "2025-06-02T16:00Z"}, /* the second tile is cut */
        {&round_the_clock, "60", "1700-0200:23456", NULL, "2025-01-05T23:00Z", "2025-01-05T23:00Z",
         "2025-01-06T00:00Z"},
        {&round_the_clock, "60", "1700-0200:23456", NULL, "2025-01-04T01:00Z", NULL, NULL},
        /* On the night the clocks go back in New York the run is an hour longer. */
        {&round_the_clock, "D", "0000-0300", NY, "2025-11-02T07:30Z", "2025-11-02T04:00Z",
         "2025-11-02T08:00Z"},
        {&round_the_clock, "60", "24x7", NULL, "2025-01-05T10:45Z", "2025-01-05T10:00Z",
         "2025-01-05T11:00Z"},
    };
    wick_ctx *ctx = wick_ctx_new();
    for (int64_t k = 0; k < COUNT(cases); k++) {
        int64_t tf = 0, open = 0, close = 0;
        wick_period *p = NULL;
        assert_true(wick_timeframe_parse(cases[k].tf, &tf));
        check_ok(ctx, wick_period_new(ctx, cases[k].info, tf, cases[k].session, cases[k].zone, &p));
        const bool in = wick_period_at(p, at(cases[k].when), &open, &close);
        if (in != (cases[k].open != NULL)) print_error("case %d\n", (int)k);
        assert_int_equal(in, cases[k].open != NULL);
        if (in && (open != at(cases[k].open) || close != at(cases[k].close))) {
            char text[2][WICK_TIME_TEXT];
            wick_time_format(text[0], open, false);
            wick_time_format(text[1], close, false);
            print_error("case %d: %s .. %s\n", (int)k, text[0], text[1]);
            fail();
        }
        wick_period_free(p);
    }
    wick_period_free(NULL);
    wick_ctx_free(ctx);
}

static void columns_are_single_answers(void **state)
{
    (void)state;
    enum { N = 3000 };
    static const char *const sessions[] = {NULL, "0930-1600", "2200-0400,1000-1100:135",
                                           "0000-0000"};
    static const char *const frames[] = {"15", "60", "D", "W"};
    static int64_t t[N];
    static double v[N];
    wick_ctx *ctx = wick_ctx_new();
    for (int i = 0; i < N; i++) t[i] = at("2025-03-05") + i * INT64_C(900000);
    for (int s = 0; s < (int)COUNT(sessions); s++)
        for (int f = 0; f < (int)COUNT(frames); f++)
            for (int c = 0; c < 2; c++) {
                int64_t tf = 0;
                wick_period *p = NULL;
                assert_true(wick_timeframe_parse(frames[f], &tf));
                check_ok(ctx, wick_period_new(ctx, &stock, tf, sessions[s], NULL, &p));
                wick_period_column(p, N, t, c == 1, v);
                for (int i = 0; i < N; i++) {
                    int64_t open = 0, close = 0;
                    const bool in = wick_period_at(p, t[i], &open, &close);
                    if (in)
                        assert_true(v[i] == (double)(c ? close : open));
                    else
                        assert_true(isnan(v[i]));
                }
                wick_period_free(p);
            }
    wick_ctx_free(ctx);
}

static void errors_name_what_is_wrong(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_period *p = NULL;
    assert_int_equal(wick_period_new(ctx, &stock, 60000, "9-16", NULL, &p), WICK_E_ARG);
    assert_non_null(strstr(wick_ctx_error(ctx), "\"9-16\" is no session"));
    assert_true(wick_period_new(ctx, &stock, 60000, "0930-1600", "Mars/Olympus", &p) < 0);
    assert_true(wick_period_new(ctx, &stock, 0, NULL, NULL, &p) < 0);
    assert_null(p);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    (void)arg;
    wick_period *p = NULL;
    const wick_status st = wick_period_new(ctx, &round_the_clock, 60000, "0930-1600", "UTC", &p);
    wick_period_free(p);
    return st;
}

static void survives_want_of_memory(void **state)
{
    (void)state;
    assert_true(alloc_walk(walk, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_hold_their_bars),
        cmocka_unit_test(columns_are_single_answers),
        cmocka_unit_test(errors_name_what_is_wrong),
        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
