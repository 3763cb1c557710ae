/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <string.h>

/* Names a script does not have, and read-only views that say so. */

static const char *const absent[][2] = {
    {"os", "scripts have no clock and no shell; bar times are b.time and sym.time"},
    {"io", "scripts read no files; data comes with --data"},
    {"debug", "not available in scripts"},
    {"ffi", "not available in scripts"},
    {"jit", "not available in scripts"},
    {"package", "not available in scripts; require finds files beside the script"},
    {"bit", "not on both VMs"},
    {"bit32", "not on both VMs"},
    {"utf8", "not on both VMs"},
    {"unpack", "write table.unpack"},
    {"loadstring", "write load(text)"},
    {"dofile", "write require"},
    {"loadfile", "write require"},
    {"setfenv", "not on both VMs"},
    {"getfenv", "not on both VMs"},
    {"collectgarbage", "memory is the host's business"},
    {"newproxy", "not on both VMs"},
    {"warn", "write print"},
    {"strategy", "pine.strategy { ... } gives the object with entry, close, exit"},
    {"close", "a series of the bars: b.close, s.close"},
    {"open", "a series of the bars: b.open, s.open"},
    {"high", "a series of the bars: b.high, s.high"},
    {"low", "a series of the bars: b.low, s.low"},
    {"volume", "a series of the bars: b.volume, s.volume"},
};

static int unknown_global(lua_State *L)
{
    if (lua_type(L, 2) != LUA_TSTRING) return 0;
    const char *word = lua_tostring(L, 2);
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (strcmp(absent[i][0], word) == 0)
            return wk_raise(L, "unknown global '%s' (%s)", word, absent[i][1]);
    const char *near = wk_nearest_key(L, 1, word);
    if (near) return wk_raise(L, "unknown global '%s'; did you mean '%s'?", word, near);
    return wk_raise(L, "unknown global '%s'", word);
}

static int global_write(lua_State *L)
{
    const char *word = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    return wk_raise(L, "global '%s' assigned; write 'local %s'", word, word);
}

/* core.absent(): what scripts look for in vain, and why. */
static int core_absent(lua_State *L)
{
    lua_newtable(L);
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        lua_pushstring(L, absent[i][1]);
        lua_setfield(L, -2, absent[i][0]);
    }
    return 1;
}

/* upvalue 2: name of the library. */
static int unknown_member(lua_State *L)
{
    if (lua_type(L, 2) != LUA_TSTRING) return 0;
    const char *lib = lua_tostring(L, lua_upvalueindex(2));
    const char *word = lua_tostring(L, 2);
    const char *near = wk_nearest_key(L, 1, word);
    if (near) return wk_raise(L, "%s.%s does not exist; did you mean %s.%s?", lib, word, lib, near);
    return wk_raise(L, "%s.%s does not exist", lib, word);
}

/* upvalue 2: name, upvalue 3: the table behind. */
static int frozen_read(lua_State *L)
{
    lua_pushvalue(L, 2);
    lua_gettable(L, lua_upvalueindex(3));
    if (!lua_isnil(L, -1) || lua_type(L, 2) != LUA_TSTRING) return 1;
    const char *lib = lua_tostring(L, lua_upvalueindex(2));
    const char *word = lua_tostring(L, 2);
    const char *near = wk_nearest_key(L, lua_upvalueindex(3), word);
    if (near) return wk_raise(L, "%s.%s does not exist; did you mean %s.%s?", lib, word, lib, near);
    return wk_raise(L, "%s.%s does not exist", lib, word);
}

static int frozen_write(lua_State *L)
{
    return wk_raise(L, "%s belongs to wick and cannot be changed",
                    lua_tostring(L, lua_upvalueindex(2)));
}

/* core.freeze(name, table): a read-only view that names what it does not have. */
static int core_freeze(lua_State *L)
{
    wk_host *h = wk_self(L);
    lua_settop(L, 2);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushlightuserdata(L, h);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, frozen_read, 3);
    lua_setfield(L, -2, "__index");
    lua_pushlightuserdata(L, h);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, frozen_write, 2);
    lua_setfield(L, -2, "__newindex");
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    return 1;
}

/* Metatable of a library's copy: reads of what is not there raise. */
void wk_push_lib_meta(lua_State *L, wk_host *h, const char *name)
{
    lua_newtable(L);
    lua_pushlightuserdata(L, h);
    lua_pushstring(L, name);
    lua_pushcclosure(L, unknown_member, 2);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__metatable");
}

/* Metatable of the globals. */
void wk_push_env_meta(lua_State *L, wk_host *h)
{
    lua_newtable(L);
    wk_push_func(L, h, unknown_global);
    lua_setfield(L, -2, "__index");
    wk_push_func(L, h, global_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushliteral(L, "globals");
    lua_setfield(L, -2, "__metatable");
}

/* Adds to the core table on top of the stack. */
void wk_names_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"freeze", core_freeze}, {"absent", core_absent}, {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
