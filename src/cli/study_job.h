/* SPDX-License-Identifier: MIT */
/** What a stored study is a search for: enough for `wick worker` to take part in it. */
#ifndef WICK_CLI_STUDY_JOB_H
#define WICK_CLI_STUDY_JOB_H

#include "cli/tune_job.h"

#define STUDY_JOB "wick:job"

/** Writes the job into the study's system attributes, unless it is there. False: an error was
 * reported. */
bool study_job_write(tune_job *j, wick_study *s);

typedef struct study_job {
    wick_json_doc *doc;
    char **argv; /**< words of the `wick tune` that made it, the strategy first */
    int argc;
    int64_t trials; /**< it was to have; 0: not said */
} study_job;

/** Reads the job; false: an error was reported. */
bool study_job_read(cli *c, const wick_study *s, study_job *out);
void study_job_free(study_job *k);
/** Files and bars have to be the ones the study was made with. */
bool study_job_files(cli *c, const study_job *k);
bool study_job_bars(const tune_job *j, const study_job *k);

#endif
