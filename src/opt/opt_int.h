/* SPDX-License-Identifier: MIT */
/** Private to the room opt. */
#ifndef WICK_OPT_INT_H
#define WICK_OPT_INT_H

#include <pthread.h>

#include "wick/opt.h"

/* The C library's INFINITY is a float. */
#define WK_INF ((double)INFINITY)

enum { WK_MAX_OBJECTIVES = 16, WK_NAME_MAX = 512 };

/* ---- random numbers (rng.c) --------------------------------------------------------------- */

/** NumPy's legacy generator, for conformance with Optuna only. */
typedef struct wk_mt {
    uint32_t s[624];
    int32_t pos;
    bool has_spare;
    double spare;
} wk_mt;
void wk_mt_seed(wk_mt *g, uint32_t seed);

/** A stream of draws: a keyed PCG, or the sampler's own MT when `mt` is set. */
typedef struct wk_rng {
    wk_mt *mt;
    wick_pcg pcg;
} wk_rng;
/** Stream for one purpose of one trial. `mt` (the sampler's generator) is used in the mode
 * WICK_OPT_RNG_OPTUNA and ignored otherwise. `key` tells parameters of one trial apart. */
wk_rng wk_rng_at(const wick_study *s, wk_mt *mt, const char *purpose, int64_t trial, uint64_t key);
double wk_uniform(wk_rng *g);
int64_t wk_below(wk_rng *g, int64_t n);
double wk_normal(wk_rng *g);
void wk_shuffle(wk_rng *g, int64_t *items, int64_t n);
/** First index whose cumulative weight is above a uniform draw. */
int64_t wk_weighted(wk_rng *g, const double *cumulative, int64_t n);

/* ---- distributions (dist.c) --------------------------------------------------------------- */

/** Bounds of the continuous coordinate: half a step wider on both sides, log taken after that. */
void wk_domain(const wick_dist *d, double *low, double *high);
double wk_to_domain(const wick_dist *d, double value);
/** Back from the continuous coordinate: rounded to the grid, inside the range. */
double wk_from_domain(const wick_dist *d, double x);
/** Unit interval to value and back, by the domain; categoricals are one column of n cells. */
double wk_from_unit(const wick_dist *d, double u);
double wk_to_unit(const wick_dist *d, double value);
/** Uniform draw as Optuna's random sampler makes it (categoricals: argmax of n uniforms). */
double wk_random_value(wk_rng *g, const wick_dist *d);
bool wk_dist_compatible(const wick_dist *a, const wick_dist *b);
bool wk_choice_equal(const wick_choice *a, const wick_choice *b);
/** Numbers that differ by rounding only. */
bool wk_is_close(double a, double b);
/** Value as the user writes it, as JSON. */
void wk_value_json(wick_buf *b, const wick_dist *d, double value);
/** A plain JSON value; text goes to the arena. */
wick_status wk_choice_read(wick_ctx *ctx, wick_arena *a, const char *name, const wick_json *j,
                           wick_choice *out);
void wk_choice_json(wick_buf *b, const wick_choice *c);

/* ---- study and trials --------------------------------------------------------------------- */

typedef struct wk_names { /**< interned text, names.c */
    const char **text;
    uint64_t *hash;
    int32_t *slot; /**< open addressing, id + 1 */
    int64_t n, cap, slots;
} wk_names;
void wk_names_free(wk_names *t);
int32_t wk_names_find(const wk_names *t, const char *text); /**< -1: not there */
/** -1: out of memory. */
int32_t wk_names_add(wk_names *t, wick_arena *a, const char *text);

typedef struct wk_value {
    int32_t name, dist; /**< indices into the study's tables */
    double v;
} wk_value;

typedef struct wk_report {
    int64_t step;
    double v;
} wk_report;

typedef struct wk_attr {
    struct wk_attr *next;
    int32_t key;
    const char *json;
    double number; /**< WICK_NA unless the JSON is a number */
} wk_attr;

typedef struct wk_con {
    struct wk_con *next;
    int32_t key;
    double v;
} wk_con;

