/* SPDX-License-Identifier: MIT */
/** Room ta, private: the graph of declared series, its columns and its cache.
 *
 * How the files share the work: graph.c makes nodes, graph_text.c names them and knows their units,
 * graph_eval.c plans and runs, graph_ops.c holds the loops over blocks, graph_align.c brings in
 * other symbols and higher timeframes, cache.c keeps columns, expr.c and expr_call.c read text. */
#ifndef WK_GRAPH_INT_H
#define WK_GRAPH_INT_H

#include <stdatomic.h>

#include "wick/ta.h"

/* ---- content keys ------------------------------------------------------------------------- */

/** 128 bits over everything a value depends on. Equal keys are taken as equal values: at 2^40
 * keys the odds of one false match are below 2^-48. */
typedef struct wk_key {
    uint64_t a, b;
} wk_key;
wk_key wk_key_start(uint64_t what);
void wk_key_add(wk_key *k, uint64_t word);
void wk_key_add_double(wk_key *k, double v); /**< every NaN is the same NaN */
void wk_key_add_key(wk_key *k, wk_key other);
void wk_key_add_text(wk_key *k, const char *s);
static inline bool wk_key_equal(wk_key x, wk_key y)
{
    return x.a == y.a && x.b == y.b;
}

/* ---- shared objects and columns ----------------------------------------------------------- */

/** Head of everything the cache can hold: read-only once another thread can see it. */
typedef struct wk_object wk_object;
struct wk_object {
    atomic_int refs;
    int64_t bytes;
    void (*destroy)(wk_object *o);
};
void wk_object_init(wk_object *o, int64_t bytes, void (*destroy)(wk_object *o));
void wk_object_ref(wk_object *o);
void wk_object_unref(wk_object *o); /**< NULL is fine */

typedef struct wk_pool wk_pool;
typedef struct wk_column {
    wk_object obj;
    int64_t n;
    double *v; /**< 64-byte aligned, padded to whole cache lines */
    wk_pool *pool;
} wk_column;
/** Uninitialised. With a cache its blocks are recycled: fresh pages cost more than the loops that
 * fill them (a sweep frees as many columns as it makes). NULL: no memory. */
wk_column *wk_column_new(wick_cache *c, int64_t n);
static inline void wk_column_unref(wk_column *c)
{
    wk_object_unref((wk_object *)c);
}

/** A new reference, or NULL. */
wk_object *wk_cache_get(wick_cache *c, wk_key key);
/** Publishes `o` and returns the object to use from here on, whose reference replaces the
 * caller's: the one that was there first when another thread was faster. Never fails: what does
 * not fit is simply not kept. */
wk_object *wk_cache_put(wick_cache *c, wk_key key, wk_object *o);

/* ---- nodes -------------------------------------------------------------------------------- */

typedef enum wk_kind {
    WK_SOURCE, /**< op: wick_source */
    WK_CONST,
    WK_OP,  /**< op: wick_op; elementwise */
    WK_LAG, /**< k bars back of in[0], which is never a lag itself */
    WK_OUT, /**< output `op` of call in[0] */
    WK_COLUMN,
    WK_OTHER, /**< op: wick_source of panel symbol k */
    WK_HIGHER /**< node in[1] of higher view in[0] */
} wk_kind;

typedef struct wk_gnode {
    wk_key key; /* first: wk_index reads it */
    uint8_t kind, op, n_in, unit;
    bool cacheable; /**< false when something below has no content key */
    int32_t in[3];
    int64_t k, warm;
    double value;
    const double *v; /**< the column once evaluated */
    wk_column *col;  /**< reference that keeps v alive; NULL when the bars or a call do */
    wk_column *bits; /**< the packed mask, where one was asked for */
} wk_gnode;

/** One indicator call with all its outputs. */
typedef struct wk_call {
    wk_key key;    /* first: wk_index reads it */
    wk_key family; /**< spec and inputs: calls that may share a run_many */
    const wick_ta_spec *spec;
    int8_t n_in, n_p, n_out;
    bool keep; /**< worth a place in the cache */
    int32_t in[WICK_TA_MAX_IN];
    double p[WICK_TA_MAX_PARAM];
    wk_column *out[WICK_TA_MAX_OUT];
    int64_t round; /**< evaluation that last scheduled it */
} wk_call;

