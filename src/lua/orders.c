/* SPDX-License-Identifier: MIT */
#include "lua/columns.h"

#include <math.h>
#include <string.h>

/* Order calls of bar hooks: a table of named fields becomes one wick_order. */

typedef enum field {
    F_UNITS = 1,
    F_CASH,
    F_PCT_EQUITY,
    F_PCT_CASH,
    F_RISK_PCT,
    F_LIMIT,
    F_STOP,
    F_ON_CLOSE,
    F_DELAY,
    F_EXPIRE,
    F_SCORE,
    F_TAG,
    F_OCO,
    F_AFTER,
    F_STOP_LOSS,
    F_STOP_POINTS,
    F_STOP_PCT,
    F_TARGET,
    F_TARGET_POINTS,
    F_TARGET_PCT,
    F_TRAIL,
    F_TRAIL_PCT,
    F_TRAIL_START,
    F_HOLD,
    F_SIDE,
    F_PRICE,
    F_TICKET
} field;

static const struct {
    const char *name;
    field id;
} fields[] = {
    {"units", F_UNITS},
    {"cash", F_CASH},
    {"pct_equity", F_PCT_EQUITY},
    {"pct_cash", F_PCT_CASH},
    {"risk_pct", F_RISK_PCT},
    {"limit", F_LIMIT},
    {"stop", F_STOP},
    {"on_close", F_ON_CLOSE},
    {"delay", F_DELAY},
    {"expire", F_EXPIRE},
    {"score", F_SCORE},
    {"tag", F_TAG},
    {"oco", F_OCO},
    {"after", F_AFTER},
    {"stop_loss", F_STOP_LOSS},
    {"stop_points", F_STOP_POINTS},
    {"stop_pct", F_STOP_PCT},
    {"target", F_TARGET},
    {"target_points", F_TARGET_POINTS},
    {"target_pct", F_TARGET_PCT},
    {"trail", F_TRAIL},
    {"trail_pct", F_TRAIL_PCT},
    {"trail_start", F_TRAIL_START},
    {"hold", F_HOLD},
    {"side", F_SIDE},
    {"price", F_PRICE},
    {"ticket", F_TICKET},
};
enum { N_FIELDS = sizeof fields / sizeof *fields };

typedef struct parse {
    lua_State *L;
    wk_host *h;
    const char *call;
    wick_order *o;
    const char *na; /* first field that is not available yet */
    bool sized;
} parse;

/* Where a key's text may lie: the VM keeps one copy of a short text, and the table of names keeps
 * those of the fields alive, so that the address says which field it is. */
static wk_field_at *field_place(wk_host *h, const char *key)
{
    size_t i = ((uintptr_t)key >> 4) % WK_FIELD_PLACES;
    while (h->field_at[i].key && h->field_at[i].key != key) i = (i + 1) % WK_FIELD_PLACES;
    return &h->field_at[i];
}

/* The key is at `key` on the stack. */
static field find_field(parse *p, int key)
{
    lua_State *L = p->L;
    const char *word = lua_tostring(L, key);
    const wk_field_at *at = field_place(p->h, word);
    if (at->key) return (field)at->id;
    lua_rawgeti(L, LUA_REGISTRYINDEX, p->h->ref_fields);
    const char *near = wk_nearest_key(L, -1, word);
    if (near) (void)wk_raise(L, "%s: unknown field '%s'; did you mean '%s'?", p->call, word, near);
    (void)wk_raise(L, "%s: unknown field '%s'", p->call, word);
    return F_SIDE;
}

static double number_field(parse *p, const char *key, int value)
{
    if (lua_type(p->L, value) != LUA_TNUMBER) {
        if (wk_series_slot(p->L, p->h, value) >= 0)
            (void)wk_raise(p->L, "%s: '%s' must be a number, got a series; write x[0]", p->call,
                           key);
        (void)wk_raise(p->L, "%s: '%s' must be a number, got %s", p->call, key,
                       luaL_typename(p->L, value));
    }
    const double v = lua_tonumber(p->L, value);
    if (!isfinite(v) && (!p->na || strcmp(key, p->na) < 0)) p->na = key;
    return v;
}

