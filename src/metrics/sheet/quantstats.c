/* SPDX-License-Identifier: MIT */
/* QuantStats' statistics of daily returns, by the formulas in docs/statistics.md; held to the
 * library by tests/golden/metrics/statistics.json. Its values are fractions, not percents. */
#include <stdlib.h>
#include <string.h>

#include "metrics/sheet_int.h"

static const double YEAR = 252.0;

typedef struct work {
    int64_t n;
    double *r, *sorted, *dd, *b; /* b: the benchmark's, NULL without one */
    int64_t *when;               /* stamp of each return */
    double f, f_bar;             /* risk-free a year and a day */
    double mean, dev, comp, max_dd, ulcer, penalty, beta;
} work;

typedef struct signs {
    int64_t n_pos, n_neg, n_zero_or_pos;
    double pos, neg;
} signs;

/* ---- input -------------------------------------------------------------------------------- */

static wick_status read(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o, work *w)
{
    const wick_equity e = wick_ledger_equity(l);
    const size_t room = (size_t)e.n + 1;
    double *own = malloc(4 * room * sizeof *own);
    w->when = malloc(2 * room * sizeof *w->when);
    w->r = own;
    if (own == NULL || w->when == NULL) return wick_fail_mem(ctx);
    w->sorted = own + room;
    w->dd = own + 2 * room;
    w->b = o->benchmark != NULL ? own + 3 * room : NULL;
    int64_t *ends = w->when + room;
    const int64_t days = wk_period_ends(e.n, e.time, WK_DAY, ends);
    for (int64_t k = 1; k < days; k++) {
        const int64_t was = ends[k - 1], now = ends[k];
        w->when[w->n] = e.time[now];
        w->r[w->n] = e.equity[was] != 0.0 ? (e.equity[now] - e.equity[was]) / e.equity[was] : 0.0;
        if (w->b != NULL) {
            const double x = o->benchmark[now] / o->benchmark[was] - 1.0;
            w->b[w->n] = isnan(x) ? 0.0 : x; /* as the library fills them */
        }
        w->n++;
    }
    if (w->n >= 4) return WICK_OK;
    return wick_fail(ctx, WICK_E_DATA, "sheet quantstats needs at least five days of equity");
}

static double autocorrelation(int64_t n, const double *r)
{
    const double a = wk_mean(n - 1, r), b = wk_mean(n - 1, r + 1);
    wick_sum ab = {0}, aa = {0}, bb = {0};
    for (int64_t i = 0; i + 1 < n; i++) {
        wick_sum_add(&ab, (r[i] - a) * (r[i + 1] - b));
        wick_sum_add(&aa, (r[i] - a) * (r[i] - a));
        wick_sum_add(&bb, (r[i + 1] - b) * (r[i + 1] - b));
    }
    return wick_sum_get(&ab) / sqrt(wick_sum_get(&aa) * wick_sum_get(&bb));
}

static void prepare(work *w, const wick_metric_opts *o)
{
    double cum = 1.0, peak = 1.0, power = 1.0;
    wick_sum squares = {0}, lags = {0};
    w->f = o->risk_free;
    w->f_bar = w->f > 0.0 ? pow(1.0 + w->f, 1.0 / YEAR) - 1.0 : 0.0;
    w->mean = wk_mean(w->n, w->r);
    w->dev = wk_sample_dev(w->n, w->r);
    for (int64_t i = 0; i < w->n; i++) {
        cum *= 1.0 + w->r[i];
        peak = cum > peak ? cum : peak;
        w->dd[i] = cum / peak - 1.0;
        w->max_dd = w->dd[i] < w->max_dd ? w->dd[i] : w->max_dd;
        wick_sum_add(&squares, w->dd[i] * w->dd[i]);
    }
    w->comp = cum - 1.0;
    w->ulcer = sqrt(wick_sum_get(&squares) / (double)(w->n - 1));
    memcpy(w->sorted, w->r, (size_t)w->n * sizeof *w->r);
    wk_sort_doubles(w->n, w->sorted);
    const double rho = fabs(autocorrelation(w->n, w->r));
    for (int64_t k = 1; k < w->n; k++) {
        power *= rho;
        wick_sum_add(&lags, (double)(w->n - k) / (double)w->n * power);
    }
    w->penalty = sqrt(1.0 + 2.0 * wick_sum_get(&lags));
}

static signs split(int64_t n, const double *x, double shift)
{
    signs s = {0};
    wick_sum pos = {0}, neg = {0};
    for (int64_t i = 0; i < n; i++) {
        const double v = x[i] - shift;
        s.n_pos += v > 0.0;
        s.n_neg += v < 0.0;
        s.n_zero_or_pos += v >= 0.0;
        if (v > 0.0) wick_sum_add(&pos, v);
        if (v < 0.0) wick_sum_add(&neg, v);
    }
    s.pos = wick_sum_get(&pos);
    s.neg = wick_sum_get(&neg);
    return s;
}

