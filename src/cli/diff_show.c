/* SPDX-License-Identifier: MIT */
/* The attribution as tables for people and as JSON. */
#include "cli/diff.h"

#include <math.h>
#include <string.h>

enum { MAX_ROWS = DIFF_MOST + 2, COLS = 8 };

/* Cells of one table; texts are kept until it is printed. */
typedef struct sheet {
    const char *at[MAX_ROWS * COLS];
    char text[MAX_ROWS * COLS][112];
    int64_t n;
} sheet;

static char *cell(sheet *s)
{
    s->at[s->n] = s->text[s->n];
    return s->text[s->n++];
}

static void number(sheet *s, double v, int what, bool sign)
{
    char *to = cell(s);
    if (isnan(v))
        snprintf(to, sizeof s->text[0], "-");
    else if (what == DIFF_METRIC)
        snprintf(to, sizeof s->text[0], sign ? "%+.4g" : "%.4g", v);
    else
        snprintf(to, sizeof s->text[0], sign ? "%+.2f" : "%.2f", v);
}

static void keys_of(const diff_result *r, const diff_group *g, char out[112])
{
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < g->n && n < 110; i++) {
        const int w =
            snprintf(out + n, 112 - n, "%s%s", i ? "+" : "", r->settings[g->first + i].key);
        n += w > 0 ? (size_t)w : 0;
    }
}

static void values_of(const diff_result *r, const diff_group *g, bool to, char out[112])
{
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < g->n && n < 110; i++) {
        const diff_setting *d = &r->settings[g->first + i];
        const int w = snprintf(out + n, 112 - n, "%s%s", i ? "+" : "", to ? d->to : d->from);
        n += w > 0 ? (size_t)w : 0;
    }
}

static const char *value_name(const diff_names *k, int what)
{
    return what == DIFF_EQUITY ? "final equity" : what == DIFF_TRADES ? "trades" : k->metric;
}

/* What is not available is no effect: the results above say so. */
static bool moves(double v)
{
    return !isnan(v) && v != 0.0;
}

static bool matters(const diff_group *g, int v)
{
    return moves(g->alone[v]) || moves(g->left[v]) || moves(g->joint[v]) || moves(g->error[v]);
}

static bool idle(const diff_group *g)
{
    for (int v = 0; v < DIFF_VALUES; v++)
        if (matters(g, v)) return false;
    return g->changes == 0;
}

/* Groups that matter for a value (or at all, for the equity), the largest joint share first. */
static int sorted(const diff_result *r, int v, int out[DIFF_MOST])
{
    int n = 0;
    for (int g = 0; g < r->n; g++) {
        if (v == DIFF_EQUITY ? idle(&r->group[g]) : !matters(&r->group[g], v)) continue;
        int k = n++;
        const double own = fabs(r->group[g].joint[v]);
        while (k > 0 && fabs(r->group[out[k - 1]].joint[v]) < own) {
            out[k] = out[k - 1];
            k--;
        }
        out[k] = g;
    }
    return n;
}

/* ---- the table ---------------------------------------------------------------------------- */

static void print_results(wick_buf *b, const diff_result *r, const diff_names *k)
{
    const char *header[4] = {"", k->from, k->to, "difference"};
    const bool right[4] = {false, true, true, true};
    sheet s = {.n = 0};
    for (int v = 0; v < DIFF_VALUES; v++) {
        snprintf(cell(&s), sizeof s.text[0], "%s", value_name(k, v));
        number(&s, r->from[v], v, false);
        number(&s, r->to[v], v, false);
        number(&s, r->to[v] - r->from[v], v, true);
    }
    wick_text_table(b, 4, header, right, s.at, DIFF_VALUES);
}

static void print_value(wick_buf *b, const diff_result *r, const diff_names *k, int v)
{
    const char *header[COLS] = {value_name(k, v), "from",    "to", "alone",
                                "left out",       "jointly", "+-", "trade changed"};
    const bool right[COLS] = {false, false, false, true, true, true, true, true};
    int order[DIFF_MOST];
    const int n = sorted(r, v, order), cols = v == DIFF_EQUITY ? COLS : COLS - 1;
    wick_sum sum = {0, 0};
    sheet s = {.n = 0};
    if (n == 0) {
        wick_buf_addf(b, "\nno setting changes %s\n", value_name(k, v));
        return;
    }
    for (int i = 0; i < n; i++) {
        const diff_group *g = &r->group[order[i]];
        keys_of(r, g, cell(&s));
        values_of(r, g, false, cell(&s));
        values_of(r, g, true, cell(&s));
        number(&s, g->alone[v], v, true);
        number(&s, g->left[v], v, true);
        number(&s, g->joint[v], v, true);
        if (r->exact)
            (void)cell(&s);
        else
            number(&s, g->error[v], v, false);
        if (v == DIFF_EQUITY && g->changes > 0)
            snprintf(cell(&s), sizeof s.text[0], "%lld", (long long)g->changes);
        else if (v == DIFF_EQUITY)
            snprintf(cell(&s), sizeof s.text[0], "-");
        wick_sum_add(&sum, g->joint[v]);
    }
    snprintf(cell(&s), sizeof s.text[0], "sum");
    for (int c = 0; c < 4; c++) (void)cell(&s);
    number(&s, wick_sum_get(&sum), v, true);
    for (int c = 6; c < cols; c++) (void)cell(&s);
    wick_buf_add(b, "\n", 1);
    wick_text_table(b, cols, header, right, s.at, n + 1);
}

