/* SPDX-License-Identifier: MIT */
#include "lua/state_box.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* `wick test` and `wick check`: their logic is Lua (lua/wick/test.lua, check.lua); here are the
 * pieces they need of the host: running a strategy on made-up bars and collecting what came out. */

/* ---- bars --------------------------------------------------------------------------------- */

static double opt_number(lua_State *L, int t, const char *key, double otherwise)
{
    lua_getfield(L, t, key);
    const double v = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : otherwise;
    lua_pop(L, 1);
    return v;
}

/* Column `key` of the table at t into out (n values); missing ones copy `from`. */
static void read_column(lua_State *L, int t, const char *key, int64_t n, const double *from,
                        double *out)
{
    lua_getfield(L, t, key);
    const bool given = lua_type(L, -1) == LUA_TTABLE;
    for (int64_t i = 0; i < n; i++) {
        out[i] = from ? from[i] : WICK_NA;
        if (!given) continue;
        lua_rawgeti(L, -1, (int)(i + 1));
        if (lua_type(L, -1) == LUA_TNUMBER) out[i] = lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static const char *read_text(lua_State *L, int t, const char *key)
{
    lua_getfield(L, t, key);
    const char *s = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    lua_pop(L, 1); /* the table at t keeps it */
    return s;
}

/* Field funding, borrow, dividend or split: { {time, value}, ... }. */
static wick_status read_dates(lua_State *L, wick_ctx *ctx, int t, int kind, wick_bars **b)
{
    lua_getfield(L, t, wick_dated_name(kind));
    const int list = lua_gettop(L);
    if (lua_type(L, list) != LUA_TTABLE) {
        lua_pop(L, 1);
        return WICK_OK;
    }
    const int64_t n = (int64_t)lua_rawlen(L, list);
    int64_t *time = lua_newuserdata(L, ((size_t)n + 1) * sizeof *time);
    double *value = lua_newuserdata(L, ((size_t)n + 1) * sizeof *value);
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, list, (int)(i + 1));
        lua_rawgeti(L, -1, 1);
        lua_rawgeti(L, -2, 2);
        time[i] = (int64_t)lua_tonumber(L, -2);
        value[i] = lua_tonumber(L, -1);
        lua_pop(L, 3);
    }
    wick_dates *d = NULL;
    wick_bars *made = NULL;
    wick_status st = wick_dates_new(ctx, wick_bars_info(*b)->dates, kind, n, time, value, &d);
    if (st >= 0) st = wick_bars_with_dates(ctx, *b, d, &made);
    wick_dates_unref(d);
    lua_settop(L, list - 1);
    wick_bars_unref(*b);
    *b = made;
    return st;
}

/* { close = {...} [, open=, high=, low=, volume=, time=, timezone=, session=] }: daily bars from
 * 2020-01-01 unless times are given. */
static wick_bars *read_bars(lua_State *L, wick_ctx *ctx, const char *symbol, int t)
{
    lua_getfield(L, t, "close");
    const int64_t n = (int64_t)lua_rawlen(L, -1);
    lua_pop(L, 1);
    double *c = lua_newuserdata(L, (size_t)(6 * n + 1) * sizeof *c);
    int64_t *time = lua_newuserdata(L, (size_t)(n + 1) * sizeof *time);
    double *o = c + n, *hi = c + 2 * n, *lo = c + 3 * n, *v = c + 4 * n, *stamp = c + 5 * n;
    read_column(L, t, "close", n, NULL, c);
    read_column(L, t, "open", n, c, o);
    for (int64_t i = 0; i < n; i++) {
        hi[i] = o[i] > c[i] ? o[i] : c[i];
        lo[i] = o[i] < c[i] ? o[i] : c[i];
    }
    read_column(L, t, "high", n, hi, hi);
    read_column(L, t, "low", n, lo, lo);
    read_column(L, t, "volume", n, NULL, v);
    read_column(L, t, "time", n, NULL, stamp);
    for (int64_t i = 0; i < n; i++)
        time[i] = isnan(stamp[i]) ? INT64_C(1577836800000) + i * WICK_MS_DAY : (int64_t)stamp[i];
    wick_bars *b = NULL;
    const wick_symbol_info info = {.currency = read_text(L, t, "currency"),
                                   .timezone = read_text(L, t, "timezone"),
                                   .session = read_text(L, t, "session")};
    wick_status st = wick_bars_new(ctx, symbol, n, time, o, hi, lo, c, v, &info, &b);
    lua_pop(L, 2);
    for (int k = 0; k < WICK_DATED && st >= 0; k++) st = read_dates(L, ctx, t, k, &b);
    return st < 0 ? NULL : b;
}

