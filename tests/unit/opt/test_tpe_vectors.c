/* SPDX-License-Identifier: MIT */
/* The parts of TPE against Optuna's: split sizes, weights, the cut normal, kernels, densities. */
#include "unit/opt/opt_vectors.h"

#include "opt/tpe_int.h"

static void test_gamma_and_weights(void **state)
{
    (void)state;
    const wick_json *g = get(wick_json_root(doc), "gamma");
    assert_int_equal(wick_json_count(g), 13);
    for (int64_t i = 0; i < wick_json_count(g); i++) {
        const wick_json *row = wick_json_at(g, i);
        assert_int_equal(wk_tpe_gamma((int64_t)at(row, 0), true), (int64_t)at(row, 1));
    }
    assert_int_equal(wk_tpe_gamma(1000, false), 100);
    const wick_json *w = get(wick_json_root(doc), "weights");
    for (int64_t i = 0; i < wick_json_count(w); i++) {
        const wick_json *row = wick_json_at(w, i);
        double got[64];
        const int64_t n = atoll(wick_json_key(row));
        assert_int_equal(n, wick_json_count(row));
        wk_tpe_weights(n, got);
        for (int64_t k = 0; k < n; k++) check_rel(got[k], at(row, k), 1e-12);
    }
}

static void test_truncated_normal(void **state)
{
    (void)state;
    const wick_json *t = get(wick_json_root(doc), "truncnorm");
    for (int64_t i = 0; i < wick_json_count(t); i++) {
        const wick_json *c = wick_json_at(t, i);
        const double a = field(c, "a"), b = field(c, "b");
        check_rel(wk_log_mass(a, b), field(c, "log_mass"), 1e-9);
        const wick_json *q = get(c, "q"), *x = get(c, "ppf");
        for (int64_t k = 0; k < wick_json_count(q); k++)
            check_close(wk_trunc_quantile(at(q, k), a, b), at(x, k), 1e-7);
        const double m = 0.5 * (a + b);
        check_rel(-0.5 * m * m - 0.5 * log(2.0 * 3.14159265358979323846) - wk_log_mass(a, b),
                  field(c, "mid_logpdf"), 1e-9);
    }
}

static void test_normal_quantile_inverts(void **state)
{
    (void)state;
    for (int i = 1; i < 2000; i++) {
        const double p = i / 2000.0;
        check_rel(wk_norm_cdf(wk_norm_quantile(p)), p, 4e-15);
    }
    for (double p = 1e-300; p < 1e-3; p *= 7.0)
        check_rel(wk_norm_log_cdf(wk_norm_quantile(p)), log(p), 1e-13);
    assert_true(isinf(wk_norm_log_cdf(-(double)INFINITY)));
}

typedef struct space {
    const char *name[8];
    wick_dist dist[8];
    wick_choice choice[8][8];
    int64_t n;
} space;

/* A study that holds the observations; one group, one view, everything on the worse side. */
static void parzen_case(const wick_json *c, int32_t profile)
{
    space sp = {.n = 0};
    const wick_json *js = get(c, "space"), *obs = get(c, "obs"), *x = get(c, "x");
    for (; sp.n < wick_json_count(js); sp.n++) {
        const wick_json *d = wick_json_at(js, sp.n);
        sp.name[sp.n] = wick_json_key(d);
        sp.dist[sp.n] = dist_of(ctx, d, sp.choice[sp.n]);
    }
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .profile = profile};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    const int64_t n_obs = wick_json_count(wick_json_at(obs, 0));
    for (int64_t i = 0; i < n_obs; i++) {
        wick_param p[8];
        const double value = (double)i;
        for (int64_t k = 0; k < sp.n; k++)
            p[k] = (wick_param){sp.name[k], &sp.dist[k], at(get(obs, sp.name[k]), i)};
        const wick_trial_in in = {.size = sizeof in,
                                  .state = WICK_TRIAL_COMPLETE,
                                  .values = &value,
                                  .n_values = 1,
                                  .params = p,
                                  .n_params = sp.n};
        check_ok(ctx, wick_study_add(ctx, s, &in, NULL));
    }
    wk_tpe_view *v = NULL;
    check_ok(ctx, wk_tpe_view_new(ctx, s, &v));
    check_ok(ctx, wk_tpe_catch_up(ctx, v, &s->groups[0]));
    wk_value p[8];
    for (int64_t k = 0; k < sp.n; k++) {
        p[k].name = wk_name_id(ctx, s, sp.name[k]);
        p[k].dist = wk_dist_id(ctx, s, p[k].name, &sp.dist[k]);
    }
    const int64_t n_x = wick_json_count(wick_json_at(x, 0));
    const bool joint = strcmp(wick_json_string(get(c, "mode")), "univariate") != 0;
    for (int side = 0; side < 2; side++) {
        /* Both sides must give the same density from the same trials. */
        wk_tpe_draw w = {.v = v,
                         .p = p,
                         .d = (int32_t)sp.n,
                         .candidates = n_x,
                         .rule_b = joint && profile == WICK_OPT_OPTUNA4};
        check_ok(ctx, wk_tpe_build(ctx, &w, v->rank, side == 0 ? n_obs : 0, NULL));
        for (int64_t i = 0; i < n_x; i++)
            for (int64_t k = 0; k < sp.n; k++) w.cand[i * sp.n + k] = at(get(x, sp.name[k]), i);
        double got[16];
        check_ok(ctx, wk_tpe_densities(ctx, &w, side, got));
        for (int64_t i = 0; i < n_x; i++) check_rel(got[i], at(get(c, "log_pdf"), i), 1e-9);
        if (side == 0) {
            const wick_json *kernels = get(c, "kernels");
            for (int64_t k = 0; k < sp.n; k++) {
                if (sp.dist[k].kind == WICK_DIST_CATEGORICAL) continue;
                const wick_json *kj = wick_json_at(kernels, k);
                for (int64_t i = 0; i <= n_obs; i++) {
                    check_close(w.b_mu[k][i], at(get(kj, "mu"), i), 1e-12);
                    check_rel(w.b_sigma[k][i], at(get(kj, "sigma"), i), 1e-12);
                }
            }
        }
        wk_tpe_draw_free(&w);
    }
    wk_tpe_view_free(v);
    wick_study_free(s);
}

