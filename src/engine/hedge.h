/* SPDX-License-Identifier: MIT */
/** lots=hedge: a symbol may be held long and short at once. What an entry opens is a ticket, named
 * by the number of its order or by its tag; only orders that reduce close, one ticket or the oldest
 * of the other side. */
#ifndef WK_ENGINE_HEDGE_H
#define WK_ENGINE_HEDGE_H

#include "engine/engine_int.h"

static inline bool wk_hedges(const wick_run *r)
{
    return r->set.lots == WK_LOTS_HEDGE;
}
wick_status wk_hedge_check(wick_ctx *ctx, const wick_settings *k) WICK_NODISCARD;
/** Lots and units of one side of a symbol. */
int32_t wk_side_lots(const wick_run *r, int32_t s, int32_t side);
double wk_side_units(const wick_run *r, int32_t s, int32_t side);
/** Units that an order which reduces could close. */
double wk_tickets_held(const wick_run *r, const wk_ord *o);
/** Closes so much of what the order means, oldest first. */
void wk_tickets_close(wick_run *r, const wk_ord *o, double qty, double price, double per_unit,
                      const wk_at *at);
/** Whether a lot is what `ticket` names: an order's number, minus a tag, 0 any. */
bool wk_is_ticket(const wk_lot *l, int32_t ticket);

#endif
