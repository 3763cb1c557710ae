/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run_config.h"
#include "cli/trace.h"

static const cli_option options[] = {
    RUN_CONFIG_OPTIONS,
    RUN_CONFIG_FINER_OPTION,
    {"trade", "N", "which trade: 1 is the first line of the trades CSV; -1 the last", CLI_ONE},
    {"around", "N", "bars shown before the signal, after it and around the exit, default 3",
     CLI_ONE},
    {"format", "table|csv", "default table", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

typedef struct job {
    cli *c;
    run_config cfg;
    wk_host *host;
    wk_script *script;
    wick_panel *panel, *finer;
    run_trace trace;
    int64_t number, around;
} job;

/* ---- what is shown -------------------------------------------------------------------------- */

enum { MAX_SERIES = 24, FIXED = 5 };

typedef struct view {
    const wick_trade_rec *t;
    const wick_bars *bars;
    const char *symbol;
    int32_t sym;
    int64_t signal; /* own bar of the decision */
    const trace_column *series[MAX_SERIES];
    int n_series;
    bool daily;
} view;

/* Series of the trade's symbol, each once; the plain prices are shown anyway. */
static void choose_series(const run_trace *t, view *v)
{
    static const char *const plain[] = {"open", "high", "low", "close", "volume"};
    for (int64_t i = 0; i < t->n && v->n_series < MAX_SERIES; i++) {
        const trace_column *s = &t->at[i];
        bool skip = s->symbol != v->sym;
        for (size_t k = 0; k < sizeof plain / sizeof *plain; k++)
            skip = skip || strcmp(s->text, plain[k]) == 0;
        for (int k = 0; k < v->n_series; k++)
            skip = skip || strcmp(s->text, v->series[k]->text) == 0;
        if (!skip) v->series[v->n_series++] = s;
    }
}

static bool is_near(const view *v, int64_t i, int64_t around)
{
    return (i >= v->signal - around && i <= v->signal + around + 1) ||
           (i >= v->t->exit_bar - around && i <= v->t->exit_bar + around);
}

/* Orders of the symbol that were placed or filled on this bar. */
static void events(const run_trace *t, const view *v, int64_t time, wick_buf *b)
{
    static const char *const types[] = {"", " limit", " stop", " stop limit"};
    for (int64_t i = 0; i < wick_ledger_orders(t->ledger); i++) {
        const wick_order_rec *o = wick_ledger_order(t->ledger, i);
        if (o->symbol != v->sym) continue;
        if (o->filled == time) {
            wick_buf_addf(b, "%s#%d %s ", b->len ? "; " : "", (int)o->id,
                          o->side > 0 ? "bought" : "sold");
            wick_buf_add_double(b, o->filled_qty);
            wick_buf_add(b, " at ", -1);
            wick_buf_add_double(b, o->price);
            if (o->intent == WICK_REDUCE && o->reason != WICK_BY_SIGNAL)
                wick_buf_addf(b, " (%s)", wick_reason_name(o->reason));
        }
        if (o->placed == time && o->filled != time) {
            wick_buf_addf(b, "%s#%d%s %s ", b->len ? "; " : "", (int)o->id, types[o->type & 3],
                          o->side > 0 ? "buy" : "sell");
            wick_buf_add_double(b, o->qty);
            if (!isnan(o->limit)) {
                wick_buf_add(b, " limit ", -1);
                wick_buf_add_double(b, o->limit);
            }
            if (!isnan(o->stop)) {
                wick_buf_add(b, " stop ", -1);
                wick_buf_add_double(b, o->stop);
            }
            if (o->fate != WICK_FATE_FILLED && o->fate != WICK_FATE_PARTIAL)
                wick_buf_addf(b, " (%s)", wick_fate_name(o->fate));
            else
                wick_buf_add(b, " ordered", -1);
        }
    }
    if (!b->len) wick_buf_add(b, "", 0);
}

/* ---- cells ---------------------------------------------------------------------------------- */

typedef struct cells {
    wick_arena *arena;
    const char **at;
    int64_t n;
} cells;

static void add_cell(cells *c, const char *text)
{
    const char *own = wick_arena_strdup(c->arena, text);
    c->at[c->n++] = own ? own : "";
}

static void add_number(cells *c, double v, bool exact)
{
    char text[WICK_DOUBLE_TEXT];
    if (isnan(v)) {
        add_cell(c, exact ? "" : "-");
        return;
    }
    if (exact)
        wick_format_double(text, v);
    else
        snprintf(text, sizeof text, "%.6g", v);
    add_cell(c, text);
}

static void add_row(const run_trace *t, const view *v, int64_t i, bool exact, cells *c)
{
    char at[WICK_TIME_TEXT];
    const int64_t time = wick_bars_time(v->bars)[i];
    wick_buf what = {0};
    wick_time_format(at, time, v->daily);
    add_cell(c, at);
    for (int k = 0; k < 4; k++) add_number(c, wick_bars_field(v->bars, (wick_field)k)[i], true);
    for (int k = 0; k < v->n_series; k++) add_number(c, v->series[k]->v[i], exact);
    events(t, v, time, &what);
    add_cell(c, what.data ? what.data : "");
    wick_buf_free(&what);
}

/* ---- output --------------------------------------------------------------------------------- */

static void summary(const run_trace *t, const view *v, int64_t number, wick_buf *b)
{
    const wick_trade_rec *r = v->t;
    char signal[WICK_TIME_TEXT], entry[WICK_TIME_TEXT], left[WICK_TIME_TEXT];
    wick_time_format(signal, r->signal_time, v->daily);
    wick_time_format(entry, r->entry_time, v->daily);
    wick_time_format(left, r->exit_time, v->daily);
    wick_buf_addf(b, "trade %lld of %lld: %s %s, ", (long long)number,
                  (long long)wick_ledger_trades(t->ledger), v->symbol,
                  r->side > 0 ? "long" : "short");
    wick_buf_add_double(b, r->qty);
    wick_buf_addf(b, " units\n  decided %s\n  entered %s at ", signal, entry);
    wick_buf_add_double(b, r->entry_price);
    wick_buf_addf(b, " (order #%d)\n  left    %s at ", (int)r->entry_order, left);
    wick_buf_add_double(b, r->exit_price);
    wick_buf_addf(b, " (order #%d, %s)\n  %d bars, profit ", (int)r->exit_order,
                  wick_reason_name(r->reason), (int)r->bars);
    wick_buf_addf(b, "%.2f (%.2f%%), fees %.2f, ", r->pnl, r->return_pct, r->fees);
    if (r->carry != 0.0) wick_buf_addf(b, "%.2f for holding, ", r->carry);
    wick_buf_addf(b, "worst %.6g and best %.6g points per unit\n\n", r->mae, r->mfe);
}

/* Masks and columns have long names: the table shows letters, and says below what they are. */
static void print_table(const run_trace *t, const view *v, const job *j, cells *c, wick_buf *b)
{
    const int cols = FIXED + v->n_series + 1;
    const char *header[FIXED + MAX_SERIES + 1] = {"bar", "open", "high", "low", "close"};
    bool right[FIXED + MAX_SERIES + 1];
    char names[MAX_SERIES][16];
    int64_t rows = 0;
    bool gap = false;
    for (int k = 0; k < cols; k++) right[k] = k > 0 && k + 1 < cols;
    for (int k = 0; k < v->n_series; k++) {
        snprintf(names[k], sizeof names[k], "[%d]", k + 1);
        header[FIXED + k] = names[k];
    }
    header[cols - 1] = "orders";
    for (int64_t i = 0; i < wick_bars_count(v->bars); i++) {
        if (is_near(v, i, j->around)) {
            add_row(t, v, i, false, c);
            rows++;
            gap = false;
        } else if (!gap && i > v->signal && i < v->t->exit_bar) {
            add_cell(c, "...");
            for (int k = 1; k < cols; k++) add_cell(c, "");
            rows++;
            gap = true;
        }
    }
    summary(t, v, j->number, b);
    wick_text_table(b, cols, header, right, c->at, rows);
    if (v->n_series > 0) wick_buf_add(b, "\n", 1);
    for (int k = 0; k < v->n_series; k++) wick_buf_addf(b, "%s %s\n", names[k], v->series[k]->text);
}

static void csv_cell(wick_buf *b, const char *text, bool last)
{
    if (strpbrk(text, ",\"")) {
        wick_buf_add(b, "\"", 1);
        for (; *text; text++) {
            if (*text == '"') wick_buf_add(b, "\"", 1);
            wick_buf_add(b, text, 1);
        }
        wick_buf_add(b, "\"", 1);
    } else {
        wick_buf_add(b, text, -1);
    }
    wick_buf_add(b, last ? "\n" : ",", 1);
}

static void print_csv(const run_trace *t, const view *v, const job *j, cells *c, wick_buf *b)
{
    const int cols = FIXED + v->n_series + 1;
    wick_buf_add(b, "time,open,high,low,close,", -1);
    for (int k = 0; k < v->n_series; k++) csv_cell(b, v->series[k]->text, false);
    wick_buf_add(b, "orders\n", -1);
    for (int64_t i = 0; i < wick_bars_count(v->bars); i++) {
        if (i < v->signal - j->around || i > v->t->exit_bar + j->around) continue;
        const int64_t from = c->n;
        add_row(t, v, i, true, c);
        for (int k = 0; k < cols; k++) csv_cell(b, c->at[from + k], k + 1 == cols);
    }
}

/* ---- the command ---------------------------------------------------------------------------- */

static int show(job *j, const char *format)
{
    const run_trace *t = &j->trace;
    const int64_t n = wick_ledger_trades(t->ledger);
    if (n == 0) return cli_error(j->c, NULL, "the strategy made no trade");
    if (j->number < 0) j->number += n + 1;
    if (j->number < 1 || j->number > n)
        return cli_error(j->c, NULL, "--trade: there are %lld trades", (long long)n);
    view v = {.t = wick_ledger_trade(t->ledger, j->number - 1)};
    v.sym = v.t->symbol;
    v.bars = wick_panel_bars(t->panel, v.sym);
    v.symbol = wick_bars_symbol(v.bars);
    v.signal = wick_bars_find(v.bars, v.t->signal_time);
    v.daily = wick_bars_info(v.bars)->timeframe_ms >= WICK_MS_DAY;
    choose_series(t, &v);
    const int64_t rows = v.t->exit_bar - v.signal + 2 * j->around + 4;
    cells c = {.arena = t->arena};
    c.at =
        wick_arena_alloc(t->arena, (rows + 2) * (FIXED + MAX_SERIES + 1) * (int64_t)sizeof *c.at);
    if (!c.at) return cli_error(j->c, NULL, "out of memory");
    wick_buf out = {0};
    if (strcmp(format, "csv") == 0)
        print_csv(t, &v, j, &c, &out);
    else
        print_table(t, &v, j, &c, &out);
    return cli_print(j->c, &out);
}

static int run_job(job *j, const char *format)
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
    const wick_run_opts run = {.size = sizeof run,
                               .settings = j->cfg.settings,
                               .cash = j->cfg.cash,
                               .has_trade_from = j->cfg.has_trade_from,
                               .trade_from = j->cfg.trade_from};
    cli_progress *progress = cli_progress_start(c, "running");
    const wick_status st =
        run_trace_run(c->ctx, j->host, j->script, &run, wick_panel_ref(j->panel), &j->trace);
    cli_progress_stop(progress);
    return st < 0 ? cli_fail(c) : show(j, format);
}

static int run(cli *c)
{
    job j = {.c = c, .number = 1, .around = 3};
    const char *format = "table";
    if (!cli_int(c, "trade", -1000000000, 1000000000, &j.number) ||
        !cli_int(c, "around", 0, 1000, &j.around) || !cli_choice(c, "format", "table|csv", &format))
        return CLI_MISTAKE;
    const int code = run_job(&j, format);
    run_trace_free(&j.trace);
    wick_panel_unref(j.finer);
    wick_panel_unref(j.panel);
    wk_host_free(j.host);
    run_config_free(&j.cfg);
    return code;
}

const cli_command cli_command_explain = {
    .name = "explain",
    .summary = "shows bars, series, orders and fills around one trade",
    .operands = "FILE.lua",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .notes =
        "Runs the strategy as `wick run` would with the same options, and shows why one of its\n"
        "trades began and ended: the bars around its signal and its exit with every series the\n"
        "script declared, and each order of the symbol where it was placed and filled. The CSV\n"
        "has every bar of the trade.",
    .example = "wick explain strategies/donchian_breakout.lua --data bars/ --trade 3",
    .run = run,
};
