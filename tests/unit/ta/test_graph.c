/* SPDX-License-Identifier: MIT */
/* Nodes, and what evaluation promises. */
#include "graph_help.h"

#include "alloc_walk.h"

/* ---- one node for equal declarations ------------------------------------------------------- */

static void test_equal_declarations_are_one_node(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 100);
    wick_graph *g = new_graph(ctx, b, NULL, NULL);
    const wick_node c = source(ctx, g, WICK_S_CLOSE), o = source(ctx, g, WICK_S_OPEN);
    assert_int_equal(source(ctx, g, WICK_S_CLOSE), c);
    const wick_node fast = call(ctx, g, "sma", c, 5);
    assert_int_equal(call(ctx, g, "sma", c, 5), fast);
    assert_int_equal(call(ctx, g, "sma", c, 5.9), fast); /* lengths are truncated first */
    assert_int_not_equal(call(ctx, g, "sma", c, 6), fast);
    assert_int_not_equal(call(ctx, g, "sma", o, 5), fast);
    assert_int_equal(op2(ctx, g, WICK_OP_ADD, c, o), op2(ctx, g, WICK_OP_ADD, o, c));
    assert_int_equal(op2(ctx, g, WICK_OP_GT, c, o), op2(ctx, g, WICK_OP_LT, o, c));
    assert_int_equal(op2(ctx, g, WICK_OP_GE, c, o), op2(ctx, g, WICK_OP_LE, o, c));
    assert_int_not_equal(op2(ctx, g, WICK_OP_SUB, c, o), op2(ctx, g, WICK_OP_SUB, o, c));
    assert_int_not_equal(op2(ctx, g, WICK_OP_MIN, c, o), op2(ctx, g, WICK_OP_MAX, c, o));
    const wick_node l3 = wick_graph_lag(ctx, g, c, 3);
    assert_int_equal(wick_graph_lag(ctx, g, wick_graph_lag(ctx, g, c, 1), 2), l3);
    assert_int_equal(wick_graph_lag(ctx, g, c, 0), c);
    assert_int_equal(wick_graph_const(ctx, g, WICK_NA), wick_graph_const(ctx, g, -WICK_NA));
    assert_int_not_equal(wick_graph_const(ctx, g, 0.0), wick_graph_const(ctx, g, -0.0));
    const wick_node two = wick_graph_const(ctx, g, 2.0), three = wick_graph_const(ctx, g, 3.0);
    assert_int_equal(op2(ctx, g, WICK_OP_ADD, two, three), wick_graph_const(ctx, g, 5.0));
    assert_int_equal(op3(ctx, g, WICK_OP_IF, wick_graph_const(ctx, g, WICK_NA), c, o), o);
    assert_int_equal(op3(ctx, g, WICK_OP_IF, two, c, o), c);
    /* Columns are told apart by their keys, and without one each is its own. */
    double v[100] = {0};
    assert_int_equal(wick_graph_column(ctx, g, v, 100, 9), wick_graph_column(ctx, g, v, 100, 9));
    assert_int_not_equal(wick_graph_column(ctx, g, v, 100, 0),
                         wick_graph_column(ctx, g, v, 100, 0));
    wick_graph_free(g);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* Thousands of declarations, each twice: the table of keys grows and still knows them all. */
static void test_many_nodes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 10);
    wick_graph *g = new_graph(ctx, b, NULL, NULL);
    const wick_node c = source(ctx, g, WICK_S_CLOSE);
    wick_node first[3000];
    for (int i = 0; i < 3000; i++) {
        first[i] = op2(ctx, g, WICK_OP_ADD, c, wick_graph_const(ctx, g, i + 0.5));
        assert_true(i == 0 || first[i] > first[i - 1]);
    }
    for (int i = 2999; i >= 0; i--) {
        assert_int_equal(op2(ctx, g, WICK_OP_ADD, c, wick_graph_const(ctx, g, i + 0.5)), first[i]);
    }
    /* A chain as long: evaluation recurses nowhere. */
    wick_node x = c;
    for (int i = 0; i < 20000; i++) {
        x = op2(ctx, g, WICK_OP_ADD, wick_graph_lag(ctx, g, x, i % 2), first[i % 3000]);
    }
    check_ok(ctx, wick_graph_eval(ctx, g, &x, 1));
    assert_non_null(wick_graph_values(g, x));
    wick_buf text = {0};
    wick_graph_describe(g, x, &text);
    assert_true(text.len > 0 && text.len < 4000);
    wick_buf_free(&text);
    wick_graph_free(g);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* ---- fused, in lanes, one by one: the same bits ---------------------------------------------- */

