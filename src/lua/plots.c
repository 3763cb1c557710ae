/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What scripts plot, as columns: kept only for a run that was asked for them. */

struct wk_plot {
    char *title;          /**< NULL: a look without a column (hline, fill) */
    char *look;           /**< lines of key=value: kind, style, color of one that stays ... */
    int64_t slot, colour; /**< -1: none; colours are numbers as in lua/wick/pine/color.lua */
    int32_t sym;
};

enum { PLOTS_MAX = 512 };

void wk_host_keep_plots(wk_host *h, wick_buf *out)
{
    h->plots_out = out;
}

void wk_host_keep_chart(wk_host *h, wick_buf *out)
{
    h->chart_out = out;
}

void wk_plots_forget(wk_host *h)
{
    for (int32_t i = 0; i < h->n_plots; i++) {
        free(h->plots[i].title);
        free(h->plots[i].look);
    }
    free(h->plots);
    h->plots = NULL;
    h->n_plots = 0;
}

static int core_plots_wanted(lua_State *L)
{
    const wk_host *h = wk_self(L);
    /* A run that is saved keeps them for the one that goes on and may write them. */
    const bool kept = h->plots_out != NULL || h->chart_out != NULL || h->keep.watching;
    lua_pushboolean(L, kept && h->sh.phase == WK_DECLARE && h->decl < h->n_syms);
    return 1;
}

static struct wk_plot *add(lua_State *L, wk_host *h, const char *title, const char *look)
{
    if (h->n_plots >= PLOTS_MAX * h->n_syms) (void)wk_raise(L, "plot: more than %d", PLOTS_MAX);
    struct wk_plot *all = realloc(h->plots, ((size_t)h->n_plots + 1) * sizeof *all);
    if (!all) (void)luaL_error(L, "out of memory");
    h->plots = all;
    struct wk_plot *p = &all[h->n_plots++];
    *p = (struct wk_plot){.title = title ? strdup(title) : NULL,
                          .look = strdup(look),
                          .slot = -1,
                          .colour = -1,
                          .sym = h->decl};
    if ((title && !p->title) || !p->look) (void)luaL_error(L, "out of memory");
    return p;
}

/* core.add_plot(title, series, look [, colours]) */
static int core_add_plot(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *title = luaL_checkstring(L, 1), *look = luaL_checkstring(L, 3);
    const int64_t slot = wk_series_slot(L, h, 2);
    const int64_t colour = lua_isnoneornil(L, 4) ? -1 : wk_series_slot(L, h, 4);
    if (slot < 0) return wk_raise(L, "plot: a series is expected");
    struct wk_plot *p = add(L, h, title, look);
    p->slot = slot;
    p->colour = colour;
    p->sym = h->slots[slot].sym;
    return 0;
}

/* core.add_look(look [, colours]): what is drawn without a column of values. */
static int core_add_look(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *look = luaL_checkstring(L, 1);
    const int64_t colour = lua_isnoneornil(L, 2) ? -1 : wk_series_slot(L, h, 2);
    struct wk_plot *p = add(L, h, NULL, look);
    p->colour = colour;
    return 0;
}

/* core.plot_unused(series or nil): nobody asks for its values, unless somebody does. */
static int core_plot_unused(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int64_t slot = lua_isnoneornil(L, 1) ? -1 : wk_series_slot(L, h, 1);
    if (slot >= 0 && h->slots[slot].node != WK_OWN) h->extra[slot].used = true;
    return 0;
}

/* A title as a CSV field. */
static void add_title(wick_buf *b, const char *s, const char *tail)
{
    if (!strpbrk(s, ",\"\n\r")) {
        wick_buf_addf(b, "%s%s", s, tail);
        return;
    }
    wick_buf_add(b, "\"", 1);
    for (; *s; s++) {
        if (*s == '"') wick_buf_add(b, "\"", 1);
        wick_buf_add(b, *s == '\n' || *s == '\r' ? " " : s, 1);
    }
    wick_buf_addf(b, "%s\"", tail);
}

/* A series that others were made of has had no column of its own so far. */
static void evaluate(const wk_host *h, wk_slot *s)
{
    wick_graph *g = h->syms[s->sym].graph;
    if (s->v) return;
    s->v = wick_graph_values(g, s->node);
    if (!s->v && wick_graph_eval(h->ctx, g, &s->node, 1) >= 0) s->v = wick_graph_values(g, s->node);
}

/* Plots whose colour changes have a second column: #RRGGBB, or #RRGGBBAA. */
static bool has_value(const struct wk_plot *p, bool colour)
{
    return p->title && (colour ? p->colour >= 0 : p->slot >= 0 && p->slot != p->colour);
}

