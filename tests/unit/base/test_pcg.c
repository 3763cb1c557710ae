/* SPDX-License-Identifier: MIT */
#include "check.h"

/* O'Neill's library, pcg64_srandom(42, 54): its published first outputs. Seeding there is
 * state = 0, step, += 42, step, with the increment 54 * 2 + 1; the second step is the first
 * (thrown away) output here. */
static void published(void **state)
{
    (void)state;
    static const uint64_t want[] = {
        UINT64_C(0x86b1da1d72062b68), UINT64_C(0x1304aa46c9853d39), UINT64_C(0xa3670e9e0dd50358),
        UINT64_C(0xf9090e529a7dae00), UINT64_C(0xc85b9fd837996f2c), UINT64_C(0x606121f8e3919196)};
    wick_pcg g = {.state_lo = 109 + 42, .inc_lo = 109};
    wick_pcg_u64(&g);
    for (size_t i = 0; i < 6; i++) assert_true(wick_pcg_u64(&g) == want[i]);
}

/* Keys are part of every seeded result: the streams must never change. */
static void pinned(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(42, "synth", 1, 2);
    assert_true(wick_pcg_u64(&g) == UINT64_C(0xABF804BEAA71581D));
    assert_true(wick_pcg_u64(&g) == UINT64_C(0x040F9A4985DCDA42));
    g = wick_pcg_key(42, "synth", 1, 2);
    check_same(wick_pcg_uniform(&g), 0.67175321249891817);
}

static void keys_differ(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(1, "a", 2, 3);
    const uint64_t first = wick_pcg_u64(&g);
    const wick_pcg others[] = {wick_pcg_key(2, "a", 2, 3), wick_pcg_key(1, "b", 2, 3),
                               wick_pcg_key(1, "a", 3, 3), wick_pcg_key(1, "a", 2, 4),
                               wick_pcg_key(1, "a", 3, 2), wick_pcg_key(1, "", 2, 3),
                               wick_pcg_key(1, NULL, 3, 2)};
    for (size_t i = 0; i < 7; i++) {
        wick_pcg o = others[i];
        assert_true(wick_pcg_u64(&o) != first);
        assert_int_equal(o.inc_lo & 1, 1);
    }
    wick_pcg same = wick_pcg_key(1, "a", 2, 3);
    assert_true(wick_pcg_u64(&same) == first);
}

static void uniform(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(1, "uniform", 0, 0);
    double sum = 0.0, low = 1.0, high = 0.0;
    int cell[16] = {0};
    for (int i = 0; i < 160000; i++) {
        const double u = wick_pcg_uniform(&g);
        assert_true(u >= 0.0 && u < 1.0);
        sum += u;
        if (u < low) low = u;
        if (u > high) high = u;
        cell[(int)(u * 16.0)]++;
    }
    check_close(sum / 160000, 0.5, 0.005);
    assert_true(low < 1e-4 && high > 1.0 - 1e-4);
    double chi2 = 0.0;
    for (int i = 0; i < 16; i++) chi2 += (cell[i] - 10000.0) * (cell[i] - 10000.0) / 10000.0;
    assert_true(chi2 < 45.0); /* 15 degrees of freedom: one in ten thousand */
}

static void below(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(1, "below", 0, 0);
    int cell[6] = {0};
    for (int i = 0; i < 60000; i++) cell[wick_pcg_below(&g, 6)]++;
    for (int i = 0; i < 6; i++) assert_in_range(cell[i], 9600, 10400);
    for (int i = 0; i < 100; i++) assert_int_equal(wick_pcg_below(&g, 1), 0);
    /* Two thirds of 2^64: a plain remainder would fall below 2^63 / 3 * 2 twice as often. */
    const uint64_t n = UINT64_C(0xAAAAAAAAAAAAAAAA);
    int low = 0;
    for (int i = 0; i < 30000; i++) {
        const uint64_t r = wick_pcg_below(&g, n);
        assert_true(r < n);
        low += r < n / 2;
    }
    assert_in_range(low, 14500, 15500);
}

static void normal(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(1, "normal", 0, 0);
    double m1 = 0.0, m2 = 0.0, m4 = 0.0;
    const int n = 200000;
    for (int i = 0; i < n; i++) {
        const double x = wick_pcg_normal(&g);
        assert_true(isfinite(x));
        m1 += x;
        m2 += x * x;
        m4 += x * x * x * x;
    }
    check_close(m1 / n, 0.0, 0.01);
    check_close(m2 / n, 1.0, 0.02);
    check_close(m4 / n, 3.0, 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published), cmocka_unit_test(pinned), cmocka_unit_test(keys_differ),
        cmocka_unit_test(uniform),   cmocka_unit_test(below),  cmocka_unit_test(normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
