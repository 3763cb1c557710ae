/* SPDX-License-Identifier: MIT */
/** What the tests of the graph share: bars, and graphs made at random. */
#ifndef WICK_TESTS_GRAPH_HELP_H
#define WICK_TESTS_GRAPH_HELP_H

#include <stdlib.h>

#include "check.h"
#include "ta/graph_int.h"

static inline wick_panel *synth_panel(wick_ctx *ctx, int64_t symbols, int64_t bars, const char *tf,
                                      bool ragged)
{
    const wick_synth_opts o = {.size = sizeof o,
                               .symbols = symbols,
                               .bars = bars,
                               .seed = 7,
                               .timeframe = tf,
                               .ragged = ragged};
    wick_panel *p = NULL;
    check_ok(ctx, wick_synth(ctx, &o, &p));
    return p;
}

static inline wick_bars *synth_bars(wick_ctx *ctx, int64_t n)
{
    wick_panel *p = synth_panel(ctx, 1, n, "15m", false);
    wick_bars *b = wick_bars_ref(wick_panel_bars(p, 0));
    wick_panel_unref(p);
    return b;
}

static inline wick_graph *new_graph(wick_ctx *ctx, wick_bars *b, wick_panel *p, wick_cache *c)
{
    wick_graph *g = NULL;
    check_ok(ctx, wick_graph_new(ctx, b, p, c, &g));
    return g;
}

static inline wick_node op1(wick_ctx *ctx, wick_graph *g, wick_op op, wick_node a)
{
    return wick_graph_op(ctx, g, op, &a);
}

static inline wick_node op2(wick_ctx *ctx, wick_graph *g, wick_op op, wick_node a, wick_node b)
{
    const wick_node in[2] = {a, b};
    return wick_graph_op(ctx, g, op, in);
}

static inline wick_node op3(wick_ctx *ctx, wick_graph *g, wick_op op, wick_node a, wick_node b,
                            wick_node c)
{
    const wick_node in[3] = {a, b, c};
    return wick_graph_op(ctx, g, op, in);
}

static inline wick_node call(wick_ctx *ctx, wick_graph *g, const char *name, wick_node a, double n)
{
    const wick_ta_spec *s = wick_ta_find(name);
    assert_non_null(s);
    return wick_graph_ta(ctx, g, s, &a, 1, &n, 1, 0);
}

static inline wick_node source(wick_ctx *ctx, wick_graph *g, wick_source s)
{
    const wick_node x = wick_graph_source(ctx, g, s);
    assert_true(x >= 0);
    return x;
}

static inline void check_columns(const double *got, const double *want, int64_t n, const char *what)
{
    assert_non_null(got);
    assert_non_null(want);
    for (int64_t i = 0; i < n; i++) {
        if (isnan(got[i]) && isnan(want[i])) continue;
        if (memcmp(&got[i], &want[i], sizeof *got) == 0) continue;
        fail_msg("%s: row %lld is %.17g, not %.17g", what, (long long)i, got[i], want[i]);
    }
}

/* ---- random graphs ------------------------------------------------------------------------ */

enum { RANDOM_NODES = 60 };

/* A column that depends on its row only, so that prefixes of it are columns of prefixes. */
static inline void gappy(double *v, int64_t n, uint64_t seed)
{
    wick_pcg r = wick_pcg_key(seed, "gappy", 0, 0);
    for (int64_t i = 0; i < n; i++) {
        const double x = wick_pcg_normal(&r) * 10.0;
        const uint64_t kind = wick_pcg_below(&r, 20);
        v[i] = kind == 0 ? WICK_NA : kind == 1 ? 0.0 : kind == 2 ? floor(x) : x;
    }
}

static inline wick_node random_ta(wick_ctx *ctx, wick_graph *g, wick_pcg *r, const wick_node *have,
                                  uint64_t n)
{
    static const char *const names[] = {"sma", "ema", "highest", "lowest", "rsi", "stdev", "sum"};
    const char *name = names[wick_pcg_below(r, sizeof names / sizeof names[0])];
    const wick_node x = have[wick_pcg_below(r, n)];
    if (wick_pcg_below(r, 5) == 0) {
        const wick_node in[2] = {x, have[wick_pcg_below(r, n)]};
        return wick_graph_ta(ctx, g, wick_ta_find("crossover"), in, 2, NULL, 0, 0);
    }
    return call(ctx, g, name, x, (double)(1 + wick_pcg_below(r, 40)));
}

/* The same seed gives the same declarations on any bars. */
static inline void random_graph(wick_ctx *ctx, wick_graph *g, uint64_t seed,
                                wick_node out[RANDOM_NODES])
{
    wick_pcg r = wick_pcg_key(seed, "graph", 0, 0);
    const int64_t n = wick_graph_length(g);
    double *v = malloc((size_t)(n > 0 ? n : 1) * sizeof *v);
    assert_non_null(v);
    gappy(v, n, seed);
    out[0] = wick_graph_column(ctx, g, v, n, seed % 2 == 0 ? seed + 1 : 0);
    free(v);
    out[1] = source(ctx, g, WICK_S_CLOSE);
    out[2] = source(ctx, g, WICK_S_HL2);
    out[3] = source(ctx, g, WICK_S_BAR_INDEX);
    out[4] = wick_graph_const(ctx, g, floor(wick_pcg_normal(&r) * 4.0) / 2.0);
    for (uint64_t i = 5; i < RANDOM_NODES; i++) {
        const uint64_t kind = wick_pcg_below(&r, 10);
        if (kind < 2) {
            const wick_node x = out[wick_pcg_below(&r, i)];
            out[i] = wick_graph_lag(
                ctx, g, x, (int64_t)wick_pcg_below(&r, 9) * (int64_t)(1 + wick_pcg_below(&r, 200)));
        } else if (kind < 4) {
            out[i] = random_ta(ctx, g, &r, out, i);
        } else {
            const wick_op op = (wick_op)wick_pcg_below(&r, WICK_OP_COUNT);
            const wick_node in[3] = {out[wick_pcg_below(&r, i)], out[wick_pcg_below(&r, i)],
                                     out[wick_pcg_below(&r, i)]};
            out[i] = wick_graph_op(ctx, g, op, in);
        }
        if (out[i] < 0) fail_msg("seed %llu: %s", (unsigned long long)seed, wick_ctx_error(ctx));
    }
}

#endif
