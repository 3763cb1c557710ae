/* SPDX-License-Identifier: MIT */
#include "support/check.h"
#include "wick/metrics.h"

/* The table as PyBroker prints it. */
static const char *const rows[40] = {"trade_count",
                                     "initial_market_value",
                                     "end_market_value",
                                     "total_pnl",
                                     "unrealized_pnl",
                                     "total_return_pct",
                                     "total_profit",
                                     "total_loss",
                                     "total_fees",
                                     "max_drawdown",
                                     "max_drawdown_pct",
                                     "max_drawdown_date",
                                     "win_rate",
                                     "loss_rate",
                                     "winning_trades",
                                     "losing_trades",
                                     "avg_pnl",
                                     "avg_return_pct",
                                     "avg_trade_bars",
                                     "avg_profit",
                                     "avg_profit_pct",
                                     "avg_winning_trade_bars",
                                     "avg_loss",
                                     "avg_loss_pct",
                                     "avg_losing_trade_bars",
                                     "largest_win",
                                     "largest_win_pct",
                                     "largest_win_bars",
                                     "largest_loss",
                                     "largest_loss_pct",
                                     "largest_loss_bars",
                                     "max_wins",
                                     "max_losses",
                                     "sharpe",
                                     "sortino",
                                     "profit_factor",
                                     "ulcer_index",
                                     "upi",
                                     "equity_r2",
                                     "std_error"};

static void forty_rows(void **state)
{
    (void)state;
    int with_row = 0;
    for (int32_t i = 0; i < 40; i++) {
        const wick_metric_spec *s = wick_metric_find(rows[i]);
        assert_non_null(s);
        assert_int_equal(s->row, i);
    }
    for (int64_t i = 0; i < wick_metric_count(); i++) with_row += wick_metric_at(i)->row >= 0;
    assert_int_equal(with_row, 40);
}

static void every_spec_is_complete(void **state)
{
    (void)state;
    for (int64_t i = 0; i < wick_metric_count(); i++) {
        const wick_metric_spec *s = wick_metric_at(i);
        assert_true(s->name != NULL && s->name[0] != '\0');
        if (s->title == NULL || strlen(s->title) < 4) fail_msg("%s has no title", s->name);
        if (s->formula == NULL || strlen(s->formula) < 8) fail_msg("%s has no formula", s->name);
        if (s->source == NULL || strlen(s->source) < 8) fail_msg("%s has no source", s->name);
        assert_non_null(s->eval);
        assert_in_range(s->unit, WICK_M_COUNT, WICK_M_DAYS);
        assert_true(s->better >= -1 && s->better <= 1);
        assert_ptr_equal(wick_metric_find(s->name), s);
        if (i > 0 && strcmp(wick_metric_at(i - 1)->name, s->name) >= 0) {
            fail_msg("%s is out of order", s->name);
        }
    }
    assert_null(wick_metric_at(-1));
    assert_null(wick_metric_at(wick_metric_count()));
    assert_null(wick_metric_find(NULL));
    assert_null(wick_metric_find("sharp"));
}

static void annual_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "annual_return_pct", "annual_std_error", "annual_volatility_pct", "calmar", "sharpe_annual",
        "sortino_annual",    "upi_annual"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const wick_metric_spec *s = wick_metric_find(names[i]);
        assert_non_null(s);
        assert_true((s->needs & WICK_NEED_ANNUAL) != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forty_rows),
                                       cmocka_unit_test(every_spec_is_complete),
                                       cmocka_unit_test(annual_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
