/* SPDX-License-Identifier: MIT */
/* Declaring series: nodes, their content keys, and why equal declarations are one node. */
#include <stdlib.h>
#include <string.h>

#include "ta/graph_int.h"

/* ---- keys --------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 29;
    x *= UINT64_C(0x9fb21c651e98df25);
    return x ^ (x >> 32);
}

void wk_key_add(wk_key *k, uint64_t word)
{
    /* Two different walks over the same words. */
    k->a = mix(k->a ^ word) + UINT64_C(0x9e3779b97f4a7c15);
    k->b = mix(((k->b << 23) | (k->b >> 41)) + word * UINT64_C(0xc2b2ae3d27d4eb4f));
}

wk_key wk_key_start(uint64_t what)
{
    wk_key k = {UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707344)};
    wk_key_add(&k, what);
    return k;
}

void wk_key_add_double(wk_key *k, double v)
{
    uint64_t bits = UINT64_C(0x7ff8000000000000);
    if (!isnan(v)) memcpy(&bits, &v, sizeof bits);
    wk_key_add(k, bits);
}

void wk_key_add_key(wk_key *k, wk_key other)
{
    wk_key_add(k, other.a);
    wk_key_add(k, other.b);
}

void wk_key_add_text(wk_key *k, const char *s)
{
    const size_t n = strlen(s);
    wk_key_add(k, n);
    for (size_t i = 0; i < n; i += 8) {
        uint64_t w = 0;
        memcpy(&w, s + i, n - i < 8 ? n - i : 8);
        wk_key_add(k, w);
    }
}

/* ---- the set of known keys ---------------------------------------------------------------- */

static const wk_key *key_at(const void *base, size_t stride, int32_t i)
{
    return (const wk_key *)(const void *)((const char *)base + (size_t)i * stride);
}

static int32_t *index_slot(const wk_index *x, const void *base, size_t stride, wk_key key)
{
    uint32_t i = (uint32_t)key.b & (uint32_t)(x->cap - 1);
    while (x->slot[i] >= 0 && !wk_key_equal(*key_at(base, stride, x->slot[i]), key)) {
        i = (i + 1) & (uint32_t)(x->cap - 1);
    }
    return &x->slot[i];
}

/* Room for one more at a load of at most a half. */
static bool index_reserve(wk_index *x, const void *base, size_t stride)
{
    if (x->cap > 0 && x->used * 2 < x->cap) return true;
    const int32_t cap = x->cap > 0 ? x->cap * 2 : 64;
    int32_t *slot = malloc((size_t)cap * sizeof *slot);
    if (slot == NULL) return false;
    for (int32_t i = 0; i < cap; i++) slot[i] = -1;
    const wk_index old = *x;
    x->slot = slot;
    x->cap = cap;
    for (int32_t i = 0; i < old.cap; i++) {
        const int32_t at = old.slot[i];
        if (at >= 0) *index_slot(x, base, stride, *key_at(base, stride, at)) = at;
    }
    free(old.slot);
    return true;
}

/* Doubles an array; the limit keeps node numbers far from the end of int32_t. */
static bool grow(void **at, int32_t *cap, int32_t n, size_t size)
{
    if (n < *cap) return true;
    if (*cap >= (1 << 28)) return false;
    const int32_t want = *cap > 0 ? *cap * 2 : 32;
    void *p = realloc(*at, (size_t)want * size);
    if (p == NULL) return false;
    *at = p;
    *cap = want;
    return true;
}

wick_node wk_graph_intern(wick_ctx *ctx, wick_graph *g, const wk_gnode *proto)
{
    if (!index_reserve(&g->by_key, g->node, sizeof *g->node)) return wick_fail_mem(ctx);
    int32_t *slot = index_slot(&g->by_key, g->node, sizeof *g->node, proto->key);
    if (*slot >= 0) return *slot;
    void *at = g->node;
    if (!grow(&at, &g->cap_nodes, g->n_nodes, sizeof *g->node)) return wick_fail_mem(ctx);
    g->node = at;
    const int32_t id = g->n_nodes++;
    g->node[id] = *proto;
    g->node[id].v = NULL;
    g->node[id].col = NULL;
    *slot = id;
    g->by_key.used++;
    return id;
}

