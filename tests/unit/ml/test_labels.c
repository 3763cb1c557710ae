/* SPDX-License-Identifier: MIT */
/* Labels and sample weights against the definitions, and the laws they obey. */
#include "support/alloc_walk.h"
#include "ml_test.h"

typedef struct market {
    wick_ctx *ctx;
    wick_json_doc *doc;
    const wick_json *root;
    wick_bars *bars;
    wick_panel *panel;
    wick_matrix *m; /* one row a bar */
    int64_t n;
    double *atr, *sigma, *close;
} market;

static wick_matrix *all_rows(wick_ctx *ctx, const wick_panel *panel)
{
    const wick_stack_in in = {.size = sizeof in};
    wick_matrix *m = NULL;
    check_ok(ctx, wick_matrix_stack(ctx, panel, &in, &m));
    return m;
}

static wick_bars *bars_of(wick_ctx *ctx, const wick_json *root, int64_t n)
{
    static const char *const fields[] = {"open", "high", "low", "close"};
    double *v[4];
    int64_t *time = malloc((size_t)(n + 1) * sizeof *time);
    for (int k = 0; k < 4; k++) v[k] = numbers(wick_json_get(root, fields[k]), NULL);
    for (int64_t i = 0; i < n; i++) time[i] = i * WICK_MS_DAY;
    wick_bars *b = NULL;
    check_ok(ctx, wick_bars_new(ctx, "GOLD", n, time, v[0], v[1], v[2], v[3], NULL, NULL, &b));
    for (int k = 0; k < 4; k++) free(v[k]);
    free(time);
    return b;
}

static market open_market(int64_t first)
{
    market k = {.ctx = wick_ctx_new()};
    k.doc = golden(k.ctx, "ml_labels.json");
    k.root = wick_json_root(k.doc);
    k.close = numbers(wick_json_get(k.root, "close"), &k.n);
    if (first > 0) k.n = first;
    k.bars = bars_of(k.ctx, k.root, k.n);
    check_ok(k.ctx, wick_panel_new(k.ctx, &k.bars, 1, &k.panel));
    k.m = all_rows(k.ctx, k.panel);
    k.atr = numbers(wick_json_get(k.root, "atr14"), NULL);
    k.sigma = numbers(wick_json_get(k.root, "sigma"), NULL);
    return k;
}

static void close_market(market *k)
{
    wick_matrix_unref(k->m);
    wick_panel_unref(k->panel);
    wick_bars_unref(k->bars);
    wick_json_free(k->doc);
    free(k->atr);
    free(k->sigma);
    free(k->close);
    wick_ctx_free(k->ctx);
}

static wick_labels *make(const market *k, const wick_label_opts *o)
{
    wick_labels *l = NULL;
    check_ok(k->ctx, wick_labels_make(k->ctx, k->panel, k->m, o, &l));
    assert_int_equal(wick_labels_count(l), k->n);
    return l;
}

