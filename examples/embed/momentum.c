/* SPDX-License-Identifier: MIT */
/*
 * A strategy written in C, without Lua: synthetic bars, one indicator per symbol, orders on every
 * bar, metrics at the end.
 *
 * Rule: hold a tenth of equity in every symbol whose 60-bar rate of change is above zero.
 */
#include <stdio.h>
#include <stdlib.h>

#include <wick.h>

typedef struct momentum {
    wick_panel *panel;
    double **roc; /* one column per symbol, over its own bars */
} momentum;

static wick_status decide(void *self, wick_tick *t)
{
    const momentum *m = self;
    const int32_t symbol = wick_tick_symbol(t);
    const double roc = m->roc[symbol][wick_tick_bar(t)];
    const double held = wick_tick_position(t, symbol);

    if (roc > 0.0 && held == 0.0) return wick_tick_target(t, symbol, 0.10);
    if (roc <= 0.0 && held > 0.0) return wick_tick_target(t, symbol, 0.0);
    return WICK_OK; /* NA while warming up: both comparisons are false */
}

static wick_status compute(wick_ctx *ctx, momentum *m)
{
    const int64_t symbols = wick_panel_count(m->panel);
    const double length = 60.0;

    m->roc = calloc((size_t)symbols, sizeof *m->roc);
    if (!m->roc) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < symbols; i++) {
        const wick_bars *b = wick_panel_bars(m->panel, i);
        const double *in[] = {wick_bars_field(b, WICK_CLOSE)};
        double *out[1];

        out[0] = m->roc[i] = wick_alloc_column(wick_bars_count(b));
        if (!out[0]) return wick_fail_mem(ctx);
        const wick_status st = wick_ta_run(ctx, "roc", wick_bars_count(b), in, &length, 1, out);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static void print_scores(const wick_ledger *ledger, const wick_scores *scores)
{
    const char *const names[] = {"trade_count", "win_rate", "total_return_pct", "max_drawdown_pct"};

    printf("%lld trades, first cash %.2f\n", (long long)wick_ledger_trades(ledger),
           wick_ledger_cash0(ledger));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        printf("%-18s %.6g\n", names[i], wick_scores_get(scores, names[i]));
}

int main(void)
{
    wick_ctx *ctx = wick_ctx_new();
    const wick_synth_opts bars = {.size = sizeof bars, .symbols = 8, .bars = 1500, .seed = 1};
    const wick_run_opts opts = {.size = sizeof opts, .cash = 100000.0};
    momentum m = {0};
    const wick_strategy strategy = {
        .size = sizeof strategy, .name = "momentum", .self = &m, .on_tick = decide};
    wick_ledger *ledger = NULL;
    wick_scores *scores = NULL;
    wick_status st;

    if (!ctx) return 1;
    WICK_TRY(wick_synth(ctx, &bars, &m.panel));
    WICK_TRY(compute(ctx, &m));
    WICK_TRY(wick_engine_run(ctx, m.panel, &strategy, &opts, &ledger));
    const wick_metric_opts how = {.size = sizeof how,
                                  .bars_per_year = wick_panel_bars_per_year(m.panel)};
    WICK_TRY(wick_score(ctx, ledger, &how, NULL, 0, &scores));
    print_scores(ledger, scores);
out:
    if (st < 0) fprintf(stderr, "momentum: %s\n", wick_ctx_error(ctx));
    for (int64_t i = 0; m.roc && i < wick_panel_count(m.panel); i++) wick_free_aligned(m.roc[i]);
    free(m.roc);
    wick_scores_free(scores);
    wick_ledger_unref(ledger);
    wick_panel_unref(m.panel);
    wick_ctx_free(ctx);
    return st < 0 ? 1 : 0;
}
