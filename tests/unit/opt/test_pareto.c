/* SPDX-License-Identifier: MIT */
/* Fronts, ranks, hypervolumes, subsets, crowding against Optuna's and against counting. */
#include "unit/opt/opt_vectors.h"

#include "opt/opt_int.h"

static void test_golden(void **state)
{
    (void)state;
    const wick_json *all = get(wick_json_root(doc), "multiobjective");
    assert_int_equal(wick_json_count(all), 5);
    for (int64_t i = 0; i < wick_json_count(all); i++) {
        const wick_json *c = wick_json_at(all, i);
        int64_t n, m;
        double *p = matrix(get(c, "points"), &n, &m), ref[8], hv, penalty[32];
        for (int64_t k = 0; k < m; k++) ref[k] = at(get(c, "ref"), k);
        check_ok(ctx, wick_hypervolume(ctx, p, n, (int32_t)m, ref, &hv));
        check_rel(hv, field(c, "hv"), 1e-12);
        int32_t rank[32];
        bool on[32];
        check_ok(ctx, wick_pareto_rank(ctx, p, n, (int32_t)m, NULL, rank));
        for (int64_t k = 0; k < n; k++) assert_int_equal(rank[k], (int)at(get(c, "rank"), k));
        for (int64_t k = 0; k < n; k++) penalty[k] = at(get(c, "penalty"), k);
        check_ok(ctx, wick_pareto_rank(ctx, p, n, (int32_t)m, penalty, rank));
        for (int64_t k = 0; k < n; k++)
            assert_int_equal(rank[k], (int)at(get(c, "rank_penalised"), k));
        check_ok(ctx, wick_pareto_front(ctx, p, n, (int32_t)m, on));
        for (int64_t k = 0; k < n; k++)
            assert_int_equal(on[k], wick_json_bool(wick_json_at(get(c, "pareto"), k)));
        free(p);
        const wick_json *h = get(c, "hssp_of_front");
        p = matrix(get(h, "front"), &n, &m);
        int64_t chosen[32];
        const int64_t want = (int64_t)field(h, "k");
        check_ok(ctx, wick_hypervolume_subset(ctx, p, n, (int32_t)m, ref, want, chosen));
        for (int64_t k = 0; k < want; k++)
            assert_int_equal(chosen[k], (int64_t)at(get(h, "selected"), k));
        free(p);
    }
}

static void test_crowding(void **state)
{
    (void)state;
    const wick_json *c = get(wick_json_root(doc), "nsga");
    int64_t n, m;
    double *p = matrix(get(c, "points"), &n, &m), got[16];
    check_ok(ctx, wick_crowding(ctx, p, n, (int32_t)m, got));
    for (int64_t i = 0; i < n; i++) check_rel(got[i], at(get(c, "crowding"), i), 1e-12);
    free(p);
}

/* Coordinates on a grid of cells: the volume is a count. Also ranks by definition. */
static void test_by_counting(void **state)
{
    (void)state;
    enum { SIDE = 6, MOST = 12 };
    wick_pcg g = wick_pcg_key(11, "pareto", 0, 0);
    for (int round = 0; round < 200; round++) {
        const int32_t m = 2 + (int32_t)wick_pcg_below(&g, 4);
        const int64_t n = (int64_t)wick_pcg_below(&g, MOST);
        double p[MOST * 5], ref[5], hv;
        for (int64_t i = 0; i < n * m; i++) p[i] = (double)wick_pcg_below(&g, SIDE + 1);
        for (int32_t j = 0; j < m; j++) ref[j] = SIDE;
        int64_t cells = 1, covered = 0;
        for (int32_t j = 0; j < m; j++) cells *= SIDE;
        for (int64_t cell = 0; cell < cells; cell++) {
            bool in = false;
            for (int64_t i = 0; i < n && !in; i++) {
                int64_t rest = cell;
                in = true;
                for (int32_t j = 0; j < m; j++, rest /= SIDE)
                    in = in && p[i * m + j] <= (double)(rest % SIDE);
            }
            covered += in;
        }
        check_ok(ctx, wick_hypervolume(ctx, p, n, m, ref, &hv));
        check_close(hv, (double)covered, 1e-12);
        int32_t rank[MOST];
        check_ok(ctx, wick_pareto_rank(ctx, p, n, m, NULL, rank));
        for (int64_t i = 0; i < n; i++) {
            int32_t want = 0;
            for (int64_t k = 0; k < n; k++)
                if (wk_dominates(p + k * m, p + i * m, m) && rank[k] + 1 > want) want = rank[k] + 1;
            assert_int_equal(rank[i], want);
        }
    }
}

/* The lazy greedy choice is the plain greedy choice. */
static void test_subset_is_greedy(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(12, "subset", 0, 0);
    for (int round = 0; round < 40; round++) {
        enum { N = 9, K = 4 };
        const int32_t m = 2 + (int32_t)wick_pcg_below(&g, 3);
        double p[N * 4], ref[4], chosen_rows[K * 4];
        for (int64_t i = 0; i < N * m; i++) p[i] = wick_pcg_uniform(&g);
        for (int32_t j = 0; j < m; j++) ref[j] = 1.1;
        int64_t chosen[K];
        check_ok(ctx, wick_hypervolume_subset(ctx, p, N, m, ref, K, chosen));
        double before = 0.0;
        for (int64_t k = 0; k < K; k++) {
            double most = -1.0, mine = 0.0;
            for (int64_t i = 0; i < N; i++) {
                double hv;
                memcpy(chosen_rows + k * m, p + i * m, (size_t)m * sizeof *p);
                check_ok(ctx, wick_hypervolume(ctx, chosen_rows, k + 1, m, ref, &hv));
                if (hv > most) most = hv;
                if (i == chosen[k]) mine = hv;
            }
            check_close(mine, most, 1e-12);
            assert_true(most >= before);
            before = most;
            memcpy(chosen_rows + k * m, p + chosen[k] * m, (size_t)m * sizeof *p);
        }
    }
    /* Repeats come last. */
    const double same[] = {1, 1, 1, 1, 0, 2};
    const double ref[] = {3, 3};
    int64_t chosen[3];
    check_ok(ctx, wick_hypervolume_subset(ctx, same, 3, 2, ref, 2, chosen));
    assert_int_equal(chosen[0] + chosen[1], 2);
}

static void test_bad_points(void **state)
{
    (void)state;
    const double p[] = {1, WICK_NA}, ref[] = {2, 2}, far[] = {2, (double)INFINITY},
                 low[] = {0, -(double)INFINITY};
    double hv;
    bool on;
    check_fails(ctx, wick_hypervolume(ctx, p, 1, 2, ref, &hv), WICK_E_ARG, "missing");
    check_fails(ctx, wick_pareto_front(ctx, p, 1, 2, &on), WICK_E_ARG, "missing");
    check_fails(ctx, wick_hypervolume(ctx, p, 1, 99, ref, &hv), WICK_E_ARG, "possible");
    check_ok(ctx, wick_hypervolume(ctx, ref, 1, 2, far, &hv));
    assert_true(isinf(hv));
    check_ok(ctx, wick_hypervolume(ctx, low, 1, 2, ref, &hv));
    assert_true(isinf(hv));
    check_ok(ctx, wick_hypervolume(ctx, ref, 1, 2, ref, &hv));
    check_same(hv, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),      cmocka_unit_test(test_crowding),
        cmocka_unit_test(test_by_counting), cmocka_unit_test(test_subset_is_greedy),
        cmocka_unit_test(test_bad_points),
    };
    return cmocka_run_group_tests(tests, open_vectors, close_vectors);
}
