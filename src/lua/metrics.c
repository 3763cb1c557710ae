/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- how runs are scored -------------------------------------------------------------------- */

static bool setting_is(const wick_settings *s, const char *key, const char *value)
{
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        char text[WICK_SETTING_TEXT];
        if (strcmp(wick_settings_doc(i)->key, key) != 0) continue;
        wick_settings_get(s, i, text);
        return strcmp(text, value) == 0;
    }
    return false;
}

wick_metric_opts wk_metric_opts(const wick_settings *s, double bars_per_year)
{
    const char *name = wick_settings_profile_name(s);
    const wick_metric_opts o = {
        .size = sizeof o,
        .profile = strcmp(name, "pybroker1") == 0   ? WICK_METRICS_PYBROKER1
                   : strcmp(name, "pybroker2") == 0 ? WICK_METRICS_PYBROKER2
                                                    : WICK_METRICS_WICK,
        .bars_per_year = bars_per_year,
        .round_places = setting_is(s, "report_rounding", "cents") ? 2 : 0,
        .pnl_net = setting_is(s, "trade_pnl", "net"),
    };
    return o;
}

/* metrics.define: functions of the scores and of a view of the ledger. */

typedef struct score_job {
    wk_host *h;
    wk_script *s;
    const wick_ledger *l;
    const wick_scores *scores;
} score_job;

/* m.NAME: upvalue 2 is the job. NA is nil. */
static int score_index(lua_State *L)
{
    const score_job *j = lua_touserdata(L, lua_upvalueindex(2));
    const char *name = luaL_checkstring(L, 2);
    if (!wk_self(L)->scored)
        return wk_raise(L, "stale metrics: they can be read while their result is scored only");
    if (!wick_metric_find(name)) {
        const int64_t n = wick_metric_count();
        const char **names = lua_newuserdata(L, ((size_t)n + 1) * sizeof *names);
        for (int64_t i = 0; i < n; i++) names[i] = wick_metric_at(i)->name;
        const char *near = wick_nearest(name, names, n);
        if (near) return wk_raise(L, "no metric '%s'; did you mean '%s'?", name, near);
        return wk_raise(L, "no metric '%s' (wick list metrics)", name);
    }
    const double v = wick_scores_get(j->scores, name);
    if (isnan(v))
        lua_pushnil(L);
    else
        lua_pushnumber(L, v);
    return 1;
}

static void set_number(lua_State *L, const char *key, double v)
{
    lua_pushnumber(L, v);
    lua_setfield(L, -2, key);
}

static void set_whole(lua_State *L, const char *key, int64_t v)
{
    lua_pushinteger(L, (lua_Integer)v);
    lua_setfield(L, -2, key);
}

static void push_trade(lua_State *L, const wick_ledger *l, const wick_trade_rec *t)
{
    lua_createtable(L, 0, 18);
    lua_pushstring(L, wick_ledger_symbol(l, t->symbol));
    lua_setfield(L, -2, "symbol");
    lua_pushstring(L, t->side > 0 ? "long" : "short");
    lua_setfield(L, -2, "side");
    lua_pushstring(L, wick_reason_name(t->reason));
    lua_setfield(L, -2, "exit_reason");
    lua_pushstring(L, wick_ledger_tag(l, t->entry_tag));
    lua_setfield(L, -2, "entry_tag");
    lua_pushstring(L, wick_ledger_tag(l, t->exit_tag));
    lua_setfield(L, -2, "exit_tag");
    set_whole(L, "signal_time", t->signal_time);
    set_whole(L, "entry_time", t->entry_time);
    set_whole(L, "exit_time", t->exit_time);
    set_whole(L, "entry_bar", t->entry_bar);
    set_whole(L, "exit_bar", t->exit_bar);
    set_whole(L, "bars", t->bars);
    set_number(L, "units", t->qty);
    set_number(L, "entry_price", t->entry_price);
    set_number(L, "exit_price", t->exit_price);
    set_number(L, "pnl", t->pnl);
    set_number(L, "return_pct", t->return_pct);
    set_number(L, "fees", t->fees);
    set_number(L, "mae", t->mae);
    set_number(L, "mfe", t->mfe);
    set_number(L, "carry", t->carry);
    if (t->liquidation != 0.0) set_number(L, "liquidation", t->liquidation);
}

void wk_push_trades(lua_State *L, const wick_ledger *l)
{
    const int64_t n = wick_ledger_trades(l);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        push_trade(L, l, wick_ledger_trade(l, i));
        lua_rawseti(L, -2, (int)(i + 1));
    }
}

void wk_push_equity(lua_State *L, const wick_ledger *l)
{
    const wick_equity e = wick_ledger_equity(l);
    lua_createtable(L, (int)e.n, 0);
    for (int64_t i = 0; i < e.n; i++) {
        lua_pushnumber(L, e.equity[i]);
        lua_rawseti(L, -2, (int)(i + 1));
    }
}

