/* SPDX-License-Identifier: MIT */
/* Intervals, sheets and Monte-Carlo, for people and as JSON. */
#include <stdlib.h>
#include <string.h>

#include "report/report_int.h"

enum { QUANTITIES = 5, STATS = 9 };

bool wk_report_has_interval(const wick_metric_spec *s)
{
    return s->unit != WICK_M_TIME && strcmp(s->name, "initial_market_value") != 0 &&
           strcmp(s->name, "ambiguous_bars") != 0 && strncmp(s->name, "total_pnl_", 10) != 0;
}

/* ---- text --------------------------------------------------------------------------------- */

static void heading(const wick_result *r, wick_buf *out, const char *text)
{
    wick_buf_addf(out, "\n%s%s%s\n", r->color ? "\x1b[1m" : "", text, r->color ? "\x1b[0m" : "");
}

static void sheet(const wick_result *r, const wick_sheet *t, wick_buf *out, bool dates)
{
    const int64_t rows = wick_sheet_rows(t), columns = wick_sheet_columns(t);
    const wick_sheet_spec *spec = wick_sheet_spec_of(t);
    const int64_t cells = rows * (columns + 1);
    char(*text)[64] = malloc((size_t)(cells + 1) * sizeof *text);
    const char **cell = malloc((size_t)(cells + 1) * sizeof *cell);
    const char *header[32];
    bool right[32];
    if (text == NULL || cell == NULL || columns > 31) {
        out->failed = true;
        free(text);
        free(cell);
        return;
    }
    header[0] = spec->label;
    right[0] = false;
    for (int64_t k = 0; k < columns; k++) {
        header[k + 1] = wick_sheet_column(t, k);
        right[k + 1] = wick_sheet_unit(t, 0, k) != WICK_M_TIME || columns == 1;
    }
    for (int64_t i = 0; i < rows; i++) {
        cell[i * (columns + 1)] = wick_sheet_label(t, i);
        for (int64_t k = 0; k < columns; k++) {
            char *to = text[i * columns + k];
            wk_pretty(to, wick_sheet_unit(t, i, k), wick_sheet_value(t, i, k), dates);
            cell[i * (columns + 1) + k + 1] = to;
        }
    }
    char title[96];
    snprintf(title, sizeof title, "%c%s",
             spec->title[0] >= 'a' && spec->title[0] <= 'z' ? spec->title[0] - 32 : spec->title[0],
             spec->title + 1);
    heading(r, out, title);
    if (rows == 0) {
        wick_buf_add(out, "nothing to show\n", -1);
    } else {
        wick_text_table(out, (int32_t)columns + 1, header, right, cell, rows);
    }
    free(text);
    free(cell);
}

void wk_report_sheets(const wick_result *r, wick_buf *out, bool dates)
{
    for (int64_t i = 0; i < r->n_sheets; i++) sheet(r, r->sheets[i], out, dates);
}

typedef struct quantity {
    const char *name;
    const wick_spread *s;
    wick_metric_unit unit;
} quantity;

static void quantities(const wick_monte *m, quantity q[QUANTITIES])
{
    q[0] = (quantity){"end", &m->end, WICK_M_CASH};
    q[1] = (quantity){"return_pct", &m->return_pct, WICK_M_PERCENT};
    q[2] = (quantity){"max_drawdown", &m->max_drawdown, WICK_M_CASH};
    q[3] = (quantity){"max_drawdown_pct", &m->max_drawdown_pct, WICK_M_PERCENT};
    q[4] = (quantity){"max_losses", &m->max_losses, WICK_M_BARS};
}

static const char *const stat_names[STATS] = {"actual", "mean", "min",  "5 %", "25 %",
                                              "median", "75 %", "95 %", "max"};

static void stats_of(const wick_spread *s, double v[STATS])
{
    const double all[STATS] = {s->actual, s->mean, s->min, s->q05, s->q25,
                               s->median, s->q75,  s->q95, s->max};
    memcpy(v, all, sizeof all);
}

