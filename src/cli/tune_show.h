/* SPDX-License-Identifier: MIT */
/** What `wick tune` and `wick walk` print. */
#ifndef WICK_CLI_TUNE_SHOW_H
#define WICK_CLI_TUNE_SHOW_H

#include "cli/tune_job.h"

typedef struct tune_result {
    const wick_tune *tune;
    const wick_course *course;
    wick_study *study;
    wick_honest honest;
    wick_sensitivity *sensitivity;
    wick_heat *heat;
    int64_t n_heat;
} tune_result;

/** tune_reasons.c: why trials do not count. */
void tune_reasons_text(const tune_result *r, wick_buf *out);
void tune_reasons_json(const tune_result *r, wick_json_writer *w);
void tune_show_text(const tune_job *j, const tune_result *r, wick_buf *out);
void tune_show_json(const tune_job *j, const tune_result *r, wick_buf *out);
void walk_show_text(const tune_job *j, const wick_walk *w, const wick_scores *scores, double psr,
                    wick_buf *out);
void walk_show_json(const tune_job *j, const wick_walk *w, const wick_scores *scores, double psr,
                    wick_buf *out);
/** One row per window: parameters and values. */
void walk_show_csv(const tune_job *j, const wick_walk *w, wick_buf *out);

#endif
