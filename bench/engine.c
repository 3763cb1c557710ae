/* SPDX-License-Identifier: MIT */
/* What the engine costs: signals on one long series, a question on every bar, a sweep in one arena,
 * a portfolio with stops. Bars come from wick_synth, so that every machine runs the same work. */
#include <stdlib.h>

#include "wick/engine.h"

enum { BARS = 53929, REPEATS = 41 };

static void need(wick_ctx *ctx, wick_status st)
{
    if (st >= 0) return;
    fprintf(stderr, "bench: %s\n", wick_ctx_error(ctx));
    exit(1);
}

static double *zeros(int64_t n)
{
    double *p = calloc((size_t)n, sizeof *p);
    if (p == NULL) exit(1);
    return p;
}

/* Cross of two simple averages as masks. */
static void cross(const wick_bars *b, int64_t fast, int64_t slow, double *up, double *down)
{
    const int64_t n = wick_bars_count(b);
    const double *c = wick_bars_field(b, WICK_CLOSE);
    double f = 0.0, s = 0.0, before = 0.0;
    for (int64_t i = 0; i < n; i++) {
        f += c[i] - (i >= fast ? c[i - fast] : 0.0);
        s += c[i] - (i >= slow ? c[i - slow] : 0.0);
        if (i < slow) continue;
        const double d = f / (double)fast - s / (double)slow;
        up[i] = d > 0.0 && before <= 0.0;
        down[i] = d < 0.0 && before >= 0.0;
        before = d;
    }
}

/* The least of several runs: other work on the machine only ever adds. */
static double least(const double *v, int n)
{
    double m = v[0];
    for (int i = 1; i < n; i++) m = v[i] < m ? v[i] : m;
    return m;
}

static wick_panel *synth(wick_ctx *ctx, int64_t symbols, int64_t bars, const char *tf)
{
    const wick_synth_opts o = {.size = sizeof o, .symbols = symbols, .bars = bars, .timeframe = tf};
    wick_panel *p = NULL;
    need(ctx, wick_synth(ctx, &o, &p));
    return p;
}

static void one_symbol(wick_ctx *ctx, bool lean, bool stops)
{
    wick_panel *p = synth(ctx, 1, BARS, "15m");
    wick_bars *b = wick_panel_bars(p, 0);
    double *up = zeros(BARS), *down = zeros(BARS), *trail = zeros(BARS), t[REPEATS];
    for (int i = 0; i < BARS; i++) trail[i] = 3.0;
    cross(b, 10, 30, up, down);
    wick_arena *a = wick_arena_new(0);
    int64_t trades = 0;
    for (int k = 0; k < REPEATS; k++) {
        wick_arena_reset(a);
        const double from = wick_now();
        const wick_run_opts o = {.size = sizeof o, .arena = lean ? a : NULL, .lean = lean};
        wick_run *r = NULL;
        wick_ledger *l = NULL;
        need(ctx, wick_run_new(ctx, p, &o, &r));
        const wick_signals g = {.size = sizeof g,
                                .long_entry = up,
                                .long_exit = down,
                                .size_kind = WICK_SIZE_PCT_EQUITY,
                                .amount = 90.0,
                                .stop_pct = stops ? trail : NULL,
                                .trail_pct = stops ? trail : NULL};
        need(ctx, wick_run_set_signals(ctx, r, 0, &g));
        need(ctx, wick_run_step(r));
        need(ctx, wick_run_finish(ctx, r, &l));
        trades = wick_ledger_trades(l);
        wick_run_free(r);
        wick_ledger_unref(l);
        t[k] = wick_now() - from;
    }
    const double m = least(t, REPEATS);
    printf("signals %d bars%s%s: %lld trades, %.4f ms, %.2f ns a bar\n", BARS, lean ? ", lean" : "",
           stops ? ", stop and trail" : "", (long long)trades, m * 1e3, m / BARS * 1e9);
    wick_arena_free(a);
    free(up);
    free(down);
    free(trail);
    wick_panel_unref(p);
}

static void asked(wick_ctx *ctx, bool lean)
{
    wick_panel *p = synth(ctx, 1, BARS, "15m");
    wick_arena *a = wick_arena_new(0);
    double t[REPEATS];
    int64_t steps = 0;
    for (int k = 0; k < REPEATS; k++) {
        wick_arena_reset(a);
        const wick_run_opts o = {.size = sizeof o, .arena = a, .lean = lean, .ask_bar = true};
        wick_run *r = NULL;
        need(ctx, wick_run_new(ctx, p, &o, &r));
        const double from = wick_now();
        steps = 0;
        while (wick_run_step(r) > 0) steps++;
        t[k] = wick_now() - from;
        wick_run_free(r);
    }
    const double m = least(t, REPEATS);
    printf("asked on every bar%s: %lld steps, %.2f ns a step\n", lean ? ", lean" : "",
           (long long)steps, m / (double)steps * 1e9);
    wick_arena_free(a);
    wick_panel_unref(p);
}

