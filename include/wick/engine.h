/* SPDX-License-Identifier: MIT */
/**
 * Room engine: event-driven portfolio simulation as a step machine. It computes no indicators: a
 * level is a column or a number when it arrives. It never calls back: wick_run_step advances to the
 * next point at which somebody has to decide and says what it is.
 *
 * Phases of one tick (portfolio_engine.md G2): begin, open, path, close (equity is recorded),
 * decide, age. What is decided at a close fills on a later bar unless it asked for this close.
 */
#ifndef WICK_ENGINE_H
#define WICK_ENGINE_H

#include "wick/data.h"
#include "wick/ffi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every function of ffi.h is exported too. */

typedef enum wick_step {
    WICK_STEP_DONE = 0,
    WICK_STEP_BAR = 1,     /**< a symbol has a bar: on_bar of that symbol */
    WICK_STEP_BEFORE = 2,  /**< before the symbols of this tick are asked */
    WICK_STEP_AFTER = 3,   /**< after all symbols: rank, size, rebalance */
    WICK_STEP_TRIGGER = 4, /**< a trigger mask is 1 on this bar */
    WICK_STEP_SIZE = 5,    /**< a signal entry wants its size; answer with wick_run_answer */
    WICK_STEP_FILL = 6,    /**< a fill happened (only when asked for) */
    WICK_STEP_SYNC = 8,     /**< a member of an account waits for the others: wick_run_join */
    WICK_STEP_REBALANCE = 7, /**< the run's schedule or drift asks for a rebalance (after
                                 WICK_STEP_AFTER); the cursor's trigger says why: wick_rebalance_why */
    WICK_STEP_REFILL = 9     /**< calc_on_order_fills: something has filled inside the bar, and the
                                 script is run again where the path stands; what it remembers is as it
                                 was when the bar began, and is so again afterwards */
} wick_step;

typedef enum wick_order_type {
    WICK_MARKET,
    WICK_LIMIT,
    WICK_STOP,
    WICK_STOP_LIMIT
} wick_order_type;

typedef enum wick_intent {
    WICK_ENTER,  /**< opens or adds its whole quantity; an opposite position is closed besides */
    WICK_REDUCE, /**< only ever closes */
    WICK_NET     /**< signed arithmetic on the position, no pyramiding rule */
} wick_intent;

typedef enum wick_size_kind {
    WICK_SIZE_DEFAULT, /**< the run's default size */
    WICK_SIZE_UNITS,
    WICK_SIZE_CASH,         /**< amount of cash at the deciding close */
    WICK_SIZE_PCT_EQUITY,   /**< percent (0..100) of equity at decision time */
    WICK_SIZE_PCT_CASH,     /**< percent of free cash at decision time */
    WICK_SIZE_TARGET_UNITS, /**< signed; the order is the difference */
    WICK_SIZE_TARGET_CASH,
    WICK_SIZE_TARGET_PCT,
    WICK_SIZE_RISK_PCT, /**< units so that the stop loses this percent of equity */
    WICK_SIZE_ASK       /**< WICK_STEP_SIZE asks for units */
} wick_size_kind;

typedef enum wick_group_type {
    WICK_GROUP_CANCEL, /**< a fill removes the others */
    WICK_GROUP_REDUCE  /**< the others shrink by the filled quantity */
} wick_group_type;

typedef enum wick_fill {
    WICK_FILL_OPEN,
    WICK_FILL_MIDDLE,  /**< low + (high - low) / 2 */
    WICK_FILL_AVERAGE, /**< (open + high + low + close) / 4 */
    WICK_FILL_CLOSE,
    WICK_FILL_HIGH,
    WICK_FILL_LOW,
    WICK_FILL_VWAP /**< (high + low + close) / 3, the bar's typical price */
} wick_fill;

/** Every assumption of a run. Never build one by hand: start from wick_settings_profile and change
 * by key (portfolio_engine.md G4), so that a setting cannot exist without a name, a printed value
 * and docs. */
typedef struct wick_settings wick_settings;
WICK_API wick_settings *wick_settings_new(void); /**< profile wick; NULL: no memory */
WICK_API wick_settings *wick_settings_copy(const wick_settings *s);
WICK_API void wick_settings_free(wick_settings *s);
/** Sets every switch at once; later keys override. Unknown names: nearest known. */
WICK_API wick_status wick_settings_profile(wick_ctx *ctx, wick_settings *s,
                                           const char *name) WICK_NODISCARD;
