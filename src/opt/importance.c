/* SPDX-License-Identifier: MIT */
/* PED-ANOVA: importance of a parameter as the Pearson divergence between its density among the best
 * trials and among all. Source: Watanabe, Bansal and Hutter 2023; details as in Optuna 5. */
#include <stdlib.h>
#include <string.h>

#include "opt/importance_int.h"

enum { GRID = 50 };

/* ---- one parameter in one range ------------------------------------------------------------ */

/* Grid of a distribution: how many points, and where a value falls. */
static int64_t grid_size(const wick_dist *d)
{
    const int64_t n = wick_dist_count(d);
    if (d->kind == WICK_DIST_CATEGORICAL) return n;
    if (d->kind == WICK_DIST_INT && d->log) {
        const int64_t k = (int64_t)ceil(log2((double)n)) + 1;
        return k < GRID ? k : GRID;
    }
    return n > 0 && n < GRID ? n : GRID;
}

static int64_t grid_at(const wick_dist *d, int64_t size, double value)
{
    if (d->kind == WICK_DIST_CATEGORICAL) return (int64_t)value;
    if (size < 2) return 0;
    const double low = wk_to_domain(d, d->low), high = wk_to_domain(d, d->high);
    const double u = (wk_to_domain(d, value) - low) / (high - low) * (double)(size - 1);
    const int64_t i = (int64_t)ceil(u - 0.5);
    return i < 0 ? 0 : i >= size ? size - 1 : i;
}

/* Scott's bandwidth from counts on the grid 0, 1, 2 ... */
static double bandwidth(const double *count, int64_t size, double total)
{
    double mean = 0.0, var = 0.0, cum = 0.0, q1 = 0.0, q3 = 0.0;
    for (int64_t i = 0; i < size; i++) mean += count[i] * (double)i;
    mean /= total;
    for (int64_t i = 0; i < size; i++) var += count[i] * ((double)i - mean) * ((double)i - mean);
    var /= total > 2.0 ? total - 1.0 : 1.0;
    const double want1 = floor(total / 4.0), want3 = floor(total * 3.0 / 4.0);
    bool has1 = false, has3 = false;
    for (int64_t i = 0; i < size; i++) {
        if (count[i] == 0.0) continue;
        cum += count[i];
        if (!has1) q1 = (double)i;
        has1 = has1 || cum >= want1;
        /* Without a point beyond it, the last occupied one. */
        if (!has3) q3 = (double)i;
        has3 = has3 || cum > want3;
    }
    const double iqr = (q3 - q1) / 1.34, std = sqrt(var);
    const double sigma = 1.059 * (iqr < std ? iqr : std) * pow(total, -0.2);
    const double least = 0.5 / 1.64;
    return sigma > least ? sigma : least;
}

/* Density on the grid: a kernel at each occupied point, weighted by count, and the prior. */
static void density(const wick_dist *d, const double *count, int64_t size, double *out)
{
    double total = 0.0;
    for (int64_t i = 0; i < size; i++) total += count[i];
    if (d->kind == WICK_DIST_CATEGORICAL) {
        double kernels = 1.0;
        for (int64_t i = 0; i < size; i++) kernels += count[i] > 0.0;
        const double share = 1.0 / kernels, row = share * (double)size + 1.0;
        for (int64_t x = 0; x < size; x++) {
            double p = 1.0 / (double)size;
            for (int64_t i = 0; i < size; i++)
                p += count[i] * ((i == x ? share + 1.0 : share) / row);
            out[x] = p / (total + 1.0);
        }
        return;
    }
    const double sigma = bandwidth(count, size, total), low = -0.5, high = (double)size - 0.5;
    for (int64_t x = 0; x < size; x++) out[x] = 0.0;
    for (int64_t i = 0; i <= size; i++) {
        const bool prior = i == size;
        const double w = prior ? 1.0 : count[i];
        if (w == 0.0) continue;
        const double mu = prior ? 0.5 * (double)(size - 1) : (double)i,
                     s = prior ? (double)size : sigma;
        const double mass = wk_log_mass((low - mu) / s, (high - mu) / s);
        for (int64_t x = 0; x < size; x++)
            out[x] +=
                w / (total + 1.0) *
                exp(wk_log_mass(((double)x - 0.5 - mu) / s, ((double)x + 0.5 - mu) / s) - mass);
    }
}

