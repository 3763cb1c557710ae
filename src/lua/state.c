/* SPDX-License-Identifier: MIT */
#include "lua/state.h"
#include "lua/state_box.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A run that is saved or goes on from a state. The engine's half is wick_run_save and
 * wick_run_load; the script's variables are walked by lua/wick/state.lua; here are what lies
 * between them: the stream of random numbers, the columns a script writes, indicators stepped by
 * it, and when all of this happens.
 */

/* ---- tools of state.lua --------------------------------------------------------------------- */

/* core.state_slot(sid): what a series is called in a state: "series" and its place among those the
 * body declares; "written" and its place among those made by pine.series since; "field" and symbol
 * and name of a field of the bars that was first read on a bar. */
static int state_slot(lua_State *L)
{
    const wk_host *h = wk_self(L);
    const double at = luaL_checknumber(L, 1) - h->sh.base;
    if (!(at >= 0.0 && at < (double)h->n_slots)) return wk_raise(L, "a series of another run");
    const int64_t slot = (int64_t)at;
    if (slot < h->keep.n_slots || !h->keep.begun) {
        lua_pushliteral(L, "series");
        lua_pushinteger(L, (lua_Integer)slot);
        return 2;
    }
    const wk_slot *x = &h->slots[slot];
    if (x->node == WK_OWN) {
        int64_t k = 0;
        for (int64_t i = h->keep.n_slots; i < slot; i++) k += h->slots[i].node == WK_OWN;
        lua_pushliteral(L, "written");
        lua_pushinteger(L, (lua_Integer)k);
        return 2;
    }
    wick_buf text = {0};
    wick_graph_describe(h->syms[x->sym].graph, x->node, &text);
    lua_pushliteral(L, "field");
    lua_pushfstring(L, "%d %s", (int)x->sym, text.data && !text.failed ? text.data : "?");
    wick_buf_free(&text);
    return 2;
}

static int state_module(lua_State *L)
{
    wk_push_module(L, wk_self(L), luaL_checkstring(L, 1));
    return 1;
}

/* core.state_written(k): the k-th series written since the declarations. */
static int state_written(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, wk_self(L)->ref_late);
    lua_pushnumber(L, luaL_checknumber(L, 1) + 1.0);
    lua_rawget(L, -2);
    return 1;
}

static wick_stream *stream_of(lua_State *L)
{
    wick_stream *s = wk_stream_at(L, 1, wk_self(L));
    if (!s) (void)wk_raise(L, "a stream is expected");
    return s;
}

static int stream_keep(lua_State *L)
{
    wk_host *h = wk_self(L);
    if (wick_stream_keep(h->ctx, stream_of(L)) < 0) return wk_raise_ctx(L, h);
    return 0;
}

/* core.stream_log(anchor): what it was fed, as text. */
static int stream_log(lua_State *L)
{
    wk_host *h = wk_self(L);
    const double *in = NULL;
    int64_t n = 0;
    if (wick_stream_kept(h->ctx, stream_of(L), &in, &n) < 0) return wk_raise_ctx(L, h);
    const int64_t bytes = n * wk_stream_inputs(L, 1) * (int64_t)sizeof *in;
    lua_pushlstring(L, n > 0 ? (const char *)in : "", (size_t)bytes);
    return 1;
}

/* core.stream_marked(copy, anchor): how many steps of the stream its mark stands for. */
static int stream_marked(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_stream *kept = wk_stream_at(L, 2, h);
    lua_pushnumber(L, (lua_Number)wick_stream_marked(stream_of(L), kept));
    return 1;
}

/* core.stream_row(anchor): bytes of a step in its log. */
static int stream_row(lua_State *L)
{
    (void)stream_of(L);
    lua_pushinteger(L, wk_stream_inputs(L, 1) * (lua_Integer)sizeof(double));
    return 1;
}

