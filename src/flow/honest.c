/* SPDX-License-Identifier: MIT */
/* What the winner of a search is worth, given how many were tried. */
#include <stdlib.h>
#include <string.h>

#include "flow/tune_int.h"

/* Return series of the trials that kept them, as columns of doubles. A duplicate kept none: it was
 * no other trial. */
typedef struct matrix {
    double *data;
    const double **column;
    int64_t *number, n, winner; /* place of the winner, -1: none */
} matrix;

static wick_status make_matrix(wick_ctx *ctx, const wick_tune *t, int64_t best,
                               const double *benchmark, matrix *m)
{
    const int64_t rows = t->c->n_rows;
    int64_t n = 0;
    for (int64_t i = 0; i < t->n; i++) n += wick_tune_at(t, i).returns != NULL;
    *m = (matrix){.winner = -1};
    m->data = malloc((size_t)(n * rows + 1) * sizeof *m->data);
    m->column = malloc((size_t)(n + 1) * sizeof *m->column);
    m->number = malloc((size_t)(n + 1) * sizeof *m->number);
    if (m->data == NULL || m->column == NULL || m->number == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < t->n; i++) {
        const wick_tune_trial x = wick_tune_at(t, i);
        if (x.returns == NULL || x.state != WICK_TRIAL_COMPLETE) continue;
        double *c = m->data + m->n * rows;
        for (int64_t k = 0; k < rows; k++) {
            c[k] = isfinite(x.returns[k]) ? (double)x.returns[k] : 0.0;
            if (benchmark != NULL) c[k] -= benchmark[k];
        }
        if (i == best) m->winner = m->n;
        m->number[m->n] = i;
        m->column[m->n++] = c;
    }
    return WICK_OK;
}

static void free_matrix(matrix *m)
{
    free(m->data);
    free((void *)(uintptr_t)m->column);
    free(m->number);
}

static void count_trials(const wick_tune *t, wick_honest *h)
{
    for (int64_t i = 0; i < t->n; i++) {
        const wick_tune_trial x = wick_tune_at(t, i);
        if (x.number < 0) continue;
        h->trials++;
        h->complete += x.state == WICK_TRIAL_COMPLETE;
        h->pruned += x.state == WICK_TRIAL_PRUNED;
        h->failed += x.state == WICK_TRIAL_FAIL;
        h->rejected += x.rejected;
        h->duplicates += x.duplicate_of >= 0;
    }
}

/* ---- chance ------------------------------------------------------------------------------- */

