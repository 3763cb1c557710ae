/* SPDX-License-Identifier: MIT */
/** What the sampler `gp` makes large: log expected improvement, averaged over guesses at the trials
 * that still run, plus the log probability that every constraint is kept. */
#ifndef WK_OPT_GP_ACQ_H
#define WK_OPT_GP_ACQ_H

#include "opt/gp_int.h"

/** A coordinate of the unit box. */
typedef struct wk_gp_axis {
    const wick_dist *dist;
    bool categorical;
    int64_t choices; /**< values to be tried one by one; 0: moves freely, rounded in the end */
} wk_gp_axis;

typedef struct wk_gp_limit { /**< feasible when the process is at or above `least` */
    wk_gp gp;
    double least;
} wk_gp_limit;

typedef struct wk_acq {
    int32_t d;
    const wk_gp_axis *axis;
    const wk_gp *gp;    /**< one right-hand side per guess */
    const double *best; /**< per guess */
    bool improves;      /**< false: nothing feasible yet, only the constraints count */
    const wk_gp_limit *limit;
    int32_t n_limits;
    double *work; /**< wk_acq_work numbers */
} wk_acq;

int64_t wk_acq_work(const wk_acq *a);
/** At one point; `grad` (may be NULL) by the coordinates, 0 for categorical ones. */
double wk_acq_at(const wk_acq *a, const double *x, double *grad);
/** At m points. */
wick_status wk_acq_many(wick_ctx *ctx, const wk_acq *a, const double *x, int64_t m, double *out);
/** Climbs from x as far as it goes, and leaves x on the grid of its distributions. */
double wk_acq_climb(const wk_acq *a, double *x, double *work);
int64_t wk_acq_climb_work(int32_t d);
/** Nearest point of the coordinate's grid. */
double wk_gp_snap(const wk_gp_axis *x, double u);

#endif