static int32_t count_field(parse *p, const char *key, int value, double lo)
{
    const double v = number_field(p, key, value);
    if (isnan(v)) return 0;
    if (v != floor(v) || v < lo || v > 1e9)
        (void)wk_raise(p->L, "%s: '%s' must be a whole number of at least %g", p->call, key, lo);
    return (int32_t)v;
}

static void size_field(parse *p, const char *key, int value, int32_t kind)
{
    if (p->sized) (void)wk_raise(p->L, "%s: more than one size is given ('%s')", p->call, key);
    p->sized = true;
    p->o->size_kind = kind;
    p->o->amount = number_field(p, key, value);
    if (p->o->amount < 0)
        (void)wk_raise(p->L, "%s: '%s' is negative; the call's name tells the direction", p->call,
                       key);
}

static int32_t text_or_count(parse *p, const char *key, int value)
{
    if (lua_type(p->L, value) == LUA_TSTRING)
        return wick_run_tag(p->h->run, lua_tostring(p->L, value));
    return count_field(p, key, value, 1);
}

static void side_field(parse *p, int value)
{
    const char *s = lua_type(p->L, value) == LUA_TSTRING ? lua_tostring(p->L, value) : "";
    if (strcmp(s, "buy") == 0 || strcmp(s, "long") == 0)
        p->o->side = 1;
    else if (strcmp(s, "sell") == 0 || strcmp(s, "short") == 0)
        p->o->side = -1;
    else if (lua_type(p->L, value) == LUA_TNUMBER && fabs(lua_tonumber(p->L, value)) == 1.0)
        p->o->side = (int32_t)lua_tonumber(p->L, value);
    else
        (void)wk_raise(p->L, "%s: 'side' must be \"buy\" or \"sell\"", p->call);
}

int32_t wk_ticket_at(lua_State *L, wk_host *h, int i, const char *call)
{
    if (lua_type(L, i) == LUA_TSTRING) return -wick_run_tag(h->run, lua_tostring(L, i));
    const double v = lua_tonumber(L, i);
    if (lua_type(L, i) != LUA_TNUMBER || !(v >= 1.0 && v <= 2e9) || v != floor(v))
        (void)wk_raise(L, "%s: a ticket is the id an entry returned, or its tag, got %s", call,
                       luaL_typename(L, i));
    return (int32_t)v;
}

static void set_field(parse *p, field f, const char *key, int value)
{
    wick_order *o = p->o;
    switch (f) {
    case F_UNITS: size_field(p, key, value, WICK_SIZE_UNITS); break;
    case F_CASH: size_field(p, key, value, WICK_SIZE_CASH); break;
    case F_PCT_EQUITY: size_field(p, key, value, WICK_SIZE_PCT_EQUITY); break;
    case F_PCT_CASH: size_field(p, key, value, WICK_SIZE_PCT_CASH); break;
    case F_RISK_PCT: size_field(p, key, value, WICK_SIZE_RISK_PCT); break;
    case F_LIMIT: o->limit = number_field(p, key, value); break;
    case F_STOP: o->stop = number_field(p, key, value); break;
    case F_ON_CLOSE: o->delay = lua_toboolean(p->L, value) ? -1 : o->delay; break;
    case F_DELAY: o->delay = count_field(p, key, value, 1); break;
    case F_EXPIRE: o->expire = count_field(p, key, value, 0); break;
    case F_SCORE: o->score = number_field(p, key, value); break;
    case F_TAG: o->tag = wick_run_tag(p->h->run, luaL_checkstring(p->L, value)); break;
    case F_OCO: o->group = text_or_count(p, key, value); break;
    case F_AFTER: o->parent = count_field(p, key, value, 1); break;
    case F_STOP_LOSS: o->stop_price = number_field(p, key, value); break;
    case F_STOP_POINTS: o->stop_points = number_field(p, key, value); break;
    case F_STOP_PCT: o->stop_pct = number_field(p, key, value); break;
    case F_TARGET: o->target_price = number_field(p, key, value); break;
    case F_TARGET_POINTS: o->target_points = number_field(p, key, value); break;
    case F_TARGET_PCT: o->target_pct = number_field(p, key, value); break;
    case F_TRAIL: o->trail_points = number_field(p, key, value); break;
    case F_TRAIL_PCT: o->trail_pct = number_field(p, key, value); break;
    case F_TRAIL_START: o->trail_start = number_field(p, key, value); break;
    case F_HOLD: o->hold_bars = count_field(p, key, value, 1); break;
    case F_SIDE: side_field(p, value); break;
    case F_TICKET:
        o->ticket = wk_ticket_at(p->L, p->h, value, p->call);
        o->intent = WICK_REDUCE;
        break;
    case F_PRICE: o->fill_price = number_field(p, key, value); break;
    default: break;
    }
}

