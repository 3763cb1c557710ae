/* SPDX-License-Identifier: MIT */
/* Models, scalers and labels in the reference: model.xgboost, scaler.robust, label.trailing. */
#include <string.h>

#include "cli/doc.h"

const cli_label_doc cli_labels[] = {
    {"barrier", "triple barrier", "horizon up down vol; entry tie timeout cost",
     "stop at down times vol, profit at up times vol, else the close after horizon bars; gaps exit "
     "at the open; 1 when the return after cost is above 0",
     "Lopez de Prado, Advances in Financial Machine Learning (2018), 3.4",
     "function S.label(b) return { kind = \"barrier\", horizon = 10, up = 2, down = 2, "
     "vol = ta.atr(b, 14) / b.close } end"},
    {"return", "return over some bars", "horizon; entry log",
     "from the next open (or the close) "
     "over horizon bars",
     "Lopez de Prado, Advances in Financial Machine Learning (2018), 3.2",
     "function S.label() return { kind = \"return\", horizon = 10 } end"},
    {"sign", "sign of a return", "horizon; entry band", "1 above band, 0 below -band, none between",
     "Lopez de Prado, Advances in Financial Machine Learning (2018), 3.2",
     "function S.label() return { kind = \"sign\", horizon = 10, band = 0.001 } end"},
    {"trade", "outcome of the strategy's own trade", "",
     "1 when the trade that began at the entry earned money after fees; every symbol traded by "
     "itself, without limits of cash and slots",
     "meta-labels of Lopez de Prado, Advances in Financial Machine Learning (2018), 3.6",
     "function S.label() return { kind = \"trade\" } end"},
    {"trailing", "trailing stop", "horizon initial atr trail; honest cost",
     "entry at the close; stopped at the initial level or trail times atr below the highest high; "
     "1 "
     "when the stop is above the entry, or the close after horizon bars",
     "the chandelier exit of Le Beau and Lucas, Computer Analysis of the Futures Market (1992)",
     "function S.label(b) return { kind = \"trailing\", horizon = 20, atr = ta.atr(b, 14), "
     "initial = b.close - 2 * ta.atr(b, 14), trail = 2 } end"},
    {NULL, NULL, NULL, NULL, NULL, NULL}};

static void param(wick_buf *b, const wick_ml_param *p)
{
    wick_buf_addf(b, "- `%s`: ", p->name);
    if (p->kind == WICK_ML_TEXT) {
        wick_buf_add(b, "text", -1);
    } else if (p->kind == WICK_ML_CHOICE) {
        for (int i = 0; p->choice[i]; i++)
            wick_buf_addf(b, "%s%s", i ? ", " : "one of ", p->choice[i]);
        wick_buf_addf(b, ", default %s", p->choice[(int)p->def]);
    } else {
        wick_buf_add(b, p->kind == WICK_ML_INT ? "whole number, " : "number, ", -1);
        wick_buf_add_double(b, p->lo);
        wick_buf_add(b, " to ", -1);
        wick_buf_add_double(b, p->hi);
        wick_buf_add(b, ", default ", -1);
        wick_buf_add_double(b, p->def);
    }
    if (p->doc) wick_buf_addf(b, "; %s", p->doc);
    wick_buf_add(b, "\n", 1);
}

static void params(wick_buf *b, const wick_ml_param *p)
{
    if (p->name) wick_buf_add(b, "\n", 1);
    for (; p->name; p++) param(b, p);
}

/* Models made of models name them. */
static const char *model_more(const char *name)
{
    const bool many = strcmp(name, "average") == 0 || strcmp(name, "stack") == 0;
    return many ? ", params = { models = \"logistic gaussian_nb\" }" : "";
}

