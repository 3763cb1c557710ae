/* SPDX-License-Identifier: MIT */
/* Stops. A run that is to stop sees only the bars up to there: nothing in the hot path knows of
 * stops, and a run that stops cannot differ from one whose data end there. What was worked out from
 * the number of bars is worked out again when the run goes on. */
#include "engine/engine_int.h"
#include "wick/state.h"

/* Bars of s whose tick is before `ticks`. */
static int32_t bars_before(const wk_feed *f, int32_t ticks)
{
    if (f->tick_of == NULL) return ticks < f->all ? ticks : f->all;
    int32_t lo = 0, hi = f->all;
    while (lo < hi) {
        const int32_t mid = lo + (hi - lo) / 2;
        if (f->tick_of[mid] < ticks)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

void wk_horizon_set(wick_run *r, int32_t ticks, bool waits)
{
    r->ticks = ticks;
    r->waits = waits;
    r->open_end = waits && ticks == r->all_ticks && r->set.close_at_end != WK_END_OFF;
    for (int32_t s = 0; s < r->n_sym; s++) {
        wk_feed *f = &r->feed[s];
        f->n = bars_before(f, ticks);
        /* A symbol that ends with the clock may go on; one that ended before is over. */
        const int32_t last = f->all > 0 && f->tick_of != NULL ? f->tick_of[f->all - 1] : f->all - 1;
        f->end = r->open_end && last == r->all_ticks - 1 ? WK_NEVER : f->all - 1;
    }
}

static void open_symbol(wick_run *r, int32_t s)
{
    const wk_feed *f = &r->feed[s];
    wk_sym *y = &r->sym[s];
    const int32_t next = r->bar_of[s] + 1;
    r->next_tick[s] = next >= f->n ? WK_NEVER : f->tick_of != NULL ? f->tick_of[next] : next;
    for (int k = 0; k < 4; k++) y->wake_at[k] = WK_NONE;
    for (int32_t k = 0; k < f->n_triggers; k++) r->mask_at[f->first_mask + k] = WK_NONE;
    for (int32_t l = y->lot; l != WK_NONE; l = wk_lot_at(r, l)->next) {
        if (wk_lot_at(r, l)->hold_tick > 0) wk_lot_hold(r, wk_lot_at(r, l));
    }
    if (y->watched) wk_sym_refresh(r, s);
    r->event[s] = WK_NEVER;
    wk_signal_next(r, s, next);
}

void wk_horizon_open(wick_run *r, bool was_open)
{
    r->dense_to = r->dense_look = 0;
    for (int32_t s = 0; s < r->n_sym; s++) open_symbol(r, s);
    if (r->tick >= r->first_tick) {
        r->phase = WK_PH_END; /* decisions of this tick are behind: signals look at the next bar */
        if (was_open) wk_end_now(r);
    }
    r->phase = WK_PH_NEXT;
}

static wick_status move(wick_ctx *ctx, wick_run *r, int32_t ticks, bool waits)
{
    if (r->status < 0) return wick_run_error(ctx, r);
    if (r->finished || (r->phase != WK_PH_START && r->phase != WK_PH_DONE))
        return wick_fail(ctx, WICK_E_STATE,
                         "a run gets its stop before the first step or where it has stopped");
    if (r->phase == WK_PH_DONE && !r->waits)
        return wick_fail(ctx, WICK_E_STATE, "this run is over: there is nothing left to stop at");
    if (r->phase == WK_PH_DONE && ticks < r->ticks)
        return wick_fail(ctx, WICK_E_ARG, "a stop cannot move back: the run stands at tick %d",
                         (int)r->tick);
    if (ticks < r->first_tick) ticks = r->first_tick; /* bars before it only warm up */
    const bool was_open = r->open_end;
    wk_horizon_set(r, ticks, waits);
    if (r->phase == WK_PH_DONE) wk_horizon_open(r, was_open);
    return r->status < 0 ? wick_run_error(ctx, r) : WICK_OK;
}

wick_status wick_run_until_tick(wick_ctx *ctx, wick_run *r, int64_t ticks)
{
    const int64_t least = ticks < 0 ? 0 : ticks;
    return move(ctx, r, least < r->all_ticks ? (int32_t)least : r->all_ticks, true);
}

wick_status wick_run_until(wick_ctx *ctx, wick_run *r, int64_t time)
{
    int32_t lo = 0, hi = r->all_ticks;
    while (lo < hi) {
        const int32_t mid = lo + (hi - lo) / 2;
        if (r->clock[mid] <= time)
            lo = mid + 1;
        else
            hi = mid;
    }
    return move(ctx, r, lo, true);
}

wick_status wick_run_go_on(wick_ctx *ctx, wick_run *r)
{
    if (!r->waits) return WICK_OK;
    return move(ctx, r, r->all_ticks, false);
}

bool wick_run_waits(const wick_run *r)
{
    return r->waits && r->phase == WK_PH_DONE && !r->finished && r->status >= 0;
}
