/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct cli_value {
    const cli_option *option;
    const char *text; /* NULL for a flag */
};

const cli_option cli_common_options[] = {
    {"help", NULL, "this text", CLI_ONE},
    {"quiet", NULL, "no notes and no progress on stderr", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

enum { MAX_OPTION_NAMES = 64 };

static int option_names(const cli *c, const char *names[MAX_OPTION_NAMES])
{
    int n = 0;
    for (const cli_option *o = c->command->options; o && o->name && n < MAX_OPTION_NAMES; o++)
        names[n++] = o->name;
    for (const cli_option *o = cli_common_options; o->name && n < MAX_OPTION_NAMES; o++)
        names[n++] = o->name;
    return n;
}

static const cli_option *find_option(const cli *c, const char *name, size_t n)
{
    for (const cli_option *o = c->command->options; o && o->name; o++)
        if (strlen(o->name) == n && strncmp(o->name, name, n) == 0) return o;
    for (const cli_option *o = cli_common_options; o->name; o++)
        if (strlen(o->name) == n && strncmp(o->name, name, n) == 0) return o;
    return NULL;
}

static bool ends_with(const char *s, const char *tail)
{
    const size_t n = strlen(s), k = strlen(tail);
    return n >= k && strcmp(s + n - k, tail) == 0;
}

/* An option starts with two dashes, or is -h or -q; a lone `-` and negative numbers are values. */
static bool is_option(const char *word)
{
    return (word[0] == '-' && word[1] == '-') || strcmp(word, "-h") == 0 ||
           strcmp(word, "-q") == 0 || strcmp(word, "-o") == 0;
}

static void add_value(cli *c, const cli_option *o, const char *text)
{
    c->values[c->n_values++] = (struct cli_value){o, text};
}

static int unknown_option(const cli *c, const char *name)
{
    const char *names[MAX_OPTION_NAMES];
    char hint[160], near[96];
    const int n = option_names(c, names);
    const char *best = wick_nearest(name, names, n);
    if (best) {
        snprintf(near, sizeof near, "did you mean --%s?", best);
        snprintf(hint, sizeof hint, "%s", near);
    } else {
        snprintf(hint, sizeof hint, "`%s --help` lists the options", c->path);
    }
    return cli_error(c, hint, "%s: unknown option --%s", c->path, name);
}

/* Takes the option at argv[i]; returns the index of the next word, or -1 after an error. */
static int take_option(cli *c, int argc, char **argv, int i)
{
    const char *word = argv[i];
    const char *name = strcmp(word, "-h") == 0   ? "help"
                       : strcmp(word, "-q") == 0 ? "quiet"
                       : strcmp(word, "-o") == 0 ? "out"
                                                 : word + 2;
    const char *eq = strchr(name, '=');
    const size_t len = eq ? (size_t)(eq - name) : strlen(name);
    const cli_option *o = find_option(c, name, len);
    if (!o) {
        char shown[96];
        snprintf(shown, sizeof shown, "%.*s", (int)(len < 80 ? len : 80), name);
        unknown_option(c, shown);
        return -1;
    }
    if (o->take == CLI_ONE && cli_has(c, o->name) && o->arg) {
        cli_error(c, NULL, "%s: --%s is given twice", c->path, o->name);
        return -1;
    }
    if (!o->arg) {
        if (eq) {
            cli_error(c, NULL, "%s: --%s takes no value", c->path, o->name);
            return -1;
        }
        add_value(c, o, NULL);
        return i + 1;
    }
    if (eq) {
        add_value(c, o, eq + 1);
        return i + 1;
    }
    if (i + 1 >= argc || is_option(argv[i + 1])) {
        cli_error(c, NULL, "%s: --%s needs a value: --%s %s", c->path, o->name, o->name, o->arg);
        return -1;
    }
    add_value(c, o, argv[++i]);
    i++;
    while (i < argc && !is_option(argv[i])) {
        if (o->take == CLI_WORDS ? ends_with(argv[i], ".lua") || ends_with(argv[i], ".pine")
                                 : o->take != CLI_PAIRS || !strchr(argv[i], '='))
            break;
        add_value(c, o, argv[i++]);
    }
    return i;
}

static int check_operands(const cli *c)
{
    const cli_command *m = c->command;
    if (c->n_operands < m->min_operands)
        return cli_error(c, m->example, "%s: %s is missing", c->path, m->operands);
    if (m->max_operands >= 0 && c->n_operands > m->max_operands)
        return cli_error(c, NULL, "%s: unexpected word '%s'", c->path,
                         c->operands[m->max_operands]);
    return -1;
}

int cli_parse(cli *c, int argc, char **argv)
{
    c->values = calloc((size_t)argc + 1, sizeof *c->values);
    c->operands = calloc((size_t)argc + 1, sizeof *c->operands);
    if (!c->values || !c->operands) return cli_error(c, NULL, "out of memory");
    for (int i = 0; i < argc;) {
        if (strcmp(argv[i], "--") == 0) {
            while (++i < argc) c->operands[c->n_operands++] = argv[i];
        } else if (is_option(argv[i])) {
            if ((i = take_option(c, argc, argv, i)) < 0) return CLI_MISTAKE;
        } else {
            c->operands[c->n_operands++] = argv[i++];
        }
    }
    if (cli_has(c, "help")) {
        wick_buf b = {0};
        cli_help_text(c, &b);
        return cli_print(c, &b);
    }
    c->quiet = cli_has(c, "quiet");
    return check_operands(c);
}

void cli_release(cli *c)
{
    free(c->values);
    free(c->operands);
    c->values = NULL;
    c->operands = NULL;
}

/* ---- values ------------------------------------------------------------------------------- */

const char *cli_nth(const cli *c, const char *option, int i)
{
    for (int k = 0; k < c->n_values; k++)
        if (strcmp(c->values[k].option->name, option) == 0 && i-- == 0) return c->values[k].text;
    return NULL;
}

int cli_times(const cli *c, const char *option)
{
    int n = 0;
    for (int k = 0; k < c->n_values; k++)
        if (strcmp(c->values[k].option->name, option) == 0) n++;
    return n;
}

bool cli_has(const cli *c, const char *option)
{
    return cli_times(c, option) > 0;
}

const char *cli_text(const cli *c, const char *option)
{
    const int n = cli_times(c, option);
    return n > 0 ? cli_nth(c, option, n - 1) : NULL;
}

bool cli_int(cli *c, const char *option, int64_t lo, int64_t hi, int64_t *out)
{
    const char *s = cli_text(c, option);
    int64_t v;
    if (!s) return true;
    if (!wick_parse_int(s, (int64_t)strlen(s), &v) || v < lo || v > hi) {
        cli_error(c, NULL, "--%s: '%s' is not a whole number from %lld to %lld", option, s,
                  (long long)lo, (long long)hi);
        return false;
    }
    *out = v;
    return true;
}

bool cli_num(cli *c, const char *option, double lo, double hi, double *out)
{
    const char *s = cli_text(c, option);
    double v;
    if (!s) return true;
    if (!wick_parse_double(s, (int64_t)strlen(s), &v) || !(v >= lo && v <= hi)) {
        cli_error(c, NULL, "--%s: '%s' is not a number from %g to %g", option, s, lo, hi);
        return false;
    }
    *out = v;
    return true;
}

bool cli_parse_time(const char *text, bool end, int64_t *out)
{
    const size_t sign = text[0] == '-' || text[0] == '+';
    const size_t digits = strspn(text + sign, "0123456789");
    bool clock = false;
    int64_t t;
    /* In data 2018 may be seconds of an epoch; a person means the year. */
    if (text[sign + digits] == 0 && digits < 8) return false;
    if (!wick_time_parse(text, (int64_t)strlen(text), &t, &clock)) return false;
    *out = end && !clock ? t + WICK_MS_DAY - 1 : t;
    return true;
}

bool cli_time(cli *c, const char *option, bool end, int64_t *out)
{
    const char *s = cli_text(c, option);
    if (!s) return true;
    if (!cli_parse_time(s, end, out)) {
        cli_error(c, "dates are UTC and written like 2024-03-01 or 2024-03-01T14:30",
                  "--%s: '%s' is not a date", option, s);
        return false;
    }
    return true;
}

bool cli_choice(cli *c, const char *option, const char *values, const char **out)
{
    const char *s = cli_text(c, option);
    if (!s) return true;
    const size_t n = strlen(s);
    for (const char *v = values; *v; v += strcspn(v, "|"), v += *v == '|')
        if (strcspn(v, "|") == n && strncmp(v, s, n) == 0) {
            *out = s;
            return true;
        }
    cli_error(c, NULL, "--%s: '%s' is not one of %s", option, s, values);
    return false;
}

/* ---- help --------------------------------------------------------------------------------- */

static void help_options(wick_buf *b, const cli_option *list)
{
    for (const cli_option *o = list; o && o->name; o++) {
        char left[64];
        const char *more = o->take == CLI_WORDS || o->take == CLI_PAIRS ? "..." : "";
        snprintf(left, sizeof left, "--%s%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "",
                 o->arg ? more : "");
        wick_buf_addf(b, "  %-24s", left);
        if (strlen(left) > 24) wick_buf_addf(b, "\n  %-24s", "");
        for (const char *s = o->doc; *s;) {
            const size_t n = strcspn(s, "\n");
            wick_buf_addf(b, " %.*s\n", (int)n, s);
            s += n;
            if (*s) {
                s++;
                wick_buf_addf(b, "  %-24s", "");
            }
        }
    }
}

void cli_help_text(const cli *c, wick_buf *b)
{
    const cli_command *m = c->command;
    wick_buf_addf(b, "usage: %s%s%s%s\n\n%s\n", c->path, m->operands ? " " : "",
                  m->operands ? m->operands : "", m->options ? " [options]" : "", m->summary);
    if (m->subs) {
        wick_buf_add(b, "\ncommands:\n", -1);
        for (int i = 0; m->subs[i]; i++)
            wick_buf_addf(b, "  %-12s %s\n", m->subs[i]->name, m->subs[i]->summary);
    }
    wick_buf_add(b, "\noptions:\n", -1);
    help_options(b, m->options);
    help_options(b, cli_common_options);
    if (m->notes) wick_buf_addf(b, "\n%s\n", m->notes);
    if (m->example) {
        wick_buf_add(b, "\nexample:\n", -1);
        for (const char *s = m->example; *s;) {
            const size_t n = strcspn(s, "\n");
            wick_buf_addf(b, "  %.*s\n", (int)n, s);
            s += n;
            if (*s) s++;
        }
    }
}
