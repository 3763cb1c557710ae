/* SPDX-License-Identifier: MIT */
/** TradingView's list of trades: reading an export, and grading a list against one (the rules of
 * `wick pine verify`, docs/porting-pine.md). */
#ifndef WICK_CLI_TV_LIST_H
#define WICK_CLI_TV_LIST_H

#include "cli/cli.h"

typedef struct tv_trade {
    int64_t t0, t1; /**< UTC ms */
    double p0, p1, qty, pnl;
    const char *signal, *exit_signal;
    int64_t ident; /**< order that opened it; 0 unknown */
    int32_t number;
    int8_t side; /**< +1 long */
    bool open;
    int32_t group; /**< scratch of the grader */
} tv_trade;

typedef struct tv_list {
    tv_trade *at;
    int64_t n;
} tv_list;

/** In order of entry time, then of trade number. Times of the file are `east` ms ahead of UTC. */
wick_status tv_list_read(wick_ctx *ctx, wick_arena *a, const char *path, int64_t east,
                         tv_list *out);
wick_status tv_list_of(wick_ctx *ctx, wick_arena *a, const wick_ledger *l, bool net, tv_list *out);

typedef enum tv_grade_name {
    TV_EXCELLENT,
    TV_STRONG,
    TV_MODERATE,
    TV_WEAK,
    TV_MINIMAL
} tv_grade_name;

/** Result of a comparison. Rows of one fill are merged, trades paired by side, entry time within an
 * hour and entry price within 3; both lists are cut to the span of the pairs. */
typedef struct tv_grade {
    tv_list tv, own;      /**< merged, inside the common window */
    int32_t *pair_of_tv;  /**< index in `own`; -1 unpaired */
    int32_t *pair_of_own; /**< index in `tv`; -1 unpaired */
    int64_t pairs, unmatched, same_entry, same_exit;
    double entry90, exit90, pnl90, qty90, count_delta, coverage;
    double tv_pnl, own_pnl;
    int64_t identity_bad, identity_unknown;
    tv_grade_name grade;
    char reasons[256]; /**< why it is not excellent */
} tv_grade;
wick_status tv_compare(wick_ctx *ctx, wick_arena *a, const tv_list *tv, const tv_list *own,
                       bool production, tv_grade *out);
const char *tv_grade_text(tv_grade_name g);

#endif
