/* SPDX-License-Identifier: MIT */
/**
 * What a saved state holds of each struct of a run: one row a field, in the order of the struct.
 *
 * Added a field to one of these structs? Add its row here, in its place. state_rows.c does not
 * compile before (the struct then has a field the rows do not know), so that no state is saved
 * without it. Kinds:
 *
 *     B1 I8 U8 I16 I32 I64 F64   plain numbers, saved as they are
 *     I32A I64A F64A (n)         arrays inside the struct
 *     SUB(type)                  a struct that has rows of its own
 *     OUT                        not saved: input, or worked out again from the rest (say which)
 *     OUTS OUTG                  the same for structs and arrays, and for arrays of arrays
 *
 * X(kind, type of the struct, field, count or rows of the field)
 */
#ifndef WK_ENGINE_STATE_ROWS_H
#define WK_ENGINE_STATE_ROWS_H

#define WK_ROWS_BRACKET(X, T)                                                                      \
    X(F64, T, stop_price, 1) X(F64, T, stop_points, 1) X(F64, T, stop_pct, 1)                      \
    X(F64, T, target_price, 1) X(F64, T, target_points, 1) X(F64, T, target_pct, 1)                \
    X(F64, T, trail_points, 1) X(F64, T, trail_pct, 1) X(F64, T, trail_start, 1)                   \
    X(F64, T, stop_limit, 1) X(I32, T, hold_bars, 1) X(I8, T, exit_fill, 1)                        \
    X(I8, T, target_fill, 1) X(I8, T, hold_fill, 1)

#define WK_ROWS_PART(X, T)                                                                         \
    X(F64, T, qty, 1) X(F64, T, cash, 1) X(F64, T, raw, 1) X(F64, T, value, 1) X(F64, T, paid, 1)

#define WK_ROWS_ORD(X, T)                                                                          \
    X(I32, T, id, 1) X(I32, T, next, 1) X(I32, T, prev, 1) X(I32, T, symbol, 1) X(I8, T, side, 1)  \
    X(I8, T, type, 1) X(I8, T, intent, 1) X(I8, T, fill, 1) X(I8, T, group_type, 1)                \
    X(I8, T, waiting, 1) X(I8, T, armed, 1) X(I8, T, on_close, 1) X(I8, T, keeps, 1)               \
    X(I8, T, dir, 1) X(I8, T, what, 1) X(I8, T, late, 1) X(I8, T, from_signal, 1)                  \
    X(I8, T, has_bracket, 1) X(I8, T, close_all, 1) X(I8, T, live_seg, 1) X(I32, T, due, 1)        \
    X(I32, T, last, 1) X(I32, T, live_bar, 1) X(I32, T, live_sub, 1) X(I32, T, group, 1)           \
    X(I32, T, parent, 1) X(I32, T, tag, 1) X(I32, T, reason, 1) X(I32, T, placed_bar, 1)           \
    X(I32, T, key, 1) X(I32, T, size_kind, 1) X(I32, T, lot, 1) X(I32, T, ticket, 1)               \
    X(F64, T, live_px, 1) X(F64, T, qty, 1) X(F64, T, limit, 1) X(F64, T, stop, 1)                 \
    X(F64, T, score, 1) X(F64, T, fill_price, 1) X(SUB, T, part, wk_rows_part)                     \
    X(F64, T, amount, 1) X(SUB, T, b, wk_rows_bracket)

#define WK_ROWS_TRADED(X, T) X(I64, T, time, 1) X(F64, T, amount, 1) X(I32, T, tick, 1)
#define WK_ROWS_DRAWN(X, T) X(I32, T, bar, 1) X(I32, T, n, 1) X(F64, T, used, 1)
#define WK_ROWS_SUM(X, T) X(F64, T, s, 1) X(F64, T, c, 1)

/* What the settings make of costs is worked out from them; the lists are blocks of their own. */
#define WK_ROWS_COST(X, T)                                                                         \
    X(OUT, T, on, 0) X(OUT, T, fees, 0) X(OUT, T, slips, 0) X(OUT, T, caps, 0)                     \
    X(OUT, T, n_models, 0) X(OUT, T, n_tiers, 0) X(OUTS, T, model, 0) X(OUTS, T, params, 0)        \
    X(OUTG, T, tier, 0) X(OUTS, T, user, 0) X(OUT, T, drawn, 0) X(OUTS, T, traded, 0)              \
    X(I32, T, oldest, 1) X(I32, T, counted, 1) X(SUB, T, volume, wk_rows_sum) X(F64, T, seen, 1)   \
    X(SUB, T, part, wk_rows_part)

