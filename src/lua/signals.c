/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <string.h>

/* The table returned by S.signals: every series of a symbol is evaluated in one go, and the columns
 * go to the engine as they are. */

typedef enum col {
    COL_LONG,
    COL_SHORT,
    COL_FLAT,
    COL_EXIT_LONG,
    COL_EXIT_SHORT,
    COL_STOP,
    COL_TARGET,
    COL_STOP_POINTS,
    COL_TARGET_POINTS,
    COL_TRAIL,
    COL_STOP_PCT,
    COL_TARGET_PCT,
    COL_TRAIL_PCT,
    COL_LIMIT,
    COL_ENTRY_STOP,
    COL_EXIT_LIMIT,
    COL_SCORE,
    COL_PRICE,
    COL_AMOUNT,
    COL_SERIES,
    COL_HOLD = COL_SERIES,
    COL_EXPIRE,
    COL_SIZE,
    COL_COUNT
} col;

static const char *const col_names[COL_COUNT] = {
    "long",      "short",       "flat",          "exit_long",  "exit_short", "stop",
    "target",    "stop_points", "target_points", "trail",      "stop_pct",   "target_pct",
    "trail_pct", "limit",       "entry_stop",    "exit_limit", "score",      "price",
    "(amount)",  "hold",        "expire",        "size"};

typedef struct sigs {
    lua_State *L;
    wk_host *h;
    int32_t sym;
    wick_node node[COL_SERIES];
    bool has[COL_COUNT];
    int32_t hold, expire, size_kind;
    double amount;
    bool size_func;
} sigs;

static col find_col(lua_State *L, const char *key)
{
    for (int i = 0; i < COL_COUNT; i++)
        if (strcmp(col_names[i], key) == 0 && i != COL_AMOUNT) return (col)i;
    const char *near = wick_nearest(key, col_names, COL_COUNT);
    if (near) (void)wk_raise(L, "signals: unknown key '%s'; did you mean '%s'?", key, near);
    (void)wk_raise(L, "signals: unknown key '%s' (wick doc signals lists them)", key);
    return COL_LONG;
}

static wick_node series_or_number(sigs *s, int value, const char *key)
{
    lua_State *L = s->L;
    wk_host *h = s->h;
    const int64_t slot = wk_series_slot(L, h, value);
    if (slot >= 0) {
        if (h->slots[slot].sym != s->sym)
            (void)wk_raise(L, "signals: '%s' is a series of another symbol", key);
        return h->slots[slot].node;
    }
    double v = 0;
    if (lua_isboolean(L, value))
        v = lua_toboolean(L, value) ? 1.0 : 0.0;
    else if (lua_type(L, value) == LUA_TNUMBER)
        v = lua_tonumber(L, value);
    else
        (void)wk_raise(L, "signals: '%s' must be a series or a number, got %s", key,
                       luaL_typename(L, value));
    return wk_node(L, h, wick_graph_const(h->ctx, h->syms[s->sym].graph, v));
}

static int32_t whole(sigs *s, int value, const char *key)
{
    if (!wk_is_whole(s->L, value) || lua_tonumber(s->L, value) < 0)
        (void)wk_raise(s->L, "signals: '%s' must be a whole number of bars", key);
    return (int32_t)lua_tonumber(s->L, value);
}

