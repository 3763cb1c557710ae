/* SPDX-License-Identifier: MIT */
#ifndef WK_OPT_IMPORTANCE_INT_H
#define WK_OPT_IMPORTANCE_INT_H

#include "opt/opt_int.h"

/** Importances by a forest over n complete trials; `out` has room for every name of the study. */
wick_status wk_importance_forest(wick_ctx *ctx, const wick_study *s, const wick_trial *const *trial,
                                 int64_t n, int32_t objective, bool mdi, wick_importance *out,
                                 int64_t *count);

#endif
