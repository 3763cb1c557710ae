/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <string.h>

/* Pine style: strategy.NAME as values of the strategy object, and strategy.closedtrades.NAME and
 * opentrades.NAME as its methods. */

/* ---- account values ----------------------------------------------------------------------------
 */

typedef struct pine_value {
    const char *name;
    int32_t what;
} pine_value;

static const pine_value values[] = {
    {"position_size", WICK_PINE_POSITION},
    {"position_avg_price", WICK_PINE_AVG_PRICE},
    {"position_entry_name", WICK_PINE_ENTRY_NAME},
    {"equity", WICK_PINE_EQUITY},
    {"netprofit", WICK_PINE_NETPROFIT},
    {"openprofit", WICK_PINE_OPENPROFIT},
    {"grossprofit", WICK_PINE_GROSSPROFIT},
    {"grossloss", WICK_PINE_GROSSLOSS},
    {"initial_capital", WICK_PINE_INITIAL},
    {"opentrades", WICK_PINE_OPENTRADES},
    {"closedtrades", WICK_PINE_CLOSEDTRADES},
    {"wintrades", WICK_PINE_WINS},
    {"losstrades", WICK_PINE_LOSSES},
    {"eventrades", WICK_PINE_EVENS},
    {"max_drawdown", WICK_PINE_MAX_DRAWDOWN},
    {"max_runup", WICK_PINE_MAX_RUNUP},
    {"max_contracts_held_all", WICK_PINE_HELD_ALL},
    {"max_contracts_held_long", WICK_PINE_HELD_LONG},
    {"max_contracts_held_short", WICK_PINE_HELD_SHORT},
    {"netprofit_percent", WICK_PINE_NETPROFIT_PCT},
    {"openprofit_percent", WICK_PINE_OPENPROFIT_PCT},
    {"grossprofit_percent", WICK_PINE_GROSSPROFIT_PCT},
    {"grossloss_percent", WICK_PINE_GROSSLOSS_PCT},
    {"max_drawdown_percent", WICK_PINE_MAX_DRAWDOWN_PCT},
    {"max_runup_percent", WICK_PINE_MAX_RUNUP_PCT},
    {"margin_liquidation_price", WICK_PINE_LIQUIDATION},
    {"avg_trade", WICK_PINE_AVG_TRADE},
    {"avg_trade_percent", WICK_PINE_AVG_TRADE_PCT},
    {"avg_winning_trade", WICK_PINE_AVG_WIN},
    {"avg_winning_trade_percent", WICK_PINE_AVG_WIN_PCT},
    {"avg_losing_trade", WICK_PINE_AVG_LOSS},
    {"avg_losing_trade_percent", WICK_PINE_AVG_LOSS_PCT},
    {"opentrades_capital_held", WICK_PINE_CAPITAL_HELD},
};
enum { N_VALUES = sizeof values / sizeof *values };

/* Names the pine metatable answers: numbers from `base` on. Table on top. */
void wk_pine_names(lua_State *L, int32_t base)
{
    for (int i = 0; i < N_VALUES; i++) {
        lua_pushinteger(L, base + values[i].what);
        lua_setfield(L, -2, values[i].name);
    }
}

static void push_tag(lua_State *L, wk_host *h, double tag)
{
    if (!(tag > 0.0)) {
        lua_pushnil(L);
        return;
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_tags);
    lua_rawgeti(L, -1, (int)tag);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushstring(L, wick_run_text(h->run, (int32_t)tag));
    }
    lua_remove(L, -2);
}

void wk_pine_push(lua_State *L, wk_host *h, int32_t s, int32_t what)
{
    const double v = wick_pine_value(h->run, s, what);
    if (what == WICK_PINE_ENTRY_NAME)
        push_tag(L, h, v);
    else
        lua_pushnumber(L, v);
}

#if !WICK_LUAJIT
/* Open profit moves with the price, the others with fills only. */
static bool moves(int32_t what)
{
    switch (what) {
    case WICK_PINE_EQUITY:
    case WICK_PINE_OPENPROFIT:
    case WICK_PINE_OPENPROFIT_PCT:
    case WICK_PINE_MAX_DRAWDOWN:
    case WICK_PINE_MAX_RUNUP:
    case WICK_PINE_MAX_DRAWDOWN_PCT:
    case WICK_PINE_MAX_RUNUP_PCT:
    case WICK_PINE_CAPITAL_HELD: return true;
    default: return false;
    }
}

/* A value read once is a plain field of the strategy from then on, kept up to date by the loop:
 * reads then cost no call. The value is on top of the stack, the table at 1, the key at 2. */
