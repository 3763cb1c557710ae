/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <string.h>

/* What bar hooks see: `sym`, `ctx`, and the account side of a Pine strategy object. */

typedef enum getter {
    GET_BAR = 1,
    GET_TIME,
    GET_POSITION,
    GET_AVG_PRICE,
    GET_OPEN_PNL,
    GET_BARS_HELD,
    GET_PENDING,
    GET_LOTS,
    GET_LIQUIDATION,
    GET_LONG_UNITS,
    GET_SHORT_UNITS,
    GET_BORROW,
    GET_INTEREST,
    GET_FUNDING,
    GET_DIVIDENDS,
    GET_EQUITY,
    GET_CASH,
    GET_TICK,
    GET_TICK_TIME,
    GET_OPEN_COUNT,
    GET_SYMBOLS,
    GET_ALL,
    GET_PINE = 100 /* and up: wick_pine_what */
} getter;

/* Names and the numbers lua/wick/ffi.lua knows them by. */
typedef struct getter_name {
    const char *name;
    getter get;
} getter_name;

static const getter_name sym_getters[] = {{"bar", GET_BAR},
                                          {"time", GET_TIME},
                                          {"position", GET_POSITION},
                                          {"avg_price", GET_AVG_PRICE},
                                          {"open_pnl", GET_OPEN_PNL},
                                          {"bars_held", GET_BARS_HELD},
                                          {"pending", GET_PENDING},
                                          {"lots", GET_LOTS},
                                          {"liquidation_price", GET_LIQUIDATION},
                                          {"long_units", GET_LONG_UNITS},
                                          {"short_units", GET_SHORT_UNITS},
                                          {NULL, 0}};
static const getter_name pine_getters[] = {{"cash", GET_CASH},
                                           {"bars_held", GET_BARS_HELD},
                                           {"pending", GET_PENDING},
                                           {"bar", GET_BAR},
                                           {NULL, 0}};
static const getter_name ctx_getters[] = {{"bar", GET_TICK},
                                          {"time", GET_TICK_TIME},
                                          {"equity", GET_EQUITY},
                                          {"cash", GET_CASH},
                                          {"open_count", GET_OPEN_COUNT},
                                          {"borrow", GET_BORROW},
                                          {"interest", GET_INTEREST},
                                          {"funding", GET_FUNDING},
                                          {"dividends", GET_DIVIDENDS},
                                          {"symbols", GET_SYMBOLS},
                                          {"all", GET_ALL},
                                          {NULL, 0}};

static void push_sym(lua_State *L, wk_host *h, int32_t i)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_syms);
    lua_rawgeti(L, -1, i + 1);
    lua_remove(L, -2);
}

/* The list behind ctx.symbols is one table, filled again on each tick. */
static void push_present(lua_State *L, wk_host *h, int ctx)
{
    lua_pushliteral(L, "present");
    lua_rawget(L, ctx);
    const wick_cursor *c = h->sh.cur;
    if (h->symbols_tick == c->tick) return;
    h->symbols_tick = c->tick;
    const int list = lua_gettop(L);
    const int had = (int)lua_rawlen(L, list);
    int n = 0;
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_syms);
    for (int32_t i = 0; i < h->n_syms; i++) {
        if (!c->active[i]) continue;
        lua_rawgeti(L, list + 1, i + 1);
        lua_rawseti(L, list, ++n);
    }
    for (int k = had; k > n; k--) {
        lua_pushnil(L);
        lua_rawseti(L, list, k);
    }
    lua_settop(L, list);
}

