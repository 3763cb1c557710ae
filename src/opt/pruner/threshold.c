/* SPDX-License-Identifier: MIT */
/* Prunes a trial whose last report leaves a range. */
#include <stdlib.h>

#include "opt/opt_int.h"

typedef struct threshold {
    double lower, upper;
    int64_t warmup, interval;
} threshold;

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    (void)study;
    if (!wk_arg_set(args, "lower") && !wk_arg_set(args, "upper"))
        return wick_fail(ctx, WICK_E_ARG, "threshold: give lower, upper or both");
    threshold *k = malloc(sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->lower = wk_arg(args, "lower");
    k->upper = wk_arg(args, "upper");
    k->warmup = (int64_t)wk_arg(args, "warmup");
    k->interval = (int64_t)wk_arg(args, "interval");
    if (k->lower > k->upper) {
        free(k);
        return wick_fail(ctx, WICK_E_ARG, "threshold: lower is above upper");
    }
    *self = k;
    return WICK_OK;
}

static wick_status prune(wick_ctx *ctx, void *self, wick_trial *t, bool *out)
{
    (void)ctx;
    const threshold *k = self;
    const wk_report *r = wk_last_report(t);
    *out = r->step >= k->warmup && wk_first_in_interval(t, r->step, k->warmup, k->interval) &&
           !(r->v >= k->lower && r->v <= k->upper);
    return WICK_OK;
}

const wick_pruner_spec wick_pruner_threshold = {
    .name = "threshold",
    .title = "last report outside a range",
    .source = "Optuna ThresholdPruner",
    .param =
        {
            {"lower", WICK_OPT_NUMBER, -WK_INF, -WK_INF, WK_INF, NULL, "least report"},
            {"upper", WICK_OPT_NUMBER, WK_INF, -WK_INF, WK_INF, NULL, "largest report"},
            {"warmup", WICK_OPT_INT, 0, 0, 1e15, NULL, "steps of a trial before it may be pruned"},
            {"interval", WICK_OPT_INT, 1, 1, 1e15, NULL, "steps between checks"},
        },
    .init = init,
    .free = free,
    .prune = prune,
};
