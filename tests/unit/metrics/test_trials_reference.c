/* SPDX-License-Identifier: MIT */
/* The tests over many trials and the number of groups among them, against their definitions written
 * down plainly: no panels, no tiles, no chains, every sum from its beginning. */
#include <stdlib.h>

#include "support/check.h"
#include "wick/stats.h"

enum { MOST = 40, LONGEST = 120, REPS = 60 };

static double x[MOST][LONGEST];
static const double *column[MOST];
static int32_t rows_of[REPS * LONGEST];

/* ---- reality check, SPA, stepwise ------------------------------------------------------------ */

static double mean_of(int64_t n, const double *v)
{
    double s = 0.0;
    for (int64_t i = 0; i < n; i++) s += v[i];
    return s / (double)n;
}

/* Politis and Romano 1994: every lag, whatever it weighs. */
static double omega_of(int64_t n, double q, const double *v)
{
    const double mean = mean_of(n, v);
    double var = 0.0;
    for (int64_t lag = 0; lag < n; lag++) {
        double g = 0.0;
        for (int64_t i = lag; i < n; i++) g += (v[i] - mean) * (v[i - lag] - mean);
        const double w = (double)(n - lag) / (double)n * pow(1.0 - q, (double)lag) +
                         (double)lag / (double)n * pow(1.0 - q, (double)(n - lag));
        var += (lag == 0 ? 1.0 : 2.0 * w) * g / (double)n;
    }
    return var > 0.0 ? sqrt(var) : 0.0;
}

typedef struct answer {
    double p_white, p_lower, p_consistent, p_upper;
    int64_t best, significant, steps;
    bool accepted[MOST];
} answer;

static double star[REPS][MOST];

static double share_above(int64_t n, int64_t m, const double *mean, const double *omega,
                          const double *centre, double t)
{
    int64_t above = 0;
    for (int b = 0; b < REPS; b++) {
        double most = 0.0;
        for (int64_t k = 0; k < m; k++)
            most = fmax(most, sqrt((double)n) * (star[b][k] + mean[k] - centre[k]) / omega[k]);
        above += most > t;
    }
    return (double)above / REPS;
}