/** Open-addressed set of positions in an array whose elements begin with their key. */
typedef struct wk_index {
    int32_t *slot;
    int32_t cap, used;
} wk_index;

/** This symbol on a coarser timeframe. */
typedef struct wk_higher wk_higher;
typedef struct wk_view {
    int64_t timeframe_ms;
    wk_higher *windows;
    wick_graph *graph;
} wk_view;

struct wick_graph {
    wick_bars *bars;
    wick_panel *panel;
    wick_cache *cache;
    int64_t n;
    uint64_t id;    /**< of the bars */
    int64_t symbol; /**< index in the panel, -1 when it is not there */
    wk_gnode *node;
    int32_t n_nodes, cap_nodes;
    wk_call *call;
    int32_t n_calls, cap_calls;
    wk_index by_key, calls_by_key;
    wk_view *view;
    int32_t n_views;
    int64_t round;   /**< counts evaluations */
    uint64_t serial; /**< names columns without a key */
};

static inline bool wk_node_valid(const wick_graph *g, wick_node x)
{
    return x >= 0 && x < g->n_nodes;
}
static inline bool wk_is_const(const wick_graph *g, wick_node x)
{
    return g->node[x].kind == WK_CONST;
}
/** Finds or adds; `proto` is complete except for v and col. */
wick_node wk_graph_intern(wick_ctx *ctx, wick_graph *g, const wk_gnode *proto);
int wk_op_arity(wick_op op);
/** The name and binding strength an op is printed with; functions have strength 0. */
const char *wk_op_text(wick_op op, int *strength);
const char *wk_source_name(wick_source s); /**< "close"; NULL outside the enum */
wick_unit wk_source_unit(wick_source s);
/** Adds what a source's values depend on: the bars, and the zone and session where days count. */
void wk_source_key(wk_key *k, const wick_bars *b, wick_source s);
wick_unit wk_op_unit(const wick_graph *g, wick_op op, const wick_node *in);

/* ---- evaluation --------------------------------------------------------------------------- */

enum { WK_BLOCK = 1024 }; /* 8 KiB: half a dozen registers of a fused chain stay in L1 */

/** One operand of a block operation: a pointer, or NULL for the number. */
typedef struct wk_operand {
    const double *p;
    double c;
} wk_operand;
/** dst[0..m) = op(a, b, c). dst may be one of the operands. At least one operand has a pointer,
 * except that with m == 1 all may be numbers (constant folding uses the same loops, so folded and
 * computed values have the same bits). */
void wk_op_block(wick_op op, int64_t m, wk_operand a, wk_operand b, wk_operand c, double *dst);

/** Computes one leaf (source, other symbol) into the node. */
wick_status wk_eval_source(wick_ctx *ctx, wick_graph *g, wick_node x) WICK_NODISCARD;
wick_status wk_eval_other(wick_ctx *ctx, wick_graph *g, wick_node x) WICK_NODISCARD;
/** All given nodes of kind WK_HIGHER. */
wick_status wk_eval_higher(wick_ctx *ctx, wick_graph *g, const wick_node *x,
                           int32_t n) WICK_NODISCARD;
/** Takes the column from the cache if it is there. */
bool wk_node_from_cache(wick_graph *g, wick_node x);
/** Gives the node its column (the reference moves) and publishes it when it has a content key. */
void wk_node_publish(wick_graph *g, wick_node x, wk_column *col);
void wk_views_free(wick_graph *g);

/** The graph of this symbol's bars on a coarser timeframe (for the bars' own timeframe the graph
 * itself); returns what wk_graph_seen wants to know about it, negative on failure. */
int32_t wk_graph_view(wick_ctx *ctx, wick_graph *g, int64_t timeframe_ms, wick_graph **inner);
/** Node of this graph that shows node `y` of the view's graph. */
wick_node wk_graph_seen(wick_ctx *ctx, wick_graph *g, int32_t view, wick_node y);

#endif
