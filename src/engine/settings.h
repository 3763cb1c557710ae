/* SPDX-License-Identifier: MIT */
/** Every assumption of a run as plain fields. settings.c gives each a key, values and a text; no
 * other file may invent a switch, and no file asks which profile it came from. */
#ifndef WK_ENGINE_SETTINGS_H
#define WK_ENGINE_SETTINGS_H

#include "wick/engine.h"

/* Values in the order of their spelling in settings.c. */
enum { WK_PHASES_PATH, WK_PHASES_BATCH, WK_PHASES_QUEUE, WK_PHASES_ROWS, WK_PHASES_CANDLE };
enum {
    WK_INTRABAR_OHLC,
    WK_INTRABAR_WORST,
    WK_INTRABAR_BEST,
    WK_INTRABAR_CLOSE,
    WK_INTRABAR_FINER
};
enum { WK_GAP_OPEN, WK_GAP_LEVEL };
enum { WK_STOP_FROM_FILL, WK_STOP_FROM_NEXT_BAR, WK_STOP_FROM_MARKET_ONLY };
enum { WK_TRAIL_PATH, WK_TRAIL_AFTER_TEST, WK_TRAIL_CLOSE };
enum { WK_LIMIT_RESTING, WK_LIMIT_FILTER, WK_LIMIT_FILTER_TIMEOUT };
enum {
    WK_SHORTAGE_CLAMP,
    WK_SHORTAGE_CLAMP_NO_FEES,
    WK_SHORTAGE_CANCEL,
    WK_SHORTAGE_REJECT,
    WK_SHORTAGE_ALLOW
};
enum { WK_FRACTIONAL_SYMBOL, WK_FRACTIONAL_ON, WK_FRACTIONAL_OFF };
enum { WK_LOTS_FIFO, WK_LOTS_LIFO, WK_LOTS_AVERAGE, WK_LOTS_HEDGE };
enum { WK_UNIT_LOT, WK_UNIT_EXIT, WK_UNIT_POSITION };
enum { WK_PNL_GROSS, WK_PNL_NET };
enum { WK_PROCEEDS_LOCKED, WK_PROCEEDS_FREE, WK_PROCEEDS_NONE };
enum { WK_MODE_BOTH, WK_MODE_LONG, WK_MODE_SHORT };
enum { WK_ENTRIES_ALL, WK_ENTRIES_SIGNALS };
enum { WK_RANK_SCORE, WK_RANK_CAPPED, WK_RANK_CAPPED_NO_COVER };
enum { WK_END_OFF, WK_END_CLOSE, WK_END_AFTER_CAPTURE, WK_END_RUN };
enum { WK_SIZE_SLOTS = 5 }; /* the others are in the order of orders.c */
enum { WK_CLOCK_OWN, WK_CLOCK_PORTFOLIO };
enum { WK_ROUND_TICK, WK_ROUND_OFF, WK_ROUND_CENTS, WK_ROUND_CENTS_EXACT };
enum { WK_STOP_ROUND_OFF, WK_STOP_ROUND_CENTS };
enum { WK_BARS_EXCLUSIVE, WK_BARS_INCLUSIVE };
enum { WK_EXCURSIONS_PATH, WK_EXCURSIONS_CAPTURE };
enum { WK_MARK_HOLD, WK_MARK_NAN };
enum { WK_CLOSE_FIFO, WK_CLOSE_ANY };
enum { WK_TIER_NOTIONAL, WK_TIER_UNITS };
enum { WK_REST_KEEP, WK_REST_CANCEL };
enum { WK_CALL_OFF, WK_CALL_WHOLE, WK_CALL_LEAST, WK_CALL_TV };
/** Parameters of all cost models together (src/engine/cost/). */
enum { WK_COST_PARAMS = 32 };
enum { WK_BANKRUPT_STOP, WK_BANKRUPT_CONTINUE, WK_BANKRUPT_ZERO };
enum { WK_SIZE_AT_DECISION, WK_SIZE_AT_FILL };
enum { WK_SMALL_UNITS, WK_SMALL_SHARE };
enum { WK_POWER_CASH, WK_POWER_MARKED };
enum { WK_SPREAD_BOTH, WK_SPREAD_ENTRY };
enum { WK_FEE_PER_ORDER, WK_FEE_PER_LOT };
enum { WK_AGAINST_TURN, WK_AGAINST_NET };
enum { WK_RETURN_PRICE, WK_RETURN_COST };
enum { WK_ACCUMULATE_OFF, WK_ACCUMULATE_BOTH, WK_ACCUMULATE_ADD, WK_ACCUMULATE_REMOVE };
enum {
    WK_CONFLICT_IGNORE,
    WK_CONFLICT_ENTRY,
    WK_CONFLICT_EXIT,
    WK_CONFLICT_ADJACENT,
    WK_CONFLICT_OPPOSITE
};
enum { WK_DIR_IGNORE, WK_DIR_LONG, WK_DIR_SHORT, WK_DIR_ADJACENT, WK_DIR_OPPOSITE };
enum {
    WK_UPON_IGNORE,
    WK_UPON_CLOSE,
    WK_UPON_CLOSE_REDUCE,
    WK_UPON_REVERSE,
    WK_UPON_REVERSE_REDUCE
};
enum {
    WK_STOP_EXIT_CLOSE,
    WK_STOP_EXIT_CLOSE_REDUCE,
    WK_STOP_EXIT_REVERSE,
    WK_STOP_EXIT_REVERSE_REDUCE
};
enum { WK_UPDATE_KEEP, WK_UPDATE_OVERRIDE, WK_UPDATE_OVERRIDE_NAN };
enum { WK_EXIT_STOP_LIMIT, WK_EXIT_STOP_MARKET, WK_EXIT_PRICE, WK_EXIT_CLOSE };
enum { WK_BASE_FILL, WK_BASE_PRICE, WK_BASE_CLOSE };
enum { WK_SEQ_DEFAULT, WK_SEQ_REVERSED, WK_SEQ_AUTO };
enum { WK_ABSENT_WAIT, WK_ABSENT_LAST };
enum { WK_FEE_ROUND_OFF, WK_FEE_ROUND_WHOLE };

