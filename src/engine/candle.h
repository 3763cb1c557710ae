/* SPDX-License-Identifier: MIT */
/** phases=candle, the order of freqtrade's backtester: what both of its files know. */
#ifndef WK_ENGINE_CANDLE_H
#define WK_ENGINE_CANDLE_H

#include "engine/cost.h"
#include "engine/path.h"

/** A candle of one symbol (or, with intrabar=lower_tf, a finer one inside it) and what the bar
 * before it decided. */
typedef struct wk_candle {
    int32_t s, bar, sub; /**< sub as in wk_at */
    int64_t time;
    double open, high, low, close;
    bool enter_long, exit_long, enter_short, exit_short;
    int32_t entry, exit; /**< slots of the script's own orders behind these; WK_NONE: signals */
} wk_candle;

/** Profit as a ratio of the stake, fees of both sides in it, to eight decimals. */
double wk_candle_profit(const wick_run *r, const wk_lot *l, double rate);
/** What an order at this rate is placed at: slippage where it slips (type as for wk_fill_price) and
 * the price grid; a rate outside the candle stays there. */
double wk_candle_rate(wick_run *r, const wk_candle *c, double rate, int32_t side, int32_t type);
/** Stop of a new position. */
void wk_candle_stop(const wick_run *r, wk_lot *l);
/** Tests every exit; true when one was placed, filled or left open as an order. */
bool wk_candle_exit(wick_run *r, int32_t slot, const wk_candle *c);
wk_at wk_candle_place(const wick_run *r, const wk_candle *c, double px);
/** The exit order of a symbol that is open; WK_NONE. */
int32_t wk_candle_pending(const wick_run *r, int32_t s, bool entry);
/** Stamp of a candle. A resumed run may have been given fewer finer bars than the one before it. */
static inline int64_t wk_candle_time(const wk_feed *f, int32_t bar, int32_t sub)
{
    const bool known = sub > 0 && wk_has_finer(f, bar) && sub <= f->fine_of[2 * bar + 1];
    return known ? wick_bars_time(f->fine)[sub - 1] : f->time[bar];
}
static inline bool wk_candle_inside(const wk_candle *c, double rate)
{
    return c->low <= rate && rate <= c->high;
}

#endif
