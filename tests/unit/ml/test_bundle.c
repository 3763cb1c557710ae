/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>

#include "support/alloc_walk.h"
#include "ml_test.h"

enum { N = 500, TRAIN = 350 };

typedef struct fixture {
    wick_ctx *ctx;
    wick_matrix *x; /* with holes in the last column */
    double *y;
    int32_t *train;
    char *dir;
} fixture;

static fixture open_fixture(void)
{
    fixture f = {.ctx = wick_ctx_new(), .dir = test_dir_new()};
    wick_matrix *full = noise(f.ctx, N, 3, 21);
    double v[N];
    for (int i = 0; i < N; i++) v[i] = i % 9 == 4 ? WICK_NA : (double)(i % 7);
    check_ok(f.ctx, wick_matrix_with(f.ctx, full, "holes", v, &f.x));
    f.y = planted(full, 1.2, 21);
    f.train = range(0, TRAIN);
    wick_matrix_unref(full);
    return f;
}

static void close_fixture(fixture *f)
{
    wick_matrix_unref(f->x);
    free(f->y);
    free(f->train);
    test_dir_remove(f->dir);
    wick_ctx_free(f->ctx);
}

static wick_fit_in training(const fixture *f)
{
    return (wick_fit_in){.size = sizeof(wick_fit_in),
                         .x = f->x,
                         .y = f->y,
                         .rows = f->train,
                         .n_rows = TRAIN,
                         .seed = 9};
}

/* Saved and loaded, everything predicts the same bits and writes the same bytes. */
static void round_trip(const fixture *f, const wick_bundle_in *in)
{
    const wick_fit_in fit = training(f);
    wick_bundle *b = NULL, *again = NULL, *twin = NULL;
    char one[65], two[65], three[65];
    static double p[N], q[N];
    const char *path = test_path(f->dir, "model.json");
    check_ok(f->ctx, wick_bundle_fit(f->ctx, in, &fit, &b));
    check_ok(f->ctx, wick_bundle_fit(f->ctx, in, &fit, &twin));
    check_ok(f->ctx, wick_bundle_save(f->ctx, b, path));
    check_ok(f->ctx, wick_bundle_load(f->ctx, path, &again));
    check_ok(f->ctx, wick_bundle_predict(f->ctx, b, f->x, NULL, N, p));
    check_ok(f->ctx, wick_bundle_predict(f->ctx, again, f->x, NULL, N, q));
    int64_t missing = 0;
    for (int i = 0; i < N; i++) {
        check_same(p[i], q[i]);
        assert_true(isnan(p[i]) || (p[i] >= 0.0 && p[i] <= 1.0));
        missing += isnan(p[i]);
    }
    const bool drop = in->imputer != NULL && strcmp(in->imputer, "drop") == 0;
    assert_int_equal(missing, drop ? 56 : 0);
    check_ok(f->ctx, wick_bundle_digest(f->ctx, b, one));
    check_ok(f->ctx, wick_bundle_digest(f->ctx, again, two));
    check_ok(f->ctx, wick_bundle_digest(f->ctx, twin, three));
    assert_string_equal(one, two);
    assert_string_equal(one, three);
    check_same(wick_bundle_threshold(again), wick_bundle_threshold(b));
    assert_string_equal(wick_bundle_info(again), wick_bundle_info(b));
    assert_int_equal(wick_bundle_scores(again)->n, wick_bundle_scores(b)->n);
    wick_bundle_unref(b);
    wick_bundle_unref(again);
    wick_bundle_unref(twin);
}

