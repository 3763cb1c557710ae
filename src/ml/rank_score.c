/* SPDX-License-Identifier: MIT */
/* Scores against what followed: correlations across symbols, and what a threshold would have kept.
 */
#include "ml/ml_int.h"

static double pearson(const double *a, const double *b, int64_t n)
{
    wick_sum sa = {0}, sb = {0}, ab = {0}, aa = {0}, bb = {0};
    for (int64_t i = 0; i < n; i++) {
        wick_sum_add(&sa, a[i]);
        wick_sum_add(&sb, b[i]);
    }
    const double ma = wick_sum_get(&sa) / (double)n, mb = wick_sum_get(&sb) / (double)n;
    for (int64_t i = 0; i < n; i++) {
        wick_sum_add(&ab, (a[i] - ma) * (b[i] - mb));
        wick_sum_add(&aa, (a[i] - ma) * (a[i] - ma));
        wick_sum_add(&bb, (b[i] - mb) * (b[i] - mb));
    }
    const double d = sqrt(wick_sum_get(&aa)) * sqrt(wick_sum_get(&bb));
    return n >= 2 && d > 0.0 ? wick_sum_get(&ab) / d : WICK_NA;
}

static int64_t both(int64_t n, const double *a, const double *b, double *x, double *y)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(a[i]) || isnan(b[i])) continue;
        x[k] = a[i];
        y[k++] = b[i];
    }
    return k;
}

wick_status wick_correlate(wick_ctx *ctx, int64_t n, const double *a, const double *b, bool ranks,
                           double *out)
{
    if (n < 0 || a == NULL || b == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "a correlation needs two columns");
    }
    double *x = wk_items(4 * n, sizeof *x);
    if (x == NULL) return wick_fail_mem(ctx);
    double *y = x + n, *rx = x + 2 * n, *ry = x + 3 * n;
    const int64_t k = both(n, a, b, x, y);
    bool good = true;
    if (ranks) good = wk_ranks(x, k, rx) && wk_ranks(y, k, ry);
    if (good) *out = ranks ? pearson(rx, ry, k) : pearson(x, y, k);
    free(x);
    return good ? WICK_OK : wick_fail_mem(ctx);
}

/* Mean, sample deviation, their ratio and t over moments. */
static void over_moments(const double *v, int64_t n, double *mean, double *sd, double *ir,
                         double *t)
{
    wick_sum s = {0}, q = {0};
    *mean = *sd = *ir = *t = WICK_NA;
    if (n == 0) return;
    for (int64_t i = 0; i < n; i++) wick_sum_add(&s, v[i]);
    *mean = wick_sum_get(&s) / (double)n;
    if (n < 2) return;
    for (int64_t i = 0; i < n; i++) wick_sum_add(&q, (v[i] - *mean) * (v[i] - *mean));
    *sd = sqrt(wick_sum_get(&q) / (double)(n - 1));
    if (!(*sd > 0.0)) return;
    *ir = *mean / *sd;
    *t = *ir * sqrt((double)n);
}

/* Best fifth minus worst fifth by rank of the score; fifths of at least one. */
static double spread(const double *ranks, const double *ret, int64_t n)
{
    const double cut = fmax(1.0, floor((double)n / 5.0));
    wick_sum top = {0}, low = {0};
    int64_t n_top = 0, n_low = 0;
    for (int64_t i = 0; i < n; i++) {
        if (ranks[i] <= cut) {
            wick_sum_add(&low, ret[i]);
            n_low++;
        } else if (ranks[i] > (double)n - cut) {
            wick_sum_add(&top, ret[i]);
            n_top++;
        }
    }
    if (n_top == 0 || n_low == 0) return WICK_NA;
    return wick_sum_get(&top) / (double)n_top - wick_sum_get(&low) / (double)n_low;
}

wick_status wick_score_ranks(wick_ctx *ctx, int64_t n, const int64_t *time, const double *p,
                             const double *ret, wick_rank_scores *out)
{
    if (n < 0 || time == NULL || p == NULL || ret == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "rank scores need times, scores and outcomes");
    }
    double *x = wk_zero_items(7 * n, sizeof *x);
    if (x == NULL) return wick_fail_mem(ctx);
    double *y = x + n, *rx = x + 2 * n, *ry = x + 3 * n;
    double *ic = x + 4 * n, *rank_ic = x + 5 * n, *fifths = x + 6 * n;
    int64_t moments = 0, spreads = 0;
    bool good = true;
    for (int64_t i = 0, j; good && i < n; i = j) {
        for (j = i; j < n && time[j] == time[i]; j++) continue;
        const int64_t k = both(j - i, p + i, ret + i, x, y);
        if (k < 3) continue;
        good = wk_ranks(x, k, rx) && wk_ranks(y, k, ry);
        if (!good) break;
        const double s = spread(rx, y, k);
        if (!isnan(s)) fifths[spreads++] = s;
        ic[moments] = pearson(x, y, k);
        rank_ic[moments] = pearson(rx, ry, k);
        moments += !isnan(ic[moments]) && !isnan(rank_ic[moments]);
    }
    wick_rank_scores s = {.moments = moments};
    double sd, ir, t;
    over_moments(ic, moments, &s.ic, &s.ic_sd, &s.ic_ir, &s.ic_t);
    over_moments(rank_ic, moments, &s.rank_ic, &s.rank_ic_sd, &s.rank_ic_ir, &s.rank_ic_t);
    over_moments(fifths, spreads, &s.spread, &sd, &ir, &t);
    free(x);
    if (!good) return wick_fail_mem(ctx);
    *out = s;
    return WICK_OK;
}

wick_status wick_score_filter(wick_ctx *ctx, int64_t n, const double *p, const double *ret,
                              double threshold, wick_filter_scores *out)
{
    if (n < 0 || p == NULL || ret == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "filter scores need scores and outcomes");
    }
    double *x = wk_items(3 * n, sizeof *x), *y = x + n, *ranks = x + 2 * n;
    if (x == NULL) return wick_fail_mem(ctx);
    const int64_t k = both(n, p, ret, x, y);
    if (!wk_ranks(x, k, ranks)) {
        free(x);
        return wick_fail_mem(ctx);
    }
    wick_filter_scores s = {.n = k};
    wick_sum yes = {0}, no = {0}, tenth[10] = {{0}};
    int64_t won = 0, lost = 0, count[10] = {0};
    for (int64_t i = 0; i < k; i++) {
        const bool take = x[i] > threshold;
        s.accepted += take;
        *(take ? &won : &lost) += y[i] > 0.0;
        wick_sum_add(take ? &yes : &no, y[i]);
        int d = (int)((ranks[i] - 0.5) * 10.0 / (double)k);
        d = d > 9 ? 9 : d;
        wick_sum_add(&tenth[d], y[i]);
        count[d]++;
    }
    const double a = (double)s.accepted, r = (double)(k - s.accepted);
    s.acceptance = k > 0 ? a / (double)k : WICK_NA;
    s.mean_accepted = a > 0.0 ? wick_sum_get(&yes) / a : WICK_NA;
    s.mean_rejected = r > 0.0 ? wick_sum_get(&no) / r : WICK_NA;
    s.win_accepted = a > 0.0 ? (double)won / a : WICK_NA;
    s.win_rejected = r > 0.0 ? (double)lost / r : WICK_NA;
    for (int d = 0; d < 10; d++) {
        s.decile[d] =
            k >= 10 && count[d] > 0 ? wick_sum_get(&tenth[d]) / (double)count[d] : WICK_NA;
    }
    free(x);
    *out = s;
    return WICK_OK;
}
