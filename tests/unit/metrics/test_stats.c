/* SPDX-License-Identifier: MIT */
/* Laws of the statistics: threads do not matter, known answers, what is refused. */
#include <stdlib.h>

#include "metrics/stats_int.h"
#include "support/check.h"
#include "unit/metrics/ledger.h"

enum { ROWS = 300, TRIALS = 12 };

static double noise[TRIALS][ROWS];
static const double *column[TRIALS];

static wick_trials make_trials(void)
{
    for (int k = 0; k < TRIALS; k++) {
        wick_pcg g = wick_pcg_key(7, "test stats", (uint64_t)k, 0);
        for (int i = 0; i < ROWS; i++) noise[k][i] = 0.01 * wick_pcg_normal(&g);
        column[k] = noise[k];
    }
    return (wick_trials){ROWS, TRIALS, column};
}

/* ---- the normal distribution and moments --------------------------------------------------- */

static void normal(void **state)
{
    (void)state;
    check_close(wick_normal_quantile(0.975), 1.9599639845400545, 1e-15);
    check_close(wick_normal_cdf(-1.0), 0.15865525393145705, 1e-15);
    for (double p = 1e-12; p < 1.0; p = p < 0.01 ? p * 10.0 : p + 0.01) {
        check_close(wick_normal_cdf(wick_normal_quantile(p)), p, 1e-14);
    }
    assert_true(isnan(wick_normal_quantile(WICK_NA)));
    assert_true(isinf(wick_normal_quantile(0.0)));
}

static void moments(void **state)
{
    (void)state;
    const double x[] = {1.0, 2.0, 4.0, 9.0};
    const wick_moments m = wick_moments_of(4, x);
    check_close(m.mean, 4.0, 1e-15);
    check_close(m.dev, sqrt(38.0 / 4.0), 1e-15);
    check_close(m.skew, (90.0 / 4.0) / pow(38.0 / 4.0, 1.5), 1e-14);
    check_close(m.kurtosis, (722.0 / 4.0) / (38.0 / 4.0 * 38.0 / 4.0), 1e-14);
    const double flat[] = {0.1, 0.1, 0.1};
    assert_true(isnan(wick_moments_of(3, flat).skew));
    assert_true(isnan(wick_sharpe_of(3, flat)));
    assert_true(isnan(wick_moments_of(0, x).mean));
    assert_true(isnan(wick_psr(0.1, 0.0, 1, 0.0, 3.0)));
    assert_true(isnan(wick_min_trl(0.0, 0.0, 0.95, 0.0, 3.0)));
    check_same(wick_expected_max_sharpe(0.01, 1.0), 0.0);
    /* The example of the paper: annual ratio 2.5 of 5 years of days, 100 trials. */
    check_close(wick_dsr(2.5 / sqrt(250.0), 1250, -3.0, 10.0, 0.5 / 250.0, 100.0), 0.9004, 5e-5);
    /* As many observations as MinTRL asks for give the confidence it was asked for. */
    const double n = wick_min_trl(0.05, 0.0, 0.95, -0.3, 5.0);
    check_close(wick_psr(0.05, 0.0, (int64_t)ceil(n), -0.3, 5.0), 0.95, 1e-3);
}

/* ---- selection ---------------------------------------------------------------------------- */

static void pbo_threads(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const wick_trials t = make_trials();
    const int64_t n = wick_pbo_combinations(10);
    double *logits = malloc((size_t)n * 2 * sizeof *logits);
    wick_pbo a, b;
    assert_int_equal(n, 252);
    for (int32_t threads = 1; threads <= 4; threads += 3) {
        const wick_pbo_opts o = {.size = sizeof o,
                                 .blocks = 10,
                                 .threads = threads,
                                 .logits = threads == 1 ? logits : logits + n};
        check_ok(ctx, wick_pbo_eval(ctx, &t, &o, threads == 1 ? &a : &b));
    }
    assert_memory_equal(logits, logits + n, (size_t)n * sizeof *logits);
    check_same(a.slope, b.slope);
    check_same(a.pbo, b.pbo);
    free(logits);
    wick_ctx_free(ctx);
}

