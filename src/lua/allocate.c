/* SPDX-License-Identifier: MIT */
#include "lua/allocate.h"
#include "lua/columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Rebalancing for scripts: the schedule of S.rebalance, and what lua/wick/allocate.lua (the chain
 * of S.allocate) and the functions wick.weights, wick.covariance, ctx:due need from C. Numbers of
 * many bars stay here; Lua sees symbols and weights.
 */

/* ---- the schedule ------------------------------------------------------------------------- */

static void read_schedule(lua_State *L, wk_host *h, int i, wick_schedule *s)
{
    char text[96];
    if (lua_type(L, i) == LUA_TNUMBER) {
        const double n = lua_tonumber(L, i);
        if (!(n >= 1.0 && n <= 1e6) || n != floor(n))
            (void)wk_raise(L, "a schedule in bars is a whole number of at least 1");
        snprintf(text, sizeof text, "%d bars", (int)n);
    } else if (lua_type(L, i) == LUA_TSTRING) {
        snprintf(text, sizeof text, "%s", lua_tostring(L, i));
    } else {
        (void)wk_raise(L, "a schedule is a text (\"month last\") or a number of bars, got %s",
                       luaL_typename(L, i));
    }
    if (wick_schedule_parse(h->ctx, text, s) < 0) (void)wk_raise_ctx(L, h);
}

/* S.rebalance at the top of the stack: text, number, table, or a function of p that returns one. */
static void open_schedule(lua_State *L, wk_host *h, int params)
{
    static const char *const known[] = {"every", "drift", "band"};
    if (lua_isfunction(L, -1)) {
        wk_place_at(L, h, lua_gettop(L));
        lua_pushvalue(L, params);
        lua_call(L, 1, 1);
    }
    const int at = lua_gettop(L);
    wick_schedule s = {.size = sizeof s, .every = WICK_EVERY_NEVER};
    wick_rebalance r = {.size = sizeof r};
    h->band = 0.0;
    if (lua_type(L, at) == LUA_TTABLE) {
        for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1)) {
            const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
            int k = 0;
            while (k < 3 && strcmp(key, known[k]) != 0) k++;
            if (k < 3) continue;
            const char *near = wick_nearest(key, known, 3);
            (void)wk_raise(L, "S.rebalance: unknown field '%s'%s%s%s; it takes every, drift, band",
                           key, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        }
        r.drift = wk_opt_number(L, at, "drift", 0.0);
        h->band = wk_opt_number(L, at, "band", 0.0);
        if (!(h->band >= 0.0 && h->band < 1.0))
            (void)wk_raise(L, "S.rebalance: the band is a share of equity, 0 to 1");
        lua_getfield(L, at, "every");
        if (lua_isnil(L, -1))
            (void)wk_raise(L, "S.rebalance: 'every' is missing: { every = \"month last\" }");
        read_schedule(L, h, lua_gettop(L), &s);
        lua_pop(L, 1);
    } else {
        read_schedule(L, h, at, &s);
    }
    const int64_t n = wick_panel_ticks(h->panel);
    uint8_t *due = realloc(h->due, (size_t)n + 1);
    if (!due) (void)luaL_error(L, "out of memory");
    h->due = due;
    if (wick_schedule_ticks(h->ctx, &s, h->panel, h->tick0, due) < 0) (void)wk_raise_ctx(L, h);
    r.ticks = due;
    r.again = s.every == WICK_EVERY_ONCE;
    if (wick_run_set_rebalance(h->ctx, h->run, &r) < 0) (void)wk_raise_ctx(L, h);
}

void wk_rebalance_open(lua_State *L, wk_host *h, int t, int base)
{
    const int top = lua_gettop(L);
    h->hook = "rebalance";
    h->band = 0.0; /* another strategy of this host may have had one */
    lua_pushliteral(L, "rebalance");
    lua_rawget(L, t);
    if (lua_isnil(L, -1)) {
        lua_settop(L, top);
        return;
    }
    open_schedule(L, h, base + WK_AT_PARAMS);
    lua_settop(L, top);
    lua_pushliteral(L, "allocate");
    lua_rawget(L, t);
    if (lua_isnil(L, -1)) {
        lua_pushliteral(L, "on_rebalance");
        lua_rawget(L, t);
    } else {
        h->hook = "allocate";
        if (lua_isfunction(L, -1)) {
            wk_place_at(L, h, lua_gettop(L));
            lua_pushvalue(L, base + WK_AT_PARAMS);
            lua_call(L, 1, 1);
        }
        wk_push_module(L, h, "wick.allocate");
        lua_insert(L, -2);
        lua_call(L, 1, 1);
    }
    lua_replace(L, base + WK_AT_REBALANCE);
    lua_settop(L, top);
}

