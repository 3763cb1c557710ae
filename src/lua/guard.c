/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <stdlib.h>
#include <string.h>

/* Basic functions of Lua that a script gets in a guarded form. */

static bool is_protected(lua_State *L, int i)
{
    if (!lua_getmetatable(L, i)) return false;
    lua_pushliteral(L, "__metatable");
    lua_rawget(L, -2);
    const bool yes = !lua_isnil(L, -1);
    lua_pop(L, 2);
    return yes;
}

static int base_rawset(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    if (is_protected(L, 1)) return wk_raise(L, "rawset: this table belongs to wick");
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 1;
}

/* Finalisers run outside the budget and weak tables show when memory was collected: neither is the
 * same in every run. */
static int base_setmetatable(lua_State *L)
{
    static const char *const refused[] = {"__gc", "__mode", "__close"};
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnil(L, 2)) luaL_checktype(L, 2, LUA_TTABLE);
    if (is_protected(L, 1)) return wk_raise(L, "setmetatable: this table belongs to wick");
    for (size_t i = 0; i < sizeof refused / sizeof *refused && lua_istable(L, 2); i++) {
        lua_pushstring(L, refused[i]);
        lua_rawget(L, 2);
        if (!lua_isnil(L, -1))
            return wk_raise(L, "setmetatable: '%s' is not allowed in scripts", refused[i]);
        lua_pop(L, 1);
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static int base_rawlen(lua_State *L)
{
    const int t = lua_type(L, 1);
    if (t != LUA_TTABLE && t != LUA_TSTRING)
        return wk_raise(L, "rawlen: a table or a string is expected");
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

static int base_load(lua_State *L)
{
    size_t n = 0;
    if (lua_type(L, 1) != LUA_TSTRING)
        return wk_raise(L, "load: the text of a chunk is expected, got %s", luaL_typename(L, 1));
    const char *text = lua_tolstring(L, 1, &n);
    const char *name = luaL_optstring(L, 2, "=load");
    const bool has_env = lua_gettop(L) >= 4;
    /* "t": a precompiled chunk can crash a VM. */
    if (luaL_loadbufferx(L, text, n, *name == '@' ? name : "@load", "t") != 0) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    if (has_env)
        lua_pushvalue(L, 4);
    else
        lua_rawgeti(L, LUA_REGISTRYINDEX, wk_self(L)->ref_env);
    wk_set_env(L, -2);
    return 1;
}

/* A budget's end is no error a script may handle. upvalue 2: the script's handler. */
static int guarded_handler(lua_State *L)
{
    if (wk_self(L)->sh.stop || lua_type(L, 1) == LUA_TLIGHTUSERDATA) return 1;
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* Nested handlers that fail again cost LuaJIT time without end, so they are counted. */
static int base_xpcall(lua_State *L)
{
    enum { MAX_DEPTH = 150 };
    wk_host *h = wk_self(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    if (h->call_depth >= MAX_DEPTH) return wk_raise(L, "stack overflow (xpcall in xpcall)");
    lua_pushlightuserdata(L, h);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, guarded_handler, 2);
    lua_replace(L, 2);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_replace(L, 1);
    lua_replace(L, 2);
    h->call_depth++;
    const int rc = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 1);
    h->call_depth--;
    if (h->sh.stop) wk_budget_check(L, h);
    lua_pushboolean(L, rc == 0);
    lua_replace(L, 1);
    return lua_gettop(L);
}

/* ---- require ------------------------------------------------------------------------------ */

static bool module_path(const char *folder, const char *name, const char *tail, char *out, size_t n)
{
    const int used = snprintf(out, n, "%s%s", folder, *folder ? "/" : "");
    if (used < 0 || (size_t)used >= n) return false;
    size_t at = (size_t)used;
    for (const char *p = name; *p && at + 1 < n; p++) out[at++] = *p == '.' ? '/' : *p;
    const int more = snprintf(out + at, n - at, "%s", tail);
    return more > 0 && (size_t)more < n - at && wick_path_exists(out) && !wick_path_is_dir(out);
}

static bool find_module(wk_host *h, const char *name, char *out, size_t n)
{
    const char *folder = h->script && h->script->folder ? h->script->folder : ".";
    char lib[1024];
    snprintf(lib, sizeof lib, "%s/lua", folder);
    const char *const own[] = {folder, lib};
    for (int64_t i = -2; i < h->n_roots; i++) {
        const char *at = i < 0 ? own[i + 2] : h->roots[i];
        if (module_path(at, name, ".lua", out, n) || module_path(at, name, "/init.lua", out, n))
            return true;
    }
    return false;
}

void wk_module_digest(lua_State *L, wk_host *h, const char *name, char hex[65])
{
    char path[1024], *text = NULL;
    int64_t n = 0;
    wick_sha256 s;
    hex[0] = '\0';
    wick_sha256_init(&s);
    if (!find_module(h, name, path, sizeof path)) return;
    if (wick_file_read(h->ctx, path, 16 << 20, &text, &n) < 0) (void)wk_raise_ctx(L, h);
    wick_sha256_add(&s, text, n);
    free(text);
    wick_sha256_end(&s, hex);
}

static bool good_module_name(const char *s)
{
    if (*s == '.' || *s == '\0') return false;
    for (; *s; s++) {
        const bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
                           (*s >= '0' && *s <= '9') || *s == '_' || *s == '-';
        if (!plain && !(*s == '.' && s[1] != '.' && s[1] != '\0')) return false;
    }
    return true;
}

/* Pushes the compiled chunk of a file, read once per host. */
static void push_file_chunk(lua_State *L, wk_host *h, const char *path)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_chunks);
    lua_getfield(L, -1, path);
    if (lua_isnil(L, -1)) {
        char *text = NULL;
        int64_t n = 0;
        lua_pop(L, 1);
        if (wick_file_read(h->ctx, path, 16 << 20, &text, &n) < 0) (void)wk_raise_ctx(L, h);
        lua_pushfstring(L, "@%s", path);
        const char *chunk = lua_tostring(L, -1);
        const int rc = luaL_loadbufferx(L, text, (size_t)n, chunk, "t");
        free(text);
        if (rc != 0) lua_error(L);
        lua_remove(L, -2);
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, path);
    }
    lua_remove(L, -2);
}

