/* SPDX-License-Identifier: MIT */
/* The stats of a vectorbt Portfolio by its formulas (docs/statistics.md); held to the library by
 * tests/golden/metrics/vectorbt_stats.json. Rows are bars, not days; a year has bars_per_year of
 * them (365 days over the bar interval under profile vectorbt), and the first bar's return counts
 * from the starting cash. */
#include <stdlib.h>

#include "metrics/sheet_int.h"

typedef struct work {
    const wick_ledger *l;
    const wick_metric_opts *o;
    wick_equity e;
    double *r, *sorted; /**< returns of bars */
    double year, days;  /**< bars a year, days a bar; NA without one */
} work;

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool fill_returns(work *w)
{
    const int64_t n = w->e.n;
    w->r = malloc((size_t)(2 * n + 1) * sizeof *w->r);
    if (w->r == NULL) return false;
    w->sorted = w->r + n;
    double before = wick_ledger_cash0(w->l);
    for (int64_t i = 0; i < n; i++) {
        w->r[i] = w->sorted[i] = w->e.equity[i] / before - 1.0;
        before = w->e.equity[i];
    }
    qsort(w->sorted, (size_t)n, sizeof *w->sorted, by_value);
    w->year = w->o->bars_per_year > 0.0 ? w->o->bars_per_year : WICK_NA;
    w->days = 365.0 / w->year;
    return true;
}

/* Deepest fall from a peak, and the longest time below one: to the bar that is back at it, or to
 * the last bar and one more. */
static double drawdown(const wick_equity *e, double *longest)
{
    double peak = e->equity[0], deepest = 0.0;
    int64_t since = 0;
    *longest = WICK_NA;
    for (int64_t i = 0; i < e->n; i++) {
        const bool back = e->equity[i] >= peak, last = i + 1 == e->n;
        if (back || last) {
            const double bars = (double)(i - since) - (back ? 1.0 : 0.0);
            if (bars > 0.0 && !(bars <= *longest)) *longest = bars;
        }
        if (back) {
            peak = e->equity[i];
            since = i;
        }
        const double fall = 1.0 - e->equity[i] / peak;
        if (fall > deepest) deepest = fall;
    }
    return deepest;
}

static void put_returns(const work *w, wick_sheet *t, double max_dd)
{
    const int64_t n = w->e.n;
    const double mean = wk_mean(n, w->r), dev = wk_sample_dev(n, w->r), root = sqrt(w->year);
    const double total = w->e.equity[n - 1] / wick_ledger_cash0(w->l);
    const double annual = pow(total, w->year / (double)n) - 1.0;
    double up = 0.0, down = 0.0, square = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (w->r[i] > 0.0) up += w->r[i];
        if (w->r[i] < 0.0) {
            down -= w->r[i];
            square += w->r[i] * w->r[i];
        }
    }
    const double below = sqrt(square / (double)n) * root;
    const double p95 = fabs(wk_sorted_quantile(n, w->sorted, 0.95));
    const double p5 = wk_sorted_quantile(n, w->sorted, 0.05);
    wk_sheet_put(t, "Sharpe Ratio", WICK_M_RATIO,
                 "mean / sample deviation of bar returns * sqrt(Y), Y bars a year",
                 dev > 0.0 ? mean / dev * root : HUGE_VAL);
    wk_sheet_put(t, "Calmar Ratio", WICK_M_RATIO, "Annualized Return / Max Drawdown",
                 max_dd > 0.0 ? annual / max_dd : WICK_NA);
    wk_sheet_put(t, "Omega Ratio", WICK_M_RATIO, "sum of rising / -sum of falling bar returns",
                 down > 0.0 ? up / down : HUGE_VAL);
    wk_sheet_put(t, "Sortino Ratio", WICK_M_RATIO,
                 "mean bar return * Y / (root of mean min(return, 0)^2 * sqrt(Y))",
                 below > 0.0 ? mean * w->year / below : HUGE_VAL);
    wk_sheet_put(t, "Annualized Return [%]", WICK_M_PERCENT,
                 "100 * ((last equity / starting cash)^(Y / bars) - 1)", 100.0 * annual);
    wk_sheet_put(t, "Annualized Volatility [%]", WICK_M_PERCENT,
                 "100 * sample deviation of bar returns * sqrt(Y)", 100.0 * dev * root);
    wk_sheet_put(t, "Tail Ratio", WICK_M_RATIO, "|95 % quantile| / |5 % quantile| of bar returns",
                 p5 != 0.0 ? p95 / fabs(p5) : HUGE_VAL);
    wk_sheet_put(t, "Value at Risk", WICK_M_RATIO, "5 % quantile of bar returns", p5);
}

typedef struct side {
    int64_t n;
    double pnl, ret, bars;
} side;

static void add_trade(side *s, double pnl, double ret, double bars)
{
    s->n++;
    s->pnl += pnl;
    s->ret += ret;
    s->bars += bars;
}

