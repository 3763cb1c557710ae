/* SPDX-License-Identifier: MIT */
/* wick data: everything about bars short of trading them. `check` is in cmd_data_check.c. */
#include <stdlib.h>
#include <string.h>

#include "cli/cmd_data.h"

#define LOAD_OPTIONS                                                                               \
    {"symbols", "A,B|@FILE", "only these", CLI_ONE}, {"from", "DATE", "first day, UTC", CLI_ONE},  \
        {"to", "DATE", "last day, included", CLI_ONE},                                             \
        {"symbol-info", "FILE", "symbol_info.json; default: beside the data", CLI_ONE},            \
        {"drop-bad", NULL, "leave rows in error out and go on", CLI_ONE},                          \
    {                                                                                              \
        "jobs", "N", "files read in parallel; default: all cores", CLI_ONE                         \
    }

/* ---- loading as the options say ----------------------------------------------------------- */

static wick_panel *load(cli *c, const char *timeframe)
{
    wick_load_opts o = {.size = sizeof o, .timeframe = timeframe};
    char **symbols = NULL;
    wick_panel *p = NULL;
    int64_t jobs = 0;
    o.symbol_info = cli_text(c, "symbol-info");
    o.drop_bad = cli_has(c, "drop-bad");
    o.has_from = cli_has(c, "from");
    o.has_to = cli_has(c, "to");
    if (!cli_time(c, "from", false, &o.from) || !cli_time(c, "to", true, &o.to)) return NULL;
    if (!cli_int(c, "jobs", 0, 1024, &jobs)) return NULL;
    o.threads = (int32_t)jobs;
    const char *list = cli_text(c, "symbols");
    if (list != NULL && !cli_symbols(c, list, &symbols, &o.n_symbols)) return NULL;
    o.symbols = (const char *const *)symbols;
    if (wick_load(c->ctx, c->operands, c->n_operands, &o, &p, NULL, NULL) < 0) {
        cli_fail(c);
        p = NULL;
    }
    cli_symbols_free(symbols, symbols != NULL ? o.n_symbols : 0);
    return p;
}

static bool ends_with(const char *s, const char *tail)
{
    const size_t n = strlen(s), k = strlen(tail);
    return n >= k && strcmp(s + n - k, tail) == 0;
}

static int write_panel(cli *c, const wick_panel *p)
{
    const char *out = cli_text(c, "out");
    if (out == NULL) {
        return cli_error(c, c->command->example, "%s: --out is missing", c->path);
    }
    const wick_status st = ends_with(out, ".wick") ? wick_panel_save(c->ctx, p, out)
                                                   : wick_panel_write_csv(c->ctx, p, out);
    if (st < 0) return cli_fail(c);
    int64_t rows = 0;
    const int64_t n = wick_panel_count(p);
    for (int64_t i = 0; i < n; i++) rows += wick_bars_count(wick_panel_bars(p, i));
    cli_note(c, "%s: %lld symbol%s, %lld bars", out, (long long)n, n == 1 ? "" : "s",
             (long long)rows);
    return CLI_GOOD;
}

/* ---- info --------------------------------------------------------------------------------- */

enum { INFO_COLUMNS = 10 };

static const char *const info_header[INFO_COLUMNS] = {
    "symbol", "bars", "first", "last", "timeframe", "gaps", "tick", "kind", "zone", "session"};

static void info_cells(const wick_bars *b, char cell[INFO_COLUMNS][64])
{
    const wick_symbol_info *s = wick_bars_info(b);
    const int64_t n = wick_bars_count(b), *t = wick_bars_time(b);
    int64_t missing = 0;
    const int64_t gaps = wick_bars_gaps(b, &missing);
    char number[WICK_DOUBLE_TEXT], tf[16];
    memset(cell, 0, sizeof(char[INFO_COLUMNS][64]));
    snprintf(cell[0], 64, "%.63s", s->symbol);
    snprintf(cell[1], 64, "%lld", (long long)n);
    if (n > 0) {
        wick_time_format(cell[2], t[0], true);
        wick_time_format(cell[3], t[n - 1], true);
    }
    wick_timeframe_format(tf, s->timeframe_ms);
    snprintf(cell[4], 64, "%s%s", tf, (s->inferred & WICK_INFO_TIMEFRAME) != 0 ? "*" : "");
    if (gaps > 0) {
        snprintf(cell[5], 64, "%lld (%lld bars)", (long long)gaps, (long long)missing);
    } else {
        snprintf(cell[5], 64, "none");
    }
    wick_format_double(number, s->tick);
    snprintf(cell[6], 64, "%s%s", number, (s->inferred & WICK_INFO_TICK) != 0 ? "*" : "");
    snprintf(cell[7], 64, "%.60s%s", s->kind, (s->inferred & WICK_INFO_KIND) != 0 ? "*" : "");
    snprintf(cell[8], 64, "%.60s%s", s->timezone,
             (s->inferred & WICK_INFO_TIMEZONE) != 0 ? "*" : "");
    snprintf(cell[9], 64, "%.60s%s", s->session, (s->inferred & WICK_INFO_SESSION) != 0 ? "*" : "");
}

