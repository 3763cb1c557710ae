/* SPDX-License-Identifier: MIT */
#include "lua/table.h"

#include <math.h>
#include <string.h>

/* wick.table: columnar tables. Values cross as plain numbers, texts and truths; what is missing is
 * wick.na in a list and nil in a record. */

static void unref_table(void *p)
{
    wick_table_unref(p);
}

static wick_status digest_table(wick_ctx *ctx, const void *p, char hex[65])
{
    return wick_table_digest(ctx, p, hex);
}

static int64_t table_length(const void *p)
{
    return wick_table_rows(p);
}

void wk_good(lua_State *L, wk_host *h, wick_status st)
{
    if (st < 0) (void)wk_raise_ctx(L, h);
}

wick_table *wk_check_table(lua_State *L, int i, const char *what)
{
    return wk_check_box(L, i, &wk_table_type, what);
}

wk_box *wk_new_table(lua_State *L, wk_host *h)
{
    return wk_new_box(L, h, &wk_table_type, 1 << 17);
}

const char **wk_text_list(lua_State *L, int i, int32_t *n, const char *what)
{
    i = lua_absindex(L, i);
    if (lua_type(L, i) == LUA_TSTRING) {
        const char **one = lua_newuserdata(L, sizeof *one);
        *one = lua_tostring(L, i);
        *n = 1;
        return one;
    }
    if (lua_type(L, i) != LUA_TTABLE)
        (void)wk_raise(L, "%s: a name or a list of names is expected, got %s", what,
                       luaL_typename(L, i));
    *n = (int32_t)lua_rawlen(L, i);
    const char **list = lua_newuserdata(L, ((size_t)*n + 1) * sizeof *list);
    for (int32_t k = 0; k < *n; k++) {
        lua_rawgeti(L, i, k + 1);
        if (lua_type(L, -1) != LUA_TSTRING)
            (void)wk_raise(L, "%s: name %d is a %s", what, (int)k + 1, luaL_typename(L, -1));
        list[k] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    return list;
}

static wick_column_type check_type(lua_State *L, const char *name, const char *what)
{
    wick_column_type type;
    if (!wick_column_type_find(name, &type))
        (void)wk_raise(L, "%s: there is no type '%s' (float, int, text, bool, time)", what, name);
    return type;
}

void wk_table_opts(lua_State *L, int i, wick_table_opts *out, const char *what)
{
    *out = (wick_table_opts){.size = sizeof *out};
    if (lua_isnoneornil(L, i)) return;
    i = lua_absindex(L, i);
    luaL_checktype(L, i, LUA_TTABLE);
    lua_getfield(L, i, "columns");
    if (!lua_isnil(L, -1)) out->columns = wk_text_list(L, -1, &out->n_columns, what);
    lua_getfield(L, i, "types");
    if (!lua_istable(L, -1)) return;
    const int types = lua_gettop(L);
    int32_t n = 0;
    for (lua_pushnil(L); lua_next(L, types); lua_pop(L, 1)) n++;
    const char **names = lua_newuserdata(L, ((size_t)n + 1) * sizeof *names);
    int32_t *kinds = lua_newuserdata(L, ((size_t)n + 1) * sizeof *kinds);
    n = 0;
    for (lua_pushnil(L); lua_next(L, types); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
            (void)wk_raise(L, "%s: types are written { name = \"text\" }", what);
        names[n] = lua_tostring(L, -2);
        kinds[n++] = (int32_t)check_type(L, lua_tostring(L, -1), what);
    }
    out->typed = names;
    out->types = kinds;
    out->n_typed = n;
}

/* ---- values ------------------------------------------------------------------------------- */

static void push_cell(lua_State *L, const wick_table *t, int32_t k, int64_t row, bool na)
{
    const wick_column_type type = wick_table_type(t, k);
    const char *text = type == WICK_COL_TEXT ? wick_table_texts(t, k)[row] : NULL;
    const double v = type == WICK_COL_TEXT ? 0.0 : wick_table_number(t, k, row);
    if (text)
        lua_pushstring(L, text);
    else if (type == WICK_COL_TEXT || isnan(v))
        na ? lua_pushnumber(L, WICK_NA) : lua_pushnil(L);
    else if (type == WICK_COL_BOOL)
        lua_pushboolean(L, v != 0.0);
    else
        wk_push_double(L, v);
}

/* A column in the C form of its type, as a userdata on the stack. */
typedef struct values {
    wick_column_in in;
    const char **texts;
    double *floats;
    int64_t *ints;
    uint8_t *bools;
} values;

static void *new_values(lua_State *L, wick_column_type type, int64_t n, values *v)
{
    void *p = lua_newuserdata(L, (size_t)(n + 1) * 8);
    v->in.type = (int32_t)type;
    v->in.values = p;
    v->texts = p;
    v->floats = p;
    v->ints = p;
    v->bools = p;
    return p;
}

static bool is_na(lua_State *L, int i)
{
    return lua_isnil(L, i) || (lua_type(L, i) == LUA_TNUMBER && isnan(lua_tonumber(L, i)));
}

/* The value on top of the stack into one place; it stays anchored in the list it came from. */
static void put_value(lua_State *L, values *v, int64_t row, const char *name)
{
    const int type = lua_type(L, -1);
    const bool na = is_na(L, -1);
    const double x = type == LUA_TNUMBER ? lua_tonumber(L, -1) : 0.0;
    bool good = na;
    switch (v->in.type) {
    case WICK_COL_TEXT:
        v->texts[row] = na ? NULL : lua_tostring(L, -1);
        good = good || type == LUA_TSTRING;
        break;
    case WICK_COL_FLOAT:
        v->floats[row] = na ? WICK_NA : x;
        good = good || type == LUA_TNUMBER;
        break;
    case WICK_COL_BOOL:
        v->bools[row] = na ? WICK_NO_BOOL : (uint8_t)lua_toboolean(L, -1);
        good = good || type == LUA_TBOOLEAN;
        break;
    default:
        v->ints[row] = na ? WICK_NO_INT : (int64_t)x;
        good = good || (type == LUA_TNUMBER && x == floor(x) && fabs(x) < 9.2e18);
        break;
    }
    if (!good)
        (void)wk_raise(L, "column '%s': value %d is a %s and no %s", name, (int)row + 1,
                       luaL_typename(L, -1), wick_column_type_name(v->in.type));
}

static wick_column_type guess(lua_State *L, int list, int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        lua_rawgeti(L, list, (int)(k + 1));
        const int type = lua_type(L, -1);
        const bool na = is_na(L, -1);
        lua_pop(L, 1);
        if (na) continue;
        return type == LUA_TSTRING    ? WICK_COL_TEXT
               : type == LUA_TBOOLEAN ? WICK_COL_BOOL
                                      : WICK_COL_FLOAT;
    }
    return WICK_COL_FLOAT;
}

