/* SPDX-License-Identifier: MIT */
/**
 * Room opt: spaces, trials, studies, samplers, pruners, Pareto fronts, importance. Knows no
 * trading: an objective is a C function that returns numbers.
 *
 * The model is Optuna's (one study, numbered trials, define-by-run parameters), and so are the
 * algorithms; `optuna4` and `optuna5` name the releases whose defaults a study follows. Text such
 * as "tpe(multivariate=0)" chooses a sampler or pruner: a registry name, then its options. See
 * docs/optimizer.md.
 *
 * Threads: a study belongs to one thread, with one exception: inside wick_study_run the objective
 * is called on several threads and may use its own trial there (suggest, report, should_prune,
 * attributes, constraints) and the read-only accessors of finished trials.
 */
#ifndef WICK_OPT_H
#define WICK_OPT_H

#include "wick/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- distributions ------------------------------------------------------------------------ */

typedef enum wick_dist_kind {
    WICK_DIST_FLOAT,
    WICK_DIST_INT,
    WICK_DIST_CATEGORICAL
} wick_dist_kind;

typedef enum wick_choice_kind {
    WICK_CHOICE_NULL,
    WICK_CHOICE_BOOL,
    WICK_CHOICE_INT,
    WICK_CHOICE_FLOAT,
    WICK_CHOICE_STRING
} wick_choice_kind;

/** A value as the user sees it: one choice of a categorical, or a value to enqueue. */
typedef struct wick_choice {
    int32_t kind;  /**< wick_choice_kind */
    int64_t i;     /**< INT, and BOOL as 0 or 1 */
    double d;      /**< FLOAT */
    const char *s; /**< STRING */
} wick_choice;

/** One parameter's range. Make it with the functions below: they check and normalise it. Values of
 * parameters are doubles everywhere ("internal" values): the number itself, or the index of the
 * choice. Integers are exact up to 2^53. */
typedef struct wick_dist {
    int32_t kind; /**< wick_dist_kind */
    bool log;
    double low, high;
    double step;                /**< 0: continuous; integers have at least 1 */
    const wick_choice *choices; /**< borrowed from the maker, or from the study */
    int64_t n_choices;
} wick_dist;

/** `step` 0: none. log needs low > 0 and no step. `high` is lowered to the last grid point, in
 * decimal arithmetic on the shortest text of the numbers. */
WICK_API wick_status wick_dist_float(wick_ctx *ctx, double low, double high, double step, bool log,
                                     wick_dist *out) WICK_NODISCARD;
/** `step` 0: 1. log needs low >= 1 and step 1. */
WICK_API wick_status wick_dist_int(wick_ctx *ctx, int64_t low, int64_t high, int64_t step, bool log,
                                   wick_dist *out) WICK_NODISCARD;
WICK_API wick_status wick_dist_categorical(wick_ctx *ctx, const wick_choice *choices, int64_t n,
                                           wick_dist *out) WICK_NODISCARD;
WICK_API bool wick_dist_equal(const wick_dist *a, const wick_dist *b);
WICK_API bool wick_dist_single(const wick_dist *d); /**< only one value possible */
WICK_API bool wick_dist_contains(const wick_dist *d, double value);
/** How many values a discrete distribution has; -1 when continuous. */
WICK_API int64_t wick_dist_count(const wick_dist *d);

/** A parameter of a trial, or of a fixed space (value ignored). */
typedef struct wick_param {
    const char *name;
    const wick_dist *dist;
    double value; /**< internal */
} wick_param;

/** A value to be tried: name and value as the user writes it. */
typedef struct wick_fixed {
    const char *name;
    wick_choice value;
} wick_fixed;

/* ---- registries --------------------------------------------------------------------------- */

typedef struct wick_study wick_study;
typedef struct wick_trial wick_trial; /**< borrowed from its study, for the study's life */

typedef enum wick_opt_kind {
    WICK_OPT_END, /**< closes the list */
    WICK_OPT_NUMBER,
    WICK_OPT_INT,
    WICK_OPT_BOOL, /**< 0/1, true/false, on/off */
    WICK_OPT_WORD, /**< one of `words`, separated by |, the first is the default */
    WICK_OPT_SPEC, /**< another sampler or pruner, e.g. patient(median(startup=3), 4) */
    WICK_OPT_JSON  /**< an object in braces */
} wick_opt_kind;

/** One option of a sampler or pruner. Unknown ones are errors with the nearest known name. */
typedef struct wick_opt_param {
    const char *name;
    int32_t kind;
    double def, low, high;
    const char *words; /**< WORD: the words; SPEC: the default */
    const char *title;
} wick_opt_param;

