/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "report/report_int.h"

enum { ROWS = 40, DEEPEST = 5, NAME_WIDTH = 24, VALUE_WIDTH = 18 };

static const char BOLD[] = "\x1b[1m", RED[] = "\x1b[31m", PLAIN[] = "\x1b[0m";

static void heading(const wick_result *r, wick_buf *out, const char *text)
{
    wick_buf_add(out, "\n", 1);
    if (r->color) wick_buf_add(out, BOLD, -1);
    wick_buf_add(out, text, -1);
    if (r->color) wick_buf_add(out, PLAIN, -1);
    wick_buf_add(out, "\n", 1);
}

/* "  [low, high]", or why there is none. */
static void interval(wick_buf *out, const wick_interval *i, wick_metric_unit unit)
{
    char low[64], high[64];
    if (i == NULL || isnan(i->low)) return;
    wk_pretty(low, unit, i->low, true);
    wk_pretty(high, unit, i->high, true);
    wick_buf_addf(out, "   [%s, %s]", low, high);
}

static void line(const wick_result *r, wick_buf *out, const char *name, const char *value,
                 bool negative, const wick_interval *i, wick_metric_unit unit)
{
    wick_buf_addf(out, "%-*s", NAME_WIDTH, name);
    const int fill = VALUE_WIDTH - (int)strlen(value);
    wick_buf_addf(out, "%*s", fill > 1 ? fill : 1, "");
    if (r->color && negative) wick_buf_add(out, RED, -1);
    wick_buf_add(out, value, -1);
    if (r->color && negative) wick_buf_add(out, PLAIN, -1);
    interval(out, i, unit);
    wick_buf_add(out, "\n", 1);
}

static void metric(const wick_result *r, wick_buf *out, int64_t i, bool dates)
{
    const wick_metric_spec *s = wick_scores_spec(r->scores, i);
    const double v = wick_scores_value(r->scores, i);
    char text[64];
    wk_pretty(text, s->unit, v, dates);
    const bool has = r->intervals != NULL && wk_report_has_interval(s);
    line(r, out, s->name, text, v < 0.0 && s->unit != WICK_M_TIME, has ? &r->intervals[i] : NULL,
         s->unit);
}

/* Of returns or an equity alone: rows about trades would be zeros and blanks. */
static void account(const wick_result *r, wick_buf *out, bool dates)
{
    static const char *const names[] = {"initial_market_value",
                                        "end_market_value",
                                        "return_pct",
                                        "cagr_pct",
                                        "annual_volatility_pct",
                                        "sharpe_annual",
                                        "sortino_annual",
                                        "calmar",
                                        "max_drawdown",
                                        "max_drawdown_pct",
                                        "max_drawdown_date",
                                        "max_drawdown_days",
                                        "avg_drawdown_pct",
                                        "ulcer_index",
                                        "upi_annual",
                                        "best_bar_pct",
                                        "worst_bar_pct",
                                        "bar_win_rate",
                                        "best_month_pct",
                                        "worst_month_pct",
                                        "month_win_rate",
                                        "profit_factor_bar",
                                        "omega",
                                        "tail_ratio",
                                        "skew",
                                        "kurtosis",
                                        "var_pct",
                                        "cvar_pct",
                                        "psr",
                                        "min_trl",
                                        "equity_r2",
                                        "benchmark_return_pct",
                                        "excess_return_pct",
                                        "alpha_pct",
                                        "beta",
                                        "correlation",
                                        "information_ratio",
                                        "up_capture_pct",
                                        "down_capture_pct"};
    const int64_t n = r->scores != NULL ? wick_scores_count(r->scores) : 0;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        for (int64_t i = 0; i < n; i++) {
            const wick_metric_spec *s = wick_scores_spec(r->scores, i);
            if (strcmp(s->name, names[k]) != 0) continue;
            const bool there = !isnan(wick_scores_value(r->scores, i));
            if (there || (s->needs & WICK_NEED_BENCHMARK) == 0) metric(r, out, i, dates);
        }
    }
}

