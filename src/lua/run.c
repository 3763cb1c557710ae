/* SPDX-License-Identifier: MIT */
#include "lua/columns.h"
#include "lua/state.h"

#include <string.h>

/* One run of a script over a panel: body, declarations, evaluation, then the step loop. */

typedef struct job {
    wk_host *h;
    wk_script *s;
    int step;
} job;

/* Returned columns of S.series become fields of the symbol. */
static void name_series(lua_State *L, wk_host *h, int32_t i)
{
    if (lua_isnil(L, -1)) return;
    if (lua_type(L, -1) != LUA_TTABLE || wk_series_slot(L, h, -1) >= 0)
        (void)wk_raise(L, "S.series must return a table of named series (or nothing), got %s",
                       luaL_typename(L, -1));
    const int t = lua_gettop(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_syms);
    lua_rawgeti(L, -1, i + 1);
    lua_pushnil(L);
    while (lua_next(L, t)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            (void)wk_raise(L, "S.series: every series has a name: return { atr = atr }");
        const int64_t slot = wk_series_slot(L, h, -1);
        if (slot < 0)
            (void)wk_raise(L, "S.series: '%s' must be a series, got %s", lua_tostring(L, -2),
                           luaL_typename(L, -1));
        h->extra[slot].used = false;
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, t + 2);
    }
    lua_settop(L, t);
}

/* Triggers of symbol i in the order they were declared; their functions go to the list on top. */
static void add_triggers(lua_State *L, wk_host *h, int32_t i, int on)
{
    const int list = lua_gettop(L);
    for (int32_t k = 0; k < h->n_when; k++) {
        const wk_when *w = &h->when[k];
        lua_pushstring(L, w->name);
        lua_rawget(L, on);
        if (!lua_isfunction(L, -1)) {
            const char *near = wk_nearest_key(L, on, w->name);
            if (near)
                (void)wk_raise(L, "S.when.%s has no S.on.%s; did you mean S.on.%s?", w->name,
                               w->name, near);
            (void)wk_raise(L, "S.when.%s has no function S.on.%s(sym, p)", w->name, w->name);
        }
        int32_t index = 0;
        const uint64_t *mask = wick_graph_mask(h->syms[i].graph, h->slots[w->slot].node);
        if (wick_run_add_trigger_bits(h->ctx, h->run, i, mask, &index) < 0)
            (void)wk_raise_ctx(L, h);
        lua_rawseti(L, list, index + 1);
    }
}

/* Masks nobody asked for by name are packed without becoming columns; one that is read after all
 * gets its column then. */
static void eval_triggers(lua_State *L, wk_host *h, int32_t i, int64_t first)
{
    wick_node masks[WK_WHEN_MAX];
    for (int32_t k = 0; k < h->n_when; k++) masks[k] = h->slots[h->when[k].slot].node;
    wk_eval_declared(L, h, i, first);
    const double began = wick_now();
    if (wick_graph_eval_masks(h->ctx, h->syms[i].graph, NULL, 0, masks, h->n_when) < 0)
        (void)wk_raise_ctx(L, h);
    h->costs.kernels += wick_now() - began;
}

/* Every function under S.on needs its mask. */
static void check_triggers(lua_State *L, wk_host *h, int on)
{
    for (lua_pushnil(L); lua_next(L, on); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        int32_t k = 0;
        while (k < h->n_when && strcmp(h->when[k].name, name) != 0) k++;
        if (k < h->n_when) continue;
        const char *names[WK_WHEN_MAX];
        for (k = 0; k < h->n_when; k++) names[k] = h->when[k].name;
        const char *near = wick_nearest(name, names, h->n_when);
        if (near) (void)wk_raise(L, "S.on.%s has no mask; did you mean S.when.%s?", name, near);
        (void)wk_raise(L, "S.on.%s has no mask: set S.when.%s in S.series", name, name);
    }
}

static void push_raw(lua_State *L, int t, const char *key)
{
    lua_pushstring(L, key);
    lua_rawget(L, t);
}

void wk_run_signals(lua_State *L, wk_host *h, int t, int base)
{
    h->hook = "signals";
    push_raw(L, t, "signals");
    const int f = lua_gettop(L);
    wk_place_at(L, h, f);
    lua_createtable(L, h->n_syms, 0);
    for (int32_t i = 0; i < h->n_syms; i++) {
        h->decl = i;
        lua_pushvalue(L, f);
        wk_push_bars(L, h, i);
        wk_push_param_values(L, h, h->script); /* of its own: a write stays with this symbol */
        lua_call(L, 2, 1);
        if (lua_type(L, -1) != LUA_TTABLE)
            (void)wk_raise(L,
                           "signals returned %s; it must return a table: { long = mask, flat = "
                           "mask }",
                           lua_isnil(L, -1) ? "nothing" : luaL_typename(L, -1));
        wk_take_signals(L, h, i, -1);
        lua_rawseti(L, f + 1, i + 1);
        lua_settop(L, f + 1);
        if (h->sh.stop) wk_budget_check(L, h);
    }
    lua_replace(L, base + WK_AT_SIZE);
    lua_settop(L, f - 1);
}

