/* SPDX-License-Identifier: MIT */
#include "lua/jobs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bars and strategies as pipelines hold them. */

static const char *text_field(lua_State *L, int t, const char *key)
{
    return wk_ml_text(L, t, key, NULL);
}

/* List of texts at field `key`; what holds the pointers is pushed. */
static const char **texts_field(lua_State *L, int t, const char *key, int64_t *n)
{
    *n = 0;
    if (!wk_ml_field(L, t, key)) return NULL;
    const int list = lua_gettop(L);
    if (lua_type(L, list) != LUA_TTABLE) (void)wk_raise(L, "%s: a list of texts is expected", key);
    const int64_t count = (int64_t)lua_rawlen(L, list);
    const char **out = lua_newuserdata(L, ((size_t)count + 1) * sizeof *out);
    for (; *n < count; (*n)++) {
        lua_rawgeti(L, list, (int)(*n + 1));
        if (lua_type(L, -1) != LUA_TSTRING)
            (void)wk_raise(L, "%s: a list of texts is expected", key);
        out[*n] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    return out;
}

bool wk_job_time(lua_State *L, int t, const char *key, int64_t *out)
{
    const bool there = wk_ml_field(L, t, key);
    if (there) {
        if (lua_type(L, -1) != LUA_TNUMBER)
            (void)wk_raise(L, "%s: a moment in ms is expected", key);
        *out = (int64_t)lua_tonumber(L, -1);
    }
    lua_pop(L, 1);
    return there;
}

/* ---- bars --------------------------------------------------------------------------------- */

static void bars_unref(void *p)
{
    wk_bars *b = p;
    wick_panel_unref(b->panel);
    free(b);
}

static wick_status bars_digest(wick_ctx *ctx, const void *p, char hex[65])
{
    (void)ctx;
    memcpy(hex, ((const wk_bars *)p)->sha256, 65);
    return WICK_OK;
}

static int64_t bars_length(const void *p)
{
    return wick_panel_count(((const wk_bars *)p)->panel);
}

/* Per symbol in the order of names: name, count, then per bar its stamp and five numbers. */
static void hash_panel(const wick_panel *p, char hex[65])
{
    wick_sha256 s;
    wick_sha256_init(&s);
    for (int64_t i = 0; i < wick_panel_count(p); i++) {
        const wick_bars *b = wick_panel_bars(p, i);
        const int64_t n = wick_bars_count(b);
        const char *name = wick_bars_symbol(b);
        wick_sha256_add(&s, name, (int64_t)strlen(name) + 1);
        wick_sha256_add(&s, &n, sizeof n);
        wick_sha256_add(&s, wick_bars_time(b), n * (int64_t)sizeof(int64_t));
        for (int f = WICK_OPEN; f <= WICK_VOLUME; f++) {
            const double *v = wick_bars_field(b, (wick_field)f);
            if (v) wick_sha256_add(&s, v, n * (int64_t)sizeof(double));
        }
    }
    wick_sha256_end(&s, hex);
}

static void push_bars(lua_State *L, wk_host *h, wick_panel *panel)
{
    wk_box *box =
        wk_new_box(L, h, &wk_bars_type, 48 * wick_panel_ticks(panel) * wick_panel_count(panel));
    wk_bars *b = malloc(sizeof *b);
    if (!b) {
        wick_panel_unref(panel);
        (void)luaL_error(L, "out of memory");
        return;
    }
    b->panel = panel;
    hash_panel(panel, b->sha256);
    box->p = b;
}

static wick_status log_dropped(wk_host *h, const wick_defects *d)
{
    char line[400];
    const int64_t n = wick_defects_dropped(d);
    if (n == 0 || !h->work) return WICK_OK;
    snprintf(line, sizeof line, "%.300s: %lld bars dropped", wick_defects_file(d), (long long)n);
    return wick_workdir_log(h->ctx, h->work, line);
}

/* core.job_bars { data =, symbols =, from =, to =, timeframe =, symbol_info =, funding =, borrow =,
 * actions =, rates =, drop_bad = } */
static int core_bars(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_load_opts o = {.size = sizeof o, .threads = h->jobs};
    wick_defects **defects = NULL;
    wick_panel *panel = NULL;
    int64_t n_data = 0, n_defects = 0;
    lua_settop(L, 1);
    const char **data = texts_field(L, 1, "data", &n_data);
    if (n_data == 0) return wk_raise(L, "run:bars: 'data' names no file or folder with bars");
    o.symbols = texts_field(L, 1, "symbols", &o.n_symbols);
    o.has_from = wk_job_time(L, 1, "from", &o.from);
    o.has_to = wk_job_time(L, 1, "to", &o.to);
    o.timeframe = text_field(L, 1, "timeframe");
    o.symbol_info = text_field(L, 1, "symbol_info");
    o.funding = text_field(L, 1, "funding");
    o.borrow = text_field(L, 1, "borrow");
    o.actions = text_field(L, 1, "actions");
    o.rates = text_field(L, 1, "rates");
    o.drop_bad = wk_number_of(L, 1, "drop_bad", 0) != 0;
    o.skip_empty = wk_number_of(L, 1, "skip_empty", 0) != 0;
    wick_status st = wick_load(h->ctx, data, n_data, &o, &panel, &defects, &n_defects);
    for (int64_t i = 0; i < n_defects; i++) {
        if (st >= 0) st = log_dropped(h, defects[i]);
        wick_defects_free(defects[i]);
    }
    free(defects);
    wk_good(L, h, st);
    push_bars(L, h, panel);
    return 1;
}

/* core.job_synth { symbols =, bars =, seed =, timeframe =, ragged = } */
static int core_synth(lua_State *L)
{
    wk_host *h = wk_self(L);
    lua_settop(L, 1);
    luaL_checktype(L, 1, LUA_TTABLE);
    wick_synth_opts o = {.size = sizeof o,
                         .symbols = (int64_t)wk_number_of(L, 1, "symbols", 4),
                         .bars = (int64_t)wk_number_of(L, 1, "bars", 1000),
                         .seed = (uint64_t)wk_number_of(L, 1, "seed", (double)h->seed),
                         .timeframe = text_field(L, 1, "timeframe"),
                         .ragged = wk_number_of(L, 1, "ragged", 0) != 0,
                         .planted = wk_number_of(L, 1, "planted", 0)};
    wick_panel *panel = NULL;
    wk_ml_phase(L, h, "ml.synth");
    wk_good(L, h, wick_synth(h->ctx, &o, &panel));
    push_bars(L, h, panel);
    return 1;
}

/* b:symbols() */
static int bars_symbols(lua_State *L)
{
    const wk_bars *b = wk_check_box(L, 1, &wk_bars_type, "symbols");
    const int64_t n = wick_panel_count(b->panel);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        lua_pushstring(L, wick_bars_symbol(wick_panel_bars(b->panel, i)));
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

/* b:span() -> first and last stamp, ms; nothing without bars. */
static int bars_span(lua_State *L)
{
    const wk_bars *b = wk_check_box(L, 1, &wk_bars_type, "span");
    const int64_t n = wick_panel_ticks(b->panel), *clock = wick_panel_clock(b->panel);
    if (n == 0) return 0;
    wk_push_double(L, (double)clock[0]);
    wk_push_double(L, (double)clock[n - 1]);
    return 2;
}

static int bars_ticks(lua_State *L)
{
    const wk_bars *b = wk_check_box(L, 1, &wk_bars_type, "ticks");
    lua_pushinteger(L, (lua_Integer)wick_panel_ticks(b->panel));
    return 1;
}

/* b:rows(): bars of all symbols together. */
static int bars_rows(lua_State *L)
{
    const wk_bars *b = wk_check_box(L, 1, &wk_bars_type, "rows");
    int64_t n = 0;
    for (int64_t i = 0; i < wick_panel_count(b->panel); i++)
        n += wick_bars_count(wick_panel_bars(b->panel, i));
    lua_pushinteger(L, (lua_Integer)n);
    return 1;
}

/* b:clock(): stamps of the ticks. */
static int bars_clock(lua_State *L)
{
    const wk_bars *b = wk_check_box(L, 1, &wk_bars_type, "clock");
    const int64_t n = wick_panel_ticks(b->panel), *clock = wick_panel_clock(b->panel);
    wk_vector *v = wk_push_vector(L, wk_self(L), n);
    for (int64_t i = 0; i < n; i++) v->v[i] = (double)clock[i];
    return 1;
}

static int bars_sha256(lua_State *L)
{
    lua_pushstring(L, ((wk_bars *)wk_check_box(L, 1, &wk_bars_type, "digest"))->sha256);
    return 1;
}

/* b:only { symbols }: the same bars of these symbols. */
static int bars_only(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wk_bars *b = wk_check_box(L, 1, &wk_bars_type, "only");
    luaL_checktype(L, 2, LUA_TTABLE);
    const int64_t n = (int64_t)lua_rawlen(L, 2);
    wick_bars **list = lua_newuserdata(L, ((size_t)n + 1) * sizeof *list);
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, 2, (int)(i + 1));
        const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
        const int64_t k = wick_panel_find(b->panel, name);
        if (k < 0) return wk_raise(L, "only: there are no bars of '%s'", name);
        list[i] = wick_panel_bars(b->panel, k);
        lua_pop(L, 1);
    }
    wick_panel *panel = NULL;
    wk_good(L, h, wick_panel_new(h->ctx, list, n, &panel));
    push_bars(L, h, panel);
    return 1;
}

