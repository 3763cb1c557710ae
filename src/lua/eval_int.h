/* SPDX-License-Identifier: MIT */
/** Private to eval*.c: objectives, workers and what they share. */
#ifndef WICK_LUA_EVAL_INT_H
#define WICK_LUA_EVAL_INT_H

#include "lua/eval.h"

enum { MAX_WORKERS = 256, MAX_SPECS = 256 };

/* One of the objectives, as every worker sees it. */
typedef struct objective {
    char *name, *path;
    char *text; /* of a file; NULL: named or a metric */
    int64_t text_n;
    const wick_objective_spec *spec;
    int8_t better;
    int32_t first;  /* place of its metrics among the specs */
    int32_t limits; /* first constraint */
} objective;

typedef struct bench {
    wk_host *host;
    wk_script *script;
    wk_script *score[WICK_OBJECTIVES]; /* files only */
    wick_arena *arena;
    wick_score_scratch *scratch;
    wick_ledger *ledger;
    double values[MAX_SPECS];
    /* Holding all symbols over the rows of the last run, for metrics against a benchmark. */
    wick_panel *held;
    double *hold;
    int64_t hold_from, n_hold;
} bench;

struct wk_eval {
    char *path, *text;
    int64_t text_n;
    wk_host_opts host;
    char **roots;
    wick_settings *settings;
    double cash;
    wick_metric_opts metric;
    objective objective[WICK_OBJECTIVES];
    int32_t n_objectives, n_metrics, n_specs, n_limits, n_workers;
    int32_t all; /* where every metric in registry order begins; -1: not needed */
    const wick_metric_spec *spec[MAX_SPECS];
    char *limit[WK_LIMITS];
    bool benchmark; /* some metric compares */
    bool lean;      /* nothing asks for the columns a lean run leaves out */
    wick_cache *cache;
    wick_panel *finer;
    bench *worker;
    wick_tune_param *param; /* of the subject */
    wick_choice **choices;  /* per parameter, NULL where numeric */
    const char *objective_name[WICK_OBJECTIVES];
    int8_t better[WICK_OBJECTIVES];
};

/** What wk_eval_subject made. */
void wk_eval_free_subject(wk_eval *e);

#endif
