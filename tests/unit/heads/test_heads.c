/* SPDX-License-Identifier: MIT */
/* Samples know nothing of the future, splits do not touch, heads learn what is there and nothing
 * where nothing is. */
#include <math.h>
#include <stdlib.h>

#include "alloc_walk.h"
#include "wick/heads.h"

/* Five-minute bars with a slow wave in the drift, or a plain random walk. */
static wick_panel *make(wick_ctx *ctx, int64_t n, double wave)
{
    wick_pcg g = wick_pcg_key(11, "test_heads", 0, 0);
    double *x = malloc((size_t)n * 5 * sizeof *x), p = 100.0;
    int64_t *time = malloc((size_t)n * sizeof *time);
    for (int64_t i = 0; i < n; i++) {
        const double open = p;
        p *= exp(wave * sin((double)i * 0.1047) + 0.0008 * wick_pcg_normal(&g));
        time[i] = INT64_C(1700000000000) / 300000 * 300000 + i * 300000;
        x[i] = open;
        x[n + i] = fmax(open, p) * 1.0003;
        x[2 * n + i] = fmin(open, p) * 0.9997;
        x[3 * n + i] = p;
        x[4 * n + i] = 1000.0 + wick_pcg_uniform(&g);
    }
    wick_bars *b = NULL;
    wick_panel *panel = NULL;
    check_ok(ctx, wick_bars_new(ctx, "AAA", n, time, x, x + n, x + 2 * n, x + 3 * n, x + 4 * n,
                                NULL, &b));
    check_ok(ctx, wick_panel_new(ctx, &b, 1, &panel));
    wick_bars_unref(b);
    free(x);
    free(time);
    return panel;
}

static const wick_heads_opts options = {.size = sizeof options,
                                        .cost_bps = 1.6,
                                        .min_edge_bps = 3.0,
                                        .max_loss_bps = 80.0,
                                        .model = "logistic",
                                        .seed = 5};

static wick_table *samples_of(wick_ctx *ctx, const wick_panel *p)
{
    wick_table *t = NULL;
    check_ok(ctx, wick_heads_samples(ctx, p, &options, &t));
    return t;
}

static const int64_t *ints(const wick_table *t, const char *name)
{
    return wick_table_ints(t, wick_table_find(t, name));
}

