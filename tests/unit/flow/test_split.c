/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "support/alloc_walk.h"
#include "support/check.h"
#include "wick/flow.h"

enum { N = 1000 };

static int64_t clock_at(int64_t i) /* weekdays from 2018-01-01, a Monday */
{
    return wick_time_from_civil(2018, 1, 1, 0, 0, 0, 0) + (i / 5 * 7 + i % 5) * WICK_MS_DAY;
}

static wick_split *split(wick_ctx *ctx, const char *text, int64_t n, int64_t first)
{
    int64_t clock[N];
    wick_split *s = NULL;
    for (int64_t i = 0; i < n; i++) clock[i] = clock_at(i);
    check_ok(ctx, wick_split_new(ctx, text, clock, n, first, NULL, &s));
    return s;
}

static void check_segment(const wick_segment *s, int64_t n, const wick_json *want)
{
    if (wick_json_kind(want) == WICK_JSON_NULL) {
        assert_int_equal(n, 0);
        return;
    }
    assert_int_equal(n, 1);
    assert_int_equal(s->from, (int64_t)wick_json_number(wick_json_at(want, 0)));
    assert_int_equal(s->to - 1, (int64_t)wick_json_number(wick_json_at(want, 1)));
}

/* Every case of the golden file, also those that are errors. */
static void pybroker_golden(void **state)
{
    (void)state;
    const char *path = test_shared_or_skip("spec/golden/engine_walkforward_splits.json");
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, path, &doc));
    const wick_json *cases = wick_json_get(wick_json_root(doc), "cases");
    int64_t checked = 0, errors = 0;
    for (int64_t i = 0; i < wick_json_count(cases); i++) {
        const wick_json *c = wick_json_at(cases, i), *want = wick_json_get(c, "result");
        const int64_t n = (int64_t)wick_json_number(wick_json_get(c, "n"));
        char text[160], share[WICK_DOUBLE_TEXT];
        wick_format_double(share, wick_json_number(wick_json_get(c, "train_size")));
        snprintf(text, sizeof text, "pybroker(windows=%d, lookahead=%d, train=%s)",
                 (int)wick_json_number(wick_json_get(c, "windows")),
                 (int)wick_json_number(wick_json_get(c, "lookahead")), share);
        int64_t *clock = malloc((size_t)n * sizeof *clock);
        for (int64_t k = 0; k < n; k++) clock[k] = clock_at(k);
        wick_split *s = NULL;
        if (wick_json_kind(want) == WICK_JSON_STRING) {
            check_fails(ctx, wick_split_new(ctx, text, clock, n, 0, NULL, &s), WICK_E_DATA, NULL);
            errors++;
        } else {
            check_ok(ctx, wick_split_new(ctx, text, clock, n, 0, NULL, &s));
            assert_int_equal(wick_split_count(s), wick_json_count(want));
            for (int64_t w = 0; w < wick_split_count(s); w++) {
                const wick_split_fold f = wick_split_at(s, w);
                const wick_json *x = wick_json_at(want, w);
                check_segment(f.train, f.n_train, wick_json_get(x, "train"));
                check_segment(f.test, f.n_test, wick_json_get(x, "test"));
            }
            wick_split_free(s);
        }
        free(clock);
        checked++;
    }
    assert_int_equal(checked, 540);
    assert_true(errors > 0 && errors < 540);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void in_bars(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_split *s = split(ctx, "rolling(train=100b, test=20b, step=10b, embargo=5b)", 200, 30);
    assert_int_equal(wick_split_count(s), 5);
    const wick_split_fold f = wick_split_at(s, 1);
    assert_int_equal(f.train[0].from, 40);
    assert_int_equal(f.train[0].to, 140);
    assert_int_equal(f.test[0].from, 145);
    assert_int_equal(f.test[0].to, 165);
    wick_split_free(s);
    s = split(ctx, "anchored(train=100b, test=20b, step=10b)", 200, 30);
    assert_int_equal(wick_split_at(s, 3).train[0].from, 30);
    assert_int_equal(wick_split_at(s, 3).train[0].to, 160);
    wick_split_free(s);
    wick_ctx_free(ctx);
}

