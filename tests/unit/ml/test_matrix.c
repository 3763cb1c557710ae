/* SPDX-License-Identifier: MIT */
/* Matrices, stacking of panels, cross-sections, and the check for looking ahead. */
#include "support/alloc_walk.h"
#include "ml_test.h"

static void basics(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *m = noise(ctx, 10, 3, 1), *part = NULL, *few = NULL, *more = NULL;
    const int32_t rows[] = {2, 5, 9};
    check_ok(ctx, wick_matrix_pick(ctx, m, rows, 3, &part));
    assert_int_equal(wick_matrix_rows(part), 3);
    check_same(wick_matrix_column(part, 1)[1], wick_matrix_column(m, 1)[5]);
    assert_int_equal(wick_matrix_tick(part)[2], 9);
    const char *const names[] = {"c", "a"};
    check_ok(ctx, wick_matrix_select(ctx, m, names, 2, &few));
    assert_ptr_equal(wick_matrix_column(few, 0), wick_matrix_column(m, 2)); /* shared */
    const double v[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, WICK_NA};
    check_ok(ctx, wick_matrix_with(ctx, few, "v", v, &more));
    assert_int_equal(wick_matrix_find(more, "v"), 2);
    assert_int_equal(wick_matrix_na_rows(more), 1);
    char a[65], b[65];
    check_ok(ctx, wick_matrix_digest(ctx, m, NULL, NULL, a));
    check_ok(ctx, wick_matrix_digest(ctx, m, v, NULL, b));
    assert_string_not_equal(a, b);
    wick_matrix_unref(part);
    wick_matrix_unref(few);
    wick_matrix_unref(more);
    wick_matrix_unref(m);
    wick_ctx_free(ctx);
}

static void mistakes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double v[] = {1, 2, (double)INFINITY}, w[] = {1, 2, 3};
    const double *columns[] = {w, v};
    const char *names[] = {"x", "x"};
    const int64_t back[] = {1, 3, 2};
    wick_matrix *m = NULL, *x = NULL;
    wick_matrix_in in = {.size = sizeof in, .n = 3, .p = 2, .names = names, .columns = columns};
    check_fails(ctx, wick_matrix_new(ctx, &in, &m), WICK_E_ARG, "same name 'x'");
    names[1] = "y";
    check_fails(ctx, wick_matrix_new(ctx, &in, &m), WICK_E_DATA, "'y' is infinite at row 2");
    columns[1] = w;
    in.time = back;
    check_fails(ctx, wick_matrix_new(ctx, &in, &m), WICK_E_ARG, "row 2 is earlier");
    in.time = NULL;
    names[1] = "y\n";
    check_fails(ctx, wick_matrix_new(ctx, &in, &m), WICK_E_ARG, "control");
    names[1] = "close_ratio";
    check_ok(ctx, wick_matrix_new(ctx, &in, &m));
    const char *const wrong[] = {"close_rato"};
    check_fails(ctx, wick_matrix_select(ctx, m, wrong, 1, &x), WICK_E_ARG, "'close_ratio'");
    wick_matrix_unref(m);
    wick_ctx_free(ctx);
}

/* ---- panels ------------------------------------------------------------------------------- */

enum { SYMBOLS = 7 };

static wick_panel *market(wick_ctx *ctx)
{
    const wick_synth_opts o = {
        .size = sizeof o, .symbols = SYMBOLS, .bars = 300, .seed = 9, .ragged = true};
    wick_panel *p = NULL;
    check_ok(ctx, wick_synth(ctx, &o, &p));
    return p;
}

/* Two features per symbol: today's change, and the mean of five closes; `peek` looks one ahead. */
static wick_status build(wick_ctx *ctx, const wick_panel *panel, bool peek, wick_matrix **out)
{
    static const char *const names[] = {"change", "mean5"};
    const int64_t n = wick_panel_count(panel);
    double **v = calloc((size_t)n * 2 + 1, sizeof *v);
    assert_non_null(v);
    for (int64_t s = 0; s < n; s++) {
        const wick_bars *b = wick_panel_bars(panel, s);
        const int64_t k = wick_bars_count(b);
        const double *c = wick_bars_field(b, WICK_CLOSE);
        v[2 * s] = malloc((size_t)(k + 1) * sizeof **v);
        v[2 * s + 1] = malloc((size_t)(k + 1) * sizeof **v);
        for (int64_t i = 0; i < k; i++) {
            const int64_t at = peek && i + 1 < k ? i + 1 : i;
            v[2 * s][i] = i > 0 ? c[at] / c[i - 1] - 1.0 : WICK_NA;
            v[2 * s + 1][i] = WICK_NA;
            if (i >= 4) v[2 * s + 1][i] = (c[i] + c[i - 1] + c[i - 2] + c[i - 3] + c[i - 4]) / 5.0;
        }
    }
    const wick_stack_in in = {.size = sizeof in,
                              .p = 2,
                              .names = names,
                              .columns = (const double *const *)v,
                              .drop_warmup = true};
    const wick_status st = wick_matrix_stack(ctx, panel, &in, out);
    for (int64_t s = 0; s < 2 * n; s++) free(v[s]);
    free(v);
    return st;
}

