/* SPDX-License-Identifier: MIT */
/** Column form of ema and rma: up to eight lanes in one pass. */
#include "k_split.h"

typedef struct run_lane {
    double e, a, b; /* present value; alpha, or n - 1 and n */
    int64_t from;   /* first bar after the seed */
    const double *src;
    double *out;
} run_lane;

/* NA up to the seed at first + w - 1. */
static void seed_column(run_lane *l, int64_t n, int64_t first, int64_t w)
{
    const int64_t at = first + w - 1;
    wk_fill_na(at < n ? at : n, l->out);
    l->from = n;
    l->e = 0.0;
    if (at >= n) return;
    l->e = wk_seed(l->src, first, w);
    l->out[at] = l->e;
    l->from = at + 1;
}

WK_INLINE double next_value(double e, double x, double a, double b, bool rma)
{
    return rma ? wk_rma_next(e, x, a, b) : wk_ema_next(e, x, a);
}

WK_INLINE void run_group(const run_lane *l, int count, int64_t n, bool rma)
{
    double e[WK_LANES], a[WK_LANES], b[WK_LANES], *out[WK_LANES];
    const double *src[WK_LANES];
    int64_t start = 0;
    for (int k = 0; k < count; k++)
        if (l[k].from > start) start = l[k].from;
    for (int k = 0; k < count; k++) {
        e[k] = l[k].e, a[k] = l[k].a, b[k] = l[k].b, out[k] = l[k].out, src[k] = l[k].src;
        for (int64_t i = l[k].from; i < start; i++)
            out[k][i] = e[k] = next_value(e[k], src[k][i], a[k], b[k], rma);
    }
    for (int64_t i = start; i < n; i++)
        for (int k = 0; k < count; k++)
            out[k][i] = e[k] = next_value(e[k], src[k][i], a[k], b[k], rma);
}

static void fill_column(const void *what, int64_t from, int64_t n, double *x, double *y)
{
    (void)y;
    memcpy(x, ((const run_lane *)what)->src + from, (size_t)n * sizeof(double));
}

static void take_column(const void *what, int64_t from, int64_t n, const double *x, const double *y)
{
    (void)y;
    memcpy(((const run_lane *)what)->out + from, x, (size_t)n * sizeof(double));
}

WK_INLINE void run_lanes(const run_lane *l, int count, int64_t n, bool rma)
{
    bool pays = true; /* one by one, each in pieces: faster than side by side */
    for (int k = 0; k < count; k++)
        pays = pays && wk_split_pays(n - l[k].from, (int64_t)l[k].b, rma);
    for (int k = 0; k < count && pays; k++) {
        const wk_split s = {l[k].from,     n,     (int64_t)l[k].b, rma,        1,
                            {l[k].e, 0.0}, &l[k], fill_column,     take_column};
        (void)wk_split_run(&s); /* sources without NA come here */
    }
    if (pays) return;
    switch (count) {
    case 1: run_group(l, 1, n, rma); break;
    case 2: run_group(l, 2, n, rma); break;
    case 3: run_group(l, 3, n, rma); break;
    case 4: run_group(l, 4, n, rma); break;
    case 5: run_group(l, 5, n, rma); break;
    case 6: run_group(l, 6, n, rma); break;
    case 7: run_group(l, 7, n, rma); break;
    default: run_group(l, 8, n, rma); break;
    }
}

static wick_status by_steps(int64_t n, const wk_avg_lane *l, bool rma)
{
    wk_avg *k = malloc((size_t)wk_avg_bytes(l->w));
    if (k == NULL) return WICK_E_MEM;
    wk_avg_init(k, l->w);
    for (int64_t i = 0; i < n; i++)
        l->out[i] = rma ? wk_rma_step(k, l->src[i]) : wk_ema_step(k, l->src[i]);
    free(k);
    return WICK_OK;
}

WK_INLINE wick_status columns(int64_t n, const wk_avg_lane *lanes, int32_t count, bool rma)
{
    const double *seen = NULL; /* lanes over one source follow each other: look at it once */
    int64_t first = 0;
    bool clean = false;
    int32_t next = 0;
    while (next < count) {
        run_lane l[WK_LANES];
        int have = 0;
        for (; next < count && have < WK_LANES; next++) {
            const wk_avg_lane *from = &lanes[next];
            if (from->src != seen) {
                seen = from->src;
                first = wk_first(n, seen);
                clean = wk_clean(n, seen, first);
            }
            if (from->w == 1) {
                memcpy(from->out, from->src, (size_t)n * sizeof(double));
            } else if (!clean) {
                const wick_status st = by_steps(n, from, rma);
                if (st < 0) return st;
            } else {
                run_lane *m = &l[have++];
                m->src = from->src, m->out = from->out;
                m->a = rma ? (double)(from->w - 1) : wk_ema_alpha(from->w);
                m->b = (double)from->w;
                seed_column(m, n, first, from->w);
            }
        }
        if (have > 0) run_lanes(l, have, n, rma);
    }
    return WICK_OK;
}

wick_status wk_ema_columns(int64_t n, const wk_avg_lane *lanes, int32_t count)
{
    return columns(n, lanes, count, false);
}

wick_status wk_rma_columns(int64_t n, const wk_avg_lane *lanes, int32_t count)
{
    return columns(n, lanes, count, true);
}
