/* SPDX-License-Identifier: MIT */
/* Passes over the bar returns themselves, calendar periods, a benchmark, and the two sides. */
#include <stdlib.h>
#include <string.h>

#include "metrics/sheet_int.h"

/* Returns of one column; after a value at or below zero 0. */
static void returns_of(int64_t n, const double *e, double *r)
{
    for (int64_t i = 0; i + 1 < n; i++) r[i] = e[i] > 0.0 ? (e[i + 1] - e[i]) / e[i] : 0.0;
}

static void streaks(wk_series_facts *s, int64_t m, const double *r)
{
    int64_t up = 0, down = 0;
    for (int64_t i = 0; i < m; i++) {
        up = r[i] > 0.0 ? up + 1 : 0;
        down = r[i] < 0.0 ? down + 1 : 0;
        s->max_up = up > s->max_up ? up : s->max_up;
        s->max_down = down > s->max_down ? down : s->max_down;
    }
}

/* Plain sums inside blocks of rows, compensated between them, as in wick_moments_of. */
enum { BLOCK = 64 };

static void signs(wk_series_facts *s, int64_t m, const double *r, double target)
{
    wick_sum up = {0}, down = {0}, over = {0}, under = {0};
    for (int64_t from = 0; from < m; from += BLOCK) {
        const int64_t to = from + BLOCK < m ? from + BLOCK : m;
        double a = 0.0, b = 0.0, c = 0.0, d = 0.0;
        for (int64_t i = from; i < to; i++) {
            const double x = r[i] - target;
            s->n_up += r[i] > 0.0;
            s->n_down += r[i] < 0.0;
            a += r[i] > 0.0 ? r[i] : 0.0;
            b += r[i] < 0.0 ? r[i] : 0.0;
            c += x > 0.0 ? x : 0.0;
            d += x < 0.0 ? x : 0.0;
        }
        wick_sum_add(&up, a);
        wick_sum_add(&down, b);
        wick_sum_add(&over, c);
        wick_sum_add(&under, d);
    }
    s->up = wick_sum_get(&up);
    s->down = wick_sum_get(&down);
    s->over = wick_sum_get(&over);
    s->under = wick_sum_get(&under);
}

static double autocorrelation(int64_t m, const double *r, double mean)
{
    if (m < 3) return WICK_NA;
    const double k = (double)(m - 1);
    const double a = (mean * (double)m - r[m - 1]) / k, b = (mean * (double)m - r[0]) / k;
    wick_sum ab = {0}, aa = {0}, bb = {0};
    for (int64_t from = 0; from + 1 < m; from += BLOCK) {
        const int64_t to = from + BLOCK < m - 1 ? from + BLOCK : m - 1;
        double pab = 0.0, paa = 0.0, pbb = 0.0;
        for (int64_t i = from; i < to; i++) {
            const double x = r[i] - a, y = r[i + 1] - b;
            pab += x * y;
            paa += x * x;
            pbb += y * y;
        }
        wick_sum_add(&ab, pab);
        wick_sum_add(&aa, paa);
        wick_sum_add(&bb, pbb);
    }
    const double v = wick_sum_get(&aa) * wick_sum_get(&bb);
    return v > 0.0 ? wick_sum_get(&ab) / sqrt(v) : WICK_NA;
}

/* sqrt(1 + 2 sum (m - k) / m |rho|^k): what autocorrelation does to a deviation over a year. */
static double penalty(int64_t m, double rho)
{
    double sum = 0.0, power = 1.0;
    if (isnan(rho)) return WICK_NA;
    for (int64_t k = 1; k < m && power > 1e-18; k++) {
        power *= fabs(rho);
        sum += (double)(m - k) / (double)m * power;
    }
    return sqrt(1.0 + 2.0 * sum);
}

/* Linear interpolation between order statistics, found by selection: x is reordered. */
static double quantile(int64_t m, double *x, double q)
{
    const double h = (double)(m - 1) * q;
    const int64_t i = (int64_t)h;
    const double a = wk_select(m, x, i);
    double b = i + 1 < m ? x[i + 1] : a;
    for (int64_t k = i + 2; k < m; k++) b = x[k] < b ? x[k] : b;
    return a + (h - (double)i) * (b - a);
}

/* Mean of the returns at or below their 5 % quantile. */
static double shortfall(int64_t m, const double *r, double limit)
{
    wick_sum s = {0};
    int64_t n = 0;
    for (int64_t i = 0; i < m; i++) {
        if (r[i] > limit) continue;
        wick_sum_add(&s, r[i]);
        n++;
    }
    return n > 0 ? wick_sum_get(&s) / (double)n : WICK_NA;
}

void wk_facts_series(wick_facts *f, const double *e, double *room)
{
    wk_series_facts *s = &f->series;
    const int64_t m = f->n - 1;
    double *r = room, *copy = room + m;
    returns_of(f->n, e, r);
    const wick_moments mo = wick_moments_of(m, r);
    s->m = m;
    s->skew = mo.skew;
    s->kurtosis = mo.kurtosis;
    s->mean = mo.mean;
    s->dev = isnan(mo.skew) ? 0.0 : mo.dev;
    memcpy(copy, r, (size_t)m * sizeof *r);
    s->q05 = quantile(m, copy, 0.05);
    s->q95 = quantile(m, copy, 0.95);
    s->best = s->worst = r[0];
    for (int64_t i = 1; i < m; i++) {
        s->best = r[i] > s->best ? r[i] : s->best;
        s->worst = r[i] < s->worst ? r[i] : s->worst;
    }
    s->shortfall = shortfall(m, r, s->q05);
    s->rho = autocorrelation(m, r, mo.mean);
    s->penalty = penalty(m, s->rho);
    signs(s, m, r, f->target);
    streaks(s, m, r);
}

