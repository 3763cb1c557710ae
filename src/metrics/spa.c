/* SPDX-License-Identifier: MIT */
/* White's reality check, Hansen's test of superior predictive ability and the stepwise test of
 * Romano and Wolf, on one set of stationary-bootstrap resamples shared by all trials. */
#include <stdlib.h>
#include <string.h>

#include "metrics/stats_int.h"

/* Columns of a panel and replicates of a block: what the inner loop keeps in registers. */
enum { PANEL = 8, BLOCK = 4 };

typedef double lanes8 __attribute__((vector_size(8 * sizeof(double)), aligned(sizeof(double))));

typedef struct spa_job {
    const wick_trials *t;
    const wick_spa_opts *o;
    double *panels; /* trials in panels of PANEL, each by row: a resample weighs whole rows */
    double *kernel; /* weight of each lag in the long-run variance, 0: not worth a sum */
    double *mean, *omega;
    double *star;    /* replicates x trials: resampled mean less mean */
    double *scratch; /* per worker: BLOCK weights of each row; also deviations, both ways round */
    int32_t *draws;  /* per worker: rows indices */
} spa_job;

/* ---- one trial ------------------------------------------------------------------------------ */

/* Weights of the stationary bootstrap's kernel (Politis and Romano 1994). */
static void lag_kernel(int64_t n, double q, double *w)
{
    double keep = 1.0;
    w[0] = 1.0;
    for (int64_t i = 1; i < n; i++) {
        keep *= 1.0 - q;
        const double back = pow(1.0 - q, (double)(n - i));
        w[i] = (double)(n - i) / (double)n * keep + (double)i / (double)n * back;
        if (w[i] < 1e-18) w[i] = 0.0;
    }
}

/* g[l]: the sum of d[k] d[k - lag - l] over k. `back` is d backwards, so that the values of eight
 * lags lie side by side. */
WICK_WIDE static void lag_sums(int64_t n, const double *restrict d, const double *restrict back,
                               int64_t lag, double g[8])
{
    lanes8 sum = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    const int64_t all = lag + 7 < n ? lag + 7 : n;
    for (int64_t k = lag; k < all; k++) {
        for (int64_t l = 0; l <= k - lag; l++) sum[l] += d[k] * d[k - lag - l];
    }
    for (int64_t k = all; k < n; k++) {
        sum += d[k] * *(const lanes8 *)(const void *)(back + (n - 1 - k + lag));
    }
    for (int l = 0; l < 8; l++) g[l] = sum[l];
}

/* Long-run deviation; `d` has room for 2 n values. */
static double long_run(const spa_job *j, const double *x, double mean, double *d)
{
    const int64_t n = j->t->rows;
    double *back = d + n;
    wick_sum total = {0};
    for (int64_t i = 0; i < n; i++) {
        d[i] = x[i] - mean;
        back[n - 1 - i] = d[i];
        wick_sum_add(&total, d[i] * d[i]);
    }
    double var = wick_sum_get(&total) / (double)n;
    for (int64_t lag = 1; lag < n; lag += 8) {
        const int64_t some = lag + 8 < n ? 8 : n - lag;
        double g[8], most = 0.0;
        for (int64_t l = 0; l < some; l++) most = fmax(most, j->kernel[lag + l]);
        if (most == 0.0) continue;
        lag_sums(n, d, back, lag, g);
        for (int64_t l = 0; l < some; l++) var += 2.0 * j->kernel[lag + l] * (g[l] / (double)n);
    }
    return var > 0.0 ? sqrt(var) : 0.0;
}

static double *scratch_of(const spa_job *j, int32_t worker)
{
    return j->scratch + worker * (BLOCK * j->t->rows);
}

static wick_status one_trial(void *arg, int64_t k, int32_t worker, wick_ctx *ctx)
{
    spa_job *j = arg;
    const int64_t n = j->t->rows;
    const double *x = j->t->column[k];
    double *to = j->panels + k / PANEL * PANEL * n + k % PANEL;
    wick_sum s = {0};
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    for (int64_t i = 0; i < n; i++) {
        wick_sum_add(&s, x[i]);
        to[i * PANEL] = x[i];
    }
    j->mean[k] = wick_sum_get(&s) / (double)n;
    j->omega[k] = long_run(j, x, j->mean[k], scratch_of(j, worker));
    return WICK_OK;
}

