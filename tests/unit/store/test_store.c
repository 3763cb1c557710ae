/* SPDX-License-Identifier: MIT */
/* Studies in each kind of storage: equal to those in memory, shared, resumed, listed, deleted. */
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/alloc_walk.h"
#include "unit/store/store_help.h"

static wick_ctx *ctx;
static char *dir;
static char url[512];

static int setup(void **state)
{
    (void)state;
    ctx = wick_ctx_new();
    dir = test_dir_new();
    return ctx == NULL;
}

static int teardown(void **state)
{
    (void)state;
    test_dir_remove(dir);
    wick_ctx_free(ctx);
    return 0;
}

static wick_storage *open_with(const wick_storage_opts *o)
{
    wick_storage *s = NULL;
    check_ok(ctx, wick_storage_open(ctx, url, o, &s));
    return s;
}

static wick_study *study(wick_storage *at, const char *name, int32_t how)
{
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o,
                               .name = name,
                               .seed = 3,
                               .sampler = "tpe(startup=6)",
                               .pruner = "median(startup=3)"};
    if (at != NULL) {
        check_ok(ctx, wick_storage_study(ctx, at, &o, how, &s));
    } else {
        check_ok(ctx, wick_study_new(ctx, &o, &s));
    }
    return s;
}

static void run(wick_study *s, int64_t trials, int64_t batch)
{
    const wick_run_trials o = {
        .size = sizeof o, .threads = 2, .n_trials = trials, .batch = batch, .keep_going = true};
    check_ok(ctx, wick_study_run(ctx, s, objective, NULL, &o));
}

/* PostgreSQL is one database for all tests: each has its own name there, and leaves nothing. */
static void remove_study(const char *name)
{
    wick_storage *at = open_with(NULL);
    check_ok(ctx, wick_storage_delete(ctx, at, name));
    wick_storage_close(at);
}

/* Interrupted and taken up again, a study is the one that ran through, in memory or stored. */
static void test_same_as_memory(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        for (int64_t batch = 1; batch <= 8; batch += 7) {
            wick_study *m = study(NULL, "same", 0);
            run(m, 24, batch);
            wick_storage *at = open_with(NULL);
            wick_study *s = study(at, "same", WICK_STUDY_MAKE);
            run(s, 24, batch);
            assert_true(fingerprint(s) == fingerprint(m));
            wick_study_free(s);
            s = study(at, "same", WICK_STUDY_LOAD);
            assert_int_equal(wick_study_count(s), 24);
            assert_true(fingerprint(s) == fingerprint(m));
            run(s, 16, batch);
            run(m, 16, batch);
            assert_true(fingerprint(s) == fingerprint(m));
            assert_int_equal(wick_trial_number(wick_study_best(s)),
                             wick_trial_number(wick_study_best(m)));
            wick_study_free(s);
            wick_study_free(m);
            check_ok(ctx, wick_storage_delete(ctx, at, "same"));
            wick_storage_close(at);
        }
    }
}

/* Two processes' worth of handles take turns; each sees what the other did. */
static void test_two_handles(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        wick_storage *at = open_with(NULL);
        wick_study *a = study(at, "two", WICK_STUDY_OPEN), *b = study(at, "two", WICK_STUDY_OPEN);
        const wick_fixed f[] = {{"x", {.kind = WICK_CHOICE_FLOAT, .d = 1.25}},
                                {"c", {.kind = WICK_CHOICE_NULL}}};
        int64_t number = 0;
        check_ok(ctx, wick_study_enqueue(ctx, a, f, 2, false, &number));
        assert_int_equal(number, 0);
        for (int k = 0; k < 20; k++) {
            wick_trial *t[2];
            wick_study *s[2] = {k % 2 ? a : b, k % 2 ? b : a};
            for (int w = 0; w < 2; w++) check_ok(ctx, wick_study_ask(ctx, s[w], NULL, 0, &t[w]));
            assert_true(wick_trial_number(t[0]) != wick_trial_number(t[1]));
            for (int w = 0; w < 2; w++) {
                double v = 0.0;
                const wick_status st = objective(NULL, ctx, t[w], 0, &v);
                wick_ctx_clear(ctx);
                check_ok(ctx, wick_study_tell(ctx, s[w], wick_trial_number(t[w]),
                                              st == WICK_OK ? WICK_TRIAL_COMPLETE : WICK_TRIAL_FAIL,
                                              &v, 1));
            }
        }
        check_same(wick_trial_param(wick_study_trial(b, 0), "x"), 1.25);
        check_same(wick_trial_param(wick_study_trial(b, 0), "c"), 1.0);
        check_ok(ctx, wick_study_sync(ctx, a));
        check_ok(ctx, wick_study_sync(ctx, b));
        wick_study *c = study(at, "two", WICK_STUDY_LOAD);
        assert_int_equal(wick_study_count(c), 40);
        assert_true(fingerprint(a) == fingerprint(c));
        assert_true(fingerprint(b) == fingerprint(c));
        check_ok(ctx, wick_study_set_attr(ctx, a, "k", "[1, 2]"));
        check_ok(ctx, wick_study_set_system_attr(ctx, a, "wick:job", "{\"file\": \"a.lua\"}"));
        check_ok(ctx, wick_study_sync(ctx, b));
        assert_string_equal(wick_study_attr(b, "k"), "[1, 2]");
        assert_string_equal(wick_study_system_attr(b, "wick:job"), "{\"file\": \"a.lua\"}");
        assert_null(wick_study_attr(b, "wick:job"));
        wick_study_free(a);
        wick_study_free(b);
        wick_study_free(c);
        wick_storage_close(at);
        remove_study("two");
    }
}

