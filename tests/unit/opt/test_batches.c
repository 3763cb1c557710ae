/* SPDX-License-Identifier: MIT */
/* Batches: the same trials from any number of threads, failures, callbacks, sharing a study between
 * asking and evaluating. */
#include "unit/opt/subjects.h"

static wick_ctx *ctx;

/* The same trials from one thread and from several; other trials from another seed. */
static void test_threads_change_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *sampler, *pruner;
        int32_t m;
    } all[] = {{"tpe", "median", 1},
               {"tpe(group=1)", "successive_halving(1, 2)", 1},
               {"tpe(multivariate=0)", "hyperband(1, 4, 2)", 1},
               {"gp(startup=8)", "median", 1},
               {"random", "wilcoxon", 1},
               {"cmaes(margin=1)", "nop", 1},
               {"nsga2(population=6)", "nop", 1},
               {"tpe", "nop", 2},
               {"nsga3(population=8)", "nop", 2},
               {"nsga2(population=8, crossover=undx)", "nop", 2},
               {"qmc(scramble=1)", "nop", 2},
               {"partial_fixed({\"x0\": 0.5}, tpe)", "nop", 2}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        uint64_t h[4];
        for (int r = 0; r < 4; r++) {
            wick_study *s = NULL;
            const wick_study_opts o = {.size = sizeof o,
                                       .n_objectives = all[i].m,
                                       .sampler = all[i].sampler,
                                       .pruner = all[i].pruner,
                                       .seed = r == 3 ? 100 : 99};
            check_ok(ctx, wick_study_new(ctx, &o, &s));
            const wick_run_trials run = {
                .size = sizeof run, .threads = r == 0 ? 1 : 4, .n_trials = 60, .batch = 7};
            check_ok(ctx, wick_study_run(ctx, s, all[i].m == 1 ? branching : several, NULL, &run));
            assert_int_equal(wick_study_count(s), 60);
            h[r] = fingerprint(s);
            wick_study_free(s);
        }
        assert_true(h[0] == h[1]);
        assert_true(h[0] == h[2]);
        assert_true(h[0] != h[3]);
    }
}

typedef struct counter {
    int64_t calls, last;
} counter;

static wick_status failing(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    (void)user;
    (void)worker;
    v[0] = 1.0;
    if (wick_trial_number(t) % 4 == 3) return wick_fail(c, WICK_E_DATA, "no data");
    return WICK_OK;
}

static wick_status count(void *user, wick_ctx *c, wick_study *s, const wick_trial *t)
{
    (void)c;
    counter *k = user;
    assert_true(wick_trial_number(t) == k->last + 1);
    k->last = wick_trial_number(t);
    if (++k->calls == 10) wick_study_stop(s);
    return WICK_OK;
}

static void test_failures_and_callbacks(void **state)
{
    (void)state;
    wick_study *s = NULL;
    const wick_study_opts random = {.size = sizeof random, .sampler = "random", .seed = 7};
    check_ok(ctx, wick_study_new(ctx, &random, &s));
    wick_run_trials run = {.size = sizeof run, .n_trials = 20, .batch = 6, .threads = 2};
    check_fails(ctx, wick_study_run(ctx, s, failing, NULL, &run), WICK_E_DATA,
                "while evaluating trial 3");
    assert_int_equal(wick_study_count(s), 6);
    assert_int_equal(wick_study_count_state(s, WICK_TRIAL_RUNNING), 0);
    counter k = {0, 5};
    const wick_callback cb = {count, &k};
    run.keep_going = true;
    run.callbacks = &cb;
    run.n_callbacks = 1;
    check_ok(ctx, wick_study_run(ctx, s, failing, NULL, &run));
    assert_int_equal(wick_study_count(s), 18);
    assert_int_equal(wick_study_count_state(s, WICK_TRIAL_FAIL), 4);
    run.batch = -1;
    check_fails(ctx, wick_study_run(ctx, s, failing, NULL, &run), WICK_E_ARG, "range");
    run = (wick_run_trials){.size = sizeof run, .timeout = 1e-9};
    check_ok(ctx, wick_study_run(ctx, s, failing, NULL, &run));
    wick_interrupt();
    check_fails(ctx, wick_study_run(ctx, s, failing, NULL, &run), WICK_E_CANCELLED, NULL);
    wick_interrupt_clear();
    wick_study_free(s);
    const wick_study_opts o = {.size = sizeof o, .rng = WICK_OPT_RNG_OPTUNA};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    run = (wick_run_trials){.size = sizeof run, .n_trials = 2, .batch = 2};
    check_fails(ctx, wick_study_run(ctx, s, failing, NULL, &run), WICK_E_ARG, "batch must be 1");
    wick_study_free(s);
}

