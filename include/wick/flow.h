/* SPDX-License-Identifier: MIT */
/**
 * Room flow: the research job over strategies. Objectives beyond single metrics, splits of a
 * history, the trial loop, walk-forward, and results that say how they were chosen. A strategy is a
 * call-back here, so that scripts and C programs are searched alike. See docs/tuning.md.
 */
#ifndef WICK_FLOW_H
#define WICK_FLOW_H

#include "wick/data.h"
#include "wick/engine.h"
#include "wick/metrics.h"
#include "wick/ml.h"
#include "wick/opt.h"
#include "wick/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- objectives --------------------------------------------------------------------------- */

enum { WICK_OBJECTIVE_METRICS = 8, WICK_OBJECTIVES = 16 };

/** What a named objective reads. */
typedef struct wick_objective_in {
    const wick_ledger *ledger;
    const double *metric; /**< values in the order of the spec's `metrics` */
    bool pnl_net;         /**< the trades carry pnl net of fees */
} wick_objective_in;

/** A score that is no single metric: several of them, or a foreign project's loss. Every metric of
 * room metrics that has a better direction is an objective too, under its own name. */
typedef struct wick_objective_spec {
    const char *name, *title;
    const char *formula; /**< plain text */
    const char *source;
    int8_t better;                                   /**< +1 higher, -1 lower */
    const char *metrics[WICK_OBJECTIVE_METRICS + 1]; /**< canonical names it reads, NULL-ended */
    double (*eval)(const wick_objective_in *in);     /**< WICK_NA: not defined for this result */
} wick_objective_spec;

WICK_API int64_t wick_objective_count(void);
WICK_API const wick_objective_spec *wick_objective_at(int64_t i); /**< sorted by name */
WICK_API const wick_objective_spec *wick_objective_find(const char *name);

/* ---- splits ------------------------------------------------------------------------------- */

/** Ticks [from, to) of a panel's clock. */
typedef struct wick_segment {
    int64_t from, to;
} wick_segment;

typedef struct wick_split_fold {
    const char *name; /**< "3", "2019", "rising" */
    const wick_segment *train, *test;
    int64_t n_train, n_test;
} wick_split_fold;

/** How a history is cut into training and test parts, as text: a name, then options.
 *
 *     none                                            all of it is one test
 *     holdout(test=0.3) holdout(from=2020-01-01)      the end is the test
 *     pybroker(windows=3, train=0.5, lookahead=1)     PyBroker's walk-forward, bit for bit
 *     expanding(windows=3, lookahead=1)               train grows by each test
 *     rolling(train=365d, test=30d, step=7d, embargo=0d)   days, weeks (w) or bars (b)
 *     anchored(train=365d, test=30d, step=30d, embargo=0d) train begins at the first day
 *     calendar(unit=year, train=2, test=1, step=1, anchored=0)  month, quarter, year
 *     kfold(k=5, purge=0, embargo=0)                  blocks; purge and embargo in bars
 *     cpcv(groups=6, test=2, purge=0, embargo=0)      every choice of `test` groups
 *     regime("close > sma(close, 200)", symbol=SPY, min=20)  one fold per value of the expression
 *
 * `clock` has n ascending stamps; ticks below `first` take no part. `label` (regime only; one per
 * tick, negative: none) is what the caller made of the expression wick_split_regime gives. */
typedef struct wick_split wick_split;
WICK_API wick_status wick_split_new(wick_ctx *ctx, const char *text, const int64_t *clock,
                                    int64_t n, int64_t first, const int32_t *label,
                                    wick_split **out) WICK_NODISCARD;
/** Name of the i-th kind, NULL behind the last; what it is, and its options separated by spaces. */
WICK_API const char *wick_split_name(int64_t i, const char **title, const char **options);
WICK_API void wick_split_free(wick_split *s);
WICK_API const char *wick_split_text(const wick_split *s);
WICK_API int64_t wick_split_count(const wick_split *s);
WICK_API wick_split_fold wick_split_at(const wick_split *s, int64_t i);
/** Combinatorial splits: backtest paths, and which fold gives group `group` of one; 0 and -1 for
 * the others. Test segment k of a fold is group wick_split_group(s, fold, k). */
WICK_API int64_t wick_split_paths(const wick_split *s);
WICK_API int64_t wick_split_groups(const wick_split *s);
WICK_API int64_t wick_split_path(const wick_split *s, int64_t path, int64_t group);
WICK_API int64_t wick_split_group(const wick_split *s, int64_t fold, int64_t segment);
/** Whether the text is a regime split, and then its expression and symbol (NULL: the first). Free
 * both with free(). */
