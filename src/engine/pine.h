/* SPDX-License-Identifier: MIT */
/**
 * Pine orders (docs/engine.md, "Pine orders"): the queue of TradingView's broker emulator in front
 * of the engine's one ledger. Lots, trades, cash and equity are the engine's; this file adds what
 * waits to become a fill: entries and raw orders keyed by id, closes, exit legs bound to entries,
 * and the binding book. Plain structs in arrays of the run's arena, addressed by index and serial.
 */
#ifndef WK_ENGINE_PINE_H
#define WK_ENGINE_PINE_H

#include "engine/engine_int.h"

/** Kinds of a queued order. */
enum { WK_PQ_DEAD, WK_PQ_ENTRY, WK_PQ_RAW, WK_PQ_CLOSE, WK_PQ_CLOSE_ALL };
enum { WK_QTY_REST, WK_QTY_UNITS, WK_QTY_PCT };
enum { WK_LEG_DEAD, WK_LEG_WAITING, WK_LEG_LIVE, WK_LEG_SPENT };
enum { WK_OCA_NONE, WK_OCA_CANCEL, WK_OCA_REDUCE };

/** An entry, raw order or close that waits for its fill. Kept in queue order. */
typedef struct wk_pord {
    int32_t id; /**< number in the ledger */
    int32_t tag, signal, oca;
    int32_t name; /**< in the ledger and the trade list: the id, or what a close is called there */
    int32_t placed_bar, due;
    int8_t kind, side, type;
    int8_t oca_type;
    int8_t armed;     /**< stop-limit whose stop was met */
    int8_t from_flat; /**< a priced entry placed while flat */
    int8_t asked_qty; /**< the script gave the quantity */
    int8_t plain;     /**< issued again on its own bar: no reversal part */
    int8_t held;      /**< closes: side of the position when placed */
    int8_t size_kind; /**< what `money` is: wick_size_kind */
    int8_t at_close;  /**< an immediate close: fills after the script */
    double qty, rev;  /**< raw quantity; reversal part of a priced entry, frozen at placement */
    double money;     /**< default-sized priced entries: to be divided by the fill price */
    double limit, stop;
} wk_pord;

/** What an exit call asked for, as given. NA: not given. */
typedef struct wk_exit_ask {
    double qty;
    double limit, stop, profit, loss, trail_price, trail_points, trail_offset;
    int32_t comment, comment_profit, comment_loss, comment_trailing, oca;
    int32_t qty_kind;
} wk_exit_ask;

/** One exit order bound to one entry: limit, stop and trail, of which the first to trigger fills.
 */
typedef struct wk_leg {
    int32_t id, tag;
    int32_t bind;  /**< serial of the entry it is bound to; 0 while it waits */
    int32_t entry; /**< id of the entry it waits for or was bound to */
    int32_t issued, live_bar;
    int8_t state, side; /**< side of the closing order */
    int8_t armed;
    int8_t fresh;    /**< its first tick is still to come */
    int8_t carried;  /**< trail without an offset, asked for anew: an old peak arms it */
    int8_t standing; /**< outlived its reversal: acts at that open or not at all */
    int8_t dormant;  /**< its reversal was declined for margin */
    int8_t skip;     /**< on bar live_bar: 1 stop, 2 limit on the wrong side of an intrabar entry */
    double qty;      /**< reserved of the entry's original size */
    double limit, stop; /**< resolved; NA none */
    double act, offset; /**< trail: activation level, distance */
    double trail;       /**< stop level while armed */
    double peak;        /**< best price since it is live */
    wk_exit_ask ask;
} wk_leg;

/** One filled entry: what exits and closes settle against, whatever lots FIFO consumed. */
typedef struct wk_bind {
    int32_t serial, tag;
    double orig, bound, price;
} wk_bind;

/** What the accessors need to know of an order after it is gone. */
typedef struct wk_pinfo {
    int32_t tag, comment;
} wk_pinfo;

