/* SPDX-License-Identifier: MIT */
/**
 * Room engine, private. Layout rule: everything that changes during a run is plain structs in
 * arrays of one arena, linked by 32-bit ids, so that a run's state can be copied as it stands.
 * Pointers lead to immutable input only (wk_feed) or from the run to its arrays.
 */
#ifndef WK_ENGINE_INT_H
#define WK_ENGINE_INT_H

#include "engine/records_int.h"

/* ---- the run ------------------------------------------------------------------------------ */

typedef enum wk_phase {
    WK_PH_START,
    WK_PH_NEXT,
    WK_PH_REFILL, /**< Pine: paths stand where something has filled */
    WK_PH_FILLS,
    WK_PH_BEFORE,
    WK_PH_SYMBOLS,
    WK_PH_AFTER,
    WK_PH_REBALANCE,
    WK_PH_END,
    WK_PH_DONE
} wk_phase;

/** Where in a bar something happens. */
typedef struct wk_at {
    int32_t bar;
    int32_t sub; /**< 1 + the finer bar whose path is meant; 0: the bar's own */
    int8_t seg;  /**< 1..3 path segment; 0 before the open; 4 at or after the close */
    int8_t held; /**< the bar's capture has been made: capture excursions include this bar */
    int8_t next; /**< what is opened here acts from the next bar on */
    int8_t back; /**< booked on `bar`, which is before the present one */
    double px;   /**< path price before slippage */
} wk_at;

/** Something to execute, ordered by (cls, -score, seq). */
typedef struct wk_item {
    int32_t cls, seq;
    int32_t symbol;
    int32_t slot, serial; /**< order or lot and its identity */
    int8_t kind;
    double score;
    double px;    /**< where on the path */
    double price; /**< what it fills at before slippage */
} wk_item;
enum {
    WK_ITEM_NONE,
    WK_ITEM_ORDER,
    WK_ITEM_ARM,
    WK_ITEM_STOP,
    WK_ITEM_TARGET,
    WK_ITEM_TRAIL,
    WK_ITEM_HOLD,
    WK_ITEM_MARGIN
};

struct wick_run {
    wick_cursor cur;
    wick_settings set;
    wk_phase phase;
    wick_status status;
    wick_panel *panel;
    wick_arena *arena;
    bool own_arena, finished;
    bool ask_bar, ask_before, ask_after, ask_fill, lean, ask_any, solo, quick;
    bool dead;  /**< bankrupt: no decisions any more */
    bool risky; /**< equity can reach zero between fills */
    bool on_close_pending;
    bool lane;   /**< signals may take the short way of lane.c */
    bool direct; /**< questions of one symbol may take the short way of step.c */
    int32_t dense_to, dense_look,
        dense_far; /**< every symbol has a bar on each tick before; when to look again */
    bool ahead;    /**< the option of that name */
    bool walks;    /**< the caller may walk idle bars by itself */
    int32_t reach; /**< how many of them are looked at where each has to be */
    bool
        thorough; /**< tests: walk every bar, so that what is skipped can be proved to be nothing */
    bool has_fees;
    bool has_children; /**< some order ever named a parent */

    wk_feed *feed;
    wk_sym *sym;
    int32_t n_sym;
    int32_t ticks, all_ticks;    /**< up to where the run goes, and there are (horizon.c) */
    bool waits;                  /**< a stop is set */
    bool open_end;               /**< at the last bars, whose close_at_end has not been done yet */
    int32_t *bar_of, *next_tick; /**< next_tick: tick of each symbol's next bar */
    int32_t *event;              /**< next own bar with a signal or trigger that matters */
    int32_t
        *mask_at; /**< per trigger of all symbols: first bar not yet passed on which it is set */
    uint8_t *active;
    const int64_t *clock;
    int32_t tick, first_tick, rows;
    int32_t gate_tick; /**< Pine: bars before it are shown to the script, nothing fills on them */
    int64_t warmup;

    /* account */
    double cash0, cash, fees, realized, equity;
    double forgiven; /**< bankruptcy=zero: what the account owed */
    double turnover; /**< cash moved by fills: what rounding errors are measured against */
    int32_t n_long, n_short, lot_serial, last_id;
    int32_t queued; /**< places given in the lists of phases=queue */

