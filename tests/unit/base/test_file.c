/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc_walk.h"

static char *dir;
static wick_ctx *ctx;

static int start(void **state)
{
    (void)state;
    dir = test_dir_new();
    ctx = wick_ctx_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_dir_remove(dir);
    wick_ctx_free(ctx);
    return 0;
}

/* Text that compresses and yet differs everywhere. */
static char *make_text(int64_t n)
{
    char *p = malloc((size_t)n + 32);
    int64_t at = 0;
    for (int64_t i = 0; at < n; i++)
        at += snprintf(p + at, 32, "%lld,%lld\n", (long long)i, (long long)(i * 7919 % 1000));
    p[n] = '\0';
    return p;
}

static const char *const endings[] = {"plain.csv", "packed.csv.gz", "packed.csv.zst"};

static int can(int which)
{
    return which == 0 || (which == 1 && WICK_HAVE_ZLIB) || (which == 2 && WICK_HAVE_ZSTD);
}

static void whole_files(void **state)
{
    (void)state;
    static const int64_t sizes[] = {0, 1, 4095, 4096, 262143, 262144, 262145, 3000000};
    for (int e = 0; e < 3; e++) {
        if (!can(e)) continue;
        for (size_t i = 0; i < 8; i++) {
            char *text = make_text(sizes[i]);
            const char *path = test_path(dir, endings[e]);
            check_ok(ctx, wick_file_write(ctx, path, text, sizes[i]));
            char *back = NULL;
            int64_t n = -1;
            check_ok(ctx, wick_file_read(ctx, path, 0, &back, &n));
            assert_int_equal(n, sizes[i]);
            assert_memory_equal(back, text, (size_t)n + 1);
            free(back);
            if (sizes[i] > 1) { /* the cap is exact */
                check_ok(ctx, wick_file_read(ctx, path, sizes[i], &back, &n));
                free(back);
                check_fails(ctx, wick_file_read(ctx, path, sizes[i] - 1, &back, &n), WICK_E_MEM,
                            "limit");
            }
            free(text);
        }
    }
}

static void cap_of_one(void **state)
{
    (void)state;
    const char *path = test_path(dir, "one");
    char *back = NULL;
    int64_t n;
    test_write(path, "ab", 2);
    check_fails(ctx, wick_file_read(ctx, path, 1, &back, &n), WICK_E_MEM, "more than 1 bytes");
    test_write(path, "a", 1);
    check_ok(ctx, wick_file_read(ctx, path, 1, &back, &n));
    assert_int_equal(n, 1);
    free(back);
}

static void streams(void **state)
{
    (void)state;
    char *text = make_text(1000000);
    for (int e = 0; e < 3; e++) {
        if (!can(e)) continue;
        const char *path = test_path(dir, endings[e]);
        check_ok(ctx, wick_file_write(ctx, path, text, 1000000));
        static const int64_t steps[] = {1, 7, 4096, 262144, 999999, 2000000};
        for (size_t i = 0; i < 6; i++) {
            const int64_t limit = steps[i] == 1 ? 3000 : 1000000;
            wick_reader *r = NULL;
            check_ok(ctx, wick_reader_open(ctx, path, &r));
            char *back = malloc(2000000);
            int64_t at = 0, got = 0;
            do {
                check_ok(ctx, wick_reader_read(ctx, r, back + at, steps[i], &got));
                at += got;
            } while (got > 0 && at < limit);
            assert_true(at >= limit);
            if (limit == 1000000) assert_int_equal(at, 1000000);
            assert_memory_equal(back, text, (size_t)at);
            free(back);
            wick_reader_close(r);
        }
    }
    free(text);
    wick_reader_close(NULL);
}

/* `cat a.gz b.gz` and the same for zstd is one file. */
static void members(void **state)
{
    (void)state;
    for (int e = 1; e < 3; e++) {
        if (!can(e)) continue;
        const char *path = test_path(dir, endings[e]);
        check_ok(ctx, wick_file_write(ctx, path, "first,", 6));
        int64_t n = 0;
        char *packed = test_read(path, &n);
        char *twice = malloc((size_t)n * 2);
        memcpy(twice, packed, (size_t)n);
        memcpy(twice + n, packed, (size_t)n);
        test_write(path, twice, n * 2);
        char *back = NULL;
        int64_t got = 0;
        check_ok(ctx, wick_file_read(ctx, path, 0, &back, &got));
        assert_string_equal(back, "first,first,");
        free(back);
        free(twice);
        free(packed);
    }
}

