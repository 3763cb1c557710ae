/* SPDX-License-Identifier: MIT */
#include "opt/gp_acq.h"

#include <stdlib.h>
#include <string.h>

static int64_t most_points(const wk_acq *a)
{
    int64_t n = a->gp->n;
    for (int32_t c = 0; c < a->n_limits; c++)
        if (a->limit[c].gp.n > n) n = a->limit[c].gp.n;
    return n;
}

int64_t wk_acq_work(const wk_acq *a)
{
    return 3 * most_points(a) + 4 * a->gp->sides;
}

/* ---- one point ------------------------------------------------------------------------------ */

static double dot(const double *a, const double *b, int64_t n)
{
    double s = 0.0;
    for (int64_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

/* Adds sum_i c_i * dk_i/dx_j; `slope` is s * dM52/d(r2). */
static void add_gradient(const wk_gp *g, const double *x, const double *slope, const double *c,
                         double *grad)
{
    for (int64_t i = 0; i < g->n; i++) {
        const double *p = g->x + i * g->d, part = 2.0 * c[i] * slope[i];
        for (int32_t j = 0; j < g->d; j++)
            if (!g->categorical[j]) grad[j] += part * g->w[j] * (x[j] - p[j]);
    }
}

/* log of the mean of exp(v), and the share of each. */
static double log_mean_exp(double *v, int64_t n)
{
    double most = v[0], sum = 0.0;
    for (int64_t i = 1; i < n; i++) most = v[i] > most ? v[i] : most;
    for (int64_t i = 0; i < n; i++) sum += v[i] = exp(v[i] - most);
    for (int64_t i = 0; i < n; i++) v[i] /= sum;
    return most + log(sum / (double)n);
}

static double improvement(const wk_acq *a, const double *x, double *grad)
{
    const wk_gp *g = a->gp;
    const int64_t n = g->n;
    double *k = a->work, *slope = k + n, *z = slope + n, *ei = z + n, *by_mean = ei + g->sides,
           *by_var = by_mean + g->sides;
    wk_gp_cross(g, x, k, slope);
    memcpy(z, k, (size_t)n * sizeof *z);
    wk_gp_solve_one(g, z);
    double var = g->scale - dot(k, z, n);
    if (var < 0.0) var = 0.0;
    for (int64_t s = 0; s < g->sides; s++)
        ei[s] =
            wk_log_ei_grad(dot(k, g->alpha + s * n, n), var, a->best[s], &by_mean[s], &by_var[s]);
    const double value = log_mean_exp(ei, g->sides);
    if (grad == NULL) return value;
    double var_part = 0.0;
    for (int64_t s = 0; s < g->sides; s++) var_part += ei[s] * by_var[s];
    for (int64_t i = 0; i < n; i++) z[i] *= -2.0 * var_part;
    for (int64_t s = 0; s < g->sides; s++)
        for (int64_t i = 0; i < n; i++) z[i] += ei[s] * by_mean[s] * g->alpha[s * n + i];
    add_gradient(g, x, slope, z, grad);
    return value;
}

static double feasibility(const wk_acq *a, const wk_gp_limit *l, const double *x, double *grad)
{
    const wk_gp *g = &l->gp;
    const int64_t n = g->n;
    double *k = a->work, *slope = k + n, *z = slope + n;
    wk_gp_cross(g, x, k, slope);
    memcpy(z, k, (size_t)n * sizeof *z);
    wk_gp_solve_one(g, z);
    double var = g->scale - dot(k, z, n);
    if (var < 0.0) var = 0.0;
    const double sigma = sqrt(var + 1e-12), t = (dot(k, g->alpha, n) - l->least) / sigma;
    const double value = wk_norm_log_cdf(t);
    if (grad == NULL) return value;
    const double by_t = exp(-0.5 * t * t - 0.91893853320467274178 - value);
    const double by_mean = by_t / sigma, by_var = -by_t * t / (2.0 * sigma * sigma);
    for (int64_t i = 0; i < n; i++) z[i] = by_mean * g->alpha[i] - 2.0 * by_var * z[i];
    add_gradient(g, x, slope, z, grad);
    return value;
}

double wk_acq_at(const wk_acq *a, const double *x, double *grad)
{
    double v = 0.0;
    for (int32_t j = 0; grad != NULL && j < a->d; j++) grad[j] = 0.0;
    if (a->improves) v = improvement(a, x, grad);
    for (int32_t c = 0; c < a->n_limits; c++) v += feasibility(a, &a->limit[c], x, grad);
    return v;
}

/* ---- many points ---------------------------------------------------------------------------- */

wick_status wk_acq_many(wick_ctx *ctx, const wk_acq *a, const double *x, int64_t m, double *out)
{
    const int64_t sides = a->gp->sides;
    int64_t scratch = wk_gp_many_work(a->gp, m);
    for (int32_t c = 0; c < a->n_limits; c++)
        if (wk_gp_many_work(&a->limit[c].gp, m) > scratch)
            scratch = wk_gp_many_work(&a->limit[c].gp, m);
    double *mean = malloc((size_t)(m * (sides + 1) + scratch + sides) * sizeof *mean);
    if (mean == NULL) return wick_fail_mem(ctx);
    double *var = mean + m * sides, *work = var + m, *ei = work + scratch;
    for (int64_t i = 0; i < m; i++) out[i] = 0.0;
    if (a->improves) {
        wk_gp_many(a->gp, x, m, mean, var, work);
        for (int64_t i = 0; i < m; i++) {
            for (int64_t s = 0; s < sides; s++)
                ei[s] = wk_log_ei(mean[s * m + i], var[i], a->best[s]);
            out[i] = sides == 1 ? ei[0] : log_mean_exp(ei, sides);
        }
    }
    for (int32_t c = 0; c < a->n_limits; c++) {
        wk_gp_many(&a->limit[c].gp, x, m, mean, var, work);
        for (int64_t i = 0; i < m; i++)
            out[i] += wk_norm_log_cdf((mean[i] - a->limit[c].least) / sqrt(var[i] + 1e-12));
    }
    free(mean);
    return WICK_OK;
}

/* ---- climbing ------------------------------------------------------------------------------- */

typedef struct climb {
    const wk_acq *a;
    double *x, *grad;      /* the whole point */
    const int32_t *of;     /* free coordinates */
    double by[WK_GP_DIMS]; /* their scale: one length of the kernel */
    int32_t n;
} climb;

/* The gradient costs little beside the value: both are taken at once. */
static double minus_acq(void *user, const double *t, double *grad)
{
    climb *c = user;
    if (grad == NULL) {
        for (int32_t i = 0; i < c->n; i++) c->x[c->of[i]] = t[i] / c->by[i];
        return -wk_acq_at(c->a, c->x, c->grad);
    }
    for (int32_t i = 0; i < c->n; i++) grad[i] = -c->grad[c->of[i]] / c->by[i];
    return 0.0;
}

int64_t wk_acq_climb_work(int32_t d)
{
    return 6 * (int64_t)d + wk_minimize_work(d);
}

double wk_gp_snap(const wk_gp_axis *x, double u)
{
    return x->categorical ? u : wk_to_unit(x->dist, wk_from_unit(x->dist, u));
}

static double choice_at(const wk_gp_axis *x, int64_t k)
{
    if (x->categorical) return (double)k;
    return wk_gp_snap(x, ((double)k + 0.5) / (double)x->choices);
}

/* One coordinate at a time: every value of those with few, and the two grid points around the
 * others. True when something became better. */
static bool try_values(const wk_acq *a, double *x, double *value)
{
    bool better = false;
    for (int32_t j = 0; j < a->d; j++) {
        const wk_gp_axis *axis = &a->axis[j];
        if (axis->choices == 0) continue;
        const double was = x[j];
        double best = was;
        for (int64_t k = 0; k < axis->choices; k++) {
            x[j] = choice_at(axis, k);
            if (x[j] == was) continue;
            const double v = wk_acq_at(a, x, NULL);
            if (v > *value) {
                *value = v;
                best = x[j];
                better = true;
            }
        }
        x[j] = best;
    }
    return better;
}

/* Onto the grid: of the values on both sides the better one, coordinate after coordinate. */
static void land(const wk_acq *a, double *x)
{
    for (int32_t j = 0; j < a->d; j++) {
        const wk_gp_axis *axis = &a->axis[j];
        const int64_t count = axis->categorical ? 0 : wick_dist_count(axis->dist);
        if (axis->choices > 0 || count < 2) continue;
        const double cell = 1.0 / (double)count, here = wk_gp_snap(axis, x[j]);
        const double there = wk_gp_snap(axis, x[j] + (x[j] > here ? cell : -cell));
        x[j] = there;
        const double b = wk_acq_at(a, x, NULL);
        x[j] = here;
        if (wk_acq_at(a, x, NULL) < b) x[j] = there;
    }
}

/* Moves the free coordinates alone: all that are not tried value by value, or only those without a
 * grid. */
static void slide(const wk_acq *a, double *x, bool off_grid, double *work)
{
    int32_t of[WK_GP_DIMS];
    climb c = {.a = a, .x = x, .grad = work, .of = of};
    double *t = work + a->d, *low = t + a->d, *high = low + a->d, *min_work = high + a->d;
    for (int32_t j = 0; j < a->d; j++) {
        const wk_gp_axis *axis = &a->axis[j];
        if (axis->choices > 0 || axis->categorical) continue;
        if (off_grid && wick_dist_count(axis->dist) >= 0) continue;
        of[c.n] = j;
        c.by[c.n] = sqrt(a->gp->w[j]);
        t[c.n] = x[j] * c.by[c.n];
        low[c.n] = 0.0;
        high[c.n] = c.by[c.n];
        c.n++;
    }
    if (c.n == 0) return;
    const wk_min_problem p = {.n = c.n,
                              .low = low,
                              .high = high,
                              .fn = minus_acq,
                              .user = &c,
                              .rounds = 200,
                              .tolerance = 1e-2};
    (void)wk_minimize(&p, t, NULL, min_work);
    for (int32_t i = 0; i < c.n; i++) x[of[i]] = t[i] / c.by[i];
}

/* On the grid: steps of one, two, four ... cells along each coordinate, as long as they help. */
static bool step_values(const wk_acq *a, double *x, double *value)
{
    bool better = false;
    for (int32_t j = 0; j < a->d; j++) {
        const wk_gp_axis *axis = &a->axis[j];
        const int64_t count = axis->categorical ? 0 : wick_dist_count(axis->dist);
        if (axis->choices > 0 || count < 2) continue;
        for (int64_t by = 1; by < count; by *= 2)
            for (int side = -1; side <= 1; side += 2) {
                const double was = x[j], to = was + (double)(side * by) / (double)count;
                if (to < 0.0 || to > 1.0) continue;
                x[j] = wk_gp_snap(axis, to);
                const double v = x[j] == was ? *value : wk_acq_at(a, x, NULL);
                if (v > *value) {
                    *value = v;
                    better = true;
                } else {
                    x[j] = was;
                }
            }
    }
    return better;
}

double wk_acq_climb(const wk_acq *a, double *x, double *work)
{
    double value = wk_acq_at(a, x, NULL);
    for (int round = 0; round < 100; round++) {
        const double before = value;
        slide(a, x, false, work);
        value = wk_acq_at(a, x, NULL);
        if (!try_values(a, x, &value)) break;
        if (!(value > before)) break;
    }
    /* The best place between grid points is not the best place beside one. */
    land(a, x);
    for (int round = 0; round < 100; round++) {
        slide(a, x, true, work);
        value = wk_acq_at(a, x, NULL);
        const bool stepped = step_values(a, x, &value), tried = try_values(a, x, &value);
        if (!stepped && !tried) break;
    }
    return value;
}
