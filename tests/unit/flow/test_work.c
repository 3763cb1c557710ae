/* SPDX-License-Identifier: MIT */
/* Work folders: stages, resume, what is refused. Models over folds. Paired comparisons. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wick/work.h"

#include "check.h"

static char root[256];

static wick_workdir *open_dir(wick_ctx *ctx, const char *id, bool fresh)
{
    const wick_workdir_in in = {.size = sizeof in,
                                .root = root,
                                .id = id,
                                .pipeline = "test",
                                .sha256 = "abc",
                                .options = "{\"n\":1}",
                                .seed = 7,
                                .fresh = fresh};
    wick_workdir *w = NULL;
    const wick_status st = wick_workdir_open(ctx, &in, &w);
    if (st < 0) return NULL;
    return w;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/wick-work-%ld", (long)getpid());
    return 0;
}

static int tear_down(void **state)
{
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

/* One stage that writes one file; returns whether it had to be done. */
static bool do_stage(wick_ctx *ctx, wick_workdir *w, const char *inputs, const char *text)
{
    const char *value = NULL;
    assert_int_equal(wick_workdir_stage(ctx, w, "one", inputs, &value), WICK_OK);
    if (value) {
        assert_string_equal(value, "{\"v\":1}");
        return false;
    }
    assert_int_equal(wick_workdir_write(ctx, w, "a/one.txt", text, (int64_t)strlen(text)), WICK_OK);
    assert_int_equal(wick_workdir_log(ctx, w, "line"), WICK_OK);
    assert_int_equal(wick_workdir_stage_end(ctx, w, "{\"v\": 1}"), WICK_OK);
    return true;
}

static void stages_resume(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_workdir *w = open_dir(ctx, "r", false);
    assert_non_null(w);
    assert_true(do_stage(ctx, w, "{\"k\":1}", "x"));
    wick_workdir_close(w); /* killed before its end: no manifest */
    w = open_dir(ctx, "r", false);
    assert_false(do_stage(ctx, w, "{\"k\":1}", "x"));
    assert_non_null(wick_workdir_artefact(w, "a/one.txt"));
    assert_int_equal(wick_workdir_finish(ctx, w, 0, "{}"), WICK_OK);
    wick_workdir_close(w);
    wick_manifest *m = NULL;
    char dir[300];
    snprintf(dir, sizeof dir, "%s/r/", root);
    assert_int_equal(wick_manifest_load(ctx, dir, &m), WICK_OK);
    assert_int_equal(wick_manifest_seed(m), 7);
    wick_manifest_free(m);
    /* Other inputs, a fresh run, a changed file: done again. */
    w = open_dir(ctx, "r", false);
    assert_int_equal(wick_manifest_load(ctx, dir, &m), WICK_E_STATE); /* gone while at work */
    assert_true(do_stage(ctx, w, "{\"k\":2}", "x"));
    wick_workdir_close(w);
    w = open_dir(ctx, "r", true);
    assert_true(do_stage(ctx, w, "{\"k\":2}", "x"));
    wick_workdir_close(w);
    char path[320];
    snprintf(path, sizeof path, "%s/r/a/one.txt", root);
    assert_int_equal(wick_file_write(ctx, path, "y", 1), WICK_OK);
    w = open_dir(ctx, "r", false);
    assert_true(do_stage(ctx, w, "{\"k\":2}", "x"));
    wick_workdir_close(w);
    wick_ctx_free(ctx);
}

