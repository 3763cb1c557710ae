/* SPDX-License-Identifier: MIT */
#include "alloc_walk.h"

static void grows(void **state)
{
    (void)state;
    wick_buf b = {0};
    assert_null(b.data);
    wick_buf_add(&b, "", 0);
    wick_buf_add(&b, NULL, 5);
    assert_null(b.data);
    for (int i = 0; i < 10000; i++) wick_buf_addf(&b, "%05d,", i);
    assert_int_equal(b.len, 60000);
    assert_int_equal(strlen(b.data), 60000);
    for (int i = 0; i < 10000; i += 777) {
        char want[16];
        snprintf(want, sizeof want, "%05d,", i);
        assert_memory_equal(b.data + i * 6, want, 6);
    }
    assert_false(b.failed);
    wick_buf_free(&b);
    assert_null(b.data);
    wick_buf_free(&b);
    wick_buf_free(NULL);
}

static void numbers(void **state)
{
    (void)state;
    wick_buf b = {0};
    wick_buf_add_int(&b, INT64_MIN);
    wick_buf_add(&b, " ", 1);
    wick_buf_add_int(&b, INT64_MAX);
    wick_buf_add(&b, " ", -1);
    wick_buf_add_int(&b, 0);
    wick_buf_add(&b, " ", -1);
    wick_buf_add_double(&b, 0.1);
    assert_string_equal(b.data, "-9223372036854775808 9223372036854775807 0 0.1");
    wick_buf_free(&b);
}

/* Every boundary between "fits" and "grows", by all three ways of adding. */
static void boundaries(void **state)
{
    (void)state;
    for (int n = 250; n < 262; n++) {
        wick_buf b = {0};
        for (int i = 0; i < n; i++) wick_buf_add(&b, "x", 1);
        wick_buf_addf(&b, "%s", "yz");
        assert_int_equal(b.len, n + 2);
        assert_string_equal(b.data + n, "yz");
        wick_buf_free(&b);
    }
}

static void failure_sticks(void **state)
{
    (void)state;
    wick_buf b = {0};
    wick_buf_add(&b, "abc", 3);
    char big[1000] = {0};
    memset(big, 'z', 999);
    alloc_refuse(1);
    wick_buf_add(&b, big, 999);
    alloc_refuse(0);
    assert_true(b.failed);
    wick_buf_add(&b, "d", 1);
    wick_buf_addf(&b, "%d", 1);
    wick_buf_add_int(&b, 1);
    assert_string_equal(b.data, "abc");
    wick_buf_free(&b);
    assert_false(b.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows),
        cmocka_unit_test(numbers),
        cmocka_unit_test(boundaries),
        cmocka_unit_test(failure_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
