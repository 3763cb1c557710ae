/* SPDX-License-Identifier: MIT */
/* The tables of other libraries against those libraries: in-repo runs made by
 * tests/golden/metrics/make_statistics.py, and the shared golden files when they are there. */
#include <stdlib.h>

#include "support/check.h"
#include "wick/stats.h"
#include "wick/sheets.h"

static const double TOLERANCE = 1e-8;

static double number(const wick_json *j)
{
    if (j == NULL || wick_json_kind(j) == WICK_JSON_NULL) return WICK_NA;
    if (wick_json_kind(j) == WICK_JSON_OBJECT) return wick_json_number(wick_json_get(j, "days"));
    if (wick_json_kind(j) != WICK_JSON_STRING) return wick_json_number(j);
    double v = WICK_NA;
    const char *s = wick_json_string(j);
    assert_true(wick_parse_double(s, (int64_t)strlen(s), &v));
    return v;
}

static int64_t stamp(const wick_json *j)
{
    int64_t t = 0;
    const char *s = wick_json_string(j);
    assert_true(wick_time_parse(s, (int64_t)strlen(s), &t, NULL));
    return t;
}

static void check_value(const char *where, const char *key, double got, double want)
{
    if (isnan(want) ? isnan(got) : got == want) return;
    if (fabs(got - want) <= TOLERANCE * fmax(fabs(want), 1e-9)) return;
    fail_msg("%s '%s': got %.17g, want %.17g", where, key, got, want);
}

typedef struct input {
    int64_t n;
    int64_t *time;
    double *equity, *close;
    wick_ledger *l;
} input;

static void release(input *in)
{
    wick_ledger_unref(in->l);
    free(in->time);
    free(in->equity);
    free(in->close);
}

static void make_ledger(wick_ctx *ctx, input *in, int64_t n_trades, const wick_trade_rec *t)
{
    const wick_ledger_in spec = {.size = sizeof spec,
                                 .n = in->n,
                                 .time = in->time,
                                 .equity = in->equity,
                                 .n_trades = n_trades,
                                 .trades = t,
                                 .cash0 = in->equity[0]};
    check_ok(ctx, wick_ledger_new(ctx, &spec, &in->l));
}

/* ---- backtesting.py ----------------------------------------------------------------------- */

/* Their benchmark begins after the warm-up: NA before for Buy & Hold, which their Beta ignores. */
static input backtest_input(wick_ctx *ctx, const wick_json *j)
{
    const wick_json *dates = wick_json_get(j, "dates"), *trades = wick_json_get(j, "trades");
    input in = {.n = wick_json_count(dates)};
    in.time = malloc((size_t)in.n * sizeof *in.time);
    in.equity = malloc((size_t)in.n * sizeof *in.equity);
    in.close = malloc((size_t)in.n * sizeof *in.close);
    for (int64_t i = 0; i < in.n; i++) {
        in.time[i] = stamp(wick_json_at(dates, i));
        in.equity[i] = number(wick_json_at(wick_json_get(j, "equity"), i));
        in.close[i] = number(wick_json_at(wick_json_get(j, "close"), i));
    }
    const int64_t k = wick_json_count(trades);
    wick_trade_rec *t = calloc((size_t)k + 1, sizeof *t);
    for (int64_t i = 0; i < k; i++) {
        const wick_json *x = wick_json_at(trades, i);
        const double size = number(wick_json_get(x, "size"));
        t[i].side = size > 0.0 ? 1 : -1;
        t[i].qty = fabs(size);
        t[i].entry_price = number(wick_json_get(x, "entry_price"));
        t[i].exit_price = number(wick_json_get(x, "exit_price"));
        t[i].fees = number(wick_json_get(x, "commission"));
        t[i].pnl = number(wick_json_get(x, "pnl")) + t[i].fees;
        t[i].entry_time = stamp(wick_json_get(x, "entry_time"));
        t[i].exit_time = stamp(wick_json_get(x, "exit_time"));
    }
    make_ledger(ctx, &in, k, t);
    free(t);
    return in;
}

