/* SPDX-License-Identifier: MIT */
/* absent_fill=last: a market order that is due on its symbol's next bar fills at the symbol's last
 * close where the next tick of the portfolio clock has no bar of it. QSTrader's broker does that: a
 * price it looks up on such a day is the last one known. The fill carries the stamp of that bar. */
#include "engine/engine_int.h"

void wk_absent_fills(wick_run *r)
{
    for (int32_t i = 0; i < r->n_watch && r->status >= 0; i++) {
        const int32_t s = r->watch[i], bar = r->bar_of[s];
        if (r->active[s] || bar < 0) continue;
        for (int32_t slot = r->sym[s].ord; slot != WK_NONE && r->status >= 0;) {
            const wk_ord *o = wk_ord_at(r, slot);
            const int32_t this = slot, id = o->id, side = o->side;
            slot = o->next;
            if (o->type != WICK_MARKET || o->waiting || o->on_close || o->due > bar + 1) continue;
            const double p = wk_mark(r, s);
            const double paid = wk_fill_price(r, s, bar, p, side, WICK_MARKET, true, o->qty);
            const wk_at at = {.bar = bar, .seg = 4, .held = 1, .next = 1, .px = p};
            wk_fill_order(r, this, paid, &at);
            slot = wk_ord_after(r, s, id, slot);
            r->sym[s].stale = 1;
        }
    }
}
