/* SPDX-License-Identifier: MIT */
/* How many independent trials a search was worth: copies removed, mean correlation, clusters. */
#include <stdlib.h>
#include <string.h>

#include "metrics/stats_int.h"

/* Above so many distinct trials the matrix of distances is too big to be worth it; and so many
 * groups are looked at. */
enum { MOST_TRIALS = 4096, MOST_CLUSTERS = 100 };

typedef struct merge {
    int32_t a, b; /* b joins a */
    double height;
} merge;

typedef struct tree {
    int64_t n;
    double *d; /* n x n distances */
    merge *merges;
} tree;

/* ---- distinct columns --------------------------------------------------------------------- */

typedef struct keyed {
    uint64_t hash;
    int64_t index;
} keyed;

static int by_hash(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Marks copies; the first of each kind stays. */
static int64_t distinct(const wick_trials *t, keyed *k, bool *copy)
{
    const size_t bytes = (size_t)t->rows * sizeof(double);
    int64_t n = t->trials;
    for (int64_t i = 0; i < t->trials; i++) {
        k[i] = (keyed){wick_hash64(t->column[i], (int64_t)bytes, 0), i};
    }
    qsort(k, (size_t)t->trials, sizeof *k, by_hash);
    for (int64_t i = 1; i < t->trials; i++) {
        for (int64_t j = i - 1; j >= 0 && k[j].hash == k[i].hash; j--) {
            if (memcmp(t->column[k[j].index], t->column[k[i].index], bytes) != 0) continue;
            copy[k[i].index] = true;
            n--;
            break;
        }
    }
    return n;
}

/* ---- average linkage by chains of nearest neighbours --------------------------------------- */

static int64_t nearest(const tree *t, const double *size, int64_t of, int64_t before)
{
    int64_t best = -1;
    for (int64_t k = 0; k < t->n; k++) {
        if (k == of || size[k] == 0.0) continue;
        const double d = t->d[of * t->n + k];
        /* The one before in the chain wins a tie: the chain must end. */
        if (best < 0 || d < t->d[of * t->n + best] ||
            (d == t->d[of * t->n + best] && k == before)) {
            best = k;
        }
    }
    return best;
}

static void join(tree *t, double *size, int64_t a, int64_t b)
{
    const double wa = size[a] / (size[a] + size[b]), wb = 1.0 - wa;
    for (int64_t k = 0; k < t->n; k++) {
        if (k == a || k == b || size[k] == 0.0) continue;
        const double d = wa * t->d[a * t->n + k] + wb * t->d[b * t->n + k];
        t->d[a * t->n + k] = t->d[k * t->n + a] = d;
    }
    size[a] += size[b];
    size[b] = 0.0;
}

static int by_height(const void *x, const void *y)
{
    const merge *a = x, *b = y;
    if (a->height != b->height) return a->height < b->height ? -1 : 1;
    return a->a != b->a ? (a->a > b->a) - (a->a < b->a) : (a->b > b->b) - (a->b < b->b);
}

/* `size` and `chain` have room for n. Distances are used up. */
static void link_all(tree *t, double *size, int64_t *chain)
{
    int64_t depth = 0, done = 0;
    for (int64_t k = 0; k < t->n; k++) size[k] = 1.0;
    while (done + 1 < t->n) {
        if (depth == 0) {
            int64_t first = 0;
            while (size[first] == 0.0) first++;
            chain[depth++] = first;
        }
        const int64_t top = chain[depth - 1], before = depth > 1 ? chain[depth - 2] : -1;
        const int64_t next = nearest(t, size, top, before);
        if (next != before) {
            chain[depth++] = next;
            continue;
        }
        const int64_t a = top < before ? top : before, b = top < before ? before : top;
        t->merges[done++] = (merge){(int32_t)a, (int32_t)b, t->d[a * t->n + b]};
        join(t, size, a, b);
        depth -= 2;
    }
    qsort(t->merges, (size_t)done, sizeof *t->merges, by_height);
}

/* ---- the number of groups ----------------------------------------------------------------- */

static int32_t root(const int32_t *parent, int32_t k)
{
    while (parent[k] != k) k = parent[k];
    return k;
}

/* Labels 0..groups-1 after the first n - groups merges. */
static void cut(const tree *t, int64_t groups, int32_t *parent, int32_t *label)
{
    int32_t next = 0;
    for (int64_t k = 0; k < t->n; k++) parent[k] = (int32_t)k;
    for (int64_t m = 0; m < t->n - groups; m++) {
        const int32_t a = root(parent, t->merges[m].a), b = root(parent, t->merges[m].b);
        parent[a < b ? b : a] = a < b ? a : b;
    }
    for (int64_t k = 0; k < t->n; k++) {
        const int32_t r = root(parent, (int32_t)k);
        label[k] = r == k ? next++ : label[r]; /* a root is the lowest of its group */
    }
}

/* What the silhouettes of all cuts are made from: per trial its summed distance to each group. A
 * merge adds two columns, so that the cuts after the first cost no pass over the matrix. */
typedef struct sums {
    double *to;     /* n rows of `groups` */
    int64_t *count; /* per group; 0: merged away */
    int64_t groups;
} sums;

static void add_distances(int64_t n, const double *d, const int32_t *label, sums *s)
{
    memset(s->count, 0, (size_t)s->groups * sizeof *s->count);
    memset(s->to, 0, (size_t)(n * s->groups) * sizeof *s->to);
    for (int64_t k = 0; k < n; k++) {
        s->count[label[k]]++;
        for (int64_t i = 0; i < n; i++) s->to[k * s->groups + label[i]] += d[k * n + i];
    }
}

/* Mean silhouette; a trial alone in its group counts 0. */
static double silhouette(int64_t n, const int32_t *label, const sums *s)
{
    double total = 0.0;
    for (int64_t k = 0; k < n; k++) {
        const int32_t own = label[k];
        if (s->count[own] < 2) continue;
        const double *to = s->to + k * s->groups;
        const double inside = to[own] / (double)(s->count[own] - 1);
        double other = HUGE_VAL;
        for (int64_t g = 0; g < s->groups; g++) {
            if (g != own && s->count[g] > 0) other = fmin(other, to[g] / (double)s->count[g]);
        }
        const double most = fmax(inside, other);
        if (most > 0.0) total += (other - inside) / most;
    }
    return total / (double)n;
}

/* Group b joins group a. */
static void merge_groups(int64_t n, int32_t *label, sums *s, int32_t a, int32_t b)
{
    for (int64_t k = 0; k < n; k++) {
        s->to[k * s->groups + a] += s->to[k * s->groups + b];
        if (label[k] == b) label[k] = a;
    }
    s->count[a] += s->count[b];
    s->count[b] = 0;
}

/* The number of groups, of 2 to `most`, with the largest silhouette; the smaller one of equals. */
static wick_status best_cut(wick_ctx *ctx, const tree *t, const double *d, int64_t most,
                            int32_t *parent, int32_t *label, int64_t *out)
{
    const int64_t n = t->n;
    sums s = {.groups = most};
    s.to = malloc((size_t)(n * most) * sizeof *s.to);
    s.count = malloc((size_t)most * sizeof *s.count);
    double best = -HUGE_VAL;
    const bool good = s.to != NULL && s.count != NULL;
    if (good) {
        cut(t, most, parent, label);
        add_distances(n, d, label, &s);
    }
    for (int64_t g = most; good && g >= 2; g--) {
        const double v = silhouette(n, label, &s);
        if (v >= best) {
            best = v;
            *out = g;
        }
        const merge *m = &t->merges[n - g];
        const int32_t a = label[m->a], b = label[m->b];
        merge_groups(n, label, &s, a < b ? a : b, a < b ? b : a);
    }
    free(s.to);
    free(s.count);
    return good ? WICK_OK : wick_fail_mem(ctx);
}

/* ---- distances ------------------------------------------------------------------------------ */

typedef double lanes8 __attribute__((vector_size(8 * sizeof(double)), aligned(sizeof(double))));

static double lane_sum(const lanes8 *x)
{
    const lanes8 s = *x;
    return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
}

/* Products of a with each of four vectors. Sums run in eight lanes whatever the width of the
 * registers; four at once because one alone waits for its own additions. */
WICK_WIDE static void dot4(const double *restrict a, const double *const b[4], int64_t n,
                           double to[4])
{
    lanes8 sum[4];
    double rest[4] = {0.0, 0.0, 0.0, 0.0};
    int64_t i = 0;
    memset(sum, 0, sizeof sum);
    for (; i + 8 <= n; i += 8) {
        const lanes8 x = *(const lanes8 *)(const void *)(a + i);
        sum[0] += x * *(const lanes8 *)(const void *)(b[0] + i);
        sum[1] += x * *(const lanes8 *)(const void *)(b[1] + i);
        sum[2] += x * *(const lanes8 *)(const void *)(b[2] + i);
        sum[3] += x * *(const lanes8 *)(const void *)(b[3] + i);
    }
    for (; i < n; i++) {
        for (int k = 0; k < 4; k++) rest[k] += a[i] * b[k][i];
    }
    for (int k = 0; k < 4; k++) to[k] = lane_sum(&sum[k]) + rest[k];
}

enum { TILE = 16 }; /* vectors of a tile: two tiles stay in the second cache */

typedef struct distances {
    int64_t n, rows;
    const double *const *z; /* n unit vectors of `rows` values */
    double *d;
} distances;

/* Rows and columns from `row` and `column` of the lower triangle. */
static void distance_tile(const distances *m, int64_t row, int64_t column)
{
    for (int64_t i = row; i < row + TILE && i < m->n; i++) {
        const int64_t last = column + TILE < i ? column + TILE : i;
        for (int64_t k = column; k < last; k += 4) {
            const double *b[4];
            double product[4];
            for (int64_t c = 0; c < 4; c++) b[c] = m->z[k + c < last ? k + c : k];
            dot4(m->z[i], b, m->rows, product);
            for (int64_t c = 0; c < 4 && k + c < last; c++) {
                const double far = sqrt(fmax(0.0, (1.0 - product[c]) / 2.0));
                m->d[i * m->n + k + c] = m->d[(k + c) * m->n + i] = far;
            }
        }
    }
}

/* Longest stripes first, so that the last task is a short one. */
static wick_status distance_stripe(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    const distances *m = arg;
    const int64_t stripe = (m->n - 1) / TILE - task;
    (void)worker;
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    for (int64_t k = 0; k <= stripe; k++) distance_tile(m, stripe * TILE, k * TILE);
    return WICK_OK;
}

/* `z` holds n unit vectors of `rows` values. */
static wick_status clusters(wick_ctx *ctx, int64_t n, int64_t rows, const double *const *z,
                            int32_t threads, int64_t *out)
{
    wick_status st = WICK_OK;
    const int64_t most = n - 1 < MOST_CLUSTERS ? n - 1 : MOST_CLUSTERS;
    double *d = malloc((size_t)(2 * n * n + 2 * n) * sizeof *d);
    merge *merges = malloc((size_t)n * sizeof *merges);
    int32_t *label = malloc((size_t)(2 * n) * sizeof *label);
    int64_t *chain = malloc((size_t)(2 * n) * sizeof *chain);
    if (!d || !merges || !label || !chain) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t i = 0; i < n; i++) d[i * n + i] = 0.0;
    distances m = {n, rows, z, d};
    WICK_TRY(wick_pool_run(ctx, (n + TILE - 1) / TILE, threads, distance_stripe, &m));
    double *used = d + n * n, *scratch = d + 2 * n * n;
    memcpy(used, d, (size_t)(n * n) * sizeof *d);
    tree t = {n, used, merges};
    link_all(&t, scratch, chain);
    st = best_cut(ctx, &t, d, most, label, label + n, out);
out:
    free(d);
    free(merges);
    free(label);
    free(chain);
    return st;
}