typedef struct wk_prisk {
    int32_t allow;      /**< 0 both, 1 long, -1 short */
    double max_size;    /**< NA none */
    int32_t max_orders; /**< filled orders of a day; 0 none */
    double drawdown, day_loss;
    int8_t drawdown_pct, day_loss_pct;
    int32_t max_loss_days;
    bool any; /**< then every bar is looked at: a day begins at its first bar, not at a fill */
} wk_prisk;

/** Pine state of one symbol. */
typedef struct wk_pine {
    wk_vec ords, legs, binds; /**< wk_pord, wk_leg, wk_bind */
    wk_vec trades;            /**< indices of this symbol's trades; used with several symbols */
    int32_t n_ords, n_legs;   /**< that can still act */
    int32_t serial;
    int32_t filled;     /**< own bar of the last fill */
    bool at_close;      /**< something waits for the end of the script */
    bool call_at_close; /**< margin may be short at the close */
    wk_prisk risk;
    bool halted;
    int64_t day;
    int32_t day_orders;
    bool day_full;
    double day_equity, last_day_equity;
    int32_t loss_days;
    int32_t settled; /**< trades whose result is in the sums below */
    int32_t checked; /**< trades seen by the drawdown rule */
    double gross_profit, gross_loss, open_fees, commission;
    int32_t wins, losses, evens;
    double pct_wins, pct_losses; /**< sums of profit in percent */
    double peak_equity;          /**< realised, of the drawdown rule */
    double top, bottom, max_drawdown, max_runup, max_drawdown_pct, max_runup_pct;
    int32_t ranged; /**< own bar up to which drawdown and run-up are known */
    double max_held, max_long, max_short;
    /* magnifier */
    const wick_bars *sub;
    const int32_t *spans; /**< per own bar first sub-bar and the one after the last */
} wk_pine;

/** Where the walk through a bar stands. */
typedef struct wk_pwalk {
    wick_run *r;
    wk_pine *p;
    const wk_feed *f;
    int32_t s, bar;
    double open, high, low, close; /**< of the (sub-)bar, on the tick grid */
    double px;
    int8_t seg;
    bool at_open;  /**< in the open batch */
    bool closing;  /**< fills at the close, after the script */
    int8_t closed; /**< side of what a close order closed at this open */
    int8_t opened; /**< side of an entry that opened from flat or added at this open */
    double opened_qty;
    int8_t flat_side; /**< side and size of an entry armed while flat that filled on this bar */
    double flat_qty;
    bool reversed; /**< the deal in hand turns the position round */
    bool mid;      /**< the batch in hand is not at a bar's open (pine_refill.c) */
} wk_pwalk;

/** The walk through a bar of a run with calc_on_order_fills (section 13.2): it stands where
 * something has filled until the script has been run again. Nothing of it outlives its tick. */
typedef struct wk_refill {
    wk_pwalk w;
    double path[4];  /**< open, nearer extreme, other extreme, close */
    int32_t sub, to; /**< finer bar in hand, and the one after the last; 0 and 0 without */
    int8_t node;     /**< where on the path it stands */
    bool paused;     /**< it waits for the script */
    bool asked;      /**< which has been asked */
} wk_refill;

static inline wk_pord *wk_pord_at(const wk_pine *p, int32_t i)
{
    return (wk_pord *)p->ords.p + i;
}
static inline wk_leg *wk_leg_at(const wk_pine *p, int32_t i)
{
    return (wk_leg *)p->legs.p + i;
}
static inline wk_bind *wk_bind_at(const wk_pine *p, int32_t i)
{
    return (wk_bind *)p->binds.p + i;
}
/** Time of an order call, where it is wanted. */
static inline double wk_meter_on(const wick_run *r)
{
    return r->metered ? wick_now() : 0.0;
}
static inline int32_t wk_meter_off(wick_run *r, double from, int32_t result)
{
    if (r->metered) {
        r->meter.seconds += wick_now() - from;
        r->meter.timed++;
    }
    return result;
}
static inline bool wk_has(double v)
{
    return v == v;
}

