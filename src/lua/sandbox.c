/* SPDX-License-Identifier: MIT */
#include "lua/embed.h"
#include "lua/lua_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a script can reach is built here by adding, never by removing: a fresh table of globals for
 * every run, holding copies of the library tables. The VM's own tables stay with the host.
 */

/* ---- unknown names ------------------------------------------------------------------------ */

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
    if (near)
        return wk_raise(L, "%s.%s does not exist; did you mean %s.%s?", lib, word, lib, near);
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
    if (near)
        return wk_raise(L, "%s.%s does not exist; did you mean %s.%s?", lib, word, lib, near);
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

/* ---- guarded base functions --------------------------------------------------------------- */

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
        return wk_raise(L, "require: '%s' belongs to wick; its parts are the globals wick, ta, pine "
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
        return wk_raise(L, "require: module '%s' was not found beside the script, in its lua/ "
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

/* ---- strings ----------------------------------------------------------------------------- */

/* LuaJIT cuts the count to 32 bits without a word. */
static int string_rep(lua_State *L)
{
    wk_host *h = wk_self(L);
    size_t n = 0, m = 0;
    (void)luaL_checklstring(L, 1, &n);
    const double times = luaL_checknumber(L, 2);
    (void)luaL_optlstring(L, 3, "", &m);
    const double bytes = times * (double)(n + m);
    if (times > 0 && bytes > (double)(h->mem.cap < INT32_MAX ? h->mem.cap : INT32_MAX))
        return wk_raise(L, "string.rep: a text of %.0f bytes is more than a script may hold", bytes);
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* gsub calls back from C. */
static int string_gsub(lua_State *L)
{
    wk_check_depth(L, wk_self(L));
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* Field `name` of the table at `from`, wrapped by f, goes to the table at `to`. */
static void wrap_function(lua_State *L, wk_host *h, int from, int to, const char *name,
                          lua_CFunction f)
{
    lua_pushlightuserdata(L, h);
    lua_getfield(L, from, name);
    lua_pushcclosure(L, f, 2);
    lua_setfield(L, to, name);
}

/* ---- numbers ------------------------------------------------------------------------------ */

void wk_rng_start(wk_host *h, uint64_t run)
{
    h->rng = wick_pcg_key(h->seed, "script", run, 0);
}

static int64_t whole_arg(lua_State *L, int i)
{
    const double x = luaL_checknumber(L, i);
    if (x != floor(x) || fabs(x) > 9007199254740992.0)
        (void)wk_raise(L, "math.random: argument %d must be a whole number", i);
    return (int64_t)x;
}

static int math_random(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int n = lua_gettop(L);
    if (n == 0) {
        lua_pushnumber(L, wick_pcg_uniform(&h->rng));
        return 1;
    }
    const int64_t lo = n >= 2 ? whole_arg(L, 1) : 1, hi = whole_arg(L, n >= 2 ? 2 : 1);
    if (hi < lo) return wk_raise(L, "math.random: the interval is empty");
    const uint64_t span = (uint64_t)(hi - lo) + 1u;
    lua_pushinteger(L, (lua_Integer)(lo + (int64_t)wick_pcg_below(&h->rng, span)));
    return 1;
}

static int math_randomseed(lua_State *L)
{
    return wk_raise(L, "math.randomseed: the seed is the run's (--seed N)");
}

static int math_pow(lua_State *L)
{
    lua_pushnumber(L, wick_pow(luaL_checknumber(L, 1), luaL_checknumber(L, 2)));
    return 1;
}

/* Remainder with the sign of the divisor; `%` of fractions differs in the last bit between VMs. */
static int math_mod(lua_State *L)
{
    const double x = luaL_checknumber(L, 1), y = luaL_checknumber(L, 2);
    double m = fmod(x, y);
    if (m * y < 0) m += y;
    lua_pushnumber(L, m);
    return 1;
}

static int math_log(lua_State *L)
{
    const double x = luaL_checknumber(L, 1);
    if (lua_isnoneornil(L, 2)) {
        lua_pushnumber(L, log(x));
        return 1;
    }
    const double base = luaL_checknumber(L, 2);
    lua_pushnumber(L, base == 2.0    ? log2(x)
                      : base == 10.0 ? log10(x)
                                     : log(x) / log(base));
    return 1;
}

static int math_atan(lua_State *L)
{
    lua_pushnumber(L, atan2(luaL_checknumber(L, 1), luaL_optnumber(L, 2, 1.0)));
    return 1;
}

/* ---- core: what the embedded modules get -------------------------------------------------- */

static int core_raise(lua_State *L)
{
    return wk_raise(L, "%s", luaL_checkstring(L, 1));
}

/* core.nearest(word, table): nearest string key. */
static int core_nearest(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TTABLE);
    const char *near = wk_nearest_key(L, 2, luaL_checkstring(L, 1));
    if (near)
        lua_pushstring(L, near);
    else
        lua_pushnil(L);
    return 1;
}

static int core_phase(lua_State *L)
{
    static const char *const names[] = {"idle", "load", "declare", "decide", "score"};
    lua_pushstring(L, names[wk_self(L)->sh.phase]);
    return 1;
}

/* core.param(name): value of a parameter of the script in hand, nil while it is being loaded. */
static int core_param(lua_State *L)
{
    const wk_host *h = wk_self(L);
    const char *name = luaL_checkstring(L, 1);
    for (int64_t i = 0; h->script && h->sh.phase != WK_LOAD && i < h->script->n_params; i++) {
        const wk_param *p = &h->script->params[i];
        if (strcmp(p->name, name) != 0) continue;
        if (p->kind == WK_PARAM_BOOL)
            lua_pushboolean(L, p->value != 0);
        else if (p->kind == WK_PARAM_CHOICE)
            lua_pushstring(L, p->choices[(int)p->value]);
        else if (p->kind == WK_PARAM_INT)
            lua_pushinteger(L, (lua_Integer)p->value);
        else
            lua_pushnumber(L, p->value);
        return 1;
    }
    return 0;
}

/* core.is(value): "series", "bars", "sym" ... or nil. */
static int core_is(lua_State *L)
{
    const wk_host *h = wk_self(L);
    if (!lua_getmetatable(L, 1)) return 0;
    const void *id = lua_topointer(L, -1);
    const char *name = id == h->id_series     ? "series"
                       : id == h->id_bars     ? "bars"
                       : id == h->id_sym      ? "sym"
                       : id == h->id_ctx      ? "ctx"
                       : id == h->id_strategy ? "strategy"
                       : id == h->id_pine     ? "pine"
                                              : NULL;
    if (!name) return 0;
    lua_pushstring(L, name);
    return 1;
}

/* core.module(name): another embedded module. */
static int core_module(lua_State *L)
{
    wk_push_module(L, wk_self(L), luaL_checkstring(L, 1));
    return 1;
}

static const wk_embedded *find_embedded(const char *name)
{
    for (const wk_embedded *e = wk_embedded_lua; e->name; e++)
        if (strcmp(e->name, name) == 0) return e;
    return NULL;
}

void wk_push_module_chunk(lua_State *L, wk_host *h, const char *name)
{
    (void)h;
    const wk_embedded *e = find_embedded(name);
    if (!e) (void)wk_raise(L, "wick's own module '%s' is missing from this build", name);
    lua_pushfstring(L, "=%s", name);
    const int rc = luaL_loadbufferx(L, e->text, (size_t)e->length, lua_tostring(L, -1), "t");
    if (rc != 0) lua_error(L);
    lua_remove(L, -2);
}

void wk_push_module(lua_State *L, wk_host *h, const char *name)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_modules);
    lua_getfield(L, -1, name);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        wk_push_module_chunk(L, h, name);
        lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
        lua_call(L, 1, 1);
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, name);
    }
    lua_remove(L, -2);
}

