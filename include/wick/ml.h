/* SPDX-License-Identifier: MIT */
/**
 * Room ml: feature matrices, labels, sample weights, folds, scalers, models, calibration, model
 * metrics, importance, drift, and bundles (everything a prediction needs in one file).
 *
 * Three rules hold everywhere. A feature of a row knows nothing after the close of its bar; labels
 * alone look ahead, and carry the last bar they looked at. What is fitted is fitted on the rows it
 * is given and never again: applying is another call. Missing is WICK_NA and nothing is filled
 * silently. Matrices, labels, folds, scalers, models and bundles are immutable and refcounted:
 * share them between threads freely.
 */
#ifndef WICK_ML_H
#define WICK_ML_H

#include "wick/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- matrices ----------------------------------------------------------------------------- */

/** n rows of p named columns, column by column, rows ascending by (time, symbol). */
typedef struct wick_matrix wick_matrix;

typedef struct wick_matrix_in {
    uint32_t size;
    int64_t n;
    int32_t p;
    const char *const *names;      /**< p distinct names without control characters */
    const double *const *columns;  /**< p columns of n; copied */
    const int64_t *time;           /**< when a row is known (close of its bar), ascending; NULL: row
                                        number */
    const int64_t *stamp;          /**< open of the bar; NULL: as time */
    const int32_t *tick;           /**< place on a clock, ascending with time; NULL: rank of time */
    const int32_t *symbol;         /**< index into `symbols`; NULL: 0 */
    const int32_t *bar;            /**< bar number within the symbol; NULL: row number */
    const char *const *symbols;    /**< NULL: one symbol "" */
    int32_t n_symbols;
} wick_matrix_in;
/** Infinities, duplicate names and times that run back are errors that name column and row. */
WICK_API wick_status wick_matrix_new(wick_ctx *ctx, const wick_matrix_in *in,
                                     wick_matrix **out) WICK_NODISCARD;

typedef struct wick_stack_in {
    uint32_t size;
    int32_t p;
    const char *const *names;
    const double *const *columns; /**< [symbol * p + column], one value per bar of that symbol */
    const double *const *mask;    /**< per symbol: rows where it is 1 (and not NA); NULL: all rows.
                                       A symbol whose mask is NULL has all its rows */
    bool has_from, has_to;
    int64_t from, to;             /**< bar stamps, both inclusive */
    bool drop_warmup;             /**< leave out a symbol's rows before all columns have had a value */
} wick_stack_in;
/** The bars of a panel as rows: all symbols stacked by (close time, symbol). One model over it is a
 * global model, and the order in which symbols were loaded cannot matter. */
WICK_API wick_status wick_matrix_stack(wick_ctx *ctx, const wick_panel *panel,
                                       const wick_stack_in *in, wick_matrix **out) WICK_NODISCARD;
WICK_API wick_matrix *wick_matrix_ref(wick_matrix *m);
WICK_API void wick_matrix_unref(wick_matrix *m);
WICK_API int64_t wick_matrix_rows(const wick_matrix *m);
WICK_API int32_t wick_matrix_columns(const wick_matrix *m);
WICK_API const char *wick_matrix_name(const wick_matrix *m, int32_t column);
WICK_API int32_t wick_matrix_find(const wick_matrix *m, const char *name); /**< -1: none */
/** 64-byte aligned. */
WICK_API const double *wick_matrix_column(const wick_matrix *m, int32_t column);
WICK_API const int64_t *wick_matrix_time(const wick_matrix *m);
WICK_API const int64_t *wick_matrix_stamp(const wick_matrix *m);
WICK_API const int32_t *wick_matrix_tick(const wick_matrix *m);
WICK_API const int32_t *wick_matrix_symbol(const wick_matrix *m);
WICK_API const int32_t *wick_matrix_bar(const wick_matrix *m);
WICK_API int32_t wick_matrix_symbols(const wick_matrix *m);
WICK_API const char *wick_matrix_symbol_name(const wick_matrix *m, int32_t symbol);
WICK_API int64_t wick_matrix_na_rows(const wick_matrix *m); /**< rows with a missing feature */
/** The given rows, ascending. */
WICK_API wick_status wick_matrix_pick(wick_ctx *ctx, const wick_matrix *m, const int32_t *rows,
                                      int64_t n, wick_matrix **out) WICK_NODISCARD;
