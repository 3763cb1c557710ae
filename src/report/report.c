/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "report/report_int.h"

/* Sorted by name. */
static const wick_writer_spec *const writers[] = {
    &wk_writer_chart_html, &wk_writer_equity_csv, &wk_writer_metrics_json, &wk_writer_orders_csv,
    &wk_writer_table,      &wk_writer_table_full, &wk_writer_trades_csv,   &wk_writer_trades_tv,
};
enum { WRITERS = sizeof writers / sizeof *writers };

int64_t wick_writer_count(void)
{
    return WRITERS;
}

const wick_writer_spec *wick_writer_at(int64_t i)
{
    return i >= 0 && i < WRITERS ? writers[i] : NULL;
}

const wick_writer_spec *wick_writer_find(const char *name)
{
    for (int64_t i = 0; name != NULL && i < WRITERS; i++) {
        if (strcmp(writers[i]->name, name) == 0) return writers[i];
    }
    return NULL;
}

wick_status wick_report_write(wick_ctx *ctx, const char *writer, const wick_result *r,
                              wick_buf *out)
{
    if (writer == NULL || r == NULL || out == NULL || r->ledger == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "a report needs a writer's name, a ledger and a buffer");
    }
    const wick_writer_spec *w = wick_writer_find(writer);
    if (w == NULL) {
        const char *names[WRITERS];
        for (int64_t i = 0; i < WRITERS; i++) names[i] = writers[i]->name;
        const char *near = wick_nearest(writer, names, WRITERS);
        return wick_fail(ctx, WICK_E_ARG, "unknown writer '%s'%s%s%s", writer,
                         near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                         near != NULL ? "'?" : "");
    }
    /* A caller built against an older header hands over a shorter struct. */
    wick_result own = {.size = sizeof own};
    memcpy(&own, r, r->size < sizeof own ? r->size : sizeof own);
    return w->write(ctx, &own, out);
}

wick_status wk_report_done(wick_ctx *ctx, const wick_buf *out)
{
    return out->failed ? wick_fail_mem(ctx) : WICK_OK;
}

bool wk_report_dates_only(const wick_result *r)
{
    if (r->timeframe_ms != 0) return r->timeframe_ms < 0 || r->timeframe_ms >= WICK_MS_DAY;
    const wick_equity e = wick_ledger_equity(r->ledger);
    for (int64_t i = 0; i < e.n; i++) {
        if (e.time[i] % WICK_MS_DAY != 0) return false;
    }
    for (int64_t i = 0; i < wick_ledger_trades(r->ledger); i++) {
        const wick_trade_rec *t = wick_ledger_trade(r->ledger, i);
        if (t->entry_time % WICK_MS_DAY != 0) return false;
        if (t->exit_time != WICK_NO_TIME && t->exit_time % WICK_MS_DAY != 0) return false;
    }
    return true;
}

/* ---- conventions -------------------------------------------------------------------------- */

static bool has_convention(const wick_result *r, const char *key)
{
    for (int64_t i = 0; i < r->n_conventions; i++) {
        if (strcmp(r->conventions[i].key, key) == 0) return true;
    }
    return false;
}

static void add(wk_convention_fn fn, void *user, const char *key, const char *value)
{
    const wick_convention c = {.key = key, .value = value};
    fn(user, &c);
}

void wk_report_conventions(const wick_result *r, wk_convention_fn fn, void *user)
{
    for (int64_t i = 0; i < r->n_conventions; i++) fn(user, &r->conventions[i]);
    if (r->scores == NULL) return;
    const wick_metric_opts *o = wick_scores_opts(r->scores);
    char text[WICK_DOUBLE_TEXT];
    if (!has_convention(r, "bars_per_year")) {
        wick_format_double(text, o->bars_per_year);
        add(fn, user, "bars_per_year", o->bars_per_year > 0.0 ? text : "none");
    }
    if (!has_convention(r, "deviation")) add(fn, user, "deviation", "population");
    if (!has_convention(r, "report_rounding")) {
        wick_format_double(text, (double)o->round_places);
        add(fn, user, "report_rounding", o->round_places > 0 ? text : "none");
    }
    if (!has_convention(r, "risk_free")) {
        wick_format_double(text, o->risk_free);
        add(fn, user, "risk_free", text);
    }
}
