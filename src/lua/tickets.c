/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

/* What is held of a symbol lot by lot, and closing one of them by name (lots=hedge). */

static void number(lua_State *L, const char *key, double v)
{
    if (v != v) return; /* a level that is not there */
    wk_push_double(L, v);
    lua_setfield(L, -2, key);
}

/* sym:tickets(): oldest first. */
static int sym_tickets(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t s = wk_check_sym(L, h, 1, "tickets");
    if (h->sh.phase != WK_DECIDE || !h->run)
        return wk_raise(L, "tickets: what is held is known inside bar hooks");
    wick_ticket t;
    lua_newtable(L);
    for (int32_t i = 0; wick_run_ticket(h->run, s, i, &t); i++) {
        lua_createtable(L, 0, 11);
        number(L, "id", t.order);
        if (t.tag > 0) {
            lua_pushstring(L, wick_run_text(h->run, t.tag));
            lua_setfield(L, -2, "tag");
        }
        lua_pushstring(L, t.side > 0 ? "long" : "short");
        lua_setfield(L, -2, "side");
        number(L, "bar", t.bar);
        number(L, "time", (double)t.time);
        number(L, "units", t.qty);
        number(L, "price", t.price);
        number(L, "stop", t.stop);
        number(L, "target", t.target);
        number(L, "trail", t.trail);
        number(L, "pnl", t.pnl);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* sym:close_ticket(id or tag [, fraction] [, tag]) */
static int sym_close_ticket(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t s = wk_check_sym(L, h, 1, "close_ticket");
    if (h->sh.phase != WK_DECIDE || !h->run)
        return wk_raise(L, "close_ticket: orders are placed inside bar hooks");
    const int32_t ticket = wk_ticket_at(L, h, 2, "close_ticket");
    const double f = luaL_optnumber(L, 3, 1.0);
    const char *tag = luaL_optstring(L, 4, NULL);
    if (!(f > 0.0 && f <= 1.0))
        return wk_raise(L, "close_ticket: the fraction must be above 0 and at most 1, got %g", f);
    const int32_t id =
        wick_run_close_ticket(h->run, s, ticket, f, tag ? wick_run_tag(h->run, tag) : 0);
    if (id < 0) return wk_raise(L, "close_ticket: %s", wick_run_refusal(h->run));
    if (id > 0) {
        lua_pushinteger(L, id);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, wick_run_refusal(h->run));
    return 2;
}

void wk_tickets_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"tickets", sym_tickets}, {"close_ticket", sym_close_ticket}, {NULL, NULL}};
    const int core = lua_gettop(L);
    lua_getfield(L, core, "sym_methods");
    wk_set_funcs(L, h, list);
    lua_settop(L, core);
}
