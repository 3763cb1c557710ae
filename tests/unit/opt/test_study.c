/* SPDX-License-Identifier: MIT */
/* Studies and trials: states, suggestions, queues, backends, running out of memory. */
#include "unit/opt/subjects.h"

static wick_ctx *ctx;

static wick_study *study(const char *sampler)
{
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .sampler = sampler, .seed = 7};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    return s;
}

static wick_trial *ask(wick_study *s)
{
    wick_trial *t = NULL;
    check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
    return t;
}

static void tell(wick_study *s, wick_trial *t, double v)
{
    check_ok(ctx, wick_study_tell(ctx, s, wick_trial_number(t), WICK_TRIAL_COMPLETE, &v, 1));
}

/* ---- distributions ------------------------------------------------------------------------- */

static void test_distributions(void **state)
{
    (void)state;
    wick_dist d;
    static const struct {
        double low, high, step, want;
    } grid[] = {{0, 0.7, 0.1, 0.7},
                {0.1, 0.7, 0.1, 0.7},
                {0, 1, 0.3, 0.9},
                {-0.3, 0.35, 0.15, 0.3},
                {1e-9, 1e9, 3, 999999999.000000001},
                {0, 10, 20, 0},
                {-1, -0.05, 0.1, -0.1}};
    for (size_t i = 0; i < sizeof grid / sizeof *grid; i++) {
        check_ok(ctx, wick_dist_float(ctx, grid[i].low, grid[i].high, grid[i].step, false, &d));
        check_same(d.high, grid[i].want);
        assert_true(wick_dist_contains(&d, d.high));
        assert_true(wick_dist_contains(&d, d.low));
    }
    check_ok(ctx, wick_dist_int(ctx, 3, 20, 4, false, &d));
    check_same(d.high, 19.0);
    assert_int_equal(wick_dist_count(&d), 5);
    assert_false(wick_dist_contains(&d, 4.0));
    check_fails(ctx, wick_dist_float(ctx, 2, 1, 0, false, &d), WICK_E_ARG, "low");
    check_fails(ctx, wick_dist_float(ctx, 0, 1, 0, true, &d), WICK_E_ARG, "log");
    check_fails(ctx, wick_dist_float(ctx, 1, 2, 0.5, true, &d), WICK_E_ARG, "exclude");
    check_fails(ctx, wick_dist_float(ctx, 1, WICK_NA, 0, true, &d), WICK_E_ARG, "range");
    check_fails(ctx, wick_dist_float(ctx, 1, 2, -1, false, &d), WICK_E_ARG, "step");
    check_fails(ctx, wick_dist_int(ctx, 0, 2, 1, true, &d), WICK_E_ARG, "at least 1");
    check_fails(ctx, wick_dist_int(ctx, 1, 2, 2, true, &d), WICK_E_ARG, "step of 1");
    check_fails(ctx, wick_dist_int(ctx, 1, INT64_MAX, 1, false, &d), WICK_E_ARG, "2^53");
    check_fails(ctx, wick_dist_categorical(ctx, NULL, 0, &d), WICK_E_ARG, "no choices");
    const wick_choice twice[] = {{.kind = WICK_CHOICE_BOOL, .i = 1},
                                 {.kind = WICK_CHOICE_FLOAT, .d = 1}};
    check_fails(ctx, wick_dist_categorical(ctx, twice, 2, &d), WICK_E_ARG, "equals");
}

/* ---- one trial ----------------------------------------------------------------------------- */

