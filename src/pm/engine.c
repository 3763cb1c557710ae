/* SPDX-License-Identifier: MIT */
/* The decisions of a path simulation carried out by the event engine: real quantities, fees in
 * percent of the notional, slippage in the price, market orders at the next open. It shows what the
 * arithmetic in basis points leaves out: fees on what an exit is worth, and adding at another price
 * (the bps result averages prices by ratio, an account by cost). */
#include <stdlib.h>

#include "pm/path_int.h"
#include "wick/engine.h"
#include "wick/ffi.h"

#define CASH 1e4

/** One symbol's rows as bars, and its event at each of them. */
typedef struct lane {
    int64_t n;
    const wk_path_event **event; /**< by own bar, NULL: none */
    double units, ratio;         /**< held, signed units */
} lane;

typedef struct replay {
    wick_ctx *ctx;
    const wick_pm_path *p;
    lane *lanes;
} replay;

/* ---- bars --------------------------------------------------------------------------------- */

static int64_t least_step(const wick_pm_path *p)
{
    int64_t step = 0;
    for (int64_t i = 1; i < p->n; i++) {
        const int64_t d = p->time[i] - p->time[i - 1];
        if (d > 0 && (step == 0 || d < step)) step = d;
    }
    return step > 0 ? step : 60000;
}

/* Closes are the rows' closes and opens what the row before could fill at; one more bar takes the
 * fills of the last row. */
static wick_status symbol_bars(wick_ctx *ctx, const wick_pm_path *p, int32_t symbol, int64_t step,
                               wick_bars **out)
{
    int64_t n = 0, m = 0;
    for (int64_t i = 0; i < p->n; i++) n += p->symbol[i] == symbol;
    double *x = malloc(((size_t)n + 1) * 4 * sizeof *x);
    int64_t *time = malloc(((size_t)n + 1) * sizeof *time);
    wick_status st = WICK_OK;
    if (!x || !time) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    double *open = x, *high = x + n + 1, *low = x + 2 * (n + 1), *close = x + 3 * (n + 1);
    double next = 0.0;
    for (int64_t i = 0; i < p->n; i++) {
        if (p->symbol[i] != symbol) continue;
        time[m] = p->time[i];
        close[m] = p->column[WK_PATH_CLOSE][i];
        open[m] = m > 0 ? next : close[m];
        next = p->column[WK_PATH_FILL][i];
        m++;
    }
    time[m] = time[m - 1] + step;
    open[m] = close[m] = next;
    for (int64_t k = 0; k <= m; k++) {
        high[k] = open[k] > close[k] ? open[k] : close[k];
        low[k] = open[k] < close[k] ? open[k] : close[k];
    }
    const wick_symbol_info info = {.symbol = p->texts[p->last[symbol]],
                                   .kind = "crypto",
                                   .timezone = "Etc/UTC",
                                   .session = "24x7",
                                   .tick = 1e-12,
                                   .point_value = 1.0,
                                   .qty_step = 1e-12,
                                   .timeframe_ms = step};
    st = wick_bars_new(ctx, info.symbol, m + 1, time, open, high, low, close, NULL, &info, out);
out:
    free(x);
    free(time);
    return st;
}

static wick_status make_panel(wick_ctx *ctx, const wick_pm_path *p, wick_panel **out)
{
    wick_status st = WICK_OK;
    int64_t made = 0;
    const int64_t step = least_step(p);
    wick_bars **bars = calloc((size_t)p->n_symbols + 1, sizeof *bars);
    if (!bars) return wick_fail_mem(ctx);
    for (; made < p->n_symbols; made++)
        WICK_TRY(symbol_bars(ctx, p, (int32_t)made, step, &bars[made]));
    st = wick_panel_new(ctx, bars, p->n_symbols, out);
out:
    for (int64_t k = 0; k < made; k++) wick_bars_unref(bars[k]);
    free(bars);
    return st;
}