/* core.stream_feed(anchor, log) */
static int stream_feed(lua_State *L)
{
    wk_host *h = wk_self(L);
    size_t bytes = 0;
    wick_stream *s = stream_of(L);
    const char *log = luaL_checklstring(L, 2, &bytes);
    const size_t row = (size_t)wk_stream_inputs(L, 1) * sizeof(double);
    double in[WICK_TA_MAX_IN], out[WICK_TA_MAX_OUT];
    if (bytes % row != 0)
        return wk_raise(L, "the state's section of the script is damaged: half a bar of a stream");
    for (size_t at = 0; at < bytes; at += row) {
        if (h->sh.stop) wk_budget_check(L, h);
        memcpy(in, log + at, row);
        wick_stream_step(s, in, out);
    }
    return 0;
}

void wk_state_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"state_slot", state_slot},
                                    {"state_module", state_module},
                                    {"state_written", state_written},
                                    {"stream_keep", stream_keep},
                                    {"stream_log", stream_log},
                                    {"stream_feed", stream_feed},
                                    {"stream_marked", stream_marked},
                                    {"stream_row", stream_row},
                                    {NULL, NULL}};
    wk_set_funcs(L, h, list);
    wk_state_box_open(L, h);
    wk_state_marks(L);
    lua_newtable(L);
    h->ref_late = luaL_ref(L, LUA_REGISTRYINDEX);
}

void wk_host_state(wk_host *h, const wk_state_opts *o)
{
    memset(&h->state_opts, 0, sizeof h->state_opts);
    if (o)
        memcpy(&h->state_opts, o, o->size < sizeof h->state_opts ? o->size : sizeof h->state_opts);
}

/* ---- calls into state.lua ------------------------------------------------------------------- */

static void push_part(lua_State *L, wk_host *h, const char *name)
{
    wk_push_module(L, h, "wick.state");
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}

static void add_root(lua_State *L, int list, const char *name)
{
    /* value on top */
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return;
    }
    lua_createtable(L, 2, 0);
    lua_pushstring(L, name);
    lua_rawseti(L, -2, 1);
    lua_insert(L, -2);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, list, (int)lua_rawlen(L, list) + 1);
}

static void add_ref(lua_State *L, int list, const char *name, int ref)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, ref);
    add_root(L, list, name);
}

/* Everything a bar function can reach. */
static void push_roots(lua_State *L, wk_host *h, int base)
{
    static const struct {
        const char *name;
        int at;
    } hooks[] = {{"before_bar", WK_AT_BEFORE}, {"each_bar", WK_AT_EACH},
                 {"on_bar", WK_AT_AFTER},      {"on", WK_AT_ON},
                 {"size", WK_AT_SIZE},         {"bar function", WK_AT_PINE},
                 {"ctx", WK_AT_CTX},           {"p", WK_AT_PARAMS}};
    lua_newtable(L);
    const int list = lua_gettop(L);
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        lua_pushvalue(L, base + hooks[i].at);
        add_root(L, list, hooks[i].name);
    }
    if (h->ref_fees != LUA_NOREF) add_ref(L, list, "fees", h->ref_fees);
    if (h->ref_slippage != LUA_NOREF) add_ref(L, list, "slippage", h->ref_slippage);
    add_ref(L, list, "globals", h->ref_env);
    add_ref(L, list, "modules", h->ref_loaded);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
    lua_getfield(L, -1, "pine_state");
    lua_remove(L, -2);
    add_root(L, list, "pine");
}

void wk_state_watch(lua_State *L, wk_host *h)
{
    h->keep.o = h->state_opts;
    h->keep.watching = true;
    h->keep.begun = false;
    push_part(L, h, "watch");
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_modules);
    lua_call(L, 1, 0);
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_late);
}

void wk_state_module(lua_State *L, wk_host *h, const char *name, int value)
{
    const int v = lua_absindex(L, value);
    if (strcmp(name, "wick.state") == 0) return;
    push_part(L, h, "module");
    lua_pushstring(L, name);
    lua_pushvalue(L, v);
    lua_call(L, 2, 0);
}

