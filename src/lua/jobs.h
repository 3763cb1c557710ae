/* SPDX-License-Identifier: MIT */
/** Handles of pipelines on bars, strategies and results; shared by the files that bind them. */
#ifndef WICK_LUA_JOBS_H
#define WICK_LUA_JOBS_H

#include "lua/eval.h"
#include "lua/ml.h"

/** Bars of several symbols, with the hash of their content. */
typedef struct wk_bars {
    wick_panel *panel;
    char sha256[65];
} wk_bars;

/** A strategy file under settings: evaluator and all. */
typedef struct wk_strategy {
    wk_eval *eval;
    wick_settings *settings;
    char *path, sha256[65];
    bool objective; /**< results are judged by one */
    double cash;
    double bars_per_year; /**< above 0, 0: per bar, below 0: by the bars */
} wk_strategy;

/** A backtest. */
typedef struct wk_result {
    wick_ledger *ledger; /**< NULL: only numbers were kept */
    double *metric;      /**< in registry order */
    wick_metric_opts how;
    int64_t fates[WICK_FATES], timeframe_ms;
    double objective, avg_size; /**< avg_size: mean cash value of an entry */
    char *strategy, *profile, overlap[300];
    wick_state *state;      /**< saved at the checkpoint; NULL: none was asked for */
    char reason[WK_REASON]; /**< why the objective has no value; "" otherwise */
} wk_result;

extern const wk_box_type wk_bars_type, wk_strategy_type, wk_result_type;

/** Values of every parameter from the table at i (the others at their defaults); pushes what holds
 * them. Raises. */
/** Field `key` of the table at t as a moment in ms; false: it is not there. */
bool wk_job_time(lua_State *L, int t, const char *key, int64_t *out);
const double *wk_job_values(lua_State *L, wk_host *h, const wk_strategy *s, int i);
/** Methods of strategies that are in jobs_run.c. */
int wk_strategy_dataset(lua_State *L);
int wk_strategy_backtest(lua_State *L);

void wk_jobs_open(lua_State *L, wk_host *h);
void wk_jobs_run_open(lua_State *L, wk_host *h); /**< jobs_run.c */

#endif