/* Field `key` of the options at t: { SYM = {...}, ... }, or options of the generator. */
static wick_status read_panel(lua_State *L, wick_ctx *ctx, int t, const char *key, wick_panel **out)
{
    lua_getfield(L, t, key);
    const int b = lua_gettop(L);
    wick_synth_opts synth = {.size = sizeof synth, .symbols = 2, .bars = 300, .seed = 1};
    if (lua_type(L, b) != LUA_TTABLE) return wick_synth(ctx, &synth, out);
    wick_bars *list[64];
    int64_t n = 0;
    wick_status st = WICK_OK;
    lua_pushnil(L);
    while (st >= 0 && lua_next(L, b)) {
        if (lua_type(L, -1) == LUA_TTABLE && lua_type(L, -2) == LUA_TSTRING && n < 64) {
            list[n] = read_bars(L, ctx, lua_tostring(L, -2), lua_gettop(L));
            if (list[n])
                n++;
            else
                st = wick_ctx_code(ctx);
        }
        lua_pop(L, 1);
    }
    if (n == 0 && st >= 0) {
        synth.symbols = (int64_t)opt_number(L, b, "symbols", 2);
        synth.bars = (int64_t)opt_number(L, b, "count", 300);
        synth.seed = (uint64_t)opt_number(L, b, "seed", 1);
        synth.ragged = opt_number(L, b, "ragged", 0) != 0;
        lua_getfield(L, b, "timeframe");
        synth.timeframe = lua_tostring(L, -1);
        st = wick_synth(ctx, &synth, out);
    } else if (st >= 0) {
        st = wick_panel_new(ctx, list, n, out);
    }
    for (int64_t i = 0; i < n; i++) wick_bars_unref(list[i]);
    lua_settop(L, b - 1);
    return st;
}

/* ---- one run ------------------------------------------------------------------------------ */

typedef struct test_run {
    wk_script *script;
    wick_panel *panel;
    wick_settings *settings;
    wick_ledger *ledger;
    wick_scores *scores;
    wick_cache *cache;
    wick_buf plots;
    wick_panel *finer;
    wk_state_opts keep;
    wick_state *state;
} test_run;

static wick_status set_pairs(lua_State *L, wick_ctx *ctx, int t, const char *key, test_run *r,
                             bool params)
{
    wick_status st = WICK_OK;
    lua_getfield(L, t, key);
    if (lua_type(L, -1) == LUA_TTABLE) {
        /* A profile sets every switch at once, so it goes first. */
        const char *profile = params ? NULL : read_text(L, lua_gettop(L), "profile");
        if (profile) st = wick_settings_profile(ctx, r->settings, profile);
        lua_pushnil(L);
        while (st >= 0 && lua_next(L, -2)) {
            char text[WICK_DOUBLE_TEXT];
            const char *v = text;
            if (lua_type(L, -1) == LUA_TNUMBER)
                wick_format_double(text, lua_tonumber(L, -1));
            else if (lua_isboolean(L, -1))
                v = lua_toboolean(L, -1) ? "true" : "false";
            else
                v = lua_tostring(L, -1);
            const char *name = lua_tostring(L, -2);
            if (params)
                st = wk_script_set_param(ctx, r->script, name, v);
            else if (!profile || strcmp(name, "profile") != 0)
                st = wick_settings_set(ctx, r->settings, name, v);
            lua_pop(L, 1);
        }
    }
    return st;
}

static wick_status load_script(lua_State *L, wk_host *h, wick_ctx *ctx, int t, test_run *r)
{
    size_t n = 0;
    lua_getfield(L, t, "script");
    lua_getfield(L, t, "file");
    const char *text = lua_tolstring(L, -2, &n), *file = lua_tostring(L, -1);
    if (text)
        return wk_host_load_text(ctx, h, file ? file : "script.lua", text, (int64_t)n, &r->script);
    if (file) return wk_host_load(ctx, h, file, &r->script);
    return wick_fail(ctx, WICK_E_ARG, "run: give script = text or file = path");
}

