/* SPDX-License-Identifier: MIT */
/** One run with everything it left behind: every series it computed, every order, its result. */
#ifndef WICK_CLI_TRACE_H
#define WICK_CLI_TRACE_H

#include "lua/host.h"

typedef struct trace_column {
    int32_t symbol;
    const char *text;
    const double *v;
    int64_t n;
} trace_column;

/** One run: every series it computed and every order it placed. */
typedef struct run_trace {
    wick_arena *arena;
    wick_panel *panel;
    wick_ledger *ledger;
    trace_column *at;
    int64_t n, cap;
    bool failed; /**< out of memory */
} run_trace;

/** Takes over `panel`, also on failure. */
wick_status run_trace_run(wick_ctx *ctx, wk_host *host, wk_script *script,
                          const wick_run_opts *opts, wick_panel *panel, run_trace *t);
void run_trace_free(run_trace *t);

#endif