    /* arrays */
    wk_vec ords, lots, trades, recs, slot_of, tags, fills;
    int32_t *tag_slots, tag_cap; /**< open addressing over tags */
    int32_t free_ord, free_lot, live_ords;
    wk_pile *piles;
    int32_t *watch, *hot;
    int32_t n_watch, n_hot;
    wk_vec items, scratch;
    wk_item *evs; /**< next event of each hot symbol */

    wk_cost cost;

    struct wk_pine *pine;     /**< per symbol; NULL: not a run of Pine orders */
    struct wk_refill *refill; /**< per symbol; NULL: the script is not run again after fills */
    int32_t paused;           /**< symbols whose path stands and waits for the script */
    wk_vec pinfo, hits, close_names; /**< close_names: by id, what its close is called; 0 not yet */
    bool metered;
    wick_meter meter;
    int64_t deals;   /**< fills of Pine orders so far */
    bool pine_close; /**< something fills or is checked after the script */
    struct {
        double at[24][3]; /**< minutes, profit */
        int32_t n;
    } roi; /**< phases=candle: minimal_roi */

    double *col_equity, *col_cash, *col_fees, *col_long, *col_short;
    int64_t fates[WICK_FATES];
    wick_ambiguity amb;

    /* decide phase */
    int32_t at_sym, at_trigger, fill_seen;
    int32_t at_size; /**< the signal entry that waits for its size: its side, 0 none */
    double answer;
    int8_t at_part; /**< signals, triggers, bar */
    int8_t answered;

    /* one of several on one account; in a run of its own the pool is 0 */
    bool member;
    double share, account; /**< part of the account; its equity as last told */
    double pool;           /**< free cash of the others */

    /* rebalancing; all off in runs that know no schedule and no targets */
    bool rebalances;
    const uint8_t *due;      /**< per tick: the schedule asks; NULL: never */
    double drift;            /**< 0: not looked at */
    bool due_again, waiting; /**< waiting: the last tick asked for ended without targets */
    bool targeted;           /**< targets were given since the last question */
    double *target;          /**< per symbol: share last given; NULL until there is one */
    int32_t *target_ord;     /**< per symbol: the order it was given by */
    int32_t *listed;         /**< per symbol: scratch of one call */

    /* cash for holding, margin */
    double flow[WICK_FLOWS]; /**< cash received for holding */
    bool begins;             /**< ticks begin with flows or actions */
    bool every_tick;         /**< no bar may be passed over */
    bool calls;              /**< margin is watched */
    bool walking;            /**< symbols stand on their paths */
    double *col_flow[WICK_FLOWS];

    char refusal[192];
};

static inline wk_ord *wk_ord_at(const wick_run *r, int32_t slot)
{
    return (wk_ord *)r->ords.p + slot;
}
static inline wk_lot *wk_lot_at(const wick_run *r, int32_t slot)
{
    return (wk_lot *)r->lots.p + slot;
}
static inline wick_order_rec *wk_rec_at(const wick_run *r, int32_t id)
{
    return (wick_order_rec *)r->recs.p + (id - 1);
}
/** floor without a call: without SSE 4.1 the library's is one, and prices and quantities go through
 * it at every fill. */
static inline double wk_floor(double v)
{
    if (!(fabs(v) < 4503599627370496.0)) return v; /* whole already, or NA */
    const double t = (double)(int64_t)v;
    return t > v ? t - 1.0 : t;
}
/** What percent sizes are percent of, and what free cash they see. */
static inline double wk_base(const wick_run *r)
{
    return r->member ? r->share * r->account : r->equity;
}
static inline double wk_free(const wick_run *r)
{
    return r->cash + r->pool;
}
static inline bool wk_given(double v)
{
    return v > 0.0; /* zero and NA alike mean "not given" */
}

