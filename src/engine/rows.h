/* SPDX-License-Identifier: MIT */
/** phases=rows: what signals ask for and what it fills at, the rules of vectorbt. */
#ifndef WK_ENGINE_ROWS_H
#define WK_ENGINE_ROWS_H

#include "engine/cost.h"

/** Directions an order of phases=rows may hold a position in. */
enum { WK_DIR_BOTH, WK_DIR_LONG_ONLY, WK_DIR_SHORT_ONLY };

/** Masks of one bar, and whether entries of the side held add to it or take from it. */
typedef struct wk_row_signal {
    bool long_entry, long_exit, short_entry, short_exit;
    int32_t accumulate;
} wk_row_signal;

/** What is to be done: nothing (side 0), its size, closing all, or closing all and its size. */
enum { WK_ROW_SIZE, WK_ROW_CLOSE, WK_ROW_TURN };
typedef struct wk_row_want {
    int8_t side, dir, what;
} wk_row_want;

/** Settles what contradicts itself. `pos`: what is held. */
void wk_row_resolve(const wick_settings *k, double pos, wk_row_signal *g);
wk_row_want wk_row_wanted(double pos, const wk_row_signal *g);
/** The signals a stop gives in place of the script's. */
wk_row_signal wk_row_stopped(const wick_settings *k, double pos);

/** An order at its price: how much fills and at what fee; qty 0 and a fate when none does. */
typedef struct wk_row_fill {
    double qty, price, fee;
    int32_t fate;
    bool whole;
} wk_row_fill;
/** `size`: units, infinite for all there is; `share` of what may be used, NA all. */
wk_row_fill wk_row_size(wick_run *r, const wk_ord *o, double size, double share, double price,
                        bool slips);

/** Fills an order in from what signals or a stop want. */
void wk_row_order(wick_run *r, wk_ord *o, wk_row_want want);

#endif