void wk_pine_keep(lua_State *L, wk_host *h, int32_t s, int32_t what)
{
    wk_sym *y = &h->syms[s];
    if (y->n_kept == WK_KEPT_MAX || lua_isnil(L, -1)) return;
    for (int32_t i = 0; i < N_VALUES; i++) {
        if (values[i].what != what) continue;
        y->kept[y->n_kept++] = (int16_t)i;
        y->moves |= moves(what);
        lua_pushvalue(L, 2);
        lua_pushvalue(L, -2);
        lua_rawset(L, 1);
        lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_tags);
        lua_pushvalue(L, 1);
        lua_rawseti(L, -2, -1 - s);
        lua_pop(L, 1);
        return;
    }
}

void wk_pine_refresh(lua_State *L, wk_host *h, int32_t s)
{
    wk_sym *y = &h->syms[s];
    const int64_t fills = wick_pine_fills(h->run);
    const bool filled = fills != y->fills;
    if (!filled && !y->moves) return;
    y->fills = fills;
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_tags);
    lua_rawgeti(L, -1, -1 - s);
    for (int32_t i = 0; i < y->n_kept; i++) {
        const pine_value *v = &values[y->kept[i]];
        if (!filled && !moves(v->what)) continue;
        lua_pushstring(L, v->name);
        wk_pine_push(L, h, s, v->what);
        lua_rawset(L, -3);
    }
    lua_pop(L, 2);
}
#endif

/* ---- trades ---------------------------------------------------------------------------------- */

static const char *const trade_fields[] = {"entry_price",
                                           "exit_price",
                                           "entry_bar_index",
                                           "exit_bar_index",
                                           "entry_time",
                                           "exit_time",
                                           "entry_id",
                                           "exit_id",
                                           "entry_comment",
                                           "exit_comment",
                                           "size",
                                           "profit",
                                           "profit_percent",
                                           "commission",
                                           "max_runup",
                                           "max_drawdown",
                                           "max_runup_percent",
                                           "max_drawdown_percent"};
enum { N_TRADE_FIELDS = sizeof trade_fields / sizeof *trade_fields };

/* upvalues: host, field, open. */
static int trade_value(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t field = (int32_t)lua_tointeger(L, lua_upvalueindex(2));
    const int32_t open = (int32_t)lua_tointeger(L, lua_upvalueindex(3));
    const int32_t s = wk_check_sym(L, h, 1, "trades");
    if (h->sh.phase != WK_DECIDE || !h->run)
        return wk_raise(L, "trades are known only inside each_bar");
    const double v = wick_pine_trade(h->run, s, open, field, luaL_optnumber(L, 2, WICK_NA));
    if (field >= WICK_PINE_F_ENTRY_ID && field <= WICK_PINE_F_EXIT_COMMENT)
        push_tag(L, h, v);
    else
        lua_pushnumber(L, v);
    return 1;
}

static void add_trade_methods(lua_State *L, wk_host *h, int methods)
{
    for (int open = 0; open < 2; open++)
        for (int i = 0; i < N_TRADE_FIELDS; i++) {
            if (open && strncmp(trade_fields[i], "exit_", 5) == 0) continue;
            lua_pushfstring(L, "%s_%s", open ? "opentrades" : "closedtrades", trade_fields[i]);
            lua_pushlightuserdata(L, h);
            lua_pushinteger(L, i);
            lua_pushinteger(L, open);
            lua_pushcclosure(L, trade_value, 3);
            lua_rawset(L, methods);
        }
}

/* s:default_entry_qty(price) */
static int default_qty(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t s = wk_check_sym(L, h, 1, "default_entry_qty");
    if (h->sh.phase != WK_DECIDE || !h->run)
        return wk_raise(L, "default_entry_qty is known only inside each_bar");
    lua_pushnumber(L, wick_pine_default_qty(h->run, s, luaL_optnumber(L, 2, WICK_NA)));
    return 1;
}

/* core.pine_values and core.pine_trade_fields: what lua/wick/ffi.lua and ffi_pine.lua answer too.
 */
void wk_pine_open_values(lua_State *L, wk_host *h, int core, int methods)
{
    add_trade_methods(L, h, methods);
    lua_pushliteral(L, "default_entry_qty");
    lua_pushlightuserdata(L, h);
    lua_pushcclosure(L, default_qty, 1);
    lua_rawset(L, methods);
    lua_newtable(L);
    for (int i = 0; i < N_TRADE_FIELDS; i++) {
        lua_pushstring(L, trade_fields[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, core, "pine_trade_fields");
    lua_newtable(L);
    wk_pine_names(L, 0);
    lua_setfield(L, core, "pine_values");
}
