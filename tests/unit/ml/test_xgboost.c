/* SPDX-License-Identifier: MIT */
/* Trees against XGBoost 1.7.4 itself. */
#include "ml/ml_int.h"
#include "ml_test.h"

typedef struct fixture {
    wick_ctx *ctx;
    wick_json_doc *doc;
    const wick_json *root;
    wick_matrix *x;
    double *y, *w;
    int32_t *train, *valid;
    int64_t n, n_train;
} fixture;

static fixture open_golden(void)
{
    fixture f = {.ctx = wick_ctx_new()};
    f.doc = golden(f.ctx, "ml_xgboost.json");
    f.root = wick_json_root(f.doc);
    f.x = matrix_of(f.ctx, wick_json_get(f.root, "X"));
    f.y = numbers(wick_json_get(f.root, "y"), &f.n);
    f.w = numbers(wick_json_get(f.root, "sample_weight"), NULL);
    f.n_train = (int64_t)number(wick_json_get(f.root, "n_train"));
    f.train = range(0, f.n_train);
    f.valid = range(f.n_train, f.n);
    return f;
}

static void close_golden(fixture *f)
{
    wick_matrix_unref(f->x);
    wick_json_free(f->doc);
    free(f->y);
    free(f->w);
    free(f->train);
    free(f->valid);
    wick_ctx_free(f->ctx);
}

/* The parameters of a golden case as arguments; what the file leaves out has XGBoost's default. */
static int32_t arguments(const wick_json *j, wick_ml_arg *a, const char *rounds_key)
{
    const wick_json *p = wick_json_get(j, "params");
    int32_t n = 0;
    bool forest = wick_json_get(p, "num_parallel_tree") != NULL;
    if (!forest) {
        a[n++] = (wick_ml_arg){.name = "rounds", .number = number(wick_json_get(j, rounds_key))};
        if (wick_json_get(p, "subsample") == NULL) {
            a[n++] = (wick_ml_arg){.name = "subsample", .number = 1};
            a[n++] = (wick_ml_arg){.name = "colsample_bytree", .number = 1};
        }
        if (wick_json_get(j, "patience") == NULL) {
            a[n++] = (wick_ml_arg){.name = "early_stopping", .number = 0};
        }
    }
    for (int64_t i = 0; i < wick_json_count(p); i++) {
        const wick_json *v = wick_json_at(p, i);
        const char *key = wick_json_key(v);
        if (strcmp(key, "seed") == 0 || strcmp(key, "nthread") == 0 ||
            strcmp(key, "num_class") == 0 || (forest && strcmp(key, "eta") == 0)) {
            continue;
        }
        if (strcmp(key, "num_parallel_tree") == 0) key = "trees";
        a[n++] = (wick_ml_arg){.name = key, .number = number(v), .text = wick_json_string(v)};
    }
    return n;
}

static wick_model *train(fixture *f, const char *key, const double *y, const wick_ml_arg *extra)
{
    const wick_json *j = wick_json_get(f->root, key);
    assert_non_null(j);
    wick_ml_arg a[WICK_ML_MAX_PARAM];
    int32_t n = arguments(j, a, wick_json_get(j, "rounds") != NULL ? "rounds" : "max_rounds");
    if (extra != NULL) a[n++] = *extra;
    const bool stops = wick_json_get(j, "patience") != NULL;
    const wick_fit_in in = {.size = sizeof in,
                            .x = f->x,
                            .y = y,
                            .w = y == f->y ? f->w : NULL, /* the file weighs its first target */
                            .rows = f->train,
                            .n_rows = f->n_train,
                            .valid = stops ? f->valid : NULL,
                            .n_valid = stops ? f->n - f->n_train : 0,
                            .seed = 7};
    wick_model *m = NULL;
    const char *name = strcmp(key, "random_forest") == 0 ? "random_forest" : "xgboost";
    check_ok(f->ctx, wick_model_fit(f->ctx, name, a, n, &in, &m));
    return m;
}

