/* SPDX-License-Identifier: MIT */
/* Generations of trials, parents, children: what NSGA-II and NSGA-III share. */
#include <stdlib.h>
#include <string.h>

#include "opt/ga_int.h"

wick_status wk_ga_init(wick_ctx *ctx, wk_ga *k, wick_study *study, const wick_opt_args *args)
{
    (void)ctx;
    k->study = study;
    k->population = (int64_t)wk_arg(args, "population");
    k->crossover = (int32_t)wk_arg(args, "crossover");
    k->crossover_probability = wk_arg(args, "crossover_probability");
    k->swapping = wk_arg(args, "swapping");
    k->mutation = wk_arg(args, "mutation");
    k->polynomial = wk_arg(args, "polynomial") != 0.0;
    wk_mt_seed(&k->mt, (uint32_t)study->seed);
    wk_mt_seed(&k->mt_random, (uint32_t)study->seed);
    if (k->population < wk_crossover_parents(k->crossover))
        return wick_fail(ctx, WICK_E_ARG, "population %lld is smaller than the number of parents",
                         (long long)k->population);
    return WICK_OK;
}

void wk_ga_free(void *self)
{
    wk_ga *k = self;
    if (k == NULL) return;
    free(k->space.p);
    free(k->parents);
    free(k->scratch);
    free(k);
}

static int64_t generation_of(const wk_ga *k, const wick_trial *t)
{
    const int32_t id = wk_names_find(&k->study->keys, k->key);
    const wk_attr *a = id < 0 ? NULL : wk_system_at(t, id);
    return a == NULL || isnan(a->number) ? -1 : (int64_t)a->number;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = (*(wick_trial *const *)a)->number, y = (*(wick_trial *const *)b)->number;
    return (x > y) - (x < y);
}

/* Parents of generation g from its predecessor's population and parents. */
static wick_status select(wick_ctx *ctx, wk_ga *k, const wk_group *group, int64_t g)
{
    const wick_study *s = k->study;
    int64_t n = 0, most = k->n_parents;
    for (int64_t i = 0; i < group->n; i++)
        most += group->done[i]->state == WICK_TRIAL_COMPLETE &&
                generation_of(k, group->done[i]) == g - 1;
    wick_trial **member = malloc((size_t)(most + 1) * sizeof *member);
    double *points = malloc((size_t)(most * s->m + 1) * sizeof *points);
    double *penalty = malloc((size_t)(most + 1) * sizeof *penalty);
    int64_t *chosen = malloc((size_t)(most + 1) * sizeof *chosen);
    wick_status st = WICK_OK;
    if (member == NULL || points == NULL || penalty == NULL || chosen == NULL)
        st = wick_fail_mem(ctx);
    for (int64_t i = 0; st >= 0 && i < group->n; i++)
        if (group->done[i]->state == WICK_TRIAL_COMPLETE &&
            generation_of(k, group->done[i]) == g - 1)
            member[n++] = group->done[i];
    if (st >= 0) {
        if (n > 0) qsort(member, (size_t)n, sizeof *member, by_number);
        for (int64_t i = 0; i < k->n_parents; i++) member[n++] = k->parents[i];
        for (int64_t i = 0; i < n; i++) {
            for (int32_t j = 0; j < s->m; j++)
                points[i * s->m + j] = wk_sign(s, j) * member[i]->values[j];
            penalty[i] = member[i]->violation;
        }
        wk_rng rng = wk_rng_at(s, &k->mt, "elite", g, 0);
        const int64_t want = n < k->population ? n : k->population;
        st = k->elite(ctx, k, points, s->any_constraint ? penalty : NULL, n, want, &rng, chosen);
        if (st >= 0)
            st = wk_grow(ctx, &k->parents, &k->parents_cap, want, (int64_t)sizeof *k->parents);
        for (int64_t i = 0; st >= 0 && i < want; i++) k->parents[i] = member[chosen[i]];
        if (st >= 0) {
            k->n_parents = want;
            k->parents_gen = g;
            k->by_number = false;
        }
    }
    free(member);
    free(points);
    free(penalty);
    free(chosen);
    return st;
}

/* The trial that computes the parents uses them in elite order, all later ones by number: Optuna
 * reads them back from its storage. */
