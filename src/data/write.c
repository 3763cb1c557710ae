/* SPDX-License-Identifier: MIT */
/* CSV out: one file of all symbols, or a directory with one file each. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

static void add_row(wick_buf *out, const wick_bars *b, int64_t i, bool dates, bool named)
{
    if (dates) {
        char text[WICK_TIME_TEXT];
        wick_buf_add(out, text, wick_time_format(text, b->time[i], true));
    } else {
        wick_buf_add_int(out, b->time[i]);
    }
    if (named) {
        wick_buf_add(out, ",", 1);
        wick_buf_add(out, b->info.symbol, -1);
    }
    for (int k = 0; k < WICK_FIELDS; k++) {
        wick_buf_add(out, ",", 1);
        const double v = b->f[k][i];
        if (!isnan(v)) wick_buf_add_double(out, v);
    }
    wick_buf_add(out, "\n", 1);
}

static bool is_daily(const wick_bars *b)
{
    return b->info.timeframe_ms < 0 || b->info.timeframe_ms >= WICK_MS_DAY;
}

static void add_bars(wick_buf *out, const wick_bars *b, bool dates, bool named)
{
    for (int64_t i = 0; i < b->n; i++) add_row(out, b, i, dates, named);
}

static void add_header(wick_buf *out, bool dates, bool named)
{
    wick_buf_addf(out, "%s%s,open,high,low,close,volume\n", dates ? "date" : "timestamp",
                  named ? ",symbol" : "");
}

static bool is_one_file(const char *path)
{
    return strcmp(path, "-") == 0 || wk_is_data_file(path);
}

static wick_status one_file(wick_ctx *ctx, const wick_panel *p, const char *path)
{
    const int64_t n = wick_panel_count(p);
    char stem[256];
    int64_t tf;
    bool dates = true;
    wk_name_of_file(path, stem, sizeof stem, &tf);
    for (int64_t i = 0; i < n; i++) dates = dates && is_daily(wick_panel_bars(p, i));
    const bool named = n != 1 || strcmp(stem, wick_bars_symbol(wick_panel_bars(p, 0))) != 0;
    wick_buf out = {0};
    add_header(&out, dates, named);
    for (int64_t i = 0; i < n; i++) add_bars(&out, wick_panel_bars(p, i), dates, named);
    const wick_status st =
        out.failed ? wick_fail_mem(ctx) : wick_file_write(ctx, path, out.data, out.len);
    wick_buf_free(&out);
    return st;
}

static wick_status directory(wick_ctx *ctx, const wick_panel *p, const char *path)
{
    wick_status st = wick_dir_make(ctx, path);
    if (st < 0) return st;
    wick_file_set *set = wick_file_set_new();
    if (set == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < wick_panel_count(p) && st == WICK_OK; i++) {
        const wick_bars *b = wick_panel_bars(p, i);
        wick_buf name = {0}, out = {0};
        wick_buf_addf(&name, "%s/%s.csv", path, b->info.symbol);
        /* A pair such as BTC/USDT is one file, not a folder. */
        for (int64_t k = (int64_t)strlen(path) + 1; k < name.len; k++) {
            if (name.data[k] == '/') name.data[k] = '-';
        }
        add_header(&out, is_daily(b), false);
        add_bars(&out, b, is_daily(b), false);
        st = name.failed || out.failed ? wick_fail_mem(ctx)
                                       : wick_file_set_add(ctx, set, name.data, out.data, out.len);
        wick_buf_free(&name);
        wick_buf_free(&out);
    }
    if (st == WICK_OK) st = wick_file_set_commit(ctx, set);
    wick_file_set_free(set);
    return st;
}

wick_status wick_panel_write_csv(wick_ctx *ctx, const wick_panel *p, const char *path)
{
    return is_one_file(path) ? one_file(ctx, p, path) : directory(ctx, p, path);
}
