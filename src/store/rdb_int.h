/* SPDX-License-Identifier: MIT */
/** Private to the files rdb*.c: a study in a database. */
#ifndef WICK_STORE_RDB_INT_H
#define WICK_STORE_RDB_INT_H

#include <pthread.h>

#include "store/store_int.h"

/** More than any id: the schema's integers have 32 bits in PostgreSQL. */
#define WK_NO_LIMIT INT64_C(2147483647)

/** A row that waits to be written. Texts belong to the arena of the list. */
typedef struct wk_op {
    int32_t kind; /**< wick_event_kind */
    int32_t state;
    int64_t trial_id;
    const char *name, *text;
    double value;
    int64_t step, time;
    const double *values;
    int64_t n_values;
    const wk_con_value *con; /**< FINISH: constraints set before */
    int64_t n_con;
    bool refused; /**< FINISH: another process ended the trial */
} wk_op;

typedef struct wk_ops {
    wk_op *v;
    int64_t n, cap, done; /**< `done` of them are in the open transaction */
    wick_arena *arena;
    double since; /**< when the first one came */
} wk_ops;

typedef struct wk_rdb {
    wk_sql *sql;
    wick_storage_opts o;
    double patience;
    char *shown;
    int64_t study_id;
    int64_t *ids; /**< trial_id by number, of all trials in memory */
    int64_t n_ids, cap_ids;
    int64_t last_id; /**< highest trial_id looked at */
    int64_t *open;   /**< numbers of unfinished trials of others, and of waiting ones */
    int64_t n_open, cap_open;
    wk_owns own;
    int64_t *spare; /**< trial_ids made by reserve and not asked for yet, oldest first */
    int64_t n_spare, cap_spare, next_spare;
    int64_t spare_number; /**< number of spare[next_spare] */
    wk_ops ops;
    wk_dists dists;
    char request[37];
    int64_t requests;
    bool unread;  /**< there may be news although the database does not say so */
    bool refused; /**< a FINISH just written came too late */
    bool holding, in_txn, again;
    double txn_since;
    double stale_at; /**< when to look for stale trials again */
    /* The thread that writes what has waited for long, and the signs of life. `lock` guards sql,
     * ops, own and in_txn; everything else is the study's thread's alone. */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool has_lock, has_thread, stop;
} wk_rdb;

/* rdb.c */
/** Writes everything that waits as one transaction; the lock is held. */
wick_status wk_rdb_write(wick_ctx *ctx, wk_rdb *r, double patience);
wick_status wk_rdb_remember(wick_ctx *ctx, wk_rdb *r, int64_t trial_id); /**< next number's id */
wick_status wk_rdb_open_add(wick_ctx *ctx, wk_rdb *r, int64_t number);
/** Next number and state row of a new trial, its id through `fn`; the study's row is locked. */
wick_status wk_rdb_insert_trial(wick_ctx *ctx, wk_rdb *r, int32_t state, int64_t time, wk_row_fn fn,
                                void *user);
/* rdb_ops.c */
wick_status wk_ops_add(wick_ctx *ctx, wk_rdb *r, const wick_study_event *e, int64_t trial_id);
wick_status wk_ops_run(wick_ctx *ctx, wk_rdb *r, bool again); /**< those that are not done */
void wk_ops_clear(wk_ops *l);
wick_status wk_rdb_beat(wick_ctx *ctx, wk_rdb *r, int64_t trial_id);
/* rdb_pull.c */
/** Reads and applies what others did; trials with an id of `before` and more wait (WK_NO_LIMIT:
 * none). The lock is not held. */
wick_status wk_rdb_pull(wick_ctx *ctx, wk_rdb *r, wick_study *s, int64_t before);
/* rdb_life.c */
wick_status wk_rdb_stale(wick_ctx *ctx, wk_rdb *r, wick_study *s);
wick_status wk_rdb_start(wick_ctx *ctx, wk_rdb *r);
void wk_rdb_stop(wk_rdb *r);

#endif
