/* SPDX-License-Identifier: MIT */
#include "cli/stat_options.h"

#include <stdlib.h>
#include <string.h>

/* ---- options ------------------------------------------------------------------------------ */

static bool needs_ci(cli *c, const char *option)
{
    if (!cli_has(c, option) || cli_has(c, "ci")) return true;
    cli_error(c, "`--ci 1000` makes intervals", "--%s is for intervals, and there is no --ci",
              option);
    return false;
}

static bool read_boot(cli *c, wick_boot_opts *o)
{
    const char *method = "bca", *resample = "stationary";
    if (!needs_ci(c, "ci-method") || !needs_ci(c, "ci-resample") || !needs_ci(c, "ci-block") ||
        !needs_ci(c, "ci-level"))
        return false;
    if (!cli_int(c, "ci", 2, 10000000, &o->replicates) ||
        !cli_choice(c, "ci-method", "bca|percentile|basic", &method) ||
        !cli_choice(c, "ci-resample", "stationary|circular|block|iid", &resample) ||
        !cli_num(c, "ci-block", 1, 1e9, &o->block) ||
        !cli_num(c, "ci-level", 0.5, 0.9999, &o->level))
        return false;
    o->interval = wick_interval_find(method);
    o->resample = wick_resample_find(resample);
    return true;
}

static bool read_monte(cli *c, stat_options *s)
{
    const char *mode = "shuffle";
    s->wants_monte = cli_has(c, "monte-carlo");
    if (cli_has(c, "monte-carlo-mode") && !s->wants_monte) {
        cli_error(c, "`--monte-carlo 1000` makes them", "--monte-carlo-mode without --monte-carlo");
        return false;
    }
    if (!cli_int(c, "monte-carlo", 1, 10000000, &s->monte.paths) ||
        !cli_choice(c, "monte-carlo-mode", "shuffle|resample|shuffle,compound|resample,compound",
                    &mode))
        return false;
    s->monte.resample = strncmp(mode, "resample", 8) == 0;
    s->monte.compound = strstr(mode, "compound") != NULL;
    return true;
}

static bool read_sheets(cli *c, stat_options *s)
{
    const char *text = cli_text(c, "breakdown");
    if (text == NULL || strcmp(text, "none") == 0) return true;
    const size_t n = strlen(text) + 1;
    s->sheet_text = malloc(n);
    if (s->sheet_text == NULL) {
        cli_error(c, NULL, "out of memory");
        return false;
    }
    memcpy(s->sheet_text, text, n);
    for (char *p = s->sheet_text; *p != '\0';) {
        char *end = p + strcspn(p, ",");
        const bool more = *end == ',';
        *end = '\0';
        if (wick_sheet_find(p) == NULL) {
            const char *names[64];
            char hint[128];
            int64_t k = 0;
            for (; k < wick_sheet_count() && k < 64; k++) names[k] = wick_sheet_at(k)->name;
            cli_nearest(hint, sizeof hint, p, names, k);
            if (!*hint) snprintf(hint, sizeof hint, "%s", "`wick list sheets` names them all");
            cli_error(c, hint, "--breakdown: there is no sheet '%s'", p);
            return false;
        }
        if (s->n_sheets == STAT_SHEETS) {
            cli_error(c, NULL, "--breakdown: more than %d sheets", STAT_SHEETS);
            return false;
        }
        s->sheets[s->n_sheets++] = p;
        p = more ? end + 1 : end;
    }
    return true;
}

bool stat_options_read(cli *c, stat_options *s)
{
    int64_t seed = 42, jobs = 0;
    memset(s, 0, sizeof *s);
    s->boot.size = sizeof s->boot;
    s->boot.level = 0.95;
    s->monte.size = sizeof s->monte;
    s->monte.ruin_pct = 50.0;
    s->benchmark = cli_text(c, "benchmark");
    /* The ranges of `wick run`; 0 is the library's word for its default. */
    if (!cli_int(c, "seed", 0, INT64_C(1) << 53, &seed) || !cli_int(c, "jobs", 1, 1024, &jobs))
        return false;
    s->boot.seed = s->monte.seed = seed == 0 ? 42 : (uint64_t)seed;
    s->boot.threads = s->monte.threads = (int32_t)jobs;
    return read_boot(c, &s->boot) && read_monte(c, s) && read_sheets(c, s);
}

