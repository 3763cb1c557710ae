/* SPDX-License-Identifier: MIT */
#include "opt/forest.h"

#include <stdlib.h>
#include <string.h>

/* ---- growing -------------------------------------------------------------------------------- */

typedef struct row {
    double x, y;
    int64_t i;
} row;

typedef struct grower {
    wk_tree *t;
    const double *x, *y;
    int32_t f;
    row *sorted;
} grower;

typedef struct split {
    int32_t feature;
    double threshold, decrease;
} split;

static int by_x(const void *a, const void *b)
{
    const row *p = a, *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    return (p->i > q->i) - (p->i < q->i);
}

/* The split with the largest decrease of the squared error; the first column wins a tie. */
static split best_split(const grower *g, const int64_t *idx, int64_t n, double sum)
{
    split best = {-1, 0.0, 0.0};
    for (int32_t c = 0; c < g->f; c++) {
        for (int64_t i = 0; i < n; i++)
            g->sorted[i] = (row){g->x[idx[i] * g->f + c], g->y[idx[i]], i};
        qsort(g->sorted, (size_t)n, sizeof *g->sorted, by_x);
        if (g->sorted[0].x == g->sorted[n - 1].x) continue;
        double left = 0.0;
        for (int64_t i = 0; i + 1 < n; i++) {
            left += g->sorted[i].y;
            if (g->sorted[i].x == g->sorted[i + 1].x) continue;
            const double a = (double)(i + 1), b = (double)(n - i - 1), right = sum - left;
            const double gain = left * left / a + right * right / b - sum * sum / (double)n;
            if (gain <= best.decrease) continue;
            best.decrease = gain;
            best.feature = c;
            best.threshold = 0.5 * (g->sorted[i].x + g->sorted[i + 1].x);
            /* The middle of two neighbours may round up to the larger. */
            if (!(best.threshold < g->sorted[i + 1].x)) best.threshold = g->sorted[i].x;
        }
    }
    return best;
}

static wick_status grow(wick_ctx *ctx, grower *g, int64_t *idx, int64_t n, int depth, int32_t *out)
{
    wick_status st =
        wk_grow(ctx, &g->t->node, &g->t->cap, g->t->n + 1, (int64_t)sizeof *g->t->node);
    if (st < 0) return st;
    const int32_t me = (int32_t)g->t->n++;
    double sum = 0.0;
    bool flat = true;
    for (int64_t i = 0; i < n; i++) {
        sum += g->y[idx[i]];
        flat = flat && g->y[idx[i]] == g->y[idx[0]];
    }
    g->t->node[me] = (wk_tree_node){.feature = -1, .value = sum / (double)n};
    *out = me;
    if (n < 2 || depth == WK_TREE_DEPTH || flat) return WICK_OK;
    const split s = best_split(g, idx, n, sum);
    if (s.feature < 0) return WICK_OK;
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        if (g->x[idx[i] * g->f + s.feature] > s.threshold) continue;
        const int64_t swap = idx[k];
        idx[k++] = idx[i];
        idx[i] = swap;
    }
    int32_t left = 0, right = 0;
    st = grow(ctx, g, idx, k, depth + 1, &left);
    if (st >= 0) st = grow(ctx, g, idx + k, n - k, depth + 1, &right);
    if (st < 0) return st;
    wk_tree_node *node = &g->t->node[me];
    node->feature = s.feature;
    node->threshold = s.threshold;
    node->decrease = s.decrease;
    node->left = left;
    node->right = right;
    return WICK_OK;
}

wick_status wk_tree_grow(wick_ctx *ctx, wk_tree *t, const double *x, const double *y, int64_t n,
                         int32_t f, uint64_t seed, int64_t number)
{
    wick_pcg pcg = wick_pcg_key(seed, "forest", (uint64_t)number, 0);
    int64_t *idx = malloc((size_t)n * sizeof *idx), root;
    grower g = {.t = t, .x = x, .y = y, .f = f};
    int32_t at = 0;
    g.sorted = malloc((size_t)n * sizeof *g.sorted);
    t->n = 0;
    wick_status st = idx == NULL || g.sorted == NULL ? wick_fail_mem(ctx) : WICK_OK;
    for (root = 0; st >= 0 && root < n; root++)
        idx[root] = (int64_t)wick_pcg_below(&pcg, (uint64_t)n);
    if (st >= 0) st = grow(ctx, &g, idx, n, 0, &at);
    free(idx);
    free(g.sorted);
    return st;
}