/* ---- life --------------------------------------------------------------------------------- */

wick_status wick_graph_new(wick_ctx *ctx, wick_bars *bars, wick_panel *panel, wick_cache *cache,
                           wick_graph **out)
{
    if (bars == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "a graph needs bars and a place for the result");
    }
    wick_graph *g = calloc(1, sizeof *g);
    if (g == NULL) return wick_fail_mem(ctx);
    g->bars = wick_bars_ref(bars);
    g->n = wick_bars_count(bars);
    g->id = wick_bars_id(bars);
    g->symbol = -1;
    if (panel != NULL) {
        g->panel = wick_panel_ref(panel);
        const int64_t s = wick_panel_find(panel, wick_bars_symbol(bars));
        if (s >= 0 && wick_bars_id(wick_panel_bars(panel, s)) == g->id) g->symbol = s;
    }
    g->cache = wick_cache_ref(cache);
    *out = g;
    return WICK_OK;
}

void wick_graph_free(wick_graph *g)
{
    if (g == NULL) return;
    for (int32_t i = 0; i < g->n_nodes; i++) {
        wk_column_unref(g->node[i].col);
        wk_column_unref(g->node[i].bits);
    }
    for (int32_t i = 0; i < g->n_calls; i++) {
        for (int32_t k = 0; k < g->call[i].n_out; k++) wk_column_unref(g->call[i].out[k]);
    }
    wk_views_free(g);
    free(g->node);
    free(g->call);
    free(g->by_key.slot);
    free(g->calls_by_key.slot);
    wick_bars_unref(g->bars);
    if (g->panel != NULL) wick_panel_unref(g->panel);
    wick_cache_unref(g->cache);
    free(g);
}

wick_bars *wick_graph_bars(const wick_graph *g)
{
    return g->bars;
}

int64_t wick_graph_length(const wick_graph *g)
{
    return g->n;
}

const double *wick_graph_values(const wick_graph *g, wick_node x)
{
    return wk_node_valid(g, x) ? g->node[x].v : NULL;
}

int64_t wick_graph_warmup(const wick_graph *g, wick_node x)
{
    return wk_node_valid(g, x) ? g->node[x].warm : 0;
}

/* ---- leaves ------------------------------------------------------------------------------- */

static wick_status bad_node(wick_ctx *ctx, const wick_graph *g, wick_node x)
{
    /* A constructor's failure handed on: its own message is still the last error. */
    if (x < 0 && wick_ctx_code(ctx) == x) return x;
    return wick_fail(ctx, WICK_E_ARG, "node %d does not exist: this graph has %d", (int)x,
                     (int)g->n_nodes);
}

void wk_source_key(wk_key *k, const wick_bars *b, wick_source s)
{
    wk_key_add(k, wick_bars_id(b));
    wk_key_add(k, (uint64_t)s);
    if (s != WICK_S_NEW_DAY) return;
    const wick_symbol_info *info = wick_bars_info(b);
    wk_key_add(k, (uint64_t)info->timeframe_ms);
    wk_key_add_text(k, info->timezone != NULL ? info->timezone : "");
    wk_key_add_text(k, info->session != NULL ? info->session : "");
}

wick_node wick_graph_source(wick_ctx *ctx, wick_graph *g, wick_source s)
{
    if (wk_source_name(s) == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "source %d does not exist: 0 to %d do", (int)s,
                         WICK_S_COUNT - 1);
    }
    wk_gnode x = {.kind = WK_SOURCE, .op = (uint8_t)s, .cacheable = true};
    x.unit = (uint8_t)wk_source_unit(s);
    x.key = wk_key_start(WK_SOURCE);
    wk_source_key(&x.key, g->bars, s);
    return wk_graph_intern(ctx, g, &x);
}

