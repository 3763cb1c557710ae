/* SPDX-License-Identifier: MIT */
/* What every model owes: learning what is there, nothing where nothing is, clear refusals, the same
 * bytes again; and importance. */
#include "support/alloc_walk.h"
#include "ml_test.h"

enum { N = 600, TRAIN = 400 };

static bool fits_classes(const wick_model_spec *s)
{
    const bool needs_members = strcmp(s->name, "average") == 0 || strcmp(s->name, "stack") == 0;
    const bool trees = strcmp(s->name, "xgboost") == 0 || strcmp(s->name, "random_forest") == 0;
    return (s->flags & WICK_MODEL_CLASSES) != 0 && !needs_members &&
           strcmp(s->name, "constant") != 0 && (!trees || feature("xgboost"));
}

static double auc_of(wick_ctx *ctx, const char *name, const wick_ml_arg *args, int32_t n_args,
                     const wick_matrix *x, const double *y)
{
    int32_t *train = range(0, TRAIN), *test = range(TRAIN, N);
    const wick_fit_in in = {
        .size = sizeof in, .x = x, .y = y, .rows = train, .n_rows = TRAIN, .seed = 5};
    wick_model *m = NULL;
    double p[N - TRAIN];
    wick_class_scores s;
    check_ok(ctx, wick_model_fit(ctx, name, args, n_args, &in, &m));
    check_ok(ctx, wick_model_predict(ctx, m, x, test, N - TRAIN, p));
    check_ok(ctx, wick_score_classes(ctx, N - TRAIN, y + TRAIN, p, NULL, 0.5, &s));
    wick_model_unref(m);
    free(train);
    free(test);
    return s.auc;
}

static const wick_ml_arg quick_net[] = {{.name = "learning_rate", .number = 0.02},
                                        {.name = "batch", .number = 32}};

static void learning(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *x = noise(ctx, N, 4, 1);
    double *y = planted(x, 1.5, 1);
    int64_t tried = 0;
    for (int64_t i = 0; i < wick_model_count(); i++) {
        const wick_model_spec *s = wick_model_at(i);
        assert_ptr_equal(wick_model_find(s->name), s);
        if (i > 0) assert_true(strcmp(wick_model_at(i - 1)->name, s->name) < 0);
        if (!fits_classes(s)) continue;
        const bool net = strcmp(s->name, "mlp") == 0;
        assert_true(auc_of(ctx, s->name, quick_net, net ? 2 : 0, x, y) > 0.85);
        tried++;
    }
    assert_true(tried >= 3);
    /* shuffled labels: within four deviations of one half (200 rows: 0.041 each) */
    wick_pcg g = wick_pcg_key(2, "test shuffle", 0, 0);
    for (int i = N - 1; i > 0; i--) {
        const uint64_t k = wick_pcg_below(&g, (uint64_t)i + 1);
        const double t = y[i];
        y[i] = y[k];
        y[k] = t;
    }
    for (int64_t i = 0; i < wick_model_count(); i++) {
        const wick_model_spec *s = wick_model_at(i);
        if (!fits_classes(s)) continue;
        const bool net = strcmp(s->name, "mlp") == 0;
        assert_true(fabs(auc_of(ctx, s->name, quick_net, net ? 2 : 0, x, y) - 0.5) < 0.165);
    }
    free(y);
    wick_matrix_unref(x);
    wick_ctx_free(ctx);
}

/* A product of two signs: no line separates it, a net does. */
static void net_beyond_lines(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *x = noise(ctx, N, 2, 7);
    double y[N];
    for (int i = 0; i < N; i++) {
        y[i] = wick_matrix_column(x, 0)[i] * wick_matrix_column(x, 1)[i] > 0.0 ? 1.0 : 0.0;
    }
    const wick_ml_arg a[] = {quick_net[0], quick_net[1], {.name = "activation", .text = "tanh"}};
    const wick_ml_arg two[] = {quick_net[0], quick_net[1], {.name = "hidden2", .number = 8}};
    assert_true(fabs(auc_of(ctx, "logistic", NULL, 0, x, y) - 0.5) < 0.2);
    assert_true(auc_of(ctx, "mlp", a, 3, x, y) > 0.93);
    assert_true(auc_of(ctx, "mlp", two, 3, x, y) > 0.93);
    wick_matrix_unref(x);
    wick_ctx_free(ctx);
}