static void returns(void **state)
{
    (void)state;
    market k = open_market(0);
    const struct {
        const char *key;
        int32_t horizon, entry;
    } cases[] = {{"next_return_1_close", 1, WICK_ENTRY_CLOSE},
                 {"next_return_5_next_open", 5, WICK_ENTRY_NEXT_OPEN}};
    for (size_t c = 0; c < 2; c++) {
        const wick_json *want = wick_json_get(k.root, cases[c].key);
        wick_label_opts o = {.size = sizeof o,
                             .kind = WICK_LABEL_RETURN,
                             .horizon = cases[c].horizon,
                             .entry = cases[c].entry};
        wick_labels *l = make(&k, &o);
        o.log_return = true;
        wick_labels *logs = make(&k, &o);
        for (int64_t i = 0; i < k.n; i++) {
            const double v = number(wick_json_at(wick_json_get(want, "value"), i));
            check_close(wick_labels_y(l)[i], v, 1e-12);
            check_close(wick_labels_y(logs)[i], log(1.0 + v), 1e-12);
            if (isnan(v)) continue;
            assert_int_equal(wick_labels_bar1(l)[i],
                             (int)number(wick_json_at(wick_json_get(want, "t1"), i)));
            assert_int_equal(wick_labels_tick1(l)[i], wick_labels_bar1(l)[i]);
        }
        wick_labels_unref(l);
        wick_labels_unref(logs);
    }
    /* signs of the same returns */
    wick_label_opts o = {.size = sizeof o,
                         .kind = WICK_LABEL_SIGN,
                         .horizon = 1,
                         .entry = WICK_ENTRY_CLOSE,
                         .band = 0.01};
    wick_labels *l = make(&k, &o);
    o.three = true;
    wick_labels *three = make(&k, &o);
    for (int64_t i = 0; i + 1 < k.n; i++) {
        const double r = k.close[i + 1] / k.close[i] - 1.0;
        check_same(wick_labels_y(l)[i], r > 0.01 ? 1.0 : r < -0.01 ? 0.0 : WICK_NA);
        check_same(wick_labels_y(three)[i], r > 0.01 ? 1.0 : r < -0.01 ? 0.0 : 2.0);
    }
    wick_labels_unref(l);
    wick_labels_unref(three);
    close_market(&k);
}

static int index_of(const char *const *names, const char *name)
{
    int i = 0;
    while (strcmp(names[i], name) != 0) i++;
    return i;
}

static void barriers(void **state)
{
    (void)state;
    static const char *const ties[] = {"stop", "profit", "nearest"};
    static const char *const ends[] = {"none", "stop", "profit", "timeout"};
    static const char *const entries[] = {"next_open", "close"};
    market k = open_market(0);
    const wick_json *cases = wick_json_get(k.root, "triple_barrier");
    assert_int_equal(wick_json_count(cases), 5);
    for (int64_t c = 0; c < 5; c++) {
        const wick_json *j = wick_json_at(cases, c), *rows = wick_json_get(j, "rows");
        wick_label_opts o = {.size = sizeof o,
                             .kind = WICK_LABEL_BARRIER,
                             .up = number(wick_json_get(j, "up")),
                             .down = number(wick_json_get(j, "down")),
                             .horizon = (int32_t)number(wick_json_get(j, "horizon")),
                             .side = (int8_t)number(wick_json_get(j, "side")),
                             .tie = index_of(ties, wick_json_string(wick_json_get(j, "tie"))),
                             .entry =
                                 index_of(entries, wick_json_string(wick_json_get(j, "entry"))),
                             .vol = k.sigma};
        wick_labels *binary = make(&k, &o);
        o.class3 = true;
        wick_labels *three = make(&k, &o);
        int64_t labelled = 0;
        for (int64_t i = 0; i < wick_json_count(rows); i++) {
            const wick_json *want = wick_json_at(rows, i);
            const int64_t t = (int64_t)number(wick_json_get(want, "t"));
            const wick_json *barrier = wick_json_get(want, "barrier");
            if (barrier == NULL) {
                assert_true(isnan(wick_labels_y(binary)[t]));
                continue;
            }
            labelled++;
            assert_int_equal(wick_labels_barrier(binary)[t],
                             index_of(ends, wick_json_string(barrier)));
            assert_int_equal(wick_labels_bar1(binary)[t], (int)number(wick_json_get(want, "t1")));
            check_close(wick_labels_ret(binary)[t], number(wick_json_get(want, "ret")), 1e-12);
            check_same(wick_labels_y(binary)[t], number(wick_json_get(want, "binary")));
            check_same(wick_labels_y(three)[t], number(wick_json_get(want, "class3_sign")));
        }
        assert_true(labelled > 40);
        wick_labels_unref(binary);
        wick_labels_unref(three);
    }
    close_market(&k);
}