static void test_order_of_evaluation_changes_nothing(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const int64_t lengths[] = {0, 1, 2, 31, WK_BLOCK - 1, WK_BLOCK, WK_BLOCK + 1, 2500};
    for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
        const int64_t n = lengths[l];
        wick_bars *all = synth_bars(ctx, 2500), *b = NULL;
        check_ok(ctx, wick_bars_slice(ctx, all, 0, n, &b));
        for (uint64_t seed = 1; seed <= 12; seed++) {
            wick_node x[RANDOM_NODES], y[RANDOM_NODES], z[RANDOM_NODES];
            wick_graph *whole = new_graph(ctx, b, NULL, NULL);  /* every node a column */
            wick_graph *fused = new_graph(ctx, b, NULL, NULL);  /* only the last few are */
            wick_graph *single = new_graph(ctx, b, NULL, NULL); /* one call for each */
            random_graph(ctx, whole, seed, x);
            random_graph(ctx, fused, seed, y);
            random_graph(ctx, single, seed, z);
            check_ok(ctx, wick_graph_eval(ctx, whole, x, RANDOM_NODES));
            check_ok(ctx, wick_graph_eval(ctx, fused, y + RANDOM_NODES - 4, 4));
            for (int i = 0; i < RANDOM_NODES; i++) {
                check_ok(ctx, wick_graph_eval(ctx, single, z + i, 1));
                check_columns(wick_graph_values(single, z[i]), wick_graph_values(whole, x[i]), n,
                              "one by one");
            }
            for (int i = RANDOM_NODES - 4; i < RANDOM_NODES; i++) {
                check_columns(wick_graph_values(fused, y[i]), wick_graph_values(whole, x[i]), n,
                              "fused");
            }
            wick_graph_free(whole);
            wick_graph_free(fused);
            wick_graph_free(single);
        }
        wick_bars_unref(b);
        wick_bars_unref(all);
    }
    wick_ctx_free(ctx);
}