static void kinds(void **state)
{
    (void)state;
    fixture f = open_fixture();
    const wick_ml_arg ten = {.name = "n", .number = 10};
    const wick_ml_arg short_net[] = {{.name = "epochs", .number = 5},
                                     {.name = "hidden2", .number = 3}};
    const wick_ml_arg team = {.name = "models", .text = "logistic(C=0.1) gaussian_nb"};
    const wick_ml_arg trees = {.name = "rounds", .number = 20};
    const wick_ml_arg mixed = {.name = "models", .text = "constant xgboost(rounds=10)"};
    const wick_bundle_in list[] = {
        {.model = "logistic",
         .imputer = "median",
         .scaler = "standard",
         .calibration = "platt",
         .info = "{\"strategy\": \"test\", \"spans\": [1, 2.5, null]}"},
        {.model = "logistic", .imputer = "drop", .scaler = "robust", .threshold = 0.6},
        {.model = "gaussian_nb",
         .imputer = "mean",
         .scaler = "quantile",
         .scaler_args = &ten,
         .n_scaler_args = 1,
         .folds = 4,
         .embargo = 2},
        {.model = "mlp", .args = short_net, .n_args = 2, .imputer = "zero", .scaler = "minmax"},
        {.model = "stack", .args = &team, .n_args = 1, .imputer = "median", .scaler = "maxabs"},
        {.model = "passthrough"},
        {.model = "random"},
        {.model = "constant"},
        {.model = "xgboost", .args = &trees, .n_args = 1, .calibration = "platt"},
        {.model = "xgboost", .args = &trees, .n_args = 1, .imputer = "drop"},
        {.model = "random_forest"},
        {.model = "average", .args = &mixed, .n_args = 1}};
    const size_t n = sizeof list / sizeof list[0];
    for (size_t i = 0; i < (feature("xgboost") ? n : n - 4); i++) {
        wick_bundle_in in = list[i];
        in.size = sizeof in;
        round_trip(&f, &in);
    }
    close_fixture(&f);
}

/* What test rows hold cannot matter: wild values and wild labels there leave every part as it was.
 */
static void train_only(void **state)
{
    (void)state;
    fixture f = open_fixture();
    wick_matrix *wild = NULL;
    const char *const names[] = {"a", "b", "c", "holes"};
    double v[4][N];
    const double *columns[4];
    for (int j = 0; j < 4; j++) {
        columns[j] = v[j];
        for (int i = 0; i < N; i++) v[j][i] = i < TRAIN ? wick_matrix_column(f.x, j)[i] : 1e6 + i;
    }
    const wick_matrix_in m = {.size = sizeof m, .n = N, .p = 4, .names = names, .columns = columns};
    check_ok(f.ctx, wick_matrix_new(f.ctx, &m, &wild));
    const wick_bundle_in in = {.size = sizeof in,
                               .model = "logistic",
                               .imputer = "median",
                               .scaler = "quantile",
                               .calibration = "platt"};
    wick_fit_in fit = training(&f);
    wick_bundle *a = NULL, *b = NULL;
    char one[65], two[65];
    check_ok(f.ctx, wick_bundle_fit(f.ctx, &in, &fit, &a));
    for (int i = TRAIN; i < N; i++) f.y[i] = 1.0 - f.y[i];
    fit.x = wild;
    check_ok(f.ctx, wick_bundle_fit(f.ctx, &in, &fit, &b));
    check_ok(f.ctx, wick_bundle_digest(f.ctx, a, one));
    check_ok(f.ctx, wick_bundle_digest(f.ctx, b, two));
    assert_string_equal(one, two);
    /* and the out-of-fold scores are worse than those the model gives to its own rows */
    assert_int_equal(wick_bundle_scores(a)->n, TRAIN);
    assert_true(wick_bundle_scores(a)->auc > 0.75);
    assert_string_equal(wick_calibration_kind(wick_bundle_calibration(a)), "platt");
    wick_bundle_unref(a);
    wick_bundle_unref(b);
    wick_matrix_unref(wild);
    close_fixture(&f);
}

