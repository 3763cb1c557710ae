/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/doc.h"
#include "wick/alloc.h"

#define RUN  "wick run strategies/ma_crossover.lua --data bars"
#define TUNE "wick tune strategies/ma_crossover.lua --data bars --trials 2"

static const char *const metric_units[] = {"count", "cash", "percent", "ratio",
                                           "bars",  "time", "days"};

void cli_doc_metric(wick_buf *b, const wick_metric_spec *s)
{
    wick_buf_addf(b, "### %s\n\n%s (%s; %s).\n\nFormula: %s\n", s->name, s->title,
                  metric_units[s->unit],
                  s->better > 0   ? "higher is better"
                  : s->better < 0 ? "lower is better"
                                  : "neither direction is better",
                  s->formula);
    if (s->source) wick_buf_addf(b, "Source: %s.\n", s->source);
    if (s->needs & WICK_NEED_ANNUAL)
        wick_buf_add(b, "Annualised: null without a number of bars per year.\n", -1);
    if (s->needs & WICK_NEED_BENCHMARK)
        wick_buf_add(b, "Against a benchmark: null without one.\n", -1);
    wick_buf_addf(b, "\nExample: `" TUNE " --objective %s%s`\n", s->better == 0 ? "higher:" : "",
                  s->name);
}

/* A small result of made-up rows: what a library's sheet says about each of its rows can be asked
 * only of a sheet that was built. */
static wick_ledger *sample(wick_ctx *ctx)
{
    enum { ROWS = 40 };
    int64_t time[ROWS];
    double equity[ROWS];
    for (int i = 0; i < ROWS; i++) {
        time[i] = WICK_MS_DAY * (18000 + i);
        equity[i] = 1000.0 + 10.0 * (double)(i % 7);
    }
    const wick_trade_rec trades[2] = {{.side = 1,
                                       .bars = 3,
                                       .entry_time = time[1],
                                       .exit_time = time[4],
                                       .qty = 1.0,
                                       .entry_price = 10.0,
                                       .exit_price = 11.0,
                                       .pnl = 1.0,
                                       .return_pct = 10.0,
                                       .fees = 0.1},
                                      {.side = -1,
                                       .bars = 2,
                                       .entry_time = time[5],
                                       .exit_time = time[7],
                                       .qty = 1.0,
                                       .entry_price = 10.0,
                                       .exit_price = 11.0,
                                       .pnl = -1.0,
                                       .return_pct = -9.0,
                                       .fees = 0.1}};
    static const char *const symbol = "A";
    const wick_ledger_in in = {.size = sizeof in,
                               .n = ROWS,
                               .time = time,
                               .equity = equity,
                               .n_trades = 2,
                               .trades = trades,
                               .n_symbols = 1,
                               .symbols = &symbol,
                               .cash0 = 1000.0};
    wick_ledger *l = NULL;
    return wick_ledger_new(ctx, &in, &l) == WICK_OK ? l : NULL;
}

