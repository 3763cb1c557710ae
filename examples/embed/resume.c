/* SPDX-License-Identifier: MIT */
/*
 * Paper trading from C: a run that is saved after the last bar there is and goes on the next day,
 * in the place of one that never stopped. What the strategy itself remembers goes into the state as
 * a section of its own.
 */
#include <stdio.h>
#include <string.h>

#include <wick.h>

/* What the strategy remembers from bar to bar. */
typedef struct memory {
    int64_t bars, wins;
    double best;
} memory;

/* Buys new highs of the closes it has seen, sells after five bars. */
static wick_status decide(wick_run *run, memory *m, wick_panel *panel)
{
    const wick_cursor *c = wick_run_cursor(run);
    const double close = wick_bars_field(wick_panel_bars(panel, c->symbol), WICK_CLOSE)[c->bar];
    const bool high = close > m->best;
    m->bars++;
    if (high) m->best = close;
    if (c->position > 0.0) {
        if (wick_run_bars_held(run, c->symbol) >= 5) (void)wick_run_close(run, c->symbol, 1.0, 0);
        return WICK_OK;
    }
    const wick_order o = {.size = sizeof o,
                          .symbol = c->symbol,
                          .side = 1,
                          .size_kind = WICK_SIZE_PCT_EQUITY,
                          .amount = 20.0};
    return high ? (wick_run_submit(run, &o) >= 0 ? WICK_OK : WICK_E_ARG) : WICK_OK;
}

static wick_status step_on(wick_ctx *ctx, wick_run *run, memory *m, wick_panel *panel)
{
    int32_t step;
    while ((step = wick_run_step(run)) > 0)
        if (decide(run, m, panel) < 0)
            return wick_fail(ctx, WICK_E_ARG, "%s", wick_run_refusal(run));
    return step < 0 ? wick_run_error(ctx, run) : WICK_OK;
}

static wick_status save(wick_ctx *ctx, wick_run *run, const memory *m, const char *path)
{
    wick_state *s = NULL;
    wick_status st = wick_run_save(ctx, run, &s);
    if (st >= 0) st = wick_state_put(ctx, s, "memory", m, sizeof *m);
    if (st >= 0) st = wick_state_write(ctx, s, path);
    wick_state_unref(s);
    return st;
}

static wick_status load(wick_ctx *ctx, wick_run *run, memory *m, const char *path)
{
    wick_state *s = NULL;
    int64_t n = 0;
    wick_status st = wick_state_read(ctx, path, &s);
    if (st < 0) return st;
    const void *p = wick_state_get(s, "memory", &n);
    if (p == NULL || n != (int64_t)sizeof *m)
        st = wick_fail(ctx, WICK_E_DATA, "%s has no memory of this strategy", path);
    else
        memcpy(m, p, sizeof *m);
    if (st >= 0) st = wick_run_load(ctx, run, s, NULL);
    wick_state_unref(s);
    return st;
}

/* The bars up to a tick, as a feed would have them on that day. */
static wick_status first_bars(wick_ctx *ctx, wick_panel *all, int64_t n, wick_panel **out)
{
    wick_bars *b = wick_panel_bars(all, 0), *cut = NULL;
    wick_status st = wick_bars_new(ctx, wick_bars_symbol(b), n, wick_bars_time(b),
                                   wick_bars_field(b, WICK_OPEN), wick_bars_field(b, WICK_HIGH),
                                   wick_bars_field(b, WICK_LOW), wick_bars_field(b, WICK_CLOSE),
                                   wick_bars_field(b, WICK_VOLUME), wick_bars_info(b), &cut);
    if (st >= 0) st = wick_panel_new(ctx, &cut, 1, out);
    wick_bars_unref(cut);
    return st;
}

/* A day: goes on from the state where there is one, and writes the next. */
static wick_status one_day(wick_ctx *ctx, wick_panel *all, int64_t bars, const char *path,
                           double *equity)
{
    const wick_run_opts o = {.size = sizeof o, .ask_bar = true};
    wick_panel *panel = NULL;
    wick_run *run = NULL;
    wick_ledger *l = NULL;
    memory m = {0};
    wick_status st = first_bars(ctx, all, bars, &panel);
    if (st >= 0) st = wick_run_new(ctx, panel, &o, &run);
    if (st >= 0) st = wick_run_until(ctx, run, INT64_MAX); /* the end of these bars is open */
    if (st >= 0 && wick_path_exists(path)) st = load(ctx, run, &m, path);
    if (st >= 0) st = step_on(ctx, run, &m, panel);
    if (st >= 0) st = save(ctx, run, &m, path);
    if (st >= 0) st = wick_run_go_on(ctx, run);
    if (st >= 0) st = step_on(ctx, run, &m, panel);
    if (st >= 0) st = wick_run_finish(ctx, run, &l);
    if (st >= 0) {
        const wick_equity e = wick_ledger_equity(l);
        *equity = e.equity[e.n - 1];
    }
    wick_ledger_unref(l);
    wick_run_free(run);
    wick_panel_unref(panel);
    return st;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "example.state";
    const wick_synth_opts synth = {.size = sizeof synth, .symbols = 1, .bars = 300, .seed = 1};
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *all = NULL;
    double joined = 0.0, whole = 0.0;
    wick_status st = wick_synth(ctx, &synth, &all);
    remove(path);
    for (int64_t day = 100; st >= 0 && day <= 300; day += 25)
        st = one_day(ctx, all, day, path, &joined);
    remove(path);
    if (st >= 0) st = one_day(ctx, all, 300, path, &whole);
    remove(path);
    if (st < 0)
        fprintf(stderr, "%s\n", wick_ctx_error(ctx));
    else
        printf("nine days %.2f, one run %.2f\n", joined, whole);
    wick_panel_unref(all);
    wick_ctx_free(ctx);
    return st < 0 || joined != whole;
}