static void check_valid(fixture *f, const wick_model *m, const wick_json *want, bool margin)
{
    const int32_t k = wick_model_outputs(m);
    const int64_t n = f->n - f->n_train;
    double *p = malloc((size_t)(n * k) * sizeof *p);
    assert_int_equal(wick_json_count(want), n);
    check_ok(f->ctx, margin ? wick_model_margin(f->ctx, m, f->x, f->valid, n, p)
                            : wick_model_predict(f->ctx, m, f->x, f->valid, n, p));
    for (int64_t i = 0; i < n; i++) {
        const wick_json *e = wick_json_at(want, i);
        for (int32_t c = 0; c < k; c++) {
            check_close(p[i * k + c], number(k > 1 ? wick_json_at(e, c) : e), 1e-6);
        }
    }
    free(p);
}

static void boosted(void **state)
{
    (void)state;
    if (!feature("xgboost")) skip();
    fixture f = open_golden();
    const wick_json *gbt = wick_json_get(f.root, "gbt");
    wick_model *m = train(&f, "gbt", f.y, NULL);
    check_valid(&f, m, wick_json_get(gbt, "prob_valid"), false);
    check_valid(&f, m, wick_json_get(gbt, "margin_valid"), true);

    double gain[5];
    const wick_json *want = wick_json_get(wick_json_get(gbt, "importance"), "gain");
    check_ok(f.ctx, wick_model_gain(f.ctx, m, gain));
    for (int i = 0; i < 5; i++) check_close(gain[i], number(wick_json_at(want, i)), 1e-5);

    const int64_t n = f.n - f.n_train;
    double *c = malloc((size_t)(n * 6) * sizeof *c);
    want = wick_json_get(gbt, "contribs_valid_bias_last");
    check_ok(f.ctx, wick_model_explain(f.ctx, m, f.x, f.valid, n, c));
    for (int64_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int k = 0; k < 6; k++) {
            check_close(c[i * 6 + k], number(wick_json_at(wick_json_at(want, i), k)), 1e-5);
            sum += c[i * 6 + k];
        }
        check_close(sum, number(wick_json_at(wick_json_get(gbt, "margin_valid"), i)), 1e-5);
    }
    free(c);
    wick_model_unref(m);
    close_golden(&f);
}

static void variants(void **state)
{
    (void)state;
    if (!feature("xgboost")) skip();
    fixture f = open_golden();
    static const char *const keys[] = {"sampled", "monotone", "random_forest"};
    for (int i = 0; i < 3; i++) {
        wick_model *m = train(&f, keys[i], f.y, NULL);
        check_valid(&f, m, wick_json_get(wick_json_get(f.root, keys[i]), "prob_valid"), false);
        wick_model_unref(m);
    }
    double *y = numbers(wick_json_get(f.root, "y_reg"), NULL);
    wick_model *m = train(&f, "regression", y, NULL);
    check_valid(&f, m, wick_json_get(wick_json_get(f.root, "regression"), "pred_valid"), false);
    wick_model_unref(m);
    free(y);
    const wick_json *multi = wick_json_get(f.root, "multiclass");
    y = numbers(wick_json_get(multi, "y"), NULL);
    m = train(&f, "multiclass", y, NULL);
    assert_int_equal(wick_model_outputs(m), 3);
    check_valid(&f, m, wick_json_get(multi, "prob_valid"), false);
    wick_model_unref(m);
    free(y);
    close_golden(&f);
}

