/* SPDX-License-Identifier: MIT */
/* White's reality check, Hansen's test of superior predictive ability and the stepwise test of
 * Romano and Wolf, on one set of stationary-bootstrap resamples shared by all trials. */
#include <stdlib.h>
#include <string.h>

#include "metrics/stats_int.h"

typedef struct spa_job {
    const wick_trials *t;
    const wick_spa_opts *o;
    double *by_row; /* rows x trials: a resample is a weighted sum of whole rows */
    double *mean, *omega;
    double *star;   /* replicates x trials: resampled mean less mean */
    int32_t *draws; /* per worker: rows indices, then rows weights */
} spa_job;

/* Long-run deviation with the kernel of the stationary bootstrap. */
static double long_run(int64_t n, const double *x, double mean, double q)
{
    wick_sum total = {0};
    for (int64_t i = 0; i < n; i++) wick_sum_add(&total, (x[i] - mean) * (x[i] - mean));
    double var = wick_sum_get(&total) / (double)n, keep = 1.0;
    for (int64_t i = 1; i < n; i++) {
        keep *= 1.0 - q;
        const double back = pow(1.0 - q, (double)(n - i));
        const double w = (double)(n - i) / (double)n * keep + (double)i / (double)n * back;
        if (w < 1e-18) continue;
        double g = 0.0;
        for (int64_t k = i; k < n; k++) g += (x[k] - mean) * (x[k - i] - mean);
        var += 2.0 * w * (g / (double)n);
    }
    return var > 0.0 ? sqrt(var) : 0.0;
}

static wick_status one_trial(void *arg, int64_t k, int32_t worker, wick_ctx *ctx)
{
    spa_job *j = arg;
    const int64_t n = j->t->rows;
    const double *x = j->t->column[k];
    wick_sum s = {0};
    (void)worker;
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    for (int64_t i = 0; i < n; i++) {
        wick_sum_add(&s, x[i]);
        j->by_row[i * j->t->trials + k] = x[i];
    }
    j->mean[k] = wick_sum_get(&s) / (double)n;
    j->omega[k] = long_run(n, x, j->mean[k], j->o->q);
    return WICK_OK;
}

static wick_status one_replicate(void *arg, int64_t b, int32_t worker, wick_ctx *ctx)
{
    spa_job *j = arg;
    const int64_t n = j->t->rows, m = j->t->trials;
    int32_t *rows = j->draws + 2 * n * worker, *weight = rows + n;
    double *to = j->star + b * m;
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    const int32_t *from = rows;
    if (j->o->index_rows != NULL) {
        from = j->o->index_rows + b * n;
    } else {
        wick_resample_into(j->o->seed, b, WICK_RESAMPLE_STATIONARY, 1.0 / j->o->q, n, rows);
    }
    memset(weight, 0, (size_t)n * sizeof *weight);
    for (int64_t i = 0; i < n; i++) weight[from[i]]++;
    memset(to, 0, (size_t)m * sizeof *to);
    for (int64_t i = 0; i < n; i++) {
        const double w = (double)weight[i];
        if (weight[i] == 0) continue;
        const double *row = j->by_row + i * m;
        for (int64_t k = 0; k < m; k++) to[k] += w * row[k];
    }
    for (int64_t k = 0; k < m; k++) to[k] = to[k] / (double)n - j->mean[k];
    return WICK_OK;
}

/* ---- the tests ---------------------------------------------------------------------------- */

static void white(const spa_job *j, wick_spa *p)
{
    const int64_t m = j->t->trials;
    const double root = sqrt((double)j->t->rows);
    int64_t above = 0;
    p->best = 0;
    for (int64_t k = 1; k < m; k++) {
        if (j->mean[k] > j->mean[p->best]) p->best = k;
    }
    p->v = root * j->mean[p->best];
    for (int64_t b = 0; b < p->replicates; b++) {
        double most = -HUGE_VAL;
        for (int64_t k = 0; k < m; k++) {
            const double v = root * j->star[b * m + k];
            most = v > most ? v : most;
        }
        above += most > p->v;
    }
    p->p_white = (double)above / (double)p->replicates;
}

/* Share of replicates above the statistic when they are centred at `centre` per trial. */
static double hansen_p(const spa_job *j, const wick_spa *p, const double *centre)
{
    const int64_t m = j->t->trials;
    const double root = sqrt((double)j->t->rows);
    int64_t above = 0;
    for (int64_t b = 0; b < p->replicates; b++) {
        double most = 0.0;
        for (int64_t k = 0; k < m; k++) {
            if (!(j->omega[k] > 0.0)) continue;
            const double moved = j->star[b * m + k] + (j->mean[k] - centre[k]);
            most = fmax(most, root * moved / j->omega[k]);
        }
        above += most > p->t;
    }
    return (double)above / (double)p->replicates;
}