wick_node wick_graph_const(wick_ctx *ctx, wick_graph *g, double v)
{
    wk_gnode x = {.kind = WK_CONST, .cacheable = true, .value = v};
    x.unit = WICK_U_ANY;
    /* The length belongs to the key because a constant can become a column of the cache. */
    x.key = wk_key_start(WK_CONST);
    wk_key_add(&x.key, (uint64_t)g->n);
    wk_key_add_double(&x.key, v);
    return wk_graph_intern(ctx, g, &x);
}

wick_node wick_graph_column(wick_ctx *ctx, wick_graph *g, const double *v, int64_t n, uint64_t key)
{
    if (v == NULL || n != g->n) {
        return wick_fail(ctx, WICK_E_ARG, "a column of %lld values does not fit %lld bars",
                         (long long)(v == NULL ? 0 : n), (long long)g->n);
    }
    wk_gnode x = {.kind = WK_COLUMN, .cacheable = key != 0};
    x.unit = WICK_U_ANY;
    x.key = wk_key_start(WK_COLUMN);
    wk_key_add(&x.key, key != 0);
    wk_key_add(&x.key, g->id);
    wk_key_add(&x.key, key != 0 ? key : ++g->serial);
    const wick_node id = wk_graph_intern(ctx, g, &x);
    if (id < 0 || g->node[id].v != NULL) return id;
    wk_column *col = wk_column_new(g->cache, n);
    if (col == NULL) return wick_fail_mem(ctx);
    memcpy(col->v, v, (size_t)n * sizeof *v);
    g->node[id].col = col;
    g->node[id].v = col->v;
    return id;
}

/* ---- elementwise -------------------------------------------------------------------------- */

int wk_op_arity(wick_op op)
{
    if ((int)op < 0 || op >= WICK_OP_COUNT) return 0;
    return op < WICK_OP_ADD ? 1 : op < WICK_OP_IF ? 2 : 3;
}

static wick_node fold(wick_ctx *ctx, wick_graph *g, wick_op op, const wick_node *in, int n)
{
    wk_operand a[3] = {{NULL, 0.0}, {NULL, 0.0}, {NULL, 0.0}};
    for (int i = 0; i < n; i++) a[i].c = g->node[in[i]].value;
    double v = 0.0;
    wk_op_block(op, 1, a[0], a[1], a[2], &v);
    return wick_graph_const(ctx, g, v);
}

/* Key of an operation: a + b and b + a are one value, and so are a > b and b < a. The node keeps
 * the order of its first declaration, which is what messages show. */
static wk_key op_key(const wick_graph *g, wick_op op, const wick_node *in, int n)
{
    wick_node x[3] = {in[0], n > 1 ? in[1] : 0, n > 2 ? in[2] : 0};
    bool swap = false;
    switch (op) {
    case WICK_OP_GT:
        op = WICK_OP_LT;
        swap = true;
        break;
    case WICK_OP_GE:
        op = WICK_OP_LE;
        swap = true;
        break;
    case WICK_OP_PGT:
        op = WICK_OP_PLT;
        swap = true;
        break;
    case WICK_OP_PGE:
        op = WICK_OP_PLE;
        swap = true;
        break;
    case WICK_OP_ADD:
    case WICK_OP_MUL:
    case WICK_OP_EQ:
    case WICK_OP_NE:
    case WICK_OP_PEQ:
    case WICK_OP_PNE:
    case WICK_OP_AND:
    case WICK_OP_OR: {
        const wk_key p = g->node[in[0]].key, q = g->node[in[1]].key;
        swap = q.a < p.a || (q.a == p.a && q.b < p.b);
        break;
    }
    default: break;
    }
    if (swap) {
        const wick_node t = x[0];
        x[0] = x[1];
        x[1] = t;
    }
    wk_key key = wk_key_start(WK_OP);
    wk_key_add(&key, (uint64_t)op);
    for (int i = 0; i < n; i++) wk_key_add_key(&key, g->node[x[i]].key);
    return key;
}

