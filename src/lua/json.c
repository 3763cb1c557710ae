/* SPDX-License-Identifier: MIT */
#include "lua/box.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Plain data to JSON and back. Keys are sorted by byte and numbers are the shortest text that reads
 * back, so equal data give equal bytes on both VMs. A table with the keys 1..n is an array; an
 * empty one is an object unless wick.list made it. NA and infinities are null; reading, null is nil
 * in an object and NA in an array, which keeps its length.
 */

enum { DEEPEST = 60 };

typedef struct writing {
    lua_State *L;
    wk_host *h;
    wick_json_writer jw;
    bool digests; /* handles become {"is":..., "sha256":...} */
    bool exact;   /* RFC 8785 numbers and order of keys; what is not finite is a text */
    bool ordered; /* objects made by wick.object keep their order */
    char path[256];
} writing;

static bool has_meta(lua_State *L, int t, int ref)
{
    if (!lua_getmetatable(L, t)) return false;
    lua_rawgeti(L, LUA_REGISTRYINDEX, ref);
    const bool yes = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return yes;
}

/* Number of keys; *plain when they are 1..n. */
static int64_t count_keys(writing *w, int t, bool *plain)
{
    lua_State *L = w->L;
    int64_t n = 0, whole = 0;
    bool text = false;
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
        n++;
        if (lua_type(L, -2) == LUA_TSTRING)
            text = true;
        else if (wk_is_whole(L, -2) && lua_tonumber(L, -2) >= 1)
            whole++;
        else
            (void)wk_raise(L, "%s: a key is neither text nor a place in a list", w->path);
    }
    *plain = n > 0 && whole == n && (int64_t)lua_rawlen(L, t) == n;
    if (!*plain && whole > 0)
        (void)wk_raise(L,
                       text ? "%s: a table holds named values or a list, not both"
                            : "%s: a list has holes (keys must be 1..n)",
                       w->path);
    return n;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* By UTF-16 code units, which differs from the order of bytes only where one of two characters is
 * beyond U+FFFF and the other in U+E000 .. U+FFFF: their lead bytes trade places. */
static int unit_rank(unsigned char c)
{
    return c >= 0xf0 ? c - 2 : c >= 0xee ? c + 7 : c;
}

static int by_units(const void *a, const void *b)
{
    const unsigned char *x = *(const unsigned char *const *)a;
    const unsigned char *y = *(const unsigned char *const *)b;
    while (*x && *x == *y) x++, y++;
    return unit_rank(*x) - unit_rank(*y);
}

static void write_value(writing *w, int i, int depth);

/* Appends to the path shown in messages; returns where it ended before. */
static size_t step_into(writing *w, const char *key, int64_t at)
{
    const size_t n = strlen(w->path);
    if (key)
        snprintf(w->path + n, sizeof w->path - n, ".%s", key);
    else
        snprintf(w->path + n, sizeof w->path - n, "[%lld]", (long long)at);
    return n;
}

static void write_object(writing *w, int t, int64_t n, int depth)
{
    lua_State *L = w->L;
    const char **keys = lua_newuserdata(L, ((size_t)n + 1) * sizeof *keys);
    int64_t k = 0;
    for (lua_pushnil(L); lua_next(L, t) && k < n; lua_pop(L, 1)) keys[k++] = lua_tostring(L, -2);
    if (n > 1) qsort(keys, (size_t)n, sizeof *keys, w->exact ? by_units : by_text);
    wick_jw_object(&w->jw);
    for (k = 0; k < n; k++) {
        const size_t end = step_into(w, keys[k], 0);
        wick_jw_key(&w->jw, keys[k]);
        lua_getfield(L, t, keys[k]);
        write_value(w, lua_gettop(L), depth + 1);
        lua_pop(L, 1);
        w->path[end] = '\0';
    }
    wick_jw_end(&w->jw);
    lua_pop(L, 1);
}