/* S.series for every symbol; masks are added once everything is evaluated. */
static void declare_series(lua_State *L, wk_host *h, int t, int base)
{
    h->hook = "series";
    push_raw(L, t, "series");
    const int f = lua_gettop(L);
    if (lua_isnil(L, f)) {
        lua_settop(L, f - 1);
        return;
    }
    wk_place_at(L, h, f);
    push_raw(L, t, "on");
    const int on = lua_gettop(L);
    lua_createtable(L, h->n_syms, 0);
    const int lists = lua_gettop(L);
    for (int32_t i = 0; i < h->n_syms; i++) {
        h->decl = i;
        h->n_when = 0;
        const int64_t first = h->n_slots;
        lua_pushvalue(L, f);
        wk_push_bars(L, h, i);
        wk_push_param_values(L, h, h->script);
        lua_call(L, 2, 1);
        name_series(L, h, i);
        lua_settop(L, lists);
        check_triggers(L, h, on);
        eval_triggers(L, h, i, first);
        lua_createtable(L, h->n_when, 0);
        add_triggers(L, h, i, on);
        lua_rawseti(L, lists, i + 1);
        if (h->sh.stop) wk_budget_check(L, h);
    }
    lua_replace(L, base + WK_AT_ON);
    lua_settop(L, f - 1);
}

static void run_init(lua_State *L, wk_host *h, int t, int base)
{
    h->hook = "init";
    push_raw(L, t, "init");
    if (!lua_isnil(L, -1)) {
        h->decl = -1;
        lua_pushvalue(L, base + WK_AT_CTX);
        lua_pushvalue(L, base + WK_AT_PARAMS);
        lua_call(L, 2, 0);
    } else {
        lua_pop(L, 1);
    }
}

/* Pine: the body runs for every symbol, each with its own strategy object. */
void wk_declare_pine(lua_State *L, wk_host *h, wk_script *s, int base)
{
    lua_createtable(L, h->n_syms, 0);
    const int list = lua_gettop(L);
    for (int32_t i = 0; i < h->n_syms; i++) {
        const int64_t first = h->n_slots;
        h->decl = i;
        lua_newtable(L);
        lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_loaded);
        wk_push_strategy(L, h, s);
        push_raw(L, lua_gettop(L), "each");
        if (!lua_isfunction(L, -1))
            (void)wk_raise(L, "%s: each_bar was not called for %s", s->path,
                           wick_bars_symbol(h->syms[i].bars));
        lua_rawseti(L, list, i + 1);
        push_raw(L, lua_gettop(L), "feature_table");
        if (!lua_isnil(L, -1) && (i == 0 || h->columns))
            wk_columns_take(L, h, i);
        else if (h->columns)
            (void)wk_raise(L, "s:features was not called for %s",
                           wick_bars_symbol(h->syms[i].bars));
        wk_eval_declared(L, h, i, first);
        wk_pine_wake(L, h, i, list + 1);
        if (h->refills) wk_refill_keep(L, h, i, list + 1);
        lua_settop(L, list);
        if (h->sh.stop) wk_budget_check(L, h);
    }
    lua_replace(L, base + WK_AT_PINE);
    wk_gate_open(L, h, list, base + WK_AT_PARAMS);
    wk_features_watch(L, h, list, base + WK_AT_PARAMS);
}

static void strategy_parts(lua_State *L, wk_host *h, wk_script *s, int base)
{
    h->decl = -1;
    wk_push_strategy(L, h, s);
    const int t = lua_gettop(L);
    wk_costs_take(L, h, t);
    if (s->style == WK_STYLE_SIGNALS) {
        wk_run_signals(L, h, t, base);
        wk_gate_open(L, h, t, base + WK_AT_PARAMS);
        wk_features_watch(L, h, t, base + WK_AT_PARAMS);
        return;
    }
    wk_gate_open(L, h, t, base + WK_AT_PARAMS);
    wk_features_watch(L, h, t, base + WK_AT_PARAMS);
    run_init(L, h, t, base);
    declare_series(L, h, t, base);
    push_raw(L, t, "before_bar");
    lua_replace(L, base + WK_AT_BEFORE);
    push_raw(L, t, "each_bar");
    lua_replace(L, base + WK_AT_EACH);
    push_raw(L, t, "on_bar");
    lua_replace(L, base + WK_AT_AFTER);
    wk_rebalance_open(L, h, t, base);
}

