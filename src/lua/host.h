/* SPDX-License-Identifier: MIT */
/**
 * Room lua, the side the command line sees: a host is one VM with its sandbox and budgets; a script
 * is a strategy file loaded into it. One host per thread (a sweep makes one per worker and loads
 * the same file into each); panels, caches and settings may be shared between hosts.
 *
 * Every call reports failures through the context: WICK_E_SCRIPT with file:line, WICK_E_BUDGET when
 * a script ran away, WICK_E_CANCELLED after wick_interrupt.
 */
#ifndef WICK_LUA_HOST_H
#define WICK_LUA_HOST_H

#include "lua/filter.h"
#include "wick.h"

typedef struct wk_host wk_host;
typedef struct wk_script wk_script;

typedef struct wk_host_opts {
    uint32_t size;
    const char *const *roots; /**< folders `require` may also search (beside the script's own) */
    int64_t n_roots;
    uint64_t seed;       /**< of math.random in scripts */
    bool strict;         /**< wick-jit: compiler off, so budgets hold inside loops */
    double load_seconds; /**< CPU time of a file body; 0: 0.5 */
    double run_seconds;  /**< CPU time of one run; 0: 600; < 0: no limit. A single call of a hook
                              may take at most 5 of them */
    int64_t memory_cap;  /**< bytes of the VM, at least 1 MiB; 0: 512 MiB */
    void (*print)(void *user, const char *text, int64_t n); /**< one line; NULL: stderr */
    void *print_user;
} wk_host_opts;

/** `opts` may be NULL. */
wick_status wk_host_new(wick_ctx *ctx, const wk_host_opts *opts, wk_host **out) WICK_NODISCARD;
void wk_host_free(wk_host *h); /**< scripts of the host are gone with it */
/** "Lua 5.4.4" or "LuaJIT 2.1.0-beta3". */
const char *wk_host_vm(void);

/** Runs the file body once in the load context and reads what it declares. The script belongs to
 * the host; wk_script_free gives it back early. */
wick_status wk_host_load(wick_ctx *ctx, wk_host *h, const char *path,
                         wk_script **out) WICK_NODISCARD;
/** The same from memory; `name` is used in messages and its folder for `require`. A name that ends
 * in .pine says that the text is Pine. */
wick_status wk_host_load_text(wick_ctx *ctx, wk_host *h, const char *name, const char *text,
                              int64_t n, wk_script **out) WICK_NODISCARD;
void wk_script_free(wk_script *s);

typedef enum wk_style {
    WK_STYLE_SIGNALS,
    WK_STYLE_TRIGGERS,
    WK_STYLE_EVENTS,
    WK_STYLE_PINE
} wk_style;

typedef enum wk_param_kind {
    WK_PARAM_INT,
    WK_PARAM_NUM,
    WK_PARAM_BOOL,
    WK_PARAM_CHOICE
} wk_param_kind;

typedef struct wk_param {
    const char *name;
    wk_param_kind kind;
    double def, lo, hi;         /**< choices and booleans: index, 0, last index */
    double step;                /**< 0: none given */
    const char *const *choices; /**< names of 0, 1, ... for a choice, NULL-ended */
    const char *title;          /**< NULL: none */
    double value;               /**< present value; starts as the default */
    bool free;                  /**< a choice of one that takes any other text too */
    bool model;                 /**< of the model that filters entries, not of the strategy */
} wk_param;

const char *wk_script_name(const wk_script *s); /**< as given to wick.strategy */
const char *wk_script_path(const wk_script *s);
wk_style wk_script_style(const wk_script *s);
const char *wk_script_style_name(const wk_script *s); /**< "signals" ... */
int64_t wk_script_params(const wk_script *s);
const wk_param *wk_script_param(const wk_script *s, int64_t i); /**< sorted by name */
/** Text as on the command line: a number, true/false, or a choice. Unknown names name the nearest
 * one; a value out of range names the range. */
wick_status wk_script_set_param(wick_ctx *ctx, wk_script *s, const char *name,
                                const char *value) WICK_NODISCARD;
wick_status wk_script_set_number(wick_ctx *ctx, wk_script *s, int64_t i,
                                 double value) WICK_NODISCARD;
