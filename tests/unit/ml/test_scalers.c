/* SPDX-License-Identifier: MIT */
#include "support/alloc_walk.h"
#include "ml_test.h"

static void check_rows(const wick_matrix *m, const wick_json *want, double tol)
{
    assert_int_equal(wick_matrix_rows(m), wick_json_count(want));
    for (int64_t i = 0; i < wick_json_count(want); i++) {
        for (int32_t j = 0; j < wick_matrix_columns(m); j++) {
            check_close(wick_matrix_column(m, j)[i], number(wick_json_at(wick_json_at(want, i), j)),
                        tol);
        }
    }
}

/* One scaler of the golden file, fitted on its training rows and applied to both. */
static void golden_case(wick_ctx *ctx, const wick_json *root, const char *key, const char *name,
                        const wick_ml_arg *args, int32_t n_args, bool back, double tol)
{
    const wick_json *want = wick_json_get(root, key);
    assert_non_null(want);
    wick_matrix *train = matrix_of(ctx, wick_json_get(root, "train"));
    wick_matrix *test = matrix_of(ctx, wick_json_get(root, "test"));
    wick_matrix *a = NULL, *b = NULL, *c = NULL;
    wick_scaler *s = NULL;
    check_ok(ctx, wick_scaler_fit(ctx, name, args, n_args, train, NULL, 0, &s));
    check_ok(ctx, wick_scaler_apply(ctx, s, train, &a));
    check_ok(ctx, wick_scaler_apply(ctx, s, test, &b));
    check_rows(a, wick_json_get(want, "train_out"), tol);
    check_rows(b, wick_json_get(want, "test_out"), tol);
    if (back) {
        check_ok(ctx, wick_scaler_inverse(ctx, s, a, &c));
        for (int32_t j = 0; j < wick_matrix_columns(c); j++) {
            for (int64_t i = 0; i < wick_matrix_rows(c); i++) {
                check_close(wick_matrix_column(c, j)[i], wick_matrix_column(train, j)[i], 1e-12);
            }
        }
    } else {
        check_fails(ctx, wick_scaler_inverse(ctx, s, a, &c), WICK_E_UNSUPPORTED, "no way back");
    }
    wick_matrix_unref(a);
    wick_matrix_unref(b);
    wick_matrix_unref(c);
    wick_matrix_unref(train);
    wick_matrix_unref(test);
    wick_scaler_unref(s);
}

