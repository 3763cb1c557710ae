/* SPDX-License-Identifier: MIT */
/** Private to the room store. */
#ifndef WICK_STORE_INT_H
#define WICK_STORE_INT_H

#include "store/sql.h"
#include "wick/store.h"

/* ---- Optuna's texts (text.c) -------------------------------------------------------------- */

/** Doubles as Python writes them: 1.0, 1e-05, NaN, Infinity. */
void wk_py_double(wick_buf *b, double v);
/** A JSON string in ASCII, as Python writes it. */
void wk_py_string(wick_buf *b, const char *s);
void wk_dist_json(wick_buf *b, const wick_dist *d);
/** Choices and their texts go to the arena. Reads the names of older releases too. */
wick_status wk_dist_read(wick_ctx *ctx, wick_arena *a, const char *name, const char *json,
                         wick_dist *out);
/** Value as the user writes it. */
void wk_external_json(wick_buf *b, const wick_dist *d, double value);

enum { WK_STAMP_TEXT = 40 };
/** `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, or the form with T and +00:00 that journals have; returns
 * `out`, or NULL for WICK_NO_TIME. */
const char *wk_stamp(char out[WK_STAMP_TEXT], int64_t ms, bool iso);
int64_t wk_stamp_read(const char *s); /**< WICK_NO_TIME when NULL or unreadable */

const char *wk_direction_name(int32_t direction);
int32_t wk_direction_read(const char *s); /**< 0: none of them */
int32_t wk_state_read(const char *s);     /**< -1: none of them */
/** A version 4 UUID from the system's entropy, for names of workers and requests. */
void wk_uuid(char out[37]);

/** Distributions by their text, so that each is parsed once. */
typedef struct wk_dists {
    wick_arena *arena;
    struct wk_dist_entry *entry;
    int64_t n, cap;
} wk_dists;
wick_status wk_dists_get(wick_ctx *ctx, wk_dists *t, const char *name, const char *json,
                         const wick_dist **out);
void wk_dists_free(wk_dists *t);

/* ---- constraints (constraints.c) ---------------------------------------------------------- */

#define WK_CONSTRAINTS      "constraints"
#define WK_CONSTRAINT_NAMES "wick:constraint_names"

/** Values of one trial by name, in order of first use. */
typedef struct wk_con_value {
    const char *name;
    double value;
} wk_con_value;
/** A trial this process runs, and the constraints it has set so far: they are stored with its
 * result. */
typedef struct wk_own {
    int64_t number, trial_id;
    wk_con_value *con;
    int64_t n_con, cap_con;
} wk_own;
typedef struct wk_owns {
    wk_own *v;
    int64_t n, cap;
} wk_owns;
wick_status wk_own_add(wick_ctx *ctx, wk_owns *l, int64_t number, int64_t trial_id);
wk_own *wk_own_find(const wk_owns *l, int64_t number);
void wk_own_drop(wk_owns *l, int64_t number);
void wk_own_free(wk_owns *l);
wick_status wk_own_constraint(wick_ctx *ctx, wk_owns *l, const wick_study_event *e);

/** The list of names with those of `c` added at its end, as JSON; *more tells whether any was.
 * `names` may be NULL. */
wick_status wk_con_names(wick_ctx *ctx, const char *names, const wk_con_value *c, int64_t n,
                         wick_buf *out, bool *more);
/** The trial's list: one number per name, 0 for what it has not set. */
wick_status wk_con_list(wick_ctx *ctx, const char *names, const wk_con_value *c, int64_t n,
                        wick_buf *out);
/** A system attribute that was read: applied, and with it the constraints it may hold. */
wick_status wk_apply_system(wick_ctx *ctx, wick_study *s, int64_t trial, const char *key,
                            const char *json);

/** The retry_history of a trial that failed again: the old one (NULL: none) with one more number.
 * *length is the new length. */
wick_status wk_history_add(wick_ctx *ctx, const char *old, int64_t number, wick_buf *out,
                           int64_t *length);

/* ---- backends ----------------------------------------------------------------------------- */

typedef struct wk_backend_opts {
    wick_storage_opts o;
    const char *path;  /**< file or URL */
    const char *shown; /**< for messages */
    int64_t study_id;
} wk_backend_opts;

/** Makes the backend of one study; `q` is its connection and is taken, also on failure. */
wick_status wk_rdb_backend(wick_ctx *ctx, wk_sql *q, const wk_backend_opts *o,
                           wick_study_backend *out);
/** The study's id and directions; *found false when it is not there. */
typedef struct wk_study_row {
    int64_t id;
    int32_t m;
    int32_t directions[16];
    bool found;
} wk_study_row;
wick_status wk_rdb_find(wick_ctx *ctx, wk_sql *q, double patience, const char *name,
                        wk_study_row *out);
/** *made false: the name was there already. */
wick_status wk_rdb_make(wick_ctx *ctx, wk_sql *q, double patience, const char *name, int32_t m,
                        const int32_t *directions, bool *made);
wick_status wk_rdb_delete(wick_ctx *ctx, wk_sql *q, double patience, int64_t id);

/** A list of studies that grows; texts follow the records when it is handed out. */
typedef struct wk_infos {
    wick_study_info *v;
    int64_t *id;
    int64_t n, cap;
    wick_buf text;
    int64_t *at; /**< offsets of the names */
} wk_infos;
wick_status wk_infos_add(wick_ctx *ctx, wk_infos *l, int64_t id, const char *name,
                         wick_study_info **out);
wick_status wk_infos_take(wick_ctx *ctx, wk_infos *l, wick_study_info **out, int64_t *n);
void wk_infos_free(wk_infos *l);
wick_status wk_rdb_list(wick_ctx *ctx, wk_sql *q, double patience, wk_infos *out);

#endif