void wk_report_monte(const wick_result *r, wick_buf *out)
{
    const wick_monte *m = r->monte;
    const char *header[STATS + 1], *cell[QUANTITIES * (STATS + 1)];
    bool right[STATS + 1];
    char text[QUANTITIES * STATS][64], title[128];
    quantity q[QUANTITIES];
    if (m == NULL) return;
    quantities(m, q);
    for (int k = 0; k <= STATS; k++) {
        header[k] = k == 0 ? "" : stat_names[k - 1];
        right[k] = k > 0;
    }
    for (int i = 0; i < QUANTITIES; i++) {
        double v[STATS];
        stats_of(q[i].s, v);
        cell[i * (STATS + 1)] = q[i].name;
        for (int k = 0; k < STATS; k++) {
            wk_pretty(text[i * STATS + k], q[i].unit, v[k], true);
            cell[i * (STATS + 1) + k + 1] = text[i * STATS + k];
        }
    }
    snprintf(title, sizeof title, "Monte-Carlo of %lld trades, %lld paths, %s, %s",
             (long long)m->trades, (long long)m->paths,
             r->monte_opts->resample ? "drawn with replacement" : "in another order",
             r->monte_opts->compound ? "as shares of equity" : "as amounts of cash");
    heading(r, out, title);
    wick_text_table(out, STATS + 1, header, right, cell, QUANTITIES);
    wick_buf_addf(out,
                  "a loss at the end in %.1f %%, a drawdown of %g %% or more in %.1f %% of paths\n",
                  100.0 * m->prob_loss, r->monte_opts->ruin_pct, 100.0 * m->prob_ruin);
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void number(wick_json_writer *w, const char *key, double v)
{
    wick_jw_key(w, key);
    wick_jw_double(w, v + 0.0);
}

static void interval(wick_json_writer *w, const char *name, const wick_interval *r)
{
    wick_jw_key(w, name);
    wick_jw_object(w);
    number(w, "low", r->low);
    number(w, "high", r->high);
    number(w, "std_error", r->std_error);
    number(w, "bias", r->bias);
    wick_jw_key(w, "defined");
    wick_jw_int(w, r->defined);
    wick_jw_end(w);
}

static void intervals(const wick_result *r, wick_json_writer *w)
{
    const wick_boot_opts *o = r->boot;
    wick_jw_key(w, "intervals");
    wick_jw_object(w);
    wick_jw_key(w, "method");
    wick_jw_string(w, wick_interval_name(o->interval));
    wick_jw_key(w, "resample");
    wick_jw_string(w, wick_resample_name(o->resample));
    number(w, "block", o->block);
    number(w, "level", o->level);
    wick_jw_key(w, "replicates");
    wick_jw_int(w, o->replicates);
    wick_jw_key(w, "seed");
    wick_jw_int(w, (int64_t)o->seed);
    wick_jw_key(w, "metrics");
    wick_jw_object(w);
    for (int64_t i = 0; i < wick_scores_count(r->scores); i++) {
        const wick_metric_spec *s = wick_scores_spec(r->scores, i);
        if (wk_report_has_interval(s)) interval(w, s->name, &r->intervals[i]);
    }
    for (int64_t i = 0; i < r->n_extra; i++) {
        interval(w, r->extra_names[i], &r->extra_intervals[i]);
    }
    wick_jw_end(w);
    wick_jw_end(w);
}

static void monte(const wick_result *r, wick_json_writer *w)
{
    static const char *const keys[STATS] = {"actual", "mean", "min", "q05", "q25",
                                            "median", "q75",  "q95", "max"};
    const wick_monte *m = r->monte;
    quantity q[QUANTITIES];
    quantities(m, q);
    wick_jw_key(w, "monte_carlo");
    wick_jw_object(w);
    wick_jw_key(w, "paths");
    wick_jw_int(w, m->paths);
    wick_jw_key(w, "trades");
    wick_jw_int(w, m->trades);
    wick_jw_key(w, "mode");
    wick_jw_string(w, r->monte_opts->resample ? "resample" : "shuffle");
    wick_jw_key(w, "compound");
    wick_jw_bool(w, r->monte_opts->compound);
    number(w, "ruin_pct", r->monte_opts->ruin_pct);
    number(w, "prob_loss", m->prob_loss);
    number(w, "prob_ruin", m->prob_ruin);
    for (int i = 0; i < QUANTITIES; i++) {
        double v[STATS];
        stats_of(q[i].s, v);
        wick_jw_key(w, q[i].name);
        wick_jw_object(w);
        for (int k = 0; k < STATS; k++) number(w, keys[k], v[k]);
        wick_jw_end(w);
    }
    wick_jw_end(w);
}

static void json_sheet(const wick_sheet *t, wick_json_writer *w, bool dates)
{
    const int64_t columns = wick_sheet_columns(t);
    wick_jw_key(w, wick_sheet_spec_of(t)->name);
    wick_jw_object(w);
    for (int64_t i = 0; i < wick_sheet_rows(t); i++) {
        wick_jw_key(w, wick_sheet_label(t, i));
        if (columns > 1) wick_jw_object(w);
        for (int64_t k = 0; k < columns; k++) {
            const double v = wick_sheet_value(t, i, k);
            if (columns > 1) wick_jw_key(w, wick_sheet_column(t, k));
            if (wick_sheet_unit(t, i, k) == WICK_M_TIME && isfinite(v)) {
                char text[WICK_TIME_TEXT];
                wick_time_format(text, (int64_t)v, dates);
                wick_jw_string(w, text);
            } else {
                wick_jw_double(w, v + 0.0);
            }
        }
        if (columns > 1) wick_jw_end(w);
    }
    wick_jw_end(w);
}

void wk_report_json_stats(const wick_result *r, wick_json_writer *w, bool dates)
{
    if (r->intervals != NULL && r->scores != NULL) intervals(r, w);
    if (r->monte != NULL) monte(r, w);
    if (r->n_sheets == 0) return;
    wick_jw_key(w, "sheets");
    wick_jw_object(w);
    for (int64_t i = 0; i < r->n_sheets; i++) json_sheet(r->sheets[i], w, dates);
    wick_jw_end(w);
}
