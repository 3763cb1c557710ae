/* SPDX-License-Identifier: MIT */
/* Covariances and weights against numpy, scikit-learn, CVXPY, PyPortfolioOpt and Riskfolio-Lib
 * (tests/golden/alloc/SOURCE). */
#include <math.h>
#include <stdlib.h>

#include "support/check.h"
#include "wick/alloc.h"

static double *numbers(const wick_json *j)
{
    const int64_t n = wick_json_count(j);
    double *x = malloc((size_t)(n + 1) * sizeof *x);
    assert_non_null(x);
    for (int64_t i = 0; i < n; i++) x[i] = wick_json_number(wick_json_at(j, i));
    return x;
}

static double number(const wick_json *j, const char *key, double otherwise)
{
    const wick_json *v = wick_json_get(j, key);
    return v != NULL ? wick_json_number(v) : otherwise;
}

static int64_t check_covariances(wick_ctx *ctx, const wick_json *set, const double *x)
{
    const int64_t t = (int64_t)number(set, "t", 0);
    const int32_t n = (int32_t)number(set, "n", 0);
    const wick_json *all = wick_json_get(set, "cov");
    double *got = malloc((size_t)n * (size_t)n * sizeof *got);
    for (int64_t k = 0; k < wick_json_count(all); k++) {
        const wick_json *one = wick_json_at(all, k);
        const wick_cov_spec *spec = wick_cov_find(ctx, wick_json_key(one));
        assert_non_null(spec);
        double *want = numbers(one), most = 0.0;
        check_ok(ctx, wick_cov_eval(ctx, spec, t, n, x, WICK_NA, got));
        for (int32_t i = 0; i < n * n; i++) most = fmax(most, fabs(want[i]));
        /* Relative to the largest entry: products of small returns. */
        for (int32_t i = 0; i < n * n; i++) check_close(got[i] / most, want[i] / most, 1e-12);
        free(want);
    }
    free(got);
    return wick_json_count(all);
}

static void check_case(wick_ctx *ctx, const wick_json *c, int32_t n, const double *cov,
                       const double *mean)
{
    const wick_weigh_spec *spec =
        wick_weigh_find(ctx, wick_json_string(wick_json_get(c, "weights")));
    assert_non_null(spec);
    double *want = numbers(wick_json_get(c, "w")), *w = malloc((size_t)n * sizeof *w);
    double *caps = wick_json_get(c, "caps") ? numbers(wick_json_get(c, "caps")) : NULL;
    double *score = wick_json_get(c, "score") ? numbers(wick_json_get(c, "score")) : NULL;
    int32_t *group = malloc((size_t)n * sizeof *group);
    for (int32_t i = 0; i < n; i++) group[i] = i % 3;
    const wick_limits limits = {.size = sizeof limits,
                                .lo = number(c, "lo", 0.0),
                                .hi = number(c, "hi", 0.0),
                                .gross = number(c, "gross", 0.0),
                                .group = caps != NULL ? group : NULL,
                                .groups = caps != NULL ? 3 : 0,
                                .group_cap = caps};
    wick_weigh_in in = {.size = sizeof in,
                        .n = n,
                        .cov = cov,
                        .mean = mean,
                        .score = score,
                        .limits = &limits,
                        .param = {WICK_NA, WICK_NA, WICK_NA, WICK_NA}};
    for (int k = 0; k < 4 && spec->param[k].name != NULL; k++)
        in.param[k] = number(c, spec->param[k].name, WICK_NA);
    check_ok(ctx, wick_weigh(ctx, spec, &in, w));
    /* The reference solves the optimality conditions at the interior point's active limits. */
    const double tol =
        spec->limited || strcmp(spec->name, "max_diversification") == 0 ? 1e-9 : 1e-12;
    double worst = 0.0;
    for (int32_t i = 0; i < n; i++) worst = fmax(worst, fabs(w[i] - want[i]));
    if (getenv("WICK_SHOW") != NULL)
        print_message("%-20s n %d worst %.2e\n", spec->name, (int)n, worst);
    for (int32_t i = 0; i < n; i++) check_close(w[i], want[i], tol);
    free(want);
    free(w);
    free(caps);
    free(score);
    free(group);
}

static void golden(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    int64_t covs = 0, cases = 0;
    check_ok(ctx, wick_json_load(ctx, test_source("tests/golden/alloc/weights.json"), &doc));
    const wick_json *sets = wick_json_get(wick_json_root(doc), "sets");
    for (int64_t k = 0; k < wick_json_count(sets); k++) {
        const wick_json *set = wick_json_at(sets, k), *list = wick_json_get(set, "cases");
        const int64_t t = (int64_t)number(set, "t", 0);
        const int32_t n = (int32_t)number(set, "n", 0);
        double *x = numbers(wick_json_get(set, "returns"));
        double *cov = numbers(wick_json_get(wick_json_get(set, "cov"), "sample"));
        double *mean = calloc((size_t)n, sizeof *mean);
        for (int64_t i = 0; i < t * n; i++) mean[i % n] += x[i] / (double)t;
        covs += check_covariances(ctx, set, x);
        for (int64_t i = 0; i < wick_json_count(list); i++, cases++)
            check_case(ctx, wick_json_at(list, i), n, cov, mean);
        free(x);
        free(cov);
        free(mean);
    }
    assert_int_equal(covs, 24);
    assert_int_equal(cases, 72);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(golden)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