/* b:upto(ms): as they were at the end of the day of this stamp. */
static int bars_upto(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wk_bars *b = wk_check_box(L, 1, &wk_bars_type, "upto");
    const double last = luaL_checknumber(L, 2);
    const int64_t n = wick_panel_ticks(b->panel), *clock = wick_panel_clock(b->panel);
    int64_t k = 0;
    while (k < n && (double)clock[k] <= last) k++;
    if (k == 0) return wk_raise(L, "upto: no bar is left");
    wick_panel *panel = NULL;
    wk_good(L, h, wick_panel_cut(h->ctx, b->panel, k, &panel));
    push_bars(L, h, panel);
    return 1;
}

/* b:folds(split): the test parts as { from =, to = } (stamps), in their order. */
static int bars_folds(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wk_bars *b = wk_check_box(L, 1, &wk_bars_type, "folds");
    const char *text = luaL_checkstring(L, 2);
    const int64_t n = wick_panel_ticks(b->panel), *clock = wick_panel_clock(b->panel);
    wick_split *s = NULL;
    int at = 0;
    wk_good(L, h, wick_split_new(h->ctx, text, clock, n, 0, NULL, &s));
    lua_newtable(L);
    for (int64_t i = 0; i < wick_split_count(s); i++) {
        const wick_split_fold f = wick_split_at(s, i);
        for (int64_t k = 0; k < f.n_test; k++) {
            lua_createtable(L, 0, 2);
            wk_push_double(L, (double)clock[f.test[k].from]);
            lua_setfield(L, -2, "from");
            wk_push_double(L, (double)clock[f.test[k].to - 1]);
            lua_setfield(L, -2, "to");
            lua_rawseti(L, -2, ++at);
        }
    }
    wick_split_free(s);
    return 1;
}

