/* SPDX-License-Identifier: MIT */
/* Any bytes parse or give a message with a line; what parses reads back as the same text. */
#include <stdlib.h>
#include <string.h>

#include "wick/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool good)
{
    if (!good) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL, *again = NULL;
    if (!ctx) return 0;
    if (wick_json_parse(ctx, "fuzz", (const char *)data, (int64_t)size, &doc) < 0) {
        need(doc == NULL);
        need(strncmp(wick_ctx_error(ctx), "fuzz:", 5) == 0);
    } else {
        wick_buf one = {0}, two = {0};
        wick_json_writer w;
        wick_jw_begin(&w, &one, 2);
        wick_jw_node(&w, wick_json_root(doc));
        need(w.depth == 0);
        if (!one.failed) { /* nested deeper than the writer goes */
            need(wick_json_parse(ctx, "again", one.data, one.len, &again) == WICK_OK);
            wick_jw_begin(&w, &two, 2);
            wick_jw_node(&w, wick_json_root(again));
            need(!two.failed && two.len == one.len);
            need(memcmp(one.data, two.data, (size_t)one.len) == 0);
        }
        wick_buf_free(&one);
        wick_buf_free(&two);
    }
    wick_json_free(doc);
    wick_json_free(again);
    wick_ctx_free(ctx);
    return 0;
}
