/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Parameters: what S.params or pine.input declare, their values from text, and `p`. */

void wk_script_free_params(wk_script *s)
{
    for (int64_t i = 0; i < s->n_params; i++) {
        wk_param *p = &s->params[i];
        free((char *)(uintptr_t)p->name);
        free((char *)(uintptr_t)p->title);
        for (int64_t k = 0; p->choices && p->choices[k]; k++)
            free((char *)(uintptr_t)p->choices[k]);
        free((void *)(uintptr_t)p->choices);
    }
    free(s->params);
    s->params = NULL;
    s->n_params = 0;
}

char *wk_copy_text(lua_State *L, int i)
{
    char *s = strdup(lua_tostring(L, i));
    if (!s) (void)luaL_error(L, "out of memory");
    return s;
}

double wk_number_of(lua_State *L, int t, const char *key, double otherwise)
{
    lua_pushstring(L, key);
    lua_rawget(L, t); /* a handle's own fields, not what its metatable explains */
    const double v = lua_isboolean(L, -1)  ? (double)lua_toboolean(L, -1)
                     : lua_isnumber(L, -1) ? lua_tonumber(L, -1)
                                           : otherwise;
    lua_pop(L, 1);
    return v;
}

static void read_choices(lua_State *L, wk_param *p, int t)
{
    lua_getfield(L, t, "choices");
    const int64_t n = (int64_t)lua_rawlen(L, -1);
    const char **list = calloc((size_t)n + 1, sizeof *list);
    if (!list) (void)luaL_error(L, "out of memory");
    p->choices = list;
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, -1, (int)(i + 1));
        list[i] = wk_copy_text(L, -1);
        lua_pop(L, 1);
    }
    p->lo = 0;
    p->hi = (double)(n - 1);
    lua_pop(L, 1);
}

/* Room for the default and for one other text. */
static void read_text(lua_State *L, wk_param *p, int t)
{
    const char **list = calloc(3, sizeof *list);
    if (!list) (void)luaL_error(L, "out of memory");
    p->choices = list;
    p->kind = WK_PARAM_CHOICE;
    p->free = true;
    p->lo = p->hi = p->value = p->def = 0;
    lua_getfield(L, t, "def");
    list[0] = wk_copy_text(L, -1);
    lua_pop(L, 1);
}

/* One entry of S.params: name at -2, specification table at -1. */
static void read_param(lua_State *L, wk_script *s)
{
    static const char *const kinds[] = {"int", "num", "bool", "choice", "text"};
    const int t = lua_gettop(L);
    wk_param *p = &s->params[s->n_params];
    if (lua_type(L, t - 1) != LUA_TSTRING)
        (void)wk_raise(L, "params: every parameter has a name: { n = wick.int(20, 5, 120) }");
    const char *name = lua_tostring(L, t - 1);
    const char *kind = NULL;
    if (lua_type(L, t) == LUA_TTABLE) {
        lua_getfield(L, t, "kind");
        kind = lua_tostring(L, -1);
    }
    int k = 0;
    while (k < 5 && !(kind && strcmp(kinds[k], kind) == 0)) k++;
    if (k == 5)
        (void)wk_raise(L,
                       "params.%s: declare it with wick.int, wick.num, wick.bool, wick.choice or "
                       "wick.text",
                       name);
    memset(p, 0, sizeof *p);
    p->name = wk_copy_text(L, t - 1);
    s->n_params++;
    p->kind = k < 4 ? (wk_param_kind)k : WK_PARAM_CHOICE;
    p->lo = wk_number_of(L, t, "lo", 0);
    p->hi = wk_number_of(L, t, "hi", 1);
    p->step = wk_number_of(L, t, "step", 0);
    p->value = p->def = wk_number_of(L, t, "def", 0);
    if (k == 4)
        read_text(L, p, t);
    else if (p->kind == WK_PARAM_CHOICE)
        read_choices(L, p, t);
    p->model = wk_number_of(L, t, "model", 0) != 0;
    lua_getfield(L, t, "title");
    if (lua_type(L, -1) == LUA_TSTRING) p->title = wk_copy_text(L, -1);
    lua_settop(L, t);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const wk_param *)a)->name, ((const wk_param *)b)->name);
}

void wk_script_read_params(lua_State *L, wk_script *s, int t)
{
    int64_t n = 0;
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) n++;
    s->params = calloc((size_t)n + 1, sizeof *s->params);
    if (!s->params) (void)luaL_error(L, "out of memory");
    lua_pushnil(L);
    while (lua_next(L, t)) {
        read_param(L, s);
        lua_pop(L, 1);
    }
    qsort(s->params, (size_t)s->n_params, sizeof *s->params, by_name);
}

static int unknown_param(lua_State *L)
{
    const char *word = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    const char *near = wk_nearest_key(L, 1, word);
    if (near) return wk_raise(L, "p has no parameter '%s'; did you mean '%s'?", word, near);
    return wk_raise(L, "p has no parameter '%s'", word);
}

static int param_write(lua_State *L)
{
    return wk_raise(L, "parameters are read-only; keep '%s' in a local variable",
                    lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "it");
}