static void test_suggest(void **state)
{
    (void)state;
    wick_study *s = study("random");
    wick_trial *t = ask(s);
    double x, y;
    int64_t n;
    check_ok(ctx, wick_trial_suggest_float(ctx, t, "x", 0, 1, 0, false, &x));
    check_ok(ctx, wick_trial_suggest_float(ctx, t, "x", 0, 1, 0, false, &y));
    check_same(x, y);
    /* Another range keeps the value, another kind or scale is a mistake. */
    check_ok(ctx, wick_trial_suggest_float(ctx, t, "x", 5, 6, 0, false, &y));
    check_same(x, y);
    check_fails(ctx, wick_trial_suggest_int(ctx, t, "x", 0, 1, 1, false, &n), WICK_E_ARG, "'x'");
    check_fails(ctx, wick_trial_suggest_float(ctx, t, "x", 1, 2, 0, true, &y), WICK_E_ARG, "scale");
    check_fails(ctx, wick_trial_suggest_float(ctx, t, "", 1, 2, 0, true, &y), WICK_E_ARG, "name");
    check_fails(ctx, wick_trial_suggest_float(ctx, t, "y", 2, 1, 0, true, &y), WICK_E_ARG,
                "while suggesting 'y'");
    const wick_dist made_up = {.kind = WICK_DIST_INT, .low = 0, .high = 10, .step = 3};
    check_fails(ctx, wick_trial_suggest(ctx, t, "z", &made_up, &y), WICK_E_ARG, "does not end");
    tell(s, t, 1.0);
    check_fails(ctx, wick_trial_suggest_float(ctx, t, "y", 0, 1, 0, false, &y), WICK_E_STATE,
                "COMPLETE");
    t = ask(s);
    check_fails(ctx, wick_trial_suggest_int(ctx, t, "x", 0, 1, 1, false, &n), WICK_E_ARG, "before");
    check_ok(ctx, wick_trial_suggest_int(ctx, t, "one", 4, 4, 1, false, &n));
    assert_int_equal(n, 4);
    assert_int_equal(wick_trial_param_count(t), 1);
    assert_string_equal(wick_trial_param_at(t, 0).name, "one");
    assert_true(isnan(wick_trial_param(t, "none")));
    assert_null(wick_trial_param_at(t, 9).name);
    wick_study_free(s);
}

static void test_tell(void **state)
{
    (void)state;
    wick_study *s = study("random");
    const double nan = WICK_NA, inf = (double)INFINITY, one = 1.0;
    wick_trial *t = ask(s);
    check_ok(ctx, wick_study_tell(ctx, s, 0, WICK_TRIAL_COMPLETE, &nan, 1));
    assert_int_equal(wick_trial_state_of(t), WICK_TRIAL_FAIL);
    check_fails(ctx, wick_study_tell(ctx, s, 0, WICK_TRIAL_COMPLETE, &one, 1), WICK_E_STATE,
                "FAIL");
    check_fails(ctx, wick_study_tell(ctx, s, 5, WICK_TRIAL_COMPLETE, &one, 1), WICK_E_ARG,
                "no trial 5");
    t = ask(s);
    check_fails(ctx, wick_study_tell(ctx, s, 1, WICK_TRIAL_RUNNING, &one, 1), WICK_E_ARG, "end in");
    check_ok(ctx, wick_study_tell(ctx, s, 1, WICK_TRIAL_COMPLETE, &inf, 1));
    assert_int_equal(wick_trial_state_of(t), WICK_TRIAL_COMPLETE);
    t = ask(s);
    check_ok(ctx, wick_study_tell(ctx, s, 2, WICK_TRIAL_COMPLETE, NULL, 0));
    assert_int_equal(wick_trial_state_of(t), WICK_TRIAL_FAIL);
    t = ask(s);
    check_ok(ctx, wick_trial_report(ctx, t, 3, 5.0));
    check_ok(ctx, wick_trial_report(ctx, t, 1, 9.0));
    check_ok(ctx, wick_trial_report(ctx, t, 3, 6.0));
    check_fails(ctx, wick_trial_report(ctx, t, -1, 6.0), WICK_E_ARG, "step");
    assert_int_equal(wick_trial_report_count(t), 2);
    check_ok(ctx, wick_study_tell(ctx, s, 3, WICK_TRIAL_PRUNED, NULL, 0));
    check_same(wick_trial_value(t, 0), 5.0);
    assert_ptr_equal(wick_study_best(s), wick_study_trial(s, 1));
    t = ask(s);
    tell(s, t, 2.0);
    assert_ptr_equal(wick_study_best(s), t);
    assert_int_equal(wick_trial_seen(t), 4);
    assert_int_equal(wick_study_count_state(s, WICK_TRIAL_FAIL), 2);
    assert_string_equal(wick_trial_state_name(WICK_TRIAL_PRUNED), "PRUNED");
    wick_study_free(s);
}