/** A profile: what it sets other than profile wick, in order (a later pair wins). One file of
 * src/engine/profile/ each; which profile a run came from is asked by nothing but reports. */
typedef struct wick_profile_spec {
    const char *name;
    const char *title;  /**< whose rules, in a few words */
    const char *source; /**< what they were checked against */
    const char *annual; /**< bars of a year: NULL as the bars have them, "trading" 252 days (365 with
                             weekends) or 52 weeks, "calendar" 365 days over the bar interval,
                             "none" ratios per bar */
    const char *sheet;  /**< statistics that are shown with a run by default; NULL none */
    struct {
        const char *key, *value;
    } set[64]; /**< ends with a NULL key */
} wick_profile_spec;
WICK_API int64_t wick_profile_count(void);
WICK_API const wick_profile_spec *wick_profile_at(int64_t i); /**< sorted; NULL outside */
WICK_API const wick_profile_spec *wick_settings_spec(const wick_settings *s); /**< its profile */
/** Bars of a year by the convention of the profile; 0: ratios are not annualised. */
WICK_API double wick_settings_year(const wick_settings *s, const wick_panel *panel);
/** key and value as text, e.g. ("gap_fill", "level"), ("fee_pct", "0.1"), ("slots", "10"). */
WICK_API wick_status wick_settings_set(wick_ctx *ctx, wick_settings *s, const char *key,
                                       const char *value) WICK_NODISCARD;
typedef struct wick_setting_doc {
    const char *key, *values, *def, *doc; /**< values: "open|level" or "number >= 0" */
} wick_setting_doc;
WICK_API int64_t wick_settings_count(void);
WICK_API const wick_setting_doc *wick_settings_doc(int64_t i);
enum { WICK_SETTING_TEXT = 256 };
/** Present value as text, for the conventions printed with results. Returns length. */
WICK_API int wick_settings_get(const wick_settings *s, int64_t i, char out[WICK_SETTING_TEXT]);
WICK_API const char *wick_settings_profile_name(const wick_settings *s);
WICK_API double wick_settings_number(const wick_settings *s,
                                     const char *key); /**< NA unless numeric */

/* ---- costs -------------------------------------------------------------------------------- */

/** What a cost model knows of a fill. Borrowed for the call. */
typedef struct wick_cost_in {
    uint32_t size;
    int32_t symbol;      /**< panel index */
    int32_t side;        /**< +1 buy, -1 sell */
    int32_t type;        /**< wick_order_type of what fills */
    int32_t bar;         /**< own bar of the fill: rows of the columns before it are the past */
    bool maker;          /**< it rested as a limit: it gave liquidity */
    int64_t time;        /**< stamp of that bar */
    double qty;          /**< units; for slip what is asked for, cash may allow less */
    double closing;      /**< units of qty that close a position (0 for slip) */
    double price;        /**< slip: before slippage; fee: paid */
    double value;        /**< qty times price times the point value, >= 0 */
    double tick, point_value;
    double traded;       /**< by this account in the `fee_window` days before, as `fee_tier_by` */
    double before;       /**< fee in cash, or slippage in points, of the settings and models so far */
    uint64_t draw;       /**< of this fill among the symbol's, for streams of random numbers */
    const double *open, *high, *low, *close, *volume;
    const char *name;    /**< the symbol */
} wick_cost_in;

/** A cost model: one file of src/engine/cost/ each. Its parameters are engine settings, so that
 * adding a model is adding a file; it is on when one of them is not at its default. Models add up.
 * Leaf functions: they touch no run. A result that is not finite ends the run with the model's
 * name. */
typedef struct wick_cost_spec {
    const char *name;
    const char *title, *formula, *source;
    struct {
        wick_setting_doc doc;
        double lo, hi;
    } param[4];        /**< ends with a NULL key */
    bool reads_volume; /**< of the fill's bar: a run over bars without volume is refused */
    double (*fee)(const wick_cost_in *in, const double *p);  /**< cash, < 0 is a rebate; or NULL */
    double (*slip)(const wick_cost_in *in, const double *p); /**< points worse, >= 0; or NULL */
} wick_cost_spec;
WICK_API int64_t wick_cost_count(void);
WICK_API const wick_cost_spec *wick_cost_at(int64_t i); /**< sorted; NULL outside */

