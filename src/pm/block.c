/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "pm/block.h"

void *wk_block_column(wk_block *b, int64_t n, const char *name, wick_column_type type)
{
    void *v = malloc((size_t)(n + 1) * 8);
    b->in[b->p] = (wick_column_in){name, (int32_t)type, v};
    b->values[b->p++] = v;
    return v;
}

wick_status wk_block_table(wick_ctx *ctx, wk_block *b, int64_t n, bool good, wick_table **out)
{
    const wick_status st = good ? wick_table_new(ctx, n, b->in, b->p, out) : wick_fail_mem(ctx);
    for (int32_t k = 0; k < b->p; k++) free(b->values[k]);
    b->p = 0;
    return st;
}
