/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "metrics/sheet_int.h"

/* ---- registry ----------------------------------------------------------------------------- */

int64_t wick_metric_count(void)
{
    return wk_metric_table_n;
}

const wick_metric_spec *wick_metric_at(int64_t i)
{
    return i >= 0 && i < wk_metric_table_n ? wk_metric_table[i] : NULL;
}

const wick_metric_spec *wick_metric_find(const char *name)
{
    int64_t lo = 0, hi = wk_metric_table_n;
    while (name != NULL && lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        const int c = strcmp(name, wk_metric_table[mid]->name);
        if (c == 0) return wk_metric_table[mid];
        if (c < 0) {
            hi = mid;
        } else {
            lo = mid + 1;
        }
    }
    return NULL;
}

static wick_status unknown(wick_ctx *ctx, const char *name)
{
    const char **names = malloc((size_t)wk_metric_table_n * sizeof *names);
    if (names == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < wk_metric_table_n; i++) names[i] = wk_metric_table[i]->name;
    const char *near = wick_nearest(name, names, wk_metric_table_n);
    free(names);
    if (near != NULL) {
        return wick_fail(ctx, WICK_E_ARG, "unknown metric '%s'; did you mean '%s'?", name, near);
    }
    return wick_fail(ctx, WICK_E_ARG, "unknown metric '%s'; `wick list metrics` names them all",
                     name);
}

/* ---- options ------------------------------------------------------------------------------ */

wick_status wk_metric_options(wick_ctx *ctx, const wick_metric_opts *in, wick_metric_opts *o)
{
    static const char *const profiles[] = {"wick", "pybroker1", "pybroker2"};
    memset(o, 0, sizeof *o);
    if (in != NULL) memcpy(o, in, in->size < sizeof *o ? in->size : sizeof *o);
    o->size = sizeof *o;
    if (o->profile < WICK_METRICS_WICK || o->profile > WICK_METRICS_PYBROKER2) {
        return wick_fail(ctx, WICK_E_ARG,
                         "metric profile %d does not exist (0 wick, 1 pybroker1, "
                         "2 pybroker2)",
                         (int)o->profile);
    }
    if (!(o->bars_per_year >= 0.0) || o->bars_per_year > 1e9) {
        return wick_fail(ctx, WICK_E_ARG,
                         "bars_per_year is %g; it must be 0 (not annualised) or "
                         "a positive number",
                         o->bars_per_year);
    }
    if (o->round_places < 0 || o->round_places > 12) {
        return wick_fail(ctx, WICK_E_ARG,
                         "report_rounding is %d; it must be 0 (off) to 12 "
                         "decimals",
                         (int)o->round_places);
    }
    if (!(o->risk_free > -1.0) || o->risk_free > 10.0) {
        return wick_fail(ctx, WICK_E_ARG,
                         "risk_free is %g; it is an annual fraction above -1, "
                         "0.02 for two percent",
                         o->risk_free);
    }
    if (o->risk_free != 0.0 && o->profile != WICK_METRICS_WICK) {
        return wick_fail(ctx, WICK_E_ARG, "profile %s has no risk-free rate; leave risk_free at 0",
                         profiles[o->profile]);
    }
    if (o->risk_free != 0.0 && o->bars_per_year == 0.0) {
        return wick_fail(ctx, WICK_E_ARG, "risk_free is a rate per year and needs bars_per_year");
    }
    return WICK_OK;
}

/* ---- scoring ------------------------------------------------------------------------------ */

struct wick_scores {
    wick_metric_opts opts;
    int64_t n;
    const wick_metric_spec **specs;
    double *values;
};

wick_score_scratch *wick_score_scratch_new(void)
{
    return calloc(1, sizeof(wick_score_scratch));
}

void wick_score_scratch_free(wick_score_scratch *s)
{
    if (s == NULL) return;
    free(s->column);
    free(s->blocks);
    free(s->series);
    free(s);
}

