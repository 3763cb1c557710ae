/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <unistd.h>

#include "alloc_walk.h"

static void lists(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    static const char *const made[] = {"b.csv", "a.csv", ".hidden", "Z.csv", "a.csv.gz", "10.csv",
                                       "9.csv"};
    for (size_t i = 0; i < 7; i++) test_write(test_path(dir, made[i]), "x", 1);
    assert_int_equal(mkdir(test_path(dir, "sub"), 0700), 0);
    char **names = NULL;
    int64_t n = 0;
    check_ok(ctx, wick_dir_list(ctx, dir, &names, &n));
    static const char *const want[] = {"10.csv", "9.csv", "Z.csv", "a.csv", "a.csv.gz", "b.csv", "sub"};
    assert_int_equal(n, 7);
    for (int i = 0; i < 7; i++) assert_string_equal(names[i], want[i]);
    wick_dir_list_free(names, n);
    check_ok(ctx, wick_dir_list(ctx, test_path(dir, "sub"), &names, &n));
    assert_int_equal(n, 0);
    wick_dir_list_free(names, n);
    check_fails(ctx, wick_dir_list(ctx, test_path(dir, "none"), &names, &n), WICK_E_IO, "none");
    check_ok(ctx, wick_dir_make(ctx, test_path(dir, "new/of/these")));
    assert_true(wick_path_is_dir(test_path(dir, "new/of/these")));
    check_ok(ctx, wick_dir_make(ctx, test_path(dir, "new/of/these/")));
    check_fails(ctx, wick_dir_make(ctx, test_path(dir, "a.csv/x")), WICK_E_IO, "a.csv");
    check_fails(ctx, wick_dir_make(ctx, ""), WICK_E_ARG, "empty");
    check_fails(ctx, wick_dir_list(ctx, test_path(dir, "a.csv"), &names, &n), WICK_E_IO, "a.csv");
    assert_true(wick_path_is_dir(dir));
    assert_false(wick_path_is_dir(test_path(dir, "a.csv")));
    assert_true(wick_path_exists(test_path(dir, "a.csv")));
    assert_false(wick_path_exists(test_path(dir, "none")));
    assert_false(wick_path_exists(NULL));
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void many(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    for (int i = 0; i < 300; i++) {
        char name[16];
        snprintf(name, sizeof name, "%03d", (i * 7) % 300);
        test_write(test_path(dir, name), "", 0);
    }
    char **names = NULL;
    int64_t n = 0;
    check_ok(ctx, wick_dir_list(ctx, dir, &names, &n));
    assert_int_equal(n, 300);
    for (int64_t i = 1; i < n; i++) assert_true(strcmp(names[i - 1], names[i]) < 0);
    wick_dir_list_free(names, n);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void maps(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    const char *path = test_path(dir, "m");
    test_write(path, "hello", 5);
    wick_map m;
    check_ok(ctx, wick_map_open(ctx, path, &m));
    assert_int_equal(m.n, 5);
    assert_memory_equal(m.data, "hello", 5);
    wick_map_close(&m);
    assert_null(m.data);
    wick_map_close(&m);
    test_write(path, "", 0);
    check_ok(ctx, wick_map_open(ctx, path, &m));
    assert_int_equal(m.n, 0);
    assert_non_null(m.data);
    wick_map_close(&m);
    check_fails(ctx, wick_map_open(ctx, dir, &m), WICK_E_IO, "not a regular file");
    check_fails(ctx, wick_map_open(ctx, test_path(dir, "none"), &m), WICK_E_IO, "No such file");
    check_fails(ctx, wick_map_open(ctx, "", &m), WICK_E_ARG, "empty");
    wick_map_close(NULL);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static wick_status make(wick_ctx *ctx, void *arg)
{
    char **names = NULL;
    int64_t n = 0;
    const wick_status st = wick_dir_list(ctx, arg, &names, &n);
    if (st >= 0) wick_dir_list_free(names, n);
    return st;
}

static void refused_memory(void **state)
{
    (void)state;
    char *dir = test_dir_new();
    for (int i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        test_write(test_path(dir, name), "", 0);
    }
    assert_int_equal(alloc_walk(make, dir), 6);
    test_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),
        cmocka_unit_test(many),
        cmocka_unit_test(maps),
        cmocka_unit_test(refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
