/* SPDX-License-Identifier: MIT */
#include "check.h"

static void nearest(void **state)
{
    (void)state;
    const char *const names[] = {"sma", "ema", "highest", "lowest", "close", "cross_over", NULL};
    const struct {
        const char *word, *want;
    } cases[] = {
        {"smaa", "sma"},
        {"hihgest", "highest"},
        {"highst", "highest"},
        {"lowwest", "lowest"},
        {"crossover", "cross_over"},
        {"Close", "close"},
        {"EMA", "ema"},
        {"banana", NULL},
        {"", NULL},
        {"x", NULL},
        {"volume", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = wick_nearest(cases[i].word, names, 6);
        if (cases[i].want)
            assert_string_equal(got, cases[i].want);
        else
            assert_null(got);
    }
    assert_null(wick_nearest("sma", names, 0));
    assert_null(wick_nearest(NULL, names, 6));
    char endless[400];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(wick_nearest(endless, names, 6));
}

/* The nearer of two wins; of equals the first. */
static void nearest_of_several(void **state)
{
    (void)state;
    const char *const names[] = {"stop_lass", "stop_loss", "stop_liss"};
    assert_ptr_equal(wick_nearest("stop_loss", names, 3), names[1]);
    assert_ptr_equal(wick_nearest("stop_lxss", names, 3), names[0]);
}

/* Words more or fewer at the end; a slip comes first, and short words tell nothing. */
static void nearest_by_words(void **state)
{
    (void)state;
    const char *const names[] = {"hold", "slots", "fee_pct", "stop_limit", "slot", "slots_a"};
    assert_ptr_equal(wick_nearest("hold_bars", names, 6), names[0]);
    assert_ptr_equal(wick_nearest("Slots_per_account", names, 6), names[1]);
    assert_ptr_equal(wick_nearest("slto", names, 6), names[4]);
    assert_ptr_equal(wick_nearest("slots_a_long", names, 6), names[5]);
    assert_ptr_equal(wick_nearest("slots.of_an_account", names, 6), names[1]);
    assert_null(wick_nearest("fee", names, 6));
    assert_null(wick_nearest("holder_of_bars", names, 6));
    assert_ptr_equal(wick_nearest("stop", names, 4), names[3]);
}

static void interrupt(void **state)
{
    (void)state;
    wick_interrupt_clear();
    assert_false(wick_interrupted());
    wick_interrupt();
    assert_true(wick_interrupted());
    wick_interrupt_clear();
    assert_false(wick_interrupted());
}

static void version_and_clock(void **state)
{
    (void)state;
    int a, b, c;
    assert_int_equal(sscanf(wick_version(), "%d.%d.%d", &a, &b, &c), 3);
    const double t = wick_now();
    assert_true(wick_now() >= t);
    assert_true(t > 0.0);
}

static void features(void **state)
{
    (void)state;
    int64_t n = 0;
    const wick_feature *f = wick_features(&n);
    assert_true(n >= 3);
    for (int64_t i = 0; i < n; i++) {
        assert_non_null(f[i].package);
        if (i > 0) assert_true(strcmp(f[i - 1].name, f[i].name) < 0);
        if (strcmp(f[i].name, "zlib") == 0) assert_int_equal(f[i].present, WICK_HAVE_ZLIB);
        if (strcmp(f[i].name, "zstd") == 0) assert_int_equal(f[i].present, WICK_HAVE_ZSTD);
    }
    assert_null(f[n].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest),           cmocka_unit_test(nearest_of_several),
        cmocka_unit_test(nearest_by_words),  cmocka_unit_test(interrupt),
        cmocka_unit_test(version_and_clock), cmocka_unit_test(features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