static wick_status evaluate(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                            const wick_metric_spec *const *specs, int64_t n,
                            wick_score_scratch *scratch, double *out)
{
    uint32_t needs = 0;
    for (int64_t i = 0; i < n; i++) {
        /* What needs a year that is not there is undefined without looking at the ledger. */
        const bool moot = (specs[i]->needs & WICK_NEED_ANNUAL) != 0 && o->bars_per_year == 0.0;
        if (!moot) needs |= specs[i]->needs;
    }
    wick_facts f;
    const wick_status st = wk_facts_fill(ctx, l, o, needs, scratch, &f);
    if (st < 0) return st;
    for (int64_t i = 0; i < n; i++) out[i] = wk_metric_value(specs[i], &f, o);
    return WICK_OK;
}

wick_status wick_score_into(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *opts,
                            const wick_metric_spec *const *specs, int64_t n,
                            wick_score_scratch *scratch, double *out)
{
    if (l == NULL || n < 0 || (n > 0 && (specs == NULL || out == NULL))) {
        return wick_fail(ctx, WICK_E_ARG, "scoring needs a ledger, specs and room for the values");
    }
    for (int64_t i = 0; i < n; i++) {
        if (specs[i] == NULL) {
            return wick_fail(ctx, WICK_E_ARG, "metric %lld of the list is missing", (long long)i);
        }
    }
    wick_metric_opts o;
    wick_status st = wk_metric_options(ctx, opts, &o);
    if (st < 0) return st;
    const int64_t rows = wick_ledger_equity(l).n;
    if (o.benchmark != NULL && o.n_benchmark != rows) {
        return wick_fail(ctx, WICK_E_ARG, "the benchmark has %lld values, the equity %lld rows",
                         (long long)o.n_benchmark, (long long)rows);
    }
    wick_score_scratch own = {0};
    st = evaluate(ctx, l, &o, specs, n, scratch != NULL ? scratch : &own, out);
    free(own.column);
    free(own.blocks);
    free(own.series);
    return st;
}

static wick_status pick(wick_ctx *ctx, const char *const *names, wick_scores *s)
{
    for (int64_t i = 0; i < s->n; i++) {
        if (names != NULL && names[i] == NULL) {
            return wick_fail(ctx, WICK_E_ARG, "metric name %lld is missing", (long long)i);
        }
        s->specs[i] = names == NULL ? wk_metric_table[i] : wick_metric_find(names[i]);
        if (s->specs[i] == NULL) return unknown(ctx, names[i]);
    }
    return WICK_OK;
}

wick_status wick_score(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *opts,
                       const char *const *names, int64_t n, wick_scores **out)
{
    if (l == NULL || out == NULL || (names != NULL && n < 0)) {
        return wick_fail(ctx, WICK_E_ARG, "scoring needs a ledger and a place for the scores");
    }
    wick_status st = WICK_OK;
    wick_scores *s = calloc(1, sizeof *s);
    if (s == NULL) return wick_fail_mem(ctx);
    s->n = names == NULL ? wk_metric_table_n : n;
    s->specs = malloc((size_t)(s->n + 1) * sizeof *s->specs);
    s->values = malloc((size_t)(s->n + 1) * sizeof *s->values);
    if (s->specs == NULL || s->values == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(wk_metric_options(ctx, opts, &s->opts));
    WICK_TRY(pick(ctx, names, s));
    WICK_TRY(wick_score_into(ctx, l, &s->opts, s->specs, s->n, NULL, s->values));
    *out = s;
    return WICK_OK;
out:
    wick_scores_free(s);
    return st;
}

void wick_scores_free(wick_scores *s)
{
    if (s == NULL) return;
    free(s->specs);
    free(s->values);
    free(s);
}

int64_t wick_scores_count(const wick_scores *s)
{
    return s->n;
}

const wick_metric_spec *wick_scores_spec(const wick_scores *s, int64_t i)
{
    return i >= 0 && i < s->n ? s->specs[i] : NULL;
}

double wick_scores_value(const wick_scores *s, int64_t i)
{
    return i >= 0 && i < s->n ? s->values[i] : WICK_NA;
}

double wick_scores_get(const wick_scores *s, const char *name)
{
    for (int64_t i = 0; i < s->n; i++) {
        if (strcmp(s->specs[i]->name, name) == 0) return s->values[i];
    }
    return WICK_NA;
}

const wick_metric_opts *wick_scores_opts(const wick_scores *s)
{
    return &s->opts;
}
