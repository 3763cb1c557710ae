/* SPDX-License-Identifier: MIT */
/* CMA-ES over the numeric parameters that all trials share; the others are random. */
#include <stdlib.h>
#include <string.h>

#include "opt/cma_int.h"

enum { NONE, IPOP, BIPOP };

typedef struct sampled { /* a sample that was given out, and whose trial is not told yet */
    int64_t number;
    double *x;
} sampled;

typedef struct cmaes {
    wick_study *study;
    int64_t startup, popsize, first_lambda;
    double sigma0;
    bool margin, separable, lr_adapt, warm;
    int32_t restarts;
    wk_mt mt, mt_random;
    wk_space space;
    wk_value *p; /* the space the optimiser was made for */
    int64_t n, p_cap;
    wk_cma *cma;
    int64_t generation; /* counts on over restarts; trials carry it */
    int64_t seen, told; /* trials looked at; of this generation */
    double *x, *y, *point, *eval;
    int64_t *order;
    sampled *out;
    int64_t n_out, out_cap;
    int64_t large, small_budget, large_budget, regime_trials;
    bool in_small;
} cmaes;

static void drop(cmaes *k)
{
    wk_cma_free(k->cma);
    free(k->x);
    free(k->y);
    free(k->point);
    free(k->eval);
    free(k->order);
    for (int64_t i = 0; i < k->n_out; i++) free(k->out[i].x);
    k->cma = NULL;
    k->x = k->y = k->point = k->eval = NULL;
    k->order = NULL;
    k->n_out = 0;
}

static void cmaes_free(void *self)
{
    cmaes *k = self;
    if (k == NULL) return;
    drop(k);
    free(k->out);
    free(k->space.p);
    free(k->p);
    free(k);
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    cmaes *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->study = study;
    k->startup = (int64_t)wk_arg(args, "startup");
    k->popsize = (int64_t)wk_arg(args, "popsize");
    k->sigma0 = wk_arg(args, "sigma0") > 0.0 ? wk_arg(args, "sigma0") : 1.0 / 6.0;
    k->restarts = (int32_t)wk_arg(args, "restarts");
    k->margin = wk_arg(args, "margin") != 0.0;
    k->separable = wk_arg(args, "separable") != 0.0;
    k->lr_adapt = wk_arg(args, "lr_adapt") != 0.0;
    k->warm = wk_arg(args, "warm") != 0.0;
    wk_mt_seed(&k->mt, (uint32_t)study->seed);
    wk_mt_seed(&k->mt_random, (uint32_t)study->seed);
    if (k->separable + k->margin + k->lr_adapt > 1) {
        free(k);
        return wick_fail(ctx, WICK_E_ARG,
                         "cmaes: margin, separable and lr_adapt exclude each other");
    }
    *self = k;
    return WICK_OK;
}

/* ---- starting ------------------------------------------------------------------------------ */

static wick_status make(wick_ctx *ctx, cmaes *k, int64_t lambda, double sigma0)
{
    const int32_t d = (int32_t)k->n;
    double *step = NULL;
    drop(k);
    if (k->margin) {
        step = malloc((size_t)d * sizeof *step);
        if (step == NULL) return wick_fail_mem(ctx);
        for (int32_t i = 0; i < d; i++) {
            /* Log-scaled integers have no even grid: they count as continuous. */
            const wick_dist *dist = wk_dist_at(k->study, k->p[i].dist);
            const int64_t n = wick_dist_count(dist);
            step[i] = n > 1 && !dist->log ? 1.0 / (double)(n - 1) : 0.0;
        }
    }
    const wick_status st = wk_cma_new(ctx, d, k->separable ? WK_CMA_SEPARABLE : WK_CMA_FULL, lambda,
                                      step, k->lr_adapt, sigma0, &k->cma);
    free(step);
    if (st < 0) return st;
    k->x = malloc((size_t)(lambda * d) * sizeof *k->x);
    k->y = malloc((size_t)lambda * sizeof *k->y);
    k->point = malloc((size_t)d * sizeof *k->point);
    k->eval = malloc((size_t)d * sizeof *k->eval);
    k->order = malloc((size_t)lambda * sizeof *k->order);
    k->generation++;
    k->told = 0;
    if (k->x == NULL || k->y == NULL || k->point == NULL || k->eval == NULL || k->order == NULL)
        return wick_fail_mem(ctx);
    return WICK_OK;
}

