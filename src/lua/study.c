/* SPDX-License-Identifier: MIT */
#include "lua/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Studies as Lua asks and tells them, below wick.study (lua/wick/study.lua) and ml.search. A trial
 * is its number here: what a script holds can outlive no study. */

static void study_unref(void *p)
{
    wick_study_free(p);
}

static const wk_box_type study_type;

wick_study *wk_study_arg(lua_State *L)
{
    return wk_check_box(L, 1, &study_type, "study");
}

static wick_trial *trial_arg(lua_State *L, wick_study *s)
{
    wick_trial *t = wick_study_trial(s, (int64_t)luaL_checknumber(L, 2));
    if (!t) (void)wk_raise(L, "study: there is no trial %d", (int)lua_tonumber(L, 2));
    return t;
}

/* Texts stay alive in the table they came from. */
bool wk_study_choice(lua_State *L, int i, wick_choice *out)
{
    const int type = lua_type(L, i);
    *out = (wick_choice){0};
    if (type == LUA_TSTRING)
        *out = (wick_choice){.kind = WICK_CHOICE_STRING, .s = lua_tostring(L, i)};
    else if (type == LUA_TBOOLEAN)
        *out = (wick_choice){.kind = WICK_CHOICE_BOOL, .i = lua_toboolean(L, i)};
    else if (type == LUA_TNUMBER && wk_is_whole(L, i))
        *out = (wick_choice){.kind = WICK_CHOICE_INT, .i = (int64_t)lua_tonumber(L, i)};
    else if (type == LUA_TNUMBER)
        *out = (wick_choice){.kind = WICK_CHOICE_FLOAT, .d = lua_tonumber(L, i)};
    return type == LUA_TSTRING || type == LUA_TBOOLEAN || type == LUA_TNUMBER;
}

/* Low, high, log and step of the table on top, or its choices (texts). */
void wk_study_dist(lua_State *L, wk_host *h, const char *name, wick_dist *out)
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
            if (!wk_study_choice(L, lua_gettop(L), &c[i]))
                (void)wk_raise(L, "space: choices of '%s' are texts, numbers, true or false", name);
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
    switch (c->kind) {
    case WICK_CHOICE_STRING: lua_pushstring(L, c->s); break;
    case WICK_CHOICE_BOOL: lua_pushboolean(L, c->i != 0); break;
    case WICK_CHOICE_INT: lua_pushinteger(L, (lua_Integer)c->i); break;
    case WICK_CHOICE_FLOAT: wk_push_double(L, c->d); break;
    default: lua_pushnil(L); break;
    }
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

/* s:ask([{ { name =, kind =, low =, ... }, ... }]) -> number, values */
static int study_ask(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_study *s = wk_study_arg(L);
    wick_trial *t = NULL;
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    luaL_checktype(L, 2, LUA_TTABLE);
    const int n = (int)lua_rawlen(L, 2);
    luaL_checkstack(L, 4 * n + 20, "too many parameters");
    wick_param *space = lua_newuserdata(L, ((size_t)n + 1) * sizeof *space);
    wick_dist *dist = lua_newuserdata(L, ((size_t)n + 1) * sizeof *dist);
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, 2, i + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        const char *name = wk_ml_text(L, lua_gettop(L), "name", "?");
        wk_study_dist(L, h, name, &dist[i]);
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
    wick_study *s = wk_study_arg(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    int64_t n = 0, number = 0;
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) n++;
    wick_fixed *f = lua_newuserdata(L, ((size_t)n + 1) * sizeof *f);
    n = 0;
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || !wk_study_choice(L, lua_gettop(L), &f[n].value))
            return wk_raise(L, "study: enqueue takes { name = value, ... }");
        f[n++].name = lua_tostring(L, -2);
    }
    wk_good(L, h, wick_study_enqueue(h->ctx, s, f, n, !lua_toboolean(L, 3), &number));
    if (number < 0) return 0;
    lua_pushinteger(L, (lua_Integer)number);
    return 1;
}

/* s:report(number, step, value) -> whether to prune */
static int study_report(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_trial *t = trial_arg(L, wk_study_arg(L));
    bool prune = false;
    wk_good(L, h,
            wick_trial_report(h->ctx, t, (int64_t)luaL_checknumber(L, 3), luaL_checknumber(L, 4)));
    wk_good(L, h, wick_trial_should_prune(h->ctx, t, &prune));
    lua_pushboolean(L, prune);
    return 1;
}

