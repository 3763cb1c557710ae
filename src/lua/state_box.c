/* SPDX-License-Identifier: MIT */
#include "lua/state_box.h"

#include <string.h>

/* Saved states as handles: in pipelines and in tests. A state is immutable; going on from one twice
 * gives two runs that know nothing of each other. */

static void state_unref(void *p)
{
    wick_state_unref(p);
}

static wick_status state_digest(wick_ctx *ctx, const void *p, char hex[65])
{
    wick_buf b = {0};
    wick_sha256 s;
    const wick_status st = wick_state_bytes(ctx, p, &b);
    wick_sha256_init(&s);
    if (st >= 0) wick_sha256_add(&s, b.data, b.len);
    wick_sha256_end(&s, hex);
    wick_buf_free(&b);
    return st;
}

static int state_index(lua_State *L, wk_host *h, void *p)
{
    static const char *const facts[] = {"time", "strategy", "vm", "profile", "wick", NULL};
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    char text[256];
    (void)h;
    for (int i = 0; facts[i]; i++)
        if (strcmp(facts[i], key) == 0) {
            if (!wick_state_fact(p, key, text, sizeof text)) return 0;
            lua_pushstring(L, text);
            return 1;
        }
    return 0;
}

/* st:bytes(): the file, as a text. */
static int state_bytes(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_state *s = wk_check_box(L, 1, &wk_state_type, "bytes");
    wick_buf *b = wk_push_buf(L);
    if (wick_state_bytes(h->ctx, s, b) < 0) return wk_raise_ctx(L, h);
    lua_pushlstring(L, b->data, (size_t)b->len);
    return 1;
}

static const luaL_Reg state_methods[] = {{"bytes", state_bytes}, {NULL, NULL}};
const wk_box_type wk_state_type = {.name = "state",
                                   .unref = state_unref,
                                   .digest = state_digest,
                                   .methods = state_methods,
                                   .index = state_index};

void wk_push_state(lua_State *L, wk_host *h, wick_state *s)
{
    wk_box *b = wk_new_box(L, h, &wk_state_type, 1 << 16);
    b->p = wick_state_ref(s);
}

/* core.state_parse(bytes, name) -> state */
static int core_state_parse(lua_State *L)
{
    wk_host *h = wk_self(L);
    size_t n = 0;
    const char *data = luaL_checklstring(L, 1, &n), *name = luaL_optstring(L, 2, "the state");
    wick_state *s = NULL;
    wk_box *b = wk_new_box(L, h, &wk_state_type, (int64_t)n);
    if (wick_state_parse(h->ctx, name, data, (int64_t)n, &s) < 0) return wk_raise_ctx(L, h);
    b->p = s;
    return 1;
}

void wk_state_box_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"state_parse", core_state_parse}, {NULL, NULL}};
    wk_set_funcs(L, h, list);
}

static bool truth(lua_State *L, int t, const char *key)
{
    lua_getfield(L, t, key);
    const bool yes = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return yes;
}

void wk_state_asked(lua_State *L, int t, const char *what, wk_state_opts *o, wick_state **out)
{
    *o = (wk_state_opts){.size = sizeof *o, .what_if = truth(L, t, "what_if")};
    lua_getfield(L, t, "from_state");
    if (!lua_isnil(L, -1)) o->from = wk_check_box(L, -1, &wk_state_type, what);
    lua_pop(L, 1); /* the table keeps it */
    if (o->what_if && !o->from)
        (void)wk_raise(L, "%s: what_if needs a state to go on from: from_state = st", what);
    lua_getfield(L, t, "checkpoint");
    const int type = lua_type(L, -1);
    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        size_t n = 0;
        bool clock = true;
        o->has_at = true;
        o->at = (int64_t)lua_tonumber(L, -1);
        const char *text = type == LUA_TSTRING ? lua_tolstring(L, -1, &n) : NULL;
        if (text && !wick_time_parse(text, (int64_t)n, &o->at, &clock))
            (void)wk_raise(L, "%s: checkpoint '%s' is no date", what, text);
        if (text && !clock) o->at += WICK_MS_DAY - 1;
    } else if (type != LUA_TNIL && !(type == LUA_TBOOLEAN && lua_toboolean(L, -1))) {
        (void)wk_raise(L, "%s: checkpoint is a date, a stamp, or true for the end", what);
    }
    if (type != LUA_TNIL) o->out = out;
    lua_pop(L, 1);
}
