/* SPDX-License-Identifier: MIT */
#include "lua/filter.h"
#include "lua/lua_int.h"

#include <stdlib.h>
#include <string.h>

/* Loading a file, what it declares, and parameter values. */

/* ---- the body ----------------------------------------------------------------------------- */

void wk_fresh_env(lua_State *L, wk_host *h)
{
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_loaded);
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_defs);
    wk_push_env(L, h);
    lua_rawseti(L, LUA_REGISTRYINDEX, h->ref_env);
}

static void wrong_result(lua_State *L, const wk_script *s)
{
    if (lua_isnil(L, -1))
        (void)wk_raise(L,
                       "%s: the file returned nothing; its last line must be 'return S' (or "
                       "'return s:each_bar(function() ... end)')",
                       s->path);
    (void)wk_raise(L,
                   "%s: the file returned a %s; a strategy is made with wick.strategy \"name\" "
                   "or pine.strategy { ... }",
                   s->path, luaL_typename(L, -1));
}

const void *wk_push_result(lua_State *L, wk_host *h, wk_script *s)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
    const int core = lua_gettop(L);
    h->result_id = NULL;
    lua_newtable(L);
    lua_setfield(L, core, "inputs");
    lua_newtable(L);
    lua_setfield(L, core, "metric_list");
    lua_newtable(L);
    lua_setfield(L, core, "pine_state");
    lua_settop(L, core - 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->chunk);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_env);
    wk_set_env(L, -2);
    lua_call(L, 0, 1);
    if (lua_type(L, -1) == LUA_TTABLE && lua_getmetatable(L, -1)) {
        h->result_id = lua_topointer(L, -1);
        lua_pop(L, 1);
    }
    return h->result_id;
}

void wk_push_strategy(lua_State *L, wk_host *h, wk_script *s)
{
    const void *id = wk_push_result(L, h, s);
    if (id == h->id_objective)
        (void)wk_raise(L, "%s: the file is an objective; a strategy is expected here", s->path);
    if (id == h->id_pipeline)
        (void)wk_raise(L, "%s: this is a pipeline, not a strategy: `wick pipeline %s`", s->path,
                       s->path);
    if (id != h->id_strategy && id != h->id_pine) wrong_result(L, s);
}

/* ---- what a file declares ----------------------------------------------------------------- */

static bool has_function(lua_State *L, int t, const char *key)
{
    lua_pushstring(L, key);
    lua_rawget(L, t);
    const int type = lua_type(L, -1);
    if (type != LUA_TNIL && type != LUA_TFUNCTION)
        (void)wk_raise(L, "S.%s must be a function, got %s", key, luaL_typename(L, -1));
    lua_pop(L, 1);
    return type == LUA_TFUNCTION;
}

static bool has(lua_State *L, int t, const char *key)
{
    lua_pushstring(L, key);
    lua_rawget(L, t);
    const bool yes = !lua_isnil(L, -1);
    lua_pop(L, 1);
    return yes;
}

static void read_rebalance(lua_State *L, wk_script *s, int t)
{
    const bool when = has(L, t, "rebalance"), chain = has(L, t, "allocate");
    const bool hook = has_function(L, t, "on_rebalance");
    if (!when && (chain || hook))
        (void)wk_raise(L, "%s: S.%s needs S.rebalance, which says when: \"month last\"", s->path,
                       chain ? "allocate" : "on_rebalance");
    if (!when) return;
    if (!chain && !hook)
        (void)wk_raise(L, "%s: S.rebalance needs S.allocate or S.on_rebalance, which says what",
                       s->path);
    if (chain && hook)
        (void)wk_raise(L, "%s: S.allocate and S.on_rebalance cannot stand beside each other",
                       s->path);
    if (s->hooks & WK_HOOK_SIGNALS)
        (void)wk_raise(L, "%s: S.rebalance cannot stand beside S.signals", s->path);
    s->hooks |= WK_HOOK_REBALANCE;
}

