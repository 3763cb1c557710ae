/* SPDX-License-Identifier: MIT */
/** wick bench: strategies from files. */
#ifndef WICK_CLI_BENCH_H
#define WICK_CLI_BENCH_H

#include "cli/cli.h"
#include "lua/host.h"

/** Times the files of --scripts on the feed and prints them; an exit code. */
int bench_files(cli *c, wick_panel *feed, int64_t bars, double seconds, bool json);

#endif
