/* SPDX-License-Identifier: MIT */
/** Room metrics, private: what the shared passes find and every metric reads. */
#ifndef WK_METRICS_INT_H
#define WK_METRICS_INT_H

#include "wick/metrics.h"

/** Numbers of one kind of trade. */
typedef struct wk_trade_sums {
    int64_t n;
    double pnl, bars;
    double pct;        /**< return_pct of the trades selected by their pnl */
    double pct_by_own; /**< return_pct selected by its own sign, PyBroker 1.x */
    int64_t n_by_own;
    double extreme;     /**< largest win or loss, NA when n is 0 */
    double extreme_pct; /**< of that same trade, the first on ties */
    int64_t extreme_bars;
} wk_trade_sums;

/** Of the bar returns r. */
typedef struct wk_series_facts {
    int64_t m, n_up, n_down, max_up, max_down;
    double mean, dev, skew, kurtosis; /**< population; raw kurtosis, NA without spread */
    double q05, q95, best, worst, shortfall;
    double up, down;    /**< sums of positive and of negative r */
    double over, under; /**< of r above and below the risk-free return */
    double rho, penalty;
} wk_series_facts;

/** Returns of calendar periods, as fractions. */
typedef struct wk_period_facts {
    int64_t n, up;
    double best, worst;
} wk_period_facts;

/** r against the benchmark's b, from its first value on; m 0 without one. */
typedef struct wk_benchmark_facts {
    int64_t m, n_up, n_down;
    double mean, mean_b, rr, bb, rb; /**< means, and sums of centred products */
    double dev_excess;               /**< sample deviation of r - b */
    double total, total_b;
    double up, up_b, down, down_b; /**< growth over the bars on which b rose or fell */
} wk_benchmark_facts;

/** Closed trades of one side. */
typedef struct wk_side_facts {
    int64_t n, wins, losses;
    double pnl, pct;
} wk_side_facts;

struct wick_facts {
    int32_t profile;
    bool finite; /**< false: a value of the equity column is not a finite number */
    int64_t n;   /**< equity rows */
    int64_t m;   /**< bar returns */
    const int64_t *time;
    double first, last; /**< equity */
    double fees;        /**< last cumulative fee, or the trades' fees without a fee column */
    double fees_before; /**< cumulative fee of the first row */
    double flow[WICK_FLOWS];  /**< last cumulative flow, NA when the run knew none */
    double carry, trade_carry; /**< all flows since the first row; what trades say of them */
    double years;       /**< first to last stamp in years of 365.25 days; 0 when not positive */

    /* returns */
    double mean, dev;  /**< of r, population deviation */
    double neg_dev;    /**< population deviation of the negative r about their own mean, else 0 */
    double down_dev;   /**< root of the mean of min(r - target, 0) squared */
    double target;     /**< risk-free return per bar */
    double gain, loss; /**< sums of positive and negative bar changes */
    double growth;     /**< product of 1 + r */

    /* level */
    double level_dev; /**< population deviation of the equity level */
    double r2;        /**< of the least-squares line, NA when the level never changes */

    /* peaks */
    double max_dd, max_dd_pct; /**< <= 0 */
    int64_t max_dd_row;        /**< -1: no drawdown */
    double max_dd_sum;         /**< drawdown of the running sum of r, >= 0 (PyBroker 1.x) */
    double ulcer;

    /* episodes */
    int64_t episodes, episode_bars; /**< how many; longest in bars */
    double episode_days;            /**< longest in days */
    double episode_pct_sum, episode_days_sum;

    /* trades */
    int64_t trades; /**< closed ones */
    wk_trade_sums win, lose;
    double pnl, pnl_dev; /**< sum, sample deviation (NA below two trades) */
    double pct, bars, trade_fees;
    double pct_best, pct_worst;
    double pct_geo; /**< geometric mean return in percent, NA when a trade lost all */
    int64_t max_wins, max_losses;

    /* exposure; NA without the columns */
    double exposed_rows, gross_max, gross_mean;

    wick_ambiguity ambiguity;