void wk_state_forget(lua_State *L, wk_host *h)
{
    h->keep.watching = false;
    push_part(L, h, "forget");
    lua_call(L, 0, 0);
}

/* ---- the host's own figures ------------------------------------------------------------------ */

static void put_u64(wick_buf *b, uint64_t v)
{
    char raw[8];
    for (int i = 0; i < 8; i++) raw[i] = (char)(v >> (8 * i) & 0xff);
    wick_buf_add(b, raw, 8);
}

/* Series the script has made since the declarations to write them itself. */
static void save_written(const wk_host *h, wick_buf *b)
{
    uint64_t n = 0;
    for (int64_t i = h->keep.n_slots; i < h->n_slots; i++) n += h->slots[i].node == WK_OWN;
    put_u64(b, n);
    for (int64_t i = h->keep.n_slots; i < h->n_slots; i++)
        if (h->slots[i].node == WK_OWN) put_u64(b, (uint64_t)h->slots[i].sym);
}

static void save_figures(wk_host *h, wick_buf *b)
{
    const wick_pcg *g = &h->rng;
    put_u64(b, g->state_hi);
    put_u64(b, g->state_lo);
    put_u64(b, g->inc_hi);
    put_u64(b, g->inc_lo);
    put_u64(b, (uint64_t)h->keep.n_slots);
    save_written(h, b);
    for (int32_t i = 0; i < h->n_syms; i++) {
        wk_sym *s = &h->syms[i];
        const int64_t bar = h->sh.cur->bar_of[i];
        if (s->n_own > 0 && bar >= 0) wk_written_roll(h, i, (double)bar);
        put_u64(b, (uint64_t)s->n_own);
        for (int32_t k = 0; k < s->n_own; k++)
            for (int64_t t = 0; t <= bar; t++) {
                uint64_t bits;
                const double x = isnan(s->own[k][t]) ? WICK_NA : s->own[k][t];
                memcpy(&bits, &x, sizeof bits);
                put_u64(b, bits);
            }
    }
}

typedef struct reader {
    const uint8_t *p, *end;
} reader;

static uint64_t take(lua_State *L, reader *r)
{
    uint64_t v = 0;
    if (r->end - r->p < 8) (void)wk_raise(L, "the state's section 'host' is damaged");
    for (int i = 0; i < 8; i++) v |= (uint64_t)r->p[i] << (8 * i);
    r->p += 8;
    return v;
}

static void load_written(lua_State *L, wk_host *h, reader *r)
{
    const uint64_t n = take(L, r);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_late);
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t sym = take(L, r);
        if (sym >= (uint64_t)h->n_syms) (void)wk_raise(L, "the state's section 'host' is damaged");
        wk_push_written(L, h, (int32_t)sym);
        lua_rawseti(L, -2, (int)i + 1);
    }
    lua_pop(L, 1);
}

static void load_figures(lua_State *L, wk_host *h, const wick_state *s)
{
    int64_t n = 0;
    const uint8_t *p = wick_state_get(s, "host", &n);
    if (!p) (void)wk_raise(L, "the state has no section 'host': it was not saved by `wick run`");
    reader r = {p, p + n};
    wick_pcg g;
    g.state_hi = take(L, &r);
    g.state_lo = take(L, &r);
    g.inc_hi = take(L, &r);
    g.inc_lo = take(L, &r);
    if (take(L, &r) != (uint64_t)h->keep.n_slots)
        (void)wk_raise(L, "the script declares other series than when the state was saved");
    load_written(L, h, &r);
    for (int32_t i = 0; i < h->n_syms; i++) {
        wk_sym *y = &h->syms[i];
        const int64_t bar = h->sh.cur->bar_of[i];
        if (take(L, &r) != (uint64_t)y->n_own)
            (void)wk_raise(L, "the script writes other series than when the state was saved");
        for (int32_t k = 0; k < y->n_own; k++)
            for (int64_t t = 0; t <= bar; t++) {
                const uint64_t bits = take(L, &r);
                memcpy(&y->own[k][t], &bits, sizeof bits);
            }
        if (y->n_own > 0) y->own_bar = bar;
    }
    if (r.p != r.end) (void)wk_raise(L, "the state's section 'host' is too long");
    h->rng = g;
}

