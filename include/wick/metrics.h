/* SPDX-License-Identifier: MIT */
/**
 * Room metrics: numbers about a ledger. Knows no engine, so foreign results can be scored too.
 *
 * Every metric is a registry entry with one canonical name; profiles change a formula, never the
 * name. Undefined results are WICK_NA (null in JSON, nil in Lua). `_pct` is on the 0..100 scale;
 * losses and drawdowns are negative.
 */
#ifndef WICK_METRICS_H
#define WICK_METRICS_H

#include "wick/data.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum wick_metric_unit {
    WICK_M_COUNT,
    WICK_M_CASH,
    WICK_M_PERCENT,
    WICK_M_RATIO,
    WICK_M_BARS,
    WICK_M_TIME, /**< ms stamp as a double; NA when there is none */
    WICK_M_DAYS
} wick_metric_unit;

/** What a metric reads; only the passes somebody needs are made. */
enum {
    WICK_NEED_EQUITY = 1u, /**< first and last equity row */
    WICK_NEED_TRADES = 2u,
    WICK_NEED_EXPOSURE = 4u,
    WICK_NEED_ANNUAL = 8u,       /**< undefined without bars_per_year */
    WICK_NEED_RETURNS = 16u,     /**< sums over bar changes and bar returns */
    WICK_NEED_LEVEL = 32u,       /**< sums over the equity level */
    WICK_NEED_PEAKS = 64u,       /**< deepest drawdown */
    WICK_NEED_ULCER = 128u,      /**< mean squared drawdown */
    WICK_NEED_EPISODES = 256u,   /**< list of drawdowns */
    WICK_NEED_SERIES = 512u,     /**< the bar returns themselves: moments, quantiles, streaks */
    WICK_NEED_PERIODS = 1024u,   /**< returns of calendar months and years */
    WICK_NEED_BENCHMARK = 2048u, /**< undefined without opts.benchmark */
    WICK_NEED_SIDES = 4096u      /**< closed trades by side, and the time they took */
};

typedef enum wick_metric_profile {
    WICK_METRICS_WICK,      /**< the honest defaults, see docs/conventions.md */
    WICK_METRICS_PYBROKER1, /**< PyBroker up to 1.2.14 */
    WICK_METRICS_PYBROKER2  /**< PyBroker 2.0 */
} wick_metric_profile;

typedef struct wick_metric_opts {
    uint32_t size;
    int32_t profile;      /**< wick_metric_profile */
    double bars_per_year; /**< 0: not annualised */
    int32_t round_places; /**< report_rounding: money and trade columns rounded half-up to this many
                               decimals before anything is computed; 0 off, PyBroker uses 2 */
    double risk_free;     /**< annual fraction, default 0; needs bars_per_year and profile wick */
    bool pnl_net;         /**< the run's trades carry pnl net of fees (trade_pnl=net) */
    /** Level of something to compare with (a price, an index, another equity), one value per equity
     * row, NA before it begins; borrowed, also by scores made with it. NULL: metrics that need it
     * are undefined. */
    const double *benchmark;
    int64_t n_benchmark; /**< must be the number of equity rows */
} wick_metric_opts;

/** Results of the shared passes, filled for the needs asked; what `eval` reads. Declared in
 * src/metrics/metrics_int.h; scripts see its numbers as metrics. */
typedef struct wick_facts wick_facts;

typedef struct wick_metric_spec {
    const char *name;    /**< canonical, e.g. "max_drawdown_pct" */
    const char *title;   /**< "maximum drawdown" */
    const char *formula; /**< plain text, with what differs between profiles */
    const char *source;
    wick_metric_unit unit;
    int8_t better;  /**< +1 higher, -1 lower, 0 neither */
    uint32_t needs; /**< WICK_NEED_* */
    int32_t row;    /**< place in the forty-row table, -1 when not there */
    double (*eval)(const wick_facts *f, const wick_metric_opts *o);
} wick_metric_spec;

WICK_API int64_t wick_metric_count(void);
WICK_API const wick_metric_spec *wick_metric_at(int64_t i); /**< sorted by name */
WICK_API const wick_metric_spec *wick_metric_find(const char *name);

