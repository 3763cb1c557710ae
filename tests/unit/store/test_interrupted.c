/* SPDX-License-Identifier: MIT */
/* Studies that were interrupted: what was under way waits, and going on gives the study that ran
 * through, in memory and in every storage. */

#include "unit/store/store_help.h"

static wick_ctx *ctx;
static char *dir;
static char url[512];

static int setup(void **state)
{
    (void)state;
    ctx = wick_ctx_new();
    dir = test_dir_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_dir_remove(dir);
    wick_ctx_free(ctx);
    return 0;
}

typedef struct cut {
    int64_t at; /* the trial during which the interruption comes; -1: none */
} cut;

static wick_status interrupted_objective(void *user, wick_ctx *c, wick_trial *t, int32_t worker,
                                         double *v)
{
    cut *k = user;
    const wick_status st = objective(NULL, c, t, worker, v);
    if (wick_trial_number(t) == k->at) {
        wick_interrupt();
        wick_ctx_clear(c);
        return wick_fail(c, WICK_E_CANCELLED, "interrupted");
    }
    return st;
}

static wick_status go(wick_study *s, cut *k, int64_t trials, int64_t batch)
{
    const wick_run_trials o = {.size = sizeof o,
                               .threads = 2,
                               .n_trials = trials - wick_study_count_state(s, WICK_TRIAL_COMPLETE) -
                                           wick_study_count_state(s, WICK_TRIAL_PRUNED) -
                                           wick_study_count_state(s, WICK_TRIAL_FAIL),
                               .batch = batch,
                               .keep_going = true};
    return wick_study_run(ctx, s, interrupted_objective, k, &o);
}

static wick_study *open_study(wick_storage *at, const char *sampler, const char *pruner)
{
    wick_study *s = NULL;
    const wick_study_opts o = {
        .size = sizeof o, .name = "cut", .seed = 5, .sampler = sampler, .pruner = pruner};
    if (at == NULL)
        check_ok(ctx, wick_study_new(ctx, &o, &s));
    else
        check_ok(ctx, wick_storage_study(ctx, at, &o, WICK_STUDY_OPEN, &s));
    return s;
}

/* Cut short in two places, taken up again each time in a new process's place. */
static int calls;

static void one(const char *sampler, const char *pruner, int64_t batch, int64_t first,
                int64_t second)
{
    const bool share = calls++ % 3 == 0; /* a server takes a second each: some of them will do */
    enum { TRIALS = 80 };
    cut none = {.at = -1}, a = {.at = first}, b = {.at = second};
    wick_study *whole = open_study(NULL, sampler, pruner);
    check_ok(ctx, go(whole, &none, TRIALS, batch));
    for (int kind = 0; kind < KINDS; kind++) {
        if (url_of(kind, dir, url) == NULL || (kind == 2 && !share)) continue;
        wick_storage *at = NULL;
        cut *cuts[3] = {&a, &b, &none};
        for (int i = 0; i < 3; i++) {
            check_ok(ctx, wick_storage_open(ctx, url, NULL, &at));
            wick_study *s = open_study(at, sampler, pruner);
            if (i < 2) {
                check_fails(ctx, go(s, cuts[i], TRIALS, batch), WICK_E_CANCELLED, "interrupted");
                wick_interrupt_clear();
                assert_int_equal(wick_study_count_state(s, WICK_TRIAL_RUNNING), 0);
                assert_int_equal(wick_trial_state_of(wick_study_trial(s, cuts[i]->at)),
                                 WICK_TRIAL_WAITING);
            } else {
                check_ok(ctx, go(s, cuts[i], TRIALS, batch));
                assert_int_equal(wick_study_count(s), TRIALS);
                if (fingerprint(s) != fingerprint(whole))
                    print_message("%s, %s, batches of %d, storage %d\n", sampler, pruner,
                                  (int)batch, kind);
                assert_true(fingerprint(s) == fingerprint(whole));
            }
            wick_study_free(s);
            wick_storage_close(at);
        }
        check_ok(ctx, wick_storage_open(ctx, url, NULL, &at));
        check_ok(ctx, wick_storage_delete(ctx, at, "cut"));
        wick_storage_close(at);
    }
    wick_study_free(whole);
}