static void read_hooks(lua_State *L, wk_script *s, int t)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } hooks[] = {{"signals", WK_HOOK_SIGNALS}, {"series", WK_HOOK_SERIES},
                 {"init", WK_HOOK_INIT},       {"before_bar", WK_HOOK_BEFORE},
                 {"each_bar", WK_HOOK_EACH},   {"on_bar", WK_HOOK_BAR},
                 {"fees", WK_HOOK_FEES},       {"slippage", WK_HOOK_SLIPPAGE}};
    s->hooks = 0;
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++)
        if (has_function(L, t, hooks[i].name)) s->hooks |= hooks[i].bit;
    lua_pushliteral(L, "on");
    lua_rawget(L, t);
    if (lua_type(L, -1) == LUA_TTABLE) {
        for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) s->hooks |= WK_HOOK_ON;
    }
    lua_pop(L, 1);
    const uint32_t bars = WK_HOOK_BEFORE | WK_HOOK_EACH | WK_HOOK_BAR;
    if ((s->hooks & WK_HOOK_SIGNALS) && (s->hooks & (bars | WK_HOOK_ON | WK_HOOK_SERIES)))
        (void)wk_raise(L,
                       "%s: S.signals decides for the whole history; it cannot stand beside bar "
                       "hooks or triggers",
                       s->path);
    if ((s->hooks & WK_HOOK_ON) && !(s->hooks & WK_HOOK_SERIES))
        (void)wk_raise(L, "functions under S.on need masks: set S.when.NAME in S.series(b, p)");
    read_rebalance(L, s, t);
    if (!(s->hooks & (bars | WK_HOOK_ON | WK_HOOK_SIGNALS | WK_HOOK_REBALANCE)))
        (void)wk_raise(L,
                       "%s: the strategy decides nothing: define S.signals, S.on.NAME, S.each_bar, "
                       "S.on_bar or S.rebalance",
                       s->path);
    s->style = s->hooks & WK_HOOK_SIGNALS                      ? WK_STYLE_SIGNALS
               : (s->hooks & WK_HOOK_ON) && !(s->hooks & bars) ? WK_STYLE_TRIGGERS
                                                               : WK_STYLE_EVENTS;
}

/* Settings the file asks for: a table of key = value in field `engine`. */
static void read_settings(lua_State *L, wk_script *s, int t)
{
    lua_pushliteral(L, "engine");
    lua_rawget(L, t);
    if (lua_type(L, -1) != LUA_TTABLE) {
        lua_pop(L, 1);
        return;
    }
    const int from = lua_gettop(L);
    int64_t n = 0;
    for (lua_pushnil(L); lua_next(L, from); lua_pop(L, 1)) n++;
    s->setting_keys = calloc((size_t)n + 1, sizeof *s->setting_keys);
    s->setting_values = calloc((size_t)n + 1, sizeof *s->setting_values);
    if (!s->setting_keys || !s->setting_values) (void)luaL_error(L, "out of memory");
    lua_pushnil(L);
    while (lua_next(L, from)) {
        char text[WICK_DOUBLE_TEXT];
        if (lua_type(L, -2) != LUA_TSTRING)
            (void)wk_raise(L, "engine settings are written key = value");
        if (lua_type(L, -1) == LUA_TNUMBER) {
            wick_format_double(text, lua_tonumber(L, -1));
            lua_pushstring(L, text);
        } else if (lua_isboolean(L, -1)) {
            lua_pushstring(L, lua_toboolean(L, -1) ? "on" : "off");
        } else {
            lua_pushstring(L, lua_tostring(L, -1));
        }
        if (!lua_isstring(L, -1)) (void)wk_raise(L, "engine settings are texts or numbers");
        /* Insertion by key: a table's own order is not the same everywhere. */
        int64_t at = s->n_settings++;
        const char *key = lua_tostring(L, -3);
        for (; at > 0 && strcmp(s->setting_keys[at - 1], key) > 0; at--) {
            s->setting_keys[at] = s->setting_keys[at - 1];
            s->setting_values[at] = s->setting_values[at - 1];
        }
        s->setting_values[at] = wk_copy_text(L, -1);
        s->setting_keys[at] = strdup(key);
        lua_pop(L, 2);
    }
    lua_settop(L, from - 1);
}

void wk_start_body(lua_State *L, wk_host *h, wk_script *s)
{
    char chunk[1100];
    /* Lines of a translation are not those of the Pine file. */
    snprintf(chunk, sizeof chunk, "@%s%s", s->path, wk_is_pine(s->path) ? " (as Lua)" : "");
    if (luaL_loadbufferx(L, s->text, (size_t)s->text_n, chunk, "t") != 0) (void)lua_error(L);
    s->chunk = luaL_ref(L, LUA_REGISTRYINDEX);
    wk_rng_start(h, 0);
    wk_fresh_env(L, h);
}