static void read_size(sigs *s, int value)
{
    static const struct {
        const char *name;
        int32_t kind;
    } kinds[] = {{"units", WICK_SIZE_UNITS},
                 {"cash", WICK_SIZE_CASH},
                 {"pct_equity", WICK_SIZE_PCT_EQUITY},
                 {"pct_cash", WICK_SIZE_PCT_CASH},
                 {"risk_pct", WICK_SIZE_RISK_PCT}};
    enum { N = sizeof kinds / sizeof *kinds };
    lua_State *L = s->L;
    if (lua_isfunction(L, value)) {
        s->size_func = true;
        s->size_kind = WICK_SIZE_ASK;
        return;
    }
    if (lua_type(L, value) != LUA_TTABLE || wk_series_slot(L, s->h, value) >= 0)
        (void)wk_raise(L, "signals: size is a table like { pct_equity = 10 } or a function, got %s",
                       luaL_typename(L, value));
    int given = 0;
    for (lua_pushnil(L); lua_next(L, value); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        int k = 0;
        while (k < N && strcmp(kinds[k].name, key) != 0) k++;
        if (k == N) {
            const char *names[N];
            for (int i = 0; i < N; i++) names[i] = kinds[i].name;
            const char *near = wick_nearest(key, names, N);
            if (near) (void)wk_raise(L, "signals: size has no '%s'; did you mean '%s'?", key, near);
            (void)wk_raise(L,
                           "signals: size has no '%s'; it takes units, cash, pct_equity, "
                           "pct_cash or risk_pct",
                           key);
        }
        s->size_kind = kinds[k].kind;
        if (lua_type(L, -1) == LUA_TNUMBER) {
            s->amount = lua_tonumber(L, -1);
            if (!(s->amount >= 0.0))
                (void)wk_raise(L, "signals: size '%s' must be a number of at least 0, got %g", key,
                               s->amount);
        } else {
            s->node[COL_AMOUNT] = series_or_number(s, lua_gettop(L), key);
            s->has[COL_AMOUNT] = true;
        }
        given++;
    }
    if (given != 1)
        (void)wk_raise(L, "signals: size takes exactly one of units, cash, pct_equity, pct_cash, "
                          "risk_pct");
}

static void read_keys(sigs *s, int t)
{
    lua_State *L = s->L;
    lua_pushnil(L);
    while (lua_next(L, t)) {
        const int value = lua_gettop(L);
        if (lua_type(L, -2) != LUA_TSTRING)
            (void)wk_raise(L, "signals: return { long = ..., flat = ... }, not a list");
        const char *key = lua_tostring(L, -2);
        const col k = find_col(L, key);
        s->has[k] = true;
        if (k == COL_HOLD)
            s->hold = whole(s, value, key);
        else if (k == COL_EXPIRE)
            s->expire = whole(s, value, key);
        else if (k == COL_SIZE)
            read_size(s, value);
        else
            s->node[k] = series_or_number(s, value, key);
        lua_settop(L, value - 1);
    }
    if (!s->has[COL_LONG] && !s->has[COL_SHORT])
        (void)wk_raise(L, "signals: the table has neither 'long' nor 'short', so nothing is ever "
                          "entered");
}

/* `flat` leaves either side: it joins the exit of each. */
static void join_flat(sigs *s, col exit)
{
    wk_host *h = s->h;
    if (!s->has[COL_FLAT]) return;
    if (s->has[exit]) {
        const wick_node in[2] = {s->node[exit], s->node[COL_FLAT]};
        s->node[exit] =
            wk_node(s->L, h, wick_graph_op(h->ctx, h->syms[s->sym].graph, WICK_OP_OR, in));
    } else {
        s->node[exit] = s->node[COL_FLAT];
        s->has[exit] = true;
    }
}

/* A mask holds 1, 0 and NA. Comparisons and crossings make such columns by themselves; others are
 * looked at. */
static void check_mask(const sigs *s, col k)
{
    const wk_sym *y = &s->h->syms[s->sym];
    if (!s->has[k] || wick_graph_unit(y->graph, s->node[k]) == WICK_U_MASK) return;
    const double *v = wick_graph_values(y->graph, s->node[k]);
    for (int64_t i = 0; i < y->n; i++) {
        if (v[i] == 0.0 || v[i] == 1.0 || isnan(v[i])) continue;
        (void)wk_raise(s->L,
                       "signals: '%s' must be a mask of 1 and 0, like x:gt(y), but is %g at bar "
                       "%lld",
                       col_names[k], v[i], (long long)i);
    }
}

/* Sizes and distances are amounts; the direction is in the key's name. */
static void check_amounts(const sigs *s, col k, const char *name)
{
    const wk_sym *y = &s->h->syms[s->sym];
    if (!s->has[k]) return;
    const double *v = wick_graph_values(y->graph, s->node[k]);
    bool negative = false;
    for (int64_t i = 0; i < y->n; i++) negative |= v[i] < 0.0;
    for (int64_t i = 0; negative && i < y->n; i++)
        if (v[i] < 0.0)
            (void)wk_raise(s->L, "signals: '%s' must not be negative, but is %g at bar %lld", name,
                           v[i], (long long)i);
}

