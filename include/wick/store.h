/* SPDX-License-Identifier: MIT */
/**
 * Room store: studies that outlive their process and are shared by several of them, kept in the
 * form Optuna keeps them. A study written here opens in Optuna 4.9, Optuna 5 and optuna-dashboard,
 * and the reverse. See docs/storage.md.
 *
 *     memory:                        this process only
 *     sqlite:///studies.db           a file (four slashes: an absolute path)
 *     postgresql://user@host/base    a server: any number of processes and machines
 *     journal:studies.log            a log file; also on network disks
 *
 * Threads: a storage belongs to one thread. Each study opened from it has a connection of its own
 * and lives on when the storage is closed.
 */
#ifndef WICK_STORE_H
#define WICK_STORE_H

#include "wick/opt.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wick_storage wick_storage;

typedef struct wick_storage_opts {
    uint32_t size;
    bool read_only; /**< what is not there is an error, and nothing is written */
    /** Seconds between the signs of life of running trials; 0: none. */
    double heartbeat;
    /** A running trial whose last sign of life is older than so many seconds becomes FAIL at the
     * next ask of any process that has a heartbeat; 0: twice the heartbeat. Trials that never gave
     * one are left alone. */
    double grace;
    /** How often a trial that failed in this way is queued again with its parameters; -1: always.
     */
    int32_t retries;
    /** Told of each trial this process failed for its silence, by study and number; may be NULL. */
    void (*stale)(void *user, wick_study *s, int64_t number);
    void *user;
    /** Seconds to wait for a locked file or for a server that is away; 0: 60. */
    double patience;
} wick_storage_opts;

/** Tables that are missing are made. WICK_E_UNSUPPORTED names the Debian package when this build,
 * or this machine, lacks the database's library. */
WICK_API wick_status wick_storage_open(wick_ctx *ctx, const char *url,
                                       const wick_storage_opts *opts,
                                       wick_storage **out) WICK_NODISCARD;
WICK_API void wick_storage_close(wick_storage *s);
WICK_API const char *wick_storage_url(const wick_storage *s); /**< without a password */

typedef enum wick_study_how {
    WICK_STUDY_OPEN, /**< the study of that name, made when it is not there */
    WICK_STUDY_MAKE, /**< WICK_E_STATE when it is there */
    WICK_STUDY_LOAD  /**< WICK_E_ARG, with the nearest name, when it is not there */
} wick_study_how;

/** A study of the storage, with all its trials. opts->name says which ("study" when NULL).
 * Objectives and directions come from the storage when it is there; options that say otherwise are
 * an error. Sampler, pruner and seed are not stored: each process chooses its own. opts->backend
 * must be NULL. */
WICK_API wick_status wick_storage_study(wick_ctx *ctx, wick_storage *s, const wick_study_opts *opts,
                                        int32_t how, wick_study **out) WICK_NODISCARD;

typedef struct wick_study_info {
    const char *name;
    int32_t n_objectives;
    int32_t directions[16]; /**< wick_direction */
    int64_t n_state[5];     /**< trials by wick_trial_state */
    int64_t started;        /**< first start of a trial, WICK_NO_TIME without any */
    int64_t completed;      /**< last end of one */
} wick_study_info;
/** All studies, in the order they were made; one block, to be freed with free(). */
WICK_API wick_status wick_storage_list(wick_ctx *ctx, wick_storage *s, wick_study_info **out,
                                       int64_t *n) WICK_NODISCARD;
/** Deletes a study and everything that belongs to it. */
WICK_API wick_status wick_storage_delete(wick_ctx *ctx, wick_storage *s,
                                         const char *name) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