/* Between value and unit box: with margin the ends of the range are the ends of the box, without it
 * the grid's cells are as wide as the others at the ends too. */
static double to_unit(const cmaes *k, int64_t i, double v)
{
    const wick_dist *d = wk_dist_at(k->study, k->p[i].dist);
    if (!k->margin) return wk_to_unit(d, v);
    const double low = wk_to_domain(d, d->low);
    return (wk_to_domain(d, v) - low) / (wk_to_domain(d, d->high) - low);
}

static double from_unit(const cmaes *k, int64_t i, double u)
{
    const wick_dist *d = wk_dist_at(k->study, k->p[i].dist);
    if (!k->margin) return wk_from_unit(d, u);
    const double low = wk_to_domain(d, d->low);
    return wk_from_domain(d, low + u * (wk_to_domain(d, d->high) - low));
}

static int by_value(const void *a, const void *b)
{
    const wick_trial *x = *(wick_trial *const *)a, *y = *(wick_trial *const *)b;
    const double s = wk_sign(x->study, 0), u = s * x->values[0], v = s * y->values[0];
    return u != v ? (u > v) - (u < v) : (x->number > y->number) - (x->number < y->number);
}

/* From the best tenth of the first `most` trials. */
static wick_status warm_start(wick_ctx *ctx, cmaes *k, const wk_group *g, int64_t most)
{
    wick_trial **t = malloc((size_t)(g->n + 1) * sizeof *t);
    double *rows = malloc((size_t)(g->n * k->n + 1) * sizeof *rows);
    int64_t n = 0;
    if (t == NULL || rows == NULL) {
        free(t);
        free(rows);
        return wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < most; i++)
        if (g->done[i]->state == WICK_TRIAL_COMPLETE) t[n++] = g->done[i];
    if (n > 0) qsort(t, (size_t)n, sizeof *t, by_value);
    const int64_t best = n / 10;
    for (int64_t r = 0; r < best; r++)
        for (int64_t i = 0; i < k->n; i++)
            rows[r * k->n + i] = to_unit(k, i, wk_param_of(t[r], k->p[i].name)->v);
    if (best > 0) wk_cma_warm(k->cma, rows, best, 0.1);
    free(t);
    free(rows);
    return WICK_OK;
}

static bool same_space(const cmaes *k, const wk_value *p, int64_t n)
{
    if (n != k->n) return false;
    for (int64_t i = 0; i < n; i++)
        if (p[i].name != k->p[i].name || p[i].dist != k->p[i].dist) return false;
    return true;
}

static int64_t generation_of(const wick_trial *t)
{
    const int32_t key = wk_names_find(&t->study->keys, "wick:cma:generation");
    const wk_attr *a = key < 0 ? NULL : wk_system_at(t, key);
    return a == NULL || isnan(a->number) ? -1 : (int64_t)a->number;
}

/* A search that another session began goes on: its generations are told again, from the first trial
 * that belongs to one. In a study without any, what is there is left behind. */
static int64_t first_told(cmaes *k, const wk_group *g)
{
    for (int64_t i = 0; k->generation == 0 && i < g->n; i++) {
        const int64_t its = generation_of(g->done[i]);
        if (its < 1) continue;
        k->generation = its - 1;
        return i;
    }
    return g->n;
}