static void test_constraints_and_attributes(void **state)
{
    (void)state;
    wick_study *s = study("random");
    wick_trial *a = ask(s);
    check_ok(ctx, wick_trial_set_constraint(ctx, a, "drawdown", 2.0));
    check_ok(ctx, wick_trial_set_constraint(ctx, a, "trades", -1.0));
    check_ok(ctx, wick_trial_set_constraint(ctx, a, "drawdown", 0.5));
    check_fails(ctx, wick_trial_set_constraint(ctx, a, "trades", WICK_NA), WICK_E_ARG,
                "not a number");
    check_same(wick_trial_violation(a), 0.5);
    assert_int_equal(wick_trial_constraint_count(a), 2);
    const char *name = NULL;
    check_same(wick_trial_constraint_at(a, 1, &name), -1.0);
    assert_string_equal(name, "trades");
    tell(s, a, 0.0);
    assert_null(wick_study_best(s));
    wick_trial *b = ask(s);
    check_ok(ctx, wick_trial_set_attr(ctx, b, "note", "{\"why\": 1}"));
    check_ok(ctx, wick_trial_set_attr(ctx, b, "note", "\"because\""));
    check_fails(ctx, wick_trial_set_attr(ctx, b, "note", "{"), WICK_E_PARSE, NULL);
    assert_string_equal(wick_trial_attr(b, "note"), "\"because\"");
    assert_null(wick_trial_attr(b, "other"));
    tell(s, b, 9.0);
    assert_ptr_equal(wick_study_best(s), b);
    check_ok(ctx, wick_trial_set_attr(ctx, b, "late", "1"));
    check_ok(ctx, wick_study_set_attr(ctx, s, "k", "[1, 2]"));
    assert_string_equal(wick_study_attr(s, "k"), "[1, 2]");
    assert_null(wick_study_attr(s, "missing"));
    wick_study_free(s);
}