/* ---- processes ----------------------------------------------------------------------------- */

enum { WRITERS = 6, EACH = 15 };

/* In a child process nothing of the test's frame may be jumped to: it says good or bad and ends. */
static bool write_some(wick_ctx *c)
{
    wick_storage *at = NULL;
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .name = "six", .seed = 3, .pruner = "median"};
    const wick_run_trials r = {
        .size = sizeof r, .n_trials = EACH, .threads = 1, .keep_going = true};
    const bool good = wick_storage_open(c, url, NULL, &at) >= 0 &&
                      wick_storage_study(c, at, &o, WICK_STUDY_OPEN, &s) >= 0 &&
                      wick_study_run(c, s, objective, NULL, &r) >= 0;
    if (!good) fprintf(stderr, "writer: %s\n", wick_ctx_error(c));
    wick_study_free(s);
    wick_storage_close(at);
    return good;
}

static void test_six_writers(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        pid_t pid[WRITERS];
        for (int i = 0; i < WRITERS; i++) {
            pid[i] = fork();
            assert_true(pid[i] >= 0);
            if (pid[i] == 0) _exit(write_some(wick_ctx_new()) ? 0 : 1);
        }
        for (int i = 0; i < WRITERS; i++) {
            int status = 0;
            assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
            assert_int_equal(status, 0);
        }
        wick_storage *at = open_with(NULL);
        wick_study *s = study(at, "six", WICK_STUDY_LOAD);
        /* Numbers are places in the study: a gap or a duplicate would not load. */
        assert_int_equal(wick_study_count(s), WRITERS * EACH);
        assert_int_equal(wick_study_count_state(s, WICK_TRIAL_RUNNING), 0);
        wick_study_free(s);
        wick_storage_close(at);
        remove_study("six");
    }
}

/* ---- signs of life -------------------------------------------------------------------------- */

typedef struct told {
    int n;
    int64_t number;
} told;

static void stale(void *user, wick_study *s, int64_t number)
{
    (void)s;
    told *t = user;
    t->n++;
    t->number = number;
}

static void nap(double seconds)
{
    const struct timespec t = {.tv_sec = (time_t)seconds,
                               .tv_nsec = (long)((seconds - floor(seconds)) * 1e9)};
    nanosleep(&t, NULL);
}

