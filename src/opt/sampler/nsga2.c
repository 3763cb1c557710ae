/* SPDX-License-Identifier: MIT */
/* NSGA-II: ranks, then crowding. */
#include <stdlib.h>
#include <string.h>

#include "opt/ga_int.h"

/* Members by crowding distance, descending; equal ones in reverse order of the population as the
 * sorts by objective left it. */
static wick_status crowd(wick_ctx *ctx, const double *points, int32_t m, int64_t *idx, int64_t n)
{
    double *rows = malloc((size_t)(n * m + 2 * n + 1) * sizeof *rows);
    int64_t *order = malloc((size_t)(2 * n + 1) * sizeof *order);
    if (rows == NULL || order == NULL) {
        free(rows);
        free(order);
        return wick_fail_mem(ctx);
    }
    double *distance = rows + n * m;
    for (int64_t i = 0; i < n; i++) {
        memcpy(rows + i * m, points + idx[i] * m, (size_t)m * sizeof *rows);
        order[i] = i;
    }
    wk_crowding(rows, n, m, order, distance);
    for (int64_t i = 1; i < n; i++) {
        const int64_t v = order[i];
        int64_t k = i;
        for (; k > 0 && distance[order[k - 1]] > distance[v]; k--) order[k] = order[k - 1];
        order[k] = v;
    }
    int64_t *sorted = order + n;
    for (int64_t i = 0; i < n; i++) sorted[i] = idx[order[n - 1 - i]];
    memcpy(idx, sorted, (size_t)n * sizeof *idx);
    free(rows);
    free(order);
    return WICK_OK;
}

static wick_status elite(wick_ctx *ctx, wk_ga *k, const double *points, const double *penalty,
                         int64_t n, int64_t want, wk_rng *g, int64_t *chosen)
{
    (void)g;
    const int32_t m = k->study->m;
    int32_t *rank = malloc((size_t)(n + 1) * sizeof *rank);
    int64_t *idx = malloc((size_t)(n + 1) * sizeof *idx);
    wick_status st = rank == NULL || idx == NULL
                         ? wick_fail_mem(ctx)
                         : wk_rank_until(ctx, points, n, m, penalty, n, rank);
    int64_t taken = 0;
    for (int32_t r = 0; st >= 0 && taken < want; r++) {
        int64_t members = 0;
        for (int64_t i = 0; i < n; i++)
            if (rank[i] == r) idx[members++] = i;
        if (taken + members >= want) st = crowd(ctx, points, m, idx, members);
        for (int64_t i = 0; st >= 0 && i < members && taken < want; i++) chosen[taken++] = idx[i];
    }
    free(rank);
    free(idx);
    return st;
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    wk_ga *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->key = "NSGAIISampler:generation";
    k->purpose = "nsga2";
    k->elite = elite;
    const wick_status st = wk_ga_init(ctx, k, study, args);
    if (st < 0) {
        wk_ga_free(k);
        return st;
    }
    *self = k;
    return WICK_OK;
}

const wick_sampler_spec wick_sampler_nsga2 = {
    .name = "nsga2",
    .title = "genetic search by rank and crowding",
    .source = "Deb et al. 2002; Optuna NSGAIISampler",
    .can = WICK_CAN_MULTI | WICK_CAN_CATEGORICAL | WICK_CAN_CONSTRAIN,
    .param = {WK_GA_PARAMS},
    .init = init,
    .free = wk_ga_free,
    .joint = wk_ga_joint,
    .single = wk_ga_single,
};
