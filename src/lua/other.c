/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <string.h>

/*
 * Bars of another symbol or of a higher timeframe in wick's own scripts: b:symbol(name) and
 * b:higher(timeframe, what). What is made of them is a text in the language of wick.expr or a
 * function of those bars, which may use everything a declaration may, indicators in Lua too; it
 * comes back onto the bars that asked, each value once its own bar has closed.
 */

/* ---- which bars --------------------------------------------------------------------------- */

const char *wk_other_name(lua_State *L, wk_host *h, int i, int32_t *base)
{
    if (lua_type(L, i) != LUA_TTABLE || !lua_getmetatable(L, i)) return NULL;
    const bool other = lua_topointer(L, -1) == h->id_other;
    lua_pop(L, 1);
    if (!other) return NULL;
    const int t = lua_absindex(L, i);
    *base = wk_handle_index(L, h, t);
    lua_pushliteral(L, "of");
    lua_rawget(L, t);
    const char *name = lua_tostring(L, -1);
    lua_pop(L, 1); /* the handle keeps it */
    return name;
}

void wk_other_check(lua_State *L, wk_host *h, const char *name)
{
    const char *names[512];
    int64_t n = 0;
    if (!h->panel || wick_panel_find(h->panel, name) >= 0) return;
    for (; n < h->n_syms && n < 512; n++) names[n] = wick_bars_symbol(h->syms[n].bars);
    const char *near = wick_nearest(name, names, n);
    if (near) (void)wk_raise(L, "symbol '%s' is not loaded; did you mean '%s'?", name, near);
    (void)wk_raise(L, "symbol '%s' is not loaded", name);
}

/* Of a symbol ("": that of `base`) in a timeframe (0: its own). */
static int32_t bars_in(lua_State *L, wk_host *h, int32_t base, const char *name, int64_t ms,
                       const char *what)
{
    if (name[0]) wk_other_check(L, h, name);
    const int64_t at = name[0] && h->panel ? wick_panel_find(h->panel, name) : base;
    const wick_bars *from = h->syms[at].bars;
    const int64_t have = wick_bars_info(from)->timeframe_ms;
    char asked[16], own[16];
    if (ms > 0 && have > ms) {
        wick_timeframe_format(asked, ms);
        wick_timeframe_format(own, have);
        return wk_raise(L, "%s: timeframe %s is finer than the %s bars of %s", what, asked, own,
                        wick_bars_symbol(from));
    }
    const int32_t sym = wk_inner_bars(L, h, base, name, ms, what);
    return sym >= 0 ? sym : wk_raise(L, "%s: there are no such bars", what);
}

int32_t wk_other_bars(lua_State *L, wk_host *h, int32_t base, const char *name, const char *what)
{
    return bars_in(L, h, base, name, 0, what);
}

/* ---- what is made of them ------------------------------------------------------------------ */

/* The text or function at `f` on those bars; its results on the bars that asked. */
static int made_on(lua_State *L, wk_host *h, int32_t sym, int f, const char *what)
{
    const int top = lua_gettop(L);
    if (lua_type(L, f) == LUA_TSTRING) {
        const wick_node x =
            wick_graph_expr(h->ctx, h->syms[sym].graph, lua_tostring(L, f), NULL, NULL);
        wk_push_series(L, h, sym, wk_node(L, h, x));
    } else {
        lua_pushvalue(L, f);
        wk_push_bars(L, h, sym);
        wk_inner_call(L, h, sym, 1);
    }
    const int n = lua_gettop(L) - top;
    if (n == 0)
        return wk_raise(L, "%s: the function must return series of the bars it is given", what);
    for (int i = 1; i <= n; i++) wk_inner_back(L, h, sym, top + i, what);
    return n;
}

static bool is_made(lua_State *L, int i)
{
    return lua_type(L, i) == LUA_TSTRING || lua_type(L, i) == LUA_TFUNCTION;
}