static wick_status run_all(lua_State *L, wk_host *h, wick_ctx *ctx, int t, test_run *r)
{
    wick_status st = WICK_OK;
    const int top = lua_gettop(L);
    r->settings = wick_settings_new();
    if (!r->settings) return wick_fail_mem(ctx);
    WICK_TRY(read_panel(L, ctx, t, "bars", &r->panel));
    lua_getfield(L, t, "finer");
    if (!lua_isnil(L, -1)) WICK_TRY(read_panel(L, ctx, t, "finer", &r->finer));
    wk_host_set_finer(h, r->finer);
    lua_getfield(L, t, "rates");
    if (!lua_isnil(L, -1)) {
        wick_panel *pairs = NULL, *dressed = NULL;
        WICK_TRY(read_panel(L, ctx, t, "rates", &pairs));
        st = wick_panel_with_rates(ctx, r->panel, pairs, &dressed);
        wick_panel_unref(pairs);
        if (st < 0) goto out;
        wick_panel_unref(r->panel);
        r->panel = dressed;
    }
    WICK_TRY(load_script(L, h, ctx, t, r));
    WICK_TRY(wk_script_apply_settings(ctx, r->script, r->settings));
    WICK_TRY(set_pairs(L, ctx, t, "params", r, true));
    WICK_TRY(set_pairs(L, ctx, t, "engine", r, false));
    wick_run_opts o = {.size = sizeof o, .settings = r->settings};
    o.cash = opt_number(L, t, "cash", 0);
    const double from = opt_number(L, t, "trade_from", WICK_NA);
    o.has_trade_from = !isnan(from);
    if (o.has_trade_from) o.trade_from = (int64_t)from;
    lua_getfield(L, t, "cache");
    if (lua_toboolean(L, -1)) r->cache = wick_cache_new(INT64_C(64) << 20);
    lua_getfield(L, t, "plots");
    wk_host_keep_plots(h, lua_toboolean(L, -1) ? &r->plots : NULL);
    wk_host_state(h, &r->keep);
    st = wk_script_run(ctx, r->script, r->panel, &o, r->cache, &r->ledger);
    wk_host_state(h, NULL);
    if (st < 0) goto out;
    const wick_metric_opts m =
        wk_metric_opts(r->settings, wick_settings_year(r->settings, r->panel));
    WICK_TRY(wick_score(ctx, r->ledger, &m, NULL, 0, &r->scores));
out:
    wk_host_keep_plots(h, NULL);
    wk_host_set_finer(h, NULL);
    lua_settop(L, top);
    return st;
}

static void push_csv(lua_State *L, wick_ctx *ctx, test_run *r, const char *writer,
                     const char *field)
{
    wick_buf b = {0};
    const wick_result res = {.size = sizeof res,
                             .strategy = wk_script_name(r->script),
                             .profile = "wick",
                             .ledger = r->ledger,
                             .scores = r->scores,
                             .timeframe_ms = WICK_MS_DAY};
    if (wick_report_write(ctx, writer, &res, &b) >= 0 && !b.failed) {
        lua_pushlstring(L, b.data ? b.data : "", (size_t)b.len);
        lua_setfield(L, -2, field);
    }
    wick_buf_free(&b);
}

/* The table on top gets metrics.define results under `own`. */
static wick_status push_own(lua_State *L, wick_ctx *ctx, test_run *r)
{
    const char *const *names = NULL;
    const double *values = NULL;
    int64_t n = 0;
    const wick_status st =
        wk_script_metrics(ctx, r->script, r->ledger, r->scores, &names, &values, &n);
    if (st < 0) return st;
    lua_newtable(L);
    for (int64_t i = 0; i < n; i++) {
        lua_pushnumber(L, values[i]);
        lua_setfield(L, -2, names[i]);
    }
    lua_setfield(L, -2, "own");
    return WICK_OK;
}

static wick_status push_results(lua_State *L, wk_host *h, wick_ctx *ctx, test_run *r)
{
    lua_newtable(L);
    lua_pushstring(L, wk_script_style_name(r->script));
    lua_setfield(L, -2, "style");
    wk_push_trades(L, r->ledger);
    lua_setfield(L, -2, "trades");
    wk_push_equity(L, r->ledger);
    lua_setfield(L, -2, "equity");
    lua_newtable(L);
    for (int64_t i = 0; i < wick_scores_count(r->scores); i++) {
        lua_pushnumber(L, wick_scores_value(r->scores, i));
        lua_setfield(L, -2, wick_scores_spec(r->scores, i)->name);
    }
    lua_setfield(L, -2, "metrics");
    lua_newtable(L);
    for (int32_t i = 0; i < WICK_FATES; i++) {
        lua_pushinteger(L, (lua_Integer)wick_ledger_fates(r->ledger)[i]);
        lua_setfield(L, -2, wick_fate_name(i));
    }
    lua_setfield(L, -2, "fates");
    push_csv(L, ctx, r, "trades_csv", "trades_csv");
    push_csv(L, ctx, r, "equity_csv", "equity_csv");
    if (r->state) {
        wk_push_state(L, h, r->state);
        lua_setfield(L, -2, "state");
    }
    push_csv(L, ctx, r, "orders_csv", "orders_csv");
    lua_pushlstring(L, r->plots.data ? r->plots.data : "", (size_t)r->plots.len);
    lua_setfield(L, -2, "plots");
    return push_own(L, ctx, r);
}

