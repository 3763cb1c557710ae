/* SPDX-License-Identifier: MIT */
/* Probability of backtest overfitting by combinatorially symmetric cross-validation.
 *
 * The combinations are the leaves of a tree: at depth d block d goes in or out of the sample.
 * Block sums are added once per inner node, so a leaf costs one pass over the trials and no sum
 * drifts; they are always added in the order of the blocks. Subtrees are tasks, each with its own
 * range of combinations, so the numbers do not know the threads. */
#include <stdlib.h>
#include <string.h>

#include "metrics/stats_int.h"

enum { MAX_BLOCKS = 24, SPLIT_DEPTH = 6 };

/* What a trial without spread scores: below every number. */
static const double WORST = -HUGE_VAL;

typedef struct pbo_job {
    const wick_trials *t;
    int32_t blocks;
    int64_t first, length; /* row of the first block, rows per block */
    wick_stat_fn stat;
    void *user;
    double *sum, *square; /* blocks x trials */
    int64_t n_tasks;
    uint32_t prefix[1 << SPLIT_DEPTH];
    int64_t start[1 << SPLIT_DEPTH]; /* first combination of each subtree */
    int32_t depth;
    double *logit, *in, *out, *mean; /* per combination */
    int32_t *chosen;
} pbo_job;

/* One task's way down the tree: sums of level d are at d * trials. */
typedef struct pbo_walk {
    const pbo_job *j;
    double *in_sum, *in_square, *out_sum, *out_square, *score_in, *score_out, *series;
    uint32_t picked;
    int64_t next;
} pbo_walk;

static int64_t choose(int64_t n, int64_t k)
{
    int64_t c = 1;
    if (k < 0 || k > n) return 0;
    for (int64_t i = 1; i <= k; i++) c = c * (n - k + i) / i;
    return c;
}

int64_t wick_pbo_combinations(int32_t blocks)
{
    if (blocks < 2 || blocks > MAX_BLOCKS || blocks % 2 != 0) return 0;
    return choose(blocks, blocks / 2);
}

int32_t wick_pbo_blocks(int64_t rows)
{
    const int64_t most = rows / 2 - rows / 2 % 2;
    return (int32_t)(most < 2 ? 2 : most < 16 ? most : 16);
}

/* ---- one combination ---------------------------------------------------------------------- */

/* Sharpe ratios of all trials from their sums. Constant returns leave only rounding. */
static void ratios(int64_t trials, double rows, const double *sum, const double *square,
                   double *score)
{
    const double each = 1.0 / rows, spread = 1.0 / (rows - 1.0);
    for (int64_t k = 0; k < trials; k++) {
        const double mean = sum[k] * each, var = square[k] - sum[k] * mean;
        score[k] = var > 1e-14 * square[k] ? mean / sqrt(var * spread) : WORST;
    }
}

/* The caller's statistic of the blocks in `picked`, row order kept. */
static void evaluate(const pbo_walk *w, uint32_t picked, double *score)
{
    const pbo_job *j = w->j;
    for (int64_t k = 0; k < j->t->trials; k++) {
        const double *from = j->t->column[k] + j->first;
        int64_t n = 0;
        for (int32_t b = 0; b < j->blocks; b++) {
            if ((picked >> b & 1) == 0) continue;
            memcpy(w->series + n, from + b * j->length, (size_t)j->length * sizeof *w->series);
            n += j->length;
        }
        const double v = j->stat(j->user, n, w->series);
        score[k] = isnan(v) ? WORST : v;
    }
}

