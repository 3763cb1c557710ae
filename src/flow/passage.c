/* SPDX-License-Identifier: MIT */
/* One set of parameters over a whole course. */
#include <stdlib.h>
#include <string.h>

#include "flow/course_int.h"

typedef struct passage {
    const wick_course *c;
    const wick_subject *s;
    int32_t worker;
    const double *params;
    wick_passage *out;
    const wk_leg *leg; /* being run */
    double *leg_value; /* legs x objectives */
    double *fold_value;
    wk_stitch **stitch; /* markets x replicates; NULL unless stitched */
    int64_t replicates;
} passage;

static void reject(wick_passage *out, const char *fold, int64_t folds, const wick_verdict *v)
{
    if (out->rejected) return;
    out->rejected = true;
    out->by = v->by;
    if (folds > 1)
        snprintf(out->reason, sizeof out->reason, "fold %.40s: %.80s", fold, v->reason);
    else
        snprintf(out->reason, sizeof out->reason, "%s", v->reason);
    for (int i = 0; i < WICK_OBJECTIVES; i++) out->value[i] = WICK_NA;
}

/* Returns of the rows this leg shows. */
static void take_returns(passage *p, const wick_ledger *l)
{
    const wick_course *c = p->c;
    const wick_equity e = wick_ledger_equity(l);
    const int64_t *clock = wick_panel_clock(c->market[0].panel);
    double before = wick_ledger_cash0(l);
    int64_t t = p->leg->from;
    for (int64_t i = 0; i < e.n; i++) {
        while (t < p->leg->to && clock[t] < e.time[i]) t++;
        if (t >= p->leg->to) return;
        if (e.time[i] < p->leg->until_time && c->row_of[t] >= 0)
            p->out->returns[c->row_of[t]] = before > 0.0 ? e.equity[i] / before - 1.0 : 0.0;
        before = e.equity[i];
    }
}

static wick_status take_ledger(void *user, wick_ctx *ctx, int64_t replicate, const wick_ledger *l)
{
    passage *p = user;
    const wk_leg *leg = p->leg;
    if (replicate == 0 && leg->market == 0) {
        if (p->out->returns != NULL) take_returns(p, l);
        p->out->trades += wick_ledger_trades(l);
    }
    if (p->stitch == NULL || replicate >= p->replicates) return WICK_OK;
    return wk_stitch_add(ctx, p->stitch[leg->market * p->replicates + replicate], l, leg->from_time,
                         leg->until_time);
}

static wick_status run_leg(wick_ctx *ctx, passage *p, int64_t i)
{
    const wick_course *c = p->c;
    const wick_subject *s = p->s;
    const wk_leg *leg = &c->leg[i];
    double *value = p->leg_value + i * s->n_objectives;
    wick_verdict v;
    if (leg->same >= 0) {
        memcpy(value, p->leg_value + leg->same * s->n_objectives,
               (size_t)s->n_objectives * sizeof *value);
        return WICK_OK;
    }
    p->leg = leg;
    const wick_status st = wk_leg_run(ctx, c, s, p->worker, leg, p->params, take_ledger, p, &v);
    if (st < 0) return wick_note(ctx, "while running fold %s", c->fold_name[leg->fold]);
    memcpy(value, v.value, (size_t)s->n_objectives * sizeof *value);
    if (p->stitch != NULL) return WICK_OK; /* parts are not judged, the whole is */
    if (v.rejected) reject(p->out, c->fold_name[leg->fold], c->n_folds, &v);
    for (int32_t k = 0; k < s->n_limits; k++)
        if (v.limit[k] > p->out->limit[k] || p->out->folds_done == 0) p->out->limit[k] = v.limit[k];
    return WICK_OK;
}

/* Mean over the fold's legs, each weighted by its ticks. */
static void fold_mean(passage *p, int64_t first, int64_t last, double *value)
{
    for (int32_t k = 0; k < p->s->n_objectives; k++) {
        wick_sum sum = {0}, weight = {0};
        for (int64_t i = first; i < last; i++) {
            /* Markets count alike whatever their timeframe. */
            const wk_leg *leg = &p->c->leg[i];
            const double share = (double)(leg->to - leg->from) /
                                 (double)wick_panel_ticks(p->c->market[leg->market].panel);
            wick_sum_add(&sum, share * p->leg_value[i * p->s->n_objectives + k]);
            wick_sum_add(&weight, share);
        }
        value[k] = wick_sum_get(&sum) / wick_sum_get(&weight);
    }
}

static double aggregate(const passage *p, int32_t k, int64_t n, double *scratch)
{
    const int32_t m = p->s->n_objectives;
    wick_sum sum = {0};
    double worst = p->fold_value[k];
    for (int64_t i = 0; i < n; i++) {
        const double v = p->fold_value[i * m + k];
        scratch[i] = v;
        wick_sum_add(&sum, v);
        if (p->s->better[k] > 0 ? v < worst : v > worst) worst = v;
    }
    if (p->c->aggregate == WICK_OVER_WORST) return worst;
    if (p->c->aggregate == WICK_OVER_MEDIAN) return wk_median(scratch, n);
    return wick_sum_get(&sum) / (double)n;
}

