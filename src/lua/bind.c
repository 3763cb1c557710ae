/* SPDX-License-Identifier: MIT */
#include "lua/columns.h"

#include <stdlib.h>

wick_status wk_bind(wick_ctx *ctx, wk_host *h, wick_panel *panel, wick_cache *cache)
{
    if (h->syms) return wick_fail(ctx, WICK_E_STATE, "a run is already going on in this host");
    const int64_t n = wick_panel_count(panel);
    h->syms = calloc((size_t)(n > 0 ? n : 1), sizeof *h->syms);
    h->entries = calloc((size_t)(n > 0 ? n : 1), sizeof *h->entries);
    if (!h->syms || !h->entries) {
        free(h->syms);
        free(h->entries);
        h->syms = NULL;
        h->entries = NULL;
        return wick_fail_mem(ctx);
    }
    wk_slots_forget(h);
    h->panel = wick_panel_ref(panel);
    h->cache = cache;
    h->sh.n_symbols = h->sh.n_bars = h->n_syms = (int32_t)n;
    for (int32_t i = 0; i < n; i++) {
        wk_sym *s = &h->syms[i];
        s->bars = wick_panel_bars(panel, i);
        s->time = wick_bars_time(s->bars);
        s->n = wick_bars_count(s->bars);
        s->fresh = -1;
        s->own_bar = -1;
        const wick_status st = wick_graph_new(ctx, s->bars, panel, cache, &s->graph);
        if (st < 0) {
            wk_unbind(h);
            return st;
        }
    }
    return WICK_OK;
}

wick_status wk_bind_empty(wick_ctx *ctx, wk_host *h)
{
    const int64_t time[1] = {0};
    const double price[1] = {1.0};
    wick_symbol_info info = {.symbol = "SYMBOL",
                             .kind = "stock",
                             .currency = "",
                             .timezone = "Etc/UTC",
                             .session = "24x7",
                             .tick = 0.01,
                             .point_value = 1.0,
                             .qty_step = 1.0,
                             .timeframe_ms = WICK_MS_DAY};
    wick_bars *bars = NULL;
    wick_panel *panel = NULL;
    wick_status st =
        wick_bars_new(ctx, "SYMBOL", 0, time, price, price, price, price, NULL, &info, &bars);
    if (st >= 0) st = wick_panel_new(ctx, &bars, 1, &panel);
    if (st >= 0) st = wk_bind(ctx, h, panel, NULL);
    wick_panel_unref(panel);
    wick_bars_unref(bars);
    return st;
}

void wk_unbind(wk_host *h)
{
    wk_gate_free(h->gate);
    wk_columns_free(h->columns);
    free(h->entries);
    h->gate = NULL;
    h->columns = NULL;
    h->entries = NULL;
    h->sh.gated = 0;
    wk_plots_forget(h);
    wk_inner_free(h);
    wk_written_free(h);
    for (int32_t i = 0; h->syms && i < h->n_syms; i++) {
        wick_graph_free(h->syms[i].graph);
        free(h->syms[i].hot);
    }
    free(h->syms);
    h->syms = NULL;
    h->sh.n_symbols = h->sh.n_bars = h->n_syms = 0;
    h->cache = NULL;
    wick_panel_unref(h->panel);
    h->panel = NULL;
    h->decl = -1;
    h->n_when = 0;
    h->n_hot_tables = h->hot_on_stack = 0;
    h->sh.cur = NULL;
    h->sh.phase = WK_IDLE;
    wk_slots_forget(h);
}
