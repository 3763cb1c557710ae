/* SPDX-License-Identifier: MIT */
#include "cli/run_state.h"

#include <math.h>
#include <string.h>

#include "wick/state.h"

static bool read_what_if(cli *c, run_state *s)
{
    s->what_if = cli_has(c, "what-if");
    if (!s->what_if && cli_has(c, "then")) {
        cli_error(c, "--what-if DATE", "--then: there is no date from which it holds");
        return false;
    }
    if (!s->what_if) return true;
    if (!cli_has(c, "then")) {
        cli_error(c, "--then fee_pct=0.1 --then PARAMETER=VALUE",
                  "--what-if: nothing changes on that date");
        return false;
    }
    if (s->path) {
        cli_error(c, NULL, "--what-if and --save-state do not go together: which run is meant?");
        return false;
    }
    s->has_at = true;
    return cli_time(c, "what-if", true, &s->at);
}

static bool read_at(cli *c, run_state *s)
{
    s->has_at = cli_has(c, "save-state-at");
    if (!s->has_at) return true;
    if (s->path) return cli_time(c, "save-state-at", true, &s->at);
    cli_error(c, "--save-state FILE", "--save-state-at: there is no file to write the state to");
    return false;
}

int run_state_fail(cli *c, const run_state *s)
{
    const bool involved = s->path || s->what_if || cli_has(c, "from-state");
    if (involved && strstr(wick_ctx_error(c->ctx), "state"))
        return cli_fail_hint(c, "docs/state.md: what a state is tied to, and what cannot be saved");
    return cli_fail(c);
}

bool run_state_read(cli *c, run_state *s)
{
    const char *from = cli_text(c, "from-state");
    s->path = cli_text(c, "save-state");
    if (s->path && strcmp(s->path, "-") == 0) {
        cli_error(c, NULL, "--save-state: a state goes to a file, not to stdout");
        return false;
    }
    if (!read_what_if(c, s)) return false;
    if (!s->what_if && !read_at(c, s)) return false;
    if (from && wick_state_read(c->ctx, from, &s->from) < 0) {
        (void)run_state_fail(c, s);
        return false;
    }
    return true;
}

void run_state_prepare(run_state *s, wk_host *h)
{
    const wk_state_opts o = {.size = sizeof o,
                             .from = s->from,
                             .out = s->path || s->what_if ? &s->saved : NULL,
                             .has_at = s->has_at,
                             .at = s->at};
    wk_host_state(h, &o);
}

/* A parameter of the strategy, else a setting of the engine; "engine.K" is always the latter. */
static bool change_one(cli *c, wk_script *script, wick_settings *settings, const char *pair)
{
    char key[128];
    const char *eq = strchr(pair, '=');
    if (!eq || eq == pair || (size_t)(eq - pair) >= sizeof key) {
        cli_error(c, "--then fast=20, --then fee_pct=0.1", "--then: '%s' is not K=V", pair);
        return false;
    }
    snprintf(key, sizeof key, "%.*s", (int)(eq - pair), pair);
    const bool engine = strncmp(key, "engine.", 7) == 0;
    bool param = false;
    for (int64_t i = 0; !engine && i < wk_script_params(script); i++)
        param |= strcmp(wk_script_param(script, i)->name, key) == 0;
    bool setting = engine;
    for (int64_t i = 0; i < wick_settings_count(); i++)
        setting |= strcmp(wick_settings_doc(i)->key, key) == 0;
    wick_status st;
    if (!setting) /* names of parameters are the nearer ones for what is misspelt */
        st = wk_script_set_param(c->ctx, script, key, eq + 1);
    else if (param)
        st = wk_script_set_param(c->ctx, script, key, eq + 1);
    else
        st = wick_settings_set(c->ctx, settings, engine ? key + 7 : key, eq + 1);
    if (st >= 0) return true;
    (void)wick_note(c->ctx, "while reading --then %s", pair);
    cli_fail(c);
    return false;
}

bool run_state_change(cli *c, run_state *s, wk_host *h, wk_script *script, wick_settings *settings)
{
    for (int i = 0; i < cli_times(c, "then"); i++)
        if (!change_one(c, script, settings, cli_nth(c, "then", i))) return false;
    const wk_state_opts o = {.size = sizeof o, .from = s->saved, .what_if = true};
    wk_host_state(h, &o);
    return true;
}

/* ---- both results -------------------------------------------------------------------------- */

