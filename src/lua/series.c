/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <string.h>

/* Series handles: arithmetic, named comparisons, lags, and reads inside bar functions. */

typedef struct op_name {
    const char *name;
    wick_op op;
    int operands; /* -1: two or more, folded from the left */
} op_name;

/* Methods of series and functions of `wick`. */
static const op_name ops[] = {
    {"gt", WICK_OP_GT, 2},
    {"ge", WICK_OP_GE, 2},
    {"lt", WICK_OP_LT, 2},
    {"le", WICK_OP_LE, 2},
    {"eq", WICK_OP_EQ, 2},
    {"ne", WICK_OP_NE, 2},
    {"both", WICK_OP_AND, -1},
    {"either", WICK_OP_OR, -1},
    {"negate", WICK_OP_NOT, 1},
    {"min", WICK_OP_MIN, -1},
    {"max", WICK_OP_MAX, -1},
    {"abs", WICK_OP_ABS, 1},
    {"sqrt", WICK_OP_SQRT, 1},
    {"log", WICK_OP_LOG, 1},
    {"log10", WICK_OP_LOG10, 1},
    {"exp", WICK_OP_EXP, 1},
    {"floor", WICK_OP_FLOOR, 1},
    {"ceil", WICK_OP_CEIL, 1},
    {"round", WICK_OP_ROUND, 1},
    {"sign", WICK_OP_SIGN, 1},
    {"isna", WICK_OP_ISNA, 1},
    {"pow", WICK_OP_POW, 2},
    {"mod", WICK_OP_MOD, 2},
    {"nz", WICK_OP_NZ, 2},
    {"iff", WICK_OP_IF, 3},
    {"sin", WICK_OP_SIN, 1},
    {"cos", WICK_OP_COS, 1},
    {"tan", WICK_OP_TAN, 1},
    {"asin", WICK_OP_ASIN, 1},
    {"acos", WICK_OP_ACOS, 1},
    {"atan", WICK_OP_ATAN, 1},
    /* From here on for pine.gt and its like only. */
    {"gt", WICK_OP_PGT, 2},
    {"ge", WICK_OP_PGE, 2},
    {"lt", WICK_OP_PLT, 2},
    {"le", WICK_OP_PLE, 2},
    {"eq", WICK_OP_PEQ, 2},
    {"ne", WICK_OP_PNE, 2},
};
enum { N_TOLERANT = 6, N_OPS = sizeof ops / sizeof *ops - N_TOLERANT, MAX_OPERANDS = 32 };

/* ---- numbers: the same functions when no operand is a series ------------------------------ */

/* The rules of ta/graph_ops.c: NA is false, and so is every comparison with it. */
static double truth(double x)
{
    return x < 0.0 || x > 0.0 ? 1.0 : 0.0;
}

static double round_number(double x)
{
    const double m = fabs(x);
    if (!(m < 4503599627370496.0)) return x;
    const double f = floor(m);
    return copysign(m - f >= 0.5 - 1e-10 ? f + 1.0 : f, x);
}

static double number_one(wick_op op, double a)
{
    switch (op) {
    case WICK_OP_NOT: return 1.0 - truth(a);
    case WICK_OP_ABS: return fabs(a);
    case WICK_OP_SQRT: return sqrt(a);
    case WICK_OP_LOG: return log(a);
    case WICK_OP_LOG10: return log10(a);
    case WICK_OP_EXP: return exp(a);
    case WICK_OP_FLOOR: return floor(a);
    case WICK_OP_CEIL: return ceil(a);
    case WICK_OP_ROUND: return round_number(a);
    case WICK_OP_SIGN: return isnan(a) ? a : (double)((a > 0) - (a < 0));
    case WICK_OP_ISNA: return isfinite(a) ? 0.0 : 1.0;
    case WICK_OP_SIN: return sin(a);
    case WICK_OP_COS: return cos(a);
    case WICK_OP_TAN: return tan(a);
    case WICK_OP_ASIN: return asin(a);
    case WICK_OP_ACOS: return acos(a);
    case WICK_OP_ATAN: return atan(a);
    default: return WICK_NA;
    }
}