static void sweep(wick_ctx *ctx, int runs)
{
    wick_panel *p = synth(ctx, 1, BARS, "15m");
    double *up = zeros(BARS), *down = zeros(BARS);
    cross(wick_panel_bars(p, 0), 10, 30, up, down);
    wick_arena *a = wick_arena_new(0);
    int64_t used = 0;
    const double from = wick_now();
    for (int k = 0; k < runs; k++) {
        wick_arena_reset(a);
        const wick_run_opts o = {.size = sizeof o, .arena = a, .lean = true};
        wick_run *r = NULL;
        wick_ledger *l = NULL;
        need(ctx, wick_run_new(ctx, p, &o, &r));
        const wick_signals g = {.size = sizeof g, .long_entry = up, .long_exit = down};
        need(ctx, wick_run_set_signals(ctx, r, 0, &g));
        need(ctx, wick_run_step(r));
        need(ctx, wick_run_finish(ctx, r, &l));
        wick_run_free(r);
        wick_ledger_unref(l);
        if (wick_arena_used(a) > used) used = wick_arena_used(a);
    }
    const double dt = wick_now() - from;
    printf("sweep of %d runs in one arena: %.3f s, %.4f ms a run, arena %.2f MB\n", runs, dt,
           dt / runs * 1e3, (double)used / 1e6);
    wick_arena_free(a);
    free(up);
    free(down);
    wick_panel_unref(p);
}

static void portfolio(wick_ctx *ctx)
{
    enum { SYMBOLS = 49, N = 1250 };
    wick_panel *p = synth(ctx, SYMBOLS, N, "1d");
    double *up[SYMBOLS], *down[SYMBOLS], *trail = zeros(N), t[REPEATS];
    for (int i = 0; i < N; i++) trail[i] = 6.0;
    for (int s = 0; s < SYMBOLS; s++) {
        up[s] = zeros(N);
        down[s] = zeros(N);
        cross(wick_panel_bars(p, s), 5, 20, up[s], down[s]);
    }
    wick_settings *k = wick_settings_new();
    if (k == NULL) exit(1);
    need(ctx, wick_settings_set(ctx, k, "slots", "20"));
    int64_t trades = 0;
    for (int i = 0; i < REPEATS; i++) {
        const double from = wick_now();
        const wick_run_opts o = {.size = sizeof o, .settings = k};
        wick_run *r = NULL;
        wick_ledger *l = NULL;
        need(ctx, wick_run_new(ctx, p, &o, &r));
        for (int s = 0; s < SYMBOLS; s++) {
            const wick_signals g = {.size = sizeof g,
                                    .long_entry = up[s],
                                    .long_exit = down[s],
                                    .stop_pct = trail,
                                    .trail_pct = trail,
                                    .size_kind = WICK_SIZE_PCT_EQUITY,
                                    .amount = 5.0};
            need(ctx, wick_run_set_signals(ctx, r, s, &g));
        }
        need(ctx, wick_run_step(r));
        need(ctx, wick_run_finish(ctx, r, &l));
        trades = wick_ledger_trades(l);
        wick_run_free(r);
        wick_ledger_unref(l);
        t[i] = wick_now() - from;
    }
    const double m = least(t, REPEATS);
    printf("portfolio %d symbols x %d bars, 20 slots, stop and trail: %lld trades, %.3f ms\n",
           SYMBOLS, N, (long long)trades, m * 1e3);
    for (int s = 0; s < SYMBOLS; s++) {
        free(up[s]);
        free(down[s]);
    }
    free(trail);
    wick_settings_free(k);
    wick_panel_unref(p);
}

int main(int argc, char **argv)
{
    wick_ctx *ctx = wick_ctx_new();
    if (ctx == NULL) return 1;
    const int runs = argc > 1 ? atoi(argv[1]) : 1000;
    one_symbol(ctx, true, false);
    one_symbol(ctx, false, false);
    one_symbol(ctx, true, true);
    asked(ctx, true);
    asked(ctx, false);
    sweep(ctx, runs > 0 ? runs : 1000);
    portfolio(ctx);
    wick_ctx_free(ctx);
    return 0;
}
