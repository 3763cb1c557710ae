/* SPDX-License-Identifier: MIT */
#include "lua/columns.h"

#include <math.h>
#include <string.h>

/*
 * Pine style: strategy.entry and its neighbours as methods of the strategy object. A call fills one
 * wick_pine_order and makes one call of the engine. On wick-jit lua/wick/ffi.lua does the same in
 * compiled code and comes here with whatever it cannot decide at once, so that every message about
 * a wrong call is made in this file.
 */

enum { P_NUMBER, P_TEXT, P_OCA_TYPE, P_FLAG, P_IGNORED, P_SIZE };
enum { C_ENTRY = 1, C_EXIT = 2, C_CLOSE = 4, C_CLOSE_ALL = 8 };

typedef struct pine_field {
    const char *name;
    int kind, calls;
    size_t at;
    int size_kind;
} pine_field;

#define AT(f) offsetof(wick_pine_order, f)
static const pine_field fields[] = {
    {"qty", P_SIZE, C_ENTRY, AT(qty), WICK_SIZE_UNITS},
    {"units", P_SIZE, C_ENTRY, AT(qty), WICK_SIZE_UNITS},
    {"cash", P_SIZE, C_ENTRY, AT(qty), WICK_SIZE_CASH},
    {"pct_equity", P_SIZE, C_ENTRY, AT(qty), WICK_SIZE_PCT_EQUITY},
    {"pct_cash", P_SIZE, C_ENTRY, AT(qty), WICK_SIZE_PCT_CASH},
    {"qty", P_NUMBER, C_EXIT | C_CLOSE, AT(qty), 0},
    {"qty_percent", P_NUMBER, C_EXIT | C_CLOSE, AT(qty_percent), 0},
    {"limit", P_NUMBER, C_ENTRY | C_EXIT, AT(limit), 0},
    {"stop", P_NUMBER, C_ENTRY | C_EXIT, AT(stop), 0},
    {"profit", P_NUMBER, C_EXIT, AT(profit), 0},
    {"loss", P_NUMBER, C_EXIT, AT(loss), 0},
    {"trail_price", P_NUMBER, C_EXIT, AT(trail_price), 0},
    {"trail_points", P_NUMBER, C_EXIT, AT(trail_points), 0},
    {"trail_offset", P_NUMBER, C_EXIT, AT(trail_offset), 0},
    {"from_entry", P_TEXT, C_EXIT, AT(from), 0},
    {"oca_name", P_TEXT, C_ENTRY | C_EXIT, AT(oca), 0},
    {"oca_type", P_OCA_TYPE, C_ENTRY, AT(oca_type), 0},
    {"comment", P_TEXT, C_ENTRY | C_EXIT | C_CLOSE | C_CLOSE_ALL, AT(comment), 0},
    {"comment_profit", P_TEXT, C_EXIT, AT(comment_profit), 0},
    {"comment_loss", P_TEXT, C_EXIT, AT(comment_loss), 0},
    {"comment_trailing", P_TEXT, C_EXIT, AT(comment_trailing), 0},
    {"immediately", P_FLAG, C_CLOSE | C_CLOSE_ALL, AT(immediately), 0},
    {"alert_message", P_IGNORED, C_ENTRY | C_EXIT | C_CLOSE | C_CLOSE_ALL, 0, 0},
    {"alert_profit", P_IGNORED, C_EXIT, 0, 0},
    {"alert_loss", P_IGNORED, C_EXIT, 0, 0},
    {"alert_trailing", P_IGNORED, C_EXIT, 0, 0},
    {"disable_alert", P_IGNORED, C_ENTRY | C_EXIT | C_CLOSE | C_CLOSE_ALL, 0, 0},
};
enum { N_FIELDS = sizeof fields / sizeof *fields };
static const char *const oca_types[] = {"none", "cancel", "reduce"};

