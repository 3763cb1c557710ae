/* SPDX-License-Identifier: MIT */
/* The honest profile: what is undefined is NA, what differs from PyBroker, and the identities
 * between rows as laws over random ledgers. */
#include "ledger.h"
#include "wick/metrics.h"

static wick_scores *score(wick_ctx *ctx, const wick_ledger *l, int32_t profile, double bars)
{
    const wick_metric_opts o = {.size = sizeof o, .profile = profile, .bars_per_year = bars};
    wick_scores *s = NULL;
    check_ok(ctx, wick_score(ctx, l, &o, NULL, 0, &s));
    return s;
}

#define G(name) wick_scores_get(s, name)

static void identities(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    for (uint64_t seed = 0; seed < 60; seed++) {
        const int64_t n = 2 + (int64_t)(seed * 37 % 700), k = 1 + (int64_t)(seed * 13 % 90);
        const double open = seed % 2 == 0 ? 0.0 : 123.25;
        wick_ledger *l = random_ledger(ctx, seed, n, k, 10000.0, open);
        for (int32_t profile = 0; profile < 3; profile++) {
            wick_scores *s = score(ctx, l, profile, 0.0);
            const double fees = profile == WICK_METRICS_PYBROKER1 ? 0.0 : G("total_fees");
            check_close(G("end_market_value"),
                        G("initial_market_value") + G("total_pnl") + G("unrealized_pnl") - fees,
                        1e-12);
            if (profile != WICK_METRICS_PYBROKER1) check_close(G("unrealized_pnl"), open, 1e-8);
            check_close(G("total_pnl"), G("total_profit") + G("total_loss"), 1e-11);
            check_close(G("total_pnl"), G("avg_pnl") * G("trade_count"), 1e-11);
            check_close(G("total_return_pct"), 100.0 * G("total_pnl") / G("initial_market_value"),
                        1e-11);
            const double won = G("winning_trades"), lost = G("losing_trades");
            if (won > 0.0 && lost > 0.0) {
                check_close(G("avg_profit"), G("total_profit") / won, 1e-13);
                check_close(G("avg_loss"), G("total_loss") / lost, 1e-13);
                check_close(G("win_rate"), 100.0 * won / (won + lost), 1e-13);
                check_close(G("win_rate") + G("loss_rate"), 100.0, 1e-13);
                check_close(G("avg_return_pct") * G("trade_count"),
                            G("avg_profit_pct") * won + G("avg_loss_pct") * lost, 1e-11);
                check_close(G("profit_factor_trade"), -G("total_profit") / G("total_loss"), 1e-13);
            }
            if (n > 20) {
                /* upi * ulcer / sharpe is the deviation of r, whichever ulcer the profile has */
                const double dev = G("upi") * G("ulcer_index") / G("sharpe");
                wick_scores *a = score(ctx, l, profile, 1.0);
                check_close(dev, wick_scores_get(a, "annual_volatility_pct"), 1e-11);
                wick_scores_free(a);
            }
            assert_true(G("max_drawdown") <= 0.0 && G("max_drawdown_pct") <= 0.0);
            wick_scores_free(s);
        }
        wick_ledger_unref(l);
    }
    wick_ctx_free(ctx);
}