/* core.embedded(name): text of an embedded file. */
static int core_embedded(lua_State *L)
{
    const wk_embedded *e = find_embedded(luaL_checkstring(L, 1));
    if (!e) return 0;
    lua_pushlstring(L, e->text, (size_t)e->length);
    return 1;
}

/* ---- environments ------------------------------------------------------------------------- */

/* Copies string keys of the table at `from` into the one on top. */
static void copy_into(lua_State *L, int from)
{
    const int to = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, from)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, to);
    }
}

/* ref_libs holds { base = {...}, libs = { math = {...}, ... }, meta = { math = mt, ... } }. */
void wk_push_env(lua_State *L, wk_host *h)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_libs);
    const int libs = lua_gettop(L);
    lua_createtable(L, 0, 48);
    const int env = lua_gettop(L);
    lua_getfield(L, libs, "base");
    const int base = lua_gettop(L);
    lua_pushvalue(L, env);
    copy_into(L, base);
    lua_settop(L, env);
    lua_getfield(L, libs, "libs");
    lua_pushnil(L);
    while (lua_next(L, env + 1)) {
        const int lib = lua_gettop(L);
        lua_createtable(L, 0, 32);
        copy_into(L, lib);
        lua_getfield(L, libs, "meta");
        lua_pushvalue(L, lib - 1);
        lua_rawget(L, -2);
        lua_setmetatable(L, lib + 1);
        lua_pop(L, 1);
        lua_pushvalue(L, lib - 1);
        lua_pushvalue(L, lib + 1);
        lua_rawset(L, env);
        lua_settop(L, lib - 1);
    }
    lua_settop(L, env);
    lua_pushvalue(L, env);
    lua_setfield(L, env, "_G");
    lua_getfield(L, libs, "env_meta");
    lua_setmetatable(L, env);
    lua_remove(L, libs);
}