/* The forty rows in the order of the seed tables, then what the script defined. */
static void scores(const wick_result *r, wick_buf *out, bool dates, bool full)
{
    const int64_t n = r->scores != NULL ? wick_scores_count(r->scores) : 0;
    const bool bare = r->foreign && !full && wick_ledger_trades(r->ledger) == 0;
    if (bare) account(r, out, dates);
    for (int32_t row = 0; row < ROWS && !bare; row++) {
        for (int64_t i = 0; i < n; i++) {
            if (wick_scores_spec(r->scores, i)->row == row) metric(r, out, i, dates);
        }
    }
    if (r->n_extra > 0) heading(r, out, "Defined by the script");
    for (int64_t i = 0; i < r->n_extra; i++) {
        char text[64];
        wk_pretty(text, WICK_M_RATIO, r->extra_values[i], dates);
        line(r, out, r->extra_names[i], text, r->extra_values[i] < 0.0,
             r->extra_intervals != NULL ? &r->extra_intervals[i] : NULL, WICK_M_RATIO);
    }
}

/* What else was scored. */
static void more(const wick_result *r, wick_buf *out, bool dates)
{
    const int64_t n = r->scores != NULL ? wick_scores_count(r->scores) : 0;
    bool titled = false;
    for (int64_t i = 0; i < n; i++) {
        const wick_metric_spec *s = wick_scores_spec(r->scores, i);
        if (s->row >= 0 || isnan(wick_scores_value(r->scores, i))) continue;
        if (!titled) heading(r, out, "More");
        titled = true;
        metric(r, out, i, dates);
    }
}

static wick_status drawdowns(wick_ctx *ctx, const wick_result *r, wick_buf *out, bool dates)
{
    static const char *const header[] = {"peak", "valley", "recovered", "depth", "percent", "bars"};
    static const bool right[] = {false, false, false, true, true, true};
    const wick_equity e = wick_ledger_equity(r->ledger);
    wick_drawdown d[DEEPEST];
    char text[DEEPEST * 6][64];
    const char *cells[DEEPEST * 6];
    int64_t n = 0;
    const wick_status st = wick_drawdowns(ctx, r->ledger, DEEPEST, d, &n);
    if (st < 0 || n == 0) return st;
    const int64_t shown = n < DEEPEST ? n : DEEPEST;
    for (int64_t i = 0; i < shown; i++) {
        char(*row)[64] = text + 6 * i;
        wick_time_format(row[0], e.time[d[i].peak], dates);
        wick_time_format(row[1], e.time[d[i].valley], dates);
        strcpy(row[2], "open");
        if (d[i].recovered >= 0) wick_time_format(row[2], e.time[d[i].recovered], dates);
        wk_pretty(row[3], WICK_M_CASH, d[i].depth, dates);
        wk_pretty(row[4], WICK_M_PERCENT, d[i].depth_pct, dates);
        wk_pretty(row[5], WICK_M_BARS, (double)d[i].bars, dates);
        for (int k = 0; k < 6; k++) cells[6 * i + k] = row[k];
    }
    char title[80];
    snprintf(title, sizeof title, "Deepest drawdowns (%lld of %lld)", (long long)shown,
             (long long)n);
    heading(r, out, title);
    wick_text_table(out, 6, header, right, cells, shown);
    return WICK_OK;
}

static void ambiguous(const wick_result *r, wick_buf *out)
{
    const wick_ambiguity a = wick_ledger_ambiguity(r->ledger);
    if (r->foreign && a.bars == 0) return; /* nobody counted */
    heading(r, out, "Ambiguous bars");
    if (a.bars == 0) {
        wick_buf_add(out, "none: no result depends on the order inside a bar\n", -1);
        return;
    }
    wick_buf_addf(out, "%lld bar%s whose inner order decides a result", (long long)a.bars,
                  a.bars == 1 ? "" : "s");
    if (a.bounded) {
        char worst[64], best[64];
        wk_pretty(worst, WICK_M_CASH, a.pnl_worst, true);
        wk_pretty(best, WICK_M_CASH, a.pnl_best, true);
        wick_buf_addf(out, ": end less start between %s (worst) and %s (best)", worst, best);
    }
    wick_buf_add(out, "\n", 1);
}

/* intrabar=lower_tf: what the order inside the bars was taken from. */
static void finer(const wick_result *r, wick_buf *out)
{
    const wick_ambiguity a = wick_ledger_ambiguity(r->ledger);
    if (a.finer + a.coarse == 0) return;
    wick_buf_addf(out, "%lld of %lld bars have finer bars inside", (long long)a.finer,
                  (long long)(a.finer + a.coarse));
    if (a.coarse > 0)
        wick_buf_addf(out,
                      "; %lld keep their own four prices (%lld with finer bars that do not "
                      "add up to them)",
                      (long long)a.coarse, (long long)a.misfit);
    wick_buf_add(out, "\n", 1);
}

