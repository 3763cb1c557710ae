/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * ta.NAME(...): explicit inputs first, then parameters, by position or by name. A leading bars
 * handle names the symbol; without one it is the symbol being declared. The first series returned
 * by an indicator with several outputs also carries all of them by name.
 */

typedef struct ta_call {
    const wick_ta_spec *spec;
    wk_host *h;
    int32_t sym;
    int32_t given, params;
    wick_node in[WICK_TA_MAX_IN];
    int32_t n_in, series; /**< inputs given, and how many of them are series */
    double p[WICK_TA_MAX_PARAM];
    bool has[WICK_TA_MAX_PARAM];
} ta_call;

/* Named inputs may come before the symbol is known from another argument. */
static void find_symbol(lua_State *L, ta_call *c, int first, int last)
{
    wk_host *h = c->h;
    int32_t sym = -1;
    for (int i = first; i <= last; i++) {
        const int64_t slot = wk_series_slot(L, h, i);
        const int32_t b = slot >= 0 ? h->slots[slot].sym : wk_bars_index(L, h, i);
        if (b >= 0) sym = wk_meet(h, sym, b);
    }
    c->sym = sym >= 0 ? sym : h->decl;
}

static wick_node input_node(lua_State *L, ta_call *c, int i, const char *name)
{
    wk_host *h = c->h;
    wick_graph *g = h->syms[c->sym].graph;
    const int64_t slot = wk_series_slot(L, h, i);
    if (slot >= 0) {
        char what[96];
        snprintf(what, sizeof what, "ta.%s, '%s'", c->spec->name, name);
        c->series++;
        return wk_slot_node_on(L, h, slot, c->sym, what);
    }
    if (lua_type(L, i) != LUA_TNUMBER)
        (void)wk_raise(L, "ta.%s: '%s' must be a series or a number, got %s", c->spec->name, name,
                       luaL_typename(L, i));
    return wk_node(L, h, wick_graph_const(h->ctx, g, lua_tonumber(L, i)));
}

static double choice_value(lua_State *L, const ta_call *c, const wick_ta_param *p, int i)
{
    const char *word = lua_tostring(L, i);
    int64_t n = 0;
    if (!p->choice)
        (void)wk_raise(L, "ta.%s: '%s' must be a number, got \"%s\"", c->spec->name, p->name, word);
    for (; p->choice[n]; n++)
        if (strcmp(p->choice[n], word) == 0) return (double)n;
    const char *near = wick_nearest(word, p->choice, n);
    (void)wk_raise(L, "ta.%s: '%s' cannot be \"%s\"; %s \"%s\"", c->spec->name, p->name, word,
                   near ? "did you mean" : "one of them is", near ? near : p->choice[0]);
    return 0.0;
}

static void set_param(lua_State *L, ta_call *c, int32_t k, int i)
{
    const wick_ta_param *p = &c->spec->param[k];
    if (c->has[k]) (void)wk_raise(L, "ta.%s: '%s' is given twice", c->spec->name, p->name);
    c->has[k] = true;
    switch (lua_type(L, i)) {
    case LUA_TNUMBER: c->p[k] = lua_tonumber(L, i); return;
    case LUA_TBOOLEAN:
        if (!p->is_int || p->lo != 0.0 || p->hi != 1.0) break;
        c->p[k] = lua_toboolean(L, i) ? 1.0 : 0.0;
        return;
    case LUA_TSTRING: c->p[k] = choice_value(L, c, p, i); return;
    default: break;
    }
    if (wk_series_slot(L, c->h, i) >= 0)
        (void)wk_raise(L, "ta.%s: '%s' must be a number, got a series", c->spec->name, p->name);
    (void)wk_raise(L, "ta.%s: '%s' must be a number, got %s", c->spec->name, p->name,
                   luaL_typename(L, i));
}

static void too_many(lua_State *L, const ta_call *c)
{
    (void)wk_raise(L,
                   "ta.%s takes %d series and %d parameter%s, more were given (an indicator with "
                   "several outputs returns them all; put it in parentheses to keep the first)",
                   c->spec->name, (int)c->given, (int)c->params, c->params == 1 ? "" : "s");
}

/* Positional arguments first..last of the stack. */
static void take_positional(lua_State *L, ta_call *c, int first, int last)
{
    const wick_ta_spec *s = c->spec;
    int i = first;
    for (; c->n_in < c->given && i <= last; i++) {
        const wick_ta_in *in = &s->in[c->n_in];
        const bool series = wk_series_slot(L, c->h, i) >= 0;
        /* ta.highest(20): the number is the length, the source takes its default. */
        if (!series && in->source != WICK_S_NONE) break;
        c->in[c->n_in++] = input_node(L, c, i, in->name);
    }
    for (int32_t k = 0; i <= last; i++, k++) {
        if (k >= c->params) too_many(L, c);
        set_param(L, c, k, i);
    }
}

