/* SPDX-License-Identifier: MIT */
/* Named columns beside the prices of a symbol. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

wick_status wick_bars_with_column(wick_ctx *ctx, wick_bars *b, const char *name,
                                  const double *values, wick_bars **out)
{
    if (name == NULL || name[0] == '\0') return wick_fail(ctx, WICK_E_ARG, "a column needs a name");
    if (b->n > 0 && values == NULL)
        return wick_fail(ctx, WICK_E_ARG, "column %s has no values", name);
    const size_t len = strlen(name);
    wick_bars *c = calloc(1, sizeof *c + len + 1);
    double *column = wick_alloc_column(wk_col_stride(b->n));
    if (c == NULL || column == NULL) {
        free(c);
        wick_free_aligned(column);
        return wick_fail_mem(ctx);
    }
    if (b->n > 0) memcpy(column, values, (size_t)b->n * sizeof *column);
    for (int64_t i = b->n; i < wk_col_stride(b->n); i++) column[i] = WICK_NA;
    atomic_init(&c->refs, 1);
    c->n = b->n;
    c->time = b->time;
    memcpy(c->f, b->f, sizeof c->f);
    c->info = b->info;
    c->id = wick_hash64(column, b->n * 8, wick_hash64(name, (int64_t)len, b->id));
    c->base = wick_bars_ref(b);
    c->column = column;
    memcpy(c->text, name, len + 1);
    *out = c;
    return WICK_OK;
}

const double *wick_bars_column(const wick_bars *b, const char *name)
{
    for (; b != NULL && b->base != NULL; b = b->base) {
        if (b->column != NULL && strcmp(b->text, name) == 0) return b->column;
    }
    return NULL;
}