static void judge(pbo_walk *w)
{
    const pbo_job *j = w->j;
    const int64_t n = j->t->trials, at = w->next++;
    const double *in = w->score_in, *out = w->score_out;
    int64_t best = 0, below = 0, equal = 0, defined = 0;
    for (int64_t k = 1; k < n; k++) {
        if (in[k] > in[best]) best = k;
    }
    wick_sum mean = {0};
    for (int64_t k = 0; k < n; k++) {
        below += out[k] < out[best];
        equal += out[k] == out[best];
        if (out[k] == WORST) continue;
        wick_sum_add(&mean, out[k]);
        defined++;
    }
    const double rank = (double)below + ((double)equal + 1.0) / 2.0, share = rank / (double)(n + 1);
    j->logit[at] = log(share / (1.0 - share));
    j->in[at] = in[best] == WORST ? WICK_NA : in[best];
    j->out[at] = out[best] == WORST ? WICK_NA : out[best];
    j->mean[at] = defined > 0 ? wick_sum_get(&mean) / (double)defined : WICK_NA;
    j->chosen[at] = (int32_t)best;
}

static void leaf(pbo_walk *w)
{
    const pbo_job *j = w->j;
    const int64_t n = j->t->trials, at = (int64_t)j->blocks * n;
    const double rows = (double)(j->length * (j->blocks / 2));
    if (j->stat != NULL) {
        const uint32_t all = (uint32_t)((UINT64_C(1) << j->blocks) - 1);
        evaluate(w, w->picked, w->score_in);
        evaluate(w, all & ~w->picked, w->score_out);
    } else {
        ratios(n, rows, w->in_sum + at, w->in_square + at, w->score_in);
        ratios(n, rows, w->out_sum + at, w->out_square + at, w->score_out);
    }
    judge(w);
}

/* ---- the tree ----------------------------------------------------------------------------- */

/* Level d + 1 from level d: block d is added on its side, the other side is carried over. */
static void descend(pbo_walk *w, int32_t d, bool picked)
{
    const pbo_job *j = w->j;
    const int64_t n = j->t->trials, at = d * n, to = at + n;
    const size_t bytes = (size_t)n * sizeof(double);
    const uint32_t bit = UINT32_C(1) << d;
    w->picked = picked ? w->picked | bit : w->picked & ~bit;
    if (j->stat != NULL) return;
    double *s = picked ? w->in_sum : w->out_sum, *q = picked ? w->in_square : w->out_square;
    const double *bs = j->sum + at, *bq = j->square + at;
    for (int64_t k = 0; k < n; k++) {
        s[to + k] = s[at + k] + bs[k];
        q[to + k] = q[at + k] + bq[k];
    }
    s = picked ? w->out_sum : w->in_sum;
    q = picked ? w->out_square : w->in_square;
    memcpy(s + to, s + at, bytes);
    memcpy(q + to, q + at, bytes);
}

static wick_status walk(wick_ctx *ctx, pbo_walk *w, int32_t d, int32_t inside)
{
    const int32_t blocks = w->j->blocks, half = blocks / 2;
    if (d == blocks) {
        if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        leaf(w);
        return WICK_OK;
    }
    if (inside < half) { /* first: the order of combinations is lexicographic */
        descend(w, d, true);
        const wick_status st = walk(ctx, w, d + 1, inside + 1);
        if (st < 0) return st;
    }
    if (d - inside < half) {
        descend(w, d, false);
        return walk(ctx, w, d + 1, inside);
    }
    return WICK_OK;
}

static int32_t bits(uint32_t x)
{
    int32_t n = 0;
    for (; x != 0; x &= x - 1) n++;
    return n;
}

static wick_status subtree(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    const pbo_job *j = arg;
    const int64_t n = j->t->trials, levels = ((int64_t)j->blocks + 1) * n;
    const int64_t half = j->length * (j->blocks / 2);
    (void)worker;
    double *own = calloc((size_t)(4 * levels + 2 * n + half), sizeof *own);
    if (own == NULL) return wick_fail_mem(ctx);
    pbo_walk w = {.j = j,
                  .in_sum = own,
                  .in_square = own + levels,
                  .out_sum = own + 2 * levels,
                  .out_square = own + 3 * levels,
                  .score_in = own + 4 * levels,
                  .score_out = own + 4 * levels + n,
                  .series = own + 4 * levels + 2 * n,
                  .next = j->start[task]};
    for (int32_t d = 0; d < j->depth; d++) descend(&w, d, (j->prefix[task] >> d & 1) != 0);
    const wick_status st = walk(ctx, &w, j->depth, bits(j->prefix[task]));
    free(own);
    return st;
}

