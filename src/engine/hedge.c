/* SPDX-License-Identifier: MIT */
/* Tickets: lots of both directions in one symbol (portfolio_engine.md G4, lots = hedge). */
#include "engine/hedge.h"

wick_status wk_hedge_check(wick_ctx *ctx, const wick_settings *k)
{
    const char *needs = NULL;
    if (k->lots != WK_LOTS_HEDGE) return WICK_OK;
    const bool queue = k->phases == WK_PHASES_QUEUE;
    if (k->phases == WK_PHASES_ROWS)
        needs = "phases=path, phases=batch or phases=queue";
    else if (k->trade_unit != WK_UNIT_LOT)
        needs = "trade_unit=lot";
    else if (k->exclusive && !queue)
        needs = "exclusive=off";
    else if (k->fee_per == WK_FEE_PER_LOT && !queue)
        needs = "fee_per=order";
    if (needs == NULL) return WICK_OK;
    return wick_fail(ctx, WICK_E_ARG, "engine setting lots=hedge needs %s", needs);
}

int32_t wk_side_lots(const wick_run *r, int32_t s, int32_t side)
{
    int32_t n = 0;
    for (int32_t k = r->sym[s].lot; k != WK_NONE; k = wk_lot_at(r, k)->next)
        n += wk_lot_at(r, k)->side == side;
    return n;
}

double wk_side_units(const wick_run *r, int32_t s, int32_t side)
{
    double sum = 0.0;
    for (int32_t k = r->sym[s].lot; k != WK_NONE; k = wk_lot_at(r, k)->next)
        if (wk_lot_at(r, k)->side == side) sum += wk_lot_at(r, k)->qty;
    return sum;
}

bool wk_is_ticket(const wk_lot *l, int32_t ticket)
{
    return ticket == 0 || (ticket > 0 ? l->order == ticket : l->tag == -ticket);
}

double wk_tickets_held(const wick_run *r, const wk_ord *o)
{
    double sum = 0.0;
    for (int32_t k = r->sym[o->symbol].lot; k != WK_NONE; k = wk_lot_at(r, k)->next) {
        const wk_lot *l = wk_lot_at(r, k);
        if (l->side != o->side && wk_is_ticket(l, o->ticket)) sum += l->qty;
    }
    return sum;
}

void wk_tickets_close(wick_run *r, const wk_ord *o, double qty, double price, double per_unit,
                      const wk_at *at)
{
    for (int32_t k = r->sym[o->symbol].lot; k != WK_NONE && qty > 0.0 && r->status >= 0;) {
        const wk_lot *l = wk_lot_at(r, k);
        const int32_t this = k;
        k = l->next;
        if (l->side == o->side || !wk_is_ticket(l, o->ticket)) continue;
        const double q = qty < l->qty * (1.0 - 1e-12) ? qty : l->qty;
        qty -= q;
        wk_close_qty(r, o->symbol, q, price, per_unit, at, this, o->id, o->tag, o->reason);
    }
}

/* ---- what callers may ask and do ------------------------------------------------------------ */

static const wk_lot *lot_number(const wick_run *r, int32_t s, int32_t i)
{
    if (s < 0 || s >= r->n_sym || i < 0) return NULL;
    int32_t k = r->sym[s].lot;
    while (k != WK_NONE && i-- > 0) k = wk_lot_at(r, k)->next;
    return k != WK_NONE ? wk_lot_at(r, k) : NULL;
}

bool wick_run_ticket(const wick_run *r, int32_t symbol, int32_t i, wick_ticket *out)
{
    const wk_lot *l = lot_number(r, symbol, i);
    if (l == NULL) return false;
    const wk_feed *f = &r->feed[symbol];
    const double mark = wk_mark(r, symbol);
    *out = (wick_ticket){.order = l->order,
                         .tag = l->tag > 0 ? l->tag : 0,
                         .side = l->side,
                         .bar = l->bar,
                         .time = f->time[l->bar],
                         .qty = l->qty,
                         .price = l->price,
                         .stop = l->stop,
                         .target = l->target,
                         .trail = l->trail.level,
                         .pnl = l->side * (mark - l->price) * l->qty * f->point_value};
    return true;
}

double wick_run_side_units(const wick_run *r, int32_t symbol, int32_t side)
{
    return symbol >= 0 && symbol < r->n_sym ? wk_side_units(r, symbol, side > 0 ? 1 : -1) : 0.0;
}