typedef struct wick_opt_args wick_opt_args; /**< options as read; private to the room */

enum {
    WICK_CAN_MULTI = 1u, /**< several objectives */
    WICK_CAN_CATEGORICAL =
        2u, /**< models categorical parameters (else they are sampled at random) */
    WICK_CAN_CONDITIONAL = 4u, /**< models parameters that only some trials have */
    WICK_CAN_CONSTRAIN = 8u,   /**< uses constraint values */
    WICK_CAN_EXHAUST = 16u,    /**< stops the study when nothing is left */
    /** `joint` reads finished trials and the joint values of running ones, and changes nothing but
     * itself and its trial: the first trials of a batch may run while later ones are asked for. */
    WICK_CAN_ASK_APART = 32u
};

enum { WICK_OPT_PARAMS = 14 };

typedef struct wick_sampler_spec {
    const char *name, *title, *source;
    uint32_t can;
    wick_opt_param param[WICK_OPT_PARAMS];
    wick_status (*init)(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self);
    void (*free)(void *self);
    /** Parameters drawn together, before the first suggestion of a trial; may be NULL. */
    wick_status (*joint)(wick_ctx *ctx, void *self, wick_trial *trial);
    /** One parameter by itself. */
    wick_status (*single)(wick_ctx *ctx, void *self, wick_trial *trial, const char *name,
                          const wick_dist *dist, double *value);
    /** Right after the trial was asked for; may be NULL. */
    wick_status (*before)(wick_ctx *ctx, void *self, wick_trial *trial);
    /** Right before the result is stored; may be NULL. */
    wick_status (*after)(wick_ctx *ctx, void *self, wick_trial *trial, int32_t state,
                         const double *values);
    /** Samplers that exhaust: whether every point was given out or is there already; NULL: never.
     */
    wick_status (*over)(wick_ctx *ctx, void *self, bool *out);
} wick_sampler_spec;

typedef struct wick_pruner_spec {
    const char *name, *title, *source;
    wick_opt_param param[WICK_OPT_PARAMS];
    wick_status (*init)(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self);
    void (*free)(void *self);
    /** The trial has just reported. */
    wick_status (*prune)(wick_ctx *ctx, void *self, wick_trial *trial, bool *out);
    /** Group of trials a sampler may look at (Hyperband's brackets); NULL: all of them. */
    int32_t (*group)(void *self, const wick_trial *trial);
    /** Number of groups at present; a change regroups all trials. NULL: one. */
    int32_t (*groups)(void *self);
} wick_pruner_spec;

WICK_API int64_t wick_sampler_count(void);
WICK_API const wick_sampler_spec *wick_sampler_at(int64_t i); /**< sorted by name */
WICK_API const wick_sampler_spec *wick_sampler_find(const char *name);
WICK_API int64_t wick_pruner_count(void);
WICK_API const wick_pruner_spec *wick_pruner_at(int64_t i);
WICK_API const wick_pruner_spec *wick_pruner_find(const char *name);

/* ---- studies ------------------------------------------------------------------------------ */

typedef enum wick_direction { WICK_MINIMIZE = 1, WICK_MAXIMIZE = 2 } wick_direction;

typedef enum wick_trial_state { /**< Optuna's numbers */
                                WICK_TRIAL_RUNNING = 0,
                                WICK_TRIAL_COMPLETE = 1,
                                WICK_TRIAL_PRUNED = 2,
                                WICK_TRIAL_FAIL = 3,
                                WICK_TRIAL_WAITING = 4
} wick_trial_state;
WICK_API const char *wick_trial_state_name(int32_t state); /**< "COMPLETE" */

typedef enum wick_opt_profile {
    WICK_OPT_OPTUNA5, /**< the default: defaults of Optuna 5 */
    WICK_OPT_OPTUNA4  /**< defaults of Optuna 4.9 */
} wick_opt_profile;

typedef enum wick_opt_rng {
    WICK_OPT_RNG_PCG,   /**< streams keyed by (seed, sampler, trial, parameter) */
    WICK_OPT_RNG_OPTUNA /**< NumPy's MT19937 as Optuna seeds it; one trial at a time only */
} wick_opt_rng;

typedef struct wick_study_backend wick_study_backend;