static void test_lanes_equal_single_runs(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 1500);
    static const char *const names[] = {"sma", "ema", "highest"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        wick_graph *g = new_graph(ctx, b, NULL, NULL);
        wick_node x[45];
        for (int i = 0; i < 45; i++) {
            x[i] = call(ctx, g, names[k], source(ctx, g, WICK_S_CLOSE), 2 + i * 3);
        }
        check_ok(ctx, wick_graph_eval(ctx, g, x, 45));
        double *want = malloc(1500 * sizeof *want);
        for (int i = 0; i < 45; i++) {
            const double *in[WICK_TA_MAX_IN] = {wick_bars_field(b, WICK_CLOSE)};
            const double p = 2 + i * 3;
            double *const out[WICK_TA_MAX_OUT] = {want};
            check_ok(ctx, wick_ta_run(ctx, names[k], 1500, in, &p, 1, out));
            check_columns(wick_graph_values(g, x[i]), want, 1500, names[k]);
        }
        free(want);
        wick_graph_free(g);
    }
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* Every port, parameter and output of every indicator arrives where it belongs. */
static void test_every_indicator_equals_its_kernel(void **state)
{
    (void)state;
    enum { N = 700 };
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, N);
    static const wick_source mix[] = {WICK_S_CLOSE, WICK_S_OPEN, WICK_S_HIGH, WICK_S_LOW};
    for (int64_t k = 0; k < wick_ta_count(); k++) {
        const wick_ta_spec *s = wick_ta_at(k);
        wick_graph *g = new_graph(ctx, b, NULL, NULL);
        wick_node in[WICK_TA_MAX_IN], x[WICK_TA_MAX_OUT];
        double p[WICK_TA_MAX_PARAM], *want[WICK_TA_MAX_OUT];
        const double *col[WICK_TA_MAX_IN];
        const int32_t given = wick_ta_given(s), n_p = wick_ta_params(s), n_out = wick_ta_outputs(s);
        for (int32_t i = 0; i < wick_ta_inputs(s); i++) {
            in[i] = source(ctx, g, i < given ? mix[i % 4] : (wick_source)s->in[i].source);
        }
        check_ok(ctx, wick_graph_eval(ctx, g, in, wick_ta_inputs(s)));
        for (int32_t i = 0; i < wick_ta_inputs(s); i++) col[i] = wick_graph_values(g, in[i]);
        for (int32_t i = 0; i < n_p; i++) p[i] = s->param[i].def;
        for (int32_t i = 0; i < n_out; i++) {
            want[i] = malloc(N * sizeof(double));
            x[i] = wick_graph_ta(ctx, g, s, in, given, p, n_p, i);
            check_ok(ctx, x[i]);
        }
        check_ok(ctx, wick_ta_run(ctx, s->name, N, col, p, n_p, want));
        check_ok(ctx, wick_graph_eval(ctx, g, x, n_out));
        for (int32_t i = 0; i < n_out; i++) {
            check_columns(wick_graph_values(g, x[i]), want[i], N, s->name);
            free(want[i]);
        }
        wick_graph_free(g);
    }
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* Looking ahead is impossible: a graph on the first k bars shows the first k values. */
static void test_prefix_law(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *all = synth_bars(ctx, 2300);
    wick_pcg r = wick_pcg_key(1, "prefix", 0, 0);
    for (uint64_t seed = 100; seed < 130; seed++) {
        wick_node x[RANDOM_NODES], y[RANDOM_NODES];
        wick_graph *g = new_graph(ctx, all, NULL, NULL);
        random_graph(ctx, g, seed, x);
        check_ok(ctx, wick_graph_eval(ctx, g, x, RANDOM_NODES));
        for (int t = 0; t < 4; t++) {
            const int64_t k = (int64_t)wick_pcg_below(&r, 2300);
            wick_bars *part = NULL;
            check_ok(ctx, wick_bars_slice(ctx, all, 0, k, &part));
            wick_graph *h = new_graph(ctx, part, NULL, NULL);
            random_graph(ctx, h, seed, y);
            check_ok(ctx, wick_graph_eval(ctx, h, y, RANDOM_NODES));
            for (int i = 0; i < RANDOM_NODES; i++) {
                check_columns(wick_graph_values(h, y[i]), wick_graph_values(g, x[i]), k, "prefix");
            }
            wick_graph_free(h);
            wick_bars_unref(part);
        }
        wick_graph_free(g);
    }
    wick_bars_unref(all);
    wick_ctx_free(ctx);
}

/* ---- sources, lags, numbers as columns ------------------------------------------------------ */

static void test_sources_and_lags(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 1300);
    const double *o = wick_bars_field(b, WICK_OPEN), *h = wick_bars_field(b, WICK_HIGH);
    const double *l = wick_bars_field(b, WICK_LOW), *c = wick_bars_field(b, WICK_CLOSE);
    const int64_t *t = wick_bars_time(b);
    wick_graph *g = new_graph(ctx, b, NULL, NULL);
    wick_node s[WICK_S_COUNT];
    for (int k = 0; k < WICK_S_COUNT; k++) s[k] = source(ctx, g, (wick_source)k);
    assert_null(wick_graph_values(g, s[0]));
    check_ok(ctx, wick_graph_eval(ctx, g, s, WICK_S_COUNT));
    assert_ptr_equal(wick_graph_values(g, s[WICK_S_CLOSE]), c); /* shown, not copied */
    for (int64_t i = 0; i < 1300; i++) {
        check_same(wick_graph_values(g, s[WICK_S_HL2])[i], (h[i] + l[i]) / 2);
        check_same(wick_graph_values(g, s[WICK_S_HLC3])[i], (h[i] + l[i] + c[i]) / 3);
        check_same(wick_graph_values(g, s[WICK_S_OHLC4])[i], (o[i] + h[i] + l[i] + c[i]) / 4);
        check_same(wick_graph_values(g, s[WICK_S_HLCC4])[i], (h[i] + l[i] + c[i] + c[i]) / 4);
        check_same(wick_graph_values(g, s[WICK_S_TIME])[i], (double)t[i]);
        check_same(wick_graph_values(g, s[WICK_S_BAR_INDEX])[i], (double)i);
        const bool first = i == 0 || t[i] / WICK_MS_DAY != t[i - 1] / WICK_MS_DAY;
        check_same(wick_graph_values(g, s[WICK_S_NEW_DAY])[i], first);
    }
    static const int64_t lags[] = {1, 7, WK_BLOCK - 1, WK_BLOCK, WK_BLOCK + 1, 1299, 1300, 99999};
    for (size_t k = 0; k < sizeof lags / sizeof lags[0]; k++) {
        const wick_node x = wick_graph_lag(ctx, g, s[WICK_S_CLOSE], lags[k]);
        const wick_node d = op2(ctx, g, WICK_OP_SUB, s[WICK_S_OPEN], x); /* read in place */
        const wick_node both[2] = {d, x};
        check_ok(ctx, wick_graph_eval(ctx, g, both, 1));
        check_ok(ctx, wick_graph_eval(ctx, g, both, 2));
        for (int64_t i = 0; i < 1300; i++) {
            const double want = i < lags[k] ? WICK_NA : c[i - lags[k]];
            check_same(wick_graph_values(g, x)[i], want);
            check_same(wick_graph_values(g, d)[i], o[i] - want);
        }
    }
    const wick_node five = wick_graph_const(ctx, g, 5.0), old = wick_graph_lag(ctx, g, five, 2);
    const wick_node both[2] = {five, old};
    check_ok(ctx, wick_graph_eval(ctx, g, both, 2));
    check_same(wick_graph_values(g, five)[1299], 5.0);
    check_same(wick_graph_values(g, old)[1], WICK_NA);
    check_same(wick_graph_values(g, old)[2], 5.0);
    wick_graph_free(g);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* The trading day is told in the exchange zone; an evening session belongs to the next date. */
