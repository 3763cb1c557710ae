/* SPDX-License-Identifier: MIT */
#include "table_test.h"

static void joins(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *a = parse(ctx, "id,x\nc,1\na,2\n,3\nz,4\na,5\n");
    wick_table *b = parse(ctx, "y,id\n10,a\n20,b\n30,c\n40,a\n50,\n"), *t = NULL;
    const char *keys[] = {"id"};
    check_ok(ctx, wick_table_join(ctx, a, b, keys, 1, NULL, &t));
    check_csv(ctx, t, "id,x,y\nc,1,30\na,2,10\na,2,40\na,5,10\na,5,40\n");
    wick_table_unref(t);
    wick_join_opts o = {.size = sizeof o, .kind = WICK_JOIN_LEFT};
    check_ok(ctx, wick_table_join(ctx, a, b, keys, 1, &o, &t));
    check_csv(ctx, t, "id,x,y\nc,1,30\na,2,10\na,2,40\n,3,\nz,4,\na,5,10\na,5,40\n");
    wick_table_unref(t);
    o = (wick_join_opts){.size = sizeof o, .unique_right = true, .right_name = "risk.csv"};
    check_fails(ctx, wick_table_join(ctx, a, b, keys, 1, &o, &t), WICK_E_DATA,
                "risk.csv: id 'a' is there twice, in rows 1 and 4");
    o = (wick_join_opts){.size = sizeof o, .unique_left = true};
    check_fails(ctx, wick_table_join(ctx, a, b, keys, 1, &o, &t), WICK_E_DATA,
                "id 'a' is there twice, in rows 2 and 5");
    wick_table *clash = parse(ctx, "id,x\na,1\n"), *number = parse(ctx, "id,w\n1,1\n");
    check_fails(ctx, wick_table_join(ctx, a, clash, keys, 1, NULL, &t), WICK_E_DATA,
                "column 'x' is on both sides");
    check_fails(ctx, wick_table_join(ctx, a, number, keys, 1, NULL, &t), WICK_E_DATA,
                "key 'id' is text on the left and int on the right");
    wick_table_unref(clash);
    wick_table_unref(number);
    wick_table_unref(a);
    wick_table_unref(b);
    wick_ctx_free(ctx);
}

static void groups(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *a = parse(ctx, "k,s,v,b\nx,L,1,true\ny,L,2,false\nx,L,4,true\nx,S,,false\n,L,7,\n");
    wick_table *t = NULL;
    const char *keys[] = {"k", "s"};
    const wick_agg aggs[] = {{"n", WICK_AGG_COUNT, NULL}, {"nv", WICK_AGG_COUNT, "v"},
                             {"sum", WICK_AGG_SUM, "v"},  {"mean", WICK_AGG_MEAN, "b"},
                             {"std", WICK_AGG_STD, "v"},  {"min", WICK_AGG_MIN, "v"},
                             {"max", WICK_AGG_MAX, "s"},  {"last", WICK_AGG_LAST, "v"}};
    check_ok(ctx, wick_table_group(ctx, a, keys, 2, aggs, 8, &t));
    check_csv(ctx, t,
              "k,s,n,nv,sum,mean,std,min,max,last\n"
              "x,L,2,2,5.0,1.0,2.1213203435596424,1,L,4\n"
              "y,L,1,1,2.0,0.0,,2,L,2\n"
              "x,S,1,0,0.0,0.0,,,S,\n"
              ",L,1,1,7.0,,,7,L,7\n");
    wick_table_unref(t);
    check_ok(ctx, wick_table_group(ctx, a, NULL, 0, aggs, 1, &t));
    check_csv(ctx, t, "n\n5\n");
    wick_table_unref(t);
    const wick_agg bad[] = {{"m", WICK_AGG_MEAN, "s"}};
    check_fails(ctx, wick_table_group(ctx, a, keys, 1, bad, 1, &t), WICK_E_ARG,
                "'m': column 's' is text and has no mean");
    wick_table_unref(a);
    wick_ctx_free(ctx);
}