wick_node wick_graph_op(wick_ctx *ctx, wick_graph *g, wick_op op, const wick_node *in)
{
    const int n = wk_op_arity(op);
    if (n == 0) {
        return wick_fail(ctx, WICK_E_ARG, "operation %d does not exist: 0 to %d do", (int)op,
                         WICK_OP_COUNT - 1);
    }
    bool all_const = true;
    for (int i = 0; i < n; i++) {
        if (!wk_node_valid(g, in[i])) return bad_node(ctx, g, in[i]);
        if (!wk_is_const(g, in[i])) all_const = false;
    }
    if (all_const) return fold(ctx, g, op, in, n);
    if (op == WICK_OP_IF && wk_is_const(g, in[0])) {
        const double c = g->node[in[0]].value;
        return c < 0.0 || c > 0.0 ? in[1] : in[2];
    }
    wk_gnode x = {.kind = WK_OP, .op = (uint8_t)op, .n_in = (uint8_t)n, .cacheable = true};
    for (int i = 0; i < n; i++) {
        const wk_gnode *y = &g->node[in[i]];
        x.in[i] = in[i];
        x.cacheable = x.cacheable && y->cacheable;
        if (y->warm > x.warm) x.warm = y->warm;
    }
    x.unit = (uint8_t)wk_op_unit(g, op, in);
    x.key = op_key(g, op, in, n);
    return wk_graph_intern(ctx, g, &x);
}

wick_node wick_graph_lag(wick_ctx *ctx, wick_graph *g, wick_node x, int64_t k)
{
    if (!wk_node_valid(g, x)) return bad_node(ctx, g, x);
    if (k < 0) {
        return wick_fail(ctx, WICK_E_ARG,
                         "a lag of %lld bars would look ahead: it must be 0 or more", (long long)k);
    }
    if (k == 0) return x;
    /* Beyond the first bar everything is NA; a clamp keeps sums of lags in range. */
    if (k > g->n) k = g->n;
    if (g->node[x].kind == WK_LAG) {
        k += g->node[x].k;
        if (k > g->n) k = g->n;
        x = g->node[x].in[0];
    }
    if (k == 0) return x; /* a graph without bars */
    wk_gnode y = {.kind = WK_LAG, .n_in = 1, .in = {x, 0, 0}, .k = k};
    y.unit = g->node[x].unit;
    y.cacheable = g->node[x].cacheable;
    y.warm = g->node[x].warm + k;
    y.key = wk_key_start(WK_LAG);
    wk_key_add(&y.key, (uint64_t)k);
    wk_key_add_key(&y.key, g->node[x].key);
    return wk_graph_intern(ctx, g, &y);
}

/* ---- indicators --------------------------------------------------------------------------- */

/* Inputs and parameters with their defaults filled in. */
static wick_status bind(wick_ctx *ctx, wick_graph *g, const wick_ta_spec *s, const wick_node *in,
                        int32_t n_in, const double *p, int32_t n_params, wk_call *c)
{
    const int32_t given = wick_ta_given(s);
    if (n_in < 0 || n_in > given) {
        return wick_fail(ctx, WICK_E_ARG, "ta.%s: takes %d series, not %d", s->name, (int)given,
                         (int)n_in);
    }
    c->n_in = (int8_t)wick_ta_inputs(s);
    for (int32_t i = 0; i < c->n_in; i++) {
        if (i < n_in) {
            if (!wk_node_valid(g, in[i])) return bad_node(ctx, g, in[i]);
            c->in[i] = in[i];
            continue;
        }
        if (s->in[i].source == WICK_S_NONE) {
            return wick_fail(ctx, WICK_E_ARG, "ta.%s: series '%s' is missing", s->name,
                             s->in[i].name);
        }
        c->in[i] = wick_graph_source(ctx, g, (wick_source)s->in[i].source);
        if (c->in[i] < 0) return c->in[i];
    }
    c->n_p = (int8_t)wick_ta_params(s);
    if (n_params < 0 || n_params > c->n_p) {
        return wick_fail(ctx, WICK_E_ARG, "ta.%s: takes %d parameters, not %d", s->name,
                         (int)c->n_p, (int)n_params);
    }
    for (int32_t i = 0; i < c->n_p; i++) {
        if (i >= n_params && s->param[i].required) {
            return wick_fail(ctx, WICK_E_ARG, "ta.%s: parameter '%s' is missing", s->name,
                             s->param[i].name);
        }
        c->p[i] = i < n_params ? p[i] : s->param[i].def;
    }
    return wick_ta_check(ctx, s, c->p);
}

