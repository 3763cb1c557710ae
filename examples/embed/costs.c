/* SPDX-License-Identifier: MIT */
/*
 * A cost model written in C: a broker that charges a fixed amount a contract, less the more has
 * been traded lately, and a spread that is wider on quiet bars.
 */
#include <math.h>
#include <stdio.h>

#include <wick.h>

typedef struct broker {
    double per_unit, cheap; /* cash a unit, and after `enough` cash of trading */
    double enough;
    double half_spread; /* fraction of the price on a bar of average volume */
} broker;

static double fee(void *self, const wick_cost_in *in)
{
    const broker *b = self;
    return in->before + in->qty * (in->traded >= b->enough ? b->cheap : b->per_unit);
}

/* Rows before in->bar are the past: what the bar itself will trade is not known to an order. */
static double slip(void *self, const wick_cost_in *in)
{
    const broker *b = self;
    enum { LOOK = 20 };
    double sum = 0.0;
    if (in->bar < LOOK + 1) return in->before + b->half_spread * in->price;
    for (int32_t k = in->bar - LOOK; k < in->bar; k++) sum += in->volume[k];
    const double last = in->volume[in->bar - 1];
    const double quiet = last > 0.0 ? sum / LOOK / last : 2.0;
    return in->before + b->half_spread * in->price * sqrt(quiet);
}

/* Turns round whenever the close crosses its twenty-bar mean. */
static wick_status decide(void *self, wick_tick *t)
{
    const double mean = wick_tick_value(t, "mean"), close = wick_tick_value(t, "close");
    const double held = wick_tick_position(t, wick_tick_symbol(t));
    (void)self;
    if (close > mean && held <= 0.0) return wick_tick_target(t, wick_tick_symbol(t), 0.2);
    if (close < mean && held >= 0.0) return wick_tick_target(t, wick_tick_symbol(t), -0.2);
    return WICK_OK;
}

static wick_status add_mean(wick_ctx *ctx, wick_panel *in, wick_panel **out)
{
    wick_bars *list[2] = {NULL, NULL};
    const double length = 20.0;
    wick_status st = WICK_OK;
    for (int i = 0; i < 2; i++) {
        wick_bars *b = wick_panel_bars(in, i);
        const double *close[] = {wick_bars_field(b, WICK_CLOSE)};
        double *mean[] = {wick_alloc_column(wick_bars_count(b))};
        if (mean[0] == NULL) WICK_TRY(wick_fail_mem(ctx));
        st = wick_ta_run(ctx, "sma", wick_bars_count(b), close, &length, 1, mean);
        if (st >= 0) st = wick_bars_with_column(ctx, b, "mean", mean[0], &list[i]);
        wick_free_aligned(mean[0]);
        if (st < 0) goto out;
    }
    st = wick_panel_new(ctx, list, 2, out);
out:
    for (int i = 0; i < 2; i++) wick_bars_unref(list[i]);
    return st;
}

int main(void)
{
    wick_ctx *ctx = wick_ctx_new();
    const wick_synth_opts synth = {.size = sizeof synth, .symbols = 2, .bars = 1000, .seed = 1};
    broker b = {.per_unit = 0.01, .cheap = 0.004, .enough = 2e5, .half_spread = 0.0004};
    const wick_cost_user cost = {.size = sizeof cost, .self = &b, .fee = fee, .slip = slip};
    const wick_strategy strategy = {.size = sizeof strategy, .name = "turn", .on_tick = decide};
    wick_panel *bars = NULL, *panel = NULL;
    wick_status st = WICK_E_MEM;

    if (ctx == NULL) return 1;
    WICK_TRY(wick_synth(ctx, &synth, &bars));
    WICK_TRY(add_mean(ctx, bars, &panel));
    for (int own = 0; own <= 1; own++) {
        const wick_run_opts opts = {.size = sizeof opts, .cost = own ? &cost : NULL};
        wick_ledger *l = NULL;
        WICK_TRY(wick_engine_run(ctx, panel, &strategy, &opts, &l));
        const wick_equity e = wick_ledger_equity(l);
        printf("%-12s trade_count %lld  fees %.2f  end %.2f\n", own ? "with costs" : "without",
               (long long)wick_ledger_trades(l), e.fees[e.n - 1], e.equity[e.n - 1]);
        wick_ledger_unref(l);
    }
out:
    if (st < 0 && ctx != NULL) fprintf(stderr, "costs: %s\n", wick_ctx_error(ctx));
    wick_panel_unref(panel);
    wick_panel_unref(bars);
    wick_ctx_free(ctx);
    return st < 0 ? 1 : 0;
}