/* core.schedule_due(text or bars): whether the present tick is one of that schedule. */
static int core_schedule_due(lua_State *L)
{
    wk_host *h = wk_self(L);
    if (h->sh.phase != WK_DECIDE || !h->run) return wk_raise(L, "ctx:due is asked in bar hooks");
    wick_schedule s;
    read_schedule(L, h, 1, &s);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_ctx);
    lua_pushfstring(L, "due|%s", lua_tostring(L, 1));
    lua_rawget(L, -2);
    const uint8_t *due = lua_touserdata(L, -1);
    if (!due) {
        lua_pop(L, 1);
        const int64_t n = wick_panel_ticks(h->panel);
        uint8_t *made = lua_newuserdata(L, (size_t)n + 1);
        if (wick_schedule_ticks(h->ctx, &s, h->panel, h->tick0, made) < 0)
            return wk_raise_ctx(L, h);
        lua_pushfstring(L, "due|%s", lua_tostring(L, 1));
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
        due = made;
    }
    lua_pushboolean(L, due[h->sh.cur->tick]);
    return 1;
}

/* ---- returns and moments ------------------------------------------------------------------ */

/* Returns of symbol s over the last `rows` ticks into column k of x; false when its history is
 * shorter. A tick without a bar of the symbol returns 0. */
static bool gather(wk_host *h, int32_t s, int64_t rows, int32_t n, int32_t k, double *x)
{
    const int64_t tick = h->sh.cur->tick;
    int64_t bar = h->sh.cur->bar_of[s];
    const int32_t *tick_of = wick_panel_tick_of(h->panel, s);
    const double *c = wick_bars_field(h->syms[s].bars, WICK_CLOSE);
    if (bar < 0) return false;
    for (int64_t i = rows - 1; i >= 0; i--) {
        const int64_t before = tick - (rows - 1 - i) - 1; /* tick the return starts from */
        int64_t from = bar;
        while (from >= 0 && (tick_of ? tick_of[from] : from) > before) from--;
        if (from < 0 || !(c[from] > 0.0)) return false;
        x[i * n + k] = c[bar] / c[from] - 1.0;
        bar = from;
    }
    return true;
}

static int32_t sym_id(lua_State *L, wk_host *h, int list, int k)
{
    lua_rawgeti(L, list, k);
    const double v = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (!(v >= 0.0 && v < (double)h->n_syms)) (void)wk_raise(L, "there is no symbol %g", v);
    return (int32_t)v;
}

/* Bars a year for annual targets: by the bar's length, never by how much data there is. */
static double bars_a_year(const wk_host *h)
{
    const wick_symbol_info *info = wick_bars_info(wick_panel_bars(h->panel, 0));
    const bool always = strcmp(info->session ? info->session : "", "24x7") == 0 &&
                        (info->inferred & WICK_INFO_SESSION) == 0;
    const double tf = (double)info->timeframe_ms, day = (double)WICK_MS_DAY;
    if (tf < 0.0) return 12.0 / -tf;
    if (tf >= 7.0 * day) return 52.0 * 7.0 * day / tf;
    if (tf >= day || tf == 0.0) return always ? 365.0 : 252.0;
    return always ? 365.0 * day / tf : 252.0 * 6.5 * 3600000.0 / tf;
}

typedef struct moments {
    int32_t n;
    int64_t rows;
    double *cov, *mean;
} moments;

/* Covariance and means of the listed symbols (those not ready are taken out of `ids`), each return
 * times its side. */