/** The given columns in that order; storage is shared. Unknown names are errors. */
WICK_API wick_status wick_matrix_select(wick_ctx *ctx, const wick_matrix *m,
                                        const char *const *names, int32_t n,
                                        wick_matrix **out) WICK_NODISCARD;
/** One more column (copied); the others are shared. */
WICK_API wick_status wick_matrix_with(wick_ctx *ctx, const wick_matrix *m, const char *name,
                                      const double *values, wick_matrix **out) WICK_NODISCARD;
enum { WICK_ONEHOT_SYMBOL = 1u, WICK_ONEHOT_MONTH = 2u, WICK_ONEHOT_WEEKDAY = 4u };
/** Columns of ones and zeros: symbol_NAME, month_1..12, weekday_1 (Sunday)..7, of the bar's stamp. */
WICK_API wick_status wick_matrix_onehot(wick_ctx *ctx, const wick_matrix *m, uint32_t what,
                                        wick_matrix **out) WICK_NODISCARD;
typedef enum wick_cross_kind {
    WICK_CROSS_RANK,   /**< (average rank - 1) / (count - 1), 0.5 for one alone */
    WICK_CROSS_ZSCORE, /**< population deviation; NA when it is 0 */
    WICK_CROSS_DEMEAN,
    WICK_CROSS_MEAN /**< the mean itself */
} wick_cross_kind;
/** A column against the other symbols that have a row at the same time; missing values take no part. */
WICK_API wick_status wick_matrix_cross(wick_ctx *ctx, const wick_matrix *m, int32_t column,
                                       wick_cross_kind kind, double *out) WICK_NODISCARD;
/** SHA-256 over names, features row by row, then y and w (each may be NULL); ml.md 15. */
WICK_API wick_status wick_matrix_digest(wick_ctx *ctx, const wick_matrix *m, const double *y,
                                        const double *w, char hex[65]) WICK_NODISCARD;

/** Builds a matrix from bars: what a strategy's feature function becomes. */
typedef wick_status (*wick_feature_fn)(void *user, wick_ctx *ctx, const wick_panel *panel,
                                       wick_matrix **out);
/** Runs `fn` on the whole panel and on its first bars up to `cuts` moments (0: 10; both ends of the
 * first days among them) and compares rows bit by bit. A feature that looks ahead is WICK_E_DATA
 * with column, symbol, time and both values. */
WICK_API wick_status wick_check_lookahead(wick_ctx *ctx, const wick_panel *panel, wick_feature_fn fn,
                                          void *user, int32_t cuts, uint64_t seed) WICK_NODISCARD;

/* ---- labels ------------------------------------------------------------------------------- */

typedef enum wick_label_kind {
    WICK_LABEL_RETURN,  /**< y = return over `horizon` bars */
    WICK_LABEL_SIGN,    /**< 1 above `band`, 0 below -`band`, between NA (three: 2) */
    WICK_LABEL_BARRIER, /**< triple barrier */
    WICK_LABEL_TRAILING /**< would a trailing stop have ended above the entry */
} wick_label_kind;
typedef enum wick_label_entry { WICK_ENTRY_NEXT_OPEN, WICK_ENTRY_CLOSE } wick_label_entry;
typedef enum wick_label_tie { WICK_TIE_STOP, WICK_TIE_PROFIT, WICK_TIE_NEAREST } wick_label_tie;
typedef enum wick_label_timeout {
    WICK_TIMEOUT_SIGN, /**< class by the sign of the return */
    WICK_TIMEOUT_ZERO, /**< class 0 */
    WICK_TIMEOUT_NA    /**< no label */
} wick_label_timeout;
typedef enum wick_barrier {
    WICK_BARRIER_NONE,
    WICK_BARRIER_STOP,
    WICK_BARRIER_PROFIT,
    WICK_BARRIER_TIMEOUT,
    WICK_BARRIER_TRADE /**< the strategy's own exit */
} wick_barrier;

typedef struct wick_label_opts {
    uint32_t size;
    int32_t kind;    /**< wick_label_kind */
    int32_t entry;   /**< wick_label_entry; trailing always enters at the close */
    int32_t horizon; /**< bars, >= 1 */
    bool log_return; /**< natural log of the ratio */
    double band;
    bool three;
    double up, down;   /**< barriers in units of `vol`; 0 turns one off */
    int8_t side;       /**< +1 or -1; 0 means +1 */
    int32_t tie, timeout;
    bool class3;       /**< y is +1, 0, -1 and not 1, 0 */
    double cost;       /**< fraction taken off the return of a barrier or trailing trade */
    double trail;      /**< trailing distance in `atr` */
    bool honest;       /**< trailing: 1 if the exit price less cost is above the entry */
    const double *vol;        /**< barrier: per matrix row, e.g. ATR / close */
    const double *initial;    /**< trailing: stop level at entry, per matrix row */
    const double *const *atr; /**< trailing: per panel symbol, per bar */
} wick_label_opts;