/** Values of a ledger. Immutable. */
typedef struct wick_scores wick_scores;
/** `names` NULL: every metric. Unknown names are errors with the nearest known one. */
WICK_API wick_status wick_score(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *opts,
                                const char *const *names, int64_t n,
                                wick_scores **out) WICK_NODISCARD;
WICK_API void wick_scores_free(wick_scores *s);
WICK_API int64_t wick_scores_count(const wick_scores *s);
WICK_API const wick_metric_spec *wick_scores_spec(const wick_scores *s, int64_t i);
WICK_API double wick_scores_value(const wick_scores *s, int64_t i);
/** By name; WICK_NA also when the name is not among the computed ones. */
WICK_API double wick_scores_get(const wick_scores *s, const char *name);
WICK_API const wick_metric_opts *wick_scores_opts(const wick_scores *s);

/** Same values into a caller's array, one per spec, for sweeps: allocates nothing when `scratch`
 * is reused (NULL: allocated inside). */
typedef struct wick_score_scratch wick_score_scratch;
WICK_API wick_score_scratch *wick_score_scratch_new(void);
WICK_API void wick_score_scratch_free(wick_score_scratch *s);
WICK_API wick_status wick_score_into(wick_ctx *ctx, const wick_ledger *l,
                                     const wick_metric_opts *opts,
                                     const wick_metric_spec *const *specs, int64_t n,
                                     wick_score_scratch *scratch, double *out) WICK_NODISCARD;

/** Drawdown episodes, deepest first: from the peak bar through the valley to the bar that regains
 * the peak (recovered < 0 while under water). */
typedef struct wick_drawdown {
    int64_t peak, valley, recovered; /**< row indices of the equity columns */
    double depth, depth_pct;         /**< <= 0, of equity */
    int64_t bars;                    /**< peak to recovery, or to the last row */
} wick_drawdown;
/** Writes up to `cap` episodes; *n is how many there are. */
WICK_API wick_status wick_drawdowns(wick_ctx *ctx, const wick_ledger *l, int64_t cap,
                                    wick_drawdown *out, int64_t *n) WICK_NODISCARD;

/* ---- foreign results ---------------------------------------------------------------------- */

typedef enum wick_foreign_kind {
    WICK_FOREIGN_AUTO,
    WICK_FOREIGN_TRADES,
    WICK_FOREIGN_RETURNS,
    WICK_FOREIGN_EQUITY
} wick_foreign_kind;

typedef struct wick_foreign_opts {
    uint32_t size;
    int32_t kind; /**< wick_foreign_kind; automatic: by the header */
    double cash;  /**< start of an account made from trades or returns; 0: 100 000 */
} wick_foreign_opts;

/** What was recognised; texts are literals. */
typedef struct wick_foreign_info {
    int32_t kind;
    const char *format;   /**< "TradingView list of trades", "backtesting.py trades" ... */
    bool pnl_net;         /**< pnl was after fees, and is in the ledger */
    bool synthetic_clock; /**< no equity was given: one row a day, moving with closed trades */
    bool weekdays_only;   /**< of that clock: no trade touched a weekend */
    double bars_per_year; /**< rows over the span in years, as wick_panel_bars_per_year rounds it */
} wick_foreign_info;

/** Reads trades, an equity curve or returns of another program (or wick's own CSV) as a ledger.
 * Recognised by header: wick, TradingView's list of trades, trades and equity of backtesting.py,
 * vectorbt and PyBroker, date-and-returns files. Two files (trades, and equity or returns) make one
 * ledger. Errors name file, line and column. */
WICK_API wick_status wick_foreign_load(wick_ctx *ctx, const char *const *paths, int64_t n_paths,
                                       const wick_foreign_opts *opts, wick_ledger **out,
                                       wick_foreign_info *info) WICK_NODISCARD;
/** A level per stamp from a file of prices (close), equity or returns: the last value at or before
 * each stamp, NA before the first. */
WICK_API wick_status wick_foreign_series(wick_ctx *ctx, const char *path, int64_t n,
                                         const int64_t *time, double *out) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