/* run.c */
/** The column of one side's value, made zero at its first use; NULL when memory is out. */
double *wk_side_column(wick_run *r, double **col);
bool wk_vec_reserve(wick_run *r, wk_vec *v, int32_t n, size_t size);
/** Room for one more element; NULL (and the run in error) when memory is out. */
static inline void *wk_vec_push(wick_run *r, wk_vec *v, size_t size)
{
    if (v->n == v->cap && (v->n == INT32_MAX || !wk_vec_reserve(r, v, v->n + 1, size))) return NULL;
    return (char *)v->p + (size_t)v->n++ * size;
}
wick_status wk_run_fail(wick_run *r, wick_status code);
wick_status wk_check_open(wick_ctx *ctx, const wick_run *run, const char *what);

/* sizing.c */
double wk_floor_step(double qty, double step, double per_step);
/** floor(x / y) of the exact quotient, which x / y rounded may step over. */
double wk_whole(double x, double y);
double wk_round_qty(const wick_run *r, int32_t s, double qty);
static inline double wk_mark(const wick_run *r, int32_t s)
{
    const int32_t bar = r->bar_of[s];
    return bar >= 0 ? r->feed[s].f[WICK_CLOSE][bar] : WICK_NA;
}
/** Units for an amount; `ref` is the price it converts at, `stop` the distance for risk sizes. */
double wk_stop_distance(const wk_bracket *b, double ref); /**< 0 when there is no stop */
double wk_units(const wick_run *r, int32_t s, int32_t kind, double amount, double stop, double ref);

/* price.c */
static inline bool wk_given_price(double v)
{
    return v == v && v != 0.0;
}

double wk_bar_price(const wk_feed *f, int32_t bar, int32_t fill);
double wk_cents(double p);
double wk_cents_exact(double p);
/** Fill price of an order or exit of `qty` units: slippage, spread, rounding, the bar's range. */
double wk_fill_price(wick_run *r, int32_t s, int32_t bar, double p, int32_t side, int32_t type,
                     bool rounded_market, double qty);
double wk_fee(const wick_run *r, double qty, double price, double point_value);
/** Path points of a bar: open, first extreme, second extreme, close. */
void wk_path(const wk_feed *f, int32_t bar, bool up_first, double pts[4]);
static inline bool wk_ohlc_up_first(const wk_feed *f, int32_t bar)
{
    const double o = f->f[WICK_OPEN][bar];
    return f->f[WICK_HIGH][bar] - o < o - f->f[WICK_LOW][bar];
}
/** Segment (1..3) and position at which the path first meets price p; seg 1 at the open. */
int32_t wk_path_meets(const double pts[4], double p);

/** What became of an order on meeting its price: quantity 0 and a fate, or a fill. */
typedef struct wk_filled {
    double qty, fee;
    double opened, rest; /**< part of qty that opens; asked for and not there in volume */
    int32_t fate;
    bool whole;
    bool full; /**< nothing at all was left of the bar's volume */
} wk_filled;

/* orders.c */
int32_t wk_ord_new(wick_run *r, int32_t symbol); /**< slot or -1; id and record given */
/** Own bars on which an order placed now may fill; delay 0 is the run's setting. */
void wk_ord_schedule(const wick_run *r, wk_ord *o, int32_t delay);
void wk_ord_expires(wk_ord *o, int32_t bars); /**< rests so many bars from its due bar on */
int32_t wk_default_kind(const wick_run *r);   /**< wick_size_kind of the run's default size */
/** Applies small_units; true (and the order keeps kind and amount) when its fill sizes it. */
bool wk_ord_sized_later(const wick_run *r, wk_ord *o, int32_t *kind, double *amount);
/** exclusive=on: withdraws pending entries of s and closes what is held. */
void wk_make_way(wick_run *r, int32_t s);
void wk_ord_link(wick_run *r, int32_t slot);
/** Takes an order out with this fate; members of its group and children follow the rules. */
void wk_ord_kill(wick_run *r, int32_t slot, int32_t fate);
void wk_ord_filled(wick_run *r, int32_t slot, double qty, double price, double fees,
                   const wk_at *at, bool whole);