static void free_run(test_run *r)
{
    wick_scores_free(r->scores);
    wick_ledger_unref(r->ledger);
    wk_script_free(r->script);
    wick_settings_free(r->settings);
    wick_panel_unref(r->panel);
    wick_cache_unref(r->cache);
    wick_buf_free(&r->plots);
    wick_panel_unref(r->finer);
    wick_state_unref(r->state);
}

/* core.test_run(options) -> results, or nil, message, code. Errors inside are caught by the inner
 * host calls; Lua errors here (out of memory) would leak the run, which ends the test anyway. */
static int core_test_run(lua_State *L)
{
    wk_host *h = wk_self(L);
    luaL_checktype(L, 1, LUA_TTABLE);
    if (L != h->L || !h->in_test || h->syms)
        return wk_raise(L, "run is for test functions (outside coroutines and other runs)");
    test_run r = {0};
    lua_settop(L, 1);
    wk_state_asked(L, 1, "run", &r.keep, &r.state);
    wick_ctx *ctx = wick_ctx_new();
    if (!ctx) return luaL_error(L, "out of memory");
    /* The nested run has globals of its own; the test gets its back. */
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_env);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_loaded);
    /* `memory`: MiB for this run, so that its limit can be met without filling the machine's. */
    const int64_t cap = h->mem.cap;
    const double mib = opt_number(L, 1, "memory", 0.0);
    if (mib >= 1.0 && mib < (double)(cap >> 20)) h->mem.cap = (int64_t)mib << 20;
    wick_status st = run_all(L, h, ctx, 1, &r);
    if (st >= 0) st = push_results(L, h, ctx, &r);
    h->mem.cap = cap;
    lua_pushvalue(L, 2);
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_env);
    lua_pushvalue(L, 3);
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_loaded);
    int results = 1;
    if (st < 0) {
        lua_pushnil(L);
        lua_pushstring(L, wick_ctx_error(ctx));
        lua_pushstring(L, wick_status_name(st));
        results = 3;
    }
    const bool cancelled = st == WICK_E_CANCELLED;
    free_run(&r);
    wick_ctx_free(ctx);
    if (cancelled) wk_budget_check(L, h);
    return results;
}

/* ---- entry points ------------------------------------------------------------------------- */

typedef struct tool_job {
    wk_host *h;
    const char *module, *path, *text;
    int64_t n;
    wick_buf *report;
    int64_t a, b;
} tool_job;

/* core.compile(text, name): a chunk in the environment on hand, or nil and the message. */
static int core_compile(lua_State *L)
{
    wk_host *h = wk_self(L);
    size_t n = 0;
    const char *text = luaL_checklstring(L, 1, &n), *name = luaL_checkstring(L, 2);
    lua_pushfstring(L, "@%s", name);
    if (luaL_loadbufferx(L, text, n, lua_tostring(L, -1), "t") != 0) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_env);
    wk_set_env(L, -2);
    return 1;
}

/* core.env(): the fresh globals, to which the test tool adds its own. */
static int core_env(lua_State *L)
{
    wk_host *h = wk_self(L);
    wk_fresh_env(L, h);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_env);
    return 1;
}

/* core.capture(list or nil): where print goes meanwhile. */
static void capture_line(void *user, const char *text, int64_t n)
{
    wick_buf *b = user;
    wick_buf_add(b, text, n);
    wick_buf_add(b, "\n", 1);
}

/* core.captured(function, ...): calls it and returns what it printed, then ok and results. */
static int core_captured(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_buf b = {0};
    void (*print)(void *, const char *, int64_t) = h->print;
    void *user = h->print_user;
    h->print = capture_line;
    h->print_user = &b;
    const int rc = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    h->print = print;
    h->print_user = user;
    lua_pushboolean(L, rc == 0);
    lua_insert(L, 1);
    lua_pushlstring(L, b.data ? b.data : "", (size_t)b.len);
    lua_insert(L, 1);
    wick_buf_free(&b);
    if (h->sh.stop) wk_budget_check(L, h);
    return lua_gettop(L);
}

/* core.try_load(path, text): loads as the host does what the file turns out to be; nil when good,
 * else the message. A good pipeline's options come second. */
