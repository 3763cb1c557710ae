/* SPDX-License-Identifier: MIT */
/* Standard figures on synthetic bars. Each case is repeated for a while and the fastest run is
 * shown: the others measure what else the machine was doing. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/bench.h"
#include "cli/bench_scripts.h"
#include "cli/cli.h"
#include "lua/host.h"

static const cli_option options[] = {
    {"feed", "PATH", "bars of one symbol; default: 53,929 synthetic bars of 15 minutes", CLI_WORDS},
    {"book", "PATH", "bars of many symbols; default: 49 synthetic ones of 1,248 days", CLI_WORDS},
    {"scripts", "FILE", "time these strategies on the feed instead of the cases", CLI_REPEAT},
    {"seconds", "N", "time to spend on each case, default 0.5", CLI_ONE},
    {"pairs", "N", "cells of the parameter grid, default 2000", CLI_ONE},
    {"jobs", "N", "threads of the grid, default: all cores", CLI_ONE},
    {"format", "table|json", "default table", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

enum { MAX_FIGURES = 24 };

typedef struct figure {
    const char *id; /* stable name for machines */
    char name[64], unit[16];
    double value;
    int64_t trades; /* of the timed run; -1: none */
} figure;

typedef struct bench {
    cli *c;
    double seconds;
    int64_t pairs, jobs;
    wick_panel *feed, *book;
    int64_t feed_bars, book_bars;
    figure at[MAX_FIGURES];
    int n;
} bench;

static void add_figure(bench *b, const char *id, const char *name, double value, const char *unit,
                       int64_t trades)
{
    if (b->n == MAX_FIGURES) return;
    figure *f = &b->at[b->n++];
    f->id = id;
    f->trades = trades;
    snprintf(f->name, sizeof f->name, "%s", name);
    snprintf(f->unit, sizeof f->unit, "%s", unit);
    f->value = value;
}

/* ---- one run ------------------------------------------------------------------------------ */

typedef struct runner {
    wk_host *host;
    wk_script *script;
    wick_settings *settings;
    wick_panel *panel;
    int64_t trades;
    const char *rows[64]; /* metrics of the table */
    int64_t n_rows;
} runner;

static wick_status runner_new(wick_ctx *ctx, runner *r, const char *text, wick_panel *panel,
                              const char *slots)
{
    const wk_host_opts opts = {.size = sizeof opts, .seed = 1};
    wick_status st;
    *r = (runner){.panel = panel, .settings = wick_settings_new()};
    if (!r->settings) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < wick_metric_count() && r->n_rows < 64; i++)
        if (wick_metric_at(i)->row >= 0) r->rows[r->n_rows++] = wick_metric_at(i)->name;
    if (slots) WICK_TRY(wick_settings_set(ctx, r->settings, "slots", slots));
    WICK_TRY(wk_host_new(ctx, &opts, &r->host));
    WICK_TRY(wk_host_load_text(ctx, r->host, "bench.lua", text, (int64_t)strlen(text), &r->script));
out:
    return st;
}

static void runner_free(runner *r)
{
    wk_host_free(r->host);
    wick_settings_free(r->settings);
}

/* Columns or hooks, engine, trades, the metrics of the table. As in the libraries of
 * bench/compare.py nothing is written as text; that is a case of its own. */
static wick_status run_and_score(wick_ctx *ctx, runner *r, wick_ledger **ledger,
                                 wick_scores **scores)
{
    const wick_run_opts run = {.size = sizeof run, .settings = r->settings};
    const wick_metric_opts how = {.size = sizeof how,
                                  .bars_per_year = wick_panel_bars_per_year(r->panel)};
    wick_status st = wk_script_run(ctx, r->script, r->panel, &run, NULL, ledger);
    if (st == WICK_OK) st = wick_score(ctx, *ledger, &how, r->rows, r->n_rows, scores);
    if (st == WICK_OK) r->trades = wick_ledger_trades(*ledger);
    return st;
}

static wick_status whole_run(wick_ctx *ctx, void *arg)
{
    wick_ledger *ledger = NULL;
    wick_scores *scores = NULL;
    const wick_status st = run_and_score(ctx, arg, &ledger, &scores);
    wick_scores_free(scores);
    wick_ledger_unref(ledger);
    return st;
}

typedef struct written {
    const wick_result *result;
    wick_buf text;
} written;

