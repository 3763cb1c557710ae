/* SPDX-License-Identifier: MIT */
/* What callers may ask a run at any time. */
#include "engine/hedge.h"
#include "engine/margin.h"

#include <string.h>

static bool known(const wick_run *r, int32_t s)
{
    return s >= 0 && s < r->n_sym;
}

const wick_cursor *wick_run_cursor(const wick_run *r)
{
    return &r->cur;
}

double wick_run_position(const wick_run *r, int32_t s)
{
    return known(r, s) ? r->sym[s].pos : 0.0;
}

double wick_run_avg_price(const wick_run *r, int32_t s)
{
    /* Tickets of both directions have no price together. */
    if (known(r, s) && wk_hedges(r) && wk_side_lots(r, s, 1) > 0 && wk_side_lots(r, s, -1) > 0)
        return WICK_NA;
    return known(r, s) && r->sym[s].lots > 0 ? r->sym[s].cost / fabs(r->sym[s].pos) : WICK_NA;
}

double wick_run_open_pnl(const wick_run *r, int32_t s)
{
    if (!known(r, s) || r->sym[s].lots == 0) return 0.0;
    const wk_sym *y = &r->sym[s];
    const double side = y->pos > 0.0 ? 1.0 : -1.0;
    double sum = 0.0;
    wick_ticket t;
    for (int32_t i = 0; wk_hedges(r) && wick_run_ticket(r, s, i, &t); i++) sum += t.pnl;
    if (wk_hedges(r)) return sum;
    return (y->pos * wk_mark(r, s) - side * y->cost) * r->feed[s].point_value;
}

double wick_run_entry_price(const wick_run *r, int32_t s, int32_t lot)
{
    if (!known(r, s) || lot < 0) return WICK_NA;
    int32_t slot = r->sym[s].lot;
    while (slot != WK_NONE && lot-- > 0) slot = wk_lot_at(r, slot)->next;
    return slot != WK_NONE ? wk_lot_at(r, slot)->price : WICK_NA;
}

int32_t wick_run_lots(const wick_run *r, int32_t s)
{
    return known(r, s) ? r->sym[s].lots : 0;
}

int64_t wick_run_bars_held(const wick_run *r, int32_t s)
{
    if (!known(r, s) || r->sym[s].lots == 0) return -1;
    return r->bar_of[s] - wk_lot_at(r, r->sym[s].lot)->bar;
}

int32_t wick_run_pending(const wick_run *r, int32_t s)
{
    if (s < 0) return r->live_ords;
    return known(r, s) ? r->sym[s].ords : 0;
}

double wick_run_liquidation(const wick_run *r, int32_t s)
{
    return known(r, s) ? wk_liquidation_price(r, s) : WICK_NA;
}

double wick_run_flow(const wick_run *r, int32_t flow)
{
    return flow >= 0 && flow < WICK_FLOWS ? r->flow[flow] : 0.0;
}

int32_t wick_run_open_symbols(const wick_run *r)
{
    return r->n_long + r->n_short;
}

int64_t wick_run_closed_trades(const wick_run *r)
{
    return r->trades.n;
}

double wick_run_realized(const wick_run *r)
{
    return r->realized;
}

double wick_run_fees(const wick_run *r)
{
    return r->fees;
}

double wick_run_units(const wick_run *r, int32_t s, int32_t size_kind, double amount,
                      double stop_distance)
{
    if (!known(r, s) || r->bar_of[s] < 0 || isnan(amount)) return 0.0;
    if (size_kind == WICK_SIZE_DEFAULT) {
        return wk_units(r, s, wk_default_kind(r), r->set.size_amount, stop_distance, wk_mark(r, s));
    }
    if (size_kind < WICK_SIZE_DEFAULT || size_kind >= WICK_SIZE_ASK) return 0.0;
    return wk_units(r, s, size_kind, amount, stop_distance, wk_mark(r, s));
}

int64_t wick_abi_sizeof(const char *name)
{
    if (name == NULL) return -1;
    if (strcmp(name, "wick_cursor") == 0) return (int64_t)sizeof(wick_cursor);
    if (strcmp(name, "wick_order") == 0) return (int64_t)sizeof(wick_order);
    if (strcmp(name, "wick_pine_order") == 0) return (int64_t)sizeof(wick_pine_order);
    return -1;
}