WICK_API wick_status wick_split_regime(wick_ctx *ctx, const char *text, bool *is_regime,
                                       char **expr, char **symbol) WICK_NODISCARD;
/** The panel as it was at the end of tick `to` - 1: bars behind it do not exist. */
WICK_API wick_status wick_panel_cut(wick_ctx *ctx, wick_panel *p, int64_t to,
                                    wick_panel **out) WICK_NODISCARD;

/* ---- what is searched --------------------------------------------------------------------- */

enum { WICK_LIMITS = 16, WICK_REASON = 128 };

/** One run of a strategy. */
typedef struct wick_backtest {
    const double *params; /**< per parameter; WICK_NA or a NULL list: the default */
    wick_panel *panel;    /**< ends where the run ends: bars after it do not exist */
    bool has_trade_from;  /**< bars before `trade_from` only warm up */
    int64_t trade_from;
    double bars_per_year;          /**< 0: as configured */
    double cash;                   /**< starting cash; 0: as configured */
    const wick_settings *settings; /**< engine; NULL: as configured */
} wick_backtest;

/** What became of it. */
typedef struct wick_verdict {
    double value[WICK_OBJECTIVES]; /**< in each objective's own direction; WICK_NA when rejected */
    bool rejected;                 /**< some objective has no value: a result, not an error */
    double by;                     /**< how far off, >= 0 */
    char reason[WICK_REASON];      /**< "" unless rejected */
    double limit[WICK_LIMITS];     /**< constraints, feasible at <= 0; 0 when rejected */
    const double *metrics;         /**< as configured; borrowed as the ledger is */
    const wick_ledger *ledger;     /**< borrowed until the worker's next run */
} wick_verdict;

typedef struct wick_tune_param {
    const char *name;
    wick_dist dist; /**< choices are borrowed for the subject's life */
    double value;   /**< default; with `fixed` its only value */
    bool fixed;
} wick_tune_param;

/** A strategy as call-backs. Values of parameters are internal values of their distributions: the
 * number, or the index of the choice. Called from several threads with different workers. */
typedef struct wick_subject {
    uint32_t size;
    void *user;
    const char *name;
    wick_status (*run)(void *user, wick_ctx *ctx, int32_t worker, const wick_backtest *job,
                       wick_verdict *out);
    /** Judges any ledger; overwrites what an earlier verdict's `metrics` showed. */
    wick_status (*score)(void *user, wick_ctx *ctx, int32_t worker, const wick_ledger *ledger,
                         const double *params, double bars_per_year, wick_verdict *out);
    const wick_tune_param *params;
    int64_t n_params;
    int32_t n_objectives;
    const char *const *objectives;
    const int8_t *better; /**< +1 higher, -1 lower */
    int32_t n_limits;
    const char *const *limits;
} wick_subject;

/* ---- a course: what every trial has to run ------------------------------------------------- */

/** Bars to run on. Several of them are the same market in other timeframes: every trial runs on all
 * of them, the first gives the clock of the split. */
typedef struct wick_market {
    const char *name;
    wick_panel *panel;
    double bars_per_year; /**< 0: as configured */
} wick_market;

typedef struct wick_course_fold {
    const char *name;
    const wick_segment *segment; /**< ticks of the first market */
    int64_t n;
} wick_course_fold;

typedef enum wick_over {
    WICK_OVER_MEAN, /**< of the folds, each weighted equally */
    WICK_OVER_MEDIAN,
    WICK_OVER_WORST,
    WICK_OVER_STITCHED /**< one score over the folds' equity and trades put together */
} wick_over;

typedef struct wick_course_opts {
    uint32_t size;
    const wick_market *markets;
    int32_t n_markets;
    const wick_course_fold *folds;
    int64_t n_folds;
    int32_t aggregate; /**< wick_over, over folds and markets */
    /** What a run is worth when it is not taken at face value; NULL or "none": its score.
     *   bootstrap(n=50, block=0)   median over resampled bars (0: automatic block) and trades
     *   noise(n=8, sd=0.1)         median over prices moved by sd times the average true range
     *   plateau(step=0.05)         median over the neighbours in the parameters */
    const char *robust;
    uint64_t seed; /**< of the robust forms */
    double cash;   /**< starting cash of a run, 0: 100 000; stitching scales by it */
} wick_course_opts;

typedef struct wick_course wick_course;
WICK_API wick_status wick_course_new(wick_ctx *ctx, const wick_course_opts *opts,
                                     wick_course **out) WICK_NODISCARD;
