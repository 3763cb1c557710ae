/* SPDX-License-Identifier: MIT */
/* Bootstrap intervals of any statistic of rows. */
#include <stdlib.h>
#include <string.h>

#include "metrics/stats_int.h"

enum { CHUNK = 16, MAX_WORKERS = 256 };

/* ---- the normal distribution as PyBroker evaluates it -------------------------------------- */

/* Abramowitz and Stegun 26.2.17 and 26.2.23. */
static double rough_cdf(double z)
{
    const double t = 1.0 / (1.0 + 0.2316419 * fabs(z));
    const double poly =
        ((((1.330274429 * t - 1.821255978) * t + 1.781477937) * t - 0.356563782) * t +
         0.319381530) *
        t;
    const double tail = 0.3989422804014327 * exp(-0.5 * z * z) * poly;
    return z > 0.0 ? 1.0 - tail : tail;
}

static double rough_quantile(double p)
{
    const double q = p <= 0.5 ? p : 1.0 - p, t = sqrt(-2.0 * log(q));
    const double x = t - ((0.010328 * t + 0.802853) * t + 2.515517) /
                             (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0);
    return p <= 0.5 ? -x : x;
}

/* ---- bounds ------------------------------------------------------------------------------- */

double wk_acceleration(int32_t groups, const int64_t *n, const double *const *jack)
{
    wick_sum cubes = {0}, squares = {0};
    for (int32_t g = 0; g < groups; g++) {
        wick_sum s = {0};
        int64_t m = 0;
        for (int64_t i = 0; i < n[g]; i++) {
            if (!isfinite(jack[g][i])) continue;
            wick_sum_add(&s, jack[g][i]);
            m++;
        }
        const double mean = m > 0 ? wick_sum_get(&s) / (double)m : 0.0;
        for (int64_t i = 0; i < n[g]; i++) {
            if (!isfinite(jack[g][i])) continue;
            const double d = mean - jack[g][i];
            wick_sum_add(&squares, d * d);
            wick_sum_add(&cubes, d * d * d);
        }
    }
    const double q = wick_sum_get(&squares);
    return wick_sum_get(&cubes) / (6.0 * q * sqrt(q) + 1e-60);
}

/* The place of tail share `a` counted from its own end: floor(a (B + 1)) - 1, inside 0..B-1. */
static int64_t place(double a, int64_t b)
{
    const double k = floor(a * (double)(b + 1)) - 1.0;
    return !(k > 0.0) ? 0 : k > (double)(b - 1) ? b - 1 : (int64_t)k;
}

static void shares(double z0, double a, double tail, bool rough, double *lo, double *hi)
{
    const double z[2] = {rough ? rough_quantile(tail) : wick_normal_quantile(tail),
                         rough ? rough_quantile(1.0 - tail) : wick_normal_quantile(1.0 - tail)};
    double at[2];
    for (int k = 0; k < 2; k++) {
        const double y = z0 + z[k], x = z0 + y / (1.0 - a * y);
        at[k] = rough ? rough_cdf(x) : wick_normal_cdf(x);
    }
    *lo = at[0];
    *hi = at[1];
}

/* Moves what is not NA to the front; returns how many. */
static int64_t keep_defined(int64_t b, double *v)
{
    int64_t n = 0;
    for (int64_t i = 0; i < b; i++) {
        if (!isnan(v[i])) v[n++] = v[i];
    }
    return n;
}

static void spread(const double *v, int64_t n, wick_interval *r)
{
    wick_sum s = {0}, s2 = {0};
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(v[i])) continue;
        wick_sum_add(&s, v[i]);
        m++;
    }
    if (m < 2) return;
    const double mean = wick_sum_get(&s) / (double)m;
    for (int64_t i = 0; i < n; i++) {
        if (isfinite(v[i])) wick_sum_add(&s2, (v[i] - mean) * (v[i] - mean));
    }
    r->bias = mean - r->estimate;
    r->std_error = sqrt(wick_sum_get(&s2) / (double)(m - 1));
}

wick_interval wk_interval_of(double estimate, int64_t b, double *values, double acceleration,
                             int32_t kind, double level, bool pybroker_normal)
{
    wick_interval r = {estimate, WICK_NA, WICK_NA, WICK_NA, WICK_NA, 0};
    const int64_t n = keep_defined(b, values);
    const double tail = (1.0 - level) / 2.0;
    r.defined = n;
    if (isnan(estimate)) return r;
    spread(values, n, &r);
    if (n < 2 || 2 * n < b) return r;
    double lo = tail, hi = 1.0 - tail;
    if (kind == WICK_INTERVAL_BCA) {
        int64_t below = 0;
        for (int64_t i = 0; i < n; i++) below += values[i] < estimate;
        below = below < 1 ? 1 : below > n - 1 ? n - 1 : below;
        const double p = (double)below / (double)n;
        const double z0 = pybroker_normal ? rough_quantile(p) : wick_normal_quantile(p);
        shares(z0, acceleration, tail, pybroker_normal, &lo, &hi);
    }
    r.low = wk_select(n, values, place(lo, n));
    r.high = wk_select(n, values, n - 1 - place(1.0 - hi, n));
    if (kind == WICK_INTERVAL_BASIC) {
        const double low = 2.0 * estimate - r.high;
        r.high = 2.0 * estimate - r.low;
        r.low = low;
    }
    return r;
}