typedef struct wick_study_opts {
    uint32_t size;
    int32_t n_objectives;      /**< 0: 1; at most 16 */
    const char *name;          /**< NULL: "study" */
    const int32_t *directions; /**< n_objectives wick_direction; NULL: all WICK_MINIMIZE */
    const char *sampler;       /**< NULL: the profile's default */
    const char *pruner;        /**< NULL: "nop" */
    uint64_t seed;
    int32_t profile; /**< wick_opt_profile */
    int32_t rng;     /**< wick_opt_rng */
    /** Where events also go; NULL: memory only. Copied; the study calls `close` once, also when
     * wick_study_new fails after its options were found good. */
    const wick_study_backend *backend;
    int64_t budget; /**< trials there will be, for samplers that choose by it; 0: not known */
} wick_study_opts;

WICK_API wick_status wick_study_new(wick_ctx *ctx, const wick_study_opts *opts,
                                    wick_study **out) WICK_NODISCARD;
WICK_API void wick_study_free(wick_study *s);

WICK_API const char *wick_study_name(const wick_study *s);
WICK_API int32_t wick_study_objectives(const wick_study *s);
WICK_API int32_t wick_study_direction(const wick_study *s, int32_t objective);
/** What was chosen, with its options as given; `auto` adds why. */
WICK_API const char *wick_study_sampler(const wick_study *s);
WICK_API int64_t wick_study_count(const wick_study *s);
WICK_API int64_t wick_study_count_state(const wick_study *s, int32_t state);
WICK_API wick_trial *wick_study_trial(const wick_study *s, int64_t number); /**< or NULL */

/** Next trial to evaluate: the oldest waiting one, else a new one. `space` (may be NULL, n 0) is
 * suggested at once; the values are then among the trial's parameters. */
WICK_API wick_status wick_study_ask(wick_ctx *ctx, wick_study *s, const wick_param *space,
                                    int64_t n, wick_trial **out) WICK_NODISCARD;
/** Result of a running trial. COMPLETE with NaN among the values, or with a wrong number of them,
 * becomes FAIL; PRUNED takes its value from the last report. Infinities are legal. */
WICK_API wick_status wick_study_tell(wick_ctx *ctx, wick_study *s, int64_t number, int32_t state,
                                     const double *values, int64_t n) WICK_NODISCARD;
/** A running trial that will not be told after all, because its evaluation was interrupted: it
 * waits again under its number, and the next one who asks gets it. Parameters it has stay. */
WICK_API wick_status wick_study_give_back(wick_ctx *ctx, wick_study *s,
                                          int64_t number) WICK_NODISCARD;
/** Whether there is nothing left to ask for: all points of a grid, or of a brute-force search, are
 * there or being evaluated, and no trial waits. */
WICK_API wick_status wick_study_exhausted(wick_ctx *ctx, wick_study *s, bool *out) WICK_NODISCARD;
/** Queues a trial with some values fixed; the rest will be sampled. `skip_if_exists`: not when a
 * trial with the same values (nearly equal numbers) is there; *number is then -1. */
WICK_API wick_status wick_study_enqueue(wick_ctx *ctx, wick_study *s, const wick_fixed *values,
                                        int64_t n, bool skip_if_exists,
                                        int64_t *number) WICK_NODISCARD;

typedef struct wick_trial_in { /**< a finished trial from elsewhere */
    uint32_t size;
    int32_t state; /**< COMPLETE, PRUNED or FAIL */
    const double *values;
    int64_t n_values;
    const wick_param *params;
    int64_t n_params;
    const int64_t *steps; /**< intermediate values */
    const double *reports;
    int64_t n_reports;
    const double *constraints;
    int64_t n_constraints;
} wick_trial_in;
/** Adds a finished trial (warm start); samplers use it like their own. */
WICK_API wick_status wick_study_add(wick_ctx *ctx, wick_study *s, const wick_trial_in *in,
                                    int64_t *number) WICK_NODISCARD;

/** Adds all trials of `from` up to the first that is not finished, with their times, attributes,
 * reports and constraints, and the attributes of the study: whatever a sampler knew. */
WICK_API wick_status wick_study_copy(wick_ctx *ctx, const wick_study *from, wick_study *to,
                                     int64_t *copied) WICK_NODISCARD;

/** Best COMPLETE trial of a single-objective study (feasible ones first), or NULL. */
WICK_API const wick_trial *wick_study_best(const wick_study *s);
/** Feasible, non-dominated COMPLETE trials by number; *out is to be freed with free(). */
WICK_API wick_status wick_study_front(wick_ctx *ctx, const wick_study *s, const wick_trial ***out,
                                      int64_t *n) WICK_NODISCARD;
