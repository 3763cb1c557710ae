/* SPDX-License-Identifier: MIT */
/* Dominance, fronts, ranks, crowding. Points are rows of m numbers, all minimised. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

bool wk_dominates(const double *a, const double *b, int32_t m)
{
    bool differ = false;
    for (int32_t i = 0; i < m; i++) {
        if (a[i] > b[i]) return false;
        differ |= a[i] < b[i];
    }
    return differ;
}

static int lexical(const double *a, const double *b, int32_t m)
{
    for (int32_t i = 0; i < m; i++) {
        if (a[i] < b[i]) return -1;
        if (a[i] > b[i]) return 1;
    }
    return 0;
}

/* Merge sort of indices by row; equal rows keep their order. */
static void sort_rows(const double *points, int32_t m, int64_t *idx, int64_t n, int64_t *spare)
{
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t lo = 0; lo < n; lo += 2 * width) {
            const int64_t mid = lo + width < n ? lo + width : n;
            const int64_t hi = lo + 2 * width < n ? lo + 2 * width : n;
            int64_t a = lo, b = mid;
            for (int64_t k = lo; k < hi; k++) {
                const bool left = a < mid && (b >= hi || lexical(points + idx[a] * m,
                                                                 points + idx[b] * m, m) <= 0);
                spare[k] = left ? idx[a++] : idx[b++];
            }
        }
        memcpy(idx, spare, (size_t)n * sizeof *idx);
    }
}

/* Ranks the `n` points named by idx (sorted by row): a point can only be dominated by an earlier
 * one. Stops when `enough` have a rank. Returns the number of ranks. */
static int32_t rank_sorted(const double *points, int32_t m, int64_t *idx, int64_t n, int64_t enough,
                           int32_t *rank, int64_t *front)
{
    int32_t r = 0;
    int64_t ranked = 0;
    while (n > 0 && ranked < enough) {
        int64_t in_front = 0, left = 0;
        for (int64_t i = 0; i < n; i++) {
            const double *p = points + idx[i] * m;
            bool bad = false;
            /* With two objectives the newest member has the least second number. */
            for (int64_t k = in_front - 1; k >= 0 && !bad; k--) {
                bad = wk_dominates(points + front[k] * m, p, m);
                if (m == 2) break;
            }
            if (bad) {
                idx[left++] = idx[i];
                continue;
            }
            rank[idx[i]] = r;
            front[in_front++] = idx[i];
        }
        ranked += in_front;
        n = left;
        r++;
    }
    return r;
}

wick_status wk_rank_until(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                          const double *penalty, int64_t enough, int32_t *rank)
{
    int64_t *idx = malloc((size_t)(3 * n + 1) * sizeof *idx);
    if (idx == NULL) return wick_fail_mem(ctx);
    int64_t *spare = idx + n, *front = spare + n, feasible = 0;
    for (int64_t i = 0; i < n; i++) {
        rank[i] = INT32_MAX;
        if (penalty == NULL || !(penalty[i] > 0.0)) idx[feasible++] = i;
    }
    sort_rows(points, m, idx, feasible, spare);
    const int32_t r = rank_sorted(points, m, idx, feasible, enough, rank, front);
    if (feasible < n && feasible < enough) {
        int64_t bad = 0;
        for (int64_t i = 0; i < n; i++)
            if (penalty[i] > 0.0) idx[bad++] = i;
        sort_rows(penalty, 1, idx, bad, spare);
        for (int64_t i = 0, k = r; i < bad; i++) {
            if (i > 0 && penalty[idx[i]] > penalty[idx[i - 1]]) k++;
            rank[idx[i]] = (int32_t)k;
        }
    }
    free(idx);
    return WICK_OK;
}

static wick_status check(wick_ctx *ctx, const double *points, int64_t n, int32_t m)
{
    if (n < 0 || m < 1 || m > WK_MAX_OBJECTIVES)
        return wick_fail(ctx, WICK_E_ARG, "%lld points of %d numbers: 1 to %d are possible",
                         (long long)n, (int)m, WK_MAX_OBJECTIVES);
    for (int64_t i = 0; i < n * m; i++)
        if (isnan(points[i]))
            return wick_fail(ctx, WICK_E_ARG, "point %lld has a number missing",
                             (long long)(i / m));
    return WICK_OK;
}

wick_status wick_pareto_rank(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                             const double *penalty, int32_t *rank)
{
    const wick_status st = check(ctx, points, n, m);
    return st < 0 ? st : wk_rank_until(ctx, points, n, m, penalty, n, rank);
}

