/* SPDX-License-Identifier: MIT */
#include "lua/ml.h"

#include <math.h>
#include <string.h>

/* A study that Lua asks and tells: the search of ml.search. */

static void study_unref(void *p)
{
    wick_study_free(p);
}

static const wk_box_type study_type;

static wick_study *study_arg(lua_State *L)
{
    return wk_check_box(L, 1, &study_type, "study");
}

static wick_trial *trial_arg(lua_State *L, wick_study *s)
{
    wick_trial *t = wick_study_trial(s, (int64_t)luaL_checknumber(L, 2));
    if (!t) (void)wk_raise(L, "study: there is no trial %d", (int)lua_tonumber(L, 2));
    return t;
}

/* Low, high, log and step of the table on top, or its choices (texts). */
static void read_dist(lua_State *L, wk_host *h, const char *name, wick_dist *out)
{
    const int t = lua_gettop(L);
    const char *kind = wk_ml_text(L, t, "kind", "num");
    const double low = wk_number_of(L, t, "low", 0), high = wk_number_of(L, t, "high", 0);
    const bool log_scale = wk_number_of(L, t, "log", 0) != 0;
    const double step = wk_number_of(L, t, "step", 0);
    wick_status st;
    if (strcmp(kind, "choice") == 0) {
        if (!wk_ml_field(L, t, "choices")) (void)wk_raise(L, "space: '%s' has no choices", name);
        const int list = lua_gettop(L), n = (int)lua_rawlen(L, list);
        wick_choice *c = lua_newuserdata(L, ((size_t)n + 1) * sizeof *c);
        for (int i = 0; i < n; i++) {
            lua_rawgeti(L, list, i + 1);
            c[i] = (wick_choice){0};
            if (lua_type(L, -1) == LUA_TSTRING)
                c[i] = (wick_choice){.kind = WICK_CHOICE_STRING, .s = lua_tostring(L, -1)};
            else if (lua_type(L, -1) == LUA_TNUMBER)
                c[i] = (wick_choice){.kind = WICK_CHOICE_FLOAT, .d = lua_tonumber(L, -1)};
            else
                (void)wk_raise(L, "space: choices of '%s' are texts or numbers", name);
            lua_pop(L, 1);
        }
        st = wick_dist_categorical(h->ctx, c, n, out);
        lua_replace(L, list); /* keeps the choices alive where the list stood */
    } else if (strcmp(kind, "int") == 0) {
        st = wick_dist_int(h->ctx, (int64_t)low, (int64_t)high, (int64_t)step, log_scale, out);
        lua_pushnil(L);
    } else if (strcmp(kind, "num") == 0) {
        st = wick_dist_float(h->ctx, low, high, step, log_scale, out);
        lua_pushnil(L);
    } else {
        (void)wk_raise(L, "space: kind of '%s' is int, num or choice, got '%s'", name, kind);
        return;
    }
    if (st < 0) (void)wick_note(h->ctx, "while reading the space of '%s'", name);
    wk_good(L, h, st);
}

static void push_value(lua_State *L, const wick_dist *d, double v)
{
    if (d->kind != WICK_DIST_CATEGORICAL) {
        wk_push_double(L, v);
        return;
    }
    const wick_choice *c = &d->choices[(int64_t)v];
    if (c->kind == WICK_CHOICE_STRING)
        lua_pushstring(L, c->s);
    else
        wk_push_double(L, c->d);
}

static void push_params(lua_State *L, const wick_trial *t)
{
    const int64_t n = wick_trial_param_count(t);
    lua_createtable(L, 0, (int)n);
    for (int64_t i = 0; i < n; i++) {
        const wick_param p = wick_trial_param_at(t, i);
        push_value(L, p.dist, p.value);
        lua_setfield(L, -2, p.name);
    }
}

/* s:ask { { name =, kind =, low =, ... }, ... } -> number, values */
static int study_ask(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_study *s = study_arg(L);
    wick_trial *t = NULL;
    lua_settop(L, 2);
    luaL_checktype(L, 2, LUA_TTABLE);
    const int n = (int)lua_rawlen(L, 2);
    luaL_checkstack(L, 4 * n + 20, "too many parameters");
    wick_param *space = lua_newuserdata(L, ((size_t)n + 1) * sizeof *space);
    wick_dist *dist = lua_newuserdata(L, ((size_t)n + 1) * sizeof *dist);
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, 2, i + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        const char *name = wk_ml_text(L, lua_gettop(L), "name", "?");
        read_dist(L, h, name, &dist[i]);
        space[i] = (wick_param){.name = name, .dist = &dist[i]};
    }
    wk_good(L, h, wick_study_ask(h->ctx, s, space, n, &t));
    lua_pushinteger(L, (lua_Integer)wick_trial_number(t));
    push_params(L, t);
    return 2;
}

