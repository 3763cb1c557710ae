/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Bars of a request (pine.request.security): another timeframe or symbol, with a graph of its own
 * beside those of the panel's symbols. What is declared on them is computed there and merged onto
 * the bars that asked; a bar function runs over them once, before the run begins, because nothing
 * that changes during the run can be seen inside (pine_semantics.md 11.1).
 */

enum { INNER_MAX = 1000 };

/* ---- Heikin-Ashi -------------------------------------------------------------------------- */

static wick_status heikin_ashi(wick_ctx *ctx, const wick_bars *b, wick_bars **out)
{
    const int64_t n = wick_bars_count(b);
    const double *o = wick_bars_field(b, WICK_OPEN), *h = wick_bars_field(b, WICK_HIGH);
    const double *l = wick_bars_field(b, WICK_LOW), *c = wick_bars_field(b, WICK_CLOSE);
    double *v = malloc((size_t)(4 * n + 1) * sizeof *v);
    if (!v) return wick_fail_mem(ctx);
    double *ho = v, *hh = v + n, *hl = v + 2 * n, *hc = v + 3 * n;
    for (int64_t i = 0; i < n; i++) {
        hc[i] = (o[i] + h[i] + l[i] + c[i]) / 4.0;
        ho[i] = i == 0 ? (o[i] + c[i]) / 2.0 : (ho[i - 1] + hc[i - 1]) / 2.0;
        hh[i] = fmax(h[i], fmax(ho[i], hc[i]));
        hl[i] = fmin(l[i], fmin(ho[i], hc[i]));
    }
    const wick_status st =
        wick_bars_new(ctx, wick_bars_symbol(b), n, wick_bars_time(b), ho, hh, hl, hc,
                      wick_bars_field(b, WICK_VOLUME), wick_bars_info(b), out);
    free(v);
    return st;
}

/* ---- making the bars ---------------------------------------------------------------------- */

typedef struct request {
    int32_t base;       /* symbol that asks */
    const char *symbol; /* "": the same */
    int64_t tf;         /* 0: the same */
    bool ha;
    bool firsts; /* of finer bars the first of each bar that asks: a request that looks ahead */
} request;

/* A request that looks ahead at finer bars stands on one of them per bar of the chart, and its
 * history steps with the chart (semantics 11.2). */
static wick_status keep_firsts(wick_ctx *ctx, const wick_bars *b, wk_sym *s, int64_t n,
                               wick_bars **out)
{
    static const wick_field fields[] = {WICK_OPEN, WICK_HIGH, WICK_LOW, WICK_CLOSE, WICK_VOLUME};
    const int64_t have = wick_bars_count(b);
    double *v = malloc((size_t)(5 * have + 1) * sizeof *v);
    int64_t *time = malloc((size_t)(have + 1) * sizeof *time), m = 0;
    wick_status st = v && time ? WICK_OK : wick_fail_mem(ctx);
    int32_t last = -1;
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        const int32_t at = s->within[i];
        if (at > last) {
            for (int k = 0; k < 5; k++) v[k * have + m] = wick_bars_field(b, fields[k])[at];
            time[m++] = wick_bars_time(b)[at];
            last = at;
        }
        s->within[i] = s->seen[i] = (int32_t)m - 1;
    }
    if (st >= 0)
        st = wick_bars_new(ctx, wick_bars_symbol(b), m, time, v, v + have, v + 2 * have,
                           v + 3 * have, v + 4 * have, wick_bars_info(b), out);
    free(v);
    free(time);
    return st;
}

