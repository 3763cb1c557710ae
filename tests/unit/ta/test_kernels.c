/* SPDX-License-Identifier: MIT */
/* The registry, its errors, streams, and what the generated laws cannot see. */
#include "alloc_walk.h"
#include "check.h"

#include <stdlib.h>

#include "wick/ta.h"

static wick_ctx *ctx_of(void **state)
{
    return *state;
}

static int set_up(void **state)
{
    *state = wick_ctx_new();
    return *state == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    wick_ctx_free(*state);
    return 0;
}

/* ---- registry -------------------------------------------------------------------------------- */

/* Every function and variable of Pine v6's ta, and what the strategies need beside them. */
static const char *const required[] = {
    "accdist",
    "adx",
    "alma",
    "atr",
    "atr_talib",
    "barssince",
    "bb",
    "bbw",
    "cci",
    "change",
    "cmo",
    "cog",
    "correlation",
    "count",
    "cross",
    "crossover",
    "crossunder",
    "cum",
    "dev",
    "di",
    "dmi",
    "donchian",
    "drawdown",
    "ema",
    "falling",
    "fixnan",
    "highest",
    "highestbars",
    "hma",
    "iii",
    "kc",
    "kcw",
    "keltner",
    "linreg",
    "lowest",
    "lowestbars",
    "macd",
    "max",
    "median",
    "mfi",
    "min",
    "mode",
    "mom",
    "nvi",
    "obv",
    "percentile_linear_interpolation",
    "percentile_nearest_rank",
    "percentrank",
    "pivot_point_levels",
    "pivothigh",
    "pivotlow",
    "ppo",
    "pvi",
    "pvt",
    "range",
    "rci",
    "rising",
    "rma",
    "roc",
    "rsi",
    "sar",
    "slope",
    "sma",
    "stdev",
    "stoch",
    "structure",
    "sum",
    "supertrend",
    "sweep",
    "swing",
    "swma",
    "tr",
    "tsi",
    "valuewhen",
    "variance",
    "vwap",
    "vwma",
    "wad",
    "wma",
    "wpr",
    "wvad",
    "zscore",
};

static void test_registry(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof required / sizeof *required; k++)
        if (wick_ta_find(required[k]) == NULL) fail_msg("ta.%s is missing", required[k]);
    for (int64_t i = 0; i < wick_ta_count(); i++) {
        const wick_ta_spec *s = wick_ta_at(i);
        assert_ptr_equal(wick_ta_find(s->name), s);
        if (i > 0) assert_true(strcmp(wick_ta_at(i - 1)->name, s->name) < 0);
    }
    assert_null(wick_ta_at(-1));
    assert_null(wick_ta_at(wick_ta_count()));
    assert_null(wick_ta_find("smaa"));
    assert_null(wick_ta_find(""));
    assert_null(wick_ta_find(NULL));
}

static void test_ports(void **state)
{
    (void)state;
    const wick_ta_spec *s = wick_ta_find("vwap");
    assert_int_equal(wick_ta_inputs(s), 3);
    assert_int_equal(wick_ta_given(s), 2);
    assert_int_equal(wick_ta_params(s), 1);
    assert_int_equal(wick_ta_outputs(s), 3);
}

static void test_check(void **state)
{
    wick_ctx *ctx = ctx_of(state);
    double p[WICK_TA_MAX_PARAM] = {14.9};
    check_ok(ctx, wick_ta_check(ctx, wick_ta_find("sma"), p));
    check_same(p[0], 14.0); /* truncated, as Pine does */
    p[0] = 0.5;
    check_fails(ctx, wick_ta_check(ctx, wick_ta_find("sma"), p), WICK_E_ARG,
                "ta.sma: parameter n is 0.5; it goes from 1 to 5000, whole");
    p[0] = WICK_NA;
    check_fails(ctx, wick_ta_check(ctx, wick_ta_find("sma"), p), WICK_E_ARG, "n is not a number");
    p[0] = (double)INFINITY;
    check_fails(ctx, wick_ta_check(ctx, wick_ta_find("sma"), p), WICK_E_ARG, "n is inf");
    p[0] = 6.0, p[1] = 0.0;
    check_fails(ctx, wick_ta_check(ctx, wick_ta_find("pivot_point_levels"), p), WICK_E_ARG,
                "parameter type is 6; it is one of \"traditional\" (0), \"fibonacci\" (1)");
    p[0] = -1e300;
    check_fails(ctx, wick_ta_check(ctx, wick_ta_find("linreg"), p), WICK_E_ARG, "parameter n is");
}