static void test_goes_on(void **state)
{
    (void)state;
    one("tpe(startup=6)", "median(startup=3)", 8, 20, 43);
    one("tpe(startup=6)", "nop", 1, 7, 8);
    one("random", "successive_halving(min=1, reduction=2)", 8, 31, 60);
    one("random", "hyperband(min=1, max=3, reduction=2)", 8, 12, 61);
    one("nsga2(population=10)", "nop", 4, 13, 41);
    one("nsga3(population=10)", "nop", 4, 13, 41);
    one("cmaes", "nop", 8, 19, 50);
    one("cmaes(margin=1, warm=1)", "nop", 4, 19, 50);
    one("cmaes(restarts=bipop, startup=3, popsize=4)", "nop", 1, 19, 50);
    one("qmc(scramble=1)", "nop", 8, 22, 30);
}

/* Given back by one, taken by another: with the same parameters, and without what it had reached.
 */
static void test_given_back(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        const wick_storage_opts alive = {.size = sizeof alive, .heartbeat = 5};
        wick_storage *at = NULL, *dumb = NULL;
        wick_trial *t = NULL;
        double x = 0.0, y = 0.0, v = 1.0;
        check_ok(ctx, wick_storage_open(ctx, url, &alive, &at));
        check_ok(ctx, wick_storage_open(ctx, url, NULL, &dumb));
        wick_study *a = open_study(at, "random", NULL), *b = open_study(dumb, "random", NULL);
        check_ok(ctx, wick_study_ask(ctx, a, NULL, 0, &t));
        check_ok(ctx, wick_trial_suggest_float(ctx, t, "x", 0, 1, 0, false, &x));
        check_ok(ctx, wick_trial_report(ctx, t, 0, 1.5));
        check_ok(ctx, wick_study_sync(ctx, a));
        check_ok(ctx, wick_study_sync(ctx, b));
        assert_int_equal(wick_trial_report_count(wick_study_trial(b, 0)), 1);
        check_fails(ctx, wick_study_give_back(ctx, b, 1), WICK_E_ARG, "no trial 1");
        check_ok(ctx, wick_study_give_back(ctx, a, 0));
        assert_int_equal(wick_study_count_state(a, WICK_TRIAL_WAITING), 1);
        check_fails(ctx, wick_study_give_back(ctx, a, 0), WICK_E_STATE, "");
        check_ok(ctx, wick_study_sync(ctx, b));
        assert_int_equal(wick_trial_state_of(wick_study_trial(b, 0)), WICK_TRIAL_WAITING);
        assert_int_equal(wick_trial_report_count(wick_study_trial(b, 0)), 0);
        check_ok(ctx, wick_study_ask(ctx, b, NULL, 0, &t));
        assert_int_equal(wick_trial_number(t), 0);
        check_ok(ctx, wick_trial_suggest_float(ctx, t, "x", 0, 1, 0, false, &y));
        check_same(x, y);
        check_ok(ctx, wick_study_tell(ctx, b, 0, WICK_TRIAL_COMPLETE, &v, 1));
        check_fails(ctx, wick_study_give_back(ctx, b, 0), WICK_E_STATE, "");
        check_ok(ctx, wick_study_sync(ctx, a));
        assert_int_equal(wick_trial_state_of(wick_study_trial(a, 0)), WICK_TRIAL_COMPLETE);
        wick_study_free(a);
        wick_study_free(b);
        check_ok(ctx, wick_storage_delete(ctx, at, "cut"));
        wick_storage_close(at);
        wick_storage_close(dumb);
    }
}