static int load_main(lua_State *L)
{
    wk_script *s = lua_touserdata(L, 1);
    wk_host *h = s->host;
    wk_start_body(L, h, s);
    wk_push_strategy(L, h, s);
    const int t = lua_gettop(L);
    lua_getmetatable(L, t);
    const bool pine = lua_topointer(L, -1) == h->id_pine;
    lua_pop(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
    if (pine) {
        s->style = WK_STYLE_PINE;
        lua_getfield(L, -1, "inputs");
        if (!has_function(L, t, "each"))
            (void)wk_raise(L,
                           "%s: the strategy never decides; end the file with 'return "
                           "s:each_bar(function() ... end)'",
                           s->path);
    } else {
        read_hooks(L, s, t);
        lua_pushliteral(L, "params");
        lua_rawget(L, t);
    }
    if (lua_type(L, -1) == LUA_TTABLE)
        wk_script_read_params(L, s, lua_gettop(L));
    else if (!lua_isnil(L, -1))
        (void)wk_raise(L, "S.params must be a table, got %s", luaL_typename(L, -1));
    read_settings(L, s, t);
    lua_settop(L, t + 1);
    lua_getfield(L, t, "name");
    s->name = lua_type(L, -1) == LUA_TSTRING ? wk_copy_text(L, -1) : strdup("strategy");
    s->cash = wk_number_of(L, t, "initial_cash", 0);
    lua_pushliteral(L, "currency");
    lua_rawget(L, t);
    if (s->style == WK_STYLE_PINE && lua_type(L, -1) == LUA_TSTRING)
        (void)snprintf(s->currency, sizeof s->currency, "%s", lua_tostring(L, -1));
    lua_pop(L, 1);
    lua_getfield(L, t + 1, "metric_list");
    s->n_metrics = (int64_t)lua_rawlen(L, -1);
    s->metrics = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

/* ---- public ------------------------------------------------------------------------------- */

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
}

/* A first line starting with # is for the shell; a byte order mark is for nobody. The newline stays
 * so that line numbers hold. */
static const char *skip_head(const char *text, int64_t *n)
{
    if (*n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        *n -= 3;
    }
    if (*n > 0 && *text == '#')
        while (*n > 0 && *text != '\n') {
            text++;
            --*n;
        }
    return text;
}

wick_status wk_load_as(wick_ctx *ctx, wk_host *h, const char *name, const char *text, int64_t n,
                       lua_CFunction main, wk_script **out)
{
    wk_script *s = calloc(1, sizeof *s);
    if (!s) return wick_fail_mem(ctx);
    s->host = h;
    s->next = h->scripts;
    h->scripts = s;
    s->chunk = s->loop = s->metrics = s->objective = s->config = LUA_NOREF;
    s->path = strdup(name);
    s->folder = folder_of(name);
    text = skip_head(text, &n);
    s->text = malloc((size_t)n + 1);
    wick_status st = WICK_OK;
    if (!s->path || !s->folder || !s->text) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    memcpy(s->text, text, (size_t)n);
    s->text_n = n;
    WICK_TRY(wk_bind_empty(ctx, h));
    h->decl = 0;
    h->sh.phase = WK_LOAD;
    wk_script *outer = h->script;
    h->script = s;
    h->hook = NULL;
    const wk_budget_mark mark = wk_budget_enter(h, "the file body", h->load_seconds, true);
    st = wk_protect(h, ctx, main, s, NULL);
    wk_budget_leave(h, mark);
    h->script = outer;
    wk_unbind(h);
out:
    if (st < 0)
        wk_script_free(s);
    else
        *out = s;
    return st;
}

wick_status wk_load_lua(wick_ctx *ctx, wk_host *h, const char *name, const char *text, int64_t n,
                        wk_script **out)
{
    return wk_load_as(ctx, h, name, text, n, load_main, out);
}

wick_status wk_host_load_text(wick_ctx *ctx, wk_host *h, const char *name, const char *text,
                              int64_t n, wk_script **out)
{
    return wk_is_pine(name) ? wk_load_pine(ctx, h, name, text, n, out)
                            : wk_load_lua(ctx, h, name, text, n, out);
}

wick_status wk_host_load(wick_ctx *ctx, wk_host *h, const char *path, wk_script **out)
{
    char *text = NULL;
    int64_t n = 0;
    wick_status st = wick_file_read(ctx, path, 16 << 20, &text, &n);
    if (st < 0) return st;
    st = wk_host_load_text(ctx, h, path, text, n, out);
    free(text);
    return st;
}

void wk_script_free(wk_script *s)
{
    if (!s) return;
    wk_host *h = s->host;
    for (wk_script **at = &h->scripts; *at; at = &(*at)->next)
        if (*at == s) {
            *at = s->next;
            break;
        }
    if (h->L) {
        luaL_unref(h->L, LUA_REGISTRYINDEX, s->chunk);
        luaL_unref(h->L, LUA_REGISTRYINDEX, s->loop);
        luaL_unref(h->L, LUA_REGISTRYINDEX, s->metrics);
        luaL_unref(h->L, LUA_REGISTRYINDEX, s->config);
        luaL_unref(h->L, LUA_REGISTRYINDEX, s->objective);
    }
    wk_script_free_params(s);
    wk_filter_unref(s->filter);
    free(s->lines.line);
    for (int64_t i = 0; i < s->n_settings; i++) {
        free(s->setting_keys[i]);
        free(s->setting_values[i]);
    }
    free(s->setting_keys);
    free(s->setting_values);
    for (int64_t i = 0; i < s->n_limits; i++) free(s->limit_names[i]);
    free(s->limit_names);
    free(s->metric_names);
    free(s->metric_values);
    free(s->path);
    free(s->folder);
    free(s->name);
    free(s->text);
    free(s);
}

const char *wk_script_name(const wk_script *s)
{
    return s->name;
}

const char *wk_script_path(const wk_script *s)
{
    return s->path;
}

wk_style wk_script_style(const wk_script *s)
{
    return s->style;
}

const char *wk_script_style_name(const wk_script *s)
{
    static const char *const names[] = {"signals", "triggers", "events", "pine"};
    return names[s->style];
}

int64_t wk_script_params(const wk_script *s)
{
    return s->n_params;
}

const wk_param *wk_script_param(const wk_script *s, int64_t i)
{
    return i >= 0 && i < s->n_params ? &s->params[i] : NULL;
}

wk_run_costs wk_script_costs(const wk_script *s)
{
    return s->costs;
}

double wk_script_cash(const wk_script *s)
{
    return s->cash;
}

wick_status wk_script_apply_settings(wick_ctx *ctx, const wk_script *s, wick_settings *to)
{
    /* A profile sets every switch at once, so it goes first. */
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < s->n_settings; i++) {
            const bool profile = strcmp(s->setting_keys[i], "profile") == 0;
            if (profile != (pass == 0)) continue;
            const wick_status st =
                profile ? wick_settings_profile(ctx, to, s->setting_values[i])
                        : wick_settings_set(ctx, to, s->setting_keys[i], s->setting_values[i]);
            if (st < 0) return wick_note(ctx, "while reading the settings of %s", s->path);
        }
    return WICK_OK;
}

