/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <string.h>

/* Functions of the math and string libraries that differ between the VMs or need a guard. */

/* ---- strings ----------------------------------------------------------------------------- */

/* Own, because LuaJIT cuts the count to 32 bits without a word, and because the VMs copy one piece
 * at a time: doubling fills the largest text allowed in milliseconds instead of seconds, in which
 * no budget could act. */
static int string_rep(lua_State *L)
{
    wk_host *h = wk_self(L);
    size_t n = 0, m = 0;
    const char *s = luaL_checklstring(L, 1, &n);
    const double times = floor(luaL_checknumber(L, 2));
    const char *between = luaL_optlstring(L, 3, "", &m);
    if (!(times >= 1)) {
        lua_pushliteral(L, "");
        return 1;
    }
    const double bytes = times * (double)n + (times - 1) * (double)m;
    if (bytes > (double)(h->mem.cap < INT32_MAX ? h->mem.cap : INT32_MAX))
        return wk_raise(L, "string.rep: a text of %.0f bytes is more than a script may hold",
                        bytes);
    const size_t total = (size_t)bytes;
    char *out = lua_newuserdata(L, total + 1);
    /* One piece with its separator, then twice what is there until all is full. */
    size_t have = n < total ? n : total;
    memcpy(out, s, have);
    if (have < total) {
        memcpy(out + have, between, m);
        have += m;
    }
    while (have > 0 && have < total) {
        const size_t more = have < total - have ? have : total - have;
        memcpy(out + have, out, more);
        have += more;
    }
    lua_pushlstring(L, out, total);
    return 1;
}

/* gsub calls back from C. */
static int string_gsub(lua_State *L)
{
    wk_check_depth(L, wk_self(L));
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* Field `name` of the table at `from`, wrapped by f, goes to the table at `to`. */
static void wrap_function(lua_State *L, wk_host *h, int from, int to, const char *name,
                          lua_CFunction f)
{
    lua_pushlightuserdata(L, h);
    lua_getfield(L, from, name);
    lua_pushcclosure(L, f, 2);
    lua_setfield(L, to, name);
}

/* ---- numbers ------------------------------------------------------------------------------ */

void wk_rng_start(wk_host *h, uint64_t run)
{
    h->rng = wick_pcg_key(h->seed, "script", run, 0);
}

static int64_t whole_arg(lua_State *L, int i)
{
    const double x = luaL_checknumber(L, i);
    if (x != floor(x) || fabs(x) > 9007199254740992.0)
        (void)wk_raise(L, "math.random: argument %d must be a whole number", i);
    return (int64_t)x;
}

static int math_random(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int n = lua_gettop(L);
    if (n == 0) {
        lua_pushnumber(L, wick_pcg_uniform(&h->rng));
        return 1;
    }
    const int64_t lo = n >= 2 ? whole_arg(L, 1) : 1, hi = whole_arg(L, n >= 2 ? 2 : 1);
    if (hi < lo) return wk_raise(L, "math.random: the interval is empty");
    const uint64_t span = (uint64_t)(hi - lo) + 1u;
    lua_pushinteger(L, (lua_Integer)(lo + (int64_t)wick_pcg_below(&h->rng, span)));
    return 1;
}

static int math_randomseed(lua_State *L)
{
    return wk_raise(L, "math.randomseed: the seed is the run's (--seed N)");
}

static int math_pow(lua_State *L)
{
    lua_pushnumber(L, wick_pow(luaL_checknumber(L, 1), luaL_checknumber(L, 2)));
    return 1;
}

/* Remainder with the sign of the divisor; `%` of fractions differs in the last bit between VMs. */
static int math_mod(lua_State *L)
{
    const double x = luaL_checknumber(L, 1), y = luaL_checknumber(L, 2);
    double m = fmod(x, y);
    if (m * y < 0) m += y;
    lua_pushnumber(L, m);
    return 1;
}

static int math_log(lua_State *L)
{
    const double x = luaL_checknumber(L, 1);
    if (lua_isnoneornil(L, 2)) {
        lua_pushnumber(L, log(x));
        return 1;
    }
    const double base = luaL_checknumber(L, 2);
    lua_pushnumber(L, base == 2.0 ? log2(x) : base == 10.0 ? log10(x) : log(x) / log(base));
    return 1;
}

static int math_log10(lua_State *L)
{
    lua_pushnumber(L, log10(luaL_checknumber(L, 1)));
    return 1;
}

static int math_atan(lua_State *L)
{
    lua_pushnumber(L, atan2(luaL_checknumber(L, 1), luaL_optnumber(L, 2, 1.0)));
    return 1;
}

/* The string functions go to the table at `to`; the VM's own library is at `from`. */
void wk_libs_string(lua_State *L, wk_host *h, int from, int to)
{
    wk_push_func(L, h, string_rep);
    lua_setfield(L, to, "rep");
    wrap_function(L, h, from, to, "gsub", string_gsub);
}

/* Adds to the table on top of the stack. */
void wk_libs_math(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"random", math_random}, {"randomseed", math_randomseed},
                                    {"pow", math_pow},       {"log", math_log},
                                    {"atan", math_atan},     {NULL, NULL}};
    wk_set_funcs(L, h, list);
}

/* Adds to the core table on top of the stack. */
void wk_libs_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"pow", math_pow},
                                    {"mod", math_mod},
                                    {"log10", math_log10},
                                    {"random", math_random},
                                    {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
