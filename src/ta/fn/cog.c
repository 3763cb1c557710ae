/* SPDX-License-Identifier: MIT */
#include "../k_ramp.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

/* State: the last value, then the window. */
static int64_t size(const double *p)
{
    return (int64_t)sizeof(double) + wk_ramp_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    double *last = state;
    *last = WICK_NA;
    wk_ramp_init((wk_ramp *)(void *)(last + 1), wk_window(p, 0));
}

/* Positions run 1..n from the oldest, weights from the newest: n + 1 - position. */
static void step(void *state, const double *p, const double *in, double *out)
{
    double *last = state, sum, ramp, base;
    const double n = p[0];
    if (!isnan(in[0])) {
        const bool full = wk_ramp_step((wk_ramp *)(void *)(last + 1), in[0], &sum, &ramp, &base);
        const double top = (n + 1.0) * sum - ramp + base * (n * (n + 1.0) / 2.0);
        *last = full ? wk_finite(-top / (sum + n * base)) : WICK_NA;
    }
    out[0] = *last;
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, step);
}

static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double last = WICK_NA;
    for (int64_t i = 0; i < n; i++) {
        wick_sum top = {0.0, 0.0}, sum = {0.0, 0.0};
        double have = 0.0;
        for (int64_t k = i; k >= 0 && have < p[0] && !isnan(in[0][i]); k--) {
            if (isnan(in[0][k])) continue;
            have += 1.0;
            wick_sum_add(&top, have * in[0][k]);
            wick_sum_add(&sum, in[0][k]);
        }
        if (have >= p[0]) last = wk_finite(-wick_sum_get(&top) / wick_sum_get(&sum));
        out[0][i] = last;
    }
    return WICK_OK;
}

const wick_ta_spec wick_ta_cog = {
    .name = "cog",
    .title = "centre of gravity",
    .formula = "-(1*src[0] + 2*src[1] + ... + n*src[n-1]) / (src[0] + ... + src[n-1])",
    .source = "Pine v6 ta.cog; Ehlers 2002; pine_semantics.md 5.2",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 10, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"cog", WICK_U_RATIO}},
    .warmup = warmup,
    .run = run,
    .ref = ref,
    .state_size = size,
    .state_init = init,
    .step = step,
    .tolerance = 1e-11,
    .note =
        "Missing values take no slot; on such a bar the last value is shown again. A sum of zero "
        "gives NA.",
};
