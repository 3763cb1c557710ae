/* SPDX-License-Identifier: MIT */
/**
 * Room flow, second header. Work folders hold what a job made: artefacts, one record per stage,
 * and a manifest with every hash, option and seed. Models over folds are judged here too.
 */
#ifndef WICK_WORK_H
#define WICK_WORK_H

#include "wick/ml.h"
#include "wick/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- work folders ------------------------------------------------------------------------- */

/**
 * A folder of one job, `ROOT/ID/`. Everything in it is written whole or not at all. A stage is
 * skipped when it was finished before under the same key and all files it wrote are still there
 * unchanged; a killed job goes on after its last finished stage. One process at a time may hold a
 * folder. Belongs to one thread.
 *
 *   manifest.json     written by wick_workdir_finish, and gone while the job is at work
 *   environment.json  what may differ between machines without a change of results
 *   run.log           one line per wick_workdir_log, the same after a resume
 *   stages/NAME.json  key, inputs, files with their SHA-256, log and value of a stage
 */
typedef struct wick_workdir wick_workdir;

typedef struct wick_workdir_in {
    uint32_t size;
    const char *root;     /**< NULL: "runs"; made when missing */
    const char *id;       /**< NULL: pipeline name and twelve digits of a hash of name, options and
                               seed, so that the same command finds its folder again */
    const char *pipeline; /**< name */
    const char *file;     /**< where its text came from */
    const char *sha256;   /**< of its text (and that of its modules): part of every stage's key */
    const char *options;  /**< JSON object with sorted keys */
    uint64_t seed;
    bool fresh; /**< finished stages are done again */
    bool in_place; /**< the work folder is `root` itself; `id` is a name only (NULL: that of
                      the folder) */
} wick_workdir_in;
WICK_API wick_status wick_workdir_open(wick_ctx *ctx, const wick_workdir_in *in,
                                       wick_workdir **out) WICK_NODISCARD;
WICK_API void wick_workdir_close(wick_workdir *w);
WICK_API const char *wick_workdir_path(const wick_workdir *w);
WICK_API const char *wick_workdir_id(const wick_workdir *w);

/** Notes an input of the job: a file or a data set by name and SHA-256. The same name with another
 * hash is an error: it changed while the job ran. Not inside a stage: a skipped stage would not
 * notice a change. */
WICK_API wick_status wick_workdir_input(wick_ctx *ctx, wick_workdir *w, const char *name,
                                        const char *sha256) WICK_NODISCARD;
/** Writes an artefact; `name` is a relative path without "..". Two stages may not write one name.
 */
WICK_API wick_status wick_workdir_write(wick_ctx *ctx, wick_workdir *w, const char *name,
                                        const void *data, int64_t n) WICK_NODISCARD;
/** Takes a file another writer has put at wick_workdir_path()/name as an artefact. */
WICK_API wick_status wick_workdir_adopt(wick_ctx *ctx, wick_workdir *w,
                                        const char *name) WICK_NODISCARD;
/** Makes the folders of an artefact that another writer is about to write, and its whole path into
 * `out`. */
WICK_API wick_status wick_workdir_prepare(wick_ctx *ctx, wick_workdir *w, const char *name,
                                          char *out, int64_t cap) WICK_NODISCARD;
/** Inside a stage: artefacts whose names begin with `name/` make a folder that appears as a whole
 * when the stage ends, in place of the one before; after an error nothing of it is there. */
WICK_API wick_status wick_workdir_folder(wick_ctx *ctx, wick_workdir *w,
                                         const char *name) WICK_NODISCARD;
/** SHA-256 of an artefact of this job, NULL when there is none of that name. */
WICK_API const char *wick_workdir_artefact(const wick_workdir *w, const char *name);
/** A line of run.log. */
WICK_API wick_status wick_workdir_log(wick_ctx *ctx, wick_workdir *w,
                                      const char *line) WICK_NODISCARD;

/** Begins a stage. `inputs` is a JSON object with sorted keys: whatever its result depends on.
 * *value gets the value it had (JSON, owned by w) when it is unchanged, and is then over; else
 * NULL, and wick_workdir_stage_end ends it. */
WICK_API wick_status wick_workdir_stage(wick_ctx *ctx, wick_workdir *w, const char *name,
                                        const char *inputs, const char **value) WICK_NODISCARD;
/** `value`: JSON. */
WICK_API wick_status wick_workdir_stage_end(wick_ctx *ctx, wick_workdir *w,
                                            const char *value) WICK_NODISCARD;

