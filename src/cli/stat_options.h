/* SPDX-License-Identifier: MIT */
/** What `wick run` and `wick score` can say about a result besides its metrics: intervals, sheets,
 * Monte-Carlo of trades, a benchmark. */
#ifndef WICK_CLI_STAT_OPTIONS_H
#define WICK_CLI_STAT_OPTIONS_H

#include "cli/cli.h"

enum { STAT_SHEETS = 16 };

typedef struct stat_options {
    wick_boot_opts boot; /**< replicates 0: no intervals */
    wick_monte_opts monte;
    bool wants_monte;
    const char *sheets[STAT_SHEETS];
    int32_t n_sheets;
    char *sheet_text;
    const char *benchmark; /**< file, symbol, "none" or NULL */
    /* results */
    double *level; /**< the benchmark's */
    wick_interval *intervals;
    const wick_sheet *made[STAT_SHEETS];
    wick_monte monte_result;
    char convention[2][128];
} stat_options;

/** False: an error was reported; free it all the same. */
bool stat_options_read(cli *c, stat_options *s);
/** Loads the benchmark from a file, as of each stamp. False: an error was reported. */
bool stat_options_benchmark(cli *c, stat_options *s, const wick_ledger *l);
/** Makes what was asked for and hangs it into the result, whose ledger, scores and extras are set.
 * `extra` (may be NULL) computes the extras of a resampled ledger. */
bool stat_options_apply(cli *c, stat_options *s, wick_boot_extra_fn extra, void *user,
                        wick_result *r);
/** Two conventions at most, into `out`; settles the block length on the way. False: an error was
 * reported. */
bool stat_options_conventions(cli *c, stat_options *s, const wick_ledger *l, wick_convention out[2],
                              int *n);
void stat_options_free(stat_options *s);

#define STAT_OPTIONS                                                                               \
    {"ci", "N", "bootstrap intervals of every metric, from N resamples", CLI_ONE},                 \
        {"ci-method", "NAME", "bca (default), percentile or basic", CLI_ONE},                      \
        {"ci-resample", "NAME",                                                                    \
         "stationary (default), circular or block keep runs of bars\n"                             \
         "together; iid does not",                                                                 \
         CLI_ONE},                                                                                 \
        {"ci-block", "BARS", "mean block length; default: from the autocorrelation", CLI_ONE},     \
        {"ci-level", "P", "central level, default 0.95", CLI_ONE},                                 \
        {"monte-carlo", "N", "spread of results over N orders of the trades", CLI_ONE},            \
        {"monte-carlo-mode", "M",                                                                  \
         "shuffle (default) or resample; with ,compound trades are\n"                              \
         "shares of equity instead of cash",                                                       \
         CLI_ONE},                                                                                 \
    {                                                                                              \
        "breakdown", "A,B",                                                                        \
            "sheets to add: year, month, weekday, symbol, side, holding,\n"                        \
            "drawdowns, backtesting.py ... (`wick list sheets`); none where a profile adds one",     \
            CLI_ONE                                                                                \
    }

#endif