static wick_status honest(void *user, wick_ctx *ctx, const wick_panel *panel, wick_matrix **out)
{
    (void)user;
    return build(ctx, panel, false, out);
}

static wick_status peeking(void *user, wick_ctx *ctx, const wick_panel *panel, wick_matrix **out)
{
    (void)user;
    return build(ctx, panel, true, out);
}

/* The last row of a symbol goes missing when there are no later ones. */
static wick_status choosing(void *user, wick_ctx *ctx, const wick_panel *panel, wick_matrix **out)
{
    (void)user;
    wick_matrix *all = NULL;
    wick_status st = build(ctx, panel, false, &all);
    if (st < 0) return st;
    const int64_t n = wick_matrix_rows(all) > 0 ? wick_matrix_rows(all) - 1 : 0;
    int32_t *rows = range(0, n);
    st = wick_matrix_pick(ctx, all, rows, n, out);
    free(rows);
    wick_matrix_unref(all);
    return st;
}

static void stacked(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *panel = market(ctx);
    wick_matrix *m = NULL;
    check_ok(ctx, build(ctx, panel, false, &m));
    const int64_t n = wick_matrix_rows(m);
    int64_t bars = 0;
    for (int64_t s = 0; s < SYMBOLS; s++) bars += wick_bars_count(wick_panel_bars(panel, s)) - 4;
    assert_int_equal(n, bars);
    assert_int_equal(wick_matrix_na_rows(m), 0);
    for (int64_t i = 0; i < n; i++) {
        const wick_bars *b = wick_panel_bars(panel, wick_matrix_symbol(m)[i]);
        const int64_t bar = wick_matrix_bar(m)[i];
        const double *c = wick_bars_field(b, WICK_CLOSE);
        assert_int_equal(wick_matrix_stamp(m)[i], wick_bars_time(b)[bar]);
        assert_int_equal(wick_matrix_time(m)[i], wick_bars_time(b)[bar] + WICK_MS_DAY);
        check_same(wick_matrix_column(m, 0)[i], c[bar] / c[bar - 1] - 1.0);
        if (i == 0) continue;
        assert_true(wick_matrix_time(m)[i] >= wick_matrix_time(m)[i - 1]);
        assert_true(wick_matrix_time(m)[i] > wick_matrix_time(m)[i - 1] ||
                    wick_matrix_symbol(m)[i] > wick_matrix_symbol(m)[i - 1]);
    }
    /* a mask and a span leave the rows they say */
    const double *mask[SYMBOLS] = {NULL};
    double none[400] = {0};
    for (int s = 1; s < SYMBOLS; s++) mask[s] = none;
    const int64_t from = wick_bars_time(wick_panel_bars(panel, 0))[100];
    const wick_stack_in in = {.size = sizeof in, .mask = mask, .has_from = true, .from = from};
    wick_matrix *few = NULL;
    check_ok(ctx, wick_matrix_stack(ctx, panel, &in, &few));
    assert_int_equal(wick_matrix_rows(few), wick_bars_count(wick_panel_bars(panel, 0)) - 100);
    wick_matrix_unref(few);
    wick_matrix_unref(m);
    wick_panel_unref(panel);
    wick_ctx_free(ctx);
}

static void looking_ahead(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *panel = market(ctx);
    check_ok(ctx, wick_check_lookahead(ctx, panel, honest, NULL, 0, 1));
    check_fails(ctx, wick_check_lookahead(ctx, panel, peeking, NULL, 0, 1), WICK_E_DATA,
                "feature 'change' of SYN");
    check_fails(ctx, wick_check_lookahead(ctx, panel, choosing, NULL, 0, 1), WICK_E_DATA,
                "the choice of rows looks ahead");
    wick_panel_unref(panel);
    wick_ctx_free(ctx);
}

