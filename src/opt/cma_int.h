/* SPDX-License-Identifier: MIT */
/** Private to CMA-ES: the optimiser itself, on the unit box. Sources: Hansen 2016 (tutorial), Ros
 * and Hansen 2008 (separable), Hamano et al. 2022 (margin), Nomura et al. 2023 (learning rate);
 * constants as in the library cmaes 0.13. */
#ifndef WICK_OPT_CMA_INT_H
#define WICK_OPT_CMA_INT_H

#include "opt/opt_int.h"

enum { WK_CMA_FULL, WK_CMA_SEPARABLE };

typedef struct wk_cma {
    int32_t d, kind;
    int64_t lambda, mu, g;
    bool lr_adapt;
    double mu_eff, cc, c1, cmu, c_sigma, d_sigma, chi_n, sigma, sigma0;
    double *weights; /**< lambda */
    double *mean, *pc, *ps;
    double *C, *B, *D; /**< separable: C is the diagonal (d), B and D are not used */
    bool fresh;        /**< B and D belong to C */
    double *step;      /**< per coordinate, 0 continuous; NULL without margin */
    double *A, margin;
    double *E_mean, *E_sigma, V_mean, V_sigma, eta_mean, eta_sigma; /**< lr_adapt */
    double *work;
    double *hist; /**< best and worst value per generation, the last hist_n of them */
    int64_t hist_n;
} wk_cma;

wick_status wk_cma_new(wick_ctx *ctx, int32_t d, int32_t kind, int64_t lambda, const double *step,
                       bool lr_adapt, double sigma0, wk_cma **out);
void wk_cma_free(wk_cma *c);
int64_t wk_cma_lambda(int32_t d); /**< default population */
/** Where the search begins (NULL: the centre). */
void wk_cma_start(wk_cma *c, const double *mean);
/** From the points of an earlier search, best ones given: n rows. */
void wk_cma_warm(wk_cma *c, const double *rows, int64_t n, double alpha);
/** One sample inside the unit box; `eval` is the grid point to evaluate (the same without margin).
 */
void wk_cma_ask(wk_cma *c, wk_rng *g, double *x, double *eval);
/** lambda rows and their values, in any order; `order` is scratch of lambda. */
void wk_cma_tell(wk_cma *c, const double *x, const double *y, int64_t *order);
bool wk_cma_stuck(const wk_cma *c);

#endif
