/* SPDX-License-Identifier: MIT */
/* Any bytes are a table or give a message with the file's name; what was read, written and read
 * again with the same types is written as the same text. */
#include <stdlib.h>
#include <string.h>

#include "wick/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool good)
{
    if (!good) abort();
}

static void again(wick_ctx *ctx, const wick_table *t, const wick_buf *one)
{
    const int32_t p = wick_table_columns(t);
    const char **names = calloc((size_t)p + 1, sizeof *names);
    int32_t *types = calloc((size_t)p + 1, sizeof *types);
    wick_table *u = NULL;
    wick_buf two = {0};
    if (!names || !types) exit(0);
    for (int32_t k = 0; k < p; k++) {
        names[k] = wick_table_name(t, k);
        types[k] = (int32_t)wick_table_type(t, k);
    }
    const wick_table_opts o = {.size = sizeof o, .typed = names, .types = types, .n_typed = p};
    need(wick_table_parse_csv(ctx, "again", one->data, one->len, &o, &u) == WICK_OK);
    need(wick_table_rows(u) == wick_table_rows(t));
    need(wick_table_csv(ctx, u, &two) == WICK_OK);
    need(two.len == one->len && memcmp(one->data, two.data, (size_t)one->len) == 0);
    wick_buf_free(&two);
    wick_table_unref(u);
    free(names);
    free(types);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wick_ctx *ctx = wick_ctx_new();
    wick_table *t = NULL;
    if (!ctx) return 0;
    if (wick_table_parse_csv(ctx, "fuzz", (const char *)data, (int64_t)size, NULL, &t) < 0) {
        need(strncmp(wick_ctx_error(ctx), "fuzz", 4) == 0);
    } else {
        wick_buf one = {0};
        if (wick_table_csv(ctx, t, &one) == WICK_OK) again(ctx, t, &one);
        wick_buf_free(&one);
    }
    wick_table_unref(t);
    wick_ctx_free(ctx);
    return 0;
}
