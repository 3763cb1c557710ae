/* SPDX-License-Identifier: MIT */
/** Room engine, private: what a run is made of. Feeds, orders, brackets, lots, what they cost. */
#ifndef WK_ENGINE_RECORDS_INT_H
#define WK_ENGINE_RECORDS_INT_H

#include "engine/settings_row.h"

enum { WK_NONE = -1, WK_NEVER = INT32_MAX };
#define WK_INF ((double)INFINITY)

/* ---- input -------------------------------------------------------------------------------- */

/** Dated numbers of one kind (wick_dates). */
typedef struct wk_dated {
    const int64_t *time;
    const double *value;
    int32_t n;
} wk_dated;

/** One symbol's columns and facts. Immutable during the run, but for the value of a point. */
typedef struct wk_feed {
    const double *f[WICK_FIELDS];
    const int64_t *time;
    const int32_t *tick_of; /**< NULL: bar k is at tick k */
    int32_t n;   /**< bars up to where the run goes: all of them, unless it is to stop before */
    int32_t all; /**< bars there are */
    int32_t end; /**< own bar whose close is the end; WK_NEVER while that is open (horizon.c) */
    double tick, per_tick; /**< price step; ticks per unit when that is a whole number, else 0 */
    double step, per_step; /**< quantity step in force (0: any quantity); steps per unit, else 0 */
    double point_value;    /**< in money of the account; with rates that of the present bar */
    double own_point;      /**< in the symbol's own currency */
    const double *rate;    /**< per bar: money of the account for one of the symbol's; NULL: 1 */
    const wick_signals *signals; /**< NULL: none; its masks are packed */
    const double *gate;          /**< model scores; NULL: none */
    double gate_threshold;
    const double *gate_size; /**< factor of an entry's amount; NULL: 1 */
    const uint64_t **triggers;
    int32_t n_triggers, first_mask; /**< where its triggers begin in mask_at */
    wk_dated dated[WICK_DATED];
    wick_tz *tz;            /**< of the exchange; Pine orders only */
    const wick_bars *fine;  /**< intrabar=lower_tf: finer bars; NULL: none */
    const int32_t *fine_of; /**< per bar: the first of its finer bars, and one behind the last;
                                 the same for a bar that is walked by itself */
    const wick_wake *wake;  /**< when the only question is WICK_STEP_BAR; NULL: every bar */
} wk_feed;

/* ---- orders ------------------------------------------------------------------------------- */

/** Levels an entry attaches to its lot. Zero or NA: not given. */
typedef struct wk_bracket {
    double stop_price, stop_points, stop_pct;
    double target_price, target_points, target_pct;
    double trail_points, trail_pct, trail_start;
    double stop_limit;
    int32_t hold_bars;
    int8_t exit_fill, target_fill, hold_fill; /**< wick_fill + 1 */
} wk_bracket;

/** What an order has filled and paid before it is done. */
typedef struct wk_part {
    double qty, cash;        /**< units; quantity times price */
    double raw, value, paid; /**< fee before fixed parts and limits, notional, fee paid */
} wk_part;

enum { WK_FILL_FIXED = 100 };

/** A pending order. Slots are reused; `id` is the number the caller knows. */
typedef struct wk_ord {
    int32_t id, next, prev; /**< list of its symbol in order of submission */
    int32_t symbol;
    int8_t side, type, intent, fill; /**< fill: wick_fill or WK_FILL_FIXED */
    int8_t group_type;
    int8_t waiting;   /**< for its parent's fill */
    int8_t armed;     /**< stop-limit whose stop was reached */
    int8_t on_close;  /**< meets the deciding close */
    int8_t keeps;     /**< phases=rows: fills at its price without slippage */
    int8_t dir, what; /**< phases=rows: rows.h */
    int8_t late;      /**< phases=queue: meets that close on the next bar */
    int8_t from_signal;
    int8_t has_bracket;
    int8_t close_all;  /**< takes whatever is held at the fill */
    int8_t live_seg;   /**< on bar live_bar only the path after (live_sub, live_seg, live_px)
                            counts */
    int32_t due, last; /**< own bars on which it may fill */
    int32_t live_bar, live_sub;
    int32_t group, parent, tag, reason;
    int32_t placed_bar;
    int32_t key;       /**< phases=queue: place in the list */
    int32_t size_kind; /**< wick_size_kind of an amount that is sized at the fill; 0: qty */
    int32_t lot;       /**< serial of the one lot it closes; 0: any */
    int32_t ticket;    /**< lots=hedge: what it closes (hedge.h) */
    double live_px;
    double qty, limit, stop, score, fill_price;
    wk_part part;
    double amount; /**< of size_kind */
    wk_bracket b;
} wk_ord;

/* ---- positions ---------------------------------------------------------------------------- */

/** Trailing state, apart so that it can be saved and walked on its own. */
typedef struct wk_trail {
    double level;   /**< NA until armed */
    double extreme; /**< best price since the fill */
} wk_trail;

