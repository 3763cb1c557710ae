/* SPDX-License-Identifier: MIT */
/* The graph under a sweep: what one node costs on 53,929 bars.
 *
 *     graph_sweep [BARS]
 *
 * Prints, single-threaded unless said otherwise: many averages in one evaluation and one by one;
 * 10,000 pairs of averages, each cell with a graph of its own as a trial of a sweep has, sharing
 * one cache of 100 MB; a fused chain of operations. Bars are synthetic and the same everywhere. */
#include <stdlib.h>
#include <sys/resource.h>

#include "wick/ta.h"

enum { SIDE = 100, AVERAGES = 200 };

typedef struct bench {
    wick_ctx *ctx;
    wick_panel *panel;
    wick_bars *bars;
    int64_t n;
} bench;

static void stop_if(wick_ctx *ctx, wick_status st)
{
    if (st >= 0) return;
    fprintf(stderr, "graph_sweep: %s\n", wick_ctx_error(ctx));
    exit(1);
}

static wick_graph *graph(const bench *b, wick_cache *cache)
{
    wick_graph *g = NULL;
    stop_if(b->ctx, wick_graph_new(b->ctx, b->bars, NULL, cache, &g));
    return g;
}

static wick_node average(wick_ctx *ctx, wick_graph *g, double n)
{
    const wick_node close = wick_graph_source(ctx, g, WICK_S_CLOSE);
    const wick_node x = wick_graph_ta(ctx, g, wick_ta_find("sma"), &close, 1, &n, 1, 0);
    stop_if(ctx, x);
    return x;
}

static double peak_mb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024.0;
}

static void line(const bench *b, const char *what, int64_t nodes, double seconds)
{
    printf("%-52s %8.2f ms %9.2f us/node %7.3f ns/bar\n", what, seconds * 1e3,
           seconds * 1e6 / (double)nodes, seconds * 1e9 / (double)nodes / (double)b->n);
}

/* ---- averages ----------------------------------------------------------------------------- */

static void averages(const bench *b, bool together)
{
    double best = 1e9;
    for (int round = 0; round < 5; round++) {
        wick_cache *cache = wick_cache_new(INT64_C(200000000));
        wick_graph *g = graph(b, cache);
        wick_node x[AVERAGES];
        const double t0 = wick_now();
        for (int i = 0; i < AVERAGES; i++) x[i] = average(b->ctx, g, 2 + i);
        for (int i = 0; i < AVERAGES && !together; i++) {
            stop_if(b->ctx, wick_graph_eval(b->ctx, g, x + i, 1));
        }
        if (together) stop_if(b->ctx, wick_graph_eval(b->ctx, g, x, AVERAGES));
        const double t = wick_now() - t0;
        if (t < best) best = t;
        wick_graph_free(g);
        wick_cache_unref(cache);
    }
    line(b, together ? "200 averages, one evaluation" : "200 averages, one by one", AVERAGES, best);
}

/* ---- a grid of pairs ---------------------------------------------------------------------- */

typedef struct grid {
    const bench *b;
    wick_cache *cache;
    bool kernel; /* ta.crossover, else the same rule in operations */
    int64_t fired[SIDE];
} grid;

static wick_node op2(wick_ctx *ctx, wick_graph *g, wick_op op, wick_node a, wick_node b)
{
    const wick_node in[2] = {a, b};
    return wick_graph_op(ctx, g, op, in);
}

static wick_node crossing(wick_ctx *ctx, wick_graph *g, bool kernel, wick_node f, wick_node s)
{
    const wick_node in[2] = {f, s};
    if (kernel) return wick_graph_ta(ctx, g, wick_ta_find("crossover"), in, 2, NULL, 0, 0);
    const wick_node before =
        op2(ctx, g, WICK_OP_LE, wick_graph_lag(ctx, g, f, 1), wick_graph_lag(ctx, g, s, 1));
    return op2(ctx, g, WICK_OP_AND, op2(ctx, g, WICK_OP_GT, f, s), before);
}

