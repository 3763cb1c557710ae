/* SPDX-License-Identifier: MIT */
/* phases=rows: from four masks to one order (portfolio_engine.md C). First entry against exit of
 * one direction, then long entry against short entry, then an entry against what is held. */
#include "engine/rows.h"

/* An entry and an exit of one direction on one bar; `held`: that direction is held. */
static void settle(int32_t mode, bool flat, bool *entry, bool *exit)
{
    if (!*entry || !*exit) return;
    bool in = mode == WK_CONFLICT_ENTRY, out = mode == WK_CONFLICT_EXIT;
    if (!flat) {
        in = in || mode == WK_CONFLICT_ADJACENT;
        out = out || mode == WK_CONFLICT_OPPOSITE;
    }
    *entry = in;
    *exit = out;
}

static void settle_sides(int32_t mode, double pos, bool *up, bool *down)
{
    if (!*up || !*down) return;
    bool keep_up = mode == WK_DIR_LONG, keep_down = mode == WK_DIR_SHORT;
    if (mode == WK_DIR_ADJACENT || mode == WK_DIR_OPPOSITE) {
        const bool adjacent = mode == WK_DIR_ADJACENT;
        keep_up = adjacent ? pos > 0.0 : pos < 0.0;
        keep_down = adjacent ? pos < 0.0 : pos > 0.0;
    }
    *up = keep_up;
    *down = keep_down;
}

/* An entry against the position: nothing, an exit, or an order that turns it; only the modes that
 * do not end in "reduce" overrule accumulate. */
static void settle_against(int32_t mode, bool *entry, bool *exit, int32_t *accumulate)
{
    if (!*entry) return;
    if (mode == WK_UPON_IGNORE || mode == WK_UPON_CLOSE || mode == WK_UPON_CLOSE_REDUCE)
        *entry = false;
    if (mode == WK_UPON_CLOSE || mode == WK_UPON_CLOSE_REDUCE) *exit = true;
    if (mode == WK_UPON_CLOSE || mode == WK_UPON_REVERSE) *accumulate = WK_ACCUMULATE_OFF;
}

void wk_row_resolve(const wick_settings *k, double pos, wk_row_signal *g)
{
    if (!g->long_entry && !g->short_entry) return;
    settle(k->upon_long_conflict, pos == 0.0, &g->long_entry, &g->long_exit);
    settle(k->upon_short_conflict, pos == 0.0, &g->short_entry, &g->short_exit);
    settle_sides(k->upon_dir_conflict, pos, &g->long_entry, &g->short_entry);
    if (pos > 0.0)
        settle_against(k->upon_opposite_entry, &g->short_entry, &g->long_exit, &g->accumulate);
    if (pos < 0.0)
        settle_against(k->upon_opposite_entry, &g->long_entry, &g->short_exit, &g->accumulate);
}

wk_row_want wk_row_wanted(double pos, const wk_row_signal *g)
{
    const bool takes = g->accumulate == WK_ACCUMULATE_BOTH || g->accumulate == WK_ACCUMULATE_REMOVE;
    const bool adds = g->accumulate == WK_ACCUMULATE_BOTH || g->accumulate == WK_ACCUMULATE_ADD;
    if (pos == 0.0) {
        const int8_t side = (int8_t)(g->long_entry ? 1 : g->short_entry ? -1 : 0);
        return (wk_row_want){side, WK_DIR_BOTH, WK_ROW_SIZE};
    }
    const int8_t held = (int8_t)(pos > 0.0 ? 1 : -1);
    const int8_t own = (int8_t)(pos > 0.0 ? WK_DIR_LONG_ONLY : WK_DIR_SHORT_ONLY);
    const bool against = pos > 0.0 ? g->short_entry : g->long_entry;
    const bool exit = pos > 0.0 ? g->long_exit : g->short_exit;
    const bool with = pos > 0.0 ? g->long_entry : g->short_entry;
    if (against)
        return (wk_row_want){(int8_t)-held, WK_DIR_BOTH,
                             (int8_t)(takes ? WK_ROW_SIZE : WK_ROW_TURN)};
    if (exit)
        return (wk_row_want){(int8_t)-held, own, (int8_t)(takes ? WK_ROW_SIZE : WK_ROW_CLOSE)};
    return (wk_row_want){(int8_t)(with && adds ? held : 0), own, WK_ROW_SIZE};
}

wk_row_signal wk_row_stopped(const wick_settings *k, double pos)
{
    wk_row_signal g = {.accumulate = k->accumulate};
    const int32_t mode = k->upon_stop_exit;
    const bool turns = mode == WK_STOP_EXIT_REVERSE || mode == WK_STOP_EXIT_REVERSE_REDUCE;
    if (mode == WK_STOP_EXIT_CLOSE || mode == WK_STOP_EXIT_REVERSE)
        g.accumulate = WK_ACCUMULATE_OFF;
    if (pos > 0.0) {
        g.short_entry = turns;
        g.long_exit = !turns;
    } else {
        g.long_entry = turns;
        g.short_exit = !turns;
    }
    return g;
}