static void test_run_errors(void **state)
{
    wick_ctx *ctx = ctx_of(state);
    const double x[4] = {1, 2, 3, 4}, p[2] = {2, 2};
    const double *in[1] = {x}, *none[1] = {NULL};
    double y[4], *out[1] = {y}, *no_out[1] = {NULL};
    check_ok(ctx, wick_ta_run(ctx, "sma", 4, in, p, 1, out));
    assert_true(isnan(y[0]));
    check_same(y[1], 1.5);
    check_same(y[3], 3.5);
    check_fails(ctx, wick_ta_run(ctx, "smma", 4, in, p, 1, out), WICK_E_ARG,
                "no indicator is called \"smma\"; did you mean \"sma\"?");
    check_fails(ctx, wick_ta_run(ctx, "qqqqqqqqq", 4, in, p, 1, out), WICK_E_ARG,
                "no indicator is called \"qqqqqqqqq\"");
    check_fails(ctx, wick_ta_run(ctx, "sma", 4, in, p, 2, out), WICK_E_ARG,
                "ta.sma takes 1 parameter, got 2");
    check_fails(ctx, wick_ta_run(ctx, "sma", 4, none, p, 1, out), WICK_E_ARG,
                "input src is missing");
    check_fails(ctx, wick_ta_run(ctx, "sma", 4, in, p, 1, no_out), WICK_E_ARG,
                "output sma has no column");
    check_fails(ctx, wick_ta_run(ctx, "sma", -1, in, p, 1, out), WICK_E_ARG, NULL);
    check_fails(ctx, wick_ta_run(ctx, NULL, 4, in, p, 1, out), WICK_E_ARG, NULL);
    check_ok(ctx, wick_ta_run(ctx, "sma", 4, in, NULL, 0, out)); /* default of 20 */
    assert_true(isnan(y[3]));
    check_ok(ctx, wick_ta_run(ctx, "sma", 0, in, NULL, 0, out));
}

/* ---- streams --------------------------------------------------------------------------------- */

static wick_status stream_once(wick_ctx *ctx, void *arg)
{
    const double p[WICK_TA_MAX_PARAM] = {3};
    wick_stream *s = NULL;
    (void)arg;
    const wick_status st = wick_stream_new(ctx, wick_ta_find("ema"), p, &s);
    wick_stream_free(s);
    return st;
}

static void test_stream(void **state)
{
    wick_ctx *ctx = ctx_of(state);
    const double p[WICK_TA_MAX_PARAM] = {2.7}, bad[WICK_TA_MAX_PARAM] = {0};
    double y;
    wick_stream *s = NULL;
    check_ok(ctx, wick_stream_new(ctx, wick_ta_find("sma"), p, &s));
    for (int round = 0; round < 2; round++) {
        wick_stream_step(s, &(double){1.0}, &y);
        assert_true(isnan(y));
        wick_stream_step(s, &(double){3.0}, &y);
        check_same(y, 2.0);
        wick_stream_step(s, &(double){WICK_NA}, &y);
        check_same(y, 2.0);
        wick_stream_reset(s);
    }
    wick_stream_free(s);
    wick_stream_free(NULL);
    check_fails(ctx, wick_stream_new(ctx, wick_ta_find("sma"), bad, &s), WICK_E_ARG, "parameter n");
    alloc_walk(stream_once, NULL);
}

/* ---- kernels ------------------------------------------------------------------------------- */

static void run1(wick_ctx *ctx, const char *name, int64_t n, const double *x, double param,
                 double *y)
{
    check_ok(ctx, wick_ta_run(ctx, name, n, &x, &param, 1, &y));
}

/* However long it runs, the sum stays within a few places of the largest it can be: errors do not
 * pile up. Values are whole cents, so the exact sum is known. */
static void test_sum_does_not_drift(void **state)
{
    enum { N = 200000, W = 7 };
    double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y);
    int64_t *cents = malloc(N * sizeof *cents), exact = 0;
    wick_pcg g = wick_pcg_key(3, "sum", 0, 0);
    assert_true(x != NULL && y != NULL && cents != NULL);
    for (int i = 0; i < N; i++) {
        cents[i] = (int64_t)wick_pcg_below(&g, 10000000);
        x[i] = (double)cents[i] / 100.0;
    }
    run1(ctx_of(state), "sum", N, x, W, y);
    const double place = nextafter(W * 1e5, (double)INFINITY) - W * 1e5;
    for (int i = 0; i < N; i++) {
        exact += cents[i] - (i >= W ? cents[i - W] : 0);
        if (i < W - 1) continue;
        const double want = (double)exact / 100.0;
        assert_true(fabs(y[i] - want) <= 4.0 * place);
    }
    free(x);
    free(y);
    free(cents);
}