/** Costs of the caller's own, after all others: `in->before` is what those came to, the result
 * takes its place. They must not touch the run; NA ends it (an embedded script has failed). */
typedef struct wick_cost_user {
    uint32_t size;
    void *self;
    double (*fee)(void *self, const wick_cost_in *in);  /**< NULL: none */
    double (*slip)(void *self, const wick_cost_in *in); /**< of market and stop fills */
} wick_cost_user;

/** Signal columns of one symbol, over its own bars, borrowed until the run is freed; NULL where
 * absent. Signals are taken at the close of their bar. `long_exit` wins over `long_entry` on one
 * bar and withdraws long entries that still rest; long and short entries on one bar cancel each
 * other out; an entry while the same side is held or rests is refused (counted as HELD, without an
 * order record) unless max_entries allows. A long entry while short closes the short and opens the
 * long. */
typedef struct wick_signals {
    uint32_t size;
    const double *long_entry, *long_exit, *short_entry, *short_exit; /**< masks */
    int32_t size_kind;                                               /**< wick_size_kind */
    double amount; /**< used when `amounts` is NULL */
    const double *amounts;
    const double *score;
    const double *limit, *stop;                        /**< priced entries; NA on a bar: market */
    const double *stop_price, *stop_points, *stop_pct; /**< brackets, read on the signal bar */
    const double *target_price, *target_points, *target_pct;
    const double *trail_points, *trail_pct;
    int32_t hold_bars;
    int32_t expire; /**< of priced entries, own bars; 0 until cancelled */
    /** The four masks packed (wick_mask_pack). Given, the column of that name is not looked at. */
    const uint64_t *long_entry_bits, *long_exit_bits, *short_entry_bits, *short_exit_bits;
    const double *price; /**< market entries fill at it (kept inside the bar unless slip_outside);
                              NA on a bar: as the run's fill says */
    const double *exit_limit; /**< phases=candle: price of exits by signal; NA on a bar: the open */
} wick_signals;

typedef struct wick_run_opts {
    uint32_t size;
    const wick_settings *settings;                 /**< NULL: profile wick. Copied */
    double cash;                                   /**< starting cash, default 100 000 */
    bool ask_bar, ask_before, ask_after, ask_fill; /**< which questions the caller wants */
    bool has_trade_from;
    int64_t trade_from; /**< bars stamped before it only warm up: no decisions, no equity rows; a Pine
                             script sees them, and orders on the last of them */
    int64_t warmup;     /**< own bars of each symbol without decisions at the start */
    int64_t memory_cap; /**< bytes, 0: 2 GiB */
    wick_arena *arena;  /**< reused by sweeps (reset by the caller after the ledger is gone; the
                             ledger borrows from it and does not outlive it);
                             NULL: the run makes its own and the ledger keeps it */
    bool lean;          /**< keep no order records and no per-tick columns but equity, and fees
                             where there are any */
    bool pine;          /**< orders come through wick_pine_entry and its neighbours of ffi.h */
    bool metered;       /**< measure the time inside the engine: wick_run_meter */
    bool ahead;         /**< the caller walks idle bars by itself: wick_cursor.free */
    const wick_cost_user *cost; /**< copied; NULL: none */
    bool cold; /**< a Pine script is not shown the bars before `trade_from` either: parts of a
                    search, where going through what was before would take most of the time */
} wick_run_opts;

WICK_API wick_status wick_run_new(wick_ctx *ctx, wick_panel *panel, const wick_run_opts *opts,
                                  wick_run **out) WICK_NODISCARD;
WICK_API void wick_run_free(wick_run *run);
/** Before the first step. */
WICK_API wick_status wick_run_set_signals(wick_ctx *ctx, wick_run *run, int32_t symbol,
                                          const wick_signals *s) WICK_NODISCARD;
/** The account is in another currency than the symbol: money of the account for one of the symbol's
 * currency on each bar (wick_bars_rate gives such a column; it is copied). Profits and fees are booked
 * at the rate of their bar, sizes and margin go by the present one; cash, fees an order and fees a unit
 * are money of the account already. Before the first step. */
WICK_API wick_status wick_run_set_rate(wick_ctx *ctx, wick_run *run, int32_t symbol,
                                       const double *rate) WICK_NODISCARD;