static wick_status add_inner(wick_ctx *ctx, wk_host *h, const request *q, wick_bars *source,
                             const char *key)
{
    const int32_t at = h->n_syms + h->n_inner;
    wick_bars *made = NULL, *bars = wick_bars_ref(source);
    const wick_bars *chart = h->syms[q->base].bars;
    const int64_t n = wick_bars_count(chart);
    wk_sym s = {.own_bar = -1, .fresh = -1, .base = q->base};
    wick_status st = WICK_OK;
    if (q->tf != 0 && q->tf != wick_bars_info(source)->timeframe_ms) {
        WICK_TRY(wick_bars_resample(ctx, source, q->tf, false, &made));
        wick_bars_unref(bars);
        bars = made;
        made = NULL;
    }
    s.seen = malloc((size_t)(n > 0 ? n : 1) * sizeof *s.seen);
    s.within = malloc((size_t)(n > 0 ? n : 1) * sizeof *s.within);
    s.key = strdup(key);
    if (!s.seen || !s.within || !s.key) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(wick_align(ctx, chart, source, bars, s.seen, s.within));
    if (q->firsts) {
        WICK_TRY(keep_firsts(ctx, bars, &s, n, &made));
        wick_bars_unref(bars);
        bars = made;
        made = NULL;
    }
    if (q->ha) {
        WICK_TRY(heikin_ashi(ctx, bars, &made));
        wick_bars_unref(bars);
        bars = made;
        made = NULL;
    }
    WICK_TRY(wick_graph_new(ctx, bars, NULL, h->cache, &s.graph));
    wk_sym *syms = realloc(h->syms, (size_t)(at + 1) * sizeof *syms);
    if (syms) h->syms = syms;
    int32_t *now = syms ? realloc(h->inner_bars, (size_t)(at + 1) * sizeof *now) : NULL;
    if (now) h->inner_bars = now;
    if (!syms || !now) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    s.bars = bars;
    s.time = wick_bars_time(bars);
    s.n = wick_bars_count(bars);
    h->syms[at] = s;
    h->n_inner++;
    return WICK_OK;
out:
    wick_graph_free(s.graph);
    free(s.seen);
    free(s.within);
    free(s.key);
    wick_bars_unref(bars);
    return st;
}

void wk_inner_free(wk_host *h)
{
    for (int32_t i = 0; h->syms && i < h->n_inner; i++) {
        wk_sym *s = &h->syms[h->n_syms + i];
        for (int32_t k = 0; k < s->n_own; k++) free(s->own[k]);
        free(s->own);
        wick_graph_free(s->graph);
        wick_bars_unref(s->bars);
        free(s->seen);
        free(s->within);
        free(s->key);
        free(s->alias);
        free(s->hot);
    }
    h->n_inner = 0;
    free(h->inner_bars);
    h->inner_bars = NULL;
}

void wk_host_set_finer(wk_host *h, wick_panel *finer)
{
    wick_panel_unref(h->finer);
    h->finer = finer ? wick_panel_ref(finer) : NULL;
}

wick_bars *wk_finer_bars(const wk_host *h, int32_t sym)
{
    const int64_t n = h->finer ? wick_panel_count(h->finer) : 0;
    const char *want = wick_bars_symbol(h->syms[sym].bars);
    const size_t length = strlen(want);
    wick_bars *tailed = NULL;
    for (int64_t i = 0; i < n; i++) {
        wick_bars *b = wick_panel_bars(h->finer, i);
        const char *name = wick_bars_symbol(b);
        if (strcmp(name, want) == 0) return b;
        if (!tailed && strncmp(name, want, length) == 0 && strchr("@_-.", name[length])) tailed = b;
    }
    return tailed || n != 1 || h->n_syms != 1 ? tailed : wick_panel_bars(h->finer, 0);
}

/* Bars that the request is made of; NULL: they are not there. */
static wick_bars *find_bars(const wk_host *h, const request *q)
{
    wick_bars *own = h->syms[q->base].bars;
    const int64_t have = wick_bars_info(own)->timeframe_ms;
    int32_t sym = q->base;
    if (q->symbol[0]) {
        const int64_t i = h->panel ? wick_panel_find(h->panel, q->symbol) : -1;
        if (i < 0) return NULL;
        sym = (int32_t)i;
    }
    wick_bars *b = h->syms[sym].bars;
    if (q->tf <= 0 || have <= q->tf) return b;
    b = sym < h->n_syms ? wk_finer_bars(h, sym) : NULL;
    const int64_t fine = b ? wick_bars_info(b)->timeframe_ms : 0;
    return fine > 0 && fine <= q->tf && q->tf % fine == 0 ? b : NULL;
}