/* A trial far better than noise is chosen always, and never overfitted. */
static void pbo_skill(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const wick_trials t = make_trials();
    for (int i = 0; i < ROWS; i++) noise[3][i] += 0.02;
    memset(noise[5], 0, sizeof noise[5]); /* never traded */
    int32_t chosen[70];
    const wick_pbo_opts o = {.size = sizeof o, .blocks = 8, .chosen = chosen};
    wick_pbo p;
    check_ok(ctx, wick_pbo_eval(ctx, &t, &o, &p));
    for (int i = 0; i < 70; i++) assert_int_equal(chosen[i], 3);
    check_same(p.pbo, 0.0);
    check_same(p.prob_loss, 0.0);
    assert_true(p.dominates_1 && p.dominates_2);
    assert_int_equal(p.rows, 296);
    wick_spa s;
    bool significant[TRIALS];
    const wick_spa_opts so = {.size = sizeof so, .replicates = 200, .significant = significant};
    check_ok(ctx, wick_spa_eval(ctx, &t, &so, &s));
    assert_int_equal(s.best, 3);
    check_same(s.p_consistent, 0.0);
    assert_int_equal(s.n_significant, 1);
    assert_true(significant[3] && !significant[5]);
    wick_ctx_free(ctx);
}

static double lcg(uint64_t *s)
{
    *s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*s >> 11) * 0x1p-53;
}