/** A mask that wakes the script (WICK_STEP_TRIGGER) on its bars; several may be given, asked in
 * the order of their indices. Returns via *trigger the index, per symbol from 0. */
WICK_API wick_status wick_run_add_trigger(wick_ctx *ctx, wick_run *run, int32_t symbol,
                                          const double *mask, int32_t *trigger) WICK_NODISCARD;
/** The same with a packed mask, borrowed until the run is freed. */
WICK_API wick_status wick_run_add_trigger_bits(wick_ctx *ctx, wick_run *run, int32_t symbol,
                                               const uint64_t *mask,
                                               int32_t *trigger) WICK_NODISCARD;
/** Model gate: an entry decided on bar k is accepted only when score[k] > threshold (fate MODEL
 * otherwise); its score also ranks it unless it brings its own. Entries are signals, orders that
 * enter, and orders to a target or by signed arithmetic that open a position where none is held.
 * `score` may be written until the entry of its bar is placed. */
WICK_API wick_status wick_run_set_gate(wick_ctx *ctx, wick_run *run, int32_t symbol,
                                       const double *score, double threshold) WICK_NODISCARD;
/** The amount of an entry decided on bar k is multiplied by factor[k] (0..1) before it is rounded. */
WICK_API wick_status wick_run_set_gate_size(wick_ctx *ctx, wick_run *run, int32_t symbol,
                                            const double *factor) WICK_NODISCARD;
/** When WICK_STEP_REBALANCE is asked: on the ticks marked 1 (of the panel's clock, see
 * wick_schedule_ticks; borrowed until the run is freed), and on every tick at which some symbol's
 * share of equity is further than `drift` from what wick_run_set_targets last gave it. `again`: a
 * marked tick that ended without targets (nothing was ready yet) is asked again on the next one. */
typedef struct wick_rebalance {
    uint32_t size;
    const uint8_t *ticks; /**< NULL: none */
    double drift;         /**< 0: none */
    bool again;
} wick_rebalance;
typedef enum wick_rebalance_why { WICK_REBALANCE_SCHEDULE, WICK_REBALANCE_DRIFT } wick_rebalance_why;
WICK_API wick_status wick_run_set_rebalance(wick_ctx *ctx, wick_run *run,
                                            const wick_rebalance *r) WICK_NODISCARD;
/** What the account should hold. Orders the differences for the next fill: first everything that is
 * to be closed, then the rest in the order of the list. What waits of an earlier call is withdrawn. */
typedef struct wick_targets {
    uint32_t size;
    int32_t n;
    const int32_t *symbol;
    const double *weight; /**< share of equity, signed; NA: this one stays as it is */
    const double *units;  /**< signed units instead of weight times equity; NULL: none. Where both
                               are given the weight is what drift is measured against */
    const double *score;  /**< ranks what competes for cash or places, higher first; NULL: none */
    double band;          /**< a symbol that is off by no more than this share is left alone */
    bool keep_others;     /**< symbols that are not listed stay; else they are closed */
} wick_targets;
/** Number of orders placed, or a negative status (wick_run_refusal says why). Between steps. */
WICK_API int32_t wick_run_set_targets(wick_run *run, const wick_targets *t);
WICK_API double wick_run_target(const wick_run *run, int32_t symbol); /**< share last given; NA */
/** Signed share of equity a symbol is now, at the last mark. */
WICK_API double wick_run_share(const wick_run *run, int32_t symbol);
/** On which bars of a symbol WICK_STEP_BAR is asked at all: where the mask of the present state is 1.
 * Each mask may be NULL (never in that state). Borrowed until the run is freed. */
typedef struct wick_wake {
    uint32_t size;
    const double *always, *flat, *in_long, *in_short;
    bool every_flat, every_long, every_short; /**< every bar of that state */
    bool on_fill;                             /**< bars on which something filled, too */
} wick_wake;
WICK_API wick_status wick_run_set_wake(wick_ctx *ctx, wick_run *run, int32_t symbol,
                                       const wick_wake *wake) WICK_NODISCARD;