static int check_stats(wick_ctx *ctx, const char *where, const wick_json *j, const wick_json *want)
{
    input in = backtest_input(ctx, j);
    const int64_t first = (int64_t)number(wick_json_get(j, "first_trading_bar"));
    wick_metric_opts o = {.size = sizeof o, .benchmark = in.close, .n_benchmark = in.n};
    wick_sheet *t = NULL, *warm = NULL;
    check_ok(ctx, wick_sheet_build(ctx, "backtesting.py", in.l, &o, &t));
    for (int64_t i = 0; i < first; i++) in.close[i] = WICK_NA;
    check_ok(ctx, wick_sheet_build(ctx, "backtesting.py", in.l, &o, &warm));
    int compared = 0;
    for (int64_t i = 0; i < wick_json_count(want); i++) {
        const wick_json *v = wick_json_at(want, i);
        const char *key = wick_json_key(v);
        double expected = WICK_NA, got = wick_sheet_get(t, key);
        if (strcmp(key, "Start") == 0 || strcmp(key, "End") == 0) {
            expected = (double)stamp(v);
        } else {
            expected = number(v);
        }
        if (strcmp(key, "Buy & Hold Return [%]") == 0) got = wick_sheet_get(warm, key);
        if (strcmp(key, "Alpha [%]") == 0) {
            got = wick_sheet_get(t, "Return [%]") -
                  wick_sheet_get(t, "Beta") * wick_sheet_get(warm, "Buy & Hold Return [%]");
            if (first == 0) check_value(where, key, wick_sheet_get(t, key), expected);
        }
        check_value(where, key, got, expected);
        compared++;
    }
    wick_sheet_free(t);
    wick_sheet_free(warm);
    release(&in);
    return compared;
}

/* ---- QuantStats --------------------------------------------------------------------------- */

static int check_rows(const char *where, const wick_sheet *t, const wick_json *want)
{
    int compared = 0;
    for (int64_t i = 0; i < wick_json_count(want); i++, compared++) {
        const wick_json *v = wick_json_at(want, i);
        bool there = false;
        for (int64_t k = 0; k < wick_sheet_rows(t); k++) {
            there = there || strcmp(wick_sheet_label(t, k), wick_json_key(v)) == 0;
        }
        if (!there) fail_msg("%s: no row '%s'", where, wick_json_key(v));
        check_value(where, wick_json_key(v), wick_sheet_get(t, wick_json_key(v)), number(v));
    }
    return compared;
}

static int check_months(wick_ctx *ctx, const wick_ledger *l, const wick_json *want)
{
    wick_sheet *t = NULL;
    int compared = 0;
    check_ok(ctx, wick_sheet_build(ctx, "monthly_returns", l, NULL, &t));
    for (int64_t y = 0; y < wick_json_count(want); y++) {
        const wick_json *row = wick_json_at(want, y);
        int64_t at = 0;
        while (at < wick_sheet_rows(t) && strcmp(wick_sheet_label(t, at), wick_json_key(row)) != 0)
            at++;
        for (int64_t m = 0; m < 13; m++, compared++) {
            const double got = wick_sheet_value(t, at, m) / 100.0;
            /* Theirs are printed with twelve decimals, and 0 where we have nothing. */
            check_close(isnan(got) ? 0.0 : got, number(wick_json_at(row, m)), 1e-11);
        }
    }
    wick_sheet_free(t);
    return compared;
}

static int check_worst(wick_ctx *ctx, const wick_ledger *l, const wick_json *want)
{
    wick_sheet *t = NULL;
    check_ok(ctx, wick_sheet_build(ctx, "drawdowns", l, NULL, &t));
    const int64_t n = wick_json_count(want);
    for (int64_t i = 0; i < n; i++) {
        const wick_json *d = wick_json_at(want, i);
        check_value("drawdown", "depth_pct", wick_sheet_value(t, i, 4),
                    number(wick_json_get(d, "max_drawdown_pct")));
        check_same(wick_sheet_value(t, i, 1), (double)stamp(wick_json_get(d, "valley")));
    }
    wick_sheet_free(t);
    return (int)(2 * n);
}

