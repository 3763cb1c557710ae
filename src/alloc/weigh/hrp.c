/* SPDX-License-Identifier: MIT */
#include "alloc/alloc_int.h"

#include <string.h>

/*
 * Hierarchical risk parity: single linkage of sqrt((1 - correlation) / 2), the leaves of the tree
 * in a row, halves weighed by the variances of their inverse-variance portfolios. Ties and the
 * order of branches are scipy's: edges of the minimum spanning tree from asset 0 in a stable order,
 * the branch with the lower number first.
 */
typedef struct tree {
    int32_t n;
    double *dist;          /* of each merge */
    int32_t *left, *right; /* children of merge k, node n + k */
    int32_t *a, *b, *root, *order, *stack;
} tree;

static double distance(const wick_weigh_in *in, int32_t i, int32_t k)
{
    const double v = wk_crow(in->cov, in->n, i)[i] * wk_crow(in->cov, in->n, k)[k];
    double d = (1.0 - (v > 0.0 ? wk_crow(in->cov, in->n, i)[k] / sqrt(v) : 0.0)) / 2.0;
    d = d < 0.0 ? 0.0 : d > 1.0 ? 1.0 : d;
    return sqrt(d);
}

/* Prim's edges, each to the asset that is nearest to what is joined already. */
static void span(const wick_weigh_in *in, tree *t, double *near)
{
    const int32_t n = t->n;
    int32_t x = 0;
    for (int32_t i = 0; i < n; i++) {
        near[i] = (double)INFINITY;
        t->root[i] = 0; /* joined */
    }
    for (int32_t k = 0; k + 1 < n; k++) {
        int32_t y = -1;
        t->root[x] = 1;
        for (int32_t i = 0; i < n; i++) {
            if (t->root[i]) continue;
            const double d = distance(in, x, i);
            if (d < near[i]) near[i] = d;
            if (y < 0 || near[i] < near[y]) y = i;
        }
        t->a[k] = x;
        t->b[k] = y;
        t->dist[k] = near[y];
        x = y;
    }
}

static void sort_edges(tree *t)
{
    for (int32_t k = 1; k + 1 < t->n; k++) {
        const double d = t->dist[k];
        const int32_t a = t->a[k], b = t->b[k];
        int32_t i = k;
        for (; i > 0 && t->dist[i - 1] > d; i--) {
            t->dist[i] = t->dist[i - 1];
            t->a[i] = t->a[i - 1];
            t->b[i] = t->b[i - 1];
        }
        t->dist[i] = d;
        t->a[i] = a;
        t->b[i] = b;
    }
}

static int32_t find(int32_t *root, int32_t i)
{
    while (root[i] != i) {
        root[i] = root[root[i]];
        i = root[i];
    }
    return i;
}

static void grow(tree *t)
{
    for (int32_t i = 0; i < 2 * t->n; i++) t->root[i] = i;
    for (int32_t k = 0; k + 1 < t->n; k++) {
        const int32_t x = find(t->root, t->a[k]), y = find(t->root, t->b[k]);
        t->left[k] = x < y ? x : y;
        t->right[k] = x < y ? y : x;
        t->root[x] = t->root[y] = t->n + k;
    }
}

static void leaves(tree *t)
{
    int32_t top = 0, to = 0;
    t->stack[top++] = 2 * t->n - 2;
    while (top > 0) {
        const int32_t node = t->stack[--top];
        if (node < t->n) {
            t->order[to++] = node;
            continue;
        }
        t->stack[top++] = t->right[node - t->n];
        t->stack[top++] = t->left[node - t->n];
    }
}

/* Variance of the inverse-variance portfolio of order[from, to). */
static double cluster_variance(const wick_weigh_in *in, const tree *t, int32_t from, int32_t to)
{
    double sum = 0.0, v = 0.0;
    for (int32_t i = from; i < to; i++)
        sum += 1.0 / wk_crow(in->cov, in->n, t->order[i])[t->order[i]];
    for (int32_t i = from; i < to; i++) {
        const double *row = wk_crow(in->cov, in->n, t->order[i]);
        double part = 0.0;
        for (int32_t k = from; k < to; k++)
            part += row[t->order[k]] / wk_crow(in->cov, in->n, t->order[k])[t->order[k]] / sum;
        v += part / row[t->order[i]] / sum;
    }
    return v;
}

/* Halves, and halves of them: no deeper than the logarithm of n. */
static void bisect(const wick_weigh_in *in, const tree *t, int32_t from, int32_t to, double *w)
{
    if (to - from < 2) return;
    const int32_t mid = from + (to - from) / 2;
    const double first = cluster_variance(in, t, from, mid);
    const double second = cluster_variance(in, t, mid, to);
    const double share = 1.0 - first / (first + second);
    for (int32_t i = from; i < to; i++) w[t->order[i]] *= i < mid ? share : 1.0 - share;
    bisect(in, t, from, mid, w);
    bisect(in, t, mid, to, w);
}

static wick_status run(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    const int32_t n = in->n;
    tree t = {.n = n};
    int32_t *ints = wick_arena_zalloc(scratch, 10 * (int64_t)n * (int64_t)sizeof *ints);
    double *nums = wick_arena_zalloc(scratch, 2 * (int64_t)n * (int64_t)sizeof *nums);
    if (ints == NULL || nums == NULL) return wick_fail_mem(ctx);
    t.dist = nums;
    t.left = ints;
    t.right = ints + n;
    t.a = ints + 2 * (ptrdiff_t)n;
    t.b = ints + 3 * (ptrdiff_t)n;
    t.order = ints + 4 * (ptrdiff_t)n;
    t.root = ints + 5 * (ptrdiff_t)n;
    t.stack = ints + 7 * (ptrdiff_t)n;
    for (int32_t i = 0; i < n; i++) {
        w[i] = 1.0;
        if (!(wk_crow(in->cov, n, i)[i] > 0.0))
            return wick_fail(ctx, WICK_E_ARG, "asset %d has no variance", (int)i + 1);
    }
    if (n == 1) return WICK_OK;
    span(in, &t, nums + n);
    sort_edges(&t);
    grow(&t);
    leaves(&t);
    bisect(in, &t, 0, n, w);
    return WICK_OK;
}

extern const wick_weigh_spec wick_weigh_hrp;
const wick_weigh_spec wick_weigh_hrp = {
    .name = "hrp",
    .title = "hierarchical risk parity: halves of a tree of correlations by their variances",
    .formula =
        "single linkage of sqrt((1 - correlation) / 2); each half by 1 - v / (v + other's v)",
    .source = "Lopez de Prado, 2016; PyPortfolioOpt HRPOpt",
    .needs_cov = true,
    .run = run,
};
