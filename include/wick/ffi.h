/* SPDX-License-Identifier: MIT */
/**
 * Leaf interface of the engine's step machine: plain structs, opaque names, and functions that are
 * pure or touch only their run, never block and never call a script. LuaJIT reads the marked region
 * as it stands (no preprocessor lines in it); C and C++ include this file through engine.h.
 */
#ifndef WICK_FFI_H
#define WICK_FFI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The region carries no attributes because LuaJIT reads it; the library exports all of it. */
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif
/* clang-format off */
/* WICK_FFI_BEGIN */
typedef struct wick_run wick_run;
typedef struct wick_stream wick_stream;

/* What wick_run_step returned and where the run stands. Owned by the run, rewritten by every step
   and every order; read-only for callers. */
typedef struct wick_cursor {
    int32_t step;      /* wick_step */
    int32_t symbol;    /* panel index the question is about; -1 for the whole tick */
    int32_t trigger;   /* index of the trigger that woke the script; -1 */
    int32_t order;     /* id of the order a size is asked for; 0 */
    int64_t tick;      /* portfolio clock, 0-based over the panel */
    int64_t bar;       /* own bar index of `symbol` */
    int64_t time;      /* bar-open stamp, ms UTC */
    double cash;       /* free cash */
    double equity;     /* cash + positions at their last mark */
    double position;   /* signed units of `symbol` */
    double avg_price;  /* quantity-weighted entry price of `symbol`; NA when flat */
    const int32_t *bar_of;   /* per symbol: index of its last bar at or before this tick; -1 before its first */
    const uint8_t *active;   /* per symbol: 1 when it has a bar at this tick */
    /* With wick_run_opts.ahead: the next `free` bars will bring nothing but the same question, as
       long as no order is placed. A caller may walk them by itself: one more in `ahead`, in `bar` and
       in bar_of[symbol] for each. wick_run_catch_up, every step and every order write them down. */
    int32_t free, ahead;
} wick_cursor;

/* A request. Zero-initialise, set size; zero means "not given" for every field, prices too. */
typedef struct wick_order {
    uint32_t size;
    int32_t symbol;
    int32_t side;        /* +1 buy, -1 sell */
    int32_t type;        /* wick_order_type */
    int32_t intent;      /* wick_intent */
    int32_t size_kind;   /* wick_size_kind */
    int32_t delay;       /* own bars until it may fill; 0: the run's setting; -1: this bar's close */
    int32_t expire;      /* own bars it rests once due; 0: until filled or cancelled */
    int32_t group;       /* OCO group number chosen by the caller; 0 none */
    int32_t group_type;  /* wick_group_type */
    int32_t parent;      /* order id whose fill activates this one; 0 none */
    int32_t tag;         /* from wick_run_tag; -1 or 0 none */
    int32_t fill;        /* wick_fill + 1; 0: the run's setting */
    int32_t hold_bars;   /* exit this many own bars after the fill bar; 0 none */
    double amount;       /* meaning by size_kind */
    double limit;        /* limit price */
    double stop;         /* trigger price */
    double score;        /* rank among entries of the same tick, higher first */
    double fill_price;   /* fixed fill price; 0 none */
    /* Bracket attached to the position this order opens. A price, a distance from the entry fill
       in price points, or a percent of it; the first given of each triple is used. */
    double stop_price, stop_points, stop_pct;
    double target_price, target_points, target_pct;
    double trail_points, trail_pct, trail_start; /* trail_start: points in favour before it arms */
    double stop_limit;   /* a stop exit worse than this price does not act on that bar */
    int32_t exit_fill;   /* wick_fill + 1: test and fill bracket levels with this price of the bar; 0 levels */
    int32_t hold_fill;   /* wick_fill + 1 of the time exit; 0: the run's setting */
    int32_t target_fill; /* as exit_fill, for the target alone; 0: as exit_fill */
    int32_t ticket;      /* lots=hedge, orders that reduce: the entry's order id, minus a tag, 0 the oldest of the side */
} wick_order;

/* Advances to the next question and returns wick_step; 0 when the run is over, negative on error. */
int32_t wick_run_step(wick_run *run);
/* Makes the rest of the cursor true for the bar a caller has walked to by itself; ends the walk. */
void wick_run_catch_up(wick_run *run);
/* Interns an order tag (the script's id for it); the same text gives the same number, from 1. */
int32_t wick_run_tag(wick_run *run, const char *text);
const wick_cursor *wick_run_cursor(const wick_run *run);
/* Places a request; returns its id (> 0), 0 when it was refused (its fate is in the ledger), or a
   negative status for a malformed one (wick_run_refusal says why). */
