/* SPDX-License-Identifier: MIT */
/* The Gaussian process behind the sampler gp: Optuna's numbers, its own gradients, and searches
 * with a known end. */
#include "unit/opt/opt_vectors.h"

#include "opt/gp_acq.h"

enum { N = 8, D = 3 };

static bool is_categorical[D];
static double X[N * D], Y[N];

static const wick_json *load(wk_gp *g)
{
    const wick_json *j = get(wick_json_root(doc), "gp");
    for (int i = 0; i < N; i++) {
        Y[i] = at(get(j, "y"), i);
        for (int k = 0; k < D; k++) X[i * D + k] = at(wick_json_at(get(j, "X"), i), k);
    }
    *g = (wk_gp){.d = D, .categorical = is_categorical, .n = N, .x = X};
    for (int k = 0; k < D; k++) {
        is_categorical[k] = wick_json_bool(wick_json_at(get(j, "is_categorical"), k));
        g->w[k] = at(get(j, "inv_sq_ls"), k);
    }
    g->scale = field(j, "kernel_scale");
    g->noise = field(j, "noise_var");
    check_ok(ctx, wk_gp_reserve(ctx, g, N, 1));
    return j;
}

static void test_posterior(void **state)
{
    (void)state;
    wk_gp g;
    const wick_json *j = load(&g), *test = get(j, "x_test");
    double likelihood, prior, x[3 * D], mean[3], var[3];
    (void)wk_gp_objective(&g, Y, &likelihood, &prior);
    check_rel(likelihood, field(j, "marginal_log_lik_without_const"), 1e-8);
    check_rel(prior, field(j, "log_prior"), 1e-12);
    for (int i = 0; i < 3 * D; i++) x[i] = at(wick_json_at(test, i / D), i % D);
    double *scratch = malloc((size_t)wk_gp_many_work(&g, 3) * sizeof *scratch);
    wk_gp_many(&g, x, 3, mean, var, scratch);
    for (int i = 0; i < 3; i++) {
        check_rel(mean[i], at(get(j, "mean"), i), 1e-8);
        check_rel(var[i], at(get(j, "var"), i), 1e-8);
        check_rel(wk_log_ei(mean[i], var[i], field(j, "f0")), at(get(j, "log_ei"), i), 1e-8);
    }
    free(scratch);
    wk_gp_free(&g);
}

static void test_log_ei(void **state)
{
    (void)state;
    const wick_json *j = get(wick_json_root(doc), "standard_logei");
    for (int64_t i = 0; i < wick_json_count(get(j, "z")); i++)
        check_rel(wk_log_ei(at(get(j, "z"), i), 1.0 - 1e-12, 0.0), at(get(j, "value"), i), 1e-10);
}

/* The optimum is flat: the reference stops at a gradient of 1e-2. */
static void test_fit(void **state)
{
    (void)state;
    wk_gp g;
    double likelihood, prior;
    const wick_json *j = load(&g);
    for (int k = 0; k < D; k++) g.w[k] = 1.0;
    g.scale = g.noise = 1.0;
    assert_true(wk_gp_fit(&g, Y, false, NULL));
    const double got = wk_gp_objective(&g, Y, &likelihood, &prior);
    const double want = field(get(j, "fit"), "objective");
    if (got < want - 1e-3 * fabs(want)) fail_msg("objective %.10g, reference %.10g", got, want);
    wk_gp_free(&g);
}

static void test_acquisition_gradient(void **state)
{
    (void)state;
    wk_gp g;
    (void)load(&g);
    double y[2 * N], best[2] = {1.2, 1.4};
    wick_dist unit;
    check_ok(ctx, wick_dist_float(ctx, 0, 1, 0, false, &unit));
    for (int i = 0; i < 2 * N; i++) y[i] = i < N ? Y[i] : 0.8 * Y[i - N] + 0.01 * i;
    check_ok(ctx, wk_gp_reserve(ctx, &g, N, 2));
    assert_true(wk_gp_solve(&g, y, 2));
    wk_gp_limit limit = {.least = 0.3};
    (void)load(&limit.gp);
    assert_true(wk_gp_solve(&limit.gp, y, 1));
    const wk_gp_axis axis[D] = {{&unit, false, 0}, {&unit, false, 0}, {&unit, true, 3}};
    wk_acq a = {.d = D, .axis = axis, .gp = &g, .best = best, .improves = true};
    a.limit = &limit;
    a.n_limits = 1;
    a.work = malloc((size_t)wk_acq_work(&a) * sizeof *a.work);
    double x[D] = {0.31, 0.62, 1.0}, grad[D], many;
    const double v = wk_acq_at(&a, x, grad);
    check_ok(ctx, wk_acq_many(ctx, &a, x, 1, &many));
    check_rel(many, v, 1e-9);
    for (int k = 0; k < 2; k++) {
        const double h = 1e-6, was = x[k];
        x[k] = was + h;
        const double up = wk_acq_at(&a, x, NULL);
        x[k] = was - h;
        const double down = wk_acq_at(&a, x, NULL);
        x[k] = was;
        check_rel(grad[k], (up - down) / (2 * h), 1e-5);
    }
    assert_true(grad[2] == 0.0);
    free(a.work);
    wk_gp_free(&g);
    wk_gp_free(&limit.gp);
}