static double number_two(wick_op op, double a, double b)
{
    const bool na = isnan(a) || isnan(b);
    switch (op) {
    case WICK_OP_GT: return a > b;
    case WICK_OP_GE: return a >= b;
    case WICK_OP_LT: return a < b;
    case WICK_OP_LE: return a <= b;
    case WICK_OP_EQ: return a == b;
    case WICK_OP_NE: return !na && a != b;
    case WICK_OP_AND: return truth(a) * truth(b);
    case WICK_OP_OR: return truth(a) + truth(b) > 0;
    case WICK_OP_MIN: return na ? WICK_NA : a < b ? a : b;
    case WICK_OP_MAX: return na ? WICK_NA : a > b ? a : b;
    case WICK_OP_POW: return wick_pow(a, b);
    case WICK_OP_NZ: return isfinite(a) ? a : b;
    case WICK_OP_MOD: return fmod(a, b);
    default: return WICK_NA;
    }
}

static double number_at(lua_State *L, int i, const char *what)
{
    if (lua_isboolean(L, i)) return lua_toboolean(L, i) ? 1.0 : 0.0;
    if (lua_type(L, i) != LUA_TNUMBER)
        (void)wk_raise(L, "%s: argument %d must be a series or a number, got %s", what, i,
                       luaL_typename(L, i));
    return lua_tonumber(L, i);
}

/* Comparisons of numbers give booleans: that is what an `if` wants. */
static bool gives_bool(wick_op op)
{
    return (op >= WICK_OP_GT && op <= WICK_OP_OR) || op == WICK_OP_NOT || op == WICK_OP_ISNA;
}

static int number_op(lua_State *L, const op_name *o, int n)
{
    double x = number_at(L, 1, o->name);
    if (o->op == WICK_OP_IF) {
        x = number_at(L, truth(x) != 0.0 ? 2 : 3, o->name);
    } else if (o->operands == 1) {
        x = number_one(o->op, x);
    } else {
        for (int i = 2; i <= n; i++) x = number_two(o->op, x, number_at(L, i, o->name));
    }
    if (gives_bool(o->op))
        lua_pushboolean(L, x != 0.0);
    else
        lua_pushnumber(L, x);
    return 1;
}

/* ---- nodes -------------------------------------------------------------------------------- */

/* Node of the operand at i; constants are made in the graph of `sym`. */
static wick_node operand(lua_State *L, wk_host *h, int i, int32_t sym, const char *what)
{
    const int64_t slot = wk_series_slot(L, h, i);
    if (slot < 0)
        return wk_node(L, h, wick_graph_const(h->ctx, h->syms[sym].graph, number_at(L, i, what)));
    return wk_slot_node_on(L, h, slot, sym, what);
}

/* Symbol of the series among arguments 1..n, -1 when all are plain. */
static int32_t first_symbol(lua_State *L, wk_host *h, int n)
{
    int32_t sym = -1;
    for (int i = 1; i <= n; i++) {
        const int64_t slot = wk_series_slot(L, h, i);
        if (slot >= 0) sym = wk_meet(h, sym, h->slots[slot].sym);
    }
    return sym;
}

static int node_op(lua_State *L, wk_host *h, const op_name *o, int32_t sym, int n)
{
    wick_node in[3];
    (void)wk_decl_graph(L, h, o->name);
    wick_graph *g = h->syms[sym].graph;
    in[0] = operand(L, h, 1, sym, o->name);
    if (o->operands > 0) {
        for (int i = 1; i < o->operands; i++) in[i] = operand(L, h, i + 1, sym, o->name);
        in[0] = wk_node(L, h, wick_graph_op(h->ctx, g, o->op, in));
    } else {
        for (int i = 2; i <= n; i++) {
            in[1] = operand(L, h, i, sym, o->name);
            in[0] = wk_node(L, h, wick_graph_op(h->ctx, g, o->op, in));
        }
    }
    wk_push_series(L, h, sym, in[0]);
    return 1;
}