/* The table of keys and values that wick.object took apart: { {key, value}, ... } in its order. */
static void write_ordered(writing *w, int t, int depth)
{
    lua_State *L = w->L;
    const int n = (int)lua_rawlen(L, t);
    wick_jw_object(&w->jw);
    for (int k = 1; k <= n; k++) {
        lua_rawgeti(L, t, k);
        lua_rawgeti(L, -1, 1);
        lua_rawgeti(L, -2, 2);
        const size_t end = step_into(w, lua_tostring(L, -2), 0);
        wick_jw_key(&w->jw, lua_tostring(L, -2));
        write_value(w, lua_gettop(L), depth + 1);
        w->path[end] = '\0';
        lua_pop(L, 3);
    }
    wick_jw_end(&w->jw);
}

/* Replaces the pairs of wick.object on top of the stack by a plain table. */
static void push_unordered(lua_State *L, int t)
{
    const int n = (int)lua_rawlen(L, t);
    lua_createtable(L, 0, n);
    for (int k = 1; k <= n; k++) {
        lua_rawgeti(L, t, k);
        lua_rawgeti(L, -1, 1);
        lua_rawgeti(L, -2, 2);
        lua_rawset(L, -4);
        lua_pop(L, 1);
    }
}

static void write_table(writing *w, int t, int depth)
{
    lua_State *L = w->L;
    bool plain = false;
    if (depth <= DEEPEST && has_meta(L, t, w->h->ref_object_meta)) {
        luaL_checkstack(L, 16, NULL);
        if (w->ordered) {
            write_ordered(w, t, depth);
            return;
        }
        push_unordered(L, t);
        write_object(w, lua_gettop(L), (int64_t)lua_rawlen(L, t), depth);
        lua_pop(L, 1);
        return;
    }
    if (depth > DEEPEST)
        (void)wk_raise(L, "%.60s...: tables are nested too deeply, or in a circle", w->path);
    const char *handle = wk_handle_name(L, w->h, t);
    if (handle) (void)wk_raise(L, "%s: a %s cannot be written as JSON", w->path, handle);
    luaL_checkstack(L, 16, NULL);
    const int64_t n = count_keys(w, t, &plain);
    if (!plain && !has_meta(L, t, w->h->ref_list_meta)) {
        write_object(w, t, n, depth);
        return;
    }
    wick_jw_array(&w->jw);
    for (int64_t k = 1; k <= n; k++) {
        const size_t end = step_into(w, NULL, k);
        lua_rawgeti(L, t, (int)k);
        write_value(w, lua_gettop(L), depth + 1);
        lua_pop(L, 1);
        w->path[end] = '\0';
    }
    wick_jw_end(&w->jw);
}

static void write_box(writing *w, const wk_box *b)
{
    char hex[65];
    if (!w->digests || !b->type->digest)
        (void)wk_raise(w->L,
                       w->digests ? "%s: %s has no hash and cannot be an input of a stage"
                                  : "%s: %s cannot be written as JSON",
                       w->path, b->type->name);
    if (b->type->digest(w->h->ctx, b->p, hex) < 0) (void)wk_raise_ctx(w->L, w->h);
    wick_jw_object(&w->jw);
    wick_jw_key(&w->jw, "is");
    wick_jw_string(&w->jw, b->type->name);
    wick_jw_key(&w->jw, "sha256");
    wick_jw_string(&w->jw, hex);
    wick_jw_end(&w->jw);
}

static void write_value(writing *w, int i, int depth)
{
    lua_State *L = w->L;
    const wk_box *b = wk_any_box(L, i);
    if (b) {
        write_box(w, b);
        return;
    }
    switch (lua_type(L, i)) {
    case LUA_TNIL: wick_jw_null(&w->jw); return;
    case LUA_TBOOLEAN: wick_jw_bool(&w->jw, lua_toboolean(L, i)); return;
    case LUA_TNUMBER:
        if (w->exact)
            wick_jw_canonical(&w->jw, lua_tonumber(L, i));
        else
            wick_jw_double(&w->jw, lua_tonumber(L, i));
        return;
    case LUA_TSTRING: wick_jw_string(&w->jw, lua_tostring(L, i)); return;
    case LUA_TTABLE: write_table(w, i, depth); return;
    default: (void)wk_raise(L, "%s: a %s cannot be written as JSON", w->path, luaL_typename(L, i));
    }
}

