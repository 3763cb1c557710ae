/* SPDX-License-Identifier: MIT */
#include "alloc_walk.h"
#include "ledger.h"
#include "metrics/metrics_int.h"

/* A metric scored alone, with only the passes it asks for, is what it is among all the others. */
static void needs_are_enough(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = random_ledger(ctx, 11, 777, 60, 5000.0, 3.0);
    for (int32_t profile = 0; profile < 3; profile++) {
        const wick_metric_opts o = {.size = sizeof o,
                                    .profile = profile,
                                    .bars_per_year = 252.0,
                                    .round_places = profile > 0 ? 2 : 0};
        wick_scores *all = NULL;
        check_ok(ctx, wick_score(ctx, l, &o, NULL, 0, &all));
        for (int64_t i = 0; i < wick_metric_count(); i++) {
            const wick_metric_spec *spec = wick_metric_at(i);
            double v = -12345.0;
            check_ok(ctx, wick_score_into(ctx, l, &o, &spec, 1, NULL, &v));
            const double want = wick_scores_value(all, i);
            if (!(v == want || (isnan(v) && isnan(want)))) {
                fail_msg("%s alone is %.17g, with all %.17g", spec->name, v, want);
            }
        }
        wick_scores_free(all);
    }
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void by_name(void **state)
{
    (void)state;
    static const char *const names[] = {"sharpe", "total_pnl", "max_drawdown_pct"};
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = random_ledger(ctx, 12, 300, 20, 5000.0, 0.0);
    wick_scores *s = NULL;
    check_ok(ctx, wick_score(ctx, l, NULL, names, 3, &s));
    assert_int_equal(wick_scores_count(s), 3);
    assert_string_equal(wick_scores_spec(s, 1)->name, "total_pnl");
    check_same(wick_scores_value(s, 2), wick_scores_get(s, "max_drawdown_pct"));
    assert_true(isnan(wick_scores_get(s, "sortino")));
    assert_null(wick_scores_spec(s, 3));
    assert_true(isnan(wick_scores_value(s, -1)));
    assert_int_equal(wick_scores_opts(s)->size, sizeof(wick_metric_opts));
    wick_scores_free(s);
    wick_scores_free(NULL);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* Sweeps score millions of ledgers: with a used scratch nothing is allocated. */
static void scratch_is_reused(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = random_ledger(ctx, 13, 1000, 40, 5000.0, 0.0);
    wick_ledger *shorter = random_ledger(ctx, 14, 900, 40, 5000.0, 0.0);
    wick_score_scratch *scratch = wick_score_scratch_new();
    const wick_metric_opts o = {.size = sizeof o, .round_places = 2};
    const wick_metric_spec *specs[] = {wick_metric_find("sharpe"), wick_metric_find("ulcer_index")};
    double a[2], b[2];
    check_ok(ctx, wick_score_into(ctx, l, &o, specs, 2, scratch, a));
    alloc_refuse(0);
    check_ok(ctx, wick_score_into(ctx, shorter, &o, specs, 2, scratch, b));
    check_ok(ctx, wick_score_into(ctx, l, &o, specs, 2, scratch, b));
    assert_int_equal(alloc_asked(), 0);
    check_same(a[0], b[0]);
    check_same(a[1], b[1]);
    const wick_metric_spec *none[] = {NULL};
    check_fails(ctx, wick_score_into(ctx, l, &o, none, 1, scratch, b), WICK_E_ARG, "missing");
    wick_score_scratch_free(scratch);
    wick_score_scratch_free(NULL);
    wick_ledger_unref(l);
    wick_ledger_unref(shorter);
    wick_ctx_free(ctx);
}

static wick_status make_scores(wick_ctx *ctx, void *arg)
{
    const wick_metric_opts o = {.size = sizeof o, .round_places = 2};
    wick_scores *s = NULL;
    const wick_status st = wick_score(ctx, arg, &o, NULL, 0, &s);
    if (st == WICK_OK) wick_scores_free(s);
    return st;
}

static wick_status make_drawdowns(wick_ctx *ctx, void *arg)
{
    wick_drawdown d[5];
    int64_t n = 0;
    return wick_drawdowns(ctx, arg, 5, d, &n);
}

static void out_of_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = random_ledger(ctx, 15, 500, 40, 5000.0, 0.0);
    assert_true(alloc_walk(make_scores, l) > 3);
    assert_true(alloc_walk(make_drawdowns, l) > 0);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* A column-less ledger, as lean runs make. */
static void lean(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_arena *arena = wick_arena_new(0);
    int64_t *time = wick_arena_alloc(arena, 3 * 8);
    double *e = wick_arena_alloc(arena, 3 * 8);
    wick_trade_rec *t = wick_arena_zalloc(arena, (int64_t)sizeof *t);
    for (int i = 0; i < 3; i++) time[i] = i, e[i] = 100.0 + i;
    t->pnl = 3.0;
    t->fees = 1.0;
    const wick_ledger_in in = {
        .size = sizeof in, .n = 3, .time = time, .equity = e, .n_trades = 1, .trades = t};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_take(ctx, &in, arena, &l));
    wick_scores *s = NULL;
    check_ok(ctx, wick_score(ctx, l, NULL, NULL, 0, &s));
    check_same(wick_scores_get(s, "total_fees"), 1.0);
    check_same(wick_scores_get(s, "net_pnl"), 2.0);
    assert_true(isnan(wick_scores_get(s, "exposure_pct")));
    wick_scores_free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void rounding(void **state)
{
    (void)state;
    enum { COLUMN = 333 };
    wick_pcg g = wick_pcg_key(1, "test round", 0, 0);
    double column[COLUMN], got[COLUMN];
    int filled = 0;
    for (int i = 0; i < 200000; i++) {
        const int32_t places = (int32_t)wick_pcg_below(&g, 5);
        double v = (wick_pcg_uniform(&g) - 0.5) * pow(10.0, (double)wick_pcg_below(&g, 13));
        const int kind = i % 4;
        if (kind == 1) v = floor(v * 1000.0) / 1000.0;                  /* halves of cents */
        if (kind == 2) v = nextafter(floor(v) + 0.005, 1e300);          /* beside a half */
        if (kind == 3) v = (floor(v * 2.0) + 0.5) * pow(10.0, -places); /* exactly one */
        check_same(wk_round(v, places), wick_round_decimal(v, places));
        if (i % 50 < (i / 20000) * 5 || kind == 0) column[filled++] = v; /* ever more in doubt */
        if (filled < COLUMN) continue;
        filled = 0;
        wk_round_column(COLUMN, column, places, got);
        for (int j = 0; j < COLUMN; j++) {
            assert_true(got[j] == wick_round_decimal(column[j], places));
        }
    }
    static const double edge[] = {0.0, -0.0, 1.005, 2.675, -2.675, 1e15, 1e300, -1e300, 0.005};
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++) {
        assert_true(wk_round(edge[i], 2) == wick_round_decimal(edge[i], 2));
    }
    assert_true(isnan(wk_round(WICK_NA, 2)));
    assert_true(wk_round(2.675, 2) == 2.68 && wk_round(-1.005, 2) == -1.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(needs_are_enough),
                                       cmocka_unit_test(by_name),
                                       cmocka_unit_test(scratch_is_reused),
                                       cmocka_unit_test(out_of_memory),
                                       cmocka_unit_test(lean),
                                       cmocka_unit_test(rounding)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
