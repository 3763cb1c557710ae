/* SPDX-License-Identifier: MIT */
/** Private to the genetic samplers. */
#ifndef WICK_OPT_GA_INT_H
#define WICK_OPT_GA_INT_H

#include "opt/opt_int.h"

enum { WK_X_UNIFORM, WK_X_BLX, WK_X_SBX, WK_X_VSBX, WK_X_SPX, WK_X_UNDX };
#define WK_CROSSOVERS "uniform|blxalpha|sbx|vsbx|spx|undx"

int32_t wk_crossover_parents(int32_t kind);
/** One child of `parents` (rows of d genes) in transformed coordinates; scratch of d * (d + 6). */
void wk_crossover(int32_t kind, const double *parents, int32_t d, const double *low,
                  const double *high, bool several, double swapping, wk_rng *g, double *scratch,
                  double *child);
/** Polynomial mutation of one gene. */
double wk_mutate(double x, double low, double high, double eta, wk_rng *g);

typedef struct wk_ga wk_ga;
/** Keeps the `want` best of `n` members in k's parents; rows of minimise-signed values in points,
 * violations in penalty (NULL: no constraints). Writes indices in elite order. */
typedef wick_status (*wk_elite_fn)(wick_ctx *ctx, wk_ga *k, const double *points,
                                   const double *penalty, int64_t n, int64_t want, wk_rng *g,
                                   int64_t *chosen);

struct wk_ga {
    wick_study *study;
    const char *key;     /**< system attribute of a trial's generation */
    const char *purpose; /**< of random streams */
    wk_elite_fn elite;
    int64_t population;
    double crossover_probability, swapping, mutation; /**< mutation < 0: 1 / d */
    int32_t crossover;
    bool polynomial;
    int64_t divisions; /**< NSGA-III */
    wk_mt mt, mt_random;
    wk_space space;
    int64_t seen, newest, newest_n; /**< highest generation and its members so far */
    wick_trial **parents;
    int64_t n_parents, parents_gen, parents_cap;
    bool by_number;
    double *scratch;
    int64_t scratch_cap;
};

wick_status wk_ga_init(wick_ctx *ctx, wk_ga *k, wick_study *study, const wick_opt_args *args);
void wk_ga_free(void *self);
wick_status wk_ga_joint(wick_ctx *ctx, void *self, wick_trial *t);
wick_status wk_ga_single(wick_ctx *ctx, void *self, wick_trial *t, const char *name,
                         const wick_dist *dist, double *value);

/** NSGA-III: coordinates between the ideal point and the intercepts; the nearest direction of each.
 */
void wk_nsga3_normalise(double *p, int64_t n, int32_t m);
void wk_nsga3_associate(const double *p, int64_t n, int32_t m, const double *ref, int64_t n_ref,
                        int64_t *closest, double *distance);
/** Das-Dennis directions as whole numbers; their count, -1 when too many. */
int64_t wk_nsga3_reference_count(int32_t m, int64_t divisions);
void wk_nsga3_references(int32_t m, int64_t divisions, double *out);

/** Options common to both. */
#define WK_GA_PARAMS                                                                               \
    {"population", WICK_OPT_INT, 50, 2, 1e6, NULL, "members of a generation"},                     \
        {"crossover", WICK_OPT_WORD, 0, 0, 0, WK_CROSSOVERS, "how parents are joined"},            \
        {"crossover_probability", WICK_OPT_NUMBER, 0.9, 0, 1, NULL, "else one parent is copied"},  \
        {"swapping", WICK_OPT_NUMBER, 0.5, 0, 1, NULL, "probability of the other parent's gene"},  \
        {"mutation", WICK_OPT_NUMBER, -1, -1, 1, NULL, "probability per gene; -1: one over d"},    \
    {                                                                                              \
        "polynomial", WICK_OPT_BOOL, 0, 0, 1, NULL, "perturb numbers instead of redrawing them"    \
    }

#endif