static void sheet_rows(wick_buf *b, const wick_sheet_spec *s)
{
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = ctx ? sample(ctx) : NULL;
    wick_sheet *t = NULL;
    if (!l || wick_sheet_build(ctx, s->name, l, NULL, &t) < 0) b->failed = true;
    for (int64_t i = 0; t && i < wick_sheet_rows(t); i++) {
        const char *formula = wick_sheet_formula(t, i);
        if (!*formula) continue;
        wick_buf_addf(b, "%s- `%s` (%s): %s\n", i == 0 ? "\n" : "", wick_sheet_label(t, i),
                      metric_units[wick_sheet_unit(t, i, 0)], formula);
    }
    wick_sheet_free(t);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

void cli_doc_sheet(wick_buf *b, const wick_sheet_spec *s)
{
    wick_buf_addf(b, "### %s\n\n%s: %s.\nSource: %s.\n", s->name, s->title, s->doc, s->source);
    sheet_rows(b, s);
    wick_buf_addf(b, "\nExample: `" RUN " --breakdown %s`\n", s->name);
}

void cli_doc_six_goals(wick_buf *b)
{
    wick_buf_add(
        b,
        "### six_goals\n\n"
        "six objectives at once, for a front; the Sharpe ratio picks the winner (higher is "
        "better).\n\n"
        "Formula: sharpe, return_pct, max_drawdown_pct (a negative number, higher is better), "
        "win_rate, lower:annual_volatility_pct, calmar\n"
        "Source: the goals commonly set for the search of a model's hyper-parameters.\n\n"
        "Example: `" TUNE " --objective six_goals`\n",
        -1);
}

void cli_doc_objective(wick_buf *b, const wick_objective_spec *s)
{
    wick_buf_addf(b, "### %s\n\n%s (%s is better).\n\nFormula: %s\nSource: %s.\n", s->name,
                  s->title, s->better > 0 ? "higher" : "lower", s->formula, s->source);
    wick_buf_addf(b, "\nExample: `" TUNE " --objective %s`\n", s->name);
}

void cli_doc_setting(wick_buf *b, const wick_setting_doc *s)
{
    wick_buf_addf(b, "### %s\n\n%s\n\nValues: `%s`. Default (profile wick): `%s`.\n", s->key,
                  s->doc, s->values, s->def);
    wick_buf_addf(b, "\nExample: `" RUN " --engine %s=%s`\n", s->key, s->def);
}

void cli_doc_profile(wick_buf *b, const wick_profile_spec *p)
{
    wick_buf_addf(b, "### %s\n\n%s. Checked against: %s.\n", p->name, p->title, p->source);
    for (int k = 0; p->set[k].key != NULL; k++) {
        bool last = true; /* a later pair of the same key wins */
        for (int j = k + 1; p->set[j].key != NULL && last; j++)
            last = strcmp(p->set[j].key, p->set[k].key) != 0;
        if (last) wick_buf_addf(b, "%s`%s=%s`", k > 0 ? " " : "\n", p->set[k].key, p->set[k].value);
    }
    if (p->set[0].key != NULL) wick_buf_add(b, "\n", 1);
    wick_buf_addf(b, "\nExample: `" RUN " --profile %s`\n", p->name);
}

void cli_doc_cost(wick_buf *b, const wick_cost_spec *m)
{
    wick_buf_addf(b, "### %s\n\n%s. %s of a fill: %s. Source: %s. Settings:", m->name, m->title,
                  m->fee != NULL ? "Fee" : "Slippage", m->formula, m->source);
    for (int k = 0; k < 4 && m->param[k].doc.key != NULL; k++)
        wick_buf_addf(b, "%s `%s`", k > 0 ? "," : "", m->param[k].doc.key);
    wick_buf_addf(b, ".\n\nExample: `" RUN " --engine %s=0.1`\n", m->param[0].doc.key);
}

bool cli_lua_doc_has(const cli_lua_doc *d, const char *name)
{
    const size_t n = strlen(name);
    if (strcmp(d->name, name) == 0) return true;
    for (const char *s = d->also; *s; s += strcspn(s, " "), s += *s == ' ')
        if (strcspn(s, " ") == n && strncmp(s, name, n) == 0) return true;
    return false;
}

void cli_doc_lua(wick_buf *b, const cli_lua_doc *d)
{
    wick_buf_addf(b, "### %s\n\n    %s\n\n%s\n", d->name, d->call, d->doc);
}

static void generated_by(wick_buf *b)
{
    wick_buf_add(b, "<!-- Written by `wick doc --all docs/reference`; edit the registries. -->\n",
                 -1);
}

static void page_index(wick_buf *b)
{
    generated_by(b);
    wick_buf_addf(
        b,
        "# Reference\n\n"
        "- [Indicators](ta.md): %lld functions of `ta`\n"
        "- [Metrics](metrics.md): %lld numbers about a result\n"
        "- [Objectives](objectives.md): %lld named ones for `wick tune`\n"
        "- [Models](ml.md): %lld models, %lld scalers, labels\n"
        "- [Weights](weights.md): %lld optimisers, %lld covariances\n"
        "- [Search and output](search.md): %lld samplers, %lld pruners, %lld writers\n"
        "- [Settings](settings.md): %lld assumptions of a run, and the profiles\n"
        "- [Lua](lua.md): functions, methods and hooks of scripts\n\n"
        "`wick doc NAME` prints one entry, `wick list ta|metrics|objectives|settings` the names.\n",
        (long long)wick_ta_count(), (long long)wick_metric_count(),
        (long long)wick_objective_count() + 1, (long long)wick_model_count(),
        (long long)wick_scaler_count(), (long long)wick_weigh_count(), (long long)wick_cov_count(),
        (long long)wick_sampler_count(), (long long)wick_pruner_count(),
        (long long)wick_writer_count(), (long long)wick_settings_count());
}

static void page_ta(wick_buf *b)
{
    static const char *const groups[] = {"average", "oscillator", "volatility", "trend", "volume",
                                         "event",   "statistic",  "structure",  "candle"};
    generated_by(b);
    wick_buf_add(b,
                 "# Indicators\n\n"
                 "Explicit inputs come first, then parameters, by position or by name. `b` is the\n"
                 "symbol's bars. Results are series aligned to the bars; values that do not exist\n"
                 "yet are not available (NA). Every function costs one pass whatever its window.\n",
                 -1);
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        bool any = false;
        for (int64_t i = 0; i < wick_ta_count(); i++) {
            const wick_ta_spec *s = wick_ta_at(i);
            if (!s->group || strcmp(s->group, groups[g]) != 0) continue;
            if (!any) wick_buf_addf(b, "\n## Group: %s\n", groups[g]);
            any = true;
            wick_buf_add(b, "\n", 1);
            cli_doc_ta(b, s);
        }
    }
}

