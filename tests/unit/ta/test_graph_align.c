/* SPDX-License-Identifier: MIT */
/* Other symbols and higher timeframes: aligned by close time, never from an unfinished window. */
#include "graph_help.h"

static int64_t close_of(const wick_bars *b, int64_t i)
{
    return wick_bars_time(b)[i] + wick_bars_info(b)->timeframe_ms;
}

/* The rule read out loud: the last value whose close is not after this close. */
static double seen_from(const wick_bars *here, int64_t i, const wick_bars *there, const double *v)
{
    double got = WICK_NA;
    for (int64_t k = 0; k < wick_bars_count(there); k++) {
        if (close_of(there, k) <= close_of(here, i)) got = v[k];
    }
    return got;
}

static void check_other(wick_ctx *ctx, wick_panel *p, wick_cache *cache, int64_t a, int64_t b)
{
    wick_bars *here = wick_panel_bars(p, a), *there = wick_panel_bars(p, b);
    wick_graph *g = new_graph(ctx, here, p, cache), *h = new_graph(ctx, there, NULL, NULL);
    for (int s = 0; s < WICK_S_COUNT; s++) {
        const wick_node x = wick_graph_other(ctx, g, wick_bars_symbol(there), (wick_source)s);
        const wick_node y = source(ctx, h, (wick_source)s);
        check_ok(ctx, x);
        check_ok(ctx, wick_graph_eval(ctx, g, &x, 1));
        check_ok(ctx, wick_graph_eval(ctx, h, &y, 1));
        const double *v = wick_graph_values(h, y);
        for (int64_t i = 0; i < wick_bars_count(here); i++) {
            check_same(wick_graph_values(g, x)[i], seen_from(here, i, there, v));
        }
    }
    wick_graph_free(g);
    wick_graph_free(h);
}

static void test_other_symbols_of_ragged_calendars(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    for (int ragged = 0; ragged < 2; ragged++) {
        wick_panel *p = synth_panel(ctx, 4, 300, "1d", ragged != 0);
        wick_cache *cache = wick_cache_new(1 << 22);
        for (int64_t a = 0; a < 4; a++) {
            for (int64_t b = 0; b < 4; b++) check_other(ctx, p, cache, a, b);
        }
        wick_cache_unref(cache);
        wick_panel_unref(p);
    }
    wick_ctx_free(ctx);
}

static wick_bars *zone_bars(wick_ctx *ctx, const char *symbol, int64_t n, int64_t step,
                            int64_t from, const char *zone, const char *session)
{
    int64_t *t = malloc((size_t)n * sizeof *t);
    double *v = malloc((size_t)n * sizeof *v);
    for (int64_t i = 0; i < n; i++) {
        t[i] = from + i * step;
        v[i] = 100.0 + (double)i;
    }
    const wick_symbol_info info = {
        .symbol = symbol, .timezone = zone, .session = session, .tick = 0.01, .timeframe_ms = step};
    wick_bars *b = NULL;
    check_ok(ctx, wick_bars_new(ctx, symbol, n, t, v, v, v, v, NULL, &info, &b));
    free(t);
    free(v);
    return b;
}

static wick_bars *hours(wick_ctx *ctx, const char *symbol, int64_t n, int64_t step, int64_t from)
{
    return zone_bars(ctx, symbol, n, step, from, "Etc/UTC", "24x7");
}

/* Bars of different lengths on one clock: a 4 h bar is known when its last hour is. */
static void test_other_timeframes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t start = wick_time_from_civil(2024, 1, 1, 0, 0, 0, 0), h = 3600000;
    wick_bars *b[2] = {hours(ctx, "FAST", 100, h, start),
                       hours(ctx, "SLOW", 40, 4 * h, start - 8 * h)};
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, b, 2, &p));
    check_other(ctx, p, NULL, 0, 1);
    check_other(ctx, p, NULL, 1, 0);
    wick_graph *g = new_graph(ctx, b[0], p, NULL);
    const wick_node x = wick_graph_other(ctx, g, "SLOW", WICK_S_CLOSE);
    check_ok(ctx, wick_graph_eval(ctx, g, &x, 1));
    /* 02:00 to 03:00 still sees the bar that closed at 00:00; 03:00 to 04:00 sees the next. */
    check_same(wick_graph_values(g, x)[2], 101.0);
    check_same(wick_graph_values(g, x)[3], 102.0);
    check_fails(ctx, wick_graph_other(ctx, g, "SLOV", WICK_S_CLOSE), WICK_E_ARG, "'SLOW'");
    check_fails(ctx, wick_graph_other(ctx, g, "SLOW", (wick_source)50), WICK_E_ARG, "50");
    wick_graph_free(g);
    g = new_graph(ctx, b[0], NULL, NULL);
    check_fails(ctx, wick_graph_other(ctx, g, "SLOW", WICK_S_CLOSE), WICK_E_STATE, "panel");
    check_ok(ctx, wick_graph_other(ctx, g, "FAST", WICK_S_CLOSE)); /* itself needs none */
    wick_graph_free(g);
    wick_panel_unref(p);
    for (int k = 0; k < 2; k++) wick_bars_unref(b[k]);
    wick_ctx_free(ctx);
}