static void sorts(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *a = parse(ctx, "t,v,n\n3,b,0\n1,a,1\n3,a,2\n,z,3\n1,b,4\n2,,5\n1,a,6\n"), *t = NULL;
    const wick_sort_key one[] = {{"t", false}}, two[] = {{"v", true}, {"t", false}};
    check_ok(ctx, wick_table_sort(ctx, a, one, 1, &t));
    check_csv(ctx, t, "t,v,n\n1,a,1\n1,b,4\n1,a,6\n2,,5\n3,b,0\n3,a,2\n,z,3\n");
    wick_table_unref(t);
    check_ok(ctx, wick_table_sort(ctx, a, two, 2, &t));
    check_csv(ctx, t, "t,v,n\n,z,3\n1,b,4\n3,b,0\n1,a,1\n1,a,6\n3,a,2\n2,,5\n");
    wick_table_unref(t);
    wick_table_unref(a);
    wick_ctx_free(ctx);
}

/* Stability against a plain insertion sort, on many small tables. */
static void sorts_are_stable(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_pcg g = wick_pcg_key(7, "test_ops", 0, 0);
    enum { MOST = 70 };
    for (int round = 0; round < 200; round++) {
        const int64_t n = (int64_t)wick_pcg_below(&g, MOST);
        int64_t key[MOST], want[MOST], rows[MOST];
        for (int64_t i = 0; i < n; i++) {
            key[i] = (int64_t)wick_pcg_below(&g, 9);
            int64_t k = i;
            for (; k > 0 && key[want[k - 1]] > key[i]; k--) want[k] = want[k - 1];
            want[k] = i;
        }
        const wick_column_in c = {"k", WICK_COL_INT, key};
        const wick_sort_key by = {"k", false};
        wick_table *t = NULL;
        check_ok(ctx, wick_table_new(ctx, n, &c, 1, &t));
        check_ok(ctx, wick_table_order(ctx, t, &by, 1, rows));
        for (int64_t i = 0; i < n; i++) assert_int_equal(rows[i], want[i]);
        wick_table_unref(t);
    }
    wick_ctx_free(ctx);
}

static void choosing(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *a = parse(ctx, "id,v,b,n\na,1.5,true,1\nb,,false,2\nc,-2,,\n"), *t = NULL,
               *u = NULL;
    const wick_where w[] = {{"v", WICK_WHERE_LT, 2.0, NULL}, {"id", WICK_WHERE_NE, 0, "c"}};
    check_ok(ctx, wick_table_where(ctx, a, w, 2, &t));
    check_csv(ctx, t, "id,v,b,n\na,1.5,true,1\n");
    wick_table_unref(t);
    const wick_where missing[] = {{"v", WICK_WHERE_MISSING, 0, NULL}};
    check_ok(ctx, wick_table_where(ctx, a, missing, 1, &t));
    check_csv(ctx, t, "id,v,b,n\nb,,false,2\n");
    wick_table_unref(t);
    const wick_where wrong[] = {{"id", WICK_WHERE_EQ, 1, NULL}}, unknown[] = {{"vv", 0, 1, NULL}};
    check_fails(ctx, wick_table_where(ctx, a, wrong, 1, &t), WICK_E_ARG,
                "column 'id' is text and is compared with a number");
    check_fails(ctx, wick_table_where(ctx, a, unknown, 1, &t), WICK_E_DATA, "did you mean 'v'?");
    const int64_t rows[] = {2, -1, 0};
    check_ok(ctx, wick_table_take(ctx, a, rows, 3, &t));
    check_csv(ctx, t, "id,v,b,n\nc,-2.0,,\n,,,\na,1.5,true,1\n");
    const wick_table *both[] = {t, a};
    check_ok(ctx, wick_table_concat(ctx, both, 2, &u));
    check_csv(ctx, u,
              "id,v,b,n\nc,-2.0,,\n,,,\na,1.5,true,1\na,1.5,true,1\nb,,false,2\nc,-2.0,,\n");
    wick_table_unref(u);
    const char *names[] = {"n", "id"};
    check_ok(ctx, wick_table_select(ctx, a, names, 2, &u));
    check_csv(ctx, u, "n,id\n1,a\n2,b\n,c\n");
    both[0] = u;
    wick_table *none = NULL;
    check_fails(ctx, wick_table_concat(ctx, both, 2, &none), WICK_E_DATA,
                "differ in column 1: 'n' and 'id'");
    wick_table_unref(u);
    wick_table_unref(t);
    check_ok(ctx, wick_table_rename(ctx, a, "v", "value", &t));
    assert_int_equal(wick_table_find(t, "value"), 1);
    wick_table_unref(t);
    check_fails(ctx, wick_table_rename(ctx, a, "v", "id", &t), WICK_E_ARG, "'id' is there twice");
    wick_table_unref(a);
    wick_ctx_free(ctx);
}

