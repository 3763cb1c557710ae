/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "metrics/kernels.h"
#include "metrics/metrics_int.h"

double wk_annual_pct(double growth, double exponent)
{
    return growth > 0.0 ? (pow(growth, exponent) - 1.0) * 100.0 : -100.0;
}

static bool reserve(double **p, int64_t *cap, int64_t n)
{
    if (n <= *cap) return true;
    double *more = malloc((size_t)n * sizeof *more); /* old contents are not needed */
    if (more == NULL) return false;
    free(*p);
    *p = more;
    *cap = n;
    return true;
}

/* PyBroker 1.x drops 0/0 returns, so an account that starts at zero has fewer of them. */
static int64_t count_returns(const wick_facts *f, const double *e)
{
    int64_t m = f->n > 0 ? f->n - 1 : 0;
    if (f->profile != WICK_METRICS_PYBROKER1 || m == 0 || e[0] != 0.0) return m;
    m = 0;
    for (int64_t i = 0; i + 1 < f->n; i++) m += e[i] != 0.0 || e[i + 1] != 0.0;
    return m;
}

bool wk_column_missing(const wick_equity *e, const double *column)
{
    const double *const all[] = {e->cash, e->fees, e->long_value, e->short_value};
    int same = 0;
    for (int k = 0; k < 4; k++) same += all[k] == column;
    return column == NULL || same > 1;
}

wick_status wk_facts_fill(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                          uint32_t needs, wick_score_scratch *s, wick_facts *f)
{
    memset(f, 0, sizeof *f);
    const wick_equity eq = wick_ledger_equity(l);
    const int32_t places = o->round_places;
    const double *e = eq.equity;
    f->profile = o->profile;
    f->finite = true;
    f->n = eq.n;
    f->time = eq.time;
    f->max_dd_row = -1;
    f->first = f->last = WICK_NA;
    f->ambiguity = wick_ledger_ambiguity(l);
    f->m = count_returns(f, e);
    if (needs & (WICK_NEED_TRADES | WICK_NEED_EQUITY)) wk_facts_trades(f, l, places);
    f->fees = f->trade_fees;
    for (int k = 0; k < WICK_FLOWS; k++) {
        const double *flow = eq.flow[k];
        f->flow[k] = flow != NULL && f->n > 0 ? flow[f->n - 1] : WICK_NA;
        if (flow != NULL && f->n > 0) f->carry += flow[f->n - 1] - flow[0];
    }
    if (f->n > 0) {
        f->first = places > 0 ? wk_round(e[0], places) : e[0];
        f->last = places > 0 ? wk_round(e[f->n - 1], places) : e[f->n - 1];
        if (!wk_column_missing(&eq, eq.fees)) {
            f->fees_before = places > 0 ? wk_round(eq.fees[0], places) : eq.fees[0];
            f->fees = places > 0 ? wk_round(eq.fees[f->n - 1], places) : eq.fees[f->n - 1];
        }
        const double ms = (double)(f->time[f->n - 1] - f->time[0]);
        f->years = ms > 0.0 ? ms / (365.25 * (double)WICK_MS_DAY) : 0.0;
    }
    if (needs & WICK_NEED_EXPOSURE) wk_facts_exposure(f, &eq);
    if (needs & WICK_NEED_SIDES) wk_facts_sides(f, l, o);
    if (f->n == 0 || (needs & WK_NEED_COLUMN) == 0) return WICK_OK;
    if (places > 0) {
        if (!reserve(&s->column, &s->column_cap, f->n)) return wick_fail_mem(ctx);
        wk_round_column(f->n, e, places, s->column);
        e = s->column;
    }
    if (!reserve(&s->blocks, &s->blocks_cap, 3 * (f->n / WK_BLOCK + 1))) return wick_fail_mem(ctx);
    wk_facts_equity(f, e, o, needs, s->blocks);
    if (!f->finite) return WICK_OK;
    if ((needs & WICK_NEED_SERIES) != 0 && f->n > 1) {
        if (!reserve(&s->series, &s->series_cap, 2 * f->n)) return wick_fail_mem(ctx);
        wk_facts_series(f, e, s->series);
    }
    if (needs & WICK_NEED_PERIODS) wk_facts_periods(f, e);
    if ((needs & WICK_NEED_BENCHMARK) != 0 && o->benchmark != NULL) {
        wk_facts_benchmark(f, e, o->benchmark);
    }
    return WICK_OK;
}

double wk_metric_value(const wick_metric_spec *spec, const wick_facts *f, const wick_metric_opts *o)
{
    const bool annual = (spec->needs & WICK_NEED_ANNUAL) != 0;
    if (annual && !(o->bars_per_year > 0.0)) return WICK_NA;
    /* With no bar return at all PyBroker evaluates nothing and prints its initial values. */
    if (wk_is_pybroker(f) && f->m == 0) {
        if (annual || spec->unit == WICK_M_TIME) return WICK_NA;
        if (spec->row >= 0) return 0.0;
    }
    if (!f->finite && (spec->needs & WK_NEED_COLUMN) != 0) return WICK_NA;
    return spec->eval(f, o);
}
