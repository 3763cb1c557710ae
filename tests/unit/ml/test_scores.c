/* SPDX-License-Identifier: MIT */
/* Calibration and model metrics against scikit-learn and scipy. */
#include "support/alloc_walk.h"
#include "ml_test.h"

static void calibration(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = golden(ctx, "ml_calibration.json");
    const wick_json *root = wick_json_root(doc);
    int64_t n = 0, k = 0;
    double *s = numbers(wick_json_get(root, "score"), &n),
           *y = numbers(wick_json_get(root, "y"), NULL);
    double *w = numbers(wick_json_get(root, "sample_weight"), NULL);
    double *q = numbers(wick_json_get(root, "query"), &k), out[64];
    for (int c = 0; c < 4; c++) {
        static const char *const keys[] = {"platt", "platt_weighted", "isotonic",
                                           "isotonic_weighted"};
        const wick_json *want = wick_json_get(root, keys[c]);
        const double tol = c < 2 ? 1e-6 : 1e-12;
        wick_calibration *cal = NULL;
        int64_t m = 0;
        check_ok(ctx, wick_calibration_fit(ctx, c < 2 ? "platt" : "isotonic", n, s, y,
                                           c % 2 == 1 ? w : NULL, 1, &cal));
        const double *v = wick_calibration_state(cal, &m);
        if (c < 2) {
            check_close(v[0], number(wick_json_get(want, "a")), tol);
            check_close(v[1], number(wick_json_get(want, "b")), tol);
        } else {
            const wick_json *x = wick_json_get(want, "x_thresholds");
            assert_int_equal(m, 2 * wick_json_count(x));
            for (int64_t i = 0; i < m / 2; i++) {
                check_close(v[2 * i], number(wick_json_at(x, i)), tol);
                check_close(v[2 * i + 1],
                            number(wick_json_at(wick_json_get(want, "y_thresholds"), i)), tol);
            }
        }
        wick_calibration_apply(cal, k, q, out);
        for (int64_t i = 0; i < k; i++) {
            check_close(out[i], number(wick_json_at(wick_json_get(want, "query_out"), i)), tol);
        }
        wick_calibration_unref(cal);
    }
    /* too few rows: platt instead; one class: an error */
    wick_calibration *cal = NULL;
    check_ok(ctx, wick_calibration_fit(ctx, "isotonic", n, s, y, NULL, 0, &cal));
    assert_string_equal(wick_calibration_kind(cal), "platt");
    wick_calibration_unref(cal);
    for (int64_t i = 0; i < n; i++) y[i] = 1.0;
    check_fails(ctx, wick_calibration_fit(ctx, "platt", n, s, y, NULL, 0, &cal), WICK_E_DATA,
                "one class");
    check_fails(ctx, wick_calibration_fit(ctx, "isotonik", n, s, y, NULL, 0, &cal), WICK_E_ARG,
                "isotonic");
    free(s);
    free(y);
    free(w);
    free(q);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void classes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = golden(ctx, "ml_metrics.json");
    const wick_json *root = wick_json_root(doc);
    int64_t n = 0;
    double *y = numbers(wick_json_get(root, "y"), &n), *p = numbers(wick_json_get(root, "p"), NULL);
    double *w = numbers(wick_json_get(root, "w"), NULL);
    double *ret = numbers(wick_json_get(root, "ret"), NULL);
    wick_class_scores s;
    for (int weighted = 0; weighted < 2; weighted++) {
        const wick_json *want = wick_json_get(root, weighted ? "weighted" : "unweighted");
        static const char *const at[] = {"at_0.3", "at_0.5", "at_0.7"};
        for (int t = 0; t < 3; t++) {
            const wick_json *a = wick_json_get(want, at[t]);
            check_ok(ctx, wick_score_classes(ctx, n, y, p, weighted ? w : NULL, 0.3 + 0.2 * t, &s));
            check_close(s.auc, number(wick_json_get(want, "auc")), 1e-12);
            check_close(s.log_loss, number(wick_json_get(want, "logloss")), 1e-12);
            check_close(s.brier, number(wick_json_get(want, "brier")), 1e-12);
            check_close(s.average_precision, number(wick_json_get(want, "average_precision")),
                        1e-12);
            check_close(s.precision, number(wick_json_get(a, "precision")), 1e-12);
            check_close(s.recall, number(wick_json_get(a, "recall")), 1e-12);
            check_close(s.f1, number(wick_json_get(a, "f1")), 1e-12);
            check_close(s.accuracy, number(wick_json_get(a, "accuracy")), 1e-12);
            check_close(s.mcc, number(wick_json_get(a, "mcc")), 1e-12);
            check_close(s.balanced_accuracy, number(wick_json_get(a, "balanced_accuracy")), 1e-12);
            const wick_json *c = wick_json_get(a, "confusion_tn_fp_fn_tp");
            check_close(s.tn, number(wick_json_at(c, 0)), 1e-12);
            check_close(s.fp, number(wick_json_at(c, 1)), 1e-12);
            check_close(s.fn, number(wick_json_at(c, 2)), 1e-12);
            check_close(s.tp, number(wick_json_at(c, 3)), 1e-12);
        }
        if (!weighted) check_close(s.ece, number(wick_json_get(root, "ece_10_uniform")), 1e-12);
    }
    double r = WICK_NA;
    check_ok(ctx, wick_correlate(ctx, n, p, ret, true, &r));
    check_close(r, number(wick_json_get(root, "ic_spearman")), 1e-12);
    check_ok(ctx, wick_correlate(ctx, n, p, ret, false, &r));
    check_close(r, number(wick_json_get(root, "ic_pearson")), 1e-12);

    /* one class alone has no area and no correlation */
    for (int64_t i = 0; i < n; i++) y[i] = 0.0;
    check_ok(ctx, wick_score_classes(ctx, n, y, p, NULL, 0.5, &s));
    assert_true(isnan(s.auc) && isnan(s.mcc) && isnan(s.average_precision));
    assert_int_equal(s.positives, 0);
    assert_int_equal(s.n, n);
    y[3] = 2.0;
    check_fails(ctx, wick_score_classes(ctx, n, y, p, NULL, 0.5, &s), WICK_E_ARG, "row 3");
    free(y);
    free(p);
    free(w);
    free(ret);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void reals(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = golden(ctx, "ml_metrics.json");
    const wick_json *want = wick_json_get(wick_json_root(doc), "regression");
    int64_t n = 0;
    double *y = numbers(wick_json_get(want, "y"), &n),
           *p = numbers(wick_json_get(want, "pred"), NULL);
    wick_real_scores s;
    check_ok(ctx, wick_score_reals(ctx, n, y, p, NULL, &s));
    check_close(s.rmse, number(wick_json_get(want, "rmse")), 1e-12);
    check_close(s.mae, number(wick_json_get(want, "mae")), 1e-12);
    check_close(s.r2, number(wick_json_get(want, "r2")), 1e-12);
    assert_true(s.explained_variance >= s.r2);
    free(y);
    free(p);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

/* Small enough to be counted by hand. */
static void ranks(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t time[] = {1, 1, 1, 2, 2, 2, 3, 3};
    const double p[] = {0.1, 0.2, 0.3, 0.3, 0.2, 0.1, 0.5, 0.6};
    const double r[] = {-1, 0, 1, -1, 1, 0, 5, 6};
    wick_rank_scores s;
    check_ok(ctx, wick_score_ranks(ctx, 8, time, p, r, &s));
    assert_int_equal(s.moments, 2); /* two symbols are too few at moment 3 */
    check_close(s.rank_ic, (1.0 - 0.5) / 2.0, 1e-15);
    check_close(s.rank_ic_sd, sqrt(2.0 * 0.75 * 0.75), 1e-14);
    check_close(s.rank_ic_t, s.rank_ic / s.rank_ic_sd * sqrt(2.0), 1e-14);
    check_close(s.spread, (2.0 - 1.0) / 2.0, 1e-15);

    wick_filter_scores f;
    check_ok(ctx, wick_score_filter(ctx, 8, p, r, 0.3, &f));
    assert_int_equal(f.accepted, 2); /* strictly above */
    check_close(f.mean_accepted, 5.5, 1e-15);
    check_close(f.mean_rejected, 0.0, 1e-15);
    check_close(f.win_rejected, 2.0 / 6.0, 1e-15);
    check_close(f.acceptance, 0.25, 1e-15);
    assert_true(isnan(f.decile[0]));

    const double y[] = {0, 1, 0, 1}, q[] = {0.05, 0.15, 0.55, 1.0};
    wick_reliability bins[2];
    check_ok(ctx, wick_score_reliability(ctx, 4, y, q, NULL, 2, false, bins));
    check_close(bins[0].mean_p, 0.1, 1e-15);
    check_close(bins[0].mean_y, 0.5, 1e-15);
    check_close(bins[1].mean_p, 0.775, 1e-15);
    check_same(bins[1].weight, 2.0);
    check_ok(ctx, wick_score_reliability(ctx, 4, y, q, NULL, 2, true, bins));
    check_same(bins[0].hi, 0.15);
    check_same(bins[1].lo, 0.55);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    (void)arg;
    const double y[] = {0, 1, 0, 1}, p[] = {0.1, 0.4, 0.35, 0.8};
    const int64_t time[] = {1, 1, 1, 1};
    wick_class_scores s;
    wick_rank_scores r;
    wick_filter_scores f;
    wick_calibration *a = NULL, *b = NULL;
    wick_status st = wick_score_classes(ctx, 4, y, p, NULL, 0.5, &s);
    if (st == WICK_OK) st = wick_score_ranks(ctx, 4, time, p, y, &r);
    if (st == WICK_OK) st = wick_score_filter(ctx, 4, p, y, 0.5, &f);
    if (st == WICK_OK) st = wick_calibration_fit(ctx, "platt", 4, p, y, NULL, 1, &a);
    if (st == WICK_OK) st = wick_calibration_fit(ctx, "isotonic", 4, p, y, NULL, 1, &b);
    wick_calibration_unref(a);
    wick_calibration_unref(b);
    return st;
}

static void out_of_memory(void **state)
{
    (void)state;
    assert_true(alloc_walk(walk, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(calibration), cmocka_unit_test(classes),
                                       cmocka_unit_test(reals), cmocka_unit_test(ranks),
                                       cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