#define WK_ROWS_TRAIL(X, T) X(F64, T, level, 1) X(F64, T, extreme, 1)

#define WK_ROWS_LOT(X, T)                                                                          \
    X(I32, T, symbol, 1) X(I32, T, next, 1) X(I32, T, serial, 1) X(I32, T, order, 1)               \
    X(I32, T, tag, 1) X(I32, T, signal_bar, 1) X(I32, T, bar, 1) X(I32, T, tick, 1)                \
    X(I8, T, side, 1) X(I8, T, seg, 1) X(I8, T, up_first, 1) X(I8, T, live_seg, 1)                 \
    X(I8, T, exit_fill, 1) X(I8, T, target_fill, 1) X(I8, T, hold_fill, 1) X(I8, T, entry_type, 1) \
    X(I8, T, full, 1) X(I32, T, sub, 1) X(I32, T, live_bar, 1) X(I32, T, live_sub, 1)              \
    X(F64, T, live_px, 1) X(I32, T, hold_bar, 1) X(I32, T, stop_key, 1) X(I32, T, target_key, 1)   \
    X(I32, T, hold_tick, 1) X(I32, T, blocked_bar, 1) X(I8, T, going, 1) X(F64, T, qty, 1)         \
    X(F64, T, price, 1) X(F64, T, basis, 1) X(F64, T, fee, 1) X(F64, T, stop, 1)                   \
    X(F64, T, target, 1) X(F64, T, trail_points, 1) X(F64, T, trail_pct, 1)                        \
    X(F64, T, trail_start, 1) X(F64, T, stop_limit, 1) X(SUB, T, trail, wk_rows_trail)             \
    X(SUB, T, trail0, wk_rows_trail) X(SUB, T, exit, wk_rows_part) X(F64, T, carry, 1)             \
    X(F64, T, liquidation, 1) X(I32, T, seen_bar, 1) X(F64, T, seen_lo, 1) X(F64, T, seen_hi, 1)

#define WK_ROWS_TRADE(X, T)                                                                        \
    X(I32, T, symbol, 1) X(I8, T, side, 1) X(I8, T, reason, 1) X(I16, T, pad, 1)                   \
    X(I32, T, entry_order, 1) X(I32, T, exit_order, 1) X(I32, T, entry_tag, 1)                     \
    X(I32, T, exit_tag, 1) X(I32, T, entry_bar, 1) X(I32, T, exit_bar, 1) X(I32, T, entry_tick, 1) \
    X(I32, T, exit_tick, 1) X(I32, T, bars, 1) X(I64, T, signal_time, 1) X(I64, T, entry_time, 1)  \
    X(I64, T, exit_time, 1) X(F64, T, qty, 1) X(F64, T, entry_price, 1) X(F64, T, exit_price, 1)   \
    X(F64, T, pnl, 1) X(F64, T, return_pct, 1) X(F64, T, fees, 1) X(F64, T, mae, 1)                \
    X(F64, T, mfe, 1) X(F64, T, carry, 1) X(F64, T, liquidation, 1)                                    \
    X(F64, T, entry_fees, 1)

#define WK_ROWS_REC(X, T)                                                                          \
    X(I32, T, id, 1) X(I32, T, symbol, 1) X(I8, T, side, 1) X(I8, T, type, 1) X(I8, T, intent, 1)  \
    X(I8, T, fate, 1) X(I32, T, tag, 1) X(I32, T, reason, 1) X(I64, T, placed, 1)                  \
    X(I64, T, filled, 1) X(F64, T, qty, 1) X(F64, T, filled_qty, 1) X(F64, T, limit, 1)            \
    X(F64, T, stop, 1) X(F64, T, price, 1) X(F64, T, fees, 1) X(F64, T, score, 1)

