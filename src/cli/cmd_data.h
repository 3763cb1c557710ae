/* SPDX-License-Identifier: MIT */
#ifndef WICK_CMD_DATA_H
#define WICK_CMD_DATA_H

#include "cli/cli.h"

extern const cli_command cli_command_data_check;

#endif
