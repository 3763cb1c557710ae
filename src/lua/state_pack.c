/* SPDX-License-Identifier: MIT */
#include "lua/state.h"

#include <math.h>
#include <string.h>

/* A flat list of values as bytes: a letter each, then little end first. The list is what
 * lua/wick/state.lua makes of a script's variables. */

static const char *const mark_names[] = {"state_nil", "state_named", "state_fresh", "state_handle",
                                         "state_mark"};
static const char mark_letters[] = "nNFHM";
enum { MARKS = 5 };
static char marks[MARKS]; /* their addresses are the marks; never written */

void wk_state_marks(lua_State *L)
{
    for (int i = 0; i < MARKS; i++) {
        lua_pushlightuserdata(L, &marks[i]);
        lua_setfield(L, -2, mark_names[i]);
    }
}

static void put(wick_buf *b, char kind, uint64_t v, int bytes)
{
    char raw[9] = {kind};
    for (int i = 0; i < bytes; i++) raw[i + 1] = (char)(v >> (8 * i) & 0xff);
    wick_buf_add(b, raw, bytes + 1);
}

static void put_number(lua_State *L, wick_buf *b)
{
    double x = lua_tonumber(L, -1);
    uint64_t bits;
#if !WICK_LUAJIT
    if (lua_isinteger(L, -1)) {
        put(b, 'i', (uint64_t)lua_tointeger(L, -1), 8);
        return;
    }
#endif
    if (isnan(x)) x = WICK_NA;
    memcpy(&bits, &x, sizeof bits);
    put(b, 'd', bits, 8);
}

void wk_state_pack(lua_State *L, wk_host *h, int i, int64_t n, wick_buf *out)
{
    const int t = lua_absindex(L, i);
    for (int64_t k = 1; k <= n; k++) {
        size_t len = 0;
        if (h->sh.stop) wk_budget_check(L, h);
        lua_rawgeti(L, t, (int)k);
        switch (lua_type(L, -1)) {
        case LUA_TNUMBER: put_number(L, out); break;
        case LUA_TBOOLEAN: wick_buf_add(out, lua_toboolean(L, -1) ? "1" : "0", 1); break;
        case LUA_TSTRING: {
            const char *s = lua_tolstring(L, -1, &len);
            if (len > UINT32_MAX) (void)wk_raise(L, "a text of the script is too long to be saved");
            put(out, 's', len, 4);
            if (len > 0) wick_buf_add(out, s, (int64_t)len);
            break;
        }
        default: {
            const char *p = lua_touserdata(L, -1);
            wick_buf_add(out, &mark_letters[p - marks], 1);
        }
        }
        lua_pop(L, 1);
    }
    if (out->failed) (void)luaL_error(L, "out of memory");
}

/* ---- back ---------------------------------------------------------------------------------- */

typedef struct reader {
    const uint8_t *p, *end;
} reader;

static uint64_t take(lua_State *L, reader *r, int bytes)
{
    uint64_t v = 0;
    if (r->end - r->p < bytes)
        (void)wk_raise(L, "the state's section of the script is damaged: it ends too early");
    for (int i = 0; i < bytes; i++) v |= (uint64_t)r->p[i] << (8 * i);
    r->p += bytes;
    return v;
}

static void push_double(lua_State *L, double x, bool whole)
{
#if !WICK_LUAJIT
    if (whole && fabs(x) < 9007199254740992.0 && x == floor(x) && !(x == 0.0 && signbit(x))) {
        lua_pushinteger(L, (lua_Integer)x);
        return;
    }
#else
    (void)whole;
#endif
    lua_pushnumber(L, x);
}

static void push_value(lua_State *L, reader *r, char kind, bool whole)
{
    const char *mark = memchr(mark_letters, kind, MARKS);
    uint64_t bits;
    double x;
    if (mark) {
        lua_pushlightuserdata(L, &marks[mark - mark_letters]);
        return;
    }
    switch (kind) {
    case '0':
    case '1': lua_pushboolean(L, kind == '1'); break;
    case 'i': lua_pushinteger(L, (lua_Integer)(int64_t)take(L, r, 8)); break;
    case 'd':
        bits = take(L, r, 8);
        memcpy(&x, &bits, sizeof x);
        push_double(L, isnan(x) ? WICK_NA : x, whole);
        break;
    case 's': {
        const uint64_t n = take(L, r, 4);
        if (n > (uint64_t)(r->end - r->p))
            (void)wk_raise(L, "the state's section of the script is damaged: it ends in a text");
        lua_pushlstring(L, (const char *)r->p, (size_t)n);
        r->p += n;
        break;
    }
    default:
        (void)wk_raise(L, "the state's section of the script is damaged: there is no kind '%d'",
                       (int)kind);
    }
}

int64_t wk_state_unpack(lua_State *L, wk_host *h, const void *data, int64_t n, bool whole)
{
    reader r = {data, (const uint8_t *)data + n};
    int64_t count = 0;
    lua_newtable(L);
    while (r.p < r.end) {
        if (h->sh.stop) wk_budget_check(L, h);
        const char kind = (char)*r.p++;
        if (count == INT32_MAX) (void)wk_raise(L, "the state of the script is too long");
        push_value(L, &r, kind, whole);
        lua_rawseti(L, -2, (int)++count);
    }
    return count;
}