/** One label per matrix row, NA where there is none (yet). */
typedef struct wick_labels wick_labels;
/** Rules: ml.md 4. The matrix must come from this panel. A label whose window passes the end of the
 * data without an answer is NA, so more data never changes a label that is there. */
WICK_API wick_status wick_labels_make(wick_ctx *ctx, const wick_panel *panel, const wick_matrix *m,
                                      const wick_label_opts *opts,
                                      wick_labels **out) WICK_NODISCARD;
/** The outcome of the strategy's own trade: rows are matched to trades by symbol and signal stamp;
 * slices of one entry are added; y is 1 when the profit after fees is above 0. Entries whose last
 * slice was closed by the end of the data have no label. `pnl_net`: the ledger's pnl is net of fees
 * already. */
WICK_API wick_status wick_labels_from_trades(wick_ctx *ctx, const wick_panel *panel,
                                             const wick_matrix *m, const wick_ledger *l,
                                             bool pnl_net, wick_labels **out) WICK_NODISCARD;
/** Labels made elsewhere. `ret` may be NULL (NA); `t1` is the tick of the last bar used, NULL: the
 * row's own. */
WICK_API wick_status wick_labels_new(wick_ctx *ctx, const wick_matrix *m, const double *y,
                                     const double *ret, const int32_t *t1,
                                     wick_labels **out) WICK_NODISCARD;
WICK_API wick_labels *wick_labels_ref(wick_labels *l);
WICK_API void wick_labels_unref(wick_labels *l);
WICK_API int64_t wick_labels_count(const wick_labels *l);
WICK_API const double *wick_labels_y(const wick_labels *l);
WICK_API const double *wick_labels_ret(const wick_labels *l);
WICK_API const int8_t *wick_labels_barrier(const wick_labels *l);
WICK_API const int32_t *wick_labels_bar1(const wick_labels *l);  /**< own bar number, -1 none */
WICK_API const int32_t *wick_labels_tick1(const wick_labels *l); /**< clock, the row's tick if none */
WICK_API wick_status wick_labels_pick(wick_ctx *ctx, const wick_labels *l, const int32_t *rows,
                                      int64_t n, wick_labels **out) WICK_NODISCARD;

/* ---- sample weights (ml.md 5); all scaled to mean 1 over labelled rows, NA labels get 0 ------ */

typedef enum wick_weight_kind {
    WICK_WEIGHT_UNIQUENESS, /**< mean over the label's bars of 1 / labels of its symbol alive */
    WICK_WEIGHT_ABS_RETURN  /**< |sum over the label's bars of log return / labels alive| */
} wick_weight_kind;
/** `raw` (may be NULL) gets the unscaled values. */
WICK_API wick_status wick_weights_make(wick_ctx *ctx, const wick_panel *panel, const wick_matrix *m,
                                       const wick_labels *l, wick_weight_kind kind, double *raw,
                                       double *out) WICK_NODISCARD;
/** Linear in cumulative uniqueness: newest 1, oldest `last`; below 0 the oldest part is 0. */
WICK_API wick_status wick_weights_decay(wick_ctx *ctx, int64_t n, const double *uniqueness,
                                        double last, double *out) WICK_NODISCARD;
/** n / (classes * count of the class), by weighted counts when `w` is given. Not rescaled. */
WICK_API wick_status wick_weights_balance(wick_ctx *ctx, int64_t n, const double *y, const double *w,
                                          double *out) WICK_NODISCARD;
/** In place: mean 1 over rows with a weight above 0. */
WICK_API wick_status wick_weights_scale(wick_ctx *ctx, int64_t n, double *w) WICK_NODISCARD;

/* ---- folds -------------------------------------------------------------------------------- */

