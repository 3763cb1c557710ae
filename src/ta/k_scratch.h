/* SPDX-License-Identifier: MIT */
/** Columns a kernel needs between its passes: one allocation per run, never one per bar. */
#ifndef WICK_TA_K_SCRATCH_H
#define WICK_TA_K_SCRATCH_H

#include "ta_int.h"

enum { WK_SCRATCH_MAX = 16 };

typedef struct wk_scratch {
    double *col[WK_SCRATCH_MAX];
} wk_scratch;

static inline wick_status wk_scratch_new(wk_scratch *s, int64_t n, int count)
{
    /* Columns are set apart by a cache line so that they do not share sets of the cache. */
    const int64_t stride = (n + 8) / 8 * 8 + 8;
    s->col[0] = malloc((size_t)(stride * count) * sizeof(double));
    if (s->col[0] == NULL) return WICK_E_MEM;
    for (int k = 1; k < count; k++) s->col[k] = s->col[0] + k * stride;
    return WICK_OK;
}

static inline void wk_scratch_free(wk_scratch *s)
{
    free(s->col[0]);
}

#endif
