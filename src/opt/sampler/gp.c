/* SPDX-License-Identifier: MIT */
/* Bayesian optimisation: a Gaussian process over the parameters that all trials share, and the
 * point with the largest expected improvement under it. Source: Jones, Schonlau and Welch 1998;
 * Ament et al. 2023 for its logarithm; details of kernel, priors and optimiser as in Optuna's
 * GPSampler (optimizer.md section 6). */
#include <stdlib.h>
#include <string.h>

#include "opt/gp_acq.h"

enum { CANDIDATES = 2048, STARTS = 8, FANTASIES = 32, MOST_RUNNING = 64, FEW = 16, LIMITS = 16 };

/* Where the next fit begins: the hyper-parameters of the last trial, and the curvature around them.
 * One more point changes both so little that a fit takes five evaluations instead of forty. */
typedef struct kept {
    double w[WK_GP_DIMS], scale, noise;
    bool known;
    wk_min_memory memory;
    double pairs[2 * WK_MIN_PAIRS * (WK_GP_DIMS + 2)];
} kept;

typedef struct gp_sampler {
    wick_study *study;
    int64_t startup, most;
    bool deterministic;
    wk_mt mt_random;
    wk_space space;
    wk_value *p; /* the space the hyper-parameters belong to */
    int64_t n_p, p_cap;
    kept objective, limit[LIMITS];
    double *points; /* CANDIDATES Sobol points of n_p coordinates */
} gp_sampler;

/* What one ask works with. */
typedef struct ask {
    gp_sampler *k;
    wick_trial *t;
    int32_t d;
    wk_gp_axis axis[WK_GP_DIMS];
    bool categorical[WK_GP_DIMS];
    int64_t n, m; /* finished and running points */
    const wick_trial **trial;
    double *x; /* n + m rows */
    double *y; /* standardised, larger is better; FANTASIES columns of n + m */
    double best[FANTASIES];
    wk_gp gp;
    wk_gp_limit limits[LIMITS];
    int32_t n_limits;
    double *limit_y;
    bool improves;
    wk_rng rng;
} ask;

static void sampler_free(void *self)
{
    gp_sampler *k = self;
    if (k == NULL) return;
    free(k->space.p);
    free(k->p);
    free(k->points);
    free(k);
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    gp_sampler *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->study = study;
    k->startup = (int64_t)wk_arg(args, "startup");
    k->most = (int64_t)wk_arg(args, "most");
    k->deterministic = wk_arg(args, "deterministic") != 0.0;
    wk_mt_seed(&k->mt_random, (uint32_t)study->seed);
    *self = k;
    return WICK_OK;
}

/* ---- the space ------------------------------------------------------------------------------ */

static bool same_space(const gp_sampler *k)
{
    if (k->n_p != k->space.n) return false;
    for (int64_t i = 0; i < k->n_p; i++)
        if (k->p[i].name != k->space.p[i].name || k->p[i].dist != k->space.p[i].dist) return false;
    return true;
}

/* Quasi-random candidates: the same points every time, moved by a draw of each trial. */
static wick_status make_points(wick_ctx *ctx, gp_sampler *k)
{
    free(k->points);
    k->points = malloc((size_t)(CANDIDATES * k->n_p + 1) * sizeof *k->points);
    if (k->points == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < CANDIDATES; i++)
        wk_sobol((int32_t)k->n_p, i, NULL, k->points + i * k->n_p);
    return WICK_OK;
}

static wick_status take_space(wick_ctx *ctx, gp_sampler *k)
{
    if (same_space(k)) return WICK_OK;
    const int64_t n = k->space.n;
    wick_status st = wk_grow(ctx, &k->p, &k->p_cap, n, (int64_t)sizeof *k->p);
    if (st < 0) return st;
    memcpy(k->p, k->space.p, (size_t)n * sizeof *k->p);
    k->n_p = n;
    k->objective.known = false;
    for (int c = 0; c < LIMITS; c++) k->limit[c].known = false;
    if (n > WK_GP_DIMS)
        return wick_fail(ctx, WICK_E_ARG,
                         "gp: %lld parameters are shared by all trials, it takes at most %d; tpe "
                         "takes any number",
                         (long long)n, WK_GP_DIMS);
    return n > 0 ? make_points(ctx, k) : WICK_OK;
}

