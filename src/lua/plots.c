/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What scripts plot, as columns: kept only for a run that was asked for them. */

struct wk_plot {
    char *title;
    int64_t slot;
};

enum { PLOTS_MAX = 512 };

void wk_host_keep_plots(wk_host *h, wick_buf *out)
{
    h->plots_out = out;
}

void wk_plots_forget(wk_host *h)
{
    for (int32_t i = 0; i < h->n_plots; i++) free(h->plots[i].title);
    free(h->plots);
    h->plots = NULL;
    h->n_plots = 0;
}

static int core_plots_wanted(lua_State *L)
{
    const wk_host *h = wk_self(L);
    /* A run that is saved keeps them for the one that goes on and may write them. */
    const bool kept = h->plots_out != NULL || h->keep.watching;
    lua_pushboolean(L, kept && h->sh.phase == WK_DECLARE && h->decl < h->n_syms);
    return 1;
}

/* core.add_plot(title, series) */
static int core_add_plot(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *title = luaL_checkstring(L, 1);
    const int64_t slot = wk_series_slot(L, h, 2);
    if (slot < 0) return wk_raise(L, "plot: a series is expected");
    if (h->n_plots >= PLOTS_MAX * h->n_syms) return wk_raise(L, "plot: more than %d", PLOTS_MAX);
    struct wk_plot *p = realloc(h->plots, ((size_t)h->n_plots + 1) * sizeof *p);
    if (!p) return luaL_error(L, "out of memory");
    h->plots = p;
    p[h->n_plots] = (struct wk_plot){strdup(title), slot};
    if (!p[h->n_plots].title) return luaL_error(L, "out of memory");
    h->n_plots++;
    return 0;
}

/* A title as a CSV field. */
static void add_title(wick_buf *b, const char *s)
{
    if (!strpbrk(s, ",\"\n\r")) {
        wick_buf_add(b, s, -1);
        return;
    }
    wick_buf_add(b, "\"", 1);
    for (; *s; s++) {
        if (*s == '"') wick_buf_add(b, "\"", 1);
        wick_buf_add(b, *s == '\n' || *s == '\r' ? " " : s, 1);
    }
    wick_buf_add(b, "\"", 1);
}

/* A series that others were made of has had no column of its own so far. */
static void evaluate(const wk_host *h, wk_slot *s)
{
    wick_graph *g = h->syms[s->sym].graph;
    if (s->v) return;
    s->v = wick_graph_values(g, s->node);
    if (!s->v && wick_graph_eval(h->ctx, g, &s->node, 1) >= 0) s->v = wick_graph_values(g, s->node);
}

/* Rows of symbol i: its plots stand in the order in which they were made. */
static void add_rows(const wk_host *h, int32_t sym)
{
    wick_buf *b = h->plots_out;
    const wk_sym *s = &h->syms[sym];
    for (int64_t i = 0; i < s->n; i++) {
        char at[WICK_TIME_TEXT], text[WICK_DOUBLE_TEXT];
        wick_time_format(at, s->time[i], false);
        wick_buf_addf(b, "%s,%s", at, wick_bars_symbol(s->bars));
        for (int32_t k = 0; k < h->n_plots; k++) {
            const wk_slot *slot = &h->slots[h->plots[k].slot];
            if (slot->sym != sym) continue;
            const double x = slot->v ? slot->v[i] : WICK_NA;
            if (isfinite(x)) {
                wick_format_double(text, x);
                wick_buf_addf(b, ",%s", text);
            } else {
                wick_buf_add(b, ",", 1);
            }
        }
        wick_buf_add(b, "\n", 1);
    }
}

void wk_plots_write(wk_host *h)
{
    wick_buf *b = h->plots_out;
    if (!b) return;
    wick_buf_add(b, "time,symbol", -1);
    for (int32_t k = 0; k < h->n_plots; k++) {
        if (h->slots[h->plots[k].slot].sym != 0) continue;
        wick_buf_add(b, ",", 1);
        add_title(b, h->plots[k].title);
    }
    wick_buf_add(b, "\n", 1);
    for (int32_t i = 0; i < h->n_syms; i++) {
        if (h->syms[i].n > 0) wk_written_roll(h, i, (double)(h->syms[i].n - 1));
        for (int32_t k = 0; k < h->n_plots; k++)
            if (h->slots[h->plots[k].slot].sym == i) evaluate(h, &h->slots[h->plots[k].slot]);
        add_rows(h, i);
    }
}

void wk_plots_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"plots_wanted", core_plots_wanted}, {"add_plot", core_add_plot}, {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
