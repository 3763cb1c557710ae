/* SPDX-License-Identifier: MIT */
/* The Stats of backtesting.py, read from backtesting/_stats.py of 0.6.6 as the formulas in
 * docs/statistics.md; held to the library by tests/golden/metrics/statistics.json. */
#include <stdlib.h>
#include <string.h>

#include "metrics/sheet_int.h"

typedef struct work {
    const wick_ledger *l;
    const wick_metric_opts *o;
    wick_equity e;
    double *day; /* returns of periods */
    int64_t n_days;
    double year; /* periods a year */
    double geo, annual, volatility, max_dd;
    int64_t unit; /* ms durations are rounded up to */
    bool failed;  /* memory ran out */
} work;

/* Median of the last 99 differences between stamps. */
static int64_t data_period(const wick_equity *e)
{
    double gap[99];
    int64_t n = 0;
    for (int64_t i = e->n > 100 ? e->n - 99 : 1; i < e->n; i++) {
        gap[n++] = (double)(e->time[i] - e->time[i - 1]);
    }
    if (n == 0) return WICK_MS_DAY;
    wk_sort_doubles(n, gap);
    return (int64_t)wk_sorted_quantile(n, gap, 0.5);
}

/* Durations are rounded up to the coarsest unit the period is not finer than. */
static int64_t unit_of(int64_t period)
{
    static const int64_t units[] = {WICK_MS_DAY, 3600000, 60000, 1000};
    for (int k = 0; k < 4; k++) {
        if (period % units[k] == 0) return units[k];
    }
    return 1;
}

static double round_up_days(const work *w, double ms)
{
    return isnan(ms) ? ms : ceil(ms / (double)w->unit) * (double)w->unit / (double)WICK_MS_DAY;
}

static wick_status fill_days(wick_ctx *ctx, work *w)
{
    const wick_equity *e = &w->e;
    const int64_t period = data_period(e), days = period / WICK_MS_DAY;
    w->unit = unit_of(period);
    int64_t weekend = 0;
    for (int64_t i = 0; i < e->n; i++) {
        const int32_t d = wick_time_to_civil(e->time[i]).weekday;
        weekend += d == 1 || d == 7;
    }
    const bool weekends = (double)weekend / (double)e->n > 2.0 / 7.0 * 0.6;
    w->year = days == 7 ? 52.0 : days == 31 ? 12.0 : days == 365 ? 1.0 : weekends ? 365.0 : 252.0;
    const wk_period p = days == 7     ? WK_WEEK
                        : days == 31  ? WK_MONTH
                        : days == 365 ? WK_YEAR
                                      : WK_DAY;
    int64_t *ends = malloc((size_t)e->n * sizeof *ends);
    w->day = malloc((size_t)e->n * sizeof *w->day);
    if (ends == NULL || w->day == NULL) {
        free(ends);
        return wick_fail_mem(ctx);
    }
    const int64_t n = wk_period_ends(e->n, e->time, p, ends);
    for (int64_t k = 1; k < n; k++) {
        w->day[w->n_days++] = e->equity[ends[k]] / e->equity[ends[k - 1]] - 1.0;
    }
    free(ends);
    return WICK_OK;
}

/* exp(mean log(1 + x)) - 1, or 0 when something is lost altogether. */
static double geometric_mean(int64_t n, const double *x)
{
    wick_sum s = {0};
    for (int64_t i = 0; i < n; i++) {
        if (!(1.0 + x[i] > 0.0)) return 0.0;
        wick_sum_add(&s, log(1.0 + x[i]));
    }
    return n > 0 ? exp(wick_sum_get(&s) / (double)n) - 1.0 : WICK_NA;
}

/* ---- equity ------------------------------------------------------------------------------- */