static double over(double a, double b)
{
    return b != 0.0 ? a / b : WICK_NA;
}

/* ---- rows --------------------------------------------------------------------------------- */

static void put(wick_sheet *t, const char *name, const char *formula, double v)
{
    wk_sheet_put(t, name, WICK_M_RATIO, formula, v);
}

static void returns(const work *w, wick_sheet *t)
{
    const double n = (double)w->n, cagr = pow(fabs(1.0 + w->comp), YEAR / n) - 1.0;
    put(t, "comp", "product of 1 + r, less 1", w->comp);
    put(t, "cagr", "(1 + comp)^(252 / days) - 1, of the absolute value", cagr);
    put(t, "expected_daily", "(1 + comp)^(1 / days) - 1", pow(1.0 + w->comp, 1.0 / n) - 1.0);
    put(t, "volatility", "sample deviation of r * sqrt(252)", w->dev * sqrt(YEAR));
    put(t, "max_drawdown", "smallest compounded value / running peak (from 1) - 1", w->max_dd);
    put(t, "calmar", "cagr / -max_drawdown", over(cagr, -w->max_dd));
    put(t, "ulcer_index", "root of the sum of squared drawdowns / (days - 1)", w->ulcer);
    put(t, "best", "best day", w->sorted[w->n - 1]);
    put(t, "worst", "worst day", w->sorted[0]);
}

static double sum_of(int64_t n, const double *x)
{
    return (double)n * wk_mean(n, x);
}

/* Population-free moments: adjusted skewness and kurtosis, as pandas has them. */
static void shape(const work *w, double *skew, double *kurtosis)
{
    const wick_moments m = wick_moments_of(w->n, w->r);
    const double n = (double)w->n;
    *skew = sqrt(n * (n - 1.0)) / (n - 2.0) * m.skew;
    *kurtosis = (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * (m.kurtosis - 3.0) + 6.0);
}

/* Mean below the normal value at risk; that value when nothing is below. */
static double shortfall(int64_t n, const double *x, double *value_at_risk)
{
    const double v = wk_mean(n, x) + wk_sample_dev(n, x) * wick_normal_quantile(0.05);
    wick_sum s = {0};
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!(x[i] < v)) continue;
        wick_sum_add(&s, x[i]);
        m++;
    }
    if (value_at_risk != NULL) *value_at_risk = v;
    return m > 0 ? wick_sum_get(&s) / (double)m : v;
}

static void risk_adjusted(const work *w, wick_sheet *t)
{
    const double root = sqrt(YEAR), n = (double)w->n, excess = w->mean - w->f_bar;
    wick_sum down = {0};
    for (int64_t i = 0; i < w->n; i++) {
        const double x = w->r[i] - w->f_bar;
        if (x < 0.0) wick_sum_add(&down, x * x);
    }
    const double dev = sqrt(wick_sum_get(&down) / n), sharpe = over(excess, w->dev) * root;
    const double sortino = over(excess, dev) * root, total = sum_of(w->n, w->r);
    double g1, g2;
    shape(w, &g1, &g2);
    put(t, "sharpe", "(mean(r) - f) / sample deviation * sqrt(252), f = (1 + rf)^(1/252) - 1",
        sharpe);
    put(t, "smart_sharpe", "sharpe / autocorr_penalty", sharpe / w->penalty);
    put(t, "sortino", "(mean(r) - f) / root of the mean of min(r - f, 0)^2 * sqrt(252)", sortino);
    put(t, "smart_sortino", "sortino / autocorr_penalty", sortino / w->penalty);
    put(t, "adjusted_sortino", "sortino / sqrt(2)", sortino / sqrt(2.0));
    put(t, "autocorr_penalty", "sqrt(1 + 2 sum (n - k) / n * |rho|^k), rho of lag 1", w->penalty);
    const double sr = over(w->mean, w->dev);
    const double var = (1.0 + 0.5 * sr * sr - g1 * sr + (g2 - 3.0) / 4.0 * sr * sr) / (n - 1.0);
    put(t, "psr_library",
        "probabilistic Sharpe ratio as the library has it: its excess kurtosis is lessened by 3 "
        "once "
        "more and rf is an annual number; `psr` is the right one",
        wick_normal_cdf((sr - w->f) / sqrt(var)));
    const signs s = split(w->n, w->r, w->f_bar), plain = split(w->n, w->r, 0.0);
    put(t, "omega", "sum of positive / -sum of negative r - f", over(s.pos, -s.neg));
    put(t, "gain_to_pain", "sum(r) / -sum of negative r", over(total, -plain.neg));
    put(t, "ulcer_performance_index", "(comp - rf) / ulcer_index", over(w->comp - w->f, w->ulcer));
    const double pitfall = -shortfall(w->n, w->dd, NULL) / w->dev;
    put(t, "serenity_index",
        "(sum(r) - rf) / (ulcer_index * pitfall), pitfall = -cvar of drawdowns / deviation of r",
        over(total - w->f, w->ulcer * pitfall));
    put(t, "recovery_factor", "|sum(r) - rf| / -max_drawdown",
        over(fabs(total - w->f), -w->max_dd));
    put(t, "risk_return_ratio", "mean(r) / sample deviation", sr);
    put(t, "skew", "bias-corrected skewness", g1);
    put(t, "kurtosis_excess", "bias-corrected excess kurtosis", g2);
}