/* ---- a block of replicates ------------------------------------------------------------------- */

/* to[r][k]: sums over rows of weight[row][r] x[row][k], in the order of the rows. */
WICK_WIDE static void weigh(int64_t n, const double *restrict weight, const double *restrict x,
                            double to[BLOCK][PANEL])
{
    lanes8 sum[BLOCK];
    memset(sum, 0, sizeof sum);
    for (int64_t i = 0; i < n; i++) {
        const lanes8 row = *(const lanes8 *)(const void *)(x + i * PANEL);
        sum[0] += weight[i * BLOCK] * row;
        sum[1] += weight[i * BLOCK + 1] * row;
        sum[2] += weight[i * BLOCK + 2] * row;
        sum[3] += weight[i * BLOCK + 3] * row;
    }
    memcpy(to, sum, sizeof sum);
}

static wick_status one_block(void *arg, int64_t block, int32_t worker, wick_ctx *ctx)
{
    spa_job *j = arg;
    const int64_t n = j->t->rows, m = j->t->trials, first = block * BLOCK;
    const int64_t some = first + BLOCK < j->o->replicates ? BLOCK : j->o->replicates - first;
    int32_t *rows = j->draws + n * worker;
    double *weight = scratch_of(j, worker);
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    memset(weight, 0, (size_t)(BLOCK * n) * sizeof *weight);
    for (int64_t r = 0; r < some; r++) {
        const int32_t *from = rows;
        if (j->o->index_rows != NULL) {
            from = j->o->index_rows + (first + r) * n;
        } else {
            wick_resample_into(j->o->seed, first + r, WICK_RESAMPLE_STATIONARY, 1.0 / j->o->q, n,
                               rows);
        }
        for (int64_t i = 0; i < n; i++) weight[from[i] * BLOCK + r] += 1.0;
    }
    for (int64_t k = 0; k < m; k += PANEL) {
        double sum[BLOCK][PANEL];
        weigh(n, weight, j->panels + k * n, sum);
        const int64_t columns = k + PANEL < m ? PANEL : m - k;
        for (int64_t r = 0; r < some; r++) {
            double *to = j->star + (first + r) * m + k;
            for (int64_t c = 0; c < columns; c++) to[c] = sum[r][c] / (double)n - j->mean[k + c];
        }
    }
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
            const double v = root * moved / j->omega[k];
            most = v > most ? v : most;
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
                const double v = root * j->star[b * m + k] / j->omega[k];
                most[b] = v > most[b] ? v : most[b];
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
    const int64_t panels = (m + PANEL - 1) / PANEL * PANEL;
    spa_job j = {.t = t, .o = &o};
    double *own = malloc((size_t)(3 * m + reps + n) * sizeof *own);
    bool *accepted = calloc((size_t)m, sizeof *accepted);
    j.panels = calloc((size_t)(n * panels), sizeof *j.panels);
    j.star = malloc((size_t)(reps * m) * sizeof *j.star);
    j.scratch = malloc((size_t)(BLOCK * n * workers) * sizeof *j.scratch);
    j.draws = malloc((size_t)(n * workers) * sizeof *j.draws);
    if (!own || !accepted || !j.panels || !j.star || !j.scratch || !j.draws) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    j.mean = own;
    j.omega = own + m;
    j.kernel = own + 3 * m + reps;
    lag_kernel(n, o.q, j.kernel);
    WICK_TRY(wick_pool_run(ctx, m, workers, one_trial, &j));
    WICK_TRY(wick_pool_run(ctx, (reps + BLOCK - 1) / BLOCK, workers, one_block, &j));
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
    free(j.panels);
    free(j.star);
    free(j.scratch);
    free(j.draws);
    return st;
}
