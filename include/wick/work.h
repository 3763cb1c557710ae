/* SPDX-License-Identifier: MIT */
/**
 * Room flow, second header. Work folders hold what a job made: artefacts, one record per stage,
 * and a manifest with every hash, option and seed.
 */
#ifndef WICK_WORK_H
#define WICK_WORK_H

#include "wick/base.h"

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

#ifdef __cplusplus
}
#endif
#endif