static void trailing(void **state)
{
    (void)state;
    market k = open_market(0);
    double *initial = malloc((size_t)k.n * sizeof *initial);
    const double *atr = k.atr, *low = wick_bars_field(k.bars, WICK_LOW);
    const struct {
        const char *key;
        double initial, trail;
        int32_t horizon;
    } cases[] = {{"trailing_stop_2_3_20", 2.0, 3.0, 20},
                 {"trailing_stop_2_1.5_10", 2.0, 1.5, 10},
                 {"trailing_stop_structure_3_20", 0.0, 3.0, 20}};
    for (size_t c = 0; c < 3; c++) {
        const wick_json *want = wick_json_get(k.root, cases[c].key);
        for (int64_t i = 0; i < k.n; i++) {
            initial[i] = cases[c].initial > 0.0 ? k.close[i] - cases[c].initial * k.atr[i]
                                                : low[i] - 0.5 * k.atr[i];
        }
        const wick_label_opts o = {.size = sizeof o,
                                   .kind = WICK_LABEL_TRAILING,
                                   .horizon = cases[c].horizon,
                                   .trail = cases[c].trail,
                                   .initial = initial,
                                   .atr = &atr};
        wick_labels *l = make(&k, &o);
        for (int64_t i = 0; i < k.n; i++) {
            check_same(wick_labels_y(l)[i], number(wick_json_at(wick_json_get(want, "label"), i)));
            assert_int_equal(wick_labels_bar1(l)[i],
                             (int)number(wick_json_at(wick_json_get(want, "t1"), i)));
        }
        wick_labels_unref(l);
    }
    free(initial);
    close_market(&k);
}

/* What is labelled with fewer bars is labelled the same with more, and its window lies in them. */
static void never_change(void **state)
{
    (void)state;
    for (int32_t kind = WICK_LABEL_RETURN; kind <= WICK_LABEL_TRAILING; kind++) {
        market whole = open_market(0);
        for (int64_t n = 20; n < whole.n; n += 7) {
            market part = open_market(n);
            const double *atr = whole.atr;
            const wick_label_opts o = {.size = sizeof o,
                                       .kind = kind,
                                       .horizon = 6,
                                       .up = 1.0,
                                       .down = 1.0,
                                       .vol = whole.sigma,
                                       .trail = 2.0,
                                       .initial = whole.close,
                                       .atr = &atr};
            wick_labels *a = make(&part, &o), *b = make(&whole, &o);
            for (int64_t i = 0; i < n; i++) {
                const int32_t end = wick_labels_bar1(b)[i];
                assert_true(wick_labels_bar1(a)[i] < n);
                if (wick_labels_bar1(a)[i] < 0) {
                    /* unlabelled only because the answer is not there yet */
                    assert_true(end < 0 || end >= n || i + 6 >= n);
                    continue;
                }
                assert_int_equal(wick_labels_bar1(a)[i], end);
                check_same(wick_labels_y(a)[i], wick_labels_y(b)[i]);
                check_same(wick_labels_ret(a)[i], wick_labels_ret(b)[i]);
            }
            wick_labels_unref(a);
            wick_labels_unref(b);
            close_market(&part);
        }
        close_market(&whole);
    }
}