/* s:tell(number, "complete"|"pruned"|"fail" [, value or list]) */
static int study_tell(lua_State *L)
{
    enum { MOST = 16 };
    wk_host *h = wk_self(L);
    wick_study *s = wk_study_arg(L);
    const wick_trial *t = trial_arg(L, s);
    const char *word = luaL_checkstring(L, 3);
    const int32_t state = strcmp(word, "complete") == 0 ? WICK_TRIAL_COMPLETE
                          : strcmp(word, "pruned") == 0 ? WICK_TRIAL_PRUNED
                                                        : WICK_TRIAL_FAIL;
    double v[MOST];
    int n = 0;
    if (lua_type(L, 4) == LUA_TTABLE) {
        n = (int)lua_rawlen(L, 4);
        if (n > MOST) return wk_raise(L, "study: %d values at most", (int)MOST);
        for (int i = 0; i < n; i++) {
            lua_rawgeti(L, 4, i + 1);
            v[i] = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : WICK_NA;
            lua_pop(L, 1);
        }
    } else if (!lua_isnoneornil(L, 4)) {
        v[n++] = luaL_checknumber(L, 4);
    }
    wk_good(L, h,
            wick_study_tell(h->ctx, s, wick_trial_number(t), state, v,
                            state == WICK_TRIAL_COMPLETE ? n : 0));
    return 0;
}

/* s:suggest(number, name, { kind =, low =, ... }) -> value */
static int study_suggest(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_trial *t = trial_arg(L, wk_study_arg(L));
    const char *name = luaL_checkstring(L, 3);
    wick_dist d;
    double v = 0;
    luaL_checktype(L, 4, LUA_TTABLE);
    lua_settop(L, 4);
    wk_study_dist(L, h, name, &d);
    wk_good(L, h, wick_trial_suggest(h->ctx, t, name, &d, &v));
    push_value(L, &d, v);
    return 1;
}

/* s:constrain(number, name, value) */
static int study_constrain(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_trial *t = trial_arg(L, wk_study_arg(L));
    wk_good(L, h,
            wick_trial_set_constraint(h->ctx, t, luaL_checkstring(L, 3), luaL_checknumber(L, 4)));
    return 0;
}

/* s:attr(number or nil, key [, json]): sets or gives the attribute of a trial or of the study. */
static int study_attr(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_study *s = wk_study_arg(L);
    wick_trial *t = lua_isnil(L, 2) ? NULL : trial_arg(L, s);
    const char *key = luaL_checkstring(L, 3);
    if (!lua_isnoneornil(L, 4)) {
        const char *json = luaL_checkstring(L, 4);
        wk_good(L, h,
                t ? wick_trial_set_attr(h->ctx, t, key, json)
                  : wick_study_set_attr(h->ctx, s, key, json));
        return 0;
    }
    const char *json = t ? wick_trial_attr(t, key) : wick_study_attr(s, key);
    if (!json) return 0;
    lua_pushstring(L, json);
    return 1;
}

