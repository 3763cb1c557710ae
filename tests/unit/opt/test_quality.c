/* SPDX-License-Identifier: MIT */
/* Quality against Optuna on its reference functions: over 20 seeds (64 of the cheap samplers, as
 * the reference's quantiles come from 20 to 32 runs and are noisy enough) our median of the best
 * value (or hypervolume) lies within its 10% and 90% quantiles, or on the better side of them; and
 * the samples of single-objective runs do not differ significantly to the worse (Mann-Whitney,
 * one-sided) on more than a tenth of the cells.
 *
 *     unit_opt_quality [all]
 *
 * Without `all`: some of the functions, in a few seconds. */
#include "unit/opt/opt_help.h"

enum { SEEDS = 64, TPE_SEEDS = 20, GP_SEEDS = 20, LARGEST = 500 };

static bool everything;

static wick_ctx *ctx;
static wick_json_doc *doc;

/* ---- functions ------------------------------------------------------------------------------ */

typedef struct function {
    const char *name;
    int dims, objectives;
    wick_status (*f)(const struct function *self, wick_ctx *c, wick_trial *t, double *v);
    double low, high;
    double ref[3]; /* the last reference point of the file */
    bool quick;
} function;

static double sq(double x)
{
    return x * x;
}

static wick_status floats(const function *f, wick_ctx *c, wick_trial *t, double *x)
{
    for (int i = 0; i < f->dims; i++) {
        char name[12];
        snprintf(name, sizeof name, "x%d", i);
        const wick_status st =
            wick_trial_suggest_float(c, t, name, f->low, f->high, 0, false, &x[i]);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static wick_status sphere(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    double x[32] = {0};
    const wick_status st = floats(f, c, t, x);
    v[0] = 0.0;
    for (int i = 0; i < f->dims; i++) v[0] += sq(x[i] - (i % 2 == 0 ? 1.3 : -0.7));
    return st;
}

static wick_status rosenbrock(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    double x[32] = {0};
    const wick_status st = floats(f, c, t, x);
    v[0] = 0.0;
    for (int i = 0; i + 1 < f->dims; i++) v[0] += 100 * sq(x[i + 1] - sq(x[i])) + sq(1 - x[i]);
    return st;
}

static wick_status ackley(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    double x[32] = {0}, a = 0.0, b = 0.0;
    const wick_status st = floats(f, c, t, x);
    for (int i = 0; i < f->dims; i++) {
        const double z = x[i] - 3.0 * (i % 2 == 0 ? 1.3 : -0.7);
        a += z * z;
        b += cos(2.0 * 3.14159265358979323846 * z);
    }
    v[0] = -20.0 * exp(-0.2 * sqrt(a / f->dims)) - exp(b / f->dims) + 20.0 + exp(1.0);
    return st;
}

static wick_status hartmann(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    static const double A[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                   {0.05, 10, 17, 0.1, 8, 14},
                                   {3, 3.5, 1.7, 10, 17, 8},
                                   {17, 8, 0.05, 10, 0.1, 14}};
    static const double P[4][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                                   {2329, 4135, 8307, 3736, 1004, 9991},
                                   {2348, 1451, 3522, 2883, 3047, 6650},
                                   {4047, 8828, 8732, 5743, 1091, 381}};
    static const double alpha[] = {1.0, 1.2, 3.0, 3.2};
    double x[32] = {0};
    const wick_status st = floats(f, c, t, x);
    v[0] = 0.0;
    for (int i = 0; i < 4; i++) {
        double s = 0.0;
        for (int j = 0; j < 6; j++) s += A[i][j] * sq(x[j] - 1e-4 * P[i][j]);
        v[0] -= alpha[i] * exp(-s);
    }
    return st;
}

static wick_status branin(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    const double pi = 3.14159265358979323846;
    double x = 0.0, y = 0.0;
    (void)f;
    wick_status st = wick_trial_suggest_float(c, t, "x0", -5, 10, 0, false, &x);
    if (st >= 0) st = wick_trial_suggest_float(c, t, "x1", 0, 15, 0, false, &y);
    v[0] = sq(y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6) + 10 * (1 - 1 / (8 * pi)) * cos(x) +
           10;
    return st;
}

static wick_status constrained_branin(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    wick_status st = branin(f, c, t, v);
    const double x = wick_trial_param(t, "x0"), y = wick_trial_param(t, "x1");
    if (st >= 0) st = wick_trial_set_constraint(c, t, "disc", sq(x - 2.5) + sq(y - 7.5) - 50);
    if (st >= 0) st = wick_trial_set_constraint(c, t, "product", 3 - x * y / 5);
    return st;
}

static wick_choice text(const char *s)
{
    return (wick_choice){.kind = WICK_CHOICE_STRING, .s = s};
}

static wick_status mixed(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    (void)f;
    const wick_choice kinds[] = {text("sma"), text("ema"), text("hma"), text("wma")};
    const wick_choice filters[] = {{.kind = WICK_CHOICE_BOOL, .i = 1},
                                   {.kind = WICK_CHOICE_BOOL, .i = 0}};
    static const double bonus[] = {1.0, 0.0, 0.4, 0.7};
    int64_t fast = 0, slow = 0, kind = 0, n = 1, off = 0;
    double lr = 1.0, mult = 0.0;
    wick_status st = wick_trial_suggest_int(c, t, "fast", 2, 60, 1, false, &fast);
    if (st >= 0) st = wick_trial_suggest_int(c, t, "slow", 20, 400, 10, false, &slow);
    if (st >= 0) st = wick_trial_suggest_float(c, t, "lr", 1e-5, 1e-1, 0, true, &lr);
    if (st >= 0) st = wick_trial_suggest_choice(c, t, "kind", kinds, 4, &kind);
    if (st >= 0) st = wick_trial_suggest_float(c, t, "mult", 0.5, 6, 0.25, false, &mult);
    if (st >= 0) st = wick_trial_suggest_int(c, t, "n", 1, 1024, 1, true, &n);
    if (st >= 0) st = wick_trial_suggest_choice(c, t, "filter", filters, 2, &off);
    const double a = ((double)fast - 17) / 12;
    v[0] = sq(a) + sq(((double)slow - 150) / 70) + sq(log10(lr) + 2.7) + bonus[kind] +
           sq(mult - 2.25) + 0.125 * sq(log2((double)n) - 5) + (off ? 0.5 : 0.0) +
           0.8 * fabs(a * (mult - 2.25)) - (kind == 2 && !off ? 0.2 : 0.0);
    return st;
}

static wick_status conditional(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    (void)f;
    const wick_choice models[] = {text("linear"), text("tree"), text("knn")};
    int64_t model = 0, n = 0;
    double a = 1.0, b = 0.0;
    wick_status st = wick_trial_suggest_choice(c, t, "model", models, 3, &model);
    if (st < 0) return st;
    if (model == 0) {
        st = wick_trial_suggest_float(c, t, "lin_l2", 1e-6, 1e2, 0, true, &a);
        v[0] = 1 + 0.2 * sq(log10(a) + 1);
    } else if (model == 1) {
        st = wick_trial_suggest_int(c, t, "depth", 1, 16, 1, false, &n);
        if (st >= 0) st = wick_trial_suggest_float(c, t, "eta", 1e-3, 1, 0, true, &a);
        if (st >= 0) st = wick_trial_suggest_float(c, t, "sub", 0.3, 1, 0, false, &b);
        v[0] = 0.05 * sq((double)n - 5) + 0.5 * sq(log10(a) + 1.2) + 2 * sq(b - 0.8);
    } else {
        st = wick_trial_suggest_int(c, t, "k", 1, 100, 1, false, &n);
        v[0] = 0.6 + 0.02 * sqrt(fabs((double)n - 23));
    }
    return st;
}

static wick_status zdt1(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    double x[32] = {0}, g = 0.0;
    const wick_status st = floats(f, c, t, x);
    for (int i = 1; i < f->dims; i++) g += x[i];
    g = 1.0 + 9.0 * g / (f->dims - 1);
    v[0] = x[0];
    v[1] = g * (1.0 - sqrt(x[0] / g));
    return st;
}

static wick_status dtlz2(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    const double half_pi = 1.57079632679489661923;
    const int m = f->objectives;
    double x[32] = {0}, g = 0.0;
    const wick_status st = floats(f, c, t, x);
    for (int i = m - 1; i < f->dims; i++) g += sq(x[i] - 0.5);
    for (int k = 0; k < m; k++) {
        v[k] = 1.0 + g;
        for (int i = 0; i < m - 1 - k; i++) v[k] *= cos(half_pi * x[i]);
        if (k > 0) v[k] *= sin(half_pi * x[m - 1 - k]);
    }
    return st;
}

static wick_status binh_korn(const function *f, wick_ctx *c, wick_trial *t, double *v)
{
    (void)f;
    double x = 0.0, y = 0.0;
    wick_status st = wick_trial_suggest_float(c, t, "x", 0, 5, 0, false, &x);
    if (st >= 0) st = wick_trial_suggest_float(c, t, "y", 0, 3, 0, false, &y);
    v[0] = 4 * x * x + 4 * y * y;
    v[1] = sq(x - 5) + sq(y - 5);
    if (st >= 0) st = wick_trial_set_constraint(c, t, "a", sq(x - 5) + y * y - 25);
    if (st >= 0) st = wick_trial_set_constraint(c, t, "b", 7.7 - sq(x - 8) - sq(y + 3));
    return st;
}

static const function FUNCTIONS[] = {
    {"sphere2", 2, 1, sphere, -5.12, 5.12, {0}, false},
    {"sphere5", 5, 1, sphere, -5.12, 5.12, {0}, true},
    {"sphere10", 10, 1, sphere, -5.12, 5.12, {0}, false},
    {"rosenbrock2", 2, 1, rosenbrock, -5, 10, {0}, false},
    {"rosenbrock5", 5, 1, rosenbrock, -5, 10, {0}, false},
    {"rosenbrock10", 10, 1, rosenbrock, -5, 10, {0}, false},
    {"hartmann6", 6, 1, hartmann, 0, 1, {0}, false},
    {"ackley5", 5, 1, ackley, -32.768, 32.768, {0}, false},
    {"branin", 2, 1, branin, 0, 0, {0}, false},
    {"con_branin", 2, 1, constrained_branin, 0, 0, {0}, true},
    {"mixed7", 7, 1, mixed, 0, 0, {0}, true},
    {"conditional", 0, 1, conditional, 0, 0, {0}, false},
    {"zdt1_d10", 10, 2, zdt1, 0, 1, {1.1, 11.0}, true},
    {"zdt1_d30", 30, 2, zdt1, 0, 1, {1.1, 11.0}, false},
    {"dtlz2_m2_d6", 6, 2, dtlz2, 0, 1, {2.5, 2.5}, false},
    {"dtlz2_m3_d7", 7, 3, dtlz2, 0, 1, {2.5, 2.5, 2.5}, false},
    {"bnh_constrained", 2, 2, binh_korn, 0, 0, {140, 50}, true},
};

static wick_status evaluate(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    const function *f = user;
    (void)worker;
    return f->f(f, c, t, v);
}

/* ---- samplers ------------------------------------------------------------------------------ */

static const struct {
    const char *key, *sampler;
} SAMPLERS[] = {
    {"tpe_default", "tpe"},
    {"tpe_multivariate", "tpe(multivariate=1)"},
    {"tpe_univariate", "tpe(multivariate=0)"},
    {"tpe_group", "tpe(group=1)"},
    {"cmaes", "cmaes"},
    {"cmaes_margin", "cmaes(margin=1)"},
    {"nsga2", "nsga2"},
    {"nsga2_pop20", "nsga2(population=20)"},
    {"nsga3", "nsga3"},
    {"gp", "gp"},
    {"qmc", "qmc(scramble=1)"},
    {"random", "random"},
};

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One-sided p value that a (worse) is larger than b, by the normal approximation. */
static double mann_whitney(const double *a, int n, const double *b, int m)
{
    double u = 0.0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < m; k++) u += a[i] > b[k] ? 1.0 : a[i] == b[k] ? 0.5 : 0.0;
    const double mean = 0.5 * n * m, sd = sqrt((double)n * m * (n + m + 1) / 12.0);
    return 0.5 * erfc((u - mean) / sd / sqrt(2.0));
}

/* Under sanitizers (scripts/test sets the share) the Gaussian process would take minutes, and its
 * quality does not depend on them: unit_opt_gp runs it there. */
static bool leaves_out(const char *sampler)
{
    const char *share = getenv("WICK_TEST_SHARE");
    return strncmp(sampler, "gp", 2) == 0 && share != NULL && atoi(share) > 1;
}

/* Runs of the Gaussian process take a quarter of a second each. */
static int gp_seeds(void)
{
    return everything ? GP_SEEDS : 4;
}

typedef struct tally {
    int cells, outside, tests, worse;
} tally;

/* Best values (hypervolumes) of each seed after each of the file's numbers of trials. */
static void cell(const function *f, const char *sampler, int32_t profile, const wick_json *ref,
                 const char *label, tally *out)
{
    const wick_json *by_n = get(ref, "n");
    static double got[8][SEEDS];
    const int seeds = strncmp(sampler, "tpe", 3) == 0  ? TPE_SEEDS
                      : strncmp(sampler, "gp", 2) == 0 ? gp_seeds()
                                                       : SEEDS;
    int64_t sizes[8], k = 0;
    for (; k < wick_json_count(by_n) && k < 8; k++) {
        sizes[k] = atoll(wick_json_key(wick_json_at(by_n, k)));
        if (sizes[k] > LARGEST) break;
    }
    for (int seed = 0; seed < seeds; seed++) {
        wick_study *s = NULL;
        const wick_study_opts o = {.size = sizeof o,
                                   .n_objectives = f->objectives,
                                   .sampler = sampler,
                                   .profile = profile,
                                   .seed = (uint64_t)seed + 1000};
        check_ok(ctx, wick_study_new(ctx, &o, &s));
        for (int64_t i = 0; i < k; i++) {
            const wick_run_trials run = {
                .size = sizeof run, .threads = 1, .n_trials = sizes[i] - wick_study_count(s)};
            check_ok(ctx, wick_study_run(ctx, s, evaluate, (void *)(uintptr_t)f, &run));
            if (f->objectives == 1) {
                const wick_trial *b = wick_study_best(s);
                got[i][seed] = b == NULL ? 1e9 : wick_trial_value(b, 0);
            } else {
                check_ok(ctx, wick_study_hypervolume(ctx, s, f->ref, &got[i][seed]));
                got[i][seed] = -got[i][seed];
            }
        }
        wick_study_free(s);
    }
    for (int64_t i = 0; i < k; i++) {
        const wick_json *q = wick_json_at(by_n, i);
        if (f->objectives > 1) q = wick_json_at(q, wick_json_count(q) - 1);
        const wick_json *limit = wick_json_at(q, f->objectives > 1 ? 1 : 5);
        if (wick_json_kind(limit) == WICK_JSON_NULL) continue; /* nothing feasible so early */
        const double worst = f->objectives > 1 ? -num(limit) : num(limit);
        double sorted[SEEDS];
        memcpy(sorted, got[i], sizeof sorted);
        qsort(sorted, (size_t)seeds, sizeof *sorted, ascending);
        const double median = 0.5 * (sorted[seeds / 2 - 1] + sorted[seeds / 2]);
        out->cells++;
        if (median > worst) {
            out->outside++;
            print_message("%s %s n=%d: median %g, reference's worse tenth %g\n", f->name, label,
                          (int)sizes[i], median, worst);
        }
    }
    const wick_json *theirs = wick_json_get(ref, "samples_at_last");
    if (theirs == NULL || k != wick_json_count(by_n)) return;
    double b[64];
    int m = 0;
    for (; m < wick_json_count(theirs) && m < 64; m++) b[m] = at(theirs, m);
    const double p = mann_whitney(got[k - 1], seeds, b, m);
    out->tests++;
    if (p < 0.01) {
        out->worse++;
        print_message("%s %s: worse, p = %g\n", f->name, label, p);
    }
}

static void compare(const char *part, tally *out)
{
    const wick_json *all = get(wick_json_root(doc), part);
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
        const wick_json *row = wick_json_get(all, FUNCTIONS[i].name);
        if (row == NULL || (!everything && !FUNCTIONS[i].quick)) continue;
        for (size_t k = 0; k < sizeof SAMPLERS / sizeof *SAMPLERS; k++) {
            const wick_json *versions = wick_json_get(row, SAMPLERS[k].key);
            if (leaves_out(SAMPLERS[k].sampler)) continue;
            for (int64_t v = 0; versions != NULL && v < wick_json_count(versions); v++) {
                const wick_json *ref = wick_json_at(versions, v);
                const bool four = strcmp(wick_json_key(ref), "4") == 0;
                char label[64];
                snprintf(label, sizeof label, "%s (%s)", SAMPLERS[k].key, wick_json_key(ref));
                cell(&FUNCTIONS[i], SAMPLERS[k].sampler, four ? WICK_OPT_OPTUNA4 : WICK_OPT_OPTUNA5,
                     ref, label, out);
            }
        }
    }
    print_message("%s: %d cells, %d outside; %d tests, %d worse\n", part, out->cells, out->outside,
                  out->tests, out->worse);
}

