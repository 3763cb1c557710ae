/* SPDX-License-Identifier: MIT */
/* Packed masks against the columns they come from. */
#include "data_test.h"

static const int64_t lengths[] = {0, 1, 2, 63, 64, 65, 127, 128, 129, 400};

static void fill(wick_pcg *g, int64_t n, double share, double *v)
{
    for (int64_t i = 0; i < n; i++) {
        const double u = wick_pcg_uniform(g);
        v[i] = u < share ? 1.0 : u < 0.9 ? 0.0 : WICK_NA;
    }
}

static void bits_are_the_ones_of_the_column(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(1, "mask", 0, 0);
    double v[400];
    uint64_t bits[8];
    for (int64_t k = 0; k < COUNT(lengths); k++) {
        const int64_t n = lengths[k];
        memset(bits, 0xff, sizeof bits);
        fill(&g, n, 0.3, v);
        wick_mask_pack(n, v, bits);
        for (int64_t i = 0; i < n; i++) assert_int_equal(wick_mask_at(bits, i), v[i] == 1.0);
        for (int64_t i = n; i < 64 * wick_mask_words(n); i++) assert_false(wick_mask_at(bits, i));
    }
}

static void next_and_count_walk_like_the_column(void **state)
{
    (void)state;
    static const double shares[] = {0.0, 0.01, 0.5, 0.9};
    wick_pcg g = wick_pcg_key(1, "mask", 1, 0);
    double v[400];
    uint64_t bits[8];
    for (int64_t s = 0; s < COUNT(shares); s++) {
        fill(&g, 400, shares[s], v);
        wick_mask_pack(400, v, bits);
        for (int64_t from = 0; from <= 400; from += 7)
            for (int64_t to = 0; to <= 400; to += 13) {
                int64_t next = to, count = 0;
                for (int64_t i = to - 1; i >= from; i--) {
                    next = v[i] == 1.0 ? i : next;
                    count += v[i] == 1.0;
                }
                assert_int_equal(wick_mask_next(bits, from, to), next);
                assert_int_equal(wick_mask_count(bits, from, to), count);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_the_ones_of_the_column),
        cmocka_unit_test(next_and_count_walk_like_the_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
