/* SPDX-License-Identifier: MIT */
/* NSGA-III: ranks, then niches around evenly spread directions, for many objectives. */
#include <stdlib.h>
#include <string.h>

#include "opt/ga_int.h"

/* Number of Das-Dennis points: divisions spread over m objectives. */
int64_t wk_nsga3_reference_count(int32_t m, int64_t divisions)
{
    double n = 1.0;
    for (int32_t i = 1; i < m; i++) n = n * (double)(divisions + i) / (double)i;
    return n < 1e7 ? (int64_t)floor(n + 0.5) : -1;
}

/* Whole-number vectors that sum to the divisions, the first coordinate falling. */
void wk_nsga3_references(int32_t m, int64_t divisions, double *out)
{
    int64_t v[WK_MAX_OBJECTIVES] = {0}, row = 0;
    v[0] = divisions;
    for (;;) {
        for (int32_t j = 0; j < m; j++) out[row * m + j] = (double)v[j];
        row++;
        int32_t j = m - 2;
        while (j >= 0 && v[j] == 0) j--;
        if (j < 0) return;
        const int64_t rest = v[m - 1];
        v[m - 1] = 0;
        v[j]--;
        v[j + 1] += rest + 1;
    }
}

/* Solves a (m x m, rows) z = 1 by elimination; false when the rank is short. */
static bool solve_ones(double *a, int32_t m, double *z)
{
    double scale = 0.0;
    for (int32_t i = 0; i < m * m; i++) scale = fabs(a[i]) > scale ? fabs(a[i]) : scale;
    for (int32_t i = 0; i < m; i++) z[i] = 1.0;
    for (int32_t c = 0; c < m; c++) {
        int32_t p = c;
        for (int32_t r = c + 1; r < m; r++)
            if (fabs(a[r * m + c]) > fabs(a[p * m + c])) p = r;
        if (!(fabs(a[p * m + c]) > scale * m * 2.2e-16)) return false;
        for (int32_t j = 0; j < m; j++) {
            const double x = a[p * m + j];
            a[p * m + j] = a[c * m + j];
            a[c * m + j] = x;
        }
        const double zx = z[p];
        z[p] = z[c];
        z[c] = zx;
        for (int32_t r = c + 1; r < m; r++) {
            const double f = a[r * m + c] / a[c * m + c];
            for (int32_t j = c; j < m; j++) a[r * m + j] -= f * a[c * m + j];
            z[r] -= f * z[c];
        }
    }
    for (int32_t c = m - 1; c >= 0; c--) {
        for (int32_t j = c + 1; j < m; j++) z[c] -= a[c * m + j] * z[j];
        z[c] /= a[c * m + c];
    }
    return true;
}

