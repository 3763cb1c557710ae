/* SPDX-License-Identifier: MIT */
/** The model filter of `wick run`: --model and what belongs to it, of one strategy or several. */
#ifndef WICK_CLI_RUN_MODEL_H
#define WICK_CLI_RUN_MODEL_H

#include "cli/run_account.h"

typedef struct run_model {
    wk_filter *filter; /**< of a single strategy */
    bool sized;
    char size[96], hex[65], threshold[WICK_DOUBLE_TEXT];
    char overlap[300]; /**< what of the bars it learnt from is traded; "": nothing */
} run_model;

/** Reads the options and sets the filter of the script, or of those of the account. False: an error
 * was reported. */
bool run_model_load(cli *c, run_model *m, int64_t seed, wk_script *script, run_account *a);
/** Bars that will be traded against those the bundles learnt from: an error unless it is allowed.
 */
bool run_model_overlap(cli *c, run_model *m, const run_config *r, const wick_panel *panel,
                       const run_account *a);
/** What a filter changes is said, in at most five rows; passthrough changes nothing, so its result
 * is the same bytes. Returns how many. */
int64_t run_model_conventions(cli *c, run_model *m, const wk_script *script, const run_account *a,
                              wick_convention *to);

#endif