/** Hypervolume of the feasible COMPLETE trials up to `ref` (one number per objective, in the
 * study's own directions). */
WICK_API wick_status wick_study_hypervolume(wick_ctx *ctx, const wick_study *s, const double *ref,
                                            double *out) WICK_NODISCARD;

/** Attributes are JSON text. Key and text are copied; a key set again is replaced. */
WICK_API wick_status wick_study_set_attr(wick_ctx *ctx, wick_study *s, const char *key,
                                         const char *json) WICK_NODISCARD;
WICK_API const char *wick_study_attr(const wick_study *s, const char *key); /**< or NULL */
/** Attributes that programs keep beside the user's own ("study:metric_names", "wick:job"). */
WICK_API wick_status wick_study_set_system_attr(wick_ctx *ctx, wick_study *s, const char *key,
                                                const char *json) WICK_NODISCARD;
WICK_API const char *wick_study_system_attr(const wick_study *s, const char *key); /**< or NULL */

/** Key of the i-th attribute in the order they were first set, NULL behind the last; its JSON in
 * *json. `system`: those of programs. */
WICK_API const char *wick_study_attr_at(const wick_study *s, bool system, int64_t i,
                                        const char **json);

/** With a backend: stores what is still on its way there, and brings in what other processes did.
 * Ask does the second, the end of wick_study_run the first. */
WICK_API wick_status wick_study_sync(wick_ctx *ctx, wick_study *s) WICK_NODISCARD;

/* ---- a trial ------------------------------------------------------------------------------ */

/** Value of a parameter of a running trial: the one suggested before, else the enqueued one, else
 * a sampled one. Asking again with another kind, log or set of choices is an error. */
WICK_API wick_status wick_trial_suggest(wick_ctx *ctx, wick_trial *t, const char *name,
                                        const wick_dist *dist, double *value) WICK_NODISCARD;
WICK_API wick_status wick_trial_suggest_float(wick_ctx *ctx, wick_trial *t, const char *name,
                                              double low, double high, double step, bool log,
                                              double *value) WICK_NODISCARD;
WICK_API wick_status wick_trial_suggest_int(wick_ctx *ctx, wick_trial *t, const char *name,
                                            int64_t low, int64_t high, int64_t step, bool log,
                                            int64_t *value) WICK_NODISCARD;
WICK_API wick_status wick_trial_suggest_choice(wick_ctx *ctx, wick_trial *t, const char *name,
                                               const wick_choice *choices, int64_t n,
                                               int64_t *index) WICK_NODISCARD;
/** Intermediate value at a step >= 0. A step reported twice keeps its first value. */
WICK_API wick_status wick_trial_report(wick_ctx *ctx, wick_trial *t, int64_t step,
                                       double value) WICK_NODISCARD;
WICK_API wick_status wick_trial_should_prune(wick_ctx *ctx, wick_trial *t,
                                             bool *out) WICK_NODISCARD;
/** Feasible when <= 0. NaN is an error. A name set again is replaced. */
WICK_API wick_status wick_trial_set_constraint(wick_ctx *ctx, wick_trial *t, const char *name,
                                               double value) WICK_NODISCARD;
WICK_API wick_status wick_trial_set_attr(wick_ctx *ctx, wick_trial *t, const char *key,
                                         const char *json) WICK_NODISCARD;

WICK_API int64_t wick_trial_number(const wick_trial *t);
WICK_API int32_t wick_trial_state_of(const wick_trial *t);
/** Objective value; WICK_NA when there is none. */
WICK_API double wick_trial_value(const wick_trial *t, int32_t objective);
WICK_API int64_t wick_trial_param_count(const wick_trial *t);
WICK_API wick_param wick_trial_param_at(const wick_trial *t, int64_t i); /**< in suggestion order */
/** Internal value by name; WICK_NA when the trial has no such parameter. */
WICK_API double wick_trial_param(const wick_trial *t, const char *name);
WICK_API int64_t wick_trial_report_count(const wick_trial *t);
WICK_API double wick_trial_report_at(const wick_trial *t, int64_t i, int64_t *step);
WICK_API int64_t wick_trial_constraint_count(const wick_trial *t);
WICK_API double wick_trial_constraint_at(const wick_trial *t, int64_t i, const char **name);
WICK_API double wick_trial_violation(const wick_trial *t); /**< sum of the positive constraints */
WICK_API const char *wick_trial_attr(const wick_trial *t, const char *key); /**< JSON, or NULL */
/** Attributes that samplers and pruners keep ("fixed_params", "completed_rung_0"). */
WICK_API const char *wick_trial_system_attr(const wick_trial *t, const char *key);
/** As wick_study_attr_at. */
WICK_API const char *wick_trial_attr_at(const wick_trial *t, bool system, int64_t i,
                                        const char **json);
