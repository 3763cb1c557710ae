/* SPDX-License-Identifier: MIT */
/* Metrics of results that another program (or an earlier run) wrote. */
#include <stdlib.h>
#include <string.h>

#include "cli/outputs.h"
#include "cli/stat_options.h"

static const cli_option options[] = {
    {"as", "KIND", "what the first file is: trades, returns or equity; default: by its header",
     CLI_ONE},
    {"benchmark", "FILE", "prices (close), equity or returns to compare with", CLI_ONE},
    {"cash", "N", "start of an account made from trades or returns, default 100000", CLI_ONE},
    {"bars-per-year", "N|auto|none", "annualises metrics; auto: from the dates (default)", CLI_ONE},
    {"risk-free", "R", "annual rate as a fraction, 0.02 for two percent", CLI_ONE},
    {"profile", "NAME", "formulas: wick (default), pybroker1, pybroker2", CLI_ONE},
    STAT_OPTIONS,
    {"seed", "N", "of resamples, default 42", CLI_ONE},
    {"jobs", "N", "threads, default: all cores; results do not depend on it", CLI_ONE},
    {"trades", "F.csv", "the trades as wick writes them ('-' is stdout, as for the next two)",
     CLI_ONE},
    {"equity", "F.csv", "the account per row", CLI_ONE},
    {"metrics", "F.json", "metrics with the conventions they follow", CLI_ONE},
    {"format", "table|full|json",
     "what stdout shows: forty rows (default; of returns or an equity alone the account's), every "
     "metric, or the metrics JSON",
     CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

static const cli_output targets[] = {
    {"trades", "trades_csv"},
    {"equity", "equity_csv"},
    {"metrics", "metrics_json"},
};
enum { TARGETS = sizeof targets / sizeof *targets, CONVENTIONS = 8 };

typedef struct job {
    cli *c;
    stat_options stats;
    wick_foreign_opts read;
    wick_foreign_info info;
    wick_metric_opts metrics;
    const char *profile;
    wick_ledger *ledger;
    wick_scores *scores;
    wick_convention conventions[CONVENTIONS];
    char value[1][64];
} job;

static bool read_kind(cli *c, int32_t *kind)
{
    const char *word = "auto";
    if (!cli_choice(c, "as", "trades|returns|equity", &word)) return false;
    *kind = strcmp(word, "trades") == 0    ? WICK_FOREIGN_TRADES
            : strcmp(word, "returns") == 0 ? WICK_FOREIGN_RETURNS
            : strcmp(word, "equity") == 0  ? WICK_FOREIGN_EQUITY
                                           : WICK_FOREIGN_AUTO;
    return true;
}

static bool read_profile(job *j)
{
    static const struct {
        const char *name;
        int32_t profile, places;
    } known[] = {{"wick", WICK_METRICS_WICK, 0},
                 {"pybroker1", WICK_METRICS_PYBROKER1, 2},
                 {"pybroker2", WICK_METRICS_PYBROKER2, 2}};
    j->profile = "wick";
    if (!cli_choice(j->c, "profile", "wick|pybroker1|pybroker2", &j->profile)) return false;
    for (int k = 0; k < 3; k++) {
        if (strcmp(known[k].name, j->profile) != 0) continue;
        j->metrics.profile = known[k].profile;
        j->metrics.round_places = known[k].places;
    }
    return true;
}

/* PyBroker's table is per bar unless its user says how many bars a year has. */
static bool read_year(job *j)
{
    const char *text = cli_text(j->c, "bars-per-year");
    const bool library = j->metrics.profile != WICK_METRICS_WICK;
    double *year = &j->metrics.bars_per_year;
    *year = library ? 0.0 : j->info.bars_per_year;
    if (text == NULL) return true;
    if (strcmp(text, "auto") == 0) {
        *year = j->info.bars_per_year;
        return true;
    }
    if (strcmp(text, "none") == 0) {
        *year = 0.0;
        return true;
    }
    return cli_num(j->c, "bars-per-year", 1e-3, 1e9, year);
}

static bool load(job *j)
{
    cli *c = j->c;
    const wick_status st =
        wick_foreign_load(c->ctx, c->operands, c->n_operands, &j->read, &j->ledger, &j->info);
    if (st == WICK_E_DATA) {
        cli_fail_hint(c, "docs/statistics.md has the columns that are known; --as "
                         "trades|returns|equity says what a file is");
        return false;
    }
    if (st < 0) {
        cli_fail(c);
        return false;
    }
    j->metrics.pnl_net = j->info.pnl_net;
    if (j->info.synthetic_clock) {
        cli_note(
            c,
            "no equity curve: the account is %s %s, moved by closed trades alone; give one as a "
            "second file for its own drawdowns",
            "one row a", j->info.weekdays_only ? "weekday" : "day");
    }
    if (j->stats.benchmark != NULL && strcmp(j->stats.benchmark, "none") != 0) {
        if (!stat_options_benchmark(c, &j->stats, j->ledger)) return false;
        j->metrics.benchmark = j->stats.level;
        j->metrics.n_benchmark = wick_ledger_equity(j->ledger).n;
    }
    return read_year(j);
}

static bool conventions(job *j, wick_result *r)
{
    int64_t n = 0;
    int more = 0;
    wick_convention *to = j->conventions;
    to[n++] = (wick_convention){.key = "input", .value = j->info.format};
    to[n++] = (wick_convention){.key = "account",
                                .value = !j->info.synthetic_clock ? "given"
                                         : j->info.weekdays_only  ? "closed_trades_per_weekday"
                                                                  : "closed_trades_per_day"};
    to[n++] = (wick_convention){.key = "trade_pnl", .value = j->info.pnl_net ? "net" : "gross"};
    wick_format_double(j->value[0], wick_ledger_cash0(j->ledger));
    to[n++] = (wick_convention){.key = "cash", .value = j->value[0]};
    if (!stat_options_conventions(j->c, &j->stats, j->ledger, to + n, &more)) return false;
    r->conventions = to;
    r->n_conventions = n + more;
    return true;
}

/* Files first, then stdout: as `wick run` does it. */
static int write_outputs(cli *c, const wick_result *r)
{
    wick_file_set *set = wick_file_set_new();
    wick_buf shown = {0};
    const char *writer = cli_result_writer(c);
    int code = CLI_GOOD;
    if (set == NULL) return cli_error(c, NULL, "out of memory");
    for (int i = 0; i < TARGETS && code == CLI_GOOD; i++) {
        const char *path = cli_text(c, targets[i].option);
        wick_buf b = {0};
        if (path == NULL) continue;
        if (strcmp(path, "-") == 0) {
            writer = targets[i].writer;
            continue;
        }
        if (wick_report_write(c->ctx, targets[i].writer, r, &b) < 0 ||
            wick_file_set_add(c->ctx, set, path, b.data, b.len) < 0)
            code = cli_fail(c);
        wick_buf_free(&b);
    }
    if (code == CLI_GOOD && wick_report_write(c->ctx, writer, r, &shown) < 0) code = cli_fail(c);
    if (code == CLI_GOOD && wick_file_set_commit(c->ctx, set) < 0) code = cli_fail(c);
    wick_file_set_free(set);
    if (code == CLI_GOOD) return cli_print(c, &shown);
    wick_buf_free(&shown);
    return code;
}

static int score(job *j)
{
    cli *c = j->c;
    const char *choice = NULL;
    double cash = 100000.0;
    j->read.size = sizeof j->read;
    j->metrics.size = sizeof j->metrics;
    if (!cli_choice(c, "format", "table|full|json", &choice) ||
        !cli_outputs_check(c, targets, TARGETS) || !stat_options_read(c, &j->stats) ||
        !read_kind(c, &j->read.kind) || !read_profile(j) ||
        !cli_num(c, "cash", 1e-6, 1e15, &cash) ||
        !cli_num(c, "risk-free", -0.99, 10, &j->metrics.risk_free))
        return CLI_MISTAKE;
    j->read.cash = cash;
    if (!load(j)) return CLI_MISTAKE;
    if (wick_score(c->ctx, j->ledger, &j->metrics, NULL, 0, &j->scores) < 0) return cli_fail(c);
    wick_result r = {.size = sizeof r,
                     .strategy = c->operands[0],
                     .profile = j->profile,
                     .ledger = j->ledger,
                     .scores = j->scores,
                     .foreign = true,
                     .color = c->color_out};
    if (!conventions(j, &r) || !stat_options_apply(c, &j->stats, NULL, NULL, &r))
        return CLI_MISTAKE;
    return write_outputs(c, &r);
}

static int run(cli *c)
{
    job j = {.c = c};
    int code = score(&j);
    if (code != CLI_GOOD && wick_interrupted()) code = CLI_INTERRUPTED;
    wick_scores_free(j.scores);
    wick_ledger_unref(j.ledger);
    stat_options_free(&j.stats);
    return code;
}

const cli_command cli_command_score = {
    .name = "score",
    .summary = "metrics of trades, returns or an equity curve that something else made",
    .operands = "FILE [FILE]",
    .min_operands = 1,
    .max_operands = 2,
    .options = options,
    .notes =
        "Recognised by header: wick's own CSV, TradingView's list of trades, trades and equity of\n"
        "backtesting.py, vectorbt and PyBroker, Freqtrade trades, and a date with returns. Two "
        "files\n"
        "are trades and their equity. docs/statistics.md has the columns.\n"
        "Exit codes: 0 good, 2 a mistake in arguments or data, 130 interrupted.",
    .example = "wick score trades.csv --cash 10000 --ci 1000\n"
               "wick score returns.csv --benchmark spy.csv --breakdown year,quantstats",
    .run = run,
};
