/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "support/check.h"
#include "wick/flow.h"

static double at(const wick_json *row, int64_t i)
{
    return wick_json_number(wick_json_at(row, i));
}

/* A ledger of the golden's trades over its two stamps. */
static wick_ledger *ledger_of(wick_ctx *ctx, const wick_json *root, int64_t n)
{
    static const char *const symbols[32] = {"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K",
                                            "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V",
                                            "W", "X", "Y", "Z", "a", "b", "c", "d", "e", "f"};
    const wick_json *rows = wick_json_get(root, "trades");
    const double cash = wick_json_number(wick_json_get(root, "cash"));
    const int64_t time[2] = {(int64_t)wick_json_number(wick_json_get(root, "from")),
                             (int64_t)wick_json_number(wick_json_get(root, "to"))};
    const double equity[2] = {cash, cash};
    wick_trade_rec *t = calloc((size_t)n + 1, sizeof *t);
    for (int64_t i = 0; i < n; i++) {
        const wick_json *r = wick_json_at(rows, i);
        t[i] = (wick_trade_rec){.symbol = (int32_t)at(r, 0),
                                .side = 1,
                                .entry_time = (int64_t)at(r, 1),
                                .exit_time = (int64_t)at(r, 2),
                                .qty = at(r, 3),
                                .entry_price = at(r, 4),
                                .pnl = at(r, 5),
                                .fees = at(r, 6)};
    }
    const wick_ledger_in in = {.size = sizeof in,
                               .n = 2,
                               .time = time,
                               .equity = equity,
                               .n_trades = n,
                               .trades = t,
                               .n_symbols = 32,
                               .symbols = symbols,
                               .cash0 = cash};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_new(ctx, &in, &l));
    free(t);
    return l;
}

static void freqtrade(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, test_source("tests/golden/flow/freqtrade.json"), &doc));
    const wick_json *root = wick_json_root(doc), *want = wick_json_get(root, "losses");
    wick_ledger *l = ledger_of(ctx, root, wick_json_count(wick_json_get(root, "trades")));
    assert_int_equal(wick_json_count(want), 12);
    for (int64_t i = 0; i < 12; i++) {
        const wick_json *j = wick_json_at(want, i);
        const wick_objective_spec *s = wick_objective_find(wick_json_key(j));
        assert_non_null(s);
        assert_int_equal(s->better, -1);
        const wick_objective_in in = {l, NULL, false};
        check_close_at(s->eval(&in), wick_json_number(j), 1e-12, s->name, __FILE__, __LINE__);
    }
    wick_ledger_unref(l);
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

/* Without trades, and with a single one, every objective has a number or says it has none. */
static void edges(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, test_source("tests/golden/flow/freqtrade.json"), &doc));
    for (int64_t n = 0; n < 3; n++) {
        wick_ledger *l = ledger_of(ctx, wick_json_root(doc), n);
        const double metric[WICK_OBJECTIVE_METRICS] = {1.5, 2.0};
        for (int64_t i = 0; i < wick_objective_count(); i++) {
            const wick_objective_spec *s = wick_objective_at(i);
            const wick_objective_in in = {l, metric, true};
            const double v = s->eval(&in);
            assert_true(isnan(v) || isfinite(v));
            assert_true(s->title != NULL && s->formula != NULL && s->source != NULL);
            for (const char *const *m = s->metrics; *m; m++) assert_non_null(wick_metric_find(*m));
            if (i > 0) assert_true(strcmp(wick_objective_at(i - 1)->name, s->name) < 0);
        }
        wick_ledger_unref(l);
    }
    const wick_objective_in in = {NULL, (const double[]){1.5, 2.0}, false};
    check_same(wick_objective_find("sortino_profit_factor")->eval(&in), 3.0);
    assert_null(wick_objective_find("sharpe"));
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(freqtrade), cmocka_unit_test(edges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