static double exposure(work *w)
{
    const wick_equity *e = &w->e;
    int32_t *held = calloc((size_t)e->n + 1, sizeof *held);
    if (held == NULL) {
        w->failed = true;
        return WICK_NA;
    }
    for (int64_t i = 0; i < wick_ledger_trades(w->l); i++) {
        const wick_trade_rec *t = wick_ledger_trade(w->l, i);
        if (!wk_trade_closed(t)) continue;
        int64_t from = 0, to = 0;
        for (int64_t lo = 0, hi = e->n; lo < hi;) {
            const int64_t mid = lo + (hi - lo) / 2;
            if (e->time[mid] < t->entry_time) {
                lo = mid + 1;
            } else {
                hi = mid;
            }
            from = lo;
        }
        for (int64_t lo = from, hi = e->n; lo < hi;) {
            const int64_t mid = lo + (hi - lo) / 2;
            if (e->time[mid] <= t->exit_time) {
                lo = mid + 1;
            } else {
                hi = mid;
            }
            to = lo;
        }
        if (to <= from) continue;
        held[from]++;
        held[to]--;
    }
    int64_t rows = 0;
    int32_t now = 0;
    for (int64_t i = 0; i < e->n; i++) rows += (now += held[i]) > 0;
    free(held);
    return 100.0 * (double)rows / (double)e->n;
}

/* First row with a benchmark value; -1 without one. */
static int64_t benchmark_first(const work *w)
{
    for (int64_t i = 0; w->o->benchmark != NULL && i < w->e.n; i++) {
        if (!isnan(w->o->benchmark[i])) return i;
    }
    return -1;
}

static double buy_and_hold(const work *w)
{
    const int64_t first = benchmark_first(w);
    if (first < 0) return WICK_NA;
    const double *c = w->o->benchmark;
    return 100.0 * (c[w->e.n - 1] / c[first] - 1.0);
}

static double beta_of(const work *w)
{
    const double *e = w->e.equity, *c = w->o->benchmark;
    const int64_t first = benchmark_first(w), m = w->e.n - 1;
    wick_sum se = {0}, sc = {0}, ec = {0}, cc = {0};
    if (first < 0 || m - first < 2) return WICK_NA;
    for (int64_t i = first; i < m; i++) {
        wick_sum_add(&se, log(e[i + 1] / e[i]));
        wick_sum_add(&sc, log(c[i + 1] / c[i]));
    }
    const double me = wick_sum_get(&se) / (double)(m - first);
    const double mc = wick_sum_get(&sc) / (double)(m - first);
    for (int64_t i = first; i < m; i++) {
        const double x = log(e[i + 1] / e[i]) - me, y = log(c[i + 1] / c[i]) - mc;
        wick_sum_add(&ec, x * y);
        wick_sum_add(&cc, y * y);
    }
    const double v = wick_sum_get(&cc);
    return v > 0.0 ? wick_sum_get(&ec) / v : WICK_NA;
}

typedef struct episodes {
    int64_t n;
    double depth, longest, sum;
} episodes;

/* Rows at the peak, and the last row, bound the episodes. */
static episodes find_episodes(const work *w)
{
    const wick_equity *e = &w->e;
    episodes r = {0, 0.0, WICK_NA, 0.0};
    double peak = -HUGE_VAL, deepest = 0.0;
    int64_t before = -1;
    for (int64_t i = 0; i < e->n; i++) {
        peak = e->equity[i] > peak ? e->equity[i] : peak;
        const double dd = 1.0 - e->equity[i] / peak;
        deepest = dd > deepest ? dd : deepest;
        if (dd != 0.0 && i + 1 < e->n) continue;
        if (before >= 0 && i > before + 1) {
            const double ms = (double)(e->time[i] - e->time[before]);
            r.n++;
            r.depth += deepest;
            r.sum += ms;
            r.longest = isnan(r.longest) || ms > r.longest ? ms : r.longest;
        }
        before = i;
        deepest = 0.0;
    }
    return r;
}

static double deepest(const wick_equity *e)
{
    double peak = -HUGE_VAL, most = 0.0;
    for (int64_t i = 0; i < e->n; i++) {
        peak = e->equity[i] > peak ? e->equity[i] : peak;
        const double dd = 1.0 - e->equity[i] / peak;
        most = dd > most ? dd : most;
    }
    return most;
}