/** Finished trials that were known when this one was asked for. */
WICK_API int64_t wick_trial_seen(const wick_trial *t);
WICK_API int64_t wick_trial_time(const wick_trial *t, bool completed); /**< WICK_NO_TIME: not yet */

/* ---- running ------------------------------------------------------------------------------ */

typedef struct wick_terminator wick_terminator;

/** A positive result of an objective: the trial is pruned. */
#define WICK_PRUNED 1

/** Evaluates a trial: suggests, computes, writes one value per objective. Negative: the trial
 * failed. Called from several threads at once; `worker` is 0 .. threads-1. */
typedef wick_status (*wick_objective_fn)(void *user, wick_ctx *ctx, wick_trial *t, int32_t worker,
                                         double *values);
typedef wick_status (*wick_trial_fn)(void *user, wick_ctx *ctx, wick_study *s, const wick_trial *t);
typedef struct wick_callback {
    wick_trial_fn fn;
    void *user;
} wick_callback;

typedef struct wick_run_trials {
    uint32_t size;
    int32_t threads;                /**< 0: all cores. Never changes a result. */
    int64_t n_trials;               /**< 0: until stopped or out of time */
    int64_t batch;                  /**< trials asked for before any of them is told; 0: 1 */
    double timeout;                 /**< seconds, looked at between batches; 0: none */
    bool keep_going;                /**< a failed objective is recorded and the run goes on */
    const wick_callback *callbacks; /**< after each tell, in order, on the calling thread */
    int64_t n_callbacks;
    wick_terminator *terminator; /**< looked at after each batch; NULL: none */
} wick_run_trials;

/** Asks a batch in order, evaluates it on the threads, tells it in trial order, again and again.
 * The same trials for any number of threads. A callback may call wick_study_stop. */
WICK_API wick_status wick_study_run(wick_ctx *ctx, wick_study *s, wick_objective_fn fn, void *user,
                                    const wick_run_trials *opts) WICK_NODISCARD;
WICK_API void wick_study_stop(wick_study *s); /**< ends wick_study_run after the present batch */
WICK_API bool wick_study_stopped(const wick_study *s);

/* ---- terminators -------------------------------------------------------------------------- */

/** A rule that says when further trials are not worth while: "stagnation(30)", "emmr", "regret",
 * "max_trials(200)". Looks at the finished trials only. */
WICK_API int64_t wick_terminator_count(void);
WICK_API const char *wick_terminator_name(int64_t i, const char **title); /**< NULL: no such */
/** Its options, closed by one without a name, and its source. */
WICK_API const wick_opt_param *wick_terminator_params(int64_t i, const char **source);
WICK_API wick_status wick_terminator_new(wick_ctx *ctx, wick_study *study, const char *text,
                                         wick_terminator **out) WICK_NODISCARD;
WICK_API void wick_terminator_free(wick_terminator *t);
/** `regret` fails (WICK_E_STATE) while the best trial has no scores of folds. */
WICK_API wick_status wick_terminator_check(wick_ctx *ctx, wick_terminator *t,
                                           bool *stop) WICK_NODISCARD;
/** After a check that said stop: the reason in a sentence. */
WICK_API const char *wick_terminator_why(const wick_terminator *t);

/* ---- backends ----------------------------------------------------------------------------- */

/** Everything that happens to a study is one of these. A backend stores them (a row, a journal
 * line) and hands those of other processes to wick_study_apply. */
typedef enum wick_event_kind {
    /** State RUNNING or WAITING, time; `json` (may be NULL) are its enqueued values, which become
     * the system attribute "fixed_params" in the same step: nobody takes the trial without them. */
    WICK_EV_TRIAL_NEW,
    WICK_EV_TRIAL_TAKE, /**< WAITING to RUNNING, time */
    WICK_EV_PARAM,      /**< name, dist, value */
    WICK_EV_REPORT,     /**< step, value */
    WICK_EV_USER_ATTR,  /**< name, json */
    WICK_EV_SYSTEM_ATTR,
    WICK_EV_CONSTRAINT, /**< name, value */
    WICK_EV_FINISH,     /**< state, values, time */
    WICK_EV_STUDY_ATTR, /**< name, json */
    WICK_EV_STUDY_SYSTEM_ATTR,
    WICK_EV_TRIAL_BACK /**< RUNNING to WAITING: its evaluation was interrupted */
} wick_event_kind;

