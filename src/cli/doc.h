/* SPDX-License-Identifier: MIT */
/** Reference text made from the registries: printed by `wick doc` and `wick list`, written to
 * docs/reference/ by `wick doc --all`. Everything is Markdown that reads well as plain text. */
#ifndef WICK_CLI_DOC_H
#define WICK_CLI_DOC_H

#include "cli/cli.h"

/** Functions and methods of the Lua layer, with what they take and give (doc_lua.c). */
typedef struct cli_lua_doc {
    const char *name;  /**< "wick.int", "sym:buy", "S.signals"; NULL ends the table */
    const char *also;  /**< further names explained here, separated by blanks */
    const char *call;  /**< "wick.int(default, low, high [, step])" */
    const char *group; /**< heading of the reference page */
    const char *doc;
} cli_lua_doc;
extern const cli_lua_doc cli_lua_docs[];

bool cli_lua_doc_has(const cli_lua_doc *d, const char *name);

const char *cli_unit_name(wick_unit u);
void cli_doc_ta(wick_buf *b, const wick_ta_spec *s);
void cli_doc_sheet(wick_buf *b, const wick_sheet_spec *s);
void cli_doc_metric(wick_buf *b, const wick_metric_spec *s);
void cli_doc_six_goals(wick_buf *b);
void cli_doc_objective(wick_buf *b, const wick_objective_spec *s);
void cli_doc_setting(wick_buf *b, const wick_setting_doc *s);
void cli_doc_profile(wick_buf *b, const wick_profile_spec *p);
void cli_doc_cost(wick_buf *b, const wick_cost_spec *m);
void cli_doc_lua(wick_buf *b, const cli_lua_doc *d);
/** Kinds of S.label. */
typedef struct cli_label_doc {
    const char *name, *title, *fields, *rule, *source, *example;
} cli_label_doc;
extern const cli_label_doc cli_labels[]; /**< ends with a NULL name */
void cli_doc_model(wick_buf *b, const wick_model_spec *s);
void cli_doc_scaler(wick_buf *b, const wick_scaler_spec *s);
void cli_doc_label(wick_buf *b, const cli_label_doc *d);
/** Entries called `name`, with or without "model." or "scaler."; labels need "label.". How many. */
int64_t cli_doc_ml(wick_buf *b, const char *name);
void cli_page_ml(wick_buf *b);
/** The same for optimisers and covariances ("weights.NAME", "covariance.NAME"). */
int64_t cli_doc_alloc(wick_buf *b, const char *name);
void cli_page_alloc(wick_buf *b);
/** The same for samplers, pruners and writers ("sampler.NAME", "pruner.NAME", "writer.NAME"). */
int64_t cli_doc_search(wick_buf *b, const char *name);
void cli_page_search(wick_buf *b);
/** `ta.atr(b, n = 14)` */
void cli_ta_signature(wick_buf *b, const wick_ta_spec *s);

/** Annotations for the Lua language server. */
void cli_doc_luals(wick_buf *b);

/** Pages of docs/reference: name without directory, and its text. */
typedef struct cli_page {
    const char *file;
    void (*write)(wick_buf *b);
} cli_page;
extern const cli_page cli_pages[]; /**< ends with a NULL file */

#endif