static void in_days(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_split *s = split(ctx, "rolling(train=28d, test=2w, step=7d)", 50, 0); /* ten weeks */
    assert_int_equal(wick_split_count(s), 4); /* the last test ends at day 63 of 68 */
    wick_split_fold f = wick_split_at(s, 2);
    assert_int_equal(f.train[0].from, 10);
    assert_int_equal(f.train[0].to, 30);
    assert_int_equal(f.test[0].from, 30);
    assert_int_equal(f.test[0].to, 40);
    wick_split_free(s);
    s = split(ctx, "calendar(unit=year, train=1, test=1)", 783, 0); /* 2018, 2019, 2020 */
    assert_int_equal(wick_split_count(s), 2);
    f = wick_split_at(s, 1);
    assert_string_equal(f.name, "2020");
    assert_int_equal(f.train[0].from, 261);
    assert_int_equal(f.test[0].from, 522);
    assert_int_equal(f.test[0].to, 783);
    wick_split_free(s);
    s = split(ctx, "calendar(unit=quarter, train=2, anchored=1)", 300, 0);
    assert_string_equal(wick_split_at(s, 1).name, "2018Q4");
    assert_int_equal(wick_split_at(s, 1).train[0].from, 0);
    wick_split_free(s);
    wick_ctx_free(ctx);
}

static void folds(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_split *s = split(ctx, "kfold(k=4, purge=3, embargo=5)", 102, 2);
    assert_int_equal(wick_split_count(s), 4);
    wick_split_fold f = wick_split_at(s, 1); /* test rows 25..49 of 100 */
    assert_int_equal(f.n_test, 1);
    assert_int_equal(f.test[0].from, 27);
    assert_int_equal(f.test[0].to, 52);
    assert_int_equal(f.n_train, 2);
    assert_int_equal(f.train[0].from, 2);
    assert_int_equal(f.train[0].to, 27 - 3);
    assert_true(f.train[1].from >= 52 + 5);
    assert_int_equal(f.train[1].to, 102);
    wick_split_free(s);
    s = split(ctx, "holdout(from=2018-03-01)", 100, 0);
    f = wick_split_at(s, 0);
    assert_true(clock_at(f.test[0].from) == wick_time_from_civil(2018, 3, 1, 0, 0, 0, 0));
    assert_int_equal(f.train[0].to, f.test[0].from);
    wick_split_free(s);
    wick_ctx_free(ctx);
}

/* Every path holds every group once, from a fold that tests it. */
static void combinatorial(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_split *s = split(ctx, "cpcv(groups=6, test=2)", 120, 0);
    assert_int_equal(wick_split_count(s), 15);
    assert_int_equal(wick_split_paths(s), 5);
    for (int64_t p = 0; p < 5; p++)
        for (int64_t g = 0; g < 6; g++) {
            const int64_t f = wick_split_path(s, p, g);
            assert_in_range(f, 0, 14);
            int64_t found = 0;
            for (int64_t k = 0; k < wick_split_at(s, f).n_test; k++)
                if (wick_split_group(s, f, k) == g) {
                    assert_int_equal(wick_split_at(s, f).test[k].from, g * 20);
                    found++;
                }
            assert_int_equal(found, 1);
        }
    wick_split_free(s);
    wick_ctx_free(ctx);
}