static void print_idle(wick_buf *b, const diff_result *r)
{
    bool any = false;
    for (int g = 0; g < r->n; g++) {
        char keys[112];
        if (!idle(&r->group[g])) continue;
        keys_of(r, &r->group[g], keys);
        wick_buf_addf(b, "%s%s", any ? ", " : "\nwithout effect here: ", keys);
        any = true;
    }
    if (any) wick_buf_add(b, "\n", 1);
}

/* ---- the first trade that differs ---------------------------------------------------------- */

static void print_trade(wick_buf *b, const char *name, const wick_trade_rec *t, bool daily)
{
    char decided[WICK_TIME_TEXT], entered[WICK_TIME_TEXT], left[WICK_TIME_TEXT];
    wick_time_format(decided, t->signal_time, daily);
    wick_time_format(entered, t->entry_time, daily);
    wick_time_format(left, t->exit_time, daily);
    wick_buf_addf(b, "  %s: %s ", name, t->side > 0 ? "long" : "short");
    wick_buf_add_double(b, t->qty);
    wick_buf_addf(b, ", decided %s, entered %s at ", decided, entered);
    wick_buf_add_double(b, t->entry_price);
    wick_buf_addf(b, ", left %s at ", left);
    wick_buf_add_double(b, t->exit_price);
    wick_buf_addf(b, " (%s), fees ", wick_reason_name(t->reason));
    wick_buf_add_double(b, t->fees);
    wick_buf_add(b, "\n", 1);
}

static void add_part(wick_buf *b, bool *any, const char *what)
{
    wick_buf_addf(b, "%s%s", *any ? ", " : "", what);
    *any = true;
}

/* What of a trade is another. */
static void differences(wick_buf *b, const wick_trade_rec *x, const wick_trade_rec *y)
{
    bool any = false;
    if (x->symbol != y->symbol || x->signal_time != y->signal_time || x->side != y->side) {
        add_part(b, &any, "another trade");
        return;
    }
    if (x->entry_time != y->entry_time) add_part(b, &any, "bar of the entry");
    if (x->entry_price != y->entry_price) add_part(b, &any, "entry price");
    if (x->qty != y->qty) add_part(b, &any, "quantity");
    if (x->exit_time != y->exit_time) add_part(b, &any, "bar of the exit");
    if (x->exit_price != y->exit_price) add_part(b, &any, "exit price");
    if (x->reason != y->reason) add_part(b, &any, "what ended it");
    if (x->fees != y->fees) add_part(b, &any, "fees");
    if (!any) add_part(b, &any, "nothing");
}

static void print_causes(wick_buf *b, const diff_result *r, const diff_names *k, bool daily)
{
    const diff_trade *f = r->first;
    bool any = false;
    char keys[112], value[112];
    for (int i = 0; i < r->n; i++) {
        const diff_group *g = &r->group[i];
        if (!g->decides) continue;
        if (!any) wick_buf_addf(b, "because, changed alone from %s:\n", k->from);
        any = true;
        keys_of(r, g, keys);
        values_of(r, g, true, value);
        wick_buf_addf(b, "  %s=%s changes ", keys, value);
        if (g->has_trade && f[0].number > 0)
            differences(b, &f[0].t, &g->trade);
        else
            wick_buf_add(b, g->has_trade ? "it into a trade" : "it into no trade", -1);
        wick_buf_add(b, "\n", 1);
        if (g->has_trade) {
            wick_buf_add(b, "  ", 2);
            print_trade(b, "it is then", &g->trade, daily);
        }
    }
    if (any) return;
    for (int i = 0; i < r->n; i++) {
        if (!r->group[i].restores) continue;
        if (!any)
            wick_buf_addf(b, "no setting does that alone; left out of %s, it is undone by:", k->to);
        keys_of(r, &r->group[i], keys);
        wick_buf_addf(b, "%s %s", any ? "," : "", keys);
        any = true;
    }
    wick_buf_add(b, any ? "\n" : "no setting does or undoes that alone\n", -1);
}

