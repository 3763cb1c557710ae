/* SPDX-License-Identifier: MIT */
/* Every point of a discrete space that the objective itself unfolds: a tree of suggested values,
 * which grows with its branches. A trial first follows the known tree towards something new; what
 * lies beyond is drawn, and becomes part of the tree when the trial is told. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

enum { UNKNOWN = -1, LEAF = -2 };

typedef struct node {
    int32_t name; /* UNKNOWN: nobody finished here yet; LEAF: a whole trial ended here */
    int32_t dist;
    int64_t first, n; /* children */
    int64_t parent;
    int64_t left;     /* unknown nodes at and below */
    int32_t reserved; /* running trials on their way through */
} node;

typedef struct brute {
    wick_study *study;
    node *node;
    int64_t n, cap;
    int64_t seen; /* trials below this number are in the tree */
    wk_mt mt;
} brute;

static void brute_free(void *self)
{
    brute *k = self;
    if (k != NULL) free(k->node);
    free(k);
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    (void)args;
    brute *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->study = study;
    wk_mt_seed(&k->mt, (uint32_t)study->seed);
    const wick_status st = wk_grow(ctx, &k->node, &k->cap, 1, (int64_t)sizeof *k->node);
    if (st < 0) {
        free(k);
        return st;
    }
    k->node[k->n++] = (node){UNKNOWN, -1, 0, 0, -1, 1, 0};
    *self = k;
    return WICK_OK;
}

static int64_t value_index(const wick_dist *d, double v)
{
    if (!wick_dist_contains(d, v)) return -1;
    return d->kind == WICK_DIST_CATEGORICAL ? (int64_t)v : (int64_t)rint((v - d->low) / d->step);
}

static double value_at(const wick_dist *d, int64_t i)
{
    return d->kind == WICK_DIST_CATEGORICAL ? (double)i : d->low + (double)i * d->step;
}

static void add_left(brute *k, int64_t at, int64_t by)
{
    for (; at >= 0; at = k->node[at].parent) k->node[at].left += by;
}

static wick_status expand(wick_ctx *ctx, brute *k, int64_t at, int32_t name, int32_t dist)
{
    const int64_t count = wick_dist_count(wk_dist_at(k->study, dist));
    const wick_status st =
        count < 0 || count > 10000000
            ? wick_fail(ctx, WICK_E_ARG, "brute_force: '%s' has too many values",
                        k->study->names.text[name])
            : wk_grow(ctx, &k->node, &k->cap, k->n + count, (int64_t)sizeof *k->node);
    if (st < 0) return st;
    k->node[at].name = name;
    k->node[at].dist = dist;
    k->node[at].first = k->n;
    k->node[at].n = count;
    for (int64_t i = 0; i < count; i++) k->node[k->n++] = (node){UNKNOWN, -1, 0, 0, at, 1, 0};
    add_left(k, at, count - 1);
    return WICK_OK;
}

static wick_status insert(wick_ctx *ctx, brute *k, const wick_trial *t)
{
    int64_t at = 0;
    for (int32_t i = 0; i < t->n_p; i++) {
        const wk_value *p = &t->p[i];
        if (k->node[at].name == LEAF) return WICK_OK;
        if (k->node[at].name == UNKNOWN) {
            const wick_status st = expand(ctx, k, at, p->name, p->dist);
            if (st < 0) return st;
        }
        if (k->node[at].name != p->name || k->node[at].dist != p->dist)
            return wick_fail(ctx, WICK_E_ARG,
                             "brute_force: '%s' came where '%s' was suggested before with the same "
                             "values so far",
                             k->study->names.text[p->name], k->study->names.text[k->node[at].name]);
        const int64_t child = value_index(wk_dist_at(k->study, p->dist), p->v);
        if (child < 0) return WICK_OK; /* an enqueued value outside the range */
        at = k->node[at].first + child;
    }
    if (k->node[at].name == UNKNOWN) {
        k->node[at].name = LEAF;
        add_left(k, at, -1);
    }
    return WICK_OK;
}

static double weight(const node *c, double total, double open, bool any_free)
{
    if (c->left == 0 || (any_free && c->reserved >= c->left)) return 0.0;
    return 0.5 * (double)c->left / total + 0.5 / open;
}

