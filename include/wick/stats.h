/* SPDX-License-Identifier: MIT */
/**
 * Room metrics, second header: what a number is worth. Chance and selection: probabilistic and
 * deflated Sharpe ratios, overfitting by combinatorial cross-validation, data-snooping tests,
 * bootstrap intervals of any statistic, reordered trades.
 *
 * Random numbers come from wick_pcg streams keyed by (seed, purpose, replicate): the same bytes
 * for any number of threads. Sharpe ratios are per observation, never annualised, unless a
 * comment says so. Undefined results are WICK_NA.
 */
#ifndef WICK_STATS_H
#define WICK_STATS_H

#include "wick/metrics.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- moments ------------------------------------------------------------------------------ */

/** Population moments; kurtosis is raw (a normal distribution has 3). Everything but `n` is NA
 * without values, skew and kurtosis also without spread. NA inside x is not allowed. */
typedef struct wick_moments {
    int64_t n;
    double mean, dev, skew, kurtosis;
} wick_moments;
WICK_API wick_moments wick_moments_of(int64_t n, const double *x);
/** mean / sample deviation (n - 1), the ratio of overfitting tests; NA without spread. */
WICK_API double wick_sharpe_of(int64_t n, const double *x);
/** Bar returns of an equity column: n - 1 values into `out`. A row after a value <= 0 returns 0. */
WICK_API void wick_returns_into(int64_t n, const double *equity, double *out);

/* ---- one Sharpe ratio --------------------------------------------------------------------- */

/** Probability that the true ratio is above `ref`, from n observations. NA below two observations
 * or when the variance of the estimate is not positive. Bailey and Lopez de Prado, The Sharpe Ratio
 * Efficient Frontier, J. of Risk 15(2), 2012. */
WICK_API double wick_psr(double sharpe, double ref, int64_t n, double skew, double kurtosis);
/** Observations after which wick_psr reaches `confidence`. NA when sharpe <= ref. */
WICK_API double wick_min_trl(double sharpe, double ref, double confidence, double skew,
                             double kurtosis);
/** Expected best of `trials` unskilled ones whose ratios have this variance; 0 up to one trial.
 * Bailey and Lopez de Prado, The Deflated Sharpe Ratio, J. of Portfolio Management 40(5), 2014. */
WICK_API double wick_expected_max_sharpe(double variance, double trials);
/** wick_psr against wick_expected_max_sharpe. */
WICK_API double wick_dsr(double sharpe, int64_t n, double skew, double kurtosis, double variance,
                         double trials);
/** Years of data below which the best of `trials` unskilled strategies is expected to show this
 * annual ratio by chance: (E[max] / sharpe)^2. Bailey, Borwein, Lopez de Prado and Zhu, Notices of
 * the AMS 61(5), 2014. */
WICK_API double wick_min_backtest_years(double sharpe_annual, double trials);

/* ---- many trials -------------------------------------------------------------------------- */

/** Columns of returns on one clock: `column[k][t]`, k < trials, t < rows. All finite. */
typedef struct wick_trials {
    int64_t rows, trials;
    const double *const *column;
} wick_trials;

/** How many independent trials a search was worth. */
typedef struct wick_trial_count {
    int64_t raw;      /**< distinct columns: exact copies count once */
    double mean_corr; /**< mean correlation of all pairs of distinct ones, NA below two */
    double effective; /**< rho + (1 - rho) * raw, rho clamped to 0..1 */
    int64_t clusters; /**< groups of alike trials: average linkage on sqrt((1 - rho) / 2), as many
                           groups (2..100) as give the highest mean silhouette; 0: not looked for,
                           there are more than 4 096 trials */
    double variance;  /**< of the trials' Sharpe ratios per observation, sample (n - 1) */
} wick_trial_count;
/** `threads` 0: all cores; the result does not depend on it. */
WICK_API wick_status wick_trials_count(wick_ctx *ctx, const wick_trials *t, int32_t threads,
                                       wick_trial_count *out) WICK_NODISCARD;

/** A statistic of one series. NA is allowed: the worst value in a comparison. */
typedef double (*wick_stat_fn)(void *user, int64_t n, const double *x);

typedef struct wick_pbo_opts {
    uint32_t size;
    int32_t blocks;    /**< S, even, 2..24; 0: 16, or the largest even number with two rows each */
    int32_t threads;   /**< 0: all cores; a `stat` that is not thread-safe needs 1 */
    wick_stat_fn stat; /**< NULL: wick_sharpe_of, from block sums */
    void *user;
    double *logits;    /**< one per combination in lexicographic order; may be NULL */
    double *in_sample; /**< of the chosen trial, likewise */
    double *out_sample;
    int32_t *chosen; /**< the chosen trial, likewise */
} wick_pbo_opts;

/** Overfitting by combinatorially symmetric cross-validation: S blocks, every half of them once in
 * sample. Bailey, Borwein, Lopez de Prado and Zhu, The Probability of Backtest Overfitting, J. of
 * Computational Finance 20(4), 2017. */
