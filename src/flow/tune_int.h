/* SPDX-License-Identifier: MIT */
/** Tuning, private: tune.c (the batched loop), again.c (trials that were there), async.c (without
 * batches, and replay), record.c (what is kept of each trial). */
#ifndef WK_FLOW_TUNE_INT_H
#define WK_FLOW_TUNE_INT_H

#include <pthread.h>

#include "flow/course_int.h"

enum { WK_BLOCK_TRIALS = 256, WK_BLOCKS = 1 << 16 };

typedef struct wk_record {
    bool there;    /**< evaluated here, or its values were taken from another trial */
    bool told;     /**< counted */
    int32_t state; /**< wick_trial_state; RUNNING until told */
    bool rejected;
    char *reason;
    double violation;
    int64_t duplicate_of, trades;
    double *params, *value, *fold; /**< one block, owned by params */
    double limit[WICK_LIMITS];
    float *returns;
} wk_record;

struct wick_tune {
    const wick_subject *s;
    const wick_course *c;
    wick_study *study;
    int64_t n;
    wk_record *block[WK_BLOCKS];
    pthread_mutex_t lock, study_lock; /**< of the records; of study, order and progress (async) */
    bool lock_made, own_values;       /**< the pruner compares folds, not their mean */
    int64_t *seen; /**< trials by their parameters: open addressing, number + 1 */
    int64_t n_seen, cap_seen;
    wick_buf order;
    const wick_tune_opts *o;
    wick_tune_progress at;
};

/** The record of a trial, made when it is first asked for. NULL: no memory, or too many. */
wk_record *wk_record_at(wick_tune *t, int64_t number);
const wk_record *wk_record_find(const wick_tune *t, int64_t number);
wick_status wk_record_fill(wick_ctx *ctx, wick_tune *t, wk_record *r) WICK_NODISCARD;
/** An earlier complete trial with these parameters, -1: none. */
int64_t wk_seen_find(const wick_tune *t, const double *params);
wick_status wk_seen_add(wick_ctx *ctx, wick_tune *t, int64_t number) WICK_NODISCARD;

/** Takes the result of trial `number` for another with the same parameters. */
void wk_record_copy(const wick_tune *t, wk_record *to, int64_t number);
/** Whether folds are reported to the pruner. */
bool wk_reports(const wick_tune *t);
/** Values of the parameters from the trial, into the record. */
wick_status wk_trial_params(wick_ctx *ctx, wick_tune *t, wick_trial *trial,
                            wk_record *r) WICK_NODISCARD;
/** Runs the course for a record and writes what came out; `after` as in wick_course_run. */
wick_status wk_trial_run(wick_ctx *ctx, wick_tune *t, wk_record *r, int32_t worker,
                         wick_after_fold after, void *user, bool *pruned) WICK_NODISCARD;
/** Attributes and constraints of the trial, and the values to be told. */
wick_status wk_trial_say(wick_ctx *ctx, const wick_tune *t, wick_trial *trial, const wk_record *r,
                         double *values) WICK_NODISCARD;
/** After a result was told: what is known of it, and the progress. */
int64_t wk_finished(const wick_study *s); /**< trials that have ended */
wick_status wk_trial_told(wick_ctx *ctx, wick_tune *t, const wick_trial *trial) WICK_NODISCARD;
/** again.c: brings in trials that were run elsewhere. */
wick_status wk_tune_fill(wick_ctx *ctx, wick_tune *t) WICK_NODISCARD;
wick_status wk_tune_async(wick_ctx *ctx, wick_tune *t, int64_t wanted) WICK_NODISCARD;
wick_status wk_tune_replay(wick_ctx *ctx, wick_tune *t, const char *order) WICK_NODISCARD;

#endif