static void test_parzen(void **state)
{
    (void)state;
    const wick_json *all = get(wick_json_root(doc), "parzen");
    int cases = 0;
    for (int64_t i = 0; i < wick_json_count(all); i++) {
        const wick_json *c = wick_json_at(all, i);
        const char *profile = wick_json_string(get(c, "profile"));
        const bool four = strstr(profile, "4") != NULL, five = strstr(profile, "5") != NULL;
        if (four || !five) parzen_case(c, WICK_OPT_OPTUNA4), cases++;
        if (five || !four) parzen_case(c, WICK_OPT_OPTUNA5), cases++;
    }
    assert_int_equal(cases, 26);
}

/* Every instruction set gives the same bits, and the right ones. */
static void test_mix_forms(void **state)
{
    (void)state;
    enum { N = 256, D = 3, POINTS = 5 };
    static double mu[2][N], inv[2][N], constant[N], weight[N];
    static int32_t cls[N];
    double table[POINTS][7];
    wick_pcg g = wick_pcg_key(5, "mix", 0, 0);
    for (int i = 0; i < N; i++) {
        for (int d = 0; d < 2; d++) {
            mu[d][i] = wick_pcg_uniform(&g);
            inv[d][i] = 0.7071 / (0.01 + wick_pcg_uniform(&g));
        }
        cls[i] = (int32_t)wick_pcg_below(&g, 7);
        weight[i] = i < 250 ? wick_pcg_uniform(&g) : 0.0;
        constant[i] = i < 250 ? wick_pcg_uniform(&g) - 2.0 : -1e300;
    }
    const wk_mix_dim dim[D] = {{mu[0], inv[0], cls}, {mu[1], NULL, cls}, {mu[1], inv[1], cls}};
    double sum_w = 0.0;
    for (int i = 0; i < N; i++) sum_w += weight[i];
    const wk_mix m = {N, D, dim, constant, weight, log(sum_w)};
    wk_mix_at a[POINTS * D];
    for (int k = 0; k < POINTS; k++) {
        for (int i = 0; i < 7; i++) table[k][i] = -10.0 * wick_pcg_uniform(&g);
        a[k * D] = (wk_mix_at){wick_pcg_uniform(&g) * (k == 4 ? 900.0 : 1.0), NULL};
        a[k * D + 1] = (wk_mix_at){0.0, table[k]};
        a[k * D + 2] = (wk_mix_at){wick_pcg_uniform(&g), NULL};
    }
    wk_mix_fn form[4];
    wk_mix_forms(form);
    double best[POINTS], sum[POINTS], best2[POINTS], sum2[POINTS];
    const int32_t which[POINTS] = {0, 1, 2, 3, 4};
    for (int k = 0; k < POINTS; k++) best[k] = -1e300, sum[k] = 0.0;
    wk_mix_base(&m, 0, N, a, which, POINTS, best, sum);
    for (int f = 0; form[f] != NULL; f++) {
        for (int k = 0; k < POINTS; k++) best2[k] = -1e300, sum2[k] = 0.0;
        form[f](&m, 0, N, a, which, POINTS, best2, sum2);
        for (int k = 0; k < POINTS; k++) {
            check_same(best2[k], best[k]);
            check_same(sum2[k], sum[k]);
        }
    }
    for (int k = 0; k < POINTS; k++) {
        double term[N], most = -1e300, s = 0.0;
        for (int i = 0; i < N; i++) {
            const double z0 = (a[k * D].x - mu[0][i]) * inv[0][i];
            const double z2 = (a[k * D + 2].x - mu[1][i]) * inv[1][i];
            term[i] = constant[i] - z0 * z0 - z2 * z2 + table[k][cls[i]];
            if (term[i] > most) most = term[i];
        }
        for (int i = 0; i < N; i++) s += weight[i] * exp(term[i] - most);
        check_rel(best[k] + log(sum[k]), most + log(s), 1e-13);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gamma_and_weights),
        cmocka_unit_test(test_truncated_normal),
        cmocka_unit_test(test_normal_quantile_inverts),
        cmocka_unit_test(test_parzen),
        cmocka_unit_test(test_mix_forms),
    };
    return cmocka_run_group_tests(tests, open_vectors, close_vectors);
}