static void misuse_is_refused(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const char *value = NULL;
    wick_workdir *w = open_dir(ctx, "m", false);
    assert_null(open_dir(ctx, "m", false)); /* one process at a time */
    assert_int_equal(wick_ctx_code(ctx), WICK_E_STATE);
    assert_null(open_dir(ctx, "../m", false));
    assert_int_equal(wick_workdir_write(ctx, w, "../x", "y", 1), WICK_E_ARG);
    assert_int_equal(wick_workdir_write(ctx, w, "stages/x.json", "y", 1), WICK_E_ARG);
    assert_int_equal(wick_workdir_write(ctx, w, "x", "y", 1), WICK_OK);
    assert_int_equal(wick_workdir_write(ctx, w, "x", "y", 1), WICK_E_STATE);
    assert_int_equal(wick_workdir_input(ctx, w, "in", "1"), WICK_OK);
    assert_int_equal(wick_workdir_input(ctx, w, "in", "2"), WICK_E_STATE);
    assert_int_equal(wick_workdir_stage(ctx, w, "s", "{}", &value), WICK_OK);
    assert_int_equal(wick_workdir_stage(ctx, w, "t", "{}", &value), WICK_E_STATE);
    assert_int_equal(wick_workdir_input(ctx, w, "late", "1"), WICK_E_STATE);
    assert_int_equal(wick_workdir_finish(ctx, w, 0, "{}"), WICK_E_STATE);
    check_ok(ctx, wick_workdir_stage_end(ctx, w, "null"));
    assert_int_equal(wick_workdir_promote(ctx, w, "none", "a"), WICK_E_ARG);
    assert_int_equal(wick_workdir_promote(ctx, w, "x", "/a"), WICK_E_ARG);
    wick_workdir_close(w);
    wick_ctx_free(ctx);
}

/* ---- folds -------------------------------------------------------------------------------- */

enum { ROWS = 300 };

static void folds_are_the_same_on_threads(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static double a[ROWS], b[ROWS], y[ROWS], oof[2][2 * ROWS];
    wick_pcg g = wick_pcg_key(1, "test", 0, 0);
    for (int i = 0; i < ROWS; i++) {
        a[i] = wick_pcg_normal(&g);
        b[i] = wick_pcg_normal(&g);
        y[i] = a[i] + 0.5 * wick_pcg_normal(&g) > 0.0 ? 1.0 : 0.0;
    }
    const char *const names[] = {"a", "b"};
    const double *const columns[] = {a, b};
    const wick_matrix_in in = {
        .size = sizeof in, .n = ROWS, .p = 2, .names = names, .columns = columns};
    wick_matrix *x = NULL;
    wick_labels *l = NULL;
    wick_folds *f = NULL;
    assert_int_equal(wick_matrix_new(ctx, &in, &x), WICK_OK);
    assert_int_equal(wick_labels_new(ctx, x, y, NULL, NULL, &l), WICK_OK);
    const wick_fold_opts fo = {.size = sizeof fo, .kind = WICK_FOLDS_PURGED, .k = 3, .embargo = 2};
    assert_int_equal(wick_folds_of(ctx, x, l, &fo, &f), WICK_OK);
    const wick_ml_arg c = {.name = "C", .number = 1.0};
    const wick_bundle_in trials[2] = {
        {.size = sizeof *trials, .model = "logistic", .args = &c, .n_args = 1},
        {.size = sizeof *trials, .model = "gaussian_nb", .scaler = "standard"}};
    wick_cv_fold out[2][6];
    for (int threads = 1; threads <= 2; threads++) {
        const wick_cv_in cv = {.size = sizeof cv,
                               .x = x,
                               .labels = l,
                               .balanced = true,
                               .folds = f,
                               .fold = -1,
                               .trial = trials,
                               .n_trials = 2,
                               .seed = 3,
                               .threads = threads,
                               .oof = oof[threads - 1]};
        assert_int_equal(wick_cv_run(ctx, &cv, out[threads - 1]), WICK_OK);
    }
    assert_memory_equal(oof[0], oof[1], sizeof oof[0]);
    for (int k = 0; k < 6; k++) {
        assert_true(out[0][k].good && out[0][k].classes);
        assert_true(out[0][k].class_scores.auc > 0.85);
        check_close(out[0][k].class_scores.log_loss, out[1][k].class_scores.log_loss, 0.0);
    }
    /* A fit that refuses is a fold without numbers; an unknown model is an error. */
    for (int i = 0; i < ROWS; i++) y[i] = 1.0;
    wick_labels *ones = NULL;
    assert_int_equal(wick_labels_new(ctx, x, y, NULL, NULL, &ones), WICK_OK);
    wick_cv_in bad = {.size = sizeof bad,
                      .x = x,
                      .labels = ones,
                      .folds = f,
                      .fold = 1,
                      .trial = trials,
                      .n_trials = 1};
    assert_int_equal(wick_cv_run(ctx, &bad, out[0]), WICK_OK);
    assert_false(out[0][0].good);
    assert_true(out[0][0].reason[0] != '\0');
    const wick_bundle_in none = {.size = sizeof none, .model = "logistc"};
    bad.trial = &none;
    assert_int_equal(wick_cv_run(ctx, &bad, out[0]), WICK_E_ARG);
    assert_non_null(strstr(wick_ctx_error(ctx), "logistic"));
    wick_labels_unref(ones);
    wick_labels_unref(l);
    wick_folds_unref(f);
    wick_matrix_unref(x);
    wick_ctx_free(ctx);
}