/* Returns the first field that is NA, NULL when all are numbers. */
static const char *read_fields(lua_State *L, wk_host *h, int i, const char *call, wick_order *o)
{
    parse p = {L, h, call, o, NULL, false};
    if (lua_isnoneornil(L, i)) return NULL;
    if (lua_type(L, i) != LUA_TTABLE)
        (void)wk_raise(L, "%s takes a table of named fields: %s { units = 10 }", call, call);
    const int t = lua_absindex(L, i);
    lua_pushnil(L);
    while (lua_next(L, t)) {
        const int value = lua_gettop(L);
        if (lua_type(L, -2) != LUA_TSTRING)
            (void)wk_raise(L, "%s: fields have names: %s { units = 10 }", call, call);
        const char *key = lua_tostring(L, -2);
        set_field(&p, find_field(&p, value - 1), key, value);
        lua_settop(L, value - 1);
    }
    o->type = o->limit != 0.0 && o->stop != 0.0 ? WICK_STOP_LIMIT
              : o->limit != 0.0                 ? WICK_LIMIT
              : o->stop != 0.0                  ? WICK_STOP
                                                : WICK_MARKET;
    return p.na;
}

void wk_order_fields(lua_State *L, wk_host *h, int i, const char *call, wick_order *o)
{
    (void)read_fields(L, h, i, call, o);
}

int wk_submit(lua_State *L, wk_host *h, const wick_order *o)
{
    if (h->sh.gated && o->intent != WICK_REDUCE && wk_gate_ask(h, o->symbol) < 0)
        return wk_raise_ctx(L, h);
    const int32_t id = wick_run_submit(h->run, o);
    if (id > 0) {
        lua_pushinteger(L, id);
        return 1;
    }
    const char *why = wick_run_refusal(h->run);
    if (id < 0) return wk_raise(L, "order: %s", why && *why ? why : "malformed");
    lua_pushnil(L);
    lua_pushstring(L, why && *why ? why : "refused");
    return 2;
}

static int32_t order_sym(lua_State *L, wk_host *h, const char *call)
{
    const int32_t s = wk_check_sym(L, h, 1, call);
    if (h->sh.phase != WK_DECIDE || !h->run)
        (void)wk_raise(L, "%s: orders are placed inside bar hooks", call);
    return s;
}

static int refuse_na(lua_State *L, const char *key)
{
    lua_pushnil(L);
    lua_pushfstring(L, "'%s' is not available", key);
    return 2;
}

static int place(lua_State *L, wick_order *o, const char *call)
{
    wk_host *h = wk_self(L);
    o->size = sizeof *o;
    o->symbol = order_sym(L, h, call);
    const char *na = read_fields(L, h, 2, call, o);
    if (na) return refuse_na(L, na);
    if (o->ticket != 0 && o->size_kind == 0) {
        /* Without a size: all that is held of it now. */
        wick_ticket t;
        o->size_kind = WICK_SIZE_UNITS;
        for (int32_t i = 0; wick_run_ticket(h->run, o->symbol, i, &t); i++)
            if (o->ticket > 0 ? t.order == o->ticket : t.tag == -o->ticket) o->amount += t.qty;
    }
    if (o->side == 0) return wk_raise(L, "%s: 'side' is missing: \"buy\" or \"sell\"", call);
    return wk_submit(L, h, o);
}

