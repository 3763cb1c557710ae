/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <string.h>

/* wick.stream(name, parameters...): an indicator stepped by the script, once per value. */

typedef struct stream {
    wick_stream *s;
    int32_t n_in, n_out;
} stream;

static int stream_gc(lua_State *L)
{
    stream *s = lua_touserdata(L, 1);
    wick_stream_free(s->s);
    s->s = NULL;
    return 0;
}

/* upvalue 2: the stream. */
static int stream_call(lua_State *L)
{
    stream *s = lua_touserdata(L, lua_upvalueindex(2));
    double in[WICK_TA_MAX_IN], out[WICK_TA_MAX_OUT];
    for (int i = 0; i < s->n_in; i++) {
        if (lua_type(L, i + 1) != LUA_TNUMBER)
            return wk_raise(L, "stream: value %d must be a number, got %s (it takes %d)", i + 1,
                            luaL_typename(L, i + 1), (int)s->n_in);
        in[i] = lua_tonumber(L, i + 1);
    }
    wick_stream_step(s->s, in, out);
    luaL_checkstack(L, s->n_out, NULL);
    for (int i = 0; i < s->n_out; i++) lua_pushnumber(L, out[i]);
    return s->n_out;
}

/* Reads parameters after the name: numbers by position, or one table by name. */
static void read_params(lua_State *L, const wick_ta_spec *s, double *p)
{
    const int32_t n = wick_ta_params(s);
    const bool table = lua_type(L, 2) == LUA_TTABLE;
    if (!table && lua_gettop(L) - 1 > n)
        (void)wk_raise(L, "wick.stream(\"%s\"): %d parameters at most", s->name, (int)n);
    int32_t seen = 0;
    for (int32_t i = 0; i < n; i++) {
        if (table)
            lua_getfield(L, 2, s->param[i].name);
        else
            lua_pushvalue(L, i + 2 <= lua_gettop(L) ? i + 2 : 1);
        const bool given = table ? !lua_isnil(L, -1) : i + 2 < lua_gettop(L);
        if (given && lua_isboolean(L, -1))
            p[i] = lua_toboolean(L, -1) ? 1.0 : 0.0;
        else if (given && lua_type(L, -1) == LUA_TNUMBER)
            p[i] = lua_tonumber(L, -1);
        else if (given || s->param[i].required)
            (void)wk_raise(L, "wick.stream(\"%s\"): '%s' must be a number", s->name,
                           s->param[i].name);
        else
            p[i] = s->param[i].def;
        seen += given;
        lua_pop(L, 1);
    }
    if (!table) return;
    int32_t keys = 0;
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) keys++;
    if (keys != seen)
        (void)wk_raise(L, "wick.stream(\"%s\"): the table has a name that is no parameter",
                       s->name);
}

/* Returns the function; on LuaJIT also its parts, from which the FFI layer makes a faster one. */
static int stream_new(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *name = luaL_checkstring(L, 1);
    const wick_ta_spec *spec = wick_ta_find(name);
    double p[WICK_TA_MAX_PARAM] = {0};
    if (!spec) {
        const char *near = NULL;
        const int64_t n = wick_ta_count();
        const char **names = lua_newuserdata(L, ((size_t)n + 1) * sizeof *names);
        for (int64_t i = 0; i < n; i++) names[i] = wick_ta_at(i)->name;
        near = wick_nearest(name, names, n);
        if (near)
            return wk_raise(L, "wick.stream: no indicator '%s'; did you mean '%s'?", name, near);
        return wk_raise(L, "wick.stream: no indicator '%s'", name);
    }
    read_params(L, spec, p);
    lua_pushlightuserdata(L, h);
    stream *s = lua_newuserdata(L, sizeof *s);
    memset(s, 0, sizeof *s);
    s->n_in = wick_ta_inputs(spec);
    s->n_out = wick_ta_outputs(spec);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->mt_stream);
    lua_setmetatable(L, -2);
    if (wick_stream_new(h->ctx, spec, p, &s->s) < 0) return wk_raise_ctx(L, h);
    lua_pushvalue(L, -1);
    lua_insert(L, -3);
    lua_pushcclosure(L, stream_call, 2);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, s->s);
    lua_pushinteger(L, s->n_in);
    lua_pushinteger(L, s->n_out);
    return 5;
}

wick_stream *wk_stream_at(lua_State *L, int i, wk_host *h)
{
    stream *s = lua_type(L, i) == LUA_TUSERDATA ? lua_touserdata(L, i) : NULL;
    if (!s || !lua_getmetatable(L, i)) return NULL;
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->mt_stream);
    const bool yes = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return yes ? s->s : NULL;
}

void wk_push_stream_twin(lua_State *L, wk_host *h, int i)
{
    const stream *of = lua_touserdata(L, i);
    stream *s = lua_newuserdata(L, sizeof *s);
    *s = (stream){.n_in = of->n_in, .n_out = of->n_out};
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->mt_stream);
    lua_setmetatable(L, -2);
    if (wick_stream_twin(h->ctx, of->s, &s->s) < 0) (void)wk_raise_ctx(L, h);
}

int32_t wk_stream_inputs(lua_State *L, int i)
{
    const stream *s = lua_touserdata(L, i);
    return s->n_in;
}

/* upvalues 2 and 3: the stream and its copy. mark(false) keeps, mark(true) goes back to it. */
static int stream_mark(lua_State *L)
{
    stream *s = lua_touserdata(L, lua_upvalueindex(2));
    stream *kept = lua_touserdata(L, lua_upvalueindex(3));
    if (lua_toboolean(L, 1))
        wick_stream_copy(s->s, kept->s);
    else
        wick_stream_copy(kept->s, s->s);
    return 0;
}

/* core.marked_stream(name, parameters...): a stream and a function that keeps its state and goes
 * back; and both streams as handles, for saved states. */
static int marked_stream(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int n = lua_gettop(L);
    for (int k = 0; k < 2; k++) {
        wk_push_func(L, h, stream_new);
        for (int i = 1; i <= n; i++) lua_pushvalue(L, i);
        lua_call(L, n, 2); /* the function and its stream */
    }
    lua_pushlightuserdata(L, h);
    lua_pushvalue(L, n + 2);
    lua_pushvalue(L, n + 4);
    lua_pushcclosure(L, stream_mark, 3);
    lua_pushvalue(L, n + 1);
    lua_insert(L, -2);
    lua_pushvalue(L, n + 2);
    lua_pushvalue(L, n + 4);
    return 4;
}

void wk_stream_open(lua_State *L, wk_host *h)
{
    wk_push_func(L, h, stream_new);
    lua_setfield(L, -2, "stream");
    wk_push_func(L, h, marked_stream);
    lua_setfield(L, -2, "marked_stream");
    lua_newtable(L);
    wk_push_func(L, h, stream_gc);
    lua_setfield(L, -2, "__gc");
    lua_pushliteral(L, "stream");
    lua_setfield(L, -2, "__metatable");
    h->mt_stream = luaL_ref(L, LUA_REGISTRYINDEX);
}