#define WK_ROWS_PILE(X, T)                                                                         \
    X(F64, T, qty, 1) X(F64, T, entry_cash, 1) X(F64, T, exit_cash, 1) X(F64, T, fees, 1)          \
    X(F64, T, pnl, 1) X(F64, T, mae, 1) X(F64, T, mfe, 1) X(F64, T, carry, 1)                      \
    X(SUB, T, first, wk_rows_trade) X(I32, T, count, 1)

/* Bounds (lo, hi, due), what is watched and the masks' places follow from lots, orders and bars. */
#define WK_ROWS_SYM(X, T)                                                                          \
    X(F64, T, pos, 1) X(F64, T, cost, 1) X(F64, T, a, 1) X(F64, T, b, 1) X(OUT, T, lo, 0)          \
    X(OUT, T, hi, 0) X(OUT, T, due, 0) X(I32, T, lot, 1) X(I32, T, lot_end, 1) X(I32, T, lots, 1)  \
    X(I32, T, ord, 1) X(I32, T, ord_end, 1) X(I32, T, ords, 1) X(I32, T, sig_from, 1)              \
    X(OUTS, T, wake_at, 0) X(I32, T, amb_bar, 1) X(I32A, T, dated_at, WICK_DATED)                  \
    X(OUT, T, watched, 0) X(OUT, T, stale, 0) X(I8, T, sig_state, 1) X(I8, T, up_first, 1)         \
    X(OUT, T, walks, 0) X(OUT, T, must, 0) X(OUT, T, begun, 0) X(OUT, T, had, 0)                   \
    X(OUT, T, wants, 0) X(OUT, T, seg, 0) X(OUT, T, sub, 0) X(OUT, T, px, 0) X(OUTS, T, pts, 0)

#define WK_ROWS_PORD(X, T)                                                                         \
    X(I32, T, id, 1) X(I32, T, tag, 1) X(I32, T, signal, 1) X(I32, T, oca, 1) X(I32, T, name, 1)   \
    X(I32, T, placed_bar, 1) X(I32, T, due, 1) X(I8, T, kind, 1) X(I8, T, side, 1)                 \
    X(I8, T, type, 1) X(I8, T, oca_type, 1) X(I8, T, armed, 1) X(I8, T, from_flat, 1)              \
    X(I8, T, asked_qty, 1) X(I8, T, plain, 1) X(I8, T, held, 1) X(I8, T, size_kind, 1)             \
    X(I8, T, at_close, 1) X(F64, T, qty, 1) X(F64, T, rev, 1) X(F64, T, money, 1)                  \
    X(F64, T, limit, 1) X(F64, T, stop, 1)

#define WK_ROWS_EXIT_ASK(X, T)                                                                     \
    X(F64, T, qty, 1) X(F64, T, limit, 1) X(F64, T, stop, 1) X(F64, T, profit, 1)                  \
    X(F64, T, loss, 1) X(F64, T, trail_price, 1) X(F64, T, trail_points, 1)                        \
    X(F64, T, trail_offset, 1) X(I32, T, comment, 1) X(I32, T, comment_profit, 1)                  \
    X(I32, T, comment_loss, 1) X(I32, T, comment_trailing, 1) X(I32, T, oca, 1)                    \
    X(I32, T, qty_kind, 1)

#define WK_ROWS_LEG(X, T)                                                                          \
    X(I32, T, id, 1) X(I32, T, tag, 1) X(I32, T, bind, 1) X(I32, T, entry, 1) X(I32, T, issued, 1) \
    X(I32, T, live_bar, 1) X(I8, T, state, 1) X(I8, T, side, 1) X(I8, T, armed, 1)                 \
    X(I8, T, fresh, 1) X(I8, T, carried, 1) X(I8, T, standing, 1) X(I8, T, dormant, 1)             \
    X(I8, T, skip, 1) X(F64, T, qty, 1) X(F64, T, limit, 1) X(F64, T, stop, 1) X(F64, T, act, 1)   \
    X(F64, T, offset, 1) X(F64, T, trail, 1) X(F64, T, peak, 1) X(SUB, T, ask, wk_rows_exit_ask)

#define WK_ROWS_BIND(X, T)                                                                         \
    X(I32, T, serial, 1) X(I32, T, tag, 1) X(F64, T, orig, 1) X(F64, T, bound, 1)                  \
    X(F64, T, price, 1)

#define WK_ROWS_PINFO(X, T) X(I32, T, tag, 1) X(I32, T, comment, 1)