static wick_status make_lanes(replay *r, const wk_path_records *rec)
{
    const wick_pm_path *p = r->p;
    int64_t e = 0;
    r->lanes = calloc((size_t)p->n_symbols + 1, sizeof *r->lanes);
    if (!r->lanes) return wick_fail_mem(r->ctx);
    for (int64_t i = 0; i < p->n; i++) r->lanes[p->symbol[i]].n++;
    for (int64_t k = 0; k < p->n_symbols; k++) {
        lane *l = &r->lanes[k];
        l->event = calloc((size_t)l->n + 1, sizeof *l->event);
        if (!l->event) return wick_fail_mem(r->ctx);
        l->n = 0;
    }
    for (int64_t i = 0; i < p->n; i++) {
        lane *l = &r->lanes[p->symbol[i]];
        /* A row makes one event at most. */
        if (e < rec->n_events && rec->events[e].row == i) l->event[l->n] = &rec->events[e++];
        l->n++;
    }
    return WICK_OK;
}

/* ---- orders ------------------------------------------------------------------------------- */

static double units_of(const replay *r, lane *l, const wk_path_event *e)
{
    const double price = r->p->column[WK_PATH_FILL][e->row];
    double units = 0.0;
    if (e->action == WK_PATH_OPEN || e->action == WK_PATH_ADD)
        units = (double)e->side * e->delta * CASH / price;
    else if (e->action == WK_PATH_REDUCE || e->action == WK_PATH_DO_CLOSE)
        units = l->ratio > 0.0 ? l->units * e->delta / l->ratio : 0.0; /* delta is negative */
    l->ratio = e->after;
    l->units = e->action == WK_PATH_DO_CLOSE ? 0.0 : l->units + units;
    return units;
}

static wick_status decide(void *self, wick_tick *t)
{
    replay *r = self;
    lane *l = &r->lanes[wick_tick_symbol(t)];
    const int64_t bar = wick_tick_bar(t);
    const wk_path_event *e = bar < l->n ? l->event[bar] : NULL;
    if (!e || e->action == WK_PATH_SKIP) return WICK_OK;
    const double units = units_of(r, l, e);
    const wick_order o = {.size = sizeof o,
                          .symbol = wick_tick_symbol(t),
                          .side = units > 0.0 ? 1 : -1,
                          .type = WICK_MARKET,
                          .intent = WICK_NET,
                          .size_kind = WICK_SIZE_UNITS,
                          .amount = fabs(units)};
    wick_run *run = wick_tick_run(t);
    const int32_t id = wick_run_submit(run, &o);
    return id < 0 ? wick_fail(r->ctx, id, "path in the engine: %s", wick_run_refusal(run))
                  : WICK_OK;
}

static wick_status set_percent(wick_ctx *ctx, wick_settings *s, const char *key, double bps)
{
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, bps / 100.0);
    return wick_settings_set(ctx, s, key, text);
}

wick_status wk_path_engine(wick_ctx *ctx, const wick_pm_path *p, const wk_path_records *rec,
                           const wick_pm_account *a, wick_ledger **out)
{
    replay r = {.ctx = ctx, .p = p};
    wick_panel *panel = NULL;
    wick_settings *s = wick_settings_new();
    wick_status st;
    if (!s) return wick_fail_mem(ctx);
    WICK_TRY(set_percent(ctx, s, "fee_pct", a->fee_bps));
    WICK_TRY(set_percent(ctx, s, "slip_pct", a->slippage_bps));
    WICK_TRY(wick_settings_set(ctx, s, "slip_outside", "on")); /* bars made of two prices */
    WICK_TRY(wick_settings_set(ctx, s, "shortage", "allow"));
    WICK_TRY(wick_settings_set(ctx, s, "qty_step", "1e-12"));
    WICK_TRY(make_panel(ctx, p, &panel));
    WICK_TRY(make_lanes(&r, rec));
    const wick_strategy strategy = {
        .size = sizeof strategy, .name = "path", .self = &r, .on_tick = decide};
    const wick_run_opts o = {.size = sizeof o, .settings = s, .cash = CASH};
    st = wick_engine_run(ctx, panel, &strategy, &o, out);
out:
    for (int64_t k = 0; r.lanes && k < p->n_symbols; k++) free(r.lanes[k].event);
    free(r.lanes);
    wick_panel_unref(panel);
    wick_settings_free(s);
    return st;
}