/* ta.sma(b, 5) would be the average of the number 5. */
static void need_series(lua_State *L, const ta_call *c)
{
    if (c->n_in == 0 || c->series > 0) return;
    (void)wk_raise(L, "ta.%s: '%s' must be a series, got a number: ta.%s(b.close, ...)",
                   c->spec->name, c->spec->in[0].name, c->spec->name);
}

static void named_unknown(lua_State *L, const ta_call *c, const char *key)
{
    const char *names[WICK_TA_MAX_IN + WICK_TA_MAX_PARAM];
    int64_t n = 0;
    for (int32_t i = 0; i < c->given; i++) names[n++] = c->spec->in[i].name;
    for (int32_t i = 0; i < c->params; i++) names[n++] = c->spec->param[i].name;
    const char *near = wick_nearest(key, names, n);
    if (near)
        (void)wk_raise(L, "ta.%s has no argument '%s'; did you mean '%s'?", c->spec->name, key,
                       near);
    (void)wk_raise(L, "ta.%s has no argument '%s'", c->spec->name, key);
}

/* ta.bb { b.close, n = 20, mult = 2 }: the table is on top of the stack. */
static void take_table(lua_State *L, ta_call *c)
{
    const int t = lua_gettop(L);
    const int n = (int)lua_rawlen(L, t);
    luaL_checkstack(L, n + 16, NULL);
    for (int i = 1; i <= n; i++) lua_rawgeti(L, t, i);
    int first = t + 1;
    find_symbol(L, c, first, t + n);
    if (n > 0 && wk_bars_index(L, c->h, first) >= 0) first++;
    bool by_name[WICK_TA_MAX_IN] = {false};
    wick_node named[WICK_TA_MAX_IN] = {0};
    lua_pushnil(L);
    while (lua_next(L, t)) {
        const int value = lua_gettop(L);
        if (lua_type(L, -2) == LUA_TSTRING) {
            const char *key = lua_tostring(L, -2);
            int32_t k = 0;
            while (k < c->given && strcmp(c->spec->in[k].name, key) != 0) k++;
            if (k < c->given) {
                find_symbol(L, c, value, value);
                by_name[k] = true;
                named[k] = input_node(L, c, value, key);
            } else {
                for (k = 0; k < c->params && strcmp(c->spec->param[k].name, key) != 0;) k++;
                if (k == c->params) named_unknown(L, c, key);
                set_param(L, c, k, value);
            }
        }
        lua_settop(L, value - 1);
    }
    take_positional(L, c, first, t + n);
    for (int32_t k = 0; k < c->given; k++) {
        if (!by_name[k]) continue;
        if (k < c->n_in)
            (void)wk_raise(L, "ta.%s: '%s' is given twice", c->spec->name, c->spec->in[k].name);
        if (k > c->n_in)
            (void)wk_raise(L, "ta.%s: '%s' is missing", c->spec->name, c->spec->in[c->n_in].name);
        c->in[c->n_in++] = named[k];
    }
}

static void finish_args(lua_State *L, ta_call *c)
{
    const wick_ta_spec *s = c->spec;
    need_series(L, c);
    if (c->n_in < c->given && s->in[c->n_in].source == WICK_S_NONE)
        (void)wk_raise(L, "ta.%s: series '%s' is missing", s->name, s->in[c->n_in].name);
    for (int32_t k = 0; k < c->params; k++) {
        if (c->has[k]) continue;
        if (s->param[k].required)
            (void)wk_raise(L, "ta.%s: '%s' is missing", s->name, s->param[k].name);
        c->p[k] = s->param[k].def;
    }
}

static void name_outputs(lua_State *L, const wick_ta_spec *s, int first, int n)
{
    for (int k = 0; n > 1 && k < n; k++) {
        lua_pushstring(L, s->out[k].name);
        lua_pushvalue(L, first + k);
        lua_rawset(L, first);
    }
}

static int push_outputs(lua_State *L, ta_call *c)
{
    const int32_t n = wick_ta_outputs(c->spec);
    wick_graph *g = c->h->syms[c->sym].graph;
    luaL_checkstack(L, n + 8, NULL);
    const int first = lua_gettop(L) + 1;
    for (int32_t k = 0; k < n; k++) {
        const wick_node x =
            wick_graph_ta(c->h->ctx, g, c->spec, c->in, c->n_in, c->p, c->params, k);
        wk_push_series(L, c->h, c->sym, wk_node(L, c->h, x));
    }
    name_outputs(L, c->spec, first, n);
    return n;
}

static int ta_function(lua_State *L);

