/* SPDX-License-Identifier: MIT */
#include "lua/table_int.h"

#include <math.h>
#include <string.h>

/* Methods that make one table from another. */

#define MADE(call)                                                                                 \
    wk_box *made = wk_new_table(L, h);                                                             \
    wick_table *result = NULL;                                                                     \
    wk_good(L, h, call);                                                                           \
    made->p = result;                                                                              \
    return 1

int wk_m_select(lua_State *L)
{
    wk_host *h = wk_self(L);
    int32_t n = 0;
    const wick_table *t = wk_check_table(L, 1, "t:select");
    const char **names = wk_text_list(L, 2, &n, "t:select");
    MADE(wick_table_select(h->ctx, t, names, n, &result));
}

int wk_m_rename(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:rename");
    const char *from = luaL_checkstring(L, 2), *to = luaL_checkstring(L, 3);
    MADE(wick_table_rename(h->ctx, t, from, to, &result));
}

int wk_m_cast(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:cast");
    const char *name = luaL_checkstring(L, 2);
    const wick_column_type type = wk_table_check_type(L, luaL_checkstring(L, 3), "t:cast");
    MADE(wick_table_cast(h->ctx, t, name, type, &result));
}

int wk_m_with(lua_State *L)
{
    wk_host *h = wk_self(L);
    wk_values v;
    const wick_table *t = wk_check_table(L, 1, "t:with");
    const char *name = luaL_checkstring(L, 2), *type = luaL_optstring(L, 4, NULL);
    const int64_t n = wick_table_rows(t);
    luaL_checkany(L, 3);
    if (lua_istable(L, 3) && (int64_t)lua_rawlen(L, 3) != n)
        return wk_raise(L, "t:with: column '%s' has %d values, the table %d rows", name,
                        (int)lua_rawlen(L, 3), (int)n);
    wk_table_read_column(L, 3, n, name, type, &v);
    MADE(wick_table_with(h->ctx, t, &v.in, &result));
}

int wk_m_head(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:head");
    const double want = luaL_checknumber(L, 2);
    const int64_t rows = wick_table_rows(t);
    const int64_t n = want >= 0 && want < (double)rows ? (int64_t)want : want < 0 ? 0 : rows;
    int64_t *list = lua_newuserdata(L, (size_t)(n + 1) * sizeof *list);
    for (int64_t i = 0; i < n; i++) list[i] = i;
    MADE(wick_table_take(h->ctx, t, list, n, &result));
}

int wk_m_take(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:take");
    luaL_checktype(L, 2, LUA_TTABLE);
    const int64_t n = (int64_t)lua_rawlen(L, 2);
    int64_t *list = lua_newuserdata(L, (size_t)(n + 1) * sizeof *list);
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, 2, (int)(i + 1));
        list[i] = wk_table_row(L, t, -1);
        lua_pop(L, 1);
    }
    MADE(wick_table_take(h->ctx, t, list, n, &result));
}

int wk_m_append(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int n = lua_gettop(L);
    const wick_table **list = lua_newuserdata(L, ((size_t)n + 1) * sizeof *list);
    for (int i = 0; i < n; i++) list[i] = wk_check_table(L, i + 1, "t:append");
    MADE(wick_table_concat(h->ctx, list, n, &result));
}

static int32_t check_op(lua_State *L, const char *op)
{
    static const char *const ops[] = {"==", "~=", "<", "<=", ">", ">=", "missing", "present"};
    for (int32_t i = 0; i < 8; i++)
        if (strcmp(op, ops[i]) == 0) return i;
    return wk_raise(L, "t:where: '%s' is no comparison (== ~= < <= > >= missing present)", op);
}