/* ---- higher timeframes -------------------------------------------------------------------- */

static void test_higher_shows_closed_windows_only(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t h = 3600000, start = wick_time_from_civil(2024, 1, 1, 2, 0, 0, 0);
    wick_bars *b = hours(ctx, "X", 200, h, start);
    wick_graph *g = new_graph(ctx, b, NULL, NULL);
    const wick_node x[3] = {wick_graph_higher(ctx, g, 4 * h, "close"),
                            wick_graph_higher(ctx, g, 4 * h, "sma(close, 3)[1]"),
                            wick_graph_higher(ctx, g, WICK_MS_DAY, "bar_index")};
    check_ok(ctx, wick_graph_eval(ctx, g, x, 3));
    for (int64_t i = 0; i < 200; i++) {
        const int64_t close = start + (i + 1) * h; /* a bar's last hour ends a window at 4, 8 ... */
        const int64_t last = close / (4 * h) * (4 * h);
        const int64_t k = (last - start) / h - 1; /* bar that closed the window */
        check_same(wick_graph_values(g, x[0])[i], k < 0 ? WICK_NA : 100.0 + (double)k);
        /* Mean of three windows, one window back: closes lie 4 apart, the first is at bar 1. */
        check_same(wick_graph_values(g, x[1])[i], k < 13 ? WICK_NA : 100.0 + (double)(k - 8));
        const int64_t day = (close - start + 2 * h) / WICK_MS_DAY - 1;
        check_same(wick_graph_values(g, x[2])[i], day < 0 ? WICK_NA : (double)day);
    }
    assert_int_equal(wick_graph_warmup(g, x[0]), 1);
    assert_int_equal(wick_graph_warmup(g, x[1]), 13);
    assert_int_equal(wick_graph_unit(g, x[1]), WICK_U_PRICE);
    wick_buf text = {0};
    wick_graph_describe(g, x[1], &text);
    assert_string_equal(text.data, "higher(\"4h\", sma(close, 3)[1])");
    wick_buf_free(&text);
    /* The bars' own timeframe is the chart itself; equal declarations are one node. */
    assert_int_equal(wick_graph_higher(ctx, g, h, "close"), source(ctx, g, WICK_S_CLOSE));
    assert_int_equal(wick_graph_higher(ctx, g, 4 * h, "close"), x[0]);
    check_fails(ctx, wick_graph_higher(ctx, g, h / 2, "close"), WICK_E_ARG, "finer");
    check_fails(ctx, wick_graph_higher(ctx, g, 0, "close"), WICK_E_ARG, "out of range");
    check_fails(ctx, wick_graph_higher(ctx, g, 4 * h, "clos"), WICK_E_PARSE, "'close'");
    check_fails(ctx, wick_graph_higher(ctx, g, 5400000, "close"), WICK_E_DATA, NULL);
    wick_graph_free(g);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* Bars of a New York session over a change of clocks. */
static wick_bars *session_bars(wick_ctx *ctx, bool after_hours, int64_t days)
{
    wick_tz *tz = NULL;
    check_ok(ctx, wick_tz_load(ctx, "America/New_York", &tz));
    const int64_t cap = days * 40, half = 1800000;
    int64_t *t = malloc((size_t)cap * sizeof *t), n = 0;
    double *v = malloc((size_t)cap * sizeof *v);
    for (int64_t d = 0; d < days; d++) {
        const int64_t day = wick_time_from_civil(2024, 2, 26, 0, 0, 0, 0) + d * WICK_MS_DAY;
        const int32_t weekday = wick_time_to_civil(day).weekday;
        if (weekday == 1 || weekday == 7) continue;
        const int64_t open = day + 19 * half, end = day + (after_hours ? 36 : 32) * half;
        for (int64_t w = open; w < end; w += half) {
            t[n] = wick_tz_to_utc(tz, w);
            v[n] = 100.0 + (double)n;
            n++;
        }
    }
    const wick_symbol_info info = {.symbol = "NY",
                                   .timezone = "America/New_York",
                                   .session = "0930-1600:23456",
                                   .tick = 0.01,
                                   .timeframe_ms = half};
    wick_bars *b = NULL;
    check_ok(ctx, wick_bars_new(ctx, "NY", n, t, v, v, v, v, NULL, &info, &b));
    wick_tz_unref(tz);
    free(t);
    free(v);
    return b;
}

/* The last bar of the session shows the day, the last of Friday the week; a bar after hours means
 * that the day is not over with the session, and then it is shown by the next one only. */
static void test_higher_and_sessions(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    for (int after = 0; after < 2; after++) {
        wick_bars *b = session_bars(ctx, after != 0, 28);
        wick_graph *g = new_graph(ctx, b, NULL, NULL);
        const wick_node x[2] = {wick_graph_higher(ctx, g, WICK_MS_DAY, "close"),
                                wick_graph_higher(ctx, g, 7 * WICK_MS_DAY, "close")};
        check_ok(ctx, x[0]);
        check_ok(ctx, x[1]);
        check_ok(ctx, wick_graph_eval(ctx, g, x, 2));
        const int64_t n = wick_bars_count(b), day = after ? 17 : 13;
        for (int64_t i = 0; i < n; i++) {
            const int64_t d = (after ? i : i + 1) / day, w = (after ? i : i + 1) / (day * 5);
            check_same(wick_graph_values(g, x[0])[i], d == 0 ? WICK_NA : 99.0 + (double)(d * day));
            check_same(wick_graph_values(g, x[1])[i],
                       w == 0 ? WICK_NA : 99.0 + (double)(w * day * 5));
        }
        wick_graph_free(g);
        wick_bars_unref(b);
    }
    wick_ctx_free(ctx);
}

/* Windows by rule, on the wall clock: seven-hour windows end with the day, and the day of a market
 * that opens in the evening with its evening. Bars of one hour, values rising by one. */
static void test_higher_ends_with_the_day(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    enum { N = 24 * 30 };
    const int64_t h = 3600000, start = wick_time_from_civil(2024, 3, 1, 12, 0, 0, 0);
    static const struct {
        const char *zone, *session;
        int day_hour; /* wall clock the day ends at */
        int64_t tf;
    } cases[] = {
        {"Etc/UTC", "24x7", 0, 7 * 3600000},
        {"Asia/Tokyo", "24x7", 0, 7 * 3600000},
        {"Etc/UTC", "1800-1800", 18, WICK_MS_DAY},
        {"America/New_York", "1700-1700", 17, WICK_MS_DAY},
    };
    wick_cache *cache = wick_cache_new(1 << 22); /* equal columns, other zones: other windows */
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        wick_bars *b = zone_bars(ctx, "X", N, h, start, cases[c].zone, cases[c].session);
        const int64_t *t = wick_bars_time(b);
        const double *v = wick_bars_field(b, WICK_CLOSE);
        wick_graph *g = new_graph(ctx, b, NULL, cache);
        const wick_node x = wick_graph_higher(ctx, g, cases[c].tf, "close");
        check_ok(ctx, x);
        check_ok(ctx, wick_graph_eval(ctx, g, &x, 1));
        wick_tz *tz = NULL;
        check_ok(ctx, wick_tz_load(ctx, cases[c].zone, &tz));
        double want = WICK_NA;
        for (int i = 0; i < N; i++) {
            const int64_t wall = t[i] + h + wick_tz_offset(tz, t[i] + h);
            const int64_t of_day = ((wall % WICK_MS_DAY) / h - cases[c].day_hour + 24) % 24;
            if (of_day == 0 || (cases[c].tf < WICK_MS_DAY && of_day % 7 == 0)) want = v[i];
            check_same(wick_graph_values(g, x)[i], want);
        }
        wick_tz_unref(tz);
        wick_graph_free(g);
        wick_bars_unref(b);
    }
    wick_cache_unref(cache);
    wick_ctx_free(ctx);
}

