/* SPDX-License-Identifier: MIT */
/** Several strategies of one `wick run`: their scripts, settings and shares of the account. */
#ifndef WICK_CLI_RUN_ACCOUNT_H
#define WICK_CLI_RUN_ACCOUNT_H

#include "cli/run_config.h"
#include "lua/host.h"

typedef struct run_account {
    int32_t n; /**< 0: a single strategy, which this has nothing to do with */
    wk_member *members;
    wk_host **hosts;
    wick_settings **settings;
    wk_filter **filters; /**< of each; NULL: passthrough */
    char *name;          /**< "a + b" */
    char *shares;        /**< "0.6 0.4" */
    char *models;        /**< "a=a.bundle"; NULL: none, and no digests, thresholds */
    char *digests, *thresholds;
} run_account;

/** Loads every operand when there are several; r->settings ends as those of the first. False: an
 * error was reported; free it all the same. */
bool run_account_load(cli *c, run_config *r, run_account *a);
/** --model of several strategies: NAME=WHAT is of one; a bundle alone of those it was trained for;
 * random and passthrough of all. Once the bars are there run_account_overlap compares spans: `text`
 * says what overlaps; true when something does. */
bool run_account_models(cli *c, run_account *a, const wk_filter_opts *o);
bool run_account_overlap(const run_account *a, int64_t from, int64_t to, char *text, size_t n);
void run_account_free(run_account *a);

#define RUN_ACCOUNT_OPTION                                                                         \
    {                                                                                              \
        "weights", "A,B",                                                                          \
            "several strategies on one account: the share of each, default equal\n"                \
            "parts; docs/portfolio.md, \"Several strategies\"",                                    \
            CLI_ONE                                                                                \
    }

#endif
