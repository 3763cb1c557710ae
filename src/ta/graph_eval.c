/* SPDX-License-Identifier: MIT */
/* Evaluation. A backward sweep over the nodes (inputs have smaller numbers) finds what is needed
 * and which values must exist as whole columns; a forward sweep gives every needed node a stage.
 * Stage by stage, indicators run over whole columns, several parameter sets at a time; then all
 * elementwise work of the stage runs block by block as one program, in which a value nobody else
 * asked for lives in a block of scratch and never becomes a column. */
#include <stdlib.h>
#include <string.h>

#include "ta/graph_int.h"

enum { NEEDED = 1, COLUMN = 2 }; /* marks: wanted at all; wanted as a column */
enum { LANES = 16 };

typedef struct plan {
    wick_ctx *ctx;
    wick_graph *g;
    int32_t hi; /* nodes 0..hi-1 matter */
    uint8_t *mark;
    int32_t *stage; /* of each needed node */
    int32_t *list;  /* needed, not yet computed nodes by stage, ascending inside a stage */
    int32_t *start; /* list range of each stage, stages + 1 entries */
    int32_t stages;
} plan;

/* ---- columns of nodes --------------------------------------------------------------------- */

bool wk_node_from_cache(wick_graph *g, wick_node id)
{
    wk_gnode *x = &g->node[id];
    if (g->cache == NULL || !x->cacheable) return false;
    wk_column *col = (wk_column *)wk_cache_get(g->cache, x->key);
    if (col == NULL) return false;
    x->col = col;
    x->v = col->v;
    return true;
}

void wk_node_publish(wick_graph *g, wick_node id, wk_column *col)
{
    wk_gnode *x = &g->node[id];
    if (g->cache != NULL && x->cacheable) {
        col = (wk_column *)wk_cache_put(g->cache, x->key, &col->obj);
    }
    x->col = col;
    x->v = col->v;
}

static wick_status fill_const(plan *p, wick_node id)
{
    wick_graph *g = p->g;
    if (wk_node_from_cache(g, id)) return WICK_OK;
    wk_column *col = wk_column_new(g->cache, g->n);
    if (col == NULL) return wick_fail_mem(p->ctx);
    for (int64_t i = 0; i < g->n; i++) col->v[i] = g->node[id].value;
    wk_node_publish(g, id, col);
    return WICK_OK;
}

/* The output of a call that ran before, here or in another graph. */
static bool output_known(wick_graph *g, wick_node id)
{
    wk_gnode *x = &g->node[id];
    wk_call *c = &g->call[x->in[0]];
    if (c->out[x->op] == NULL && c->keep) {
        c->out[x->op] = (wk_column *)wk_cache_get(g->cache, x->key);
    }
    if (c->out[x->op] == NULL) return false;
    x->v = c->out[x->op]->v;
    return true;
}

/* ---- what is needed ----------------------------------------------------------------------- */

static void want(plan *p, wick_node x, uint8_t how)
{
    p->mark[x] |= how;
}

/* Marks what one needed node stands on; computes leaves at once. HIGHER nodes are left for later:
 * they are evaluated together. */
static wick_status need_inputs(plan *p, wick_node id)
{
    wick_graph *g = p->g;
    const wk_gnode *x = &g->node[id];
    switch ((wk_kind)x->kind) {
    case WK_SOURCE: return wk_eval_source(p->ctx, g, id);
    case WK_OTHER: return wk_eval_other(p->ctx, g, id);
    case WK_CONST: return (p->mark[id] & COLUMN) != 0 ? fill_const(p, id) : WICK_OK;
    case WK_OP:
        for (int i = 0; i < x->n_in; i++) want(p, x->in[i], NEEDED);
        break;
    case WK_LAG: want(p, x->in[0], NEEDED | COLUMN); break;
    case WK_OUT: {
        if (output_known(g, id)) break;
        const wk_call *c = &g->call[x->in[0]];
        for (int i = 0; i < c->n_in; i++) want(p, c->in[i], NEEDED | COLUMN);
        break;
    }
    case WK_COLUMN:
    case WK_HIGHER: break;
    }
    return WICK_OK;
}