void cli_doc_model(wick_buf *b, const wick_model_spec *s)
{
    wick_buf_addf(b, "### model.%s\n\n%s.\n\nFormula: %s\n", s->name, s->title, s->formula);
    if (s->source) wick_buf_addf(b, "Source: %s.\n", s->source);
    wick_buf_addf(b, "Predicts %s; missing features %s.\n",
                  s->flags & WICK_MODEL_NO_FIT ? "without learning"
                  : (s->flags & (WICK_MODEL_CLASSES | WICK_MODEL_REGRESSION)) ==
                          (WICK_MODEL_CLASSES | WICK_MODEL_REGRESSION)
                      ? "chances of classes or a number, by its objective"
                  : s->flags & WICK_MODEL_REGRESSION ? "a number"
                  : s->flags & WICK_MODEL_MANY       ? "chances of two or more classes"
                                                     : "the chance of class 1",
                  s->flags & (WICK_MODEL_NA | WICK_MODEL_NO_FIT) ? "are allowed"
                                                                 : "need an imputer");
    params(b, s->param);
    const bool number = (s->flags & WICK_MODEL_REGRESSION) && !(s->flags & WICK_MODEL_CLASSES);
    wick_buf_addf(b, "\nExample: `local head = ml.fit { x = x, %s, model = \"%s\"%s }`\n",
                  number ? "y = y" : "labels = labels", s->name, model_more(s->name));
}

void cli_doc_scaler(wick_buf *b, const wick_scaler_spec *s)
{
    wick_buf_addf(b, "### scaler.%s\n\n%s.\n\nFormula: %s\n", s->name, s->title, s->formula);
    if (s->source) wick_buf_addf(b, "Source: %s.\n", s->source);
    params(b, s->param);
    wick_buf_addf(b,
                  "\nExample: `local head = ml.fit { x = x, labels = labels, model = \"logistic\", "
                  "scaler = \"%s\" }`\n",
                  s->name);
}

void cli_doc_label(wick_buf *b, const cli_label_doc *d)
{
    wick_buf_addf(b, "### label.%s\n\n%s: %s.\n", d->name, d->title, d->rule);
    if (*d->fields) wick_buf_addf(b, "Fields of S.label: %s.\n", d->fields);
    wick_buf_addf(b, "Source: %s.\n\nExample: `%s`\n", d->source, d->example);
}

int64_t cli_doc_ml(wick_buf *b, const char *name)
{
    int64_t found = 0;
    const char *bare = strchr(name, '.');
    const bool model = strncmp(name, "model.", 6) == 0, scaler = strncmp(name, "scaler.", 7) == 0;
    const bool label = strncmp(name, "label.", 6) == 0;
    bare = bare && (model || scaler || label) ? bare + 1 : name;
    const wick_model_spec *m = label || scaler ? NULL : wick_model_find(bare);
    const wick_scaler_spec *s = label || model ? NULL : wick_scaler_find(bare);
    if (m) {
        cli_doc_model(b, m);
        found++;
    }
    if (s && (scaler || !m)) {
        cli_doc_scaler(b, s);
        found++;
    }
    for (const cli_label_doc *d = cli_labels; d->name && (label || !strchr(name, '.')); d++)
        if (strcmp(d->name, bare) == 0) {
            cli_doc_label(b, d);
            found++;
        }
    return found;
}

void cli_page_ml(wick_buf *b)
{
    wick_buf_add(b,
                 "<!-- Written by `wick doc --all docs/reference`; edit the registries. -->\n"
                 "# Models\n\n"
                 "For `ml.fit { model = \"NAME\", params = { ... }, scaler = \"NAME\" }` and the "
                 "pipelines.\ndocs/ml.md explains how they are used.\n\n## Models\n",
                 -1);
    for (int64_t i = 0; i < wick_model_count(); i++) {
        wick_buf_add(b, "\n", 1);
        cli_doc_model(b, wick_model_at(i));
    }
    wick_buf_add(b, "\n## Scalers\n", -1);
    for (int64_t i = 0; i < wick_scaler_count(); i++) {
        wick_buf_add(b, "\n", 1);
        cli_doc_scaler(b, wick_scaler_at(i));
    }
    wick_buf_add(b, "\n## Labels\n", -1);
    for (const cli_label_doc *d = cli_labels; d->name; d++) {
        wick_buf_add(b, "\n", 1);
        cli_doc_label(b, d);
    }
}
