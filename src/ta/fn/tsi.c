/* SPDX-License-Identifier: MIT */
#include "../k_avg.h"
#include "../k_scratch.h"

/* p: short, long. The change is taken against the last value that exists. */

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) + wk_window(p, 1) - 1;
}

static int64_t size(const double *p)
{
    return (int64_t)sizeof(double) + 2 * wk_avg_bytes(wk_window(p, 0)) +
           2 * wk_avg_bytes(wk_window(p, 1));
}

static void init(void *state, const double *p)
{
    double *prev = state;
    void *at = prev + 1;
    *prev = WICK_NA;
    for (int k = 0; k < 2; k++) at = wk_avg_init(at, wk_window(p, 1));
    for (int k = 0; k < 2; k++) at = wk_avg_init(at, wk_window(p, 0));
}

static void step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state;
    wk_avg *a[4];
    char *at = (char *)(prev + 1);
    out[0] = WICK_NA;
    if (isnan(in[0])) return;
    for (int k = 0; k < 4; k++) {
        a[k] = (wk_avg *)(void *)at;
        at += wk_avg_bytes(wk_window(p, k < 2 ? 1 : 0));
    }
    const double move = in[0] - *prev;
    *prev = in[0];
    const double top = wk_ema_step(a[2], wk_ema_step(a[0], move));
    out[0] = wk_finite(top / wk_ema_step(a[3], wk_ema_step(a[1], fabs(move))));
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    wk_scratch s;
    if (wk_scratch_new(&s, n, 4) < 0) return WICK_E_MEM;
    double prev = WICK_NA;
    for (int64_t i = 0; i < n; i++) {
        s.col[0][i] = in[0][i] - prev;
        s.col[1][i] = fabs(s.col[0][i]);
        prev = isnan(in[0][i]) ? prev : in[0][i];
    }
    const wk_avg_lane slow[2] = {{s.col[0], s.col[2], wk_window(p, 1)},
                                 {s.col[1], s.col[3], wk_window(p, 1)}};
    const wk_avg_lane fast[2] = {{s.col[2], s.col[0], wk_window(p, 0)},
                                 {s.col[3], s.col[1], wk_window(p, 0)}};
    wick_status st = wk_ema_columns(n, slow, 2);
    if (st >= 0) st = wk_ema_columns(n, fast, 2);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[0][i] = wk_finite(s.col[0][i] / s.col[1][i]);
    wk_scratch_free(&s);
    return st;
}

const wick_ta_spec wick_ta_tsi = {
    .name = "tsi",
    .title = "true strength index",
    .formula = "ema(ema(m, long), short) / ema(ema(|m|, long), short), m = change(src)",
    .source = "Pine v6 ta.tsi; Blau 1995; pine_semantics.md 5.2",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"short", 13, 1, WK_WINDOW_MAX, .is_int = 1},
              {"long", 25, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"tsi", WICK_U_RATIO}},
    .warmup = warmup,
    .run = run,
    .state_size = size,
    .state_init = init,
    .step = step,
    .note = "From -1 to 1; other packages multiply by 100.",
};
