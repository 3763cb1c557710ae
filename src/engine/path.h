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
bool wk_starts_on(int32_t live_bar, int8_t live_seg, double live_px, int32_t bar, const wk_sym *y,
                  double to, double *from);
/** Whether a lot's bracket acts on this bar from its first price on. */
bool wk_lot_live(const wk_lot *l, int32_t bar);

#endif
