/* SPDX-License-Identifier: MIT */
#ifndef WICK_CLI_OUTPUTS_H
#define WICK_CLI_OUTPUTS_H

#include "cli/cli.h"

/** What a command can write, in the order in which it goes to stdout. */
typedef struct cli_output {
    const char *option, *writer;
} cli_output;

/** One thing at most goes to stdout, no two to one file, none over a file the command was given to
 * read, and a folder that is missing is better found before the work. False: an error was
 * reported. */
bool cli_outputs_check(cli *c, const cli_output *outputs, int n);
/** Writer of what stdout shows by --format table|full|json. */
const char *cli_result_writer(const cli *c);

#endif
