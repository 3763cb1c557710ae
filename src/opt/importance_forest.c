/* SPDX-License-Identifier: MIT */
/* fANOVA and mean decrease in impurity over a forest of 64 trees, on the parameters that all
 * complete trials share. */
#include "opt/importance_int.h"

#include <stdlib.h>
#include <string.h>

#include "opt/forest.h"

enum { MOST_TRIALS = 2000, MOST_CHOICES = 12 };

typedef struct table {
    const wick_study *s;
    wk_value *p; /* parameters */
    int32_t n_p, f;
    wk_tree_group *group;
    double *low, *high;
    double *x, *y;
    int64_t n;
} table;

static int by_name_text(const wick_study *s, const wk_value *a, const wk_value *b)
{
    return strcmp(s->names.text[a->name], s->names.text[b->name]);
}

/* Parameters of the first trial that every trial has with the same distribution. */
static wick_status shared(wick_ctx *ctx, table *t, const wick_trial *const *trial, int64_t n)
{
    const wick_trial *first = trial[0];
    t->p = malloc((size_t)(first->n_p + 1) * sizeof *t->p);
    if (t->p == NULL) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < first->n_p; i++) {
        const wk_value *v = &first->p[i];
        bool all = true;
        for (int64_t k = 1; k < n && all; k++) {
            const wk_value *w = wk_param_of(trial[k], v->name);
            all = w != NULL && w->dist == v->dist;
        }
        if (!all) continue;
        int32_t at = t->n_p++;
        for (; at > 0 && by_name_text(t->s, v, &t->p[at - 1]) < 0; at--) t->p[at] = t->p[at - 1];
        t->p[at] = *v;
    }
    if (t->n_p == 0)
        return wick_fail(ctx, WICK_E_STATE,
                         "fanova and mdi look at the parameters that all trials have, and there is "
                         "none; ped_anova takes any");
    return WICK_OK;
}

static wick_status lay_out(wick_ctx *ctx, table *t)
{
    t->group = malloc((size_t)t->n_p * sizeof *t->group);
    if (t->group == NULL) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < t->n_p; i++) {
        const wick_dist *d = wk_dist_at(t->s, t->p[i].dist);
        const bool hot = d->kind == WICK_DIST_CATEGORICAL;
        if (hot && d->n_choices > MOST_CHOICES)
            return wick_fail(ctx, WICK_E_ARG, "%s has %lld choices, fanova and mdi take at most %d",
                             t->s->names.text[t->p[i].name], (long long)d->n_choices, MOST_CHOICES);
        t->group[i].from = t->f;
        t->f += hot ? (int32_t)d->n_choices : 1;
        t->group[i].to = t->f;
    }
    t->low = malloc((size_t)t->f * sizeof *t->low);
    t->high = malloc((size_t)t->f * sizeof *t->high);
    if (t->low == NULL || t->high == NULL) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < t->n_p; i++) {
        const wick_dist *d = wk_dist_at(t->s, t->p[i].dist);
        const bool hot = d->kind == WICK_DIST_CATEGORICAL;
        for (int32_t c = t->group[i].from; c < t->group[i].to; c++) {
            t->low[c] = hot ? 0.0 : d->low;
            t->high[c] = hot ? 1.0 : d->high > d->low ? d->high : d->low + 1.0;
        }
    }
    return WICK_OK;
}

static wick_status fill(wick_ctx *ctx, table *t, const wick_trial *const *trial, int64_t n,
                        int32_t objective)
{
    t->n = n < MOST_TRIALS ? n : MOST_TRIALS;
    t->x = calloc((size_t)(t->n * t->f), sizeof *t->x);
    t->y = malloc((size_t)t->n * sizeof *t->y);
    if (t->x == NULL || t->y == NULL) return wick_fail_mem(ctx);
    for (int64_t r = 0; r < t->n; r++) {
        const wick_trial *from = trial[r * n / t->n]; /* of very many, evenly spaced ones */
        t->y[r] = from->values[objective];
        for (int32_t i = 0; i < t->n_p; i++) {
            const double v = wk_param_of(from, t->p[i].name)->v;
            const bool hot = t->group[i].to - t->group[i].from > 1 ||
                             wk_dist_at(t->s, t->p[i].dist)->kind == WICK_DIST_CATEGORICAL;
            t->x[r * t->f + t->group[i].from + (hot ? (int32_t)v : 0)] = hot ? 1.0 : v;
        }
    }
    return WICK_OK;
}

static wick_status average(wick_ctx *ctx, const table *t, bool mdi, double *sum)
{
    double one[512];
    wk_tree tree = {0};
    wick_status st = WICK_OK;
    int trees = 0;
    if (t->n_p > 512) return wick_fail(ctx, WICK_E_ARG, "more than 512 parameters");
    for (int32_t i = 0; i < t->n_p; i++) sum[i] = 0.0;
    for (int k = 0; k < WK_TREES && st >= 0; k++) {
        bool varies = false;
        st = wk_tree_grow(ctx, &tree, t->x, t->y, t->n, t->f, 0, k);
        if (st >= 0 && mdi)
            varies = wk_tree_mdi(&tree, t->group, t->n_p, one);
        else if (st >= 0)
            st = wk_tree_fanova(ctx, &tree, t->f, t->low, t->high, t->group, t->n_p, one, &varies);
        for (int32_t i = 0; st >= 0 && varies && i < t->n_p; i++) sum[i] += one[i];
        trees += varies;
    }
    for (int32_t i = 0; trees > 0 && i < t->n_p; i++) sum[i] /= trees;
    wk_tree_free(&tree);
    return st;
}

wick_status wk_importance_forest(wick_ctx *ctx, const wick_study *s, const wick_trial *const *trial,
                                 int64_t n, int32_t objective, bool mdi, wick_importance *out,
                                 int64_t *count)
{
    table t = {.s = s};
    wick_status st = shared(ctx, &t, trial, n);
    double *sum = NULL;
    if (st >= 0) st = lay_out(ctx, &t);
    if (st >= 0) st = fill(ctx, &t, trial, n, objective);
    if (st >= 0) {
        sum = malloc((size_t)t.n_p * sizeof *sum);
        st = sum == NULL ? wick_fail_mem(ctx) : average(ctx, &t, mdi, sum);
    }
    *count = 0;
    for (int32_t i = 0; st >= 0 && i < t.n_p; i++)
        out[(*count)++] = (wick_importance){s->names.text[t.p[i].name], sum[i]};
    free(sum);
    free(t.p);
    free(t.group);
    free(t.low);
    free(t.high);
    free(t.x);
    free(t.y);
    return st;
}
