/* SPDX-License-Identifier: MIT */
/* Prunes nothing. */
#include "opt/opt_int.h"

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    (void)ctx;
    (void)study;
    (void)args;
    *self = NULL;
    return WICK_OK;
}

static void nothing(void *self)
{
    (void)self;
}

static wick_status prune(wick_ctx *ctx, void *self, wick_trial *trial, bool *out)
{
    (void)ctx;
    (void)self;
    (void)trial;
    *out = false;
    return WICK_OK;
}

const wick_pruner_spec wick_pruner_nop = {
    .name = "nop",
    .title = "prunes nothing",
    .source = "Optuna NopPruner",
    .init = init,
    .free = nothing,
    .prune = prune,
};