/** Says that an artefact may be promoted into the configuration under a name. Nothing is copied. */
WICK_API wick_status wick_workdir_promote(wick_ctx *ctx, wick_workdir *w, const char *artefact,
                                          const char *as) WICK_NODISCARD;
/** Writes run.log, environment.json (`environment`: JSON object) and the manifest. */
WICK_API wick_status wick_workdir_finish(wick_ctx *ctx, wick_workdir *w, int32_t exit_code,
                                         const char *environment) WICK_NODISCARD;

/** A manifest that was read back. */
typedef struct wick_manifest wick_manifest;
WICK_API wick_status wick_manifest_load(wick_ctx *ctx, const char *dir,
                                        wick_manifest **out) WICK_NODISCARD;
WICK_API void wick_manifest_free(wick_manifest *m);
WICK_API const char *wick_manifest_file(const wick_manifest *m);   /**< of the pipeline */
WICK_API const char *wick_manifest_sha256(const wick_manifest *m); /**< of its text */
WICK_API const wick_json *wick_manifest_options(const wick_manifest *m);
WICK_API uint64_t wick_manifest_seed(const wick_manifest *m);
WICK_API int32_t wick_manifest_exit(const wick_manifest *m);
/** Compares artefacts of two finished jobs by their hashes: one line per difference into `report`.
 */
WICK_API wick_status wick_manifest_compare(wick_ctx *ctx, const wick_manifest *a,
                                           const wick_manifest *b, wick_buf *report, int64_t *same,
                                           int64_t *different) WICK_NODISCARD;
/** Copies what the job declared into `configs` (made when missing), all files or none, and adds a
 * line per file to `configs/promoted.log`: name, new hash, hash before, job. An artefact that is
 * not what the manifest says is an error. `report` gets the same lines. */
WICK_API wick_status wick_manifest_promote(wick_ctx *ctx, const wick_manifest *m,
                                           const char *configs, wick_buf *report) WICK_NODISCARD;

/* ---- models over folds -------------------------------------------------------------------- */

/** Several models on the same folds, side by side on threads. */
typedef struct wick_cv_in {
    uint32_t size;
    const wick_matrix *x;
    const wick_labels *labels;
    const double *w; /**< per row; NULL: 1 */
    bool balanced;   /**< weights times those that balance the classes of each training part */
    const wick_folds *folds;
    int32_t fold; /**< this one only, from 0; -1: all */
    const wick_bundle_in
        *trial; /**< model, imputer, scaler; calibration and folds are not looked at */
    int64_t n_trials;
    uint64_t seed;   /**< of the fits: the same for all trials */
    int32_t threads; /**< 0: all cores; changes no result */
    double *oof;     /**< n_trials x rows, out-of-fold scores, NA elsewhere; may be NULL */
} wick_cv_in;

typedef struct wick_cv_fold {
    bool good; /**< else `reason` says why there are no numbers */
    char reason[200];
    bool classes;                   /**< which of the two is filled */
    wick_class_scores class_scores; /**< at the trial's threshold */
    wick_real_scores real_scores;
    int64_t n_train, n_test;
    double rounds; /**< best iteration of boosted trees, NA otherwise */
} wick_cv_fold;

/** `out` has n_trials x folds (or n_trials, with one fold). Numbers are of the test rows,
 * unweighted. A fit that refuses its rows or parameters is a fold without numbers, not an error. */
WICK_API wick_status wick_cv_run(wick_ctx *ctx, const wick_cv_in *in,
                                 wick_cv_fold *out) WICK_NODISCARD;

/* ---- two results of the same days --------------------------------------------------------- */

typedef struct wick_pair_in {
    uint32_t size;
    const wick_ledger *a, *b; /**< the same clock: two filters of one strategy, say */
    wick_metric_opts metric;
    const wick_metric_spec *const *specs;
    int64_t n;
    int64_t replicates; /**< 0: 1 000 */
    double level;       /**< 0: 0.95 */
    uint64_t seed;
    int32_t threads; /**< 0: all cores; changes no result */
} wick_pair_in;
/** Intervals of the differences a - b of n metrics. Days are drawn in blocks (stationary bootstrap,
 * mean length by Politis and White of the difference of the bar returns), the same ones for both:
 * both equities are rebuilt from their returns of these days, and a trade comes along with the day
 * it was closed on. `estimate` is the difference as it is. Moments in time have no interval. */
WICK_API wick_status wick_pair_compare(wick_ctx *ctx, const wick_pair_in *in, wick_interval *out,
                                       double *block) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