static int32_t open_inner(lua_State *L, wk_host *h, request q, const char *what)
{
    char key[256];
    if (h->sh.phase == WK_LOAD) q.symbol = "";
    const int64_t chart = wick_bars_info(h->syms[q.base].bars)->timeframe_ms;
    q.firsts = q.firsts && h->sh.phase != WK_LOAD && q.tf > 0 && q.tf < chart;
    snprintf(key, sizeof key, "%d %lld %d %d %s", (int)q.base, (long long)q.tf, q.ha, q.firsts,
             q.symbol);
    for (int32_t i = h->n_syms; i < h->n_syms + h->n_inner; i++)
        if (strcmp(h->syms[i].key, key) == 0) return i;
    if (h->n_inner >= INNER_MAX)
        return wk_raise(L, "%s: more than %d different requests", what, INNER_MAX);
    wick_bars *source = h->sh.phase == WK_LOAD ? h->syms[q.base].bars : find_bars(h, &q);
    if (!source) return -1;
    if (h->sh.phase == WK_LOAD) q.tf = 0;
    if (add_inner(h->ctx, h, &q, source, key) < 0) return wk_raise_ctx(L, h);
    return h->n_syms + h->n_inner - 1;
}

int32_t wk_inner_bars(lua_State *L, wk_host *h, int32_t base, const char *symbol, int64_t tf,
                      const char *what)
{
    return open_inner(L, h, (request){.base = base, .symbol = symbol, .tf = tf}, what);
}

/* core.inner(symbol, timeframe_ms, heikin_ashi, lookahead): handle of the bars, or nil and a
 * reason. */
static int core_inner(lua_State *L)
{
    wk_host *h = wk_self(L);
    request q = {.symbol = luaL_checkstring(L, 1),
                 .tf = (int64_t)luaL_checknumber(L, 2),
                 .ha = lua_toboolean(L, 3),
                 .firsts = lua_toboolean(L, 4)};
    (void)wk_decl_graph(L, h, "pine.request");
    q.base = h->decl;
    const int32_t at = open_inner(L, h, q, "pine.request");
    if (at < 0) {
        lua_pushnil(L);
        lua_pushstring(L, q.symbol[0] && h->panel && wick_panel_find(h->panel, q.symbol) < 0
                              ? "symbol"
                              : "finer");
        return 2;
    }
    wk_push_bars(L, h, at);
    return 1;
}

/* ---- declaring and running on them -------------------------------------------------------- */

void wk_inner_call(lua_State *L, wk_host *h, int32_t sym, int args)
{
    wk_check_depth(L, h);
    const int32_t before = h->decl;
    const int64_t first = h->n_slots;
    h->decl = sym;
    lua_call(L, args, LUA_MULTRET);
    h->decl = before;
    /* What was made of the chart's series inside is wanted here, not there. */
    for (int64_t i = first; i < h->n_slots; i++)
        if (h->slots[i].sym != sym && wk_inner_of(h, sym, h->slots[i].sym)) h->extra[i].used = true;
}

/* core.inner_declare(handle, f): f(handle) with everything it makes belonging to those bars. */
static int inner_declare(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_bars_index(L, h, 1);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_pushvalue(L, 1);
    wk_inner_call(L, h, sym, 1);
    return lua_gettop(L) - 1;
}

/* core.inner_rebase(handle, series): the series as it is on the bars of the handle. */
static int inner_rebase(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_bars_index(L, h, 1);
    const int64_t slot = wk_series_slot(L, h, 2);
    if (sym < 0 || slot < 0) return wk_raise(L, "pine.request: a series is expected");
    if (h->slots[slot].sym == sym) {
        lua_settop(L, 2);
        return 1;
    }
    wk_push_series(L, h, sym, wk_slot_node_on(L, h, slot, sym, "pine.request"));
    return 1;
}