/* ---- calendar ----------------------------------------------------------------------------- */

/* First stamp after the period of t. */
static int64_t period_end(int64_t t, wk_period p)
{
    const wick_civil c = wick_time_to_civil(t);
    return p == WK_YEAR ? wick_time_from_civil(c.year + 1, 1, 1, 0, 0, 0, 0)
                        : wick_time_from_civil(c.year, c.month + 1, 1, 0, 0, 0, 0);
}

static wk_period_facts periods_of(const wick_facts *f, const double *e, wk_period p)
{
    wk_period_facts r = {0, 0, WICK_NA, WICK_NA};
    double was = e[0];
    int64_t end = period_end(f->time[0], p);
    for (int64_t i = 0; i < f->n; i++) {
        if (i + 1 < f->n && f->time[i + 1] < end) continue;
        const double x = was > 0.0 ? e[i] / was - 1.0 : 0.0;
        r.n++;
        r.up += x > 0.0;
        r.best = isnan(r.best) || x > r.best ? x : r.best;
        r.worst = isnan(r.worst) || x < r.worst ? x : r.worst;
        was = e[i];
        if (i + 1 < f->n) end = period_end(f->time[i + 1], p);
    }
    return r;
}

void wk_facts_periods(wick_facts *f, const double *e)
{
    f->months = periods_of(f, e, WK_MONTH);
    f->calendar_years = periods_of(f, e, WK_YEAR);
}

/* ---- benchmark ---------------------------------------------------------------------------- */

/* Sums from the first row with a benchmark on. */
void wk_facts_benchmark(wick_facts *f, const double *e, const double *b)
{
    wk_benchmark_facts *k = &f->benchmark;
    int64_t first = 0;
    while (first < f->n && isnan(b[first])) first++;
    const int64_t m = f->n - 1 - first;
    if (m < 2) return;
    wick_sum sr = {0}, sb = {0}, rr = {0}, bb = {0}, rb = {0}, dd = {0};
    double up_r = 1.0, up_b = 1.0, down_r = 1.0, down_b = 1.0;
    for (int64_t i = first; i + 1 < f->n; i++) {
        const double r = e[i] > 0.0 ? e[i + 1] / e[i] - 1.0 : 0.0, x = b[i + 1] / b[i] - 1.0;
        wick_sum_add(&sr, r);
        wick_sum_add(&sb, x);
        if (x > 0.0) {
            up_r *= 1.0 + r;
            up_b *= 1.0 + x;
            k->n_up++;
        } else if (x < 0.0) {
            down_r *= 1.0 + r;
            down_b *= 1.0 + x;
            k->n_down++;
        }
    }
    const double mr = wick_sum_get(&sr) / (double)m, mb = wick_sum_get(&sb) / (double)m;
    for (int64_t i = first; i + 1 < f->n; i++) {
        const double r = (e[i] > 0.0 ? e[i + 1] / e[i] - 1.0 : 0.0) - mr;
        const double x = b[i + 1] / b[i] - 1.0 - mb;
        wick_sum_add(&rr, r * r);
        wick_sum_add(&bb, x * x);
        wick_sum_add(&rb, r * x);
        wick_sum_add(&dd, (r - x) * (r - x));
    }
    k->m = m;
    k->mean = mr;
    k->mean_b = mb;
    k->rr = wick_sum_get(&rr);
    k->bb = wick_sum_get(&bb);
    k->rb = wick_sum_get(&rb);
    k->dev_excess = sqrt(wick_sum_get(&dd) / (double)(m - 1));
    k->total = e[f->n - 1] / e[first] - 1.0;
    k->total_b = b[f->n - 1] / b[first] - 1.0;
    k->up = up_r;
    k->up_b = up_b;
    k->down = down_r;
    k->down_b = down_b;
}

/* ---- sides -------------------------------------------------------------------------------- */

/* Value of a trade's entry and exit in cash; price points are worth what its pnl says. */
static double notional(const wick_trade_rec *t, bool pnl_net)
{
    const double gross = pnl_net ? t->pnl + t->fees : t->pnl;
    const double points = (double)t->side * t->qty * (t->exit_price - t->entry_price);
    const double value = points != 0.0 && gross != 0.0 ? gross / points : 1.0;
    return t->qty * (t->entry_price + t->exit_price) * fabs(value);
}

void wk_facts_sides(wick_facts *f, const wick_ledger *l, const wick_metric_opts *o)
{
    wick_sum pnl[2] = {{0.0, 0.0}, {0.0, 0.0}}, pct[2] = {{0.0, 0.0}, {0.0, 0.0}}, traded = {0},
             days = {0};
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        if (!wk_trade_closed(t)) continue;
        const int side = t->side > 0 ? 0 : 1;
        wk_side_facts *s = &f->side[side];
        const double held = (double)(t->exit_time - t->entry_time) / (double)WICK_MS_DAY;
        s->n++;
        s->wins += t->pnl > 0.0;
        s->losses += t->pnl < 0.0;
        wick_sum_add(&pnl[side], t->pnl);
        wick_sum_add(&pct[side], t->return_pct);
        wick_sum_add(&days, held);
        wick_sum_add(&traded, notional(t, o->pnl_net));
        f->longest_days = held > f->longest_days ? held : f->longest_days;
        f->longest_bars = t->bars > f->longest_bars ? t->bars : f->longest_bars;
    }
    for (int k = 0; k < 2; k++) {
        f->side[k].pnl = wick_sum_get(&pnl[k]);
        f->side[k].pct = wick_sum_get(&pct[k]);
    }
    f->days_sum = wick_sum_get(&days);
    f->traded = wick_sum_get(&traded);
    const wick_equity e = wick_ledger_equity(l);
    f->equity_mean = wk_mean(e.n, e.equity);
}
