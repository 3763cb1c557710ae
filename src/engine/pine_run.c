/* SPDX-License-Identifier: MIT */
/* Pine orders: what a run of them needs before its first step and after its last. */
#include "engine/pine.h"

#include <string.h>

typedef struct need {
    const char *key, *value;
    bool bad;
} need;

/* Settings of the other order book that a Pine order has no meaning for. */
static wick_status check_settings(wick_ctx *ctx, const wick_settings *k)
{
    const bool on_close = k->delay == 0;
    const need needs[] = {
        {"phases", "path", k->phases != WK_PHASES_PATH},
        {"intrabar", "ohlc", k->intrabar != WK_INTRABAR_OHLC},
        {"gap_fill", "open", k->gap_fill != WK_GAP_OPEN},
        {"limit_rule", "resting", k->limit_rule != WK_LIMIT_RESTING},
        {"delay", "1 (or 0 with fill=close)",
         k->delay > 1 || k->buy_delay > 1 || k->sell_delay > 1},
        {"fill", on_close ? "close" : "open",
         k->fill != (on_close ? WICK_FILL_CLOSE : WICK_FILL_OPEN)},
        {"lots", "fifo", k->lots != WK_LOTS_FIFO},
        {"trade_unit", "lot", k->trade_unit != WK_UNIT_LOT},
        {"price_rounding", "tick", k->price_rounding != WK_ROUND_TICK},
        {"size", "units, cash, pct_equity or pct_cash", k->size > 3},
        {"close_at_end", "off", k->close_at_end != WK_END_OFF},
        {"volume_pct", "0", k->volume_pct > 0.0},
        {"margin_call", "off (margin_long and margin_short are Pine's)",
         k->margin_call != WK_CALL_OFF},
        {"position_mode", "both (s:risk_allow_entry_in limits directions)",
         k->position_mode != WK_MODE_BOTH},
    };
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        if (needs[i].bad)
            return wick_fail(ctx, WICK_E_ARG, "a Pine strategy needs engine setting %s=%s",
                             needs[i].key, needs[i].value);
    }
    return WICK_OK;
}

wick_status wk_pine_open(wick_ctx *ctx, wick_run *r)
{
    const wick_status st = check_settings(ctx, &r->set);
    if (st < 0) return st;
    for (int32_t s = 0; s < r->n_sym; s++)
        if (r->feed[s].dated[WICK_SPLIT].n > 0)
            return wick_fail(ctx, WICK_E_UNSUPPORTED,
                             "%s: splits are not booked under Pine orders; run on adjusted bars",
                             wick_bars_symbol(wick_panel_bars(r->panel, s)));
    if (r->cost.slips)
        return wick_fail(
            ctx, WICK_E_ARG,
            "a Pine strategy slips by slip_ticks, slip_pct and spread alone; it has no "
            "slippage models");
    r->pine = wick_arena_zalloc(r->arena, (r->n_sym + 1) * (int64_t)sizeof *r->pine);
    if (r->pine == NULL) return wick_fail_mem(ctx);
    for (int32_t s = 0; s < r->n_sym; s++) {
        wk_pine *p = &r->pine[s];
        p->risk.max_size = p->risk.drawdown = p->risk.day_loss = WICK_NA;
        p->day = INT64_MIN;
        p->filled = p->ranged = WK_NONE;
        p->peak_equity = p->top = p->bottom = p->day_equity = p->last_day_equity = r->cash0;
        const wick_symbol_info *info = wick_bars_info(wick_panel_bars(r->panel, s));
        if (info->timezone == NULL) continue;
        const wick_status tz = wick_tz_load(ctx, info->timezone, &r->feed[s].tz);
        if (tz < 0) return tz;
    }
    return wk_refill_setup(ctx, r);
}

/* TradingView lists what is still open as its last trades, marked at the last close. */
static void open_trades(wick_run *r)
{
    for (int32_t s = 0; s < r->n_sym; s++) {
        const wk_feed *f = &r->feed[s];
        const int32_t bar = f->n - 1;
        for (int32_t k = r->sym[s].lot; k != WK_NONE; k = wk_lot_at(r, k)->next) {
            const wk_lot *l = wk_lot_at(r, k);
            const double price = f->f[WICK_CLOSE][bar];
            const double pnl = l->side * (price - l->price) * l->qty * f->point_value;
            wick_trade_rec *t = wk_vec_push(r, &r->trades, sizeof *t);
            if (t == NULL) return;
            double mae, mfe;
            wk_lot_excursion(r, l, bar, &mae, &mfe);
            *t = (wick_trade_rec){
                .symbol = s,
                .side = l->side,
                .reason = WICK_BY_OPEN,
                .entry_order = l->order,
                .exit_order = -1,
                .entry_tag = l->tag,
                .exit_tag = WK_NONE,
                .entry_bar = l->bar,
                .exit_bar = bar,
                .entry_tick = l->tick,
                .exit_tick = r->tick,
                .bars = r->tick - l->tick + (r->set.bars_in_trade == WK_BARS_INCLUSIVE ? 1 : 0),
                .signal_time = f->time[l->signal_bar],
                .entry_time = f->time[l->bar],
                .exit_time = f->time[bar],
                .qty = l->qty,
                .entry_price = l->price,
                .exit_price = price,
                .pnl = pnl - (r->set.trade_pnl == WK_PNL_NET ? l->fee : 0.0),
                .return_pct = l->side > 0 ? (price / l->price - 1.0) * 100.0
                                          : (l->price / price - 1.0) * 100.0,
                .fees = l->fee,
                .entry_fees = l->fee,
                .mae = mae,
                .mfe = mfe,
            };
        }
    }
}

void wk_pine_finish(wick_run *r)
{
    open_trades(r);
    for (int32_t s = 0; s < r->n_sym; s++) {
        wk_pine *p = &r->pine[s];
        for (int32_t i = 0; i < p->ords.n; i++) {
            wk_pord *o = wk_pord_at(p, i);
            wk_pord_drop(r, p, o, o->due >= r->feed[s].n ? WICK_FATE_NO_BAR : WICK_FATE_PENDING);
        }
        for (int32_t i = 0; i < p->legs.n; i++)
            wk_leg_drop(r, p, wk_leg_at(p, i), WICK_FATE_PENDING);
    }
    wk_pine_free(r);
}

void wk_pine_free(wick_run *r)
{
    for (int32_t s = 0; r->pine != NULL && s < r->n_sym; s++) wick_tz_unref(r->feed[s].tz);
    r->pine = NULL;
}