/* Half by what is left below, half evenly; where enough trials are under way, only if all are. */
static int64_t choose(const brute *k, const node *at, wk_rng *g)
{
    const node *c = k->node + at->first;
    double total = 0.0, open = 0.0, sum = 0.0;
    bool any_free = false;
    for (int64_t i = 0; i < at->n; i++)
        any_free = any_free || (c[i].left > 0 && c[i].reserved < c[i].left);
    for (int64_t i = 0; i < at->n; i++) {
        total += (double)c[i].left;
        open += c[i].left > 0;
    }
    for (int64_t i = 0; i < at->n; i++) sum += weight(&c[i], total, open, any_free);
    double u = wk_uniform(g) * sum;
    int64_t last = -1;
    for (int64_t i = 0; i < at->n; i++) {
        const double w = weight(&c[i], total, open, any_free);
        if (w == 0.0) continue;
        last = i;
        u -= w;
        if (u < 0.0) break;
    }
    return last;
}

static wick_status joint(wick_ctx *ctx, void *self, wick_trial *t)
{
    brute *k = self;
    wk_rng g = wk_rng_at(k->study, &k->mt, "brute_force", t->number, 0);
    if (k->node[0].left == 0 || t->n_fixed > 0) return WICK_OK;
    int64_t at = 0;
    k->node[0].reserved++;
    while (k->node[at].name >= 0) {
        const int64_t child = choose(k, &k->node[at], &g);
        const wick_dist *d = wk_dist_at(k->study, k->node[at].dist);
        const wick_status st =
            wk_joint_add(ctx, t, k->node[at].name, k->node[at].dist, value_at(d, child));
        if (st < 0) return st;
        at = k->node[at].first + child;
        k->node[at].reserved++;
    }
    return WICK_OK;
}

static void release(brute *k, const wick_trial *t)
{
    int64_t at = 0;
    if (!t->joint_done || t->n_fixed > 0 || k->node[0].reserved == 0) return;
    k->node[0].reserved--;
    for (int32_t i = 0; i < t->n_joint && k->node[at].name >= 0; i++) {
        at = k->node[at].first + value_index(wk_dist_at(k->study, t->joint[i].dist), t->joint[i].v);
        if (k->node[at].reserved > 0) k->node[at].reserved--;
    }
}

static wick_status single(wick_ctx *ctx, void *self, wick_trial *t, const char *name,
                          const wick_dist *dist, double *value)
{
    brute *k = self;
    const int64_t n = wick_dist_count(dist);
    if (n < 0) return wick_fail(ctx, WICK_E_ARG, "brute_force: '%s' needs a step", name);
    wk_rng g = wk_rng_at(k->study, &k->mt, "brute_force", t->number,
                         wick_hash64(name, (int64_t)strlen(name), 1));
    *value = value_at(dist, wk_below(&g, n));
    return WICK_OK;
}

/* Finished trials of a study that was there before, or of other processes. */
static wick_status look(wick_ctx *ctx, brute *k, int64_t until)
{
    wick_status st = WICK_OK;
    for (; k->seen < until && st >= 0; k->seen++) {
        const wick_trial *o = k->study->trials[k->seen];
        if (o->state == WICK_TRIAL_RUNNING || o->state == WICK_TRIAL_WAITING) break;
        st = insert(ctx, k, o);
    }
    return st;
}

static wick_status before(wick_ctx *ctx, void *self, wick_trial *t)
{
    return look(ctx, self, t->number);
}

static wick_status over(wick_ctx *ctx, void *self, bool *out)
{
    brute *k = self;
    const wick_status st = look(ctx, k, k->study->n);
    *out = k->node[0].left == 0;
    return st;
}

static wick_status after(wick_ctx *ctx, void *self, wick_trial *t, int32_t state,
                         const double *values)
{
    (void)state;
    (void)values;
    brute *k = self;
    release(k, t);
    const wick_status st = insert(ctx, k, t);
    if (st < 0) return st;
    if (k->node[0].left == 0) wick_study_stop(t->study);
    return WICK_OK;
}

const wick_sampler_spec wick_sampler_brute_force = {
    .name = "brute_force",
    .title = "every point of a discrete space, also a conditional one",
    .source = "Optuna BruteForceSampler",
    .can = WICK_CAN_MULTI | WICK_CAN_CATEGORICAL | WICK_CAN_CONDITIONAL | WICK_CAN_EXHAUST,
    .init = init,
    .free = brute_free,
    .joint = joint,
    .single = single,
    .before = before,
    .after = after,
    .over = over,
};
