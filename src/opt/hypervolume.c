/* SPDX-License-Identifier: MIT */
/* Hypervolume: a sweep in two and three dimensions, the WFG recursion above (While, Bradstreet and
 * Barone 2012), and greedy subset selection with lazily updated bounds (Guerreiro, Fonseca and
 * Paquete 2016). */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

static double box(const double *p, const double *ref, int32_t m)
{
    double v = 1.0;
    for (int32_t j = 0; j < m; j++) {
        if (!(p[j] < ref[j])) return 0.0;
        v *= ref[j] - p[j];
    }
    return v;
}

static void swap(double *a, double *b, int32_t m)
{
    for (int32_t j = 0; j < m; j++) {
        const double x = a[j];
        a[j] = b[j];
        b[j] = x;
    }
}

/* Rows by one coordinate, ascending; heap sort, as the sets are small and order of equals is of no
 * consequence for a volume. */
static void sort_by(double *p, int64_t n, int32_t m, int32_t j)
{
    for (int64_t end = n, root = n / 2; end > 1;) {
        if (root > 0) {
            root--;
        } else {
            end--;
            swap(p, p + end * m, m);
        }
        for (int64_t i = root, c; (c = 2 * i + 1) < end; i = c) {
            if (c + 1 < end && p[(c + 1) * m + j] > p[c * m + j]) c++;
            if (p[i * m + j] >= p[c * m + j]) break;
            swap(p + i * m, p + c * m, m);
        }
    }
}

static double area(double *p, int64_t n, const double *ref)
{
    sort_by(p, n, 2, 0);
    double v = 0.0, y = ref[1];
    for (int64_t i = 0; i < n; i++) {
        if (p[2 * i + 1] >= y) continue;
        v += (ref[0] - p[2 * i]) * (y - p[2 * i + 1]);
        y = p[2 * i + 1];
    }
    return v;
}

/* Slices along the third coordinate; the staircase of a slice (2 numbers a step, first ascending,
 * second descending) is in `stair`. */
static double volume(double *p, int64_t n, const double *ref, double *stair)
{
    sort_by(p, n, 3, 2);
    double v = 0.0;
    int64_t steps = 0;
    for (int64_t i = 0; i < n; i++) {
        const double x = p[3 * i], y = p[3 * i + 1];
        int64_t at = 0, end;
        while (at < steps && stair[2 * at] < x) at++;
        const bool hidden = (at > 0 && stair[2 * at - 1] <= y) ||
                            (at < steps && stair[2 * at] == x && stair[2 * at + 1] <= y);
        if (!hidden) {
            for (end = at; end < steps && stair[2 * end + 1] >= y; end++) {}
            memmove(&stair[2 * (at + 1)], &stair[2 * end],
                    (size_t)(2 * (steps - end)) * sizeof *stair);
            steps += 1 - (end - at);
            stair[2 * at] = x;
            stair[2 * at + 1] = y;
        }
        const double next = i + 1 < n ? p[3 * (i + 1) + 2] : ref[2], depth = next - p[3 * i + 2];
        if (depth <= 0.0) continue;
        double slice = 0.0, top = ref[1];
        for (int64_t k = 0; k < steps; k++) {
            slice += (ref[0] - stair[2 * k]) * (top - stair[2 * k + 1]);
            top = stair[2 * k + 1];
        }
        v += slice * depth;
    }
    return v;
}

/* Drops rows that another row is at least as good as everywhere. */
static int64_t thin(double *p, int64_t n, int32_t m)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        bool useless = false;
        for (int64_t k = 0; k < n && !useless; k++) {
            if (k == i) continue;
            bool covers = true, same = true;
            for (int32_t j = 0; j < m && covers; j++) {
                covers = p[k * m + j] <= p[i * m + j];
                same = same && p[k * m + j] == p[i * m + j];
            }
            /* Rows before `kept` have moved to the front already; of equals the first stays. */
            useless = covers && (!same || k < i);
        }
        if (!useless) {
            if (kept != i) swap(p + kept * m, p + i * m, m);
            kept++;
        }
    }
    return kept;
}

