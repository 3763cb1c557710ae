/* SPDX-License-Identifier: MIT */
/* Whole studies, trial for trial, with Optuna's generator. */
#include "unit/opt/opt_help.h"

static wick_ctx *ctx;
static wick_json_doc *doc;

static const wick_choice PQR[] = {{.kind = WICK_CHOICE_STRING, .s = "p"},
                                  {.kind = WICK_CHOICE_STRING, .s = "q"},
                                  {.kind = WICK_CHOICE_STRING, .s = "r"}};

static double square(double x)
{
    return x * x;
}

static wick_status mixed(wick_trial *t, double *v)
{
    double a, b, e;
    int64_t c, d, f, g;
    check_ok(ctx, wick_trial_suggest_float(ctx, t, "a", -5, 5, 0, false, &a));
    check_ok(ctx, wick_trial_suggest_float(ctx, t, "b", 1e-4, 1, 0, true, &b));
    check_ok(ctx, wick_trial_suggest_int(ctx, t, "c", 1, 50, 1, false, &c));
    check_ok(ctx, wick_trial_suggest_int(ctx, t, "d", 0, 100, 5, false, &d));
    check_ok(ctx, wick_trial_suggest_float(ctx, t, "e", 0, 2, 0.25, false, &e));
    check_ok(ctx, wick_trial_suggest_int(ctx, t, "f", 1, 1024, 1, true, &f));
    check_ok(ctx, wick_trial_suggest_choice(ctx, t, "g", PQR, 3, &g));
    static const double bonus[] = {0.5, 0.0, 1.0};
    v[0] = square(a - 1.3) + square(log10(b) + 2.1) + square(((double)c - 17) / 10) +
           square(((double)d - 35) / 20) + square(e - 1.25) + square(log2((double)f) - 5) / 4 +
           bonus[g];
    return WICK_OK;
}

static wick_status numbers(wick_trial *t, double *v)
{
    v[0] = 0.0;
    for (int i = 0; i < 3; i++) {
        char name[8];
        double x;
        snprintf(name, sizeof name, "x%d", i);
        check_ok(ctx, wick_trial_suggest_float(ctx, t, name, -5, 5, 0, false, &x));
        v[0] += square(x - 0.65 * (i + 1));
    }
    return WICK_OK;
}

static wick_status several(wick_trial *t, double *v)
{
    double x[4];
    for (int i = 0; i < 4; i++) {
        char name[8];
        snprintf(name, sizeof name, "x%d", i);
        check_ok(ctx, wick_trial_suggest_float(ctx, t, name, 0, 1, 0, false, &x[i]));
    }
    const double g = 1.0 + 3.0 * (x[1] + x[2] + x[3]);
    v[0] = x[0];
    v[1] = g * (1.0 - sqrt(x[0] / g));
    return WICK_OK;
}

typedef struct sequence {
    const char *key;
    bool stable;
    const char *sampler;
    int32_t profile;
    uint64_t seed;
    double tolerance;
} sequence;

static const wick_json *find(const sequence *q)
{
    const wick_json *root = wick_json_root(doc);
    return get(q->stable ? get(root, "stable") : root, q->key);
}