struct wick_trial {
    wick_study *study;
    int64_t number, seen, started, completed;
    int32_t state, group;
    bool joint_done;
    bool constrained;
    bool in_batch; /**< what it has suggested depends on timing: no sampler looks at it */
    int32_t n_p, cap_p, n_joint, cap_joint, n_rep, cap_rep, n_values, n_fixed;
    wk_value *p;     /**< suggested, in order */
    wk_value *joint; /**< drawn together, not all suggested yet */
    wk_report *rep;  /**< in order of reporting */
    wk_attr *user, *system;
    wk_con *con;
    wick_fixed *fixed;
    double *values;
    double violation;
};

typedef struct wk_dist_rec {
    wick_dist d;
    int32_t name, next; /**< next distribution of the same parameter, -1 */
} wk_dist_rec;

typedef struct wk_name_rec {
    int32_t first, committed; /**< indices of distributions, -1 */
} wk_name_rec;

/** Trials a sampler may look at: all of them, or those of one Hyperband bracket. */
typedef struct wk_group {
    wick_trial **done; /**< finished, in the order in which they finished; FAIL is not here */
    int64_t n, cap, n_complete;
} wk_group;

struct wick_study {
    char *name, *sampler_text, *pruner_text;
    int32_t m, directions[WK_MAX_OBJECTIVES];
    int32_t profile, rng;
    uint64_t seed;
    wick_arena *arena;
    wk_names names, keys;
    wk_name_rec *name_rec;
    int64_t name_rec_cap;
    wk_dist_rec **dists;
    int64_t n_dists, dists_cap;
    wick_trial **trials;
    int64_t n, cap, n_state[5];
    int64_t budget;        /**< trials there will be; 0: not known */
    int64_t first_waiting; /**< no waiting trial has a lower number */
    wick_trial **running;  /**< by number */
    int64_t n_running, running_cap;
    wk_group *groups;
    int32_t n_groups;
    uint64_t regroups; /**< changes whenever trials moved between groups */
    wick_trial *best;
    bool any_constraint;
    wk_attr *attrs, *system;
    const wick_sampler_spec *sampler;
    void *sampler_self;
    const wick_pruner_spec *pruner;
    void *pruner_self;
    wick_study_backend backend;
    bool has_backend, backend_open;
    const wick_fixed *pinned; /**< values the sampler keeps fixed in every trial */
    int32_t n_pinned;
    bool stop, in_run;
    bool frozen; /**< a batch is being evaluated: objectives share the study, nothing is told */
    bool asking; /**< part of the batch is being evaluated, the rest still asked for */
    pthread_mutex_t lock;
    pthread_cond_t asked; /**< one more trial was asked for, or all were */
    bool lock_made;
    int32_t hint_params; /**< most parameters a trial had so far */
};

/** +1 when minimised, -1 when maximised. */
static inline double wk_sign(const wick_study *s, int32_t objective)
{
    return s->directions[objective] == WICK_MAXIMIZE ? -1.0 : 1.0;
}
static inline const wick_dist *wk_dist_at(const wick_study *s, int32_t id)
{
    return &s->dists[id]->d;
}
static inline const wk_group *wk_group_of(const wick_trial *t)
{
    return &t->study->groups[t->group];
}
/** Parameter of a trial by index of its name, or NULL. */
static inline const wk_value *wk_param_of(const wick_trial *t, int32_t name)
{
    for (int32_t i = 0; i < t->n_p; i++)
        if (t->p[i].name == name) return &t->p[i];
    return NULL;
}