WICK_API void wick_course_free(wick_course *c);
WICK_API int64_t wick_course_folds(const wick_course *c);
WICK_API const char *wick_course_fold_name(const wick_course *c, int64_t i);
/** Stamps of the ticks of all folds on the first market's clock, each once: the rows of the return
 * series. */
WICK_API int64_t wick_course_rows(const wick_course *c);
WICK_API const int64_t *wick_course_times(const wick_course *c);

/** Parameters over the whole course. */
typedef struct wick_passage {
    double value[WICK_OBJECTIVES];
    bool rejected, pruned;
    double by;
    char reason[WICK_REASON];
    double limit[WICK_LIMITS]; /**< the worst over folds */
    int64_t trades;            /**< closed, on the first market */
    int64_t folds_done;
    double *fold_value; /**< caller's, folds x objectives; NULL: not wanted */
    double *returns;    /**< caller's, per row, NA where not run; NULL: not wanted */
} wick_passage;

/** Called after each fold with the mean of the first objective so far and that of the fold; sets
 * *stop to end the trial. */
typedef wick_status (*wick_after_fold)(void *user, wick_ctx *ctx, int64_t fold, double mean,
                                       double value, bool *stop);
WICK_API wick_status wick_course_run(wick_ctx *ctx, const wick_course *c, const wick_subject *s,
                                     int32_t worker, const double *params, wick_after_fold after,
                                     void *user, wick_passage *out) WICK_NODISCARD;

/* ---- tuning ------------------------------------------------------------------------------- */

/** Where a search stands; for people, never part of a result. */
typedef struct wick_tune_progress {
    int64_t done, wanted; /**< trials of the study; wanted 0: until the time is over */
    int64_t pruned, rejected, failed;
    double best; /**< of the first objective; WICK_NA before there is one */
} wick_tune_progress;

typedef struct wick_tune_opts {
    uint32_t size;
    const wick_subject *subject;
    const wick_course *course;
    wick_study *study;  /**< directions as the subject's objectives. Trials it has already are run
                             again for their returns, and have to come out the same */
    int64_t n_trials;   /**< of the study when it is over; 0: until the timeout */
    double timeout;     /**< seconds; 0: none */
    int64_t batch;      /**< trials asked for before any is told; 0: 8. Decides results */
    int32_t threads;    /**< 0: all cores; at most the subject's workers. Never decides results,
                             unless `async` */
    bool async;         /**< no batches: a result is told when it is there. What happened in which
                             order is recorded (wick_tune_order) */
    const char *replay; /**< such a record: does the same again, on one thread */
    bool report_folds;  /**< pruners compare fold with fold (wilcoxon) and not the mean so far */
    bool keep_going;    /**< a failing script is a failed trial, not the end */
    wick_terminator *terminator; /**< ends the search early, between batches; NULL: none */
    void (*progress)(void *user, const wick_tune_progress *p); /**< after each result */
    void *user;
    /** One of several processes at a stored study: as `async`, but trials of others are not run
     * again, a result that came too late is dropped, and the end is when the study has n_trials,
     * whoever ran them. */
    bool worker;
} wick_tune_opts;

/** What became of one trial. Lists are borrowed from the tune. */
typedef struct wick_tune_trial {
    int64_t number;
    int32_t state; /**< wick_trial_state */
    bool rejected;
    const char *reason;
    double violation;     /**< sum of what constraints are above 0 */
    int64_t duplicate_of; /**< earlier trial with the same parameters whose result was taken; -1 */
    int64_t trades;
    const double *params; /**< per parameter of the subject */
    const double *value;  /**< per objective; WICK_NA when rejected */
    const double *fold;   /**< folds x objectives */
    const float *returns; /**< per row of the course; NULL unless COMPLETE */
} wick_tune_trial;

typedef struct wick_tune wick_tune;
WICK_API wick_status wick_tune_run(wick_ctx *ctx, const wick_tune_opts *opts,
                                   wick_tune **out) WICK_NODISCARD;
WICK_API void wick_tune_free(wick_tune *t);
WICK_API int64_t wick_tune_count(const wick_tune *t); /**< trials of the study */
WICK_API wick_tune_trial wick_tune_at(const wick_tune *t, int64_t number);
/** Best feasible trial by the first objective, the earliest among equals; -1: none. */
WICK_API int64_t wick_tune_best(const wick_tune *t);
/** What happened in which order; "" unless async. */
WICK_API const char *wick_tune_order(const wick_tune *t);
/** The return series of all complete trials as one file image: docs/tuning.md has the format. */
WICK_API wick_status wick_tune_returns(wick_ctx *ctx, const wick_tune *t, const wick_course *c,
                                       wick_buf *out) WICK_NODISCARD;

