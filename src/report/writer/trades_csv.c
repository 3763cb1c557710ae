/* SPDX-License-Identifier: MIT */
#include "report/report_int.h"

static wick_status write(wick_ctx *ctx, const wick_result *r, wick_buf *out)
{
    const bool dates = wk_report_dates_only(r);
    const wick_equity e = wick_ledger_equity(r->ledger);
    const bool parts = wick_ledger_parts(r->ledger) > 0;
    wk_line l = {.out = out};
    /* Columns of what only some runs have come last, and only there. */
    const bool carry = e.flow[WICK_FLOW_BORROW] != NULL || e.flow[WICK_FLOW_FUNDING] != NULL ||
                       e.flow[WICK_FLOW_DIVIDENDS] != NULL;
    const bool margin =
        wick_ledger_trades(r->ledger) > 0 && wick_ledger_trade(r->ledger, 0)->liquidation != 0.0;
    wick_buf_add(out,
                 "symbol,side,signal_time,entry_time,exit_time,shares,entry_price,exit_price,bars,"
                 "pnl,return_pct,fees,mae,mfe,exit_reason",
                 -1);
    wick_buf_addf(out, "%s%s%s\n", carry ? ",carry" : "", margin ? ",liquidation" : "",
                  parts ? ",strategy" : "");
    for (int64_t i = 0; i < wick_ledger_trades(r->ledger); i++) {
        const wick_trade_rec *t = wick_ledger_trade(r->ledger, i);
        wk_line_text(&l, wick_ledger_symbol(r->ledger, t->symbol));
        wk_line_text(&l, t->side > 0 ? "long" : "short");
        wk_line_time(&l, t->signal_time, dates);
        wk_line_time(&l, t->entry_time, dates);
        wk_line_time(&l, t->exit_time, dates);
        wk_line_number(&l, t->qty);
        wk_line_number(&l, t->entry_price);
        wk_line_number(&l, t->exit_price);
        wk_line_int(&l, t->bars);
        wk_line_number(&l, t->pnl);
        wk_line_number(&l, t->return_pct);
        wk_line_number(&l, t->fees);
        wk_line_number(&l, t->mae);
        wk_line_number(&l, t->mfe);
        wk_line_text(&l, wick_reason_name(t->reason));
        if (carry) wk_line_number(&l, t->carry);
        if (margin) wk_line_number(&l, t->liquidation);
        if (parts) wk_line_part(&l, r->ledger, t->entry_order);
        wk_line_end(&l);
    }
    return wk_report_done(ctx, out);
}

const wick_writer_spec wk_writer_trades_csv = {
    .name = "trades_csv", .doc = "closed trades, one line each, in exit order", .write = write};
