/* SPDX-License-Identifier: MIT */
/** What the commands `wick study ...` share. */
#ifndef WICK_CLI_STUDY_H
#define WICK_CLI_STUDY_H

#include "cli/cli.h"

typedef enum study_form { STUDY_TABLE, STUDY_CSV, STUDY_JSON } study_form;

/** A value of a parameter as the user wrote it. */
void study_value(wick_buf *b, const wick_param *p);
/** An attribute's JSON as it is; Python's NaN and Infinity, which JSON lacks, as text. */
void study_attr_json(wick_json_writer *w, const char *json);
void study_time(wick_buf *b, int64_t t);
/** All trials (front NULL), or those of the list. */
void study_trials(wick_buf *b, const wick_study *s, const wick_trial *const *list, int64_t n,
                  study_form form);
/** Everything there is about a study. */
void study_export(wick_buf *b, const wick_study *s, const char *url);

/** Parameters by importance. */
void study_importance(wick_buf *b, const wick_importance *list, int64_t n, study_form form);

#endif