static void regimes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t clock[60];
    int32_t label[60];
    for (int i = 0; i < 60; i++) {
        clock[i] = clock_at(i);
        label[i] = i < 5 ? -1 : i < 30 ? 1 : i < 33 ? 0 : i < 40 ? 1 : 0;
    }
    wick_split *s = NULL;
    check_ok(ctx, wick_split_new(ctx, "regime(\"close > sma(close, 5)\", min=5)", clock, 60, 0,
                                 label, &s));
    assert_int_equal(wick_split_count(s), 2);
    assert_int_equal(wick_split_at(s, 0).n_test, 1); /* 33 - 30 is too short */
    assert_int_equal(wick_split_at(s, 0).test[0].from, 40);
    assert_int_equal(wick_split_at(s, 1).n_test, 2);
    wick_split_free(s);
    bool is = false;
    char *expr = NULL, *symbol = NULL;
    check_ok(ctx, wick_split_regime(ctx, "regime(\"close > sma(close, 5)\", symbol=SPY)", &is,
                                    &expr, &symbol));
    assert_true(is);
    assert_string_equal(expr, "close > sma(close, 5)");
    assert_string_equal(symbol, "SPY");
    free(expr);
    free(symbol);
    wick_ctx_free(ctx);
}

static void mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
        wick_status code;
    } bad[] = {
        {"roling", "did you mean 'rolling'", WICK_E_ARG},
        {"rolling(trian=5d)", "did you mean 'train'", WICK_E_ARG},
        {"rolling(train=5x)", "days (365d)", WICK_E_ARG},
        {"rolling(train=50b, test=5d)", "cannot be mixed", WICK_E_ARG},
        {"kfold(k=1)", "expected a number from 2", WICK_E_ARG},
        {"kfold(k=2.5)", "whole number", WICK_E_ARG},
        {"cpcv(groups=4, test=4)", "expected a number from 1 to 3", WICK_E_ARG},
        {"calendar(unit=yaer)", "month, quarter or year", WICK_E_ARG},
        {"holdout(from=soon)", "expected a date", WICK_E_ARG},
        {"rolling(train=9999d)", "too few", WICK_E_DATA},
        {"kfold(k=3", "expected name or name(", WICK_E_PARSE},
        {"", "expected name or name(", WICK_E_PARSE},
        {"regime(\"close > open\")", "no labels", WICK_E_ARG},
    };
    wick_ctx *ctx = wick_ctx_new();
    int64_t clock[50];
    wick_split *s = NULL;
    for (int i = 0; i < 50; i++) clock[i] = clock_at(i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_fails(ctx, wick_split_new(ctx, bad[i].text, clock, 50, 0, NULL, &s), bad[i].code,
                    bad[i].says);
    wick_ctx_free(ctx);
}

/* Bars behind the cut do not exist, and a symbol that lists later is there without bars. */
static void cut(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const wick_synth_opts o = {.size = sizeof o, .symbols = 4, .bars = 200, .ragged = true};
    wick_panel *p = NULL, *q = NULL;
    check_ok(ctx, wick_synth(ctx, &o, &p));
    check_ok(ctx, wick_panel_cut(ctx, p, 60, &q));
    assert_int_equal(wick_panel_count(q), 4);
    assert_true(wick_panel_ticks(q) <= 60);
    assert_int_equal(wick_panel_clock(q)[wick_panel_ticks(q) - 1], wick_panel_clock(p)[59]);
    wick_panel_unref(q);
    check_ok(ctx, wick_panel_cut(ctx, p, wick_panel_ticks(p), &q));
    assert_ptr_equal(p, q);
    wick_panel_unref(q);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static wick_status make_cpcv(wick_ctx *ctx, void *arg)
{
    wick_split *s = NULL;
    const wick_status st =
        wick_split_new(ctx, "cpcv(groups=4, test=2, embargo=1)", arg, 40, 0, NULL, &s);
    if (st >= 0) wick_split_free(s);
    return st;
}

static void memory(void **state)
{
    (void)state;
    int64_t clock[40];
    for (int i = 0; i < 40; i++) clock[i] = clock_at(i);
    alloc_walk(make_cpcv, clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pybroker_golden), cmocka_unit_test(in_bars),
        cmocka_unit_test(in_days),         cmocka_unit_test(folds),
        cmocka_unit_test(combinatorial),   cmocka_unit_test(regimes),
        cmocka_unit_test(mistakes),        cmocka_unit_test(cut),
        cmocka_unit_test(memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
