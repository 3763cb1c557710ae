/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "lua/host.h"

/* A fresh host per file: what one file defines must not hide a mistake of the next. */
static int check_file(cli *c, const char *path, wk_check_result *sum)
{
    const wk_host_opts opts = {.size = sizeof opts};
    wk_host *host = NULL;
    wick_buf report = {0};
    wk_check_result found = {0};
    int code = CLI_GOOD;
    if (wk_host_new(c->ctx, &opts, &host) < 0 ||
        wk_host_check(c->ctx, host, path, &report, &found) < 0) {
        code = cli_fail(c);
        wick_buf_free(&report);
    } else {
        sum->errors += found.errors;
        sum->warnings += found.warnings;
        code = cli_print(c, &report);
    }
    wk_host_free(host);
    return code;
}

static int run(cli *c)
{
    wk_check_result sum = {0};
    int code = CLI_GOOD;
    for (int i = 0; i < c->n_operands && code != CLI_INTERRUPTED; i++) {
        const int one = check_file(c, c->operands[i], &sum);
        if (one != CLI_GOOD) code = one;
    }
    if (code == CLI_GOOD && sum.errors > 0) code = CLI_MISTAKE;
    if (sum.errors + sum.warnings > 0)
        cli_note(c, "%lld errors, %lld warnings", (long long)sum.errors, (long long)sum.warnings);
    return code;
}

const cli_command cli_command_check = {
    .name = "check",
    .summary = "looks for mistakes in scripts without running them on bars",
    .operands = "FILE.lua|FILE.pine...",
    .min_operands = 1,
    .max_operands = -1,
    .notes = "Finds syntax that only one of the two VMs accepts, unknown names (with the nearest\n"
             "known one), unknown keys of signals and orders, in pipelines options and methods of `run`\n"
             "that do not exist. Findings go to stdout, one a line:\n"
             "file:line: error|warning: text. Exit code 2 when there is an error.",
    .example = "wick check strategies/donchian_breakout.lua",
    .run = run,
};