/* b:higher(timeframe, what), b:symbol(name):higher(timeframe, what) */
int wk_bars_higher(lua_State *L)
{
    wk_host *h = wk_self(L);
    int32_t sym = wk_bars_index(L, h, 1);
    const char *name = sym < 0 ? wk_other_name(L, h, 1, &sym) : "";
    if (sym < 0 || !name || !is_made(L, 3))
        return wk_raise(L, "higher: write b:higher(\"1w\", \"ema(close, 10)\") or b:higher(\"1w\", "
                           "function(w) return ta.ema(w.close, 10) end)");
    const char *frame = luaL_checkstring(L, 2);
    int64_t ms = 0;
    (void)wk_decl_graph(L, h, "b:higher");
    if (!wick_timeframe_parse(frame, &ms))
        return wk_raise(L, "higher: '%s' is no timeframe (15m, 1h, 4h, 1d, 1w, 1mo)", frame);
    if (name[0] || lua_type(L, 3) == LUA_TFUNCTION)
        return made_on(L, h, bars_in(L, h, sym, name, ms, "higher"), 3, "higher");
    const wick_node x = wick_graph_higher(h->ctx, h->syms[sym].graph, ms, lua_tostring(L, 3));
    wk_push_series(L, h, sym, wk_node(L, h, x));
    return 1;
}

/* b:symbol(name): fields are the other symbol's sources on these bars; b:symbol(name, what). */
int wk_bars_symbol_of(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_bars_index(L, h, 1);
    if (sym < 0 || (!lua_isnoneornil(L, 3) && !is_made(L, 3)))
        return wk_raise(L, "symbol: write b:symbol(\"SPY\").close or b:symbol(\"SPY\", function(o) "
                           "return ta.atr(o, 14) end)");
    const char *name = luaL_checkstring(L, 2);
    (void)wk_decl_graph(L, h, "b:symbol");
    if (!lua_isnoneornil(L, 3))
        return made_on(L, h, wk_other_bars(L, h, sym, name, "symbol"), 3, "symbol");
    wk_push_handle(L, h, sym);
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "of");
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->mt_other);
    lua_setmetatable(L, -2);
    return 1;
}

/* ---- the handle ---------------------------------------------------------------------------- */

/* upvalue 2: methods. */
static int other_index(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *word = luaL_checkstring(L, 2);
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(2));
    if (!lua_isnil(L, -1)) return 1;
    int32_t sym = -1;
    const char *name = wk_other_name(L, h, 1, &sym);
    wick_source source;
    if (!name || !wk_find_source(word, &source))
        return wk_raise(L,
                        "bars of another symbol have no '%s': they have sources and :higher; the "
                        "rest by b:symbol(name, function(o) ... end)",
                        word);
    (void)wk_decl_graph(L, h, "b:symbol");
    wk_other_check(L, h, name);
    /* In the load context there is one nameless symbol: any source stands for the other's. */
    wick_graph *g = h->syms[sym].graph;
    const wick_node x = h->sh.phase == WK_LOAD ? wick_graph_source(h->ctx, g, source)
                                               : wick_graph_other(h->ctx, g, name, source);
    wk_push_series(L, h, sym, wk_node(L, h, x));
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -2);
    lua_rawset(L, 1); /* the next read is plain */
    return 1;
}

static int no_write(lua_State *L)
{
    return wk_raise(L, "bars cannot be written to");
}

void wk_other_open(lua_State *L, wk_host *h)
{
    lua_newtable(L);
    lua_pushlightuserdata(L, h);
    lua_newtable(L);
    wk_push_func(L, h, wk_bars_higher);
    lua_setfield(L, -2, "higher");
    lua_pushcclosure(L, other_index, 2);
    lua_setfield(L, -2, "__index");
    wk_push_func(L, h, no_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushliteral(L, "bars");
    lua_setfield(L, -2, "__metatable");
    h->id_other = lua_topointer(L, -1);
    h->mt_other = luaL_ref(L, LUA_REGISTRYINDEX);
}