static void take_moments(lua_State *L, wk_host *h, int t, int64_t rows, int32_t *ids, double *side,
                         double *score, moments *m)
{
    double *x = lua_newuserdata(L, ((size_t)(rows * m->n) + 1) * sizeof *x);
    int32_t kept = 0;
    for (int32_t k = 0; k < m->n; k++) {
        if (!gather(h, ids[k], rows, m->n, kept, x)) continue;
        ids[kept] = ids[k];
        side[kept] = side[k];
        score[kept++] = score[k];
    }
    for (int64_t i = 1; i < rows && kept < m->n; i++)
        memmove(x + i * kept, x + i * m->n, (size_t)kept * sizeof *x);
    m->n = kept;
    m->rows = rows;
    if (kept == 0) return;
    for (int64_t i = 0; i < rows * kept; i++) x[i] *= side[i % kept];
    m->cov = lua_newuserdata(L, (size_t)kept * (size_t)kept * sizeof *m->cov);
    const wick_cov_spec *spec = wk_opt_covariance(L, h, t);
    const double param = spec->param ? wk_opt_number(L, t, spec->param, WICK_NA) : WICK_NA;
    if (wick_cov_eval(h->ctx, spec, rows, kept, x, param, m->cov) < 0) (void)wk_raise_ctx(L, h);
    m->mean = wk_means(L, rows, kept, x);
}

/* core.alloc_solve(ids, sides, scores, options): weights by position in `ids` (0 for what is not
 * ready), annual risk of the whole; nil when nothing is ready. */
static int core_alloc_solve(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t n = (int32_t)lua_rawlen(L, 1);
    if (h->sh.phase != WK_DECIDE || !h->run) return wk_raise(L, "weights are found in bar hooks");
    int32_t *ids = lua_newuserdata(L, ((size_t)n + 1) * sizeof *ids);
    double *v = lua_newuserdata(L, ((size_t)n * 4 + 1) * sizeof *v);
    double *side = v, *score = v + n, *w = v + 2 * n, *out = v + 3 * n;
    for (int32_t k = 0; k < n; k++) {
        ids[k] = sym_id(L, h, 1, k + 1);
        lua_rawgeti(L, 2, k + 1);
        lua_rawgeti(L, 3, k + 1);
        side[k] = lua_tonumber(L, -2);
        score[k] = lua_tonumber(L, -1);
        lua_pop(L, 2);
        out[k] = 0.0;
    }
    moments m = {.n = n};
    const double rows = wk_opt_number(L, 4, "window", 0.0),
                 target = wk_opt_number(L, 4, "vol_target", 0.0);
    const double gross = wk_opt_number(L, 4, "gross", 1.0);
    int32_t *first = lua_newuserdata(L, ((size_t)n + 1) * sizeof *first);
    memcpy(first, ids, (size_t)n * sizeof *first);
    if (rows > 0.0) take_moments(L, h, 4, (int64_t)rows, ids, side, score, &m);
    if (m.n == 0) return 0;
    wick_limits limits;
    wk_opt_limits(L, 4, m.n, &limits);
    /* Alpha as an expected return is that of the position. */
    double *mean = m.mean;
    if (strcmp(wk_opt_text(L, 4, "mean", "history"), "alpha") == 0) {
        mean = lua_newuserdata(L, ((size_t)m.n + 1) * sizeof *mean);
        for (int32_t k = 0; k < m.n; k++) mean[k] = score[k] * side[k];
    }
    wick_weigh_in in = {
        .size = sizeof in, .n = m.n, .cov = m.cov, .mean = mean, .score = score, .limits = &limits};
    wk_opt_weigh(L, h, 4, &in, w);
    double risk = WICK_NA;
    if (m.cov) {
        const double year = wk_opt_number(L, 4, "bars_per_year", bars_a_year(h));
        if (target > 0.0) wick_weigh_to_risk(m.n, m.cov, target / sqrt(year), gross, w);
        risk = wick_weigh_risk(m.n, m.cov, w) * sqrt(year);
    }
    for (int32_t k = 0, i = 0; k < m.n; k++, i++) {
        while (first[i] != ids[k]) i++;
        out[i] = w[k] * side[k];
    }
    wk_opt_push(L, out, n);
    lua_pushnumber(L, risk);
    return 2;
}

static bool setting_is(const wick_settings *s, const char *key, const char *value)
{
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        char text[WICK_SETTING_TEXT];
        if (strcmp(wick_settings_doc(i)->key, key) != 0) continue;
        wick_settings_get(s, i, text);
        return strcmp(text, value) == 0;
    }
    return false;
}

/* core.alloc_target(id): the share a symbol was last given; 0 when none. */
static int core_alloc_target(lua_State *L)
{
    wk_host *h = wk_self(L);
    const double w = h->run ? wick_run_target(h->run, (int32_t)luaL_checknumber(L, 1)) : 0.0;
    lua_pushnumber(L, isnan(w) ? 0.0 : w);
    return 1;
}

