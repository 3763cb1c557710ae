/* SPDX-License-Identifier: MIT */
#include "lua/jobs.h"
#include "lua/embed.h"
#include "lua/lua_int.h"
#include "lua/state.h"

#include <string.h>

/*
 * What a script can reach is built here by adding, never by removing: a fresh table of globals for
 * every run, holding copies of the library tables. The VM's own tables stay with the host.
 */

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
    static const char *const names[] = {"idle",  "load", "declare", "decide",
                                        "score", "job",  "inner"};
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

const char *wk_handle_name(lua_State *L, const wk_host *h, int i)
{
    const wk_box *box = wk_any_box(L, i);
    if (box) return box->type->name;
    if (!lua_getmetatable(L, i)) return NULL;
    const void *id = lua_topointer(L, -1);
    lua_pop(L, 1);
    return id == h->id_series      ? "series"
           : id == h->id_bars      ? "bars"
           : id == h->id_sym       ? "sym"
           : id == h->id_ctx       ? "ctx"
           : id == h->id_strategy  ? "strategy"
           : id == h->id_pine      ? "pine"
           : id == h->id_objective ? "objective"
           : id == h->id_pipeline  ? "pipeline"
                                   : NULL;
}

/* core.is(value): "series", "bars", "sym" ... or nil. */
static int core_is(lua_State *L)
{
    const char *name = wk_handle_name(L, wk_self(L), 1);
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

static const wk_embedded *find_in(const wk_embedded *e, const char *name)
{
    for (; e->name; e++)
        if (strcmp(e->name, name) == 0) return e;
    return NULL;
}

static const wk_embedded *find_embedded(const char *name)
{
    return find_in(wk_embedded_lua, name);
}

void wk_push_module_chunk(lua_State *L, wk_host *h, const char *name)
{
    (void)h;
    const wk_embedded *e = find_embedded(name);
    if (!e) (void)wk_raise(L, "wick's own module '%s' is missing from this build", name);
    lua_pushfstring(L, "=%s", name);
    /* Parsing all of them would be most of the time of a short command. */
    const wk_embedded *code = find_in(wk_embedded_code, name);
    int rc = 1;
    if (code) {
        rc = luaL_loadbufferx(L, code->text, (size_t)code->length, lua_tostring(L, -1), "b");
        if (rc != 0) lua_pop(L, 1); /* another release of the VM than the build saw */
    }
    if (rc != 0) rc = luaL_loadbufferx(L, e->text, (size_t)e->length, lua_tostring(L, -1), "t");
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
        if (h->keep.watching) wk_state_module(L, h, name, -1);
        if (h->refills) wk_refill_module(L, h, name, -1);
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
    lua_getglobal(L, "_G");
    pick(L, lua_gettop(L), base,
         "assert error getmetatable ipairs next pcall rawequal rawget select tonumber type");
    lua_pop(L, 1);
    lua_pushvalue(L, base);
    wk_guard_open(L, h);
    lua_pop(L, 1);
    core_to(L, core, base, "tostring", "tostring");
    core_to(L, core, base, "print", "print");
    core_to(L, core, base, "pairs", "pairs");
    lua_pushliteral(L, "wick");
    lua_setfield(L, base, "_VERSION");
}

static void fill_libs(lua_State *L, wk_host *h, int core, int libs)
{
    lua_newtable(L);
    const int math = lua_gettop(L);
    lua_getglobal(L, "math");
    pick(L, math + 1, math,
         "abs acos asin ceil cos deg exp floor fmod huge modf pi rad sin sqrt tan");
    lua_settop(L, math);
    wk_libs_math(L, h);
    core_to(L, core, math, "max", "max");
    core_to(L, core, math, "min", "min");
    lua_setfield(L, libs, "math");

    lua_newtable(L);
    const int string = lua_gettop(L);
    lua_getglobal(L, "string");
    pick(L, string + 1, string, "byte char find gmatch len lower match reverse sub upper");
    wk_libs_string(L, h, string + 1, string);
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
        wk_push_lib_meta(L, h, lib_names[i]);
        lua_setfield(L, -2, lib_names[i]);
    }
    lua_setfield(L, parts, "meta");
    lua_newtable(L);
    fill_base(L, h, core, lua_gettop(L));
    lua_setfield(L, parts, "base");
    wk_push_env_meta(L, h);
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
    wk_push_module(L, h, "wick.ml");
    lua_pop(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
    const int core = lua_gettop(L);
    core_to(L, core, base, "ta", "ta");
    core_to(L, core, base, "pine", "pine");
    core_to(L, core, base, "metrics", "metrics");
    core_to(L, core, base, "ml", "ml");
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_ta);
    core_to(L, core, lua_gettop(L), "define_ta_public", "define");
    lua_settop(L, base - 2);
}

void wk_sandbox_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg funcs[] = {{"raise", core_raise},
                                     {"nearest", core_nearest},
                                     {"phase", core_phase},
                                     {"param", core_param},
                                     {"is", core_is},
                                     {"module", core_module},
                                     {"embedded", core_embedded},
                                     {NULL, NULL}};
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
    wk_names_open(L, h);
    wk_libs_open(L, h);
    wk_text_open(L, h);
    wk_coro_open(L, h);
    wk_json_open(L, h);
    wk_work_open(L, h);
    wk_table_open(L, h);
    wk_table_io_open(L, h);
    wk_pm_open(L, h);
    wk_heads_open(L, h);
    wk_ml_open(L, h);
    wk_study_open(L, h);
    wk_jobs_open(L, h);
    wk_series_open(L, h);
    wk_written_open(L, h);
    wk_inner_open(L, h);
    wk_clock_open(L, h);
    wk_plots_open(L, h);
    wk_ta_open(L, h);
    wk_bars_open(L, h);
    wk_stream_open(L, h);
    wk_state_open(L, h);
    wk_refill_open(L, h);
    wk_currency_setup(L, h);
    wk_sym_open(L, h);
    wk_orders_open(L, h);
    wk_tickets_open(L, h);
    wk_allocate_open(L, h);
    wk_metrics_open(L, h);
    wk_stats_open(L, h);
    wk_objective_open(L, h);
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
