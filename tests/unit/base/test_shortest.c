/* SPDX-License-Identifier: MIT */
/* The integer way to the shortest digits against printing and reading back. */
#include <stdlib.h>

#include "support/check.h"
#include "base/base_int.h"

/* Digits without trailing zeros, and the power of the first. */
static int64_t strip(char *digits, int64_t n)
{
    while (n > 1 && digits[n - 1] == '0') n--;
    digits[n] = '\0';
    return n;
}

static void compare(double v)
{
    uint64_t number;
    int scale;
    if (!wk_shortest_exact(v, &number, &scale)) return;
    char want[40], got[40];
    for (int places = 14; places <= 16; places++) {
        snprintf(want, sizeof want, "%.*e", places, v);
        if (strtod(want, NULL) == v) break;
    }
    const char *e = strchr(want, 'e');
    const int want_exp = (int)strtol(e + 1, NULL, 10);
    char digits[40];
    int64_t n = 0;
    for (const char *p = want; p < e; p++) {
        if (*p != '.') digits[n++] = *p;
    }
    strip(digits, n);
    const int len = snprintf(got, sizeof got, "%llu", (unsigned long long)number);
    strip(got, len);
    assert_string_equal(got, digits);
    assert_int_equal(scale + len - 1, want_exp);
}

static void same_digits(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(1, "test shortest", 0, 0);
    for (int i = 0; i < 100000; i++) {
        compare(1e5 * wick_pcg_uniform(&g));
        compare(ldexp(1.0 + wick_pcg_uniform(&g), (int)wick_pcg_below(&g, 72) - 18));
        compare((double)wick_pcg_below(&g, UINT64_C(1) << 40) / 8192.0); /* exact ties */
        double v = (double)wick_pcg_below(&g, 1000000000) / 100.0;
        for (uint64_t k = wick_pcg_below(&g, 4); k > 0; k--) v = nextafter(v, 1e300);
        compare(v);
    }
}

static void takes_money(void **state)
{
    (void)state;
    uint64_t number;
    int scale;
    assert_true(wk_shortest_exact(99876.54999999999, &number, &scale));
    assert_true(number == UINT64_C(9987654999999999));
    assert_int_equal(scale, -11);
    assert_true(wk_shortest_exact(0.1, &number, &scale));
    assert_false(wk_shortest_exact(1e300, &number, &scale));
    assert_false(wk_shortest_exact(1e-300, &number, &scale));
    assert_false(wk_shortest_exact(1024.0, &number, &scale));
    assert_false(wk_shortest_exact(WICK_NA, &number, &scale));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_digits),
                                       cmocka_unit_test(takes_money)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