typedef struct wick_study_event {
    uint32_t size;
    int32_t kind;
    int64_t trial;
    int32_t state;
    const char *name, *json;
    const wick_dist *dist;
    double value;
    int64_t step;
    const double *values;
    int64_t n_values;
    int64_t time; /**< ms UTC */
} wick_study_event;

/** All but `append` may be NULL. Calls come from the study's thread, and `append` of parameters,
 * reports, attributes and constraints also from objectives, one at a time. Whatever is appended may
 * be kept back, to be stored together with later events; a FINISH outside `hold` is stored, with
 * all before it, when append returns. */
struct wick_study_backend {
    uint32_t size;
    void *self;
    /** Stores an event of this process. Events of others that come before it are applied first.
     * TRIAL_NEW: sets e->trial to the number given. TRIAL_TAKE, TRIAL_BACK, FINISH: WICK_E_STATE
     * when another process took or ended the trial. */
    wick_status (*append)(void *self, wick_ctx *ctx, wick_study *s, wick_study_event *e);
    /** Applies what others stored since the last call. Called by every ask. */
    wick_status (*pull)(void *self, wick_ctx *ctx, wick_study *s);
    void (*close)(void *self);
    /** So many trials are about to be asked for: they may be stored in one step. */
    wick_status (*reserve)(void *self, wick_ctx *ctx, wick_study *s, int64_t n);
    /** A batch is told: true before it, false after it. */
    wick_status (*hold)(void *self, wick_ctx *ctx, wick_study *s, bool on);
    /** Stores everything kept back. */
    wick_status (*flush)(void *self, wick_ctx *ctx, wick_study *s);
    /** Adds one to a number among the study's system attributes, for all processes at once; *value
     * is the number before (0 when there was none). */
    wick_status (*count)(void *self, wick_ctx *ctx, wick_study *s, const char *key, int64_t *value);
};
/** Brings a stored event into the study's memory. */
WICK_API wick_status wick_study_apply(wick_ctx *ctx, wick_study *s,
                                      const wick_study_event *e) WICK_NODISCARD;

/* ---- several objectives ------------------------------------------------------------------- */

/** Points are n rows of m numbers, all minimised. */
WICK_API wick_status wick_pareto_front(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                                       bool *on_front) WICK_NODISCARD;
/** Non-domination rank of each point, 0 the front. `penalty` (may be NULL): violation per point;
 * feasible points rank before infeasible ones, these by violation. */
WICK_API wick_status wick_pareto_rank(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                                      const double *penalty, int32_t *rank) WICK_NODISCARD;
/** Volume dominated up to `ref`; points beyond it in any coordinate add nothing. */
WICK_API wick_status wick_hypervolume(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                                      const double *ref, double *out) WICK_NODISCARD;
/** Greedy choice of k of n mutually non-dominated points with large common hypervolume: indices in
 * the order chosen. */
WICK_API wick_status wick_hypervolume_subset(wick_ctx *ctx, const double *points, int64_t n,
                                             int32_t m, const double *ref, int64_t k,
                                             int64_t *chosen) WICK_NODISCARD;
/** Crowding distance of each point among all of them (Deb 2002). */
WICK_API wick_status wick_crowding(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                                   double *out) WICK_NODISCARD;

/* ---- importance --------------------------------------------------------------------------- */

typedef struct wick_importance_opts {
    uint32_t size;
    int32_t objective;      /**< -1: all of them together, by rank and hypervolume */
    double target_quantile; /**< share of the best trials; 0: 0.1 */
    bool raw;               /**< not scaled to sum 1 */
    /** "ped_anova" (the default: any space, any number of objectives), or over a forest of 64 trees
     * on the parameters that all trials share: "fanova" (share of the variance a parameter explains
     * alone), "mdi" (decrease of impurity). */
    const char *method;
} wick_importance_opts;

typedef struct wick_importance {
    const char *name; /**< borrowed from the study */
    double value;
} wick_importance;

/** PED-ANOVA (Watanabe, Bansal and Hutter 2023): how much the best trials' distribution of a
 * parameter differs from all trials'. Descending; free *out with free(). Needs two COMPLETE trials
 * with finite values. */
WICK_API wick_status wick_study_importance(wick_ctx *ctx, const wick_study *s,
                                           const wick_importance_opts *opts, wick_importance **out,
                                           int64_t *n) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
