/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <string.h>

/* Bars handles: b.close, and what is read of them; other.c has b:symbol and b:higher. */

static const struct {
    const char *name;
    wick_source source;
} sources[] = {
    {"open", WICK_S_OPEN},   {"high", WICK_S_HIGH},       {"low", WICK_S_LOW},
    {"close", WICK_S_CLOSE}, {"volume", WICK_S_VOLUME},   {"hl2", WICK_S_HL2},
    {"hlc3", WICK_S_HLC3},   {"ohlc4", WICK_S_OHLC4},     {"hlcc4", WICK_S_HLCC4},
    {"time", WICK_S_TIME},   {"new_day", WICK_S_NEW_DAY}, {"bar_index", WICK_S_BAR_INDEX},
};
enum { N_SOURCES = sizeof sources / sizeof *sources };

static int find_source(const char *name)
{
    for (int i = 0; i < N_SOURCES; i++)
        if (strcmp(sources[i].name, name) == 0) return i;
    return -1;
}

bool wk_find_source(const char *name, wick_source *out)
{
    const int i = find_source(name);
    if (i >= 0) *out = sources[i].source;
    return i >= 0;
}

bool wk_push_source(lua_State *L, wk_host *h, int32_t sym, const char *name)
{
    const int i = find_source(name);
    if (i < 0) return wk_push_clock(L, h, sym, name);
    const wick_node x = wick_graph_source(h->ctx, h->syms[sym].graph, sources[i].source);
    wk_push_series(L, h, sym, wk_node(L, h, x));
    return true;
}

bool wk_push_fact(lua_State *L, wk_host *h, int32_t sym, const char *name)
{
    const wick_symbol_info *f = wick_bars_info(h->syms[sym].bars);
    char text[16];
    if (strcmp(name, "name") == 0)
        lua_pushstring(L, wick_bars_symbol(h->syms[sym].bars));
    else if (strcmp(name, "tick_size") == 0)
        lua_pushnumber(L, f->tick);
    else if (strcmp(name, "point_value") == 0)
        lua_pushnumber(L, f->point_value);
    else if (strcmp(name, "qty_step") == 0)
        lua_pushnumber(L, f->qty_step);
    else if (strcmp(name, "currency") == 0)
        lua_pushstring(L, f->currency ? f->currency : "");
    else if (strcmp(name, "timezone") == 0)
        lua_pushstring(L, f->timezone ? f->timezone : "");
    else if (strcmp(name, "timeframe") == 0) {
        wick_timeframe_format(text, f->timeframe_ms);
        lua_pushstring(L, text);
    } else
        return false;
    return true;
}

/* Handles carry the symbol's index and the run they belong to. */
void wk_push_handle(lua_State *L, wk_host *h, int32_t i)
{
    lua_createtable(L, 0, 12);
    lua_pushinteger(L, i);
    lua_setfield(L, -2, "id");
    lua_pushnumber(L, h->sh.base);
    lua_setfield(L, -2, "run");
}

void wk_push_bars(lua_State *L, wk_host *h, int32_t i)
{
    wk_push_handle(L, h, i);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->mt_bars);
    lua_setmetatable(L, -2);
}

/* Index behind a handle of the present run. */
int32_t wk_handle_index(lua_State *L, wk_host *h, int i)
{
    const int t = lua_absindex(L, i);
    lua_pushliteral(L, "run");
    lua_rawget(L, t);
    const double run = lua_tonumber(L, -1);
    lua_pushliteral(L, "id");
    lua_rawget(L, t);
    const double id = lua_tonumber(L, -1);
    lua_pop(L, 2);
    if (run != h->sh.base || !(id >= 0.0 && id < (double)(h->n_syms + h->n_inner)))
        (void)wk_raise(L, "stale handle: it belongs to another run");
    return (int32_t)id;
}

int32_t wk_bars_index(lua_State *L, wk_host *h, int i)
{
    if (lua_type(L, i) != LUA_TTABLE || !lua_getmetatable(L, i)) return -1;
    const void *id = lua_topointer(L, -1);
    lua_pop(L, 1);
    if (id != h->id_bars && id != h->id_pine) return -1;
    return wk_handle_index(L, h, i);
}

/* sym handles share the layout. */
int32_t wk_check_sym(lua_State *L, wk_host *h, int i, const char *what)
{
    const void *id = NULL;
    /* Nearly always it is the symbol the hook was called with. */
    const int32_t now = h->sh.phase == WK_DECIDE && h->sh.cur ? h->sh.cur->symbol : -1;
    if (now >= 0 && lua_topointer(L, i) == h->syms[now].handle) return now;
    if (lua_type(L, i) == LUA_TTABLE && lua_getmetatable(L, i)) {
        id = lua_topointer(L, -1);
        lua_pop(L, 1);
    }
    if (id != h->id_sym && id != h->id_pine)
        (void)wk_raise(L, "%s: the symbol comes first; write sym:%s(...) with a colon", what, what);
    return wk_handle_index(L, h, i);
}

/* Stores the value on top of the stack in the handle at 1, so that the next read is plain. */
static int remember(lua_State *L)
{
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -2);
    lua_rawset(L, 1);
    return 1;
}

/* upvalue 2: methods. */
static int bars_index(lua_State *L)
{
    wk_host *h = wk_self(L);
    if (lua_type(L, 2) != LUA_TSTRING) return wk_raise(L, "bars are not indexed: b.close[k]");
    const char *word = lua_tostring(L, 2);
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(2));
    if (!lua_isnil(L, -1)) return 1;
    const int32_t sym = wk_handle_index(L, h, 1);
    if (wk_push_source(L, h, sym, word)) return remember(L);
    if (wk_push_fact(L, h, sym, word)) return 1;
    const char *names[N_SOURCES + 2];
    int64_t n = 0;
    for (int i = 0; i < N_SOURCES; i++) names[n++] = sources[i].name;
    names[n++] = "symbol";
    names[n++] = "higher";
    const char *near = wick_nearest(word, names, n);
    if (near) return wk_raise(L, "bars have no '%s'; did you mean '%s'?", word, near);
    return wk_raise(L, "bars have no '%s'", word);
}

static int no_write(lua_State *L)
{
    return wk_raise(L, "bars cannot be written to");
}

void wk_bars_open(lua_State *L, wk_host *h)
{
    const int core = lua_gettop(L);
    lua_newtable(L);
    const int mt = lua_gettop(L);
    lua_pushlightuserdata(L, h);
    lua_newtable(L);
    wk_push_func(L, h, wk_bars_higher);
    lua_setfield(L, -2, "higher");
    wk_other_open(L, h);
    wk_push_func(L, h, wk_bars_symbol_of);
    lua_setfield(L, -2, "symbol");
    lua_pushvalue(L, -1);
    lua_setfield(L, core, "bars_methods");
    lua_pushcclosure(L, bars_index, 2);
    lua_setfield(L, mt, "__index");
    wk_push_func(L, h, no_write);
    lua_setfield(L, mt, "__newindex");
    lua_pushliteral(L, "bars");
    lua_setfield(L, mt, "__metatable");
    h->id_bars = lua_topointer(L, mt);
    h->mt_bars = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_settop(L, core);
}