/* The number of a text in this run, remembered in a Lua table so that no call compares texts. */
static int32_t tag_at(lua_State *L, wk_host *h, int i)
{
    const int t = lua_absindex(L, i);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_tags);
    lua_pushvalue(L, t);
    lua_rawget(L, -2);
    int32_t tag = (int32_t)lua_tointeger(L, -1);
    lua_pop(L, 1);
    const char *text = lua_tostring(L, t);
    if (tag == 0 && *text != '\0') {
        tag = wick_run_tag(h->run, text);
        lua_pushvalue(L, t);
        lua_pushinteger(L, tag);
        lua_rawset(L, -3);
        lua_pushvalue(L, t);
        lua_rawseti(L, -2, tag);
    }
    lua_pop(L, 1);
    return tag;
}

static int call_index(int call)
{
    return call == C_ENTRY ? 1 : call == C_EXIT ? 2 : call == C_CLOSE ? 3 : 4;
}

static void unknown_field(lua_State *L, const char *word, int call, const char *name)
{
    const char *known[N_FIELDS];
    int n = 0;
    if (!word) (void)wk_raise(L, "%s: fields have names: { comment = \"up\" }", name);
    for (int i = 0; i < N_FIELDS; i++)
        if (fields[i].calls & call) known[n++] = fields[i].name;
    const char *near = wick_nearest(word, known, n);
    if (near) (void)wk_raise(L, "%s: unknown field '%s'; did you mean '%s'?", name, word, near);
    (void)wk_raise(L, "%s: unknown field '%s'", name, word);
}

/* Names of a call's fields stand in a table: `map` is its place on the stack. */
static const pine_field *find_field(lua_State *L, int map, int key, int call, const char *name)
{
    lua_pushvalue(L, key);
    lua_rawget(L, map);
    const int at = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    if (at == 0)
        unknown_field(L, lua_type(L, key) == LUA_TSTRING ? lua_tostring(L, key) : NULL, call, name);
    return &fields[at - 1];
}

static void make_maps(lua_State *L)
{
    static const int calls[] = {C_ENTRY, C_EXIT, C_CLOSE, C_CLOSE_ALL};
    lua_newtable(L);
    for (int c = 0; c < 4; c++) {
        lua_newtable(L);
        for (int i = 0; i < N_FIELDS; i++) {
            if (!(fields[i].calls & calls[c])) continue;
            lua_pushinteger(L, i + 1);
            lua_setfield(L, -2, fields[i].name);
        }
        lua_rawseti(L, -2, c + 1);
    }
}

static double number_at(lua_State *L, wk_host *h, const char *name, const char *key, int value)
{
    if (lua_type(L, value) == LUA_TNUMBER) return lua_tonumber(L, value);
    if (wk_series_slot(L, h, value) >= 0)
        (void)wk_raise(L, "%s: '%s' must be a number, got a series; write x[0]", name, key);
    (void)wk_raise(L, "%s: '%s' must be a number, got %s", name, key, luaL_typename(L, value));
    return 0.0;
}

static int32_t oca_type_at(lua_State *L, const char *name, int value)
{
    const char *word = lua_type(L, value) == LUA_TSTRING ? lua_tostring(L, value) : "?";
    for (int32_t i = 0; i < 3; i++)
        if (strcmp(oca_types[i], word) == 0) return i;
    (void)wk_raise(L, "%s: 'oca_type' is \"none\", \"cancel\" or \"reduce\"", name);
    return 0;
}

static void read_field(lua_State *L, wk_host *h, wick_pine_order *o, const pine_field *f,
                       const char *name, int value)
{
    void *at = (char *)o + f->at;
    switch (f->kind) {
    case P_NUMBER: *(double *)at = number_at(L, h, name, f->name, value); break;
    case P_SIZE:
        if (!isnan(o->qty)) (void)wk_raise(L, "%s: more than one size is given", name);
        o->qty = number_at(L, h, name, f->name, value);
        o->qty_kind = f->size_kind;
        break;
    case P_TEXT:
        if (lua_type(L, value) != LUA_TSTRING)
            (void)wk_raise(L, "%s: '%s' must be a text, got %s", name, f->name,
                           luaL_typename(L, value));
        *(int32_t *)at = tag_at(L, h, value);
        break;
    case P_OCA_TYPE: o->oca_type = oca_type_at(L, name, value); break;
    case P_FLAG: *(int32_t *)at = lua_toboolean(L, value); break;
    default: break; /* alerts have nowhere to go in a backtest */
    }
}