static double longest(int64_t n, const double *x, double sign)
{
    int64_t run = 0, most = 0;
    for (int64_t i = 0; i < n; i++) {
        run = sign * x[i] > 0.0 ? run + 1 : 0;
        most = run > most ? run : most;
    }
    return (double)most;
}

static void periods(const work *w, wick_sheet *t)
{
    const signs s = split(w->n, w->r, 0.0);
    const double n = (double)w->n, moved = (double)(s.n_pos + s.n_neg);
    const double p = over((double)s.n_pos, moved), win = over(s.pos, (double)s.n_pos);
    const double loss = over(s.neg, (double)s.n_neg), payoff = win / -loss;
    const double mean_up = over(s.pos, (double)s.n_zero_or_pos), pf = over(s.pos, -s.neg);
    const double tail = fabs(over(wk_sorted_quantile(w->n, w->sorted, 0.95),
                                  wk_sorted_quantile(w->n, w->sorted, 1.0 - 0.95)));
    double var = 0.0;
    const double cvar = shortfall(w->n, w->r, &var);
    put(t, "exposure", "share of days with r != 0, rounded up to two digits",
        ceil(moved / n * 100.0) / 100.0);
    put(t, "rar", "cagr / exposure",
        over(pow(fabs(1.0 + w->comp), YEAR / n) - 1.0, ceil(moved / n * 100.0) / 100.0));
    put(t, "win_rate", "days with r > 0 / days with r != 0", p);
    put(t, "avg_return", "mean of r != 0", over(s.pos + s.neg, moved));
    put(t, "avg_win", "mean of r > 0", win);
    put(t, "avg_loss", "mean of r < 0", loss);
    put(t, "payoff_ratio", "avg_win / -avg_loss", payoff);
    put(t, "profit_ratio", "|mean(r >= 0) / their number| / |mean(r < 0) / their number|",
        fabs(mean_up / (double)s.n_zero_or_pos) / fabs(loss / (double)s.n_neg));
    put(t, "profit_factor", "sum of r >= 0 / -sum of r < 0", pf);
    put(t, "cpc_index", "profit_factor * win_rate * payoff_ratio", pf * p * payoff);
    put(t, "tail_ratio", "|95 % quantile / 5 % quantile|", tail);
    put(t, "common_sense_ratio", "profit_factor * tail_ratio", pf * tail);
    put(t, "outlier_win_ratio", "99 % quantile / mean of r >= 0",
        over(wk_sorted_quantile(w->n, w->sorted, 0.99), mean_up));
    put(t, "outlier_loss_ratio", "1 % quantile / mean of r < 0",
        over(wk_sorted_quantile(w->n, w->sorted, 0.01), loss));
    put(t, "risk_of_ruin", "((1 - win_rate) / (1 + win_rate))^days", pow((1.0 - p) / (1.0 + p), n));
    put(t, "kelly", "(payoff_ratio * p - (1 - p)) / payoff_ratio, p = win_rate",
        over(payoff * p - (1.0 - p), payoff));
    put(t, "var_95", "mean + sample deviation * normal quantile of 5 %", var);
    put(t, "cvar_95", "mean of r below var_95", cvar);
    put(t, "consecutive_wins", "longest run of r > 0", longest(w->n, w->r, 1.0));
    put(t, "consecutive_losses", "longest run of r < 0", longest(w->n, w->r, -1.0));
}

/* ---- months, quarters, years --------------------------------------------------------------- */

typedef struct grouped {
    int64_t n;
    double best, worst, product, wins, moved, pos_sum, neg_sum;
} grouped;