static int check_quantstats(wick_ctx *ctx, const char *where, input *in, const wick_json *want)
{
    static const struct {
        const char *key;
        double rf;
    } blocks[] = {{"rf=0", 0.0}, {"rf=0.02", 0.02}};
    int compared = 0;
    for (int k = 0; k < 2; k++) {
        const wick_metric_opts o = {.size = sizeof o,
                                    .bars_per_year = 252.0,
                                    .risk_free = blocks[k].rf,
                                    .benchmark = in->close,
                                    .n_benchmark = in->n};
        wick_sheet *t = NULL;
        check_ok(ctx, wick_sheet_build(ctx, "quantstats", in->l, &o, &t));
        compared += check_rows(where, t, wick_json_get(want, blocks[k].key));
        if (k == 0) compared += check_rows(where, t, wick_json_get(want, "rf_free"));
        wick_sheet_free(t);
    }
    compared += check_months(ctx, in->l, wick_json_get(want, "monthly_returns"));
    return compared + check_worst(ctx, in->l, wick_json_get(want, "worst_drawdowns"));
}

/* ---- files -------------------------------------------------------------------------------- */

static void twins(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    int n = 0;
    check_ok(ctx, wick_json_load(ctx, test_source("tests/golden/metrics/statistics.json"), &doc));
    const wick_json *root = wick_json_root(doc);
    for (int64_t i = 0; i < wick_json_count(root); i++) {
        const wick_json *c = wick_json_at(root, i), *in = wick_json_get(c, "inputs");
        const char *name = wick_json_string(wick_json_get(c, "name"));
        n += check_stats(ctx, name, in, wick_json_get(c, "backtestingpy"));
        if (wick_json_kind(wick_json_get(c, "quantstats")) != WICK_JSON_OBJECT) continue;
        input own = backtest_input(ctx, in);
        n += check_quantstats(ctx, name, &own, wick_json_get(c, "quantstats"));
        release(&own);
    }
    print_message("%d values compared\n", n);
    assert_true(n > 300);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void shared_backtests(void **state)
{
    (void)state;
    const char *path = test_shared_or_skip("spec/golden/metrics_backtestingpy.json");
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    int n = 0;
    check_ok(ctx, wick_json_load(ctx, path, &doc));
    for (int64_t i = 0; i < 3; i++) {
        const wick_json *c = wick_json_at(wick_json_root(doc), i);
        n += check_stats(ctx, wick_json_string(wick_json_get(c, "name")),
                         wick_json_get(c, "inputs"), wick_json_get(c, "outputs"));
    }
    print_message("%d values compared\n", n);
    assert_true(n > 85);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

/* Levels from returns: the first row is the day before the first return. */
static input returns_input(wick_ctx *ctx, const wick_json *j)
{
    const wick_json *r = wick_json_get(j, "returns"), *b = wick_json_get(j, "benchmark");
    input in = {.n = wick_json_count(r) + 1};
    in.time = malloc((size_t)in.n * sizeof *in.time);
    in.equity = malloc((size_t)in.n * sizeof *in.equity);
    in.close = malloc((size_t)in.n * sizeof *in.close);
    in.equity[0] = in.close[0] = 1.0;
    for (int64_t i = 1; i < in.n; i++) {
        in.time[i] = stamp(wick_json_at(wick_json_get(j, "dates"), i - 1));
        in.equity[i] = in.equity[i - 1] * (1.0 + number(wick_json_at(r, i - 1)));
        in.close[i] = in.close[i - 1] * (1.0 + number(wick_json_at(b, i - 1)));
    }
    in.time[0] = in.time[1] - WICK_MS_DAY;
    make_ledger(ctx, &in, 0, NULL);
    return in;
}

static void shared_quantstats(void **state)
{
    (void)state;
    const char *path = test_shared_or_skip("spec/golden/metrics_quantstats.json");
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    int n = 0;
    check_ok(ctx, wick_json_load(ctx, path, &doc));
    for (int64_t i = 0; i < 2; i++) {
        const wick_json *c = wick_json_at(wick_json_root(doc), i);
        input in = returns_input(ctx, wick_json_get(c, "inputs"));
        n += check_quantstats(ctx, wick_json_string(wick_json_get(c, "name")), &in,
                              wick_json_get(c, "outputs"));
        release(&in);
    }
    print_message("%d values compared\n", n);
    assert_true(n > 200);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(twins), cmocka_unit_test(shared_backtests),
                                       cmocka_unit_test(shared_quantstats)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
