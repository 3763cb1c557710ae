/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/audit.h"
#include "cli/run_config.h"

static const cli_option options[] = {
    RUN_CONFIG_OPTIONS,
    RUN_CONFIG_FINER_OPTION,
    {"cuts", "N", "how many random cuts, default 10; each is tried in two ways", CLI_ONE},
    {"format", "table|json", "default table", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

static const char *const ways[] = {"later bars left out", "later bars replaced by noise"};

/* ---- for people ----------------------------------------------------------------------------- */

static void stamp(char out[WICK_TIME_TEXT], int64_t t)
{
    wick_time_format(out, t, t % WICK_MS_DAY == 0);
}

static void print_finding(wick_buf *b, const audit_finding *f)
{
    char at[WICK_TIME_TEXT], cut[WICK_TIME_TEXT];
    stamp(at, f->time);
    stamp(cut, f->cut);
    static const char *const kinds[] = {"the series", "an", "the account's"};
    wick_buf_addf(b, "look-ahead: %s %s%s%s changed at %s (cut after %s, %s)\n", kinds[f->kind],
                  f->what, f->symbol[0] ? " of " : "", f->symbol, at, cut, ways[f->way]);
    if (f->kind == AUDIT_ORDER) {
        wick_buf_addf(b, "  with all bars: %s\n  with the cut:  %s\n", f->was_order,
                      f->is_order_text);
        return;
    }
    wick_buf_add(b, "  with all bars: ", -1);
    wick_buf_add_double(b, f->was);
    wick_buf_add(b, "\n  with the cut:  ", -1);
    wick_buf_add_double(b, f->is);
    wick_buf_add(b, "\n", 1);
}

static void print_warmups(wick_buf *b, const audit_result *r)
{
    enum { SHOWN = 20, COLS = 9 };
    const char *header[COLS] = {"series that depend on where data begins"};
    const bool right[COLS] = {false, true, true, true, true, true, true, true, true};
    const char *cells[SHOWN * COLS];
    char heads[8][24], text[SHOWN * COLS][24];
    const int64_t rows = r->n_warmups < SHOWN ? r->n_warmups : SHOWN;
    const int cols = r->n_lengths + 1;
    if (rows == 0) return;
    for (int k = 0; k < r->n_lengths; k++) {
        snprintf(heads[k], sizeof heads[k], "%lld bars", (long long)r->lengths[k]);
        header[k + 1] = heads[k];
    }
    for (int64_t i = 0; i < rows; i++) {
        cells[i * cols] = r->warmups[i].what;
        for (int k = 0; k < r->n_lengths; k++) {
            char *to = text[i * cols + k + 1];
            const double v = r->warmups[i].off[k];
            if (isnan(v))
                snprintf(to, sizeof text[0], "-");
            else
                snprintf(to, sizeof text[0], "%.3g%%", 100.0 * v);
            cells[i * cols + k + 1] = to;
        }
    }
    wick_buf_add(b, "\n", 1);
    wick_text_table(b, cols, header, right, cells, rows);
    if (r->n_warmups > rows)
        wick_buf_addf(b, "... and %lld more\n", (long long)(r->n_warmups - rows));
    wick_buf_add(b,
                 "difference of the last value from that of the whole history, when data begins "
                 "so many bars before it\n(-: not there yet): load at least as many bars ahead "
                 "of --trade-from as make this small\n",
                 -1);
}

static void print_table(wick_buf *b, const char *path, const audit_result *r)
{
    wick_buf_addf(b, "%s: %lld cuts, %lld bars of %lld symbols, %lld series, %lld orders\n", path,
                  (long long)r->cuts, (long long)r->bars, (long long)r->symbols,
                  (long long)r->series, (long long)r->orders);
    for (int64_t i = 0; i < r->n_findings; i++) {
        /* One of each kind says it; further cuts mostly repeat it. */
        bool said = false;
        for (int64_t k = 0; k < i; k++)
            said |= r->findings[k].way == r->findings[i].way &&
                    strcmp(r->findings[k].what, r->findings[i].what) == 0;
        if (!said) print_finding(b, &r->findings[i]);
    }
    if (r->n_findings == 0)
        wick_buf_add(b,
                     "no look-ahead found: every series and order up to each cut stayed the "
                     "same\n",
                     -1);
    else
        wick_buf_addf(b, "%lld of %lld histories disagree\n", (long long)r->n_findings,
                      (long long)(2 * r->cuts));
    print_warmups(b, r);
}

/* ---- for machines --------------------------------------------------------------------------- */

static void text_member(wick_json_writer *w, const char *key, const char *value)
{
    wick_jw_key(w, key);
    wick_jw_string(w, value);
}

static void number_member(wick_json_writer *w, const char *key, double value)
{
    wick_jw_key(w, key);
    if (isnan(value))
        wick_jw_null(w);
    else
        wick_jw_double(w, value);
}

static void write_finding(wick_json_writer *w, const audit_finding *f)
{
    char at[WICK_TIME_TEXT];
    wick_jw_object(w);
    text_member(w, "way", f->way == AUDIT_TRUNCATED ? "truncated" : "noise");
    stamp(at, f->cut);
    text_member(w, "cut", at);
    stamp(at, f->time);
    text_member(w, "time", at);
    static const char *const kinds[] = {"series", "order", "account"};
    if (f->symbol[0]) text_member(w, "symbol", f->symbol);
    text_member(w, "kind", kinds[f->kind]);
    if (f->kind == AUDIT_ORDER) {
        text_member(w, "whole", f->was_order);
        text_member(w, "part", f->is_order_text);
    } else {
        text_member(w, f->kind == AUDIT_SERIES ? "series" : "column", f->what);
        number_member(w, "whole", f->was);
        number_member(w, "part", f->is);
    }
    wick_jw_end(w);
}

static void print_json(wick_buf *b, const char *path, const audit_result *r)
{
    wick_json_writer w;
    wick_jw_begin(&w, b, 2);
    wick_jw_object(&w);
    text_member(&w, "file", path);
    number_member(&w, "cuts", (double)r->cuts);
    number_member(&w, "symbols", (double)r->symbols);
    number_member(&w, "bars", (double)r->bars);
    number_member(&w, "series", (double)r->series);
    number_member(&w, "orders", (double)r->orders);
    wick_jw_key(&w, "look_ahead");
    wick_jw_array(&w);
    for (int64_t i = 0; i < r->n_findings; i++) write_finding(&w, &r->findings[i]);
    wick_jw_end(&w);
    wick_jw_key(&w, "warmup");
    wick_jw_array(&w);
    for (int64_t i = 0; i < r->n_warmups; i++) {
        wick_jw_object(&w);
        text_member(&w, "series", r->warmups[i].what);
        for (int k = 0; k < r->n_lengths; k++) {
            char key[24];
            snprintf(key, sizeof key, "%lld", (long long)r->lengths[k]);
            number_member(&w, key, r->warmups[i].off[k]);
        }
        wick_jw_end(&w);
    }
    wick_jw_end(&w);
    wick_jw_end(&w);
    wick_buf_add(b, "\n", 1);
}

/* ---- the command ---------------------------------------------------------------------------- */

typedef struct job {
    cli *c;
    run_config cfg;
    wk_host *host;
    wk_script *script;
    wick_panel *panel, *finer;
    audit_result result;
} job;

static void no_print(void *user, const char *text, int64_t n)
{
    (void)user;
    (void)text;
    (void)n;
}

static int run_job(job *j, int64_t cuts, const char *format)
{
    cli *c = j->c;
    const char *path = c->operands[0];
    if (!run_config_read(c, &j->cfg)) return CLI_MISTAKE;
    const wk_host_opts opts = {.size = sizeof opts,
                               .seed = (uint64_t)j->cfg.seed,
                               .strict = j->cfg.strict,
                               .print = no_print};
    if (wk_host_new(c->ctx, &opts, &j->host) < 0 ||
        wk_host_load(c->ctx, j->host, path, &j->script) < 0)
        return cli_fail(c);
    if (!run_config_script(c, &j->cfg, j->script) || !run_config_bars(c, &j->cfg, &j->panel) ||
        !run_config_finer(c, &j->cfg, &j->finer))
        return CLI_MISTAKE;
    wk_host_set_finer(j->host, j->finer);
    /* A cut is no end: positions stay open there, as they do when the bars go on. */
    if (wick_settings_set(c->ctx, j->cfg.settings, "close_at_end", "off") < 0) return cli_fail(c);
    const audit_opts o = {.script = j->script,
                          .host = j->host,
                          .panel = j->panel,
                          .settings = j->cfg.settings,
                          .cash = j->cfg.cash,
                          .has_trade_from = j->cfg.has_trade_from,
                          .trade_from = j->cfg.trade_from,
                          .cuts = cuts,
                          .seed = (uint64_t)j->cfg.seed};
    cli_progress *progress = cli_progress_start(c, "cutting");
    const wick_status st = audit_run(c->ctx, &o, &j->result);
    cli_progress_stop(progress);
    if (st < 0) return cli_fail(c);
    wick_buf out = {0};
    if (strcmp(format, "json") == 0)
        print_json(&out, path, &j->result);
    else
        print_table(&out, path, &j->result);
    const int code = cli_print(c, &out);
    return code == CLI_GOOD && j->result.n_findings > 0 ? CLI_REJECTED : code;
}

static int run(cli *c)
{
    job j = {.c = c};
    int64_t cuts = 10;
    const char *format = "table";
    if (!cli_int(c, "cuts", 1, 10000, &cuts) || !cli_choice(c, "format", "table|json", &format))
        return CLI_MISTAKE;
    const int code = run_job(&j, cuts, format);
    audit_free(&j.result);
    wick_panel_unref(j.finer);
    wick_panel_unref(j.panel);
    wk_host_free(j.host);
    run_config_free(&j.cfg);
    return code;
}

const cli_command cli_command_audit = {
    .name = "audit",
    .summary = "looks for knowledge of the future in a strategy",
    .operands = "FILE.lua|FILE.pine",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .notes =
        "Runs the strategy on all bars, then on histories that end at random cuts, then on\n"
        "histories that go on with noise there. Whatever was computed and ordered up to a cut\n"
        "must not change: the first series (in the order of declaration) or order that does is\n"
        "named. Also shows which series depend on where the data begins, and how much.\n"
        "Exit code 3 when something was found.",
    .example = "wick audit strategies/donchian_breakout.lua --data bars/ --cuts 20",
    .run = run,
};