static void test_enqueue_and_add(void **state)
{
    (void)state;
    wick_study *s = study("tpe");
    const wick_fixed f[] = {{"x", {.kind = WICK_CHOICE_FLOAT, .d = 0.25}},
                            {"kind", {.kind = WICK_CHOICE_STRING, .s = "q\"uote"}}};
    const wick_choice kinds[] = {{.kind = WICK_CHOICE_STRING, .s = "a"},
                                 {.kind = WICK_CHOICE_STRING, .s = "q\"uote"}};
    int64_t number;
    check_ok(ctx, wick_study_enqueue(ctx, s, f, 2, false, &number));
    assert_int_equal(number, 0);
    check_ok(ctx, wick_study_enqueue(ctx, s, f, 2, true, &number));
    assert_int_equal(number, -1);
    check_ok(ctx, wick_study_enqueue(ctx, s, f, 1, true, &number));
    assert_int_equal(number, 1);
    const wick_fixed twice[] = {f[0], f[0]};
    check_fails(ctx, wick_study_enqueue(ctx, s, twice, 2, false, NULL), WICK_E_ARG, "twice");
    assert_int_equal(wick_study_count_state(s, WICK_TRIAL_WAITING), 2);
    wick_trial *t = ask(s);
    assert_int_equal(wick_trial_number(t), 0);
    double x, y;
    int64_t k;
    check_ok(ctx, wick_trial_suggest_float(ctx, t, "x", 0, 1, 0, false, &x));
    check_ok(ctx, wick_trial_suggest_choice(ctx, t, "kind", kinds, 2, &k));
    check_ok(ctx, wick_trial_suggest_float(ctx, t, "y", 0, 1, 0, false, &y));
    check_same(x, 0.25);
    assert_int_equal(k, 1);
    assert_non_null(strstr(wick_trial_system_attr(t, "fixed_params"), "\"x\": 0.25"));
    tell(s, t, 1.0);
    t = ask(s);
    assert_int_equal(wick_trial_number(t), 1);
    check_ok(ctx, wick_trial_suggest_float(ctx, t, "x", 0, 1, 0, false, &x));
    check_same(x, 0.25);
    tell(s, t, 2.0);
    /* From elsewhere. */
    wick_dist d;
    check_ok(ctx, wick_dist_float(ctx, 0, 1, 0, false, &d));
    wick_param p = {"x", &d, 0.5};
    const double v = 0.5, con = 1.0;
    wick_trial_in in = {.size = sizeof in,
                        .state = WICK_TRIAL_COMPLETE,
                        .values = &v,
                        .n_values = 1,
                        .params = &p,
                        .n_params = 1,
                        .constraints = &con,
                        .n_constraints = 1};
    check_ok(ctx, wick_study_add(ctx, s, &in, &number));
    assert_int_equal(number, 2);
    check_same(wick_trial_value(wick_study_best(s), 0), 1.0);
    p.value = 2.0;
    check_fails(ctx, wick_study_add(ctx, s, &in, &number), WICK_E_ARG, "outside");
    in.state = WICK_TRIAL_RUNNING;
    check_fails(ctx, wick_study_add(ctx, s, &in, &number), WICK_E_ARG, "finished");
    assert_int_equal(wick_study_count(s), 3);
    wick_study_free(s);
}

/* ---- exhausting samplers -------------------------------------------------------------------- */

static wick_status grid_like(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    (void)user;
    (void)worker;
    int64_t a = 0, b = 0;
    wick_status st = wick_trial_suggest_int(c, t, "a", 1, 4, 1, false, &a);
    if (st >= 0) st = wick_trial_suggest_int(c, t, "b", 10, 30, 10, false, &b);
    v[0] = (double)(a * b);
    return st;
}

static wick_status unfolding(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    (void)user;
    (void)worker;
    int64_t a = 0, b = 0;
    wick_status st = wick_trial_suggest_int(c, t, "a", 0, 3, 1, false, &a);
    if (st >= 0 && a > 0) st = wick_trial_suggest_int(c, t, a == 1 ? "p" : "q", 0, a, 1, false, &b);
    if (st >= 0 && a == 2 && b == 1) st = wick_trial_suggest_int(c, t, "deep", 0, 4, 1, false, &b);
    v[0] = (double)(10 * a + b);
    return st;
}

static wick_status one_float(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    (void)user;
    (void)worker;
    return wick_trial_suggest_float(c, t, "x", 0, 1, 0, false, v);
}

static int64_t distinct(const wick_study *s)
{
    int64_t n = 0;
    for (int64_t i = 0; i < wick_study_count(s); i++) {
        bool seen = false;
        for (int64_t k = 0; k < i && !seen; k++) {
            const wick_trial *x = wick_study_trial(s, i), *y = wick_study_trial(s, k);
            seen = wick_trial_param_count(x) == wick_trial_param_count(y);
            for (int64_t j = 0; seen && j < wick_trial_param_count(x); j++) {
                const wick_param p = wick_trial_param_at(x, j), q = wick_trial_param_at(y, j);
                seen = strcmp(p.name, q.name) == 0 && p.value == q.value;
            }
        }
        n += !seen;
    }
    return n;
}

