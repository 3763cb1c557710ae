/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/diff.h"
#include "cli/run_config.h"

static const cli_option options[] = {
    {"from-profile", "NAME", "assumptions to begin with; default: as `wick run` would", CLI_ONE},
    {"to-profile", "NAME", "assumptions to end with (`wick list profiles`)", CLI_ONE},
    {"metric", "NAME", "explained besides final equity and trades, default sharpe", CLI_ONE},
    {"together", "A,B", "settings that count as one assumption, in each use", CLI_REPEAT},
    {"orders", "N",
     "orders of change that are sampled when more than 12 groups of\n"
     "settings differ, default 256; up to 12 the shares are exact",
     CLI_ONE},
    {"format", "table|json", "default table", CLI_ONE},
    RUN_CONFIG_INPUT_OPTIONS,
    RUN_CONFIG_FINER_OPTION,
    RUN_CONFIG_REST_OPTIONS,
    {NULL, NULL, NULL, CLI_ONE},
};

typedef struct job {
    cli *c;
    run_config cfg;
    wk_host *host;
    wk_script *script;
    wick_panel *panel, *finer;
    wick_settings *from, *to;
    double *params;
    const char *metric;
    int64_t orders;
    wk_eval *eval;
    diff_result result;
} job;

static void no_print(void *user, const char *text, int64_t n)
{
    (void)user;
    (void)text;
    (void)n;
}

static wk_host_opts host_opts(const job *j)
{
    return (wk_host_opts){.size = sizeof(wk_host_opts),
                          .seed = (uint64_t)j->cfg.seed,
                          .strict = j->cfg.strict,
                          .print = no_print};
}

/* Both sets of settings, and the parameters, as `wick run` would have them. */
static bool read_sides(job *j)
{
    cli *c = j->c;
    const char *to = cli_text(c, "to-profile");
    const wk_host_opts opts = host_opts(j);
    if (wk_host_new(c->ctx, &opts, &j->host) < 0 ||
        wk_host_load(c->ctx, j->host, c->operands[0], &j->script) < 0) {
        cli_fail(c);
        return false;
    }
    if (!run_config_script_as(c, &j->cfg, j->script, cli_text(c, "from-profile"), "--from-profile"))
        return false;
    j->from = wick_settings_copy(j->cfg.settings);
    if (!run_config_script_as(c, &j->cfg, j->script, to, "--to-profile")) return false;
    j->to = wick_settings_copy(j->cfg.settings);
    const int64_t n = wk_script_params(j->script);
    j->params = malloc(((size_t)n + 1) * sizeof *j->params);
    if (!j->from || !j->to || !j->params) {
        cli_error(c, NULL, "out of memory");
        return false;
    }
    for (int64_t i = 0; i < n; i++) j->params[i] = wk_script_param(j->script, i)->value;
    return true;
}

static wick_status attribute(job *j)
{
    cli *c = j->c;
    enum { MOST = 32 };
    const char *together[MOST];
    const wk_host_opts host = host_opts(j);
    const double own = j->cfg.bars_per_year;
    const double year = isnan(own) ? wick_settings_year(j->from, j->panel)
                        : own < 0  ? wick_panel_bars_per_year(j->panel)
                                   : own;
    const wk_eval_opts eval = {.size = sizeof eval,
                               .path = c->operands[0],
                               .host = &host,
                               .settings = j->from,
                               .cash = j->cfg.cash,
                               .metric = wk_metric_opts(j->from, year),
                               .metrics = &j->metric,
                               .n_metrics = 1,
                               .workers = (int32_t)j->cfg.jobs,
                               .finer = j->finer};
    wick_status st = wk_eval_new(c->ctx, &eval, &j->eval);
    if (st < 0) return st;
    const int n = cli_times(c, "together");
    if (n > MOST)
        return wick_fail(c->ctx, WICK_E_ARG, "--together is given more than %d times", (int)MOST);
    for (int i = 0; i < n; i++) together[i] = cli_nth(c, "together", i);
    const diff_opts o = {.eval = j->eval,
                         .params = j->params,
                         .panel = j->panel,
                         .from = j->from,
                         .to = j->to,
                         .cash = j->cfg.cash,
                         .bars_per_year = year,
                         .has_trade_from = j->cfg.has_trade_from,
                         .trade_from = j->cfg.trade_from,
                         .orders = j->orders + j->orders % 2,
                         .seed = (uint64_t)j->cfg.seed,
                         .jobs = wk_eval_workers(j->eval),
                         .together = together,
                         .n_together = n};
    return diff_run(c->ctx, &o, &j->result);
}

