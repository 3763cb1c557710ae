/* SPDX-License-Identifier: MIT */
#include "lua/table.h"

#include <math.h>
#include <string.h>

/* The position manager's kernels; lua/wick/pm.lua is what scripts see. */

static void set_number(lua_State *L, const char *key, double v)
{
    wk_push_double(L, v);
    lua_setfield(L, -2, key);
}

static void push_metrics(lua_State *L, const wick_pm_metrics *m)
{
    lua_createtable(L, 0, 12);
    set_number(L, "trade_count", (double)m->trade_count);
    set_number(L, "win_rate", m->win_rate);
    set_number(L, "avg_actual_edge_bps", m->avg_actual_edge_bps);
    set_number(L, "avg_weighted_edge_bps", m->avg_weighted_edge_bps);
    set_number(L, "total_weighted_edge_bps", m->total_weighted_edge_bps);
    set_number(L, "max_drawdown_bps", m->max_drawdown_bps);
    set_number(L, "max_drawdown_from_zero_bps", m->max_drawdown_from_zero_bps);
    set_number(L, "avg_planned_ratio", m->avg_planned_ratio);
    set_number(L, "profit_factor", m->profit_factor);
    set_number(L, "max_consecutive_losses", (double)m->max_consecutive_losses);
}

static double need_number(lua_State *L, int t, const char *key, const char *what)
{
    lua_getfield(L, t, key);
    if (lua_type(L, -1) != LUA_TNUMBER)
        (void)wk_raise(L, "%s: '%s' must be a number, got %s", what, key, luaL_typename(L, -1));
    const double v = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return v;
}

/* core.pm_keys() -> { {section, key, default, low, high, int}, ... } in the order of the tree */
static int pm_keys(lua_State *L)
{
    int64_t n = 0;
    const wick_pm_key *k = wick_pm_keys(&n);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        lua_createtable(L, 0, 6);
        lua_pushstring(L, k[i].section);
        lua_setfield(L, -2, "section");
        lua_pushstring(L, k[i].key);
        lua_setfield(L, -2, "key");
        set_number(L, "def", k[i].def);
        set_number(L, "lo", k[i].lo);
        set_number(L, "hi", k[i].hi);
        lua_pushboolean(L, k[i].is_int);
        lua_setfield(L, -2, "int");
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

/* core.pm_search(frame, { six lists }, threads) -> table of candidates */
static int pm_search(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "pm.search");
    wick_pm_grid g;
    wick_pm_frame f;
    luaL_checktype(L, 2, LUA_TTABLE);
    const int32_t threads = (int32_t)luaL_optnumber(L, 3, 0);
    const char *what = luaL_optstring(L, 4, "frame");
    for (int k = 0; k < WICK_PM_GRID_KEYS; k++) {
        lua_rawgeti(L, 2, k + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        const int list = lua_gettop(L);
        g.n[k] = (int64_t)lua_rawlen(L, list);
        double *v = lua_newuserdata(L, (size_t)(g.n[k] + 1) * sizeof *v);
        for (int64_t i = 0; i < g.n[k]; i++) {
            lua_rawgeti(L, list, (int)(i + 1));
            if (lua_type(L, -1) != LUA_TNUMBER)
                return wk_raise(L, "grid: value %d of '%s' is a %s", (int)i + 1,
                                wick_pm_grid_names()[k], luaL_typename(L, -1));
            v[i] = lua_tonumber(L, -1);
            lua_pop(L, 1);
        }
        g.values[k] = v;
    }
    wk_box *b = wk_new_table(L, h);
    wick_table *result = NULL;
    wk_good(L, h, wick_pm_frame_of(h->ctx, t, what, &f));
    wk_good(L, h, wick_pm_search_table(h->ctx, &f, &g, threads, &result));
    b->p = result;
    return 1;
}

static wick_pm_thresholds read_thresholds(lua_State *L, int t)
{
    static const char what[] = "thresholds";
    luaL_checktype(L, t, LUA_TTABLE);
    return (wick_pm_thresholds){
        .long_open_prob = need_number(L, t, "long_open_prob", what),
        .short_open_prob = need_number(L, t, "short_open_prob", what),
        .min_long_entry_prob = need_number(L, t, "min_entry_prob", what),
        .min_short_entry_prob = need_number(L, t, "min_entry_prob", what),
        .max_market_risk_prob = need_number(L, t, "max_market_risk_prob", what),
        .min_expected_edge_bps = need_number(L, t, "min_expected_edge_bps", what),
        .min_direction_margin = need_number(L, t, "min_direction_margin", what)};
}

/* core.pm_trades(frame, thresholds) -> table */
static int pm_trades(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "pm.trades");
    const wick_pm_thresholds th = read_thresholds(L, 2);
    wk_box *b = wk_new_table(L, h);
    wick_table *result = NULL;
    wk_good(L, h, wick_pm_trade_table(h->ctx, t, &th, &result));
    b->p = result;
    return 1;
}

