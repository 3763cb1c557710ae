/* SPDX-License-Identifier: MIT */
/* The same expression over other bars: what a request makes of series declared on the chart. */
#include <stdlib.h>
#include <string.h>

#include "ta/graph_int.h"

typedef struct rebase {
    const wick_graph *from;
    wick_graph *to;
    wick_node *at; /* per node of `from`: its twin, -1 not needed, -2 needed */
} rebase;

enum { IDLE = -1, NEEDED = -2 };

/* Inputs of a node; a call's are all of its ports. */
static const int32_t *inputs(const wick_graph *g, const wk_gnode *x, int32_t *n)
{
    if (x->kind == WK_OUT) {
        const wk_call *c = &g->call[x->in[0]];
        *n = c->n_in;
        return c->in;
    }
    *n = x->kind == WK_LAG ? 1 : x->kind == WK_OP ? x->n_in : 0;
    return x->in;
}

/* Inputs always stand before what uses them. */
static void mark(rebase *r, wick_node x)
{
    r->at[x] = NEEDED;
    for (wick_node i = x; i >= 0; i--) {
        int32_t n = 0;
        if (r->at[i] != NEEDED) continue;
        const int32_t *in = inputs(r->from, &r->from->node[i], &n);
        for (int32_t k = 0; k < n; k++) r->at[in[k]] = NEEDED;
    }
}

static wick_node twin(wick_ctx *ctx, const rebase *r, wick_node i)
{
    const wk_gnode *x = &r->from->node[i];
    wick_node in[WICK_TA_MAX_IN];
    int32_t n = 0;
    const int32_t *old = inputs(r->from, x, &n);
    for (int32_t k = 0; k < n; k++) in[k] = r->at[old[k]];
    switch ((wk_kind)x->kind) {
    case WK_SOURCE: return wick_graph_source(ctx, r->to, (wick_source)x->op);
    case WK_CONST: return wick_graph_const(ctx, r->to, x->value);
    case WK_OP: return wick_graph_op(ctx, r->to, (wick_op)x->op, in);
    case WK_LAG: return wick_graph_lag(ctx, r->to, in[0], x->k);
    case WK_OUT: {
        const wk_call *c = &r->from->call[x->in[0]];
        const int32_t given = wick_ta_given(c->spec);
        return wick_graph_ta(ctx, r->to, c->spec, in, given < c->n_in ? given : c->n_in, c->p,
                             c->n_p, x->op);
    }
    case WK_COLUMN:
    case WK_OTHER:
    case WK_HIGHER: break;
    }
    return wick_fail(ctx, WICK_E_ARG,
                     "a series that was computed for the chart's bars alone (a column, another "
                     "symbol or timeframe) has no meaning on other bars: make it anew there");
}

wick_node wick_graph_rebase(wick_ctx *ctx, const wick_graph *from, wick_node x, wick_graph *to)
{
    if (!wk_node_valid(from, x)) return wick_fail(ctx, WICK_E_ARG, "no such series");
    if (from == to) return x;
    rebase r = {from, to, malloc(((size_t)x + 1) * sizeof *r.at)};
    if (r.at == NULL) return wick_fail_mem(ctx);
    for (wick_node i = 0; i <= x; i++) r.at[i] = IDLE;
    mark(&r, x);
    wick_node last = x;
    for (wick_node i = 0; i <= x && last >= 0; i++)
        if (r.at[i] == NEEDED) last = r.at[i] = twin(ctx, &r, i);
    free(r.at);
    return last;
}