typedef enum wick_fold_kind {
    WICK_FOLDS_TIME_SERIES, /**< train before test, scikit-learn's TimeSeriesSplit on moments */
    WICK_FOLDS_PURGED,      /**< k blocks; overlapping labels purged, an embargo after the test */
    WICK_FOLDS_CPCV         /**< all choices of `test_groups` out of k groups */
} wick_fold_kind;
typedef struct wick_fold_opts {
    uint32_t size;
    int32_t kind;
    int32_t k;           /**< splits or groups; 0: 5 */
    int32_t test_groups; /**< CPCV; 0: 2 */
    int64_t embargo;     /**< in the unit of t0 and t1 */
    int64_t gap;         /**< time series: moments between train and test */
    int64_t test_size, max_train; /**< time series: moments; 0: default, unlimited */
} wick_fold_opts;
/** Rows by the moment they start (t0) and the last moment their label saw (t1, NULL: t0), in any
 * one unit (ticks: embargo in bars; times: a duration). t0 ascending. Rows with NA in `y` (may be
 * NULL) take no part. All rows of one moment land on one side. */
typedef struct wick_folds wick_folds;
WICK_API wick_status wick_folds_new(wick_ctx *ctx, int64_t n, const int64_t *t0, const int64_t *t1,
                                    const double *y, const wick_fold_opts *opts,
                                    wick_folds **out) WICK_NODISCARD;
/** The same from a matrix and its labels, by tick. */
WICK_API wick_status wick_folds_of(wick_ctx *ctx, const wick_matrix *m, const wick_labels *l,
                                   const wick_fold_opts *opts, wick_folds **out) WICK_NODISCARD;
WICK_API wick_folds *wick_folds_ref(wick_folds *f);
WICK_API void wick_folds_unref(wick_folds *f);
WICK_API int64_t wick_folds_count(const wick_folds *f);
WICK_API const int32_t *wick_folds_train(const wick_folds *f, int64_t i, int64_t *n);
WICK_API const int32_t *wick_folds_test(const wick_folds *f, int64_t i, int64_t *n);
WICK_API int64_t wick_folds_purged(const wick_folds *f, int64_t i);
WICK_API int64_t wick_folds_embargoed(const wick_folds *f, int64_t i);
/** CPCV: which split gives group `group` of backtest path `path`; -1 outside. */
WICK_API int64_t wick_folds_paths(const wick_folds *f);
WICK_API int64_t wick_folds_path(const wick_folds *f, int64_t path, int32_t group);

/** Training and test span of one walk-forward window, half open: [train_from, train_to). Empty spans
 * have from = to. */
typedef struct wick_window {
    int64_t train_from, train_to, test_from, test_to;
} wick_window;
typedef struct wick_walk_opts {
    uint32_t size;
    int64_t train, test, step, embargo; /**< calendar form, ms (or any unit of first and last) */
    bool anchored;
    int32_t windows;   /**< above 0: the form with a number of windows, over indices 0..n-1 */
    double train_size; /**< 0 (test only) .. 1 (train only) */
    int32_t lookahead; /**< lookahead - 1 indices between train and test; 0: 1 */
    bool expanding;    /**< train grows by each test; train_size is not used */
    bool allow_empty;  /**< with few moments a window may lack one of its parts, as PyBroker's does;
                            else that is an error */
} wick_walk_opts;
/** Calendar form: windows within [first, last), last being the end of the last day. Up to `cap` are written; *n is how many there are. */
WICK_API wick_status wick_walk_calendar(wick_ctx *ctx, int64_t first, int64_t last,
                                        const wick_walk_opts *opts, int64_t cap, wick_window *out,
                                        int64_t *n) WICK_NODISCARD;
/** Windows over `n_moments` indices as PyBroker divides them; ml.md 12. */
WICK_API wick_status wick_walk_indices(wick_ctx *ctx, int64_t n_moments, const wick_walk_opts *opts,
                                       int64_t cap, wick_window *out, int64_t *n) WICK_NODISCARD;
/** Windows as folds: rows whose t0 lies in a span, training rows whose t1 reaches the test purged. */
WICK_API wick_status wick_folds_windows(wick_ctx *ctx, int64_t n, const int64_t *t0,
                                        const int64_t *t1, const double *y,
                                        const wick_window *windows, int64_t n_windows,
                                        wick_folds **out) WICK_NODISCARD;

/* ---- parameters --------------------------------------------------------------------------- */

