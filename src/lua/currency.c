/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <stdlib.h>
#include <string.h>

/* Money of another currency: the account of a Pine strategy, and request.currency_rate. */

static bool flat_one(const double *v, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (v[i] != 1.0) return false;
    return true;
}

static wick_status convert(wick_ctx *ctx, wk_host *h, int32_t sym, const char *account)
{
    const wick_bars *b = h->syms[sym].bars;
    const char *own = wick_bars_info(b)->currency;
    const int64_t n = wick_bars_count(b);
    if (!*own || strcmp(own, account) == 0 || n == 0) return WICK_OK;
    double *v = malloc((size_t)n * sizeof *v);
    if (!v) return wick_fail_mem(ctx);
    const int found = wick_bars_rate(ctx, b, own, account, v);
    wick_status st = found < 0 ? (wick_status)found : WICK_OK;
    if (found == 0)
        st = wick_fail(ctx, WICK_E_DATA,
                       "%s is quoted in %s and the account of the strategy is in %s: give the rate "
                       "with --rates PATH, bars of %s%s or %s%s",
                       wick_bars_symbol(b), own, account, own, account, account, own);
    if (found > 0 && !flat_one(v, n)) st = wick_run_set_rate(ctx, h->run, sym, v);
    free(v);
    return st;
}

wick_status wk_currency_open(wick_ctx *ctx, wk_host *h, const wk_script *s)
{
    wick_status st = WICK_OK;
    if (!s->currency[0] || strcmp(s->currency, "NONE") == 0) return WICK_OK;
    for (int32_t i = 0; i < h->n_syms && st >= 0; i++) st = convert(ctx, h, i, s->currency);
    return st;
}

/* core.rates(bars, from, to): a list of numbers, nil when no pair tells. */
static int core_rates(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_bars_index(L, h, 1);
    if (sym < 0) return wk_raise(L, "bars are expected");
    const char *from = luaL_checkstring(L, 2), *to = luaL_checkstring(L, 3);
    const wick_bars *b = h->syms[sym].bars;
    const int64_t n = b ? wick_bars_count(b) : 0;
    double *v = lua_newuserdata(L, ((size_t)n + 1) * sizeof *v);
    const int found = n > 0 ? wick_bars_rate(h->ctx, b, from, to, v) : 1; /* else only read */
    if (found < 0) return wk_raise_ctx(L, h);
    if (found == 0) return 0;
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        lua_pushnumber(L, v[i]);
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

void wk_currency_setup(lua_State *L, wk_host *h)
{
    wk_push_func(L, h, core_rates);
    lua_setfield(L, -2, "rates");
}