/** A fill that leaves the order working on. */
void wk_ord_part(wick_run *r, int32_t slot, const wk_filled *f, double price, const wk_at *at);
/** Gives a new slot that was never linked its record with this fate and frees it. */
void wk_ord_refused(wick_run *r, int32_t slot, int32_t fate);
int32_t wk_ord_over(int32_t fate); /**< entry of slot_of for an order that is over */
int32_t wk_ord_slot(const wick_run *r, int32_t id); /**< -1 when not pending */
/** The pending order of s that follows `id`; `next` is where the list said it was before orders
 * were taken out (none is added meanwhile, so that ids tell). */
int32_t wk_ord_after(const wick_run *r, int32_t s, int32_t id, int32_t next);
/** Earlier outcome of a dead order: its fate, or -1 when it is pending or unknown. */
int32_t wk_ord_fate(const wick_run *r, int32_t id);
void wk_sym_watch(wick_run *r, int32_t s);
/** Rebuilds lo, hi and due of a symbol from its lots and orders. */
void wk_sym_refresh(wick_run *r, int32_t s);
void wk_sym_tighten_order(wick_run *r, const wk_ord *o);
void wk_sym_tighten_lot(wick_run *r, const wk_lot *l);

/* lots.c */
int32_t wk_lot_open(wick_run *r, const wk_ord *o, double qty, double price, double fee,
                    const wk_at *at);
/** Closes qty of what is held of s; returns what was closed. `only`: one lot (slot) or WK_NONE. */
double wk_close_qty(wick_run *r, int32_t s, double qty, double price, double fee_per_unit,
                    const wk_at *at, int32_t only, int32_t order, int32_t tag, int32_t reason);
double wk_basis(const wick_run *r, int32_t s, int32_t side, double price, bool *full);
void wk_pile_flush(wick_run *r, int32_t s);
/** Moves hold_bar on to the first own bar that is not before hold_tick, as far as bars are known.
 */
void wk_lot_hold(const wick_run *r, wk_lot *l);
/** Extremes of an open lot up to and including own bar `bar`, points per unit. */
void wk_lot_excursion(const wick_run *r, const wk_lot *l, int32_t bar, double *mae, double *mfe);

/** Puts the levels of a lot into the list of phases=queue: stop losses in front. */
void wk_lot_queue(wick_run *r, wk_lot *l);
int32_t wk_tick_at(const wick_run *r, int32_t s, const wk_at *at); /**< portfolio tick of a fill */
/** Keeps the extremes of a lot up to own bar `bar`: what follows is in other units. */
void wk_lot_fold(const wick_run *r, wk_lot *l, int32_t bar);
/** Sums what is held of s afresh. */
void wk_lots_sum(wick_run *r, int32_t s);

/* fills.c */
/** Whether a new position in this direction is allowed; a fate when not. */
int32_t wk_refuse_opening(const wick_run *r, const wk_ord *o, bool reverses);
/** Close q of one lot, open a lot, for an order and with a fee of its own, which is returned. */
double wk_close_one(wick_run *r, int32_t slot, double q, double price, const wk_at *at,
                    const wk_ord *o);
double wk_open_one(wick_run *r, const wk_ord *o, double q, double price, const wk_at *at);
/** Moves positions and cash; the order itself (which needs no slot) is left to the caller. */
wk_filled wk_fill_core(wick_run *r, const wk_ord *o, double price, const wk_at *at);
void wk_fill_order(wick_run *r, int32_t slot, double price, const wk_at *at);
/** Units an order would fill now, cash and volume aside; 0 where no slippage model asks. */
double wk_asked(const wick_run *r, const wk_ord *o);
/** Closes one lot by its bracket or time exit. */
void wk_exit_lot(wick_run *r, int32_t slot, int32_t reason, int32_t type, double price,
                 const wk_at *at);
/** Whether an exit finds no volume on the bar; it then works on as the settings have it. */
bool wk_exit_waits(wick_run *r, int32_t slot, int32_t reason, int32_t type, int32_t bar);
/** Closes everything held of s at a price, without slippage (end of data, bankruptcy). */
void wk_liquidate(wick_run *r, int32_t s, int32_t reason, double price, const wk_at *at);