static wick_status cells(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    (void)worker;
    int64_t a = 0, b = 0;
    wick_status st = wick_trial_suggest_int(c, t, "a", 1, 3, 1, false, &a);
    if (st >= 0) st = wick_trial_suggest_int(c, t, "b", 1, 4, 1, false, &b);
    *v = (double)(10 * a + b);
    if (user != NULL && wick_trial_number(t) == *(int64_t *)user) {
        wick_interrupt();
        return wick_fail(c, WICK_E_CANCELLED, "interrupted");
    }
    return st;
}

/* A grid in sittings has each cell once, and a finished one does not begin again. */
static void test_exhausted(void **state)
{
    (void)state;
    static const char *const samplers[] = {"grid({\"a\": [1, 2, 3], \"b\": [1, 2, 3, 4]})",
                                           "brute_force"};
    for (int kind = 0; kind < KINDS; kind++)
        for (int which = 0; which < 2; which++) {
            if (url_of(kind, dir, url) == NULL) continue;
            int64_t stop_at = 10, complete = 0;
            for (int sitting = 0; sitting < 3; sitting++) {
                wick_storage *at = NULL;
                bool over = false;
                check_ok(ctx, wick_storage_open(ctx, url, NULL, &at));
                wick_study *s = open_study(at, samplers[which], NULL);
                const wick_run_trials o = {.size = sizeof o, .threads = 1, .batch = 8};
                const wick_status st =
                    wick_study_run(ctx, s, cells, sitting == 0 ? &stop_at : NULL, &o);
                assert_int_equal(st, sitting == 0 ? WICK_E_CANCELLED : WICK_OK);
                wick_interrupt_clear();
                wick_ctx_clear(ctx);
                wick_study_free(s);
                s = open_study(at, samplers[which], NULL);
                check_ok(ctx, wick_study_exhausted(ctx, s, &over));
                assert_int_equal(over, sitting > 0);
                assert_int_equal(wick_study_count_state(s, WICK_TRIAL_FAIL), 0);
                /* The last trials of a batch may repeat a point of a brute-force search. */
                const int64_t n = wick_study_count_state(s, WICK_TRIAL_COMPLETE);
                assert_true(n == (sitting == 0 ? 8 : 12) || (which == 1 && sitting > 0 && n > 12));
                if (sitting == 1) complete = n;
                if (sitting == 2) assert_int_equal(n, complete);
                double sum = 0.0;
                for (int64_t i = 0; sitting > 0 && i < wick_study_count(s); i++)
                    sum += wick_trial_value(wick_study_trial(s, i), 0);
                if (which == 0) check_same(sum, sitting == 0 ? 0.0 : 4 * 60.0 + 3 * 10.0);
                wick_study_free(s);
                wick_storage_close(at);
            }
            wick_storage *at = NULL;
            check_ok(ctx, wick_storage_open(ctx, url, NULL, &at));
            check_ok(ctx, wick_storage_delete(ctx, at, "cut"));
            wick_storage_close(at);
        }
}

/* Two workers: what one has begun the other leaves alone, before it is told where. */
static void test_grid_of_two(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        static const char grid[] = "grid({\"a\": [1, 2, 3], \"b\": [1, 2]})";
        wick_storage *at = NULL;
        bool over = false;
        check_ok(ctx, wick_storage_open(ctx, url, NULL, &at));
        wick_study *s[2] = {open_study(at, grid, NULL), open_study(at, grid, NULL)};
        for (int k = 0; k < 6; k++) {
            wick_trial *t = NULL;
            for (int i = 0; i < 2; i++) {
                check_ok(ctx, wick_study_exhausted(ctx, s[i], &over));
                assert_false(over);
            }
            check_ok(ctx, wick_study_ask(ctx, s[k % 2], NULL, 0, &t));
        }
        for (int i = 0; i < 2; i++) {
            check_ok(ctx, wick_study_exhausted(ctx, s[i], &over));
            assert_true(over);
            wick_study_free(s[i]);
        }
        check_ok(ctx, wick_storage_delete(ctx, at, "cut"));
        wick_storage_close(at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_given_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exhausted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_grid_of_two, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