/** Settings the file itself asks for (S.engine, pine.strategy's fields). Call before the user's own
 * settings, which override. */
wick_status wk_script_apply_settings(wick_ctx *ctx, const wk_script *s,
                                     wick_settings *to) WICK_NODISCARD;
/** Starting cash the file asks for (Pine's initial_capital); 0: none. */
double wk_script_cash(const wk_script *s);

/** Finer bars of the symbols of the next runs, for requests of Pine scripts (and their magnifier):
 * by the symbol's name, by that name with a tail ("ETH_1m"), or the only one for the only one.
 * Takes a reference; NULL: none. */
void wk_host_set_finer(wk_host *h, wick_panel *finer);
/** Plots of the next runs (pine.plot) are written to `out` as CSV: time, symbol, one column for
 * each; NULL: they are not kept, and not computed. */
void wk_host_keep_plots(wk_host *h, wick_buf *out);
/** The same for wick_result.plots. */
void wk_host_keep_chart(wk_host *h, wick_buf *out);

/** Entries of later runs pass this filter (NULL or passthrough: all are accepted). A bundle of
 * another strategy, or one that failed its quality gate, is an error. */
wick_status wk_script_set_filter(wick_ctx *ctx, wk_script *s, wk_filter *f) WICK_NODISCARD;

/** What scores are compared with: the filter's own threshold, else the parameter
 * `probability_threshold` when it is not at its default, else the bundle's. */
double wk_script_threshold(const wk_script *s, const wk_filter *f);

/** Where the time of a script's last run went, in seconds. */
typedef struct wk_run_costs {
    double body;    /**< file body: declarations, without the columns */
    double kernels; /**< columns of declared series */
    double loop;    /**< bars: engine and bar functions */
    wick_meter meter;
} wk_run_costs;
wk_run_costs wk_script_costs(const wk_script *s);

/** A run that is saved, or goes on from a state. */
typedef struct wk_state_opts {
    uint32_t size;
    const wick_state *from; /**< go on from here; NULL: from the beginning */
    bool what_if;           /**< parameters, settings, seed and model may differ from the state's */
    wick_state **out; /**< where the state goes (the caller's reference); NULL: none is saved */
    bool has_at;
    int64_t at; /**< after the last tick stamped not later; else after the last there is */
} wk_state_opts;
/** Of the next runs; NULL: neither. A run that is saved goes on to its end all the same. */
void wk_host_state(wk_host *h, const wk_state_opts *o);

/** Runs the strategy over the panel with the present parameter values. `opts` as for wick_run_new
 * (the ask_ fields are the host's business); NULL: defaults. `cache` may be NULL. */
wick_status wk_script_run(wick_ctx *ctx, wk_script *s, wick_panel *panel, const wick_run_opts *opts,
                          wick_cache *cache, wick_ledger **out) WICK_NODISCARD;

/** A run in pieces, as one of several on one account (wick_run_join): begin, resume until *step is
 * WICK_STEP_DONE (it stops at every WICK_STEP_SYNC), end. A host does one of them at a time. */
wick_status wk_script_begin(wick_ctx *ctx, wk_script *s, wick_panel *panel,
                            const wick_run_opts *opts, double share) WICK_NODISCARD;
wick_status wk_script_resume(wick_ctx *ctx, wk_script *s, int *step) WICK_NODISCARD;
wick_run *wk_script_run_of(wk_script *s); /**< between begin and end */
/** `good`: all is done and the results are wanted. Safe to call on a script that was not begun. */
wick_status wk_script_end(wick_ctx *ctx, wk_script *s, bool good,
                          wick_ledger **out) WICK_NODISCARD;

/** One of several strategies on one account, each in a host of its own. */
typedef struct wk_member {
    wk_script *script;
    const wick_settings *settings;
    double share; /**< of the account, 1 is all of it */
} wk_member;
/** Runs them over one panel on one account of opts->cash; opts->settings is not read. The ledger is
 * the account's (wick_ledger_join): its parts are those of the strategies, by their names. Within a
 * tick the fills of all come before the decisions of any; where they compete, the earlier in the
 * list comes first. */