/* Every truncation and damage is an error or, for a cut that leaves nothing, an empty file. */
static void damage(void **state)
{
    (void)state;
    for (int e = 1; e < 3; e++) {
        if (!can(e)) continue;
        const char *path = test_path(dir, endings[e]);
        char *text = make_text(5000);
        check_ok(ctx, wick_file_write(ctx, path, text, 5000));
        int64_t n = 0;
        char *packed = test_read(path, &n);
        for (int64_t cut = 6; cut < n; cut += cut < 40 ? 1 : 97) {
            test_write(path, packed, cut);
            char *back = NULL;
            int64_t got = 0;
            check_fails(ctx, wick_file_read(ctx, path, 0, &back, &got), WICK_E_DATA, "in the middle");
        }
        packed[n / 2] ^= 0x55;
        test_write(path, packed, n);
        char *back = NULL;
        int64_t got = 0;
        check_fails(ctx, wick_file_read(ctx, path, 0, &back, &got), WICK_E_DATA, "damaged");
        packed[n / 2] ^= 0x55;
        /* Something else behind the end. */
        char *more = malloc((size_t)n + 20);
        memcpy(more, packed, (size_t)n);
        memcpy(more + n, "not compressed here", 20);
        test_write(path, more, n + 19);
        check_fails(ctx, wick_file_read(ctx, path, 0, &back, &got), WICK_E_DATA, "damaged");
        free(more);
        free(packed);
        free(text);
    }
}

static void by_magic_not_name(void **state)
{
    (void)state;
    if (!can(1)) return;
    check_ok(ctx, wick_file_write(ctx, test_path(dir, "a.gz"), "hello", 5));
    assert_int_equal(rename(test_path(dir, "a.gz"), test_path(dir, "a.csv")), 0);
    char *back = NULL;
    int64_t n = 0;
    check_ok(ctx, wick_file_read(ctx, test_path(dir, "a.csv"), 0, &back, &n));
    assert_string_equal(back, "hello");
    free(back);
    test_write(test_path(dir, "plain.gz"), "just text", -1);
    check_ok(ctx, wick_file_read(ctx, test_path(dir, "plain.gz"), 0, &back, &n));
    assert_string_equal(back, "just text");
    free(back);
}

/* The same data gives the same compressed bytes: no time stamp inside. */
static void same_bytes(void **state)
{
    (void)state;
    for (int e = 1; e < 3; e++) {
        if (!can(e)) continue;
        const char *path = test_path(dir, endings[e]);
        check_ok(ctx, wick_file_write(ctx, path, "data", 4));
        int64_t n = 0, m = 0;
        char *one = test_read(path, &n);
        sleep(e == 1 ? 1 : 0);
        check_ok(ctx, wick_file_write(ctx, path, "data", 4));
        char *two = test_read(path, &m);
        assert_int_equal(n, m);
        assert_memory_equal(one, two, (size_t)n);
        free(one);
        free(two);
    }
}

static void pipes_and_odd_files(void **state)
{
    (void)state;
    char *back = NULL;
    int64_t n = 0;
    check_ok(ctx, wick_file_read(ctx, "/proc/self/status", 0, &back, &n)); /* says size 0 */
    assert_true(n > 100);
    free(back);
    check_ok(ctx, wick_file_read(ctx, "/dev/null", 0, &back, &n));
    assert_int_equal(n, 0);
    free(back);
    check_fails(ctx, wick_file_read(ctx, "/dev/zero", 1000000, &back, &n), WICK_E_MEM, "limit");
    check_fails(ctx, wick_file_read(ctx, dir, 0, &back, &n), WICK_E_IO, "directory");
    check_fails(ctx, wick_file_read(ctx, test_path(dir, "nothing"), 0, &back, &n), WICK_E_IO,
                "No such file");
    check_fails(ctx, wick_file_read(ctx, "", 0, &back, &n), WICK_E_ARG, "empty");

    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const int keep = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    assert_int_equal(write(ends[1], "a,b\n1,2\n", 8), 8);
    close(ends[1]);
    close(ends[0]);
    check_ok(ctx, wick_file_read(ctx, "-", 0, &back, &n));
    dup2(keep, STDIN_FILENO);
    close(keep);
    assert_string_equal(back, "a,b\n1,2\n");
    free(back);
}

static wick_status read_it(wick_ctx *c, void *arg)
{
    char *back = NULL;
    int64_t n = 0;
    const wick_status st = wick_file_read(c, arg, 0, &back, &n);
    free(back);
    return st;
}

static wick_status write_it(wick_ctx *c, void *arg)
{
    return wick_file_write(c, arg, "some text", 9);
}

static void refused_memory(void **state)
{
    (void)state;
    for (int e = 0; e < 3; e++) {
        if (!can(e)) continue;
        char path[4096];
        snprintf(path, sizeof path, "%s", test_path(dir, endings[e]));
        assert_true(alloc_walk(write_it, path) >= 4);
        assert_true(alloc_walk(read_it, path) >= 2);
    }
    char **names = NULL;
    int64_t n = 0;
    check_ok(ctx, wick_dir_list(ctx, dir, &names, &n));
    wick_dir_list_free(names, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files),       cmocka_unit_test(cap_of_one),
        cmocka_unit_test(streams),           cmocka_unit_test(members),
        cmocka_unit_test(damage),            cmocka_unit_test(by_magic_not_name),
        cmocka_unit_test(same_bytes),        cmocka_unit_test(pipes_and_odd_files),
        cmocka_unit_test(refused_memory),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