static void cross(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double v[] = {3, 1, 2, 2, WICK_NA, 5, 7};
    const int64_t time[] = {1, 1, 1, 1, 2, 2, 3};
    const int32_t symbol[] = {0, 1, 2, 3, 0, 1, 0};
    const char *const symbols[] = {"A", "B", "C", "D"}, *const names[] = {"v"};
    const double *columns[] = {v};
    const wick_matrix_in in = {.size = sizeof in,
                               .n = 7,
                               .p = 1,
                               .names = names,
                               .columns = columns,
                               .time = time,
                               .symbol = symbol,
                               .symbols = symbols,
                               .n_symbols = 4};
    wick_matrix *m = NULL, *hot = NULL;
    double out[7];
    check_ok(ctx, wick_matrix_new(ctx, &in, &m));
    check_ok(ctx, wick_matrix_cross(ctx, m, 0, WICK_CROSS_RANK, out));
    const double rank[] = {1.0, 0.0, 0.5, 0.5, WICK_NA, 0.5, 0.5};
    for (int i = 0; i < 7; i++) check_same(out[i], rank[i]);
    check_ok(ctx, wick_matrix_cross(ctx, m, 0, WICK_CROSS_DEMEAN, out));
    const double mean[] = {1.0, -1.0, 0.0, 0.0, WICK_NA, 0.0, 0.0};
    for (int i = 0; i < 7; i++) check_same(out[i], mean[i]);
    check_ok(ctx, wick_matrix_cross(ctx, m, 0, WICK_CROSS_ZSCORE, out));
    check_close(out[0], sqrt(2.0), 1e-15);
    assert_true(isnan(out[5]));
    check_ok(ctx, wick_matrix_onehot(ctx, m, WICK_ONEHOT_SYMBOL | WICK_ONEHOT_MONTH, &hot));
    assert_int_equal(wick_matrix_columns(hot), 1 + 4 + 12);
    check_same(wick_matrix_column(hot, wick_matrix_find(hot, "symbol_C"))[2], 1.0);
    check_same(wick_matrix_column(hot, wick_matrix_find(hot, "symbol_C"))[3], 0.0);
    check_same(wick_matrix_column(hot, wick_matrix_find(hot, "month_1"))[6], 1.0);
    wick_matrix_unref(hot);
    wick_matrix_unref(m);
    wick_ctx_free(ctx);
}

static void drift(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_matrix *m = noise(ctx, 2000, 2, 3), *x = NULL, *y = NULL;
    double level[2000], flat[2000];
    for (int i = 0; i < 2000; i++) {
        level[i] = 100.0 + 0.1 * i + wick_matrix_column(m, 0)[i];
        flat[i] = 7.0;
    }
    check_ok(ctx, wick_matrix_with(ctx, m, "price", level, &x));
    check_ok(ctx, wick_matrix_with(ctx, x, "flat", flat, &y));
    int32_t *train = range(0, 1000), *test = range(1000, 2000);
    wick_drift d[4];
    check_ok(ctx, wick_feature_drift(ctx, y, train, 1000, test, 1000, d));
    for (int j = 0; j < 2; j++) {
        assert_true(d[j].psi < 0.05 && d[j].ks < 0.08 && d[j].seen > 0.7 && !d[j].level);
        assert_true(d[j].outside < 0.01 && !d[j].constant);
    }
    assert_true(d[2].level && d[2].ks > 0.95 && d[2].psi > 2.0 && d[2].outside > 0.95);
    assert_true(d[3].constant && !d[3].level);
    check_same(d[3].ks, 0.0);
    free(train);
    free(test);
    wick_matrix_unref(m);
    wick_matrix_unref(x);
    wick_matrix_unref(y);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    const wick_panel *panel = arg;
    const wick_stack_in in = {.size = sizeof in};
    wick_matrix *m = NULL, *hot = NULL, *part = NULL;
    double out[2048];
    const int32_t rows[] = {0, 3};
    wick_status st = wick_matrix_stack(ctx, panel, &in, &m);
    if (st == WICK_OK) st = wick_matrix_onehot(ctx, m, WICK_ONEHOT_WEEKDAY, &hot);
    if (st == WICK_OK) st = wick_matrix_pick(ctx, hot, rows, 2, &part);
    if (st == WICK_OK) st = wick_matrix_cross(ctx, part, 0, WICK_CROSS_RANK, out);
    wick_matrix_unref(m);
    wick_matrix_unref(hot);
    wick_matrix_unref(part);
    return st;
}

static void out_of_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const wick_synth_opts o = {.size = sizeof o, .symbols = 2, .bars = 30};
    wick_panel *p = NULL;
    check_ok(ctx, wick_synth(ctx, &o, &p));
    assert_true(alloc_walk(walk, p) > 20);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(basics),        cmocka_unit_test(mistakes), cmocka_unit_test(stacked),
        cmocka_unit_test(looking_ahead), cmocka_unit_test(cross),    cmocka_unit_test(drift),
        cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