wick_status wk_grow(wick_ctx *ctx, void *array, int64_t *cap, int64_t need, int64_t item);
int32_t wk_name_id(wick_ctx *ctx, wick_study *s, const char *name); /**< or a negative status */
int32_t wk_key_id(wick_ctx *ctx, wick_study *s, const char *key);
/** Index of a distribution of that parameter, made when new. Negative status on failure. */
int32_t wk_dist_id(wick_ctx *ctx, wick_study *s, int32_t name, const wick_dist *d);
/** Number before it is raised by one, kept as a system attribute: shared by all processes. */
wick_status wk_study_count_up(wick_ctx *ctx, wick_study *s, const char *key, int64_t *value);
wick_status wk_backend_pull(wick_ctx *ctx, wick_study *s);
wick_status wk_backend_reserve(wick_ctx *ctx, wick_study *s, int64_t n);
wick_status wk_backend_hold(wick_ctx *ctx, wick_study *s, bool on);
wick_status wk_backend_flush(wick_ctx *ctx, wick_study *s);
/** Backend first, then memory. */
wick_status wk_emit(wick_ctx *ctx, wick_study *s, wick_study_event *e);
wick_status wk_regroup(wick_ctx *ctx, wick_study *s);
wick_status wk_trial_param_set(wick_ctx *ctx, wick_trial *t, int32_t name, int32_t dist, double v);
/** Adds a jointly drawn value; called by samplers. */
wick_status wk_joint_add(wick_ctx *ctx, wick_trial *t, int32_t name, int32_t dist, double v);
wick_status wk_joint_sample(wick_ctx *ctx, wick_trial *t); /**< once per trial */
/** wick_study_ask without suggestions, also while a batch is evaluated (its lock is then held). */
wick_status wk_ask(wick_ctx *ctx, wick_study *s, wick_trial **out);
wick_status wk_system_number(wick_ctx *ctx, wick_trial *t, const char *key, double v);
/** JSON of a system attribute, or NULL; for callers that hold the lock or need none. */
const char *wk_system_text(const wick_trial *t, const char *key);
const wk_attr *wk_system_at(const wick_trial *t, int32_t key);
/** Last report by step, NULL without any. */
const wk_report *wk_last_report(const wick_trial *t);
wick_status wk_tell(wick_ctx *ctx, wick_trial *t, int32_t state, const double *values, int64_t n);
/** Value reported at a step, NULL without one. */
const wk_report *wk_report_at(const wick_trial *t, int64_t step);
int64_t wk_wall_ms(void);
bool wk_feasible(const wick_trial *t);
/** Whether a parameter has a value fixed for the whole study. */
bool wk_pinned(const wick_study *s, int32_t name);
/** The sampler's fallback for parameters it does not model. */
wick_status wk_random_single(wick_study *s, wk_mt *mt, const wick_trial *t, const char *name,
                             const wick_dist *dist, double *value);

/* ---- options (args.c) --------------------------------------------------------------------- */

struct wick_opt_args {
    const wick_opt_param *param;
    double number[WICK_OPT_PARAMS];
    char *text[WICK_OPT_PARAMS];
    bool set[WICK_OPT_PARAMS];
};
/** Splits "name(options)"; *options points into `text` or is NULL. */
wick_status wk_spec_split(wick_ctx *ctx, const char *text, char **name, char **options);
wick_status wk_args_read(wick_ctx *ctx, const char *what, const wick_opt_param *param,
                         const char *options, wick_opt_args *out);
void wk_args_free(wick_opt_args *a);
double wk_arg(const wick_opt_args *a, const char *name);
const char *wk_arg_text(const wick_opt_args *a, const char *name); /**< NULL when not given */
bool wk_arg_set(const wick_opt_args *a, const char *name);

wick_status wk_sampler_make(wick_ctx *ctx, wick_study *s, const char *text,
                            const wick_sampler_spec **spec, void **self);
wick_status wk_pruner_make(wick_ctx *ctx, wick_study *s, const char *text,
                           const wick_pruner_spec **spec, void **self);

extern const wick_sampler_spec *const wk_sampler_table[];
extern const int64_t wk_sampler_table_n;
extern const wick_pruner_spec *const wk_pruner_table[];
extern const int64_t wk_pruner_table_n;

/* ---- search spaces (space.c) -------------------------------------------------------------- */

/** Parameters with an equal distribution in every trial seen so far, sorted by name, without
 * single-valued ones. Zero-initialise; `with_pruned` counts PRUNED trials too. */
typedef struct wk_space {
    wk_value *p; /**< v is not used */
    int64_t n, cap, seen;
    bool started, with_pruned;
} wk_space;
wick_status wk_space_update(wick_ctx *ctx, wick_study *s, const wk_group *g, wk_space *space);

/** Disjoint sets of parameters such that each trial's set is a union of some of them. */
typedef struct wk_split {
    int32_t *name; /**< sets one after another, each sorted by name */
    int64_t n, cap;
    int64_t *end; /**< where each set ends */
    int64_t sets, sets_cap, seen;
} wk_split;
wick_status wk_split_update(wick_ctx *ctx, wick_study *s, const wk_group *g, wk_split *split);
void wk_split_free(wk_split *split);
/** Sorts names of the study's table by their text. */
void wk_sort_names(const wick_study *s, wk_value *p, int64_t n);

/* ---- normal distribution (truncnorm.c) ---------------------------------------------------- */