static int info_table(cli *c, const wick_panel *p)
{
    static const bool right[INFO_COLUMNS] = {false, true, false, false, true, true, true};
    const int64_t n = wick_panel_count(p);
    char(*text)[INFO_COLUMNS][64] = calloc((size_t)n + 1, sizeof *text);
    const char **cells = calloc((size_t)n * INFO_COLUMNS + 1, sizeof *cells);
    wick_buf out = {0};
    int code = CLI_DEFECT;
    if (text != NULL && cells != NULL) {
        for (int64_t i = 0; i < n; i++) {
            info_cells(wick_panel_bars(p, i), text[i]);
            for (int k = 0; k < INFO_COLUMNS; k++) cells[i * INFO_COLUMNS + k] = text[i][k];
        }
        wick_text_table(&out, INFO_COLUMNS, info_header, right, cells, n);
        wick_buf_addf(&out, "%lld ticks, %g bars a year; * guessed from the bars\n",
                      (long long)wick_panel_ticks(p), wick_panel_bars_per_year(p));
        code = cli_print(c, &out);
    } else {
        cli_error(c, NULL, "out of memory");
    }
    free(text);
    free(cells);
    return code;
}

static void info_symbol(wick_json_writer *w, const wick_bars *b)
{
    const wick_symbol_info *s = wick_bars_info(b);
    const int64_t n = wick_bars_count(b), *t = wick_bars_time(b);
    char text[WICK_TIME_TEXT], digest[65];
    int64_t missing = 0;
    const int64_t gaps = wick_bars_gaps(b, &missing);
    wick_jw_object(w);
    wick_jw_key(w, "symbol"), wick_jw_string(w, s->symbol);
    wick_jw_key(w, "bars"), wick_jw_int(w, n);
    if (n > 0) {
        wick_time_format(text, t[0], true);
        wick_jw_key(w, "first"), wick_jw_string(w, text);
        wick_time_format(text, t[n - 1], true);
        wick_jw_key(w, "last"), wick_jw_string(w, text);
    }
    wick_timeframe_format(text, s->timeframe_ms);
    wick_jw_key(w, "timeframe"), wick_jw_string(w, text);
    wick_jw_key(w, "gaps"), wick_jw_int(w, gaps);
    wick_jw_key(w, "missing_bars"), wick_jw_int(w, missing);
    wick_jw_key(w, "tick"), wick_jw_double(w, s->tick);
    wick_jw_key(w, "point_value"), wick_jw_double(w, s->point_value);
    wick_jw_key(w, "qty_step"), wick_jw_double(w, s->qty_step);
    wick_jw_key(w, "kind"), wick_jw_string(w, s->kind);
    wick_jw_key(w, "currency"), wick_jw_string(w, s->currency);
    wick_jw_key(w, "timezone"), wick_jw_string(w, s->timezone);
    wick_jw_key(w, "session"), wick_jw_string(w, s->session);
    wick_bars_digest(b, digest);
    wick_jw_key(w, "sha256"), wick_jw_string(w, digest);
    wick_jw_end(w);
}

static int info_json(cli *c, const wick_panel *p)
{
    wick_buf out = {0};
    wick_json_writer w;
    wick_jw_begin(&w, &out, 2);
    wick_jw_object(&w);
    wick_jw_key(&w, "ticks"), wick_jw_int(&w, wick_panel_ticks(p));
    wick_jw_key(&w, "bars_per_year"), wick_jw_double(&w, wick_panel_bars_per_year(p));
    wick_jw_key(&w, "symbols");
    wick_jw_array(&w);
    for (int64_t i = 0; i < wick_panel_count(p); i++) info_symbol(&w, wick_panel_bars(p, i));
    wick_jw_end(&w);
    wick_jw_end(&w);
    wick_buf_add(&out, "\n", 1);
    return cli_print(c, &out);
}

