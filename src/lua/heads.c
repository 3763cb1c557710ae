/* SPDX-License-Identifier: MIT */
#include "lua/jobs.h"
#include "lua/table.h"

/* The position manager's model heads: samples of bars, and their training. */

static double number(lua_State *L, const char *key)
{
    lua_getfield(L, 2, key);
    const double v = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0.0;
    lua_pop(L, 1);
    return v;
}

/* The options at 2; texts and lists stay on the stack. */
static wick_heads_opts read_opts(lua_State *L, const wk_host *h)
{
    luaL_checktype(L, 2, LUA_TTABLE);
    wick_heads_opts o = {.size = sizeof o,
                         .horizon = (int32_t)number(L, "horizon"),
                         .every = (int32_t)number(L, "every"),
                         .up = number(L, "up"),
                         .down = number(L, "down"),
                         .cost_bps = number(L, "cost_bps"),
                         .min_edge_bps = number(L, "min_edge_bps"),
                         .max_loss_bps = number(L, "max_loss_bps"),
                         .participation = number(L, "participation"),
                         .leg_notional = number(L, "leg_notional"),
                         .rounds = (int32_t)number(L, "rounds"),
                         .folds = (int32_t)number(L, "folds"),
                         .seed = h->seed};
    lua_getfield(L, 2, "model");
    o.model = lua_tostring(L, -1);
    lua_getfield(L, 2, "features");
    if (lua_isnil(L, -1)) return o;
    /* { {name, expression}, ... } */
    const int list = lua_gettop(L);
    luaL_checktype(L, list, LUA_TTABLE);
    o.n_features = (int32_t)lua_rawlen(L, list);
    const char **names = lua_newuserdata(L, ((size_t)o.n_features + 1) * 2 * sizeof *names);
    const char **texts = names + o.n_features + 1;
    for (int32_t k = 0; k < o.n_features; k++) {
        lua_rawgeti(L, list, k + 1);
        if (!lua_istable(L, -1))
            (void)wk_raise(L, "features: number %d is no { name, expression }", (int)k + 1);
        lua_rawgeti(L, -1, 1);
        lua_rawgeti(L, -2, 2);
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
            (void)wk_raise(L, "features: number %d is no { name, expression }", (int)k + 1);
        names[k] = lua_tostring(L, -2);
        texts[k] = lua_tostring(L, -1);
        lua_pop(L, 3); /* the lists keep their texts */
    }
    o.feature_names = names;
    o.features = texts;
    return o;
}

/* core.heads_samples(bars, options) -> table */
static int heads_samples(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wk_bars *bars = wk_check_box(L, 1, &wk_bars_type, "wick.pm.samples");
    const wick_heads_opts o = read_opts(L, h);
    wk_box *b = wk_new_table(L, h);
    wick_table *t = NULL;
    wk_good(L, h, wick_heads_samples(h->ctx, bars->panel, &o, &t));
    b->p = t;
    return 1;
}

/* core.heads_train(samples, options) -> predictions, scores */
static int heads_train(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *samples = wk_check_table(L, 1, "heads");
    const wick_heads_opts o = read_opts(L, h);
    wick_table *t = NULL, *scores = NULL;
    wk_box *first = wk_new_table(L, h), *second = wk_new_table(L, h);
    wk_good(L, h, wick_heads_train(h->ctx, samples, &o, &t, &scores));
    first->p = t;
    second->p = scores;
    return 2;
}

/* Adds to the core table on top of the stack. */
void wk_heads_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"heads_samples", heads_samples}, {"heads_train", heads_train}, {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