    wk_series_facts series;
    wk_period_facts months, calendar_years;
    wk_benchmark_facts benchmark;
    wk_side_facts side[2]; /**< long, short */
    double longest_days, days_sum, traded, equity_mean;
    int64_t longest_bars;
};

/** Column storage a scoring call needs, kept between calls. */
struct wick_score_scratch {
    double *column; /**< rounded equity */
    double *blocks; /**< three per block of equity: low, high, peak before */
    double *series; /**< returns, and sorted */
    int64_t column_cap, blocks_cap, series_cap;
};

/** Every need that reads the whole equity column. */
#define WK_NEED_COLUMN                                                                             \
    (WICK_NEED_RETURNS | WICK_NEED_LEVEL | WICK_NEED_PEAKS | WICK_NEED_ULCER |                     \
     WICK_NEED_EPISODES | WICK_NEED_SERIES | WICK_NEED_PERIODS | WICK_NEED_BENCHMARK)

static inline bool wk_is_pybroker(const wick_facts *f)
{
    return f->profile != WICK_METRICS_WICK;
}

/** What an undefined row of PyBroker's table is: NA, and 0 in the PyBroker profiles. */
static inline double wk_undefined(const wick_facts *f)
{
    return wk_is_pybroker(f) ? 0.0 : WICK_NA;
}

/** x scaled from one bar to a year. */
static inline double wk_root_year(const wick_metric_opts *o, double x)
{
    return x * sqrt(o->bars_per_year);
}

/** Growth factor to percent a year; a total loss is -100. */
double wk_annual_pct(double growth, double exponent);

/** Fills `f` for the needs. Equity columns are rounded first when the options say so. */
wick_status wk_facts_fill(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                          uint32_t needs, wick_score_scratch *s, wick_facts *f) WICK_NODISCARD;
void wk_facts_equity(wick_facts *f, const double *e, const wick_metric_opts *o, uint32_t needs,
                     double *blocks);
void wk_facts_trades(wick_facts *f, const wick_ledger *l, int32_t places);
void wk_facts_exposure(wick_facts *f, const wick_equity *e);
double wk_metric_value(const wick_metric_spec *spec, const wick_facts *f,
                       const wick_metric_opts *o);

/** `room` holds 2 (n - 1) values; n >= 2. */
void wk_facts_series(wick_facts *f, const double *e, double *room);
void wk_facts_periods(wick_facts *f, const double *e);
void wk_facts_benchmark(wick_facts *f, const double *e, const double *b);
void wk_facts_sides(wick_facts *f, const wick_ledger *l, const wick_metric_opts *o);

/** True for a column the run did not keep: NULL, or the zeros that stand for several at once.
 * What needs it is undefined then, and not zero. */
bool wk_column_missing(const wick_equity *e, const double *column);

/** Half-up rounding of wick_round_decimal with a short way where the digits leave no doubt. */
double wk_round(double v, int32_t places);
void wk_round_column(int64_t n, const double *in, int32_t places, double *out);

/** Returns of a column with values at or below zero, by the profile's rules; sums one by one. */
void wk_returns_plain(wick_facts *f, const double *e);
/** PyBroker's drawdowns: sequential sums and products, so that ties fall as they do there. */
void wk_pybroker_drawdown(wick_facts *f, const double *e);
/** PyBroker 1.x: root mean square of distances to the highest of the last 14 rows. */
double wk_ulcer_trailing(int64_t n, const double *e);

/** Block lows and highs of a column (blocks of WK_BLOCK, the last one shorter). Returns how many
 * blocks. `bad` becomes NaN when a value is not finite. */
int64_t wk_extents(int64_t n, const double *e, double *lo, double *hi, double *bad);
/** Walks the drawdown episodes of a column in time order. */
typedef void (*wk_episode_fn)(void *user, const wick_drawdown *d);
void wk_episodes(int64_t n, const double *e, const double *lo, const double *hi, wk_episode_fn fn,
                 void *user);

extern const wick_metric_spec *const wk_metric_table[];
extern const int64_t wk_metric_table_n;

#endif