/** Closes so much of what one side holds (lots=hedge), as an order of its own. */
void wk_close_side(wick_run *r, int32_t s, int32_t side, double qty, int32_t reason, double price,
                   const wk_at *at);
/** Closes a quantity (infinite: all) of s at a price, as an order of its own. */
void wk_close_some(wick_run *r, int32_t s, double qty, int32_t reason, double price,
                   const wk_at *at);

/** Closes a part of one lot at a price, without a fee, as an order of its own. */
void wk_close_part(wick_run *r, int32_t slot, double qty, int32_t reason, double price,
                   const wk_at *at);

/* carry.c */
/** A flow to what is held of s: so much a unit, received by longs and paid by shorts. */
void wk_book_flow(wick_run *r, int32_t s, int32_t flow, double per_unit);

/* tick.c */
int32_t wk_tick_hot(wick_run *r);  /**< lists the symbols to which something may happen now */
void wk_tick_process(wick_run *r); /**< begin, open, path, close of run->tick */
void wk_tick_close(wick_run *r);   /**< the equity row of run->tick, and what it may end */
void wk_record_row(wick_run *r);
void wk_go_bankrupt(
    wick_run *r); /**< everything is closed at the marks, and the row written again */
double wk_equity_now(const wick_run *r);
void wk_on_close(wick_run *r);      /**< orders that asked for this close */
void wk_tick_filled(wick_run *r);   /**< what follows the fills of run->tick */
void wk_pine_on_close(wick_run *r); /**< Pine orders that fill at this close, margin at it */
void wk_after_capture(wick_run *r);
void wk_end_now(wick_run *r); /**< close_at_end, once the end is known to be the end */
void wk_items_sort(wick_run *r);
/** Leaves the entries alone in the list, sorted; returns where to begin. */
int32_t wk_items_requeue(wick_run *r);
wk_item *wk_item_add(wick_run *r);
void wk_kill_all(wick_run *r, int32_t s, int32_t fate); /**< every pending order of s; -1: all */
bool wk_item_alive(const wick_run *r, const wk_item *it);

/* finer.c */
/** Whether there are finer bars to walk for this bar. */
static inline bool wk_has_finer(const wk_feed *f, int32_t bar)
{
    return f->fine != NULL && f->fine_of[2 * bar + 1] > f->fine_of[2 * bar];
}
/** First and past-the-last finer bar of every bar, 2 n numbers in the run's arena; a bar whose
 * finer bars have not its high and low (and, when `whole`, its open and close) has none. */
wick_status wk_finer_spans(wick_ctx *ctx, wick_run *r, int32_t s, const wick_bars *bars, bool whole,
                           const int32_t **out);
/** Path points of a finer bar (`sub` as in wk_at), nearer extreme first or as asked for. */
void wk_finer_path(const wk_feed *f, int32_t sub, bool up_first, double pts[4]);
bool wk_finer_up_first(const wk_feed *f, int32_t sub);
/** Stands a symbol on the path of a finer bar. */
void wk_finer_stand(wick_run *r, int32_t s, int32_t sub);
/** Finer bar of the present bar whose path first meets p, and the segment; the last one's end (4)
 * when none does. */
void wk_finer_meets(const wick_run *r, int32_t s, double p, wk_at *at);
/** Walks the rest of the tick along finer bars. */
void wk_finer_walk(wick_run *r);
/** Extremes of a bar's finer bars between two of them, both exclusive (0: from its first;
 * INT32_MAX: to its last). */
void wk_finer_range(const wk_feed *f, int32_t bar, int32_t after, int32_t before, double *lo,
                    double *hi);
/** Counts bars from the first tick on with and without finer ones, all symbols. */
void wk_finer_count(const wick_run *r, wick_ambiguity *to);

/* candle.c */
/** Reads minimal_roi and checks what phases=candle needs. */
wick_status wk_candle_open(wick_ctx *ctx, wick_run *r) WICK_NODISCARD;
void wk_tick_candle(wick_run *r);
/** Closes what is open when the run ends. */
void wk_candle_end(wick_run *r);
/** Why phases=candle has no such order; NULL: it has. */
const char *wk_candle_refuses(const wick_order *o);

