/* SPDX-License-Identifier: MIT */
#include "report/report_int.h"

static wick_status write(wick_ctx *ctx, const wick_result *r, wick_buf *out)
{
    const bool dates = wk_report_dates_only(r);
    const wick_equity e = wick_ledger_equity(r->ledger);
    const double *columns[5 + WICK_FLOWS] = {e.equity, e.cash, e.fees, e.long_value, e.short_value};
    wk_memo memo[5 + WICK_FLOWS] = {{.len = 0}};
    wk_line l = {.out = out};
    int n = 5;
    wick_buf_add(out, "time,equity,cash,fees,long_value,short_value", -1);
    for (int k = 0; k < WICK_FLOWS; k++) {
        if (e.flow[k] == NULL) continue;
        columns[n++] = e.flow[k];
        wick_buf_addf(out, ",%s", wick_flow_name(k));
    }
    wick_buf_add(out, "\n", 1);
    for (int64_t i = 0; i < e.n; i++) {
        wk_line_time(&l, e.time[i], dates);
        /* A lean run keeps equity alone: the other fields are empty. */
        for (int k = 0; k < n; k++) {
            wk_line_memo(&l, &memo[k], columns[k] != NULL ? columns[k][i] : WICK_NA);
        }
        wk_line_end(&l);
    }
    return wk_report_done(ctx, out);
}

const wick_writer_spec wk_writer_equity_csv = {
    .name = "equity_csv", .doc = "account columns, one line a tick", .write = write};
