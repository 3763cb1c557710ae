/* SPDX-License-Identifier: MIT */
/** Maintenance margin of the account: the price at which it is met, and what is done then. */
#ifndef WK_ENGINE_MARGIN_H
#define WK_ENGINE_MARGIN_H

#include "engine/engine_int.h"

/** Price of s that leaves equity equal to the maintenance margin, all else equal; NA when none. */
double wk_liquidation_price(const wick_run *r, int32_t s);
/** Looks at the account where its symbols stand on their paths (seg 4: at their closes). */
void wk_margin_point(wick_run *r, int32_t seg);
/** The next event of a segment may be that a liquidation price is met (margin_call=whole). */
bool wk_margin_meets(const wick_run *r, int32_t s, double to, double *px);
/** Closes everything that has a bar at this tick, each where it stands. */
void wk_margin_whole(wick_run *r, int32_t seg);

#endif