static int ascending(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static void stepwise(int64_t n, int64_t m, const double *mean, const double *omega, answer *r)
{
    for (bool more = true; more;) {
        double most[REPS];
        more = false;
        for (int b = 0; b < REPS; b++) {
            most[b] = -HUGE_VAL;
            for (int64_t k = 0; k < m; k++)
                if (!r->accepted[k])
                    most[b] = fmax(most[b], sqrt((double)n) * star[b][k] / omega[k]);
        }
        qsort(most, REPS, sizeof *most, ascending);
        const double critical = most[REPS * 95 / 100 - 1]; /* the 57th of 60 */
        for (int64_t k = 0; k < m; k++) {
            if (r->accepted[k] || !(sqrt((double)n) * mean[k] / omega[k] > critical)) continue;
            r->accepted[k] = more = true;
            r->significant++;
        }
        r->steps += more;
    }
}

static answer plain(int64_t n, int64_t m, double q)
{
    double mean[MOST], omega[MOST], centre[MOST], t = 0.0;
    answer r = {0};
    for (int64_t k = 0; k < m; k++) {
        mean[k] = mean_of(n, x[k]);
        omega[k] = omega_of(n, q, x[k]);
        t = fmax(t, sqrt((double)n) * mean[k] / omega[k]);
        if (mean[k] > mean[r.best]) r.best = k;
        for (int b = 0; b < REPS; b++) {
            double s = 0.0;
            for (int64_t i = 0; i < n; i++) s += x[k][rows_of[b * n + i]];
            star[b][k] = s / (double)n - mean[k];
        }
    }
    for (int b = 0; b < REPS; b++) {
        double most = -HUGE_VAL;
        for (int64_t k = 0; k < m; k++) most = fmax(most, star[b][k]);
        r.p_white += most > mean[r.best] ? 1.0 / REPS : 0.0;
    }
    for (int64_t k = 0; k < m; k++) centre[k] = fmax(mean[k], 0.0);
    r.p_lower = share_above(n, m, mean, omega, centre, t);
    for (int64_t k = 0; k < m; k++)
        centre[k] =
            mean[k] >= -omega[k] * sqrt(2.0 * log(log((double)n)) / (double)n) ? mean[k] : 0.0;
    r.p_consistent = share_above(n, m, mean, omega, centre, t);
    r.p_upper = share_above(n, m, mean, omega, mean, t);
    stepwise(n, m, mean, omega, &r);
    return r;
}

/* Trials of many strengths, so that p values, centrings and steps differ from case to case. */
static void spa(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t more_steps = 0, between = 0;
    for (uint64_t seed = 0; seed < 120; seed++) {
        wick_pcg g = wick_pcg_key(seed, "trials reference", 0, 0);
        const int64_t n = 9 + (int64_t)wick_pcg_below(&g, 90), m = 1 + (int64_t)(seed % 20);
        const double q = 0.1 + 0.5 * wick_pcg_uniform(&g);
        for (int64_t k = 0; k < m; k++) {
            const double strength = 0.5 * wick_pcg_normal(&g), size = 0.2 + wick_pcg_uniform(&g);
            double before = 0.0;
            for (int64_t i = 0; i < n; i++) {
                before = 0.3 * before + wick_pcg_normal(&g);
                x[k][i] = size * (before + strength);
            }
            column[k] = x[k];
        }
        for (int64_t i = 0; i < REPS * n; i++)
            rows_of[i] = (int32_t)wick_pcg_below(&g, (uint64_t)n);
        double omega[MOST];
        bool accepted[MOST];
        const wick_spa_opts o = {.size = sizeof o,
                                 .replicates = REPS,
                                 .q = q,
                                 .threads = 1 + (int32_t)(seed % 3),
                                 .index_rows = rows_of,
                                 .omega = omega,
                                 .significant = accepted};
        const wick_trials t = {n, m, column};
        wick_spa got;
        check_ok(ctx, wick_spa_eval(ctx, &t, &o, &got));
        const answer want = plain(n, m, q);
        for (int64_t k = 0; k < m; k++) {
            check_close(omega[k], omega_of(n, q, x[k]), 1e-10);
            assert_int_equal(accepted[k], want.accepted[k]);
        }
        assert_int_equal(got.best, want.best);
        check_close(got.p_white, want.p_white, 1e-12);
        check_close(got.p_lower, want.p_lower, 1e-12);
        check_close(got.p_consistent, want.p_consistent, 1e-12);
        check_close(got.p_upper, want.p_upper, 1e-12);
        assert_int_equal(got.n_significant, want.significant);
        more_steps += want.steps > 1;
        between += want.p_lower < want.p_consistent && want.p_consistent < want.p_upper;
    }
    /* The cases say something: later steps accept more, the three centrings differ. */
    assert_true(more_steps > 5);
    assert_true(between > 5);
    wick_ctx_free(ctx);
}

/* Whole numbers, so that equality is exact: what ties is not above, the first of equals is best. */
static void ties(void **state)
{
    (void)state;
    enum { N = 64 };
    wick_ctx *ctx = wick_ctx_new();
    for (int64_t i = 0; i < N; i++) {
        x[0][i] = x[1][i] = x[2][i] = i % 2 ? 2.0 : 0.0;
        for (int b = 0; b < REPS; b++)
            rows_of[b * N + i] = b < 30 ? 1 : (int32_t)i; /* mean 2, and 1 */
    }
    for (int k = 0; k < 3; k++) column[k] = x[k];
    const wick_trials t = {N, 3, column};
    const wick_spa_opts o = {.size = sizeof o, .replicates = REPS, .index_rows = rows_of};
    wick_spa p;
    check_ok(ctx, wick_spa_eval(ctx, &t, &o, &p));
    assert_int_equal(p.best, 0);
    assert_true(p.p_white == 0.0); /* half of the resamples are exactly as far above the mean */
    assert_true(p.q == 0.25);      /* a cube root that is a whole number */
    wick_ctx_free(ctx);
}

/* ---- the number of groups ------------------------------------------------------------------ */

static double correlation(int64_t n, const double *a, const double *b)
{
    const double ma = mean_of(n, a), mb = mean_of(n, b);
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (int64_t i = 0; i < n; i++) {
        ab += (a[i] - ma) * (b[i] - mb);
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
    }
    return ab / sqrt(aa * bb);
}

/* Distance of two groups: the mean over all pairs. */
static double between(int64_t m, double d[MOST][MOST], const int32_t *label, int32_t a, int32_t b)
{
    double s = 0.0;
    int64_t n = 0;
    for (int64_t i = 0; i < m; i++)
        for (int64_t k = 0; k < m; k++)
            if (label[i] == a && label[k] == b) s += d[i][k], n++;
    return s / (double)n;
}

static double silhouette(int64_t m, double d[MOST][MOST], const int32_t *label)
{
    double total = 0.0;
    for (int64_t i = 0; i < m; i++) {
        double to[MOST] = {0.0}, other = HUGE_VAL;
        int64_t count[MOST] = {0};
        for (int64_t k = 0; k < m; k++)
            if (k != i) to[label[k]] += d[i][k], count[label[k]]++;
        if (count[label[i]] == 0) continue; /* alone */
        const double inside = to[label[i]] / (double)count[label[i]];
        for (int64_t g = 0; g < m; g++)
            if (g != label[i] && count[g] > 0) other = fmin(other, to[g] / (double)count[g]);
        total += (other - inside) / fmax(inside, other);
    }
    return total / (double)m;
}

static int64_t plain_groups(int64_t n, int64_t m)
{
    static double d[MOST][MOST];
    int32_t label[MOST];
    int64_t found = 0;
    double best = -HUGE_VAL;
    for (int64_t i = 0; i < m; i++) {
        label[i] = (int32_t)i;
        for (int64_t k = 0; k < m; k++)
            d[i][k] = i == k ? 0.0 : sqrt(fmax(0.0, (1.0 - correlation(n, x[i], x[k])) / 2.0));
    }
    for (int64_t groups = m; groups >= 2; groups--) {
        if (groups < m) {
            const double s = silhouette(m, d, label);
            if (s >= best) best = s, found = groups;
        }
        double least = HUGE_VAL;
        int32_t a = 0, b = 0;
        for (int32_t i = 0; i < m; i++)
            for (int32_t k = i + 1; k < m; k++) {
                const double far = between(m, d, label, i, k); /* NaN: a group that is gone */
                if (far < least) least = far, a = i, b = k;
            }
        for (int64_t i = 0; i < m; i++)
            if (label[i] == b) label[i] = a;
    }
    return found;
}

static void groups(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t seen[MOST] = {0}, kinds = 0;
    for (uint64_t seed = 0; seed < 60; seed++) {
        wick_pcg g = wick_pcg_key(seed, "groups reference", 0, 0);
        /* Sizes around those of tiles; families of different sizes. */
        static const int64_t sizes[] = {3, 5, 15, 16, 17, 19, 31, 32, 33, 37, 40};
        const int64_t n = 40 + (int64_t)wick_pcg_below(&g, 80), m = sizes[seed % 11];
        const int64_t families = 2 + (int64_t)wick_pcg_below(&g, 6);
        double factor[8][LONGEST];
        for (int64_t f = 0; f < families; f++)
            for (int64_t i = 0; i < n; i++) factor[f][i] = wick_pcg_normal(&g);
        for (int64_t k = 0; k < m; k++) {
            const uint64_t most = (uint64_t)families;
            const int64_t f = (int64_t)(wick_pcg_below(&g, most) * wick_pcg_below(&g, most) % most);
            for (int64_t i = 0; i < n; i++) x[k][i] = factor[f][i] + 0.7 * wick_pcg_normal(&g);
            column[k] = x[k];
        }
        const wick_trials t = {n, m, column};
        wick_trial_count c;
        check_ok(ctx, wick_trials_count(ctx, &t, 1 + (int32_t)(seed % 3), &c));
        const int64_t want = plain_groups(n, m);
        if (c.clusters != want)
            fail_msg("seed %d: %d trials of %d rows: %d groups, not %d", (int)seed, (int)m, (int)n,
                     (int)c.clusters, (int)want);
        assert_int_equal(c.raw, m);
        kinds += seen[want]++ == 0;
    }
    assert_true(kinds > 5);
    wick_ctx_free(ctx);
}

/* Every pair equally far apart: chains of nearest neighbours end all the same. */
static void equally_far(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    for (int64_t k = 1; k < 16; k++) { /* Hadamard's matrix without its first column */
        for (int64_t i = 0; i < 16; i++) {
            int64_t bits = k & i, odd = 0;
            for (; bits > 0; bits >>= 1) odd ^= bits & 1;
            x[k - 1][i] = odd ? -1.0 : 1.0;
        }
        column[k - 1] = x[k - 1];
    }
    const wick_trials t = {16, 15, column};
    wick_trial_count c;
    check_ok(ctx, wick_trials_count(ctx, &t, 1, &c));
    assert_true(c.clusters >= 2 && c.clusters < 15); /* rounding decides between equals */
    assert_int_equal(c.raw, 15);
    check_close(c.mean_corr, 0.0, 1e-15);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(spa), cmocka_unit_test(ties),
                                       cmocka_unit_test(groups), cmocka_unit_test(equally_far)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