static void push_times(lua_State *L, const wick_ledger *l)
{
    const wick_equity e = wick_ledger_equity(l);
    lua_createtable(L, (int)e.n, 0);
    for (int64_t i = 0; i < e.n; i++) {
        lua_pushnumber(L, (double)e.time[i]);
        lua_rawseti(L, -2, (int)(i + 1));
    }
}

/* Columns of the view are made when first named. A view kept after its scoring shows nothing. */
static int ledger_index(lua_State *L)
{
    const wick_ledger *l = wk_self(L)->scored;
    const char *name = luaL_checkstring(L, 2);
    if (!l) return wk_raise(L, "stale ledger: it can be read while its result is scored only");
    if (strcmp(name, "trades") == 0)
        wk_push_trades(L, l);
    else if (strcmp(name, "equity") == 0)
        wk_push_equity(L, l);
    else if (strcmp(name, "time") == 0)
        push_times(L, l);
    else if (strcmp(name, "cash0") == 0)
        lua_pushnumber(L, wick_ledger_cash0(l));
    else
        return wk_raise(L, "the ledger has no '%s'; it has trades, equity, time and cash0", name);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -2);
    lua_rawset(L, 1);
    return 1;
}

static void push_view(lua_State *L, wk_host *h, score_job *j, lua_CFunction index)
{
    lua_newtable(L);
    lua_newtable(L);
    lua_pushlightuserdata(L, h);
    lua_pushlightuserdata(L, j);
    lua_pushcclosure(L, index, 2);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "view");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

void wk_push_ledger_view(lua_State *L, wk_host *h)
{
    push_view(L, h, NULL, ledger_index);
}

static int score_main(lua_State *L)
{
    score_job *j = lua_touserdata(L, 1);
    wk_host *h = j->h;
    wk_script *s = j->s;
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->metrics);
    push_view(L, h, j, score_index);
    wk_push_ledger_view(L, h);
    for (int64_t i = 0; i < s->n_metrics; i++) {
        lua_rawgeti(L, 1, (int)(i + 1));
        lua_getfield(L, -1, "name");
        s->metric_names[i] = (char *)(uintptr_t)lua_tostring(L, -1); /* kept alive by the list */
        lua_pop(L, 1);
        lua_getfield(L, -1, "eval");
        lua_pushvalue(L, 2);
        lua_pushvalue(L, 3);
        lua_call(L, 2, 1);
        if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TNUMBER)
            return wk_raise(L, "metric '%s' must return a number or nil, it returned a %s",
                            s->metric_names[i], luaL_typename(L, -1));
        s->metric_values[i] = lua_isnil(L, -1) ? WICK_NA : lua_tonumber(L, -1);
        lua_settop(L, 3);
    }
    return 0;
}

bool wk_script_defines_metrics(const wk_script *s)
{
    return s->n_metrics > 0;
}

wick_status wk_script_metrics(wick_ctx *ctx, wk_script *s, const wick_ledger *l,
                              const wick_scores *scores, const char *const **names,
                              const double **values, int64_t *n)
{
    wk_host *h = s->host;
    *n = 0;
    *names = NULL;
    *values = NULL;
    if (s->n_metrics == 0) return WICK_OK;
    if (!s->metric_names) {
        s->metric_names = calloc((size_t)s->n_metrics, sizeof *s->metric_names);
        s->metric_values = calloc((size_t)s->n_metrics, sizeof *s->metric_values);
        if (!s->metric_names || !s->metric_values) return wick_fail_mem(ctx);
    }
    score_job j = {h, s, l, scores};
    wk_script *outer = h->script;
    h->script = s;
    h->hook = "a metric";
    h->scored = l;
    h->sh.phase = WK_SCORE;
    /* The run does not move on meanwhile, so that nothing else would tell a slow metric from a
     * stuck one before the whole run's time is gone. */
    const bool one_call = h->run_seconds > WK_CALL_SECONDS;
    const wk_budget_mark mark =
        wk_budget_enter(h, "metrics", one_call ? WK_CALL_SECONDS : h->run_seconds, false);
    const wick_status st = wk_protect(h, ctx, score_main, &j, "metrics.define");
    wk_budget_leave(h, mark);
    h->sh.phase = WK_IDLE;
    h->hook = NULL;
    h->scored = NULL;
    h->script = outer;
    if (st < 0) return st;
    *names = (const char *const *)s->metric_names;
    *values = s->metric_values;
    *n = s->n_metrics;
    return WICK_OK;
}

/* core.metric_known(name) */
static int core_metric_known(lua_State *L)
{
    lua_pushboolean(L, wick_metric_find(luaL_checkstring(L, 1)) != NULL);
    return 1;
}

void wk_metrics_open(lua_State *L, wk_host *h)
{
    wk_push_func(L, h, core_metric_known);
    lua_setfield(L, -2, "metric_known");
}
