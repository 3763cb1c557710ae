/* SPDX-License-Identifier: MIT */
/* PyBroker's bootstrap table, version 2.0: bars are exchangeable, replicates as long as the data.
 */
#include <stdlib.h>
#include <string.h>

#include "metrics/metrics_int.h"
#include "metrics/stats_int.h"

enum { STATS = 4, LOG_PF = 0, SHARPE = 1, DRAWDOWN = 2, DRAWDOWN_PCT = 3 };

typedef struct columns {
    const double *change, *ret;
    int64_t n;
} columns;

static void statistics(void *user, int32_t worker, int64_t n, const int32_t *rows, double *out)
{
    const columns *c = user;
    double gain = 0.0, loss = 0.0, sum = 0.0, square = 0.0;
    double cash = 0.0, peak = 0.0, dd = 0.0, cum = 1.0, top = 1.0, dd_pct = 0.0;
    (void)worker;
    for (int64_t i = 0; i < n; i++) {
        const double x = c->change[rows[i]], r = c->ret[rows[i]];
        *(x > 0.0 ? &gain : &loss) += x;
        sum += r;
        cash += x;
        peak = cash > peak ? cash : peak;
        dd = cash - peak < dd ? cash - peak : dd;
        cum *= 1.0 + r;
        top = cum > top ? cum : top;
        const double fall = top > 0.0 ? (cum / top - 1.0) * 100.0 : 0.0;
        dd_pct = fall < dd_pct ? fall : dd_pct;
    }
    const double mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++) {
        const double d = c->ret[rows[i]] - mean;
        square += d * d;
    }
    const double dev = sqrt(square / (double)n);
    out[LOG_PF] = gain == 0.0 && loss == 0.0 ? 0.0 : log((gain + 1e-10) / (1e-10 - loss));
    out[SHARPE] = dev > 0.0 ? mean / dev : 0.0;
    out[DRAWDOWN] = dd;
    out[DRAWDOWN_PCT] = dd_pct;
}

static void bounds(int64_t b, double *v, double out[4])
{
    static const double share[4] = {0.001, 0.01, 0.05, 0.10};
    wk_sort_doubles(b, v);
    for (int k = 0; k < 4; k++) {
        const double at = floor(share[k] * (double)(b + 1) - 1.0);
        out[k] = v[at > 0.0 ? (int64_t)at : 0];
    }
}

static void fill(const wick_boot_opts *o, const double *values, const double *estimate,
                 const double *jack, int64_t n, double annual, double *column,
                 wick_pybroker_boot *p)
{
    static const double tail[3] = {0.025, 0.05, 0.10};
    const int64_t b = o->replicates;
    for (int s = 0; s < 2; s++) {
        for (int k = 0; k < 3; k++) {
            for (int64_t i = 0; i < b; i++) column[i] = values[i * STATS + s];
            const wick_interval r =
                wick_boot_interval(estimate[s], b, column, n, jack + s * n, WICK_INTERVAL_BCA,
                                   1.0 - 2.0 * tail[k], o->pybroker_normal);
            if (s == SHARPE) {
                p->sharpe[k][0] = annual * r.low;
                p->sharpe[k][1] = annual * r.high;
                continue;
            }
            p->log_profit_factor[k][0] = r.low;
            p->log_profit_factor[k][1] = r.high;
            p->profit_factor[k][0] = exp(r.low);
            p->profit_factor[k][1] = exp(r.high);
        }
    }
    for (int64_t i = 0; i < b; i++) column[i] = values[i * STATS + DRAWDOWN];
    bounds(b, column, p->drawdown);
    for (int64_t i = 0; i < b; i++) column[i] = values[i * STATS + DRAWDOWN_PCT];
    bounds(b, column, p->drawdown_pct);
    p->replicates = b;
}

/* The estimate and its jackknife; `rows` has room for n. */
static void jackknife(columns *c, int32_t *rows, double *estimate, double *jack)
{
    double found[STATS];
    for (int64_t i = 0; i < c->n; i++) rows[i] = (int32_t)i;
    statistics(c, 0, c->n, rows, estimate);
    for (int64_t i = 0; i < c->n; i++) {
        for (int64_t k = 0; k + 1 < c->n; k++) rows[k] = (int32_t)(k < i ? k : k + 1);
        statistics(c, 0, c->n - 1, rows, found);
        jack[i] = found[LOG_PF];
        jack[c->n + i] = found[SHARPE];
    }
}

wick_status wick_boot_pybroker(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *mopts,
                               const wick_boot_opts *opts, wick_pybroker_boot *out)
{
    wick_boot_opts asked = {.size = sizeof asked}, o;
    if (l == NULL || out == NULL) return wick_fail(ctx, WICK_E_ARG, "no ledger or no result");
    if (opts != NULL) memcpy(&asked, opts, opts->size < sizeof asked ? opts->size : sizeof asked);
    asked.size = sizeof asked;
    asked.interval = WICK_INTERVAL_PERCENTILE; /* the jackknife is made here, for all levels */
    if (asked.replicates == 0) asked.replicates = 10000;
    const wick_equity e = wick_ledger_equity(l);
    const int64_t n = e.n > 0 ? e.n - 1 : 0;
    wick_status st = wk_boot_options(ctx, &asked, n, NULL, &o);
    if (st < 0) return st;
    const int32_t places = mopts != NULL ? mopts->round_places : 0;
    const double year = mopts != NULL ? mopts->bars_per_year : 0.0;
    double *own = malloc((size_t)(4 * n + (STATS + 1) * o.replicates) * sizeof *own);
    int32_t *rows = calloc((size_t)n, sizeof *rows);
    if (own == NULL || rows == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t i = 0; i < n; i++) {
        const double was = places > 0 ? wk_round(e.equity[i], places) : e.equity[i];
        const double now = places > 0 ? wk_round(e.equity[i + 1], places) : e.equity[i + 1];
        own[i] = now - was;
        own[n + i] = was != 0.0 ? own[i] / was : 0.0;
    }
    columns c = {own, own + n, n};
    double *jack = own + 2 * n, *values = own + 4 * n, *column = values + STATS * o.replicates;
    double estimate[STATS];
    wick_interval unused[STATS];
    WICK_TRY(wick_boot_rows(ctx, n, STATS, statistics, &c, &o, values, unused));
    jackknife(&c, rows, estimate, jack);
    fill(&o, values, estimate, jack, n, year > 0.0 ? sqrt(year) : 1.0, column, out);
out:
    free(own);
    free(rows);
    return st;
}
