/* SPDX-License-Identifier: MIT */
/* Limits of weights: defaults, what they leave of the budget, and the redistribution that keeps
 * caps where a method has no notion of them. */
#include "alloc/alloc_int.h"

#include <string.h>

double *wk_ones(wick_arena *scratch, int32_t n)
{
    double *v = wick_arena_alloc(scratch, (int64_t)n * (int64_t)sizeof *v);
    for (int32_t i = 0; v != NULL && i < n; i++) v[i] = 1.0;
    return v;
}

/* The most that long positions may sum to under the caps. */
static double most(const wk_bounds *b, int32_t n)
{
    double total = 0.0;
    for (int32_t g = -1; g < b->groups; g++) {
        double sum = 0.0;
        for (int32_t i = 0; i < n; i++)
            if ((b->group != NULL ? b->group[i] : -1) == g) sum += b->hi[i] > 0.0 ? b->hi[i] : 0.0;
        if (g >= 0 && b->group_cap != NULL && b->group_cap[g] > 0.0 && sum > b->group_cap[g])
            sum = b->group_cap[g];
        total += sum;
    }
    return b->gross > 0.0 && total > b->gross ? b->gross : total;
}

wick_status wk_bounds_of(wick_ctx *ctx, wick_arena *scratch, const wick_limits *limits, int32_t n,
                         wk_bounds *b)
{
    wick_limits l = {.size = sizeof l};
    if (limits != NULL) memcpy(&l, limits, limits->size < sizeof l ? limits->size : sizeof l);
    *b = (wk_bounds){.budget = l.budget > 0.0 ? l.budget : 1.0,
                     .gross = l.gross > 0.0 ? l.gross : 0.0,
                     .group = l.groups > 0 ? l.group : NULL,
                     .groups = l.group != NULL ? l.groups : 0,
                     .group_cap = l.group_cap};
    b->lo = wick_arena_alloc(scratch, (int64_t)n * (int64_t)sizeof *b->lo);
    b->hi = wick_arena_alloc(scratch, (int64_t)n * (int64_t)sizeof *b->hi);
    if (b->lo == NULL || b->hi == NULL) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < n; i++) {
        b->lo[i] = l.lo_each != NULL ? l.lo_each[i] : l.lo;
        b->hi[i] = l.hi_each != NULL ? l.hi_each[i]
                   : l.hi != 0.0     ? l.hi
                                     : b->budget - (double)n * (b->lo[i] < 0.0 ? b->lo[i] : 0.0);
        b->signed_ = b->signed_ || b->lo[i] < 0.0;
        if (!(b->lo[i] <= b->hi[i]))
            return wick_fail(ctx, WICK_E_ARG,
                             "the least weight %g of asset %d is above its greatest, %g", b->lo[i],
                             (int)i + 1, b->hi[i]);
    }
    const double cap = most(b, n);
    if (cap < b->budget) b->budget = cap;
    return WICK_OK;
}

void wk_qp_limits(const wk_bounds *b, const double *ones, wk_qp *p)
{
    p->eq = ones;
    p->eq_rhs = b->budget;
    p->lo = b->lo;
    p->hi = b->hi;
    p->group = b->group;
    p->groups = b->groups;
    p->group_cap = b->group_cap;
    p->gross = b->signed_ ? b->gross : 0.0; /* long only: the budget is the gross */
}

wick_status wk_least_variance(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in,
                              const double *c, double *w)
{
    wk_bounds b;
    const wick_status st = wk_bounds_of(ctx, scratch, in->limits, in->n, &b);
    const double *ones = wk_ones(scratch, in->n);
    if (st < 0) return st;
    if (ones == NULL) return wick_fail_mem(ctx);
    wk_qp p = {.n = in->n, .q = in->cov, .c = c};
    wk_qp_limits(&b, ones, &p);
    return wk_qp_solve(ctx, scratch, &p, w);
}

/* ---- redistribution ----------------------------------------------------------------------- */

static double group_cap(const wk_bounds *b, int32_t g)
{
    return g >= 0 && b->group_cap != NULL && b->group_cap[g] > 0.0 ? b->group_cap[g]
                                                                   : (double)INFINITY;
}

static void group_sums(const wk_bounds *b, int32_t n, const double *w, double *sums)
{
    memset(sums, 0, (size_t)b->groups * sizeof *sums);
    for (int32_t i = 0; b->group != NULL && i < n; i++)
        if (b->group[i] >= 0) sums[b->group[i]] += w[i];
}

/* What is above a cap is cut; a group above its cap shrinks as a whole. True: something was cut. */
static bool cut(const wk_bounds *b, int32_t n, double *w, double *sums)
{
    bool any = false;
    for (int32_t i = 0; i < n; i++) {
        if (w[i] <= b->hi[i] * (1.0 + 1e-15)) continue;
        w[i] = b->hi[i];
        any = true;
    }
    group_sums(b, n, w, sums);
    for (int32_t i = 0; b->group != NULL && i < n; i++) {
        const int32_t g = b->group[i];
        if (g < 0 || !(sums[g] > group_cap(b, g) * (1.0 + 1e-15))) continue;
        w[i] *= group_cap(b, g) / sums[g];
        any = true;
    }
    return any;
}

void wk_cap(const wk_bounds *b, int32_t n, double *w, double *sums)
{
    /* Each round closes a cap or leaves nothing to give. */
    for (int32_t round = 0; round <= n + b->groups && cut(b, n, w, sums); round++) {
        double sum = 0.0, open = 0.0;
        group_sums(b, n, w, sums);
        for (int pass = 0; pass < 2; pass++) {
            const double f = pass == 0 ? 1.0 : 1.0 + (b->budget - sum) / open;
            for (int32_t i = 0; i < n; i++) {
                const int32_t g = b->group != NULL ? b->group[i] : -1;
                const bool is_open = w[i] < b->hi[i] * (1.0 - 1e-14) &&
                                     (g < 0 || sums[g] < group_cap(b, g) * (1.0 - 1e-14));
                if (pass == 0) sum += w[i];
                if (pass == 0 && is_open) open += w[i];
                if (pass == 1 && is_open) w[i] *= f;
            }
            if (!(open > 0.0) || !(sum < b->budget)) return;
        }
    }
}
