/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "check.h"

/* Checksums stand in files: the function must never change. */
static void pinned(void **state)
{
    (void)state;
    unsigned char data[100];
    for (int i = 0; i < 100; i++) data[i] = (unsigned char)(i * 37 + 1);
    assert_true(wick_hash64("", 0, 0) == UINT64_C(0xE915ED7B141B5FA4));
    assert_true(wick_hash64("abc", 3, 0) == UINT64_C(0x018ECAC85A7FC165));
    assert_true(wick_hash64(data, 100, 1) == UINT64_C(0x10D0FF1F7049BB64));
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* One changed bit anywhere, another length or another seed: another hash, half the bits turned. */
static void sensitive(void **state)
{
    (void)state;
    enum { SIZE = 80 };
    unsigned char data[SIZE] = {0};
    static uint64_t all[SIZE * 8 + SIZE + 1 + 64];
    int n = 0;
    double turned = 0.0;
    const uint64_t plain = wick_hash64(data, SIZE, 0);
    for (int bit = 0; bit < SIZE * 8; bit++) {
        data[bit / 8] ^= (unsigned char)(1u << (bit % 8));
        const uint64_t h = wick_hash64(data, SIZE, 0);
        data[bit / 8] ^= (unsigned char)(1u << (bit % 8));
        int count = 0;
        for (uint64_t x = h ^ plain; x; x &= x - 1) count++;
        assert_in_range(count, 10, 54);
        turned += count;
        all[n++] = h;
    }
    check_close(turned / (SIZE * 8), 32.0, 0.05);
    for (int k = 0; k <= SIZE; k++) all[n++] = wick_hash64(data, k, 0);
    for (uint64_t seed = 1; seed <= 64; seed++) all[n++] = wick_hash64(data, SIZE, seed);
    qsort(all, (size_t)n, sizeof all[0], by_value);
    for (int i = 1; i < n; i++) assert_true(all[i - 1] != all[i]);
}

/* The words are read where they stand, aligned or not. */
static void unaligned(void **state)
{
    (void)state;
    unsigned char data[200];
    for (int i = 0; i < 100; i++) data[i] = (unsigned char)(i * i);
    const uint64_t want = wick_hash64(data, 100, 9);
    for (int shift = 1; shift < 9; shift++) {
        memmove(data + shift, data + shift - 1, 100);
        assert_true(wick_hash64(data + shift, 100, 9) == want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pinned),
        cmocka_unit_test(sensitive),
        cmocka_unit_test(unaligned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