static void settle(wk_ga *k)
{
    if (k->by_number || k->n_parents == 0) return;
    qsort(k->parents, (size_t)k->n_parents, sizeof *k->parents, by_number);
    k->by_number = true;
}

/* An earlier session, or another process, may have been the first. */
static bool is_first_of(const wk_ga *k, const wick_trial *t, int64_t g)
{
    for (int64_t i = t->number - 1; i >= 0; i--) {
        const int64_t its = generation_of(k, k->study->trials[i]);
        if (its == g) return false;
        if (its >= 0 && its < g - 1) return true;
    }
    return true;
}

static wick_status parents_of(wick_ctx *ctx, wk_ga *k, const wk_group *group, const wick_trial *t,
                              int64_t g)
{
    wick_status st = WICK_OK;
    if (k->parents_gen == g) settle(k);
    if (k->parents_gen >= g) return st;
    while (k->parents_gen < g && st >= 0) {
        settle(k);
        st = select(ctx, k, group, k->parents_gen + 1);
    }
    if (!is_first_of(k, t, g)) settle(k);
    return st;
}

/* Highest generation among complete trials, the next one once it is full. */
static wick_status generation_for(wick_ctx *ctx, wk_ga *k, const wk_group *group, wick_trial *t,
                                  int64_t *out)
{
    for (; k->seen < group->n; k->seen++) {
        const wick_trial *o = group->done[k->seen];
        const int64_t g = o->state == WICK_TRIAL_COMPLETE ? generation_of(k, o) : -1;
        if (g > k->newest) {
            k->newest = g;
            k->newest_n = 1;
        } else if (g == k->newest) {
            k->newest_n++;
        }
    }
    *out = k->newest_n < k->population ? k->newest : k->newest + 1;
    return wk_system_number(ctx, t, k->key, (double)*out);
}

/* ---- children ------------------------------------------------------------------------------ */

static bool dominates(const wk_ga *k, const wick_trial *a, const wick_trial *b)
{
    const wick_study *s = k->study;
    if (s->any_constraint && (!wk_feasible(a) || !wk_feasible(b))) {
        if (wk_feasible(a) != wk_feasible(b)) return wk_feasible(a);
        return a->violation < b->violation;
    }
    double x[WK_MAX_OBJECTIVES], y[WK_MAX_OBJECTIVES];
    for (int32_t j = 0; j < s->m; j++) {
        x[j] = wk_sign(s, j) * a->values[j];
        y[j] = wk_sign(s, j) * b->values[j];
    }
    return wk_dominates(x, y, s->m);
}

/* Tournaments of two among those not chosen for this child yet. */
static void choose_parents(const wk_ga *k, wk_rng *g, const wick_trial **out, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const wick_trial *c[2];
        for (int r = 0; r < 2; r++) {
            int64_t at = wk_below(g, k->n_parents - i);
            for (int64_t p = 0;; p++) {
                bool used = false;
                for (int32_t h = 0; h < i; h++) used = used || out[h] == k->parents[p];
                if (used || at-- > 0) continue;
                c[r] = k->parents[p];
                break;
            }
        }
        out[i] = dominates(k, c[0], c[1]) ? c[0] : c[1];
    }
}

typedef struct genes { /* views into the scratch */
    int32_t d;         /* numeric ones come after the categorical ones in `order` */
    int32_t n_cat;
    int32_t *order;
    double *parents, *low, *high, *child, *value, *scratch;
} genes;

static wick_status lay_out(wick_ctx *ctx, wk_ga *k, genes *x)
{
    const int64_t d = k->space.n;
    const int64_t need = 3 * d + 5 * d + 6 * d + 2 * d * d + 1;
    const wick_status st =
        wk_grow(ctx, &k->scratch, &k->scratch_cap, need, (int64_t)sizeof *k->scratch);
    if (st < 0) return st;
    x->d = (int32_t)d;
    x->parents = k->scratch;
    x->low = x->parents + 3 * d;
    x->high = x->low + d;
    x->child = x->high + d;
    x->value = x->child + d;
    x->order = (int32_t *)(void *)(x->value + d);
    x->scratch = x->value + 2 * d;
    x->n_cat = 0;
    int32_t at = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int32_t i = 0; i < d; i++) {
            const wick_dist *dist = wk_dist_at(k->study, k->space.p[i].dist);
            if ((dist->kind == WICK_DIST_CATEGORICAL) != (pass == 0)) continue;
            if (pass == 1) wk_domain(dist, &x->low[at - x->n_cat], &x->high[at - x->n_cat]);
            x->order[at++] = i;
            x->n_cat += pass == 0;
        }
    return WICK_OK;
}

