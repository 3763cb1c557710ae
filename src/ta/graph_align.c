/* SPDX-License-Identifier: MIT */
/* Series of other calendars seen from this symbol's bars: sources made from bars, other symbols of
 * the panel, and higher timeframes. The one rule: a value is seen from the first bar whose close
 * is not before the value's own close. */
#include <stdlib.h>
#include <string.h>

#include "ta/align.h"
#include "ta/graph_int.h"

/* ---- sources ------------------------------------------------------------------------------ */

/* Days are counted in the exchange zone; bars of a day and more carry their date at 00:00Z. */
static wick_status new_day(wick_ctx *ctx, const wick_bars *b, double *out)
{
    const wick_symbol_info *info = wick_bars_info(b);
    const int64_t n = wick_bars_count(b);
    const int64_t *t = wick_bars_time(b);
    const bool intraday = info->timeframe_ms >= 0 && info->timeframe_ms < WICK_MS_DAY;
    wick_tz *tz = NULL;
    int64_t lead = 0;
    if (intraday) {
        const wick_status st = wick_tz_load(ctx, info->timezone, &tz);
        if (st < 0) return st;
        lead = wk_day_lead(info->session);
    }
    int64_t day = INT64_MIN, offset = 0;
    /* Zones change at most twice in any 20 days only by leaving and coming back, which none does;
     * so equal offsets at both ends mean one offset, and whole stretches need one look-up. */
    const int64_t stretch = 20 * WICK_MS_DAY;
    int64_t sure = 0; /* bars before this one have the present offset */
    for (int64_t i = 0; i < n; i++) {
        if (tz != NULL && i >= sure) {
            offset = wick_tz_offset(tz, t[i]);
            int64_t end = wick_bars_find(b, t[i] + stretch);
            sure = i + 1;
            if (end > i + 1 && wick_tz_offset(tz, t[end - 1]) == offset) sure = end;
        }
        const int64_t d = wk_day_number(t[i] + offset + lead);
        out[i] = d != day ? 1.0 : 0.0;
        day = d;
    }
    wick_tz_unref(tz);
    return WICK_OK;
}

/* Values of a source that is not a column of the bars. */
static wick_status derive(wick_ctx *ctx, const wick_bars *b, wick_source s, double *out)
{
    const int64_t n = wick_bars_count(b);
    const double *o = wick_bars_field(b, WICK_OPEN), *h = wick_bars_field(b, WICK_HIGH);
    const double *l = wick_bars_field(b, WICK_LOW), *c = wick_bars_field(b, WICK_CLOSE);
    const int64_t *t = wick_bars_time(b);
    switch (s) {
    case WICK_S_HL2:
        for (int64_t i = 0; i < n; i++) out[i] = (h[i] + l[i]) / 2.0;
        break;
    case WICK_S_HLC3:
        for (int64_t i = 0; i < n; i++) out[i] = (h[i] + l[i] + c[i]) / 3.0;
        break;
    case WICK_S_OHLC4:
        for (int64_t i = 0; i < n; i++) out[i] = (o[i] + h[i] + l[i] + c[i]) / 4.0;
        break;
    case WICK_S_HLCC4:
        for (int64_t i = 0; i < n; i++) out[i] = (h[i] + l[i] + c[i] + c[i]) / 4.0;
        break;
    case WICK_S_TIME:
        for (int64_t i = 0; i < n; i++) out[i] = (double)t[i];
        break;
    case WICK_S_BAR_INDEX:
        for (int64_t i = 0; i < n; i++) out[i] = (double)i;
        break;
    case WICK_S_NEW_DAY: return new_day(ctx, b, out);
    default: return wick_fail(ctx, WICK_E_INTERNAL, "source %d has no rule", (int)s);
    }
    return WICK_OK;
}