static int run_info(cli *c)
{
    const char *format = "table";
    if (!cli_choice(c, "format", "table|json", &format)) return CLI_MISTAKE;
    wick_panel *p = load(c, NULL);
    if (p == NULL) return wick_ctx_code(c->ctx) == WICK_E_CANCELLED ? CLI_INTERRUPTED : CLI_MISTAKE;
    const int code = strcmp(format, "json") == 0 ? info_json(c, p) : info_table(c, p);
    wick_panel_unref(p);
    return code;
}

/* ---- convert ------------------------------------------------------------------------------ */

typedef wick_status (*adjust_fn)(wick_ctx *, const wick_bars *, int64_t, const int64_t *,
                                 const double *, wick_bars **);

/* Events of one symbol: FOLDER/SYMBOL.csv, where a missing file means none, or one file when
 * there is one symbol. */
static wick_status adjust_one(cli *c, const char *path, adjust_fn adjust, bool single,
                              wick_bars **b)
{
    char file[1024];
    int64_t *date = NULL, n = 0;
    double *value = NULL;
    if (wick_path_is_dir(path)) {
        snprintf(file, sizeof file, "%s/%s.csv", path, wick_bars_symbol(*b));
        if (!wick_path_exists(file)) return WICK_OK;
    } else if (!single) {
        return wick_fail(c->ctx, WICK_E_ARG,
                         "%s is one file but there are several symbols: name a folder with one "
                         "file per symbol",
                         path);
    } else {
        snprintf(file, sizeof file, "%s", path);
    }
    wick_status st = wick_events_load(c->ctx, file, &date, &value, &n);
    if (st < 0) return st;
    wick_bars *made = NULL;
    st = adjust(c->ctx, *b, n, date, value, &made);
    free(date);
    free(value);
    if (st < 0) return wick_note(c->ctx, "while adjusting by %s", file);
    wick_bars_unref(*b);
    *b = made;
    return WICK_OK;
}

/* Splits first: dividends are per share of today. */
static wick_panel *adjusted(cli *c, wick_panel *p)
{
    const char *splits = cli_text(c, "splits"), *dividends = cli_text(c, "dividends");
    const int64_t n = wick_panel_count(p);
    wick_panel *made = NULL;
    wick_status st = WICK_OK;
    wick_bars **bars = calloc((size_t)n + 1, sizeof(wick_bars *));
    if (bars == NULL) {
        wick_fail_mem(c->ctx);
        st = WICK_E_MEM;
    }
    for (int64_t i = 0; i < n && st == WICK_OK; i++) {
        bars[i] = wick_bars_ref(wick_panel_bars(p, i));
        if (splits != NULL) st = adjust_one(c, splits, wick_bars_adjust_splits, n == 1, &bars[i]);
        if (st == WICK_OK && dividends != NULL) {
            st = adjust_one(c, dividends, wick_bars_adjust_dividends, n == 1, &bars[i]);
        }
    }
    if (st == WICK_OK) st = wick_panel_new(c->ctx, bars, n, &made);
    for (int64_t i = 0; bars != NULL && i < n; i++) wick_bars_unref(bars[i]);
    free(bars);
    if (st < 0) {
        cli_fail(c);
        return NULL;
    }
    return made;
}

static int run_convert(cli *c)
{
    wick_panel *p = load(c, cli_text(c, "timeframe"));
    if (p == NULL) return wick_ctx_code(c->ctx) == WICK_E_CANCELLED ? CLI_INTERRUPTED : CLI_MISTAKE;
    int code = CLI_MISTAKE;
    if (cli_has(c, "splits") || cli_has(c, "dividends")) {
        wick_panel *made = adjusted(c, p);
        wick_panel_unref(p);
        p = made;
    }
    if (p != NULL) code = write_panel(c, p);
    wick_panel_unref(p);
    return code;
}

/* ---- bars made of bars --------------------------------------------------------------------- */

typedef wick_status (*transform)(cli *c, const void *how, const wick_bars *b, wick_bars **out);

