/* SPDX-License-Identifier: MIT */
/** Columns of one table, filled row by row. */
#ifndef WK_PM_BLOCK_H
#define WK_PM_BLOCK_H

#include "wick/pm.h"

typedef struct wk_block {
    wick_column_in in[20];
    void *values[20];
    int32_t p;
} wk_block;

/** Room for n values, NULL without memory; the block owns it. */
void *wk_block_column(wk_block *b, int64_t n, const char *name, wick_column_type type);
/** The table of all columns, or the error of a column that was not `good`; frees the block. */
wick_status wk_block_table(wick_ctx *ctx, wk_block *b, int64_t n, bool good,
                           wick_table **out) WICK_NODISCARD;

#endif
