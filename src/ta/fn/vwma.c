/* SPDX-License-Identifier: MIT */
#include "../k_scratch.h"
#include "../roll.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t size(const double *p)
{
    return 2 * wk_sum_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    wk_sum_init(wk_sum_init(state, wk_window(p, 0)), wk_window(p, 0));
}

static void step(void *state, const double *p, const double *in, double *out)
{
    void *second = (char *)state + wk_sum_bytes(wk_window(p, 0));
    const double money = wk_sum_step(state, in[0] * in[1]) / p[0];
    out[0] = wk_finite(money / (wk_sum_step(second, in[1]) / p[0]));
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    wk_scratch s;
    if (wk_scratch_new(&s, n, 2) < 0) return WICK_E_MEM;
    for (int64_t i = 0; i < n; i++) s.col[0][i] = in[0][i] * in[1][i];
    const wk_lane l[2] = {{s.col[0], out[0], wk_window(p, 0), p[0]},
                          {in[1], s.col[1], wk_window(p, 0), p[0]}};
    const wick_status st = wk_roll(n, l, 2);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[0][i] = wk_finite(out[0][i] / s.col[1][i]);
    wk_scratch_free(&s);
    return st;
}

const wick_ta_spec wick_ta_vwma = {
    .name = "vwma",
    .title = "volume-weighted moving average",
    .formula = "sma(src * volume, n) / sma(volume, n)",
    .source = "Pine v6 ta.vwma; pine_semantics.md 5.1",
    .group = "average",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}, {"volume", WICK_U_VOLUME, 0, WICK_S_VOLUME}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"vwma", WICK_U_ANY}},
    .warmup = warmup,
    .run = run,
    .state_size = size,
    .state_init = init,
    .step = step,
    .note = "NA while the window has no volume.",
};
