/* SPDX-License-Identifier: MIT */
#include "../ta_int.h"

/* Ports: high, low. p: start, inc, max. */

typedef struct sar_state {
    double sar, ep, af;
    double high1, high2, low1, low2;
    int64_t bar;
    bool is_long;
} sar_state;

static int64_t warmup(const double *p)
{
    (void)p;
    return 1;
}

static int64_t size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(sar_state);
}

static void init(void *state, const double *p)
{
    memset(state, 0, sizeof(sar_state));
    ((sar_state *)state)->af = p[0];
}

static double min3(double a, double b, double c)
{
    const double m = b < a ? b : a;
    return c < m ? c : m;
}

static double max3(double a, double b, double c)
{
    const double m = b > a ? b : a;
    return c > m ? c : m;
}

/* One bar after the second. The test for a reversal is strict on both sides. */
WK_INLINE void advance(sar_state *k, const double *p, double high, double low)
{
    double next = k->sar + k->af * (k->ep - k->sar);
    if (k->is_long && low < next) {
        k->is_long = false;
        k->af = p[0];
        next = max3(k->ep, high, k->high1 > k->high2 ? k->high1 : k->high2);
        k->ep = low;
    } else if (k->is_long) {
        next = min3(next, k->low1, k->low2);
        if (high > k->ep) {
            k->ep = high;
            k->af = k->af + p[1] < p[2] ? k->af + p[1] : p[2];
        }
    } else if (high > next) {
        k->is_long = true;
        k->af = p[0];
        next = min3(k->ep, low, k->low1 < k->low2 ? k->low1 : k->low2);
        k->ep = high;
    } else {
        next = max3(next, k->high1, k->high2);
        if (low < k->ep) {
            k->ep = low;
            k->af = k->af + p[1] < p[2] ? k->af + p[1] : p[2];
        }
    }
    k->sar = next;
}

WK_INLINE void sar_next(void *state, const double *p, const double *in, double *out)
{
    sar_state *k = state;
    const double high = in[0], low = in[1];
    out[0] = WICK_NA;
    if (isnan(high) || isnan(low)) return;
    if (k->bar == 1) {
        k->is_long = !(k->high1 > high);
        k->sar = k->is_long ? k->low1 : k->high1;
        k->ep = k->is_long ? high : low;
    } else if (k->bar > 1) {
        advance(k, p, high, low);
    }
    if (k->bar++ > 0) out[0] = k->sar;
    k->high2 = k->high1, k->high1 = high;
    k->low2 = k->low1, k->low1 = low;
}

static void step(void *state, const double *p, const double *in, double *out)
{
    sar_next(state, p, in, out);
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const double own[3] = {p[0], p[1], p[2]}; /* state and parameters in registers */
    sar_state k;
    init(&k, own);
    for (int64_t i = 0; i < n; i++) {
        const double bar[2] = {in[0][i], in[1][i]};
        double value;
        sar_next(&k, own, bar, &value);
        out[0][i] = value;
    }
    return WICK_OK;
}

const wick_ta_spec wick_ta_sar = {
    .name = "sar",
    .title = "parabolic stop and reverse",
    .formula =
        "sar + af * (extreme - sar), held off the last two bars, reversed when price passes it",
    .source = "Pine v6 ta.sar; Wilder 1978; pine_semantics.md 5.3 and 16.8, strict reversal as "
              "measured by PyneCore 6.11",
    .group = "trend",
    .in = {{"high", WICK_U_PRICE, 0, WICK_S_HIGH}, {"low", WICK_U_PRICE, 0, WICK_S_LOW}},
    .param = {{"start", 0.02, 0, 10, .is_int = 0},
              {"inc", 0.02, 0, 10, .is_int = 0},
              {"max", 0.2, 0, 10, .is_int = 0}},
    .out = {{"sar", WICK_U_PRICE}},
    .warmup = warmup,
    .run = run,
    .state_size = size,
    .state_init = init,
    .step = step,
    .note = "Starts short when the second bar's high is lower than the first's, else long; TA-Lib "
            "decides by directional movement, and the two agree after the first reversal.",
};