int32_t wick_run_submit(wick_run *run, const wick_order *order);
const char *wick_run_refusal(const wick_run *run);
/* Answers a WICK_STEP_SIZE question, in units (>= 0; NA refuses). */
void wick_run_answer(wick_run *run, double units);
int32_t wick_run_cancel(wick_run *run, int32_t order);           /* 1 when it was pending */
int32_t wick_run_cancel_tag(wick_run *run, int32_t symbol, int32_t tag); /* how many; symbol -1 all */
int32_t wick_run_cancel_all(wick_run *run, int32_t symbol);      /* how many; -1: every symbol */
/* Closes what is held of a symbol at the next fill: fraction 0..1 of it. Returns an order id or 0. */
int32_t wick_run_close(wick_run *run, int32_t symbol, double fraction, int32_t tag);
/* Replaces the bracket levels of everything held of a symbol; NA leaves one as it is, 0 removes it. */
int32_t wick_run_protect(wick_run *run, int32_t symbol, double stop, double target, double trail_points);
/* lots=hedge: the same for one ticket (as in wick_order), and closing a fraction of one. */
int32_t wick_run_protect_ticket(wick_run *run, int32_t symbol, int32_t ticket, double stop, double target, double trail_points);
int32_t wick_run_close_ticket(wick_run *run, int32_t symbol, int32_t ticket, double fraction, int32_t tag);
double wick_run_side_units(const wick_run *run, int32_t symbol, int32_t side); /* units held long (1) or short (-1) */
double wick_run_position(const wick_run *run, int32_t symbol);   /* signed units */
double wick_run_avg_price(const wick_run *run, int32_t symbol);  /* NA when flat */
double wick_run_open_pnl(const wick_run *run, int32_t symbol);   /* at the last mark, gross */
double wick_run_entry_price(const wick_run *run, int32_t symbol, int32_t lot); /* oldest lot is 0; NA */
int32_t wick_run_lots(const wick_run *run, int32_t symbol);
int64_t wick_run_bars_held(const wick_run *run, int32_t symbol); /* own bars since the oldest lot; -1 flat */
int32_t wick_run_pending(const wick_run *run, int32_t symbol);   /* resting or due orders; -1 all */
double wick_run_liquidation(const wick_run *run, int32_t symbol); /* price that would meet the maintenance margin, all else equal; NA none */
double wick_run_flow(const wick_run *run, int32_t flow);         /* cash received so far (wick_flow of data.h) */
int32_t wick_run_open_symbols(const wick_run *run);              /* symbols held */
int64_t wick_run_closed_trades(const wick_run *run);
double wick_run_realized(const wick_run *run);                   /* closed pnl, gross of fees */
double wick_run_fees(const wick_run *run);
/* Units for an amount under the run's sizing rules at this moment, rounded toward zero to the
   quantity step; stop_distance only for risk sizes. Who walks ahead catches up first. */
double wick_run_units(const wick_run *run, int32_t symbol, int32_t size_kind, double amount, double stop_distance);

/* ---- Pine orders: runs with wick_run_opts.pine ---- */
/* One call of strategy.entry, order, exit or close. Numbers that are NA are not given; ids and
   comments come from wick_run_tag, 0 none. Fields a call does not know are not read. */
typedef struct wick_pine_order {
    int32_t symbol, id, from, side; /* from: exit's from_entry, 0 every entry */
    int32_t comment, comment_profit, comment_loss, comment_trailing;
    int32_t oca, oca_type;          /* oca_type: 0 none, 1 cancel, 2 reduce */
    int32_t qty_kind;               /* what qty is: wick_size_kind, 0 units */
    int32_t immediately;            /* close: at this bar's close */
    double qty, qty_percent, limit, stop, profit, loss, trail_price, trail_points, trail_offset;
} wick_pine_order;
/* 1 placed or changed, 0 nothing was done (as the rules of the language have it), negative: malformed. */
int32_t wick_pine_entry(wick_run *run, const wick_pine_order *order);
int32_t wick_pine_raw(wick_run *run, const wick_pine_order *order);
int32_t wick_pine_exit(wick_run *run, const wick_pine_order *order);
int32_t wick_pine_close(wick_run *run, const wick_pine_order *order); /* id 0: close_all */
int32_t wick_pine_cancel(wick_run *run, int32_t symbol, int32_t id);  /* how many */
int32_t wick_pine_cancel_all(wick_run *run, int32_t symbol);
/* rule: 1 allow_entry_in (value 1 long, -1 short, 0 both), 2 max_position_size, 3 max_drawdown,
   4 max_intraday_filled_orders, 5 max_intraday_loss, 6 max_cons_loss_days */
int32_t wick_pine_risk(wick_run *run, int32_t symbol, int32_t rule, double value, int32_t percent);
double wick_pine_value(wick_run *run, int32_t symbol, int32_t what);  /* wick_pine_what of engine.h */
int64_t wick_pine_fills(const wick_run *run); /* moves on whenever a position does */
/* Fields of trade i, oldest first (wick_pine_field of engine.h); NA out of range. */
double wick_pine_trade(const wick_run *run, int32_t symbol, int32_t open, int32_t field, double i);

void wick_stream_step(wick_stream *s, const double *in, double *out);
/* sizeof of a struct named in this region, -1 for unknown names: the ABI check of the FFI layer. */
int64_t wick_abi_sizeof(const char *name);
/* WICK_FFI_END */
/* clang-format on */
#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
