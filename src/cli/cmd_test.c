/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "lua/host.h"

static int test_file(cli *c, const char *path, wk_test_result *sum)
{
    const wk_host_opts opts = {.size = sizeof opts, .seed = 1};
    wk_host *host = NULL;
    wick_buf report = {0};
    wk_test_result found = {0};
    int code = CLI_GOOD;
    if (wk_host_new(c->ctx, &opts, &host) < 0 ||
        wk_host_test(c->ctx, host, path, &report, &found) < 0) {
        code = cli_fail(c);
        wick_buf_free(&report);
    } else {
        sum->passed += found.passed;
        sum->failed += found.failed;
        code = cli_print(c, &report);
    }
    wk_host_free(host);
    return code;
}

static int run(cli *c)
{
    wk_test_result sum = {0};
    int code = CLI_GOOD;
    for (int i = 0; i < c->n_operands && code != CLI_INTERRUPTED; i++) {
        const int one = test_file(c, c->operands[i], &sum);
        if (one != CLI_GOOD) code = one;
    }
    cli_note(c, "%lld passed, %lld failed", (long long)sum.passed, (long long)sum.failed);
    if (code == CLI_GOOD && sum.failed > 0) return CLI_MISTAKE;
    if (code == CLI_GOOD && sum.passed == 0)
        return cli_error(c,
                         "a test file calls test(name, function) or states its output in comments",
                         "no test was found");
    return code;
}

const cli_command cli_command_test = {
    .name = "test",
    .summary = "runs the tests of Lua files",
    .operands = "FILE.lua...",
    .min_operands = 1,
    .max_operands = -1,
    .notes =
        "A file holds test(name, function) blocks, or is a small program whose comments state\n"
        "what it prints or the error it ends with (docs/scripting.md). Exit code 2 when a test\n"
        "fails.",
    .example = "wick test tests/lua/params.lua",
    .run = run,
};