static wick_status find_needed(plan *p, const wick_node *nodes, int64_t n)
{
    wick_graph *g = p->g;
    for (int64_t i = 0; i < n; i++) want(p, nodes[i], NEEDED | COLUMN);
    int32_t n_higher = 0;
    for (int32_t id = p->hi - 1; id >= 0; id--) {
        if (p->mark[id] == 0 || g->node[id].v != NULL) continue;
        const wick_status st = need_inputs(p, id);
        if (st < 0) return st;
        /* `list` is not in use yet; it has room for every node. */
        if (g->node[id].kind == WK_HIGHER) p->list[n_higher++] = id;
    }
    return n_higher > 0 ? wk_eval_higher(p->ctx, g, p->list, n_higher) : WICK_OK;
}

/* ---- stages ------------------------------------------------------------------------------- */

/* Numbers and known columns are there from the start. */
static bool pending(const plan *p, wick_node x)
{
    return p->g->node[x].v == NULL && p->g->node[x].kind != WK_CONST;
}

static int32_t stage_of(const plan *p, wick_node x)
{
    return pending(p, x) ? p->stage[x] : 0;
}

static int32_t stage_after(const plan *p, const int32_t *in, int n)
{
    int32_t s = 0;
    for (int i = 0; i < n; i++) {
        if (stage_of(p, in[i]) > s) s = stage_of(p, in[i]);
    }
    return s;
}

static bool elementwise(const plan *p, wick_node x)
{
    return pending(p, x) && (p->g->node[x].kind == WK_OP || p->g->node[x].kind == WK_LAG);
}

/* A lag that nobody wants as a column is read in place by those who use it: no work of its own. */
static bool is_work(const plan *p, wick_node x)
{
    if (p->mark[x] == 0 || !pending(p, x)) return false;
    return p->g->node[x].kind != WK_LAG || (p->mark[x] & COLUMN) != 0;
}

static wick_status make_stages(plan *p)
{
    const wick_graph *g = p->g;
    int32_t last = 0;
    for (int32_t id = 0; id < p->hi; id++) {
        if (p->mark[id] == 0 || !pending(p, id)) continue;
        const wk_gnode *x = &g->node[id];
        if (x->kind == WK_OUT) {
            const wk_call *c = &g->call[x->in[0]];
            p->stage[id] = stage_after(p, c->in, c->n_in) + 1;
        } else {
            p->stage[id] = stage_after(p, x->in, x->n_in);
            /* What a later stage reads must outlive its own program. */
            for (int i = 0; x->kind == WK_OP && i < x->n_in; i++) {
                const wick_node y = x->in[i];
                const bool later = elementwise(p, y) && p->stage[y] != p->stage[id];
                if (later && g->node[y].kind == WK_OP) want(p, y, COLUMN);
            }
        }
        if (p->stage[id] > last) last = p->stage[id];
    }
    p->stages = last + 1;
    p->start = calloc((size_t)p->stages + 1, sizeof *p->start);
    if (p->start == NULL) return wick_fail_mem(p->ctx);
    for (int32_t id = 0; id < p->hi; id++) {
        if (is_work(p, id)) p->start[p->stage[id] + 1]++;
    }
    for (int32_t s = 0; s < p->stages; s++) p->start[s + 1] += p->start[s];
    for (int32_t id = 0; id < p->hi; id++) {
        if (is_work(p, id)) p->list[p->start[p->stage[id]]++] = id;
    }
    for (int32_t s = p->stages; s > 0; s--) p->start[s] = p->start[s - 1];
    p->start[0] = 0;
    return WICK_OK;
}

/* ---- indicators --------------------------------------------------------------------------- */

typedef struct job {
    wk_key family;
    int32_t call;
} job;

static int by_family(const void *a, const void *b)
{
    const job *x = a, *y = b;
    if (x->family.a != y->family.a) return x->family.a < y->family.a ? -1 : 1;
    if (x->family.b != y->family.b) return x->family.b < y->family.b ? -1 : 1;
    return x->call < y->call ? -1 : x->call > y->call;
}

static void drop_outputs(wk_column *(*col)[WICK_TA_MAX_OUT], int32_t lanes)
{
    for (int32_t l = 0; l < lanes; l++) {
        for (int32_t k = 0; k < WICK_TA_MAX_OUT; k++) wk_column_unref(col[l][k]);
    }
}

