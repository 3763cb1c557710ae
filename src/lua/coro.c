/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

/*
 * Own create, resume and wrap. Lua 5.4 keeps hooks per coroutine, so the budget has to know which
 * one runs and to follow errors out of it; LuaJIT does not limit how deeply resumes are nested, and
 * each one takes C stack.
 */
enum { MAX_DEPTH = 150 };

static int co_create(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

/* Results or the error value are moved onto L; returns their number, -1 with an error. */
static int run_coroutine(lua_State *L, lua_State *co, int nargs)
{
    wk_host *h = wk_self(L);
    if (h->call_depth >= MAX_DEPTH) (void)wk_raise(L, "stack overflow (coroutines in coroutines)");
    if (lua_status(co) == 0 && lua_gettop(co) == 0) {
        lua_pushliteral(L, "cannot resume dead coroutine");
        return -1;
    }
    if (co == L || (lua_status(co) != 0 && lua_status(co) != LUA_YIELD)) {
        lua_pushliteral(L, "cannot resume a coroutine that runs or has failed");
        return -1;
    }
    if (!lua_checkstack(co, nargs)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, nargs);
    lua_State *before = h->running;
    int nres = 0;
    h->running = co;
    h->call_depth++;
    const int st = wk_resume(co, L, nargs, &nres);
    h->call_depth--;
    h->running = before;
    if (h->sh.stop) wk_budget_check(L, h);
    if (st != 0 && st != LUA_YIELD) {
        lua_xmove(co, L, 1);
        return -1;
    }
    if (!lua_checkstack(L, nres + 1)) {
        lua_pop(co, nres);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(co, L, nres);
    return nres;
}

static int co_resume(lua_State *L)
{
    lua_State *co = lua_tothread(L, 1);
    luaL_argcheck(L, co, 1, "coroutine expected");
    const int n = run_coroutine(L, co, lua_gettop(L) - 1);
    lua_pushboolean(L, n >= 0);
    lua_insert(L, n >= 0 ? -(n + 1) : -2);
    return n >= 0 ? n + 1 : 2;
}

static int wrapped(lua_State *L)
{
    lua_State *co = lua_tothread(L, lua_upvalueindex(2));
    const int n = run_coroutine(L, co, lua_gettop(L));
    return n >= 0 ? n : lua_error(L);
}

static int co_wrap(lua_State *L)
{
    wk_host *h = wk_self(L);
    (void)co_create(L);
    lua_pushlightuserdata(L, h);
    lua_insert(L, -2);
    lua_pushcclosure(L, wrapped, 2);
    return 1;
}

void wk_coro_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"create", co_create}, {"resume", co_resume}, {"wrap", co_wrap}, {NULL, NULL}};
    lua_getglobal(L, "coroutine");
    wk_set_funcs(L, h, list);
    lua_setfield(L, -2, "coroutine");
}
