/* SPDX-License-Identifier: MIT */
/* Rules that end a study: when they should, not before, and what they say. */
#include "unit/opt/opt_help.h"

static wick_ctx *ctx;

/* A bowl; every trial reports five folds around its value, `spread` apart. */
typedef struct bowl {
    double spread;
} bowl;

static wick_status evaluate(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    const bowl *b = user;
    double x = 0.0, y = 0.0;
    (void)worker;
    wick_status st = wick_trial_suggest_float(c, t, "x", -5, 5, 0, false, &x);
    if (st >= 0) st = wick_trial_suggest_float(c, t, "y", -5, 5, 0, false, &y);
    v[0] = (x - 1) * (x - 1) + (y + 2) * (y + 2);
    for (int k = 0; st >= 0 && k < 5; k++)
        st = wick_trial_report(c, t, k, v[0] + b->spread * (k - 2));
    return st;
}

static int64_t trials_until(const char *terminator, const char *sampler, double spread,
                            int64_t most, const char *why)
{
    wick_study *s = NULL;
    wick_terminator *t = NULL;
    bowl b = {spread};
    const wick_study_opts o = {.size = sizeof o, .sampler = sampler, .seed = 11};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    check_ok(ctx, wick_terminator_new(ctx, s, terminator, &t));
    const wick_run_trials run = {
        .size = sizeof run, .threads = 1, .n_trials = most, .terminator = t};
    check_ok(ctx, wick_study_run(ctx, s, evaluate, &b, &run));
    const int64_t n = wick_study_count(s);
    if (n < most && strstr(wick_terminator_why(t), why) == NULL)
        fail_msg("'%s' does not say '%s'", wick_terminator_why(t), why);
    wick_terminator_free(t);
    wick_study_free(s);
    return n;
}

static void test_counts(void **state)
{
    (void)state;
    assert_int_equal(trials_until("max_trials(17)", "random", 0, 100, "17 are complete"), 17);
    wick_study *s = NULL;
    wick_terminator *t = NULL;
    check_ok(ctx, wick_study_new(ctx, NULL, &s));
    check_ok(ctx, wick_terminator_new(ctx, s, "stagnation(3)", &t));
    wick_dist d;
    check_ok(ctx, wick_dist_float(ctx, 0, 1, 0, false, &d));
    static const double values[] = {5, 4, 6, 3, 7, 8, 9};
    for (int i = 0; i < 7; i++) {
        const wick_param p = {"x", &d, 0.1 * i};
        const wick_trial_in in = {.size = sizeof in,
                                  .state = WICK_TRIAL_COMPLETE,
                                  .values = &values[i],
                                  .n_values = 1,
                                  .params = &p,
                                  .n_params = 1};
        bool stop = true;
        check_ok(ctx, wick_study_add(ctx, s, &in, NULL));
        check_ok(ctx, wick_terminator_check(ctx, t, &stop));
        assert_int_equal(stop, i == 6);
    }
    assert_string_equal(wick_terminator_why(t), "stagnation: trial 3 is the best since 3 trials");
    wick_terminator_free(t);
    wick_study_free(s);
}

/* Folds that disagree widely end the search early, folds that agree do not end it. */
static void test_regret(void **state)
{
    (void)state;
    const int64_t wide = trials_until("regret", "gp", 20.0, 60, "regret: at most");
    assert_true(wide >= 20 && wide < 40);
    assert_int_equal(trials_until("regret", "gp", 0.0, 45, ""), 45);
}

static void test_emmr(void **state)
{
    (void)state;
    const int64_t n = trials_until("emmr(share=0.2)", "gp", 0.0, 150, "emmr: the expected regret");
    assert_true(n >= 30 && n < 150);
    assert_int_equal(trials_until("emmr", "random", 0.0, 40, ""), 40);
}

static void test_errors(void **state)
{
    (void)state;
    wick_study *s = NULL, *two = NULL;
    wick_terminator *t = NULL;
    bool stop;
    const wick_study_opts o = {.size = sizeof o, .n_objectives = 2};
    check_ok(ctx, wick_study_new(ctx, NULL, &s));
    check_ok(ctx, wick_study_new(ctx, &o, &two));
    check_fails(ctx, wick_terminator_new(ctx, s, "stagnatoin", &t), WICK_E_ARG,
                "did you mean 'stagnation'?");
    check_fails(ctx, wick_terminator_new(ctx, s, "stagnation(m=3)", &t), WICK_E_ARG, "m");
    check_fails(ctx, wick_terminator_new(ctx, two, "emmr", &t), WICK_E_ARG, "for one objective");
    check_ok(ctx, wick_terminator_new(ctx, s, "stagnation", &t));
    check_ok(ctx, wick_terminator_check(ctx, t, &stop)); /* nothing finished yet */
    assert_false(stop);
    wick_terminator_free(t);
    wick_study_free(s);
    wick_study_free(two);
    assert_true(wick_terminator_count() == 4);
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
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_regret),
        cmocka_unit_test(test_emmr),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