typedef struct calls {
    double middle, at[4];
    int values, gradients;
} calls;

/* A gradient belongs to the value before it. */
static void count_call(calls *c, const double *x, const double *grad)
{
    if (grad == NULL) {
        c->values++;
        memcpy(c->at, x, sizeof c->at);
        return;
    }
    c->gradients++;
    assert_memory_equal(c->at, x, sizeof c->at);
}

static double bowl(void *user, const double *x, double *grad)
{
    calls *b = user;
    double f = 0.0;
    count_call(b, x, grad);
    for (int i = 0; i < 4; i++) {
        const double w = pow(10.0, i), e = x[i] - b->middle * i;
        f += w * e * e;
        if (grad != NULL) grad[i] = 2.0 * w * e;
    }
    return f;
}

static void test_minimize(void **state)
{
    (void)state;
    calls b = {.middle = 0.3};
    double *work = malloc((size_t)wk_minimize_work(4) * sizeof *work);
    double x[4] = {5, 5, 5, 5};
    wk_min_problem p = {.n = 4, .fn = bowl, .user = &b, .rounds = 200, .tolerance = 1e-8};
    assert_true(wk_minimize(&p, x, NULL, work) < 1e-15);
    assert_true(b.gradients < b.values); /* refused steps have none */
    const double low[4] = {1, 0, 0, 0}, high[4] = {2, 1, 0.5, 1};
    double y[4] = {2, 1, 0, 1};
    p.low = low;
    p.high = high;
    (void)wk_minimize(&p, y, NULL, work);
    const double want[4] = {1, 0.3, 0.5, 0.9};
    for (int i = 0; i < 4; i++) assert_true(fabs(y[i] - want[i]) < 1e-7);
    free(work);
}

/* Rosenbrock's valley of four variables, with its end at (middle, middle^2, ...). */
static double valley(void *user, const double *x, double *grad)
{
    calls *v = user;
    double f = (v->middle - x[0]) * (v->middle - x[0]);
    count_call(v, x, grad);
    if (grad != NULL) grad[0] = 2.0 * (x[0] - v->middle);
    for (int i = 0; i < 3; i++) {
        const double e = x[i + 1] - x[i] * x[i];
        f += 100.0 * e * e;
        if (grad == NULL) continue;
        grad[i] -= 400.0 * e * x[i];
        grad[i + 1] = 200.0 * e;
    }
    return f;
}

/* What one search has learnt of the curvature serves the next one, in a valley that has moved. */
static void test_minimize_again(void **state)
{
    (void)state;
    calls v = {.middle = 1.0};
    double *work = malloc((size_t)wk_minimize_work(4) * sizeof *work), pairs[2 * WK_MIN_PAIRS * 4];
    double x[4] = {-1, 1, -1, 1}, again[4];
    const wk_min_problem p = {.n = 4, .fn = valley, .user = &v, .rounds = 200, .tolerance = 1e-5};
    wk_min_memory kept = {.n = 4, .pairs = pairs};
    assert_true(wk_minimize(&p, x, &kept, work) < 1e-8);
    memcpy(again, x, sizeof again);
    v = (calls){.middle = 1.01};
    assert_true(wk_minimize(&p, again, &kept, work) < 1e-8);
    const int with = v.values;
    v = (calls){.middle = 1.01};
    assert_true(wk_minimize(&p, x, NULL, work) < 1e-8);
    assert_true(4 * with < 3 * v.values);
    free(work);
}

/* ---- searches ------------------------------------------------------------------------------- */

