/* SPDX-License-Identifier: MIT */
/* Linear and logistic regression and naive Bayes against scikit-learn. */
#include "support/alloc_walk.h"
#include "ml_test.h"

typedef struct fixture {
    wick_ctx *ctx;
    wick_json_doc *doc;
    const wick_json *root;
    wick_matrix *x, *test;
    double *w;
} fixture;

static fixture open_golden(const char *name)
{
    fixture f = {.ctx = wick_ctx_new()};
    f.doc = golden(f.ctx, name);
    f.root = wick_json_root(f.doc);
    f.x = matrix_of(f.ctx, wick_json_get(f.root, "X"));
    f.test = matrix_of(f.ctx, wick_json_get(f.root, "X_test"));
    f.w = numbers(wick_json_get(f.root, "sample_weight"), NULL);
    return f;
}

static void close_golden(fixture *f)
{
    wick_matrix_unref(f->x);
    wick_matrix_unref(f->test);
    wick_json_free(f->doc);
    free(f->w);
    wick_ctx_free(f->ctx);
}

static void golden_case(fixture *f, const char *key, const char *target, const char *model,
                        const wick_ml_arg *args, int32_t n_args, bool weights)
{
    const wick_json *want = wick_json_get(f->root, key);
    assert_non_null(want);
    const double hint = number(wick_json_get(want, "tolerance_hint"));
    const double tol = isnan(hint) ? 1e-7 : hint;
    double *y = numbers(wick_json_get(f->root, target), NULL);
    const wick_fit_in in = {.size = sizeof in, .x = f->x, .y = y, .w = weights ? f->w : NULL};
    wick_model *m = NULL;
    check_ok(f->ctx, wick_model_fit(f->ctx, model, args, n_args, &in, &m));
    for (int32_t j = 0; j < wick_matrix_columns(f->x); j++) {
        check_close(wick_model_fact(m, "coef", j),
                    number(wick_json_at(wick_json_get(want, "coef"), j)), tol);
    }
    check_close(wick_model_fact(m, "intercept", 0), number(wick_json_get(want, "intercept")), tol);
    const wick_json *out = wick_json_get(want, "prob_test");
    if (out == NULL) out = wick_json_get(want, "pred_test");
    double p[8];
    check_ok(f->ctx, wick_model_predict(f->ctx, m, f->test, NULL, 8, p));
    for (int64_t i = 0; i < wick_json_count(out); i++) {
        check_close(p[i], number(wick_json_at(out, i)), tol);
    }
    wick_model_unref(m);
    free(y);
}

static void logistic(void **state)
{
    (void)state;
    fixture f = open_golden("ml_linear.json");
    const wick_ml_arg small[] = {{.name = "C", .number = 0.1}};
    const wick_ml_arg balanced[] = {{.name = "balanced", .text = "yes"}};
    const wick_ml_arg none[] = {{.name = "penalty", .text = "none"}};
    const wick_ml_arg l1[] = {{.name = "C", .number = 0.5}, {.name = "penalty", .text = "l1"}};
    const wick_ml_arg net[] = {{.name = "C", .number = 0.5},
                               {.name = "penalty", .text = "elastic_net"},
                               {.name = "l1_ratio", .number = 0.5}};
    golden_case(&f, "logistic_l2_C1", "y_class", "logistic", NULL, 0, false);
    golden_case(&f, "logistic_l2_C0.1_weights", "y_class", "logistic", small, 1, true);
    golden_case(&f, "logistic_l2_C1_balanced", "y_class", "logistic", balanced, 1, false);
    golden_case(&f, "logistic_none", "y_class", "logistic", none, 1, false);
    golden_case(&f, "logistic_l1_C0.5", "y_class", "logistic", l1, 2, false);
    golden_case(&f, "logistic_elasticnet_C0.5_r0.5", "y_class", "logistic", net, 3, false);
    close_golden(&f);
}