static int run_job(job *j, const char *format)
{
    cli *c = j->c;
    if (!cli_has(c, "to-profile"))
        return cli_error(c, "--to-profile pybroker2 (`wick list profiles`)",
                         "%s: which profile to end with is not said", c->path);
    if (!wick_metric_find(j->metric)) {
        const int64_t n = wick_metric_count();
        const char **names = malloc((size_t)n * sizeof *names);
        char hint[128] = "";
        for (int64_t i = 0; names && i < n; i++) names[i] = wick_metric_at(i)->name;
        if (names) cli_nearest(hint, sizeof hint, j->metric, names, n);
        free(names);
        return cli_error(c, *hint ? hint : "`wick list metrics` shows them",
                         "--metric: no metric '%s'", j->metric);
    }
    if (!run_config_read(c, &j->cfg) || !read_sides(j) || !run_config_bars(c, &j->cfg, &j->panel) ||
        !run_config_finer(c, &j->cfg, &j->finer))
        return CLI_MISTAKE;
    cli_progress *progress = cli_progress_start(c, "running mixtures");
    const wick_status st = attribute(j);
    cli_progress_stop(progress);
    if (st < 0) return cli_fail_hint(c, "--together A,B makes settings that need each other one");
    const bool named = cli_has(c, "from-profile");
    const diff_names names = {.file = c->operands[0],
                              .from = named ? wick_settings_profile_name(j->from) : "as run",
                              .to = wick_settings_profile_name(j->to),
                              .metric = j->metric,
                              .seed = (uint64_t)j->cfg.seed};
    wick_buf out = {0};
    if (strcmp(format, "json") == 0)
        diff_json(&out, &j->result, &names, j->panel);
    else
        diff_table(&out, &j->result, &names, j->panel);
    return cli_print(c, &out);
}

static int run(cli *c)
{
    job j = {.c = c, .orders = 256, .metric = "sharpe"};
    const char *format = "table";
    if (cli_has(c, "metric")) j.metric = cli_text(c, "metric");
    if (!cli_int(c, "orders", 4, 1000000, &j.orders) ||
        !cli_choice(c, "format", "table|json", &format))
        return CLI_MISTAKE;
    const int code = run_job(&j, format);
    diff_free(&j.result);
    wk_eval_free(j.eval);
    wick_settings_free(j.from);
    wick_settings_free(j.to);
    free(j.params);
    wick_panel_unref(j.finer);
    wick_panel_unref(j.panel);
    wk_host_free(j.host);
    run_config_free(&j.cfg);
    return code;
}

const cli_command cli_command_diff_profiles = {
    .name = "diff-profiles",
    .summary = "explains the difference between two profiles by single assumptions",
    .operands = "FILE.lua|FILE.pine",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .notes =
        "Every setting that differs is changed alone from the first profile, left out of the\n"
        "second, and given its share of the whole difference (Shapley: the mean over all orders\n"
        "of change; the shares add up to the difference). Settings that mean something together\n"
        "only are changed together. The first trade that differs is shown with its bars and the\n"
        "settings that change it. --engine K=V holds a setting the same on both sides.\n"
        "docs/trust.md reads the tables line by line.",
    .example = "wick diff-profiles strategies/donchian_breakout.lua --data bars/ "
               "--from-profile wick --to-profile pybroker2",
    .run = run,
};