static wick_status write_once(wick_ctx *ctx, void *arg)
{
    written *w = arg;
    w->text.len = 0;
    const wick_status st = wick_report_write(ctx, "trades_csv", w->result, &w->text);
    return st < 0 ? st : wick_report_write(ctx, "metrics_json", w->result, &w->text);
}

/* Fastest of the repetitions that fit into the time. */
static wick_status fastest(bench *b, wick_status (*work)(wick_ctx *, void *), void *arg,
                           double *best)
{
    const double until = wick_now() + b->seconds;
    *best = HUGE_VAL;
    for (int i = 0; i < 3 || wick_now() < until; i++) {
        const double t = wick_now();
        const wick_status st = work(b->c->ctx, arg);
        const double took = wick_now() - t;
        if (st < 0) return st;
        if (wick_interrupted()) return wick_fail(b->c->ctx, WICK_E_CANCELLED, "interrupted");
        if (took < *best) *best = took;
    }
    return WICK_OK;
}

typedef struct script_case {
    const char *id, *name, *text;
    bool of_book;        /* else of the feed */
    const char *rate_id; /* NULL: no figure in bars per second */
} script_case;

static const script_case script_cases[] = {
    {"cross_signals", "10/30 cross on the feed, signals", cross_signals, false, NULL},
    {"cross_triggers", "10/30 cross on the feed, triggers", cross_triggers, false, NULL},
    {"cross_events", "10/30 cross on the feed, every bar", cross_events, false,
     "cross_events_rate"},
    {"book_signals", "breakout on the book, 20 slots, signals", breakout_signals, true, NULL},
    {"book_events", "breakout on the book, 20 slots, every bar", breakout_events, true,
     "book_events_rate"},
};
enum { SCRIPT_CASES = sizeof script_cases / sizeof *script_cases };

static wick_status time_script(bench *b, const script_case *k)
{
    runner r;
    double best = 0.0;
    const int64_t bars = k->of_book ? b->book_bars : b->feed_bars;
    wick_status st = runner_new(b->c->ctx, &r, k->text, k->of_book ? b->book : b->feed,
                                k->of_book ? "20" : NULL);
    if (st == WICK_OK) st = fastest(b, whole_run, &r, &best);
    if (st == WICK_OK) {
        add_figure(b, k->id, k->name, best * 1e3, "ms", r.trades);
        if (k->rate_id)
            add_figure(b, k->rate_id, "  the same", (double)bars / best * 1e-6, "M bars/s", -1);
    }
    runner_free(&r);
    return st;
}

static wick_status time_output(bench *b)
{
    runner r;
    wick_ledger *ledger = NULL;
    wick_scores *scores = NULL;
    wick_result result = {.size = sizeof result, .strategy = "bench", .profile = "wick"};
    written w = {.result = &result};
    double best = 0.0;
    wick_status st;
    WICK_TRY(runner_new(b->c->ctx, &r, cross_signals, b->feed, NULL));
    WICK_TRY(run_and_score(b->c->ctx, &r, &ledger, &scores));
    result.ledger = ledger;
    result.scores = scores;
    WICK_TRY(fastest(b, write_once, &w, &best));
    add_figure(b, "output", "  its trades CSV and metrics JSON", best * 1e3, "ms", r.trades);
out:
    wick_buf_free(&w.text);
    wick_scores_free(scores);
    wick_ledger_unref(ledger);
    runner_free(&r);
    return st;
}

/* ---- the grid ----------------------------------------------------------------------------- */

typedef struct grid {
    bench *b;
    runner *worker;
    wick_arena **arena;
    wick_score_scratch **scratch;
    wick_cache *cache;
    const wick_metric_spec *spec[2];
    double *out; /* two metrics per cell */
    double bars_per_year;
} grid;

/* Pairs in a triangle of fast < slow, the same for every count. */
static void pair_of(int64_t cell, double *fast, double *slow)
{
    *fast = (double)(5 + cell % 100);
    *slow = (double)(110 + cell / 100);
}