/* ta.atr(b:symbol("SPY"), 14): computed on those bars, seen on these. */
static int of_other(lua_State *L, wk_host *h, const wick_ta_spec *s, int32_t base, const char *name,
                    const char *what)
{
    const int n = lua_gettop(L);
    const int32_t sym = wk_other_bars(L, h, base, name, what);
    lua_pushlightuserdata(L, h);
    lua_pushlightuserdata(L, (void *)(uintptr_t)s);
    lua_pushcclosure(L, ta_function, 2);
    wk_push_bars(L, h, sym);
    for (int i = 2; i <= n; i++) lua_pushvalue(L, i);
    wk_inner_call(L, h, sym, n);
    const int outs = lua_gettop(L) - n;
    for (int i = 1; i <= outs; i++) wk_inner_back(L, h, sym, n + i, what);
    name_outputs(L, s, n + 1, outs);
    return outs;
}

/* upvalue 2: the spec. */
static int ta_function(lua_State *L)
{
    wk_host *h = wk_self(L);
    ta_call c = {.spec = lua_touserdata(L, lua_upvalueindex(2)), .h = h};
    char what[64];
    snprintf(what, sizeof what, "ta.%s", c.spec->name);
    (void)wk_decl_graph(L, h, what);
    c.given = wick_ta_given(c.spec);
    c.params = wick_ta_params(c.spec);
    const int n = lua_gettop(L);
    int32_t base = -1;
    const char *other = n >= 1 ? wk_other_name(L, h, 1, &base) : NULL;
    if (other) return of_other(L, h, c.spec, base, other, what);
    const bool table = n >= 1 && lua_type(L, n) == LUA_TTABLE && wk_series_slot(L, h, n) < 0 &&
                       wk_bars_index(L, h, n) < 0;
    if (table && n > 1)
        return wk_raise(L, "%s: give all arguments in the table, or none: %s { b.close, n = 20 }",
                        what, what);
    if (table) {
        take_table(L, &c);
    } else {
        const int first = n >= 1 && wk_bars_index(L, h, 1) >= 0 ? 2 : 1;
        find_symbol(L, &c, 1, n);
        take_positional(L, &c, first, n);
    }
    finish_args(L, &c);
    return push_outputs(L, &c);
}

static void unknown_indicator(lua_State *L, wk_host *h, const char *word)
{
    const int64_t n = wick_ta_count();
    const char **names = lua_newuserdata(L, ((size_t)n + 1) * sizeof *names);
    for (int64_t i = 0; i < n; i++) names[i] = wick_ta_at(i)->name;
    const char *near = wick_nearest(word, names, n);
    if (!near) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_defs);
        near = wk_nearest_key(L, -1, word);
    }
    if (near) (void)wk_raise(L, "ta.%s does not exist; did you mean ta.%s?", word, near);
    (void)wk_raise(L, "ta.%s does not exist (wick list ta)", word);
}

/* cross_over is crossover: the registry has Pine's spelling, scripts may separate the words. */
static const wick_ta_spec *find_spec(const char *word)
{
    const wick_ta_spec *s = wick_ta_find(word);
    char joined[64];
    size_t n = 0;
    if (s || !strchr(word, '_')) return s;
    for (; *word && n + 1 < sizeof joined; word++)
        if (*word != '_') joined[n++] = *word;
    joined[n] = '\0';
    return wick_ta_find(joined);
}

/* ta.NAME: the project's own indicators, then the registry; functions are made once per host. */
static int ta_index(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *word = luaL_checkstring(L, 2);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_defs);
    lua_getfield(L, -1, word);
    if (!lua_isnil(L, -1)) return 1;
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_ta);
    lua_getfield(L, -1, word);
    if (!lua_isnil(L, -1)) return 1;
    const wick_ta_spec *s = find_spec(word);
    if (!s) unknown_indicator(L, h, word);
    lua_pop(L, 1);
    lua_pushlightuserdata(L, h);
    lua_pushlightuserdata(L, (void *)(uintptr_t)s);
    lua_pushcclosure(L, ta_function, 2);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, word);
    return 1;
}

/* ---- indicators defined in Lua ------------------------------------------------------------ */

/* core.values(series): the column as a list, computed now. */
static int core_values(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int64_t slot = wk_series_slot(L, h, 1);
    if (slot < 0) return wk_raise(L, "values: a series is expected");
    const int64_t n = h->syms[h->slots[slot].sym].n;
    const double *v = wk_slot_values(L, h, slot);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        lua_pushnumber(L, v[i]);
        lua_rawseti(L, -2, (int)(i + 1));
    }
    lua_pushinteger(L, (lua_Integer)n);
    return 2;
}