/* Every byte counts. */
static void damage(void **state)
{
    (void)state;
    fixture f = open_fixture();
    const bool trees = feature("xgboost");
    const wick_ml_arg few = {.name = "rounds", .number = 2};
    const wick_bundle_in in = {.size = sizeof in,
                               .model = trees ? "xgboost" : "logistic",
                               .args = &few,
                               .n_args = trees ? 1 : 0,
                               .imputer = "zero"};
    const wick_fit_in fit = training(&f);
    wick_bundle *b = NULL, *bad = NULL;
    int64_t n = 0;
    check_ok(f.ctx, wick_bundle_fit(f.ctx, &in, &fit, &b));
    const char *path = test_path(f.dir, "model.json");
    check_ok(f.ctx, wick_bundle_save(f.ctx, b, path));
    char *text = test_read(path, &n);
    assert_true(n > 1000);
    for (int64_t i = 0; i < n; i += 1 + n / 400) {
        text[i] = (char)(text[i] ^ 1);
        test_write(path, text, n);
        assert_int_equal(wick_bundle_load(f.ctx, path, &bad), WICK_E_PARSE);
        text[i] = (char)(text[i] ^ 1);
    }
    test_write(path, text, n - 1);
    check_fails(f.ctx, wick_bundle_load(f.ctx, path, &bad), WICK_E_PARSE, "damaged");
    test_write(path, text, 50);
    check_fails(f.ctx, wick_bundle_load(f.ctx, path, &bad), WICK_E_PARSE, "not a wick model");
    test_write(path, "{}", 2);
    check_fails(f.ctx, wick_bundle_load(f.ctx, path, &bad), WICK_E_PARSE, "not a wick model");
    check_fails(f.ctx, wick_bundle_load(f.ctx, test_path(f.dir, "none.json"), &bad), WICK_E_IO,
                "none");
    /* a bundle of other features says which */
    wick_matrix *other = NULL;
    const char *const swapped[] = {"a", "c", "b", "holes"};
    double p[N];
    check_ok(f.ctx, wick_matrix_select(f.ctx, f.x, swapped, 4, &other));
    check_fails(f.ctx, wick_bundle_predict(f.ctx, b, other, NULL, N, p), WICK_E_ARG,
                "feature 2 is 'c' here and 'b' in the bundle");
    wick_matrix_unref(other);
    free(text);
    wick_bundle_unref(b);
    close_fixture(&f);
}

/* XGBoost itself reads the file of a bundle, as a whole, and predicts what the bundle does. */
static void read_by_xgboost(void **state)
{
    (void)state;
    if (!feature("xgboost")) skip();
    void *lib = dlopen("libxgboost.so.0", RTLD_NOW);
    if (lib == NULL) skip();
    int (*create)(void *const *, uint64_t, void **);
    int (*load)(void *, const char *);
    int (*predict)(void *, const char *, const char *, void *, const uint64_t **, uint64_t *,
                   const float **);
    int (*destroy)(void *);
    void *found[] = {dlsym(lib, "XGBoosterCreate"), dlsym(lib, "XGBoosterLoadModel"),
                     dlsym(lib, "XGBoosterPredictFromDense"), dlsym(lib, "XGBoosterFree")};
    memcpy(&create, &found[0], sizeof create);
    memcpy(&load, &found[1], sizeof load);
    memcpy(&predict, &found[2], sizeof predict);
    memcpy(&destroy, &found[3], sizeof destroy);

    fixture f = open_fixture();
    const wick_ml_arg rounds = {.name = "rounds", .number = 90};
    const wick_bundle_in in = {.size = sizeof in, .model = "xgboost", .args = &rounds, .n_args = 1};
    const wick_fit_in fit = training(&f);
    wick_bundle *b = NULL;
    static double p[N];
    static float v[N * 4];
    const char *path = test_path(f.dir, "model.json");
    check_ok(f.ctx, wick_bundle_fit(f.ctx, &in, &fit, &b));
    check_ok(f.ctx, wick_bundle_save(f.ctx, b, path));
    check_ok(f.ctx, wick_bundle_predict(f.ctx, b, f.x, NULL, N, p));
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < 4; j++) v[i * 4 + j] = (float)wick_matrix_column(f.x, j)[i];
    }
    int64_t n_text = 0;
    char *text = test_read(path, &n_text);
    const char *learner = strstr(text, "\"learner\"");
    assert_non_null(learner);
    assert_non_null(strstr(learner, "\"feature_names\":[\"a\",\"b\",\"c\",\"holes\"]"));
    free(text);
    void *booster = NULL;
    assert_int_equal(create(NULL, 0, &booster), 0);
    assert_int_equal(load(booster, path), 0);
    char array[160];
    snprintf(array, sizeof array,
             "{\"data\":[%llu,true],\"shape\":[%d,4],\"typestr\":\"<f4\",\"version\":3}",
             (unsigned long long)(uintptr_t)v, (int)N);
    const uint64_t *shape = NULL;
    uint64_t dim = 0;
    const float *out = NULL;
    assert_int_equal(predict(booster, array,
                             "{\"type\":0,\"training\":false,\"iteration_begin\":0,"
                             "\"iteration_end\":0,\"strict_shape\":true,\"missing\":NaN,"
                             "\"cache_id\":0}",
                             NULL, &shape, &dim, &out),
                     0);
    for (int i = 0; i < N; i++) check_close((double)out[i], p[i], 1e-6);
    destroy(booster);
    wick_bundle_unref(b);
    close_fixture(&f);
}

