/* SPDX-License-Identifier: MIT */
/** What a run is told: defaults, what the script asks for, a profile, a config file, options; the
 * later wins. */
#ifndef WICK_CLI_RUN_CONFIG_H
#define WICK_CLI_RUN_CONFIG_H

#include "cli/cli.h"
#include "lua/host.h"

typedef struct run_pair {
    const char *key, *value; /**< value as text */
    const char *from;        /**< "--param" or the file it came from, for messages */
    bool used;               /**< shared: some script has it */
} run_pair;

typedef struct run_pairs {
    run_pair *at;
    int64_t n, cap;
} run_pairs;

typedef struct run_config {
    wick_arena *arena;                  /**< owns every text below */
    wick_settings *settings;            /**< complete after run_config_script */
    const char *profile, *profile_from; /**< NULL: none asked for */
    run_pairs engine, params;
    bool has_cash;
    double cash;
    const char **data;
    int64_t n_data;
    char **symbols; /**< NULL: all */
    int64_t n_symbols;
    bool has_from, has_to, has_trade_from;
    int64_t from, to, trade_from;
    const char *timeframe, *symbol_info;
    const char *funding, *borrow, *actions, *rates; /**< NULL: none */
    int64_t seed, jobs;
    bool drop_bad, strict;
    bool shared; /**< for several scripts: a parameter goes to those that have it, NAME.KEY to one */
    double bars_per_year; /**< above 0, or one of the two below; NA: as the profile has it */
} run_config;

enum { RUN_BARS_PER_YEAR_NONE = 0, RUN_BARS_PER_YEAR_AUTO = -1 };

/** What the ratios of this run are annualised with; 0 for not at all. Left open, a PyBroker profile
 * gives numbers per bar, as the library does when its own bars_per_year is not set. */
double run_config_bars_per_year(const run_config *r, const wick_panel *panel);

/** False: an error was reported; free it all the same. */
bool run_config_read(cli *c, run_config *r);
/** Brings script and configuration together: its settings and cash below the user's, the user's
 * parameters into it. */
bool run_config_script(cli *c, run_config *r, wk_script *script);
/** shared: whether every parameter found its script. False: an error was reported. */
bool run_config_params_used(cli *c, const run_config *r);
/** The same with another profile in the place of the one asked for. */
bool run_config_script_as(cli *c, run_config *r, wk_script *script, const char *profile,
                          const char *from);
/** The bars that were asked for; dropped rows and inferred facts go to stderr as notes. False: an
 * error was reported. */
bool run_config_bars(cli *c, const run_config *r, wick_panel **out);
/** Loads what --finer names, nothing without it. */
bool run_config_finer(cli *c, const run_config *r, wick_panel **out);
/** Says how many bars intrabar=lower_tf had to leave to their own four prices, if any. */
void run_config_tell_finer(const cli *c, const wick_ledger *l);
void run_config_free(run_config *r);

/** The part of `wick run`'s option table that this reads; cmd_run.c appends its outputs. */
#define RUN_CONFIG_OPTIONS                                                                         \
    RUN_CONFIG_INPUT_OPTIONS, RUN_CONFIG_PROFILE_OPTION, RUN_CONFIG_REST_OPTIONS

#define RUN_CONFIG_INPUT_OPTIONS                                                                   \
    {"data", "PATH", "files or folders with bars (CSV, .gz, .zst, native)", CLI_WORDS},            \
        {"symbols", "A,B|@FILE", "only these; FILE is JSON or has one symbol a line", CLI_ONE},    \
        {"from", "DATE", "first bar that is loaded (inclusive, UTC)", CLI_ONE},                    \
        {"to", "DATE", "last bar that is loaded (inclusive, UTC)", CLI_ONE},                       \
        {"trade-from", "DATE", "bars before it only warm up", CLI_ONE},                            \
        {"timeframe", "TF", "resample to 15m, 1h, 1d, 1w ... before the run", CLI_ONE},            \
        {"funding", "PATH",                                                                        \
         "funding rates as CSV: time, symbol, rate (longs pay above zero); or\n"                   \
         "a folder with a file a symbol",                                                          \
         CLI_ONE},                                                                                 \
        {"borrow", "PATH", "borrow fees in percent a year: time, symbol, rate", CLI_ONE},          \
        {"actions", "PATH", "dividends and splits of raw bars: date, symbol, dividend, split",     \
         CLI_ONE},                                                                                 \
        {"rates", "PATH",                                                                          \
         "bars of currency pairs (EURUSD), for accounts of Pine scripts in another\n"               \
         "currency and request.currency_rate",                                                     \
         CLI_ONE},                                                                                 \
        {"symbol-info", "F.json",                                                                  \
         "facts of the symbols; default: symbol_info.json beside the\n"                            \
         "data, else inferred from the bars",                                                      \
         CLI_ONE},                                                                                 \
        {"param", "K=V", "parameters of the strategy", CLI_PAIRS},                                 \
        {"params", "F.json", "parameters as a JSON object; --param overrides", CLI_ONE},           \
    {                                                                                              \
        "config", "F.json", "settings, cash, data and parameters in one file", CLI_ONE             \
    }

/** Read by run_config_finer. */
#define RUN_CONFIG_FINER_OPTION                                                                    \
    {                                                                                              \
        "finer", "PATH",                                                                           \
            "finer bars of the same symbols: intrabar=lower_tf walks them, and\n"                  \
            "requests and the bar magnifier of Pine scripts read them",                            \
            CLI_WORDS                                                                              \
    }

#define RUN_CONFIG_PROFILE_OPTION                                                                  \
    {                                                                                              \
        "profile", "NAME", "all assumptions at once (`wick list profiles`)", CLI_ONE               \
    }

#define RUN_CONFIG_REST_OPTIONS                                                                    \
    {"engine", "K=V", "single assumptions (`wick list settings`)", CLI_PAIRS},                     \
        {"cash", "N", "starting cash, default 100000", CLI_ONE},                                   \
        {"bars-per-year", "N|auto|none",                                                           \
         "annualises metrics; auto: from the bars; default: as the profile\n"                      \
         "counts them (PyBroker: none, vectorbt: 365 days)",                                       \
         CLI_ONE},                                                                                 \
        {"seed", "N", "of math.random in scripts, default 1", CLI_ONE},                            \
        {"jobs", "N", "threads, default: all cores; results do not depend on it", CLI_ONE},        \
        {"drop-bad", NULL, "go on without rows and files that break a rule", CLI_ONE},             \
    {                                                                                              \
        "strict", NULL, "enforce script budgets in all code (turns the compiler of wick-jit off)", \
            CLI_ONE                                                                                \
    }

#endif
