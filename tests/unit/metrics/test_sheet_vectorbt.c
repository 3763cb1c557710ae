/* SPDX-License-Identifier: MIT */
/* The sheet vectorbt against the library's own stats (tests/golden/metrics, SOURCE there). */
#include <stdlib.h>

#include "support/check.h"
#include "wick/sheets.h"
#include "wick/stats.h"

enum { MOST = 400 };

static double number(const wick_json *j)
{
    double v = WICK_NA;
    if (wick_json_kind(j) != WICK_JSON_STRING) return wick_json_number(j);
    const char *s = wick_json_string(j);
    assert_true(wick_parse_double(s, (int64_t)strlen(s), &v));
    return v;
}

static double item(const wick_json *list, int64_t i)
{
    return number(wick_json_at(list, i));
}

static void read_trade(const wick_json *x, wick_trade_rec *t)
{
    const double size = item(x, 0);
    *t = (wick_trade_rec){.side = size > 0.0 ? 1 : -1,
                          .qty = fabs(size),
                          .entry_tick = (int32_t)item(x, 1),
                          .exit_tick = (int32_t)item(x, 2),
                          .entry_price = item(x, 3),
                          .exit_price = item(x, 4),
                          .fees = item(x, 5)};
    t->pnl = t->side * (t->exit_price - t->entry_price) * t->qty;
}

static int compare(wick_ctx *ctx, const wick_json *run)
{
    static double equity[MOST], fees[MOST], close[MOST];
    static int64_t time[MOST];
    static wick_trade_rec t[MOST];
    const wick_json *e = wick_json_get(run, "equity"), *trades = wick_json_get(run, "trades");
    const wick_json *stats = wick_json_get(run, "stats");
    const int64_t n = wick_json_count(e), k = wick_json_count(trades);
    assert_true(n <= MOST && k <= MOST && k > 0);
    for (int64_t i = 0; i < n; i++) {
        equity[i] = item(e, i);
        close[i] = item(wick_json_get(run, "close"), i);
        time[i] = i * WICK_MS_DAY;
        fees[i] = number(wick_json_get(stats, "Total Fees Paid"));
    }
    for (int64_t i = 0; i < k; i++) read_trade(wick_json_at(trades, i), &t[i]);
    const wick_ledger_in in = {.size = sizeof in,
                               .n = n,
                               .time = time,
                               .equity = equity,
                               .fees = fees,
                               .n_trades = k,
                               .trades = t,
                               .cash0 = 10000.0};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_new(ctx, &in, &l));
    const wick_metric_opts o = {.size = sizeof o,
                                .bars_per_year = number(wick_json_get(run, "bars_per_year")),
                                .benchmark = close,
                                .n_benchmark = n};
    wick_sheet *s = NULL;
    check_ok(ctx, wick_sheet_build(ctx, "vectorbt", l, &o, &s));
    for (int64_t i = 0; i < wick_json_count(stats); i++) {
        const wick_json *v = wick_json_at(stats, i);
        const double want = number(v), got = wick_sheet_get(s, wick_json_key(v));
        if (isnan(want) ? isnan(got) : got == want) continue;
        if (!(fabs(got - want) <= 1e-8 * fmax(fabs(want), 1e-9)))
            fail_msg("%s: got %.17g, want %.17g", wick_json_key(v), got, want);
    }
    wick_sheet_free(s);
    wick_ledger_unref(l);
    return (int)wick_json_count(stats);
}

static void stats_of_the_library(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *text = NULL;
    int64_t n = 0;
    wick_json_doc *doc = NULL;
    const char *path = WICK_SOURCE_DIR "/tests/golden/metrics/vectorbt_stats.json";
    check_ok(ctx, wick_file_read(ctx, path, 1 << 24, &text, &n));
    check_ok(ctx, wick_json_parse(ctx, path, text, n, &doc));
    const wick_json *runs = wick_json_root(doc);
    int compared = 0;
    for (int64_t i = 0; i < wick_json_count(runs); i++)
        compared += compare(ctx, wick_json_at(runs, i));
    assert_true(compared > 150);
    wick_json_free(doc);
    free(text);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stats_of_the_library)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
