/* SPDX-License-Identifier: MIT */
/* The wide comparison with Python's decimal is in test_num.c (golden); these are the edges. */
#include "check.h"

static void decimal(void **state)
{
    (void)state;
    check_same(wick_round_decimal(2.675, 2), 2.68); /* its text is a tie, its binary value is not */
    check_same(wick_round_decimal(1.005, 2), 1.01);
    check_same(wick_round_decimal(-1.005, 2), -1.01);
    check_same(wick_round_decimal(0.125, 2), 0.13);
    check_same(wick_round_decimal(0.5, 0), 1.0);
    check_same(wick_round_decimal(0.005, 2), 0.01);
    check_same(wick_round_decimal(0.0049, 2), 0.0);
    check_same(wick_round_decimal(-0.0049, 2), -0.0);
    check_same(wick_round_decimal(0.00001, 2), 0.0);
    check_same(wick_round_decimal(99.995, 2), 100.0);
    check_same(wick_round_decimal(1234.0, -2), 1200.0);
    check_same(wick_round_decimal(1250.0, -2), 1300.0);
    check_same(wick_round_decimal(1e300, 2), 1e300);
    check_same(wick_round_decimal(0.1, 20), 0.1);
    check_same(wick_round_decimal(1.2345678901234567e-300, 302), 1.23e-300);
    check_same(wick_round_decimal(WICK_NA, 2), WICK_NA);
    check_same(wick_round_decimal((double)INFINITY, 2), (double)INFINITY);
    check_same(wick_round_decimal(0.0, 2), 0.0);
}

static void printf_like(void **state)
{
    (void)state;
    check_same(wick_round_printf(2.675, 2), 2.67); /* 2.67499999999999982236431605997495353221893 */
    check_same(wick_round_printf(1.005, 2), 1.0);
    check_same(wick_round_printf(0.125, 2), 0.13);
    check_same(wick_round_printf(-0.125, 2), -0.13);
    check_same(wick_round_printf(0.5, 0), 1.0);
    check_same(wick_round_printf(2251799813685249.5, 0), 2251799813685250.0);
    check_same(wick_round_printf(2251799813685248.5, 0), 2251799813685249.0);
    check_same(wick_round_printf(9007199254740993.0, 2), 9007199254740992.0);
    check_same(wick_round_printf(0.49999999999999994, 0), 0.0);
    check_same(wick_round_printf(WICK_NA, 2), WICK_NA);
    check_same(wick_round_printf(1e300, 22), 1e300);
}

/* Where the exact value is no tie, both agree with printf. */
static void against_printf(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(3, "round", 0, 0);
    for (int i = 0; i < 100000; i++) {
        const double v = (wick_pcg_uniform(&g) - 0.5) * 1e6;
        const int places = (int)wick_pcg_below(&g, 8);
        char text[64];
        snprintf(text, sizeof text, "%.*f", places, v);
        double want;
        assert_true(wick_parse_double(text, -1, &want));
        check_same(wick_round_printf(v, places), want);
    }
}

static void powers(void **state)
{
    (void)state;
    check_same(wick_pow(3.0, 2.0), 9.0);
    check_same(wick_pow(1.1, 3.0), 1.1 * (1.1 * 1.1));
    check_same(wick_pow(2.0, -3.0), 0.125);
    check_same(wick_pow(5.0, 0.0), 1.0);
    check_same(wick_pow(WICK_NA, 0.0), 1.0);
    check_same(wick_pow(9.0, 0.5), 3.0);
    check_same(wick_pow(2.0, 100.0), 0x1p100);
    check_close(wick_pow(2.0, 0.3), 1.2311444133449163, 1e-15);
    check_same(wick_pow(-2.0, 3.0), -8.0);
    check_same(wick_pow(-2.0, 0.5), WICK_NA);
    check_same(wick_pow(0.0, -1.0), (double)INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal),
        cmocka_unit_test(printf_like),
        cmocka_unit_test(against_printf),
        cmocka_unit_test(powers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