/* Key of output k of a call: what wick_graph_ta gives its node. */
static wk_key output_key(const wk_call *c, int32_t k)
{
    wk_key key = c->key;
    wk_key_add(&key, (uint64_t)k);
    return key;
}

/* Runs up to LANES calls of one family in one pass. */
static wick_status run_lanes(plan *p, const job *jobs, int32_t lanes)
{
    wick_graph *g = p->g;
    const wick_ta_spec *s = g->call[jobs[0].call].spec;
    wk_column *col[LANES][WICK_TA_MAX_OUT] = {{NULL}};
    double *out[LANES][WICK_TA_MAX_OUT];
    double *const *outs[LANES];
    const double *par[LANES], *in[WICK_TA_MAX_IN];
    for (int32_t i = 0; i < g->call[jobs[0].call].n_in; i++) {
        in[i] = g->node[g->call[jobs[0].call].in[i]].v;
    }
    for (int32_t l = 0; l < lanes; l++) {
        const wk_call *c = &g->call[jobs[l].call];
        par[l] = c->p;
        outs[l] = out[l];
        for (int32_t k = 0; k < c->n_out; k++) {
            col[l][k] = wk_column_new(g->cache, g->n);
            if (col[l][k] == NULL) {
                drop_outputs(col, lanes);
                return wick_fail_mem(p->ctx);
            }
            out[l][k] = col[l][k]->v;
        }
    }
    const wick_status st =
        lanes > 1 ? s->run_many(g->n, in, lanes, par, outs) : s->run(g->n, in, par[0], out[0]);
    if (st < 0) {
        drop_outputs(col, lanes);
        wick_fail_mem(p->ctx); /* a kernel has no other way to fail */
        return wick_note(p->ctx, "while computing ta.%s", s->name);
    }
    for (int32_t l = 0; l < lanes; l++) {
        wk_call *c = &g->call[jobs[l].call];
        for (int32_t k = 0; k < c->n_out; k++) {
            wk_column *got = col[l][k];
            if (c->keep && g->cache != NULL) {
                got = (wk_column *)wk_cache_put(g->cache, output_key(c, k), &got->obj);
            }
            if (c->out[k] != NULL) {
                /* Came from the cache while a sister was missing; nodes show it already. */
                wk_column_unref(got);
            } else {
                c->out[k] = got;
            }
        }
    }
    return WICK_OK;
}

static wick_status run_indicators(plan *p, int32_t s)
{
    wick_graph *g = p->g;
    const int32_t n = p->start[s + 1] - p->start[s];
    const int32_t *list = p->list + p->start[s];
    job *jobs = malloc((size_t)(n > 0 ? n : 1) * sizeof *jobs);
    if (jobs == NULL) return wick_fail_mem(p->ctx);
    int32_t n_jobs = 0;
    for (int32_t i = 0; i < n; i++) {
        if (g->node[list[i]].kind != WK_OUT) continue;
        wk_call *c = &g->call[g->node[list[i]].in[0]];
        if (c->round == g->round) continue;
        c->round = g->round;
        jobs[n_jobs++] = (job){c->family, g->node[list[i]].in[0]};
    }
    qsort(jobs, (size_t)n_jobs, sizeof *jobs, by_family);
    wick_status st = WICK_OK;
    for (int32_t i = 0; i < n_jobs && st >= 0;) {
        int32_t lanes = 1;
        if (g->call[jobs[i].call].spec->run_many != NULL) {
            while (lanes < LANES && i + lanes < n_jobs &&
                   wk_key_equal(jobs[i].family, jobs[i + lanes].family)) {
                lanes++;
            }
        }
        st = wick_interrupted() ? wick_fail(p->ctx, WICK_E_CANCELLED, "interrupted")
                                : run_lanes(p, jobs + i, lanes);
        i += lanes;
    }
    free(jobs);
    for (int32_t i = 0; i < n && st >= 0; i++) {
        wk_gnode *x = &g->node[list[i]];
        if (x->kind == WK_OUT) x->v = g->call[x->in[0]].out[x->op]->v;
    }
    return st;
}

/* ---- elementwise programs ----------------------------------------------------------------- */

/* Where an instruction finds an operand. A base column may be one that the same program is
 * filling: blocks go forward, so what lies at or before this block is there. */
