/* SPDX-License-Identifier: MIT */
/** Path simulation, private: prepared rows, the simulation's records and what becomes of them. */
#ifndef WK_PM_PATH_INT_H
#define WK_PM_PATH_INT_H

#include "wick/pm.h"

typedef enum wk_path_column {
    WK_PATH_CLOSE,
    WK_PATH_FILL,
    WK_PATH_LONG,
    WK_PATH_SHORT,
    WK_PATH_NEUTRAL,
    WK_PATH_LONG_ENTRY,
    WK_PATH_SHORT_ENTRY,
    WK_PATH_LONG_EDGE,
    WK_PATH_SHORT_EDGE,
    WK_PATH_RISK,
    WK_PATH_LONG_RISK,
    WK_PATH_SHORT_RISK,
    WK_PATH_CONTINUE_LONG, /**< from here on with a default */
    WK_PATH_CONTINUE_SHORT,
    WK_PATH_EXIT_LONG,
    WK_PATH_EXIT_SHORT,
    WK_PATH_ADVERSE_LONG,
    WK_PATH_ADVERSE_SHORT,
    WK_PATH_LIQUIDITY,
    WK_PATH_OOD,
    WK_PATH_RISK_BPS, /**< absent: the config's exit.maxPositionPathRiskBps */
    WK_PATH_COLUMNS
} wk_path_column;

struct wick_pm_path {
    wick_table *rows, *symbols; /**< sorted; names in order */
    int64_t n, n_symbols;
    const int64_t *time;
    const char *const *texts;
    int32_t *symbol;
    int64_t *last; /**< last row of each symbol */
    const double *column[WK_PATH_COLUMNS];
    double *own[WK_PATH_COLUMNS]; /**< defaults */
};

typedef enum wk_path_reason {
    WK_PATH_SIGNAL,
    WK_PATH_END_OF_DATA,
    WK_PATH_EXIT_PROB,
    WK_PATH_POSITION_RISK,
    WK_PATH_MARKET_RISK,
    WK_PATH_CONTINUE_LOW,
    WK_PATH_MAX_LOSS,
    WK_PATH_PATH_RISK,
    WK_PATH_BELOW_MINIMUM,
    WK_PATH_ADVERSE_MOVE,
    WK_PATH_LOW_LIQUIDITY,
    WK_PATH_OUT_OF_RANGE,
    WK_PATH_SIZE
} wk_path_reason;
typedef enum wk_path_action {
    WK_PATH_OPEN,
    WK_PATH_ADD,
    WK_PATH_REDUCE,
    WK_PATH_DO_CLOSE,
    WK_PATH_SKIP
} wk_path_action;

typedef struct wk_path_trade {
    int32_t symbol;
    int8_t side;
    int64_t open_row, close_row, adds, bars;
    double entry_price, avg_price, max_ratio, weighted;
    double worst, best; /**< unrealised bps of price seen while it was held */
    wk_path_reason reason;
} wk_path_trade;

typedef struct wk_path_event {
    int64_t row;
    int8_t action, reason, side;
    double delta, after;
} wk_path_event;

typedef struct wk_path_point {
    int64_t time;
    double equity, open_ratio;
} wk_path_point;

/** Growing lists of one run. */
typedef struct wk_path_records {
    wk_path_trade *trades;
    wk_path_event *events;
    wk_path_point *points;
    int64_t n_trades, n_events, n_points, cap_trades, cap_events, cap_points;
} wk_path_records;

/** path_out.c: records as tables and as a ledger. */
wick_status wk_path_tables(wick_ctx *ctx, const wick_pm_path *p, const wk_path_records *r,
                           wick_pm_result *out) WICK_NODISCARD;
wick_status wk_path_ledger(wick_ctx *ctx, const wick_pm_path *p, const wk_path_records *r,
                           wick_ledger **out) WICK_NODISCARD;

/** engine.c: the same orders through the event engine. */
wick_status wk_path_engine(wick_ctx *ctx, const wick_pm_path *p, const wk_path_records *r,
                           const wick_pm_account *a, wick_ledger **out) WICK_NODISCARD;

#endif