typedef struct wick_pbo {
    int64_t rows, blocks, trials, combinations; /**< rows used: the first rows mod S are dropped */
    double pbo;       /**< share of combinations whose choice is at or below the median outside */
    double prob_loss; /**< share whose choice has a statistic below 0 outside */
    double slope, intercept, r2; /**< least squares of out-of-sample on in-sample statistic */
    double logit_mean;
    double in_mean, out_mean;      /**< of the chosen trial's statistic */
    bool dominates_1, dominates_2; /**< the chosen one dominates the average of all trials outside,
                                        stochastically of first and second order */
} wick_pbo;
/** C(S, S/2), the length of the arrays in the options; 0 when S is odd or outside 2..24. */
WICK_API int64_t wick_pbo_combinations(int32_t blocks);
/** The number of blocks that opts.blocks = 0 means for so many rows. */
WICK_API int32_t wick_pbo_blocks(int64_t rows);
WICK_API wick_status wick_pbo_eval(wick_ctx *ctx, const wick_trials *t, const wick_pbo_opts *opts,
                                   wick_pbo *out) WICK_NODISCARD;

typedef struct wick_spa_opts {
    uint32_t size;
    int64_t replicates; /**< 0: 1 000 */
    double q;           /**< 1 / expected block length of the stationary bootstrap; 0: automatic,
                             1 / ceil(rows^(1/3)) */
    uint64_t seed;      /**< 0: 42 */
    int32_t threads;    /**< 0: all cores */
    double level;       /**< of the stepwise test; 0: 0.05 */
    const int32_t *index_rows; /**< replicates x rows explicit resamples; NULL: drawn */
    double *omega;             /**< long-run deviation per trial; may be NULL */
    bool *significant;         /**< trials the stepwise test accepts as better; may be NULL */
} wick_spa_opts;

/** Is the best trial better than the benchmark, given that it is the best of many? Columns are
 * performance less the benchmark's. p values are shares of resamples above the found statistic. */
typedef struct wick_spa {
    int64_t rows, trials, replicates;
    double q;
    int64_t best;      /**< trial with the largest mean */
    double v, p_white; /**< Reality Check. White, Econometrica 68(5), 2000 */
    double t; /**< studentised. Hansen, J. of Business and Economic Statistics 23(4), 2005 */
    double p_lower, p_consistent, p_upper;
    int64_t n_significant; /**< stepwise. Romano and Wolf, Econometrica 73(4), 2005 */
} wick_spa;
WICK_API wick_status wick_spa_eval(wick_ctx *ctx, const wick_trials *t, const wick_spa_opts *opts,
                                   wick_spa *out) WICK_NODISCARD;

/* ---- bootstrap ---------------------------------------------------------------------------- */

typedef enum wick_resample {
    WICK_RESAMPLE_IID,        /**< rows alone: serial dependence is destroyed */
    WICK_RESAMPLE_BLOCK,      /**< moving blocks of one length that do not wrap. Kuensch 1989 */
    WICK_RESAMPLE_CIRCULAR,   /**< the same, wrapping around the end. Politis and Romano 1992 */
    WICK_RESAMPLE_STATIONARY, /**< blocks of geometric length, wrapping. Politis and Romano 1994 */
    WICK_RESAMPLES
} wick_resample;
typedef enum wick_interval_kind {
    WICK_INTERVAL_BCA, /**< bias-corrected and accelerated. Efron 1987 */
    WICK_INTERVAL_PERCENTILE,
    WICK_INTERVAL_BASIC, /**< reflected about the estimate */
    WICK_INTERVALS
} wick_interval_kind;
WICK_API const char *wick_resample_name(int32_t resample); /**< "iid" "block" "circular" ... */
WICK_API const char *wick_interval_name(int32_t kind);     /**< "bca" "percentile" "basic" */
/** By name; -1 when unknown. */
WICK_API int32_t wick_resample_find(const char *name);
WICK_API int32_t wick_interval_find(const char *name);

typedef struct wick_boot_opts {
    uint32_t size;
    int32_t resample;          /**< wick_resample */
    int32_t interval;          /**< wick_interval_kind */
    int64_t replicates;        /**< 0: 1 000 */
    double level;              /**< central level; 0: 0.95 */
    double block;              /**< mean block length; 0: wick_block_length of the first series */
    uint64_t seed;             /**< 0: 42 */
    int32_t threads;           /**< 0: all cores; a callback that is not thread-safe needs 1 */
    const int32_t *index_rows; /**< replicates x n explicit resamples; NULL: drawn */
    bool pybroker_normal; /**< the rational approximations of the normal distribution PyBroker uses
                           */
} wick_boot_opts;

/** One interval. Bounds are order statistics of the replicates that are not NA; NA when more than
 * half of them are, or when the estimate is. */