static const luaL_Reg bars_methods[] = {
    {"upto", bars_upto},     {"folds", bars_folds}, {"symbols", bars_symbols}, {"span", bars_span},
    {"ticks", bars_ticks},   {"rows", bars_rows},   {"clock", bars_clock},     {"only", bars_only},
    {"digest", bars_sha256}, {NULL, NULL}};
const wk_box_type wk_bars_type = {.name = "bars",
                                  .unref = bars_unref,
                                  .digest = bars_digest,
                                  .methods = bars_methods,
                                  .length = bars_length};

/* ---- strategies --------------------------------------------------------------------------- */

static void strategy_unref(void *p)
{
    wk_strategy *s = p;
    wk_eval_free(s->eval);
    wick_settings_free(s->settings);
    free(s->path);
    free(s);
}

/* File and every setting. */
static wick_status strategy_digest(wick_ctx *ctx, const void *p, char hex[65])
{
    const wk_strategy *s = p;
    wick_sha256 k;
    (void)ctx;
    wick_sha256_init(&k);
    wick_sha256_add(&k, s->sha256, 64);
    wick_sha256_add(&k, &s->cash, sizeof s->cash);
    wick_sha256_add(&k, &s->bars_per_year, sizeof s->bars_per_year);
    const char *profile = wick_settings_profile_name(s->settings);
    wick_sha256_add(&k, profile, (int64_t)strlen(profile) + 1);
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        char value[WICK_SETTING_TEXT];
        wick_settings_get(s->settings, i, value);
        wick_sha256_add(&k, value, (int64_t)strlen(value) + 1);
    }
    wick_sha256_end(&k, hex);
    return WICK_OK;
}

