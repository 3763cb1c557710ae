/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <stdlib.h>

/*
 * The step loop. On Lua 5.4 it is C under one protected call and allocates nothing per bar. A read
 * x[k] through a metamethod costs about 50 ns there, a plain table entry 3 ns; so the first read of
 * (x, k) makes it hot, and from the next tick on the loop stores that number in the table before
 * the script runs. All hot entries of a tick are written before its first hook, so a hook of one
 * symbol never sees another symbol's older value.
 *
 * On LuaJIT the loop is Lua (lua/wick/ffi.lua), so that steps, reads and hooks compile into one
 * trace.
 */

#if WICK_LUAJIT
void wk_hot_add(lua_State *L, wk_host *h, int64_t slot, int32_t k, int table)
{
    (void)L;
    (void)h;
    (void)slot;
    (void)k;
    (void)table;
}

void wk_hot_clear(lua_State *L, wk_host *h)
{
    (void)L;
    (void)h;
}

/* A loop for every script: traces are tied to the functions they were recorded in, and those of one
 * script serve all of its runs. */
static void push_loop(lua_State *L, wk_host *h)
{
    wk_script *s = h->script;
    if (s->loop == LUA_NOREF) {
        wk_push_module_chunk(L, h, "wick.loop");
        s->loop = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    /* The functions of a script are made when it is loaded and for every run. From the third time
     * on LuaJIT ties traces to their code and no longer to one of them: the next run makes those
     * that stay, and finds none of the first run in its way. */
    if (s->runs < 2 && ++s->runs == 2) luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_FLUSH);
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->loop);
}

/* The loop bound to the run in hand; a run in pieces keeps it beside its hooks. */
static void push_bound(lua_State *L, wk_host *h)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_at); /* nil for a run in one go */
    const int kept = lua_gettop(L);
    if (lua_istable(L, kept)) lua_rawgeti(L, kept, WK_AT_COUNT + 1);
    if (!lua_isfunction(L, -1)) {
        lua_settop(L, kept);
        push_loop(L, h);
        wk_push_module(L, h, "wick.ffi");
        lua_pushlightuserdata(L, h->run);
        if (h->costly)
            wk_push_func(L, h, wk_costs_step_lua);
        else
            lua_pushnil(L);
        if (h->refills)
            wk_refill_push(L, h);
        else
            lua_pushnil(L);
        lua_call(L, 4, 1);
        if (lua_istable(L, kept)) {
            lua_pushvalue(L, -1);
            lua_rawseti(L, kept, WK_AT_COUNT + 1);
        }
    }
    lua_remove(L, kept);
}

int wk_loop(lua_State *L, wk_host *h, int base)
{
    push_bound(L, h);
    for (int i = 0; i < WK_AT_COUNT; i++) lua_pushvalue(L, base + i);
    lua_call(L, WK_AT_COUNT, 1);
    const int st = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    wk_budget_check(L, h);
    if (st < 0) {
        (void)wick_run_error(h->ctx, h->run);
        (void)wk_raise_ctx(L, h);
    }
    return st;
}
#else
void wk_hot_add(lua_State *L, wk_host *h, int64_t slot, int32_t k, int table)
{
    wk_slot_extra *x = &h->extra[slot];
    if (x->n_hot >= WK_HOT_PER_SERIES || h->n_hot_tables >= WK_HOT_SERIES) return;
    wk_sym *s = &h->syms[h->slots[slot].sym];
    if (s->n_hot == s->cap_hot) {
        const int32_t cap = s->cap_hot ? 2 * s->cap_hot : 8;
        wk_hot *hot = realloc(s->hot, (size_t)cap * sizeof *hot);
        if (!hot) return; /* reads stay correct, only slower */
        s->hot = hot;
        s->cap_hot = cap;
    }
    if (x->list == 0) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_hot);
        lua_pushvalue(L, table);
        lua_rawseti(L, -2, h->n_hot_tables + 1);
        lua_pop(L, 1);
        x->list = ++h->n_hot_tables;
    }
    x->n_hot++;
    s->hot[s->n_hot++] = (wk_hot){x->list, (int32_t)slot, k};
    s->fresh = -1;
}