#define WK_ROWS_PRISK(X, T)                                                                        \
    X(I32, T, allow, 1) X(F64, T, max_size, 1) X(I32, T, max_orders, 1) X(F64, T, drawdown, 1)     \
    X(F64, T, day_loss, 1) X(I8, T, drawdown_pct, 1) X(I8, T, day_loss_pct, 1)                     \
    X(I32, T, max_loss_days, 1) X(B1, T, any, 1)

/* The lists are blocks of their own; the magnifier's bars are input. */
#define WK_ROWS_PINE(X, T)                                                                         \
    X(OUTS, T, ords, 0) X(OUTS, T, legs, 0) X(OUTS, T, binds, 0) X(OUTS, T, trades, 0)             \
    X(I32, T, n_ords, 1) X(I32, T, n_legs, 1) X(I32, T, serial, 1) X(I32, T, filled, 1)            \
    X(B1, T, at_close, 1) X(B1, T, call_at_close, 1) X(SUB, T, risk, wk_rows_prisk)                \
    X(B1, T, halted, 1) X(I64, T, day, 1) X(I32, T, day_orders, 1) X(B1, T, day_full, 1)           \
    X(F64, T, day_equity, 1) X(F64, T, last_day_equity, 1) X(I32, T, loss_days, 1)                 \
    X(I32, T, settled, 1) X(I32, T, checked, 1) X(F64, T, gross_profit, 1)                         \
    X(F64, T, gross_loss, 1) X(F64, T, open_fees, 1) X(F64, T, commission, 1) X(I32, T, wins, 1)   \
    X(I32, T, losses, 1) X(I32, T, evens, 1) X(F64, T, pct_wins, 1) X(F64, T, pct_losses, 1)       \
    X(F64, T, peak_equity, 1) X(F64, T, top, 1) X(F64, T, bottom, 1) X(F64, T, max_drawdown, 1)    \
    X(F64, T, max_runup, 1) X(F64, T, max_drawdown_pct, 1) X(F64, T, max_runup_pct, 1)             \
    X(I32, T, ranged, 1) X(F64, T, max_held, 1) X(F64, T, max_long, 1) X(F64, T, max_short, 1)     \
    X(OUT, T, sub, 0) X(OUT, T, spans, 0)

#define WK_ROWS_AMB(X, T)                                                                          \
    X(I64, T, bars, 1) X(F64, T, pnl_worst, 1) X(F64, T, pnl_best, 1) X(B1, T, bounded, 1)         \
    X(OUT, T, finer, 0) X(OUT, T, coarse, 0) X(OUT, T, misfit, 0)

#define WK_ROWS_CURSOR(X, T)                                                                       \
    X(I32, T, step, 1) X(I32, T, symbol, 1) X(I32, T, trigger, 1) X(I32, T, order, 1)              \
    X(I64, T, tick, 1) X(I64, T, bar, 1) X(I64, T, time, 1) X(F64, T, cash, 1)                     \
    X(F64, T, equity, 1) X(F64, T, position, 1) X(F64, T, avg_price, 1) X(OUT, T, bar_of, 0)       \
    X(OUT, T, active, 0) X(OUT, T, free, 0) X(OUT, T, ahead, 0)

/* Left out: options and input (compared, not saved), what start() and wk_horizon_open work out,
 * arrays (blocks of their own: state.c), scratch of a tick, measurements of time. */