/** Finer bars of a symbol, which fills then walk one after the other instead of the bar's own four
 * points, when the setting `magnifier` is on (runs of Pine orders) or intrabar=lower_tf (others;
 * without these nothing happens). They are matched to the symbol's bars by time, stamps being opens.
 * A bar without any, or whose finer bars do not add up to it, keeps its own path; lower_tf counts
 * these (wick_ambiguity). Borrowed until the run is freed. */
WICK_API wick_status wick_run_set_magnifier(wick_ctx *ctx, wick_run *run, int32_t symbol,
                                            const wick_bars *bars) WICK_NODISCARD;
/** Text of a number from wick_run_tag; "" for others. */
WICK_API const char *wick_run_text(const wick_run *run, int32_t tag);
WICK_API wick_panel *wick_run_panel(const wick_run *run);
/** Settings in force; borrowed from the run. */
/** Whether WICK_STEP_REFILL may come: calc_on_order_fills of a Pine run. */
WICK_API bool wick_run_refills(const wick_run *run);
WICK_API const wick_settings *wick_run_settings(const wick_run *run);
/** How often WICK_STEP_BAR was asked; with opts.metered also the seconds spent in steps that were
 * more than moving on to an idle bar and in Pine order calls, and how many of both there were. */
typedef struct wick_meter {
    int64_t asked, timed;
    double seconds;
} wick_meter;
WICK_API wick_meter wick_run_meter(const wick_run *run);
/** Why wick_run_step returned a negative status. */
WICK_API wick_status wick_run_error(wick_ctx *ctx, const wick_run *run);
/** After WICK_STEP_DONE: the results. Once. The run can only be freed afterwards. */
WICK_API wick_status wick_run_finish(wick_ctx *ctx, wick_run *run,
                                     wick_ledger **out) WICK_NODISCARD;

/* ---- several runs on one account ---------------------------------------------------------- */

/** Makes a run one of several on one account, before its first step. They have one panel and begin
 * with cash = share x the account's. Each keeps a book of its own: nothing is netted between them,
 * two that hold opposite sides both hold them and pay for them. An opening may spend the free cash
 * of all; sizes in percent (and shares in targets) are of share x the account's equity; cash and
 * equity of the cursor are the account's free cash and that part. Pine orders keep to the run's own
 * book. wick_run_step answers WICK_STEP_SYNC twice a tick, after the fills and after the decisions;
 * the caller brings all members there, the earlier before the later, with wick_runs_sync before
 * each step and once with fills_done before the decisions. Such runs cannot be saved. */
WICK_API wick_status wick_run_join(wick_ctx *ctx, wick_run *run, double share) WICK_NODISCARD;
/** Tells every member what the others have; `idle`: cash nobody's share holds. Returns the account's
 * equity. */
WICK_API double wick_runs_sync(wick_run *const *runs, int32_t n, double idle, bool fills_done);
/** The account is at or below zero: closes what the member holds at the marks, for good. Between the
 * fills and the decisions of a tick. */
WICK_API void wick_run_close_out(wick_run *run);

/** What an entry opened and is still held: a lot. Under lots=hedge `order` names it to orders that
 * close. */
typedef struct wick_ticket {
    int32_t order, tag, side;
    int32_t bar; /**< own bar of the fill */
    int64_t time;
    double qty, price, stop, target, trail, pnl; /**< levels NA when there are none; pnl at the mark */
} wick_ticket;
/** The i-th lot of a symbol, oldest first; false past the last. */
WICK_API bool wick_run_ticket(const wick_run *run, int32_t symbol, int32_t i, wick_ticket *out);

/* ---- Pine orders (functions in ffi.h) ------------------------------------------------------ */

/** An order of nothing yet: every number is WICK_NA, which is how "not given" is spelt. */
WICK_API wick_pine_order wick_pine_blank(int32_t symbol);