/* Subtrees in lexicographic order: block 0 inside comes before block 0 outside. */
static void split(pbo_job *j)
{
    const int32_t half = j->blocks / 2;
    int64_t at = 0;
    j->depth = j->blocks < SPLIT_DEPTH ? j->blocks : SPLIT_DEPTH;
    for (uint32_t code = 0; code < UINT32_C(1) << j->depth; code++) {
        uint32_t p = 0;
        for (int32_t d = 0; d < j->depth; d++) {
            if ((code >> (j->depth - 1 - d) & 1) == 0) p |= UINT32_C(1) << d;
        }
        const int64_t below = choose(j->blocks - j->depth, half - bits(p));
        if (bits(p) > half || below == 0) continue;
        j->prefix[j->n_tasks] = p;
        j->start[j->n_tasks++] = at;
        at += below;
    }
}

/* ---- summary ------------------------------------------------------------------------------ */

static void regress(const pbo_job *j, int64_t n, wick_pbo *p)
{
    wick_sum sx = {0}, sy = {0}, xx = {0}, yy = {0}, xy = {0};
    int64_t m = 0;
    p->slope = p->intercept = p->r2 = p->in_mean = p->out_mean = WICK_NA;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(j->in[i]) || isnan(j->out[i])) continue;
        wick_sum_add(&sx, j->in[i]);
        wick_sum_add(&sy, j->out[i]);
        m++;
    }
    if (m == 0) return;
    const double mx = wick_sum_get(&sx) / (double)m, my = wick_sum_get(&sy) / (double)m;
    p->in_mean = mx;
    p->out_mean = my;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(j->in[i]) || isnan(j->out[i])) continue;
        const double x = j->in[i] - mx, y = j->out[i] - my;
        wick_sum_add(&xx, x * x);
        wick_sum_add(&yy, y * y);
        wick_sum_add(&xy, x * y);
    }
    const double vx = wick_sum_get(&xx), vy = wick_sum_get(&yy), c = wick_sum_get(&xy);
    if (!(vx > 0.0)) return;
    p->slope = c / vx;
    p->intercept = my - p->slope * mx;
    if (vy > 0.0) p->r2 = c / vx * (c / vy);
}

/* Sorted samples of one length: first order when no quantile is lower, second order when no
 * running sum of quantiles is; once at least higher. NA sorts first. */
static wick_status dominance(wick_ctx *ctx, const pbo_job *j, int64_t n, wick_pbo *p)
{
    double *a = malloc((size_t)n * 2 * sizeof *a), *b = a + n;
    if (a == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        a[i] = isnan(j->out[i]) ? -1e300 : j->out[i];
        b[i] = isnan(j->mean[i]) ? -1e300 : j->mean[i];
    }
    wk_sort_doubles(n, a);
    wk_sort_doubles(n, b);
    double sum = 0.0;
    bool first = true, second = true, better = false, better_sum = false;
    for (int64_t i = 0; i < n; i++) {
        sum += a[i] - b[i];
        first = first && a[i] >= b[i];
        second = second && sum >= 0.0;
        better = better || a[i] > b[i];
        better_sum = better_sum || sum > 0.0;
    }
    p->dominates_1 = first && better;
    p->dominates_2 = second && better_sum;
    free(a);
    return WICK_OK;
}

static void summarise(const pbo_job *j, int64_t n, wick_pbo *p)
{
    int64_t low = 0, losses = 0;
    wick_sum logits = {0};
    for (int64_t i = 0; i < n; i++) {
        low += j->logit[i] <= 0.0;
        losses += j->out[i] < 0.0;
        wick_sum_add(&logits, j->logit[i]);
    }
    *p = (wick_pbo){.rows = j->length * j->blocks,
                    .blocks = j->blocks,
                    .trials = j->t->trials,
                    .combinations = n,
                    .pbo = (double)low / (double)n,
                    .prob_loss = (double)losses / (double)n,
                    .logit_mean = wick_sum_get(&logits) / (double)n};
    regress(j, n, p);
}