static void test_new_day_follows_the_zone(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    enum { N = 24 * 60 }; /* over the change of clocks on 10 March, far from the first bar */
    int64_t time[N];
    double p[N];
    for (int i = 0; i < N; i++) {
        time[i] = wick_time_from_civil(2024, 1, 20, 0, 0, 0, 0) + i * INT64_C(3600000);
        p[i] = 10.0;
    }
    static const struct {
        const char *zone, *session;
        int hour; /* wall clock at which the day turns */
    } cases[] = {{"Etc/UTC", "24x7", 0},
                 {"America/New_York", "24x7", 0},
                 {"America/Chicago", "1700-1600", 17},
                 {"Asia/Tokyo", "24x7", 0}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const wick_symbol_info info = {.symbol = "X",
                                       .timezone = cases[k].zone,
                                       .session = cases[k].session,
                                       .tick = 0.01,
                                       .timeframe_ms = 3600000};
        wick_bars *b = NULL;
        check_ok(ctx, wick_bars_new(ctx, "X", N, time, p, p, p, p, NULL, &info, &b));
        wick_graph *g = new_graph(ctx, b, NULL, NULL);
        const wick_node x = source(ctx, g, WICK_S_NEW_DAY);
        check_ok(ctx, wick_graph_eval(ctx, g, &x, 1));
        wick_tz *tz = NULL;
        check_ok(ctx, wick_tz_load(ctx, cases[k].zone, &tz));
        for (int i = 0; i < N; i++) {
            const wick_civil c = wick_time_to_civil(time[i] + wick_tz_offset(tz, time[i]));
            check_same(wick_graph_values(g, x)[i], i == 0 || c.hour == cases[k].hour);
        }
        wick_tz_unref(tz);
        wick_graph_free(g);
        wick_bars_unref(b);
    }
    wick_ctx_free(ctx);
}

/* ---- words about nodes ---------------------------------------------------------------------- */

static void check_text(const wick_graph *g, wick_node x, const char *want)
{
    wick_buf b = {0};
    wick_graph_describe(g, x, &b);
    assert_string_equal(b.data, want);
    wick_buf_free(&b);
}

