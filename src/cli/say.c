/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"

static void say_head(const cli *c, const char *kind, const char *color)
{
    if (c->color_err)
        fprintf(stderr, "%s: \033[%sm%s:\033[0m ", c->program, color, kind);
    else
        fprintf(stderr, "%s: %s: ", c->program, kind);
}

/* Notes of the context ("while ...") are shown indented below the first line, which alone has to
 * make sense. A "hint: " line of the message keeps its place at the margin. */
static void say_message(const char *text)
{
    bool first = true;
    while (*text) {
        const size_t n = strcspn(text, "\n");
        if (!first && strncmp(text, "hint: ", 6) != 0) fputs("  ", stderr);
        fwrite(text, 1, n, stderr);
        fputc('\n', stderr);
        text += n;
        if (*text) text++;
        first = false;
    }
}

static void say_hint(const char *hint)
{
    if (hint && *hint) fprintf(stderr, "hint: %s\n", hint);
}

int cli_error(const cli *c, const char *hint, const char *fmt, ...)
{
    va_list ap;
    say_head(c, "error", "1;31");
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    say_hint(hint);
    return CLI_MISTAKE;
}

static const char *hint_of(wick_status code)
{
    switch (code) {
    case WICK_E_DATA:
        return "`wick data check FILE` lists every finding; --drop-bad goes on without the bad "
               "rows";
    case WICK_E_IO:
        return "check that the path exists, may be read or written, and that the disk has room";
    case WICK_E_MEM: return "fewer symbols or a shorter span (--symbols, --from) need less memory";
    case WICK_E_SCRIPT:
        return "`wick check FILE.lua` looks for misspelt names and syntax of one VM only; "
               "docs/scripting.md says what each hook returns";
    case WICK_E_BUDGET:
        return "a script may not run away: look for a loop without an end; budgets are settings "
               "(`wick list settings`)";
    case WICK_E_INTERNAL: return "this is a defect of wick: please report it with the command line";
    default: return NULL;
    }
}

int cli_fail_hint(const cli *c, const char *hint)
{
    const char *text = wick_ctx_error(c->ctx);
    const wick_status code = wick_ctx_code(c->ctx);
    if (code == WICK_E_CANCELLED || wick_interrupted()) {
        fprintf(stderr, "%s: interrupted\n", c->program);
        return CLI_INTERRUPTED;
    }
    say_head(c, "error", "1;31");
    say_message(*text ? text : wick_status_name(code));
    if (!strstr(text, "hint: ") && !strstr(text, "did you mean"))
        say_hint(hint ? hint : hint_of(code));
    return code == WICK_E_INTERNAL ? CLI_DEFECT : CLI_MISTAKE;
}

int cli_fail(const cli *c)
{
    return cli_fail_hint(c, NULL);
}

void cli_note(const cli *c, const char *fmt, ...)
{
    va_list ap;
    if (c->quiet) return;
    say_head(c, "note", "1");
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

int cli_print(const cli *c, wick_buf *b)
{
    int code = CLI_GOOD;
    if (b->failed) {
        code = cli_error(c, NULL, "out of memory");
    } else if ((b->len > 0 && fwrite(b->data, 1, (size_t)b->len, stdout) != (size_t)b->len) ||
               fflush(stdout) != 0) {
        code = cli_error(c, NULL, "stdout: %s", strerror(errno));
    }
    wick_buf_free(b);
    return code;
}

void cli_nearest(char *out, size_t size, const char *word, const char *const *names, int64_t n)
{
    const char *near = wick_nearest(word, names, n);
    if (near)
        snprintf(out, size, "did you mean '%s'?", near);
    else
        snprintf(out, size, "%s", "");
}