static wick_status sphere(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    double x = 0.0, y = 0.0;
    (void)user;
    (void)worker;
    wick_status st = wick_trial_suggest_float(c, t, "x", -5, 5, 0, false, &x);
    if (st >= 0) st = wick_trial_suggest_float(c, t, "y", -5, 5, 0, false, &y);
    if (st >= 0) v[0] = (x - 1.3) * (x - 1.3) + (y + 0.7) * (y + 0.7);
    return st;
}

static double best_of(const char *sampler, int32_t profile, int64_t trials, int64_t batch,
                      int32_t threads, int32_t direction)
{
    wick_study *s = NULL;
    const int32_t directions[] = {direction};
    const wick_study_opts o = {.size = sizeof o,
                               .sampler = sampler,
                               .profile = profile,
                               .seed = 3,
                               .directions = directions};
    const wick_run_trials run = {
        .size = sizeof run, .threads = threads, .n_trials = trials, .batch = batch};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    check_ok(ctx, wick_study_run(ctx, s, sphere, NULL, &run));
    const double v = wick_trial_value(wick_study_best(s), 0);
    wick_study_free(s);
    return v;
}

static void test_finds_the_minimum(void **state)
{
    (void)state;
    assert_true(best_of("gp", WICK_OPT_OPTUNA5, 30, 1, 1, WICK_MINIMIZE) < 1e-3);
    assert_true(best_of("gp(deterministic=1)", WICK_OPT_OPTUNA5, 30, 1, 1, WICK_MINIMIZE) < 1e-3);
    /* The corner farthest from the middle, when the bowl is to be left. */
    assert_true(best_of("gp", WICK_OPT_OPTUNA5, 30, 1, 1, WICK_MAXIMIZE) >
                0.99 * (6.3 * 6.3 + 5.7 * 5.7));
    for (int32_t profile = WICK_OPT_OPTUNA5; profile <= WICK_OPT_OPTUNA4; profile++) {
        const double one = best_of("gp", profile, 40, 4, 1, WICK_MINIMIZE);
        const double two = best_of("gp", profile, 40, 4, 2, WICK_MINIMIZE);
        assert_true(one == two); /* batches do not see the threads */
        assert_true(one < 0.05);
    }
}

/* Most of the box is forbidden, and the unconstrained minimum with it. */
static wick_status fenced(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    wick_status st = sphere(user, c, t, worker, v);
    const double x = wick_trial_param(t, "x"), y = wick_trial_param(t, "y");
    if (st >= 0)
        st = wick_trial_set_constraint(c, t, "far",
                                       4.0 - (x - 1.3) * (x - 1.3) - (y + 0.7) * (y + 0.7));
    return st;
}

static void test_constraints(void **state)
{
    (void)state;
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .sampler = "gp", .seed = 5};
    const wick_run_trials run = {.size = sizeof run, .threads = 1, .n_trials = 50};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    check_ok(ctx, wick_study_run(ctx, s, fenced, NULL, &run));
    const wick_trial *b = wick_study_best(s);
    assert_non_null(b);
    assert_true(wick_trial_violation(b) == 0.0);
    assert_true(wick_trial_value(b, 0) < 4.1);
    wick_study_free(s);
}

/* A flat objective, failed trials, an infinite value, one parameter that is a choice. */
static wick_status odd(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    static const wick_choice words[] = {{.kind = WICK_CHOICE_STRING, .s = "a"},
                                        {.kind = WICK_CHOICE_STRING, .s = "b"}};
    int64_t k = 0;
    (void)user;
    (void)worker;
    const wick_status st = wick_trial_suggest_choice(c, t, "k", words, 2, &k);
    const int64_t n = wick_trial_number(t);
    v[0] = n % 5 == 1 ? (double)INFINITY : n % 5 == 2 ? WICK_NA : 1.0;
    return st;
}

static void test_odd_values(void **state)
{
    (void)state;
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .sampler = "gp(startup=3)", .seed = 5};
    const wick_run_trials run = {.size = sizeof run, .threads = 1, .n_trials = 25};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    check_ok(ctx, wick_study_run(ctx, s, odd, NULL, &run));
    assert_int_equal(wick_study_count(s), 25);
    wick_study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_posterior),
        cmocka_unit_test(test_log_ei),
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_acquisition_gradient),
        cmocka_unit_test(test_minimize),
        cmocka_unit_test(test_minimize_again),
        cmocka_unit_test(test_finds_the_minimum),
        cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_odd_values),
    };
    return cmocka_run_group_tests(tests, open_vectors, close_vectors);
}
