/* SPDX-License-Identifier: MIT */
/** Room ml, private. */
#ifndef WK_ML_INT_H
#define WK_ML_INT_H

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "wick/ml.h"

/* ---- memory ------------------------------------------------------------------------------- */

/** malloc of n items that never asks for 0 bytes and never wraps. */
static inline void *wk_items(int64_t n, size_t item)
{
    if (n < 0 || (uint64_t)n > (uint64_t)INT64_MAX / item) return NULL;
    return malloc((size_t)n * item + 1);
}

static inline void *wk_zero_items(int64_t n, size_t item)
{
    return n < 0 ? NULL : calloc((size_t)n + 1, item);
}

/** A list of texts in one block: free with free(). */
char **wk_names_copy(const char *const *names, int64_t n);

/* ---- matrices ----------------------------------------------------------------------------- */

/** The row index, shared by matrices that differ in columns only. */
typedef struct wk_index {
    atomic_int refs;
    int64_t n;
    int64_t *time, *stamp;
    int32_t *tick, *symbol, *bar;
    char **symbols;
    int32_t n_symbols;
} wk_index;

typedef struct wk_column {
    atomic_int refs;
    double *v;
} wk_column;

struct wick_matrix {
    atomic_int refs;
    wk_index *index;
    int32_t p;
    wk_column **columns;
    char **names;
};

/** An index with all arrays allocated and nothing in them. */
wk_index *wk_index_new(int64_t n, const char *const *symbols, int32_t n_symbols);
void wk_index_unref(wk_index *x);
/** A matrix over an index (taken, also on failure) with fresh columns to be filled in. */
wick_matrix *wk_matrix_over(wk_index *index, const char *const *names, int32_t p);
/** Another matrix of the same rows and names with fresh columns. */
wick_matrix *wk_matrix_like(const wick_matrix *m);
/** Errors on names that repeat, are empty or hold control characters. */
wick_status wk_names_check(wick_ctx *ctx, const char *const *names, int64_t n) WICK_NODISCARD;
/** Error unless the columns of `m` are exactly these names in this order; `what` is "the model". */
wick_status wk_names_match(wick_ctx *ctx, const char *what, const wick_matrix *m,
                           char *const *names, int32_t n) WICK_NODISCARD;
/** Error unless rows are ascending and inside 0..n-1. NULL rows mean the first n_rows. */
wick_status wk_rows_check(wick_ctx *ctx, const wick_matrix *m, const int32_t *rows,
                          int64_t n_rows) WICK_NODISCARD;

/* ---- labels, folds ------------------------------------------------------------------------ */

struct wick_labels {
    atomic_int refs;
    int64_t n;
    double *y, *ret;
    int8_t *barrier;
    int32_t *bar1, *tick1;
};
wick_labels *wk_labels_alloc(int64_t n);
/** Panel symbol of every matrix symbol; free with free(). Checks that bars are where rows say. */
wick_status wk_panel_map(wick_ctx *ctx, const wick_panel *panel, const wick_matrix *m,
                         int64_t **out) WICK_NODISCARD;

/* ---- parameters --------------------------------------------------------------------------- */

/** Reads arguments into values. `what` is "scaler robust". Texts are borrowed from `args`. */
wick_status wk_params_read(wick_ctx *ctx, const char *what, const wick_ml_param *list,
                           const wick_ml_arg *args, int32_t n_args,
                           wick_ml_params *out) WICK_NODISCARD;
/** Writes every parameter as an object, and reads one back (into args borrowed from `j`). */
void wk_params_write(wick_json_writer *w, const wick_ml_param *list, const wick_ml_params *p);
wick_status wk_params_from_json(wick_ctx *ctx, const char *what, const wick_ml_param *list,
                                const wick_json *j, wick_ml_params *out) WICK_NODISCARD;

/* ---- JSON helpers ------------------------------------------------------------------------- */

void wk_json_write_doubles(wick_json_writer *w, const char *key, const double *v, int64_t n);
/** An array of exactly n numbers (null is NA); n < 0: any, *got tells. Free with free(). */
wick_status wk_json_read_doubles(wick_ctx *ctx, const wick_json *j, const char *key, int64_t n,
                                 double **out, int64_t *got) WICK_NODISCARD;
wick_status wk_json_read_int(wick_ctx *ctx, const wick_json *j, const char *key, int64_t lo,
                             int64_t hi, int64_t *out) WICK_NODISCARD;

/* ---- scalers, imputers, calibration: what a bundle writes ---------------------------------- */

void wk_imputer_save(const wick_imputer *im, wick_json_writer *w);
wick_status wk_imputer_load(wick_ctx *ctx, const wick_json *j, const char *const *names, int32_t p,
                            wick_imputer **out) WICK_NODISCARD;
