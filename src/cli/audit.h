/* SPDX-License-Identifier: MIT */
/**
 * Does a strategy know its future? One run over all bars is the witness. The same script then runs
 * on histories that end earlier, and on histories whose later bars are noise; whatever it computed
 * and ordered up to the cut has to be the same. A third question: how far back must data go before
 * a series stops depending on where it began.
 */
#ifndef WICK_CLI_AUDIT_H
#define WICK_CLI_AUDIT_H

#include "lua/host.h"

typedef enum audit_way { AUDIT_TRUNCATED, AUDIT_NOISE } audit_way;

typedef enum audit_kind { AUDIT_SERIES, AUDIT_ORDER, AUDIT_ACCOUNT } audit_kind;

/** What changed first. */
typedef struct audit_finding {
    audit_way way;
    int64_t cut;  /**< stamp of the last bar that both histories share */
    int64_t time; /**< stamp of the bar that changed; at or before the cut */
    audit_kind kind;
    char symbol[64]; /**< "" for the account */
    char what[256];  /**< text of the series; "order"; the column of the account */
    double was, is;  /**< of a series or the account: with all bars, with the cut history */
    char was_order[160], is_order_text[160];
} audit_finding;

/** Values at the last bar when data begins `bars` bars before it, against all of it. */
typedef struct audit_warmup {
    char what[256];
    double off[8]; /**< relative difference per length; NA: the series is not there yet */
    double worst;
} audit_warmup;

typedef struct audit_opts {
    wk_script *script;
    wk_host *host;
    wick_panel *panel;
    const wick_settings *settings;
    double cash;
    bool has_trade_from;
    int64_t trade_from;
    int64_t cuts;
    uint64_t seed;
} audit_opts;

typedef struct audit_result {
    wick_arena *arena;
    int64_t cuts, symbols, bars, series, orders;
    audit_finding *findings; /**< at most one per cut and way, in the order of cuts */
    int64_t n_findings;
    int64_t lengths[8]; /**< of the warm-up columns */
    int n_lengths;
    audit_warmup *warmups; /**< series that depend on where data begins, worst first */
    int64_t n_warmups;
} audit_result;

wick_status audit_run(wick_ctx *ctx, const audit_opts *o, audit_result *out) WICK_NODISCARD;
void audit_free(audit_result *r);

#endif