/** Whether the script is being run again inside a bar of s. */
static inline bool wk_refilling(const wick_run *r, int32_t s)
{
    return r->refill != NULL && r->refill[s].paused;
}
/** What the script's orders and figures go by: the close, or where the path stands. */
static inline double wk_pine_mark(const wick_run *r, int32_t s)
{
    return wk_refilling(r, s) ? r->refill[s].w.px : wk_mark(r, s);
}
/** First own bar on which what is placed now may fill. */
static inline int32_t wk_pine_due(const wick_run *r, int32_t s)
{
    return r->bar_of[s] + (wk_refilling(r, s) ? 0 : 1);
}

/* pine_money.c */
double wk_pine_grid(const wk_feed *f, double price);              /**< nearest tick, halves up */
double wk_pine_level(const wk_feed *f, double price, int32_t up); /**< on the grid, toward `up` */
double wk_pine_qty(const wk_feed *f, double qty);   /**< exact multiple of the step nearest to it */
double wk_pine_floor(const wk_feed *f, double qty); /**< an asked quantity in whole steps */
double wk_pine_room(const wk_feed *f, double qty);  /**< a computed quantity in whole steps */
double wk_pine_share(const wk_feed *f, double qty,
                     double percent); /**< in whole steps, at least one */
double wk_pine_slip(const wick_run *r, int32_t s, double price, int32_t side);
double wk_pine_round10(double v);
double wk_pine_net(const wick_run *r, int32_t s); /**< closed profit less fees of open trades */
/** Equity of the account with symbol s at `price`, the others at their last mark. */
double wk_pine_equity(const wick_run *r, int32_t s, double price);
/** Margin that other symbols' positions hold. */
double wk_pine_others(const wick_run *r, int32_t s);
double wk_pine_rate(const wick_run *r, int32_t side); /**< margin / 100; 0: no check */
/** Quantity or money of an order by the default size; price decides for market orders. */
double wk_pine_default_money(const wick_run *r, int32_t s, int32_t kind, double amount);
double wk_pine_money_qty(const wick_run *r, int32_t s, int32_t kind, double money, double price);
void wk_pine_settle(wick_run *r, int32_t s); /**< books trades closed since the last call */

/* pine_orders.c */
int32_t wk_pine_number(wick_run *r, int32_t s, const wick_order_rec *rec, int32_t tag,
                       int32_t comment);
void wk_pine_over(wick_run *r, int32_t id, int32_t fate);
void wk_pord_drop(wick_run *r, wk_pine *p, wk_pord *o, int32_t fate);
void wk_leg_drop(wick_run *r, wk_pine *p, wk_leg *l, int32_t fate);
void wk_pine_sweep(wk_pine *p);                      /**< takes out what is dead; indices change */
int32_t wk_pine_count(const wk_pine *p);             /**< entries that hold a pyramiding slot */
double wk_pine_bound(const wk_pine *p, int32_t tag); /**< bound to this id; 0: to all */
double wk_pine_orig(const wk_pine *p, int32_t tag);  /**< what these entries opened with */
void wk_pine_cancel_everything(wick_run *r, int32_t s);
bool wk_pine_busy(const wick_run *r, int32_t s);
void wk_pine_touch(wick_run *r, int32_t s); /**< something was placed: watch, bounds */

/* pine_exit.c */
void wk_leg_resolve(const wk_feed *f, wk_leg *l, double entry);
void wk_leg_wait(wick_run *r, wk_pine *p, wk_leg *l); /**< for the next entry of its id */
void wk_legs_attach(wk_pwalk *w, wk_bind *b, int32_t side);

