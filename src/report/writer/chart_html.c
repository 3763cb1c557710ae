/* SPDX-License-Identifier: MIT */
/* A page with a chart: bars, what was plotted, trades. One file without a library or the network,
 * drawn by src/report/chart.js. */
#include <string.h>

#include "report/report_int.h"

extern const char *const wk_text_chart[];

static void put_text(wick_buf *out, const char *s)
{
    wick_buf_add(out, "\"", 1);
    for (; *s != '\0'; s++) {
        const unsigned char c = (unsigned char)*s;
        /* "<" never ends the script that the text stands in. */
        if (c < 0x20 || c == '"' || c == '\\' || c == '<')
            wick_buf_addf(out, "\\u%04x", (unsigned)c);
        else
            wick_buf_add(out, s, 1);
    }
    wick_buf_add(out, "\"", 1);
}

static void put_html(wick_buf *out, const char *s)
{
    for (; s != NULL && *s != '\0'; s++) {
        if (*s == '<')
            wick_buf_add(out, "&lt;", -1);
        else if (*s == '&')
            wick_buf_add(out, "&amp;", -1);
        else
            wick_buf_add(out, s, 1);
    }
}

static void put_number(wick_buf *out, double v)
{
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, v);
    wick_buf_add(out, isfinite(v) ? text : "null", -1);
}

static void put_column(wick_buf *out, const char *key, const double *v, int64_t n)
{
    wick_buf_addf(out, ",\"%s\":[", key);
    for (int64_t i = 0; i < n; i++) {
        if (i > 0) wick_buf_add(out, ",", 1);
        put_number(out, v[i]);
    }
    wick_buf_add(out, "]", 1);
}

/* Side, entry bar and price, exit bar and price, result. */
static void put_trades(const wick_result *r, int32_t symbol, wick_buf *out)
{
    bool any = false;
    wick_buf_add(out, ",\"trades\":[", -1);
    for (int64_t i = 0; i < wick_ledger_trades(r->ledger); i++) {
        const wick_trade_rec *t = wick_ledger_trade(r->ledger, i);
        if (t->symbol != symbol) continue;
        wick_buf_addf(out, "%s[%d,%d,", any ? "," : "", (int)t->side, (int)t->entry_bar);
        put_number(out, t->entry_price);
        wick_buf_addf(out, ",%d,", (int)t->exit_bar);
        put_number(out, t->exit_price);
        wick_buf_add(out, ",", 1);
        put_number(out, t->pnl);
        wick_buf_add(out, "]", 1);
        any = true;
    }
    wick_buf_add(out, "]", 1);
}

/* The plots of a symbol: `at` moves over the array of arrays that the host gave. */
static void put_plots(const wick_result *r, int64_t symbol, wick_buf *out)
{
    const char *s = r->plots != NULL ? r->plots : "";
    for (int64_t i = 0; i < symbol && *s != '\0'; i++) {
        s = strchr(s, '\n');
        s = s != NULL ? s + 1 : "";
    }
    wick_buf_add(out, ",\"plots\":", -1);
    if (*s == '\0')
        wick_buf_add(out, "[]", 2);
    else
        wick_buf_add(out, s, (int64_t)strcspn(s, "\n"));
}

static void put_symbol(const wick_result *r, int64_t s, wick_buf *out)
{
    static const struct {
        const char *key;
        wick_field field;
    } fields[] = {{"o", WICK_OPEN}, {"h", WICK_HIGH}, {"l", WICK_LOW}, {"c", WICK_CLOSE}};
    const wick_bars *b = wick_panel_bars(r->panel, s);
    const int64_t n = wick_bars_count(b), *t = wick_bars_time(b);
    wick_buf_add(out, s > 0 ? ",\n{\"name\":" : "{\"name\":", -1);
    put_text(out, wick_bars_symbol(b));
    wick_buf_add(out, ",\"t\":[", -1);
    for (int64_t i = 0; i < n; i++)
        wick_buf_addf(out, "%s%lld", i > 0 ? "," : "", (long long)(t[i] / 1000));
    wick_buf_add(out, "]", 1);
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
        put_column(out, fields[k].key, wick_bars_field(b, fields[k].field), n);
    put_trades(r, (int32_t)s, out);
    put_plots(r, s, out);
    wick_buf_add(out, "}", 1);
}

static wick_status write(wick_ctx *ctx, const wick_result *r, wick_buf *out)
{
    const int64_t symbols = r->panel != NULL ? wick_panel_count(r->panel) : 0;
    wick_buf_add(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>",
                 -1);
    put_html(out, r->strategy);
    wick_buf_add(out,
                 "</title>\n<style>body{margin:0;font:13px sans-serif;color-scheme:light dark}"
                 "#bar{padding:6px 10px;height:20px;white-space:nowrap;overflow:hidden}"
                 "#chart{display:block;width:100%;height:calc(100vh - 34px)}</style></head>\n"
                 "<body><div id=\"bar\"><b>",
                 -1);
    put_html(out, r->strategy);
    wick_buf_add(out,
                 "</b> <select id=\"symbol\"></select> <span id=\"read\">wheel: zoom, drag: move"
                 "</span></div>\n<canvas id=\"chart\"></canvas>\n<script>var DATA={\"symbols\":[\n",
                 -1);
    for (int64_t s = 0; s < symbols; s++) put_symbol(r, s, out);
    wick_buf_add(out, "]};\n", -1);
    for (int i = 0; wk_text_chart[i] != NULL; i++) wick_buf_add(out, wk_text_chart[i], -1);
    wick_buf_add(out, "</script></body></html>\n", -1);
    return wk_report_done(ctx, out);
}

const wick_writer_spec wk_writer_chart_html = {
    .name = "chart_html",
    .doc = "a page with bars, plots and trades, to look at in a browser",
    .write = write,
};
