/* SPDX-License-Identifier: MIT */
/* Tree-structured Parzen estimator, for one or several objectives. */
#include <stdlib.h>
#include <string.h>

#include "opt/tpe_int.h"

typedef struct tpe {
    wick_study *study;
    int64_t startup;
    bool multivariate, grouped, liar, capped, hv_weights, rule_b;
    wk_mt mt, mt_random;
    wk_tpe_view **view; /* one per group of trials */
    int32_t n_view;
    uint64_t regroups;
    wk_tpe_draw draw;
    wk_value *p; /* parameters of one draw */
    int64_t p_cap;
    double *out;
    int64_t out_cap;
    int32_t *chosen;
    int64_t chosen_cap;
    double *points, *penalty, *slot_weight;
    int64_t points_cap, penalty_cap, weight_cap;
} tpe;

static void drop_views(tpe *k)
{
    for (int32_t i = 0; i < k->n_view; i++) wk_tpe_view_free(k->view[i]);
    free(k->view);
    k->view = NULL;
    k->n_view = 0;
}

static void tpe_free(void *self)
{
    tpe *k = self;
    if (k == NULL) return;
    drop_views(k);
    wk_tpe_draw_free(&k->draw);
    free(k->p);
    free(k->out);
    free(k->chosen);
    free(k->points);
    free(k->penalty);
    free(k->slot_weight);
    free(k);
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    const bool five = study->profile == WICK_OPT_OPTUNA5;
    tpe *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->study = study;
    k->startup = (int64_t)wk_arg(args, "startup");
    k->draw.candidates = (int64_t)wk_arg(args, "candidates");
    k->grouped = wk_arg(args, "group") != 0.0;
    k->multivariate = wk_arg_set(args, "multivariate") ? wk_arg(args, "multivariate") != 0.0
                                                       : k->grouped || (five && study->m == 1);
    k->liar = wk_arg_set(args, "liar") ? wk_arg(args, "liar") != 0.0 : five;
    k->rule_b = !five;
    k->capped = study->m == 1 || !five;
    k->hv_weights = study->m > 1 && !five;
    wk_mt_seed(&k->mt, (uint32_t)study->seed);
    wk_mt_seed(&k->mt_random, (uint32_t)study->seed);
    if (k->grouped && !k->multivariate) {
        tpe_free(k);
        return wick_fail(ctx, WICK_E_ARG,
                         "tpe: group=1 draws groups jointly and needs multivariate=1");
    }
    *self = k;
    return WICK_OK;
}

static wick_status view_of(wick_ctx *ctx, tpe *k, const wick_trial *t, wk_tpe_view **out)
{
    const wick_study *s = k->study;
    if (k->view == NULL || k->regroups != s->regroups) {
        drop_views(k);
        k->view = calloc((size_t)s->n_groups, sizeof *k->view);
        if (k->view == NULL) return wick_fail_mem(ctx);
        k->n_view = s->n_groups;
        k->regroups = s->regroups;
    }
    wk_tpe_view **v = &k->view[t->group];
    wick_status st = *v == NULL ? wk_tpe_view_new(ctx, k->study, v) : WICK_OK;
    if (st >= 0) st = wk_tpe_catch_up(ctx, *v, wk_group_of(t));
    *out = *v;
    return st;
}

/* ---- the better trials -------------------------------------------------------------------- */

static wick_status room(wick_ctx *ctx, tpe *k, int64_t n)
{
    const int64_t m = k->study->m;
    wick_status st = wk_grow(ctx, &k->chosen, &k->chosen_cap, 2 * n, (int64_t)sizeof *k->chosen);
    if (st >= 0) st = wk_grow(ctx, &k->points, &k->points_cap, n * m, (int64_t)sizeof *k->points);
    if (st >= 0) st = wk_grow(ctx, &k->penalty, &k->penalty_cap, n, (int64_t)sizeof *k->penalty);
    if (st >= 0)
        st = wk_grow(ctx, &k->slot_weight, &k->weight_cap, n, (int64_t)sizeof *k->slot_weight);
    return st;
}