static void test_exhaustive(void **state)
{
    (void)state;
    for (int batch = 1; batch <= 5; batch += 4) {
        wick_study *s = study("grid({\"b\": [10, 20, 30], \"a\": [1, 2, 3, 4]})");
        const wick_run_trials run = {
            .size = sizeof run, .batch = batch, .threads = 2, .n_trials = 100};
        check_ok(ctx, wick_study_run(ctx, s, grid_like, NULL, &run));
        assert_int_equal(wick_study_count(s), 12);
        assert_int_equal(distinct(s), 12);
        check_same(wick_trial_value(wick_study_best(s), 0), 10.0);
        wick_study_free(s);
        /* 1 + 2 + (2 + 5) + 4 points; a batch may repeat some at the end. */
        s = study("brute_force");
        check_ok(ctx, wick_study_run(ctx, s, unfolding, NULL, &run));
        assert_int_equal(distinct(s), 14);
        if (batch == 1) assert_int_equal(wick_study_count(s), 14);
        assert_true(wick_study_count(s) < 40);
        wick_study_free(s);
    }
    wick_study *s = study("grid({\"a\": [9], \"b\": [10]})");
    const wick_run_trials run = {.size = sizeof run, .n_trials = 9};
    check_fails(ctx, wick_study_run(ctx, s, grid_like, NULL, &run), WICK_E_ARG,
                "outside its range");
    wick_study_free(s);
    s = study("grid({\"aa\": [1], \"b\": [10]})");
    check_fails(ctx, wick_study_run(ctx, s, grid_like, NULL, &run), WICK_E_ARG,
                "no values are listed for 'a'");
    wick_study_free(s);
    s = study("brute_force");
    check_fails(ctx, wick_study_run(ctx, s, one_float, NULL, &run), WICK_E_ARG, "needs a step");
    wick_study_free(s);
}

static void test_wrong_samplers(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"tpee", "did you mean 'tpe'"},
        {"tpe(mutlivariate=1)", "did you mean 'multivariate'"},
        {"tpe(liar=2)", "expected 0 or 1"},
        {"qmc(type=halt)", "one of sobol|halton"},
        {"grid", "give the values"},
        {"grid({\"a\": 3})", "list of values"},
        {"grid({)", NULL},
        {"tpe(group=1, multivariate=0)", "needs multivariate"},
        {"nsga2(population=2, crossover=spx)", "parents"},
        {"partial_fixed", "give the values"},
        {"partial_fixed({\"x\": [1]})", "neither"},
        {"partial_fixed({\"x\": 1}, partial_fixed({\"y\": 1}))", "inside itself"},
        {"partial_fixed({\"x\": 1}, tpee)", "did you mean"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        wick_study *s = NULL;
        const wick_study_opts o = {.size = sizeof o, .sampler = wrong[i][0]};
        const wick_status st = wick_study_new(ctx, &o, &s);
        assert_true(st == WICK_E_ARG || st == WICK_E_PARSE);
        check_fails(ctx, st, st, wrong[i][1]);
    }
    wick_study *s = NULL;
    const wick_study_opts many = {.size = sizeof many, .n_objectives = 17};
    check_fails(ctx, wick_study_new(ctx, &many, &s), WICK_E_ARG, "at most 16");
    const int32_t sideways = 3;
    const wick_study_opts dir = {.size = sizeof dir, .directions = &sideways};
    check_fails(ctx, wick_study_new(ctx, &dir, &s), WICK_E_ARG, "neither");
    for (int64_t i = 1; i < wick_sampler_count(); i++)
        assert_true(strcmp(wick_sampler_at(i - 1)->name, wick_sampler_at(i)->name) < 0);
    for (int64_t i = 1; i < wick_pruner_count(); i++)
        assert_true(strcmp(wick_pruner_at(i - 1)->name, wick_pruner_at(i)->name) < 0);
}

/* ---- backends ------------------------------------------------------------------------------ */

