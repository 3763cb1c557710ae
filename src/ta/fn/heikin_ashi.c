/* SPDX-License-Identifier: MIT */
#include "../k_parts.h"

/* The bar before, as it was shown. */
typedef struct heikin_ashi_state {
    double open, close;
} heikin_ashi_state;

static int64_t heikin_ashi_warmup(const double *p)
{
    (void)p;
    return 0;
}

static int64_t heikin_ashi_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(heikin_ashi_state);
}

static void heikin_ashi_init(void *state, const double *p)
{
    (void)p;
    *(heikin_ashi_state *)state = (heikin_ashi_state){WICK_NA, WICK_NA};
}

/* open, high, low, close */
static void heikin_ashi_step(void *state, const double *p, const double *in, double *out)
{
    heikin_ashi_state *k = state;
    (void)p;
    const double close = (in[0] + in[1] + in[2] + in[3]) / 4.0;
    out[0] = out[1] = out[2] = out[3] = WICK_NA;
    if (isnan(close)) return;
    const double open = isnan(k->open) ? (in[0] + in[3]) / 2.0 : (k->open + k->close) / 2.0;
    const double top = open > close ? open : close, bottom = open < close ? open : close;
    *k = (heikin_ashi_state){open, close};
    out[0] = open;
    out[1] = in[1] > top ? in[1] : top;
    out[2] = in[2] < bottom ? in[2] : bottom;
    out[3] = close;
}

WK_STEPS(heikin_ashi, 4, 4)

const wick_ta_spec wick_ta_heikin_ashi = {
    .name = "heikin_ashi",
    .title = "Heikin-Ashi bars",
    .formula =
        "close = (open + high + low + close) / 4, open = middle of the body before, high and "
        "low reach over open and close",
    .source = "Valcu, Using the Heikin-Ashi Technique, Stocks & Commodities 22 (2004)",
    .group = "trend",
    .in = {WK_IN_OPEN, WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .out = {{"open", WICK_U_PRICE},
            {"high", WICK_U_PRICE},
            {"low", WICK_U_PRICE},
            {"close", WICK_U_PRICE}},
    WK_FORMS(heikin_ashi),
    .note =
        "The first open is (open + close) / 2 of its bar, as on TradingView. Averages, not prices "
        "one can trade at. A bar with a missing price gives NA and is passed over.",
};