/* ---- saving and loading ---------------------------------------------------------------------- */

static void save_script(lua_State *L, wk_host *h, int base, wick_state *s)
{
    const int top = lua_gettop(L);
    wick_buf *b = wk_push_buf(L);
    push_part(L, h, "save");
    push_roots(L, h, base);
    lua_call(L, 1, 2);
    wk_state_pack(L, h, top + 2, (int64_t)lua_tonumber(L, -1), b);
    if (wick_state_put(h->ctx, s, "script", b->data, b->len) < 0) (void)wk_raise_ctx(L, h);
    b->len = 0;
    save_figures(h, b);
    if (b->failed) (void)luaL_error(L, "out of memory");
    if (wick_state_put(h->ctx, s, "host", b->data, b->len) < 0) (void)wk_raise_ctx(L, h);
    lua_settop(L, top);
}

bool wk_state_stopped(lua_State *L, wk_host *h, int base)
{
    if (!h->keep.watching || !wick_run_waits(h->run)) return false;
    lua_settop(L, base + WK_AT_COUNT - 1);
    wick_state *s = NULL;
    h->sh.phase = WK_DECLARE; /* no bar is being decided: messages name none */
    if (wick_run_save(h->ctx, h->run, &s) < 0) (void)wk_raise_ctx(L, h);
    *h->keep.o.out = s; /* the caller's from here on, also when the rest fails */
    wk_script_write_ties(L, h, s);
    save_script(L, h, base, s);
    if (wick_run_go_on(h->ctx, h->run) < 0) (void)wk_raise_ctx(L, h);
    h->hot_on_stack = 0;
    h->sh.phase = WK_DECIDE;
    return true;
}

static void load_script(lua_State *L, wk_host *h)
{
    const wick_state *s = h->keep.o.from;
    const int top = lua_gettop(L);
    char vm[64] = "";
    int64_t n = 0;
    const void *p = wick_state_get(s, "script", &n);
    if (!p) (void)wk_raise(L, "the state has no section 'script': it was not saved by `wick run`");
    (void)wick_state_fact(s, "vm", vm, sizeof vm);
    const bool same_vm = strncmp(vm, wk_host_vm(), 6) == 0;
    push_part(L, h, "load");
    const int64_t count = wk_state_unpack(L, h, p, n, !same_vm);
    lua_pushnumber(L, (lua_Number)count);
    if (same_vm)
        lua_pushnil(L);
    else
        lua_pushstring(L, vm);
    lua_call(L, 3, 0);
    lua_settop(L, top);
}

void wk_state_begin(lua_State *L, wk_host *h, int base)
{
    const wk_state_opts *o = &h->keep.o;
    wick_status st = WICK_OK;
    h->keep.n_slots = h->n_slots;
    h->keep.begun = true;
    push_part(L, h, "begin");
    push_roots(L, h, base);
    lua_call(L, 1, 0);
    if (o->out) st = wick_run_until(h->ctx, h->run, o->has_at ? o->at : INT64_MAX);
    if (st < 0) (void)wk_raise_ctx(L, h);
    if (!o->from) return;
    wk_script_check_ties(L, h, o->from, o->what_if);
    const wick_resume_opts how = {.size = sizeof how, .settings = o->what_if};
    if (wick_run_load(h->ctx, h->run, o->from, &how) < 0) (void)wk_raise_ctx(L, h);
    load_figures(L, h, o->from);
    load_script(L, h);
    lua_newtable(L); /* names of orders by number and back, as the engine has them now */
    for (int32_t i = 1; *wick_run_text(h->run, i); i++) {
        lua_pushstring(L, wick_run_text(h->run, i));
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, i);
        lua_pushinteger(L, i);
        lua_rawset(L, -3);
    }
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_tags);
}