static void copy_point(const tpe *k, const wick_trial *t, double *to)
{
    for (int32_t i = 0; i < k->study->m; i++) to[i] = wk_sign(k->study, i) * t->values[i];
}

/* Whole ranks first; of the rank that does not fit, the subset with the largest hypervolume. */
static wick_status choose_complete(wick_ctx *ctx, tpe *k, const int32_t *slots, int64_t n,
                                   int64_t want, const wk_tpe_view *v)
{
    const int32_t m = k->study->m;
    int32_t *rank = malloc((size_t)(n + 1) * sizeof *rank);
    int64_t *idx = malloc((size_t)(n + 1) * sizeof *idx),
            *sub = malloc((size_t)(n + 1) * sizeof *sub);
    double *last = malloc((size_t)(n * m + 1) * sizeof *last);
    double ref[WK_MAX_OBJECTIVES];
    wick_status st = WICK_OK;
    if (rank == NULL || idx == NULL || sub == NULL || last == NULL) st = wick_fail_mem(ctx);
    for (int64_t i = 0; st >= 0 && i < n; i++) copy_point(k, v->trial[slots[i]], k->points + i * m);
    if (st >= 0) st = wk_rank_until(ctx, k->points, n, m, NULL, want, rank);
    int64_t taken = 0, n_last = 0;
    for (int32_t r = 0; st >= 0 && taken < want; r++) {
        n_last = 0;
        for (int64_t i = 0; i < n; i++)
            if (rank[i] == r) idx[n_last++] = i;
        if (taken + n_last > want) break;
        for (int64_t i = 0; i < n_last; i++) k->chosen[taken++] = slots[idx[i]];
    }
    if (st >= 0 && taken < want) {
        for (int64_t i = 0; i < n_last; i++)
            memcpy(last + i * m, k->points + idx[i] * m, (size_t)m * sizeof *last);
        wk_reference_point(last, n_last, m, ref);
        st = wick_hypervolume_subset(ctx, last, n_last, m, ref, want - taken, sub);
        for (int64_t i = 0; st >= 0 && taken < want; i++) k->chosen[taken++] = slots[idx[sub[i]]];
    }
    free(rank);
    free(idx);
    free(sub);
    free(last);
    return st;
}

/* Weights of the chosen ones: what the front would lose without each (Ozaki et al. 2022). */
static wick_status hypervolume_weights(wick_ctx *ctx, tpe *k, const wk_tpe_view *v, int64_t n)
{
    const int32_t m = k->study->m;
    const double least = 1e-12;
    int64_t feasible = 0, front = 0;
    int32_t *slot = k->chosen + n; /* room for twice as many */
    for (int64_t i = 0; i < n; i++) {
        const wick_trial *t = v->trial[k->chosen[i]];
        k->slot_weight[k->chosen[i]] = wk_feasible(t) ? 1.0 : least;
        if (!wk_feasible(t)) continue;
        copy_point(k, t, k->points + feasible * m);
        slot[feasible++] = k->chosen[i];
    }
    if (feasible < 2) return WICK_OK;
    double ref[WK_MAX_OBJECTIVES], whole = 0.0, most = 0.0;
    bool *on = malloc((size_t)feasible * sizeof *on);
    if (on == NULL) return wick_fail_mem(ctx);
    wk_reference_point(k->points, feasible, m, ref);
    wick_status st = wick_pareto_front(ctx, k->points, feasible, m, on);
    for (int64_t i = 0; i < feasible && st >= 0; i++) {
        k->slot_weight[slot[i]] = 0.0;
        if (!on[i]) continue;
        memmove(k->points + front * m, k->points + i * m, (size_t)m * sizeof *k->points);
        slot[front++] = slot[i];
    }
    /* The dominated ones have left `slot`; their weight is the least. */
    for (int64_t i = 0; i < n; i++)
        if (k->slot_weight[k->chosen[i]] == 0.0) k->slot_weight[k->chosen[i]] = least;
    if (st >= 0) st = wick_hypervolume(ctx, k->points, front, m, ref, &whole);
    for (int64_t i = 0; i < front && st >= 0; i++) {
        /* The point in question changes places with the last one. */
        double rest = 0.0, *a = k->points + i * m, *z = k->points + (front - 1) * m;
        for (int32_t j = 0; j < m; j++) {
            const double x = a[j];
            a[j] = z[j];
            z[j] = x;
        }
        st = wick_hypervolume(ctx, k->points, front - 1, m, ref, &rest);
        for (int32_t j = 0; j < m; j++) {
            const double x = a[j];
            a[j] = z[j];
            z[j] = x;
        }
        k->penalty[i] = isinf(whole) ? 1.0 : whole - rest;
        if (k->penalty[i] > most) most = k->penalty[i];
    }
    for (int64_t i = 0; i < front && st >= 0; i++) {
        const double w = k->penalty[i] / (most > least ? most : least);
        k->slot_weight[slot[i]] = w > least ? w : least;
    }
    free(on);
    return st;
}