double wk_norm_cdf(double x);
double wk_norm_log_cdf(double x);
double wk_norm_quantile(double p);      /**< AS 241, 0 < p < 1 */
double wk_log_mass(double a, double b); /**< log(Phi(b) - Phi(a)) */
double wk_trunc_quantile(double q, double a, double b);

/* ---- kernel mixtures (mix.c) -------------------------------------------------------------- */

enum { WK_MIX_BLOCK = 64 };

/** One column of a mixture of products: Gaussian kernels, or a table of log terms per kernel
 * class (discrete and categorical parameters). */
typedef struct wk_mix_dim {
    const double *mu, *inv; /**< inv is 1 / (sigma sqrt 2); NULL: the table form */
    const int32_t *cls;
} wk_mix_dim;

/** Arrays are padded to whole blocks with weight 0 and constant -1e300. */
typedef struct wk_mix {
    int64_t n;
    int32_t dims;
    const wk_mix_dim *dim;
    const double *constant; /**< per kernel: sum of the columns' normalisers */
    const double *weight;
    double log_weight; /**< log of the sum of weights */
} wk_mix;

typedef struct wk_mix_at { /**< a coordinate of a point */
    double x;
    const double *table;
} wk_mix_at;

/** Adds kernels [from, to) (whole blocks) to the density at points which[0 .. count-1]; coordinate
 * j of point i is at[i * dims + j]. The density is sum e^best, and `best` -1e300, `sum` 0 to begin
 * with. */
typedef void (*wk_mix_fn)(const wk_mix *m, int64_t from, int64_t to, const wk_mix_at *at,
                          const int32_t *which, int64_t count, double *best, double *sum);
/** The widest form this machine has. */
wk_mix_fn wk_mix_form(void);
/** The instruction sets of this machine, widest first, NULL at the end (tests compare them). */
void wk_mix_forms(wk_mix_fn out[4]);
void wk_mix_base(const wk_mix *m, int64_t from, int64_t to, const wk_mix_at *at,
                 const int32_t *which, int64_t count, double *best, double *sum);
#if defined(__x86_64__)
void wk_mix_avx2(const wk_mix *m, int64_t from, int64_t to, const wk_mix_at *at,
                 const int32_t *which, int64_t count, double *best, double *sum);
void wk_mix_avx512(const wk_mix *m, int64_t from, int64_t to, const wk_mix_at *at,
                   const int32_t *which, int64_t count, double *best, double *sum);
#endif

/* ---- several objectives (pareto.c, hypervolume.c) ----------------------------------------- */

/** Ranks until at least `enough` points have one; the others get INT32_MAX. */
wick_status wk_rank_until(wick_ctx *ctx, const double *points, int64_t n, int32_t m,
                          const double *penalty, int64_t enough, int32_t *rank);
void wk_reference_point(const double *points, int64_t n, int32_t m, double *ref);
/** Crowding distances; `order` (n indices, the population as it stands) is sorted by each objective
 * in turn, as Deb's and Optuna's code leaves it. */
void wk_crowding(const double *points, int64_t n, int32_t m, int64_t *order, double *out);
/** Whether point a (m numbers, minimised) dominates b. */
bool wk_dominates(const double *a, const double *b, int32_t m);

/* ---- low-discrepancy points (qmc.c) -------------------------------------------------------- */

enum { WK_QMC_DIMS = 256 };
/** Point `index` of d <= WK_QMC_DIMS coordinates in [0, 1). `scramble` NULL: as published; else a
 * stream that starts the same for every point of one sequence. */
void wk_sobol(int32_t d, int64_t index, wk_rng *scramble, double *out);
void wk_halton(int32_t d, int64_t index, wk_rng *scramble, double *out);

/* ---- pruners ------------------------------------------------------------------------------ */

/** Whether a check is due: no earlier report lies in the present interval. */
bool wk_first_in_interval(const wick_trial *t, int64_t step, int64_t warmup, int64_t interval);

typedef struct wk_halving { /**< one bracket of asynchronous successive halving */
    int64_t min_resource;   /**< 0: from the first complete trials */
    int64_t reduction, rate, bootstrap;
} wk_halving;
wick_status wk_halving_prune(wick_ctx *ctx, wk_halving *h, wick_trial *t, bool *out);

/** One-sided Wilcoxon signed rank test of n differences, zeros split between both sides. */
wick_status wk_wilcoxon(wick_ctx *ctx, const double *diff, int64_t n, bool greater, double *p);

#endif