/* s:front() -> list of numbers */
static int study_front(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_trial **list = NULL;
    int64_t n = 0;
    wk_good(L, h, wick_study_front(h->ctx, wk_study_arg(L), &list, &n));
    double *copy = lua_newuserdata(L, ((size_t)n + 1) * sizeof *copy);
    for (int64_t i = 0; i < n; i++) copy[i] = (double)wick_trial_number(list[i]);
    free(list);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        lua_pushinteger(L, (lua_Integer)copy[i]);
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

/* s:importance([method [, objective]]) -> { { name =, value = }, ... } */
static int study_importance(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_importance_opts o = {.size = sizeof o,
                                    .objective = (int32_t)luaL_optnumber(L, 3, 0),
                                    .method = luaL_optstring(L, 2, NULL)};
    wick_importance *list = NULL;
    int64_t n = 0;
    wick_study *s = wk_study_arg(L);
    wk_good(L, h, wick_study_importance(h->ctx, s, &o, &list, &n));
    /* Names are the study's; the list must not be lost when Lua runs out of memory. */
    wick_importance *copy = lua_newuserdata(L, ((size_t)n + 1) * sizeof *copy);
    if (n > 0) memcpy(copy, list, (size_t)n * sizeof *copy);
    free(list);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        lua_createtable(L, 0, 2);
        lua_pushstring(L, copy[i].name);
        lua_setfield(L, -2, "name");
        lua_pushnumber(L, copy[i].value);
        lua_setfield(L, -2, "value");
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

/* s:hypervolume(list) */
static int study_hypervolume(lua_State *L)
{
    enum { MOST = 16 };
    wk_host *h = wk_self(L);
    wick_study *s = wk_study_arg(L);
    double ref[MOST] = {0}, v = 0;
    luaL_checktype(L, 2, LUA_TTABLE);
    if ((int32_t)lua_rawlen(L, 2) != wick_study_objectives(s))
        return wk_raise(L, "study: the reference point has one number per objective");
    for (int32_t i = 0; i < wick_study_objectives(s); i++) {
        lua_rawgeti(L, 2, i + 1);
        ref[i] = luaL_checknumber(L, -1);
        lua_pop(L, 1);
    }
    wk_good(L, h, wick_study_hypervolume(h->ctx, s, ref, &v));
    lua_pushnumber(L, v);
    return 1;
}

static int study_count(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)wick_study_count(wk_study_arg(L)));
    return 1;
}

static int study_sampler(lua_State *L)
{
    lua_pushstring(L, wick_study_sampler(wk_study_arg(L)));
    return 1;
}

static int study_name(lua_State *L)
{
    lua_pushstring(L, wick_study_name(wk_study_arg(L)));
    return 1;
}

/* s:best() -> number, or nil */
static int study_best(lua_State *L)
{
    const wick_trial *t = wick_study_best(wk_study_arg(L));
    if (!t) return 0;
    lua_pushinteger(L, (lua_Integer)wick_trial_number(t));
    return 1;
}

static void push_values(lua_State *L, const wick_study *s, const wick_trial *t)
{
    const int32_t m = wick_study_objectives(s);
    lua_createtable(L, m, 0);
    for (int32_t k = 0; k < m; k++) {
        const double v = wick_trial_value(t, k);
        if (!isnan(v)) {
            lua_pushnumber(L, v);
            lua_rawseti(L, -2, k + 1);
        }
    }
}

static void push_trial(lua_State *L, const wick_study *s, const wick_trial *t)
{
    const double v = wick_trial_value(t, 0);
    lua_createtable(L, 0, 6);
    lua_pushinteger(L, (lua_Integer)wick_trial_number(t));
    lua_setfield(L, -2, "number");
    lua_pushstring(L, wick_trial_state_name(wick_trial_state_of(t)));
    lua_setfield(L, -2, "state");
    if (!isnan(v)) {
        lua_pushnumber(L, v);
        lua_setfield(L, -2, "value");
        push_values(L, s, t);
        lua_setfield(L, -2, "values");
    }
    lua_pushnumber(L, wick_trial_violation(t));
    lua_setfield(L, -2, "violation");
    push_params(L, t);
    lua_setfield(L, -2, "params");
}

/* s:trial(number): { number =, state =, value =, values =, violation =, params = } */
static int study_trial(lua_State *L)
{
    wick_study *s = wk_study_arg(L);
    push_trial(L, s, trial_arg(L, s));
    return 1;
}