static bool registered(const wick_ta_spec *s)
{
    return wick_ta_find(s->name) == s;
}

/* Keys of the call and of its family, and whether its columns deserve the cache: what has no
 * parameter and stands on computed series (a crossover of two averages) costs about as much to
 * compute as to fetch, is hardly ever asked for twice, and would push the averages out. */
static void call_keys(const wick_graph *g, wk_call *c)
{
    bool content = registered(c->spec), leaves = true;
    c->family = wk_key_start(WK_OUT);
    wk_key_add_text(&c->family, c->spec->name);
    /* A specification of one's own is told apart by its address, which is content for nobody. */
    if (!content) wk_key_add(&c->family, (uint64_t)(uintptr_t)c->spec);
    for (int32_t i = 0; i < c->n_in; i++) {
        const wk_gnode *x = &g->node[c->in[i]];
        wk_key_add_key(&c->family, x->key);
        content = content && x->cacheable;
        leaves = leaves && x->kind != WK_OP && x->kind != WK_LAG && x->kind != WK_OUT;
    }
    c->key = c->family;
    for (int32_t i = 0; i < c->n_p; i++) wk_key_add_double(&c->key, c->p[i]);
    c->keep = content && (c->n_p > 0 || leaves);
}

static int32_t intern_call(wick_ctx *ctx, wick_graph *g, const wk_call *c)
{
    if (!index_reserve(&g->calls_by_key, g->call, sizeof *g->call)) return wick_fail_mem(ctx);
    int32_t *slot = index_slot(&g->calls_by_key, g->call, sizeof *g->call, c->key);
    if (*slot >= 0) return *slot;
    void *at = g->call;
    if (!grow(&at, &g->cap_calls, g->n_calls, sizeof *g->call)) return wick_fail_mem(ctx);
    g->call = at;
    g->call[g->n_calls] = *c;
    *slot = g->n_calls;
    g->calls_by_key.used++;
    return g->n_calls++;
}

wick_node wick_graph_ta(wick_ctx *ctx, wick_graph *g, const wick_ta_spec *s, const wick_node *in,
                        int32_t n_in, const double *p, int32_t n_params, int32_t out)
{
    if (s == NULL) return wick_fail(ctx, WICK_E_ARG, "no indicator given");
    const int32_t n_out = wick_ta_outputs(s);
    if (out < 0 || out >= n_out) {
        return wick_fail(ctx, WICK_E_ARG, "ta.%s: output %d does not exist: it has %d", s->name,
                         (int)out, (int)n_out);
    }
    wk_call c = {.spec = s, .n_out = (int8_t)n_out};
    const wick_status st = bind(ctx, g, s, in, n_in, p, n_params, &c);
    if (st < 0) return st;
    call_keys(g, &c);
    const int32_t id = intern_call(ctx, g, &c);
    if (id < 0) return id;
    wk_gnode x = {.kind = WK_OUT, .op = (uint8_t)out, .in = {id, 0, 0}, .cacheable = true};
    for (int32_t i = 0; i < c.n_in; i++) {
        const wk_gnode *y = &g->node[c.in[i]];
        x.cacheable = x.cacheable && y->cacheable;
        if (y->warm > x.warm) x.warm = y->warm;
    }
    x.cacheable = x.cacheable && registered(s);
    const int64_t own = s->warmup != NULL ? s->warmup(c.p) : 0;
    if (own > 0) x.warm += own;
    x.unit = (uint8_t)s->out[out].unit;
    if (x.unit == WICK_U_ANY && c.n_in > 0) x.unit = g->node[c.in[0]].unit;
    x.key = c.key;
    wk_key_add(&x.key, (uint64_t)out);
    return wk_graph_intern(ctx, g, &x);
}