static void test_descriptions_units_warmup(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 50);
    wick_graph *g = new_graph(ctx, b, NULL, NULL);
    const wick_node c = source(ctx, g, WICK_S_CLOSE), o = source(ctx, g, WICK_S_OPEN);
    const wick_node v = source(ctx, g, WICK_S_VOLUME), two = wick_graph_const(ctx, g, 2.0);
    const wick_node sma = call(ctx, g, "sma", c, 20);
    check_text(g, sma, "sma(close, 20)");
    const wick_node d = op2(ctx, g, WICK_OP_SUB, c, op2(ctx, g, WICK_OP_SUB, o, two));
    check_text(g, d, "close - (open - 2)");
    check_text(g, op2(ctx, g, WICK_OP_MUL, d, two), "(close - (open - 2)) * 2");
    check_text(g, wick_graph_lag(ctx, g, d, 3), "(close - (open - 2))[3]");
    check_text(g, op1(ctx, g, WICK_OP_NOT, op2(ctx, g, WICK_OP_GT, c, o)), "not (close > open)");
    check_text(g, op3(ctx, g, WICK_OP_IF, c, o, two), "close ? open : 2");
    check_text(g, op2(ctx, g, WICK_OP_POW, c, two), "pow(close, 2)");

    assert_int_equal(wick_graph_unit(g, sma), WICK_U_PRICE);
    assert_int_equal(wick_graph_unit(g, d), WICK_U_PRICE);
    assert_int_equal(wick_graph_unit(g, op2(ctx, g, WICK_OP_DIV, c, o)), WICK_U_RATIO);
    assert_int_equal(wick_graph_unit(g, op2(ctx, g, WICK_OP_MUL, c, o)), WICK_U_PRICE2);
    assert_int_equal(wick_graph_unit(g, op2(ctx, g, WICK_OP_MUL, v, c)), WICK_U_PVOLUME);
    assert_int_equal(wick_graph_unit(g, op2(ctx, g, WICK_OP_MUL, two, c)), WICK_U_PRICE);
    assert_int_equal(wick_graph_unit(g, op2(ctx, g, WICK_OP_DIV, two, c)), WICK_U_INVERSE);
    assert_int_equal(wick_graph_unit(g, op2(ctx, g, WICK_OP_GT, c, o)), WICK_U_MASK);
    assert_int_equal(wick_graph_unit(g, op2(ctx, g, WICK_OP_ADD, c, v)), WICK_U_ANY);
    assert_int_equal(wick_graph_unit(g, call(ctx, g, "sma", v, 3)), WICK_U_VOLUME);
    const wick_node sq = op2(ctx, g, WICK_OP_MUL, c, c);
    assert_int_equal(wick_graph_unit(g, op1(ctx, g, WICK_OP_SQRT, sq)), WICK_U_PRICE);

    assert_int_equal(wick_graph_warmup(g, c), 0);
    assert_int_equal(wick_graph_warmup(g, sma), 19);
    const wick_node twice = call(ctx, g, "sma", wick_graph_lag(ctx, g, sma, 4), 5);
    assert_int_equal(wick_graph_warmup(g, twice), 19 + 4 + 4);
    assert_int_equal(wick_graph_warmup(g, op2(ctx, g, WICK_OP_GT, c, twice)), 27);
    check_ok(ctx, wick_graph_eval(ctx, g, &twice, 1));
    for (int i = 0; i < 50; i++) assert_int_equal(isnan(wick_graph_values(g, twice)[i]), i < 27);
    wick_graph_free(g);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* ---- misuse ------------------------------------------------------------------------------------
 */

