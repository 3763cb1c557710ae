/* SPDX-License-Identifier: MIT */
#include "../ta_int.h"

/* Ports: src, anchor, volume. p: mult. */

typedef struct vwap_state {
    double volume, money, squares;
    bool anchored;
} vwap_state;

static int64_t warmup(const double *p)
{
    (void)p;
    return -1;
}

static int64_t size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(vwap_state);
}

static void init(void *state, const double *p)
{
    (void)p;
    memset(state, 0, sizeof(vwap_state));
}

/* The bar that resets counts in all three sums. */
static void step(void *state, const double *p, const double *in, double *out)
{
    vwap_state *k = state;
    if (wk_true(in[1])) *k = (vwap_state){0.0, 0.0, 0.0, true};
    out[0] = out[1] = out[2] = WICK_NA;
    if (!k->anchored || isnan(in[0]) || isnan(in[2])) return;
    k->volume += in[2];
    k->money += in[0] * in[2];
    k->squares += in[0] * in[0] * in[2];
    const double mean = wk_finite(k->money / k->volume);
    const double var = k->squares / k->volume - mean * mean;
    const double reach = sqrt(var < 0.0 ? 0.0 : var) * p[0];
    out[0] = mean;
    out[1] = mean + reach;
    out[2] = mean - reach;
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 3, 3, size, init, step);
}

const wick_ta_spec wick_ta_vwap = {
    .name = "vwap",
    .title = "volume-weighted average price",
    .formula = "running sum of src * volume over that of volume since the last anchor; bands at "
               "mult standard deviations",
    .source = "Pine v6 ta.vwap; pine_semantics.md 5.5",
    .group = "volume",
    .in = {{"src", WICK_U_PRICE, 1, WICK_S_HLC3},
           {"anchor", WICK_U_MASK, 1, WICK_S_NEW_DAY},
           {"volume", WICK_U_VOLUME, 0, WICK_S_VOLUME}},
    .param = {{"mult", 1, 0, 1000, .is_int = 0}},
    .out = {{"vwap", WICK_U_PRICE}, {"upper", WICK_U_PRICE}, {"lower", WICK_U_PRICE}},
    .warmup = warmup,
    .run = run,
    .state_size = size,
    .state_init = init,
    .step = step,
    .note =
        "NA before the first anchor and while there is no volume. Bars without a source or volume "
        "add nothing.",
};
