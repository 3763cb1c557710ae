/* SPDX-License-Identifier: MIT */
#include "lua/table_int.h"

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

wick_column_type wk_table_check_type(lua_State *L, const char *name, const char *what)
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
        kinds[n++] = (int32_t)wk_table_check_type(L, lua_tostring(L, -1), what);
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

static void *new_values(lua_State *L, wick_column_type type, int64_t n, wk_values *v)
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
static void put_value(lua_State *L, wk_values *v, int64_t row, const char *name)
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
void wk_table_read_column(lua_State *L, int i, int64_t n, const char *name, const char *type,
                          wk_values *v)
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
    new_values(L, type ? wk_table_check_type(L, type, name) : guess(L, i, list ? rows : 1), rows,
               v);
    for (int64_t k = 0; k < rows; k++) {
        lua_rawgeti(L, i, list ? (int)(k + 1) : 1);
        put_value(L, v, k, name);
        lua_pop(L, 1);
    }
}

void wk_table_phase(lua_State *L, const wk_host *h, const char *what)
{
    if (h->sh.phase != WK_JOB && h->sh.phase != WK_IDLE)
        (void)wk_raise(L, "%s belongs into a pipeline; a strategy keeps its values in lists", what);
}

/* core.table_new { {name, list [, type]}, ... } */
static int table_new(lua_State *L)
{
    wk_host *h = wk_self(L);
    wk_table_phase(L, h, "wick.table");
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
        wk_values v;
        wk_table_read_column(L, spec + 2, n, lua_tostring(L, spec + 1), lua_tostring(L, spec + 3),
                             &v);
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

int64_t wk_table_row(lua_State *L, const wick_table *t, int i)
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
    const int64_t row = wk_table_row(L, t, 2);
    push_cell(L, t, need_column(L, h, t, 3), row, false);
    return 1;
}

static int m_row(lua_State *L)
{
    const wick_table *t = wk_check_table(L, 1, "t:row");
    const int64_t row = wk_table_row(L, t, 2);
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

static const luaL_Reg methods[] = {{"list", m_list},
                                   {"get", m_get},
                                   {"row", m_row},
                                   {"type", m_type},
                                   {"has", m_has},
                                   {"select", wk_m_select},
                                   {"rename", wk_m_rename},
                                   {"cast", wk_m_cast},
                                   {"with", wk_m_with},
                                   {"head", wk_m_head},
                                   {"take", wk_m_take},
                                   {"append", wk_m_append},
                                   {"where", wk_m_where},
                                   {"sort", wk_m_sort},
                                   {"join", wk_m_join},
                                   {"group", wk_m_group},
                                   {"unique", wk_m_unique},
                                   {"csv", wk_m_csv},
                                   {"markdown", wk_m_markdown},
                                   {NULL, NULL}};

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
        {"table_new", table_new}, {"table_csv", wk_table_from_csv}, {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
