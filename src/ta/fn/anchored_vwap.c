/* SPDX-License-Identifier: MIT */
#include "../ta_int.h"

typedef struct anchored_state {
    wick_sum money, volume;
} anchored_state;

static int64_t warmup(const double *p)
{
    return p[0] > 0.0 ? -1 : 0;
}

static int64_t size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(anchored_state);
}

static void init(void *state, const double *p)
{
    (void)p;
    memset(state, 0, sizeof(anchored_state));
}

/* src, volume, time */
static void step(void *state, const double *p, const double *in, double *out)
{
    anchored_state *k = state;
    out[0] = WICK_NA;
    if (isnan(in[0]) || isnan(in[1]) || !(in[2] >= p[0])) return;
    wick_sum_add(&k->money, in[0] * in[1]);
    wick_sum_add(&k->volume, in[1]);
    out[0] = wk_finite(wick_sum_get(&k->money) / wick_sum_get(&k->volume));
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 3, 1, size, init, step);
}

const wick_ta_spec wick_ta_anchored_vwap = {
    .name = "anchored_vwap",
    .title = "volume-weighted average price since a moment",
    .formula = "sum of src * volume / sum of volume over the bars that open at `from` or later",
    .source = "Shannon 2008; TradingView's anchored VWAP",
    .group = "volume",
    .in = {{"src", WICK_U_PRICE, 1, WICK_S_HLC3},
           {"volume", WICK_U_VOLUME, 0, WICK_S_VOLUME},
           {"time", WICK_U_BARS, 0, WICK_S_TIME}},
    .param = {{"from", 0, 0, 9e15, .is_int = 0, .doc = "UTC milliseconds; 0: the first bar"}},
    .out = {{"vwap", WICK_U_PRICE}},
    .warmup = warmup,
    .run = run,
    .state_size = size,
    .state_init = init,
    .step = step,
    .note = "ta.vwap begins again at every bar of a mask, and has bands.",
};