wick_interval wick_boot_interval(double estimate, int64_t replicates, double *values,
                                 int64_t n_jack, const double *jack, int32_t kind, double level,
                                 bool pybroker_normal)
{
    const double *const groups[] = {jack};
    const double a = kind == WICK_INTERVAL_BCA && n_jack > 0 && jack != NULL
                         ? wk_acceleration(1, &n_jack, groups)
                         : 0.0;
    return wk_interval_of(estimate, replicates, values, a, kind, level, pybroker_normal);
}

/* ---- options ------------------------------------------------------------------------------ */

static wick_status check_rows(wick_ctx *ctx, const wick_boot_opts *o, int64_t n)
{
    for (int64_t i = 0; o->index_rows != NULL && i < o->replicates * n; i++) {
        if (o->index_rows[i] >= 0 && o->index_rows[i] < n) continue;
        return wick_fail(ctx, WICK_E_ARG, "resample %lld has row %d of %lld", (long long)(i / n),
                         (int)o->index_rows[i], (long long)n);
    }
    return WICK_OK;
}

wick_status wk_boot_options(wick_ctx *ctx, const wick_boot_opts *in, int64_t n, const double *x,
                            wick_boot_opts *o)
{
    memset(o, 0, sizeof *o);
    if (in != NULL) memcpy(o, in, in->size < sizeof *o ? in->size : sizeof *o);
    if (o->replicates == 0) o->replicates = 1000;
    if (o->level == 0.0) o->level = 0.95;
    if (o->seed == 0) o->seed = 42;
    if (o->threads <= 0) o->threads = wick_cores();
    if (o->threads > MAX_WORKERS) o->threads = MAX_WORKERS;
    if (n < 2 || n > INT32_MAX) {
        return wick_fail(ctx, WICK_E_ARG, "a bootstrap of %lld rows; at least 2 are needed",
                         (long long)n);
    }
    if (o->resample < 0 || o->resample >= WICK_RESAMPLES || o->interval < 0 ||
        o->interval >= WICK_INTERVALS) {
        return wick_fail(ctx, WICK_E_ARG,
                         "resample is iid, block, circular or stationary; interval is bca, "
                         "percentile or basic");
    }
    if (o->replicates < 2 || o->replicates > 10000000) {
        return wick_fail(ctx, WICK_E_ARG, "replicates is %lld; it must be 2 to 10000000",
                         (long long)o->replicates);
    }
    if (!(o->level > 0.0 && o->level < 1.0)) {
        return wick_fail(ctx, WICK_E_ARG, "level is %g; it must be between 0 and 1", o->level);
    }
    if (o->block < 0.0 || o->block > (double)n || isnan(o->block)) {
        return wick_fail(ctx, WICK_E_ARG, "block is %g; it must be 1 to %lld rows, 0 for automatic",
                         o->block, (long long)n);
    }
    if (o->block == 0.0) {
        o->block = x != NULL ? wick_block_length(n, x, o->resample) : ceil(cbrt((double)n));
    }
    if (o->resample == WICK_RESAMPLE_IID) o->block = 1.0;
    return check_rows(ctx, o, n);
}

/* ---- statistics of rows ------------------------------------------------------------------- */

typedef struct rows_job {
    int64_t n, k;
    wick_boot_fn fn;
    void *user;
    const wick_boot_opts *o;
    double *values, *jack; /* replicates x k, n x k */
    int32_t *rows;         /* n per worker */
    int64_t chunks;        /* of replicates; jackknife chunks follow */
} rows_job;

