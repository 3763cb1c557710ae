/* SPDX-License-Identifier: MIT */
/* Prunes a trial that is significantly worse than the best one, step by step: made for objectives
 * averaged over instances (folds, symbols, seeds), whose order does not matter. */
#include <stdlib.h>

#include "opt/opt_int.h"

typedef struct wilcoxon {
    double p;
    int64_t startup;
    double *diff;
    int64_t cap;
} wilcoxon;

static void wilcoxon_free(void *self)
{
    wilcoxon *k = self;
    if (k == NULL) return;
    free(k->diff);
    free(k);
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    (void)study;
    wilcoxon *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->p = wk_arg(args, "p");
    k->startup = (int64_t)wk_arg(args, "startup");
    *self = k;
    return WICK_OK;
}

/* ---- the test ----------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    const double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return (x > y) - (x < y);
}

/* Share of the 2^n sign patterns whose positive ranks sum to at least (at most) r. */
static wick_status exact(wick_ctx *ctx, int64_t n, double r, bool greater, double *p)
{
    const int64_t top = n * (n + 1) / 2, at = (int64_t)r;
    double *ways = calloc((size_t)top + 1, sizeof *ways);
    if (ways == NULL) return wick_fail_mem(ctx);
    ways[0] = 1.0;
    for (int64_t k = 1; k <= n; k++)
        for (int64_t i = top; i >= k; i--) ways[i] += ways[i - k];
    double sum = 0.0;
    if (greater) {
        for (int64_t i = at; i <= top; i++) sum += ways[i];
    } else {
        for (int64_t i = 0; i <= at && i <= top; i++) sum += ways[i];
    }
    *p = ldexp(sum, (int)-n);
    free(ways);
    return WICK_OK;
}

wick_status wk_wilcoxon(wick_ctx *ctx, const double *diff, int64_t n, bool greater, double *p)
{
    double *d = malloc((size_t)(n + 1) * sizeof *d);
    if (d == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) d[i] = diff[i];
    qsort(d, (size_t)n, sizeof *d, by_size);
    double plus = 0.0, ties = 0.0;
    int64_t zeros = 0;
    for (int64_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && fabs(d[j]) == fabs(d[i]); j++) {}
        const double rank = 0.5 * (double)(i + 1 + j), t = (double)(j - i);
        if (t > 1.0) ties += t * (t * t - 1.0);
        for (int64_t k = i; k < j; k++) {
            if (d[k] > 0.0) plus += rank;
            if (d[k] == 0.0) {
                plus += 0.5 * rank;
                zeros++;
            }
        }
    }
    free(d);
    if (n <= 50 && zeros == 0) return exact(ctx, n, plus, greater, p);
    const double c = (double)n, mean = 0.25 * c * (c + 1.0);
    const double se = sqrt((c * (c + 1.0) * (2.0 * c + 1.0) - 0.5 * ties) / 24.0);
    const double z = (plus - mean) / se;
    *p = wk_norm_cdf(greater ? -z : z);
    return WICK_OK;
}

/* ---- the pruner --------------------------------------------------------------------------- */

static bool finite_mean(const wick_trial *t, double *mean)
{
    double sum = 0.0;
    for (int32_t i = 0; i < t->n_rep; i++) {
        if (!isfinite(t->rep[i].v)) return false;
        sum += t->rep[i].v;
    }
    *mean = sum / t->n_rep;
    return t->n_rep > 0;
}

static wick_status prune(wick_ctx *ctx, void *self, wick_trial *t, bool *out)
{
    wilcoxon *k = self;
    const wick_trial *best = t->study->best;
    double mine, theirs, p;
    *out = false;
    if (best == NULL || !finite_mean(t, &mine) || !finite_mean(best, &theirs)) return WICK_OK;
    wick_status st = wk_grow(ctx, &k->diff, &k->cap, t->n_rep, (int64_t)sizeof *k->diff);
    if (st < 0) return st;
    int64_t n = 0;
    for (int32_t i = 0; i < t->n_rep; i++) {
        const wk_report *r = wk_report_at(best, t->rep[i].step);
        if (r != NULL) k->diff[n++] = t->rep[i].v - r->v;
    }
    if (n < k->startup || n == 0) return WICK_OK;
    const bool up = t->study->directions[0] == WICK_MAXIMIZE;
    st = wk_wilcoxon(ctx, k->diff, n, !up, &p);
    if (st < 0) return st;
    const bool ahead = up ? theirs <= mine : theirs >= mine;
    *out = p < k->p && !ahead;
    return WICK_OK;
}

const wick_pruner_spec wick_pruner_wilcoxon = {
    .name = "wilcoxon",
    .title = "significantly worse than the best trial, step by step",
    .source = "Wilcoxon 1945; Optuna WilcoxonPruner",
    .param =
        {
            {"p", WICK_OPT_NUMBER, 0.1, 0, 1, NULL, "level of significance"},
            {"startup", WICK_OPT_INT, 2, 0, 1e9, NULL, "common steps needed"},
        },
    .init = init,
    .free = wilcoxon_free,
    .prune = prune,
};