static void push_getter(lua_State *L, wk_host *h, getter g, int32_t s)
{
    const wick_cursor *c = h->sh.cur;
    const int32_t bar = s >= 0 ? c->bar_of[s] : -1;
    if (g >= GET_PINE) {
        wk_pine_push(L, h, s, (int32_t)g - GET_PINE);
        return;
    }
    switch (g) {
    case GET_BAR: lua_pushinteger(L, bar); return;
    case GET_TIME:
        if (bar >= 0)
            lua_pushinteger(L, (lua_Integer)h->syms[s].time[bar]);
        else
            lua_pushnil(L);
        return;
    case GET_POSITION: lua_pushnumber(L, wick_run_position(h->run, s)); return;
    case GET_AVG_PRICE: lua_pushnumber(L, wick_run_avg_price(h->run, s)); return;
    case GET_OPEN_PNL: lua_pushnumber(L, wick_run_open_pnl(h->run, s)); return;
    case GET_BARS_HELD: lua_pushinteger(L, (lua_Integer)wick_run_bars_held(h->run, s)); return;
    case GET_PENDING: lua_pushinteger(L, wick_run_pending(h->run, s)); return;
    case GET_LOTS: lua_pushinteger(L, wick_run_lots(h->run, s)); return;
    case GET_LIQUIDATION: lua_pushnumber(L, wick_run_liquidation(h->run, s)); return;
    case GET_LONG_UNITS:
    case GET_SHORT_UNITS:
        lua_pushnumber(L, wick_run_side_units(h->run, s, g == GET_LONG_UNITS ? 1 : -1));
        return;
    case GET_BORROW:
    case GET_INTEREST:
    case GET_FUNDING:
    case GET_DIVIDENDS:
        lua_pushnumber(L, wick_run_flow(h->run, (int32_t)g - GET_BORROW + WICK_FLOW_BORROW));
        return;
    case GET_EQUITY: lua_pushnumber(L, c->equity); return;
    case GET_CASH: lua_pushnumber(L, c->cash); return;
    case GET_TICK: lua_pushinteger(L, (lua_Integer)(c->tick - h->tick0)); return;
    case GET_TICK_TIME: lua_pushinteger(L, (lua_Integer)c->time); return;
    case GET_OPEN_COUNT: lua_pushinteger(L, wick_run_open_symbols(h->run)); return;
    default: lua_pushnil(L); return;
    }
}

static void need_decide(lua_State *L, wk_host *h, const char *what)
{
    if (h->sh.phase != WK_DECIDE || !h->run)
        (void)wk_raise(L, "%s is known only inside bar hooks", what);
}

static int unknown_member(lua_State *L, const char *what, const char *word)
{
    static const char *const fields[] = {"open", "high",  "low",  "close",     "volume",     "hl2",
                                         "hlc3", "ohlc4", "name", "tick_size", "point_value"};
    const char *near = wk_nearest_key(L, lua_upvalueindex(2), word);
    if (!near && *what != 'c') near = wick_nearest(word, fields, sizeof fields / sizeof *fields);
    if (near) return wk_raise(L, "%s has no '%s'; did you mean '%s'?", what, word, near);
    return wk_raise(L, "%s has no '%s'", what, word);
}

/* sym.NAME and s.NAME. upvalue 2: methods (functions) and getters (numbers). */
static int sym_index(lua_State *L)
{
    wk_host *h = wk_self(L);
    if (lua_type(L, 2) != LUA_TSTRING)
        return wk_raise(L, "a symbol is not indexed by number: sym.close[k]");
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(2));
    if (lua_isfunction(L, -1)) {
#if !WICK_LUAJIT
        /* A method used once is at hand from then on. LuaJIT's traces want tables of one shape. */
        lua_pushvalue(L, 2);
        lua_pushvalue(L, -2);
        lua_rawset(L, 1);
#endif
        return 1;
    }
    const char *word = lua_tostring(L, 2);
    const int32_t s = wk_check_sym(L, h, 1, word);
    if (lua_isnumber(L, -1)) {
        need_decide(L, h, word);
        const getter g = (getter)lua_tointeger(L, -1);
        push_getter(L, h, g, s);
#if !WICK_LUAJIT
        if (g >= GET_PINE) wk_pine_keep(L, h, s, (int32_t)g - GET_PINE);
#endif
        return 1;
    }
    if (wk_push_source(L, h, s, word) || wk_push_fact(L, h, s, word)) {
        lua_pushvalue(L, 2);
        lua_pushvalue(L, -2);
        lua_rawset(L, 1);
        return 1;
    }
    return unknown_member(L, "a symbol", word);
}

static int handle_write(lua_State *L)
{
    return wk_raise(L,
                    "'%s' cannot be written here; keep values in local variables or in a table "
                    "of your own (state[sym.name])",
                    lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "this");
}

static int handle_text(lua_State *L)
{
    lua_getfield(L, 1, "name");
    return 1;
}

/* ---- ctx ---------------------------------------------------------------------------------- */

static void check_ctx(lua_State *L, wk_host *h, const char *what)
{
    const void *id = NULL;
    if (lua_type(L, 1) == LUA_TTABLE && lua_getmetatable(L, 1)) {
        id = lua_topointer(L, -1);
        lua_pop(L, 1);
    }
    if (id != h->id_ctx) (void)wk_raise(L, "%s: write ctx:%s(...) with a colon", what, what);
}