wick_status wick_pareto_front(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                              bool *on_front)
{
    wick_status st = check(ctx, points, n, m);
    if (st < 0) return st;
    int32_t *rank = malloc((size_t)(n + 1) * sizeof *rank);
    if (rank == NULL) return wick_fail_mem(ctx);
    st = wk_rank_until(ctx, points, n, m, NULL, 1, rank);
    for (int64_t i = 0; i < n && st >= 0; i++) on_front[i] = rank[i] == 0;
    free(rank);
    return st;
}

void wk_reference_point(const double *points, int64_t n, int32_t m, double *ref)
{
    for (int32_t j = 0; j < m; j++) {
        double worst = -WK_INF;
        for (int64_t i = 0; i < n; i++)
            if (points[i * m + j] > worst) worst = points[i * m + j];
        const double a = 1.1 * worst, b = 0.9 * worst;
        ref[j] = a > b ? a : b;
        if (ref[j] == 0.0) ref[j] = 1e-12;
    }
}

void wk_crowding(const double *points, int64_t n, int32_t m, int64_t *order, double *out)
{
    for (int64_t i = 0; i < n; i++) out[i] = 0.0;
    for (int32_t j = 0; j < m; j++) {
        for (int64_t i = 1; i < n; i++) {
            const int64_t v = order[i];
            int64_t k = i;
            for (; k > 0 && points[order[k - 1] * m + j] > points[v * m + j]; k--)
                order[k] = order[k - 1];
            order[k] = v;
        }
        if (n == 0 || points[order[0] * m + j] == points[order[n - 1] * m + j]) continue;
        double low = WK_INF, high = -WK_INF;
        for (int64_t i = 0; i < n; i++) {
            const double x = points[order[i] * m + j];
            if (x != -WK_INF && x < low) low = x;
            if (x != WK_INF && x > high) high = x;
        }
        double width = high - low;
        if (!(width > 0.0)) width = 1.0;
        for (int64_t i = 0; i < n; i++) {
            const double a = i == 0 ? -WK_INF : points[order[i - 1] * m + j];
            const double b = i == n - 1 ? WK_INF : points[order[i + 1] * m + j];
            out[order[i]] += a == b ? 0.0 : (b - a) / width;
        }
    }
}

wick_status wick_crowding(wick_ctx *ctx, const double *points, int64_t n, int32_t m, double *out)
{
    const wick_status st = check(ctx, points, n, m);
    if (st < 0) return st;
    int64_t *order = malloc((size_t)(n + 1) * sizeof *order);
    if (order == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) order[i] = i;
    wk_crowding(points, n, m, order, out);
    free(order);
    return WICK_OK;
}

/* ---- of a study ---------------------------------------------------------------------------- */

static wick_status collect(wick_ctx *ctx, const wick_study *s, double **points,
                           const wick_trial ***trials, int64_t *n)
{
    *points = malloc((size_t)(s->n * s->m + 1) * sizeof **points);
    *trials = malloc((size_t)(s->n + 1) * sizeof **trials);
    *n = 0;
    if (*points == NULL || *trials == NULL) {
        free(*points);
        free(*trials);
        return wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < s->n; i++) {
        const wick_trial *t = s->trials[i];
        if (t->state != WICK_TRIAL_COMPLETE || !wk_feasible(t)) continue;
        for (int32_t j = 0; j < s->m; j++) (*points)[*n * s->m + j] = wk_sign(s, j) * t->values[j];
        (*trials)[(*n)++] = t;
    }
    return WICK_OK;
}

wick_status wick_study_front(wick_ctx *ctx, const wick_study *s, const wick_trial ***out,
                             int64_t *n)
{
    double *points;
    const wick_trial **trials;
    int64_t all;
    wick_status st = collect(ctx, s, &points, &trials, &all);
    if (st < 0) return st;
    bool *on = malloc((size_t)all + 1);
    st = on == NULL ? wick_fail_mem(ctx) : wick_pareto_front(ctx, points, all, s->m, on);
    if (st >= 0) {
        int64_t k = 0;
        for (int64_t i = 0; i < all; i++)
            if (on[i]) trials[k++] = trials[i];
        *out = trials;
        *n = k;
    } else {
        free(trials);
    }
    free(on);
    free(points);
    return st;
}

wick_status wick_study_hypervolume(wick_ctx *ctx, const wick_study *s, const double *ref,
                                   double *out)
{
    double *points, signed_ref[WK_MAX_OBJECTIVES];
    const wick_trial **trials;
    int64_t n;
    wick_status st = collect(ctx, s, &points, &trials, &n);
    if (st < 0) return st;
    for (int32_t j = 0; j < s->m; j++) signed_ref[j] = wk_sign(s, j) * ref[j];
    st = wick_hypervolume(ctx, points, n, s->m, signed_ref, out);
    free(points);
    free(trials);
    return st;
}