void wk_tree_free(wk_tree *t)
{
    free(t->node);
    t->node = NULL;
}

/* ---- functional ANOVA ----------------------------------------------------------------------- */

/* Every leaf is a box. Its value counts, for one parameter, with the share of all other coordinates
 * it covers; over that parameter's own coordinates it is spread as a step function. One walk over
 * the leaves gives the marginals of all parameters. */
typedef struct anova {
    const wk_tree *t;
    int32_t f, groups;
    const wk_tree_group *group;
    const double *low, *high;
    double *at_low, *at_high; /* box of the present node */
    double **cut;             /* per column: sorted thresholds with both ends */
    int64_t *cuts;
    double **steps; /* per group: differences of the marginal (one column) or its values */
    double mean, square, weight;
} anova;

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int64_t place(const anova *a, int32_t c, double v)
{
    int64_t lo = 0, hi = a->cuts[c];
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (a->cut[c][mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static double share(const anova *a, int32_t c)
{
    return (a->at_high[c] - a->at_low[c]) / (a->high[c] - a->low[c]);
}

/* Cells of a one-hot group are the corners of its cube; a leaf covers those its box allows. */
static void add_corners(const anova *a, const wk_tree_group *g, double v, double *to)
{
    const int32_t n = g->to - g->from;
    for (int64_t corner = 0; corner < INT64_C(1) << n; corner++) {
        bool inside = true;
        for (int32_t k = 0; k < n && inside; k++) {
            const int32_t c = g->from + k;
            const double mid = (corner >> k) & 1 ? 0.75 : 0.25;
            inside = mid > a->at_low[c] && mid < a->at_high[c];
        }
        if (inside) to[corner] += v;
    }
}

static void leaf(anova *a, double value)
{
    double all = 1.0;
    for (int32_t c = 0; c < a->f; c++) all *= share(a, c);
    a->mean += all * value;
    a->square += all * value * value;
    for (int32_t k = 0; k < a->groups; k++) {
        const wk_tree_group *g = &a->group[k];
        double rest = 1.0;
        for (int32_t c = 0; c < a->f; c++)
            if (c < g->from || c >= g->to) rest *= share(a, c);
        if (g->to - g->from > 1) {
            add_corners(a, g, rest * value, a->steps[k]);
            continue;
        }
        a->steps[k][place(a, g->from, a->at_low[g->from])] += rest * value;
        a->steps[k][place(a, g->from, a->at_high[g->from])] -= rest * value;
    }
}

static void walk(anova *a, int32_t at)
{
    const wk_tree_node *n = &a->t->node[at];
    if (n->feature < 0) {
        leaf(a, n->value);
        return;
    }
    const double low = a->at_low[n->feature], high = a->at_high[n->feature];
    a->at_high[n->feature] = n->threshold;
    walk(a, n->left);
    a->at_high[n->feature] = high;
    a->at_low[n->feature] = n->threshold;
    walk(a, n->right);
    a->at_low[n->feature] = low;
}

/* Variance of the marginal, each cell weighted by its width. */
static double marginal_variance(const anova *a, int32_t k)
{
    const wk_tree_group *g = &a->group[k];
    double mean = 0.0, square = 0.0;
    if (g->to - g->from > 1) {
        const int64_t n = INT64_C(1) << (g->to - g->from);
        for (int64_t i = 0; i < n; i++) {
            mean += a->steps[k][i] / (double)n;
            square += a->steps[k][i] * a->steps[k][i] / (double)n;
        }
        return square - mean * mean;
    }
    const int32_t c = g->from;
    double v = 0.0;
    for (int64_t i = 0; i + 1 < a->cuts[c]; i++) {
        const double w = (a->cut[c][i + 1] - a->cut[c][i]) / (a->high[c] - a->low[c]);
        v += a->steps[k][i];
        mean += w * v;
        square += w * v * v;
    }
    return square - mean * mean;
}

static void find_cuts(anova *a)
{
    for (int32_t c = 0; c < a->f; c++) {
        a->cut[c][0] = a->low[c];
        a->cuts[c] = 1;
    }
    for (int64_t i = 0; i < a->t->n; i++) {
        const wk_tree_node *n = &a->t->node[i];
        if (n->feature >= 0) a->cut[n->feature][a->cuts[n->feature]++] = n->threshold;
    }
    for (int32_t c = 0; c < a->f; c++) {
        a->cut[c][a->cuts[c]++] = a->high[c];
        qsort(a->cut[c], (size_t)a->cuts[c], sizeof *a->cut[c], ascending);
        int64_t n = 0;
        for (int64_t i = 0; i < a->cuts[c]; i++)
            if (n == 0 || a->cut[c][i] != a->cut[c][n - 1]) a->cut[c][n++] = a->cut[c][i];
        a->cuts[c] = n;
    }
}

wick_status wk_tree_fanova(wick_ctx *ctx, const wk_tree *t, int32_t f, const double *low,
                           const double *high, const wk_tree_group *group, int32_t groups,
                           double *out, bool *varies)
{
    anova a = {.t = t, .f = f, .group = group, .groups = groups, .low = low, .high = high};
    wick_arena *arena = wick_arena_new(0);
    if (arena == NULL) return wick_fail_mem(ctx);
    const int64_t d = (int64_t)sizeof(double), cells = t->n + 3;
    a.at_low = wick_arena_alloc(arena, f * d + 1);
    a.at_high = wick_arena_alloc(arena, f * d + 1);
    a.cut = wick_arena_zalloc(arena, (f + 1) * (int64_t)sizeof *a.cut);
    a.cuts = wick_arena_alloc(arena, (f + 1) * (int64_t)sizeof *a.cuts);
    a.steps = wick_arena_zalloc(arena, (groups + 1) * (int64_t)sizeof *a.steps);
    bool good =
        a.at_low != NULL && a.at_high != NULL && a.cut != NULL && a.cuts != NULL && a.steps != NULL;
    for (int32_t c = 0; good && c < f; c++) {
        a.cut[c] = wick_arena_alloc(arena, cells * d);
        good = a.cut[c] != NULL;
    }
    for (int32_t k = 0; good && k < groups; k++) {
        const int32_t n = group[k].to - group[k].from;
        a.steps[k] = wick_arena_zalloc(arena, (n > 1 ? INT64_C(1) << n : cells) * d);
        good = a.steps[k] != NULL;
    }
    if (good) {
        memcpy(a.at_low, low, (size_t)f * sizeof *low);
        memcpy(a.at_high, high, (size_t)f * sizeof *high);
        find_cuts(&a);
        walk(&a, 0);
        const double total = a.square - a.mean * a.mean;
        *varies = total > 1e-14 * (a.square + 1e-300);
        for (int32_t k = 0; *varies && k < groups; k++) out[k] = marginal_variance(&a, k) / total;
    }
    wick_arena_free(arena);
    return good ? WICK_OK : wick_fail_mem(ctx);
}

bool wk_tree_mdi(const wk_tree *t, const wk_tree_group *group, int32_t groups, double *out)
{
    double total = 0.0;
    for (int32_t k = 0; k < groups; k++) out[k] = 0.0;
    for (int64_t i = 0; i < t->n; i++) {
        const wk_tree_node *n = &t->node[i];
        if (n->feature < 0) continue;
        for (int32_t k = 0; k < groups; k++)
            if (n->feature >= group[k].from && n->feature < group[k].to) out[k] += n->decrease;
        total += n->decrease;
    }
    for (int32_t k = 0; total > 0.0 && k < groups; k++) out[k] /= total;
    return total > 0.0;
}