/* The list at i (or, with n >= 0, one value for all rows) as a column. */
static void read_column(lua_State *L, int i, int64_t n, const char *name, const char *type,
                        values *v)
{
    i = lua_absindex(L, i);
    const bool list = lua_type(L, i) == LUA_TTABLE;
    v->in.name = name;
    if (!list) {
        lua_createtable(L, 1, 0);
        lua_pushvalue(L, i);
        lua_rawseti(L, -2, 1);
        i = lua_gettop(L);
    }
    const int64_t rows = list && n < 0 ? (int64_t)lua_rawlen(L, i) : n;
    new_values(L, type ? check_type(L, type, name) : guess(L, i, list ? rows : 1), rows, v);
    for (int64_t k = 0; k < rows; k++) {
        lua_rawgeti(L, i, list ? (int)(k + 1) : 1);
        put_value(L, v, k, name);
        lua_pop(L, 1);
    }
}

/* core.table_new { {name, list [, type]}, ... } */
static int table_new(lua_State *L)
{
    wk_host *h = wk_self(L);
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    const int32_t p = (int32_t)lua_rawlen(L, 1);
    wick_column_in *in = lua_newuserdata(L, ((size_t)p + 1) * sizeof *in);
    int64_t rows = 0;
    for (int32_t k = 0; k < p; k++) {
        luaL_checkstack(L, 16, NULL);
        lua_rawgeti(L, 1, k + 1);
        if (!lua_istable(L, -1))
            return wk_raise(L, "wick.table: column %d is no { name, list }", (int)k + 1);
        const int spec = lua_gettop(L);
        lua_rawgeti(L, spec, 1);
        lua_rawgeti(L, spec, 2);
        lua_rawgeti(L, spec, 3);
        if (lua_type(L, spec + 1) != LUA_TSTRING || !lua_istable(L, spec + 2))
            return wk_raise(L, "wick.table: column %d is no { name, list }", (int)k + 1);
        const int64_t n = (int64_t)lua_rawlen(L, spec + 2);
        if (k > 0 && n != rows)
            return wk_raise(L, "wick.table: column '%s' has %d values, '%s' has %d",
                            lua_tostring(L, spec + 1), (int)n, in[0].name, (int)rows);
        rows = n;
        values v;
        read_column(L, spec + 2, n, lua_tostring(L, spec + 1), lua_tostring(L, spec + 3), &v);
        in[k] = v.in;
    }
    wk_box *b = wk_new_table(L, h);
    wick_table *t = NULL;
    wk_good(L, h, wick_table_new(h->ctx, rows, in, p, &t));
    b->p = t;
    return 1;
}