wick_status wk_eval_source(wick_ctx *ctx, wick_graph *g, wick_node id)
{
    const wick_source s = (wick_source)g->node[id].op;
    if (s <= WICK_S_VOLUME) {
        g->node[id].v = wick_bars_field(g->bars, (wick_field)s);
        return WICK_OK;
    }
    if (wk_node_from_cache(g, id)) return WICK_OK;
    wk_column *col = wk_column_new(g->cache, g->n);
    if (col == NULL) return wick_fail_mem(ctx);
    const wick_status st = derive(ctx, g->bars, s, col->v);
    if (st < 0) {
        wk_column_unref(col);
        return st;
    }
    wk_node_publish(g, id, col);
    return WICK_OK;
}

/* ---- other symbols ------------------------------------------------------------------------ */

static wick_status unknown_symbol(wick_ctx *ctx, const wick_graph *g, const char *symbol)
{
    const int64_t n = wick_panel_count(g->panel);
    const char **names = malloc((size_t)(n > 0 ? n : 1) * sizeof *names);
    if (names == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) names[i] = wick_bars_symbol(wick_panel_bars(g->panel, i));
    const char *near = wick_nearest(symbol, names, n);
    free(names);
    if (near != NULL) {
        return wick_fail(ctx, WICK_E_ARG, "symbol '%s' is not in the panel: did you mean '%s'?",
                         symbol, near);
    }
    return wick_fail(ctx, WICK_E_ARG, "symbol '%s' is not in the panel of %lld symbols", symbol,
                     (long long)n);
}

wick_node wick_graph_other(wick_ctx *ctx, wick_graph *g, const char *symbol, wick_source s)
{
    if (symbol == NULL) return wick_fail(ctx, WICK_E_ARG, "no symbol given");
    if (strcmp(symbol, wick_bars_symbol(g->bars)) == 0) return wick_graph_source(ctx, g, s);
    if (wk_source_name(s) == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "source %d does not exist: 0 to %d do", (int)s,
                         WICK_S_COUNT - 1);
    }
    if (g->panel == NULL || g->symbol < 0) {
        return wick_fail(ctx, WICK_E_STATE,
                         "series of symbol '%s' need a panel that holds both symbols", symbol);
    }
    const int64_t other = wick_panel_find(g->panel, symbol);
    if (other < 0) return unknown_symbol(ctx, g, symbol);
    const wick_bars *b = wick_panel_bars(g->panel, other);
    wk_gnode x = {.kind = WK_OTHER, .op = (uint8_t)s, .k = other, .cacheable = true};
    x.unit = (uint8_t)wk_source_unit(s);
    x.key = wk_key_start(WK_OTHER);
    wk_key_add(&x.key, g->id);
    wk_key_add(&x.key, (uint64_t)wick_bars_info(g->bars)->timeframe_ms);
    wk_source_key(&x.key, b, s);
    wk_key_add(&x.key, (uint64_t)wick_bars_info(b)->timeframe_ms);
    return wk_graph_intern(ctx, g, &x);
}

wick_status wk_eval_other(wick_ctx *ctx, wick_graph *g, wick_node id)
{
    if (wk_node_from_cache(g, id)) return WICK_OK;
    const int64_t other = g->node[id].k;
    const wick_source s = (wick_source)g->node[id].op;
    const wick_bars *b = wick_panel_bars(g->panel, other);
    const int64_t m = wick_bars_count(b);
    wk_column *own = NULL, *col = wk_column_new(g->cache, g->n);
    const double *v = NULL;
    wick_status st = WICK_OK;
    if (s <= WICK_S_VOLUME) {
        v = wick_bars_field(b, (wick_field)s);
    } else if ((own = wk_column_new(g->cache, m)) != NULL) {
        st = derive(ctx, b, s, own->v);
        v = own->v;
    }
    if (col == NULL || v == NULL) st = wick_fail_mem(ctx);
    if (st >= 0) {
        const int32_t *here = wick_panel_tick_of(g->panel, g->symbol);
        const int32_t *there = wick_panel_tick_of(g->panel, other);
        int64_t k = -1; /* last bar there that closed by now */
        for (int64_t i = 0; i < g->n; i++) {
            const int64_t now = here != NULL ? here[i] : i;
            while (k + 1 < m && (there != NULL ? there[k + 1] : k + 1) <= now) k++;
            col->v[i] = k < 0 ? WICK_NA : v[k];
        }
        wk_node_publish(g, id, col);
        col = NULL;
    }
    wk_column_unref(own);
    wk_column_unref(col);
    return st;
}

