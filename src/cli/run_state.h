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
} run_state;

/** Reads the options and the state to go on from. False: an error was reported. */
bool run_state_read(cli *c, run_state *s);
/** Tells the host of the next run. */
void run_state_prepare(run_state *s, wk_host *h);
/** Writes what was saved. */
bool run_state_write(cli *c, run_state *s);
void run_state_free(run_state *s);

#endif
