/* SPDX-License-Identifier: MIT */
#include "alloc_walk.h"

static void aligned_and_apart(void **state)
{
    (void)state;
    wick_arena *a = wick_arena_new(0);
    unsigned char *blocks[400];
    int64_t sizes[400];
    wick_pcg g = wick_pcg_key(1, "arena", 0, 0);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 400; i++) {
            sizes[i] = (int64_t)wick_pcg_below(&g, i % 50 == 0 ? 300000 : 2000);
            blocks[i] = wick_arena_alloc(a, sizes[i]);
            assert_non_null(blocks[i]);
            assert_int_equal((uintptr_t)blocks[i] % 64, 0);
            memset(blocks[i], i & 255, (size_t)sizes[i]);
        }
        for (int i = 0; i < 400; i++)
            for (int64_t k = 0; k < sizes[i]; k++) assert_int_equal(blocks[i][k], i & 255);
        wick_arena_reset(a);
        assert_int_equal(wick_arena_used(a), 0);
    }
    wick_arena_free(a);
}

static void reset_keeps_blocks(void **state)
{
    (void)state;
    wick_arena *a = wick_arena_new(0);
    for (int i = 0; i < 1000; i++) wick_arena_alloc(a, 5000);
    wick_arena_reset(a);
    alloc_refuse(0);
    for (int i = 0; i < 1000; i++) assert_non_null(wick_arena_alloc(a, 5000));
    assert_int_equal(alloc_asked(), 0);
    wick_arena_free(a);
}

static void cap(void **state)
{
    (void)state;
    wick_arena *a = wick_arena_new(1024);
    assert_non_null(wick_arena_alloc(a, 512));
    assert_null(wick_arena_alloc(a, 513));
    assert_int_equal(wick_arena_used(a), 512);
    assert_non_null(wick_arena_alloc(a, 512));
    assert_null(wick_arena_alloc(a, 1));
    wick_arena_reset(a);
    assert_non_null(wick_arena_alloc(a, 1024));
    wick_arena_free(a);
    a = wick_arena_new(0);
    assert_null(wick_arena_alloc(a, -1));
    assert_null(wick_arena_alloc(a, INT64_MAX));
    assert_null(wick_arena_alloc(NULL, 1));
    wick_arena_free(a);
    wick_arena_free(NULL);
}

static void zero_and_text(void **state)
{
    (void)state;
    wick_arena *a = wick_arena_new(0);
    memset(wick_arena_alloc(a, 4096), 255, 4096);
    wick_arena_reset(a);
    const unsigned char *z = wick_arena_zalloc(a, 4096);
    for (int i = 0; i < 4096; i++) assert_int_equal(z[i], 0);
    assert_string_equal(wick_arena_strdup(a, "AAPL"), "AAPL");
    assert_string_equal(wick_arena_strdup(a, ""), "");
    wick_arena_free(a);
}

static void columns(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 40; n++) {
        double *c = wick_alloc_column(n);
        assert_non_null(c);
        assert_int_equal((uintptr_t)c % 64, 0);
        const int64_t padded = n ? (n + 7) / 8 * 8 : 8;
        for (int64_t i = n; i < padded; i++) check_same(c[i], 0.0);
        wick_free_aligned(c);
    }
    assert_null(wick_alloc_column(-1));
    assert_null(wick_alloc_column(INT64_MAX / 4));
    wick_free_aligned(NULL);
}

static wick_status make(wick_ctx *ctx, void *arg)
{
    (void)arg;
    wick_arena *a = wick_arena_new(0);
    wick_status st = a ? WICK_OK : wick_fail_mem(ctx);
    for (int i = 0; i < 40 && st >= 0; i++)
        if (!wick_arena_alloc(a, 20000)) st = wick_fail_mem(ctx);
    wick_arena_free(a);
    return st;
}

static void refused(void **state)
{
    (void)state;
    assert_in_range(alloc_walk(make, NULL), 3, 12);
    wick_arena *a = wick_arena_new(0);
    alloc_refuse(1);
    assert_null(wick_arena_alloc(a, 100));
    alloc_refuse(0);
    assert_non_null(wick_arena_alloc(a, 100)); /* a refusal does no harm */
    wick_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligned_and_apart), cmocka_unit_test(reset_keeps_blocks),
        cmocka_unit_test(cap),               cmocka_unit_test(zero_and_text),
        cmocka_unit_test(columns),           cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
