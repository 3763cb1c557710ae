/* SPDX-License-Identifier: MIT */
/** Several strategies of one `wick run`: their scripts, settings and shares of the account. */
#ifndef WICK_CLI_RUN_ACCOUNT_H
#define WICK_CLI_RUN_ACCOUNT_H

#include "cli/run_config.h"

typedef struct run_account {
    int32_t n; /**< 0: a single strategy, which this has nothing to do with */
    wk_member *members;
    wk_host **hosts;
    wick_settings **settings;
    char *name;   /**< "a + b" */
    char *shares; /**< "0.6 0.4" */
} run_account;

/** Loads every operand when there are several; r->settings ends as those of the first. False: an
 * error was reported; free it all the same. */
bool run_account_load(cli *c, run_config *r, run_account *a);
void run_account_free(run_account *a);

#define RUN_ACCOUNT_OPTION                                                                         \
    {                                                                                              \
        "weights", "A,B",                                                                          \
            "several strategies on one account: the share of each, default equal\n"                \
            "parts; docs/portfolio.md, \"Several strategies\"",                                    \
            CLI_ONE                                                                                \
    }

#endif
