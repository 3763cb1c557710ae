/* SPDX-License-Identifier: MIT */
#include "lua/filter.h"
#include "lua/state.h"

#include <string.h>

/* What a saved state says of the script that was saved, and what the one that loads it must be. */

static void add_module(lua_State *L, wk_host *h, wick_sha256 *hash, const char *name)
{
    char hex[65];
    wk_module_digest(L, h, name, hex);
    wick_sha256_add(hash, name, (int64_t)strlen(name) + 1);
    wick_sha256_add(hash, hex, 64);
}

/* The text of the strategy and of the modules it has read. */
static void script_digest(lua_State *L, wk_host *h, char hex[65])
{
    wick_sha256 hash;
    wick_sha256_init(&hash);
    wick_sha256_add(&hash, h->script->text, h->script->text_n);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_loaded);
    const int loaded = lua_gettop(L);
    lua_newtable(L);
    int n = 0;
    for (lua_pushnil(L); lua_next(L, loaded); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_rawseti(L, loaded + 1, ++n);
    }
    for (int i = 1; i <= n; i++) /* a table has no order of its own: the least one first */
        for (int k = i + 1; k <= n; k++) {
            lua_rawgeti(L, loaded + 1, i);
            lua_rawgeti(L, loaded + 1, k);
            if (strcmp(lua_tostring(L, -1), lua_tostring(L, -2)) < 0) {
                lua_rawseti(L, loaded + 1, i);
                lua_rawseti(L, loaded + 1, k);
            } else {
                lua_pop(L, 2);
            }
        }
    for (int i = 1; i <= n; i++) {
        lua_rawgeti(L, loaded + 1, i);
        add_module(L, h, &hash, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    lua_settop(L, loaded - 1);
    wick_sha256_end(&hash, hex);
}

static void describe_model(wk_host *h, char *out, size_t n)
{
    const wk_filter *f = h->script->filter;
    const wick_bundle *b = f ? wk_filter_bundle(f) : NULL;
    char hex[65] = "", threshold[WICK_DOUBLE_TEXT] = "";
    if (wk_filter_kind_of(f) == WK_FILTER_PASSTHROUGH) {
        snprintf(out, n, "none");
        return;
    }
    if (b && wick_bundle_digest(h->ctx, b, hex) < 0) hex[0] = '\0';
    wick_format_double(threshold, wk_script_threshold(h->script, f));
    snprintf(out, n, "%s %.16s above %s", wk_filter_name(f), hex, threshold);
    for (char *p = out; *p; p++)
        if (*p == '\n') *p = ' ';
}

static void param_text(const wk_param *p, char *out, size_t n)
{
    char text[WICK_DOUBLE_TEXT];
    if (p->kind == WK_PARAM_CHOICE) {
        snprintf(out, n, "%s", p->choices[(int)p->value]);
    } else if (p->kind == WK_PARAM_BOOL) {
        snprintf(out, n, "%s", p->value != 0 ? "true" : "false");
    } else {
        wick_format_double(text, p->value);
        snprintf(out, n, "%s", text);
    }
    for (char *c = out; *c; c++)
        if (*c == '\n') *c = ' ';
}

static void note(lua_State *L, wk_host *h, wick_state *s, const char *key, const char *value)
{
    if (wick_state_note(h->ctx, s, key, value) < 0) (void)wk_raise_ctx(L, h);
}

/* Finer bars of a symbol up to the cut: what requests read. The engine compares those its fills
 * walk along, to the end of the last bar. */
static void finer_text(const wk_host *h, int32_t sym, int64_t cut, char *out, size_t n)
{
    const wick_bars *b = wk_finer_bars(h, sym);
    const int64_t rows = b ? wick_bars_find(b, cut + 1) : 0;
    uint64_t hash = 0;
    for (int k = 0; k < WICK_FIELDS && rows > 0; k++)
        hash = wick_hash64(wick_bars_field(b, (wick_field)k), rows * (int64_t)sizeof(double), hash);
    if (rows > 0) hash = wick_hash64(wick_bars_time(b), rows * (int64_t)sizeof(int64_t), hash);
    snprintf(out, n, "%lld %016llx", (long long)rows, (unsigned long long)hash);
}

/* The tick a state stands at; false: before the first one. */
static bool cut_of(const wick_state *s, int64_t *cut)
{
    char at[WICK_TIME_TEXT];
    return wick_state_fact(s, "time", at, sizeof at) &&
           wick_time_parse(at, (int64_t)strlen(at), cut, NULL);
}

static void check_finer(lua_State *L, const wk_host *h, const wick_state *s)
{
    char here[64], saved[64], key[128];
    int64_t cut;
    if (!cut_of(s, &cut)) return;
    for (int32_t i = 0; i < h->n_syms; i++) {
        const char *name = wick_bars_symbol(h->syms[i].bars);
        snprintf(key, sizeof key, "finer %.100s", name);
        if (!wick_state_fact(s, key, saved, sizeof saved)) continue;
        finer_text(h, i, cut, here, sizeof here);
        if (strcmp(here, saved) == 0) continue;
        (void)wk_raise(L,
                       "%s: the finer bars are not those the state was made with; a state goes on "
                       "over the same history",
                       name);
    }
}

void wk_script_write_ties(lua_State *L, wk_host *h, wick_state *s)
{
    char text[512], key[128];
    note(L, h, s, "strategy", h->script->name);
    script_digest(L, h, text);
    note(L, h, s, "script", text);
    note(L, h, s, "vm", wk_host_vm());
    snprintf(text, sizeof text, "%llu", (unsigned long long)h->seed);
    note(L, h, s, "seed", text);
    describe_model(h, text, sizeof text);
    note(L, h, s, "model", text);
    for (int64_t i = 0; i < h->script->n_params; i++) {
        const wk_param *p = &h->script->params[i];
        snprintf(key, sizeof key, "param %.100s", p->name);
        param_text(p, text, sizeof text);
        note(L, h, s, key, text);
    }
    int64_t cut;
    for (int32_t i = 0; i < h->n_syms && cut_of(s, &cut); i++) {
        snprintf(key, sizeof key, "finer %.100s", wick_bars_symbol(h->syms[i].bars));
        finer_text(h, i, cut, text, sizeof text);
        note(L, h, s, key, text);
    }
}

static void same(lua_State *L, const wick_state *s, const char *key, const char *what,
                 const char *here, const char *hint)
{
    char saved[512];
    if (!wick_state_fact(s, key, saved, sizeof saved))
        (void)wk_raise(L, "the state does not say its %s: it was not saved by `wick run`", what);
    if (strcmp(saved, here) != 0)
        (void)wk_raise(L, "%s is %s here and was %s when the state was saved%s", what, here, saved,
                       hint);
}

void wk_script_check_ties(lua_State *L, wk_host *h, const wick_state *s, bool what_if)
{
    char text[512], saved[512], key[128];
    same(L, s, "strategy", "the strategy", h->script->name, "");
    script_digest(L, h, text);
    if (wick_state_fact(s, "script", saved, sizeof saved) && strcmp(saved, text) != 0)
        (void)wk_raise(L, "the text of the strategy (or of a module it requires) has changed since "
                          "the state was saved: its variables may mean something else now");
    same(L, s, "script", "the script", text, "");
    check_finer(L, h, s);
    if (what_if) return;
    snprintf(text, sizeof text, "%llu", (unsigned long long)h->seed);
    same(L, s, "seed", "the seed", text, "");
    describe_model(h, text, sizeof text);
    same(L, s, "model", "the model", text, "; a what-if may change it");
    for (int64_t i = 0; i < h->script->n_params; i++) {
        char what[160];
        const wk_param *p = &h->script->params[i];
        snprintf(key, sizeof key, "param %.100s", p->name);
        snprintf(what, sizeof what, "parameter %.100s", p->name);
        param_text(p, text, sizeof text);
        same(L, s, key, what, text, "; a what-if may change it");
    }
}