static void apply_engine(lua_State *L, wk_host *h, int t, wick_settings *set)
{
    if (wk_ml_field(L, t, "engine")) {
        const int e = lua_gettop(L);
        luaL_checktype(L, e, LUA_TTABLE);
        lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
        lua_getfield(L, -1, "sorted_keys");
        lua_pushvalue(L, e);
        lua_call(L, 1, 1);
        const int keys = lua_gettop(L), n = (int)lua_rawlen(L, keys);
        for (int i = 1; i <= n; i++) {
            char number[WICK_DOUBLE_TEXT];
            lua_rawgeti(L, keys, i);
            const char *key = lua_tostring(L, -1), *value = number;
            lua_getfield(L, e, key);
            if (lua_type(L, -1) == LUA_TNUMBER)
                wick_format_double(number, lua_tonumber(L, -1));
            else if (lua_isboolean(L, -1))
                value = lua_toboolean(L, -1) ? "on" : "off";
            else
                value = lua_tostring(L, -1);
            wk_good(L, h, wick_settings_set(h->ctx, set, key, value ? value : ""));
            lua_pop(L, 2);
        }
        lua_settop(L, e);
    }
    lua_pop(L, 1);
}

/* core.job_strategy { file =, profile =, engine =, cash =, bars_per_year = } */
static int core_strategy(lua_State *L)
{
    wk_host *h = wk_self(L);
    char *text = NULL;
    int64_t n = 0;
    wick_sha256 k;
    lua_settop(L, 1);
    const char *path = text_field(L, 1, "file"), *profile = text_field(L, 1, "profile");
    const char *objective = text_field(L, 1, "objective");
    if (!path) return wk_raise(L, "run:strategy: 'file' is missing");
    wk_box *box = wk_new_box(L, h, &wk_strategy_type, 1 << 20);
    wk_strategy *s = calloc(1, sizeof *s);
    if (!s) return luaL_error(L, "out of memory");
    box->p = s;
    s->path = strdup(path);
    s->settings = wick_settings_new();
    if (!s->path || !s->settings) return luaL_error(L, "out of memory");
    wk_good(L, h, wick_file_read(h->ctx, path, 16 << 20, &text, &n));
    wick_sha256_init(&k);
    wick_sha256_add(&k, text, n);
    wick_sha256_end(&k, s->sha256);
    const wk_host_opts host = {.size = sizeof host, .seed = h->seed, .strict = h->strict};
    /* The strategy's own settings come below the user's, so it is loaded before they are known. */
    wk_host *probe = NULL;
    wk_script *script = NULL;
    wick_status st = wk_host_new(h->ctx, &host, &probe);
    if (st >= 0) st = wk_host_load_text(h->ctx, probe, path, text, n, &script);
    if (st >= 0) st = wk_script_apply_settings(h->ctx, script, s->settings);
    const double own_cash = st >= 0 ? wk_script_cash(script) : 0;
    wk_host_free(probe);
    if (st >= 0 && profile) st = wick_settings_profile(h->ctx, s->settings, profile);
    if (st < 0) {
        free(text);
        return wk_raise_ctx(L, h);
    }
    wick_buf *hold = wk_push_buf(L); /* frees the text when a setting raises */
    hold->data = text;
    hold->len = n;
    apply_engine(L, h, 1, s->settings);
    s->cash = wk_number_of(L, 1, "cash", own_cash > 0 ? own_cash : 100000.0);
    if (!(s->cash > 0)) return wk_raise(L, "run:strategy: cash must be above 0");
    s->bars_per_year = wk_number_of(L, 1, "bars_per_year", -1); /* as the profile has them */
    const int64_t metrics = wick_metric_count();
    const char **names = lua_newuserdata(L, (size_t)metrics * sizeof *names);
    for (int64_t i = 0; i < metrics; i++) names[i] = wick_metric_at(i)->name;
    const wk_eval_opts o = {
        .size = sizeof o,
        .path = path,
        .text = text,
        .text_n = n,
        .host = &host,
        .settings = s->settings,
        .cash = s->cash,
        .metric = wk_metric_opts(s->settings, s->bars_per_year > 0 ? s->bars_per_year : 0),
        .objectives = &objective,
        .n_objectives = objective ? 1 : 0,
        .metrics = names,
        .n_metrics = (int32_t)metrics,
        .workers = h->jobs};
    wk_good(L, h, wk_eval_new(h->ctx, &o, &s->eval));
    s->objective = objective != NULL;
    lua_pushvalue(L, 2);
    return 1;
}

static void push_param_value(lua_State *L, const wk_param *p, double v)
{
    if (p->kind == WK_PARAM_BOOL)
        lua_pushboolean(L, v != 0);
    else if (p->kind == WK_PARAM_CHOICE)
        lua_pushstring(L, p->choices[(int)v]);
    else
        wk_push_double(L, v);
}