static int ctx_index(lua_State *L)
{
    wk_host *h = wk_self(L);
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(2));
    if (lua_isfunction(L, -1)) return 1;
    const char *word = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    if (!lua_isnumber(L, -1)) return unknown_member(L, "ctx", word);
    check_ctx(L, h, word);
    const getter g = (getter)lua_tointeger(L, -1);
    if (g == GET_ALL) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_syms);
        return 1;
    }
    char what[32];
    snprintf(what, sizeof what, "ctx.%s", word);
    need_decide(L, h, what);
    if (g == GET_SYMBOLS)
        push_present(L, h, 1);
    else
        push_getter(L, h, g, -1);
    return 1;
}

static int ctx_sym(lua_State *L)
{
    wk_host *h = wk_self(L);
    check_ctx(L, h, "sym");
    const char *name = luaL_checkstring(L, 2);
    const int64_t i = h->panel ? wick_panel_find(h->panel, name) : 0;
    if (i >= 0) {
        push_sym(L, h, (int32_t)i);
        return 1;
    }
    const char **names = lua_newuserdata(L, ((size_t)h->n_syms + 1) * sizeof *names);
    for (int32_t k = 0; k < h->n_syms; k++) names[k] = wick_bars_symbol(h->syms[k].bars);
    const char *near = wick_nearest(name, names, h->n_syms);
    if (near)
        return wk_raise(L, "ctx:sym: symbol '%s' is not loaded; did you mean '%s'?", name, near);
    return wk_raise(L, "ctx:sym: symbol '%s' is not loaded", name);
}

/* ctx:series(name, function(b) ... end): one declared series per symbol. */
static int ctx_series(lua_State *L)
{
    wk_host *h = wk_self(L);
    check_ctx(L, h, "series");
    const char *name = luaL_checkstring(L, 2);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    wk_check_depth(L, h);
    if (h->sh.phase == WK_DECIDE || !h->syms)
        return wk_raise(L, "ctx:series: series are declared in init");
    const int32_t before = h->decl;
    for (int32_t i = 0; i < h->n_syms; i++) {
        h->decl = i;
        push_sym(L, h, i);
        lua_pushvalue(L, 3);
        wk_push_bars(L, h, i);
        lua_call(L, 1, 1);
        const int64_t slot = wk_series_slot(L, h, -1);
        if (slot < 0)
            return wk_raise(L, "ctx:series: the function for '%s' must return a series, got %s",
                            name, luaL_typename(L, -1));
        if (h->slots[slot].sym != i)
            return wk_raise(L, "ctx:series: the function for '%s' returned another symbol's series",
                            name);
        h->extra[slot].used = false; /* wanted for itself, whatever else reads it */
        lua_pushvalue(L, 2);
        lua_insert(L, -2);
        lua_rawset(L, -3);
        lua_pop(L, 1);
    }
    h->decl = before;
    return 0;
}

/* Current value of a named series (or the series itself) for symbol s. */
static double rank_value(lua_State *L, wk_host *h, int32_t s, int key)
{
    push_sym(L, h, s);
    lua_pushvalue(L, key);
    lua_gettable(L, -2);
    const int64_t slot = wk_series_slot(L, h, -1);
    if (slot < 0)
        (void)wk_raise(L,
                       "ctx:rank: symbols have no series '%s'; declare it in init with "
                       "ctx:series(\"%s\", function(b) ... end)",
                       lua_tostring(L, key), lua_tostring(L, key));
    lua_pop(L, 2);
    const double *v = wk_slot_values(L, h, slot);
    return v[h->sh.cur->bar_of[s]];
}