/* ---- higher timeframes -------------------------------------------------------------------- */

/* Shared through the cache, so a sweep resamples once. */
struct wk_higher {
    wk_object obj;
    wick_bars *bars; /* the windows */
    int32_t *seen;   /* per bar: last window that has closed by its close, -1 before the first */
};

static void higher_destroy(wk_object *o)
{
    wk_higher *h = (wk_higher *)o;
    wick_bars_unref(h->bars);
    free(h->seen);
    free(h);
}

static wick_status higher_new(wick_ctx *ctx, const wick_graph *g, int64_t tf, wk_higher **out)
{
    wick_bars *windows = NULL;
    wk_higher *h = calloc(1, sizeof *h);
    int32_t *seen = malloc((size_t)(g->n > 0 ? g->n : 1) * sizeof *seen);
    wick_status st = WICK_OK;
    if (h == NULL || seen == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(wick_bars_resample(ctx, g->bars, tf, false, &windows));
    WICK_TRY(wick_align(ctx, g->bars, g->bars, windows, seen, NULL));
    wk_object_init(&h->obj, g->n * 4 + wick_bars_count(windows) * 48, higher_destroy);
    h->bars = windows;
    h->seen = seen;
    *out = h;
    windows = NULL;
    seen = NULL;
    h = NULL;
out:
    wick_bars_unref(windows);
    free(seen);
    free(h);
    return st;
}

static wk_key higher_key(const wick_graph *g, int64_t tf)
{
    const wick_symbol_info *info = wick_bars_info(g->bars);
    wk_key key = wk_key_start(WK_HIGHER);
    wk_key_add(&key, g->id);
    wk_key_add(&key, (uint64_t)tf);
    wk_key_add(&key, (uint64_t)info->timeframe_ms);
    wk_key_add_text(&key, info->timezone != NULL ? info->timezone : "");
    wk_key_add_text(&key, info->session != NULL ? info->session : "");
    return key;
}

/* The view for a timeframe, made on first use. */
static int32_t view_of(wick_ctx *ctx, wick_graph *g, int64_t tf)
{
    for (int32_t i = 0; i < g->n_views; i++) {
        if (g->view[i].timeframe_ms == tf) return i;
    }
    wk_view *more = realloc(g->view, ((size_t)g->n_views + 1) * sizeof *more);
    if (more == NULL) return wick_fail_mem(ctx);
    g->view = more;
    wk_view *v = &g->view[g->n_views];
    *v = (wk_view){.timeframe_ms = tf};
    const wk_key key = higher_key(g, tf);
    v->windows = (wk_higher *)wk_cache_get(g->cache, key);
    if (v->windows == NULL) {
        const wick_status st = higher_new(ctx, g, tf, &v->windows);
        if (st < 0) return st;
        v->windows = (wk_higher *)wk_cache_put(g->cache, key, &v->windows->obj);
    }
    const wick_status st = wick_graph_new(ctx, v->windows->bars, NULL, g->cache, &v->graph);
    if (st < 0) {
        wk_object_unref(&v->windows->obj);
        return st;
    }
    return g->n_views++;
}

void wk_views_free(wick_graph *g)
{
    for (int32_t i = 0; i < g->n_views; i++) {
        wick_graph_free(g->view[i].graph);
        wk_object_unref(&g->view[i].windows->obj);
    }
    free(g->view);
}

/* Shortest length a timeframe can have, for comparing months with milliseconds. */
static int64_t least_length(int64_t tf)
{
    return tf >= 0 ? tf : -tf * 28 * WICK_MS_DAY;
}

int32_t wk_graph_view(wick_ctx *ctx, wick_graph *g, int64_t tf, wick_graph **inner)
{
    const int64_t base = wick_bars_info(g->bars)->timeframe_ms;
    char have[16], want[16];
    if (tf == 0 || tf < -1200 || tf > 4000 * WICK_MS_DAY) {
        return wick_fail(ctx, WICK_E_ARG, "a timeframe of %lld ms is out of range", (long long)tf);
    }
    if (tf == base) { /* the chart's own values */
        *inner = g;
        return INT32_MAX;
    }
    if (base == 0) {
        return wick_fail(ctx, WICK_E_DATA, "%s: the timeframe of the bars is not known",
                         wick_bars_symbol(g->bars));
    }
    if (least_length(tf) < least_length(base)) {
        wick_timeframe_format(have, base);
        wick_timeframe_format(want, tf);
        return wick_fail(ctx, WICK_E_ARG, "timeframe %s is finer than the %s bars of %s", want,
                         have, wick_bars_symbol(g->bars));
    }
    const int32_t view = view_of(ctx, g, tf);
    if (view >= 0) *inner = g->view[view].graph;
    return view;
}

wick_node wk_graph_seen(wick_ctx *ctx, wick_graph *g, int32_t view, wick_node y)
{
    if (view == INT32_MAX) return y;
    const wk_view *v = &g->view[view];
    const wk_gnode *inner = &v->graph->node[y];
    wk_gnode x = {.kind = WK_HIGHER, .in = {view, y, 0}};
    x.cacheable = inner->cacheable;
    x.unit = inner->unit;
    x.key = higher_key(g, v->timeframe_ms);
    wk_key_add_key(&x.key, inner->key);
    while (x.warm < g->n && v->windows->seen[x.warm] < inner->warm) x.warm++;
    return wk_graph_intern(ctx, g, &x);
}

wick_node wick_graph_higher(wick_ctx *ctx, wick_graph *g, int64_t timeframe_ms, const char *expr)
{
    wick_graph *inner = NULL;
    const int32_t view = wk_graph_view(ctx, g, timeframe_ms, &inner);
    if (view < 0) return view;
    const wick_node y = wick_graph_expr(ctx, inner, expr, NULL, NULL);
    return y < 0 ? y : wk_graph_seen(ctx, g, view, y);
}

/* Nodes x[i] of one view that are still missing: their inner nodes, evaluated together. */
static wick_status eval_view(wick_ctx *ctx, wick_graph *g, int32_t view, const wick_node *x,
                             int32_t n, wick_node *inner)
{
    int32_t m = 0;
    for (int32_t i = 0; i < n; i++) {
        const wk_gnode *y = &g->node[x[i]];
        if (y->in[0] == view && y->v == NULL) inner[m++] = y->in[1];
    }
    if (m == 0) return WICK_OK;
    wick_graph *sub = g->view[view].graph;
    const wick_status st = wick_graph_eval(ctx, sub, inner, m);
    if (st < 0) return st;
    const int32_t *seen = g->view[view].windows->seen;
    for (int32_t i = 0; i < n; i++) {
        const wk_gnode *y = &g->node[x[i]];
        if (y->in[0] != view || y->v != NULL) continue;
        const double *v = sub->node[y->in[1]].v;
        wk_column *col = wk_column_new(g->cache, g->n);
        if (col == NULL) return wick_fail_mem(ctx);
        for (int64_t k = 0; k < g->n; k++) col->v[k] = seen[k] < 0 ? WICK_NA : v[seen[k]];
        wk_node_publish(g, x[i], col);
    }
    return WICK_OK;
}

wick_status wk_eval_higher(wick_ctx *ctx, wick_graph *g, const wick_node *x, int32_t n)
{
    for (int32_t i = 0; i < n; i++) (void)wk_node_from_cache(g, x[i]);
    wick_node *inner = malloc((size_t)n * sizeof *inner);
    if (inner == NULL) return wick_fail_mem(ctx);
    wick_status st = WICK_OK;
    for (int32_t v = 0; v < g->n_views && st >= 0; v++) st = eval_view(ctx, g, v, x, n, inner);
    free(inner);
    return st;
}