enum { WICK_ML_MAX_PARAM = 32 };
typedef enum wick_ml_param_kind {
    WICK_ML_NUMBER,
    WICK_ML_INT,
    WICK_ML_CHOICE, /**< one of `choice`, by name or number */
    WICK_ML_TEXT    /**< any text, "" by default */
} wick_ml_param_kind;
typedef struct wick_ml_param {
    const char *name; /**< NULL ends the list */
    int8_t kind;
    double def, lo, hi;
    const char *const *choice;
    const char *doc; /**< one line where the name does not say enough */
} wick_ml_param;
/** One argument of a call: a number, or a text when it is not NULL. */
typedef struct wick_ml_arg {
    const char *name;
    double number;
    const char *text;
} wick_ml_arg;
/** Values of a parameter list, checked. */
typedef struct wick_ml_params {
    double v[WICK_ML_MAX_PARAM];
    const char *text[WICK_ML_MAX_PARAM]; /**< "" unless a text parameter has one */
} wick_ml_params;

/* ---- imputers and scalers ----------------------------------------------------------------- */

/** Fills missing values. Kinds: "none", "zero", "mean", "median" (of the rows it was fitted on), and
 * "drop": rows with a missing feature leave the training and predict NA. */
typedef struct wick_imputer wick_imputer;
WICK_API wick_status wick_imputer_fit(wick_ctx *ctx, const char *kind, const wick_matrix *m,
                                      const int32_t *rows, int64_t n_rows,
                                      wick_imputer **out) WICK_NODISCARD;
WICK_API wick_status wick_imputer_apply(wick_ctx *ctx, const wick_imputer *im, const wick_matrix *m,
                                        wick_matrix **out) WICK_NODISCARD;
WICK_API const char *wick_imputer_kind(const wick_imputer *im);
WICK_API double wick_imputer_value(const wick_imputer *im, int32_t column); /**< NA: not filled */
WICK_API wick_imputer *wick_imputer_ref(wick_imputer *im);
WICK_API void wick_imputer_unref(wick_imputer *im);

typedef struct wick_scaler_spec {
    const char *name, *title, *formula, *source;
    wick_ml_param param[8];
    /** Numbers kept per column when fitted on n rows. */
    int64_t (*size)(const wick_ml_params *p, int64_t n);
    /** From the `k` present values in ascending order (k >= 1) and in row order `x`; `n` rows in
     * all. Without present values the column passes unchanged. */
    void (*fit)(const wick_ml_params *p, int64_t n, int64_t k, const double *sorted,
                const double *x, double *state);
    void (*apply)(const wick_ml_params *p, const double *state, int64_t size, int64_t n,
                  const double *x, double *out);
    /** NULL: there is no way back. */
    void (*inverse)(const wick_ml_params *p, const double *state, int64_t size, int64_t n,
                    const double *x, double *out);
} wick_scaler_spec;
WICK_API int64_t wick_scaler_count(void);
WICK_API const wick_scaler_spec *wick_scaler_at(int64_t i); /**< sorted by name */
WICK_API const wick_scaler_spec *wick_scaler_find(const char *name);

typedef struct wick_scaler wick_scaler;
/** Fits on the given rows only (NULL: all). Unknown names and parameters are errors with the nearest
 * one. */
WICK_API wick_status wick_scaler_fit(wick_ctx *ctx, const char *name, const wick_ml_arg *args,
                                     int32_t n_args, const wick_matrix *m, const int32_t *rows,
                                     int64_t n_rows, wick_scaler **out) WICK_NODISCARD;
/** Column names must be those of the fit. */
WICK_API wick_status wick_scaler_apply(wick_ctx *ctx, const wick_scaler *s, const wick_matrix *m,
                                       wick_matrix **out) WICK_NODISCARD;
WICK_API wick_status wick_scaler_inverse(wick_ctx *ctx, const wick_scaler *s, const wick_matrix *m,
                                         wick_matrix **out) WICK_NODISCARD;
WICK_API const wick_scaler_spec *wick_scaler_spec_of(const wick_scaler *s);
/** Numbers of one column, e.g. mean, variance, scale. */
WICK_API const double *wick_scaler_state(const wick_scaler *s, int32_t column, int64_t *n);
WICK_API wick_scaler *wick_scaler_ref(wick_scaler *s);
WICK_API void wick_scaler_unref(wick_scaler *s);

/* ---- models ------------------------------------------------------------------------------- */

typedef struct wick_fit_in {
    uint32_t size;
    const wick_matrix *x;
    const double *y;          /**< per matrix row; rows with NA are left out and counted */
    const double *w;          /**< per matrix row, >= 0; NULL: 1 */
    const wick_labels *labels; /**< for purging inside a fit (validation, stacking); NULL: none */
    const int32_t *rows;      /**< training rows; NULL: all */
    int64_t n_rows;
    const int32_t *valid;     /**< rows for early stopping; NULL: the end of the training rows */
    int64_t n_valid;
    uint64_t seed;
} wick_fit_in;