/* Everything before the first bar; what the loop needs stands on the stack from 1 on. */
static void declare(lua_State *L, wk_host *h, wk_script *s)
{
    lua_settop(L, 0);
    for (int i = 0; i < WK_AT_COUNT; i++) lua_pushnil(L);
    const int base = 1;
    const double began = wick_now();
    h->costs = (wk_run_costs){0};
    wk_rng_start(h, 0);
    if (h->state_opts.from || h->state_opts.out) wk_state_watch(L, h);
    wk_fresh_env(L, h);
    if (wick_run_refills(h->run)) wk_refill_watch(L, h);
    wk_push_syms(L, h);
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_tags);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_syms);
    lua_replace(L, base + WK_AT_SYMS);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_ctx);
    lua_replace(L, base + WK_AT_CTX);
    wk_push_param_values(L, h, s);
    lua_replace(L, base + WK_AT_PARAMS);
    h->hook = "the file body";
    h->sh.phase = WK_DECLARE;
    if (s->style == WK_STYLE_PINE)
        wk_declare_pine(L, h, s, base);
    else
        strategy_parts(L, h, s, base);
    lua_settop(L, base + WK_AT_COUNT - 1);
    if (s->style != WK_STYLE_SIGNALS) wk_eval_declared(L, h, -1, 0);
    h->costs.body = wick_now() - began - h->costs.kernels;
    h->decl = -1;
    h->place_line = 0;
    if (h->keep.watching) wk_state_begin(L, h, base);
    h->sh.phase = WK_DECIDE;
}

static int run_main(lua_State *L)
{
    job *j = lua_touserdata(L, 1);
    declare(L, j->h, j->s);
    const double decided = wick_now();
    (void)wk_loop(L, j->h, 1);
    if (wk_state_stopped(L, j->h, 1)) (void)wk_loop(L, j->h, 1);
    j->h->costs.loop = wick_now() - decided;
    return 0;
}

/* The same in pieces, for runs that share an account: what the loop needs is kept meanwhile. */
static int declare_main(lua_State *L)
{
    job *j = lua_touserdata(L, 1);
    declare(L, j->h, j->s);
    lua_createtable(L, WK_AT_COUNT, 0);
    for (int i = 1; i <= WK_AT_COUNT; i++) {
        lua_pushvalue(L, i);
        lua_rawseti(L, -2, i);
    }
    j->h->ref_at = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static int resume_main(lua_State *L)
{
    job *j = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, j->h->ref_at);
    for (int i = 1; i <= WK_AT_COUNT; i++) lua_rawgeti(L, 1, i);
    lua_remove(L, 1);
    j->step = wk_loop(L, j->h, 1);
    return 0;
}

static int clear_main(lua_State *L)
{
    job *j = lua_touserdata(L, 1);
    wk_hot_clear(L, j->h);
    wk_costs_forget(L, j->h);
    if (j->h->keep.watching) wk_state_forget(L, j->h);
    if (j->h->refills) wk_refill_forget(L, j->h);
    return 0;
}

