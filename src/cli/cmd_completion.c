/* SPDX-License-Identifier: MIT */
/* Completion scripts for shells, made from the option tables. */
#include <string.h>

#include "cli/cli.h"
#include "wick.h"

/* ---- walking ------------------------------------------------------------------------------ */

typedef void (*visit_fn)(wick_buf *b, const char *program, const char *path, const cli_command *m);

/* `path` is " data check"; "" is the program itself. */
static void walk(wick_buf *b, const char *program, const char *path, const cli_command *const *list,
                 visit_fn visit)
{
    for (int i = 0; list[i]; i++) {
        char own[96];
        snprintf(own, sizeof own, "%.60s %.30s", path, list[i]->name);
        visit(b, program, own, list[i]);
        if (list[i]->subs) walk(b, program, own, list[i]->subs, visit);
    }
}

/* Words of "a|b|c" when all of them are plain lower case; else nothing. */
static bool words_of(const char *arg, wick_buf *out)
{
    out->len = 0;
    if (!arg || !strchr(arg, '|')) return false;
    for (const char *s = *arg == '[' ? arg + 1 : arg; *s && *s != ']'; s++) {
        const bool plain = (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || *s == '_' ||
                           *s == '-' || *s == '.';
        if (!plain && *s != '|') return false;
        wick_buf_add(out, *s == '|' ? " " : s, 1);
    }
    return true;
}

/* The values of an option: those its table names, or the names of a registry. */
static bool values_of(const char *path, const cli_option *o, wick_buf *out)
{
    if (words_of(o->arg, out)) return true;
    out->len = 0;
    if (strcmp(path, " score") != 0 && strstr(o->name, "profile") && o->arg)
        for (int64_t i = 0; i < wick_profile_count(); i++)
            wick_buf_addf(out, "%s ", wick_profile_at(i)->name);
    if (strcmp(o->name, "engine") == 0)
        for (int64_t i = 0; i < wick_settings_count(); i++)
            wick_buf_addf(out, "%s= ", wick_settings_doc(i)->key);
    if (strcmp(o->name, "breakdown") == 0)
        for (int64_t i = 0; i < wick_sheet_count(); i++)
            wick_buf_addf(out, "%s ", wick_sheet_at(i)->name);
    return out->len > 0;
}

/* What stands for itself: words the table names, or what `wick doc` can explain. */
static bool operands_of(const char *path, const cli_command *m, wick_buf *out)
{
    if (words_of(m->operands, out)) return true;
    out->len = 0;
    if (strcmp(path, " doc") != 0) return false;
    for (int64_t i = 0; i < wick_ta_count(); i++) wick_buf_addf(out, "ta.%s ", wick_ta_at(i)->name);
    for (int64_t i = 0; i < wick_metric_count(); i++)
        wick_buf_addf(out, "%s ", wick_metric_at(i)->name);
    for (int64_t i = 0; i < wick_settings_count(); i++)
        wick_buf_addf(out, "%s ", wick_settings_doc(i)->key);
    return true;
}

/* What names a file or folder in the option tables. */
static bool takes_file(const char *arg)
{
    return arg && (strstr(arg, "FILE") || strstr(arg, "PATH") || strstr(arg, "DIR") ||
                   strncmp(arg, "F.", 2) == 0 || strcmp(arg, "F") == 0);
}

static void quoted(wick_buf *b, const char *s)
{
    for (; *s; s++) {
        if (*s == '\n') {
            wick_buf_add(b, " ", 1);
        } else if (*s == '\'') {
            wick_buf_add(b, "'\\''", 4);
        } else {
            wick_buf_add(b, s, 1);
        }
    }
}

/* ---- bash --------------------------------------------------------------------------------- */

static void bash_path(wick_buf *b, const char *program, const char *path, const cli_command *m)
{
    (void)program;
    (void)m;
    wick_buf_addf(b, "            '%s') path=\"$path ${COMP_WORDS[i]}\" ;;\n", path);
}

static void bash_values(wick_buf *b, const char *program, const char *path, const cli_command *m)
{
    (void)program;
    wick_buf words = {0};
    for (const cli_option *o = m->options; o && o->name; o++) {
        if (values_of(path, o, &words))
            wick_buf_addf(
                b, "        '%s:--%s') COMPREPLY=($(compgen -W '%s' -- \"$cur\")); %sreturn ;;\n",
                path, o->name, words.data,
                strchr(words.data, '=') ? "compopt -o nospace 2>/dev/null; " : "");
        else if (takes_file(o->arg))
            wick_buf_addf(b,
                          "        '%s:--%s') COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n",
                          path, o->name);
        else if (o->arg)
            wick_buf_addf(b, "        '%s:--%s') COMPREPLY=(); return ;;\n", path, o->name);
    }
    wick_buf_free(&words);
}

static void bash_words(wick_buf *b, const char *program, const char *path, const cli_command *m)
{
    (void)program;
    wick_buf words = {0};
    wick_buf_addf(b, "        '%s') words='", path);
    for (int i = 0; m->subs && m->subs[i]; i++) wick_buf_addf(b, "%s ", m->subs[i]->name);
    if (operands_of(path, m, &words)) wick_buf_addf(b, "%s ", words.data);
    wick_buf_free(&words);
    for (const cli_option *o = m->options; o && o->name; o++) wick_buf_addf(b, "--%s ", o->name);
    for (const cli_option *o = cli_common_options; o->name; o++) wick_buf_addf(b, "--%s ", o->name);
    wick_buf_add(b, "' ;;\n", -1);
}

static void bash(wick_buf *b, const char *program)
{
    wick_buf_addf(b,
                  "# bash completion of %s: source it, or put it into\n"
                  "# ~/.local/share/bash-completion/completions/%s\n"
                  "_wick_complete() {\n"
                  "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                  "    local path= words= i\n"
                  "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                  "        case \"$path ${COMP_WORDS[i]}\" in\n",
                  program, program);
    walk(b, program, "", cli_commands, bash_path);
    wick_buf_add(b, "        esac\n    done\n    case \"$path:$prev\" in\n", -1);
    walk(b, program, "", cli_commands, bash_values);
    wick_buf_add(b, "    esac\n    case \"$path\" in\n        '') words='", -1);
    for (int i = 0; cli_commands[i]; i++) wick_buf_addf(b, "%s ", cli_commands[i]->name);
    wick_buf_add(b, "help --version' ;;\n", -1);
    walk(b, program, "", cli_commands, bash_words);
    wick_buf_addf(b,
                  "    esac\n"
                  "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                  "    [[ $cur == -* || -z $path ]] || COMPREPLY+=($(compgen -f -- \"$cur\"))\n"
                  "}\n"
                  "complete -o filenames -F _wick_complete %s\n",
                  program);
}

/* ---- zsh ---------------------------------------------------------------------------------- */

/* In a description of _arguments brackets and colons have a meaning. */
static void zsh_text(wick_buf *b, const char *s)
{
    for (; *s && *s != '\n'; s++) {
        if (*s == '\'') {
            wick_buf_add(b, "'\\''", 4);
            continue;
        }
        if (*s == '[' || *s == ']' || *s == ':') wick_buf_add(b, "\\", 1);
        wick_buf_add(b, s, 1);
    }
}

static void zsh_option(wick_buf *b, const char *path, const cli_option *o)
{
    wick_buf words = {0};
    wick_buf_addf(b, " '%s--%s%s[", o->take == CLI_ONE ? "" : "*", o->name, o->arg ? "=" : "");
    zsh_text(b, o->doc);
    wick_buf_add(b, "]", 1);
    if (o->arg) {
        wick_buf_add(b, ":value:", -1);
        if (values_of(path, o, &words))
            wick_buf_addf(b, "(%s)", words.data);
        else if (takes_file(o->arg))
            wick_buf_add(b, "_files", -1);
    }
    wick_buf_add(b, "'", 1);
    wick_buf_free(&words);
}

static void zsh_case(wick_buf *b, const char *program, const char *path, const cli_command *m)
{
    (void)program;
    wick_buf words = {0};
    wick_buf_addf(b, "        '%s') _arguments", path);
    for (const cli_option *o = m->options; o && o->name; o++) zsh_option(b, path, o);
    for (const cli_option *o = cli_common_options; o->name; o++) zsh_option(b, path, o);
    if (m->subs) {
        wick_buf_add(b, " '1:command:(", -1);
        for (int i = 0; m->subs[i]; i++) wick_buf_addf(b, "%s ", m->subs[i]->name);
        wick_buf_add(b, ")'", -1);
    } else if (operands_of(path, m, &words)) {
        wick_buf_addf(b, " '*:what:(%s)'", words.data);
    } else if (m->operands) {
        wick_buf_add(b, " '*:file:_files'", -1);
    }
    wick_buf_add(b, " ;;\n", -1);
    wick_buf_free(&words);
}

static void zsh_path(wick_buf *b, const char *program, const char *path, const cli_command *m)
{
    (void)program;
    (void)m;
    wick_buf_addf(b, "            '%s') trek=\"$trek ${words[i]}\"; used=$i ;;\n", path);
}

static void zsh(wick_buf *b, const char *program)
{
    wick_buf_addf(b,
                  "#compdef %s\n"
                  "# zsh completion of %s: put it as _%s into a folder of $fpath\n"
                  "_wick_complete() {\n"
                  "    local trek= used=1 i\n"
                  "    for ((i = 2; i < CURRENT; i++)); do\n"
                  "        case \"$trek ${words[i]}\" in\n",
                  program, program, program);
    /* `path` is tied to PATH in zsh, so the way taken has another name. */
    walk(b, program, "", cli_commands, zsh_path);
    wick_buf_add(b,
                 "        esac\n"
                 "    done\n"
                 "    if [[ -z $trek ]]; then\n"
                 "        local -a commands=(",
                 -1);
    for (int i = 0; cli_commands[i]; i++) {
        wick_buf_addf(b, " '%s:", cli_commands[i]->name);
        quoted(b, cli_commands[i]->summary);
        wick_buf_add(b, "'", 1);
    }
    wick_buf_add(b,
                 " )\n"
                 "        _describe command commands\n"
                 "        return\n"
                 "    fi\n"
                 "    words=(\"${words[@]:$((used - 1))}\")\n"
                 "    CURRENT=$((CURRENT - used + 1))\n"
                 "    case \"$trek\" in\n",
                 -1);
    walk(b, program, "", cli_commands, zsh_case);
    wick_buf_addf(b, "    esac\n}\ncompdef _wick_complete %s\n", program);
}

/* ---- fish --------------------------------------------------------------------------------- */

static void fish_case(wick_buf *b, const char *program, const char *path, const cli_command *m)
{
    wick_buf words = {0};
    for (int i = 0; m->subs && m->subs[i]; i++) {
        wick_buf_addf(b, "complete -c %s -n '__wick_at \"%s\"' -f -a %s -d '", program, path,
                      m->subs[i]->name);
        quoted(b, m->subs[i]->summary);
        wick_buf_add(b, "'\n", -1);
    }
    if (operands_of(path, m, &words))
        wick_buf_addf(b, "complete -c %s -n '__wick_at \"%s\"' -f -a '%s'\n", program, path,
                      words.data);
    for (int common = 0; common < 2; common++) {
        const cli_option *o = common ? cli_common_options : m->options;
        for (; o && o->name; o++) {
            wick_buf_addf(b, "complete -c %s -n '__wick_at \"%s\"' -l %s", program, path, o->name);
            if (values_of(path, o, &words))
                wick_buf_addf(b, " -x -a '%s'", words.data);
            else if (o->arg)
                wick_buf_add(b, takes_file(o->arg) ? " -r -F" : " -x", -1);
            wick_buf_add(b, " -d '", -1);
            quoted(b, o->doc);
            wick_buf_add(b, "'\n", -1);
        }
    }
    wick_buf_free(&words);
}

static void fish_path(wick_buf *b, const char *program, const char *path, const cli_command *m)
{
    (void)program;
    (void)m;
    wick_buf_addf(b, "            case '%s'\n                set path \"$path $word\"\n", path);
}

static void fish(wick_buf *b, const char *program)
{
    wick_buf_addf(b,
                  "# fish completion of %s: put it as %s.fish into ~/.config/fish/completions\n"
                  "function __wick_at\n"
                  "    set -l path ''\n"
                  "    for word in (commandline -opc)[2..-1]\n"
                  "        switch \"$path $word\"\n",
                  program, program);
    walk(b, program, "", cli_commands, fish_path);
    wick_buf_add(b,
                 "        end\n"
                 "    end\n"
                 "    test \"$path\" = \"$argv[1]\"\n"
                 "end\n",
                 -1);
    for (int i = 0; cli_commands[i]; i++) {
        wick_buf_addf(b, "complete -c %s -n '__wick_at \"\"' -f -a %s -d '", program,
                      cli_commands[i]->name);
        quoted(b, cli_commands[i]->summary);
        wick_buf_add(b, "'\n", -1);
    }
    walk(b, program, "", cli_commands, fish_case);
}

/* ---- command ------------------------------------------------------------------------------ */

static int run(cli *c)
{
    static const struct {
        const char *name;
        void (*print)(wick_buf *b, const char *program);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    static const char *const names[] = {"bash", "zsh", "fish"};
    char hint[96];
    wick_buf b = {0};
    for (int i = 0; i < 3; i++) {
        if (strcmp(c->operands[0], shells[i].name) != 0) continue;
        shells[i].print(&b, c->program);
        return cli_print(c, &b);
    }
    cli_nearest(hint, sizeof hint, c->operands[0], names, 3);
    if (!*hint) snprintf(hint, sizeof hint, "%s", "bash, zsh and fish are known");
    return cli_error(c, hint, "no completion for the shell '%s'", c->operands[0]);
}

const cli_command cli_command_completion = {
    .name = "completion",
    .summary = "prints a completion script for a shell",
    .operands = "bash|zsh|fish",
    .min_operands = 1,
    .max_operands = 1,
    .example = "wick completion bash > ~/.local/share/bash-completion/completions/wick",
    .run = run,
};