/* A raised error jumps over wick_buf_free, so the buffer's life is a userdata's. */
static int buf_gc(lua_State *L)
{
    wick_buf_free(lua_touserdata(L, 1));
    return 0;
}

wick_buf *wk_push_buf(lua_State *L)
{
    wick_buf *b = lua_newuserdata(L, sizeof *b);
    *b = (wick_buf){0};
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, buf_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return b;
}

static void push_written(writing *w, int value, int indent, const char *what)
{
    lua_State *L = w->L;
    snprintf(w->path, sizeof w->path, "%s", what);
    wick_buf *b = wk_push_buf(L);
    wick_jw_begin(&w->jw, b, indent);
    write_value(w, value, 0);
    if (b->failed) (void)luaL_error(L, "out of memory");
    lua_pushlstring(L, b->data ? b->data : "", (size_t)b->len);
    wick_buf_free(b);
    lua_remove(L, -2);
}

void wk_push_json(lua_State *L, wk_host *h, int i, int indent, bool digests, const char *what)
{
    writing w = {.L = L, .h = h, .digests = digests};
    push_written(&w, lua_absindex(L, i), indent, what);
}

/* core.canonical(value [, name]): canonical JSON (RFC 8785). core.pretty(value [, name]): the same
 * numbers with two blanks of indentation, objects of wick.object in their order. */
static int core_canonical(lua_State *L)
{
    writing w = {.L = L, .h = wk_self(L), .exact = true};
    lua_settop(L, 2);
    push_written(&w, 1, 0, luaL_optstring(L, 2, "the value"));
    return 1;
}

static int core_pretty(lua_State *L)
{
    writing w = {.L = L, .h = wk_self(L), .exact = true, .ordered = true};
    lua_settop(L, 2);
    push_written(&w, 1, 2, luaL_optstring(L, 2, "the value"));
    return 1;
}

/* wick.object { {key, value}, ... }: an object whose keys are written in this order. */
static int core_object(lua_State *L)
{
    const wk_host *h = wk_self(L);
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    const int n = (int)lua_rawlen(L, 1);
    lua_createtable(L, n, 0);
    lua_createtable(L, 0, n);
    for (int k = 1; k <= n; k++) {
        lua_rawgeti(L, 1, k);
        if (!lua_istable(L, -1)) return wk_raise(L, "wick.object: pair %d is no { key, value }", k);
        lua_rawgeti(L, -1, 1);
        if (lua_type(L, -1) != LUA_TSTRING)
            return wk_raise(L, "wick.object: the key of pair %d must be a text", k);
        lua_pushvalue(L, -1);
        lua_rawget(L, 3);
        if (!lua_isnil(L, -1))
            return wk_raise(L, "wick.object: the key '%s' is there twice", lua_tostring(L, -2));
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
        lua_rawset(L, 3);
        lua_rawseti(L, 2, k);
    }
    lua_settop(L, 2);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_object_meta);
    lua_setmetatable(L, 2);
    return 1;
}

void wk_push_json_node(lua_State *L, wk_host *h, const wick_json *j, bool in_array)
{
    luaL_checkstack(L, 8, NULL);
    const int64_t n = wick_json_count(j);
    switch (wick_json_kind(j)) {
    case WICK_JSON_NULL:
        if (in_array)
            lua_pushnumber(L, WICK_NA);
        else
            lua_pushnil(L);
        return;
    case WICK_JSON_BOOL: lua_pushboolean(L, wick_json_bool(j)); return;
    case WICK_JSON_NUMBER: wk_push_double(L, wick_json_number(j)); return;
    case WICK_JSON_STRING: lua_pushstring(L, wick_json_string(j)); return;
    case WICK_JSON_ARRAY:
        lua_createtable(L, (int)n, 0);
        for (int64_t i = 0; i < n; i++) {
            wk_push_json_node(L, h, wick_json_at(j, i), true);
            lua_rawseti(L, -2, (int)(i + 1));
        }
        lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_list_meta);
        lua_setmetatable(L, -2);
        return;
    case WICK_JSON_OBJECT:
        lua_createtable(L, 0, (int)n);
        for (int64_t i = 0; i < n; i++) {
            const wick_json *m = wick_json_at(j, i);
            wk_push_json_node(L, h, m, false);
            lua_setfield(L, -2, wick_json_key(m));
        }
        return;
    }
}