/* The condition { column, op, value } at `spec`. */
static wick_where read_where(lua_State *L, int spec)
{
    wick_where w = {.column = NULL};
    const int top = lua_gettop(L);
    for (int i = 1; i <= 3; i++) lua_rawgeti(L, spec, i);
    if (lua_type(L, top + 1) != LUA_TSTRING || lua_type(L, top + 2) != LUA_TSTRING)
        (void)wk_raise(L, "t:where: a condition is { \"column\", \">=\", value }");
    w.column = lua_tostring(L, top + 1);
    w.op = check_op(L, lua_tostring(L, top + 2));
    if (lua_type(L, top + 3) == LUA_TSTRING)
        w.text = lua_tostring(L, top + 3);
    else if (lua_isboolean(L, top + 3))
        w.number = lua_toboolean(L, top + 3);
    else if (lua_type(L, top + 3) == LUA_TNUMBER)
        w.number = lua_tonumber(L, top + 3);
    else if (w.op < WICK_WHERE_MISSING)
        (void)wk_raise(L, "t:where: '%s' is compared with a %s", w.column,
                       luaL_typename(L, top + 3));
    lua_settop(L, top); /* the condition keeps its texts */
    return w;
}

/* t:where("column", ">=", 1) or t:where { {"column", ">=", 1}, ... } */
int wk_m_where(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:where");
    if (lua_type(L, 2) == LUA_TSTRING) {
        lua_settop(L, 4);
        lua_createtable(L, 1, 0);
        lua_createtable(L, 3, 0);
        for (int i = 1; i <= 3; i++) {
            lua_pushvalue(L, i + 1);
            lua_rawseti(L, -2, i);
        }
        lua_rawseti(L, -2, 1);
        lua_replace(L, 2);
    }
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    const int32_t n = (int32_t)lua_rawlen(L, 2);
    wick_where *list = lua_newuserdata(L, ((size_t)n + 1) * sizeof *list);
    for (int32_t k = 0; k < n; k++) {
        lua_rawgeti(L, 2, k + 1);
        if (!lua_istable(L, -1)) return wk_raise(L, "t:where: condition %d is no list", (int)k + 1);
        list[k] = read_where(L, lua_gettop(L));
        lua_pop(L, 1);
    }
    MADE(wick_table_where(h->ctx, t, list, n, &result));
}

/* t:sort { "event_time", "-score" } */
int wk_m_sort(lua_State *L)
{
    wk_host *h = wk_self(L);
    int32_t n = 0;
    const wick_table *t = wk_check_table(L, 1, "t:sort");
    const char **names = wk_text_list(L, 2, &n, "t:sort");
    wick_sort_key *keys = lua_newuserdata(L, ((size_t)n + 1) * sizeof *keys);
    for (int32_t k = 0; k < n; k++) {
        const bool down = names[k][0] == '-' && wick_table_find(t, names[k]) < 0;
        keys[k] = (wick_sort_key){names[k] + (down ? 1 : 0), down};
    }
    MADE(wick_table_sort(h->ctx, t, keys, n, &result));
}

static const char *opt_field(lua_State *L, int i, const char *key)
{
    lua_getfield(L, i, key);
    return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

/* t:join(right, { on =, kind = "left", unique = true, names = {left, right} }) */
int wk_m_join(lua_State *L)
{
    wk_host *h = wk_self(L);
    int32_t n = 0, two = 0;
    const wick_table *t = wk_check_table(L, 1, "t:join"), *right = wk_check_table(L, 2, "t:join");
    wick_join_opts o = {.size = sizeof o};
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 3);
    const char *kind = opt_field(L, 3, "kind");
    if (kind && strcmp(kind, "left") != 0 && strcmp(kind, "inner") != 0)
        return wk_raise(L, "t:join: kind is \"inner\" or \"left\"");
    o.kind = kind && strcmp(kind, "left") == 0 ? WICK_JOIN_LEFT : WICK_JOIN_INNER;
    lua_getfield(L, 3, "unique");
    o.unique_left = o.unique_right = lua_toboolean(L, -1) != 0;
    lua_getfield(L, 3, "names");
    if (lua_istable(L, -1)) {
        const char **sides = wk_text_list(L, -1, &two, "t:join");
        o.left_name = two > 0 ? sides[0] : NULL;
        o.right_name = two > 1 ? sides[1] : NULL;
    }
    lua_getfield(L, 3, "on");
    const char **keys = wk_text_list(L, -1, &n, "t:join: on");
    MADE(wick_table_join(h->ctx, t, right, keys, n, &o, &result));
}