static int by_hash(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Pruned trials with different parameters. */
static wick_status count_pruned(wick_ctx *ctx, const wick_tune *t, int64_t *out)
{
    uint64_t *hash = malloc((size_t)(t->n + 1) * sizeof *hash);
    int64_t n = 0;
    *out = 0;
    if (hash == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < t->n; i++) {
        const wick_tune_trial x = wick_tune_at(t, i);
        if (x.number >= 0 && x.state == WICK_TRIAL_PRUNED)
            hash[n++] = wick_hash64(x.params, t->s->n_params * (int64_t)sizeof *x.params, 1);
    }
    if (n > 1) qsort(hash, (size_t)n, sizeof *hash, by_hash);
    for (int64_t i = 0; i < n; i++) *out += i == 0 || hash[i] != hash[i - 1];
    free(hash);
    return WICK_OK;
}

/* A pruned trial was tried as well: it counts as much as one that ran to its end, and is as like
 * the others as they are like each other. */
static void count_tried(wick_honest *h, int64_t pruned)
{
    const double rho = isnan(h->count.mean_corr) ? 0.0 : h->count.mean_corr;
    const double alike = rho < 0.0 ? 0.0 : rho > 1.0 ? 1.0 : rho;
    h->tried = h->count.raw + pruned;
    if (pruned > 0) h->count.effective = alike + (1.0 - alike) * (double)h->tried;
}

static void one_ratio(const matrix *m, int64_t rows, wick_honest *h)
{
    const double *x = m->column[m->winner];
    const wick_moments w = wick_moments_of(rows, x);
    const double sharpe = w.dev > 0.0 ? w.mean / w.dev : WICK_NA;
    h->sharpe = sharpe;
    h->psr = wick_psr(sharpe, 0.0, rows, w.skew, w.kurtosis);
    h->min_trl = wick_min_trl(sharpe, 0.0, 0.95, w.skew, w.kurtosis);
    h->luck = wick_expected_max_sharpe(h->count.variance, h->count.effective);
    h->dsr = wick_dsr(sharpe, rows, w.skew, w.kurtosis, h->count.variance, h->count.effective);
    h->dsr_raw = wick_dsr(sharpe, rows, w.skew, w.kurtosis, h->count.variance, (double)h->tried);
    /* One trial alone had nothing to be chosen from; one of many that were pruned had. */
    if (h->count.raw < 2) h->dsr = h->dsr_raw = h->tried < 2 ? h->psr : WICK_NA;
}

static wick_status chance(wick_ctx *ctx, const wick_tune *t, const matrix *m,
                          const wick_honest_opts *o, int64_t rows, wick_honest *h)
{
    const wick_trials all = {.rows = rows, .trials = m->n, .column = m->column};
    wick_status st = WICK_OK;
    int64_t pruned = 0;
    if (m->winner < 0 || rows < 4) return WICK_OK;
    WICK_TRY(wick_trials_count(ctx, &all, o->threads, &h->count));
    WICK_TRY(count_pruned(ctx, t, &pruned));
    count_tried(h, pruned);
    one_ratio(m, rows, h);
    if (h->count.raw >= 2 && wick_pbo_blocks(rows) >= 2) {
        const wick_pbo_opts p = {.size = sizeof p, .threads = o->threads};
        WICK_TRY(wick_pbo_eval(ctx, &all, &p, &h->pbo));
        h->has_pbo = true;
    }
    const wick_spa_opts p = {
        .size = sizeof p, .replicates = o->replicates, .seed = o->seed, .threads = o->threads};
    WICK_TRY(wick_spa_eval(ctx, &all, &p, &h->spa));
    h->has_spa = true;
out:
    return st;
}

/* ---- neighbours --------------------------------------------------------------------------- */

typedef struct around {
    const wick_tune *t;
    const wick_course *course;
    double *points, *value;
} around;

static wick_status run_neighbour(void *user, int64_t task, int32_t worker, wick_ctx *ctx)
{
    const around *a = user;
    wick_passage p = {.fold_value = NULL};
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    const wick_status st = wick_course_run(ctx, a->course, a->t->s, worker,
                                           a->points + task * a->t->s->n_params, NULL, NULL, &p);
    a->value[task] = st >= 0 ? p.value[0] : WICK_NA;
    return st;
}

/* Which parameter the neighbour differs in, and whether upwards. */
static int64_t differs_in(const wick_subject *s, const double *a, const double *b, bool *up)
{
    for (int64_t i = 0; i < s->n_params; i++)
        if (a[i] != b[i]) {
            *up = b[i] > a[i];
            return i;
        }
    return 0;
}

static void sum_up(const around *a, int64_t n, const double *best, double value, wick_honest *h,
                   wick_sensitivity *sens)
{
    const wick_subject *s = a->t->s;
    wick_sum sum = {0};
    int64_t there = 0;
    for (int64_t i = 0; i < n; i++) {
        const double v = a->value[i];
        bool up = false;
        const int64_t k = differs_in(s, best, a->points + i * s->n_params, &up);
        if (sens != NULL) *(up ? &sens[k].up : &sens[k].down) = v;
        if (isnan(v)) continue;
        there++;
        wick_sum_add(&sum, v);
        const double loss = s->better[0] > 0 ? value - v : v - value;
        h->near += loss <= 0.1 * fabs(value);
        if (isnan(h->neighbour_worst) ||
            (s->better[0] > 0 ? v < h->neighbour_worst : v > h->neighbour_worst))
            h->neighbour_worst = v;
    }
    h->neighbours = n;
    if (there > 0) h->neighbour_mean = wick_sum_get(&sum) / (double)there;
}

static wick_status neighbours(wick_ctx *ctx, const wick_tune *t, const wick_honest_opts *o,
                              wick_honest *h, wick_sensitivity *sens)
{
    const wick_tune_trial best = wick_tune_at(t, h->best);
    const int64_t p = t->s->n_params;
    around a = {.t = t, .course = t->c};
    wick_status st;
    a.points = malloc((size_t)(2 * p * p + 1) * sizeof *a.points);
    a.value = malloc((size_t)(2 * p + 1) * sizeof *a.value);
    if (a.points == NULL || a.value == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    const int64_t n = wk_neighbours(t->s, best.params, o->step > 0.0 ? o->step : 0.05, a.points);
    WICK_TRY(wick_pool_run(ctx, n, o->threads, run_neighbour, &a));
    sum_up(&a, n, best.params, best.value[0], h, sens);
    if (o->test != NULL) {
        a.course = o->test;
        memcpy(a.points, best.params, (size_t)p * sizeof *a.points);
        WICK_TRY(run_neighbour(&a, 0, 0, ctx));
        h->test_value = a.value[0];
    }
out:
    free(a.points);
    free(a.value);
    return st;
}

static wick_status importance(wick_ctx *ctx, const wick_tune *t, wick_sensitivity *sens)
{
    wick_importance *list = NULL;
    int64_t n = 0;
    for (int64_t i = 0; i < t->s->n_params; i++)
        sens[i] = (wick_sensitivity){t->s->params[i].name, WICK_NA, WICK_NA, WICK_NA};
    /* Too few trials, or all alike: nothing can be told, which is no mistake. */
    if (wick_study_importance(ctx, t->study, NULL, &list, &n) < 0) {
        if (wick_ctx_code(ctx) == WICK_E_MEM) return WICK_E_MEM;
        wick_ctx_clear(ctx);
        return WICK_OK;
    }
    for (int64_t k = 0; k < n; k++)
        for (int64_t i = 0; i < t->s->n_params; i++)
            if (strcmp(sens[i].name, list[k].name) == 0) sens[i].importance = list[k].value;
    free(list);
    return WICK_OK;
}

static int32_t judge(const wick_honest *h)
{
    if (h->best < 0) return WICK_FOUND_NOTHING;
    if (!(h->dsr >= 0.95)) return WICK_FOUND_LUCK;
    if ((h->has_pbo && !(h->pbo.pbo <= 0.25)) || (h->has_spa && !(h->spa.p_consistent <= 0.05)))
        return WICK_FOUND_MIXED;
    return WICK_FOUND_SKILL;
}

wick_status wick_tune_honest(wick_ctx *ctx, const wick_tune *t, const wick_honest_opts *opts,
                             wick_honest *out, wick_sensitivity *sensitivity)
{
    wick_honest_opts o = {0};
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    matrix m = {.winner = -1};
    wick_status st;
    *out = (wick_honest){.best = wick_tune_best(t),
                         .rows = t->c->n_rows,
                         .sharpe = WICK_NA,
                         .psr = WICK_NA,
                         .luck = WICK_NA,
                         .dsr = WICK_NA,
                         .dsr_raw = WICK_NA,
                         .min_trl = WICK_NA,
                         .in_value = WICK_NA,
                         .test_value = WICK_NA,
                         .neighbour_mean = WICK_NA,
                         .neighbour_worst = WICK_NA,
                         .benchmark = o.benchmark_name != NULL ? o.benchmark_name : "cash"};
    count_trials(t, out);
    if (sensitivity != NULL) {
        st = importance(ctx, t, sensitivity);
        if (st < 0) return st;
    }
    if (out->best < 0) return WICK_OK;
    const wick_tune_trial best = wick_tune_at(t, out->best);
    out->in_value = best.value[0];
    WICK_TRY(make_matrix(ctx, t, best.duplicate_of >= 0 ? best.duplicate_of : out->best,
                         o.benchmark, &m));
    out->kept = m.n;
    WICK_TRY(chance(ctx, t, &m, &o, out->rows, out));
    WICK_TRY(neighbours(ctx, t, &o, out, sensitivity));
    out->finding = judge(out);
out:
    free_matrix(&m);
    return st;
}
