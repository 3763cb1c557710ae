/* SPDX-License-Identifier: MIT */
#include "lua/columns.h"

#include <stdlib.h>
#include <string.h>

/* Training data of a strategy: features of its candidate entries, and labels. */

typedef struct job {
    wk_host *h;
    wk_script *s;
    const wk_dataset_opts *o;
    const wick_ledger *trades;            /* of the run without limits; NULL: not needed so far */
    bool want_trades;                     /* declaring found out that it is */
    double **mask;                        /* per symbol */
    const double **initial, **atr, **vol; /* per symbol: columns of S.label */
    wick_label_opts label;
    bool by_trade;
    wk_dataset *out;
} job;

void wk_dataset_free(wk_dataset *d)
{
    wick_matrix_unref(d->x);
    wick_labels_unref(d->labels);
    free(d->may_be_constant);
    *d = (wk_dataset){0};
}

/* ---- what S.label says -------------------------------------------------------------------- */

static const struct label_kind {
    const char *name;
    int32_t kind; /* -1: trade */
} kinds[] = {{"trailing", WICK_LABEL_TRAILING},
             {"barrier", WICK_LABEL_BARRIER},
             {"return", WICK_LABEL_RETURN},
             {"sign", WICK_LABEL_SIGN},
             {"trade", -1}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int32_t word_of(lua_State *L, int t, const char *key, const char *words, int32_t otherwise)
{
    lua_getfield(L, t, key);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return otherwise;
    }
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    int32_t k = 0;
    for (const char *w = words; *w; k++) {
        const size_t n = strcspn(w, " ");
        if (strlen(text) == n && strncmp(text, w, n) == 0) {
            lua_pop(L, 1);
            return k;
        }
        w += n;
        while (*w == ' ') w++;
    }
    return wk_raise(L, "label: %s is one of: %s", key, words);
}

static void check_fields(lua_State *L, int t)
{
    static const char *const known[] = {"kind",    "horizon", "entry", "initial", "atr",
                                        "trail",   "vol",     "up",    "down",    "tie",
                                        "timeout", "cost",    "band",  "log",     "honest"};
    enum { KNOWN = sizeof known / sizeof *known };
    for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        size_t k = 0;
        while (k < KNOWN && strcmp(known[k], key) != 0) k++;
        if (k < KNOWN) continue;
        const char *near = wick_nearest(key, known, KNOWN);
        if (near) (void)wk_raise(L, "label: unknown field '%s'; did you mean '%s'?", key, near);
        (void)wk_raise(L, "label: unknown field '%s'", key);
    }
}

static void read_label(lua_State *L, job *j, int t)
{
    wick_label_opts *o = &j->label;
    lua_getfield(L, t, "kind");
    const char *kind = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    size_t k = 0;
    while (k < KINDS && strcmp(kinds[k].name, kind) != 0) k++;
    if (k == KINDS)
        (void)wk_raise(L, "label: kind is trailing, barrier, return, sign or trade, got '%s'",
                       kind);
    lua_pop(L, 1);
    snprintf(j->out->kind, sizeof j->out->kind, "%s", kinds[k].name);
    j->by_trade = kinds[k].kind < 0;
    *o = (wick_label_opts){.size = sizeof *o, .kind = j->by_trade ? 0 : kinds[k].kind};
    const double horizon = wk_number_of(L, t, "horizon", 0);
    if (!j->by_trade && !(horizon >= 1 && horizon <= 1e6))
        (void)wk_raise(L, "label: horizon is a number of bars, 1 or more");
    o->horizon = j->out->horizon = (int32_t)horizon;
    o->entry = word_of(L, t, "entry", "next_open close", WICK_ENTRY_NEXT_OPEN);
    o->tie = word_of(L, t, "tie", "stop profit nearest", WICK_TIE_STOP);
    o->timeout = word_of(L, t, "timeout", "sign zero na", WICK_TIMEOUT_SIGN);
    o->trail = wk_number_of(L, t, "trail", 0);
    o->up = wk_number_of(L, t, "up", 0);
    o->down = wk_number_of(L, t, "down", 0);
    o->cost = wk_number_of(L, t, "cost", 0);
    o->band = wk_number_of(L, t, "band", 0);
    o->log_return = wk_number_of(L, t, "log", 0) != 0;
    o->honest = wk_number_of(L, t, "honest", 0) != 0;
}

