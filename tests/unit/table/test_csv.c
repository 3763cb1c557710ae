/* SPDX-License-Identifier: MIT */
#include "table_test.h"

static void types_are_inferred(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *t = parse(ctx, "i,f,b,t,s,id,none\n"
                               "1,1.5,true,2024-03-01T10:00:00Z,a,007,\n"
                               "-2,3,False,2024-03-02,\"b, \"\"c\"\"\",12,\n"
                               ",nan,,,,,\n");
    const wick_column_type want[] = {WICK_COL_INT,  WICK_COL_FLOAT, WICK_COL_BOOL, WICK_COL_TIME,
                                     WICK_COL_TEXT, WICK_COL_TEXT,  WICK_COL_FLOAT};
    for (int k = 0; k < 7; k++) assert_int_equal(wick_table_type(t, k), want[k]);
    assert_int_equal(wick_table_rows(t), 3);
    assert_int_equal(wick_table_ints(t, 0)[1], -2);
    assert_true(wick_table_ints(t, 0)[2] == WICK_NO_INT);
    check_same(wick_table_floats(t, 1)[1], 3.0);
    check_same(wick_table_floats(t, 1)[2], WICK_NA);
    assert_int_equal(wick_table_bools(t, 2)[2], WICK_NO_BOOL);
    assert_string_equal(wick_table_texts(t, 4)[1], "b, \"c\"");
    assert_null(wick_table_texts(t, 4)[2]);
    assert_string_equal(wick_table_texts(t, 5)[0], "007");
    wick_table_unref(t);
    wick_ctx_free(ctx);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const char *text = "f,i,s,b,t\n"
                       "3.0,3,plain,true,2024-03-01T10:00:00Z\n"
                       "1e-07,,\"with,comma\",,\n"
                       "-0.0,-4,\"\",false,1969-12-31T23:59:59.500Z\n"
                       ",0,\"line\nbreak \"\"x\"\"\",true,2024-03-01T00:00:00Z\n"
                       "1e+22,9007199254740993,x y,false,2024-03-01T10:00:00Z\n"
                       "-inf,1,\"semi;colon\",true,2024-03-01T10:00:00Z\n";
    wick_table *t = parse(ctx, text);
    check_csv(ctx, t, text);
    wick_table *one = parse(ctx, "x\n\n\"\"\n");
    assert_int_equal(wick_table_rows(one), 2);
    check_csv(ctx, one, "x\n\n\"\"\n");
    wick_table_unref(one);
    wick_table_unref(t);
    wick_ctx_free(ctx);
}

static void odd_files(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *t = parse(ctx, "\xef\xbb\xbf"
                               "a;b\r\n1;x\r\n\r\n2;y");
    check_csv(ctx, t, "a,b\n1,x\n2,y\n");
    wick_table_unref(t);
    t = parse(ctx, "a,b\n");
    assert_int_equal(wick_table_rows(t), 0);
    wick_table_unref(t);
    const char *const bad[][2] = {
        {"", "t.csv:1: the file is empty"},
        {"a,a\n1,2\n", "t.csv:1: column 'a' is there twice"},
        {"a,\n1,2\n", "t.csv:1: a column without a name"},
        {"a,b\n1,2\n1\n", "t.csv:3: 1 fields where the header has 2"},
        {"a,b\n1,2,3\n", "t.csv:2: 3 fields where the header has 2"},
        {"a,b\n1,\"x\n", "a quoted field without an end"},
        {"a,b\n1,\"x\"y\n", "t.csv:2: text behind a closing quote"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_fails(ctx, wick_table_parse_csv(ctx, "t.csv", bad[i][0], -1, NULL, &t), WICK_E_DATA,
                    bad[i][1]);
    check_fails(ctx, wick_table_parse_csv(ctx, "t.csv", "a,b\nx\0y,2\n", 10, NULL, &t), WICK_E_DATA,
                "t.csv:2: a NUL byte");
    wick_ctx_free(ctx);
}

static void declared_and_chosen(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const char *columns[] = {"id", "v"}, *typed[] = {"id", "v", "absent"};
    const int32_t types[] = {WICK_COL_TEXT, WICK_COL_FLOAT, WICK_COL_INT};
    wick_table_opts o = {.size = sizeof o,
                         .columns = columns,
                         .n_columns = 2,
                         .typed = typed,
                         .types = types,
                         .n_typed = 3};
    wick_table *t = NULL;
    check_ok(ctx, wick_table_parse_csv(ctx, "t.csv", "v,junk,id\n1,?,17\n2,,18\n", -1, &o, &t));
    check_csv(ctx, t, "id,v\n17,1.0\n18,2.0\n");
    assert_int_equal(wick_table_type(t, 0), WICK_COL_TEXT);
    wick_table_unref(t);
    check_fails(ctx, wick_table_parse_csv(ctx, "t.csv", "v,ID\n1,2\n", -1, &o, &t), WICK_E_DATA,
                "t.csv: no column 'id'; did you mean 'ID'?");
    check_fails(ctx, wick_table_parse_csv(ctx, "t.csv", "v,id\n1,2\nx,2\n", -1, &o, &t),
                WICK_E_DATA, "t.csv:3: column 'v': 'x' is no number");
    wick_ctx_free(ctx);
}

static void markdown(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *t = parse(ctx, "name,v\na|b,1.5\nc,2\nd,3\n");
    wick_buf b = {0};
    check_ok(ctx, wick_table_markdown(ctx, t, 2, &b));
    assert_string_equal(b.data, "| name | v |\n|---|---:|\n| a\\|b | 1.5 |\n| c | 2.0 |\n");
    wick_buf_free(&b);
    wick_table_unref(t);
    wick_ctx_free(ctx);
}

static wick_status parse_and_free(wick_ctx *ctx, void *arg)
{
    wick_table *t = NULL;
    const wick_status st = wick_table_parse_csv(ctx, "t.csv", arg, -1, NULL, &t);
    wick_table_unref(t);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    char text[] = "a,b,c\n1,x,true\n2,y,false\n";
    assert_true(alloc_walk(parse_and_free, text) > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_inferred), cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(odd_files),          cmocka_unit_test(declared_and_chosen),
        cmocka_unit_test(markdown),           cmocka_unit_test(no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