/* Metatable of a library's copy: reads of what is not there raise. */
static void push_lib_meta(lua_State *L, wk_host *h, const char *name)
{
    lua_newtable(L);
    lua_pushlightuserdata(L, h);
    lua_pushstring(L, name);
    lua_pushcclosure(L, unknown_member, 2);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__metatable");
}

static void pick(lua_State *L, int from, int to, const char *names)
{
    char word[32];
    while (*names) {
        const size_t n = strcspn(names, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, names);
        lua_getfield(L, from, word);
        if (lua_isnil(L, -1)) (void)luaL_error(L, "library function %s is missing", word);
        lua_setfield(L, to, word);
        names += n;
        while (*names == ' ') names++;
    }
}

static void core_to(lua_State *L, int core, int to, const char *from_name, const char *name)
{
    lua_getfield(L, core, from_name);
    lua_setfield(L, to, name);
}

static void fill_base(lua_State *L, wk_host *h, int core, int base)
{
    static const luaL_Reg own[] = {{"rawset", base_rawset},   {"setmetatable", base_setmetatable},
                                   {"rawlen", base_rawlen},   {"load", base_load},
                                   {"require", base_require},
                                   {"xpcall", base_xpcall},   {NULL, NULL}};
    lua_getglobal(L, "_G");
    pick(L, lua_gettop(L), base,
         "assert error getmetatable ipairs next pcall rawequal rawget select tonumber type");
    lua_pop(L, 1);
    lua_pushvalue(L, base);
    wk_set_funcs(L, h, own);
    lua_pop(L, 1);
    core_to(L, core, base, "tostring", "tostring");
    core_to(L, core, base, "print", "print");
    core_to(L, core, base, "pairs", "pairs");
    lua_pushliteral(L, "wick");
    lua_setfield(L, base, "_VERSION");
}

static void fill_libs(lua_State *L, wk_host *h, int core, int libs)
{
    static const luaL_Reg numbers[] = {{"random", math_random}, {"randomseed", math_randomseed},
                                       {"pow", math_pow},       {"log", math_log},
                                       {"atan", math_atan},     {NULL, NULL}};
    lua_newtable(L);
    const int math = lua_gettop(L);
    lua_getglobal(L, "math");
    pick(L, math + 1, math,
         "abs acos asin ceil cos deg exp floor fmod huge modf pi rad sin sqrt tan");
    lua_settop(L, math);
    wk_set_funcs(L, h, numbers);
    core_to(L, core, math, "max", "max");
    core_to(L, core, math, "min", "min");
    lua_setfield(L, libs, "math");

    lua_newtable(L);
    const int string = lua_gettop(L);
    lua_getglobal(L, "string");
    pick(L, string + 1, string,
         "byte char find gmatch len lower match reverse sub upper");
    wrap_function(L, h, string + 1, string, "rep", string_rep);
    wrap_function(L, h, string + 1, string, "gsub", string_gsub);
    lua_settop(L, string);
    core_to(L, core, string, "format", "format");
    lua_setfield(L, libs, "string");

    lua_newtable(L);
    const int table = lua_gettop(L);
    lua_getglobal(L, "table");
    pick(L, table + 1, table, "concat insert remove");
    lua_settop(L, table);
    core_to(L, core, table, "sort", "sort");
    core_to(L, core, table, "pack", "pack");
    core_to(L, core, table, "unpack", "unpack");
    core_to(L, core, table, "move", "move");
    lua_setfield(L, libs, "table");

    lua_newtable(L);
    const int co = lua_gettop(L);
    lua_getfield(L, core, "coroutine");
    pick(L, co + 1, co, "create resume status wrap yield");
    lua_settop(L, co);
    lua_setfield(L, libs, "coroutine");
}

