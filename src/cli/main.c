/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "cli/cli.h"

const cli_command *const cli_commands[] = {
    &cli_command_run,
    &cli_command_score,
    &cli_command_tune,
    &cli_command_walk,
    &cli_command_pipeline,
    &cli_command_study,
    &cli_command_worker,
    &cli_command_check,
    &cli_command_data,
    &cli_command_list,
    &cli_command_doc,
    &cli_command_test,
    &cli_command_bench,
    &cli_command_audit,
    &cli_command_explain,
    &cli_command_pine,
    &cli_command_completion,
    &cli_command_diff_profiles,
    NULL,
};

#if WICK_LUAJIT
static const char *const program_name = "wick-jit";
#else
static const char *const program_name = "wick";
#endif

/* The first Ctrl-C asks every loop to stop; SA_RESETHAND lets the second one kill. */
static void on_signal(int sig)
{
    (void)sig;
    wick_interrupt();
}

static void catch_signals(void)
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = on_signal;
    sa.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&sa.sa_mask);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
}

static void log_note(void *user, const char *message)
{
    cli_note(user, "%s", message);
}

static void print_commands(wick_buf *b)
{
    wick_buf_addf(b,
                  "usage: %s COMMAND [options]\n\n"
                  "Backtests trading strategies written in Lua: bars in, trades and metrics out.\n"
                  "\ncommands:\n",
                  program_name);
    for (int i = 0; cli_commands[i]; i++)
        wick_buf_addf(b, "  %-13s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    wick_buf_addf(b,
                  "\n  help COMMAND  options and an example of one command\n"
                  "  --version     version, VM and optional parts\n"
                  "\nexample:\n"
                  "  %s data synth --out bars --symbols 8\n"
                  "  %s run strategies/ma_crossover.lua --data bars --trades trades.csv\n",
                  program_name, program_name);
}

static int print_version(const cli *c)
{
    wick_buf b = {0};
    int64_t n = 0;
    const wick_feature *f = wick_features(&n);
    wick_buf_addf(&b, "%s %s\n", program_name, wick_version());
    for (int64_t i = 0; i < n; i++)
        wick_buf_addf(&b, "  %-8s %s%s%s\n", f[i].name, f[i].present ? "yes" : "no, needs ",
                      f[i].present ? "" : f[i].package, "");
    return cli_print(c, &b);
}

static int unknown_command(const cli *c, const char *word, const cli_command *const *list)
{
    const char *names[32];
    char hint[128];
    int n = 0;
    for (; list[n] && n < 32; n++) names[n] = list[n]->name;
    cli_nearest(hint, sizeof hint, word, names, n);
    if (!*hint) snprintf(hint, sizeof hint, "`%s --help` lists the commands", c->path);
    return cli_error(c, hint, "%s: unknown command '%s'", c->path, word);
}

static const cli_command *find_command(const char *word, const cli_command *const *list)
{
    for (int i = 0; list[i]; i++)
        if (strcmp(list[i]->name, word) == 0) return list[i];
    return NULL;
}

/* Follows the command words of argv into c->command and c->path. Returns how many it used, or -1
 * after reporting an unknown one. */
static int find_path(cli *c, int argc, char **argv)
{
    const cli_command *const *list = cli_commands;
    int used = 0;
    while (list && used < argc && argv[used][0] != '-') {
        const cli_command *m = find_command(argv[used], list);
        if (!m && c->command && (c->command->run_words || c->command->run)) return used;
        if (!m) {
            unknown_command(c, argv[used], list);
            return -1;
        }
        const size_t len = strlen(c->path);
        snprintf(c->path + len, sizeof c->path - len, " %s", m->name);
        c->command = m;
        list = m->subs;
        used++;
    }
    return used;
}

static int print_help(const cli *c)
{
    wick_buf b = {0};
    if (c->command)
        cli_help_text(c, &b);
    else
        print_commands(&b);
    return cli_print(c, &b);
}

static int dispatch(cli *c, int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], "--version") == 0) return print_version(c);
    const bool help = argc > 0 && strcmp(argv[0], "help") == 0;
    if (help) argc--, argv++;
    const int used = find_path(c, argc, argv);
    if (used < 0) return CLI_MISTAKE;
    if (help) return print_help(c);
    if (!c->command) {
        if (argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0))
            return print_help(c);
        if (argc > 0)
            return cli_error(c, "options come after a command: `wick run FILE.lua --data PATH`",
                             "%s: unknown option %s", c->path, argv[0]);
        wick_buf b = {0};
        print_commands(&b);
        fwrite(b.data ? b.data : "", 1, (size_t)b.len, stderr);
        wick_buf_free(&b);
        return CLI_MISTAKE;
    }
    if (c->command->subs && !c->command->run) {
        if (used < argc && (strcmp(argv[used], "--help") == 0 || strcmp(argv[used], "-h") == 0))
            return print_help(c);
        if (c->command->run_words) return c->command->run_words(c, argc - used, argv + used);
        char hint[128];
        snprintf(hint, sizeof hint, "`%s --help` lists them", c->path);
        return cli_error(c, hint, "%s: a command is missing", c->path);
    }
    const int code = cli_parse(c, argc - used, argv + used);
    return code >= 0 ? code : c->command->run(c);
}

/* Columns come and go with every run of a search. By default glibc gives their pages back to the
 * system in between, or not, by where the heap happens to end; taking them anew can cost more than
 * the run. */
static void keep_pages(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_TRIM_THRESHOLD, 256 << 20);
    (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
#endif
}

int main(int argc, char **argv)
{
    keep_pages();
    cli c = {.program = program_name};
    const char *no_color = getenv("NO_COLOR");
    const bool color = !(no_color && *no_color);
    snprintf(c.path, sizeof c.path, "%s", program_name);
    c.color_out = color && isatty(STDOUT_FILENO);
    c.color_err = color && isatty(STDERR_FILENO);
    c.ctx = wick_ctx_new();
    if (!c.ctx) return cli_error(&c, NULL, "out of memory");
    wick_ctx_set_log(c.ctx, log_note, &c);
    catch_signals();
    const int code = dispatch(&c, argc - 1, argv + 1);
    cli_release(&c);
    wick_ctx_free(c.ctx);
    return code;
}