static int sym_buy(lua_State *L)
{
    wick_order o = {.side = 1, .intent = WICK_ENTER};
    return place(L, &o, "buy");
}

static int sym_sell(lua_State *L)
{
    wick_order o = {.side = -1, .intent = WICK_ENTER};
    return place(L, &o, "sell");
}

static int sym_order(lua_State *L)
{
    wick_order o = {.side = 0, .intent = WICK_NET};
    return place(L, &o, "order");
}

static int push_closed(lua_State *L, wk_host *h, int32_t id)
{
    if (id > 0) {
        lua_pushinteger(L, id);
        return 1;
    }
    const char *why = wick_run_refusal(h->run);
    lua_pushnil(L);
    lua_pushstring(L, why && *why ? why : "nothing is held");
    return 2;
}

/* sym:close([fraction] [, tag]) */
static int sym_close(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t s = order_sym(L, h, "close");
    const bool tag_first = lua_type(L, 2) == LUA_TSTRING;
    const double f = tag_first ? 1.0 : luaL_optnumber(L, 2, 1.0);
    const char *tag = tag_first ? lua_tostring(L, 2) : luaL_optstring(L, 3, NULL);
    if (!(f > 0.0 && f <= 1.0))
        return wk_raise(L, "close: the fraction must be above 0 and at most 1, got %g", f);
    return push_closed(L, h, wick_run_close(h->run, s, f, tag ? wick_run_tag(h->run, tag) : 0));
}

/* `sym.close` is the closing price, so sym:close(...) arrives as a call of that series. */
static int series_call(lua_State *L)
{
    if (lua_type(L, 2) == LUA_TTABLE) {
        lua_pushvalue(L, lua_upvalueindex(2)); /* "close" */
        lua_rawget(L, 2);
        if (lua_rawequal(L, -1, 1)) {
            lua_pop(L, 1);
            lua_remove(L, 1);
            return sym_close(L);
        }
    }
    return wk_raise(L, "a series is not a function: write x[0] for its value");
}

/* sym:target { pct= | units= | cash= [, tag=] } */
static int sym_target(lua_State *L)
{
    wk_host *h = wk_self(L);
    static const char *const names[] = {"pct", "units", "cash", "tag"};
    static const int32_t kinds[] = {WICK_SIZE_TARGET_PCT, WICK_SIZE_TARGET_UNITS,
                                    WICK_SIZE_TARGET_CASH};
    wick_order o = {.size = sizeof o, .side = 1, .intent = WICK_NET};
    o.symbol = order_sym(L, h, "target");
    luaL_checktype(L, 2, LUA_TTABLE);
    int given = 0;
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        int k = 0;
        while (k < 4 && strcmp(names[k], key) != 0) k++;
        if (k == 4) {
            const char *near = wick_nearest(key, names, 4);
            if (near)
                return wk_raise(L, "target: unknown field '%s'; did you mean '%s'?", key, near);
            return wk_raise(L, "target: unknown field '%s'; it takes pct, units, cash, tag", key);
        }
        if (k == 3) {
            o.tag = wick_run_tag(h->run, luaL_checkstring(L, -1));
            continue;
        }
        if (lua_type(L, -1) != LUA_TNUMBER)
            return wk_raise(L, "target: '%s' must be a number, got %s", key, luaL_typename(L, -1));
        o.size_kind = kinds[k];
        o.amount = lua_tonumber(L, -1);
        given++;
    }
    if (given != 1) return wk_raise(L, "target: give one of pct, units, cash");
    if (!isfinite(o.amount)) return refuse_na(L, "the target");
    return wk_submit(L, h, &o);
}