enum {
    WICK_MODEL_NA = 1u,         /**< takes missing features */
    WICK_MODEL_CLASSES = 2u,    /**< y is 0, 1 (or 0..k-1 with WICK_MODEL_MANY), predicts chances */
    WICK_MODEL_MANY = 4u,       /**< more than two classes */
    WICK_MODEL_REGRESSION = 8u, /**< y is a real number */
    WICK_MODEL_NO_FIT = 16u     /**< reads neither features nor labels */
};

typedef struct wick_model wick_model;
typedef struct wick_model_spec {
    const char *name, *title, *formula, *source;
    uint32_t flags;
    wick_ml_param param[WICK_ML_MAX_PARAM + 1];
    /** Rows are labelled, weights at hand, values checked. `state` belongs to the model. */
    wick_status (*fit)(wick_ctx *ctx, wick_model *model, const wick_fit_in *in);
    /** n x outputs, row by row; `rows` NULL: the first n. Must be safe from several threads. */
    wick_status (*predict)(wick_ctx *ctx, const wick_model *model, const wick_matrix *x,
                           const int32_t *rows, int64_t n, bool margin, double *out);
    void (*save)(const wick_model *model, wick_json_writer *w);
    wick_status (*load)(wick_ctx *ctx, wick_model *model, const wick_json *j);
    void (*free)(void *state);
    /** NULL: not available. p values (gain); n x (p + 1) with the bias last (contributions). */
    wick_status (*gain)(wick_ctx *ctx, const wick_model *model, double *out);
    wick_status (*explain)(wick_ctx *ctx, const wick_model *model, const wick_matrix *x,
                           const int32_t *rows, int64_t n, double *out);
} wick_model_spec;
WICK_API int64_t wick_model_count(void);
WICK_API const wick_model_spec *wick_model_at(int64_t i); /**< sorted by name */
WICK_API const wick_model_spec *wick_model_find(const char *name);

/** Checks names and ranges without fitting: WICK_E_ARG with the nearest name, or the range. */
WICK_API wick_status wick_model_check(wick_ctx *ctx, const char *name, const wick_ml_arg *args,
                                      int32_t n_args) WICK_NODISCARD;
WICK_API wick_status wick_model_fit(wick_ctx *ctx, const char *name, const wick_ml_arg *args,
                                    int32_t n_args, const wick_fit_in *in,
                                    wick_model **out) WICK_NODISCARD;
WICK_API wick_model *wick_model_ref(wick_model *m);
WICK_API void wick_model_unref(wick_model *m);
WICK_API const wick_model_spec *wick_model_spec_of(const wick_model *m);
WICK_API int32_t wick_model_outputs(const wick_model *m); /**< 1, or the number of classes */
/** Writes n x outputs values, row by row. Features must be those of the fit, in order. Rows with a
 * missing feature predict NA unless the model takes them. */
WICK_API wick_status wick_model_predict(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                                        const int32_t *rows, int64_t n, double *out) WICK_NODISCARD;
/** Before the link (log odds); WICK_E_UNSUPPORTED where there is none. */
WICK_API wick_status wick_model_margin(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                                       const int32_t *rows, int64_t n, double *out) WICK_NODISCARD;
/** Facts of the fit: "rows", "dropped", "positives", "best_iteration", "rounds_built",
 * "best_score", "intercept", "coef" by column ... NA when there is none. */
WICK_API double wick_model_fact(const wick_model *m, const char *name, int32_t column);

/* ---- calibration -------------------------------------------------------------------------- */

typedef struct wick_calibration wick_calibration;
/** Kinds "none", "platt", "isotonic". Fit on out-of-fold scores. Isotonic with fewer than
 * `min_rows` (0: 1000) rows becomes platt, with a note in the log. */
WICK_API wick_status wick_calibration_fit(wick_ctx *ctx, const char *kind, int64_t n,
                                          const double *score, const double *y, const double *w,
                                          int64_t min_rows, wick_calibration **out) WICK_NODISCARD;
WICK_API void wick_calibration_apply(const wick_calibration *c, int64_t n, const double *score,
                                     double *out);