/* core.pm_equity(trades) -> table */
static int pm_equity(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "pm.equity");
    wk_box *b = wk_new_table(L, h);
    wick_table *result = NULL;
    wk_good(L, h, wick_pm_equity_table(h->ctx, t, &result));
    b->p = result;
    return 1;
}

static const double *need_floats(lua_State *L, wk_host *h, const wick_table *t, const char *name)
{
    int32_t k = -1;
    wk_good(L, h, wick_table_need(h->ctx, t, "pm.metrics", name, &k));
    const double *v = wick_table_floats(t, k);
    if (!v) (void)wk_raise(L, "pm.metrics: column '%s' must be float", name);
    return v;
}

/* core.pm_metrics(trades, actual, weighted, ratio): names of its columns */
static int pm_metrics(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "pm.metrics");
    const double *actual = need_floats(L, h, t, luaL_checkstring(L, 2));
    const double *weighted = need_floats(L, h, t, luaL_checkstring(L, 3));
    const double *ratio = need_floats(L, h, t, luaL_checkstring(L, 4));
    wick_pm_metrics m;
    wick_pm_measure(wick_table_rows(t), actual, weighted, ratio, &m);
    push_metrics(L, &m);
    return 1;
}

/* core.pm_score(metrics) */
static int pm_score(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const wick_pm_metrics m = {
        .trade_count = (int64_t)need_number(L, 1, "trade_count", "pm.score"),
        .avg_weighted_edge_bps = need_number(L, 1, "avg_weighted_edge_bps", "pm.score"),
        .total_weighted_edge_bps = need_number(L, 1, "total_weighted_edge_bps", "pm.score"),
        .max_drawdown_bps = need_number(L, 1, "max_drawdown_bps", "pm.score")};
    lua_pushnumber(L, wick_pm_score(&m));
    return 1;
}

/* core.pm_planned_ratio(edge, risk, min_edge) */
static int pm_planned_ratio(lua_State *L)
{
    lua_pushnumber(L, wick_pm_planned_ratio(luaL_checknumber(L, 1), luaL_checknumber(L, 2),
                                            luaL_checknumber(L, 3)));
    return 1;
}

/* ---- path simulation ---------------------------------------------------------------------- */

static void free_path(void *p)
{
    wick_pm_path_free(p);
}

static const wk_box_type path_type = {.name = "path", .unref = free_path};

/* core.pm_path(table) */
static int pm_path(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_table *t = wk_check_table(L, 1, "pm.path");
    wk_box *b = wk_new_box(L, h, &path_type, 1 << 17);
    wick_pm_path *p = NULL;
    wk_good(L, h, wick_pm_path_new(h->ctx, t, &p));
    b->p = p;
    return 1;
}

static void read_config(lua_State *L, int t, wick_pm_config *c)
{
    int64_t n = 0;
    const wick_pm_key *k = wick_pm_keys(&n);
    luaL_checktype(L, t, LUA_TTABLE);
    for (int64_t i = 0; i < n; i++) {
        lua_getfield(L, t, k[i].section);
        if (!lua_istable(L, -1)) (void)wk_raise(L, "the config has no section '%s'", k[i].section);
        *(double *)(void *)((char *)c + k[i].offset) =
            need_number(L, lua_gettop(L), k[i].key, k[i].section);
        lua_pop(L, 1);
    }
}

typedef struct held {
    wick_pm_result r;
    wick_scores *scores;
} held;

static int held_gc(lua_State *L)
{
    held *x = lua_touserdata(L, 1);
    wick_scores_free(x->scores);
    wick_pm_result_clear(&x->r);
    x->scores = NULL;
    return 0;
}

static held *push_held(lua_State *L)
{
    held *x = lua_newuserdata(L, sizeof *x);
    memset(x, 0, sizeof *x);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, held_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return x;
}

static void give_table(lua_State *L, wk_host *h, wick_table **t, const char *key)
{
    wk_box *b = wk_new_table(L, h);
    b->p = *t;
    *t = NULL;
    lua_setfield(L, -2, key);
}