static wick_status grid_cell(void *arg, int64_t cell, int32_t worker, wick_ctx *ctx)
{
    grid *g = arg;
    runner *r = &g->worker[worker];
    wick_ledger *ledger = NULL;
    const wick_metric_opts how = {.size = sizeof how, .bars_per_year = g->bars_per_year};
    wick_run_opts run = {.size = sizeof run, .lean = true};
    double fast, slow;
    wick_status st;
    pair_of(cell, &fast, &slow);
    if (!r->host) WICK_TRY(runner_new(ctx, r, cross_signals, g->b->feed, NULL));
    if (!g->arena[worker]) g->arena[worker] = wick_arena_new(0);
    if (!g->scratch[worker]) g->scratch[worker] = wick_score_scratch_new();
    if (!g->arena[worker] || !g->scratch[worker]) return wick_fail_mem(ctx);
    wick_arena_reset(g->arena[worker]);
    run.settings = r->settings;
    run.arena = g->arena[worker];
    WICK_TRY(wk_script_set_number(ctx, r->script, 0, fast));
    WICK_TRY(wk_script_set_number(ctx, r->script, 1, slow));
    WICK_TRY(wk_script_run(ctx, r->script, g->b->feed, &run, g->cache, &ledger));
    WICK_TRY(wick_score_into(ctx, ledger, &how, g->spec, 2, g->scratch[worker], &g->out[2 * cell]));
out:
    wick_ledger_unref(ledger);
    return st;
}

static wick_status run_grid(bench *b, int32_t threads, double *took)
{
    const int32_t workers = threads > 0 ? threads : wick_cores();
    grid g = {.b = b,
              .worker = calloc((size_t)workers, sizeof *g.worker),
              .arena = calloc((size_t)workers, sizeof(wick_arena *)),
              .scratch = calloc((size_t)workers, sizeof(wick_score_scratch *)),
              .cache = wick_cache_new(INT64_C(64) << 20),
              .out = calloc((size_t)b->pairs * 2, sizeof *g.out),
              .spec = {wick_metric_find("total_return_pct"), wick_metric_find("sharpe")},
              .bars_per_year = wick_panel_bars_per_year(b->feed)};
    wick_status st;
    if (!g.worker || !g.arena || !g.scratch || !g.cache || !g.out) {
        st = wick_fail_mem(b->c->ctx);
    } else {
        const double t = wick_now();
        st = wick_pool_run(b->c->ctx, b->pairs, workers, grid_cell, &g);
        *took = wick_now() - t;
    }
    for (int32_t i = 0; i < workers; i++) {
        if (g.worker && g.worker[i].settings) runner_free(&g.worker[i]);
        if (g.scratch) wick_score_scratch_free(g.scratch[i]);
        if (g.arena) wick_arena_free(g.arena[i]);
    }
    wick_cache_unref(g.cache);
    free(g.worker);
    free(g.arena);
    free(g.scratch);
    free(g.out);
    return st;
}

static wick_status time_grid(bench *b)
{
    const int32_t threads = b->jobs > 0 ? (int32_t)b->jobs : wick_cores();
    struct rusage use;
    double one = 0.0, all = 0.0;
    char name[64];
    wick_status st = run_grid(b, 1, &one);
    if (st < 0) return st;
    snprintf(name, sizeof name, "grid of %lld average pairs, 1 thread", (long long)b->pairs);
    add_figure(b, "grid_1", name, one * 1e6 / (double)b->pairs, "us/cell", -1);
    if (threads > 1) {
        st = run_grid(b, threads, &all);
        if (st < 0) return st;
        snprintf(name, sizeof name, "  the same, %d threads", (int)threads);
        add_figure(b, "grid_n", name, all * 1e6 / (double)b->pairs, "us/cell", -1);
    }
    getrusage(RUSAGE_SELF, &use);
    add_figure(b, "memory", "  peak memory of this process", (double)use.ru_maxrss / 1024.0, "MiB",
               -1);
    return WICK_OK;
}

/* ---- files -------------------------------------------------------------------------------- */

typedef struct loading {
    const char *path;
    int64_t rows;
} loading;

static wick_status load_once(wick_ctx *ctx, void *arg)
{
    const loading *l = arg;
    const wick_load_opts opts = {.size = sizeof opts, .threads = 1};
    wick_panel *p = NULL;
    const wick_status st = wick_load(ctx, &l->path, 1, &opts, &p, NULL, NULL);
    wick_panel_unref(p);
    return st;
}

static wick_status time_load(bench *b, const char *id, const char *name, const char *path,
                             int64_t rows)
{
    loading l = {path, rows};
    double best = 0.0;
    const wick_status st = fastest(b, load_once, &l, &best);
    if (st == WICK_OK) add_figure(b, id, name, (double)rows / best * 1e-6, "M rows/s", -1);
    return st;
}

