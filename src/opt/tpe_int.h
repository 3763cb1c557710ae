/* SPDX-License-Identifier: MIT */
/** Private to the TPE sampler: what it remembers about the trials of one group. */
#ifndef WICK_OPT_TPE_INT_H
#define WICK_OPT_TPE_INT_H

#include "opt/opt_int.h"

enum { WK_NONE = 0, WK_BELOW = 1, WK_ABOVE = 2 };

/** Kernels of a discrete parameter with equal centre and width. */
typedef struct wk_tpe_classes {
    double *mu, *sigma;
    int64_t n, cap;
} wk_tpe_classes;

/** One parameter over all slots. A slot is a finished trial, by order of finishing; the slots after
 * them are running trials, then the prior, then padding. */
typedef struct wk_col {
    int32_t name;
    int32_t dist;     /**< for which sigma, inv, norm hold; -1: none */
    double low, high; /**< its domain */
    double *mu;       /**< value in the domain, or index of the choice */
    uint8_t *has;
    int32_t *order; /**< slots that have it, by (mu, trial number) */
    int64_t n_order;
    /** Kernels, kept between trials: a sigma changes only where a neighbour came or went, and its
     * normaliser costs two erfc. */
    double *sigma, *inv, *norm;
    int32_t *cls;
    wk_tpe_classes classes; /**< of the worse set; the first one is the prior */
    int64_t few_classes;    /**< classes when all kernels were made last */
    uint8_t *was;           /**< sides at the last build */
    double least;           /**< least sigma then; -1: all kernels are to be made */
    double prior_norm;
    int32_t *gone; /**< slots beside those that were taken out since then */
    int64_t n_gone, gone_cap;
} wk_col;

typedef struct wk_tpe_view {
    wick_study *study;
    int64_t n, cap; /**< slots in use; room in every per-slot array, a multiple of the block */
    wick_trial **trial;
    int32_t *rank;      /**< best first; single objective */
    int32_t *by_number; /**< slots by trial number, running ones among them */
    wk_col **col;
    int64_t n_col, col_cap;
    int64_t n_running;
    uint8_t *side;
    int32_t *pos;    /**< place of a slot in `below` */
    int32_t *sorted; /**< scratch */
    int32_t *taken;  /**< values a running trial had when it was put in */
    double *constant, *weight;
    wk_space space;
    wk_split split;
} wk_tpe_view;

wick_status wk_tpe_view_new(wick_ctx *ctx, wick_study *s, wk_tpe_view **out);
void wk_tpe_view_free(wk_tpe_view *v);
/** Takes in what has finished since the last call. */
wick_status wk_tpe_catch_up(wick_ctx *ctx, wk_tpe_view *v, const wk_group *g);
/** Puts the other running trials of t's group behind the slots. They stay there until something has
 * finished or others are wanted: the next trial of a batch finds all but the last one inside. */
wick_status wk_tpe_running_in(wick_ctx *ctx, wk_tpe_view *v, const wick_trial *t);
void wk_tpe_running_out(wk_tpe_view *v);
/** Where a slot is, or would be, in the order of a column. */
int64_t wk_tpe_place(const wk_tpe_view *v, const wk_col *c, int32_t slot);
wk_col *wk_tpe_col(const wk_tpe_view *v, int32_t name); /**< NULL: nobody has it */
/** Makes the column when nobody has it; after wk_tpe_catch_up. */
wick_status wk_tpe_col_make(wick_ctx *ctx, wk_tpe_view *v, int32_t name, wk_col **out);

/** The two mixtures for one set of parameters, and what drawing needs. */
typedef struct wk_tpe_draw {
    wk_tpe_view *v;
    const wk_value *p; /**< parameters, sorted by name */
    int32_t d;
    bool rule_b; /**< one bandwidth for all kernels */
    int64_t candidates;
    int32_t *below; /**< slots of the better set by trial number */
    int64_t n_below, below_cap, n_above;
    double *below_weight, *cumulative;
    double **b_mu, **b_sigma, **b_inv, **b_norm; /**< per parameter, per kernel of the better set */
    int32_t **b_cls;
    int64_t b_cap;
    double *b_constant;
    wk_mix_dim *dim_below, *dim_above;
    wk_tpe_classes *b_classes; /**< per parameter, of the better set */
    int32_t d_cap;
    double *cand;
    wk_mix_at *at;
    double *best, *sum, *log_l, *ratio;
    int32_t *live; /**< candidates under consideration */
    int64_t cand_cap;
    double *table;
    int64_t table_cap;
} wk_tpe_draw;

/** Weights of trials by age: a ramp, then 25 ones. Writes n values. */
void wk_tpe_weights(int64_t n, double *out);
int64_t wk_tpe_gamma(int64_t n, bool capped);

/** Splits, builds, draws and chooses: out gets one value per parameter. `weights` (NULL: by age)
 * and `chosen` (slots of the better set) come from the caller, who knows the objectives. */
wick_status wk_tpe_choose(wick_ctx *ctx, wk_tpe_draw *w, const int32_t *chosen, int64_t n_chosen,
                          const double *slot_weight, wk_rng *rng, double *out);
/** The parts of it: the mixtures, and the log densities of one side (0 better, 1 worse) at the
 * candidates in `cand`. */
wick_status wk_tpe_build(wick_ctx *ctx, wk_tpe_draw *w, const int32_t *chosen, int64_t n_chosen,
                         const double *slot_weight);
wick_status wk_tpe_mixtures(wick_ctx *ctx, wk_tpe_draw *w, const int32_t *chosen, int64_t n_chosen,
                            const double *slot_weight);
wick_status wk_tpe_densities(wick_ctx *ctx, wk_tpe_draw *w, int side, double *out);
void wk_tpe_draw_free(wk_tpe_draw *w);

#endif