/* ---- comparisons -------------------------------------------------------------------------- */

enum { DAYS = 400 };

/* A random walk with a drift per day. */
static wick_ledger *walk(wick_ctx *ctx, uint64_t stream, double drift, const int64_t *time)
{
    static double equity[DAYS], zero[DAYS];
    wick_pcg common = wick_pcg_key(5, "market", 0, 0), own = wick_pcg_key(5, "own", stream, 0);
    equity[0] = 100000.0;
    for (int i = 1; i < DAYS; i++)
        equity[i] = equity[i - 1] *
                    (1.0 + drift + 0.01 * wick_pcg_normal(&common) + 0.002 * wick_pcg_normal(&own));
    const wick_ledger_in in = {.size = sizeof in,
                               .n = DAYS,
                               .time = time,
                               .equity = equity,
                               .cash = equity,
                               .fees = zero,
                               .long_value = zero,
                               .short_value = zero,
                               .cash0 = 100000.0};
    wick_ledger *l = NULL;
    assert_int_equal(wick_ledger_new(ctx, &in, &l), WICK_OK);
    return l;
}

static void pairs_know_a_difference(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t time[DAYS];
    for (int i = 0; i < DAYS; i++) time[i] = i * WICK_MS_DAY;
    wick_ledger *a = walk(ctx, 1, 0.001, time), *b = walk(ctx, 2, 0.0, time),
                *c = walk(ctx, 3, 0.0, time);
    const wick_metric_spec *const specs[] = {wick_metric_find("sharpe"),
                                             wick_metric_find("end_market_value"),
                                             wick_metric_find("max_drawdown_date")};
    wick_interval one[3], two[3];
    double block = 0.0;
    wick_pair_in in = {
        .size = sizeof in, .a = a, .b = b, .specs = specs, .n = 3, .seed = 9, .threads = 1};
    assert_int_equal(wick_pair_compare(ctx, &in, one, &block), WICK_OK);
    in.threads = 2;
    assert_int_equal(wick_pair_compare(ctx, &in, two, &block), WICK_OK);
    assert_memory_equal(one, two, sizeof one);
    assert_true(block >= 1.0);
    /* The common market cancels: a tenth of a percent a day is plain to see. */
    assert_true(one[0].low > 0.0 && one[0].estimate > one[0].low && one[0].estimate < one[0].high);
    assert_true(one[1].low > 0.0);
    assert_true(isnan(one[2].low) && isnan(one[2].estimate));
    in.a = c;
    assert_int_equal(wick_pair_compare(ctx, &in, one, &block), WICK_OK);
    assert_true(one[0].low < 0.0 && one[0].high > 0.0);
    in.a = b;
    assert_int_equal(wick_pair_compare(ctx, &in, one, &block), WICK_OK);
    assert_true(one[0].low == 0.0 && one[0].high == 0.0);
    /* Other days are refused. */
    time[DAYS - 1] += 1;
    wick_ledger *other = walk(ctx, 4, 0.0, time);
    in.a = other;
    assert_int_equal(wick_pair_compare(ctx, &in, one, &block), WICK_E_ARG);
    wick_ledger_unref(other);
    wick_ledger_unref(a);
    wick_ledger_unref(b);
    wick_ledger_unref(c);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_resume), cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(folds_are_the_same_on_threads), cmocka_unit_test(pairs_know_a_difference)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