static void splits_do_not_touch(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = make(ctx, 1200, 0.002);
    wick_table *t = samples_of(ctx, p);
    const char *const *split = wick_table_texts(t, wick_table_find(t, "split_id"));
    const int64_t *tick = ints(t, "tick"), *end = ints(t, "end_tick");
    int64_t last_end = -1, rows[4] = {0};
    int now = 0;
    for (int64_t i = 0; i < wick_table_rows(t); i++) {
        int k = 0;
        while (strcmp(split[i], wick_heads_splits()[k]) != 0) k++;
        assert_true(k >= now);
        if (k > now) assert_true(tick[i] > last_end + 11); /* purged, and an embargo of 12 */
        now = k;
        rows[k]++;
        assert_true(end[i] >= tick[i] + 12);
        if (end[i] > last_end) last_end = end[i];
    }
    for (int k = 0; k < 4; k++) assert_true(rows[k] > 50);
    assert_true(last_end < 1200);
    wick_table_unref(t);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* Features and labels of a sample are the same when bars are added behind its horizon. */
static void no_look_ahead(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = make(ctx, 1200, 0.002), *q = make(ctx, 900, 0.002);
    wick_table *whole = samples_of(ctx, p), *part = samples_of(ctx, q);
    const int64_t *a = ints(whole, "tick"), *b = ints(part, "tick");
    int64_t compared = 0, i = 0;
    for (int64_t k = 0; k < wick_table_rows(part); k++) {
        while (i < wick_table_rows(whole) && a[i] < b[k]) i++;
        if (i >= wick_table_rows(whole) || a[i] != b[k]) continue;
        for (int32_t c = 0; c < wick_table_columns(part); c++) {
            if (strcmp(wick_table_name(part, c), "split_id") == 0) continue;
            wick_buf x = {0}, y = {0};
            wick_table_cell(part, c, k, &x);
            wick_table_cell(whole, c, i, &y);
            assert_string_equal(x.data ? x.data : "", y.data ? y.data : "");
            wick_buf_free(&x);
            wick_buf_free(&y);
        }
        compared++;
    }
    assert_true(compared > 500);
    wick_table_unref(whole);
    wick_table_unref(part);
    wick_panel_unref(p);
    wick_panel_unref(q);
    wick_ctx_free(ctx);
}

static double auc(const wick_table *scores, const char *head, const char *split)
{
    const char *const *h = wick_table_texts(scores, wick_table_find(scores, "head"));
    const char *const *s = wick_table_texts(scores, wick_table_find(scores, "split_id"));
    for (int64_t i = 0; i < wick_table_rows(scores); i++)
        if (strcmp(h[i], head) == 0 && strcmp(s[i], split) == 0)
            return wick_table_floats(scores, wick_table_find(scores, "auc"))[i];
    return WICK_NA;
}

static void heads_learn(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    for (int planted = 0; planted < 2; planted++) {
        wick_panel *p = make(ctx, 2500, planted ? 0.002 : 0.0);
        wick_table *t = samples_of(ctx, p), *pred = NULL, *scores = NULL, *again = NULL;
        check_ok(ctx, wick_heads_train(ctx, t, &options, &pred, &scores));
        const double long_auc = auc(scores, "direction_long", "validation_locked");
        if (planted) assert_true(long_auc > 0.9);
        if (!planted) assert_true(long_auc > 0.35 && long_auc < 0.65);
        assert_int_equal(wick_table_rows(pred), wick_table_rows(t));
        const double *l = wick_table_floats(pred, wick_table_find(pred, "long_prob"));
        const double *s = wick_table_floats(pred, wick_table_find(pred, "short_prob"));
        const double *n = wick_table_floats(pred, wick_table_find(pred, "neutral_prob"));
        const double *o = wick_table_floats(pred, wick_table_find(pred, "ood_score"));
        for (int64_t i = 0; i < wick_table_rows(pred); i++) {
            check_close(l[i] + s[i] + n[i], 1.0, 1e-12);
            assert_true(o[i] >= 0.0 && o[i] <= 1.0);
        }
        char one[65], two[65];
        wick_table *more = NULL;
        check_ok(ctx, wick_heads_train(ctx, t, &options, &again, &more));
        check_ok(ctx, wick_table_digest(ctx, pred, one));
        check_ok(ctx, wick_table_digest(ctx, again, two));
        assert_string_equal(one, two);
        wick_table_unref(more);
        wick_table_unref(again);
        wick_table_unref(scores);
        wick_table_unref(pred);
        wick_table_unref(t);
        wick_panel_unref(p);
    }
    wick_ctx_free(ctx);
}

static void defects(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = make(ctx, 80, 0.0);
    wick_table *t = NULL;
    check_fails(ctx, wick_heads_samples(ctx, p, &options, &t), WICK_E_DATA,
                "no samples are left for split");
    wick_heads_opts o = options;
    const char *names[] = {"x"}, *texts[] = {"clsoe / close"};
    o.feature_names = names;
    o.features = texts;
    o.n_features = 1;
    check_fails(ctx, wick_heads_samples(ctx, p, &o, &t), WICK_E_PARSE, "clsoe");
    o = options;
    o.cost_bps = -1.0;
    check_fails(ctx, wick_heads_samples(ctx, p, &o, &t), WICK_E_ARG, "cost_bps");
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(splits_do_not_touch),
                                       cmocka_unit_test(no_look_ahead),
                                       cmocka_unit_test(heads_learn), cmocka_unit_test(defects)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
