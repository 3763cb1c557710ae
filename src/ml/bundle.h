/* SPDX-License-Identifier: MIT */
/** A bundle as its two files see it. */
#ifndef WK_ML_BUNDLE_H
#define WK_ML_BUNDLE_H

#include "ml/ml_int.h"

enum { WK_CHECK_ROWS = 32 };

struct wick_bundle {
    atomic_int refs;
    int32_t n_features;
    char **names, *info;
    wick_imputer *imputer;
    wick_scaler *scaler;
    wick_model *model;
    wick_calibration *calibration;
    double threshold;
    wick_class_scores scores;
    int64_t check_n;
    double *check_x, *check_p; /**< rows by features, rows by outputs */
};

wick_bundle *wk_bundle_new(const char *const *names, int32_t n, const char *info);

#endif