static const char *mark_of(const diff_result *r, int64_t time, char out[112])
{
    static const char *const side[2] = {"A", "B"};
    static const char *const act[3] = {"decides", "enters", "leaves"};
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < 2; i++) {
        const wick_trade_rec *t = &r->first[i].t;
        if (r->first[i].number == 0) continue;
        const int64_t at[3] = {t->signal_time, t->entry_time, t->exit_time};
        for (int e = 0; e < 3; e++)
            if (at[e] == time)
                n += (size_t)snprintf(out + n, 112 - n, "%s%s %s", n ? ", " : "", side[i], act[e]);
    }
    return out;
}

static void print_bars(wick_buf *b, const diff_result *r, const wick_panel *panel, int32_t symbol,
                       bool daily)
{
    enum { BAR_COLS = 6, MOST = 8 };
    const char *header[BAR_COLS] = {"bar", "open", "high", "low", "close", ""};
    const bool right[BAR_COLS] = {false, true, true, true, true, false};
    const wick_bars *bars = wick_panel_bars(panel, symbol);
    const int64_t *time = wick_bars_time(bars), n = wick_bars_count(bars);
    sheet s = {.n = 0};
    int64_t want[MOST], rows = 0;
    int k = 0;
    for (int i = 0; i < 2; i++) {
        if (r->first[i].number == 0 || r->first[i].t.symbol != symbol) continue;
        const int64_t t[3] = {r->first[i].t.signal_time, r->first[i].t.entry_time,
                              r->first[i].t.exit_time};
        for (int e = 0; e < 3; e++) want[k++] = t[e];
    }
    for (int64_t i = 0; i < n; i++) {
        bool here = false;
        for (int e = 0; e < k; e++) here = here || want[e] == time[i];
        if (!here) continue;
        wick_time_format(cell(&s), time[i], daily);
        for (int f = 0; f < 4; f++)
            wick_format_double(cell(&s), wick_bars_field(bars, (wick_field)f)[i]);
        (void)mark_of(r, time[i], cell(&s));
        rows++;
    }
    wick_text_table(b, BAR_COLS, header, right, s.at, rows);
}

static void print_first(wick_buf *b, const diff_result *r, const diff_names *k,
                        const wick_panel *panel)
{
    const diff_trade *f = r->first;
    if (f[0].number == 0 && f[1].number == 0) {
        wick_buf_add(b, "\nno closed trade differs\n", -1);
        return;
    }
    const int32_t symbol = f[f[0].number == 0].t.symbol;
    const wick_bars *bars = wick_panel_bars(panel, symbol);
    const bool daily = wick_bars_info(bars)->timeframe_ms >= WICK_MS_DAY;
    wick_buf_addf(b, "\nfirst trade that differs: %s", wick_bars_symbol(bars));
    for (int i = 0; i < 2; i++)
        if (f[i].number > 0)
            wick_buf_addf(b, ", trade %lld of %s", (long long)f[i].number, i ? k->to : k->from);
    wick_buf_add(b, "\n", 1);
    for (int i = 0; i < 2; i++) {
        char name[80];
        snprintf(name, sizeof name, "%c, %.60s", "AB"[i], i ? k->to : k->from);
        if (f[i].number > 0)
            print_trade(b, name, &f[i].t, daily);
        else
            wick_buf_addf(b, "  %s: no such trade\n", name);
    }
    if (f[0].number > 0 && f[1].number > 0) {
        wick_buf_add(b, "  different: ", -1);
        differences(b, &f[0].t, &f[1].t);
        wick_buf_add(b, "\n", 1);
    }
    print_causes(b, r, k, daily);
    wick_buf_add(b, "\n", 1);
    print_bars(b, r, panel, symbol, daily);
}

