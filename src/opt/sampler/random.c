/* SPDX-License-Identifier: MIT */
/* Independent uniform draws: the baseline, and what other samplers fall back to. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

wick_status wk_random_single(wick_study *s, wk_mt *mt, const wick_trial *t, const char *name,
                             const wick_dist *dist, double *value)
{
    const uint64_t key = wick_hash64(name, (int64_t)strlen(name), 1);
    wk_rng g = wk_rng_at(s, mt, "random", t->number, key);
    *value = wk_random_value(&g, dist);
    return WICK_OK;
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    (void)args;
    wk_mt *mt = malloc(sizeof *mt);
    if (mt == NULL) return wick_fail_mem(ctx);
    wk_mt_seed(mt, (uint32_t)study->seed);
    *self = mt;
    return WICK_OK;
}

static wick_status single(wick_ctx *ctx, void *self, wick_trial *trial, const char *name,
                          const wick_dist *dist, double *value)
{
    (void)ctx;
    return wk_random_single(trial->study, self, trial, name, dist, value);
}

const wick_sampler_spec wick_sampler_random = {
    .name = "random",
    .title = "independent uniform draws",
    .source = "Bergstra and Bengio 2012",
    .can = WICK_CAN_MULTI | WICK_CAN_CATEGORICAL | WICK_CAN_CONDITIONAL,
    .init = init,
    .free = free,
    .single = single,
};
