/* SPDX-License-Identifier: MIT */
/** Private to the files journal*.c. */
#ifndef WICK_STORE_JOURNAL_INT_H
#define WICK_STORE_JOURNAL_INT_H

#include <pthread.h>

#include "store/journal.h"

/** Codes of Optuna's operations. */
typedef enum wk_journal_op {
    WK_J_STUDY = 0,
    WK_J_DELETE = 1,
    WK_J_STUDY_USER = 2,
    WK_J_STUDY_SYSTEM = 3,
    WK_J_TRIAL = 4,
    WK_J_PARAM = 5,
    WK_J_STATE = 6,
    WK_J_REPORT = 7,
    WK_J_USER = 8,
    WK_J_SYSTEM = 9
} wk_journal_op;

/** A part of a line: a JSON value as it was written. */
typedef struct wk_span {
    const char *s;
    int64_t n;
} wk_span;
/** Member of an object; s NULL when it is not there, or when the object is broken. */
wk_span wk_span_get(wk_span object, const char *key);
/** Steps through members or (key may be NULL) elements; start with *at = 0. */
bool wk_span_next(wk_span whole, int64_t *at, wk_span *key, wk_span *value);
double wk_span_number(wk_span v); /**< Python's words too; WICK_NA for null and what is none */
bool wk_span_null(wk_span v);     /**< null, or not there */
/** Text of a JSON string; to be freed. */
wick_status wk_span_string(wick_ctx *ctx, wk_span v, char **out);
/** Any value as it stands; to be freed, NULL without memory. */
char *wk_span_text(wk_span v);

typedef struct wk_jstudy {
    char *name;
    int32_t m, directions[16];
    bool alive;
    int64_t trials, n_state[5], started, completed;
} wk_jstudy;

typedef struct wk_jtrial {
    int64_t study, number;
    int32_t state;
} wk_jtrial;

/** The state a log amounts to. */
typedef struct wk_journal {
    char *path;
    int64_t offset, line; /**< read up to here */
    wk_jstudy *study;
    int64_t n_studies, cap_studies;
    wk_jtrial *trial; /**< by their ids */
    int64_t n_trials, cap_trials;
    /** What a line does to the study `target` goes to `into` (NULL: nowhere), except lines of the
     * worker `mine`, which its own memory has already; `echo`: those too. */
    wick_study *into;
    int64_t target;
    const char *mine;
    bool echo;
    int64_t last_mine; /**< id of the last trial made by `mine` */
    wk_dists dists;
} wk_journal;

wick_status wk_journal_open(wick_ctx *ctx, wk_journal *j, const char *path);
void wk_journal_close(wk_journal *j);
/** Reads what was appended since the last call. */
wick_status wk_journal_read(wick_ctx *ctx, wk_journal *j);
int64_t wk_journal_study(const wk_journal *j, const char *name); /**< -1: none of that name */
bool wk_journal_over(int32_t state);

/* journal_file.c */
wick_status wk_journal_lock(wick_ctx *ctx, const char *path, double patience);
void wk_journal_unlock(const char *path);
/** Appends whole lines and syncs; the lock is held. */
wick_status wk_journal_append(wick_ctx *ctx, const char *path, const wick_buf *lines);
/** Bytes from `offset` to the last end of a line; *text is to be freed. */
wick_status wk_journal_tail(wick_ctx *ctx, const char *path, int64_t offset, char **text,
                            int64_t *n);

/* Lines: the beginning {"op_code":..,"worker_id":".." and the parts after it. */
void wk_jline_begin(wick_buf *b, int32_t op, const char *worker);
void wk_jline_int(wick_buf *b, const char *key, int64_t v);
void wk_jline_double(wick_buf *b, const char *key, double v);
void wk_jline_text(wick_buf *b, const char *key, const char *s); /**< NULL: null */
/** JSON as it stands, in one line. */
void wk_jline_json(wick_buf *b, const char *key, const char *json);
void wk_jline_end(wick_buf *b);
void wk_json_flat(wick_buf *b, const char *json);

/* ---- the backend of one study --------------------------------------------------------------- */

#define WK_JHEARTBEAT "wick:heartbeat"

typedef struct wk_jbackend {
    wk_journal log;
    wick_storage_opts o;
    char *shown;
    char worker[37];
    int64_t *ids; /* by number */
    int64_t n_ids, cap_ids;
    wk_owns own;
    wick_buf lines; /* waiting */
    double since;
    bool holding;
    double stale_at;
    /* `lock` guards lines, own and holding; the log is the study's thread's alone. */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool has_lock, has_thread, stop;
} wk_jbackend;

int64_t wk_jnow(void); /**< ms UTC */
void wk_jattr_line(wk_jbackend *b, int32_t op, const char *id_key, int64_t id, const char *member,
                   const char *key, const char *json);
wick_status wk_jparam_line(wick_ctx *ctx, wk_jbackend *b, const wick_study_event *e, int64_t id);
void wk_jstate_line(wk_jbackend *b, int64_t id, int32_t state, const wick_study_event *e);
void wk_jbeat_line(wk_jbackend *b, int64_t id);
void wk_jcreate_line(wk_jbackend *b, const wick_study_event *e);

#endif