/* A worker dies in its trial; another one fails the trial and runs the same point again, once. */
static void test_stale(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        told t = {0};
        const wick_storage_opts o = {.size = sizeof o,
                                     .heartbeat = 0.4,
                                     .grace = 2.0,
                                     .retries = 1,
                                     .stale = stale,
                                     .user = &t};
        wick_storage *at = open_with(&o);
        wick_study *s = study(at, "stale", WICK_STUDY_OPEN);
        for (int i = 0; i < 2; i++) {
            const pid_t pid = fork();
            assert_true(pid >= 0);
            if (pid == 0) {
                wick_ctx *c = wick_ctx_new();
                wick_storage *mine = NULL;
                wick_study *dying = NULL;
                wick_trial *lost = NULL;
                double x;
                const wick_study_opts so = {.size = sizeof so, .name = "stale", .seed = 9};
                if (wick_storage_open(c, url, &o, &mine) < 0 ||
                    wick_storage_study(c, mine, &so, WICK_STUDY_OPEN, &dying) < 0 ||
                    wick_study_ask(c, dying, NULL, 0, &lost) < 0 ||
                    wick_trial_suggest_float(c, lost, "x", -3, 3, 0, false, &x) < 0 ||
                    wick_trial_report(c, lost, 0, 1.0) < 0 || wick_study_sync(c, dying) < 0)
                    _exit(1);
                _exit(0);
            }
            int status = 0;
            waitpid(pid, &status, 0);
            assert_int_equal(status, 0);
        }
        check_ok(ctx, wick_study_sync(ctx, s));
        assert_int_equal(wick_study_count_state(s, WICK_TRIAL_RUNNING), 2);
        nap(3.0);
        check_ok(ctx, wick_study_sync(ctx, s));
        check_ok(ctx, wick_study_sync(ctx, s));
        assert_int_equal(t.n, 2);
        assert_int_equal(wick_study_count_state(s, WICK_TRIAL_FAIL), 2);
        assert_int_equal(wick_study_count_state(s, WICK_TRIAL_WAITING), 2);
        wick_trial *again = NULL;
        check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &again));
        assert_int_equal(wick_trial_number(again), 2);
        check_same(wick_trial_param(again, "x"), wick_trial_param(wick_study_trial(s, 0), "x"));
        assert_string_equal(wick_trial_system_attr(again, "retry_history"), "[0]");
        assert_string_equal(wick_trial_system_attr(again, "failed_trial"), "0");
        assert_int_equal(wick_trial_report_count(again), 0);
        double x = 0.0, v = 1.0;
        check_ok(ctx, wick_trial_suggest_float(ctx, again, "x", -3, 3, 0, false, &x));
        /* It lives: longer than the grace and it is still running for others. */
        nap(3.0);
        wick_study *other = study(at, "stale", WICK_STUDY_LOAD);
        check_ok(ctx, wick_study_sync(ctx, other));
        assert_int_equal(wick_trial_state_of(wick_study_trial(other, 2)), WICK_TRIAL_RUNNING);
        check_ok(ctx, wick_study_tell(ctx, s, 2, WICK_TRIAL_COMPLETE, &v, 1));
        check_ok(ctx, wick_study_sync(ctx, other));
        assert_int_equal(wick_trial_state_of(wick_study_trial(other, 2)), WICK_TRIAL_COMPLETE);
        wick_study_free(other);
        wick_study_free(s);
        wick_storage_close(at);
        remove_study("stale");
    }
}

/* What another process ended cannot be told again. */
static void test_ended_elsewhere(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        wick_storage *at = open_with(NULL);
        wick_study *a = study(at, "ended", WICK_STUDY_OPEN), *b;
        wick_trial *t = NULL;
        check_ok(ctx, wick_study_ask(ctx, a, NULL, 0, &t));
        b = study(at, "ended", WICK_STUDY_LOAD);
        double v = 2.0;
        check_ok(ctx, wick_study_tell(ctx, b, 0, WICK_TRIAL_COMPLETE, &v, 1));
        v = 3.0;
        check_fails(ctx, wick_study_tell(ctx, a, 0, WICK_TRIAL_COMPLETE, &v, 1), WICK_E_STATE,
                    "another process");
        check_ok(ctx, wick_study_sync(ctx, a));
        check_same(wick_trial_value(t, 0), 2.0);
        wick_study_free(a);
        wick_study_free(b);
        wick_storage_close(at);
        remove_study("ended");
    }
}

/* ---- storages ------------------------------------------------------------------------------- */