static void add_cell(wick_buf *b, double v, wick_metric_unit unit)
{
    char text[64];
    if (isnan(v))
        snprintf(text, sizeof text, "-");
    else if (unit == WICK_M_COUNT)
        snprintf(text, sizeof text, "%.0f", v);
    else if (unit == WICK_M_TIME)
        wick_time_format(text, (int64_t)v, true);
    else
        snprintf(text, sizeof text, "%.4f", v);
    wick_buf_addf(b, " %16s", text);
}

static double last_equity(const wick_ledger *l)
{
    const wick_equity e = wick_ledger_equity(l);
    return e.n > 0 ? e.equity[e.n - 1] : wick_ledger_cash0(l);
}

static void versus_table(cli *c, const run_state *s, const run_versus *v, wick_buf *b)
{
    char day[WICK_TIME_TEXT];
    const bool whole = (s->at + 1) % WICK_MS_DAY == 0;
    wick_time_format(day, whole ? s->at + 1 - WICK_MS_DAY : s->at, whole);
    wick_buf_addf(b, "%s: as it is, and what if after %s", v->strategy, day);
    for (int i = 0; i < cli_times(c, "then"); i++)
        wick_buf_addf(b, "%s %s", i > 0 ? "," : "", cli_nth(c, "then", i));
    wick_buf_addf(b, "\n\n%-28s %16s %16s %16s\n", "", "as it is", "what if", "difference");
    wick_buf_addf(b, "%-28s", "equity at the end");
    const double x = last_equity(v->as_is), y = last_equity(v->changed);
    add_cell(b, x, WICK_M_CASH);
    add_cell(b, y, WICK_M_CASH);
    add_cell(b, y - x, WICK_M_CASH);
    wick_buf_add(b, "\n", 1);
    for (int32_t row = 0; row < 40; row++)
        for (int64_t i = 0; i < wick_scores_count(v->as_is_scores); i++) {
            const wick_metric_spec *m = wick_scores_spec(v->as_is_scores, i);
            if (m->row != row) continue;
            const double a = wick_scores_value(v->as_is_scores, i);
            const double d = wick_scores_get(v->changed_scores, m->name);
            wick_buf_addf(b, "%-28s", m->name);
            add_cell(b, a, m->unit);
            add_cell(b, d, m->unit);
            add_cell(b, m->unit == WICK_M_TIME ? WICK_NA : d - a, m->unit);
            wick_buf_add(b, "\n", 1);
        }
}

static void versus_numbers(wick_json_writer *w, const char *key, const wick_ledger *l,
                           const wick_scores *k)
{
    wick_jw_key(w, key);
    wick_jw_object(w);
    wick_jw_key(w, "equity");
    wick_jw_double(w, last_equity(l));
    wick_jw_key(w, "metrics");
    wick_jw_object(w);
    for (int64_t i = 0; i < wick_scores_count(k); i++) {
        wick_jw_key(w, wick_scores_spec(k, i)->name);
        wick_jw_double(w, wick_scores_value(k, i));
    }
    wick_jw_end(w);
    wick_jw_end(w);
}

static void versus_json(cli *c, const run_state *s, const run_versus *v, wick_buf *b)
{
    wick_json_writer w;
    char day[WICK_TIME_TEXT];
    wick_time_format(day, s->at, false);
    wick_jw_begin(&w, b, 2);
    wick_jw_object(&w);
    wick_jw_key(&w, "strategy");
    wick_jw_string(&w, v->strategy);
    wick_jw_key(&w, "what_if");
    wick_jw_string(&w, day);
    wick_jw_key(&w, "then");
    wick_jw_array(&w);
    for (int i = 0; i < cli_times(c, "then"); i++) wick_jw_string(&w, cli_nth(c, "then", i));
    wick_jw_end(&w);
    versus_numbers(&w, "as_it_is", v->as_is, v->as_is_scores);
    versus_numbers(&w, "changed", v->changed, v->changed_scores);
    wick_jw_end(&w);
    wick_buf_add(b, "\n", 1);
}

bool run_state_versus(cli *c, const run_state *s, const run_versus *v, bool json, wick_buf *out)
{
    if (json)
        versus_json(c, s, v, out);
    else
        versus_table(c, s, v, out);
    if (!out->failed) return true;
    cli_error(c, NULL, "out of memory");
    return false;
}

bool run_state_write(cli *c, const run_state *s, wick_file_set *set)
{
    wick_buf b = {0};
    if (!s->path || !s->saved) return true;
    const bool good = wick_state_bytes(c->ctx, s->saved, &b) >= 0 &&
                      wick_file_set_add(c->ctx, set, s->path, b.data, b.len) >= 0;
    wick_buf_free(&b);
    if (!good) cli_fail(c);
    return good;
}

void run_state_free(run_state *s)
{
    wick_state_unref(s->from);
    wick_state_unref(s->saved);
}