/** The scaler none, which needs no rows. */
wick_status wk_scaler_none(wick_ctx *ctx, const wick_matrix *m, wick_scaler **out) WICK_NODISCARD;
void wk_scaler_save(const wick_scaler *s, wick_json_writer *w);
wick_status wk_scaler_load(wick_ctx *ctx, const wick_json *j, const char *const *names, int32_t p,
                           wick_scaler **out) WICK_NODISCARD;
void wk_calibration_save(const wick_calibration *c, wick_json_writer *w);
wick_status wk_calibration_load(wick_ctx *ctx, const wick_json *j,
                                wick_calibration **out) WICK_NODISCARD;
extern const wick_scaler_spec *const wk_scaler_table[];
extern const int64_t wk_scaler_table_n;

/* ---- models ------------------------------------------------------------------------------- */

struct wick_model {
    atomic_int refs;
    const wick_model_spec *spec;
    wick_ml_params p;
    char *texts[WICK_ML_MAX_PARAM]; /**< owned copies of text parameters */
    char **names;                   /**< features */
    int32_t n_features, outputs;
    uint64_t seed;
    int64_t rows, dropped, positives;
    double best_iteration, best_score, rounds_built;
    void *state;
};
extern const wick_model_spec *const wk_model_table[];
extern const int64_t wk_model_table_n;

static inline int64_t wk_row(const int32_t *rows, int64_t i)
{
    return rows != NULL ? rows[i] : i;
}

/** Value of a parameter by its place in the list. */
static inline double wk_p(const wick_model *m, int i)
{
    return m->p.v[i];
}

/** Model by name with checked parameters, not yet fitted (children of an ensemble). */
wick_status wk_model_fit_params(wick_ctx *ctx, const wick_model_spec *spec, const wick_ml_params *p,
                                const wick_fit_in *in, wick_model **out) WICK_NODISCARD;
/** Labels are 0, 1 (.. k-1 when `many`), enough of each; sets outputs and positives. */
wick_status wk_check_classes(wick_ctx *ctx, wick_model *m, const wick_fit_in *in,
                             bool many) WICK_NODISCARD;
void wk_model_save(const wick_model *m, wick_json_writer *w);
wick_status wk_model_load(wick_ctx *ctx, const wick_json *j, char *const *names, int32_t p,
                          wick_model **out) WICK_NODISCARD;
/** Copies the training rows row by row (n x p) as doubles, the form linear models and nets want. */
double *wk_dense(const wick_fit_in *in);
/** log(1 + exp(x)) and 1 / (1 + exp(-x)) without overflow. */
double wk_log1p_exp(double x);
double wk_sigmoid(double x);

/** XGBoost's own model text of a model made by it, else NULL; for bundles. */
const char *wk_xgboost_text(const wick_model *m, int64_t *n);
/** While a bundle loads: the raw text of the file beside the wick part. */
wick_status wk_xgboost_set_text(wick_ctx *ctx, wick_model *m, const char *text,
                                int64_t n) WICK_NODISCARD;

/** Trees read from XGBoost's JSON: predictions need no library, no lock and no copy. */
typedef struct wk_forest wk_forest;
wick_status wk_forest_parse(wick_ctx *ctx, const char *text, int64_t n,
                            wk_forest **out) WICK_NODISCARD;
void wk_forest_free(wk_forest *f);
int32_t wk_forest_groups(const wk_forest *f);
int32_t wk_forest_features(const wk_forest *f);
/** n x groups margins, or values after the objective's link. */
wick_status wk_forest_predict(wick_ctx *ctx, const wk_forest *f, const wick_matrix *x,
                              const int32_t *rows, int64_t n, bool margin,
                              double *out) WICK_NODISCARD;

/** Splits the end of the training rows off for validation: rows starting within the last `share`
 * of the moments; training rows whose label reaches into them are left out. Free both. */
wick_status wk_split_tail(wick_ctx *ctx, const wick_fit_in *in, double share, int32_t **fit,
                          int64_t *n_fit, int32_t **valid, int64_t *n_valid) WICK_NODISCARD;

/* ---- numerics ----------------------------------------------------------------------------- */

/** Solves A x = b for a symmetric positive definite n x n A (destroyed); false when it is not. */
bool wk_cholesky_solve(double *a, double *b, int64_t n);
/** Least-norm solution of a symmetric positive semidefinite system by Jacobi rotations; directions
 * below 1e-12 of the largest are left out. `v` is scratch of n x n. */
void wk_symmetric_solve(double *a, double *b, int64_t n, double *v);
/** Ascending sort of doubles without NA; `tmp` is scratch of the same length. */
void wk_sort(double *v, double *tmp, int64_t n);
/** Order that sorts v ascending, ties in index order; `order` gets 0..n-1. False: no memory. */
bool wk_order(const double *v, int64_t n, int64_t *order);
/** Average ranks 1..n. False: no memory. */
bool wk_ranks(const double *v, int64_t n, double *out);
/** Linear-interpolated quantile of ascending values at 0 <= q <= 1 (position (n - 1) q). */
double wk_quantile(const double *sorted, int64_t n, double q);

#endif