static bool is_new_text(lua_State *L, const wk_host *h, int value)
{
    if (lua_type(L, value) != LUA_TSTRING) return false;
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_tags);
    lua_pushvalue(L, value);
    lua_rawget(L, -2);
    const bool is_new = lua_isnil(L, -1);
    lua_pop(L, 2);
    return is_new;
}

static void read_table(lua_State *L, wk_host *h, int t, int call, const char *name,
                       wick_pine_order *o)
{
    if (lua_isnoneornil(L, t)) return;
    if (lua_type(L, t) != LUA_TTABLE)
        (void)wk_raise(L, "%s: named fields come in a table, got %s", name, luaL_typename(L, t));
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_pine_fields);
    lua_rawgeti(L, -1, call_index(call));
    const int map = lua_gettop(L);
    bool late = false;
    lua_pushnil(L);
    while (lua_next(L, t)) {
        const int value = lua_gettop(L);
        const pine_field *f = find_field(L, map, value - 1, call, name);
        if (f->kind == P_TEXT && is_new_text(L, h, value))
            late = true;
        else
            read_field(L, h, o, f, name, value);
        lua_settop(L, value - 1);
    }
    /* Texts get their numbers in the order of the fields: a table's own is another in every run. */
    for (int i = 0; late && i < N_FIELDS; i++) {
        if (fields[i].kind != P_TEXT || !(fields[i].calls & call)) continue;
        lua_pushstring(L, fields[i].name);
        lua_rawget(L, t);
        if (!lua_isnil(L, -1)) read_field(L, h, o, &fields[i], name, lua_gettop(L));
        lua_pop(L, 1);
    }
    lua_settop(L, map - 2);
}

static wick_pine_order empty(lua_State *L, wk_host *h, const char *name)
{
    const int32_t s = wk_check_sym(L, h, 1, name);
    if (h->sh.phase != WK_DECIDE || !h->run)
        (void)wk_raise(L, "%s: orders are placed inside each_bar", name);
    return wick_pine_blank(s);
}

static int done(lua_State *L, wk_host *h, int32_t st, const char *name)
{
    if (st < 0) return wk_raise(L, "%s: %s", name, wick_run_refusal(h->run));
    return 0;
}

static int32_t id_at(lua_State *L, wk_host *h, int i, const char *name)
{
    if (lua_type(L, i) != LUA_TSTRING || lua_rawlen(L, i) == 0)
        (void)wk_raise(L, "%s: an id (text) comes first", name);
    return tag_at(L, h, i);
}

static int32_t side_at(lua_State *L, int i, const char *name)
{
    const char *word = lua_type(L, i) == LUA_TSTRING ? lua_tostring(L, i) : "";
    if (strcmp(word, "long") == 0) return 1;
    if (strcmp(word, "short") == 0) return -1;
    (void)wk_raise(L, "%s: the direction is s.long or s.short", name);
    return 0;
}

static void ask_gate(lua_State *L, wk_host *h, int32_t symbol)
{
    if (h->sh.gated && wk_gate_ask(h, symbol) < 0) (void)wk_raise_ctx(L, h);
}

/* s:entry(id, direction [, { qty=, limit=, stop=, ... }]) */
static int pine_entry(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_pine_order o = empty(L, h, "entry");
    o.id = id_at(L, h, 2, "entry");
    o.side = side_at(L, 3, "entry");
    read_table(L, h, 4, C_ENTRY, "entry", &o);
    ask_gate(L, h, o.symbol);
    return done(L, h, wick_pine_entry(h->run, &o), "entry");
}