static void mistakes(void **state)
{
    (void)state;
    fixture f = open_fixture();
    const wick_fit_in fit = training(&f);
    wick_bundle *b = NULL;
    wick_bundle_in in = {.size = sizeof in, .model = "logistic"};
    check_fails(f.ctx, wick_bundle_fit(f.ctx, &in, &fit, &b), WICK_E_DATA, "imputer");
    in.imputer = "median";
    in.scaler = "standart";
    check_fails(f.ctx, wick_bundle_fit(f.ctx, &in, &fit, &b), WICK_E_ARG, "'standard'");
    in.scaler = NULL;
    in.info = "[1]";
    check_fails(f.ctx, wick_bundle_fit(f.ctx, &in, &fit, &b), WICK_E_ARG, "JSON object");
    in.info = NULL;
    in.calibration = "plat";
    check_fails(f.ctx, wick_bundle_fit(f.ctx, &in, &fit, &b), WICK_E_ARG, "platt");
    in = (wick_bundle_in){.size = sizeof in, .model = "passthrough", .scaler = "standard"};
    check_fails(f.ctx, wick_bundle_fit(f.ctx, &in, &fit, &b), WICK_E_ARG, "nothing to do");
    in = (wick_bundle_in){.size = sizeof in, .model = "logistic", .imputer = "median", .folds = 30};
    wick_fit_in small = fit;
    small.n_rows = 31;
    check_fails(f.ctx, wick_bundle_fit(f.ctx, &in, &small, &b), WICK_E_DATA, "fold");
    close_fixture(&f);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    const fixture *f = arg;
    const wick_bundle_in in = {.size = sizeof in,
                               .model = "logistic",
                               .imputer = "median",
                               .scaler = "standard",
                               .calibration = "platt",
                               .folds = 2};
    wick_fit_in fit = training(f);
    wick_bundle *b = NULL, *again = NULL;
    const char *path = test_path(f->dir, "walk.json");
    wick_status st = wick_bundle_fit(ctx, &in, &fit, &b);
    if (st == WICK_OK) st = wick_bundle_save(ctx, b, path);
    if (st == WICK_OK) st = wick_bundle_load(ctx, path, &again);
    wick_bundle_unref(b);
    wick_bundle_unref(again);
    return st;
}

static void out_of_memory(void **state)
{
    (void)state;
    fixture f = open_fixture();
    assert_true(alloc_walk(walk, &f) > 50);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),    cmocka_unit_test(train_only),
        cmocka_unit_test(damage),   cmocka_unit_test(read_by_xgboost),
        cmocka_unit_test(mistakes), cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