static double sortino(const work *w)
{
    wick_sum s = {0};
    for (int64_t i = 0; i < w->n_days; i++) {
        if (w->day[i] < 0.0) wick_sum_add(&s, w->day[i] * w->day[i]);
    }
    const double excess = w->annual - w->o->risk_free;
    const double down = sqrt(wick_sum_get(&s) / (double)w->n_days) * sqrt(w->year);
    if (!(down > 0.0)) return excess > 0.0 ? HUGE_VAL : excess < 0.0 ? -HUGE_VAL : WICK_NA;
    return excess / down;
}

static void put_equity(work *w, wick_sheet *t)
{
    const wick_equity *e = &w->e;
    const double f = w->o->risk_free, first = e->equity[0], last = e->equity[e->n - 1];
    double peak = first, fees = 0.0;
    for (int64_t i = 0; i < e->n; i++) peak = e->equity[i] > peak ? e->equity[i] : peak;
    for (int64_t i = 0; i < wick_ledger_trades(w->l); i++) {
        const wick_trade_rec *r = wick_ledger_trade(w->l, i);
        if (wk_trade_closed(r)) fees += r->fees;
    }
    const double years = (double)(e->time[e->n - 1] - e->time[0]) / (double)WICK_MS_DAY / 365.25;
    const double total = 100.0 * (last / first - 1.0), hold = buy_and_hold(w), beta = beta_of(w);
    w->geo = w->n_days > 0 ? geometric_mean(w->n_days, w->day) : 0.0;
    w->annual = pow(1.0 + w->geo, w->year) - 1.0;
    const double dev = wk_sample_dev(w->n_days, w->day), g = 1.0 + w->geo;
    w->volatility =
        100.0 * sqrt(fmax(0.0, pow(dev * dev + g * g, w->year) - pow(g, 2.0 * w->year)));
    w->max_dd = deepest(e);
    const episodes ep = find_episodes(w);
    wk_sheet_put(t, "Start", WICK_M_TIME, "first row", (double)e->time[0]);
    wk_sheet_put(t, "End", WICK_M_TIME, "last row", (double)e->time[e->n - 1]);
    wk_sheet_put(t, "Duration", WICK_M_DAYS, "End - Start",
                 (double)(e->time[e->n - 1] - e->time[0]) / (double)WICK_MS_DAY);
    wk_sheet_put(t, "Exposure Time [%]", WICK_M_PERCENT,
                 "100 * rows from the entry to the exit of a trade, both included / rows",
                 exposure(w));
    wk_sheet_put(t, "Equity Final [$]", WICK_M_CASH, "last equity", last);
    wk_sheet_put(t, "Equity Peak [$]", WICK_M_CASH, "highest equity", peak);
    if (fees != 0.0) {
        wk_sheet_put(t, "Commissions [$]", WICK_M_CASH, "fees of closed trades; no row when 0",
                     fees);
    }
    wk_sheet_put(t, "Return [%]", WICK_M_PERCENT, "100 * (last / first equity - 1)", total);
    wk_sheet_put(t, "Buy & Hold Return [%]", WICK_M_PERCENT,
                 "100 * (last / first value of the benchmark - 1)", hold);
    wk_sheet_put(
        t, "Return (Ann.) [%]", WICK_M_PERCENT,
        "100 * ((1 + g)^Y - 1), g the geometric mean of daily returns, Y 252 days, 365 when "
        "weekends are in the data, 52 or 12 or 1 for weekly, monthly, yearly rows",
        100.0 * w->annual);
    wk_sheet_put(t, "Volatility (Ann.) [%]", WICK_M_PERCENT,
                 "100 * sqrt((v + (1 + g)^2)^Y - (1 + g)^(2Y)), v the sample variance of daily "
                 "returns",
                 w->volatility);
    wk_sheet_put(t, "CAGR [%]", WICK_M_PERCENT,
                 "100 * ((last / first equity)^(1 / years) - 1), years of 365.25 days",
                 years > 0.0 ? 100.0 * (pow(last / first, 1.0 / years) - 1.0) : WICK_NA);
    wk_sheet_put(t, "Sharpe Ratio", WICK_M_RATIO, "(Return (Ann.) - risk-free) / Volatility (Ann.)",
                 w->volatility > 0.0 ? (100.0 * w->annual - 100.0 * f) / w->volatility : WICK_NA);
    wk_sheet_put(t, "Sortino Ratio", WICK_M_RATIO,
                 "(Return (Ann.) - risk-free) / (root of mean min(day, 0)^2 * sqrt(Y))",
                 sortino(w));
    wk_sheet_put(t, "Calmar Ratio", WICK_M_RATIO, "Return (Ann.) / -Max. Drawdown",
                 w->max_dd > 0.0 ? w->annual / w->max_dd : WICK_NA);
    wk_sheet_put(t, "Alpha [%]", WICK_M_PERCENT,
                 "Return - risk-free - Beta * (Buy & Hold - risk-free), of the whole span",
                 total - 100.0 * f - beta * (hold - 100.0 * f));
    wk_sheet_put(t, "Beta", WICK_M_RATIO,
                 "covariance of log returns with the benchmark's / variance of those", beta);
    wk_sheet_put(t, "Max. Drawdown [%]", WICK_M_PERCENT, "-100 * max(1 - equity / running peak)",
                 0.0 - 100.0 * w->max_dd);
    wk_sheet_put(t, "Avg. Drawdown [%]", WICK_M_PERCENT,
                 "mean deepest point of the spans between two rows at the peak, the last row "
                 "counting as one",
                 ep.n > 0 ? -100.0 * ep.depth / (double)ep.n : WICK_NA);
    wk_sheet_put(t, "Max. Drawdown Duration", WICK_M_DAYS,
                 "longest such span, rounded up to the unit of the data's period",
                 round_up_days(w, ep.longest));
    wk_sheet_put(t, "Avg. Drawdown Duration", WICK_M_DAYS, "mean such span, rounded up likewise",
                 ep.n > 0 ? round_up_days(w, ep.sum / (double)ep.n) : WICK_NA);
}