/* core.column(series or bars, list, name): a series of the same symbol from a list. */
static int core_column(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *name = luaL_checkstring(L, 3);
    (void)wk_decl_graph(L, h, name);
    const int64_t slot = wk_series_slot(L, h, 1);
    int32_t sym = slot >= 0 ? h->slots[slot].sym : wk_bars_index(L, h, 1);
    if (sym < 0) sym = h->decl;
    const int64_t n = h->syms[sym].n;
    if (lua_type(L, 2) != LUA_TTABLE)
        return wk_raise(L, "%s: run must return a list of %lld numbers, got %s", name, (long long)n,
                        luaL_typename(L, 2));
    double *v = lua_newuserdata(L, ((size_t)n + 1) * sizeof *v);
    /* Bars in front may be missing (nil is NA); what lies behind the last bar cannot mean anything.
     */
    lua_rawgeti(L, 2, (int)(n + 1));
    if (!lua_isnil(L, -1))
        return wk_raise(L, "%s: run returned more than the %lld values of the column", name,
                        (long long)n);
    lua_pop(L, 1);
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, 2, (int)(i + 1));
        const int t = lua_type(L, -1);
        if (t != LUA_TNUMBER && t != LUA_TNIL && t != LUA_TBOOLEAN)
            return wk_raise(L, "%s: element %lld of the column is a %s", name, (long long)i + 1,
                            luaL_typename(L, -1));
        v[i] = t == LUA_TNIL      ? WICK_NA
               : t == LUA_TNUMBER ? lua_tonumber(L, -1)
                                  : (double)lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    const wick_node x = wick_graph_column(h->ctx, h->syms[sym].graph, v, n, 0);
    wk_push_series(L, h, sym, wk_node(L, h, x));
    snprintf(h->extra[h->n_slots - 1].label, sizeof h->extra->label, "%s", name);
    return 1;
}

/* core.define_ta(name, function): visible as ta.NAME until the next run. */
static int core_define(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *name = luaL_checkstring(L, 1);
    if (wick_ta_find(name))
        return wk_raise(L, "ta.define: ta.%s is an indicator of wick; choose another name", name);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_defs);
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, name);
    return 0;
}

/* ---- text expressions --------------------------------------------------------------------- */

typedef struct names {
    lua_State *L;
    wk_host *h;
    int table, n_tables;
    int32_t sym;
} names;

static bool lookup(void *user, const char *name, wick_expr_name *out)
{
    const names *u = user;
    lua_State *L = u->L;
    for (int i = 0; i < u->n_tables; i++) {
        lua_pushstring(L, name);
        lua_rawget(L, u->table + i);
        const int64_t slot = wk_series_slot(L, u->h, -1);
        const int t = lua_type(L, -1);
        if (slot >= 0 && u->h->slots[slot].sym == u->sym) {
            u->h->extra[slot].used = true;
            out->is_node = true;
            out->node = wk_slot_node(L, u->h, slot);
        } else if (t == LUA_TNUMBER || t == LUA_TBOOLEAN) {
            out->is_node = false;
            out->number = t == LUA_TNUMBER ? lua_tonumber(L, -1) : (double)lua_toboolean(L, -1);
        } else {
            lua_pop(L, 1);
            continue;
        }
        lua_pop(L, 1);
        return true;
    }
    return false;
}

/* wick.expr(text [, b] [, names ...]): names are tables of numbers and series. */
static int ta_expr(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *text = luaL_checkstring(L, 1);
    (void)wk_decl_graph(L, h, "wick.expr");
    const int n = lua_gettop(L);
    const int32_t b = n >= 2 ? wk_bars_index(L, h, 2) : -1;
    names u = {L, h, b >= 0 ? 3 : 2, n - (b >= 0 ? 2 : 1), b >= 0 ? b : h->decl};
    for (int i = 0; i < u.n_tables; i++)
        if (lua_type(L, u.table + i) != LUA_TTABLE)
            return wk_raise(L, "wick.expr: argument %d must be a table of names, got %s",
                            u.table + i, luaL_typename(L, u.table + i));
    luaL_checkstack(L, 8, NULL);
    const wick_node x = wick_graph_expr(h->ctx, h->syms[u.sym].graph, text, lookup, &u);
    wk_push_series(L, h, u.sym, wk_node(L, h, x));
    return 1;
}

static int ta_write(lua_State *L)
{
    return wk_raise(L, "ta belongs to wick; ta.define { ... } adds an indicator");
}

void wk_ta_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"values", core_values},
                                    {"column", core_column},
                                    {"define_ta", core_define},
                                    {"expr", ta_expr},
                                    {NULL, NULL}};
    const int core = lua_gettop(L);
    wk_set_funcs(L, h, list);
    lua_newtable(L);
    h->ref_ta = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    lua_newtable(L);
    wk_push_func(L, h, ta_index);
    lua_setfield(L, -2, "__index");
    wk_push_func(L, h, ta_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushliteral(L, "ta");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_setfield(L, core, "ta");
}