/* ---- reading one ------------------------------------------------------------------------- */

static int32_t need_column(lua_State *L, wk_host *h, const wick_table *t, int i)
{
    int32_t k = -1;
    wk_good(L, h, wick_table_need(h->ctx, t, NULL, luaL_checkstring(L, i), &k));
    return k;
}

static int64_t need_row(lua_State *L, const wick_table *t, int i)
{
    const double r = luaL_checknumber(L, i);
    if (!(r >= 1 && r <= (double)wick_table_rows(t)) || r != floor(r))
        (void)wk_raise(L, "row %g of a table of %d", r, (int)wick_table_rows(t));
    return (int64_t)r - 1;
}

static int m_list(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:list");
    const int32_t k = need_column(L, h, t, 2);
    const int64_t n = wick_table_rows(t);
    if (n > 50000000) return wk_raise(L, "t:list: %d rows are too many for a list", (int)n);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        push_cell(L, t, k, i, true);
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

static int m_get(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:get");
    const int64_t row = need_row(L, t, 2);
    push_cell(L, t, need_column(L, h, t, 3), row, false);
    return 1;
}

static int m_row(lua_State *L)
{
    const wick_table *t = wk_check_table(L, 1, "t:row");
    const int64_t row = need_row(L, t, 2);
    const int32_t p = wick_table_columns(t);
    lua_createtable(L, 0, p);
    for (int32_t k = 0; k < p; k++) {
        push_cell(L, t, k, row, false);
        lua_setfield(L, -2, wick_table_name(t, k));
    }
    return 1;
}

static int m_type(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:type");
    const int32_t k = need_column(L, h, t, 2);
    lua_pushstring(L, wick_column_type_name((int32_t)wick_table_type(t, k)));
    return 1;
}

static int m_has(lua_State *L)
{
    const wick_table *t = wk_check_table(L, 1, "t:has");
    lua_pushboolean(L, wick_table_find(t, luaL_checkstring(L, 2)) >= 0);
    return 1;
}

/* t.rows, t.names */
static int table_index(lua_State *L, wk_host *h, void *p)
{
    const wick_table *t = p;
    (void)h;
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(key, "rows") == 0) {
        lua_pushinteger(L, (lua_Integer)wick_table_rows(t));
        return 1;
    }
    if (strcmp(key, "names") != 0) return 0;
    lua_createtable(L, wick_table_columns(t), 0);
    for (int32_t k = 0; k < wick_table_columns(t); k++) {
        lua_pushstring(L, wick_table_name(t, k));
        lua_rawseti(L, -2, k + 1);
    }
    return 1;
}

/* ---- one from another --------------------------------------------------------------------- */

#define MADE(call)                                                                                 \
    wk_box *made = wk_new_table(L, h);                                                             \
    wick_table *result = NULL;                                                                     \
    wk_good(L, h, call);                                                                           \
    made->p = result;                                                                              \
    return 1

