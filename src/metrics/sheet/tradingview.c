/* SPDX-License-Identifier: MIT */
/* The figures of TradingView's strategy report, all, long and short (pine_semantics.md 10.3). They
 * are of closed trades: equity is what closing them has made of the starting cash. */
#include <stdlib.h>

#include "metrics/sheet_int.h"

enum { ALL, LONG, SHORT, SIDES };

/** What closed trades add up to on one side. */
typedef struct tally {
    int64_t n, wins, losses, bars, win_bars, loss_bars;
    double won, lost, fees; /* won and lost above zero */
    double best, worst, best_pct, worst_pct;
    double pct, win_pct, loss_pct; /* sums */
} tally;

typedef struct months {
    int64_t n;
    double *ret; /* realised returns of UTC months, those without a trade too */
} months;

static double over(double a, double b)
{
    return b != 0.0 ? a / b : WICK_NA;
}

static void count(tally *k, const wick_trade_rec *t, double pnl, double pct)
{
    const int64_t bars = t->exit_bar - t->entry_bar + 1; /* both ends */
    k->n++;
    k->bars += bars;
    k->pct += pct;
    k->fees += t->fees;
    if (pnl > 0.0) {
        k->wins++;
        k->won += pnl;
        k->win_bars += bars;
        k->win_pct += pct;
        if (!(k->best >= pnl)) k->best = pnl;
        if (!(k->best_pct >= pct)) k->best_pct = pct;
    } else if (pnl < 0.0) {
        k->losses++;
        k->lost -= pnl;
        k->loss_bars += bars;
        k->loss_pct -= pct;
        if (!(k->worst >= -pnl)) k->worst = -pnl;
        if (!(k->worst_pct >= -pct)) k->worst_pct = -pct;
    }
}

static void put(wick_sheet *t, const char *label, wick_metric_unit unit, const char *formula,
                const double v[SIDES])
{
    double *row = wk_sheet_row(t, label, formula);
    if (row == NULL) return;
    for (int s = 0; s < SIDES; s++) row[s] = v[s];
    wk_sheet_row_unit(t, unit);
}

#define ROW(label, unit, formula, value)                                                           \
    do {                                                                                           \
        double v_[SIDES];                                                                          \
        for (int s = 0; s < SIDES; s++) {                                                          \
            const tally *k = &sides[s];                                                            \
            v_[s] = (value);                                                                       \
        }                                                                                          \
        put(t, label, unit, formula, v_);                                                          \
    } while (0)

static void put_money(wick_sheet *t, const tally *sides, double cash0)
{
    ROW("Net profit", WICK_M_CASH, "gross profit - gross loss, after fees", k->won - k->lost);
    ROW("Net profit %", WICK_M_PERCENT, "of the starting cash", (k->won - k->lost) / cash0 * 100.0);
    ROW("Gross profit", WICK_M_CASH, "sum of winning trades", k->won);
    ROW("Gross loss", WICK_M_CASH, "sum of losing trades, above zero", k->lost);
    ROW("Profit factor", WICK_M_RATIO, "gross profit / gross loss", over(k->won, k->lost));
    ROW("Commission paid", WICK_M_CASH, "of closed trades", k->fees);
}

static void put_trades(wick_sheet *t, const tally *sides)
{
    ROW("Total trades", WICK_M_COUNT, "closed", (double)k->n);
    ROW("Winning trades", WICK_M_COUNT, "net above zero", (double)k->wins);
    ROW("Losing trades", WICK_M_COUNT, "net below zero", (double)k->losses);
    ROW("Percent profitable", WICK_M_PERCENT, "winning of all",
        over(100.0 * (double)k->wins, (double)k->n));
    ROW("Avg trade", WICK_M_CASH, "net profit / trades", over(k->won - k->lost, (double)k->n));
    ROW("Avg trade %", WICK_M_PERCENT, "mean of net profit / entry value",
        over(k->pct, (double)k->n));
    ROW("Avg winning trade", WICK_M_CASH, "gross profit / wins", over(k->won, (double)k->wins));
    ROW("Avg winning trade %", WICK_M_PERCENT, "mean of the wins",
        over(k->win_pct, (double)k->wins));
    ROW("Avg losing trade", WICK_M_CASH, "gross loss / losses", over(k->lost, (double)k->losses));
    ROW("Avg losing trade %", WICK_M_PERCENT, "mean of the losses, above zero",
        over(k->loss_pct, (double)k->losses));
    ROW("Ratio avg win / avg loss", WICK_M_RATIO, "of the two averages in cash",
        over(over(k->won, (double)k->wins), over(k->lost, (double)k->losses)));
    ROW("Largest winning trade", WICK_M_CASH, "in cash", k->best);
    ROW("Largest winning trade %", WICK_M_PERCENT, "highest percent, of whatever trade",
        k->best_pct);
    ROW("Largest losing trade", WICK_M_CASH, "in cash, above zero", k->worst);
    ROW("Largest losing trade %", WICK_M_PERCENT, "highest percent lost, of whatever trade",
        k->worst_pct);
    ROW("Avg bars in trades", WICK_M_BARS, "the entry's and the exit's bar both count",
        over((double)k->bars, (double)k->n));
    ROW("Avg bars in winning trades", WICK_M_BARS, "the same of wins",
        over((double)k->win_bars, (double)k->wins));
    ROW("Avg bars in losing trades", WICK_M_BARS, "the same of losses",
        over((double)k->loss_bars, (double)k->losses));
}

/* ---- realised equity ---------------------------------------------------------------------- */