/* s:order(id, direction [, {...}]): nets; no pyramiding rule, no reversal. */
static int pine_order(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_pine_order o = empty(L, h, "order");
    o.id = id_at(L, h, 2, "order");
    o.side = side_at(L, 3, "order");
    read_table(L, h, 4, C_ENTRY, "order", &o);
    ask_gate(L, h, o.symbol);
    return done(L, h, wick_pine_raw(h->run, &o), "order");
}

/* s:exit(id [, from_entry] [, {...}]) */
static int pine_exit(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_pine_order o = empty(L, h, "exit");
    o.id = id_at(L, h, 2, "exit");
    int t = 3;
    if (lua_type(L, 3) == LUA_TSTRING)
        o.from = tag_at(L, h, t++);
    else if (lua_isnil(L, 3))
        t++;
    read_table(L, h, t, C_EXIT, "exit", &o);
    return done(L, h, wick_pine_exit(h->run, &o), "exit");
}

/* Named fields, or the comment alone. */
static void close_fields(lua_State *L, wk_host *h, int i, int call, const char *name,
                         wick_pine_order *o)
{
    if (lua_type(L, i) == LUA_TSTRING)
        o->comment = tag_at(L, h, i);
    else
        read_table(L, h, i, call, name, o);
}

/* s:close(id [, comment or { comment=, qty=, qty_percent=, immediately= }]) */
static int pine_close(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_pine_order o = empty(L, h, "close");
    o.id = id_at(L, h, 2, "close");
    close_fields(L, h, 3, C_CLOSE, "close", &o);
    return done(L, h, wick_pine_close(h->run, &o), "close");
}

static int pine_close_all(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_pine_order o = empty(L, h, "close_all");
    close_fields(L, h, 2, C_CLOSE_ALL, "close_all", &o);
    return done(L, h, wick_pine_close(h->run, &o), "close_all");
}

static int pine_cancel(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_pine_order o = empty(L, h, "cancel");
    (void)wick_pine_cancel(h->run, o.symbol, id_at(L, h, 2, "cancel"));
    return 0;
}

static int pine_cancel_all(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_pine_order o = empty(L, h, "cancel_all");
    (void)wick_pine_cancel_all(h->run, o.symbol);
    return 0;
}

/* ---- risk rules ------------------------------------------------------------------------------ */

static int risk(lua_State *L, int32_t rule, const char *name, double value, int32_t percent)
{
    wk_host *h = wk_self(L);
    const wick_pine_order o = empty(L, h, name);
    (void)wick_pine_risk(h->run, o.symbol, rule, value, percent);
    return 0;
}

/* Values come bare or as { value = , type = "percent_of_equity" | "cash" }. */
static int risk_amount(lua_State *L, int32_t rule, const char *name)
{
    static const char *const types[] = {"percent_of_equity", "cash"};
    const double v = luaL_checknumber(L, 2);
    const char *type = luaL_optstring(L, 3, "percent_of_equity");
    if (strcmp(type, types[0]) != 0 && strcmp(type, types[1]) != 0)
        return wk_raise(L, "%s: the type is \"percent_of_equity\" or \"cash\"", name);
    return risk(L, rule, name, v, strcmp(type, types[0]) == 0);
}

static int risk_allow(lua_State *L)
{
    const char *word = luaL_optstring(L, 2, "all");
    double v = 0.0;
    if (strcmp(word, "long") == 0)
        v = 1.0;
    else if (strcmp(word, "short") == 0)
        v = -1.0;
    else if (strcmp(word, "all") != 0)
        return wk_raise(L, "risk_allow_entry_in: \"long\", \"short\" or \"all\"");
    return risk(L, 1, "risk_allow_entry_in", v, 0);
}

static int risk_size(lua_State *L)
{
    return risk(L, 2, "risk_max_position_size", luaL_checknumber(L, 2), 0);
}