/* ---- how it was chosen --------------------------------------------------------------------- */

typedef struct wick_honest_opts {
    uint32_t size;
    int32_t threads;    /**< 0: all cores; at most the subject's workers */
    uint64_t seed;      /**< of the resamples; 0: 42 */
    int64_t replicates; /**< of Reality Check and SPA; 0: 1 000 */
    double step;        /**< to a neighbour, as a share of a parameter's range; 0: 0.05 */
    /** What a trial has to beat, per row of the course; NULL: nothing (cash). */
    const double *benchmark;
    const char *benchmark_name; /**< NULL: "cash" */
    const wick_course *test;    /**< bars the search never saw; NULL: none */
} wick_honest_opts;

typedef struct wick_sensitivity {
    const char *name;
    double importance; /**< PED-ANOVA, all together 1; WICK_NA when it cannot be told */
    double down, up;   /**< first objective at the neighbours; WICK_NA: none there */
} wick_sensitivity;

typedef enum wick_finding {
    WICK_FOUND_NOTHING, /**< no trial is feasible */
    WICK_FOUND_LUCK,    /**< the best trial is what luck would show */
    WICK_FOUND_MIXED,   /**< better than luck by one measure, not by another */
    WICK_FOUND_SKILL    /**< luck alone does not explain it */
} wick_finding;

/** What the winner is worth, given how many were tried. Numbers that cannot be told are WICK_NA;
 * all ratios are per row of the course (bar). */
typedef struct wick_honest {
    int64_t best; /**< number of the winner, -1: none */
    int64_t trials, complete, pruned, rejected, failed, duplicates;
    int64_t rows, kept; /**< of the return matrix: rows, trials */
    wick_trial_count count;
    int64_t tried; /**< distinct trials that could have won: count.raw and the pruned ones, which
                      kept no returns; count.effective is of all of these */
    double sharpe, psr, luck, dsr, dsr_raw; /**< `luck`: ratio expected of the best of so many
                                                 unskilled trials; dsr by effective trials, dsr_raw
                                                 by all that were tried */
    double min_trl; /**< bars for the winner's ratio to be above 0 at 95 % */
    bool has_pbo, has_spa;
    wick_pbo pbo;
    wick_spa spa;
    double in_value, test_value; /**< first objective: of the search, of the bars it never saw */
    int64_t neighbours, near;    /**< how many, and how many within 10 % of the winner */
    double neighbour_mean, neighbour_worst;
    int32_t finding; /**< wick_finding */
    const char *benchmark;
} wick_honest;

/** Runs the winner's neighbours (and the test course); `sensitivity` (may be NULL) has one entry
 * per parameter of the subject. */
WICK_API wick_status wick_tune_honest(wick_ctx *ctx, const wick_tune *t,
                                      const wick_honest_opts *opts, wick_honest *out,
                                      wick_sensitivity *sensitivity) WICK_NODISCARD;
/** The whole of it as plain sentences. */
WICK_API void wick_honest_sentence(const wick_honest *h, wick_buf *out);
WICK_API void wick_honest_json(const wick_honest *h, const wick_subject *s,
                               const wick_sensitivity *sensitivity, wick_json_writer *w);

/* ---- pictures and tables ------------------------------------------------------------------- */

typedef enum wick_heat_of {
    WICK_HEAT_MAX,
    WICK_HEAT_MEAN,
    WICK_HEAT_MEDIAN,
    WICK_HEAT_MIN,
    WICK_HEAT_COUNT
} wick_heat_of;
WICK_API int32_t wick_heat_find(const char *name); /**< "max" "mean" ...; -1: unknown */
WICK_API const char *wick_heat_name(int32_t of);

enum { WICK_HEAT_BINS = 24 };

/** Trials over two parameters. Parameters with up to WICK_HEAT_BINS values have a cell each, others
 * equal parts of their range. */
typedef struct wick_heat {
    int64_t x, y; /**< parameters */
    int32_t of, objective;
    int32_t nx, ny;
    double lo_x[WICK_HEAT_BINS], hi_x[WICK_HEAT_BINS]; /**< equal for single values */
    double lo_y[WICK_HEAT_BINS], hi_y[WICK_HEAT_BINS];
    double cell[WICK_HEAT_BINS][WICK_HEAT_BINS]; /**< [y][x]; WICK_NA without trials */
    int64_t count[WICK_HEAT_BINS][WICK_HEAT_BINS];
} wick_heat;
WICK_API wick_status wick_tune_heat(wick_ctx *ctx, const wick_tune *t, int64_t x, int64_t y,
                                    int32_t objective, int32_t of, wick_heat *out) WICK_NODISCARD;