static void test_misuse_is_an_error(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 20);
    wick_graph *g = new_graph(ctx, b, NULL, NULL);
    const wick_node c = source(ctx, g, WICK_S_CLOSE), none = 77;
    const wick_ta_spec *sma = wick_ta_find("sma");
    const double big = 1e9, two[2] = {2, 3}, v[20] = {0};
    check_fails(ctx, wick_graph_source(ctx, g, (wick_source)99), WICK_E_ARG, "99");
    check_fails(ctx, wick_graph_op(ctx, g, (wick_op)-1, &c), WICK_E_ARG, "-1");
    check_fails(ctx, op1(ctx, g, WICK_OP_NEG, none), WICK_E_ARG, "77");
    check_fails(ctx, wick_graph_lag(ctx, g, c, -1), WICK_E_ARG, "look ahead");
    check_fails(ctx, wick_graph_lag(ctx, g, none, 1), WICK_E_ARG, "77");
    check_fails(ctx, wick_graph_ta(ctx, g, sma, &c, 1, &big, 1, 0), WICK_E_ARG, "sma");
    check_fails(ctx, wick_graph_ta(ctx, g, sma, &c, 1, two, 2, 0), WICK_E_ARG, "1 parameters");
    check_fails(ctx, wick_graph_ta(ctx, g, sma, &none, 1, two, 1, 0), WICK_E_ARG, "77");
    check_fails(ctx, wick_graph_ta(ctx, g, sma, &c, 1, two, 1, 1), WICK_E_ARG, "output 1");
    check_fails(ctx, wick_graph_ta(ctx, g, sma, &c, 0, two, 1, 0), WICK_E_ARG, "missing");
    check_fails(ctx, wick_graph_ta(ctx, g, sma, &c, 2, two, 1, 0), WICK_E_ARG, "1 series");
    check_fails(ctx, wick_graph_ta(ctx, g, NULL, &c, 1, two, 1, 0), WICK_E_ARG, "indicator");
    check_fails(ctx, wick_graph_column(ctx, g, v, 19, 0), WICK_E_ARG, "20 bars");
    check_fails(ctx, wick_graph_eval(ctx, g, &none, 1), WICK_E_ARG, "77");
    /* A failed constructor's node handed on keeps the first message. */
    const wick_node bad = wick_graph_lag(ctx, g, c, -3);
    check_fails(ctx, op1(ctx, g, WICK_OP_NEG, bad), WICK_E_ARG, "look ahead");
    assert_null(wick_graph_values(g, none));
    assert_null(wick_graph_values(g, -1));
    check_ok(ctx, wick_graph_eval(ctx, g, NULL, 0));
    wick_interrupt();
    const wick_node x = call(ctx, g, "sma", c, 3);
    const wick_status st = wick_graph_eval(ctx, g, &x, 1);
    wick_interrupt_clear();
    check_fails(ctx, st, WICK_E_CANCELLED, NULL);
    check_ok(ctx, wick_graph_eval(ctx, g, &x, 1));
    wick_graph_free(g);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* ---- running out of memory
 * ------------------------------------------------------------------------ */

typedef struct walk {
    wick_bars *bars;
    wick_panel *panel;
    bool cached;
} walk;

static wick_status build(wick_ctx *ctx, wick_graph *g)
{
    double v[200];
    gappy(v, 200, 3);
    const wick_node c = wick_graph_source(ctx, g, WICK_S_CLOSE);
    if (c < 0) return c;
    wick_node x[6];
    x[0] = wick_graph_column(ctx, g, v, 200, 5);
    if (x[0] < 0) return x[0];
    x[1] = call(ctx, g, "sma", c, 10);
    if (x[1] < 0) return x[1];
    x[2] = op2(ctx, g, WICK_OP_SUB, c, x[0]);
    if (x[2] < 0) return x[2];
    x[3] = call(ctx, g, "sma", wick_graph_lag(ctx, g, x[2], 2), 4);
    if (x[3] < 0) return x[3];
    x[4] = wick_graph_expr(ctx, g, "sma(close, 5) > hl2 ? higher(\"4h\", sma(close, 3)) : 1", NULL,
                           NULL);
    if (x[4] < 0) return x[4];
    x[5] = wick_graph_other(ctx, g, "SYN02", WICK_S_HL2);
    if (x[5] < 0) return x[5];
    return wick_graph_eval(ctx, g, x, 6);
}

static wick_status walk_graph(wick_ctx *ctx, void *arg)
{
    const walk *w = arg;
    wick_cache *cache = NULL;
    if (w->cached && (cache = wick_cache_new(1 << 20)) == NULL) return wick_fail_mem(ctx);
    wick_graph *g = NULL;
    wick_status st = wick_graph_new(ctx, w->bars, w->panel, cache, &g);
    if (st >= 0) st = build(ctx, g);
    wick_graph_free(g);
    wick_cache_unref(cache);
    return st;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    walk w = {.panel = synth_panel(ctx, 2, 200, "15m", false)};
    w.bars = wick_panel_bars(w.panel, 0);
    assert_true(alloc_walk(walk_graph, &w) > 20);
    w.cached = true;
    assert_true(alloc_walk(walk_graph, &w) > 20);
    wick_panel_unref(w.panel);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_declarations_are_one_node),
        cmocka_unit_test(test_many_nodes),
        cmocka_unit_test(test_order_of_evaluation_changes_nothing),
        cmocka_unit_test(test_lanes_equal_single_runs),
        cmocka_unit_test(test_every_indicator_equals_its_kernel),
        cmocka_unit_test(test_prefix_law),
        cmocka_unit_test(test_sources_and_lags),
        cmocka_unit_test(test_new_day_follows_the_zone),
        cmocka_unit_test(test_descriptions_units_warmup),
        cmocka_unit_test(test_misuse_is_an_error),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
