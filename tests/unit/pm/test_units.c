/* SPDX-License-Identifier: MIT */
/* tests/golden/pm/pm_units.json in C, and the search against the rule applied sample by sample. */
#include <stdlib.h>

#include "alloc_walk.h"
#include "wick/pm.h"

static const wick_json *units(wick_ctx *ctx, const char *key, wick_json_doc **doc)
{
    check_ok(ctx, wick_json_load(ctx, test_source("tests/golden/pm/pm_units.json"), doc));
    const wick_json *j = wick_json_get(wick_json_root(*doc), key);
    assert_non_null(j);
    assert_true(wick_json_count(j) > 0);
    return j;
}

static double number_of(const wick_json *j, const char *key)
{
    const wick_json *v = wick_json_get(j, key);
    assert_non_null(v);
    const char *text = wick_json_string(v);
    return text && strcmp(text, "inf") == 0 ? (double)INFINITY : wick_json_number(v);
}

static void numbers(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    const wick_json *j = units(ctx, "canonical_number", &doc);
    for (int64_t i = 0; i < wick_json_count(j); i++) {
        const wick_json *c = wick_json_at(j, i);
        const uint64_t bits = strtoull(wick_json_string(wick_json_get(c, "bits")), NULL, 16);
        const char *want = wick_json_string(wick_json_get(c, "text"));
        char got[WICK_DOUBLE_TEXT];
        double v;
        wick_buf b = {0};
        wick_json_writer w;
        memcpy(&v, &bits, sizeof v);
        wick_format_canonical(got, v);
        wick_jw_begin(&w, &b, 0);
        wick_jw_canonical(&w, v);
        if (isfinite(v)) assert_string_equal(got, want);
        if (!isfinite(v)) assert_int_equal(b.data[0], '"');
        assert_non_null(strstr(want[0] == '"' ? want : b.data, got));
        wick_buf_free(&b);
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void ratios(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    const wick_json *j = units(ctx, "planned_ratio", &doc);
    for (int64_t i = 0; i < wick_json_count(j); i++) {
        const wick_json *c = wick_json_at(j, i);
        check_same(wick_pm_planned_ratio(number_of(c, "edge"), number_of(c, "risk"),
                                         number_of(c, "min_edge")),
                   number_of(c, "ratio"));
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void metrics(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    const wick_json *j = units(ctx, "metrics", &doc);
    for (int64_t i = 0; i < wick_json_count(j); i++) {
        const wick_json *c = wick_json_at(j, i), *want = wick_json_get(c, "metrics");
        const wick_json *w = wick_json_get(c, "weighted"), *a = wick_json_get(c, "actual");
        double weighted[200], actual[200], ratio[200];
        const int64_t n = wick_json_count(w);
        assert_true(n <= 200);
        for (int64_t k = 0; k < n; k++) {
            weighted[k] = wick_json_number(wick_json_at(w, k));
            actual[k] = wick_json_number(wick_json_at(a, k));
            ratio[k] = number_of(want, "avg_planned_ratio"); /* all alike there */
        }
        wick_pm_metrics m;
        wick_pm_measure(n, actual, weighted, ratio, &m);
        assert_int_equal(m.trade_count, n);
        check_close(m.win_rate, number_of(want, "win_rate"), 1e-15);
        check_close(m.avg_actual_edge_bps, number_of(want, "avg_actual_edge_bps"), 1e-15);
        check_close(m.avg_weighted_edge_bps, number_of(want, "avg_weighted_edge_bps"), 1e-15);
        check_close(m.total_weighted_edge_bps, number_of(want, "total_weighted_edge_bps"), 1e-15);
        check_close(m.max_drawdown_bps, number_of(want, "max_drawdown_bps"), 1e-15);
        check_close(m.avg_planned_ratio, number_of(want, "avg_planned_ratio"), 1e-15);
        check_same(m.profit_factor, number_of(want, "profit_factor"));
        assert_int_equal(m.max_consecutive_losses,
                         (int64_t)number_of(want, "max_consecutive_losses"));
        check_close(wick_pm_score(&m), number_of(c, "score"), 1e-12);
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void sides(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    const wick_json *j = units(ctx, "side_choice", &doc);
    for (int64_t i = 0; i < wick_json_count(j); i++) {
        const wick_json *c = wick_json_at(j, i), *r = wick_json_get(c, "row");
        const wick_json *t = wick_json_get(c, "thresholds");
        const char *side = wick_json_string(wick_json_get(c, "side"));
        const double lp = number_of(r, "long_prob"), sp = number_of(r, "short_prob"),
                     le = number_of(r, "long_entry_prob"), se = number_of(r, "short_entry_prob"),
                     mr = number_of(r, "market_risk_prob"), pl = number_of(r, "pl"),
                     ps = number_of(r, "ps"), al = number_of(r, "al"), as = number_of(r, "as_");
        const wick_pm_frame f = {sizeof f, 1, &lp, &sp, &le, &se, &mr, &pl, &ps, &al, &as};
        const wick_pm_thresholds th = {
            number_of(t, "long_open_prob"),       number_of(t, "short_open_prob"),
            number_of(t, "min_entry_prob"),       number_of(t, "min_entry_prob"),
            number_of(t, "max_market_risk_prob"), number_of(t, "min_expected_edge_bps"),
            number_of(t, "min_direction_margin")};
        const int want = !side ? 0 : strcmp(side, "LONG") == 0 ? 1 : -1;
        assert_int_equal(wick_pm_side(&f, 0, &th), want);
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

/* ---- search ------------------------------------------------------------------------------- */

typedef struct made {
    double x[9][400];
    wick_pm_frame f;
} made;

static void make(made *m, wick_pcg *g, int64_t n)
{
    static const double exact[] = {0.5, 0.55, 0.56, 0.58, 0.6};
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < 9; k++) {
            const double u = wick_pcg_uniform(g);
            m->x[k][i] = k < 5 ? (u < 0.3 ? exact[wick_pcg_below(g, 5)] : wick_pcg_uniform(g))
                               : floor(12.0 * wick_pcg_normal(g)) / 2.0;
            if (k < 5 && u > 0.97) m->x[k][i] = WICK_NA;
        }
    m->f = (wick_pm_frame){sizeof m->f, n,       m->x[0], m->x[1], m->x[2], m->x[3],
                           m->x[4],     m->x[5], m->x[6], m->x[7], m->x[8]};
}

/* Slow: every candidate by itself, sample by sample. */
static void measure_one(const made *m, const double v[6], wick_pm_metrics *out)
{
    const wick_pm_thresholds th = {v[0], v[1], v[2], v[2], v[3], v[4], v[5]};
    int64_t rows[400], n = 0;
    int8_t side[400];
    double ratio[400], actual[400], weighted[400];
    wick_pm_trades(&m->f, &th, rows, side, ratio, &n);
    for (int64_t i = 0; i < n; i++) {
        actual[i] = side[i] > 0 ? m->f.actual_long[rows[i]] : m->f.actual_short[rows[i]];
        weighted[i] = actual[i] * ratio[i];
    }
    wick_pm_measure(n, actual, weighted, ratio, out);
}

static void search_is_the_rule(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_pcg g = wick_pcg_key(3, "test_units", 0, 0);
    made *m = malloc(sizeof *m);
    for (int round = 0; round < 60; round++) {
        double lists[6][5];
        wick_pm_grid grid;
        for (int k = 0; k < 6; k++) {
            grid.n[k] = 1 + (int64_t)wick_pcg_below(&g, 4);
            grid.values[k] = lists[k];
            for (int64_t i = 0; i < grid.n[k]; i++)
                lists[k][i] = k == 4   ? floor(6.0 * wick_pcg_uniform(&g)) - 2.0
                              : k == 5 ? floor(10.0 * wick_pcg_uniform(&g)) / 50.0 - 0.1
                                       : 0.4 + floor(10.0 * wick_pcg_uniform(&g)) / 50.0;
        }
        make(m, &g, (int64_t)wick_pcg_below(&g, 400));
        int64_t n = 0;
        check_ok(ctx, wick_pm_grid_count(ctx, &grid, &n));
        wick_pm_metrics *got = calloc((size_t)n, sizeof *got),
                        *two = calloc((size_t)n, sizeof *two);
        double *score = calloc((size_t)n, sizeof *score);
        check_ok(ctx, wick_pm_search(ctx, &m->f, &grid, 1, got, score));
        check_ok(ctx, wick_pm_search(ctx, &m->f, &grid, 3, two, score));
        assert_memory_equal(got, two, (size_t)n * sizeof *got);
        for (int64_t c = 0; c < n; c++) {
            double v[6];
            wick_pm_metrics want;
            wick_pm_grid_at(&grid, c, v);
            measure_one(m, v, &want);
            assert_int_equal(got[c].trade_count, want.trade_count);
            assert_int_equal(got[c].max_consecutive_losses, want.max_consecutive_losses);
            check_same(got[c].win_rate, want.win_rate);
            check_same(got[c].avg_actual_edge_bps, want.avg_actual_edge_bps);
            check_same(got[c].avg_weighted_edge_bps, want.avg_weighted_edge_bps);
            check_same(got[c].total_weighted_edge_bps, want.total_weighted_edge_bps);
            check_same(got[c].max_drawdown_bps, want.max_drawdown_bps);
            check_same(got[c].max_drawdown_from_zero_bps, want.max_drawdown_from_zero_bps);
            check_same(got[c].avg_planned_ratio, want.avg_planned_ratio);
            check_same(got[c].profit_factor, want.profit_factor);
        }
        free(got);
        free(two);
        free(score);
    }
    free(m);
    wick_ctx_free(ctx);
}

static const double one_value[] = {0.5}, bad_value[] = {(double)NAN};

static void bad_grids(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t n = 0;
    wick_pm_grid g = {{one_value, one_value, one_value, one_value, one_value, one_value},
                      {1, 1, 1, 1, 1, 0}};
    check_fails(ctx, wick_pm_grid_count(ctx, &g, &n), WICK_E_ARG,
                "'min_direction_margin' has no values");
    g.values[5] = bad_value;
    g.n[5] = 1;
    check_fails(ctx, wick_pm_grid_count(ctx, &g, &n), WICK_E_ARG, "is not finite");
    double *many = calloc(4000, sizeof *many);
    g = (wick_pm_grid){{many, many, one_value, one_value, one_value, one_value},
                       {4000, 4000, 1, 1, 1, 1}};
    check_fails(ctx, wick_pm_grid_count(ctx, &g, &n), WICK_E_ARG, "16000000 candidates");
    free(many);
    wick_ctx_free(ctx);
}

static wick_status search_once(wick_ctx *ctx, void *arg)
{
    const made *m = arg;
    static const double two[] = {0.4, 0.5};
    const wick_pm_grid g = {{two, two, two, two, two, two}, {2, 2, 2, 2, 2, 2}};
    wick_table *t = NULL;
    const wick_status st = wick_pm_search_table(ctx, &m->f, &g, 1, &t);
    wick_table_unref(t);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    wick_pcg g = wick_pcg_key(4, "test_units", 0, 0);
    made *m = malloc(sizeof *m);
    make(m, &g, 100);
    assert_true(alloc_walk(search_once, m) > 20);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers),
                                       cmocka_unit_test(ratios),
                                       cmocka_unit_test(metrics),
                                       cmocka_unit_test(sides),
                                       cmocka_unit_test(search_is_the_rule),
                                       cmocka_unit_test(bad_grids),
                                       cmocka_unit_test(no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