/* ---- together ----------------------------------------------------------------------------- */

wick_status wk_trials_check(wick_ctx *ctx, const wick_trials *t, int64_t least_rows,
                            int64_t least_trials)
{
    if (t == NULL || t->column == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "trials without columns");
    }
    if (t->trials < least_trials || t->trials > INT32_MAX) {
        return wick_fail(ctx, WICK_E_ARG, "%lld trials; at least %lld are needed",
                         (long long)t->trials, (long long)least_trials);
    }
    if (t->rows < least_rows || t->rows > INT32_MAX) {
        return wick_fail(ctx, WICK_E_ARG, "%lld rows; at least %lld are needed", (long long)t->rows,
                         (long long)least_rows);
    }
    for (int64_t k = 0; k < t->trials; k++) {
        double bad = 0.0;
        if (t->column[k] == NULL) {
            return wick_fail(ctx, WICK_E_ARG, "trial %lld has no column", (long long)k + 1);
        }
        for (int64_t i = 0; i < t->rows; i++) bad += t->column[k][i] * 0.0;
        if (bad == 0.0) continue;
        for (int64_t i = 0; i < t->rows; i++) {
            if (isfinite(t->column[k][i])) continue;
            return wick_fail(ctx, WICK_E_DATA, "trial %lld, row %lld: not a finite number",
                             (long long)k + 1, (long long)i + 1);
        }
    }
    return WICK_OK;
}

static void block_sums(pbo_job *j)
{
    const int64_t n = j->t->trials;
    for (int64_t k = 0; k < n; k++) {
        const double *x = j->t->column[k] + j->first;
        for (int32_t b = 0; b < j->blocks; b++) {
            wick_sum s = {0}, q = {0};
            for (int64_t i = 0; i < j->length; i++, x++) {
                wick_sum_add(&s, *x);
                wick_sum_add(&q, *x * *x);
            }
            j->sum[b * n + k] = wick_sum_get(&s);
            j->square[b * n + k] = wick_sum_get(&q);
        }
    }
}

wick_status wick_pbo_eval(wick_ctx *ctx, const wick_trials *t, const wick_pbo_opts *opts,
                          wick_pbo *out)
{
    wick_pbo_opts o = {.size = sizeof o};
    wick_status st = wk_trials_check(ctx, t, 4, 2);
    if (st < 0) return st;
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    if (o.blocks == 0) o.blocks = wick_pbo_blocks(t->rows);
    const int64_t n = wick_pbo_combinations(o.blocks);
    if (n == 0 || t->rows / o.blocks < 2) {
        return wick_fail(ctx, WICK_E_ARG,
                         "%d blocks of %lld rows; blocks is even, 2 to %d, with two rows or more "
                         "in each",
                         (int)o.blocks, (long long)t->rows, (int)MAX_BLOCKS);
    }
    pbo_job j = {.t = t,
                 .blocks = o.blocks,
                 .first = t->rows % o.blocks,
                 .length = t->rows / o.blocks,
                 .stat = o.stat,
                 .user = o.user};
    const int64_t cells = o.blocks * t->trials;
    double *own = malloc((size_t)(2 * cells + 4 * n) * sizeof *own);
    int32_t *chosen = malloc((size_t)n * sizeof *chosen);
    if (own == NULL || chosen == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    j.sum = own;
    j.square = own + cells;
    j.mean = own + 2 * cells;
    j.logit = o.logits != NULL ? o.logits : j.mean + n;
    j.in = o.in_sample != NULL ? o.in_sample : j.mean + 2 * n;
    j.out = o.out_sample != NULL ? o.out_sample : j.mean + 3 * n;
    j.chosen = o.chosen != NULL ? o.chosen : chosen;
    block_sums(&j);
    split(&j);
    WICK_TRY(wick_pool_run(ctx, j.n_tasks, o.threads, subtree, &j));
    wick_pbo p;
    summarise(&j, n, &p);
    WICK_TRY(dominance(ctx, &j, n, &p));
    *out = p;
out:
    free(own);
    free(chosen);
    return st;
}