static void ensembles(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *x = noise(ctx, N, 4, 1);
    double *y = planted(x, 1.5, 1);
    const wick_fit_in in = {.size = sizeof in, .x = x, .y = y, .seed = 2};
    const wick_ml_arg both = {.name = "models", .text = "logistic(C=0.5; penalty=l1) gaussian_nb"};
    assert_true(auc_of(ctx, "average", &both, 1, x, y) > 0.85);
    assert_true(auc_of(ctx, "stack", &both, 1, x, y) > 0.85);
    /* the mean is the mean of its members */
    const wick_ml_arg one[] = {{.name = "C", .number = 0.5}, {.name = "penalty", .text = "l1"}};
    wick_model *m = NULL, *a = NULL, *b = NULL;
    double p[N], pa[N], pb[N];
    check_ok(ctx, wick_model_fit(ctx, "average", &both, 1, &in, &m));
    check_ok(ctx, wick_model_fit(ctx, "logistic", one, 2, &in, &a));
    check_ok(ctx, wick_model_fit(ctx, "gaussian_nb", NULL, 0, &in, &b));
    check_ok(ctx, wick_model_predict(ctx, m, x, NULL, N, p));
    check_ok(ctx, wick_model_predict(ctx, a, x, NULL, N, pa));
    check_ok(ctx, wick_model_predict(ctx, b, x, NULL, N, pb));
    for (int i = 0; i < N; i++) check_close(p[i], 0.5 * (pa[i] + pb[i]), 1e-15);
    wick_model_unref(m);
    wick_model_unref(a);
    wick_model_unref(b);
    const struct {
        const char *text, *message;
    } wrong[] = {{"", "needs models"},
                 {"logistik", "did you mean 'logistic'"},
                 {"logistic(K=3)", "no parameter 'K'"},
                 {"logistic(C=0.1", "no end"},
                 {"stack", "cannot be a member"},
                 {"ridge", "cannot be a member"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const wick_ml_arg w = {.name = "models", .text = wrong[i].text};
        check_fails(ctx, wick_model_fit(ctx, "average", &w, 1, &in, &m), WICK_E_ARG,
                    wrong[i].message);
    }
    free(y);
    wick_matrix_unref(x);
    wick_ctx_free(ctx);
}

static void random_and_passthrough(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    enum { MANY = 4000 };
    wick_matrix *x = noise(ctx, MANY, 1, 1), *part = NULL;
    const wick_fit_in in = {.size = sizeof in, .x = x, .seed = 11};
    const wick_ml_arg rate = {.name = "rate", .number = 0.3};
    wick_model *m = NULL;
    static double p[MANY], q[MANY];
    check_ok(ctx, wick_model_fit(ctx, "random", &rate, 1, &in, &m));
    check_ok(ctx, wick_model_predict(ctx, m, x, NULL, MANY, p));
    double sum = 0.0;
    for (int i = 0; i < MANY; i++) sum += p[i];
    assert_true(fabs(sum / MANY - 0.3) < 4.0 * sqrt(0.21 / MANY));
    /* a row's toss does not depend on the rows beside it */
    int32_t *rows = range(1000, 1500);
    check_ok(ctx, wick_matrix_pick(ctx, x, rows, 500, &part));
    check_ok(ctx, wick_model_predict(ctx, m, part, NULL, 500, q));
    for (int i = 0; i < 500; i++) check_same(q[i], p[1000 + i]);
    wick_model_unref(m);
    check_ok(ctx, wick_model_fit(ctx, "passthrough", NULL, 0, &in, &m));
    check_ok(ctx, wick_model_predict(ctx, m, x, NULL, MANY, p));
    for (int i = 0; i < MANY; i++) check_same(p[i], 1.0);
    wick_model_unref(m);
    free(rows);
    wick_matrix_unref(part);
    wick_matrix_unref(x);
    wick_ctx_free(ctx);
}

static void refusals(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *x = noise(ctx, 100, 2, 1), *other = noise(ctx, 100, 3, 1), *holes = NULL;
    double *y = planted(x, 1.0, 1), v[100];
    wick_model *m = NULL;
    wick_fit_in in = {.size = sizeof in, .x = x, .y = y};
    check_fails(ctx, wick_model_fit(ctx, "logsitic", NULL, 0, &in, &m), WICK_E_ARG, "'logistic'");
    const wick_ml_arg c = {.name = "c", .number = 1};
    check_fails(ctx, wick_model_fit(ctx, "logistic", &c, 1, &in, &m), WICK_E_ARG,
                "no parameter 'c'");
    check_fails(ctx, wick_model_check(ctx, "logistic", &c, 1), WICK_E_ARG, "no parameter 'c'");
    in.n_rows = 20;
    int32_t *few = range(0, 20);
    in.rows = few;
    check_fails(ctx, wick_model_fit(ctx, "logistic", NULL, 0, &in, &m), WICK_E_DATA, "at least 30");
    in.n_rows = 0;
    check_fails(ctx, wick_model_fit(ctx, "ridge", NULL, 0, &in, &m), WICK_E_DATA, "0 labelled");
    in.rows = NULL;
    for (int i = 0; i < 100; i++) v[i] = 0.0;
    in.y = v;
    check_fails(ctx, wick_model_fit(ctx, "logistic", NULL, 0, &in, &m), WICK_E_DATA,
                "no positive label");
    for (int i = 0; i < 100; i++) v[i] = i < 5 ? 1.0 : 0.0;
    check_fails(ctx, wick_model_fit(ctx, "logistic", NULL, 0, &in, &m), WICK_E_DATA,
                "too few of a class");
    for (int i = 0; i < 100; i++) v[i] = i % 2 == 0 ? 1.0 : -1.0;
    check_fails(ctx, wick_model_fit(ctx, "logistic", NULL, 0, &in, &m), WICK_E_DATA, "-1");
    in.y = y;
    for (int i = 0; i < 100; i++) v[i] = i == 7 ? WICK_NA : 1.0;
    check_ok(ctx, wick_matrix_with(ctx, x, "hole", v, &holes));
    in.x = holes;
    check_fails(ctx, wick_model_fit(ctx, "logistic", NULL, 0, &in, &m), WICK_E_DATA,
                "'hole' is missing at row 7");
    wick_matrix_unref(holes);
    for (int i = 0; i < 100; i++) v[i] = WICK_NA;
    check_ok(ctx, wick_matrix_with(ctx, x, "empty", v, &holes));
    in.x = holes;
    check_fails(ctx, wick_model_fit(ctx, "constant", NULL, 0, &in, &m), WICK_E_DATA,
                "'empty' has no value");
    wick_matrix_unref(holes);
    for (int i = 0; i < 100; i++) v[i] = i == 3 ? -1.0 : 1.0;
    in.x = x;
    in.w = v;
    check_fails(ctx, wick_model_fit(ctx, "logistic", NULL, 0, &in, &m), WICK_E_ARG, "row 3");
    in.w = NULL;
    check_ok(ctx, wick_model_fit(ctx, "logistic", NULL, 0, &in, &m));
    check_fails(ctx, wick_model_predict(ctx, m, other, NULL, 100, v), WICK_E_ARG,
                "3 features here and 2");
    check_fails(ctx, wick_model_gain(ctx, m, v), WICK_E_UNSUPPORTED, "permutation");
    wick_model_unref(m);
    free(few);
    free(y);
    wick_matrix_unref(x);
    wick_matrix_unref(other);
    wick_ctx_free(ctx);
}

static void importance(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *x = noise(ctx, N, 4, 1), *twin = NULL;
    double copy[N], mean[5], sd[5], again[5];
    for (int i = 0; i < N; i++) copy[i] = wick_matrix_column(x, 0)[i] * 2.0 + 1.0;
    check_ok(ctx, wick_matrix_with(ctx, x, "twin", copy, &twin));
    double *y = planted(x, 1.5, 1);
    int32_t cluster[5];
    check_ok(ctx, wick_feature_clusters(ctx, twin, NULL, 0, 0.8, cluster));
    const int32_t want[] = {0, 1, 2, 3, 0};
    assert_memory_equal(cluster, want, sizeof want);
    const wick_fit_in in = {.size = sizeof in, .x = twin, .y = y};
    wick_model *m = NULL;
    check_ok(ctx, wick_model_fit(ctx, "logistic", NULL, 0, &in, &m));
    for (int32_t metric = WICK_DROP_LOG_LOSS; metric <= WICK_DROP_RMSE; metric++) {
        const wick_permute_in p = {
            .size = sizeof p, .x = twin, .y = y, .cluster = cluster, .metric = metric, .seed = 4};
        check_ok(ctx, wick_model_permute(ctx, m, &p, mean, sd));
        check_ok(ctx, wick_model_permute(ctx, m, &p, again, sd));
        assert_memory_equal(mean, again, sizeof mean);
        assert_true(mean[0] > 0.05 && mean[1] > 0.05);
        assert_true(fabs(mean[2]) < 0.02 && fabs(mean[3]) < 0.02);
        check_same(mean[0], mean[4]); /* one cluster */
        assert_true(sd[0] > 0.0);
    }
    wick_model_unref(m);
    free(y);
    wick_matrix_unref(x);
    wick_matrix_unref(twin);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    const wick_fit_in *in = arg;
    const wick_ml_arg both = {.name = "models", .text = "logistic gaussian_nb"};
    const wick_ml_arg net[] = {{.name = "epochs", .number = 2}, {.name = "hidden1", .number = 2}};
    const struct {
        const char *name;
        const wick_ml_arg *args;
        int32_t n;
    } list[] = {{"stack", &both, 1}, {"mlp", net, 2}, {"constant", NULL, 0}};
    wick_status st = WICK_OK;
    for (int i = 0; i < 3 && st == WICK_OK; i++) {
        wick_model *m = NULL;
        double p[4];
        st = wick_model_fit(ctx, list[i].name, list[i].args, list[i].n, in, &m);
        if (st == WICK_OK) st = wick_model_predict(ctx, m, in->x, NULL, 4, p);
        wick_model_unref(m);
    }
    return st;
}

static void out_of_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *x = noise(ctx, 200, 2, 3);
    double *y = planted(x, 1.0, 3);
    wick_fit_in in = {.size = sizeof in, .x = x, .y = y};
    assert_true(alloc_walk(walk, &in) > 40);
    free(y);
    wick_matrix_unref(x);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learning),     cmocka_unit_test(net_beyond_lines),
        cmocka_unit_test(ensembles),    cmocka_unit_test(random_and_passthrough),
        cmocka_unit_test(refusals),     cmocka_unit_test(importance),
        cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
