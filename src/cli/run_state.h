/* SPDX-License-Identifier: MIT */
/** Saved states of `wick run`: what to go on from, and where to write what was saved. */
#ifndef WICK_CLI_RUN_STATE_H
#define WICK_CLI_RUN_STATE_H

#include "cli/cli.h"
#include "lua/host.h"

typedef struct run_state {
    const char *path; /**< --save-state; NULL: nothing is saved */
    bool has_at;
    int64_t at;
    wick_state *from, *saved;
    bool what_if; /**< --what-if: `at` is its date, `saved` where both runs part */
} run_state;

/** Reads the options and the state to go on from. False: an error was reported. */
bool run_state_read(cli *c, run_state *s);
/** Reports the context's error; one about the state has a hint of its own. */
int run_state_fail(cli *c, const run_state *s);
/** Tells the host of the next run. */
void run_state_prepare(run_state *s, wk_host *h);
/** After the unchanged run: the next one goes on from the date with what --then says, which is put
 * into the script's parameters and into `settings`. */
bool run_state_change(cli *c, run_state *s, wk_host *h, wk_script *script, wick_settings *settings);

/** Both results of a what-if beside each other. */
typedef struct run_versus {
    const wick_ledger *as_is, *changed;
    const wick_scores *as_is_scores, *changed_scores;
    const char *strategy;
} run_versus;
/** The table, or with `json` an object. */
bool run_state_versus(cli *c, const run_state *s, const run_versus *v, bool json, wick_buf *out);
/** Puts what was saved to the other files of the run. */
bool run_state_write(cli *c, const run_state *s, wick_file_set *set);
void run_state_free(run_state *s);

#endif