static int transformed(cli *c, transform f, const void *how)
{
    wick_panel *p = load(c, NULL), *made = NULL;
    if (p == NULL) return wick_ctx_code(c->ctx) == WICK_E_CANCELLED ? CLI_INTERRUPTED : CLI_MISTAKE;
    const int64_t n = wick_panel_count(p);
    wick_bars **bars = calloc((size_t)n + 1, sizeof(wick_bars *));
    wick_status st = bars != NULL ? WICK_OK : wick_fail_mem(c->ctx);
    for (int64_t i = 0; i < n && st == WICK_OK; i++)
        st = f(c, how, wick_panel_bars(p, i), &bars[i]);
    if (st == WICK_OK) st = wick_panel_new(c->ctx, bars, n, &made);
    for (int64_t i = 0; bars != NULL && i < n; i++) wick_bars_unref(bars[i]);
    free(bars);
    wick_panel_unref(p);
    const int code = st == WICK_OK ? write_panel(c, made) : cli_fail(c);
    wick_panel_unref(made);
    return code;
}

static wick_status resampled(cli *c, const void *how, const wick_bars *b, wick_bars **out)
{
    return wick_bars_resample(c->ctx, b, *(const int64_t *)how, cli_has(c, "complete"), out);
}

static int run_resample(cli *c)
{
    const char *text = cli_text(c, "timeframe");
    int64_t tf = 0;
    if (text == NULL)
        return cli_error(c, c->command->example, "%s: --timeframe is missing", c->path);
    if (!wick_timeframe_parse(text, &tf)) {
        return cli_error(c, "try 5m, 15m, 1h, 4h, 1d, 1w, 1M", "--timeframe: '%s' is none", text);
    }
    return transformed(c, resampled, &tf);
}

static wick_status bricked(cli *c, const void *how, const wick_bars *b, wick_bars **out)
{
    return wick_bars_renko(c->ctx, b, how, out);
}

static int run_renko(cli *c)
{
    wick_renko_opts o = {0};
    if (!cli_num(c, "size", 0.0, 1e12, &o.brick) || !cli_int(c, "atr", 1, 5000, &o.atr_n))
        return CLI_MISTAKE;
    if (cli_has(c, "size") == cli_has(c, "atr"))
        return cli_error(c, c->command->example, "%s: give --size or --atr", c->path);
    return transformed(c, bricked, &o);
}

/* ---- synth -------------------------------------------------------------------------------- */

static int run_synth(cli *c)
{
    wick_synth_opts o = {.size = sizeof o, .timeframe = cli_text(c, "timeframe")};
    int64_t seed = 1;
    if (!cli_int(c, "symbols", 1, 100000, &o.symbols) ||
        !cli_int(c, "bars", 1, 100000000, &o.bars) || !cli_int(c, "seed", 1, INT64_MAX, &seed) ||
        !cli_time(c, "start", false, &o.start) || !cli_num(c, "planted", 0.0, 1.0, &o.planted)) {
        return CLI_MISTAKE;
    }
    o.seed = (uint64_t)seed;
    o.ragged = cli_has(c, "ragged");
    wick_panel *p = NULL;
    if (wick_synth(c->ctx, &o, &p) < 0) return cli_fail(c);
    const int code = write_panel(c, p);
    wick_panel_unref(p);
    return code;
}

/* ---- the commands ------------------------------------------------------------------------- */