static void hansen(const spa_job *j, double *centre, wick_spa *p)
{
    const int64_t m = j->t->trials;
    const double n = (double)j->t->rows, root = sqrt(n), slack = 2.0 * log(log(n)) / n;
    p->t = 0.0;
    for (int64_t k = 0; k < m; k++) {
        if (j->omega[k] > 0.0) p->t = fmax(p->t, root * j->mean[k] / j->omega[k]);
    }
    for (int64_t k = 0; k < m; k++) centre[k] = fmax(j->mean[k], 0.0);
    p->p_lower = hansen_p(j, p, centre);
    for (int64_t k = 0; k < m; k++) {
        const bool near = j->mean[k] >= -j->omega[k] * sqrt(slack);
        centre[k] = near ? j->mean[k] : 0.0;
    }
    p->p_consistent = hansen_p(j, p, centre);
    p->p_upper = hansen_p(j, p, j->mean);
}

/* Steps down until a step accepts nothing more; `most` is scratch of one value per replicate. */
static void stepwise(const spa_job *j, bool *accepted, double *most, wick_spa *p)
{
    const int64_t m = j->t->trials, reps = p->replicates;
    const double root = sqrt((double)j->t->rows);
    int64_t rank = (int64_t)ceil((1.0 - j->o->level) * (double)reps - 1e-9) - 1;
    rank = rank < 0 ? 0 : rank >= reps ? reps - 1 : rank;
    memset(accepted, 0, (size_t)m * sizeof *accepted);
    for (int64_t before = -1; p->n_significant > before;) {
        before = p->n_significant;
        for (int64_t b = 0; b < reps; b++) {
            most[b] = -HUGE_VAL;
            for (int64_t k = 0; k < m; k++) {
                if (accepted[k] || !(j->omega[k] > 0.0)) continue;
                most[b] = fmax(most[b], root * j->star[b * m + k] / j->omega[k]);
            }
        }
        const double critical = wk_select(reps, most, rank);
        for (int64_t k = 0; k < m; k++) {
            if (accepted[k] || !(j->omega[k] > 0.0)) continue;
            accepted[k] = root * j->mean[k] / j->omega[k] > critical;
            p->n_significant += accepted[k];
        }
    }
}

static wick_status read_opts(wick_ctx *ctx, const wick_trials *t, const wick_spa_opts *in,
                             wick_spa_opts *o)
{
    memset(o, 0, sizeof *o);
    if (in != NULL) memcpy(o, in, in->size < sizeof *o ? in->size : sizeof *o);
    if (o->replicates == 0) o->replicates = 1000;
    if (o->seed == 0) o->seed = 42;
    if (o->level == 0.0) o->level = 0.05;
    if (o->q == 0.0) o->q = 1.0 / ceil(cbrt((double)t->rows) - 1e-9);
    if (o->threads <= 0) o->threads = wick_cores();
    if (o->replicates < 1 || o->replicates > 1000000) {
        return wick_fail(ctx, WICK_E_ARG, "replicates is %lld; it must be 1 to 1000000",
                         (long long)o->replicates);
    }
    if (!(o->q > 0.0 && o->q <= 1.0)) {
        return wick_fail(ctx, WICK_E_ARG, "q is %g; it must be above 0 and at most 1", o->q);
    }
    if (!(o->level > 0.0 && o->level < 1.0)) {
        return wick_fail(ctx, WICK_E_ARG, "level is %g; it must be between 0 and 1", o->level);
    }
    for (int64_t i = 0; o->index_rows != NULL && i < o->replicates * t->rows; i++) {
        if (o->index_rows[i] >= 0 && o->index_rows[i] < t->rows) continue;
        return wick_fail(ctx, WICK_E_ARG, "resample %lld has row %d of %lld",
                         (long long)(i / t->rows), (int)o->index_rows[i], (long long)t->rows);
    }
    return WICK_OK;
}

wick_status wick_spa_eval(wick_ctx *ctx, const wick_trials *t, const wick_spa_opts *opts,
                          wick_spa *out)
{
    wick_spa_opts o;
    wick_status st = wk_trials_check(ctx, t, 4, 1);
    if (st < 0 || (st = read_opts(ctx, t, opts, &o)) < 0) return st;
    const int64_t n = t->rows, m = t->trials, reps = o.replicates;
    const int32_t workers = o.threads > 256 ? 256 : o.threads;
    spa_job j = {.t = t, .o = &o};
    double *own = malloc((size_t)(3 * m + reps) * sizeof *own);
    bool *accepted = calloc((size_t)m, sizeof *accepted);
    j.by_row = malloc((size_t)(n * m) * sizeof *j.by_row);
    j.star = malloc((size_t)(reps * m) * sizeof *j.star);
    j.draws = malloc((size_t)(2 * n * workers) * sizeof *j.draws);
    if (!own || !accepted || !j.by_row || !j.star || !j.draws) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    j.mean = own;
    j.omega = own + m;
    WICK_TRY(wick_pool_run(ctx, m, workers, one_trial, &j));
    WICK_TRY(wick_pool_run(ctx, reps, workers, one_replicate, &j));
    wick_spa p = {.rows = n, .trials = m, .replicates = reps, .q = o.q};
    white(&j, &p);
    hansen(&j, own + 2 * m, &p);
    stepwise(&j, accepted, own + 3 * m, &p);
    if (o.omega != NULL) memcpy(o.omega, j.omega, (size_t)m * sizeof *j.omega);
    if (o.significant != NULL) memcpy(o.significant, accepted, (size_t)m * sizeof *accepted);
    *out = p;
out:
    free(own);
    free(accepted);
    free(j.by_row);
    free(j.star);
    free(j.draws);
    return st;
}