static double divergence(const wick_dist *d, const double *top, const double *region, int64_t size,
                         double *scratch)
{
    double *p = scratch, *q = scratch + size, v = 0.0;
    density(d, top, size, p);
    density(d, region, size, q);
    for (int64_t i = 0; i < size; i++) {
        const double a = p[i] + 1e-12, b = q[i] + 1e-12, r = a / b - 1.0;
        v += b * r * r;
    }
    return v;
}

/* ---- the study ----------------------------------------------------------------------------- */

typedef struct data {
    const wick_study *s;
    const wick_trial **trial;
    bool *top;
    int64_t n, n_top;
} data;

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The best share of one objective; ties with the last one are in. */
static wick_status top_of_one(wick_ctx *ctx, data *k, int32_t objective, int64_t want)
{
    double *v = malloc((size_t)k->n * sizeof *v);
    if (v == NULL) return wick_fail_mem(ctx);
    const double sign = wk_sign(k->s, objective);
    for (int64_t i = 0; i < k->n; i++) v[i] = sign * k->trial[i]->values[objective];
    qsort(v, (size_t)k->n, sizeof *v, ascending);
    for (int64_t i = 0; i < k->n; i++)
        k->top[i] = sign * k->trial[i]->values[objective] <= v[want - 1];
    free(v);
    return WICK_OK;
}

/* The best share of all objectives: whole ranks, then the subset with the largest hypervolume. */
static wick_status top_of_all(wick_ctx *ctx, data *k, int64_t want)
{
    const int32_t m = k->s->m;
    double *p = malloc((size_t)(2 * k->n * m) * sizeof *p), ref[WK_MAX_OBJECTIVES];
    int32_t *rank = malloc((size_t)k->n * sizeof *rank);
    int64_t *idx = malloc((size_t)(2 * k->n) * sizeof *idx), taken = 0;
    wick_status st = p == NULL || rank == NULL || idx == NULL ? wick_fail_mem(ctx) : WICK_OK;
    for (int64_t i = 0; st >= 0 && i < k->n; i++)
        for (int32_t j = 0; j < m; j++) p[i * m + j] = wk_sign(k->s, j) * k->trial[i]->values[j];
    if (st >= 0) st = wk_rank_until(ctx, p, k->n, m, NULL, want, rank);
    double *last = p == NULL ? NULL : p + k->n * m;
    for (int32_t r = 0; st >= 0 && taken < want; r++) {
        int64_t n = 0;
        for (int64_t i = 0; i < k->n; i++) {
            if (rank[i] != r) continue;
            memcpy(last + n * m, p + i * m, (size_t)m * sizeof *p);
            idx[n++] = i;
        }
        int64_t *chosen = idx + k->n;
        const int64_t part = want - taken < n ? want - taken : n;
        wk_reference_point(last, n, m, ref);
        st = wick_hypervolume_subset(ctx, last, n, m, ref, part, chosen);
        for (int64_t i = 0; st >= 0 && i < part; i++) k->top[idx[chosen[i]]] = true;
        taken += part;
    }
    free(p);
    free(rank);
    free(idx);
    return st;
}

static wick_status collect(wick_ctx *ctx, data *k, const wick_importance_opts *o)
{
    const wick_study *s = k->s;
    k->trial = malloc((size_t)(s->n + 1) * sizeof *k->trial);
    k->top = calloc((size_t)s->n + 1, sizeof *k->top);
    if (k->trial == NULL || k->top == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < s->n; i++) {
        const wick_trial *t = s->trials[i];
        bool good = t->state == WICK_TRIAL_COMPLETE;
        for (int32_t j = 0; good && j < s->m; j++)
            if (o->objective < 0 || o->objective == j) good = isfinite(t->values[j]);
        if (good) k->trial[k->n++] = t;
    }
    if (k->n < 2)
        return wick_fail(ctx, WICK_E_STATE,
                         "importance needs two complete trials with finite values, there are %lld",
                         (long long)k->n);
    const double q = o->target_quantile == 0.0 ? 0.1 : o->target_quantile;
    int64_t want = (int64_t)ceil(q * (double)k->n);
    if (want < 2) want = 2; /* one trial has no spread */
    const wick_status st = o->objective < 0 && s->m > 1
                               ? top_of_all(ctx, k, want)
                               : top_of_one(ctx, k, o->objective < 0 ? 0 : o->objective, want);
    for (int64_t i = 0; i < k->n; i++) k->n_top += k->top[i];
    return st;
}