/* sym:protect { stop=, target=, trail= }: false removes a level. */
static int sym_protect(lua_State *L)
{
    wk_host *h = wk_self(L);
    static const char *const names[] = {"stop", "target", "trail", "ticket"};
    double v[3] = {WICK_NA, WICK_NA, WICK_NA};
    int32_t ticket = 0;
    const int32_t s = order_sym(L, h, "protect");
    luaL_checktype(L, 2, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        int k = 0;
        while (k < 4 && strcmp(names[k], key) != 0) k++;
        if (k == 4) {
            const char *near = wick_nearest(key, names, 4);
            if (near)
                return wk_raise(L, "protect: unknown field '%s'; did you mean '%s'?", key, near);
            return wk_raise(L, "protect: unknown field '%s'; it takes stop, target, trail, ticket",
                            key);
        }
        if (k == 3) {
            ticket = wk_ticket_at(L, h, -1, "protect");
            continue;
        }
        if (lua_isboolean(L, -1) && !lua_toboolean(L, -1))
            v[k] = 0.0;
        else if (lua_type(L, -1) == LUA_TNUMBER)
            v[k] = lua_tonumber(L, -1);
        else
            return wk_raise(L, "protect: '%s' must be a number, got %s", key, luaL_typename(L, -1));
    }
    const int32_t moved = ticket != 0 ? wick_run_protect_ticket(h->run, s, ticket, v[0], v[1], v[2])
                                      : wick_run_protect(h->run, s, v[0], v[1], v[2]);
    if (moved < 0) return wk_raise(L, "protect: %s", wick_run_refusal(h->run));
    lua_pushboolean(L, moved > 0);
    return 1;
}

/* sym:cancel(id or tag): how many were withdrawn. */
static int sym_cancel(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t s = order_sym(L, h, "cancel");
    if (lua_type(L, 2) == LUA_TSTRING)
        lua_pushinteger(L,
                        wick_run_cancel_tag(h->run, s, wick_run_tag(h->run, lua_tostring(L, 2))));
    else
        lua_pushinteger(L, wick_run_cancel(h->run, (int32_t)luaL_checknumber(L, 2)));
    return 1;
}

static int sym_cancel_all(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t s = order_sym(L, h, "cancel_all");
    lua_pushinteger(L, wick_run_cancel_all(h->run, s));
    return 1;
}

/* sym:units { one size key [, stop_points=] }: what a size means now. */
static int sym_units(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_order o = {.size = sizeof o};
    const int32_t s = order_sym(L, h, "units");
    const char *na = read_fields(L, h, 2, "units", &o);
    if (na) return refuse_na(L, na);
    lua_pushnumber(L, wick_run_units(h->run, s, o.size_kind, o.amount, o.stop_points));
    return 1;
}

static void need_bars(lua_State *L, wk_host *h, const char *call)
{
    if (h->sh.phase != WK_DECIDE || !h->run)
        (void)wk_raise(L, "ctx:%s: orders are placed inside bar hooks", call);
}

static int ctx_close_all(lua_State *L)
{
    wk_host *h = wk_self(L);
    need_bars(L, h, "close_all");
    int n = 0;
    for (int32_t i = 0; i < h->n_syms; i++)
        if (wick_run_lots(h->run, i) > 0) n += wick_run_close(h->run, i, 1.0, 0) > 0;
    lua_pushinteger(L, n);
    return 1;
}

/* Weight k of argument 3: one number for all, or a list. */
static double weight_at(lua_State *L, int k)
{
    if (lua_type(L, 3) == LUA_TNUMBER) return lua_tonumber(L, 3);
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_rawgeti(L, 3, k);
    if (lua_type(L, -1) != LUA_TNUMBER)
        (void)wk_raise(L, "ctx:target_weights: weight %d must be a number, got %s", k,
                       luaL_typename(L, -1));
    const double w = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (!isfinite(w))
        (void)wk_raise(L, "ctx:target_weights: weight %d is not available; leave the symbol out",
                       k);
    return w;
}

