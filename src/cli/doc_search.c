/* SPDX-License-Identifier: MIT */
/* Samplers, pruners, terminators, splits and writers in the reference: sampler.tpe, pruner.median,
 * terminator.stagnation, split.kfold, writer.trades_csv. */
#include <string.h>

#include "cli/doc.h"

#define TUNE "\nExample: `wick tune strategies/ma_crossover.lua --data bars --trials 3"

static void options(wick_buf *b, const wick_opt_param *p)
{
    if (p->name) wick_buf_add(b, "\n", 1);
    for (; p->name; p++) {
        wick_buf_addf(b, "- `%s`: %s", p->name, p->title);
        if (p->words) {
            wick_buf_addf(b, " (%s)", p->words);
        } else {
            wick_buf_add(b, "; default ", -1);
            wick_buf_add_double(b, p->def);
        }
        wick_buf_add(b, "\n", 1);
    }
}

/* Samplers that cannot do without an argument, and what the space is fixed to. */
static const struct need {
    const char *name, *text;
} needs[] = {
    {"grid", " --fix slow=30 --fix pct_equity=10 --sampler 'grid({\"fast\": [5, 10]})'"},
    {"partial_fixed", " --sampler 'partial_fixed({\"fast\": 10}, tpe)'"},
    {"brute_force", " --fix slow=30 --fix pct_equity=10 --sampler brute_force"},
    {"threshold", " --split kfold:k=2 --pruner threshold:lower=-5"},
};

static const char *need_of(const char *name)
{
    for (size_t k = 0; k < sizeof needs / sizeof *needs; k++)
        if (strcmp(needs[k].name, name) == 0) return needs[k].text;
    return NULL;
}

static void sampler(wick_buf *b, const wick_sampler_spec *s)
{
    const char *need = need_of(s->name);
    wick_buf_addf(b, "### sampler.%s\n\n%s.\n\nSource: %s.\n", s->name, s->title, s->source);
    wick_buf_addf(b, "Several objectives: %s. Models categories: %s, conditional parameters: %s.\n",
                  s->can & WICK_CAN_MULTI ? "yes" : "no",
                  s->can & WICK_CAN_CATEGORICAL ? "yes" : "no",
                  s->can & WICK_CAN_CONDITIONAL ? "yes" : "no");
    options(b, s->param);
    if (need)
        wick_buf_addf(b, TUNE "%s`\n", need);
    else
        wick_buf_addf(b, TUNE " --sampler %s`\n", s->name);
}

static void pruner(wick_buf *b, const wick_pruner_spec *s)
{
    const char *need = need_of(s->name);
    wick_buf_addf(b, "### pruner.%s\n\n%s.\n\nSource: %s.\n", s->name, s->title, s->source);
    options(b, s->param);
    if (need)
        wick_buf_addf(b, TUNE "%s`\n", need);
    else
        wick_buf_addf(b, TUNE " --split kfold:k=2 --pruner %s`\n", s->name);
}

static void terminator(wick_buf *b, int64_t i)
{
    const char *title = NULL, *source = NULL, *name = wick_terminator_name(i, &title);
    const wick_opt_param *p = wick_terminator_params(i, &source);
    wick_buf_addf(b, "### terminator.%s\n\nEnds a search when: %s.\n\nSource: %s.\n", name, title,
                  source);
    options(b, p);
    wick_buf_addf(b, TUNE "%s --terminator %s`\n",
                  strcmp(name, "regret") == 0 ? " --split kfold:k=2" : "", name);
}

static void split(wick_buf *b, int64_t i)
{
    const char *title = NULL, *keys = NULL, *name = wick_split_name(i, &title, &keys);
    const bool regime = strcmp(name, "regime") == 0;
    wick_buf_addf(b, "### split.%s\n\n%s.\n", name, title);
    if (*keys)
        wick_buf_addf(b, "\nOptions: %s; [tuning.md](../tuning.md) has their defaults.\n", keys);
    wick_buf_addf(b, TUNE " --split %s`\n", regime ? "'regime(\"close > sma(close, 50)\")'" : name);
}

