/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <stdlib.h>

/*
 * Series that a script writes itself, bar by bar (pine.series). The column is as long as the bars
 * are many, so reading x[k] is what it is for every other series. A bar on which nothing is set
 * repeats the last value (pine_semantics.md 1.5 and 3).
 */

enum { OWN_MAX = 4096 };

int32_t wk_present_sym(lua_State *L, wk_host *h, const char *what)
{
    if (wk_on_bars(h) && h->sh.cur && h->sh.cur->symbol >= 0) return h->sh.cur->symbol;
    if (wk_on_bars(h) || h->decl < 0 || !h->syms)
        (void)wk_raise(L, "%s: there are no bars of one symbol here", what);
    return h->decl;
}

void wk_written_roll(void *host, int32_t sym, double bar)
{
    wk_host *h = host;
    wk_sym *s = &h->syms[sym];
    const int64_t to = (int64_t)bar, from = s->own_bar < 0 ? 1 : s->own_bar + 1;
    for (int32_t k = 0; k < s->n_own; k++) {
        double *v = s->own[k];
        for (int64_t i = from; i <= to; i++) v[i] = v[i - 1];
    }
    if (to > s->own_bar) s->own_bar = to;
}

static double *new_column(wk_host *h, int32_t sym, double start)
{
    wk_sym *s = &h->syms[sym];
    if (s->n_own == s->cap_own) {
        const int32_t cap = s->cap_own ? 2 * s->cap_own : 8;
        double **own = realloc(s->own, (size_t)cap * sizeof *own);
        if (!own) return NULL;
        s->own = own;
        s->cap_own = cap;
    }
    double *v = malloc((size_t)(s->n > 0 ? s->n : 1) * sizeof *v);
    if (!v) return NULL;
    v[0] = start;
    for (int64_t i = 1; i <= s->own_bar && i < s->n; i++) v[i] = start;
    s->own[s->n_own++] = v;
    h->sh.n_own++;
    return v;
}

void wk_push_written(lua_State *L, wk_host *h, int32_t sym)
{
    double *v = h->syms[sym].n_own < OWN_MAX ? new_column(h, sym, WICK_NA) : NULL;
    if (!v) (void)luaL_error(L, "out of memory");
    wk_push_series(L, h, sym, WK_OWN);
    h->slots[h->n_slots - 1].v = v;
}

/* core.own_series(start): of the symbol in hand. */
static int own_series(lua_State *L)
{
    wk_host *h = wk_self(L);
    const double start = lua_isnoneornil(L, 1) ? WICK_NA : luaL_checknumber(L, 1);
    const int32_t sym = wk_present_sym(L, h, "pine.series");
    if (h->syms[sym].n_own >= OWN_MAX)
        return wk_raise(L,
                        "pine.series: more than %d of them; make them once, in the file body, and "
                        "not in the bar function",
                        OWN_MAX);
    /* Made on a bar: what lies before it is the start too. */
    if (wk_on_bars(h)) wk_written_roll(h, sym, h->sh.cur->bar_of[sym]);
    double *v = new_column(h, sym, start);
    if (!v) return luaL_error(L, "out of memory");
    wk_push_series(L, h, sym, WK_OWN);
    h->slots[h->n_slots - 1].v = v;
    return 1;
}

/* x:set(v). Booleans are 1 and 0. On LuaJIT lua/wick/ffi.lua has a faster one. */
static int own_set(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int64_t slot = wk_series_slot(L, h, 1);
    if (slot < 0 || h->slots[slot].node != WK_OWN)
        return wk_raise(L, "set: only a series made by pine.series can be written");
    if (!wk_on_bars(h) || h->slots[slot].sym >= h->sh.n_bars)
        return wk_raise(L, "set: series are written in the bar function; pine.series(start) gives "
                           "the value before");
    double x;
    switch (lua_type(L, 2)) {
    case LUA_TNUMBER: x = lua_tonumber(L, 2); break;
    case LUA_TBOOLEAN: x = lua_toboolean(L, 2) ? 1.0 : 0.0; break;
    case LUA_TNIL:
    case LUA_TNONE: x = WICK_NA; break;
    default:
        return wk_raise(L,
                        "set: a number is expected, got %s; pine.series(\"object\") takes any "
                        "value",
                        luaL_typename(L, 2));
    }
    const int32_t bar = h->sh.cur->bar_of[h->slots[slot].sym];
    if (bar < 0) return 0;
    wk_written_roll(h, h->slots[slot].sym, bar);
    ((double *)(uintptr_t)h->slots[slot].v)[bar] = x;
    if (h->extra[slot].n_hot > 0) {
        lua_rawgeti(L, 1, 0);
        if (!lua_isnil(L, -1)) {
            lua_pushnumber(L, x);
            lua_rawseti(L, 1, 0);
        }
    }
    return 0;
}

void wk_written_free(wk_host *h)
{
    for (int32_t i = 0; h->syms && i < h->n_syms + h->n_inner; i++) {
        wk_sym *s = &h->syms[i];
        for (int32_t k = 0; k < s->n_own; k++) free(s->own[k]);
        free(s->own);
        s->own = NULL;
        s->n_own = s->cap_own = 0;
    }
    h->sh.n_own = 0;
}

/* core.bar(): index of the present bar of the symbol in hand; core.present(): its number. */
static int core_bar(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_present_sym(L, h, "the present bar");
    if (!wk_on_bars(h)) return wk_raise(L, "the present bar is known in the bar function only");
    lua_pushinteger(L, h->sh.cur->bar_of[sym]);
    return 1;
}

static int core_present(lua_State *L)
{
    wk_host *h = wk_self(L);
    lua_pushinteger(L, wk_present_sym(L, h, lua_isstring(L, 1) ? lua_tostring(L, 1) : "pine"));
    return 1;
}

/* core.bars_of(number): the bars of a symbol. */
static int core_bars_of(lua_State *L)
{
    wk_host *h = wk_self(L);
    const double i = luaL_checknumber(L, 1);
    if (!(i >= 0 && i < (double)(h->n_syms + h->n_inner))) return wk_raise(L, "no such symbol");
    wk_push_bars(L, h, (int32_t)i);
    return 1;
}

/* core.on_bars(): true in bar functions. */
static int core_on_bars(lua_State *L)
{
    lua_pushboolean(L, wk_on_bars(wk_self(L)));
    return 1;
}

/* Adds to the core table on top of the stack; the series' methods are in core.ops. */
void wk_written_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"own_series", own_series}, {"bar", core_bar},
                                    {"present", core_present},  {"bars_of", core_bars_of},
                                    {"on_bars", core_on_bars},  {NULL, NULL}};
    const int core = lua_gettop(L);
    h->sh.roll = wk_written_roll;
    wk_set_funcs(L, h, list);
    lua_getfield(L, core, "series_methods");
    wk_push_func(L, h, own_set);
    lua_setfield(L, -2, "set");
    lua_settop(L, core);
}