/* Every metric of wick over the ledger of the simulation. */
static void push_scores(lua_State *L, wk_host *h, held *x)
{
    const wick_equity e = wick_ledger_equity(x->r.ledger);
    const double span = e.n > 1 ? (double)(e.time[e.n - 1] - e.time[0]) : 0.0;
    const double year = 365.25 * (double)WICK_MS_DAY;
    const wick_metric_opts m = {
        .size = sizeof m, .bars_per_year = span > 0.0 ? (double)(e.n - 1) / (span / year) : 252.0};
    wk_good(L, h, wick_score(h->ctx, x->r.ledger, &m, NULL, 0, &x->scores));
    lua_newtable(L);
    for (int64_t i = 0; i < wick_metric_count(); i++)
        set_number(L, wick_metric_at(i)->name, wick_scores_get(x->scores, wick_metric_at(i)->name));
}

/* What the event engine made of the same decisions. */
static void push_engine(lua_State *L, const held *x)
{
    const wick_ledger *l = x->r.engine;
    const wick_equity e = wick_ledger_equity(l);
    const int32_t price = wick_table_find(x->r.events, "price");
    const char *const *action =
        wick_table_texts(x->r.events, wick_table_find(x->r.events, "action"));
    const double *want = wick_table_floats(x->r.events, price);
    double fees = 0.0, worst = 0.0;
    int64_t fills = 0, at = 0;
    for (int64_t i = 0; i < wick_ledger_orders(l); i++) {
        const wick_order_rec *o = wick_ledger_order(l, i);
        while (at < wick_table_rows(x->r.events) && action[at][0] == 'S') at++;
        if (at >= wick_table_rows(x->r.events)) break;
        const double off = fabs(o->price / want[at++] - 1.0) * 1e4;
        if (!(off <= worst)) worst = off;
        fills += o->fate == WICK_FATE_FILLED;
        fees += o->fees;
    }
    lua_createtable(L, 0, 6);
    set_number(L, "fills", (double)fills);
    set_number(L, "trades", (double)wick_ledger_trades(l));
    set_number(L, "total_bps", e.n > 0 ? e.equity[e.n - 1] - wick_ledger_cash0(l) : 0.0);
    set_number(L, "fees_bps", fees);
    set_number(L, "largest_fill_difference_bps", worst);
}

/* core.pm_path_run(path, config, account, full) -> { metrics =, trades =, ... } */
static int pm_path_run(lua_State *L)
{
    static const char what[] = "account";
    wk_host *h = wk_self(L);
    wick_pm_config c;
    const wick_pm_path *p = wk_check_box(L, 1, &path_type, "pm.simulate");
    read_config(L, 2, &c);
    luaL_checktype(L, 3, LUA_TTABLE);
    const wick_pm_account a = {.fee_bps = need_number(L, 3, "fee_bps", what),
                               .slippage_bps = need_number(L, 3, "slippage_bps", what),
                               .leverage = need_number(L, 3, "leverage", what),
                               .maintenance_bps = need_number(L, 3, "maintenance_bps", what)};
    const bool full = lua_toboolean(L, 4) != 0;
    held *x = push_held(L);
    wk_good(L, h, wick_pm_path_run(h->ctx, p, &c, &a, full, &x->r));
    lua_createtable(L, 0, 8);
    push_metrics(L, &x->r.metrics);
    lua_setfield(L, -2, "metrics");
    set_number(L, "adds", (double)x->r.adds);
    set_number(L, "reduces", (double)x->r.reduces);
    set_number(L, "skips", (double)x->r.skips);
    if (full) {
        push_engine(L, x);
        lua_setfield(L, -2, "engine");
        give_table(L, h, &x->r.trades, "trades");
        give_table(L, h, &x->r.events, "events");
        give_table(L, h, &x->r.equity, "equity");
        push_scores(L, h, x);
        lua_setfield(L, -2, "scores");
    }
    return 1;
}

/* Adds to the core table on top of the stack. */
void wk_pm_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"pm_keys", pm_keys},
                                    {"pm_search", pm_search},
                                    {"pm_trades", pm_trades},
                                    {"pm_equity", pm_equity},
                                    {"pm_metrics", pm_metrics},
                                    {"pm_score", pm_score},
                                    {"pm_planned_ratio", pm_planned_ratio},
                                    {"pm_path", pm_path},
                                    {"pm_path_run", pm_path_run},
                                    {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