static const cli_option info_options[] = {
    LOAD_OPTIONS,
    {"format", "table|json", "default table", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};
static const cli_command info_command = {
    .name = "info",
    .summary = "what is there: symbols, spans, timeframes, gaps, symbol facts",
    .operands = "PATH...",
    .min_operands = 1,
    .max_operands = -1,
    .options = info_options,
    .example = "wick data info bars\nwick data info prices.csv.gz --symbols AAPL --format json",
    .run = run_info,
};

static const cli_option convert_options[] = {
    {"out", "PATH",
     "where to write: a folder (one CSV file per symbol), a .csv,\n"
     ".csv.gz or .csv.zst file (all symbols), or a .wick file",
     CLI_ONE},
    {"timeframe", "TF", "aggregate to 5m, 1h, 1d, 1w ...", CLI_ONE},
    {"dividends", "PATH",
     "adjust for cash dividends: FOLDER/SYMBOL.csv with\ndate,amount (or "
     "one file for one symbol)",
     CLI_ONE},
    {"splits", "PATH", "adjust for splits, the same with date,ratio (new per old)", CLI_ONE},
    LOAD_OPTIONS,
    {NULL, NULL, NULL, CLI_ONE},
};
static const cli_command convert_command = {
    .name = "convert",
    .summary = "writes bars in another form, adjusted or cut if asked",
    .operands = "PATH...",
    .min_operands = 1,
    .max_operands = -1,
    .options = convert_options,
    .notes = "A .wick file is read by mapping it: a hundred times faster than CSV.",
    .example = "wick data convert prices.csv.gz --out prices.wick --drop-bad\n"
               "wick data convert raw --dividends dividends --out adjusted",
    .run = run_convert,
};

static const cli_option resample_options[] = {
    {"timeframe", "TF", "5m, 15m, 1h, 4h, 1d, 1w, 1M", CLI_ONE},
    {"out", "PATH", "folder, .csv, .csv.gz, .csv.zst or .wick", CLI_ONE},
    {"complete", NULL, "leave out a last bar that may be unfinished", CLI_ONE},
    LOAD_OPTIONS,
    {NULL, NULL, NULL, CLI_ONE},
};
static const cli_command resample_command = {
    .name = "resample",
    .summary = "aggregates bars to a coarser timeframe",
    .operands = "PATH...",
    .min_operands = 1,
    .max_operands = -1,
    .options = resample_options,
    .example = "wick data resample ETHUSDT_1m.csv.gz --timeframe 15m --out ETHUSDT_15m.csv",
    .run = run_resample,
};

static const cli_option renko_options[] = {
    {"size", "X", "height of a brick", CLI_ONE},
    {"atr", "N", "height: the average true range of N bars, on the bar that makes the brick",
     CLI_ONE},
    {"out", "PATH", "folder, .csv, .csv.gz, .csv.zst or .wick", CLI_ONE},
    LOAD_OPTIONS,
    {NULL, NULL, NULL, CLI_ONE},
};
static const cli_command renko_command = {
    .name = "renko",
    .summary = "makes bars of Renko bricks",
    .operands = "PATH...",
    .min_operands = 1,
    .max_operands = -1,
    .options = renko_options,
    .notes =
        "A brick is stamped with the opening of the bar after the one that made it, when it is\n"
        "known. Its prices are its ends, at which nobody may have traded: to trade by bricks at\n"
        "real prices, run the bars themselves with ta.renko.",
    .example = "wick data renko ETHUSDT_1m.csv.gz --size 5 --out ETHUSDT_renko.wick\n"
               "wick data renko bars --atr 14 --out bricks",
    .run = run_renko,
};

static const cli_option synth_options[] = {
    {"out", "PATH", "folder, .csv, .csv.gz, .csv.zst or .wick", CLI_ONE},
    {"symbols", "N", "default 8", CLI_ONE},
    {"bars", "N", "per symbol, default 1500", CLI_ONE},
    {"seed", "N", "default 1; the same seed gives the same bars everywhere", CLI_ONE},
    {"timeframe", "TF", "default 1d (weekdays); shorter ones run round the clock", CLI_ONE},
    {"start", "DATE", "default 2018-01-02", CLI_ONE},
    {"ragged", NULL, "late listings and missing bars", CLI_ONE},
    {"planted", "X",
     "0 to 1: structure a model can learn: spells of accumulation and\n"
     "distribution that move prices and show in volume",
     CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};
static const cli_command synth_command = {
    .name = "synth",
    .summary = "makes up bars to try things with",
    .options = synth_options,
    .notes =
        "Prices switch between rising, falling, sideways and crashing; symbols share a market.\n"
        "They gap through stops as real ones do, but nothing learnt from them is worth money.",
    .example = "wick data synth --out bars --symbols 8 --bars 1500 --seed 1",
    .run = run_synth,
};

static const cli_command *const subs[] = {
    &cli_command_data_check, &info_command, &convert_command, &resample_command, &renko_command,
    &synth_command,          NULL,
};

const cli_command cli_command_data = {
    .name = "data",
    .summary = "checks, describes, converts, resamples and makes up bars, and bars of bricks",
    .example = "wick data check bars\nwick data synth --out bars --symbols 8",
    .subs = subs,
};
