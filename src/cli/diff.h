/* SPDX-License-Identifier: MIT */
/**
 * What makes two sets of assumptions give different results? Settings that differ are players of a
 * game whose value is what a run ends with; settings that only mean something together are one
 * player. Every wanted mixture of the two sets is one run; the shares are Shapley's ("A value for
 * n-person games", 1953), exact or from sampled orders (Castro, Gomez, Tejada 2009) taken in
 * pairs, an order and its reverse.
 */
#ifndef WICK_CLI_DIFF_H
#define WICK_CLI_DIFF_H

#include "cli/cli.h"
#include "lua/eval.h"

enum {
    DIFF_MOST = 63,  /**< groups; one bit each */
    DIFF_EXACT = 12, /**< so many groups are still done exactly: 4096 runs */
    DIFF_VALUES = 3
};
enum { DIFF_EQUITY, DIFF_METRIC, DIFF_TRADES };

typedef struct diff_setting {
    const char *key;
    char from[WICK_SETTING_TEXT], to[WICK_SETTING_TEXT];
} diff_setting;

/** Settings changed together. */
typedef struct diff_group {
    int first, n; /**< settings first .. first + n - 1, in the order of the registry */
    double alone[DIFF_VALUES], left[DIFF_VALUES], joint[DIFF_VALUES];
    double error[DIFF_VALUES]; /**< standard errors of `joint`; 0 when exact */
    int64_t changes;           /**< trade of the first list that is another when this alone changes,
                                    as numbered there; 0: none */
    bool decides;              /**< alone it changes the first trade that differs */
    bool restores;             /**< left out of the second set it gives that trade back */
    bool has_trade;
    wick_trade_rec trade; /**< what that trade is when this alone changes */
} diff_group;

/** One side's trade, and its number in the trades CSV; 0: there is none. */
typedef struct diff_trade {
    int64_t number;
    wick_trade_rec t;
} diff_trade;

typedef struct diff_opts {
    wk_eval *eval;
    const double *params;
    wick_panel *panel;
    const wick_settings *from, *to;
    double cash, bars_per_year;
    bool has_trade_from;
    int64_t trade_from;
    int64_t orders; /**< sampled orders of change when there are more than DIFF_EXACT groups */
    uint64_t seed;
    int32_t jobs;
    const char *const *together; /**< "key,key" */
    int n_together;
} diff_opts;

typedef struct diff_result {
    diff_setting *settings;
    int n_settings;
    diff_group group[DIFF_MOST];
    int n;
    double from[DIFF_VALUES], to[DIFF_VALUES];
    bool exact;
    int64_t orders, runs;
    diff_trade first[2]; /**< the first trade that differs, on both sides */
} diff_result;

wick_status diff_run(wick_ctx *ctx, const diff_opts *o, diff_result *out) WICK_NODISCARD;
void diff_free(diff_result *r);

/* ---- diff_plan.c -------------------------------------------------------------------------- */

/** Finds settings that differ and puts together those that need each other. */
wick_status diff_plan(wick_ctx *ctx, const diff_opts *o, diff_result *out) WICK_NODISCARD;
/** The first set with the settings of the groups in `mask` as in the second. */
wick_status diff_mix(wick_ctx *ctx, const diff_opts *o, const diff_result *r, uint64_t mask,
                     wick_settings **out) WICK_NODISCARD;

/* ---- diff_share.c ------------------------------------------------------------------------- */

/** The mixtures that the shares need besides none and all; *out is the caller's. */
wick_status diff_masks(wick_ctx *ctx, const diff_result *r, uint64_t seed, uint64_t **out,
                       int64_t *n) WICK_NODISCARD;
/** `value` answers for every mask of diff_masks, none and all. */
typedef const double *(*diff_value_fn)(const void *user, uint64_t mask);
void diff_shares(diff_result *r, uint64_t seed, diff_value_fn value, const void *user);

/* ---- diff_show.c -------------------------------------------------------------------------- */

typedef struct diff_names {
    const char *file, *from, *to, *metric;
    uint64_t seed;
} diff_names;

void diff_table(wick_buf *b, const diff_result *r, const diff_names *k, const wick_panel *panel);
void diff_json(wick_buf *b, const diff_result *r, const diff_names *k, const wick_panel *panel);

#endif