/* s:enqueue { name = value }: tried first. */
static int study_enqueue(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_study *s = study_arg(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    int64_t n = 0, number = 0;
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) n++;
    wick_fixed *f = lua_newuserdata(L, ((size_t)n + 1) * sizeof *f);
    n = 0;
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        f[n] = (wick_fixed){.name = lua_tostring(L, -2)};
        if (lua_type(L, -1) == LUA_TSTRING)
            f[n].value = (wick_choice){.kind = WICK_CHOICE_STRING, .s = lua_tostring(L, -1)};
        else
            f[n].value = (wick_choice){.kind = WICK_CHOICE_FLOAT, .d = lua_tonumber(L, -1)};
        n++;
    }
    wk_good(L, h, wick_study_enqueue(h->ctx, s, f, n, true, &number));
    return 0;
}

/* s:report(number, step, value) -> whether to prune */
static int study_report(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_trial *t = trial_arg(L, study_arg(L));
    bool prune = false;
    wk_good(L, h,
            wick_trial_report(h->ctx, t, (int64_t)luaL_checknumber(L, 3), luaL_checknumber(L, 4)));
    wk_good(L, h, wick_trial_should_prune(h->ctx, t, &prune));
    lua_pushboolean(L, prune);
    return 1;
}

/* s:tell(number, "complete"|"pruned"|"fail" [, value]) */
static int study_tell(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_study *s = study_arg(L);
    const wick_trial *t = trial_arg(L, s);
    const char *word = luaL_checkstring(L, 3);
    const int32_t state = strcmp(word, "complete") == 0 ? WICK_TRIAL_COMPLETE
                          : strcmp(word, "pruned") == 0 ? WICK_TRIAL_PRUNED
                                                        : WICK_TRIAL_FAIL;
    const double v = luaL_optnumber(L, 4, WICK_NA);
    wk_good(L, h,
            wick_study_tell(h->ctx, s, wick_trial_number(t), state, &v,
                            state == WICK_TRIAL_COMPLETE ? 1 : 0));
    return 0;
}

/* s:best() -> number, or nil */
static int study_best(lua_State *L)
{
    const wick_trial *t = wick_study_best(study_arg(L));
    if (!t) return 0;
    lua_pushinteger(L, (lua_Integer)wick_trial_number(t));
    return 1;
}

/* s:trials(): { { number =, state =, value =, params = }, ... } */
static int study_trials(lua_State *L)
{
    const wick_study *s = study_arg(L);
    const int64_t n = wick_study_count(s);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        const wick_trial *t = wick_study_trial(s, i);
        const double v = wick_trial_value(t, 0);
        lua_createtable(L, 0, 4);
        lua_pushinteger(L, (lua_Integer)i);
        lua_setfield(L, -2, "number");
        lua_pushstring(L, wick_trial_state_name(wick_trial_state_of(t)));
        lua_setfield(L, -2, "state");
        if (!isnan(v)) {
            lua_pushnumber(L, v);
            lua_setfield(L, -2, "value");
        }
        push_params(L, t);
        lua_setfield(L, -2, "params");
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

static const luaL_Reg study_methods[] = {
    {"ask", study_ask},   {"enqueue", study_enqueue}, {"report", study_report},
    {"tell", study_tell}, {"best", study_best},       {"trials", study_trials},
    {NULL, NULL}};
static const wk_box_type study_type = {
    .name = "study", .unref = study_unref, .methods = study_methods};

/* core.search_study { better =, sampler =, pruner =, seed = } */
static int core_search_study(lua_State *L)
{
    wk_host *h = wk_self(L);
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    const int32_t direction =
        strcmp(wk_ml_text(L, 1, "better", "lower"), "higher") == 0 ? WICK_MAXIMIZE : WICK_MINIMIZE;
    const wick_study_opts o = {.size = sizeof o,
                               .n_objectives = 1,
                               .directions = &direction,
                               .sampler = wk_ml_text(L, 1, "sampler", NULL),
                               .pruner = wk_ml_text(L, 1, "pruner", NULL),
                               .seed = (uint64_t)wk_number_of(L, 1, "seed", (double)h->seed)};
    wk_box *b = wk_new_box(L, h, &study_type, 1 << 20);
    wick_study *s = NULL;
    wk_good(L, h, wick_study_new(h->ctx, &o, &s));
    b->p = s;
    return 1;
}

/* Adds to the core table on top of the stack. */
void wk_search_open(lua_State *L, wk_host *h)
{
    wk_push_func(L, h, core_search_study);
    lua_setfield(L, -2, "search_study");
}