static int base_require(lua_State *L)
{
    wk_host *h = wk_self(L);
    static const char *const given[] = {"wick", "ta", "pine", "metrics"};
    const char *name = luaL_checkstring(L, 1);
    char path[1024];
    lua_settop(L, 1);
    wk_check_depth(L, h);
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (strcmp(given[i], name) == 0) {
            lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_env);
            lua_getfield(L, -1, name);
            return 1;
        }
    if (strncmp(name, "wick.", 5) == 0)
        return wk_raise(L,
                        "require: '%s' belongs to wick; its parts are the globals wick, ta, pine "
                        "and metrics",
                        name);
    if (!good_module_name(name))
        return wk_raise(L, "require: '%s' is no module name (letters, digits, _, - and dots)",
                        name);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_loaded);
    lua_getfield(L, 2, name);
    if (lua_isboolean(L, -1) && !lua_toboolean(L, -1))
        return wk_raise(L, "require: '%s' requires itself in a circle", name);
    if (!lua_isnil(L, -1)) return 1;
    lua_pop(L, 1);
    if (!find_module(h, name, path, sizeof path))
        return wk_raise(L,
                        "require: module '%s' was not found beside the script, in its lua/ "
                        "folder or in the project's folders",
                        name);
    lua_pushboolean(L, 0);
    lua_setfield(L, 2, name);
    push_file_chunk(L, h, path);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_env);
    wk_set_env(L, -2);
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, name);
    return 1;
}

/* Adds to the table on top of the stack. */
void wk_guard_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"rawset", base_rawset},
                                    {"setmetatable", base_setmetatable},
                                    {"rawlen", base_rawlen},
                                    {"load", base_load},
                                    {"require", base_require},
                                    {"xpcall", base_xpcall},
                                    {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
