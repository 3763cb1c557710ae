/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

static const cli_command *const subs[] = {&cli_command_pine_verify, NULL};

const cli_command cli_command_pine = {
    .name = "pine",
    .summary = "Pine scripts: compares a port with TradingView's list of trades",
    .subs = subs,
};
