/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/tune_show.h"

static const cli_option options[] = {
    RUN_CONFIG_OPTIONS,
    RUN_CONFIG_FINER_OPTION,
    TUNE_OPTIONS,
    {"reset", NULL, "every window starts with --cash; else equity is carried on", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

typedef struct walking {
    tune_job j;
    wick_walk *walk;
    wick_scores *scores;
    double psr;
} walking;

/* Each window has a stream of its own. */
static wick_status make_study(void *user, wick_ctx *ctx, int64_t window, const char *name,
                              wick_study **out)
{
    walking *k = user;
    tune_job *j = &k->j;
    char text[300];
    const uint64_t key[2] = {(uint64_t)j->cfg.seed, (uint64_t)window};
    snprintf(text, sizeof text, "%.200s/%.60s", j->study_name, name);
    const wick_status st = tune_job_study(j, ctx, text, wick_hash64(key, sizeof key, 0) >> 12, out);
    if (st < 0) return st;
    j->started = wick_now();
    j->begun = wick_study_count(*out);
    return tune_job_enqueue(j, *out) ? WICK_OK : wick_ctx_code(ctx);
}

static void progress(void *user, int64_t window, const wick_tune_progress *p)
{
    walking *k = user;
    char head[64];
    k->j.later = wick_split_count(k->j.split) - window - 1;
    snprintf(head, sizeof head, "window %lld of %lld: ", (long long)window + 1,
             (long long)wick_split_count(k->j.split));
    tune_job_progress(&k->j, head, p);
}

static bool walk(walking *k)
{
    tune_job *j = &k->j;
    const wick_walk_run_opts o = {.size = sizeof o,
                                  .subject = &j->subject,
                                  .markets = j->market,
                                  .n_markets = j->n_markets,
                                  .split = j->split,
                                  .aggregate = j->over,
                                  .robust = j->robust,
                                  .seed = (uint64_t)j->cfg.seed,
                                  .cash = j->cfg.cash,
                                  .reset = cli_has(j->c, "reset"),
                                  .n_trials = j->trials,
                                  .timeout = j->timeout,
                                  .batch = j->batch,
                                  .threads = j->threads,
                                  .keep_going = cli_has(j->c, "keep-going"),
                                  .report_folds = strncmp(j->pruner, "wilcoxon", 8) == 0,
                                  .study = make_study,
                                  .progress = progress,
                                  .user = k};
    j->progress = cli_progress_start(j->c, "walking");
    const wick_status st = wick_walk_run(j->c->ctx, &o, &k->walk);
    cli_progress_stop(j->progress);
    j->progress = NULL;
    if (st >= 0) return true;
    const int code = cli_fail(j->c);
    if (code == CLI_INTERRUPTED && j->storage)
        cli_note(j->c, "finished trials are kept: the same command goes on from there");
    else if (code == CLI_INTERRUPTED)
        cli_note(j->c, "nothing is kept: --study sqlite:///FILE.db keeps the windows' studies");
    return false;
}

static double psr_of(const wick_ledger *l)
{
    const wick_equity e = wick_ledger_equity(l);
    double *r = malloc((size_t)(e.n + 1) * sizeof *r), psr = WICK_NA;
    if (r && e.n > 2) {
        wick_returns_into(e.n, e.equity, r);
        const wick_moments m = wick_moments_of(e.n - 1, r);
        if (m.dev > 0) psr = wick_psr(m.mean / m.dev, 0.0, m.n, m.skew, m.kurtosis);
    }
    free(r);
    return psr;
}

static bool score(walking *k)
{
    tune_job *j = &k->j;
    const wick_metric_opts o = wk_metric_opts(j->cfg.settings, j->market[0].bars_per_year);
    if (wick_score(j->c->ctx, wick_walk_ledger(k->walk, 0), &o, NULL, 0, &k->scores) < 0) {
        cli_fail(j->c);
        return false;
    }
    k->psr = psr_of(wick_walk_ledger(k->walk, 0));
    return true;
}

/* Objective of every path, for combinatorial splits. */
static bool write_paths(walking *k)
{
    tune_job *j = &k->j;
    wick_buf b = {0};
    if (wick_walk_paths(k->walk) < 2) return true;
    wick_buf_addf(&b, "path,%s,return_pct,psr\n", j->subject.objectives[0]);
    for (int64_t p = 0; p < wick_walk_paths(k->walk); p++) {
        const wick_ledger *l = wick_walk_ledger(k->walk, p);
        const wick_equity e = wick_ledger_equity(l);
        wick_verdict v;
        if (j->subject.score(j->subject.user, j->c->ctx, 0, l, NULL, j->market[0].bars_per_year,
                             &v) < 0) {
            wick_buf_free(&b);
            return cli_fail(j->c) == CLI_GOOD;
        }
        const double cells[3] = {v.value[0],
                                 e.n > 0 ? 100.0 * (e.equity[e.n - 1] / wick_ledger_cash0(l) - 1.0)
                                         : WICK_NA,
                                 psr_of(l)};
        wick_buf_add_int(&b, p + 1);
        for (int i = 0; i < 3; i++) {
            wick_buf_add(&b, ",", 1);
            if (!isnan(cells[i])) wick_buf_add_double(&b, cells[i]);
        }
        wick_buf_add(&b, "\n", 1);
    }
    return tune_job_write(j, "paths.csv", &b);
}

static bool write_ledger(walking *k)
{
    static const struct {
        const char *file, *writer;
    } files[] = {{"equity.csv", "equity_csv"}, {"trades.csv", "trades_csv"}};
    tune_job *j = &k->j;
    const wick_result r = {.size = sizeof r,
                           .strategy = wk_script_name(j->script),
                           .profile = wick_settings_profile_name(j->cfg.settings),
                           .ledger = wick_walk_ledger(k->walk, 0),
                           .scores = k->scores,
                           .timeframe_ms =
                               wick_bars_info(wick_panel_bars(j->panel[0], 0))->timeframe_ms};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        wick_buf b = {0};
        if (wick_report_write(j->c->ctx, files[i].writer, &r, &b) < 0) {
            wick_buf_free(&b);
            return cli_fail(j->c) == CLI_GOOD;
        }
        if (!tune_job_write(j, files[i].file, &b)) return false;
    }
    return true;
}

static bool write_folder(walking *k)
{
    tune_job *j = &k->j;
    wick_buf b = {0};
    walk_show_csv(j, k->walk, &b);
    if (!tune_job_write(j, "windows.csv", &b) || !write_ledger(k) || !write_paths(k)) return false;
    walk_show_json(j, k->walk, k->scores, k->psr, &b);
    if (!tune_job_write(j, "report.json", &b)) return false;
    walk_show_text(j, k->walk, k->scores, k->psr, &b);
    return tune_job_write(j, "report.txt", &b) && tune_job_finish(j);
}

static int run_job(walking *k, cli *c)
{
    wick_buf out = {0};
    const char *format = "table";
    if (!tune_job_open(&k->j, c, "rolling") || !tune_job_folder(&k->j) || !walk(k) || !score(k) || !write_folder(k))
        return CLI_MISTAKE;
    (void)cli_choice(c, "format", "table|json", &format);
    if (strcmp(format, "json") == 0)
        walk_show_json(&k->j, k->walk, k->scores, k->psr, &out);
    else
        walk_show_text(&k->j, k->walk, k->scores, k->psr, &out);
    return cli_print(c, &out);
}

static int run(cli *c)
{
    walking k = {.psr = WICK_NA};
    int code = run_job(&k, c);
    if (code != CLI_GOOD && wick_interrupted()) code = CLI_INTERRUPTED;
    wick_scores_free(k.scores);
    wick_walk_free(k.walk);
    tune_job_close(&k.j);
    return code;
}

const cli_command cli_command_walk = {
    .name = "walk",
    .summary = "walk-forward: searches window after window, trades what comes after each",
    .operands = "FILE.lua",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .notes = "Every window of --split (default rolling: 365 days to search, 30 to trade, moved by "
             "7) is\n"
             "searched on its train part; the winner trades the test part. Where tests overlap the "
             "later\n"
             "window trades. Bars before a part warm indicators up.\n"
             "Exit codes: 0 good, 2 a mistake in arguments, data or script, 130 interrupted.",
    .example = "wick walk strategies/donchian_breakout.lua --data bars --trials 50 \\\n"
               "    --split calendar:unit=year,train=3,test=1",
    .run = run,
};