WICK_API const char *wick_calibration_kind(const wick_calibration *c);
/** Platt: a, b. Isotonic: thresholds x0, y0, x1, y1 ... */
WICK_API const double *wick_calibration_state(const wick_calibration *c, int64_t *n);
WICK_API wick_calibration *wick_calibration_ref(wick_calibration *c);
WICK_API void wick_calibration_unref(wick_calibration *c);

/* ---- model metrics ------------------------------------------------------------------------ */

/** Of probabilities against 0/1; rows with NA in either are left out. One class alone gives NA for
 * auc, average_precision and mcc. */
typedef struct wick_class_scores {
    int64_t n, positives;
    double auc, average_precision, log_loss, brier, ece;
    double base_log_loss; /**< of the constant base rate of these rows */
    double accuracy, balanced_accuracy, precision, recall, f1, mcc;
    double tn, fp, fn, tp; /**< weighted, positive when p >= threshold */
} wick_class_scores;
WICK_API wick_status wick_score_classes(wick_ctx *ctx, int64_t n, const double *y, const double *p,
                                        const double *w, double threshold,
                                        wick_class_scores *out) WICK_NODISCARD;
typedef struct wick_real_scores {
    int64_t n;
    double rmse, mae, r2, explained_variance;
} wick_real_scores;
WICK_API wick_status wick_score_reals(wick_ctx *ctx, int64_t n, const double *y, const double *p,
                                      const double *w, wick_real_scores *out) WICK_NODISCARD;
/** Correlation of scores with what followed, per moment across symbols (at least 3), then over
 * moments. */
typedef struct wick_rank_scores {
    int64_t moments;
    double ic, ic_sd, ic_ir, ic_t;     /**< Pearson */
    double rank_ic, rank_ic_sd, rank_ic_ir, rank_ic_t; /**< Spearman, average ranks */
    double spread;                     /**< mean outcome of the best fifth minus the worst */
} wick_rank_scores;
WICK_API wick_status wick_score_ranks(wick_ctx *ctx, int64_t n, const int64_t *time, const double *p,
                                      const double *ret, wick_rank_scores *out) WICK_NODISCARD;
/** What a threshold would do to proposals: accepted when p > threshold (strict). */
typedef struct wick_filter_scores {
    int64_t n, accepted;
    double acceptance, mean_accepted, mean_rejected, win_accepted, win_rejected;
    double decile[10]; /**< mean outcome by tenth of the score, lowest first; NA below ten rows */
} wick_filter_scores;
WICK_API wick_status wick_score_filter(wick_ctx *ctx, int64_t n, const double *p, const double *ret,
                                       double threshold, wick_filter_scores *out) WICK_NODISCARD;
typedef struct wick_reliability {
    double lo, hi, mean_p, mean_y, weight;
} wick_reliability;
/** `bins` rows: equal width over 0..1, or equal counts. */
WICK_API wick_status wick_score_reliability(wick_ctx *ctx, int64_t n, const double *y,
                                            const double *p, const double *w, int32_t bins,
                                            bool equal_count, wick_reliability *out) WICK_NODISCARD;
/** Pearson, or Spearman with average ranks, over rows where both are present. NA below 2 rows or
 * when one side is constant. */
WICK_API wick_status wick_correlate(wick_ctx *ctx, int64_t n, const double *a, const double *b,
                                    bool ranks, double *out) WICK_NODISCARD;

/* ---- importance, drift -------------------------------------------------------------------- */

WICK_API wick_status wick_model_gain(wick_ctx *ctx, const wick_model *m, double *out) WICK_NODISCARD;
/** Contributions of each feature to the margin, the bias last; a row sums to the margin. */
WICK_API wick_status wick_model_explain(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                                        const int32_t *rows, int64_t n, double *out) WICK_NODISCARD;
/** Groups columns whose |Spearman| reaches `limit` (single linkage); numbers in column order. */
WICK_API wick_status wick_feature_clusters(wick_ctx *ctx, const wick_matrix *m, const int32_t *rows,
                                           int64_t n_rows, double limit,
                                           int32_t *cluster) WICK_NODISCARD;
typedef enum wick_drop_metric { WICK_DROP_LOG_LOSS, WICK_DROP_AUC, WICK_DROP_RMSE } wick_drop_metric;
typedef struct wick_permute_in {
    uint32_t size;
    const wick_matrix *x;
    const double *y, *w; /**< per matrix row */
    const int32_t *rows; /**< NULL: all */
    int64_t n_rows;
    const int32_t *cluster; /**< columns of one number are shuffled together; NULL: one by one */
    int32_t repeats;        /**< 0: 5 */
    int32_t metric;         /**< wick_drop_metric */
    uint64_t seed;
} wick_permute_in;
/** How much worse the metric becomes when a column (or its cluster) is shuffled: mean and sample
 * deviation over repeats, per column. */