/* ---- together ----------------------------------------------------------------------------- */

/* x as a unit vector about its mean; false for a flat one. */
static bool unit_vector(int64_t n, const double *x, double *z)
{
    const wick_moments m = wick_moments_of(n, x);
    if (isnan(m.skew)) return false;
    const double scale = 1.0 / (m.dev * sqrt((double)n));
    for (int64_t i = 0; i < n; i++) z[i] = (x[i] - m.mean) * scale;
    return true;
}

static double mean_correlation(int64_t n, int64_t rows, const double *const *z)
{
    wick_sum all = {0};
    if (n < 2) return WICK_NA;
    for (int64_t r = 0; r < rows; r++) {
        wick_sum s = {0};
        for (int64_t k = 0; k < n; k++) wick_sum_add(&s, z[k][r]);
        wick_sum_add(&all, wick_sum_get(&s) * wick_sum_get(&s));
    }
    return (wick_sum_get(&all) - (double)n) / ((double)n * (double)(n - 1));
}

static double variance_of(int64_t n, const double *x)
{
    const wick_moments m = wick_moments_of(n, x);
    return n < 2 ? WICK_NA : m.dev * m.dev * (double)n / (double)(n - 1);
}

wick_status wick_trials_count(wick_ctx *ctx, const wick_trials *t, int32_t threads,
                              wick_trial_count *out)
{
    wick_status st = wk_trials_check(ctx, t, 2, 1);
    if (st < 0) return st;
    const int64_t n = t->trials;
    wick_trial_count c = {.mean_corr = WICK_NA, .variance = WICK_NA};
    double *own = malloc((size_t)(n * t->rows + n) * sizeof *own);
    const double **z = malloc((size_t)n * sizeof *z);
    keyed *keys = malloc((size_t)n * sizeof *keys);
    bool *copy = calloc((size_t)n, sizeof *copy);
    if (!own || !z || !keys || !copy) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    c.raw = distinct(t, keys, copy);
    int64_t moving = 0, rated = 0;
    double *sharpe = own + n * t->rows;
    for (int64_t k = 0; k < n; k++) {
        if (copy[k]) continue;
        double *to = own + moving * t->rows;
        if (unit_vector(t->rows, t->column[k], to)) z[moving++] = to;
        const double s = wick_sharpe_of(t->rows, t->column[k]);
        if (!isnan(s)) sharpe[rated++] = s;
    }
    c.mean_corr = mean_correlation(moving, t->rows, z);
    c.variance = variance_of(rated, sharpe);
    const double rho = isnan(c.mean_corr) ? 0.0 : fmin(1.0, fmax(0.0, c.mean_corr));
    c.effective = rho + (1.0 - rho) * (double)c.raw;
    c.clusters = moving <= MOST_TRIALS ? moving : 0;
    if (moving > 2 && moving <= MOST_TRIALS) {
        WICK_TRY(clusters(ctx, moving, t->rows, z, threads, &c.clusters));
    }
    *out = c;
out:
    free(own);
    free(z);
    free(keys);
    free(copy);
    return st;
}
