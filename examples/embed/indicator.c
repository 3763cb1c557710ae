/* SPDX-License-Identifier: MIT */
/*
 * An indicator of one's own in C: Ehlers' Laguerre RSI (Cybernetic Analysis for Stocks and Futures,
 * 2004, chapter 14), four one-pole filters in a row. examples/scripts/own_indicator.lua is the same
 * in Lua.
 *
 * A wick_ta_spec says what an indicator is called, takes and gives, and how one bar is computed.
 * That is all a declared series needs: it can be lagged, compared, and given to other indicators.
 */
#include <stdio.h>
#include <string.h>

#include <wick.h>

/* ---- the indicator -------------------------------------------------------------------------- */

enum { START = 100 }; /* the filters begin at zero: so many values are about that */

typedef struct laguerre {
    double l[4];
    int64_t bars;
} laguerre;

static int64_t state_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(laguerre);
}

static void state_init(void *state, const double *p)
{
    (void)p;
    memset(state, 0, sizeof(laguerre));
}

static void step(void *state, const double *p, const double *in, double *out)
{
    laguerre *s = state;
    const double gamma = p[0], before[3] = {s->l[0], s->l[1], s->l[2]};
    double up = 0.0, down = 0.0;

    s->l[0] = (1.0 - gamma) * in[0] + gamma * s->l[0];
    for (int k = 1; k < 4; k++) {
        s->l[k] = -gamma * s->l[k - 1] + before[k - 1] + gamma * s->l[k];
        const double d = s->l[k - 1] - s->l[k];
        if (d > 0.0) up += d;
        if (d < 0.0) down -= d;
    }
    s->bars++;
    out[0] = s->bars > START && up + down > 0.0 ? 100.0 * up / (up + down) : WICK_NA;
}

/* Whole columns by stepping; a kernel that is asked for often would have a loop of its own. */
static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    laguerre s;
    state_init(&s, p);
    for (int64_t i = 0; i < n; i++) step(&s, p, &in[0][i], &out[0][i]);
    return WICK_OK;
}

static int64_t warmup(const double *p)
{
    (void)p;
    return START;
}

static const wick_ta_spec laguerre_rsi = {
    .name = "laguerre_rsi",
    .title = "Laguerre RSI",
    .formula = "rises over all moves between four Laguerre filters of the source",
    .source = "Ehlers 2004, chapter 14",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_CLOSE}},
    .param = {{.name = "gamma", .def = 0.5, .lo = 0.0, .hi = 0.99}},
    .out = {{"rsi", WICK_U_PERCENT}},
    .warmup = warmup,
    .run = run,
    .state_size = state_size,
    .state_init = state_init,
    .step = step,
};

/* ---- its use -------------------------------------------------------------------------------- */

enum { MOST = 16 };

typedef struct book {
    wick_panel *panel;
    wick_graph *graph[MOST]; /* one per symbol; they own the columns */
    wick_run *run;
} book;

/* What the texts below may name besides prices and indicators. */
static bool names(void *user, const char *name, wick_expr_name *out)
{
    if (strcmp(name, "rsi") != 0) return false;
    out->is_node = true;
    out->node = *(const wick_node *)user;
    return true;
}

static wick_status declare(wick_ctx *ctx, book *b, int32_t symbol)
{
    wick_bars *bars = wick_panel_bars(b->panel, symbol);
    const double gamma = 0.7;
    wick_status st = wick_graph_new(ctx, bars, b->panel, NULL, &b->graph[symbol]);
    if (st < 0) return st;

    wick_graph *g = b->graph[symbol];
    wick_node rsi = wick_graph_ta(ctx, g, &laguerre_rsi, NULL, 0, &gamma, 1, 0);
    if (rsi < 0) return rsi;
    const wick_node mask[] = {
        wick_graph_expr(ctx, g, "crossover(rsi, 20) and close > sma(close, 100)", names, &rsi),
        wick_graph_expr(ctx, g, "crossunder(rsi, 80)", names, &rsi)};
    if (mask[0] < 0) return mask[0];
    if (mask[1] < 0) return mask[1];
    if ((st = wick_graph_eval(ctx, g, mask, 2)) < 0) return st;

    const wick_signals signals = {.size = sizeof signals,
                                  .long_entry = wick_graph_values(g, mask[0]),
                                  .long_exit = wick_graph_values(g, mask[1]),
                                  .size_kind = WICK_SIZE_PCT_EQUITY,
                                  .amount = 20.0};
    return wick_run_set_signals(ctx, b->run, symbol, &signals);
}

/* The first half of the bars must give the first half of the values. */
static bool looks_ahead(void)
{
    enum { N = 1000 };
    static double price[N], all[N], half[N];
    const double *in[] = {price}, gamma = 0.7;
    double *const out[] = {all}, *const part[] = {half};
    wick_pcg g = wick_pcg_key(1, "example", 0, 0);
    price[0] = 100.0;
    for (int i = 1; i < N; i++) price[i] = price[i - 1] * (0.98 + 0.04 * wick_pcg_uniform(&g));
    (void)run(N, in, &gamma, out);
    (void)run(N / 2, in, &gamma, part);
    return memcmp(all, half, N / 2 * sizeof *all) != 0;
}

int main(void)
{
    wick_ctx *ctx = wick_ctx_new();
    const wick_synth_opts bars = {.size = sizeof bars, .symbols = 8, .bars = 1500, .seed = 1};
    const wick_run_opts opts = {.size = sizeof opts, .cash = 100000.0};
    book b = {0};
    wick_ledger *ledger = NULL;
    wick_status st;

    if (!ctx) return 1;
    WICK_TRY(wick_synth(ctx, &bars, &b.panel));
    WICK_TRY(wick_run_new(ctx, b.panel, &opts, &b.run));
    for (int32_t i = 0; i < (int32_t)wick_panel_count(b.panel); i++) WICK_TRY(declare(ctx, &b, i));
    do {
        st = wick_run_step(b.run);
    } while (st >= 0 && st != WICK_STEP_DONE);
    if (st < 0) WICK_TRY(wick_run_error(ctx, b.run));
    WICK_TRY(wick_run_finish(ctx, b.run, &ledger));
    printf("%lld trades, looks ahead: %s\n", (long long)wick_ledger_trades(ledger),
           looks_ahead() ? "yes" : "no");
out:
    if (st < 0) fprintf(stderr, "indicator: %s\n", wick_ctx_error(ctx));
    wick_ledger_unref(ledger);
    wick_run_free(b.run);
    for (int i = 0; i < MOST; i++) wick_graph_free(b.graph[i]);
    wick_panel_unref(b.panel);
    wick_ctx_free(ctx);
    return st < 0 ? 1 : 0;
}