WICK_API wick_status wick_model_permute(wick_ctx *ctx, const wick_model *m,
                                        const wick_permute_in *in, double *mean,
                                        double *sd) WICK_NODISCARD;

/** One column, training rows against others. */
typedef struct wick_drift {
    double psi;     /**< population stability index over training deciles */
    double ks;      /**< largest distance of the two distribution functions */
    double seen;    /**< share of the test range the training range covers, 0..1 */
    double outside; /**< share of test rows beyond the training range */
    double na_train, na_test; /**< share missing */
    bool constant;  /**< one value in training */
    bool level;     /**< seen < 0.5: grows with the price, say; compare it with something instead */
} wick_drift;
WICK_API wick_status wick_feature_drift(wick_ctx *ctx, const wick_matrix *m, const int32_t *train,
                                        int64_t n_train, const int32_t *test, int64_t n_test,
                                        wick_drift *out) WICK_NODISCARD;

/* ---- bundles ------------------------------------------------------------------------------ */

/** Imputer, scaler, model, calibration and threshold: all a prediction needs. */
typedef struct wick_bundle wick_bundle;
typedef struct wick_bundle_in {
    uint32_t size;
    const char *model;
    const wick_ml_arg *args;
    int32_t n_args;
    const char *imputer; /**< NULL: "none" */
    const char *scaler;  /**< NULL: "none" */
    const wick_ml_arg *scaler_args;
    int32_t n_scaler_args;
    const char *calibration; /**< NULL: "none" */
    double threshold;        /**< accept above; 0: 0.5 */
    int32_t folds;           /**< purged folds for out-of-fold scores; 0: 5 when calibrating, else
                                  none */
    int64_t embargo;         /**< bars */
    const char *info;        /**< JSON object of provenance, kept as it is; NULL: none */
} wick_bundle_in;
/** Fits imputer and scaler on the training rows, the model on what they give, and the calibration on
 * out-of-fold scores of purged folds in which imputer and scaler are fitted afresh. */
WICK_API wick_status wick_bundle_fit(wick_ctx *ctx, const wick_bundle_in *in, const wick_fit_in *fit,
                                     wick_bundle **out) WICK_NODISCARD;
/** Calibrated scores, one per row (of class 1; of all classes with more than two). */
WICK_API wick_status wick_bundle_predict(wick_ctx *ctx, const wick_bundle *b, const wick_matrix *x,
                                         const int32_t *rows, int64_t n,
                                         double *out) WICK_NODISCARD;
WICK_API wick_bundle *wick_bundle_ref(wick_bundle *b);
WICK_API void wick_bundle_unref(wick_bundle *b);
WICK_API const wick_model *wick_bundle_model(const wick_bundle *b);
WICK_API const wick_imputer *wick_bundle_imputer(const wick_bundle *b);
WICK_API const wick_scaler *wick_bundle_scaler(const wick_bundle *b);
WICK_API const wick_calibration *wick_bundle_calibration(const wick_bundle *b);
WICK_API double wick_bundle_threshold(const wick_bundle *b);
WICK_API int32_t wick_bundle_features(const wick_bundle *b);
WICK_API const char *wick_bundle_feature(const wick_bundle *b, int32_t i);
WICK_API const char *wick_bundle_info(const wick_bundle *b); /**< JSON text, "{}" without */
/** Out-of-fold metrics of the training rows; n is 0 when no folds were made. */
WICK_API const wick_class_scores *wick_bundle_scores(const wick_bundle *b);
/** SHA-256 of the file's content, the same for the same fit. */
WICK_API wick_status wick_bundle_digest(wick_ctx *ctx, const wick_bundle *b,
                                        char hex[65]) WICK_NODISCARD;
/** One JSON file. With an XGBoost model it is at the same time a model file of XGBoost (name it
 * .json): Python's `Booster(model_file=...)` reads it. */
WICK_API wick_status wick_bundle_save(wick_ctx *ctx, const wick_bundle *b,
                                      const char *path) WICK_NODISCARD;
/** Refuses a file with a changed byte, another format version, or predictions that differ from the
 * ones it was saved with. */
WICK_API wick_status wick_bundle_load(wick_ctx *ctx, const char *path,
                                      wick_bundle **out) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