static void weights(void **state)
{
    (void)state;
    market k = open_market(0);
    const wick_json *w = wick_json_get(k.root, "weights");
    const wick_json *events = wick_json_get(w, "events_t0_t1");
    const int64_t n = wick_json_count(events);
    int32_t rows[16], t1[16];
    double y[16], raw[16], out[16];
    /* Two events may begin on one bar: a matrix of events, not of bars. */
    int32_t bar[16], symbol[16] = {0};
    int64_t stamp[16];
    const char *const names[] = {"GOLD"};
    for (int64_t i = 0; i < n; i++) {
        bar[i] = rows[i] = (int32_t)number(wick_json_at(wick_json_at(events, i), 0));
        t1[i] = (int32_t)number(wick_json_at(wick_json_at(events, i), 1));
        stamp[i] = (int64_t)bar[i] * WICK_MS_DAY;
        y[i] = 1.0;
    }
    const wick_matrix_in in = {.size = sizeof in,
                               .n = n,
                               .time = stamp,
                               .tick = bar,
                               .bar = bar,
                               .symbol = symbol,
                               .symbols = names,
                               .n_symbols = 1};
    wick_matrix *m = NULL;
    check_ok(k.ctx, wick_matrix_new(k.ctx, &in, &m));
    wick_labels *l = NULL;
    check_ok(k.ctx, wick_labels_new(k.ctx, m, y, NULL, t1, &l));
    const struct {
        wick_weight_kind kind;
        const char *raw, *scaled;
    } cases[] = {{WICK_WEIGHT_UNIQUENESS, "uniqueness", "uniqueness_weight"},
                 {WICK_WEIGHT_ABS_RETURN, "abs_return", "abs_return_weight"}};
    for (size_t c = 0; c < 2; c++) {
        check_ok(k.ctx, wick_weights_make(k.ctx, k.panel, m, l, cases[c].kind, raw, out));
        for (int64_t i = 0; i < n; i++) {
            check_close(raw[i], number(wick_json_at(wick_json_get(w, cases[c].raw), i)), 1e-12);
            check_close(out[i], number(wick_json_at(wick_json_get(w, cases[c].scaled), i)), 1e-12);
        }
    }
    check_ok(k.ctx, wick_weights_make(k.ctx, k.panel, m, l, WICK_WEIGHT_UNIQUENESS, raw, out));
    const struct {
        double last;
        const char *key;
    } decays[] = {{0.0, "decay_0"}, {0.5, "decay_0p5"}, {-0.3, "decay_m0p3"}};
    for (size_t c = 0; c < 3; c++) {
        check_ok(k.ctx, wick_weights_decay(k.ctx, n, raw, decays[c].last, out));
        for (int64_t i = 0; i < n; i++) {
            check_close(out[i], number(wick_json_at(wick_json_get(w, decays[c].key), i)), 1e-12);
        }
    }
    const double classes[] = {0, 0, 0, 1}, given[] = {1, 1, 2, 4};
    check_ok(k.ctx, wick_weights_balance(k.ctx, 4, classes, NULL, out));
    check_close(out[0], 4.0 / 6.0, 1e-15);
    check_close(out[3], 2.0, 1e-15);
    check_ok(k.ctx, wick_weights_balance(k.ctx, 4, classes, given, out));
    check_close(out[0], 1.0, 1e-15);
    check_close(out[3], 1.0, 1e-15);
    wick_labels_unref(l);
    wick_matrix_unref(m);
    close_market(&k);
}

/* Trades of a ledger become labels of the rows they were signalled on. */
static void from_trades(void **state)
{
    (void)state;
    market k = open_market(0);
    const char *const symbol = "GOLD";
    const int64_t day = WICK_MS_DAY, time = 0;
    const double cash = 1000.0;
    wick_trade_rec t[5];
    memset(t, 0, sizeof t);
    /* two slices of one entry: +5 and -2, fees 1 each: +1; then a loss, a cut one, a winner */
    const struct {
        int64_t signal;
        double pnl, fees;
        int32_t exit;
        int8_t reason;
    } rows[] = {{3, 5.0, 1.0, 8, WICK_BY_SIGNAL},
                {3, -2.0, 1.0, 12, WICK_BY_STOP_LOSS},
                {20, 1.0, 1.5, 25, WICK_BY_SIGNAL},
                {80, 9.0, 0.0, 89, WICK_BY_END},
                {40, 2.0, 0.5, 44, WICK_BY_BARS}};
    for (int i = 0; i < 5; i++) {
        t[i].side = 1;
        t[i].reason = rows[i].reason;
        t[i].signal_time = rows[i].signal * day;
        t[i].entry_bar = (int32_t)rows[i].signal + 1;
        t[i].exit_bar = rows[i].exit;
        t[i].qty = 2.0;
        t[i].entry_price = 100.0;
        t[i].exit_price = 101.0;
        t[i].pnl = rows[i].pnl;
        t[i].fees = rows[i].fees;
    }
    const wick_ledger_in in = {.size = sizeof in,
                               .n = 1,
                               .time = &time,
                               .equity = &cash,
                               .n_trades = 5,
                               .trades = t,
                               .n_symbols = 1,
                               .symbols = &symbol,
                               .cash0 = cash};
    wick_ledger *ledger = NULL;
    check_ok(k.ctx, wick_ledger_new(k.ctx, &in, &ledger));
    wick_labels *l = NULL;
    check_ok(k.ctx, wick_labels_from_trades(k.ctx, k.panel, k.m, ledger, false, &l));
    check_same(wick_labels_y(l)[3], 1.0);
    check_close(wick_labels_ret(l)[3], 1.0 / 400.0, 1e-15);
    assert_int_equal(wick_labels_bar1(l)[3], 12);
    assert_int_equal(wick_labels_barrier(l)[3], WICK_BARRIER_TRADE);
    check_same(wick_labels_y(l)[20], 0.0);
    check_same(wick_labels_y(l)[40], 1.0);
    check_same(wick_labels_y(l)[80], WICK_NA);
    check_same(wick_labels_y(l)[4], WICK_NA);
    int64_t labelled = 0;
    for (int64_t i = 0; i < k.n; i++) labelled += !isnan(wick_labels_y(l)[i]);
    assert_int_equal(labelled, 3);
    wick_labels_unref(l);
    check_ok(k.ctx, wick_labels_from_trades(k.ctx, k.panel, k.m, ledger, true, &l));
    check_same(wick_labels_y(l)[20], 1.0); /* net already: +1 */
    wick_labels_unref(l);
    wick_ledger_unref(ledger);
    close_market(&k);
}