typedef struct place {
    const double *base; /* column, read `lag` bars back; or NULL */
    int64_t lag;
    int32_t slot; /* scratch block when base is NULL; -1: the number c */
    double c;
} place;

typedef struct instr {
    uint8_t op, n_in;
    bool copy;   /* a lag written out */
    double *dst; /* column; or NULL */
    int32_t slot;
    place in[3];
} instr;

typedef struct program {
    instr *code;
    int32_t n;
    double *scratch; /* slots of WK_BLOCK doubles, then three for lags that reach the first bar */
    int32_t slots;
} program;

static place place_of(const plan *p, const int32_t *slot_of, wick_node id)
{
    const wk_gnode *x = &p->g->node[id];
    place at = {NULL, 0, -1, 0.0};
    if (x->v != NULL) {
        at.base = x->v;
    } else if (x->kind == WK_CONST) {
        at.c = x->value;
    } else if (x->kind == WK_LAG) {
        at.base = p->g->node[x->in[0]].v;
        at.lag = x->k;
    } else {
        at.slot = slot_of[id];
    }
    return at;
}

/* A value of the program that lives in scratch. */
static bool in_scratch(const plan *p, wick_node x)
{
    return elementwise(p, x) && p->g->node[x].kind == WK_OP && (p->mark[x] & COLUMN) == 0;
}

/* Translates the stage's nodes. `use` counts readers of scratch values, whose slots return to
 * `free_slot` with the last one. */
static wick_status emit(plan *p, int32_t s, program *out, int32_t *slot_of, int32_t *use,
                        int32_t *free_slot)
{
    wick_graph *g = p->g;
    int32_t n_free = 0;
    for (int32_t i = p->start[s]; i < p->start[s + 1]; i++) {
        const wick_node id = p->list[i];
        wk_gnode *x = &g->node[id];
        if (x->kind != WK_OP && x->kind != WK_LAG) continue;
        instr *c = &out->code[out->n++];
        *c = (instr){.op = x->op, .n_in = x->n_in, .copy = x->kind == WK_LAG, .slot = -1};
        for (int k = 0; k < x->n_in; k++) c->in[k] = place_of(p, slot_of, x->in[k]);
        if (c->copy) c->in[0].lag = x->k;
        if ((p->mark[id] & COLUMN) == 0) {
            /* Taken before the operands' slots return: the result never overwrites a lagged or
             * doubly used operand. */
            c->slot = n_free > 0 ? free_slot[--n_free] : out->slots++;
            slot_of[id] = c->slot;
        }
        for (int k = 0; k < x->n_in; k++) {
            if (in_scratch(p, x->in[k]) && --use[x->in[k]] == 0) {
                free_slot[n_free++] = slot_of[x->in[k]];
            }
        }
        if (c->slot < 0) {
            wk_column *col = wk_column_new(g->cache, g->n);
            if (col == NULL) return wick_fail_mem(p->ctx);
            x->col = col; /* shown as evaluated only once the program has run */
            c->dst = col->v;
            x->v = col->v;
        }
    }
    return WICK_OK;
}

static const double *resolve(const place *at, const double *scratch, double *spare, int64_t b,
                             int64_t m)
{
    if (at->base == NULL) return at->slot < 0 ? NULL : scratch + (int64_t)at->slot * WK_BLOCK;
    if (b >= at->lag) return at->base + (b - at->lag);
    const int64_t na = at->lag - b < m ? at->lag - b : m;
    for (int64_t i = 0; i < na; i++) spare[i] = WICK_NA;
    if (na < m) memcpy(spare + na, at->base, (size_t)(m - na) * sizeof *spare);
    return spare;
}

static void run_block(const program *pr, int64_t b, int64_t m)
{
    double *spare = pr->scratch + (int64_t)pr->slots * WK_BLOCK;
    for (int32_t i = 0; i < pr->n; i++) {
        const instr *c = &pr->code[i];
        double *dst = c->dst != NULL ? c->dst + b : pr->scratch + (int64_t)c->slot * WK_BLOCK;
        wk_operand in[3] = {{NULL, 0.0}, {NULL, 0.0}, {NULL, 0.0}};
        for (int k = 0; k < c->n_in; k++) {
            in[k].p = resolve(&c->in[k], pr->scratch, spare + (int64_t)k * WK_BLOCK, b, m);
            in[k].c = c->in[k].c;
        }
        if (c->copy) {
            memcpy(dst, in[0].p, (size_t)m * sizeof *dst);
        } else {
            wk_op_block((wick_op)c->op, m, in[0], in[1], in[2], dst);
        }
    }
}