/* A space that has shrunk begins a new search. */
static wick_status begin(wick_ctx *ctx, cmaes *k, const wk_group *g)
{
    wick_status st = wk_space_update(ctx, k->study, g, &k->space);
    if (st < 0) return st;
    st = wk_grow(ctx, &k->p, &k->p_cap, 2 * k->space.n, (int64_t)sizeof *k->p);
    if (st < 0) return st;
    wk_value *p = k->p + k->space.n;
    int64_t n = 0;
    /* The second half of the array holds the new space until it is compared. */
    if (k->n > k->space.n) k->n = -1;
    for (int64_t i = 0; i < k->space.n; i++)
        if (wk_dist_at(k->study, k->space.p[i].dist)->kind != WICK_DIST_CATEGORICAL)
            p[n++] = k->space.p[i];
    if (k->cma != NULL && same_space(k, p, n)) return WICK_OK;
    memmove(k->p, p, (size_t)n * sizeof *p);
    k->n = n;
    drop(k);
    if (n == 0) return WICK_OK;
    k->first_lambda = k->popsize > 0 ? k->popsize : wk_cma_lambda((int32_t)n);
    k->large = k->small_budget = k->large_budget = k->regime_trials = 0;
    k->in_small = false;
    const int64_t first = first_told(k, g);
    k->seen = first;
    st = make(ctx, k, k->first_lambda, k->sigma0);
    return st >= 0 && k->warm ? warm_start(ctx, k, g, first) : st;
}

/* IPOP doubles the population each time; BIPOP alternates with small ones by what each regime has
 * cost so far. Source: Auger and Hansen 2005; Hansen 2009. */
static wick_status restart(wick_ctx *ctx, cmaes *k)
{
    wk_rng g = wk_rng_at(k->study, &k->mt, "cmaes restart", k->generation, 0);
    int64_t lambda;
    double sigma0 = k->sigma0;
    *(k->in_small ? &k->small_budget : &k->large_budget) += k->regime_trials;
    k->regime_trials = 0;
    k->in_small = k->restarts == BIPOP && k->large > 0 && k->small_budget < k->large_budget;
    if (k->in_small) {
        const double mult = ldexp(1.0, (int)k->large), u = wk_uniform(&g);
        lambda = (int64_t)floor((double)k->first_lambda * pow(mult, u * u));
    } else {
        k->large++;
        if (k->large > 16) k->large = 16; /* a population that no study fills */
        lambda = k->first_lambda << k->large;
    }
    const wick_status st = make(ctx, k, lambda, sigma0);
    if (st < 0) return st;
    for (int64_t i = 0; i < k->n; i++) k->point[i] = wk_uniform(&g);
    wk_cma_start(k->cma, k->point);
    return WICK_OK;
}

/* ---- generations --------------------------------------------------------------------------- */

static sampled *find(cmaes *k, int64_t number)
{
    for (int64_t i = 0; i < k->n_out; i++)
        if (k->out[i].number == number) return &k->out[i];
    return NULL;
}

static void forget(cmaes *k, sampled *s)
{
    free(s->x);
    *s = k->out[--k->n_out];
}

/* The sample a trial of the present generation came from: kept when this process drew it, else
 * drawn again. Where that gives another point (another seed, or queued values) it is the point
 * itself. */
static void sample_of(cmaes *k, const wick_trial *t, const sampled *s, double *row)
{
    bool same = s == NULL && k->study->rng == WICK_OPT_RNG_PCG;
    if (same) {
        wk_rng rng = wk_rng_at(k->study, &k->mt, "cmaes", t->number, 0);
        wk_cma_ask(k->cma, &rng, row, k->eval);
    }
    for (int64_t i = 0; i < k->n && same; i++)
        same = from_unit(k, i, k->eval[i]) == wk_param_of(t, k->p[i].name)->v;
    for (int64_t i = 0; i < k->n && !same; i++)
        row[i] = s != NULL ? s->x[i] : to_unit(k, i, wk_param_of(t, k->p[i].name)->v);
}