/* batch.c */
void wk_tick_batch(wick_run *r);

/* rows.c */
void wk_tick_rows(wick_run *r);
void wk_run_rows(wick_run *r, bool closing);
bool wk_row_take(wick_run *r, int32_t s); /**< as wk_signal_take */
void wk_row_amount(const wick_run *r, wk_ord *o);

/* queue.c */
void wk_tick_queue(wick_run *r);
/** What a close takes of a lot: all, or its share, at least one step. */
double wk_part_of(const wick_run *r, const wk_lot *l, double share);

/* path.c, walk.c */
void wk_tick_walk(wick_run *r);
void wk_trail_move(const wk_lot *l, wk_trail *t, double p);
bool wk_must_walk(wick_run *r, int32_t s, int32_t bar);
/** Whether bars that only move trailing stops may be dealt with by wk_must_walk alone. */
bool wk_carries(const wick_run *r);
void wk_exec_item(wick_run *r, const wk_item *it, const wk_at *at);

/* ambiguity.c */
void wk_ambiguous_exit(wick_run *r, const wk_lot *l, const wk_at *at, double price);
void wk_ambiguous_held(wick_run *r, const wk_lot *l, int32_t bar);

/* signals.c */
/** Whether the script wants to hear of the present bar of s, which something has filled on. */
bool wk_wakes(const wick_run *r, int32_t s);
void wk_signal_next(wick_run *r, int32_t s,
                    int32_t from);          /**< finds event[s] at or after own bar `from` */
void wk_signal_end(wick_run *r, int32_t s); /**< counts what is left to count */
/** Takes the signals of s on this bar; true when it stopped to ask for a size. */
bool wk_signal_take(wick_run *r, int32_t s);

bool wk_signal_set(const uint64_t *mask, int32_t bar);
/** The bracket columns of a bar; false when there are none. */
bool wk_signal_bracket(const wick_signals *g, int32_t bar, wk_bracket *b);
/** Side of the entry this bar's signals ask for, after the rules that come before its size; 0 none.
 */
int32_t wk_signal_wanted(wick_run *r, int32_t s, int32_t bar);
/** Fills an order from the entry signals of the present bar; it may come out without a quantity. */
void wk_signal_entry(wick_run *r, int32_t s, int32_t side, bool answered, wk_ord *o);
/** Starts counting refused entries afresh: this bar's are looked at one by one. */
void wk_signal_look(wick_run *r, int32_t s);

/* lane.c */
bool wk_lane_fits(const wick_run *r);
/** One symbol, asked about bars and triggers only, filled along the path of the bar. */
bool wk_solo_fits(const wick_run *r);
/** Runs signals of the only symbol as far as nothing but market orders at opens is involved, and
 * leaves the run between two ticks. */
void wk_lane(wick_run *r);
/** The tick of a lone market order, when nothing else can happen on it; false: it is not one. */
bool wk_lone_fill(wick_run *r);
void wk_mark_span(wick_run *r, int32_t from, int32_t to);
int32_t wk_find_broke(const wick_run *r, int32_t from, int32_t to);

/* step.c */
/** Where everything stands before the first step. */
void wk_start(wick_run *r);

/* horizon.c */
/** Lets the run go up to tick `ticks` - 1. A run that waits at the last bars has an open end. */
void wk_horizon_set(wick_run *r, int32_t ticks, bool waits);
/** Works out anew what depends on the bars to come, after they have become more. `was_open`: the
 * run has waited at an open end. */
void wk_horizon_open(wick_run *r, bool was_open);

/* absent.c */
/** absent_fill=last: fills of symbols without a bar at this tick, before anything else. */
void wk_absent_fills(wick_run *r);

/* rebalance.c */
/** Whether this tick is one to rebalance on; *why is a wick_rebalance_why. */
bool wk_rebalance_due(wick_run *r, int32_t *why);
/** Room for the targets of every symbol; false (and the run in error) when memory is out. */
bool wk_target_room(wick_run *r);

/* check.c */
/** The accounting identities of portfolio_engine.md G8; NULL or what is broken. */
const char *wk_check(const wick_run *r);

#endif