/* ctx:rank(name, n): highest first, ties by symbol; absent and NA ones are left out. */
static int ctx_rank(lua_State *L)
{
    wk_host *h = wk_self(L);
    check_ctx(L, h, "rank");
    (void)luaL_checkstring(L, 2);
    const double want = luaL_optnumber(L, 3, 1e9);
    need_decide(L, h, "ctx:rank");
    if (!(want >= 0)) return wk_raise(L, "ctx:rank: the count must be 0 or more");
    struct cand {
        double v;
        int32_t s;
    } *c = lua_newuserdata(L, ((size_t)h->n_syms + 1) * sizeof *c);
    int32_t n = 0;
    for (int32_t i = 0; i < h->n_syms; i++) {
        if (!h->sh.cur->active[i]) continue;
        const double v = rank_value(L, h, i, 2);
        if (isnan(v)) continue;
        /* Insertion keeps ties in symbol order; panels are small. */
        int32_t k = n++;
        for (; k > 0 && c[k - 1].v < v; k--) c[k] = c[k - 1];
        c[k].v = v;
        c[k].s = i;
    }
    const int32_t take = want < (double)n ? (int32_t)want : n;
    lua_createtable(L, take, 0);
    for (int32_t i = 0; i < take; i++) {
        push_sym(L, h, c[i].s);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* ---- making the handles of a run ---------------------------------------------------------- */

void wk_push_syms(lua_State *L, wk_host *h)
{
    const int top = lua_gettop(L);
    lua_createtable(L, h->n_syms, 0);
    for (int32_t i = 0; i < h->n_syms; i++) {
        lua_createtable(L, 0, 16);
        h->syms[i].handle = lua_topointer(L, -1);
        lua_pushinteger(L, i);
        lua_setfield(L, -2, "id");
        lua_pushnumber(L, h->sh.base);
        lua_setfield(L, -2, "run");
        lua_pushstring(L, wick_bars_symbol(h->syms[i].bars));
        lua_setfield(L, -2, "name");
        lua_rawgeti(L, LUA_REGISTRYINDEX, h->mt_sym);
        lua_setmetatable(L, -2);
        lua_rawseti(L, -2, i + 1);
    }
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_syms);
    lua_createtable(L, 0, 4);
    lua_newtable(L);
    lua_setfield(L, -2, "present");
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->mt_ctx);
    lua_setmetatable(L, -2);
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_ctx);
    h->symbols_tick = -1;
    lua_settop(L, top);
}

/* Metatable on the stack with methods table as upvalue 2 of its __index; leaves both: mt, methods.
 */
static void make_meta(lua_State *L, wk_host *h, lua_CFunction index, const getter_name *g,
                      const char *name)
{
    lua_newtable(L);
    lua_newtable(L);
    for (; g->name; g++) {
        lua_pushinteger(L, (lua_Integer)g->get);
        lua_setfield(L, -2, g->name);
    }
    lua_pushlightuserdata(L, h);
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, index, 2);
    lua_setfield(L, -3, "__index");
    lua_pushstring(L, name);
    lua_setfield(L, -3, "__metatable");
    wk_push_func(L, h, handle_write);
    lua_setfield(L, -3, "__newindex");
}

/* Leaves core.sym_meta/sym_methods, core.pine_meta/..., core.ctx_meta/... */
static void keep_meta(lua_State *L, int core, const char *meta, const char *methods)
{
    lua_setfield(L, core, methods);
    lua_setfield(L, core, meta);
}

static int empty_ref(lua_State *L)
{
    lua_newtable(L);
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

void wk_sym_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg ctx_methods[] = {
        {"sym", ctx_sym}, {"series", ctx_series}, {"rank", ctx_rank}, {NULL, NULL}};
    const int core = lua_gettop(L);
    make_meta(L, h, sym_index, sym_getters, "sym");
    wk_push_func(L, h, handle_text);
    lua_setfield(L, -3, "__tostring");
    h->id_sym = lua_topointer(L, -2);
    lua_pushvalue(L, -2);
    h->mt_sym = luaL_ref(L, LUA_REGISTRYINDEX);
    keep_meta(L, core, "sym_meta", "sym_methods");
    make_meta(L, h, sym_index, pine_getters, "pine");
    wk_pine_names(L, GET_PINE);
    h->id_pine = lua_topointer(L, -2);
    lua_pushvalue(L, -2);
    h->mt_pine = luaL_ref(L, LUA_REGISTRYINDEX);
    keep_meta(L, core, "pine_meta", "pine_methods");
    make_meta(L, h, ctx_index, ctx_getters, "ctx");
    wk_set_funcs(L, h, ctx_methods);
    h->id_ctx = lua_topointer(L, -2);
    lua_pushvalue(L, -2);
    h->mt_ctx = luaL_ref(L, LUA_REGISTRYINDEX);
    keep_meta(L, core, "ctx_meta", "ctx_methods");
    h->ref_syms = empty_ref(L);
    h->ref_ctx = empty_ref(L);
}