static void set_axes(ask *q)
{
    const gp_sampler *k = q->k;
    q->d = (int32_t)k->n_p;
    for (int32_t j = 0; j < q->d; j++) {
        wk_gp_axis *a = &q->axis[j];
        const wick_dist *d = wk_dist_at(k->study, k->p[j].dist);
        const int64_t count = wick_dist_count(d);
        *a = (wk_gp_axis){.dist = d, .categorical = d->kind == WICK_DIST_CATEGORICAL};
        a->choices = a->categorical ? count : count > 0 && count <= FEW && !d->log ? count : 0;
        q->categorical[j] = a->categorical;
    }
}

static double coordinate(const wk_gp_axis *a, double value)
{
    return a->categorical ? value : wk_to_unit(a->dist, value);
}

/* ---- data ----------------------------------------------------------------------------------- */

static const wk_value *value_of(const wick_trial *t, int32_t name)
{
    const wk_value *v = t->in_batch ? NULL : wk_param_of(t, name);
    for (int32_t i = 0; v == NULL && i < t->n_joint; i++)
        if (t->joint[i].name == name) v = &t->joint[i];
    return v;
}

static bool read_point(const ask *q, const wick_trial *t, double *x)
{
    for (int32_t j = 0; j < q->d; j++) {
        const wk_value *v = value_of(t, q->k->p[j].name);
        if (v == NULL || v->dist != q->k->p[j].dist) return false;
        x[j] = coordinate(&q->axis[j], v->v);
    }
    return true;
}

static double goodness(const wick_trial *t)
{
    return -wk_sign(t->study, 0) * t->values[0];
}

static int best_first(const void *a, const void *b)
{
    const wick_trial *x = *(wick_trial *const *)a, *y = *(wick_trial *const *)b;
    const double u = goodness(x), v = goodness(y);
    return u != v ? (u < v) - (u > v) : (x->number > y->number) - (x->number < y->number);
}

/* A process costs the cube of its points: of very many the best half and the latest are kept. */
static int64_t thin(const wick_trial **t, int64_t n, int64_t most)
{
    if (n <= most) return n;
    const int64_t late = most / 2, early = n - late;
    qsort((void *)t, (size_t)early, sizeof *t, best_first);
    memmove((void *)(t + (most - late)), (const void *)(t + early), (size_t)late * sizeof *t);
    return most;
}

static wick_status collect(wick_ctx *ctx, ask *q)
{
    const wick_study *s = q->k->study;
    const wk_group *g = wk_group_of(q->t);
    q->trial = malloc((size_t)(g->n + 1) * sizeof *q->trial);
    if (q->trial == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < g->n; i++)
        if (g->done[i]->state == WICK_TRIAL_COMPLETE) q->trial[q->n++] = g->done[i];
    q->n = thin(q->trial, q->n, q->k->most);
    const int64_t room = q->n + MOST_RUNNING;
    q->x = malloc((size_t)(room * q->d + 1) * sizeof *q->x);
    q->y = malloc((size_t)(room * FANTASIES + 1) * sizeof *q->y);
    if (q->x == NULL || q->y == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < q->n; i++) (void)read_point(q, q->trial[i], q->x + i * q->d);
    for (int64_t i = 0; i < s->n_running && q->m < MOST_RUNNING; i++) {
        if (s->running[i] == q->t) continue;
        if (read_point(q, s->running[i], q->x + (q->n + q->m) * q->d)) q->m++;
    }
    return WICK_OK;
}

/* Mean 0 and standard deviation 1; infinities become the largest finite values. */
static void standardise(double *v, int64_t n, double *zero)
{
    double low = WK_INF, high = -WK_INF, mean = 0.0, var = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(v[i])) continue;
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    if (!(low <= high)) low = high = 0.0;
    for (int64_t i = 0; i < n; i++) {
        v[i] = v[i] > high ? high : v[i] < low ? low : v[i];
        mean += v[i];
    }
    mean /= (double)n;
    for (int64_t i = 0; i < n; i++) var += (v[i] - mean) * (v[i] - mean);
    const double std = sqrt(var / (double)n), by = std > 0.0 ? std : 1.0;
    for (int64_t i = 0; i < n; i++) v[i] = (v[i] - mean) / by;
    *zero = (0.0 - mean) / by;
}

/* ---- processes ------------------------------------------------------------------------------ */