static void add_value(wick_buf *b, double x, bool colour)
{
    char text[WICK_DOUBLE_TEXT];
    wick_buf_add(b, ",", 1);
    if (!isfinite(x)) return;
    if (!colour) {
        wick_format_double(text, x);
        wick_buf_addf(b, "%s", text);
        return;
    }
    const uint32_t c = (uint32_t)x, clear = c >> 24; /* percent */
    wick_buf_addf(b, "#%06X", c & 0xffffffu);
    if (clear > 0) wick_buf_addf(b, "%02X", (unsigned)((100 - clear) * 255 + 50) / 100);
}

/* Rows of symbol i: its plots stand in the order in which they were made. */
static void add_rows(const wk_host *h, int32_t sym)
{
    wick_buf *b = h->plots_out;
    const wk_sym *s = &h->syms[sym];
    for (int64_t i = 0; i < s->n; i++) {
        char at[WICK_TIME_TEXT];
        wick_time_format(at, s->time[i], false);
        wick_buf_addf(b, "%s,%s", at, wick_bars_symbol(s->bars));
        for (int pass = 0; pass < 2; pass++)
            for (int32_t k = 0; k < h->n_plots; k++) {
                const struct wk_plot *p = &h->plots[k];
                if (p->sym != sym || !has_value(p, pass == 1)) continue;
                const wk_slot *slot = &h->slots[pass == 1 ? p->colour : p->slot];
                add_value(b, slot->v ? slot->v[i] : WICK_NA, pass == 1);
            }
        wick_buf_add(b, "\n", 1);
    }
}

/* ---- for charts --------------------------------------------------------------------------- */

static void add_json(wick_buf *b, const char *key, const char *s)
{
    wick_buf_addf(b, "\"%s\":\"", key);
    for (; *s; s++) {
        const unsigned char c = (unsigned char)*s;
        if (c < 0x20 || c == '"' || c == '\\' || c == '<')
            wick_buf_addf(b, "\\u%04x", (unsigned)c);
        else
            wick_buf_add(b, s, 1);
    }
    wick_buf_add(b, "\"", 1);
}

static void add_numbers(wick_buf *b, const char *key, const double *v, int64_t n)
{
    char text[WICK_DOUBLE_TEXT];
    wick_buf_addf(b, ",\"%s\":[", key);
    for (int64_t i = 0; i < n; i++) {
        if (v && isfinite(v[i])) wick_format_double(text, v[i]);
        wick_buf_addf(b, "%s%s", i > 0 ? "," : "", v && isfinite(v[i]) ? text : "null");
    }
    wick_buf_add(b, "]", 1);
}

/* A line a symbol: an array of its plots. */
static void add_chart(const wk_host *h, int32_t sym)
{
    wick_buf *b = h->chart_out;
    bool any = false;
    wick_buf_add(b, "[", 1);
    for (int32_t k = 0; k < h->n_plots; k++) {
        const struct wk_plot *p = &h->plots[k];
        if (p->sym != sym) continue;
        wick_buf_add(b, any ? ",{" : "{", -1);
        add_json(b, "title", p->title ? p->title : "");
        wick_buf_add(b, ",", 1);
        add_json(b, "text", p->look);
        add_numbers(b, "v", p->slot >= 0 ? h->slots[p->slot].v : NULL,
                    p->slot >= 0 ? h->syms[sym].n : 0);
        if (p->colour >= 0 && p->colour != p->slot)
            add_numbers(b, "c", h->slots[p->colour].v, h->syms[sym].n);
        wick_buf_add(b, "}", 1);
        any = true;
    }
    wick_buf_add(b, "]\n", 2);
}

static void evaluate_all(const wk_host *h, int32_t sym)
{
    for (int32_t k = 0; k < h->n_plots; k++) {
        const struct wk_plot *p = &h->plots[k];
        if (p->sym == sym && p->slot >= 0) evaluate(h, &h->slots[p->slot]);
        if (p->sym == sym && p->colour >= 0) evaluate(h, &h->slots[p->colour]);
    }
}

void wk_plots_write(wk_host *h)
{
    wick_buf *b = h->plots_out;
    for (int32_t i = 0; (b || h->chart_out) && i < h->n_syms; i++) {
        if (h->syms[i].n > 0) wk_written_roll(h, i, (double)(h->syms[i].n - 1));
        evaluate_all(h, i);
        if (h->chart_out) add_chart(h, i);
    }
    if (!b) return;
    wick_buf_add(b, "time,symbol", -1);
    for (int pass = 0; pass < 2; pass++)
        for (int32_t k = 0; k < h->n_plots; k++) {
            const struct wk_plot *p = &h->plots[k];
            if (p->sym != 0 || !has_value(p, pass == 1)) continue;
            wick_buf_add(b, ",", 1);
            add_title(b, p->title, pass == 1 ? " color" : "");
        }
    wick_buf_add(b, "\n", 1);
    for (int32_t i = 0; i < h->n_syms; i++) add_rows(h, i);
}

void wk_plots_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"plots_wanted", core_plots_wanted},
                                    {"add_plot", core_add_plot},
                                    {"add_look", core_add_look},
                                    {"plot_unused", core_plot_unused},
                                    {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
