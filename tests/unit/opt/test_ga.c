/* SPDX-License-Identifier: MIT */
/* Crossovers, mutation, NSGA-III directions and quasi-random points against the golden vectors. */
#include "unit/opt/opt_vectors.h"

#include "opt/ga_int.h"

static void test_crossovers(void **state)
{
    (void)state;
    static const char *const names[] = {"uniform", "blxalpha", "sbx", "vsbx", "spx", "undx"};
    const wick_json *j = get(wick_json_root(doc), "ga_operators"), *cases = get(j, "cases");
    int64_t n, d, two;
    double *parents = matrix(get(j, "parents"), &n, &d),
           *bounds = matrix(get(j, "bounds"), &d, &two);
    double low[8], high[8], child[8], scratch[128];
    for (int64_t i = 0; i < d; i++) {
        low[i] = bounds[2 * i];
        high[i] = bounds[2 * i + 1];
    }
    assert_int_equal(wick_json_count(cases), 12);
    for (int64_t i = 0; i < wick_json_count(cases); i++) {
        const wick_json *c = wick_json_at(cases, i);
        const char *name = wick_json_string(get(c, "crossover"));
        int32_t kind = 0;
        while (strcmp(names[kind], name) != 0) kind++;
        wk_mt mt;
        wk_mt_seed(&mt, 3);
        wk_rng g = {.mt = &mt};
        const bool several = strcmp(wick_json_string(get(c, "study")), "multi") == 0;
        for (int64_t r = 0; r < 2; r++) {
            wk_crossover(kind, parents, (int32_t)d, low, high, several, 0.5, &g, scratch, child);
            for (int64_t k = 0; k < d; k++) {
                const double want = at(wick_json_at(get(c, "children"), r), k);
                if (fabs(child[k] - want) > 1e-12 * fabs(want))
                    fail_msg("%s child %d gene %d: got %.17g, want %.17g", name, (int)r, (int)k,
                             child[k], want);
            }
        }
    }
    free(parents);
    free(bounds);
}

static void test_mutation(void **state)
{
    (void)state;
    const wick_json *all = get(get(wick_json_root(doc), "ga_operators"), "polynomial_mutation");
    wk_mt mt;
    wk_mt_seed(&mt, 3);
    wk_rng one = {.mt = &mt};
    assert_true(wick_json_count(all) == 5);
    for (int64_t i = 0; i < wick_json_count(all); i++) {
        const wick_json *c = wick_json_at(all, i);
        const double x = field(c, "param"), lo = field(c, "low"), hi = field(c, "high");
        check_close(wk_mutate(x, lo, hi, 20.0, &one), field(c, "value"), 1e-12);
    }
}

static void test_nsga3(void **state)
{
    (void)state;
    const wick_json *c = get(wick_json_root(doc), "nsga"), *counts = get(c, "n_ref");
    for (int64_t i = 0; i < wick_json_count(counts); i++) {
        int m, p;
        assert_int_equal(sscanf(wick_json_key(wick_json_at(counts, i)), "m%d_d%d", &m, &p), 2);
        assert_int_equal(wk_nsga3_reference_count(m, p), (int64_t)at(counts, i));
    }
    int64_t n, m, n_ref, m2, n2;
    double *p = matrix(get(c, "points"), &n, &m),
           *want = matrix(get(c, "nsga3_normalised"), &n2, &m2);
    double *ref = matrix(get(c, "ref_points_m3_d3"), &n_ref, &m2), got[64], distance[16];
    int64_t closest[16];
    wk_nsga3_references(3, 3, got);
    for (int64_t i = 0; i < n_ref * m; i++) check_same(got[i], ref[i]);
    wk_nsga3_normalise(p, n, (int32_t)m);
    for (int64_t i = 0; i < n * m; i++) check_close(p[i], want[i], 1e-12);
    wk_nsga3_associate(p, n, (int32_t)m, ref, n_ref, closest, distance);
    for (int64_t i = 0; i < n; i++) {
        assert_int_equal(closest[i], (int64_t)at(get(c, "closest"), i));
        check_rel(distance[i], at(get(c, "distance"), i), 1e-9);
    }
    free(p);
    free(want);
    free(ref);
}

static void test_points(void **state)
{
    (void)state;
    const wick_json *q = get(wick_json_root(doc), "qmc");
    for (int halton = 0; halton < 2; halton++) {
        const wick_json *rows = get(q, halton ? "halton_d5" : "sobol_d5");
        for (int64_t i = 0; i < wick_json_count(rows); i++) {
            double got[5];
            if (halton) {
                wk_halton(5, i, NULL, got);
            } else {
                wk_sobol(5, i, NULL, got);
            }
            for (int64_t k = 0; k < 5; k++)
                check_close(got[k], at(wick_json_at(rows, i), k), 1e-15);
        }
    }
}

/* Scrambled or not, 2^k Sobol points have exactly one in each of 2^k slices of every coordinate. */
static void test_sobol_is_even(void **state)
{
    (void)state;
    enum { N = 64 };
    for (int scrambled = 0; scrambled < 2; scrambled++) {
        static double p[N][WK_QMC_DIMS];
        for (int64_t i = 0; i < N; i++) {
            wk_rng g = {.pcg = wick_pcg_key(9, "qmc", 0, 0)};
            wk_sobol(WK_QMC_DIMS, i, scrambled ? &g : NULL, p[i]);
        }
        for (int d = 0; d < WK_QMC_DIMS; d++) {
            int seen[N] = {0};
            for (int i = 0; i < N; i++) seen[(int)(p[i][d] * N)]++;
            for (int i = 0; i < N; i++) assert_int_equal(seen[i], 1);
        }
    }
    double a[3], b[3];
    for (int64_t i = 0; i < 50; i++) {
        wk_rng g = {.pcg = wick_pcg_key(9, "qmc", 0, 0)};
        wk_halton(3, i, &g, a);
        for (int k = 0; k < 3; k++) assert_true(a[k] >= 0.0 && a[k] < 1.0);
        if (i > 0) assert_true(a[0] != b[0]);
        memcpy(b, a, sizeof a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crossovers),    cmocka_unit_test(test_mutation),
        cmocka_unit_test(test_nsga3),         cmocka_unit_test(test_points),
        cmocka_unit_test(test_sobol_is_even),
    };
    return cmocka_run_group_tests(tests, open_vectors, close_vectors);
}