/* Takes back columns of a program that did not finish. */
static void undo(plan *p, int32_t s)
{
    for (int32_t i = p->start[s]; i < p->start[s + 1]; i++) {
        wk_gnode *x = &p->g->node[p->list[i]];
        if ((x->kind != WK_OP && x->kind != WK_LAG) || x->col == NULL) continue;
        wk_column_unref(x->col);
        x->col = NULL;
        x->v = NULL;
    }
}

static wick_status run_elementwise(plan *p, int32_t s)
{
    const wick_graph *g = p->g;
    const int32_t n = p->start[s + 1] - p->start[s];
    int32_t work = 0;
    for (int32_t i = p->start[s]; i < p->start[s + 1]; i++) {
        const int k = g->node[p->list[i]].kind;
        if (k == WK_OP || k == WK_LAG) work++;
    }
    if (work == 0) return WICK_OK;
    wick_status st = WICK_OK;
    program pr = {0};
    pr.code = malloc((size_t)work * sizeof *pr.code);
    /* slot_of and use are by node number, free_slot is a stack. */
    int32_t *table = calloc((size_t)p->hi * 2 + (size_t)n, sizeof *table);
    if (pr.code == NULL || table == NULL) {
        st = wick_fail_mem(p->ctx);
        goto out;
    }
    int32_t *use = table + p->hi;
    for (int32_t i = p->start[s]; i < p->start[s + 1]; i++) {
        const wk_gnode *x = &g->node[p->list[i]];
        for (int k = 0; x->kind == WK_OP && k < x->n_in; k++) use[x->in[k]]++;
    }
    WICK_TRY(emit(p, s, &pr, table, use, use + p->hi));
    pr.scratch = wick_alloc_column(((int64_t)pr.slots + 3) * WK_BLOCK);
    if (pr.scratch == NULL) {
        st = wick_fail_mem(p->ctx);
        goto out;
    }
    for (int64_t b = 0; b < g->n; b += WK_BLOCK) {
        run_block(&pr, b, g->n - b < WK_BLOCK ? g->n - b : WK_BLOCK);
    }
out:
    if (st < 0) undo(p, s);
    wick_free_aligned(pr.scratch);
    free(pr.code);
    free(table);
    return st;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static wick_status evaluate(plan *p, const wick_node *nodes, int64_t n)
{
    wick_status st = find_needed(p, nodes, n);
    if (st < 0) return st;
    st = make_stages(p);
    for (int32_t s = 0; s < p->stages && st >= 0; s++) {
        if (wick_interrupted()) return wick_fail(p->ctx, WICK_E_CANCELLED, "interrupted");
        st = run_indicators(p, s);
        if (st >= 0) st = run_elementwise(p, s);
    }
    return st;
}

wick_status wick_graph_eval(wick_ctx *ctx, wick_graph *g, const wick_node *nodes, int64_t n)
{
    plan p = {.ctx = ctx, .g = g};
    bool all_known = true;
    for (int64_t i = 0; i < n; i++) {
        if (!wk_node_valid(g, nodes[i])) {
            return wick_fail(ctx, WICK_E_ARG, "node %d does not exist: this graph has %d",
                             (int)nodes[i], (int)g->n_nodes);
        }
        if (g->node[nodes[i]].v == NULL) all_known = false;
        if (nodes[i] >= p.hi) p.hi = nodes[i] + 1;
    }
    if (all_known) return WICK_OK;
    g->round++;
    p.mark = calloc((size_t)p.hi, sizeof *p.mark);
    p.stage = calloc((size_t)p.hi * 2, sizeof *p.stage);
    wick_status st;
    if (p.mark == NULL || p.stage == NULL) {
        st = wick_fail_mem(ctx);
    } else {
        p.list = p.stage + p.hi;
        st = evaluate(&p, nodes, n);
    }
    free(p.start);
    free(p.stage);
    free(p.mark);
    return st;
}
