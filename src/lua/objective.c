/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Objective files: loading one, and scoring a result with it. */

/* ---- loading ------------------------------------------------------------------------------ */

static void read_limits(lua_State *L, wk_script *s, int t)
{
    lua_getfield(L, t, "limit_names");
    const int64_t n = (int64_t)lua_rawlen(L, -1);
    if (n > WK_LIMITS)
        (void)wk_raise(L, "%s: an objective has %d constraints at most", s->path, (int)WK_LIMITS);
    s->limit_names = calloc((size_t)n + 1, sizeof *s->limit_names);
    if (!s->limit_names) (void)luaL_error(L, "out of memory");
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, -1, (int)(i + 1));
        s->limit_names[s->n_limits++] = wk_copy_text(L, -1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static int load_main(lua_State *L)
{
    wk_script *s = lua_touserdata(L, 1);
    wk_host *h = s->host;
    wk_start_body(L, h, s);
    const void *id = wk_push_result(L, h, s);
    const int t = lua_gettop(L);
    if (id == h->id_strategy || id == h->id_pine)
        return wk_raise(L,
                        "%s: the file is a strategy; an objective ends with 'return "
                        "wick.objective { ... }'",
                        s->path);
    if (id != h->id_objective)
        return wk_raise(L,
                        "%s: the file returned %s; an objective ends with 'return "
                        "wick.objective { ... }'",
                        s->path, lua_isnil(L, t) ? "nothing" : luaL_typename(L, t));
    lua_getfield(L, t, "name");
    s->name = wk_copy_text(L, -1);
    lua_getfield(L, t, "better");
    s->better = strcmp(lua_tostring(L, -1), "lower") == 0 ? -1 : 1;
    read_limits(L, s, t);
    lua_pushvalue(L, t);
    s->objective = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

wick_status wk_host_load_objective_text(wick_ctx *ctx, wk_host *h, const char *name,
                                        const char *text, int64_t n, wk_script **out)
{
    return wk_load_as(ctx, h, name, text, n, load_main, out);
}

wick_status wk_host_load_objective(wick_ctx *ctx, wk_host *h, const char *path, wk_script **out)
{
    char *text = NULL;
    int64_t n = 0;
    wick_status st = wick_file_read(ctx, path, 16 << 20, &text, &n);
    if (st < 0) return st;
    st = wk_host_load_objective_text(ctx, h, path, text, n, out);
    free(text);
    return st;
}

int8_t wk_script_better(const wk_script *s)
{
    return s->better;
}

int64_t wk_script_limits(const wk_script *s)
{
    return s->n_limits;
}

const char *wk_script_limit(const wk_script *s, int64_t i)
{
    return i >= 0 && i < s->n_limits ? s->limit_names[i] : NULL;
}

/* ---- scoring ------------------------------------------------------------------------------ */

typedef struct job {
    wk_script *s;
    const wk_script *strategy;
    const double *metric;
    wk_score *out;
} job;

/* m.NAME of a metric that is not available is nil; a name that does not exist is an error. */
static int unknown_metric(lua_State *L)
{
    const char *name = luaL_checkstring(L, 2);
    if (wick_metric_find(name)) return 0;
    const int64_t n = wick_metric_count();
    const char **names = lua_newuserdata(L, ((size_t)n + 1) * sizeof *names);
    for (int64_t i = 0; i < n; i++) names[i] = wick_metric_at(i)->name;
    const char *near = wick_nearest(name, names, n);
    if (near) return wk_raise(L, "no metric '%s'; did you mean '%s'?", name, near);
    return wk_raise(L, "no metric '%s' (wick list metrics)", name);
}

static void push_metrics(lua_State *L, wk_host *h, const double *metric)
{
    const int64_t n = wick_metric_count();
    lua_createtable(L, 0, (int)n);
    for (int64_t i = 0; i < n; i++) {
        if (isnan(metric[i])) continue;
        lua_pushstring(L, wick_metric_at(i)->name);
        lua_pushnumber(L, metric[i]);
        lua_rawset(L, -3);
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_metrics_meta);
    lua_setmetatable(L, -2);
}

static void reject(wk_score *out, const char *reason, double by)
{
    out->value = WICK_NA;
    out->by = by;
    snprintf(out->reason, sizeof out->reason, "%s", reason);
    memset(out->limit, 0, sizeof out->limit);
}

/* The value on top, as returned by `score`. */
static void take_score(lua_State *L, wk_host *h, job *j)
{
    if (lua_type(L, -1) == LUA_TNUMBER) {
        j->out->value = lua_tonumber(L, -1);
        if (isnan(j->out->value)) reject(j->out, "the score is not a number", 1.0);
    } else if (lua_isnil(L, -1)) {
        reject(j->out, "no score", 1.0);
    } else if (lua_type(L, -1) == LUA_TTABLE && lua_getmetatable(L, -1)) {
        const void *id = lua_topointer(L, -1);
        lua_pop(L, 1);
        if (id != h->id_reject)
            (void)wk_raise(L, "score must return a number or wick.reject(reason)");
        lua_getfield(L, -1, "by");
        lua_getfield(L, -2, "reason");
        reject(j->out, lua_tostring(L, -1), lua_tonumber(L, -2));
    } else {
        (void)wk_raise(L, "score must return a number or wick.reject(reason), it returned a %s",
                       luaL_typename(L, -1));
    }
}

static int score_main(lua_State *L)
{
    job *j = lua_touserdata(L, 1);
    wk_host *h = j->s->host;
    enum { M = 1, LEDGER, P, OBJECTIVE };
    lua_settop(L, 0);
    push_metrics(L, h, j->metric);
    wk_push_ledger_view(L, h);
    if (j->strategy)
        wk_push_param_values(L, h, j->strategy);
    else
        lua_newtable(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, j->s->objective);
    lua_getfield(L, OBJECTIVE, "score");
    wk_place_at(L, h, lua_gettop(L));
    for (int i = M; i <= P; i++) lua_pushvalue(L, i);
    lua_call(L, 3, 1);
    take_score(L, h, j);
    if (j->out->reason[0]) return 0;
    lua_getfield(L, OBJECTIVE, "limits");
    const int limits = lua_gettop(L);
    for (int64_t k = 0; k < j->s->n_limits; k++) {
        lua_rawgeti(L, limits, (int)(k + 1));
        wk_place_at(L, h, lua_gettop(L));
        for (int i = M; i <= P; i++) lua_pushvalue(L, i);
        lua_call(L, 3, 1);
        if (lua_type(L, -1) != LUA_TNUMBER || isnan(lua_tonumber(L, -1)))
            return wk_raise(L, "constraint '%s' must return a number (at most 0 when all is well)",
                            j->s->limit_names[k]);
        j->out->limit[k] = lua_tonumber(L, -1);
        lua_settop(L, limits);
    }
    return 0;
}

wick_status wk_script_score(wick_ctx *ctx, wk_script *s, const wick_ledger *l, const double *metric,
                            const wk_script *strategy, wk_score *out)
{
    wk_host *h = s->host;
    if (s->objective == LUA_NOREF) return wick_fail(ctx, WICK_E_ARG, "%s is no objective", s->path);
    *out = (wk_score){.value = WICK_NA};
    job j = {s, strategy, metric, out};
    wk_script *outer = h->script;
    h->script = s;
    h->hook = "score";
    h->scored = l;
    h->sh.phase = WK_SCORE;
    const wk_budget_mark mark = wk_budget_enter(h, "score", WK_CALL_SECONDS, false);
    const wick_status st = wk_protect(h, ctx, score_main, &j, NULL);
    wk_budget_leave(h, mark);
    h->sh.phase = WK_IDLE;
    h->scored = NULL;
    h->hook = NULL;
    h->script = outer;
    return st < 0 ? wick_note(ctx, "while scoring with %s", s->path) : WICK_OK;
}

void wk_objective_open(lua_State *L, wk_host *h)
{
    const int core = lua_gettop(L);
    lua_newtable(L);
    h->id_objective = lua_topointer(L, -1);
    lua_setfield(L, core, "objective_meta");
    lua_newtable(L);
    h->id_reject = lua_topointer(L, -1);
    lua_setfield(L, core, "reject_meta");
    lua_newtable(L);
    wk_push_func(L, h, unknown_metric);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "view");
    lua_setfield(L, -2, "__metatable");
    h->ref_metrics_meta = luaL_ref(L, LUA_REGISTRYINDEX);
}