static void clear_symbol(lua_State *L, wk_host *h, int32_t i)
{
    wk_sym *s = &h->syms[i];
    for (int32_t k = 0; k < s->n_hot; k++) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_hot);
        lua_rawgeti(L, -1, s->hot[k].list);
        lua_pushnil(L);
        lua_rawseti(L, -2, s->hot[k].k);
        lua_pop(L, 2);
    }
    s->n_hot = 0;
}

void wk_hot_clear(lua_State *L, wk_host *h)
{
    for (int32_t i = 0; i < h->n_syms + h->n_inner; i++) clear_symbol(L, h, i);
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_hot);
    h->n_hot_tables = h->hot_on_stack = 0;
}

/* Puts series tables that became hot since the last tick on the loop's stack, where rawseti finds
 * them without a lookup. */
static void lift_tables(lua_State *L, wk_host *h)
{
    luaL_checkstack(L, h->n_hot_tables - h->hot_on_stack + 16, "too many series are read");
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_hot);
    const int list = lua_gettop(L);
    while (h->hot_on_stack < h->n_hot_tables) lua_rawgeti(L, list, ++h->hot_on_stack);
    lua_remove(L, list);
}

/* Values of symbol i for its present bar. */
static void refresh_symbol(lua_State *L, wk_host *h, int32_t i)
{
    wk_sym *s = &h->syms[i];
    const int32_t bar = h->sh.cur->bar_of[i];
    const int top = h->hot_base;
    if (s->n_own > 0) wk_written_roll(h, i, bar);
    if (s->n_hot == 0 || s->fresh == bar) return;
    s->fresh = bar;
    for (const wk_hot *x = s->hot, *end = x + s->n_hot; x < end; x++) {
        const int32_t at = bar - x->k;
        lua_pushnumber(L, at >= 0 ? h->slots[x->slot].v[at] : WICK_NA);
        lua_rawseti(L, top + x->list, x->k);
    }
}

static void refresh(lua_State *L, wk_host *h)
{
    if (h->hot_on_stack < h->n_hot_tables) lift_tables(L, h);
    for (int32_t i = 0; i < h->n_syms; i++) refresh_symbol(L, h, i);
}

static double size_answer(lua_State *L)
{
    double units = WICK_NA;
    if (lua_type(L, -1) == LUA_TNUMBER)
        units = lua_tonumber(L, -1);
    else if (!lua_isnil(L, -1))
        (void)wk_raise(L, "size must return a number of units (or nil for none), got %s",
                       luaL_typename(L, -1));
    lua_pop(L, 1);
    return units;
}

static void push_of(lua_State *L, int list, int32_t symbol)
{
    lua_rawgeti(L, list, symbol + 1);
}

/* One question. The hooks stand at base + WK_AT_*. */
static void answer(lua_State *L, wk_host *h, int step, int base)
{
    const wick_cursor *c = h->sh.cur;
    switch (step) {
    case WICK_STEP_BAR:
        if (!lua_isnil(L, base + WK_AT_EACH)) {
            lua_pushvalue(L, base + WK_AT_EACH);
            push_of(L, base + WK_AT_SYMS, c->symbol);
            lua_pushvalue(L, base + WK_AT_PARAMS);
            lua_call(L, 2, 0);
        } else {
            if (h->syms[c->symbol].n_kept > 0) wk_pine_refresh(L, h, c->symbol);
            push_of(L, base + WK_AT_PINE, c->symbol);
            lua_call(L, 0, 0);
        }
        break;
    case WICK_STEP_REFILL:
        if (h->syms[c->symbol].n_kept > 0) wk_pine_refresh(L, h, c->symbol);
        wk_refill_push(L, h);
        lua_pushinteger(L, c->symbol);
        push_of(L, base + WK_AT_PINE, c->symbol);
        lua_call(L, 2, 0);
        refresh(L, h); /* what the script wrote has gone back */
        break;
    case WICK_STEP_TRIGGER:
        push_of(L, base + WK_AT_ON, c->symbol);
        lua_rawgeti(L, -1, c->trigger + 1);
        lua_replace(L, -2);
        push_of(L, base + WK_AT_SYMS, c->symbol);
        lua_pushvalue(L, base + WK_AT_PARAMS);
        lua_call(L, 2, 0);
        break;
    case WICK_STEP_BEFORE:
    case WICK_STEP_AFTER:
        lua_pushvalue(L, base + (step == WICK_STEP_BEFORE ? WK_AT_BEFORE : WK_AT_AFTER));
        lua_pushvalue(L, base + WK_AT_CTX);
        lua_pushvalue(L, base + WK_AT_PARAMS);
        lua_call(L, 2, 0);
        break;
    case WICK_STEP_REBALANCE:
        lua_pushvalue(L, base + WK_AT_REBALANCE);
        lua_pushvalue(L, base + WK_AT_CTX);
        lua_pushvalue(L, base + WK_AT_PARAMS);
        lua_call(L, 2, 0);
        break;
    case WICK_STEP_SIZE:
        push_of(L, base + WK_AT_SIZE, c->symbol);
        push_of(L, base + WK_AT_SYMS, c->symbol);
        lua_pushvalue(L, base + WK_AT_PARAMS);
        lua_call(L, 2, 1);
        wick_run_answer(h->run, size_answer(L));
        break;
    default: break;
    }
}