wick_status wk_account_run(wick_ctx *ctx, const wk_member *members, int32_t n, wick_panel *panel,
                           const wick_run_opts *opts, wick_ledger **out) WICK_NODISCARD;

/** How the runs of these settings are scored: formulas, rounding and gross or net profits follow
 * the profile. bars_per_year 0: ratios are per bar, as PyBroker's are by default. */
wick_metric_opts wk_metric_opts(const wick_settings *s, double bars_per_year);

/** One series a run declared and computed. */
typedef struct wk_declared {
    int32_t symbol;   /**< panel index */
    const char *text; /**< readable form: "sma(close, 10)"; "ta.mine#1" for an indicator in Lua */
    const double *v;  /**< its column */
    int64_t n;        /**< bars of the symbol */
} wk_declared;
/** Shows every computed series of later runs, in the order of declaration, once a run is over and
 * before its columns go. NULL: nobody looks. */
void wk_host_watch(wk_host *h, void (*fn)(void *user, const wk_declared *d), void *user);

/* ---- training data ------------------------------------------------------------------------ */

typedef struct wk_dataset_opts {
    uint32_t size;
    const wick_settings *settings; /**< of the run that finds trades; NULL: profile wick */
    double cash;                   /**< likewise; 0: 100 000 */
    bool has_from, has_to;
    int64_t from, to; /**< stamps of the rows, both inclusive */
    bool all_rows;    /**< every bar, not only candidate entries */
    bool by_trade;    /**< the outcome of the strategy's own trade, whatever S.label says */
    bool no_labels;
} wk_dataset_opts;

typedef struct wk_dataset {
    wick_matrix *x;
    wick_labels *labels;   /**< NULL with no_labels */
    char kind[16];         /**< "trailing", "barrier", "return", "sign", "trade" */
    int32_t horizon;       /**< bars; 0: as long as a trade lasts */
    bool *may_be_constant; /**< per column of x: S.constant_features names it */
} wk_dataset;
void wk_dataset_free(wk_dataset *d);

/** Candidate entries as rows of S.features, all symbols stacked, and what became of them by S.label
 * (without one: the outcome of the strategy's own trade). Candidates are the bars on which a signal
 * is set; of strategies that place orders, the bars whose orders became trades when every symbol is
 * traded by itself, without limits of cash and slots. No filter takes part. */
wick_status wk_script_dataset(wick_ctx *ctx, wk_script *s, wick_panel *panel, wick_cache *cache,
                              const wk_dataset_opts *opts, wk_dataset *out) WICK_NODISCARD;

/** Metrics the file defined with metrics.define, evaluated on a result. Names and values belong to
 * the script until its next call of this function. */
bool wk_script_defines_metrics(const wk_script *s);
wick_status wk_script_metrics(wick_ctx *ctx, wk_script *s, const wick_ledger *l,
                              const wick_scores *scores, const char *const **names,
                              const double **values, int64_t *n) WICK_NODISCARD;

/* ---- objectives ----------------------------------------------------------------------------- */

/** A file that returns wick.objective { ... }. Belongs to the host like a strategy. */
wick_status wk_host_load_objective(wick_ctx *ctx, wk_host *h, const char *path,
                                   wk_script **out) WICK_NODISCARD;
wick_status wk_host_load_objective_text(wick_ctx *ctx, wk_host *h, const char *name,
                                        const char *text, int64_t n,
                                        wk_script **out) WICK_NODISCARD;
int8_t wk_script_better(const wk_script *objective); /**< +1 higher, -1 lower */
int64_t wk_script_limits(const wk_script *objective);
const char *wk_script_limit(const wk_script *objective, int64_t i); /**< sorted by name */

enum { WK_LIMITS = WICK_LIMITS, WK_REASON = WICK_REASON };

typedef struct wk_score {
    double value;            /**< WICK_NA when rejected */
    double by;               /**< how far off a rejected result was, >= 0 */
    char reason[WK_REASON];  /**< "" unless rejected */
    double limit[WK_LIMITS]; /**< constraints, feasible at <= 0; 0 when rejected */
} wk_score;