static void put_trades(const work *w, wick_sheet *t)
{
    side win = {0}, loss = {0};
    double best = WICK_NA, worst = WICK_NA, all = 0.0;
    int64_t n = 0;
    for (int64_t i = 0; i < wick_ledger_trades(w->l); i++) {
        const wick_trade_rec *x = wick_ledger_trade(w->l, i);
        double pnl, ret;
        if (!wk_trade_closed(x)) continue;
        wk_trade_net(x, w->o->pnl_net, &pnl, &ret);
        n++;
        all += pnl;
        if (!(ret <= best)) best = ret;
        if (!(ret >= worst)) worst = ret;
        if (pnl > 0.0) add_trade(&win, pnl, ret, x->exit_tick - x->entry_tick);
        if (pnl < 0.0) add_trade(&loss, pnl, ret, x->exit_tick - x->entry_tick);
    }
    const double wins = win.n > 0 ? (double)win.n : WICK_NA;
    const double losses = loss.n > 0 ? (double)loss.n : WICK_NA, k = n > 0 ? (double)n : WICK_NA;
    wk_sheet_put(t, "Total Closed Trades", WICK_M_COUNT, "closed trades", (double)n);
    wk_sheet_put(t, "Win Rate [%]", WICK_M_PERCENT, "100 * trades with net pnl > 0 / all trades",
                 100.0 * (double)win.n / k);
    wk_sheet_put(t, "Best Trade [%]", WICK_M_PERCENT, "highest net return of a trade",
                 100.0 * best);
    wk_sheet_put(t, "Worst Trade [%]", WICK_M_PERCENT, "lowest net return of a trade",
                 100.0 * worst);
    wk_sheet_put(t, "Avg Winning Trade [%]", WICK_M_PERCENT, "mean net return of winning trades",
                 100.0 * win.ret / wins);
    wk_sheet_put(t, "Avg Losing Trade [%]", WICK_M_PERCENT, "mean net return of losing trades",
                 100.0 * loss.ret / losses);
    wk_sheet_put(t, "Avg Winning Trade Duration", WICK_M_DAYS,
                 "mean bars of winning trades * 365 / Y", win.bars / wins * w->days);
    wk_sheet_put(t, "Avg Losing Trade Duration", WICK_M_DAYS,
                 "mean bars of losing trades * 365 / Y", loss.bars / losses * w->days);
    wk_sheet_put(t, "Profit Factor", WICK_M_RATIO, "sum of wins / -sum of losses, net",
                 loss.n > 0 ? win.pnl / -loss.pnl
                 : n > 0    ? HUGE_VAL
                            : WICK_NA);
    wk_sheet_put(t, "Expectancy", WICK_M_CASH, "mean net pnl", all / k);
}

static void put_account(const work *w, wick_sheet *t)
{
    const wick_equity *e = &w->e;
    const double cash = wick_ledger_cash0(w->l), last = e->equity[e->n - 1];
    double longest;
    const double max_dd = drawdown(e, &longest);
    const double *b = w->o->benchmark;
    wk_sheet_put(t, "Start", WICK_M_TIME, "first row", (double)e->time[0]);
    wk_sheet_put(t, "End", WICK_M_TIME, "last row", (double)e->time[e->n - 1]);
    wk_sheet_put(t, "Period", WICK_M_DAYS, "rows * 365 / Y", (double)e->n * w->days);
    wk_sheet_put(t, "Start Value", WICK_M_CASH, "starting cash", cash);
    wk_sheet_put(t, "End Value", WICK_M_CASH, "last equity", last);
    wk_sheet_put(t, "Total Return [%]", WICK_M_PERCENT, "100 * (last equity / starting cash - 1)",
                 100.0 * (last / cash - 1.0));
    wk_sheet_put(t, "Benchmark Return [%]", WICK_M_PERCENT,
                 "100 * (last / first value of the benchmark - 1)",
                 b != NULL ? 100.0 * (b[e->n - 1] / b[0] - 1.0) : WICK_NA);
    wk_sheet_put(t, "Total Fees Paid", WICK_M_CASH, "fees of all fills",
                 e->fees != NULL ? e->fees[e->n - 1] : 0.0);
    wk_sheet_put(t, "Max Drawdown [%]", WICK_M_PERCENT, "100 * max(1 - equity / running peak)",
                 max_dd > 0.0 ? 100.0 * max_dd : WICK_NA);
    wk_sheet_put(t, "Max Drawdown Duration", WICK_M_DAYS,
                 "longest time below a peak in bars, the last one counting to the end, * 365 / Y",
                 longest * w->days);
    put_trades(w, t);
    put_returns(w, t, max_dd);
}

static wick_status build(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                         wick_sheet *t)
{
    static const char *const names[] = {"value"};
    static const wick_metric_unit units[] = {WICK_M_RATIO};
    work w = {.l = l, .o = o, .e = wick_ledger_equity(l)};
    wk_sheet_columns(t, 1, names, units);
    if (w.e.n < 2) return wick_fail(ctx, WICK_E_DATA, "sheet vectorbt needs two rows of equity");
    if (!fill_returns(&w)) return wick_fail_mem(ctx);
    put_account(&w, t);
    free(w.r);
    return WICK_OK;
}

const wick_sheet_spec wick_sheet_vectorbt = {
    .name = "vectorbt",
    .title = "Stats of vectorbt",
    .doc =
        "the rows of vectorbt's Portfolio.stats and returns_stats by its formulas: returns of bars "
        "from the starting cash on, a year of bars_per_year bars, pnl and returns of exit trades "
        "after fees. Rows about open trades are left out; durations are in days",
    .source = "vectorbt 1.2.0, portfolio/base.py and returns/nb.py",
    .label = "row",
    .build = build,
};