static int risk_drawdown(lua_State *L)
{
    return risk_amount(L, 3, "risk_max_drawdown");
}

static int risk_orders(lua_State *L)
{
    return risk(L, 4, "risk_max_intraday_filled_orders", luaL_checknumber(L, 2), 0);
}

static int risk_loss(lua_State *L)
{
    return risk_amount(L, 5, "risk_max_intraday_loss");
}

static int risk_days(lua_State *L)
{
    return risk(L, 6, "risk_max_cons_loss_days", luaL_checknumber(L, 2), 0);
}

/* ---- when to ask ------------------------------------------------------------------------------
 */

static const double *mask_at(lua_State *L, wk_host *h, int32_t s, int t, const char *key,
                             bool *every)
{
    lua_pushstring(L, key);
    lua_rawget(L, t);
    const double *v = NULL;
    if (lua_isboolean(L, -1)) {
        if (every)
            *every = lua_toboolean(L, -1);
        else if (lua_toboolean(L, -1))
            (void)wk_raise(L, "each_bar: leave '%s' out to be asked on every bar", key);
    } else if (!lua_isnil(L, -1)) {
        const int64_t slot = wk_series_slot(L, h, -1);
        if (slot < 0)
            (void)wk_raise(L, "each_bar: '%s' must be a mask (a series), got %s", key,
                           luaL_typename(L, -1));
        if (h->slots[slot].sym != s)
            (void)wk_raise(L, "each_bar: '%s' is a mask of another symbol", key);
        v = wk_slot_values(L, h, slot);
    }
    lua_pop(L, 1);
    return v;
}

/* The strategy table at `t` may say when its bar function is wanted. */
void wk_pine_wake(lua_State *L, wk_host *h, int32_t s, int t)
{
    lua_pushliteral(L, "wake");
    lua_rawget(L, t);
    const int w = lua_gettop(L);
    if (lua_type(L, w) == LUA_TTABLE) {
        wick_wake k = {.size = sizeof k};
        k.always = mask_at(L, h, s, w, "when", NULL);
        k.flat = mask_at(L, h, s, w, "when_flat", &k.every_flat);
        k.in_long = mask_at(L, h, s, w, "when_long", &k.every_long);
        k.in_short = mask_at(L, h, s, w, "when_short", &k.every_short);
        lua_pushliteral(L, "on_fill");
        lua_rawget(L, w);
        k.on_fill = lua_toboolean(L, -1);
        if (wick_run_set_wake(h->ctx, h->run, s, &k) < 0) (void)wk_raise_ctx(L, h);
    }
    lua_settop(L, w - 1);
}

static void set_closure(lua_State *L, wk_host *h, int t, const char *name, lua_CFunction f)
{
    wk_push_func(L, h, f);
    lua_setfield(L, t, name);
}

void wk_pine_open_calls(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"entry", pine_entry},
                                    {"order", pine_order},
                                    {"exit", pine_exit},
                                    {"close_all", pine_close_all},
                                    {"cancel", pine_cancel},
                                    {"cancel_all", pine_cancel_all},
                                    {"risk_allow_entry_in", risk_allow},
                                    {"risk_max_position_size", risk_size},
                                    {"risk_max_drawdown", risk_drawdown},
                                    {"risk_max_intraday_filled_orders", risk_orders},
                                    {"risk_max_intraday_loss", risk_loss},
                                    {"risk_max_cons_loss_days", risk_days},
                                    {NULL, NULL}};
    const int core = lua_gettop(L);
    lua_newtable(L);
    h->ref_tags = luaL_ref(L, LUA_REGISTRYINDEX);
    make_maps(L);
    h->ref_pine_fields = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_getfield(L, core, "pine_methods");
    const int methods = lua_gettop(L);
    wk_set_funcs(L, h, list);
    set_closure(L, h, core, "pine_close", pine_close);
    wk_pine_open_values(L, h, core, methods);
    lua_settop(L, core);
}