typedef struct wk_lot {
    int32_t symbol, next, serial;
    int32_t order, tag;
    int32_t signal_bar, bar, tick; /**< own bars, portfolio clock */
    int8_t side;
    int8_t seg;      /**< path segment of the entry: points before it precede the entry */
    int8_t up_first; /**< path of the entry bar */
    int8_t live_seg;
    int8_t exit_fill, target_fill, hold_fill; /**< 0: levels */
    int8_t entry_type;                        /**< wick_order_type of the entry */
    int8_t full;                              /**< paid in full: value is quantity times price */
    int32_t sub;                              /**< of the entry, as in wk_at */
    int32_t live_bar; /**< the bracket acts from (live_bar, live_sub, live_seg, live_px) on */
    int32_t live_sub;
    double live_px;
    int32_t hold_bar;             /**< own bar of the time exit; WK_NEVER */
    int32_t stop_key, target_key; /**< phases=queue: their places in the list */
    int32_t hold_tick;   /**< tick it stands for when the portfolio's clock counts; 0 none */
    int32_t blocked_bar; /**< stop_limit refused the stop on this bar */
    int8_t going; /**< volume was short: this reason's exit works on at the market; -1 none */
    double qty, price, basis,
        fee;             /**< basis: cash taken per unit; fee: entry fees not yet booked */
    double stop, target; /**< NA: none */
    double trail_points, trail_pct, trail_start, stop_limit;
    wk_trail trail, trail0; /**< trail0: at the start of the present bar's live part */
    wk_part exit;           /**< of an exit that takes several bars */
    double carry;           /**< flows of these units not yet in a trade */
    double liquidation;     /**< as in wick_trade_rec */
    int32_t seen_bar;       /**< extremes up to this own bar were folded by a split; -1 none */
    double seen_lo, seen_hi;
} wk_lot;

/** Trade under construction for trade_unit exit and position. */
typedef struct wk_pile {
    double qty, entry_cash, exit_cash, fees, pnl, mae, mfe, carry;
    wick_trade_rec first;
    int32_t count;
} wk_pile;

typedef struct wk_sym {
    double pos, cost; /**< signed units; sum of quantity times entry price */
    double a, b;      /**< share in equity: a + b * mark */
    double lo, hi;    /**< nothing can happen while low > lo and high < hi ... */
    int32_t due;      /**< ... and the own bar is before this one */
    int32_t lot, lot_end, lots;
    int32_t ord, ord_end, ords;
    int32_t sig_from;   /**< first bar whose unseen entry signals are not counted yet */
    int32_t wake_at[4]; /**< per mask of wick_wake: first bar not yet passed on which it is set */
    int32_t amb_bar;    /**< last bar counted as ambiguous */
    int32_t dated_at[WICK_DATED]; /**< next dated number to come */
    int8_t watched, stale;
    int8_t sig_state; /**< side whose entry signals pass unseen because it is held full */
    int8_t up_first;  /**< path of the present bar */
    int8_t walks;     /**< levels may be met on this bar */
    int8_t must;      /**< lower_tf: walks, also while other symbols' finer bars are walked */
    int8_t begun;     /**< lower_tf: the walk has passed the first finer bar */
    int8_t had;       /**< phases=candle: there was a position on this bar */
    int8_t wants;     /**< phases=candle: side its entry signal asks for on this bar */
    int8_t seg;
    int32_t sub;   /**< lower_tf: 1 + the finer bar whose path `pts` is; 0: the bar's own */
    double px;     /**< where the walker stands */
    double pts[4]; /**< path of the present bar */
} wk_sym;

/** Growing array in the arena. */
typedef struct wk_vec {
    void *p;
    int32_t n, cap;
} wk_vec;

/* ---- costs -------------------------------------------------------------------------------- */

typedef struct wk_traded {
    int64_t time;
    double amount;
    int32_t tick;
} wk_traded;

/** What the account has filled of a symbol's present bar. */
typedef struct wk_drawn {
    int32_t bar, n;
    double used;
} wk_drawn;

enum { WK_COST_MODELS = 16 };
/** Costs beyond the plain settings (cost.c). */
typedef struct wk_cost {
    bool on;          /**< any of it; everything below is unused otherwise */
    bool fees, slips; /**< something charges, something moves prices */
    bool caps;        /**< a share of the volume is all the account may fill */
    int32_t n_models, n_tiers;
    const wick_cost_spec *model[WK_COST_MODELS];
    int32_t params[WK_COST_MODELS]; /**< where a model's begin in wick_settings.cost */
    double tier[WK_TIERS][3];       /**< from this volume on, maker, taker */
    wick_cost_user user;
    wk_drawn *drawn; /**< per symbol */
    wk_vec traded;   /**< wk_traded, in the order of ticks */
    int32_t oldest, counted;
    wick_sum volume; /**< traded[oldest .. counted) */
    double seen;     /**< it, at the present tick */
    wk_part part;    /**< of the order that fills: all its fills so far */
} wk_cost;

#endif
