/* SPDX-License-Identifier: MIT */
#include "lua/box.h"

#include <string.h>

/* Every metatable of a box has this address at index 1, which no script can forge: metatables are
 * protected. */
static const char mark;

wk_box *wk_any_box(lua_State *L, int i)
{
    if (lua_type(L, i) != LUA_TUSERDATA || !lua_getmetatable(L, i)) return NULL;
    lua_rawgeti(L, -1, 1);
    const bool mine = lua_touserdata(L, -1) == (const void *)&mark;
    lua_pop(L, 2);
    return mine ? lua_touserdata(L, i) : NULL;
}

void *wk_test_box(lua_State *L, int i, const wk_box_type *type)
{
    const wk_box *b = wk_any_box(L, i);
    return b && b->type == type ? b->p : NULL;
}

void *wk_check_box(lua_State *L, int i, const wk_box_type *type, const char *what)
{
    const wk_box *b = wk_any_box(L, i);
    if (b && b->type == type && b->p) return b->p;
    (void)wk_raise(L, "%s: %s is expected, got %s", what, type->name,
                   b ? b->type->name : luaL_typename(L, i));
    return NULL;
}

static int box_gc(lua_State *L)
{
    wk_box *b = lua_touserdata(L, 1);
    if (b->p) b->type->unref(b->p);
    b->p = NULL;
    return 0;
}

static int box_tostring(lua_State *L)
{
    const wk_box *b = wk_any_box(L, 1);
    lua_pushstring(L, b ? b->type->name : "?");
    return 1;
}

static int box_length(lua_State *L)
{
    const wk_box *b = wk_any_box(L, 1);
    if (!b || !b->type->length)
        return wk_raise(L, "a value of type %s has no length", b ? b->type->name : "?");
    lua_pushinteger(L, (lua_Integer)b->type->length(b->p));
    return 1;
}

/* upvalue 2: the methods. */
static int box_index(lua_State *L)
{
    wk_host *h = wk_self(L);
    wk_box *b = wk_any_box(L, 1);
    lua_settop(L, 2);
    if (!b) return wk_raise(L, "this is no handle of wick");
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(2));
    if (!lua_isnil(L, -1)) return 1;
    lua_pop(L, 1);
    if (b->type->index) {
        const int n = b->type->index(L, h, b->p);
        if (n > 0) return n;
    }
    if (lua_type(L, 2) != LUA_TSTRING)
        return wk_raise(L, "%s: it has names, not numbers, as fields", b->type->name);
    const char *word = lua_tostring(L, 2);
    const char *near = wk_nearest_key(L, lua_upvalueindex(2), word);
    if (near) return wk_raise(L, "%s has no '%s'; did you mean '%s'?", b->type->name, word, near);
    return wk_raise(L, "%s has no '%s'", b->type->name, word);
}

static int box_write(lua_State *L)
{
    const wk_box *b = wk_any_box(L, 1);
    return wk_raise(L, "%s cannot be changed", b ? b->type->name : "this");
}

static void push_meta(lua_State *L, wk_host *h, const wk_box_type *type)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)type);
    lua_rawget(L, LUA_REGISTRYINDEX);
    if (!lua_isnil(L, -1)) return;
    lua_pop(L, 1);
    lua_createtable(L, 1, 8);
    lua_pushlightuserdata(L, (void *)(uintptr_t)&mark);
    lua_rawseti(L, -2, 1);
    lua_pushstring(L, type->name);
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, box_gc);
    lua_setfield(L, -2, "__gc");
    wk_push_func(L, h, box_tostring);
    lua_setfield(L, -2, "__tostring");
    wk_push_func(L, h, box_length);
    lua_setfield(L, -2, "__len");
    wk_push_func(L, h, box_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushlightuserdata(L, h);
    lua_newtable(L);
    if (type->methods) wk_set_funcs(L, h, type->methods);
    lua_pushcclosure(L, box_index, 2);
    lua_setfield(L, -2, "__index");
    lua_pushlightuserdata(L, (void *)(uintptr_t)type);
    lua_pushvalue(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
}

wk_box *wk_new_box(lua_State *L, wk_host *h, const wk_box_type *type, int64_t bytes)
{
    /* The VM sees sixteen bytes; without a push, matrices would pile up. */
    if (bytes > 1 << 16)
        (void)lua_gc(L, LUA_GCSTEP, bytes > 1 << 26 ? 1 << 16 : (int)(bytes >> 10));
    wk_box *b = lua_newuserdata(L, sizeof *b);
    b->type = type;
    b->p = NULL;
    push_meta(L, h, type);
    lua_setmetatable(L, -2);
    return b;
}