/* Its deepest fall, looked at where trades close. */
static void put_drawdown(wick_sheet *t, const wick_ledger *l, const wick_metric_opts *o)
{
    double now = wick_ledger_cash0(l), top = now, fall[SIDES] = {0.0, WICK_NA, WICK_NA};
    double pct[SIDES] = {0.0, WICK_NA, WICK_NA};
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *r = wick_ledger_trade(l, i);
        double pnl, fraction;
        if (!wk_trade_closed(r)) continue;
        wk_trade_net(r, o->pnl_net, &pnl, &fraction);
        now += pnl;
        if (now > top) top = now;
        if (top - now > fall[ALL]) fall[ALL] = top - now;
        if (top > 0.0 && (top - now) / top * 100.0 > pct[ALL]) pct[ALL] = (top - now) / top * 100.0;
    }
    put(t, "Max drawdown (close to close)", WICK_M_CASH,
        "deepest fall of realised equity from its top, at exits", fall);
    put(t, "Max drawdown (close to close) %", WICK_M_PERCENT, "deepest fall in percent of the top",
        pct);
}

static int64_t month_of(int64_t time)
{
    return wk_period_of(time, WK_MONTH);
}

static bool fill_months(const wick_ledger *l, const wick_metric_opts *o, months *m)
{
    const wick_equity e = wick_ledger_equity(l);
    const int64_t first = month_of(e.time[0]);
    m->n = month_of(e.time[e.n - 1]) - first + 1;
    double *made = calloc((size_t)m->n, sizeof *made), now = wick_ledger_cash0(l);
    m->ret = made;
    if (made == NULL) return false;
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *r = wick_ledger_trade(l, i);
        const int64_t k = month_of(r->exit_time) - first;
        double pnl, fraction;
        if (!wk_trade_closed(r) || k < 0 || k >= m->n) continue;
        wk_trade_net(r, o->pnl_net, &pnl, &fraction);
        made[k] += pnl;
    }
    for (int64_t k = 0; k < m->n; k++) {
        const double before = now;
        now += made[k];
        made[k] = over(made[k], before);
    }
    return true;
}

static void put_ratios(wick_sheet *t, const months *m)
{
    const double free_rate = 0.02 / 12.0, mean = wk_mean(m->n, m->ret);
    wick_sum all = {0}, below = {0};
    for (int64_t k = 0; k < m->n; k++) {
        const double under = m->ret[k] < free_rate ? m->ret[k] - free_rate : 0.0;
        wick_sum_add(&all, (m->ret[k] - mean) * (m->ret[k] - mean));
        wick_sum_add(&below, under * under);
    }
    const double dev = sqrt(wick_sum_get(&all) / (double)m->n);
    const double down = sqrt(wick_sum_get(&below) / (double)m->n);
    const double sharpe[SIDES] = {over(mean - free_rate, dev), WICK_NA, WICK_NA};
    const double sortino[SIDES] = {over(mean - free_rate, down), WICK_NA, WICK_NA};
    put(t, "Sharpe ratio", WICK_M_RATIO,
        "(mean - 2 %/12) / population deviation of the realised returns of UTC months, not "
        "annualised",
        sharpe);
    put(t, "Sortino ratio", WICK_M_RATIO,
        "the same over the root mean square of what months lie below 2 %/12", sortino);
}

static void put_growth(wick_sheet *t, const wick_ledger *l)
{
    const wick_equity e = wick_ledger_equity(l);
    const double years = (double)(e.time[e.n - 1] - e.time[0]) / (365.0 * (double)WICK_MS_DAY);
    const double growth = over(e.equity[e.n - 1], wick_ledger_cash0(l));
    const double v[SIDES] = {years > 0.0 && growth > 0.0 ? (pow(growth, 1.0 / years) - 1.0) * 100.0
                                                         : WICK_NA,
                             WICK_NA, WICK_NA};
    put(t, "CAGR", WICK_M_PERCENT,
        "growth of equity from the first row to the last, years of 365 days", v);
}

static wick_status build(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                         wick_sheet *t)
{
    static const char *const names[] = {"all", "long", "short"};
    static const wick_metric_unit units[] = {WICK_M_RATIO, WICK_M_RATIO, WICK_M_RATIO};
    tally sides[SIDES];
    months m = {0};
    wk_sheet_columns(t, SIDES, names, units);
    if (wick_ledger_equity(l).n < 1)
        return wick_fail(ctx, WICK_E_DATA, "sheet tradingview needs an equity column");
    for (int s = 0; s < SIDES; s++)
        sides[s] =
            (tally){.best = WICK_NA, .worst = WICK_NA, .best_pct = WICK_NA, .worst_pct = WICK_NA};
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *r = wick_ledger_trade(l, i);
        double pnl, fraction;
        if (!wk_trade_closed(r)) continue;
        wk_trade_net(r, o->pnl_net, &pnl, &fraction);
        count(&sides[ALL], r, pnl, fraction * 100.0);
        count(&sides[r->side > 0 ? LONG : SHORT], r, pnl, fraction * 100.0);
    }
    put_money(t, sides, wick_ledger_cash0(l));
    put_drawdown(t, l, o);
    if (!fill_months(l, o, &m)) return wick_fail_mem(ctx);
    put_ratios(t, &m);
    free(m.ret);
    put_growth(t, l);
    put_trades(t, sides);
    return WICK_OK;
}

extern const wick_sheet_spec wick_sheet_tradingview;
const wick_sheet_spec wick_sheet_tradingview = {
    .name = "tradingview",
    .title = "figures of TradingView's strategy report",
    .doc =
        "closed trades after fees, all, long and short. Percent fields run from 0 to 100, losses "
        "are above zero; equity here is what closed trades have made of the starting cash",
    .source = "TradingView, strategy report",
    .label = "row",
    .build = build,
};