/* core.alloc_present(): per symbol 1 when it can be traded now, else 0. */
static int core_alloc_present(lua_State *L)
{
    wk_host *h = wk_self(L);
    if (h->sh.phase != WK_DECIDE || !h->run) return wk_raise(L, "symbols are traded in bar hooks");
    const bool last = setting_is(wick_run_settings(h->run), "absent_fill", "last");
    lua_createtable(L, h->n_syms, 0);
    for (int32_t i = 0; i < h->n_syms; i++) {
        const bool known = last && h->sh.cur->bar_of[i] >= 0;
        lua_pushinteger(L, known || h->sh.cur->active[i] ? 1 : 0);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* core.alloc_targets(ids, weights, units or nil, scores or nil) */
static int core_alloc_targets(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t n = (int32_t)lua_rawlen(L, 1);
    if (h->sh.phase != WK_DECIDE || !h->run) return wk_raise(L, "orders are placed in bar hooks");
    lua_settop(L, 4);
    int32_t *ids = lua_newuserdata(L, ((size_t)n + 1) * sizeof *ids);
    double *v = lua_newuserdata(L, ((size_t)n * 3 + 1) * sizeof *v);
    for (int32_t k = 0; k < n; k++) {
        ids[k] = sym_id(L, h, 1, k + 1);
        lua_rawgeti(L, 2, k + 1);
        v[k] = lua_tonumber(L, -1);
        if (!lua_isnoneornil(L, 3)) {
            lua_rawgeti(L, 3, k + 1);
            v[n + k] = lua_tonumber(L, -1);
        }
        if (!lua_isnil(L, 4)) {
            lua_rawgeti(L, 4, k + 1);
            v[2 * n + k] = lua_tonumber(L, -1);
        }
        lua_settop(L, 6);
    }
    wick_targets t = {
        .size = sizeof t,
        .n = n,
        .symbol = ids,
        .weight = v,
        .units = lua_isnoneornil(L, 3) ? NULL : v + n,
        .score = lua_isnil(L, 4) ? NULL : v + 2 * n,
    };
    return wk_set_targets(L, h, &t);
}

int wk_set_targets(lua_State *L, wk_host *h, wick_targets *t)
{
    t->band = h->band;
    for (int32_t k = 0; h->sh.gated && k < t->n; k++)
        if (t->weight[k] != 0.0 && wk_gate_ask(h, t->symbol[k]) < 0) return wk_raise_ctx(L, h);
    const int32_t placed = wick_run_set_targets(h->run, t);
    if (placed < 0) return wk_raise(L, "order: %s", wick_run_refusal(h->run));
    lua_pushinteger(L, placed);
    return 1;
}

/* core.alloc_units(kind, weights, ids, options): units by the sizer of that name. */
static int core_alloc_units(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t n = (int32_t)lua_rawlen(L, 2);
    const wick_sizer z = {.size = sizeof z,
                          .kind = strcmp(luaL_checkstring(L, 1), "long_only") == 0
                                      ? WICK_SIZER_LONG_ONLY
                                      : WICK_SIZER_LONG_SHORT,
                          .buffer = wk_opt_number(L, 4, "cash_buffer", 0.0),
                          .gross = wk_opt_number(L, 4, "gross", 1.0),
                          .fee_pct = wick_settings_number(wick_run_settings(h->run), "fee_pct")};
    double *v = lua_newuserdata(L, ((size_t)n * 3 + 1) * sizeof *v);
    for (int32_t k = 0; k < n; k++) {
        const int32_t s = sym_id(L, h, 3, k + 1);
        const int32_t bar = h->sh.cur->bar_of[s];
        lua_rawgeti(L, 2, k + 1);
        v[k] = lua_tonumber(L, -1);
        lua_pop(L, 1);
        v[n + k] = bar < 0 ? WICK_NA
                           : wick_bars_field(h->syms[s].bars, WICK_CLOSE)[bar] *
                                 wick_bars_info(h->syms[s].bars)->point_value;
    }
    if (wick_sizer_units(h->ctx, &z, n, h->sh.cur->equity, v, v + n, v + 2 * n) < 0)
        return wk_raise_ctx(L, h);
    wk_opt_push(L, v + 2 * n, n);
    return 1;
}

/* core.alloc_rotate(scores, against or nil, held, pending, present, top, bottom, worst): lists of
 * n; returns sides and acts. */
static int core_alloc_rotate(lua_State *L)
{
    const int32_t n = (int32_t)lua_rawlen(L, 3);
    double *v = lua_newuserdata(L, ((size_t)n * 2 + 1) * sizeof *v);
    int8_t *b = lua_newuserdata(L, (size_t)n * 5 + 1);
    int32_t *scratch = lua_newuserdata(L, ((size_t)n * 3 + 1) * sizeof *scratch);
    for (int32_t k = 0; k < n; k++) {
        for (int i = 0; i < 5; i++) {
            const bool none = i == 1 && lua_isnil(L, 2);
            if (none)
                lua_pushnil(L);
            else
                lua_rawgeti(L, i + 1, k + 1);
            const double x = lua_isnumber(L, -1) ? lua_tonumber(L, -1) : WICK_NA;
            if (i < 2)
                v[i * n + k] = x;
            else
                b[(i - 2) * n + k] = (int8_t)x;
            lua_pop(L, 1);
        }
    }
    const wick_rotation r = {.size = sizeof r,
                             .top = (int32_t)luaL_checknumber(L, 6),
                             .bottom = (int32_t)luaL_checknumber(L, 7),
                             .worst = (int32_t)luaL_checknumber(L, 8)};
    int8_t *side = b + 3 * n, *act = b + 4 * n;
    wick_rotate(&r, n, v, lua_isnil(L, 2) ? NULL : v + n, b, b + n, (const uint8_t *)(b + 2 * n),
                side, act, scratch);
    lua_createtable(L, n, 0);
    lua_createtable(L, n, 0);
    for (int32_t k = 0; k < n; k++) {
        lua_pushinteger(L, side[k]);
        lua_rawseti(L, -3, k + 1);
        lua_pushinteger(L, act[k]);
        lua_rawseti(L, -2, k + 1);
    }
    return 2;
}

/* core.alloc_returns(ids, rows): rows of returns of the last `rows` ticks; nil when one is not
 * ready. */
static int core_alloc_returns(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t n = (int32_t)lua_rawlen(L, 1);
    const int64_t rows = (int64_t)luaL_checknumber(L, 2);
    if (h->sh.phase != WK_DECIDE || !h->run || rows < 1 || rows > 1000000)
        return wk_raise(L, "ctx:returns: a number of bars is asked for in bar hooks");
    double *x = lua_newuserdata(L, ((size_t)(rows * n) + 1) * sizeof *x);
    for (int32_t k = 0; k < n; k++)
        if (!gather(h, sym_id(L, h, 1, k + 1), rows, n, k, x)) return 0;
    lua_createtable(L, (int)rows, 0);
    for (int64_t i = 0; i < rows; i++) {
        wk_opt_push(L, x + i * n, n);
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

/* core.alloc_names(): fields the registries add to S.allocate, and the optimisers that need a
 * covariance. */
static int core_alloc_names(lua_State *L)
{
    lua_newtable(L);
    lua_newtable(L);
    for (int64_t i = 0; i < wick_weigh_count(); i++) {
        const wick_weigh_spec *s = wick_weigh_at(i);
        for (int k = 0; k < 4 && s->param[k].name; k++) {
            lua_pushboolean(L, 1);
            lua_setfield(L, -3, s->param[k].name);
        }
        lua_pushboolean(L, s->needs_cov || s->needs_mean);
        lua_setfield(L, -2, s->name);
    }
    for (int64_t i = 0; i < wick_cov_count(); i++) {
        if (!wick_cov_at(i)->param) continue;
        lua_pushboolean(L, 1);
        lua_setfield(L, -3, wick_cov_at(i)->param);
    }
    return 2;
}

void wk_allocate_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"schedule_due", core_schedule_due},   {"alloc_solve", core_alloc_solve},
        {"alloc_present", core_alloc_present}, {"alloc_target", core_alloc_target},
        {"alloc_targets", core_alloc_targets}, {"alloc_units", core_alloc_units},
        {"alloc_rotate", core_alloc_rotate},   {"alloc_returns", core_alloc_returns},
        {"alloc_names", core_alloc_names},     {"covariance", wk_core_covariance},
        {"weights", wk_core_weights},          {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