/* core.strategy_meta, core.when and the metatable of `p`. */
static int when_write(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *name = luaL_checkstring(L, 2);
    if (h->sh.phase != WK_DECLARE && h->sh.phase != WK_LOAD)
        return wk_raise(L, "S.when.%s: masks are declared in S.series", name);
    const int64_t slot = wk_series_slot(L, h, 3);
    if (slot < 0)
        return wk_raise(L, "S.when.%s must be a mask (a series), got %s", name,
                        luaL_typename(L, 3));
    if (h->slots[slot].sym != h->decl)
        return wk_raise(L, "S.when.%s: the mask belongs to another symbol", name);
    (void)wk_slot_node(L, h, slot); /* written bar by bar: says what to do instead */
    h->extra[slot].used = true;     /* as a mask; a name returned for it asks for its column */
    int32_t i = 0;
    while (i < h->n_when && strcmp(h->when[i].name, name) != 0) i++;
    if (i == WK_WHEN_MAX) return wk_raise(L, "S.when: %d triggers at most", WK_WHEN_MAX);
    if (strlen(name) >= sizeof h->when[i].name)
        return wk_raise(L, "S.when.%s: the name is too long", name);
    strcpy(h->when[i].name, name);
    h->when[i].slot = slot;
    if (i == h->n_when) h->n_when++;
    return 0;
}

void wk_script_open(lua_State *L, wk_host *h)
{
    const int core = lua_gettop(L);
    lua_newtable(L);
    h->id_strategy = lua_topointer(L, -1);
    lua_pushvalue(L, -1);
    h->mt_strategy = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_setfield(L, core, "strategy_meta");
    lua_newtable(L);
    lua_newtable(L);
    wk_push_func(L, h, when_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushliteral(L, "when");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_setfield(L, core, "when");
    wk_script_open_params(L, h);
    lua_settop(L, core);
}