static wick_status fit(wick_ctx *ctx, const ask *q, wk_gp *g, kept *from, const double *y)
{
    g->d = q->d;
    g->categorical = q->categorical;
    g->n = q->n;
    g->x = q->x;
    g->scale = g->noise = 1.0;
    for (int32_t j = 0; j < q->d; j++) g->w[j] = 1.0;
    if (from->known) {
        memcpy(g->w, from->w, sizeof g->w);
        g->scale = from->scale;
        g->noise = from->noise;
    }
    if (q->k->deterministic) g->noise = WK_GP_NOISE_FLOOR;
    const wick_status st = wk_gp_reserve(ctx, g, q->n, 1);
    if (st < 0) return st;
    if (!from->known) from->memory = (wk_min_memory){.n = q->d + 2, .pairs = from->pairs};
    (void)wk_gp_fit(g, y, q->k->deterministic, &from->memory);
    while (!wk_gp_solve(g, y, 1) && g->noise < 1.0) g->noise *= 10.0;
    memcpy(from->w, g->w, sizeof g->w);
    from->scale = g->scale;
    from->noise = g->noise;
    from->known = true;
    return WICK_OK;
}

/* The value a finished trial has for a constraint; NA when it has none. */
static double constraint_of(const wick_trial *t, int32_t key)
{
    for (const wk_con *c = t->con; c != NULL; c = c->next)
        if (c->key == key) return c->v;
    return WICK_NA;
}

/* Constraints that every trial has; larger is better, as for the objective. */
static wick_status fit_limits(wick_ctx *ctx, ask *q)
{
    if (q->n == 0 || q->trial[0]->con == NULL) return WICK_OK;
    q->limit_y = malloc((size_t)(q->n * LIMITS + 1) * sizeof *q->limit_y);
    if (q->limit_y == NULL) return wick_fail_mem(ctx);
    for (const wk_con *c = q->trial[0]->con; c != NULL && q->n_limits < LIMITS; c = c->next) {
        double *y = q->limit_y + q->n * q->n_limits;
        bool all = true;
        for (int64_t i = 0; i < q->n && all; i++) {
            y[i] = -constraint_of(q->trial[i], c->key);
            all = !isnan(y[i]);
        }
        if (!all) continue;
        wk_gp_limit *l = &q->limits[q->n_limits];
        standardise(y, q->n, &l->least);
        const wick_status st = fit(ctx, q, &l->gp, &q->k->limit[q->n_limits], y);
        q->n_limits++;
        if (st < 0) return st;
    }
    return WICK_OK;
}

/* Lower factor of a small covariance; what rounding made negative counts as nothing. */
static void small_factor(double *c, int64_t m)
{
    for (int64_t j = 0; j < m; j++) {
        for (int64_t k = 0; k < j; k++) c[j * m + j] -= c[j * m + k] * c[j * m + k];
        const double root = c[j * m + j] > 1e-14 ? sqrt(c[j * m + j]) : 0.0;
        c[j * m + j] = root;
        for (int64_t i = j + 1; i < m; i++) {
            for (int64_t k = 0; k < j; k++) c[i * m + j] -= c[i * m + k] * c[j * m + k];
            c[i * m + j] = root > 0.0 ? c[i * m + j] / root : 0.0;
        }
    }
}