#define WK_ROWS_RUN(X, T)                                                                          \
    X(SUB, T, cur, wk_rows_cursor) X(OUTS, T, set, 0) X(OUT, T, phase, 0) X(OUT, T, status, 0)     \
    X(OUT, T, panel, 0) X(OUT, T, arena, 0) X(OUT, T, own_arena, 0) X(OUT, T, finished, 0)         \
    X(OUT, T, ask_bar, 0) X(OUT, T, ask_before, 0) X(OUT, T, ask_after, 0) X(OUT, T, ask_fill, 0)  \
    X(OUT, T, lean, 0) X(OUT, T, ask_any, 0) X(OUT, T, solo, 0) X(OUT, T, quick, 0)                \
    X(B1, T, dead, 1) X(B1, T, risky, 1) X(B1, T, on_close_pending, 1) X(OUT, T, lane, 0)          \
    X(OUT, T, direct, 0) X(OUT, T, ahead, 0) X(OUT, T, walks, 0) X(OUT, T, reach, 0)               \
    X(OUT, T, dense_to, 0) X(OUT, T, dense_look, 0) X(OUT, T, dense_far, 0) X(OUT, T, thorough, 0) X(OUT, T, has_fees, 0)  \
    X(B1, T, has_children, 1) X(OUT, T, feed, 0) X(OUT, T, sym, 0) X(OUT, T, n_sym, 0)             \
    X(OUT, T, ticks, 0) X(OUT, T, all_ticks, 0) X(OUT, T, waits, 0) X(B1, T, open_end, 1)          \
    X(OUT, T, bar_of, 0) X(OUT, T, next_tick, 0) X(OUT, T, event, 0) X(OUT, T, mask_at, 0)         \
    X(OUT, T, active, 0) X(OUT, T, clock, 0) X(I32, T, tick, 1) X(OUT, T, first_tick, 0) X(OUT, T, gate_tick, 0)           \
    X(OUT, T, rows, 0) X(OUT, T, warmup, 0) X(OUT, T, cash0, 0) X(F64, T, cash, 1)                 \
    X(F64, T, fees, 1) X(F64, T, realized, 1) X(F64, T, equity, 1) X(F64, T, forgiven, 1)          \
    X(F64, T, turnover, 1) X(I32, T, n_long, 1) X(I32, T, n_short, 1) X(I32, T, lot_serial, 1)     \
    X(I32, T, last_id, 1) X(I32, T, queued, 1) X(OUTS, T, ords, 0) X(OUTS, T, lots, 0)             \
    X(OUTS, T, trades, 0) X(OUTS, T, recs, 0) X(OUTS, T, slot_of, 0) X(OUTS, T, tags, 0)           \
    X(OUTS, T, fills, 0) X(OUT, T, tag_slots, 0) X(OUT, T, tag_cap, 0) X(I32, T, free_ord, 1)      \
    X(I32, T, free_lot, 1) X(I32, T, live_ords, 1) X(OUT, T, piles, 0) X(OUT, T, watch, 0)         \
    X(OUT, T, hot, 0) X(OUT, T, n_watch, 0) X(OUT, T, n_hot, 0) X(OUTS, T, items, 0)               \
    X(OUTS, T, scratch, 0) X(OUT, T, evs, 0) X(SUB, T, cost, wk_rows_cost) X(OUT, T, pine, 0)      \
    X(OUT, T, refill, 0) X(OUT, T, paused, 0)                                                     \
    X(OUTS, T, pinfo, 0) X(OUTS, T, hits, 0) X(OUTS, T, close_names, 0) X(OUT, T, metered, 0)      \
    X(OUTS, T, meter, 0) X(I64, T, deals, 1) X(B1, T, pine_close, 1) X(OUTR, T, roi, 0)            \
    X(OUT, T, col_equity, 0) X(OUT, T, col_cash, 0) X(OUT, T, col_fees, 0) X(OUT, T, col_long, 0)  \
    X(OUT, T, col_short, 0) X(I64A, T, fates, WICK_FATES) X(SUB, T, amb, wk_rows_amb)              \
    X(OUT, T, at_sym, 0) X(OUT, T, at_trigger, 0) X(I32, T, fill_seen, 1) X(OUT, T, at_size, 0)    \
    X(OUT, T, answer, 0) X(OUT, T, at_part, 0) X(OUT, T, answered, 0) X(OUT, T, member, 0)         \
    X(OUT, T, share, 0) X(OUT, T, account, 0) X(OUT, T, pool, 0) X(OUT, T, rebalances, 0)          \
    X(OUT, T, due, 0) X(OUT, T, drift, 0) X(OUT, T, due_again, 0) X(B1, T, waiting, 1)             \
    X(B1, T, targeted, 1) X(OUT, T, target, 0) X(OUT, T, target_ord, 0) X(OUT, T, listed, 0)       \
    X(F64A, T, flow, WICK_FLOWS) X(OUT, T, begins, 0) X(OUT, T, every_tick, 0) X(OUT, T, calls, 0) \
    X(OUT, T, walking, 0) X(OUTS, T, col_flow, 0) X(OUTS, T, refusal, 0)

#endif