static void check_columns(const sigs *s)
{
    for (int k = COL_LONG; k <= COL_EXIT_SHORT; k++) check_mask(s, (col)k);
    static const col distances[] = {COL_STOP_POINTS, COL_TARGET_POINTS, COL_TRAIL,
                                    COL_STOP_PCT,    COL_TARGET_PCT,    COL_TRAIL_PCT};
    for (size_t i = 0; i < sizeof distances / sizeof *distances; i++)
        check_amounts(s, distances[i], col_names[distances[i]]);
    check_amounts(s, COL_AMOUNT, "size");
}

static const uint64_t *bits(const sigs *s, col k)
{
    return s->has[k] ? wick_graph_mask(s->h->syms[s->sym].graph, s->node[k]) : NULL;
}

static const double *column(const sigs *s, col k)
{
    return s->has[k] ? wick_graph_values(s->h->syms[s->sym].graph, s->node[k]) : NULL;
}

void wk_take_signals(lua_State *L, wk_host *h, int32_t sym, int t)
{
    sigs s = {.L = L, .h = h, .sym = sym, .size_kind = WICK_SIZE_DEFAULT};
    t = lua_absindex(L, t);
    read_keys(&s, t);
    join_flat(&s, COL_EXIT_LONG);
    join_flat(&s, COL_EXIT_SHORT);
    wick_node nodes[COL_SERIES], masks[COL_SERIES];
    int64_t n = 0, n_masks = 0;
    for (int k = 0; k < COL_SERIES; k++) {
        if (!s.has[k] || k == COL_FLAT) continue;
        if (k < COL_STOP)
            masks[n_masks++] = s.node[k];
        else
            nodes[n++] = s.node[k];
    }
    if (wick_graph_eval_masks(h->ctx, h->syms[sym].graph, nodes, n, masks, n_masks) < 0)
        (void)wk_raise_ctx(L, h);
    check_columns(&s);
    const wick_signals out = {.size = sizeof out,
                              .long_entry_bits = bits(&s, COL_LONG),
                              .long_exit_bits = bits(&s, COL_EXIT_LONG),
                              .short_entry_bits = bits(&s, COL_SHORT),
                              .short_exit_bits = bits(&s, COL_EXIT_SHORT),
                              .size_kind = s.size_kind,
                              .amount = s.amount,
                              .amounts = column(&s, COL_AMOUNT),
                              .score = column(&s, COL_SCORE),
                              .limit = column(&s, COL_LIMIT),
                              .exit_limit = column(&s, COL_EXIT_LIMIT),
                              .stop = column(&s, COL_ENTRY_STOP),
                              .stop_price = column(&s, COL_STOP),
                              .stop_points = column(&s, COL_STOP_POINTS),
                              .stop_pct = column(&s, COL_STOP_PCT),
                              .target_price = column(&s, COL_TARGET),
                              .target_points = column(&s, COL_TARGET_POINTS),
                              .target_pct = column(&s, COL_TARGET_PCT),
                              .trail_points = column(&s, COL_TRAIL),
                              .trail_pct = column(&s, COL_TRAIL_PCT),
                              .hold_bars = s.hold,
                              .expire = s.expire,
                              .price = column(&s, COL_PRICE)};
    h->entries[sym] = (wk_entries){out.long_entry_bits, out.short_entry_bits};
    if (h->run && wick_run_set_signals(h->ctx, h->run, sym, &out) < 0) (void)wk_raise_ctx(L, h);
    if (s.size_func)
        lua_getfield(L, t, "size");
    else
        lua_pushnil(L);
}

/* core.signal_names(): keys of the table. */
static int core_signal_names(lua_State *L)
{
    lua_newtable(L);
    for (int i = 0; i < COL_COUNT; i++) {
        if (i == COL_AMOUNT) continue;
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, col_names[i]);
    }
    return 1;
}

void wk_signals_open(lua_State *L, wk_host *h)
{
    wk_push_func(L, h, core_signal_names);
    lua_setfield(L, -2, "signal_names");
}