enum { LOG = 4000 };
typedef struct shared_log { /* what a journal is: every event, in order */
    wick_study_event e[LOG];
    char *name[LOG], *json[LOG];
    wick_dist dist[LOG];
    double value[LOG];
    int from[LOG];
    int64_t n, trials;
    int32_t state[LOG];
} shared_log;

typedef struct handle {
    shared_log *log;
    int64_t seen;
    int id, closed;
} handle;

static wick_status pull(void *self, wick_ctx *c, wick_study *s)
{
    handle *h = self;
    for (; h->seen < h->log->n; h->seen++) {
        if (h->log->from[h->seen] == h->id) continue;
        const wick_status st = wick_study_apply(c, s, &h->log->e[h->seen]);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static wick_status append(void *self, wick_ctx *c, wick_study *s, wick_study_event *e)
{
    handle *h = self;
    shared_log *l = h->log;
    const wick_status st = pull(self, c, s);
    if (st < 0) return st;
    if (e->kind == WICK_EV_TRIAL_NEW) e->trial = l->trials++;
    if (e->kind == WICK_EV_TRIAL_TAKE && l->state[e->trial] != WICK_TRIAL_WAITING)
        return wick_fail(c, WICK_E_STATE, "taken");
    if (e->kind == WICK_EV_TRIAL_NEW || e->kind == WICK_EV_FINISH) l->state[e->trial] = e->state;
    if (e->kind == WICK_EV_TRIAL_TAKE) l->state[e->trial] = WICK_TRIAL_RUNNING;
    assert_true(l->n < LOG);
    const int64_t i = l->n++;
    wick_study_event *k = &l->e[i];
    *k = *e;
    l->from[i] = h->id;
    if (e->name != NULL) k->name = l->name[i] = strdup(e->name);
    if (e->json != NULL) k->json = l->json[i] = strdup(e->json);
    if (e->dist != NULL) l->dist[i] = *e->dist, k->dist = &l->dist[i];
    if (e->n_values > 0) l->value[i] = e->values[0], k->values = &l->value[i];
    return WICK_OK;
}

static void closed(void *self)
{
    ((handle *)self)->closed++;
}

/* Two studies on one log take turns; a third one reads it all from the beginning. */
static void test_backend(void **state)
{
    (void)state;
    shared_log *log = calloc(1, sizeof *log);
    handle h[3] = {{.log = log, .id = 0}, {.log = log, .id = 1}, {.log = log, .id = 2}};
    wick_study *s[3] = {NULL};
    for (int i = 0; i < 2; i++) {
        const wick_study_backend b = {
            .size = sizeof b, .self = &h[i], .append = append, .pull = pull, .close = closed};
        const wick_study_opts o = {.size = sizeof o,
                                   .seed = 5,
                                   .backend = &b,
                                   .sampler = "tpe(startup=5)",
                                   .pruner = "median"};
        check_ok(ctx, wick_study_new(ctx, &o, &s[i]));
    }
    const wick_fixed f = {"x", {.kind = WICK_CHOICE_INT, .i = 1}};
    for (int k = 0; k < 3; k++) check_ok(ctx, wick_study_enqueue(ctx, s[0], &f, 1, false, NULL));
    for (int k = 0; k < 40; k++) {
        /* Both are under way at the same time. */
        wick_trial *t[2];
        double v;
        for (int w = 0; w < 2; w++) check_ok(ctx, wick_study_ask(ctx, s[w], NULL, 0, &t[w]));
        assert_true(wick_trial_number(t[0]) != wick_trial_number(t[1]));
        for (int w = 0; w < 2; w++) {
            const wick_status st = branching(NULL, ctx, t[w], 0, &v);
            check_ok(ctx, st);
            const int32_t end = st == WICK_PRUNED ? WICK_TRIAL_PRUNED : WICK_TRIAL_COMPLETE;
            check_ok(ctx, wick_study_tell(ctx, s[w], wick_trial_number(t[w]), end, &v, 1));
        }
    }
    const wick_study_backend b = {
        .size = sizeof b, .self = &h[2], .append = append, .pull = pull, .close = closed};
    const wick_study_opts o = {.size = sizeof o, .seed = 5, .backend = &b};
    check_ok(ctx, wick_study_new(ctx, &o, &s[2]));
    assert_int_equal(wick_study_count(s[2]), 80);
    assert_int_equal(wick_study_count_state(s[2], WICK_TRIAL_WAITING), 0);
    assert_int_equal(wick_study_count_state(s[2], WICK_TRIAL_RUNNING), 0);
    for (int i = 0; i < 2; i++) {
        check_ok(ctx, pull(&h[i], ctx, s[i]));
        assert_true(fingerprint(s[i]) == fingerprint(s[2]));
        check_same(wick_trial_value(wick_study_best(s[i]), 0),
                   wick_trial_value(wick_study_best(s[2]), 0));
    }
    wick_trial *t;
    for (int i = 0; i < 3; i++) {
        check_ok(ctx, wick_study_ask(ctx, s[i], NULL, 0, &t));
        assert_int_equal(wick_trial_number(t), 80 + i);
    }
    for (int i = 0; i < 3; i++) wick_study_free(s[i]);
    for (int i = 0; i < 3; i++) assert_int_equal(h[i].closed, 1);
    for (int64_t i = 0; i < log->n; i++) {
        free(log->name[i]);
        free(log->json[i]);
    }
    free(log);
}

/* ---- out of memory ------------------------------------------------------------------------- */

static wick_status small_run(wick_ctx *c, void *arg)
{
    const wick_study_opts *o = arg;
    wick_study *s = NULL;
    wick_status st = wick_study_new(c, o, &s);
    const wick_run_trials run = {.size = sizeof run, .n_trials = 24, .batch = 4, .threads = 1};
    if (st >= 0) st = wick_study_run(c, s, o->n_objectives > 1 ? several : branching, NULL, &run);
    wick_importance *imp = NULL;
    int64_t n;
    if (st >= 0) st = wick_study_importance(c, s, NULL, &imp, &n);
    free(imp);
    const wick_trial **front = NULL;
    if (st >= 0) st = wick_study_front(c, s, &front, &n);
    free((void *)front);
    wick_study_free(s);
    return st;
}

#include "support/alloc_walk.h"

static void test_out_of_memory(void **state)
{
    (void)state;
    static const struct {
        const char *sampler, *pruner;
        int32_t m;
    } all[] = {{"tpe(startup=4)", "hyperband(1, 4, 2)", 1},
               {"tpe(startup=4, group=1)", "patient(median(startup=1), 1)", 1},
               {"tpe(startup=4)", "nop", 2},
               {"nsga2(population=4)", "nop", 2},
               {"nsga3(population=4)", "nop", 2},
               {"qmc", "nop", 2},
               {"cmaes(margin=1, restarts=bipop, popsize=4)", "nop", 1},
               {"partial_fixed({\"x\": 0.5}, random)", "wilcoxon", 1}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        wick_study_opts o = {.size = sizeof o,
                             .n_objectives = all[i].m,
                             .seed = 3,
                             .sampler = all[i].sampler,
                             .pruner = all[i].pruner,
                             .profile = i % 2 == 0 ? WICK_OPT_OPTUNA4 : WICK_OPT_OPTUNA5};
        assert_true(alloc_walk(small_run, &o) > 20);
    }
}

static int setup(void **state)
{
    (void)state;
    ctx = wick_ctx_new();
    return ctx == NULL;
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
        cmocka_unit_test(test_distributions),
        cmocka_unit_test(test_suggest),
        cmocka_unit_test(test_tell),
        cmocka_unit_test(test_constraints_and_attributes),
        cmocka_unit_test(test_enqueue_and_add),
        cmocka_unit_test(test_exhaustive),
        cmocka_unit_test(test_wrong_samplers),
        cmocka_unit_test(test_backend),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
