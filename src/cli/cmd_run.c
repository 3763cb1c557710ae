/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/outputs.h"
#include "cli/run_config.h"
#include "lua/host.h"

static const cli_option options[] = {
    RUN_CONFIG_OPTIONS,
    {"model", "NAME", "filter of entries; passthrough says yes to all", CLI_ONE},
    {"trades", "F.csv", "closed trades ('-' is stdout, as for the next three)", CLI_ONE},
    {"orders", "F.csv", "every order and what became of it", CLI_ONE},
    {"equity", "F.csv", "account per bar", CLI_ONE},
    {"metrics", "F.json", "metrics with the conventions they follow", CLI_ONE},
    {"format", "table|json", "what stdout shows: the table (default) or the metrics JSON", CLI_ONE},
    {"timings", NULL, "say on stderr where the time went", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

static const cli_output targets[] = {
    {"trades", "trades_csv"},
    {"orders", "orders_csv"},
    {"equity", "equity_csv"},
    {"metrics", "metrics_json"},
};
enum { TARGETS = sizeof targets / sizeof *targets };

/* Everything of one run; released in one place. */
typedef struct job {
    cli *c;
    run_config cfg;
    wk_host *host;
    wk_script *script;
    wick_panel *panel;
    wick_ledger *ledger;
    wick_scores *scores;
    wick_convention *conventions;
    char (*values)[64];
    double started, stamp[8];
    int stage;
} job;

/* ---- before any work ---------------------------------------------------------------------- */

static bool load_script(job *j, const char *path)
{
    const wk_host_opts opts = {
        .size = sizeof opts, .seed = (uint64_t)j->cfg.seed, .strict = j->cfg.strict};
    if (wk_host_new(j->c->ctx, &opts, &j->host) < 0 ||
        wk_host_load(j->c->ctx, j->host, path, &j->script) < 0) {
        cli_fail(j->c);
        return false;
    }
    return run_config_script(j->c, &j->cfg, j->script);
}

/* ---- bars --------------------------------------------------------------------------------- */

static void report_dropped(const cli *c, wick_defects *const *d, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t dropped = wick_defects_dropped(d[i]);
        if (dropped == 0) continue;
        const wick_defect *first = NULL;
        for (int64_t k = 0; k < wick_defects_count(d[i]) && !first; k++)
            if (wick_defects_at(d[i], k)->is_error) first = wick_defects_at(d[i], k);
        if (first && first->line > 0)
            cli_note(c, "%s: %lld dropped, first at line %lld: %s: %s", wick_defects_file(d[i]),
                     (long long)dropped, (long long)first->line, first->rule, first->text);
        else
            cli_note(c, "%s: %lld dropped%s%s", wick_defects_file(d[i]), (long long)dropped,
                     first ? ": " : "", first ? first->text : "");
    }
}

static bool same_guess(const wick_symbol_info *a, const wick_symbol_info *b)
{
    return a->inferred == b->inferred && a->tick == b->tick && a->point_value == b->point_value &&
           a->qty_step == b->qty_step && a->timeframe_ms == b->timeframe_ms &&
           strcmp(a->timezone, b->timezone) == 0 && strcmp(a->session, b->session) == 0;
}

static void print_guess(const cli *c, const wick_symbol_info *s, int64_t others)
{
    wick_buf b = {0};
    char frame[16];
    wick_buf_addf(&b, "inferred for %s", s->symbol);
    if (others) wick_buf_addf(&b, " and %lld more", (long long)others);
    wick_buf_add(&b, ":", 1);
    if (s->inferred & WICK_INFO_TICK) {
        wick_buf_add(&b, " tick ", -1);
        wick_buf_add_double(&b, s->tick);
    }
    if (s->inferred & WICK_INFO_QTY_STEP) {
        wick_buf_add(&b, " lot_step ", -1);
        wick_buf_add_double(&b, s->qty_step);
    }
    if (s->inferred & WICK_INFO_TIMEFRAME) {
        wick_timeframe_format(frame, s->timeframe_ms);
        wick_buf_addf(&b, " timeframe %s", frame);
    }
    if (s->inferred & WICK_INFO_TIMEZONE) wick_buf_addf(&b, " timezone %s", s->timezone);
    if (s->inferred & WICK_INFO_SESSION) wick_buf_addf(&b, " session %s", s->session);
    if (!b.failed) cli_note(c, "%s", b.data);
    wick_buf_free(&b);
}

/* One line per different set of guesses, not per symbol. */
static void report_inferred(const cli *c, const wick_panel *panel)
{
    enum { MAX_LINES = 4 };
    const wick_symbol_info *shown[MAX_LINES];
    int64_t count[MAX_LINES] = {0}, rest = 0;
    int n = 0;
    for (int64_t i = 0; i < wick_panel_count(panel); i++) {
        const wick_symbol_info *s = wick_bars_info(wick_panel_bars(panel, i));
        int k = 0;
        if (s->inferred == 0) continue;
        while (k < n && !same_guess(shown[k], s)) k++;
        if (k < n) {
            count[k]++;
        } else if (n < MAX_LINES) {
            shown[n++] = s;
        } else {
            rest++;
        }
    }
    for (int k = 0; k < n; k++) print_guess(c, shown[k], count[k]);
    if (rest) cli_note(c, "inferred: %lld more symbols differ from these", (long long)rest);
}

static bool load_bars(job *j)
{
    const run_config *r = &j->cfg;
    wick_defects **defects = NULL;
    int64_t n = 0;
    const wick_load_opts opts = {.size = sizeof opts,
                                 .symbols = (const char *const *)r->symbols,
                                 .n_symbols = r->n_symbols,
                                 .has_from = r->has_from,
                                 .has_to = r->has_to,
                                 .from = r->from,
                                 .to = r->to,
                                 .timeframe = r->timeframe,
                                 .symbol_info = r->symbol_info,
                                 .drop_bad = r->drop_bad,
                                 .threads = (int32_t)r->jobs};
    if (r->n_data == 0) {
        cli_error(j->c, "`wick data synth --out bars` makes some to try with",
                  "no bars: say where they are with --data PATH");
        return false;
    }
    const wick_status st = wick_load(j->c->ctx, r->data, r->n_data, &opts, &j->panel, &defects, &n);
    if (st == WICK_OK) {
        report_dropped(j->c, defects, n);
        report_inferred(j->c, j->panel);
    } else {
        cli_fail(j->c);
    }
    for (int64_t i = 0; i < n; i++) wick_defects_free(defects[i]);
    free(defects);
    return st == WICK_OK;
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
    const wick_status st = wk_script_run(j->c->ctx, j->script, j->panel, &opts, NULL, &j->ledger);
    cli_progress_stop(progress);
    if (st != WICK_OK) return cli_fail(j->c);
    if (r->has_trade_from && wick_ledger_equity(j->ledger).n == 0) {
        char day[WICK_TIME_TEXT];
        wick_time_format(day, r->trade_from, r->trade_from % WICK_MS_DAY == 0);
        return cli_error(j->c, NULL, "no bar is left to trade: --trade-from %s is behind the last",
                         day);
    }
    return CLI_GOOD;
}

static bool score(job *j)
{
    const wick_metric_opts opts =
        wk_metric_opts(j->cfg.settings, run_config_bars_per_year(&j->cfg, j->panel));
    return wick_score(j->c->ctx, j->ledger, &opts, NULL, 0, &j->scores) == WICK_OK;
}

/* Every setting of the engine, then what the numbers rest on besides. */
static bool fill_conventions(job *j, wick_result *r)
{
    const int64_t settings = wick_settings_count();
    int64_t n = 0;
    j->conventions = calloc((size_t)settings + 3, sizeof *j->conventions);
    j->values = calloc((size_t)settings + 3, sizeof *j->values);
    if (!j->conventions || !j->values) return false;
    for (int64_t i = 0; i < settings; i++, n++) {
        wick_settings_get(j->cfg.settings, i, j->values[n]);
        j->conventions[n] = (wick_convention){wick_settings_doc(i)->key, j->values[n]};
    }
    wick_format_double(j->values[n], j->cfg.cash);
    j->conventions[n] = (wick_convention){"cash", j->values[n]};
    n++;
    const double year = run_config_bars_per_year(&j->cfg, j->panel);
    if (year > 0)
        wick_format_double(j->values[n], year);
    else
        strcpy(j->values[n], "none");
    j->conventions[n] = (wick_convention){"bars_per_year", j->values[n]};
    n++;
    snprintf(j->values[n], sizeof j->values[n], "%lld", (long long)j->cfg.seed);
    j->conventions[n] = (wick_convention){"seed", j->values[n]};
    n++;
    r->conventions = j->conventions;
    r->n_conventions = n;
    return true;
}

static bool make_result(job *j, wick_result *r)
{
    cli *c = j->c;
    *r = (wick_result){.size = sizeof *r,
                       .strategy = wk_script_name(j->script),
                       .profile = wick_settings_profile_name(j->cfg.settings),
                       .ledger = j->ledger,
                       .scores = j->scores,
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
    return true;
}

/* All files are complete beside their names before the first is renamed; stdout comes last, so a
 * full disk leaves nothing half-written anywhere. */
static int write_outputs(cli *c, const wick_result *r)
{
    wick_file_set *set = wick_file_set_new();
    wick_buf to_stdout = {0};
    const char *shown = cli_text(c, "format");
    bool table = true;
    int code = CLI_GOOD;
    if (!set) return cli_error(c, NULL, "out of memory");
    for (int i = 0; i < TARGETS && code == CLI_GOOD; i++) {
        const char *path = cli_text(c, targets[i].option);
        wick_buf b = {0};
        if (!path) continue;
        if (wick_report_write(c->ctx, targets[i].writer, r, &b) < 0) {
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
    if (code == CLI_GOOD && table &&
        wick_report_write(c->ctx, shown && strcmp(shown, "json") == 0 ? "metrics_json" : "table", r,
                          &to_stdout) < 0)
        code = cli_fail(c);
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
    if (!cli_choice(c, "format", "table|json", &choice) ||
        !cli_choice(c, "model", "passthrough", &choice) ||
        !cli_outputs_check(c, targets, TARGETS) || !run_config_read(c, &j->cfg) ||
        !load_script(j, c->operands[0]))
        return CLI_MISTAKE;
    lap(j);
    if (!load_bars(j)) return CLI_MISTAKE;
    lap(j);
    const int ran = run_script(j);
    if (ran != CLI_GOOD) return ran;
    lap(j);
    if (!score(j)) return cli_fail(c);
    if (!make_result(j, &result)) return CLI_MISTAKE;
    lap(j);
    const int code = write_outputs(c, &result);
    lap(j);
    print_timings(j);
    return code;
}

static int run(cli *c)
{
    job j = {.c = c};
    int code = run_job(&j);
    if (code != CLI_GOOD && wick_interrupted()) code = CLI_INTERRUPTED;
    wick_scores_free(j.scores);
    wick_ledger_unref(j.ledger);
    wick_panel_unref(j.panel);
    wk_host_free(j.host);
    run_config_free(&j.cfg);
    free(j.conventions);
    free(j.values);
    return code;
}

const cli_command cli_command_run = {
    .name = "run",
    .summary = "backtests a strategy and prints its metrics",
    .operands = "FILE.lua",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .notes =
        "Later wins: defaults, what the script asks for, --profile, --config, options.\n"
        "A config file is a JSON object with any of: profile engine cash data symbols from to\n"
        "trade_from timeframe symbol_info params seed jobs drop_bad strict bars_per_year. Paths "
        "in\n"
        "it are relative to it. docs/conventions.md explains each.\n"
        "Exit codes: 0 good, 2 a mistake in arguments, data or script, 130 interrupted.",
    .example = "wick run strategies/donchian_breakout.lua --data bars --symbols SYN01,SYN02 "
               "--from 2020-01-01 --param donchian_period=25 --trades trades.csv",
    .run = run,
};
