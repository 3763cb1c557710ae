/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <string.h>

/*
 * Text that is the same on both VMs and in every process: Lua 5.4 prints 1.0 where LuaJIT prints 1,
 * and both print addresses of tables. Scripts get these functions instead.
 */

static void push_number(lua_State *L, int i)
{
    char text[64];
    const double x = lua_tonumber(L, i);
#if !WICK_LUAJIT
    if (lua_isinteger(L, i)) {
        snprintf(text, sizeof text, "%lld", (long long)lua_tointeger(L, i));
        lua_pushstring(L, text);
        return;
    }
#endif
    if (isnan(x))
        lua_pushliteral(L, "nan");
    else if (isinf(x))
        lua_pushstring(L, x > 0 ? "inf" : "-inf");
    else {
        snprintf(text, sizeof text, "%.14g", x);
        lua_pushstring(L, text);
    }
}

/* Pushes the text of the value at i. */
static void push_text(lua_State *L, int i)
{
    switch (lua_type(L, i)) {
    case LUA_TNIL: lua_pushliteral(L, "nil"); return;
    case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, i) ? "true" : "false"); return;
    case LUA_TNUMBER: push_number(L, i); return;
    case LUA_TSTRING: lua_pushvalue(L, i); return;
    default: break;
    }
    wk_check_depth(L, wk_self(L));
    luaL_checkstack(L, 8, "stack overflow");
    if (luaL_callmeta(L, i, "__tostring")) {
        if (lua_type(L, -1) != LUA_TSTRING)
            (void)wk_raise(L, "__tostring must return a string, it returned a %s",
                           luaL_typename(L, -1));
        return;
    }
    lua_pushstring(L, luaL_typename(L, i));
}

static int text_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    push_text(L, 1);
    return 1;
}

static int text_print(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int n = lua_gettop(L);
    luaL_Buffer b;
    luaL_checkstack(L, 8, NULL);
    for (int i = 1; i <= n; i++) {
        push_text(L, i);
        lua_replace(L, i);
    }
    luaL_buffinit(L, &b);
    for (int i = 1; i <= n; i++) {
        size_t len = 0;
        const char *s = lua_tolstring(L, i, &len);
        if (i > 1) luaL_addchar(&b, '\t');
        luaL_addlstring(&b, s, len);
    }
    luaL_pushresult(&b);
    size_t len = 0;
    const char *line = lua_tolstring(L, -1, &len);
    if (h->print) {
        h->print(h->print_user, line, (int64_t)len);
    } else {
        fwrite(line, 1, len, stderr);
        fputc('\n', stderr);
    }
    return 0;
}

typedef struct spec {
    char text[24]; /* "%-8.3" without the conversion */
    size_t n;
    char conv;
} spec;

/* Reads flags, width and precision after the percent sign; returns what follows. */
static const char *read_spec(lua_State *L, const char *p, const char *end, spec *s)
{
    s->n = 0;
    s->text[s->n++] = '%';
    int flags = 0, width = 0, precision = 0;
    while (p < end && strchr("-+ #0", *p) && *p && flags++ < 5) s->text[s->n++] = *p++;
    while (p < end && *p >= '0' && *p <= '9' && width++ < 2) s->text[s->n++] = *p++;
    if (p < end && *p == '.') {
        s->text[s->n++] = *p++;
        while (p < end && *p >= '0' && *p <= '9' && precision++ < 2) s->text[s->n++] = *p++;
    }
    if (p >= end || !strchr("cdixXoaAeEfFgGsq", *p) || !*p)
        (void)wk_raise(L, "string.format: '%.*s' is not a conversion both VMs know",
                       (int)(p < end ? s->n + 1 : s->n), p - s->n);
    s->conv = *p++;
    return p;
}

static int need_number(lua_State *L, int arg, char conv)
{
    if (!lua_isnumber(L, arg))
        return wk_raise(L, "string.format: argument %d for %%%c must be a number, not %s", arg,
                        conv, luaL_typename(L, arg));
    return 0;
}