static void page_metrics(wick_buf *b)
{
    generated_by(b);
    wick_buf_add(b,
                 "# Metrics\n\n"
                 "Canonical names, as in the metrics JSON and in `metrics.define`. `_pct` is on\n"
                 "the 0..100 scale; losses and drawdowns are negative; undefined is null.\n",
                 -1);
    for (int64_t i = 0; i < wick_metric_count(); i++) {
        wick_buf_add(b, "\n", 1);
        cli_doc_metric(b, wick_metric_at(i));
    }
    wick_buf_add(b,
                 "\n## Sheets\n\n"
                 "A result by row: `wick run --breakdown NAME`, `wick score --breakdown NAME`.\n",
                 -1);
    for (int64_t i = 0; i < wick_sheet_count(); i++) {
        wick_buf_add(b, "\n", 1);
        cli_doc_sheet(b, wick_sheet_at(i));
    }
}

static void page_objectives(wick_buf *b)
{
    generated_by(b);
    wick_buf_add(
        b,
        "# Objectives\n\n"
        "Named ones, for `wick tune --objective`; every metric with a better direction is\n"
        "an objective too, and so is a Lua file ([tuning.md](../tuning.md)).\n",
        -1);
    for (int64_t i = 0; i < wick_objective_count(); i++) {
        wick_buf_add(b, "\n", 1);
        cli_doc_objective(b, wick_objective_at(i));
    }
    wick_buf_add(b, "\n", 1);
    cli_doc_six_goals(b);
}

static void page_settings(wick_buf *b)
{
    generated_by(b);
    wick_buf_add(
        b,
        "# Settings\n\n"
        "Given as `--engine key=value`, or in a config file under `engine`. A profile sets\n"
        "all of them at once; later keys override it.\n\n"
        "| setting | default | values | what it does |\n| --- | --- | --- | --- |\n",
        -1);
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        const wick_setting_doc *d = wick_settings_doc(i);
        wick_buf_addf(b, "| `%s` | %s | ", d->key, d->def);
        for (const char *v = d->values; *v != '\0'; v++) {
            if (*v == '|') wick_buf_add(b, ",", 1);
            wick_buf_add(b, *v == '|' ? " " : v, 1);
        }
        wick_buf_addf(b, " | %s |\n", d->doc);
    }
    wick_buf_add(b, "\n## Profiles\n\nEach sets what it lists; everything else is the default.\n",
                 -1);
    for (int64_t i = 0; i < wick_profile_count(); i++) {
        wick_buf_add(b, "\n", 1);
        cli_doc_profile(b, wick_profile_at(i));
    }
    wick_buf_add(
        b,
        "\n## Cost models\n\nOn when one of their settings is not at its default; they add up.\n",
        -1);
    for (int64_t i = 0; i < wick_cost_count(); i++) {
        wick_buf_add(b, "\n", 1);
        cli_doc_cost(b, wick_cost_at(i));
    }
}

static void page_lua(wick_buf *b)
{
    const char *group = "";
    generated_by(b);
    wick_buf_add(b,
                 "# Lua\n\nWhat a script may call and define. The tour is in\n"
                 "[scripting.md](../scripting.md); this page is for looking up.\n",
                 -1);
    for (const cli_lua_doc *d = cli_lua_docs; d->name; d++) {
        if (strcmp(d->group, group) != 0) wick_buf_addf(b, "\n## %s\n", d->group);
        group = d->group;
        wick_buf_add(b, "\n", 1);
        cli_doc_lua(b, d);
    }
}

const cli_page cli_pages[] = {
    {"README.md", page_index},      {"ta.md", page_ta},
    {"metrics.md", page_metrics},   {"objectives.md", page_objectives},
    {"ml.md", cli_page_ml},         {"weights.md", cli_page_alloc},
    {"search.md", cli_page_search}, {"settings.md", page_settings},
    {"lua.md", page_lua},           {NULL, NULL},
};