static void early_stopping(void **state)
{
    (void)state;
    if (!feature("xgboost")) skip();
    fixture f = open_golden();
    const wick_json *want = wick_json_get(f.root, "early_stopping");
    const wick_ml_arg patience = {.name = "early_stopping",
                                  .number = number(wick_json_get(want, "patience"))};
    wick_model *m = train(&f, "early_stopping", f.y, &patience);
    const double best = number(wick_json_get(want, "best_iteration"));
    check_same(wick_model_fact(m, "best_iteration", 0), best);
    check_same(wick_model_fact(m, "rounds_built", 0), number(wick_json_get(want, "rounds_built")));
    check_close(wick_model_fact(m, "best_score", 0), number(wick_json_get(want, "best_score")),
                1e-6);

    /* The trees kept are the best ones: a plain fit of that many rounds predicts the same. */
    const wick_ml_arg a[] = {
        {.name = "rounds", .number = best + 1},    {.name = "early_stopping", .number = 0},
        {.name = "max_depth", .number = 4},        {.name = "eta", .number = 0.3},
        {.name = "min_child_weight", .number = 1}, {.name = "subsample", .number = 1},
        {.name = "colsample_bytree", .number = 1}};
    const wick_fit_in in = {.size = sizeof in,
                            .x = f.x,
                            .y = f.y,
                            .w = f.w,
                            .rows = f.train,
                            .n_rows = f.n_train,
                            .seed = 7};
    wick_model *plain = NULL;
    double p[160], q[160];
    check_ok(f.ctx, wick_model_fit(f.ctx, "xgboost", a, 7, &in, &plain));
    check_ok(f.ctx, wick_model_predict(f.ctx, m, f.x, NULL, f.n, p));
    check_ok(f.ctx, wick_model_predict(f.ctx, plain, f.x, NULL, f.n, q));
    for (int64_t i = 0; i < f.n; i++) check_same(p[i], q[i]);
    wick_model_unref(m);
    wick_model_unref(plain);

    /* Left to itself it takes the end of the training rows, and may train again on all. */
    const wick_ml_arg own[] = {{.name = "rounds", .number = 60},
                               {.name = "early_stopping", .number = 5}};
    const wick_ml_arg again[] = {own[0], own[1], {.name = "refit", .text = "yes"}};
    check_ok(f.ctx, wick_model_fit(f.ctx, "xgboost", own, 2, &in, &m));
    check_ok(f.ctx, wick_model_fit(f.ctx, "xgboost", again, 3, &in, &plain));
    check_same(wick_model_fact(m, "best_iteration", 0),
               wick_model_fact(plain, "best_iteration", 0));
    check_ok(f.ctx, wick_model_predict(f.ctx, m, f.x, NULL, f.n, p));
    check_ok(f.ctx, wick_model_predict(f.ctx, plain, f.x, NULL, f.n, q));
    assert_true(memcmp(p, q, sizeof p) != 0);
    wick_model_unref(m);
    wick_model_unref(plain);
    close_golden(&f);
}

/* XGBoost's own file is read without the library. */
static void foreign_model(void **state)
{
    (void)state;
    fixture f = open_golden();
    int64_t n = 0;
    char *text = test_read(test_source("tests/golden/ml/ml_xgboost_model.json"), &n);
    assert_non_null(text);
    wk_forest *forest = NULL;
    check_ok(f.ctx, wk_forest_parse(f.ctx, text, n, &forest));
    assert_int_equal(wk_forest_features(forest), 5);
    const wick_json *want = wick_json_get(wick_json_get(f.root, "gbt"), "prob_valid");
    double p[160];
    check_ok(f.ctx, wk_forest_predict(f.ctx, forest, f.x, f.valid, f.n - f.n_train, false, p));
    for (int64_t i = 0; i < f.n - f.n_train; i++) {
        check_close(p[i], number(wick_json_at(want, i)), 1e-6);
    }
    wk_forest_free(forest);

    /* Cut anywhere it is refused, and nothing leaks or is read beyond the end. */
    for (int64_t k = 0; k < n - 1; k += 97) {
        char *part = malloc((size_t)k + 1);
        memcpy(part, text, (size_t)k);
        forest = NULL;
        const wick_status st = wk_forest_parse(f.ctx, part, k, &forest);
        assert_int_equal(st, WICK_E_PARSE);
        free(part);
    }
    /* Changed anywhere it is refused or still a forest; never anything worse. */
    wick_pcg g = wick_pcg_key(1, "test forest", 0, 0);
    for (int k = 0; k < 2000; k++) {
        const int64_t at = (int64_t)wick_pcg_below(&g, (uint64_t)n);
        const char was = text[at];
        text[at] = "0123456789-.,:[]{}\"eaZ"[wick_pcg_below(&g, 22)];
        forest = NULL;
        if (wk_forest_parse(f.ctx, text, n, &forest) == WICK_OK &&
            wk_forest_features(forest) == 5 && wk_forest_groups(forest) == 1) {
            check_ok(f.ctx, wk_forest_predict(f.ctx, forest, f.x, f.valid, 4, false, p));
        }
        wk_forest_free(forest);
        text[at] = was;
    }
    free(text);
    close_golden(&f);
}