/* ---- trades ------------------------------------------------------------------------------- */

typedef struct trade_columns {
    int64_t n;
    double *pnl, *ret, *held;
} trade_columns;

static bool read_trades(const work *w, trade_columns *c)
{
    const int64_t all = wick_ledger_trades(w->l);
    c->n = 0;
    c->pnl = malloc((size_t)(3 * all + 1) * sizeof *c->pnl);
    if (c->pnl == NULL) return false;
    c->ret = c->pnl + all;
    c->held = c->pnl + 2 * all;
    for (int64_t i = 0; i < all; i++) {
        const wick_trade_rec *t = wick_ledger_trade(w->l, i);
        if (!wk_trade_closed(t)) continue;
        wk_trade_net(t, w->o->pnl_net, &c->pnl[c->n], &c->ret[c->n]);
        c->held[c->n++] = (double)(t->exit_time - t->entry_time);
    }
    return true;
}

static double largest(int64_t n, const double *x, double sign)
{
    double best = WICK_NA;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(best) || sign * x[i] > sign * best) best = x[i];
    }
    return best;
}

/* Mean of the values of one sign. */
static double mean_of_sign(int64_t n, const double *x, double sign, double *sum)
{
    wick_sum s = {0};
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!(sign * x[i] > 0.0)) continue;
        wick_sum_add(&s, x[i]);
        m++;
    }
    if (sum != NULL) *sum = wick_sum_get(&s);
    return m > 0 ? wick_sum_get(&s) / (double)m : WICK_NA;
}

