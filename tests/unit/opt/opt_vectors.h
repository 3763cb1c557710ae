/* SPDX-License-Identifier: MIT */
/** optuna_vectors.json, open while a group of tests runs. */
#ifndef WICK_TESTS_OPT_VECTORS_H
#define WICK_TESTS_OPT_VECTORS_H

#include "unit/opt/opt_help.h"

static wick_ctx *ctx;
static wick_json_doc *doc;

static int open_vectors(void **state)
{
    (void)state;
    ctx = wick_ctx_new();
    doc = golden(ctx, "optuna_vectors.json");
    return 0;
}

static int close_vectors(void **state)
{
    (void)state;
    wick_json_free(doc);
    wick_ctx_free(ctx);
    return 0;
}

#endif
