/* SPDX-License-Identifier: MIT */
#include "ml/ml_int.h"

static int64_t size(const wick_ml_params *p, int64_t n)
{
    (void)p;
    (void)n;
    return 0;
}

const wick_scaler_spec wick_scaler_none = {
    .name = "none",
    .title = "no scaling",
    .formula = "x",
    .source = "the features as they are",
    .size = size,
};