/* t:group({"symbol"}, { {"n", "count"}, {"mean_x", "mean", "x"} }) */
int wk_m_group(lua_State *L)
{
    wk_host *h = wk_self(L);
    int32_t n = 0;
    const wick_table *t = wk_check_table(L, 1, "t:group");
    luaL_checktype(L, 3, LUA_TTABLE);
    const char **keys = wk_text_list(L, 2, &n, "t:group");
    const int32_t m = (int32_t)lua_rawlen(L, 3);
    wick_agg *aggs = lua_newuserdata(L, ((size_t)m + 1) * sizeof *aggs);
    for (int32_t k = 0; k < m; k++) {
        wick_agg_fn fn;
        lua_rawgeti(L, 3, k + 1);
        if (!lua_istable(L, -1)) return wk_raise(L, "t:group: aggregate %d is no list", (int)k + 1);
        for (int i = 1; i <= 3; i++) lua_rawgeti(L, -i, i);
        if (lua_type(L, -3) != LUA_TSTRING || lua_type(L, -2) != LUA_TSTRING)
            return wk_raise(L, "t:group: an aggregate is { \"name\", \"mean\", \"column\" }");
        if (!wick_agg_find(lua_tostring(L, -2), &fn))
            return wk_raise(L,
                            "t:group: there is no aggregate '%s' (count sum mean std min max first "
                            "last)",
                            lua_tostring(L, -2));
        aggs[k] = (wick_agg){lua_tostring(L, -3), (int32_t)fn, lua_tostring(L, -1)};
        lua_pop(L, 4); /* the lists keep their texts */
    }
    MADE(wick_table_group(h->ctx, t, keys, n, aggs, m, &result));
}

/* t:unique("id" [, what]): raises when a key is there twice. */
int wk_m_unique(lua_State *L)
{
    wk_host *h = wk_self(L);
    int32_t n = 0;
    const wick_table *t = wk_check_table(L, 1, "t:unique");
    const char *what = luaL_optstring(L, 3, NULL);
    const char **keys = wk_text_list(L, 2, &n, "t:unique");
    wk_good(L, h, wick_table_unique(h->ctx, t, what, keys, n));
    lua_settop(L, 1);
    return 1;
}

static int push_text(lua_State *L, wk_host *h, wick_buf *b, wick_status st)
{
    wk_good(L, h, st);
    lua_pushlstring(L, b->data ? b->data : "", (size_t)b->len);
    return 1;
}

int wk_m_csv(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:csv");
    wick_buf *b = wk_push_buf(L);
    return push_text(L, h, b, wick_table_csv(h->ctx, t, b));
}

int wk_m_markdown(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:markdown");
    const double most = luaL_optnumber(L, 2, -1);
    wick_buf *b = wk_push_buf(L);
    return push_text(L, h, b, wick_table_markdown(h->ctx, t, (int64_t)most, b));
}

/* core.table_csv(text [, options [, name]]) */
int wk_table_from_csv(lua_State *L)
{
    wk_host *h = wk_self(L);
    size_t n = 0;
    wick_table_opts o;
    wk_table_phase(L, h, "wick.table_csv");
    const char *text = luaL_checklstring(L, 1, &n);
    const char *name = luaL_optstring(L, 3, "csv");
    lua_settop(L, 3);
    wk_table_opts(L, 2, &o, "wick.table_csv");
    MADE(wick_table_parse_csv(h->ctx, name, text, (int64_t)n, &o, &result));
}