/* First tick on which trading is allowed. */
static int64_t first_tick(const wick_panel *panel, const wick_run_opts *o)
{
    if (!o->has_trade_from) return 0;
    const int64_t *clock = wick_panel_clock(panel);
    int64_t lo = 0, hi = wick_panel_ticks(panel);
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (clock[mid] < o->trade_from)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Where the strategy stood when it failed. */
static void note_bar(wick_ctx *ctx, wk_host *h)
{
    const wick_cursor *c = h->sh.cur;
    const char *hook = wk_hook_name(h);
    char at[WICK_TIME_TEXT];
    if (h->cost_hook) {
        wick_time_format(at, h->cost_time, true);
        (void)wick_note(ctx, "while running S.%s for a fill of %s at %s", h->cost_hook,
                        wick_bars_symbol(h->syms[h->cost_symbol].bars), at);
        return;
    }
    if (h->sh.phase != WK_DECIDE || !c) {
        if (h->decl >= 0 && h->decl < h->n_syms)
            (void)wick_note(ctx, "while running %s for %s", hook,
                            wick_bars_symbol(h->syms[h->decl].bars));
        return;
    }
    wick_time_format(at, c->time, true);
    if (c->symbol >= 0)
        (void)wick_note(ctx, "while running %s for %s at %s", hook,
                        wick_bars_symbol(h->syms[c->symbol].bars), at);
    else
        (void)wick_note(ctx, "while running %s at %s", hook, at);
}

void wk_host_watch(wk_host *h, void (*fn)(void *user, const wk_declared *d), void *user)
{
    h->watch = fn;
    h->watch_user = user;
}

static void show_declared(wk_host *h)
{
    for (int64_t i = 0; i < h->n_slots; i++) {
        const wk_slot *s = &h->slots[i];
        const wick_graph *g = h->syms[s->sym].graph;
        wk_declared d = {.symbol = s->sym, .v = wick_graph_values(g, s->node)};
        wick_buf text = {0};
        /* Requests are seen where they were merged; what a script writes is no declaration. */
        if (!d.v || s->sym >= h->n_syms || s->node == WK_OWN) continue;
        d.n = h->syms[s->sym].n;
        if (h->extra[i].label[0])
            wick_buf_add(&text, h->extra[i].label, -1);
        else
            wick_graph_describe(g, s->node, &text);
        d.text = text.failed || !text.data ? "series" : text.data;
        h->watch(h->watch_user, &d);
        wick_buf_free(&text);
    }
    /* Features that are series were among them; those set against the other symbols are not. */
    const wk_columns *c = h->columns;
    for (int32_t i = 0; c && i < c->p * c->n_syms; i++) {
        if (!c->owned[i]) continue;
        char text[128];
        snprintf(text, sizeof text, "features.%s", c->names[i % c->p]);
        const int32_t sym = i / c->p;
        const wk_declared d = {.symbol = sym, .text = text, .v = c->owned[i], .n = h->syms[sym].n};
        h->watch(h->watch_user, &d);
    }
}

wick_status wk_script_set_filter(wick_ctx *ctx, wk_script *s, wk_filter *f)
{
    const wick_status st = f ? wk_filter_check(ctx, f, s->name) : WICK_OK;
    if (st < 0) return st;
    wk_filter *old = s->filter;
    s->filter = wk_filter_kind_of(f) == WK_FILTER_PASSTHROUGH ? NULL : wk_filter_ref(f);
    wk_filter_unref(old);
    return WICK_OK;
}

/* Bars, run and finer bars of a script; what is left to do then is to run it and to close it. */
static wick_status open_run(wick_ctx *ctx, wk_script *s, wick_panel *panel,
                            const wick_run_opts *opts, wick_cache *cache)
{
    wk_host *h = s->host;
    wick_run_opts o = {.size = sizeof o};
    if (opts) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    o.size = sizeof o;
    o.ask_before = (s->hooks & WK_HOOK_BEFORE) != 0;
    o.ask_after = (s->hooks & WK_HOOK_BAR) != 0;
    o.ask_bar = (s->hooks & WK_HOOK_EACH) != 0 || s->style == WK_STYLE_PINE;
    o.pine = s->style == WK_STYLE_PINE;
    o.ask_fill = false;
    o.ahead = WICK_LUAJIT != 0;
    wick_cost_user costs;
    if (wk_costs_wanted(s, h, &costs)) o.cost = &costs;
    wick_status st = wk_bind(ctx, h, panel, cache);
    if (st < 0) return st;
    h->script = s;
    WICK_TRY(wick_run_new(ctx, panel, &o, &h->run));
    for (int32_t i = 0; h->finer && i < h->n_syms; i++) {
        const wick_bars *fine = wk_finer_bars(h, i);
        if (fine) WICK_TRY(wick_run_set_magnifier(ctx, h->run, i, fine));
    }
    WICK_TRY(wk_currency_open(ctx, h, s));
    h->sh.cur = wick_run_cursor(h->run);
    h->tick0 = first_tick(panel, &o);
out:
    return st;
}

static wick_status go(wick_ctx *ctx, job *j, lua_CFunction main)
{
    wk_host *h = j->h;
    const wk_budget_mark mark = wk_budget_enter(h, "the run", h->run_seconds, false);
    const wick_status st = wk_protect(h, ctx, main, j, NULL);
    if (st < 0 && st != WICK_E_CANCELLED) {
        wick_run_catch_up(h->run);
        note_bar(ctx, h);
    }
    wk_budget_leave(h, mark);
    return st;
}

static void clear_run(wick_ctx *ctx, job *j, bool failed)
{
    wk_host *h = j->h;
    if (h->n_hot_tables == 0 && !h->costly && !h->keep.watching && !h->refills) return;
    wick_ctx *scratch = failed ? wick_ctx_new() : ctx;
    if (scratch) (void)wk_protect(h, scratch, clear_main, j, NULL);
    if (failed) wick_ctx_free(scratch);
}

static wick_status finish_run(wick_ctx *ctx, wk_script *s, wick_ledger **out)
{
    wk_host *h = s->host;
    h->costs.meter = wick_run_meter(h->run);
    s->costs = h->costs;
    wk_plots_write(h);
    const wick_status st = wick_run_finish(ctx, h->run, out);
    if (st >= 0 && h->watch) show_declared(h);
    return st;
}

static void close_run(wk_host *h, wk_script *outer)
{
    wick_run_free(h->run);
    h->run = NULL;
    h->hook = NULL;
    h->script = outer;
    wk_unbind(h);
}

wick_status wk_script_run(wick_ctx *ctx, wk_script *s, wick_panel *panel, const wick_run_opts *opts,
                          wick_cache *cache, wick_ledger **out)
{
    job j = {.h = s->host, .s = s};
    wk_script *outer = s->host->script;
    wick_status st = open_run(ctx, s, panel, opts, cache);
    if (st < 0 && s->host->script != s) return st; /* nothing was bound */
    if (st >= 0) {
        st = go(ctx, &j, run_main);
        clear_run(ctx, &j, st < 0);
    }
    if (st >= 0) st = finish_run(ctx, s, out);
    close_run(s->host, outer);
    return st;
}

wick_status wk_script_begin(wick_ctx *ctx, wk_script *s, wick_panel *panel,
                            const wick_run_opts *opts, double share)
{
    job j = {.h = s->host, .s = s};
    wick_status st = open_run(ctx, s, panel, opts, NULL);
    if (st < 0 && s->host->script != s) return st;
    if (st >= 0) st = wick_run_join(ctx, s->host->run, share);
    if (st >= 0) st = go(ctx, &j, declare_main);
    if (st < 0 && wk_script_end(ctx, s, false, NULL) < 0) return st; /* it only gives back */
    return st;
}

wick_status wk_script_resume(wick_ctx *ctx, wk_script *s, int *step)
{
    job j = {.h = s->host, .s = s};
    const double began = wick_now();
    const wick_status st = go(ctx, &j, resume_main);
    s->host->costs.loop += wick_now() - began;
    *step = j.step;
    return st;
}

wick_run *wk_script_run_of(wk_script *s)
{
    return s->host->run;
}

wick_status wk_script_end(wick_ctx *ctx, wk_script *s, bool good, wick_ledger **out)
{
    wk_host *h = s->host;
    job j = {.h = h, .s = s};
    wick_status st = WICK_OK;
    if (h->script != s) return st; /* it was never begun, or has ended */
    clear_run(ctx, &j, !good);
    luaL_unref(h->L, LUA_REGISTRYINDEX, h->ref_at);
    h->ref_at = LUA_NOREF;
    if (good) st = finish_run(ctx, s, out);
    close_run(h, NULL);
    return st;
}

/* core.new_pine(): the strategy object of the symbol being declared. */
static int core_new_pine(lua_State *L)
{
    wk_host *h = wk_self(L);
    if (h->decl < 0) return wk_raise(L, "pine.strategy belongs into the file body");
    lua_createtable(L, 0, 16);
    lua_pushinteger(L, h->decl);
    lua_setfield(L, -2, "id");
    lua_pushnumber(L, h->sh.base);
    lua_setfield(L, -2, "run");
    lua_pushstring(L, wick_bars_symbol(h->syms[h->decl].bars));
    lua_setfield(L, -2, "symbol");
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->mt_pine);
    lua_setmetatable(L, -2);
    return 1;
}

void wk_run_open(lua_State *L, wk_host *h)
{
    wk_pine_open_calls(L, h);
    wk_push_func(L, h, core_new_pine);
    lua_setfield(L, -2, "new_pine");
    lua_pushlightuserdata(L, &h->sh);
    lua_setfield(L, -2, "shared");
    lua_newtable(L);
    lua_pushinteger(L, (lua_Integer)sizeof(wk_slot));
    lua_setfield(L, -2, "wk_slot");
    lua_pushinteger(L, (lua_Integer)sizeof(wk_shared));
    lua_setfield(L, -2, "wk_shared");
    lua_setfield(L, -2, "sizes");
    lua_newtable(L);
    h->ref_hot = luaL_ref(L, LUA_REGISTRYINDEX);
    h->ref_fees = h->ref_slippage = h->cost_error = h->ref_at = LUA_NOREF;
}