/* Returns compounded per period; `pos_sum` and `neg_sum` are of the plain sums. */
static grouped group(const work *w, wk_period p)
{
    grouped g = {0, -HUGE_VAL, HUGE_VAL, 1.0, 0.0, 0.0, 0.0, 0.0};
    double growth = 1.0, sum = 0.0;
    for (int64_t i = 0; i < w->n; i++) {
        growth *= 1.0 + w->r[i];
        sum += w->r[i];
        if (i + 1 < w->n && wk_period_of(w->when[i], p) == wk_period_of(w->when[i + 1], p))
            continue;
        const double x = growth - 1.0;
        g.n++;
        g.best = x > g.best ? x : g.best;
        g.worst = x < g.worst ? x : g.worst;
        g.product *= growth;
        g.wins += x > 0.0;
        g.moved += x != 0.0;
        *(sum < 0.0 ? &g.neg_sum : &g.pos_sum) += sum;
        growth = 1.0;
        sum = 0.0;
    }
    return g;
}

static void calendar(const work *w, wick_sheet *t)
{
    const grouped m = group(w, WK_MONTH), q = group(w, WK_QUARTER), y = group(w, WK_YEAR);
    put(t, "expected_monthly", "geometric mean of months", pow(m.product, 1.0 / (double)m.n) - 1.0);
    put(t, "expected_quarterly", "geometric mean of quarters",
        pow(q.product, 1.0 / (double)q.n) - 1.0);
    put(t, "expected_yearly", "geometric mean of calendar years",
        pow(y.product, 1.0 / (double)y.n) - 1.0);
    put(t, "best_month", "best compounded month", m.best);
    put(t, "worst_month", "worst compounded month", m.worst);
    put(t, "best_year", "best compounded year", y.best);
    put(t, "worst_year", "worst compounded year", y.worst);
    put(t, "win_month", "months above 0 / months not 0", over(m.wins, m.moved));
    put(t, "win_quarter", "quarters above 0 / quarters not 0", over(q.wins, q.moved));
    put(t, "win_year", "years above 0 / years not 0", over(y.wins, y.moved));
    put(t, "gain_to_pain_monthly", "sum of months / -sum of negative months, months summed up",
        over(m.pos_sum + m.neg_sum, -m.neg_sum));
}

static void against_benchmark(const work *w, wick_sheet *t)
{
    double beta = WICK_NA, alpha = WICK_NA, corr = WICK_NA, info = WICK_NA;
    if (w->b != NULL) {
        const double mb = wk_mean(w->n, w->b), db = wk_sample_dev(w->n, w->b);
        wick_sum c = {0}, d = {0}, d2 = {0};
        for (int64_t i = 0; i < w->n; i++) {
            wick_sum_add(&c, (w->r[i] - w->mean) * (w->b[i] - mb));
            wick_sum_add(&d, w->r[i] - w->b[i]);
        }
        const double cov = wick_sum_get(&c) / (double)(w->n - 1);
        const double md = wick_sum_get(&d) / (double)w->n;
        for (int64_t i = 0; i < w->n; i++) {
            const double x = w->r[i] - w->b[i] - md;
            wick_sum_add(&d2, x * x);
        }
        beta = over(cov, db * db);
        alpha = (w->mean - beta * mb) * YEAR;
        corr = over(cov, w->dev * db);
        info = over(md, sqrt(wick_sum_get(&d2) / (double)(w->n - 1)));
    }
    put(t, "beta", "covariance with the benchmark / its variance, sample", beta);
    put(t, "alpha", "(mean(r) - beta * mean(b)) * 252", alpha);
    put(t, "correlation", "of daily returns", corr);
    put(t, "r_squared", "correlation squared", corr * corr);
    put(t, "information_ratio", "mean(r - b) / sample deviation of it, not annualised", info);
    put(t, "treynor", "(comp - rf) / beta", over(w->comp - w->f, beta));
}

static wick_status build(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                         wick_sheet *t)
{
    static const char *const names[] = {"value"};
    static const wick_metric_unit units[] = {WICK_M_RATIO};
    work w = {0};
    wk_sheet_columns(t, 1, names, units);
    const wick_status st = read(ctx, l, o, &w);
    if (st == WICK_OK) {
        prepare(&w, o);
        returns(&w, t);
        risk_adjusted(&w, t);
        periods(&w, t);
        calendar(&w, t);
        against_benchmark(&w, t);
    }
    free(w.r);
    free(w.when);
    return st;
}

const wick_sheet_spec wick_sheet_quantstats = {
    .name = "quantstats",
    .title = "statistics of QuantStats",
    .doc =
        "QuantStats' numbers by its formulas, as fractions: returns from the last row of one day "
        "to the last of the next, 252 days a year, sample deviations. Greeks need a benchmark",
    .source = "QuantStats 0.0.81, quantstats/stats.py",
    .label = "row",
    .build = build,
};