/* Which option of `wick run` a writer answers to. */
static const struct door {
    const char *name, *option;
} doors[] = {
    {"equity_csv", "--equity equity.csv"},
    {"metrics_json", "--metrics metrics.json"},
    {"orders_csv", "--orders orders.csv"},
    {"table", "--format table"},
    {"table_full", "--format full"},
    {"trades_csv", "--trades trades.csv"},
    {"trades_tv", "--trades-tv trades_tv.csv"},
    {"chart_html", "--chart chart.html"},
};

static void writer(wick_buf *b, const wick_writer_spec *s)
{
    wick_buf_addf(b, "### writer.%s\n\n%s.\n", s->name, s->doc);
    for (size_t k = 0; k < sizeof doors / sizeof *doors; k++)
        if (strcmp(doors[k].name, s->name) == 0)
            wick_buf_addf(b, "\nExample: `wick run strategies/ma_crossover.lua --data bars %s`\n",
                          doors[k].option);
}

/* The name after "KIND.", the whole of it where no kind is named, NULL where another is. */
static const char *bare_of(const char *name, const char *kind)
{
    const size_t n = strlen(kind);
    if (strncmp(name, kind, n) == 0 && name[n] == '.') return name + n + 1;
    return strchr(name, '.') ? NULL : name;
}

int64_t cli_doc_search(wick_buf *b, const char *name)
{
    const char *s = bare_of(name, "sampler"), *p = bare_of(name, "pruner");
    const char *w = bare_of(name, "writer");
    int64_t found = 0;
    for (int64_t i = 0; s && i < wick_sampler_count(); i++)
        if (strcmp(wick_sampler_at(i)->name, s) == 0) {
            sampler(b, wick_sampler_at(i));
            found++;
        }
    for (int64_t i = 0; p && i < wick_pruner_count(); i++)
        if (strcmp(wick_pruner_at(i)->name, p) == 0) {
            if (found++) wick_buf_add(b, "\n", 1);
            pruner(b, wick_pruner_at(i));
        }
    const char *t = bare_of(name, "terminator"), *c = bare_of(name, "split"), *other;
    for (int64_t i = 0; t && (other = wick_terminator_name(i, NULL)) != NULL; i++)
        if (strcmp(other, t) == 0) {
            if (found++) wick_buf_add(b, "\n", 1);
            terminator(b, i);
        }
    for (int64_t i = 0; c && (other = wick_split_name(i, NULL, NULL)) != NULL; i++)
        if (strcmp(other, c) == 0 && (c != name || strcmp(c, "none") != 0)) {
            if (found++) wick_buf_add(b, "\n", 1);
            split(b, i);
        }
    for (int64_t i = 0; w && i < wick_writer_count(); i++)
        if (strcmp(wick_writer_at(i)->name, w) == 0) {
            if (found++) wick_buf_add(b, "\n", 1);
            writer(b, wick_writer_at(i));
        }
    return found;
}

void cli_page_search(wick_buf *b)
{
    wick_buf_add(b,
                 "<!-- Written by `wick doc --all docs/reference`; edit the registries. -->\n"
                 "# Search and output\n\n"
                 "For `wick tune --sampler NAME`, `--pruner NAME`, `--terminator NAME` and "
                 "`--split NAME`, with options as "
                 "`NAME:key=value,...`.\ndocs/optimizer.md explains how they are used.\n\n"
                 "## Samplers\n",
                 -1);
    for (int64_t i = 0; i < wick_sampler_count(); i++) {
        wick_buf_add(b, "\n", 1);
        sampler(b, wick_sampler_at(i));
    }
    wick_buf_add(b, "\n## Pruners\n", -1);
    for (int64_t i = 0; i < wick_pruner_count(); i++) {
        wick_buf_add(b, "\n", 1);
        pruner(b, wick_pruner_at(i));
    }
    wick_buf_add(b, "\n## Terminators\n", -1);
    for (int64_t i = 0; i < wick_terminator_count(); i++) {
        wick_buf_add(b, "\n", 1);
        terminator(b, i);
    }
    wick_buf_add(b, "\n## Splits\n", -1);
    for (int64_t i = 0; wick_split_name(i, NULL, NULL) != NULL; i++) {
        wick_buf_add(b, "\n", 1);
        split(b, i);
    }
    wick_buf_add(b, "\n## Writers\n", -1);
    for (int64_t i = 0; i < wick_writer_count(); i++) {
        wick_buf_add(b, "\n", 1);
        writer(b, wick_writer_at(i));
    }
}