static void annual_twins(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = random_ledger(ctx, 3, 600, 50, 5000.0, 0.0);
    wick_scores *s = score(ctx, l, WICK_METRICS_WICK, 252.0);
    check_close(G("sharpe_annual"), G("sharpe") * sqrt(252.0), 1e-14);
    check_close(G("sortino_annual"), G("sortino") * sqrt(252.0), 1e-14);
    check_same(G("sharpe_bar"), G("sharpe"));
    check_close(G("annual_std_error"), G("std_error") * sqrt(252.0), 1e-14);
    check_close(G("recovery_factor"),
                (G("end_market_value") - G("initial_market_value")) / -G("max_drawdown"), 1e-14);
    const double years = 599.0 / 365.25, growth = 1.0 + G("return_pct") / 100.0;
    check_close(G("cagr_pct"), 100.0 * (pow(growth, 1.0 / years) - 1.0), 1e-12);
    check_close(G("calmar"), (pow(growth, 252.0 / 599.0) - 1.0) / (-G("max_drawdown_pct") / 100.0),
                1e-12);
    check_close(G("upi_annual"), 100.0 * (pow(growth, 252.0 / 599.0) - 1.0) / G("ulcer_index"),
                1e-12);
    wick_scores_free(s);
    /* PyBroker's row changes its meaning, wick's does not. */
    s = score(ctx, l, WICK_METRICS_PYBROKER2, 252.0);
    check_same(G("sharpe"), G("sharpe_annual"));
    check_close(G("upi"), G("upi_annual"), 1e-15);
    wick_scores_free(s);
    s = score(ctx, l, WICK_METRICS_WICK, 0.0);
    assert_true(isnan(G("sharpe_annual")) && isnan(G("calmar")) && isnan(G("annual_return_pct")));
    assert_true(!isnan(G("sharpe")));
    wick_scores_free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void undefined_is_na(void **state)
{
    (void)state;
    static const char *const of_trades[] = {"avg_pnl",
                                            "avg_return_pct",
                                            "avg_trade_bars",
                                            "avg_profit",
                                            "avg_loss",
                                            "win_rate",
                                            "loss_rate",
                                            "largest_win",
                                            "largest_loss_pct",
                                            "sqn",
                                            "kelly",
                                            "payoff_ratio",
                                            "best_trade_pct",
                                            "expectancy_ratio",
                                            "profit_factor_trade",
                                            "avg_trade_geo_pct"};
    static const char *const of_equity[] = {
        "sharpe",          "sortino", "profit_factor",     "upi",
        "equity_r2",       "calmar",  "max_drawdown_date", "recovery_factor",
        "avg_drawdown_pct"};
    wick_ctx *ctx = wick_ctx_new();
    double flat[130];
    for (int i = 0; i < 130; i++) flat[i] = 1000.0;
    wick_ledger *l = curve(ctx, 130, flat);
    wick_scores *s = score(ctx, l, WICK_METRICS_WICK, 252.0);
    for (size_t i = 0; i < sizeof of_trades / sizeof *of_trades; i++) {
        if (!isnan(G(of_trades[i])))
            fail_msg("%s of no trades is %g", of_trades[i], G(of_trades[i]));
    }
    for (size_t i = 0; i < sizeof of_equity / sizeof *of_equity; i++) {
        if (!isnan(G(of_equity[i]))) fail_msg("%s of nothing is %g", of_equity[i], G(of_equity[i]));
    }
    check_same(G("trade_count"), 0.0);
    check_same(G("total_pnl"), 0.0);
    check_same(G("max_drawdown"), 0.0);
    check_same(G("ulcer_index"), 0.0);
    check_same(G("std_error"), 0.0);
    check_same(G("return_pct"), 0.0);
    wick_scores_free(s);
    wick_ledger_unref(l);
    /* A gain without a loss: ratios to nothing stay undefined, where PyBroker says inf or 1e13. */
    for (int i = 0; i < 130; i++) flat[i] = 1000.0 + i;
    l = curve(ctx, 130, flat);
    s = score(ctx, l, WICK_METRICS_WICK, 252.0);
    assert_true(isnan(G("sortino")) && isnan(G("profit_factor")) && isnan(G("calmar")));
    assert_true(!isnan(G("sharpe")));
    check_close(G("equity_r2"), 1.0, 1e-14);
    wick_scores_free(s);
    s = score(ctx, l, WICK_METRICS_PYBROKER2, 252.0);
    assert_true(isinf(G("sortino")) && isinf(G("calmar")) && G("profit_factor") > 1e11);
    wick_scores_free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void no_rows_and_one_row(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double one[] = {1000.0};
    for (int64_t n = 0; n < 2; n++) {
        wick_ledger *l = curve(ctx, n, one);
        wick_scores *s = score(ctx, l, WICK_METRICS_WICK, 252.0);
        check_same(G("initial_market_value"), n == 0 ? WICK_NA : 1000.0);
        check_same(G("max_drawdown"), n == 0 ? WICK_NA : 0.0);
        assert_true(isnan(G("sharpe")) && isnan(G("calmar")) && isnan(G("annual_return_pct")));
        assert_true(isnan(G("exposure_pct")) || n == 1);
        wick_scores_free(s);
        for (int32_t profile = 1; profile < 3; profile++) {
            s = score(ctx, l, profile, 252.0);
            for (int64_t i = 0; i < wick_scores_count(s); i++) {
                const wick_metric_spec *m = wick_scores_spec(s, i);
                const double want = m->unit == WICK_M_TIME ? WICK_NA : 0.0;
                if (m->row >= 0) check_same(wick_scores_value(s, i), want);
            }
            wick_scores_free(s);
        }
        wick_ledger_unref(l);
    }
    wick_ctx_free(ctx);
}

/* Constant growth has no spread but that of rounding: no Sharpe ratio of 1e15. */
static void noise_is_not_spread(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    double e[300];
    e[0] = 1000.0;
    for (int i = 1; i < 300; i++) e[i] = e[i - 1] * 1.001;
    wick_ledger *l = curve(ctx, 300, e);
    wick_scores *s = score(ctx, l, WICK_METRICS_WICK, 0.0);
    assert_true(isnan(G("sharpe")));
    wick_scores_free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void not_a_number(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    double e[100];
    for (int i = 0; i < 100; i++) e[i] = 1000.0 + i % 7;
    e[41] = WICK_NA;
    wick_ledger *l = curve(ctx, 100, e);
    wick_scores *s = score(ctx, l, WICK_METRICS_WICK, 252.0);
    assert_true(isnan(G("sharpe")) && isnan(G("max_drawdown")) && isnan(G("equity_r2")));
    check_same(G("initial_market_value"), 1000.0);
    wick_drawdown d;
    int64_t n;
    check_fails(ctx, wick_drawdowns(ctx, l, 1, &d, &n), WICK_E_DATA, "not a number");
    wick_scores_free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* An account below zero earns no returns; the drawdown goes past -100 percent. */
static void below_zero(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double e[] = {100.0, 50.0, -20.0, -40.0, -10.0};
    wick_ledger *l = curve(ctx, 5, e);
    wick_scores *s = score(ctx, l, WICK_METRICS_WICK, 252.0);
    check_close(G("max_drawdown_pct"), -140.0, 1e-14);
    const double mean = (-0.5 - 1.4) / 4.0;
    const double var =
        ((-0.5 - mean) * (-0.5 - mean) + (-1.4 - mean) * (-1.4 - mean) + 2.0 * mean * mean) / 4.0;
    check_close(G("sharpe"), mean / sqrt(var), 1e-14);
    check_close(G("calmar"), -1.0 / 1.4, 1e-14);
    check_same(G("cagr_pct"), -100.0);
    wick_scores_free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void risk_free(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = random_ledger(ctx, 5, 500, 30, 5000.0, 0.0);
    wick_scores *s = score(ctx, l, WICK_METRICS_WICK, 252.0);
    const double dev = G("annual_volatility_pct") / 100.0 / sqrt(252.0);
    const double plain = G("sharpe"), plain_sortino = G("sortino");
    wick_scores_free(s);
    wick_metric_opts o = {.size = sizeof o, .bars_per_year = 252.0, .risk_free = 0.05};
    check_ok(ctx, wick_score(ctx, l, &o, NULL, 0, &s));
    check_close(G("sharpe"), plain - (pow(1.05, 1.0 / 252.0) - 1.0) / dev, 1e-11);
    assert_true(G("sortino") < plain_sortino);
    wick_scores_free(s);
    o.profile = WICK_METRICS_PYBROKER2;
    check_fails(ctx, wick_score(ctx, l, &o, NULL, 0, &s), WICK_E_ARG, "pybroker2");
    o = (wick_metric_opts){.size = sizeof o, .risk_free = 0.05};
    check_fails(ctx, wick_score(ctx, l, &o, NULL, 0, &s), WICK_E_ARG, "bars_per_year");
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void net_trades(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = random_ledger(ctx, 8, 200, 20, 5000.0, 10.0);
    wick_scores *s = score(ctx, l, WICK_METRICS_WICK, 0.0);
    check_close(G("net_pnl"), G("total_pnl") - G("total_fees"), 1e-14);
    wick_scores_free(s);
    const wick_metric_opts o = {.size = sizeof o, .pnl_net = true};
    check_ok(ctx, wick_score(ctx, l, &o, NULL, 0, &s));
    check_same(G("net_pnl"), G("total_pnl"));
    wick_scores_free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void bad_options(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double e[] = {1.0, 2.0, 3.0};
    wick_ledger *l = curve(ctx, 3, e);
    wick_scores *s = NULL;
    static const char *const wrong[] = {"sharp_bar"};
    check_fails(ctx, wick_score(ctx, l, NULL, wrong, 1, &s), WICK_E_ARG, "sharpe_bar");
    static const char *const strange[] = {"qqqqqqqqq"};
    check_fails(ctx, wick_score(ctx, l, NULL, strange, 1, &s), WICK_E_ARG, "qqqqqqqqq");
    wick_metric_opts o = {.size = sizeof o, .profile = 7};
    check_fails(ctx, wick_score(ctx, l, &o, NULL, 0, &s), WICK_E_ARG, "profile 7");
    o = (wick_metric_opts){.size = sizeof o, .bars_per_year = -1.0};
    check_fails(ctx, wick_score(ctx, l, &o, NULL, 0, &s), WICK_E_ARG, "bars_per_year");
    o = (wick_metric_opts){.size = sizeof o, .bars_per_year = WICK_NA};
    check_fails(ctx, wick_score(ctx, l, &o, NULL, 0, &s), WICK_E_ARG, "bars_per_year");
    o = (wick_metric_opts){.size = sizeof o, .round_places = 13};
    check_fails(ctx, wick_score(ctx, l, &o, NULL, 0, &s), WICK_E_ARG, "report_rounding");
    o = (wick_metric_opts){.size = sizeof o, .risk_free = -2.0};
    check_fails(ctx, wick_score(ctx, l, &o, NULL, 0, &s), WICK_E_ARG, "risk_free");
    check_fails(ctx, wick_score(ctx, NULL, NULL, NULL, 0, &s), WICK_E_ARG, "ledger");
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* A trade still open is listed but counts nowhere. */
static void open_trades_do_not_count(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t time[] = {0, WICK_MS_DAY};
    const double e[] = {100.0, 110.0};
    wick_trade_rec t[2] = {{.pnl = 4.0, .return_pct = 2.0, .bars = 1},
                           {.pnl = 6.0, .return_pct = 3.0, .bars = 1, .reason = WICK_BY_OPEN}};
    const wick_ledger_in in = {
        .size = sizeof in, .n = 2, .time = time, .equity = e, .n_trades = 2, .trades = t};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_new(ctx, &in, &l));
    wick_scores *s = score(ctx, l, WICK_METRICS_WICK, 0.0);
    check_same(G("trade_count"), 1.0);
    check_same(G("total_pnl"), 4.0);
    check_same(G("unrealized_pnl"), 6.0);
    wick_scores_free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void exposure(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    enum { N = 200 };
    int64_t time[N];
    double e[N], longs[N], shorts[N];
    double most = 0.0, mean = 0.0;
    for (int i = 0; i < N; i++) {
        time[i] = WICK_MS_DAY * i;
        e[i] = 1000.0 + i;
        longs[i] = i >= 70 && i < 100 ? 10.0 * i : 0.0;
        shorts[i] = i >= 90 && i < 120 ? 300.0 : 0.0;
        const double g = (longs[i] + shorts[i]) / e[i];
        most = g > most ? g : most;
        mean += g / N;
    }
    const wick_ledger_in in = {
        .size = sizeof in,
        .n = N,
        .time = time,
        .equity = e,
        .long_value = longs,
        .short_value = shorts,
        .ambiguity = {.bars = 3, .pnl_worst = -5.0, .pnl_best = 7.0, .bounded = true}};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_new(ctx, &in, &l));
    wick_scores *s = score(ctx, l, WICK_METRICS_WICK, 0.0);
    check_close(G("exposure_pct"), 25.0, 1e-14);
    check_close(G("max_gross_exposure_pct"), 100.0 * most, 1e-14);
    check_close(G("avg_gross_exposure_pct"), 100.0 * mean, 1e-13);
    check_same(G("ambiguous_bars"), 3.0);
    check_same(G("total_pnl_worst"), -5.0);
    check_same(G("total_pnl_best"), 7.0);
    wick_scores_free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(identities),
                                       cmocka_unit_test(annual_twins),
                                       cmocka_unit_test(undefined_is_na),
                                       cmocka_unit_test(no_rows_and_one_row),
                                       cmocka_unit_test(noise_is_not_spread),
                                       cmocka_unit_test(not_a_number),
                                       cmocka_unit_test(below_zero),
                                       cmocka_unit_test(risk_free),
                                       cmocka_unit_test(net_trades),
                                       cmocka_unit_test(bad_options),
                                       cmocka_unit_test(open_trades_do_not_count),
                                       cmocka_unit_test(exposure)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