static void test_list_and_delete(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        wick_storage *at = open_with(NULL);
        wick_study *s = study(at, "first", WICK_STUDY_OPEN);
        run(s, 15, 4);
        int64_t by_state[5];
        for (int32_t i = 0; i < 5; i++) by_state[i] = wick_study_count_state(s, i);
        wick_study_free(s);
        const int32_t directions[] = {WICK_MAXIMIZE, WICK_MINIMIZE};
        const wick_study_opts two = {
            .size = sizeof two, .name = "second", .n_objectives = 2, .directions = directions};
        check_ok(ctx, wick_storage_study(ctx, at, &two, WICK_STUDY_MAKE, &s));
        const wick_fixed f = {"a", {.kind = WICK_CHOICE_INT, .i = 4}};
        check_ok(ctx, wick_study_enqueue(ctx, s, &f, 1, false, NULL));
        wick_trial *t = NULL;
        int64_t a = 0;
        check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
        check_ok(ctx, wick_trial_suggest_int(ctx, t, "a", 0, 9, 1, false, &a));
        assert_int_equal(a, 4);
        const double v[] = {1.0, -(double)INFINITY};
        check_ok(ctx, wick_study_tell(ctx, s, 0, WICK_TRIAL_COMPLETE, v, 2));
        wick_study_free(s);
        wick_study_info *info = NULL;
        int64_t n = 0;
        check_ok(ctx, wick_storage_list(ctx, at, &info, &n));
        assert_int_equal(n, 2);
        assert_string_equal(info[0].name, "first");
        assert_int_equal(info[0].n_objectives, 1);
        assert_memory_equal(info[0].n_state, by_state, sizeof by_state);
        assert_true(info[0].completed >= info[0].started && info[0].started > 0);
        assert_string_equal(info[1].name, "second");
        assert_int_equal(info[1].n_objectives, 2);
        assert_int_equal(info[1].directions[0], WICK_MAXIMIZE);
        assert_int_equal(info[1].n_state[WICK_TRIAL_COMPLETE], 1);
        free(info);
        check_ok(ctx, wick_storage_delete(ctx, at, "first"));
        check_fails(ctx, wick_storage_delete(ctx, at, "frist"), WICK_E_ARG, "frist");
        const wick_study_opts load = {.size = sizeof load, .name = "second"};
        check_ok(ctx, wick_storage_study(ctx, at, &load, WICK_STUDY_LOAD, &s));
        assert_int_equal(wick_study_objectives(s), 2);
        assert_true(isinf(wick_trial_value(wick_study_trial(s, 0), 1)));
        wick_study_free(s);
        wick_storage_close(at);
        remove_study("second");
    }
}

static void test_errors(void **state)
{
    (void)state;
    wick_storage *at = NULL;
    wick_study *s = NULL;
    check_fails(ctx, wick_storage_open(ctx, "sqlit:///x.db", NULL, &at), WICK_E_ARG,
                "did you mean sqlite:///");
    check_fails(ctx, wick_storage_open(ctx, "x.db", NULL, &at), WICK_E_ARG, "none of memory:");
    check_fails(ctx, wick_storage_open(ctx, "", NULL, &at), WICK_E_ARG, "URL");
    check_fails(ctx, wick_storage_open(ctx, "sqlite:///a.db?timeout=3", NULL, &at), WICK_E_ARG,
                "options");
    const wick_storage_opts bad = {.size = sizeof bad, .heartbeat = 5, .grace = 2};
    check_fails(ctx, wick_storage_open(ctx, "memory:", &bad, &at), WICK_E_ARG, "grace");
    check_ok(ctx, wick_storage_open(ctx, "memory:", NULL, &at));
    check_fails(ctx, wick_storage_study(ctx, at, NULL, WICK_STUDY_LOAD, &s), WICK_E_ARG,
                "no study");
    check_ok(ctx, wick_storage_study(ctx, at, NULL, WICK_STUDY_OPEN, &s));
    wick_study_free(s);
    wick_storage_close(at);
    for (int kind = 0; kind < 2; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        const wick_storage_opts read = {.size = sizeof read, .read_only = true};
        check_fails(ctx, wick_storage_open(ctx, url, &read, &at), WICK_E_IO, "no such file");
        at = open_with(NULL);
        wick_study *t = study(at, "donchian", WICK_STUDY_OPEN);
        run(t, 3, 1);
        wick_study_free(t);
        const wick_study_opts near = {.size = sizeof near, .name = "donchain"};
        check_fails(ctx, wick_storage_study(ctx, at, &near, WICK_STUDY_LOAD, &s), WICK_E_ARG,
                    "did you mean 'donchian'?");
        const wick_study_opts name = {.size = sizeof name, .name = "donchian"};
        check_fails(ctx, wick_storage_study(ctx, at, &name, WICK_STUDY_MAKE, &s), WICK_E_STATE,
                    "already");
        const int32_t max = WICK_MAXIMIZE;
        const wick_study_opts other = {
            .size = sizeof other, .name = "donchian", .directions = &max};
        check_fails(ctx, wick_storage_study(ctx, at, &other, WICK_STUDY_OPEN, &s), WICK_E_ARG,
                    "minimise");
        const wick_study_opts three = {.size = sizeof three, .name = "donchian", .n_objectives = 3};
        check_fails(ctx, wick_storage_study(ctx, at, &three, WICK_STUDY_OPEN, &s), WICK_E_ARG,
                    "objectives");
        /* A misspelt sampler leaves no study behind. */
        const wick_study_opts typo = {.size = sizeof typo, .name = "new", .sampler = "tpee"};
        check_fails(ctx, wick_storage_study(ctx, at, &typo, WICK_STUDY_OPEN, &s), WICK_E_ARG,
                    "tpe");
        const wick_study_opts fresh = {.size = sizeof fresh, .name = "new"};
        check_fails(ctx, wick_storage_study(ctx, at, &fresh, WICK_STUDY_LOAD, &s), WICK_E_ARG,
                    "no study");
        wick_storage_close(at);
        check_ok(ctx, wick_storage_open(ctx, url, &read, &at));
        check_ok(ctx, wick_storage_study(ctx, at, &name, WICK_STUDY_LOAD, &s));
        assert_int_equal(wick_study_count(s), 3);
        wick_trial *ignored = NULL;
        check_fails(ctx, wick_study_ask(ctx, s, NULL, 0, &ignored), WICK_E_STATE, "reading");
        check_fails(ctx, wick_storage_delete(ctx, at, "donchian"), WICK_E_STATE, "reading");
        wick_study_free(s);
        wick_storage_close(at);
    }
    test_write(test_path(dir, "no.db"), "this is no database, only a text of some length...", -1);
    char text[512];
    snprintf(text, sizeof text, "sqlite:///%s", test_path(dir, "no.db"));
    if (url_of(0, dir, url) != NULL)
        check_fails(ctx, wick_storage_open(ctx, text, NULL, &at), WICK_E_DATA, "no.db");
}

