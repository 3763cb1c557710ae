/* SPDX-License-Identifier: MIT */
/* Bootstrap and overfitting statistics against the shared reference numbers. */
#include <stdlib.h>

#include "support/check.h"
#include "wick/stats.h"

static double at(const wick_json *j, const char *key)
{
    const wick_json *v = wick_json_get(j, key);
    assert_non_null(v);
    return wick_json_number(v);
}

static double *numbers(const wick_json *j, int64_t *n)
{
    *n = wick_json_count(j);
    double *x = malloc((size_t)(*n + 1) * sizeof *x);
    for (int64_t i = 0; i < *n; i++) x[i] = wick_json_number(wick_json_at(j, i));
    return x;
}

static int32_t *index_rows(const wick_json *j, int64_t *reps, int64_t *n)
{
    *reps = wick_json_count(j);
    *n = wick_json_count(wick_json_at(j, 0));
    int32_t *rows = malloc((size_t)(*reps * *n) * sizeof *rows);
    for (int64_t b = 0; b < *reps; b++) {
        for (int64_t i = 0; i < *n; i++) {
            rows[b * *n + i] = (int32_t)wick_json_number(wick_json_at(wick_json_at(j, b), i));
        }
    }
    return rows;
}

static wick_ledger *ledger_of(wick_ctx *ctx, int64_t n, const double *equity)
{
    int64_t *time = malloc((size_t)n * sizeof *time);
    for (int64_t i = 0; i < n; i++) time[i] = WICK_MS_DAY * (18000 + i);
    const wick_ledger_in in = {
        .size = sizeof in, .n = n, .time = time, .equity = equity, .cash0 = equity[0]};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_new(ctx, &in, &l));
    free(time);
    return l;
}