static wick_status run_folds(wick_ctx *ctx, passage *p, wick_after_fold after, void *user,
                             double *scratch)
{
    const wick_course *c = p->c;
    const int32_t m = p->s->n_objectives;
    for (int64_t fold = 0, i = 0; fold < c->n_folds; fold++) {
        const int64_t first = i;
        for (; i < c->n_legs && c->leg[i].fold == fold; i++) {
            const wick_status st = run_leg(ctx, p, i);
            if (st < 0) return st;
            if (p->out->rejected) return WICK_OK;
        }
        p->out->folds_done++;
        if (p->stitch != NULL) continue;
        fold_mean(p, first, i, p->fold_value + fold * m);
        if (after == NULL) continue;
        bool stop = false;
        const wick_status st = after(user, ctx, fold, aggregate(p, 0, fold + 1, scratch),
                                     p->fold_value[fold * m], &stop);
        if (st < 0) return st;
        if (stop) {
            p->out->pruned = true;
            return WICK_OK;
        }
    }
    return WICK_OK;
}

/* Score of the folds put together: the median over replicates, the mean over markets. */
static wick_status judge_stitched(wick_ctx *ctx, passage *p)
{
    const wick_course *c = p->c;
    const wick_subject *s = p->s;
    wick_sum sum[WICK_OBJECTIVES] = {{0}};
    double *values = malloc((size_t)(p->replicates * WICK_OBJECTIVES) * sizeof *values);
    wick_status st = values != NULL ? WICK_OK : wick_fail_mem(ctx);
    for (int32_t m = 0; m < c->n_markets && st >= 0 && !p->out->rejected; m++) {
        wick_verdict v = {.rejected = false};
        int64_t n = 0;
        for (int64_t r = p->replicates - 1; r >= 0 && st >= 0; r--) {
            wick_ledger *l = NULL;
            st = wk_stitch_ledger(ctx, p->stitch[m * p->replicates + r], c->cash, &l);
            if (st >= 0 && wick_ledger_equity(l).n > 0) {
                st = wk_ledger_worth(ctx, c, s, p->worker, l, p->params, c->market[m].bars_per_year,
                                     &v);
                for (int32_t k = 0; st >= 0 && k < s->n_objectives; k++)
                    values[k * p->replicates + n] = v.value[k];
                n++;
            }
            wick_ledger_unref(l);
        }
        if (st < 0) break;
        if (v.rejected) reject(p->out, "", 1, &v);
        for (int32_t k = 0; k < s->n_limits; k++)
            if (m == 0 || v.limit[k] > p->out->limit[k]) p->out->limit[k] = v.limit[k];
        for (int32_t k = 0; k < s->n_objectives && !p->out->rejected; k++)
            wick_sum_add(&sum[k], n == 1 ? values[k * p->replicates]
                                         : wk_median(values + k * p->replicates, n));
    }
    for (int32_t k = 0; k < s->n_objectives && st >= 0 && !p->out->rejected; k++)
        p->out->value[k] = wick_sum_get(&sum[k]) / c->n_markets;
    free(values);
    return st;
}

static wick_status prepare(wick_ctx *ctx, passage *p, double **scratch)
{
    const wick_course *c = p->c;
    const int32_t m = p->s->n_objectives;
    p->leg_value = malloc((size_t)(c->n_legs * m + 1) * sizeof *p->leg_value);
    p->fold_value = p->out->fold_value != NULL
                        ? p->out->fold_value
                        : malloc((size_t)(c->n_folds * m + 1) * sizeof *p->fold_value);
    *scratch = malloc((size_t)(c->n_folds + 1) * sizeof **scratch);
    if (p->leg_value == NULL || p->fold_value == NULL || *scratch == NULL)
        return wick_fail_mem(ctx);
    for (int64_t i = 0; i < c->n_folds * m; i++) p->fold_value[i] = WICK_NA;
    for (int64_t i = 0; p->out->returns != NULL && i < c->n_rows; i++) p->out->returns[i] = WICK_NA;
    if (c->aggregate != WICK_OVER_STITCHED) return WICK_OK;
    p->replicates = wk_replicates(c, p->s, p->params);
    p->stitch = calloc((size_t)(c->n_markets * p->replicates), sizeof(wk_stitch *));
    if (p->stitch == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < c->n_markets * p->replicates; i++)
        if ((p->stitch[i] = wk_stitch_new()) == NULL) return wick_fail_mem(ctx);
    return WICK_OK;
}

wick_status wick_course_run(wick_ctx *ctx, const wick_course *c, const wick_subject *s,
                            int32_t worker, const double *params, wick_after_fold after, void *user,
                            wick_passage *out)
{
    double *const fold_value = out->fold_value, *const returns = out->returns, *scratch = NULL;
    *out = (wick_passage){.fold_value = fold_value, .returns = returns};
    for (int i = 0; i < WICK_OBJECTIVES; i++) out->value[i] = WICK_NA;
    passage p = {.c = c, .s = s, .worker = worker, .params = params, .out = out};
    wick_status st = prepare(ctx, &p, &scratch);
    if (st >= 0) st = run_folds(ctx, &p, after, user, scratch);
    if (st >= 0 && p.stitch != NULL) st = judge_stitched(ctx, &p);
    for (int32_t k = 0; st >= 0 && k < s->n_objectives && p.stitch == NULL && !out->rejected &&
                        out->folds_done > 0;
         k++)
        out->value[k] = aggregate(&p, k, out->folds_done, scratch);
    for (int64_t i = 0; p.stitch != NULL && i < c->n_markets * p.replicates; i++)
        wk_stitch_free(p.stitch[i]);
    free(p.stitch);
    free(p.leg_value);
    if (fold_value == NULL) free(p.fold_value);
    free(scratch);
    return st;
}