static const char *const expressions[] = {
    "higher(\"1h\", close)",
    "higher(\"4h\", ema(hl2, 5) - close[2])",
    "higher(\"1d\", high) > close and higher(\"1w\", low)[3] < close",
    "higher(\"1mo\", bar_index) + higher(\"1d\", new_day)",
    "sma(higher(\"2h\", rsi(close, 3)), 4)",
};
enum { N_EXPR = sizeof expressions / sizeof expressions[0] };

static void eval_all(wick_ctx *ctx, wick_graph *g, wick_node *x)
{
    for (int i = 0; i < N_EXPR; i++) {
        x[i] = wick_graph_expr(ctx, g, expressions[i], NULL, NULL);
        check_ok(ctx, x[i]);
    }
    check_ok(ctx, wick_graph_eval(ctx, g, x, N_EXPR));
}

static void check_prefixes(wick_ctx *ctx, wick_bars *all, wick_cache *cache, uint64_t seed)
{
    const int64_t n = wick_bars_count(all);
    wick_pcg r = wick_pcg_key(seed, "higher prefix", 0, 0);
    wick_node x[N_EXPR], y[N_EXPR];
    wick_graph *g = new_graph(ctx, all, NULL, cache);
    eval_all(ctx, g, x);
    for (int t = 0; t < 40; t++) {
        const int64_t k = 2 + (int64_t)wick_pcg_below(&r, (uint64_t)n - 2);
        wick_bars *part = NULL;
        check_ok(ctx, wick_bars_slice(ctx, all, 0, k, &part));
        wick_graph *h = new_graph(ctx, part, NULL, cache);
        eval_all(ctx, h, y);
        for (int i = 0; i < N_EXPR; i++) {
            check_columns(wick_graph_values(h, y[i]), wick_graph_values(g, x[i]), k,
                          expressions[i]);
        }
        wick_graph_free(h);
        wick_bars_unref(part);
    }
    wick_graph_free(g);
}