struct wick_settings {
    const char *profile; /**< literal */
    int32_t fill, delay, buy_delay, sell_delay, phases, intrabar, gap_fill, stop_from, trail_update,
        limit_rule, shortage, fractional, qty_decimals, lots, trade_unit, trade_pnl, short_proceeds,
        position_mode, max_long, max_short, slots, max_entries, max_entries_for, rank, close_at_end,
        end_fill, hold_fill, hold_clock, price_rounding, stop_rounding, report_rounding,
        bars_in_trade, excursions, last_mark, bankruptcy, slip_outside, size, close_entries_rule,
        magnifier;
    int32_t size_at, small_units, buying_power, spread_on, fee_per, exclusive, entry_against,
        trade_return, accumulate, upon_long_conflict, upon_short_conflict, upon_dir_conflict,
        upon_opposite_entry, upon_stop_exit, upon_stop_update, stop_exit_price, stop_entry_price,
        call_seq, lock_cash;
    int32_t absent_fill, fee_rounding, calc_on_order_fills;
    double max_size, min_size;
    double through_ticks, qty_step, leverage, fee_pct, fee_order, fee_unit, fee_min, spread,
        slip_ticks, slip_pct, size_amount, margin_long, margin_short;
    /* costs */
    int32_t fee_tier_by, volume_rest, margin_call;
    double fee_max, fee_max_pct, fee_window, volume_pct;
    double borrow_rate, cash_rate, loan_rate, margin_maintenance;
    double cost[WK_COST_PARAMS]; /**< of the models, in the order of their table */
    char fee_tiers[WICK_SETTING_TEXT];
    /* phases=candle */
    int32_t trailing_stop, trailing_only_offset_is_reached, use_exit_signal, exit_profit_only,
        ignore_roi_if_entry_signal;
    double stoploss, trailing_stop_positive, trailing_stop_positive_offset, exit_profit_offset,
        tradable_balance_ratio, isolated_maintenance, liquidation_buffer;
    char minimal_roi[WICK_SETTING_TEXT];
};

#endif