void wk_push_param_values(lua_State *L, wk_host *h, const wk_script *s)
{
    lua_createtable(L, 0, (int)s->n_params);
    for (int64_t i = 0; i < s->n_params; i++) {
        const wk_param *p = &s->params[i];
        if (p->kind == WK_PARAM_BOOL)
            lua_pushboolean(L, p->value != 0.0);
        else if (p->kind == WK_PARAM_CHOICE)
            lua_pushstring(L, p->choices[(int)p->value]);
        else if (p->kind == WK_PARAM_INT)
            lua_pushinteger(L, (lua_Integer)p->value);
        else
            lua_pushnumber(L, p->value);
        lua_setfield(L, -2, p->name);
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_params_meta);
    lua_setmetatable(L, -2);
}

static wick_status check_value(wick_ctx *ctx, const wk_param *p, double v)
{
    char lo[WICK_DOUBLE_TEXT], hi[WICK_DOUBLE_TEXT], got[WICK_DOUBLE_TEXT];
    wick_format_double(got, v);
    if (p->kind == WK_PARAM_INT && v != floor(v))
        return wick_fail(ctx, WICK_E_ARG, "parameter '%s' must be a whole number, got %s", p->name,
                         got);
    if (v >= p->lo && v <= p->hi) return WICK_OK;
    wick_format_double(lo, p->lo);
    wick_format_double(hi, p->hi);
    return wick_fail(ctx, WICK_E_ARG, "parameter '%s' must be %s to %s, got %s", p->name, lo, hi,
                     got);
}

wick_status wk_script_set_number(wick_ctx *ctx, wk_script *s, int64_t i, double value)
{
    if (i < 0 || i >= s->n_params)
        return wick_fail(ctx, WICK_E_ARG, "no parameter number %lld", (long long)i);
    const wick_status st = check_value(ctx, &s->params[i], value);
    if (st >= 0) s->params[i].value = value;
    return st;
}

static wick_status unknown_name(wick_ctx *ctx, const wk_script *s, const char *name)
{
    const char **names = calloc((size_t)s->n_params + 1, sizeof *names);
    if (!names) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < s->n_params; i++) names[i] = s->params[i].name;
    const char *near = wick_nearest(name, names, s->n_params);
    wick_buf b = {0};
    for (int64_t i = 0; i < s->n_params; i++) wick_buf_addf(&b, "%s%s", i ? ", " : "", names[i]);
    if (near)
        (void)wick_fail(ctx, WICK_E_ARG, "%s has no parameter '%s'; did you mean '%s'?", s->path,
                        name, near);
    else if (b.len)
        (void)wick_fail(ctx, WICK_E_ARG, "%s has no parameter '%s'; it has %s", s->path, name,
                        b.data);
    else
        (void)wick_fail(ctx, WICK_E_ARG, "%s has no parameter '%s'; it declares none", s->path,
                        name);
    wick_buf_free(&b);
    free(names);
    return WICK_E_ARG;
}

static wick_status set_text(wick_ctx *ctx, wk_param *p, const char *text)
{
    const char **list = (const char **)(uintptr_t)p->choices;
    if (strcmp(list[0], text) == 0) {
        p->value = 0;
        return WICK_OK;
    }
    char *copy = strdup(text);
    if (!copy) return wick_fail_mem(ctx);
    free((char *)(uintptr_t)list[1]);
    list[1] = copy;
    p->value = 1;
    return WICK_OK;
}

static wick_status parse_choice(wick_ctx *ctx, const wk_param *p, const char *text, double *v)
{
    int64_t n = 0;
    wick_buf b = {0};
    for (; p->choices[n]; n++) {
        if (strcmp(p->choices[n], text) == 0) {
            *v = (double)n;
            wick_buf_free(&b);
            return WICK_OK;
        }
        wick_buf_addf(&b, "%s%s", n ? ", " : "", p->choices[n]);
    }
    const char *near = wick_nearest(text, p->choices, n);
    if (near)
        (void)wick_fail(ctx, WICK_E_ARG, "parameter '%s' cannot be '%s'; did you mean '%s'?",
                        p->name, text, near);
    else
        (void)wick_fail(ctx, WICK_E_ARG, "parameter '%s' must be one of %s, got '%s'", p->name,
                        b.data ? b.data : "", text);
    wick_buf_free(&b);
    return WICK_E_ARG;
}

wick_status wk_script_set_param(wick_ctx *ctx, wk_script *s, const char *name, const char *text)
{
    int64_t i = 0;
    while (i < s->n_params && strcmp(s->params[i].name, name) != 0) i++;
    if (i == s->n_params) return unknown_name(ctx, s, name);
    const wk_param *p = &s->params[i];
    double v = 0;
    if (p->free) return set_text(ctx, &s->params[i], text);
    if (p->kind == WK_PARAM_CHOICE) {
        const wick_status st = parse_choice(ctx, p, text, &v);
        if (st < 0) return st;
    } else if (p->kind == WK_PARAM_BOOL) {
        const bool yes = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
        if (!yes && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
            return wick_fail(ctx, WICK_E_ARG, "parameter '%s' must be true or false, got '%s'",
                             name, text);
        v = yes;
    } else if (!wick_parse_double(text, (int64_t)strlen(text), &v) || !isfinite(v)) {
        return wick_fail(ctx, WICK_E_ARG, "parameter '%s' must be a number, got '%s'", name, text);
    }
    return wk_script_set_number(ctx, s, i, v);
}

void wk_script_open_params(lua_State *L, wk_host *h)
{
    lua_newtable(L);
    wk_push_func(L, h, unknown_param);
    lua_setfield(L, -2, "__index");
    wk_push_func(L, h, param_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushliteral(L, "params");
    lua_setfield(L, -2, "__metatable");
    h->ref_params_meta = luaL_ref(L, LUA_REGISTRYINDEX);
}
