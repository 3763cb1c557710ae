/* SPDX-License-Identifier: MIT */
/** Room ml in Lua: handle types and argument readers shared by the files that bind it. */
#ifndef WICK_LUA_ML_H
#define WICK_LUA_ML_H

#include "lua/box.h"
#include "lua/table.h"

#include <stdatomic.h>

/** Doubles with a length, immutable and refcounted. */
typedef struct wk_vector {
    atomic_int refs;
    int64_t n;
    double v[];
} wk_vector;

extern const wk_box_type wk_vector_type, wk_matrix_type, wk_labels_type, wk_folds_type,
    wk_bundle_type, wk_scaler_type;

/** Pushes a new vector of n values that the caller fills at once. */
wk_vector *wk_push_vector(lua_State *L, wk_host *h, int64_t n);
void wk_push_numbers(lua_State *L, wk_host *h, int64_t n, const double *v);
/** Objects; the handle becomes their owner. */
void wk_push_matrix(lua_State *L, wk_host *h, wick_matrix *m);
void wk_push_labels(lua_State *L, wk_host *h, wick_labels *l);
void wk_push_bundle(lua_State *L, wk_host *h, wick_bundle *b);

/** Raises unless scripts of this kind may use `ml`: pipelines and tests, not strategies. */
void wk_ml_phase(lua_State *L, const wk_host *h, const char *what);

/** Field `key` of the table at t; pushed. True unless it is nil. */
bool wk_ml_field(lua_State *L, int t, const char *key);
/** Checks that the table has known fields only; `known` is NULL-ended. */
void wk_ml_known(lua_State *L, int t, const char *what, const char *const *known);
/** n values from the vector or list at i, as memory that lives while it stays on the stack. */
const double *wk_ml_doubles(lua_State *L, int i, const char *what, int64_t *n);
/** Row numbers (from 1) at i as row indices (from 0), as a userdata that is pushed. NULL when nil.
 */
const int32_t *wk_ml_rows(lua_State *L, int i, const char *what, int64_t *n);
void wk_ml_push_rows(lua_State *L, wk_host *h, const int32_t *rows, int64_t n);
/** Names and values of the table at i as arguments, sorted; pushes one userdata that keeps them. */
const wick_ml_arg *wk_ml_args(lua_State *L, int i, const char *what, int32_t *n);
const char *wk_ml_text(lua_State *L, int t, const char *key, const char *otherwise);

void wk_ml_push_class_scores(lua_State *L, const wick_class_scores *s);
void wk_ml_push_real_scores(lua_State *L, const wick_real_scores *s);

/** Model, imputer and scaler from the table at t; two values that keep them are pushed. */
void wk_ml_parts(lua_State *L, wk_host *h, int t, const char *what, wick_bundle_in *in);

void wk_ml_open(lua_State *L, wk_host *h);
void wk_study_open(lua_State *L, wk_host *h);    /**< study.c */
void wk_ml_data_open(lua_State *L, wk_host *h);  /**< ml_data.c */
void wk_ml_folds_open(lua_State *L, wk_host *h); /**< ml_folds.c */
/** Fields x and labels of the table at t. Raise. */
wick_matrix *wk_ml_matrix_of(lua_State *L, int t, const char *what);
wick_labels *wk_ml_labels_of(lua_State *L, int t, const char *what);
void wk_ml_fit_open(lua_State *L, wk_host *h);   /**< ml_fit.c */
void wk_ml_score_open(lua_State *L, wk_host *h); /**< ml_score.c */

#endif