/* Long windows over long series with holes: where the re-baseline of the sum walks a ring. */
static void test_long_windows(void **state)
{
    enum { N = 12000 };
    static const char *const names[] = {"sma", "median", "highest", "slope", "wma", "percentrank"};
    double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y), *z = malloc(N * sizeof *z);
    assert_true(x != NULL && y != NULL && z != NULL);
    for (int holes = 0; holes < 2; holes++) {
        wick_pcg g = wick_pcg_key(4, "long windows", 0, 0);
        for (int i = 0; i < N; i++) {
            x[i] = exp(3.0 * wick_pcg_normal(&g));
            if (holes && wick_pcg_below(&g, 50) == 0) x[i] = WICK_NA;
        }
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            const wick_ta_spec *s = wick_ta_find(names[k]);
            const double p[WICK_TA_MAX_PARAM] = {5000};
            wick_stream *st = NULL;
            run1(ctx_of(state), names[k], N, x, 5000, y);
            check_ok(ctx_of(state), wick_stream_new(ctx_of(state), s, p, &st));
            for (int i = 0; i < N; i++) {
                wick_stream_step(st, &x[i], &z[i]);
                check_same(z[i], y[i]);
            }
            wick_stream_free(st);
        }
    }
    free(x);
    free(y);
    free(z);
}

static void test_rsi_ends(void **state)
{
    double x[12], y[12];
    for (int i = 0; i < 12; i++) x[i] = 5.0;
    run1(ctx_of(state), "rsi", 12, x, 3, y);
    check_same(y[3], 100.0);
    for (int i = 0; i < 12; i++) x[i] = (double)i;
    run1(ctx_of(state), "rsi", 12, x, 3, y);
    check_same(y[11], 100.0);
    for (int i = 0; i < 12; i++) x[i] = -(double)i;
    run1(ctx_of(state), "rsi", 12, x, 3, y);
    check_same(y[11], 0.0);
}

static void test_cross_ties(void **state)
{
    const double a[9] = {1, 2, 2, 3, 2, WICK_NA, 1, 2, 3}, b[9] = {2, 2, 2, 2, 2, 2, 2, 2, 2};
    const double want_over[9] = {0, 0, 0, 1, 0, 0, 0, 0, 1},
                 want_under[9] = {0, 0, 0, 0, 0, 0, 1, 0, 0};
    const double want_cross[9] = {0, 0, 0, 1, 0, 0, 1, 0, 1};
    const double *in[2] = {a, b};
    double y[9], *out[1] = {y};
    wick_ctx *ctx = ctx_of(state);
    check_ok(ctx, wick_ta_run(ctx, "crossover", 9, in, NULL, 0, out));
    for (int i = 0; i < 9; i++) check_same(y[i], want_over[i]);
    check_ok(ctx, wick_ta_run(ctx, "crossunder", 9, in, NULL, 0, out));
    for (int i = 0; i < 9; i++) check_same(y[i], want_under[i]);
    check_ok(ctx, wick_ta_run(ctx, "cross", 9, in, NULL, 0, out));
    for (int i = 0; i < 9; i++) check_same(y[i], want_cross[i]);
}

/* A flat top: its last bar is the pivot; for swings every bar of it counts and one price moves
 * once. */
static void test_flat_top(void **state)
{
    const double high[9] = {1, 2, 5, 5, 5, 2, 1, 3, 1}, low[9] = {0, 0, 0, 0, 0, 0, 0, 0, 0};
    const double p[2] = {2, 2}, n[1] = {1};
    const double *one[1] = {high}, *two[2] = {high, low};
    double y[4][9], *out[4] = {y[0], y[1], y[2], y[3]};
    wick_ctx *ctx = ctx_of(state);
    check_ok(ctx, wick_ta_run(ctx, "pivothigh", 9, one, p, 2, out));
    for (int i = 0; i < 9; i++)
        if (i == 6)
            check_same(y[0][i], 5.0);
        else
            assert_true(isnan(y[0][i]));
    check_ok(ctx, wick_ta_run(ctx, "swing", 9, two, n, 1, out));
    assert_true(isnan(y[0][2]));
    check_same(y[0][3], 5.0);
    assert_true(isnan(y[1][7]));
    check_same(y[0][8], 3.0);
    check_same(y[1][8], 5.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry),     cmocka_unit_test(test_ports),
        cmocka_unit_test(test_check),        cmocka_unit_test(test_run_errors),
        cmocka_unit_test(test_stream),       cmocka_unit_test(test_sum_does_not_drift),
        cmocka_unit_test(test_long_windows), cmocka_unit_test(test_rsi_ends),
        cmocka_unit_test(test_cross_ties),   cmocka_unit_test(test_flat_top),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