/* Missing values travel; the same seed gives the same model from any thread. */
typedef struct job {
    fixture *f;
    wick_matrix *x;
    double p[8][160];
} job;

static wick_status one_fit(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    (void)worker;
    job *j = arg;
    const wick_fit_in in = {.size = sizeof in, .x = j->x, .y = j->f->y, .w = j->f->w, .seed = 3};
    const wick_ml_arg a = {.name = "rounds", .number = 30};
    wick_model *m = NULL;
    wick_status st = wick_model_fit(ctx, "xgboost", &a, 1, &in, &m);
    if (st == WICK_OK) st = wick_model_predict(ctx, m, j->x, NULL, j->f->n, j->p[task]);
    wick_model_unref(m);
    return st;
}

static void threads(void **state)
{
    (void)state;
    if (!feature("xgboost")) skip();
    fixture f = open_golden();
    static job j;
    double holes[160];
    for (int64_t i = 0; i < f.n; i++) holes[i] = i % 3 == 0 ? WICK_NA : f.w[i];
    j.f = &f;
    check_ok(f.ctx, wick_matrix_with(f.ctx, f.x, "holes", holes, &j.x));
    check_ok(f.ctx, wick_pool_run(f.ctx, 8, 2, one_fit, &j));
    for (int t = 1; t < 8; t++) assert_memory_equal(j.p[0], j.p[t], sizeof j.p[0]);
    wick_matrix_unref(j.x);
    close_golden(&f);
}

static void mistakes(void **state)
{
    (void)state;
    fixture f = open_golden();
    wick_fit_in in = {.size = sizeof in, .x = f.x, .y = f.y};
    wick_model *m = NULL;
    wick_ml_arg a = {.name = "max_dept", .number = 3};
    check_fails(f.ctx, wick_model_fit(f.ctx, "xgboost", &a, 1, &in, &m), WICK_E_ARG, "'max_depth'");
    a = (wick_ml_arg){.name = "eta", .number = 2};
    check_fails(f.ctx, wick_model_fit(f.ctx, "xgboost", &a, 1, &in, &m), WICK_E_ARG, "eta is 2");
    a = (wick_ml_arg){.name = "objective", .text = "binary:logistik"};
    check_fails(f.ctx, wick_model_fit(f.ctx, "xgboost", &a, 1, &in, &m), WICK_E_ARG,
                "binary:logistic");
    if (!feature("xgboost")) {
        check_fails(f.ctx, wick_model_fit(f.ctx, "xgboost", NULL, 0, &in, &m), WICK_E_UNSUPPORTED,
                    "libxgboost-dev");
    } else {
        a = (wick_ml_arg){.name = "monotone_constraints", .text = "(1,2"};
        check_fails(f.ctx, wick_model_fit(f.ctx, "xgboost", &a, 1, &in, &m), WICK_E_DATA,
                    "XGBoost");
        wick_matrix *big = NULL;
        double v[160];
        for (int64_t i = 0; i < f.n; i++) v[i] = 1e39;
        check_ok(f.ctx, wick_matrix_with(f.ctx, f.x, "big", v, &big));
        in.x = big;
        check_fails(f.ctx, wick_model_fit(f.ctx, "xgboost", NULL, 0, &in, &m), WICK_E_DATA,
                    "'big'");
        wick_matrix_unref(big);
    }
    close_golden(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boosted),        cmocka_unit_test(variants),
        cmocka_unit_test(early_stopping), cmocka_unit_test(foreign_model),
        cmocka_unit_test(threads),        cmocka_unit_test(mistakes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