/** wick_pine_value: strategy.NAME. Equity is the account's, everything else the symbol's. */
typedef enum wick_pine_what {
    WICK_PINE_POSITION,
    WICK_PINE_AVG_PRICE,
    WICK_PINE_EQUITY,
    WICK_PINE_NETPROFIT,
    WICK_PINE_OPENPROFIT,
    WICK_PINE_GROSSPROFIT,
    WICK_PINE_GROSSLOSS,
    WICK_PINE_INITIAL,
    WICK_PINE_OPENTRADES,
    WICK_PINE_CLOSEDTRADES,
    WICK_PINE_WINS,
    WICK_PINE_LOSSES,
    WICK_PINE_EVENS,
    WICK_PINE_MAX_DRAWDOWN,
    WICK_PINE_MAX_RUNUP,
    WICK_PINE_HELD_ALL,
    WICK_PINE_HELD_LONG,
    WICK_PINE_HELD_SHORT,
    WICK_PINE_NETPROFIT_PCT,
    WICK_PINE_OPENPROFIT_PCT,
    WICK_PINE_GROSSPROFIT_PCT,
    WICK_PINE_GROSSLOSS_PCT,
    WICK_PINE_MAX_DRAWDOWN_PCT,
    WICK_PINE_MAX_RUNUP_PCT,
    WICK_PINE_LIQUIDATION,
    WICK_PINE_ENTRY_NAME, /**< a tag */
    WICK_PINE_AVG_TRADE,
    WICK_PINE_AVG_TRADE_PCT,
    WICK_PINE_AVG_WIN,
    WICK_PINE_AVG_WIN_PCT,
    WICK_PINE_AVG_LOSS,
    WICK_PINE_AVG_LOSS_PCT,
    WICK_PINE_CAPITAL_HELD
} wick_pine_what;

/** What an entry without a quantity would buy or sell if it filled at this price; NA without a bar. */
WICK_API double wick_pine_default_qty(const wick_run *run, int32_t symbol, double price);

/** wick_pine_trade: strategy.closedtrades.NAME and opentrades.NAME. */
typedef enum wick_pine_field {
    WICK_PINE_F_ENTRY_PRICE,
    WICK_PINE_F_EXIT_PRICE,
    WICK_PINE_F_ENTRY_BAR,
    WICK_PINE_F_EXIT_BAR,
    WICK_PINE_F_ENTRY_TIME,
    WICK_PINE_F_EXIT_TIME,
    WICK_PINE_F_ENTRY_ID, /**< texts are tags; 0 none */
    WICK_PINE_F_EXIT_ID,
    WICK_PINE_F_ENTRY_COMMENT,
    WICK_PINE_F_EXIT_COMMENT,
    WICK_PINE_F_SIZE,
    WICK_PINE_F_PROFIT,
    WICK_PINE_F_PROFIT_PCT,
    WICK_PINE_F_COMMISSION,
    WICK_PINE_F_MAX_RUNUP,
    WICK_PINE_F_MAX_DRAWDOWN,
    WICK_PINE_F_MAX_RUNUP_PCT,
    WICK_PINE_F_MAX_DRAWDOWN_PCT
} wick_pine_field;

/* ---- strategies written in C -------------------------------------------------------------- */

/** What a C strategy sees while it decides; valid inside the call only. */
typedef struct wick_tick wick_tick;
WICK_API int32_t wick_tick_symbol(const wick_tick *t);
WICK_API int64_t wick_tick_bar(const wick_tick *t);
WICK_API int64_t wick_tick_time(const wick_tick *t);
/** Named column of the bars (a field, or one added with wick_bars_with_column); NA when unknown. */
WICK_API double wick_tick_value(const wick_tick *t, const char *column);
WICK_API double wick_tick_position(const wick_tick *t, int32_t symbol);
WICK_API wick_run *wick_tick_run(wick_tick *t); /**< for everything in ffi.h */
/** Orders the difference to this fraction of equity (0.10 is ten percent). */
WICK_API wick_status wick_tick_target(wick_tick *t, int32_t symbol, double fraction);

typedef struct wick_strategy {
    uint32_t size;
    const char *name;
    void *self;
    wick_status (*on_tick)(void *self, wick_tick *t);   /**< per symbol-bar; may be NULL */
    wick_status (*on_before)(void *self, wick_tick *t); /**< symbol is -1 */
    wick_status (*on_after)(void *self, wick_tick *t);
    wick_status (*on_size)(void *self, wick_tick *t, double *units);
    wick_status (*on_fill)(void *self, wick_tick *t);
    wick_status (*on_rebalance)(void *self, wick_tick *t);
    const wick_rebalance *rebalance; /**< with on_rebalance */
} wick_strategy;
/** The loop over wick_run_step for a C strategy. */
WICK_API wick_status wick_engine_run(wick_ctx *ctx, wick_panel *panel, const wick_strategy *s,
                                     const wick_run_opts *opts, wick_ledger **out) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