static double gene(const wk_ga *k, const wick_trial *t, int32_t i)
{
    return wk_param_of(t, k->space.p[i].name)->v;
}

/* Children are drawn again, with new parents, until one lies in the ranges. */
static bool cross(const wk_ga *k, const genes *x, wk_rng *g)
{
    const wick_trial *p[3];
    const int32_t n_parents = wk_crossover_parents(k->crossover), d = x->d - x->n_cat;
    choose_parents(k, g, p, n_parents);
    for (int32_t i = 0; i < x->n_cat; i++)
        x->value[x->order[i]] =
            gene(k, p[wk_uniform(g) >= k->swapping ? n_parents - 1 : 0], x->order[i]);
    for (int32_t r = 0; r < n_parents; r++)
        for (int32_t i = 0; i < d; i++) {
            const int32_t at = x->order[x->n_cat + i];
            x->parents[r * d + i] =
                wk_to_domain(wk_dist_at(k->study, k->space.p[at].dist), gene(k, p[r], at));
        }
    if (d > 0)
        wk_crossover(k->crossover, x->parents, d, x->low, x->high, k->study->m > 1, k->swapping, g,
                     x->scratch, x->child);
    for (int32_t i = 0; i < d; i++) {
        const int32_t at = x->order[x->n_cat + i];
        const wick_dist *dist = wk_dist_at(k->study, k->space.p[at].dist);
        if (!(x->child[i] >= x->low[i] && x->child[i] <= x->high[i])) return false;
        x->value[at] = wk_from_domain(dist, x->child[i]);
        if (!wick_dist_contains(dist, x->value[at])) return false;
    }
    return true;
}

static wick_status child(wick_ctx *ctx, wk_ga *k, wick_trial *t)
{
    wick_study *s = k->study;
    genes x;
    wick_status st = lay_out(ctx, k, &x);
    if (st < 0 || x.d == 0) return st;
    wk_rng g = wk_rng_at(s, &k->mt, k->purpose, t->number, 0);
    const bool crossed = wk_uniform(&g) < k->crossover_probability && k->n_parents >= 3;
    if (crossed) {
        int tries = 0;
        while (!cross(k, &x, &g) && ++tries < 10000) {}
        if (tries == 10000) return WICK_OK; /* left to independent draws */
    } else {
        const wick_trial *p = k->parents[wk_below(&g, k->n_parents)];
        for (int32_t i = 0; i < x.d; i++) x.value[i] = gene(k, p, i);
    }
    const double mutation = k->mutation < 0.0 ? 1.0 / x.d : k->mutation;
    for (int32_t r = 0; r < x.d && st >= 0; r++) {
        const int32_t i = crossed ? x.order[r] : r;
        const wick_dist *dist = wk_dist_at(s, k->space.p[i].dist);
        double v = x.value[i];
        if (wk_uniform(&g) < mutation) {
            /* Dropped genes are drawn at random when they are suggested. */
            if (!k->polynomial || dist->kind == WICK_DIST_CATEGORICAL) continue;
            double low, high;
            wk_domain(dist, &low, &high);
            v = wk_from_domain(dist, wk_mutate(wk_to_domain(dist, v), low, high, 20.0, &g));
        }
        st = wk_joint_add(ctx, t, k->space.p[i].name, k->space.p[i].dist, v);
    }
    return st;
}

wick_status wk_ga_joint(wick_ctx *ctx, void *self, wick_trial *t)
{
    wk_ga *k = self;
    const wk_group *group = &k->study->groups[t->group];
    int64_t g;
    wick_status st = generation_for(ctx, k, group, t, &g);
    if (st >= 0) st = wk_space_update(ctx, k->study, group, &k->space);
    if (st < 0 || g == 0) return st;
    st = parents_of(ctx, k, group, t, g);
    return st < 0 ? st : child(ctx, k, t);
}

wick_status wk_ga_single(wick_ctx *ctx, void *self, wick_trial *t, const char *name,
                         const wick_dist *dist, double *value)
{
    (void)ctx;
    wk_ga *k = self;
    return wk_random_single(k->study, &k->mt_random, t, name, dist, value);
}
