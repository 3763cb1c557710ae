/* SPDX-License-Identifier: MIT */
/** Courses, private: course.c (building), passage.c (running), robust.c (what a run is worth),
 * stitch.c (folds as one ledger). */
#ifndef WK_FLOW_COURSE_INT_H
#define WK_FLOW_COURSE_INT_H

#include "flow/flow_int.h"

typedef enum wk_robust_kind {
    WK_ROBUST_NONE,
    WK_ROBUST_BOOTSTRAP,
    WK_ROBUST_NOISE,
    WK_ROBUST_PLATEAU
} wk_robust_kind;

typedef struct wk_robust {
    wk_robust_kind kind;
    int64_t n;    /**< resamples, or noisy panels */
    double block; /**< of the bootstrap */
    double sd;    /**< of the noise, in average true ranges */
    double step;  /**< to a neighbour, as a share of the range */
} wk_robust;

/** One segment on one market. */
typedef struct wk_leg {
    int64_t fold;
    int32_t market;
    int64_t from, to;   /**< ticks of the market's own clock */
    wick_panel *panel;  /**< cut at `to` */
    wick_panel **noisy; /**< robust.n of them, or NULL */
    bool has_trade_from;
    int64_t trade_from;
    int64_t from_time, until_time; /**< what of it a stitched result shows */
    int64_t same;                  /**< earlier leg with the same ticks, -1: none */
} wk_leg;

struct wick_course {
    wick_market *market;
    int32_t n_markets;
    char **fold_name;
    int64_t n_folds;
    wk_leg *leg; /**< by fold, then market, then time */
    int64_t n_legs;
    int32_t aggregate;
    wk_robust robust;
    uint64_t seed;
    double cash;
    int64_t n_rows;
    int64_t *row_time;
    int32_t *row_of; /**< row of a tick of market 0, -1: none */
};

wick_status wk_robust_read(wick_ctx *ctx, const char *text, wk_robust *out) WICK_NODISCARD;
/** Prices moved by noise: replicate k. */
wick_status wk_noisy_panel(wick_ctx *ctx, wick_panel *p, const wk_robust *r, uint64_t seed,
                           int64_t k, wick_panel **out) WICK_NODISCARD;
/** Neighbours of a point: each numeric, not fixed parameter one step down and up, where the range
 * has room. `out` gets up to 2 * n_params rows of n_params values. Returns how many. */
int64_t wk_neighbours(const wick_subject *s, const double *params, double step, double *out);
/** Median of the values that are there; WICK_NA when fewer than half of them are. Sorts `v`. */
double wk_median(double *v, int64_t n);

/** Gets the ledger of each replicate of a leg, the last call being number 0: prices and parameters
 * as they are. */
typedef wick_status (*wk_leg_sink)(void *user, wick_ctx *ctx, int64_t replicate,
                                   const wick_ledger *l);
/** How many replicates a leg has for this point. */
int64_t wk_replicates(const wick_course *c, const wick_subject *s, const double *params);
/** Runs one leg, once or as often as the robust form says; the verdict's ledger is that of
 * replicate 0, its values are medians over all. */
wick_status wk_leg_run(wick_ctx *ctx, const wick_course *c, const wick_subject *s, int32_t worker,
                       const wk_leg *leg, const double *params, wk_leg_sink sink, void *user,
                       wick_verdict *out) WICK_NODISCARD;
/** Values of a ledger as the robust form sees them: resampled, or its score. */
wick_status wk_ledger_worth(wick_ctx *ctx, const wick_course *c, const wick_subject *s,
                            int32_t worker, const wick_ledger *l, const double *params,
                            double bars_per_year, wick_verdict *out) WICK_NODISCARD;

/** Runs put together into one ledger that compounds. */
typedef struct wk_stitch wk_stitch;
wk_stitch *wk_stitch_new(void);
void wk_stitch_free(wk_stitch *s);
/** Keeps the rows stamped within [from, until) and the trades entered there. */
wick_status wk_stitch_add(wick_ctx *ctx, wk_stitch *s, const wick_ledger *l, int64_t from,
                          int64_t until) WICK_NODISCARD;
/** The pieces in order of time, each scaled to the equity the one before ended with. */
wick_status wk_stitch_ledger(wick_ctx *ctx, const wk_stitch *s, double cash,
                             wick_ledger **out) WICK_NODISCARD;

#endif