static int m_select(lua_State *L)
{
    wk_host *h = wk_self(L);
    int32_t n = 0;
    const wick_table *t = wk_check_table(L, 1, "t:select");
    const char **names = wk_text_list(L, 2, &n, "t:select");
    MADE(wick_table_select(h->ctx, t, names, n, &result));
}

static int m_rename(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:rename");
    const char *from = luaL_checkstring(L, 2), *to = luaL_checkstring(L, 3);
    MADE(wick_table_rename(h->ctx, t, from, to, &result));
}

static int m_cast(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:cast");
    const char *name = luaL_checkstring(L, 2);
    const wick_column_type type = check_type(L, luaL_checkstring(L, 3), "t:cast");
    MADE(wick_table_cast(h->ctx, t, name, type, &result));
}

static int m_with(lua_State *L)
{
    wk_host *h = wk_self(L);
    values v;
    const wick_table *t = wk_check_table(L, 1, "t:with");
    const char *name = luaL_checkstring(L, 2), *type = luaL_optstring(L, 4, NULL);
    const int64_t n = wick_table_rows(t);
    luaL_checkany(L, 3);
    if (lua_istable(L, 3) && (int64_t)lua_rawlen(L, 3) != n)
        return wk_raise(L, "t:with: column '%s' has %d values, the table %d rows", name,
                        (int)lua_rawlen(L, 3), (int)n);
    read_column(L, 3, n, name, type, &v);
    MADE(wick_table_with(h->ctx, t, &v.in, &result));
}

static int m_head(lua_State *L)
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

static int m_take(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:take");
    luaL_checktype(L, 2, LUA_TTABLE);
    const int64_t n = (int64_t)lua_rawlen(L, 2);
    int64_t *list = lua_newuserdata(L, (size_t)(n + 1) * sizeof *list);
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, 2, (int)(i + 1));
        list[i] = need_row(L, t, -1);
        lua_pop(L, 1);
    }
    MADE(wick_table_take(h->ctx, t, list, n, &result));
}

static int m_append(lua_State *L)
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
static int m_where(lua_State *L)
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
static int m_sort(lua_State *L)
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
static int m_join(lua_State *L)
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
static int m_group(lua_State *L)
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
static int m_unique(lua_State *L)
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

static int m_csv(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:csv");
    wick_buf *b = wk_push_buf(L);
    return push_text(L, h, b, wick_table_csv(h->ctx, t, b));
}

static int m_markdown(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "t:markdown");
    const double most = luaL_optnumber(L, 2, -1);
    wick_buf *b = wk_push_buf(L);
    return push_text(L, h, b, wick_table_markdown(h->ctx, t, (int64_t)most, b));
}

/* core.table_csv(text [, options [, name]]) */
static int table_from_csv(lua_State *L)
{
    wk_host *h = wk_self(L);
    size_t n = 0;
    wick_table_opts o;
    const char *text = luaL_checklstring(L, 1, &n);
    const char *name = luaL_optstring(L, 3, "csv");
    lua_settop(L, 3);
    wk_table_opts(L, 2, &o, "wick.table_csv");
    MADE(wick_table_parse_csv(h->ctx, name, text, (int64_t)n, &o, &result));
}

static const luaL_Reg methods[] = {
    {"list", m_list},     {"get", m_get},       {"row", m_row},           {"type", m_type},
    {"has", m_has},       {"select", m_select}, {"rename", m_rename},     {"cast", m_cast},
    {"with", m_with},     {"head", m_head},     {"take", m_take},         {"append", m_append},
    {"where", m_where},   {"sort", m_sort},     {"join", m_join},         {"group", m_group},
    {"unique", m_unique}, {"csv", m_csv},       {"markdown", m_markdown}, {NULL, NULL}};

const wk_box_type wk_table_type = {.name = "table of columns",
                                   .unref = unref_table,
                                   .digest = digest_table,
                                   .methods = methods,
                                   .index = table_index,
                                   .length = table_length};

/* Adds to the core table on top of the stack. */
void wk_table_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"table_new", table_new}, {"table_csv", table_from_csv}, {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
