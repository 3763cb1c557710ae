/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <stdlib.h>
#include <string.h>

bool wk_slots_reserve(wk_host *h, int64_t n)
{
    if (n <= h->cap_slots) return true;
    int64_t cap = h->cap_slots ? h->cap_slots : 64;
    while (cap < n) cap *= 2;
    wk_slot *slots = realloc(h->slots, (size_t)cap * sizeof *slots);
    if (!slots) return false;
    h->slots = slots;
    h->sh.slots = slots;
    wk_slot_extra *extra = realloc(h->extra, (size_t)cap * sizeof *extra);
    if (!extra) return false;
    h->extra = extra;
    h->cap_slots = cap;
    return true;
}

void wk_slots_forget(wk_host *h)
{
    h->sh.base += (double)h->n_slots + 1.0;
    h->n_slots = 0;
    h->sh.n = 0.0;
}

void wk_push_series(lua_State *L, wk_host *h, int32_t sym, wick_node node)
{
    if (!wk_slots_reserve(h, h->n_slots + 1)) (void)luaL_error(L, "out of memory");
    lua_createtable(L, 0, 2);
    const int64_t i = h->n_slots++;
    h->sh.n = (double)h->n_slots;
    h->slots[i] = (wk_slot){.v = NULL, .sym = sym, .node = node};
    h->extra[i] = (wk_slot_extra){0};
    lua_pushliteral(L, "sid");
    lua_pushnumber(L, h->sh.base + (double)i);
    lua_rawset(L, -3);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->mt_series);
    lua_setmetatable(L, -2);
}

static bool has_meta(lua_State *L, int i, const void *id)
{
    if (lua_type(L, i) != LUA_TTABLE || !lua_getmetatable(L, i)) return false;
    const bool yes = lua_topointer(L, -1) == id;
    lua_pop(L, 1);
    return yes;
}

int64_t wk_series_slot(lua_State *L, wk_host *h, int i)
{
    if (!has_meta(L, i, h->id_series)) return -1;
    const int t = lua_absindex(L, i);
    lua_pushliteral(L, "sid");
    lua_rawget(L, t);
    const double at = lua_tonumber(L, -1) - h->sh.base;
    lua_pop(L, 1);
    if (!(at >= 0.0 && at < (double)h->n_slots))
        (void)wk_raise(L, "stale series: it belongs to another run (keep no series in upvalues "
                          "outside the strategy's functions)");
    return (int64_t)at;
}

wick_node wk_node(lua_State *L, wk_host *h, wick_node node)
{
    if (node < 0) (void)wk_raise_ctx(L, h);
    return node;
}

wick_node wk_slot_node(lua_State *L, wk_host *h, int64_t slot)
{
    if (h->slots[slot].node == WK_OWN)
        (void)wk_raise(L, "a series made by pine.series is known bar by bar: read it in the bar "
                          "function and compute with numbers there");
    return h->slots[slot].node;
}

bool wk_inner_of(const wk_host *h, int32_t sym, int32_t of)
{
    while (sym >= h->n_syms && sym != of) sym = h->syms[sym].base;
    return sym == of;
}

wick_node wk_slot_node_on(lua_State *L, wk_host *h, int64_t slot, int32_t sym, const char *what)
{
    const int32_t own = h->slots[slot].sym;
    const wick_node x = wk_slot_node(L, h, slot);
    if (own == sym) {
        h->extra[slot].used = true;
        return x;
    }
    if (!wk_inner_of(h, sym, own))
        (void)wk_raise(L,
                       "%s: these series belong to two symbols; b:symbol(name).close brings "
                       "another symbol's bars onto these",
                       what);
    return wk_node(L, h, wick_graph_rebase(h->ctx, h->syms[own].graph, x, h->syms[sym].graph));
}

const double *wk_slot_values(lua_State *L, wk_host *h, int64_t slot)
{
    wk_slot *s = &h->slots[slot];
    if (s->v) return s->v;
    wick_graph *g = h->syms[s->sym].graph;
    s->v = wick_graph_values(g, s->node);
    if (!s->v) {
        const wick_node node = s->node;
        if (wick_graph_eval(h->ctx, g, &node, 1) < 0) (void)wk_raise_ctx(L, h);
        s->v = wick_graph_values(g, node);
    }
    if (!s->v && h->syms[s->sym].n > 0)
        (void)wk_raise(L, "the series could not be computed (defect of wick)");
    return s->v;
}

wick_graph *wk_decl_graph(lua_State *L, wk_host *h, const char *what)
{
    if (wk_on_bars(h))
        (void)wk_raise(L,
                       "%s makes a series: declare it before the bars run (file body, init, series "
                       "or signals) and read it here with [0]",
                       what);
    if (h->decl < 0 || !h->syms)
        (void)wk_raise(L, "%s makes a series, and there are no bars to make it of here", what);
    return h->syms[h->decl].graph;
}

static void eval_symbol(lua_State *L, wk_host *h, int32_t sym, int64_t first, wick_node *nodes)
{
    wick_graph *g = h->syms[sym].graph;
    int64_t n = 0;
    if (h->sh.stop) wk_budget_check(L, h);
    for (int64_t i = first; i < h->n_slots; i++)
        if (h->slots[i].sym == sym && !h->slots[i].v && !h->extra[i].used)
            nodes[n++] = h->slots[i].node;
    if (n > 0 && wick_graph_eval(h->ctx, g, nodes, n) < 0) (void)wk_raise_ctx(L, h);
    for (int64_t i = first; i < h->n_slots; i++)
        if (h->slots[i].sym == sym && !h->slots[i].v)
            h->slots[i].v = wick_graph_values(g, h->slots[i].node);
}

void wk_eval_declared(lua_State *L, wk_host *h, int32_t sym, int64_t first)
{
    const double began = wick_now();
    wick_node *nodes = lua_newuserdata(L, ((size_t)h->n_slots + 1) * sizeof *nodes);
    for (int32_t s = sym < 0 ? 0 : sym; s < (sym < 0 ? h->n_syms + h->n_inner : sym + 1); s++)
        eval_symbol(L, h, s, first, nodes);
    lua_pop(L, 1);
    h->costs.kernels += wick_now() - began;
}
