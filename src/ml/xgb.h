/* SPDX-License-Identifier: MIT */
/** XGBoost's C library, opened when the first tree model is fitted: a program that trains none does
 * not pay for loading it, and one without the library says so when it matters. */
#ifndef WK_ML_XGB_H
#define WK_ML_XGB_H

#include "ml/ml_int.h"

typedef struct wk_xgb_api {
    const char *(*last_error)(void);
    int (*set_global)(const char *config);
    int (*dmatrix_dense)(const char *data, const char *config, void **out);
    int (*dmatrix_free)(void *d);
    int (*dmatrix_floats)(void *d, const char *field, const float *v, uint64_t n);
    int (*dmatrix_texts)(void *d, const char *field, const char **v, const uint64_t n);
    int (*booster_new)(void *const *dmats, uint64_t n, void **out);
    int (*booster_free)(void *b);
    int (*booster_slice)(void *b, int begin, int end, int step, void **out);
    int (*booster_param)(void *b, const char *name, const char *value);
    int (*booster_texts)(void *b, const char *field, const char **v, const uint64_t n);
    int (*booster_attr)(void *b, const char *key, const char *value);
    int (*update)(void *b, int iteration, void *dtrain);
    int (*eval)(void *b, int iteration, void **dmats, const char **names, uint64_t n,
                const char **text);
    int (*predict)(void *b, void *d, const char *config, const uint64_t **shape, uint64_t *dim,
                   const float **out);
    int (*score)(void *b, const char *config, uint64_t *n, const char ***names, uint64_t *dim,
                 const uint64_t **shape, const float **scores);
    int (*load)(void *b, const void *buf, uint64_t n);
    int (*save)(void *b, const char *config, uint64_t *n, const char **text);
} wk_xgb_api;

/** WICK_E_UNSUPPORTED with the package name when the library is not there. */
wick_status wk_xgb(wick_ctx *ctx, const wk_xgb_api **out) WICK_NODISCARD;

#endif