static wick_status rows_task(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    const rows_job *j = arg;
    int32_t *rows = j->rows + j->n * worker;
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    if (task < j->chunks) {
        const int64_t end = (task + 1) * CHUNK;
        for (int64_t b = task * CHUNK; b < end && b < j->o->replicates; b++) {
            const int32_t *from = rows;
            if (j->o->index_rows != NULL) {
                from = j->o->index_rows + b * j->n;
            } else {
                wick_resample_into(j->o->seed, b, j->o->resample, j->o->block, j->n, rows);
            }
            j->fn(j->user, worker, j->n, from, j->values + b * j->k);
        }
        return WICK_OK;
    }
    const int64_t first = (task - j->chunks) * CHUNK;
    for (int64_t i = first; i < first + CHUNK && i < j->n; i++) {
        for (int64_t k = 0; k + 1 < j->n; k++) rows[k] = (int32_t)(k < i ? k : k + 1);
        j->fn(j->user, worker, j->n - 1, rows, j->jack + i * j->k);
    }
    return WICK_OK;
}

static void rows_intervals(const rows_job *j, const double *estimate, double *column,
                           wick_interval *out)
{
    const int64_t b = j->o->replicates, most = b > j->n ? b : j->n;
    for (int64_t s = 0; s < j->k; s++) {
        double a = 0.0;
        if (j->o->interval == WICK_INTERVAL_BCA) {
            double *jack = column + most;
            for (int64_t i = 0; i < j->n; i++) jack[i] = j->jack[i * j->k + s];
            const double *const groups[] = {jack};
            a = wk_acceleration(1, &j->n, groups);
        }
        for (int64_t i = 0; i < b; i++) column[i] = j->values[i * j->k + s];
        out[s] = wk_interval_of(estimate[s], b, column, a, j->o->interval, j->o->level,
                                j->o->pybroker_normal);
    }
}

/* The block length of `o` is set: wk_boot_options was here. */
static wick_status boot_rows(wick_ctx *ctx, int64_t n, int64_t k, wick_boot_fn fn, void *user,
                             const wick_boot_opts *o, double *values, wick_interval *out)
{
    const int64_t b = o->replicates, most = b > n ? b : n;
    const bool bca = o->interval == WICK_INTERVAL_BCA;
    wick_status st = WICK_OK;
    rows_job j = {.n = n, .k = k, .fn = fn, .user = user, .o = o, .values = values};
    double *own = malloc((size_t)(k + 2 * most + (bca ? n * k : 0)) * sizeof *own);
    double *more = values == NULL ? malloc((size_t)(b * k) * sizeof *more) : NULL;
    j.rows = malloc((size_t)(n * o->threads) * sizeof *j.rows);
    if (own == NULL || j.rows == NULL || (values == NULL && more == NULL)) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    if (values == NULL) j.values = more;
    j.jack = own + k + 2 * most;
    for (int64_t i = 0; i < n; i++) j.rows[i] = (int32_t)i;
    fn(user, 0, n, j.rows, own);
    j.chunks = (b + CHUNK - 1) / CHUNK;
    WICK_TRY(wick_pool_run(ctx, j.chunks + (bca ? (n + CHUNK - 1) / CHUNK : 0), o->threads,
                           rows_task, &j));
    rows_intervals(&j, own, own + k, out);
out:
    free(own);
    free(more);
    free(j.rows);
    return st;
}

wick_status wick_boot_rows(wick_ctx *ctx, int64_t n, int64_t k, wick_boot_fn fn, void *user,
                           const wick_boot_opts *opts, double *values, wick_interval *out)
{
    wick_boot_opts o;
    if (k < 1 || fn == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG,
                         "a bootstrap needs a statistic and room for its interval");
    }
    const wick_status st = wk_boot_options(ctx, opts, n, NULL, &o);
    return st < 0 ? st : boot_rows(ctx, n, k, fn, user, &o, values, out);
}

/* ---- one series --------------------------------------------------------------------------- */

typedef struct series {
    const double *x;
    double *drawn; /* n per worker */
    int64_t n;
    wick_stat_fn fn;
    void *user;
} series;

static void of_series(void *user, int32_t worker, int64_t n, const int32_t *rows, double *out)
{
    const series *s = user;
    double *drawn = s->drawn + s->n * worker;
    for (int64_t i = 0; i < n; i++) drawn[i] = s->x[rows[i]];
    out[0] = s->fn(s->user, n, drawn);
}

wick_status wick_boot_series(wick_ctx *ctx, int64_t n, const double *x, wick_stat_fn fn, void *user,
                             const wick_boot_opts *opts, wick_interval *out)
{
    wick_boot_opts o;
    if (x == NULL || fn == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG,
                         "a bootstrap needs a series, a statistic and an interval");
    }
    wick_status st = wk_boot_options(ctx, opts, n, x, &o);
    if (st < 0) return st;
    series s = {x, malloc((size_t)(n * o.threads) * sizeof *s.drawn), n, fn, user};
    if (s.drawn == NULL) return wick_fail_mem(ctx);
    st = boot_rows(ctx, n, 1, of_series, &s, &o, NULL, out);
    free(s.drawn);
    return st;
}