static void casts(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_table *a = parse(ctx, "n,f,s,t\n1,2.0,5,2024-01-01\n0,,x,\n"), *t = NULL;
    check_ok(ctx, wick_table_cast(ctx, a, "n", WICK_COL_BOOL, &t));
    check_csv(ctx, t, "n,f,s,t\ntrue,2.0,5,2024-01-01T00:00:00Z\nfalse,,x,\n");
    wick_table_unref(t);
    check_ok(ctx, wick_table_cast(ctx, a, "f", WICK_COL_INT, &t));
    assert_int_equal(wick_table_ints(t, 1)[0], 2);
    assert_true(wick_table_ints(t, 1)[1] == WICK_NO_INT);
    wick_table_unref(t);
    check_ok(ctx, wick_table_cast(ctx, a, "t", WICK_COL_TEXT, &t));
    assert_string_equal(wick_table_texts(t, 3)[0], "2024-01-01T00:00:00Z");
    assert_null(wick_table_texts(t, 3)[1]);
    wick_table_unref(t);
    check_fails(ctx, wick_table_cast(ctx, a, "s", WICK_COL_INT, &t), WICK_E_DATA,
                "row 2: column 's': 'x' is no int");
    wick_table_unref(a);
    wick_ctx_free(ctx);
}

/* What numpy 2.4.6 gives for np.sum(x[:n]) of the same x. */
static void pairwise_is_numpys(void **state)
{
    (void)state;
    const struct {
        int n;
        const char *want;
    } cases[] = {{0, "0"},
                 {1, "-50"},
                 {7, "23.278350515463927"},
                 {8, "28.927835051546403"},
                 {9, "13.051546391752588"},
                 {127, "207.1443298969072"},
                 {128, "208.8247422680412"},
                 {129, "188.97938144329896"},
                 {136, "169.49484536082474"},
                 {250, "359.1030927835052"},
                 {257, "367.4845360824742"},
                 {1000, "1619.1855670103091"},
                 {4999, "8005.484536082475"},
                 {5000, "8052.350515463918"}};
    double *x = malloc(5000 * sizeof *x);
    for (int i = 0; i < 5000; i++) x[i] = (double)((i * 7919) % 10007) / 97.0 - 50.0;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char text[WICK_DOUBLE_TEXT];
        wick_format_double(text, wick_sum_pairwise(cases[k].n, x));
        assert_string_equal(text, cases[k].want);
    }
    free(x);
}

typedef struct walk {
    wick_table *a, *b;
} walk;

static wick_status everything(wick_ctx *ctx, void *arg)
{
    walk *w = arg;
    const char *keys[] = {"id"};
    const wick_agg agg = {"m", WICK_AGG_MEAN, "x"};
    const wick_sort_key by = {"x", true};
    const wick_where cond = {"x", WICK_WHERE_GT, 1, NULL};
    wick_table *t = NULL, *u = NULL;
    wick_status st;
    WICK_TRY(wick_table_join(ctx, w->a, w->b, keys, 1, NULL, &t));
    WICK_TRY(wick_table_group(ctx, t, keys, 1, &agg, 1, &u));
    wick_table_unref(u);
    u = NULL;
    WICK_TRY(wick_table_sort(ctx, t, &by, 1, &u));
    wick_table_unref(u);
    u = NULL;
    WICK_TRY(wick_table_where(ctx, t, &cond, 1, &u));
    wick_table_unref(u);
    u = NULL;
    const wick_table *both[] = {t, t};
    WICK_TRY(wick_table_concat(ctx, both, 2, &u));
    wick_table_unref(u);
    u = NULL;
    WICK_TRY(wick_table_cast(ctx, t, "x", WICK_COL_TEXT, &u));
out:
    wick_table_unref(u);
    wick_table_unref(t);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    walk w = {parse(ctx, "id,x\na,1\nb,2\n"), parse(ctx, "id,y\nb,3\na,4\n")};
    assert_true(alloc_walk(everything, &w) > 20);
    wick_table_unref(w.a);
    wick_table_unref(w.b);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(joins),
                                       cmocka_unit_test(groups),
                                       cmocka_unit_test(sorts),
                                       cmocka_unit_test(sorts_are_stable),
                                       cmocka_unit_test(choosing),
                                       cmocka_unit_test(casts),
                                       cmocka_unit_test(pairwise_is_numpys),
                                       cmocka_unit_test(no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
