/* SPDX-License-Identifier: MIT */
/**
 * Room cli: the command line. One cli_command per `cmd_<name>.c`, found through the table in
 * main.c; option parsing, messages and exit codes are shared so that every command behaves alike.
 *
 * Exit codes: 0 good, 1 a defect of wick, 2 the user's mistake (arguments, data, script, disk),
 * 3 done and the answer is no (an audit that found something, a rejected candidate),
 * 130 interrupted. Machine formats are the only thing a command writes to stdout; everything meant
 * for a person who also pipes goes to stderr.
 */
#ifndef WICK_CLI_H
#define WICK_CLI_H

#include "wick.h"

enum { CLI_GOOD = 0, CLI_DEFECT = 1, CLI_MISTAKE = 2, CLI_REJECTED = 3, CLI_INTERRUPTED = 130 };

/** How an option takes its value. */
typedef enum cli_take {
    CLI_ONE,    /**< one value; given twice is an error */
    CLI_REPEAT, /**< one value each time it is given */
    CLI_WORDS,  /**< one or more words up to the next option (`--data A B`); a word ending in `.lua`
                     after the first stops it, so that the script may come last */
    CLI_PAIRS   /**< one or more key=value words */
} cli_take;

typedef struct cli_option {
    const char *name; /**< without dashes; NULL ends the list */
    const char *arg;  /**< placeholder in help; NULL: a flag */
    const char *doc;
    cli_take take;
} cli_option;

typedef struct cli cli;
typedef struct cli_command cli_command;
struct cli_command {
    const char *name;
    const char *summary;            /**< one line for the list of commands */
    const char *operands;           /**< "FILE.lua", "PATH..." or NULL */
    int min_operands, max_operands; /**< max -1: any number */
    const cli_option *options;      /**< NULL: only the common ones (--help, --quiet) */
    const char *notes;              /**< paragraphs after the options in help; may be NULL */
    const char *example;            /**< one or more lines, each a whole command */
    int (*run)(cli *c);             /**< returns an exit code */
    const cli_command *const *subs; /**< NULL-ended (`wick data check`); with `run` too, another
                                        first word is an operand (`wick pine FILE`) */
    /** With subs: takes the words when none of them names a sub-command (`wick pipeline FILE ...`),
     * and reads its options itself. */
    int (*run_words)(cli *c, int argc, char **argv);
};

extern const cli_command cli_command_score, cli_command_completion;
/** Every command (main.c) and the options all of them take (opt.c), for shells. */
extern const cli_command *const cli_commands[];
extern const cli_option cli_common_options[];
extern const cli_command cli_command_run, cli_command_check, cli_command_list, cli_command_doc,
    cli_command_bench, cli_command_test, cli_command_audit, cli_command_explain, cli_command_data,
    cli_command_pipeline, cli_command_pine, cli_command_pine_verify, cli_command_study,
    cli_command_worker, cli_command_tune, cli_command_walk, cli_command_diff_profiles;

/** One invocation. Values are borrowed from argv. */
struct cli {
    const char *program; /**< "wick" or "wick-jit" */
    char path[64];       /**< "wick data check" */
    wick_ctx *ctx;
    const cli_command *command;
    const char **operands;
    int n_operands;
    bool quiet;
    bool color_out, color_err; /**< terminal and no NO_COLOR */
    struct cli_value *values;  /**< private to opt.c */
    int n_values;
};

/* ---- options (opt.c) ---------------------------------------------------------------------- */

/** Parses argv (after the command words). Returns -1 to go on, else the exit code: --help printed,
 * or an error reported. */
int cli_parse(cli *c, int argc, char **argv);
void cli_release(cli *c);
bool cli_has(const cli *c, const char *option);
/** Last value, or NULL when not given. */
const char *cli_text(const cli *c, const char *option);
/** i-th of all values in the order given, or NULL. */
const char *cli_nth(const cli *c, const char *option, int i);
int cli_times(const cli *c, const char *option);
/* These leave *out alone when the option is not given. False: an error was reported. */
bool cli_int(cli *c, const char *option, int64_t lo, int64_t hi, int64_t *out);
bool cli_num(cli *c, const char *option, double lo, double hi, double *out);
/** A date or stamp (UTC). A date without a clock means its first millisecond, or its last when
 * `end`: `--to 2024-05-31` includes that day. */
bool cli_time(cli *c, const char *option, bool end, int64_t *out);
/** The same of a text. A number of fewer than eight digits is no date: 2018 is not a second of
 * 1970. */
bool cli_parse_time(const char *text, bool end, int64_t *out);
/** `A,B` or `@FILE`: a JSON array, a JSON object with the key `symbols`, or text with one symbol a
 * line (`#` starts a comment). Also for --config's `symbols`. Strings and array are the caller's:
 * free with cli_symbols_free. */
bool cli_symbols(cli *c, const char *text, char ***out, int64_t *n);
void cli_symbols_free(char **symbols, int64_t n);
/** One of the `|`-separated words of `values`. */
bool cli_choice(cli *c, const char *option, const char *values, const char **out);
void cli_help_text(const cli *c, wick_buf *out);

/* ---- messages (say.c) --------------------------------------------------------------------- */

/** `wick: error: ...`, then `hint: ...` unless `hint` is NULL. Returns CLI_MISTAKE. */
int cli_error(const cli *c, const char *hint, const char *fmt, ...) WICK_PRINTF(3, 4);
/** Reports the context's error with its notes; returns 130 when it was an interruption, 1 for a
 * defect of wick, else 2. A hint is added by kind of error when the message carries none. */
int cli_fail(const cli *c);
int cli_fail_hint(const cli *c, const char *hint);
/** `wick: note: ...` on stderr, unless --quiet. */
void cli_note(const cli *c, const char *fmt, ...) WICK_PRINTF(2, 3);
/** Writes a buffer to stdout and flushes; CLI_GOOD, or a reported error. Frees the buffer. */
int cli_print(const cli *c, wick_buf *b);
/** "did you mean 'x'?" into `out`, or "" when nothing is near. */
void cli_nearest(char *out, size_t size, const char *word, const char *const *names, int64_t n);
/** Line on stderr that says what long work is doing and for how long, drawn by a thread of its own:
 * only on a terminal, not with --quiet, and only after the first second. `what` has to outlive it.
 * NULL without a terminal, which stop accepts. */
typedef struct cli_progress cli_progress;
cli_progress *cli_progress_start(const cli *c, const char *what);
/** Text of the line from here on, up to 159 bytes. */
void cli_progress_say(cli_progress *p, const char *text);
void cli_progress_stop(cli_progress *p); /**< removes the line */

#endif
