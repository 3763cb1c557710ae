/* SPDX-License-Identifier: MIT */
/**
 * Room pm: the position manager's kernels. Three model heads (direction, entry, risk) give
 * probabilities and expected edges per sample; thresholds decide which samples become trades.
 *
 * Probabilities and ratios are fractions, edges basis points net of costs. Comparisons are those of
 * IEEE numbers, without an epsilon: 0.58 - 0.55 is below 0.03, and a missing value meets nothing.
 * Sums are added pairwise (wick_sum_pairwise), running totals one by one; the same input gives the
 * same bytes for any number of threads. Rules: docs/position-manager.md.
 */
#ifndef WICK_PM_H
#define WICK_PM_H

#include "wick/data.h"
#include "wick/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- configuration ------------------------------------------------------------------------ */

typedef struct wick_pm_config {
    struct {
        double long_open_prob, short_open_prob, min_long_entry_prob, min_short_entry_prob,
            max_market_risk_prob, min_expected_edge_bps, min_direction_margin,
            min_liquidity_capacity_ratio, max_ood_score;
    } open;
    struct {
        double min_long_prob, min_short_prob, min_continue_prob, min_entry_prob, max_exit_prob,
            max_market_risk_prob, max_position_risk_prob, min_expected_edge_bps,
            min_continue_vs_exit_edge_bps, min_liquidity_capacity_ratio,
            min_post_trade_liquidation_buffer_bps, max_add_count, cooldown_minutes;
    } add;
    struct {
        double close_exit_prob, close_position_risk_prob, close_market_risk_prob,
            close_continue_max, reduce_adverse_move_prob, reduce_continue_min, reduce_continue_max,
            min_profit_for_reduce_bps, max_position_path_risk_bps;
    } exit;
    struct {
        double base_ratio, min_initial_ratio, max_single_leg_ratio, min_add_ratio, max_add_ratio,
            max_total_position_ratio, min_edge_bps, max_loss_per_trade_bps,
            max_liquidity_usage_ratio, uncertainty_penalty_multiplier,
            min_post_trade_liquidation_buffer_bps;
    } sizing;
} wick_pm_config;

/** One key of the tree, in the order in which it is written. */
typedef struct wick_pm_key {
    const char *section, *key; /**< "open", "longOpenProb" */
    size_t offset;             /**< of the double in wick_pm_config */
    double def, lo, hi;        /**< both ends allowed */
    bool is_int;
} wick_pm_key;
WICK_API const wick_pm_key *wick_pm_keys(int64_t *n);
WICK_API void wick_pm_defaults(wick_pm_config *out);

/* ---- threshold search --------------------------------------------------------------------- */

/** Samples as columns, ordered by event time (ties keep their order). Borrowed. */
typedef struct wick_pm_frame {
    uint32_t size;
    int64_t n;
    const double *long_prob, *short_prob, *long_entry_prob, *short_entry_prob, *market_risk_prob;
    const double *pred_long, *pred_short;     /**< predicted net edge */
    const double *actual_long, *actual_short; /**< finite */
} wick_pm_frame;

typedef struct wick_pm_thresholds {
    double long_open_prob, short_open_prob, min_long_entry_prob, min_short_entry_prob,
        max_market_risk_prob, min_expected_edge_bps, min_direction_margin;
} wick_pm_thresholds;

typedef struct wick_pm_metrics {
    int64_t trade_count, max_consecutive_losses;
    double win_rate, avg_actual_edge_bps, avg_weighted_edge_bps, total_weighted_edge_bps;
    double max_drawdown_bps;           /**< the running maximum starts at the first trade's equity */
    double max_drawdown_from_zero_bps; /**< ... at zero, so that a first loss counts */
    double avg_planned_ratio, profit_factor; /**< +inf without losses; 0 without trades */
} wick_pm_metrics;

/** +1 long, -1 short, 0 no trade. */
WICK_API int wick_pm_side(const wick_pm_frame *f, int64_t row, const wick_pm_thresholds *th);
WICK_API double wick_pm_planned_ratio(double edge, double risk, double min_edge);
WICK_API double wick_pm_score(const wick_pm_metrics *m);
/** Of a trade list in its order: actual edges, edges times ratio, ratios. */
WICK_API void wick_pm_measure(int64_t n, const double *actual, const double *weighted,
                              const double *ratio, wick_pm_metrics *out);
/** Rows that trade, their sides and planned ratios; buffers of f->n. */
WICK_API void wick_pm_trades(const wick_pm_frame *f, const wick_pm_thresholds *th, int64_t *rows,
                             int8_t *side, double *ratio, int64_t *n);

