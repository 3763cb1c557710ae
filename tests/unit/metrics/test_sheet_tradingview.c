/* SPDX-License-Identifier: MIT */
/* The figures of TradingView's strategy report over four trades, by hand (section 10.3 of the
 * semantics). */
#include <stdlib.h>

#include "support/check.h"
#include "wick/sheets.h"

static int64_t day(int32_t month, int32_t d)
{
    return wick_time_from_civil(2024, month, d, 0, 0, 0, 0);
}

/* Net of fees: 98 (9.8 %), -26, 10 (20 %), -32.5 (16.25 %); what is still open does not count. */
static wick_ledger *make(wick_ctx *ctx)
{
    const int64_t time[] = {day(1, 1), day(2, 15), day(3, 31)};
    const double equity[] = {1000.0, 1100.0, 1040.0}, none[] = {0.0, 0.0, 0.0};
    const wick_trade_rec trades[] = {{.side = 1,
                                      .qty = 10.0,
                                      .entry_price = 100.0,
                                      .exit_price = 110.0,
                                      .pnl = 100.0,
                                      .fees = 2.0,
                                      .entry_bar = 3,
                                      .exit_bar = 5,
                                      .exit_time = day(1, 20)},
                                     {.side = -1,
                                      .qty = 5.0,
                                      .entry_price = 110.0,
                                      .exit_price = 115.0,
                                      .pnl = -25.0,
                                      .fees = 1.0,
                                      .entry_bar = 6,
                                      .exit_bar = 6,
                                      .exit_time = day(1, 25)},
                                     {.side = 1,
                                      .qty = 1.0,
                                      .entry_price = 50.0,
                                      .exit_price = 60.0,
                                      .pnl = 10.0,
                                      .entry_bar = 10,
                                      .exit_bar = 13,
                                      .exit_time = day(3, 5)},
                                     {.side = 1,
                                      .qty = 2.0,
                                      .entry_price = 100.0,
                                      .exit_price = 84.0,
                                      .pnl = -32.0,
                                      .fees = 0.5,
                                      .entry_bar = 14,
                                      .exit_bar = 15,
                                      .exit_time = day(3, 6)},
                                     {.side = 1,
                                      .reason = WICK_BY_OPEN,
                                      .qty = 1.0,
                                      .entry_price = 90.0,
                                      .exit_price = 99.0,
                                      .pnl = 9.0,
                                      .entry_bar = 16,
                                      .exit_bar = 20,
                                      .exit_time = day(3, 31)}};
    static const char *const symbols[] = {"A"};
    const wick_ledger_in in = {.size = sizeof in,
                               .n = 3,
                               .time = time,
                               .equity = equity,
                               .cash = equity,
                               .fees = none,
                               .long_value = none,
                               .short_value = none,
                               .n_trades = 5,
                               .trades = trades,
                               .n_symbols = 1,
                               .symbols = symbols,
                               .cash0 = 1000.0};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_new(ctx, &in, &l));
    return l;
}

static double cell(const wick_sheet *s, const char *label, int64_t column)
{
    for (int64_t i = 0; i < wick_sheet_rows(s); i++)
        if (strcmp(wick_sheet_label(s, i), label) == 0) return wick_sheet_value(s, i, column);
    fail_msg("no row '%s'", label);
    return WICK_NA;
}

static void figures(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        double all, longs, shorts;
    } want[] = {{"Net profit", 49.5, 75.5, -26.0},
                {"Net profit %", 4.95, 7.55, -2.6},
                {"Gross profit", 108.0, 108.0, 0.0},
                {"Gross loss", 58.5, 32.5, 26.0},
                {"Profit factor", 1.8461538461538463, 108.0 / 32.5, 0.0},
                {"Commission paid", 3.5, 2.5, 1.0},
                {"Max drawdown (close to close)", 48.5, WICK_NA, WICK_NA},
                {"Max drawdown (close to close) %", 4.417122040072859, WICK_NA, WICK_NA},
                {"Sharpe ratio", 0.3851496289691258, WICK_NA, WICK_NA},
                {"Sortino ratio", 1.1693855821706556, WICK_NA, WICK_NA},
                {"CAGR", 17.24103772714043, WICK_NA, WICK_NA},
                {"Total trades", 4.0, 3.0, 1.0},
                {"Percent profitable", 50.0, 200.0 / 3.0, 0.0},
                {"Avg trade", 12.375, 75.5 / 3.0, -26.0},
                {"Avg winning trade", 54.0, 54.0, WICK_NA},
                {"Avg losing trade", 29.25, 32.5, 26.0},
                {"Ratio avg win / avg loss", 54.0 / 29.25, 54.0 / 32.5, WICK_NA},
                {"Largest winning trade", 98.0, 98.0, WICK_NA},
                {"Largest winning trade %", 20.0, 20.0, WICK_NA},
                {"Largest losing trade", 32.5, 32.5, 26.0},
                {"Largest losing trade %", 16.25, 16.25, 2600.0 / 550.0},
                {"Avg bars in trades", 2.5, 3.0, 1.0},
                {"Avg bars in winning trades", 3.5, 3.5, WICK_NA},
                {"Avg bars in losing trades", 1.5, 2.0, 1.0}};
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = make(ctx);
    wick_sheet *s = NULL;
    check_ok(ctx, wick_sheet_build(ctx, "tradingview", l, NULL, &s));
    int bad = 0;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        const double expected[3] = {want[i].all, want[i].longs, want[i].shorts};
        for (int k = 0; k < 3; k++) {
            const double got = cell(s, want[i].label, k), w = expected[k];
            if ((isnan(got) && isnan(w)) || fabs(got - w) <= 1e-12 * fabs(w)) continue;
            print_error("%s, column %d: %.17g, not %.17g\n", want[i].label, k, got, w);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
    wick_sheet_free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
