/* SPDX-License-Identifier: MIT */
/** The walk over a bar's path: what a level meets, for lots and for orders. */
#ifndef WK_ENGINE_PATH_H
#define WK_ENGINE_PATH_H

#include "engine/engine_int.h"

/** First bracket level of a lot met on the way from `from` to `to` (both on the path); *px is where
 * on the path. A level already passed at `from` is met there. Stops come before targets at one
 * price. */
int32_t wk_lot_meets(const wick_run *r, const wk_lot *l, const wk_trail *t, double from, double to,
                     double *px);
/** Notes that the other order of tests would have ended a lot at another price. */
void wk_ambiguous_pair(wick_run *r, const wk_lot *l, int32_t bar, double taken, double other);
/** Next event of symbol s on the segment it stands in, as an item (kind WK_ITEM_NONE: none). */
void wk_next_event(wick_run *r, int32_t s, double to, wk_item *ev);
/** Price of the order's side class: 0 closes, 1 opens. */
int32_t wk_ord_class(const wick_run *r, const wk_ord *o);
/** Levels already passed at px (the open; the close when only closes are tested) become items. */
void wk_gapped_items(wick_run *r, int32_t s, int32_t bar, double px);
/** Executes the collected items, closing ones first, and empties the list. */
typedef enum wk_place { WK_AT_OPEN, WK_AT_CLOSE, WK_AFTER_CAPTURE } wk_place;
void wk_items_exec(wick_run *r, wk_place place);
/** Where on the segment a symbol stands on something begins to count; false when not on it yet. */
typedef struct wk_live {
    int32_t bar, sub;
    int8_t seg;
    double px;
} wk_live;
bool wk_starts_on(const wk_live *live, int32_t bar, const wk_sym *y, double to, double *from);
static inline wk_live wk_lot_from(const wk_lot *l)
{
    return (wk_live){l->live_bar, l->live_sub, l->live_seg, l->live_px};
}
static inline wk_live wk_ord_from(const wk_ord *o)
{
    return (wk_live){o->live_bar, o->live_sub, o->live_seg, o->live_px};
}
/** Whether a lot's bracket acts on this bar from its first price on. */
bool wk_lot_live(const wick_run *r, const wk_lot *l, int32_t bar);
/** The finer bar on which a bar begins, as wk_at.sub; 0: the bar's own path. */
static inline int32_t wk_first_sub(const wk_feed *f, int32_t bar)
{
    return wk_has_finer(f, bar) ? f->fine_of[2 * bar] + 1 : 0;
}
/** Path of the bar or finer bar a symbol stands on, in either order. */
void wk_present_path(const wick_run *r, int32_t s, int32_t bar, bool up_first, double pts[4]);
/** One segment of the path of all symbols that walk. */
void wk_walk_segment(wick_run *r, int32_t seg);

#endif