/* s:trials(): all of them. */
static int study_trials(lua_State *L)
{
    const wick_study *s = wk_study_arg(L);
    const int64_t n = wick_study_count(s);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        push_trial(L, s, wick_study_trial(s, i));
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

static const luaL_Reg study_methods[] = {{"ask", study_ask},
                                         {"suggest", study_suggest},
                                         {"enqueue", study_enqueue},
                                         {"report", study_report},
                                         {"constrain", study_constrain},
                                         {"attr", study_attr},
                                         {"tell", study_tell},
                                         {"best", study_best},
                                         {"front", study_front},
                                         {"importance", study_importance},
                                         {"hypervolume", study_hypervolume},
                                         {"count", study_count},
                                         {"sampler", study_sampler},
                                         {"name", study_name},
                                         {"trial", study_trial},
                                         {"trials", study_trials},
                                         {"add", wk_study_add},
                                         {"copy", wk_study_copy},
                                         {"exhausted", wk_study_exhausted},
                                         {"terminator", wk_study_terminator},
                                         {"now", wk_study_now},
                                         {NULL, NULL}};
static const wk_box_type study_type = {
    .name = "study", .unref = study_unref, .methods = study_methods};

const wk_box_type *wk_study_type(void)
{
    return &study_type;
}

static int32_t direction_of(lua_State *L, const char *word)
{
    if (strcmp(word, "maximize") == 0 || strcmp(word, "higher") == 0) return WICK_MAXIMIZE;
    if (strcmp(word, "minimize") != 0 && strcmp(word, "lower") != 0)
        (void)wk_raise(L, "study: a direction is minimize or maximize, got '%s'", word);
    return WICK_MINIMIZE;
}

/* Field `directions`, a list; returns how many. */
static int32_t read_directions(lua_State *L, int32_t *out)
{
    enum { MOST = 16 };
    if (!wk_ml_field(L, 1, "directions")) {
        out[0] = direction_of(L, wk_ml_text(L, 1, "better", "lower"));
        return 1;
    }
    const int n = lua_type(L, -1) == LUA_TTABLE ? (int)lua_rawlen(L, -1) : 0;
    if (n < 1 || n > MOST) (void)wk_raise(L, "study: directions are a list of 1 to 16 words");
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, -1, i + 1);
        out[i] = direction_of(L, luaL_checkstring(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return n;
}

static int32_t profile_of(lua_State *L, const char *word)
{
    if (strcmp(word, "optuna4") == 0) return WICK_OPT_OPTUNA4;
    if (strcmp(word, "optuna5") != 0)
        (void)wk_raise(L, "study: a profile is optuna4 or optuna5, got '%s'", word);
    return WICK_OPT_OPTUNA5;
}

static wick_status open_study(wk_host *h, const char *url, const wick_storage_opts *how,
                              const wick_study_opts *o, wick_study **s)
{
    wick_storage *storage = NULL;
    if (!url) return wick_study_new(h->ctx, o, s);
    wick_status st = wick_storage_open(h->ctx, url, how, &storage);
    if (st >= 0) st = wick_storage_study(h->ctx, storage, o, WICK_STUDY_OPEN, s);
    wick_storage_close(storage);
    return st;
}

/* core.study { better = | directions =, name =, storage =, sampler =, pruner =, seed =,
 * profile =, budget =, heartbeat =, retries = } */
static int core_study(lua_State *L)
{
    wk_host *h = wk_self(L);
    int32_t directions[16];
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    const int32_t n = read_directions(L, directions);
    const wick_study_opts o = {.size = sizeof o,
                               .n_objectives = n,
                               .name = wk_ml_text(L, 1, "name", NULL),
                               .directions = directions,
                               .sampler = wk_ml_text(L, 1, "sampler", NULL),
                               .pruner = wk_ml_text(L, 1, "pruner", NULL),
                               .seed = (uint64_t)wk_number_of(L, 1, "seed", (double)h->seed),
                               .profile = profile_of(L, wk_ml_text(L, 1, "profile", "optuna5")),
                               .budget = (int64_t)wk_number_of(L, 1, "budget", 0)};
    const wick_storage_opts how = {.size = sizeof how,
                                   .heartbeat = wk_number_of(L, 1, "heartbeat", 0),
                                   .retries = (int32_t)wk_number_of(L, 1, "retries", 0)};
    wk_box *b = wk_new_box(L, h, &study_type, 1 << 20);
    wick_study *s = NULL;
    wk_good(L, h, open_study(h, wk_ml_text(L, 1, "storage", NULL), &how, &o, &s));
    b->p = s;
    return 1;
}

/* core.pipelines_only(what): raises inside a strategy. */
static int core_pipelines_only(lua_State *L)
{
    const wk_host *h = wk_self(L);
    if (h->sh.phase != WK_JOB && h->sh.phase != WK_IDLE)
        return wk_raise(L, "%s belongs into a pipeline", luaL_checkstring(L, 1));
    return 0;
}

/* Adds to the core table on top of the stack. */
void wk_study_open(lua_State *L, wk_host *h)
{
    wk_push_func(L, h, core_study);
    lua_setfield(L, -2, "study");
    wk_push_func(L, h, core_pipelines_only);
    lua_setfield(L, -2, "pipelines_only");
}