bool stat_options_benchmark(cli *c, stat_options *s, const wick_ledger *l)
{
    const wick_equity e = wick_ledger_equity(l);
    s->level = malloc((size_t)(e.n + 1) * sizeof *s->level);
    if (s->level == NULL) {
        cli_error(c, NULL, "out of memory");
        return false;
    }
    if (wick_foreign_series(c->ctx, s->benchmark, e.n, e.time, s->level) == WICK_OK) return true;
    cli_fail(c);
    return false;
}

/* ---- results ------------------------------------------------------------------------------ */

/* The block length the library would choose, so that it can be printed. */
static bool fill_block(cli *c, stat_options *s, const wick_ledger *l)
{
    const wick_equity e = wick_ledger_equity(l);
    if (s->boot.block > 0.0 || e.n < 3) return true;
    double *r = malloc((size_t)e.n * sizeof *r);
    if (r == NULL) {
        cli_error(c, NULL, "out of memory");
        return false;
    }
    wick_returns_into(e.n, e.equity, r);
    s->boot.block = wick_block_length(e.n - 1, r, s->boot.resample);
    free(r);
    return true;
}

static bool make_intervals(cli *c, stat_options *s, wick_boot_extra_fn extra, void *user,
                           wick_result *r)
{
    const int64_t n = wick_scores_count(r->scores);
    const wick_metric_spec **specs = malloc((size_t)(n + 1) * sizeof *specs);
    s->intervals = malloc((size_t)(n + r->n_extra + 1) * sizeof *s->intervals);
    if (specs == NULL || s->intervals == NULL) {
        free(specs);
        cli_error(c, NULL, "out of memory");
        return false;
    }
    for (int64_t i = 0; i < n; i++) specs[i] = wick_scores_spec(r->scores, i);
    cli_progress *progress = cli_progress_start(c, "bootstrap");
    const wick_status st = wick_boot_ledger(c->ctx, r->ledger, wick_scores_opts(r->scores), specs,
                                            n, extra, user, r->n_extra, &s->boot, s->intervals);
    cli_progress_stop(progress);
    free(specs);
    if (st < 0) {
        cli_fail(c);
        return false;
    }
    r->intervals = s->intervals;
    r->extra_intervals = s->intervals + n;
    r->boot = &s->boot;
    return true;
}

bool stat_options_apply(cli *c, stat_options *s, wick_boot_extra_fn extra, void *user,
                        wick_result *r)
{
    const wick_metric_opts *mo = wick_scores_opts(r->scores);
    for (int32_t i = 0; i < s->n_sheets; i++) {
        wick_sheet *made = NULL;
        if (wick_sheet_build(c->ctx, s->sheets[i], r->ledger, mo, &made) < 0) {
            cli_fail(c);
            return false;
        }
        s->made[i] = made;
    }
    r->sheets = s->made;
    r->n_sheets = s->n_sheets;
    if (s->boot.replicates > 0 && !make_intervals(c, s, extra, user, r)) return false;
    if (!s->wants_monte) return true;
    s->monte.pnl_net = mo->pnl_net;
    if (wick_monte_eval(c->ctx, r->ledger, &s->monte, &s->monte_result) < 0) {
        cli_fail(c);
        return false;
    }
    r->monte = &s->monte_result;
    r->monte_opts = &s->monte;
    return true;
}

bool stat_options_conventions(cli *c, stat_options *s, const wick_ledger *l, wick_convention out[2],
                              int *n)
{
    *n = 0;
    if (s->benchmark != NULL) {
        snprintf(s->convention[0], sizeof s->convention[0], "%s", s->benchmark);
        out[(*n)++] = (wick_convention){.key = "benchmark", .value = s->convention[0]};
    }
    if (s->boot.replicates == 0) return true;
    char block[WICK_DOUBLE_TEXT], level[WICK_DOUBLE_TEXT];
    if (!fill_block(c, s, l)) return false;
    wick_format_double(block, floor(s->boot.block * 1000.0 + 0.5) / 1000.0);
    wick_format_double(level, s->boot.level);
    snprintf(s->convention[1], sizeof s->convention[1],
             "%s-%s,level:%s,block:%s,replicates:%lld,seed:%llu",
             wick_interval_name(s->boot.interval), wick_resample_name(s->boot.resample), level,
             block, (long long)s->boot.replicates, (unsigned long long)s->boot.seed);
    out[(*n)++] = (wick_convention){.key = "intervals", .value = s->convention[1]};
    return true;
}

void stat_options_free(stat_options *s)
{
    free(s->sheet_text);
    free(s->level);
    free(s->intervals);
    for (int32_t i = 0; i < STAT_SHEETS; i++) wick_sheet_free((wick_sheet *)(uintptr_t)s->made[i]);
}
