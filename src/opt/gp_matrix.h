/* SPDX-License-Identifier: MIT */
/** Dense matrices of the Gaussian process, rows contiguous. The order of every sum is fixed: the
 * same bits from any width of registers. */
#ifndef WK_OPT_GP_MATRIX_H
#define WK_OPT_GP_MATRIX_H

#include "opt/opt_int.h"

/** a . b, in eight lanes. */
double wk_lane_dot(const double *a, const double *b, int64_t n);
/** to -= a * x. */
void wk_minus_row(double *to, const double *x, double a, int64_t n);
/** to[r][c] -= a[p][r] b[p][c] for p = 0 .. count-1 in this order; `rows` at most 4. The strides
 * are of the rows of `to`, of a and of b. */
void wk_minus_product(double *to, int64_t to_stride, const double *a, int64_t a_stride,
                      const double *b, int64_t b_stride, int64_t count, int64_t rows,
                      int64_t columns);
/** u, n by n, holds the upper triangle of a symmetric matrix and becomes its Cholesky factor U,
 * U^T U = K; what is below the diagonal means nothing. False: not positive definite. */
bool wk_factorise(double *u, int64_t n);
/** Upper triangle of K^-1 from the factor; x, n by n, becomes U^-T. */
void wk_invert(const double *u, int64_t n, double *x, double *inverse);

#endif
