/* SPDX-License-Identifier: MIT */
#include "report/report_int.h"

/* Names of wick_order_type and wick_intent, which the engine declares above this room. */
static const char *type_name(int type)
{
    static const char *const names[] = {"market", "limit", "stop", "stop_limit"};
    return type >= 0 && type < 4 ? names[type] : "unknown";
}

static const char *intent_name(int intent)
{
    static const char *const names[] = {"enter", "reduce", "net"};
    return intent >= 0 && intent < 3 ? names[intent] : "unknown";
}

static wick_status write(wick_ctx *ctx, const wick_result *r, wick_buf *out)
{
    const bool dates = wk_report_dates_only(r);
    const bool parts = wick_ledger_parts(r->ledger) > 0;
    wk_line l = {.out = out};
    wick_buf_add(out,
                 "id,symbol,side,type,intent,tag,placed_time,filled_time,qty,filled_qty,limit,stop,"
                 "price,fees,score,fate,reason",
                 -1);
    wick_buf_add(out, parts ? ",strategy\n" : "\n", -1);
    for (int64_t i = 0; i < wick_ledger_orders(r->ledger); i++) {
        const wick_order_rec *o = wick_ledger_order(r->ledger, i);
        const bool opens = o->intent == 0; /* only closing orders have a reason */
        wk_line_int(&l, o->id);
        wk_line_text(&l, wick_ledger_symbol(r->ledger, o->symbol));
        wk_line_text(&l, o->side > 0 ? "buy" : "sell");
        wk_line_text(&l, type_name(o->type));
        wk_line_text(&l, intent_name(o->intent));
        wk_line_text(&l, wick_ledger_tag(r->ledger, o->tag));
        wk_line_time(&l, o->placed, dates);
        wk_line_time(&l, o->filled, dates);
        wk_line_number(&l, o->qty);
        wk_line_number(&l, o->filled_qty);
        wk_line_number(&l, o->limit);
        wk_line_number(&l, o->stop);
        wk_line_number(&l, o->price);
        wk_line_number(&l, o->fees);
        wk_line_number(&l, o->score);
        wk_line_text(&l, wick_fate_name(o->fate));
        wk_line_text(&l, opens ? "" : wick_reason_name(o->reason));
        if (parts) wk_line_part(&l, r->ledger, o->id);
        wk_line_end(&l);
    }
    return wk_report_done(ctx, out);
}

const wick_writer_spec wk_writer_orders_csv = {
    .name = "orders_csv", .doc = "every order and what became of it", .write = write};