static void put_trades(const work *w, const trade_columns *c, wick_sheet *t)
{
    const double n = (double)c->n, none = c->n > 0 ? 1.0 : WICK_NA;
    int64_t wins = 0;
    double up = 0.0, down = 0.0;
    for (int64_t i = 0; i < c->n; i++) wins += c->pnl[i] > 0.0;
    const double p = c->n > 0 ? (double)wins / n : WICK_NA;
    mean_of_sign(c->n, c->ret, 1.0, &up);
    mean_of_sign(c->n, c->ret, -1.0, &down);
    const double dev = wk_sample_dev(c->n, c->pnl);
    const double win = mean_of_sign(c->n, c->pnl, 1.0, NULL);
    const double loss = mean_of_sign(c->n, c->pnl, -1.0, NULL);
    wk_sheet_put(t, "# Trades", WICK_M_COUNT, "closed trades", n);
    wk_sheet_put(t, "Win Rate [%]", WICK_M_PERCENT, "100 * trades with net pnl > 0 / all trades",
                 100.0 * p);
    wk_sheet_put(t, "Best Trade [%]", WICK_M_PERCENT, "highest net return of a trade",
                 100.0 * largest(c->n, c->ret, 1.0));
    wk_sheet_put(t, "Worst Trade [%]", WICK_M_PERCENT, "lowest net return of a trade",
                 100.0 * largest(c->n, c->ret, -1.0));
    wk_sheet_put(t, "Avg. Trade [%]", WICK_M_PERCENT,
                 "geometric mean of net returns; 0 when a trade lost everything",
                 100.0 * geometric_mean(c->n, c->ret));
    wk_sheet_put(t, "Max. Trade Duration", WICK_M_DAYS,
                 "longest time from entry to exit, rounded up to the unit of the data's period",
                 round_up_days(w, largest(c->n, c->held, 1.0)));
    wk_sheet_put(t, "Avg. Trade Duration", WICK_M_DAYS, "mean time, rounded up likewise",
                 round_up_days(w, none * wk_mean(c->n, c->held)));
    wk_sheet_put(t, "Profit Factor", WICK_M_RATIO,
                 "sum of positive / -sum of negative net returns of trades",
                 down < 0.0 ? up / -down : WICK_NA);
    wk_sheet_put(t, "Expectancy [%]", WICK_M_PERCENT, "mean net return of trades",
                 100.0 * wk_mean(c->n, c->ret));
    wk_sheet_put(t, "SQN", WICK_M_RATIO, "sqrt(trades) * mean net pnl / sample deviation of it",
                 dev > 0.0 ? sqrt(n) * wk_mean(c->n, c->pnl) / dev : WICK_NA);
    wk_sheet_put(t, "Kelly Criterion", WICK_M_RATIO,
                 "p - (1 - p) / (mean win / -mean loss), in cash", p - (1.0 - p) / (win / -loss));
}

static wick_status build(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                         wick_sheet *t)
{
    static const char *const names[] = {"value"};
    static const wick_metric_unit units[] = {WICK_M_RATIO};
    work w = {.l = l, .o = o, .e = wick_ledger_equity(l)};
    trade_columns c = {0};
    wk_sheet_columns(t, 1, names, units);
    if (w.e.n < 1)
        return wick_fail(ctx, WICK_E_DATA, "sheet backtesting.py needs an equity column");
    wick_status st = fill_days(ctx, &w);
    if (st == WICK_OK) {
        put_equity(&w, t);
        st = !w.failed && read_trades(&w, &c) ? WICK_OK : wick_fail_mem(ctx);
        if (st == WICK_OK) {
            put_trades(&w, &c, t);
            free(c.pnl);
        }
    }
    free(w.day);
    return st;
}

const wick_sheet_spec wick_sheet_backtestingpy = {
    .name = "backtesting.py",
    .title = "Stats of backtesting.py",
    .doc = "the rows of backtesting.py's Stats by its formulas: pnl and returns of trades after "
           "fees, daily returns compounded to a year. Buy & Hold, Alpha and Beta need a benchmark; "
           "durations are in days",
    .source = "backtesting.py 0.6.6, backtesting/_stats.py",
    .label = "row",
    .build = build,
};