static void test_higher_prefix_law(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_cache *cache = wick_cache_new(1 << 22);
    wick_bars *b = synth_bars(ctx, 6000); /* 15 minutes round the clock, two months */
    check_prefixes(ctx, b, NULL, 1);
    check_prefixes(ctx, b, cache, 2);
    wick_bars_unref(b);
    b = session_bars(ctx, false, 60);
    check_prefixes(ctx, b, cache, 3);
    wick_bars_unref(b);
    /* Evening sessions, bars round the clock: those of the pause lie outside the session. */
    const int64_t from = wick_time_from_civil(2024, 2, 20, 3, 0, 0, 0);
    b = zone_bars(ctx, "CME", 2400, 1800000, from, "America/Chicago", "1700-1600");
    check_prefixes(ctx, b, cache, 4);
    wick_bars_unref(b);
    b = zone_bars(ctx, "FX", 2400, 1800000, from, "America/New_York", "1700-1700");
    check_prefixes(ctx, b, cache, 5);
    wick_bars_unref(b);
    wick_cache_unref(cache);
    wick_ctx_free(ctx);
}

/* Months and weeks over daily bars, whose stamps are dates. */
static void test_higher_over_daily_bars(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = synth_panel(ctx, 1, 400, "1d", false);
    wick_bars *b = wick_panel_bars(p, 0);
    wick_graph *g = new_graph(ctx, b, NULL, NULL);
    const wick_node x[2] = {wick_graph_higher(ctx, g, -1, "close"),
                            wick_graph_higher(ctx, g, 7 * WICK_MS_DAY, "close")};
    check_ok(ctx, wick_graph_eval(ctx, g, x, 2));
    const int64_t *t = wick_bars_time(b);
    const double *c = wick_bars_field(b, WICK_CLOSE);
    for (int64_t i = 0; i < 400; i++) {
        double month = WICK_NA, week = WICK_NA;
        const int64_t now = t[i] + WICK_MS_DAY;
        for (int64_t k = 0; k < i + 1; k++) {
            const wick_civil d = wick_time_to_civil(t[k]);
            if (wick_time_from_civil(d.year, d.month + 1, 1, 0, 0, 0, 0) <= now) month = c[k];
            const int64_t monday = t[k] - (d.weekday + 5) % 7 * WICK_MS_DAY;
            if (monday + 7 * WICK_MS_DAY <= now) week = c[k];
        }
        check_same(wick_graph_values(g, x[0])[i], month);
        check_same(wick_graph_values(g, x[1])[i], week);
    }
    wick_graph_free(g);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* The windows themselves are shared through the cache. */
static void test_higher_shares_its_windows(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 3000);
    wick_cache *cache = wick_cache_new(1 << 22);
    wick_graph *g = new_graph(ctx, b, NULL, cache), *h = new_graph(ctx, b, NULL, cache);
    check_ok(ctx, wick_graph_higher(ctx, g, 3600000, "close"));
    assert_int_equal(wick_cache_get_stats(cache).entries, 1);
    check_ok(ctx, wick_graph_higher(ctx, h, 3600000, "open"));
    assert_int_equal(wick_cache_get_stats(cache).hits, 1);
    assert_ptr_equal(wick_graph_bars(g->view[0].graph), wick_graph_bars(h->view[0].graph));
    wick_graph_free(g);
    wick_graph_free(h);
    wick_cache_unref(cache);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_symbols_of_ragged_calendars),
        cmocka_unit_test(test_other_timeframes),
        cmocka_unit_test(test_higher_shows_closed_windows_only),
        cmocka_unit_test(test_higher_and_sessions),
        cmocka_unit_test(test_higher_ends_with_the_day),
        cmocka_unit_test(test_higher_prefix_law),
        cmocka_unit_test(test_higher_over_daily_bars),
        cmocka_unit_test(test_higher_shares_its_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
