/* SPDX-License-Identifier: MIT */
/**
 * One binding source for two VMs: the Lua 5.1 C API that LuaJIT has, and on Lua 5.4 the few names
 * that changed. WICK_LUAJIT is 1 or 0 on the compiler's command line.
 */
#ifndef WICK_LUA_COMPAT_H
#define WICK_LUA_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <stdbool.h>
#include <stddef.h>

#if WICK_LUAJIT
#include <luajit.h>

#define lua_rawlen(L, i) lua_objlen((L), (i))

static inline int lua_absindex(lua_State *L, int i)
{
    return i > 0 || i <= LUA_REGISTRYINDEX ? i : lua_gettop(L) + i + 1;
}

/* Whole numbers are what Lua 5.4 would keep as integers. */
static inline bool wk_is_whole(lua_State *L, int i)
{
    if (lua_type(L, i) != LUA_TNUMBER) return false;
    const lua_Number x = lua_tonumber(L, i);
    return x >= -9007199254740992.0 && x <= 9007199254740992.0 && x == (lua_Number)(long long)x;
}

/* 5.1 keeps a function's globals as its environment, 5.4 as its first upvalue. */
static inline void wk_set_env(lua_State *L, int func)
{
    (void)lua_setfenv(L, func);
}

static inline int wk_resume(lua_State *co, lua_State *from, int nargs, int *nres)
{
    (void)from;
    const int st = lua_resume(co, nargs);
    *nres = lua_gettop(co);
    return st;
}

static inline void wk_get_uservalue(lua_State *L, int i)
{
    lua_getfenv(L, i);
}

static inline void wk_set_uservalue(lua_State *L, int i)
{
    (void)lua_setfenv(L, i);
}
#else
static inline bool wk_is_whole(lua_State *L, int i)
{
    int ok = 0;
    if (lua_type(L, i) != LUA_TNUMBER) return false;
    (void)lua_tointegerx(L, i, &ok);
    return ok != 0;
}

static inline void wk_set_env(lua_State *L, int func)
{
    const int f = lua_absindex(L, func);
    if (!lua_setupvalue(L, f, 1)) lua_pop(L, 1);
}

static inline int wk_resume(lua_State *co, lua_State *from, int nargs, int *nres)
{
    return lua_resume(co, from, nargs, nres);
}

static inline void wk_get_uservalue(lua_State *L, int i)
{
    (void)lua_getiuservalue(L, i, 1);
}

static inline void wk_set_uservalue(lua_State *L, int i)
{
    (void)lua_setiuservalue(L, i, 1);
}
#endif

#endif