/* pine_fill.c */
/** One order's effect on the position. */
typedef struct wk_deal {
    int32_t side, id, signal, reason, type;
    double close, open;
    double price;  /**< after slippage */
    double shown;  /**< exit price of the list; NA: price */
    int32_t bind;  /**< closes what is bound to this serial */
    int32_t tag;   /**< ... or to this id, oldest first; 0: oldest of all */
    int32_t entry; /**< id of the entry it opens */
    int32_t placed_bar;
    bool counts; /**< as a filled order of the day */
    bool nets;   /**< an entry or raw order, no exit */
    bool intrabar_stop;
} wk_deal;
void wk_pine_deal(wk_pwalk *w, const wk_deal *d);
void wk_pine_enter(wk_pwalk *w, int32_t i, double price); /**< entry order i at this path price */
void wk_pine_raw(wk_pwalk *w, int32_t i, double price);
void wk_pine_close_order(wk_pwalk *w, int32_t i, double price);
void wk_pine_exit_leg(wk_pwalk *w, int32_t i, int32_t how, double price, bool orphan);
enum { WK_HOW_STOP, WK_HOW_LIMIT, WK_HOW_TRAIL };

/* pine_margin.c */
bool wk_pine_fits(const wk_pwalk *w, const wk_pord *o, double closing, double opening,
                  double price);
void wk_pine_call(wk_pwalk *w, double price); /**< margin call at this price, if one is due */
/** Whether no call can be due between the two prices with the present position. */
bool wk_pine_safe(const wk_pwalk *w, double low, double high);
void wk_pine_margin_bounds(const wick_run *r, int32_t s, double *lo, double *hi, bool *now);

/* pine_refill.c */
wick_status wk_refill_setup(wick_ctx *ctx, wick_run *r);
void wk_refill_begin(const wk_pwalk *w); /**< the bar's path, up to the first fill or its end */
bool wk_refill_ask(wick_run *r);         /**< true: run->cur.symbol is to be asked */

/* pine_walk.c */
void wk_pwalk_bar(wk_pwalk *w, const double ohlc[4], double path[4]); /**< takes up a (sub-)bar */
void wk_pwalk_batch(wk_pwalk *w, bool first); /**< everything at its open, or at w->open */
/** A stretch up (1) or down (-1), with margin at its extreme. */
void wk_pwalk_leg(wk_pwalk *w, double to, int32_t seg, int32_t dir);
void wk_pwalk_end(wk_pwalk *w); /**< what is looked at once, after the path and before the script */
void wk_pine_sub_bar(const wk_pine *p, int32_t k, double ohlc[4]);
void wk_pine_tick(wick_run *r, int32_t s);
void wk_pine_after_script(wick_run *r);
void wk_pine_tighten(wick_run *r, int32_t s);
void wk_pwalk_at(const wk_pwalk *w, wk_at *at);

/* pine_risk.c */
void wk_pine_day(wick_run *r, int32_t s); /**< day roll */
void wk_pine_counted(wk_pwalk *w, const wk_deal *d);
void wk_pine_day_loss(wk_pwalk *w, double price); /**< at a bar's worst price */
void wk_pine_halted(wk_pwalk *w);                 /**< by the day roll, at a bar's open */
void wk_pine_rules(wk_pwalk *w); /**< rules that are looked at once per bar, before the script */
bool wk_pine_blocked(wick_run *r, int32_t s);

/* pine_query.c */
void wk_pine_ranges(wick_run *r, int32_t s, int32_t to);  /**< drawdown and run-up up to a bar */
void wk_pine_anchor(wick_run *r, int32_t s, double gain); /**< an entry: where run-ups begin */

/* pine_run.c */
wick_status wk_pine_open(wick_ctx *ctx, wick_run *r);
void wk_pine_finish(wick_run *r); /**< lists what is still held, counts what still waits */
void wk_pine_free(wick_run *r);
int32_t wk_pine_check(wick_run *r, const wick_pine_order *q, bool needs_id);

#endif