static void scikit_learn(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = golden(ctx, "ml_scalers.json");
    const wick_json *root = wick_json_root(doc);
    const wick_ml_arg wide[] = {{.name = "lo", .number = 10}, {.name = "hi", .number = 90}};
    const wick_ml_arg clip[] = {
        {.name = "a", .number = -1}, {.name = "b", .number = 1}, {.name = "clip", .text = "yes"}};
    const wick_ml_arg ten[] = {{.name = "n", .number = 10}, {.name = "out", .text = "normal"}};
    golden_case(ctx, root, "standard", "standard", NULL, 0, true, 1e-12);
    golden_case(ctx, root, "robust_25_75", "robust", NULL, 0, true, 1e-12);
    golden_case(ctx, root, "robust_10_90", "robust", wide, 2, true, 1e-12);
    golden_case(ctx, root, "minmax_0_1", "minmax", NULL, 0, true, 1e-12);
    golden_case(ctx, root, "minmax_m1_1_clip", "minmax", clip, 3, true, 1e-12);
    golden_case(ctx, root, "maxabs", "maxabs", NULL, 0, true, 1e-12);
    golden_case(ctx, root, "quantile_uniform_n10", "quantile", ten, 1, false, 1e-12);
    golden_case(ctx, root, "quantile_normal_n10", "quantile", ten, 2, false, 1e-9);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

/* Rows that are not training rows may be anything: the state does not move. */
static void fitted_on_train_only(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *m = noise(ctx, 200, 3, 1);
    int32_t *rows = range(0, 100);
    double *wild = malloc(200 * sizeof *wild);
    for (int64_t i = 0; i < 200; i++) wild[i] = i < 100 ? wick_matrix_column(m, 0)[i] : 1e9;
    const double *columns[] = {wild, wick_matrix_column(m, 1), wick_matrix_column(m, 2)};
    const char *const names[] = {"a", "b", "c"};
    const wick_matrix_in in = {
        .size = sizeof in, .n = 200, .p = 3, .names = names, .columns = columns};
    wick_matrix *other = NULL;
    check_ok(ctx, wick_matrix_new(ctx, &in, &other));
    assert_true(wick_scaler_count() >= 6);
    for (int64_t k = 0; k < wick_scaler_count(); k++) {
        wick_scaler *s = NULL, *t = NULL;
        const char *name = wick_scaler_at(k)->name;
        assert_ptr_equal(wick_scaler_find(name), wick_scaler_at(k));
        check_ok(ctx, wick_scaler_fit(ctx, name, NULL, 0, m, rows, 100, &s));
        check_ok(ctx, wick_scaler_fit(ctx, name, NULL, 0, other, rows, 100, &t));
        int64_t n = 0, n2 = 0;
        const double *a = wick_scaler_state(s, 0, &n), *b = wick_scaler_state(t, 0, &n2);
        assert_int_equal(n, n2);
        for (int64_t i = 0; i < n; i++) check_same(a[i], b[i]);
        wick_scaler_unref(s);
        wick_scaler_unref(t);
    }
    for (int k = 0; k < 2; k++) {
        wick_imputer *s = NULL, *t = NULL;
        const char *name = k == 0 ? "mean" : "median";
        check_ok(ctx, wick_imputer_fit(ctx, name, m, rows, 100, &s));
        check_ok(ctx, wick_imputer_fit(ctx, name, other, rows, 100, &t));
        check_same(wick_imputer_value(s, 0), wick_imputer_value(t, 0));
        wick_imputer_unref(s);
        wick_imputer_unref(t);
    }
    free(wild);
    free(rows);
    wick_matrix_unref(m);
    wick_matrix_unref(other);
    wick_ctx_free(ctx);
}

static void imputers(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double a[] = {1.0, WICK_NA, 3.0, 8.0}, b[] = {0.5, 1.5, WICK_NA, 1.0};
    const double *columns[] = {a, b};
    const char *const names[] = {"a", "b"};
    const wick_matrix_in in = {
        .size = sizeof in, .n = 4, .p = 2, .names = names, .columns = columns};
    wick_matrix *m = NULL, *x = NULL;
    check_ok(ctx, wick_matrix_new(ctx, &in, &m));
    assert_int_equal(wick_matrix_na_rows(m), 2);
    const struct {
        const char *kind;
        double a1, b2;
    } cases[] = {{"none", WICK_NA, WICK_NA},
                 {"zero", 0.0, 0.0},
                 {"mean", 4.0, 1.0},
                 {"median", 3.0, 1.0},
                 {"drop", WICK_NA, WICK_NA}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wick_imputer *im = NULL;
        check_ok(ctx, wick_imputer_fit(ctx, cases[i].kind, m, NULL, 0, &im));
        check_ok(ctx, wick_imputer_apply(ctx, im, m, &x));
        check_same(wick_matrix_column(x, 0)[1], cases[i].a1);
        check_same(wick_matrix_column(x, 1)[2], cases[i].b2);
        check_same(wick_matrix_column(x, 0)[3], 8.0);
        /* drop takes the whole row */
        const bool drop = strcmp(cases[i].kind, "drop") == 0;
        assert_int_equal(isnan(wick_matrix_column(x, 1)[1]), drop);
        wick_matrix_unref(x);
        wick_imputer_unref(im);
    }
    wick_imputer *im = NULL;
    check_fails(ctx, wick_imputer_fit(ctx, "medain", m, NULL, 0, &im), WICK_E_ARG, "median");
    const int32_t only_na[] = {1};
    check_fails(ctx, wick_imputer_fit(ctx, "mean", m, only_na, 1, &im), WICK_E_DATA, "'a'");
    wick_matrix_unref(m);
    wick_ctx_free(ctx);
}

static void mistakes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *m = noise(ctx, 50, 2, 1), *other = noise(ctx, 50, 3, 1), *x = NULL;
    wick_scaler *s = NULL;
    check_fails(ctx, wick_scaler_fit(ctx, "standrad", NULL, 0, m, NULL, 0, &s), WICK_E_ARG,
                "did you mean 'standard'");
    wick_ml_arg a = {.name = "low", .number = 5};
    check_fails(ctx, wick_scaler_fit(ctx, "robust", &a, 1, m, NULL, 0, &s), WICK_E_ARG, "'lo'");
    a = (wick_ml_arg){.name = "lo", .number = 60};
    check_fails(ctx, wick_scaler_fit(ctx, "robust", &a, 1, m, NULL, 0, &s), WICK_E_ARG, "0..50");
    a = (wick_ml_arg){.name = "out", .text = "normaal"};
    check_fails(ctx, wick_scaler_fit(ctx, "quantile", &a, 1, m, NULL, 0, &s), WICK_E_ARG, "normal");
    a = (wick_ml_arg){.name = "n", .number = 2.5};
    check_fails(ctx, wick_scaler_fit(ctx, "quantile", &a, 1, m, NULL, 0, &s), WICK_E_ARG, "whole");
    const wick_ml_arg twice[] = {{.name = "lo", .number = 5}, {.name = "lo", .number = 6}};
    check_fails(ctx, wick_scaler_fit(ctx, "robust", twice, 2, m, NULL, 0, &s), WICK_E_ARG, "twice");
    const int32_t none = 0, wrong[] = {3, 2};
    check_fails(ctx, wick_scaler_fit(ctx, "robust", NULL, 0, m, &none, 0, &s), WICK_E_DATA,
                "no rows");
    check_fails(ctx, wick_scaler_fit(ctx, "robust", NULL, 0, m, wrong, 2, &s), WICK_E_ARG,
                "ascend");
    check_ok(ctx, wick_scaler_fit(ctx, "robust", NULL, 0, m, NULL, 0, &s));
    check_fails(ctx, wick_scaler_apply(ctx, s, other, &x), WICK_E_ARG, "3 features");
    wick_scaler_unref(s);
    wick_matrix_unref(m);
    wick_matrix_unref(other);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    wick_matrix *m = arg, *x = NULL, *y = NULL;
    wick_scaler *s = NULL;
    wick_imputer *im = NULL;
    const wick_ml_arg n = {.name = "n", .number = 5};
    wick_status st = wick_imputer_fit(ctx, "median", m, NULL, 0, &im);
    if (st == WICK_OK) st = wick_imputer_apply(ctx, im, m, &y);
    if (st == WICK_OK) st = wick_scaler_fit(ctx, "quantile", &n, 1, y, NULL, 0, &s);
    if (st == WICK_OK) st = wick_scaler_apply(ctx, s, y, &x);
    wick_imputer_unref(im);
    wick_scaler_unref(s);
    wick_matrix_unref(x);
    wick_matrix_unref(y);
    return st;
}

static void out_of_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *m = noise(ctx, 20, 2, 3);
    assert_true(alloc_walk(walk, m) > 10);
    wick_matrix_unref(m);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scikit_learn), cmocka_unit_test(fitted_on_train_only),
        cmocka_unit_test(imputers), cmocka_unit_test(mistakes), cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
