/* SPDX-License-Identifier: MIT */
/** Room alloc, private: the quadratic programme behind the optimisers, and small linear algebra. */
#ifndef WK_ALLOC_INT_H
#define WK_ALLOC_INT_H

#include "wick/alloc.h"

#include <math.h>

static inline double *wk_row(double *m, int32_t n, int32_t i)
{
    return m + (ptrdiff_t)i * n;
}
static inline const double *wk_crow(const double *m, int32_t n, int32_t i)
{
    return m + (ptrdiff_t)i * n;
}

/** Index of a name among those of a registry; -1: an error says what is near. `what` goes with "is
 * called", `list` is what `wick list` shows them under. cov.c */
int64_t wk_named(wick_ctx *ctx, const char *const *names, int64_t n, const char *name,
                 const char *what, const char *list);
/** (1 - d) S + d mean(diag S) I in the place of S. cov.c */
void wk_shrink(int32_t n, double d, double *s);

/* linalg.c */
double wk_dot(int32_t n, const double *a, const double *b);
void wk_times(int32_t n, const double *m, const double *x, double *out); /**< m x, m symmetric */
/** Cholesky factor of a symmetric matrix, in the lower half of l; false: not positive definite. */
bool wk_chol(int32_t n, const double *a, double *l);
/** The same of a + e I: e 0 when *ridge is 0 and that has one, else the least of *ridge (1e-6 for
 * 0) times 1, 10, 100 ... times the mean of the diagonal that has one; *ridge says which. NULL:
 * memory, or no positive diagonal. `a` itself is not changed. */
double *wk_chol_of(wick_arena *scratch, int32_t n, const double *a, double *ridge);

/* qp.c: minimise x' Q x / 2 - c' x. */
typedef struct wk_qp {
    int32_t n;
    const double *q, *c; /**< c NULL: zero */
    const double *eq;    /**< eq' x = eq_rhs; NULL: none */
    double eq_rhs;
    const double *lo, *hi; /**< NULL: none; infinite: none */
    const int32_t *group;  /**< NULL: none; -1: in none */
    int32_t groups;
    const double *group_cap;   /**< sum of absolute values of a group; not > 0: none */
    double gross;              /**< sum of absolute values; 0: none */
    const double *hi_share;    /**< x[i] <= hi_share[i] sum(x); NULL: none. For homogeneous forms */
    const double *group_share; /**< sum of a group <= share sum(x); NULL: none */
} wk_qp;
/** WICK_E_ARG: no point keeps all the limits; a sentence about it is in ctx. */
wick_status wk_qp_solve(wick_ctx *ctx, wick_arena *scratch, const wk_qp *p, double *x);

/* limits.c */
/** Limits in force: every field given, arrays of n in scratch. */
typedef struct wk_bounds {
    double budget, gross;
    double *lo, *hi;
    const int32_t *group;
    int32_t groups;
    const double *group_cap;
    bool signed_; /**< some weight may be negative */
} wk_bounds;
wick_status wk_bounds_of(wick_ctx *ctx, wick_arena *scratch, const wick_limits *l, int32_t n,
                         wk_bounds *out);
/** Minimises w' C w / 2 - c' w under the limits (c NULL: zero). */
wick_status wk_least_variance(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in,
                              const double *c, double *w);
/** The programme's limits; x has to sum to the budget. */
void wk_qp_limits(const wk_bounds *b, const double *ones, wk_qp *p);
/** Keeps caps by redistribution: weights >= 0; sums has room for the groups. */
void wk_cap(const wk_bounds *b, int32_t n, double *w, double *sums);
double *wk_ones(wick_arena *scratch, int32_t n);

/* cov.c */
/** out = x' x / by, of t rows. */
void wk_cov_products(int64_t t, int32_t n, const double *x, double by, double *out);

/* weigh.c */
double wk_param(const wick_weigh_spec *spec, const wick_weigh_in *in, int k);

#endif
