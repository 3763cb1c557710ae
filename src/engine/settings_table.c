/* SPDX-License-Identifier: MIT */
/* The registry of engine settings: one row gives a switch its key, values, default and text. The
 * command line, configs, printed conventions and docs all read this table. Rules and the values of
 * each peer: portfolio_engine.md G4 and G6. */
#include "engine/settings_row.h"

#define FIELD(f) offsetof(wick_settings, f)
#define CHOICE(k, values, def, text)                                                               \
    {                                                                                              \
        {#k, values, def, text}, FIELD(k), WK_KIND_ENUM, 0, 0                                      \
    }
#define INTEGER(k, values, def, lo, hi, text)                                                      \
    {                                                                                              \
        {#k, values, def, text}, FIELD(k), WK_KIND_INT, lo, hi                                     \
    }
/* A cap: zero is spelt "none". */
#define COUNT(k, text)                                                                             \
    {                                                                                              \
        {#k, "none|integer >= 1", "none", text}, FIELD(k), WK_KIND_COUNT, 0, 1e9                   \
    }
#define NUMBER(k, values, def, lo, hi, text)                                                       \
    {                                                                                              \
        {#k, values, def, text}, FIELD(k), WK_KIND_NUMBER, lo, hi                                  \
    }

#define FILLS "open|middle|average|close|high|low|vwap"
#define MONEY 1e15

const wk_setting wk_setting_rows[] = {
    CHOICE(fill, FILLS, "open",
           "price of the bar at which a market order fills; middle is low + (high - low) / 2, "
           "average (o + h + l + c) / 4, vwap (h + l + c) / 3"),
    INTEGER(delay, "integer >= 0", "1", 0, 1000000,
            "own bars of the symbol between the decision and the bar that may fill it; 0 fills at "
            "the deciding close and needs fill=close"),
    INTEGER(buy_delay, "integer >= 0", "0", 0, 1000000, "as delay, for buys; 0: delay"),
    INTEGER(sell_delay, "integer >= 0", "0", 0, 1000000, "as delay, for sells; 0: delay"),
    CHOICE(phases, "path|batch|queue|rows|candle", "path",
           "path: open, intrabar path, close in the order of time. batch: first every stop against "
           "the whole bar, then all due orders together: covers, sells, buys. queue: one list of "
           "orders and brackets in order of submission, stop losses and closes in front, gone "
           "through once a bar. rows: one order per symbol and bar, a stop before any signal. candle: "
           "symbol by symbol an entry at the open, then exits in the order signal, stop, roi, "
           "trailing stop against the whole bar"),
    CHOICE(intrabar, "ohlc|worst|best|close|lower_tf", "ohlc",
           "order of a bar's extremes. ohlc: the extreme nearer to the open first, ties low first; "
           "worst: the adverse one of the position first; best: the favourable one; close: only "
           "closes are tested; lower_tf: finer bars of the symbol (--finer) one after the other, "
           "each as ohlc, where they are there and add up to the bar"),
    CHOICE(gap_fill, "open|level", "open",
           "a stop whose level lies beyond the open fills at the open, or at its level (at the "
           "bar's extreme when the whole bar lies beyond)"),
    CHOICE(stop_from, "fill|next_bar|market_only", "fill",
           "when the bracket of an entry begins to act: at its fill, on the next own bar, or at "
           "the fill of market entries and on the next bar of priced ones"),
    CHOICE(trail_update, "path|after_test|close", "path",
           "trailing stops follow the path, or this bar's extreme after the bar was tested with "
           "the old level, or this bar's close"),
    CHOICE(limit_rule, "resting|filter|filter_timeout", "resting",
           "resting: fills on touch at the limit or better. filter: one attempt, filled at the "
           "fill price if that is no worse than the limit. filter_timeout: the same on each bar "
           "until it expires"),
    NUMBER(through_ticks, "number >= 0", "0", 0, 1e9,
           "ticks the price must go beyond a limit before it counts as filled"),
    CHOICE(shortage, "clamp|clamp_no_fees|cancel|reject|allow", "clamp",
           "an opening that cash cannot pay: smaller so that it and its fees fit; smaller without "
           "regard to fees; only the closing part is done; nothing is done; cash goes negative"),
    CHOICE(fractional, "symbol|on|off", "symbol",
           "quantities are multiples of the symbol's quantity step, any number, or whole"),
    NUMBER(qty_step, "number >= 0", "0", 0, 1e12,
           "quantity step of every symbol; 0: as fractional says"),
    INTEGER(qty_decimals, "integer -1..15", "-1", -1, 15,
            "decimals kept of a fractional quantity that cash has reduced; -1: all"),
    CHOICE(lots, "fifo|lifo|average|hedge", "fifo",
           "which lots a closing order takes: oldest, newest, or one lot at the average price. "
           "hedge: a symbol may be held long and short at once; entries open tickets, and only "
           "orders that reduce close, the ticket they name or the oldest of the other side"),
    CHOICE(trade_unit, "lot|exit|position", "lot",
           "one trade per closed lot or part of one, per closing order, or from flat to flat"),
    CHOICE(trade_pnl, "gross|net", "gross", "trade pnl before or after fees"),
    CHOICE(short_proceeds, "locked|free|none", "locked",
           "opening a short locks its notional divided by leverage, pays the proceeds into cash, "
           "or moves no cash"),
    NUMBER(leverage, "number > 0", "1", 1e-6, 1e6,
           "a position locks its notional divided by this: the initial margin is 100 / leverage "
           "percent"),
    CHOICE(position_mode, "both|long|short", "both",
           "directions that may be opened; orders in the other one only close"),
    COUNT(max_long, "symbols held long at the same time"),
    COUNT(max_short, "symbols held short at the same time"),
    COUNT(slots, "symbols held at the same time"),
    {{"max_entries", "none|integer >= 1", "1", "entries of one direction held in a symbol"},
     FIELD(max_entries),
     WK_KIND_COUNT,
     0,
     1e9},
    CHOICE(max_entries_for, "all|signals", "all",
           "max_entries counts for every entry order or for signal columns only"),
    CHOICE(rank, "score|capped|capped_no_cover", "score",
           "entries that compete are served by descending score, then in order of submission: "
           "always; only under max_long, max_short or slots; that, unless a cover is due as well"),
    CHOICE(close_at_end, "off|close|after_capture|run_end", "off",
           "on a symbol's last bar positions stay open, are closed before the equity row is "
           "written, or after it; run_end (phases=candle): when the run ends, at the prices of that "
           "bar"),
    CHOICE(end_fill, FILLS, "close", "price of the last-bar liquidation"),
    CHOICE(hold_fill, FILLS, "close", "price of time exits"),
    CHOICE(hold_clock, "own|portfolio", "own",
           "hold_bars counts the symbol's own bars or the ticks of the portfolio clock"),
    CHOICE(price_rounding, "tick|off|cents|cents_exact", "tick",
           "fill prices are rounded to the symbol's tick (half away from zero, limits never to the "
           "worse side), not at all, or market fills to cents: int(100 p + 0.5) / 100 as PyBroker "
           "does, or the cent nearest to the exact binary value as printf does"),
    CHOICE(stop_rounding, "off|cents", "off",
           "cents: the bar's prices are rounded to cents before stops are tested against and "
           "filled at them (phases=batch)"),
    CHOICE(report_rounding, "off|cents", "off",
           "money columns are rounded to two decimals before metrics are computed"),
    CHOICE(bars_in_trade, "exclusive|inclusive", "exclusive",
           "bars of a trade on the portfolio clock: exit minus entry, or one more"),
    CHOICE(excursions, "path|capture", "path",
           "mae and mfe: extremes on the path between entry and exit, or those of all bars held "
           "at a close and the exit price"),
    CHOICE(last_mark, "hold|nan", "hold",
           "a held symbol without a bar keeps its last close, or makes that equity row NA"),
    CHOICE(bankruptcy, "stop|continue|zero", "stop",
           "equity at or below zero: everything is closed and the account stays flat, or the run "
           "goes on, or as stop and the account is zero from there, whatever it owes"),
    NUMBER(fee_pct, "number >= 0", "0", 0, 100, "fee in percent of the notional of each fill"),
    NUMBER(fee_order, "number >= 0", "0", 0, MONEY, "fee in cash of each filled order"),
    NUMBER(fee_unit, "number >= 0", "0", 0, MONEY, "fee in cash of each unit filled"),
    NUMBER(fee_min, "number >= 0", "0", 0, MONEY, "least fee of a filled order, in cash"),
    NUMBER(spread, "number >= 0", "0", 0, 100,
           "bid-ask spread in percent of the price; half of it worsens market and stop fills"),
    NUMBER(slip_ticks, "number >= 0", "0", 0, 1e9, "slippage of market and stop fills in ticks"),
    NUMBER(slip_pct, "number >= 0", "0", 0, 100,
           "slippage of market and stop fills in percent of the price"),
    CHOICE(slip_outside, "off|on", "off", "slippage may leave the bar's range"),
    CHOICE(size, "units|cash|pct_equity|pct_cash|risk_pct|slots", "pct_equity",
           "what size_amount means for orders without a size; slots (phases=candle): nothing, each "
           "of the slots has an equal share of what may be traded"),
    CHOICE(close_entries_rule, "fifo|any", "fifo",
           "Pine orders: a close or exit takes the oldest lots, or those of the entry it names"),
    CHOICE(magnifier, "off|on", "off",
           "Pine orders: fills walk finer bars of the symbol where they are given (--finer)"),
    NUMBER(margin_long, "number >= 0", "0", 0, 1e6,
           "Pine orders: percent of a long position's value its equity must cover, at placement, "
           "at the fill and afterwards (margin calls); 0: never checked"),
    NUMBER(margin_short, "number >= 0", "0", 0, 1e6, "as margin_long, for shorts"),
    NUMBER(size_amount, "number >= 0", "100", 0, MONEY, "amount of the default size"),
    NUMBER(fee_max, "number >= 0", "0", 0, MONEY,
           "most fee of a filled order, in cash; 0: no limit"),
    NUMBER(
        fee_max_pct, "number >= 0", "0", 0, 100,
        "most fee of a filled order, in percent of its notional; wins over fee_min; 0: no limit"),
    {{"fee_tiers", "none|VOLUME:MAKER/TAKER,...", "none",
      "fee schedule by what the account traded in fee_window days: from VOLUME on, limit fills "
      "cost "
      "MAKER and others TAKER more (VOLUME:RATE: both); percent of the notional, or cash a unit "
      "with fee_tier_by=units"},
     FIELD(fee_tiers),
     WK_KIND_TIERS,
     0,
     0},
    CHOICE(fee_tier_by, "notional|units", "notional",
           "what VOLUME of fee_tiers counts: cash value of fills, or units"),
    NUMBER(fee_window, "number > 0", "30", 1e-6, 1e6,
           "days before a fill's bar that fee_tiers counts; fills of that bar itself never count"),
    NUMBER(volume_pct, "number >= 0", "0", 0, 1e6,
           "most of a bar's volume the account fills in a symbol, in percent; 0: no cap. Last-bar "
           "liquidation, margin calls and bankruptcy do not wait for it"),
    CHOICE(volume_rest, "keep|cancel", "keep",
           "what volume_pct leaves of an order works on (a stop that was met as a market order) or "
           "is cancelled"),
    CHOICE(size_at, "decision|fill", "decision",
           "phases=queue and rows: cash and percent sizes become units at the deciding close, or "
           "at the fill, from its price, its costs and what is free then"),
    CHOICE(small_units, "units|share", "units",
           "a size of less than one unit is that many units, or that share of what is free "
           "(pct_cash)"),
    CHOICE(buying_power, "cash|marked", "cash",
           "phases=queue: what is free at a fill is the free cash, or equity less the value of "
           "what is held divided by leverage, both at this bar's close"),
    CHOICE(spread_on, "both|entry", "both",
           "half of the spread worsens each market and stop fill, or (phases=queue) all of it "
           "whatever an order opens, limits too, and no exit"),
    CHOICE(fee_per, "order|lot", "order",
           "a filled order pays one fee, or one for each lot it closes and opens"),
    CHOICE(exclusive, "off|on", "off",
           "on: a new order first withdraws the symbol's pending entries and closes what is held"),
    CHOICE(entry_against, "turn|net", "turn",
           "an entry order against a position: closes all of it and opens its own quantity, or "
           "(phases=queue and rows) is signed arithmetic"),
    CHOICE(trade_return, "price|cost", "price",
           "return of a trade: exit / entry - 1 (short: entry / exit - 1), or its pnl in percent "
           "of the entry's notional"),
    CHOICE(accumulate, "off|both|add|remove", "off",
           "phases=rows: signals while a position is held: entries do not add and exits close it, "
           "or entries add, exits and entries against it take their size off, or one of the two"),
    CHOICE(upon_long_conflict, "ignore|entry|exit|adjacent|opposite", "ignore",
           "phases=rows: a long entry and a long exit on one bar: neither, one of them, or where a "
           "position is held the one that keeps (adjacent) or leaves it"),
    CHOICE(upon_short_conflict, "ignore|entry|exit|adjacent|opposite", "ignore",
           "phases=rows: the same for a short entry and a short exit"),
    CHOICE(upon_dir_conflict, "ignore|long|short|adjacent|opposite", "ignore",
           "phases=rows: a long and a short entry on one bar: neither, one of them, or where a "
           "position is held the one of its side (adjacent) or of the other"),
    CHOICE(upon_opposite_entry, "ignore|close|close_reduce|reverse|reverse_reduce",
           "reverse_reduce",
           "phases=rows: an entry against the position does nothing, closes it, or closes it and "
           "opens its own size; the modes ending in reduce take the size off instead where "
           "accumulate says so"),
    CHOICE(upon_stop_exit, "close|close_reduce|reverse|reverse_reduce", "close",
           "phases=rows: what a stop that is met does, in the words of upon_opposite_entry"),
    CHOICE(upon_stop_update, "keep|override|override_nan", "override",
           "phases=rows: an order that adds to a position leaves its stops, sets those it brings, "
           "or sets all, so that one it does not bring is gone"),
    CHOICE(stop_exit_price, "stop_limit|stop_market|price|close", "stop_limit",
           "phases=rows: a stop fills at its level without or with slippage, or with it at the "
           "price of the row's orders, or at the close"),
    CHOICE(stop_entry_price, "fill|price|close", "close",
           "phases=rows: stops in percent and points count from the fill, from its price before "
           "slippage, or from the close of its bar"),
    CHOICE(call_seq, "default|reversed|auto", "default",
           "phases=rows: orders of one tick run in the order of their symbols, the other way "
           "round, or by worth, largest sale first"),
    CHOICE(lock_cash, "off|on", "off",
           "phases=rows: what short sales brought in may be spent, or not"),
    NUMBER(max_size, "number >= 0", "0", 0, MONEY,
           "phases=rows: most units of an order; 0: no limit"),
    NUMBER(min_size, "number >= 0", "1e-08", 0, MONEY, "phases=rows: least units of an order"),
    NUMBER(borrow_rate, "number >= 0", "0", 0, 1e6,
           "percent a year that shorts pay on their value at the last mark, by the days between two "
           "ticks (of 365); a symbol's own rates (--borrow) take its place from their first date on"),
    NUMBER(cash_rate, "number, percent", "0", -1e6, 1e6,
           "interest in percent a year on free cash and locked collateral, while they are above zero "
           "after what leverage lends"),
    NUMBER(loan_rate, "number >= 0", "0", 0, 1e6,
           "interest in percent a year that is paid while free cash and collateral less what "
           "leverage lends are below zero"),
    NUMBER(margin_maintenance, "number >= 0", "0", 0, 1e6,
           "percent of the value of all positions that equity must cover (the initial margin is 100 "
           "/ leverage percent); looked at by margin_call"),
    CHOICE(margin_call, "off|whole|least|tv", "off",
           "when equity falls below margin_maintenance: nothing; every position is closed where that "
           "happens on the path; at the open, the extremes and the close just enough is closed, the "
           "largest position first; there four times what is missing is closed, as TradingView does"),
    CHOICE(absent_fill, "wait|last", "wait",
           "a market order whose symbol has no bar at the next tick waits for its next bar, or "
           "fills there and then at the symbol's last close (it carries that bar's stamp)"),
    CHOICE(fee_rounding, "off|whole", "off",
           "fee_pct is of the notional, or of the notional in whole money, halves to even"),
    NUMBER(stoploss, "number <= 0", "0", -1e6, 0,
           "phases=candle: the stop of an entry, as a ratio of profit (-0.1: ten percent, of the "
           "price when leverage is 1); 0: none"),
    CHOICE(trailing_stop, "off|on", "off",
           "phases=candle: the stop follows the bar's best price at the distance of stoploss, before "
           "the bar is tested with it"),
    NUMBER(trailing_stop_positive, "number >= 0", "0", 0, 1e6,
           "phases=candle: distance of the trailing stop, as a ratio of profit, once the profit is "
           "above trailing_stop_positive_offset; 0: that of stoploss"),
    NUMBER(trailing_stop_positive_offset, "number >= 0", "0", 0, 1e6,
           "phases=candle: profit, as a ratio, above which trailing_stop_positive is the distance"),
    CHOICE(trailing_only_offset_is_reached, "off|on", "off",
           "phases=candle: the stop does not trail before trailing_stop_positive_offset"),
    {{"minimal_roi", "none|MINUTES:RATIO,...", "none",
      "phases=candle: profit at which a position is closed, by the minutes it has been held"},
     FIELD(minimal_roi),
     WK_KIND_TIERS,
     0,
     0},
    CHOICE(use_exit_signal, "off|on", "on", "phases=candle: exit signals close positions"),
    CHOICE(exit_profit_only, "off|on", "off",
           "phases=candle: exit signals act only while the profit at the open is above "
           "exit_profit_offset"),
    NUMBER(exit_profit_offset, "number", "0", -1e6, 1e6,
           "phases=candle: a ratio of profit, see exit_profit_only"),
    CHOICE(ignore_roi_if_entry_signal, "off|on", "off",
           "phases=candle: minimal_roi does not act on a bar with an entry signal of the "
           "position's side"),
    NUMBER(tradable_balance_ratio, "number 0..1", "1", 0, 1,
           "phases=candle: share of the balance that may be tied up in positions"),
    NUMBER(isolated_maintenance, "number >= 0", "0", 0, 1,
           "phases=candle: maintenance margin as a ratio of a position, which is liquidated by "
           "itself at the price at which its margin is used up to it; 0: never"),
    NUMBER(liquidation_buffer, "number 0..0.99", "0.05", 0, 0.99,
           "phases=candle: share of the way to the liquidation price at which a position is given "
           "up before it"),
    CHOICE(calc_on_order_fills, "off|on", "off",
           "Pine orders: the script is run again after fills inside a bar, at the open and the two "
           "extremes, and its market orders fill there; it sees the whole bar's high, low and close "
           "then, as on TradingView. Nothing with delay=0 (process_orders_on_close)"),
};
const int32_t wk_setting_count = (int32_t)(sizeof wk_setting_rows / sizeof wk_setting_rows[0]);