static wick_status time_files(bench *b)
{
    const char *tmp = getenv("TMPDIR");
    char folder[256], csv[300], native[300];
    wick_ctx *ctx = b->c->ctx;
    const int64_t rows = b->book_bars;
    wick_status st;
    snprintf(folder, sizeof folder, "%s/wick-bench.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(folder)) return wick_fail(ctx, WICK_E_IO, "%s: cannot be made", folder);
    snprintf(csv, sizeof csv, "%s/bars.csv", folder);
    snprintf(native, sizeof native, "%s/bars.wick", folder);
    WICK_TRY(wick_panel_write_csv(ctx, b->book, csv));
    WICK_TRY(wick_panel_save(ctx, b->book, native));
    WICK_TRY(time_load(b, "load_csv", "load CSV, long format, 1 thread", csv, rows));
    WICK_TRY(time_load(b, "load_native", "load native file, 1 thread", native, rows));
out:
    unlink(csv);
    unlink(native);
    rmdir(folder);
    return st;
}

/* ---- the command -------------------------------------------------------------------------- */

/* Bars from the option's paths, or synthetic ones. */
static wick_status make_bars(bench *b, const char *option, const wick_synth_opts *synth,
                             wick_panel **out, int64_t *bars)
{
    enum { MAX_PATHS = 64 };
    const char *paths[MAX_PATHS];
    const int n = cli_times(b->c, option);
    const wick_load_opts load = {.size = sizeof load};
    wick_status st;
    for (int i = 0; i < n && i < MAX_PATHS; i++) paths[i] = cli_nth(b->c, option, i);
    if (n > 0)
        st = wick_load(b->c->ctx, paths, n < MAX_PATHS ? n : MAX_PATHS, &load, out, NULL, NULL);
    else
        st = wick_synth(b->c->ctx, synth, out);
    *bars = 0;
    for (int64_t i = 0; st == WICK_OK && i < wick_panel_count(*out); i++)
        *bars += wick_bars_count(wick_panel_bars(*out, i));
    return st;
}

/* Without operands everything is timed. */
static bool wanted(const bench *b, const char *group)
{
    for (int i = 0; i < b->c->n_operands; i++)
        if (strcmp(b->c->operands[i], group) == 0) return true;
    return b->c->n_operands == 0;
}

static bool check_operands(const cli *c)
{
    static const char *const groups[] = {"cross_signals", "cross_triggers", "cross_events",
                                         "book_signals",  "book_events",    "output",
                                         "grid",          "files"};
    enum { GROUPS = sizeof groups / sizeof *groups };
    for (int i = 0; i < c->n_operands; i++) {
        char hint[128];
        bool known = false;
        for (int k = 0; k < GROUPS; k++) known = known || strcmp(c->operands[i], groups[k]) == 0;
        if (known) continue;
        cli_nearest(hint, sizeof hint, c->operands[i], groups, GROUPS);
        cli_error(c, *hint ? hint : "`wick help bench` names the cases", "unknown case '%s'",
                  c->operands[i]);
        return false;
    }
    return true;
}

static wick_status run_cases(bench *b)
{
    const wick_synth_opts feed = {
        .size = sizeof feed, .symbols = 1, .bars = 53929, .timeframe = "15m", .seed = 1};
    const wick_synth_opts book = {.size = sizeof book, .symbols = 49, .bars = 1248, .seed = 2};
    wick_status st;
    WICK_TRY(make_bars(b, "feed", &feed, &b->feed, &b->feed_bars));
    WICK_TRY(make_bars(b, "book", &book, &b->book, &b->book_bars));
    for (int i = 0; i < SCRIPT_CASES; i++)
        if (wanted(b, script_cases[i].id)) WICK_TRY(time_script(b, &script_cases[i]));
    if (wanted(b, "output")) WICK_TRY(time_output(b));
    if (wanted(b, "grid")) WICK_TRY(time_grid(b));
    if (wanted(b, "files")) WICK_TRY(time_files(b));
out:
    return st;
}

static int print_table(const bench *b)
{
    static const char *const header[] = {"work", "figure", "unit"};
    static const bool right[] = {false, true, false};
    const char *cells[3 * MAX_FIGURES];
    char numbers[MAX_FIGURES][32];
    wick_buf out = {0};
    for (int i = 0; i < b->n; i++) {
        snprintf(numbers[i], sizeof numbers[i], b->at[i].value < 100 ? "%.3f" : "%.1f",
                 b->at[i].value);
        cells[3 * i] = b->at[i].name;
        cells[3 * i + 1] = numbers[i];
        cells[3 * i + 2] = b->at[i].unit;
    }
    wick_buf_addf(
        &out,
        "%s %s, %s, %d cores\nfeed: %lld bars; book: %lld bars of %lld symbols; fastest of "
        "%.3g s each, trades and the forty metrics included\n",
        b->c->program, wick_version(), wk_host_vm(), (int)wick_cores(), (long long)b->feed_bars,
        (long long)b->book_bars, (long long)wick_panel_count(b->book), b->seconds);
    wick_text_table(&out, 3, header, right, cells, b->n);
    return cli_print(b->c, &out);
}

static int print_json(const bench *b)
{
    wick_buf out = {0};
    wick_json_writer w;
    wick_jw_begin(&w, &out, 2);
    wick_jw_object(&w);
    wick_jw_key(&w, "program");
    wick_jw_string(&w, b->c->program);
    wick_jw_key(&w, "version");
    wick_jw_string(&w, wick_version());
    wick_jw_key(&w, "vm");
    wick_jw_string(&w, wk_host_vm());
    wick_jw_key(&w, "figures");
    wick_jw_array(&w);
    for (int i = 0; i < b->n; i++) {
        const char *name = b->at[i].name;
        wick_jw_object(&w);
        wick_jw_key(&w, "id");
        wick_jw_string(&w, b->at[i].id);
        wick_jw_key(&w, "work");
        wick_jw_string(&w, name + strspn(name, " "));
        wick_jw_key(&w, "value");
        wick_jw_double(&w, b->at[i].value);
        wick_jw_key(&w, "unit");
        wick_jw_string(&w, b->at[i].unit);
        if (b->at[i].trades >= 0) {
            wick_jw_key(&w, "trades");
            wick_jw_int(&w, b->at[i].trades);
        }
        wick_jw_end(&w);
    }
    wick_jw_end(&w);
    wick_jw_end(&w);
    wick_buf_add(&out, "\n", 1);
    return cli_print(b->c, &out);
}

static int run(cli *c)
{
    bench b = {.c = c, .seconds = 0.5, .pairs = 2000};
    const char *format = "table";
    int code;
    if (!check_operands(c) || !cli_num(c, "seconds", 0.01, 3600, &b.seconds) ||
        !cli_int(c, "pairs", 1, 1000000, &b.pairs) || !cli_int(c, "jobs", 1, 1024, &b.jobs) ||
        !cli_choice(c, "format", "table|json", &format))
        return CLI_MISTAKE;
    if (cli_has(c, "scripts")) {
        const wick_synth_opts feed = {
            .size = sizeof feed, .symbols = 1, .bars = 53929, .timeframe = "15m", .seed = 1};
        code = make_bars(&b, "feed", &feed, &b.feed, &b.feed_bars) < 0
                   ? cli_fail(c)
                   : bench_files(c, b.feed, b.feed_bars, b.seconds, strcmp(format, "json") == 0);
        wick_panel_unref(b.feed);
        return code;
    }
    cli_progress *progress = cli_progress_start(c, "timing");
    const wick_status st = run_cases(&b);
    cli_progress_stop(progress);
    if (st < 0)
        code = cli_fail(c);
    else
        code = strcmp(format, "json") == 0 ? print_json(&b) : print_table(&b);
    wick_panel_unref(b.feed);
    wick_panel_unref(b.book);
    return code;
}

const cli_command cli_command_bench = {
    .name = "bench",
    .summary = "times standard work on this machine",
    .operands = "[CASE...]",
    .min_operands = 0,
    .max_operands = -1,
    .options = options,
    .notes =
        "Cases: cross_signals cross_triggers cross_events book_signals book_events output grid\n"
        "files; default: all.\n"
        "--scripts FILE (again for each file) times strategies of yours: nanoseconds per bar, on "
        "how\n"
        "many bars the script was asked, and the shares of Lua, columns and engine.\n"
        "Synthetic bars are the same everywhere. bench/compare.py times other libraries beside\n"
        "wick.",
    .example = "wick bench --seconds 1",
    .run = run,
};
