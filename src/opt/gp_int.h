/* SPDX-License-Identifier: MIT */
/**
 * Gaussian process regression for the sampler `gp`: Matern 5/2 with one length scale per
 * coordinate, Hamming distance for categoricals, a noise term (optimizer.md section 6). Points are
 * rows of d numbers: the unit coordinate of a numeric parameter, the index of a choice.
 */
#ifndef WK_OPT_GP_INT_H
#define WK_OPT_GP_INT_H

#include "opt/minimize.h"

#define WK_GP_NOISE_FLOOR 1e-6

enum { WK_GP_DIMS = 64 };

typedef struct wk_gp {
    int32_t d;
    const bool *categorical;
    int64_t n;
    const double *x; /**< n rows of d */
    /* Hyper-parameters. */
    double w[WK_GP_DIMS]; /**< inverse squared length scales */
    double scale, noise;
    /* After wk_gp_solve. */
    double *u;     /**< upper Cholesky factor, n by n, rows contiguous */
    double *alpha; /**< K^-1 y, one column of n per right-hand side */
    int64_t sides;
    double *work; /**< of wk_gp_fit and wk_gp_solve; begins with the points by coordinate */
    int64_t cap;
} wk_gp;

wick_status wk_gp_reserve(wick_ctx *ctx, wk_gp *g, int64_t n, int64_t sides);
void wk_gp_free(wk_gp *g);
/** Factorises the kernel matrix of the present hyper-parameters and solves for `sides` columns of
 * values y (n each). False: not positive definite. */
bool wk_gp_solve(wk_gp *g, const double *y, int64_t sides);
/** Maximises the marginal likelihood plus log prior from the present hyper-parameters on; the
 * noise stays at its floor when `deterministic`. `kept` (may be NULL) is the memory of the fit to
 * nearly the same points. False: nothing better was found than all ones, which is then what the
 * process has. */
bool wk_gp_fit(wk_gp *g, const double *y, bool deterministic, wk_min_memory *kept);
/** Likelihood (without its constant) plus log prior at the present hyper-parameters; for tests. */
double wk_gp_objective(wk_gp *g, const double *y, double *likelihood, double *prior);

/** Covariances of one point with the n points; `slope` (may be NULL): s * dM52/d(r2) of each. */
void wk_gp_cross(const wk_gp *g, const double *x, double *k, double *slope);
double wk_gp_covariance(const wk_gp *g, const double *a, const double *b);
/** Posterior of many points, each a row of x: mean of right-hand side 0 .. sides-1 (rows of m) and
 * variance. `scratch` has wk_gp_many_work(g, m) numbers. */
void wk_gp_many(const wk_gp *g, const double *x, int64_t m, double *mean, double *var,
                double *scratch);
int64_t wk_gp_many_work(const wk_gp *g, int64_t m);
/** Solves K z = k in place. */
void wk_gp_solve_one(const wk_gp *g, double *k);

double wk_log_ei(double mean, double var, double best);
/** The same with its derivatives. */
double wk_log_ei_grad(double mean, double var, double best, double *by_mean, double *by_var);

#endif
