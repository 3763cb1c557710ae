/* SPDX-License-Identifier: MIT */
/* Strategies that shared an account, each by its own book. */
#include "metrics/sheet_int.h"

static const char *const columns[] = {
    "trades",     "win_rate",      "net_pnl",          "fees",
    "return_pct", "sharpe_annual", "max_drawdown_pct", "share_of_pnl"};
static const wick_metric_unit units[] = {WICK_M_COUNT,   WICK_M_PERCENT, WICK_M_CASH,
                                         WICK_M_CASH,    WICK_M_PERCENT, WICK_M_RATIO,
                                         WICK_M_PERCENT, WICK_M_PERCENT};

static double gain_of(const wick_ledger *l)
{
    const wick_equity e = wick_ledger_equity(l);
    return e.n > 0 ? e.equity[e.n - 1] - wick_ledger_cash0(l) : 0.0;
}

static wick_status build_strategy(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                                  wick_sheet *t)
{
    wick_metric_opts own = *o;
    own.benchmark = NULL;
    wk_sheet_columns(t, 8, columns, units);
    for (int64_t k = 0; k < wick_ledger_parts(l); k++) {
        const wick_ledger *part = wick_ledger_part(l, k);
        const wick_equity e = wick_ledger_equity(part);
        wick_scores *s = NULL;
        const wick_status st = wick_score(ctx, part, &own, NULL, 0, &s);
        if (st < 0) return st;
        double *v = wk_sheet_row(t, wick_ledger_part_name(l, k), NULL);
        if (v != NULL) {
            v[0] = wick_scores_get(s, "trade_count");
            v[1] = wick_scores_get(s, "win_rate");
            v[2] = gain_of(part);
            v[3] = e.n > 0 ? e.fees[e.n - 1] : 0.0;
            v[4] = 100.0 * gain_of(part) / wick_ledger_cash0(part);
            v[5] = wick_scores_get(s, "sharpe_annual");
            v[6] = wick_scores_get(s, "max_drawdown_pct");
            v[7] = gain_of(l) != 0.0 ? 100.0 * gain_of(part) / gain_of(l) : WICK_NA;
        }
        wick_scores_free(s);
        if (v == NULL) return wick_fail_mem(ctx);
    }
    return WICK_OK;
}

extern const wick_sheet_spec wick_sheet_strategy;
const wick_sheet_spec wick_sheet_strategy = {
    .name = "strategy",
    .title = "by strategy",
    .doc = "one row a strategy of a shared account, by its own book: closed trades, what equity "
           "gained in cash (open results and fees included), fees, return on its share of the "
           "starting cash, annual Sharpe ratio and deepest fall of its own equity, percent of the "
           "account's gain. No rows for a single strategy",
    .source = "wick",
    .label = "strategy",
    .build = build_strategy,
};