/* Column `key` of the label table of one symbol. */
static const double *label_column(lua_State *L, job *j, int t, const char *key, int32_t sym)
{
    wk_host *h = j->h;
    lua_getfield(L, t, key);
    const int64_t slot = wk_series_slot(L, h, -1);
    if (slot < 0 || h->slots[slot].sym != sym)
        (void)wk_raise(L, "label: '%s' must be a series of the symbol, got %s", key,
                       luaL_typename(L, -1));
    lua_pop(L, 1);
    return wk_slot_values(L, h, slot);
}

static void declare_label(lua_State *L, job *j, int func, int params)
{
    wk_host *h = j->h;
    const int top = lua_gettop(L);
    h->hook = "label";
    wk_place_at(L, h, func);
    for (int32_t i = 0; i < h->n_syms; i++) {
        h->decl = i;
        lua_pushvalue(L, func);
        wk_push_bars(L, h, i);
        lua_pushvalue(L, params);
        lua_call(L, 2, 1);
        if (lua_type(L, -1) != LUA_TTABLE)
            (void)wk_raise(L, "label returned %s; it must return a table: { kind = \"trade\" }",
                           lua_isnil(L, -1) ? "nothing" : luaL_typename(L, -1));
        const int t = lua_gettop(L);
        if (i == 0) {
            check_fields(L, t);
            read_label(L, j, t);
        }
        if (!j->by_trade && j->label.kind == WICK_LABEL_TRAILING) {
            j->initial[i] = label_column(L, j, t, "initial", i);
            j->atr[i] = label_column(L, j, t, "atr", i);
        } else if (!j->by_trade && j->label.kind == WICK_LABEL_BARRIER) {
            j->vol[i] = label_column(L, j, t, "vol", i);
        }
        lua_settop(L, top);
        if (h->sh.stop) wk_budget_check(L, h);
    }
    h->decl = -1;
    h->place_line = 0;
}

/* ---- candidates --------------------------------------------------------------------------- */

static int64_t bar_at(const wk_sym *s, int64_t stamp)
{
    int64_t lo = 0, hi = s->n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (s->time[mid] < stamp)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->n && s->time[lo] == stamp ? lo : -1;
}

static void make_mask(lua_State *L, job *j)
{
    wk_host *h = j->h;
    for (int32_t s = 0; s < h->n_syms; s++) {
        const wk_entries *e = &h->entries[s];
        j->mask[s] = malloc(((size_t)h->syms[s].n + 1) * sizeof **j->mask);
        if (!j->mask[s]) (void)luaL_error(L, "out of memory");
        for (int64_t i = 0; i < h->syms[s].n; i++) {
            const bool in = wk_entry_at(e->long_entry, i), out = wk_entry_at(e->short_entry, i);
            j->mask[s][i] = (j->by_trade ? in != out : in && !out) ? 1.0 : 0.0;
        }
    }
    if (j->s->style == WK_STYLE_SIGNALS) return;
    for (int64_t i = 0; i < wick_ledger_trades(j->trades); i++) {
        const wick_trade_rec *t = wick_ledger_trade(j->trades, i);
        const int64_t bar = bar_at(&h->syms[t->symbol], t->signal_time);
        if (bar >= 0 && (t->side > 0 || j->by_trade)) j->mask[t->symbol][bar] = 1.0;
    }
}

/* ---- the stack ---------------------------------------------------------------------------- */

static wick_status stack(wick_ctx *ctx, job *j)
{
    const wk_columns *c = j->h->columns;
    const wk_dataset_opts *o = j->o;
    const wick_stack_in in = {.size = sizeof in,
                              .p = c->p,
                              .names = (const char *const *)c->names,
                              .columns = c->v,
                              .mask = o->all_rows ? NULL : (const double *const *)j->mask,
                              .has_from = o->has_from,
                              .has_to = o->has_to,
                              .from = o->from,
                              .to = o->to};
    return wick_matrix_stack(ctx, j->h->panel, &in, &j->out->x);
}

