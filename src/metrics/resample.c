/* SPDX-License-Identifier: MIT */
/* Resampled rows. Replicate b has a stream of its own, keyed by the seed, so that replicates can be
 * made in any order by any number of threads. */
#include <stdlib.h>
#include <string.h>

#include "metrics/stats_int.h"

static const char *const resample_names[] = {"iid", "block", "circular", "stationary"};
static const char *const interval_names[] = {"bca", "percentile", "basic"};

static int32_t find(const char *const *names, int32_t n, const char *name)
{
    for (int32_t i = 0; name != NULL && i < n; i++) {
        if (strcmp(names[i], name) == 0) return i;
    }
    return -1;
}

const char *wick_resample_name(int32_t resample)
{
    return resample >= 0 && resample < WICK_RESAMPLES ? resample_names[resample] : "unknown";
}

const char *wick_interval_name(int32_t kind)
{
    return kind >= 0 && kind < WICK_INTERVALS ? interval_names[kind] : "unknown";
}

int32_t wick_resample_find(const char *name)
{
    return find(resample_names, WICK_RESAMPLES, name);
}

int32_t wick_interval_find(const char *name)
{
    return find(interval_names, WICK_INTERVALS, name);
}

uint32_t wk_draw_bits(wk_draws *d)
{
    if (d->left == 0) {
        d->word = wick_pcg_u64(&d->g);
        d->left = 2;
    }
    const uint32_t bits = (uint32_t)d->word;
    d->word >>= 32;
    d->left--;
    return bits;
}

int32_t wk_draw_below(wk_draws *d, uint32_t n)
{
    uint64_t m = (uint64_t)wk_draw_bits(d) * n;
    if ((uint32_t)m < n) {
        const uint32_t reject = (0 - n) % n;
        while ((uint32_t)m < reject) m = (uint64_t)wk_draw_bits(d) * n;
    }
    return (int32_t)(m >> 32);
}

static void iid(wk_draws *d, int64_t n, int32_t *rows)
{
    for (int64_t i = 0; i < n; i++) rows[i] = wk_draw_below(d, (uint32_t)n);
}

static void blocks(wk_draws *d, int64_t n, int64_t length, bool wrap, int32_t *rows)
{
    const int64_t starts = wrap ? n : n - length + 1;
    for (int64_t i = 0; i < n;) {
        int64_t at = wk_draw_below(d, (uint32_t)starts);
        for (int64_t k = 0; k < length && i < n; k++, i++) {
            rows[i] = (int32_t)at;
            at = at + 1 < n ? at + 1 : 0;
        }
    }
}

/* A new block begins with probability 1 / mean length. */
static void stationary(wk_draws *d, int64_t n, double mean, int32_t *rows)
{
    const double limit = 4294967296.0 / mean;
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || (double)wk_draw_bits(d) < limit) {
            at = wk_draw_below(d, (uint32_t)n);
        } else {
            at = at + 1 < n ? at + 1 : 0;
        }
        rows[i] = (int32_t)at;
    }
}

void wick_resample_into(uint64_t seed, int64_t b, int32_t resample, double block, int64_t n,
                        int32_t *rows)
{
    wk_draws d = {.g = wick_pcg_key(seed, "bootstrap", (uint64_t)b, 0)};
    int64_t length = (int64_t)(block + 0.5);
    length = length < 1 ? 1 : length > n ? n : length;
    if (n < 1) return;
    switch (resample) {
    case WICK_RESAMPLE_BLOCK: blocks(&d, n, length, false, rows); break;
    case WICK_RESAMPLE_CIRCULAR: blocks(&d, n, length, true, rows); break;
    case WICK_RESAMPLE_STATIONARY: stationary(&d, n, block > 1.0 ? block : 1.0, rows); break;
    default: iid(&d, n, rows);
    }
}

/* ---- automatic block length --------------------------------------------------------------- */

/* First lag after which `quiet` correlations in a row are insignificant; -1 when there is none. */
static int64_t last_lag(int64_t lags, const double *rho, int64_t quiet, double limit)
{
    int64_t run = 0;
    for (int64_t i = 0; i < lags; i++) {
        run = rho[i] < limit ? run + 1 : 0;
        if (run == quiet) return i + 1 - quiet;
    }
    return -1;
}

static double block_of(int64_t n, double *d, double *cov, double *rho, int64_t lags, int64_t quiet,
                       bool is_stationary)
{
    const double size = (double)n;
    for (int64_t i = 0; i <= lags; i++) {
        double c = 0.0, head = 0.0, tail = 0.0;
        for (int64_t k = i; k < n; k++) c += d[k] * d[k - i];
        for (int64_t k = i + 1; k < n; k++) head += d[k] * d[k];
        for (int64_t k = 0; k + i + 1 < n; k++) tail += d[k] * d[k];
        cov[i] = c / size;
        rho[i] = head > 0.0 && tail > 0.0 ? fabs(c) / sqrt(head * tail) : 0.0;
    }
    const int64_t m0 = last_lag(lags, rho, quiet, 2.0 * sqrt(log10(size) / size));
    int64_t m = m0 < 0 ? lags : 2 * (m0 > 1 ? m0 : 1);
    m = m < lags ? m : lags;
    double g = 0.0, spectrum = cov[0];
    for (int64_t k = 1; k <= m; k++) {
        const double at = (double)k / (double)m, flat_top = at <= 0.5 ? 1.0 : 2.0 * (1.0 - at);
        g += 2.0 * flat_top * (double)k * cov[k];
        spectrum += 2.0 * flat_top * cov[k];
    }
    const double divisor = (is_stationary ? 2.0 : 4.0 / 3.0) * spectrum * spectrum;
    return divisor > 0.0 ? cbrt(2.0 * g * g / divisor) * cbrt(size) : 1.0;
}

double wick_block_length(int64_t n, const double *x, int32_t resample)
{
    if (resample == WICK_RESAMPLE_IID || n < 9) return 1.0;
    const double size = (double)n;
    const int64_t decimal = (int64_t)log10(size), quiet = decimal > 5 ? decimal : 5;
    int64_t lags = (int64_t)ceil(sqrt(size)) + quiet;
    lags = lags < n - 2 ? lags : n - 2;
    double *own = malloc((size_t)(n + 2 * (lags + 1)) * sizeof *own);
    if (own == NULL) return ceil(cbrt(size));
    const double mean = wick_moments_of(n, x).mean;
    for (int64_t i = 0; i < n; i++) own[i] = x[i] - mean;
    const double b = block_of(n, own, own + n, own + n + lags + 1, lags, quiet,
                              resample == WICK_RESAMPLE_STATIONARY);
    free(own);
    const double most = ceil(fmin(3.0 * sqrt(size), size / 3.0));
    return fmax(1.0, fmin(b, most));
}
