/* SPDX-License-Identifier: MIT */
/* Ambiguous bars (portfolio_engine.md G3): the bar's extremes could have come in the other order,
 * and for some lot that order ends differently. Counted once per symbol and bar; the difference is
 * that of this bar alone (an exit against the close when the lot survives). */
#include "engine/path.h"

static void note(wick_run *r, const wk_lot *l, int32_t bar, double per_unit)
{
    wk_sym *y = &r->sym[l->symbol];
    if (y->amb_bar != bar) r->amb.bars++;
    y->amb_bar = bar;
    const double d = per_unit * l->side * l->qty * r->feed[l->symbol].point_value;
    if (d < 0.0)
        r->amb.pnl_worst += d;
    else
        r->amb.pnl_best += d;
}

/* Segment of the other path on which an entry at l->live_px happens, moving the same way as it did
 * on the path taken; 0 when the other path has none. */
static int32_t entry_segment(const wk_lot *l, const double taken[4], const double other[4])
{
    const bool rising = taken[l->live_seg] > taken[l->live_seg - 1];
    for (int32_t k = 1; k <= 3; k++) {
        if ((other[k] > other[k - 1]) != rising) continue;
        const double lo = rising ? other[k - 1] : other[k], hi = rising ? other[k] : other[k - 1];
        if (l->live_px >= lo && l->live_px <= hi) return k;
    }
    return 0;
}

/* Walks one lot over the other path. Returns what took it out (WK_ITEM_NONE: nothing) and at which
 * price; -1 when the other path does not open it at all. */
static int32_t other_outcome(const wick_run *r, const wk_lot *l, int32_t bar, double *price)
{
    double taken[4], other[4];
    const bool up = r->sym[l->symbol].up_first != 0;
    wk_present_path(r, l->symbol, bar, up, taken);
    wk_present_path(r, l->symbol, bar, !up, other);
    int32_t seg = 1;
    double px = other[0];
    if (l->live_bar == bar && l->live_sub == r->sym[l->symbol].sub && l->live_seg >= 1 &&
        l->live_px != taken[0]) {
        if (l->live_seg > 3) return -1;
        seg = entry_segment(l, taken, other);
        if (seg == 0) return -1;
        px = l->live_px;
    }
    wk_trail t = l->trail0;
    for (; seg <= 3; seg++) {
        const int32_t kind = wk_lot_meets(r, l, &t, px, other[seg], price);
        if (kind != WK_ITEM_NONE) return kind;
        if (r->set.trail_update == WK_TRAIL_PATH) wk_trail_move(l, &t, other[seg]);
        px = other[seg];
    }
    return WK_ITEM_NONE;
}

void wk_ambiguous_exit(wick_run *r, const wk_lot *l, const wk_at *at, double price)
{
    double alt = 0.0;
    const int32_t kind = other_outcome(r, l, at->bar, &alt);
    if (kind < 0) return;
    if (kind == WK_ITEM_NONE)
        alt = r->sym[l->symbol].pts[3];
    else if (alt == price)
        return;
    note(r, l, at->bar, alt - price);
}

void wk_ambiguous_held(wick_run *r, const wk_lot *l, int32_t bar)
{
    double alt = 0.0;
    if (other_outcome(r, l, bar, &alt) <= WK_ITEM_NONE) return;
    note(r, l, bar, alt - r->sym[l->symbol].pts[3]);
}

void wk_ambiguous_pair(wick_run *r, const wk_lot *l, int32_t bar, double taken, double other)
{
    note(r, l, bar, other - taken);
}
