/* SPDX-License-Identifier: MIT */
/**
 * Room heads: the position manager's three model heads (direction, entry, risk) made from bars:
 * samples with their labels and time splits, training with calibration on purged folds, and the
 * prediction tables room pm reads. Rules: docs/position-manager.md, part C.
 */
#ifndef WICK_HEADS_H
#define WICK_HEADS_H

#include "wick/data.h"
#include "wick/table.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wick_heads_opts {
    uint32_t size;
    int32_t horizon;       /**< bars a trade may last; 0: 12 */
    int32_t every;         /**< a sample every so many bars of a symbol; 0: 1 */
    double up, down;       /**< barriers in units of ATR(14); 0: 2 and 1.5 */
    double cost_bps;       /**< of a round trip */
    double min_edge_bps;   /**< an edge of at least this is a target */
    double max_loss_bps;   /**< an excursion of at least this is a position risk */
    double participation;  /**< of the median bar's notional; 0: 0.1 */
    double leg_notional;   /**< of ratio 1; 0: 100,000 */
    const char *const *feature_names; /**< NULL: the default ones */
    const char *const *features;      /**< expressions (wick_graph_expr) that know no future */
    int32_t n_features;
    const char *model; /**< of ml: NULL: "xgboost"; linear and tree models alike */
    int32_t rounds;    /**< of tree models; 0: 300, with early stopping after 30 */
    int32_t folds;     /**< purged folds for the calibration; 0: 4 */
    uint64_t seed;
} wick_heads_opts;

/** Splits in order of time: train, tune_inner, validation_locked, latest_stress (60, 15, 15, 10 % of
 * the moments). Rows whose label reaches into the next split are left out, and so are the first
 * `horizon` moments of each later split. */
enum { WICK_HEADS_SPLITS = 4 };
WICK_API const char *const *wick_heads_splits(void);

/** One row per symbol and bar (every `every`): sample_id (SYMBOL@event_time), symbol, event_time
 * (close of the deciding bar), split_id, tick, end_tick, the features (f_NAME), close, fill_price
 * (next open), atr_bps, long/short_edge_bps (net, triple barrier entered at the next open),
 * direction (0 long, 1 short, 2 neutral), move_ratio, long/short_adverse_bps, long/short_stopped,
 * liquidity_capacity_ratio. Bars without all features and labels give no row. */
WICK_API wick_status wick_heads_samples(wick_ctx *ctx, const wick_panel *panel,
                                        const wick_heads_opts *opts,
                                        wick_table **out) WICK_NODISCARD;

/** Predictions for every sample: sample_id, symbol, event_time, split_id, long_prob, short_prob,
 * neutral_prob, long/short_entry_prob, long/short_expected_net_edge_bps, market_risk_prob,
 * long/short_position_risk_prob, ood_score, path_risk_bps and liquidity_capacity_ratio, close,
 * fill_price. Everything is fitted on split train. `scores`: one row per head and split with the
 * rows, base rate, auc, brier and log_loss of the calibrated chances. */
WICK_API wick_status wick_heads_train(wick_ctx *ctx, const wick_table *samples,
                                      const wick_heads_opts *opts, wick_table **out,
                                      wick_table **scores) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