static void replay(const sequence *q)
{
    const wick_json *j = find(q), *trials = get(j, "trials");
    const char *objective = wick_json_string(get(j, "objective"));
    const bool mo = strcmp(objective, "mo") == 0;
    const wick_study_opts o = {.size = sizeof o,
                               .name = "golden",
                               .n_objectives = mo ? 2 : 1,
                               .sampler = q->sampler,
                               .seed = q->seed,
                               .profile = q->profile,
                               .rng = WICK_OPT_RNG_OPTUNA};
    wick_study *s = NULL;
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    for (int64_t i = 0; i < wick_json_count(trials); i++) {
        wick_trial *t;
        double v[2];
        check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
        if (mo) {
            several(t, v);
        } else if (strcmp(objective, "mixed") == 0) {
            mixed(t, v);
        } else {
            numbers(t, v);
        }
        const wick_json *want = get(wick_json_at(trials, i), "params");
        for (int64_t k = 0; k < wick_json_count(want); k++) {
            const wick_json *p = wick_json_at(want, k);
            const double got = wick_trial_param(t, wick_json_key(p));
            const char *text = wick_json_string(p);
            const double w =
                text != NULL && text[0] >= 'p' && text[0] <= 'r' ? text[0] - 'p' : num(p);
            if (!(fabs(got - w) <= q->tolerance * fabs(w)))
                fail_msg("%s trial %d %s: got %.17g, want %.17g", q->key, (int)i, wick_json_key(p),
                         got, w);
        }
        const wick_json *values = get(wick_json_at(trials, i), "values");
        for (int64_t k = 0; k < (mo ? 2 : 1); k++) check_rel(v[k], at(values, k), 1e-6);
        check_ok(ctx, wick_study_tell(ctx, s, i, WICK_TRIAL_COMPLETE, v, mo ? 2 : 1));
    }
    assert_int_equal(wick_study_count(s), wick_json_count(trials));
    wick_study_free(s);
}

static void test_random(void **state)
{
    (void)state;
    replay(&(sequence){"random_seed42", false, "random", WICK_OPT_OPTUNA5, 42, 1e-9});
}

static void test_tpe(void **state)
{
    (void)state;
    static const sequence all[] = {
        {"tpe_univariate_seed42", true, "tpe(multivariate=0)", WICK_OPT_OPTUNA4, 42, 1e-9},
        {"tpe_univariate_seed42", true, "tpe(multivariate=0)", WICK_OPT_OPTUNA5, 42, 1e-9},
        {"tpe_default_seed42@4.9.0", true, NULL, WICK_OPT_OPTUNA4, 42, 1e-9},
        {"tpe_default_seed42@5.0.0.dev", true, NULL, WICK_OPT_OPTUNA5, 42, 1e-9},
        {"tpe_multivariate_seed42@5.0.0.dev", true, "tpe(multivariate=1)", WICK_OPT_OPTUNA5, 42,
         1e-9},
        {"tpe_multivariate_seed42@4.9.0", false, "tpe(multivariate=1)", WICK_OPT_OPTUNA4, 42, 1e-9},
        {"tpe_multivariate_group_seed42@4.9.0", false, "tpe(group=1)", WICK_OPT_OPTUNA4, 42, 1e-9},
        {"tpe_num_seed7@5.0.0.dev", false, NULL, WICK_OPT_OPTUNA5, 7, 1e-9},
        {"tpe_num_seed7@4.9.0", false, NULL, WICK_OPT_OPTUNA4, 7, 1e-9},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) replay(&all[i]);
}

static void test_motpe(void **state)
{
    (void)state;
    replay(&(sequence){"motpe_seed42@4.9.0", false, "tpe", WICK_OPT_OPTUNA4, 42, 1e-9});
    replay(&(sequence){"motpe_seed42@5.0.0.dev", false, NULL, WICK_OPT_OPTUNA5, 42, 1e-9});
}

static void test_nsga(void **state)
{
    (void)state;
    replay(
        &(sequence){"nsga2_pop8_seed42", false, "nsga2(population=8)", WICK_OPT_OPTUNA4, 42, 1e-9});
    replay(
        &(sequence){"nsga3_pop8_seed42", false, "nsga3(population=8)", WICK_OPT_OPTUNA5, 42, 1e-9});
}

static void test_qmc(void **state)
{
    (void)state;
    replay(&(sequence){"qmc_sobol", false, "qmc", WICK_OPT_OPTUNA5, 42, 1e-9});
}

static int setup(void **state)
{
    (void)state;
    ctx = wick_ctx_new();
    doc = golden(ctx, "optuna_sequences.json");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wick_json_free(doc);
    wick_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random), cmocka_unit_test(test_tpe), cmocka_unit_test(test_motpe),
        cmocka_unit_test(test_nsga),   cmocka_unit_test(test_qmc),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
