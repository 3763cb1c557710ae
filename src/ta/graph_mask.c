/* SPDX-License-Identifier: MIT */
/* Masks that are wanted packed. What can make the bits from its inputs skips the column, which a
 * strategy's signals are the common case of: the engine looks for bars, not for numbers. */
#include <stdlib.h>

#include "ta/graph_int.h"

/* The call whose own form packs this node, NULL when it has none or its column is there. */
static const wk_call *packs_itself(const wick_graph *g, wick_node id)
{
    const wk_gnode *x = &g->node[id];
    if (x->kind != WK_OUT || x->v != NULL || x->op != 0) return NULL;
    const wk_call *c = &g->call[x->in[0]];
    return c->out[0] == NULL && c->spec->mask != NULL ? c : NULL;
}

static bool pack_call(const wick_graph *g, const wk_call *c, uint64_t *bits)
{
    const double *in[WICK_TA_MAX_IN];
    for (int k = 0; k < c->n_in; k++) in[k] = g->node[c->in[k]].v;
    return c->spec->mask(g->n, in, c->p, bits);
}

static wick_status pack(wick_ctx *ctx, wick_graph *g, wick_node id)
{
    if (g->node[id].bits != NULL) return WICK_OK;
    const wk_call *c = packs_itself(g, id);
    wk_column *col = wk_column_new(g->cache, wick_mask_words(g->n) + 1);
    if (col == NULL) return wick_fail_mem(ctx);
    uint64_t *bits = (uint64_t *)(void *)col->v;
    wick_status st = WICK_OK;
    if (c == NULL || !pack_call(g, c, bits)) {
        st = wick_graph_eval(ctx, g, &id, 1);
        if (st >= 0) wick_mask_pack(g->n, g->node[id].v, bits);
    }
    if (st < 0)
        wk_column_unref(col);
    else
        g->node[id].bits = col;
    return st;
}

wick_status wick_graph_eval_masks(wick_ctx *ctx, wick_graph *g, const wick_node *nodes, int64_t n,
                                  const wick_node *masks, int64_t n_masks)
{
    wick_status st = WICK_OK;
    int64_t have = 0;
    wick_node *list = malloc((size_t)(n + n_masks * WICK_TA_MAX_IN + 1) * sizeof *list);
    if (list == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) list[have++] = nodes[i];
    for (int64_t i = 0; i < n_masks; i++) {
        const wk_call *c = wk_node_valid(g, masks[i]) ? packs_itself(g, masks[i]) : NULL;
        if (c == NULL)
            list[have++] = masks[i]; /* or not a node: the evaluation says so */
        else
            for (int k = 0; k < c->n_in; k++) list[have++] = c->in[k];
    }
    WICK_TRY(wick_graph_eval(ctx, g, list, have));
    for (int64_t i = 0; i < n_masks; i++) WICK_TRY(pack(ctx, g, masks[i]));
out:
    free(list);
    return st;
}

const uint64_t *wick_graph_mask(const wick_graph *g, wick_node x)
{
    if (!wk_node_valid(g, x) || g->node[x].bits == NULL) return NULL;
    return (const uint64_t *)(const void *)g->node[x].bits->v;
}