/* Results of the present generation; late ones of earlier generations are dropped. */
static wick_status collect(wick_ctx *ctx, cmaes *k, const wk_group *g)
{
    for (; k->seen < g->n; k->seen++) {
        const wick_trial *t = g->done[k->seen];
        sampled *s = find(k, t->number);
        const bool mine = generation_of(t) == k->generation && t->state == WICK_TRIAL_COMPLETE &&
                          k->told < k->cma->lambda;
        if (mine) {
            sample_of(k, t, s, k->x + k->told * k->n);
            k->y[k->told++] = wk_sign(k->study, 0) * t->values[0];
            k->regime_trials++;
        }
        if (s != NULL) forget(k, s);
        if (k->told < k->cma->lambda) continue;
        wk_cma_tell(k->cma, k->x, k->y, k->order);
        k->generation++;
        k->told = 0;
        if (k->restarts != NONE && wk_cma_stuck(k->cma)) {
            const wick_status st = restart(ctx, k);
            if (st < 0) return st;
        }
    }
    return WICK_OK;
}

static wick_status joint(wick_ctx *ctx, void *self, wick_trial *t)
{
    cmaes *k = self;
    const wk_group *g = wk_group_of(t);
    if (g->n_complete < k->startup || g->n_complete == 0) return WICK_OK;
    wick_status st = begin(ctx, k, g);
    if (st < 0 || k->cma == NULL) return st;
    st = collect(ctx, k, g);
    if (st >= 0) st = wk_grow(ctx, &k->out, &k->out_cap, k->n_out + 1, (int64_t)sizeof *k->out);
    if (st < 0) return st;
    double *x = malloc((size_t)k->n * sizeof *x);
    if (x == NULL) return wick_fail_mem(ctx);
    k->out[k->n_out++] = (sampled){t->number, x};
    wk_rng rng = wk_rng_at(k->study, &k->mt, "cmaes", t->number, 0);
    wk_cma_ask(k->cma, &rng, x, k->eval);
    st = wk_system_number(ctx, t, "wick:cma:generation", (double)k->generation);
    for (int64_t i = 0; i < k->n && st >= 0; i++)
        st = wk_joint_add(ctx, t, k->p[i].name, k->p[i].dist, from_unit(k, i, k->eval[i]));
    return st;
}

/* Failed and pruned trials never reach `collect`. */
static wick_status after(wick_ctx *ctx, void *self, wick_trial *t, int32_t state,
                         const double *values)
{
    (void)ctx;
    (void)values;
    cmaes *k = self;
    sampled *s = state == WICK_TRIAL_FAIL ? find(k, t->number) : NULL;
    if (s != NULL) forget(k, s);
    return WICK_OK;
}

static wick_status single(wick_ctx *ctx, void *self, wick_trial *t, const char *name,
                          const wick_dist *dist, double *value)
{
    (void)ctx;
    cmaes *k = self;
    return wk_random_single(k->study, &k->mt_random, t, name, dist, value);
}

const wick_sampler_spec wick_sampler_cmaes = {
    .name = "cmaes",
    .title = "covariance matrix adaptation",
    .source = "Hansen 2016; Hamano et al. 2022; cmaes 0.13; Optuna CmaEsSampler",
    .can = 0,
    .param =
        {
            {"startup", WICK_OPT_INT, 1, 0, 1e9, NULL, "random trials before the first generation"},
            {"popsize", WICK_OPT_INT, 0, 0, 1e6, NULL, "members of a generation; 0: by dimension"},
            {"sigma0", WICK_OPT_NUMBER, 0, 0, 10, NULL, "first step in the unit box; 0: a sixth"},
            {"margin", WICK_OPT_BOOL, 0, 0, 1, NULL, "keep neighbours of discrete values in reach"},
            {"separable", WICK_OPT_BOOL, 0, 0, 1, NULL, "diagonal covariance, for many parameters"},
            {"lr_adapt", WICK_OPT_BOOL, 0, 0, 1, NULL, "smaller steps under noise"},
            {"restarts", WICK_OPT_WORD, 0, 0, 0, "none|ipop|bipop", "when nothing more is gained"},
            {"warm", WICK_OPT_BOOL, 0, 0, 1, NULL, "start from the best tenth of earlier trials"},
        },
    .init = init,
    .free = cmaes_free,
    .joint = joint,
    .single = single,
    .after = after,
};
