/* SPDX-License-Identifier: MIT */
#include "data_test.h"

static wick_bars *closes(wick_ctx *ctx, int64_t n, const double *c)
{
    int64_t t[64];
    double v[64];
    wick_bars *b = NULL;
    for (int64_t i = 0; i < n; i++) t[i] = at("2024-03-04T10:00:00") + 60000 * i, v[i] = 6.0;
    check_ok(ctx, wick_bars_new(ctx, "A", n, t, c, c, c, c, v, NULL, &b));
    return b;
}

static void bricks_of_a_height(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double c[] = {100, 100.9, 101, 103.5, 102.1, 101.9, 100.9, 98, 98.5, 100};
    const double want[][2] = {{100, 101}, {101, 102}, {102, 103}, {102, 101},
                              {101, 100}, {100, 99},  {99, 98},   {99, 100}};
    const int by[] = {2, 3, 3, 6, 7, 7, 7, 9}; /* the bar that makes it */
    wick_bars *b = closes(ctx, 10, c), *r = NULL;
    check_ok(ctx, wick_bars_renko(ctx, b, &(wick_renko_opts){.brick = 1.0}, &r));
    assert_int_equal(wick_bars_count(r), 8);
    double volume = 0.0;
    for (int k = 0; k < 8; k++) {
        check_same(wick_bars_field(r, WICK_OPEN)[k], want[k][0]);
        check_same(wick_bars_field(r, WICK_CLOSE)[k], want[k][1]);
        const int64_t know = at("2024-03-04T10:00:00") + 60000 * (by[k] + 1);
        const int64_t later = k > 0 && by[k - 1] == by[k] ? wick_bars_time(r)[k - 1] + 1 : know;
        assert_int_equal(wick_bars_time(r)[k], later);
        volume += wick_bars_field(r, WICK_VOLUME)[k];
    }
    check_same(volume, 60.0);
    wick_bars_unref(r);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* The first bars of a history make the first bricks of the whole. */
static void nothing_looks_ahead(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    double c[60];
    wick_pcg g = wick_pcg_key(3, "renko", 0, 0);
    for (int i = 0; i < 60; i++) c[i] = (i > 0 ? c[i - 1] : 50.0) + wick_pcg_uniform(&g) - 0.5;
    wick_bars *b = closes(ctx, 60, c), *all = NULL;
    const wick_renko_opts o = {.atr_n = 5};
    check_ok(ctx, wick_bars_renko(ctx, b, &o, &all));
    assert_true(wick_bars_count(all) > 6);
    for (int64_t n = 20; n < 60; n += 7) {
        wick_bars *part = NULL, *r = NULL;
        check_ok(ctx, wick_bars_slice(ctx, b, 0, n, &part));
        check_ok(ctx, wick_bars_renko(ctx, part, &o, &r));
        for (int64_t i = 0; i < wick_bars_count(r); i++) {
            assert_int_equal(wick_bars_time(r)[i], wick_bars_time(all)[i]);
            for (int f = 0; f < WICK_FIELDS; f++)
                check_same(wick_bars_field(r, (wick_field)f)[i],
                           wick_bars_field(all, (wick_field)f)[i]);
        }
        wick_bars_unref(r);
        wick_bars_unref(part);
    }
    wick_bars_unref(all);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

static void mistakes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double c[] = {10, 11, 3, 60000};
    wick_bars *b = closes(ctx, 4, c), *r = NULL;
    check_fails(ctx, wick_bars_renko(ctx, b, &(wick_renko_opts){0}, &r), WICK_E_ARG, "either");
    check_fails(ctx, wick_bars_renko(ctx, b, &(wick_renko_opts){.brick = 1, .atr_n = 2}, &r),
                WICK_E_ARG, "either");
    check_fails(ctx, wick_bars_renko(ctx, b, &(wick_renko_opts){.brick = 1.0}, &r), WICK_E_ARG,
                "A: one bar would make 59996 bricks of 1");
    check_fails(ctx, wick_bars_renko(ctx, b, &(wick_renko_opts){.brick = 1e9}, &r), WICK_E_DATA,
                "no brick");
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bricks_of_a_height),
                                       cmocka_unit_test(nothing_looks_ahead),
                                       cmocka_unit_test(mistakes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