int wk_loop(lua_State *L, wk_host *h, int base)
{
    const wick_cursor *c = h->sh.cur;
    int64_t tick = -1;
    h->hot_base = lua_gettop(L);
    h->hot_on_stack = 0; /* of a run that goes on, the stack is a new one */
    for (;;) {
        const int32_t step = h->costly ? wk_costs_step(L, h) : wick_run_step(h->run);
        if (step <= 0) {
            if (step < 0) {
                (void)wick_run_error(h->ctx, h->run);
                (void)wk_raise_ctx(L, h);
            }
            return step;
        }
        if (step == WICK_STEP_SYNC) return step;
        if (h->sh.stop) wk_budget_check(L, h);
        if (c->tick != tick) {
            tick = c->tick;
            refresh(L, h);
        }
        answer(L, h, step, base);
    }
}
#endif

/* One call; what it returns goes to the end of the columns. */
static int inner_call(lua_State *L, int f, int columns, int64_t bar)
{
    const int top = lua_gettop(L);
    lua_pushvalue(L, f);
    lua_call(L, 0, LUA_MULTRET);
    const int n = lua_gettop(L) - top;
    for (int k = n; k >= 1; k--) {
        lua_rawgeti(L, columns, k);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            lua_newtable(L);
            lua_pushvalue(L, -1);
            lua_rawseti(L, columns, k);
        }
        lua_insert(L, -2);
        lua_rawseti(L, -2, (int)(bar + 1));
        lua_pop(L, 1);
    }
    lua_settop(L, top);
    return n;
}

/* The bars of a request are few or the same as the chart's, and they are walked once, before the
 * run; the function itself still compiles on LuaJIT. */
int wk_inner_loop(lua_State *L, wk_host *h, int32_t sym, int f, int columns)
{
    wk_sym *s = &h->syms[sym];
    int n = 0;
    const int top = lua_gettop(L);
    h->hot_base = top;
    h->hot_on_stack = 0;
    s->own_bar = s->fresh = -1;
    for (int64_t i = 0; i < s->n; i++) {
        s = &h->syms[sym];
        h->inner_bars[sym] = (int32_t)i;
        h->inner.bar = h->inner.tick = i;
        h->inner.time = s->time[i];
        if (h->sh.stop) wk_budget_check(L, h);
#if WICK_LUAJIT
        if (s->n_own > 0) wk_written_roll(h, sym, (double)i);
#else
        if (h->hot_on_stack < h->n_hot_tables) lift_tables(L, h);
        refresh_symbol(L, h, sym);
#endif
        const int got = inner_call(L, f, columns, i);
        if (got > n) n = got;
    }
    lua_settop(L, top);
    h->hot_on_stack = 0;
#if !WICK_LUAJIT
    clear_symbol(L, h, sym);
#endif
    return n;
}