static void fixed_rows(void **state)
{
    (void)state;
    const char *path = test_shared_or_skip("spec/golden/metrics_bootstrap_fixed_rows.json");
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, path, &doc));
    const wick_json *root = wick_json_root(doc), *in = wick_json_get(root, "inputs");
    const wick_json *out = wick_json_get(root, "outputs");
    int64_t n = 0, reps = 0, m = 0;
    double *e = numbers(wick_json_get(in, "equity"), &n);
    int32_t *rows = index_rows(wick_json_get(in, "rows"), &reps, &m);
    assert_int_equal(m, n - 1);
    wick_ledger *l = ledger_of(ctx, n, e);
    const wick_boot_opts o = {
        .size = sizeof o, .replicates = reps, .index_rows = rows, .pybroker_normal = true};
    wick_pybroker_boot p;
    check_ok(ctx, wick_boot_pybroker(ctx, l, NULL, &o, &p));
    static const char *const levels[3] = {"2p5", "5", "10"}, *const q[4] = {"001", "01", "05",
                                                                            "10"};
    for (int k = 0; k < 3; k++) {
        for (int side = 0; side < 2; side++) {
            char key[16];
            snprintf(key, sizeof key, "%s_%s", side == 0 ? "low" : "high", levels[k]);
            check_close(p.log_profit_factor[k][side],
                        at(wick_json_get(out, "log_pf_interval"), key), 1e-9);
            check_close(p.profit_factor[k][side], at(wick_json_get(out, "pf_interval"), key), 1e-9);
            check_close(p.sharpe[k][side], at(wick_json_get(out, "sharpe_interval"), key), 1e-9);
        }
    }
    for (int k = 0; k < 4; k++) {
        char key[16];
        snprintf(key, sizeof key, "q_%s", q[k]);
        check_close(p.drawdown[k], at(wick_json_get(out, "drawdown_cash"), key), 1e-9);
        check_close(p.drawdown_pct[k], at(wick_json_get(out, "drawdown_pct"), key), 1e-9);
    }
    /* The library's own 10 000 replicates: ours differ by chance only. */
    const wick_json *monte = wick_json_get(root, "reference_monte_carlo");
    const wick_boot_opts own = {.size = sizeof own};
    check_ok(ctx, wick_boot_pybroker(ctx, l, NULL, &own, &p));
    assert_int_equal(p.replicates, 10000);
    check_close(p.log_profit_factor[0][0], at(wick_json_get(monte, "log_pf"), "low_2p5"), 0.03);
    check_close(p.log_profit_factor[0][1], at(wick_json_get(monte, "log_pf"), "high_2p5"), 0.03);
    check_close(p.sharpe[1][0], at(wick_json_get(monte, "sharpe"), "low_5"), 0.01);
    check_close(p.sharpe[1][1], at(wick_json_get(monte, "sharpe"), "high_5"), 0.01);
    check_close(p.drawdown_pct[2], at(wick_json_get(monte, "drawdown_pct"), "q_05"), 0.03);
    wick_ledger_unref(l);
    free(e);
    free(rows);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void sharpe_ratios(void **state)
{
    (void)state;
    const char *path = test_shared_or_skip("spec/golden/metrics_overfitting.json");
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, path, &doc));
    const wick_json *root = wick_json_root(doc);
    const wick_json *ex = wick_json_get(root, "published_dsr_example");
    const wick_json *in = wick_json_get(ex, "inputs"), *out = wick_json_get(ex, "outputs");
    const double periods = at(in, "periods"), sr = at(in, "sr_annual") / sqrt(periods);
    const double var = at(in, "var_sr_annual") / periods;
    check_close(sr, at(out, "sr_per_obs"), 1e-12);
    check_close(wick_expected_max_sharpe(var, at(in, "trials")), at(out, "expected_max_sr_per_obs"),
                1e-12);
    check_close(wick_dsr(sr, (int64_t)at(in, "n_obs"), at(in, "skew"), at(in, "kurtosis"), var,
                         at(in, "trials")),
                at(out, "dsr"), 1e-12);
    const wick_json *list = wick_json_get(root, "psr_dsr_mintrl_on_equity");
    assert_int_equal(wick_json_count(list), 4);
    for (int64_t i = 0; i < wick_json_count(list); i++) {
        const wick_json *c = wick_json_at(list, i);
        const double s = at(c, "sr_pop"), g3 = at(c, "skew_pop"), g4 = at(c, "kurt_pop_raw");
        const int64_t n = (int64_t)at(c, "n_obs");
        check_close(wick_psr(s, 0.0, n, g3, g4), at(c, "psr_vs_zero"), 1e-9);
        check_close(wick_psr(s, 0.02, n, g3, g4), at(c, "psr_vs_0p02"), 1e-9);
        check_close(wick_dsr(s, n, g3, g4, 1e-4, 50), at(c, "dsr_trials50_var1e_4"), 1e-9);
        check_close(wick_min_trl(s, 0.0, 0.95, g3, g4), at(c, "min_track_record_95_vs_zero"), 1e-9);
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

/* Columns of a row-major JSON matrix. */
static double **columns(const wick_json *matrix, wick_trials *t)
{
    t->rows = wick_json_count(matrix);
    t->trials = wick_json_count(wick_json_at(matrix, 0));
    double **c = malloc((size_t)t->trials * sizeof *c);
    for (int64_t k = 0; k < t->trials; k++) {
        c[k] = malloc((size_t)t->rows * sizeof **c);
        for (int64_t i = 0; i < t->rows; i++) {
            c[k][i] = wick_json_number(wick_json_at(wick_json_at(matrix, i), k));
        }
    }
    t->column = (const double *const *)c;
    return c;
}

static void free_columns(double **c, int64_t n)
{
    for (int64_t k = 0; k < n; k++) free(c[k]);
    free(c);
}

static double sharpe_again(void *user, int64_t n, const double *x)
{
    (void)user;
    return wick_sharpe_of(n, x);
}

static void check_pbo(wick_ctx *ctx, const wick_json *c)
{
    wick_trials t;
    double **own = columns(wick_json_get(c, "matrix"), &t);
    const wick_json *out = wick_json_get(c, "outputs");
    for (int pass = 0; pass < 3; pass++) {
        double logits[70];
        const wick_pbo_opts o = {.size = sizeof o,
                                 .blocks = (int32_t)at(c, "S"),
                                 .threads = pass + 1,
                                 .stat = pass == 2 ? sharpe_again : NULL,
                                 .logits = logits};
        wick_pbo p;
        check_ok(ctx, wick_pbo_eval(ctx, &t, &o, &p));
        assert_int_equal(p.combinations, (int64_t)at(out, "combinations"));
        check_close(p.pbo, at(out, "pbo"), 1e-12);
        check_close(p.prob_loss, at(out, "prob_loss_oos"), 1e-12);
        check_close(p.slope, at(out, "degradation_slope"), 1e-9);
        check_close(p.intercept, at(out, "degradation_intercept"), 1e-9);
        check_close(p.logit_mean, at(out, "logits_mean"), 1e-9);
        for (int64_t i = 0; i < 5; i++) {
            check_close(logits[i],
                        wick_json_number(wick_json_at(wick_json_get(out, "logits_first5"), i)),
                        1e-9);
        }
    }
    free_columns(own, t.trials);
}

/* `rows_of` carries the resamples; the second case has the first one's. */
static void check_spa(wick_ctx *ctx, const wick_json *c, const wick_json *rows_of,
                      const wick_json *matrix)
{
    wick_trials t;
    double **own = columns(matrix, &t);
    int64_t reps = 0, n = 0;
    int32_t *rows = index_rows(wick_json_get(rows_of, "bootstrap_rows"), &reps, &n);
    const wick_json *out = wick_json_get(c, "outputs");
    double omega[8];
    const wick_spa_opts o = {
        .size = sizeof o, .replicates = reps, .q = at(c, "q"), .index_rows = rows, .omega = omega};
    wick_spa p;
    assert_int_equal(n, t.rows);
    check_ok(ctx, wick_spa_eval(ctx, &t, &o, &p));
    for (int64_t k = 0; k < 8; k++) {
        check_close(omega[k], wick_json_number(wick_json_at(wick_json_get(out, "omega"), k)),
                    1e-12);
    }
    check_close(p.v, at(out, "V"), 1e-12);
    check_close(p.t, at(out, "T_spa"), 1e-9);
    check_close(p.p_white, at(out, "p_white"), 1e-12);
    check_close(p.p_lower, at(out, "p_spa_lower"), 1e-12);
    check_close(p.p_consistent, at(out, "p_spa_consistent"), 1e-12);
    check_close(p.p_upper, at(out, "p_spa_upper"), 1e-12);
    free(rows);
    free_columns(own, t.trials);
}

static void selection(void **state)
{
    (void)state;
    const char *path = test_shared_or_skip("spec/golden/metrics_overfitting.json");
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, path, &doc));
    const wick_json *root = wick_json_root(doc), *pbo = wick_json_get(root, "pbo_cscv");
    const wick_json *spa = wick_json_get(root, "reality_check_spa");
    for (int64_t i = 0; i < 2; i++) {
        check_pbo(ctx, wick_json_at(pbo, i));
        check_spa(ctx, wick_json_at(spa, i), wick_json_at(spa, 0),
                  wick_json_get(wick_json_at(pbo, i), "matrix"));
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_rows), cmocka_unit_test(sharpe_ratios), cmocka_unit_test(selection)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
