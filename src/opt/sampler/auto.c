/* SPDX-License-Identifier: MIT */
/* Chooses for the user, by the kind of space, the number of objectives and the budget, and says
 * what it chose (optimizer.md section 16): a Gaussian process while trials are few, CMA-ES for many
 * cheap trials of numbers, TPE otherwise; with several objectives TPE, and NSGA-II when trials are
 * many. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

enum { STARTUP = 10, FEW = 200, MANY = 500, GP_DIMS = 20 };

typedef struct chooser {
    wick_study *study;
    int64_t budget; /* 0: not known */
    wk_space space;
    wk_mt mt_random;
    const wick_sampler_spec *spec; /* NULL: not chosen yet, trials are random */
    void *inner;
    bool is_gp;
} chooser;

static void drop(chooser *k)
{
    if (k->spec != NULL) k->spec->free(k->inner);
    k->spec = NULL;
    k->inner = NULL;
    k->is_gp = false;
}

static void chooser_free(void *self)
{
    chooser *k = self;
    if (k == NULL) return;
    drop(k);
    free(k->space.p);
    free(k);
}

static wick_status choose(wick_ctx *ctx, chooser *k, const char *sampler, const char *why)
{
    wick_study *s = k->study;
    wick_buf b = {0};
    drop(k);
    const wick_status st = wk_sampler_make(ctx, s, sampler, &k->spec, &k->inner);
    if (st < 0) return st;
    k->is_gp = strcmp(k->spec->name, "gp") == 0;
    if (k->budget > 0)
        wick_buf_addf(&b, "auto(budget=%lld)", (long long)k->budget);
    else
        wick_buf_add(&b, "auto", -1);
    wick_buf_addf(&b, " -> %s: %s", sampler, why);
    if (b.failed) {
        wick_buf_free(&b);
        return wick_fail_mem(ctx);
    }
    free(s->sampler_text);
    s->sampler_text = b.data;
    return WICK_OK;
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    chooser *k = calloc(1, sizeof *k);
    wick_status st = WICK_OK;
    if (k == NULL) return wick_fail_mem(ctx);
    k->study = study;
    k->budget = (int64_t)wk_arg(args, "budget");
    if (k->budget == 0) k->budget = study->budget;
    wk_mt_seed(&k->mt_random, (uint32_t)study->seed);
    if (study->m > 1 && k->budget > MANY)
        st = choose(ctx, k, "nsga2", "several objectives and more than 500 trials");
    else if (study->m > 1)
        st = choose(ctx, k, "tpe", "several objectives");
    if (st < 0) {
        chooser_free(k);
        return st;
    }
    *self = k;
    return WICK_OK;
}

/* Whether every finished trial has the shared parameters and no other that could be searched. */
static bool is_static(const chooser *k, const wk_group *g)
{
    for (int64_t i = 0; i < g->n; i++) {
        int64_t free_ones = 0;
        const wick_trial *t = g->done[i];
        if (t->state != WICK_TRIAL_COMPLETE) continue;
        for (int32_t j = 0; j < t->n_p; j++)
            free_ones += !wick_dist_single(wk_dist_at(k->study, t->p[j].dist)) &&
                         !wk_pinned(k->study, t->p[j].name);
        if (free_ones != k->space.n) return false;
    }
    return true;
}

static int64_t numbers_in(const chooser *k)
{
    int64_t n = 0;
    for (int64_t i = 0; i < k->space.n; i++)
        n += wk_dist_at(k->study, k->space.p[i].dist)->kind != WICK_DIST_CATEGORICAL;
    return n;
}

static wick_status decide(wick_ctx *ctx, chooser *k, const wk_group *g)
{
    char why[96];
    const wick_status st = wk_space_update(ctx, k->study, g, &k->space);
    if (st < 0) return st;
    const int64_t d = k->space.n;
    if (d == 0 || !is_static(k, g)) return choose(ctx, k, "tpe", "parameters depend on each other");
    const bool few = k->budget > 0 ? k->budget <= FEW : g->n_complete < FEW;
    if (few && d <= GP_DIMS) {
        snprintf(why, sizeof why, "%lld parameters and at most %d trials", (long long)d, FEW);
        return choose(ctx, k, "gp", why);
    }
    if (k->budget > MANY && 5 * numbers_in(k) >= 4 * d && !k->study->any_constraint) {
        snprintf(why, sizeof why, "mostly numbers and more than %d trials", MANY);
        return choose(ctx, k, "cmaes(margin=1)", why);
    }
    if (few)
        snprintf(why, sizeof why, "%lld parameters are many", (long long)d);
    else
        snprintf(why, sizeof why, "more than %d trials", FEW);
    return choose(ctx, k, "tpe", why);
}

static wick_status joint(wick_ctx *ctx, void *self, wick_trial *t)
{
    chooser *k = self;
    const wk_group *g = wk_group_of(t);
    wick_status st = WICK_OK;
    const bool outgrown = k->is_gp && g->n_complete >= FEW;
    if (k->spec == NULL ? g->n_complete >= STARTUP : outgrown) st = decide(ctx, k, g);
    /* A space that turns out to depend on its values was taken for a static one. */
    if (st >= 0 && k->is_gp && g->n > k->space.seen) {
        st = wk_space_update(ctx, k->study, g, &k->space);
        if (st >= 0 && (k->space.n == 0 || !is_static(k, g)))
            st = choose(ctx, k, "tpe", "parameters depend on each other");
    }
    if (st < 0 || k->spec == NULL || k->spec->joint == NULL) return st;
    return k->spec->joint(ctx, k->inner, t);
}

static wick_status single(wick_ctx *ctx, void *self, wick_trial *t, const char *name,
                          const wick_dist *dist, double *value)
{
    chooser *k = self;
    if (k->spec != NULL) return k->spec->single(ctx, k->inner, t, name, dist, value);
    return wk_random_single(k->study, &k->mt_random, t, name, dist, value);
}

static wick_status before(wick_ctx *ctx, void *self, wick_trial *t)
{
    chooser *k = self;
    return k->spec == NULL || k->spec->before == NULL ? WICK_OK : k->spec->before(ctx, k->inner, t);
}

static wick_status after(wick_ctx *ctx, void *self, wick_trial *t, int32_t state,
                         const double *values)
{
    chooser *k = self;
    return k->spec == NULL || k->spec->after == NULL
               ? WICK_OK
               : k->spec->after(ctx, k->inner, t, state, values);
}

const wick_sampler_spec wick_sampler_auto = {
    .name = "auto",
    .title = "chooses a sampler by space, objectives and budget",
    .source = "own rules, from runs on the reference functions (docs/optimizer.md)",
    .can = WICK_CAN_MULTI | WICK_CAN_CATEGORICAL | WICK_CAN_CONDITIONAL | WICK_CAN_CONSTRAIN,
    .param =
        {
            {"budget", WICK_OPT_INT, 0, 0, 1e12, NULL, "trials there will be; 0: not known"},
        },
    .init = init,
    .free = chooser_free,
    .joint = joint,
    .single = single,
    .before = before,
    .after = after,
};
