/* SPDX-License-Identifier: MIT */
/** What `wick tune` and `wick walk` share: strategy, bars, objectives, split, study, output folder.
 */
#ifndef WICK_CLI_TUNE_JOB_H
#define WICK_CLI_TUNE_JOB_H

#include "cli/run_config.h"
#include "lua/eval.h"

/* Seconds between the signs of life of running trials of a stored study. */
enum { TUNE_MARKETS = 16, TUNE_HEARTBEAT = 30 };

typedef struct tune_job {
    cli *c;
    run_config cfg;
    wk_host *host; /**< reads the file for the configuration; runs happen in `eval` */
    wk_script *script;
    wk_eval *eval;
    wick_subject subject;
    bool *fixed;
    wick_panel *panel[TUNE_MARKETS];
    wick_panel *finer; /**< --finer; NULL: none */
    wick_market market[TUNE_MARKETS];
    char frame[TUNE_MARKETS][16];
    int32_t n_markets;
    wick_split *split;
    const char *robust, *sampler, *pruner, *study_name;
    int32_t over, threads;
    int64_t trials, batch;
    double timeout;
    wick_storage *storage; /**< NULL: memory */
    wick_buf sampler_text, pruner_text, robust_text;
    wick_workdir *work;
    cli_progress *progress;
    double started;
    int64_t begun; /**< trials that were there when the search began */
    int32_t profile; /**< wick_opt_profile */
    int64_t later; /**< searches of the same size to come, in a walk */
    char line[160];
    double heartbeat; /**< 0: TUNE_HEARTBEAT; set before tune_job_open */
    int32_t retries;  /**< of trials that lost their process; set before tune_job_open */
} tune_job;

/** name:key=v,key=v and name(key=v, key=v) are the same; the colon needs no quotes in a shell. The
 * result is `s`, or in `b`. */
const char *tune_job_call(const char *s, wick_buf *b);
/** Options, strategy, bars, evaluator, subject, split, storage. `split` is used when none is given.
 * False: an error was reported; close it all the same. */
bool tune_job_open(tune_job *j, cli *c, const char *split);
void tune_job_close(tune_job *j);
/** What every trial runs, and the part the winner is shown at the end (NULL without one). */
bool tune_job_courses(tune_job *j, wick_course **course, wick_course **test);
/** A study of this job; `name` NULL: the job's own. */
wick_status tune_job_study(tune_job *j, wick_ctx *ctx, const char *name, uint64_t seed,
                           wick_study **out);
/** The parameters as configured (defaults, --param) are the first trial of a new study. */
bool tune_job_enqueue(tune_job *j, wick_study *s);
/** Line of progress; `head` comes first ("window 3 of 7: "). */
void tune_job_progress(tune_job *j, const char *head, const wick_tune_progress *p);
bool tune_file_hash(cli *c, const char *path, char hex[65]); /**< false: an error was reported */
void tune_bars_hash(const wick_panel *p, char hex[65]);
/** Opens the output folder. */
bool tune_job_folder(tune_job *j);
bool tune_job_write(tune_job *j, const char *name, wick_buf *b); /**< frees b */
bool tune_job_finish(tune_job *j);

/** Options after those of `wick run`. */
#define TUNE_OPTIONS                                                                               \
    {"trials", "N", "trials of the study when it is over (walk: per window); default 100",         \
     CLI_ONE},                                                                                     \
        {"timeout", "T", "stop after this time: 90s, 10m, 2h (walk: per window)", CLI_ONE},                           \
        {"objective", "NAME",                                                                      \
         "a metric, a named objective (`wick list objectives`) or FILE.lua; may be\n"              \
         "given several times; default sharpe",                                                    \
         CLI_REPEAT},                                                                              \
        {"sampler", "NAME[:K=V,..]", "how parameters are chosen, default tpe", CLI_ONE},           \
        {"pruner", "NAME[:K=V,..]", "ends hopeless trials between folds, default nop", CLI_ONE},   \
        {"optuna", "4|5", "whose defaults samplers have, default 5", CLI_ONE},                     \
        {"enqueue", "F.json", "parameters to try first: an object, or a list of them", CLI_ONE},   \
        {"fix", "K=V", "parameters that are not searched", CLI_PAIRS},                             \
        {"split", "SPLIT", "parts of the history, see docs/tuning.md", CLI_ONE},                   \
        {"over", "HOW", "folds together: mean, median, worst or stitched; default mean", CLI_ONE}, \
        {"robust", "FORM", "bootstrap, noise or plateau: not the score but a median", CLI_ONE},    \
        {"timeframes", "A,B", "every trial runs on all of these; the first gives the clock",       \
         CLI_ONE},                                                                                 \
        {"study", "URL", "where trials are kept: sqlite:///F.db, postgresql://..., journal:F",     \
         CLI_ONE},                                                                                 \
        {"study-name", "NAME", "default: the strategy's name", CLI_ONE},                           \
        {"batch", "N", "trials asked for before any is told, default 8; changes results",          \
         CLI_ONE},                                                                                 \
        {"keep-going", NULL, "a script that fails is a failed trial, not the end", CLI_ONE},       \
        {"out", "DIR", "folder for results, default runs/NAME-HASH", CLI_ONE},                     \
    {                                                                                              \
        "format", "table|json", "what stdout shows", CLI_ONE                                       \
    }

#endif