/** Scores a result. `metric`: every metric by its registry number; `strategy` (may be NULL) gives
 * the parameters `p`. A score of nil or NaN is a rejection. */
wick_status wk_script_score(wick_ctx *ctx, wk_script *objective, const wick_ledger *l,
                            const double *metric, const wk_script *strategy,
                            wk_score *out) WICK_NODISCARD;

/* ---- pipelines ---------------------------------------------------------------------------- */

/** What a pipeline was asked for. */
typedef struct wk_pipeline_args {
    char *options;                     /**< its own options, canonical JSON */
    char *run_root, *run_id, *configs; /**< NULL: not given */
    char *help;                        /**< the help text when --help was given, else NULL */
    bool fresh, promote, quiet, strict;
    bool in_place; /**< the pipeline works in run_root itself */
    int32_t jobs;  /**< 0: all cores */
    uint64_t seed;
} wk_pipeline_args;
void wk_pipeline_args_free(wk_pipeline_args *a);

/** Runs the body of a pipeline file (`return P`) in the load context. */
wick_status wk_pipeline_load(wick_ctx *ctx, wk_host *h, const char *path,
                             wk_script **out) WICK_NODISCARD;
/** The same from memory. */
wick_status wk_pipeline_load_text(wick_ctx *ctx, wk_host *h, const char *path, const char *text,
                                  int64_t n, wk_script **out) WICK_NODISCARD;
/** SHA-256 of its text and of the modules it required. */
wick_status wk_pipeline_sha256(wick_ctx *ctx, wk_script *s, char hex[65]) WICK_NODISCARD;
/** Reads `--name value ...`; unknown names are errors with the nearest one. */
wick_status wk_pipeline_parse(wick_ctx *ctx, wk_script *s, int argc, char *const *argv,
                              wk_pipeline_args *out) WICK_NODISCARD;
/** The same from a manifest's options. */
wick_status wk_pipeline_given(wick_ctx *ctx, wk_script *s, const wick_json *options,
                              wk_pipeline_args *out) WICK_NODISCARD;
/** Runs it in a folder and finishes that with a manifest. After an error the folder keeps its
 * finished stages. */
wick_status wk_pipeline_run(wick_ctx *ctx, wk_script *s, const wk_pipeline_args *args,
                            wick_workdir *work, int32_t *exit_code) WICK_NODISCARD;

/** `wick check`: syntax on both VMs, unknown globals and fields with the nearest name, unknown
 * signal and order keys, portability; then the file body is run. One line per finding
 * ("file:line: error|warning: text"). */
typedef struct wk_check_result {
    int64_t errors, warnings;
} wk_check_result;
wick_status wk_host_check(wick_ctx *ctx, wk_host *h, const char *path, wick_buf *report,
                          wk_check_result *out) WICK_NODISCARD;

/** `wick pine`: translates a Pine file. `lua` gets the Lua text, `report` the findings, one a line
 * ("file:line:col: error: text"); *errors counts them, and `lua` is empty unless it is 0. Libraries
 * are looked for beside the file and in the roots of the host. wk_host_load does the same with a
 * path that ends in .pine, and loads the result. */
wick_status wk_host_pine(wick_ctx *ctx, wk_host *h, const char *path, wick_buf *lua,
                         wick_buf *report, int64_t *errors) WICK_NODISCARD;

/** The same from memory; `path` is used in messages and its folder for libraries. */
wick_status wk_host_pine_text(wick_ctx *ctx, wk_host *h, const char *path, const char *text,
                              int64_t n, wick_buf *lua, wick_buf *report,
                              int64_t *errors) WICK_NODISCARD;

/** The table of what of Pine is known, as Markdown. */
wick_status wk_host_pine_coverage(wick_ctx *ctx, wk_host *h, wick_buf *out) WICK_NODISCARD;

/** `wick test`: runs `test(name, function)` blocks of a file, or a small program whose comments
 * state what it prints or the error it ends with (docs/scripting.md section 7). */
typedef struct wk_test_result {
    int64_t passed, failed;
} wk_test_result;
wick_status wk_host_test(wick_ctx *ctx, wk_host *h, const char *path, wick_buf *report,
                         wk_test_result *out) WICK_NODISCARD;

#endif