/* Inside the bar function of a request: the twin of a series of the chart, made when it is first
 * read. */
int64_t wk_inner_alias(lua_State *L, wk_host *h, int64_t slot)
{
    const int32_t sym = h->sh.cur->symbol;
    wk_sym *s = &h->syms[sym];
    for (int32_t i = 0; i < s->n_alias; i++)
        if (s->alias[2 * i] == slot) return s->alias[2 * i + 1];
    const wick_node x = wk_slot_node_on(L, h, slot, sym, "pine.request");
    int64_t *more = realloc(s->alias, ((size_t)s->n_alias + 1) * 2 * sizeof *more);
    if (!more) return luaL_error(L, "out of memory");
    s->alias = more;
    wk_push_series(L, h, sym, x);
    lua_pop(L, 1);
    s->alias[2 * s->n_alias] = slot;
    s->alias[2 * s->n_alias + 1] = h->n_slots - 1;
    s->n_alias++;
    return h->n_slots - 1;
}

/* core.inner_run(handle, f): lists of what f returned on each bar, and how many lists. */
static int inner_run(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_bars_index(L, h, 1);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_newtable(L);
    const wick_cursor *outer = h->sh.cur;
    const int32_t bars = h->sh.n_bars;
    const wk_phase phase = (wk_phase)h->sh.phase;
    wk_eval_declared(L, h, sym, 0);
    for (int32_t i = 0; i < h->n_syms + h->n_inner; i++) h->inner_bars[i] = -1;
    h->inner = (wick_cursor){.step = WICK_STEP_BAR, .symbol = sym, .bar_of = h->inner_bars};
    h->sh.cur = &h->inner;
    h->sh.n_bars = h->n_syms + h->n_inner;
    h->sh.phase = WK_INNER;
    const int n = wk_inner_loop(L, h, sym, 2, 3);
    h->sh.phase = (int32_t)phase;
    h->sh.n_bars = bars;
    h->sh.cur = outer;
    lua_pushinteger(L, n);
    return 2;
}

/* ---- merging ------------------------------------------------------------------------------ */

/* Bar of the request seen on bar i; -1: none. With gaps only where that bar is new. */
static int32_t place(const wk_sym *s, int64_t i, bool gaps, bool ahead)
{
    const int32_t *at = ahead ? s->within : s->seen;
    if (gaps && i > 0 && at[i] == at[i - 1]) return -1;
    return at[i];
}

static double *merged(lua_State *L, wk_host *h, int32_t sym, const double *v, bool gaps, bool ahead)
{
    const wk_sym *s = &h->syms[sym];
    const int64_t n = h->syms[s->base].n;
    double *out = lua_newuserdata(L, ((size_t)n + 1) * sizeof *out);
    for (int64_t i = 0; i < n; i++) {
        const int32_t k = place(s, i, gaps, ahead);
        out[i] = k < 0 ? WICK_NA : v ? v[k] : (double)k;
    }
    return out;
}

/* What a merged series is called: higher("1w", sma(close, 5)), other("SPY", ...). */
static void label_merged(wk_host *h, int32_t sym, int64_t slot, bool ahead)
{
    const wk_sym *s = &h->syms[sym];
    const wick_symbol_info *own = wick_bars_info(s->bars);
    const bool other =
        strcmp(wick_bars_symbol(s->bars), wick_bars_symbol(h->syms[s->base].bars)) != 0;
    const bool higher = own->timeframe_ms != wick_bars_info(h->syms[s->base].bars)->timeframe_ms;
    char tf[16];
    wick_buf text = {0};
    if (ahead) wick_buf_add(&text, "lookahead(", -1);
    if (other) wick_buf_addf(&text, "other(\"%s\", ", wick_bars_symbol(s->bars));
    wick_timeframe_format(tf, own->timeframe_ms);
    if (higher) wick_buf_addf(&text, "higher(\"%s\", ", tf);
    if (slot < 0)
        wick_buf_add(&text, "bar_index", -1);
    else if (h->extra[slot].label[0])
        wick_buf_add(&text, h->extra[slot].label, -1);
    else
        wick_graph_describe(s->graph, h->slots[slot].node, &text);
    if (higher) wick_buf_add(&text, ")", 1);
    if (other) wick_buf_add(&text, ")", 1);
    if (ahead) wick_buf_add(&text, ")", 1);
    if (!text.failed && text.data)
        snprintf(h->extra[h->n_slots - 1].label, sizeof h->extra->label, "%s", text.data);
    wick_buf_free(&text);
}

