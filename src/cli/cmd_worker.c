/* SPDX-License-Identifier: MIT */
/* wick worker: takes part in a stored study. There is no master: each worker asks the storage. */
#include <stdlib.h>
#include <string.h>

#include "cli/study_job.h"

static const cli_option options[] = {
    {"study", "URL", "the storage: sqlite:///F.db, postgresql://..., journal:F", CLI_ONE},
    {"study-name", "NAME", "may be left out when the storage has one study", CLI_ONE},
    {"trials", "N",
     "end when the study has so many, whoever ran them; default: as `wick tune` said", CLI_ONE},
    {"timeout", "S", "end after so many seconds", CLI_ONE},
    {"jobs", "N", "threads, default: all cores", CLI_ONE},
    {"data", "PATH", "where the bars are on this machine; they have to be the same", CLI_WORDS},
    {"sampler", "NAME[:K=V,..]", "default: the study's", CLI_ONE},
    {"pruner", "NAME[:K=V,..]", "default: the study's", CLI_ONE},
    {"heartbeat", "S", "seconds between signs of life, default 30", CLI_ONE},
    {"retries", "N", "of trials whose worker died, default 3; -1: always", CLI_ONE},
    {"keep-going", NULL, "a script that fails is a failed trial, not the end", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

typedef struct working {
    cli *c;
    cli inner; /* the `wick tune` that made the study, with our words */
    study_job job;
    char **argv;
    int argc;
    tune_job tune;
    bool opened;
    wick_course *course, *test;
    wick_study *study;
    wick_tune *result;
    int64_t trials, retries, jobs, told;
    double timeout, heartbeat;
    char words[4][32];
} working;

static void release(working *w)
{
    wick_tune_free(w->result);
    wick_study_free(w->study);
    wick_course_free(w->course);
    wick_course_free(w->test);
    if (w->opened) tune_job_close(&w->tune);
    if (w->argv) cli_release(&w->inner);
    free(w->argv);
    study_job_free(&w->job);
}

static bool read_options(working *w)
{
    cli *c = w->c;
    w->retries = 3;
    w->heartbeat = TUNE_HEARTBEAT;
    if (!cli_has(c, "study")) {
        cli_error(c, "wick worker --study sqlite:///studies.db", "--study is missing");
        return false;
    }
    if (cli_has(c, "data") && cli_times(c, "data") == 0) return false;
    return cli_int(c, "trials", 1, 1000000000, &w->trials) &&
           cli_int(c, "jobs", 1, 1024, &w->jobs) && cli_int(c, "retries", -1, 1000, &w->retries) &&
           cli_num(c, "timeout", 0.001, 1e7, &w->timeout) &&
           cli_num(c, "heartbeat", 0.1, 86400, &w->heartbeat);
}

/* ---- the job ------------------------------------------------------------------------------ */

static bool find_job(working *w, char **name)
{
    cli *c = w->c;
    const wick_storage_opts so = {.size = sizeof so, .read_only = true};
    wick_storage *at = NULL;
    wick_study_info *list = NULL;
    wick_study *s = NULL;
    int64_t n = 0;
    const char *given = cli_text(c, "study-name");
    bool good = wick_storage_open(c->ctx, cli_text(c, "study"), &so, &at) >= 0 &&
                (given || wick_storage_list(c->ctx, at, &list, &n) >= 0);
    if (!good) cli_fail_hint(c, "docs/storage.md has the forms of --study");
    if (good && !given && n != 1) {
        good = false;
        cli_error(c, n ? "`wick study list URL` names them" : "`wick tune` makes one",
                  n ? "%s has %lld studies: --study-name says which one" : "%s has %lld studies",
                  wick_storage_url(at), (long long)n);
    }
    if (good) {
        *name = strdup(given ? given : list[0].name);
        const wick_study_opts o = {.size = sizeof o, .name = *name, .sampler = "random"};
        good = *name && wick_storage_study(c->ctx, at, &o, WICK_STUDY_LOAD, &s) >= 0;
        if (!good) cli_fail_hint(c, "`wick study list URL` names the studies");
    }
    good = good && study_job_read(c, s, &w->job);
    free(list);
    wick_study_free(s);
    wick_storage_close(at);
    return good;
}

static void add_word(working *w, const char *word)
{
    w->argv[w->argc++] = (char *)(uintptr_t)word;
}

/* The words of the job, without those that are said here. */
static void job_words(working *w)
{
    static const char *const ours[] = {"data", "sampler", "pruner"};
    bool skip = false;
    for (int i = 0; i < w->job.argc; i++) {
        const char *word = w->job.argv[i];
        if (strncmp(word, "--", 2) == 0) {
            skip = false;
            for (size_t k = 0; k < sizeof ours / sizeof *ours; k++)
                if (strcmp(word + 2, ours[k]) == 0 && cli_has(w->c, ours[k])) skip = true;
        }
        if (!skip) add_word(w, word);
    }
    for (int i = 0; i < cli_times(w->c, "data"); i++) {
        if (i == 0) add_word(w, "--data");
        add_word(w, cli_nth(w->c, "data", i));
    }
    for (int k = 1; k < 3; k++) {
        if (!cli_has(w->c, ours[k])) continue;
        add_word(w, k == 1 ? "--sampler" : "--pruner");
        add_word(w, cli_text(w->c, ours[k]));
    }
}

static bool build(working *w, const char *name)
{
    cli *c = w->c;
    w->argv = calloc((size_t)(w->job.argc + cli_times(c, "data") + 20), sizeof *w->argv);
    if (!w->argv) return cli_error(c, NULL, "out of memory") == CLI_GOOD;
    job_words(w);
    add_word(w, "--study"), add_word(w, cli_text(c, "study"));
    add_word(w, "--study-name"), add_word(w, name);
    if (w->jobs > 0) {
        snprintf(w->words[0], sizeof w->words[0], "%lld", (long long)w->jobs);
        add_word(w, "--jobs"), add_word(w, w->words[0]);
    }
    w->inner = (cli){.program = c->program,
                     .ctx = c->ctx,
                     .command = &cli_command_tune,
                     .quiet = c->quiet,
                     .color_err = c->color_err};
    snprintf(w->inner.path, sizeof w->inner.path, "%s", c->path);
    if (cli_parse(&w->inner, w->argc, w->argv) >= 0) return false;
    w->inner.quiet = c->quiet;
    w->tune.heartbeat = w->heartbeat;
    w->tune.retries = (int32_t)w->retries;
    w->opened = true;
    return study_job_files(c, &w->job) && tune_job_open(&w->tune, &w->inner, "none") &&
           study_job_bars(&w->tune, &w->job) && tune_job_courses(&w->tune, &w->course, &w->test);
}

/* ---- the work ----------------------------------------------------------------------------- */

static void progress(void *user, const wick_tune_progress *p)
{
    working *w = user;
    w->told++;
    tune_job_progress(&w->tune, "", p);
}

static bool work(working *w)
{
    tune_job *j = &w->tune;
    cli *c = w->c;
    j->trials = w->trials > 0 ? w->trials : w->job.trials;
    if (tune_job_study(j, c->ctx, NULL, (uint64_t)j->cfg.seed, &w->study) < 0) {
        cli_fail(c);
        return false;
    }
    const wick_tune_opts o = {.size = sizeof o,
                              .subject = &j->subject,
                              .course = w->course,
                              .study = w->study,
                              .n_trials = w->trials > 0      ? w->trials
                                          : w->timeout > 0.0 ? 0
                                                             : w->job.trials,
                              .timeout = w->timeout,
                              .threads = j->threads,
                              .worker = true,
                              .report_folds = strncmp(j->pruner, "wilcoxon", 8) == 0,
                              .keep_going = cli_has(c, "keep-going"),
                              .progress = progress,
                              .user = w};
    if (o.n_trials == 0 && !(o.timeout > 0.0)) {
        cli_error(c, NULL, "the study does not say how many trials: --trials or --timeout");
        return false;
    }
    j->begun = wick_study_count(w->study);
    j->started = wick_now();
    j->progress = cli_progress_start(c, "working");
    const wick_status st = wick_tune_run(c->ctx, &o, &w->result);
    cli_progress_stop(j->progress);
    j->progress = NULL;
    if (st < 0) cli_fail(c);
    cli_note(c, "%lld trials run here, %lld in study '%s'", (long long)w->told,
             (long long)wick_study_count(w->study), wick_study_name(w->study));
    return st >= 0;
}

static int run(cli *c)
{
    working w = {.c = c};
    char *name = NULL;
    const bool good = read_options(&w) && find_job(&w, &name) && build(&w, name) && work(&w);
    release(&w);
    free(name);
    return good ? CLI_GOOD : wick_interrupted() ? CLI_INTERRUPTED : CLI_MISTAKE;
}

const cli_command cli_command_worker = {
    .name = "worker",
    .summary = "takes part in a stored study, beside `wick tune` and other workers",
    .operands = NULL,
    .min_operands = 0,
    .max_operands = 0,
    .options = options,
    .notes =
        "The study says what is searched: strategy, parameters, bars, objectives, split. Files "
        "are\n"
        "looked for at the same paths, and have to be the same ones; so do the bars. Any number "
        "of\n"
        "workers, on any number of machines, work without a master; one that dies loses only the\n"
        "trial it was at, which another one runs again. `wick tune` with the same study ends with\n"
        "the report.",
    .example = "wick tune strategies/donchian_breakout.lua --data bars --trials 500 --study "
               "sqlite:///s.db &\n"
               "wick worker --study sqlite:///s.db",
    .run = run,
};
