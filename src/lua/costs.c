/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

/*
 * S.fees and S.slippage: what a fill costs, asked by the engine while it walks a bar. The engine
 * knows no errors of scripts, so a failure is kept, the run ends, and the step raises it. On
 * wick-jit the step of such a run is a C function called by the interpreter, because compiled FFI
 * calls must not come back into Lua.
 */

static void put_number(lua_State *L, const char *key, double v)
{
    wk_push_double(L, v);
    lua_setfield(L, -2, key);
}

static void push_fill(lua_State *L, const wick_cost_in *in, const char *before)
{
    static const char *const types[] = {"market", "limit", "stop", "stop_limit"};
    lua_createtable(L, 0, 20);
    lua_pushstring(L, in->name);
    lua_setfield(L, -2, "symbol");
    lua_pushstring(L, in->side > 0 ? "buy" : "sell");
    lua_setfield(L, -2, "side");
    lua_pushstring(L, types[in->type]);
    lua_setfield(L, -2, "type");
    lua_pushboolean(L, in->maker);
    lua_setfield(L, -2, "maker");
    put_number(L, "bar", in->bar);
    put_number(L, "time", (double)in->time);
    put_number(L, "units", in->qty);
    put_number(L, "closing", in->closing);
    put_number(L, "price", in->price);
    put_number(L, "value", in->value);
    put_number(L, "tick_size", in->tick);
    put_number(L, "point_value", in->point_value);
    put_number(L, "traded", in->traded);
    put_number(L, "open", in->open[in->bar]);
    put_number(L, "high", in->high[in->bar]);
    put_number(L, "low", in->low[in->bar]);
    put_number(L, "close", in->close[in->bar]);
    put_number(L, "volume", in->volume[in->bar]);
    put_number(L, before, in->before);
}

typedef struct question {
    wk_host *h;
    const wick_cost_in *in;
    int ref;
    const char *hook, *before;
    double answer;
} question;

static int ask_main(lua_State *L)
{
    question *q = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, q->ref);
    push_fill(L, q->in, q->before);
    lua_call(L, 1, 1);
    if (lua_type(L, -1) != LUA_TNUMBER) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, q->ref);
        wk_place_at(L, q->h, lua_gettop(L));
        return wk_raise(L, "S.%s must return a number, got %s", q->hook, luaL_typename(L, -2));
    }
    q->answer = lua_tonumber(L, -1);
    return 0;
}

static double ask(wk_host *h, const wick_cost_in *in, int ref, const char *hook, const char *before)
{
    lua_State *L = h->L;
    if (h->cost_error != LUA_NOREF) return WICK_NA;
    question q = {h, in, ref, hook, before, WICK_NA};
    const int32_t phase = h->sh.phase;
    const char *outer = h->hook;
    const int top = lua_gettop(L);
    h->sh.phase = WK_SCORE; /* no bar is at hand, and no order can be placed */
    h->hook = hook;
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_handler);
    lua_pushcfunction(L, ask_main);
    lua_pushlightuserdata(L, &q);
    if (lua_pcall(L, 1, 0, top + 1) != 0) {
        h->cost_error = luaL_ref(L, LUA_REGISTRYINDEX);
        q.answer = WICK_NA;
    }
    if (!isfinite(q.answer)) {
        h->cost_hook = hook;
        h->cost_time = in->time;
        h->cost_symbol = in->symbol;
    }
    lua_settop(L, top);
    h->sh.phase = phase;
    h->hook = outer;
    return q.answer;
}

static double fees(void *self, const wick_cost_in *in)
{
    wk_host *h = self;
    return ask(h, in, h->ref_fees, "fees", "fee");
}

static double slippage(void *self, const wick_cost_in *in)
{
    wk_host *h = self;
    return ask(h, in, h->ref_slippage, "slippage", "slip");
}

bool wk_costs_wanted(const wk_script *s, wk_host *h, wick_cost_user *out)
{
    h->cost_hook = NULL;
    h->costly = (s->hooks & (WK_HOOK_FEES | WK_HOOK_SLIPPAGE)) != 0;
    *out = (wick_cost_user){.size = sizeof *out, .self = h};
    if (s->hooks & WK_HOOK_FEES) out->fee = fees;
    if (s->hooks & WK_HOOK_SLIPPAGE) out->slip = slippage;
    return h->costly;
}

static int keep(lua_State *L, int t, const char *key)
{
    lua_pushstring(L, key);
    lua_rawget(L, t);
    return luaL_ref(L, LUA_REGISTRYINDEX); /* LUA_REFNIL for nil */
}

void wk_costs_take(lua_State *L, wk_host *h, int t)
{
    if (!h->costly) return;
    h->ref_fees = keep(L, t, "fees");
    h->ref_slippage = keep(L, t, "slippage");
}

void wk_costs_forget(lua_State *L, wk_host *h)
{
    luaL_unref(L, LUA_REGISTRYINDEX, h->ref_fees);
    luaL_unref(L, LUA_REGISTRYINDEX, h->ref_slippage);
    luaL_unref(L, LUA_REGISTRYINDEX, h->cost_error);
    h->ref_fees = h->ref_slippage = h->cost_error = LUA_NOREF;
    h->costly = false;
}

int32_t wk_costs_step(lua_State *L, wk_host *h)
{
    const int32_t step = wick_run_step(h->run);
    if (step >= 0 || h->cost_error == LUA_NOREF) return step;
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->cost_error);
    (void)lua_error(L);
    return step;
}

int wk_costs_step_lua(lua_State *L)
{
    lua_pushinteger(L, wk_costs_step(L, wk_self(L)));
    return 1;
}