static void format_one(lua_State *L, luaL_Buffer *b, spec *s, int arg)
{
    char out[512];
    int n = 0;
    if (strchr("cdixXo", s->conv)) {
        need_number(L, arg, s->conv);
        const double x = lua_tonumber(L, arg);
        if (x != floor(x) || fabs(x) > 9.2e18)
            (void)wk_raise(L, "string.format: argument %d for %%%c must be a whole number", arg,
                           s->conv);
#if WICK_LUAJIT
        const long long whole = (long long)x;
#else
        const long long whole = (long long)lua_tointeger(L, arg);
#endif
        if (s->conv == 'c') {
            luaL_addchar(b, (char)whole);
            return;
        }
        memcpy(s->text + s->n, "ll", 2);
        s->text[s->n + 2] = s->conv;
        s->text[s->n + 3] = '\0';
        n = snprintf(out, sizeof out, s->text, whole);
    } else {
        need_number(L, arg, s->conv);
        const double x = lua_tonumber(L, arg);
        s->text[s->n] = s->conv;
        s->text[s->n + 1] = '\0';
        /* The sign of a NaN is an accident of the machine. */
        n = snprintf(out, sizeof out, s->text, isnan(x) ? fabs(x) : x);
    }
    if (n > 0) luaL_addlstring(b, out, (size_t)n < sizeof out ? (size_t)n : sizeof out - 1);
}

static void format_string(lua_State *L, luaL_Buffer *b, const spec *s, int text)
{
    size_t len = 0;
    const char *v = lua_tolstring(L, text, &len);
    if (s->n == 1) {
        luaL_addlstring(b, v, len);
        return;
    }
    bool left = false;
    size_t i = 1, width = 0;
    for (; i < s->n && strchr("-+ #0", s->text[i]); i++) left |= s->text[i] == '-';
    for (; i < s->n && s->text[i] != '.'; i++) width = width * 10 + (size_t)(s->text[i] - '0');
    if (i < s->n) {
        size_t most = 0;
        for (i++; i < s->n; i++) most = most * 10 + (size_t)(s->text[i] - '0');
        if (most < len) len = most;
    }
    for (size_t k = len; !left && k < width; k++) luaL_addchar(b, ' ');
    luaL_addlstring(b, v, len);
    for (size_t k = len; left && k < width; k++) luaL_addchar(b, ' ');
}

/* upvalue 2: the VM's own string.format, for %q. */
static int text_format(lua_State *L)
{
    size_t n = 0;
    const char *p = luaL_checklstring(L, 1, &n), *end = p + n;
    const int top = lua_gettop(L);
    luaL_Buffer b;
    /* Texts are made before the buffer exists: it owns the top of the stack while it grows. */
    luaL_checkstack(L, top + 16, NULL);
    for (int i = 2; i <= top; i++) push_text(L, i);
    luaL_buffinit(L, &b);
    int arg = 1;
    while (p < end) {
        if (*p != '%') {
            luaL_addchar(&b, *p++);
            continue;
        }
        if (++p < end && *p == '%') {
            luaL_addchar(&b, *p++);
            continue;
        }
        spec s;
        p = read_spec(L, p, end, &s);
        if (++arg > top)
            return wk_raise(L, "string.format: argument %d for %%%c is missing", arg, s.conv);
        if (s.conv == 's') {
            format_string(L, &b, &s, top + arg - 1);
        } else if (s.conv == 'q') {
            lua_pushvalue(L, lua_upvalueindex(2));
            lua_pushliteral(L, "%q");
            lua_pushvalue(L, arg);
            lua_call(L, 2, 1);
            luaL_addvalue(&b);
        } else {
            format_one(L, &b, &s, arg);
        }
    }
    luaL_pushresult(&b);
    return 1;
}

/* wick.fmt(x [, decimals]): shortest text that reads back, or fixed decimals. */
static int text_fmt(lua_State *L)
{
    const double x = luaL_checknumber(L, 1);
    char text[400];
    if (lua_isnoneornil(L, 2)) {
        wick_format_double(text, x);
    } else {
        const double places = luaL_checknumber(L, 2);
        if (!(places >= 0 && places <= 20))
            return wk_raise(L, "wick.fmt: decimals must be 0 to 20");
        snprintf(text, sizeof text, "%.*f", (int)places, isnan(x) ? fabs(x) : x);
    }
    lua_pushstring(L, text);
    return 1;
}

/* Adds to the core table on top of the stack. */
void wk_text_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"tostring", text_tostring}, {"print", text_print}, {"fmt", text_fmt}, {NULL, NULL}};
    wk_set_funcs(L, h, list);
    lua_pushlightuserdata(L, h);
    lua_getglobal(L, "string");
    lua_getfield(L, -1, "format");
    lua_remove(L, -2);
    lua_pushcclosure(L, text_format, 2);
    lua_setfield(L, -2, "format");
}
