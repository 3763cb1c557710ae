/* SPDX-License-Identifier: MIT */
/* registry: wick_pruner_percentile wick_pruner_median */
/* Prunes a trial whose best report so far is worse than a percentile of what finished trials had
 * reported at the same step. */
#include <stdlib.h>

#include "opt/opt_int.h"

typedef struct percentile {
    double p;
    int64_t startup, warmup, interval, n_min;
    double *values;
    int64_t cap;
} percentile;

static void percentile_free(void *self)
{
    percentile *k = self;
    if (k == NULL) return;
    free(k->values);
    free(k);
}

static wick_status make(wick_ctx *ctx, const wick_opt_args *args, double p, void **self)
{
    percentile *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->p = p;
    k->startup = (int64_t)wk_arg(args, "startup");
    k->warmup = (int64_t)wk_arg(args, "warmup");
    k->interval = (int64_t)wk_arg(args, "interval");
    k->n_min = (int64_t)wk_arg(args, "n_min");
    *self = k;
    return WICK_OK;
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    (void)study;
    return make(ctx, args, wk_arg(args, "percentile"), self);
}

static wick_status init_median(wick_ctx *ctx, wick_study *study, const wick_opt_args *args,
                               void **self)
{
    (void)study;
    return make(ctx, args, 50.0, self);
}

bool wk_first_in_interval(const wick_trial *t, int64_t step, int64_t warmup, int64_t interval)
{
    const int64_t from = (step - warmup) / interval * interval + warmup;
    int64_t earlier = warmup - 1;
    for (int32_t i = 0; i < t->n_rep; i++)
        if (t->rep[i].step > earlier && t->rep[i].step != step) earlier = t->rep[i].step;
    return earlier < from;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Linear interpolation between order statistics, as NumPy computes it. */
static double quantile(double *v, int64_t n, double p)
{
    qsort(v, (size_t)n, sizeof *v, ascending);
    const double at = (double)(n - 1) * (p / 100.0);
    const int64_t i = (int64_t)floor(at), j = i + 1 < n ? i + 1 : n - 1;
    const double t = at - (double)i, d = v[j] - v[i];
    if (v[i] == v[j]) return v[i];
    return t >= 0.5 ? v[j] - d * (1.0 - t) : v[i] + d * t;
}

static wick_status gather(wick_ctx *ctx, percentile *k, const wick_study *s, int64_t step,
                          int64_t *n, int64_t *present)
{
    const wick_status st = wk_grow(ctx, &k->values, &k->cap, s->n, (int64_t)sizeof *k->values);
    *n = *present = 0;
    for (int64_t i = 0; st >= 0 && i < s->n; i++) {
        if (s->trials[i]->state != WICK_TRIAL_COMPLETE) continue;
        const wk_report *r = wk_report_at(s->trials[i], step);
        if (r == NULL) continue;
        ++*present;
        if (!isnan(r->v)) k->values[(*n)++] = r->v;
    }
    return st;
}

static wick_status prune(wick_ctx *ctx, void *self, wick_trial *t, bool *out)
{
    percentile *k = self;
    const wick_study *s = t->study;
    const int64_t complete = s->n_state[WICK_TRIAL_COMPLETE], step = wk_last_report(t)->step;
    *out = false;
    if (complete == 0 || complete < k->startup || step < k->warmup ||
        !wk_first_in_interval(t, step, k->warmup, k->interval))
        return WICK_OK;
    const bool up = s->directions[0] == WICK_MAXIMIZE;
    double best = WICK_NA;
    for (int32_t i = 0; i < t->n_rep; i++) {
        const double v = t->rep[i].v;
        if (!isnan(v) && (isnan(best) || (up ? v > best : v < best))) best = v;
    }
    if (isnan(best)) {
        *out = true;
        return WICK_OK;
    }
    int64_t n, present;
    const wick_status st = gather(ctx, k, s, step, &n, &present);
    if (st < 0 || present < k->n_min || n == 0) return st;
    const double limit = quantile(k->values, n, up ? 100.0 - k->p : k->p);
    *out = up ? best < limit : best > limit;
    return WICK_OK;
}

#define COMMON                                                                                     \
    {"startup", WICK_OPT_INT, 5, 0, 1e9, NULL, "complete trials before anything is pruned"},       \
        {"warmup", WICK_OPT_INT, 0, 0, 1e15, NULL, "steps of a trial before it may be pruned"},    \
        {"interval", WICK_OPT_INT, 1, 1, 1e15, NULL, "steps between checks"},                      \
    {                                                                                              \
        "n_min", WICK_OPT_INT, 1, 1, 1e9, NULL, "reports at the step needed"                       \
    }

const wick_pruner_spec wick_pruner_percentile = {
    .name = "percentile",
    .title = "worse than a percentile of finished trials at the same step",
    .source = "Golovin et al. 2017; Optuna PercentilePruner",
    .param = {{"percentile", WICK_OPT_NUMBER, 25, 0, 100, NULL, "share of trials that may go on"},
              COMMON},
    .init = init,
    .free = percentile_free,
    .prune = prune,
};

const wick_pruner_spec wick_pruner_median = {
    .name = "median",
    .title = "worse than the median of finished trials at the same step",
    .source = "Golovin et al. 2017; Optuna MedianPruner",
    .param = {COMMON},
    .init = init_median,
    .free = percentile_free,
    .prune = prune,
};