/* The counter of quasi-random points is one for all workers. */
static void test_counter(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        wick_storage *at = open_with(NULL);
        wick_study *s[2] = {NULL};
        const wick_study_opts o = {.size = sizeof o, .name = "qmc", .sampler = "qmc"};
        for (int i = 0; i < 2; i++)
            check_ok(ctx, wick_storage_study(ctx, at, &o, WICK_STUDY_OPEN, &s[i]));
        double seen[20];
        for (int k = 0; k < 20; k++) {
            wick_trial *t = NULL;
            check_ok(ctx, wick_study_ask(ctx, s[k % 2], NULL, 0, &t));
            check_ok(ctx, wick_trial_suggest_float(ctx, t, "x", 0, 1, 0, false, &seen[k]));
            check_ok(ctx, wick_study_tell(ctx, s[k % 2], wick_trial_number(t), WICK_TRIAL_COMPLETE,
                                          &seen[k], 1));
            for (int i = 1; i < k; i++) assert_true(seen[i] != seen[k]);
        }
        assert_string_equal(wick_study_system_attr(s[1], "wick:qmc_points"), "19");
        wick_study_free(s[0]);
        wick_study_free(s[1]);
        wick_storage_close(at);
        remove_study("qmc");
    }
}

/* ---- memory --------------------------------------------------------------------------------- */

/* What changes nothing: a log that grew by each attempt would never come to its end, and asking
 * starts a thread, whose allocations come when they come. */
static wick_status small(wick_ctx *c, void *arg)
{
    (void)arg;
    wick_storage *at = NULL;
    wick_study *s = NULL;
    wick_study_info *list = NULL;
    int64_t n = 0;
    const wick_study_opts o = {.size = sizeof o, .name = "small", .sampler = "random"};
    wick_status st;
    WICK_TRY(wick_storage_open(c, url, NULL, &at));
    WICK_TRY(wick_storage_study(c, at, &o, WICK_STUDY_OPEN, &s));
    WICK_TRY(wick_storage_list(c, at, &list, &n));
out:
    free(list);
    wick_study_free(s);
    wick_storage_close(at);
    return st;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        if (url_of(kind, dir, url) == NULL) continue;
        check_ok(ctx, small(ctx, NULL));
        assert_true(alloc_walk(small, NULL) > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_as_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_handles, setup, teardown),
        cmocka_unit_test_setup_teardown(test_six_writers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stale, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ended_elsewhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list_and_delete, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_counter, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_of_memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