void diff_table(wick_buf *b, const diff_result *r, const diff_names *k, const wick_panel *panel)
{
    wick_buf_addf(b, "%s: %s -> %s, %d settings differ", k->file, k->from, k->to, r->n_settings);
    if (r->n_settings != r->n) wick_buf_addf(b, " in %d groups", r->n);
    if (r->exact)
        wick_buf_addf(b, "; shares exact, %lld runs\n", (long long)r->runs);
    else
        wick_buf_addf(b, "; shares from %lld orders of change (seed %llu), %lld runs\n",
                      (long long)r->orders, (unsigned long long)k->seed, (long long)r->runs);
    print_results(b, r, k);
    if (r->n == 0) return;
    for (int v = 0; v < DIFF_VALUES; v++) print_value(b, r, k, v);
    print_idle(b, r);
    print_first(b, r, k, panel);
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void json_text(wick_json_writer *w, const char *key, const char *v)
{
    wick_jw_key(w, key);
    wick_jw_string(w, v);
}

static void json_number(wick_json_writer *w, const char *key, double v)
{
    wick_jw_key(w, key);
    if (isnan(v))
        wick_jw_null(w);
    else
        wick_jw_double(w, v);
}

static void json_values(wick_json_writer *w, const char *key, const double v[DIFF_VALUES])
{
    wick_jw_key(w, key);
    wick_jw_object(w);
    json_number(w, "final_equity", v[DIFF_EQUITY]);
    json_number(w, "metric", v[DIFF_METRIC]);
    json_number(w, "trades", v[DIFF_TRADES]);
    wick_jw_end(w);
}

static void json_time(wick_json_writer *w, const char *key, int64_t t)
{
    char text[WICK_TIME_TEXT];
    wick_time_format(text, t, false);
    json_text(w, key, text);
}

static void json_trade(wick_json_writer *w, const char *key, const diff_trade *t,
                       const wick_panel *panel)
{
    wick_jw_key(w, key);
    if (t->number == 0) {
        wick_jw_null(w);
        return;
    }
    wick_jw_object(w);
    wick_jw_key(w, "trade");
    wick_jw_int(w, t->number);
    json_text(w, "symbol", wick_bars_symbol(wick_panel_bars(panel, t->t.symbol)));
    json_text(w, "side", t->t.side > 0 ? "long" : "short");
    json_number(w, "qty", t->t.qty);
    json_time(w, "signal_time", t->t.signal_time);
    json_time(w, "entry_time", t->t.entry_time);
    json_number(w, "entry_price", t->t.entry_price);
    json_time(w, "exit_time", t->t.exit_time);
    json_number(w, "exit_price", t->t.exit_price);
    json_text(w, "reason", wick_reason_name(t->t.reason));
    json_number(w, "fees", t->t.fees);
    wick_jw_end(w);
}

static void json_group(wick_json_writer *w, const diff_result *r, const diff_group *g,
                       const wick_panel *panel)
{
    wick_jw_object(w);
    wick_jw_key(w, "settings");
    wick_jw_array(w);
    for (int i = 0; i < g->n; i++) {
        const diff_setting *d = &r->settings[g->first + i];
        wick_jw_object(w);
        json_text(w, "key", d->key);
        json_text(w, "from", d->from);
        json_text(w, "to", d->to);
        wick_jw_end(w);
    }
    wick_jw_end(w);
    json_values(w, "alone", g->alone);
    json_values(w, "left_out", g->left);
    json_values(w, "jointly", g->joint);
    json_values(w, "standard_error", g->error);
    wick_jw_key(w, "first_trade_changed");
    if (g->changes > 0)
        wick_jw_int(w, g->changes);
    else
        wick_jw_null(w);
    wick_jw_key(w, "changes_first_trade");
    wick_jw_bool(w, g->decides);
    wick_jw_key(w, "undoes_first_trade");
    wick_jw_bool(w, g->restores);
    if (g->has_trade) json_trade(w, "first_trade", &(diff_trade){1, g->trade}, panel);
    wick_jw_end(w);
}

void diff_json(wick_buf *b, const diff_result *r, const diff_names *k, const wick_panel *panel)
{
    wick_json_writer w;
    wick_jw_begin(&w, b, 2);
    wick_jw_object(&w);
    json_text(&w, "file", k->file);
    json_text(&w, "from_profile", k->from);
    json_text(&w, "to_profile", k->to);
    json_text(&w, "metric", k->metric);
    wick_jw_key(&w, "exact");
    wick_jw_bool(&w, r->exact);
    wick_jw_key(&w, "orders");
    wick_jw_int(&w, r->orders);
    wick_jw_key(&w, "seed");
    wick_jw_int(&w, (int64_t)k->seed);
    wick_jw_key(&w, "runs");
    wick_jw_int(&w, r->runs);
    json_values(&w, "from", r->from);
    json_values(&w, "to", r->to);
    wick_jw_key(&w, "groups");
    wick_jw_array(&w);
    for (int i = 0; i < r->n; i++) json_group(&w, r, &r->group[i], panel);
    wick_jw_end(&w);
    wick_jw_key(&w, "first_trade");
    wick_jw_object(&w);
    json_trade(&w, "from", &r->first[0], panel);
    json_trade(&w, "to", &r->first[1], panel);
    wick_jw_end(&w);
    wick_jw_end(&w);
    wick_buf_add(b, "\n", 1);
}