static void test_single(void **state)
{
    (void)state;
    tally t = {0};
    compare("single", &t);
    assert_true(everything ? t.cells > 350 && t.tests > 90 : t.cells > 80 && t.tests > 20);
    assert_int_equal(t.outside, 0);
    assert_true(10 * t.worse <= t.tests);
}

static void test_several(void **state)
{
    (void)state;
    tally t = {0};
    compare("multi", &t);
    assert_true(t.cells > (everything ? 60 : 25));
    assert_int_equal(t.outside, 0);
}

/* `auto` against Optuna's default after 100 trials: better on at least two thirds. */
static void test_auto(void **state)
{
    (void)state;
    if (leaves_out("gp")) skip();
    const wick_json *all = get(wick_json_root(doc), "single");
    int functions = 0, better = 0;
    const int seeds = gp_seeds();
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
        const function *f = &FUNCTIONS[i];
        const wick_json *row = wick_json_get(all, f->name);
        double got[GP_SEEDS];
        if (row == NULL || (!everything && !f->quick)) continue;
        for (int seed = 0; seed < seeds; seed++) {
            wick_study *s = NULL;
            const wick_study_opts o = {
                .size = sizeof o, .sampler = "auto(budget=100)", .seed = (uint64_t)seed + 1};
            const wick_run_trials run = {.size = sizeof run, .threads = 1, .n_trials = 100};
            check_ok(ctx, wick_study_new(ctx, &o, &s));
            check_ok(ctx, wick_study_run(ctx, s, evaluate, (void *)(uintptr_t)f, &run));
            const wick_trial *b = wick_study_best(s);
            got[seed] = b == NULL ? 1e9 : wick_trial_value(b, 0);
            assert_non_null(strstr(wick_study_sampler(s), f->f == conditional ? "tpe" : "gp"));
            wick_study_free(s);
        }
        qsort(got, (size_t)seeds, sizeof *got, ascending);
        const double median = 0.5 * (got[seeds / 2 - 1] + got[seeds / 2]);
        const wick_json *theirs = get(get(get(get(row, "tpe_default"), "5"), "n"), "100");
        functions++;
        better += median < at(theirs, 3);
        if (everything)
            print_message("%s: auto %g, Optuna's default %g\n", f->name, median, at(theirs, 3));
    }
    assert_true(functions >= (everything ? 12 : 3));
    assert_true(3 * better >= 2 * functions);
}

static int setup(void **state)
{
    (void)state;
    ctx = wick_ctx_new();
    doc = golden(ctx, "optuna_reference.json");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wick_json_free(doc);
    wick_ctx_free(ctx);
    return 0;
}

int main(int argc, char **argv)
{
    everything = argc > 1 && strcmp(argv[1], "all") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_auto),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
