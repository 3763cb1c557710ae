/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <string.h>

/*
 * calc_on_order_fills on the host's side: a bar function that runs again inside a bar starts from,
 * and leaves, what the script remembered when the bar began. lua/wick/pine/rollback.lua walks its
 * variables; here are the columns that scripts write, the stream of random numbers, and indicators.
 */

static void push_part(lua_State *L, wk_host *h, const char *name)
{
    wk_push_module(L, h, "wick.pine.rollback");
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}

/* core.stream_save(value, twin or nil) -> a stream with the state of `value`; nothing when that is
 * no stream. */
static int stream_save(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_stream *s = wk_stream_at(L, 1, h);
    if (!s) return 0;
    if (lua_isnoneornil(L, 2))
        wk_push_stream_twin(L, h, 1);
    else
        lua_pushvalue(L, 2);
    wick_stream_copy(wk_stream_at(L, -1, h), s);
    return 1;
}

/* core.stream_back(stream, twin) */
static int stream_back(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_stream *s = wk_stream_at(L, 1, h);
    const wick_stream *twin = wk_stream_at(L, 2, h);
    if (!s || !twin) return wk_raise(L, "streams are expected");
    wick_stream_copy(s, twin);
    return 0;
}

static int32_t symbol_at(lua_State *L, const wk_host *h)
{
    const double s = luaL_checknumber(L, 1);
    if (!(s >= 0.0 && s < (double)h->n_syms)) (void)wk_raise(L, "no such symbol");
    return (int32_t)s;
}

static int refill_begin(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t s = symbol_at(L, h);
    if (h->syms[s].n_own > 0) wk_written_roll(h, s, h->sh.cur->bar_of[s]);
    h->rng_kept = h->rng;
    return 0;
}

static bool is_kept(lua_State *L, wk_host *h, const double *column, int list, int n)
{
    bool yes = false;
    for (int i = 1; i <= n && !yes; i++) {
        lua_rawgeti(L, list, i);
        const int64_t slot = wk_series_slot(L, h, -1);
        yes = slot >= 0 && h->slots[slot].v == column;
        lua_pop(L, 1);
    }
    return yes;
}

/* core.refill_end(symbol, list, n): the first n series of the list are not rolled back. Nothing can
 * fill on a first bar, so that there is always one before. */
static int refill_end(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = symbol_at(L, h), bar = h->sh.cur->bar_of[sym];
    const int n = (int)luaL_checknumber(L, 3);
    wk_sym *s = &h->syms[sym];
    h->rng = h->rng_kept;
    for (int32_t k = 0; k < s->n_own && bar > 0; k++)
        if (!is_kept(L, h, s->own[k], 2, n)) s->own[k][bar] = s->own[k][bar - 1];
    s->fresh = -1;
    return 0;
}

static int script_globals(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, wk_self(L)->ref_env);
    return 1;
}

static int script_modules(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, wk_self(L)->ref_loaded);
    return 1;
}

void wk_refill_watch(lua_State *L, wk_host *h)
{
    push_part(L, h, "watch");
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_modules);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_env);
    lua_call(L, 2, 0);
    h->refills = true;
}

void wk_refill_forget(lua_State *L, wk_host *h)
{
    h->refills = false;
    push_part(L, h, "forget");
    lua_call(L, 0, 0);
}

void wk_refill_module(lua_State *L, wk_host *h, const char *name, int value)
{
    const int v = lua_absindex(L, value);
    if (strcmp(name, "wick.pine.rollback") == 0) return;
    push_part(L, h, "module");
    lua_pushvalue(L, v);
    lua_call(L, 1, 0);
}

void wk_refill_keep(lua_State *L, wk_host *h, int32_t sym, int t)
{
    const int s = lua_absindex(L, t);
    push_part(L, h, "keep");
    lua_pushinteger(L, sym);
    lua_pushliteral(L, "varip");
    lua_rawget(L, s);
    lua_call(L, 2, 0);
}

void wk_refill_push(lua_State *L, wk_host *h)
{
    push_part(L, h, "run");
}

void wk_refill_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"stream_save", stream_save},
                                    {"stream_back", stream_back},
                                    {"refill_begin", refill_begin},
                                    {"refill_end", refill_end},
                                    {"script_globals", script_globals},
                                    {"script_modules", script_modules},
                                    {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
