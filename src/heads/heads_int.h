/* SPDX-License-Identifier: MIT */
/** Room heads, private. */
#ifndef WK_HEADS_INT_H
#define WK_HEADS_INT_H

#include "wick/heads.h"
#include "wick/ml.h"

/** Options with their defaults in place; checked. */
wick_status wk_heads_settle(wick_ctx *ctx, const wick_heads_opts *in,
                            wick_heads_opts *out) WICK_NODISCARD;
/** Linear interpolation between order statistics (numpy's default); sorts x. NA without values. */
double wk_heads_quantile(double *x, int64_t n, double q);

#endif
