/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/outputs.h"
#include "cli/run_model.h"
#include "cli/run_state.h"
#include "cli/stat_options.h"
#include "lua/host.h"

static const cli_option options[] = {
    RUN_CONFIG_OPTIONS,
    RUN_CONFIG_FINER_OPTION,
    {"model", "NAME|FILE",
     "filter of entries: passthrough (default), random:RATE, or a bundle; of several strategies\n"
     "STRATEGY=FILE for each that has one",
     CLI_WORDS},
    {"model-threshold", "X",
     "a score has to be above it; default: --param\n"
     "probability_threshold=X where given, else the bundle's",
     CLI_ONE},
    {"model-size", "FLOOR:CAP[:LEAST]",
     "amounts times (score - FLOOR) / (CAP - FLOOR), within LEAST..1", CLI_ONE},
    {"allow-overlap", NULL, "trade bars the model learnt from; the result says so", CLI_ONE},
    {"allow-unusable", NULL, "use a bundle that failed its quality gate", CLI_ONE},
    {"trades", "F.csv", "closed trades ('-' is stdout, as for the next five)", CLI_ONE},
    {"trades-tv", "F.csv", "TradingView's list of trades, times in UTC", CLI_ONE},
    {"orders", "F.csv", "every order and what became of it", CLI_ONE},
    {"equity", "F.csv", "account per bar", CLI_ONE},
    {"plots", "F.csv", "what a Pine script plots, one column each", CLI_ONE},
    {"chart", "F.html", "bars, plots and trades, to look at in a browser", CLI_ONE},
    {"metrics", "F.json", "metrics with the conventions they follow", CLI_ONE},
    {"format", "table|full|json",
     "what stdout shows: forty rows (default), every metric and assumption, or the metrics JSON",
     CLI_ONE},
    STAT_OPTIONS,
    {"benchmark", "SYMBOL|FILE",
     "what to compare with: a symbol of the run, a file of prices,\nequity or returns; default: "
     "buying and holding all symbols in\nequal parts; none",
     CLI_ONE},
    {"save-state", "F",
     "write account and script down when the run has come to its end\n"
     "(or to --save-state-at), to go on from there another day",
     CLI_ONE},
    {"save-state-at", "DATE", "the last day (or moment) the saved state has seen", CLI_ONE},
    {"from-state", "F",
     "go on from a saved state: the same script, parameters and\n"
     "settings over the same bars and those that came since",
     CLI_ONE},
    {"what-if", "DATE",
     "run as it is to the end of that day, then on with what --then\n"
     "says, and show both results beside each other",
     CLI_ONE},
    {"then", "K=V", "what --what-if changes: parameters, or engine settings", CLI_PAIRS},
    RUN_ACCOUNT_OPTION,
    {"timings", NULL, "say on stderr where the time went", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

static const cli_output targets[] = {
    {"trades", "trades_csv"}, {"trades-tv", "trades_tv"},
    {"orders", "orders_csv"}, {"equity", "equity_csv"},
    {"plots", NULL},          {"chart", "chart_html"},
    {"metrics", "metrics_json"},
};
enum { TARGETS = sizeof targets / sizeof *targets };

/* Everything of one run; released in one place. */
typedef struct job {
    cli *c;
    run_config cfg;
    wk_host *host; /* of a single strategy */
    run_account account;
    wk_script *script; /* the first */
    wick_panel *panel;
    wick_ledger *ledger;
    wick_buf plots, chart;
    wick_panel *finer;
    wick_scores *scores;
    stat_options stats;
    wick_convention *conventions;
    char (*values)[WICK_SETTING_TEXT];
    double *extras; /* the script's metrics, kept apart from those of resamples */
    run_model model;
    run_state state;
    wick_ledger *as_is; /**< --what-if: the unchanged result */
    wick_scores *as_is_scores;
    double started, stamp[8];
    int stage;
} job;

/* ---- before any work ---------------------------------------------------------------------- */

static bool load_script(job *j, const char *path)
{
    if (!run_account_load(j->c, &j->cfg, &j->account)) return false;
    if (j->account.n > 0) {
        j->script = j->account.members[0].script;
        return true;
    }
    const wk_host_opts opts = {
        .size = sizeof opts, .seed = (uint64_t)j->cfg.seed, .strict = j->cfg.strict};
    if (wk_host_new(j->c->ctx, &opts, &j->host) < 0 ||
        wk_host_load(j->c->ctx, j->host, path, &j->script) < 0) {
        cli_fail(j->c);
        return false;
    }
    return run_config_script(j->c, &j->cfg, j->script);
}

/* ---- results ------------------------------------------------------------------------------ */

static int run_script(job *j)
{
    const run_config *r = &j->cfg;
    const wick_run_opts opts = {.size = sizeof opts,
                                .settings = r->settings,
                                .cash = r->cash,
                                .has_trade_from = r->has_trade_from,
                                .trade_from = r->trade_from};
    cli_progress *progress = cli_progress_start(j->c, "running");
    const run_account *a = &j->account;
    if (cli_has(j->c, "plots")) wk_host_keep_plots(j->host, &j->plots);
    if (cli_has(j->c, "chart") && j->host) wk_host_keep_chart(j->host, &j->chart);
    if (j->host && !j->as_is) run_state_prepare(&j->state, j->host);
    const wick_status st =
        a->n > 0 ? wk_account_run(j->c->ctx, a->members, a->n, j->panel, &opts, &j->ledger)
                 : wk_script_run(j->c->ctx, j->script, j->panel, &opts, NULL, &j->ledger);
    cli_progress_stop(progress);
    if (st != WICK_OK) return run_state_fail(j->c, &j->state);
    run_config_tell_finer(j->c, j->ledger);
    if (r->has_trade_from && wick_ledger_equity(j->ledger).n == 0) {
        char day[WICK_TIME_TEXT];
        wick_time_format(day, r->trade_from, r->trade_from % WICK_MS_DAY == 0);
        return cli_error(j->c, NULL, "no bar is left to trade: --trade-from %s is behind the last",
                         day);
    }
    return CLI_GOOD;
}

/* The level of one symbol at each row: its close once it has one. */
static void add_symbol(const job *j, const wick_equity *e, int64_t symbol, double share, double *to)
{
    const wick_bars *b = wick_panel_bars(j->panel, symbol);
    const int64_t *time = wick_bars_time(b), n = wick_bars_count(b);
    const double *close = wick_bars_field(b, WICK_CLOSE);
    const int64_t from = e->n > 0 ? wick_bars_find(b, e->time[0]) : n;
    int64_t k = from;
    for (int64_t i = 0; i < e->n; i++) {
        while (k < n && time[k] <= e->time[i]) k++;
        /* Its part of the money waits as cash for the first bar. */
        to[i] += share * (k > from && close[from] > 0.0 ? close[k - 1] / close[from] : 1.0);
    }
}

static bool benchmark(job *j)
{
    stat_options *s = &j->stats;
    const wick_equity e = wick_ledger_equity(j->ledger);
    const int64_t symbols = wick_panel_count(j->panel);
    if (s->benchmark != NULL && strcmp(s->benchmark, "none") == 0) return true;
    const int64_t one = s->benchmark != NULL ? wick_panel_find(j->panel, s->benchmark) : -1;
    if (s->benchmark != NULL && one < 0) {
        if (wick_path_exists(s->benchmark)) return stat_options_benchmark(j->c, s, j->ledger);
        cli_error(j->c, NULL, "--benchmark: '%s' is neither a symbol of this run nor a file",
                  s->benchmark);
        return false;
    }
    s->level = calloc((size_t)e.n + 1, sizeof *s->level);
    if (s->level == NULL) {
        cli_error(j->c, NULL, "out of memory");
        return false;
    }
    if (one >= 0) {
        add_symbol(j, &e, one, 1.0, s->level);
        return true;
    }
    for (int64_t i = 0; i < symbols; i++) add_symbol(j, &e, i, 1.0 / (double)symbols, s->level);
    s->benchmark = "buy_and_hold";
    return true;
}

enum { MAX_ROWS = 256 };

/* The table shows few rows. Quantiles, calendar periods and comparisons with a benchmark take more
 * time than the run on long histories: they are worked out when something shows or reads them. */
static bool wants_every_metric(const job *j)
{
    const char *format = cli_text(j->c, "format");
    return (format != NULL && strcmp(format, "table") != 0) || cli_has(j->c, "metrics") ||
           wk_script_defines_metrics(j->script) || j->state.what_if;
}

static bool score(job *j)
{
    wick_metric_opts opts =
        wk_metric_opts(j->cfg.settings, run_config_bars_per_year(&j->cfg, j->panel));
    opts.benchmark = j->stats.level;
    opts.n_benchmark = wick_ledger_equity(j->ledger).n;
    const char *own = wick_settings_spec(j->cfg.settings)->sheet;
    if (own != NULL && cli_text(j->c, "breakdown") == NULL)
        j->stats.sheets[j->stats.n_sheets++] = own;
    const uint32_t slow = WICK_NEED_SERIES | WICK_NEED_PERIODS | WICK_NEED_BENCHMARK;
    const char *rows[MAX_ROWS];
    int64_t n = 0;
    for (int64_t i = 0; i < wick_metric_count() && n < MAX_ROWS; i++)
        if (wick_metric_at(i)->row >= 0 || !(wick_metric_at(i)->needs & slow))
            rows[n++] = wick_metric_at(i)->name;
    const bool all = wants_every_metric(j);
    return wick_score(j->c->ctx, j->ledger, &opts, all ? NULL : rows, all ? 0 : n, &j->scores) ==
           WICK_OK;
}

/* A default that nobody has to be told with every result; the assumptions one asks about first are
 * always said. */
static bool is_usual(const wick_setting_doc *d, const char *value)
{
    static const char *const first[] = {
        "fill", "delay",   "intrabar", "gap_fill",   "shortage",     "slots",    "max_entries",
        "size", "fee_pct", "spread",   "slip_ticks", "close_at_end", "leverage", "size_amount"};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        if (strcmp(first[i], d->key) == 0) return false;
    return strcmp(d->def, value) == 0;
}

/* Every setting of the engine, then what the numbers rest on besides. */
static bool fill_conventions(job *j, wick_result *r)
{
    const int64_t settings = wick_settings_count();
    int64_t n = 0;
    j->conventions = calloc((size_t)settings + 12, sizeof *j->conventions);
    j->values = calloc((size_t)settings + 12, sizeof *j->values);
    if (!j->conventions || !j->values) return false;
    for (int64_t i = 0; i < settings; i++, n++) {
        wick_settings_get(j->cfg.settings, i, j->values[n]);
        const wick_setting_doc *d = wick_settings_doc(i);
        j->conventions[n] = (wick_convention){
            .key = d->key, .value = j->values[n], .usual = is_usual(d, j->values[n])};
    }
    wick_format_double(j->values[n], j->cfg.cash);
    j->conventions[n] = (wick_convention){.key = "cash", .value = j->values[n]};
    n++;
    const double year = run_config_bars_per_year(&j->cfg, j->panel);
    if (year > 0)
        wick_format_double(j->values[n], year);
    else
        strcpy(j->values[n], "none");
    j->conventions[n] = (wick_convention){.key = "bars_per_year", .value = j->values[n]};
    n++;
    snprintf(j->values[n], sizeof j->values[n], "%lld", (long long)j->cfg.seed);
    j->conventions[n] = (wick_convention){.key = "seed", .value = j->values[n]};
    n++;
    n += run_model_conventions(j->c, &j->model, j->script, &j->account, j->conventions + n);
    if (j->account.n > 0) {
        j->conventions[n++] = (wick_convention){.key = "shares", .value = j->account.shares};
        j->conventions[n++] = (wick_convention){.key = "netting", .value = "none"};
    }
    int more = 0;
    if (!stat_options_conventions(j->c, &j->stats, j->ledger, j->conventions + n, &more))
        return false;
    r->conventions = j->conventions;
    r->n_conventions = n + more;
    return true;
}

/* The script's metrics of a resampled ledger. */
static wick_status extras_of(void *user, wick_ctx *ctx, const wick_ledger *l, double *out)
{
    job *j = user;
    const char *const *names = NULL;
    const double *values = NULL;
    int64_t n = 0;
    wick_scores *scores = NULL;
    wick_metric_opts o = *wick_scores_opts(j->scores);
    o.benchmark = NULL; /* of other rows than these */
    wick_status st = wick_score(ctx, l, &o, NULL, 0, &scores);
    if (st == WICK_OK) st = wk_script_metrics(ctx, j->script, l, scores, &names, &values, &n);
    if (st == WICK_OK) memcpy(out, values, (size_t)n * sizeof *out);
    wick_scores_free(scores);
    return st;
}

/* The script keeps one set of values, and resamples will overwrite it. */
static bool keep_extras(job *j, wick_result *r)
{
    j->extras = malloc((size_t)r->n_extra * sizeof *j->extras);
    if (j->extras == NULL) {
        cli_error(j->c, NULL, "out of memory");
        return false;
    }
    memcpy(j->extras, r->extra_values, (size_t)r->n_extra * sizeof *j->extras);
    r->extra_values = j->extras;
    return true;
}

static bool make_result(job *j, wick_result *r)
{
    cli *c = j->c;
    *r = (wick_result){.size = sizeof *r,
                       .strategy = j->account.n > 0 ? j->account.name : wk_script_name(j->script),
                       .profile = wick_settings_profile_name(j->cfg.settings),
                       .ledger = j->ledger,
                       .scores = j->scores,
                       .panel = j->panel,
                       .plots = j->chart.len > 0 ? j->chart.data : NULL,
                       .color = c->color_out};
    if (wick_panel_count(j->panel) > 0)
        r->timeframe_ms = wick_bars_info(wick_panel_bars(j->panel, 0))->timeframe_ms;
    if (!fill_conventions(j, r)) {
        cli_error(c, NULL, "out of memory");
        return false;
    }
    if (wk_script_metrics(c->ctx, j->script, j->ledger, j->scores, &r->extra_names,
                          &r->extra_values, &r->n_extra) < 0) {
        cli_fail(c);
        return false;
    }
    if (r->n_extra > 0 && j->stats.boot.replicates > 0 && !keep_extras(j, r)) return false;
    return stat_options_apply(c, &j->stats, extras_of, j, r);
}

/* The text of one output; the plots are there already and have no writer. */
static bool write_one(cli *c, const char *writer, const wick_result *r, const wick_buf *plots,
                      wick_buf *out)
{
    if (writer) return wick_report_write(c->ctx, writer, r, out) >= 0;
    wick_buf_add(out, plots->data ? plots->data : "", plots->len);
    return !(out->failed || plots->failed) || wick_fail_mem(c->ctx) >= 0;
}

/* The second run of --what-if, from where the first one was saved. */
static int run_changed(job *j)
{
    if (!j->state.what_if) return CLI_GOOD;
    j->as_is = j->ledger;
    j->as_is_scores = j->scores;
    j->ledger = NULL;
    j->scores = NULL;
    j->plots.len = j->chart.len = 0;
    if (!run_state_change(j->c, &j->state, j->host, j->script, j->cfg.settings)) return CLI_MISTAKE;
    const int ran = run_script(j);
    if (ran != CLI_GOOD) return ran;
    return score(j) ? CLI_GOOD : cli_fail(j->c);
}

static bool shown_text(const job *j, const wick_result *r, wick_buf *out)
{
    cli *c = j->c;
    const char *format = cli_text(c, "format");
    const bool json = format && strcmp(format, "json") == 0;
    const run_versus v = {j->as_is, j->ledger, j->as_is_scores, j->scores,
                          wk_script_name(j->script)};
    if (j->state.what_if) return run_state_versus(c, &j->state, &v, json, out);
    if (wick_report_write(c->ctx, cli_result_writer(c), r, out) >= 0) return true;
    cli_fail(c);
    return false;
}

/* All files are complete beside their names before the first is renamed; stdout comes last, so a
 * full disk leaves nothing half-written anywhere. */
static int write_outputs(job *j, const wick_result *r, const wick_buf *plots)
{
    cli *c = j->c;
    wick_file_set *set = wick_file_set_new();
    wick_buf to_stdout = {0};
    bool table = true;
    int code = CLI_GOOD;
    if (!set) return cli_error(c, NULL, "out of memory");
    for (int i = 0; i < TARGETS && code == CLI_GOOD; i++) {
        const char *path = cli_text(c, targets[i].option);
        wick_buf b = {0};
        if (!path) continue;
        if (!write_one(c, targets[i].writer, r, plots, &b)) {
            code = cli_fail(c);
        } else if (strcmp(path, "-") == 0) {
            to_stdout = b;
            b = (wick_buf){0};
            table = false;
        } else if (wick_file_set_add(c->ctx, set, path, b.data, b.len) < 0) {
            code = cli_fail(c);
        }
        wick_buf_free(&b);
    }
    if (code == CLI_GOOD && !run_state_write(c, &j->state, set)) code = CLI_MISTAKE;
    if (code == CLI_GOOD && table && !shown_text(j, r, &to_stdout)) code = CLI_MISTAKE;
    if (code == CLI_GOOD && wick_interrupted()) code = cli_fail(c);
    if (code == CLI_GOOD && wick_file_set_commit(c->ctx, set) < 0) code = cli_fail(c);
    wick_file_set_free(set);
    if (code == CLI_GOOD) return cli_print(c, &to_stdout);
    wick_buf_free(&to_stdout);
    return code;
}

/* Stages of a run in their order, for --timings. */
static const char *const stages[] = {"arguments and script", "bars", "strategy and engine",
                                     "metrics", "output"};
enum { STAGES = sizeof stages / sizeof *stages };

static void lap(job *j)
{
    if (j->stage < STAGES) j->stamp[j->stage++] = wick_now();
}

static void print_timings(const job *j)
{
    double before = j->started;
    if (!cli_has(j->c, "timings")) return;
    for (int i = 0; i < j->stage; i++) {
        fprintf(stderr, "%-22s %10.3f ms\n", stages[i], 1e3 * (j->stamp[i] - before));
        before = j->stamp[i];
    }
}

static int run_job(job *j)
{
    cli *c = j->c;
    const char *choice = NULL;
    wick_result result;
    j->started = wick_now();
    if (!cli_choice(c, "format", "table|full|json", &choice) ||
        !cli_outputs_check(c, targets, TARGETS) || !stat_options_read(c, &j->stats) ||
        !run_state_read(c, &j->state) || !run_config_read(c, &j->cfg) ||
        !load_script(j, c->operands[0]) ||
        !run_model_load(c, &j->model, j->cfg.seed, j->script, &j->account))
        return CLI_MISTAKE;
    lap(j);
    if (!run_config_bars(c, &j->cfg, &j->panel) || !run_config_finer(c, &j->cfg, &j->finer) ||
        !run_model_overlap(c, &j->model, &j->cfg, j->panel, &j->account))
        return CLI_MISTAKE;
    for (int32_t k = 0; k < j->account.n; k++) wk_host_set_finer(j->account.hosts[k], j->finer);
    if (j->host) wk_host_set_finer(j->host, j->finer);
    lap(j);
    const int ran = run_script(j);
    if (ran != CLI_GOOD) return ran;
    lap(j);
    if (j->account.n > 0 && j->stats.n_sheets == 0)
        j->stats.sheets[j->stats.n_sheets++] = "strategy";
    if (!benchmark(j)) return CLI_MISTAKE;
    if (!score(j)) return cli_fail(c);
    const int changed = run_changed(j);
    if (changed != CLI_GOOD) return changed;
    if (!make_result(j, &result)) return CLI_MISTAKE;
    lap(j);
    const int code = write_outputs(j, &result, &j->plots);
    lap(j);
    print_timings(j);
    return code;
}

static int run(cli *c)
{
    job j = {.c = c};
    int code = run_job(&j);
    if (code != CLI_GOOD && wick_interrupted()) code = CLI_INTERRUPTED;
    wick_buf_free(&j.plots);
    wick_buf_free(&j.chart);
    wick_panel_unref(j.finer);
    wick_scores_free(j.scores);
    wick_scores_free(j.as_is_scores);
    wick_ledger_unref(j.as_is);
    wick_ledger_unref(j.ledger);
    wick_panel_unref(j.panel);
    wk_host_free(j.host);
    run_account_free(&j.account);
    wk_filter_unref(j.model.filter);
    run_state_free(&j.state);
    run_config_free(&j.cfg);
    stat_options_free(&j.stats);
    free(j.extras);
    free(j.conventions);
    free(j.values);
    return code;
}

const cli_command cli_command_run = {
    .name = "run",
    .summary = "backtests a strategy and prints its metrics",
    .operands = "FILE.lua|FILE.pine...",
    .min_operands = 1,
    .max_operands = -1,
    .options = options,
    .notes =
        "Later wins: defaults, what the script asks for, --profile, --config, options.\n"
        "A config file is a JSON object with any of: profile engine cash data symbols from to\n"
        "trade_from timeframe symbol_info params seed jobs drop_bad strict bars_per_year funding\n"
        "borrow actions rates. Paths "
        "in\n"
        "it are relative to it. docs/conventions.md explains each.\n"
        "Exit codes: 0 good, 2 a mistake in arguments, data or script, 130 interrupted.",
    .example =
        "wick run strategies/donchian_breakout.lua --data bars --symbols SYN01,SYN02 "
        "--from 2020-01-01 --param donchian_period=25 --trades trades.csv\n"
        "wick run strategies/rotation.lua strategies/vol_target.lua --data bars --weights "
        "0.6,0.4\n"
        "wick run strategies/ma_crossover.lua --data bars --save-state paper.state\n"
        "wick run strategies/ma_crossover.lua --data bars --from-state paper.state "
        "--save-state paper.state\n"
        "wick run strategies/ma_crossover.lua --data bars --what-if 2021-06-30 --then fast=5",
    .run = run,
};