/* All trials that have the parameter with this distribution form one regime. */
static wick_status regime(wick_ctx *ctx, const data *k, int32_t name, int32_t dist, double *out)
{
    const wick_dist *d = wk_dist_at(k->s, dist);
    const int64_t size = grid_size(d);
    *out = 0.0;
    if (wick_dist_single(d)) return WICK_OK;
    double *count = calloc((size_t)(4 * size), sizeof *count), n_top = 0.0, n_all = 0.0;
    if (count == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < k->n; i++) {
        const wk_value *p = wk_param_of(k->trial[i], name);
        if (p == NULL || p->dist != dist) continue;
        const int64_t at = grid_at(d, size, p->v);
        count[size + at] += 1.0;
        n_all += 1.0;
        if (!k->top[i]) continue;
        count[at] += 1.0;
        n_top += 1.0;
    }
    if (n_top > 0.0) {
        const double a = n_top / (double)k->n_top, b = n_all / (double)k->n;
        *out = a * a / b * divergence(d, count, count + size, size, count + 2 * size);
    }
    free(count);
    return WICK_OK;
}

static int descending(const void *a, const void *b)
{
    const wick_importance *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? 1 : -1;
    return strcmp(x->name, y->name);
}

static wick_status evaluate(wick_ctx *ctx, const data *k, wick_importance *out, int64_t *n)
{
    const wick_study *s = k->s;
    const double share = (double)k->n_top / (double)k->n;
    *n = 0;
    for (int32_t name = 0; name < s->names.n; name++) {
        double total = 0.0;
        bool used = false;
        for (int64_t i = 0; i < k->n && !used; i++) used = wk_param_of(k->trial[i], name) != NULL;
        if (!used) continue;
        for (int32_t d = s->name_rec[name].first; d >= 0; d = s->dists[d]->next) {
            double v;
            const wick_status st = regime(ctx, k, name, d, &v);
            if (st < 0) return st;
            total += v;
        }
        out[(*n)++] = (wick_importance){s->names.text[name], total * share * share};
    }
    return WICK_OK;
}

wick_status wick_study_importance(wick_ctx *ctx, const wick_study *s,
                                  const wick_importance_opts *opts, wick_importance **out,
                                  int64_t *n)
{
    wick_importance_opts o = {0};
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    if (o.objective < -1 || o.objective >= s->m)
        return wick_fail(ctx, WICK_E_ARG, "objective %d of %d", (int)o.objective, (int)s->m);
    if (!(o.target_quantile >= 0.0 && o.target_quantile < 1.0))
        return wick_fail(ctx, WICK_E_ARG, "target_quantile %g: must be above 0 and below 1",
                         o.target_quantile);
    static const char *const methods[] = {"ped_anova", "fanova", "mdi"};
    const char *method = o.method != NULL ? o.method : methods[0];
    int way = 0;
    while (way < 3 && strcmp(methods[way], method) != 0) way++;
    if (way == 3) {
        const char *near = wick_nearest(method, methods, 3);
        return near != NULL
                   ? wick_fail(ctx, WICK_E_ARG, "no importance is called '%s'; did you mean '%s'?",
                               method, near)
                   : wick_fail(ctx, WICK_E_ARG,
                               "no importance is called '%s'; there are ped_anova, fanova and mdi",
                               method);
    }
    if (way > 0 && o.objective < 0 && s->m > 1)
        return wick_fail(ctx, WICK_E_ARG, "%s is about one objective: choose it", method);
    data k = {.s = s};
    wick_importance *list = malloc((size_t)(s->names.n + 1) * sizeof *list);
    wick_status st = list == NULL ? wick_fail_mem(ctx) : collect(ctx, &k, &o);
    if (st >= 0 && way > 0)
        st = wk_importance_forest(ctx, s, k.trial, k.n, o.objective < 0 ? 0 : o.objective, way == 2,
                                  list, n);
    else if (st >= 0)
        st = evaluate(ctx, &k, list, n);
    free(k.trial);
    free(k.top);
    if (st < 0) {
        free(list);
        return st;
    }
    double sum = 0.0;
    for (int64_t i = 0; i < *n; i++) sum += list[i].value;
    for (int64_t i = 0; i < *n && !o.raw; i++)
        list[i].value = sum > 0.0 ? list[i].value / sum : 1.0 / (double)*n;
    qsort(list, (size_t)*n, sizeof *list, descending);
    *out = list;
    return WICK_OK;
}