/* Trials of a batch run while later ones are asked for. What they suggest beyond their joint
 * values, and the values that were fixed for them, must not depend on how far the asking has come.
 */
static wick_status slow_then_new(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    (void)user;
    (void)worker;
    double x = 0.0, own = 0.0;
    char name[24];
    wick_status st = wick_trial_suggest_float(c, t, "x", 0, 1, 0, false, &x);
    snprintf(name, sizeof name, "own%d", (int)(wick_trial_number(t) % 5));
    if (st >= 0) st = wick_trial_suggest_float(c, t, name, 0, 1, 0, false, &own);
    if (st >= 0) st = wick_trial_set_attr(c, t, name, "1");
    v[0] = x + 0.1 * own;
    return st;
}

static void test_queued_and_conditional(void **state)
{
    (void)state;
    uint64_t h[3];
    for (int r = 0; r < 3; r++) {
        wick_study *s = NULL;
        const wick_study_opts o = {.size = sizeof o, .sampler = "tpe(startup=3)", .seed = 4};
        const wick_run_trials run = {
            .size = sizeof run, .threads = r == 0 ? 1 : 3, .n_trials = 20, .batch = 10};
        check_ok(ctx, wick_study_new(ctx, &o, &s));
        for (int k = 0; k < 4; k++) {
            const wick_fixed queued = {"x", {.kind = WICK_CHOICE_FLOAT, .d = 0.25}};
            check_ok(ctx, wick_study_run(ctx, s, slow_then_new, NULL, &run));
            check_ok(ctx, wick_study_enqueue(ctx, s, &queued, 1, false, NULL));
        }
        assert_int_equal(wick_study_count(s), 81);
        assert_true(wick_trial_param(wick_study_trial(s, 20), "x") == 0.25);
        h[r] = fingerprint(s);
        wick_study_free(s);
    }
    assert_true(h[0] == h[1]);
    assert_true(h[0] == h[2]);
}

static wick_status very_wide(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    (void)user;
    (void)worker;
    v[0] = 0.0;
    for (int i = 0; i < 70; i++) {
        char name[8];
        double x = 0.0;
        snprintf(name, sizeof name, "x%d", i);
        const wick_status st = wick_trial_suggest_float(c, t, name, 0, 1, 0, false, &x);
        if (st < 0) return st;
        v[0] += x;
    }
    return WICK_OK;
}

/* The sampler gives up in the middle of a batch: no trial stays without an end. */
static void test_asking_fails(void **state)
{
    (void)state;
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .sampler = "gp(startup=4)"};
    const wick_run_trials run = {.size = sizeof run, .threads = 2, .n_trials = 8, .batch = 4};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    check_fails(ctx, wick_study_run(ctx, s, very_wide, NULL, &run), WICK_E_ARG, "at most 64");
    assert_int_equal(wick_study_count_state(s, WICK_TRIAL_COMPLETE), 4);
    assert_int_equal(wick_study_count_state(s, WICK_TRIAL_FAIL), 1);
    assert_int_equal(wick_study_count_state(s, WICK_TRIAL_RUNNING), 0);
    wick_study_free(s);
}

static int setup(void **state)
{
    (void)state;
    ctx = wick_ctx_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wick_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_failures_and_callbacks),
        cmocka_unit_test(test_queued_and_conditional),
        cmocka_unit_test(test_asking_fails),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
