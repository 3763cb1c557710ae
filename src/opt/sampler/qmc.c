/* SPDX-License-Identifier: MIT */
/* Quasi-random points: even cover of the space, for scans and sensitivity. The space is that of the
 * lowest finished trial; the first trials, and parameters outside it, are random. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

typedef struct qmc {
    wick_study *study;
    bool halton, scramble;
    wk_mt mt_random;
    wk_value *p;
    int64_t n, cap;
    bool known;
    double point[WK_QMC_DIMS];
} qmc;

static void qmc_free(void *self)
{
    qmc *k = self;
    if (k != NULL) free(k->p);
    free(k);
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    qmc *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->study = study;
    k->halton = wk_arg(args, "type") == 1.0;
    k->scramble = wk_arg(args, "scramble") != 0.0;
    wk_mt_seed(&k->mt_random, (uint32_t)study->seed);
    *self = k;
    return WICK_OK;
}

/* Optuna 4 leaves categorical parameters to independent sampling. */
static bool modelled(const wick_study *s, const wick_dist *d)
{
    return !wick_dist_single(d) &&
           (d->kind != WICK_DIST_CATEGORICAL || s->profile == WICK_OPT_OPTUNA5);
}

static wick_status find_space(wick_ctx *ctx, qmc *k, const wk_group *g)
{
    wick_study *s = k->study;
    const wick_trial *first = NULL;
    for (int64_t i = 0; i < g->n; i++)
        if (first == NULL || g->done[i]->number < first->number) first = g->done[i];
    if (first == NULL) return WICK_OK;
    const wick_status st = wk_grow(ctx, &k->p, &k->cap, first->n_p, (int64_t)sizeof *k->p);
    if (st < 0) return st;
    for (int32_t i = 0; i < first->n_p; i++)
        if (modelled(s, wk_dist_at(s, first->p[i].dist)) && !wk_pinned(s, first->p[i].name))
            k->p[k->n++] = first->p[i];
    if (k->n > WK_QMC_DIMS)
        return wick_fail(ctx, WICK_E_ARG, "qmc: %lld parameters, at most %d", (long long)k->n,
                         WK_QMC_DIMS);
    wk_sort_names(s, k->p, k->n);
    k->known = true;
    return WICK_OK;
}

/* Points used so far are counted in the study: a resumed one goes on where it was, and no two
 * workers share a point. A trial that was interrupted has its own already. */
static wick_status point_of(wick_ctx *ctx, wick_trial *t, int64_t *index)
{
    static const char own[] = "wick:qmc_point";
    const char *text = wk_system_text(t, own);
    if (text != NULL && wick_parse_int(text, (int64_t)strlen(text), index)) return WICK_OK;
    const wick_status st = wk_study_count_up(ctx, t->study, "wick:qmc_points", index);
    return st < 0 ? st : wk_system_number(ctx, t, own, (double)*index);
}

static wick_status joint(wick_ctx *ctx, void *self, wick_trial *t)
{
    qmc *k = self;
    wick_study *s = k->study;
    wick_status st = k->known ? WICK_OK : find_space(ctx, k, wk_group_of(t));
    if (st < 0 || !k->known || k->n == 0) return st;
    int64_t index;
    st = point_of(ctx, t, &index);
    if (st < 0) return st;
    wk_rng g = {0};
    g.pcg = wick_pcg_key(s->seed, "qmc", 0, 0);
    wk_rng *scramble = k->scramble ? &g : NULL;
    if (k->halton) {
        wk_halton((int32_t)k->n, index, scramble, k->point);
    } else {
        wk_sobol((int32_t)k->n, index, scramble, k->point);
    }
    for (int64_t i = 0; i < k->n && st >= 0; i++)
        st = wk_joint_add(ctx, t, k->p[i].name, k->p[i].dist,
                          wk_from_unit(wk_dist_at(s, k->p[i].dist), k->point[i]));
    return st;
}

static wick_status single(wick_ctx *ctx, void *self, wick_trial *t, const char *name,
                          const wick_dist *dist, double *value)
{
    (void)ctx;
    qmc *k = self;
    return wk_random_single(k->study, &k->mt_random, t, name, dist, value);
}

const wick_sampler_spec wick_sampler_qmc = {
    .name = "qmc",
    .title = "quasi-random points",
    .source = "Joe and Kuo 2008; Halton 1960; Optuna QMCSampler",
    .can = WICK_CAN_MULTI | WICK_CAN_CATEGORICAL,
    .param =
        {
            {"type", WICK_OPT_WORD, 0, 0, 0, "sobol|halton", "which sequence"},
            {"scramble", WICK_OPT_BOOL, 0, 0, 1, NULL, "randomised by the study's seed"},
        },
    .init = init,
    .free = qmc_free,
    .joint = joint,
    .single = single,
};
