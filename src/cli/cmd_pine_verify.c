/* SPDX-License-Identifier: MIT */
/* wick pine verify: runs a script, grades its trades against a list exported from TradingView, and
 * shows where the two first part, with the bars, orders and series around it. */
#include <stdlib.h>
#include <string.h>

#include "cli/run_config.h"
#include "cli/trace.h"
#include "cli/tv_list.h"

static const cli_option options[] = {
    RUN_CONFIG_OPTIONS,
    {"grade", "NAME",
     "strict, production (trailing exits), or auto (default): what a spec.md beside\n"
     "the list says, else strict",
     CLI_ONE},
    {"tv-zone", "ZONE", "zone of the list's times, default UTC+8", CLI_ONE},
    {"finer", "PATH", "finer bars of the symbol: requests and the bar magnifier", CLI_WORDS},
    {"around", "N", "bars shown before and after the first difference, default 4", CLI_ONE},
    {"format", "text|json", "default text", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

typedef struct job {
    cli *c;
    run_config cfg;
    wk_host *host;
    wk_script *script;
    wick_panel *panel, *finer;
    wick_arena *arena;
    run_trace trace;
    tv_list tv, own;
    tv_grade g;
    int64_t around;
    bool production;
} job;

/* ---- where the lists part -------------------------------------------------------------------- */

typedef struct difference {
    const tv_trade *tv, *own; /* either may be NULL */
    const char *what;
    int64_t time; /* of the event that differs first */
} difference;

static void offer(difference *d, int64_t time, const char *what, const tv_trade *tv,
                  const tv_trade *own)
{
    if (d->what != NULL && d->time <= time) return;
    *d = (difference){tv, own, what, time};
}

static double apart(double a, double b)
{
    const double m = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    return m > 0.0 ? fabs(a - b) / m : 0.0;
}

static difference find_first(const tv_grade *g)
{
    difference d = {0};
    for (int64_t i = 0; i < g->tv.n; i++) {
        const tv_trade *t = &g->tv.at[i];
        if (g->pair_of_tv[i] < 0) {
            offer(&d, t->t0, "this trade is missing here", t, NULL);
            continue;
        }
        const tv_trade *o = &g->own.at[g->pair_of_tv[i]];
        const int64_t first = t->t1 < o->t1 ? t->t1 : o->t1, entry = t->t0 < o->t0 ? t->t0 : o->t0;
        if (t->t0 != o->t0) offer(&d, entry, "the entries have different times", t, o);
        if (apart(t->p0, o->p0) >= 1e-4)
            offer(&d, entry, "the entries have different prices", t, o);
        if (apart(t->qty, o->qty) > 0.02) offer(&d, entry, "the quantities differ", t, o);
        if (t->open && o->open) continue;
        if (t->t1 != o->t1 && !t->open)
            offer(&d, first, "the exits have different times", t, o);
        else if (apart(t->p1, o->p1) >= 1e-4 && !t->open)
            offer(&d, first, "the exits have different prices", t, o);
    }
    for (int64_t k = 0; k < g->own.n; k++)
        if (g->pair_of_own[k] < 0)
            offer(&d, g->own.at[k].t0, "TradingView has no such trade", NULL, &g->own.at[k]);
    return d;
}

static void print_trade(wick_buf *b, const char *who, const tv_trade *t)
{
    char in[WICK_TIME_TEXT], out[WICK_TIME_TEXT];
    if (t == NULL) {
        wick_buf_addf(b, "  %-12s none\n", who);
        return;
    }
    wick_time_format(in, t->t0, false);
    wick_time_format(out, t->t1, false);
    wick_buf_addf(b, "  %-12s #%d %s ", who, (int)t->number, t->side > 0 ? "long" : "short");
    wick_buf_add_double(b, t->qty);
    wick_buf_addf(b, ": %s at ", in);
    wick_buf_add_double(b, t->p0);
    wick_buf_addf(b, " (%s) to %s at ", t->signal, out);
    wick_buf_add_double(b, t->p1);
    wick_buf_addf(b, " (%s), profit %.2f\n", t->exit_signal, t->pnl);
}

/* ---- bars around it -------------------------------------------------------------------------- */

enum { SERIES = 16, PLAIN = 5 };

static void order_text(const wick_ledger *l, int32_t sym, int64_t time, wick_buf *b)
{
    static const char *const types[] = {"", " limit", " stop", " stop limit"};
    for (int64_t i = 0; i < wick_ledger_orders(l); i++) {
        const wick_order_rec *o = wick_ledger_order(l, i);
        if (o->symbol != sym || (o->placed != time && o->filled != time)) continue;
        const char *id = wick_ledger_tag(l, o->tag);
        if (o->placed == time) {
            wick_buf_addf(b, "%s%s%s %s ", b->len ? "; " : "", id, types[o->type & 3],
                          o->side > 0 ? "buy" : "sell");
            if (o->qty > 0.0) wick_buf_add_double(b, o->qty);
            if (!isnan(o->limit)) {
                wick_buf_add(b, " limit ", -1);
                wick_buf_add_double(b, o->limit);
            }
            if (!isnan(o->stop)) {
                wick_buf_add(b, " stop ", -1);
                wick_buf_add_double(b, o->stop);
            }
            if (o->filled == WICK_NO_TIME) wick_buf_addf(b, " (%s)", wick_fate_name(o->fate));
        }
        if (o->filled == time) {
            wick_buf_addf(b, "%s%s %s ", b->len ? "; " : "", id, o->side > 0 ? "bought" : "sold");
            wick_buf_add_double(b, o->filled_qty);
            wick_buf_add(b, " at ", -1);
            wick_buf_add_double(b, o->price);
        }
    }
}

static int choose_series(const run_trace *t, const trace_column *out[SERIES])
{
    static const char *const plain[] = {"open", "high", "low", "close", "volume"};
    int n = 0;
    for (int64_t i = 0; i < t->n && n < SERIES; i++) {
        bool skip = t->at[i].symbol != 0;
        for (size_t k = 0; k < sizeof plain / sizeof *plain; k++)
            skip = skip || strcmp(t->at[i].text, plain[k]) == 0;
        for (int k = 0; k < n; k++) skip = skip || strcmp(t->at[i].text, out[k]->text) == 0;
        if (!skip) out[n++] = &t->at[i];
    }
    return n;
}

static const char *number_text(wick_arena *a, double v, bool exact)
{
    char text[WICK_DOUBLE_TEXT];
    if (isnan(v)) return "-";
    if (exact)
        wick_format_double(text, v);
    else
        snprintf(text, sizeof text, "%.7g", v);
    const char *own = wick_arena_strdup(a, text);
    return own != NULL ? own : "";
}

static void print_bars(job *j, int64_t time, wick_buf *b)
{
    const wick_bars *bars = wick_panel_bars(j->trace.panel, 0);
    const int64_t n = wick_bars_count(bars), *stamp = wick_bars_time(bars);
    const trace_column *series[SERIES];
    const int m = choose_series(&j->trace, series), cols = PLAIN + m + 1;
    int64_t at = 0;
    while (at + 1 < n && stamp[at + 1] <= time) at++;
    const int64_t from = at > j->around ? at - j->around : 0;
    const int64_t to = at + j->around < n - 1 ? at + j->around : n - 1;
    const char **cell = wick_arena_alloc(j->arena, (to - from + 1) * cols * (int64_t)sizeof *cell);
    const char *header[PLAIN + SERIES + 1] = {"bar", "open", "high", "low", "close"};
    bool right[PLAIN + SERIES + 1];
    char names[SERIES][8];
    if (cell == NULL) return;
    for (int k = 0; k < cols; k++) right[k] = k > 0 && k + 1 < cols;
    for (int k = 0; k < m; k++) {
        snprintf(names[k], sizeof names[k], "[%d]", k + 1);
        header[PLAIN + k] = names[k];
    }
    header[cols - 1] = "orders";
    int64_t c = 0;
    for (int64_t i = from; i <= to; i++) {
        char when[WICK_TIME_TEXT + 4];
        wick_buf what = {0};
        wick_time_format(when, stamp[i], false);
        if (i == at) strcat(when, " *");
        const char *own = wick_arena_strdup(j->arena, when);
        cell[c++] = own != NULL ? own : "";
        for (int k = 0; k < 4; k++)
            cell[c++] = number_text(j->arena, wick_bars_field(bars, (wick_field)k)[i], true);
        for (int k = 0; k < m; k++) cell[c++] = number_text(j->arena, series[k]->v[i], false);
        order_text(j->trace.ledger, 0, stamp[i], &what);
        own = what.data != NULL ? wick_arena_strdup(j->arena, what.data) : "";
        cell[c++] = own != NULL ? own : "";
        wick_buf_free(&what);
    }
    wick_buf_add(b, "\n", 1);
    wick_text_table(b, cols, header, right, cell, to - from + 1);
    if (m > 0) wick_buf_add(b, "\n", 1);
    for (int k = 0; k < m; k++) wick_buf_addf(b, "%s %s\n", names[k], series[k]->text);
}

/* ---- output ---------------------------------------------------------------------------------- */

static void print_text(job *j, wick_buf *b)
{
    const tv_grade *g = &j->g;
    wick_buf_addf(b, "grade: %s%s%s%s (%s)\n", tv_grade_text(g->grade),
                  g->reasons[0] != '\0' ? ": " : "", g->reasons, "",
                  j->production ? "production" : "strict");
    wick_buf_addf(b,
                  "trades: TradingView %lld, here %lld, matched %lld; missing %lld, extra %lld\n",
                  (long long)g->tv.n, (long long)g->own.n, (long long)g->pairs,
                  (long long)(g->tv.n - g->pairs), (long long)(g->own.n - g->pairs));
    if (g->pairs > 0) {
        wick_buf_addf(b, "times equal: entries %lld, exits %lld of %lld\n",
                      (long long)g->same_entry, (long long)g->same_exit, (long long)g->pairs);
        wick_buf_addf(
            b, "p90 of differences: entry %.5f%%, exit %.5f%%, quantity %.5f%%, profit %.5f%%\n",
            g->entry90 * 100.0, g->exit90 * 100.0, g->qty90 * 100.0, g->pnl90 * 100.0);
        wick_buf_addf(b, "net profit: TradingView %.2f, here %.2f\n", g->tv_pnl, g->own_pnl);
    }
    const difference d = find_first(g);
    if (d.what == NULL) {
        wick_buf_add(b, "no difference in times, prices or quantities\n", -1);
        return;
    }
    char at[WICK_TIME_TEXT];
    wick_time_format(at, d.time, false);
    wick_buf_addf(b, "\nfirst difference at %s: %s\n", at, d.what);
    print_trade(b, "TradingView", d.tv);
    print_trade(b, "here", d.own);
    print_bars(j, d.time, b);
}

static void json_number(wick_buf *b, const char *key, double v, bool last)
{
    wick_buf_addf(b, "  \"%s\": ", key);
    wick_buf_add_double(b, v);
    wick_buf_add(b, last ? "\n" : ",\n", -1);
}

static void print_json(job *j, wick_buf *b)
{
    const tv_grade *g = &j->g;
    const difference d = find_first(g);
    char at[WICK_TIME_TEXT] = "";
    if (d.what != NULL) wick_time_format(at, d.time, false);
    wick_buf_addf(b, "{\n  \"grade\": \"%s\",\n  \"profile\": \"%s\",\n  \"reasons\": \"%s\",\n",
                  tv_grade_text(g->grade), j->production ? "production" : "strict", g->reasons);
    json_number(b, "tv", (double)g->tv.n, false);
    json_number(b, "own", (double)g->own.n, false);
    json_number(b, "matched", (double)g->pairs, false);
    json_number(b, "same_entry_time", (double)g->same_entry, false);
    json_number(b, "same_exit_time", (double)g->same_exit, false);
    json_number(b, "coverage", g->coverage, false);
    json_number(b, "entry_p90", g->entry90, false);
    json_number(b, "exit_p90", g->exit90, false);
    json_number(b, "qty_p90", g->qty90, false);
    json_number(b, "pnl_p90", g->pnl90, false);
    wick_buf_addf(b, "  \"first_difference\": %s%s%s,\n", d.what != NULL ? "\"" : "",
                  d.what != NULL ? at : "null", d.what != NULL ? "\"" : "");
    wick_buf_addf(b, "  \"difference\": %s%s%s\n}\n", d.what != NULL ? "\"" : "",
                  d.what != NULL ? d.what : "null", d.what != NULL ? "\"" : "");
}

/* ---- the command ----------------------------------------------------------------------------- */

/* A spec.md beside the list may say "Profile: production". */
static bool asks_production(wick_ctx *ctx, const char *list)
{
    char path[1024];
    const char *slash = strrchr(list, '/');
    char *text = NULL;
    int64_t n = 0;
    bool yes = false;
    snprintf(path, sizeof path, "%.*s/spec.md", slash ? (int)(slash - list) : 1,
             slash ? list : ".");
    if (wick_file_read(ctx, path, 1 << 20, &text, &n) < 0) return false;
    const char *p = strstr(text, "Profile:");
    if (p != NULL) {
        p += strlen("Profile:");
        while (*p == ' ' || *p == '*') p++;
        yes = strncmp(p, "production", 10) == 0;
    }
    free(text);
    return yes;
}

/* Trades entered between one bar before the list's first entry and its last: exports stop earlier
 * than feeds. */
static void cut_own(job *j)
{
    if (j->tv.n == 0) return;
    const int64_t frame = wick_bars_info(wick_panel_bars(j->panel, 0))->timeframe_ms;
    const int64_t lo = j->tv.at[0].t0 - frame, hi = j->tv.at[j->tv.n - 1].t0;
    int64_t n = 0;
    for (int64_t i = 0; i < j->own.n; i++)
        if (j->own.at[i].t0 >= lo && j->own.at[i].t0 <= hi) j->own.at[n++] = j->own.at[i];
    j->own.n = n;
}

static bool is_net(const wick_settings *s)
{
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        char text[WICK_SETTING_TEXT];
        if (strcmp(wick_settings_doc(i)->key, "trade_pnl") != 0) continue;
        wick_settings_get(s, i, text);
        return strcmp(text, "net") == 0;
    }
    return false;
}

static int load(job *j)
{
    cli *c = j->c;
    if (!run_config_read(c, &j->cfg)) return CLI_MISTAKE;
    const wk_host_opts opts = {
        .size = sizeof opts, .seed = (uint64_t)j->cfg.seed, .strict = j->cfg.strict};
    if (wk_host_new(c->ctx, &opts, &j->host) < 0 ||
        wk_host_load(c->ctx, j->host, c->operands[0], &j->script) < 0)
        return cli_fail(c);
    if (!run_config_script(c, &j->cfg, j->script) || !run_config_bars(c, &j->cfg, &j->panel) ||
        !run_config_finer(c, &j->cfg, &j->finer))
        return CLI_MISTAKE;
    wk_host_set_finer(j->host, j->finer);
    if (wick_panel_count(j->panel) != 1)
        return cli_error(c, "choose it with --symbols",
                         "a list of TradingView is of one symbol; the data has %lld",
                         (long long)wick_panel_count(j->panel));
    return CLI_GOOD;
}

static int run_job(job *j, const char *grade, const char *zone, const char *format)
{
    cli *c = j->c;
    wick_tz *tz = NULL;
    if (wick_tz_load(c->ctx, zone, &tz) < 0) return cli_fail(c);
    const int64_t east = wick_tz_offset(tz, 0);
    wick_tz_unref(tz);
    j->arena = wick_arena_new(0);
    if (j->arena == NULL) return cli_error(c, NULL, "out of memory");
    if (tv_list_read(c->ctx, j->arena, c->operands[1], east, &j->tv) < 0) return cli_fail(c);
    const int loaded = load(j);
    if (loaded != CLI_GOOD) return loaded;
    const wick_run_opts run = {.size = sizeof run,
                               .settings = j->cfg.settings,
                               .cash = j->cfg.cash,
                               .has_trade_from = j->cfg.has_trade_from,
                               .trade_from = j->cfg.trade_from};
    cli_progress *progress = cli_progress_start(c, "running");
    wick_status st =
        run_trace_run(c->ctx, j->host, j->script, &run, wick_panel_ref(j->panel), &j->trace);
    cli_progress_stop(progress);
    if (st < 0) return cli_fail(c);
    j->production = strcmp(grade, "production") == 0 ||
                    (strcmp(grade, "auto") == 0 && asks_production(c->ctx, c->operands[1]));
    st = tv_list_of(c->ctx, j->arena, j->trace.ledger, is_net(j->cfg.settings), &j->own);
    if (st >= 0) {
        cut_own(j);
        st = tv_compare(c->ctx, j->arena, &j->tv, &j->own, j->production, &j->g);
    }
    if (st < 0) return cli_fail(c);
    wick_buf out = {0};
    if (strcmp(format, "json") == 0)
        print_json(j, &out);
    else
        print_text(j, &out);
    const int code = cli_print(c, &out);
    return code != CLI_GOOD ? code : j->g.grade == TV_EXCELLENT ? CLI_GOOD : CLI_REJECTED;
}

static int run(cli *c)
{
    job j = {.c = c, .around = 4};
    const char *grade = "auto", *format = "text";
    const char *zone = cli_text(c, "tv-zone");
    if (!cli_int(c, "around", 0, 1000, &j.around) ||
        !cli_choice(c, "grade", "auto|strict|production", &grade) ||
        !cli_choice(c, "format", "text|json", &format))
        return CLI_MISTAKE;
    const int code = run_job(&j, grade, zone ? zone : "UTC+8", format);
    run_trace_free(&j.trace);
    wick_panel_unref(j.panel);
    wick_panel_unref(j.finer);
    wk_host_free(j.host);
    wick_arena_free(j.arena);
    run_config_free(&j.cfg);
    return code;
}

const cli_command cli_command_pine_verify = {
    .name = "verify",
    .summary = "grades a script's trades against TradingView's list",
    .operands = "SCRIPT LIST.csv",
    .min_operands = 2,
    .max_operands = 2,
    .options = options,
    .notes =
        "Runs the script as `wick run` would with the same options and compares its trades with\n"
        "the \"List of trades\" exported from TradingView: rows of one fill are merged, trades "
        "are\n"
        "paired, and the grade follows from counts, prices, profits and coverage\n"
        "(docs/porting-pine.md). Then it shows the first difference with the bars, orders and "
        "series\n"
        "around it. Give --from the first bar of the chart the list was made on: indicators warm "
        "up\n"
        "from there.\n"
        "Exit codes: 0 excellent, 3 any lower grade, 2 a mistake in arguments, data or script.",
    .example = "wick pine verify strategies/ma_crossover_pine.lua list.csv --data ETHUSDT.csv "
               "--from 2025-03-31",
    .run = run,
};