static void mistakes(void **state)
{
    (void)state;
    market k = open_market(0);
    wick_labels *l = NULL;
    wick_label_opts o = {.size = sizeof o, .horizon = 0};
    check_fails(k.ctx, wick_labels_make(k.ctx, k.panel, k.m, &o, &l), WICK_E_ARG, "horizon");
    o = (wick_label_opts){.size = sizeof o, .horizon = 3, .kind = WICK_LABEL_BARRIER, .up = 1.0};
    check_fails(k.ctx, wick_labels_make(k.ctx, k.panel, k.m, &o, &l), WICK_E_ARG, "volatility");
    o.kind = WICK_LABEL_TRAILING;
    check_fails(k.ctx, wick_labels_make(k.ctx, k.panel, k.m, &o, &l), WICK_E_ARG, "ATR");
    o.kind = 9;
    check_fails(k.ctx, wick_labels_make(k.ctx, k.panel, k.m, &o, &l), WICK_E_ARG, "kind");
    wick_matrix *foreign = noise(k.ctx, 5, 1, 1);
    o.kind = WICK_LABEL_RETURN;
    check_fails(k.ctx, wick_labels_make(k.ctx, k.panel, foreign, &o, &l), WICK_E_ARG, "panel");
    wick_matrix_unref(foreign);
    close_market(&k);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    const market *k = arg;
    const wick_label_opts o = {.size = sizeof o, .kind = WICK_LABEL_RETURN, .horizon = 2};
    wick_labels *l = NULL, *part = NULL;
    double out[128];
    const int32_t rows[] = {1, 5};
    wick_status st = wick_labels_make(ctx, k->panel, k->m, &o, &l);
    if (st == WICK_OK) {
        st = wick_weights_make(ctx, k->panel, k->m, l, WICK_WEIGHT_UNIQUENESS, NULL, out);
    }
    if (st == WICK_OK) st = wick_labels_pick(ctx, l, rows, 2, &part);
    wick_labels_unref(l);
    wick_labels_unref(part);
    return st;
}

static void out_of_memory(void **state)
{
    (void)state;
    market k = open_market(0);
    assert_true(alloc_walk(walk, &k) > 10);
    close_market(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(returns),  cmocka_unit_test(barriers),
                                       cmocka_unit_test(trailing), cmocka_unit_test(never_change),
                                       cmocka_unit_test(weights),  cmocka_unit_test(from_trades),
                                       cmocka_unit_test(mistakes), cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