static void regressions(void **state)
{
    (void)state;
    fixture f = open_golden("ml_linear.json");
    const wick_ml_arg two[] = {{.name = "alpha", .number = 2}};
    const wick_ml_arg tenth[] = {{.name = "alpha", .number = 0.1}};
    golden_case(&f, "ols", "y_reg", "ols", NULL, 0, false);
    golden_case(&f, "ridge_alpha2", "y_reg", "ridge", two, 1, false);
    golden_case(&f, "ridge_alpha2_weights", "y_reg", "ridge", two, 1, true);
    golden_case(&f, "lasso_alpha0.1", "y_reg", "lasso", tenth, 1, false);
    golden_case(&f, "elasticnet_alpha0.1_r0.5", "y_reg", "elastic_net", tenth, 1, false);
    golden_case(&f, "elasticnet_alpha0.1_r0.5_weights", "y_reg", "elastic_net", tenth, 1, true);

    /* Weighted least squares, by statsmodels. */
    const wick_json *want =
        wick_json_get(wick_json_get(f.root, "wls_statsmodels"), "params_const_first");
    double *y = numbers(wick_json_get(f.root, "y_reg"), NULL);
    const wick_fit_in in = {.size = sizeof in, .x = f.x, .y = y, .w = f.w};
    wick_model *m = NULL;
    check_ok(f.ctx, wick_model_fit(f.ctx, "ols", NULL, 0, &in, &m));
    check_close(wick_model_fact(m, "intercept", 0), number(wick_json_at(want, 0)), 1e-9);
    for (int32_t j = 0; j < 4; j++) {
        check_close(wick_model_fact(m, "coef", j), number(wick_json_at(want, j + 1)), 1e-9);
    }
    wick_model_unref(m);
    free(y);
    close_golden(&f);
}

/* A column twice: the shortest solution gives both the same coefficient, half of the whole. */
static void collinear(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *one = noise(ctx, 80, 2, 5), *two = NULL;
    check_ok(ctx, wick_matrix_with(ctx, one, "copy", wick_matrix_column(one, 0), &two));
    double y[80];
    for (int i = 0; i < 80; i++) {
        y[i] = 3.0 * wick_matrix_column(one, 0)[i] - wick_matrix_column(one, 1)[i] + 0.25;
    }
    const wick_fit_in in = {.size = sizeof in, .x = two, .y = y};
    wick_model *m = NULL;
    check_ok(ctx, wick_model_fit(ctx, "ols", NULL, 0, &in, &m));
    check_close(wick_model_fact(m, "coef", 0), 1.5, 1e-9);
    check_close(wick_model_fact(m, "coef", 1), -1.0, 1e-9);
    check_close(wick_model_fact(m, "coef", 2), 1.5, 1e-9);
    check_close(wick_model_fact(m, "intercept", 0), 0.25, 1e-9);
    wick_model_unref(m);
    wick_matrix_unref(one);
    wick_matrix_unref(two);
    wick_ctx_free(ctx);
}

/* Thirty rows and forty features: it fits exactly. */
static void more_features_than_rows(void **state)
{
    (void)state;
    enum { P = 40, ROWS = 30 };
    wick_ctx *ctx = wick_ctx_new();
    static char names[P][8];
    static double v[P][ROWS];
    const char *list[P];
    const double *columns[P];
    double y[ROWS], p[ROWS];
    wick_pcg g = wick_pcg_key(8, "test wide", 0, 0);
    for (int j = 0; j < P; j++) {
        snprintf(names[j], sizeof names[j], "x%d", j);
        list[j] = names[j];
        columns[j] = v[j];
        for (int i = 0; i < ROWS; i++) v[j][i] = wick_pcg_normal(&g);
    }
    for (int i = 0; i < ROWS; i++) y[i] = wick_pcg_normal(&g);
    const wick_matrix_in in = {
        .size = sizeof in, .n = ROWS, .p = P, .names = list, .columns = columns};
    wick_matrix *x = NULL;
    wick_model *m = NULL;
    check_ok(ctx, wick_matrix_new(ctx, &in, &x));
    const wick_fit_in fit = {.size = sizeof fit, .x = x, .y = y};
    check_ok(ctx, wick_model_fit(ctx, "ols", NULL, 0, &fit, &m));
    check_ok(ctx, wick_model_predict(ctx, m, x, NULL, ROWS, p));
    for (int i = 0; i < ROWS; i++) check_close(p[i], y[i], 1e-8);
    wick_model_unref(m);
    wick_matrix_unref(x);
    wick_ctx_free(ctx);
}

