/* SPDX-License-Identifier: MIT */
/* Weights and covariances in the reference: weights.risk_parity, covariance.ledoit_wolf. */
#include <string.h>

#include "cli/doc.h"
#include "wick/alloc.h"

static void range(wick_buf *b, const char *name, double lo, double hi, double def, const char *doc)
{
    wick_buf_addf(b, "- `%s`: number, ", name);
    wick_buf_add_double(b, lo);
    wick_buf_add(b, " to ", -1);
    wick_buf_add_double(b, hi);
    wick_buf_add(b, ", default ", -1);
    wick_buf_add_double(b, def);
    wick_buf_addf(b, "; %s\n", doc);
}

/* Methods that look at what is expected need to be told. */
static const char *weights_more(const wick_weigh_spec *s)
{
    if (strcmp(s->name, "fixed") == 0 || strcmp(s->name, "score") == 0)
        return ", score = { 0.5, 0.3, 0.2 }";
    return s->needs_mean ? ", mean = { 0.1, 0.2, 0.3 }" : "";
}

static void weights(wick_buf *b, const wick_weigh_spec *s)
{
    wick_buf_addf(b, "### weights.%s\n\n%s.\n\nFormula: %s\nSource: %s.\n", s->name, s->title,
                  s->formula, s->source);
    wick_buf_addf(b, "Needs %s; limits are %s.\n",
                  s->needs_mean  ? "covariance and expected returns"
                  : s->needs_cov ? "a covariance"
                                 : "no history",
                  s->limited ? "part of the method" : "kept by redistribution");
    if (s->param[0].name) wick_buf_add(b, "\n", 1);
    for (int k = 0; k < 4 && s->param[k].name; k++)
        range(b, s->param[k].name, s->param[k].lo, s->param[k].hi, s->param[k].def,
              s->param[k].doc);
    wick_buf_addf(b, "\nExample: `local w = wick.weights(\"%s\", { returns = rows%s })`\n", s->name,
                  weights_more(s));
}

static void covariance(wick_buf *b, const wick_cov_spec *s)
{
    wick_buf_addf(b, "### covariance.%s\n\n%s.\n\nFormula: %s\nSource: %s.\n", s->name, s->title,
                  s->formula, s->source);
    if (s->param) {
        wick_buf_add(b, "\n", 1);
        range(b, s->param, s->lo, s->hi, s->def, s->doc);
    }
    wick_buf_addf(b, "\nExample: `local c = wick.covariance(rows, \"%s\")`\n", s->name);
}

int64_t cli_doc_alloc(wick_buf *b, const char *name)
{
    int64_t found = 0;
    const bool only_cov = strncmp(name, "covariance.", 11) == 0;
    const bool only_w = strncmp(name, "weights.", 8) == 0;
    const char *bare = only_cov ? name + 11 : only_w ? name + 8 : name;
    for (int64_t i = 0; i < wick_weigh_count() && !only_cov; i++) {
        if (strcmp(wick_weigh_at(i)->name, bare) != 0) continue;
        weights(b, wick_weigh_at(i));
        found++;
    }
    for (int64_t i = 0; i < wick_cov_count() && !only_w; i++) {
        if (strcmp(wick_cov_at(i)->name, bare) != 0) continue;
        if (found++) wick_buf_add(b, "\n", 1);
        covariance(b, wick_cov_at(i));
    }
    return found;
}

void cli_page_alloc(wick_buf *b)
{
    wick_buf_add(b,
                 "<!-- Written by `wick doc --all docs/reference`; edit the registries. -->\n"
                 "# Weights\n\n"
                 "For `S.allocate { optimiser = \"NAME\", covariance = \"NAME\" }`, `wick.weights` "
                 "and\n`wick.covariance`. docs/portfolio.md explains how they are used.\n\n"
                 "## Optimisers\n",
                 -1);
    for (int64_t i = 0; i < wick_weigh_count(); i++) {
        wick_buf_add(b, "\n", 1);
        weights(b, wick_weigh_at(i));
    }
    wick_buf_add(b, "\n## Covariances\n", -1);
    for (int64_t i = 0; i < wick_cov_count(); i++) {
        wick_buf_add(b, "\n", 1);
        covariance(b, wick_cov_at(i));
    }
}