/** The frame of a table with the columns long_prob, short_prob, long_entry_prob, short_entry_prob,
 * market_risk_prob, {pred,actual}_{long,short}_expected_net_edge_bps, all float, edges finite. A
 * probability that is infinite is an error, as is a column without any. Borrowed from the table. */
WICK_API wick_status wick_pm_frame_of(wick_ctx *ctx, const wick_table *t, const char *what,
                                      wick_pm_frame *out) WICK_NODISCARD;
/** The trades of a frame table (ordered by event_time) as rows: sample_id, symbol, event_time,
 * split_id, side, direction_prob, entry_prob, market_risk_prob, predicted_edge_bps,
 * actual_edge_bps, entry_target, planned_ratio, weighted_edge_bps. */
WICK_API wick_status wick_pm_trade_table(wick_ctx *ctx, const wick_table *frame,
                                         const wick_pm_thresholds *th,
                                         wick_table **out) WICK_NODISCARD;
/** event_time, trade_index, weighted_edge_bps, equity_bps, drawdown_bps of a trade table. */
WICK_API wick_status wick_pm_equity_table(wick_ctx *ctx, const wick_table *trades,
                                          wick_table **out) WICK_NODISCARD;

enum { WICK_PM_GRID_KEYS = 6, WICK_PM_MAX_CANDIDATES = 10000000 };
/** Values per key in the order long_open_prob, short_open_prob, min_entry_prob,
 * max_market_risk_prob, min_expected_edge_bps, min_direction_margin; the last varies fastest. */
typedef struct wick_pm_grid {
    const double *values[WICK_PM_GRID_KEYS];
    int64_t n[WICK_PM_GRID_KEYS];
} wick_pm_grid;
WICK_API const char *const *wick_pm_grid_names(void); /**< six */
/** Number of candidates; an empty list, a value that is not finite, or more than ten million are
 * errors. */
WICK_API wick_status wick_pm_grid_count(wick_ctx *ctx, const wick_pm_grid *g,
                                        int64_t *n) WICK_NODISCARD;
WICK_API void wick_pm_grid_at(const wick_pm_grid *g, int64_t candidate,
                              double out[WICK_PM_GRID_KEYS]);
/** Metrics and score of every candidate, in grid order. Candidates that choose the same trades are
 * measured once. Cost is linear in samples; besides the frame it keeps about 55 bytes a sample. */
WICK_API wick_status wick_pm_search(wick_ctx *ctx, const wick_pm_frame *f, const wick_pm_grid *g,
                                    int32_t threads, wick_pm_metrics *metrics,
                                    double *score) WICK_NODISCARD;

/** The same as a table: six keys, nine metrics, score; by score descending, ties in grid order. */
WICK_API wick_status wick_pm_search_table(wick_ctx *ctx, const wick_pm_frame *f,
                                          const wick_pm_grid *g, int32_t threads,
                                          wick_table **out) WICK_NODISCARD;

/* ---- path simulation ---------------------------------------------------------------------- */

typedef struct wick_pm_account {
    double fee_bps, slippage_bps; /**< per side and unit of ratio */
    double leverage, maintenance_bps;
} wick_pm_account;

/** Rows of many symbols made ready: sorted by (event_time, symbol), columns that are absent
 * replaced by their defaults. */
typedef struct wick_pm_path wick_pm_path;
/** Needs event_time (int or time), symbol, close, fill_price and the columns of the three heads;
 * one row per time and symbol. */
WICK_API wick_status wick_pm_path_new(wick_ctx *ctx, const wick_table *rows,
                                      wick_pm_path **out) WICK_NODISCARD;
WICK_API void wick_pm_path_free(wick_pm_path *p);

typedef struct wick_pm_result {
    wick_pm_metrics metrics;
    wick_table *trades, *events, *equity; /**< NULL unless asked for */
    wick_ledger *ledger; /**< the same in the record types of the engine, from 10,000 of capital */
    wick_ledger *engine; /**< the same decisions carried out by the event engine: real quantities on
                              10,000 of cash, fees on notional, slippage in the price */
    int64_t adds, reduces, skips;
} wick_pm_result;
/** `full`: with tables and ledgers. Free with wick_pm_result_clear. */
WICK_API wick_status wick_pm_path_run(wick_ctx *ctx, const wick_pm_path *p,
                                      const wick_pm_config *config, const wick_pm_account *account,
                                      bool full, wick_pm_result *out) WICK_NODISCARD;
WICK_API void wick_pm_result_clear(wick_pm_result *r);

#ifdef __cplusplus
}
#endif
#endif