static void separable(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *x = noise(ctx, 100, 2, 6);
    double y[100];
    for (int i = 0; i < 100; i++) y[i] = wick_matrix_column(x, 0)[i] > 0.0 ? 1.0 : 0.0;
    const wick_fit_in in = {.size = sizeof in, .x = x, .y = y};
    const wick_ml_arg none = {.name = "penalty", .text = "none"};
    wick_model *m = NULL;
    check_fails(ctx, wick_model_fit(ctx, "logistic", &none, 1, &in, &m), WICK_E_DATA, "separable");
    check_ok(ctx, wick_model_fit(ctx, "logistic", NULL, 0, &in, &m));
    wick_model_unref(m);
    wick_matrix_unref(x);
    wick_ctx_free(ctx);
}

static void naive_bayes(void **state)
{
    (void)state;
    fixture f = open_golden("ml_gaussian_nb.json");
    double *y = numbers(wick_json_get(f.root, "y"), NULL);
    const wick_ml_arg priors[] = {{.name = "priors", .text = "0.5,0.3,0.2"}};
    const wick_ml_arg smooth[] = {{.name = "var_smoothing", .number = 1e-2}};
    const struct {
        const char *key;
        const wick_ml_arg *args;
        int32_t n;
        bool weights;
    } cases[] = {{"default", NULL, 0, false},
                 {"weighted", NULL, 0, true},
                 {"priors", priors, 1, false},
                 {"smoothing_1e-2", smooth, 1, false}};
    for (size_t c = 0; c < 4; c++) {
        const wick_json *want =
            wick_json_get(wick_json_get(f.root, cases[c].key), "log_proba_test");
        assert_int_equal(wick_json_count(want), 6);
        const wick_fit_in in = {
            .size = sizeof in, .x = f.x, .y = y, .w = cases[c].weights ? f.w : NULL};
        wick_model *m = NULL;
        double p[18], l[18];
        check_ok(f.ctx, wick_model_fit(f.ctx, "gaussian_nb", cases[c].args, cases[c].n, &in, &m));
        assert_int_equal(wick_model_outputs(m), 3);
        check_ok(f.ctx, wick_model_predict(f.ctx, m, f.test, NULL, 6, p));
        check_ok(f.ctx, wick_model_margin(f.ctx, m, f.test, NULL, 6, l));
        for (int i = 0; i < 6; i++) {
            for (int k = 0; k < 3; k++) {
                const double lp = number(wick_json_at(wick_json_at(want, i), k));
                check_close(l[i * 3 + k], lp, 1e-10);
                check_close(p[i * 3 + k], exp(lp), 1e-10);
            }
        }
        wick_model_unref(m);
    }
    wick_model *m = NULL;
    const wick_fit_in in = {.size = sizeof in, .x = f.x, .y = y};
    const wick_ml_arg bad = {.name = "priors", .text = "0.5,0.6,0.2"};
    check_fails(f.ctx, wick_model_fit(f.ctx, "gaussian_nb", &bad, 1, &in, &m), WICK_E_ARG,
                "sum to 1");
    free(y);
    close_golden(&f);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    static const char *const names[] = {"ridge", "lasso", "logistic", "gaussian_nb"};
    const wick_fit_in *in = arg;
    wick_status st = WICK_OK;
    for (int i = 0; i < 4 && st == WICK_OK; i++) {
        wick_model *m = NULL;
        double p[4];
        st = wick_model_fit(ctx, names[i], NULL, 0, in, &m);
        if (st == WICK_OK) st = wick_model_predict(ctx, m, in->x, NULL, 4, p);
        wick_model_unref(m);
    }
    return st;
}

static void out_of_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *x = noise(ctx, 60, 2, 3);
    double *y = planted(x, 1.0, 3);
    wick_fit_in in = {.size = sizeof in, .x = x, .y = y};
    assert_true(alloc_walk(walk, &in) > 20);
    free(y);
    wick_matrix_unref(x);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logistic),     cmocka_unit_test(regressions),
        cmocka_unit_test(collinear),    cmocka_unit_test(more_features_than_rows),
        cmocka_unit_test(separable),    cmocka_unit_test(naive_bayes),
        cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