static void push_merged(lua_State *L, wk_host *h, int32_t sym, int64_t slot, bool gaps, bool ahead)
{
    const int32_t base = h->syms[sym].base;
    const double *v = slot >= 0 ? wk_slot_values(L, h, slot) : NULL;
    const double *out = merged(L, h, sym, v, gaps, ahead);
    const wick_node x = wick_graph_column(h->ctx, h->syms[base].graph, out, h->syms[base].n, 0);
    wk_push_series(L, h, base, wk_node(L, h, x));
    lua_remove(L, -2); /* the column has been copied */
    if (h->watch) label_merged(h, sym, slot, ahead);
}

void wk_inner_back(lua_State *L, wk_host *h, int32_t sym, int i, const char *what)
{
    i = lua_absindex(L, i);
    int64_t slot = wk_series_slot(L, h, i);
    if (slot < 0)
        (void)wk_raise(L, "%s: the function must return series of the bars it is given, got %s",
                       what, luaL_typename(L, i));
    if (h->slots[slot].sym != sym) { /* a series of the outer bars: the same expression inside */
        wk_push_series(L, h, sym, wk_slot_node_on(L, h, slot, sym, what));
        lua_pop(L, 1);
        slot = h->n_slots - 1;
    }
    push_merged(L, h, sym, slot, false, false);
    lua_replace(L, i);
}

/* core.inner_merge(series or handle, gaps, lookahead): a series of the bars that asked; for a
 * handle, of the indices of its bars. */
static int inner_merge(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int64_t slot = wk_series_slot(L, h, 1);
    const int32_t sym = slot >= 0 ? h->slots[slot].sym : wk_bars_index(L, h, 1);
    if (sym < h->n_syms || sym >= h->n_syms + h->n_inner)
        return wk_raise(L, "pine.request: the function must return series of the bars it is given");
    push_merged(L, h, sym, slot, lua_toboolean(L, 2), lua_toboolean(L, 3));
    return 1;
}

/* core.inner_range(handle): two series, the first and the last bar of the request that open inside
 * each bar that asked (last < first: none). */
static int inner_range(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_bars_index(L, h, 1);
    const wk_sym *s = &h->syms[sym];
    const int32_t base = s->base;
    const int64_t n = h->syms[base].n;
    double *first = lua_newuserdata(L, ((size_t)n + 1) * sizeof *first);
    double *last = lua_newuserdata(L, ((size_t)n + 1) * sizeof *last);
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t from = h->syms[base].time[i];
        while (k < s->n && s->time[k] < from) k++;
        first[i] = (double)k;
        last[i] = (double)s->seen[i];
    }
    for (int side = 0; side < 2; side++) {
        const wick_node x =
            wick_graph_column(h->ctx, h->syms[base].graph, side ? last : first, n, 0);
        wk_push_series(L, h, base, wk_node(L, h, x));
    }
    return 2;
}

/* core.bars_count(handle) */
static int bars_count(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_bars_index(L, h, 1);
    if (sym < 0) return wk_raise(L, "bars are expected");
    lua_pushinteger(L, (lua_Integer)h->syms[sym].n);
    return 1;
}

void wk_inner_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"inner", core_inner},          {"inner_declare", inner_declare},
        {"inner_rebase", inner_rebase}, {"inner_run", inner_run},
        {"inner_merge", inner_merge},   {"inner_range", inner_range},
        {"bars_count", bars_count},     {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