static int core_try_load(lua_State *L)
{
    wk_host *h = wk_self(L);
    size_t n = 0;
    const char *path = luaL_checkstring(L, 1), *text = luaL_checklstring(L, 2, &n);
    wick_ctx *ctx = wick_ctx_new();
    if (!ctx) return luaL_error(L, "out of memory");
    wk_script *s = NULL;
    bool pipeline = false;
    wick_status st = wk_host_load_text(ctx, h, path, text, (int64_t)n, &s);
    if (st < 0 && h->result_id == h->id_objective) {
        wick_ctx_clear(ctx);
        st = wk_host_load_objective_text(ctx, h, path, text, (int64_t)n, &s);
    } else if (st < 0 && h->result_id == h->id_pipeline) {
        wick_ctx_clear(ctx);
        st = wk_pipeline_load_text(ctx, h, path, text, (int64_t)n, &s);
        pipeline = st >= 0;
    }
    if (st < 0)
        lua_pushstring(L, wick_ctx_error(ctx));
    else
        lua_pushnil(L);
    if (pipeline) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, s->metrics); /* the pipeline's table */
        lua_getfield(L, -1, "options");
        lua_remove(L, -2);
    }
    if (st >= 0) wk_script_free(s);
    wick_ctx_free(ctx);
    return pipeline ? 2 : 1;
}

/* core.read(path): a file's text, for tests of documents; nil when it cannot be read. */
static int core_read(lua_State *L)
{
    wk_host *h = wk_self(L);
    char *text = NULL;
    int64_t n = 0;
    if (!h->in_test) return wk_raise(L, "read is for tests");
    if (wick_file_read(h->ctx, luaL_checkstring(L, 1), 16 << 20, &text, &n) < 0) {
        wick_ctx_clear(h->ctx);
        return 0;
    }
    lua_pushlstring(L, text, (size_t)n);
    free(text);
    return 1;
}

/* core.ta_names(): what the registry holds. */
static int core_ta_names(lua_State *L)
{
    lua_newtable(L);
    for (int64_t i = 0; i < wick_ta_count(); i++) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, wick_ta_at(i)->name);
    }
    return 1;
}

static int tool_main(lua_State *L)
{
    tool_job *j = lua_touserdata(L, 1);
    wk_host *h = j->h;
    wk_push_module(L, h, j->module);
    lua_pushstring(L, j->path);
    lua_pushlstring(L, j->text, (size_t)j->n);
    lua_call(L, 2, 3);
    size_t n = 0;
    const char *report = lua_tolstring(L, -3, &n);
    wick_buf_add(j->report, report ? report : "", (int64_t)n);
    j->a = (int64_t)lua_tonumber(L, -2);
    j->b = (int64_t)lua_tonumber(L, -1);
    return 0;
}

static wick_status run_tool(wick_ctx *ctx, wk_host *h, const char *module, const char *path,
                            wick_buf *report, int64_t *a, int64_t *b)
{
    char *text = NULL, folder[1024];
    int64_t n = 0;
    wick_status st = wick_file_read(ctx, path, 16 << 20, &text, &n);
    if (st < 0) return st;
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    wk_script place = {.host = h, .path = (char *)(uintptr_t)path, .folder = folder};
    tool_job j = {.h = h, .module = module, .path = path, .text = text, .n = n, .report = report};
    wk_script *outer = h->script;
    h->script = &place;
    h->in_test = true;
    h->hook = NULL;
    wk_rng_start(h, 0);
    const wk_budget_mark mark = wk_budget_enter(h, "the test file", h->run_seconds, false);
    st = wk_protect(h, ctx, tool_main, &j, NULL);
    wk_budget_leave(h, mark);
    h->in_test = false;
    h->script = outer;
    free(text);
    *a = j.a;
    *b = j.b;
    return st;
}

wick_status wk_host_test(wick_ctx *ctx, wk_host *h, const char *path, wick_buf *report,
                         wk_test_result *out)
{
    return run_tool(ctx, h, "wick.test", path, report, &out->passed, &out->failed);
}

wick_status wk_host_check(wick_ctx *ctx, wk_host *h, const char *path, wick_buf *report,
                          wk_check_result *out)
{
    if (wk_is_pine(path)) return wk_check_pine(ctx, h, path, report, &out->errors);
    return run_tool(ctx, h, "wick.check", path, report, &out->errors, &out->warnings);
}

void wk_test_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"test_run", core_test_run}, {"compile", core_compile},
                                    {"env", core_env},           {"captured", core_captured},
                                    {"try_load", core_try_load}, {"ta_names", core_ta_names},
                                    {"read", core_read},         {NULL, NULL}};
    wk_set_funcs(L, h, list);
    lua_pushstring(L, wk_host_vm());
    lua_setfield(L, -2, "vm");
}