typedef struct wrap {
    wick_buf *out;
    int32_t width, at;
    bool all;
    int64_t left_out;
} wrap;

/* Pairs on as few lines as the terminal allows. */
static void pair(void *user, const wick_convention *c)
{
    wrap *w = user;
    const int32_t need = (int32_t)(strlen(c->key) + strlen(c->value)) + 1;
    if (c->usual && !w->all) {
        w->left_out++;
        return;
    }
    if (w->at > 0 && w->at + 2 + need > w->width) {
        wick_buf_add(w->out, "\n", 1);
        w->at = 0;
    }
    if (w->at > 0) wick_buf_add(w->out, "  ", 2);
    w->at += need + (w->at > 0 ? 2 : 0);
    wick_buf_add(w->out, c->key, -1);
    wick_buf_add(w->out, "=", 1);
    wick_buf_add(w->out, c->value, -1);
}

/* What holding brought and cost, in runs that know any of it. */
static void held(const wick_result *r, wick_buf *out, bool dates)
{
    static const char *const names[] = {"total_borrow", "total_interest", "total_funding",
                                        "total_dividends", "total_carry"};
    bool titled = false;
    const int64_t n = r->scores != NULL ? wick_scores_count(r->scores) : 0;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        for (int64_t i = 0; i < n; i++) {
            if (strcmp(wick_scores_spec(r->scores, i)->name, names[k]) != 0 ||
                isnan(wick_scores_value(r->scores, i)))
                continue;
            if (!titled) heading(r, out, "Cash for holding");
            titled = true;
            metric(r, out, i, dates);
        }
    }
}

static wick_status write_table(wick_ctx *ctx, const wick_result *r, wick_buf *out, bool full)
{
    const bool dates = wk_report_dates_only(r);
    const wick_equity e = wick_ledger_equity(r->ledger);
    if (r->color) wick_buf_add(out, BOLD, -1);
    wick_buf_add(out, r->strategy != NULL ? r->strategy : "result", -1);
    if (r->color) wick_buf_add(out, PLAIN, -1);
    if (r->profile != NULL) wick_buf_addf(out, "  profile %s", r->profile);
    if (e.n > 0) {
        char from[WICK_TIME_TEXT], to[WICK_TIME_TEXT];
        wick_time_format(from, e.time[0], dates);
        wick_time_format(to, e.time[e.n - 1], dates);
        wick_buf_addf(out, "  %s .. %s  %lld bars", from, to, (long long)e.n);
    }
    wick_buf_add(out, "\n\n", 2);
    scores(r, out, dates, full);
    if (!full) held(r, out, dates);
    if (full) more(r, out, dates);
    const wick_status st = drawdowns(ctx, r, out, dates);
    if (st < 0) return st;
    wk_report_sheets(r, out, dates);
    wk_report_monte(r, out);
    ambiguous(r, out);
    finer(r, out);
    heading(r, out, "Conventions");
    wrap w = {.out = out, .width = r->width > 0 ? r->width : 80, .all = full};
    wk_report_conventions(r, pair, &w);
    wick_buf_add(out, "\n", 1);
    if (w.left_out > 0)
        wick_buf_addf(out, "%lld others at their defaults\n", (long long)w.left_out);
    if (!full) wick_buf_add(out, "--format full: these, and every other metric\n", -1);
    return wk_report_done(ctx, out);
}

static wick_status write_short(wick_ctx *ctx, const wick_result *r, wick_buf *out)
{
    return write_table(ctx, r, out, false);
}

static wick_status write_full(wick_ctx *ctx, const wick_result *r, wick_buf *out)
{
    return write_table(ctx, r, out, true);
}

const wick_writer_spec wk_writer_table = {
    .name = "table",
    .doc = "the forty rows, drawdowns, ambiguous bars and conventions for people; conventions at "
           "their defaults are counted",
    .write = write_short};

const wick_writer_spec wk_writer_table_full = {
    .name = "table_full",
    .doc = "the same with every metric and every convention",
    .write = write_full};
