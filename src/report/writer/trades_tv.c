/* SPDX-License-Identifier: MIT */
/* TradingView's "List of trades": two rows per trade, the exit first, money and percent rounded to
 * two decimals, what is still open last with the exit signal "Open". Times are UTC bar opens. */
#include <string.h>

#include "report/report_int.h"

typedef struct list {
    const wick_result *r;
    wk_line l;
    bool net, many; /**< pnl is net of fees; several symbols */
    double total;
} list;

static bool is_net(const wick_result *r)
{
    for (int64_t i = 0; i < r->n_conventions; i++) {
        if (strcmp(r->conventions[i].key, "trade_pnl") == 0)
            return strcmp(r->conventions[i].value, "net") == 0;
    }
    return false;
}

static double cents(double v)
{
    const double k = floor(fabs(v) * 100.0 + 0.5) / 100.0;
    return v < 0.0 ? -k : k;
}

static double point_value(const wick_result *r, int32_t symbol)
{
    if (r->panel == NULL || symbol >= wick_panel_count(r->panel)) return 1.0;
    const double pv = wick_bars_info(wick_panel_bars(r->panel, symbol))->point_value;
    return pv > 0.0 ? pv : 1.0;
}

/* YYYY-MM-DD HH:MM */
static void put_time(wk_line *l, int64_t t)
{
    char text[WICK_TIME_TEXT];
    wick_time_format(text, t, false);
    if (text[10] == 'T') text[10] = ' ';
    text[16] = '\0';
    wk_line_text(l, text);
}

static const char *entry_signal(const list *w, const wick_trade_rec *t)
{
    const char *tag = wick_ledger_tag(w->r->ledger, t->entry_tag);
    return *tag != '\0' ? tag : t->side > 0 ? "Long" : "Short";
}

static const char *exit_signal(const list *w, const wick_trade_rec *t)
{
    if (t->reason == WICK_BY_OPEN) return "Open";
    const char *tag = wick_ledger_tag(w->r->ledger, t->exit_tag);
    return *tag != '\0' ? tag : wick_reason_name(t->reason);
}

static void row(list *w, const wick_trade_rec *t, int64_t number, bool entry)
{
    wk_line *l = &w->l;
    const double rate = wick_ledger_rate(w->r->ledger, t->symbol, t->exit_bar);
    const double pv = point_value(w->r, t->symbol) * rate, value = t->entry_price * t->qty * pv;
    const double net = w->net ? t->pnl : t->pnl - t->fees;
    const double cash0 = wick_ledger_cash0(w->r->ledger);
    const double fee = t->entry_fees;
    double up = t->mfe * t->qty * pv - fee, down = t->mae * t->qty * pv - fee;
    if (up < 0.0) up = 0.0;
    wk_line_int(l, number);
    if (w->many) wk_line_text(l, wick_ledger_symbol(w->r->ledger, t->symbol));
    wk_line_text(l, entry ? (t->side > 0 ? "Entry long" : "Entry short")
                          : (t->side > 0 ? "Exit long" : "Exit short"));
    put_time(l, entry ? t->entry_time : t->exit_time);
    wk_line_text(l, entry ? entry_signal(w, t) : exit_signal(w, t));
    wk_line_number(l, entry ? t->entry_price : t->exit_price);
    wk_line_number(l, t->qty);
    wk_line_number(l, cents(value));
    wk_line_number(l, cents(net));
    wk_line_number(l, cents(net / value * 100.0));
    wk_line_number(l, cents(up));
    wk_line_number(l, cents(up / value * 100.0));
    wk_line_number(l, cents(down));
    wk_line_number(l, cents(down / value * 100.0));
    wk_line_number(l, cents(w->total));
    wk_line_number(l, cents(w->total / cash0 * 100.0));
    wk_line_int(l, t->entry_order);
    wk_line_end(l);
}

static wick_status write(wick_ctx *ctx, const wick_result *r, wick_buf *out)
{
    list w = {.r = r, .l = {.out = out}, .net = is_net(r)};
    const int64_t n = wick_ledger_trades(r->ledger);
    for (int64_t i = 1; i < n; i++)
        w.many |=
            wick_ledger_trade(r->ledger, i)->symbol != wick_ledger_trade(r->ledger, 0)->symbol;
    wick_buf_add(out, w.many ? "Trade #,Symbol," : "Trade #,", -1);
    wick_buf_add(out,
                 "Type,Date and time,Signal,Price,Size (qty),Size (value),Net P&L,Net P&L %,"
                 "Favorable excursion,Favorable excursion %,Adverse excursion,Adverse excursion %,"
                 "Cumulative P&L,Cumulative P&L %,Entry order #\n",
                 -1);
    for (int64_t i = 0; i < n; i++) {
        const wick_trade_rec *t = wick_ledger_trade(r->ledger, i);
        w.total += w.net ? t->pnl : t->pnl - t->fees;
        row(&w, t, i + 1, false);
        row(&w, t, i + 1, true);
    }
    return wk_report_done(ctx, out);
}

const wick_writer_spec wk_writer_trades_tv = {
    .name = "trades_tv",
    .doc = "TradingView's list of trades: two rows per trade, open ones last",
    .write = write};
