/* SPDX-License-Identifier: MIT */
/* PED-ANOVA against Optuna's numbers, and on studies where the answer is known. */
#include "unit/opt/opt_vectors.h"

static void test_golden(void **state)
{
    (void)state;
    const wick_json *j = get(wick_json_root(doc), "importance"), *space = get(j, "space");
    const wick_json *trials = get(j, "trials");
    wick_dist dist[8];
    wick_choice choice[8][8];
    const int64_t d = wick_json_count(space);
    for (int64_t i = 0; i < d; i++) dist[i] = dist_of(ctx, wick_json_at(space, i), choice[i]);
    wick_study *s = NULL;
    check_ok(ctx, wick_study_new(ctx, NULL, &s));
    for (int64_t i = 0; i < wick_json_count(trials); i++) {
        const wick_json *t = wick_json_at(trials, i);
        wick_param p[8];
        for (int64_t k = 0; k < d; k++) {
            const char *name = wick_json_key(wick_json_at(space, k));
            const wick_json *v = get(get(t, "params"), name);
            double x = 0.0;
            if (dist[k].kind == WICK_DIST_CATEGORICAL) {
                while (strcmp(choice[k][(int)x].s, wick_json_string(v)) != 0) x += 1.0;
            } else {
                x = num(v);
            }
            p[k] = (wick_param){name, &dist[k], x};
        }
        const double value = field(t, "value");
        const wick_trial_in in = {.size = sizeof in,
                                  .state = WICK_TRIAL_COMPLETE,
                                  .values = &value,
                                  .n_values = 1,
                                  .params = p,
                                  .n_params = d};
        check_ok(ctx, wick_study_add(ctx, s, &in, NULL));
    }
    for (int raw = 0; raw < 2; raw++) {
        const wick_importance_opts o = {.size = sizeof o, .raw = raw == 1};
        wick_importance *got = NULL;
        int64_t n = 0;
        check_ok(ctx, wick_study_importance(ctx, s, &o, &got, &n));
        assert_int_equal(n, d);
        const wick_json *want = get(j, raw ? "ped_anova_raw" : "ped_anova_default");
        for (int64_t i = 0; i < n; i++) {
            check_rel(got[i].value, field(want, got[i].name), 1e-9);
            if (i > 0) assert_true(got[i - 1].value >= got[i].value);
        }
        free(got);
    }
    for (int way = 0; way < 2; way++) {
        const wick_importance_opts o = {.size = sizeof o, .method = way ? "mdi" : "fanova"};
        const wick_json *want = get(j, o.method);
        wick_importance *got = NULL;
        int64_t n = 0;
        double sum = 0.0;
        check_ok(ctx, wick_study_importance(ctx, s, &o, &got, &n));
        assert_int_equal(n, d);
        for (int64_t i = 0; i < n; i++) {
            sum += got[i].value;
            for (int64_t k = 0; k < d; k++) {
                if (strcmp(wick_json_string(wick_json_at(get(want, "params"), k)), got[i].name) !=
                    0)
                    continue;
                const double mean = at(get(want, "mean"), k);
                if (fabs(got[i].value - mean) > 0.03)
                    fail_msg("%s of %s: %g, reference %g", o.method, got[i].name, got[i].value,
                             mean);
            }
        }
        check_rel(sum, 1.0, 1e-12);
        free(got);
    }
    const wick_importance_opts wrong = {.size = sizeof wrong, .method = "fanovaa"};
    wick_importance *none = NULL;
    int64_t n_none = 0;
    check_fails(ctx, wick_study_importance(ctx, s, &wrong, &none, &n_none), WICK_E_ARG,
                "did you mean 'fanova'?");
    wick_study_free(s);
}

static void test_known_answers(void **state)
{
    (void)state;
    const int32_t two[] = {WICK_MINIMIZE, WICK_MAXIMIZE};
    for (int m = 1; m <= 2; m++) {
        wick_study *s = NULL;
        const wick_study_opts o = {
            .size = sizeof o, .n_objectives = m, .directions = two, .sampler = "random", .seed = 4};
        check_ok(ctx, wick_study_new(ctx, &o, &s));
        wick_importance *got = NULL;
        int64_t n = 0;
        check_fails(ctx, wick_study_importance(ctx, s, NULL, &got, &n), WICK_E_STATE,
                    "two complete");
        for (int64_t i = 0; i < 300; i++) {
            wick_trial *t;
            double x, y, z = 0.0;
            check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
            check_ok(ctx, wick_trial_suggest_float(ctx, t, "matters", -1, 1, 0, false, &x));
            check_ok(ctx, wick_trial_suggest_float(ctx, t, "noise", -1, 1, 0, false, &y));
            /* A branch that only some trials have, and that decides nothing. */
            if (y > 0.0)
                check_ok(ctx, wick_trial_suggest_float(ctx, t, "branch", 0, 1, 0, false, &z));
            const double v[] = {x * x, -x * x};
            check_ok(ctx, wick_study_tell(ctx, s, i, WICK_TRIAL_COMPLETE, v, m));
        }
        const wick_importance_opts all = {.size = sizeof all, .objective = -1};
        check_ok(ctx, wick_study_importance(ctx, s, &all, &got, &n));
        assert_int_equal(n, 3);
        assert_string_equal(got[0].name, "matters");
        assert_true(got[0].value > 0.8);
        check_close(got[0].value + got[1].value + got[2].value, 1.0, 1e-12);
        free(got);
        const wick_importance_opts bad = {.size = sizeof bad, .objective = 2};
        check_fails(ctx, wick_study_importance(ctx, s, &bad, &got, &n), WICK_E_ARG, "objective 2");
        wick_study_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_known_answers),
    };
    return cmocka_run_group_tests(tests, open_vectors, close_vectors);
}