/* ctx:target_weights(list, w): whatever else is held is closed first, so that its cash is free. */
static int ctx_target_weights(lua_State *L)
{
    wk_host *h = wk_self(L);
    need_bars(L, h, "target_weights");
    luaL_checktype(L, 2, LUA_TTABLE);
    const int n = (int)lua_rawlen(L, 2);
    char *listed = lua_newuserdata(L, (size_t)h->n_syms + 1);
    memset(listed, 0, (size_t)h->n_syms + 1);
    int32_t *ids = lua_newuserdata(L, ((size_t)n + 1) * sizeof *ids);
    double *w = lua_newuserdata(L, ((size_t)n + 1) * sizeof *w);
    for (int k = 1; k <= n; k++) {
        lua_rawgeti(L, 2, k);
        const int32_t s = wk_check_sym(L, h, -1, "target_weights");
        if (listed[s])
            return wk_raise(L, "ctx:target_weights: %s is in the list twice",
                            wick_bars_symbol(h->syms[s].bars));
        listed[s] = 1;
        lua_pop(L, 1);
        ids[k - 1] = s;
        w[k - 1] = weight_at(L, k);
    }
    wick_targets t = {.size = sizeof t, .n = n, .symbol = ids, .weight = w};
    (void)wk_set_targets(L, h, &t);
    return 0;
}

static void push_fields(lua_State *L)
{
    lua_newtable(L);
    for (int i = 0; i < N_FIELDS; i++) {
        lua_pushinteger(L, fields[i].id);
        lua_setfield(L, -2, fields[i].name);
    }
}

/* core.size_kinds: what the size fields mean to the engine, for the FFI layer. */
static void push_size_kinds(lua_State *L)
{
    static const struct {
        const char *name;
        int32_t kind;
    } kinds[] = {{"units", WICK_SIZE_UNITS},
                 {"cash", WICK_SIZE_CASH},
                 {"pct_equity", WICK_SIZE_PCT_EQUITY},
                 {"pct_cash", WICK_SIZE_PCT_CASH},
                 {"risk_pct", WICK_SIZE_RISK_PCT}};
    lua_newtable(L);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        lua_pushinteger(L, kinds[i].kind);
        lua_setfield(L, -2, kinds[i].name);
    }
}

/* core.order_names(): fields of an order. */
static int core_order_names(lua_State *L)
{
    push_fields(L);
    return 1;
}

void wk_orders_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg shared[] = {
        {"protect", sym_protect}, {"target", sym_target}, {"units", sym_units}, {NULL, NULL}};
    static const luaL_Reg list[] = {{"buy", sym_buy},
                                    {"sell", sym_sell},
                                    {"order", sym_order},
                                    {"cancel", sym_cancel},
                                    {"cancel_all", sym_cancel_all},
                                    {NULL, NULL}};
    static const luaL_Reg for_ctx[] = {
        {"close_all", ctx_close_all}, {"target_weights", ctx_target_weights}, {NULL, NULL}};
    const int core = lua_gettop(L);
    push_fields(L);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const char *name = lua_tostring(L, -2);
        *field_place(h, name) = (wk_field_at){name, (int32_t)lua_tointeger(L, -1)};
    }
    h->ref_fields = luaL_ref(L, LUA_REGISTRYINDEX);
    wk_push_func(L, h, core_order_names);
    lua_setfield(L, core, "order_names");
    push_size_kinds(L);
    lua_setfield(L, core, "size_kinds");
    lua_getfield(L, core, "sym_methods");
    wk_set_funcs(L, h, shared);
    wk_set_funcs(L, h, list);
    lua_getfield(L, core, "ctx_methods");
    wk_set_funcs(L, h, for_ctx);
    lua_getfield(L, core, "series_meta");
    lua_pushlightuserdata(L, h);
    lua_pushliteral(L, "close");
    lua_pushcclosure(L, series_call, 2);
    lua_setfield(L, -2, "__call");
    lua_settop(L, core);
}