/* Scratch for one more level: n rows, and the staircase. */
static double wfg(double *p, int64_t n, int32_t m, const double *ref, double *scratch)
{
    if (n == 0) return 0.0;
    if (n == 1) return box(p, ref, m);
    if (m == 1) {
        double least = p[0];
        for (int64_t i = 1; i < n; i++) least = p[i] < least ? p[i] : least;
        return ref[0] - least;
    }
    if (m == 2) return area(p, n, ref);
    if (m == 3) return volume(p, n, ref, scratch);
    sort_by(p, n, m, 0);
    double v = 0.0;
    for (int64_t i = n - 1; i >= 0; i--) {
        /* What p[i] adds to those after it: its box less what they cover of it. */
        double *limited = scratch;
        for (int64_t k = i + 1; k < n; k++)
            for (int32_t j = 0; j < m; j++) {
                const double a = p[i * m + j], b = p[k * m + j];
                limited[(k - i - 1) * m + j] = a > b ? a : b;
            }
        const int64_t left = thin(limited, n - i - 1, m);
        v += box(p + i * m, ref, m) - wfg(limited, left, m, ref, limited + left * m);
    }
    return v;
}

/* Rows recursed into shrink by at least one each level. */
static int64_t scratch_rows(int64_t n, int32_t m)
{
    return m <= 3 ? n + 1 : n * (n + 1) / 2 + n + 1;
}

static wick_status check(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                         const double *ref)
{
    if (n < 0 || m < 1 || m > WK_MAX_OBJECTIVES)
        return wick_fail(ctx, WICK_E_ARG, "%lld points of %d numbers: 1 to %d are possible",
                         (long long)n, (int)m, WK_MAX_OBJECTIVES);
    for (int64_t i = 0; i < n * m; i++)
        if (isnan(points[i]))
            return wick_fail(ctx, WICK_E_ARG, "point %lld has a number missing",
                             (long long)(i / m));
    for (int32_t j = 0; j < m; j++)
        if (isnan(ref[j]))
            return wick_fail(ctx, WICK_E_ARG, "the reference point has a number missing");
    return WICK_OK;
}

wick_status wick_hypervolume(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                             const double *ref, double *out)
{
    const wick_status st = check(ctx, points, n, m, ref);
    if (st < 0) return st;
    for (int32_t j = 0; j < m; j++)
        if (isinf(ref[j])) return *out = WK_INF, WICK_OK;
    double *p = malloc((size_t)((n + scratch_rows(n, m)) * m + 1) * sizeof *p);
    if (p == NULL) return wick_fail_mem(ctx);
    int64_t kept = 0;
    bool endless = false;
    for (int64_t i = 0; i < n; i++) {
        bool inside = true, far = false;
        for (int32_t j = 0; j < m; j++) {
            inside = inside && points[i * m + j] < ref[j];
            far = far || points[i * m + j] == -WK_INF;
        }
        if (!inside) continue;
        endless = endless || far;
        memcpy(p + kept++ * m, points + i * m, (size_t)m * sizeof *p);
    }
    if (endless) {
        *out = WK_INF;
    } else {
        if (m > 3) kept = thin(p, kept, m);
        *out = wfg(p, kept, m, ref, p + kept * m);
    }
    free(p);
    return WICK_OK;
}

/* ---- subset ------------------------------------------------------------------------------- */

typedef struct greedy {
    const double *points, *ref;
    int32_t m;
    int64_t n_chosen;
    int64_t *chosen;
    double *bound, *work;
    int64_t *fresh; /* round for which the bound is exact */
    bool *out;
} greedy;