/* Joint posterior of the running points: mean, and the factor of its covariance. */
static wick_status running_posterior(wick_ctx *ctx, const ask *q, double *mean, double *factor)
{
    const int64_t n = q->n, m = q->m;
    double *k = malloc((size_t)(m * n + n + 1) * sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    double *z = k + m * n;
    const double *x = q->x + n * q->d;
    for (int64_t r = 0; r < m; r++) {
        wk_gp_cross(&q->gp, x + r * q->d, k + r * n, NULL);
        mean[r] = 0.0;
        for (int64_t i = 0; i < n; i++) mean[r] += k[r * n + i] * q->gp.alpha[i];
    }
    for (int64_t r = 0; r < m; r++) {
        memcpy(z, k + r * n, (size_t)n * sizeof *z);
        wk_gp_solve_one(&q->gp, z);
        for (int64_t c = 0; c < m; c++) {
            double v = wk_gp_covariance(&q->gp, x + r * q->d, x + c * q->d);
            for (int64_t i = 0; i < n; i++) v -= z[i] * k[c * n + i];
            factor[r * m + c] = v;
        }
    }
    small_factor(factor, m);
    free(k);
    return WICK_OK;
}

/* Trials that still run have no value yet. Optuna 4 lets them have the best one there is; otherwise
 * guesses are drawn from the process itself, and the improvement is averaged over them. */
static wick_status guess_running(wick_ctx *ctx, ask *q)
{
    if (q->m == 0) return WICK_OK;
    const int64_t n = q->n, m = q->m, all = n + m;
    const int64_t sides = q->k->study->profile == WICK_OPT_OPTUNA4 ? 1 : FANTASIES;
    double mean[MOST_RUNNING], draw[MOST_RUNNING], y0 = q->best[0];
    double *factor = malloc((size_t)(m * m + n) * sizeof *factor);
    if (factor == NULL) return wick_fail_mem(ctx);
    double *y = factor + m * m;
    memcpy(y, q->y, (size_t)n * sizeof *y);
    wick_status st = running_posterior(ctx, q, mean, factor);
    for (int64_t s = 0; st >= 0 && s < sides; s++) {
        double *to = q->y + s * all;
        memcpy(to, y, (size_t)n * sizeof *to);
        q->best[s] = y0;
        for (int64_t r = 0; r < m; r++) draw[r] = wk_normal(&q->rng);
        for (int64_t r = 0; r < m; r++) {
            double v = mean[r];
            for (int64_t c = 0; c <= r; c++) v += factor[r * m + c] * draw[c];
            to[n + r] = sides == 1 ? y0 : v;
            if (to[n + r] > q->best[s]) q->best[s] = to[n + r];
        }
    }
    if (st >= 0) st = wk_gp_reserve(ctx, &q->gp, all, sides);
    if (st >= 0) {
        q->gp.n = all;
        while (!wk_gp_solve(&q->gp, q->y, sides) && q->gp.noise < 1.0) q->gp.noise *= 10.0;
    }
    free(factor);
    return st;
}

static wick_status build(wick_ctx *ctx, ask *q)
{
    double zero;
    for (int64_t i = 0; i < q->n; i++) q->y[i] = goodness(q->trial[i]);
    standardise(q->y, q->n, &zero);
    q->best[0] = -WK_INF;
    for (int64_t i = 0; i < q->n; i++) {
        if (!wk_feasible(q->trial[i])) continue;
        q->improves = true;
        if (q->y[i] > q->best[0]) q->best[0] = q->y[i];
    }
    wick_status st = fit(ctx, q, &q->gp, &q->k->objective, q->y);
    if (st >= 0) st = fit_limits(ctx, q);
    return st >= 0 && q->improves ? guess_running(ctx, q) : st;
}

/* ---- the point ------------------------------------------------------------------------------ */

static void place_candidates(ask *q, double *c)
{
    double shift[WK_GP_DIMS];
    for (int32_t j = 0; j < q->d; j++) shift[j] = wk_uniform(&q->rng);
    for (int64_t i = 0; i < CANDIDATES; i++)
        for (int32_t j = 0; j < q->d; j++) {
            const wk_gp_axis *a = &q->axis[j];
            double u = q->k->points[i * q->d + j] + shift[j];
            u -= floor(u);
            if (a->categorical)
                u = floor(u * (double)a->choices);
            else if (a->choices > 0)
                u = wk_gp_snap(a, u);
            c[i * q->d + j] = u;
        }
}

/* The best candidate, then others with a chance that grows with what they promise. */
static int64_t choose_starts(ask *q, double *value, int64_t *start)
{
    int64_t n = 0, best = 0;
    for (int64_t i = 1; i < CANDIDATES; i++)
        if (value[i] > value[best]) best = i;
    const double most = value[best];
    start[n++] = best;
    for (int64_t i = 0; i < CANDIDATES; i++) value[i] = exp(value[i] - most);
    value[best] = 0.0;
    for (; n <= STARTS; n++) {
        double total = 0.0;
        for (int64_t i = 0; i < CANDIDATES; i++) total += value[i];
        if (!(total > 0.0)) break;
        double at = wk_uniform(&q->rng) * total;
        int64_t i = 0;
        while (i + 1 < CANDIDATES && at >= value[i]) at -= value[i++];
        start[n] = i;
        value[i] = 0.0;
    }
    return n;
}

static int64_t incumbent(const ask *q)
{
    int64_t best = -1;
    for (int64_t i = 0; i < q->n; i++)
        if (wk_feasible(q->trial[i]) && (best < 0 || q->y[i] > q->y[best])) best = i;
    return best;
}

static wick_status search(wick_ctx *ctx, ask *q, double *out)
{
    wk_acq a = {.d = q->d, .axis = q->axis, .gp = &q->gp, .best = q->best, .improves = q->improves};
    a.limit = q->limits;
    a.n_limits = q->n_limits;
    const int64_t rows = (int64_t)CANDIDATES * q->d;
    double *c = malloc(
        (size_t)(rows + CANDIDATES + wk_acq_work(&a) + wk_acq_climb_work(q->d) + q->d) * sizeof *c);
    if (c == NULL) return wick_fail_mem(ctx);
    double *value = c + rows, *climb = value + CANDIDATES + wk_acq_work(&a);
    double *x = climb + wk_acq_climb_work(q->d), most = -WK_INF;
    a.work = value + CANDIDATES;
    place_candidates(q, c);
    const wick_status st = wk_acq_many(ctx, &a, c, CANDIDATES, value);
    int64_t start[STARTS + 1];
    const int64_t starts = st < 0 ? 0 : choose_starts(q, value, start), best = incumbent(q);
    for (int64_t i = 0; i < starts + (best >= 0); i++) {
        const double *from = i < starts ? c + start[i] * q->d : q->x + best * q->d;
        memcpy(x, from, (size_t)q->d * sizeof *x);
        const double v = wk_acq_climb(&a, x, climb);
        if (i > 0 && !(v > most)) continue;
        most = v;
        memcpy(out, x, (size_t)q->d * sizeof *x);
    }
    free(c);
    return st;
}

static void ask_free(ask *q)
{
    wk_gp_free(&q->gp);
    for (int32_t c = 0; c < q->n_limits; c++) wk_gp_free(&q->limits[c].gp);
    free((void *)q->trial);
    free(q->x);
    free(q->y);
    free(q->limit_y);
    free(q);
}

static wick_status joint(wick_ctx *ctx, void *self, wick_trial *t)
{
    gp_sampler *k = self;
    const wk_group *g = wk_group_of(t);
    double x[WK_GP_DIMS];
    wick_status st = wk_space_update(ctx, k->study, g, &k->space);
    if (st < 0 || g->n_complete < k->startup) return st;
    st = take_space(ctx, k);
    if (st < 0 || k->n_p == 0) return st;
    ask *q = calloc(1, sizeof *q);
    if (q == NULL) return wick_fail_mem(ctx);
    q->k = k;
    q->t = t;
    q->rng = wk_rng_at(k->study, NULL, "gp", t->number, 0);
    set_axes(q);
    st = collect(ctx, q);
    if (st >= 0) st = build(ctx, q);
    if (st >= 0) st = search(ctx, q, x);
    for (int32_t j = 0; st >= 0 && j < q->d; j++) {
        const wick_dist *d = q->axis[j].dist;
        st = wk_joint_add(ctx, t, k->p[j].name, k->p[j].dist,
                          q->axis[j].categorical ? x[j] : wk_from_unit(d, x[j]));
    }
    ask_free(q);
    return st;
}

static wick_status single(wick_ctx *ctx, void *self, wick_trial *t, const char *name,
                          const wick_dist *dist, double *value)
{
    (void)ctx;
    gp_sampler *k = self;
    return wk_random_single(k->study, &k->mt_random, t, name, dist, value);
}

const wick_sampler_spec wick_sampler_gp = {
    .name = "gp",
    .title = "Gaussian process, log expected improvement",
    .source = "Jones, Schonlau and Welch 1998; Ament et al. 2023; Optuna GPSampler",
    .can = WICK_CAN_CATEGORICAL | WICK_CAN_CONSTRAIN | WICK_CAN_ASK_APART,
    .param =
        {
            {"startup", WICK_OPT_INT, 10, 1, 1e6, NULL, "random trials at the start"},
            {"deterministic", WICK_OPT_BOOL, 0, 0, 1, NULL, "the objective has no noise"},
            {"most", WICK_OPT_INT, 500, 20, 5000, NULL,
             "trials the process is fitted to: the best and the latest; its cost grows with the "
             "cube"},
        },
    .init = init,
    .free = sampler_free,
    .joint = joint,
    .single = single,
};