typedef struct wick_interval {
    double estimate, low, high;
    double std_error; /**< sample deviation of the finite replicates */
    double bias;      /**< their mean less the estimate */
    int64_t defined;  /**< replicates that are not NA */
} wick_interval;

/** Statistics of resampled rows: fills out[0..k-1]. `worker` is below the number of threads. */
typedef void (*wick_boot_fn)(void *user, int32_t worker, int64_t n, const int32_t *rows,
                             double *out);
/** Intervals of `k` statistics of n rows at once; a jackknife call has n - 1 rows. `values`, when
 * not NULL, gets replicates x k. */
WICK_API wick_status wick_boot_rows(wick_ctx *ctx, int64_t n, int64_t k, wick_boot_fn fn,
                                    void *user, const wick_boot_opts *opts, double *values,
                                    wick_interval *out) WICK_NODISCARD;
/** Interval of one statistic of one series. */
WICK_API wick_status wick_boot_series(wick_ctx *ctx, int64_t n, const double *x, wick_stat_fn fn,
                                      void *user, const wick_boot_opts *opts,
                                      wick_interval *out) WICK_NODISCARD;
/** Bounds at another level or of another kind from values that are there already: replicates in
 * any order (they are sorted in place), and the jackknife of the estimate (BCa only). */
WICK_API wick_interval wick_boot_interval(double estimate, int64_t replicates, double *values,
                                          int64_t n_jack, const double *jack, int32_t kind,
                                          double level, bool pybroker_normal);
/** Mean block length by Politis and White 2004 with the correction of Patton, Politis and White
 * 2009, for `resample`; at least 1, 1 for iid. */
WICK_API double wick_block_length(int64_t n, const double *x, int32_t resample);
/** One resample of 0..n-1: replicate b of the stream of `seed`. */
WICK_API void wick_resample_into(uint64_t seed, int64_t b, int32_t resample, double block,
                                 int64_t n, int32_t *rows);

/** Intervals of metrics of a ledger. Bar returns are resampled and the equity rebuilt from its
 * first value by compounding them (by adding bar changes when equity was at or below zero);
 * exposure and fees keep to their bar. Trades are resampled one by one, independently, in as many.
 * `extra` (may be NULL) adds `n_extra` statistics of the resampled ledger, one call at a time. */
typedef wick_status (*wick_boot_extra_fn)(void *user, wick_ctx *ctx, const wick_ledger *l,
                                          double *out);
WICK_API wick_status wick_boot_ledger(wick_ctx *ctx, const wick_ledger *l,
                                      const wick_metric_opts *mopts,
                                      const wick_metric_spec *const *specs, int64_t n,
                                      wick_boot_extra_fn extra, void *user, int64_t n_extra,
                                      const wick_boot_opts *opts,
                                      wick_interval *out) WICK_NODISCARD;

/** PyBroker's bootstrap table: profit factor and Sharpe of bars at three one-sided levels (2.5, 5
 * and 10 %) and bounds of the drawdown at 0.1, 1, 5 and 10 %. */
typedef struct wick_pybroker_boot {
    double log_profit_factor[3][2], profit_factor[3][2], sharpe[3][2]; /**< low, high */
    double drawdown[4], drawdown_pct[4];
    int64_t replicates;
} wick_pybroker_boot;
/** Default 10 000 replicates. Sharpe is times sqrt(bars_per_year) when mopts sets it. */
WICK_API wick_status wick_boot_pybroker(wick_ctx *ctx, const wick_ledger *l,
                                        const wick_metric_opts *mopts, const wick_boot_opts *opts,
                                        wick_pybroker_boot *out) WICK_NODISCARD;

/* ---- Monte-Carlo of trades ---------------------------------------------------------------- */

typedef struct wick_monte_opts {
    uint32_t size;
    int64_t paths;   /**< 0: 1 000 */
    uint64_t seed;   /**< 0: 42 */
    int32_t threads; /**< 0: all cores */
    bool resample;   /**< draw trades with replacement; else only their order changes, and with it
                          drawdowns but not the end */
    bool compound;   /**< a trade is a share of the equity before it; else an amount of cash */
    bool pnl_net;    /**< the trades carry pnl net of fees; else fees are taken off here */
    double ruin_pct; /**< drawdown that counts as ruin, in percent; 0: 50 */
} wick_monte_opts;

/** Order statistics of one quantity over all paths. */
typedef struct wick_spread {
    double actual; /**< of the trades as they were */
    double mean, min, q05, q25, median, q75, q95, max;
} wick_spread;

typedef struct wick_monte {
    int64_t paths, trades;
    wick_spread end, return_pct, max_drawdown, max_drawdown_pct, max_losses;
    double prob_loss, prob_ruin; /**< shares of paths that end below the start, that are ruined */
} wick_monte;
/** Closed trades only, on the run's starting cash; needs two trades and cash above zero. */
WICK_API wick_status wick_monte_eval(wick_ctx *ctx, const wick_ledger *l,
                                     const wick_monte_opts *opts, wick_monte *out) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