/* What point i adds to the chosen ones. */
static double gain(const greedy *g, int64_t i)
{
    const int32_t m = g->m;
    const double *p = g->points + i * m;
    int64_t n = 0;
    for (int64_t k = 0; k < g->n_chosen; k++) {
        bool inside = true;
        for (int32_t j = 0; j < m; j++) {
            const double a = p[j], b = g->points[g->chosen[k] * m + j], x = a > b ? a : b;
            g->work[n * m + j] = x;
            inside = inside && x < g->ref[j];
        }
        n += inside;
    }
    if (m > 3) n = thin(g->work, n, m);
    return box(p, g->ref, m) - wfg(g->work, n, m, g->ref, g->work + n * m);
}

/* First of the largest in row order, so that equal gains are settled as in a sorted list. */
static int64_t largest(const greedy *g, int64_t n)
{
    int64_t best = -1;
    for (int64_t i = 0; i < n; i++) {
        if (g->out[i]) continue;
        if (best < 0 || g->bound[i] > g->bound[best]) {
            best = i;
            continue;
        }
        if (g->bound[i] < g->bound[best]) continue;
        const double *a = g->points + i * g->m, *b = g->points + best * g->m;
        for (int32_t j = 0; j < g->m; j++) {
            if (a[j] == b[j]) continue;
            if (a[j] < b[j]) best = i;
            break;
        }
    }
    return best;
}

static bool seen_before(const double *points, int64_t i, int32_t m)
{
    for (int64_t k = 0; k < i; k++)
        if (memcmp(points + k * m, points + i * m, (size_t)m * sizeof *points) == 0) return true;
    return false;
}

static void choose(greedy *g, int64_t n, int64_t k)
{
    int64_t distinct = 0;
    for (int64_t i = 0; i < n; i++) {
        g->out[i] = seen_before(g->points, i, g->m);
        g->bound[i] = g->out[i] ? 0.0 : box(g->points + i * g->m, g->ref, g->m);
        g->fresh[i] = 0;
        distinct += !g->out[i];
    }
    /* Fewer different points than wanted: all of them, then repeats in their order. */
    if (distinct <= k) {
        for (int pass = 0; pass < 2; pass++)
            for (int64_t i = 0; i < n && g->n_chosen < k; i++)
                if (g->out[i] == (pass == 1)) g->chosen[g->n_chosen++] = i;
        return;
    }
    while (g->n_chosen < k) {
        /* Gains only shrink as the set grows, so a bound that is exact and largest wins. */
        int64_t i = largest(g, n);
        while (g->fresh[i] != g->n_chosen) {
            g->bound[i] = gain(g, i);
            g->fresh[i] = g->n_chosen;
            i = largest(g, n);
        }
        g->out[i] = true;
        g->chosen[g->n_chosen++] = i;
    }
}

wick_status wick_hypervolume_subset(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                                    const double *ref, int64_t k, int64_t *chosen)
{
    const wick_status st = check(ctx, points, n, m, ref);
    if (st < 0) return st;
    if (k < 0 || k > n)
        return wick_fail(ctx, WICK_E_ARG, "%lld of %lld points", (long long)k, (long long)n);
    bool finite = true;
    for (int32_t j = 0; j < m; j++) finite = finite && isfinite(ref[j]);
    for (int64_t i = 0; i < n * m; i++) finite = finite && points[i] != -WK_INF;
    if (!finite || k == n) {
        for (int64_t i = 0; i < k; i++) chosen[i] = i;
        return WICK_OK;
    }
    greedy g = {.points = points, .ref = ref, .m = m, .chosen = chosen};
    g.bound = malloc((size_t)(n + 1) * sizeof *g.bound);
    g.fresh = malloc((size_t)(n + 1) * sizeof *g.fresh);
    g.out = malloc((size_t)(n + 1) * sizeof *g.out);
    g.work = malloc((size_t)((k + scratch_rows(k, m)) * m + 1) * sizeof *g.work);
    const bool good = g.bound != NULL && g.fresh != NULL && g.out != NULL && g.work != NULL;
    if (good) choose(&g, n, k);
    free(g.bound);
    free(g.fresh);
    free(g.out);
    free(g.work);
    return good ? WICK_OK : wick_fail_mem(ctx);
}