/* Marks the columns that S.constant_features names. */
static void mark_constant(lua_State *L, job *j, int strategy)
{
    const int32_t p = wick_matrix_columns(j->out->x);
    j->out->may_be_constant = calloc((size_t)p + 1, sizeof *j->out->may_be_constant);
    if (!j->out->may_be_constant) (void)luaL_error(L, "out of memory");
    if (!lua_istable(L, strategy)) return; /* Pine style has no fields */
    lua_pushliteral(L, "constant_features");
    lua_rawget(L, strategy);
    for (int i = 1; lua_istable(L, -1); i++, lua_pop(L, 1)) {
        lua_rawgeti(L, -1, i);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            break;
        }
        if (lua_type(L, -1) != LUA_TSTRING)
            (void)wk_raise(L, "S.constant_features is a list of names of features");
        const char *name = lua_tostring(L, -1);
        const int32_t at = wick_matrix_find(j->out->x, name);
        if (at < 0) {
            const wk_columns *c = j->h->columns;
            const char *near = wick_nearest(name, (const char *const *)c->names, c->p);
            (void)wk_raise(L, "S.constant_features names '%s', which is no feature%s%s%s", name,
                           near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        }
        j->out->may_be_constant[at] = true;
    }
    lua_pop(L, 1);
}

/* A column per symbol as one value per row. */
static wick_status per_row(wick_ctx *ctx, const wick_matrix *m, const double *const *column,
                           double **out)
{
    const int64_t n = wick_matrix_rows(m);
    const int32_t *symbol = wick_matrix_symbol(m), *bar = wick_matrix_bar(m);
    *out = malloc(((size_t)n + 1) * sizeof **out);
    if (!*out) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) (*out)[i] = column[symbol[i]][bar[i]];
    return WICK_OK;
}

static wick_status make_labels(wick_ctx *ctx, job *j)
{
    wick_panel *panel = j->h->panel;
    wick_matrix *m = j->out->x;
    double *row = NULL;
    wick_status st = WICK_OK;
    if (j->o->no_labels) return WICK_OK;
    if (j->by_trade)
        return wick_labels_from_trades(ctx, panel, m, j->trades, false, &j->out->labels);
    if (j->label.kind == WICK_LABEL_TRAILING) {
        WICK_TRY(per_row(ctx, m, j->initial, &row));
        j->label.initial = row;
        j->label.atr = j->atr;
    } else if (j->label.kind == WICK_LABEL_BARRIER) {
        WICK_TRY(per_row(ctx, m, j->vol, &row));
        j->label.vol = row;
    }
    st = wick_labels_make(ctx, panel, m, &j->label, &j->out->labels);
out:
    free(row);
    return st;
}

static int dataset_main(lua_State *L)
{
    job *j = lua_touserdata(L, 1);
    wk_host *h = j->h;
    wk_script *s = j->s;
    lua_settop(L, 0);
    for (int i = 0; i < WK_AT_COUNT; i++) lua_pushnil(L);
    const int base = 1;
    wk_rng_start(h, 0);
    wk_fresh_env(L, h);
    wk_push_param_values(L, h, s);
    lua_replace(L, base + WK_AT_PARAMS);
    h->hook = "the file body";
    h->sh.phase = WK_DECLARE;
    h->decl = -1;
    lua_pushnil(L);
    if (s->style == WK_STYLE_PINE) {
        wk_declare_pine(L, h, s, base);
    } else {
        lua_pop(L, 1);
        wk_push_strategy(L, h, s);
    }
    const int strategy = lua_gettop(L);
    if (s->style == WK_STYLE_SIGNALS) wk_run_signals(L, h, strategy, base);
    wk_features_declare(L, h, strategy, base + WK_AT_PARAMS, "training");
    bool own = false;
    if (s->style != WK_STYLE_PINE && !j->o->by_trade && !j->o->no_labels) {
        lua_pushliteral(L, "label");
        lua_rawget(L, strategy);
        own = lua_isfunction(L, -1);
        if (own) declare_label(L, j, lua_gettop(L), base + WK_AT_PARAMS);
        lua_settop(L, strategy);
    }
    if (!own) {
        snprintf(j->out->kind, sizeof j->out->kind, "trade");
        j->by_trade = true;
    }
    j->want_trades =
        (j->by_trade && !j->o->no_labels) || (s->style != WK_STYLE_SIGNALS && !j->o->all_rows);
    if (j->want_trades && !j->trades) return 0;
    if (!j->o->all_rows) make_mask(L, j);
    if (wk_columns_eval(h->ctx, h) < 0 || stack(h->ctx, j) < 0 || make_labels(h->ctx, j) < 0)
        (void)wk_raise_ctx(L, h);
    mark_constant(L, j, strategy);
    return 0;
}