WICK_API void wick_heat_csv(const wick_heat *h, const wick_tune *t, wick_buf *out);
WICK_API void wick_heat_json(const wick_heat *h, const wick_tune *t, wick_json_writer *w);
/** Shades of a terminal: ANSI colours, or ten characters from blank to @. */
WICK_API void wick_heat_text(const wick_heat *h, const wick_tune *t, bool color, wick_buf *out);

/** Tables of a search: "trials" "history" "importance" "parallel", as CSV or JSON. */
WICK_API wick_status wick_tune_table(wick_ctx *ctx, const wick_tune *t, const char *name, bool json,
                                     wick_buf *out) WICK_NODISCARD;
/** A parameter's value as the user writes it: a number, true/false, a choice. */
WICK_API void wick_param_text(const wick_tune_param *p, double value, wick_buf *out);
/** {"name": value, ...} of all parameters: what `wick run --params` reads. */
WICK_API void wick_params_json(const wick_subject *s, const double *params, wick_json_writer *w);

/* ---- walk-forward -------------------------------------------------------------------------- */

/** Makes the study of a window; the walk frees it. */
typedef wick_status (*wick_make_study)(void *user, wick_ctx *ctx, int64_t window, const char *name,
                                       wick_study **out);

typedef struct wick_walk_run_opts {
    uint32_t size;
    const wick_subject *subject;
    const wick_market *markets;
    int32_t n_markets;
    const wick_split *split; /**< of the first market's clock; windows without a train or a test
                                part are an error */
    int32_t aggregate;       /**< wick_over, of a window's train segments and markets */
    const char *robust;
    uint64_t seed;
    double cash;      /**< at the start; 0: 100 000 */
    bool reset;       /**< every window starts with `cash` again; else what the window before
                           left is carried on */
    int64_t n_trials; /**< per window */
    double timeout;   /**< per window */
    int64_t batch;
    int32_t threads;
    bool keep_going;
    bool report_folds;
    wick_make_study study;
    void (*progress)(void *user, int64_t window, const wick_tune_progress *p);
    void *user; /**< of study and progress */
} wick_walk_run_opts;

typedef struct wick_walk_window {
    const char *name;
    int64_t train_from, train_to, test_from, test_to; /**< stamps of first and last bars */
    int64_t best; /**< trial, -1: none was feasible, and nothing was traded */
    int64_t trials;
    const double *params;             /**< per parameter of the subject */
    double train, test;               /**< first objective; WICK_NA when rejected */
    const char *reason;               /**< why there is no test value */
    double train_growth, test_growth; /**< mean log return per bar */
    int64_t trades;                   /**< entered in the part of the test that is shown */
} wick_walk_window;

typedef struct wick_walk_param {
    const char *name;
    double mean, deviation, low,
        high;        /**< over windows; of categorical ones the most common value */
    double spread;   /**< deviation as a share of the range; of categorical ones
                          the share of windows with another value than the most
                          common */
    int64_t changes; /**< windows that chose another value than the one before */
} wick_walk_param;

typedef struct wick_walk wick_walk;
WICK_API wick_status wick_walk_run(wick_ctx *ctx, const wick_walk_run_opts *opts,
                                   wick_walk **out) WICK_NODISCARD;
WICK_API void wick_walk_free(wick_walk *w);
WICK_API int64_t wick_walk_windows(const wick_walk *w);
WICK_API wick_walk_window wick_walk_at(const wick_walk *w, int64_t i);
/** Stability of parameter i of the subject. */
WICK_API wick_walk_param wick_walk_param_at(const wick_walk *w, int64_t i);
/** Out-of-sample equity and trades put together; one per backtest path of a combinatorial split,
 * else one. Borrowed. */
WICK_API int64_t wick_walk_paths(const wick_walk *w);
WICK_API const wick_ledger *wick_walk_ledger(const wick_walk *w, int64_t path);
/** Growth per bar outside as a share of that inside; WICK_NA unless the inside grew. */
WICK_API double wick_walk_efficiency(const wick_walk *w);
/** Rank correlation of the windows' train and test values; WICK_NA below three. */
WICK_API double wick_walk_rank_correlation(const wick_walk *w);

#ifdef __cplusplus
}
#endif
#endif