/* One row of the grid: SIDE cells with a graph each. */
static wick_status row(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    grid *s = arg;
    (void)worker;
    for (int k = 0; k < SIDE; k++) {
        wick_graph *g = NULL;
        wick_status st = wick_graph_new(ctx, s->b->bars, NULL, s->cache, &g);
        if (st < 0) return st;
        const wick_node x = crossing(ctx, g, s->kernel, average(ctx, g, 2.0 + (double)task),
                                     average(ctx, g, 2.0 + SIDE + k));
        st = wick_graph_eval(ctx, g, &x, 1);
        if (st >= 0) s->fired[task] += wick_graph_values(g, x)[s->b->n - 1] > 0.0;
        wick_graph_free(g);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static void pairs(const bench *b, bool kernel, int32_t threads)
{
    grid s = {.b = b, .kernel = kernel};
    char what[80];
    s.cache = wick_cache_new(INT64_C(100000000));
    const double t0 = wick_now();
    stop_if(b->ctx, wick_pool_run(b->ctx, SIDE, threads, row, &s));
    const double t = wick_now() - t0;
    const wick_cache_stats c = wick_cache_get_stats(s.cache);
    snprintf(what, sizeof what, "10,000 crossings (%s), %d thread%s",
             kernel ? "ta.crossover" : "f > s and f[1] <= s[1]", (int)threads,
             threads > 1 ? "s" : "");
    line(b, what, SIDE * SIDE, t);
    printf("    cache %.1f MB, %lld hits, %lld misses, %lld evicted; peak memory %.1f MB\n",
           (double)c.bytes / 1e6, (long long)c.hits, (long long)c.misses, (long long)c.evicted,
           peak_mb());
    wick_cache_unref(s.cache);
}

/* Declaring, planning and freeing a cell of two cached averages, without bars to work on. */
static void overhead(const bench *b)
{
    bench few = *b;
    wick_cache *cache = wick_cache_new(1 << 20);
    stop_if(b->ctx, wick_bars_slice(b->ctx, b->bars, 0, 1, &few.bars));
    const double t0 = wick_now();
    for (int i = 0; i < 10000; i++) {
        wick_graph *g = graph(&few, cache);
        const wick_node x = crossing(b->ctx, g, true, average(b->ctx, g, 5), average(b->ctx, g, 9));
        stop_if(b->ctx, wick_graph_eval(b->ctx, g, &x, 1));
        wick_graph_free(g);
    }
    printf("%-52s %17.2f us/cell\n", "a cell on one bar (declare, plan, free)",
           (wick_now() - t0) * 1e6 / 1e4);
    wick_bars_unref(few.bars);
    wick_cache_unref(cache);
}

/* ---- a chain of operations ---------------------------------------------------------------- */

static void chain(const bench *b, bool fused)
{
    enum { OPS = 10 };
    double best = 1e9;
    wick_cache *cache = wick_cache_new(INT64_C(100000000));
    for (int round = 0; round < 30; round++) {
        wick_graph *g = graph(b, cache);
        const wick_node c = wick_graph_source(b->ctx, g, WICK_S_CLOSE);
        const wick_node h = wick_graph_source(b->ctx, g, WICK_S_HIGH);
        const wick_node l = wick_graph_source(b->ctx, g, WICK_S_LOW);
        const wick_node half = wick_graph_const(b->ctx, g, 0.5);
        wick_node x[OPS];
        x[0] = op2(b->ctx, g, WICK_OP_SUB, c, l);
        x[1] = op2(b->ctx, g, WICK_OP_SUB, h, l);
        x[2] = op2(b->ctx, g, WICK_OP_DIV, x[0], x[1]);
        x[3] = op2(b->ctx, g, WICK_OP_SUB, x[2], half);
        x[4] = op2(b->ctx, g, WICK_OP_MUL, x[3], x[3]);
        x[5] = op2(b->ctx, g, WICK_OP_ADD, x[4], c);
        x[6] = op2(b->ctx, g, WICK_OP_MAX, x[5], l);
        x[7] = op2(b->ctx, g, WICK_OP_GT, x[6], wick_graph_lag(b->ctx, g, c, 3));
        x[8] = op2(b->ctx, g, WICK_OP_LT, x[3], half);
        x[9] = op2(b->ctx, g, WICK_OP_AND, x[7], x[8]);
        const double t0 = wick_now();
        stop_if(b->ctx, wick_graph_eval(b->ctx, g, fused ? x + OPS - 1 : x, fused ? 1 : OPS));
        const double t = wick_now() - t0;
        if (t < best) best = t;
        wick_graph_free(g);
    }
    line(b,
         fused ? "a chain of 10 operations, last one asked for"
               : "a chain of 10 operations, all asked for",
         OPS, best);
    wick_cache_unref(cache);
}

int main(int argc, char **argv)
{
    bench b = {.ctx = wick_ctx_new(), .n = argc > 1 ? strtoll(argv[1], NULL, 10) : 53929};
    if (b.ctx == NULL || b.n < 2) return 2;
    const wick_synth_opts o = {
        .size = sizeof o, .symbols = 1, .bars = b.n, .seed = 1, .timeframe = "15m"};
    stop_if(b.ctx, wick_synth(b.ctx, &o, &b.panel));
    b.bars = wick_panel_bars(b.panel, 0);
    printf("%lld bars\n", (long long)b.n);
    chain(&b, true);
    chain(&b, false);
    averages(&b, true);
    averages(&b, false);
    overhead(&b);
    pairs(&b, true, 1);
    pairs(&b, false, 1);
    pairs(&b, true, 2);
    wick_panel_unref(b.panel);
    wick_ctx_free(b.ctx);
    return 0;
}