static bool less_violation(const wk_tpe_view *v, int32_t a, int32_t b)
{
    const double x = v->trial[a]->violation, y = v->trial[b]->violation;
    return x != y ? x < y : v->trial[a]->number < v->trial[b]->number;
}

/* Feasible complete trials first; when they do not fill the set, infeasible ones by violation. */
static wick_status better_of_many(wick_ctx *ctx, tpe *k, const wk_tpe_view *v, int64_t want)
{
    wick_status st = room(ctx, k, v->n);
    if (st < 0) return st;
    int32_t *feasible = malloc((size_t)(2 * v->n + 1) * sizeof *feasible);
    if (feasible == NULL) return wick_fail_mem(ctx);
    int32_t *other = feasible + v->n;
    int64_t n = 0, n_other = 0;
    for (int64_t i = 0; i < v->n + v->n_running; i++) {
        const int32_t slot = v->by_number[i];
        if (slot >= v->n || v->trial[slot]->state != WICK_TRIAL_COMPLETE) continue;
        if (wk_feasible(v->trial[slot])) {
            feasible[n++] = slot;
            continue;
        }
        int64_t at = n_other++;
        for (; at > 0 && less_violation(v, slot, other[at - 1]); at--) other[at] = other[at - 1];
        other[at] = slot;
    }
    const int64_t first = n < want ? n : want;
    if (first > 0) st = choose_complete(ctx, k, feasible, n, first, v);
    for (int64_t i = 0; i < want - first && i < n_other; i++) k->chosen[first + i] = other[i];
    free(feasible);
    return st;
}

static wick_status draw(wick_ctx *ctx, tpe *k, wk_tpe_view *v, wick_trial *t, int32_t d,
                        wk_rng *rng)
{
    wick_status st = wk_grow(ctx, &k->out, &k->out_cap, d, (int64_t)sizeof *k->out);
    int64_t want = wk_tpe_gamma(v->n, k->capped);
    if (st >= 0 && k->study->m > 1) {
        int64_t complete = 0;
        for (int64_t i = 0; i < v->n; i++) complete += v->trial[i]->state == WICK_TRIAL_COMPLETE;
        if (want > complete) want = complete;
        st = better_of_many(ctx, k, v, want);
        if (st >= 0 && k->hv_weights) st = hypervolume_weights(ctx, k, v, want);
    }
    if (st >= 0 && k->liar) st = wk_tpe_running_in(ctx, v, t);
    if (st < 0) return st;
    /* Only now: the running trials may have moved the array. */
    const int32_t *chosen = k->study->m > 1 ? k->chosen : v->rank;
    k->draw.v = v;
    k->draw.p = k->p;
    k->draw.d = d;
    return wk_tpe_choose(ctx, &k->draw, chosen, want, k->hv_weights ? k->slot_weight : NULL, rng,
                         k->out);
}

/* ---- entry points -------------------------------------------------------------------------- */

static wick_status draw_set(wick_ctx *ctx, tpe *k, wk_tpe_view *v, wick_trial *t, int32_t d,
                            wk_rng *rng)
{
    if (d == 0) return WICK_OK;
    k->draw.rule_b = k->rule_b;
    wick_status st = draw(ctx, k, v, t, d, rng);
    for (int32_t i = 0; i < d && st >= 0; i++)
        st = wk_joint_add(ctx, t, k->p[i].name, k->p[i].dist, k->out[i]);
    return st;
}