static int doc_gc(lua_State *L)
{
    wick_json_doc **doc = lua_touserdata(L, 1);
    wick_json_free(*doc);
    *doc = NULL;
    return 0;
}

void wk_push_json_text(lua_State *L, wk_host *h, const char *name, const char *text, int64_t n)
{
    wick_json_doc **doc = lua_newuserdata(L, sizeof *doc);
    *doc = NULL;
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, doc_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    if (wick_json_parse(h->ctx, name, text, n, doc) < 0) (void)wk_raise_ctx(L, h);
    wk_push_json_node(L, h, wick_json_root(*doc), false);
    wick_json_free(*doc);
    *doc = NULL;
    lua_remove(L, -2);
}

void wk_push_double(lua_State *L, double v)
{
    /* Whole numbers print and index alike on both VMs when 5.4 has them as integers. */
    if (v >= -9007199254740992.0 && v <= 9007199254740992.0 && v == floor(v) &&
        !(v == 0.0 && signbit(v)))
        lua_pushinteger(L, (lua_Integer)v);
    else
        lua_pushnumber(L, v);
}

/* core.json(value [, indent [, name]]): text. core.json_key the same with handles as hashes. */
static int core_json(lua_State *L)
{
    wk_host *h = wk_self(L);
    const double indent = luaL_optnumber(L, 2, 0);
    const char *what = luaL_optstring(L, 3, "the value");
    lua_settop(L, 3);
    wk_push_json(L, h, 1, indent > 0 && indent <= 8 ? (int)indent : 0, false, what);
    return 1;
}

static int core_json_key(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *what = luaL_optstring(L, 2, "inputs");
    lua_settop(L, 2);
    wk_push_json(L, h, 1, 0, true, what);
    return 1;
}

/* core.unjson(text [, name]) */
static int core_unjson(lua_State *L)
{
    size_t n = 0;
    const char *text = luaL_checklstring(L, 1, &n);
    wk_push_json_text(L, wk_self(L), luaL_optstring(L, 2, "JSON"), text, (int64_t)n);
    return 1;
}

/* wick.list(t): the table is written as an array even when it is empty. */
static int core_list(lua_State *L)
{
    const wk_host *h = wk_self(L);
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    if (lua_getmetatable(L, 1)) return wk_raise(L, "wick.list: the table has a metatable already");
    lua_settop(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_list_meta);
    lua_setmetatable(L, 1);
    return 1;
}

/* core.sha256(text) */
static int core_sha256(lua_State *L)
{
    size_t n = 0;
    char hex[65];
    wick_sha256 s;
    const char *text = luaL_checklstring(L, 1, &n);
    wick_sha256_init(&s);
    wick_sha256_add(&s, text, (int64_t)n);
    wick_sha256_end(&s, hex);
    lua_pushstring(L, hex);
    return 1;
}

/* Adds to the core table on top of the stack. */
void wk_json_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"json", core_json},     {"json_key", core_json_key}, {"unjson", core_unjson},
        {"list", core_list},     {"sha256", core_sha256},     {"canonical", core_canonical},
        {"pretty", core_pretty}, {"object", core_object},     {NULL, NULL}};
    wk_set_funcs(L, h, list);
    lua_newtable(L);
    lua_pushliteral(L, "list");
    lua_setfield(L, -2, "__metatable");
    h->ref_list_meta = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    lua_pushliteral(L, "object");
    lua_setfield(L, -2, "__metatable");
    h->ref_object_meta = luaL_ref(L, LUA_REGISTRYINDEX);
}