/* upvalue 2: index into ops. */
static int named_op(lua_State *L)
{
    wk_host *h = wk_self(L);
    const op_name *o = &ops[(int)lua_tointeger(L, lua_upvalueindex(2))];
    int n = lua_gettop(L);
    if (o->op == WICK_OP_NZ && n == 1) {
        lua_pushnumber(L, 0.0);
        n = 2;
    }
    const int want = o->operands < 0 ? (n < 1 ? 1 : n) : o->operands;
    if (n != want)
        return wk_raise(L, "%s takes %d argument%s, got %d%s", o->name, want, want == 1 ? "" : "s",
                        n,
                        n > want ? " (an indicator with several outputs returns them all; put "
                                   "it in parentheses to keep the first)"
                                 : "");
    if (n > MAX_OPERANDS) return wk_raise(L, "%s: too many arguments", o->name);
    const int32_t sym = first_symbol(L, h, n);
    return sym < 0 ? number_op(L, o, n) : node_op(L, h, o, sym, n);
}

/* Arithmetic metamethods. upvalue 2: operation, upvalue 3: its sign for messages. */
static int arith(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *sign = lua_tostring(L, lua_upvalueindex(3));
    const int op = (int)lua_tointeger(L, lua_upvalueindex(2));
    const op_name o = {sign, (wick_op)op, op == WICK_OP_NEG ? 1 : 2};
    if (wk_on_bars(h))
        return wk_raise(L,
                        "'%s' on a series makes another series; inside a bar function work with "
                        "numbers: x[0]",
                        sign);
    return node_op(L, h, &o, first_symbol(L, h, o.operands), o.operands);
}

static int compare_refused(lua_State *L)
{
    return wk_raise(L, "series are not compared with ==, < or <=: in a declaration write x:gt(y), "
                       "x:eq(y) ...; inside a bar function compare numbers: x[0] > y[0]");
}

static int length_refused(lua_State *L)
{
    return wk_raise(L, "a series has no length; sym.bar or b.bar_index tells where the bars stand");
}

static int write_refused(lua_State *L)
{
    return wk_raise(L, "a series cannot be written to");
}

static int describe(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_buf b = {0};
    const int64_t slot = wk_series_slot(L, h, 1);
    if (slot < 0) return 0;
    if (h->slots[slot].node == WK_OWN) {
        lua_pushliteral(L, "series of the script");
        return 1;
    }
    wick_graph_describe(h->syms[h->slots[slot].sym].graph, h->slots[slot].node, &b);
    lua_pushlstring(L, b.data ? b.data : "", b.failed ? 0 : (size_t)b.len);
    wick_buf_free(&b);
    return 1;
}

static int lag_node(lua_State *L, wk_host *h, int64_t slot, double k)
{
    const int32_t sym = h->slots[slot].sym;
    (void)wk_decl_graph(L, h, "lag");
    h->extra[slot].used = true;
    const wick_node x =
        wick_graph_lag(h->ctx, h->syms[sym].graph, wk_slot_node(L, h, slot), (int64_t)k);
    wk_push_series(L, h, sym, wk_node(L, h, x));
    return 1;
}

static double offset_at(lua_State *L, int i)
{
    const double k = luaL_checknumber(L, i);
    if (k < 0.0) (void)wk_raise(L, "x[%g] is in the future: x[k] is the value k bars ago", k);
    if (k != floor(k) || k > 1e9) (void)wk_raise(L, "x[%g]: bars are counted in whole numbers", k);
    return k;
}

static int series_lag(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int64_t slot = wk_series_slot(L, h, 1);
    if (slot < 0) return wk_raise(L, "lag: argument 1 must be a series");
    return lag_node(L, h, slot, offset_at(L, 2));
}

