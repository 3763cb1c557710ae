/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/cli.h"
#include "lua/host.h"

static const cli_option options[] = {
    {"out", "F.lua", "write the Lua file there ('-', the default, is stdout)", CLI_ONE},
    {"check", NULL, "only list what is wrong or not supported", CLI_ONE},
    {"coverage", NULL, "print what of the language is known, as the table of docs/porting-pine.md",
     CLI_ONE},
    {"lib", "DIR", "folder with libraries that scripts import", CLI_REPEAT},
    {NULL, NULL, NULL, CLI_ONE},
};

enum { MAX_LIBS = 16 };

/* Findings are what a check prints, and a mistake of the user when a file was wanted. */
static int report_findings(cli *c, wick_buf *report, int64_t errors)
{
    if (cli_has(c, "check")) {
        const int code = cli_print(c, report);
        return code == CLI_GOOD && errors > 0 ? CLI_MISTAKE : code;
    }
    fwrite(report->data, 1, (size_t)report->len, stderr);
    return CLI_MISTAKE;
}

static int write_lua(cli *c, wick_buf *lua)
{
    const char *to = cli_text(c, "out");
    if (!to || strcmp(to, "-") == 0) {
        const int code = cli_print(c, lua);
        *lua = (wick_buf){0};
        return code;
    }
    if (strcmp(to, c->operands[0]) == 0)
        return cli_error(c, NULL, "--out %s is the file to translate", to);
    return wick_file_write(c->ctx, to, lua->data, lua->len) < 0 ? cli_fail(c) : CLI_GOOD;
}

static const cli_command *const subs[] = {&cli_command_pine_verify, NULL};

static int run(cli *c)
{
    const bool table = cli_has(c, "coverage");
    const char *libs[MAX_LIBS];
    wk_host_opts opts = {.size = sizeof opts, .roots = libs};
    wk_host *host = NULL;
    wick_buf lua = {0}, report = {0};
    int64_t errors = 0;
    int code = CLI_GOOD;
    for (; opts.n_roots < MAX_LIBS && opts.n_roots < cli_times(c, "lib"); opts.n_roots++)
        libs[opts.n_roots] = cli_nth(c, "lib", (int)opts.n_roots);
    if (!table && c->n_operands == 0)
        return cli_error(c, c->command->example, "%s: %s is missing", c->path,
                         c->command->operands);
    if (wk_host_new(c->ctx, &opts, &host) < 0 ||
        (table ? wk_host_pine_coverage(c->ctx, host, &report)
               : wk_host_pine(c->ctx, host, c->operands[0], &lua, &report, &errors)) < 0) {
        code = cli_fail(c);
    } else if (table) {
        code = cli_print(c, &report);
        report = (wick_buf){0};
    } else if (errors > 0 || cli_has(c, "check")) {
        code = report_findings(c, &report, errors);
        if (errors > 0) cli_note(c, "%lld mistakes", (long long)errors);
        if (cli_has(c, "check")) report = (wick_buf){0};
    } else {
        code = write_lua(c, &lua);
    }
    wick_buf_free(&lua);
    wick_buf_free(&report);
    wk_host_free(host);
    return code;
}

const cli_command cli_command_pine = {
    .name = "pine",
    .summary = "translates a Pine script to a Lua strategy",
    .operands = "FILE.pine",
    .min_operands = 0,
    .max_operands = 1,
    .options = options,
    .notes =
        "Reads Pine v3 to v6. The Lua file goes to stdout or --out; `wick run FILE.pine` "
        "runs\n"
        "a script without leaving a file. Findings are one a line, file:line:column: error: text;\n"
        "with --check they go to stdout and nothing else is written. Exit code 2 when there is "
        "one.\n"
        "Libraries (`import user/lib/1`) are looked for as lib.pine and user/lib.pine beside the\n"
        "script and in the folders of --lib. docs/porting-pine.md tells what becomes of what.",
    .example = "wick pine script.pine -o strategies/script.lua\nwick pine --check script.pine",
    .run = run,
    .subs = subs,
};
