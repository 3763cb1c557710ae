/* SPDX-License-Identifier: MIT */
/**
 * A strategy as a function of its parameters: the evaluator behind tuning and walk-forward.
 *
 *     wk_eval_new        reads the file once, checks objectives, makes worker 0
 *     wk_eval_run        one backtest: parameter values, bars, span -> objective values, metrics,
 *                        and the ledger (equity, trades) until the worker's next run
 *     wk_eval_free
 *
 * Call wk_eval_run from any number of threads, each with a `worker` number of its own below
 * `workers` (wick_pool_run's number will do): a worker is a VM with the strategy and the objective
 * files compiled once, an arena and scratch that are reused, so that a run costs the script's
 * declarations, the engine and the metrics asked for. Series are shared by all workers through one
 * cache, keyed by the content of the bars: panels may be used in any order, and equal bars in
 * different panels share too. The same arguments give the same results on any worker.
 *
 * Output of `print` in strategies and objectives is dropped: with several workers its order would
 * mean nothing.
 */
#ifndef WICK_LUA_EVAL_H
#define WICK_LUA_EVAL_H

#include "lua/host.h"

typedef struct wk_eval wk_eval;

typedef struct wk_eval_opts {
    uint32_t size;
    const char *path; /**< the strategy file */
    const char *text; /**< its text; NULL: read from `path` */
    int64_t text_n;
    const wk_host_opts *host;      /**< seed, strict, roots, budgets; NULL: defaults */
    const wick_settings *settings; /**< of every run; NULL: profile wick. Copied */
    double cash;                   /**< starting cash; 0: 100 000 */
    wick_metric_opts metric; /**< how metrics are computed; bars_per_year may be given per run */
    /** What results are judged by: a metric ("sharpe"), a named objective (wick_objective_find), or
     * a path ending in .lua. With `better` in front of a metric ("lower:trade_count") its direction
     * is forced. "six_goals" stands for six: Sharpe ratio, return, drawdown, win rate, volatility
     * and Calmar ratio. */
    const char *const *objectives;
    int32_t n_objectives;       /**< up to WICK_OBJECTIVES; may be 0 */
    const char *const *metrics; /**< metrics wanted besides; canonical names */
    int32_t n_metrics;
    int32_t workers;     /**< 0: as many as there are cores */
    int64_t cache_bytes; /**< of the shared series; 0: 256 MiB */
    wick_panel *finer;   /**< as wk_host_set_finer; NULL: none */
} wk_eval_opts;

/** One backtest, and what became of it: see wick/flow.h. `metrics` of a verdict are in the order of
 * the options; constraints are those of the objective files one after the other. */
typedef wick_backtest wk_eval_job;
typedef wick_verdict wk_eval_out;

wick_status wk_eval_new(wick_ctx *ctx, const wk_eval_opts *opts, wk_eval **out) WICK_NODISCARD;
void wk_eval_free(wk_eval *e);

/** Worker 0's strategy, for its name and the declarations of its parameters. Values set in it are
 * overwritten by runs. */
wk_script *wk_eval_script(const wk_eval *e);
int32_t wk_eval_workers(const wk_eval *e);
int32_t wk_eval_objectives(const wk_eval *e);
const char *wk_eval_objective_name(const wk_eval *e, int32_t i);
int8_t wk_eval_better(const wk_eval *e, int32_t i); /**< +1 higher, -1 lower */
int32_t wk_eval_limits(const wk_eval *e);
const char *wk_eval_limit(const wk_eval *e, int32_t i);
wick_cache_stats wk_eval_cache_stats(const wk_eval *e);

/** Negative: the script failed (or the parameters are out of range); the context says where. */
wick_status wk_eval_run(wick_ctx *ctx, wk_eval *e, int32_t worker, const wk_eval_job *job,
                        wk_eval_out *out) WICK_NODISCARD;
/** The same with a filter of entries (NULL: all are accepted); the ledger keeps orders and every
 * column. */
wick_status wk_eval_filtered(wick_ctx *ctx, wk_eval *e, int32_t worker, const wk_eval_job *job,
                             wk_filter *filter, wk_eval_out *out) WICK_NODISCARD;
/** The next runs of this worker are saved or go on from a state, until wk_eval_no_state. */
wick_status wk_eval_state(wick_ctx *ctx, wk_eval *e, int32_t worker,
                          const wk_state_opts *o) WICK_NODISCARD;
void wk_eval_no_state(wk_eval *e, int32_t worker);
/** wk_script_dataset with these parameters. `opts` may leave settings and cash open: the
 * evaluator's. */
wick_status wk_eval_dataset(wick_ctx *ctx, wk_eval *e, int32_t worker, const double *params,
                            wick_panel *panel, const wk_dataset_opts *opts,
                            wk_dataset *out) WICK_NODISCARD;
/** Scores any result (a stitched or resampled ledger) with the objectives, as wk_eval_run does with
 * its own. `params` as in a job. */
wick_status wk_eval_score(wick_ctx *ctx, wk_eval *e, int32_t worker, const wick_ledger *ledger,
                          const double *params, double bars_per_year,
                          wk_eval_out *out) WICK_NODISCARD;

/** The evaluator as room flow sees it; borrowed from `e`. Parameters whose value in worker 0's
 * script was set beforehand keep it when `fixed` says so (one per parameter; may be NULL), and so
 * do those of a model that filters entries. */
wick_status wk_eval_subject(wick_ctx *ctx, wk_eval *e, const bool *fixed,
                            wick_subject *out) WICK_NODISCARD;

#endif
