/* SPDX-License-Identifier: MIT */
/* registry: wick_sheet_drawdowns wick_sheet_monthly_returns */
/* Drawdown episodes, and the year-by-month sheet of returns. */
#include <stdlib.h>

#include "metrics/sheet_int.h"

enum { EPISODES = 10 };

static const char *const dd_names[] = {"peak",         "valley",    "recovered",
                                       "depth",        "depth_pct", "days_down",
                                       "days_to_heal", "days",      "bars"};
static const wick_metric_unit dd_units[] = {WICK_M_TIME, WICK_M_TIME,    WICK_M_TIME,
                                            WICK_M_CASH, WICK_M_PERCENT, WICK_M_DAYS,
                                            WICK_M_DAYS, WICK_M_DAYS,    WICK_M_BARS};

static double days_between(int64_t a, int64_t b)
{
    return (double)(b - a) / (double)WICK_MS_DAY;
}

static wick_status build_drawdowns(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                                   wick_sheet *t)
{
    const wick_equity e = wick_ledger_equity(l);
    wick_drawdown d[EPISODES];
    int64_t n = 0;
    (void)o;
    wk_sheet_columns(t, 9, dd_names, dd_units);
    const wick_status st = wick_drawdowns(ctx, l, EPISODES, d, &n);
    if (st < 0) return st;
    for (int64_t i = 0; i < n && i < EPISODES; i++) {
        char label[32];
        snprintf(label, sizeof label, "%lld", (long long)i + 1);
        double *v = wk_sheet_row(t, label, NULL);
        if (v == NULL) break;
        const int64_t peak = e.time[d[i].peak], valley = e.time[d[i].valley];
        const int64_t end = d[i].recovered >= 0 ? e.time[d[i].recovered] : e.time[e.n - 1];
        v[0] = (double)peak;
        v[1] = (double)valley;
        v[2] = d[i].recovered >= 0 ? (double)end : WICK_NA;
        v[3] = d[i].depth;
        v[4] = d[i].depth_pct;
        v[5] = days_between(peak, valley);
        v[6] = d[i].recovered >= 0 ? days_between(valley, end) : WICK_NA;
        v[7] = days_between(peak, end);
        v[8] = (double)d[i].bars;
    }
    return WICK_OK;
}

const wick_sheet_spec wick_sheet_drawdowns = {
    .name = "drawdowns",
    .title = "deepest drawdowns",
    .doc =
        "the ten deepest episodes in percent, deepest first: from the last row at the peak to the "
        "row that regains it; open ones have no recovery and last to the end",
    .source = "QuantStats 0.0.81, worst drawdowns (which begin a bar later, under water)",
    .label = "#",
    .build = build_drawdowns,
};

/* ---- year by month ------------------------------------------------------------------------ */

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
                                     "Aug", "Sep", "Oct", "Nov", "Dec", "year"};
static const wick_metric_unit month_units[] = {
    WICK_M_PERCENT, WICK_M_PERCENT, WICK_M_PERCENT, WICK_M_PERCENT, WICK_M_PERCENT,
    WICK_M_PERCENT, WICK_M_PERCENT, WICK_M_PERCENT, WICK_M_PERCENT, WICK_M_PERCENT,
    WICK_M_PERCENT, WICK_M_PERCENT, WICK_M_PERCENT};

static wick_status build_monthly(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                                 wick_sheet *t)
{
    const wick_equity e = wick_ledger_equity(l);
    int64_t *ends = malloc((size_t)(e.n + 1) * sizeof *ends), year = INT64_MIN;
    (void)o;
    if (ends == NULL) return wick_fail_mem(ctx);
    wk_sheet_columns(t, 13, months, month_units);
    const int64_t n = wk_period_ends(e.n, e.time, WK_MONTH, ends);
    double *v = NULL, at_year = 0.0;
    for (int64_t k = 0; k < n; k++) {
        const wick_civil c = wick_time_to_civil(e.time[ends[k]]);
        const double was = e.equity[k > 0 ? ends[k - 1] : 0], now = e.equity[ends[k]];
        if (c.year != year) {
            char label[32];
            snprintf(label, sizeof label, "%04d", (int)c.year);
            year = c.year;
            at_year = was;
            v = wk_sheet_row(t, label, NULL);
            if (v == NULL) break;
        }
        if (was > 0.0) v[c.month - 1] = 100.0 * (now / was - 1.0);
        if (at_year > 0.0) v[12] = 100.0 * (now / at_year - 1.0);
    }
    free(ends);
    return WICK_OK;
}

const wick_sheet_spec wick_sheet_monthly_returns = {
    .name = "monthly_returns",
    .title = "returns by year and month",
    .doc = "change of equity from the last row of one month to the last row of the next; the first "
           "month begins with the first row. Months without a row are empty; QuantStats shows 0",
    .source = "QuantStats 0.0.81, monthly_returns",
    .label = "year",
    .build = build_monthly,
};
