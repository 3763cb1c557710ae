/* SPDX-License-Identifier: MIT */
#include "cli/study_job.h"

#include <stdlib.h>
#include <string.h>

/* Options that say where and how long, not what. */
static bool of_process(const char *name)
{
    static const char *const list[] = {"study",  "study-name", "jobs",  "out",        "format",
                                       "trials", "timeout",    "heat",  "benchmark",  "quiet",
                                       "async",  "replay",     "batch", "keep-going", "enqueue"};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (strcmp(list[i], name) == 0) return true;
    return false;
}

/* A file the job is made of: the strategy, an objective, a configuration, a list of symbols. */
static const char *file_of(const cli_option *o, const char *value)
{
    static const char *const names[] = {"config", "params", "symbol-info"};
    const size_t n = strlen(value);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], o->name) == 0) return value;
    if (strcmp(o->name, "symbols") == 0 && value[0] == '@') return value + 1;
    const bool script = n > 4 && strcmp(value + n - 4, ".lua") == 0;
    return strcmp(o->name, "objective") == 0 && script ? value : NULL;
}

static void args_json(wick_json_writer *w, const cli *c)
{
    wick_jw_key(w, "args");
    wick_jw_array(w);
    wick_jw_string(w, c->operands[0]);
    for (const cli_option *o = c->command->options; o->name; o++) {
        if (!cli_has(c, o->name) || of_process(o->name)) continue;
        char word[80];
        snprintf(word, sizeof word, "--%s", o->name);
        if (!o->arg) wick_jw_string(w, word);
        for (int i = 0; o->arg && i < cli_times(c, o->name); i++) {
            if (i == 0 || o->take == CLI_REPEAT) wick_jw_string(w, word);
            wick_jw_string(w, cli_nth(c, o->name, i));
        }
    }
    wick_jw_end(w);
}

static bool files_json(wick_json_writer *w, cli *c)
{
    char hex[65];
    wick_jw_key(w, "files");
    wick_jw_object(w);
    bool good = tune_file_hash(c, c->operands[0], hex);
    wick_jw_key(w, c->operands[0]), wick_jw_string(w, good ? hex : NULL);
    for (const cli_option *o = c->command->options; good && o->name; o++)
        for (int i = 0; good && o->arg && i < cli_times(c, o->name); i++) {
            const char *path = of_process(o->name) ? NULL : file_of(o, cli_nth(c, o->name, i));
            if (!path) continue;
            good = tune_file_hash(c, path, hex);
            wick_jw_key(w, path), wick_jw_string(w, good ? hex : NULL);
        }
    wick_jw_end(w);
    return good;
}

bool study_job_write(tune_job *j, wick_study *s)
{
    if (wick_study_system_attr(s, STUDY_JOB)) return true;
    wick_buf b = {0};
    wick_json_writer w;
    char hex[65], key[40];
    wick_jw_begin(&w, &b, 0);
    wick_jw_object(&w);
    args_json(&w, j->c);
    bool good = files_json(&w, j->c);
    for (int32_t i = 0; i < j->n_markets; i++) {
        snprintf(key, sizeof key, "bars%s%s", j->frame[i][0] ? "." : "", j->frame[i]);
        tune_bars_hash(j->panel[i], hex);
        wick_jw_key(&w, key), wick_jw_string(&w, hex);
    }
    if (j->finer) {
        tune_bars_hash(j->finer, hex);
        wick_jw_key(&w, "bars.finer"), wick_jw_string(&w, hex);
    }
    wick_jw_key(&w, "trials"), wick_jw_int(&w, j->trials);
    wick_jw_end(&w);
    if (good) {
        const wick_status st = b.failed
                                   ? wick_fail_mem(j->c->ctx)
                                   : wick_study_set_system_attr(j->c->ctx, s, STUDY_JOB, b.data);
        if (st < 0) cli_fail(j->c);
        good = st >= 0;
    }
    wick_buf_free(&b);
    return good;
}

bool study_job_read(cli *c, const wick_study *s, study_job *out)
{
    *out = (study_job){0};
    const char *text = wick_study_system_attr(s, STUDY_JOB);
    if (!text) {
        cli_error(c, "`wick tune FILE.lua ... --study URL` makes one that has",
                  "study '%s' does not say what it is a search for", wick_study_name(s));
        return false;
    }
    if (wick_json_parse(c->ctx, STUDY_JOB, text, (int64_t)strlen(text), &out->doc) < 0) {
        cli_fail(c);
        return false;
    }
    const wick_json *root = wick_json_root(out->doc), *args = wick_json_get(root, "args");
    const int64_t n = wick_json_count(args);
    const double trials = wick_json_number(wick_json_get(root, "trials"));
    out->trials = trials > 0 ? (int64_t)trials : 0;
    out->argv = calloc((size_t)n + 1, sizeof *out->argv);
    for (int64_t i = 0; out->argv && i < n; i++) {
        const char *word = wick_json_string(wick_json_at(args, i));
        if (word) out->argv[out->argc++] = (char *)(uintptr_t)word;
    }
    if (out->argv && out->argc > 0) return true;
    cli_error(c, NULL, "study '%s': its job has no arguments", wick_study_name(s));
    return false;
}

void study_job_free(study_job *k)
{
    wick_json_free(k->doc);
    free(k->argv);
    *k = (study_job){0};
}

static bool other(cli *c, const char *what, const char *had, const char *is)
{
    cli_error(c, "results of different files or bars do not belong into one study",
              "%s is not the one the study was made with (sha256 %.12s..., there %.12s...)", what,
              is, had);
    return false;
}

bool study_job_files(cli *c, const study_job *k)
{
    const wick_json *files = wick_json_get(wick_json_root(k->doc), "files");
    for (int64_t i = 0; i < wick_json_count(files); i++) {
        const wick_json *f = wick_json_at(files, i);
        const char *had = wick_json_string(f), *path = wick_json_key(f);
        char hex[65];
        if (!had || !path) continue;
        if (!tune_file_hash(c, path, hex)) return false;
        if (strcmp(had, hex) != 0) return other(c, path, had, hex);
    }
    return true;
}

bool study_job_bars(const tune_job *j, const study_job *k)
{
    for (int32_t i = 0; i < j->n_markets; i++) {
        char key[40], hex[65];
        snprintf(key, sizeof key, "bars%s%s", j->frame[i][0] ? "." : "", j->frame[i]);
        const char *had = wick_json_string(wick_json_get(wick_json_root(k->doc), key));
        tune_bars_hash(j->panel[i], hex);
        if (had && strcmp(had, hex) != 0) return other(j->c, "the data", had, hex);
    }
    const char *had = wick_json_string(wick_json_get(wick_json_root(k->doc), "bars.finer"));
    char hex[65] = "none";
    if (j->finer) tune_bars_hash(j->finer, hex);
    if (had && strcmp(had, hex) != 0) return other(j->c, "the finer data", had, hex);
    return true;
}