/* x[k] and x.name. upvalue 2: methods. On LuaJIT reached only for what its Lua form leaves. */
static int series_index(lua_State *L)
{
    wk_host *h = wk_self(L);
    if (lua_type(L, 2) != LUA_TNUMBER) {
        lua_pushvalue(L, 2);
        lua_rawget(L, lua_upvalueindex(2));
        if (!lua_isnil(L, -1)) return 1;
        const char *word = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
        const char *near = wk_nearest_key(L, lua_upvalueindex(2), word);
        if (near) return wk_raise(L, "a series has no '%s'; did you mean '%s'?", word, near);
        return wk_raise(L, "a series has no '%s'", word);
    }
    int64_t slot = wk_series_slot(L, h, 1);
    if (slot < 0) return wk_raise(L, "not a series");
    const double k = offset_at(L, 2);
    if (!wk_on_bars(h)) return lag_node(L, h, slot, k);
    if (h->slots[slot].sym >= h->sh.n_bars)
        return wk_raise(L, "bars of a request are known inside its function only; what it returns "
                           "is known here");
    const bool twin = h->sh.phase == WK_INNER && h->slots[slot].sym != h->sh.cur->symbol;
    if (twin) slot = wk_inner_alias(L, h, slot);
    const double *v = wk_slot_values(L, h, slot);
    const int64_t at = h->sh.cur->bar_of[h->slots[slot].sym] - (int64_t)k;
    lua_pushnumber(L, at >= 0 ? v[at] : WICK_NA);
#if !WICK_LUAJIT
    if (!twin) wk_hot_add(L, h, slot, (int32_t)k, 1);
#endif
    return 1;
}

static void add_arith(lua_State *L, wk_host *h, const char *event, wick_op op, const char *sign)
{
    lua_pushlightuserdata(L, h);
    lua_pushinteger(L, (lua_Integer)op);
    lua_pushstring(L, sign);
    lua_pushcclosure(L, arith, 3);
    lua_setfield(L, -2, event);
}

static void add_range(lua_State *L, wk_host *h, int from, int to)
{
    for (int i = from; i < to; i++) {
        lua_pushlightuserdata(L, h);
        lua_pushinteger(L, i);
        lua_pushcclosure(L, named_op, 2);
        lua_setfield(L, -2, ops[i].name);
    }
}

static void add_ops(lua_State *L, wk_host *h)
{
    add_range(L, h, 0, N_OPS);
    wk_push_func(L, h, series_lag);
    lua_setfield(L, -2, "lag");
}

void wk_series_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg refused[] = {{"__eq", compare_refused},
                                       {"__lt", compare_refused},
                                       {"__le", compare_refused},
                                       {"__len", length_refused},
                                       {"__newindex", write_refused},
                                       {"__tostring", describe},
                                       {NULL, NULL}};
    const int core = lua_gettop(L);
    lua_newtable(L);
    const int mt = lua_gettop(L);
    add_arith(L, h, "__add", WICK_OP_ADD, "+");
    add_arith(L, h, "__sub", WICK_OP_SUB, "-");
    add_arith(L, h, "__mul", WICK_OP_MUL, "*");
    add_arith(L, h, "__div", WICK_OP_DIV, "/");
    add_arith(L, h, "__mod", WICK_OP_MOD, "%");
    add_arith(L, h, "__pow", WICK_OP_POW, "^");
    add_arith(L, h, "__unm", WICK_OP_NEG, "-");
    wk_set_funcs(L, h, refused);
    lua_newtable(L);
    add_ops(L, h);
    lua_setfield(L, core, "ops");
    lua_newtable(L);
    add_range(L, h, N_OPS, N_OPS + N_TOLERANT);
    lua_setfield(L, core, "tolerant");
    /* Methods are the functions of `wick` and what only a series can do. */
    lua_newtable(L);
    add_ops(L, h);
    lua_pushvalue(L, -1);
    lua_setfield(L, core, "series_methods");
    lua_pushlightuserdata(L, h);
    lua_insert(L, -2);
    lua_pushcclosure(L, series_index, 2);
    lua_setfield(L, mt, "__index");
    lua_pushliteral(L, "series");
    lua_setfield(L, mt, "__metatable");
    lua_pushvalue(L, mt);
    lua_setfield(L, core, "series_meta");
    h->id_series = lua_topointer(L, mt);
    h->mt_series = luaL_ref(L, LUA_REGISTRYINDEX);
}
