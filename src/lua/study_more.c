/* SPDX-License-Identifier: MIT */
/* Studies in Lua, what is asked for less often: trials from elsewhere, copies, terminators. */
#include "lua/study.h"

#include <string.h>

/* The internal value of what a script wrote; NA when the distribution has no such value. */
static double value_of(lua_State *L, int i, const wick_dist *d)
{
    wick_choice c;
    if (!wk_study_choice(L, i, &c)) return WICK_NA;
    if (d->kind != WICK_DIST_CATEGORICAL)
        return lua_type(L, i) == LUA_TNUMBER ? lua_tonumber(L, i) : WICK_NA;
    for (int64_t k = 0; k < d->n_choices; k++) {
        const wick_choice *have = &d->choices[k];
        const bool text = have->kind == WICK_CHOICE_STRING || c.kind == WICK_CHOICE_STRING;
        const double a = have->kind == WICK_CHOICE_FLOAT ? have->d : (double)have->i;
        const double b = c.kind == WICK_CHOICE_FLOAT ? c.d : (double)c.i;
        if (text ? have->kind == c.kind && strcmp(have->s, c.s) == 0
                 : (have->kind == WICK_CHOICE_BOOL) == (c.kind == WICK_CHOICE_BOOL) && a == b)
            return (double)k;
    }
    return WICK_NA;
}

static int64_t read_values(lua_State *L, int i, double *out, int64_t most)
{
    int64_t n = 0;
    if (lua_type(L, i) == LUA_TNUMBER) {
        out[n++] = lua_tonumber(L, i);
    } else if (lua_type(L, i) == LUA_TTABLE) {
        for (int k = 1; k <= (int)lua_rawlen(L, i) && n < most; k++) {
            lua_rawgeti(L, i, k);
            out[n++] = luaL_checknumber(L, -1);
            lua_pop(L, 1);
        }
    }
    return n;
}

/* s:add({ { name =, kind =, low =, ..., value = }, ... }, state, value or list) -> number */
int wk_study_add(lua_State *L)
{
    enum { MOST = 16 };
    wk_host *h = wk_self(L);
    wick_study *s = wk_study_arg(L);
    double values[MOST];
    int64_t number = 0;
    luaL_checktype(L, 2, LUA_TTABLE);
    const char *word = luaL_checkstring(L, 3);
    const int n = (int)lua_rawlen(L, 2);
    luaL_checkstack(L, 4 * n + 20, "too many parameters");
    wick_param *p = lua_newuserdata(L, ((size_t)n + 1) * sizeof *p);
    wick_dist *d = lua_newuserdata(L, ((size_t)n + 1) * sizeof *d);
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, 2, i + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        const int row = lua_gettop(L);
        const char *name = wk_ml_text(L, row, "name", "?");
        wk_study_dist(L, h, name, &d[i]);
        lua_getfield(L, row, "value");
        p[i] = (wick_param){.name = name, .dist = &d[i]};
        p[i].value = value_of(L, lua_gettop(L), &d[i]);
        if (!wick_dist_contains(&d[i], p[i].value))
            return wk_raise(L, "study:add: the value of '%s' is not in its space", name);
        lua_pop(L, 1);
    }
    wick_trial_in in = {.size = sizeof in,
                        .state = strcmp(word, "complete") == 0 ? WICK_TRIAL_COMPLETE
                                 : strcmp(word, "pruned") == 0 ? WICK_TRIAL_PRUNED
                                                               : WICK_TRIAL_FAIL,
                        .values = values,
                        .params = p,
                        .n_params = n};
    in.n_values = read_values(L, 4, values, MOST);
    wk_good(L, h, wick_study_add(h->ctx, s, &in, &number));
    lua_pushinteger(L, (lua_Integer)number);
    return 1;
}

/* s:copy(other): its finished trials -> how many */
int wk_study_copy(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_study *s = wk_study_arg(L);
    const wick_study *from = wk_check_box(L, 2, wk_study_type(), "study");
    int64_t n = 0;
    if (from == s) return wk_raise(L, "study:copy: another study is expected");
    wk_good(L, h, wick_study_copy(h->ctx, from, s, &n));
    lua_pushinteger(L, (lua_Integer)n);
    return 1;
}

int wk_study_exhausted(lua_State *L)
{
    wk_host *h = wk_self(L);
    bool over = false;
    wk_good(L, h, wick_study_exhausted(h->ctx, wk_study_arg(L), &over));
    lua_pushboolean(L, over);
    return 1;
}

/* ---- terminators -------------------------------------------------------------------------- */

static void terminator_unref(void *p)
{
    wick_terminator_free(p);
}

/* t:check() -> why to stop, or nil. The study is alive as long as the loop that asks. */
static int terminator_check(lua_State *L);
static const luaL_Reg terminator_methods[] = {{"check", terminator_check}, {NULL, NULL}};
static const wk_box_type terminator_type = {
    .name = "terminator", .unref = terminator_unref, .methods = terminator_methods};

static int terminator_check(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_terminator *t = wk_check_box(L, 1, &terminator_type, "terminator");
    bool stop = false;
    wk_good(L, h, wick_terminator_check(h->ctx, t, &stop));
    if (!stop) return 0;
    lua_pushstring(L, wick_terminator_why(t));
    return 1;
}

int wk_study_terminator(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_study *s = wk_study_arg(L);
    const char *text = luaL_checkstring(L, 2);
    wick_terminator *t = NULL;
    wk_box *b = wk_new_box(L, h, &terminator_type, 1024);
    wk_good(L, h, wick_terminator_new(h->ctx, s, text, &t));
    b->p = t;
    return 1;
}

/* Seconds of a clock that only goes forward: for time limits, never for results. */
int wk_study_now(lua_State *L)
{
    lua_pushnumber(L, wick_now());
    return 1;
}
