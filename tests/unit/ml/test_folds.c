/* SPDX-License-Identifier: MIT */
#include "support/alloc_walk.h"
#include "ml_test.h"

static void check_list(const int32_t *got, int64_t n, const wick_json *want)
{
    assert_int_equal(n, wick_json_count(want));
    for (int64_t i = 0; i < n; i++) assert_int_equal(got[i], (int)number(wick_json_at(want, i)));
}

static void check_folds(const wick_folds *f, const wick_json *want)
{
    assert_int_equal(wick_folds_count(f), wick_json_count(want));
    for (int64_t i = 0; i < wick_folds_count(f); i++) {
        int64_t n = 0;
        const int32_t *rows = wick_folds_train(f, i, &n);
        check_list(rows, n, wick_json_get(wick_json_at(want, i), "train"));
        rows = wick_folds_test(f, i, &n);
        check_list(rows, n, wick_json_get(wick_json_at(want, i), "test"));
    }
}

static void time_series(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = golden(ctx, "ml_cv.json");
    const struct {
        const char *key;
        int64_t n;
        wick_fold_opts o;
    } cases[] = {{"timeseries_n20_s4", 20, {.size = sizeof(wick_fold_opts), .k = 4}},
                 {"timeseries_n23_s3_gap2", 23, {.size = sizeof(wick_fold_opts), .k = 3, .gap = 2}},
                 {"timeseries_n30_s5_test3_max10",
                  30,
                  {.size = sizeof(wick_fold_opts), .k = 5, .test_size = 3, .max_train = 10}}};
    int64_t t0[64];
    for (int64_t i = 0; i < 64; i++) t0[i] = i * 100;
    for (size_t c = 0; c < 3; c++) {
        wick_folds *f = NULL;
        check_ok(ctx, wick_folds_new(ctx, cases[c].n, t0, NULL, NULL, &cases[c].o, &f));
        check_folds(f, wick_json_get(wick_json_root(doc), cases[c].key));
        wick_folds_unref(f);
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void purged(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = golden(ctx, "ml_cv.json");
    const wick_json *j = wick_json_get(wick_json_root(doc), "purged_kfold");
    int64_t t0[64], t1[64];
    const int64_t n = wick_json_count(wick_json_get(j, "t0"));
    for (int64_t i = 0; i < n; i++) {
        t0[i] = (int64_t)number(wick_json_at(wick_json_get(j, "t0"), i));
        t1[i] = (int64_t)number(wick_json_at(wick_json_get(j, "t1"), i));
    }
    wick_fold_opts o = {.size = sizeof o,
                        .kind = WICK_FOLDS_PURGED,
                        .k = (int32_t)number(wick_json_get(j, "k")),
                        .embargo = (int64_t)number(wick_json_get(j, "embargo_rows"))};
    wick_folds *f = NULL;
    check_ok(ctx, wick_folds_new(ctx, n, t0, t1, NULL, &o, &f));
    check_folds(f, wick_json_get(j, "folds"));
    assert_int_equal(wick_folds_embargoed(f, 0), 2);
    assert_int_equal(wick_folds_purged(f, 0), 3);
    wick_folds_unref(f);

    const wick_json *c = wick_json_get(wick_json_root(doc), "cpcv_6_2");
    o = (wick_fold_opts){.size = sizeof o,
                         .kind = WICK_FOLDS_CPCV,
                         .k = 6,
                         .test_groups = 2,
                         .embargo = (int64_t)number(wick_json_get(c, "embargo_rows"))};
    check_ok(ctx, wick_folds_new(ctx, n, t0, t1, NULL, &o, &f));
    assert_int_equal(wick_folds_count(f), (int)number(wick_json_get(c, "n_splits")));
    check_folds(f, wick_json_get(c, "splits"));
    const wick_json *paths = wick_json_get(c, "paths");
    assert_int_equal(wick_folds_paths(f), wick_json_count(paths));
    for (int64_t p = 0; p < wick_json_count(paths); p++) {
        for (int32_t g = 0; g < 6; g++) {
            assert_int_equal(wick_folds_path(f, p, g),
                             (int)number(wick_json_at(wick_json_at(paths, p), g)));
        }
    }
    assert_int_equal(wick_folds_path(f, 5, 0), -1);
    wick_folds_unref(f);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

/* Random events of several symbols: one moment on one side, no label of a training row touches a
 * test block, unlabelled rows nowhere. */
static void laws(void **state)
{
    (void)state;
    enum { N = 400 };
    wick_ctx *ctx = wick_ctx_new();
    wick_pcg g = wick_pcg_key(4, "test folds", 0, 0);
    int64_t t0[400], t1[400];
    double y[400];
    for (int i = 0; i < N; i++) {
        t0[i] = i / 4;
        t1[i] = t0[i] + (int64_t)wick_pcg_below(&g, 9);
        y[i] = wick_pcg_uniform(&g) < 0.1 ? WICK_NA : 1.0;
    }
    for (int32_t kind = WICK_FOLDS_TIME_SERIES; kind <= WICK_FOLDS_CPCV; kind++) {
        const wick_fold_opts o = {.size = sizeof o, .kind = kind, .embargo = 3};
        wick_folds *f = NULL;
        check_ok(ctx, wick_folds_new(ctx, N, t0, t1, y, &o, &f));
        for (int64_t k = 0; k < wick_folds_count(f); k++) {
            int64_t n = 0, m = 0;
            const int32_t *train = wick_folds_train(f, k, &n), *test = wick_folds_test(f, k, &m);
            assert_true(n > 0 && m > 0);
            for (int64_t i = 0; i < n; i++) {
                assert_true(!isnan(y[train[i]]));
                for (int64_t r = 0; r < m; r++) {
                    assert_true(t0[train[i]] != t0[test[r]]);
                    if (kind == WICK_FOLDS_TIME_SERIES) continue;
                    assert_false(t0[train[i]] <= t1[test[r]] && t1[train[i]] >= t0[test[r]]);
                    assert_false(t0[train[i]] > t1[test[r]] && t0[train[i]] - t1[test[r]] <= 3 &&
                                 t0[train[i]] - t0[test[r]] <= 3);
                }
            }
            for (int64_t r = 0; r < m; r++) assert_true(!isnan(y[test[r]]));
        }
        wick_folds_unref(f);
    }
    wick_ctx_free(ctx);
}

static int64_t date(const wick_json *j, const char *key)
{
    const char *s = wick_json_string(wick_json_get(j, key));
    int64_t t = 0;
    assert_non_null(s);
    assert_true(wick_time_parse(s, (int64_t)strlen(s), &t, NULL));
    return t;
}

static void calendar(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = golden(ctx, "ml_cv.json");
    const struct {
        const char *key;
        int64_t train, test, step, embargo;
        bool anchored;
    } cases[] = {{"walkforward_days_365_30_7", 365, 30, 7, 0, false},
                 {"walkforward_days_365_30_30", 365, 30, 30, 0, false},
                 {"walkforward_days_365_30_30_anchored", 365, 30, 30, 0, true},
                 {"walkforward_days_180_60_60_embargo5", 180, 60, 60, 5, false}};
    for (size_t c = 0; c < 4; c++) {
        const wick_json *j = wick_json_get(wick_json_root(doc), cases[c].key);
        const wick_json *want = wick_json_get(j, "windows");
        const wick_walk_opts o = {.size = sizeof o,
                                  .train = cases[c].train * WICK_MS_DAY,
                                  .test = cases[c].test * WICK_MS_DAY,
                                  .step = cases[c].step * WICK_MS_DAY,
                                  .embargo = cases[c].embargo * WICK_MS_DAY,
                                  .anchored = cases[c].anchored};
        wick_window w[128];
        int64_t n = 0;
        check_ok(ctx, wick_walk_calendar(ctx, date(j, "first_day"),
                                         date(j, "last_day") + WICK_MS_DAY, &o, 128, w, &n));
        assert_int_equal(n, (int)number(wick_json_get(j, "count")));
        /* the file keeps the first and the last ones of a long list */
        const int64_t kept = wick_json_count(want);
        for (int64_t i = 0; i < kept; i++) {
            const wick_json *e = wick_json_at(want, i);
            const int64_t from = date(e, "test_start");
            int64_t k = 0;
            while (k < n && w[k].test_from != from) k++;
            assert_true(k < n);
            assert_int_equal(w[k].train_from, date(e, "train_start"));
            assert_int_equal(w[k].train_to, date(e, "train_end_exclusive"));
            assert_int_equal(w[k].test_to, date(e, "test_end_exclusive"));
        }
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void check_span(int64_t from, int64_t to, const wick_json *pair)
{
    if (wick_json_count(pair) == 0) {
        assert_int_equal(from, to);
        return;
    }
    assert_int_equal(from, (int)number(wick_json_at(pair, 0)));
    assert_int_equal(to - 1, (int)number(wick_json_at(pair, 1)));
}

static void indices(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = golden(ctx, "ml_cv.json");
    for (int form = 0; form < 2; form++) {
        const wick_json *cases = wick_json_get(
            wick_json_root(doc), form == 0 ? "window_count" : "expanding_window_count");
        assert_true(wick_json_count(cases) >= 3);
        for (int64_t c = 0; c < wick_json_count(cases); c++) {
            const wick_json *j = wick_json_at(cases, c);
            const wick_json *want = wick_json_get(j, "result_inclusive_index_pairs");
            const wick_walk_opts o = {.size = sizeof o,
                                      .windows = (int32_t)number(wick_json_get(j, "windows")),
                                      .lookahead = (int32_t)number(wick_json_get(j, "lookahead")),
                                      .train_size =
                                          form == 0 ? number(wick_json_get(j, "train_size")) : 0.0,
                                      .expanding = form == 1};
            wick_window w[16];
            int64_t n = 0;
            check_ok(ctx, wick_walk_indices(ctx, (int64_t)number(wick_json_get(j, "n_dates")), &o,
                                            16, w, &n));
            assert_int_equal(n, wick_json_count(want));
            for (int64_t i = 0; i < n; i++) {
                const wick_json *e = wick_json_at(want, i);
                check_span(w[i].train_from, w[i].train_to, wick_json_get(e, "train"));
                check_span(w[i].test_from, w[i].test_to, wick_json_get(e, "test"));
            }
        }
    }
    wick_window w[4];
    int64_t n = 0;
    const wick_walk_opts many = {.size = sizeof many, .windows = 4, .train_size = 0.5};
    check_fails(ctx, wick_walk_indices(ctx, 3, &many, 4, w, &n), WICK_E_DATA, "too few");
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void windows(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t t0[] = {0, 1, 2, 3, 4, 5, 6, 7}, t1[] = {0, 1, 4, 5, 4, 6, 6, 9};
    const wick_window w[] = {{0, 4, 4, 6}, {2, 6, 6, 8}};
    wick_folds *f = NULL;
    check_ok(ctx, wick_folds_windows(ctx, 8, t0, t1, NULL, w, 2, &f));
    int64_t n = 0;
    const int32_t *train = wick_folds_train(f, 0, &n);
    assert_int_equal(n, 2); /* rows 2 and 3 reach into the test */
    assert_int_equal(train[1], 1);
    assert_int_equal(wick_folds_purged(f, 0), 2);
    wick_folds_test(f, 0, &n);
    assert_int_equal(n, 2);
    train = wick_folds_train(f, 1, &n);
    assert_int_equal(n, 3); /* row 5 ends at 6 */
    assert_int_equal(train[0], 2);
    wick_folds_unref(f);
    wick_ctx_free(ctx);
}

static void mistakes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t t0[] = {0, 1, 2}, back[] = {0, 2, 1}, early[] = {0, 0, 2};
    wick_folds *f = NULL;
    wick_fold_opts o = {.size = sizeof o, .kind = WICK_FOLDS_PURGED, .k = 5};
    check_fails(ctx, wick_folds_new(ctx, 3, t0, NULL, NULL, &o, &f), WICK_E_DATA, "too few");
    o.k = 2;
    check_fails(ctx, wick_folds_new(ctx, 3, back, NULL, NULL, &o, &f), WICK_E_ARG, "row 2");
    check_fails(ctx, wick_folds_new(ctx, 3, t0, early, NULL, &o, &f), WICK_E_ARG, "row 1");
    o.k = 1;
    check_fails(ctx, wick_folds_new(ctx, 3, t0, NULL, NULL, &o, &f), WICK_E_ARG, "at least 2");
    o = (wick_fold_opts){.size = sizeof o, .kind = WICK_FOLDS_CPCV, .k = 3, .test_groups = 3};
    check_fails(ctx, wick_folds_new(ctx, 3, t0, NULL, NULL, &o, &f), WICK_E_ARG, "1..2");
    o = (wick_fold_opts){.size = sizeof o, .kind = WICK_FOLDS_CPCV, .k = 30, .test_groups = 15};
    check_fails(ctx, wick_folds_new(ctx, 3, t0, NULL, NULL, &o, &f), WICK_E_ARG, "splits");
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    const wick_window w = {0, 10, 10, 20};
    const int64_t *t0 = arg;
    const wick_fold_opts o = {.size = sizeof o, .kind = WICK_FOLDS_CPCV, .k = 4};
    wick_folds *f = NULL, *g = NULL;
    wick_status st = wick_folds_new(ctx, 20, t0, NULL, NULL, &o, &f);
    if (st == WICK_OK) st = wick_folds_windows(ctx, 20, t0, NULL, NULL, &w, 1, &g);
    wick_folds_unref(f);
    wick_folds_unref(g);
    return st;
}

static void out_of_memory(void **state)
{
    (void)state;
    int64_t t0[20];
    for (int64_t i = 0; i < 20; i++) t0[i] = i;
    assert_true(alloc_walk(walk, t0) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_series), cmocka_unit_test(purged),       cmocka_unit_test(laws),
        cmocka_unit_test(calendar),    cmocka_unit_test(indices),      cmocka_unit_test(windows),
        cmocka_unit_test(mistakes),    cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
