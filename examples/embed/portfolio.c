/* SPDX-License-Identifier: MIT */
/*
 * Two strategies on one account, in C: six tenths hold everything so that each symbol adds the same
 * risk, put right at the end of each month; four tenths buy the strongest symbol every Wednesday.
 */
#include <stdio.h>
#include <stdlib.h>

#include <wick.h>

enum { SYMBOLS = 5, WINDOW = 60 };

/* Return of symbol s over the k-th last bar (0: the present one). Every symbol has every bar here.
 */
static double bar_return(wick_panel *p, int32_t s, int64_t bar, int64_t k)
{
    const double *c = wick_bars_field(wick_panel_bars(p, s), WICK_CLOSE);
    return c[bar - k] / c[bar - k - 1] - 1.0;
}

static wick_status even_risk(wick_ctx *ctx, wick_run *run)
{
    const wick_cursor *at = wick_run_cursor(run);
    double returns[WINDOW * SYMBOLS], cov[SYMBOLS * SYMBOLS], w[SYMBOLS];
    const int32_t ids[SYMBOLS] = {0, 1, 2, 3, 4};
    const wick_limits limits = {.size = sizeof limits, .hi = 0.4};
    const wick_weigh_in in = {.size = sizeof in, .n = SYMBOLS, .cov = cov, .limits = &limits};
    const wick_targets targets = {.size = sizeof targets, .n = SYMBOLS, .symbol = ids, .weight = w};
    if (at->tick < WINDOW) return WICK_OK;
    for (int32_t i = 0; i < WINDOW * SYMBOLS; i++)
        returns[i] =
            bar_return(wick_run_panel(run), i % SYMBOLS, at->tick, WINDOW - 1 - i / SYMBOLS);
    wick_status st = wick_cov_eval(ctx, wick_cov_find(ctx, "ledoit_wolf"), WINDOW, SYMBOLS, returns,
                                   WICK_NA, cov);
    if (st >= 0) st = wick_weigh(ctx, wick_weigh_find(ctx, "risk_parity"), &in, w);
    return st < 0 ? st : wick_run_set_targets(run, &targets);
}

static wick_status strongest(wick_ctx *ctx, wick_run *run)
{
    const wick_cursor *at = wick_run_cursor(run);
    const double whole = 1.0;
    int32_t best = 0;
    (void)ctx;
    if (at->tick < WINDOW) return WICK_OK;
    double top = -1.0;
    for (int32_t s = 0; s < SYMBOLS; s++) {
        const double *c = wick_bars_field(wick_panel_bars(wick_run_panel(run), s), WICK_CLOSE);
        const double rise = c[at->tick] / c[at->tick - WINDOW] - 1.0;
        if (rise > top) {
            top = rise;
            best = s;
        }
    }
    const wick_targets t = {.size = sizeof t, .n = 1, .symbol = &best, .weight = &whole};
    return wick_run_set_targets(run, &t);
}

typedef struct member {
    const char *name, *schedule;
    double share;
    wick_status (*rebalance)(wick_ctx *ctx, wick_run *run);
} member;

static const member members[2] = {{"even_risk", "month last", 0.6, even_risk},
                                  {"strongest", "week wed", 0.4, strongest}};

static wick_status open_member(wick_ctx *ctx, const member *m, wick_panel *panel, uint8_t *due,
                               wick_run **run)
{
    const wick_run_opts opts = {.size = sizeof opts, .cash = 100000.0 * m->share};
    const wick_rebalance rebalance = {.size = sizeof rebalance, .ticks = due};
    wick_schedule schedule;
    wick_status st = wick_schedule_parse(ctx, m->schedule, &schedule);
    if (st >= 0) st = wick_schedule_ticks(ctx, &schedule, panel, 0, due);
    if (st >= 0) st = wick_run_new(ctx, panel, &opts, run);
    if (st >= 0) st = wick_run_set_rebalance(ctx, *run, &rebalance);
    return st < 0 ? st : wick_run_join(ctx, *run, m->share);
}

/* One member up to its next halt; `over` when it has no more. */
static wick_status advance(wick_ctx *ctx, const member *m, wick_run *run, int *over)
{
    int32_t step;
    while ((step = wick_run_step(run)) == WICK_STEP_REBALANCE) {
        const wick_status st = m->rebalance(ctx, run);
        if (st < 0) return st;
    }
    *over = step == WICK_STEP_DONE;
    return step < 0 ? wick_run_error(ctx, run) : WICK_OK;
}

int main(void)
{
    wick_ctx *ctx = wick_ctx_new();
    const wick_synth_opts synth = {
        .size = sizeof synth, .symbols = SYMBOLS, .bars = 750, .seed = 3};
    wick_panel *panel = NULL;
    wick_run *runs[2] = {NULL, NULL};
    wick_ledger *parts[2] = {NULL, NULL}, *account = NULL;
    uint8_t *due[2] = {NULL, NULL};
    wick_status st = WICK_E_MEM;
    int over = 0;

    if (ctx == NULL) return 1;
    WICK_TRY(wick_synth(ctx, &synth, &panel));
    for (int k = 0; k < 2; k++) {
        due[k] = malloc((size_t)wick_panel_ticks(panel));
        if (due[k] == NULL) WICK_TRY(wick_fail_mem(ctx));
        WICK_TRY(open_member(ctx, &members[k], panel, due[k], &runs[k]));
    }
    /* Twice a tick everybody stands still: after the fills, and after the decisions. */
    for (int fills = 1; !over; fills = !fills) {
        for (int k = 0; k < 2; k++) {
            (void)wick_runs_sync(runs, 2, 0.0, false);
            WICK_TRY(advance(ctx, &members[k], runs[k], &over));
        }
        if (fills) (void)wick_runs_sync(runs, 2, 0.0, true);
    }
    const char *const names[2] = {members[0].name, members[1].name};
    for (int k = 0; k < 2; k++) WICK_TRY(wick_run_finish(ctx, runs[k], &parts[k]));
    WICK_TRY(wick_ledger_join(ctx, parts, names, 2, 0.0, &account));
    const wick_equity e = wick_ledger_equity(account);
    for (int k = 0; k < 2; k++) {
        const wick_equity own = wick_ledger_equity(parts[k]);
        printf("%-10s trades %4lld  end %.2f\n", names[k], (long long)wick_ledger_trades(parts[k]),
               own.equity[own.n - 1]);
    }
    printf("%-10s trades %4lld  end %.2f\n", "account", (long long)wick_ledger_trades(account),
           e.equity[e.n - 1]);
out:
    if (st < 0) fprintf(stderr, "portfolio: %s\n", wick_ctx_error(ctx));
    wick_ledger_unref(account);
    for (int k = 0; k < 2; k++) {
        wick_ledger_unref(parts[k]);
        wick_run_free(runs[k]);
        free(due[k]);
    }
    wick_panel_unref(panel);
    wick_ctx_free(ctx);
    return st < 0 ? 1 : 0;
}
