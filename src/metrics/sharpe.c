/* SPDX-License-Identifier: MIT */
/* Moments of a series, and what one Sharpe ratio is worth. Formulas: Bailey and Lopez de Prado,
 * 2012 and 2014, as quoted in docs/statistics.md. */
#include "wick/stats.h"

static const double EULER = 0.57721566490153286061, E = 2.71828182845904523536;

/* Sums run plainly inside blocks of 64 and compensated from block to block: as exact as the data
 * deserves, at a fraction of the time. */
enum { BLOCK = 64 };

static double block_mean(int64_t n, const double *x)
{
    wick_sum s = {0};
    for (int64_t from = 0; from < n; from += BLOCK) {
        const int64_t to = from + BLOCK < n ? from + BLOCK : n;
        double part = 0.0;
        for (int64_t i = from; i < to; i++) part += x[i];
        wick_sum_add(&s, part);
    }
    return wick_sum_get(&s) / (double)n;
}

wick_moments wick_moments_of(int64_t n, const double *x)
{
    wick_moments m = {n, WICK_NA, WICK_NA, WICK_NA, WICK_NA};
    wick_sum s2 = {0}, s3 = {0}, s4 = {0};
    if (n < 1) return m;
    m.mean = block_mean(n, x);
    for (int64_t from = 0; from < n; from += BLOCK) {
        const int64_t to = from + BLOCK < n ? from + BLOCK : n;
        double p2 = 0.0, p3 = 0.0, p4 = 0.0;
        for (int64_t i = from; i < to; i++) {
            const double d = x[i] - m.mean, d2 = d * d;
            p2 += d2;
            p3 += d2 * d;
            p4 += d2 * d2;
        }
        wick_sum_add(&s2, p2);
        wick_sum_add(&s3, p3);
        wick_sum_add(&s4, p4);
    }
    const double var = wick_sum_get(&s2) / (double)n;
    m.dev = sqrt(var);
    /* A deviation inside the rounding of the values is none. */
    if (!(m.dev > 4.4e-16 * fabs(m.mean))) return m;
    m.skew = wick_sum_get(&s3) / (double)n / (var * m.dev);
    m.kurtosis = wick_sum_get(&s4) / (double)n / (var * var);
    return m;
}

double wick_sharpe_of(int64_t n, const double *x)
{
    wick_sum s = {0}, s2 = {0};
    if (n < 2) return WICK_NA;
    for (int64_t i = 0; i < n; i++) wick_sum_add(&s, x[i]);
    const double mean = wick_sum_get(&s) / (double)n;
    for (int64_t i = 0; i < n; i++) wick_sum_add(&s2, (x[i] - mean) * (x[i] - mean));
    const double dev = sqrt(wick_sum_get(&s2) / (double)(n - 1));
    return dev > 4.4e-16 * fabs(mean) ? mean / dev : WICK_NA;
}

void wick_returns_into(int64_t n, const double *equity, double *out)
{
    for (int64_t i = 0; i + 1 < n; i++) {
        out[i] = equity[i] > 0.0 ? (equity[i + 1] - equity[i]) / equity[i] : 0.0;
    }
}

/* Variance of the estimated ratio times the number of observations. */
static double spread_of(double sharpe, double skew, double kurtosis)
{
    const double v = 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe;
    return v > 0.0 ? v : WICK_NA;
}

double wick_psr(double sharpe, double ref, int64_t n, double skew, double kurtosis)
{
    if (n < 2) return WICK_NA;
    const double z =
        (sharpe - ref) * sqrt((double)(n - 1)) / sqrt(spread_of(sharpe, skew, kurtosis));
    return isnan(z) ? WICK_NA : wick_normal_cdf(z);
}

double wick_min_trl(double sharpe, double ref, double confidence, double skew, double kurtosis)
{
    if (!(sharpe > ref) || !(confidence > 0.0 && confidence < 1.0)) return WICK_NA;
    const double z = wick_normal_quantile(confidence) / (sharpe - ref);
    return 1.0 + spread_of(sharpe, skew, kurtosis) * z * z;
}

/* Expected maximum of `trials` independent standard normal values. */
static double expected_max(double trials)
{
    if (!(trials > 1.0)) return trials >= 0.0 ? 0.0 : WICK_NA;
    return (1.0 - EULER) * wick_normal_quantile(1.0 - 1.0 / trials) +
           EULER * wick_normal_quantile(1.0 - 1.0 / (trials * E));
}

double wick_expected_max_sharpe(double variance, double trials)
{
    if (!(variance >= 0.0)) return WICK_NA;
    return sqrt(variance) * expected_max(trials);
}

double wick_dsr(double sharpe, int64_t n, double skew, double kurtosis, double variance,
                double trials)
{
    return wick_psr(sharpe, wick_expected_max_sharpe(variance, trials), n, skew, kurtosis);
}

double wick_min_backtest_years(double sharpe_annual, double trials)
{
    if (!(sharpe_annual > 0.0)) return WICK_NA;
    const double x = expected_max(trials) / sharpe_annual;
    return x * x;
}
