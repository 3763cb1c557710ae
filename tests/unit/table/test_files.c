/* SPDX-License-Identifier: MIT */
#include "table_test.h"

static const char text[] = "f,i,s,b,t\n"
                           "1.5,3,a,true,2024-03-01T10:00:00Z\n"
                           ",,,,\n"
                           "-inf,-4,\"\",false,1969-12-31T23:59:59.500Z\n"
                           "3.0,9007199254740993,a rather longer text,true,2024-03-01T00:00:00Z\n";

static void native_round_trip(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new(), one[65], two[65];
    wick_table *t = parse(ctx, text), *u = NULL;
    const char *path = test_path(dir, "t.wkt");
    check_ok(ctx, wick_table_write(ctx, t, path));
    check_ok(ctx, wick_table_read(ctx, path, NULL, &u));
    check_csv(ctx, u, text);
    check_ok(ctx, wick_table_digest(ctx, t, one));
    check_ok(ctx, wick_table_digest(ctx, u, two));
    assert_string_equal(one, two);
    wick_table_unref(u);
    const char *columns[] = {"i"}, *typed[] = {"i"};
    const int32_t types[] = {WICK_COL_TEXT};
    const wick_table_opts o = {.size = sizeof o,
                               .columns = columns,
                               .n_columns = 1,
                               .typed = typed,
                               .types = types,
                               .n_typed = 1};
    check_ok(ctx, wick_table_read(ctx, path, &o, &u));
    check_csv(ctx, u, "i\n3\n\n-4\n9007199254740993\n");
    wick_table_unref(u);
    wick_table_unref(t);
    t = parse(ctx, "a,b\n");
    check_ok(ctx, wick_table_write(ctx, t, path));
    check_ok(ctx, wick_table_read(ctx, path, NULL, &u));
    check_csv(ctx, u, "a,b\n");
    wick_table_unref(u);
    wick_table_unref(t);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

/* Whatever byte changes, the file is refused or holds what it held; and it may be cut anywhere. */
static void native_damage(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_table *t = parse(ctx, text), *u = NULL;
    const char *path = test_path(dir, "t.wkt"), *hurt = test_path(dir, "hurt.wkt");
    check_ok(ctx, wick_table_write(ctx, t, path));
    int64_t n = 0, refused = 0;
    char *data = test_read(path, &n);
    for (int64_t i = 0; i < n; i++) {
        data[i] = (char)(data[i] ^ 0x41);
        test_write(hurt, data, n);
        data[i] = (char)(data[i] ^ 0x41);
        if (wick_table_read(ctx, hurt, NULL, &u) < 0) {
            refused++;
        } else {
            check_csv(ctx, u, text); /* padding */
            wick_table_unref(u);
        }
    }
    assert_true(refused > n / 2);
    for (int64_t i = 0; i < n; i += 7) {
        test_write(hurt, data, i);
        assert_true(wick_table_read(ctx, hurt, NULL, &u) < 0);
    }
    free(data);
    wick_table_unref(t);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void endings(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_table *t = parse(ctx, text), *u = NULL;
    check_ok(ctx, wick_table_write(ctx, t, test_path(dir, "t.csv")));
    check_ok(ctx, wick_table_read(ctx, test_path(dir, "t.csv"), NULL, &u));
    check_csv(ctx, u, text);
    wick_table_unref(u);
    check_fails(ctx, wick_table_read(ctx, test_path(dir, "t.txt"), NULL, &u), WICK_E_ARG,
                "must be .csv, .csv.gz, .csv.zst, .wkt or .parquet");
    check_fails(ctx, wick_table_read(ctx, test_path(dir, "none.csv"), NULL, &u), WICK_E_IO,
                "none.csv");
    check_fails(ctx, wick_table_write(ctx, t, test_path(dir, "no/t.csv")), WICK_E_IO, "no/t.csv");
    wick_table_unref(t);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void parquet_round_trip(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    if (wick_table_parquet(ctx) < 0) {
        print_message("no DuckDB here: %s\n", wick_ctx_error(ctx));
        wick_ctx_free(ctx);
        skip();
    }
    char *dir = test_dir_new();
    wick_table *t = parse(ctx, text), *u = NULL;
    const char *path = test_path(dir, "it's.parquet");
    check_ok(ctx, wick_table_write(ctx, t, path));
    check_ok(ctx, wick_table_read(ctx, path, NULL, &u));
    check_csv(ctx, u, text);
    wick_table_unref(u);
    int64_t n = 0, m = 0;
    char *first = test_read(path, &n);
    check_ok(ctx, wick_table_write(ctx, t, path));
    char *again = test_read(path, &m);
    assert_int_equal(n, m);
    assert_memory_equal(first, again, (size_t)n);
    first[n / 2] = (char)(first[n / 2] ^ 0x55);
    test_write(path, first, n / 2);
    assert_true(wick_table_read(ctx, path, NULL, &u) < 0);
    check_fails(ctx, wick_table_read(ctx, test_path(dir, "none.parquet"), NULL, &u), WICK_E_IO,
                "no such file");
    free(first);
    free(again);
    wick_table_unref(t);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

typedef struct walk {
    wick_table *t;
    const char *path;
} walk;

static wick_status write_and_read(wick_ctx *ctx, void *arg)
{
    walk *w = arg;
    wick_table *u = NULL;
    wick_status st = wick_table_write(ctx, w->t, w->path);
    if (st >= 0) st = wick_table_read(ctx, w->path, NULL, &u);
    wick_table_unref(u);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    walk w = {parse(ctx, text), test_path(dir, "t.wkt")};
    assert_true(alloc_walk(write_and_read, &w) > 8);
    wick_table_unref(w.t);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(native_round_trip),
                                       cmocka_unit_test(native_damage), cmocka_unit_test(endings),
                                       cmocka_unit_test(parquet_round_trip),
                                       cmocka_unit_test(no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