static wick_status joint(wick_ctx *ctx, void *self, wick_trial *t)
{
    tpe *k = self;
    wick_study *s = k->study;
    if (!k->multivariate) return WICK_OK;
    wk_tpe_view *v;
    wick_status st = view_of(ctx, k, t, &v);
    const wk_group *g = wk_group_of(t);
    if (st >= 0) st = wk_space_update(ctx, s, g, &v->space);
    if (st >= 0 && k->grouped) st = wk_split_update(ctx, s, g, &v->split);
    if (st < 0 || v->n < k->startup) return st;
    wk_rng rng = wk_rng_at(s, &k->mt, "tpe", t->number, 0);
    const int64_t most = k->grouped ? v->split.n : v->space.n;
    st = wk_grow(ctx, &k->p, &k->p_cap, most, (int64_t)sizeof *k->p);
    if (st < 0) return st;
    if (!k->grouped) {
        memcpy(k->p, v->space.p, (size_t)v->space.n * sizeof *k->p);
        return draw_set(ctx, k, v, t, (int32_t)v->space.n, &rng);
    }
    int64_t from = 0;
    for (int64_t i = 0; i < v->split.sets && st >= 0; i++) {
        int32_t d = 0;
        for (; from < v->split.end[i]; from++) {
            const int32_t name = v->split.name[from], dist = s->name_rec[name].committed;
            if (dist >= 0 && !wick_dist_single(wk_dist_at(s, dist)) && !wk_pinned(s, name))
                k->p[d++] = (wk_value){name, dist, 0.0};
        }
        wk_sort_names(s, k->p, d);
        st = draw_set(ctx, k, v, t, d, &rng);
    }
    return st;
}

static wick_status single(wick_ctx *ctx, void *self, wick_trial *t, const char *name,
                          const wick_dist *dist, double *value)
{
    tpe *k = self;
    wick_study *s = k->study;
    wk_tpe_view *v;
    wick_status st = view_of(ctx, k, t, &v);
    if (st < 0) return st;
    if (v->n < k->startup) return wk_random_single(s, &k->mt_random, t, name, dist, value);
    const int32_t id = wk_name_id(ctx, s, name);
    if (id < 0) return id;
    const int32_t d = wk_dist_id(ctx, s, id, dist);
    if (d < 0) return d;
    st = wk_grow(ctx, &k->p, &k->p_cap, 1, (int64_t)sizeof *k->p);
    if (st < 0) return st;
    k->p[0] = (wk_value){id, d, 0.0};
    wk_rng rng =
        wk_rng_at(s, &k->mt, "tpe", t->number, wick_hash64(name, (int64_t)strlen(name), 1));
    k->draw.rule_b = false;
    st = draw(ctx, k, v, t, 1, &rng);
    if (st >= 0) *value = k->out[0];
    return st;
}

const wick_sampler_spec wick_sampler_tpe = {
    .name = "tpe",
    .title = "tree-structured Parzen estimator",
    .source = "Bergstra et al. 2011; Ozaki et al. 2022; Optuna 4.9 and 5",
    .can = WICK_CAN_MULTI | WICK_CAN_CATEGORICAL | WICK_CAN_CONDITIONAL | WICK_CAN_CONSTRAIN |
           WICK_CAN_ASK_APART,
    .param =
        {
            {"startup", WICK_OPT_INT, 10, 0, 1e9, NULL, "random trials before the model"},
            {"candidates", WICK_OPT_INT, 24, 1, 100000, NULL, "draws the best of which is taken"},
            {"multivariate", WICK_OPT_BOOL, 0, 0, 1, NULL,
             "parameters drawn jointly; default by profile"},
            {"group", WICK_OPT_BOOL, 0, 0, 1, NULL, "joint per group of a conditional space"},
            {"liar", WICK_OPT_BOOL, 0, 0, 1, NULL,
             "running trials count as bad ones; default by profile"},
        },
    .init = init,
    .free = tpe_free,
    .joint = joint,
    .single = single,
};