/* ---- trades without limits ---------------------------------------------------------------- */

static wick_status run_alone(wick_ctx *ctx, job *j, wick_panel *panel, wick_cache *cache,
                             wick_ledger **out)
{
    static const char *const free_of[][2] = {{"slots", "none"},
                                             {"max_long", "none"},
                                             {"max_short", "none"},
                                             {"shortage", "allow"},
                                             {"bankruptcy", "continue"}};
    wick_settings *set = j->o->settings ? wick_settings_copy(j->o->settings) : wick_settings_new();
    if (!set) return wick_fail_mem(ctx);
    wick_status st = WICK_OK;
    for (size_t i = 0; i < sizeof free_of / sizeof *free_of; i++)
        WICK_TRY(wick_settings_set(ctx, set, free_of[i][0], free_of[i][1]));
    const double cash = j->o->cash > 0 ? j->o->cash : 100000.0;
    const wick_run_opts run = {
        .size = sizeof run, .settings = set, .cash = cash * (double)(wick_panel_count(panel) + 1)};
    st = wk_script_run(ctx, j->s, panel, &run, cache, out);
out:
    wick_settings_free(set);
    return st;
}

static wick_status declare_once(wick_ctx *ctx, job *j, wick_panel *panel, wick_cache *cache)
{
    wk_host *h = j->h;
    wick_status st = wk_bind(ctx, h, panel, cache);
    if (st < 0) return st;
    const int64_t n = wick_panel_count(panel);
    wk_script *outer = h->script;
    h->script = j->s;
    j->mask = calloc((size_t)n + 1, sizeof *j->mask);
    j->initial = calloc(3 * (size_t)n + 1, sizeof *j->initial);
    if (j->mask && j->initial) {
        j->atr = j->initial + n;
        j->vol = j->atr + n;
        const wk_budget_mark mark = wk_budget_enter(h, "the run", h->run_seconds, false);
        st = wk_protect(h, ctx, dataset_main, j, NULL);
        wk_budget_leave(h, mark);
        if (st < 0 && h->decl >= 0 && h->decl < h->n_syms)
            (void)wick_note(ctx, "while running %s for %s", wk_hook_name(h),
                            wick_bars_symbol(h->syms[h->decl].bars));
    } else {
        st = wick_fail_mem(ctx);
    }
    for (int64_t i = 0; j->mask && i < n; i++) free(j->mask[i]);
    free(j->mask);
    free(j->initial);
    h->hook = NULL;
    h->script = outer;
    wk_unbind(h);
    return st;
}

wick_status wk_script_dataset(wick_ctx *ctx, wk_script *s, wick_panel *panel, wick_cache *cache,
                              const wk_dataset_opts *opts, wk_dataset *out)
{
    wk_dataset_opts o = {0};
    if (opts) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    job j = {.h = s->host, .s = s, .o = &o, .out = out};
    wick_ledger *trades = NULL;
    wk_filter *filter = s->filter;
    *out = (wk_dataset){0};
    s->filter = NULL;
    wick_status st = declare_once(ctx, &j, panel, cache);
    if (st >= 0 && j.want_trades) {
        st = run_alone(ctx, &j, panel, cache, &trades);
        j.trades = trades;
        if (st >= 0) st = declare_once(ctx, &j, panel, cache);
    }
    wick_ledger_unref(trades);
    s->filter = filter;
    if (st < 0) wk_dataset_free(out);
    return st;
}
