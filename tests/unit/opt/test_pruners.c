/* SPDX-License-Identifier: MIT */
/* Pruners: every decision of the golden curves, brackets, and the signed rank test. */
#include "unit/opt/opt_vectors.h"

#include "opt/opt_int.h"

/* The golden file's spelling and ours. */
static const char *spec_of(const char *name)
{
    static const char *const pairs[][2] = {
        {"sha(min=1,rf=3)", "successive_halving(min=1,reduction=3)"},
        {"sha(auto)", "successive_halving"},
        /* The labels leave out the start-up of 2 with which the file was made. */
        {"percentile(25)", "percentile(25, startup=2)"},
        {"patient(median,4)", "patient(median(startup=2), 4)"},
        {"sha(min=2,rf=2,es=1,boot=2)", "successive_halving(2, 2, rate=1, bootstrap=2)"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(pairs[i][0], name) == 0) return pairs[i][1];
    return name;
}

static void golden_case(const wick_json *c)
{
    const char *name = wick_json_string(get(c, "pruner"));
    const int32_t direction = strcmp(wick_json_string(get(c, "direction")), "maximize") == 0
                                  ? WICK_MAXIMIZE
                                  : WICK_MINIMIZE;
    const wick_study_opts o = {.size = sizeof o,
                               .name = wick_json_string(get(c, "study_name")),
                               .directions = &direction,
                               .sampler = "random",
                               .pruner = spec_of(name)};
    wick_study *s = NULL;
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    const wick_json *trials = get(c, "trials");
    for (int64_t i = 0; i < wick_json_count(trials); i++) {
        const wick_json *j = wick_json_at(trials, i), *curve = get(j, "curve");
        const wick_json *want = get(j, "pruned_at");
        wick_trial *t;
        check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
        int64_t pruned = -1;
        double last = 0.0;
        for (int64_t k = 0; k < wick_json_count(curve) && pruned < 0; k++) {
            bool prune = false;
            const wick_json *v = wick_json_at(curve, k);
            last = wick_json_kind(v) == WICK_JSON_NULL ? WICK_NA : num(v);
            check_ok(ctx, wick_trial_report(ctx, t, k, last));
            check_ok(ctx, wick_trial_should_prune(ctx, t, &prune));
            if (prune) pruned = k;
        }
        const int64_t expected = wick_json_kind(want) == WICK_JSON_NULL ? -1 : (int64_t)num(want);
        if (pruned != expected)
            fail_msg("%s %s trial %d: pruned at %d, want %d", name,
                     direction == WICK_MAXIMIZE ? "max" : "min", (int)i, (int)pruned,
                     (int)expected);
        check_ok(ctx,
                 wick_study_tell(ctx, s, i, pruned >= 0 ? WICK_TRIAL_PRUNED : WICK_TRIAL_COMPLETE,
                                 &last, 1));
    }
    wick_study_free(s);
}

static void test_golden_decisions(void **state)
{
    (void)state;
    const wick_json *all = get(wick_json_root(doc), "pruners");
    assert_int_equal(wick_json_count(all), 22);
    for (int64_t i = 0; i < wick_json_count(all); i++) golden_case(wick_json_at(all, i));
}

static void test_brackets(void **state)
{
    (void)state;
    const wick_json *b = get(wick_json_root(doc), "hyperband_brackets");
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o,
                               .name = wick_json_string(get(b, "study_name")),
                               .sampler = "random",
                               .pruner = "hyperband(1, 27, 3)"};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    const wick_json *want = get(b, "bracket_of_trial");
    for (int64_t i = 0; i < wick_json_count(want); i++) {
        wick_trial *t;
        check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
        assert_int_equal(t->group, (int32_t)at(want, i));
    }
    assert_int_equal(s->n_groups, 4);
    wick_study_free(s);
}

/* With `max` left open the brackets come with the first complete trial, and TPE keeps to its own.
 */
static void test_hyperband_regroups(void **state)
{
    (void)state;
    wick_study *s = NULL;
    const wick_study_opts o = {
        .size = sizeof o, .sampler = "tpe(startup=2)", .pruner = "hyperband"};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    for (int64_t i = 0; i < 60; i++) {
        wick_trial *t;
        double x;
        bool prune = false;
        check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
        check_ok(ctx, wick_trial_suggest_float(ctx, t, "x", -1, 1, 0, false, &x));
        for (int64_t k = 0; k < 30 && !prune; k++) {
            check_ok(ctx, wick_trial_report(ctx, t, k, x * x + 1.0 / (double)(k + 1)));
            check_ok(ctx, wick_trial_should_prune(ctx, t, &prune));
        }
        const double v = x * x;
        check_ok(ctx, wick_study_tell(ctx, s, i, prune ? WICK_TRIAL_PRUNED : WICK_TRIAL_COMPLETE,
                                      &v, 1));
    }
    assert_int_equal(s->n_groups, 4);
    int64_t in_groups = 0;
    for (int32_t g = 0; g < s->n_groups; g++) {
        for (int64_t i = 0; i < s->groups[g].n; i++)
            assert_int_equal(s->groups[g].done[i]->group, g);
        in_groups += s->groups[g].n;
    }
    assert_int_equal(in_groups, 60);
    assert_true(wick_study_count_state(s, WICK_TRIAL_PRUNED) > 5);
    wick_study_free(s);
}

static void test_wilcoxon(void **state)
{
    (void)state;
    const wick_json *all = get(wick_json_root(doc), "wilcoxon");
    for (int64_t i = 0; i < wick_json_count(all); i++) {
        const wick_json *c = wick_json_at(all, i), *d = get(c, "diff");
        double diff[64], p;
        const int64_t n = wick_json_count(d);
        for (int64_t k = 0; k < n; k++) diff[k] = at(d, k);
        check_ok(ctx, wk_wilcoxon(ctx, diff, n, true, &p));
        check_rel(p, field(c, "p_greater"), 1e-12);
        check_ok(ctx, wk_wilcoxon(ctx, diff, n, false, &p));
        check_rel(p, field(c, "p_less"), 1e-12);
    }
}

static void test_spelling(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"medain", "did you mean 'median'"},
        {"median(startpu=3)", "did you mean 'startup'"},
        {"median(startup=-1)", "must be from 0"},
        {"median(startup=1.5)", "whole number"},
        {"median(startup=3, startup=4)", "given twice"},
        {"median(1,2,3,4,5)", "one option too many"},
        {"median(", "expected name"},
        {"median(,)", "empty"},
        {"", "expected name"},
        {"threshold", "give lower, upper"},
        {"threshold(2, 1)", "above"},
        {"patient(hyperband, 3)", "cannot wrap"},
        {"patient(medain, 3)", "did you mean 'median'"},
        {"successive_halving(bootstrap=3)", "needs min"},
        {"hyperband(9, 3)", "below"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        wick_study *s = NULL;
        const wick_study_opts o = {.size = sizeof o, .pruner = wrong[i][0]};
        const wick_status st = wick_study_new(ctx, &o, &s);
        assert_true(st == WICK_E_ARG || st == WICK_E_PARSE);
        check_fails(ctx, st, st, wrong[i][1]);
        assert_null(s);
    }
    const int32_t n = 2;
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .n_objectives = n, .pruner = "median"};
    check_fails(ctx, wick_study_new(ctx, &o, &s), WICK_E_ARG, "several objectives");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_decisions),   cmocka_unit_test(test_brackets),
        cmocka_unit_test(test_hyperband_regroups), cmocka_unit_test(test_wilcoxon),
        cmocka_unit_test(test_spelling),
    };
    return cmocka_run_group_tests(tests, open_vectors, close_vectors);
}