/* s:params(): what the strategy declares. */
static int strategy_params(lua_State *L)
{
    static const char *const kinds[] = {"int", "num", "bool", "choice"};
    const wk_strategy *s = wk_check_box(L, 1, &wk_strategy_type, "params");
    const wk_script *k = wk_eval_script(s->eval);
    const int64_t n = wk_script_params(k);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        const wk_param *p = wk_script_param(k, i);
        lua_createtable(L, 0, 8);
        lua_pushstring(L, p->name);
        lua_setfield(L, -2, "name");
        lua_pushstring(L, kinds[p->kind]);
        lua_setfield(L, -2, "kind");
        push_param_value(L, p, p->def);
        lua_setfield(L, -2, "default");
        lua_pushboolean(L, p->model);
        lua_setfield(L, -2, "model");
        if (p->kind == WK_PARAM_INT || p->kind == WK_PARAM_NUM) {
            wk_push_double(L, p->lo);
            lua_setfield(L, -2, "low");
            wk_push_double(L, p->hi);
            lua_setfield(L, -2, "high");
            if (p->step > 0) {
                wk_push_double(L, p->step);
                lua_setfield(L, -2, "step");
            }
        } else {
            const int count = p->kind == WK_PARAM_BOOL ? 2 : (int)p->hi + 1;
            lua_createtable(L, count, 0);
            for (int c = 0; c < count; c++) {
                push_param_value(L, p, c);
                lua_rawseti(L, -2, c + 1);
            }
            lua_setfield(L, -2, "choices");
        }
        lua_rawseti(L, -2, (int)(i + 1));
    }
    return 1;
}

/* s:values(params): every parameter with its value, checked. */
static int strategy_values(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wk_strategy *s = wk_check_box(L, 1, &wk_strategy_type, "values");
    lua_settop(L, 2);
    const double *v = wk_job_values(L, h, s, 2);
    const wk_script *k = wk_eval_script(s->eval);
    lua_createtable(L, 0, (int)wk_script_params(k));
    for (int64_t i = 0; i < wk_script_params(k); i++) {
        push_param_value(L, wk_script_param(k, i), v[i]);
        lua_setfield(L, -2, wk_script_param(k, i)->name);
    }
    return 1;
}

static int strategy_index(lua_State *L, wk_host *h, void *p)
{
    const wk_strategy *s = p;
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    (void)h;
    if (strcmp(key, "name") == 0)
        lua_pushstring(L, wk_script_name(wk_eval_script(s->eval)));
    else if (strcmp(key, "file") == 0)
        lua_pushstring(L, s->path);
    else if (strcmp(key, "style") == 0)
        lua_pushstring(L, wk_script_style_name(wk_eval_script(s->eval)));
    else if (strcmp(key, "sha256") == 0)
        lua_pushstring(L, s->sha256);
    else if (strcmp(key, "cash") == 0)
        lua_pushnumber(L, s->cash);
    else if (strcmp(key, "better") == 0)
        lua_pushstring(L, wk_eval_better(s->eval, 0) < 0 ? "lower" : "higher");
    else if (strcmp(key, "profile") == 0)
        lua_pushstring(L, wick_settings_profile_name(s->settings));
    else
        return 0;
    return 1;
}

/* s:settings(): every assumption as text. */
static int strategy_settings(lua_State *L)
{
    const wk_strategy *s = wk_check_box(L, 1, &wk_strategy_type, "settings");
    lua_newtable(L);
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        char value[WICK_SETTING_TEXT];
        wick_settings_get(s->settings, i, value);
        lua_pushstring(L, value);
        lua_setfield(L, -2, wick_settings_doc(i)->key);
    }
    return 1;
}

static const luaL_Reg strategy_methods[] = {
    {"params", strategy_params},        {"values", strategy_values},
    {"settings", strategy_settings},    {"dataset", wk_strategy_dataset},
    {"backtest", wk_strategy_backtest}, {NULL, NULL}};
const wk_box_type wk_strategy_type = {.name = "strategy",
                                      .unref = strategy_unref,
                                      .digest = strategy_digest,
                                      .methods = strategy_methods,
                                      .index = strategy_index};

/* Adds to the core table on top of the stack. */
void wk_jobs_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"job_bars", core_bars},
                                    {"job_synth", core_synth},
                                    {"job_strategy", core_strategy},
                                    {NULL, NULL}};
    wk_set_funcs(L, h, list);
    wk_jobs_run_open(L, h);
}
