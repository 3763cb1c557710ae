/* SPDX-License-Identifier: MIT */
/* Strategies written in C: the loop over wick_run_step. */
#include "engine/engine_int.h"

#include <string.h>

struct wick_tick {
    wick_run *run;
    const wick_cursor *at;
};

int32_t wick_tick_symbol(const wick_tick *t)
{
    return t->at->symbol;
}

int64_t wick_tick_bar(const wick_tick *t)
{
    return t->at->bar;
}

int64_t wick_tick_time(const wick_tick *t)
{
    return t->at->time;
}

double wick_tick_value(const wick_tick *t, const char *column)
{
    const int32_t s = t->at->symbol;
    if (s < 0 || column == NULL) return WICK_NA;
    static const char *const fields[WICK_FIELDS] = {"open", "high", "low", "close", "volume"};
    const int32_t bar = t->run->bar_of[s];
    for (int k = 0; k < WICK_FIELDS; k++) {
        if (strcmp(column, fields[k]) == 0) return t->run->feed[s].f[k][bar];
    }
    const double *c = wick_bars_column(wick_panel_bars(t->run->panel, s), column);
    return c != NULL ? c[bar] : WICK_NA;
}

double wick_tick_position(const wick_tick *t, int32_t symbol)
{
    return wick_run_position(t->run, symbol);
}

wick_run *wick_tick_run(wick_tick *t)
{
    return t->run;
}

wick_status wick_tick_target(wick_tick *t, int32_t symbol, double fraction)
{
    const wick_order o = {.size = sizeof o,
                          .symbol = symbol,
                          .intent = WICK_NET,
                          .size_kind = WICK_SIZE_TARGET_PCT,
                          .amount = fraction * 100.0};
    const int32_t id = wick_run_submit(t->run, &o);
    return id < 0 ? id : WICK_OK;
}

static wick_status answer(const wick_strategy *s, wick_tick *t, int32_t step)
{
    double units = WICK_NA;
    wick_status st;
    switch (step) {
    case WICK_STEP_REFILL:
    case WICK_STEP_BAR: return s->on_tick != NULL ? s->on_tick(s->self, t) : WICK_OK;
    case WICK_STEP_BEFORE: return s->on_before != NULL ? s->on_before(s->self, t) : WICK_OK;
    case WICK_STEP_AFTER: return s->on_after != NULL ? s->on_after(s->self, t) : WICK_OK;
    case WICK_STEP_FILL: return s->on_fill != NULL ? s->on_fill(s->self, t) : WICK_OK;
    case WICK_STEP_REBALANCE: return s->on_rebalance != NULL ? s->on_rebalance(s->self, t) : WICK_OK;
    case WICK_STEP_SIZE:
        st = s->on_size != NULL ? s->on_size(s->self, t, &units) : WICK_OK;
        if (st >= 0) wick_run_answer(t->run, units);
        return st;
    default: return WICK_OK;
    }
}

wick_status wick_engine_run(wick_ctx *ctx, wick_panel *panel, const wick_strategy *s,
                            const wick_run_opts *opts, wick_ledger **out)
{
    wick_strategy own = {.size = sizeof own};
    memcpy(&own, s, s->size < sizeof own ? s->size : sizeof own);
    wick_run_opts o = {.size = sizeof o};
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    o.size = sizeof o;
    o.ask_bar = own.on_tick != NULL;
    o.ask_before = own.on_before != NULL;
    o.ask_after = own.on_after != NULL;
    o.ask_fill = own.on_fill != NULL;
    wick_run *run = NULL;
    wick_status st = wick_run_new(ctx, panel, &o, &run);
    if (st >= 0 && own.rebalance != NULL) st = wick_run_set_rebalance(ctx, run, own.rebalance);
    if (st < 0) {
        wick_run_free(run);
        return st;
    }
    wick_tick t = {run, wick_run_cursor(run)};
    int32_t step = WICK_STEP_DONE;
    while (st >= 0 && (step = wick_run_step(run)) > 0) {
        st = answer(&own, &t, step);
        if (st >= 0) continue;
        /* Callbacks have no context of their own: what the run refused is the reason, if any. */
        char day[WICK_TIME_TEXT];
        wick_time_format(day, t.at->time, false);
        wick_fail(ctx, st, "strategy %s: %s", own.name != NULL ? own.name : "(unnamed)",
                  run->refusal[0] != '\0' ? run->refusal : "its callback failed");
        wick_note(ctx, "while deciding at %s", day);
    }
    if (st >= 0) st = step < 0 ? wick_run_error(ctx, run) : wick_run_finish(ctx, run, out);
    wick_run_free(run);
    return st;
}