/* Methods of string values see the same functions as the string library; the table itself is out
 * of reach. */
static void protect_strings(lua_State *L, int libs)
{
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    const int meta = lua_gettop(L);
    lua_newtable(L);
    lua_getfield(L, libs, "string");
    const int from = lua_gettop(L);
    lua_pushvalue(L, from - 1);
    copy_into(L, from);
    lua_settop(L, from - 1);
    lua_setfield(L, meta, "__index");
    lua_pushliteral(L, "string");
    lua_setfield(L, meta, "__metatable");
    lua_settop(L, meta - 2);
}

static void make_env_parts(lua_State *L, wk_host *h, int core)
{
    static const char *const lib_names[] = {"math", "string", "table", "coroutine"};
    lua_newtable(L);
    const int parts = lua_gettop(L);
    lua_newtable(L);
    fill_libs(L, h, core, parts + 1);
    protect_strings(L, parts + 1);
    lua_pushvalue(L, parts + 1);
    lua_setfield(L, parts, "libs");
    lua_newtable(L);
    for (size_t i = 0; i < sizeof lib_names / sizeof *lib_names; i++) {
        push_lib_meta(L, h, lib_names[i]);
        lua_setfield(L, -2, lib_names[i]);
    }
    lua_setfield(L, parts, "meta");
    lua_newtable(L);
    fill_base(L, h, core, lua_gettop(L));
    lua_setfield(L, parts, "base");
    lua_newtable(L);
    wk_push_func(L, h, unknown_global);
    lua_setfield(L, -2, "__index");
    wk_push_func(L, h, global_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushliteral(L, "globals");
    lua_setfield(L, -2, "__metatable");
    lua_setfield(L, parts, "env_meta");
    lua_settop(L, parts);
    h->ref_libs = luaL_ref(L, LUA_REGISTRYINDEX);
}

static int new_ref_table(lua_State *L)
{
    lua_newtable(L);
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

/* Globals given by wick itself: wick, ta, pine, metrics. Pine is opened when first named. */
static void add_own_globals(lua_State *L, wk_host *h)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_libs);
    lua_getfield(L, -1, "base");
    const int base = lua_gettop(L);
    wk_push_module(L, h, "wick");
    lua_setfield(L, base, "wick");
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
    const int core = lua_gettop(L);
    core_to(L, core, base, "ta", "ta");
    core_to(L, core, base, "pine", "pine");
    core_to(L, core, base, "metrics", "metrics");
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_ta);
    core_to(L, core, lua_gettop(L), "define_ta_public", "define");
    lua_settop(L, base - 2);
}

void wk_sandbox_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg funcs[] = {
        {"raise", core_raise},   {"nearest", core_nearest}, {"phase", core_phase},
        {"param", core_param},   {"is", core_is},           {"module", core_module},
        {"freeze", core_freeze}, {"embedded", core_embedded}, {"pow", math_pow},
        {"mod", math_mod},       {"absent", core_absent},     {NULL, NULL}};
    h->ref_modules = new_ref_table(L);
    h->ref_chunks = new_ref_table(L);
    h->ref_loaded = new_ref_table(L);
    h->ref_defs = new_ref_table(L);
    h->ref_env = new_ref_table(L);
    lua_newtable(L);
    const int core = lua_gettop(L);
    lua_pushvalue(L, core);
    h->ref_core = luaL_ref(L, LUA_REGISTRYINDEX);
    wk_set_funcs(L, h, funcs);
    lua_pushboolean(L, WICK_LUAJIT);
    lua_setfield(L, core, "luajit");
    wk_text_open(L, h);
    wk_coro_open(L, h);
    wk_series_open(L, h);
    wk_ta_open(L, h);
    wk_bars_open(L, h);
    wk_stream_open(L, h);
    wk_sym_open(L, h);
    wk_orders_open(L, h);
    wk_metrics_open(L, h);
    wk_script_open(L, h);
    wk_run_open(L, h);
    wk_signals_open(L, h);
    wk_test_open(L, h);
    lua_settop(L, core);
    wk_push_module(L, h, "wick.base");
    lua_settop(L, core);
    make_env_parts(L, h, core);
    lua_settop(L, core);
    add_own_globals(L, h);
#if WICK_LUAJIT
    /* Before the file body may cache a handle's metamethods. */
    wk_push_module(L, h, "wick.ffi");
#endif
    lua_settop(L, 0);
}