/* Infinities are brought to three ranges beyond the finite values. */
static void filter_infinite(double *p, int64_t n, int32_t m)
{
    for (int32_t j = 0; j < m; j++) {
        double low = WK_INF, high = -WK_INF;
        for (int64_t i = 0; i < n; i++) {
            const double x = p[i * m + j];
            if (isinf(x)) continue;
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
        const double range = high - low;
        for (int64_t i = 0; i < n; i++) {
            double *x = &p[i * m + j];
            if (isinf(*x))
                *x = !(high >= low) ? 0.0 : *x > 0.0 ? high + 3.0 * range : low - 3.0 * range;
        }
    }
}

void wk_nsga3_normalise(double *p, int64_t n, int32_t m)
{
    double extreme[WK_MAX_OBJECTIVES * WK_MAX_OBJECTIVES], inverse[WK_MAX_OBJECTIVES];
    double most[WK_MAX_OBJECTIVES];
    for (int32_t j = 0; j < m; j++) {
        double least = WK_INF;
        for (int64_t i = 0; i < n; i++) least = p[i * m + j] < least ? p[i * m + j] : least;
        most[j] = 0.0;
        for (int64_t i = 0; i < n; i++) {
            p[i * m + j] -= least;
            most[j] = p[i * m + j] > most[j] ? p[i * m + j] : most[j];
        }
    }
    for (int32_t axis = 0; axis < m; axis++) {
        int64_t best = 0;
        double value = WK_INF;
        for (int64_t i = 0; i < n; i++) {
            double asf = -WK_INF;
            for (int32_t j = 0; j < m; j++) {
                const double x = p[i * m + j] * (j == axis ? 1.0 : 1e6);
                asf = x > asf ? x : asf;
            }
            if (asf < value) {
                value = asf;
                best = i;
            }
        }
        memcpy(extreme + axis * m, p + best * m, (size_t)m * sizeof *extreme);
    }
    if (!solve_ones(extreme, m, inverse))
        for (int32_t j = 0; j < m; j++) inverse[j] = 1.0 / most[j];
    for (int32_t j = 0; j < m; j++)
        if (isfinite(inverse[j]))
            for (int64_t i = 0; i < n; i++) p[i * m + j] *= inverse[j];
}

void wk_nsga3_associate(const double *p, int64_t n, int32_t m, const double *ref, int64_t n_ref,
                        int64_t *closest, double *distance)
{
    for (int64_t i = 0; i < n; i++) {
        distance[i] = WK_INF;
        closest[i] = 0;
        for (int64_t r = 0; r < n_ref; r++) {
            double along = 0.0, norm = 0.0, d = 0.0;
            for (int32_t j = 0; j < m; j++) {
                along += p[i * m + j] * ref[r * m + j];
                norm += ref[r * m + j] * ref[r * m + j];
            }
            for (int32_t j = 0; j < m; j++) {
                const double x = p[i * m + j] - along / norm * ref[r * m + j];
                d += x * x;
            }
            d = sqrt(d);
            if (d < distance[i]) {
                distance[i] = d;
                closest[i] = r;
            }
        }
    }
}

/* ---- niches -------------------------------------------------------------------------------- */

typedef struct niche { /* candidates around one reference point */
    int64_t count;     /* members already in the elite */
    int64_t *waiting;
    int64_t n;
    bool shuffled;
} niche;

/* Farthest first, so that the nearest is taken from the end. */
static void by_distance(int64_t *idx, int64_t n, const double *distance)
{
    for (int64_t i = 1; i < n; i++) {
        const int64_t v = idx[i];
        int64_t k = i;
        for (; k > 0; k--) {
            const double a = distance[idx[k - 1]], b = distance[v];
            if (a > b || (a == b && idx[k - 1] > v)) break;
            idx[k] = idx[k - 1];
        }
        idx[k] = v;
    }
}

/* Rarest niches first, level by level; a niche that still has candidates moves up one level. An
 * empty niche takes its nearest candidate, the others any. `lists` has room for three times the
 * niches. */
static void fill(niche *at, int64_t n, int64_t *lists, const double *distance, int64_t want,
                 wk_rng *g, int64_t *chosen)
{
    int64_t *queue = lists, *moved = lists + 2 * n, n_moved = 0, taken = 0;
    for (int64_t level = 0; taken < want; level++) {
        int64_t n_queue = 0;
        for (int64_t i = 0; i < n; i++)
            if (at[i].count == level) queue[n_queue++] = i;
        for (int64_t i = 0; i < n_moved; i++) queue[n_queue++] = moved[i];
        n_moved = 0;
        wk_shuffle(g, queue, n_queue);
        while (n_queue > 0 && taken < want) {
            niche *c = &at[queue[--n_queue]];
            if (level == 0) {
                by_distance(c->waiting, c->n, distance);
            } else if (!c->shuffled) {
                wk_shuffle(g, c->waiting, c->n);
                c->shuffled = true;
            }
            chosen[taken++] = c->waiting[--c->n];
            if (c->n > 0) moved[n_moved++] = queue[n_queue];
        }
    }
}

typedef struct crowd { /* the last rank, and all that came before it */
    int64_t n_elite, n;
    double *rows, *ref, *distance;
    int64_t *closest, n_ref, *waiting, *lists, *place;
    niche *at;
} crowd;

static void crowd_free(crowd *c)
{
    free(c->rows);
    free(c->ref);
    free(c->distance);
    free(c->closest);
    free(c->waiting);
    free(c->lists);
    free(c->place);
    free(c->at);
}

static bool crowd_make(crowd *c, int32_t m)
{
    const size_t n = (size_t)(c->n_elite + c->n + 1), r = (size_t)c->n_ref;
    c->rows = malloc(n * (size_t)m * sizeof *c->rows);
    c->ref = malloc(r * (size_t)m * sizeof *c->ref);
    c->distance = malloc(n * sizeof *c->distance);
    c->closest = malloc(n * sizeof *c->closest);
    c->waiting = malloc(n * sizeof *c->waiting);
    c->lists = malloc(3 * n * sizeof *c->lists);
    c->place = malloc(r * sizeof *c->place);
    c->at = calloc(n, sizeof *c->at);
    return c->rows != NULL && c->ref != NULL && c->distance != NULL && c->closest != NULL &&
           c->waiting != NULL && c->lists != NULL && c->place != NULL && c->at != NULL;
}

/* Niches in the order in which the candidates name them. */
static int64_t make_niches(crowd *c)
{
    for (int64_t r = 0; r < c->n_ref; r++) c->place[r] = -1;
    int64_t niches = 0, *next = c->waiting;
    for (int64_t i = 0; i < c->n; i++) {
        const int64_t r = c->closest[c->n_elite + i];
        if (c->place[r] < 0) c->place[r] = niches++;
        c->at[c->place[r]].n++;
    }
    for (int64_t k = 0; k < niches; k++) {
        c->at[k].waiting = next;
        next += c->at[k].n;
        c->at[k].n = 0;
    }
    for (int64_t i = 0; i < c->n; i++) {
        niche *k = &c->at[c->place[c->closest[c->n_elite + i]]];
        k->waiting[k->n++] = i;
    }
    for (int64_t i = 0; i < c->n_elite; i++)
        if (c->place[c->closest[i]] >= 0) c->at[c->place[c->closest[i]]].count++;
    return niches;
}

/* Of the `n` members in idx, `want` join those chosen so far. */
static wick_status by_niche(wick_ctx *ctx, const wk_ga *k, const double *points, int64_t *chosen,
                            int64_t taken, const int64_t *idx, int64_t n, int64_t want, wk_rng *g)
{
    const int32_t m = k->study->m;
    crowd c = {.n_elite = taken, .n = n, .n_ref = wk_nsga3_reference_count(m, k->divisions)};
    if (!crowd_make(&c, m)) {
        crowd_free(&c);
        return wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < taken + n; i++)
        memcpy(c.rows + i * m, points + (i < taken ? chosen[i] : idx[i - taken]) * m,
               (size_t)m * sizeof *c.rows);
    wk_nsga3_references(m, k->divisions, c.ref);
    filter_infinite(c.rows, taken + n, m);
    wk_nsga3_normalise(c.rows, taken + n, m);
    wk_nsga3_associate(c.rows, taken + n, m, c.ref, c.n_ref, c.closest, c.distance);
    const int64_t niches = make_niches(&c);
    fill(c.at, niches, c.lists, c.distance + taken, want, g, chosen + taken);
    for (int64_t i = 0; i < want; i++) chosen[taken + i] = idx[chosen[taken + i]];
    crowd_free(&c);
    return WICK_OK;
}

static wick_status elite(wick_ctx *ctx, wk_ga *k, const double *points, const double *penalty,
                         int64_t n, int64_t want, wk_rng *g, int64_t *chosen)
{
    int32_t *rank = malloc((size_t)(n + 1) * sizeof *rank);
    int64_t *idx = malloc((size_t)(n + 1) * sizeof *idx);
    wick_status st = rank == NULL || idx == NULL
                         ? wick_fail_mem(ctx)
                         : wk_rank_until(ctx, points, n, k->study->m, penalty, n, rank);
    int64_t taken = 0;
    for (int32_t r = 0; st >= 0 && taken < want; r++) {
        int64_t members = 0;
        for (int64_t i = 0; i < n; i++)
            if (rank[i] == r) idx[members++] = i;
        if (taken + members >= want) {
            st = by_niche(ctx, k, points, chosen, taken, idx, members, want - taken, g);
            break;
        }
        for (int64_t i = 0; i < members; i++) chosen[taken++] = idx[i];
    }
    free(rank);
    free(idx);
    return st;
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    wk_ga *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->key = "NSGAIIISampler:generation";
    k->purpose = "nsga3";
    k->elite = elite;
    k->divisions = (int64_t)wk_arg(args, "divisions");
    wick_status st = wk_ga_init(ctx, k, study, args);
    if (st >= 0 && wk_nsga3_reference_count(study->m, k->divisions) < 0)
        st =
            wick_fail(ctx, WICK_E_ARG, "nsga3: %lld divisions of %d objectives are too many points",
                      (long long)k->divisions, (int)study->m);
    if (st < 0) {
        wk_ga_free(k);
        return st;
    }
    *self = k;
    return WICK_OK;
}

const wick_sampler_spec wick_sampler_nsga3 = {
    .name = "nsga3",
    .title = "genetic search by rank and reference directions",
    .source = "Deb and Jain 2014; Optuna NSGAIIISampler",
    .can = WICK_CAN_MULTI | WICK_CAN_CATEGORICAL | WICK_CAN_CONSTRAIN,
    .param = {WK_GA_PARAMS,
              {"divisions", WICK_OPT_INT, 3, 1, 1000, NULL, "of each axis, for the directions"}},
    .init = init,
    .free = wk_ga_free,
    .joint = wk_ga_joint,
    .single = wk_ga_single,
};