/* tests/golden/metrics/make_overfitting.py: the same by plain loops in another language. */
static void pbo_golden(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, test_source("tests/golden/metrics/overfitting.json"), &doc));
    for (int64_t c = 0; c < wick_json_count(wick_json_root(doc)); c++) {
        const wick_json *j = wick_json_at(wick_json_root(doc), c);
        const int64_t rows = (int64_t)wick_json_number(wick_json_get(j, "rows"));
        const int64_t trials = (int64_t)wick_json_number(wick_json_get(j, "trials"));
        uint64_t s = (uint64_t)wick_json_number(wick_json_get(j, "seed"));
        make_trials();
        assert_true(rows <= ROWS && trials <= TRIALS);
        for (int64_t i = 0; i < rows; i++) {
            for (int64_t k = 0; k < trials; k++) {
                double total = 0.0;
                for (int u = 0; u < 12; u++) total += lcg(&s);
                noise[k][i] = 0.01 * (total - 6.0) +
                              (k == 2 ? wick_json_number(wick_json_get(j, "skill")) : 0.0);
            }
        }
        const wick_trials t = {rows, trials, column};
        const wick_json *want = wick_json_get(j, "logits");
        double logits[252];
        const wick_pbo_opts o = {.size = sizeof o,
                                 .blocks = (int32_t)wick_json_number(wick_json_get(j, "blocks")),
                                 .logits = logits};
        wick_pbo p;
        check_ok(ctx, wick_pbo_eval(ctx, &t, &o, &p));
        assert_int_equal(p.combinations, wick_json_count(want));
        for (int64_t i = 0; i < p.combinations; i++) {
            check_close(logits[i], wick_json_number(wick_json_at(want, i)), 1e-12);
        }
        check_close(p.pbo, wick_json_number(wick_json_get(j, "pbo")), 1e-12);
        check_close(p.prob_loss, wick_json_number(wick_json_get(j, "prob_loss")), 1e-12);
        check_close(p.slope, wick_json_number(wick_json_get(j, "slope")), 1e-9);
        check_close(p.intercept, wick_json_number(wick_json_get(j, "intercept")), 1e-9);
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void counts(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    make_trials();
    /* Three families of four; and one copy. */
    const double *x[TRIALS + 1];
    static double family[TRIALS][ROWS];
    for (int k = 0; k < TRIALS; k++) {
        for (int i = 0; i < ROWS; i++) family[k][i] = noise[k % 3][i] + 0.1 * noise[3 + k % 9][i];
        x[k] = family[k];
    }
    x[TRIALS] = family[2];
    const wick_trials t = {ROWS, TRIALS + 1, x};
    wick_trial_count c;
    check_ok(ctx, wick_trials_count(ctx, &t, 1, &c));
    assert_int_equal(c.raw, TRIALS - 3); /* k and k + 9 are alike for k = 0, 1, 2 */
    assert_int_equal(c.clusters, 3);
    assert_true(c.effective > 1.0 && c.effective <= (double)c.raw);
    assert_true(c.variance > 0.0);
    wick_ctx_free(ctx);
}

static void refused(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_trials t = make_trials();
    wick_pbo p;
    wick_spa s;
    const wick_pbo_opts odd = {.size = sizeof odd, .blocks = 7};
    check_fails(ctx, wick_pbo_eval(ctx, &t, &odd, &p), WICK_E_ARG, "even");
    t.trials = 1;
    check_fails(ctx, wick_pbo_eval(ctx, &t, NULL, &p), WICK_E_ARG, "at least 2");
    t.trials = 2;
    noise[1][17] = WICK_NA;
    check_fails(ctx, wick_spa_eval(ctx, &t, NULL, &s), WICK_E_DATA, "trial 2, row 18");
    const wick_boot_opts bad = {.size = sizeof bad, .level = 1.5};
    wick_interval r;
    check_fails(ctx, wick_boot_series(ctx, 10, noise[0], NULL, NULL, NULL, &r), WICK_E_ARG,
                "statistic");
    wick_ledger *l = random_ledger(ctx, 1, 1, 1, 1000.0, 0.0);
    wick_monte m;
    check_fails(ctx, wick_monte_eval(ctx, l, NULL, &m), WICK_E_DATA, "at least 2");
    check_fails(ctx, wick_boot_ledger(ctx, l, NULL, NULL, 0, NULL, NULL, 0, &bad, &r), WICK_E_ARG,
                "at least 2");
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* ---- bootstrap ---------------------------------------------------------------------------- */

static double mean_of(void *user, int64_t n, const double *x)
{
    (void)user;
    double s = 0.0;
    for (int64_t i = 0; i < n; i++) s += x[i];
    return s / (double)n;
}

/* The mean of normal values: every method comes near the textbook interval. */
static void known_interval(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    make_trials();
    const wick_moments m = wick_moments_of(ROWS, noise[0]);
    const double half = 1.959963984540054 * m.dev / sqrt((double)ROWS);
    for (int32_t kind = 0; kind < WICK_INTERVALS; kind++) {
        for (int32_t resample = 0; resample < WICK_RESAMPLES; resample++) {
            const wick_boot_opts o = {.size = sizeof o,
                                      .interval = kind,
                                      .resample = resample,
                                      .replicates = 4000,
                                      .block = 2.0};
            wick_interval r, again;
            check_ok(ctx, wick_boot_series(ctx, ROWS, noise[0], mean_of, NULL, &o, &r));
            check_close(r.estimate, m.mean, 1e-12);
            assert_true(fabs((r.high - r.low) / (2.0 * half) - 1.0) < 0.15);
            assert_true(fabs(r.bias) < 0.1 * half && r.defined == 4000);
            wick_boot_opts one = o;
            one.threads = 1;
            check_ok(ctx, wick_boot_series(ctx, ROWS, noise[0], mean_of, NULL, &one, &again));
            check_same(r.low, again.low);
            check_same(r.high, again.high);
        }
    }
    wick_ctx_free(ctx);
}

static void resamples(void **state)
{
    (void)state;
    int32_t rows[ROWS], twin[ROWS];
    for (int32_t kind = 0; kind < WICK_RESAMPLES; kind++) {
        int64_t joined = 0;
        for (int64_t b = 0; b < 50; b++) {
            wick_resample_into(9, b, kind, 10.0, ROWS, rows);
            wick_resample_into(9, b, kind, 10.0, ROWS, twin);
            assert_memory_equal(rows, twin, sizeof rows);
            for (int i = 0; i < ROWS; i++) {
                assert_in_range(rows[i], 0, ROWS - 1);
                joined += i > 0 && rows[i] == (rows[i - 1] + 1) % ROWS;
            }
        }
        const double share = (double)joined / (50.0 * (ROWS - 1));
        if (kind == WICK_RESAMPLE_IID) {
            assert_true(share < 0.02);
        } else {
            assert_true(fabs(share - 0.9) < 0.02);
        }
    }
    assert_int_equal(wick_resample_find("stationary"), WICK_RESAMPLE_STATIONARY);
    assert_int_equal(wick_interval_find("bce"), -1);
}

static void selects(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(3, "select", 0, 0);
    for (int n = 1; n < 60; n++) {
        double x[60], sorted[60], work[60];
        for (int i = 0; i < n; i++) x[i] = sorted[i] = (double)wick_pcg_below(&g, 20);
        wk_sort_doubles(n, sorted);
        for (int k = 0; k < n; k++) {
            memcpy(work, x, sizeof x);
            check_same(wk_select(n, work, k), sorted[k]);
        }
    }
}

/* A ledger's intervals hold its metrics, and know neither threads nor neighbours. */
static void ledgers(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = random_ledger(ctx, 5, 400, 60, 10000.0, 0.0);
    const int64_t n = wick_metric_count();
    const wick_metric_spec **specs = malloc((size_t)n * sizeof *specs);
    wick_interval *a = malloc((size_t)n * sizeof *a), *b = malloc((size_t)n * sizeof *b);
    for (int64_t i = 0; i < n; i++) specs[i] = wick_metric_at(i);
    const wick_equity e = wick_ledger_equity(l);
    const wick_metric_opts mo = {
        .size = sizeof mo, .bars_per_year = 252.0, .benchmark = e.equity, .n_benchmark = e.n};
    wick_boot_opts o = {.size = sizeof o, .replicates = 200, .resample = 3, .threads = 1};
    check_ok(ctx, wick_boot_ledger(ctx, l, &mo, specs, n, NULL, NULL, 0, &o, a));
    o.threads = 4;
    check_ok(ctx, wick_boot_ledger(ctx, l, &mo, specs, n, NULL, NULL, 0, &o, b));
    wick_scores *s = NULL;
    check_ok(ctx, wick_score(ctx, l, &mo, NULL, 0, &s));
    for (int64_t i = 0; i < n; i++) {
        check_same(a[i].low, b[i].low);
        check_same(a[i].high, b[i].high);
        check_same(a[i].estimate, wick_scores_value(s, i));
        if (!isnan(a[i].low)) assert_true(a[i].low <= a[i].high);
        if (strcmp(specs[i]->name, "beta") == 0) { /* against itself, in every resample */
            check_close(a[i].low, 1.0, 1e-9);
            check_close(a[i].high, 1.0, 1e-9);
        }
        wick_interval one;
        if (i % 10 != 0) continue;
        check_ok(ctx, wick_boot_ledger(ctx, l, &mo, specs + i, 1, NULL, NULL, 0, &o, &one));
        check_same(one.low, a[i].low);
        check_same(one.high, a[i].high);
    }
    wick_scores_free(s);
    free(specs);
    free(a);
    free(b);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void monte_carlo(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = random_ledger(ctx, 6, 100, 80, 10000.0, 0.0);
    wick_monte a, b;
    for (int mode = 0; mode < 4; mode++) {
        wick_monte_opts o = {.size = sizeof o,
                             .paths = 300,
                             .threads = 1,
                             .resample = (mode & 1) != 0,
                             .compound = (mode & 2) != 0};
        check_ok(ctx, wick_monte_eval(ctx, l, &o, &a));
        o.threads = 3;
        check_ok(ctx, wick_monte_eval(ctx, l, &o, &b));
        assert_memory_equal(&a, &b, sizeof a);
        assert_int_equal(a.trades, 80);
        assert_true(a.max_drawdown_pct.min <= a.max_drawdown_pct.median);
        assert_true(a.max_drawdown_pct.min <= a.max_drawdown_pct.actual);
        if (!o.resample) { /* the order moves the way, not the end */
            check_close(a.end.min, a.end.actual, 1e-9);
            check_close(a.end.max, a.end.actual, 1e-9);
        } else {
            assert_true(a.end.min < a.end.max);
        }
    }
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* scipy's moments and quantiles, arch's block lengths: of returns made by make_statistics.py. */
static void libraries(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, test_source("tests/golden/metrics/statistics.json"), &doc));
    const wick_json *root = wick_json_root(doc);
    for (int64_t i = 0; i < wick_json_count(root); i++) {
        const wick_json *c = wick_json_at(root, i), *want = wick_json_get(c, "scipy");
        const wick_json *eq = wick_json_get(wick_json_get(c, "inputs"), "equity");
        const int64_t n = wick_json_count(eq);
        double *e = malloc((size_t)n * sizeof *e), *r = malloc((size_t)n * sizeof *r);
        int64_t *time = malloc((size_t)n * sizeof *time);
        for (int64_t k = 0; k < n; k++) {
            e[k] = wick_json_number(wick_json_at(eq, k));
            time[k] = WICK_MS_DAY * (18000 + k);
        }
        wick_returns_into(n, e, r);
        check_close(wick_block_length(n - 1, r, WICK_RESAMPLE_STATIONARY),
                    fmax(1.0, wick_json_number(wick_json_get(want, "block_stationary"))), 1e-9);
        check_close(wick_block_length(n - 1, r, WICK_RESAMPLE_CIRCULAR),
                    fmax(1.0, wick_json_number(wick_json_get(want, "block_circular"))), 1e-9);
        const wick_ledger_in in = {
            .size = sizeof in, .n = n, .time = time, .equity = e, .cash0 = e[0]};
        wick_ledger *l = NULL;
        wick_scores *s = NULL;
        check_ok(ctx, wick_ledger_new(ctx, &in, &l));
        check_ok(ctx, wick_score(ctx, l, NULL, NULL, 0, &s));
        static const char *const names[] = {"skew", "kurtosis", "var_pct", "cvar_pct",
                                            "autocorrelation"};
        for (int k = 0; k < 5; k++) {
            check_close(wick_scores_get(s, names[k]),
                        wick_json_number(wick_json_get(want, names[k])), 1e-9);
        }
        wick_scores_free(s);
        wick_ledger_unref(l);
        free(e);
        free(r);
        free(time);
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal),      cmocka_unit_test(moments),
        cmocka_unit_test(pbo_threads), cmocka_unit_test(pbo_skill),
        cmocka_unit_test(pbo_golden),  cmocka_unit_test(counts),
        cmocka_unit_test(refused),     cmocka_unit_test(known_interval),
        cmocka_unit_test(resamples),   cmocka_unit_test(selects),
        cmocka_unit_test(ledgers),     cmocka_unit_test(monte_carlo),
        cmocka_unit_test(libraries)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
